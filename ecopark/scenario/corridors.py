"""Ways along corridors: the network that corridors form, and the way between two sites by it.

What lives here: corridors cut where they touch or cross, all shortest ways along them, and the choice between
a corridor and the open ground. What does not: coordinates of the earth (``geometry``), what a pipe costs
(``market.valuation``), who shares a trench (``agents.trenches``).

A site may join the network at the nearest point of any stretch, by a straight spur. Of the ways by spur,
corridors and spur, and of the direct one, the way taken is the one of least *burden*: km along corridors, plus
`off_corridor` times the km beside them. So a firm does not leave the corridors to save a few metres, and does
not follow them round the town to its next neighbour. Where corridors do not join, a way by one of them and a
longer spur, or the direct one, is left. What is gone beside corridors is `detour` times the straight line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# Corridors that come this close to each other meet: finer than a plan is drawn.
TOUCH_KM = 1e-3


class Ways(NamedTuple):
    """Ways between pairs of sites.

    Attributes
    ----------
    length : ndarray of float, shape (n,), km
        Along corridors and, times `detour`, beside them.
    beside : ndarray of float, shape (n,), km
        Straight length of what is beside corridors.
    """

    length: Floats
    beside: Floats


@dataclass(frozen=True, eq=False)
class Network:
    """Corridors as a graph: junctions and stretches between them.

    Attributes
    ----------
    node : ndarray of float, shape (N, 2), km
        Bends, ends and junctions.
    stretch : ndarray of int, shape (E, 2), 1
        Nodes at both ends of each straight stretch.
    length : ndarray of float, shape (E,), km
    between : ndarray of float, shape (N, N), km
        Shortest way along corridors; infinite where there is none.
    before : ndarray of int, shape (N, N), 1
        Last node but one on the way from the row's node to the column's; negative where there is none.
    """

    node: Floats
    stretch: Ints
    length: Floats
    between: Floats
    before: Ints

    def ways(self, start: Floats, end: Floats, direct: Floats, detour: float, off_corridor: float) -> Ways:
        """Way of least burden between each pair of sites.

        Parameters
        ----------
        start, end : ndarray of float, shape (n, 2), km
            Plane coordinates, those of `node`.
        direct : ndarray of float, shape (n,), km
            Straight lines between them.
        detour : float, 1
            Length of a way beside corridors over the straight line.
        off_corridor : float, 1
            Burden of a km beside corridors; one along them has 1.

        Returns
        -------
        Ways
        """
        # From the same end whichever way round, so that both directions have the same length to the last bit.
        turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
        first, last = np.where(turned[:, None], end, start), np.where(turned[:, None], start, end)
        sites, place = np.unique(np.concatenate([first, last]), axis=0, return_inverse=True)
        a, b = place.reshape(-1)[: len(start)], place.reshape(-1)[len(start) :]
        weight = detour * off_corridor
        feet = self.feet(sites)
        entry, spur = self._entries(feet, weight)
        burden, beside = self._by_nodes(entry, spur, a, b)
        same, same_beside = self._along_one(feet, weight, a, b)
        burden, beside = np.minimum(same, burden), np.where(same < burden, same_beside, beside)
        # In the plane and on the sphere lengths differ a little: a way that is all spur is the direct one.
        leaves = weight * direct <= burden
        along = np.where(leaves, 0.0, burden - weight * beside)
        beside = np.where(leaves, direct, beside)
        return Ways(np.maximum(along, 0.0) + detour * beside, beside)

    def feet(self, sites: Floats) -> Feet:
        """Nearest point of every stretch to each of some sites.

        Parameters
        ----------
        sites : ndarray of float, shape (n, 2), km

        Returns
        -------
        Feet
        """
        ends = self.node[self.stretch]
        return _feet(sites, ends[:, 0], ends[:, 1])

    def _entries(self, feet: Feet, weight: float) -> tuple[Floats, Floats]:
        """Least burden from each site to each node by the stretches that end there, and its spur. (n, N), km."""
        shape = (len(feet.spur), len(self.node))
        burden, spur = np.full(shape, np.inf), np.zeros(shape)
        for k, (u, v) in enumerate(self.stretch.tolist()):
            for node, share in ((u, feet.share[:, k]), (v, 1.0 - feet.share[:, k])):
                new = weight * feet.spur[:, k] + share * self.length[k]
                better = new < burden[:, node]
                burden[better, node] = new[better]
                spur[better, node] = feet.spur[better, k]
        return burden, spur

    def _by_nodes(self, entry: Floats, spur: Floats, a: Ints, b: Ints) -> tuple[Floats, Floats]:
        """Burden and spurs of ways by at least one node, for pairs of sites. ndarray, shape (n,), km."""
        reached, by = np.empty_like(entry), np.empty_like(entry)
        for node in range(len(self.node)):
            total = entry + self.between[:, node]
            best = total.argmin(axis=1)
            rows = np.arange(len(entry))
            reached[:, node], by[:, node] = total[rows, best], spur[rows, best]
        burden, beside = np.empty(a.size), np.empty(a.size)
        for part in np.array_split(np.arange(a.size), max(a.size * len(self.node) // 2_000_000, 1)):
            total = reached[a[part]] + entry[b[part]]
            best = total.argmin(axis=1)
            burden[part] = total[np.arange(part.size), best]
            beside[part] = by[a[part], best] + spur[b[part], best]
        return burden, beside

    def _along_one(self, feet: Feet, weight: float, a: Ints, b: Ints) -> tuple[Floats, Floats]:
        """Burden and spurs of ways along a single stretch, for pairs of sites. ndarray, shape (n,), km."""
        spurs = feet.spur[a] + feet.spur[b]
        total = weight * spurs + np.abs(feet.share[a] - feet.share[b]) * self.length
        best = total.argmin(axis=1)
        rows = np.arange(a.size)
        return total[rows, best], spurs[rows, best]


class Feet(NamedTuple):
    """Nearest points of stretches.

    Attributes
    ----------
    spur : ndarray of float, shape (n, E), km
        Straight line from a site to the nearest point of a stretch.
    share : ndarray of float, shape (n, E), 1
        Where that point lies: 0 at the stretch's first node, 1 at its second.
    """

    spur: Floats
    share: Floats


def build_network(paths: Sequence[Floats]) -> Network:
    """Network of corridors that meet where they touch or cross.

    Parameters
    ----------
    paths : sequence of ndarray of float, shape (p, 2), km
        Points of each corridor in the plane; at least one stretch of positive length in all.

    Returns
    -------
    Network
    """
    first = np.concatenate([path[:-1] for path in paths])
    last = np.concatenate([path[1:] for path in paths])
    long = np.hypot(*(last - first).T) > 0.0
    first, last = first[long], last[long]
    cuts = _cuts(first, last)
    points, numbers, edges = [], 0, []
    for k, shares in enumerate(cuts):
        points.append(first[k] + shares[:, None] * (last[k] - first[k]))
        edges.append(np.column_stack([np.arange(shares.size - 1), np.arange(1, shares.size)]) + numbers)
        numbers += shares.size
    node, merged = _merge(np.concatenate(points))
    stretch = np.unique(np.sort(merged[np.concatenate(edges)], axis=1), axis=0)
    stretch = stretch[stretch[:, 0] != stretch[:, 1]]
    length = np.hypot(*(node[stretch[:, 0]] - node[stretch[:, 1]]).T)
    graph = coo_array((length, stretch.T), shape=(len(node), len(node))).tocsr()
    between, before = dijkstra(graph, directed=False, return_predecessors=True)
    return Network(node, stretch, length, between, before.astype(np.int64))


def _cuts(first: Floats, last: Floats) -> list[Floats]:
    """Where each stretch is cut by others that touch or cross it, ends included. ndarrays of float, 1."""
    count, along = len(first), last - first
    found: list[list[float]] = [[0.0, 1.0] for _ in range(count)]
    for ends in (first, last):
        feet = _feet(ends, first, last)
        for end, k in np.argwhere(feet.spur <= TOUCH_KM).tolist():
            if end != k:
                found[k].append(float(feet.share[end, k]))
    cross = along[:, None, 0] * along[None, :, 1] - along[:, None, 1] * along[None, :, 0]
    gap = first[None, :] - first[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (gap[..., 0] * along[None, :, 1] - gap[..., 1] * along[None, :, 0]) / cross
    meets = (cross != 0.0) & (share > 0.0) & (share < 1.0)
    # A crossing lies inside both stretches; touching ends were found above.
    for i, k in np.argwhere(meets & meets.T).tolist():
        found[i].append(float(share[i, k]))
    return [np.unique(shares) for shares in found]


def _merge(points: Floats) -> tuple[Floats, Ints]:
    """Points that lie closer than corridors need to meet become one. ndarray, shape (N, 2), km; shape (p,), 1."""
    close = cKDTree(points).query_pairs(TOUCH_KM, output_type="ndarray")
    graph = coo_array((np.ones(len(close)), close.T), shape=(len(points), len(points)))
    count, label = connected_components(graph, directed=False)
    _, one_of = np.unique(label, return_index=True)
    assert one_of.size == count
    return points[one_of], label.astype(np.int64)


def _feet(sites: Floats, first: Floats, last: Floats) -> Feet:
    """Nearest points of straight lines to sites."""
    along = last - first
    square = np.maximum((along**2).sum(axis=1), np.finfo(np.float64).tiny)
    away = sites[:, None, :] - first[None, :, :]
    share = np.clip((away * along).sum(axis=2) / square, 0.0, 1.0)
    spur = np.hypot(*np.moveaxis(away - share[:, :, None] * along, 2, 0))
    return Feet(spur, share)
