"""Figures of who gains: present value against the Shapley value, and how soon it is paid back.

What does not live here: measuring anything; the tables come from ``ecopark.planning.gains.measuring``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.gains_panel import (
    ACTUAL,
    FAIR,
    FOOT,
    HEAD,
    name_room,
    place_rows,
    row_panel,
    rule_at_zero,
    write_legend,
    write_side,
)
from ecopark.report.numbers import even_numbers, number, scale_of
from ecopark.report.result_plots import Drawn, ResultPlots
from ecopark.report.style import FAINT, PRINT, QUIET, Medium

_SIDE = 26.0
_MOST_ROWS = 30


class GainsPlots(ResultPlots):
    """Figures of the gains of a run, or of several.

    Parameters
    ----------
    gains : Gains or GainsOverRuns

    Examples
    --------
    >>> gains.plot.split().figure.savefig("split.pdf")  # doctest: +SKIP
    """

    def __init__(self, gains: Any) -> None:
        self._gains = gains

    def split(self, **options: Any) -> Axes:
        """Present value beside the Shapley value; see :func:`draw_split`."""
        return draw_split(self._gains.firms, self._gains.currency, self._gains.labels, **options)

    def firms(self, **options: Any) -> NDArray[np.object_]:
        """Present value and payback; see :func:`draw_firms`."""
        return draw_firms(self._gains.firms, self._gains.currency, self._gains.labels, **options)

    def drawn(self, medium: Medium = PRINT) -> Mapping[str, Drawn]:
        """Every figure there is something to draw of, by the name of its file."""
        return {"split": self.split(medium=medium), "firms": self.firms(medium=medium)}


def draw_split(
    table: pd.DataFrame,
    currency: str,
    labels: Mapping[str, str],
    *,
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> Axes:
    """What each firm has of the joint gain, beside what it brings about.

    Parameters
    ----------
    table : pandas.DataFrame
        ``firm, npv, shapley, overpaid``; of several runs also ``npv_low, npv_high``.
    currency : str
    labels : mapping of str to str
        Name of each firm.
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x is the present value, one row per firm, at most 30: dot what it has, diamond its Shapley value, on the
        right the difference; a thin line through the dot is its 95 % interval.
    """
    with style.house(medium):
        rows = table.head(_MOST_ROWS)
        area, factor = place_rows(len(rows), "Who has what of the joint gain" + _cut(table), ax, medium)
        divisor, unit = scale_of(float(rows[["npv", "shapley"]].abs().max().max() or 1.0), currency)
        names = [labels.get(firm, firm) for firm in rows["firm"]]
        left, side = name_room(area, names, medium), _SIDE * factor
        box = (left, FOOT * factor, area.width_mm - left - side, area.height_mm - (HEAD + FOOT) * factor)
        panel = row_panel(area, box, names, left - 4.0, medium)
        size = 3.8 * medium.line
        for at, ends in enumerate((rows[["npv", "shapley"]].to_numpy(dtype=float) / divisor).tolist()):
            panel.plot(ends, [at, at], color=FAINT, lw=1.6 * medium.line, gid="gap")
            if "npv_low" in rows:
                span = rows[["npv_low", "npv_high"]].iloc[at].to_numpy(dtype=float) / divisor
                panel.plot(span, [at, at], color=ACTUAL, lw=0.8 * medium.line, gid="interval")
            panel.plot([ends[1]], [at], "D", color=FAIR, ms=size, gid="shapley")
            panel.plot([ends[0]], [at], "o", color=ACTUAL, ms=size, gid="npv")
        rule_at_zero(panel)
        panel.set_xlabel(f"present value, {unit}")
        write_side(panel, even_numbers(rows["overpaid"] / divisor, sign=True), side - 3.0, medium)
        panel.annotate(
            f"difference,\n{unit}", (1.0, 1.0), (3, 4), xycoords="axes fraction", textcoords="offset points",
            size=medium.small_pt, color=QUIET, va="bottom", annotation_clip=False, gid="side head",
        )  # fmt: skip
        write_legend(panel, (("● has", ACTUAL), ("◆ Shapley value", FAIR)), medium)
    return panel


def draw_firms(
    table: pd.DataFrame,
    currency: str,
    labels: Mapping[str, str],
    *,
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> NDArray[np.object_]:
    """Present value of each firm, and the time until what it spent has come back.

    Parameters
    ----------
    table : pandas.DataFrame
        ``firm, npv, payback``; of one run also ``discounted_payback``.
    currency : str
    labels : mapping of str to str
        Name of each firm.
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,)
        One row per firm, at most 30. Left x is the present value; right x is the time from its first account, the
        diamond with interest. A firm that never was out of pocket has no bar, one that is not paid back by the
        end of the run says so.
    """
    with style.house(medium):
        rows = table.head(_MOST_ROWS)
        area, factor = place_rows(len(rows), "Present value and payback" + _cut(table), ax, medium)
        divisor, unit = scale_of(float(rows["npv"].abs().max() or 1.0), currency)
        names = [labels.get(firm, firm) for firm in rows["firm"]]
        left, gap = name_room(area, names, medium), 8.0 * factor
        wide, tall = (
            (area.width_mm - left - gap - 6.0 * factor) / 2.0,
            area.height_mm - (HEAD + FOOT) * factor,
        )
        worth = row_panel(area, (left, FOOT * factor, wide, tall), names, left - 4.0, medium)
        time = row_panel(area, (left + wide + gap, FOOT * factor, wide, tall), [""] * len(names), 1.0, medium)
        colours = [ACTUAL if value >= 0.0 else FAIR for value in rows["npv"]]
        worth.barh(np.arange(len(rows)), rows["npv"] / divisor, 0.62, color=colours, lw=0, gid="npv")
        rule_at_zero(worth)
        worth.set_xlabel(f"present value, {unit}")
        paid = rows["payback"].to_numpy(dtype=float)
        time.barh(np.arange(len(rows)), np.where(np.isfinite(paid), paid, 0.0), 0.62, color=ACTUAL, lw=0)
        _write_years(time, rows, paid, medium)
        entries = [("■ simple", ACTUAL)]
        if "discounted_payback" in rows:
            late = rows["discounted_payback"].to_numpy(dtype=float)
            late = np.where((late > 0.0) & np.isfinite(late), late, np.nan)
            time.plot(late, np.arange(len(rows)), "D", color=FAIR, ms=2.8 * medium.line, gid="discounted")
            entries.append(("◆ with interest", FAIR))
        time.set_xlim(0.0, max(1.25 * float(paid[np.isfinite(paid)].max(initial=0.0)), 1.0))
        time.set_xlabel("payback, years from the first account")
        write_legend(time, entries, medium)
        write_legend(worth, (("■ gains", ACTUAL), ("■ loses", FAIR)), medium)
    return np.array([worth, time], dtype=object)


def _write_years(panel: Axes, rows: pd.DataFrame, paid: NDArray[np.float64], medium: Medium) -> None:
    """Years to the right of each bar and diamond, or why there are none."""
    late = rows["discounted_payback"].to_numpy(dtype=float) if "discounted_payback" in rows else paid
    for at, (years, end) in enumerate(zip(paid.tolist(), late.tolist(), strict=True)):
        text = (
            number(years)
            if 0.0 < years < np.inf
            else "nothing to pay back"
            if years == 0.0
            else "not paid back"
        )
        ends = [value for value in (years, end) if np.isfinite(value)]
        panel.annotate(
            text, (max(ends, default=0.0), at), (6 if any(ends) else 3, 0), textcoords="offset points",
            size=medium.small_pt, color=QUIET, va="center", gid="years",
        )  # fmt: skip


def _cut(table: pd.DataFrame) -> str:
    """What the title adds where not every firm has its row."""
    return f", {_MOST_ROWS} largest of {len(table)}" if len(table) > _MOST_ROWS else ""
