"""Sectors and distances: by hand, against scipy, and what must not matter."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tiny_ledger import ledger, row, value

from ecopark.errors import DomainError
from ecopark.indicators import (
    area_indicators,
    evenness,
    exchange_distance,
    sector_diversity,
    shannon,
    weighted_quantile,
)

FIRMS = pd.DataFrame(
    {"sector": ["power", "farm", "farm", "farm", ""], "opens": pd.to_datetime([None, None, "2001-06-01", None, None]),
     "closes": pd.to_datetime([None, None, None, "2001-03-01", None])},
    index=["p", "a", "b", "c", "alone"],
)  # fmt: skip
SYNERGIES = pd.DataFrame({"synergy": ["near", "far", "wet"], "distance_km": [2.0, 30.0, 10.0]})
FLOWS = ledger(
    row("exchange", "p", "a", "ash", 300.0, synergy="near"),
    row("exchange", "p", "b", "ash", 100.0, synergy="far"),
    row("exchange", "p", "b", "ash", 50.0, start="2001-05-01", synergy="far"),
    row("exchange", "p", "b", "ash", 50.0, start="2001-07-01", synergy="far"),
    row("exchange", "p", "a", "water", 900.0, "m3", start="2001-02-01", synergy="wet"),
    row("exchange", "p", "a", "ash", 0.0, start="2001-02-01", synergy="near"),
    row("disposal", "p", "landfill", "ash", 999.0),
)


@pytest.mark.parametrize("counts", [[1.0], [2.0, 2.0], [5.0, 1.0, 1.0], [10.0, 0.0, 3.0, 7.0, 1.0]])
def test_entropy_is_that_of_scipy(counts: list[float]) -> None:
    given = np.array(counts)
    assert shannon(given) == pytest.approx(stats.entropy(given))
    # Scaling and order do not matter.
    assert shannon(7.0 * given[::-1]) == pytest.approx(shannon(given))
    kinds = np.count_nonzero(given)
    if kinds > 1:
        assert evenness(given) == pytest.approx(stats.entropy(given, base=kinds))


def test_entropy_by_hand_and_at_its_ends() -> None:
    # Three firms of one sector and one of another: 3/4 ln 4/3 + 1/4 ln 4.
    assert shannon(np.array([3.0, 1.0])) == pytest.approx(0.75 * math.log(4 / 3) + 0.25 * math.log(4))
    assert evenness(np.array([4.0, 4.0, 4.0])) == pytest.approx(1.0)
    assert math.isnan(evenness(np.array([3.0])))
    assert math.isnan(shannon(np.zeros(3)))
    with pytest.raises(DomainError, match="below zero"):
        shannon(np.array([1.0, -1.0]))


def test_sectors_of_the_firms_that_are_there_at_the_end_of_the_year() -> None:
    table = sector_diversity(FIRMS, range(2000, 2002))
    # 2000: power, two farms (a, c), and one without a sector, which is one of its own; 2001: c has closed, b come.
    for year in (2000, 2001):
        assert value(table, "sector_richness", year=year) == 3.0
        assert value(table, "sector_shannon", year=year) == pytest.approx(stats.entropy([1, 2, 1]))
        assert value(table, "sector_evenness", year=year) == pytest.approx(stats.entropy([1, 2, 1], base=3))
    one = sector_diversity(FIRMS[["sector", "opens", "closes"]].loc[["a"]], range(2000, 2001))
    assert set(one["indicator"]) == {"sector_richness", "sector_shannon"}


def test_names_and_order_of_firms_do_not_matter() -> None:
    other = FIRMS.iloc[::-1].rename(index=lambda name: f"{name}2")
    pd.testing.assert_frame_equal(
        sector_diversity(FIRMS, range(2000, 2002)), sector_diversity(other, range(2000, 2002))
    )


def test_distance_each_alike_and_by_tonnes() -> None:
    table = exchange_distance(SYNERGIES, FLOWS)
    assert value(table, "exchange_distance_mean") == pytest.approx(16.0)
    assert value(table, "exchange_distance_median") == 2.0
    assert value(table, "exchange_distance_q10") == 2.0
    assert value(table, "exchange_distance_q90") == 30.0
    assert value(table, "exchange_distance_tonnes") == pytest.approx((300 * 2 + 100 * 30) / 400)
    assert value(table, "exchange_distance_tonnes_median") == 2.0
    # 2001: the far one once although it has two rows; water is no tonnes; nothing flows near.
    assert value(table, "exchange_distance_mean", year=2001) == pytest.approx(20.0)
    assert value(table, "exchange_distance_tonnes", year=2001) == pytest.approx(30.0)


def test_quantiles_of_equal_weights_are_those_of_numpy() -> None:
    values = np.random.default_rng(1).exponential(size=101)
    for level in (0.1, 0.5, 0.9):
        found = weighted_quantile(values, np.ones(101), level)
        assert found == np.quantile(values, level, method="inverted_cdf")
        assert found == weighted_quantile(np.repeat(values, 2), np.ones(202), level)
    weights = np.arange(1.0, 102.0)
    expected = np.quantile(values, 0.5, weights=weights, method="inverted_cdf")
    assert weighted_quantile(values, weights, 0.5) == expected
    assert math.isnan(weighted_quantile(values, np.zeros(101), 0.5))


def test_twice_as_far_is_twice_as_far() -> None:
    twice = exchange_distance(SYNERGIES.assign(distance_km=2.0 * SYNERGIES["distance_km"]), FLOWS)
    once = exchange_distance(SYNERGIES, FLOWS)
    np.testing.assert_allclose(twice["value"], 2.0 * once["value"])


def test_both_together_and_of_nothing() -> None:
    whole = area_indicators(SYNERGIES, FLOWS, FIRMS)
    assert len(whole) == len(exchange_distance(SYNERGIES, FLOWS)) + len(
        sector_diversity(FIRMS, range(2000, 2002))
    )
    assert exchange_distance(SYNERGIES.iloc[:0], FLOWS.iloc[:0]).empty
