"""Other partners, compiled: the nearest pairs of a stream with somebody else than the one at the table.

What lives here: the choice among pairs that could be turned to. What does not: what they are worth (``agents.rivals``).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Ints = NDArray[np.int64]
_Flags = NDArray[np.bool_]


@njit(cache=True)  # type: ignore[untyped-decorator]
def nearest_elsewhere(
    candidates: _Ints,
    pair: int,
    own: _Ints,
    partner: _Ints,
    distance: NDArray[np.float64],
    port_firm: _Ints,
    seen: _Flags,
    bond: _Ints,
    known: _Flags,
    most: int,
) -> _Ints:
    """The nearest of some pairs whose firms could deal with each other.

    Parameters
    ----------
    candidates : ndarray of int, shape (n,), 1
        Pairs of one stream.
    pair : int
        That at the table; pairs with the same partner firm are left out.
    own, partner : ndarray of int, shape (K,), 1
        Port of the stream and of its partner, of every pair.
    distance : ndarray of float, shape (K,), km
        Of every pair.
    port_firm : ndarray of int, shape (N,), 1
    seen : ndarray of bool, shape (N,), 1
        Ports that are open or announced.
    bond : ndarray of int, shape (K,), 1
        Row of each pair's firms in `known`.
    known : ndarray of bool, shape (E,), 1
        Firms that know each other.
    most : int, 1
        Pairs to be found, at most.

    Returns
    -------
    ndarray of int, shape (m,), 1
        The nearest first; of equals the first.
    """
    found, count = np.empty(most, dtype=np.int64), 0
    for other in candidates:
        if port_firm[partner[other]] == port_firm[partner[pair]] or not known[bond[other]]:
            continue
        if not (seen[own[other]] and seen[partner[other]]):
            continue
        place = count
        while place > 0 and distance[other] < distance[found[place - 1]]:
            place -= 1
        if place == most:
            continue
        count = min(count + 1, most)
        found[place + 1 : count] = found[place : count - 1].copy()
        found[place] = other
    return found[:count]
