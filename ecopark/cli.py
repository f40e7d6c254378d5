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
from typing import TYPE_CHECKING

from ecopark.errors import EcoparkError, ScenarioError

if TYPE_CHECKING:
    from ecopark.run import Run
    from ecopark.scenario import Scenario

_EXAMPLES = """examples:
  ecopark run kalundborg
  ecopark run scenarios/kalundborg --seed 7 --until 1995
  ecopark run kalundborg --set policy.carbon_price="300 DKK/t" --out results/carbon300
  ecopark run kalundborg --reference
  ecopark check scenarios/kalundborg
  ecopark library gypsum
"""


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
    options = _parser().parse_args(arguments)
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
        print("ecopark: interrupted; nothing was written", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ecopark",
        description="Agent-based simulator of eco-industrial parks.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="run a scenario once; table, tables as Parquet, figures")
    run.add_argument("scenario", help="folder, YAML file or name of a shipped scenario")
    run.add_argument("--seed", type=_seed, default=1, help="random seed, 0 or larger (default 1)")
    run.add_argument("--until", metavar="YYYY[-MM]", help="stop after this year or month")
    run.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", dest="changes",
        help="change a value of the scenario, e.g. policy.carbon_price='300 DKK/t'; may be repeated",
    )  # fmt: skip
    run.add_argument("--reference", action="store_true", help="the same park and luck with no exchange")
    run.add_argument("--out", type=Path, help="results folder (default results/SCENARIO/RUN)")
    run.add_argument("--no-figures", action="store_true", help="write tables only")
    run.add_argument("--quiet", action="store_true", help="no progress bar, no closing table")
    run.set_defaults(command=_run)

    check = commands.add_parser("check", help="validate a scenario; run nothing")
    check.add_argument("scenario", help="folder, YAML file or name of a shipped scenario")
    check.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", dest="changes")
    check.set_defaults(command=_check)

    library = commands.add_parser("library", help="what the library of plants, resources and factors holds")
    library.add_argument("search", nargs="?", default="", help="show only names that contain this")
    library.set_defaults(command=_library)
    return parser


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number, 0 or larger, found {text!r}")
    return int(text)


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
    from ecopark.scenario import library, shipped_scenarios

    wanted = options.search.lower()
    tables = {
        "plants": library.archetype_names(),
        "resources": sorted(library.raw_resources()),
        "transport modes": sorted(library.raw_transport()),
        "pathways": sorted(library.raw_pathways()),
        "shipped scenarios": shipped_scenarios(),
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


if __name__ == "__main__":
    sys.exit(main())
