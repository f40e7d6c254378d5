"""The optimum of Kalundborg: found in time, proven, and never below what came about."""

from __future__ import annotations

import time

import pytest

from ecopark import Scenario, simulate
from ecopark.indicators.mass import closure_error
from ecopark.planning.optimum.emergent import emergent_network
from ecopark.planning.optimum.network import Progress
from ecopark.planning.optimum.problem import build_problem
from ecopark.planning.optimum.solving import evaluate, solve


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_thirteen_blocks_of_five_years(seed: int) -> None:
    scenario = Scenario.load("kalundborg")
    steps: list[Progress] = []
    began = time.process_time()
    problem = build_problem(scenario, seed, "5 yr")
    found = solve(problem, gap=0.01, time_limit=300.0, progress=steps.append)
    spent = time.process_time() - began
    assert problem.blocks.count == 13
    assert found.status == "optimal"
    assert found.gap <= 0.01
    assert spent < 120.0
    assert len(steps) >= 2
    assert steps[-1].bound == pytest.approx(found.bound, rel=0.01)
    emergent = evaluate(problem, emergent_network(problem, simulate(scenario, seed)))
    assert emergent.violation < 1e-7
    assert 0.0 < emergent.totals["cost"] <= found.bound
    assert evaluate(problem, found.network).violation < 1e-6
    assert closure_error(found.flows)["error"].max() < 1e-6
    # Straight pieces make building cheaper than it is, by little.
    assert 0.95 * found.best < found.true_cost <= found.best
