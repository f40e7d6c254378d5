"""Engines: who runs which chunk when. One process for debugging, Dask for everything else.

What lives here: the serial loop, Dask's cluster of this machine or of an address, and the loop that keeps
few tasks in flight. What does not: a scheduler; that is Dask's.

A task is one chunk or, where chunks turn out short, several: the files stay the same, only the number of
messages falls. When a worker is killed Dask runs its tasks elsewhere; when a chunk has killed several
workers its runs are written down as failed and the study goes on.
"""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from ecopark.errors import ResultsError
from ecopark.experiments.store import MANIFEST
from ecopark.experiments.work import Done, Job, Part, do_part, do_parts, give_up

EngineName = Literal["local", "dask", "serial"]
ENGINES: tuple[EngineName, ...] = ("local", "dask", "serial")
TASK_SECONDS = 0.75
_MOST_PARTS = 64
_AHEAD = 3
_PATIENCE_S = 60.0
_CONNECT_S = 20.0
# Of the C library: from which size on memory is asked of the system block by block, and how much free stays at hand.
_KEPT_ROOM = {"MALLOC_MMAP_THRESHOLD_": 32 * 2**20, "MALLOC_TRIM_THRESHOLD_": 64 * 2**20}


def run_serial(job: Job, parts: Sequence[Part]) -> Iterator[Done]:
    """Run chunks here, one by one.

    Yields
    ------
    Done
    """
    for part in parts:
        yield do_part(job, part)


@contextmanager
def dask_client(scheduler: str | None, workers: int | None, dashboard: bool = False) -> Iterator[Any]:
    """Client of a Dask cluster: the one at an address, or one started here for the time of the study.

    Parameters
    ----------
    scheduler : str or None
        Address such as ``tcp://10.0.0.5:8786``.
    workers : int or None
        Processes of the local cluster; one per core by default.
    dashboard : bool
        Show Dask's dashboard of the local cluster on port 8787.

    Raises
    ------
    ResultsError
        If the cluster cannot be reached or has no workers.
    """
    import dask
    from distributed import Client, LocalCluster

    if multiprocessing.parent_process() is not None and getattr(
        multiprocessing.current_process(), "_inheriting", False
    ):
        raise ResultsError(
            "put the call of sweep under 'if __name__ == \"__main__\":', as for every use of processes"
        )
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=_CONNECT_S)
        except (OSError, ValueError) as failure:
            raise ResultsError(f"there is no Dask scheduler at {scheduler}: {failure}") from failure
        try:
            _wait_for_workers(client, scheduler)
            yield client
        finally:
            client.close()
        return
    settings = {
        # Mesa sets the start method of the process on import: name the one that is meant.
        "distributed.worker.multiprocessing-method": "spawn",
        # A chunk whose worker died is tried alone before it is blamed, so Dask need not insist.
        "distributed.scheduler.allowed-failures": 1,
        # One run after the other takes the same room again: kept, it need not be given out page by page.
        **{f"distributed.nanny.pre-spawn-environ.{name}": size for name, size in _KEPT_ROOM.items()},
        # The profiler of the dashboard looks at the running code a hundred times a second.
        "distributed.worker.profile.enabled": dashboard,
    }
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=workers or multiprocessing.cpu_count(),
            threads_per_worker=1,
            processes=True,
            dashboard_address=":8787" if dashboard else ":0",
            scheduler_kwargs={"dashboard": dashboard},
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def _wait_for_workers(client: Any, scheduler: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_PATIENCE_S)
    except TimeoutError as failure:
        raise ResultsError(
            f"the scheduler at {scheduler} has had no worker for {_PATIENCE_S:.0f} s"
        ) from failure


