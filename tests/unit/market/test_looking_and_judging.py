"""Passes over ports, pairs and deliveries, beside plain numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecopark.market.acquaintance import let_meet, weigh_information
from ecopark.market.clauses import offer_in_vain
from ecopark.market.discovery import PairView, PortView, burden_attention
from ecopark.market.noticing import Regard, gather_hazard, survey, weigh_ports
from ecopark.market.reputation import beta_trust, enter_evidence, level_of_warier, trust_by_evidence
from ecopark.market.trust import judge_by_bond, judge_deliveries, mean_by_bond

RNG = np.random.default_rng(3)


def test_ports_are_weighed_as_by_columns() -> None:
    rate, promised, cost = RNG.uniform(-1.0, 4.0, 20), RNG.uniform(0.0, 2.0, 20), RNG.uniform(-5.0, 5.0, 20)
    rate = np.maximum(rate, 0.0)
    fed = np.where(np.arange(20) % 3 == 0, 0.4, np.inf)
    feed = np.arange(20) % 5 == 0
    most, (left, share, attention) = RNG.uniform(0.2, 1.0, 20), np.full((3, 20), np.nan)
    rates = rate, 0.9 * rate[::-1], most
    weigh_ports(*rates, promised, fed, cost, feed, 100.0, 365.25, left, share, attention)
    rate = np.maximum(rate, 0.9 * rate[::-1]) * most
    expected = np.minimum(np.maximum(rate - promised, 0.0), fed)
    np.testing.assert_array_equal(left, expected)
    part = np.divide(expected, rate, out=np.zeros(20), where=rate > 0.0)
    np.testing.assert_array_equal(share, part)
    burden = burden_attention(cost * expected * 365.25, 100.0)
    np.testing.assert_allclose(attention, np.where(feed, part, burden), rtol=1e-15)
    # Without a half, every cost earns full attention.
    weigh_ports(*rates, promised, fed, cost, feed, 0.0, 365.25, left, share, attention)
    np.testing.assert_array_equal(attention, np.where(feed, part, cost * expected > 0.0))


def test_a_survey_tells_of_ready_pairs_what_their_columns_hold() -> None:
    out, into = np.array([0, 0, 1, 1]), np.array([2, 3, 2, 3])
    noted, shock = np.array([0.5, 0.2, 0.1, 0.0]), np.array([1.0, 0.0, 2.0, 4.0])
    ones, everywhere = np.ones(4), np.array([True, True, True, True])
    # The second pair is being worked on.
    free = np.array([0.0, np.inf, 0.0, 0.0])
    pairs = PairView(out, into, free, np.zeros(4, dtype=np.int64), ones, ones, np.zeros(4))
    ports = PortView(ones, ones, everywhere)
    distance, bond = np.array([3.0, 4.0, 5.0, 6.0]), np.array([1, 0, 0, 1])
    regard = Regard(distance, bond, 10 + out, 20 + into, np.array([1.0, 1.0, 0.5, 0.25]))
    numbers, codes = np.empty((5, 4)), np.empty((3, 4), dtype=np.int64)
    trust = np.array([0.3, 0.7])

    def look(information: NDArray[np.float64]) -> int:
        found: int = survey(
            tuple(pairs),
            tuple(ports),
            tuple(regard),
            noted,
            shock,
            trust,
            information,
            1.0,
            0.05,
            0.25,
            365.25,
            numbers,
            codes,
        )
        return found

    assert look(np.array([2.0])) == 3
    assert codes[:, :3].tolist() == [[0, 2, 3], [10, 11, 11], [22, 22, 23]]
    np.testing.assert_allclose(
        numbers[:, :3],
        [[3, 5, 6], [0.7, 0.3, 0.7], [2, 2, 2], [0.55, 0.28 * 0.5, 0.2 * 0.25], [3, 2, 4]],
    )
    # Nobody tells them of each other: not noticed at all.
    assert look(np.array([1.0, 1.0, 0.0, 0.5])) == 2
    assert codes[0, :2].tolist() == [0, 3]
    assert numbers[2, :2].tolist() == [1.0, 0.5]


def test_hazard_of_pairs() -> None:
    ready = np.array([3, 0, 2])
    gathered, threshold = np.array([0.5, 9.0, 0.0, 0.9]), np.array([1.0, 1.0, 1.0, 1.0])
    extra = np.array([0.0, 0.0, 0.75, 0.0])
    hazard, firms = np.array([0.02, 0.06, 0.03]), (np.array([0, 0, 1, 1]), np.array([2, 3, 2, 3]))
    mine = gathered.copy()
    queue = gather_hazard(ready, hazard, 10.0, extra, mine, threshold, *firms, np.ones(4, dtype=np.int64))
    # Pair 0 and pair 3 pass by 0.1, within rounding, pair 2 by 0.05; pair 1 was not looked at.
    np.testing.assert_allclose(mine, [1.1, 9.0, 1.05, 1.1])
    assert sorted(queue.tolist()) == [0, 2, 3]
    assert queue[-1] == 2
    # A firm without room keeps its pairs from the queue, though not from gathering.
    busy = gather_hazard(ready, hazard, 10.0, extra, gathered, threshold, *firms, np.array([1, 1, 0, 1]))
    assert busy.tolist() == [3]
    np.testing.assert_array_equal(gathered, mine)


def test_meetings_and_information() -> None:
    there, hazard = np.array([True, False, True]), np.array([0.1, 0.1, 0.2])
    gathered, known = np.array([0.0, 5.0, 0.0]), np.array([False, False, True])
    let_meet(there, hazard, 10.0, gathered, np.array([1.5, 4.0, 9.0]), known)
    assert gathered.tolist() == [1.0, 5.0, 2.0]
    assert known.tolist() == [False, True, True]
    served = np.array([False, True, False, False])
    factor = weigh_information(known, np.array([0, 0, 1, 2]), served, 3.0, 0.1)
    assert factor.tolist() == [0.1, 3.0, 1.0, 1.0]


def test_deliveries_judged_and_remembered() -> None:
    sent, promised = np.array([5.0, 1.0, 9.0]), np.array([10.0, 0.0, 3.0])
    bond, kept, years = judge_deliveries(sent, promised, np.array([365.25, 1.0, 36.525]), np.array([1, 0, 2]))
    assert (bond.tolist(), kept.tolist()) == ([1, 2], [0.5, 1.0])
    np.testing.assert_allclose(years, [1.0, 0.1])
    one_bond = judge_by_bond(sent, promised, np.array([365.25, 1.0, 36.525]), np.array([1, 0, 1]))
    for found, expected in zip(one_bond, mean_by_bond(np.array([1, 1]), kept, years), strict=True):
        np.testing.assert_array_equal(found, expected)
    good, bad = np.zeros((3, 2)), np.zeros((3, 2))
    enter_evidence(bond, kept, years, good, bad)
    np.testing.assert_allclose(good, [[0.0, 0.0], [0.5, 0.5], [0.1, 0.1]])
    np.testing.assert_allclose(bad, [[0.0, 0.0], [0.5, 0.5], [0.0, 0.0]])
    told, prior = RNG.uniform(0.0, 1.0, (2, 3, 2)), np.array([0.3, 0.3, 0.8])
    breach = np.array([0.0, 2.0])
    trust = trust_by_evidence(np.array([2, 1]), good, bad, told, breach, prior, 2.0)
    chosen = [2, 1]
    plain = beta_trust(
        (good + told[0])[chosen], (bad + told[1])[chosen] + breach, np.repeat(prior[chosen, None], 2, axis=1), 2.0
    )  # fmt: skip
    np.testing.assert_allclose(trust, plain, rtol=1e-15)
    nothing = trust_by_evidence(np.array([0]), good, bad, np.zeros((2, 3, 2)), np.zeros(2), prior, 0.0)
    assert nothing.tolist() == [[0.3, 0.3]]
    level, both = np.full(3, -1.0), np.array([2, 1])
    level_of_warier(both, good, bad, told, prior, 2.0, level)
    each = trust_by_evidence(both, good, bad, told, np.zeros(2), prior, 2.0)
    assert level.tolist() == [-1.0, each[1].min(), each[0].min()]


def test_what_was_over_is_spread_by_what_is_missing() -> None:
    # Port 0 had 3 over for 2 + 4 missing; port 1 had 9 over for 1 missing; nothing is missing under the last.
    promised, sent = np.array([5.0, 6.0, 2.0, 1.0]), np.array([3.0, 2.0, 1.0, 4.0])
    found = offer_in_vain(promised, sent, np.array([0, 0, 1, 1]), np.array([3.0, 9.0]))
    np.testing.assert_allclose(found, [1.0, 2.0, 1.0, 0.0])
