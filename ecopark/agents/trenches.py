"""Trenches: where pipes lie, and who pays for the digging where several lie side by side.

What lives here: the book of trenches by pair of sites, the cheapest way along them, and what a newcomer owes
to those before it. What does not: how a shared cost is split (``market.coalition``), what a pipe is worth
(``market.valuation``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecopark.agents.stretches import Stretches
from ecopark.flows.columns import Columns
from ecopark.market.appraisal import Appraisal, Route
from ecopark.market.coalition import join_trench
from ecopark.market.contract import Contract
from ecopark.market.valuation import Courses
from ecopark.market.ways import find_beside
from ecopark.scenario.geometry import distance_km
from ecopark.scenario.types import Layout, Park

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
_ALL = slice(None)
# Costs closer than this share are the same, rounding of sums aside.
_SAME = 1e-12
# Up to so many firms all distances are worked out at once.
_FEW = 200


class Layings(NamedTuple):
    """How each of some options could be laid.

    Attributes
    ----------
    option : ndarray of int, shape (W,), 1, or slice
        Option of each; one that could take two ways stands twice.
    stops : tuple of tuple of int, 1
        Numbers of the stops each would pass, from giver to taker: firms, and where pipes lie in corridors those of
        ``stretches``.
    courses : Courses
    """

    option: _Ints | slice
    stops: tuple[tuple[int, ...], ...]
    courses: Courses

    def number(self, row: int) -> int:
        """Option of one of them."""
        return row if isinstance(self.option, slice) else int(self.option[row])


@dataclass(frozen=True)
class _Use:
    """One pipe in a trench, and the cost per km of the trench it needs."""

    contract: Contract
    need: float


class Trenches:
    """The trenches in use.

    Parameters
    ----------
    park : Park
    columns : Columns

    Notes
    -----
    A trench runs straight between two sites, and a pipe joins or leaves it at a site only; where distances are
    measured along corridors it runs along them too, and pipes join or leave it at bends, junctions and the
    places where firms meet the corridor. Who uses it is a
    pipe, not a firm: one with two pipes in a trench pays two shares. A trench is there from the day on which
    the first pipe in it is begun until the last one is given up; nobody gets back what it has paid when it
    leaves, and the others pay nothing more.
    """

    def __init__(self, park: Park, columns: Columns) -> None:
        self._layout: Layout = park.layout
        self._site = columns.site
        self._uses: dict[tuple[int, int], list[_Use]] = {}
        self._nodes: _Ints = np.zeros(0, dtype=np.int64)
        #: Ends of each trench, and pipes in it. ndarray of int, shape (E, 3), 1.
        self._trenches = _as_table([])
        self._known: dict[tuple[int, int], float] = {}
        self._ways: dict[tuple[int, int, float], tuple[int, ...]] = {}
        self._steps: dict[tuple[int, ...], tuple[float, list[tuple[float, float]]]] = {}
        self._laid: dict[tuple[int, int, float, tuple[float, ...]], Layings] = {}
        self._bare: dict[tuple[int, int], tuple[int, ...]] = {}
        by_corridor = self._layout.distance == "corridor" and bool(self._layout.corridors)
        self._stretches = Stretches(self._layout, self._site) if by_corridor else None

    # ------------------------------------------------------------------ ways
    def lay_out(self, giver: int, taker: int, distance: float, shares: tuple[float, ...]) -> Layings:
        """Ways in which options of a pair could be laid.

        Parameters
        ----------
        giver, taker : int
            Firms.
        distance : float, km
            Between them.
        shares : tuple of float, 1
            Part of each option's cost per km that is digging.

        Returns
        -------
        Layings
            Each option by the way it would take alone; then those with a trench by the cheapest way along others'
            trenches too, where that is another.
        """
        if not self._uses or not any(shares):
            stops = self._way_alone(giver, taker) if any(shares) else (giver, taker)
            lengths = np.empty(len(shares))
            lengths.fill(distance)
            return Layings(_ALL, (stops,) * len(shares), Courses(lengths, _no_steps(len(shares))))
        key = giver, taker, distance, shares
        if key not in self._laid:
            self._laid[key] = self._lay_beside(*key)
        return self._laid[key]

    def _lay_beside(self, giver: int, taker: int, distance: float, shares: tuple[float, ...]) -> Layings:
        """See :meth:`lay_out`, where there are trenches."""
        alone = self._way_alone(giver, taker)
        found = [(k, alone) for k in range(len(shares))]
        for k, share in enumerate(shares):
            way = self.find_way(giver, taker, share) if share > 0.0 else alone
            if way != alone:
                found.append((k, way))
        parts = [self._measure(way) if shares[k] > 0.0 else (distance, []) for k, way in found]
        rows = max(len(steps) for _, steps in parts)
        # A step that ends where the last one did costs nothing: rows of one length.
        table = [
            steps + [steps[-1] if steps else (0.0, length)] * (rows - len(steps)) for length, steps in parts
        ]
        courses = Courses(
            np.array([length for length, _ in parts]),
            np.array(table, dtype=np.float64).reshape(len(found), rows, 2),
        )
        own = len(found) == len(shares)
        option = _ALL if own else np.array([k for k, _ in found], dtype=np.int64)
        return Layings(option, tuple(way for _, way in found), courses)

    def find_way(self, giver: int, taker: int, share: float) -> tuple[int, ...]:
        """Cheapest way of a pipe, along trenches that are there and straight new ones between sites.

        Parameters
        ----------
        giver, taker : int
            Firms.
        share : float, 1
            Part of the cost per km that is digging.

        Returns
        -------
        tuple of int, 1
            Stops passed. A new km counts 1, one beside n pipes ``1 - share + share / (n + 1)``, whatever
            these need.
        """
        key = (giver, taker, share)
        if key not in self._ways:
            self._ways[key] = self._search(giver, taker, share)
        return self._ways[key]

    def _way_alone(self, giver: int, taker: int) -> tuple[int, ...]:
        """Way of a pipe where nobody has dug: straight, or along corridors."""
        if self._stretches is None:
            return giver, taker
        key = giver, taker
        if key not in self._bare:
            self._bare[key] = self._stretches.find_way(giver, taker, {})
        return self._bare[key]

    def _search(self, giver: int, taker: int, share: float) -> tuple[int, ...]:
        if self._stretches is not None:
            beside = {edge: 1.0 - share + share / (len(uses) + 1) for edge, uses in self._uses.items()}
            return self._stretches.find_way(giver, taker, beside)
        if len(self._site) <= _FEW:
            way = find_beside(self._distances, giver, taker, self._nodes, self._trenches, share)
            return tuple(way.tolist())
        to_giver, to_taker = (self._lengths(self._nodes, end) for end in (giver, taker))
        near = self._nodes[(1.0 - share) * (to_giver + to_taker) < self._length(giver, taker)]
        stops = [giver, taker, *(n for n in near.tolist() if n not in (giver, taker))]
        if len(stops) == 2:
            return giver, taker
        around, place = np.array(stops), {stop: k for k, stop in enumerate(stops)}
        local = [(place[a], place[b], n) for a, b, n in self._trenches.tolist() if a in place and b in place]
        way = find_beside(
            self._lengths(around, around[:, None]), 0, 1, np.arange(2, around.size), _as_table(local), share
        )
        return tuple(around[way].tolist())

    def _length(self, first: int, last: int) -> float:
        edge = first, last
        if self._stretches is not None:
            return self._stretches.length(_key(first, last))
        if len(self._site) <= _FEW:
            return self._distances.item(last, first)
        if edge not in self._known:
            self._known[edge] = float(self._lengths(np.array([first]), last)[0])
        return self._known[edge]

    def _lengths(self, stops: _Ints, end: int | _Ints) -> _Floats:
        """Length of the straight way from each of some firms to one, or to some. ndarray, shape ([m,] n), km."""
        starts, ends = np.broadcast_arrays(stops, end)
        lengths = distance_km(self._site[starts.ravel()], self._site[ends.ravel()], self._layout)
        return lengths.reshape(starts.shape)

    @cached_property
    def _distances(self) -> _Floats:
        """Length of the straight way between any two firms. ndarray, shape (F, F), km; row: to which."""
        firms = np.arange(len(self._site))
        return self._lengths(firms, firms[:, None])

    def _measure(self, way: tuple[int, ...]) -> tuple[float, list[tuple[float, float]]]:
        """Length of a way (km), and its steps as in ``Courses``."""
        if way not in self._steps:
            parts = [
                (self._length(*edge), [use.need for use in self._uses.get(_key(*edge), ())])
                for edge in pairwise(way)
            ]
            length = sum(km for km, _ in parts)
            tops = sorted({need for _, needs in parts for need in needs})
            steps = [
                (top, sum(km / (1 + sum(need >= top for need in needs)) for km, needs in parts))
                for top in tops
            ]
            self._steps[way] = length, steps
        return self._steps[way]

    # ------------------------------------------------------------------ the book
    def price(self, contract: Contract) -> None:
        """Bring the capital of a contract up to date with those who use its trenches now.

        Parameters
        ----------
        contract : Contract
            Its own pipe, if it lies there already, does not count.
        """
        terms, route = contract.appraisal, contract.appraisal.route
        if route is None:
            return
        digging = sum(km * join_trench(needs, route.trench)[0] for km, needs, _ in self._others(contract))
        if abs(digging - route.digging) > _SAME * abs(route.digging):
            contract.appraisal = _with_digging(terms, route, digging)

    def join(self, contract: Contract, day: float) -> tuple[float, float]:
        """Lay a contract's pipe: it pays its share to those whose trenches it uses.

        Parameters
        ----------
        contract : Contract
            Priced by :meth:`price`. One whose pipe is laid anew pays as a newcomer.
        day : float, day

        Returns
        -------
        tuple of (float, float), money and km
            What it pays to others, and the length along which it does.
        """
        route = contract.appraisal.route
        if route is None:
            return 0.0, 0.0
        shared, due, others = 0.0, dict[int, float](), dict[int, Contract]()
        for km, needs, uses in self._others(contract):
            refunds = join_trench(needs, route.trench)[1]
            shared += km if needs else 0.0
            for use, refund in zip(uses, refunds, strict=True):
                others[id(use.contract)] = use.contract
                due[id(use.contract)] = due.get(id(use.contract), 0.0) + km * refund
        for key, other in others.items():
            _book(other, day, due[key])
        paid = sum(due.values())
        _book(contract, day, -paid)
        self.settle(contract)
        return paid, shared

    def settle(self, contract: Contract) -> None:
        """Enter a contract's pipe in the book where it lies, without any payment.

        Parameters
        ----------
        contract : Contract
        """
        route = contract.appraisal.route
        if route is None:
            return
        self._take_out(contract, route)
        for edge in pairwise(route.stops):
            self._uses.setdefault(_key(*edge), []).append(_Use(contract, route.trench))
        self._forget()

    def leave(self, contract: Contract) -> None:
        """Take a contract's pipe out of the book; what nobody uses any more is no trench.

        Parameters
        ----------
        contract : Contract
        """
        route = contract.appraisal.route
        if route is not None and self._take_out(contract, route):
            self._forget()

    def _take_out(self, contract: Contract, route: Route) -> bool:
        """Take a pipe out of the trenches along its way; whether it lay in any."""
        lay = False
        for edge in pairwise(route.stops):
            uses = self._uses.get(_key(*edge), [])
            left = [use for use in uses if use.contract is not contract]
            if len(left) == len(uses):
                continue
            lay = True
            if left:
                self._uses[_key(*edge)] = left
            else:
                del self._uses[_key(*edge)]
        return lay

    def _others(self, contract: Contract) -> list[tuple[float, list[float], list[_Use]]]:
        """Length, needs and uses of others of every stretch of a contract's way."""
        route = contract.appraisal.route
        found = []
        for edge in pairwise(route.stops if route is not None else ()):
            uses = [use for use in self._uses.get(_key(*edge), ()) if use.contract is not contract]
            found.append((self._length(*edge), [use.need for use in uses], uses))
        return found

    def _forget(self) -> None:
        """The network has changed: ways are looked for anew."""
        self._ways, self._steps, self._laid = {}, {}, {}
        self._nodes = np.array(sorted({stop for edge in self._uses for stop in edge}), dtype=np.int64)
        self._trenches = _as_table([(*edge, len(uses)) for edge, uses in self._uses.items()])


@cache
def _no_steps(count: int) -> _Floats:
    """Steps of as many options where nobody has dug."""
    return np.zeros((count, 0, 2))


def _as_table(trenches: list[tuple[int, int, int]]) -> _Ints:
    return np.array(trenches, dtype=np.int64).reshape(-1, 3)


def _key(first: int, last: int) -> tuple[int, int]:
    return (first, last) if first <= last else (last, first)


def _with_digging(terms: Appraisal, route: Route, digging: float) -> Appraisal:
    capital = terms.capital + digging - route.digging
    return terms._replace(capital=capital, route=route._replace(digging=digging))


def _book(contract: Contract, day: float, amount: float) -> None:
    """A payment for digging, to or from the one who invests."""
    if amount != 0.0:
        effects = (amount, 0.0) if contract.appraisal.giver_invests else (0.0, amount)
        contract.payments.append((day, "trench", *effects))
