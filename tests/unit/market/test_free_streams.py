"""What streams have free, beside plain numpy on the same tables."""

from __future__ import annotations

import numpy as np
import pytest

from ecopark.market.feed import value_feed
from ecopark.market.free import free_supply, open_need, open_needs, open_to_promise, row_of_year

RNG = np.random.default_rng(7)
PERIODS, PORTS, YEAR = 40, 6, 12
EXPECTED, COEFFICIENT, IMPORTED = RNG.uniform(0.0, 9.0, (3, PERIODS, PORTS))
COEFFICIENT[:, 5] = 0.0
COMMITTED = RNG.uniform(0.0, 5.0, (YEAR, PORTS))
NOBODY = np.zeros(0, dtype=np.int64)


def year_from(first: int) -> np.ndarray:
    """Periods from the first on, put in the order of the calendar year by sorting."""
    return np.array(sorted(range(first, first + YEAR), key=lambda period: period % YEAR))


@pytest.mark.parametrize("first", [0, 5, 24, 28])
def test_a_year_is_in_the_order_of_the_calendar(first: int) -> None:
    assert [row_of_year(first, month, YEAR) for month in range(YEAR)] == year_from(first).tolist()


@pytest.mark.parametrize("first", [0, 17])
def test_supply_less_what_is_promised(first: int) -> None:
    rows = year_from(first)
    free = free_supply(EXPECTED, COEFFICIENT, IMPORTED, COMMITTED, first, 2, NOBODY, False)
    np.testing.assert_array_equal(free, np.clip(EXPECTED[rows, 2] - COMMITTED[:, 2], 0.0, None))


def test_a_fed_plant_gives_no_more_than_it_is_promised() -> None:
    rows, feeds = year_from(3), np.array([0, 1, 5])
    level = sum((COMMITTED[:, k] + IMPORTED[rows, k]) / COEFFICIENT[rows, k] for k in (0, 1))
    most = np.minimum(EXPECTED[rows, 2], level * COEFFICIENT[rows, 2])
    free = free_supply(EXPECTED, COEFFICIENT, IMPORTED, COMMITTED, 3, 2, feeds, True)
    np.testing.assert_allclose(free, np.clip(most - COMMITTED[:, 2], 0.0, None), rtol=1e-14)
    idle = free_supply(EXPECTED, COEFFICIENT, IMPORTED, COMMITTED, 3, 2, NOBODY, True)
    np.testing.assert_array_equal(idle, np.zeros(YEAR))


def test_needs_within_all_limits() -> None:
    rows, blended = year_from(9), RNG.uniform(0.0, 2.0, YEAR)
    need, taken = EXPECTED[rows, 4], COMMITTED[:, 4]
    limits = [np.clip(need - taken, 0.0, None), 0.8 * need - taken, 0.3 * need - blended]
    found = open_need(EXPECTED, COMMITTED, 9, 4, 0.8, 0.3, blended)
    np.testing.assert_array_equal(found, np.min(limits, axis=0))
    # A way without a limit of its own is bound by the port's alone.
    np.testing.assert_array_equal(
        open_need(EXPECTED, COMMITTED, 9, 4, 0.8, 1.0, blended), np.min(limits[:2], axis=0)
    )
    # Of many: one is not asked, one so late that its year is the last of the run.
    ports, then = np.array([4, 1, 0, 2]), np.array([9, 2, -1, PERIODS - 3])
    share, own = np.array([1.0, 0.6, 1.0, 1.0, 0.8, 1.0]), np.array([0.3, 1.0, 1.0, 1.0])
    each, wanted = np.stack([blended] * 4), np.full((4, YEAR), -9.0)
    open_needs(EXPECTED, COMMITTED, then, ports, share, own, each, wanted)
    np.testing.assert_array_equal(wanted[0], found)
    np.testing.assert_array_equal(wanted[1], open_need(EXPECTED, COMMITTED, 2, 1, 0.6, 1.0, blended))
    np.testing.assert_array_equal(wanted[2], -9.0)
    last = open_need(EXPECTED, COMMITTED, PERIODS - YEAR, 2, 1.0, 1.0, blended)
    np.testing.assert_array_equal(wanted[3], last)


def test_what_fed_plants_have_left_to_promise() -> None:
    # Plant 0 is fed by ports 0 (2 of 4 per unit) and 1 (3 promised, 1 imported, 2 per unit): level 0.5 + 2.
    process, fed = np.array([0, 0, 0, 1, 1]), np.array([True, False])
    is_feed, is_out = np.array([True, True, False, False, False]), np.array([False, False, True, True, False])
    promised, imported = np.array([2.0, 3.0, 1.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0, 0.0, 0.0])
    coefficient = np.array([4.0, 2.0, 3.0, 1.0, 1.0])
    # A year of which every month is the mean, and one that has it in its two ends only.
    even = np.tile(promised, (YEAR, 1))
    uneven = np.concatenate([[6.0 * promised], np.zeros((YEAR - 2, 5)), [6.0 * promised]])
    for year in (even, uneven):
        mean, left = open_to_promise(year, coefficient, imported, process, is_feed, is_out, fed)
        np.testing.assert_allclose(mean, promised, rtol=1e-15)
        np.testing.assert_allclose(left, [np.inf, np.inf, 2.5 * 3.0 - 1.0, np.inf, np.inf], rtol=1e-15)


def test_feed_is_worth_what_is_made_of_it() -> None:
    # One unit of activity takes 2 of feed (port 0), gives 3 sold at 10, 1 disposed of at 4, and 5 on demand
    # at 2, of which 20 a day are taken; running it costs 7. The plan is 6 a day, 3 of feed are promised.
    coefficient = np.array([2.0, 3.0, 1.0, 5.0, 0.0])
    committed = np.zeros((YEAR, 5))
    committed[:, 0] = 3.0
    outs, units = np.array([1, 2, 3, 4]), np.array([10.0, -4.0, 2.0, 99.0])
    demanded, rates = np.array([False, False, True, False]), np.zeros((4, YEAR))
    rates[2] = 20.0
    value, wanted = value_feed(
        np.full((PERIODS, 1), 6.0), coefficient, committed, 0, 0, 0, np.array([0]), outs, units, demanded, rates, 7.0
    )  # fmt: skip
    assert value == (30.0 - 4.0 + 10.0 - 7.0) / 2.0
    np.testing.assert_allclose(wanted, (20.0 / 5.0 - 1.5) * 2.0)
