"""The plain peer's market: what is free, promised and worth how much, asked object by object.

What lives here: expectations of a year as lists of twelve, the book of promises, appraisal of a pair,
attention to streams. What does not: the clock and the stories of contracts (``plain_mesa``).
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
from benchmarks.plain_pairs import PlainPair
from benchmarks.plain_park import PlainPort, PlainPrices, PlainProcess, Times
from benchmarks.plain_worth import appraise, grade_drop, pressure_obstacle, technical_obstacle

from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.appraisal import Appraisal, Party, Setting, running_costs
from ecopark.market.pairs import UNSEEN
from ecopark.scenario.paths import Path
from ecopark.scenario.types import Park

_CHAIN = 2
_WORTH_A_LOOK, _WORTH_EXTENDING = 0.05, 0.25
Year = list[float]


class PlainMarket:
    """Answers the firms' questions about streams and pairs."""

    def __init__(self, park: Park, times: Times, prices: PlainPrices, bought: dict[str, list[float]]) -> None:
        self.park, self.times, self.prices, self.bought = park, times, prices, bought
        self.foresight = park.agents.discovery.foresight.value
        self.glance_year = -1

    # ------------------------------------------------------------------ the book of promises
    def promise(self, contract: Any) -> None:
        """Enter an agreement in the book."""
        contract.out.promises.append(contract)
        contract.into.promises.append(contract)
        self._recount(contract)

    def withdraw(self, contract: Any) -> None:
        """Take an agreement out of the book."""
        contract.out.promises.remove(contract)
        contract.into.promises.remove(contract)
        self._recount(contract)

    def _recount(self, contract: Any) -> None:
        for port in (contract.out, contract.into):
            total = [0.0] * self.times.window
            for held in port.promises:
                for m, rate in enumerate(held.rate if port is held.out else held.delivered):
                    total[m] += rate
            port.committed = total

    def free_rate(self, port: PlainPort, period: int) -> Year:
        """Rate of a port not yet promised, by month of the year from a period on."""
        rate = self.times.year_from(port.expected, period)
        if port.is_out and port.process.is_feed:
            level = self._fed_activity(port.process, period)
            per_activity = self.times.year_from(port.coefficient, period)
            rate = [min(r, a * c) for r, a, c in zip(rate, level, per_activity, strict=True)]
        return [max(r - c, 0.0) for r, c in zip(rate, port.committed, strict=True)]

    def _fed_activity(self, process: PlainProcess, period: int) -> Year:
        level = [0.0] * self.times.window
        for port in process.feeds:
            per_activity = self.times.year_from(port.coefficient, period)
            imported = self.times.year_from(port.import_rate, period)
            for m, each in enumerate(per_activity):
                if each > 0.0:
                    level[m] += (port.committed[m] + imported[m]) / each
        return level

    # ------------------------------------------------------------------ appraisal
    def appraise(
        self,
        pair: PlainPair,
        day: float,
        trust: float = 0.0,
        factor: float = 1.0,
        chain: int = _CHAIN,
        supply: Year | None = None,
    ) -> Appraisal:
        """Appraise a pair on a day, with what the giver has left or is supposed to have."""
        out, into, times = pair.out, pair.into, self.times
        now = times.period(day)
        then = times.period(max(day, out.opens, into.opens))
        cost = self._deal_cost(trust, factor)
        free = self.free_rate(out, then) if supply is None else supply
        giver = Party(
            np.array(free),
            self._unit_cost(out, now),
            out.grade[then],
            out.firm.spec.behaviour,
            cost,
            out.pressure,
        )
        if into.is_feed:
            value, rate = self._feed(into, then, day, chain)
            need = rate
        else:
            value, rate = self._unit_cost(into, now), self.free_rate(into, then)
            need = times.year_from(into.expected, then)
        taker = Party(np.array(rate), value, into.grade[then], into.firm.spec.behaviour, cost, into.pressure)
        pathway = pair.pathway
        if pathway is not None and pathway.from_ is not None and day < times.calendar.day(pathway.from_):
            return Appraisal("quality")
        modes = {name: self.park.transport[name] for name in pair.modes}
        return appraise(giver, taker, pathway, modes, self._setting(pair, need, now, day, trust))

    def _setting(self, pair: PlainPair, need: Year, now: int, day: float, trust: float) -> Setting:
        agents, out = self.park.agents, pair.out
        resource = self.park.resources[out.resource]
        refusal = agents.regulator.refusal[resource.hazard].value if self.park.mechanisms.permits else 0.0
        return Setting(
            length=pair.length,
            days=np.array(self._days(now)),
            scale=resource.grade,
            approach=self.park.layout.approach.value,
            reliability=agents.contracts.reliability.value,
            risk=refusal + 0.5 * (1.0 - trust),
            inputs={name: path[now] for name, path in self.bought.items()},
            burden={name: amount.value for name, amount in out.spec.burden.items()},
            limit=np.array(self._blending_limit(pair, need)),
            grant=self.prices.capital_grant[now],
            when=self.times.calendar.date(self.times.period_bounds[now]),
        )

    def _blending_limit(self, pair: PlainPair, need: Year) -> Year:
        into = pair.into
        own = 1.0 if pair.pathway is None else pair.pathway.max_share.value
        if into.is_feed:
            return [n * min(into.max_share, own) for n in need]
        blended = [0.0] * self.times.window
        for held in into.promises:
            if held.pair.way == pair.way:
                for m, rate in enumerate(held.delivered):
                    blended[m] += rate
        return [
            min(into.max_share * n - c, own * n - b)
            for n, c, b in zip(need, into.committed, blended, strict=True)
        ]

    def _feed(self, port: PlainPort, then: int, day: float, chain: int) -> tuple[float, Year]:
        """Value and wanted rate of feed: what its process makes of it."""
        process, times = port.process, self.times
        coefficient = port.coefficient[then]
        if coefficient <= 0.0:
            return 0.0, [0.0] * times.window
        operating = process.spec.operating_cost
        now = times.period(day)
        value = -(operating.at(times.calendar.date(times.period_bounds[now])) if operating else 0.0)
        wanted = level = times.year_from(process.plan, then)
        for out in process.outs:
            per_activity = out.coefficient[then]
            if per_activity <= 0.0:
                continue
            if out.on_demand:
                unit, rate = self._customers(out, [a * per_activity for a in level], day, chain)
                wanted = [min(w, r / per_activity) for w, r in zip(wanted, rate, strict=True)]
            else:
                unit = -self._unit_cost(out, now)
            value += unit * per_activity
        taken = [0.0] * times.window
        for feed in process.feeds:
            for m, rate in enumerate(feed.committed):
                taken[m] += rate / max(feed.coefficient[then], 1e-300)
        return value / coefficient, [
            max(w - t, 0.0) * coefficient for w, t in zip(wanted, taken, strict=True)
        ]

    def _customers(self, out: PlainPort, supply: Year, day: float, chain: int) -> tuple[float, Year]:
        """Mean netback and rate of those who take an on-demand output or would if they were offered it."""
        rate = list(out.committed)
        netback = math.fsum(held.price * sum(held.rate) for held in out.promises)
        if chain > 0:
            spare = [max(s - r, 0.0) for s, r in zip(supply, rate, strict=True)]
            best: dict[PlainPort, Appraisal] = {}
            for pair in out.pairs:
                into = pair.into
                if not self.is_in_sight(into, day):
                    continue
                offer = self.appraise(pair, day, 0.0, 1.0, chain - 1, supply=spare)
                if not offer.reason and (into not in best or offer.ceiling > best[into].ceiling):
                    best[into] = offer
            for offer in best.values():
                offered = offer.rate.tolist()
                rate = [r + o for r, o in zip(rate, offered, strict=True)]
                netback += offer.ceiling * sum(offered)
        total = sum(rate)
        unit = netback / total if total > 0.0 else 0.0
        return unit, [min(r, s) for r, s in zip(rate, supply, strict=True)]

    def running_prices(self, contract: Any, day: float) -> tuple[float, float]:
        """Reservation prices of keeping a contract today, investment sunk."""
        out, into, terms = contract.out, contract.into, contract.terms
        now = self.times.period(day)
        burden, unit_cost = running_costs(terms, {name: path[now] for name, path in self.bought.items()})
        value = self._feed(into, now, day, _CHAIN)[0] if into.is_feed else self._unit_cost(into, now)
        return burden - self._unit_cost(out, now), contract.gain * value - unit_cost

    def obstacle(self, pair: PlainPair, mode: str, period: int) -> bool:
        """Whether physics or quality forbids a pair in a period."""
        out, into, spec = pair.out, pair.into, self.park.transport[mode]
        scale = self.park.resources[out.resource].grade
        drop = grade_drop(spec, scale, pair.length)
        fall = spec.pressure_drop.value * pair.length
        return pressure_obstacle(out.pressure, into.pressure, pair.pathway, fall) or technical_obstacle(
            out.grade[period], into.grade[period], scale, pair.pathway, drop, self.park.layout.approach.value
        )

    def possible_from(self, pair: PlainPair, day: float) -> float:
        """First day on which physics allows a pair by any of its modes; infinite if it never does."""
        times = self.times
        since = None if pair.pathway is None else pair.pathway.from_
        earliest = max(day, -math.inf if since is None else float(times.calendar.day(since)))
        changed = [t for t in range(times.periods) if pair.out.regraded[t] or pair.into.regraded[t]]
        for period in sorted({times.period(earliest), *changed}):
            when = max(times.period_bounds[period], earliest)
            if times.period(when) != period or when >= times.period_bounds[-1]:
                continue
            if any(not self.obstacle(pair, mode, period) for mode in pair.modes):
                return when
        return math.inf

    # ------------------------------------------------------------------ attention
    def pay_attention(
        self, ports: list[PlainPort], processes: list[PlainProcess], day: float, step: float
    ) -> None:
        """How much of every stream is free, and how much it is looked at, in a period."""
        rules, times = self.park.agents.discovery, self.times
        period, ahead = times.period(day), times.period(day + self.foresight)
        fade, most = math.exp(-step / rules.memory.value), rules.trigger.value
        for process in processes:
            if process.is_feed:
                process.level = self._fed_level(process, ahead)
        for port in ports:
            port.trigger *= fade
            port.in_sight = self.is_in_sight(port, day)
            if port.shocked[period] or (port.in_sight and not port.seen):
                port.trigger = min(port.trigger + most, most)
            port.seen = port.seen or port.in_sight
            rate = max(port.reach[period], port.reach[ahead]) * port.max_share
            promised = sum(port.committed) / times.window
            free = max(rate - promised, 0.0)
            if port.is_out and port.process.is_feed:
                fed = port.process.level * port.coefficient[ahead]
                free = min(free, max(fed - promised, 0.0))
            port.free, port.share = free, free / rate if rate > 0.0 else 0.0
            if port.is_feed:
                port.attention = port.share
                continue
            cost = port.cost[period] * free * DAYS_PER_YEAR
            if rules.burden is None:
                port.attention = 1.0 if cost > 0.0 else 0.0
            else:
                half = rules.burden.value * DAYS_PER_YEAR
                port.attention = max(cost, 0.0) / (max(cost, 0.0) + half)

    def _fed_level(self, process: PlainProcess, ahead: int) -> float:
        """Yearly mean activity that promised and imported feed allows."""
        level = 0.0
        for port in process.feeds:
            if port.coefficient[ahead] > 0.0:
                feed = sum(port.committed) / self.times.window + port.import_rate[ahead]
                level += feed / port.coefficient[ahead]
        return level

    def gather(self, pairs: list[PlainPair], day: float, step: float, information: float) -> list[PlainPair]:
        """Let pairs gather hazard; those that have been noticed and that both firms have attention for."""
        social = self.park.agents.discovery.social.value
        period = self.times.period(day)
        year = period // self.times.window
        if year != self.glance_year:
            self.glance_year = year
            for pair in pairs:
                self._glance(pair, period)
        noticed = []
        for pair in pairs:
            if pair.available_from > day:
                continue
            out, into = pair.out, pair.into
            needed = _WORTH_EXTENDING if pair.links > 0 else _WORTH_A_LOOK
            if not (out.in_sight and into.in_sight and min(out.share, into.share) > needed):
                continue
            quantity = min(out.free, into.free / pair.apparent_gain)
            if not pair.glance * quantity * DAYS_PER_YEAR > pair.effort:
                continue
            both = (1.0 - (1.0 - out.attention) * (1.0 - into.attention)) * pair.openness
            tie = 1.0 + social * pair.bond.level
            shaken = 1.0 + (out.trigger + into.trigger)
            pair.gathered += pair.hazard * tie * information * both * shaken * step
            if pair.gathered >= pair.threshold and out.firm.room > 0 and into.firm.room > 0:
                noticed.append(pair)
        return noticed

    def show(self, pair: PlainPair) -> None:
        """What anybody knows of a pair at a glance: need replaced, running costs, effort of agreeing."""
        way, start = pair.pathway, self.park.time.start
        carried = pair.out.resource if way is None or way.at == "taker" else way.taker
        modes = [self.park.transport[name] for name in self.park.resources[carried].transport]
        deal = self.park.agents.contracts.transaction_cost
        term = min((mode.term.value for mode in modes), default=DAYS_PER_YEAR)
        pair.effort = 0.0 if deal is None else 2.0 * deal.value * DAYS_PER_YEAR / term
        pair.apparent_gain = 1.0 if way is None else way.yield_.value * way.replacement.value
        if way is not None and way.lift is not None:
            pair.apparent_gain = UNSEEN
        handling = min((_at(mode.handling, start) for mode in modes), default=0.0)
        variable = min((_at(mode.variable, start) for mode in modes), default=0.0)
        treatment = 0.0 if way is None else _at(way.cost, start)
        pair.apparent_cost = handling + treatment + variable * pair.length

    def _glance(self, pair: PlainPair, period: int) -> None:
        """Value of a pair at the prices of the year; that of feed cannot be seen at a glance."""
        out, into = pair.out, pair.into
        seen = pair.apparent_gain * into.cost[period] + out.cost[period] - pair.apparent_cost
        pair.glance = UNSEEN if into.is_feed else seen

    # ------------------------------------------------------------------ small look-ups
    def is_in_sight(self, port: PlainPort, day: float) -> bool:
        """Whether a port is open, or announced to open within the foresight."""
        return port.opens <= day + self.foresight and day < port.closes

    def _unit_cost(self, port: PlainPort, now: int) -> float:
        """Mean unit cost of the last year."""
        year = port.cost[max(now - self.times.window + 1, 0) : now + 1]
        return sum(year) / len(year)

    def _days(self, now: int) -> Year:
        bounds = self.times.period_bounds
        first = min(now, self.times.periods - self.times.window)
        lengths = [0.0] * self.times.window
        for t in range(first, first + self.times.window):
            lengths[t % self.times.window] = bounds[t + 1] - bounds[t]
        total = sum(lengths)
        return [length * (DAYS_PER_YEAR / total) for length in lengths]

    def _deal_cost(self, trust: float, factor: float) -> float:
        cost = self.park.agents.contracts.transaction_cost
        return 0.0 if cost is None else cost.value * factor * (1.0 - 0.5 * trust)


def _at(path: Path | None, when: date) -> float:
    return 0.0 if path is None else path.at(when)
