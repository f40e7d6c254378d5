"""How speed is measured: clocks, interleaved rounds, phases of a run, the floor, memory of a process.

Times are CPU seconds of the process, which a busy neighbour disturbs least; the package and its peer run
on one thread. What lives here: the means. What does not: what is asked of them (``test_speed``,
``measure``).
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import simpy

import ecopark.model
from ecopark import Scenario, simulate
from ecopark.agents.exchanges import Exchanges
from ecopark.agents.scouting import Scouting
from ecopark.flows.ledger import Ledger
from ecopark.scenario import shipped_folder
from ecopark.scenario.region import RegionPlan, generate_region

ROUNDS = 5
# The package offers a function of the module's name, which hides the module.
_SIMULATE = sys.modules[simulate.__module__]
_PHASES: dict[str, list[tuple[Any, str]]] = {
    "columns, prices, pairs": [
        (ecopark.model, "compile_future"), (ecopark.model, "find_pairs"),
    ],
    "noise": [(ecopark.model, "draw_noise")],
    "notice pairs": [(Scouting, "look")],
    "stories: appraise, negotiate, review, wait": [(simpy.Environment, "run")],
    "columns of exchanges": [(Exchanges, "columns")],
    "flows of the month: dispatch, closure, sums": [(ecopark.model, "flow_period")],
    "flows table": [(Ledger, "flows")],
    "accounts table": [(_SIMULATE, "build_accounts")],
}  # fmt: skip


def load_core(**changes: str) -> Scenario:
    """Kalundborg with the core mechanisms only, all that the peer knows, some fields set otherwise."""
    folder = shipped_folder("kalundborg")
    assert folder is not None
    return Scenario.load(folder / "core.yaml", changes)


def load_region(firms: int, years: int, **changes: str) -> Scenario:
    """Synthetic region of seed 1, as ``ecopark new --region`` writes it, with some fields set otherwise."""
    raw = generate_region(RegionPlan(firms=firms, seed=1, years=years))
    return Scenario.from_dict(raw, f"region of {firms}", changes)


def interleave(
    jobs: Mapping[str, Callable[[], object]], rounds: int = ROUNDS, warm: bool = True
) -> dict[str, list[float]]:
    """CPU seconds of jobs, run in turn so that all see the same machine; one round before to warm up."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for number in range(rounds + warm):
        for name, job in jobs.items():
            since = time.process_time()
            job()
            if number >= warm:
                times[name].append(time.process_time() - since)
    return times


def medians(times: Mapping[str, list[float]]) -> dict[str, float]:
    """Median of each job's rounds."""
    return {name: statistics.median(values) for name, values in times.items()}


@contextmanager
def stopwatch() -> Iterator[dict[str, float]]:
    """CPU seconds spent in each phase of the runs inside; phases lie side by side, none in another."""
    spent = dict.fromkeys(_PHASES, 0.0)

    def timed(phase: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **options: Any) -> Any:
            since = time.process_time()
            try:
                return function(*args, **options)
            finally:
                spent[phase] += time.process_time() - since

        return wrapper

    with ExitStack() as stack:
        for phase, places in _PHASES.items():
            for owner, name in places:
                stack.enter_context(mock.patch.object(owner, name, timed(phase, getattr(owner, name))))
        yield spent


def phases(scenario: Scenario, seed: int = 1) -> dict[str, float]:
    """CPU seconds of one run by phase, and of what is left."""
    with stopwatch() as spent:
        since = time.process_time()
        simulate(scenario, seed)
        whole = time.process_time() - since
    return {**spent, "everything else": whole - sum(spent.values()), "whole run": whole}


def count_work(scenario: Scenario, seed: int = 1) -> dict[str, int]:
    """SimPy events, segments, ports, and links served in all, of one run."""
    model = ecopark.model.ParkModel(scenario.park, seed)
    events, served = 0, 0
    step = model.env.step

    def counted() -> None:
        nonlocal events
        events += 1
        step()

    with mock.patch.object(model.env, "step", counted):
        for _ in range(model.calendar.periods):
            model.step()
    model.close()
    first = model.calendar.segment_of_period
    for period in range(model.calendar.periods):
        served += model.ledger.sent[period][2].shape[1] * int(first[period + 1] - first[period])
    return {
        "events": events,
        "segments": model.calendar.segments,
        "ports": len(model.columns.ports),
        "links served": served,
    }


def run_floor(work: Mapping[str, int]) -> None:
    """The least that such a run must do: its SimPy events, and one array pass a segment over ports and links."""
    env = simpy.Environment()

    def wait(times: int) -> Iterator[Any]:
        for _ in range(times):
            yield env.timeout(1.0)

    env.process(wait(work["events"]))
    env.run()
    width = work["ports"] + round(work["links served"] / work["segments"])
    rate, coefficient, flows = np.ones(width), np.ones(width), np.empty((work["segments"], width))
    for k in range(work["segments"]):
        np.multiply(rate, coefficient, out=flows[k])


def measure_alone(firms: int, years: int, segment: str) -> dict[str, float]:
    """A region's run in a process of its own: seconds, peak memory, counts."""
    code = f"from benchmarks.meters import report_alone; report_alone({firms}, {years}, {segment!r})"
    tests = str(Path(__file__).resolve().parents[1])
    script = f"import sys; sys.path.insert(0, {tests!r}); {code}"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def report_alone(firms: int, years: int, segment: str) -> None:
    """Run a region once, after the kernels are loaded, and write what it took as JSON."""
    simulate(load_region(20, 1, **{"time.segment": segment}), 1)
    since = time.process_time()
    scenario = load_region(firms, years, **{"time.segment": segment})
    loaded, wall = time.process_time(), time.perf_counter()
    run = simulate(scenario, 1)
    measured = {
        "firms": firms,
        "load": loaded - since,
        "run": time.process_time() - loaded,
        "wall": time.perf_counter() - wall,
        "peak MB": _peak(),
        "ideas": len(run.synergies),
        "exchanges": int(run.synergies["operating"].notna().sum()),
        "rows": len(run.flows),
    }
    sys.stdout.write(json.dumps(measured))


def _peak() -> float:
    """Largest memory this process held, MB. What the system's usage counter says may be its parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return float(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def exponent(sizes: list[float], seconds: list[float]) -> float:
    """Slope of ln(seconds) over ln(size), by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
