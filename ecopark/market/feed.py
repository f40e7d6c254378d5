"""What a feed-driven process makes of its feed, compiled: what one unit is worth to it, and how much it wants.

What lives here: adding up its outputs. What does not: who takes what it gives on demand (``choice``), the book of
promises (``agents.promises``).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ecopark.market.free import row_of_year

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@njit(cache=True)  # type: ignore[untyped-decorator]
def value_feed(
    plan: _Floats,
    coefficient: _Floats,
    committed: _Floats,
    first: int,
    process: int,
    port: int,
    feeds: _Ints,
    outs: _Ints,
    units: _Floats,
    on_demand: NDArray[np.bool_],
    rates: _Floats,
    operating: float,
) -> tuple[float, _Floats]:
    """Value of one unit of feed and the rate still wanted.

    Parameters
    ----------
    plan : ndarray of float, shape (T, P), activity unit/day
    coefficient : ndarray of float, shape (N,), unit/activity unit
        Above zero for the port asked about.
    committed : ndarray of float, shape (M, N), unit/day
        Promised already, by period of the year.
    first : int
        Period with which the year begins.
    process, port : int
    feeds : ndarray of int, shape (f,), 1
        Ports that drive the process.
    outs : ndarray of int, shape (n,), 1
        Its outputs.
    units : ndarray of float, shape (n,), money/unit
        What one unit of each output brings; negative where it is disposed of.
    on_demand : ndarray of bool, shape (n,), 1
        Outputs made only as far as they are taken.
    rates : ndarray of float, shape (n, M), unit/day
        What is taken of those; read for no others.
    operating : float, money/activity unit

    Returns
    -------
    tuple of (float, ndarray of float, shape (M,)), money/unit and unit/day
    """
    window, value = committed.shape[0], -operating
    wanted = np.empty(window)
    for month in range(window):
        wanted[month] = plan[row_of_year(first, month, window), process]
    for k in range(outs.size):
        made = coefficient[outs[k]]
        if made <= 0.0:
            continue
        if on_demand[k]:
            wanted = np.minimum(wanted, rates[k] / made)
        value += units[k] * made
    own = coefficient[port]
    for month in range(window):
        taken = 0.0
        for feed in feeds:
            taken += committed[month, feed] / max(coefficient[feed], 1e-300)
        wanted[month] = max(wanted[month] - taken, 0.0) * own
    return value / own, wanted
