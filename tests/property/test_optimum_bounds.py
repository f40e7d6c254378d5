"""What comes about in a run is never better than the optimum, and is one of the networks it chooses from."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import parks

from ecopark import Scenario, simulate
from ecopark.errors import DomainError
from ecopark.indicators.mass import closure_error
from ecopark.planning.optimum.emergent import emergent_network
from ecopark.planning.optimum.network import OBJECTIVES
from ecopark.planning.optimum.problem import Problem, build_problem
from ecopark.planning.optimum.solving import evaluate, solve
from ecopark.scenario.region import RegionPlan
from ecopark.scenario.scaffold import new_region

_PIPES = {
    "heat_pipe": {
        "fixed": "20000 DKK", "per_km": "3000 DKK/km", "reference": "100 MWh/day", "running": "2 %/yr",
        "lifetime": "1 yr", "term": "1 yr", "embodied": "1 t/km", "trench": "60 %",
    },
    "water_pipe": {
        "fixed": "2000 DKK", "per_km": "300 DKK/km", "reference": "100 m3/day", "term": "1 yr", "trench": "60 %",
        "loss": "4 %/km",
    },
    "lorry": {"fixed": "1000 DKK"},
}  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    parks(),
    st.sampled_from([None, "1 yr", "6 months", "1 month"]),
    st.sampled_from([None, "1990-08"]),
    st.booleans(),
)
def test_no_run_of_a_random_park_beats_the_bound(
    raw: dict[str, Any], blocks: str | None, since: str | None, with_capital: bool
) -> None:
    raw = deepcopy(raw)
    if with_capital:
        for mode, costs in _PIPES.items():
            raw["transport"][mode] |= costs
        raw["pathways"]["ash_to_clay"]["capital"] = "50 DKK/(t/day)"
    scenario = Scenario.from_dict(raw, "park")
    try:
        problem = build_problem(scenario, 3, blocks, since=since)
    except DomainError:  # a span or blocks that the park's time does not have
        return
    _check_bound(problem, scenario, 3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_no_run_of_a_generated_region_beats_the_bound(seed: int, tmp_path: Path) -> None:
    new_region(tmp_path / "region", RegionPlan(firms=25, seed=seed, density=2.0, years=4))
    scenario = Scenario.load(tmp_path / "region").with_overrides({"agents.discovery.base": "1000 %/yr"})
    problem = build_problem(scenario, seed, "2 yr")
    assert problem.blocks.count == 2
    assert _check_bound(problem, scenario, seed) > 0.0


def _check_bound(problem: Problem, scenario: Scenario, seed: int) -> float:
    """Assert that the network of a run is allowed and worth no more than the bounds; what it moved."""
    network = emergent_network(problem, simulate(scenario, seed))
    emergent = evaluate(problem, network)
    assert emergent.violation < 1e-7, emergent.worst
    for name in OBJECTIVES:
        found = solve(problem, name, gap=1e-4)
        slack = 1e-7 * max(abs(found.bound), abs(emergent.totals[name]))
        assert emergent.totals[name] <= found.bound + slack, name
        assert found.best <= found.bound
        assert evaluate(problem, found.network).violation < 1e-6
        # Nobody is forced to exchange.
        assert found.bound >= 0.0
    assert emergent.true_cost <= emergent.totals["cost"] + 1e-9 * abs(emergent.totals["cost"])
    cost = solve(problem, gap=1e-4)
    if len(cost.flows):
        assert closure_error(cost.flows)["error"].max() < 1e-6 if len(closure_error(cost.flows)) else True
    return float(np.sum(network.quantities))
