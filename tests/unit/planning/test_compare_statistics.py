"""Paired differences: against scipy, by hand, and no more false alarms than promised."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ecopark.planning.compare.statistics import RATE, correct_for_many, paired_table, sign_flip_p


def table_of(values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(values, index=[f"row {k}" for k in range(len(values))])


@pytest.mark.parametrize("pairs", [3, 7, 10])
def test_the_exact_test_is_that_of_scipy(pairs: int) -> None:
    rows = np.random.default_rng(pairs).normal(0.5, 1.0, (5, pairs))
    theirs = [
        stats.permutation_test((row,), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
        for row in rows
    ]
    np.testing.assert_allclose(sign_flip_p(rows), theirs)


def test_random_flips_come_near_the_exact_chance() -> None:
    row = np.random.default_rng(1).normal(0.4, 1.0, (1, 16))
    # Beyond 14 pairs flips are random; adding pairs without a difference changes nothing exact.
    signs = 1.0 - 2.0 * ((np.arange(2**16)[:, None] >> np.arange(16)) & 1)
    exact = float(np.mean(np.abs(signs @ row[0]) >= abs(row[0].sum()) - 1e-12))
    assert sign_flip_p(row)[0] == pytest.approx(exact, abs=0.01)


def test_a_pair_that_is_missing_does_not_count() -> None:
    whole, gaps = np.array([[1.0, 2.0, 3.0, -1.0]]), np.array([[1.0, np.nan, 2.0, 3.0, -1.0, np.nan]])
    np.testing.assert_allclose(sign_flip_p(whole), sign_flip_p(gaps))


def test_correction_by_hand() -> None:
    # Benjamini-Hochberg of 0.01, 0.02, 0.04: times 3/1, 3/2, 3/3; what two pairs differ in is no question.
    many = np.ones((4, 8))
    many[3, 2:] = 0.0
    found = correct_for_many(np.array([0.02, 0.01, 0.04, 0.5]), many)
    np.testing.assert_allclose(found[:3], [0.03, 0.03, 0.04])
    assert np.isnan(found[3])


def test_a_difference_by_hand() -> None:
    base = table_of(np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]]))
    found = paired_table(base, base + 2.0).iloc[0]
    assert found[["base", "other", "difference", "low", "high"]].tolist() == [4.5, 6.5, 2.0, 2.0, 2.0]
    assert found[["pairs", "same_sign"]].tolist() == [8, 8]
    assert found["chance"] == pytest.approx(2 / 2**8)
    assert bool(found["clear"])


def test_alike_is_never_clear() -> None:
    base = table_of(np.random.default_rng(1).normal(size=(6, 10)))
    found = paired_table(base, base.copy())
    assert (found["difference"] == 0.0).all()
    assert not found["clear"].any()
    assert found["corrected"].isna().all()


def test_columns_that_one_side_lacks_are_no_pairs() -> None:
    base = table_of(np.zeros((1, 4)))
    other = base.drop(columns=[2]) + 1.0
    assert paired_table(base, other)["pairs"].tolist() == [3]


@pytest.mark.parametrize("pairs", [8, 20])
def test_no_more_false_alarms_than_promised(pairs: int) -> None:
    """300 comparisons of 15 indicators that move together, and of which none truly differs."""
    rng, alarms = np.random.default_rng(20 + pairs), 0
    for _ in range(300):
        shared = rng.standard_t(3, (1, pairs))
        noise = 0.6 * shared + 0.8 * rng.standard_t(3, (15, pairs))
        chance = sign_flip_p(noise)
        alarms += bool((correct_for_many(chance, noise) <= RATE).any())
    # Chance of more than 25 alarms where each comparison has 5 %: below 1 in 100.
    assert alarms <= stats.binom.ppf(0.995, 300, RATE)


def test_a_true_difference_is_found() -> None:
    rng = np.random.default_rng(3)
    change = rng.normal(0.0, 1.0, (15, 20))
    change[0] += 2.0
    base = table_of(rng.normal(size=(15, 20)))
    found = paired_table(base, base + change)
    assert found["clear"].tolist()[0]
    assert found["clear"].sum() == 1
