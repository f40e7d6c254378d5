"""Interactive view of the network over time: its size, its structure, and what its loss of firms would cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from ecopark.indicators import network_over_time, resilience_over_time
from ecopark.report.interactive.theme import FONT_PX, Spec, as_figure, layout, note, rounded, tables_of
from ecopark.report.numbers import number
from ecopark.report.style import INK, QUIET
from ecopark.report.tables import RunTables
from ecopark.run import Run

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

PANELS: Sequence[tuple[str, str, str]] = (
    ("exchanges", "Exchanges in operation", "number"),
    ("nodes", "Firms that exchange", "number"),
    ("mean_degree", "Partners per firm", "mean number"),
    ("density_directed", "Density", "share of possible links"),
    ("giant_component_share", "Largest connected part", "share of exchanging firms"),
    ("turnover", "Links gone or new", "share, against the year before"),
    ("largest_removal_loss", "Loss if the worst firm closes", "share of exchanges"),
    ("single_supplier_share", "Takers with one supplier only", "share of takers"),
    ("robustness_targeted", "Robustness, hubs leave first", "0 to 0.5"),
)
"""Indicator, title and unit in words of each panel."""
_RESILIENCE = ("largest_removal_loss", "single_supplier_share", "robustness_targeted")
_COLUMNS = 3


def indicators_figure(run: Run | RunTables, *, font_px: float = FONT_PX) -> Figure:
    """Network and resilience indicators over time, one panel each.

    Parameters
    ----------
    run : Run or RunTables
    font_px : float
        Size of ordinary text, px.

    Returns
    -------
    plotly.graph_objects.Figure
        State at the end of each year; resilience every fifth year and at the end. Idle firms are no nodes.
    """
    tables = tables_of(run)
    return as_figure(describe_indicators(tables, network_states(tables), font_px=font_px))


def network_states(tables: RunTables) -> pd.DataFrame:
    """Network indicators at the end of every year, resilience every fifth year and in the last.

    Returns
    -------
    pandas.DataFrame
        Tidy: period, scope, indicator, value, unit.
    """
    first, last = tables.span
    ends = [pd.Timestamp(f"{year}-12-31") for year in range(first, last + 1)]
    ideas = tables.synergies
    parts: list[pd.DataFrame] = [
        network_over_time(ideas, tables.firms, ends),
        resilience_over_time(ideas, ends[::-1][::5]),
    ]
    return pd.concat(parts, ignore_index=True)


def describe_indicators(tables: RunTables, states: pd.DataFrame, *, font_px: float = FONT_PX) -> Spec:
    """Description of the panels.

    Parameters
    ----------
    tables : RunTables
    states : pandas.DataFrame
        Tidy, with the indicators of :data:`PANELS`; see :func:`network_states`.
    font_px : float

    Returns
    -------
    dict
        ``data``: one line trace a panel, its ``meta`` the indicator.
    """
    rows_count = -(-len(PANELS) // _COLUMNS)
    gap_x, gap_y = 0.07, 0.17
    wide = (1 - gap_x * (_COLUMNS - 1)) / _COLUMNS
    tall = (1 - gap_y * (rows_count - 1)) / rows_count
    first, last = tables.span
    look = layout(
        font_px, height=round(rows_count * 14.5 * font_px + 70), margin={"l": 44, "r": 40, "t": 48, "b": 36}
    )
    look["annotations"] = []
    data: list[Spec] = []
    for at, (indicator, title, unit) in enumerate(PANELS):
        mark = "" if at == 0 else str(at + 1)
        left, top = (at % _COLUMNS) * (wide + gap_x), 1 - (at // _COLUMNS) * (tall + gap_y)
        rows = states[states["indicator"] == indicator].dropna(subset="value").sort_values("period")
        data.append(_trace(rows, indicator, unit, mark))
        look[f"xaxis{mark}"] = {
            "domain": [left, left + wide],
            "anchor": f"y{mark}",
            "range": [first, last + 1],
            "nticks": 5,
            "title": {"text": "year" if at // _COLUMNS == rows_count - 1 else ""},
        }
        look[f"yaxis{mark}"] = {
            "domain": [max(top - tall, 0.0), top],
            "anchor": f"x{mark}",
            "rangemode": "tozero",
            "nticks": 4,
            **({} if len(rows) else {"range": [0, 1]}),
        }
        heading = f"<b>{title}</b><br><span style='font-size:{0.88 * font_px}px;color:{QUIET}'>{unit}</span>"
        look["annotations"].append(
            note(heading, left, top, yanchor="bottom", yshift=3, align="left", font={"size": font_px})
        )
        if len(rows):
            end = rows.iloc[-1]
            look["annotations"].append(
                {
                    "x": int(end["period"].year) + 1,
                    "y": rounded(float(end["value"])),
                    "xref": f"x{mark}",
                    "yref": f"y{mark}",
                    "text": f"<b>{number(float(end['value']))}</b>",
                    "showarrow": False,
                    "xanchor": "left",
                    "xshift": 3,
                    "font": {"size": 0.9 * font_px},
                }
            )
    return {"data": data, "layout": look, "frames": []}


def _trace(rows: pd.DataFrame, indicator: str, unit: str, mark: str) -> Spec:
    sparse = indicator in _RESILIENCE
    return {
        "type": "scatter",
        "mode": "lines+markers" if sparse else "lines",
        "meta": indicator,
        "x": [int(period.year) for period in rows["period"]],
        "y": [rounded(float(value)) for value in rows["value"]],
        "xaxis": f"x{mark}",
        "yaxis": f"y{mark}",
        "line": {"color": INK, "width": 1.6, "shape": "linear" if sparse else "hv"},
        "marker": {"size": 5, "color": INK},
        "hovertemplate": f"end of %{{x}}: %{{y:.3~g}}<br>{unit}<extra></extra>",
    }
