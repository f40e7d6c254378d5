"""Interactive view of what was avoided: waste, water, energy and greenhouse gases by year and resource."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecopark.report.colours import resource_colours, text_colour
from ecopark.report.interactive.theme import (
    FONT_PX,
    Spec,
    as_figure,
    by_scope,
    layout,
    note,
    rounded,
    tables_of,
)
from ecopark.report.numbers import quantity, scale_of
from ecopark.report.style import INK, QUIET
from ecopark.report.tables import RunTables
from ecopark.run import Run

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

PANELS: Sequence[tuple[tuple[str, ...], str, str]] = (
    (("avoided_waste",), "Waste kept from disposal", "t"),
    (("avoided_water",), "Fresh water not drawn", "m3"),
    (("avoided_heat", "avoided_fuel"), "Heat, fuel and power not bought", "MWh"),
    (("avoided_co2",), "Greenhouse gases avoided", "t CO2e"),
)
"""Indicators added up in each panel, its title, and the unit where a run has no such value."""

_MOST = 7
_OTHER = "#BDBDBD"
_RIGHT = 0.72
_GAP = 0.075


def avoided_figure(run: Run | RunTables, *, font_px: float = FONT_PX) -> Figure:
    """What exchanges avoided each year, stacked by resource, in four panels.

    Parameters
    ----------
    run : Run or RunTables
    font_px : float
        Size of ordinary text, px.

    Returns
    -------
    plotly.graph_objects.Figure
        Basis: annual and gross, against the same park without exchange. Names at the right carry the sum over the
        run. Negative values (an exchange that costs more than it avoids) stand below zero.
    """
    return as_figure(describe_avoided(tables_of(run), font_px=font_px))


def describe_avoided(tables: RunTables, *, font_px: float = FONT_PX) -> Spec:
    """Description of the four panels.

    Parameters
    ----------
    tables : RunTables
    font_px : float

    Returns
    -------
    dict
        ``data``: one bar trace per panel and resource, its ``meta`` the resource id (``other`` where small ones are
        pooled); y is in the unit of the panel's axis.
    """
    colours = resource_colours(tables.resources)
    first, last = tables.span
    count = len(PANELS)
    tall = (1 - _GAP * (count - 1)) / count
    height = 4 * 15.0 * font_px + 80
    look = layout(
        font_px,
        height=round(height),
        margin={"l": 70, "r": 10, "t": 40, "b": 40},
        barmode="relative",
        bargap=0.1,
    )
    look["annotations"] = []
    data: list[Spec] = []
    for number, (indicators, title, unit) in enumerate(PANELS):
        mark = "" if number == 0 else str(number + 1)
        top = 1 - number * (tall + _GAP)
        sums = by_scope(tables, indicators, "resource")
        pooled = _pool(sums)
        highest = float(pooled.clip(lower=0).sum().max()) if len(pooled) else 0.0
        divisor, shown = scale_of(highest, unit)
        for resource, values in pooled.iterrows():
            data.append(_trace(tables, str(resource), values / divisor, shown, mark, colours))
        look[f"xaxis{mark}"] = {
            "range": [first - 0.7, last + 0.7],
            "domain": [0, _RIGHT],
            "anchor": f"y{mark}",
            "title": {"text": "year" if number == count - 1 else ""},
        }
        look[f"yaxis{mark}"] = {
            "domain": [max(top - tall, 0.0), top],
            "anchor": f"x{mark}",
            "title": {"text": f"{shown} per year"},
            "nticks": 5,
            "zeroline": True,
            **({} if len(pooled) else {"range": [0, 1], "showticklabels": False}),
        }
        look["annotations"].append(
            note(f"<b>{title}</b>", 0.0, top, yanchor="bottom", yshift=4, font={"size": font_px})
        )
        look["annotations"] += _names(tables, pooled, unit, top, 1.35 * font_px / height, font_px, colours)
    return {"data": data, "layout": look, "frames": []}


def _pool(sums: pd.DataFrame) -> pd.DataFrame:
    """The largest resources, the rest added up as ``other``."""
    if len(sums) <= _MOST + 1:
        return sums
    rest = sums.iloc[_MOST:].sum().rename("other").to_frame().T
    return pd.concat([sums.iloc[:_MOST], rest])


def _name(tables: RunTables, resource: str) -> str:
    return "other" if resource == "other" else tables.resource_name(resource)


def _trace(
    tables: RunTables, resource: str, values: pd.Series, unit: str, mark: str, colours: dict[str, str]
) -> Spec:
    hit = values.to_numpy() != 0
    return {
        "type": "bar",
        "name": _name(tables, resource),
        "meta": resource,
        "x": [int(year) for year in np.asarray(values.index)[hit]],
        "y": [rounded(float(value), 5) for value in values.to_numpy()[hit]],
        "xaxis": f"x{mark}",
        "yaxis": f"y{mark}",
        "marker": {"color": colours.get(resource, _OTHER), "line": {"width": 0}},
        "hovertemplate": f"<b>{_name(tables, resource)}</b> %{{x}}<br>%{{y:,.3~r}} {unit}<extra></extra>",
    }


def _names(
    tables: RunTables,
    pooled: pd.DataFrame,
    unit: str,
    top: float,
    pitch: float,
    font_px: float,
    colours: dict[str, str],
) -> list[Spec]:
    """Names of the stacked resources at the right, with their sums over the run; a sum of all at the end."""
    small = 0.9 * font_px
    if not len(pooled):
        return [note("none in this run", _RIGHT + 0.02, top - pitch, font={"size": small, "color": QUIET})]
    first, last = tables.span
    whole = quantity(float(pooled.to_numpy().sum()), unit)
    heading = f"<b>{whole}</b> in {first}\N{EN DASH}{last}"
    notes = [note(heading, _RIGHT + 0.02, top - 0.4 * pitch, font={"size": small, "color": INK})]
    for row, (resource, values) in enumerate(pooled.iterrows(), start=1):
        colour = text_colour(colours.get(str(resource), _OTHER))
        own = colours.get(str(resource), _OTHER)
        amount = quantity(float(values.sum()), unit)
        words = f"<span style='color:{own}'>■</span> {_name(tables, str(resource))} {amount}"
        at = top - (row + 0.4) * pitch
        notes.append(note(words, _RIGHT + 0.02, at, font={"size": small, "color": colour}))
    return notes
