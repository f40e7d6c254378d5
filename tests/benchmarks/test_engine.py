"""What the engine costs beside the runs: time of a chunk without work, and idle time of two workers.

The model sleeps, so that the machine's other work hardly counts and what is left is the engine's.
"""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from study_models import Line, line_study

from ecopark.experiments import Study, sweep
from ecopark.experiments.sweeps import Progress

CHUNK_SECONDS = 0.75


@pytest.mark.benchmark(group="engine")
def test_a_chunk_without_work(benchmark: Any, tmp_path: Path) -> None:
    number = count()
    study = Study.from_dict(line_study(engine={"chunk": 12}), Line())
    benchmark(lambda: sweep(study, engine="serial", folder=tmp_path / str(next(number))))


@pytest.mark.slow
def test_two_workers_are_busy_all_the_time(tmp_path: Path) -> None:
    told: list[tuple[float, int]] = []

    def note(standing: Progress) -> None:
        told.append((time.perf_counter(), standing.done))

    # 0.25 s a run, three runs a chunk as for the real thing; 60 runs.
    study = Study.from_dict(line_study(replicates=10), Line(sleep=CHUNK_SECONDS / 3))
    sweep(study, workers=2, folder=tmp_path / "s", progress=note)
    began, ended = (entry for entry in (told[2], told[-1]))  # from the second chunk on: both workers are up
    spent = ended[0] - began[0]
    ideal = (ended[1] - began[1]) * (CHUNK_SECONDS / 3) / 2
    assert ideal / spent > 0.85


@pytest.mark.slow
def test_two_workers_on_kalundborg(benchmark: Any, tmp_path: Path) -> None:
    """Speed of two workers over twice one, and of one over no engine; two cores must be free."""
    if benchmark.disabled:
        pytest.skip("a measurement: pytest -n 0 --benchmark-enable tests/benchmarks/test_engine.py")
    parameters = {"discovery": {"path": "agents.discovery.base", "range": ["0.1 1/yr", "0.9 1/yr"]}}
    raw = {"base": "kalundborg", "parameters": parameters, "design": {"kind": "latin_hypercube", "n": 60}}
    study = Study.from_dict(raw)
    rates = {}
    for name, options in {
        "serial": {"engine": "serial"},
        "one": {"workers": 1},
        "two": {"workers": 2},
    }.items():
        told: list[tuple[float, int]] = []

        def note(standing: Progress, told: list[tuple[float, int]] = told) -> None:
            told.append((time.perf_counter(), standing.done))

        sweep(study, folder=tmp_path / name, progress=note, **options)  # type: ignore[arg-type]
        (began, first), (ended, last) = told[5], told[-1]
        rates[name] = (last - first) / (ended - began)
    benchmark.extra_info |= rates | {
        "efficiency": rates["two"] / (2 * rates["one"]),
        "overhead": 1 - rates["one"] / rates["serial"],
    }
    benchmark.pedantic(lambda: None)
    assert rates["two"] / (2 * rates["one"]) > 0.85
