"""Talks: a firm screens an idea, negotiates and signs.

What a pair is worth is asked of the appraiser, how a price is found of a protocol in ``market``, what else
the two bring to the table of ``leverage``.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from ecopark.agents.actor import Actor, vary
from ecopark.agents.idea import Idea
from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.appraisal import Appraisal
from ecopark.market.contract import Contract
from ecopark.market.package import Package
from ecopark.market.protocols import Bargain, protocol

if TYPE_CHECKING:
    import numpy as np

    from ecopark.agents.world import World


class Talks(Actor):
    """An actor that can come to an agreement."""

    def _agree(self, idea: Idea, chance: np.random.Generator) -> Generator[Any, Any, Contract | None]:
        """Screen and negotiate, which takes the attention of both firms."""
        world: World = self.model
        env, rules = world.env, world.park.agents.negotiation
        yield from world.support.begin(idea)
        yield env.timeout(vary(chance, rules.screening.value) * world.support.pace(idea, "screening"))
        missing = world.support.screen(idea)
        if missing:
            self._lose(idea, missing)
            return None
        appraisal, package = world.leverage.settle_terms(idea, self._appraise(idea))
        idea.mode = appraisal.mode
        if appraisal.reason:
            self._lose(idea, appraisal.reason)
            return None
        unwilling = self._ask_both(idea, appraisal)
        if unwilling:
            self._lose(idea, unwilling)
            return None
        idea.reach("screened", env.now)
        idea.reach("negotiating", env.now)
        bargain = world.leverage.strengthen(idea, appraisal, self._bargain(idea, appraisal))
        outcome = protocol(rules.protocol)(world.support.openings(idea, bargain), chance)
        yield env.timeout(outcome.rounds * rules.round.value * world.support.pace(idea, "negotiation"))
        if outcome.price is None:
            self._lose(idea, "no-agreement")
            return None
        # Something else may have taken the quantity while the two were talking.
        appraisal = world.leverage.keep_terms(idea, self._appraise(idea), package)
        if appraisal.reason or not appraisal.floor <= outcome.price <= appraisal.ceiling:
            self._lose(idea, appraisal.reason or "partner-withdrew")
            return None
        return self._sign(idea, appraisal, outcome.price, package)

    def refuses(self, idea: Idea, appraisal: Appraisal) -> str:
        """Why this firm will not pursue an idea that pays; a rule that kinds of firms may set.

        Parameters
        ----------
        idea : Idea
        appraisal : Appraisal

        Returns
        -------
        str
            One of the reasons of ``ecopark.agents.idea.REASONS``; empty if it is willing.
        """
        return ""

    def _ask_both(self, idea: Idea, appraisal: Appraisal) -> str:
        """The first reason that giver or taker have against an idea."""
        world: World = self.model
        giver, taker = world.firms[idea.giver], world.firms[idea.taker]
        return giver.refuses(idea, appraisal) or taker.refuses(idea, appraisal)

    def _sign(
        self, idea: Idea, appraisal: Appraisal, price: float, package: Package | None = None
    ) -> Contract:
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
            take_or_pay=0.0 if package is None else package.take_or_pay,
            penalty_share=None if package is None else package.penalty_share,
        )
        world.appraiser.promise(contract)
        world.signed.append(contract)
        cost = world.park.agents.contracts.transaction_cost
        if cost is not None:
            paid = cost.value * world.transaction_factor(idea) * (1.0 - 0.5 * world.trust_within(idea.pair))
            contract.payments.append((world.env.now, "transaction", -paid, -paid))
        idea.price, idea.capital, idea.term = price, appraisal.capital, appraisal.term
        idea.quantity = appraisal.quantity
        terms = "" if package is None else f", {_describe(package)}"
        world.note(idea, "agreed", f"{price:.6g} per unit for {appraisal.term / DAYS_PER_YEAR:.3g} yr{terms}")
        return contract

    def _appraise(self, idea: Idea) -> Appraisal:
        world: World = self.model
        return world.appraiser.appraise(
            idea.pair, world.env.now, world.trust_within(idea.pair), world.transaction_factor(idea)
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


def _describe(package: Package) -> str:
    """Terms in a few words, for the record."""
    payer = "giver" if package.giver_invests else "taker"
    return f"{payer} invests, take-or-pay {package.take_or_pay:.3g}, penalty {package.penalty_share:.3g}"
