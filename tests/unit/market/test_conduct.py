"""Conduct: reinforcement by hand and in the long run, and when an opportunist obtains a new price."""

from __future__ import annotations

import numpy as np
import pytest

from ecopark.market.conduct import (
    probability_of_opportunism,
    reinforce,
    reopened_price,
    reward_by_usual,
    start_propensities,
)


def test_a_start_of_given_share_and_strength() -> None:
    start = start_propensities(3, 0.2, 10.0)
    np.testing.assert_allclose(start, [[8.0, 2.0]] * 3)
    np.testing.assert_allclose(probability_of_opportunism(start), 0.2)
    np.testing.assert_array_equal(probability_of_opportunism(np.zeros((2, 2))), 0.5)


def test_what_was_played_is_reinforced_by_what_it_earned() -> None:
    before = np.array([[8.0, 2.0], [8.0, 2.0], [8.0, 2.0]])
    after = reinforce(before, np.array([0, 1, 1]), np.array([1.0, 2.0, -3.0]), 0.1, 0.2)
    np.testing.assert_allclose(after, [[7.2 + 0.8, 1.8 + 0.2], [7.2 + 0.4, 1.8 + 1.6], [7.2, 1.8]])


def test_the_better_strategy_is_learned_and_the_other_still_tried() -> None:
    chance = np.random.default_rng(5)
    propensity = start_propensities(400, 0.5, 9.0)
    for _ in range(300):
        played = (chance.random(400) < probability_of_opportunism(propensity)).astype(np.int64)
        propensity = reinforce(propensity, played, np.where(played == 0, 1.0, 0.2), 0.1, 0.05)
    share = float(probability_of_opportunism(propensity).mean())
    # Fixed point of the mean dynamics: q(1-p)... with p the share of opportunism,
    # p = [0.95 x 0.2 p + 0.05 (1 - p)] / [0.2 p + (1 - p)], whose root in (0, 1) is 0.0644.
    root = np.roots([0.8, -(1.0 - 0.19 + 0.05), 0.05])
    assert share == pytest.approx(float(min(root)), abs=0.02)


def test_gains_are_measured_by_the_usual_one() -> None:
    usual, years = np.array([200.0, 0.0, 0.0, 50.0]), np.array([3.0, 0.0, 0.0, 1.0])
    dealt = np.array([True, True, False, False])
    reward = reward_by_usual(np.array([-600.0, 0.0, 9.0, 100.0]), dealt, usual, years)
    # 200 in three years and 600 in the fourth; nothing ever gained; two that sat the year out.
    np.testing.assert_array_equal(usual, [300.0, 0.0, 0.0, 50.0])
    np.testing.assert_array_equal(years, [4.0, 1.0, 0.0, 1.0])
    np.testing.assert_array_equal(reward, [-2.0, 0.0, 0.0, 2.0])


TERMS = (20.0, 60.0)


@pytest.mark.parametrize(
    ("today", "giver_asks", "penalty", "price"),
    [
        ((30.0, 60.0), True, 0.0, 45.0),  # giver's disposal has become cheaper by 10
        ((30.0, 60.0), False, 0.0, None),  # that does not help the taker
        ((20.0, 50.0), False, 0.0, 35.0),  # virgin supply has become cheaper
        ((20.0, 60.0), True, 0.0, None),  # nothing has changed
        ((10.0, 60.0), True, 0.0, None),  # its outside position is worse
        ((30.0, 60.0), True, 15.0, 45.0),  # the taker keeps 15, as much as the penalty
        ((30.0, 60.0), True, 15.1, None),  # it would rather be paid the penalty
        ((60.0, 60.0), True, 0.0, None),  # nothing would be left to the taker
        ((30.0, 50.0), False, 0.0, 35.0),  # half of its own 10, whatever the other's position
    ],
)
def test_an_opportunist_reopens_when_its_outside_position_improves(
    today: tuple[float, float], giver_asks: bool, penalty: float, price: float | None
) -> None:
    assert reopened_price(40.0, today, TERMS, giver_asks, penalty) == price


def test_a_ratchet_gives_nothing_back() -> None:
    """Up by ten and down again, twice: the giver gains five each time, the taker that keeps gets nothing."""
    price, agreed = 40.0, TERMS
    for floor in (30.0, 20.0, 30.0, 20.0):
        new = reopened_price(price, (floor, 60.0), agreed, True, 0.0)
        if new is not None:
            price, agreed = new, (floor, 60.0)
    # Only the first rise is one over what was agreed: later it is at most back where it was.
    assert price == 45.0
