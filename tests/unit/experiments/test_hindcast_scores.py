"""Measures of a hindcast by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ecopark.errors import DomainError
from ecopark.experiments.scores import (
    band,
    count_by_year,
    curve_distance,
    score_order,
    score_overlap,
    share_inside,
)


@pytest.mark.parametrize(
    ("found", "wanted", "precision", "recall", "f1"),
    [
        ("abc", "bcde", 2 / 3, 2 / 4, 4 / 7),
        ("ab", "ab", 1.0, 1.0, 1.0),
        ("ab", "cd", 0.0, 0.0, 0.0),
        ("", "ab", math.nan, 0.0, 0.0),
        ("ab", "", 0.0, math.nan, 0.0),
        ("", "", math.nan, math.nan, math.nan),
    ],
)
def test_overlap_by_hand(found: str, wanted: str, precision: float, recall: float, f1: float) -> None:
    expected = pytest.approx((precision, recall, f1), nan_ok=True)
    assert tuple(score_overlap(set(found), set(wanted))) == expected


def test_f1_is_the_harmonic_mean() -> None:
    precision, recall, f1 = score_overlap(set(range(10)), set(range(4, 30)))
    assert f1 == pytest.approx(2.0 / (1.0 / precision + 1.0 / recall))


def test_order_counts_concordant_pairs() -> None:
    # Six pairs of four links; only (c, d) stands the other way round: (5 - 1) / 6.
    found = {"a": 1, "b": 2, "c": 4, "d": 3, "x": 0}
    wanted = {"a": 1961, "b": 1970, "c": 1980, "d": 1990, "y": 1950}
    assert score_order(found, wanted) == pytest.approx(4 / 6)


def test_order_with_a_tie_is_tau_b() -> None:
    # One of three pairs is tied on one side: 2 / sqrt(3 * 2).
    assert score_order({"a": 1, "b": 1, "c": 2}, {"a": 1, "b": 2, "c": 3}) == pytest.approx(2 / math.sqrt(6))


@pytest.mark.parametrize("found", [{}, {"a": 1}, {"a": 1, "b": 1}, {"x": 1, "y": 2}])
def test_an_order_of_nothing_is_not_defined(found: dict[str, float]) -> None:
    assert math.isnan(score_order(found, {"a": 1, "b": 2}))


def test_counts_run_to_the_end_of_a_year() -> None:
    assert count_by_year([1982, 1961, 1982], [1960, 1961, 1981, 1982, 1990]).tolist() == [0, 1, 1, 3, 3]
    assert count_by_year([], [1960]).tolist() == [0]


def test_distance_is_the_root_of_the_mean_square() -> None:
    assert curve_distance([0, 3, 4], [0, 0, 0]) == pytest.approx(math.sqrt(25 / 3))
    with pytest.raises(DomainError, match="same years"):
        curve_distance([1, 2], [1])


def test_edges_belong_to_the_band() -> None:
    assert share_inside([0, 5, 10, 11], [0, 0, 0, 0], [9, 9, 10, 10]) == 0.75
    with pytest.raises(DomainError, match="same years"):
        share_inside([1], [1, 2], [1, 2])


def test_a_band_leaves_out_what_is_not_a_number() -> None:
    low, middle, high = band([*range(101), np.nan])
    assert (low, middle, high) == pytest.approx((5.0, 50.0, 95.0))
    assert all(math.isnan(end) for end in band([np.nan]))
    with pytest.raises(DomainError, match="between 0 and 1"):
        band([1.0], 1.0)
