"""The command line: thin. Every command is one function that calls the library.

Heavy modules are imported inside the commands, so that ``ecopark --help`` starts at once.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecopark.arguments import build_parser
from ecopark.errors import EcoparkError, ScenarioError

if TYPE_CHECKING:
    from ecopark.run import Run
    from ecopark.scenario import Scenario


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the shell by default.

    Returns
    -------
    int
        0 if all went well, 2 for a mistake in what the user wrote, 1 for a failure of the
        program, 130 if interrupted.
    """
    commands = {
        "run": _run, "check": _check, "library": _library, "new": _new, "sweep": _sweep, "hindcast": _hindcast,
        "calibrate": _calibrate, "ablation": _ablation,
    }  # fmt: skip
    options = build_parser(commands).parse_args(arguments)
    try:
        status: int = options.command(options)
    except ScenarioError as mistake:
        print(mistake, file=sys.stderr)
        return 2
    except EcoparkError as failure:
        print(f"ecopark: {failure}", file=sys.stderr)
        return 2 if isinstance(failure, ValueError) else 1
    except BrokenPipeError:
        # The reader of our output has gone (``ecopark library | head``): that is no failure.
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        resumes = options.command in (_sweep, _hindcast, _calibrate, _ablation)
        what = "start it again to go on" if resumes else "nothing was written"
        print(f"ecopark: interrupted; {what}", file=sys.stderr)
        return 130
    return status


def _changes(pairs: Sequence[str]) -> dict[str, str]:
    """Overrides of ``--set path=value``."""
    from ecopark.errors import Problem

    wrong = [pair for pair in pairs if "=" not in pair or not pair.split("=")[0].strip()]
    if wrong:
        message = "expected path=value such as policy.carbon_price='300 DKK/t'"
        raise ScenarioError([Problem(f"--set {pair}", 0, "", message) for pair in wrong])
    return {path.strip(): value.strip() for path, _, value in (pair.partition("=") for pair in pairs)}


# --------------------------------------------------------------------------- run
def _run(options: argparse.Namespace) -> int:
    from ecopark.scenario import Scenario
    from ecopark.simulate import simulate

    changes = _changes(options.changes)
    if options.reference:
        changes["mechanisms.trading"] = "false"
    scenario = Scenario.load(options.scenario, changes)
    started = time.perf_counter()
    quiet = options.quiet
    run = simulate(scenario, options.seed, options.until) if quiet else _with_progress(scenario, options)
    simulated = time.perf_counter() - started
    folder = options.out or Path("results") / run.name / _run_name(options, changes)
    run.save(folder, figures=not options.no_figures)
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
    tables = RunTables(run.firms, run.flows, run.synergies, run.indicators, run.resources)
    console.print(closing_table(tables, run.currency))
    console.print(f"simulated in {simulated:.1f} s, written in {written:.1f} s")
    console.print(f"tables and figures: {folder}", soft_wrap=True, highlight=False)


# --------------------------------------------------------------------------- sweep
def _sweep(options: argparse.Namespace) -> int:
    from contextlib import nullcontext

    from rich.console import Console

    from ecopark.experiments import Study, sweep
    from ecopark.report.study_console import study_table, watch

    study = Study.load(options.study, options.out)
    folder = options.out or Path("results") / study.name
    with nullcontext() if options.quiet else watch(study.name) as progress:
        results = sweep(
            study, options.engine, options.workers, options.scheduler, folder, retry_failed=options.retry_failed,
            progress=progress, dashboard=options.dashboard,
        )  # fmt: skip
    failed = len(results.failures)
    if failed:
        place = folder / "failures"
        print(f"ecopark: {failed} runs failed, see {place}; --retry-failed runs them again", file=sys.stderr)
    if not options.quiet and len(results.runs):
        console = Console()
        is_paired = study.design.kind in ("paired", "one_at_a_time")
        table = results.compare() if is_paired else results.overall()
        heads = (
            ("Difference to the base, by replicate", "95 % interval")
            if is_paired
            else ("All runs", "middle 90 %")
        )
        console.print(study_table(*heads, table, results.units))
        console.print(f"tables: {folder}", soft_wrap=True, highlight=False)
    return 0


# --------------------------------------------------------------------------- hindcast, calibrate
def _hindcast(options: argparse.Namespace) -> int:
    from contextlib import nullcontext

    from ecopark.experiments.hindcast import run_hindcast
    from ecopark.report.hindcast_console import hindcast_tables
    from ecopark.report.study_console import watch
    from ecopark.scenario import Scenario

    scenario = Scenario.load(options.scenario, _changes(options.changes))
    folder = options.out or Path("results") / "hindcast" / scenario.name
    with nullcontext() if options.quiet else watch(scenario.name) as progress:
        hindcast = run_hindcast(
            scenario, options.replicates, options.until, folder, options.engine, options.workers,
            options.scheduler, seed=options.seed, retry_failed=options.retry_failed, progress=progress,
        )  # fmt: skip
    if hindcast.failed:
        place = folder / "study" / "failures"
        print(
            f"ecopark: {hindcast.failed} runs failed, see {place}; --retry-failed runs them again", file=sys.stderr
        )  # fmt: skip
    return _keep(hindcast, folder / "hindcast", hindcast_tables, options)


