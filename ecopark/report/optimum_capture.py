"""Possible and realised by year: what negotiation captured of the optimum, and why the rest was lost.

What does not live here: any sum or share; the tables come from ``ecopark.planning.optimum.capture``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.colours import text_colour
from ecopark.report.funnel import REASON
from ecopark.report.numbers import axis_number, even_numbers, number, scale_of
from ecopark.report.style import INK, PRINT, QUIET, Area, Medium

Floats = NDArray[np.float64]

REALISED = "#3F6E99"
# Besides the reasons of ideas; from Tol's muted set.
GAPS: Mapping[str, str] = {
    **REASON,
    "not noticed": "#DDCC77",
    "in the pipeline": "#C4C4C4",
    "crowded out": "#882255",
    "less volume": "#44AA99",
    "other means": "#999933",
    "beyond the optimum": "#AA4499",
}
_OTHER = "#8A8A8A"
_MOST = 9
_DUST = 1e-9
_NAMES = 50.0


@dataclass(frozen=True)
class _Stack:
    """Blocks in decimal years, one row of yearly amounts per part, and the line of the possible."""

    start: Floats
    width: Floats
    names: tuple[str, ...]
    amounts: Floats
    possible: Floats


def draw_capture(
    blocks: pd.DataFrame,
    losses: pd.DataFrame,
    unit: str,
    *,
    title: str = "Possible and realised",
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> Axes:
    """Draw what was realised of the possible by year, and the losses stacked above it by reason.

    Parameters
    ----------
    blocks : pandas.DataFrame
        One row per block of years: ``block``, ``start``, ``end`` (dates), ``possible``, ``realised`` (a year,
        in `unit`).
    losses : pandas.DataFrame
        ``block``, ``reason``, ``lost`` (a year, in `unit`); by block they sum to possible less realised.
    unit : str
        Of a yearly amount, e.g. ``"DKK"`` or ``"t CO2e"``.
    title : str
    ax : matplotlib.axes.Axes, optional
        Its room is used; by default a new figure.
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x is the year, y the amount per year. What would have cost more than it gained stands below zero; the
        nine largest reasons have a colour, the rest is "other reasons".
    """
    stack = _stack(blocks, losses)
    with style.house(medium):
        factor = medium.text_pt / 7.0
        area = style.take_area(ax, medium.width_mm, 92.0 * factor)
        left, foot = 18.0 * factor, 10.0 * factor
        wide = area.width_mm - left - (_NAMES + 4.0) * factor
        tall = area.height_mm - foot - 10.0 * factor
        panel = area.panel(left, foot, wide, tall)
        divisor, shown = _draw_bars(panel, stack, unit, medium)
        panel.set_ylabel(f"{shown} per year")
        _draw_names(area, stack, divisor, shown, (left + wide + 4.0 * factor, foot, tall), medium)
        canvas = area.canvas()
        canvas.set_zorder(-1)
        canvas.text(
            2.0, area.height_mm - 1.5, title, size=1.2 * medium.text_pt, weight="bold", va="top", gid="title"
        )
    return panel


def _stack(blocks: pd.DataFrame, losses: pd.DataFrame) -> _Stack:
    """Realised first, then the reasons by their total, small ones pooled."""
    ordered = blocks.sort_values("block")
    start, end = (decimal_years(ordered[side]) for side in ("start", "end"))
    sums = losses.pivot_table("lost", "reason", "block", aggfunc="sum")
    sums = sums.reindex(columns=ordered["block"]).fillna(0.0)
    total = (sums * (end - start)).sum(axis=1)
    # What rounding leaves of a reason is none.
    total = total[total.abs() > _DUST * max(float(total.abs().sum()), float(ordered["possible"].abs().sum()))]
    order = sorted(total.index, key=lambda reason: (-abs(total[reason]), reason))
    kept = order[:_MOST] if len(order) > _MOST + 1 else order
    names, rows = ["realised"], [ordered["realised"].to_numpy(dtype=float)]
    for reason in kept:
        names.append(str(reason))
        rows.append(sums.loc[reason].to_numpy(dtype=float))
    if len(kept) < len(order):
        names.append("other reasons")
        rows.append(sums.loc[order[len(kept) :]].to_numpy(dtype=float).sum(axis=0))
    return _Stack(start, end - start, tuple(names), np.array(rows), ordered["possible"].to_numpy(dtype=float))


def decimal_years(dates: pd.Series) -> Floats:
    """Dates as years with a fraction.

    Parameters
    ----------
    dates : pandas.Series
        Of dates.

    Returns
    -------
    ndarray of float, shape (n,), yr
    """
    days = pd.to_datetime(dates)
    length = np.where(days.dt.is_leap_year, 366.0, 365.0)
    return np.asarray(days.dt.year + (days.dt.day_of_year - 1) / length, dtype=np.float64)


def colour_of(name: str) -> str:
    """Colour of a part of the stack, as ``#rrggbb``; grey for a reason without one of its own."""
    return REALISED if name == "realised" else GAPS.get(name, _OTHER)


