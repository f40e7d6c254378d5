"""A job: what the pool knows of it, and what its owner is told.

What lives here: the record of a job and its sentences. What does not: the queue (``jobs``).
"""

from __future__ import annotations

from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from ecopark.app.work import Growth, Listener, Told
from ecopark.errors import EcoparkError
from ecopark.scenario import Scenario

Phase = Literal["queued", "running", "done", "failed", "cancelled"]
OVER: tuple[Phase, ...] = ("done", "failed", "cancelled")
KILLED = (
    "The process that ran this park was ended from outside, perhaps because memory ran out. "
    "The park is unchanged: press Run again."
)


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
        So far, in the order in which it happened.
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


@dataclass(eq=False)
class Job:
    """A job as the pool knows it."""

    id: str
    owner: str
    number: int
    seed: int
    until: str | None
    folder: Path
    listener: Listener
    scenario: Scenario | None
    phase: Phase = "queued"
    message: str = ""
    fraction: float = 0.0
    date: date | None = None
    growth: list[Growth] = field(default_factory=list)

    def hear(self, told: Told) -> None:
        """Take note of what the worker told."""
        self.fraction, self.date = told.fraction, told.date
        self.growth += told.growth

    def end(self, phase: Phase, message: str) -> None:
        """Nothing more happens to it, and nothing is needed any more to run it."""
        self.phase, self.message, self.scenario = phase, message, None


def say_where(job: Job, place: int) -> str:
    """Where a job that is not over stands."""
    if job.phase == "queued":
        before = "You are next." if place == 1 else f"{place - 1} run{'s' if place > 2 else ''} before yours."
        return f"Waiting. {before}"
    return "Starting." if job.date is None else f"Running: {job.date:%Y}."


def outcome_of(future: Future[Any]) -> tuple[Phase, str]:
    """Phase and sentence of a future that is done."""
    try:
        future.result()
    except (CancelledError, BrokenProcessPool):
        return "failed", KILLED
    except EcoparkError as failure:
        return "failed", f"This park could not be run. {failure}"
    except Exception as failure:
        return "failed", f"The run stopped by an error of the program ({type(failure).__name__}: {failure})."
    return "done", "Finished."
