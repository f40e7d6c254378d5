"""The facilitator: spreads information, lowers the cost of dealing, holds workshops, makes plans, keeps books.

What lives here: what the body does and when, and what it spends. What does not: who is a member (``members``),
the officers who carry ideas (``practitioners``), what its help does to an idea (``support``).
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from numpy.typing import NDArray

from ecopark.agents.acquaintance import life_of_firms
from ecopark.agents.idea import Idea
from ecopark.agents.members import Members
from ecopark.agents.practitioners import Practitioners
from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.benefit import apparent_carbon, apparent_money
from ecopark.market.discovery import choose_in_turn
from ecopark.scenario.types import Facilitator as FacilitatorSpec
from ecopark.streams import keys, uniform

if TYPE_CHECKING:
    from ecopark.agents.world import World

_NO_BOUND = 2**31
_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]


class Facilitator(mesa.Agent):  # type: ignore[misc]
    """A body that works for the park, or for its members, from one date to another.

    Parameters
    ----------
    model : World
    spec : FacilitatorSpec

    Attributes
    ----------
    members : Members
    staff : Practitioners or None
        Who carry ideas; None where nobody does.
    spent : float, money
        So far.
    """

    def __init__(self, model: World, spec: FacilitatorSpec) -> None:
        super().__init__(model)
        self.spec = spec
        self.starts = model.calendar.day(spec.from_)
        self.stops = float("inf") if spec.until is None else float(model.calendar.day(spec.until))
        firms = model.appraiser.columns.firms
        self.members = Members(
            spec.members, list(firms), life_of_firms(model.appraiser), self.starts, model.run_seed
        )
        self._keys, self._life = keys(firms), life_of_firms(model.appraiser)
        self._number = {name: i for i, name in enumerate(firms)}
        self.staff = self._employ()
        self.spent = self._granted = 0.0
        self._workshops = 0
        self._plan, self._plan_due = np.zeros(0, dtype=np.int64), float(self.starts)
        self._unit_benefit, self._benefit_year = np.zeros(0), -1
        self._plans = self._tables = 0
        if spec.mode == "self_organised":
            return
        self._foresee_changes()
        if spec.budget is not None or spec.cost_per_practitioner is not None:
            model.env.process(self._keep_books())
        model.env.process(self._work())
        if spec.engagement is not None:
            model.env.process(self._engage())

    # ------------------------------------------------------------------ what its help is
    def is_working(self) -> bool:
        """Whether the facilitator works now."""
        return self.spec.mode != "self_organised" and bool(self.starts <= self.model.env.now < self.stops)

    def serves(self, *firms: str) -> bool:
        """Whether it works now, and all these firms are members."""
        return self.is_working() and all(self.members.present[self._number[name]] for name in firms)

    @property
    def information(self) -> float:
        """Factor on the hazard of noticing a pair of members."""
        return self.spec.information.value if self.is_working() else 1.0

    @property
    def transaction_cost(self) -> float:
        """Factor on the cost of reaching an agreement between members."""
        return self.spec.transaction_cost.value if self.is_working() else 1.0

    def serves_pairs(self) -> NDArray[np.bool_]:
        """Candidate pairs whose firms are both members of a body at work. ndarray of bool, shape (K,), 1."""
        columns, pairs = self.model.appraiser.columns, self.model.appraiser.pairs
        if not self.is_working():
            return np.zeros(pairs.count, dtype=bool)
        member = self.members.present[columns.port_firm]
        return np.asarray(member[pairs.out_port] & member[pairs.in_port])

    # ------------------------------------------------------------------ what is worth its while
    def expect(self, pairs: _Ints, metric: str) -> _Floats:
        """Expected saving of pairs a year, at a glance and at today's prices.

        Parameters
        ----------
        pairs : ndarray of int, shape (n,), 1
        metric : {"money", "carbon", "tonnes"}

        Returns
        -------
        ndarray of float, shape (n,), money/yr, t CO2e/yr or t/yr
            Tonnes are those of residuals counted in t; other streams have none.
        """
        appraiser = self.model.appraiser
        quantity = self.model.scouting.quantity(pairs)
        period = appraiser.period(self.model.env.now)
        year = period // appraiser.window
        if metric == "tonnes":
            columns, park = appraiser.columns, self.model.park
            in_tonnes = np.array([park.resources[name].unit == "t" for name in columns.resources])
            return np.where(in_tonnes[columns.port_resource[appraiser.pairs.out_port[pairs]]], quantity, 0.0)
        if year != self._benefit_year:
            self._benefit_year = year
            self._unit_benefit = self._saving(metric, period)
        return np.asarray(self._unit_benefit[pairs] * quantity)

    def _saving(self, metric: str, period: int) -> _Floats:
        a, park = self.model.appraiser, self.model.park
        if metric == "carbon":
            return apparent_carbon(park, a.columns, a.pairs, a.prices, a.calendar, period)
        return apparent_money(a.columns, a.pairs, a.prices, self.model.scouting.apparent, period)

    def weigh(self, idea: Idea) -> float | None:
        """Benefit by which an idea waits for a practitioner; None if it is not worth carrying."""
        if self.spec.metric is None:
            return 0.0
        benefit = float(self.expect(np.array([idea.pair]), self.spec.metric)[0])
        return benefit if benefit > 0.0 else None

    def choose(self) -> list[int]:
        """Pairs taken up from the plan of this year, as far as firms and practitioners have time."""
        scouting, now = self.model.scouting, self.model.env.now
        if self.spec.mode != "planned" or not self.is_working():
            return []
        ready = scouting.ready()
        if now >= self._plan_due:
            self._plan_due = now + self.spec.plan_every.value
            able = ready[self.serves_pairs()[ready]]
            self._plan = self._by_benefit(able) if self.spec.plan == "benefit" else self._by_draw(able)
            self.model.log("plan", detail=f"{self._plan.size} pairs")
        queue = self._plan[np.isin(self._plan, ready)]
        most = _NO_BOUND if self.staff is None else self.staff.free
        chosen: list[int] = scouting.take(queue, most)
        return chosen

    def _by_benefit(self, able: _Ints) -> _Ints:
        """Pairs with an expected saving, the largest first."""
        benefit = self.expect(able, self.spec.metric or "money")
        best = np.argsort(-benefit, kind="stable")
        return np.asarray(able[best][benefit[best] > 0.0])

    def _by_draw(self, able: _Ints) -> _Ints:
        """Firms paired off by lot, each with at most one other in a plan, and all streams of the two.

        A plan drawn up before firms' data are known cannot rank by benefit, and has one partner for a tenant. By
        sectors, one sector of givers is paired with one of takers before the next two have their turn.
        """
        self._plans += 1
        columns, pairs = self.model.appraiser.columns, self.model.appraiser.pairs
        giver, taker = (columns.port_firm[port[able]] for port in (pairs.out_port, pairs.in_port))
        low, high = np.minimum(giver, taker), np.maximum(giver, taker)
        number = np.full(able.size, self._plans, dtype=np.uint64)
        luck = uniform(self.model.run_seed, "plan", self._keys[low], self._keys[high], number)
        order = np.argsort(luck, kind="stable")
        if self.spec.plan == "sectors":
            park = self.model.park
            sector = keys([park.firms[name].sector or name for name in columns.firms])
            groups = uniform(self.model.run_seed, "plan", sector[giver], sector[taker], number)
            order = np.lexsort((luck, groups))
        firms = low * self._keys.size + high
        _, first = np.unique(firms[order], return_index=True)
        queue = order[np.sort(first)]
        room = np.ones(self._keys.size, dtype=np.int64)
        matched = firms[choose_in_turn(queue, low, high, room, _NO_BOUND)]
        return np.asarray(able[order[np.isin(firms[order], matched)]])

    # ------------------------------------------------------------------ what it does when
    def advance(self, day: float) -> None:
        """Let firms join and leave."""
        if self.spec.mode == "self_organised" or day >= self.stops:
            return
        names = self.model.appraiser.columns.firms
        joined, left = self.members.advance(day)
        for event, firms in (("joined", joined), ("left", left)):
            for firm in firms:
                self.model.log(event, names[firm])

    def _work(self) -> Generator[Any, Any, None]:
        """Hold a workshop every so often."""
        env, cost = self.model.env, self.spec.cost_per_workshop
        yield env.timeout(max(self.starts - env.now, 0.0))
        while env.now < self.stops:
            if cost is None or self._pay(cost.value, "a workshop"):
                self._meet()
            yield env.timeout(self.spec.workshop_every.value)

    def _meet(self) -> None:
        """A workshop: every firm looks at its streams afresh, or members bring cards of what they have and want."""
        world, rules = self.model, self.spec.workshop
        if rules is None:
            world.scouting.wake_all()
            world.log("workshop")
            return
        self._workshops += 1
        attends = self._invite(rules.attendance, "workshop", self._workshops)
        columns, pairs = world.appraiser.columns, world.appraiser.pairs
        there = attends[columns.port_firm]
        met = np.flatnonzero(there[pairs.out_port] & there[pairs.in_port])
        world.scouting.show_cards(met, rules.notice.value)
        world.support.bring_together(attends)
        world.log("workshop", detail=f"{int(attends.sum())} members")

    def _engage(self) -> Generator[Any, Any, None]:
        """Hold a round table every so often: members get acquainted and trust each other more."""
        rules, env = self.spec.engagement, self.model.env
        assert rules is not None
        yield env.timeout(max(self._engaged_from() - env.now, 0.0))
        while env.now < self.stops:
            if rules.cost is None or self._pay(rules.cost.value, "a round table"):
                self._tables += 1
                attends = self._invite(rules.attendance, "round table", self._tables)
                self.model.support.gather(attends, rules.worth.value, rules.chance.value)
                self.model.log("round table", detail=f"{int(attends.sum())} members")
            yield env.timeout(rules.every.value)

    def _engaged_from(self) -> float:
        """First day of engagement."""
        rules = self.spec.engagement
        stated = None if rules is None or rules.from_ is None else float(self.model.calendar.day(rules.from_))
        return self.starts if stated is None else max(stated, float(self.starts))

    def _foresee_changes(self) -> None:
        """What will change how firms join and leave: engagement, and a fee instead of public money."""
        engaged, paid = self.spec.engagement, self.spec.subscription
        if engaged is not None:
            self.members.change(self._engaged_from(), engaged.recruitment.value, engaged.leaving.value)
        if paid is not None:
            day = float(self.model.calendar.day(paid.from_))
            self.members.change(day, paid.recruitment.value, paid.leaving.value, paid.stays.value)

    def _invite(self, most: int, occasion: str, number: int) -> NDArray[np.bool_]:
        """Members drawn for an occasion. ndarray of bool, shape (F,), 1."""
        turn = np.full(self._keys.size, number, dtype=np.uint64)
        luck = uniform(self.model.run_seed, occasion, self._keys, turn)
        now, (opens, closes) = self.model.env.now, self._life
        present = np.flatnonzero(self.members.present & (opens <= now) & (now < closes))
        attends = np.zeros(self._keys.size, dtype=bool)
        attends[present[np.argsort(luck[present], kind="stable")][:most]] = True
        return attends

    # ------------------------------------------------------------------ money
    def _employ(self) -> Practitioners | None:
        """As many officers as are wanted and the budget pays."""
        spec = self.spec
        if spec.practitioners is None:
            return None
        number, cost = spec.practitioners.number, spec.cost_per_practitioner
        if spec.budget is not None and cost is not None and cost.value > 0.0:
            number = min(number, int(spec.budget.value / cost.value + 1e-9))
        return Practitioners(self.model, spec.practitioners, number)

    def _keep_books(self) -> Generator[Any, Any, None]:
        """At the beginning of each year the budget is granted and salaries are set aside."""
        env, spec = self.model.env, self.spec
        yield env.timeout(max(self.starts - env.now, 0.0))
        ends = self._grant_ends()
        while env.now < min(self.stops, ends):
            days, year = self._book_year(spec.from_, min(self.stops, ends))
            self._granted += spec.budget.value * year if spec.budget is not None else 0.0
            self._set_salaries_aside(year)
            yield env.timeout(days)
        while spec.subscription is not None and env.now < self.stops:
            days, year = self._book_year(spec.subscription.from_, self.stops)
            self._collect_fees(year)
            yield env.timeout(days)

    def _book_year(self, first: date, last: float) -> tuple[float, float]:
        """Days until the books' next year begins or they end, and for what part of a mean year (day) they count.

        Years begin on the same date as the first, so that none holds two payments of yearly salaries; a whole one
        counts as a year, leap or not.
        """
        calendar, now = self.model.calendar, self.model.env.now
        k = max(calendar.date(now).year - first.year, 0)
        begins = [float(calendar.day(first.replace(year=first.year + k + more))) for more in (-1, 0, 1)]
        since = max(day for day in begins if day <= now)
        until = min(day for day in begins if day > now)
        days = min(until, last) - now
        return days, DAYS_PER_YEAR * days / (until - since)

    def _grant_ends(self) -> float:
        """Day from which members pay instead of the public; infinite if they never do."""
        rules = self.spec.subscription
        return float("inf") if rules is None else float(self.model.calendar.day(rules.from_))

    def _collect_fees(self, year: float) -> None:
        """Members pay for a year; what is left of public money goes back, and fewer officers may be paid."""
        rules, cost = self.spec.subscription, self.spec.cost_per_practitioner
        assert rules is not None
        self.advance(self.model.env.now)
        paying = int(self.members.present.sum())
        fees = rules.fee.value * year * paying
        self._granted = self.spent + fees
        self.model.log("fees", detail=f"{fees:.12g} {self.model.park.currency.code} from {paying} members")
        if self.staff is not None and cost is not None and cost.value > 0.0:
            self.staff.employ(int(fees / (cost.value * year) + 1e-9))
        self._set_salaries_aside(year)

    def _set_salaries_aside(self, year: float) -> None:
        """Officers are paid for a year, or what is left of it."""
        cost = self.spec.cost_per_practitioner
        if self.staff is not None and cost is not None:
            salaries = cost.value * self.staff.employed * year
            self._pay(salaries, f"{self.staff.employed} practitioners")

    def _pay(self, amount: float, what: str) -> bool:
        """Spend, if the budget allows it; whether it did."""
        # A rounding error of the day count is no reason to cancel what the budget was made for.
        if self.spec.budget is not None and self.spent + amount > self._granted * (1.0 + 1e-9):
            self.model.log("cancelled", detail=f"{what}: the budget is spent")
            return False
        self.spent += amount
        if amount > 0.0:
            self.model.log("spending", detail=f"{amount:.12g} {self.model.park.currency.code} for {what}")
        return True
