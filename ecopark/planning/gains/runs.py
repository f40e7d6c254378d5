"""Gains over several runs of one scenario: what a firm can expect, and how sure that is.

What lives here: running the replicates and averaging their tables. What does not: the tables of one run
(``measuring``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ecopark.errors import DomainError
from ecopark.experiments.kept import KeptResult
from ecopark.experiments.statistics import mean_interval
from ecopark.indicators.money import DISCOUNT_RATE
from ecopark.planning.gains.measuring import Gains, measure_gains
from ecopark.scenario import Scenario
from ecopark.simulate import simulate

Progress = Callable[[int, int], None]
_OF_FIRM = ("npv", "shapley", "overpaid", "gain_per_year", "invested", "payback", "share")


@dataclass(frozen=True)
class GainsOverRuns(KeptResult):
    """What the exchanges of several runs brought to whom.

    Attributes
    ----------
    runs : tuple of Gains
        Of each replicate, in the order of their seeds.

    Notes
    -----
    Figures: ``plot.split()``, ``plot.firms()``.
    """

    drawn_by = "ecopark.report.gains_plots:GainsPlots"

    runs: tuple[Gains, ...]

    @property
    def name(self) -> str:
        """Of the scenario."""
        return self.runs[0].name

    @property
    def currency(self) -> str:
        """Code of the money."""
        return self.runs[0].currency

    @property
    def labels(self) -> Mapping[str, str]:
        """Short name of each firm."""
        return self.runs[0].labels

    @cached_property
    def firms(self) -> pd.DataFrame:
        """What every firm gained.

        One row per firm, sorted by present value: ``firm``, ``present`` (1: share of runs in which it has an
        account), ``better_off_leaving`` (1: share of all runs), and of ``npv, shapley, overpaid`` (money),
        ``gain_per_year`` (money/yr), ``invested`` (money), ``payback`` (yr; the median) and ``share`` (1) the mean
        over the runs. Of the first three also the bounds of a 95 % bootstrap interval, ``_low`` and ``_high``.
        A firm without an account in a run gained nothing in it.
        """
        tables = [gains.firms.set_index("firm") for gains in self.runs]
        names = sorted(set().union(*(table.index for table in tables)))
        rows = []
        for firm in names:
            mine = [table.loc[firm] if firm in table.index else None for table in tables]
            row: dict[str, Any] = {"firm": firm, "present": np.mean([one is not None for one in mine])}
            row["better_off_leaving"] = np.mean(
                [one is not None and one["better_off_leaving"] for one in mine]
            )
            for column in _OF_FIRM:
                values = np.array([0.0 if one is None else one[column] for one in mine], dtype=np.float64)
                if column == "payback":
                    here = [float(one[column]) for one in mine if one is not None]
                    row[column] = float(np.median(here))
                    continue
                row[column] = float(values.mean())
                if column in ("npv", "shapley", "overpaid"):
                    row[f"{column}_low"], row[f"{column}_high"] = mean_interval(values)
            rows.append(row)
        table = pd.DataFrame(rows, columns=["firm", *[c for c in (rows[0] if rows else {}) if c != "firm"]])
        return (
            table.sort_values(["npv", "firm"], ascending=[False, True], ignore_index=True) if rows else table
        )

    @cached_property
    def exchanges(self) -> pd.DataFrame:
        """What the exchanges between two firms brought, by residual.

        ``from_firm, to_firm, resource``, ``frequency`` (1: share of runs with such an exchange), and over those
        runs the mean of ``npv, npv_giver, npv_taker`` (money, all such exchanges of a run together).
        """
        tables = [gains.exchanges.assign(replicate=k) for k, gains in enumerate(self.runs)]
        keys = ["from_firm", "to_firm", "resource"]
        sums = pd.concat(tables).groupby([*keys, "replicate"])[["npv", "npv_giver", "npv_taker"]].sum()
        groups = sums.groupby(level=keys)
        table = groups.mean()
        table.insert(0, "frequency", groups.size() / len(self.runs))
        return table.reset_index().sort_values(["npv", *keys], ascending=[False, True, True, True])

    @cached_property
    def split(self) -> pd.DataFrame:
        """The division as a whole: ``measure, mean, low, high`` (95 % bootstrap), units as in ``Gains.split``."""
        names = list(self.runs[0].split)
        rows = []
        for name in names:
            values = np.array([gains.split[name] for gains in self.runs], dtype=np.float64)
            values = values[np.isfinite(values)]
            mean = float(values.mean()) if values.size else np.nan
            rows.append((name, mean, *(mean_interval(values) if values.size else (np.nan, np.nan))))
        return pd.DataFrame(rows, columns=["measure", "mean", "low", "high"])

    def summary(self) -> dict[str, Any]:
        """What was measured and on which terms, as plain data."""
        first = self.runs[0]
        return {
            "scenario": first.name, "seeds": [gains.seed for gains in self.runs], "currency": first.currency,
            "rate": first.rate, "price_year": first.price_year, "value_year": first.value_year,
        }  # fmt: skip

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, as they are saved."""
        each = pd.concat([gains.firms.assign(seed=gains.seed) for gains in self.runs])
        return {"firms": self.firms, "exchanges": self.exchanges, "split": self.split, "firms_by_run": each}


def measure_gains_over_runs(
    scenario: Scenario,
    replicates: int,
    seed: int = 1,
    until: str | None = None,
    rate: float = DISCOUNT_RATE,
    value_year: int | None = None,
    progress: Progress | None = None,
) -> GainsOverRuns:
    """Run a scenario several times and measure the gains of each run.

    Parameters
    ----------
    scenario : Scenario
    replicates : int
        Runs; the seed of replicate k is ``seed + k``.
    seed : int
    until : str, optional
        Last month, such as ``"1995"`` or ``"1995-06"``.
    rate : float, 1/yr
        Real discount rate.
    value_year : int, optional
        Year to whose end present values are brought; by default the first of the scenario, so that all runs
        have the same.
    progress : callable, optional
        Called after every run with the runs done and to do.

    Returns
    -------
    GainsOverRuns

    Raises
    ------
    DomainError
        If there is no replicate to run, or the rate is not above -1.
    """
    if replicates < 1:
        raise DomainError(f"{replicates} replicates; expected at least 1")
    year = scenario.park.time.start.year if value_year is None else value_year
    found = []
    for k in range(replicates):
        found.append(measure_gains(simulate(scenario, seed + k, until), rate, year))
        if progress is not None:
            progress(k + 1, replicates)
    return GainsOverRuns(tuple(found))
