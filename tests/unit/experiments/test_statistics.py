"""Intervals against normal theory and coverage, differences against hand calculation."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pandas as pd
import pytest

from ecopark.experiments.statistics import compare_points, describe_points, is_precise, mean_interval
from ecopark.experiments.study import Stopping


def test_a_bootstrap_interval_is_near_that_of_normal_theory() -> None:
    sample = np.random.default_rng(1).normal(10.0, 2.0, 400)
    low, high = mean_interval(sample)
    half = 1.96 * statistics.stdev(sample) / math.sqrt(400)
    assert (high - low) / 2 == pytest.approx(half, rel=0.08)
    assert (high + low) / 2 == pytest.approx(sample.mean(), abs=0.1 * half)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    chance = np.random.default_rng(2)
    hits = 0
    for seed in range(200):
        low, high = mean_interval(chance.exponential(3.0, 40), 0.9, seed)
        hits += low <= 3.0 <= high
    # Binomial: 180 expected, sd 4.2; a bootstrap of forty skewed values covers a little less.
    assert 160 <= hits <= 196


@pytest.mark.parametrize(
    ("sample", "expected"),
    [([4.0, 4.0], (4.0, 4.0)), ([4.0], (math.nan, math.nan)), ([], (math.nan, math.nan))],
)
def test_samples_too_small_or_constant(sample: list[float], expected: tuple[float, float]) -> None:
    assert mean_interval(np.array(sample)) == pytest.approx(expected, nan_ok=True)


def runs_of(rows: dict[int, list[float]]) -> pd.DataFrame:
    table = [(point, k, y) for point, values in rows.items() for k, y in enumerate(values)]
    return pd.DataFrame(table, columns=["point", "replicate", "y"])


def test_differences_are_taken_replicate_by_replicate() -> None:
    runs = runs_of({0: [1.0, 10.0, 100.0], 1: [2.0, 12.0, 103.0]})
    (row,) = compare_points(runs, ["y"]).itertuples()
    assert (row.point, row.mean, row.replicates, row.same_sign) == (1, 2.0, 3, 1.0)
    assert 1.0 <= row.low <= row.high <= 3.0


def test_a_replicate_that_one_side_lacks_is_left_out() -> None:
    runs = runs_of({0: [1.0, 10.0, 100.0], 1: [2.0, 12.0, 103.0]}).drop(index=[1])
    (row,) = compare_points(runs, ["y"]).itertuples()
    assert (row.mean, row.replicates, row.base) == (2.0, 2, 50.5)


def test_points_are_described_by_mean_and_spread() -> None:
    (row,) = describe_points(runs_of({0: [1.0, 2.0, 6.0]}), ["y"]).itertuples()
    assert (row.mean, row.replicates) == (3.0, 3)
    assert row.sd == pytest.approx(math.sqrt(7.0))


@pytest.mark.parametrize(
    ("half_width", "relative", "of", "expected"),
    [(0.6, False, "mean", True), (0.2, False, "mean", False), (0.7, True, "mean", True), (0.01, True, "mean", False),
     (1e-9, False, "difference", True)],
)  # fmt: skip
def test_precision(half_width: float, relative: bool, of: str, expected: bool) -> None:
    values = [0.0, 1.0] * 6  # mean 0.5, sd 0.52, half the interval 0.25 to 0.33; the other point 1 higher
    runs = runs_of({0: values, 1: [v + 1.0 for v in values]})
    rule = Stopping("y", half_width, relative, of, 99)  # type: ignore[arg-type]
    assert is_precise(runs, rule) is expected


def test_one_replicate_is_never_precise() -> None:
    assert not is_precise(runs_of({0: [1.0]}), Stopping("y", 1e9, False, "mean", 99))
