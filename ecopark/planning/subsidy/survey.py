"""Exchanges that physics allows and firms pass by: what they would be worth, and what would make firms want them.

What lives here: looking at every pair of a run on given days, as it goes on; the merit order of the payments on
one of them. What does not: the value of one pair (``value``), runs with the payments in force
(``studying``).

The run that is looked at is that of ``simulate`` with the same seed, to the byte: questions leave no trace.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ecopark.agents.idea import Idea
from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.appraisal import Appraisal
from ecopark.market.contract import Contract
from ecopark.market.investment import annuity_factor
from ecopark.model import ParkModel
from ecopark.planning.subsidy.value import (
    SocialBook,
    SocialTerms,
    SocialValue,
    least_grant,
    least_subsidy,
    paid_for,
)
from ecopark.scenario import Scenario
from ecopark.simulate import check_rules

Instrument = Literal["unit", "grant"]
Rank = Literal["carbon", "diverted", "value"]
INSTRUMENTS: tuple[Instrument, ...] = ("unit", "grant")
RANKS: tuple[Rank, ...] = ("carbon", "diverted", "value")
REJECTED = (
    "year", "from_firm", "to_firm", "resource", "to_resource", "pathway", "mode", "distance_km", "quantity", "unit",
    "reason", "history", "private_value", "payback", "social_value", "co2", "landfill", "diverted", "investment",
    "subsidy", "grant", "years", "present_cost", "yearly_cost",
    "cost_per_t_co2", "cost_per_diverted",
)  # fmt: skip
_NEVER = "not tried"


@dataclass(frozen=True)
class Look:
    """What to look for.

    Attributes
    ----------
    terms : SocialTerms
    instrument : {"unit", "grant"}
        Payment per unit exchanged, or share of the investment.
    rank : {"carbon", "diverted", "value"}
        Cheapest first, per tonne of CO2e, per unit kept from disposal, or per money of social value.
    """

    terms: SocialTerms
    instrument: Instrument = "unit"
    rank: Rank = "carbon"


@dataclass
class Survey:
    """What was found in a run.

    Attributes
    ----------
    rejected : list of dict
        Rows by year and pair, fields as in ``REJECTED``.
    curve : list of dict
        The same of the merit order, in its order, with ``competes_with``.
    worthwhile : list of dict
        Pairs that would pay without any payment on the day of the merit order and were not in hand.
    ideas : list of Idea
        Of the whole run.
    """

    rejected: list[dict[str, Any]] = field(default_factory=list)
    curve: list[dict[str, Any]] = field(default_factory=list)
    worthwhile: list[dict[str, Any]] = field(default_factory=list)
    ideas: list[Idea] = field(default_factory=list)


def survey(
    scenario: Scenario, seed: int, years: Iterable[int], at: int, look: Look, last: int | None = None
) -> Survey:
    """Look at all pairs of a run at the start of some years, and put those of one year in order.

    Parameters
    ----------
    scenario : Scenario
    seed : int
    years : iterable of int
        Looked at on the first of January.
    at : int
        Year of the merit order.
    look : Look
    last : int, optional
        Last year of the run; the scenario's by default.

    Returns
    -------
    Survey
        Pairs that come to operate by themselves later in the run are in no merit order.
    """
    check_rules(scenario)
    wanted = sorted({*years, at})
    final = last or scenario.park.time.end.year
    future = _operating(scenario, seed, at, final)
    found = Survey()
    model = ParkModel(scenario.park, seed)
    try:
        book = SocialBook(model, look.terms)
        while model.period < model.calendar.periods:
            day = float(model.calendar.period_bounds[model.period])
            when = model.calendar.date(day)
            if when.year > final:
                break
            if when.month == 1 and when.year in wanted:
                surveyor = _Surveyor(model, book, look, day, when.year)
                found.rejected += surveyor.look_at_all()
                if when.year == at:
                    found.curve, found.worthwhile = surveyor.order_by_merit(future)
            model.step()
        found.ideas = list(model.ideas)
    finally:
        model.close()
    return found


def _operating(scenario: Scenario, seed: int, at: int, final: int) -> set[int]:
    """Pairs that operate in a run at any time from the start of a year on."""
    model = ParkModel(scenario.park, seed)
    try:
        while model.period < model.calendar.periods:
            day = float(model.calendar.period_bounds[model.period])
            if model.calendar.date(day).year > final:
                break
            model.step()
        start = min(
            (float(b) for b in model.calendar.period_bounds if model.calendar.date(float(b)).year >= at),
            default=np.inf,
        )
        return {idea.pair for idea in model.ideas if "operating" in idea.stages and not idea.ended <= start}
    finally:
        model.close()


class _Surveyor:
    """Looks at the pairs of a model on a day."""

    def __init__(self, model: ParkModel, book: SocialBook, look: Look, day: float, year: int) -> None:
        self._model, self._book, self._look, self._day, self._year = model, book, look, day, year
        last: dict[int, Idea] = {}
        for idea in model.ideas:
            last[idea.pair] = idea
        self._last = last

    # ------------------------------------------------------------------ asking
    def _open(self) -> list[int]:
        """Pairs whose firms are there or announced, and that nobody is working on or operating."""
        model = self._model
        pairs, sight = model.pairs, model.appraiser.is_in_sight
        seen = sight(pairs.out_port, self._day) & sight(pairs.in_port, self._day)
        idle = [pair not in self._last or self._last[pair].is_over for pair in range(pairs.count)]
        return [int(pair) for pair in np.flatnonzero(seen & np.array(idle, dtype=bool))]

    def _ask(self, pair: int) -> Appraisal:
        factor, trust = self._relation(pair)
        return self._model.appraiser.appraise(pair, self._day, trust, factor)

    def _relation(self, pair: int) -> tuple[float, float]:
        """Factor of a facilitator on the cost of dealing, and trust, between the firms of a pair."""
        giver, taker = self._firms(pair)
        body = self._model.facilitator
        factor = body.transaction_cost if body is not None and body.serves(giver, taker) else 1.0
        return factor, self._model.trust(giver, taker)

    def _value(self, pair: int, terms: Appraisal) -> SocialValue:
        factor, trust = self._relation(pair)
        # Full trust halves the cost of dealing, as in the appraisal.
        return self._book.value(pair, terms, self._day, factor * (1.0 - 0.5 * trust))

    def _firms(self, pair: int) -> tuple[str, str]:
        columns, pairs = self._model.columns, self._model.pairs
        giver, taker = (
            columns.firms[columns.port_firm[port]] for port in (pairs.out_port[pair], pairs.in_port[pair])
        )
        return giver, taker

    def look_at(self, pair: int) -> dict[str, Any] | None:
        """Row of a pair that firms reject and society would like; None for any other."""
        plain = self._ask(pair)
        if not plain.reason or not plain.quantity > 0.0:
            return None
        if self._value(pair, plain).value <= 0.0:
            return None
        ends, prices = self._ends(pair), self._model.prices
        subsidy = least_subsidy(prices, ends, lambda: self._ask(pair))
        grant = least_grant(prices, ends, lambda: self._ask(pair))
        paid = (subsidy, 0.0) if self._look.instrument == "unit" else (0.0, grant)
        if not np.isfinite(sum(paid)):
            return self._row(pair, plain, plain, (subsidy, grant), np.nan)
        with paid_for(prices, ends, *paid):
            terms = self._ask(pair)
            row = self._row(pair, plain, terms, (subsidy, grant), self._present_cost(pair, terms, paid))
        return row if row["social_value"] > 0.0 else None

    def look_at_all(self) -> list[dict[str, Any]]:
        """Rows of all pairs that firms reject and society would like."""
        return [row for row in map(self.look_at, self._open()) if row is not None]

    def _ends(self, pair: int) -> tuple[int, int]:
        return int(self._model.pairs.out_port[pair]), int(self._model.pairs.in_port[pair])

    def _years(self, pair: int, terms: Appraisal) -> float:
        """Years over which the payment is reckoned: those over which firms want the capital back."""
        days = terms.term
        if terms.capital > 0.0:
            investor = self._model.park.firms[self._firms(pair)[0 if terms.giver_invests else 1]]
            days = min(max(terms.term, investor.behaviour.payback.value), terms.lifetime)
        return days / DAYS_PER_YEAR

    def _present_cost(self, pair: int, terms: Appraisal, paid: tuple[float, float]) -> float:
        """Present value of a payment at the social rate. money."""
        subsidy, grant = paid
        if grant > 0.0:
            prices, now = self._model.prices, self._model.appraiser.period(self._day)
            paid_in_all = float(prices.capital_grant[now]) + prices.support_at(*self._ends(pair), now)[1]
            return terms.capital / (1.0 - paid_in_all) * grant
        return (
            subsidy * terms.quantity / float(annuity_factor(self._look.terms.rate, self._years(pair, terms)))
        )

    def _row(
        self, pair: int, plain: Appraisal, terms: Appraisal, least: tuple[float, float], cost: float
    ) -> dict[str, Any]:
        model = self._model
        columns, pairs = model.columns, model.pairs
        out, into = (columns.resources[columns.port_resource[port]] for port in self._ends(pair))
        giver, taker = self._firms(pair)
        social = self._value(pair, terms)
        years = self._years(pair, terms)
        # Tonnes are discounted as money is, so that the cost per tonne does not hang on the number of years.
        worth = annuity_factor(self._look.terms.rate, years)
        last = self._last.get(pair)
        return {
            "pair": pair, "year": self._year, "from_firm": giver, "to_firm": taker, "resource": out,
            "to_resource": into, "pathway": pairs.key(pair), "mode": terms.mode,
            "distance_km": float(pairs.distance[pair]), "quantity": terms.quantity,
            "unit": model.park.resources[out].unit, "reason": plain.reason,
            "history": _NEVER if last is None else last.reason or last.state, "private_value": plain.joint_margin,
            "payback": plain.payback, "social_value": social.value, "co2": social.carbon,
            "landfill": social.landfill, "diverted": social.diverted, "investment": plain.capital,
            "subsidy": least[0], "grant": least[1], "years": years, "present_cost": cost,
            "yearly_cost": cost * worth,
            "cost_per_t_co2": cost * worth / social.carbon if social.carbon > 0.0 else np.inf,
            "cost_per_diverted": cost * worth / social.diverted if social.diverted > 0.0 else np.inf,
        }  # fmt: skip

    # ------------------------------------------------------------------ the order
    def order_by_merit(self, future: set[int]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Cheapest pair first, each next one from what is left of both; and what pays by itself."""
        appraiser = self._model.appraiser
        left = [pair for pair in self._open() if pair not in future]
        paying = [self._row_of_paying(pair) for pair in left if not self._ask(pair).reason]
        chosen: list[dict[str, Any]] = []
        promised: list[Contract] = []
        rows = {row["pair"]: row for row in map(self.look_at, left) if row is not None}
        whole = {pair: row["quantity"] for pair, row in rows.items()}
        try:
            while any(np.isfinite(row["present_cost"]) for row in rows.values()):
                able = [row for row in rows.values() if np.isfinite(row["present_cost"])]
                best = min(able, key=self._merit)
                chosen.append(best | {"left": best["quantity"] / whole[best["pair"]]})
                del rows[best["pair"]]
                promised.append(self._promise(best))
                for pair in [pair for pair in rows if self._touches(pair, best["pair"])]:
                    again = self.look_at(pair)
                    del rows[pair]
                    if again is not None:
                        rows[pair] = again
        finally:
            for contract in reversed(promised):
                appraiser.withdraw(contract)
        return chosen, paying

    def _touches(self, pair: int, other: int) -> bool:
        """Whether what is promised to one pair may change what another is worth."""
        columns = self._model.columns
        process = columns.port_process
        shared = {int(process[port]) for port in self._ends(pair)} & {
            int(process[port]) for port in self._ends(other)
        }
        # What a feed-driven plant makes of a residual hangs on its customers' needs.
        return bool(shared) or bool(columns.is_feed[self._ends(pair)[1]])

    def _merit(self, row: dict[str, Any]) -> tuple[float, float, str, str, str]:
        """Cost per unit of what is wanted; of equals the one with the greater social value."""
        cost = {
            "carbon": row["cost_per_t_co2"],
            "diverted": row["cost_per_diverted"],
            "value": row["yearly_cost"] / row["social_value"],
        }[self._look.rank]
        return cost, -row["social_value"], row["from_firm"], row["to_firm"], row["resource"]

    def _promise(self, row: dict[str, Any]) -> Contract:
        """Enter a supported exchange in the book, so that others see what is left."""
        pair, ends = row["pair"], self._ends(row["pair"])
        paid = (row["subsidy"], 0.0) if self._look.instrument == "unit" else (0.0, row["grant"])
        with paid_for(self._model.prices, ends, *paid):
            terms = self._ask(pair)
        price = (terms.floor + terms.ceiling) / 2.0
        contract = Contract("", pair, *ends, row["from_firm"], row["to_firm"], terms, price)
        self._model.appraiser.promise(contract)
        return contract

    def _row_of_paying(self, pair: int) -> dict[str, Any]:
        terms = self._ask(pair)
        return self._row(pair, terms, terms, (0.0, 0.0), 0.0)
