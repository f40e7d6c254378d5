"""Commands on programmes: what a programme has brought about, and which levers and barriers matter most.

What lives here: ``ecopark programme`` and ``ecopark rank``. What does not: any metric (``indicators``), the ranking
itself (``planning.ranking``).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ecopark.commands.shared import add_engine, count, keep_result, whole_number


def add_commands(added: Any) -> None:
    """Add ``programme`` and ``rank`` to the parser."""
    report = added.add_parser("programme", help="accounts of a programme: metrics by year on every basis")
    report.add_argument("run", type=Path, help="folder of a finished run")
    report.add_argument("--out", type=Path, help="results folder (default RUN-programme, beside the run)")
    report.add_argument("--no-figures", action="store_true", help="write tables only")
    report.add_argument("--quiet", action="store_true", help="no closing table")
    report.set_defaults(command=_programme)

    rank = added.add_parser("rank", help="levers and barriers in order of their paired effect")
    rank.add_argument("ranking", help="YAML file, or a shipped one such as kalundborg/levers_and_barriers")
    rank.add_argument("--replicates", type=count, metavar="N", help="runs of each (default that of the file)")
    rank.add_argument("--until", metavar="YYYY[-MM]", help="stop after this year or month")
    rank.add_argument("--seed", type=whole_number, help="of the first replicate (default that of the file)")
    rank.add_argument("--out", type=Path, help="results folder (default results/rank/NAME)")
    rank.add_argument("--no-figures", action="store_true", help="write tables only")
    add_engine(rank)
    rank.set_defaults(command=_rank)


def _programme(options: argparse.Namespace) -> int:
    from ecopark.experiments.folders import check_target
    from ecopark.planning.programme.reporting import report_programme
    from ecopark.report.programme_console import programme_tables
    from ecopark.run import Run

    run = Run.load(options.run)
    folder = options.out or options.run.with_name(f"{options.run.name}-programme")
    check_target(folder)
    return keep_result(report_programme(run), folder, programme_tables, options)


def _rank(options: argparse.Namespace) -> int:
    from contextlib import nullcontext

    from ecopark.experiments.folders import check_target
    from ecopark.planning.ranking.ranking import rank_levers, read_ranking
    from ecopark.report.ranking_console import ranking_table
    from ecopark.report.study_console import watch

    asked = read_ranking(options.ranking)
    folder = options.out or Path("results") / "rank" / asked.name
    check_target(folder / "ranking")
    with nullcontext() if options.quiet else watch("rank") as progress:
        found = rank_levers(
            asked, folder, options.replicates, options.until, options.seed, options.engine, options.workers,
            options.scheduler, retry_failed=options.retry_failed, progress=progress,
        )  # fmt: skip
    return keep_result(found, folder / "ranking", ranking_table, options)
