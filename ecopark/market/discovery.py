"""Discovery: how likely a pair is noticed, as a hazard per day.

The hazard of each pair is integrated over time and compared with an exponential threshold drawn
once per pair and attempt. A change anywhere else therefore changes no other pair's luck.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Floats = NDArray[np.float64]


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


def pair_hazard(
    base: float,
    distance_km: _Floats,
    reach_km: float,
    tie: _Floats,
    social: float,
    information: float,
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
    information : float, 1
        Level of information in the park; 1 without a facilitator.
    attention, trigger : ndarray of float, shape (K,), 1
        Attention of the two ports, and the multiple added by recent shocks.

    Returns
    -------
    ndarray of float, shape (K,), 1/day
        ``base / (1 + d / reach) x (1 + social x tie) x information x attention x (1 + trigger)``.
    """
    kernel = 1.0 / (1.0 + distance_km / reach_km)
    return np.asarray(base * kernel * (1.0 + social * tie) * information * attention * (1.0 + trigger))


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
def choose_in_turn(
    giver: NDArray[np.int64], taker: NDArray[np.int64], room: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Pairs taken up one after the other, as long as both firms have attention left.

    Parameters
    ----------
    giver, taker : ndarray of int, shape (n,), 1
        Firms of each pair, in the order in which pairs have their turn.
    room : ndarray of int, shape (F,), 1
        Projects each firm can still take up; lowered in place.

    Returns
    -------
    ndarray of bool, shape (n,), 1
    """
    chosen = np.zeros(giver.size, dtype=np.bool_)
    for k in range(giver.size):
        if room[giver[k]] > 0 and room[taker[k]] > 0:
            chosen[k] = True
            room[giver[k]] -= 1
            room[taker[k]] -= 1
    return chosen
