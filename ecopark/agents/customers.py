"""What feed is worth to the plants it drives: what they make of it, and who would take that.

What lives here: looking down a plant's own chain of customers, along the same pairs that any firm could find. What
does not: the appraisal of a pair (``appraiser``), the compiled arithmetic (``market.feed``, ``market.choice``).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecopark.agents.quotes import Quotes
from ecopark.calendar import Calendar
from ecopark.flows.columns import Columns
from ecopark.market.choice import begin_periods, value_outlet
from ecopark.market.feed import value_feed
from ecopark.market.free import open_needs
from ecopark.market.pairs import Pairs
from ecopark.market.prices import Prices
from ecopark.scenario.types import Park

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
# A feed-driven firm looks this many steps down its own chain of customers.
_CHAIN = 2


class _Outlet(NamedTuple):
    """Pairs of one out-port, k of them.

    Attributes
    ----------
    taker, way : ndarray of int, shape (k,), 1
        In-port and way of each.
    length : ndarray of float, shape (k,), km
    since : ndarray of float, shape (k,), day
        First day on which its way is known.
    own : ndarray of float, shape (k,), 1
        Largest part of a need that its way may serve.
    fed, limited : list of int
        Those into ports that drive a process, and those whose way has a limit of its own.
    """

    taker: _Ints
    way: _Ints
    length: _Floats
    since: _Floats
    own: _Floats
    fed: list[int]
    limited: list[int]


class _Outputs(NamedTuple):
    """What one process gives.

    Attributes
    ----------
    ports : ndarray of int, shape (n,), 1
    on_demand : ndarray of bool, shape (n,), 1
    called : list of (int, int)
        Place and port of those made on demand.
    """

    ports: _Ints
    on_demand: NDArray[np.bool_]
    called: list[tuple[int, int]]


class Customers(Quotes):
    """Knows what feed is worth to the plants it drives.

    Parameters
    ----------
    park : Park
    columns : Columns
    prices : Prices
    pairs : Pairs
    calendar : Calendar
    """

    def __init__(
        self, park: Park, columns: Columns, prices: Prices, pairs: Pairs, calendar: Calendar
    ) -> None:
        super().__init__(park, columns, prices, pairs, calendar)
        self._outlets: dict[int, _Outlet] = {}
        self._outputs: dict[int, _Outputs] = {}

    def _feed(self, port: int, then: int, day: float, chain: int = _CHAIN) -> tuple[float, _Floats]:
        """Value and wanted rate of what drives a feed-driven process.

        The value is that of what the process makes of it: sales, and the best customers of what
        it gives on demand, looked for along the same pairs that any firm could find.
        """
        c, process, now = self.columns, self.columns.port_process.item(port), self.period(day)
        if c.coefficient.item(then, port) <= 0.0:
            return 0.0, np.zeros(self.window)
        outs = self._outputs_of(process)
        units, rates = -self._mean_costs(now)[outs.ports], self._no_rates
        if outs.called:
            level = self.by_month(c.plan, process, then)
            rates = np.zeros((outs.ports.size, self.window))
            for k, out in outs.called:
                made = c.coefficient.item(then, out)
                if made > 0.0:
                    units[k], rates[k] = self._customers(out, level * made, day, chain)
        found: tuple[float, _Floats] = value_feed(
            c.plan, c.coefficient[then], self.committed, self._first(then), process, port,
            self._driven_by[port][0], outs.ports, units, outs.on_demand, rates,
            self._operating_cost(process, now),
        )  # fmt: skip
        return found

    def _customers(self, out: int, supply: _Floats, day: float, chain: int) -> tuple[float, _Floats]:
        """Mean netback and rate of those who take an on-demand output or would if they were offered it."""
        rate = self.committed[:, out].copy()
        netback = math.fsum([c.price * c.appraisal.sum_of_rates for c in self.promised.get(out, ())])
        if chain > 0:
            netback += self._offers(out, np.maximum(supply - rate, 0.0), day, chain - 1, rate)
        total = float(np.add.reduce(rate))
        return (netback / total if total > 0.0 else 0.0), np.minimum(rate, supply)

    def _offers(self, out: int, spare: _Floats, day: float, chain: int, total: _Floats) -> float:
        """What those who might take an outlet's spare output would pay; their rates are added to a total."""
        c, outlet, now = self.columns, self._outlet(out), self.period(day)
        taker, then = outlet.taker, np.empty_like(outlet.taker)
        seen = begin_periods(
            taker, outlet.since, c.opens, c.closes, c.opens.item(out), day, self._foresight, now,
            self.calendar.period_bounds, then,
        )  # fmt: skip
        if not seen or not spare.any():
            return 0.0
        wanted, value = np.empty((taker.size, self.window)), self._mean_costs(now)[taker]
        blended = self._blends(outlet)
        open_needs(c.expected, self.committed, then, taker, c.max_share, outlet.own, blended, wanted)
        for k in outlet.fed:
            if then[k] >= 0:
                value[k], rate = self._feed(int(taker[k]), int(then[k]), day, chain)
                share = c.max_share.item(taker[k])
                wanted[k] = np.minimum(rate, rate * min(share, float(outlet.own[k])))
        giver = self._side(out, self._unit_cost(out, now), now, self._deal_cost(0.0, 1.0))
        options, ground = self._options, self._ground(out, now, 0.0)
        paid: float = value_outlet(
            options.rows, options.costs[now], options.first, outlet.way, taker, outlet.length, then, giver, out,
            spare, value, wanted, c.grade, self._port_traits, ground, self.days_of_year(now), total,
        )  # fmt: skip
        return paid

    def _outlet(self, out: int) -> _Outlet:
        """Pairs of an out-port, looked up once."""
        if out not in self._outlets:
            pairs, near = self.pairs, self.pairs.of_outlet(out)
            these = slice(near.start, near.stop)
            taker, way = pairs.in_port[these], pairs.way[these]
            own = self._own_share[way]
            self._outlets[out] = _Outlet(
                taker, way, pairs.distance[these], self._options.since[way], own,
                np.flatnonzero(self.columns.is_feed[taker]).tolist(), np.flatnonzero(own < 1.0).tolist(),
            )  # fmt: skip
        return self._outlets[out]

    def _outputs_of(self, process: int) -> _Outputs:
        """What a process gives, looked up once."""
        if process not in self._outputs:
            ports = self._outs_of[process]
            on_demand = self.columns.on_demand[ports]
            places = np.flatnonzero(on_demand).tolist()
            self._outputs[process] = _Outputs(ports, on_demand, [(k, int(ports[k])) for k in places])
        return self._outputs[process]

    def _blends(self, outlet: _Outlet) -> _Floats:
        """What the ways of an outlet's pairs serve already. ndarray of float, shape (k or 1, M), unit/day."""
        if not outlet.limited:
            return self._no_rates
        blends = np.zeros((outlet.taker.size, self.window))
        for k in outlet.limited:
            blends[k] = self._blended(int(outlet.taker[k]), int(outlet.way[k]))
        return blends

    def _blended(self, into: int, way: int) -> _Floats:
        """Part of a need that a way serves already, by period of the year."""
        blended = np.zeros(self.window)
        for held in self.promised.get(into, ()):
            if held.in_port == into and self.pairs.way[held.pair] == way:
                blended += held.appraisal.delivered
        return blended
