"""Layouts, policies or years side by side, pair by pair on the same luck.

What lives here: :func:`compare`. What does not: its result (``result``), what is kept of a run
(``runs``), the tables (``tables``), the test (``statistics``), figures and sentences
(``report``). The manual is ``docs/compare.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ecopark.errors import DomainError
from ecopark.experiments.engine import EngineName
from ecopark.experiments.sweeps import Watch, sweep
from ecopark.planning.compare.build import (
    build_comparison,
    build_model,
    build_study,
    choose_spans,
    collect_runs,
    read_records,
)
from ecopark.planning.compare.inputs import Source, check_comparable, find_alternatives
from ecopark.planning.compare.result import Comparison
from ecopark.simulate import check_rules


def compare(
    scenarios: Sequence[Source] | Mapping[str, Source],
    replicates: int = 20,
    until: str | None = None,
    years: Sequence[int] = (),
    folder: str | Path | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    *,
    seed: int = 1,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    retry_failed: bool = False,
    progress: Watch | None = None,
) -> Comparison:
    """Compare scenarios, or years of one, run by run with the same luck on all sides.

    Parameters
    ----------
    scenarios : sequence or mapping of str to Scenario, str or path
        Scenarios, their names or files, or folders of finished runs; the first is the base. The keys of a
        mapping are their labels.
    replicates : int
        Runs of each; replicate k has run seed ``seed + k`` on every side. Finished runs are taken as they are.
    until : str, optional
        Last year or month.
    years : sequence of int, yr, optional
        Of several scenarios: the year, or the first and last year, over which is summed; all common whole
        years by default. Of one scenario: the years that are compared with each other.
    folder : str or path, optional
        ``results/compare/<labels>`` by default. Runs are kept in it and not run again.
    engine, workers, scheduler
        As in :func:`~ecopark.experiments.sweeps.sweep`.
    seed : int
        Of the first replicate.
    changes : mapping of str to mapping, optional
        Values by dotted path for the alternative of that label, or for all under ``""``.
    retry_failed : bool
        Run those that raised again.
    progress : callable, optional
        As in :func:`~ecopark.experiments.sweeps.sweep`.

    Returns
    -------
    Comparison

    Raises
    ------
    ScenarioError
        With every mistake found in a scenario.
    DomainError
        If there is nothing to compare, the alternatives cannot be compared, or a year lies outside.
    ResultsError
        If the folder holds another comparison, or no pair of runs finished.

    Examples
    --------
    >>> found = compare(["kalundborg", "kalundborg/barriers/information"], 20, until="1985")  # doctest: +SKIP
    >>> found.sentences()  # doctest: +SKIP
    """
    if replicates < 1:
        raise DomainError(f"a comparison needs at least one run of each, found {replicates}")
    alternatives = find_alternatives(scenarios, changes)
    notes = check_comparable(alternatives)
    spans = choose_spans(alternatives, until, years)
    if alternatives[0].runs:
        records, failed = collect_runs(alternatives)
    else:
        for one in alternatives:
            check_rules(one.scenario)
        place = Path(
            folder
            or Path("results") / "compare" / "-".join(one.label.replace("/", "-") for one in alternatives)
        )
        model = build_model(alternatives, place, until)
        study = build_study(alternatives, model, replicates, seed)
        results = sweep(
            study, engine, workers, scheduler, place / "study", retry_failed=retry_failed, progress=progress
        )
        records, failed = read_records(results, [one.label for one in alternatives]), len(results.failures)
    return build_comparison(alternatives, spans, records, failed, notes, Comparison)
