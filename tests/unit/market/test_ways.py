"""Shortest ways against another library."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from ecopark.market.ways import find_shortest


@pytest.mark.parametrize("places", [2, 3, 7, 30])
@pytest.mark.parametrize("seed", range(5))
def test_ways_are_those_of_another_library(places: int, seed: int) -> None:
    # Squared lengths break the triangle inequality, so that ways with stops are often the shorter ones.
    length = np.random.default_rng(seed).uniform(0.1, 1.0, (places, places)) ** 2
    length = (length + length.T) / 2.0
    np.fill_diagonal(length, 0.0)
    before = find_shortest(length).tolist()
    wanted = nx.single_source_dijkstra_path_length(nx.from_numpy_array(length), 0)
    for place in range(places):
        way = [place]
        while way[-1] != 0:
            way.append(before[way[-1]])
        far = sum(float(length[a, b]) for a, b in pairwise(way))
        assert far == pytest.approx(wanted[place], rel=1e-12, abs=1e-15)
