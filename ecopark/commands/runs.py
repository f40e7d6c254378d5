"""Commands on one scenario: run it, check it.

What lives here: ``ecopark run`` and ``ecopark check``. What does not: many runs (``studies``).
"""

from __future__ import annotations

import argparse
import time
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecopark.commands.shared import add_changes, read_changes, whole_number

if TYPE_CHECKING:
    from ecopark.run import Run
    from ecopark.scenario import Scenario


def add_commands(added: Any) -> None:
    """Add ``run`` and ``check`` to the parser."""
    run = added.add_parser("run", help="run a scenario once; table, tables as Parquet, figures")
    run.add_argument("scenario", help="folder, YAML file or name of a shipped scenario")
    run.add_argument("--seed", type=whole_number, default=1, help="random seed, 0 or larger (default 1)")
    run.add_argument("--until", metavar="YYYY[-MM]", help="stop after this year or month")
    add_changes(run)
    run.add_argument("--reference", action="store_true", help="the same park and luck with no exchange")
    run.add_argument("--out", type=Path, help="results folder (default results/SCENARIO/RUN)")
    run.add_argument(
        "--formats", type=_formats, default=("png", "svg"), metavar="LIST",
        help="formats of the figures, of png,svg,pdf (default png,svg)",
    )  # fmt: skip
    run.add_argument(
        "--animate",
        type=Path,
        metavar="FILE",
        help="also save the network in motion; FILE ends in .gif or .mp4",
    )
    run.add_argument("--no-figures", action="store_true", help="write tables only")
    run.add_argument("--quiet", action="store_true", help="no progress bar, no closing table")
    run.set_defaults(command=_run)

    check = added.add_parser("check", help="validate a scenario; run nothing")
    check.add_argument("scenario", help="folder, YAML file or name of a shipped scenario")
    add_changes(check)
    check.set_defaults(command=_check)


def _formats(text: str) -> tuple[str, ...]:
    """Formats of figures, parted by commas, each once."""
    found = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    known = ("png", "svg", "pdf")
    if not found or not set(found) <= set(known):
        raise argparse.ArgumentTypeError(
            f"expected some of {', '.join(known)}, parted by commas, found {text!r}"
        )
    return found


def _run(options: argparse.Namespace) -> int:
    from ecopark.scenario import Scenario
    from ecopark.simulate import simulate

    if options.animate is not None:
        from ecopark.report.movie import check_movie

        # Before the run: who mistypes an ending should not wait for it.
        check_movie(options.animate)
    changes = read_changes(options.changes)
    if options.reference:
        changes["mechanisms.trading"] = "false"
    scenario = Scenario.load(options.scenario, changes)
    started = time.perf_counter()
    quiet = options.quiet
    run = simulate(scenario, options.seed, options.until) if quiet else _with_progress(scenario, options)
    simulated = time.perf_counter() - started
    folder = options.out or Path("results") / run.name / _run_name(options, changes)
    run.save(folder, figures=False if options.no_figures else options.formats)
    if options.animate is not None:
        run.plot.animate(options.animate)
    if not options.quiet:
        _report(run, folder, simulated, time.perf_counter() - started - simulated)
    return 0


def _with_progress(scenario: Scenario, options: argparse.Namespace) -> Run:
    """Simulate under a bar that shows the simulated year."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from ecopark.simulate import simulate

    columns = (
        TextColumn(f"{scenario.name}"),
        BarColumn(),
        TextColumn("{task.fields[year]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("run", total=None, year="")

        def show(when, done: int, total: int) -> None:  # type: ignore[no-untyped-def]
            if when.month == 12 or done == total:
                bar.update(task, completed=done, total=total, year=str(when.year))

        return simulate(scenario, options.seed, options.until, progress=show)


def _run_name(options: argparse.Namespace, changes: dict[str, str]) -> str:
    """Name of the run's folder: what makes it differ from the plain run of the scenario."""
    others = {path: value for path, value in changes.items() if path != "mechanisms.trading"}
    parts = [f"seed{options.seed}"]
    parts += ["reference"] if options.reference else []
    parts += [f"until-{options.until}"] if options.until else []
    if others:
        parts.append("set-" + sha256(repr(sorted(others.items())).encode()).hexdigest()[:8])
    return "-".join(parts)


def _report(run: Run, folder: Path, simulated: float, written: float) -> None:
    from rich.console import Console

    from ecopark.report.summary import closing_table
    from ecopark.report.tables import RunTables

    console = Console()
    tables = RunTables.of(run)
    console.print(closing_table(tables, run.currency))
    console.print(f"simulated in {simulated:.1f} s, written in {written:.1f} s")
    console.print(f"tables and figures: {folder}", soft_wrap=True, highlight=False)


def _check(options: argparse.Namespace) -> int:
    from ecopark.scenario import Scenario
    from ecopark.simulate import check_rules

    scenario = Scenario.load(options.scenario, read_changes(options.changes))
    check_rules(scenario)
    park = scenario.park
    ports = sum(len(p.in_) + len(p.out) for firm in park.firms.values() for p in firm.processes.values())
    numbers = list(scenario.numbers())
    unchecked = sum(1 for _, quantity in numbers if quantity.mark == "M")
    print(
        f"{scenario.name}: no problems. {len(park.firms)} firms, {ports} streams, {len(park.resources)} resources, "
        f"{park.time.start:%Y-%m} to {park.time.end:%Y-%m}; {len(numbers)} numbers, {unchecked} of them unchecked [M]"
    )
    return 0
