"""Panels with one named row per entry, as the figures of gains and subsidies share them.

What does not live here: any figure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ecopark.report import style
from ecopark.report.numbers import axis_number, number
from ecopark.report.style import INK, QUIET, Area, Medium

ACTUAL, FAIR = "#3F6E99", "#C8743B"
PITCH, HEAD, FOOT = 5.2, 15.0, 11.0


def place_rows(
    count: int, title: str, ax: Axes | None, medium: Medium, more: float = 0.0
) -> tuple[Area, float]:
    """Area high enough for some rows, its title written.

    Parameters
    ----------
    count : int
        Rows.
    title : str
    ax : matplotlib.axes.Axes or None
        To draw into; None for a new figure.
    medium : Medium
    more : float, mm
        Room below the rows.

    Returns
    -------
    Area
    float
        Factor on all lengths for the medium.
    """
    factor = medium.text_pt / 7.0
    height = min((HEAD + FOOT + PITCH * max(count, 1) + more) * factor, medium.height_mm)
    area = style.take_area(ax, medium.width_mm, height)
    canvas = area.canvas()
    canvas.set_zorder(-1)
    shown = style.shorten(title, area.width_mm - 4.0, 1.2 * medium.text_pt)
    canvas.text(
        2.0, area.height_mm - 1.5, shown, size=1.2 * medium.text_pt, weight="bold", va="top", gid="title"
    )
    return area, factor


def name_room(
    area: Area, names: Sequence[str], medium: Medium, most: float = 0.34, least: float = 34.0
) -> float:
    """Room that the longest of some names needs, within limits.

    Parameters
    ----------
    area : Area
    names : sequence of str
    medium : Medium
    most : float
        Share of the width that they may take.
    least : float, mm
        In print; the same for short names, so that figures beside each other agree.

    Returns
    -------
    float, mm
    """
    longest = max((style.text_size(name, medium.small_pt)[0] for name in names), default=0.0)
    wanted = max(longest + 5.0, least * medium.text_pt / 7.0)
    return min(wanted, most * area.width_mm)


def row_panel(
    area: Area, box: tuple[float, float, float, float], names: Sequence[str], room: float, medium: Medium
) -> Axes:
    """Axes with a row per name, the first at the top.

    Parameters
    ----------
    area : Area
    box : tuple of float, mm
        Left, bottom, width, height.
    names : sequence of str
        Empty strings where the names stand elsewhere.
    room : float, mm
        For the names.
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
    """
    panel = area.panel(*box)
    panel.set_yticks(np.arange(len(names)), [style.shorten(name, room, medium.small_pt) for name in names])
    panel.set_ylim(len(names) - 0.4, -0.6)
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)
    panel.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    panel.xaxis.set_major_formatter(FuncFormatter(axis_number))
    panel.grid(axis="x")
    return panel


def write_legend(panel: Axes, entries: Sequence[tuple[str, str]], medium: Medium) -> None:
    """Coloured words above a panel.

    Parameters
    ----------
    panel : matplotlib.axes.Axes
    entries : sequence of (str, str)
        Text with its mark, and colour.
    medium : Medium
    """
    at = 0.0
    for label, colour in entries:
        panel.annotate(
            label, (0, 1), (at, 4), xycoords="axes fraction", textcoords="offset points",
            size=medium.small_pt, color=colour, va="bottom", annotation_clip=False, gid="legend",
        )  # fmt: skip
        at += (style.text_size(label, medium.small_pt)[0] + 4.0) / style.MM_PER_POINT


def write_side(panel: Axes, texts: Sequence[str], room: float, medium: Medium) -> None:
    """Words to the right of each row.

    Parameters
    ----------
    panel : matplotlib.axes.Axes
    texts : sequence of str
    room : float, mm
    medium : Medium
    """
    for row, text in enumerate(texts):
        panel.annotate(
            style.shorten(text, room, medium.small_pt), (1.0, row), (3, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", size=medium.small_pt, color=QUIET, va="center", annotation_clip=False,
            gid="side",
        )  # fmt: skip


def rule_at_zero(panel: Axes) -> None:
    """A thin line where nothing is gained or lost."""
    panel.axvline(0.0, color=INK, lw=0.7, gid="zero")


def signed(value: float) -> str:
    """Number with its sign, e.g. for what somebody is overpaid.

    Examples
    --------
    >>> signed(66.4), signed(-0.0)
    ('+66', '0')
    """
    if not math.isfinite(value):
        return ""
    return f"+{number(value)}" if value > 0.0 else number(value)
