"""The optimum of a park of a hundred firms in one block: one minute of processor time at most."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from ecopark import Scenario
from ecopark.planning.optimum.problem import build_problem
from ecopark.planning.optimum.solving import solve
from ecopark.scenario.region import RegionPlan
from ecopark.scenario.scaffold import new_region


@pytest.mark.slow
def test_a_hundred_firms_in_one_block(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    new_region(tmp_path / "region", RegionPlan(firms=100, seed=3, years=5))
    scenario = Scenario.load(tmp_path / "region")

    def find() -> tuple[str, float, float]:
        began = time.process_time()
        found = solve(build_problem(scenario, seed=1), gap=0.01, time_limit=300.0)
        return found.status, found.gap, time.process_time() - began

    status, gap, spent = benchmark.pedantic(find, rounds=1)
    assert status == "optimal"
    assert gap <= 0.01
    assert spent < 60.0
