"""Figures of a comparison in rows: differences of the park with intervals, winners and losers among the firms.

What does not live here: estimating anything; the tables come from a comparison.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.compare_console import INDICATOR_NAMES
from ecopark.report.compare_sentences import worth
from ecopark.report.numbers import axis_number, scale_of
from ecopark.report.style import FAINT, INK, PRINT, QUIET, Area, Medium

BETTER, WORSE = "#3F6E99", "#C8743B"
_LESS_IS_BETTER = ("net_cost", "net_emissions", "landfilled")
_PITCH, _HEAD, _FOOT, _NAMES, _SIDE = 5.0, 13.0, 11.0, 42.0, 52.0
# A difference beyond this share of the base is drawn to the edge, with an arrow; its number stands beside it.
_WIDEST = 150.0
_MOST_FIRMS = 14


def draw_forest(table: pd.DataFrame, title: str, *, ax: Axes | None = None, medium: Medium = PRINT) -> Axes:
    """Differences of the park's indicators with their intervals.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of one alternative: ``indicator, unit, base, difference, low, high, clear``.
    title : str
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x is the difference in percent of the base, the line its 95 % interval; filled and coloured where it is
        clear. Numbers with units stand to the right. Indicators that are nil in the base have no percentage and
        no mark.
    """
    with style.house(medium):
        factor = medium.text_pt / 7.0
        names = [INDICATOR_NAMES.get(str(name), str(name)) for name in table["indicator"]]
        tall = min((_HEAD + _FOOT + _PITCH * len(table)) * factor, medium.height_mm)
        area = style.take_area(ax, medium.width_mm, tall)
        panel = _rows_panel(area, names, _NAMES * factor, _SIDE * factor, medium)
        base = table["base"].abs().to_numpy(dtype=np.float64)
        share = np.divide(100.0, base, out=np.full(base.size, np.nan), where=base > 0.0)
        mean, low, high = (
            table[name].to_numpy(dtype=np.float64) * share for name in ("difference", "low", "high")
        )
        sign = np.where(table["indicator"].isin(_LESS_IS_BETTER), -1.0, 1.0)
        reach = min(float(np.nanmax(np.abs([low, high]), initial=1.0)), _WIDEST)
        panel.set_xlim(-1.08 * reach, 1.08 * reach)
        for row, clear in enumerate(table["clear"]):
            if np.isfinite(mean[row]):
                colour = (BETTER if mean[row] * sign[row] > 0 else WORSE) if clear else FAINT
                _draw_interval(
                    panel, row, (mean[row], low[row], high[row]), reach, colour, medium, filled=bool(clear)
                )
        panel.axvline(0.0, color=INK, lw=0.7)
        panel.set_xlabel("difference, % of the base")
        panel.xaxis.set_major_formatter(FuncFormatter(axis_number))
        _write_side(
            panel, [worth(row) for _, row in table.iterrows()], list(table["clear"]), _SIDE * factor, medium
        )
        _write_title(
            area,
            title,
            _note(mean),
            medium,
        )
    return panel


def _note(shares: NDArray[np.float64]) -> str:
    """What marks and colours mean, and why a row may have none."""
    told = "filled: clear after correction for the number of rows; blue: better, orange: worse"
    return told if np.isfinite(shares).all() else f"{told}; no mark: nil in the base"


def _draw_interval(
    panel: Axes,
    row: int,
    ends: tuple[float, float, float],
    reach: float,
    colour: str,
    medium: Medium,
    *,
    filled: bool,
) -> None:
    """Mean and interval of one row, cut at the edge."""
    mean, low, high = (float(np.clip(value, -reach, reach)) for value in ends)
    if np.isfinite(low) and np.isfinite(high):
        panel.plot(
            [low, high], [row, row], color=colour, lw=2.0 * medium.line, solid_capstyle="butt", gid="interval"
        )
        # An interval that goes on beyond the edge has a point there.
        for end, marker in zip(ends[1:], "<>", strict=True):
            if np.isfinite(end) and end * (1 if marker == ">" else -1) > reach * 1.0001:
                panel.plot(
                    [np.sign(end) * reach], [row], marker, ms=5.0 * medium.line, color=colour, mew=0,
                    clip_on=False, gid="cut",
                )  # fmt: skip
    beyond = abs(ends[0]) > reach
    marker = (">" if ends[0] > 0 else "<") if beyond else "o"
    panel.plot(
        [mean], [row], marker, ms=3.6 * medium.line, mfc=colour if filled else "white", mec=colour, mew=0.8,
        clip_on=False, gid="mean",
    )  # fmt: skip


def draw_winners(
    table: pd.DataFrame, title: str, *, ax: Axes | None = None, medium: Medium = PRINT
) -> NDArray[np.object_]:
    """Who gains and who loses: what each firm pays, emits and keeps from disposal.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of one alternative: ``firm, name, measure, unit, difference, low, high, clear, changed``.
    title : str
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (3,)
        Money (to the right: better off, pays less), emissions (to the right: less), residuals of solid
        materials kept from disposal (to the right: more); one row a firm, the greatest winner at the top. Firms
        whose own business differs are left out.
    """
    with style.house(medium):
        factor = medium.text_pt / 7.0
        money = _of(table, "net_cost", -1.0)
        size = money["difference"].abs().sort_values(ascending=False, kind="stable")
        chosen = money.loc[size[size > 0].index[:_MOST_FIRMS]].sort_values(
            "difference", ascending=False, kind="stable"
        )
        firms = list(chosen.index)
        area = style.take_area(ax, medium.width_mm, (_HEAD + _FOOT + _PITCH * max(len(firms), 2)) * factor)
        names = [str(name) for name in chosen["name"]]
        longest = max((style.text_size(name, medium.small_pt)[0] for name in names), default=0.0) + 4.0
        room = min(max(longest, _NAMES * factor), 0.36 * area.width_mm)
        wide = (area.width_mm - room - 4.0 * factor) / 3.0
        panels = []
        for number, (measure, sign, unit, words) in enumerate(_PANELS):
            left = room + number * wide
            panel = area.panel(
                left, _FOOT * factor, wide - 5.0 * factor, area.height_mm - (_HEAD + _FOOT) * factor
            )
            rows = _of(table, measure, sign, unit).reindex(firms)
            _draw_bars(panel, rows, words, medium)
            _finish_rows(panel, names if number == 0 else [""] * len(firms), medium, room)
            panels.append(panel)
        note = "right of the line: better; line: 95 % interval; full colour: clear"
        _write_title(area, title, note if firms else "no firm pays more or less", medium)
    return np.array(panels, dtype=object)


_PANELS = (
    ("net_cost", -1.0, "", "pays less"),
    ("net_emissions", -1.0, "", "emits less"),
    ("kept_from_disposal", 1.0, "t", "keeps from disposal"),
)


def _of(table: pd.DataFrame, measure: str, sign: float, unit: str = "") -> pd.DataFrame:
    """Rows of one measure by firm, turned so that more is better."""
    rows = table[(table["measure"] == measure) & ~table["changed"]]
    rows = rows[rows["unit"] == unit] if unit else rows
    low, high = ("low", "high") if sign > 0 else ("high", "low")
    turned = rows.assign(difference=sign * rows["difference"], low=sign * rows[low], high=sign * rows[high])
    return turned.set_index("firm")


def _draw_bars(panel: Axes, rows: pd.DataFrame, words: str, medium: Medium) -> None:
    unit = next((str(unit) for unit in rows["unit"] if isinstance(unit, str)), "")
    ends = rows[["difference", "low", "high"]].to_numpy(dtype=np.float64)
    finite = np.abs(ends[np.isfinite(ends)])
    divisor, shown = scale_of(float(finite.max(initial=0.0)), unit) if unit else (1.0, "")
    for row, (mean, low, high) in enumerate(ends / divisor):
        if not np.isfinite(mean):
            continue
        clear = bool(rows["clear"].iloc[row])
        panel.barh(
            row,
            mean,
            0.62,
            color=BETTER if mean > 0 else WORSE,
            alpha=0.95 if clear else 0.3,
            lw=0,
            gid="bar",
        )
        if np.isfinite(low) and high > low:
            panel.plot(
                [low, high],
                [row, row],
                color=INK,
                lw=0.7 * medium.line,
                solid_capstyle="butt",
                gid="interval",
            )
    panel.axvline(0.0, color=INK, lw=0.7)
    panel.set_xlabel(f"{words}, {shown}/yr" if shown else words)
    panel.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    panel.xaxis.set_major_formatter(FuncFormatter(axis_number))


# --------------------------------------------------------------------------- shared
def _rows_panel(area: Area, names: Sequence[str], left: float, right: float, medium: Medium) -> Axes:
    factor = medium.text_pt / 7.0
    panel = area.panel(
        left, _FOOT * factor, area.width_mm - left - right, area.height_mm - (_HEAD + _FOOT) * factor
    )
    _finish_rows(panel, names, medium, left)
    panel.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    return panel


def _finish_rows(panel: Axes, names: Sequence[str], medium: Medium, room: float) -> None:
    """One named row per entry, the first at the top; `room` for the names, mm."""
    shown = [style.shorten(name, room - 3.0, medium.small_pt) if name else "" for name in names]
    panel.set_yticks(np.arange(len(names)), shown)
    panel.set_ylim(max(len(names), 2) - 0.4, -0.6)
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)
    panel.grid(axis="x")


def _write_side(
    panel: Axes, texts: Sequence[str], clear: Sequence[bool], room: float, medium: Medium
) -> None:
    for row, text in enumerate(texts):
        panel.annotate(
            style.shorten(text, room - 3.0, medium.small_pt), (1.0, row), (4, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", size=medium.small_pt, color=INK if clear[row] else QUIET, va="center",
            annotation_clip=False, gid="side",
        )  # fmt: skip


def _write_title(area: Area, title: str, note: str, medium: Medium) -> None:
    canvas = area.canvas()
    canvas.set_zorder(-1)
    size = 1.2 * medium.text_pt
    canvas.text(
        2.0, area.height_mm - 1.5, style.shorten(title, area.width_mm - 4.0, size), size=size, weight="bold", va="top",
        gid="title",
    )  # fmt: skip
    canvas.text(
        2.0, area.height_mm - 2.5 - 1.4 * size * style.MM_PER_POINT, note, size=medium.small_pt, color=QUIET, va="top",
        gid="note",
    )  # fmt: skip
