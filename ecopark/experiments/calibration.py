"""Calibration by history matching: the parameters a record does not exclude.

What lives here: :func:`calibrate`, which runs the waves as studies, and :class:`Calibration` with its tables.
What does not: the method (``history_matching``), the file (``calibration_file``), what is kept of a run
(``hindcast_runs``). The manual is ``docs/hindcast.md``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.errors import ResultsError
from ecopark.experiments.calibration_file import Plan, read_plan
from ecopark.experiments.calibration_tables import build_tables
from ecopark.experiments.design import as_json
from ecopark.experiments.engine import EngineName
from ecopark.experiments.folders import keep_scenario, keep_text
from ecopark.experiments.hindcast_runs import HindcastRuns
from ecopark.experiments.history_matching import Evaluation, match
from ecopark.experiments.kept import KeptResult
from ecopark.experiments.models import Model, expected_seconds
from ecopark.experiments.parameter_file import spread_overrides
from ecopark.experiments.record import read_record
from ecopark.experiments.results import StudyResults
from ecopark.experiments.study import Alternative, Design, Study
from ecopark.experiments.sweeps import Watch, sweep
from ecopark.scenario import Scenario

TABLES = ("waves", "patterns", "parameters", "points", "sample")
Showing = Callable[[str], AbstractContextManager[Watch]]
_JUDGING_S = 0.15


@dataclass(frozen=True)
class Calibration(KeptResult):
    """What is left of the parameters.

    Attributes
    ----------
    name : str
    waves : pandas.DataFrame
        ``wave, points, runs, space_left`` (share of the prior not excluded after it), ``closest`` (smallest
        implausibility of a point that was run).
    patterns : pandas.DataFrame
        ``pattern, output, target, tolerance, between`` (standard deviation between replicates), ``base`` (mean
        of the scenario as it is), ``closest`` (mean at the closest point), ``points`` (of the last emulator),
        ``within`` (share of them predicted within three standard deviations, each left out in turn).
    parameters : pandas.DataFrame
        ``parameter, unit, scale, range_low, range_high, base`` (missing where it is no plain number), ``closest``,
        ``low, median, high`` (central 90 % of what is left), ``reduction`` and ``weighted_reduction`` (share
        of the range ruled out, see :func:`~ecopark.experiments.history_matching.reduce_range`), ``statement``.
    points : pandas.DataFrame
        Every point that was run: ``wave``, parameters, mean of each pattern, ``implausibility``.
    sample : pandas.DataFrame
        The space that is left: parameters, ``implausibility`` by the emulators, ``weight``.
    closest : dict of str to object
        Values by dotted path of the point that was run and came closest.
    failed : int
        Runs that raised.

    Notes
    -----
    Figures: ``calibration.plot.marginals()``, ``.pairs()``.
    """

    drawn_by = "ecopark.report.calibration_plots:CalibrationPlots"

    name: str
    waves: pd.DataFrame
    patterns: pd.DataFrame
    parameters: pd.DataFrame
    points: pd.DataFrame
    sample: pd.DataFrame
    closest: dict[str, Any]
    failed: int = 0

    def summary(self) -> dict[str, Any]:
        """The outcome as plain data."""
        told = self.parameters.set_index("parameter")
        return {
            "calibration": self.name,
            "failed": self.failed,
            "space_left": float(self.waves["space_left"].iloc[-1]),
            "closest": self.closest,
            "closest_implausibility": float(self.points["implausibility"].min()),
            "parameters": {str(name): dict(row) for name, row in told.iterrows()},
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, as they are saved."""
        return {name: getattr(self, name) for name in TABLES}


def calibrate(
    scenario: Scenario,
    file: str | Path | None = None,
    folder: str | Path | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    *,
    retry_failed: bool = False,
    progress: Showing | None = None,
) -> Calibration:
    """Calibrate a scenario on its record.

    Parameters
    ----------
    scenario : Scenario
        With ``observed``; nothing after its last year is used.
    file : str or path, optional
        ``calibration.yaml`` beside the scenario by default.
    folder : str or path, optional
        ``results/calibration/<scenario>`` by default. What stands there of the same calibration is not run
        again.
    engine, workers, scheduler
        As in :func:`~ecopark.experiments.sweeps.sweep`.
    retry_failed : bool
        Run those that raised again.
    progress : callable, optional
        From the name of a wave to a context that gives what is called after every chunk of it.

    Returns
    -------
    Calibration

    Raises
    ------
    ScenarioError
        If the scenario has no record.
    StudyError
        With every mistake in the file.
    ResultsError
        If the folder holds another calibration or cannot be written, or too few runs finished.
    """
    record = read_record(scenario)
    path = Path(file) if file is not None else (scenario.path or Path()).parent / "calibration.yaml"
    plan = read_plan(path, scenario, record)
    place = Path(folder or Path("results") / "calibration" / scenario.name)
    kept, digest = keep_scenario(scenario, place)
    model = HindcastRuns(kept, digest, record.until, expected_seconds(scenario) + _JUDGING_S)
    return run_plan(
        plan, model, place, scenario, engine, workers, scheduler, retry_failed=retry_failed, progress=progress
    )


