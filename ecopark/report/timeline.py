"""Timeline: one bar per synergy that reached operation, and why the other ideas were lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.colours import kind_colour, resource_colours
from ecopark.report.style import INK, PRINT, QUIET, RULE, Area, Medium, text_size
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]

# Stage that a span begins with, its name and its grey; operation takes the resource's colour.
_SPANS: Sequence[tuple[str, str, str]] = (
    ("identified", "search", "#DADADA"),
    ("negotiating", "negotiation", "#B0B0B0"),
    ("permitting", "permit", "#858585"),
    ("building", "building", "#4F4F4F"),
)
_MOST = 80


def draw_timeline(
    tables: RunTables, *, ax: Axes | None = None, medium: Medium = PRINT
) -> NDArray[np.object_]:
    """Draw each synergy's stages in time, and beside them the ideas lost by reason.

    Grey spans are search, negotiation, permit and building; the coloured span is operation. A
    cross marks a breach, a square a closure, an upright stroke the end of a term; a bar without a
    mark was in operation at the end. Where more than 80 (fewer on a projector) would not be
    legible, those with the largest share of their resource's kind are drawn; the subtitle says so.

    Parameters
    ----------
    tables : RunTables
        Tables of the run.
    ax : matplotlib.axes.Axes, optional
        Its room is used; by default a new figure.
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,)
        The timeline (x in years) and the panel of lost ideas (x in ideas).
    """
    ran = tables.synergies[tables.synergies["operating"].notna()]
    factor = medium.text_pt / 7.0
    head, foot = 13.0 * factor, 9.0 * factor
    most = min(_MOST, int((medium.height_mm - head - foot) / (0.8 * medium.row_mm)))
    rows = _choose_rows(ran, tables, most).sort_values(["operating", "synergy"], ignore_index=True)
    with style.house(medium):
        fullest = (medium.height_mm - head - foot) / max(len(rows), 1)
        pitch = min(max(fullest, 1.8), 4.0 * factor)
        height = min(head + foot + max(pitch * len(rows), 40.0 * factor), medium.height_mm)
        area = style.take_area(ax, medium.width_mm, height)
        tall = area.height_mm - head - foot
        pitch = min(tall / max(len(rows), 1), 5.2 * factor)
        size = min(medium.small_pt, 0.98 * pitch / style.MM_PER_POINT)
        side = 28.0 * factor
        room = 0.48 * (area.width_mm - side)
        labels = [_label(tables, row, room, size) for row in rows.itertuples()]
        left = max((text_size(label, size)[0] for label in labels), default=20.0) + 4.0
        bars = area.panel(left, foot, area.width_mm - left - side - 6.0, tall)
        _draw_bars(bars, tables, rows, labels, size, tall / pitch, medium)
        lost = area.panel(area.width_mm - side - 1.0, foot, side - 4.0, tall)
        _draw_lost(lost, tables, tall, medium)
        _draw_head(area, len(ran), len(rows), head, left, medium)
    return np.array([bars, lost], dtype=object)


def _choose_rows(ran: pd.DataFrame, tables: RunTables, most: int) -> pd.DataFrame:
    """All synergies, or the largest within their kinds where there are too many to read."""
    if len(ran) <= most:
        return ran
    kind = ran["resource"].map(tables.resources["kind"])
    share = ran["quantity_per_year"] / ran.groupby(kind)["quantity_per_year"].transform("max")
    return ran.loc[share.sort_values(ascending=False, kind="stable").index[:most]]


def _label(tables: RunTables, row: Any, room: float, size: float) -> str:
    """E.g. "Asnæs power station → Gyproc: gypsum"; firm names give way before the resource."""
    resource = style.shorten(tables.resource_name(row.resource), room / 2, size)
    fixed = text_size(f" → : {resource}", size)[0]
    ends = [tables.firm_name(row.from_firm), tables.firm_name(row.to_firm)]
    giver, taker = style.fit_parts(ends, room - fixed, size)
    return f"{giver} → {taker}: {resource}"


def _year(dates: pd.Series) -> Floats:
    """Dates as decimal years; NaN where there is none."""
    start = dates.dt.year
    return np.asarray(start + (dates.dt.day_of_year - 1) / 365.25, dtype=float)


def _draw_bars(
    ax: Axes,
    tables: RunTables,
    rows: pd.DataFrame,
    labels: list[str],
    size: float,
    room: float,
    medium: Medium,
) -> None:
    first, last = tables.span
    ends = {stage: _year(rows[stage]) for stage in (*(span[0] for span in _SPANS), "operating", "ended")}
    colours = resource_colours(tables.resources)
    stop = np.where(np.isnan(ends["ended"]), last + 1.0, ends["ended"])
    place = np.arange(len(rows), dtype=float)
    boxes, faces = [], []
    stages = [*(span[0] for span in _SPANS), "operating"]
    for number, stage in enumerate(stages):
        # A stage that was skipped has no date: the span before it runs on to the next one dated.
        following = np.array([ends[later] for later in stages[number + 1 :]] + [stop])
        until = np.nanmin(np.where(np.isnan(following), np.inf, following), axis=0)
        half = 0.36 if stage == "operating" else 0.24
        for row in np.flatnonzero(~np.isnan(ends[stage])):
            a, b, y = ends[stage][row], until[row], place[row]
            boxes.append([(a, y - half), (b, y - half), (b, y + half), (a, y + half)])
            own = kind_colour(str(rows["unit"].iloc[row]))
            colour = colours.get(str(rows["resource"].iloc[row]), own)
            faces.append(colour if stage == "operating" else _SPANS[number][2])
    ax.add_collection(PolyCollection(boxes, facecolors=faces, linewidths=0, zorder=2), autolim=False)
    _draw_ends(ax, rows, ends["ended"], place, medium)
    start = min(first, float(np.nanmin(ends["identified"], initial=first)))
    ax.set(xlim=(start, last + 1.6), ylim=(max(len(rows), room) - 0.5, -0.5))
    ax.set_yticks(place, labels, size=size)
    ax.tick_params(axis="y", length=0, pad=2)
    for text in ax.get_yticklabels():
        text.set_gid("name")
    ax.grid(axis="x")
    ax.xaxis.set_major_locator(MaxNLocator(9, integer=True, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    ax.set_xlabel("year", labelpad=1)
    ax.spines["left"].set_visible(False)


def _draw_ends(ax: Axes, rows: pd.DataFrame, ended: Floats, place: Floats, medium: Medium) -> None:
    """Marks where an exchange ended, by what ended it."""
    marks = {"breached": "X", "closed": "s", "expired": "|"}
    size = 11.0 * medium.line
    for state, mark in marks.items():
        hit = (rows["state"] == state).to_numpy() & ~np.isnan(ended)
        style_ = {"lw": 1.2} if mark == "|" else {"lw": 0.3, "edgecolor": "white"}
        ax.scatter(
            ended[hit], place[hit], marker=mark, s=size * (2 if mark == "|" else 1), c=INK, zorder=4, **style_
        )


def _draw_lost(ax: Axes, tables: RunTables, tall: float, medium: Medium) -> None:
    """Ideas that never reached operation, by reason."""
    ideas = tables.synergies
    lost = ideas[ideas["operating"].isna() & ideas["reason"].fillna("").ne("")]
    counts = lost["reason"].value_counts()
    reasons = sorted(counts.index, key=lambda reason: (-counts[reason], reason))
    pitch = 2.4 * medium.row_mm
    most = max(int(counts.max()) if len(counts) else 0, 1)
    ax.set(xlim=(0, most), ylim=(tall, 0))
    ax.set_axis_off()
    title = f"{len(lost)} ideas lost"
    ax.text(0, 0, title, weight="bold", va="top", gid="title")
    ax.text(
        0, 1.3 * medium.row_mm, "number by reason", size=medium.small_pt, color=QUIET, va="top", gid="title"
    )
    for row, reason in enumerate(reasons):
        y = 3.1 * medium.row_mm + pitch * row
        ax.fill_between([0, most], y + 1.1 * medium.row_mm, y + 1.8 * medium.row_mm, color=RULE, lw=0)
        ax.fill_between(
            [0, counts[reason]], y + 1.1 * medium.row_mm, y + 1.8 * medium.row_mm, color=QUIET, lw=0
        )
        ax.text(0, y, reason.replace("-", " "), size=medium.small_pt, va="top", gid="name")
        ax.text(most, y, f"{counts[reason]:,}", size=medium.small_pt, ha="right", va="top", gid="name")


def _draw_head(area: Area, ran: int, shown: int, head: float, left: float, medium: Medium) -> None:
    """Title and the meaning of greys and marks."""
    ax = area.canvas()
    ax.set_zorder(-1)
    top = area.height_mm - 2.0
    title = f"{ran} synergies that reached operation"
    size = 1.3 * medium.text_pt
    ax.text(2.0, top, title, size=size, weight="bold", va="top", gid="title")
    if shown < ran:
        x = 2.0 + text_size(title, size, bold=True)[0] + 4.0
        note = f"the {shown} largest within their kinds are drawn"
        ax.text(x, top - 0.4, note, size=medium.small_pt, color=QUIET, va="top", gid="title")
    x, y, small = 2.0, area.height_mm - head + 4.0 * medium.text_pt / 7.0, medium.small_pt
    for _, name, grey in _SPANS:
        ax.fill([x, x + 4, x + 4, x], [y - 0.7, y - 0.7, y + 0.7, y + 0.7], color=grey, lw=0)
        ax.text(x + 5.0, y, name, size=small, va="center", gid="key")
        x += 5.0 + text_size(name, small)[0] + 3.0
    for part in range(4):
        colour = ("#D55E00", "#0072B2", "#7F8C8D", "#CC79A7")[part]
        ax.fill(
            [x + part, x + part + 1, x + part + 1, x + part], [y - 1, y - 1, y + 1, y + 1], color=colour, lw=0
        )
    ax.text(x + 5.0, y, "operation (colour of its resource)", size=small, va="center", gid="key")
    x += 5.0 + text_size("operation (colour of its resource)", small)[0] + 4.0
    for mark, name in (("X", "breach"), ("s", "closure"), ("|", "term ended")):
        line = {"lw": 1.2} if mark == "|" else {"lw": 0.3, "edgecolor": "white"}
        ax.scatter([x], [y], marker=mark, s=12.0 * medium.line * (2 if mark == "|" else 1), c=INK, **line)
        ax.text(x + 1.8, y, name, size=small, va="center", gid="key")
        x += 1.8 + text_size(name, small)[0] + 3.5
