"""Shortest ways between a few places, compiled.

What lives here: the search over a small dense table of lengths. What does not: which places and lengths
(``agents.trenches``).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True)  # type: ignore[untyped-decorator]
def find_shortest(length: NDArray[np.float64]) -> NDArray[np.int64]:
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
