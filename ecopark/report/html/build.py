"""From a run's folder to a report's document: which sections there are, and in which order.

What lives here: reading what a run is compared with, and putting the sections together. What does not: their
content (``run_*``), and writing (``page``, ``paper``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecopark.errors import DomainError, ResultsError
from ecopark.report.html.document import Document
from ecopark.report.html.gathered import Gathered
from ecopark.report.html.run_asked import (
    asked_section,
    flows_section,
    network_section,
    result_section,
    timeline_section,
)
from ecopark.report.html.run_avoided import avoided_section, money_section
from ecopark.report.html.run_compare import comparison_section, structure_section
from ecopark.report.html.run_inputs import inputs_section, reproduce_section
from ecopark.run import Run


def document_of(
    run: Run,
    folder: Path,
    *,
    reference: Run | None = None,
    optimum: Mapping[str, Any] | None = None,
    hindcast: Mapping[str, Any] | None = None,
) -> Document:
    """Report of a run.

    Parameters
    ----------
    run : Run
    folder : pathlib.Path
        Where it lies, as the reader is told.
    reference : Run, optional
        The same park and seed without exchange.
    optimum, hindcast : mapping, optional
        Summaries left by ``ecopark optimum`` and ``ecopark hindcast``.

    Returns
    -------
    Document

    Raises
    ------
    DomainError
        If the reference is of another scenario or seed, or if it traded; if the run has no flows.
    """
    if run.flows.empty:
        raise DomainError(f"the run of {run.name} moved nothing, so there is nothing to report")
    if reference is not None:
        _check_reference(run, reference)
    gathered = Gathered(run, folder, reference, optimum, hindcast)
    first, last = gathered.tables.span
    sections = (
        result_section(gathered),
        asked_section(gathered),
        network_section(gathered),
        flows_section(gathered),
        timeline_section(gathered),
        avoided_section(gathered),
        money_section(gathered),
        structure_section(gathered),
        comparison_section(gathered),
        inputs_section(gathered),
        reproduce_section(gathered),
    )
    title = run.scenario.park.name
    return Document(title, f"Report of one run, {first} to {last}, seed {run.seed}", sections)


def _check_reference(run: Run, reference: Run) -> None:
    """Only the same park and luck without exchange is a reference."""
    if reference.manifest.get("trading", True):
        raise DomainError(
            "the run given as --reference has exchanges; expected one made with ecopark run --reference"
        )
    if reference.seed != run.seed:
        raise DomainError(
            f"the run given as --reference has seed {reference.seed}; expected that of the run, {run.seed}"
        )
    if list(reference.firms.index) != list(run.firms.index):
        raise DomainError(
            f"the run given as --reference is of {reference.name}, with other firms than {run.name}; expected the "
            "same park"
        )
    ends = [str(one.flows["end"].max()) for one in (run, reference)]
    if ends[0] != ends[1]:
        raise DomainError(f"the run given as --reference ends on {ends[1]}; expected {ends[0]}, as the run")


def read_summary(folder: Path, command: str, needs: tuple[str, ...]) -> dict[str, Any]:
    """Summary that a command left in its folder.

    Parameters
    ----------
    folder : pathlib.Path
        Of the results, or one above a folder called as the command.
    command : str
        ``optimum`` or ``hindcast``.
    needs : tuple of str
        Fields it must have.

    Raises
    ------
    ResultsError
        If there is none, or it is of something else.
    """
    places = [folder / "summary.json", folder / command / "summary.json"]
    place = next((place for place in places if place.is_file()), None)
    if place is None:
        raise ResultsError(
            f"{folder} holds no summary.json; expected the results folder of ecopark {command}"
        )
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as failure:
        raise ResultsError(f"{place} cannot be read: {failure}") from failure
    missing = [name for name in needs if not isinstance(found, dict) or name not in found]
    if missing:
        raise ResultsError(f"{place} is no summary of ecopark {command}: it lacks {', '.join(missing)}")
    return dict(found)
