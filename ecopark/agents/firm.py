"""A firm: considers ideas, negotiates, builds, exchanges, reviews and renews.

Each idea it pursues is one SimPy process, written as the story it is. The firm decides; what a
pair is worth is asked of the appraiser, how a price is found of a protocol in ``market``.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import mesa
import simpy

from ecopark.agents.idea import Idea
from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.appraisal import Appraisal
from ecopark.market.contract import Contract, review
from ecopark.market.protocols import Bargain, protocol
from ecopark.scenario.types import Firm as FirmSpec

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
        self.attention = simpy.Resource(model.env, capacity=spec.behaviour.attention)
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
        """Screen and negotiate, with the attention of both firms."""
        world: World = self.model
        env, rules = world.env, world.park.agents.negotiation
        with ExitStack() as stack:
            # Always in order of names, so that two firms never wait for each other.
            for name in sorted((idea.giver, idea.taker)):
                turn = stack.enter_context(world.firms[name].attention.request())
                yield turn
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
        contract.built = env.now
        if terms.capital > 0.0:
            shares = (-terms.capital, 0.0) if terms.giver_invests else (0.0, -terms.capital)
            contract.payments.append((env.now, "investment", *shares))
        yield env.timeout(_vary(chance, terms.lead_time))
        opening = max(
            world.appraiser.columns.opens[contract.out_port], world.appraiser.columns.opens[contract.in_port]
        )
        yield env.timeout(max(float(opening) - env.now, 0.0))

    def _exchange(self, idea: Idea, contract: Contract, chance: np.random.Generator) -> Story:
        """Operate until the contract is closed, broken or not renewed."""
        world: World = self.model
        env, columns = world.env, world.appraiser.columns
        closes = float(min(columns.closes[contract.out_port], columns.closes[contract.in_port]))
        contract.end = env.now + contract.appraisal.term
        if closes > env.now:
            idea.reach("operating", env.now)
            world.start_exchange(contract)
            for name in (idea.giver, idea.taker):
                world.firms[name].contracts.append(contract)
            world.note(idea, "operating")
            # A pair that works may grow: it is looked at again when enough is left on both sides.
            world.scouting.extend(idea.pair, env.now)
        while contract.is_running:
            pause = world.park.agents.contracts.review.value
            yield env.timeout(max(min(env.now + pause, contract.end, closes) - env.now, 0.0))
            if env.now >= closes:
                break
            if env.now >= contract.end:
                self._renew(idea, contract, chance)
            else:
                self._review(idea, contract)
        if not idea.is_over:
            self._end(idea, contract, "closed", "closure")

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

    def _renew(self, idea: Idea, contract: Contract, chance: np.random.Generator) -> None:
        """At the end of the term: a new price while both still gain, or the end."""
        world: World = self.model
        floor, ceiling = world.appraiser.running_prices(contract.pair, contract.appraisal, world.env.now)
        terms = contract.appraisal
        bargain = Bargain(floor, ceiling, ask=ceiling, bid=floor, giver_power=0.5)
        outcome = protocol("nash")(bargain, chance)
        if outcome.price is None:
            self._end(idea, contract, "expired", "economics")
            return
        contract.end += terms.term
        contract.renewals += 1
        idea.renewals = contract.renewals
        self._reprice(idea, contract, outcome.price, "renewed")

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