def run_plan(
    plan: Plan,
    model: Model,
    folder: Path,
    scenario: Scenario | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    *,
    retry_failed: bool = False,
    progress: Showing | None = None,
) -> Calibration:
    """Run a plan on any model.

    Parameters
    ----------
    plan : Plan
    model : Model
    folder : pathlib.Path
    scenario : Scenario, optional
        What the model runs, for the values it has as it is.
    engine, workers, scheduler
        As in :func:`~ecopark.experiments.sweeps.sweep`.
    retry_failed : bool
        Run those that raised again.
    progress : callable, optional
        As in :func:`calibrate`.

    Returns
    -------
    Calibration

    Raises
    ------
    ResultsError
        If the folder holds another calibration or cannot be written, or too few runs finished.
    """
    described = as_json(plan.describe())
    keep_text(folder, "plan.json", described, "calibration")
    if isinstance(model, HindcastRuns):
        model = replace(model, purpose=sha256(described.encode()).hexdigest())
    waves = _Waves(plan, model, folder, scenario, (engine, workers, scheduler), retry_failed, progress)
    matching = match(
        waves.evaluate, len(plan.parameters), plan.patterns, waves=plan.waves, points=plan.points,
        cutoff=plan.cutoff, seed=plan.seed,
    )  # fmt: skip
    tables, closest = build_tables(plan, matching, waves.results, scenario)
    failed = sum(len(one.failures) for one in waves.results)
    return Calibration(plan.name, **tables, closest=waves.overrides(closest), failed=failed)


class _Waves:
    """Runs each wave as a study of named points, whose folder resumes by itself."""

    def __init__(
        self,
        plan: Plan,
        model: Model,
        folder: Path,
        scenario: Scenario | None,
        engine: tuple[EngineName | None, int | None, str | None],
        retry_failed: bool,
        progress: Showing | None,
    ) -> None:
        self._plan, self._model, self._folder, self._scenario = plan, model, folder, scenario
        self._engine, self._retry, self._progress = engine, retry_failed, progress
        self.results: list[StudyResults] = []

    def evaluate(self, number: int, shares: NDArray[np.float64]) -> Evaluation:
        """Means and variances of the patterns at some points."""
        plan = self._plan
        shares = self._kept(number, shares)
        named = tuple(Alternative(f"point {k}", self.overrides(point)) for k, point in enumerate(shares))
        study = Study(
            name=f"{plan.name}-wave-{number}", parameters=(), design=Design("paired", alternatives=named),
            replicates=plan.replicates, seed=plan.seed, model=self._model, chunk=plan.replicates,
        )  # fmt: skip
        showing = (
            nullcontext() if self._progress is None else self._progress(f"wave {number} of {plan.waves}")
        )
        with showing as told:
            place = self._folder / f"wave-{number}"
            results = sweep(study, *self._engine, place, retry_failed=self._retry, progress=told)
        if not len(results.runs):
            first = results.failures["message"].iloc[0]
            raise ResultsError(f"no run of wave {number} finished: {first}; see {place / 'failures'}")
        self.results.append(results)
        outputs = [pattern.output for pattern in plan.patterns]
        groups = results.runs.reindex(columns=["point", *outputs]).groupby("point")[outputs]
        # Point 0 is the scenario as it is.
        points = range(1, len(named) + 1)
        mean, variance = groups.mean().reindex(points), groups.var(ddof=1).reindex(points)
        return Evaluation(
            shares, mean.to_numpy(dtype=np.float64), variance.to_numpy(dtype=np.float64), plan.replicates
        )

    def overrides(self, shares: NDArray[np.float64]) -> dict[str, Any]:
        """Overrides of one point of the unit cube."""
        found: dict[str, Any] = {}
        for parameter, share in zip(self._plan.parameters, shares, strict=True):
            found |= parameter.overrides(parameter.values_at(np.array([share]))[0])
        return spread_overrides(found, self._scenario)

    def _kept(self, number: int, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """The points of a wave as they were run first: an emulator may differ in its last digit elsewhere."""
        text = json.dumps(shares.tolist())
        kept = keep_text(self._folder, f"wave-{number}.json", text, "calibration", first=True)
        return np.array(json.loads(kept), dtype=np.float64)
