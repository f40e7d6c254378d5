"""What one would reach without a model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress

from ecopark.errors import DomainError
from ecopark.experiments.baselines import draw_links, draw_years, fit_line, spread_evenly

CANDIDATES = pd.DataFrame({"first": [1960, 1960, 1970, 1980], "last": [1965, 1999, 1999, 1999]})


def test_the_line_is_that_of_least_squares() -> None:
    years = np.arange(1959, 1994)
    counts = np.sqrt(years - 1950.0)
    line = linregress(years, counts)
    np.testing.assert_allclose(fit_line(years, counts), line.intercept + line.slope * years, rtol=1e-12)


def test_a_line_needs_two_years() -> None:
    with pytest.raises(DomainError, match="two years"):
        fit_line([1960], [1])


def test_an_even_spread_ends_at_the_count() -> None:
    assert spread_evenly(17.0, range(1959, 1993)).tolist() == [0.5 * k for k in range(1, 35)]


def test_links_are_drawn_only_while_possible_and_once() -> None:
    for draw in range(200):
        drawn = draw_links(CANDIDATES, [1961, 1961, 1985, 1972], 1, draw)
        assert [year for _, year in drawn] == [1961, 1961, 1972, 1985]
        rows = [row for row, _ in drawn]
        # In 1961 only the first two are possible, in 1972 of the rest only the third.
        assert sorted(rows[:2]) == [0, 1]
        assert rows[2:] == [2, 3]


def test_a_date_without_a_feasible_link_stays_without() -> None:
    assert draw_links(CANDIDATES, [1950, 1961, 1961, 1961], 1, 0).__len__() == 2
    assert draw_links(CANDIDATES.head(0), [1961], 1, 0) == []


def test_every_feasible_link_is_as_likely() -> None:
    first = [draw_links(CANDIDATES, [1990], 3, draw)[0][0] for draw in range(3000)]
    shares = np.bincount(first, minlength=4) / 3000
    # Row 0 ended in 1965. Standard deviation of a share of a third: 0.0086.
    assert shares[0] == 0.0
    np.testing.assert_allclose(shares[1:], 1 / 3, atol=5 * 0.0086)


def test_years_are_even_between_first_and_last() -> None:
    drawn = np.array([draw_years([1990, 1993], 1993, 1, draw) for draw in range(2000)])
    assert set(drawn[:, 1]) == {1993}
    counts = np.bincount(drawn[:, 0] - 1990)
    assert len(counts) == 4
    # A quarter of 2,000 each, standard deviation 19.4.
    assert np.abs(counts - 500).max() < 5 * 19.4


def test_draws_are_addressed_by_seed_and_number() -> None:
    again = [
        draw_years([1960] * 9, 1993, seed, draw).tolist() for seed, draw in ((1, 0), (1, 0), (1, 1), (2, 0))
    ]
    assert again[0] == again[1]
    assert again[0] != again[2]
    assert again[0] != again[3]


def test_a_link_after_the_record_cannot_be_dated() -> None:
    with pytest.raises(DomainError, match="after 1993"):
        draw_years([1960, 1994], 1993, 1, 0)
