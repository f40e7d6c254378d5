"""What firms know of a pair on a day: free quantities, prices, and an appraisal of it.

What lives here: putting the columns of the park (expected rates, commitments, prices) before the
pure functions of ``market``. What does not: the arithmetic of value itself, the clock, the book of
what is promised (``promises``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecopark.agents.customers import Customers
from ecopark.agents.trenches import Trenches
from ecopark.calendar import Calendar
from ecopark.flows.columns import Columns
from ecopark.market.appraisal import Appraisal, Route, read_value, running_costs
from ecopark.market.choice import pick_option
from ecopark.market.contract import Contract
from ecopark.market.free import open_need
from ecopark.market.pairs import Pairs
from ecopark.market.prices import Prices
from ecopark.market.valuation import VALUE, is_hindered
from ecopark.scenario.types import Park

_Floats = NDArray[np.float64]


class Appraiser(Customers):
    """Appraises pairs.

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
        #: Where pipes lie side by side; empty for ever where no mode has a trench.
        self.trenches = Trenches(park, columns)
        # Filled anew by each appraisal; an option may be laid in two ways.
        self._values = np.empty(2 * int(np.diff(self._options.first).max(initial=0)), dtype=VALUE)

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
        c, pairs = self.columns, self.pairs
        out, into, way = pairs.out_port.item(pair), pairs.in_port.item(pair), pairs.way.item(pair)
        if day < self._since[way]:
            return Appraisal("quality")
        now = self.period(day)
        then = self.period(max(day, c.opens.item(out), c.opens.item(into)))
        value, wanted = self._want(into, way, now, then, day)
        cost = self._deal_cost(trust, transaction_factor)
        ground = self._ground(out, now, trust, into)
        options, rows, trench = self._of_way(way)
        laid = self.trenches.lay_out(
            c.port_firm.item(out), c.port_firm.item(into), pairs.distance.item(pair), trench
        )
        costs = self._options.costs[now, options]
        if not isinstance(laid.option, slice):
            rows, costs = rows[laid.option], costs[laid.option]
        values, rates = self._values, np.empty((rows.size, self.window))
        best = pick_option(
            rows,
            costs,
            tuple(self._side(out, self._unit_cost(out, now), then, cost)),
            self.free_rate(out, then),
            tuple(self._side(into, value, then, cost)),
            wanted,
            tuple(ground),
            *laid.courses,
            self.days_of_year(now),
            values,
            rates,
        )
        if best < 0:
            return Appraisal("quality")
        mode = self._options.modes[options.start + laid.number(best)]
        course = laid.stops[best], laid.courses.length.item(best)
        return read_value(values[best], rates[best], mode, self._burden(out), ground, course)

    def _want(self, into: int, way: int, now: int, then: int, day: float) -> tuple[float, _Floats]:
        """What one unit is worth to an in-port, and what it wants by a way in each period of the year."""
        c, share, own = self.columns, self.columns.max_share.item(into), self._own_shares[way]
        if c.is_feed.item(into):
            value, wanted = self._feed(into, then, day)
            return value, np.minimum(wanted, wanted * min(share, own))
        blended = self._nothing if own >= 1.0 else self._blended(into, way)
        wanted = open_need(c.expected, self.committed, self._first(then), into, share, own, blended)
        return self._unit_cost(into, now), wanted

    # ------------------------------------------------------------------ what is in the ground
    def promise(self, contract: Contract) -> None:
        """Enter an agreement in the book; a pipe taken over stays where it lies."""
        super().promise(contract)
        if np.isfinite(contract.built):
            self.trenches.settle(contract)

    def withdraw(self, contract: Contract) -> None:
        """Take an agreement out of the book, and its pipe out of the trenches in use."""
        super().withdraw(contract)
        self.trenches.leave(contract)

    def obstacle(self, pair: int, mode: str, period: int, route: Route | None = None) -> bool:
        """Whether physics or quality forbids a pair in a period, its grades being what they are.

        Parameters
        ----------
        pair : int
        mode : str
        period : int
        route : Route or None
            Way of its pipe; None for that between the two sites.

        Returns
        -------
        bool
        """
        c, pairs = self.columns, self.pairs
        out, into, options = int(pairs.out_port[pair]), int(pairs.in_port[pair]), self._options
        of_way = options.of_way(int(pairs.way[pair]))
        return bool(
            is_hindered(
                options.rows[of_way.start + options.modes[of_way].index(mode)],
                float(pairs.distance[pair]) if route is None else route.length,
                float(c.grade[period, out]),
                float(c.grade[period, into]),
                (float(self._pressure[out]), float(self._pressure[into])),
                self._approach,
            )
        )

    def possible_from(self, pair: int, day: float) -> float:
        """First day on which physics allows a pair by any of its modes; infinite if it never does."""
        pairs = self.pairs
        pathway = pairs.pathway(pair)
        since = None if pathway is None else pathway.from_
        earliest = max(day, -np.inf if since is None else float(self.calendar.day(since)))
        first = self.period(earliest)
        out, into, regraded = pairs.out_port[pair], pairs.in_port[pair], self.columns.regraded[first + 1 :]
        later = first + 1 + np.flatnonzero(regraded[:, out] | regraded[:, into])
        for period in (first, *later.tolist()):
            when = max(float(self.calendar.period_bounds[period]), earliest)
            if when >= self.calendar.period_bounds[-1]:
                break
            if any(not self.obstacle(pair, mode, period) for mode in pairs.modes(pair)):
                return when
        return float("inf")

    # ------------------------------------------------------------------ small look-ups
    def running_prices(
        self, pair: int, appraisal: Appraisal, day: float, known: dict[int, float] | None = None
    ) -> tuple[float, float]:
        """Reservation prices of keeping a contract today, investment sunk.

        Parameters
        ----------
        pair : int
        appraisal : Appraisal
            Terms of the contract.
        day : float, day
        known : dict of int to float, money/unit, optional
            What feed-driven plants make of a unit, by in-port, for who asks about many contracts at once: looked
            up there and entered.

        Returns
        -------
        tuple of (float, float), money/unit
            Of giver and taker.
        """
        columns, prices, now = self.columns, self.prices, self.period(day)
        out, into = self.pairs.out_port.item(pair), self.pairs.in_port.item(pair)
        burden, unit_cost = running_costs(appraisal, self._bought_at(now))
        cost = self._mean_costs(now)
        floor = burden - cost.item(out)
        if not columns.is_feed.item(into):
            value = cost.item(into)
        elif known is None:
            value = self._feed(into, now, day)[0]
        else:
            if into not in known:
                known[into] = self._feed(into, now, day)[0]
            value = known[into]
        ceiling = appraisal.keep * appraisal.credit * value - unit_cost
        if prices.subsidy or prices.support:
            resource = columns.resources[columns.port_resource[out]]
            ceiling += prices.subsidy_at(resource, now) + prices.support_at(out, into, now)[0]
        return floor, ceiling
