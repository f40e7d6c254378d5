"""Keeping: a firm operates an exchange, reviews, renews, rebuilds, hands over or ends it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ecopark.agents.actor import Actor, Story
from ecopark.agents.failures import break_down
from ecopark.agents.idea import Idea
from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.appraisal import annuity_of
from ecopark.market.clauses import follow_index, held_up_price, value_of_trust
from ecopark.market.conduct import reopened_price
from ecopark.market.contract import Contract, Verdict, compensated_price, rebuild_price, review
from ecopark.market.investment import per_year, simple_payback

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
            now = env.now
            due = min(now + pause, contract.end, contract.worn_out, closes)
            yield env.timeout(max(due - now, 0.0))
            now = env.now
            if now >= closes:
                if not self._hand_over(idea, contract):
                    self._end(idea, contract, "closed", "closure")
            elif now >= contract.worn_out:
                self._rebuild(idea, contract)
            elif now >= contract.end:
                self._renew(idea, contract)
            else:
                self._review(idea, contract)

    def _open(self, contract: Contract) -> None:
        world: World = self.model
        rules = world.park.agents.contracts
        if rules.kind == "take_or_pay" and contract.take_or_pay == 0.0:
            contract.take_or_pay = rules.take_or_pay.value
        if rules.kind == "indexed":
            contract.index_level = self._index_level(contract)
        world.start_exchange(contract)
        for name in (contract.giver, contract.taker):
            world.firms[name].contracts.append(contract)
        # A pair that works may grow: it is looked at again when enough is left on both sides.
        world.scouting.extend(contract.pair, world.env.now)
        outage = world.park.transport[contract.appraisal.mode].outage
        if outage is not None and world.park.mechanisms.outages:
            chance = world.chance(contract.synergy, "outage")
            world.failures.watch_pipe(contract, break_down(chance, outage, world.env.now))

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
            known=None,
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
        world.appraiser.trenches.price(contract)
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
        contract.is_held_up = False
        self._agree_on(idea, contract, price, "rebuilt", (floor, ceiling))

    def _review(self, idea: Idea, contract: Contract) -> None:
        """Once a year each side asks whether the contract is still worth keeping."""
        if contract.is_left:
            return
        world: World = self.model
        rules, now = world.park.agents.contracts, world.env.now
        today = world.appraiser.running_prices(contract.pair, contract.appraisal, now)
        if rules.kind == "spot":
            self._price_spot(idea, contract, today)
            return
        if contract.index_level is not None:
            self._follow_index(idea, contract, contract.index_level)
        if self._hold_up(idea, contract, today) or self._reopen(idea, contract, today):
            return
        notice = rules.notice.value if rules.notice is not None else float("inf")
        verdict = review(
            contract.price,
            *today,
            contract.appraisal.quantity,
            (contract.end - now) / DAYS_PER_YEAR,
            self._penalty_share(contract),
            self._trust_at_stake(contract, today),
            notice / DAYS_PER_YEAR,
        )
        for name in (contract.giver, contract.taker):
            verdict = world.firms[name].reconsiders(contract, verdict)
        if verdict.action == "keep":
            return
        leaver, other = self._sides(contract, verdict.giver_leaves)
        if verdict.action == "reprice":
            self._agree_on(idea, contract, verdict.price, "repriced", today)
        elif verdict.action == "leave":
            contract.end, contract.is_left = now + notice, True
            world.note(idea, "notice", f"by {leaver}, {notice:.0f} d")
        elif verdict.action == "breach":
            owed = -verdict.penalty if verdict.giver_leaves else verdict.penalty
            contract.payments.append((now, "penalty", owed, -owed))
            world.betray(leaver, other)
            self._end(idea, contract, "breached", "economics")

    def reconsiders(self, contract: Contract, verdict: Verdict) -> Verdict:
        """What this firm makes of the verdict on a running contract; a rule that kinds of firms may set.

        Parameters
        ----------
        contract : Contract
        verdict : Verdict

        Returns
        -------
        Verdict
            The verdict itself where it agrees.
        """
        return verdict

    def _renew(self, idea: Idea, contract: Contract) -> None:
        """At the end of the term: a new price while both still gain, or the end."""
        world: World = self.model
        today = world.appraiser.running_prices(contract.pair, contract.appraisal, world.env.now)
        # Partners who know each other's books split the gain (Nash).
        price = compensated_price(*today)
        if price is None or contract.is_left:
            self._end(idea, contract, "expired", "economics")
            return
        contract.end += contract.appraisal.term
        contract.renewals += 1
        idea.renewals = contract.renewals
        self._agree_on(idea, contract, price, "renewed", today)

    # ------------------------------------------------------------------ clauses
    def _agree_on(
        self, idea: Idea, contract: Contract, price: float, event: str, today: tuple[float, float]
    ) -> None:
        """A new price, and what both know of each other when they agree on it."""
        self._reprice(idea, contract, price, event)
        contract.known = today

    def _price_spot(self, idea: Idea, contract: Contract, today: tuple[float, float]) -> None:
        """Without obligation: the price of the day, or the end, at no penalty."""
        price = compensated_price(*today)
        if price is None:
            self._end(idea, contract, "expired", "economics")
        elif price != contract.price:
            self._agree_on(idea, contract, price, "repriced", today)

    def _follow_index(self, idea: Idea, contract: Contract, before: float) -> None:
        """Move an indexed price with its index."""
        rules = self.model.park.agents.contracts
        contract.index_level = now = self._index_level(contract)
        price = follow_index(contract.price, before, now, rules.pass_through.value, rules.index)
        if price != contract.price:
            self._reprice(idea, contract, price, "indexed")

    def _index_level(self, contract: Contract) -> float:
        """Virgin price saved, or disposal cost avoided, per unit sent: mean of the last year."""
        world: World = self.model
        if world.park.agents.contracts.index == "disposal":
            return world.appraiser.index_of(contract.out_port, world.env.now)
        terms = contract.appraisal
        return terms.keep * terms.credit * world.appraiser.index_of(contract.in_port, world.env.now)

    def _hold_up(self, idea: Idea, contract: Contract, today: tuple[float, float]) -> bool:
        """Once after something was built, the party that did not pay for it may re-open the price."""
        world: World = self.model
        rules, terms = world.park.agents.contracts, contract.appraisal
        if rules.hold_up.value == 0.0 or contract.is_held_up or terms.capital <= 0.0 or not contract.builds:
            return False
        presser, investor = self._sides(contract, not terms.giver_invests)
        share = rules.hold_up.value * world.opportunism(presser, investor)
        price = held_up_price(
            contract.price, *today, terms.giver_invests, share, self._penalty_share(contract)
        )
        if price == contract.price:
            return False
        contract.is_held_up = True
        self._press(idea, contract, price, today, presser)
        return True

    def _reopen(self, idea: Idea, contract: Contract, today: tuple[float, float]) -> bool:
        """An opportunist asks for more as soon as it could do better without its partner."""
        world: World = self.model
        for giver_asks, asker in ((True, contract.giver), (False, contract.taker)):
            if not world.is_opportunist(asker):
                continue
            terms = contract.appraisal
            agreed = contract.known or (terms.running_floor, terms.running_ceiling)
            gains = contract.price - today[0], today[1] - contract.price
            penalty = self._penalty_share(contract) * max(abs(contract.price), *gains)
            price = reopened_price(contract.price, today, agreed, giver_asks, penalty)
            if price is not None:
                self._press(idea, contract, price, today, asker)
                return True
        return False

    def _press(
        self, idea: Idea, contract: Contract, price: float, today: tuple[float, float], presser: str
    ) -> None:
        """A price re-opened against the contract costs trust, though less than a breach."""
        world: World = self.model
        self._agree_on(idea, contract, price, "re-opened", today)
        victim = contract.taker if presser == contract.giver else contract.giver
        world.betray(presser, victim, world.park.agents.trust.reopening.value)

    def _trust_at_stake(self, contract: Contract, today: tuple[float, float]) -> tuple[float, float]:
        """Worth of the trust that the side which loses most would forfeit: giver, taker. money."""
        giver_gain, taker_gain = contract.price - today[0], today[1] - contract.price
        if giver_gain >= 0.0 and taker_gain >= 0.0:
            return 0.0, 0.0
        world: World = self.model
        rules = world.park.agents.trust
        if rules.value.value == 0.0 or not world.park.mechanisms.trust:
            return 0.0, 0.0
        leaver, other = self._sides(contract, giver_gain < taker_gain)
        if world.is_opportunist(leaver):
            return 0.0, 0.0
        gains = world.firms[leaver].gains_by_partner(contract)
        hearers = [
            (world.trust(name, other), gains[name])
            for name in sorted(world.firms[other].partners & gains.keys() - {leaver, other})
        ]
        rate = per_year(world.firms[leaver].spec.behaviour.hurdle_rate.value)
        lost = world.trust_at_risk(leaver, other)
        worth = rules.value.value * value_of_trust(
            lost, gains.get(other, 0.0), hearers, rate, rules.spread.value
        )
        return (worth, 0.0) if leaver == contract.giver else (0.0, worth)

    def gains_by_partner(self, left_out: Contract) -> dict[str, float]:
        """Gain a year from all exchanges with each partner, one contract left out.

        Parameters
        ----------
        left_out : Contract

        Returns
        -------
        dict of str to float, money/yr
        """
        world: World = self.model
        gains: dict[str, float] = {}
        fed: dict[int, float] = {}
        for held in self.contracts:
            if held is left_out or not held.is_running:
                continue
            floor, ceiling = world.appraiser.running_prices(held.pair, held.appraisal, world.env.now, fed)
            gives = held.giver == self.name
            margin = held.price - floor if gives else ceiling - held.price
            partner = held.taker if gives else held.giver
            gains[partner] = gains.get(partner, 0.0) + margin * held.appraisal.quantity
        return gains

    def _penalty_share(self, contract: Contract) -> float:
        agreed = contract.penalty_share
        return float(self.model.park.agents.contracts.penalty.value) if agreed is None else agreed

    @staticmethod
    def _sides(contract: Contract, giver_first: bool) -> tuple[str, str]:
        """The two parties, the giver first or second."""
        return (contract.giver, contract.taker) if giver_first else (contract.taker, contract.giver)
