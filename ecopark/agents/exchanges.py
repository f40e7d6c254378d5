"""The exchanges that operate: their contracts as columns for the flow kernel.

Columns are laid out anew only when a contract starts or stops; what physics allows is asked again
only then and in periods in which some grade changes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecopark.agents.appraiser import Appraiser
from ecopark.flows.columns import Columns
from ecopark.flows.kernel import Links
from ecopark.market.contract import Contract
from ecopark.market.pairs import Pairs
from ecopark.market.trust import break_trust, update_trust
from ecopark.scenario.types import Trust

# Trust of firms tied by more than business from the start. [M]
_TIE = 0.8


class Exchanges:
    """Contracts in operation, in order of seniority, as columns that grow and shrink.

    Parameters
    ----------
    appraiser : Appraiser
    bonds : Bonds

    Attributes
    ----------
    all : list of Contract
        Every contract that ever operated, in the order of first operation.
    number, bond : ndarray of int, shape (L,), 1
        Place in `all` and pair of firms of each contract in operation.
    promised : ndarray of float, shape (M, L), unit/day
        Quantity each promises, by period of the year.
    """

    def __init__(self, appraiser: Appraiser, bonds: Bonds) -> None:
        self._appraiser = appraiser
        self._bonds = bonds
        self.all: list[Contract] = []
        self._fresh: list[Contract] = []
        self._cuts: list[tuple[int, float, float]] = []
        self.number = np.zeros(0, dtype=np.int64)
        self.bond = np.zeros(0, dtype=np.int64)
        self.promised = np.zeros((appraiser.window, 0))
        self._opened, self._closed = np.zeros(0), np.zeros(0)
        self._possible = np.zeros(0, dtype=bool)
        self._blends: dict[tuple[int, int], int] = {}
        self._links = _no_links()
        grade = np.nan_to_num(appraiser.columns.grade)
        #: Ports whose grade changes at the start of a period.
        self._regraded = np.concatenate(
            [np.zeros((1, grade.shape[1]), dtype=bool), np.diff(grade, axis=0) != 0.0]
        )
        self._some_regraded = np.asarray(self._regraded.any(axis=1))

    def start(self, contract: Contract, day: float) -> None:
        """Open the link of a contract."""
        contract.number = len(self.all)
        contract.spans.append((day, float("inf")))
        self.all.append(contract)
        self._fresh.append(contract)

    def stop(self, contract: Contract, day: float) -> None:
        """Close the link of a contract."""
        contract.spans[-1] = (contract.spans[-1][0], day)
        self._closed[self.number == contract.number] = day

    def cut(self, contract: Contract, start: float, end: float) -> None:
        """A pipe fails and is repaired: its link counts by its share of time."""
        self._cuts.append((contract.number, start, end))

    def columns(self, period: int, bounds: NDArray[np.float64]) -> Links:
        """Columns of the contracts that operate for some of a period.

        Parameters
        ----------
        period : int
        bounds : ndarray of float, shape (S + 1,), day
            Of the period's segments.

        Returns
        -------
        Links
            Served in the order of seniority, then of name.
        """
        gone = self._closed <= bounds[0]
        if gone.any():
            self._keep(~gone)
        if self._fresh:
            self._append(sorted(self._fresh, key=lambda c: (c.spans[-1][0], c.synergy)), period)
            self._fresh = []
        if self._some_regraded[period]:
            changed = self._regraded[period]
            for j in np.flatnonzero(changed[self._links.out_port] | changed[self._links.in_port]).tolist():
                self._possible[j] = self._is_possible(self.all[self.number[j]], period)
        overlap = np.minimum(bounds[1:, None], self._closed) - np.maximum(bounds[:-1, None], self._opened)
        active = np.clip(overlap, 0.0, None) / np.diff(bounds)[:, None] * self._possible
        self._cuts = [cut for cut in self._cuts if cut[2] > bounds[0]]
        for number, start, end in self._cuts:
            rows = self.number == number
            # Only time in which the link would have worked is lost to it.
            until = np.minimum(np.minimum(bounds[1:, None], self._closed[rows]), end)
            since = np.maximum(np.maximum(bounds[:-1, None], self._opened[rows]), start)
            down = np.clip(until - since, 0.0, None) / np.diff(bounds)[:, None]
            active[:, rows] = np.maximum(active[:, rows] - down, 0.0)
        # The kernel counts what shares a blending limit in columns numbered from 0.
        blend = np.unique(self._links.blend, return_inverse=True)[1]
        return self._links._replace(blend=blend, active=active)

    def _append(self, contracts: list[Contract], period: int) -> None:
        terms = [c.appraisal for c in contracts]
        pairs = self._appraiser.pairs
        keys = [(c.in_port, int(pairs.way[c.pair])) for c in contracts]
        fresh = Links(
            out_port=np.array([c.out_port for c in contracts], dtype=np.int64),
            in_port=np.array([c.in_port for c in contracts], dtype=np.int64),
            keep=np.array([t.keep for t in terms], dtype=np.float64),
            credit=np.array([t.credit for t in terms], dtype=np.float64),
            max_share=np.array([self._share_limit(c) for c in contracts], dtype=np.float64),
            blend=np.array([self._blends.setdefault(key, len(self._blends)) for key in keys], dtype=np.int64),
            capacity=np.array([t.capacity for t in terms], dtype=np.float64),
            active=np.zeros((0, len(terms))),
        )
        joined = [np.concatenate(both, axis=-1) for both in zip(self._links, fresh, strict=True)]
        self._links = Links._make(joined)
        self.number = np.append(self.number, [c.number for c in contracts])
        self.bond = np.append(self.bond, [self._bonds.number(c.giver, c.taker) for c in contracts])
        self.promised = np.column_stack([self.promised, *(t.rate for t in terms)])
        spans = np.array([c.spans[-1] for c in contracts])
        self._opened, self._closed = (
            np.append(self._opened, spans[:, 0]),
            np.append(self._closed, spans[:, 1]),
        )
        self._possible = np.append(self._possible, [self._is_possible(c, period) for c in contracts])

    def _keep(self, rows: NDArray[np.bool_]) -> None:
        self._links = Links._make([column[..., rows] for column in self._links])
        self.number, self.bond = self.number[rows], self.bond[rows]
        self.promised = self.promised[:, rows]
        self._opened, self._closed = self._opened[rows], self._closed[rows]
        self._possible = self._possible[rows]

    def _share_limit(self, contract: Contract) -> float:
        pathway = self._appraiser.pairs.pathway(contract.pair)
        return 1.0 if pathway is None else pathway.max_share.value

    def _is_possible(self, contract: Contract, period: int) -> bool:
        """Physics today: a plant may have changed its temperature or quality since."""
        return not self._appraiser.obstacle(contract.pair, contract.appraisal.mode, period)


def _no_links() -> Links:
    """Columns of no link at all."""
    none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Links(none, none, nothing, nothing, nothing, none, nothing, np.zeros((0, 0)))


class Bonds:
    """Trust between firms that could deal with each other; the rules are those of ``market.trust``.

    Parameters
    ----------
    initial : float, 1
        Trust of two strangers.
    tied : set of (str, str)
        Pairs of firms that know each other well.
    columns : Columns
    pairs : Pairs

    Attributes
    ----------
    firms : ndarray of int, shape (B, 2), 1
        The two firms of each bond, the smaller number first.
    level : ndarray of float, shape (B,), 1
        Trust.
    of_pair : ndarray of int, shape (K,), 1
        Bond of each candidate pair.
    """

    def __init__(self, initial: float, tied: set[tuple[str, str]], columns: Columns, pairs: Pairs) -> None:
        self._count = len(columns.firms)
        self._index = {name: i for i, name in enumerate(columns.firms)}
        ends = np.sort(
            np.column_stack([columns.port_firm[pairs.out_port], columns.port_firm[pairs.in_port]]), axis=1
        )
        self._codes, self.of_pair = np.unique(ends[:, 0] * self._count + ends[:, 1], return_inverse=True)
        self.firms = np.column_stack([self._codes // max(self._count, 1), self._codes % max(self._count, 1)])
        self.level = np.full(self._codes.size, initial)
        for first, second in sorted(tied):
            self.level[self._codes == self._code(first, second)] = _TIE

    def _code(self, first: str, second: str) -> int:
        low, high = sorted((self._index[first], self._index[second]))
        return low * self._count + high

    def number(self, first: str, second: str) -> int:
        """Column of a pair of firms that could deal with each other."""
        return int(np.searchsorted(self._codes, self._code(first, second)))

    def between(self, first: str, second: str) -> float:
        """Trust between two firms, 0 to 1."""
        return float(self.level[self.number(first, second)])

    def learn(
        self, bond: NDArray[np.int64], kept: NDArray[np.float64], years: NDArray[np.float64], rules: Trust
    ) -> None:
        """Let trust follow what was delivered.

        Parameters
        ----------
        bond : ndarray of int, shape (L,), 1
            Pair of firms of each exchange.
        kept : ndarray of float, shape (L,), 1
            Share delivered of what was promised; a pair with several exchanges learns from their mean.
        years : ndarray of float, shape (L,), yr
            Time each was in operation.
        rules : Trust
        """
        met, place, count = np.unique(bond, return_inverse=True, return_counts=True)
        mean_kept = np.bincount(place, weights=kept) / count
        time = np.bincount(place, weights=years) / count
        self.level[met] = update_trust(self.level[met], mean_kept, rules.gain.value, rules.loss.value, time)

    def betray(self, first: str, second: str, rules: Trust) -> None:
        """Trust after a breach."""
        self.level[self.number(first, second)] = break_trust(self.between(first, second), rules.loss.value)
