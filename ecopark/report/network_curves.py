"""The network in numbers over time: small multiples, one indicator each, named and valued where they stand.

What does not live here: the indicators (``indicators.overtime``), the network itself (``network``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.indicators.overtime import network_over_time, operating_at, present_at
from ecopark.indicators.resilience import largest_removal_loss
from ecopark.report import style
from ecopark.report.line_ends import name_ends
from ecopark.report.numbers import axis_number
from ecopark.report.style import INK, PRINT, QUIET, Area, Medium
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]

_LINE, _BEHIND = "#3F6E99", "#B9C7D6"


@dataclass(frozen=True)
class _Curve:
    """One panel: what it shows, what its numbers count, its values, and others behind them with their name."""

    title: str
    unit: str
    level: Floats
    behind: Floats | None = None
    behind_name: str = ""
    is_share: bool = False


def draw_network_curves(
    tables: RunTables, *, ax: Axes | None = None, medium: Medium = PRINT
) -> NDArray[np.object_]:
    """Draw how the network of exchanges grew, year end by year end.

    Exchanges, with the links (giver, taker, however many exchanges) behind them; firms that exchange, with
    those that exist behind them; partners per exchanging firm; density; the share of the exchanging firms in
    the largest connected piece; the share of exchanges that would go with the worst firm. The last value is
    written beside each line.

    Parameters
    ----------
    tables : RunTables
        Tables of the run.
    ax : matplotlib.axes.Axes, optional
        Its room is used; by default a new figure.
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (6,)
        x is the year; y is in the unit of its label.

    Notes
    -----
    Nodes are the firms that exchange on the day (rule ``linked`` of
    :func:`~ecopark.indicators.overtime.network_over_time`), so that idle firms thin out no density. A year
    without an exchange has no value in the last four panels.
    """
    years, curves = _curves(tables)
    with style.house(medium):
        factor = medium.text_pt / 7.0
        wide = medium.width_mm / medium.height_mm > 1.0
        columns = 3 if wide else 2
        rows = -(-len(curves) // columns)
        head, foot, gap = 13.0 * factor, 9.5 * factor, 11.0 * factor
        left, right = 13.0 * factor, 16.0 * factor
        area = style.take_area(
            ax, medium.width_mm, min(head + foot + rows * 36.0 * factor + (rows - 1) * gap, medium.height_mm)
        )
        tall = (area.height_mm - head - foot - (rows - 1) * gap) / rows
        across = area.width_mm / columns
        panels = []
        for at, curve in enumerate(curves):
            row, column = divmod(at, columns)
            bottom = foot + (rows - 1 - row) * (tall + gap)
            # The title of a panel stands in the head or the gap above it.
            panel = area.panel(column * across + left, bottom, across - left - right, tall - 4.0 * factor)
            _draw_curve(panel, years, curve, row == rows - 1, medium)
            _write_last(panel, curve, (tall - 4.0 * factor, right - 0.5), medium)
            panels.append(panel)
        _write_head(area, medium)
    return np.array(panels, dtype=object)


def _curves(tables: RunTables) -> tuple[NDArray[np.int64], Sequence[_Curve]]:
    """Years, and the values at the end of each."""
    first, last = tables.span
    years = np.arange(first, last + 1)
    ends = [pd.Timestamp(year, 12, 31) for year in years]
    tidy = network_over_time(tables.synergies, tables.firms, ends)
    worst = np.array([largest_removal_loss(operating_at(tables.synergies, end)) for end in ends])
    wide = tidy.pivot_table("value", "period", "indicator").reindex(pd.DatetimeIndex(ends).as_unit("s"))

    def of(name: str, missing: float = np.nan) -> Floats:
        if name not in wide.columns:
            return np.full(len(years), missing)
        return np.asarray(wide[name].fillna(missing), dtype=np.float64)

    exists = np.array([len(present_at(tables.firms, end)) for end in ends], dtype=np.float64)
    return years, (
        _Curve("Exchanges in operation", "exchanges", of("exchanges", 0.0), of("links", 0.0), "links"),
        _Curve("Firms that exchange", "firms", of("nodes", 0.0), exists, "exist"),
        _Curve("Partners per exchanging firm", "mean number of partners", of("mean_degree")),
        _Curve("Density", "links, % of all possible", 100.0 * of("density_directed"), is_share=True),
        _Curve(
            "Largest connected piece",
            "% of exchanging firms",
            100.0 * of("giant_component_share"),
            is_share=True,
        ),
        _Curve("Lost if the worst firm closes", "% of exchanges", 100.0 * worst, is_share=True),
    )


def _draw_curve(ax: Axes, years: NDArray[np.int64], curve: _Curve, is_lowest: bool, medium: Medium) -> None:
    """One line, the one behind it, and their last values."""
    ends = [(curve.level, _LINE, "")]
    if curve.behind is not None:
        ends.append((curve.behind, _BEHIND, curve.behind_name))
    top = max((float(np.nanmax(v)) for v, _, _ in ends if np.isfinite(v).any()), default=1.0)
    limit = 105.0 if curve.is_share and top > 60.0 else 1.08 * (top or 1.0)
    ax.set(xlim=(years[0], years[-1] + 1), ylim=(0.0, limit))
    # At the end of its year each value holds; the line is straight between.
    for values, colour, name in reversed(ends):
        ax.plot(
            years + 1.0,
            values,
            color=colour,
            lw=(1.4 if colour == _LINE else 1.1) * medium.line,
            gid=name or "line",
        )
    ax.set_title(curve.title, size=medium.text_pt, weight="bold", pad=3)
    ax.set_ylabel(curve.unit)
    ax.set_xlabel("year" if is_lowest else "", labelpad=1)
    ax.yaxis.set_major_locator(
        MaxNLocator(4, steps=[1, 2, 2.5, 5, 10], integer=not curve.is_share and top > 3.0)
    )
    ax.yaxis.set_major_formatter(FuncFormatter(axis_number))
    ax.xaxis.set_major_locator(MaxNLocator(4, integer=True, steps=[1, 2, 5, 10]))
    ax.grid(axis="y")


def _write_last(ax: Axes, curve: _Curve, size: tuple[float, float], medium: Medium) -> None:
    """Last value of each line beside its end."""
    lines = [(curve.level, INK, "%" if curve.is_share else "")]
    if curve.behind is not None:
        lines.append((curve.behind, QUIET, curve.behind_name))
    entries = []
    for values, colour, name in lines:
        if np.isfinite(values[-1]):
            last = float(values[-1])
            entries.append((last, "", colour, f"{axis_number(round(last, 1))} {name}".rstrip()))
    name_ends(ax, entries, size, medium)


def _write_head(area: Area, medium: Medium) -> None:
    """Title, and what is counted."""
    canvas = area.canvas()
    canvas.set_zorder(-1)
    top = area.height_mm - 1.5
    canvas.text(
        2.0, top, "The network in numbers", size=1.3 * medium.text_pt, weight="bold", va="top", gid="title"
    )
    y = top - 1.75 * 1.3 * medium.text_pt * style.MM_PER_POINT
    basis = "at the end of each year, among the firms that exchange; a link is all exchanges from one firm to another"
    canvas.text(2.0, y, basis, size=medium.small_pt, color=QUIET, va="top", gid="basis")
