"""What all appraisals of a period share: prices, traits of firms, options of a way, each read once.

What lives here: looking up numbers in the scenario and the columns. What does not: the appraisal of a pair
(``appraiser``), the book of what is promised (``promises``), arithmetic of value (``market``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ecopark.agents.promises import Promises
from ecopark.calendar import Calendar
from ecopark.flows.columns import Columns
from ecopark.market.contract import Contract
from ecopark.market.expectation import perceived_risk
from ecopark.market.investment import per_year
from ecopark.market.options import compile_options
from ecopark.market.pairs import Pairs
from ecopark.market.prices import Prices
from ecopark.market.valuation import Ground, Side
from ecopark.scenario.types import Behaviour, Park

_Floats = NDArray[np.float64]


class Quotes(Promises):
    """Quotes prices and terms that firms reckon with.

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
        super().__init__(park, columns, pairs, calendar)
        self.prices = prices
        cost = park.agents.contracts.transaction_cost
        self._transaction_cost = 0.0 if cost is None else cost.value
        self._approach = park.layout.approach.value
        self._reliability = park.agents.contracts.reliability.value
        self._options = compile_options(park, pairs, calendar)
        self._since: list[float] = self._options.since.tolist()
        behaviours = [park.firms[name].behaviour for name in columns.firms]
        conduct = np.array(
            [(per_year(b.hurdle_rate.value), b.payback.value, b.risk_aversion.value) for b in behaviours]
        ).reshape(-1, 3)
        pressures = [port.pressure for port in columns.specs]
        self._pressure = np.array([math.nan if p is None else p.value for p in pressures])
        own_share = [1.0 if way.pathway is None else way.pathway.max_share.value for way in pairs.ways]
        self._own_shares, self._own_share = own_share, np.array(own_share)
        #: Pressure (bar), and hurdle rate (1/yr), longest payback (day) and risk aversion of the firm, by port.
        self._port_traits = np.column_stack([self._pressure, conduct[columns.port_firm]])
        self._traits: list[tuple[float, float, float, float]] = list(map(tuple, self._port_traits.tolist()))
        self._burdens = [{name: q.value for name, q in port.burden.items()} for port in columns.specs]
        self._known_ways: dict[int, tuple[slice, NDArray[np.void], tuple[float, ...]]] = {}
        self._nothing = np.zeros(self.window)
        self._no_rates = np.zeros((1, self.window))
        self._operating: dict[int, _Floats | None] = {}
        self._now, self._mean_cost = -1, np.zeros(0)
        self._bought_in, self._bought = -1, dict[str, float]()
        self._indices: dict[int, list[float]] = {}

    def _unit_cost(self, port: int, now: int) -> float:
        """Mean unit cost of the last year: firms do not act on one month's price."""
        return self._mean_costs(now).item(port)

    def _mean_costs(self, now: int) -> _Floats:
        """Mean unit cost of every port over the last year. ndarray of float, shape (N,), money/unit."""
        if now != self._now:
            self._now, self._mean_cost = now, self._expect_costs(now)
        return self._mean_cost

    def _bought_at(self, now: int) -> Mapping[str, float]:
        """Prices of all resources bought to run exchanges. mapping of str to float, money/unit."""
        if now != self._bought_in:
            self._bought_in = now
            self._bought = {name: path.item(now) for name, path in self.prices.bought.items()}
        return self._bought

    @cached_property
    def _past_years(self) -> _Floats:
        """Unit costs of the year up to each period from the first whole year on. ndarray, shape (T - M + 1, N, M)."""
        return sliding_window_view(self.prices.cost, self.window, axis=0)

    def index_of(self, port: int, day: float) -> float:
        """Price that contracts may be indexed to: that of a stream, mean of the year up to a day.

        Parameters
        ----------
        port : int
        day : float, day

        Returns
        -------
        float, money/unit
        """
        now, whole = self.period(day), self.window - 1
        if now < whole:
            return float(self.prices.cost[: now + 1, port].sum()) / (now + 1)
        if port not in self._indices:
            years = np.ascontiguousarray(self._past_years[:, port])
            self._indices[port] = (years.sum(axis=1) / self.window).tolist()
        return self._indices[port][now - whole]

    def _expect_costs(self, now: int) -> _Floats:
        """Unit cost of every port that firms reckon with in a period. ndarray of float, shape (N,), money/unit."""
        year = self.prices.perceived[max(now - self.window + 1, 0) : now + 1]
        return np.asarray(year.sum(axis=0) / year.shape[0])

    def _price_of(self, resource: str, now: int) -> float:
        """Price of a resource bought to run an exchange; NaN where the park has no market of it."""
        path = self.prices.bought.get(resource)
        return math.nan if path is None else path.item(now)

    def _deal_cost(self, trust: float, factor: float) -> float:
        """Transaction cost of one agreement for one party: full trust halves it."""
        return self._transaction_cost * factor * (1.0 - 0.5 * trust)

    def _burden(self, out: int) -> Mapping[str, float]:
        """Inputs a giver spends per unit given."""
        return self._burdens[out]

    def _side(self, port: int, unit_value: float, then: int, deal_cost: float) -> Side:
        return Side(unit_value, self.columns.grade.item(then, port), *self._traits[port], deal_cost)

    def _ground(self, out: int, now: int, trust: float, into: int | None = None) -> Ground:
        """What surrounds the pairs of an out-port, or its pair with one in-port."""
        prices, burden, resource = self.prices, self._burdens[out], self.columns.port_resource.item(out)
        subsidy, grant = (
            prices.subsidy_at(self.columns.resources[resource], now),
            prices.capital_grant.item(now),
        )
        if into is not None and prices.support:
            paid, share = prices.support_at(out, into, now)
            subsidy, grant = subsidy + paid, min(grant + share, 1.0)
        ends = () if into is None else (out, into)
        return Ground(
            self._approach,
            self._expect_of(out),
            perceived_risk(prices, resource, trust, ends, now),
            self._price_of("electricity", now),
            math.fsum(amount * self._price_of(name, now) for name, amount in burden.items())
            if burden
            else 0.0,
            grant,
            subsidy,
        )

    def _expect_of(self, out: int) -> float:
        """Share of what a giver promises that a planner counts on."""
        return self._reliability

    def _of_way(self, way: int) -> tuple[slice, NDArray[np.void], tuple[float, ...]]:
        """Options of a way: which they are, their rows, and how much of each is digging."""
        if way not in self._known_ways:
            options = self._options.of_way(way)
            rows = self._options.rows[options]
            self._known_ways[way] = options, rows, tuple(rows["trench"].tolist())
        return self._known_ways[way]

    def investor(self, contract: Contract) -> Behaviour:
        """Behaviour of the firm that pays for what a contract needs built."""
        port = contract.out_port if contract.appraisal.giver_invests else contract.in_port
        return self._behaviour(port)

    def _behaviour(self, port: int) -> Behaviour:
        return self.park.firms[self.columns.firms[self.columns.port_firm[port]]].behaviour

    def _operating_cost(self, process: int, now: int) -> float:
        """Cost of running a process besides its streams. money/activity unit."""
        if process not in self._operating:
            firm, name = self.columns.processes[process].split(".")
            path = self.park.firms[firm].processes[name].operating_cost
            starts = self.calendar.period_bounds[:-1]
            self._operating[process] = None if path is None else path.sample(starts, self.calendar.start)
        costs = self._operating[process]
        return 0.0 if costs is None else float(costs[now])
