"""The network in motion, for teaching: firms open, exchanges begin, grow and end, and a year stamp runs.

What lives here: what is seen in a frame. What does not: files of moving pictures (``movie``), the still
network (``network``).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.report import style
from ecopark.report.colours import kind_colour, resource_colours, text_colour
from ecopark.report.labels import Placer, leader
from ecopark.report.line_ends import part_heights
from ecopark.report.links import Link, bend_curve, fan, with_head
from ecopark.report.movie import Frames, check_movie, write_movie
from ecopark.report.network import spread_places
from ecopark.report.style import INK, PROJECTOR, QUIET, RULE, Area, text_size
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_WIDTH_MM, _HEIGHT_MM, _DPI = 254.0, 142.9, 112
_SIDE, _FOOT = 52.0, 26.0
_THIN, _WIDE = 0.9, 5.0
_FRESH_YEARS = 2.0
_MOST_NAMED = 40


@dataclass(frozen=True)
class _Flow:
    """One arrow: its curve, resource, and width (pt) at each frame, 0 where it does not run."""

    points: Floats
    resource: str
    colour: str
    width: Floats
    fresh: Bools


@dataclass(frozen=True)
class _Scene:
    """Everything drawn, by frame: time in years, arrows, firms with their places and states."""

    when: Floats
    flows: list[_Flow]
    place: dict[str, tuple[float, float]]
    open_: dict[str, Bools]
    gone: dict[str, Bools]
    busy: dict[str, Bools]
    counts: NDArray[np.int64]


def animate_network(tables: RunTables, path: Path | str, *, frames_per_year: int = 2, fps: int = 10) -> Path:
    """Save the growth of the network as a moving picture.

    An arrow appears on the day its exchange begins, in the colour of its resource, strong for two years and
    lighter after; its width grows with the square root of the yearly quantity, within each kind. Rings are
    firms without an exchange, dots those with one, crosses those that closed within the last two years.
    Places are those of the still network: the order of the map, pushed apart.

    Parameters
    ----------
    tables : RunTables
        Tables of the run.
    path : path-like
        Ends in ``.gif`` or ``.mp4``; the latter needs the program ffmpeg. Its folder must exist.
    frames_per_year : int
        Frames for one year of the run, 1 to 12.
    fps : int
        Frames a second, 1 to 50.

    Returns
    -------
    pathlib.Path
        The file, whole; the same run gives the same bytes as GIF.

    Raises
    ------
    DomainError
        If the ending is another, ffmpeg is missing, or a number is out of its range.
    """
    check_movie(path)
    for name, value, most in (("frames_per_year", frames_per_year, 12), ("fps", fps, 50)):
        if not 1 <= value <= most:
            raise DomainError(f"{name} is {value}; expected 1 to {most}")
    with style.house(PROJECTOR):
        stage = _Stage(tables, _make_scene(tables, frames_per_year))
        frames = Frames(stage.figure, len(stage.scene.when), stage.show, stage.over)
        return write_movie(frames, path, fps)


def _make_scene(tables: RunTables, frames_per_year: int) -> _Scene:
    """States of all arrows and firms at every frame."""
    first, last = tables.span
    count = max((last + 1 - first) * frames_per_year, 1)
    when = first + (np.arange(count) + 1.0) / frames_per_year
    ran = tables.synergies[tables.synergies["operating"].notna()]
    ran = ran[ran["from_firm"].isin(tables.firms.index) & ran["to_firm"].isin(tables.firms.index)]
    began, ended = _years(ran["operating"], np.inf), _years(ran["ended"], np.inf)
    alive = (began[:, None] <= when) & (when < ended[:, None])
    firms = sorted({*ran["from_firm"].astype(str), *ran["to_firm"].astype(str)})
    size = (_WIDTH_MM - _SIDE, _HEIGHT_MM - _FOOT - 14.0)
    place = spread_places(tables.firms.loc[firms], *size, PROJECTOR)
    opens = _years(tables.firms.loc[firms, "opens"], -np.inf)
    closes = _years(tables.firms.loc[firms, "closes"], np.inf)
    giver, taker = ran["from_firm"].astype(str).to_numpy(), ran["to_firm"].astype(str).to_numpy()
    return _Scene(
        when,
        _make_flows(tables, ran, alive, began, when, place),
        place,
        {f: (a <= when) & (when < b) for f, a, b in zip(firms, opens, closes, strict=True)},
        {f: (b <= when) & (when < b + _FRESH_YEARS) for f, b in zip(firms, closes, strict=True)},
        {f: alive[(giver == f) | (taker == f)].any(axis=0) for f in firms},
        alive.sum(axis=0),
    )


def _years(dates: pd.Series, missing: float) -> Floats:
    """Dates as decimal years."""
    days = pd.to_datetime(dates)
    years = days.dt.year + (days.dt.day_of_year - 1) / 365.25
    return np.asarray(years.fillna(missing), dtype=np.float64)


def _make_flows(
    tables: RunTables, ran: pd.DataFrame, alive: Bools, began: Floats, when: Floats,
    place: dict[str, tuple[float, float]],
) -> list[_Flow]:  # fmt: skip
    """One arrow per giver, taker and resource, however many exchanges it stands for."""
    colours = resource_colours(tables.resources)
    kinds = tables.resources["kind"].astype(str)
    traded = tables.exchanged
    largest = traded.groupby("kind")["quantity"].max()
    volume = {
        tuple(map(str, key)): rows.set_index("year")["quantity"]
        for key, rows in traded.groupby(["from_firm", "to_firm", "resource"])
    }
    keys = list(zip(*(ran[name].astype(str) for name in ("from_firm", "to_firm", "resource")), strict=True))
    pairs: dict[tuple[str, str], list[str]] = {}
    for giver, taker, resource in sorted(set(keys)):
        pairs.setdefault((giver, taker), []).append(resource)
    flows = []
    for (giver, taker), resources in pairs.items():
        length = float(np.hypot(*(np.array(place[giver]) - np.array(place[taker]))))
        for resource, bend in zip(resources, fan(len(resources), length), strict=True):
            mine = np.array([key == (giver, taker, resource) for key in keys])
            runs = alive[mine].any(axis=0)
            age = np.where(alive[mine], when - began[mine][:, None], np.inf).min(axis=0)
            kind = str(kinds.get(resource, ""))
            share = _share(volume.get((giver, taker, resource)), float(largest.get(kind, 0.0)), when)
            # A new arrow takes half a year to its full width, so that the eye sees it come.
            width = (_THIN + _WIDE * np.sqrt(share)) * np.clip(0.3 + 1.4 * age, 0.3, 1.0)
            points = bend_curve(place[giver], place[taker], 0.8 * bend, (1.4, 1.6))
            colour = colours.get(resource, kind_colour(kind))
            flows.append(_Flow(points, resource, colour, np.where(runs, width, 0.0), age < _FRESH_YEARS))
    return flows


def _share(volume: pd.Series | None, largest: float, when: Floats) -> Floats:
    """Yearly quantity at each frame over the largest of its kind, straight between the middles of years."""
    if volume is None or largest <= 0.0:
        return np.zeros(len(when))
    year, quantity = volume.index.to_numpy(dtype=np.float64), volume.to_numpy(dtype=np.float64)
    return np.asarray(np.interp(when, year + 0.5, quantity / largest))


class _Stage:
    """The artists of a frame: made once, then moved; nothing else is ever drawn again."""

    def __init__(self, tables: RunTables, scene: _Scene) -> None:
        self.scene = scene
        self.figure: Figure = style.new_figure(_WIDTH_MM, _HEIGHT_MM)
        self.figure.set_dpi(_DPI)
        area = Area(self.figure, 0.0, 0.0, _WIDTH_MM, _HEIGHT_MM)
        self._park = area.canvas(0.0, _FOOT, _WIDTH_MM - _SIDE, _HEIGHT_MM - _FOOT - 14.0)
        self._page = area.canvas()
        self._page.set_zorder(-1)
        self._names = self._place_names(tables)
        self._bodies = LineCollection([], capstyle="butt", joinstyle="round", zorder=2.0)
        self._heads = PolyCollection([], edgecolors="none", zorder=2.0)
        places = np.array([scene.place[firm] for firm in scene.place]).reshape(-1, 2)
        looks = (
            {"s": 10.0, "marker": "o", "facecolor": "white", "edgecolor": QUIET, "lw": 0.7},
            {"s": 30.0, "marker": "o", "facecolor": INK, "edgecolor": "white", "lw": 0.6},
            {"s": 34.0, "marker": "x", "facecolor": QUIET, "lw": 1.2},
        )
        x, y = places.T
        self._idle, self._busy, self._gone = (self._park.scatter(x, y, zorder=3, **look) for look in looks)  # type: ignore[arg-type]
        self._places = places
        self._park.add_collection(self._bodies, autolim=False)
        self._park.add_collection(self._heads, autolim=False)
        self._stamp = self._page.text(8.0, _HEIGHT_MM - 2.5, "", size=26.0, weight="bold", va="top")
        self._count = self._page.text(40.0, _HEIGHT_MM - 6.5, "", size=11.0, color=QUIET, va="top")
        self._legend = self._write_legend(tables)
        self._strip, self._now, self._cursor = self._draw_strip(area)
        self._moving: list[tuple[Axes, Artist]] = []
        for moved in (self._bodies, self._heads, self._idle, self._busy, self._gone):
            self._moving.append((self._park, moved))
        for text in (self._stamp, self._count):
            self._moving.append((self._page, text))
        self._moving += [(self._strip, self._now), (self._strip, self._cursor)]
        self._above: list[tuple[Axes, Artist]] = [(self._park, text) for text in self._names.values()]
        self._above += [(self._page, text) for text in self._legend.values()]
        for _, part in [*self._moving, *self._above]:
            part.set_animated(True)

    def show(self, frame: int) -> Iterator[tuple[Axes, Artist]]:
        """Move every artist to a frame; yields what has to be drawn, lowest first."""
        scene = self.scene
        running = [flow for flow in scene.flows if flow.width[frame] > 0.0]
        running.sort(key=lambda flow: -flow.width[frame])
        shapes = [with_head(Link(flow.points, float(flow.width[frame]), flow.colour)) for flow in running]
        look = [(flow.colour, 1.0 if flow.fresh[frame] else 0.55) for flow in running]
        self._bodies.set_segments([body for body, _ in shapes])
        self._bodies.set_linewidth([float(flow.width[frame]) for flow in running])
        self._bodies.set_color(look)
        self._heads.set_verts([head for _, head in shapes])
        self._heads.set_facecolor(look)
        self._show_firms(frame)
        year = int(np.ceil(scene.when[frame])) - 1
        self._stamp.set_text(str(year))
        count, firms = int(scene.counts[frame]), sum(bool(busy[frame]) for busy in scene.busy.values())
        between = f" between {firms} firms" if count else ""
        self._count.set_text(f"{count} exchange{'s' * (count != 1)}{between}")
        self._now.set_data(scene.when[: frame + 1], scene.counts[: frame + 1])
        self._cursor.set_data(scene.when[frame : frame + 1], scene.counts[frame : frame + 1])
        yield from self._moving

    def _show_firms(self, frame: int) -> None:
        """Rings, dots and crosses of the firms there are."""
        scene = self.scene
        states = np.array(
            [
                (
                    scene.open_[f][frame] and not scene.busy[f][frame],
                    scene.busy[f][frame],
                    scene.gone[f][frame],
                )
                for f in scene.place
            ],
            dtype=bool,
        ).reshape(-1, 3)
        for part, seen in zip((self._idle, self._busy, self._gone), states.T, strict=True):
            part.set_offsets(self._places[seen])

    def over(self, frame: int) -> tuple[Hashable, list[tuple[Axes, Artist]]]:
        """Names and resources in the state of a frame; the key tells states apart."""
        scene = self.scene
        here = {flow.resource for flow in scene.flows if flow.width[frame] > 0.0}
        for resource, text in self._legend.items():
            text.set_alpha(1.0 if resource in here else 0.22)
        states = []
        for firm, text in self._names.items():
            is_busy = bool(scene.busy[firm][frame])
            is_there = bool(is_busy or scene.open_[firm][frame] or scene.gone[firm][frame])
            text.set_visible(is_there)
            text.set_color(INK if is_busy else QUIET)
            states.append((is_there, is_busy))
        return (frozenset(here), tuple(states)), self._above

    def _place_names(self, tables: RunTables) -> dict[str, Text]:
        """Names in fixed places that cover neither each other nor, where possible, any arrow ever drawn."""
        scene, size = self.scene, 8.5
        width, height = _WIDTH_MM - _SIDE, _HEIGHT_MM - _FOOT - 14.0
        placer = Placer(width, height, crowd_cost=0.15)
        placer.add_lines([flow.points for flow in scene.flows])
        for at in scene.place.values():
            placer.block(at, 2.4, 2.4)
        degree = {firm: int(scene.busy[firm].sum()) for firm in scene.place}
        names = {}
        for firm in sorted(scene.place, key=lambda firm: (-degree[firm], firm))[:_MOST_NAMED]:
            text = style.wrap(style.shorten(tables.firm_name(firm), 44.0, size), 16)
            wide, tall = text_size(text, size)
            box = (wide + 0.6, tall + 0.6)
            spot = placer.put_beside(scene.place[firm], 1.2, box, limit=1e4, reach_cost=1.4)
            # Far from its dot a name would point at another firm while its own is not there yet.
            if spot is None or leader(scene.place[firm], 1.2, spot, (wide + 6.0, tall + 6.0)) is not None:
                continue
            names[firm] = self._park.text(
                *spot, text, size=size, ha="center", va="center", linespacing=1.05, zorder=5,
                bbox={"facecolor": "white", "alpha": 0.7, "lw": 0, "boxstyle": "square,pad=0.04"},
            )  # fmt: skip
        return names

    def _write_legend(self, tables: RunTables) -> dict[str, Text]:
        """Resources ever exchanged, at the right; they light up while they flow."""
        first: dict[str, tuple[int, str]] = {}
        for flow in self.scene.flows:
            start = int(np.argmax(flow.width > 0.0)) if (flow.width > 0.0).any() else len(flow.width)
            first[flow.resource] = min(first.get(flow.resource, (start, flow.colour)), (start, flow.colour))
        order = sorted(first, key=lambda resource: (first[resource][0], resource))
        top, low = _HEIGHT_MM - 18.0, _FOOT + 6.0
        pitch = min(6.0, (top - low) / max(len(order) - 1, 1))
        size = min(10.0, 0.8 * pitch / style.MM_PER_POINT)
        heights = part_heights([top - pitch * at for at in range(len(order))], pitch, low, top)
        texts = {}
        for resource, y in zip(order, heights, strict=True):
            name = style.shorten(tables.resource_name(resource), _SIDE - 8.0, size)
            colour = text_colour(first[resource][1])
            texts[resource] = self._page.text(
                _WIDTH_MM - _SIDE + 4.0, y, name, size=size, color=colour, va="center", weight="bold"
            )
        return texts

    def _draw_strip(self, area: Area) -> tuple[Axes, Line2D, Line2D]:
        """Number of exchanges over time at the foot: the line to come light, the line so far dark."""
        scene = self.scene
        strip = area.panel(16.0, 11.0, _WIDTH_MM - 22.0, _FOOT - 13.0)
        strip.plot(scene.when, scene.counts, color=RULE, lw=1.2)
        (now,) = strip.plot([], [], color=INK, lw=1.6)
        (cursor,) = strip.plot([], [], "o", color=INK, ms=5.0, clip_on=False)
        high = max(int(scene.counts.max(initial=0)), 1)
        strip.set(xlim=(np.floor(scene.when[0] - 1e-9), scene.when[-1]), ylim=(0, 1.08 * high))
        strip.set_yticks([0, high])
        strip.set_ylabel("exchanges")
        strip.set_xlabel("year", labelpad=1)
        return strip, now, cursor
