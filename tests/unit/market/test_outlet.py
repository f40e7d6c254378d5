"""Customers of an outlet: when they could begin, and what they would pay, beside one pair after the other."""

from __future__ import annotations

import numpy as np
import pytest

from ecopark.market.choice import begin_periods, value_outlet, value_pair
from ecopark.market.valuation import COST, GOOD, OPTION, VALUE, Courses, Ground, Side

RNG = np.random.default_rng(11)
YEAR, PERIODS = 12, 30
GIVER = Side(2.0, np.nan, np.nan, 0.1, 1500.0, 0.3, 40.0)
GROUND = Ground(5.0, 0.9, 0.05, 0.1, 0.2, 0.1, 0.3)
DAYS = RNG.uniform(28.0, 31.0, YEAR)


def some_options(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Modes of lorries and pipes, of materials, that differ in all that costs."""
    options, costs = np.zeros(count, dtype=OPTION), np.zeros(count, dtype=COST)
    for name in ("needs", "lift_to", "efficiency"):
        options[name] = np.nan
    options["reach"] = RNG.uniform(2.0, 30.0, count)
    options["loss"], options["floor"] = RNG.uniform(0.0, 0.05, count), 0.1
    options["reference"], options["exponent"] = 10.0, 0.6
    options["term"], options["mode_life"], options["way_life"] = 3000.0, 9000.0, np.inf
    options["made"], options["replacement"] = RNG.uniform(0.5, 1.0, (2, count))
    costs["fixed"], costs["per_km"] = RNG.uniform(0.0, 400.0, (2, count))
    costs["handling"], costs["variable"] = RNG.uniform(0.0, 1.0, (2, count))
    return options, costs


def test_who_is_in_sight_and_when_it_could_begin() -> None:
    bounds, then = np.array([0, 31, 59, 90]), np.empty(5, dtype=np.int64)
    opens, closes = np.array([-50, 60, 200, 0, 0, 0]), np.array([900, 900, 900, 20, 900, 900])
    since = np.array([-np.inf, 0.0, 0.0, 0.0, 41.0])
    # Open; opens in time; opens too late; closed; by a way not yet known.
    seen = begin_periods(np.arange(5), since, opens, closes, 35, 40.0, 100.0, 1, bounds, then)
    assert (seen, then.tolist()) == (2, [1, 2, -1, -1, -1])
    # An outlet that opens after the run: as on its last period.
    begin_periods(np.arange(5), since, opens, closes, 500, 40.0, 100.0, 1, bounds, then)
    assert then.tolist() == [2, 2, -1, -1, -1]


def test_customers_pay_what_their_best_pairs_would() -> None:
    first = np.array([0, 3, 5, 9])
    options, costs = some_options(9)
    taker, way = np.array([1, 1, 2, 3, 3, 3, 4]), np.array([0, 2, 1, 0, 1, 2, 2])
    then = np.array([0, 5, 5, 9, 9, -1, -1])
    length, value = RNG.uniform(0.5, 15.0, 7), RNG.uniform(0.0, 30.0, 7)
    supply, wanted = RNG.uniform(0.0, 9.0, YEAR), RNG.uniform(0.0, 12.0, (7, YEAR))
    grade = RNG.uniform(1.0, 5.0, (PERIODS, 5)) + np.array([2.0, 0.0, 0.0, 0.0, 0.0])
    traits = np.column_stack([np.full(5, np.nan), *RNG.uniform(0.05, 0.3, (1, 5)), np.full((5, 2), 900.0)])
    traits[:, 3] = 0.4
    total = np.ones(YEAR)
    paid = value_outlet(
        options, costs, first, way, taker, length, then, GIVER, 0, supply, value, wanted, grade, traits,
        GROUND, DAYS, total,
    )  # fmt: skip
    offers: dict[int, tuple[float, np.ndarray]] = {}
    for k in np.flatnonzero(then >= 0).tolist():
        rows = slice(first[way[k]], first[way[k] + 1])
        values, rates = (
            np.zeros(rows.stop - rows.start, dtype=VALUE),
            np.zeros((rows.stop - rows.start, YEAR)),
        )
        side = Side(value[k], grade[then[k], taker[k]], *traits[taker[k]].tolist(), GIVER.deal_cost)
        courses = Courses(np.full(len(values), length[k]), np.zeros((len(values), 0, 2)))
        seller = GIVER._replace(grade=grade[then[k], 0])
        row = value_pair(
            options[rows], costs[rows], seller, supply, side, wanted[k], GROUND, courses, DAYS, values, rates
        )
        best = offers.get(int(taker[k]))
        if row >= 0 and values[row]["reason"] == GOOD and (best is None or values[row]["ceiling"] > best[0]):
            offers[int(taker[k])] = float(values[row]["ceiling"]), rates[row]
    assert len(offers) >= 2
    assert paid == pytest.approx(sum(ceiling * rate.sum() for ceiling, rate in offers.values()), rel=1e-14)
    np.testing.assert_allclose(total, 1.0 + sum(rate for _, rate in offers.values()), rtol=1e-14)
