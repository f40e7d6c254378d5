"""Scouting: which pairs are noticed in a period.

Holds the state of attention: triggers that fade, the hazard each pair has gathered, and the
thresholds drawn for it. The formulas are those of ``market.discovery``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ecopark.agents.appraiser import Appraiser
from ecopark.agents.exchanges import Bonds
from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.discovery import burden_attention, choose_in_turn, cost_shock, pair_hazard
from ecopark.market.pairs import UNSEEN, apparent_terms
from ecopark.market.prices import Prices
from ecopark.scenario.geometry import project
from ecopark.streams import keys, uniform

# A stream all but promised is not looked at: this share of it must be free, and more for two
# that deal with each other already, who would rather wait than build again. [M]
_WORTH_A_LOOK = 0.05
_WORTH_EXTENDING = 0.25
# Success next door counts as half a shock. [M]
_NEIGHBOUR = 0.5


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
        self._address = (port_keys[pairs.out_port], port_keys[pairs.in_port], self._way_keys()[pairs.way])
        self.attempt = np.zeros(pairs.count, dtype=np.uint64)
        self.available_from = np.zeros(pairs.count)
        self.gathered = np.zeros(pairs.count)
        self.links = np.zeros(pairs.count, dtype=np.int64)
        self.threshold = self._draw(slice(None))
        #: Projects each firm could still take up. ndarray of int, shape (F,), 1.
        self.room = np.array([appraiser.park.firms[name].behaviour.attention for name in columns.firms])
        self._ends = (columns.port_firm[pairs.out_port], columns.port_firm[pairs.in_port])
        self.trigger = np.zeros(len(columns.ports))
        self._shocks = cost_shock(prices.cost, appraiser.window)
        self._seen = np.zeros(len(columns.ports), dtype=bool)
        self._openness = np.array(
            [appraiser.park.firms[columns.firms[f]].behaviour.openness.value for f in columns.port_firm]
        )
        self._reach = self._yearly_mean()
        self._apparent = apparent_terms(appraiser.park, pairs, appraiser.calendar.start)
        self._glance, self._glance_year = np.zeros(pairs.count), -1
        self._near = _neighbours(appraiser, self._spec.distance.value)

    def look(self, day: float, next_day: float, information: float, bonds: Bonds) -> list[int]:
        """Pairs noticed by now that both firms have attention for, in order of their names.

        Where attention is short, the pair that has been known longest goes first.

        Parameters
        ----------
        day, next_day : float, day
        information : float, 1
            Level of information in the park.
        bonds : Bonds
            Trust between firms.

        Returns
        -------
        list of int
        """
        pairs = self._appraiser.pairs
        if not pairs.count:
            return []
        period = self._appraiser.period(day)
        self._feel(period, day, next_day)
        open_rate, share, attention = self._attention(period, day)
        out, into = pairs.out_port, pairs.in_port
        both = 1.0 - (1.0 - attention[out]) * (1.0 - attention[into])
        both = both * np.sqrt(self._openness[out] * self._openness[into])
        hazard = pair_hazard(
            self._spec.base.value,
            pairs.distance,
            self._spec.distance.value,
            bonds.level[bonds.of_pair],
            self._spec.social.value,
            information,
            both,
            self.trigger[out] + self.trigger[into],
        )
        needed = np.where(self.links > 0, _WORTH_EXTENDING, _WORTH_A_LOOK)
        ready = (np.minimum(share[out], share[into]) > needed) & (self.available_from <= day)
        ready &= self._looks_worthwhile(period, open_rate)
        visible = self._appraiser.is_in_sight(slice(None), day)
        ready &= visible[out] & visible[into]
        self.gathered += np.where(ready, hazard * (next_day - day), 0.0)
        noticed = np.flatnonzero((self.gathered >= self.threshold) & ready)
        longest_known = np.argsort(self.threshold[noticed] - self.gathered[noticed], kind="stable")
        queue = noticed[longest_known]
        giver, taker = self._ends
        chosen = queue[choose_in_turn(giver[queue], taker[queue], self.room)]
        self._begin(chosen)
        return sorted(int(pair) for pair in chosen)

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
        self.links[pair] += 1
        self.available_from[pair] = day + self._spec.retry.value

    def contract(self, pair: int) -> None:
        """An exchange of the pair has ended."""
        self.links[pair] -= 1

    def celebrate(self, out_port: int, in_port: int) -> None:
        """A new exchange operates: the streams of both firms' neighbours get more attention."""
        for firm in self._appraiser.columns.port_firm[[out_port, in_port]].tolist():
            self._shake(self._near(firm), _NEIGHBOUR)

    def wake_all(self) -> None:
        """A workshop: every stream gets the attention of a shock."""
        self._shake(slice(None), 1.0)

    def _shake(self, ports: Any, share: float) -> None:
        """Add attention; many shocks at once are felt as one."""
        most = self._spec.trigger.value
        self.trigger[ports] = np.minimum(self.trigger[ports] + share * most, most)

    # ------------------------------------------------------------------ inner workings
    def _way_keys(self) -> NDArray[np.uint64]:
        return keys([way.key for way in self._appraiser.pairs.ways])

    def _draw(self, pairs: slice | NDArray[np.int64]) -> NDArray[np.float64]:
        """Hazard to be gathered before each pair is noticed: exponential, of mean one."""
        parts = (*(part[pairs] for part in self._address), self.attempt[pairs])
        return np.asarray(-np.log(uniform(self._seed, "discovery", *parts)))

    def _feel(self, period: int, day: float, next_day: float) -> None:
        """Let triggers fade, then add shocks of cost and streams just announced."""
        self.trigger *= np.exp(-(next_day - day) / self._spec.memory.value)
        visible = self._appraiser.is_in_sight(slice(None), day)
        fresh = visible & ~self._seen
        self._seen |= visible
        self._shake(self._shocks[period] | fresh, 1.0)

    def _looks_worthwhile(self, period: int, open_rate: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Pairs whose yearly value at a glance exceeds the effort of agreeing, spread over a term.

        Prices are looked at once a year. What a feed-driven plant would make of a residual cannot
        be seen at a glance.
        """
        pairs = self._appraiser.pairs
        year = period // self._appraiser.window
        if year != self._glance_year:
            self._glance_year = year
            cost = self._prices.cost[period]
            value = self._apparent.gain * cost[pairs.in_port] + cost[pairs.out_port] - self._apparent.cost
            self._glance = np.where(self._appraiser.columns.is_feed[pairs.in_port], UNSEEN, value)
        quantity = np.minimum(open_rate[pairs.out_port], open_rate[pairs.in_port] / self._apparent.gain)
        return np.asarray(self._glance * quantity * DAYS_PER_YEAR > self._apparent.effort)

    def _yearly_mean(self) -> NDArray[np.float64]:
        """Mean expected rate over the year from each period on. ndarray, shape (T, N), unit/day."""
        expected, window = self._appraiser.columns.expected, self._appraiser.window
        total = np.vstack([np.zeros((1, expected.shape[1])), np.cumsum(expected, axis=0)])
        last = np.minimum(np.arange(expected.shape[0]) + window, expected.shape[0])
        first = last - window
        return np.asarray((total[last] - total[first]) / window)

    def _attention(self, period: int, day: float) -> tuple[NDArray[np.float64], ...]:
        """Rate and share of each port still open, and the attention its cost earns it."""
        columns = self._appraiser.columns
        ahead = self._appraiser.period(day + self._spec.foresight.value)
        # Of a need, only what residuals may serve is open.
        rate = np.maximum(self._reach[period], self._reach[ahead]) * columns.max_share
        promised = self._appraiser.committed.mean(axis=0)
        open_rate = np.maximum(rate - promised, 0.0)
        # A feed-driven plant offers what it has been promised itself, not what it could make.
        open_rate = np.minimum(open_rate, np.maximum(self._appraiser.fed_rate(ahead) - promised, 0.0))
        share = np.divide(open_rate, rate, out=np.zeros_like(rate), where=rate > 0.0)
        cost = self._prices.cost[period] * open_rate * DAYS_PER_YEAR
        half = self._spec.burden
        bearing = (cost > 0.0).astype(float)
        attention = bearing if half is None else burden_attention(cost, half.value * DAYS_PER_YEAR)
        # A feed-driven process lives on what it is given: it looks as hard as it stands idle.
        attention = np.where(columns.is_feed, share, attention)
        return open_rate, share, attention


def _neighbours(appraiser: Appraiser, reach: float) -> Callable[[int], NDArray[np.int64]]:
    """Look-up of the ports of all firms within reach of a firm, each worked out once."""
    columns, layout = appraiser.columns, appraiser.park.layout
    plane = project(columns.site, layout)
    tree = cKDTree(plane)
    by_firm = np.argsort(columns.port_firm, kind="stable")
    first = np.searchsorted(columns.port_firm[by_firm], np.arange(len(columns.firms) + 1))

    @cache
    def near(firm: int) -> NDArray[np.int64]:
        firms = sorted(tree.query_ball_point(plane[firm], reach / layout.detour.value))
        return np.concatenate([by_firm[first[f] : first[f + 1]] for f in firms])

    return near
