"""From alternatives to the tables of a comparison, step by step.

What lives here: which years are compared, the study that runs the alternatives, and the way from its rows to a
:class:`~ecopark.planning.compare.result.Comparison`. What does not: single tables (``tables``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from ecopark.errors import DomainError, ResultsError
from ecopark.experiments.folders import keep_scenario
from ecopark.experiments.models import expected_seconds
from ecopark.experiments.results import StudyResults
from ecopark.experiments.study import Alternative as Point
from ecopark.experiments.study import Design, Study
from ecopark.planning.compare.inputs import (
    Alternative,
    changed_firms,
    common_years,
    firms_table,
    resources_table,
)
from ecopark.planning.compare.result import Comparison
from ecopark.planning.compare.runs import ComparedRuns, rows_of_run
from ecopark.planning.compare.tables import (
    Records,
    Span,
    curve_table,
    firm_table,
    indicator_table,
    link_table,
    map_table,
)
from ecopark.scenario.paths import parse_month

# Keeping the rows of a run costs about as much as a short run.
_KEEPING_S = 0.4
_COLUMNS = ["source", "replicate", "period", "scope", "indicator", "value", "unit"]
_Kind = TypeVar("_Kind", bound=Comparison)


def build_model(
    alternatives: Sequence[Alternative], place: Path, until: str | None, **kept: Any
) -> ComparedRuns:
    """Keep the scenarios in a folder and make the model that runs them.

    Parameters
    ----------
    alternatives : sequence of Alternative
    place : pathlib.Path
    until : str or None
    **kept
        Further fields of :class:`~ecopark.planning.compare.runs.ComparedRuns`.

    Returns
    -------
    ComparedRuns

    Raises
    ------
    ResultsError
        If the folder cannot be written or holds other scenarios.
    """
    files = [keep_scenario(one.scenario, place / f"alternative-{k}") for k, one in enumerate(alternatives)]
    expected = max(expected_seconds(one.scenario) for one in alternatives) + _KEEPING_S
    return ComparedRuns(
        tuple(path for path, _ in files), tuple(digest for _, digest in files), expected, until, **kept
    )


def build_study(
    alternatives: Sequence[Alternative], model: ComparedRuns, replicates: int, seed: int
) -> Study:
    """The comparison as a paired study, the alternatives its points.

    Parameters
    ----------
    alternatives : sequence of Alternative
    model : ComparedRuns
    replicates, seed : int

    Returns
    -------
    Study
    """
    points = tuple(Point(one.label, {"scenario": k}) for k, one in enumerate(alternatives) if k)
    return Study(
        name="-".join(one.label for one in alternatives), parameters=(), design=Design("paired", alternatives=points),
        replicates=replicates, seed=seed, model=model,
    )  # fmt: skip


def read_records(results: StudyResults, labels: Sequence[str]) -> Records:
    """Rows of a study's finished runs.

    Parameters
    ----------
    results : StudyResults
        Of a study of :class:`~ecopark.planning.compare.runs.ComparedRuns`.
    labels : sequence of str
        Of its points.

    Returns
    -------
    Records

    Raises
    ------
    ResultsError
        If no run finished on some side, or futures differ before the day on which they part.
    """
    runs = results.runs
    finished = {
        label: tuple(sorted(runs.loc[runs["point"] == k, "replicate"].tolist()))
        for k, label in enumerate(labels)
    }
    _refuse_empty(finished, results)
    rows = results.indicators.assign(source=results.indicators["point"].map(dict(enumerate(labels))))
    return Records(rows[_COLUMNS].reset_index(drop=True), finished)


def _refuse_empty(finished: Mapping[str, tuple[int, ...]], results: StudyResults) -> None:
    for label, mine in finished.items():
        if not mine:
            failed = results.failures
            first = failed["message"].iloc[0] if len(failed) else "there are none"
            raise ResultsError(f"no run of {label} finished: {first}; see {results.folder / 'failures'}")


def collect_runs(alternatives: Sequence[Alternative]) -> tuple[Records, int]:
    """Rows of finished runs of the same seeds.

    Parameters
    ----------
    alternatives : sequence of Alternative
        With runs.

    Returns
    -------
    tuple of Records and int
        No finished run has failed: the number is 0.

    Raises
    ------
    DomainError
        If no seed is common to all.
    """
    seeds = {one.label: {run.seed for run in one.runs} for one in alternatives}
    common = sorted(set.intersection(*seeds.values()))
    if not common:
        told = "; ".join(f"{label}: {', '.join(map(str, sorted(mine)))}" for label, mine in seeds.items())
        raise DomainError(
            f"no two of these runs share a seed ({told}), so their luck differs; run them with --seed alike"
        )
    rows = [
        (one.label, run.seed, *row) for one in alternatives for run in one.runs if run.seed in common for row in
        rows_of_run(run) if row[0] is not None
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=_COLUMNS).astype({"period": "datetime64[s]"})
    return Records(table, {one.label: tuple(common) for one in alternatives}), 0


def choose_spans(
    alternatives: Sequence[Alternative], until: str | None, years: Sequence[int]
) -> tuple[Span, ...]:
    """Sides of a comparison: scenarios over one span, or years of one scenario.

    Parameters
    ----------
    alternatives : sequence of Alternative
    until : str or None
        Last year or month that is run.
    years : sequence of int, yr
        As in :func:`~ecopark.planning.compare.comparing.compare`.

    Returns
    -------
    tuple of Span

    Raises
    ------
    DomainError
        If a year lies outside what is run, or there is nothing to compare.
    """
    first, last = common_years(alternatives)
    last = min(last, _last_year(alternatives, until, last))
    outside = [year for year in years if not first <= year <= last]
    if outside or first > last:
        named = f"year {outside[0]}" if outside else "there is no whole year: it"
        raise DomainError(f"{named} lies outside what all alternatives ran, {first} to {last}")
    if len(alternatives) == 1:
        label = alternatives[0].label
        if len(set(years)) < 2:
            raise DomainError(
                f"there is nothing to compare {label} with; name another scenario, or two years or more"
            )
        return tuple(Span(str(year), label, year, year) for year in years)
    if len(years) > 2:
        raise DomainError(
            "several scenarios are compared over one span: give its year, or its first and last year"
        )
    begin, end = (min(years), max(years)) if years else (first, last)
    return tuple(Span(one.label, one.label, begin, end) for one in alternatives)


def _last_year(alternatives: Sequence[Alternative], until: str | None, last: int) -> int:
    """Last whole year that is run, or has been."""
    ran = [int(run.flows["end"].max().year) - 1 for one in alternatives for run in one.runs if len(run.flows)]
    if ran:
        return min(ran)
    if until is None:
        return last
    try:
        month = parse_month(until)
    except ValueError as failure:
        raise DomainError(f"until: {failure}") from failure
    whole = len(until.strip()) == 4 or month.month == 12
    return month.year - (not whole)


def build_comparison(
    alternatives: Sequence[Alternative],
    spans: Sequence[Span],
    records: Records,
    failed: int,
    notes: Sequence[str],
    kind: type[_Kind],
    struck: Set[str] = frozenset(),
    **more: Any,
) -> _Kind:
    """Tables of finished runs.

    Parameters
    ----------
    alternatives : sequence of Alternative
    spans : sequence of Span
    records : Records
    failed : int
        Runs that raised.
    notes : sequence of str
    kind : type of Comparison
    struck : set of str
        Further firms whose own business differs.
    **more
        Further fields of that kind.

    Returns
    -------
    Comparison
    """
    places, resources = firms_table(alternatives), resources_table(alternatives)
    firms = places.index.get_level_values("firm").tolist()
    names = {str(firm): str(short) for firm, short in zip(firms, places["short"].tolist(), strict=True)}
    spoken = names | {str(key): str(short) for key, short in resources["short"].items()}
    differing = changed_firms(alternatives)
    by_span = {span.label: differing.get(span.source, set()) | struck for span in spans}
    left_out = {firm for firms in by_span.values() for firm in firms}
    apart = [_say_left_out(left_out, names)] if left_out else []
    shared = set.intersection(*(set(mine) for mine in records.finished.values()))
    few = (
        []
        if len(shared) > 5
        else [f"{len(shared)} pairs of runs: too few to call any difference clear; take 10 or more"]
    )
    return kind(
        spans=tuple(spans), replicates=len(shared), failed=failed,
        currency=alternatives[0].scenario.park.currency.code, notes=(*notes, *apart, *few),
        indicators=indicator_table(records, spans, left_out), firms=firm_table(records, spans, names, by_span),
        links=link_table(records, spans, spoken), curves=curve_table(records), maps=map_table(records),
        places=places, resources=resources, **more,
    )  # fmt: skip


def _say_left_out(firms: Set[str], names: Mapping[str, str]) -> str:
    told = sorted(names.get(firm, firm) for firm in firms)
    shown = ", ".join(told[:5]) + (f" and {len(told) - 5} more" if len(told) > 5 else "")
    return (
        f"net cost, net emissions and landfill are those of all firms but {shown}, whose own business differs"
    )
