"""Learning: expectations close a share of the gap, imitation never follows the worse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecopark.market.learning import adapt, adapt_path, expect_of_strangers, imitate


def test_a_share_of_the_gap_is_closed_in_a_year_however_it_is_cut() -> None:
    assert adapt(0.9, 0.4, 0.2, 1.0) == pytest.approx(0.8)
    level = 0.9
    for _ in range(12):
        level = adapt(level, 0.4, 0.2, 1.0 / 12.0)
    assert level == pytest.approx(0.8)
    assert adapt(0.9, 0.4, 0.0, 5.0) == 0.9
    assert adapt(0.9, 0.4, 1.0, 1.0) == pytest.approx(0.4)


def test_expected_prices_are_those_of_exponential_smoothing() -> None:
    seen = np.random.default_rng(1).normal(100.0, 20.0, (40, 3))
    found = adapt_path(seen, 0.3, np.ones(40))
    np.testing.assert_allclose(found, pd.DataFrame(seen).ewm(alpha=0.3, adjust=False).mean())


def test_strangers_are_expected_to_be_like_ones_partners() -> None:
    firms = np.array([[0, 1], [0, 2], [1, 2], [2, 3]])
    expected, met = np.array([0.5, 0.7, 0.9, 0.1]), np.array([True, True, False, False])
    found = expect_of_strangers(firms, expected, met, 0.8, 5)
    # Firm 0 knows two, firms 1 and 2 one each, 3 and 4 nobody.
    np.testing.assert_allclose(found, [0.6, 0.5, 0.7, 0.8, 0.8])


def test_imitation_goes_towards_the_better_by_how_much_better_it_is() -> None:
    openness, success = np.array([0.2, 0.8, 0.5]), np.array([0.0, 10.0, 5.0])
    # 0 looks at 1 (ahead by all), 1 at 0 (behind), 2 at 1 (ahead by half).
    found = imitate(openness, success, np.array([1, 0, 1]), 0.5)
    np.testing.assert_allclose(found, [0.2 + 0.5 * 0.6, 0.8, 0.5 + 0.5 * 0.5 * 0.3])
    np.testing.assert_array_equal(imitate(openness, np.ones(3), np.array([1, 0, 1]), 0.5), openness)


def test_imitation_keeps_a_trait_within_those_of_the_park() -> None:
    chance = np.random.default_rng(2)
    level = chance.random(50)
    low, high = level.min(), level.max()
    success = np.where(level > 0.5, 2.0, 1.0)
    for _ in range(50):
        level = imitate(level, success, chance.integers(0, 50, 50), 0.5)
        assert level.min() >= low
        assert level.max() <= high
    # Everybody now stands where the successful, who have nobody to follow, always stood.
    assert level.min() > 0.5
