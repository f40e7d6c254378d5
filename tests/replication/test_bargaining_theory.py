"""Bargaining, auctions and coalitions as theory solves them: every number here is published or derived alone."""

from __future__ import annotations

import math
from collections.abc import Hashable

import numpy as np
import pytest

from ecopark.market.auction import Orders, clear_auction
from ecopark.market.bargaining import bargaining_power, discount_per_round, rubinstein_share
from ecopark.market.coalition import cost_share_interval
from ecopark.market.protocols import Bargain, nash, protocol
from ecopark.market.shapley import core_violation, has_core, shapley_value

CHANCE = np.random.default_rng(0)


def solve_backwards(
    rounds: int, opener: float, other: float, w_opener: float = 0.0, w_other: float = 0.0
) -> float:
    """Opener's share of 1 where the last of so many offers is the last chance.

    Played from the end: who speaks leaves the other just what that other could have by waiting a round and
    speaking itself, or by leaving for its partner elsewhere. Nothing of the closed form is used.
    """
    patience, outside = (opener, other), (w_opener, w_other)
    speaker = (rounds - 1) % 2
    gets = 1.0 - outside[1 - speaker]
    for turn in reversed(range(rounds - 1)):
        speaker = turn % 2
        answers = 1 - speaker
        gets = 1.0 - max(patience[answers] * gets, outside[answers])
    return gets


# ------------------------------------------------------------------ Rubinstein
def test_rubinstein_shares_of_equals() -> None:
    """Discount factor 0.9 each: 0.5263 and 0.4737 (Rubinstein 1982)."""
    bargain = Bargain(0.0, 1.0, 1.0, 0.0, giver_discount=0.9, taker_discount=0.9)
    price = protocol("rubinstein_giver_opens")(bargain, CHANCE).price
    assert price == pytest.approx(0.5263, abs=5e-5)
    seen = {round(protocol("rubinstein")(bargain, CHANCE).price or 0.0, 4) for _ in range(30)}
    assert seen == {0.5263, 0.4737}


@pytest.mark.parametrize("discount", [0.999999, 1.0])
def test_without_haste_rubinstein_is_the_nash_half(discount: float) -> None:
    bargain = Bargain(-20.0, 80.0, 80.0, -20.0, giver_discount=discount, taker_discount=discount)
    half = nash(bargain, CHANCE).price
    assert half == 30.0
    assert protocol("rubinstein")(bargain, CHANCE).price == pytest.approx(half, abs=1e-4)


@pytest.mark.parametrize("outside", [(0.0, 0.0), (0.0, 0.6), (0.7, 0.0), (0.7, 0.1), (0.4, 0.5), (0.45, 0.2)])
@pytest.mark.parametrize("discounts", [(0.9, 0.9), (0.95, 0.8), (0.6, 0.97)])
def test_backward_induction_ends_at_the_closed_form(
    discounts: tuple[float, float], outside: tuple[float, float]
) -> None:
    share = rubinstein_share(1.0, *discounts, *outside)
    assert solve_backwards(600, *discounts, *outside) == pytest.approx(share, abs=1e-9)
    assert solve_backwards(601, *discounts, *outside) == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize(("giver", "taker"), [(0.10, 0.10), (0.05, 0.15), (0.20, 0.08)])
def test_alternating_offers_approach_the_nash_split_as_rounds_shorten(giver: float, taker: float) -> None:
    """From quarters to hours: the game played backwards comes ever closer to Nash with the power of patience."""
    gaps = []
    for days in (90.0, 30.0, 7.0, 1.0):
        discounts = discount_per_round(giver, days), discount_per_round(taker, days)
        power = bargaining_power(*discounts)
        split = nash(Bargain(0.0, 1.0, 1.0, 0.0, giver_power=power), CHANCE).price
        # two centuries of talks, played from their end
        played = solve_backwards(int(200 * 365.25 / days), *discounts)
        gaps.append(abs(played - (split or 0.0)))
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 2e-4 < gaps[0]
    # The power is that of the rates (Binmore, Rubinstein & Wolinsky 1986), whatever the round.
    assert power == pytest.approx(math.log1p(taker) / (math.log1p(giver) + math.log1p(taker)))


