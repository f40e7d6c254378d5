"""Leverage: what two firms bring to the table beside their reservation prices, and the terms they settle on.

What lives here: power, outside options, pools and packages, each neutral where a scenario states nothing.
What does not: the talks themselves (``talks``), the formulas (``market.bargaining``, ``market.package``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecopark.agents.idea import Idea
from ecopark.agents.rivals import Rivals
from ecopark.market.appraisal import Appraisal
from ecopark.market.bargaining import bargaining_power, discount_per_round
from ecopark.market.investment import per_year
from ecopark.market.package import Menu, Package, Prospect, Scale, list_packages, revise
from ecopark.market.protocols import Bargain
from ecopark.scenario.types import Behaviour

if TYPE_CHECKING:
    from ecopark.agents.world import World

# What is on the table: term and penalty as multiples of the usual, take-or-pay as shares. [M]
_TERMS = (1.0, 0.5, 2.0)
_TAKE_OR_PAY = (0.0, 0.5, 0.8)
_PENALTIES = (1.0, 2.0)


class Leverage:
    """Power, alternatives and terms of two firms at a table.

    Parameters
    ----------
    model : World
    """

    def __init__(self, model: World) -> None:
        self._model = model
        self._rules = model.park.agents.negotiation
        self._rivals = Rivals(model)
        self._menus: dict[tuple[float, bool], Menu] = {}

    # ------------------------------------------------------------------ terms other than the price
    def settle_terms(self, idea: Idea, usual: Appraisal) -> tuple[Appraisal, Package | None]:
        """Choose the terms before the price.

        Parameters
        ----------
        idea : Idea
        usual : Appraisal
            Under the usual terms.

        Returns
        -------
        Appraisal
            Under the terms chosen; `usual` where terms are not negotiated, or no others are better.
        Package or None
            The terms; None where they are not negotiated, or none suits both.
        """
        if not self._rules.package or usual.quantity <= 0.0:
            return usual, None
        scale = Scale(usual, *self._behaviours(idea), self._prospect(idea))
        found = scale.choose(self._menu(usual.term, usual.giver_invests))
        return (usual, None) if found is None else (scale.revise(found), found)

    def _menu(self, term: float, giver_invests: bool) -> Menu:
        """What may be settled where the usual term and investor are these; the usual ones come first."""
        key = term, giver_invests
        if key not in self._menus:
            penalty = self._model.park.agents.contracts.penalty.value
            packages = list_packages(
                [1.0],
                [term * factor for factor in _TERMS],
                _TAKE_OR_PAY,
                sorted({min(penalty * factor, 1.0) for factor in _PENALTIES}),
                [giver_invests, not giver_invests],
            )
            self._menus[key] = Menu(packages)
        return self._menus[key]

    def keep_terms(self, idea: Idea, usual: Appraisal, package: Package | None) -> Appraisal:
        """Appraisal of today under terms settled before.

        Parameters
        ----------
        idea : Idea
        usual : Appraisal
            Under the usual terms.
        package : Package or None
            None where no others were settled.

        Returns
        -------
        Appraisal
        """
        if package is None or usual.quantity <= 0.0:
            return usual
        return revise(usual, package, *self._behaviours(idea), self._prospect(idea))

    def _prospect(self, idea: Idea) -> Prospect:
        world = self._model
        rules, trust = world.park.agents.contracts, world.trust_within(idea.pair)
        deal = 0.0 if rules.transaction_cost is None else rules.transaction_cost.value
        deal *= world.transaction_factor(idea) * (1.0 - 0.5 * trust)
        return Prospect(trust, rules.reliability.value, deal, deal, rules.penalty.value)

    # ------------------------------------------------------------------ at the table
    def strengthen(self, idea: Idea, terms: Appraisal, bargain: Bargain) -> Bargain:
        """Put patience, trust, second-best partners and rivals on the table.

        Parameters
        ----------
        idea : Idea
        terms : Appraisal
        bargain : Bargain
            Reservation prices and opening positions.

        Returns
        -------
        Bargain
        """
        world, rules = self._model, self._rules
        days = rules.round.value
        giver, taker = (
            discount_per_round(per_year(firm.hurdle_rate.value), days) for firm in self._behaviours(idea)
        )
        found: dict[str, Any] = {
            "giver_discount": giver,
            "taker_discount": taker,
            "doubt": rules.doubt.value,
            "markup": rules.markup.value,
            "adjustment": rules.adjustment.value,
            "quantity": terms.quantity,
        }
        if rules.power == "patience":
            found["giver_power"] = bargaining_power(giver, taker)
            found["trust"] = world.trust_within(idea.pair)
        if world.park.mechanisms.outside_options and rules.alternatives > 0:
            outside = self._rivals.value_outside(idea.pair, terms, rules.alternatives)
            found["giver_outside"], found["taker_outside"] = outside
        if rules.protocol == "double_auction" and rules.pool > 0:
            found["sellers"], found["buyers"] = self._rivals.gather_pool(idea.pair, rules.pool)
        return bargain._replace(**found)

    def _behaviours(self, idea: Idea) -> tuple[Behaviour, Behaviour]:
        firms = self._model.firms
        return firms[idea.giver].spec.behaviour, firms[idea.taker].spec.behaviour
