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
