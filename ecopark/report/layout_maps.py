"""Maps of layouts side by side: who stands where, what moves, which links are worth while.

What does not live here: plots and corridors (``layout_ground``), the search itself (``planning.layouts.finding``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.colours import resource_colours, text_colour
from ecopark.report.ground_plan import GroundPlan, ground_plan
from ecopark.report.labels import Placer, leader
from ecopark.report.layout_ground import CORRIDOR, draw_ground
from ecopark.report.links import Link, bend_curve, draw_links
from ecopark.report.numbers import axis_number, number, scale_of
from ecopark.report.style import FAINT, INK, PRINT, QUIET, Medium, text_size
from ecopark.scenario.geometry import project

Floats = NDArray[np.float64]
MOVED = "#B5456B"
_HEAD, _FOOT, _GAP, _EDGE = 11.0, 11.0, 5.0, 9.0
_MARGIN = 2.0
_NICE_KM = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


def draw_layouts(search: Any, *, ax: Axes | None = None, medium: Medium = PRINT) -> NDArray[np.object_]:
    """Draw the present layout and the best ones found.

    Parameters
    ----------
    search : LayoutSearch
    ax : matplotlib.axes.Axes, optional
        Its room is used; by default a new figure.
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (n,)
        One map each, its data coordinates mm. Line width grows with the square root of a link's possible
        benefit per year, to one scale for all maps; colour is the resource's. Firms that moved are coloured and
        have a thin line from where they stood.
    """
    names = ["present", *search.names]
    with style.house(medium):
        factor = medium.text_pt / 7.0
        across = min(len(names), 3 if medium.width_mm > medium.height_mm else 2)
        rows = -(-len(names) // across)
        wide = (medium.width_mm - 2.0 * _MARGIN - (across - 1) * _GAP) / across
        spots = _plane(search)
        plan = ground_plan(search.scenario.park.layout, _sites(search))
        tall = min(wide * _shape(spots, plan), (medium.height_mm - _FOOT * factor) / rows - _HEAD * factor)
        room = (medium.width_mm, rows * (tall + _HEAD * factor) + _FOOT * factor)
        area = style.take_area(ax, *room)
        largest = float(search.links["benefit"].max()) if len(search.links) else 1.0
        panels = []
        for k, name in enumerate(names):
            row, column = divmod(k, across)
            bottom = _FOOT * factor + (rows - 1 - row) * (tall + _HEAD * factor)
            panel = area.canvas(_MARGIN + column * (wide + _GAP), bottom, wide, tall + _HEAD * factor)
            _draw_one(panel, search, name, (spots, plan, largest), (wide, tall), medium)
            panels.append(panel)
        foot = area.canvas(_MARGIN, 0.0, area.width_mm - 2.0 * _MARGIN, _FOOT * factor)
        _draw_key(foot, search, plan, medium)
    return np.array(panels, dtype=object)


def _sites(search: Any) -> Floats:
    """Sites of all firms in all layouts, in the scenario's coordinates."""
    return np.asarray(search.places[["x", "y"]], dtype=np.float64)


def _plane(search: Any) -> pd.DataFrame:
    """Places with plane coordinates."""
    plane = project(_sites(search), search.scenario.park.layout)
    table: pd.DataFrame = search.places.assign(x_km=plane[:, 0], y_km=plane[:, 1])
    return table


def _draw_one(
    ax: Axes,
    search: Any,
    name: str,
    shared: tuple[pd.DataFrame, GroundPlan, float],
    size: tuple[float, float],
    medium: Medium,
) -> None:
    """One map: frame, ground, links, firms, names."""
    spots, plan, largest = shared
    wide, tall = size
    to_mm, scale = _frame(spots, plan, size)
    ax.add_patch(_box(0.3, 0.3, wide - 0.6, tall - 0.6))
    draw_ground(ax, plan, to_mm, medium, _box(0.3, 0.3, wide - 0.6, tall - 0.6))
    here = spots[spots["layout"] == name].set_index("firm")
    before = spots[spots["layout"] == "present"].set_index("firm")
    place = {str(firm): to_mm(row[None])[0] for firm, row in _rows(here)}
    old = {str(firm): to_mm(row[None])[0] for firm, row in _rows(before)}
    arrows = _links(search, name, place, largest, medium)
    draw_links(ax, arrows, zorder=2.0)
    moved = {str(firm) for firm in here.index[here["moved"]]}
    for firm in sorted(moved):
        ax.plot(
            *np.array([old[firm], place[firm]]).T,
            color=MOVED,
            lw=0.7,
            ls=(0, (2, 1.5)),
            zorder=1.5,
            gid="move",
        )
    for firm, (x, y) in place.items():
        colour = MOVED if firm in moved else INK
        face = colour if bool(here.loc[firm, "movable"]) else "white"
        ax.scatter([x], [y], s=9.0 * medium.line, facecolor=face, edgecolor=colour, lw=0.7, zorder=4)
    _draw_names(ax, search, place, moved, arrows, size, medium)
    _draw_head(ax, search, name, tall, wide, medium)
    if name == "present":
        _draw_scale(ax, scale, medium)


