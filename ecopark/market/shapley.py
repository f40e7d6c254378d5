"""Cooperative games: who shall have what of a joint gain, and whether a group would rather leave.

What lives here: exact Shapley values and the test of the core for any game small enough to list all
coalitions. What does not: games that add up over links, which need no list
(``ecopark.indicators.carbon.link_shapley``), and any knowledge of firms or pipes.

A game is a function from a coalition (a frozenset of players) to its worth; the empty one is worth
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from math import factorial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from ecopark.errors import DomainError

LARGEST_GAME = 16
"""Most players for which all coalitions are listed (65,536)."""

Worth = Callable[[frozenset[Hashable]], float]


def shapley_value(players: Sequence[Hashable], worth: Worth) -> dict[Hashable, float]:
    """Shapley value of every player.

    Parameters
    ----------
    players : sequence of hashable
        At most ``LARGEST_GAME``, all different.
    worth : callable
        Coalition -> worth; asked once for each of the 2^n coalitions.

    Returns
    -------
    dict of hashable to float, unit of the worth
        ``phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! x (v(S + i) - v(S))``; adds up to the
        worth of all.

    Raises
    ------
    DomainError
        If there are too many players, one is named twice, or nobody together is worth something.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games. In: Contributions to the theory of games II,
    307-317. https://doi.org/10.1515/9781400881970-018

    Examples
    --------
    >>> game = lambda s: 1.0 if "hub" in s and len(s) > 1 else 0.0
    >>> {k: round(v, 4) for k, v in shapley_value(["hub", "a", "b"], game).items()}
    {'hub': 0.6667, 'a': 0.1667, 'b': 0.1667}
    """
    n, value = len(players), _list_worths(players, worth)
    coalition = np.arange(value.size)
    size = np.array([int(code).bit_count() for code in coalition])
    weight = np.array([factorial(s) * factorial(n - s - 1) / factorial(n) for s in range(n)])
    result = {}
    for i, player in enumerate(players):
        without = coalition[(coalition >> i) & 1 == 0]
        gain = value[without | (1 << i)] - value[without]
        result[player] = float(weight[size[without]] @ gain)
    return result


def core_violation(
    players: Sequence[Hashable], worth: Worth, payoff: Mapping[Hashable, float]
) -> tuple[float, frozenset[Hashable]]:
    """Most that a coalition could gain by leaving, and which one.

    Parameters
    ----------
    players : sequence of hashable
        At most ``LARGEST_GAME``.
    worth : callable
        Coalition -> worth.
    payoff : mapping of hashable to float
        What every player gets.

    Returns
    -------
    float, unit of the worth
        ``max over S of v(S) - x(S)``, never below 0: the payoff is in the core if it is 0 and gives out
        the worth of all.
    frozenset
        A coalition with that gain; empty if none gains. The smallest such, then the first in the order
        of the players.

    Raises
    ------
    DomainError
        As :func:`shapley_value`.
    """
    value = _list_worths(players, worth)
    got = _subset_sums([float(payoff[player]) for player in players])
    excess = value - got
    most = float(excess.max())
    # Rounding of the sums is no reason to leave.
    if most <= 1e-12 * max(1.0, float(np.abs(value).max())):
        return 0.0, frozenset()
    best = np.flatnonzero(excess >= most - 1e-12 * max(1.0, abs(most)))
    code = min(best.tolist(), key=lambda c: (c.bit_count(), c))
    return most, frozenset(player for i, player in enumerate(players) if code >> i & 1)


def has_core(players: Sequence[Hashable], worth: Worth) -> bool:
    """Whether any payoff leaves no coalition a reason to go.

    Parameters
    ----------
    players : sequence of hashable
        At most ``LARGEST_GAME``.
    worth : callable
        Coalition -> worth.

    Returns
    -------
    bool
        Bondareva and Shapley by linear programme: the least total with which every coalition is content
        is the worth of all.

    Raises
    ------
    DomainError
        As :func:`shapley_value`.

    References
    ----------
    Shapley, L. S. (1967). On balanced sets and cores. Naval Research Logistics Quarterly 14, 453-460.
    https://doi.org/10.1002/nav.3800140404
    """
    n, value = len(players), _list_worths(players, worth)
    member = (np.arange(1, value.size)[:, None] >> np.arange(n)) & 1
    least = linprog(np.ones(n), A_ub=-member, b_ub=-value[1:], bounds=(None, None), method="highs")
    return bool(least.fun <= value[-1] + 1e-9 * max(1.0, float(np.abs(value).max())))


def _list_worths(players: Sequence[Hashable], worth: Worth) -> NDArray[np.float64]:
    """Worth of every coalition, bit i for player i. ndarray of float, shape (2^n,), unit of the worth."""
    if len(players) > LARGEST_GAME:
        raise DomainError(
            f"{len(players)} players; at most {LARGEST_GAME} can be listed coalition by coalition"
        )
    if len(set(players)) != len(players):
        raise DomainError("a player is named twice")
    codes = range(1 << len(players))
    value = np.array(
        [worth(frozenset(p for i, p in enumerate(players) if code >> i & 1)) for code in codes],
        dtype=np.float64,
    )
    if value[0] != 0.0:
        raise DomainError(f"the empty coalition is worth {value[0]}; expected 0")
    return value


def _subset_sums(parts: Sequence[float]) -> NDArray[np.float64]:
    """Sum of the parts of every coalition. ndarray of float, shape (2^n,), unit of the parts."""
    sums = np.zeros(1)
    for part in parts:
        sums = np.concatenate([sums, sums + part])
    return sums
