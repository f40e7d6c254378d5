"""Which pairs can be noticed, and who has time for them: the compiled passes against plain ones."""

from __future__ import annotations

import numpy as np
import pytest

from ecopark.market.discovery import PairView, PortView, choose_in_turn, list_ready


def plain_ready(pairs: PairView, ports: PortView, day: float) -> list[int]:
    """Pair by pair, each condition by itself."""
    found = []
    for k, (out, into) in enumerate(zip(pairs.out_port, pairs.in_port, strict=True)):
        needed = 0.25 if pairs.links[k] else 0.05
        quantity = min(ports.open_rate[out], ports.open_rate[into] / pairs.gain[k]) * 365.0
        conditions = (
            ports.visible[out],
            ports.visible[into],
            day >= pairs.available_from[k],
            min(ports.share[out], ports.share[into]) > needed,
            pairs.glance[k] * quantity > pairs.effort[k],
        )
        if all(conditions):
            found.append(k)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_ready_pairs_are_those_of_a_plain_loop(seed: int) -> None:
    chance = np.random.default_rng(seed)
    ports = PortView(
        chance.uniform(0, 10, 30), chance.choice([0.0, 0.1, 0.5, 1.0], 30), chance.random(30) < 0.8
    )
    pairs = PairView(
        chance.integers(0, 15, 400), chance.integers(15, 30, 400), chance.choice([0.0, 10.0, np.inf], 400),
        chance.integers(0, 2, 400), chance.uniform(-5, 5, 400), chance.choice([0.5, 1.0, 1e9], 400),
        chance.uniform(0, 5000, 400),
    )  # fmt: skip
    expected = plain_ready(pairs, ports, 10.0)
    assert 5 < len(expected) < 300
    assert list_ready(pairs, ports, 10.0, 0.05, 0.25, 365.0).tolist() == expected


def test_nothing_is_ready_where_there_is_no_pair() -> None:
    none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
    ports = PortView(nothing, nothing, np.zeros(0, dtype=bool))
    assert not list_ready(
        PairView(none, none, nothing, none, nothing, nothing, nothing), ports, 0.0, 0.05, 0.25, 365.0
    ).size


@pytest.mark.parametrize(("most", "expected"), [(9, [4, 1, 2]), (2, [4, 1])])
def test_pairs_have_their_turn_while_both_have_room_and_somebody_has_time(
    most: int, expected: list[int]
) -> None:
    # Firm 0 has room for two, the others for one each. In turn: (0,1), (2,1), (0,2), (3,4).
    room = np.array([2, 1, 1, 1, 1])
    giver, taker = np.array([9, 0, 3, 2, 0]), np.array([9, 2, 4, 1, 1])
    chosen = choose_in_turn(np.array([4, 3, 1, 2]), giver, taker, room, most)
    assert chosen.tolist() == expected
    assert room.sum() == 6 - 2 * len(expected)