def _extent(spots: pd.DataFrame, plan: GroundPlan) -> tuple[Floats, Floats]:
    """Lowest and highest coordinates of firms, plots and corridors. ndarray of float, shape (2,), km."""
    firms = spots[["x_km", "y_km"]].to_numpy(dtype=np.float64)
    points = np.concatenate([firms, plan.points]) if len(plan.points) else firms
    return points.min(axis=0), points.max(axis=0)


def _shape(spots: pd.DataFrame, plan: GroundPlan) -> float:
    """Height of a map over its width: that of the park, within what leaves room for names."""
    low, high = _extent(spots, plan)
    wide, tall = np.maximum(high - low, 1e-3)
    return float(np.clip(tall / wide + 0.2, 0.6, 1.1))


def _rows(table: pd.DataFrame) -> list[tuple[Any, Floats]]:
    return list(zip(table.index, table[["x_km", "y_km"]].to_numpy(dtype=np.float64), strict=True))


def _frame(spots: pd.DataFrame, plan: GroundPlan, size: tuple[float, float]) -> tuple[Any, float]:
    """From km to mm, and mm per km: plots, corridors and firms near them fill the map."""
    low, high = _extent(spots, plan)
    room = np.array(size) - 2.0 * _EDGE
    scale = float(np.min(room / np.maximum(high - low, 1e-3)))
    middle, centre = (low + high) / 2.0, np.array(size) / 2.0

    def to_mm(at: Floats) -> Floats:
        return np.asarray((at - middle) * scale + centre)

    return to_mm, scale


def _links(search: Any, name: str, place: dict[str, Floats], largest: float, medium: Medium) -> list[Link]:
    """Links of a layout, one arrow for each pair of firms and resource."""
    table = search.links[search.links["layout"] == name]
    sums = table.groupby(["from_firm", "to_firm", "resource"], sort=True)["benefit"].sum()
    kinds = {key: spec.kind for key, spec in search.scenario.park.resources.items()}
    colours = resource_colours(pd.DataFrame({"kind": kinds}))
    arrows, between = list[Link](), dict[tuple[str, str], int]()
    for (giver, taker, resource), benefit in sums.items():
        start, end = place[giver], place[taker]
        length = float(np.hypot(*(end - start)))
        if length < 1e-6:
            continue
        trim = min(1.2, 0.2 * length)
        ends = (float(start[0]), float(start[1])), (float(end[0]), float(end[1]))
        bend = (0.1 + 0.06 * between.get((giver, taker), 0)) * length
        between[giver, taker] = between.get((giver, taker), 0) + 1
        points = bend_curve(*ends, bend, (trim, trim))
        arrows.append(Link(points, medium.line * (0.5 + 3.2 * (benefit / largest) ** 0.5), colours[resource]))
    return arrows


def _draw_names(
    ax: Axes,
    search: Any,
    place: dict[str, Floats],
    moved: set[str],
    arrows: list[Link],
    size: tuple[float, float],
    medium: Medium,
) -> None:
    placer = Placer(size[0] - 1.0, size[1] - 1.0, crowd_cost=0.5)
    placer.add_lines([arrow.points for arrow in arrows])
    for x, y in place.values():
        placer.block((x, y), 2.4, 2.4)
    firms = search.scenario.park.firms
    for firm in sorted(place, key=lambda name: (name not in moved, name)):
        text = style.wrap(firms[firm].short or firms[firm].name, 16)
        bold, anchor = firm in moved, (float(place[firm][0]), float(place[firm][1]))
        width, height = text_size(text, medium.small_pt, bold=bold)
        box = (width + 0.6, height + 0.6)
        spot = placer.put_beside(anchor, 1.3, box)
        if spot is None:
            continue
        line = leader(anchor, 1.3, spot, box)
        if line is not None:
            ax.plot(*np.array(line).T, color=QUIET, lw=0.4, zorder=3)
        ax.text(
            *spot, text, size=medium.small_pt, weight="bold" if bold else "normal", ha="center", va="center",
            color=text_colour(MOVED) if bold else INK, linespacing=1.05, zorder=6, gid="name",
            bbox={"facecolor": "white", "alpha": 0.7, "lw": 0, "boxstyle": "square,pad=0.05"},
        )  # fmt: skip


