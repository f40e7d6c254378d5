"""The front between two objectives: how much of one the next bit of the other costs.

What lives here: the augmented epsilon-constraint method on top of the solver, and the sieve of points that
others dominate. What does not: the solver (``solving``), drawing (``report``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.errors import DomainError, ResultsError
from ecopark.planning.optimum.network import OBJECTIVES, Listener, Optimum
from ecopark.planning.optimum.problem import Problem
from ecopark.planning.optimum.solving import solve

# What the whole range of the second objective is worth, as a share of the range of the first: enough to
# choose among equals, too little to move a point (Mavrotas takes 1e-3 to 1e-6).
_AUGMENT = 1e-3
# Limits are loosened by this share, or rounding would make the network that set them infeasible.
_SLACK = 1e-6
# Totals nearer than this share are one point: ten times what the slack can move.
_SAME = 1e-5

Watcher = Callable[[int, int, str], Listener | None]


@dataclass(frozen=True)
class ParetoFront:
    """Efficient networks between two objectives.

    Attributes
    ----------
    objectives : tuple of str
        The two, more is better.
    points : pandas.DataFrame
        One row per network, by the second objective: ``point``, the total of every objective (present value of
        money, plain sums of the rest), ``limit`` (least allowed of the second; missing at the ends of the
        front), ``bound`` (most of the first that any network keeping the limit could have), ``status``,
        ``links`` (in use), ``seconds``.
    payoff : pandas.DataFrame
        Indexed by the objective that was put first, columns the two: best of each, and the best of the other
        that goes with it.
    optima : tuple of Optimum
        The networks, in the order of `points`.
    dominated : int
        Networks found and left out, for another is at least as good in both.
    """

    objectives: tuple[str, str]
    points: pd.DataFrame
    payoff: pd.DataFrame
    optima: tuple[Optimum, ...]
    dominated: int


class _Found(NamedTuple):
    """A network, the limit it was found under, and the most of the first objective that any could have."""

    optimum: Optimum
    limit: float
    bound: float


def pareto_front(
    problem: Problem,
    objectives: tuple[str, str] = ("cost", "carbon"),
    points: int = 7,
    gap: float = 0.01,
    time_limit: float | None = None,
    watch: Watcher | None = None,
) -> ParetoFront:
    """Find the front between two objectives.

    Parameters
    ----------
    problem : Problem
    objectives : tuple of str
        Two of :data:`~ecopark.planning.optimum.network.OBJECTIVES`. The first is maximised, the second held above
        limits.
    points : int
        Networks sought, ends included; at least 2.
    gap : float, 1
        Relative gap of each solution.
    time_limit : float, s, optional
        Of each solution.
    watch : callable, optional
        Called before each solution with its number from 0, how many there are at most and the objective that
        leads; gives the listener for its progress, or None.

    Returns
    -------
    ParetoFront
        Fewer points than sought where the front is shorter, or where one network is best for several limits.

    Raises
    ------
    DomainError
        If the objectives are not two known ones, or fewer than two points are asked for.
    ResultsError
        If the time limit ends a search before it has found any network.

    Notes
    -----
    Payoff table first, lexicographic: best of each, then the best of the other that goes with it; with two
    objectives this gives the true nadir. Then ``max f1 + eps s2 r1 / r2`` subject to ``f2 - s2 = e`` for evenly
    spaced e, with s2 the surplus over the limit, r the ranges and eps 1e-3; a limit that the last network
    keeps already is skipped, for that network is its solution too. Each point is within `gap` of
    efficient: what another point dominates because of that is left out.

    References
    ----------
    Mavrotas (2009), doi:10.1016/j.amc.2009.03.037; Mavrotas and Florios (2013), doi:10.1016/j.amc.2013.03.002.
    """
    check_front(objectives, points)
    search = _Search(problem, gap, time_limit, watch, points + 2)
    found = _ends(search, objectives)
    return _front(objectives, [*found, *_between(search, objectives, found, points)])


class _Search:
    """Solutions of one problem, one after the other, each begun from the best one known that is allowed."""

    def __init__(
        self, problem: Problem, gap: float, time_limit: float | None, watch: Watcher | None, total: int
    ) -> None:
        self._problem, self._gap, self._time_limit = problem, gap, time_limit
        self._watch, self._total, self._done = watch, total, 0
        self._known: list[Optimum] = []

    def best(self, weights: dict[str, float], least: dict[str, float] | None = None) -> Optimum:
        """Best network by some weights, with a least total of some objectives."""
        least = least or {}
        allowed = [one for one in self._known if all(one.totals[name] >= low for name, low in least.items())]
        begin = max(allowed, key=lambda one: sum(w * one.totals[n] for n, w in weights.items()), default=None)
        leader = next(iter(weights))
        listener = None if self._watch is None else self._watch(self._done, self._total, leader)
        optimum = solve(
            self._problem, weights, {name: (low, None) for name, low in least.items()}, gap=self._gap,
            time_limit=self._time_limit, progress=listener, start=None if begin is None else begin.network,
        )  # fmt: skip
        self._done += 1
        if not np.isfinite(optimum.best):
            raise ResultsError(
                "no network was found in the time allowed for one search of the front; give it more time"
            )
        self._known.append(optimum)
        return optimum


def _ends(search: _Search, objectives: tuple[str, str]) -> list[_Found]:
    """Both ends of the front: the best of each objective, and of the other among its equals."""
    ends = []
    for leader, other in (objectives, objectives[::-1]):
        alone = search.best({leader: 1.0})
        refined = search.best({other: 1.0}, {leader: _below(alone.totals[leader])})
        # A gain no larger than what the slack may have bought is none.
        better = refined.totals[other] - alone.totals[other] > _SAME * abs(alone.totals[other])
        optimum = refined if better else alone
        # What is known of the first objective: at its own end from the search alone, at the other from the choice.
        ends.append(_Found(optimum, np.nan, (alone if leader == objectives[0] else refined).bound))
    return ends


def _between(
    search: _Search, objectives: tuple[str, str], ends: Sequence[_Found], points: int
) -> list[_Found]:
    """Networks between the ends, by evenly spaced limits on the second objective."""
    first, second = objectives
    low, high = (end.optimum.totals[second] for end in ends)
    if high - low <= _SLACK * max(abs(high), abs(low)):
        return []
    spread = max(ends[0].optimum.totals[first] - ends[1].optimum.totals[first], 0.0)
    worth, reached = _AUGMENT * spread / (high - low), low
    found = []
    for limit in np.linspace(low, high, points)[1:-1].tolist():
        if limit <= reached:
            continue
        optimum = search.best({first: 1.0, second: worth}, {second: _below(limit)})
        found.append(_Found(optimum, limit, optimum.bound - worth * _below(limit)))
        reached = max(reached, optimum.totals[second])
    return found


def efficient(values: NDArray[np.float64], same: float = 0.0) -> NDArray[np.bool_]:
    """Which points no other dominates.

    Parameters
    ----------
    values : ndarray of float, shape (n, 2), unit of each objective
        More is better.
    same : float, 1
        Values that differ by no more than this share of the largest of their objective are equal.

    Returns
    -------
    ndarray of bool, shape (n,), 1
        Of equal points the first is kept; a point that is equal in one and worse in the other is not.

    Examples
    --------
    >>> efficient(np.array([[1.0, 3.0], [2.0, 2.0], [2.0, 1.0], [2.0, 2.0]])).tolist()
    [True, True, False, False]
    """
    close = same * np.abs(values).max(axis=0, initial=0.0)
    kept = np.ones(len(values), dtype=bool)
    for at, point in enumerate(values):
        others = np.delete(values, at, axis=0)
        better = (others >= point - close).all(axis=1) & (others > point + close).any(axis=1)
        twin = (np.abs(values[:at] - point) <= close).all(axis=1)
        kept[at] = not (better.any() or twin.any())
    return kept


def check_front(objectives: Sequence[str], points: int) -> None:
    """Assert that a front can be asked for.

    Parameters
    ----------
    objectives : sequence of str
    points : int

    Raises
    ------
    DomainError
        If the objectives are not two different known ones, or fewer than two points are asked for.
    """
    unknown = [name for name in objectives if name not in OBJECTIVES]
    if unknown or len(set(objectives)) != 2:
        raise DomainError(
            f"a front lies between two different objectives of {', '.join(OBJECTIVES)}; found {', '.join(objectives)}"
        )
    if points < 2:
        raise DomainError(f"a front has at least 2 points, its ends; found {points}")


def _below(value: float) -> float:
    return value - _SLACK * max(abs(value), 1.0)


def _front(objectives: tuple[str, str], found: Sequence[_Found]) -> ParetoFront:
    """Sieve the networks and put them into a table."""
    ordered = sorted(found, key=lambda one: one.optimum.totals[objectives[1]])
    values = np.array([[one.optimum.totals[name] for name in objectives] for one in ordered])
    kept = [one for one, keep in zip(ordered, efficient(values, _SAME), strict=True) if keep]
    rows = [
        {
            "point": number,
            **{name: one.optimum.totals[name] for name in OBJECTIVES},
            "limit": one.limit,
            "bound": one.bound,
            "status": one.optimum.status,
            "links": int(one.optimum.links["link"].nunique()),
            "seconds": one.optimum.seconds,
        }
        for number, one in enumerate(kept)
    ]
    payoff = pd.DataFrame(
        [[end.optimum.totals[name] for name in objectives] for end in found[:2]],
        index=pd.Index(objectives, name="first"),
        columns=list(objectives),
    )
    optima = tuple(one.optimum for one in kept)
    return ParetoFront(objectives, pd.DataFrame(rows), payoff, optima, len(found) - len(kept))
