"""The plain peer's park: one object per process, port and candidate pair, filled by loops.

What lives here: reading a checked park into objects with plain lists. What does not: anything that
changes in a run but the fields these objects carry. Written as a modeller would who has Mesa,
dictionaries and patience, without arrays: it is what the package's speed is measured against, so what
is asked again and again (a path by period, the ports of a firm) is worked out once here too.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import Any

from ecopark.calendar import DAYS_PER_YEAR, Calendar
from ecopark.scenario.paths import Path
from ecopark.scenario.seasons import season_profile
from ecopark.scenario.types import Disposal, Park, Virgin
from ecopark.scenario.types import Firm as FirmSpec
from ecopark.scenario.types import Port as PortSpec
from ecopark.scenario.types import Process as ProcessSpec
from ecopark.streams import stream

NEVER = 10**15
TAX_OF_ROUTE = {
    "landfill": ("landfill_tax", "t"),
    "incineration": ("incineration_tax", "t"),
    "discharge": ("discharge_levy", "m3"),
}


class Times:
    """The calendar as plain lists, and paths read at its days."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.period_bounds = [float(day) for day in calendar.period_bounds]
        self.segment_bounds = [float(day) for day in calendar.segment_bounds]
        self.segment_days = [
            b - a for a, b in zip(self.segment_bounds, self.segment_bounds[1:], strict=False)
        ]
        self.first_segment = calendar.segment_of_period.tolist()
        self.segment_month = calendar.segment_month.tolist()
        self.periods, self.segments = calendar.periods, calendar.segments
        self.window = min(calendar.periods_per_year, calendar.periods)
        self._period_dates = [calendar.date(day) for day in self.period_bounds[:-1]]
        self._segment_dates = [calendar.date(day) for day in self.segment_bounds[:-1]]
        self._read: dict[tuple[int, bool], list[float]] = {}

    def by_period(self, path: Path | None) -> list[float]:
        """Values of a path at the start of each period; nought where there is none."""
        return self._values(path, False)

    def by_segment(self, path: Path | None) -> list[float]:
        """Values of a path at the start of each segment; nought where there is none."""
        return self._values(path, True)

    def _values(self, path: Path | None, segments: bool) -> list[float]:
        dates = self._segment_dates if segments else self._period_dates
        if path is None:
            return [0.0] * len(dates)
        key = (id(path), segments)
        if key not in self._read:
            single = len(path.values) == 1
            self._read[key] = (
                [path.values[0].value] * len(dates) if single else [path.at(when) for when in dates]
            )
        return self._read[key]

    def period(self, day: float) -> int:
        """Period in which a day lies, within the run."""
        return min(max(bisect_right(self.period_bounds, day) - 1, 0), self.periods - 1)

    def year_from(self, series: list[float], period: int) -> list[float]:
        """A year of a series from a period on; element m is period m of the year."""
        first = min(period, self.periods - self.window)
        year = series[first : first + self.window]
        turn = self.window - first % self.window
        return year[turn:] + year[:turn]


