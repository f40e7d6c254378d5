"""Double auctions worked out by hand, against a linear programme, and what holds of all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from ecopark.errors import DomainError
from ecopark.market.auction import NOBODY, Clearing, Orders, clear_auction


def orders(*offers: tuple[float, float]) -> Orders:
    return Orders(*(np.array([offer[i] for offer in offers], dtype=float) for i in (0, 1)))


@pytest.mark.parametrize(("k", "price"), [(0.0, 10.0), (0.5, 25.0), (1.0, 40.0)])
def test_one_seller_and_one_buyer_meet_at_k(k: float, price: float) -> None:
    clearing = clear_auction(orders((10, 5)), orders((40, 5)), k)
    assert (clearing.price, clearing.sold.tolist(), clearing.bought.tolist()) == (price, [5.0], [5.0])


@pytest.mark.parametrize(
    ("sellers", "buyers", "low", "high", "sold", "bought"),
    [
        # Three of each, one unit: 10, 20, 60 against 50, 30, 15: two trade, between 20 and 30.
        ([(10, 1), (20, 1), (60, 1)], [(50, 1), (30, 1), (15, 1)], 20, 30, [1, 1, 0], [1, 1, 0]),
        # The bid that goes without lifts the lower end, the ask that goes without lowers the upper one.
        ([(10, 1), (20, 1), (28, 1)], [(50, 1), (30, 1), (25, 1)], 25, 28, [1, 1, 0], [1, 1, 0]),
        # Too much on offer: the marginal seller sets the price, and keeps what is left.
        ([(-20, 10), (0, 10), (30, 10)], [(25, 12), (10, 4)], 0, 0, [10, 6, 0], [12, 4]),
        # Too little: the marginal buyer sets it.
        ([(5, 10)], [(50, 8), (40, 8)], 40, 40, [10], [8, 2]),
        # Equals at the margin share by what they offer: 9 left of 12 and 6.
        ([(0, 1), (7, 12), (7, 6)], [(20, 10)], 7, 7, [1, 6, 3], [10]),
        # A buyer who gets only a part bids for the rest, too.
        ([(10, 5)], [(40, 8)], 40, 40, [5], [5]),
        # Paying to be rid of it.
        ([(-90, 4)], [(-50, 2), (-60, 2)], -90, -60, [4], [2, 2]),
        # Who offers nothing has no say.
        ([(0, 0), (10, 5)], [(99, 0), (20, 5)], 10, 20, [0, 5], [0, 5]),
    ],
)
def test_pools_by_hand(
    sellers: list[tuple[float, float]],
    buyers: list[tuple[float, float]],
    low: float,
    high: float,
    sold: list[float],
    bought: list[float],
) -> None:
    clearing = clear_auction(orders(*sellers), orders(*buyers))
    assert (clearing.low, clearing.high, clearing.price) == pytest.approx((low, high, (low + high) / 2))
    assert clearing.sold == pytest.approx(sold)
    assert clearing.bought == pytest.approx(bought)


@pytest.mark.parametrize(
    ("sellers", "buyers"),
    [
        (orders((10, 1)), orders((9, 1))),
        (NOBODY, orders((9, 1))),
        (orders((1, 1)), NOBODY),
        (orders((1, 0)), orders((9, 1))),
    ],
)
def test_no_trade_without_gain(sellers: Orders, buyers: Orders) -> None:
    clearing = clear_auction(sellers, buyers)
    assert clearing.price is None
    assert clearing.sold.sum() == clearing.bought.sum() == 0.0
    assert clearing.sold.shape == sellers.price.shape


POOL = st.lists(
    st.tuples(st.integers(-50, 50).map(float), st.integers(0, 20).map(float)), min_size=1, max_size=8
)
FINE = st.lists(st.tuples(st.floats(-50, 50), st.floats(0, 20)), min_size=1, max_size=8)


def check(sellers: Orders, buyers: Orders, clearing: Clearing) -> None:
    """Budget balanced, individually rational, nobody beyond its own offer, nobody better left waiting."""
    assert clearing.sold.sum() == pytest.approx(clearing.bought.sum(), rel=1e-9, abs=1e-9)
    assert (clearing.sold >= 0).all()
    assert (clearing.sold <= sellers.quantity).all()
    assert (clearing.bought >= 0).all()
    assert (clearing.bought <= buyers.quantity).all()
    if clearing.price is None:
        return
    assert (sellers.price[clearing.sold > 0] <= clearing.price).all()
    assert (buyers.price[clearing.bought > 0] >= clearing.price).all()
    for offered, traded, better in (
        (sellers, clearing.sold, sellers.price < clearing.price),
        (buyers, clearing.bought, buyers.price > clearing.price),
    ):
        assert traded[better] == pytest.approx(offered.quantity[better], rel=1e-9, abs=1e-9)


@given(POOL, POOL, st.floats(0, 1))
@settings(max_examples=200)
def test_always_balanced_rational_and_efficient(
    asked: list[tuple[float, float]], bid: list[tuple[float, float]], k: float
) -> None:
    sellers, buyers = orders(*asked), orders(*bid)
    clearing = clear_auction(sellers, buyers, k)
    check(sellers, buyers, clearing)
    # Gains from trade cannot be larger: the assignment of greatest value, by linear programme.
    n, m = len(asked), len(bid)
    gain = (buyers.price[None, :] - sellers.price[:, None]).ravel()
    rows = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    best = linprog(-gain, A_ub=rows, b_ub=np.concatenate([sellers.quantity, buyers.quantity]))
    got = buyers.price @ clearing.bought - sellers.price @ clearing.sold
    assert got == pytest.approx(-best.fun, abs=1e-6)


@given(FINE, FINE, st.floats(0, 1))
@settings(max_examples=200)
def test_odd_quantities_change_nothing_of_that(
    asked: list[tuple[float, float]], bid: list[tuple[float, float]], k: float
) -> None:
    sellers, buyers = orders(*asked), orders(*bid)
    check(sellers, buyers, clear_auction(sellers, buyers, k))


@given(POOL, POOL)
def test_order_of_offers_does_not_matter(
    asked: list[tuple[float, float]], bid: list[tuple[float, float]]
) -> None:
    there = clear_auction(orders(*asked), orders(*bid))
    back = clear_auction(orders(*asked[::-1]), orders(*bid[::-1]))
    assert there.price == back.price
    assert there.sold == pytest.approx(back.sold[::-1])


def test_what_it_refuses() -> None:
    with pytest.raises(DomainError, match="expected 0 to 1"):
        clear_auction(orders((1, 1)), orders((2, 1)), 1.5)
    with pytest.raises(DomainError, match="may be negative"):
        orders((1, -1))
    with pytest.raises(DomainError, match="finite"):
        orders((np.inf, 1))
    with pytest.raises(DomainError, match="prices for"):
        Orders(np.zeros(2), np.zeros(1))


def test_one_more_in_front() -> None:
    joined = orders((1, 2)).joined_by(3.0, 4.0)
    assert (joined.price.tolist(), joined.quantity.tolist()) == ([3.0, 1.0], [4.0, 2.0])
