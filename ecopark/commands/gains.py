"""Commands on money: who gains from the exchanges, and which subsidy would make more of them happen.

What lives here: ``ecopark gains`` and ``ecopark subsidy``. What does not: any measure (``planning``).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecopark.commands.shared import add_changes, count, keep_result, read_changes, whole_number

if TYPE_CHECKING:
    from ecopark.run import Run
    from ecopark.scenario import Scenario

Show = Callable[[int, int], None]


def add_commands(added: Any) -> None:
    """Add ``gains`` and ``subsidy`` to the parser."""
    gains = added.add_parser("gains", help="who gains how much from the exchanges, and is the split fair")
    gains.add_argument("source", metavar="RUN-OR-SCENARIO", help="folder of a run, or a scenario to run")
    gains.add_argument("--replicates", type=count, default=1, metavar="N",
                       help="runs of a scenario with seeds one after the other (default 1)")  # fmt: skip
    gains.add_argument("--value-year", type=whole_number, metavar="YEAR",
                       help="year to which money is brought (default the first with an account)")  # fmt: skip
    _add_common(gains, "gains")
    gains.add_argument("--until", metavar="YYYY[-MM]", help="stop after this year or month")
    gains.set_defaults(command=_gains)
    _add_subsidy(added)


def _add_subsidy(added: Any) -> None:
    subsidy = added.add_parser(
        "subsidy", help="which payment would make good exchanges happen, at what cost a tonne"
    )
    subsidy.add_argument("source", metavar="RUN-OR-SCENARIO", help="folder of a run, or a scenario")
    subsidy.add_argument("--carbon-cost", required=True, metavar="COST",
                         help="social cost of carbon, e.g. '500 DKK/t'")  # fmt: skip
    subsidy.add_argument("--landfill-cost", metavar="COST",
                         help="external cost of landfill, e.g. '50 DKK/t' (default none)")  # fmt: skip
    subsidy.add_argument("--at", type=whole_number, metavar="YEAR",
                         help="year of the cost curve, from which is paid (default halfway)")  # fmt: skip
    subsidy.add_argument("--years", type=whole_number, nargs="*", metavar="YEAR",
                         help="years to look at (default all)")  # fmt: skip
    subsidy.add_argument("--instrument", choices=("unit", "grant"), default="unit",
                         help="payment per unit exchanged (default), or share of the investment")  # fmt: skip
    subsidy.add_argument("--rank", choices=("carbon", "diverted", "value"), default="carbon",
                         help="by cost per t CO2e (default), per unit kept from disposal or social value")  # fmt: skip
    subsidy.add_argument("--first", type=whole_number, default=5, metavar="K",
                         help="pay for the first K of the curve in the proof (default 5)")  # fmt: skip
    subsidy.add_argument("--replicates", type=whole_number, default=10, metavar="N",
                         help="pairs of runs of the proof; 0 for none (default 10)")  # fmt: skip
    subsidy.add_argument("--uplift", type=float, default=0.1, metavar="SHARE",
                         help="paid on top of the least, as a share of it (default 0.1)")  # fmt: skip
    subsidy.add_argument("--until", type=whole_number, metavar="YEAR", help="last year of the runs")
    _add_common(subsidy, "subsidy")
    subsidy.set_defaults(command=_subsidy)


def _add_common(command: Any, name: str) -> None:
    """What both commands take."""
    command.add_argument("--rate", type=float, default=0.05, help="real discount rate, 1/yr (default 0.05)")
    command.add_argument("--seed", type=whole_number, help="of the first run (default 1, or the run's own)")
    add_changes(command)
    command.add_argument("--out", type=Path, help=f"results folder (default results/{name}/SCENARIO)")
    command.add_argument("--no-figures", action="store_true", help="write tables only")
    command.add_argument("--quiet", action="store_true", help="no progress, no closing table")


def _gains(options: argparse.Namespace) -> int:
    from ecopark.errors import DomainError
    from ecopark.experiments.folders import check_target
    from ecopark.planning.gains.measuring import measure_gains
    from ecopark.planning.gains.runs import measure_gains_over_runs
    from ecopark.report.gains_console import gains_tables
    from ecopark.simulate import simulate

    run, scenario, seed = _open(options)
    if run is not None and (options.replicates != 1 or options.until):
        raise DomainError(
            "a run is finished: --replicates and --until need a scenario, such as its scenario.yaml"
        )
    folder = options.out or Path("results") / "gains" / scenario.name
    check_target(folder)
    found: Any
    if options.replicates == 1:
        found = measure_gains(
            run or simulate(scenario, seed, options.until), options.rate, options.value_year
        )
    else:
        with _bar(scenario.name, options) as show:
            found = measure_gains_over_runs(
                scenario, options.replicates, seed, options.until, options.rate, options.value_year, show
            )
    return keep_result(found, folder, gains_tables, options)


def _subsidy(options: argparse.Namespace) -> int:
    from ecopark.experiments.folders import check_target
    from ecopark.planning.subsidy.studying import study_subsidies
    from ecopark.planning.subsidy.value import SocialTerms
    from ecopark.report.gains_console import subsidy_tables

    run, scenario, seed = _open(options)
    until = options.until if run is None or options.until else _last_year(run)
    terms = SocialTerms(
        _cost(scenario, "--carbon-cost", options.carbon_cost),
        _cost(scenario, "--landfill-cost", options.landfill_cost or 0),
        options.rate,
    )
    folder = options.out or Path("results") / "subsidy" / scenario.name
    check_target(folder)
    with _bar(scenario.name, options) as show:
        study = study_subsidies(
            scenario, terms, at=options.at, years=options.years, seed=seed, until=until,
            instrument=options.instrument, rank=options.rank, first=options.first, replicates=options.replicates,
            uplift=options.uplift, progress=show,
        )  # fmt: skip
    return keep_result(study, folder, subsidy_tables, options)


def _open(options: argparse.Namespace) -> tuple[Run | None, Scenario, int]:
    """A finished run with its scenario and seed, or a scenario to run."""
    from ecopark.errors import DomainError
    from ecopark.run import MANIFEST, Run
    from ecopark.scenario import Scenario

    if options.rate >= 1.0:
        raise DomainError(f"--rate {options.rate:g} is {options.rate:.0%} a year; write 5 % as 0.05")
    changes = read_changes(options.changes)
    if not (Path(options.source) / MANIFEST).is_file():
        return None, Scenario.load(options.source, changes), 1 if options.seed is None else options.seed
    if changes or options.seed is not None:
        raise DomainError(
            f"{options.source} is a finished run: --set and --seed need a scenario, such as its scenario.yaml"
        )
    run = Run.load(options.source)
    # The file in a run's folder does not know what the scenario is called.
    return run, replace(run.scenario, name=run.name), run.seed


def _last_year(run: Run) -> int:
    """Last year of a run."""
    return int(run.flows["start"].max().year)


def _cost(scenario: Scenario, option: str, text: str | float) -> float:
    """Money per tonne in the scenario's currency."""
    from ecopark.errors import DomainError

    code = scenario.park.currency.code
    if text == 0:
        return 0.0
    try:
        value, unit = scenario.units.parse(text)
    except ValueError as failure:
        raise DomainError(f"{option}: {failure}") from failure
    if unit != f"{code}/t":
        raise DomainError(f"{option}: expected money per tonne such as '500 {code}/t', found {text!r}")
    return value


@contextmanager
def _bar(name: str, options: argparse.Namespace) -> Iterator[Show | None]:
    """A bar that shows the runs done, unless nothing is to be shown."""
    if options.quiet:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("runs", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
