"""One look at all streams and pairs, compiled: what is open, who attends to it, whose hazard is full.

What lives here: passes over columns. What does not: the hazard of a pair (``discovery``), whose columns these are
(``agents.scouting``).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@njit(cache=True)  # type: ignore[untyped-decorator]
def weigh_ports(
    rate: _Floats,
    promised: _Floats,
    fed: _Floats,
    cost: _Floats,
    is_feed: NDArray[np.bool_],
    half: float,
    days: float,
) -> tuple[_Floats, _Floats, _Floats]:
    """What of each port is open, and the attention its cost earns it, in one pass over all.

    Parameters
    ----------
    rate : ndarray of float, shape (N,), unit/day
        That exchanges may serve.
    promised : ndarray of float, shape (N,), unit/day
    fed : ndarray of float, shape (N,), unit/day
        What feed-driven plants could still promise; infinite for other ports.
    cost : ndarray of float, shape (N,), money/unit
    is_feed : ndarray of bool, shape (N,), 1
    half : float, money/yr
        As in :func:`~ecopark.market.discovery.burden_attention`; 0 where every cost earns full attention.
    days : float, day
        Of a year.

    Returns
    -------
    tuple of ndarray of float, shape (N,), unit/day, 1 and 1
        Rate and share still open, and attention: of a feed-driven process, which lives on what it is given,
        as far as it stands idle.
    """
    open_rate, share, attention = np.empty(rate.size), np.zeros(rate.size), np.zeros(rate.size)
    for n in range(rate.size):
        open_rate[n] = min(max(rate[n] - promised[n], 0.0), fed[n])
        if rate[n] > 0.0:
            share[n] = open_rate[n] / rate[n]
        burden = cost[n] * open_rate[n] * days
        if is_feed[n]:
            attention[n] = share[n]
        elif burden > 0.0:
            attention[n] = burden / (burden + half)
    return open_rate, share, attention


@njit(cache=True)  # type: ignore[untyped-decorator]
def pay_attention(
    ready: _Ints,
    out_port: _Ints,
    in_port: _Ints,
    port_attention: _Floats,
    port_trigger: _Floats,
    openness: _Floats,
) -> tuple[_Floats, _Floats]:
    """Attention and shocks of two ports together.

    Parameters
    ----------
    ready : ndarray of int, shape (n,), 1
        Pairs looked at.
    out_port, in_port : ndarray of int, shape (K,), 1
    port_attention, port_trigger : ndarray of float, shape (N,), 1
    openness : ndarray of float, shape (K,), 1
        Readiness of the two firms to talk.

    Returns
    -------
    tuple of ndarray of float, shape (n,), 1 and 1
        ``(1 - (1 - attention of the one) x (1 - that of the other)) x openness``, and the sum of triggers.
    """
    attention, trigger = np.empty(ready.size), np.empty(ready.size)
    for row in range(ready.size):
        out, into = out_port[ready[row]], in_port[ready[row]]
        both = 1.0 - (1.0 - port_attention[out]) * (1.0 - port_attention[into])
        attention[row] = both * openness[ready[row]]
        trigger[row] = port_trigger[out] + port_trigger[into]
    return attention, trigger


@njit(cache=True)  # type: ignore[untyped-decorator]
def gather_hazard(
    ready: _Ints,
    hazard: _Floats,
    days: float,
    extra: _Floats,
    gathered: _Floats,
    threshold: _Floats,
    giver: _Ints,
    taker: _Ints,
    room: _Ints,
) -> _Ints:
    """Let hazard gather for some days, and find who could be noticed.

    Parameters
    ----------
    ready : ndarray of int, shape (n,), 1
        Pairs looked at.
    hazard : ndarray of float, shape (n,), 1/day
    days : float, day
    extra : ndarray of float, shape (K,), 1
        Hazard of single occasions.
    gathered : ndarray of float, shape (K,), 1
        Raised in place.
    threshold : ndarray of float, shape (K,), 1
    giver, taker : ndarray of int, shape (K,), 1
        Firms of each pair.
    room : ndarray of int, shape (F,), 1
        Projects each firm can still take up.

    Returns
    -------
    ndarray of int, shape (m,), 1
        Pairs whose hazard has reached the threshold and whose firms both have attention left, that known longest
        first.
    """
    waiting, known = np.empty(ready.size), np.empty(ready.size, dtype=np.int64)
    count = 0
    for row in range(ready.size):
        pair = ready[row]
        gathered[pair] = gathered[pair] + hazard[row] * days + extra[pair]
        left = threshold[pair] - gathered[pair]
        if left <= 0.0 and room[giver[pair]] > 0 and room[taker[pair]] > 0:
            waiting[count], known[count] = left, pair
            count += 1
    return known[:count][np.argsort(waiting[:count], kind="mergesort")]
