"""Keeping: a firm operates an exchange, reviews, renews, rebuilds, hands over or ends it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ecopark.agents.actor import Actor, Story
from ecopark.agents.idea import Idea
from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.appraisal import annuity_of
from ecopark.market.contract import Contract, rebuild_price, review
from ecopark.market.investment import simple_payback
from ecopark.scenario.types import Outage

if TYPE_CHECKING:
    from ecopark.agents.world import World


class Keeping(Actor):
    """An actor that keeps contracts while that pays."""

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
