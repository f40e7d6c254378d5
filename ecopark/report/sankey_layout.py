"""Where the nodes and bands of the static Sankey diagram stand.

What lives here: columns, order, heights and loops, in mm. What does not: drawing (``sankey``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Band:
    """One flow to draw: from node to node, of a resource, by a route of the ledger."""

    source: str
    target: str
    resource: str
    route: str
    value: float


@dataclass
class Node:
    """A firm or outside party: its column, and where its bar stands in mm (top and height)."""

    name: str
    column: int
    top: float = 0.0
    height: float = 0.0


@dataclass
class Slot:
    """Where a band leaves and arrives, as the middle of its width, mm, and its width, mm."""

    band: Band
    width: float
    leaves: float = 0.0
    arrives: float = 0.0
    loop: bool = False
    lane: float = 0.0


@dataclass
class Group:
    """Bands of one resource that leave one node: they share a label at the height `middle`, mm."""

    node: str
    resource: str
    route: str
    value: float
    middle: float = 0.0


@dataclass
class Layout:
    """Everything the drawing needs, heights measured downwards from the top of the panel, mm."""

    nodes: dict[str, Node]
    slots: list[Slot]
    groups: list[Group]
    columns: int
    scale: float
    depth: float
    loops: float = 0.0
    notes: list[str] = field(default_factory=list)


def levels(exchanged: pd.DataFrame) -> dict[str, int]:
    """Column of each firm: givers left, takers right, those that do both between.

    Parameters
    ----------
    exchanged : pandas.DataFrame
        Exchanges of all years (from_firm, to_firm, quantity), so that the columns are the same
        whatever year is drawn.

    Returns
    -------
    dict of str to int
        0 for firms that only give. Firms that only take share the last column.

    Notes
    -----
    Firms are ordered by a greedy heuristic for the feedback arc set (Eades, Lin and Smyth 1993,
    doi:10.1016/0020-0190(93)90079-O): sinks last, sources first, otherwise the firm with the
    largest surplus of given over taken. Flows against that order become loops. Along the order
    a firm stands one column right of the rightmost that gives to it.
    """
    links = exchanged.groupby(["from_firm", "to_firm"], sort=True)["quantity"].sum()
    ends: Any = links.items()
    arcs = {(str(a), str(b)): float(q) for (a, b), q in ends if a != b}
    order = _greedy_order({end for arc in arcs for end in arc}, arcs)
    rank = {firm: number for number, firm in enumerate(order)}
    column = dict.fromkeys(order, 0)
    for firm in order:
        for giver, taker in arcs:
            if taker == firm and rank[giver] < rank[firm]:
                column[firm] = max(column[firm], column[giver] + 1)
    last = max(column.values(), default=0)
    givers = {giver for giver, _ in arcs}
    return {firm: (place if firm in givers else last) for firm, place in column.items()}


def _greedy_order(firms: set[str], arcs: Mapping[tuple[str, str], float]) -> list[str]:
    left: list[str] = []
    right: list[str] = []
    rest = sorted(firms)
    while rest:
        inside = {arc: q for arc, q in arcs.items() if arc[0] in rest and arc[1] in rest}
        givers, takers = {a for a, _ in inside}, {b for _, b in inside}
        sink = next((firm for firm in rest if firm not in givers), None)
        source = next((firm for firm in rest if firm not in takers), None)
        if sink is not None:
            right.append(sink)
        elif source is not None:
            left.append(source)
        else:
            surplus = dict.fromkeys(rest, 0.0)
            for (giver, taker), q in inside.items():
                surplus[giver] += q
                surplus[taker] -= q
            left.append(max(rest, key=lambda firm: (surplus[firm], firm)))
        rest.remove((right if sink is not None else left)[-1])
    return left + right[::-1]


def least_depth(bands: Sequence[Band], column: Mapping[str, int], pitch: float) -> float:
    """Depth in mm that a panel needs when every label has its row of `pitch` mm."""
    return _depth(bands, column, 0.0, pitch)


def _groups(bands: Sequence[Band]) -> dict[tuple[str, str, str], list[Band]]:
    groups: dict[tuple[str, str, str], list[Band]] = {}
    for band in bands:
        groups.setdefault((band.source, band.resource, band.route), []).append(band)
    return groups


def _heights(bands: Sequence[Band], scale: float, pitch: float) -> dict[str, float]:
    """Height of each node's bar: room for its labels and for what it takes."""
    gives: dict[str, float] = {}
    takes: dict[str, float] = {}
    for (source, _, _), members in _groups(bands).items():
        gives[source] = gives.get(source, 0.0) + max(pitch, scale * sum(band.value for band in members))
    for band in bands:
        takes[band.target] = takes.get(band.target, 0.0) + scale * band.value
    return {name: max(gives.get(name, 0.0), takes.get(name, 0.0), 0.9 * pitch) for name in {**gives, **takes}}


def _gap(column: int, columns: int, pitch: float) -> float:
    """Room above a node: in the middle columns its name stands there."""
    return 0.45 * pitch if column in (0, columns - 1) else 1.3 * pitch