def _draw_head(ax: Axes, search: Any, name: str, tall: float, wide: float, medium: Medium) -> None:
    """Name of the layout, and what it would bring."""
    row = search.layouts.set_index("layout").loc[name]
    # One unit on all maps.
    largest = float(search.layouts[["possible", "emergent"]].abs().max().max())
    divisor, unit = scale_of(largest, search.scenario.park.currency.code)
    first = name == "present"
    title = "Present layout" if first else name.replace("_", " ").capitalize()
    ax.text(0.3, tall + 5.4, title, size=1.15 * medium.text_pt, weight="bold", va="bottom", gid="title")
    values = (row["possible"], row["emergent"]) if first else (row["possible_gain"], row["gain"])
    told = [
        f"{what} {'' if first or value <= 0 else '+'}{number(value / divisor)}"
        for what, value in zip(("possible", "emerged"), values, strict=True)
        if np.isfinite(value)
    ]
    text = f"{', '.join(told)} {unit}/yr"
    text = style.shorten(text, wide - 1.0, medium.small_pt)
    ax.text(0.3, tall + 1.4, text, size=medium.small_pt, color=QUIET, va="bottom", gid="title")


def _draw_scale(ax: Axes, scale: float, medium: Medium) -> None:
    span = max((km for km in _NICE_KM if km * scale <= 24.0), default=_NICE_KM[0])
    ax.plot([2.5, 2.5 + span * scale], [3.0, 3.0], color=INK, lw=1.4, solid_capstyle="butt", zorder=7)
    ax.text(
        3.6 + span * scale,
        3.0,
        f"{axis_number(span)} km",
        size=medium.small_pt,
        va="center",
        zorder=7,
        gid="key",
    )


def _draw_key(ax: Axes, search: Any, plan: GroundPlan, medium: Medium) -> None:
    """Zones, corridors, markers and resources, as far as a line holds."""
    factor = medium.text_pt / 7.0
    kinds = {key: spec.kind for key, spec in search.scenario.park.resources.items()}
    colours = resource_colours(pd.DataFrame({"kind": kinds}))
    names = {key: spec.short or key.replace("_", " ") for key, spec in search.scenario.park.resources.items()}
    entries: list[tuple[str, str, str]] = [
        ("dot", INK, "may move"),
        ("ring", INK, "fixed"),
        ("dot", MOVED, "moved"),
    ]
    entries += [("line", CORRIDOR, "corridor")] if plan.corridors else []
    entries += [("box", plan.tint(zone), f"zone {zone}") for zone in sorted({*plan.zone.values()} - {""})]
    best = search.links.groupby("resource")["benefit"].sum().sort_values(ascending=False)
    entries += [("line", colours[name], names[name]) for name in best.index]
    x, y = 0.5, 7.0 * factor
    for done, (mark, colour, text) in enumerate(entries):
        width = 6.0 + text_size(text, medium.small_pt)[0] + 3.5
        if x + width > ax.get_xlim()[1]:
            x, y = 0.5, y - 4.4 * factor
            if y < 0.0:
                ax.text(ax.get_xlim()[1], 7.0 * factor, f"and {len(entries) - done} more", size=medium.small_pt,
                        ha="right", va="center", color=QUIET, gid="key")  # fmt: skip
                return
        _draw_mark(ax, mark, colour, x, y, medium)
        ax.text(x + 5.6, y, text, size=medium.small_pt, va="center", gid="key")
        x += width


def _draw_mark(ax: Axes, mark: str, colour: str, x: float, y: float, medium: Medium) -> None:
    if mark == "line":
        ax.plot([x, x + 4.6], [y, y], color=colour, lw=2.0 * medium.line, solid_capstyle="butt")
    elif mark == "box":
        ax.add_patch(_box(x, y - 1.2, 4.0, 2.4, face=colour))
    else:
        face = colour if mark == "dot" else "white"
        ax.scatter([x + 2.3], [y], s=9.0 * medium.line, facecolor=face, edgecolor=colour, lw=0.7)


def _box(x: float, y: float, width: float, height: float, face: str = "#FAFAF8") -> Rectangle:
    return Rectangle((x, y), width, height, facecolor=face, edgecolor=FAINT, lw=0.6, zorder=0.2)
