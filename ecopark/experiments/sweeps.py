"""Running a study: from its description to its folder, and on from where it stopped.

What lives here: :func:`sweep`, the order of runs and the rule that ends them. What does not: how a chunk is
run (``work``, ``engine``) or kept (``store``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from ecopark.errors import DomainError, ResultsError
from ecopark.experiments.design import Point, design_table, lay_points, sample_cube
from ecopark.experiments.engine import (
    ENGINES,
    EngineName,
    check_shared_folder,
    dask_client,
    run_dask,
    run_serial,
)
from ecopark.experiments.models import Model, park_runs
from ecopark.experiments.results import StudyResults
from ecopark.experiments.statistics import is_precise
from ecopark.experiments.store import SCENARIO, Store
from ecopark.experiments.study import Study
from ecopark.experiments.study_check import check_folder, refuse_if_any
from ecopark.experiments.work import Done, Job, Part, RunSpec
from ecopark.scenario.located import Problems

_PACKAGES = ("ecopark", "mesa", "simpy", "numpy", "pandas", "numba", "pyarrow")
_MOST_PER_CHUNK = 1_000
_CHUNK_SECONDS = 0.75


@dataclass(frozen=True)
class Progress:
    """Where a study stands.

    Attributes
    ----------
    done, total : int
        Runs; those of an earlier start count as done. The total grows under a stopping rule.
    failed : int
        Runs that raised.
    resumed : int
        Runs found done at the start.
    """

    done: int
    total: int
    failed: int
    resumed: int


Watch = Callable[[Progress], None]


def sweep(
    study: Study | str | Path,
    engine: EngineName | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    folder: str | Path | None = None,
    *,
    retry_failed: bool = False,
    progress: Watch | None = None,
    dashboard: bool = False,
) -> StudyResults:
    """Run a study, or what is missing of it.

    Parameters
    ----------
    study : Study, str or path
        A study, its file, or the name of a shipped one.
    engine : {"local", "dask", "serial"}, optional
        ``local``: processes of this machine, started by Dask (the default). ``dask``: the scheduler at
        an address. ``serial``: this process, for debugging.
    workers : int, optional
        Processes of ``local``; one per core by default.
    scheduler : str, optional
        Address of a Dask scheduler; means ``dask``.
    folder : str or path, optional
        ``results/<study>`` by default. What stands there of the same study is not run again.
    retry_failed : bool
        Run chunks with failed runs again.
    progress : callable, optional
        Called with a :class:`Progress` after every chunk.
    dashboard : bool
        Show Dask's dashboard of ``local``.

    Returns
    -------
    StudyResults

    Raises
    ------
    StudyError
        With every mistake in the study, before the first run.
    ResultsError
        If the folder holds another study, cannot be written or has no room, or the cluster is not there.
    DomainError
        If engine, workers and scheduler do not go together.

    Examples
    --------
    >>> results = sweep("kalundborg/screening", workers=2)  # doctest: +SKIP
    >>> results.sensitivity("avoided_co2")  # doctest: +SKIP
    """
    chosen = _engine(engine, workers, scheduler)
    if not isinstance(study, Study):
        study = Study.load(study, folder)
    place = Path(folder or Path("results") / study.name)
    problems = Problems()
    check_folder(place, problems)
    refuse_if_any(problems)
    store = Store(place.resolve())
    with store.locked():
        cube = sample_cube(study)
        points = lay_points(study, cube)
        model = _model(study, store)
        chunk = _chunk(study, model)
        sample = None if cube is None else pd.DataFrame(cube, columns=[p.name for p in study.parameters])
        base = study.scenario.to_yaml() if study.scenario and not study.model else ""
        store.start(_manifest(study, chunk), design_table(study, points), sample, base)
        job = Job(store, model)
        again = set(store.failed_parts()) if retry_failed else set()
        with _opened(chosen, scheduler, workers, dashboard, job) as run_parts:
            _Sweep(study, store, points, chunk, progress, again).run(run_parts)
        store.tidy()
    return StudyResults(place)


def _engine(engine: EngineName | None, workers: int | None, scheduler: str | None) -> EngineName:
    chosen = engine or ("dask" if scheduler else "local")
    if chosen not in ENGINES:
        raise DomainError(f"engine must be one of {', '.join(ENGINES)}, found {chosen!r}")
    if (chosen == "dask") != (scheduler is not None):
        raise DomainError("engine 'dask' and the address of a scheduler go together; 'local' starts its own")
    if workers is not None and (chosen != "local" or workers < 1):
        raise DomainError("workers is a number of processes, 1 or more, of engine 'local'")
    return chosen


def _model(study: Study, store: Store) -> Model:
    """What is run: the study's own model, or its park read from the folder by every worker."""
    if study.model is not None:
        return study.model
    assert study.scenario is not None
    kept = study.outputs
    return park_runs(
        study.scenario, study.scenario_digest, store.folder / SCENARIO, until=study.until, summary=kept.summary,
        indicators=kept.indicators, scope=kept.scope, flows=kept.flows, whole_run=kept.whole_run,
        since=study.design.since,
    )  # fmt: skip


