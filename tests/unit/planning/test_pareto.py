"""The front between two objectives: a straight one by hand, the sieve, and one with pipes by enumeration."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from small_parks import firm, scenario

from ecopark.errors import DomainError
from ecopark.planning.optimum.network import Network
from ecopark.planning.optimum.pareto import efficient, pareto_front
from ecopark.planning.optimum.problem import Problem, build_problem
from ecopark.planning.optimum.solving import evaluate, solve

PATHWAYS = {"ash_to_clay": {"giver": "ash", "taker": "clay", "cost": "30 DKK/t"}}


def two_uses() -> Problem:
    """3650 t of ash a year for a road (173 DKK/t, 0.009 t CO2e/t) or a brickworks (153 DKK/t, 0.029 t CO2e/t).

    Money: landfill 100 + virgin 80 or 90 - lorry (2 + 0.5 x 10 km) - treatment 0 or 30 DKK/t. Carbon: landfill 0.01 +
    virgin 0 or 0.02 - lorry 0.001 t/t.
    """
    firms = {
        "plant": firm(
            (0, 0), capacity="10 t/day", outputs={"ash": {"resource": "ash", "coefficient": "1 t/t"}}
        ),
        "road": firm((10_000, 0), inputs={"ash": {"resource": "ash", "coefficient": "1 t/t"}}),
        "bricks": firm((0, 10_000), inputs={"clay": {"resource": "clay", "coefficient": "1 t/t"}}),
    }
    return build_problem(scenario(firms, pathways=PATHWAYS), 1, rate=0.0)


def test_a_straight_front_by_hand() -> None:
    front = pareto_front(two_uses(), ("cost", "carbon"), points=5, gap=0.0)
    table = front.points
    assert table["carbon"].tolist() == pytest.approx(np.linspace(32.85, 105.85, 5), rel=1e-4)
    assert table["cost"].tolist() == pytest.approx(631_450 - 1_000 * (table["carbon"] - 32.85), rel=1e-5)
    assert table["bound"].tolist() == pytest.approx(table["cost"].tolist(), rel=1e-3)
    assert front.payoff.to_numpy() == pytest.approx(np.array([[631_450, 32.85], [558_450, 105.85]]), rel=1e-4)
    assert front.dominated == 0


def test_the_other_way_round_is_the_same_front() -> None:
    problem = two_uses()
    one = pareto_front(problem, ("cost", "carbon"), points=5, gap=0.0).points
    two = pareto_front(problem, ("carbon", "cost"), points=5, gap=0.0).points
    assert sorted(one["cost"]) == pytest.approx(sorted(two["cost"]), rel=1e-4)


def test_two_objectives_that_agree_have_one_point() -> None:
    """What is kept from landfill is all of the ash either way: the richest network is best in both."""
    front = pareto_front(two_uses(), ("cost", "landfill"), points=4, gap=0.0)
    assert front.points[["cost", "landfill"]].to_numpy() == pytest.approx(
        np.array([[631_450, 3_650.0]]), rel=1e-5
    )


def steam_pipes() -> Problem:
    """A boiler house of spare steam and three needs, each reached by a pipe of its own, one at a loss."""
    pipe = {
        "steam_pipe": {
            "loss": "0 %/km", "temperature_drop": "0 K/km", "lead_time": "0 d", "term": "10 yr", "lifetime": "10 yr",
            "max_length": "20 km", "per_km": "4000000 DKK/km", "exponent": "0", "running": "0 1/yr",
            "embodied": "100 t/km",
        }
    }  # fmt: skip
    firms: dict[str, Any] = {
        "boiler": firm(capacity="100 MWh/day", activity_unit="MWh",
                       outputs={"steam": {"resource": "steam", "coefficient": "1 MWh/MWh", "grade": "200 degC"}}),
    }  # fmt: skip
    for name, place, need in (("near", 1_000, 10), ("middle", 2_000, 30), ("far", 3_000, 20)):
        firms[name] = firm(
            (place, 0), capacity=f"{need} MWh/day", activity_unit="MWh",
            inputs={"steam": {"resource": "steam", "coefficient": "1 MWh/MWh", "grade": "150 degC"}},
        )  # fmt: skip
    return build_problem(scenario(firms, transport=pipe), 1, rate=0.05)


def test_a_front_with_pipes_is_the_one_of_all_choices() -> None:
    """Eight choices of pipes: the efficient ones, and no other, are found."""
    problem = steam_pipes()
    firms = problem.links.table["to_firm"].to_numpy()
    alone = {}
    for name in ("near", "middle", "far"):
        one = np.zeros_like(solve(problem, "cost", gap=0.0).network.quantities)
        link = int(np.flatnonzero(firms == name)[0])
        one[0, link] = problem.links.limit[0, link]
        built = np.zeros((1, problem.lines.count))
        built[0, problem.links.line[link]] = problem.links.peak[0, link]
        found = evaluate(problem, Network(one, built))
        assert found.violation < 1e-6
        alone[name] = np.array([found.totals["cost"], found.totals["carbon"]])
    choices = [
        np.sum([np.zeros(2), *(alone[name] for name in chosen)], axis=0)
        for count in range(4) for chosen in itertools.combinations(alone, count)
    ]  # fmt: skip
    values = np.array(choices)
    wanted = values[efficient(values)]
    front = (
        pareto_front(problem, ("cost", "carbon"), points=12, gap=0.0).points[["cost", "carbon"]].to_numpy()
    )
    wanted = wanted[np.argsort(wanted[:, 1])]
    assert front == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("seed", range(30))
def test_the_sieve_equals_its_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 5, size=(12, 2)).astype(float)
    kept = {tuple(point) for point in values[efficient(values)]}
    for point in values:
        beaten = any((other >= point).all() and (other > point).any() for other in values)
        assert (tuple(point) in kept) != beaten
    assert len(values[efficient(values)]) == len(kept)


@pytest.mark.parametrize(
    ("objectives", "points", "said"),
    [
        (("cost", "cost"), 5, "two different objectives"),
        (("cost", "noise"), 5, "found cost, noise"),
        (("cost", "carbon"), 1, "at least 2 points"),
    ],
)
def test_what_is_no_front_is_refused(objectives: tuple[str, str], points: int, said: str) -> None:
    with pytest.raises(DomainError, match=said):
        pareto_front(two_uses(), objectives, points)