def check_shared_folder(client: Any, job: Job) -> None:
    """Assert that every worker sees the study's folder: they write their chunks themselves.

    Raises
    ------
    ResultsError
        Naming the workers that do not.
    """
    wanted = (job.store.folder / MANIFEST).read_bytes()
    told = client.run(_read_manifest, str(job.store.folder / MANIFEST))
    blind = sorted(worker for worker, found in told.items() if found != wanted)
    if blind:
        raise ResultsError(
            f"{len(blind)} of {len(told)} workers do not see {job.store.folder} (first: {blind[0]}); "
            "give --out a folder on a disk they share, under the same path"
        )


def _read_manifest(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - sent to workers by value, needs nothing imported
            return file.read()
    except OSError:
        return b""


def run_dask(job: Job, parts: Sequence[Part], client: Any) -> Iterator[Done]:
    """Run chunks on Dask's workers, few tasks in flight.

    Parameters
    ----------
    job : Job
    parts : sequence of Part
    client : distributed.Client

    Yields
    ------
    Done

    Raises
    ------
    ResultsError
        If a chunk cannot be written; what runs is let go.
    """
    flight = _Flight(job, client)
    waiting, suspects = deque(parts), deque[Part]()
    try:
        while waiting or flight.tasks or suspects:
            while waiting and len(flight.tasks) < _AHEAD * flight.crew.size():
                flight.launch(tuple(waiting.popleft() for _ in range(min(flight.batch, len(waiting)))))
            if not flight.tasks:
                flight.launch((suspects.popleft(),), alone=True)
            done, killed, alone = flight.land()
            yield from done
            if alone and killed:
                yield give_up(job, killed[0], "every worker that ran this chunk was killed")
            else:
                # Which of the chunks a killed worker held was to blame is not known: each is tried alone.
                suspects.extend(killed)
    finally:
        client.cancel(list(flight.tasks))


class _Flight:
    """Tasks under way."""

    def __init__(self, job: Job, client: Any) -> None:
        from distributed import as_completed

        self._job, self._client = job, client
        self.crew = _Crew(client)
        self.batch = 1
        self.tasks: dict[Any, tuple[tuple[Part, ...], bool]] = {}
        self._finished = as_completed([], loop=client.loop)

    def launch(self, parts: tuple[Part, ...], alone: bool = False) -> None:
        """Send chunks to a worker as one task."""
        future = self._client.submit(do_parts, self._job, parts, pure=False)
        self.tasks[future] = parts, alone
        self._finished.add(future)

    def land(self) -> tuple[list[Done], tuple[Part, ...], bool]:
        """Wait for a task: what was done, what was not because its workers died, whether it was alone.

        Nothing of either where a task has to be done again.

        Raises
        ------
        ResultsError
            If a chunk cannot be written, or the scheduler is gone.
        """
        from distributed import KilledWorker

        future = next(self._finished)
        parts, alone = self.tasks.pop(future)
        if future.status == "finished":
            done: list[Done] = future.result()
            future.release()
            spent = sum(one.seconds for one in done) / len(done)
            self.batch = max(1, min(_MOST_PARTS, int(TASK_SECONDS / max(spent, 1e-6))))
            return done, (), alone
        if future.status in ("pending", "lost"):
            # Its worker died before the answer was fetched; Dask has it done again.
            self.tasks[future] = parts, alone
            self._finished.add(future)
            return [], (), alone
        failure = future.exception() if future.status == "error" else None
        if isinstance(failure, KilledWorker):
            return [], parts, alone
        if isinstance(failure, ResultsError):
            raise failure
        if failure is None:
            raise ResultsError("the scheduler is gone; start the study again: it goes on where it stopped")
        raise ResultsError(f"a worker failed outside any run: {failure!r}") from failure


class _Crew:
    """Number of workers, asked again now and then: a cluster may grow and shrink."""

    def __init__(self, client: Any) -> None:
        self._client, self._asked, self._size = client, float("-inf"), 1

    def size(self) -> int:
        """Threads of all workers, at least one."""
        if time.monotonic() - self._asked > 2.0:
            self._size = max(sum(self._client.nthreads().values()), 1)
            self._asked = time.monotonic()
        return self._size
