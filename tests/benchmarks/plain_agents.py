"""The plain peer's agents: a firm and its stories, the regulator, the facilitator.

What lives here: who decides what, when, as SimPy stories. What does not: what a pair is worth
(``plain_market``), what moves (``plain_segment``), the model that holds them (``plain_mesa``).
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
import simpy
from benchmarks.plain_links import PlainIdea, PlainLink
from benchmarks.plain_pairs import PlainPair
from benchmarks.plain_park import PlainPort
from benchmarks.plain_worth import annuity_of

from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.appraisal import Appraisal
from ecopark.market.contract import rebuild_price, review
from ecopark.market.investment import simple_payback
from ecopark.market.protocols import Bargain, protocol
from ecopark.market.trust import break_trust
from ecopark.scenario.types import Facilitator as FacilitatorSpec
from ecopark.scenario.types import Firm as FirmSpec
from ecopark.scenario.types import Outage
from ecopark.scenario.types import Regulator as RegulatorSpec
from ecopark.streams import stream

if TYPE_CHECKING:
    from benchmarks.plain_mesa import PlainPark

Story = Generator[Any, Any, Any]
_SPREAD, _SHAPE = 0.3, 4.0


class PlainFirm(mesa.Agent):  # type: ignore[misc]
    """One actor: owns processes and ports, notices pairs, pursues ideas."""

    def __init__(self, model: PlainPark, name: str, spec: FirmSpec) -> None:
        super().__init__(model)
        self.name, self.spec = name, spec
        self.room = spec.behaviour.attention
        self.openness = spec.behaviour.openness.value
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
            idea.pair, model.env.now, idea.pair.bond.level, model.transaction_factor()
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
            paid = cost.value * model.transaction_factor() * (1.0 - 0.5 * idea.pair.bond.level)
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


def _closing(contract: PlainLink) -> float:
    """Day on which the first of the two streams ends."""
    return float(min(contract.out.closes, contract.into.closes))


def _vary(chance: np.random.Generator, mean: float) -> float:
    """A duration around its mean; gamma, so never negative."""
    if mean <= 0.0:
        return 0.0
    shape = 1.0 / _SPREAD**2
    return float(chance.gamma(shape, mean / shape))
