"""Durations: how long ideas took from stage to stage.

What does not live here: any duration, they come from ``indicators.pipeline``; how many came through
(``funnel``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.indicators.pipeline import stage_durations, step_times
from ecopark.report import style
from ecopark.report.numbers import axis_number
from ecopark.report.style import INK, PRINT, QUIET, Area, Medium
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]

_COLOUR = "#3F6E99"
_HEAD, _LINE, _FOOT, _NAMES, _SIDE, _ROW = 14.0, 3.6, 9.0, 40.0, 35.0, 9.0  # mm at 7 pt
_UNITS = {"months": (12.0, "mo"), "years": (1.0, "yr")}
# More dots in one row cannot be told apart.
_MOST_DOTS = 250
_GOLDEN = (5.0**0.5 - 1.0) / 2.0


def draw_durations(tables: RunTables, *, ax: Axes | None = None, medium: Medium = PRINT) -> Axes:
    """Draw how long ideas took from stage to stage, and from identified to operating.

    Large dot: median; thick and thin line: central 50 % and 90 %; small dots: single ideas, at most 250 a
    row, evenly taken in order of duration. Only ideas that made a step count in its row. Where one took
    more than twice the longest 90 % range, the axis ends before it and the figure says how many are not
    shown.

    Parameters
    ----------
    tables : RunTables
        Tables of the run.
    ax : matplotlib.axes.Axes, optional
        Its room is used; by default a new figure.
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x is the duration in the unit of its label: months where 90 % of every step took less than 1.5
        years, else years. One row per step.
    """
    steps, times = stage_durations(tables.synergies), step_times(tables.synergies)
    longest = float(steps["p95"].fillna(0.0).max())
    unit = "months" if 0.0 < longest < 1.5 else "years"
    scale, factor = _UNITS[unit][0], medium.text_pt / 7.0
    limit = _limit(times, longest)
    notes = _notes(times, limit, unit)
    head, foot, left = (_HEAD + _LINE * len(notes)) * factor, _FOOT * factor, _NAMES * factor
    with style.house(medium):
        height = min(head + foot + _ROW * factor * len(steps), medium.height_mm)
        area = style.take_area(ax, medium.width_mm, height)
        wide, tall = area.width_mm - left - _SIDE * factor, area.height_mm - head - foot
        panel = area.panel(left, foot, wide, tall)
        panel.set(xlim=(-0.012 * scale * limit, 1.02 * scale * limit), ylim=(len(steps) - 0.5, -0.5))
        for at, step in enumerate(steps.index):
            own = scale * np.sort(times.loc[times["step"] == step, "years"].to_numpy(dtype=float))
            if own.size:
                _draw_step(panel, at, own, scale * steps.loc[step].drop("ideas"), medium)
            _label_step(panel, at, steps.loc[step], unit, medium)
        _finish(panel, steps, unit, medium)
        _draw_head(area, notes, medium)
    return panel


def _limit(times: pd.DataFrame, longest: float) -> float:
    """End of the axis, yr."""
    most = float(times["years"].max()) if len(times) else 0.0
    if longest > 0.0:
        return most if most <= 2.0 * longest else 1.5 * longest
    return most or 1.0


def _notes(times: pd.DataFrame, limit: float, unit: str) -> list[str]:
    """What must be known to read the figure, one line each."""
    notes = []
    whole = times.loc[times["step"] == "identified to operating", "years"]
    at_once = int((whole == 0.0).sum())
    if at_once:
        some = f"{at_once:,} exchanges" if at_once > 1 else "1 exchange"
        notes.append(
            f"{some} began on the day of the idea, such as those carried on from a plant that closed"
        )
    beyond = times.loc[times["years"] > limit, "years"]
    if len(beyond):
        most = _spell(_UNITS[unit][0] * float(beyond.max()))
        many = "1 longer time is" if len(beyond) == 1 else f"{len(beyond):,} longer times are"
        notes.append(f"{many} not shown, up to {most} {unit}")
    return notes


def _draw_step(ax: Axes, at: int, own: Floats, cuts: pd.Series, medium: Medium) -> None:
    """One row: the ideas as dots, and their quantiles above."""
    line, y = medium.line, at - 0.16
    taken = np.linspace(0, own.size - 1, min(own.size, _MOST_DOTS)).round().astype(int)
    # Multiples of the golden ratio spread neighbours evenly, and the same way every time.
    offset = 0.08 + 0.32 * ((np.arange(taken.size) * _GOLDEN) % 1.0)
    dots: dict[str, Any] = {"ms": 1.3 * line, "mfc": _COLOUR, "mec": "none", "alpha": 0.45}
    ax.plot(own[taken], at + offset, "o", gid="ideas", zorder=2, **dots)
    ax.plot([cuts["p05"], cuts["p95"]], [y, y], color=_COLOUR, lw=0.8 * line, gid="span90", zorder=3)
    half: dict[str, Any] = {"lw": 2.8 * line, "solid_capstyle": "butt"}
    ax.plot([cuts["low"], cuts["high"]], [y, y], color=_COLOUR, gid="span50", zorder=3, **half)
    middle: dict[str, Any] = {"ms": 4.0 * line, "mfc": INK, "mec": "white", "mew": 0.5 * line}
    ax.plot([cuts["median"]], [y], "o", gid="median", zorder=4, **middle)


def _spell(value: float) -> str:
    """A duration with no more digits than can matter."""
    rounded = round(value, 2)
    return f"{rounded:.2g}" if rounded < 9.95 else f"{rounded:,.0f}"


def _label_step(ax: Axes, at: int, row: pd.Series, unit: str, medium: Medium) -> None:
    """Median with its 90 % range, and how many ideas made the step."""
    (scale, short), ideas = _UNITS[unit], int(row["ideas"])
    lines = [("no idea", QUIET, "ideas")]
    if ideas:
        middle, low, high = (_spell(scale * row[name]) for name in ("median", "p05", "p95"))
        count = f"{ideas:,} ideas" if ideas > 1 else "1 idea"
        words = f"{middle} {short} ({low}\N{EN DASH}{high})"
        lines = [(words, INK, "median"), (count, QUIET, "ideas")]
    for number, (words, colour, gid) in enumerate(lines):
        y = (0.55 - 1.1 * number) * medium.row_mm / style.MM_PER_POINT if len(lines) > 1 else 0.0
        ax.annotate(
            words, (1.0, at), (6, y), xycoords=("axes fraction", "data"), textcoords="offset points",
            size=medium.small_pt, color=colour, va="center", annotation_clip=False, gid=gid,
        )  # fmt: skip


def _finish(ax: Axes, steps: pd.DataFrame, unit: str, medium: Medium) -> None:
    """Names of the rows, a rule above the whole way, and the unit on the axis."""
    names = [str(step).replace(" to ", " \N{RIGHTWARDS ARROW} ") for step in steps.index]
    ax.set_yticks(np.arange(len(steps)), names)
    ax.get_yticklabels()[-1].set_fontweight("bold")
    ax.axhline(len(steps) - 1.5, color=QUIET, lw=0.5 * medium.line, gid="rule")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_xlabel(f"time taken, {unit}", labelpad=1)
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(axis_number))


def _draw_head(area: Area, notes: list[str], medium: Medium) -> None:
    """Title, what the marks mean, and the notes."""
    factor, small = medium.text_pt / 7.0, medium.small_pt
    ax = area.canvas()
    ax.set_zorder(-1)
    top, size = area.height_mm - 2.0, 1.3 * medium.text_pt
    ax.text(
        2.0, top, "How long ideas took from stage to stage", size=size, weight="bold", va="top", gid="title"
    )
    y = top - 7.4 * factor
    key = "large dot: median; lines: central 50 % and 90 %; small dots: ideas that made the step"
    for number, words in enumerate([key, *notes]):
        ax.text(2.0, y - _LINE * factor * number, words, size=small, color=QUIET, va="center", gid="key")
    x = area.width_mm - _SIDE * factor + 6.0 * style.MM_PER_POINT
    ax.text(x, y, "median (central 90 %)", size=small, color=QUIET, va="center", gid="key")
