"""What firms have learned: how reliable partners are, what prices to expect, whether to play fair.

What lives here: the experience of all firms as columns, and an appraiser that appraises by it. What does not: the
rules (``market.learning``, ``market.conduct``, ``market.clauses``).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ecopark.agents.appraiser import Appraiser
from ecopark.agents.bonds import Bonds
from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.appraisal import Appraisal
from ecopark.market.clauses import foresee_hold_up
from ecopark.market.conduct import (
    FAIR,
    OPPORTUNISTIC,
    STRATEGIES,
    probability_of_opportunism,
    reinforce,
    reward_by_usual,
    start_propensities,
)
from ecopark.market.learning import adapt_path, adapt_some, expect_of_strangers, imitate
from ecopark.scenario.geometry import least_detour, project
from ecopark.streams import keys, uniform

if TYPE_CHECKING:
    from ecopark.agents.exchanges import Exchanges
    from ecopark.agents.scouting import Scouting
    from ecopark.scenario.types import Conduct, Park

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
# Payments that belong to how a contract was kept; investment is sunk and not the conduct's doing.
_KEEPING = frozenset({"penalty", "take_or_pay"})
# Drawn at once.
_YEARS_AHEAD = 16


class Experience:
    """Share of deliveries that firms expect of each other.

    Parameters
    ----------
    bonds : Bonds
    start : float, 1
        Expected before any experience.
    share : float, 1
        Of the gap to what was experienced closed in a year.
    """

    def __init__(self, bonds: Bonds, start: float, share: float) -> None:
        self._bonds, self._start, self._share = bonds, start, share
        self._count = int(bonds.firms.max()) + 1 if bonds.firms.size else 0
        self._expected = np.full(len(bonds.firms), start)
        self._met = np.zeros(len(bonds.firms), dtype=bool)
        self._strangers: _Floats | None = None

    def learn(self, bond: _Ints, kept: _Floats, years: _Floats) -> None:
        """Let expectations follow what was delivered.

        Parameters
        ----------
        bond : ndarray of int, shape (L,), 1
            Pairs of firms that exchanged something, each once.
        kept : ndarray of float, shape (L,), 1
            Share delivered of what was promised, mean over their exchanges.
        years : ndarray of float, shape (L,), yr
            Time these were in operation, their mean.
        """
        adapt_some(bond, kept, self._share, years, self._expected, self._met)
        self._strangers = None

    def of_firm(self, firm: int) -> float:
        """Share a firm expects of somebody it does not know."""
        if self._strangers is None:
            self._strangers = expect_of_strangers(
                self._bonds.firms, self._expected, self._met, self._start, self._count
            )
        return float(self._strangers[firm]) if firm < self._count else self._start

    def of_pair(self, pair: int) -> float:
        """Share expected within a pair: experienced, or the mean of what both expect of strangers."""
        bond = int(self._bonds.of_pair[pair])
        if self._met[bond]:
            return float(self._expected[bond])
        first, second = self._bonds.firms[bond].tolist()
        return (self.of_firm(first) + self.of_firm(second)) / 2.0


class ExpectingAppraiser(Appraiser):
    """Appraises by what firms have experienced and foresee, instead of by fixed shares and last year's mean."""

    #: Deliveries experienced; None while nobody learns.
    experience: Experience | None = None
    _pair = -1
    _smooth: _Floats | None = None

    def expect_prices(self, share: float) -> None:
        """Expect prices by exponential smoothing from now on.

        Parameters
        ----------
        share : float, 1
            Of the gap to the present price closed in a year.
        """
        years = np.diff(self.calendar.period_bounds) / DAYS_PER_YEAR
        self._smooth = adapt_path(self.prices.perceived, share, years)

    def appraise(
        self, pair: int, day: float, trust: float = 0.0, transaction_factor: float = 1.0
    ) -> Appraisal:
        """Appraise a pair on a day; an investor adds a premium against being held up.

        Parameters
        ----------
        pair : int
        day : float, day
        trust : float, 1
            Between the two firms.
        transaction_factor : float, 1
            Of a facilitator at work.

        Returns
        -------
        Appraisal
        """
        # Partners know each other for as long as they look at their own pair: what was asked before must not
        # colour what is asked next.
        self._pair = pair
        found = super().appraise(pair, day, trust, transaction_factor)
        self._pair = -1
        rules = self.park.agents.contracts
        # A spot price is open at every review anyway.
        if found.reason or rules.hold_up.value == 0.0 or rules.kind == "spot":
            return found
        premium = foresee_hold_up(found, rules.hold_up.value, trust, rules.penalty.value)
        if found.giver_invests:
            found = found._replace(floor=found.floor + premium)
        else:
            found = found._replace(ceiling=found.ceiling - premium)
        return found if found.ceiling > found.floor else found._replace(reason="economics")

    def _expect_of(self, out: int) -> float:
        if self.experience is None:
            return super()._expect_of(out)
        if self._pair >= 0 and self.pairs.out_port.item(self._pair) == out:
            return self.experience.of_pair(self._pair)
        # Customers of a customer are strangers to the one who asks.
        return self.experience.of_firm(self.columns.port_firm.item(out))

    def _expect_costs(self, now: int) -> _Floats:
        return super()._expect_costs(now) if self._smooth is None else np.asarray(self._smooth[now])


