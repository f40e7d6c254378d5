"""Sankey diagram of one year: who gave what to whom, in width to scale.

One panel per unit, because tonnes, megawatt hours and cubic metres have no common width. What
does not live here: places of nodes and bands (``sankey_layout``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.colours import kind_colour, resource_colours, shade, text_colour
from ecopark.report.numbers import quantity
from ecopark.report.sankey_flows import Panel, collect_panel
from ecopark.report.sankey_layout import Group, Layout, Slot, lay_out, least_depth
from ecopark.report.style import INK, PRINT, QUIET, Medium, text_size
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]

_UNITS: Sequence[tuple[str, str]] = (("t", "Materials"), ("MWh", "Heat, fuel and power"), ("m3", "Water"))
_BAR_MM = 1.3
_OUTSIDE = "#CDCDCD"


def draw_sankey(
    tables: RunTables,
    *,
    year: int | None = None,
    outside: bool | None = None,
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> NDArray[np.object_]:
    """Draw the flows of one year with widths to scale.

    Columns are the same for every year: firms that only give at the left, those that only take
    at the right, others between; a flow against that direction runs back underneath. Coloured
    bands are exchanges in the colour of their resource, grey ones what the same firms still
    disposed of or bought. Each panel has its own scale, shown by a bar in its heading.

    Parameters
    ----------
    tables : RunTables
        Tables of the run.
    year : int, optional
        By default the year with the most exchanges.
    outside : bool, optional
        Whether to draw what was still bought and disposed of. By default where at most eight
        flows were exchanged, the rest is at most three times as much and labels have room; the
        heading says what is left out.
    ax : matplotlib.axes.Axes, optional
        Its room is used; by default a new figure.
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (panels,)
        One panel per unit that was exchanged (an empty panel where nothing was); data
        coordinates are mm. The attribute ``gid`` of a band collection is ``exchange`` or
        ``outside``.
    """
    shown = tables.busiest_year if year is None else year
    with style.house(medium):
        panels = [
            panel
            for unit, title in _UNITS
            if (panel := collect_panel(tables, shown, unit, title, outside, medium))
        ]
        head = 8.0 * medium.text_pt / 7.0
        room = (medium.height_mm if ax is None else style.take_area(ax, 1.0, 1.0).height_mm) - head
        depths = _share_depth(panels, room, medium)
        height = head + (sum(depths) + sum(_title_mm(panel, medium) for panel in panels) if panels else 20.0)
        area = style.take_area(ax, medium.width_mm, height)
        canvas = area.canvas()
        canvas.set_zorder(-1)
        text = f"Flows in {shown}"
        canvas.text(
            2, area.height_mm - 2, text, size=1.3 * medium.text_pt, weight="bold", va="top", gid="title"
        )
        if not panels:
            canvas.text(2, area.height_mm / 2, "nothing was exchanged", color=QUIET, va="center", gid="title")
            return np.array([canvas], dtype=object)
        drawn, top = [], area.height_mm - head
        for panel, depth in zip(panels, depths, strict=True):
            whole = depth + _title_mm(panel, medium)
            top -= whole
            layer = area.canvas(0, top, area.width_mm, whole)
            layout = lay_out(panel.bands, panel.column, depth - 2.0, 1.05 * medium.row_mm)
            _draw_heading(layer, panel, layout, whole, medium)
            _draw_panel(layer, tables, panel, layout, depth, medium)
            drawn.append(layer)
    return np.array(drawn, dtype=object)


def _title_mm(panel: Panel, medium: Medium) -> float:
    """Height of a panel's heading, mm: a second line where something is left out."""
    return (3.0 if panel.note or panel.dropped else 1.9) * medium.row_mm


