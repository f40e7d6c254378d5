"""Commands on layouts: search for a better one.

What lives here: ``ecopark layout``. What does not: the search (``planning.layouts.finding``).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecopark.commands.shared import add_changes, add_engine, count, keep_result, read_changes, whole_number

if TYPE_CHECKING:
    from ecopark.planning.layouts.finding import Standing


def add_commands(added: Any) -> None:
    """Add ``layout`` to the parser."""
    layout = added.add_parser("layout", help="search for better plots of the firms that may move")
    layout.add_argument("scenario", help="folder, YAML file or name of a shipped scenario")
    layout.add_argument(
        "--objective", choices=("possible", "emergent"), default="possible",
        help="rank layouts by what they make worth while (default), or by what emerges in runs",
    )  # fmt: skip
    layout.add_argument("--best", type=count, default=3, metavar="K", help="layouts wanted (default 3)")
    layout.add_argument(
        "--replicates", type=whole_number, default=10, metavar="N",
        help="runs of each layout and of the present one, with the same luck (default 10; 0 for none)",
    )  # fmt: skip
    layout.add_argument("--seed", type=whole_number, default=1, help="of the first replicate (default 1)")
    layout.add_argument(
        "--starts", type=count, default=200, metavar="N",
        help="descents, where layouts are too many to value all (default 200)",
    )  # fmt: skip
    layout.add_argument(
        "--candidates", type=count, metavar="N",
        help="layouts run for the objective 'emergent' (default four times --best)",
    )  # fmt: skip
    add_changes(layout)
    layout.add_argument("--out", type=Path, help="results folder (default results/layout/SCENARIO)")
    layout.add_argument("--no-figures", action="store_true", help="write tables and scenarios only")
    add_engine(layout)
    layout.set_defaults(command=_layout)


def _layout(options: argparse.Namespace) -> int:
    from ecopark.planning.layouts.finding import search_layouts
    from ecopark.report.layout_console import layout_tables
    from ecopark.report.study_console import watch
    from ecopark.scenario import Scenario

    scenario = Scenario.load(options.scenario, read_changes(options.changes))
    folder = options.out or Path("results") / "layout" / scenario.name
    with nullcontext() if options.quiet else _show_search(scenario.name) as progress:
        running = None if options.quiet else _Watch(scenario.name, watch)
        try:
            search = search_layouts(
                scenario, options.objective, options.best, options.replicates, options.seed,
                starts=options.starts, candidates=options.candidates, engine=options.engine, workers=options.workers,
                scheduler=options.scheduler, folder=folder, retry_failed=options.retry_failed,
                progress=progress, watch=running,
            )  # fmt: skip
        finally:
            if running is not None:
                running.close()
    return keep_result(search, folder / "layouts", layout_tables, options)


class _Watch:
    """The bar of the runs, there from the first of them on."""

    def __init__(self, name: str, watch: Callable[[str], Any]) -> None:
        self._name, self._watch = name, watch
        self._bar: Any = None
        self._show: Any = None

    def __call__(self, standing: Any) -> None:
        if self._bar is None:
            self._bar = self._watch(f"{self._name}: runs")
            self._show = self._bar.__enter__()
        self._show(standing)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.__exit__(None, None, None)


@contextmanager
def _show_search(name: str) -> Iterator[Callable[[Standing], None]]:
    """A bar on a terminal for valuing and searching, one line each in a log."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[best]}"), TimeElapsedColumn(),
    )  # fmt: skip
    bar = Progress(*columns, console=console, disable=not console.is_terminal)
    tasks: dict[str, Any] = {}

    def show(standing: Standing) -> None:
        words = {"valuing": "valuing pairs of streams", "searching": "searching layouts"}[standing.step]
        if standing.step not in tasks:
            bar.start()
            tasks[standing.step] = bar.add_task(f"{name}: {words}", total=standing.total, best="")
        best = f"best {standing.best:,.0f} a year" if standing.step == "searching" else ""
        bar.update(tasks[standing.step], completed=standing.done, total=standing.total, best=best)
        if standing.done == standing.total:
            if not console.is_terminal:
                console.print(f"{name}: {words}, {standing.total} done {best}".rstrip(), highlight=False)
            elif standing.step == "searching":
                bar.stop()

    try:
        yield show
    finally:
        bar.stop()