class PlainProcess:
    """One process: its plan, its luck, its ports, and what its buffers have room for."""

    def __init__(self, firm: Any, name: str, spec: ProcessSpec, times: Times) -> None:
        self.firm, self.name, self.spec = firm, name, spec
        self.key = f"{firm.name}.{name}"
        self.is_feed = spec.drive == "feed"
        self.buffer = spec.buffer.value
        self.ports: list[PlainPort] = []
        self.feeds: list[PlainPort] = []
        self.outs: list[PlainPort] = []
        self.is_pull = False
        self._plan(firm.spec, times)
        self.rate = self.potential
        self.up = [1.0] * times.segments
        self.worked = self.room = self.made = self.level = 0.0

    def _plan(self, firm: FirmSpec, times: Times) -> None:
        spec, calendar = self.spec, times.calendar
        first = max((calendar.day(d) for d in (firm.opens, spec.opens) if d), default=-NEVER)
        last = min((calendar.day(d) for d in (firm.closes, spec.closes) if d), default=NEVER)
        capacity, share = times.by_segment(spec.capacity), times.by_segment(spec.utilisation)
        season = season_profile(spec.season).tolist()
        growth = 1.0 + spec.growth.value * DAYS_PER_YEAR
        self.ceiling, self.potential = [], []
        for k, days in enumerate(times.segment_days):
            start, end = times.segment_bounds[k], times.segment_bounds[k + 1]
            most = capacity[k] * (max(min(end, last) - max(start, first), 0.0) / days)
            level = most
            if not self.is_feed:
                if spec.utilisation is not None:
                    level *= share[k]
                level *= growth ** max((start - max(first, 0)) / DAYS_PER_YEAR, 0.0)
                level = min(level * season[times.segment_month[k]], most)
            self.ceiling.append(most)
            self.potential.append(level)
        self.plan = []
        for t in range(times.periods):
            mine = range(times.first_segment[t], times.first_segment[t + 1])
            made = [self.potential[k] * times.segment_days[k] for k in mine]
            # The first plus the rest, as the package adds: both round alike.
            total = made[0] + sum(made[1:])
            self.plan.append(total / (times.period_bounds[t + 1] - times.period_bounds[t]))

    def add(self, port: PlainPort) -> None:
        """Give it a port."""
        self.ports.append(port)
        if port.is_feed:
            self.feeds.append(port)
        if port.is_out:
            self.outs.append(port)
            self.is_pull = self.is_feed and all(out.on_demand for out in self.outs)

    def draw_noise(self, seed: int, times: Times) -> None:
        """AR(1) noise on the plan, never above capacity."""
        noise = self.spec.noise
        if self.is_feed or noise is None or noise.cv.value <= 0.0:
            self.rate = [min(level, most) for level, most in zip(self.potential, self.ceiling, strict=True)]
            return
        scale = math.sqrt(math.log1p(noise.cv.value**2))
        mean_days = times.segment_bounds[-1] / times.segments
        carry = noise.persistence.value ** (mean_days / (DAYS_PER_YEAR / 12))
        fresh = math.sqrt(1.0 - carry**2)
        shocks = stream(seed, self.key, "noise").standard_normal(times.segments).tolist()
        level = shocks[0]
        self.rate = []
        for k, shock in enumerate(shocks):
            if k:
                level = carry * level + fresh * shock
            factor = math.exp(scale * level - scale**2 / 2.0)
            self.rate.append(min(self.potential[k] * factor, self.ceiling[k]))

    def go_down(self, start: float, end: float, times: Times) -> None:
        """An outage takes its share of time off every segment it touches."""
        k = max(bisect_right(times.segment_bounds, start) - 1, 0)
        while k < times.segments and times.segment_bounds[k] < end:
            opens, closes = times.segment_bounds[k], times.segment_bounds[k + 1]
            down = max(min(closes, end) - max(opens, start), 0.0) / (closes - opens)
            self.up[k] = max(self.up[k] - down, 0.0)
            k += 1


class PlainPort:
    """One stream of one process in one direction."""

    def __init__(
        self, process: PlainProcess, direction: str, name: str, spec: PortSpec, park: Park, times: Times
    ) -> None:
        calendar, firm = times.calendar, process.firm.spec
        self.process, self.firm, self.spec, self.number = process, process.firm, spec, -1
        self.resource, self.direction, self.name = spec.resource, direction, name
        self.key = f"{process.key}.{direction}.{name}"
        self.is_out, self.is_feed, self.on_demand = direction == "out", spec.feed, spec.on_demand
        self.max_share = spec.max_share.value
        self.storage = spec.storage.value if spec.storage else 0.0
        self.pressure = math.nan if spec.pressure is None else spec.pressure.value
        lives = process.spec
        self.opens = max(
            (calendar.day(d) for d in (firm.opens, lives.opens, spec.from_) if d), default=-NEVER
        )
        self.closes = min(
            (calendar.day(d) for d in (firm.closes, lives.closes, spec.until) if d), default=NEVER
        )
        alive = [self.opens <= day < self.closes for day in times.period_bounds[:-1]]
        self.coefficient = _while_alive(times.by_period(spec.coefficient), alive)
        self.import_rate = _while_alive(times.by_period(spec.import_), alive)
        self.grade = times.by_period(spec.grade) if spec.grade is not None else [math.nan] * times.periods
        self.expected = [
            plan * per_activity for plan, per_activity in zip(process.plan, self.coefficient, strict=True)
        ]
        self.reach = self._yearly_mean(times)
        self.regraded = [False] + [a != b for a, b in zip(self.grade, self.grade[1:], strict=False)]
        if spec.grade is None:
            self.regraded = [False] * times.periods
        self.heir = self
        self.cost: list[float] = []
        self.shocked: list[bool] = []
        self.pairs: list[Any] = []
        self.promises: list[Any] = []
        self.committed = [0.0] * times.window
        self.trigger, self.seen, self.free, self.share, self.attention = 0.0, False, 0.0, 0.0, 0.0
        self.in_sight, self.has_taker = False, False
        self.stock = self.before = self.amount = self.left = self.limit = 0.0
        self.settled = self.imported = self.used = self.received = self.given = self.taken = 0.0
        self._label(park)

    def _label(self, park: Park) -> None:
        """Both ends of its rows in the ledger."""
        spec, resource, firm = self.spec, park.resources[self.resource], self.firm.name
        disposal, virgin = spec.disposal or resource.disposal, spec.virgin or resource.virgin
        self.disposal, self.virgin = disposal, virgin
        self.unit, self.kind = resource.unit, resource.kind
        sold = disposal is not None and disposal.route == "sale"
        self.route = "product" if spec.role == "product" else "export" if sold else "disposal"
        market = f"market: {self.resource}"
        self.outlet = market if self.route != "disposal" or disposal is None else disposal.route
        supplier = virgin.supplier if virgin is not None else "market"
        self.supplier = market if supplier == "market" else supplier
        self.outside, self.store = f"outside: {self.resource}", f"{firm} store"
        self.avoided = None if self.on_demand or disposal is None else disposal.route

    def _yearly_mean(self, times: Times) -> list[float]:
        """Mean expected rate over the year from each period on."""
        last = [min(t + times.window, times.periods) for t in range(times.periods)]
        return [sum(self.expected[end - times.window : end]) / times.window for end in last]

    @property
    def is_offered(self) -> bool:
        """Whether somebody else may have it."""
        return self.is_out and (self.spec.role != "product" or self.on_demand)


