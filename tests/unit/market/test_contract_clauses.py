"""Clauses of contracts by hand: index, take or pay, hold-up, trust at stake, notice, compensation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecopark.market.appraisal import Appraisal
from ecopark.market.clauses import (
    follow_index,
    foresee_hold_up,
    held_up_price,
    quasi_rent,
    shortfall_due,
    value_of_trust,
)
from ecopark.market.contract import Verdict, compensated_price, review


@pytest.mark.parametrize(
    ("index", "share", "price"),
    [("virgin", 0.0, 50.0), ("virgin", 0.25, 55.0), ("virgin", 1.0, 70.0), ("disposal", 1.0, 30.0)],
)
def test_an_indexed_price_follows_by_its_share(index: str, share: float, price: float) -> None:
    assert follow_index(50.0, 100.0, 120.0, share, index) == pytest.approx(price)
    assert follow_index(price, 120.0, 100.0, share, index) == pytest.approx(50.0)


def test_a_taker_pays_for_what_it_could_have_had_and_did_not_take() -> None:
    agreed = np.array([1000.0, 1000.0, 1000.0, 1000.0])
    taken = np.array([900.0, 500.0, 500.0, 500.0])
    offered = np.array([100.0, 500.0, 120.0, 0.0])
    # At 80 %: taken enough; 300 short; only 120 were to be had; the giver had nothing.
    due = shortfall_due(agreed, taken, offered, np.full(4, 0.8))
    np.testing.assert_allclose(due, [0.0, 300.0, 120.0, 0.0])
    np.testing.assert_array_equal(shortfall_due(agreed, taken, offered, np.zeros(4)), np.zeros(4))


def test_quasi_rent_is_what_is_earned_over_the_next_best_use() -> None:
    assert quasi_rent(30.0) == 30.0
    assert quasi_rent(30.0, outside=12.0, penalty=10.0) == 8.0
    assert quasi_rent(30.0, outside=-5.0) == 30.0
    assert quasi_rent(30.0, outside=40.0) == 0.0


def test_the_one_who_sank_its_money_loses_a_share_of_its_quasi_rent() -> None:
    # Price 50 between 20 and 60: a giver gains 30, a taker 10. Half is asked for; no penalty.
    assert held_up_price(50.0, 20.0, 60.0, True, 0.5, 0.0) == 35.0
    assert held_up_price(50.0, 20.0, 60.0, False, 0.5, 0.0) == 55.0
    # A penalty of a fifth of 50 protects 10 of the giver's 30 and all of the taker's 10.
    assert held_up_price(50.0, 20.0, 60.0, True, 0.5, 0.2) == 40.0
    assert held_up_price(50.0, 20.0, 60.0, False, 0.5, 0.2) == 50.0
    # With another taker who leaves it 24 it can be pressed for 6 only.
    assert held_up_price(50.0, 20.0, 60.0, True, 1.0, 0.0, outside=24.0) == 44.0


def test_an_investor_foresees_a_hold_up_by_the_trust_it_lacks() -> None:
    terms = Appraisal(
        "",
        capital=1000.0,
        giver_invests=True,
        floor=40.0,
        ceiling=60.0,
        running_floor=20.0,
        running_ceiling=60.0,
    )
    # At 50 it would gain 30 over its running price; half of that, by the trust missing.
    assert foresee_hold_up(terms, 0.5, 0.0, 0.0) == pytest.approx(15.0)
    assert foresee_hold_up(terms, 0.5, 0.6, 0.0) == pytest.approx(6.0)
    assert foresee_hold_up(terms, 0.5, 1.0, 0.0) == 0.0
    assert foresee_hold_up(terms, 0.0, 0.0, 0.0) == 0.0
    assert foresee_hold_up(terms._replace(capital=0.0), 0.5, 0.0, 0.0) == 0.0


def test_value_of_trust_is_the_present_value_of_the_dealings_spoilt() -> None:
    # 40 % of 1,000 a year for ever at 10 %.
    assert value_of_trust(0.4, 1000.0, [], 0.1) == pytest.approx(4000.0)
    # Two who would hear of it, half as loud: 0.5 x (0.6 x 500 + 0.2 x 1,000) more a year.
    assert value_of_trust(0.4, 1000.0, [(0.6, 500.0), (0.2, 1000.0)], 0.1, 0.5) == pytest.approx(5000.0)
    assert value_of_trust(0.4, -1000.0, [], 0.1) == 0.0
    assert value_of_trust(0.4, 1000.0, [], 0.0) == float("inf")


def test_trust_at_stake_keeps_a_contract_that_the_penalty_would_not() -> None:
    # 10 of loss on 1,000 units over 2 years, 20,000; penalty an eighth of 80 x 2,000 = 20,000 less one.
    broken = review(70.0, 80.0, 75.0, 1000.0, 2.0, 0.1)
    assert broken == Verdict("breach", penalty=14_000.0, giver_leaves=True)
    assert review(70.0, 80.0, 75.0, 1000.0, 2.0, 0.1, (5_999.0, 0.0)) == broken
    assert review(70.0, 80.0, 75.0, 1000.0, 2.0, 0.1, (6_001.0, 0.0)) == Verdict("keep")
    # It is the leaver's trust that counts, not the other's.
    assert review(70.0, 80.0, 75.0, 1000.0, 2.0, 0.1, (0.0, 1e9)) == broken


def test_notice_is_given_where_waiting_costs_less_than_the_penalty() -> None:
    # Loss 20,000 in two years, penalty 14,000; a year of notice costs 10,000, 18 months 15,000.
    assert review(70.0, 80.0, 75.0, 1000.0, 2.0, 0.1, notice=1.0) == Verdict("leave", giver_leaves=True)
    assert review(70.0, 80.0, 75.0, 1000.0, 2.0, 0.1, notice=1.5).action == "breach"
    # A right to leave also makes the threat that brings compensation.
    assert review(70.0, 80.0, 85.0, 1000.0, 2.0, 0.2, notice=3.0) == Verdict("keep")
    assert review(70.0, 80.0, 85.0, 1000.0, 2.0, 0.2, notice=1.0) == Verdict("reprice", price=82.5)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_compensation_leaves_both_above_zero_or_is_not_offered(floor: float, ceiling: float) -> None:
    price = compensated_price(floor, ceiling)
    if price is None:
        assert ceiling <= floor
    else:
        assert floor <= price <= ceiling
        if ceiling - floor > 1e-6:
            assert floor < price < ceiling
