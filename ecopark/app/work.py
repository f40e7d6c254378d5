"""What a worker process does: warm up, run one park, tell how far it is.

What lives here: the worker's side, and the file through which it tells. What does not: the queue (``jobs``).

A worker tells through a file of its own, one line of JSON at a time: where it is killed, nobody else's lines and
no lock are lost with it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from ecopark.agents.turns import Turn
from ecopark.errors import EcoparkError
from ecopark.scenario import Scenario
from ecopark.simulate import simulate

PROGRESS, CANCEL, RESULT = "progress.jsonl", "cancel", "run"
_EVERY_S = 0.05
# Enough periods to load every compiled function that a run calls.
_WARM_UNTIL = "1959-03"


class CancelledRunError(EcoparkError):
    """The visitor gave the run up."""


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
class Told:
    """One line of a worker.

    Attributes
    ----------
    fraction : float, 1
        Of the periods.
    date : datetime.date
        In the run.
    growth : tuple of Growth
        New since the line before.
    """

    fraction: float
    date: date
    growth: tuple[Growth, ...]


def warm() -> None:
    """Load the compiled kernels and everything a run imports, by a run of three months."""
    simulate(Scenario.load("kalundborg"), 1, _WARM_UNTIL)


def run_park(scenario: Scenario, seed: int, until: str | None, folder: Path, slow_s: float = 0.0) -> int:
    """Run one park and leave its tables in a folder.

    Parameters
    ----------
    scenario : Scenario
    seed : int
    until : str or None
    folder : pathlib.Path
        Of the job: progress is told there, the run is left there, a file named `CANCEL` ends it.
    slow_s : float, s
        Wait after every period, so that tests can do something meanwhile.

    Returns
    -------
    int
        Number of the process.

    Raises
    ------
    CancelledRunError
        If it was given up.
    """
    teller = _Teller(folder, slow_s)
    try:
        run = simulate(scenario, seed, until, teller.progress, teller.watch)
    finally:
        teller.close()
    run.save(folder / RESULT)
    return os.getpid()


class _Teller:
    """Writes lines, not too many, and looks whether the visitor still wants the run."""

    def __init__(self, folder: Path, slow_s: float) -> None:
        self._cancel, self._slow_s = folder / CANCEL, slow_s
        self._file = (folder / PROGRESS).open("a", encoding="utf-8", buffering=1)
        self._news: list[Turn] = []
        self._last = float("-inf")
        self._write({"process": os.getpid()})

    def watch(self, news: list[Turn]) -> None:
        """Take note of exchanges that began or ended."""
        self._news += news

    def progress(self, when: date, done: int, todo: int) -> None:
        """Tell how far the run is, now and then and at the end."""
        if self._cancel.exists():
            raise CancelledRunError("The run was given up.")
        if self._slow_s:
            time.sleep(self._slow_s)
        now = time.monotonic()
        if done < todo and now - self._last < _EVERY_S:
            return
        turns = [[str(t.date), t.synergy, t.resource, t.giver, t.taker, t.change] for t in self._news]
        self._write({"date": str(when), "fraction": done / todo, "turns": turns})
        self._news, self._last = [], now

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")


class Listener:
    """Reads what a worker tells, line by line, from where it stopped.

    Parameters
    ----------
    folder : pathlib.Path
        Of the job.
    """

    def __init__(self, folder: Path) -> None:
        self._path, self._offset = folder / PROGRESS, 0
        self.process: int | None = None

    def read(self, hear: Callable[[Told], None]) -> None:
        """Hand on every new whole line; the number of the process is kept in `process`."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                told = file.read()
        except FileNotFoundError:
            return
        # A line half written is read the next time.
        whole = told[: told.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            said = json.loads(line)
            if "process" in said:
                self.process = int(said["process"])
                continue
            growth = tuple(Growth(date.fromisoformat(day), *rest) for day, *rest in said["turns"])
            hear(Told(float(said["fraction"]), date.fromisoformat(said["date"]), growth))
