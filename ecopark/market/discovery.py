"""Discovery: how likely a pair is noticed, as a hazard per day.

The hazard of each pair is integrated over time and compared with an exponential threshold drawn
once per pair and attempt. A change anywhere else therefore changes no other pair's luck.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ecopark.market.registry import Registry

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


class PairView(NamedTuple):
    """What decides whether a pair can be noticed, by pair.

    Attributes
    ----------
    out_port, in_port : ndarray of int, shape (K,), 1
    available_from : ndarray of float, shape (K,), day
        First day on which it may be noticed; infinite while it is being worked on.
    links : ndarray of int, shape (K,), 1
        Exchanges of the pair that operate.
    glance : ndarray of float, shape (K,), money/unit
        Apparent gain per unit sent.
    gain : ndarray of float, shape (K,), need unit/unit
        Need replaced per unit sent, at a glance.
    effort : ndarray of float, shape (K,), money/yr
        What agreeing costs, spread over a term.
    """

    out_port: _Ints
    in_port: _Ints
    available_from: _Floats
    links: _Ints
    glance: _Floats
    gain: _Floats
    effort: _Floats


class PortView(NamedTuple):
    """What decides whether a stream can be noticed, by port.

    Attributes
    ----------
    open_rate : ndarray of float, shape (N,), unit/day
        Not yet promised.
    share : ndarray of float, shape (N,), 1
        That over the whole.
    visible : ndarray of bool, shape (N,), 1
        Open, or announced.
    """

    open_rate: _Floats
    share: _Floats
    visible: NDArray[np.bool_]


class Sighting(NamedTuple):
    """What a discovery rule sees of the pairs that can be noticed.

    Attributes
    ----------
    day : float, day
    base : float, 1/day
        Hazard between neighbours who give the stream full attention.
    distance : ndarray of float, shape (K,), km
    reach : float, km
        Distance at which the hazard is half that between neighbours.
    tie : ndarray of float, shape (K,), 1
        Trust between the two firms, 0 to 1.
    social : float, 1
        Factor added by full trust.
    information : float or ndarray of float, shape (K,), 1
        Level of information in the park, or of each pair.
    attention, trigger : ndarray of float, shape (K,), 1
        Attention of the two ports, and the multiple added by recent shocks.
    giver, taker : ndarray of int, shape (K,), 1
        Numbers of the firms.
    exchanges : ndarray of int, shape (F,), 1
        Exchanges that each firm has in operation.
    """

    day: float
    base: float
    distance: _Floats
    reach: float
    tie: _Floats
    social: float
    information: float | _Floats
    attention: _Floats
    trigger: _Floats
    giver: _Ints
    taker: _Ints
    exchanges: _Ints


DiscoveryRule = Callable[[Sighting], _Floats]
_RULES: Registry[DiscoveryRule] = Registry("discovery rule")


def register_discovery(name: str) -> Callable[[DiscoveryRule], DiscoveryRule]:
    """Decorator that makes a discovery rule available to scenarios under a name.

    A rule gives the hazard of each pair of a :class:`~ecopark.market.discovery.Sighting`, per day.
    """
    return _RULES.register(name)


def discovery_rule(name: str) -> DiscoveryRule:
    """Discovery rule of a name.

    Raises
    ------
    MarketError
        With the nearest and all known names.
    """
    return _RULES.find(name)


@register_discovery("hazard")
def _hazard(seen: Sighting) -> _Floats:
    """The rule of the model; see :func:`pair_hazard`."""
    hazard: _Floats = pair_hazard(
        seen.base,
        seen.distance,
        seen.reach,
        seen.tie,
        seen.social,
        seen.information,
        seen.attention,
        seen.trigger,
    )
    return hazard


def burden_attention(yearly_cost: _Floats, half: float) -> _Floats:
    """Attention a stream gets from what it costs its firm.

    Parameters
    ----------
    yearly_cost : ndarray of float, shape (N,), money/yr
        Disposal or purchase cost of the part not yet exchanged.
    half : float, money/yr
        Cost at which attention is one half, above zero.

    Returns
    -------
    ndarray of float, shape (N,), 1
        ``cost / (cost + half)``, zero where there is no cost.
    """
    cost = np.maximum(yearly_cost, 0.0)
    return np.asarray(cost / (cost + half))


@njit(cache=True)  # type: ignore[untyped-decorator]
def pair_hazard(
    base: float,
    distance_km: _Floats,
    reach_km: float,
    tie: _Floats,
    social: float,
    information: float | _Floats,
    attention: _Floats,
    trigger: _Floats,
) -> _Floats:
    """Hazard that each pair is noticed.

    Parameters
    ----------
    base : float, 1/day
        For neighbours who give the stream full attention.
    distance_km : ndarray of float, shape (K,), km
    reach_km : float, km
        Distance at which the hazard is half that between neighbours. The kernel is a power
        law, since commodity partners far away stay visible through their trade.
    tie : ndarray of float, shape (K,), 1
        Trust between the two firms, 0 to 1.
    social : float, 1
        Factor added by full trust.
    information : float or ndarray of float, shape (K,), 1
        Level of information in the park, or of each two firms; 1 without anybody's help.
    attention, trigger : ndarray of float, shape (K,), 1
        Attention of the two ports, and the multiple added by recent shocks.

    Returns
    -------
    ndarray of float, shape (K,), 1/day
        ``base / (1 + d / reach) x (1 + social x tie) x information x attention x (1 + trigger)``.
    """
    kernel = 1.0 / (1.0 + distance_km / reach_km)
    return base * kernel * (1.0 + social * tie) * information * attention * (1.0 + trigger)


def cost_shock(cost: _Floats, periods_per_year: int, rise: float = 0.2) -> NDArray[np.bool_]:
    """Periods in which a port's unit cost has just risen by more than a share within a year.

    Parameters
    ----------
    cost : ndarray of float, shape (T, N), money/unit
    periods_per_year : int, 1
    rise : float, 1
        Share by which cost must have risen.

    Returns
    -------
    ndarray of bool, shape (T, N), 1
        True in the first period of each such rise only.
    """
    risen = np.zeros(cost.shape, dtype=bool)
    before, now = cost[:-periods_per_year], cost[periods_per_year:]
    scale = np.maximum(np.abs(before), 1e-12)
    risen[periods_per_year:] = (now - before > rise * scale) & (now > 0.0)
    fresh = risen.copy()
    fresh[1:] &= ~risen[:-1]
    return fresh


@njit(cache=True)  # type: ignore[untyped-decorator]
def list_ready(
    pairs: PairView, ports: PortView, day: float, fresh: float, extending: float, days: float
) -> _Ints:
    """Pairs that may be noticed on a day, in one pass over all.

    Parameters
    ----------
    pairs : PairView
    ports : PortView
    day : float, day
    fresh, extending : float, 1
        Share of both streams that must be free, for two without and with an exchange.
    days : float, day
        Of a year.

    Returns
    -------
    ndarray of int, shape (n,), 1
        Pairs not being worked on, both streams in sight and free enough, whose yearly value at a glance
        exceeds the effort of agreeing.
    """
    ready = np.empty(pairs.out_port.size, dtype=np.int64)
    count = 0
    for k in range(pairs.out_port.size):
        out, into = pairs.out_port[k], pairs.in_port[k]
        if not (ports.visible[out] and ports.visible[into] and pairs.available_from[k] <= day):
            continue
        needed = extending if pairs.links[k] > 0 else fresh
        if not (ports.share[out] > needed and ports.share[into] > needed):
            continue
        quantity = min(ports.open_rate[out], ports.open_rate[into] / pairs.gain[k])
        if pairs.glance[k] * quantity * days > pairs.effort[k]:
            ready[count] = k
            count += 1
    return ready[:count]


@njit(cache=True)  # type: ignore[untyped-decorator]
def choose_in_turn(queue: _Ints, giver: _Ints, taker: _Ints, room: _Ints, most: int) -> _Ints:
    """Pairs taken up one after the other, as long as both firms have attention left.

    Parameters
    ----------
    queue : ndarray of int, shape (n,), 1
        Pairs in the order in which they have their turn.
    giver, taker : ndarray of int, shape (K,), 1
        Firms of each pair.
    room : ndarray of int, shape (F,), 1
        Projects each firm can still take up; lowered in place.
    most : int, 1
        Pairs that may be taken up in all.

    Returns
    -------
    ndarray of int, shape (m,), 1
        Of the queue, in its order.
    """
    chosen = np.empty(queue.size, dtype=np.int64)
    taken = 0
    for pair in queue:
        if taken < most and room[giver[pair]] > 0 and room[taker[pair]] > 0:
            chosen[taken] = pair
            taken += 1
            room[giver[pair]] -= 1
            room[taker[pair]] -= 1
    return chosen[:taken]
