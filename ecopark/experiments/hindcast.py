"""Many runs against the record: the hindcast.

What lives here: :func:`run_hindcast`, and :class:`Hindcast` with its tables. What does not: what is kept of
one run (``hindcast_runs``), the measures (``scores``), chance (``baselines``), the comparison of both
(``hindcast_tables``). The manual is ``docs/hindcast.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ecopark.errors import DomainError, ResultsError
from ecopark.experiments.engine import EngineName
from ecopark.experiments.folders import keep_scenario
from ecopark.experiments.hindcast_runs import HindcastRuns
from ecopark.experiments.hindcast_tables import Judged, build_tables
from ecopark.experiments.kept import KeptResult
from ecopark.experiments.models import expected_seconds
from ecopark.experiments.record import LINK, Record, exchanges_of, read_record
from ecopark.experiments.results import StudyResults
from ecopark.experiments.study import Design, Study
from ecopark.experiments.sweeps import Watch, sweep
from ecopark.scenario import Scenario
from ecopark.simulate import check_rules, feasible_pairs

TABLES = ("measures", "curve", "exchanges", "starts", "scores", "network", "volumes")
# Judging a run costs about a third of a short run.
_JUDGING_S = 0.15


@dataclass(frozen=True)
class Hindcast(KeptResult):
    """Replicates of a scenario beside its record.

    Attributes
    ----------
    name : str
        Of the scenario.
    until : int, yr
        Last year judged.
    replicates : int
        Runs that finished.
    failed : int
        Runs that raised.
    measures : pandas.DataFrame
        One row per measure: ``measure, unit, low, median, high`` of the runs (central 90 %), ``line`` (least
        squares), ``even`` (final count spread evenly), ``random_low, random_median, random_high`` (random
        feasible links; for tau random feasible years); missing where a baseline says nothing.
    curve : pandas.DataFrame
        By year: ``year, record, low, median, high, line, even, inside``, cumulative counts of exchanges.
    exchanges : pandas.DataFrame
        One row per exchange of the record or of any run: ``from_firm, to_firm, resource, recorded`` (start
        year, missing where the record lacks it), ``runs``, ``frequency``, quantiles of the start year
        ``low, quarter, median, three_quarters, high`` over the runs that make it, ``feasible``, the first
        year in which it is possible, and ``label``.
    starts : pandas.DataFrame
        Start year of each exchange of each run: ``replicate, seed, from_firm, to_firm, resource, year``.
    scores : pandas.DataFrame
        By year: ``year, score, source`` (``model`` or ``random``), ``low, median, high``.
    network : pandas.DataFrame
        By year: ``year, metric, record, low, median, high, random_low, random_median, random_high``.
    volumes : pandas.DataFrame
        ``item, year, unit, recorded, low, median, high, error`` (of the median), ``operating`` (share of runs
        above zero).

    Notes
    -----
    Figures: ``hindcast.plot.curve()``, ``.starts()``, ``.scores()``.
    """

    drawn_by = "ecopark.report.hindcast_plots:HindcastPlots"

    name: str
    until: int
    replicates: int
    failed: int
    measures: pd.DataFrame
    curve: pd.DataFrame
    exchanges: pd.DataFrame
    starts: pd.DataFrame
    scores: pd.DataFrame
    network: pd.DataFrame
    volumes: pd.DataFrame

    def summary(self) -> dict[str, Any]:
        """The measures as plain data."""
        told = self.measures.set_index("measure")
        return {
            "scenario": self.name,
            "until": self.until,
            "replicates": self.replicates,
            "failed": self.failed,
            "measures": {str(name): dict(row) for name, row in told.iterrows()},
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, as they are saved."""
        return {name: getattr(self, name) for name in TABLES}


def run_hindcast(
    scenario: Scenario,
    replicates: int = 100,
    until: int | None = None,
    folder: str | Path | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    *,
    seed: int = 1,
    retry_failed: bool = False,
    progress: Watch | None = None,
) -> Hindcast:
    """Run a scenario many times and compare with its record.

    Parameters
    ----------
    scenario : Scenario
        With ``observed``.
    replicates : int
        Runs; replicate k has run seed ``seed + k``.
    until : int, optional
        Last year judged; that of the record by default.
    folder : str or path, optional
        ``results/hindcast/<scenario>`` by default. The runs are kept in it and not run again.
    engine, workers, scheduler
        As in :func:`~ecopark.experiments.sweeps.sweep`.
    seed : int
        Of the first replicate, and of the random baselines.
    retry_failed : bool
        Run those that raised again.
    progress : callable, optional
        As in :func:`~ecopark.experiments.sweeps.sweep`.

    Returns
    -------
    Hindcast

    Raises
    ------
    ScenarioError
        If the scenario has no record that can be judged to that year, or names an unknown rule.
    ResultsError
        If the folder holds another hindcast or cannot be written, or no run finished.
    DomainError
        If there is no replicate, or engine, workers and scheduler do not go together.

    Examples
    --------
    >>> hindcast = run_hindcast(Scenario.load("kalundborg"), 20)  # doctest: +SKIP
    >>> hindcast.measures  # doctest: +SKIP
    """
    if replicates < 1:
        raise DomainError(f"a hindcast needs at least one replicate, found {replicates}")
    record = read_record(scenario, until)
    check_rules(scenario)
    place = Path(folder or Path("results") / "hindcast" / scenario.name)
    path, digest = keep_scenario(scenario, place)
    model = HindcastRuns(path, digest, record.until, expected_seconds(scenario) + _JUDGING_S)
    study = Study(
        name=f"{scenario.name}-hindcast", parameters=(), design=Design("paired"), replicates=replicates,
        seed=seed, model=model,
    )  # fmt: skip
    results = sweep(
        study, engine, workers, scheduler, place / "study", retry_failed=retry_failed, progress=progress
    )  # fmt: skip
    return compare(scenario, record, results, seed)


def compare(scenario: Scenario, record: Record, results: StudyResults, seed: int) -> Hindcast:
    """Finished runs beside the record and the baselines.

    Parameters
    ----------
    scenario : Scenario
    record : Record
    results : StudyResults
        Of a study of :class:`~ecopark.experiments.hindcast_runs.HindcastRuns` with one point.
    seed : int
        Of the random baselines.

    Returns
    -------
    Hindcast

    Raises
    ------
    ResultsError
        If no run finished.
    """
    failed = len(results.failures)
    if not len(results.runs):
        first = results.failures["message"].iloc[0] if failed else "there are none"
        raise ResultsError(f"no run finished: {first}; see {results.folder / 'failures'}")
    candidates = feasible_pairs(scenario)
    candidates = candidates.assign(
        first=candidates["first"].dt.year, last=candidates["last"].dt.year
    ).sort_values(LINK, ignore_index=True)
    judged = Judged(record, results.runs, results.indicators, scenario.park.time.start.year)
    tables = dict(build_tables(judged, candidates, seed))
    tables["exchanges"] = tables["exchanges"].assign(label=_labels(scenario, tables["exchanges"]))
    return Hindcast(scenario.name, record.until, len(results.runs), failed, **tables)


def _labels(scenario: Scenario, exchanges: pd.DataFrame) -> list[str]:
    """Exchanges as people read them: giver, taker and residual by their short names."""
    park = scenario.park
    firms = {key: firm.short or firm.name for key, firm in park.firms.items()}
    resources = {key: one.short or key.replace("_", " ") for key, one in park.resources.items()}
    return [
        f"{firms[giver]} → {firms[taker]}: {resources[resource]}"
        for giver, taker, resource in exchanges_of(exchanges)
    ]
