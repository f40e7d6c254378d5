"""The command that reports a run or a study.

What lives here: ``ecopark report``. What does not: what a report says (``ecopark.report.html``).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecopark.report.html.document import Document


def add_commands(added: Any) -> None:
    """Add ``report`` to the parser."""
    report = added.add_parser(
        "report", help="one self-contained HTML file (and a PDF) about a run or a study"
    )
    report.add_argument("results", type=Path, help="results folder of a run, or of a study")
    report.add_argument(
        "--out", type=Path, metavar="FILE", help="HTML file (default report.html in the folder)"
    )
    report.add_argument("--pdf", type=Path, metavar="FILE", help="also a PDF, with the printed figures")
    report.add_argument(
        "--reference", type=Path, metavar="FOLDER", help="results of ecopark run --reference to compare with"
    )
    report.add_argument(
        "--optimum", type=Path, metavar="FOLDER", help="results of ecopark optimum to compare with"
    )
    report.add_argument(
        "--hindcast", type=Path, metavar="FOLDER", help="results of ecopark hindcast to compare with"
    )
    report.set_defaults(command=_report)


def _report(options: argparse.Namespace) -> int:
    from ecopark.report.html.page import write_page
    from ecopark.report.html.paper import write_paper

    target = options.out or options.results / "report.html"
    _check_places(options, target)
    document = _study(options) if (options.results / "design.parquet").is_file() else _run(options)
    print(f"wrote {write_page(document, target)}")
    if options.pdf is not None:
        print(f"wrote {write_paper(document, options.pdf)}")
    return 0


def _check_places(options: argparse.Namespace, target: Path) -> None:
    """Refuse places that cannot be meant, before anything is computed."""
    from ecopark.errors import DomainError, ResultsError

    if not options.results.is_dir():
        raise ResultsError(
            f"{options.results} is no folder; expected the results of ecopark run or ecopark sweep"
        )
    for place, ending, option in ((target, ".html", "--out"), (options.pdf, ".pdf", "--pdf")):
        if place is None:
            continue
        if place.is_dir():
            raise DomainError(f"{option} {place} is a folder; expected a file such as report{ending}")
        if place.suffix.lower() != ending:
            raise DomainError(f"expected {option} to end in {ending}, found {place}")


def _run(options: argparse.Namespace) -> Document:
    from ecopark.report.html.build import document_of, read_summary
    from ecopark.run import Run

    run = Run.load(options.results)
    return document_of(
        run,
        options.results,
        reference=None if options.reference is None else Run.load(options.reference),
        optimum=None
        if options.optimum is None
        else read_summary(
            options.optimum, "optimum", ("best", "capture", "lost_by_reason", "objective", "gap", "unit")
        ),
        hindcast=None
        if options.hindcast is None
        else read_summary(options.hindcast, "hindcast", ("measures",)),
    )


def _study(options: argparse.Namespace) -> Document:
    from ecopark.errors import DomainError
    from ecopark.experiments import StudyResults
    from ecopark.report.html.study import document_of_study

    given = [name for name in ("reference", "optimum", "hindcast") if getattr(options, name) is not None]
    if given:
        raise DomainError(f"--{given[0]} is for the report of one run; {options.results} holds a study")
    return document_of_study(StudyResults(options.results))
