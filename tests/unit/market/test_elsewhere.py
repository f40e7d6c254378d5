"""Nearest partners elsewhere against a plain search."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecopark.market.elsewhere import nearest_elsewhere


@given(st.integers(0, 2**32 - 1), st.integers(0, 6))
def test_nearest_pairs_with_another_partner(seed: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    ports, pairs, bonds = 12, 30, 5
    own, partner, bond = (rng.integers(0, n, pairs) for n in (ports, ports, bonds))
    distance = rng.integers(0, 8, pairs).astype(np.float64)
    firm, seen, known = rng.integers(0, 5, ports), rng.random(ports) < 0.7, rng.random(bonds) < 0.7
    candidates = np.sort(rng.permutation(pairs)[:20])
    pair = int(candidates[0])
    fitting = [
        other
        for other in candidates.tolist()
        if firm[partner[other]] != firm[partner[pair]]
        and known[bond[other]]
        and seen[own[other]]
        and seen[partner[other]]
    ]
    # Python's sort keeps the order of equals.
    expected = sorted(fitting, key=lambda other: float(distance[other]))[:most]
    found = nearest_elsewhere(candidates, pair, own, partner, distance, firm, seen, bond, known, most)
    assert found.tolist() == expected
