"""Solution concepts of the game of gains: known games, and the axioms on random ones."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecopark.errors import DomainError
from ecopark.indicators.carbon import link_shapley
from ecopark.market.shapley import core_violation, has_core, shapley_value
from ecopark.planning.gains.game import jain_index, link_nucleolus, link_worth, nucleolus

FIRMS = ["a", "b", "c", "d", "e", "f"]


@st.composite
def link_games(
    draw: st.DrawFn, largest: int = 3, low: float = -50.0
) -> tuple[dict[str, float], dict[str, Any]]:
    """Links of two to `largest` of six firms."""
    groups = [g for size in range(2, largest + 1) for g in combinations(FIRMS, size)]
    chosen = draw(st.lists(st.sampled_from(groups), min_size=1, max_size=7))
    worth = {f"link {k}": draw(st.floats(low, 100.0)) for k in range(len(chosen))}
    return worth, {f"link {k}": frozenset(group) for k, group in enumerate(chosen)}


def rounded(payoff: dict[Any, float]) -> dict[Any, float]:
    return {name: round(value, 6) + 0.0 for name, value in payoff.items()}


def test_glove_game() -> None:
    def pairs(group: frozenset[Any]) -> float:
        return float(min(len(group & {"r"}), len(group & {"l", "m"})))

    payoff, excess = nucleolus(["l", "m", "r"], pairs)
    assert rounded(payoff) == {"l": 0.0, "m": 0.0, "r": 1.0}
    assert excess == pytest.approx(0.0, abs=1e-9)
    # The Shapley value gives the gloves of which there are two something: 1/6 each.
    assert shapley_value(["l", "m", "r"], pairs)["l"] == pytest.approx(1.0 / 6.0)


def test_airport_game() -> None:
    """Costs 12, 18, 30: nucleolus 6, 6, 18 worked out by hand (Littlechild 1974: least mean of what is left).

    At each step the runway's next part is paid by all before and one more: min(12/2, 18/3) = 6, then the rest.
    """
    cost = {"small": 12.0, "middle": 18.0, "large": 30.0}

    def saving(group: frozenset[Any]) -> float:
        return sum(cost[k] for k in group) - max((cost[k] for k in group), default=0.0)

    payoff, _ = nucleolus(list(cost), saving)
    paid = {name: cost[name] - payoff[name] for name in cost}
    assert rounded(paid) == {"small": 6.0, "middle": 6.0, "large": 18.0}


def test_bankruptcy_of_the_talmud() -> None:
    """Claims 100, 200, 300 on 200: the Talmud's 50, 75, 75 is the nucleolus (Aumann and Maschler 1985)."""
    claims, estate = {"x": 100.0, "y": 200.0, "z": 300.0}, 200.0

    def left(group: frozenset[Any]) -> float:
        return max(estate - sum(claims[k] for k in claims if k not in group), 0.0)

    assert rounded(nucleolus(list(claims), left)[0]) == {"x": 50.0, "y": 75.0, "z": 75.0}


def test_majority_game_has_no_core() -> None:
    payoff, excess = nucleolus(["x", "y", "z"], lambda group: float(len(group) >= 2))
    assert rounded(payoff) == {"x": 0.333333, "y": 0.333333, "z": 0.333333}
    assert excess == pytest.approx(1.0 / 3.0)


@given(link_games())
@settings(max_examples=60, deadline=None)
def test_axioms_of_shapley_on_links(game: tuple[dict[str, float], dict[str, Any]]) -> None:
    worth, needs = game
    players = sorted(set().union(*needs.values()))
    fair = link_shapley(worth, needs)
    assert fair.sum() == pytest.approx(sum(worth.values()), abs=1e-9)  # efficiency
    listed = shapley_value([*players, "nobody"], link_worth(worth, needs))
    assert listed["nobody"] == pytest.approx(0.0, abs=1e-9)  # null player
    for name in players:
        assert fair[name] == pytest.approx(listed[name], abs=1e-9)
    first, second = players[:2]
    swap = {first: second, second: first}
    swapped = {link: frozenset(swap.get(k, k) for k in group) for link, group in needs.items()}
    other = link_shapley(worth, swapped)  # symmetry
    assert other[first] == pytest.approx(fair[second], abs=1e-9)
    assert other[second] == pytest.approx(fair[first], abs=1e-9)


@given(link_games())
@settings(max_examples=25, deadline=None)
def test_no_payoff_has_a_smaller_largest_excess(game: tuple[dict[str, float], dict[str, Any]]) -> None:
    worth, needs = game
    players = sorted(set().union(*needs.values()))
    value = link_worth(worth, needs)
    payoff, excess = nucleolus(players, value)
    scale = max(1.0, *(abs(amount) for amount in worth.values()))
    assert sum(payoff.values()) == pytest.approx(sum(worth.values()), abs=1e-6 * scale)
    groups = [frozenset(g) for size in range(1, len(players)) for g in combinations(players, size)]

    def largest(paid: dict[str, float]) -> float:
        return max(value(group) - sum(paid[k] for k in group) for group in groups)

    assert largest(payoff) == pytest.approx(excess, abs=1e-6 * scale)
    fair = {name: float(x) for name, x in link_shapley(worth, needs).items()}
    assert excess <= largest(fair) + 1e-6 * scale
    assert (excess <= 1e-6 * scale) == has_core(players, value) or abs(excess) < 1e-5 * scale
    if excess < -1e-6 * scale:
        assert core_violation(players, value, payoff)[0] <= 1e-6 * scale


@given(link_games(largest=2, low=-30.0))
@settings(max_examples=25, deadline=None)
def test_of_pairs_alone_the_nucleolus_is_the_shapley_value(
    game: tuple[dict[str, float], dict[str, Any]],
) -> None:
    worth, needs = game
    payoff, _ = link_nucleolus(worth, needs)
    for name, value in link_shapley(worth, needs).items():
        assert payoff[name] == pytest.approx(value, abs=1e-5)


def test_many_firms() -> None:
    chain = {f"{k}": 10.0 + k for k in range(14)}
    needs = {f"{k}": frozenset({f"firm {k}", f"firm {k + 1}"}) for k in range(14)}
    payoff, excess = link_nucleolus(chain, needs)
    assert payoff["firm 0"] == 5.0
    assert payoff["firm 1"] == 5.0 + 5.5
    assert np.isnan(excess)
    payoff, _ = link_nucleolus(chain, needs | {"0": frozenset({"firm 0", "firm 1", "firm 2"})})
    assert all(np.isnan(value) for value in payoff.values())
    with pytest.raises(DomainError, match="at most 10"):
        nucleolus(list(range(11)), lambda _: 0.0)
    assert nucleolus(["one"], lambda group: 3.0 * len(group))[0] == {"one": 3.0}


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9))
def test_jain_lies_between_nothing_and_one(values: list[float]) -> None:
    found = jain_index(np.array(values))
    assert np.isnan(found) or -1e-12 <= found <= 1.0 + 1e-12
    assert jain_index(np.full(4, 7.0)) == 1.0
