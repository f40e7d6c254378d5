"""What the sections of a run's report share, computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ecopark.indicators.carbon import credit_rules, needed_exchanges, needed_firms
from ecopark.indicators.money import fairness
from ecopark.indicators.tables import condense_accounts, condense_flows
from ecopark.indicators.yearly import yearly_indicators
from ecopark.report.ground_plan import ground_plan
from ecopark.report.interactive.indicators import network_states
from ecopark.report.tables import RunTables
from ecopark.run import Run


@dataclass(frozen=True)
class Gathered:
    """A run, what it is compared with, and its indicators.

    Attributes
    ----------
    run : Run
    folder : pathlib.Path
        Where the run lies, as the reader names it.
    reference : Run or None
        The same park and luck without exchange, where it was run.
    optimum, hindcast : mapping or None
        Summaries of the best possible network and of the comparison with the record, where they were made.
    """

    run: Run
    folder: Path
    reference: Run | None = None
    optimum: Mapping[str, Any] | None = None
    hindcast: Mapping[str, Any] | None = None

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Ledger of the run summed by year."""
        return condense_flows(self.run.flows)

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """Accounts of the run summed by year."""
        return condense_accounts(self.run.accounts)

    @cached_property
    def tables(self) -> RunTables:
        """Tables for the figures; the indicators come from the condensed ledger: the same numbers, sooner."""
        run = self.run
        layout, ground = run.scenario.park.layout, None
        if layout.plots or layout.corridors:
            columns = ["x_km", "y_km"] if layout.crs == "metres" else ["lon", "lat"]
            ground = ground_plan(layout, run.firms[columns].to_numpy(dtype=np.float64))
        return RunTables(
            firms=run.firms,
            flows=run.flows,
            synergies=run.synergies,
            indicators=yearly_indicators(self.flows, run.synergies, self.accounts, run.currency),
            resources=run.resources,
            ground=ground,
            accounts=run.accounts,
            currency=run.currency,
            price_year=run.scenario.park.currency.price_year,
        )

    @cached_property
    def states(self) -> pd.DataFrame:
        """Network and resilience indicators by date."""
        return network_states(self.tables)

    @cached_property
    def credits(self) -> pd.DataFrame:
        """Greenhouse gases credited to firms by rule: index firm, a column per rule, t CO2e over the run."""
        rows = credit_rules(self.accounts, self.run.currency, needed_firms(self.flows))
        firm = rows["scope"].str.removeprefix("firm:")
        tidy = pd.DataFrame(
            {"firm": firm, "rule": rows["indicator"], "value": rows["value"].to_numpy(dtype=float)}
        )
        return tidy.pivot_table("value", "firm", "rule", aggfunc="sum").fillna(0.0)

    @cached_property
    def fair(self) -> pd.Series:
        """Fairness of the sharing of gains over the run."""
        needs = needed_firms(self.flows), needed_exchanges(self.flows)
        return fairness(self.accounts, self.run.currency, *needs)

    def by_year(self, *indicators: str) -> pd.Series:
        """Park total of some indicators by year."""
        rows = self.tables.indicators
        rows = rows[rows["indicator"].isin(indicators) & (rows["scope"] == "park")]
        return rows["value"].groupby(rows["period"].dt.year).sum()

    def total(self, *indicators: str) -> float:
        """Park total of some indicators over the run."""
        return float(self.by_year(*indicators).sum())

    def last(self, *indicators: str) -> float:
        """Park total of some indicators in the last year."""
        return float(self.by_year(*indicators).get(self.tables.span[1], 0.0))
