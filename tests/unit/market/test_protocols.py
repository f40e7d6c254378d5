"""Negotiations worked out by hand, and what must hold of every protocol."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecopark.errors import MarketError
from ecopark.market.protocols import Bargain, alternating_offers, nash, protocol

FAIR = Bargain(floor=0.0, ceiling=100.0, ask=100.0, bid=0.0, giver_patience=10, taker_patience=10)


def talk(bargain: Bargain, seed: int = 0) -> tuple[float | None, int]:
    outcome = alternating_offers(bargain, np.random.default_rng(seed))
    return outcome.price, outcome.rounds


def mean_price(bargain: Bargain) -> float:
    """Over both openers, each as likely."""
    prices = [talk(bargain, seed)[0] for seed in range(40)]
    return float(np.mean([price for price in prices if price is not None]))


@pytest.mark.parametrize(("power", "price"), [(0.5, 40.0), (0.0, -20.0), (1.0, 100.0), (0.25, 10.0)])
def test_nash_splits_the_surplus_by_power(power: float, price: float) -> None:
    bargain = replace(FAIR, floor=-20.0, giver_power=power)
    outcome = nash(bargain, np.random.default_rng(0))
    assert (outcome.price, outcome.rounds) == (price, 1)


@pytest.mark.parametrize("ceiling", [0.0, -1.0])
def test_nash_needs_a_surplus(ceiling: float) -> None:
    assert nash(replace(FAIR, ceiling=ceiling), np.random.default_rng(0)).price is None


@pytest.mark.parametrize(
    ("bargain", "prices", "rounds"),
    [
        # Equals meet in the middle: ask 100 - 10 t, bid 10 t, equal at t = 5.
        (FAIR, {50.0}, 5),
        # Less time for both: ask 100 - 25 t, bid 25 t, equal at t = 2.
        (replace(FAIR, giver_patience=4, taker_patience=4), {50.0}, 2),
        # A hasty giver: ask 100 - 20 t, bid 10 t; 40 > 30 at t = 3, 20 < 40 at t = 4.
        (replace(FAIR, giver_patience=5), {20.0, 40.0}, 4),
        # A hasty taker, the mirror image: ask 60 or bid 80 at t = 4.
        (replace(FAIR, taker_patience=5), {60.0, 80.0}, 4),
        # Quick to yield, share (t / 10) ** (1 / 2): 0.447 at t = 2, 0.548 at t = 3.
        (replace(FAIR, concession=2.0), {100.0 * (1 - 0.3**0.5), 100.0 * 0.3**0.5}, 3),
        # Holding out, share (t / 10) ** 2: 0.49 at t = 7, 0.64 at t = 8.
        (replace(FAIR, concession=0.5), {36.0, 64.0}, 8),
    ],
)
def test_alternating_offers_by_hand(bargain: Bargain, prices: set[float], rounds: int) -> None:
    seen = {talk(bargain, seed) for seed in range(30)}
    assert {r for _, r in seen} == {rounds}
    assert sorted(p for p, _ in seen if p is not None) == pytest.approx(sorted(prices))


def test_patience_pays() -> None:
    even = mean_price(FAIR)
    assert mean_price(replace(FAIR, giver_patience=20)) > even > mean_price(replace(FAIR, giver_patience=6))
    assert mean_price(replace(FAIR, taker_patience=20)) < even < mean_price(replace(FAIR, taker_patience=6))


def test_both_openers_occur() -> None:
    assert len({talk(replace(FAIR, giver_patience=5), seed) for seed in range(30)}) == 2


@given(
    st.floats(-200, 200), st.floats(-200, 200), st.floats(-300, 300), st.floats(-300, 300),
    st.integers(1, 30), st.integers(1, 30), st.floats(0.1, 5.0), st.floats(0, 1), st.integers(0, 9),
)  # fmt: skip
@settings(max_examples=300)
def test_agreement_only_within_the_zone(
    floor: float,
    ceiling: float,
    ask: float,
    bid: float,
    giver: int,
    taker: int,
    concession: float,
    power: float,
    seed: int,
) -> None:
    bargain = Bargain(floor, ceiling, ask, bid, giver, taker, concession, power)
    for name in ("nash", "alternating_offers"):
        outcome = protocol(name)(bargain, np.random.default_rng(seed))
        assert 1 <= outcome.rounds <= min(giver, taker)
        if ceiling < floor:
            assert outcome.price is None
        if outcome.price is not None:
            assert floor <= outcome.price <= ceiling


@given(st.floats(1, 200), st.integers(2, 30), st.floats(0.2, 5.0), st.integers(0, 9))
def test_equals_with_known_reservation_prices_always_agree(
    surplus: float, patience: int, concession: float, seed: int
) -> None:
    bargain = Bargain(10.0, 10.0 + surplus, 10.0 + surplus, 10.0, patience, patience, concession)
    assert alternating_offers(bargain, np.random.default_rng(seed)).price is not None


def test_an_unknown_protocol_is_named_with_the_nearest() -> None:
    with pytest.raises(MarketError, match=r"'nahs'.*'nash'.*known: alternating_offers, nash"):
        protocol("nahs")
