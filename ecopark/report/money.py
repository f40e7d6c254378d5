"""Money of a run: who gained and who paid since the start, and of which parts that is made.

What lives here: the figure. What does not: the parts themselves (``indicators.breakdown``), discounting and
fairness (``gains_plots``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.indicators.breakdown import OTHER, gain_parts
from ecopark.report import style
from ecopark.report.colours import text_colour
from ecopark.report.gains_panel import row_panel, rule_at_zero
from ecopark.report.line_ends import name_ends
from ecopark.report.numbers import axis_number, even_numbers, scale_of
from ecopark.report.style import INK, PRINT, QUIET, Area, Medium, text_size
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]

# Okabe and Ito's colours for what weighs most, Tol's muted ones for the rest.
PART: Mapping[str, str] = {
    "disposal avoided": "#009E73",
    "virgin supply avoided": "#56B4E9",
    "payments between partners": "#CC79A7",
    "subsidies": "#F0E442",
    "haulage": "#8C6D46",
    "treatment": "#E69F00",
    "upkeep and output forgone": "#D55E00",
    "capital": "#332288",
    "agreements": "#999999",
    OTHER: "#D9D9D9",
}
_LINES = ("#0072B2", "#D55E00", "#009E73", "#8C5E8C", "#B87A00", "#56B4E9", "#882255", "#4D4D4D")
_MOST_LINES, _MOST_ROWS = 8, 14
_REST = "#A8A8A8"
_SUM = "sum of both sides"


@dataclass(frozen=True)
class _Money:
    """Yearly gain by firm, its parts over the run, largest firms first, and the last row of the rest."""

    years: NDArray[np.int64]
    running: pd.DataFrame
    parts: pd.DataFrame


def draw_money(tables: RunTables, *, ax: Axes | None = None, medium: Medium = PRINT) -> NDArray[np.object_]:
    """Draw the gain of every firm since the start, and what the sum over the run is made of.

    Lines are running sums; a line below zero has paid more than it earned so far. Bars to the right of zero
    are what a firm earns or need not pay, those to the left what it pays; the diamond and the number are the
    sum of both. Firms beyond the eight (lines) and fourteen (bars) that move most money are one entry.

    Parameters
    ----------
    tables : RunTables
        With accounts.
    ax : matplotlib.axes.Axes, optional
        Its room is used; by default a new figure.
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,)
        Lines (x in years, y in money) and bars (x in money), each in the unit of its label.

    Raises
    ------
    DomainError
        If the tables have no accounts.

    Notes
    -----
    Basis: gross, real, undiscounted, against the same run with every exchange replaced by its disposal route
    and virgin supply; the parts of :func:`~ecopark.indicators.breakdown.gain_parts`.
    """
    money = _collect(tables)
    factor, rows = medium.text_pt / 7.0, len(money.parts)
    side = medium.width_mm / medium.height_mm > 1.0
    with style.house(medium):
        key = _key_lines(money, (0.5 if side else 1.0) * medium.width_mm - 4.0, medium)
        head, foot, above = 13.0 * factor, 9.5 * factor, 5.0 * factor
        over = above + 1.2 * medium.row_mm * len(key)
        height = head + foot + over + 11.0 * factor + 56.0 * factor + max(4.4 * rows, 14.0) * factor
        area = style.take_area(
            ax, medium.width_mm, medium.height_mm if side else min(height, medium.height_mm)
        )
        canvas = _write_head(area, tables, medium)
        left, names, right = 14.0 * factor, 34.0 * factor, 15.0 * factor
        if side:
            start, tall = 0.5 * area.width_mm, area.height_mm - head - foot
            lines = area.panel(left, foot, start - left - names - 2.0, tall - above)
            size = (tall - above, names)
            box = (start + names, foot, area.width_mm - start - names - right, tall - over)
        else:
            start = 0.0
            free = area.height_mm - head - foot - over - 11.0 * factor
            low = free * rows / (rows + 13.0)
            size = (free - low - above, names)
            lines = area.panel(
                left, area.height_mm - head - above - size[0], area.width_mm - left - names, size[0]
            )
            box = (names, foot, area.width_mm - names - right, low)
        _draw_lines(lines, tables, money, size, medium)
        labels = [_name(tables, str(firm)) for firm in money.parts.index]
        bars = row_panel(area, box, labels, names - 3.0, medium)
        _draw_bars(bars, tables, money, medium)
        _write_key(canvas, money, key, (start + 2.0, box[1] + box[3] + over), medium)
    return np.array([lines, bars], dtype=object)


def _collect(tables: RunTables) -> _Money:
    """Gains by firm and year, and by firm and part."""
    rows = gain_parts(tables.require_accounts(), tables.currency)
    first, last = tables.span
    years = np.arange(first, last + 1)
    by_year = rows.pivot_table("value", "firm", "year", aggfunc="sum").reindex(columns=years).fillna(0.0)
    by_part = rows.pivot_table("value", "firm", "part", aggfunc="sum").fillna(0.0)
    by_part = by_part[[part for part in PART if part in by_part.columns]]
    moved = by_part.abs().sum(axis=1)
    order = sorted(by_part.index, key=lambda firm: (-moved[firm], firm))
    running = by_year.cumsum(axis=1)
    return _Money(years, _pool(running.loc[order], _MOST_LINES), _pool(by_part.loc[order], _MOST_ROWS))


def _pool(table: pd.DataFrame, most: int) -> pd.DataFrame:
    """The first rows, and the sum of the others as one row without a name."""
    if len(table) <= most + 1:
        return table
    rest = table.iloc[most:].sum().to_frame().T
    rest.index = pd.Index([f"+{len(table) - most}"])
    return pd.concat([table.iloc[:most], rest])


def _name(tables: RunTables, firm: str) -> str:
    return f"{firm[1:]} other firms" if firm.startswith("+") else tables.firm_name(firm)


def _write_head(area: Area, tables: RunTables, medium: Medium) -> Axes:
    """Title and basis; returns the canvas they stand on, in mm."""
    canvas = area.canvas()
    canvas.set_zorder(-1)
    top, small = area.height_mm - 1.5, medium.small_pt
    canvas.text(
        2.0, top, "Who gains and who pays", size=1.3 * medium.text_pt, weight="bold", va="top", gid="title"
    )
    basis = (
        f"{tables.money_unit}, real and undiscounted, against the same park with no exchange; "
        "payments between partners cancel over the park"
    )
    shown = style.shorten(basis, area.width_mm - 4.0, small)
    y = top - 1.75 * 1.3 * medium.text_pt * style.MM_PER_POINT
    canvas.text(2.0, y, shown, size=small, color=QUIET, va="top", gid="basis")
    return canvas


def _draw_lines(
    ax: Axes, tables: RunTables, money: _Money, size: tuple[float, float], medium: Medium
) -> None:
    """Running sums by firm, named at their ends."""
    values = money.running.to_numpy(dtype=float)
    divisor, unit = scale_of(float(np.abs(values).max(initial=0.0)), tables.currency)
    first, last = (int(money.years[0]), int(money.years[-1])) if len(money.years) else (0, 0)
    low, high = float(values.min(initial=0.0)) / divisor, float(values.max(initial=0.0)) / divisor
    room = 0.04 * (high - low or 1.0)
    ax.set(xlim=(first, last + 1), ylim=(low - room, (high or 1.0) + room))
    entries = []
    for at, (firm, row) in enumerate(zip(money.running.index, values, strict=True)):
        colour = _REST if str(firm).startswith("+") else _LINES[at % len(_LINES)]
        # A year's money stands at its end, and everybody starts with nothing.
        x, y = np.append(money.years[:1], money.years + 1), np.append(0.0, row / divisor)
        ax.plot(x, y, color=colour, lw=1.2 * medium.line, gid=f"line {firm}")
        entries.append((float(y[-1]), _name(tables, str(firm)), text_colour(colour)))
    ax.axhline(0.0, color=INK, lw=0.7, gid="zero")
    ax.set_title("Gain since the start", size=medium.text_pt, weight="bold", pad=3)
    ax.set_ylabel(f"{unit} since {first}")
    ax.set_xlabel("year", labelpad=1)
    ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(axis_number))
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    ax.grid(axis="y")
    tails = even_numbers((value for value, _, _ in entries), sign=True)
    name_ends(ax, [(*entry, tail) for entry, tail in zip(entries, tails, strict=True)], size, medium)


def _draw_bars(ax: Axes, tables: RunTables, money: _Money, medium: Medium) -> None:
    """One bar a firm: earnings to the right, payments to the left, their sum as a diamond."""
    values = money.parts.to_numpy(dtype=float)
    gains, costs = np.clip(values, 0.0, None), np.clip(values, None, 0.0)
    reach = max(gains.sum(axis=1).max(initial=0.0), -costs.sum(axis=1).min(initial=0.0))
    divisor, unit = scale_of(float(reach), tables.currency)
    for side, gid in ((gains, "gain"), (costs, "cost")):
        ends = np.hstack([np.zeros((len(side), 1)), side.cumsum(axis=1)]) / divisor
        for at, part in enumerate(money.parts.columns):
            rows = np.flatnonzero(ends[:, at] != ends[:, at + 1])
            corners = [
                [
                    (ends[r, at + j], r + side_y)
                    for j, side_y in ((0, -0.36), (1, -0.36), (1, 0.36), (0, 0.36))
                ]
                for r in rows
            ]
            ax.add_collection(
                PolyCollection(corners, facecolors=PART[part], linewidths=0, zorder=2, gid=gid), autolim=False
            )
    low, high = costs.sum(axis=1).min(initial=0.0) / divisor, gains.sum(axis=1).max(initial=0.0) / divisor
    ax.set_xlim(1.03 * low, 1.03 * high if high > 0.0 else 1.0)
    net = values.sum(axis=1) / divisor
    mark: dict[str, Any] = {"ms": 3.6 * medium.line, "mfc": "white", "mec": INK, "mew": 0.9}
    ax.plot(net, np.arange(len(net)), "D", zorder=5, gid="net", **mark)
    for row, text in enumerate(even_numbers(net, sign=True)):
        ax.annotate(
            text, (1.0, row), (4, 0), xycoords=("axes fraction", "data"), size=medium.small_pt,
            textcoords="offset points", va="center", annotation_clip=False, gid="side",
        )  # fmt: skip
    rule_at_zero(ax)
    if not len(net):
        ax.set_yticks([])
    ax.set_xlabel(f"{unit}, sum {money.years[0]}\N{EN DASH}{money.years[-1]}", labelpad=1)


def _key_lines(money: _Money, room: float, medium: Medium) -> list[list[str]]:
    """Parts that occur, broken into lines that fit."""
    lines: list[list[str]] = [[]]
    x = 0.0
    for part in [*money.parts.columns, _SUM]:
        need = text_size(part, medium.small_pt)[0] + 7.0
        if x + need > room and lines[-1]:
            lines.append([])
            x = 0.0
        lines[-1].append(str(part))
        x += need
    return lines


def _write_key(
    canvas: Axes, money: _Money, lines: Sequence[Sequence[str]], corner: tuple[float, float], medium: Medium
) -> None:
    """Title of the bars, and below it the colours of the parts; `corner` is the upper left, mm."""
    left, top = corner
    canvas.text(left, top, "What that is made of", weight="bold", va="top", gid="title")
    y = top - 1.7 * medium.row_mm
    for line in lines:
        x = left
        for part in line:
            if part == _SUM:
                mark: dict[str, Any] = {"ms": 3.6 * medium.line, "mfc": "white", "mec": INK, "mew": 0.9}
                canvas.plot([x + 1.0], [y], "D", **mark)
            else:
                corners = [x, x + 2.2, x + 2.2, x], [y - 0.9, y - 0.9, y + 0.9, y + 0.9]
                canvas.fill(*corners, color=PART[part], lw=0)
            canvas.text(x + 3.2, y, part, size=medium.small_pt, va="center", gid="key")
            x += 3.2 + text_size(part, medium.small_pt)[0] + 3.8
        y -= 1.2 * medium.row_mm
