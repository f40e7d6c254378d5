"""Speed of the run: frequent functions, phases, whole runs, and the plain peer beside it.

On demand: ``pytest tests/benchmarks --benchmark-enable -n 0 -s``. Without ``--benchmark-enable`` each job
runs once, on a short park, so that none of them rots.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from benchmarks.meters import count_work, interleave, load_core, load_region, medians, phases, run_floor
from benchmarks.plain_mesa import PlainPark

from ecopark import Scenario, simulate
from ecopark.flows.closure import check_closure
from ecopark.flows.kernel import Result, dispatch
from ecopark.flows.period import flow_period
from ecopark.model import ParkModel

# What a change must not lose; what is reached stands in results/benchmarks.md.
LEAST_RATIO = {"kalundborg": 2.0, "region": 4.0}
MOST_FOR_MECHANISMS = 2.0


@pytest.fixture(scope="module")
def kalundborg() -> Scenario:
    return Scenario.load("kalundborg")


@pytest.fixture(scope="module")
def grown(kalundborg: Scenario) -> ParkModel:
    """The park in the month in which the record has most of its exchanges."""
    model = ParkModel(kalundborg.park, 1)
    for _ in range(12 * 50):
        model.step()
    return model


# --------------------------------------------------------------------------- frequent functions
def test_dispatch_a_month(benchmark: Any, grown: ParkModel) -> None:
    first, last = grown.calendar.segment_of_period[grown.period : grown.period + 2].tolist()
    bounds = grown.calendar.segment_bounds[first : last + 1].astype(np.float64)
    links = grown.exchanges.columns(grown.period, bounds)
    stock = np.zeros(len(grown.columns.ports))
    rate = grown.columns.potential[first:last]
    result = benchmark(dispatch, grown._ports, links, rate, np.diff(bounds), stock)
    assert result.sent.sum() > 0.0


def test_a_month_in_one_call(benchmark: Any, grown: ParkModel) -> None:
    first, last = grown.calendar.segment_of_period[grown.period : grown.period + 2].tolist()
    bounds = grown.calendar.segment_bounds[first : last + 1].astype(np.float64)
    links, columns = grown.exchanges.columns(grown.period, bounds), grown.columns
    rate, stock, opening = columns.potential[first:last], *np.zeros((2, len(columns.ports)))
    result = Result(*np.zeros((4, last - first, stock.size)), np.zeros((last - first, links.out_port.size)))
    closed, _ = benchmark(
        flow_period, tuple(grown._ports), columns.port_resource, len(columns.resources), tuple(links), rate,
        np.ones_like(rate), np.diff(bounds), stock, opening, tuple(result), np.ones(links.out_port.size),
    )  # fmt: skip
    assert closed


def test_close_the_books_of_a_month(benchmark: Any, grown: ParkModel) -> None:
    first, last = grown.calendar.segment_of_period[grown.period : grown.period + 2].tolist()
    bounds = grown.calendar.segment_bounds[first : last + 1].astype(np.float64)
    links = grown.exchanges.columns(grown.period, bounds)
    opening = np.zeros(len(grown.columns.ports))
    rate = grown.columns.potential[first:last]
    result = dispatch(grown._ports, links, rate, np.diff(bounds), opening.copy())
    benchmark(check_closure, grown.columns, grown.calendar, first, opening, links, result)


def test_notice_pairs(benchmark: Any, kalundborg: Scenario) -> None:
    model = ParkModel(kalundborg.park, 1)
    benchmark(model.scouting.look, 0.0, 31.0, 1.0, model.bonds)


def test_appraise_a_pair(benchmark: Any, grown: ParkModel) -> None:
    day = float(grown.calendar.period_bounds[grown.period])
    worth = benchmark(lambda: [grown.appraiser.appraise(pair, day) for pair in range(20)])
    assert len(worth) == 20


# --------------------------------------------------------------------------- phases and whole runs
def test_build_a_park(benchmark: Any, kalundborg: Scenario) -> None:
    model = benchmark(ParkModel, kalundborg.park, 1)
    assert model.pairs.count > 100


def test_phases_of_a_run(kalundborg: Scenario) -> None:
    spent = phases(Scenario.load("kalundborg", {"time.end": "1965-12"}))
    assert all(seconds >= 0.0 for seconds in spent.values())
    assert spent["everything else"] < 0.7 * spent["whole run"], "a phase has moved: name it in meters"


@pytest.mark.parametrize("until", ["1965", "1990", "2025"])
def test_kalundborg(benchmark: Any, kalundborg: Scenario, until: str) -> None:
    if not benchmark.enabled and until != "1965":
        pytest.skip("timed only with --benchmark-enable")
    run = benchmark.pedantic(simulate, args=(kalundborg, 1, until), rounds=5, warmup_rounds=1)
    assert not run.flows.empty


# --------------------------------------------------------------------------- beside the peer, and the floor
@pytest.mark.usefixtures("on_demand")
def test_kalundborg_beside_the_peer_and_the_floor() -> None:
    core = load_core()
    work = count_work(core)
    times = medians(
        interleave(
            {
                "package": lambda: simulate(core, 1),
                "peer": lambda: PlainPark(core.park, 1).run(804).flows(),
                "floor": lambda: run_floor(work),
            }
        )
    )
    _tell("Kalundborg 1959-2025", times)
    assert times["peer"] / times["package"] > LEAST_RATIO["kalundborg"]


@pytest.mark.usefixtures("on_demand")
def test_all_mechanisms_cost_at_most_as_much_again(kalundborg: Scenario) -> None:
    core = load_core()
    times = medians(
        interleave({"package": lambda: simulate(kalundborg, 1), "core": lambda: simulate(core, 1)})
    )
    _tell("Kalundborg 1959-2025, mechanisms", times)
    assert times["package"] <= MOST_FOR_MECHANISMS * times["core"]


@pytest.mark.slow
@pytest.mark.usefixtures("on_demand")
def test_region_beside_the_peer() -> None:
    region = load_region(1000, years=2)
    times = medians(
        interleave(
            {
                "package": lambda: simulate(region, 1),
                "peer": lambda: PlainPark(region.park, 1).run(24).flows(),
            },
            rounds=3,
        )
    )
    _tell("1,000 firms, 2 years", times)
    assert times["peer"] / times["package"] > LEAST_RATIO["region"]


def test_the_floor_counts_what_a_run_does() -> None:
    work = count_work(Scenario.load("kalundborg", {"time.end": "1961-12"}))
    assert work["segments"] == 3 * 12 * 4
    assert work["ports"] > 50
    assert work["events"] > 50
    run_floor(work)


def _tell(what: str, times: dict[str, float]) -> None:
    parts = [f"{name} {seconds:.3f} s" for name, seconds in times.items()]
    others = {name: seconds for name, seconds in times.items() if name != "package"}
    ratios = [f"{name}/package {seconds / times['package']:.2g}" for name, seconds in others.items()]
    sys.stdout.write(f"\n{what}: {', '.join(parts)}; {', '.join(ratios)}\n")
