"""The command for the best possible network.

What lives here: ``ecopark optimum``. What does not: the problem, the solver, the capture (``planning``).
"""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from ecopark.commands.shared import add_changes, count, keep_result, read_changes, whole_number


def add_commands(added: Any) -> None:
    """Add ``optimum`` to the parser."""
    optimum = added.add_parser(
        "optimum",
        help="best possible network of a scenario, beside the one that emerges; why the rest is lost",
    )
    optimum.add_argument("scenario", help="folder, YAML file or name of a shipped scenario")
    optimum.add_argument(
        "--objective", type=weights, default={"cost": 1.0}, metavar="NAME",
        help="cost (default), social_cost, carbon, virgin_water, landfill, or weights such as cost=1,carbon=500",
    )  # fmt: skip
    optimum.add_argument(
        "--blocks", default="5 yr", help="length of the blocks of time (default '5 yr'); 'all' for one block"
    )
    optimum.add_argument("--since", metavar="YYYY[-MM]", help="first month (default the scenario's)")
    optimum.add_argument("--until", metavar="YYYY[-MM]", help="last year or month (default the scenario's)")
    optimum.add_argument("--seed", type=whole_number, default=1, help="random seed, 0 or larger (default 1)")
    optimum.add_argument(
        "--replicates", type=count, default=1, metavar="N",
        help="runs set beside the optimum of their own draws, seeds from --seed on (default 1)",
    )  # fmt: skip
    optimum.add_argument("--rate", type=share, default=0.05, help="real discount rate a year (default 0.05)")
    optimum.add_argument(
        "--gap", type=share, default=0.01, help="relative gap at which a search ends (default 0.01)"
    )
    optimum.add_argument("--time-limit", type=seconds, metavar="S", help="most seconds of each search")
    optimum.add_argument("--pareto", metavar="NAME", help="also the front between the objective and this one")
    optimum.add_argument("--points", type=whole_number, default=7, help="networks of the front (default 7)")
    add_changes(optimum)
    optimum.add_argument("--out", type=Path, help="results folder (default results/optimum/SCENARIO/NAME)")
    optimum.add_argument("--no-figures", action="store_true", help="write tables only")
    optimum.add_argument("--quiet", action="store_true", help="no progress, no closing tables")
    optimum.set_defaults(command=_optimum)


def weights(text: str) -> dict[str, float]:
    """Objective of the command line: a name, or names with weights.

    Raises
    ------
    argparse.ArgumentTypeError
    """
    found: dict[str, float] = {}
    for part in text.split(","):
        name, given, value = part.partition("=")
        try:
            found[name.strip()] = float(value) if given else 1.0
        except ValueError:
            message = f"expected a name, or weights such as cost=1,carbon=500, found {text!r}"
            raise argparse.ArgumentTypeError(message) from None
    if not all(0.0 <= weight < float("inf") for weight in found.values()) or not any(found.values()):
        message = f"expected weights of 0 or larger, one of them above 0, found {text!r}"
        raise argparse.ArgumentTypeError(message)
    return found


def share(text: str) -> float:
    """A number from 0 to below 1 of the command line.

    Raises
    ------
    argparse.ArgumentTypeError
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < 1.0:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to below 1 such as 0.05, found {text!r}")
    return value


def seconds(text: str) -> float:
    """A number of seconds above zero of the command line.

    Raises
    ------
    argparse.ArgumentTypeError
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected seconds above 0 such as 120, found {text!r}")
    return value


def _optimum(options: argparse.Namespace) -> int:
    from ecopark.errors import DomainError
    from ecopark.experiments.folders import check_target
    from ecopark.planning.optimum.capture import measure_capture, objective_unit
    from ecopark.planning.optimum.pareto import check_front, pareto_front
    from ecopark.report.optimum_console import optimum_tables, watch_search
    from ecopark.scenario import Scenario

    changes = read_changes(options.changes)
    scenario = Scenario.load(options.scenario, changes)
    blocks = None if options.blocks == "all" else options.blocks
    if options.pareto is not None:
        if len(options.objective) != 1:
            raise DomainError(
                "--pareto needs one --objective, not a weighted sum: the front weighs them for you"
            )
        between = (next(iter(options.objective)), options.pareto)
        check_front(between, options.points)
    folder = options.out or Path("results") / "optimum" / scenario.name / _name(options, changes)
    check_target(folder)
    unit = objective_unit(options.objective, scenario.park.currency.code)
    with nullcontext() if options.quiet else watch_search(scenario.name, unit) as watch:
        capture = measure_capture(
            scenario, options.objective, options.replicates, options.seed, blocks=blocks, since=options.since,
            until=options.until, rate=options.rate, gap=options.gap, time_limit=options.time_limit, watch=watch,
        )  # fmt: skip
        if options.pareto is not None:
            units = {name: capture.objective_unit(name) for name in between}
            begin = None if watch is None else lambda at, total, name: watch(at, total, units[name])
            front = pareto_front(
                capture.problem, between, options.points, options.gap, options.time_limit, begin
            )
            capture = replace(capture, front=front)
    return keep_result(capture, folder, optimum_tables, options)


def _name(options: argparse.Namespace, changes: dict[str, str]) -> str:
    """Name of the folder: what makes the result differ from the plain optimum of the scenario."""
    objective = "-".join(
        name if value == 1.0 else f"{value:g}{name}" for name, value in options.objective.items()
    )
    parts = [objective, f"seed{options.seed}"]
    parts += [f"{options.replicates}-replicates"] if options.replicates > 1 else []
    parts += [f"blocks-{options.blocks.replace(' ', '')}"] if options.blocks != "5 yr" else []
    parts += [f"since-{options.since}"] if options.since else []
    parts += [f"until-{options.until}"] if options.until else []
    parts += [f"front-{options.pareto}"] if options.pareto else []
    if changes:
        parts.append("set-" + sha256(repr(sorted(changes.items())).encode()).hexdigest()[:8])
    return "-".join(parts)
