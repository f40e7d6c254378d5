"""Runs in worker processes, with a queue: what many visitors ask for at once.

What lives here: :class:`Pool`, the queue, and what a visitor may know of a job. What does not: what a worker does
(``work``), who the visitors are (``sessions``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from ecopark.app.park import Draft
from ecopark.run import Run

Phase = Literal["queued", "running", "done", "failed", "cancelled"]
OVER: tuple[Phase, ...] = ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Growth:
    """An exchange that began or ended while a run goes on.

    Attributes
    ----------
    date : datetime.date
    exchange : str
        Identifier, as in the table of synergies.
    resource, giver, taker : str
    change : {"started", "ended"}
    """

    date: date
    exchange: str
    resource: str
    giver: str
    taker: str
    change: Literal["started", "ended"]


@dataclass(frozen=True)
class JobState:
    """What is known of a job.

    Attributes
    ----------
    id : str
        Cannot be guessed.
    phase : {"queued", "running", "done", "failed", "cancelled"}
    place_in_queue : int
        1 for the next one; 0 where it no longer waits.
    fraction : float, 1
        Of the periods, 0 to 1.
    date : datetime.date or None
        In the run; None before it began.
    growth : tuple of Growth
        So far, by date.
    message : str
        A sentence for the visitor: where it stands, or why it failed.
    """

    id: str
    phase: Phase
    place_in_queue: int = 0
    fraction: float = 0.0
    date: date | None = None
    growth: tuple[Growth, ...] = ()
    message: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.phase in OVER


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
    """

    def __init__(
        self, workers: int, folder: Path | None = None, *, most_waiting: int = 24, most_kept: int = 24
    ) -> None:
        raise NotImplementedError

    def submit(self, draft: Draft, owner: str) -> str:
        """Put a run in the queue and return its identifier.

        Raises
        ------
        ScenarioError
            If the draft cannot be run.
        DomainError
            If the owner has too many waiting, or the pool is closed.
        """
        raise NotImplementedError

    def state(self, job: str, owner: str) -> JobState:
        """Where a job stands.

        Raises
        ------
        DomainError
            If this owner has no such job.
        """
        raise NotImplementedError

    def states(self, owner: str) -> list[JobState]:
        """All jobs of an owner that are remembered, the oldest first."""
        raise NotImplementedError

    def cancel(self, job: str, owner: str) -> JobState:
        """Give a job up, waiting or running; nothing happens to one that is over.

        Raises
        ------
        DomainError
            If this owner has no such job.
        """
        raise NotImplementedError

    def result(self, job: str, owner: str) -> Run:
        """The finished run.

        Raises
        ------
        DomainError
            If this owner has no such job, it is not done, or its result has been let go.
        """
        raise NotImplementedError

    def waiting(self) -> int:
        """How many jobs of all owners wait."""
        raise NotImplementedError

    def close(self) -> None:
        """End the workers and remove the private folder."""
        raise NotImplementedError
