"""Negotiations worked out by hand, and what must hold of every protocol."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecopark.errors import MarketError
from ecopark.market.auction import Orders
from ecopark.market.protocols import Bargain, Outcome, alternating_offers, nash, protocol

PROTOCOLS = {
    "nash", "alternating_offers", "rubinstein", "rubinstein_giver_opens", "take_it_or_leave_it", "posted_price",
    "double_auction",
}  # fmt: skip
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
    bargain = FAIR._replace(floor=-20.0, giver_power=power)
    outcome = nash(bargain, np.random.default_rng(0))
    assert (outcome.price, outcome.rounds) == (price, 1)


@pytest.mark.parametrize("ceiling", [0.0, -1.0])
def test_nash_needs_a_surplus(ceiling: float) -> None:
    assert nash(FAIR._replace(ceiling=ceiling), np.random.default_rng(0)).price is None


@pytest.mark.parametrize(
    ("bargain", "prices", "rounds"),
    [
        # Equals meet in the middle: ask 100 - 10 t, bid 10 t, equal at t = 5.
        (FAIR, {50.0}, 5),
        # Less time for both: ask 100 - 25 t, bid 25 t, equal at t = 2.
        (FAIR._replace(giver_patience=4, taker_patience=4), {50.0}, 2),
        # A hasty giver: ask 100 - 20 t, bid 10 t; 40 > 30 at t = 3, 20 < 40 at t = 4.
        (FAIR._replace(giver_patience=5), {20.0, 40.0}, 4),
        # A hasty taker, the mirror image: ask 60 or bid 80 at t = 4.
        (FAIR._replace(taker_patience=5), {60.0, 80.0}, 4),
        # Quick to yield, share (t / 10) ** (1 / 2): 0.447 at t = 2, 0.548 at t = 3.
        (FAIR._replace(concession=2.0), {100.0 * (1 - 0.3**0.5), 100.0 * 0.3**0.5}, 3),
        # Holding out, share (t / 10) ** 2: 0.49 at t = 7, 0.64 at t = 8.
        (FAIR._replace(concession=0.5), {36.0, 64.0}, 8),
    ],
)
def test_alternating_offers_by_hand(bargain: Bargain, prices: set[float], rounds: int) -> None:
    seen = {talk(bargain, seed) for seed in range(30)}
    assert {r for _, r in seen} == {rounds}
    assert sorted(p for p, _ in seen if p is not None) == pytest.approx(sorted(prices))


def _offers_in_turn(bargain: Bargain, seed: int) -> tuple[float | None, int]:
    """The rule of the docstring, round by round."""

    def offer(opening: float, reservation: float, turn: int, deadline: int) -> float:
        share = min(turn / deadline, 1.0) ** (1.0 / bargain.concession)
        low, high = sorted((opening, reservation))
        made = opening + (reservation - opening) * share
        return min(max(made, low), high) if share < 1.0 else reservation

    giver_speaks, least, most = np.random.default_rng(seed).random() < 0.5, bargain.least, bargain.most
    patience = bargain.giver_patience, bargain.taker_patience
    for turn in range(1, min(patience) + 1):
        ask = offer(max(bargain.ask, least), least, turn, patience[0])
        bid = offer(min(bargain.bid, most), most, turn, patience[1])
        last = turn == patience[1] if giver_speaks else turn == patience[0]
        if ask <= bid or (last and (ask <= most if giver_speaks else bid >= least)):
            return (ask if giver_speaks else bid), turn
        giver_speaks = not giver_speaks
    return None, min(patience)


@given(st.integers(0, 2**32 - 1))
def test_alternating_offers_are_those_of_the_rule(seed: int) -> None:
    rng = np.random.default_rng(seed)
    floor, ceiling, ask, bid = rng.normal(0.0, 50.0, 4).tolist()
    bargain = Bargain(
        floor, ceiling, ask, bid, *rng.integers(1, 20, 2).tolist(), concession=float(rng.uniform(0.2, 4.0))
    )
    assert talk(bargain, seed) == _offers_in_turn(bargain, seed)


def test_patience_pays() -> None:
    even = mean_price(FAIR)
    assert mean_price(FAIR._replace(giver_patience=20)) > even > mean_price(FAIR._replace(giver_patience=6))
    assert mean_price(FAIR._replace(taker_patience=20)) < even < mean_price(FAIR._replace(taker_patience=6))


def test_both_openers_occur() -> None:
    assert len({talk(FAIR._replace(giver_patience=5), seed) for seed in range(30)}) == 2


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
    for name in PROTOCOLS:
        outcome = protocol(name)(bargain, np.random.default_rng(seed))
        assert 1 <= outcome.rounds <= min(giver, taker)
        if ceiling < floor:
            assert outcome.price is None
        if outcome.price is not None:
            assert floor <= outcome.price <= ceiling


@given(
    st.floats(0, 100), st.floats(0, 80), st.floats(0, 80), st.floats(0.5, 1), st.floats(0.5, 1), st.floats(0, 1),
    st.integers(0, 9),
)  # fmt: skip
@settings(max_examples=200)
def test_nobody_agrees_to_less_than_it_has_elsewhere(
    ceiling: float, giver: float, taker: float, d1: float, d2: float, trust: float, seed: int
) -> None:
    bargain = Bargain(
        0.0, ceiling, ceiling, 0.0, giver_discount=d1, taker_discount=d2, giver_outside=giver,
        taker_outside=taker, trust=trust,
    )  # fmt: skip
    for name in PROTOCOLS - {"double_auction"}:
        price = protocol(name)(bargain, np.random.default_rng(seed)).price
        assert price is None or giver - 1e-9 <= price <= ceiling - taker + 1e-9
        if giver + taker > ceiling:
            assert price is None


@pytest.mark.parametrize("name", sorted(PROTOCOLS))
def test_new_fields_are_neutral_unless_stated(name: str) -> None:
    stated = FAIR._replace(
        giver_discount=1.0, taker_discount=1.0, giver_outside=0.0, taker_outside=0.0, trust=0.0
    )
    for seed in range(5):
        assert play(name, stated, seed) == play(name, FAIR, seed)
    assert play("nash", FAIR._replace(trust=0.7), 0) == play("nash", FAIR, 0)


def play(name: str, bargain: Bargain, seed: int = 0) -> Outcome:
    return protocol(name)(bargain, np.random.default_rng(seed))


def test_a_partner_elsewhere_moves_every_price() -> None:
    """Nash 50 becomes 65; offers in turn meet between 30 and 100 instead of 0 and 100."""
    better = FAIR._replace(giver_outside=30.0)
    assert play("nash", better).price == 65.0
    # ask 100 - 7 t, bid 10 t: 58 and 60 at t = 6; before, 50 and 50 at t = 5
    assert {play("alternating_offers", better, seed).price for seed in range(20)} == {58.0, 60.0}


def test_a_doubtful_offer_halves_the_way_and_a_certain_one_takes_all() -> None:
    asking = FAIR._replace(giver_power=1.0)
    assert play("take_it_or_leave_it", asking) == Outcome(50.0, 1)
    assert play("take_it_or_leave_it", asking._replace(doubt=0.0)) == Outcome(100.0, 1)
    assert play("take_it_or_leave_it", FAIR._replace(giver_power=0.0, doubt=0.1)) == Outcome(10.0, 1)


def test_a_belief_can_miss_though_there_is_something_to_gain() -> None:
    """The giver thinks that up to 250 could be had; 125 is more than the 100 that could."""
    assert play("take_it_or_leave_it", FAIR._replace(ask=250.0, giver_power=1.0)).price is None
    assert play("take_it_or_leave_it", FAIR._replace(ask=190.0, giver_power=1.0)).price == 95.0
    assert play("take_it_or_leave_it", FAIR._replace(bid=-150.0, giver_power=0.0)).price is None


def test_who_proposes_is_drawn_by_power() -> None:
    givers = [
        play("take_it_or_leave_it", FAIR._replace(giver_power=0.8, doubt=0.0), s).price for s in range(300)
    ]
    # 240 of 300 within four standard errors of 0.023
    assert 0.71 < givers.count(100.0) / 300 < 0.89
    assert set(givers) == {0.0, 100.0}


@pytest.mark.parametrize(
    ("bargain", "outcome"),
    [
        # 150, 120, 96: the third is the first at most 100
        (FAIR._replace(ask=150.0, adjustment=0.2), Outcome(96.0, 3)),
        # with half the mark-up the first
        (FAIR._replace(ask=150.0, markup=0.5), Outcome(75.0, 1)),
        # 150, 142.5, 135.375 and the other is gone
        (FAIR._replace(ask=150.0, adjustment=0.05, taker_patience=3), Outcome(None, 3)),
        (FAIR._replace(ask=150.0, adjustment=0.0), Outcome(None, 10)),
        # the taker posts 100 - 200 = -100, then 100 - 100 = 0
        (FAIR._replace(bid=-100.0, adjustment=0.5, giver_power=0.0), Outcome(0.0, 2)),
    ],
)
def test_posted_prices_by_hand(bargain: Bargain, outcome: Outcome) -> None:
    bargain = bargain._replace(giver_power=1.0) if bargain.giver_power == 0.5 else bargain
    found = play("posted_price", bargain)
    assert found.rounds == outcome.rounds
    assert found.price == (None if outcome.price is None else pytest.approx(outcome.price))


def test_a_pool_settles_a_pair_only_if_its_price_suits_both() -> None:
    pair = FAIR._replace(quantity=10.0)
    assert play("double_auction", pair).price == 50.0
    assert play("double_auction", pair._replace(giver_power=0.2)).price == 20.0
    # Somebody gives it away: a floor of 0 is too dear beside -30, and a buyer of 10 units needs no more.
    cheap = Orders(np.array([-30.0]), np.array([20.0]))
    assert play("double_auction", pair._replace(sellers=cheap)).price is None
    # Somebody needs it more: this taker goes without.
    keen = Orders(np.array([180.0]), np.array([20.0]))
    assert play("double_auction", pair._replace(buyers=keen)).price is None
    assert play("double_auction", pair._replace(quantity=0.0)).price is None


@given(st.floats(1, 200), st.integers(2, 30), st.floats(0.2, 5.0), st.integers(0, 9))
def test_equals_with_known_reservation_prices_always_agree(
    surplus: float, patience: int, concession: float, seed: int
) -> None:
    bargain = Bargain(10.0, 10.0 + surplus, 10.0 + surplus, 10.0, patience, patience, concession)
    assert alternating_offers(bargain, np.random.default_rng(seed)).price is not None


def test_an_unknown_protocol_is_named_with_the_nearest() -> None:
    with pytest.raises(MarketError, match=r"'nahs'.*'nash'.*known: alternating_offers, .*nash, posted_price"):
        protocol("nahs")
