"""Shapley values and cores of games every textbook solves."""

from __future__ import annotations

import itertools
from collections.abc import Hashable

import numpy as np
import pytest

from ecopark.errors import DomainError
from ecopark.market.shapley import LARGEST_GAME, core_violation, has_core, shapley_value


def hub(group: frozenset[Hashable]) -> float:
    """A hub with at least one of two others earns 1: the glove game with one left glove."""
    return 1.0 if "hub" in group and len(group) > 1 else 0.0


def majority(group: frozenset[Hashable]) -> float:
    """Any two of three earn 1."""
    return 1.0 if len(group) >= 2 else 0.0


def pair(group: frozenset[Hashable]) -> float:
    """Alone 1 and 2, together 10."""
    return {0: 0.0, 2: 10.0}.get(len(group), 1.0 if "a" in group else 2.0)


HUB, THREE, TWO = ["hub", "left", "right"], ["a", "b", "c"], ["a", "b"]


def test_hub_game_shapley_is_not_in_its_core() -> None:
    value = shapley_value(HUB, hub)
    assert [value[p] for p in HUB] == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    most, group = core_violation(HUB, hub, value)
    # the hub and one partner get 5/6 of the 1 they could have
    assert most == pytest.approx(1 / 6)
    assert group == frozenset({"hub", "left"})
    assert core_violation(HUB, hub, {"hub": 1.0, "left": 0.0, "right": 0.0}) == (0.0, frozenset())
    assert has_core(HUB, hub)


def test_only_the_hub_taking_all_is_in_the_core_of_the_hub_game() -> None:
    for taken in (0.9, 0.99):
        rest = (1.0 - taken) / 2.0
        assert core_violation(HUB, hub, {"hub": taken, "left": rest, "right": rest})[0] == pytest.approx(rest)


def test_majority_game_has_thirds_and_an_empty_core() -> None:
    value = shapley_value(THREE, majority)
    assert list(value.values()) == pytest.approx([1 / 3] * 3)
    assert core_violation(THREE, majority, value)[0] == pytest.approx(1 / 3)
    assert not has_core(THREE, majority)


def test_two_firms_share_the_surplus_equally_and_stay() -> None:
    value = shapley_value(TWO, pair)
    # surplus of 7 halved on top of what each has alone
    assert [value["a"], value["b"]] == pytest.approx([4.5, 5.5])
    assert core_violation(TWO, pair, value) == (0.0, frozenset())
    assert has_core(TWO, pair)


def by_orders(players: list[str], worth: dict[frozenset[str], float]) -> dict[str, float]:
    """Shapley value as its first definition: the mean over all orders of arrival."""
    value = dict.fromkeys(players, 0.0)
    orders = list(itertools.permutations(players))
    for order in orders:
        for k, player in enumerate(order):
            value[player] += worth[frozenset(order[: k + 1])] - worth[frozenset(order[:k])]
    return {player: total / len(orders) for player, total in value.items()}


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
def test_equals_the_mean_over_all_orders(size: int) -> None:
    rng = np.random.default_rng(size)
    players = [f"firm {k}" for k in range(size)]
    groups = [frozenset(g) for n in range(size + 1) for g in itertools.combinations(players, n)]
    worth = {group: float(rng.normal()) if group else 0.0 for group in groups}
    assert shapley_value(players, lambda s: worth[frozenset(map(str, s))]) == pytest.approx(
        by_orders(players, worth)
    )


@pytest.mark.parametrize(
    ("players", "worth", "message"),
    [
        (list(range(LARGEST_GAME + 1)), lambda _: 0.0, "at most 16"),
        (["a", "a"], lambda _: 0.0, "twice"),
        (["a"], lambda _: 1.0, "empty coalition is worth 1.0"),
    ],
)
def test_games_it_refuses(players: list[Hashable], worth: object, message: str) -> None:
    with pytest.raises(DomainError, match=message):
        shapley_value(players, worth)  # type: ignore[arg-type]
