"""Runs in worker processes, with a queue: what many visitors ask for at once.

What lives here: :class:`Pool` and the queue. What does not: what is known of a job (``job``), processes (``workers``)
and what they do (``work``), who the visitors are (``sessions``).

Who has few jobs ahead of one is served first, so that nobody who asks for twenty runs keeps a class waiting.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import OrderedDict
from concurrent.futures import Future
from pathlib import Path
from secrets import token_urlsafe
from threading import RLock, Timer
from typing import Any

from ecopark.app.job import OVER, Job, JobState, Phase, outcome_of, say_where
from ecopark.app.park import Draft
from ecopark.app.work import CANCEL, RESULT, Growth, Listener, run_park, warm
from ecopark.app.workers import Worker, end_process
from ecopark.errors import DomainError
from ecopark.run import Run

__all__ = ["OVER", "Growth", "JobState", "Phase", "Pool"]

# Time a worker has to notice that its run was given up before it is ended.
_GRACE_S = 5.0
_IN_MEMORY = 8


class Pool:
    """Worker processes and the queue before them. Thread safe.

    Parameters
    ----------
    workers : int
        Processes; they are started and warmed at once, without waiting for them.
    folder : pathlib.Path, optional
        Where a private folder for results is made; the system's place for temporary files by default.
    most_waiting : int
        Jobs one owner may have waiting.
    most_kept : int
        Results kept of one owner, and of all together ten times as many; the oldest are let go.
    slow_s : float, s
        Wait after every period of a run, for tests.
    """

    def __init__(
        self,
        workers: int,
        folder: Path | None = None,
        *,
        most_waiting: int = 24,
        most_kept: int = 24,
        slow_s: float = 0.0,
    ) -> None:
        self._most_waiting, self._most_kept = most_waiting, most_kept
        self._slow_s = slow_s
        self._folder = Path(tempfile.mkdtemp(prefix="ecopark-page-", dir=folder))
        self._lock = RLock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._count, self._closed = 0, False
        # A worker is free if no job is noted here, forgotten ones among them.
        self._running: dict[Worker, Job] = {}
        self._workers = [Worker(warm) for _ in range(max(workers, 1))]

    # ------------------------------------------------------------------ what visitors ask
    def submit(self, draft: Draft, owner: str) -> str:
        """Put a run in the queue.

        Parameters
        ----------
        draft : Draft
        owner : str
            Whose it is: nobody else sees it.

        Returns
        -------
        str
            Identifier of the job.

        Raises
        ------
        ScenarioError
            If the draft cannot be run.
        DomainError
            If the owner has too many waiting, or the pool is closed.
        """
        scenario = draft.scenario()
        with self._lock:
            if self._closed:
                raise DomainError("The server is closing; nothing more is run.")
            mine = [job for job in self._jobs.values() if job.owner == owner and job.phase == "queued"]
            if len(mine) >= self._most_waiting:
                raise DomainError(f"{len(mine)} of your runs wait already; let some finish, or cancel them.")
            name = token_urlsafe(16)
            place = self._folder / name
            place.mkdir()
            self._count += 1
            job = Job(name, owner, self._count, draft.seed, draft.until, place, Listener(place), scenario)
            self._jobs[name] = job
            self._dispatch()
            return name

    def state(self, job: str, owner: str) -> JobState:
        """Where a job stands.

        Parameters
        ----------
        job, owner : str

        Returns
        -------
        JobState

        Raises
        ------
        DomainError
            If this owner has no such job.
        """
        with self._lock:
            return self._state(self._find(job, owner))

    def states(self, owner: str) -> list[JobState]:
        """All jobs of an owner that are remembered, the oldest first."""
        with self._lock:
            return [self._state(job) for job in self._jobs.values() if job.owner == owner]

    def cancel(self, job: str, owner: str) -> JobState:
        """Give a job up, waiting or running; nothing happens to one that is over.

        Parameters
        ----------
        job, owner : str

        Returns
        -------
        JobState

        Raises
        ------
        DomainError
            If this owner has no such job.
        """
        with self._lock:
            found = self._find(job, owner)
            if found.phase in OVER:
                return self._state(found)
            was_running = found.phase == "running"
            found.listener.read(found.hear)
            found.end("cancelled", "You cancelled this run.")
            if was_running:
                (found.folder / CANCEL).touch()
                # A worker looks after every period; one that hangs in between is ended.
                timer = Timer(_GRACE_S, self._end, (found,))
                timer.daemon = True
                timer.start()
            else:
                shutil.rmtree(found.folder, ignore_errors=True)
            return self._state(found)

    def result(self, job: str, owner: str) -> Run:
        """The finished run.

        Parameters
        ----------
        job, owner : str

        Returns
        -------
        Run

        Raises
        ------
        DomainError
            If this owner has no such job, it is not done, or its result has been let go.
        """
        with self._lock:
            found = self._find(job, owner)
            if found.phase != "done":
                raise DomainError(f"This run is not finished: {self._state(found).message}")
            if job in self._runs:
                self._runs.move_to_end(job)
                return self._runs[job]
        run = Run.load(found.folder / RESULT)
        with self._lock:
            self._runs[job] = run
            while len(self._runs) > _IN_MEMORY:
                self._runs.popitem(last=False)
        return run

    def forget(self, owner: str) -> None:
        """Give up and remove everything of an owner."""
        with self._lock:
            for job in [job for job in self._jobs.values() if job.owner == owner]:
                self.cancel(job.id, owner)
                self._let_go(job)

    def waiting(self) -> int:
        """How many jobs of all owners wait."""
        with self._lock:
            return len(self._line())

    def processes(self) -> dict[str, int]:
        """Number of the process of every job that runs, by job."""
        with self._lock:
            running = [job for job in self._jobs.values() if job.phase == "running"]
            for job in running:
                job.listener.read(job.hear)
            return {job.id: job.listener.process for job in running if job.listener.process is not None}

    def close(self) -> None:
        """End the workers and remove the private folder."""
        with self._lock:
            self._closed = True
            for job in self._jobs.values():
                if job.phase not in OVER:
                    job.end("cancelled", "The server was closed.")
            running = list(self._running.values())
        for worker in self._workers:
            worker.close()
        for job in running:
            self._end(job)
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------ the queue
    def _find(self, job: str, owner: str) -> Job:
        found = self._jobs.get(job)
        if found is None or found.owner != owner:
            raise DomainError("There is no such run; it may have been let go. Press Run again.")
        return found

    def _line(self) -> list[Job]:
        """Jobs that wait, in the order in which they will be taken if nobody else comes."""
        ahead: dict[str, int] = {}
        keyed: list[tuple[int, int, Job]] = []
        for job in self._jobs.values():
            if job.phase in ("queued", "running"):
                rank = ahead.get(job.owner, 0)
                ahead[job.owner] = rank + 1
                if job.phase == "queued":
                    keyed.append((rank, job.number, job))
        return [job for _, _, job in sorted(keyed, key=lambda entry: entry[:2])]

    def _dispatch(self) -> None:
        """Hand waiting jobs to free workers; an owner has one running at most."""
        owners = {job.owner for job in self._running.values()}
        free = [worker for worker in self._workers if worker not in self._running]
        for job in self._line():
            if self._closed or not free:
                return
            if job.owner not in owners:
                owners.add(job.owner)
                self._start(job, free.pop(0))

    def _start(self, job: Job, worker: Worker) -> None:
        job.phase = "running"
        self._running[worker] = job
        future = worker.start(run_park, job.scenario, job.seed, job.until, job.folder, self._slow_s)
        future.add_done_callback(lambda future: self._land(worker, job, future))

    def _end(self, job: Job) -> None:
        """End the process of a job that is given up, if it runs it still."""
        with self._lock:
            if job in self._running.values():
                job.listener.read(job.hear)
                end_process(job.listener.process)

    def _land(self, worker: Worker, job: Job, future: Future[Any]) -> None:
        """A worker is through with a job, one way or the other."""
        with self._lock:
            del self._running[worker]
            if self._closed:
                return
            worker.over(future)
            job.listener.read(job.hear)
            if job.phase == "running":
                phase, message = outcome_of(future)
                job.end(phase, message)
            if job.phase != "done":
                shutil.rmtree(job.folder, ignore_errors=True)
            self._bound(job.owner)
            self._dispatch()

    def _bound(self, owner: str) -> None:
        """Let the oldest results go."""
        over = [job for job in self._jobs.values() if job.phase in OVER]
        mine = [job for job in over if job.owner == owner]
        excess = {job.id: job for job in mine[: max(len(mine) - self._most_kept, 0)]}
        excess |= {job.id: job for job in over[: max(len(over) - 10 * self._most_kept, 0)]}
        for job in excess.values():
            self._let_go(job)

    def _let_go(self, job: Job) -> None:
        self._jobs.pop(job.id, None)
        self._runs.pop(job.id, None)
        # A worker that has not noticed yet still writes there; its folder goes when it lands.
        if job not in self._running.values():
            shutil.rmtree(job.folder, ignore_errors=True)

    def _state(self, job: Job) -> JobState:
        if job.phase == "running":
            job.listener.read(job.hear)
        place = self._line().index(job) + 1 if job.phase == "queued" else 0
        message = job.message or say_where(job, place)
        growth = tuple(job.growth)
        return JobState(job.id, job.phase, place, job.fraction, job.date, growth, message)
