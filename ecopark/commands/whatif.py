"""The command for what-ifs on a date.

What lives here: ``ecopark whatif``. What does not: the events and how they are typed (``planning.whatif.words``).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ecopark.commands.shared import add_changes, add_engine, count, keep_result, read_changes, whole_number

# What stands here as text is read by ``planning.whatif.words``; the names are the same.
OPTIONS = (
    "close", "capacity", "delay", "cap-pipe", "drought", "outage", "price", "fee", "carbon-price", "landfill-tax",
    "change",
)  # fmt: skip


def add_commands(added: Any) -> None:
    """Add ``whatif`` to the parser."""
    command = added.add_parser(
        "whatif", help="let a firm close, a pipe fail, a drought come; what is lost, what returns"
    )
    command.add_argument("scenario", nargs="?", help="folder, YAML file or name of a shipped scenario")
    command.add_argument("--list", action="store_true", help="show every kind of what-if with an example")
    events = command.add_argument_group("what happens (several may; see --list)")
    for option in OPTIONS:
        events.add_argument(f"--{option}", action=_Happens, metavar="WHAT", dest="events", default=[])
    command.add_argument("--replicates", type=count, default=20, metavar="N",
                         help="runs of each side (default 20)")  # fmt: skip
    command.add_argument("--until", metavar="YYYY[-MM]", help="stop after this year or month")
    command.add_argument("--years", type=whole_number, nargs=2, metavar=("FIRST", "LAST"), default=[],
                         help="years summed over (default from the event to the end)")  # fmt: skip
    command.add_argument("--threshold", type=float, default=0.9, metavar="SHARE",
                         help="share at which it counts as recovered (default 0.9)")  # fmt: skip
    command.add_argument("--seed", type=whole_number, default=1, help="of the first replicate (default 1)")
    command.add_argument("--name", default="", help="what the changed park is called (default what happens)")
    add_changes(command)
    command.add_argument("--out", type=Path, help="results folder (default results/whatif/SCENARIO/EVENTS)")
    command.add_argument("--no-figures", action="store_true", help="write tables only")
    add_engine(command)
    command.set_defaults(command=_whatif)


class _Happens(argparse.Action):
    """Collects events of all kinds in the order in which they are typed."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Add one."""
        typed = [*getattr(namespace, self.dest), (str(option_string).lstrip("-"), str(values))]
        setattr(namespace, self.dest, typed)


def _whatif(options: argparse.Namespace) -> int:
    from contextlib import nullcontext

    from ecopark.errors import DomainError

    if options.list:
        return _list(print)
    if options.scenario is None:
        raise DomainError("name a scenario, or --list to see what may happen to one")
    from ecopark.planning.whatif.asking import what_if
    from ecopark.planning.whatif.words import read_event
    from ecopark.report.compare_recovery import whatif_tables
    from ecopark.report.study_console import watch
    from ecopark.scenario import Scenario

    events = [read_event(option, text) for option, text in options.events]
    scenario = Scenario.load(options.scenario, read_changes(options.changes))
    folder = options.out or Path("results") / "whatif" / scenario.name / event_name(options.events)
    with nullcontext() if options.quiet else watch(scenario.name) as progress:
        found = what_if(
            scenario, events, options.replicates, options.until, options.years, folder, options.engine, options.workers,
            options.scheduler, seed=options.seed, threshold=options.threshold, label=options.name,
            retry_failed=options.retry_failed, progress=progress,
        )  # fmt: skip
    if found.failed:
        place = folder / "study" / "failures"
        print(
            f"ecopark: {found.failed} runs failed, see {place}; --retry-failed runs them again",
            file=sys.stderr,
        )
    return keep_result(found, folder / "whatif", whatif_tables, options)


def _list(show: Callable[[str], None]) -> int:
    """What may happen, one kind a line, with an example."""
    from ecopark.planning.whatif.words import WORDS

    for word in WORDS:
        show(
            f"--{word.option} {word.form}\n    {word.meaning}\n"
            f"    ecopark whatif kalundborg --{word.option} {word.example}"
        )
    show(
        "a DATE is a year or a month such as 1990-06; FROM..TO holds to the end of TO; several may be combined"
    )
    return 0


def event_name(typed: Sequence[tuple[str, str]]) -> str:
    """Name of a folder for some events.

    Parameters
    ----------
    typed : sequence of (str, str)
        Option and text of each.

    Returns
    -------
    str
        Letters, digits and dashes of what was typed, shortened with a hash where it is long.
    """
    import re
    from hashlib import sha256

    whole = "-".join(f"{option}-{text}" for option, text in typed)
    plain = re.sub(r"[^A-Za-z0-9._]+", "-", whole).strip("-")
    return plain if len(plain) <= 60 else f"{plain[:50]}-{sha256(whole.encode()).hexdigest()[:8]}"
