"""Seasons by hand and by what the months must show."""

from __future__ import annotations

import numpy as np
import pytest

from ecopark.scenario.seasons import SEASONS, season_profile


@pytest.mark.parametrize("name", sorted(SEASONS))
def test_every_season_has_twelve_months_of_mean_one(name: str) -> None:
    profile = season_profile(name)
    assert profile.shape == (12,)
    assert profile.mean() == pytest.approx(1.0, abs=1e-12)
    assert profile.min() >= 0


def test_heating_by_hand() -> None:
    """January over September from the degree days (17 - T) x days and a quarter of base load."""
    days = [31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    mean = [0.0, 0.0, 2.1, 5.7, 10.8, None, None, None, 12.7, 9.1, 4.7, 1.6]
    degree_days = [0 if t is None else (17 - t) * d for t, d in zip(mean, days, strict=True)]
    assert sum(degree_days) == pytest.approx(3220.65)
    january = 0.25 + 0.75 * degree_days[0] / 3220.65 * 365.25 / 31
    july = 0.25
    assert season_profile("heating")[0] / season_profile("heating")[6] == pytest.approx(january / july)


def test_heating_falls_to_its_base_in_summer_and_cooling_rises() -> None:
    heating, cooling = season_profile("heating"), season_profile("cooling")
    assert heating[:3].min() > 1.5
    assert heating[5:8].max() < 0.3
    assert np.corrcoef(heating, cooling)[0, 1] < -0.8


def test_twelve_weights_are_scaled() -> None:
    assert season_profile([2] * 6 + [0] * 6).tolist() == [2.0] * 6 + [0.0] * 6
    assert season_profile((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)) == pytest.approx(np.arange(1, 13) / 6.5)


@pytest.mark.parametrize(
    ("season", "says"),
    [
        ("wintry", "unknown season 'wintry'"),
        ([1] * 11, "found 11 numbers"),
        ([1] * 11 + [-1], "must not be negative"),
        ([1] * 11 + [float("nan")], "twelve numbers"),
        ([True] * 12, "twelve numbers"),
        (5, "twelve numbers"),
    ],
)
def test_bad_seasons(season: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        season_profile(season)  # type: ignore[arg-type]
