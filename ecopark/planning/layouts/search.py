"""Search for good assignments of things to places, whatever their value is.

What lives here: all assignments of a small problem, descent by interchange from many starts for a large one, and
the list of the best met. What does not: what an assignment is worth (``value``), firms and plots
(``finding``).

The value of a layout is a sum over pairs of firms of a benefit that depends on the pair and on the distance in a
bent way, cut at zero, supplies shared. That is a quadratic assignment problem of Lawler's general form;
``scipy.optimize.quadratic_assignment`` solves that of Koopmans and Beckmann (flow times distance) only. Hence
the classical heuristic: steepest descent by pairwise interchange and by moves to free places, from random
assignments and from the best one found, shaken.

References
----------
Koopmans, Beckmann (1957), doi:10.2307/1907742; Lawler (1963), doi:10.1287/mnsc.9.4.586; Burkard, Dell'Amico,
Martello (2012), Assignment Problems, doi:10.1137/1.9781611972238, chapters 7 and 8 (interchange, multistart).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ecopark.errors import DomainError
from ecopark.streams import stream

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Value = Callable[[Ints], float]
#: With up to so many possible assignments all of them are valued, as with 8 firms on 8 plots or 5 on 11.
EXACT_UP_TO = 60_000
# Values that differ by less are the same: sums in another order.
_SAME = 1e-9
_DRAWS = 20


@dataclass(frozen=True)
class Problem:
    """Which things may stand where.

    Attributes
    ----------
    allowed : ndarray of bool, shape (n, m), 1
        Whether thing i may stand on place j.
    barred : ndarray of bool, shape (n, n, m, m), 1, or None
        Whether things i and k may not stand on places j and l together; None where nothing bars.
    start : ndarray of int, shape (n,), 1
        Places now; allowed.
    """

    allowed: Bools
    barred: NDArray[np.bool_] | None
    start: Ints

    def permits(self, places: Ints, things: Ints | None = None) -> bool:
        """Whether an assignment breaks no rule.

        Parameters
        ----------
        places : ndarray of int, shape (n,), 1
            All different.
        things : ndarray of int, shape (k,), 1, optional
            Those moved since it was last permitted; all by default.

        Returns
        -------
        bool
        """
        everyone = np.arange(places.size)
        moved = everyone if things is None else things
        if not self.allowed[moved, places[moved]].all():
            return False
        if self.barred is None:
            return True
        met = self.barred[moved[:, None], everyone[None, :], places[moved][:, None], places[None, :]]
        return not met.any()


@dataclass(frozen=True)
class Found:
    """Result of a search.

    Attributes
    ----------
    best : tuple of (tuple of int, float)
        Places of all things and value, the best first. Of assignments of one value that which moves fewest.
    start : float
        Value of the present places.
    exact : bool
        Whether every assignment was valued.
    evaluations : int
        Assignments valued.
    starts : int
        Descents made; 0 of an exact search.
    hits : int
        Descents that ended at the best value.
    """

    best: tuple[tuple[tuple[int, ...], float], ...]
    start: float
    exact: bool
    evaluations: int
    starts: int
    hits: int


def search_assignments(
    problem: Problem,
    value: Value,
    best: int = 3,
    starts: int = 200,
    seed: int = 1,
    exact_up_to: int = EXACT_UP_TO,
    progress: Callable[[int, int, float], None] | None = None,
) -> Found:
    """Assignments of the highest value.

    Parameters
    ----------
    problem : Problem
    value : callable
        Value of an assignment, from the places of all things (ndarray of int, shape (n,), 1).
    best : int
        How many of different value to return.
    starts : int
        Descents, where there are too many assignments to value them all.
    seed : int
        Of the random starts.
    exact_up_to : int
        Assignments up to which all are valued.
    progress : callable, optional
        Called with the steps done, the steps to do and the best value so far.

    Returns
    -------
    Found
        Never worse than the start.

    Raises
    ------
    DomainError
        If the start is not allowed, or nothing is asked for.
    """
    if best < 1 or starts < 1:
        name, found = ("best", best) if best < 1 else ("starts", starts)
        raise DomainError(f"{name} must be at least 1, found {found}")
    start = problem.start.astype(np.int64)
    if np.unique(start).size < start.size or not problem.permits(start):
        raise DomainError("the present places break a rule; a search starts from an allowed layout")
    book = _Book(value, start, best)
    now = book.look_at(start)
    every = list(islice(_assignments(problem), exact_up_to + 1))
    if len(every) <= exact_up_to:
        for done, places in enumerate(every, 1):
            book.look_at(places)
            if progress is not None and (done % 256 == 0 or done == len(every)):
                progress(done, len(every), book.most)
        return Found(book.best(), now, True, book.count, 0, 0)
    ends = []
    for done in range(starts):
        rng = stream(seed, f"start {done}", "layout search")
        ends.append(_descend(problem, book, _begin(problem, book, done, rng)))
        if progress is not None:
            progress(done + 1, starts, book.most)
    hits = sum(_is_same(end, book.most) for end in ends)
    return Found(book.best(), now, False, book.count, starts, hits)


class _Book:
    """Values assignments and keeps the best of different value."""

    def __init__(self, value: Value, start: Ints, keep: int) -> None:
        self._value, self._start, self._keep = value, start, keep
        self.count, self.most = 0, -np.inf
        self._best: list[tuple[float, int, tuple[int, ...]]] = []

    def look_at(self, places: Ints) -> float:
        """Value an assignment; remember it if it is among the best."""
        self.count += 1
        found = float(self._value(places))
        self.most = max(self.most, found)
        if (
            len(self._best) == self._keep
            and found < self._best[-1][0]
            and not _is_same(found, self._best[-1][0])
        ):
            return found
        entry = found, int((places != self._start).sum()), tuple(places.tolist())
        for k, (held, moved, other) in enumerate(self._best):
            if _is_same(held, found):
                if entry[1:] < (moved, other):
                    self._best[k] = held, entry[1], entry[2]
                return found
        self._best = sorted([*self._best, entry], key=lambda e: (-e[0], e[1:]))[: self._keep]
        return found

    def best(self) -> tuple[tuple[tuple[int, ...], float], ...]:
        """What was met, the best first."""
        return tuple((places, found) for found, _, places in self._best)


def _is_same(a: float, b: float) -> bool:
    return abs(a - b) <= _SAME * max(abs(a), abs(b), 1e-300)


# --------------------------------------------------------------------------- all of them
def _assignments(problem: Problem) -> Iterator[Ints]:
    """Every allowed assignment, things in their order."""
    count, room = problem.allowed.shape
    places = np.full(count, -1, dtype=np.int64)
    taken = np.zeros(room, dtype=bool)

    def place(thing: int) -> Iterator[Ints]:
        if thing == count:
            yield places.copy()
            return
        for spot in np.flatnonzero(problem.allowed[thing] & ~taken).tolist():
            if problem.barred is not None and thing:
                before = np.arange(thing)
                if problem.barred[thing, before, spot, places[:thing]].any():
                    continue
            places[thing], taken[spot] = spot, True
            yield from place(thing + 1)
            taken[spot] = False

    return place(0)


# --------------------------------------------------------------------------- descent
def _begin(problem: Problem, book: _Book, number: int, rng: np.random.Generator) -> Ints:
    """Where a descent begins: the first at the present places, then at random and near the best in turn."""
    if number == 0:
        return problem.start.copy()
    if number % 2 == 0:
        return _shake(problem, np.array(book.best()[0][0]), max(3, problem.start.size // 3), rng)
    for _ in range(_DRAWS):
        cost = np.where(problem.allowed, rng.random(problem.allowed.shape), 1e6)
        places: Ints = np.asarray(linear_sum_assignment(cost)[1], dtype=np.int64)
        if problem.permits(places):
            return places
    return _shake(problem, problem.start.copy(), 4 * problem.start.size, rng)


def _shake(problem: Problem, places: Ints, moves: int, rng: np.random.Generator) -> Ints:
    """An assignment after some random moves that break no rule."""
    count, room = problem.allowed.shape
    for _ in range(moves * 4):
        thing, spot = int(rng.integers(count)), int(rng.integers(room))
        trial, moved = _move(places, thing, spot)
        if moved.size and problem.permits(trial, moved):
            places, moves = trial, moves - 1
            if moves == 0:
                break
    return places


def _move(places: Ints, thing: int, spot: int) -> tuple[Ints, Ints]:
    """A thing on another place, whoever stood there on its own; and who moved."""
    if places[thing] == spot:
        return places, np.zeros(0, dtype=np.int64)
    trial = places.copy()
    there = np.flatnonzero(places == spot)
    trial[there] = places[thing]
    trial[thing] = spot
    return trial, np.append(there, thing)


def _descend(problem: Problem, book: _Book, places: Ints) -> float:
    """Best interchange or move again and again, until none helps; the value reached."""
    count = len(problem.allowed)
    now = book.look_at(places)
    while True:
        better, most = None, now
        for thing in range(count):
            for spot in np.flatnonzero(problem.allowed[thing]).tolist():
                trial, moved = _move(places, thing, spot)
                # An interchange is tried once, by the first of the two.
                if (
                    not moved.size
                    or (moved.size == 2 and moved[0] < thing)
                    or not problem.permits(trial, moved)
                ):
                    continue
                found = book.look_at(trial)
                if found > most and not _is_same(found, most):
                    better, most = trial, found
        if better is None:
            return now
        places, now = better, most
