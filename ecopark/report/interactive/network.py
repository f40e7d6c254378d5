"""Interactive network: firms at their sites, exchanges as curves in the colour of their resource.

What lives here: map and network of a year, and the slider through the years. What does not: places of firms and
names (``places``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.report.interactive.network_parts import Drawing, curves_of, names_of, scale_bar
from ecopark.report.interactive.places import Ground, name_places, spread_ground, true_ground
from ecopark.report.interactive.sankey import exchange_years
from ecopark.report.interactive.theme import (
    FONT_PX,
    Spec,
    as_figure,
    layout,
    tables_of,
    year_slider,
)
from ecopark.report.style import QUIET, RULE
from ecopark.report.tables import RunTables
from ecopark.run import Run

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Floats = NDArray[np.float64]

_WIDTH, _HEIGHT, _MARGIN = 960.0, 580.0, 90.0
_GROUND = "#FAFAF8"


def network_figure(run: Run | RunTables, at: int | str | pd.Timestamp, *, font_px: float = FONT_PX) -> Figure:
    """Exchanges of the year of `at`, firms parted so that every name has room.

    Parameters
    ----------
    run : Run or RunTables
    at : int, str or pandas.Timestamp
        Year, or a date in it.
    font_px : float
        Size of ordinary text, px.

    Returns
    -------
    plotly.graph_objects.Figure
        Width grows with the square root of the yearly quantity, within a kind of resource; quantity and unit
        stand under the pointer. Firms without exchange are rings, firms not open are left out.

    Raises
    ------
    DomainError
        If the run has no such year.
    """
    tables = tables_of(run)
    return as_figure(describe_network(tables, [_year(at)], to_scale=False, font_px=font_px))


def map_figure(run: Run | RunTables, at: int | str | pd.Timestamp, *, font_px: float = FONT_PX) -> Figure:
    """The same at the true sites; partners far outside stand on the border with their distance.

    Parameters
    ----------
    run : Run or RunTables
    at : int, str or pandas.Timestamp
        Year, or a date in it.
    font_px : float

    Returns
    -------
    plotly.graph_objects.Figure

    Raises
    ------
    DomainError
        If the run has no such year.
    """
    return as_figure(describe_network(tables_of(run), [_year(at)], to_scale=True, font_px=font_px))


def network_slider(
    run: Run | RunTables,
    years: Sequence[int] | None = None,
    *,
    to_scale: bool = False,
    font_px: float = FONT_PX,
) -> Figure:
    """Network (or map, with `to_scale`) with a slider: firms and curves keep their places.

    Parameters
    ----------
    run : Run or RunTables
    years : sequence of int, optional
        By default every year from the first exchange to the end.
    to_scale : bool
        True sites instead of parted ones.
    font_px : float

    Returns
    -------
    plotly.graph_objects.Figure
        One frame a year, named by it.

    Raises
    ------
    DomainError
        If the run has not one of the years.
    """
    tables = tables_of(run)
    chosen = exchange_years(tables) if years is None else years
    return as_figure(describe_network(tables, chosen, to_scale=to_scale, font_px=font_px))


def _year(at: int | str | pd.Timestamp) -> int:
    return at if isinstance(at, int) else int(pd.Timestamp(at).year)


def describe_network(
    tables: RunTables, years: Sequence[int], *, to_scale: bool, font_px: float = FONT_PX
) -> Spec:
    """Description of the figure; with more than one year it has a frame each, and a slider.

    Parameters
    ----------
    tables : RunTables
    years : sequence of int
        At least one.
    to_scale : bool
        True sites, or parted ones.
    font_px : float

    Returns
    -------
    dict
        ``data`` (one line trace an exchange, then firms, then their names), ``layout`` and ``frames``.
    """
    first, last = tables.span
    strange = [year for year in years if not first <= year <= last]
    if strange or not years:
        found = ", ".join(map(str, strange)) or "none"
        raise DomainError(f"expected years of the run, {first} to {last}; found {found}")
    rows = tables.exchanged[tables.exchanged["year"].isin(list(years))]
    rows = rows[rows["from_firm"].isin(tables.firms.index) & rows["to_firm"].isin(tables.firms.index)]
    firms = _shown_firms(tables, rows, years, to_scale)
    place = true_ground if to_scale else spread_ground
    ground = place(firms, _WIDTH, _HEIGHT, _MARGIN)
    curves = curves_of(tables, rows, ground)
    largest_of: Any = rows.groupby("kind")["quantity"].max()
    largest = {str(kind): float(top) for kind, top in largest_of.items()}
    names = names_of(tables, ground, curves)
    spots = name_places(ground, names, [curve.points for curve in curves], font_px)
    shown = tables.busiest_year if tables.busiest_year in years else max(years)
    drawn = Drawing(tables, ground, curves, largest, spots, firms)
    slider_px = 90.0 if len(years) > 1 else 0.0
    axis = {"visible": False, "fixedrange": False}
    look = layout(
        font_px,
        margin={"l": 4, "r": 4, "t": 34, "b": 4 + slider_px},
        height=round(_HEIGHT + 38 + slider_px),
        xaxis={**axis, "range": [0, _WIDTH]},
        yaxis={**axis, "range": [0, _HEIGHT]},
        plot_bgcolor=_GROUND,
        annotations=drawn.notes(shown, font_px),
        shapes=_ground_shapes(tables, ground),
    )
    spec: Spec = {"data": drawn.whole(shown, font_px), "layout": look, "frames": []}
    if len(years) > 1:
        labels = [str(year) for year in years]
        look["sliders"] = year_slider(labels, labels.index(str(shown)), font_px)
        traces = list(range(len(spec["data"])))
        spec["frames"] = [
            {
                "name": str(year),
                "data": drawn.changed(year),
                "traces": traces,
                "layout": {"annotations": drawn.notes(year, font_px)},
            }
            for year in years
        ]
    return spec


def _shown_firms(tables: RunTables, rows: pd.DataFrame, years: Sequence[int], to_scale: bool) -> pd.DataFrame:
    """Firms open in any of the years; on a map far ones only where they exchange."""
    firms = tables.firms
    opens, closes = pd.to_datetime(firms["opens"]), pd.to_datetime(firms["closes"])
    here = (opens.isna() | (opens.dt.year <= max(years))) & (closes.isna() | (closes.dt.year >= min(years)))
    active = set(rows["from_firm"]) | set(rows["to_firm"])
    firms = firms[here | firms.index.isin(active)]
    if not to_scale or firms.empty:
        return firms
    away = true_ground(firms, _WIDTH, _HEIGHT, _MARGIN).away_km
    return firms[[str(firm) not in away or firm in active for firm in firms.index]]


def _ground_shapes(tables: RunTables, ground: Ground) -> list[Spec]:
    """Plots and corridors under a map, and its scale bar."""
    if ground.px_per_km is None:
        return []
    shapes: list[Spec] = []
    if tables.ground is not None:
        for name, corners in tables.ground.corners.items():
            path = _path(ground.spot(corners)) + "Z"
            fill = tables.ground.tint(tables.ground.zone[name])
            line = {"color": RULE, "width": 1}
            shapes.append({"type": "path", "path": path, "fillcolor": fill, "line": line, "layer": "below"})
        for corridor in tables.ground.corridors:
            line = {"color": "#D5D2C8", "width": 5}
            shapes.append(
                {"type": "path", "path": _path(ground.spot(corridor)), "line": line, "layer": "below"}
            )
    _, length = scale_bar(ground)
    bar = {
        "type": "line",
        "x0": 20,
        "x1": 20 + length,
        "y0": 14,
        "y1": 14,
        "line": {"color": QUIET, "width": 2},
    }
    return [*shapes, bar]


def _path(points: Floats) -> str:
    """Points as an SVG path."""
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
