"""Chances and hazards of getting acquainted, and what data are worth, worked out by hand."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest

from ecopark.market.acquaintance import (
    chance_at_start,
    chance_of_missing_data,
    contact_hazard,
    count_common,
    hazard_of_chance,
    narrow_opening,
)


@pytest.mark.parametrize(("first", "second"), [(0.1, 0.3), (0.0, 0.5), (0.5, 1.0)])
def test_occasions_add_up_as_independent_chances_do(first: float, second: float) -> None:
    both = hazard_of_chance(first) + hazard_of_chance(second)
    assert 1.0 - math.exp(-both) == pytest.approx(1.0 - (1.0 - first) * (1.0 - second))


def test_nearness_or_a_common_sector_is_enough_at_the_start() -> None:
    chance = chance_at_start(
        np.array([0.0, 10.0, 10.0, 1e12]), 10.0, np.array([False, False, True, True]), 0.5, 0.3
    )
    np.testing.assert_allclose(chance, [0.5, 0.25, 1.0 - 0.75 * 0.7, 0.3], rtol=1e-9)


def test_contacts_come_by_chance_and_through_others() -> None:
    hazard = contact_hazard(np.array([0.0, 30.0]), 10.0, 0.04, 0.01, np.array([0.0, 3.0]))
    np.testing.assert_allclose(hazard, [0.04, 0.04 / 4.0 + 0.03])


def test_common_acquaintances_are_the_common_neighbours_of_a_graph() -> None:
    chance = np.random.default_rng(7)
    ends = np.array([(i, j) for i in range(12) for j in range(i + 1, 12) if chance.random() < 0.8])
    known = chance.random(len(ends)) < 0.4
    graph = nx.Graph(map(tuple, ends[known].tolist()))
    graph.add_nodes_from(range(12))
    expected = [len(list(nx.common_neighbors(graph, i, j))) for i, j in ends.tolist()]
    assert max(expected) > 1
    np.testing.assert_array_equal(count_common(ends, known, 12), expected)


@pytest.mark.parametrize(
    ("acquainted", "trust", "platform", "practitioner", "chance"),
    [
        (False, 0.0, 1.0, 1.0, 0.4),
        (True, 0.0, 1.0, 1.0, 0.2),
        (False, 0.25, 0.5, 1.0, 0.15),
        (False, 0.0, 1.0, 0.3, 0.12),
        (False, 0.0, 0.0, 1.0, 0.0),
        (False, 1.0, 1.0, 1.0, 0.0),
    ],
)
def test_data_are_missing_less_often_the_more_help_there_is(
    acquainted: bool, trust: float, platform: float, practitioner: float, chance: float
) -> None:
    found = chance_of_missing_data(0.4, acquainted, 0.5, trust, platform, practitioner)
    assert found == pytest.approx(chance)


def test_openings_move_towards_the_truth() -> None:
    # The giver took 90 for the ceiling, which is 70.
    assert narrow_opening(90.0, 70.0, 0.25) == pytest.approx(85.0)
    assert narrow_opening(-5.0, 5.0, 1.0) == pytest.approx(5.0)
