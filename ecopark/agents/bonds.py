"""Bonds: who trusts whom, as columns over the pairs of firms that could deal with each other.

The rules are those of ``market.trust`` (linear) and ``market.reputation`` (beta). What does not live here: when
something is kept or broken (``keeping``, the model).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecopark.flows.columns import Columns
from ecopark.market.pairs import Pairs
from ecopark.market.reputation import enter_evidence, forget, hear_say, level_of_warier, trust_by_evidence
from ecopark.market.trust import break_trust, update_trust
from ecopark.scenario.types import Trust

# Trust of firms tied by more than business from the start. [M]
_TIE = 0.8
_NO_BREACH = np.zeros(2)


class Bonds:
    """Trust between firms that could deal with each other.

    By the linear rule trust is one number for both. By the beta rule each holds evidence about the other; the level
    is that of the warier of the two, for a deal takes both.

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
    kept, broken : ndarray of float, shape (B, 2), 1
        Evidence about the first firm held by the second, and about the second held by the first.
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
        self._prior = self.level.copy()
        self.kept, self.broken = np.zeros((self._codes.size, 2)), np.zeros((self._codes.size, 2))
        self._numbers: dict[tuple[str, str], int] = {}
        self._told = np.zeros((2, self._codes.size, 2))

    def _code(self, first: str, second: str) -> int:
        one, other = self._index[first], self._index[second]
        return min(one, other) * self._count + max(one, other)

    def number(self, first: str, second: str) -> int:
        """Column of a pair of firms that could deal with each other."""
        names = first, second
        if names not in self._numbers:
            self._numbers[names] = int(self._codes.searchsorted(self._code(first, second)))
        return self._numbers[names]

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
            Pairs of firms that exchanged something, each once.
        kept : ndarray of float, shape (L,), 1
            Share delivered of what was promised, mean over their exchanges.
        years : ndarray of float, shape (L,), yr
            Time these were in operation, their mean.
        rules : Trust
        """
        if rules.rule == "beta":
            # Nobody can tell whose fault a missing delivery was: it counts for, or against, both.
            enter_evidence(bond, kept, years, self.kept, self.broken)
            self._weigh(bond, rules)
        else:
            self.level[bond] = update_trust(self.level[bond], kept, rules.gain.value, rules.loss.value, years)

    def betray(self, traitor: str, victim: str, rules: Trust, weight: float = 1.0) -> None:
        """Trust after a breach, or after something that counts for less.

        Parameters
        ----------
        traitor, victim : str
            By the beta rule only the victim learns something.
        rules : Trust
        weight : float, 1
            One for a breach.
        """
        bond = self.number(traitor, victim)
        if rules.rule == "beta":
            self.broken[bond, self._about(traitor, victim)] += weight * rules.betrayal.value
            self._weigh(np.array([bond]), rules)
        else:
            self.level[bond] = break_trust(self.between(traitor, victim), rules.loss.value * weight)

    def share_at_risk(self, traitor: str, victim: str, rules: Trust) -> float:
        """Share of the trust of one firm that another would lose by a breach, 0 to 1."""
        if rules.rule != "beta":
            return rules.loss.value
        bond, side = np.array([self.number(traitor, victim)]), self._about(traitor, victim)
        before = float(self._directed(bond, rules)[0, side])
        breach = np.zeros(2)
        breach[side] = rules.betrayal.value
        after = float(self._directed(bond, rules, breach)[0, side])
        return 1.0 - after / before if before > 0.0 else 0.0

    def turn_year(self, rules: Trust) -> None:
        """A year has passed: evidence fades, and partners tell each other of partners."""
        if rules.rule != "beta":
            return
        self.kept = forget(self.kept, rules.forgetting.value, 1.0)
        self.broken = forget(self.broken, rules.forgetting.value, 1.0)
        everybody = np.arange(self.level.size)
        if rules.spread.value > 0.0:
            met = (self.kept + self.broken).sum(axis=1) > 0.0
            trust = self._directed(everybody, rules)
            self._told = rules.spread.value * np.stack(
                [hear_say(self.firms, trust, evidence, met) for evidence in (self.kept, self.broken)]
            )
        self._weigh(everybody, rules)

    def _about(self, subject: str, holder: str) -> int:
        """Column of evidence about one firm held by another."""
        return int(self._index[subject] > self._index[holder])

    def _weigh(self, bonds: NDArray[np.int64], rules: Trust) -> None:
        """Let the level follow the evidence of some bonds."""
        level_of_warier(
            bonds, self.kept, self.broken, self._told, self._prior, rules.weight.value, self.level
        )

    def _directed(
        self, bonds: NDArray[np.int64], rules: Trust, breach: NDArray[np.float64] = _NO_BREACH
    ) -> NDArray[np.float64]:
        """Trust in the first firm by the second and the other way round. ndarray, shape (n, 2), 1."""
        trust: NDArray[np.float64] = trust_by_evidence(
            bonds, self.kept, self.broken, self._told, breach, self._prior, rules.weight.value
        )
        return trust
