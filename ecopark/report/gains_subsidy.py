"""Figures of subsidies: the cost curve of exchanges that would need one, and what payments did in runs.

What does not live here: measuring anything; the tables come from ``ecopark.planning.subsidy.studying``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from ecopark.report import style
from ecopark.report.gains_panel import (
    ACTUAL,
    FAIR,
    FOOT,
    HEAD,
    PITCH,
    name_room,
    place_rows,
    row_panel,
    write_legend,
    write_side,
)
from ecopark.report.numbers import axis_number, number, scale_of
from ecopark.report.result_plots import Drawn, ResultPlots
from ecopark.report.style import FAINT, INK, PRINT, QUIET, Medium

_TALL = 62.0
# Beyond this factor between the dearest and the cheapest the axis of cost is logarithmic.
_SPAN = 20.0
_MOST_NAMED = 16
_WHY = "why it fails in the others"


class _Axis(NamedTuple):
    """What is got, what it costs, and how the axes say it."""

    got: str
    cost: str
    unit: str
    what: str
    per: str


class SubsidyPlots(ResultPlots):
    """Figures of a study of subsidies.

    Parameters
    ----------
    study : SubsidyStudy

    Examples
    --------
    >>> study.plot.curve().figure.savefig("curve.pdf")  # doctest: +SKIP
    """

    def __init__(self, study: Any) -> None:
        self._study = study

    def curve(self, **options: Any) -> Axes:
        """Cost curve; see :func:`draw_curve`."""
        study = self._study
        return draw_curve(study.curve, study.rank, study.currency, study.at, study.labels, **options)

    def proof(self, **options: Any) -> Axes:
        """What payments did; see :func:`draw_proof`."""
        proof = self._study.proof
        return draw_proof(proof.exchanges, proof.replicates, self._study.at, self._study.labels, **options)

    def drawn(self, medium: Medium = PRINT) -> Mapping[str, Drawn]:
        """Every figure there is something to draw of, by the name of its file."""
        drawn: dict[str, Drawn] = {"curve": self.curve(medium=medium)} if len(self._study.curve) else {}
        if self._study.proof is not None:
            drawn["proof"] = self.proof(medium=medium)
        return drawn


def draw_curve(
    table: pd.DataFrame,
    rank: str,
    currency: str,
    year: int,
    labels: Mapping[str, str],
    *,
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> Axes:
    """Exchanges that would need a payment, the cheapest first.

    Parameters
    ----------
    table : pandas.DataFrame
        Merit order of a study.
    rank : {"carbon", "diverted", "value"}
    currency : str
    year : int
        Of the merit order.
    labels : mapping of str to str
        Name of each firm.
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x is what would be got a year, one block per exchange as wide as what it brings; y is what it costs,
        logarithmic where the dearest costs more than 20 times the cheapest. Below stands which block is which.
        What brings nothing of it, or is not counted in tonnes, is left out.
    """
    axis = _axis(rank, currency)
    rows = _costed(table, rank, axis)
    left_out = len(table) - len(rows)
    named = rows.head(_MOST_NAMED)
    with style.house(medium):
        lines = -(-len(named) // 2)
        more = _TALL + lines * 3.6 - PITCH
        title = f"What a payment from {year} on would buy, and what it costs"
        area, factor = place_rows(1, title, ax, medium, more)
        low = (FOOT + lines * 3.6 + 3.0) * factor
        left = 18.0 * factor
        panel = area.panel(
            left, low, area.width_mm - left - 6.0 * factor, area.height_mm - low - HEAD * factor
        )
        divisor, unit = scale_of(float(rows["got"].sum() or 1.0), axis.unit)
        edge, cost = 0.0, rows["cost"].to_numpy(dtype=float)
        bottom = _scale_cost(panel, cost)
        for at, (got, height) in enumerate(zip(rows["got"] / divisor, cost.tolist(), strict=True)):
            panel.bar(
                edge, height - bottom, got, bottom, align="edge", color=ACTUAL if at % 2 == 0 else "#8FB0CC", lw=0.4,
                edgecolor="white", gid="block",
            )  # fmt: skip
            edge += got
        _number_blocks(panel, rows, divisor, medium)
        panel.set_xlim(0.0, edge * 1.02 or 1.0)
        panel.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
        panel.xaxis.set_major_formatter(FuncFormatter(axis_number))
        panel.grid(axis="y")
        panel.set_xlabel(f"{axis.what}, {unit}/yr")
        panel.set_ylabel(f"payment, {currency}/{axis.per}")
        canvas = area.canvas()
        canvas.set_zorder(-1)
        half = (area.width_mm - 8.0 * factor) / 2.0
        for at, row in enumerate(named.itertuples()):
            tail = f": {number(float(cost[at]))}"
            room = half - 3.0 - style.text_size(tail, medium.small_pt)[0]
            text = style.shorten(f"{at + 1}  {_exchange(row, labels)}", room, medium.small_pt) + tail
            canvas.text(
                4.0 * factor + (at // lines) * half, (lines - at % lines) * 3.6 * factor, text,
                size=medium.small_pt, color=INK, va="top", gid="name",
            )  # fmt: skip
        note = f"{left_out} more bring none of it" if left_out else ""
        write_legend(panel, ((note, QUIET),), medium)
    return panel


def _costed(table: pd.DataFrame, rank: str, axis: _Axis) -> pd.DataFrame:
    """Rows that bring something of what is ranked by, with ``got`` and ``cost``."""
    cost = table["yearly_cost"] / table["social_value"] if rank == "value" else table[axis.cost]
    rows = table.assign(got=table[axis.got], cost=cost)
    useful = np.isfinite(rows["cost"]) & (rows["got"] > 0.0)
    if rank == "diverted":
        useful &= rows["unit"] == "t"
    kept: pd.DataFrame = rows.loc[useful].reset_index(drop=True)
    return kept


def _axis(rank: str, currency: str) -> _Axis:
    return {
        "carbon": _Axis("co2", "cost_per_t_co2", "t CO2e", "emission avoided", "t CO₂e"),
        "diverted": _Axis("diverted", "cost_per_diverted", "t", "kept from disposal", "t"),
        "value": _Axis("social_value", "", currency, "social value", f"{currency} of social value"),
    }[rank]


def _scale_cost(panel: Axes, cost: np.ndarray) -> float:
    """Choose the axis of cost; the height at which blocks begin."""
    low, high = float(cost.min(initial=np.inf)), float(cost.max(initial=0.0))
    if cost.size and low > 0.0 and high > _SPAN * low:
        bottom = 10.0 ** np.floor(np.log10(low) - 0.15)
        panel.set_yscale("log")
        panel.yaxis.set_minor_formatter(NullFormatter())
        panel.set_ylim(bottom, high * 2.5)
    else:
        bottom = 0.0
        panel.set_ylim(0.0, 1.15 * high or 1.0)
        panel.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    panel.yaxis.set_major_formatter(FuncFormatter(axis_number))
    return float(bottom)


def _number_blocks(panel: Axes, rows: pd.DataFrame, divisor: float, medium: Medium) -> None:
    """A number above each block; where blocks are too narrow the next stands higher."""
    whole = float(rows["got"].sum()) / divisor or 1.0
    edge, last, level = 0.0, -1.0, 0
    shown = rows[["got", "cost"]].head(_MOST_NAMED).to_numpy(dtype=float)
    for at, (got, cost) in enumerate(shown.tolist()):
        middle = edge + got / divisor / 2.0
        level = level + 1 if middle - last < 0.02 * whole else 0
        panel.annotate(
            str(at + 1), (middle, cost), (0, 2 + 7 * level), textcoords="offset points",
            size=medium.small_pt, color=INK, ha="center", va="bottom", annotation_clip=False, gid="number",
        )  # fmt: skip
        edge, last = edge + got / divisor, middle


def draw_proof(
    table: pd.DataFrame,
    replicates: int,
    year: int,
    labels: Mapping[str, str],
    *,
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> Axes:
    """In how many runs each exchange comes about, without and with the payment.

    Parameters
    ----------
    table : pandas.DataFrame
        Exchanges of a proof.
    replicates : int
        Pairs of runs.
    year : int
        From which the payments are offered.
    labels : mapping of str to str
        Name of each firm.
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x is the share of runs, one row per exchange; on the right why it still fails in the others.
    """
    with style.house(medium):
        title = f"With payments from {year} on: {replicates} pairs of runs on the same luck"
        area, factor = place_rows(len(table), title, ax, medium)
        names = [_exchange(row, labels) for row in table.itertuples()]
        left = name_room(area, names, medium, 0.44, 58.0)
        side = name_room(area, [_WHY, *table["failed"]], medium, 0.74 - left / area.width_mm, 40.0)
        box = (left, FOOT * factor, area.width_mm - left - side, area.height_mm - (HEAD + FOOT) * factor)
        panel = row_panel(area, box, names, left - 4.0, medium)
        rows, size = np.arange(len(table)), 4.2 * medium.line
        for at, (without, with_) in enumerate(zip(table["without"], table["with"], strict=True)):
            panel.plot(
                [100.0 * without, 100.0 * with_], [at, at], color=FAINT, lw=1.6 * medium.line, gid="gap"
            )
        panel.plot(
            100.0 * table["without"], rows, "o", mfc="white", mec=FAIR, ms=size + 1.6, mew=1.2, gid="without"
        )
        panel.plot(100.0 * table["with"], rows, "o", color=ACTUAL, ms=size, gid="with")
        panel.set_xlim(-4.0, 104.0)
        panel.set_xlabel("runs in which it operates, %")
        write_side(panel, list(table["failed"]), side - 3.0, medium)
        panel.annotate(
            _WHY, (1.0, 1.0), (3, 4), xycoords="axes fraction", textcoords="offset points",
            size=medium.small_pt, color=QUIET, va="bottom", annotation_clip=False, gid="side head",
        )  # fmt: skip
        write_legend(panel, (("○ without", FAIR), ("● with payment", ACTUAL)), medium)
    return panel


def _exchange(row: Any, labels: Mapping[str, str]) -> str:
    """Exchange in words: who gives what to whom, for which need."""
    giver, taker = (labels.get(name, name) for name in (row.from_firm, row.to_firm))
    stream = row.resource if row.resource == row.to_resource else f"{row.resource} for {row.to_resource}"
    return f"{giver} → {taker}, {stream.replace('_', ' ')}"
