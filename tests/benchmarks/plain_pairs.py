"""The plain peer's pairs: which residual could meet which need, how far apart, with what luck.

What lives here: candidate pairs, distances, bonds between firms. What does not: what a pair is worth
(``plain_market``).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from benchmarks.plain_park import PlainPort

from ecopark.scenario.types import Firm as FirmSpec
from ecopark.scenario.types import Layout, Park, Pathway
from ecopark.streams import keys, uniform

EARTH_RADIUS_KM = 6371.0088


class PlainPair:
    """A residual and a need that could meet, and how far the two firms are on the way to noticing."""

    def __init__(
        self, out: PlainPort, into: PlainPort, way: int, key: str, pathway: Pathway | None, length: float
    ) -> None:
        self.out, self.into, self.way, self.key, self.pathway = out, into, way, key, pathway
        self.length, self.number = length, -1
        self.modes: list[str] = []
        self.attempt, self.links = 0, 0
        self.available_from = self.gathered = self.threshold = self.hazard = 0.0
        self.apparent_gain = self.apparent_cost = self.effort = self.glance = 0.0
        self.openness = math.sqrt(out.firm.openness * into.firm.openness)
        self.address: tuple[Any, ...] = ()
        self.bond: Bond

    def draw(self, seed: int) -> None:
        """Hazard to be gathered before it is noticed again."""
        attempt = np.array([self.attempt], dtype=np.uint64)
        self.threshold = float(-np.log(uniform(seed, "discovery", *self.address, attempt))[0])


class Bond:
    """Trust between two firms."""

    def __init__(self, level: float) -> None:
        self.level = level
        self.kept: list[float] = []
        self.years: list[float] = []


def place_firms(firms: list[Any], layout: Layout) -> None:
    """Plane coordinates of firms in km."""
    if layout.crs == "metres":
        for firm in firms:
            firm.x, firm.y = firm.spec.site[0] / 1000.0, firm.spec.site[1] / 1000.0
        return
    middle = math.cos(sum(math.radians(firm.spec.site[1]) for firm in firms) / len(firms))
    for firm in firms:
        east, north = (math.radians(angle) for angle in firm.spec.site)
        firm.x, firm.y = EARTH_RADIUS_KM * middle * east, EARTH_RADIUS_KM * north


def way_length(a: FirmSpec, b: FirmSpec, layout: Layout) -> float:
    """Length of the way between two sites in km, detour included."""
    corner = (b.site[0], a.site[1])
    if layout.crs == "metres":
        east, north = abs(b.site[0] - a.site[0]) / 1000.0, abs(b.site[1] - a.site[1]) / 1000.0
        straight = math.hypot(east, north)
    else:
        east, north = _great_circle(a.site, corner), _great_circle(corner, b.site)
        straight = _great_circle(a.site, b.site)
    return (east + north if layout.distance == "manhattan" else straight) * layout.detour.value


def _great_circle(a: tuple[float, float], b: tuple[float, float]) -> float:
    (lon_a, lat_a), (lon_b, lat_b) = (tuple(math.radians(angle) for angle in site) for site in (a, b))
    across = math.sin((lon_b - lon_a) / 2.0) ** 2
    half = math.sin((lat_b - lat_a) / 2.0) ** 2 + math.cos(lat_a) * math.cos(lat_b) * across
    return 2.0 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(max(half, 0.0), 1.0)))


def find_pairs(park: Park, ports: list[PlainPort], seed: int) -> list[PlainPair]:
    """Every residual with the nearest needs it could serve, in order of ports and ways."""
    offers: dict[str, list[PlainPort]] = {}
    needs: dict[str, list[PlainPort]] = {}
    for port in ports:
        if port.is_offered:
            offers.setdefault(port.resource, []).append(port)
        elif not port.is_out:
            needs.setdefault(port.resource, []).append(port)
    ways: list[tuple[str, Pathway | None, str, str, str]] = [
        ("direct", None, name, name, name) for name in sorted(park.resources)
    ]
    for key, pathway in sorted(park.pathways.items()):
        if pathway.giver in park.resources and pathway.taker in park.resources:
            carried = pathway.taker if pathway.at == "giver" else pathway.giver
            ways.append((key, pathway, pathway.giver, pathway.taker, carried))
    pairs = []
    for number, (key, pathway, giver, taker, carried) in enumerate(ways):
        reach = {mode: park.transport[mode].max_length.value for mode in park.resources[carried].transport}
        sectors = pathway.taker_sectors if pathway is not None else ()
        ins = [p for p in needs.get(taker, []) if not sectors or p.firm.spec.sector in sectors]
        for out in offers.get(giver, []):
            for into in _nearest(out, ins, park.agents.discovery.horizon):
                length = way_length(out.firm.spec, into.firm.spec, park.layout)
                if length <= max(reach.values(), default=0.0):
                    pair = PlainPair(out, into, number, key, pathway, length)
                    pair.modes = [mode for mode, most in reach.items() if length <= most]
                    pairs.append(pair)
    pairs.sort(key=lambda pair: (pair.out.number, pair.into.number, pair.way))
    _draw_all(pairs, [way[0] for way in ways], seed)
    for number, pair in enumerate(pairs):
        pair.number = number
        pair.out.pairs.append(pair)
    return pairs


def _nearest(out: PlainPort, ins: list[PlainPort], horizon: int) -> list[PlainPort]:
    others = [port for port in ins if port.firm is not out.firm]
    if len(others) <= horizon:
        return others
    x, y = out.firm.x, out.firm.y
    others.sort(key=lambda port: math.hypot(port.firm.x - x, port.firm.y - y))
    return others[:horizon]


def _draw_all(pairs: list[PlainPair], ways: list[str], seed: int) -> None:
    """The first draw of every pair. The luck is the package's own, so it is drawn by its function."""
    if not pairs:
        return
    names = dict(zip(ways, keys(ways), strict=True))
    ports = list({port.key: port for pair in pairs for port in (pair.out, pair.into)})
    names |= dict(zip(ports, keys(ports), strict=True))
    parts = [
        np.array([names[name] for name in column], dtype=np.uint64)
        for column in zip(*((p.out.key, p.into.key, p.key) for p in pairs), strict=True)
    ]
    first = -np.log(uniform(seed, "discovery", *parts, np.zeros(len(pairs), dtype=np.uint64)))
    for i, pair in enumerate(pairs):
        pair.threshold = float(first[i])
        pair.address = tuple(part[i : i + 1] for part in parts)
