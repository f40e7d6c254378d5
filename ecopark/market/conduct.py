"""Conduct: playing fair or opportunistically, learned from what it earned.

Pure rules. What does not live here: the draws and the gains (``agents.learning``), what a re-opened price costs in
trust (``trust``, ``reputation``).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

FAIR, OPPORTUNISTIC = 0, 1
STRATEGIES = ("fair", "opportunistic")
_Floats = NDArray[np.float64]


def start_propensities(count: int, opportunists: float, strength: float) -> _Floats:
    """Propensities before anything was earned.

    Parameters
    ----------
    count : int, 1
        Number of firms F.
    opportunists : float, 1
        Probability of opportunism at the start.
    strength : float, 1
        Sum of a firm's propensities, in years of its usual gain.

    Returns
    -------
    ndarray of float, shape (F, 2), 1
        Fair, opportunistic.
    """
    return np.tile(np.array([1.0 - opportunists, opportunists]) * strength, (count, 1))


@njit(cache=True)  # type: ignore[untyped-decorator]
def probability_of_opportunism(propensity: _Floats) -> _Floats:
    """Probability that each firm plays opportunistically: the share of that propensity.

    Parameters
    ----------
    propensity : ndarray of float, shape (F, 2), 1

    Returns
    -------
    ndarray of float, shape (F,), 1
        A half where both propensities are zero.
    """
    share = np.full(propensity.shape[0], 0.5)
    for firm in range(share.size):
        total = propensity[firm, FAIR] + propensity[firm, OPPORTUNISTIC]
        if total > 0.0:
            share[firm] = propensity[firm, OPPORTUNISTIC] / total
    return share


@njit(cache=True)  # type: ignore[untyped-decorator]
def reward_by_usual(gain: _Floats, dealt: NDArray[np.bool_], usual: _Floats, years: _Floats) -> _Floats:
    """Gain of a year in units of a firm's usual gain, which it changes.

    Parameters
    ----------
    gain : ndarray of float, shape (F,), money
        Of the year.
    dealt : ndarray of bool, shape (F,), 1
        Firms that exchanged at all; the year of the others counts for nothing.
    usual : ndarray of float, shape (F,), money
        Mean absolute gain of the years counted so far; this one is entered.
    years : ndarray of float, shape (F,), yr
        Their number, raised in place.

    Returns
    -------
    ndarray of float, shape (F,), 1
        Zero where nothing was ever gained or lost.
    """
    reward = np.zeros(gain.size)
    for firm in range(gain.size):
        if dealt[firm]:
            years[firm] += 1.0
            usual[firm] += (abs(gain[firm]) - usual[firm]) / years[firm]
        if usual[firm] > 0.0:
            reward[firm] = gain[firm] / usual[firm]
    return reward


@njit(cache=True)  # type: ignore[untyped-decorator]
def reinforce(
    propensity: _Floats,
    played: NDArray[np.int64],
    reward: _Floats,
    forgetting: float,
    experimentation: float,
) -> _Floats:
    """Propensities after a year: what was played gains by what it earned.

    Parameters
    ----------
    propensity : ndarray of float, shape (F, 2), 1
    played : ndarray of int, shape (F,), 1
        Strategy of each firm, 0 fair or 1 opportunistic.
    reward : ndarray of float, shape (F,), 1
        Gain in units of the firm's usual gain; a loss counts as nothing.
    forgetting : float, 1
        Of the propensities, per year.
    experimentation : float, 1
        Share of the reward credited to the strategy not played.

    Returns
    -------
    ndarray of float, shape (F, 2), 1
        ``(1 - forgetting) x propensity``, plus ``(1 - experimentation) x reward`` for what was played and
        ``experimentation x reward`` for the other.

    References
    ----------
    Roth & Erev (1995), Games and Economic Behavior 8:164, doi:10.1016/S0899-8256(05)80020-X; Erev & Roth (1998),
    American Economic Review 88:848 (the three parameters strength, forgetting, experimentation).
    """
    after = (1.0 - forgetting) * propensity
    for firm in range(played.size):
        earned = max(reward[firm], 0.0)
        after[firm, played[firm]] += (1.0 - experimentation) * earned
        after[firm, 1 - played[firm]] += experimentation * earned
    return after


def reopened_price(
    price: float,
    today: tuple[float, float],
    agreed: tuple[float, float],
    giver_asks: bool,
    penalty: float,
) -> float | None:
    """Price an opportunist obtains because its outside position has become better.

    Parameters
    ----------
    price : float, money/unit
        In force.
    today, agreed : tuple of (float, float), money/unit
        Running reservation prices (floor, ceiling) today, and when the price was last set.
    giver_asks : bool
        Who the opportunist is.
    penalty : float, money/unit
        What it owes if it leaves, spread over what is left of the term.

    Returns
    -------
    float or None, money/unit
        Moved its way by half of what its own reservation price has; None where that has not improved, or
        where its partner would be left with nothing, or with less than the penalty it could have instead.

    Notes
    -----
    In the Nash solution with equal power a threat point better by one moves the price by a half. It is
    opportunism because the contract stands, and because nothing is given back when the position worsens.

    References
    ----------
    Nash (1950), Econometrica 18:155, doi:10.2307/1907266.
    """
    improved = today[0] - agreed[0] if giver_asks else agreed[1] - today[1]
    if improved <= 0.0:
        return None
    asked = price + improved / 2.0 if giver_asks else price - improved / 2.0
    left = today[1] - asked if giver_asks else asked - today[0]
    return asked if left > 0.0 and left >= penalty else None
