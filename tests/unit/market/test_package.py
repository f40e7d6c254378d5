"""Packages of terms by hand: what each costs whom, and which one two firms settle on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_parks import firm, scenario

from ecopark.errors import DomainError
from ecopark.market.appraisal import Appraisal
from ecopark.market.package import (
    Menu,
    Package,
    Prospect,
    Scale,
    hold_up_cost,
    list_packages,
    revise,
)
from ecopark.market.terms import choose_offer
from ecopark.scenario.types import Behaviour

YEAR = 365.25
# A pipe of 1,000 for 100 units a year: running gain of 30 a unit, between -10 and 20.
PIPE = Appraisal(
    "", mode="pipe", rate=np.array([100 / YEAR]), quantity=100.0, capacity=1.0, capital=1000.0,
    giver_invests=True, floor=-10.0 + 2.0, ceiling=20.0, annuity=2.0, running_floor=-10.0, running_ceiling=20.0,
    payback=1000 / 3000, term=5 * YEAR, lifetime=20 * YEAR,
)  # fmt: skip
USUAL = Package(1.0, 5 * YEAR, 0.0, 0.25, giver_invests=True)
CALM = Prospect(trust=1.0, reliability=1.0)


def behaviour(**fields: Any) -> Behaviour:
    plain = {"hurdle_rate": "0 %/yr", "payback": "5 yr", "risk_aversion": "0"}
    return scenario({"one": firm(behaviour=plain | fields)}).park.firms["one"].behaviour


@pytest.fixture(scope="module")
def bold() -> Behaviour:
    """Free capital to be earned back in five years, no fear."""
    return behaviour()


@pytest.fixture(scope="module")
def wary() -> Behaviour:
    return behaviour(risk_aversion="1")


def prices(terms: Appraisal) -> tuple[float, float]:
    return terms.floor, terms.ceiling


def test_the_usual_package_changes_nothing(wary: Behaviour) -> None:
    assert revise(PIPE, USUAL, wary, wary, Prospect(0.2, 0.8)) is PIPE


def test_who_pays_bears_the_annuity(bold: Behaviour) -> None:
    other = revise(PIPE, replace(USUAL, giver_invests=False), bold, bold, CALM)
    # 1000 over 5 years and 100 units a year: 2 a unit, off the floor and off the ceiling
    assert prices(other) == pytest.approx((-10.0, 18.0))
    assert (other.giver_invests, other.annuity, other.reason) == (False, pytest.approx(2.0), "")
    hasty = behaviour(payback="0.2 yr")
    assert revise(PIPE, replace(USUAL, giver_invests=False), bold, hasty, CALM).reason == "economics"


def test_a_longer_term_spreads_capital_and_the_cost_of_the_agreement(bold: Behaviour) -> None:
    dealing = replace(CALM, giver_cost=500.0, taker_cost=1000.0)
    longer = revise(PIPE, replace(USUAL, term=10 * YEAR), bold, bold, dealing)
    # 2 becomes 1; 500 / 5 / 100 = 1 becomes 0.5; 1000 / 5 / 100 = 2 becomes 1
    assert prices(longer) == pytest.approx((-8.0 - 1.0 - 0.5, 20.0 + 1.0))
    assert longer.term == 10 * YEAR
    shorter = revise(PIPE, replace(USUAL, term=2.5 * YEAR), bold, bold, dealing)
    # capital still has its five years of payback
    assert prices(shorter) == pytest.approx((-8.0 + 1.0, 20.0 - 2.0))


@pytest.mark.parametrize(
    ("package", "trust", "cost"),
    [
        # Nothing secured: all of the annuity that lack of trust puts at risk.
        (Package(1.0, 3650.0, 0.0, 0.0, True), 0.4, 6.0),
        (Package(1.0, 3650.0, 0.0, 0.0, True), 1.0, 0.0),
        # A penalty of a quarter over half of the recovery time secures an eighth.
        (Package(1.0, 3650.0, 0.0, 0.25, True), 0.0, 8.75),
        # With half of it take-or-pay: 1 - 0.75 x 0.5 = 0.625 of the half.
        (Package(1.0, 3650.0, 0.5, 0.25, True), 0.0, 6.875),
        # which does not bind a giver, where the taker has invested
        (Package(1.0, 3650.0, 0.5, 0.25, False), 0.0, 8.75),
        # A contract as long as the recovery time, fully paid: safe, and not safer when longer.
        (Package(1.0, 7300.0, 1.0, 0.0, True), 0.0, 0.0),
        (Package(1.0, 9999.0, 1.0, 0.0, True), 0.0, 0.0),
    ],
)
def test_hold_up_by_hand(package: Package, trust: float, cost: float) -> None:
    assert hold_up_cost(package, 10.0, 7300.0, trust, price=50.0) == pytest.approx(cost)
    assert hold_up_cost(package, 0.0, 7300.0, trust, price=50.0) == 0.0


@pytest.mark.parametrize(("price", "cost"), [(10.0, 6.875), (5.0, 7.8125), (0.0, 8.75), (-40.0, 8.75)])
def test_take_or_pay_secures_no_more_than_the_price(price: float, cost: float) -> None:
    """At half of the annuity it counts half: 1 - 0.75 x 0.75 of the half is secured."""
    pipe = Package(1.0, 3650.0, 0.5, 0.25, giver_invests=True)
    assert hold_up_cost(pipe, 10.0, 7300.0, 0.0, price) == pytest.approx(cost)


def test_take_or_pay_moves_money_to_the_giver_and_risk_to_the_taker(bold: Behaviour, wary: Behaviour) -> None:
    doubtful = Prospect(trust=1.0, reliability=0.8)
    paid = replace(USUAL, take_or_pay=0.5)
    # A fifth of the time half of the quantity is paid at the mid price of 5, unneeded: 0.5 a unit.
    assert prices(revise(PIPE, paid, bold, bold, doubtful)) == pytest.approx((-8.5, 19.5))
    # A wary taker minds that once more.
    assert prices(revise(PIPE, paid, bold, wary, doubtful)) == pytest.approx((-8.5, 19.0))
    # A wary giver that has invested is safer: of the annuity of 2, half distrusted, 0.25 was secured and
    # now 0.625 over five of five years.
    uneasy = Prospect(trust=0.5, reliability=1.0)
    assert prices(revise(PIPE, paid, wary, bold, uneasy)) == pytest.approx((-8.0 - 2 * 0.5 * 0.375, 20.0))


def test_a_longer_term_costs_the_other_side_its_freedom(bold: Behaviour, wary: Behaviour) -> None:
    doubtful = Prospect(trust=1.0, reliability=0.9)
    longer = replace(USUAL, term=10 * YEAR)
    calm = prices(revise(PIPE, longer, bold, bold, doubtful))
    # Stake of 15, a tenth of it at risk, once for a term twice as long.
    assert prices(revise(PIPE, longer, bold, wary, doubtful)) == pytest.approx((calm[0], calm[1] - 1.5))


def test_a_penalty_costs_both_some_freedom(wary: Behaviour) -> None:
    doubtful = Prospect(trust=1.0, reliability=0.9)
    strict = revise(PIPE, replace(USUAL, penalty_share=0.75), wary, wary, doubtful)
    # 0.1 x 15 x (0.75 - 0.25) each
    assert prices(strict) == pytest.approx((-8.0 + 0.75, 20.0 - 0.75))


def test_every_combination_is_listed_the_last_value_varying_fastest() -> None:
    packages = list_packages([1.0, 0.5], [YEAR, 2 * YEAR], [0.0, 0.8], [0.25], [True, False])
    assert len(packages) == 16
    assert packages[1] == replace(packages[0], giver_invests=False)


def test_the_largest_joint_margin_both_accept_is_chosen_and_cannot_be_improved() -> None:
    rng = np.random.default_rng(3)
    floor, ceiling, quantity = rng.uniform([[-20], [-10], [1]], [[0], [30], [100]], (3, 16))
    floor[5], ceiling[5], quantity[5] = 0.0, 99.0, 500.0
    assert choose_offer(floor, ceiling, quantity) == 5
    # Whatever price is agreed for it, no other package and price gives both more (Pareto).
    for price in np.linspace(0.0, 99.0, 12):
        mine = (price - 0.0) * 500.0, (99.0 - price) * 500.0
        for least, most, amount in zip(floor, ceiling, quantity, strict=True):
            for other in np.linspace(least, most, 25):
                theirs = (other - least) * amount, (most - other) * amount
                assert not (theirs[0] > mine[0] and theirs[1] > mine[1])


def test_no_package_without_a_gain_for_both_and_the_first_of_equals() -> None:
    floor, ceiling, quantity = np.zeros(3), np.array([np.nan, 5.0, 5.0]), np.full(3, 10.0)
    assert choose_offer(ceiling, ceiling, quantity) == -1
    assert choose_offer(floor, ceiling, quantity) == 1
    # Rounding makes none better than another.
    assert choose_offer(floor, ceiling * np.array([1.0, 1.0, 1.0 + 1e-12]), quantity) == 1


def test_risk_is_borne_by_who_minds_it_least(bold: Behaviour, wary: Behaviour) -> None:
    """A wary giver that would have to invest gets take-or-pay of a bold taker; among the bold it is worth nothing."""
    uneasy = Prospect(trust=0.2, reliability=0.9)

    def settle(giver: Behaviour, taker: Behaviour, *investors: bool) -> Package:
        menu = Menu(list_packages([1.0], [5 * YEAR], [0.0, 0.5, 0.8], [0.25], investors))
        found = Scale(PIPE, giver, taker, uneasy).choose(menu)
        assert found is not None
        return found

    assert settle(wary, bold, True).take_or_pay == 0.8
    assert settle(bold, wary, True).take_or_pay == 0.0
    assert settle(wary, bold, True, False) == Package(1.0, 5 * YEAR, 0.0, 0.25, giver_invests=False)


@pytest.mark.parametrize("trust", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("deal", [0.0, 400.0])
@pytest.mark.parametrize("usual", [PIPE, PIPE._replace(reason="economics", floor=15.0, ceiling=14.0)])
def test_whole_menus_are_weighed_as_package_after_package(
    trust: float, deal: float, usual: Appraisal
) -> None:
    giver = behaviour(hurdle_rate="12 %/yr", payback="3 yr", risk_aversion="0.4")
    taker = behaviour(hurdle_rate="6 %/yr", payback="8 yr", risk_aversion="0.9")
    prospect = Prospect(trust, 0.8, giver_cost=deal, taker_cost=2 * deal)
    packages = list_packages(
        [1.0], [5 * YEAR, 2.5 * YEAR, 10 * YEAR], [0.0, 0.5, 0.8], [0.25, 0.5], [True, False]
    )
    best, most = None, 0.0
    for package in packages:
        terms = revise(usual, package, giver, taker, prospect)
        margin = 0.0 if terms.reason else terms.joint_margin
        if margin > most * (1.0 + 1e-9):
            best, most = package, margin
    assert Scale(usual, giver, taker, prospect).choose(Menu(packages)) == best


def test_nothing_is_chosen_where_nothing_pays(bold: Behaviour) -> None:
    menu = Menu(list_packages([1.0], [5 * YEAR, YEAR], [0.0, 0.5], [0.25], [True, False]))
    idle = PIPE._replace(reason="economics", floor=30.0, ceiling=14.0)
    assert Scale(idle, bold, bold, CALM).choose(menu) is None


@pytest.mark.parametrize(
    "wrong", [{"take_or_pay": 1.2}, {"penalty_share": -0.1}, {"volume_share": 0.0}, {"term": 0.0}]
)
def test_packages_it_refuses(wrong: dict[str, float]) -> None:
    with pytest.raises(DomainError, match="lie between 0 and 1"):
        replace(USUAL, **wrong)  # type: ignore[arg-type]


def test_part_of_the_volume_is_not_guessed(bold: Behaviour) -> None:
    with pytest.raises(DomainError, match="appraisal of its own"):
        revise(PIPE, replace(USUAL, volume_share=0.5), bold, bold, CALM)
    with pytest.raises(DomainError, match="appraisal of its own"):
        Menu([USUAL, replace(USUAL, volume_share=0.5)])
