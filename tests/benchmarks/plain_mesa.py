"""The peer that speed is measured against: the same park model written plainly in Mesa.

One agent for each firm, one object for each process, port, link and candidate pair; dictionaries and
loops; SimPy for what takes time. It shares with the package what both must agree on to be compared: the
scenario, the random streams, the protocols, and the scalar formulas of ``market`` (contract review,
investment, appraisal of one pair). Everything that the package keeps in columns is an object here.

What lives here: the model, the firms' stories, the tables. It builds no accounts and no indicators.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from contextlib import ExitStack
from typing import Any

import mesa
import numpy as np
import pandas as pd
import simpy

from benchmarks.plain_links import STAGES, PlainIdea, PlainLink
from benchmarks.plain_market import PlainMarket
from benchmarks.plain_park import (
    Bond,
    PlainPair,
    PlainPort,
    PlainPrices,
    PlainProcess,
    Times,
    find_pairs,
    find_shocks,
    place_firms,
)
from benchmarks.plain_segment import ROW, check_books, run_segment, write_rows
from ecopark.calendar import DAYS_PER_YEAR, Calendar
from ecopark.market.appraisal import Appraisal, annuity_of
from ecopark.market.contract import rebuild_price, review
from ecopark.market.investment import simple_payback
from ecopark.market.protocols import Bargain, protocol
from ecopark.market.trust import break_trust
from ecopark.scenario.types import Facilitator as FacilitatorSpec
from ecopark.scenario.types import Firm as FirmSpec
from ecopark.scenario.types import Outage, Park
from ecopark.scenario.types import Regulator as RegulatorSpec
from ecopark.streams import stream

Story = Generator[Any, Any, Any]
_SPREAD, _SHAPE, _TIE, _NEIGHBOUR = 0.3, 4.0, 0.8, 0.5


class PlainFirm(mesa.Agent):  # type: ignore[misc]
    """One actor: owns processes and ports, notices pairs, pursues ideas."""

    def __init__(self, model: PlainPark, name: str, spec: FirmSpec) -> None:
        super().__init__(model)
        self.name, self.spec = name, spec
        self.room = spec.behaviour.attention
        self.openness = spec.behaviour.openness.value
        self.attention = simpy.Resource(model.env, capacity=spec.behaviour.attention)
        self.ports: list[PlainPort] = []
        self.pairs: list[PlainPair] = []
        self.neighbours: list[PlainFirm] = []
        self.contracts: list[PlainLink] = []
        self.x = self.y = 0.0

    # ------------------------------------------------------------------ the story of an idea
    def pursue(self, idea: PlainIdea) -> Story:
        """From the first look to the end of the exchange."""
        model: PlainPark = self.model
        chance = stream(model.run_seed, idea.synergy, "pursuit")
        contract = yield from self._agree(idea, chance)
        model.relax(idea.pair)
        if contract is not None:
            idea.reach("permitting", model.env.now)
            granted = True
            if model.park.mechanisms.permits:
                hazard = model.park.resources[idea.pair.out.resource].hazard
                granted = yield from model.regulator.decide(hazard, chance)
            if granted:
                yield from self._build(idea, contract, chance)
                yield from self._exchange(idea, contract)
            else:
                model.market.withdraw(contract)
                model.lose(idea, "permit")
        if "operating" in idea.stages:
            idea.pair.links -= 1
        else:
            again = model.env.now + model.park.agents.discovery.retry.value
            quality = idea.reason == "quality"
            idea.pair.available_from = model.market.possible_from(idea.pair, again) if quality else again

    def _agree(self, idea: PlainIdea, chance: np.random.Generator) -> Story:
        model: PlainPark = self.model
        env, rules = model.env, model.park.agents.negotiation
        with ExitStack() as stack:
            for firm in sorted((idea.giver, idea.taker), key=lambda firm: firm.name):
                yield stack.enter_context(firm.attention.request())
            yield env.timeout(_vary(chance, rules.screening.value))
            terms = self._appraise(idea)
            idea.mode = terms.mode
            if terms.reason:
                return model.lose(idea, terms.reason)
            idea.reach("screened", env.now)
            idea.reach("negotiating", env.now)
            outcome = protocol(rules.protocol)(self._bargain(idea, terms), chance)
            yield env.timeout(outcome.rounds * rules.round.value)
            if outcome.price is None:
                return model.lose(idea, "no-agreement")
            terms = self._appraise(idea)
            if terms.reason or not terms.floor <= outcome.price <= terms.ceiling:
                return model.lose(idea, terms.reason or "partner-withdrew")
        return self._sign(idea, terms, outcome.price)

    def _appraise(self, idea: PlainIdea) -> Appraisal:
        model: PlainPark = self.model
        return model.market.appraise(
            idea.pair, model.env.now, model.trust(idea.pair), model.transaction_factor()
        )

    def _bargain(self, idea: PlainIdea, terms: Appraisal) -> Bargain:
        of_giver, of_taker = (terms.annuity, 0.0) if terms.giver_invests else (0.0, terms.annuity)
        return Bargain(
            floor=terms.floor,
            ceiling=terms.ceiling,
            ask=terms.running_ceiling - of_taker,
            bid=terms.running_floor + of_giver,
            giver_patience=idea.giver.spec.behaviour.patience,
            taker_patience=idea.taker.spec.behaviour.patience,
            concession=self.model.park.agents.negotiation.concession.value,
        )

    def _sign(self, idea: PlainIdea, terms: Appraisal, price: float) -> PlainLink:
        model: PlainPark = self.model
        contract = PlainLink(idea.pair, idea.synergy, terms, price, model.park)
        model.market.promise(contract)
        cost = model.park.agents.contracts.transaction_cost
        if cost is not None:
            paid = cost.value * model.transaction_factor() * (1.0 - 0.5 * model.trust(idea.pair))
            contract.payments.append((model.env.now, "transaction", -paid, -paid))
        idea.price, idea.capital, idea.term, idea.quantity = price, terms.capital, terms.term, terms.quantity
        model.note(idea, "agreed", f"{price:.6g} per unit for {terms.term / DAYS_PER_YEAR:.3g} yr")
        return contract

    def _build(self, idea: PlainIdea, contract: PlainLink, chance: np.random.Generator) -> Story:
        env = self.model.env
        idea.reach("building", env.now)
        self._invest(contract)
        yield env.timeout(_vary(chance, contract.terms.lead_time))
        yield env.timeout(max(max(contract.out.opens, contract.into.opens) - env.now, 0.0))

    def _exchange(self, idea: PlainIdea, contract: PlainLink) -> Story:
        model: PlainPark = self.model
        contract.end = model.env.now + contract.terms.term
        if _closing(contract) > model.env.now:
            idea.reach("operating", model.env.now)
            model.note(idea, "operating")
            self._open(contract)
            yield from self._operate(idea, contract)
        else:
            self._end(idea, contract, "closed", "closure")

    def _open(self, contract: PlainLink) -> None:
        model: PlainPark = self.model
        model.start(contract)
        for firm in (contract.giver, contract.taker):
            firm.contracts.append(contract)
        contract.pair.links += 1
        contract.pair.available_from = model.env.now + model.park.agents.discovery.retry.value
        outage = model.park.transport[contract.terms.mode].outage
        if outage is not None and model.park.mechanisms.outages:
            model.env.process(self._fail(contract, outage))

    def _fail(self, contract: PlainLink, outage: Outage) -> Story:
        env = self.model.env
        chance = stream(self.model.run_seed, contract.synergy, "outage")
        while contract.is_running:
            yield env.timeout(float(chance.exponential(outage.mean_time_between.value)))
            repair = float(chance.exponential(outage.mean_duration.value))
            if contract.is_running:
                contract.cuts.append((env.now, env.now + repair))
                self.model.log("outage", contract.giver.name, contract.taker.name, contract.synergy)
            yield env.timeout(repair)

    def _operate(self, idea: PlainIdea, contract: PlainLink) -> Story:
        env, closes = self.model.env, _closing(contract)
        pause = self.model.park.agents.contracts.review.value
        while contract.is_running:
            due = min(env.now + pause, contract.end, contract.worn_out, closes)
            yield env.timeout(max(due - env.now, 0.0))
            if env.now >= closes:
                if not self._hand_over(idea, contract):
                    self._end(idea, contract, "closed", "closure")
            elif env.now >= contract.worn_out:
                self._rebuild(idea, contract)
            elif env.now >= contract.end:
                self._renew(idea, contract)
            else:
                self._review(idea, contract)

    def _hand_over(self, idea: PlainIdea, contract: PlainLink) -> bool:
        """Pass a contract on to the plant that succeeds one that closes."""
        model: PlainPark = self.model
        out, into = (
            port.heir if port.closes <= model.env.now else port for port in (contract.out, contract.into)
        )
        likely = [p for p in out.pairs if p.into is into and p.way == contract.pair.way]
        if not likely or likely[0] is contract.pair:
            return False
        self._end(idea, contract, "closed", "closure")
        heir = model.take_over(idea, likely[0])
        successor = PlainLink(heir.pair, heir.synergy, contract.terms, contract.price, model.park)
        successor.end, successor.inherited = contract.end, contract.built
        model.market.promise(successor)
        heir.giver.carry_on(heir, successor)
        return True

    def carry_on(self, idea: PlainIdea, contract: PlainLink) -> None:
        """Operate a contract inherited from a plant that closed."""
        self._open(contract)
        self.model.env.process(self._carry_on(idea, contract))

    def _carry_on(self, idea: PlainIdea, contract: PlainLink) -> Story:
        yield from self._operate(idea, contract)
        idea.pair.links -= 1

    def _rebuild(self, idea: PlainIdea, contract: PlainLink) -> None:
        terms = contract.terms
        investor = (contract.giver if terms.giver_invests else contract.taker).spec.behaviour
        floor, ceiling = self.model.market.running_prices(contract, self.model.env.now)
        payback = simple_payback(terms.capital, (ceiling - floor) * terms.quantity)
        longest = investor.payback.value / DAYS_PER_YEAR
        annuity = annuity_of(terms, investor)
        price = rebuild_price(floor, ceiling, annuity, terms.giver_invests, payback, longest)
        if price is None:
            self._end(idea, contract, "expired", "economics")
            return
        self._invest(contract)
        self._reprice(idea, contract, price, "rebuilt")

    def _invest(self, contract: PlainLink) -> None:
        terms, now = contract.terms, self.model.env.now
        contract.builds.append(now)
        if terms.capital > 0.0:
            shares = (-terms.capital, 0.0) if terms.giver_invests else (0.0, -terms.capital)
            contract.payments.append((now, "investment", *shares))

    def _review(self, idea: PlainIdea, contract: PlainLink) -> None:
        model: PlainPark = self.model
        floor, ceiling = model.market.running_prices(contract, model.env.now)
        years = (contract.end - model.env.now) / DAYS_PER_YEAR
        share = model.park.agents.contracts.penalty.value
        verdict = review(contract.price, floor, ceiling, contract.terms.quantity, years, share)
        if verdict.action == "reprice":
            self._reprice(idea, contract, verdict.price, "repriced")
        elif verdict.action == "breach":
            owed = -verdict.penalty if verdict.giver_leaves else verdict.penalty
            contract.payments.append((model.env.now, "penalty", owed, -owed))
            bond = idea.pair.bond
            bond.level = break_trust(bond.level, model.park.agents.trust.loss.value)
            self._end(idea, contract, "breached", "economics")

    def _renew(self, idea: PlainIdea, contract: PlainLink) -> None:
        floor, ceiling = self.model.market.running_prices(contract, self.model.env.now)
        if ceiling <= floor:
            self._end(idea, contract, "expired", "economics")
            return
        contract.end += contract.terms.term
        contract.renewals += 1
        idea.renewals = contract.renewals
        self._reprice(idea, contract, (floor + ceiling) / 2.0, "renewed")

    def _reprice(self, idea: PlainIdea, contract: PlainLink, price: float, event: str) -> None:
        contract.price = idea.price = price
        self.model.note(idea, event, f"{price:.6g} per unit")

    def _end(self, idea: PlainIdea, contract: PlainLink, end: str, reason: str) -> None:
        if contract.is_running:
            contract.closed = self.model.env.now
        self.model.market.withdraw(contract)
        idea.finish(end, reason, self.model.env.now)
        self.model.note(idea, end, reason)


class PlainRegulator(mesa.Agent):  # type: ignore[misc]
    """Permits, one case an officer at a time."""

    def __init__(self, model: PlainPark, spec: RegulatorSpec) -> None:
        super().__init__(model)
        self.spec = spec
        self.officers = simpy.Resource(model.env, capacity=spec.officers)

    def decide(self, hazard: Any, chance: np.random.Generator) -> Story:
        """Wait for an officer and the decision."""
        mean = self.spec.permit_time[hazard].value
        handling = float(chance.gamma(_SHAPE, mean / _SHAPE)) if mean > 0.0 else 0.0
        granted = bool(chance.random() >= self.spec.refusal[hazard].value)
        with self.officers.request() as turn:
            yield turn
            yield self.model.env.timeout(handling)
        return granted


class PlainFacilitator(mesa.Agent):  # type: ignore[misc]
    """Information, cheaper agreements, workshops."""

    def __init__(self, model: PlainPark, spec: FacilitatorSpec) -> None:
        super().__init__(model)
        self.spec = spec
        self.starts = model.times.calendar.day(spec.from_)
        self.stops = math.inf if spec.until is None else model.times.calendar.day(spec.until)
        model.env.process(self._work())

    def is_working(self) -> bool:
        """Whether it works now."""
        return bool(self.starts <= self.model.env.now < self.stops)

    def _work(self) -> Story:
        env = self.model.env
        yield env.timeout(max(self.starts - env.now, 0.0))
        while env.now < self.stops:
            for port in self.model.ports:
                self.model.shake(port, 1.0)
            self.model.log("workshop")
            yield env.timeout(self.spec.workshop_every.value)


class PlainPark(mesa.Model):  # type: ignore[misc]
    """A park in one random future, object by object."""

    def __init__(self, park: Park, seed: int = 1) -> None:
        super().__init__(rng=int(seed))
        self.park, self.run_seed = park, int(seed)
        last = park.time.end
        end = last.replace(year=last.year + last.month // 12, month=last.month % 12 + 1, day=1)
        self.times = Times(Calendar(park.time.start, end, park.time.period, park.time.segment))
        self.env = simpy.Environment()
        self.period = 0
        self.ideas: list[PlainIdea] = []
        self.events: list[tuple[float, str, str, str, str, str]] = []
        self.rows: list[tuple[Any, ...]] = []
        self.links: list[PlainLink] = []
        self.fresh: list[PlainLink] = []
        self.started = 0
        self.firms = {name: PlainFirm(self, name, park.firms[name]) for name in sorted(park.firms)}
        place_firms(list(self.firms.values()), park.layout)
        self.processes: list[PlainProcess] = []
        self.ports: list[PlainPort] = []
        self._furnish()
        prices = PlainPrices(park, self.times)
        bought = {name for port in self.ports for name in port.spec.burden}
        bought |= {"electricity"} & set(park.resources)
        self.market = PlainMarket(
            park, self.times, prices, {name: prices.market(name) for name in sorted(bought)}
        )
        for port in self.ports:
            port.cost = prices.of(port)
            port.shocked = find_shocks(port.cost, self.times.window)
        self.pairs = find_pairs(park, self.ports, self.run_seed)
        self._acquaint()
        self.regulator = PlainRegulator(self, park.agents.regulator)
        spec = park.agents.facilitator
        self.facilitator = PlainFacilitator(self, spec) if spec is not None else None
        self._schedule()

    # ------------------------------------------------------------------ the step
    def step(self) -> None:
        """Advance one period: firms notice, time passes, flows run, trust follows."""
        start, end = self.times.period_bounds[self.period : self.period + 2]
        if self.park.mechanisms.trading and self.pairs:
            for pair in self._notice(start, end):
                if pair.out.firm.room > 0 and pair.into.firm.room > 0:
                    idea = self._new_idea(pair)
                    idea.reach("identified", self.env.now)
                    self.note(idea, "identified")
                    self.env.process(idea.giver.pursue(idea))
        self.env.run(until=end)
        self._flow(start, end)
        self.period += 1

    def run(self, periods: int) -> PlainPark:
        """Advance some periods, and let go of the agents' registry, which Mesa 3.3 would keep for ever."""
        for _ in range(periods):
            self.step()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
        return self

    def _notice(self, start: float, end: float) -> list[PlainPair]:
        """Pairs noticed by now, the longest known first."""
        helper = self.facilitator
        information = helper.spec.information.value if helper and helper.is_working() else 1.0
        self.market.pay_attention(self.ports, self.processes, start, end - start)
        noticed = self.market.gather(self.pairs, start, end - start, information)
        return sorted(noticed, key=lambda pair: (pair.threshold - pair.gathered, pair.number))

    def _new_idea(self, pair: PlainPair) -> PlainIdea:
        name = f"{_short(pair.out)}>{_short(pair.into)}#{pair.attempt + 1}"
        synergy = name if pair.key == "direct" else f"{name}:{pair.key}"
        idea = PlainIdea(pair, synergy, pair.out.firm, pair.into.firm)
        for firm in (idea.giver, idea.taker):
            firm.room -= 1
        pair.available_from, pair.gathered = math.inf, 0.0
        pair.attempt += 1
        pair.draw(self.run_seed)
        self.ideas.append(idea)
        return idea

    def _flow(self, start: float, end: float) -> None:
        """Run the segments of the period over the links that operate."""
        month, times = self.period, self.times
        self.links = [link for link in self.links if link.closed > start]
        for link in sorted(self.fresh, key=lambda link: (link.opened, link.synergy)):
            link.possible = not self.market.obstacle(link.pair, link.terms.mode, month)
            self.links.append(link)
        self.fresh = []
        for port in self.ports:
            port.has_taker = False
        for link in self.links:
            link.out.has_taker = True
            if link.out.regraded[month] or link.into.regraded[month]:
                link.possible = not self.market.obstacle(link.pair, link.terms.mode, month)
            link.cuts = [cut for cut in link.cuts if cut[1] > start]
        moved, worked = [0.0] * len(self.links), [0.0] * len(self.links)
        segments = range(times.first_segment[month], times.first_segment[month + 1])
        for k in segments:
            opens, closes = times.segment_bounds[k], times.segment_bounds[k + 1]
            for link in self.links:
                link.active = link.works(opens, closes)
            run_segment(self.processes, self.ports, self.links, k, times.segment_days[k], month)
            check_books(self.ports)
            write_rows(self.rows, self.ports, self.links, opens, closes)
            for j, link in enumerate(self.links):
                moved[j] += link.sent
                worked[j] += link.active
        if self.park.mechanisms.trust and self.links:
            self._learn(moved, [share / len(segments) * (end - start) for share in worked])

    def _learn(self, moved: list[float], days: list[float]) -> None:
        """Trust rises where the promised quantity came, falls where it did not."""
        met: dict[Bond, None] = {}
        rules = self.park.agents.trust
        for link, sent, time in zip(self.links, moved, days, strict=True):
            promised = link.rate[self.period % self.times.window] * time
            if promised > 0.0:
                bond = link.pair.bond
                bond.kept.append(min(sent / promised, 1.0))
                bond.years.append(time / DAYS_PER_YEAR)
                met[bond] = None
        for bond in met:
            kept, years = sum(bond.kept) / len(bond.kept), sum(bond.years) / len(bond.years)
            level = bond.level
            change = kept * rules.gain.value * (1.0 - level) - (1.0 - kept) * rules.loss.value * level
            bond.level = min(max(level + change * years, 0.0), 1.0)
            bond.kept, bond.years = [], []

    # ------------------------------------------------------------------ what agents ask
    def trust(self, pair: PlainPair) -> float:
        """Trust between the two firms of a pair."""
        return pair.bond.level if self.park.mechanisms.trust else 0.0

    def transaction_factor(self) -> float:
        """Factor on transaction cost of a facilitator at work."""
        helper = self.facilitator
        return helper.spec.transaction_cost.value if helper and helper.is_working() else 1.0

    def relax(self, pair: PlainPair) -> None:
        """Talks are over: both firms have attention for another project again."""
        for firm in (pair.out.firm, pair.into.firm):
            firm.room += 1

    def shake(self, port: PlainPort, share: float) -> None:
        """Add attention; many shocks at once are felt as one."""
        most = self.park.agents.discovery.trigger.value
        port.trigger = min(port.trigger + share * most, most)

    def start(self, contract: PlainLink) -> None:
        """Open the link of a contract; the neighbours of both firms look up."""
        contract.number, self.started = self.started, self.started + 1
        contract.opened = self.env.now
        self.fresh.append(contract)
        for firm in (contract.giver, contract.taker):
            for neighbour in firm.neighbours:
                for port in neighbour.ports:
                    self.shake(port, _NEIGHBOUR)

    def take_over(self, idea: PlainIdea, pair: PlainPair) -> PlainIdea:
        """The idea under which a successor carries an exchange on."""
        heir = self._new_idea(pair)
        self.relax(pair)
        heir.stages, heir.state = dict.fromkeys(STAGES, self.env.now), "operating"
        heir.mode, heir.price, heir.quantity = idea.mode, idea.price, idea.quantity
        heir.capital, heir.term = 0.0, idea.term
        self.note(heir, "taken over", f"from {idea.synergy}")
        return heir

    def lose(self, idea: PlainIdea, reason: str) -> None:
        """An idea comes to nothing."""
        idea.finish("lost", reason, self.env.now)
        self.note(idea, "lost", reason)

    def log(self, event: str, firm: str = "", partner: str = "", synergy: str = "", detail: str = "") -> None:
        """Write an event."""
        self.events.append((self.env.now, event, firm, partner, synergy, detail))

    def note(self, idea: PlainIdea, event: str, detail: str = "") -> None:
        """Write an event of an idea."""
        self.log(event, idea.giver.name, idea.taker.name, idea.synergy, detail)

    # ------------------------------------------------------------------ tables
    def flows(self) -> pd.DataFrame:
        """The ledger: day numbers instead of dates, names instead of categories."""
        return pd.DataFrame(self.rows, columns=list(ROW))

    def synergies(self) -> pd.DataFrame:
        """One row for each idea, days as numbers."""
        return pd.DataFrame([self._synergy(idea) for idea in self.ideas])

    def _synergy(self, idea: PlainIdea) -> dict[str, Any]:
        out, into = idea.pair.out, idea.pair.into
        period = self.times.period(idea.stages.get("operating", idea.stages["identified"]))
        return {
            "synergy": idea.synergy,
            "from_firm": idea.giver.name,
            "to_firm": idea.taker.name,
            "resource": out.resource,
            "to_resource": into.resource,
            "pathway": idea.pair.key,
            "mode": idea.mode,
            "distance_km": idea.pair.length,
            **{stage: idea.stages.get(stage, math.nan) for stage in STAGES},
            "ended": idea.ended,
            "state": idea.state,
            "reason": idea.reason,
            "price": idea.price,
            "investment": idea.capital,
            "term_years": idea.term / DAYS_PER_YEAR,
            "quantity_per_year": idea.quantity,
            "unit": out.unit,
            "renewals": idea.renewals,
            "grade": out.grade[period],
            "grade_needed": into.grade[period],
            "grade_scale": self.park.resources[out.resource].grade,
        }

    # ------------------------------------------------------------------ setting up
    def _furnish(self) -> None:
        """Processes and ports of every firm, their plans and their luck."""
        for firm in self.firms.values():
            for name, spec in sorted(firm.spec.processes.items()):
                process = PlainProcess(firm, name, spec, self.times)
                if self.park.mechanisms.noise:
                    process.draw_noise(self.run_seed, self.times)
                self.processes.append(process)
                for direction, streams in (("in", spec.in_), ("out", spec.out)):
                    for key, port_spec in sorted(streams.items()):
                        port = PlainPort(process, direction, key, port_spec, self.park, self.times)
                        port.number = len(self.ports)
                        process.add(port)
                        firm.ports.append(port)
                        self.ports.append(port)
        known = {(port.process.key, port.direction, port.name): port for port in self.ports}
        for port in self.ports:
            before = known.get((port.process.spec.succeeds, port.direction, port.name))  # type: ignore[arg-type]
            if before is not None:
                before.heir = port

    def _acquaint(self) -> None:
        """Trust of those who could deal with each other, and who lives next to whom."""
        agents = self.park.agents
        tied = {tuple(sorted(pair)) for pair in agents.ties}
        bonds: dict[tuple[str, ...], Bond] = {}
        for pair in self.pairs:
            ends = tuple(sorted((pair.out.firm.name, pair.into.firm.name)))
            if ends not in bonds:
                bonds[ends] = Bond(_TIE if ends in tied else agents.trust.initial.value)
            pair.bond = bonds[ends]
            near = 1.0 / (1.0 + pair.length / agents.discovery.distance.value)
            pair.hazard = agents.discovery.base.value * near
        reach = agents.discovery.distance.value / self.park.layout.detour.value
        firms = list(self.firms.values())
        for firm in firms:
            firm.neighbours = [
                other for other in firms if math.hypot(other.x - firm.x, other.y - firm.y) <= reach
            ]

    def _schedule(self) -> None:
        """Openings, closures, outages."""
        calendar, horizon = self.times.calendar, self.times.period_bounds[-1]
        for name, firm in self.firms.items():
            for event, when in (("opened", firm.spec.opens), ("closed", firm.spec.closes)):
                if when is not None and 0 <= calendar.day(when) < horizon:
                    self.env.process(self._announce(float(calendar.day(when)), event, name))
        if not self.park.mechanisms.outages:
            return
        for process in self.processes:
            if process.spec.outage is not None:
                self.env.process(self._fail(process, process.spec.outage))

    def _announce(self, day: float, event: str, firm: str) -> Story:
        yield self.env.timeout(day)
        self.log(event, firm)

    def _fail(self, process: PlainProcess, outage: Outage) -> Story:
        """A unit fails and is repaired, for ever."""
        chance = stream(self.run_seed, process.key, "outage")
        running = [k for k, most in enumerate(process.ceiling) if most > 0.0]
        if not running:
            return
        yield self.env.timeout(self.times.segment_bounds[running[0]])
        last = self.times.segment_bounds[running[-1] + 1]
        while True:
            yield self.env.timeout(float(chance.exponential(outage.mean_time_between.value)))
            repair = float(chance.exponential(outage.mean_duration.value))
            if self.env.now >= last:
                return
            process.go_down(self.env.now, self.env.now + repair, self.times)
            self.log("outage", process.firm.name, detail=f"{process.name} down {repair:.1f} d")
            yield self.env.timeout(repair)


def _short(port: PlainPort) -> str:
    """Short name of a port: firm and stream, and the process where it is not the main one."""
    firm, process = port.firm.name, port.process.name
    return f"{firm}.{port.name}" if process == "main" else f"{firm}.{process}.{port.name}"


def _closing(contract: PlainLink) -> float:
    """Day on which the first of the two streams ends."""
    return float(min(contract.out.closes, contract.into.closes))


def _vary(chance: np.random.Generator, mean: float) -> float:
    """A duration around its mean; gamma, so never negative."""
    if mean <= 0.0:
        return 0.0
    shape = 1.0 / _SPREAD**2
    return float(chance.gamma(shape, mean / shape))
