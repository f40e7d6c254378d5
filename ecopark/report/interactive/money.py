"""Interactive view of money: what each firm gained from its exchanges, year by year and in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

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
from ecopark.report.style import INK, QUIET, shorten
from ecopark.report.tables import RunTables
from ecopark.run import Run

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

GAIN, LOSS, NOTHING = "#2C6E9B", "#C4622D", "#FFFFFF"
"""Colours of gain and loss, told apart with any form of colour blindness."""


def money_figure(run: Run | RunTables, *, font_px: float = FONT_PX) -> Figure:
    """Gain of each firm from its exchanges: a tile a year, and a bar for the sum over the run.

    Parameters
    ----------
    run : Run or RunTables
    font_px : float
        Size of ordinary text, px.

    Returns
    -------
    plotly.graph_objects.Figure
        Basis: against the same firm without exchange, at prices of the scenario's price year, not discounted;
        investment counts in the year it was made. Colour grows with the square root of the amount.
    """
    return as_figure(describe_money(tables_of(run), font_px=font_px))


def gain_by_firm(tables: RunTables) -> pd.DataFrame:
    """Joint gain of each firm by year, in the run's money.

    Returns
    -------
    pandas.DataFrame
        Index firm id, the largest sum first; columns every year of the run. Firms without exchange are left out.
    """
    sums = by_scope(tables, ["joint_gain"], "firm")
    total = sums.sum(axis=1)
    return sums.loc[sorted(sums.index, key=lambda name: (-total[name], name))]


def describe_money(tables: RunTables, *, font_px: float = FONT_PX) -> Spec:
    """Description of tiles and bars.

    Parameters
    ----------
    tables : RunTables
    font_px : float

    Returns
    -------
    dict
        ``data``: a heat map whose ``customdata`` are the amounts, and a bar trace of the sums.
    """
    sums = gain_by_firm(tables)
    first, last = tables.span
    rows = tables.indicators[tables.indicators["indicator"] == "joint_gain"]
    unit = str(rows["unit"].iloc[0]) if len(rows) else tables.currency
    row_px = 1.75 * font_px
    tall = max(row_px * len(sums), 6 * row_px)
    notes = [
        note(
            f"<b>Gain by firm and year</b>, {tables.money_unit or unit}",
            0.0,
            1 + 22 / tall,
            font={"size": 1.1 * font_px},
        )
    ]
    look = layout(
        font_px,
        height=round(tall + 152),
        margin={"l": round(11.5 * font_px), "r": 16, "t": 48, "b": 104},
        xaxis={"range": [first - 0.5, last + 0.5], "domain": [0, 0.68], "title": {"text": "year"}},
        yaxis={
            "range": [max(len(sums), 6) - 0.5, -0.5],
            "tickmode": "array",
            "tickvals": list(range(len(sums))),
            "ticktext": [shorten(tables.firm_name(str(firm)), 42.0, 9.0) for firm in sums.index],
            "ticks": "",
            "showgrid": False,
            "zeroline": False,
        },
        xaxis2={"domain": [0.72, 1.0], "anchor": "y2", "visible": False},
        yaxis2={"range": [max(len(sums), 6) - 0.5, -0.5], "anchor": "x2", "visible": False},
        annotations=notes,
    )
    if sums.empty:
        notes.append(note("no firm exchanged anything", 0.0, 0.5, font={"size": font_px, "color": QUIET}))
        return {"data": [], "layout": look, "frames": []}
    total = sums.sum(axis=1)
    words = f"<b>In all</b>, {first}\N{EN DASH}{last}: {quantity(float(total.sum()), unit)}"
    notes.append(note(words, 0.72, 1 + 22 / tall, font={"size": 1.1 * font_px}))
    low, high = min(float(total.min()), 0.0), max(float(total.max()), 0.0)
    span = (high - low) or 1.0
    # Room beside the bars for their amounts.
    look["xaxis2"]["range"] = [low - (0.5 * span if low < 0 else 0.0), high + 0.8 * span]
    return {"data": [_tiles(sums, unit, tall, font_px), _totals(total, unit)], "layout": look, "frames": []}


def _tiles(sums: pd.DataFrame, unit: str, tall: float, font_px: float) -> Spec:
    """Heat map by the signed square root, or small years would not be seen beside large ones."""
    values = sums.to_numpy(dtype=float)
    largest = float(np.abs(values).max()) or 1.0
    z = np.sign(values) * np.sqrt(np.abs(values) / largest)
    divisor, name = scale_of(largest, unit)
    marks = [-1.0, -0.25, 0.0, 0.25, 1.0]
    ticks = [f"{share * largest / divisor:+.3g}".replace("-", "\u2212") if share else "0" for share in marks]
    bar: dict[str, Any] = {
        "orientation": "h",
        "thickness": 9,
        "len": 0.4,
        "x": 0.34,
        "xanchor": "center",
        "y": -56 / tall,
        "ypad": 0,
        "yanchor": "top",
        "outlinewidth": 0,
        "tickvals": [float(np.sign(share) * np.sqrt(abs(share))) for share in marks],
        "ticktext": ticks,
        "tickfont": {"size": 0.85 * font_px},
        "title": {"text": f"{name} per year", "side": "top", "font": {"size": 0.9 * font_px}},
    }
    return {
        "type": "heatmap",
        "x": [int(year) for year in sums.columns],
        "y": list(range(len(sums))),
        "z": [[round(float(value), 3) for value in row] for row in z],
        "customdata": [[rounded(float(value), 4) for value in row] for row in values],
        "zmin": -1,
        "zmax": 1,
        "colorscale": [[0, LOSS], [0.5, NOTHING], [1, GAIN]],
        "colorbar": bar,
        "xgap": 1,
        "ygap": 3,
        "hovertemplate": f"%{{x}}: %{{customdata:,.4~s}} {unit}<extra></extra>",
    }


def _totals(total: pd.Series, unit: str) -> Spec:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [rounded(float(value), 5) for value in total],
        "y": list(range(len(total))),
        "xaxis": "x2",
        "yaxis": "y2",
        "width": 0.7,
        "marker": {"color": [GAIN if value >= 0 else LOSS for value in total], "line": {"width": 0}},
        "text": [quantity(float(value), unit) for value in total],
        "textposition": "outside",
        "cliponaxis": False,
        "constraintext": "none",
        "textfont": {"color": INK},
        "hoverinfo": "skip",
    }
