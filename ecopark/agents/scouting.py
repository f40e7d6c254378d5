"""Scouting: which pairs are noticed in a period.

Holds the state of attention: triggers that fade, the hazard each pair has gathered, and the
thresholds drawn for it. The formulas are those of ``market.discovery``.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ecopark.agents.appraiser import Appraiser
from ecopark.agents.bonds import Bonds
from ecopark.agents.surroundings import find_neighbours, mean_of_year, number_versions
from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.acquaintance import hazard_of_chance
from ecopark.market.discovery import (
    PairView,
    PortView,
    Sighting,
    choose_in_turn,
    cost_shock,
    discovery_rule,
    list_ready,
)
from ecopark.market.noticing import Regard, gather_hazard, survey, weigh_ports
from ecopark.market.pairs import UNSEEN, apparent_terms
from ecopark.market.prices import Prices
from ecopark.streams import keys, uniform

# A stream all but promised is not looked at: this share of it must be free, and more for two
# that deal with each other already, who would rather wait than build again. [M]
_WORTH_A_LOOK = 0.05
_WORTH_EXTENDING = 0.25
# Success next door counts as half a shock. [M]
_NEIGHBOUR = 0.5


class Sift(Protocol):
    """Says which of some pairs deserve attention."""

    def __call__(self, pairs: NDArray[np.int64], /) -> NDArray[np.bool_]:
        """Answer for each pair. ndarray of bool, shape (n,), 1."""


class Scouting:
    """Attention of firms to their streams, as columns.

    Parameters
    ----------
    appraiser : Appraiser
    prices : Prices
    bonds : Bonds
    seed : int
    """

    def __init__(self, appraiser: Appraiser, prices: Prices, bonds: Bonds, seed: int) -> None:
        self._appraiser, self._prices, self._seed = appraiser, prices, seed
        self._spec = appraiser.park.agents.discovery
        columns, pairs = appraiser.columns, appraiser.pairs
        port_keys = keys(columns.ports)
        self._address = (
            port_keys[pairs.out_port],
            port_keys[pairs.in_port],
            keys([way.key for way in pairs.ways])[pairs.way],
        )
        self.attempt = np.zeros(pairs.count, dtype=np.uint64)
        self.available_from = np.zeros(pairs.count)
        self.gathered = np.zeros(pairs.count)
        self.links = np.zeros(pairs.count, dtype=np.int64)
        self.threshold = self._draw(slice(None))
        #: Projects each firm could still take up. ndarray of int, shape (F,), 1.
        self.room = np.array([appraiser.park.firms[name].behaviour.attention for name in columns.firms])
        #: Exchanges each firm has in operation. ndarray of int, shape (F,), 1.
        self.exchanges = np.zeros(len(columns.firms), dtype=np.int64)
        self._rule = discovery_rule(self._spec.rule)
        self._ends = (columns.port_firm[pairs.out_port], columns.port_firm[pairs.in_port])
        self.trigger = np.zeros(len(columns.ports))
        #: What is left of a trigger after some days.
        self._fading: dict[float, float] = {}
        self._shocks = cost_shock(prices.perceived, appraiser.window)
        self._some_shock = np.asarray(self._shocks.any(axis=1))
        self._seen = np.zeros(len(columns.ports), dtype=bool)
        #: Ports in sight from one day until another.
        self._visible, self._since, self._until = self._seen, np.inf, -np.inf
        openness = np.array([appraiser.park.firms[name].behaviour.openness.value for name in columns.firms])
        self._regard = Regard(pairs.distance, bonds.of_pair, *self._ends, self._meet(openness))
        self._reach = mean_of_year(columns.expected, appraiser.window)
        #: Terms of all pairs at a glance.
        self.apparent = apparent_terms(appraiser.park, pairs, appraiser.calendar.start)
        self._pairs = PairView(
            pairs.out_port, pairs.in_port, self.available_from, self.links, np.zeros(pairs.count),
            self.apparent.gain, self.apparent.effort,
        )  # fmt: skip
        self._glance_year = -1
        self._attention = np.zeros(len(columns.ports))
        self._recipe = number_versions(columns.coefficient, columns.imported)
        self._promised_at = (-1, -1)
        self._promised = np.zeros(0), np.zeros(0)
        self._ports = PortView(np.zeros(len(columns.ports)), np.zeros(len(columns.ports)), self._visible)
        self._day = -np.inf
        # What `survey` finds, anew at each look.
        self._numbers, self._codes = np.empty((5, pairs.count)), np.empty((3, pairs.count), dtype=np.int64)
        self._cards, self._has_cards = np.zeros(pairs.count), False
        self._near = find_neighbours(appraiser, self._spec.distance.value)

    def look(
        self,
        day: float,
        next_day: float,
        information: float | NDArray[np.float64],
        bonds: Bonds,
        sift: Sift | None = None,
    ) -> list[int]:
        """Pairs noticed by now that both firms have attention for, in order of their names.

        Where attention is short, the pair that has been known longest goes first.

        Parameters
        ----------
        day, next_day : float, day
        information : float or ndarray of float, shape (K,), 1
            Level of information in the park, or of each pair; a pair at 0 is not noticed at all.
        bonds : Bonds
            Trust between firms.
        sift : callable, optional
            Which of some pairs deserve attention; the others are let go before anybody spends any.

        Returns
        -------
        list of int
        """
        if not self._appraiser.pairs.count:
            return []
        period = self._appraiser.period(day)
        visible, changed = self._sight(day)
        self._feel(period, next_day - day, visible if changed else None)
        self._view(period, day, visible)
        told_of = np.array([information]) if isinstance(information, float) else information
        n = survey(
            tuple(self._pairs), tuple(self._ports), tuple(self._regard), self._attention, self.trigger,
            bonds.level, told_of, day, _WORTH_A_LOOK, _WORTH_EXTENDING, DAYS_PER_YEAR,
            self._numbers, self._codes,
        )  # fmt: skip
        distance, tie, told, attention, trigger = self._numbers[:, :n]
        ready, giver, taker = self._codes[:, :n]
        seen = Sighting(
            day=day,
            base=self._spec.base.value,
            distance=distance,
            reach=self._spec.distance.value,
            tie=tie,
            social=self._spec.social.value,
            information=told,
            attention=attention,
            trigger=trigger,
            giver=giver,
            taker=taker,
            exchanges=self.exchanges,
        )
        hazard = np.asarray(self._rule(seen), dtype=np.float64)
        queue = gather_hazard(
            ready, hazard, next_day - day, self._cards, self.gathered, self.threshold, *self._ends, self.room
        )
        if self._has_cards:
            self._cards[:], self._has_cards = 0.0, False
        return self.take(queue, sift=sift)

    def open_up(self, openness: NDArray[np.float64]) -> None:
        """Let firms be as ready to talk as this from now on.

        Parameters
        ----------
        openness : ndarray of float, shape (F,), 1
            Of each firm, 0 to 1.
        """
        self._regard = self._regard._replace(openness=self._meet(openness))

    def take(self, queue: NDArray[np.int64], most: int = 2**31, sift: Sift | None = None) -> list[int]:
        """Take pairs up one after the other, as long as both firms have attention left.

        Parameters
        ----------
        queue : ndarray of int, shape (n,), 1
            Pairs that may be noticed, in the order in which they have their turn.
        most : int, 1
            Pairs taken up in all.
        sift : callable, optional
            Asked about pairs whose turn it is; the turn of one that deserves no attention goes to others.

        Returns
        -------
        list of int
            In order of their names.
        """
        taken: list[int] = []
        while (
            queue.size and (chosen := choose_in_turn(queue, *self._ends, self.room, most - len(taken))).size
        ):
            self._begin(chosen)
            if sift is None:
                return sorted(chosen.tolist())
            worth = sift(chosen)
            taken += chosen[worth].tolist()
            if worth.all():
                break
            self._let_go(chosen[~worth])
            queue = queue[~np.isin(queue, chosen)]
        return sorted(taken)

    def ready(self) -> NDArray[np.int64]:
        """Pairs that could be noticed as things stood when all were last looked at.

        Returns
        -------
        ndarray of int, shape (n,), 1
        """
        assert self._day >= 0.0, "nobody has looked yet"
        ready = list_ready(
            self._pairs, self._ports, self._day, _WORTH_A_LOOK, _WORTH_EXTENDING, DAYS_PER_YEAR
        )
        return np.asarray(ready, dtype=np.int64)

    def quantity(self, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
        """What could flow at a glance, as things stood when all were last looked at.

        Parameters
        ----------
        pairs : ndarray of int, shape (n,), 1

        Returns
        -------
        ndarray of float, shape (n,), unit/yr
        """
        assert self._day >= 0.0, "nobody has looked yet"
        columns, rate = self._appraiser.pairs, self._ports.open_rate
        gain = self.apparent.gain[pairs]
        met = rate[columns.in_port[pairs]] / np.where(gain >= UNSEEN, 1.0, gain)
        return np.asarray(np.minimum(rate[columns.out_port[pairs]], met) * DAYS_PER_YEAR)

    def show_cards(self, pairs: NDArray[np.int64], chance: float) -> None:
        """Members lay down what they have and want: each pair among them is noticed with a chance.

        Parameters
        ----------
        pairs : ndarray of int, shape (n,), 1
        chance : float, 1
            0 to 1. A chance p is the hazard ``-ln(1 - p)`` at once, weighed at the next look.
        """
        self._cards[pairs] += hazard_of_chance(chance)
        self._has_cards = True

    def _let_go(self, pairs: NDArray[np.int64]) -> None:
        """Nobody spends attention on some pairs after all; they may be noticed again after a while."""
        for ends in self._ends:
            np.add.at(self.room, ends[pairs], 1)
        self.available_from[pairs] = self._day + self._spec.retry.value

    def _begin(self, pairs: NDArray[np.int64]) -> None:
        """Pairs are being worked on: they are not noticed again until released."""
        self.available_from[pairs] = np.inf
        self.gathered[pairs] = 0.0
        self.attempt[pairs] += np.uint64(1)
        self.threshold[pairs] = self._draw(pairs)

    def inherit(self, pair: int) -> None:
        """A pair carries on what another had begun, without anybody's attention."""
        self._begin(np.array([pair]))

    def relax(self, pair: int) -> None:
        """Talks are over: both firms have attention for another project again."""
        for ends in self._ends:
            self.room[ends[pair]] += 1

    def release(self, pair: int, day: float, reason: str) -> None:
        """The idea was lost: the pair may be noticed again after a while, or when physics allows."""
        again = day + self._spec.retry.value
        self.available_from[pair] = (
            self._appraiser.possible_from(pair, again) if reason == "quality" else again
        )

    def extend(self, pair: int, day: float) -> None:
        """An exchange operates: the pair may be noticed again for what is still left."""
        self._count(pair, 1)
        self.available_from[pair] = day + self._spec.retry.value

    def contract(self, pair: int) -> None:
        """An exchange of the pair has ended."""
        self._count(pair, -1)

    def _count(self, pair: int, change: int) -> None:
        """Exchanges of a pair and of its firms."""
        self.links[pair] += change
        for ends in self._ends:
            self.exchanges[ends[pair]] += change

    def celebrate(self, out_port: int, in_port: int) -> None:
        """A new exchange operates: the streams of both firms' neighbours get more attention."""
        for firm in self._appraiser.columns.port_firm[[out_port, in_port]].tolist():
            self.shake(self._near(firm), _NEIGHBOUR)

    def wake_all(self) -> None:
        """A workshop: every stream gets the attention of a shock."""
        self.shake(slice(None))

    def shake(self, ports: Any, share: float = 1.0) -> None:
        """Something has struck some streams: they get the attention of a shock, or a share of it.

        Many shocks at once are felt as one.
        """
        most = self._spec.trigger.value
        self.trigger[ports] = np.minimum(self.trigger[ports] + share * most, most)

    def expect_anew(self) -> None:
        """What can be expected of the streams has changed."""
        columns = self._appraiser.columns
        self._reach = mean_of_year(columns.expected, self._appraiser.window)
        self._recipe = number_versions(columns.coefficient, columns.imported)
        self._promised_at = (-1, -1)
        self._until = -np.inf

    # ------------------------------------------------------------------ inner workings
    def _draw(self, pairs: slice | NDArray[np.int64]) -> NDArray[np.float64]:
        """Hazard to be gathered before each pair is noticed: exponential, of mean one."""
        parts = (*(part[pairs] for part in self._address), self.attempt[pairs])
        return np.asarray(-np.log(uniform(self._seed, "discovery", *parts)))

    def _sight(self, day: float) -> tuple[NDArray[np.bool_], bool]:
        """Ports in sight, and whether others have been since this was last asked."""
        changed = not self._since <= day < self._until
        if changed:
            columns, foresight = self._appraiser.columns, self._spec.foresight.value
            turns = np.concatenate([columns.opens - foresight, columns.closes])
            self._since, self._until = day, float(np.min(turns[turns > day], initial=np.inf))
            self._visible = self._appraiser.is_in_sight(slice(None), day)
        return self._visible, changed

    def _feel(self, period: int, days: float, visible: NDArray[np.bool_] | None) -> None:
        """Let triggers fade, then add shocks of cost and streams just announced: `visible` if others than before."""
        if days not in self._fading:
            self._fading[days] = float(np.exp(-days / self._spec.memory.value))
        self.trigger *= self._fading[days]
        if visible is None and not self._some_shock[period]:
            return
        shaken = self._shocks[period]
        if visible is not None:
            shaken = shaken | (visible & ~self._seen)
            self._seen |= visible
        if shaken.any():
            self.shake(shaken)

    def _view(self, period: int, day: float, visible: NDArray[np.bool_]) -> None:
        """Look at every stream, and once a year at prices: what makes a pair worthwhile at a glance.

        What a feed-driven plant would make of a residual cannot be seen at a glance.
        """
        self._weigh(period, day)
        if visible is not self._ports.visible:
            self._ports = self._ports._replace(visible=visible)
        self._day = day
        year = period // self._appraiser.window
        if year != self._glance_year:
            self._glance_year = year
            pairs, cost = self._appraiser.pairs, self._prices.perceived[period]
            value = self.apparent.gain * cost[pairs.in_port] + cost[pairs.out_port] - self.apparent.cost
            if self._prices.subsidy or self._prices.support:
                columns = self._appraiser.columns
                value = value + self._prices.paid(columns, pairs.out_port, pairs.in_port, period)
            glance = np.where(self._appraiser.columns.is_feed[pairs.in_port], UNSEEN, value)
            self._pairs = self._pairs._replace(glance=glance)

    def _promises(self, period: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Yearly mean promised by port, and what feed-driven plants could still promise in a period.

        Both are worked out anew only when an agreement or a recipe has changed.
        """
        key = (self._appraiser.agreements, int(self._recipe[period]))
        if key != self._promised_at:
            self._promised_at = key
            self._promised = self._appraiser.open_to_promise(period)
        return self._promised

    def _weigh(self, period: int, day: float) -> None:
        """Rate and share of each port still open, and the attention its cost earns it."""
        columns = self._appraiser.columns
        ahead = self._appraiser.period(day + self._spec.foresight.value)
        promised, fed = self._promises(ahead)
        half = 0.0 if self._spec.burden is None else self._spec.burden.value * DAYS_PER_YEAR
        # A feed-driven plant offers what it has been promised itself, not what it could make.
        weigh_ports(
            self._reach[period], self._reach[ahead], columns.max_share, promised, fed, self._prices.cost[period],
            columns.is_feed, half, DAYS_PER_YEAR, self._ports.open_rate, self._ports.share, self._attention,
        )  # fmt: skip

    def _meet(self, openness: NDArray[np.float64]) -> NDArray[np.float64]:
        """Readiness of both firms of each pair to talk. ndarray of float, shape (K,), 1."""
        giver, taker = self._ends
        return np.asarray(np.sqrt(openness[giver] * openness[taker]))
