"""What the commands take: names, options, help texts.

What lives here: the parser of the command line. What does not: the commands (``cli``).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Command = Callable[[argparse.Namespace], int]
_EXAMPLES = """examples:
  ecopark run kalundborg
  ecopark run scenarios/kalundborg --seed 7 --until 1995
  ecopark run kalundborg --set policy.carbon_price="300 DKK/t" --out results/carbon300
  ecopark run kalundborg --reference
  ecopark check scenarios/kalundborg
  ecopark library gypsum
  ecopark new my_park
  ecopark new my_region --region --firms 1000
  ecopark sweep kalundborg/screening
  ecopark sweep study.yaml --scheduler tcp://10.0.0.5:8786
  ecopark hindcast kalundborg --replicates 100
  ecopark calibrate kalundborg
  ecopark ablation kalundborg/ablation
"""


def build_parser(commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    """Parser of the command line.

    Parameters
    ----------
    commands : mapping of str to callable
        What each command calls, by its name.

    Returns
    -------
    argparse.ArgumentParser
        ``options.command`` is the function of the command that was given.
    """
    parser = argparse.ArgumentParser(
        prog="ecopark",
        description="Agent-based simulator of eco-industrial parks.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    added = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = added.add_parser("run", help="run a scenario once; table, tables as Parquet, figures")
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

    check = added.add_parser("check", help="validate a scenario; run nothing")
    check.add_argument("scenario", help="folder, YAML file or name of a shipped scenario")
    check.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", dest="changes")

    library = added.add_parser("library", help="what the library of plants, resources and factors holds")
    library.add_argument("search", nargs="?", default="", help="show only names that contain this")
    _add_new(added)
    _add_sweep(added)
    _add_hindcast(added)
    for name, function in commands.items():
        added.choices[name].set_defaults(command=function)
    return parser


def _add_sweep(added: Any) -> None:
    sweep = added.add_parser("sweep", help="run a study of many runs, or what is missing of it")
    sweep.add_argument("study", help="YAML file, or a shipped study such as kalundborg/screening")
    sweep.add_argument("--out", type=Path, help="results folder (default results/STUDY)")
    sweep.add_argument("--dashboard", action="store_true", help="Dask's dashboard on port 8787")
    _add_engine(sweep)


def _add_engine(command: Any) -> None:
    """What every command of many runs takes."""
    command.add_argument("--engine", choices=("local", "dask", "serial"), help="processes here (default), a Dask "
                         "scheduler, or this process for debugging")  # fmt: skip
    command.add_argument(
        "--workers", type=_seed, metavar="N", help="processes of 'local' (default one per core)"
    )
    command.add_argument("--scheduler", metavar="ADDRESS", help="Dask scheduler, e.g. tcp://10.0.0.5:8786")
    command.add_argument("--retry-failed", action="store_true", help="run chunks with failed runs again")
    command.add_argument("--quiet", action="store_true", help="no progress, no closing table")


def _add_hindcast(added: Any) -> None:
    hindcast = added.add_parser("hindcast", help="many runs against the observed record of a scenario")
    hindcast.add_argument("scenario", help="folder, YAML file or name of a shipped scenario")
    hindcast.add_argument("--replicates", type=_seed, default=100, metavar="N", help="runs (default 100)")
    hindcast.add_argument(
        "--until", type=_seed, metavar="YEAR", help="last year judged (default the record's)"
    )
    hindcast.add_argument("--seed", type=_seed, default=1, help="of the first replicate (default 1)")
    hindcast.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", dest="changes")
    hindcast.add_argument("--out", type=Path, help="results folder (default results/hindcast/SCENARIO)")
    hindcast.add_argument("--no-figures", action="store_true", help="write tables only")
    _add_engine(hindcast)
    calibrate = added.add_parser("calibrate", help="which parameters the record does not exclude")
    calibrate.add_argument("scenario", help="folder, YAML file or name of a shipped scenario")
    calibrate.add_argument(
        "--study", type=Path, help="calibration (default calibration.yaml of the scenario)"
    )
    calibrate.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", dest="changes")
    calibrate.add_argument("--out", type=Path, help="results folder (default results/calibration/SCENARIO)")
    calibrate.add_argument("--no-figures", action="store_true", help="write tables only")
    _add_engine(calibrate)
    ablation = added.add_parser("ablation", help="what each mechanism contributes, by runs without it")
    ablation.add_argument("study", help="paired study, YAML file or shipped such as kalundborg/ablation")
    ablation.add_argument("--out", type=Path, help="results folder (default results/STUDY)")
    _add_engine(ablation)


def _add_new(added: Any) -> None:
    new = added.add_parser("new", help="write a scenario folder to start from: a small park, or a region")
    new.add_argument("name", help="folder to make; it must not exist")
    new.add_argument("--region", action="store_true", help="a synthetic region instead of a small park")
    region = new.add_argument_group("with --region")
    region.add_argument("--firms", type=int, help="how many firms (default 1000)")
    region.add_argument("--seed", type=_seed, help="seed of the region (default 1)")
    region.add_argument(
        "--mix", type=Path, metavar="CSV", help="weights by plant type or sector: name,weight"
    )
    region.add_argument("--density", type=float, help="firms per km2 (default 0.115)")
    region.add_argument("--years", type=int, help="length of the run from 2000 on (default 20)")


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number, 0 or larger, found {text!r}")
    return int(text)
