"""Contracts: keep, reprice or leave, worked out by hand; price in force; trust and discovery."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ecopark.market.appraisal import Appraisal
from ecopark.market.contract import Contract, Verdict, review
from ecopark.market.discovery import burden_attention, cost_shock, pair_hazard
from ecopark.market.trust import break_trust, update_trust


@pytest.mark.parametrize(
    ("floor", "ceiling", "verdict"),
    [
        # Price 50, 1,000 units a year, 2 years left, penalty a quarter of what is at stake.
        (40.0, 70.0, Verdict("keep")),  # both gain
        (55.0, 70.0, Verdict("keep")),  # giver loses 10,000; penalty a quarter of 50 x 2,000 = 25,000
        (65.0, 70.0, Verdict("reprice", price=67.5)),  # loses 30,000 > 25,000, but 65 < 70
        (30.0, 35.0, Verdict("reprice", price=32.5)),  # the taker loses 30,000
        (80.0, 70.0, Verdict("breach", penalty=25_000.0, giver_leaves=True)),
        (35.0, 30.0, Verdict("breach", penalty=25_000.0, giver_leaves=False)),
        (-70.0, 20.0, Verdict("keep")),  # taker loses 60,000; giver's gain of 120 makes 60,000 of penalty
    ],
)
def test_review(floor: float, ceiling: float, verdict: Verdict) -> None:
    assert review(50.0, floor, ceiling, 1000.0, 2.0, 0.25) == verdict


def test_without_penalty_any_loss_ends_a_contract_that_has_no_joint_gain() -> None:
    assert review(50.0, 51.0, 50.5, 1000.0, 2.0, 0.0).action == "breach"
    assert review(50.0, 51.0, 52.0, 1000.0, 2.0, 0.0) == Verdict("reprice", price=51.5)


def test_price_in_force_on_each_day() -> None:
    contract = Contract("s", 0, 0, 1, "a", "b", Appraisal(""), 7.0, price_path=[(10.0, 5.0), (100.0, 7.0)])
    np.testing.assert_array_equal(contract.price_at(np.array([0.0, 10.0, 99.0, 100.0, 1e4])), [5, 5, 5, 7, 7])
    assert not contract.is_running
    contract.spans.append((10.0, math.inf))
    assert contract.is_running


@pytest.mark.parametrize(
    ("kept", "years", "after"),
    [
        (1.0, 1.0, 0.3 + 0.1 * 0.7),
        (0.0, 1.0, 0.3 - 0.4 * 0.3),
        (0.5, 0.5, 0.3 + (0.5 * 0.1 * 0.7 - 0.5 * 0.4 * 0.3) * 0.5),
        (1.0, 1e3, 1.0),
        (0.0, 1e3, 0.0),
    ],
)
def test_trust_follows_what_was_delivered(kept: float, years: float, after: float) -> None:
    assert update_trust(0.3, kept, 0.1, 0.4, years) == pytest.approx(after)


def test_a_breach_costs_a_share_of_trust() -> None:
    assert break_trust(0.5, 0.4) == pytest.approx(0.3)


def test_hazard_is_the_product_of_its_factors() -> None:
    # 0.002 x 1 / (1 + 5 / 10) x (1 + 2 x 0.3) x 1.5 x 0.5 x (1 + 4)
    hazard = pair_hazard(
        0.002, np.array([5.0]), 10.0, np.array([0.3]), 2.0, 1.5, np.array([0.5]), np.array([4.0])
    )
    np.testing.assert_allclose(hazard, [0.002 / 1.5 * 1.6 * 1.5 * 0.5 * 5.0])


def test_hazard_is_halved_at_its_reach() -> None:
    near, far = pair_hazard(1.0, np.array([0.0, 10.0]), 10.0, np.zeros(2), 2.0, 1.0, np.ones(2), np.zeros(2))
    assert far == pytest.approx(near / 2.0)


def test_attention_is_half_at_its_burden_and_none_without_cost() -> None:
    np.testing.assert_allclose(
        burden_attention(np.array([-5.0, 0.0, 100.0, 300.0]), 100.0), [0, 0, 0.5, 0.75]
    )


def test_a_cost_shock_is_felt_once() -> None:
    # Four periods a year; a rise of a quarter in period 5, a slow drift that never reaches 20 %.
    jump = np.array([100.0] * 5 + [125.0] * 7)
    drift = 100.0 * 1.04 ** np.arange(12)
    gone = np.array([100.0] * 5 + [-10.0] * 7)
    felt = cost_shock(np.column_stack([jump, drift, gone]), 4)
    assert np.flatnonzero(felt[:, 0]).tolist() == [5]
    assert not felt[:, 1:].any()


def test_a_new_tax_on_what_was_free_is_a_shock() -> None:
    felt = cost_shock(np.array([[0.0]] * 12 + [[1.0]] * 13), 12)
    assert np.flatnonzero(felt[:, 0]).tolist() == [12]
