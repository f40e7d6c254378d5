"""Shares, powers and offers worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecopark.errors import DomainError
from ecopark.market.bargaining import (
    bargaining_power,
    discount_per_round,
    posted_price_at,
    rubinstein_share,
    take_it_price,
    temper_power,
)

DISCOUNT = st.floats(0.01, 0.999)


@pytest.mark.parametrize(
    ("rate", "days", "worth"),
    [(0.0, 30.0, 1.0), (0.10, 0.0, 1.0), (0.10, 365.25, 1 / 1.1), (0.21, 365.25 / 2, 1 / 1.1)],
)
def test_a_round_costs_what_the_hurdle_rate_says(rate: float, days: float, worth: float) -> None:
    assert discount_per_round(rate, days) == pytest.approx(worth)


def test_power_goes_by_the_logarithms_of_the_discounts() -> None:
    assert bargaining_power(1.0, 1.0) == 0.5
    assert bargaining_power(0.9, 0.9) == 0.5
    assert (bargaining_power(1.0, 0.9), bargaining_power(0.9, 1.0)) == (1.0, 0.0)
    # the taker's haste is twice the giver's: 0.81 = 0.9 x 0.9
    assert bargaining_power(0.9, 0.81) == pytest.approx(2 / 3)
    # hurdle rates of 5 and 15 % a year, continuously compounded: shares of 15 and 5 in 20
    assert bargaining_power(math.exp(-0.05), math.exp(-0.15)) == pytest.approx(0.75)


@pytest.mark.parametrize(("trust", "power"), [(0.0, 0.8), (0.5, 0.65), (1.0, 0.5)])
def test_trust_draws_power_to_a_half(trust: float, power: float) -> None:
    assert temper_power(0.8, trust) == pytest.approx(power)
    assert bargaining_power(0.9, 0.9**4, trust) == pytest.approx(power)


@given(DISCOUNT, DISCOUNT)
def test_power_of_both_adds_up_and_follows_patience(giver: float, taker: float) -> None:
    power = bargaining_power(giver, taker)
    assert power + bargaining_power(taker, giver) == pytest.approx(1.0)
    assert (power >= 0.5) == (giver >= taker) or power == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("outside", "share"),
    [
        # Who answers can wait for 0.9 x 0.5263 = 0.4737 of its own: less elsewhere is no threat.
        ((0.0, 0.0), 10 / 19),
        ((0.0, 0.47), 10 / 19),
        # More elsewhere is just met.
        ((0.0, 0.6), 0.4),
        ((0.0, 1.0), 0.0),
        # Who opens has as much as 0.5263 already.
        ((0.47, 0.0), 10 / 19),
        # With 0.8 elsewhere the other, when it opens, would offer 0.8 and keep 0.2; worth 0.18 now.
        ((0.8, 0.0), 0.82),
        # Both bind: the other has 0.15 elsewhere, less than the 0.18.
        ((0.8, 0.15), 0.82),
        ((0.8, 0.19), 0.81),
        ((0.8, 0.2), 0.8),
    ],
)
def test_outside_options_bind_only_where_they_are_better(outside: tuple[float, float], share: float) -> None:
    assert rubinstein_share(1.0, 0.9, 0.9, *outside) == pytest.approx(share)
    assert rubinstein_share(50.0, 0.9, 0.9, *(50 * w for w in outside)) == pytest.approx(50 * share)


def test_without_any_haste_power_decides_within_what_both_have_elsewhere() -> None:
    assert rubinstein_share(10.0, 1.0, 1.0) == 5.0
    assert rubinstein_share(10.0, 1.0, 1.0, power=0.3) == 3.0
    assert rubinstein_share(10.0, 1.0, 1.0, 6.0, 1.0) == 6.0
    assert rubinstein_share(10.0, 1.0, 1.0, 0.0, 7.0) == 3.0


@given(DISCOUNT, DISCOUNT, st.floats(0, 1), st.floats(0, 1))
def test_a_share_is_a_fixed_point_of_the_game(d1: float, d2: float, w1: float, w2: float) -> None:
    w1, w2 = w1 / 2.0, w2 / 2.0
    x = rubinstein_share(1.0, d1, d2, w1, w2)
    assert x == pytest.approx(1.0 - max(d2 * (1.0 - max(d1 * x, w1)), w2), abs=1e-9)
    assert w1 - 1e-12 <= x <= 1.0 - w2


@pytest.mark.parametrize("doubt", [0.0, 0.2, 0.5, 1.0])
def test_the_one_price_is_the_best_for_the_belief(doubt: float) -> None:
    """Against every price on a fine list, the other's reservation price as likely anywhere in the range."""
    low = 100.0 - doubt * 100.0

    def gain(price: float) -> float:
        if price > 100.0:
            return 0.0
        return price if price <= low else price * (100.0 - price) / (100.0 - low)

    best = max((gain(0.25 * step), 0.25 * step) for step in range(401))[1]
    assert take_it_price(0.0, 100.0, doubt) == pytest.approx(best)
    # the taker's mirror image
    assert take_it_price(100.0, 0.0, doubt) == pytest.approx(100.0 - best)


def test_a_posted_price_comes_down_by_its_rate() -> None:
    prices = [posted_price_at(turn, 20.0, 60.0, 0.5, 0.25) for turn in (1, 2, 3)]
    assert prices == pytest.approx([40.0, 35.0, 31.25])
    assert posted_price_at(9, 20.0, 60.0, 0.5, 0.0) == 40.0
    assert posted_price_at(2, 20.0, 60.0, 0.5, 1.0) == 20.0


@pytest.mark.parametrize("discount", [0.0, -0.1, 1.1])
def test_discounts_it_refuses(discount: float) -> None:
    with pytest.raises(DomainError, match="above 0 and at most 1"):
        bargaining_power(discount, 0.9)
    with pytest.raises(DomainError, match="above 0 and at most 1"):
        rubinstein_share(1.0, 0.9, discount)


def test_more_elsewhere_than_there_is_and_negative_haste_are_refused() -> None:
    with pytest.raises(DomainError, match="no agreement"):
        rubinstein_share(1.0, 0.9, 0.9, 0.6, 0.5)
    with pytest.raises(DomainError, match="negative"):
        discount_per_round(-0.1, 30.0)
