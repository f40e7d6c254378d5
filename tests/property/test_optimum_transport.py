"""One resource and nothing to build: the transport problem, which others have solved before."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from small_parks import firm, scenario

from ecopark.planning.optimum.problem import build_problem
from ecopark.planning.optimum.solving import solve

_DAYS = 365.0
_FEE, _PRICE, _HANDLING, _PER_KM = 100.0, 80.0, 2.0, 0.5


def _park(
    givers: NDArray[np.float64], takers: NDArray[np.float64], supply: list[int], need: list[int]
) -> Any:
    """Givers and takers of ash at places (m), with daily rates in t."""
    firms: dict[str, Any] = {}
    for i, (place, rate) in enumerate(zip(givers.tolist(), supply, strict=True)):
        port = {"resource": "ash", "coefficient": f"{rate} t/t"}
        firms[f"g{i}"] = firm(tuple(place), capacity="1 t/day", outputs={"ash": port})
    for i, (place, rate) in enumerate(zip(takers.tolist(), need, strict=True)):
        port = {"resource": "ash", "coefficient": f"{rate} t/t"}
        firms[f"t{i}"] = firm(tuple(place), capacity="1 t/day", inputs={"ash": port})
    return scenario(firms, time={"segment": "month"})


def _gain(givers: NDArray[np.float64], takers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Money saved per tonne: disposal and virgin supply, less handling and haulage."""
    km = np.linalg.norm(givers[:, None] - takers[None], axis=2) / 1000.0
    return _FEE + _PRICE - _HANDLING - _PER_KM * km


@pytest.mark.parametrize("seed", range(5))
def test_equals_the_linear_assignment(seed: int) -> None:
    chance = np.random.default_rng(seed)
    givers, takers = chance.uniform(0, 90_000, (2, 7, 2)).round()
    found = solve(build_problem(_park(givers, takers, [10] * 7, [10] * 7), rate=0.0), gap=0.0)
    gain = _gain(givers, takers)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    assert found.best == pytest.approx(10 * _DAYS * gain[rows, columns].sum(), rel=1e-9)
    chosen = {(row.from_firm, row.to_firm) for row in found.links.itertuples()}
    assert chosen == {(f"g{i}", f"t{j}") for i, j in zip(rows, columns, strict=True)}


@pytest.mark.parametrize("seed", range(5))
def test_equals_the_flow_of_least_cost(seed: int) -> None:
    chance = np.random.default_rng([1, seed])
    supply, need = (chance.integers(1, 30, size).tolist() for size in (5, 6))
    givers, takers = chance.uniform(0, 90_000, (5, 2)).round(), chance.uniform(0, 90_000, (6, 2)).round()
    found = solve(build_problem(_park(givers, takers, supply, need), rate=0.0), gap=0.0)
    gain = np.round(_gain(givers, takers) * 1e6).astype(np.int64)
    graph = nx.DiGraph()
    for i, rate in enumerate(supply):
        graph.add_edge("source", f"g{i}", capacity=rate, weight=0)
    for j, rate in enumerate(need):
        graph.add_edge(f"t{j}", "sink", capacity=rate, weight=0)
    for i, j in np.ndindex(gain.shape):
        graph.add_edge(f"g{i}", f"t{j}", capacity=1000, weight=-int(gain[i, j]))
    cost = nx.cost_of_flow(graph, nx.max_flow_min_cost(graph, "source", "sink"))
    assert found.best == pytest.approx(-cost / 1e6 * _DAYS, rel=1e-7)
