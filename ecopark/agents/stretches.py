"""Corridors cut into stretches that pipes can share: the way of a pipe as a row of stops.

What lives here: the stops (firms, bends and junctions of corridors, points where a firm would join one) and the
way of least burden between two firms, given what the stretches cost now. What does not: the rule of ways along
corridors itself (``scenario.corridors``), who lies in which trench (``trenches``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from ecopark.scenario.geometry import corridor_network, corridor_plane, crow_km
from ecopark.scenario.layout import Layout

Edge = tuple[int, int]
# Counts for every stretch of a way, so that of ways of one burden the one with fewer stops is taken.
_STRETCH = 1e-9  # km
# A firm joins a stretch at its end rather than this close to it.
_NEAR_END = 1e-9


class Stretches:
    """Stops and what lies between them.

    Parameters
    ----------
    layout : Layout
        With corridors.
    site : ndarray of float, shape (F, 2), degree or m
        Of all firms; stops 0 to F - 1 are the firms.
    """

    def __init__(self, layout: Layout, site: NDArray[np.float64]) -> None:
        self._layout, self._site = layout, site
        self._detour = layout.detour.value
        self._beside = layout.off_corridor.value * self._detour
        self._network = corridor_network(layout)
        self._feet = self._network.feet(corridor_plane(site, layout))
        self._count = len(site) + len(self._network.node)
        self._along: dict[Edge, float] = {}
        self._spurs: list[dict[int, float]] = [{} for _ in site]
        self._lengths: dict[Edge, float] = {}
        for number in range(len(self._network.stretch)):
            self._cut(number)

    def length(self, edge: Edge) -> float:
        """Length of what lies between two stops next to each other.

        Parameters
        ----------
        edge : tuple of int
            The lower number first.

        Returns
        -------
        float, km
            A spur and the direct way between two firms have their detour.
        """
        if edge in self._along:
            return self._along[edge]
        if edge not in self._lengths:
            first, last = edge
            if last < len(self._site):
                crow = float(crow_km(self._site[[first]], self._site[[last]], self._layout)[0])
            else:
                crow = self._spurs[first][last]
            self._lengths[edge] = crow * self._detour
        return self._lengths[edge]

    def find_way(self, giver: int, taker: int, factor: Mapping[Edge, float]) -> tuple[int, ...]:
        """Way of least burden between two firms.

        Parameters
        ----------
        giver, taker : int
            Firms.
        factor : mapping of tuple of int to float, 1
            Of the burden of stretches that are cheaper than new ones; the lower stop first.

        Returns
        -------
        tuple of int, 1
            Stops, from giver to taker. Firms in between are those at the ends of the cheaper stretches only.
        """
        firms = {giver, taker, *(stop for edge in factor for stop in edge if stop < len(self._site))}
        burden = dict(self._along)
        for firm in firms:
            for stop, crow in self._spurs[firm].items():
                burden[firm, stop] = self._beside * crow
        for first in firms:
            for last in firms:
                if first < last:
                    burden[first, last] = self._beside / self._detour * self.length((first, last))
        for edge, share in factor.items():
            burden[edge] *= share
        ends = np.array(list(burden), dtype=np.int64)
        weight = np.array(list(burden.values())) + _STRETCH
        graph = csr_array((weight, (ends[:, 0], ends[:, 1])), shape=(self._count, self._count))
        before = dijkstra(graph, directed=False, indices=giver, return_predecessors=True)[1]
        way = [taker]
        while way[-1] != giver:
            way.append(int(before[way[-1]]))
        return tuple(reversed(way))

    def _cut(self, number: int) -> None:
        """Cut a stretch of the network where firms would join it."""
        first, last = (len(self._site) + int(end) for end in self._network.stretch[number])
        length = float(self._network.length[number])
        stops = [(0.0, first), (1.0, last)]
        for firm, (spur, share) in enumerate(self._at(number)):
            if share <= _NEAR_END or share >= 1.0 - _NEAR_END:
                stop = first if share <= _NEAR_END else last
            else:
                stop = self._count
                self._count += 1
                stops.append((share, stop))
            self._spurs[firm][stop] = min(spur, self._spurs[firm].get(stop, np.inf))
        stops.sort()
        for (at, one), (then, other) in pairwise(stops):
            self._along[min(one, other), max(one, other)] = (then - at) * length

    def _at(self, number: int) -> Iterable[tuple[float, float]]:
        return zip(self._feet.spur[:, number].tolist(), self._feet.share[:, number].tolist(), strict=True)
