"""Commands of many runs: studies and what they may keep, hindcast, calibration, ablation.

What lives here: ``ecopark sweep``, ``indicators``, ``hindcast``, ``calibrate``, ``ablation``. What does not: engines
and stores (``experiments``).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ecopark.commands.shared import add_changes, add_engine, keep_result, read_changes, whole_number


def add_commands(added: Any) -> None:
    """Add the commands of many runs to the parser."""
    _add_sweep(added)
    _add_indicators(added)
    _add_hindcast(added)
    _add_calibrate(added)
    _add_ablation(added)


def _add_sweep(added: Any) -> None:
    sweep = added.add_parser("sweep", help="run a study of many runs, or what is missing of it")
    sweep.add_argument("study", help="YAML file, or a shipped study such as kalundborg/screening")
    sweep.add_argument("--out", type=Path, help="results folder (default results/STUDY)")
    sweep.add_argument("--dashboard", action="store_true", help="Dask's dashboard on port 8787")
    add_engine(sweep)
    sweep.set_defaults(command=_sweep)


def _add_indicators(added: Any) -> None:
    listed = added.add_parser("indicators", help="indicators that a study can keep as one number of a run")
    listed.add_argument("search", nargs="?", default="", help="show only names that contain this")
    listed.set_defaults(command=_indicators)


def _add_hindcast(added: Any) -> None:
    hindcast = added.add_parser("hindcast", help="many runs against the observed record of a scenario")
    hindcast.add_argument("scenario", help="folder, YAML file or name of a shipped scenario")
    hindcast.add_argument(
        "--replicates", type=whole_number, default=100, metavar="N", help="runs (default 100)"
    )
    hindcast.add_argument(
        "--until", type=whole_number, metavar="YEAR", help="last year judged (default the record's)"
    )
    hindcast.add_argument("--seed", type=whole_number, default=1, help="of the first replicate (default 1)")
    add_changes(hindcast)
    hindcast.add_argument("--out", type=Path, help="results folder (default results/hindcast/SCENARIO)")
    hindcast.add_argument("--no-figures", action="store_true", help="write tables only")
    add_engine(hindcast)
    hindcast.set_defaults(command=_hindcast)


def _add_calibrate(added: Any) -> None:
    calibrate = added.add_parser("calibrate", help="which parameters the record does not exclude")
    calibrate.add_argument("scenario", help="folder, YAML file or name of a shipped scenario")
    calibrate.add_argument(
        "--study", type=Path, help="calibration (default calibration.yaml of the scenario)"
    )
    add_changes(calibrate)
    calibrate.add_argument("--out", type=Path, help="results folder (default results/calibration/SCENARIO)")
    calibrate.add_argument("--no-figures", action="store_true", help="write tables only")
    add_engine(calibrate)
    calibrate.set_defaults(command=_calibrate)


def _add_ablation(added: Any) -> None:
    ablation = added.add_parser("ablation", help="what each mechanism contributes, by runs without it")
    ablation.add_argument("study", help="paired study, YAML file or shipped such as kalundborg/ablation")
    ablation.add_argument("--out", type=Path, help="results folder (default results/STUDY)")
    add_engine(ablation)
    ablation.set_defaults(command=_ablation)


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


def _indicators(options: argparse.Namespace) -> int:
    from ecopark.indicators import PARK_NUMBERS

    wanted = options.search.lower()
    found = {name: given for name, given in PARK_NUMBERS.items() if wanted in name.lower()}
    if not found:
        print(f"no indicator that a study can keep contains {options.search!r}", file=sys.stderr)
        return 2
    width = max(map(len, found))
    for name, (entry, scope) in found.items():
        print(f"{name:{width}}  {entry.taken:16}  {entry.unit_in(scope, 'money')}")
    return 0


def _hindcast(options: argparse.Namespace) -> int:
    from contextlib import nullcontext

    from ecopark.experiments.hindcast import run_hindcast
    from ecopark.report.hindcast_console import hindcast_tables
    from ecopark.report.study_console import watch
    from ecopark.scenario import Scenario

    scenario = Scenario.load(options.scenario, read_changes(options.changes))
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
    return keep_result(hindcast, folder / "hindcast", hindcast_tables, options)


def _calibrate(options: argparse.Namespace) -> int:
    from ecopark.experiments.calibration import calibrate
    from ecopark.report.hindcast_console import calibration_tables
    from ecopark.report.study_console import watch
    from ecopark.scenario import Scenario

    scenario = Scenario.load(options.scenario, read_changes(options.changes))
    folder = options.out or Path("results") / "calibration" / scenario.name
    calibration = calibrate(
        scenario, options.study, folder, options.engine, options.workers, options.scheduler,
        retry_failed=options.retry_failed, progress=None if options.quiet else watch,
    )  # fmt: skip
    if calibration.failed:
        print(f"ecopark: {calibration.failed} runs failed; --retry-failed runs them again", file=sys.stderr)
    return keep_result(calibration, folder / "calibration", calibration_tables, options)


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