def _chunk(study: Study, model: Model) -> int:
    """Runs per chunk: the study's own number, or 0.75 s of work by the model's fixed estimate."""
    return study.chunk or max(1, min(_MOST_PER_CHUNK, round(_CHUNK_SECONDS / model.seconds())))


def _manifest(study: Study, chunk: int) -> dict[str, Any]:
    return {
        "name": study.name,
        "study": study.describe(),
        "chunk": chunk,
        "packages": {name: version(name) for name in _PACKAGES},
        "units": {p.name: p.unit for p in study.parameters},
        "text": study.text,
    }


Runner = Callable[[Sequence[Part]], Iterator[Done]]


@contextmanager
def _opened(
    engine: EngineName, scheduler: str | None, workers: int | None, dashboard: bool, job: Job
) -> Iterator[Runner]:
    """The engine as a function from chunks to what became of them; started only when first used."""
    if engine == "serial":
        yield lambda parts: run_serial(job, parts)
        return
    with ExitStack() as stack:
        opened: list[Any] = []

        def client() -> Any:
            # A study that is finished already starts no cluster.
            if not opened:
                opened.append(stack.enter_context(dask_client(scheduler, workers, dashboard)))
                if scheduler is not None:
                    check_shared_folder(opened[0], job)
            return opened[0]

        yield lambda parts: run_dask(job, parts, client())


class _Sweep:
    """The rounds of a study: the first replicates of all points, then more until the rule is met."""

    def __init__(
        self,
        study: Study,
        store: Store,
        points: list[Point],
        chunk: int,
        watch: Watch | None,
        again: set[int],
    ) -> None:
        self._study, self._store, self._points, self._chunk = study, store, points, chunk
        self._watch, self._again = watch, again
        self._overrides: Mapping[int, Mapping[str, Any]] = {p.number: p.overrides for p in points}
        self._done = self._failed = self._resumed = self._total = 0

    def run(self, run_parts: Runner) -> None:
        """Run every round."""
        first_run = first_part = replicate = 0
        while True:
            until = self._next(replicate)
            parts = self._parts(first_run, first_part, range(replicate, until))
            self._round(parts, run_parts)
            first_run += len(self._points) * (until - replicate)
            first_part += len(parts)
            replicate = until
            if self._is_enough(replicate):
                return

    def _next(self, replicate: int) -> int:
        most = self._study.stopping.most if self._study.stopping else self._study.replicates
        return min(replicate + self._study.replicates, most)

    def _is_enough(self, replicates: int) -> bool:
        rule = self._study.stopping
        if rule is None or replicates >= rule.most:
            return True
        runs = StudyResults(self._store.folder).runs
        if rule.output not in runs:
            known = ", ".join(name for name in runs.columns if name not in ("point", "replicate", "seed"))
            raise ResultsError(f"stopping.output: there is no output {rule.output!r}; the runs have {known}")
        return is_precise(runs, rule)

    def _parts(self, first_run: int, first_part: int, replicates: range) -> list[Part]:
        """Chunks of a round; replicates of a point stand together, since they share its scenario."""
        specs = [
            RunSpec(first_run + i * len(replicates) + j, point.number, k, self._study.seed + k)
            for i, point in enumerate(self._points)
            for j, k in enumerate(replicates)
        ]
        parts = []
        for number, at in enumerate(range(0, len(specs), self._chunk), start=first_part):
            runs = tuple(specs[at : at + self._chunk])
            parts.append(Part(number, runs, {spec.point: self._overrides[spec.point] for spec in runs}))
        return parts

    def _round(self, parts: list[Part], run_parts: Runner) -> None:
        there = self._store.done() - self._again
        missing = [part for part in parts if part.number not in there]
        self._total += sum(len(part.runs) for part in parts)
        found = sum(len(part.runs) for part in parts if part.number in there)
        bad = [
            part for part in self._store.failed_parts() if part in there and part in {p.number for p in parts}
        ]
        self._failed += sum(len(self._store.failures(part)) for part in bad)
        self._done += found
        self._resumed += found
        self._tell()
        if not missing:
            return
        for done in run_parts(missing):
            self._done += done.runs
            self._failed += done.failed
            self._tell()

    def _tell(self) -> None:
        if self._watch is not None:
            self._watch(Progress(self._done, self._total, self._failed, self._resumed))
