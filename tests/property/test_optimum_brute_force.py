"""The optimum of random small parks equals that found by trying everything that could be built."""

from __future__ import annotations

import numpy as np
import pytest
from reference.plain_optimum import Giver, PlainPark, Taker, Way, best_benefit

from ecopark.planning.optimum.problem import Problem, build_problem
from ecopark.planning.optimum.solving import evaluate, solve
from ecopark.scenario import Scenario


def random_park(number: int) -> PlainPark:
    """One of a hundred parks: up to three belts in one year, up to two over two years."""
    chance = np.random.default_rng([6, number])
    years = 2 if number % 3 == 0 else 1
    takers = int(chance.integers(1, 3))
    slag = int(chance.integers(1, 1 + (2 if years == 2 else 3) // takers))
    resources = ["slag"] * slag + ["ash"] * int(chance.integers(0, 3))

    def rates(low: float, high: float) -> list[float]:
        return chance.uniform(low, high, 2).round(3).tolist()

    givers = [
        Giver(
            name,
            rates(5.0, 60.0),
            round(float(chance.uniform(0.0, 120.0)), 2),
            round(float(chance.uniform(0.0, 4.0)), 2),
            round(float(chance.uniform(500.0, 5000.0)), 1)
            if name == "ash" and chance.random() < 0.5
            else 0.0,
        )
        for name in resources
    ]
    return PlainPark(
        givers=givers,
        takers=[
            Taker(
                rates(5.0, 60.0),
                round(float(chance.uniform(20.0, 150.0)), 2),
                round(float(chance.uniform(0.4, 1.0)), 2),
                round(float(chance.uniform(5.0, 9.0)), 2),
            )
            for _ in range(takers)
        ],
        ways={
            name: Way(*chance.uniform([0.6, 0.6, 0.2, 0.0], [1.0, 1.2, 1.0, 60.0]).round(2).tolist())
            for name in ("ash", "slag")
        },
        fixed=round(float(chance.uniform(2e5, 2e6)), 0),
        per_km=round(float(chance.uniform(5e4, 8e5)), 0),
        reference=50.0,
        floor=0.25,
        power_use=0.01,
        loss=0.02,
        years=years,
        subsidy=round(float(chance.choice([0.0, 15.0])), 1),
    )


@pytest.mark.parametrize("batch", range(10))
def test_equals_brute_force(batch: int) -> None:
    built = traded = 0
    for number in range(batch * 10, batch * 10 + 10):
        park = random_park(number)
        problem = build_problem(Scenario.from_dict(park.raw(), "small"), seed=1, blocks="1 yr", rate=0.05)
        lines = problem.lines
        order = _order(problem, park)
        knots = [[top for top in lines.top[:, g] if top > 0.0] for g in order]
        found = solve(problem, gap=0.0)
        expected = best_benefit(park, knots)
        assert found.best == pytest.approx(expected, rel=1e-6, abs=1.0)
        assert found.bound == pytest.approx(expected, rel=1e-6, abs=1.0)
        assert evaluate(problem, found.network).violation < 1e-6
        built += bool((found.network.built > 0.0).any())
        traded += expected > 0.0
    # The parks are such that both happen: a test in which nothing is ever built would prove little.
    assert built >= 2
    assert traded >= 5


def _order(problem: Problem, park: PlainPark) -> list[int]:
    """Lines in the order in which the enumeration knows its belts."""
    links, table = problem.links, problem.links.table
    ends = {
        (row.from_firm, row.to_firm): int(links.line[k])
        for k, row in enumerate(table.itertuples(index=False))
    }
    return [
        ends[f"g{int(link['giver'])}", f"t{int(link['taker'])}"]
        for link in park.links()
        if link["belt"] > 0.0
    ]
