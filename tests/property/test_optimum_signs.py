"""Signs, limits, prices of streams and books of the optimum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_parks import firm, scenario

from ecopark import Scenario, simulate
from ecopark.errors import DomainError
from ecopark.flows.closure import check_closure
from ecopark.flows.kernel import Links
from ecopark.indicators.mass import closure_error
from ecopark.planning.optimum.emergent import emergent_network
from ecopark.planning.optimum.ledger import BlockCalendar, block_amounts
from ecopark.planning.optimum.network import Network, Progress
from ecopark.planning.optimum.problem import Problem, build_problem
from ecopark.planning.optimum.solving import evaluate, nearest_columns, solve

_BELT = {
    "fixed": "100000 DKK", "per_km": "50000 DKK/km", "reference": "50 t/day", "running": "2 %/yr",
    "lifetime": "20 yr", "embodied": "30 t/km", "lead_time": "0 d",
}  # fmt: skip
_BAKE = {"giver": "ash", "taker": "clay", "yield": "0.9", "max_share": "0.5", "cost": "10 DKK/t"}


def _park(rate: float = 20.0, need: float = 30.0, **blocks: Any) -> Scenario:
    """A giver of ash with a store, two takers and a works that makes goods of sludge."""
    sludge = {"resource": "sludge", "coefficient": "8 t/t"}
    ash = {"resource": "ash", "coefficient": f"{rate} t/t", "storage": "200 t"}
    clay = {"resource": "clay", "coefficient": f"{need} t/t"}
    firms = {
        "giver": firm((0, 0), capacity="1 t/day", outputs={"ash": ash, "sludge": sludge}),
        "near": firm((1000, 0), capacity="1 t/day", inputs={"clay": clay}),
        "far": firm((9000, 0), capacity="1 t/day", inputs={"ash": {"resource": "ash", "coefficient": "12 t/t"}}),
        "works": firm(
            (3000, 0), drive="feed", capacity="6 t/day", operating_cost="20 DKK/t",
            inputs={"feed": {"resource": "sludge", "coefficient": "1 t/t", "feed": True}},
            outputs={"ash": {"resource": "ash", "coefficient": "0.3 t/t"}},
        ),
    }  # fmt: skip
    resources = {
        "ash": {
            "name": "Ash", "kind": "material", "unit": "t", "transport": ["lorry", "belt"],
            "disposal": {"route": "landfill", "fee": "100 DKK/t", "emission": "0.01 t/t"},
            "virgin": {"price": "80 DKK/t"},
        }
    }  # fmt: skip
    blocks = {"pathways": {"bake": _BAKE}, "time": {"end": "1991-12"}, "resources": resources} | blocks
    return scenario(firms, **({"transport": {"belt": _BELT}} | blocks))


def test_a_landfill_tax_never_lowers_the_benefit() -> None:
    best = []
    for tax in (0, 50, 100, 400):
        problem = build_problem(_park(policy={"landfill_tax": f"{tax} DKK/t"}), blocks="1 yr")
        best.append(solve(problem, gap=0.0).best)
    assert best == sorted(best)
    assert best[-1] > 1.2 * best[0]


def test_a_tax_is_no_benefit_to_society() -> None:
    totals = [
        solve(build_problem(_park(policy={"landfill_tax": tax})), "social_cost", gap=0.0).best
        for tax in ("0 DKK/t", "400 DKK/t")
    ]
    assert totals[0] == pytest.approx(totals[1], rel=1e-9)


def test_more_pathways_never_lower_the_benefit() -> None:
    more = {"bake": _BAKE, "mix": {"giver": "ash", "taker": "clay", "max_share": "0.3", "replacement": "0.7"}}
    best = [
        solve(build_problem(_park(rate=60.0, pathways=pathways), blocks="1 yr"), gap=0.0).best
        for pathways in ({}, {"bake": _BAKE}, more)
    ]
    assert best == sorted(best)
    assert best[1] > best[0]
    assert best[2] > best[1]


def test_limits_hold_and_cost_something() -> None:
    problem = build_problem(_park(), blocks="1 yr")
    free = solve(problem, gap=0.0)
    greenest = solve(problem, "carbon", gap=0.0)
    assert greenest.totals["carbon"] > free.totals["carbon"]
    asked = (free.totals["carbon"] + greenest.totals["carbon"]) / 2.0
    bound = solve(problem, limits={"carbon": (asked, None)}, gap=0.0)
    assert bound.totals["carbon"] >= asked - 1e-6 * abs(asked)
    assert bound.best < free.best
    capped = solve(problem, limits={"landfill": (None, free.totals["landfill"] / 2.0)}, gap=0.0)
    assert capped.totals["landfill"] == pytest.approx(free.totals["landfill"] / 2.0, rel=1e-6)
    assert solve(problem, limits={"carbon": (2.0 * greenest.bound, None)}).status == "infeasible"


def test_weights_add_up() -> None:
    problem = build_problem(_park())
    found = solve(problem, {"cost": 1.0, "carbon": 500.0}, gap=0.0)
    assert found.best == pytest.approx(found.totals["cost"] + 500.0 * found.totals["carbon"], rel=1e-9)
    assert found.best >= solve(problem, gap=0.0).totals["cost"]


@pytest.mark.parametrize("name", ["unknown", "weight", "gap", "limits", "time"])
def test_what_makes_no_sense_is_refused(name: str) -> None:
    problem = build_problem(_park())
    wrong: dict[str, dict[str, Any]] = {
        "unknown": {"objective": "cots"},
        "weight": {"objective": {"cost": 0.0}},
        "gap": {"gap": 1.5},
        "limits": {"limits": {"carbon": (2.0, 1.0)}},
        "time": {"time_limit": -1.0},
    }
    with pytest.raises(DomainError):
        solve(problem, **wrong[name])


def test_prices_of_streams_are_what_one_more_unit_adds() -> None:
    problem = build_problem(_park(), rate=0.0)
    found = solve(problem, gap=0.0)
    prices = found.shadow_prices.set_index("port")
    for port, changed in (
        ("giver.main.out.ash", _park(rate=20.02)),
        ("near.main.in.clay", _park(need=30.03)),
    ):
        after = build_problem(changed, rate=0.0)
        # Pipes stay as they are; what they carry may change.
        more = solve(after, gap=0.0)
        assert ((found.network.built > 0.0) == (more.network.built > 0.0)).all()
        price, quantity = prices.loc[port, "price"], prices.loc[port, "quantity"]
        assert (more.best - found.best) / (0.001 * quantity) == pytest.approx(price, rel=0.01, abs=0.05)
    assert prices["price"].max() > 10.0
    assert (prices["price"] >= 0.0).all()


def _links_of(problem: Problem, b: int) -> Links:
    links = problem.links
    one = np.ones(links.count)
    return Links(
        links.out_port, links.in_port, links.keep[b], links.gain[b] / links.keep[b], one,
        np.arange(links.count), one, np.ones((1, links.count)),
    )  # fmt: skip


@pytest.mark.parametrize("blocks", [None, "1 yr", "1 month"])
def test_the_books_close_as_those_of_a_run(blocks: str | None) -> None:
    problem = build_problem(_park(), blocks=blocks)
    found = solve(problem, gap=0.0)
    network = evaluate(problem, found.network)
    assert network.violation < 1e-6
    # By port and block, with the check of every run.
    columns = nearest_columns(problem, found.network)[0]
    amounts = block_amounts(problem, columns)
    reference = problem.reference
    span = reference.calendar
    calendar = BlockCalendar(
        span.start, span.end, span.period, span.segment, tuple(problem.blocks.bounds.tolist())
    )
    opening = np.zeros(len(reference.columns.ports))
    for b in range(problem.blocks.count):
        rows = type(amounts)(*(table[b : b + 1] for table in amounts))
        check_closure(reference.columns, calendar, b, opening, _links_of(problem, b), rows)
        opening = amounts.stock[b]
    assert amounts.sent.sum() > 0.0
    made = amounts.amount.sum(axis=0)
    known, ports = reference.columns, range(len(reference.columns.ports))
    activity = pd.DataFrame(
        {
            "firm": [known.firms[known.port_firm[k]] for k in ports],
            "resource": [known.resources[known.port_resource[k]] for k in ports],
            "made": np.where(known.is_out, made, 0.0),
            "used": np.where(known.is_out, 0.0, made),
        }
    )
    activity = activity.groupby(["firm", "resource"], as_index=False).sum()
    assert closure_error(found.flows, activity)["error"].max() < 1e-6


def test_a_network_that_breaks_a_rule_is_found_out() -> None:
    problem = build_problem(_park(), blocks="1 yr")
    found = solve(problem, gap=0.0).network
    assert evaluate(problem, Network(1.1 * found.quantities, found.built)).violation > 0.05
    assert "line" in evaluate(problem, Network(found.quantities, 0.0 * found.built)).worst
    with pytest.raises(DomainError, match="shape"):
        evaluate(problem, Network(found.quantities[:1], found.built))


def test_worth_of_links_and_blocks_add_up() -> None:
    problem = build_problem(_park(), blocks="1 yr")
    found = solve(problem, gap=0.0)
    worth, table = evaluate(problem, found.network).worth, found.values  # noqa: PD011
    for name, total in found.totals.items():
        by_block = worth.groupby("block")[name].sum().reindex(table.index, fill_value=0.0)
        np.testing.assert_allclose(by_block, table[name], rtol=1e-9)
        factor = problem.blocks.discount if name in ("cost", "social_cost") else 1.0
        assert (table[name] * factor).sum() == pytest.approx(total, rel=1e-12)


def test_accounts_are_those_of_the_run_where_blocks_are_its_periods() -> None:
    # No belt reaches: what is built is booked on another day than its annuity.
    eager = _park(transport={"belt": _BELT | {"max_length": "0.1 km"}})
    run = simulate(eager, 1)
    problem = build_problem(eager, 1, "1 month")
    found = evaluate(problem, emergent_network(problem, run))
    assert found.violation < 1e-9
    accounts, table = run.accounts, found.values  # noqa: PD011
    for name, unit in (("cost", "DKK"), ("carbon", "t CO2e")):
        rows = accounts[accounts["unit"] == unit]
        booked = (rows["giver"] + rows["taker"]).groupby(rows["start"]).sum()
        expected = booked.reindex(table.index, fill_value=0.0)
        np.testing.assert_allclose(table[name], expected, rtol=1e-9, atol=1e-9 * abs(expected).max())
        assert abs(expected).max() > 0.0


def test_a_search_may_start_from_a_network_and_says_how_far_it_is() -> None:
    problem = build_problem(_park(), blocks="6 months")
    steps: list[Progress] = []
    first = solve(problem, gap=0.0, progress=steps.append)
    again = solve(problem, gap=0.0, start=first.network)
    assert again.best == pytest.approx(first.best, rel=1e-9)
    assert steps
    assert steps[-1].bound == pytest.approx(first.bound, rel=1e-6)
    assert [step.best for step in steps] == sorted(step.best for step in steps)


def test_no_time_at_all_is_said_so() -> None:
    found = solve(build_problem(_park(), blocks="1 month"), gap=0.0, time_limit=1e-9)
    assert found.status == "time limit"
    assert found.bound >= found.best
