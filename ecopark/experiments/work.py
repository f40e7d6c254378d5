"""A worker's job: run a chunk, write its file, say only how many runs it held.

What lives here: what happens between the arrival of a chunk and its file. It is the same code for every
engine, so the bytes are the same. What does not: who runs which chunk when (``engine``).
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ecopark.errors import ResultsError
from ecopark.experiments.models import Model, Outcome
from ecopark.experiments.store import Store

COLUMNS = ("run", "point", "replicate", "seed", "period", "scope", "indicator", "value", "unit")


@dataclass(frozen=True)
class RunSpec:
    """One run: its number, point, replicate and run seed."""

    run: int
    point: int
    replicate: int
    seed: int


@dataclass(frozen=True)
class Part:
    """A chunk: runs that share a file.

    Attributes
    ----------
    number : int
    runs : tuple of RunSpec
    overrides : mapping of int to mapping
        Overrides of every point that occurs.
    """

    number: int
    runs: tuple[RunSpec, ...]
    overrides: Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True)
class Job:
    """What all chunks of a study share; small, it travels with each."""

    store: Store
    model: Model


@dataclass(frozen=True)
class Done:
    """What a worker says of a chunk.

    Attributes
    ----------
    part, runs, failed : int
    seconds : float
    size : int, byte
    """

    part: int
    runs: int
    failed: int
    seconds: float
    size: int


def do_parts(job: Job, parts: Sequence[Part]) -> list[Done]:
    """Run some chunks one after the other.

    Raises
    ------
    ResultsError
        If a chunk cannot be written. A run that raises does not stop anything.
    """
    return [do_part(job, part) for part in parts]


def do_part(job: Job, part: Part) -> Done:
    """Run a chunk and write its file."""
    began = time.perf_counter()
    job.store.check_room()
    rows: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    failures: list[dict[str, Any]] = []
    ledgers: list[pd.DataFrame] = []
    known: dict[int, Any] = {}
    for spec in part.runs:
        overrides = part.overrides[spec.point]
        try:
            if spec.point not in known:
                known.clear()
                known[spec.point] = job.model.variant(overrides)
            outcome = job.model.run(known[spec.point], spec.seed)
        except ResultsError:
            raise
        except Exception as failure:
            failures.append(_failure(spec, overrides, failure))
            continue
        _enter(rows, spec, outcome)
        if outcome.flows is not None:
            ledgers.append(outcome.flows.assign(run=spec.run))
    flows = pd.concat(ledgers, ignore_index=True) if ledgers else None
    size = job.store.write_part(part.number, rows, failures, flows)
    return Done(part.number, len(part.runs), len(failures), time.perf_counter() - began, size)


def give_up(job: Job, part: Part, reason: str) -> Done:
    """Write a chunk whose runs killed every worker that tried them."""
    failures = [_record(spec, part.overrides[spec.point], "WorkerDied", reason, reason) for spec in part.runs]
    size = job.store.write_part(part.number, {name: [] for name in COLUMNS}, failures, None)
    return Done(part.number, len(part.runs), len(part.runs), 0.0, size)


def _enter(rows: dict[str, list[Any]], spec: RunSpec, outcome: Outcome) -> None:
    count = len(outcome.rows)
    for name in ("run", "point", "replicate", "seed"):
        rows[name] += [getattr(spec, name)] * count
    for name, column in zip(COLUMNS[4:], zip(*outcome.rows, strict=True) if count else [()] * 5, strict=True):
        rows[name] += column


def _failure(spec: RunSpec, overrides: Mapping[str, Any], failure: Exception) -> dict[str, Any]:
    told = "".join(traceback.format_exception(failure))
    return _record(spec, overrides, type(failure).__name__, str(failure), told)


def _record(
    spec: RunSpec, overrides: Mapping[str, Any], error: str, message: str, told: str
) -> dict[str, Any]:
    return {
        "run": spec.run,
        "point": spec.point,
        "replicate": spec.replicate,
        "seed": spec.seed,
        "overrides": dict(overrides),
        "error": error,
        "message": message,
        "traceback": told,
    }
