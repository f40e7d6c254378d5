"""Figures of a study with one row per parameter or alternative: tornado, indices, paired differences.

What does not live here: estimating anything; the tables come from a study's results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.compare_console import INDICATOR_NAMES
from ecopark.report.numbers import axis_number, scale_of
from ecopark.report.style import INK, PRINT, QUIET, Area, Medium

LOW, HIGH = "#5B8DB8", "#C8743B"
_PITCH = 6.4
_HEAD, _FOOT, _NAMES = 14.0, 12.0, 46.0


def draw_tornado(
    table: pd.DataFrame,
    output: str,
    unit: str,
    units: Mapping[str, str],
    *,
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> Axes:
    """Change of an output when one parameter at a time goes to its lowest and highest value.

    Parameters
    ----------
    table : pandas.DataFrame
        Indexed by parameter, largest swing first: ``low, low_from, low_to, high, high_from, high_to`` and
        ``low_value, high_value``, as ``results.sensitivity`` of a one-at-a-time design gives.
    output, unit : str
        For the axis.
    units : mapping of str to str
        Unit of each parameter.
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x is the paired difference to the base with its 95 % interval, one row per parameter.
    """
    with style.house(medium):
        divisor, shown = _scale(table[["low", "high", "low_from", "high_to", "low_to", "high_from"]], unit)
        panel, area = _rows(table.index, medium, ax, f"{name_output(output)}: one parameter at a time")
        for row, (_, entry) in enumerate(table.iterrows()):
            # Half a row each: both ends of a parameter may move the output the same way.
            for end, colour, at in (("low", LOW, row - 0.18), ("high", HIGH, row + 0.18)):
                value = float(entry[end]) / divisor
                panel.barh(at, value, 0.36, color=colour, lw=0, gid=end)
                _interval(panel, at, entry[f"{end}_from"] / divisor, entry[f"{end}_to"] / divisor, medium)
        ends = [(_value(e["low_value"]), _value(e["high_value"])) for _, e in table.iterrows()]
        values = [f"{a} to {b} {units.get(str(n), '')}" for (a, b), n in zip(ends, table.index, strict=True)]
        _side(area, panel, values, medium)
        panel.axvline(0, color=INK, lw=0.7)
        panel.set_xlabel(f"difference to the base, {shown}".rstrip(", "))
        _legend(panel, (("lowest value", LOW), ("highest value", HIGH)), medium)
    return panel


def draw_indices(table: pd.DataFrame, output: str, *, ax: Axes | None = None, medium: Medium = PRINT) -> Axes:
    """Variance-based indices with their intervals.

    Parameters
    ----------
    table : pandas.DataFrame
        Indexed by parameter: ``S1`` with ``S1_conf`` and, of a Sobol design, ``ST`` with ``ST_conf``.
    output : str
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x is the share of the output's variance, one row per parameter.
    """
    with style.house(medium):
        panel, _ = _rows(table.index, medium, ax, f"{name_output(output)}: what its variance comes from")
        kinds = [("S1", "alone (first order)", LOW), ("ST", "with interactions (total)", HIGH)]
        kinds = [kind for kind in kinds if kind[0] in table]
        high = 0.36 if len(kinds) > 1 else 0.62
        for number, (name, _, colour) in enumerate(kinds):
            at = np.arange(len(table)) + (number - (len(kinds) - 1) / 2) * high
            panel.barh(at, table[name], high, color=colour, lw=0, gid=name)
            for y, value, half in zip(at, table[name], table[f"{name}_conf"], strict=True):
                _interval(panel, float(y), value - half, value + half, medium)
        panel.axvline(0, color=INK, lw=0.7)
        # A share lies between nought and one; with few points the intervals do not.
        low, high = panel.get_xlim()
        panel.set_xlim(max(low, -1.0), min(high, 2.0))
        panel.set_xlabel("share of the variance over the ranges studied (lines: 95 % intervals)")
        _legend(panel, [(label, colour) for _, label, colour in kinds], medium)
    return panel


def draw_screening(
    table: pd.DataFrame, output: str, unit: str, *, ax: Axes | None = None, medium: Medium = PRINT
) -> Axes:
    """Elementary effects of Morris: their mean size and their spread.

    Parameters
    ----------
    table : pandas.DataFrame
        Indexed by parameter: ``mu_star``, ``mu_star_conf``, ``sigma``.
    output, unit : str
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x is the mean absolute effect of going through a parameter's whole range; the bar is that mean, the
        diamond the standard deviation of the effects: to the right of the bar's end the effect depends on the other
        parameters or changes its sign.
    """
    with style.house(medium):
        divisor, shown = _scale(table[["mu_star", "sigma"]], unit)
        panel, _ = _rows(table.index, medium, ax, f"{name_output(output)}: screening by elementary effects")
        rows = np.arange(len(table))
        panel.barh(rows, table["mu_star"] / divisor, 0.62, color=LOW, lw=0, gid="mu_star")
        for row, value, half in zip(rows, table["mu_star"], table["mu_star_conf"], strict=True):
            _interval(panel, float(row), (value - half) / divisor, (value + half) / divisor, medium)
        size = 3.4 * medium.line
        panel.plot(
            table["sigma"] / divisor, rows, "D", color=HIGH, ms=size, mew=0.5, mec="white", gid="sigma"
        )
        panel.set_xlim(left=0)
        panel.set_xlabel(f"effect of a parameter's whole range, {shown}".rstrip(", "))
        _legend(panel, (("mean size (mu*)", LOW), ("spread (sigma)", HIGH)), medium)
    return panel


def draw_differences(
    table: pd.DataFrame, output: str, unit: str, *, ax: Axes | None = None, medium: Medium = PRINT
) -> Axes:
    """Paired differences of alternatives to the base.

    Parameters
    ----------
    table : pandas.DataFrame
        ``label``, ``mean``, ``low``, ``high``, ``replicates`` of one output.
    output, unit : str
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x is the mean difference, the line its 95 % bootstrap interval.
    """
    with style.house(medium):
        divisor, shown = _scale(table[["mean", "low", "high"]], unit)
        panel, area = _rows(
            table["label"], medium, ax, f"{name_output(output)}: difference to the base, same luck"
        )
        rows = np.arange(len(table))
        for row, low, high in zip(rows, table["low"] / divisor, table["high"] / divisor, strict=True):
            panel.plot(
                [low, high],
                [row, row],
                color=LOW,
                lw=2.2 * medium.line,
                solid_capstyle="butt",
                gid="interval",
            )
        panel.plot(table["mean"] / divisor, rows, "o", color=INK, ms=3.4 * medium.line, gid="mean")
        _side(area, panel, [f"{count} pairs" for count in table["replicates"]], medium)
        panel.axvline(0, color=INK, lw=0.7)
        panel.set_xlabel(f"mean difference with 95 % interval, {shown}".rstrip(", "))
    return panel


# --------------------------------------------------------------------------- shared
def name_output(output: str) -> str:
    """Name of an output of a study as titles have it.

    Parameters
    ----------
    output : str

    Returns
    -------
    str

    Examples
    --------
    >>> name_output("avoided_co2"), name_output("largest_share")
    ('CO₂e avoided by exchanges', 'largest share')
    """
    return INDICATOR_NAMES.get(output, output.replace("_", " "))


def _rows(
    names: Sequence[str] | pd.Index | pd.Series, medium: Medium, ax: Axes | None, title: str
) -> tuple[Axes, Area]:
    """Panel with one named row per entry, the first at the top."""
    factor = medium.text_pt / 7.0
    labels = [str(name).replace("_", " ") for name in names]
    longest = max((style.text_size(label, medium.small_pt)[0] for label in labels), default=0.0) + 5.0
    height = min((_HEAD + _FOOT + _PITCH * len(labels)) * factor, medium.height_mm)
    area = style.take_area(ax, medium.width_mm, height)
    left = min(max(longest, _NAMES * factor), 0.36 * area.width_mm)
    right = 30.0 * factor
    tall = area.height_mm - (_HEAD + _FOOT) * factor
    panel = area.panel(left, _FOOT * factor, area.width_mm - left - right, tall)
    room = left - 4.0
    panel.set_yticks(
        np.arange(len(labels)), [style.shorten(label, room, medium.small_pt) for label in labels]
    )
    panel.set_ylim(len(labels) - 0.4, -0.6)
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)
    panel.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    panel.xaxis.set_major_formatter(FuncFormatter(axis_number))
    panel.grid(axis="x")
    canvas = area.canvas()
    canvas.set_zorder(-1)
    canvas.text(
        2.0,
        area.height_mm - 1.5,
        title,
        size=1.2 * medium.text_pt,
        weight="bold",
        va="top",
        gid="title",
    )
    return panel, area


def _interval(panel: Axes, row: float, low: float, high: float, medium: Medium) -> None:
    """Thin line of an interval over a bar; none where it has no width or is not known."""
    if np.isfinite(low) and np.isfinite(high) and high > low:
        panel.plot(
            [low, high], [row, row], color=INK, lw=0.8 * medium.line, solid_capstyle="butt", gid="interval"
        )


def _side(area: Area, panel: Axes, texts: Sequence[str], medium: Medium) -> None:
    """Words to the right of each row."""
    room = 28.0 * medium.text_pt / 7.0
    for row, text in enumerate(texts):
        panel.annotate(
            style.shorten(text, room, medium.small_pt), (1.0, row), (3, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", size=medium.small_pt, color=QUIET, va="center", annotation_clip=False,
            gid="side",
        )  # fmt: skip


def _legend(panel: Axes, entries: Sequence[tuple[str, str]], medium: Medium) -> None:
    """Coloured words above the panel."""
    at = 0.0
    for label, colour in entries:
        panel.annotate(
            f"\N{BLACK SQUARE} {label}", (0, 1), (at, 4), xycoords="axes fraction", textcoords="offset points",
            size=medium.small_pt, color=colour, va="bottom", annotation_clip=False, gid="legend",
        )  # fmt: skip
        at += (style.text_size(f"\N{BLACK SQUARE} {label}", medium.small_pt)[0] + 4.0) / style.MM_PER_POINT


def _scale(values: pd.DataFrame, unit: str) -> tuple[float, str]:
    numbers: NDArray[np.float64] = values.to_numpy(dtype=np.float64)
    largest = float(np.nanmax(np.abs(numbers))) if np.isfinite(numbers).any() else 0.0
    return (1.0, "" if unit in ("", "1") else unit) if unit in ("", "1", "count") else scale_of(largest, unit)


def _value(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value).replace("_", " ")
