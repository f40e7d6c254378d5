"""Runs without a value of an output: as if they had not been made, for any pattern of holes, and counted."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ecopark.experiments.statistics import compare_points, describe_points

VALUES = st.one_of(st.just(np.nan), st.floats(-1e3, 1e3))


@settings(max_examples=40)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=8))
def test_a_hole_counts_as_no_pair(pairs: list[tuple[float, float]]) -> None:
    rows = [(point, k, pair[point]) for k, pair in enumerate(pairs) for point in (0, 1)]
    runs = pd.DataFrame(rows, columns=["point", "replicate", "y"])
    there = [a == a and b == b for a, b in pairs]
    (found,) = compare_points(runs, ["y"]).to_dict("records")
    assert (found["replicates"], found["missing"]) == (sum(there), len(pairs) - sum(there))
    without = runs[runs["replicate"].map(dict(enumerate(there)))]
    if any(there):
        (expected,) = compare_points(without, ["y"]).to_dict("records")
        assert {**found, "missing": 0} == {**expected} or np.isnan(found["low"])
        assert found["mean"] == expected["mean"]
    else:
        assert np.isnan(found["mean"])
    described = describe_points(runs, ["y"])
    assert (described["replicates"] + described["missing"] == len(pairs)).all()