class Players:
    """Who plays fair and who opportunistically this year, and what each has learned of it.

    Parameters
    ----------
    names : tuple of str
        Firms.
    spec : Conduct
    seed : int
    """

    def __init__(self, names: tuple[str, ...], spec: Conduct, seed: int) -> None:
        self._spec, self._names = spec, names
        self._draws = _draw_years(seed, "conduct", names)
        self.propensity = start_propensities(len(names), spec.opportunists.value, spec.strength.value)
        self._fixed = np.array(
            [STRATEGIES.index(spec.fixed[name]) if name in spec.fixed else -1 for name in names]
        )
        self._usual, self._years = np.zeros(len(names)), np.zeros(len(names))
        #: Strategy each firm plays, 0 fair or 1 opportunistic. ndarray of int, shape (F,), 1.
        self.played: _Ints = np.zeros(0, dtype=np.int64)
        #: Firms that play opportunistically this year.
        self.opportunists: frozenset[str] = frozenset()
        self._play()

    def _play(self) -> None:
        """Choose for a year."""
        tempted = next(self._draws) < probability_of_opportunism(self.propensity)
        self.played = np.where(self._fixed >= 0, self._fixed, np.where(tempted, OPPORTUNISTIC, FAIR))
        found = np.flatnonzero(self.played == OPPORTUNISTIC).tolist()
        self.opportunists = frozenset([self._names[firm] for firm in found])

    def turn_year(self, gain: _Floats, dealt: NDArray[np.bool_]) -> None:
        """Learn from a year's gains, and choose for the next.

        Parameters
        ----------
        gain : ndarray of float, shape (F,), money
            Of each firm's exchanges.
        dealt : ndarray of bool, shape (F,), 1
            Firms that exchanged at all: the others learn and forget nothing.
        """
        reward = reward_by_usual(gain, dealt, self._usual, self._years)
        learned = reinforce(
            self.propensity,
            self.played,
            reward,
            self._spec.forgetting.value,
            self._spec.experimentation.value,
        )
        self.propensity[dealt] = learned[dealt]
        self._play()


def _draw_years(seed: int, purpose: str, names: tuple[str, ...]) -> Iterator[_Floats]:
    """One draw for each firm, year after year; the address alone decides it, so years are drawn some at a time."""
    of_firm = keys(names)
    for first in count(0, _YEARS_AHEAD):
        years = np.arange(first, first + _YEARS_AHEAD, dtype=np.uint64)
        yield from uniform(seed, purpose, of_firm, years[:, None])