# ------------------------------------------------------------------ Nash and outside options
@pytest.mark.parametrize(
    ("giver", "taker", "power", "price"),
    [
        (0.0, 0.0, 0.5, 50.0),
        (30.0, 0.0, 0.5, 65.0),
        (0.0, 30.0, 0.5, 35.0),
        (30.0, 10.0, 0.5, 60.0),
        (30.0, 10.0, 0.25, 45.0),
    ],
)
def test_nash_with_unequal_threat_points(giver: float, taker: float, power: float, price: float) -> None:
    """Threat point plus the share of what is left, and the largest product of gains over it."""
    bargain = Bargain(0.0, 100.0, 100.0, 0.0, giver_outside=giver, taker_outside=taker, giver_power=power)
    assert nash(bargain, CHANCE).price == pytest.approx(price)
    grid = np.linspace(giver, 100.0 - taker, 6001)
    product = (grid - giver) ** power * (100.0 - taker - grid) ** (1.0 - power)
    assert grid[product.argmax()] == pytest.approx(price, abs=0.02)


def test_an_outside_option_is_a_threat_point_to_nash_but_a_mere_bound_to_rubinstein() -> None:
    """Binmore, Shaked & Sutton (1989): split the difference, or deal me out."""
    patient = Bargain(0.0, 100.0, 100.0, 0.0, giver_discount=0.9999, taker_discount=0.9999)
    for outside, split, bound in ((20.0, 60.0, 50.0), (40.0, 70.0, 50.0), (70.0, 85.0, 70.0)):
        bargain = patient._replace(giver_outside=outside)
        assert nash(bargain, CHANCE).price == pytest.approx(split)
        assert protocol("rubinstein")(bargain, CHANCE).price == pytest.approx(bound, abs=0.01)


# ------------------------------------------------------------------ double auction
def test_the_linear_equilibrium_of_the_double_auction() -> None:
    """Values uniform on 0 to 1, k one half: offers 2/3 v + 1/4 and 2/3 v + 1/12, gain 9/64 of 1/6.

    Chatterjee & Samuelson (1983): they trade if and only if the values differ by a quarter or more.
    """
    # 81 values: none a quarter apart to the last digit
    values = (np.arange(81) + 0.5) / 81
    gain, possible = 0.0, 0.0
    for cost in values:
        for value in values:
            ask, bid = 2 / 3 * cost + 1 / 4, 2 / 3 * value + 1 / 12
            clearing = clear_auction(Orders(np.array([ask]), np.ones(1)), Orders(np.array([bid]), np.ones(1)))
            assert (clearing.price is not None) == (value - cost >= 0.25 - 1e-12)
            gain += (value - cost) * clearing.bought[0]
            possible += max(value - cost, 0.0)
    assert gain / values.size**2 == pytest.approx(9 / 64, rel=0.01)
    assert gain / possible == pytest.approx(27 / 32, rel=0.01)


def test_nobody_gains_by_leaving_the_linear_equilibrium() -> None:
    bids = 2 / 3 * (np.arange(150) + 0.5) / 150 + 1 / 12
    for cost in (0.0, 0.3, 0.6):
        best = max(
            (sum(_gain(ask, bid, cost) for bid in bids), ask)
            for ask in np.linspace(0.0, 1.0, 41)
            if ask >= cost
        )
        assert best[1] == pytest.approx(2 / 3 * cost + 1 / 4, abs=0.0126)


def _gain(ask: float, bid: float, cost: float) -> float:
    clearing = clear_auction(Orders(np.array([ask]), np.ones(1)), Orders(np.array([bid]), np.ones(1)))
    return clearing.price - cost if clearing.price is not None else 0.0


def test_more_sellers_of_the_same_stream_bring_the_price_down() -> None:
    """Bertrand: two sellers with more than is wanted have the buyer's best price, one has half of the gain."""
    alone = Bargain(floor=-100.0, ceiling=80.0, ask=80.0, bid=-100.0, quantity=10.0)
    rival = alone._replace(sellers=Orders(np.array([-100.0]), np.array([10.0])))
    auction = protocol("double_auction")
    assert auction(alone, CHANCE).price == -10.0
    assert auction(rival, CHANCE).price == -100.0
    # a second buyer restores the balance, a third one the seller's price
    even = rival._replace(buyers=Orders(np.array([80.0]), np.array([10.0])))
    short = rival._replace(buyers=Orders(np.array([80.0, 80.0]), np.array([10.0, 10.0])))
    assert (auction(even, CHANCE).price, auction(short, CHANCE).price) == (-10.0, 80.0)