def _while_alive(series: list[float], alive: list[bool]) -> list[float]:
    return [value if lives else 0.0 for value, lives in zip(series, alive, strict=True)]


class PlainPrices:
    """What streams cost without any exchange, each block of the scenario worked out once."""

    def __init__(self, park: Park, times: Times) -> None:
        self._park, self._times = park, times
        self._carbon = times.by_period(park.policy.carbon_price)
        self._levy = times.by_period(park.policy.water_levy)
        self._known: dict[tuple[str, int], list[float]] = {}
        self._market: dict[str, list[float]] = {}
        self.capital_grant = times.by_period(park.policy.capital_grant)

    def of(self, port: PlainPort) -> list[float]:
        """Disposal cost or virgin price of a port, by period."""
        block = port.disposal if port.is_out else port.virgin
        if port.on_demand or block is None:
            return [0.0] * self._times.periods
        key = (port.resource, id(block))
        if key not in self._known:
            work_out = self._dispose if port.is_out else self._buy
            self._known[key] = work_out(port.resource, block)  # type: ignore[operator]
        return self._known[key]

    def market(self, resource: str) -> list[float]:
        """Price of a resource on its market, by period."""
        if resource not in self._market:
            virgin = self._park.resources[resource].virgin
            self._market[resource] = self._buy(resource, virgin) if virgin else [0.0] * self._times.periods
        return self._market[resource]

    def _buy(self, resource: str, virgin: Virgin) -> list[float]:
        kind = self._park.resources[resource].kind
        price, emission = self._times.by_period(virgin.price), self._times.by_period(virgin.emission)
        recipe = [
            (self._times.by_period(amount), self.market(name)) for name, amount in virgin.recipe.items()
        ]
        cost = []
        for t in range(self._times.periods):
            each = price[t]
            if kind == "energy" and resource != "electricity":
                each += self._carbon[t] * emission[t]
            if kind == "water":
                each += self._levy[t]
            for amount, unit_price in recipe:
                each += amount[t] * unit_price[t]
            cost.append(each)
        return cost

    def _dispose(self, resource: str, disposal: Disposal) -> list[float]:
        park, times = self._park, self._times
        fee, emission = times.by_period(disposal.fee), times.by_period(disposal.emission)
        cost = [fee[t] + self._carbon[t] * emission[t] for t in range(times.periods)]
        name, unit = TAX_OF_ROUTE.get(disposal.route, ("", ""))
        if name and disposal.taxed and unit == park.resources[resource].unit:
            tax = times.by_period(getattr(park.policy, name))
            cost = [cost[t] + tax[t] for t in range(times.periods)]
        for ban in park.policy.bans:
            if ban.resource == resource and ban.route == disposal.route:
                since, penalty = times.calendar.day(ban.from_), times.by_period(ban.penalty)
                cost = [
                    max(each, penalty[t]) if times.period_bounds[t] >= since else each
                    for t, each in enumerate(cost)
                ]
        return cost


def find_shocks(cost: list[float], window: int) -> list[bool]:
    """Periods in which a cost has just risen by more than a fifth within a year."""
    risen = [False] * len(cost)
    for t in range(window, len(cost)):
        before, now = cost[t - window], cost[t]
        risen[t] = now - before > 0.2 * max(abs(before), 1e-12) and now > 0.0
    return [now and not (t and risen[t - 1]) for t, now in enumerate(risen)]
