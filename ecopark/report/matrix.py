"""Adjacency matrix of the park: who gave to whom, what kind of stream, how often or since when."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection

from ecopark.report import style
from ecopark.report.colours import KIND, KIND_NAME, ink_on, kind_colour, text_colour
from ecopark.report.style import FAINT, INK, PRINT, QUIET, RULE, Medium, text_size
from ecopark.report.tables import RunTables

_CORNER = "giver ↓   taker →"


def draw_matrix(
    tables: RunTables,
    *,
    value: Literal["count", "first_year"] = "count",
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> Axes:
    """Draw givers against takers over the whole run.

    A cell is coloured by the kind of its exchanges, split where there are several kinds, and
    carries their number or the year of the first. Firms stand by sector, in a sector by number
    of exchanges; those that never exchanged are left out and counted in the subtitle.

    Parameters
    ----------
    tables : RunTables
        Tables of the run.
    value : {"count", "first_year"}
        What is written in a cell. A count of 1 is left blank.
    ax : matplotlib.axes.Axes, optional
        Axes to draw in; its data coordinates become mm. By default a new figure.
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        Axes whose data coordinates are mm.
    """
    cells, firms = _cells(tables)
    with style.house(medium):
        frame = _measures(tables, firms, medium)
        pitch, side = frame.pitch, frame.pitch * len(firms)
        factor = medium.text_pt / 7.0
        # A small park makes a small figure, never narrower than its subtitle.
        subtitle = text_size(_subtitle(tables, cells, firms, value), medium.small_pt)[0] + 5.0
        wanted = min(max(frame.names + side + 8.0 * factor + frame.sectors, subtitle), medium.width_mm)
        ax, _, height = style.take_axes(ax, wanted, frame.head + side + 12.0 * factor)
        left, top = frame.names + 1.0, height - frame.head
        _draw_title(ax, cells, _subtitle(tables, cells, firms, value), height, medium)
        if firms:
            _draw_grid(ax, tables, firms, (left, top, pitch), frame.numbered, medium)
            _draw_cells(ax, cells, firms, value, (left, top, pitch), medium)
            _draw_totals(ax, cells, firms, (left, top, pitch), medium)
    return ax


def _cells(tables: RunTables) -> tuple[pd.DataFrame, list[str]]:
    """Exchanges that ever operated by pair and kind, and the firms in drawing order."""
    ran = tables.synergies[tables.synergies["operating"].notna()].copy()
    ran["kind"] = ran["resource"].map(tables.resources["kind"])
    groups = ran.groupby(["from_firm", "to_firm", "kind"], sort=True)["operating"]
    cells = groups.agg(count="size", first="min").reset_index()
    degree = pd.concat([ran["from_firm"], ran["to_firm"]]).value_counts()
    known = [str(firm) for firm in degree.index if firm in tables.firms.index]
    sector = tables.firms["sector"].fillna("")
    weight = degree[known].groupby(sector[known]).sum()
    order = sorted(known, key=lambda firm: (-weight[sector[firm]], sector[firm], -degree[firm], firm))
    return cells[cells["from_firm"].isin(known) & cells["to_firm"].isin(known)], order


@dataclass(frozen=True)
class _Frame:
    """Sizes in mm: cell, names, sectors, head; whether columns are numbered, not named."""

    pitch: float
    names: float
    sectors: float
    head: float
    numbered: bool


def _measures(tables: RunTables, firms: list[str], medium: Medium) -> _Frame:
    """Cell size that fits; columns are numbered where their names would cost a tenth of it."""
    factor, small = medium.text_pt / 7.0, medium.small_pt
    longest = max((text_size(_name(tables, firm, medium), small)[0] for firm in firms), default=10.0)
    sector = max((text_size(tables.sectors[firm], small)[0] for firm in firms), default=0.0) + 2.0
    frames = []
    for numbered in (False, True):
        names = max(longest + 5.0 * factor * numbered, text_size(_CORNER, small)[0]) + 3.0
        head = 13.5 * factor + (3.5 * factor if numbered else longest + 2.0)
        room = min(medium.width_mm - names - 8.0 * factor - sector, medium.height_mm - head - 12.0 * factor)
        frames.append(_Frame(min(9.0 * factor, room / max(len(firms), 1)), names, sector, head, numbered))
    named, numbers = frames
    return numbers if named.pitch < 0.9 * numbers.pitch else named


def _subtitle(tables: RunTables, cells: pd.DataFrame, firms: list[str], value: str) -> str:
    idle = len(tables.firms) - len(firms)
    what = "number of exchanges, blank = 1" if value == "count" else "year of the first exchange"
    rest = f"; {idle} firm{'s' * (idle > 1)} without any not shown" if idle else ""
    return f"{int(cells['count'].sum())} exchanges over the run; in each cell the {what}{rest}"


def _draw_title(ax: Axes, cells: pd.DataFrame, subtitle: str, height: float, medium: Medium) -> None:
    top = height - 2.0
    ax.text(2.0, top, "Who gave to whom", size=1.3 * medium.text_pt, weight="bold", va="top", gid="title")
    ax.text(
        2.0,
        top - 1.5 * medium.row_mm - 0.6,
        subtitle,
        size=medium.small_pt,
        color=QUIET,
        va="top",
        gid="title",
    )
    x, y = 2.0, top - 3.4 * medium.row_mm
    for kind in KIND:
        if (cells["kind"] == kind).any():
            ax.fill([x, x + 2.5, x + 2.5, x], [y - 2.2, y - 2.2, y, y], color=KIND[kind], lw=0)
            colour = text_colour(KIND[kind])
            ax.text(
                x + 3.5, y - 1.1, KIND_NAME[kind], size=medium.small_pt, color=colour, va="center", gid="key"
            )
            x += 3.5 + text_size(KIND_NAME[kind], medium.small_pt)[0] + 4.0


def _draw_grid(
    ax: Axes,
    tables: RunTables,
    firms: list[str],
    frame: tuple[float, float, float],
    numbered: bool,
    medium: Medium,
) -> None:
    """Names, grid, sector bounds and the grey diagonal."""
    left, top, pitch = frame
    count = len(firms)
    side = pitch * count
    steps = [pitch * place for place in range(count + 1)]
    lines = [[(left, top - step), (left + side, top - step)] for step in steps]
    lines += [[(left + step, top), (left + step, top - side)] for step in steps]
    ax.add_collection(LineCollection(lines, colors=RULE, linewidths=0.5), autolim=False)
    diagonal = [_square(left, top, pitch, place, place, 0.0) for place in range(count)]
    ax.add_collection(PolyCollection(diagonal, facecolors="#F1F1F1", lw=0), autolim=False)
    size = min(medium.small_pt, 0.92 * pitch / style.MM_PER_POINT)
    for place, firm in enumerate(firms):
        name = _name(tables, firm, medium)
        y, x = top - pitch * (place + 0.5), left + pitch * (place + 0.5)
        row, column = (f"{name}  {place + 1}", str(place + 1)) if numbered else (name, name)
        ax.text(left - 1.2, y, row, size=size, ha="right", va="center", gid="name")
        turn, over = (0, min(size, 0.66 * pitch / style.MM_PER_POINT)) if numbered else (90, size)
        ax.text(x, top + 1.2, column, size=over, ha="center", va="bottom", rotation=turn, gid="name")
    at = (left - 1.2, top + 1.2)
    ax.text(*at, _CORNER, size=medium.small_pt, color=QUIET, ha="right", va="bottom", gid="key")
    _draw_sectors(ax, tables, firms, frame, size, medium)


def _draw_sectors(
    ax: Axes,
    tables: RunTables,
    firms: list[str],
    frame: tuple[float, float, float],
    size: float,
    medium: Medium,
) -> None:
    """Lines between sectors, and their names at the right."""
    left, top, pitch = frame
    count, side = len(firms), pitch * len(firms)
    sectors = [tables.sectors[firm] for firm in firms]
    bounds = [0, *(place for place in range(1, count) if sectors[place] != sectors[place - 1]), count]
    for first, last in pairwise(bounds):
        ax.text(
            left + side + 7.0 * medium.text_pt / 7.0,
            top - pitch * (first + last) / 2,
            sectors[first],
            size=size,
            color=QUIET,
            va="center",
            gid="sector",
        )
    edges = [[(left, top - pitch * b), (left + side, top - pitch * b)] for b in bounds]
    edges += [[(left + pitch * b, top), (left + pitch * b, top - side)] for b in bounds]
    ax.add_collection(LineCollection(edges, colors=FAINT, linewidths=0.8), autolim=False)


def _name(tables: RunTables, firm: str, medium: Medium) -> str:
    """Name of a firm, at most 30 mm wide in print."""
    return style.shorten(tables.firm_name(firm), 30.0 * medium.text_pt / 7.0, medium.small_pt)


def _square(
    left: float, top: float, pitch: float, row: int, column: int, pad: float, part: int = 0, parts: int = 1
) -> np.ndarray:
    """Corners of a cell, or of the upright slice `part` of `parts`, in mm."""
    x = left + pitch * column + pad
    wide = (pitch - 2 * pad) / parts
    low, high = x + wide * part, x + wide * (part + 1)
    y0, y1 = top - pitch * row - pad, top - pitch * (row + 1) + pad
    return np.array([(low, y0), (high, y0), (high, y1), (low, y1)])


def _draw_cells(
    ax: Axes,
    cells: pd.DataFrame,
    firms: list[str],
    value: str,
    frame: tuple[float, float, float],
    medium: Medium,
) -> None:
    left, top, pitch = frame
    place: dict[Any, int] = {firm: number for number, firm in enumerate(firms)}
    corners, colours = [], []
    for (giver, taker), rows in cells.groupby(["from_firm", "to_firm"], sort=True):
        kinds = [str(kind) for kind in rows["kind"]]
        for part, kind in enumerate(kinds):
            corners.append(_square(left, top, pitch, place[giver], place[taker], 0.12, part, len(kinds)))
            colours.append(kind_colour(kind))
        total = int(rows["count"].sum())
        text = (str(total) if total > 1 else "") if value == "count" else str(rows["first"].min().year)
        size = min(medium.small_pt, 0.8 * pitch / style.MM_PER_POINT)
        if value == "first_year":
            size = min(size, 0.9 * size * pitch / max(text_size(text, size)[0], 0.1))
        at = (left + pitch * (place[taker] + 0.5), top - pitch * (place[giver] + 0.5))
        if text:
            _write_cell(ax, at, text, size, kinds)
    ax.add_collection(PolyCollection(corners, facecolors=colours, lw=0, zorder=2), autolim=False)


def _write_cell(ax: Axes, at: tuple[float, float], text: str, size: float, kinds: list[str]) -> None:
    """Number in a cell, on a white ground where slices of several colours lie under it."""
    split = len(kinds) > 1
    ground = {"facecolor": "white", "lw": 0, "boxstyle": "square,pad=0.12"} if split else None
    ink = INK if split else ink_on(kind_colour(kinds[0]))
    look = {"size": size, "color": ink, "weight": "bold", "ha": "center", "va": "center_baseline"}
    ax.text(at[0], at[1], text, look, bbox=ground, gid="cell")


def _draw_totals(
    ax: Axes, cells: pd.DataFrame, firms: list[str], frame: tuple[float, float, float], medium: Medium
) -> None:
    """Exchanges given at the right of each row, taken below each column."""
    left, top, pitch = frame
    side = pitch * len(firms)
    given = cells.groupby("from_firm")["count"].sum()
    taken = cells.groupby("to_firm")["count"].sum()
    size = min(medium.small_pt, 0.92 * pitch / style.MM_PER_POINT)
    for place, firm in enumerate(firms):
        middle = pitch * (place + 0.5)
        if firm in given.index:
            ax.text(left + side + 1.2, top - middle, str(given[firm]), size=size, va="center", gid="total")
        if firm in taken.index:
            ax.text(
                left + middle,
                top - side - 1.2,
                str(taken[firm]),
                size=size,
                ha="center",
                va="top",
                gid="total",
            )
    row = medium.row_mm
    y = top - side - 1.2 - 1.3 * row
    ax.text(
        left,
        y,
        "below: exchanges taken;  right: exchanges given",
        size=medium.small_pt,
        color=QUIET,
        va="top",
        gid="key",
    )
    ax.plot([left, left + side], [top - side, top - side], color=INK, lw=0.5)
    ax.plot([left + side, left + side], [top, top - side], color=INK, lw=0.5)
