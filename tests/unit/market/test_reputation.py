"""Beta reputation: published formula, scipy's beta distribution, hearsay added up by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from ecopark.market.reputation import beta_trust, forget, hear_say


@pytest.mark.parametrize(("kept", "broken"), [(0.0, 0.0), (8.0, 2.0), (0.5, 30.0), (100.0, 0.0)])
def test_with_an_even_prior_of_two_it_is_the_mean_of_a_beta_distribution(kept: float, broken: float) -> None:
    found = beta_trust(np.array([kept]), np.array([broken]), np.array([0.5]), 2.0)
    assert found[0] == pytest.approx(float(beta(kept + 1.0, broken + 1.0).mean()))


def test_the_prior_counts_for_its_weight() -> None:
    prior = np.array([0.3, 0.3, 0.8])
    kept, broken = np.array([0.0, 4.0, 0.0]), np.array([0.0, 0.0, 4.0])
    # 0.3; (4 + 2 x 0.3) / 6; (0 + 2 x 0.8) / 6.
    np.testing.assert_allclose(beta_trust(kept, broken, prior, 2.0), [0.3, 4.6 / 6.0, 1.6 / 6.0])
    # Without weight: the bare share, and the prior where there is no evidence at all.
    np.testing.assert_allclose(beta_trust(kept, broken, prior, 0.0), [0.3, 1.0, 0.0])


def test_steady_evidence_settles_at_the_sum_of_a_geometric_series() -> None:
    evidence = np.zeros((1, 2))
    for _ in range(400):
        evidence = forget(evidence, 0.9, 1.0) + 1.0
    np.testing.assert_allclose(evidence, 10.0)
    np.testing.assert_allclose(forget(evidence, 0.9, 0.5), 10.0 * np.sqrt(0.9))
    np.testing.assert_array_equal(forget(evidence, 1.0, 7.0), evidence)


def test_hearsay_is_evidence_times_trust_in_the_teller() -> None:
    # Firms 0, 1, 2, 3; bonds 0-1, 0-2, 1-2, 2-3. Firm 2 may hear of 0 from 1 only, and of 1 from 0 only.
    firms = np.array([[0, 1], [0, 2], [1, 2], [2, 3]])
    trust = np.array([[0.9, 0.8], [0.3, 0.3], [0.6, 0.4], [0.5, 0.5]])
    evidence = np.array([[10.0, 20.0], [0.0, 0.0], [3.0, 5.0], [7.0, 7.0]])
    told = hear_say(firms, trust, evidence, np.array([True, False, True, True]))
    # Of 0, to 2: trust of 2 in 1 (about the first of bond 1-2: 0.6) x what 1 holds about 0 (10).
    assert told[1, 0] == pytest.approx(0.6 * 10.0)
    # Of 2, to 0: trust of 0 in 1 (0.8) x what 1 holds about 2 (5).
    assert told[1, 1] == pytest.approx(0.8 * 5.0)
    # The bond 0-2 has no evidence of its own, so neither tells the other of 1; 3 has one partner only.
    np.testing.assert_array_equal(told[[0, 2, 3]], 0.0)


def test_hearsay_equals_the_dense_product_in_a_random_park() -> None:
    chance = np.random.default_rng(3)
    count = 12
    pairs = np.array([(i, j) for i in range(count) for j in range(i + 1, count) if chance.random() < 0.4])
    trust, evidence = chance.random((len(pairs), 2)), chance.random((len(pairs), 2))
    pairs = pairs[chance.permutation(len(pairs))]
    met = chance.random(len(pairs)) < 0.6
    told = hear_say(pairs, trust, evidence, met)
    in_whom, about = np.zeros((count, count)), np.zeros((count, count))
    for (low, high), t, e in zip(pairs[met], trust[met], evidence[met], strict=True):
        in_whom[high, low], in_whom[low, high] = t
        about[high, low], about[low, high] = e
    for (low, high), (of_low, of_high) in zip(pairs, told, strict=True):
        tellers = [k for k in range(count) if k not in (low, high)]
        assert of_low == pytest.approx(sum(in_whom[high, k] * about[k, low] for k in tellers))
        assert of_high == pytest.approx(sum(in_whom[low, k] * about[k, high] for k in tellers))


def test_nobody_tells_anything_where_nobody_has_met() -> None:
    firms = np.array([[0, 1], [1, 2]])
    nothing = hear_say(firms, np.ones((2, 2)), np.ones((2, 2)), np.zeros(2, dtype=bool))
    np.testing.assert_array_equal(nothing, 0.0)