def _share_depth(panels: list[Panel], room: float, medium: Medium) -> list[float]:
    """Depth of each panel, mm; the smallest flows give way where labels would not fit."""
    pitch = 1.05 * medium.row_mm

    def need(panel: Panel) -> float:
        return least_depth(panel.bands, panel.column, pitch) + 4.0

    def left() -> float:
        return room - sum(_title_mm(panel, medium) for panel in panels)

    while panels and sum(need(panel) for panel in panels) > 0.86 * left():
        panel = max(panels, key=lambda panel: (need(panel), panel.unit))
        if len(panel.bands) == 1:
            break
        smallest = min(panel.bands, key=lambda band: (band.value, band.source, band.target, band.resource))
        panel.bands.remove(smallest)
        panel.dropped.append(smallest)
        present = {end for band in panel.bands for end in (band.source, band.target)}
        used = sorted({panel.column[name] for name in present})
        panel.column = {name: used.index(panel.column[name]) for name in present}
    least = [need(panel) for panel in panels]
    # Room to spare goes to the widths, but a handful of bands needs no whole page.
    spare = min(left() - sum(least), 0.6 * sum(least) + 12.0 * len(panels))
    return [depth + spare * depth / sum(least) for depth in least]


def _draw_heading(ax: Axes, panel: Panel, layout: Layout, whole: float, medium: Medium) -> None:
    """What the panel shows, its scale bar, and what is left out."""
    traded = [band for band in [*panel.bands, *panel.dropped] if band.route == "exchange"]
    total = quantity(sum(band.value for band in traded), panel.unit, "yr")
    y = whole - 0.9 * medium.row_mm
    ax.text(2.0, y, panel.title, weight="bold", va="center", gid="title")
    x = 2.0 + text_size(panel.title, medium.text_pt, bold=True)[0] + 3.0
    text = f"{total} exchanged in {len(traded)} flow{'s' if len(traded) != 1 else ''}"
    ax.text(x, y, text, va="center", gid="title")
    x += text_size(text, medium.text_pt)[0] + 5.0
    span = _round_down(2.6 / layout.scale)
    ax.fill(
        [x, x + 1, x + 1, x],
        [y - span * layout.scale / 2] * 2 + [y + span * layout.scale / 2] * 2,
        color=INK,
        lw=0,
    )
    label = f"= {quantity(span, panel.unit, 'yr')}"
    ax.text(x + 1.8, y, label, size=medium.small_pt, va="center", gid="key")
    notes = [panel.note] if panel.note else []
    if panel.dropped:
        missing = quantity(sum(band.value for band in panel.dropped), panel.unit, "yr")
        notes.append(f"{len(panel.dropped)} smaller flows not drawn: {missing}")
    if notes:
        text = "; ".join(notes)
        below = y - 1.15 * medium.row_mm
        ax.text(2.0, below, text, size=medium.small_pt, color=QUIET, va="center", gid="title")


