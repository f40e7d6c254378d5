"""Funnel: how many ideas reached each stage, and why the others were lost.

What does not live here: any count, they come from ``indicators.pipeline``; how long it took (``durations``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray

from ecopark.indicators.pipeline import fate_by_stage, funnel
from ecopark.report import style
from ecopark.report.colours import text_colour
from ecopark.report.style import INK, PRINT, QUIET, Medium, text_size
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]

# The eight of Okabe and Ito and the indigo of Tol's muted set.
REASON: Mapping[str, str] = {
    "economics": "#E69F00",
    "quality": "#56B4E9",
    "permit": "#0072B2",
    "no-agreement": "#D55E00",
    "partner-withdrew": "#CC79A7",
    "information": "#F0E442",
    "distance": "#009E73",
    "competition-law": "#332288",
    "closure": "#000000",
}
_OTHER = "#B4B4B4"
_ON, _OPEN, _SHADOW = "#5A5A5A", "#D3D3D3", "#F7F7F7"


class _Piece(NamedTuple):
    """Words beside a bar, with the colour of the segment they name, or none."""

    words: str
    colour: str


def draw_funnel(tables: RunTables, *, ax: Axes | None = None, medium: Medium = PRINT) -> Axes:
    """Draw how many ideas reached each stage, and by reason those for which it was the last.

    One bar per stage, all to one scale: as long as ideas reached it. The dark part went on to the next
    stage (in the last bar: is in operation), the light part was still there at the end, the coloured
    parts were lost there (in the last bar: are exchanges that ended), each named with its reason and number.

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
        Its data coordinates are mm.
    """
    reached, fates = funnel(tables.synergies), fate_by_stage(tables.synergies)
    factor = medium.text_pt / 7.0
    head, thick, left = 14.0 * factor, 4.6 * factor, 37.0 * factor
    with style.house(medium):
        words = [_pieces(fates, stage) for stage in fates.index]
        width = medium.width_mm if ax is None else style.take_area(ax, 0.0, 0.0).width_mm
        room = width - left - 3.0
        scale = room / max(int(reached["reached"].max()), 1)
        lengths = scale * reached["reached"].to_numpy(dtype=float)
        beside, lines = _arrange(words, lengths, room, medium)
        heights = thick + medium.row_mm * np.array(
            [0 if is_beside else len(rows) for is_beside, rows in zip(beside, lines, strict=True)]
        )
        needed = head + heights.sum() + 4.4 * factor * len(words)
        canvas, width, height = style.take_axes(ax, medium.width_mm, min(needed, medium.height_mm))
        gap = max((height - head - heights.sum()) / len(words), 0.5)
        tops = height - head - np.concatenate([[0.0], np.cumsum(heights + gap)[:-1]])
        _draw_shadows(canvas, lengths, tops, thick, left)
        for at, stage in enumerate(fates.index):
            onward = int(reached["reached"].iloc[at + 1]) if at + 1 < len(fates) else 0
            _draw_bar(canvas, fates.loc[stage], onward, (left, tops[at], thick), scale)
            _draw_stage(canvas, reached, at, tops[at] - thick / 2, medium)
            x = left + _start(lines[at], lengths, at, room, beside[at], medium)
            y = tops[at] - (thick / 2 if beside[at] else thick + 0.7 * medium.row_mm)
            _draw_lines(canvas, lines[at], (x, y), medium)
        _draw_head(canvas, reached, (width, height), medium)
    return canvas


def _pieces(fates: pd.DataFrame, stage: str) -> list[_Piece]:
    """What is written of a stage: who is still there, who was lost, and why."""
    is_last = stage == fates.index[-1]
    counts = {str(name): int(fates[name][stage]) for name in fates.columns}
    still = counts.pop("open")
    pieces = []
    if still:
        name = "in operation" if is_last else "still there"
        pieces.append(_Piece(f"{name} {still:,}", _ON if is_last else _OPEN))
    verb, gone = "ended" if is_last else "lost", sum(counts.values())
    pieces.append(_Piece(f"{gone:,} {verb}:" if gone else f"none {verb}", ""))
    for name, count in counts.items():
        if count:
            said = name.replace("-", " ") or "no reason given"
            pieces.append(_Piece(f"{said} {count:,}", REASON.get(name, _OTHER)))
    return pieces


def _piece_width(piece: _Piece, medium: Medium) -> float:
    """Width of a piece with the room after it, mm."""
    mark = 2.6 * medium.text_pt / 7.0 if piece.colour else 0.0
    return mark + text_size(piece.words, medium.small_pt)[0] + 2.4 * medium.text_pt / 7.0


def _line_width(pieces: Sequence[_Piece], medium: Medium) -> float:
    return sum(_piece_width(piece, medium) for piece in pieces)


def _arrange(
    words: Sequence[list[_Piece]], lengths: Floats, room: float, medium: Medium
) -> tuple[list[bool], list[list[list[_Piece]]]]:
    """For each stage whether its words stand beside the bar (else below it), and their lines."""
    beside, lines = [], []
    for at, pieces in enumerate(words):
        fits = lengths[at] + 2.0 + _line_width(pieces, medium) <= room
        beside.append(fits)
        # Below a bar, words keep to the right of what went on, unless that leaves too little.
        onward = lengths[at + 1] if at + 1 < len(words) else 0.0
        lines.append([pieces] if fits else _broken(pieces, max(room - onward, 0.55 * room), medium))
    return beside, lines


def _broken(pieces: Sequence[_Piece], room: float, medium: Medium) -> list[list[_Piece]]:
    """Pieces in lines no wider than `room` mm."""
    lines: list[list[_Piece]] = [[]]
    for piece in pieces:
        if lines[-1] and _line_width([*lines[-1], piece], medium) > room:
            lines.append([])
        lines[-1].append(piece)
    return lines


def _start(
    lines: Sequence[Sequence[_Piece]], lengths: Floats, at: int, room: float, is_beside: bool, medium: Medium
) -> float:
    """Where the words of a stage begin, mm from the foot of its bar."""
    if is_beside:
        return float(lengths[at]) + 2.0
    widest = max(_line_width(line, medium) for line in lines)
    onward = float(lengths[at + 1]) if at + 1 < len(lengths) else 0.0
    return max(min(onward + 1.0, room - widest), 0.0)


def _draw_shadows(ax: Axes, lengths: Floats, tops: Floats, thick: float, left: float) -> None:
    """What goes on from one bar to the next, as a pale band between them."""
    for at in range(len(lengths) - 1):
        right, high, low = left + lengths[at + 1], tops[at] - thick, tops[at + 1]
        ax.fill([left, right, right, left], [low, low, high, high], color=_SHADOW, lw=0, zorder=0)


def _draw_bar(
    ax: Axes, fate: pd.Series, onward: int, place: tuple[float, float, float], scale: float
) -> None:
    """One bar in its parts; `place` is its left, top and thickness in mm."""
    left, top, thick = place
    is_last = fate.name == "operating"
    parts = [("onward", onward, _ON), ("open", int(fate["open"]), _ON if is_last else _OPEN)]
    parts += [
        (str(name), int(fate[name]), REASON.get(str(name), _OTHER)) for name in fate.index if name != "open"
    ]
    for gid, count, colour in parts:
        if count:
            right = left + scale * count
            box = [(left, top - thick), (right, top - thick), (right, top), (left, top)]
            ax.add_collection(
                PolyCollection([box], facecolors=colour, linewidths=0, zorder=2, gid=gid), autolim=False
            )
            left = right


def _draw_stage(ax: Axes, reached: pd.DataFrame, at: int, y: float, medium: Medium) -> None:
    """Name of a stage, how many reached it, and the share of the stage before."""
    stage, small = str(reached.index[at]), medium.small_pt
    row = reached.iloc[at]
    count = f"{int(row['reached']):,}"
    ax.text(2.0, y, stage, weight="bold", va="center", gid="stage")
    edge = 35.0 * medium.text_pt / 7.0
    share = row["stage_rate"]
    if at and np.isfinite(share):
        shown = f"{100.0 * share:.0f} %" if share in (0.0, 1.0) or share >= 0.1 else f"{100.0 * share:.1f} %"
        ax.text(
            edge,
            y - 0.55 * medium.row_mm,
            shown,
            size=small,
            color=QUIET,
            ha="right",
            va="center",
            gid="share",
        )
        y += 0.55 * medium.row_mm
    ax.text(edge, y, count, ha="right", va="center", gid="count")


def _draw_lines(
    ax: Axes, lines: Sequence[Sequence[_Piece]], place: tuple[float, float], medium: Medium
) -> None:
    """Words of a stage, each after a square of its colour."""
    factor, small = medium.text_pt / 7.0, medium.small_pt
    for number, line in enumerate(lines):
        x, y = place[0], place[1] - number * medium.row_mm
        for piece in line:
            if piece.colour:
                side = 0.85 * factor
                box = [(x, y - side), (x + 2 * side, y - side), (x + 2 * side, y + side), (x, y + side)]
                ax.fill(*zip(*box, strict=True), color=piece.colour, lw=0, zorder=3)
            mark = 2.6 * factor if piece.colour else 0.0
            colour = {"": INK, _OPEN: QUIET}.get(piece.colour) or text_colour(piece.colour)
            ax.text(x + mark, y, piece.words, size=small, color=colour, va="center", zorder=3, gid="loss")
            x += _piece_width(piece, medium)


def _draw_head(ax: Axes, reached: pd.DataFrame, size: tuple[float, float], medium: Medium) -> None:
    """Title, and what greys and numbers mean."""
    factor, small, top = medium.text_pt / 7.0, medium.small_pt, size[1] - 2.0
    begun = int(reached["reached"].iloc[0])
    title = f"How far {begun:,} ideas came, and why the others were lost" if begun else "No idea in this run"
    ax.text(2.0, top, title, size=1.3 * medium.text_pt, weight="bold", va="top", gid="title")
    y = top - 7.2 * factor
    ax.text(2.0, y, "ideas, share of stage before", size=small, color=QUIET, va="center", gid="key")
    x = 37.0 * factor
    for words, colour in (("went on", _ON), ("still there at the end of the run", _OPEN)):
        _draw_lines(ax, [[_Piece(words, colour)]], (x, y), medium)
        x += _piece_width(_Piece(words, colour), medium) + 1.0
    # One square in three colours stands for all reasons.
    side, strip = 0.85 * factor, 1.7 * factor
    for reason in ("economics", "quality", "distance"):
        box = [(x, y - side), (x + strip, y - side), (x + strip, y + side), (x, y + side)]
        ax.fill(*zip(*box, strict=True), color=REASON[reason], lw=0)
        x += strip
    ax.text(x + 0.9 * factor, y, "lost (last bar: ended), by reason", size=small, va="center", gid="key")
