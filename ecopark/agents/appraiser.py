"""What firms know of a pair on a day: free quantities, prices, and an appraisal of it.

What lives here: putting the columns of the park (expected rates, commitments, prices) before the
pure functions of ``market``. What does not: the arithmetic of value itself, the clock.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import DAYS_PER_YEAR, Calendar
from ecopark.flows.columns import Columns
from ecopark.market.appraisal import Appraisal, Party, Setting, appraise, running_costs
from ecopark.market.contract import Contract
from ecopark.market.pairs import Pairs, grade_drop, pressure_obstacle, technical_obstacle
from ecopark.market.prices import Prices
from ecopark.scenario.types import Behaviour, Park, Process

_Floats = NDArray[np.float64]
# A feed-driven firm looks this many steps down its own chain of customers.
_CHAIN = 2


class Appraiser:
    """Appraises pairs and keeps the book of what is already promised.

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
        self.park, self.columns, self.prices, self.pairs, self.calendar = (
            park,
            columns,
            prices,
            pairs,
            calendar,
        )
        self.window = min(calendar.periods_per_year, calendar.periods)
        #: Number of times the book has changed.
        self.agreements = 0
        #: Agreements in force or being built, by port.
        self.promised: dict[int, list[Contract]] = {}
        #: Rates already promised. ndarray of float, shape (periods of a year, N), unit/day.
        self.committed = np.zeros((self.window, len(columns.ports)))
        self._period_days = np.diff(calendar.period_bounds)[:, None].astype(np.float64)

    # ------------------------------------------------------------------ the book of promises
    def promise(self, contract: Contract) -> None:
        """Enter an agreement in the book."""
        self.promised.setdefault(contract.out_port, []).append(contract)
        self.promised.setdefault(contract.in_port, []).append(contract)
        self._recount(contract)

    def withdraw(self, contract: Contract) -> None:
        """Take an agreement out of the book."""
        self.promised[contract.out_port].remove(contract)
        self.promised[contract.in_port].remove(contract)
        self._recount(contract)

    def _recount(self, contract: Contract) -> None:
        """Add the promises of two ports up anew: no rounding is left behind by those taken out."""
        self.agreements += 1
        for port, at_giver in ((contract.out_port, True), (contract.in_port, False)):
            self.committed[:, port] = 0.0
            for held in self.promised[port]:
                terms = held.appraisal
                self.committed[:, port] += (
                    terms.rate if at_giver else terms.rate * (terms.keep * terms.credit)
                )

    def free_rate(self, port: int, period: int) -> _Floats:
        """Expected rate of a port not yet promised, for a year from a period on.

        Parameters
        ----------
        port : int
        period : int

        Returns
        -------
        ndarray of float, shape (M,), unit/day
            Element m belongs to period of the year m.
        """
        c = self.columns
        process = int(c.port_process[port])
        rate = self._by_month(c.expected, port, period)
        if c.is_out[port] and c.process_is_feed[process]:
            # What a feed-driven plant can promise is what it has been promised.
            rate = np.minimum(
                rate, self._fed_activity(process, period) * self._by_month(c.coefficient, port, period)
            )
        return np.asarray(np.maximum(rate - self.committed[:, port], 0.0))

    def _fed_activity(self, process: int, period: int) -> _Floats:
        """Activity that promised and imported feed allows, by period of the year."""
        c = self.columns
        level = np.zeros(self.window)
        for port in np.flatnonzero((c.port_process == process) & c.is_feed).tolist():
            per_activity = self._by_month(c.coefficient, port, period)
            feed = self.committed[:, port] + self._by_month(c.imported, port, period)
            level += np.divide(feed, per_activity, out=np.zeros(self.window), where=per_activity > 0.0)
        return level

    def fed_rate(self, period: int) -> _Floats:
        """Yearly mean of what feed-driven plants can promise, by port, from what they are promised.

        Returns
        -------
        ndarray of float, shape (N,), unit/day
            Infinite for every port that is no output of a feed-driven plant.
        """
        c = self.columns
        per_activity = c.coefficient[period]
        feed = self.committed.mean(axis=0) + c.imported[period]
        share = np.divide(feed, per_activity, out=np.zeros_like(feed), where=c.is_feed & (per_activity > 0.0))
        level = np.bincount(c.port_process, weights=share, minlength=len(c.processes))
        fed = c.is_out & c.process_is_feed[c.port_process]
        return np.where(fed, level[c.port_process] * per_activity, np.inf)

    def _by_month(self, table: _Floats, column: int, period: int) -> _Floats:
        """A column of a table of periods for the year from a period on; element m is period m of the year."""
        first = min(period, self.calendar.periods - self.window)
        rows = np.arange(first, first + self.window)
        values = np.empty(self.window)
        values[rows % self.window] = table[rows, column]
        return values

    # ------------------------------------------------------------------ appraisal
    def appraise(
        self, pair: int, day: float, trust: float = 0.0, transaction_factor: float = 1.0
    ) -> Appraisal:
        """Appraise a pair on a day.

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
        return self._appraise(pair, day, trust, transaction_factor, _CHAIN)

    def _appraise(
        self,
        pair: int,
        day: float,
        trust: float,
        transaction_factor: float,
        chain: int,
        supply: _Floats | None = None,
    ) -> Appraisal:
        """Appraise with a supposed supply, or with what the giver has left."""
        c, pairs = self.columns, self.pairs
        out, into = int(pairs.out_port[pair]), int(pairs.in_port[pair])
        now = self.period(day)
        then = self.period(max(day, float(c.opens[out]), float(c.opens[into])))
        cost = self._deal_cost(trust, transaction_factor)
        giver = Party(
            self.free_rate(out, then) if supply is None else supply,
            self._unit_cost(out, now),
            float(c.grade[then, out]),
            self._behaviour(out),
            cost,
            self._pressure(out),
        )
        if c.is_feed[into]:
            value, rate = self._feed(into, then, day, chain)
            need = rate
        else:
            value, rate = self._unit_cost(into, now), self.free_rate(into, then)
            need = self._by_month(c.expected, into, then)
        taker = Party(
            rate, value, float(c.grade[then, into]), self._behaviour(into), cost, self._pressure(into)
        )
        pathway = pairs.pathway(pair)
        if pathway is not None and pathway.from_ is not None and day < self.calendar.day(pathway.from_):
            return Appraisal("quality")
        modes = {name: self.park.transport[name] for name in pairs.modes(pair)}
        return appraise(giver, taker, pathway, modes, self._setting(pair, need, now, day, trust))

    def _setting(self, pair: int, need: _Floats, now: int, day: float, trust: float) -> Setting:
        c, agents = self.columns, self.park.agents
        out = int(self.pairs.out_port[pair])
        resource = self.park.resources[c.resources[c.port_resource[out]]]
        refusal = agents.regulator.refusal[resource.hazard].value if self.park.mechanisms.permits else 0.0
        return Setting(
            length=float(self.pairs.distance[pair]),
            days=self._days(now),
            scale=resource.grade,
            approach=self.park.layout.approach.value,
            reliability=agents.contracts.reliability.value,
            risk=refusal + 0.5 * (1.0 - trust),
            inputs={name: float(path[now]) for name, path in self.prices.bought.items()},
            burden={name: amount.value for name, amount in c.specs[out].burden.items()},
            limit=self._blending_limit(pair, need),
            grant=float(self.prices.capital_grant[now]),
            when=self.calendar.date(day),
        )

    def _blending_limit(self, pair: int, need: _Floats) -> _Floats:
        """Part of a need that a pair's pathway may still serve, by period of the year."""
        c, pairs = self.columns, self.pairs
        into, way, pathway = int(pairs.in_port[pair]), pairs.way[pair], pairs.pathway(pair)
        share = float(c.max_share[into])
        own = 1.0 if pathway is None else pathway.max_share.value
        if c.is_feed[into]:
            return need * min(share, own)
        blended = np.zeros(self.window)
        for held in self.promised.get(into, ()):
            if held.in_port == into and pairs.way[held.pair] == way:
                blended += held.appraisal.delivered
        return np.minimum(share * need - self.committed[:, into], own * need - blended)

    def _feed(self, port: int, then: int, day: float, chain: int) -> tuple[float, _Floats]:
        """Value and wanted rate of what drives a feed-driven process.

        The value is that of what the process makes of it: sales, and the best customers of what
        it gives on demand, looked for along the same pairs that any firm could find.
        """
        c = self.columns
        process = int(c.port_process[port])
        coefficient = float(c.coefficient[then, port])
        if coefficient <= 0.0:
            return 0.0, np.zeros(self.window)
        spec = self._process(process)
        level = self._potential(process, then)
        value = -(spec.operating_cost.at(self.calendar.date(day)) if spec.operating_cost else 0.0)
        wanted = level
        now = self.period(day)
        for out in np.flatnonzero((c.port_process == process) & c.is_out).tolist():
            per_activity = float(c.coefficient[then, out])
            if per_activity <= 0.0:
                continue
            if c.on_demand[out]:
                unit, rate = self._customers(out, level * per_activity, day, chain)
                wanted = np.minimum(wanted, rate / per_activity)
            else:
                unit = -self._unit_cost(out, now)
            value += unit * per_activity
        others = np.flatnonzero((c.port_process == process) & c.is_feed)
        taken = sum(
            self.committed[:, i] / max(float(c.coefficient[then, i]), 1e-300) for i in others.tolist()
        )
        return value / coefficient, np.maximum(wanted - taken, 0.0) * coefficient

    def _customers(self, out: int, supply: _Floats, day: float, chain: int) -> tuple[float, _Floats]:
        """Mean netback and rate of those who take an on-demand output or would if they were offered it."""
        rate = self.committed[:, out].copy()
        netback = math.fsum(c.price * float(c.appraisal.rate.sum()) for c in self.promised.get(out, ()))
        if chain > 0:
            spare = np.maximum(supply - rate, 0.0)
            best: dict[int, Appraisal] = {}
            for pair in self.pairs.of_outlet(out):
                if not self.is_in_sight(int(self.pairs.in_port[pair]), day):
                    continue
                offer = self._appraise(pair, day, 0.0, 1.0, chain - 1, supply=spare)
                into = int(self.pairs.in_port[pair])
                if not offer.reason and (into not in best or offer.ceiling > best[into].ceiling):
                    best[into] = offer
            for offer in best.values():
                rate = rate + offer.rate
                netback += offer.ceiling * float(offer.rate.sum())
        total = float(rate.sum())
        return (netback / total if total > 0.0 else 0.0), np.minimum(rate, supply)

    def obstacle(self, pair: int, mode: str, period: int) -> bool:
        """Whether physics or quality forbids a pair in a period, its grades being what they are."""
        c, pairs = self.columns, self.pairs
        out, into = int(pairs.out_port[pair]), int(pairs.in_port[pair])
        scale = self.park.resources[c.resources[c.port_resource[out]]].grade
        drop = grade_drop(self.park.transport[mode], scale, float(pairs.distance[pair]))
        grades = float(c.grade[period, out]), float(c.grade[period, into])
        pathway = pairs.pathway(pair)
        fall = self.park.transport[mode].pressure_drop.value * float(pairs.distance[pair])
        return pressure_obstacle(
            self._pressure(out), self._pressure(into), pathway, fall
        ) or technical_obstacle(*grades, scale, pathway, drop, self.park.layout.approach.value)

    def possible_from(self, pair: int, day: float) -> float:
        """First day on which physics allows a pair by any of its modes; infinite if it never does."""
        c, pairs = self.columns, self.pairs
        pathway = pairs.pathway(pair)
        since = None if pathway is None else pathway.from_
        earliest = max(day, -np.inf if since is None else float(self.calendar.day(since)))
        grades = c.grade[:, [pairs.out_port[pair], pairs.in_port[pair]]]
        changed = np.flatnonzero((np.diff(np.nan_to_num(grades), axis=0) != 0.0).any(axis=1)) + 1
        for period in sorted({self.period(earliest), *changed.tolist()}):
            when = max(float(self.calendar.period_bounds[period]), earliest)
            open_now = any(not self.obstacle(pair, mode, period) for mode in pairs.modes(pair))
            if self.period(when) == period and when < self.calendar.period_bounds[-1] and open_now:
                return when
        return float("inf")

    # ------------------------------------------------------------------ small look-ups
    def is_in_sight(self, ports: Any, day: float) -> Any:
        """Whether ports are open, or announced to open within the foresight, on a day.

        Parameters
        ----------
        ports : int or slice
        day : float, day

        Returns
        -------
        bool or ndarray of bool, shape (N,), 1
        """
        foresight = self.park.agents.discovery.foresight.value
        return (self.columns.opens[ports] <= day + foresight) & (day < self.columns.closes[ports])

    def period(self, day: float) -> int:
        """Period in which a day lies, within the run."""
        found = int(np.searchsorted(self.calendar.period_bounds, day, side="right")) - 1
        return min(max(found, 0), self.calendar.periods - 1)

    def running_prices(self, pair: int, appraisal: Appraisal, day: float) -> tuple[float, float]:
        """Reservation prices of keeping a contract today, investment sunk. money/unit."""
        out, into = int(self.pairs.out_port[pair]), int(self.pairs.in_port[pair])
        now = self.period(day)
        gain = appraisal.keep * appraisal.credit
        burden, unit_cost = running_costs(
            appraisal, {name: float(path[now]) for name, path in self.prices.bought.items()}
        )
        floor = burden - self._unit_cost(out, now)
        value = (
            self._feed(into, now, day, _CHAIN)[0]
            if self.columns.is_feed[into]
            else self._unit_cost(into, now)
        )
        return floor, gain * value - unit_cost

    def _unit_cost(self, port: int, now: int) -> float:
        """Mean unit cost of the last year: firms do not act on one month's price."""
        return float(self.prices.cost[max(now - self.window + 1, 0) : now + 1, port].mean())

    def _days(self, now: int) -> _Floats:
        """Lengths of the periods of the year, scaled to a whole year where the run is shorter."""
        days = self._by_month(self._period_days, 0, now)
        return np.asarray(days * (DAYS_PER_YEAR / days.sum()))

    def _deal_cost(self, trust: float, factor: float) -> float:
        """Transaction cost of one agreement for one party: full trust halves it."""
        cost = self.park.agents.contracts.transaction_cost
        return 0.0 if cost is None else cost.value * factor * (1.0 - 0.5 * trust)

    def _pressure(self, port: int) -> float:
        stated = self.columns.specs[port].pressure
        return math.nan if stated is None else stated.value

    def investor(self, contract: Contract) -> Behaviour:
        """Behaviour of the firm that pays for what a contract needs built."""
        port = contract.out_port if contract.appraisal.giver_invests else contract.in_port
        return self._behaviour(port)

    def _behaviour(self, port: int) -> Behaviour:
        return self.park.firms[self.columns.firms[self.columns.port_firm[port]]].behaviour

    def _process(self, process: int) -> Process:
        firm, name = self.columns.processes[process].split(".")
        return self.park.firms[firm].processes[name]

    def _potential(self, process: int, period: int) -> _Floats:
        """Expected activity of a process by period of the year. ndarray, shape (M,), activity/day."""
        return self._by_month(self.columns.plan, process, period)
