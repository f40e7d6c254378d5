"""What each mechanism contributes: the same runs without it, against the record and in the network at the end.

What lives here: :func:`run_ablation`, and :class:`Ablation` with its tables. What does not: the study file that
names the mechanisms (``study_file``), the measures against the record (``hindcast_runs``), paired differences
(``statistics``). The manual is ``docs/ablation.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ecopark.errors import DomainError
from ecopark.experiments.engine import EngineName
from ecopark.experiments.exports import as_markdown
from ecopark.experiments.folders import keep_scenario
from ecopark.experiments.hindcast_runs import HindcastRuns, score_run, volumes_of
from ecopark.experiments.kept import KeptResult
from ecopark.experiments.models import Outcome, Row, expected_seconds, summary_rows
from ecopark.experiments.record import exchanges_of, pairs_of, read_record, starts_of
from ecopark.experiments.results import StudyResults
from ecopark.experiments.study import Study
from ecopark.experiments.sweeps import Watch, sweep
from ecopark.indicators.overtime import operating_at
from ecopark.run import Run
from ecopark.simulate import check_rules, simulate

_JUDGING_S = 0.15
# Name of an output, its head in the table, divisor and decimals there.
COLUMNS = (
    ("f1_pairs", "F1, pairs", 1.0, 3),
    ("f1_exchanges", "F1, resource", 1.0, 3),
    ("tau", "tau", 1.0, 3),
    ("curve_distance", "curve", 1.0, 2),
    ("volume_error", "volumes", 1.0, 3),
    ("count", "begun", 1.0, 2),
    ("links_at_end", "links", 1.0, 2),
    ("partners_at_end", "partners", 1.0, 2),
    ("avoided_co2", "CO2e, Mt", 1e6, 3),
    ("avoided_water", "water, million m3", 1e6, 2),
)
_SCORES = ("F1, pairs", "F1, resource", "tau", "curve", "volumes", "begun")


def end_rows(run: Run) -> list[Row]:
    """The network at the end of a run, and what it avoided.

    Parameters
    ----------
    run : Run

    Returns
    -------
    list of tuple
        Period (None), scope, indicator, value, unit: ``links_at_end``, exchanges in operation by giver, taker
        and residual; ``partners_at_end``, mean number of other firms that a firm with any exchanges with, 0
        where there is none; and the numbers of the whole run that a study keeps.
    """
    links = set(exchanges_of(operating_at(run.synergies, run.flows["end"].max())))
    pairs = {frozenset(pair) for pair in pairs_of(links)}
    firms = {firm for pair in pairs for firm in pair}
    partners = 2.0 * len(pairs) / len(firms) if firms else 0.0
    ends = [("links_at_end", float(len(links))), ("partners_at_end", partners)]
    return [(None, "park", name, value, "count") for name, value in ends] + summary_rows(run)


@dataclass(frozen=True)
class AblationRuns(HindcastRuns):
    """Runs of a park to its end, each judged by the record and by its network at the end.

    Attributes
    ----------
    end : str or None
        Last month; that of the scenario by default.
    """

    end: str | None = None

    def describe(self) -> dict[str, Any]:
        """What identifies it."""
        return super().describe() | {"end": self.end}

    def run(self, variant: Any, seed: int) -> Outcome:
        """Simulate once to the end, judge, and look at what stands."""
        scenario, record = variant
        run = simulate(scenario, seed, self.end)
        since = scenario.park.time.start.year
        scores = score_run(starts_of(run.synergies), volumes_of(run, record), record, since)
        return Outcome([(None, "park", name, value, "1") for name, value in scores.items()] + end_rows(run))


@dataclass(frozen=True)
class Ablation(KeptResult):
    """A scenario without one mechanism at a time.

    Attributes
    ----------
    name : str
        Of the study.
    until : int, yr
        Last year judged by the record.
    replicates : int
        Paired runs.
    failed : int
        Runs that raised.
    differences : pandas.DataFrame
        One row per mechanism and output: ``mechanism, output, unit, base`` (mean with it), ``mean`` (difference
        without it), ``low, high`` (95 % bootstrap interval), ``replicates``, ``same_sign``, ``clear`` (the
        interval does not hold zero).
    changed : pandas.Series
        By mechanism: share of the replicates in which any output of ``COLUMNS`` differs without it.
    """

    name: str
    until: int
    replicates: int
    failed: int
    differences: pd.DataFrame
    changed: pd.Series

    def table(self) -> pd.DataFrame:
        """The differences as text for people, a row per mechanism; bold where the interval does not hold zero.

        Returns
        -------
        pandas.DataFrame
            ``without, changed`` and a column per output of ``COLUMNS``; the first row is the mean with all
            mechanisms.
        """
        rows = self.differences.set_index(["mechanism", "output"]).sort_index()
        mechanisms = list(dict.fromkeys(self.differences["mechanism"]))
        heads = [column for column in COLUMNS if column[0] in set(self.differences["output"])]
        lines = [["nothing (mean)", ""]]
        for output, _, divisor, digits in heads:
            lines[0].append(f"{rows.loc[(mechanisms[0], output), 'base'] / divisor:.{digits}f}")
        for mechanism in mechanisms:
            line = [mechanism, f"{100.0 * self.changed[mechanism]:.0f} %"]
            line += [_cell(rows.loc[(mechanism, name)], by, digits) for name, _, by, digits in heads]
            lines.append(line)
        return pd.DataFrame(lines, columns=["without", "changed", *(head for _, head, _, _ in heads)])

    def parts(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The table in two: scores against the record, and the network at the end."""
        cells = self.table()
        scores = ["without", *(head for head in _SCORES if head in cells)]
        return cells[scores], cells[[name for name in cells.columns if name not in scores[1:]]]

    def idle(self) -> list[str]:
        """Mechanisms without which no difference of an output of ``COLUMNS`` is clear."""
        told = self.differences[self.differences["output"].isin([name for name, *_ in COLUMNS])]
        clear = told.groupby("mechanism", sort=False)["clear"].any()
        return [str(name) for name in clear.index[~clear]]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, as they are saved."""
        return {"differences": self.differences}

    def summary(self) -> dict[str, Any]:
        """The outcome as plain data."""
        return {
            "study": self.name,
            "until": self.until,
            "replicates": self.replicates,
            "failed": self.failed,
            "changed": self.changed.to_dict(),
            "idle": self.idle(),
        }

    def write_more(self, folder: Path) -> None:
        """Write the table for people as ``table.md``.

        Parameters
        ----------
        folder : pathlib.Path
        """
        text = "\n".join(as_markdown(part) for part in self.parts())
        (folder / "table.md").write_text(text, encoding="utf-8")


def _cell(row: pd.Series, divisor: float, digits: int) -> str:
    """A difference with its interval, in bold where it is clear."""
    mean, low, high = (f"{float(row[name]) / divisor:+.{digits}f}" for name in ("mean", "low", "high"))
    text = f"{mean} ({low} to {high})".replace("-", "\N{MINUS SIGN}")
    if row["low"] == row["high"] == 0.0:
        return "0"
    return f"**{text}**" if row["clear"] else text


def run_ablation(
    study: Study | str | Path,
    folder: str | Path | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    *,
    retry_failed: bool = False,
    progress: Watch | None = None,
) -> Ablation:
    """Run a scenario with all its mechanisms and without each, on the same luck.

    Parameters
    ----------
    study : Study, str or path
        A paired one: each alternative switches a mechanism off. Its scenario has a record.
    folder : str or path, optional
        ``results/<study>`` by default. The runs are kept in it and not run again.
    engine, workers, scheduler
        As in :func:`~ecopark.experiments.sweeps.sweep`.
    retry_failed : bool
        Run those that raised again.
    progress : callable, optional
        As in :func:`~ecopark.experiments.sweeps.sweep`.

    Returns
    -------
    Ablation

    Raises
    ------
    StudyError
        With every mistake in the study, before the first run.
    ScenarioError
        If its scenario has no record.
    ResultsError
        If the folder holds something else, cannot be written, or no run finished.
    DomainError
        If the study is not paired or parts on a date, or engine, workers and scheduler do not go together.

    Examples
    --------
    >>> run_ablation("kalundborg/ablation").table()  # doctest: +SKIP
    """
    if not isinstance(study, Study):
        study = Study.load(study)
    scenario = study.scenario
    if scenario is None or study.design.kind != "paired" or study.design.since is not None:
        raise DomainError(
            f"{study.name}: an ablation is a paired study of a scenario whose alternatives differ from the start"
        )
    record = read_record(scenario)
    check_rules(scenario)
    place = Path(folder or Path("results") / study.name)
    path, digest = keep_scenario(scenario, place)
    expected = expected_seconds(scenario) + _JUDGING_S
    model = AblationRuns(path, digest, record.until, expected, "ablation", study.until)
    results = sweep(
        replace(study, model=model), engine, workers, scheduler, place / "study", retry_failed=retry_failed,
        progress=progress,
    )  # fmt: skip
    return compare_mechanisms(study.name, results, record.until)


def compare_mechanisms(name: str, results: StudyResults, until: int) -> Ablation:
    """Finished runs without each mechanism beside those with all.

    Parameters
    ----------
    name : str
    results : StudyResults
        Of a paired study of :class:`AblationRuns`.
    until : int, yr
        Last year judged by the record.

    Returns
    -------
    Ablation
    """
    table = results.compare()
    clear = (table["low"] > 0.0) | (table["high"] < 0.0)
    differences = table.rename(columns={"label": "mechanism"}).assign(clear=clear)
    names = ["mechanism", "output", "unit", "base", "mean", "low", "high", "replicates", "same_sign", "clear"]
    runs = results.runs
    values = runs.set_index(["point", "replicate"])[[n for n, *_ in COLUMNS if n in results.outputs]]
    base = values.loc[0]
    changed = {}
    for point in sorted({*runs["point"]} - {0}):
        mine = values.loc[point]
        both = mine.index.intersection(base.index)
        # Missing in both is no difference.
        same = (mine.loc[both] == base.loc[both]) | (mine.loc[both].isna() & base.loc[both].isna())
        changed[str(results.design["label"][point])] = float((~same.all(axis=1)).mean())
    return Ablation(
        name, until, len(base), len(results.failures), differences[names], pd.Series(changed, dtype=float)
    )