def _calibrate(options: argparse.Namespace) -> int:
    from ecopark.experiments.calibration import calibrate
    from ecopark.report.hindcast_console import calibration_tables
    from ecopark.report.study_console import watch
    from ecopark.scenario import Scenario

    scenario = Scenario.load(options.scenario, _changes(options.changes))
    folder = options.out or Path("results") / "calibration" / scenario.name
    calibration = calibrate(
        scenario, options.study, folder, options.engine, options.workers, options.scheduler,
        retry_failed=options.retry_failed, progress=None if options.quiet else watch,
    )  # fmt: skip
    if calibration.failed:
        print(f"ecopark: {calibration.failed} runs failed; --retry-failed runs them again", file=sys.stderr)
    return _keep(calibration, folder / "calibration", calibration_tables, options)


def _ablation(options: argparse.Namespace) -> int:
    from contextlib import nullcontext

    from rich.console import Console

    from ecopark.experiments import Study
    from ecopark.experiments.ablation import run_ablation
    from ecopark.report.ablation_console import ablation_tables
    from ecopark.report.study_console import watch

    study = Study.load(options.study)
    folder = options.out or Path("results") / study.name
    with nullcontext() if options.quiet else watch(study.name) as progress:
        ablation = run_ablation(
            study, folder, options.engine, options.workers, options.scheduler,
            retry_failed=options.retry_failed, progress=progress,
        )  # fmt: skip
    if ablation.failed:
        print(f"ecopark: {ablation.failed} runs failed; --retry-failed runs them again", file=sys.stderr)
    place = ablation.save(folder / "ablation")
    if not options.quiet:
        console = Console()
        console.print(ablation_tables(ablation))
        console.print(f"tables: {place}", soft_wrap=True, highlight=False)
    return 0


def _keep(result: Any, folder: Path, told: Any, options: argparse.Namespace) -> int:
    """Write a result's tables and figures and show its tables."""
    from rich.console import Console

    result.save(folder, figures=not options.no_figures)
    if not options.quiet:
        console = Console()
        console.print(told(result))
        console.print(f"tables and figures: {folder}", soft_wrap=True, highlight=False)
    return 0


# --------------------------------------------------------------------------- check, library
def _check(options: argparse.Namespace) -> int:
    from ecopark.scenario import Scenario
    from ecopark.simulate import check_rules

    scenario = Scenario.load(options.scenario, _changes(options.changes))
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


def _library(options: argparse.Namespace) -> int:
    from ecopark.scenario import library, shipped_scenarios, shipped_variants

    wanted = options.search.lower()
    tables = {
        "plants": library.archetype_names(),
        "resources": sorted(library.raw_resources()),
        "transport modes": sorted(library.raw_transport()),
        "pathways": sorted(library.raw_pathways()),
        "shipped scenarios": shipped_scenarios() + shipped_variants(),
    }
    found = {title: [name for name in names if wanted in name.lower()] for title, names in tables.items()}
    for title, names in found.items():
        if names:
            print(f"{title} ({len(names)}):")
            print("\n".join(f"  {name}" for name in names))
    if wanted:
        rows = library.archetypes()
        hits = rows[
            rows["archetype"].str.contains(wanted, regex=False)
            | rows["stream"].str.contains(wanted, regex=False)
        ]
        if len(hits):
            print(hits.drop(columns=["note"], errors="ignore").to_string(index=False))
        if not any(found.values()) and not len(hits):
            print(f"nothing in the library contains {wanted!r}", file=sys.stderr)
            return 2
    return 0


# --------------------------------------------------------------------------- new
_OF_REGION = ("firms", "seed", "mix", "density", "years")


def _new(options: argparse.Namespace) -> int:
    from ecopark.errors import DomainError
    from ecopark.scenario.region import RegionPlan
    from ecopark.scenario.scaffold import new_park, new_region, read_mix

    given = {name: getattr(options, name) for name in _OF_REGION if getattr(options, name) is not None}
    if given and not options.region:
        raise DomainError(f"--{next(iter(given))} is for a region; add --region")
    if options.region:
        if "mix" in given:
            given["mix"] = read_mix(given["mix"])
        folder = new_region(options.name, RegionPlan(**{"firms": 1000, **given}))
    else:
        folder = new_park(options.name)
    print(f"wrote {', '.join(str(path) for path in sorted(folder.iterdir()))}")
    print(f"run it:  ecopark run {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
