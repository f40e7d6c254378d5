"""Kaplan-Meier against a published table and the empirical distribution; Jaccard by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, ecdf

from ecopark.errors import DomainError
from ecopark.indicators.survival import jaccard, kaplan_meier, links_of, median_survival

# Remission times in weeks of the 6-MP arm of Freireich et al. (1963), as in Kalbfleisch and Prentice
# and most textbooks of survival analysis; a minus sign marks a censored time.
REMISSION = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35]


def test_published_survival_of_the_leukaemia_trial() -> None:
    time = np.abs(REMISSION)
    table = kaplan_meier(time, np.array(REMISSION) > 0)
    assert table["time"].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert table["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert table["ended"].tolist() == [3, 1, 1, 1, 1, 1, 1]
    printed = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert table["survival"].tolist() == pytest.approx(printed, abs=5e-5)
    assert median_survival(table) == 23
    # The log(-log) interval at 6 weeks that statistical packages print for these data.
    assert table["low"].iloc[0] == pytest.approx(0.6197, abs=5e-5)
    assert table["high"].iloc[0] == pytest.approx(0.9516, abs=5e-5)


def test_interval_equals_that_of_scipy() -> None:
    rng = np.random.default_rng(5)
    time, ended = rng.exponential(5.0, 40).round(1), rng.random(40) < 0.6
    ended[time.argmax()] = False  # so that the survival never reaches 0, where no interval is defined
    table = kaplan_meier(time, ended, confidence=0.9)
    curve = ecdf(CensoredData.right_censored(time, ~ended)).sf
    with pytest.warns(RuntimeWarning, match="undefined"):  # before the first end, where survival is 1
        bounds = curve.confidence_interval(0.9, method="log-log")
    low = bounds.low.evaluate(table["time"].to_numpy())
    assert table["low"].to_numpy() == pytest.approx(low)
    high = bounds.high.evaluate(table["time"].to_numpy())
    assert table["high"].to_numpy() == pytest.approx(high)


def test_without_censoring_it_is_the_share_still_alive() -> None:
    table = kaplan_meier([1, 2, 2, 5], [True] * 4)
    assert table["survival"].tolist() == pytest.approx([0.75, 0.25, 0.0])
    assert table["low"].isna().tolist() == [False, False, True]
    assert median_survival(table) == 2


def test_if_none_ended_there_is_no_step() -> None:
    table = kaplan_meier([3.0, 4.0], [False, False])
    assert len(table) == 0
    assert median_survival(table) == np.inf


@pytest.mark.parametrize(
    ("duration", "ended", "confidence", "message"),
    [
        ([1.0], [True, False], 0.95, "one duration and one mark"),
        ([], [], 0.95, "one duration and one mark"),
        ([-1.0], [True], 0.95, "negative or not finite"),
        ([1.0], [True], 1.0, "confidence 1.0"),
    ],
)
def test_unusable_durations_are_refused(
    duration: list[float], ended: list[bool], confidence: float, message: str
) -> None:
    with pytest.raises(DomainError, match=message):
        kaplan_meier(duration, ended, confidence=confidence)


def test_jaccard_by_hand() -> None:
    assert jaccard("abc", "bcd") == 0.5
    assert jaccard([("a", "b")], [("b", "a")]) == 0.0
    assert jaccard("aab", "ab") == 1.0
    assert np.isnan(jaccard([], []))


def test_links_of_a_table() -> None:
    edges = pd.DataFrame({"from_firm": ["a", "a"], "to_firm": ["b", "b"], "resource": ["ash", "heat"]})
    assert links_of(edges) == {("a", "b")}
    assert links_of(edges, ["from_firm", "to_firm", "resource"]) == {("a", "b", "ash"), ("a", "b", "heat")}
    with pytest.raises(DomainError, match="no column 'kind'"):
        links_of(edges, ["kind"])
