"""Small multiples: the network of operating exchanges at several dates, firms in fixed places.

What does not live here: metrics of the network (``indicators``), the map (``park_map``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.colours import KIND, KIND_NAME, kind_colour, text_colour
from ecopark.report.labels import Placer, leader
from ecopark.report.links import Link, bend_curve, draw_links, fan
from ecopark.report.name_key import MOST_NUMBERED, choose_key, write_key
from ecopark.report.style import INK, PRINT, QUIET, RULE, Area, Medium, text_size
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]


def draw_network(
    tables: RunTables,
    *,
    dates: Sequence[str | pd.Timestamp] | None = None,
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> NDArray[np.object_]:
    """Draw the network of operating synergies at several dates.

    Places follow the map by rank of easting and northing and are pushed apart, so that a crowded
    centre and a partner far away both stay legible; they are the same in every panel. An
    arrow stands for all exchanges of a kind between two firms and widens with their number; it is
    strong where one of them began since the panel before, else light. A firm is named in the panel
    where it first exchanges, and again wherever there is room; more than eighteen firms have numbers instead,
    the same in every panel, and their names stand in a key.

    Parameters
    ----------
    tables : RunTables
        Tables of the run.
    dates : sequence of date-like, optional
        By default six even steps from the first exchange to the end of the run.
    ax : matplotlib.axes.Axes, optional
        Its room is used; by default a new figure.
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (dates,)
        One panel per date; data coordinates are mm.
    """
    ideas = _ideas(tables)
    when = _default_dates(tables, ideas) if dates is None else [pd.Timestamp(date) for date in dates]
    with style.house(medium):
        wide = medium.width_mm / medium.height_mm > 1
        columns = min(3, len(when))
        rows = -(-len(when) // columns)
        head, foot = 9.0 * medium.text_pt / 7.0, 6.0 * medium.text_pt / 7.0
        linked = sorted({end for idea in ideas for end in (idea.giver, idea.taker)})
        key = choose_key({firm: tables.firm_name(firm) for firm in linked}, medium)
        height = medium.height_mm if wide else min(rows * 70.0 + head + foot + key.tall, medium.height_mm)
        area = style.take_area(ax, medium.width_mm, height)
        width = (area.width_mm - key.wide - 4.0 - 3.0 * (columns - 1)) / columns
        tall = (area.height_mm - head - foot - key.tall - 3.0 * (rows - 1)) / rows
        place = spread_places(tables.firms.loc[linked], width, tall, medium)
        panels = []
        named: set[str] = set() if len(linked) <= MOST_NUMBERED else set(linked)
        before = pd.Timestamp.min
        for number, date in enumerate(when):
            row, column = divmod(number, columns)
            bottom = foot + key.tall + (rows - 1 - row) * (tall + 3.0)
            panel = area.canvas(2.0 + column * (width + 3.0), bottom, width, tall)
            span, size = (before, date), (width, tall)
            named |= _draw_panel(panel, tables, ideas, place, span, named, key.numbers, medium, size)
            panels.append(panel)
            before = date
        write_key(area, {firm: tables.firm_name(firm) for firm in linked}, key, (head, foot), medium)
        _draw_head(area, head, medium)
    return np.array(panels, dtype=object)


def _default_dates(tables: RunTables, ideas: list[_Idea]) -> list[pd.Timestamp]:
    """Six even steps, on year ends, from the first exchange to the end of the run."""
    _, last = tables.span
    first = min((int(idea.began.year) for idea in ideas), default=last - 5)
    years = sorted({round(first + (last - first) * step / 5) for step in range(6)})
    return [pd.Timestamp(year, 12, 31) for year in years]


def spread_places(
    firms: pd.DataFrame, width: float, height: float, medium: Medium
) -> dict[str, tuple[float, float]]:
    """Places that keep the map's order of west-east and south-north, pushed apart.

    Parameters
    ----------
    firms : pandas.DataFrame
        Index firm id; columns x_km, y_km.
    width, height : float, mm
        Of the panel.
    medium : Medium

    Returns
    -------
    dict of str to tuple of float, mm
    """
    if firms.empty:
        return {}
    order = firms[["x_km", "y_km"]].rank(method="first").to_numpy(dtype=float)
    count = len(firms)
    margin = np.array([5.0, 4.0])
    low, high = margin, np.array([width, height - 1.7 * medium.row_mm]) - margin
    points = low + (high - low) * ((order - 0.5) / count)
    if count > MOST_NUMBERED:  # no names to make room for, and pushing apart takes count squared
        return {str(firm): (float(x), float(y)) for firm, (x, y) in zip(firms.index, points, strict=True)}
    wanted = 0.78 * np.sqrt(float(np.prod(high - low)) / count)
    for _ in range(150):
        gap = points[:, None, :] - points[None, :, :]
        # Labels are wide: neighbours in a row need more room than neighbours in a column.
        distance = np.hypot(gap[..., 0] / 1.25, gap[..., 1]) + 1e-9
        push = np.clip((wanted - distance) / distance, 0, None) * (distance > 1e-8)
        points = np.clip(points + 0.2 * (gap * push[..., None]).sum(axis=1), low, high)
    return {str(firm): (float(x), float(y)) for firm, (x, y) in zip(firms.index, points, strict=True)}


@dataclass(frozen=True)
class _Idea:
    """A synergy as the panels need it: its ends, kind, and the days on which it ran."""

    giver: str
    taker: str
    kind: str
    synergy: str
    began: pd.Timestamp
    ended: pd.Timestamp


def _ideas(tables: RunTables) -> list[_Idea]:
    """Synergies between firms of the park that ever ran, in a fixed order."""
    ran = tables.synergies[tables.synergies["operating"].notna()]
    ran = ran[ran["from_firm"].isin(tables.firms.index) & ran["to_firm"].isin(tables.firms.index)]
    kinds = ran["resource"].map(tables.resources["kind"].astype(object)).astype(str)
    ended = ran["ended"].fillna(pd.Timestamp(2262, 1, 1))
    ends = (ran["from_firm"].astype(str), ran["to_firm"].astype(str))
    rows = zip(*ends, kinds, ran["synergy"].astype(str), ran["operating"], ended, strict=True)
    return sorted((_Idea(*row) for row in rows), key=lambda idea: (idea.giver, idea.taker, idea.synergy))


def _draw_panel(
    ax: Axes,
    tables: RunTables,
    ideas: list[_Idea],
    place: dict[str, tuple[float, float]],
    span: tuple[pd.Timestamp, pd.Timestamp],
    named: set[str],
    numbers: dict[str, int],
    medium: Medium,
    size: tuple[float, float],
) -> set[str]:
    """One date; returns the firms named in it."""
    radius = 1.65 * medium.text_pt / 7.0 if numbers else 0.8
    before, date = span
    alive = [idea for idea in ideas if idea.began <= date < idea.ended]
    fresh: list[Link] = []
    old: list[Link] = []
    for (giver, taker), group in groupby(alive, key=lambda idea: (idea.giver, idea.taker)):
        kinds: dict[str, list[_Idea]] = {}
        for idea in group:
            kinds.setdefault(idea.kind, []).append(idea)
        length = float(np.hypot(*(np.array(place[giver]) - np.array(place[taker]))))
        for (kind, members), bend in zip(sorted(kinds.items()), fan(len(kinds), length), strict=True):
            points = bend_curve(place[giver], place[taker], bend * 0.8, (radius + 0.2, radius + 0.3))
            new = any(idea.began > before for idea in members)
            width = medium.line * (0.8 + 0.3 * new + 0.4 * (len(members) - 1))
            (fresh if new else old).append(Link(points, width, kind_colour(kind)))
    ax.add_patch(_frame(size))
    draw_links(ax, old, alpha=0.45)
    draw_links(ax, fresh, alpha=1.0, zorder=2.5)
    ends = Counter(end for idea in alive for end in (idea.giver, idea.taker))
    # Most exchanges first: where names compete for room, the hubs keep theirs.
    active = sorted(ends, key=lambda firm: (-ends[firm], firm))
    _draw_firms(ax, tables, place, active, date, radius, medium)
    _write_date(ax, date, len(alive), len(active), medium, size)
    if numbers:
        look: dict[str, Any] = {"size": 6.0 * medium.text_pt / 7.0, "color": "white", "weight": "bold"}
        for firm in active:
            at = place[firm]
            ax.text(
                *at, str(numbers[firm]), ha="center", va="center_baseline", zorder=4, gid="number", **look
            )
        return set(active)
    return _write_names(ax, tables, place, active, named, fresh + old, medium, size)


def _frame(size: tuple[float, float]) -> Rectangle:
    return Rectangle((0, 0), *size, facecolor="none", edgecolor=RULE, lw=1.0)


def _draw_firms(
    ax: Axes,
    tables: RunTables,
    place: dict[str, tuple[float, float]],
    active: list[str],
    date: pd.Timestamp,
    radius: float,
    medium: Medium,
) -> None:
    """Exchanging firms dark, open ones without exchange as small rings; closed ones not at all."""
    firms = tables.firms.loc[list(place)]
    opens, closes = pd.to_datetime(firms["opens"]), pd.to_datetime(firms["closes"])
    is_open = (opens.isna() | (opens <= date)) & (closes.isna() | (closes > date))
    idle = [place[firm] for firm in firms.index[is_open] if firm not in active]
    busy = [place[firm] for firm in active]
    scale = (medium.text_pt / 7.0) ** 2
    if idle:
        x, y = np.array(idle).T
        ax.scatter(x, y, s=4.0 * scale, facecolor="white", edgecolor=QUIET, lw=0.5, zorder=3)
    if busy:
        x, y = np.array(busy).T
        area = max(11.0 * scale, (2.0 * radius / style.MM_PER_POINT) ** 2 if radius > 1.0 else 0.0)
        ax.scatter(
            x,
            y,
            s=area,
            facecolor=INK,
            edgecolor="white",
            lw=0.4,
            zorder=3,
        )


def _write_date(
    ax: Axes, date: pd.Timestamp, links: int, firms: int, medium: Medium, size: tuple[float, float]
) -> None:
    """Year, and how many exchanges between how many firms."""
    year = str(date.year)
    top = size[1] - 1.2
    ax.text(1.5, top, year, size=1.25 * medium.text_pt, weight="bold", va="top", gid="title")
    links_text = f"{links} exchange{'s' if links != 1 else ''}, {firms} firms"
    x = 1.5 + text_size(year, 1.25 * medium.text_pt, bold=True)[0] + 2.0
    ax.text(x, top - 0.4, links_text, size=medium.small_pt, color=QUIET, va="top", gid="title")


def _write_names(
    ax: Axes,
    tables: RunTables,
    place: dict[str, tuple[float, float]],
    active: list[str],
    named: set[str],
    links: list[Link],
    medium: Medium,
    size: tuple[float, float],
) -> set[str]:
    """Name hubs and firms new to the network wherever it costs least, others where room is free."""
    placer = Placer(size[0] - 1.0, size[1] - 1.7 * medium.row_mm, crowd_cost=0.15)
    placer.add_lines([link.points for link in links])
    for x, y in place.values():
        placer.block((x, y), 1.7, 1.7)
    written = set()
    must = set(active[:3]) | (set(active) - named)
    for firm in sorted(active, key=lambda firm: (firm not in must, active.index(firm))):
        text = style.wrap(style.shorten(tables.firm_name(firm), 0.62 * size[0], medium.small_pt), 14)
        width, height = text_size(text, medium.small_pt)
        box = (width + 0.5, height + 0.4)
        at = placer.put_beside(place[firm], 0.8, box, limit=30.0 if firm in must else 4.0, reach_cost=1.4)
        if at is None:
            continue
        line = leader(place[firm], 0.8, at, box)
        if line is not None:
            ax.plot(*np.array(line).T, color=QUIET, lw=0.35, zorder=2.8)
        ax.text(
            *at,
            text,
            size=medium.small_pt,
            color=INK,
            ha="center",
            va="center",
            linespacing=1.05,
            zorder=5,
            gid="name",
            bbox={"facecolor": "white", "alpha": 0.75, "lw": 0, "boxstyle": "square,pad=0.03"},
        )
        written.add(firm)
    return written


def _draw_head(area: Area, head: float, medium: Medium) -> None:
    """Title, and below the panels what colours and strength mean."""
    ax = area.canvas()
    ax.set_zorder(-1)
    top = area.height_mm - head / 2
    ax.text(
        2.0, top, "Exchanges in operation", size=1.3 * medium.text_pt, weight="bold", va="center", gid="title"
    )
    x, y = 2.0, 2.8 * medium.text_pt / 7.0
    for kind in KIND:
        ax.plot([x, x + 5.0], [y, y], color=KIND[kind], lw=1.3 * medium.line)
        text = KIND_NAME[kind]
        ax.text(x + 6.2, y, text, size=medium.small_pt, color=text_colour(KIND[kind]), va="center", gid="key")
        x += 6.2 + text_size(text, medium.small_pt)[0] + 5.0
    note = "strong: new since last panel   wide: several   ○ open, no exchange"
    ax.text(
        area.width_mm - 2.0, y, note, size=medium.small_pt, color=QUIET, ha="right", va="center", gid="key"
    )
