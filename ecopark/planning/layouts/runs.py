"""Layouts in runs: every one beside the present one, with the same luck.

What lives here: the study of the layouts found, and its results per year. What does not: running a study
(``experiments.sweeps``), which layouts (``finding``).
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pandas as pd

from ecopark.errors import ResultsError
from ecopark.experiments.engine import EngineName
from ecopark.experiments.study import Alternative, Design, Study
from ecopark.experiments.sweeps import Watch, sweep
from ecopark.planning.layouts.result import PRESENT
from ecopark.scenario import Scenario

# What runs are compared by; the first ranks layouts.
OUTPUTS = ("joint_gain", "avoided_co2", "avoided_waste", "avoided_water", "ever_operated", "operating_at_end")
_RANKED = OUTPUTS[0]
_COMPARED = ["layout", "output", "unit", "base", "mean", "low", "high", "replicates", "same_sign"]
Crew = tuple[EngineName | None, int | None, str | None]


def _study(scenario: Scenario, layouts: Mapping[str, dict[str, str]], replicates: int, seed: int) -> Study:
    """Every layout beside the present one, with the same luck."""
    alternatives = tuple(
        Alternative(name, {f"firms.{firm}.plot": plot for firm, plot in plots.items()})
        for name, plots in layouts.items()
    )
    design = Design("paired", alternatives=alternatives)
    return Study(f"{scenario.name}-layouts", (), design, replicates, seed, scenario=scenario)


def run_layouts(
    scenario: Scenario,
    layouts: Mapping[str, dict[str, str]],
    luck: tuple[int, int],
    crew: Crew,
    folder: str | Path | None,
    watch: Watch | None,
    *,
    retry_failed: bool,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run layouts beside the present one.

    Parameters
    ----------
    scenario : Scenario
        The present layout.
    layouts : mapping of str to dict of str to str
        Plot by firm, by layout.
    luck : tuple of (int, int)
        Replicates, and run seed of the first.
    crew : tuple of (str or None, int or None, str or None)
        Engine, workers, address of a scheduler, as in :func:`~ecopark.experiments.sweeps.sweep`.
    folder : str or path, optional
        In which the runs have a folder of their own; they are thrown away where there is none.
    watch : callable, optional
        Called with the standing of the runs.
    retry_failed : bool

    Returns
    -------
    tuple of (pandas.DataFrame, pandas.DataFrame)
        ``runs`` and ``differences`` of :class:`~ecopark.planning.layouts.result.LayoutSearch`.

    Raises
    ------
    ResultsError
        If runs failed or the folder cannot be used.
    """
    study = _study(scenario, layouts, *luck)
    digest = sha256(repr(study.describe()).encode()).hexdigest()[:12]
    with tempfile.TemporaryDirectory(prefix="ecopark-layouts-") as spare:
        place = Path(folder or spare) / f"runs-{digest}"
        results = sweep(study, *crew, place, retry_failed=retry_failed, progress=watch)
        if len(results.failures):
            first = results.failures.iloc[0]
            raise ResultsError(
                f"{len(results.failures)} of the runs failed, the first with {first['error']}: {first['message']}"
            )
        names = [PRESENT, *(alternative.name for alternative in study.design.alternatives)]
        runs = results.runs.reset_index(drop=True)
        units = results.units
        compared = (
            results.compare(list(OUTPUTS)) if len(names) > 1 else pd.DataFrame(columns=["point", "output"])
        )
    runs.insert(0, "layout", [names[point] for point in runs["point"]])
    runs = runs[["layout", "replicate", "seed", *(name for name in OUTPUTS if name in runs)]]
    compared = compared.assign(
        layout=[names[point] for point in compared["point"]],
        unit=[units[name] for name in compared["output"]],
    )
    return runs, compared.reindex(columns=_COMPARED)


def no_runs() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Runs and differences where nothing was run."""
    return pd.DataFrame({"layout": [], "replicate": [], "seed": []}), pd.DataFrame(columns=_COMPARED)


def add_runs(
    table: pd.DataFrame, runs: pd.DataFrame, differences: pd.DataFrame, scenario: Scenario
) -> pd.DataFrame:
    """What emerged beside what is possible, per year.

    Parameters
    ----------
    table : pandas.DataFrame
        ``layout`` and what is possible.
    runs, differences : pandas.DataFrame
        Of :func:`run_layouts`.
    scenario : Scenario
        For the length of its time.

    Returns
    -------
    pandas.DataFrame
        With ``emergent, gain, low, high`` (money/yr), ``same_sign`` and ``replicates``.
    """
    span = scenario.park.time
    years = span.end.year - span.start.year + (span.end.month - span.start.month + 1) / 12.0
    told = differences[differences["output"] == _RANKED].set_index("layout")
    means = runs.groupby("layout")[_RANKED].mean() if _RANKED in runs else pd.Series(dtype=float)
    count = runs.groupby("layout")["replicate"].nunique()
    layout = table["layout"]
    return table.assign(
        emergent=layout.map(means).astype(float) / years,
        gain=layout.map(told["mean"]).astype(float) / years,
        low=layout.map(told["low"]).astype(float) / years,
        high=layout.map(told["high"]).astype(float) / years,
        same_sign=layout.map(told["same_sign"]).astype(float),
        replicates=layout.map(count).fillna(0).astype(int),
    )
