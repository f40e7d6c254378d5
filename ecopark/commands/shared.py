"""What several commands take and do alike: overrides, engines, whole numbers, keeping a result.

What lives here: options and small steps more than one command needs. What does not: any command.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def read_changes(pairs: Sequence[str]) -> dict[str, str]:
    """Overrides of ``--set path=value``.

    Raises
    ------
    ScenarioError
        If one has no path or no value.
    """
    from ecopark.errors import Problem, ScenarioError

    wrong = [pair for pair in pairs if "=" not in pair or not pair.split("=")[0].strip()]
    if wrong:
        message = "expected path=value such as policy.carbon_price='300 DKK/t'"
        raise ScenarioError([Problem(f"--set {pair}", 0, "", message) for pair in wrong])
    return {path.strip(): value.strip() for path, _, value in (pair.partition("=") for pair in pairs)}


def keep_result(result: Any, folder: Path, told: Any, options: argparse.Namespace) -> int:
    """Write a result's tables and figures and show its tables."""
    from rich.console import Console

    result.save(folder, figures=not options.no_figures)
    if not options.quiet:
        console = Console()
        console.print(told(result))
        console.print(f"tables and figures: {folder}", soft_wrap=True, highlight=False)
    return 0


def add_changes(command: Any) -> None:
    """``--set``: values of the scenario changed for this call."""
    command.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", dest="changes",
        help="change a value of the scenario, e.g. policy.carbon_price='300 DKK/t'; may be repeated",
    )  # fmt: skip


def add_engine(command: Any) -> None:
    """What every command of many runs takes; started again, it goes on where it stopped."""
    command.set_defaults(resumes=True)
    command.add_argument("--engine", choices=("local", "dask", "serial"), help="processes here (default), a Dask "
                         "scheduler, or this process for debugging")  # fmt: skip
    command.add_argument(
        "--workers", type=whole_number, metavar="N", help="processes of 'local' (default one per core)"
    )
    command.add_argument("--scheduler", metavar="ADDRESS", help="Dask scheduler, e.g. tcp://10.0.0.5:8786")
    command.add_argument("--retry-failed", action="store_true", help="run chunks with failed runs again")
    command.add_argument("--quiet", action="store_true", help="no progress, no closing table")


def count(text: str) -> int:
    """A number, 1 or larger, from the command line.

    Raises
    ------
    argparse.ArgumentTypeError
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number, 1 or larger, found {text!r}")
    return int(text)


def whole_number(text: str) -> int:
    """A number, 0 or larger, from the command line.

    Raises
    ------
    argparse.ArgumentTypeError
    """
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number, 0 or larger, found {text!r}")
    return int(text)
