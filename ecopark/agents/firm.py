"""A firm: considers ideas, negotiates, builds, exchanges, reviews and renews.

Each idea it pursues is one SimPy process, written as the story it is. The firm decides; what a
pair is worth is asked of the appraiser, how a price is found of a protocol in ``market``.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import mesa

from ecopark.agents.idea import Idea
from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.appraisal import Appraisal, annuity_of
from ecopark.market.contract import Contract, rebuild_price, review
from ecopark.market.investment import simple_payback
from ecopark.market.protocols import Bargain, protocol
from ecopark.scenario.types import Firm as FirmSpec
from ecopark.scenario.types import Outage

if TYPE_CHECKING:
    import numpy as np

    from ecopark.agents.world import World

Story = Generator[Any, Any, None]
# Building and screening times vary by this coefficient of variation (gamma). [M]
_SPREAD = 0.3


class Firm(mesa.Agent):  # type: ignore[misc]
    """One actor of the park.

    Parameters
    ----------
    model : World
    name : str
        Identifier in the scenario.
    spec : FirmSpec
    """

    def __init__(self, model: World, name: str, spec: FirmSpec) -> None:
        super().__init__(model)
        self.name = name
        self.spec = spec
        self.ideas: list[Idea] = []
        self.contracts: list[Contract] = []

    @property
    def partners(self) -> frozenset[str]:
        """Firms with which an exchange operates now."""
        running = [c for c in self.contracts if c.is_running]
        return frozenset(c.taker if c.giver == self.name else c.giver for c in running)

    def consider(self, idea: Idea) -> None:
        """Take up an idea that somebody has noticed."""
        self.ideas.append(idea)
        self.model.env.process(self._pursue(idea))

    # ------------------------------------------------------------------ the story of an idea
    def _pursue(self, idea: Idea) -> Story:
        world: World = self.model
        chance = world.chance(idea.synergy, "pursuit")
        contract = yield from self._agree(idea, chance)
        world.scouting.relax(idea.pair)
        if contract is not None:
            granted = yield from self._permit(idea, chance)
            if granted:
                yield from self._build(idea, contract, chance)
                yield from self._exchange(idea, contract, chance)
            else:
                world.appraiser.withdraw(contract)
                self._lose(idea, "permit")
        if "operating" in idea.stages:
            world.scouting.contract(idea.pair)
        else:
            world.scouting.release(idea.pair, world.env.now, idea.reason)

    def _agree(self, idea: Idea, chance: np.random.Generator) -> Generator[Any, Any, Contract | None]:
        """Screen and negotiate, which takes the attention of both firms."""
        world: World = self.model
        env, rules = world.env, world.park.agents.negotiation
        yield env.timeout(_vary(chance, rules.screening.value))
        appraisal = self._appraise(idea)
        idea.mode = appraisal.mode
        if appraisal.reason:
            self._lose(idea, appraisal.reason)
            return None
        idea.reach("screened", env.now)
        idea.reach("negotiating", env.now)
        outcome = protocol(rules.protocol)(self._bargain(idea, appraisal), chance)
        yield env.timeout(outcome.rounds * rules.round.value)
        if outcome.price is None:
            self._lose(idea, "no-agreement")
            return None
        # Something else may have taken the quantity while the two were talking.
        appraisal = self._appraise(idea)
        if appraisal.reason or not appraisal.floor <= outcome.price <= appraisal.ceiling:
            self._lose(idea, appraisal.reason or "partner-withdrew")
            return None
        return self._sign(idea, appraisal, outcome.price)

    def _sign(self, idea: Idea, appraisal: Appraisal, price: float) -> Contract:
        world: World = self.model
        contract = Contract(
            synergy=idea.synergy,
            pair=idea.pair,
            out_port=int(world.appraiser.pairs.out_port[idea.pair]),
            in_port=int(world.appraiser.pairs.in_port[idea.pair]),
            giver=idea.giver,
            taker=idea.taker,
            appraisal=appraisal,
            price=price,
            price_path=[(world.env.now, price)],
        )
        world.appraiser.promise(contract)
        world.signed.append(contract)
        cost = world.park.agents.contracts.transaction_cost
        if cost is not None:
            paid = cost.value * world.transaction_factor() * (1.0 - 0.5 * world.trust(idea.giver, idea.taker))
            contract.payments.append((world.env.now, "transaction", -paid, -paid))
        idea.price, idea.capital, idea.term = price, appraisal.capital, appraisal.term
        idea.quantity = appraisal.quantity
        world.note(idea, "agreed", f"{price:.6g} per unit for {appraisal.term / DAYS_PER_YEAR:.3g} yr")
        return contract

    def _permit(self, idea: Idea, chance: np.random.Generator) -> Generator[Any, Any, bool]:
        world: World = self.model
        idea.reach("permitting", world.env.now)
        if not world.park.mechanisms.permits:
            return True
        port = int(world.appraiser.pairs.out_port[idea.pair])
        columns = world.appraiser.columns
        hazard = world.park.resources[columns.resources[columns.port_resource[port]]].hazard
        granted: bool = yield from world.regulator.decide(hazard, chance)
        return granted

    def _build(self, idea: Idea, contract: Contract, chance: np.random.Generator) -> Story:
        """Pay, build, and wait until both plants are open."""
        world: World = self.model
        env, terms = world.env, contract.appraisal
        idea.reach("building", env.now)
        self._invest(contract)
        yield env.timeout(_vary(chance, terms.lead_time))
        opening = max(
            world.appraiser.columns.opens[contract.out_port], world.appraiser.columns.opens[contract.in_port]
        )
        yield env.timeout(max(float(opening) - env.now, 0.0))

    def _exchange(self, idea: Idea, contract: Contract, chance: np.random.Generator) -> Story:
        """Open the link and operate it, if both plants are there."""
        world: World = self.model
        contract.end = world.env.now + contract.appraisal.term
        if self._closing(contract) > world.env.now:
            idea.reach("operating", world.env.now)
            world.note(idea, "operating")
            self._open(contract)
            yield from self._operate(idea, contract)
        else:
            self._end(idea, contract, "closed", "closure")

    def _operate(self, idea: Idea, contract: Contract) -> Story:
        """Keep an exchange until it is closed, broken, worn out or not renewed."""
        world: World = self.model
        env, closes = world.env, self._closing(contract)
        pause = world.park.agents.contracts.review.value
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

    def _open(self, contract: Contract) -> None:
        world: World = self.model
        world.start_exchange(contract)
        for name in (contract.giver, contract.taker):
            world.firms[name].contracts.append(contract)
        # A pair that works may grow: it is looked at again when enough is left on both sides.
        world.scouting.extend(contract.pair, world.env.now)
        outage = world.park.transport[contract.appraisal.mode].outage
        if outage is not None and world.park.mechanisms.outages:
            world.env.process(self._fail(contract, outage))

    def _fail(self, contract: Contract, outage: Outage) -> Story:
        """The pipe of a contract fails and is repaired, while it runs."""
        world: World = self.model
        chance = world.chance(contract.synergy, "outage")
        while contract.is_running:
            yield world.env.timeout(float(chance.exponential(outage.mean_time_between.value)))
            repair = float(chance.exponential(outage.mean_duration.value))
            if contract.is_running:
                world.cut_exchange(contract, world.env.now + repair)
            yield world.env.timeout(repair)

    def _closing(self, contract: Contract) -> float:
        """Day on which the first of the two streams ends."""
        columns = self.model.appraiser.columns
        return float(min(columns.closes[contract.out_port], columns.closes[contract.in_port]))

    def _hand_over(self, idea: Idea, contract: Contract) -> bool:
        """Pass a contract on to the plant that succeeds one that closes, with its terms as they are."""
        world: World = self.model
        out, into = (self._heir(port) for port in (contract.out_port, contract.in_port))
        pair = world.appraiser.pairs.find(out, into, contract.pair)
        if pair is None:
            return False
        self._end(idea, contract, "closed", "closure")
        heir = world.take_over(idea, pair)
        carried_on = replace(
            contract,
            synergy=heir.synergy,
            pair=pair,
            out_port=out,
            in_port=into,
            giver=heir.giver,
            taker=heir.taker,
            price_path=[(world.env.now, contract.price)],
            spans=[],
            builds=[],
            inherited=contract.built,
            renewals=0,
            payments=[],
            number=-1,
        )
        world.appraiser.promise(carried_on)
        world.signed.append(carried_on)
        world.firms[heir.giver].carry_on(heir, carried_on)
        return True

    def _heir(self, port: int) -> int:
        """Stream that follows a stream ending today; the stream itself where it goes on, or has no heir."""
        columns = self.model.appraiser.columns
        return int(columns.successor[port]) if columns.closes[port] <= self.model.env.now else port

    def carry_on(self, idea: Idea, contract: Contract) -> None:
        """Operate a contract inherited from a plant that closed."""
        self.ideas.append(idea)
        self._open(contract)
        self.model.env.process(self._carry_on(idea, contract))

    def _carry_on(self, idea: Idea, contract: Contract) -> Story:
        yield from self._operate(idea, contract)
        self.model.scouting.contract(idea.pair)

    def _rebuild(self, idea: Idea, contract: Contract) -> None:
        """What was built is worn out: build it again if that pays, or end."""
        world: World = self.model
        terms, investor = contract.appraisal, world.appraiser.investor(contract)
        floor, ceiling = world.appraiser.running_prices(contract.pair, terms, world.env.now)
        payback = simple_payback(terms.capital, (ceiling - floor) * terms.quantity)
        price = rebuild_price(
            floor,
            ceiling,
            annuity_of(terms, investor),
            terms.giver_invests,
            payback,
            investor.payback.value / DAYS_PER_YEAR,
        )
        if price is None:
            self._end(idea, contract, "expired", "economics")
            return
        self._invest(contract)
        self._reprice(idea, contract, price, "rebuilt")

    def _invest(self, contract: Contract) -> None:
        terms, now = contract.appraisal, self.model.env.now
        contract.builds.append(now)
        if terms.capital > 0.0:
            shares = (-terms.capital, 0.0) if terms.giver_invests else (0.0, -terms.capital)
            contract.payments.append((now, "investment", *shares))

    def _review(self, idea: Idea, contract: Contract) -> None:
        """Once a year each side asks whether the contract is still worth keeping."""
        world: World = self.model
        rules = world.park.agents.contracts
        floor, ceiling = world.appraiser.running_prices(contract.pair, contract.appraisal, world.env.now)
        years = (contract.end - world.env.now) / DAYS_PER_YEAR
        verdict = review(
            contract.price, floor, ceiling, contract.appraisal.quantity, years, rules.penalty.value
        )
        if verdict.action == "reprice":
            self._reprice(idea, contract, verdict.price, "repriced")
        elif verdict.action == "breach":
            owed = -verdict.penalty if verdict.giver_leaves else verdict.penalty
            contract.payments.append((world.env.now, "penalty", owed, -owed))
            world.betray(idea.giver, idea.taker)
            self._end(idea, contract, "breached", "economics")

    def _renew(self, idea: Idea, contract: Contract) -> None:
        """At the end of the term: a new price while both still gain, or the end."""
        world: World = self.model
        floor, ceiling = world.appraiser.running_prices(contract.pair, contract.appraisal, world.env.now)
        terms = contract.appraisal
        if ceiling <= floor:
            self._end(idea, contract, "expired", "economics")
            return
        contract.end += terms.term
        contract.renewals += 1
        idea.renewals = contract.renewals
        # Partners who know each other's books split the gain (Nash).
        self._reprice(idea, contract, (floor + ceiling) / 2.0, "renewed")

    # ------------------------------------------------------------------ small acts
    def _appraise(self, idea: Idea) -> Appraisal:
        world: World = self.model
        return world.appraiser.appraise(
            idea.pair, world.env.now, world.trust(idea.giver, idea.taker), world.transaction_factor()
        )

    def _bargain(self, idea: Idea, appraisal: Appraisal) -> Bargain:
        """Reservation prices, and opening positions.

        Each opens with what it believes to be the other's reservation price: disposal cost, virgin
        price and the cost of the pipe are known to both; the other's risk and effort are not.
        """
        world: World = self.model
        for_giver, for_taker = (
            (appraisal.annuity, 0.0) if appraisal.giver_invests else (0.0, appraisal.annuity)
        )
        giver, taker = (world.firms[name].spec.behaviour for name in (idea.giver, idea.taker))
        return Bargain(
            floor=appraisal.floor,
            ceiling=appraisal.ceiling,
            ask=appraisal.running_ceiling - for_taker,
            bid=appraisal.running_floor + for_giver,
            giver_patience=giver.patience,
            taker_patience=taker.patience,
            concession=world.park.agents.negotiation.concession.value,
        )

    def _reprice(self, idea: Idea, contract: Contract, price: float, event: str) -> None:
        contract.price = price
        contract.price_path.append((self.model.env.now, price))
        idea.price = price
        self.model.note(idea, event, f"{price:.6g} per unit")

    def _lose(self, idea: Idea, reason: str) -> None:
        idea.finish("lost", reason, self.model.env.now)
        self.model.note(idea, "lost", reason)

    def _end(self, idea: Idea, contract: Contract, end: str, reason: str) -> None:
        world: World = self.model
        if contract.is_running:
            world.stop_exchange(contract)
        world.appraiser.withdraw(contract)
        idea.finish(end, reason, world.env.now)
        world.note(idea, end, reason)


def _vary(chance: np.random.Generator, mean: float) -> float:
    """A duration around its mean; gamma, so never negative."""
    if mean <= 0.0:
        return 0.0
    shape = 1.0 / _SPREAD**2
    return float(chance.gamma(shape, mean / shape))