def _draw_bars(panel: Axes, stack: _Stack, unit: str, medium: Medium) -> tuple[float, str]:
    """Parts upward from zero where positive and downward where negative; the possible as a line."""
    gains, losses = np.maximum(stack.amounts, 0.0), np.minimum(stack.amounts, 0.0)
    high, low = float(gains.sum(axis=0).max(initial=0.0)), float(losses.sum(axis=0).min(initial=0.0))
    divisor, shown = scale_of(max(high, -low), unit)
    middle = stack.start + stack.width / 2.0
    gap = np.minimum(0.06 * stack.width, 0.4)
    for side in (gains, losses):
        base = np.zeros(len(stack.start))
        for name, part in zip(stack.names, side, strict=True):
            panel.bar(
                middle, part / divisor, stack.width - gap, base / divisor, color=colour_of(name), lw=0, gid=name
            )  # fmt: skip
            base = base + part
    edges = np.append(stack.start, stack.start[-1] + stack.width[-1])
    panel.stairs(
        stack.possible / divisor, edges, color=INK, lw=1.3 * medium.line, baseline=None, gid="possible"
    )
    panel.set_xlim(edges[0], edges[-1])
    room = max(high - low, 1e-9)
    panel.set_ylim((low - 0.04 * room if low < 0.0 else 0.0) / divisor, (high + 0.05 * room) / divisor)
    panel.axhline(0, color=QUIET, lw=0.5)
    panel.grid(axis="y")
    panel.set_xlabel("year", labelpad=1)
    panel.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 5, 10]))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    panel.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    panel.yaxis.set_major_formatter(FuncFormatter(axis_number))
    return divisor, shown


def _draw_names(
    area: Area, stack: _Stack, divisor: float, unit: str, at: tuple[float, float, float], medium: Medium
) -> None:
    """Parts with their mean a year, in the order of the stack, the possible on top."""
    left, bottom, tall = at
    ax = area.canvas(left, bottom, area.width_mm - left, tall)
    small, factor = medium.small_pt, medium.text_pt / 7.0
    pitch = min(2.0 * small * style.MM_PER_POINT, tall / (len(stack.names) + 2))
    years = float(stack.width.sum())
    means = (stack.amounts * stack.width).sum(axis=1) / years / divisor
    whole = float((stack.possible * stack.width).sum()) / years / divisor
    ax.text(0, pitch * (len(stack.names) + 1.5), f"mean, {unit} per year", size=small, color=QUIET, va="center",
            gid="name")  # fmt: skip
    ax.plot([0, 2.0 * factor], [pitch * (len(stack.names) + 0.5)] * 2, color=INK, lw=1.3 * medium.line)
    ax.text(3.2 * factor, pitch * (len(stack.names) + 0.5), f"possible {number(whole)}", size=small,
            va="center", gid="name")  # fmt: skip
    written = even_numbers(means)
    for row, (name, mean) in enumerate(zip(stack.names, means, strict=True)):
        y, colour = pitch * (row + 0.5), colour_of(name)
        side = 0.9 * factor
        ax.fill([0, 2 * side, 2 * side, 0], [y - side, y - side, y + side, y + side], color=colour, lw=0)
        share = f" ({axis_number(round(100.0 * mean / whole))} %)" if whole > 0.0 else ""
        text = style.shorten(f"{name} {written[row]}{share}", area.width_mm - left - 4.0, small)
        ax.text(3.2 * factor, y, text, size=small, color=text_colour(colour), va="center", gid="name")
