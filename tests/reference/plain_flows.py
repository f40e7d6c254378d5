"""A plain twin of the flow kernel: dictionaries, loops and one idea per line.

Written from the rules (the docstrings of ``ecopark.flows.kernel`` and the design's section on
flows in a segment), not from the kernel's code, and meant to be read as the story of a segment.
Nothing is fast here and nothing is shared with the kernel but its arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ecopark.flows.kernel import Links, Ports


@dataclass
class PlainSegment:
    """Flows of one segment, by port or link number."""

    amount: dict[int, float] = field(default_factory=dict)
    settled: dict[int, float] = field(default_factory=dict)
    imported: dict[int, float] = field(default_factory=dict)
    stock: dict[int, float] = field(default_factory=dict)
    sent: dict[int, float] = field(default_factory=dict)


class _Process:
    """One process and the state of its segment."""

    def __init__(self, number: int, ports: Ports) -> None:
        mine = [i for i in range(len(ports.process)) if ports.process[i] == number]
        self.is_feed = bool(ports.process_is_feed[number])
        self.is_basin = bool(ports.process_is_pull[number])
        self.buffer_days = float(ports.process_buffer[number])
        # A feed of which the recipe takes nothing cannot drive anything.
        self.feeds = {
            i: float(ports.coefficient[i]) for i in mine if ports.is_feed[i] and ports.coefficient[i] > 0.0
        }

    def held(self, stock: dict[int, float]) -> float:
        """Activity that what is in the buffers would allow."""
        return sum(stock[i] / per_activity for i, per_activity in self.feeds.items())

    def eat(self, activity: float, stock: dict[int, float]) -> dict[int, float]:
        """Take the feed of an activity from the buffers, each by its part of what is held."""
        total = self.held(stock)
        eaten = {i: stock[i] * activity / total if total > 0.0 else 0.0 for i in self.feeds}
        for i, quantity in eaten.items():
            stock[i] -= quantity
        return eaten


def plain_dispatch(
    ports: Ports, links: Links, activity: Any, days: Any, opening: dict[int, float]
) -> list[PlainSegment]:
    """Flows of some segments, one after the other."""
    stock = dict(opening)
    return [
        _plain_segment(ports, links, list(activity[s]), float(days[s]), list(links.active[s]), stock)
        for s in range(len(days))
    ]


def _plain_segment(  # noqa: C901  one story, told in one piece
    ports: Ports, links: Links, rate: list[float], days: float, active: list[float], stock: dict[int, float]
) -> PlainSegment:
    numbers = range(len(ports.process))
    processes = {p: _Process(p, ports) for p in range(len(rate))}
    able = {p: rate[p] * days for p in processes}

    # 1. What runs. A feed-driven process works off its buffers; a basin waits for its customers.
    runs, room, eaten = {}, {}, {}
    for p, process in processes.items():
        runs[p] = min(process.held(stock), able[p]) if process.is_feed else able[p]
        size = rate[p] * max(process.buffer_days, days)
        if process.is_basin:
            # What is given within the segment makes room again, but it cannot take in faster than it runs.
            room[p] = max(min(size + able[p] - process.held(stock), able[p]), 0.0)
        else:
            if process.is_feed:
                eaten |= process.eat(runs[p], stock)
            room[p] = max(size - process.held(stock), 0.0)
    offered, need = {}, {}
    for i in numbers:
        p = int(ports.process[i])
        level = float(ports.coefficient[i]) * runs[p]
        if ports.is_out[i]:
            offered[i] = level + stock[i]
        elif not ports.is_feed[i]:
            need[i] = 0.0 if processes[p].is_basin else level

    # 2. Links in order.
    given = dict.fromkeys(offered, 0.0)
    served = dict.fromkeys(need, 0.0)
    arrived = {i: 0.0 for i in numbers if ports.is_feed[i]}
    blended: dict[int, float] = {}
    sent = {}
    for j in range(len(links.out_port)):
        o, i = int(links.out_port[j]), int(links.in_port[j])
        gain = float(links.keep[j]) * float(links.credit[j])
        if ports.is_feed[i]:
            wanted = room[int(ports.process[i])] * float(ports.coefficient[i])
        else:
            port_limit = float(ports.max_share[i]) * need[i] - served[i]
            path_limit = float(links.max_share[j]) * need[i] - blended.get(int(links.blend[j]), 0.0)
            wanted = min(port_limit, path_limit)
        passes = float(links.capacity[j]) * days * active[j]
        quantity = max(min(offered[o] - given[o], passes, wanted / gain if gain > 0.0 else 0.0), 0.0)
        sent[j] = quantity
        given[o] += quantity
        if ports.is_feed[i]:
            arrived[i] += quantity * gain
            if ports.coefficient[i] > 0.0:
                room[int(ports.process[i])] -= quantity * gain / float(ports.coefficient[i])
        else:
            served[i] += quantity * gain
            blended[int(links.blend[j])] = blended.get(int(links.blend[j]), 0.0) + quantity * gain

    # A basin has run as much as its hardest drawn outlet says.
    for p, process in processes.items():
        if process.is_basin:
            drawn = [
                given[i] / float(ports.coefficient[i])
                for i in numbers
                if ports.process[i] == p and ports.is_out[i] and ports.coefficient[i] > 0.0
            ]
            eaten |= process.eat(max(drawn, default=0.0), stock)
            for i in numbers:
                if ports.process[i] == p and i in need:
                    need[i] = float(ports.coefficient[i]) * max(drawn, default=0.0)

    # 3. The rest: store and disposal, virgin supply, import.
    outlets = {int(o) for o in links.out_port}
    flows = PlainSegment(sent=sent)
    for i in numbers:
        p = int(ports.process[i])
        flows.imported[i] = flows.settled[i] = 0.0
        if i in offered and ports.on_demand[i]:
            flows.amount[i], stock[i] = given[i] - stock[i], 0.0
        elif i in offered:
            flows.amount[i] = offered[i] - stock[i]
            left = offered[i] - given[i]
            stock[i] = min(left, float(ports.storage[i])) if i in outlets else 0.0
            flows.settled[i] = left - stock[i]
        elif i in need:
            flows.amount[i] = need[i]
            flows.settled[i] = need[i] - served[i]
        else:
            # 4. What was received and imported is worked off from the next segment on.
            flows.amount[i] = eaten.get(i, 0.0)
            if ports.coefficient[i] > 0.0:
                space = max(room[p], 0.0) * float(ports.coefficient[i])
                flows.imported[i] = min(float(ports.imported[i]) * days, space)
                room[p] -= flows.imported[i] / float(ports.coefficient[i])
            stock[i] += arrived[i] + flows.imported[i]
    flows.stock = dict(stock)
    return flows
