"""The exchanges that operate: their contracts as columns for the flow kernel.

Columns are laid out anew only when a contract starts or stops; what physics allows is asked again
only then and in periods in which some grade changes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecopark.agents.appraiser import Appraiser
from ecopark.agents.bonds import Bonds
from ecopark.flows.kernel import Links, share_active
from ecopark.market.contract import Contract

_NO_CUTS = np.zeros((0, 3))


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
    take_or_pay : ndarray of float, shape (L,), 1
        Share of it that each taker pays for at least.
    some_take_or_pay : bool
        Whether any does.
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
        self.take_or_pay = np.zeros(0)
        self.some_take_or_pay = False
        self._opened, self._closed = np.zeros(0), np.zeros(0)
        #: Day before which no link has closed that still has a column.
        self._first_closed = np.inf
        self._possible = np.zeros(0, dtype=bool)
        self._blends: dict[tuple[int, int], int] = {}
        # Blending limits are numbered for good here, and anew from 0 for the kernel in what `columns` returns.
        self._links = self._laid = _no_links()
        self._regraded = appraiser.columns.regraded
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
        self._first_closed = min(self._first_closed, day)

    def alter(self, contract: Contract) -> None:
        """Lay the terms of a contract anew into its column, if it has one."""
        rows = self.number == contract.number
        capacity = np.where(rows, contract.appraisal.capacity, self._links.capacity)
        self._links, self._laid = (links._replace(capacity=capacity) for links in (self._links, self._laid))
        self.promised[:, rows] = contract.appraisal.rate[:, None]

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
            Served in the order of seniority, then of name. Valid until this is asked again.
        """
        changed = bool(self._fresh)
        if self._first_closed <= bounds[0]:
            changed = True
            self._keep(self._closed > bounds[0])
        if self._fresh:
            self._append(sorted(self._fresh, key=lambda c: (c.spans[-1][0], c.synergy)), period)
            self._fresh = []
        if self._some_regraded[period]:
            regraded = self._regraded[period]
            touched = regraded[self._links.out_port] | regraded[self._links.in_port]
            for j in np.flatnonzero(touched).tolist():
                self._possible[j] = self._is_possible(self.all[self.number[j]], period)
        if changed:
            self.some_take_or_pay = bool(self.take_or_pay.any())
        if changed or self._laid.active.shape[0] != bounds.size - 1:
            blend = np.unique(self._links.blend, return_inverse=True)[1]
            room = np.empty((bounds.size - 1, blend.size))
            self._laid = self._links._replace(blend=blend, active=room)
        share_active(
            bounds, self._opened, self._closed, self._possible, self.number, self._cut(bounds[0]),
            self._laid.active,
        )  # fmt: skip
        return self._laid

    def _cut(self, day: float) -> NDArray[np.float64]:
        """Failures that last beyond a day. ndarray of float, shape (C, 3)."""
        if not self._cuts:
            return _NO_CUTS
        self._cuts = [cut for cut in self._cuts if cut[2] > day]
        return np.array(self._cuts) if self._cuts else _NO_CUTS

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
        self.take_or_pay = np.append(self.take_or_pay, [c.take_or_pay for c in contracts])
        spans = np.array([c.spans[-1] for c in contracts])
        self._opened, self._closed = (
            np.append(self._opened, spans[:, 0]),
            np.append(self._closed, spans[:, 1]),
        )
        self._possible = np.append(self._possible, [self._is_possible(c, period) for c in contracts])
        self._first_closed = float(np.min(self._closed, initial=np.inf))

    def _keep(self, rows: NDArray[np.bool_]) -> None:
        self._links = Links._make([column[..., rows] for column in self._links])
        self.number, self.bond = self.number[rows], self.bond[rows]
        self.promised, self.take_or_pay = self.promised[:, rows], self.take_or_pay[rows]
        self._opened, self._closed = self._opened[rows], self._closed[rows]
        self._possible = self._possible[rows]
        self._first_closed = float(np.min(self._closed, initial=np.inf))

    def _share_limit(self, contract: Contract) -> float:
        pathway = self._appraiser.pairs.pathway(contract.pair)
        return 1.0 if pathway is None else pathway.max_share.value

    def _is_possible(self, contract: Contract, period: int) -> bool:
        """Physics today: a plant may have changed its temperature or quality since."""
        terms = contract.appraisal
        return not self._appraiser.obstacle(contract.pair, terms.mode, period, terms.route)


def _no_links() -> Links:
    """Columns of no link at all."""
    none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Links(none, none, nothing, nothing, nothing, none, nothing, np.zeros((0, 0)))
