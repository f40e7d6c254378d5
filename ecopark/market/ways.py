"""Shortest ways between a few places, compiled.

What lives here: the search over a dense table of lengths, with trenches or without. What does not: which places
and lengths (``agents.trenches``).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
# Counts for every stretch of a way, so that of ways of one cost the one with fewer stops is taken.
_STRETCH = 1e-9  # km


@njit(cache=True)  # type: ignore[untyped-decorator]
def find_shortest(length: _Floats) -> _Ints:
    """Place before each on the shortest way from the first place.

    Parameters
    ----------
    length : ndarray of float, shape (n, n), km
        Of the stretch between each two places, in any unit; not below 0.

    Returns
    -------
    ndarray of int, shape (n,), 1
        -1 for the first place itself.

    Notes
    -----
    Dijkstra's method without a heap, n² steps, which a complete table takes anyway; libraries for sparse graphs
    spend many times that on a dozen places.

    References
    ----------
    Dijkstra (1959), Numerische Mathematik 1:269, doi:10.1007/BF01386390.

    Examples
    --------
    >>> find_shortest(np.array([[0.0, 5.0, 1.0], [5.0, 0.0, 2.0], [1.0, 2.0, 0.0]])).tolist()
    [-1, 2, 0]
    """
    count = length.shape[0]
    before = np.full(count, -1, dtype=np.int64)
    far = np.full(count, np.inf)
    done = np.zeros(count, dtype=np.bool_)
    far[0] = 0.0
    for _ in range(count):
        here = -1
        for place in range(count):
            if not done[place] and (here < 0 or far[place] < far[here]):
                here = place
        done[here] = True
        for place in range(count):
            if not done[place] and far[here] + length[here, place] < far[place]:
                far[place] = far[here] + length[here, place]
                before[place] = here
    return before


@njit(cache=True)  # type: ignore[untyped-decorator]
def find_beside(
    length: _Floats, giver: int, taker: int, stops: _Ints, trenches: _Ints, share: float
) -> _Ints:
    """Cheapest way of a pipe, along trenches that are there and straight new ones between places.

    Parameters
    ----------
    length : ndarray of float, shape (n, n), km
        Of the straight way to each place (row) from each.
    giver, taker : int
        Places.
    stops : ndarray of int, shape (m,), 1
        Places where trenches end.
    trenches : ndarray of int, shape (E, 3), 1
        Places at the ends of each trench, and pipes in it.
    share : float, 1
        Part of the cost per km that is digging.

    Returns
    -------
    ndarray of int, shape (k,), 1
        Places passed, from giver to taker. A new km counts 1, one beside n pipes ``1 - share + share / (n + 1)``.
    """
    around, count = np.empty(stops.size + 2, dtype=np.int64), 2
    around[0], around[1] = giver, taker
    for stop in stops:
        # A way by a site further off costs more than the straight one, however many share it.
        is_near = (1.0 - share) * (length[giver, stop] + length[taker, stop]) < length[taker, giver]
        if is_near and stop != giver and stop != taker:
            around[count] = stop
            count += 1
    around = around[:count]
    if count == 2:
        return around
    place = np.full(length.shape[0], -1)
    weight = np.empty((count, count))
    for i in range(count):
        place[around[i]] = i
        for j in range(count):
            weight[i, j] = length[around[i], around[j]]
    for k in range(trenches.shape[0]):
        i, j = place[trenches[k, 0]], place[trenches[k, 1]]
        if i >= 0 and j >= 0:
            weight[i, j] = weight[i, j] * (1.0 - share + share / (trenches[k, 2] + 1))
            weight[j, i] = weight[i, j]
    before = find_shortest(weight + _STRETCH)
    way, here, passed = np.empty(count, dtype=np.int64), 1, 0
    while here >= 0:
        way[passed] = around[here]
        here, passed = before[here], passed + 1
    return way[:passed][::-1].copy()
