"""Links that want the same streams, compiled: who gets what is there, at a glance.

What lives here: one pass over many links in the order of their benefit. What does not: what a link is worth
(``valuation``), real dispatch over time (``flows.kernel``).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
# A link that finds less than this part of what it wanted is left out.
_LEAST_PART = 0.05


@njit(cache=True)  # type: ignore[untyped-decorator]
def share_streams(
    level: _Ints,
    out_port: _Ints,
    in_port: _Ints,
    worth: _Floats,
    supply_part: _Floats,
    need_part: _Floats,
    ports: int,
    got: _Floats,
) -> float:
    """Benefit of links that take what is left of their streams, the most beneficial first.

    Parameters
    ----------
    level : ndarray of int, shape (K,), 1
        Which of L distances each link has.
    out_port, in_port : ndarray of int, shape (K,), 1
        Streams of each link.
    worth : ndarray of float, shape (S, K, L), money/yr
        Benefit on S days of a link that finds all it wants; none where it is not positive.
    supply_part, need_part : ndarray of float, shape (S, K, L), 1
        Part of each stream that it wants, above 0.
    ports : int
        Number of streams.
    got : ndarray of float, shape (K,), money/yr
        What each link brings, mean over the days, is added to it.

    Returns
    -------
    float, money/yr
        Sum over links, mean over days. A link that finds a part of what it wants has that part of its benefit;
        with less than 5 % it is left out.
    """
    days = worth.shape[0]
    total = 0.0
    for s in range(days):
        left = np.ones(ports)
        here = np.zeros(level.size)
        for k in range(level.size):
            here[k] = worth[s, k, level[k]]
        for k in np.argsort(-here, kind="mergesort"):
            if here[k] <= 0.0:
                break
            out, into, at = out_port[k], in_port[k], level[k]
            part = min(1.0, left[out] / supply_part[s, k, at], left[into] / need_part[s, k, at])
            if part < _LEAST_PART:
                continue
            left[out] -= part * supply_part[s, k, at]
            left[into] -= part * need_part[s, k, at]
            got[k] += part * here[k] / days
            total += part * here[k]
    return float(total / days)