class Learner:
    """Everything the firms of a park learn, and how they play.

    Parameters
    ----------
    park : Park
    appraiser : ExpectingAppraiser
    bonds : Bonds
    exchanges : Exchanges
    seed : int
    """

    def __init__(
        self, park: Park, appraiser: ExpectingAppraiser, bonds: Bonds, exchanges: Exchanges, seed: int
    ) -> None:
        self._appraiser, self._exchanges = appraiser, exchanges
        names = appraiser.columns.firms
        self._index = {name: i for i, name in enumerate(names)}
        self._learning = park.agents.learning if park.mechanisms.learning else None
        conduct = park.agents.conduct if park.mechanisms.conduct else None
        self.players = None if conduct is None else Players(names, conduct, seed)
        if self._learning is not None:
            start = park.agents.contracts.reliability.value
            appraiser.experience = Experience(bonds, start, self._learning.reliability.value)
            if self._learning.prices is not None:
                appraiser.expect_prices(self._learning.prices.value)
        #: Readiness of each firm to talk. ndarray of float, shape (F,), 1.
        self.openness = np.array([park.firms[name].behaviour.openness.value for name in names])
        self._sent = np.zeros(0)
        self._draws = _draw_years(seed, "imitation", names)
        self._neighbours: tuple[_Ints, _Ints, _Ints] | None = None

    def deliver(self, bond: _Ints, kept: _Floats, years: _Floats) -> None:
        """Something was delivered, or was not.

        Parameters
        ----------
        bond : ndarray of int, shape (L,), 1
            Pairs of firms that exchanged something, each once.
        kept : ndarray of float, shape (L,), 1
            Share delivered of what was promised, mean over their exchanges.
        years : ndarray of float, shape (L,), yr
            Time these were in operation, their mean.
        """
        if self._appraiser.experience is not None:
            self._appraiser.experience.learn(bond, kept, years)

    def move(self, number: _Ints, sent: _Floats) -> None:
        """Count what moved in a period.

        Parameters
        ----------
        number : ndarray of int, shape (L,), 1
            Of each contract in operation.
        sent : ndarray of float, shape (L,), unit
        """
        if self._sent.size < len(self._exchanges.all):
            fresh = np.zeros(len(self._exchanges.all) - self._sent.size)
            self._sent = np.concatenate([self._sent, fresh])
        self._sent[number] += sent

    def is_opportunist(self, firm: str) -> bool:
        """Whether a firm plays opportunistically this year."""
        return self.players is not None and firm in self.players.opportunists

    def turn_year(self, day: float, scouting: Scouting) -> None:
        """Learn from the year that ends on a day.

        Parameters
        ----------
        day : float, day
        scouting : Scouting
            Looks by the openness that firms have then.
        """
        imitation = 0.0 if self._learning is None else self._learning.imitation.value
        if self.players is not None or imitation > 0.0:
            gain, dealt = self._gains(day)
            if self.players is not None:
                self.players.turn_year(gain, dealt)
            if imitation > 0.0:
                self.openness = imitate(self.openness, self._success(gain, day), self._models(), imitation)
                scouting.open_up(self.openness)
        self._sent[:] = 0.0

    def _gains(self, day: float) -> tuple[_Floats, NDArray[np.bool_]]:
        """Gain of each firm's exchanges in the year (at today's prices), and who had any."""
        gain, dealt = [0.0] * len(self._index), [False] * len(self._index)
        known: dict[int, float] = {}
        for contract, sent in zip(self._exchanges.all, self._sent.tolist(), strict=False):
            if not sent > 0.0:
                continue
            floor, ceiling = self._appraiser.running_prices(
                contract.pair, contract.appraisal, day - 1.0, known
            )
            giver, taker = self._index[contract.giver], self._index[contract.taker]
            gain[giver] += (contract.price - floor) * sent
            gain[taker] += (ceiling - contract.price) * sent
            dealt[giver] = dealt[taker] = True
            for paid, item, at_giver, at_taker in contract.payments:
                if item in _KEEPING and day - DAYS_PER_YEAR <= paid < day:
                    gain[giver] += at_giver
                    gain[taker] += at_taker
        return np.array(gain), np.array(dealt)

    def _success(self, gain: _Floats, day: float) -> _Floats:
        """Gain as a share of what a firm's streams would cost it without any exchange. ndarray, shape (F,), 1."""
        c, now = self._appraiser.columns, self._appraiser.period(day - 1.0)
        burden = np.maximum(self._appraiser.prices.cost[now], 0.0) * c.expected[now] * DAYS_PER_YEAR
        by_firm = np.bincount(c.port_firm, weights=burden, minlength=gain.size)
        return np.divide(gain, by_firm, out=np.zeros_like(gain), where=by_firm > 0.0)

    def _models(self) -> _Ints:
        """Neighbour each firm looks at this year; itself where it has none. ndarray of int, shape (F,), 1."""
        if self._neighbours is None:
            self._neighbours = self._look_round()
        near, first, number = self._neighbours
        return np.asarray(near[first + (next(self._draws) * number).astype(np.int64)])

    def _look_round(self) -> tuple[_Ints, _Ints, _Ints]:
        """Other firms within the distance at which discovery has halved, or itself where there are none.

        Returns
        -------
        near : ndarray of int, shape (n,), 1
            Those of all firms, one firm after the other.
        first, number : ndarray of int, shape (F,), 1
            Where those of each firm begin, and how many they are.
        """
        park = self._appraiser.park
        tree = cKDTree(project(self._appraiser.columns.site, park.layout))
        reach = park.agents.discovery.distance.value / least_detour(park.layout)
        found = tree.query_ball_tree(tree, reach)
        each = [sorted({*near} - {firm}) or [firm] for firm, near in enumerate(found)]
        number = np.array([len(near) for near in each], dtype=np.int64)
        return np.array(list(chain.from_iterable(each)), dtype=np.int64), np.cumsum(number) - number, number