# ------------------------------------------------------------------ coalitions
def test_the_hub_game() -> None:
    """A hub and either of two: Shapley 2/3, 1/6, 1/6; the core gives the hub all."""

    def worth(group: frozenset[Hashable]) -> float:
        return 1.0 if "hub" in group and len(group) > 1 else 0.0

    players = ["hub", "left", "right"]
    value = shapley_value(players, worth)
    assert list(value.values()) == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert core_violation(players, worth, value)[0] > 0.0
    assert core_violation(players, worth, {"hub": 1.0, "left": 0.0, "right": 0.0})[0] == 0.0
    # no other payoff that gives out all of it: checked over a fine grid
    for a in range(21):
        for b in range(21 - a):
            payoff = {"hub": a / 20, "left": b / 20, "right": (20 - a - b) / 20}
            assert (core_violation(players, worth, payoff)[0] < 1e-9) == (a == 20)


def test_any_two_of_three() -> None:
    def worth(group: frozenset[Hashable]) -> float:
        return 1.0 if len(group) >= 2 else 0.0

    assert list(shapley_value(["a", "b", "c"], worth).values()) == pytest.approx([1 / 3] * 3)
    assert not has_core(["a", "b", "c"], worth)


@pytest.mark.parametrize(("one", "other", "both"), [(0.0, 0.0, 1.0), (3.0, 5.0, 8.0), (-2.0, 4.0, 10.0)])
def test_two_firms_with_something_to_gain_stay_together(one: float, other: float, both: float) -> None:
    worth = {
        frozenset[Hashable](): 0.0,
        frozenset({"a"}): one,
        frozenset({"b"}): other,
        frozenset({"a", "b"}): both,
    }
    value = shapley_value(["a", "b"], worth.__getitem__)
    assert value["a"] == pytest.approx(one + (both - one - other) / 2)
    assert core_violation(["a", "b"], worth.__getitem__, value) == (0.0, frozenset())


# ------------------------------------------------------------------ space of cooperation
def _agree(
    share: float, supply: float, demand: float, ratio: float, price: float = 8.0, disposal: float = 6.0
) -> bool:
    """Whether both firms of a year accept: yearly books with and without the exchange, per firm.

    The additional cost is that of the waste that is brought over, `ratio` times below what each unit saves.
    A fixed part of it falls due for the larger of the two streams: what mismatch wastes.
    """
    exchanged = min(supply, demand)
    cost = (price + disposal) / ratio * max(supply, demand)
    giver = {"without": disposal * supply, "with": disposal * (supply - exchanged) + share * cost}
    taker = {"without": price * demand, "with": price * (demand - exchanged) + (1.0 - share) * cost}
    return giver["with"] < giver["without"] and taker["with"] < taker["without"]


@pytest.mark.parametrize("ratio", [1.2, 2.0, 4.0])
@pytest.mark.parametrize("mismatch", [-0.4, -0.2, 0.0, 0.2, 0.4])
def test_the_cost_share_interval_equals_simulated_acceptance(ratio: float, mismatch: float) -> None:
    supply, demand = 100.0 * (1.0 + mismatch), 100.0
    cost = 14.0 / ratio * max(supply, demand)
    low, high = cost_share_interval(cost, min(supply, demand), 8.0, 1.0, 6.0)
    for share in np.linspace(-1.0, 2.0, 301):
        if min(abs(share - low), abs(share - high)) > 1e-9:
            assert _agree(share, supply, demand, ratio) == (low < share < high)


def test_the_range_shrinks_with_mismatch_and_widens_with_what_is_saved() -> None:
    """Findings of Yazan & Fraccascia (2020), here of simulated acceptance, not of the formula."""

    def width(mismatch: float, ratio: float) -> int:
        return sum(_agree(a, 100.0 * (1.0 + mismatch), 100.0, ratio) for a in np.linspace(-1.0, 2.0, 601))

    by_mismatch = [width(mismatch, 3.0) for mismatch in (0.0, 0.2, 0.4, 0.6)]
    assert by_mismatch == sorted(by_mismatch, reverse=True)
    assert len(set(by_mismatch)) == 4
    by_ratio = [width(0.0, ratio) for ratio in (1.0, 1.5, 2.0, 3.0)]
    assert by_ratio == sorted(by_ratio)
    assert by_ratio[0] == 0
