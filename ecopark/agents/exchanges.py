"""The exchanges that operate: their contracts as columns for the flow kernel.

Columns are laid out anew only when a contract starts or stops; what physics allows is asked again
only then and in periods in which some grade changes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecopark.agents.appraiser import Appraiser
from ecopark.flows.kernel import Links
from ecopark.market.contract import Contract
from ecopark.market.trust import break_trust, update_trust
from ecopark.scenario.types import Trust

# Trust of firms tied by more than business from the start. [M]
_TIE = 0.8


class Exchanges:
    """Contracts in operation, in order of seniority.

    Parameters
    ----------
    appraiser : Appraiser
    bonds : Bonds

    Attributes
    ----------
    all : list of Contract
        Every contract that ever operated, in the order of first operation.
    """

    def __init__(self, appraiser: Appraiser, bonds: Bonds) -> None:
        self._appraiser = appraiser
        self._bonds = bonds
        self.all: list[Contract] = []
        self._live: list[Contract] = []
        self._changed = False
        self._columns: Links | None = None
        self._possible = np.zeros(0, dtype=bool)
        #: Quantity each live contract promises, by period of the year. shape (M, L), unit/day.
        self.promised = np.zeros((appraiser.window, 0))
        #: Pair of firms of each live contract. ndarray of int, shape (L,), 1.
        self.bond = np.zeros(0, dtype=np.int64)
        grade = np.nan_to_num(appraiser.columns.grade)
        self._grades_change = np.append(False, (np.diff(grade, axis=0) != 0.0).any(axis=1))

    def start(self, contract: Contract, day: float) -> None:
        """Open the link of a contract."""
        contract.number = len(self.all)
        contract.spans.append((day, float("inf")))
        self.all.append(contract)
        self._live.append(contract)
        self._changed = True

    def stop(self, contract: Contract, day: float) -> None:
        """Close the link of a contract."""
        contract.spans[-1] = (contract.spans[-1][0], day)
        self._changed = True

    def columns(self, period: int, bounds: NDArray[np.float64]) -> tuple[list[Contract], Links]:
        """Contracts that operate for some of a period, and their columns.

        Parameters
        ----------
        period : int
        bounds : ndarray of float, shape (S + 1,), day
            Of the period's segments.

        Returns
        -------
        list of Contract, Links
            Served in the order of seniority, then of name.
        """
        if self._changed or self._columns is None:
            self._live = sorted(
                (c for c in self._live if c.spans[-1][1] > bounds[0]),
                key=lambda c: (c.spans[0][0], c.synergy),
            )
            self._columns = self._lay_out()
            self._ask_physics(period)
        elif self._grades_change[period]:
            self._ask_physics(period)
        active = np.repeat(self._possible[None, :].astype(np.float64), bounds.size - 1, axis=0)
        if self._changed:
            spans = np.array([c.spans[-1] for c in self._live]).reshape(-1, 2)
            overlap = np.minimum(bounds[1:, None], spans[:, 1]) - np.maximum(bounds[:-1, None], spans[:, 0])
            active *= np.clip(overlap, 0.0, None) / np.diff(bounds)[:, None]
            # One that stopped in this period is gone in the next, one that started is whole.
            self._changed = any(not c.is_running or c.spans[-1][0] > bounds[0] for c in self._live)
        return self._live, self._columns._replace(active=active)

    def _lay_out(self) -> Links:
        terms = [c.appraisal for c in self._live]
        blends: dict[tuple[int, str], int] = {}
        self.bond = np.array([self._bonds.number(c.giver, c.taker) for c in self._live], dtype=np.int64)
        if terms:
            self.promised = np.column_stack([t.rate for t in terms])
        keys = [(c.in_port, self._appraiser.pairs.pathway[c.pair]) for c in self._live]
        return Links(
            out_port=np.array([c.out_port for c in self._live], dtype=np.int64),
            in_port=np.array([c.in_port for c in self._live], dtype=np.int64),
            keep=np.array([t.keep for t in terms], dtype=np.float64),
            credit=np.array([t.credit for t in terms], dtype=np.float64),
            max_share=np.array([self._share_limit(c) for c in self._live], dtype=np.float64),
            blend=np.array([blends.setdefault(key, len(blends)) for key in keys], dtype=np.int64),
            capacity=np.array([t.capacity for t in terms], dtype=np.float64),
            active=np.zeros((0, len(terms))),
        )

    def _share_limit(self, contract: Contract) -> float:
        pathway = self._appraiser.pathway(contract.pair)
        return 1.0 if pathway is None else pathway.max_share.value

    def _ask_physics(self, period: int) -> None:
        """A plant may have changed its temperature or quality since the contract was made."""
        self._possible = np.array(
            [not self._appraiser.obstacle(c.pair, c.appraisal.mode, period) for c in self._live], dtype=bool
        )


class Bonds:
    """Trust between firms that deal with each other; the rules are those of ``market.trust``.

    Parameters
    ----------
    initial : float, 1
        Trust of two strangers.
    tied : set of (str, str)
        Pairs of firms, names sorted, that know each other well.
    """

    def __init__(self, initial: float, tied: set[tuple[str, str]]) -> None:
        self._initial = initial
        self._number: dict[tuple[str, str], int] = {}
        #: Trust of each pair of firms met so far. ndarray of float, shape (B,), 1.
        self.level = np.zeros(0)
        for firms in sorted(tied):
            self.level[self.number(*firms)] = _TIE

    def number(self, first: str, second: str) -> int:
        """Column of a pair of firms, made on first use."""
        key = (first, second) if first <= second else (second, first)
        if key not in self._number:
            self._number[key] = len(self._number)
            self.level = np.append(self.level, self._initial)
        return self._number[key]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Pairs of firms in the order of their columns."""
        return list(self._number)

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
        size = self.level.size
        count = np.maximum(np.bincount(bond, minlength=size), 1)
        mean_kept = np.bincount(bond, weights=kept, minlength=size) / count
        time = np.bincount(bond, weights=years, minlength=size) / count
        self.level = update_trust(self.level, mean_kept, rules.gain.value, rules.loss.value, time)

    def betray(self, first: str, second: str, rules: Trust) -> None:
        """Trust after a breach."""
        self.level[self.number(first, second)] = break_trust(self.between(first, second), rules.loss.value)
