"""Names at the ends of lines, pushed apart where they would overlap: direct labels instead of a legend.

What lives here: places of such names. What does not: labels on maps (``labels``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from ecopark.report import style
from ecopark.report.style import Medium


def part_heights(wanted: ArrayLike, pitch: float, low: float, high: float) -> NDArray[np.float64]:
    """Heights as near to the wanted ones as a smallest pitch allows.

    Parameters
    ----------
    wanted : array_like of float, shape (n,), mm
    pitch : float, mm
        Smallest distance of two neighbours; less only where `n` of them find no room.
    low, high : float, mm
        Bounds.

    Returns
    -------
    ndarray of float, shape (n,), mm
        In the order of `wanted`; the heights keep its order.

    Examples
    --------
    >>> part_heights([1.0, 1.0, 9.0], 3.0, 0.0, 10.0).tolist()
    [1.0, 4.0, 9.0]
    """
    values = np.asarray(wanted, dtype=np.float64)
    if not values.size:
        return values
    step = min(pitch, (high - low) / max(values.size - 1, 1))
    order = np.argsort(values, kind="stable")
    places = np.clip(values[order], low, high)
    for at in range(1, places.size):
        places[at] = max(places[at], places[at - 1] + step)
    # What was pushed above the bound comes down again and takes its neighbours with it.
    places[-1] = min(places[-1], high)
    for at in range(places.size - 2, -1, -1):
        places[at] = min(places[at], places[at + 1] - step)
    result = np.empty_like(places)
    result[order] = places
    return result


def name_ends(
    panel: Axes, entries: Sequence[tuple[float, str, str, str]], size_mm: tuple[float, float], medium: Medium
) -> None:
    """Write a name to the right of each line's end, with a thin leader where it had to move.

    Parameters
    ----------
    panel : matplotlib.axes.Axes
        Its limits are set.
    entries : sequence of (float, str, str, str)
        Height in data coordinates, name, colour, and what follows the name, such as a value; where room is
        short the name gives way.
    size_mm : tuple of float, mm
        Height of the panel, and room for the names at its right.
    medium : Medium
    """
    tall, room = size_mm
    low, high = panel.get_ylim()
    wanted = [tall * (value - low) / (high - low) for value, *_ in entries]
    # Half a line may stand beyond the panel: there is air above and below it.
    heights = part_heights(wanted, 1.02 * medium.row_mm, 0.0, tall)
    gap = 3.0
    for (_, text, colour, tail), was, now in zip(entries, wanted, heights, strict=True):
        moved = abs(now - was) > 0.35 * medium.row_mm
        if moved:
            panel.annotate(
                "", (1.0, was / tall), (1.0 + gap / _wide(panel), now / tall), xycoords="axes fraction",
                textcoords="axes fraction", annotation_clip=False,
                arrowprops={"arrowstyle": "-", "lw": 0.4, "color": colour, "shrinkA": 0, "shrinkB": 0},
            )  # fmt: skip
        after = f" {tail}" if text and tail else tail
        rest = room - gap - 2.0 - style.text_size(after, medium.small_pt)[0]
        shown = (style.shorten(text, rest, medium.small_pt) if text else "") + after
        panel.annotate(
            shown, (1.0, now / tall), ((gap + 0.6) / style.MM_PER_POINT, 0), xycoords="axes fraction",
            textcoords="offset points", size=medium.small_pt, color=colour, va="center",
            annotation_clip=False, gid="end",
        )  # fmt: skip


def _wide(panel: Axes) -> float:
    """Width of a panel, mm."""
    figure = panel.get_figure(root=True)
    return (
        float(panel.get_position().width * figure.get_size_inches()[0] * style.MM_PER_INCH) if figure else 1.0
    )
