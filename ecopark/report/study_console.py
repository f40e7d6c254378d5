"""A study on the console: the bar while it runs, the table when it is done.

What does not live here: running a study or computing anything (``experiments``); both arrive as plain
numbers and tables.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ecopark.report.numbers import scale_of

_MOST_ROWS = 30
_STEP = 0.05


class Standing(Protocol):
    """Where a study stands, in runs."""

    @property
    def done(self) -> int:
        """Done, resumed ones included."""

    @property
    def total(self) -> int:
        """To do in all."""

    @property
    def failed(self) -> int:
        """Raised."""

    @property
    def resumed(self) -> int:
        """Done before this start."""


@contextmanager
def watch(name: str, console: Console | None = None) -> Iterator[Callable[[Standing], None]]:
    """Show where a study stands: a bar on a terminal, a line per 5 % in a log.

    Parameters
    ----------
    name : str
        Of the study.
    console : rich.console.Console, optional
        Standard error by default.

    Yields
    ------
    callable
        To be called with the standing after every chunk.
    """
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(name, console)
        return
    columns = (
        TextColumn(name),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("[red]{task.fields[failed]}"),
    )
    with Progress(*columns, console=console, speed_estimate_period=120) as bar:
        task = bar.add_task("study", total=None, rate="", failed="")

        def show(standing: Standing) -> None:
            speed = bar.tasks[0].speed
            bar.update(
                task,
                completed=standing.done,
                total=standing.total,
                rate=_rate(speed),
                failed=_failed(standing),
            )

        yield show


class _Lines:
    """A line of text now and then, for logs."""

    def __init__(self, name: str, console: Console) -> None:
        self._name, self._console = name, console
        self._began, self._last = time.monotonic(), -1.0

    def __call__(self, standing: Standing) -> None:
        share = standing.done / max(standing.total, 1)
        if share < 1.0 and share < self._last + _STEP:
            return
        self._last = share
        spent = time.monotonic() - self._began
        fresh = standing.done - standing.resumed
        speed = fresh / spent if fresh and spent > 0 else None
        left = (
            f", about {(standing.total - standing.done) / speed:.0f} s left" if speed and share < 1.0 else ""
        )
        failed = _failed(standing)
        told = f"{self._name}: {standing.done:,} of {standing.total:,} runs {_rate(speed)}{left}"
        self._console.print(told + (f", {failed}" if failed else ""), soft_wrap=True, highlight=False)


def _rate(speed: float | None) -> str:
    return "" if not speed else f"{speed:.1f} runs/s" if speed >= 1 else f"{1 / speed:.1f} s/run"


def _failed(standing: Standing) -> str:
    return f"{standing.failed:,} failed" if standing.failed else ""


def study_table(title: str, between: str, table: pd.DataFrame, units: dict[str, str]) -> Table:
    """Means or paired differences of a study as a table for the console.

    Parameters
    ----------
    title : str
    between : str
        What lies between ``low`` and ``high``, e.g. ``95 % interval``.
    table : pandas.DataFrame
        ``label``, ``output``, ``mean``, ``low``, ``high``, ``replicates``, ``missing``; as ``results.compare()`` gives.
    units : dict of str to str
        Unit of every output.

    Returns
    -------
    rich.table.Table
    """
    shown = Table(title=title, title_justify="left")
    for name in ("point", "output", "mean", between, "runs"):
        shown.add_column(name, justify="left" if name in ("point", "output") else "right", overflow="fold")
    rows = table.sort_values("point", kind="stable").head(_MOST_ROWS)
    numbers = rows[["mean", "low", "high"]].to_numpy(dtype=float).tolist()
    counts = rows[["replicates", "missing"]].to_numpy(dtype=int).tolist()
    for row, ends, (having, lacking) in zip(rows.itertuples(), numbers, counts, strict=True):
        largest = max((abs(value) for value in ends if math.isfinite(value)), default=0.0)
        unit = units.get(str(row.output), "")
        divisor, unit = (1.0, "") if unit in ("", "1", "count") else scale_of(largest, unit)
        mean, low, high = (f"{value / divisor:.3g}" if math.isfinite(value) else "" for value in ends)
        output = f"{row.output}, {unit}" if unit else str(row.output)
        span = f"{low} to {high}" if low else ""
        runs = f"{having} of {having + lacking}" if lacking else str(having)
        shown.add_row(str(row.label or row.point), output, mean, span, runs)
    if len(table) > _MOST_ROWS:
        shown.caption = f"{len(table) - _MOST_ROWS:,} more rows"
    return shown
