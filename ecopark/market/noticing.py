"""One look at all streams and pairs, compiled: what is open, who attends to it, whose hazard is full.

What lives here: passes over columns. What does not: the hazard of a pair (``discovery``), whose columns these are
(``agents.scouting``).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ecopark.market.discovery import PairView, PortView, list_ready

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@njit(cache=True)  # type: ignore[untyped-decorator]
def weigh_ports(
    now: _Floats,
    ahead: _Floats,
    max_share: _Floats,
    promised: _Floats,
    fed: _Floats,
    cost: _Floats,
    is_feed: NDArray[np.bool_],
    half: float,
    days: float,
    open_rate: _Floats,
    share: _Floats,
    attention: _Floats,
) -> None:
    """What of each port is open, and the attention its cost earns it, in one pass over all.

    Parameters
    ----------
    now, ahead : ndarray of float, shape (N,), unit/day
        Mean rate over the year from today on, and from the day on which what is planned today could begin.
    max_share : ndarray of float, shape (N,), 1
        Part of a rate that exchanges may serve; the larger of the two rates counts.
    promised : ndarray of float, shape (N,), unit/day
    fed : ndarray of float, shape (N,), unit/day
        What feed-driven plants could still promise; infinite for other ports.
    cost : ndarray of float, shape (N,), money/unit
    is_feed : ndarray of bool, shape (N,), 1
    half : float, money/yr
        As in :func:`~ecopark.market.discovery.burden_attention`; 0 where every cost earns full attention.
    days : float, day
        Of a year.
    open_rate : ndarray of float, shape (N,), unit/day
        Filled: what is not yet promised.
    share : ndarray of float, shape (N,), 1
        Filled: that over the whole.
    attention : ndarray of float, shape (N,), 1
        Filled: of a feed-driven process, which lives on what it is given, as far as it stands idle.
    """
    for n in range(now.size):
        rate = max(now[n], ahead[n]) * max_share[n]
        open_rate[n] = min(max(rate - promised[n], 0.0), fed[n])
        share[n] = open_rate[n] / rate if rate > 0.0 else 0.0
        burden = cost[n] * open_rate[n] * days
        if is_feed[n]:
            attention[n] = share[n]
        else:
            attention[n] = burden / (burden + half) if burden > 0.0 else 0.0


class Regard(NamedTuple):
    """What discovery asks of pairs beside their streams, by pair.

    Attributes
    ----------
    distance : ndarray of float, shape (K,), km
    bond : ndarray of int, shape (K,), 1
        The two firms, as numbered in `trust` of :func:`survey`.
    giver, taker : ndarray of int, shape (K,), 1
        Firms.
    openness : ndarray of float, shape (K,), 1
        Readiness of the two firms to talk.
    """

    distance: _Floats
    bond: _Ints
    giver: _Ints
    taker: _Ints
    openness: _Floats


@njit(cache=True)  # type: ignore[untyped-decorator]
def survey(
    pairs_as_tuple: tuple[NDArray[Any], ...],
    ports_as_tuple: tuple[NDArray[Any], ...],
    regard_as_tuple: tuple[NDArray[Any], ...],
    attention: _Floats,
    trigger: _Floats,
    trust: _Floats,
    information: _Floats,
    day: float,
    fresh: float,
    extending: float,
    days: float,
    numbers: _Floats,
    codes: _Ints,
) -> int:
    """Pairs that may be noticed on a day, and what a discovery rule sees of them.

    Parameters
    ----------
    pairs_as_tuple, ports_as_tuple, regard_as_tuple : tuple of ndarray
        :class:`~ecopark.market.discovery.PairView`, :class:`~ecopark.market.discovery.PortView` and :class:`Regard` as
        plain tuples, which compiled code takes over in a fraction of the time of named ones.
    attention, trigger : ndarray of float, shape (N,), 1
        Attention of each port, and the multiple added by recent shocks.
    trust : ndarray of float, shape (B,), 1
    information : ndarray of float, shape (K,), 1
        Level of each pair, or of length one: of all. A pair at 0 is not noticed at all.
    day, fresh, extending, days : float
        As in :func:`~ecopark.market.discovery.list_ready`.
    numbers : ndarray of float, shape (5, K), km and 1
        Filled for the n pairs found, one after the other: distance, trust, information,
        ``(1 - (1 - attention of the one) x (1 - that of the other)) x openness``, and the sum of triggers.
    codes : ndarray of int, shape (3, K), 1
        Filled likewise: pair, giver, taker.

    Returns
    -------
    int
        Number of pairs found, n.
    """
    pairs, ports, regard = PairView(*pairs_as_tuple), PortView(*ports_as_tuple), Regard(*regard_as_tuple)
    found = 0
    for pair in list_ready(pairs, ports, day, fresh, extending, days):
        told = information[pair if information.size > 1 else 0]
        if told <= 0.0:
            continue
        out, into = pairs.out_port[pair], pairs.in_port[pair]
        both = 1.0 - (1.0 - attention[out]) * (1.0 - attention[into])
        numbers[0, found] = regard.distance[pair]
        numbers[1, found] = trust[regard.bond[pair]]
        numbers[2, found] = told
        numbers[3, found] = both * regard.openness[pair]
        numbers[4, found] = trigger[out] + trigger[into]
        codes[0, found], codes[1, found], codes[2, found] = pair, regard.giver[pair], regard.taker[pair]
        found += 1
    return found


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