def _depth(bands: Sequence[Band], column: Mapping[str, int], scale: float, pitch: float) -> float:
    heights = _heights(bands, scale, pitch)
    columns = max(column.values(), default=0) + 1
    stacks = [0.0] * columns
    for name, height in heights.items():
        stacks[column[name]] += height + _gap(column[name], columns, pitch)
    return max(stacks, default=0.0) + _loop_depth(bands, column, scale)


def _loop_depth(bands: Sequence[Band], column: Mapping[str, int], scale: float) -> float:
    loops = [band for band in bands if column[band.target] <= column[band.source]]
    return sum(scale * band.value + 0.9 for band in loops) + (1.5 if loops else 0.0)


def lay_out(bands: Sequence[Band], column: Mapping[str, int], depth: float, pitch: float) -> Layout:
    """Place nodes and bands in a panel `depth` mm deep.

    Parameters
    ----------
    bands : sequence of Band
        Flows to draw, at least one.
    column : mapping of str to int
        Column of every node that occurs.
    depth : float
        Room from top to bottom, mm, at least :func:`least_depth`.
    pitch : float
        Row of a label, mm.

    Returns
    -------
    Layout
        One `scale` (mm per unit) holds for all bands; it is the largest that fits.
    """
    low, high = 0.0, depth / max(max(band.value for band in bands), 1e-300)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _depth(bands, column, middle, pitch) <= depth else (low, middle)
    scale = low
    loops = _loop_depth(bands, column, scale)
    heights = _heights(bands, scale, pitch)
    columns = max(column.values()) + 1
    nodes = {name: Node(name, column[name], height=height) for name, height in sorted(heights.items())}
    _stack(nodes, bands, columns, depth - loops, pitch)
    layout = Layout(
        nodes, [Slot(band, scale * band.value) for band in bands], [], columns, scale, depth, loops
    )
    _attach(layout, pitch)
    return layout


def _stack(nodes: dict[str, Node], bands: Sequence[Band], columns: int, depth: float, pitch: float) -> None:
    """Order the nodes of each column by the middle of their partners, then stack them."""

    def place(column: int) -> None:
        members = [node for node in nodes.values() if node.column == column]
        members.sort(key=lambda node: (wish[node.name], node.name))
        used = sum(node.height + _gap(column, columns, pitch) for node in members)
        top = (depth - used) / 2
        for node in members:
            top += _gap(column, columns, pitch)
            node.top = top
            top += node.height

    weight = {name: sum(b.value for b in bands if name in (b.source, b.target)) for name in nodes}
    wish = {name: -weight[name] for name in nodes}
    for column in range(columns):
        place(column)
    for _ in range(6):
        for column in [*range(columns), *reversed(range(columns))]:
            for node in nodes.values():
                if node.column != column:
                    continue
                near = [
                    (b.target if b.source == node.name else b.source, b.value)
                    for b in bands
                    if node.name in (b.source, b.target)
                ]
                total = sum(value for _, value in near)
                wish[node.name] = sum((nodes[n].top + nodes[n].height / 2) * v for n, v in near) / total
            place(column)


def _attach(layout: Layout, pitch: float) -> None:
    """Where on its nodes each band leaves and arrives, and the lane of each loop."""
    nodes = layout.nodes
    for slot in layout.slots:
        slot.loop = nodes[slot.band.target].column <= nodes[slot.band.source].column

    def middle(name: str) -> float:
        return nodes[name].top + nodes[name].height / 2

    groups: dict[tuple[str, str, str], list[Slot]] = {}
    for slot in layout.slots:
        groups.setdefault((slot.band.source, slot.band.resource, slot.band.route), []).append(slot)
    for name, node in nodes.items():
        mine = {key: slots for key, slots in groups.items() if key[0] == name}

        def aim(key: tuple[str, str, str], mine: dict[tuple[str, str, str], list[Slot]] = mine) -> float:
            slots = mine[key]
            ends = [(1e6 if slot.loop else middle(slot.band.target), slot.width) for slot in slots]
            return float(np.average([end for end, _ in ends], weights=[width + 1e-12 for _, width in ends]))

        rooms = {key: max(pitch, sum(slot.width for slot in slots)) for key, slots in mine.items()}
        at = node.top + (node.height - sum(rooms.values())) / 2
        for key in sorted(mine, key=lambda key: (aim(key), key)):
            slots = sorted(
                mine[key], key=lambda slot: (slot.loop, middle(slot.band.target), slot.band.target)
            )
            group = Group(name, key[1], key[2], sum(slot.band.value for slot in slots), at + rooms[key] / 2)
            layout.groups.append(group)
            inner = at + (rooms[key] - sum(slot.width for slot in slots)) / 2
            for slot in slots:
                slot.leaves = inner + slot.width / 2
                inner += slot.width
            at += rooms[key]
        arriving = [slot for slot in layout.slots if slot.band.target == name]
        inner = node.top + (node.height - sum(slot.width for slot in arriving)) / 2
        for slot in sorted(
            arriving, key=lambda s: (s.loop, middle(s.band.source), s.band.source, s.band.resource)
        ):
            slot.arrives = inner + slot.width / 2
            inner += slot.width
    lane = layout.depth - layout.loops + 1.5
    for slot in sorted(
        (s for s in layout.slots if s.loop), key=lambda s: (s.leaves, s.band.source, s.band.resource)
    ):
        slot.lane = lane + slot.width / 2
        lane += slot.width + 0.9