def _round_down(value: float) -> float:
    """Largest 1, 2 or 5 times a power of ten not above `value`."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(max(step * power for step in (1.0, 2.0, 5.0) if step * power <= value * (1 + 1e-9)))


def _draw_panel(
    ax: Axes, tables: RunTables, panel: Panel, layout: Layout, depth: float, medium: Medium
) -> None:
    small = medium.small_pt
    names = {name: _title(tables, name) for name in layout.nodes}
    room = 0.19 * medium.width_mm
    edges = []
    for column in (0, layout.columns - 1):
        members = [name for name, node in layout.nodes.items() if node.column == column]
        names |= {name: style.shorten(names[name], room, small) for name in members}
        edges.append(max(text_size(names[name], small, bold=True)[0] for name in members) + 2.5)
    right = float(ax.get_xlim()[1])
    steps = np.linspace(edges[0], right - edges[1] - _BAR_MM, max(layout.columns, 2))
    if any(slot.loop for slot in layout.slots):
        reach = max(slot.width for slot in layout.slots if slot.loop) + 3.0
        steps = np.linspace(
            max(edges[0], reach), right - max(edges[1], reach) - _BAR_MM, max(layout.columns, 2)
        )
    gap = float(steps[1] - steps[0])
    for name, node in layout.nodes.items():
        if 0 < node.column < layout.columns - 1:
            names[name] = style.shorten(names[name], (gap - 3.0) / 1.12, small)
    _draw_bands(ax, tables, layout, steps, depth)
    _draw_nodes(ax, layout, steps, names, depth, medium)
    _draw_titles(ax, tables, panel, layout, steps, depth, medium)


def _title(tables: RunTables, name: str) -> str:
    """Name of a node: a firm, or an outside party without its side mark."""
    for mark in ("to:", "from:"):
        if name.startswith(mark):
            return name.removeprefix(mark).replace("_", " ")
    return tables.firm_name(name)


def _draw_bands(ax: Axes, tables: RunTables, layout: Layout, steps: Floats, depth: float) -> None:
    colours = resource_colours(tables.resources)
    for route, gid in (("outside", "outside"), ("exchange", "exchange")):
        slots = [slot for slot in layout.slots if (slot.band.route == "exchange") == (route == "exchange")]
        slots.sort(key=lambda slot: -slot.width)
        shapes, faces = [], []
        for slot in slots:
            start = steps[layout.nodes[slot.band.source].column] + _BAR_MM
            end = steps[layout.nodes[slot.band.target].column]
            shape = _loop_shape(slot, start, end) if slot.loop else _band_shape(slot, start, end)
            shapes.append(np.column_stack([shape[:, 0], depth - shape[:, 1]]))
            own = colours.get(slot.band.resource, kind_colour(""))
            faces.append(shade(own, 0.25) if route == "exchange" else _OUTSIDE)
        bands = PolyCollection(
            shapes, facecolors=faces, edgecolors=faces, linewidths=0.25, alpha=0.8, gid=gid
        )
        bands.set_zorder(2 if route == "exchange" else 1)
        ax.add_collection(bands, autolim=False)


def _band_shape(slot: Slot, start: float, end: float) -> Floats:
    """Outline of a band that runs to the right: an S-curve of constant upright width."""
    share = np.linspace(0.0, 1.0, 25)
    x = start + (end - start) * share
    middle = slot.leaves + (slot.arrives - slot.leaves) * (3 * share**2 - 2 * share**3)
    upper = np.column_stack([x, middle - slot.width / 2])
    lower = np.column_stack([x, middle + slot.width / 2])
    return np.concatenate([upper, lower[::-1]])


def _loop_shape(slot: Slot, start: float, end: float) -> Floats:
    """Outline of a band that leaves to the right, runs back underneath and arrives from the left."""
    radius = slot.width / 2 + 1.0
    turn = np.linspace(0.0, np.pi / 2, 9)

    def corner(x: float, y: float, begin: float, sign: float) -> Floats:
        angle = begin + sign * turn
        return np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])

    # y points down here: the path turns clockwise twice at the right, twice at the left.
    path = np.concatenate(
        [
            [[start, slot.leaves]],
            corner(start + 0.5, slot.leaves + radius, -np.pi / 2, 1),
            corner(start + 0.5, slot.lane - radius, 0.0, 1),
            corner(end - 0.5, slot.lane - radius, np.pi / 2, 1),
            corner(end - 0.5, slot.arrives + radius, np.pi, 1),
            [[end, slot.arrives]],
        ]
    )
    ahead = np.gradient(path, axis=0)
    ahead /= np.maximum(np.hypot(ahead[:, 0], ahead[:, 1]), 1e-9)[:, None]
    side = np.column_stack([-ahead[:, 1], ahead[:, 0]]) * slot.width / 2
    return np.concatenate([path + side, (path - side)[::-1]])


def _draw_nodes(
    ax: Axes, layout: Layout, steps: Floats, names: dict[str, str], depth: float, medium: Medium
) -> None:
    """Bars and names: outer columns beside the bar, inner ones above it."""
    shapes = []
    for name, node in layout.nodes.items():
        x, top, low = float(steps[node.column]), depth - node.top, depth - node.top - node.height
        shapes.append([(x, low), (x + _BAR_MM, low), (x + _BAR_MM, top), (x, top)])
        outside = name.startswith(("to:", "from:"))
        patch = {"facecolor": "white", "alpha": 0.75, "lw": 0, "boxstyle": "square,pad=0.05"}
        look: dict[str, Any] = {
            "size": medium.small_pt,
            "weight": "normal" if outside else "bold",
            "color": QUIET if outside else INK,
            "gid": "name",
            "zorder": 6,
        }
        if node.column == 0:
            ax.text(x - 0.8, (top + low) / 2, names[name], ha="right", va="center", bbox=patch, **look)
        elif node.column == layout.columns - 1:
            ax.text(
                x + _BAR_MM + 0.8, (top + low) / 2, names[name], ha="left", va="center", bbox=patch, **look
            )
        else:
            # From its bar to the right: to the left stand the labels of the column before.
            ax.text(x, top + 0.4, names[name], ha="left", va="bottom", bbox=patch, **look)
    ax.add_collection(PolyCollection(shapes, facecolors=INK, linewidths=0, zorder=3), autolim=False)


def _draw_titles(
    ax: Axes, tables: RunTables, panel: Panel, layout: Layout, steps: Floats, depth: float, medium: Medium
) -> None:
    """Resource and quantity where a group of bands leaves its node."""
    colours = resource_colours(tables.resources)
    columns = np.diff(steps)
    back = float(steps[-1]) - 2.0
    for group in layout.groups:
        column = layout.nodes[group.node].column
        lanes = _lanes(layout, group)
        if column == layout.columns - 1 and lanes:
            # To the right of the last column stand names: what runs back is told on its way.
            text = f"{tables.resource_name(group.resource)} {quantity(group.value, panel.unit)}"
            ax.text(
                back, depth - max(lanes), text, size=medium.small_pt, ha="right", va="center_baseline", gid="flow",
                color=text_colour(colours.get(group.resource, kind_colour(""))), zorder=5,
                bbox={"facecolor": "white", "alpha": 0.9, "lw": 0, "boxstyle": "square,pad=0.05"},
            )  # fmt: skip
            back -= text_size(text, medium.small_pt)[0] + 3.0
            continue
        x = float(steps[column]) + _BAR_MM + 0.8
        room = float(columns[min(column, len(columns) - 1)]) - _BAR_MM - 1.6
        depth_mm = layout.scale * group.value
        text = _group_text(tables, group, panel.unit, (room, depth_mm), medium)
        thin = depth_mm < medium.row_mm
        colour = (
            text_colour(colours.get(group.resource, kind_colour(""))) if group.route == "exchange" else QUIET
        )
        ax.text(
            x,
            depth - group.middle,
            text,
            size=medium.small_pt,
            color=colour if thin else INK,
            va="center_baseline" if "\n" not in text else "center",
            gid="flow",
            zorder=5,
            bbox={"facecolor": "white", "alpha": 0.7, "lw": 0, "boxstyle": "square,pad=0.02"}
            if thin
            else None,
        )


def _lanes(layout: Layout, group: Group) -> list[float]:
    """Depths at which the flows of a group run back underneath the others, mm."""
    return [
        slot.lane
        for slot in layout.slots
        if slot.loop and (slot.band.source, slot.band.resource) == (group.node, group.resource)
    ]


def _group_text(tables: RunTables, group: Group, unit: str, room: tuple[float, float], medium: Medium) -> str:
    """E.g. "fly ash 76 kt"; in two lines, or with its name cut, where there is no room."""
    amount = quantity(group.value, unit)
    name = tables.resource_name(group.resource)
    small = medium.small_pt
    left = room[0] - text_size(f" {amount}", small)[0]
    if text_size(name, small)[0] > left and room[1] > 2.6 * medium.row_mm:
        return f"{style.shorten(name, room[0], small)}\n{amount}"
    return f"{style.shorten(name, max(left, 6.0), small)} {amount}"
