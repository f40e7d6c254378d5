"""Commands that set alternatives side by side: layouts, policies, years.

What lives here: ``ecopark compare``. What does not: what-ifs on a date (``whatif``), the comparison itself
(``planning.compare.comparing``).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ecopark.commands.shared import add_engine, count, keep_result, read_changes, whole_number


def add_commands(added: Any) -> None:
    """Add ``compare`` to the parser."""
    command = added.add_parser(
        "compare", help="scenarios, variants, runs or years side by side, on the same luck"
    )
    command.add_argument(
        "alternatives", nargs="+", metavar="[NAME=]SCENARIO",
        help="folder, YAML file, name of a shipped scenario, or folder of finished runs; the first is the base",
    )  # fmt: skip
    command.add_argument("--replicates", type=count, default=20, metavar="N",
                         help="runs of each (default 20)")  # fmt: skip
    command.add_argument("--until", metavar="YYYY[-MM]", help="stop after this year or month")
    years = command.add_mutually_exclusive_group()
    years.add_argument("--year", type=whole_number, help="compare this year alone, and draw its maps")
    years.add_argument(
        "--years", type=whole_number, nargs="+", metavar="YEAR", default=[],
        help="of several scenarios: first and last year summed over; of one: the years set side by side",
    )  # fmt: skip
    command.add_argument("--seed", type=whole_number, default=1, help="of the first replicate (default 1)")
    command.add_argument(
        "--set", action="append", default=[], metavar="[NAME:]PATH=VALUE", dest="changes",
        help="change a value of one alternative, or of all; may be repeated",
    )  # fmt: skip
    command.add_argument("--out", type=Path, help="results folder (default results/compare/NAMES)")
    command.add_argument("--no-figures", action="store_true", help="write tables only")
    add_engine(command)
    command.set_defaults(command=_compare)


def _compare(options: argparse.Namespace) -> int:
    from contextlib import nullcontext

    from ecopark.planning.compare.comparing import compare
    from ecopark.report.compare_console import comparison_tables
    from ecopark.report.study_console import watch

    sources = split_names(options.alternatives)
    years = [options.year] if options.year is not None else options.years
    folder = options.out or Path("results") / "compare" / folder_name(options.alternatives)
    with nullcontext() if options.quiet else watch("compare") as progress:
        found = compare(
            sources, options.replicates, options.until, years, folder, options.engine, options.workers,
            options.scheduler, seed=options.seed, changes=split_changes(options.changes),
            retry_failed=options.retry_failed, progress=progress,
        )  # fmt: skip
    if found.failed:
        place = folder / "study" / "failures"
        print(
            f"ecopark: {found.failed} runs failed, see {place}; --retry-failed runs them again",
            file=sys.stderr,
        )
    return keep_result(found, folder / "comparison", comparison_tables, options)


def split_names(typed: Sequence[str]) -> Any:
    """Scenarios by label where ``NAME=`` is given, else as a list.

    Parameters
    ----------
    typed : sequence of str

    Returns
    -------
    dict or list
        A dict if any has a name; the others are then called by what was typed.

    Raises
    ------
    DomainError
        If a name is given twice.
    """
    from ecopark.errors import DomainError

    if not any("=" in text for text in typed):
        return list(typed)
    named: dict[str, str] = {}
    for text in typed:
        label, _, source = text.rpartition("=")
        label = label or source
        if label in named:
            raise DomainError(f"{label} is named twice; tell the two apart by NAME=SCENARIO")
        named[label] = source
    return named


def split_changes(typed: Sequence[str]) -> dict[str, dict[str, str]]:
    """Overrides of ``--set [NAME:]path=value`` by name, those for all under the empty one.

    Parameters
    ----------
    typed : sequence of str

    Returns
    -------
    dict of str to dict

    Raises
    ------
    ScenarioError
        If one has no path or no value.
    """
    found: dict[str, dict[str, str]] = {}
    for text in typed:
        head = text.split("=")[0]
        label, _, _ = head.rpartition(":")
        found.setdefault(label, {}).update(read_changes([text[len(label) + 1 :] if label else text]))
    return found


def folder_name(typed: Sequence[str]) -> str:
    """Name of a folder for a comparison of what was typed.

    Parameters
    ----------
    typed : sequence of str

    Returns
    -------
    str
    """
    return "-".join(Path(text.partition("=")[0] or text).name for text in typed)
