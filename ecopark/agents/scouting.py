"""Scouting: which pairs are noticed in a period.

Holds the state of attention: triggers that fade, the hazard each pair has gathered, and the
thresholds drawn for it. The formulas are those of ``market.discovery``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecopark.agents.appraiser import Appraiser
from ecopark.agents.exchanges import Bonds
from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.discovery import burden_attention, cost_shock, pair_hazard
from ecopark.market.prices import Prices
from ecopark.scenario.geometry import distance_km
from ecopark.streams import stream

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
        self.attempt = np.zeros(len(pairs.names), dtype=np.int64)
        self.available_from = np.zeros(len(pairs.names))
        self.gathered = np.zeros(len(pairs.names))
        self.links = np.zeros(len(pairs.names), dtype=np.int64)
        self.threshold = np.array([self._draw(k) for k in range(len(pairs.names))])
        self.trigger = np.zeros(len(columns.ports))
        self._shocks = cost_shock(prices.cost, appraiser.window)
        self._seen = np.zeros(len(columns.ports), dtype=bool)
        self._openness = np.array(
            [appraiser.park.firms[columns.firms[f]].behaviour.openness.value for f in columns.port_firm]
        )
        ends = zip(
            columns.port_firm[pairs.out_port].tolist(), columns.port_firm[pairs.in_port].tolist(), strict=True
        )
        self._bond = np.array(
            [bonds.number(columns.firms[giver], columns.firms[taker]) for giver, taker in ends],
            dtype=np.int64,
        )
        self._reach = self._yearly_mean()
        self._fed = np.flatnonzero(columns.is_out & columns.process_is_feed[columns.port_process]).tolist()
        self._fed_key, self._fed_known = (-1, -1), np.zeros(0)

    def look(self, day: float, next_day: float, information: float, bonds: Bonds) -> list[int]:
        """Pairs noticed between two days, in order of their names.

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
        if not pairs.names:
            return []
        period = self._appraiser.period(day)
        self._feel(period, day, next_day)
        share, attention = self._attention(period, day)
        out, into = pairs.out_port, pairs.in_port
        both = 1.0 - (1.0 - attention[out]) * (1.0 - attention[into])
        both = both * np.sqrt(self._openness[out] * self._openness[into])
        hazard = pair_hazard(
            self._spec.base.value,
            pairs.distance,
            self._spec.distance.value,
            bonds.level[self._bond],
            self._spec.social.value,
            information,
            both,
            self.trigger[out] + self.trigger[into],
        )
        needed = np.where(self.links > 0, _WORTH_EXTENDING, _WORTH_A_LOOK)
        ready = (np.minimum(share[out], share[into]) > needed) & (self.available_from <= day)
        visible = self._appraiser.is_in_sight(slice(None), day)
        ready &= visible[out] & visible[into]
        self.gathered += np.where(ready, hazard * (next_day - day), 0.0)
        return [int(k) for k in np.flatnonzero(self.gathered >= self.threshold)]

    def occupy(self, pair: int) -> None:
        """A pair is being worked on: it is not noticed again until released."""
        self.available_from[pair] = np.inf
        self.gathered[pair] = 0.0
        self.attempt[pair] += 1
        self.threshold[pair] = self._draw(pair)

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
        columns = self._appraiser.columns
        here = columns.site[columns.port_firm[[out_port, in_port]]]
        sites = columns.site[columns.port_firm]
        layout = self._appraiser.park.layout
        near = np.zeros(len(columns.ports), dtype=bool)
        for site in here:
            near |= (
                distance_km(sites, np.broadcast_to(site, sites.shape), layout) <= self._spec.distance.value
            )
        self.trigger[near] += _NEIGHBOUR * self._spec.trigger.value

    def wake_all(self) -> None:
        """A workshop: every stream gets the attention of a shock."""
        self.trigger += self._spec.trigger.value

    # ------------------------------------------------------------------ inner workings
    def _draw(self, pair: int) -> float:
        name = self._appraiser.pairs.names[pair]
        return float(stream(self._seed, name, "discovery", str(self.attempt[pair])).exponential())

    def _feel(self, period: int, day: float, next_day: float) -> None:
        """Let triggers fade, then add shocks of cost and streams just announced."""
        self.trigger *= np.exp(-(next_day - day) / self._spec.memory.value)
        visible = self._appraiser.is_in_sight(slice(None), day)
        fresh = visible & ~self._seen
        self._seen |= visible
        self.trigger[self._shocks[period] | fresh] += self._spec.trigger.value

    def _fed_rate(self, period: int, ahead: int) -> NDArray[np.float64]:
        """What feed-driven plants have to offer, asked again once a year and after every agreement."""
        key = (self._appraiser.agreements, period // self._appraiser.window)
        if key != self._fed_key:
            self._fed_key = key
            self._fed_known = np.array([self._appraiser.free_rate(port, ahead).mean() for port in self._fed])
        return self._fed_known

    def _yearly_mean(self) -> NDArray[np.float64]:
        """Mean expected rate over the year from each period on. ndarray, shape (T, N), unit/day."""
        expected, window = self._appraiser.columns.expected, self._appraiser.window
        total = np.vstack([np.zeros((1, expected.shape[1])), np.cumsum(expected, axis=0)])
        last = np.minimum(np.arange(expected.shape[0]) + window, expected.shape[0])
        first = last - window
        return np.asarray((total[last] - total[first]) / window)

    def _attention(self, period: int, day: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Share of each port still free, and the attention its cost earns it."""
        columns = self._appraiser.columns
        ahead = self._appraiser.period(day + self._spec.foresight.value)
        rate = np.maximum(self._reach[period], self._reach[ahead])
        open_rate = np.maximum(rate - self._appraiser.committed.mean(axis=0), 0.0)
        # A feed-driven plant offers what it has been promised itself, not what it could make.
        open_rate[self._fed] = self._fed_rate(period, ahead)
        share = np.divide(open_rate, rate, out=np.zeros_like(rate), where=rate > 0.0)
        cost = self._prices.cost[period] * open_rate * DAYS_PER_YEAR
        half = self._spec.burden
        bearing = (cost > 0.0).astype(float)
        attention = bearing if half is None else burden_attention(cost, half.value * DAYS_PER_YEAR)
        # A feed-driven process lives on what it is given: it looks as hard as it stands idle.
        attention = np.where(columns.is_feed, share, attention)
        return share, attention
