"""The full table of a run in parts: each function of the register with the call that needs nothing but a run.

What lives here: :class:`Books`, the tables of a run condensed once, and :data:`PARTS`. What does not: stacking all
parts (:mod:`~ecopark.indicators.everything`), or reading a few numbers off some
(:mod:`~ecopark.indicators.wholerun`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ecopark.indicators import (
    carbon,
    diversity,
    energy,
    mass,
    money,
    overtime,
    pipeline,
    programme,
    resilience,
    spreading,
    symbiosis,
)
from ecopark.indicators.flownetwork import ecology
from ecopark.indicators.graph import network
from ecopark.indicators.survival import median_survival
from ecopark.indicators.tables import TIDY, condense_accounts, condense_flows, stack
from ecopark.indicators.yearly import yearly_indicators

ANNUAL = "annual, gross"
STATE = "at the end of the year"
WHOLE = "whole run"


@dataclass(frozen=True)
class Books:
    """Tables of a run, each condensed when it is first asked for.

    Attributes
    ----------
    tables : mapping of str to pandas.DataFrame
        ``flows``, ``synergies``, ``accounts``, ``trust``, ``firms``, ``resources``.
    currency : str
        Code of the money.
    rate : float, 1/yr
        Real discount rate.
    ends_only : bool
        Whether networks, of exchanges and of flows, and sectors are wanted for the last two years only: those of
        many dates cost most of the time.
    """

    tables: Mapping[str, pd.DataFrame]
    currency: str
    rate: float = money.DISCOUNT_RATE
    ends_only: bool = False

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Ledger by year."""
        return condense_flows(self.tables["flows"])

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """Accounts by year."""
        return condense_accounts(self.tables["accounts"])

    @property
    def synergies(self) -> pd.DataFrame:
        """Ideas."""
        return self.tables["synergies"]

    @property
    def firms(self) -> pd.DataFrame:
        """Firms."""
        return self.tables["firms"]

    @property
    def resources(self) -> pd.DataFrame:
        """Resources."""
        return self.tables["resources"]

    @cached_property
    def years(self) -> range:
        """Years of the ledger."""
        year = self.tables["flows"]["start"].dt.year
        return range(int(year.min()), int(year.max()) + 1) if len(year) else range(0)

    @property
    def shown(self) -> range:
        """Years whose state is wanted."""
        # The last one and the one before it, since turnover is between two.
        return self.years[-2:] if self.ends_only else self.years

    @property
    def dates(self) -> list[pd.Timestamp]:
        """Ends of the years whose state is wanted."""
        return [pd.Timestamp(f"{year}-12-31") for year in self.shown]

    @property
    def shown_flows(self) -> pd.DataFrame:
        """Ledger of the years whose state is wanted."""
        table: pd.DataFrame = self.flows[self.flows["start"].dt.year.isin(self.shown)]
        return table


@dataclass(frozen=True)
class Part:
    """Rows of the full table that come from one call.

    Attributes
    ----------
    basis : str
        What its rows stand for.
    functions : tuple of callable
        Functions of the register whose indicators it holds.
    compute : callable
        Books -> tidy table.
    """

    basis: str
    functions: tuple[Callable[..., Any], ...]
    compute: Callable[[Books], pd.DataFrame]


# --------------------------------------------------------------------------- the run as a whole
_Rows = list[tuple[str, str, float, str]]


def _dated(books: Books, rows: _Rows) -> pd.DataFrame:
    """Tidy table of rows of the whole run, dated with its last year."""
    table = pd.DataFrame(rows, columns=["scope", "indicator", "value", "unit"])
    period = pd.Timestamp(f"{books.years[-1]}-01-01").as_unit("s")
    return table.assign(period=period)[list(TIDY)]


def _exchange_money(books: Books) -> pd.DataFrame:
    units = {
        "npv": books.currency, "irr": "1/yr", "payback": "yr", "giver_share": "1", "subsidy_needed": books.currency,
    }  # fmt: skip
    exchanges = money.exchange_money(books.accounts, books.currency, books.rate)
    rows: _Rows = []
    for name, unit in units.items():
        rows += [(f"synergy:{s}", name, float(v), unit) for s, v in exchanges[name].items()]
    return _dated(books, rows)


def _fairness(books: Books) -> pd.DataFrame:
    needs = carbon.needed_firms(books.flows), carbon.needed_exchanges(books.flows)
    fair = money.fairness(books.accounts, books.currency, *needs)
    units = {"core_violation": books.currency}
    return _dated(books, [("park", str(n), float(v), units.get(str(n), "1")) for n, v in fair.items()])


def _funnel(books: Books) -> pd.DataFrame:
    stages = pipeline.funnel(books.synergies)
    rows: _Rows = []
    for name in ("stage_rate", "overall_rate"):
        rows += [(f"stage:{stage}", name, float(v), "1") for stage, v in stages[name].items()]
    return _dated(books, rows)


def _durations(books: Books) -> pd.DataFrame:
    steps = pipeline.stage_durations(books.synergies)["median"]
    return _dated(books, [(f"step:{step}", "stage_durations", float(v), "yr") for step, v in steps.items()])


def _first_links(books: Books) -> pd.DataFrame:
    first = pipeline.time_to_first_link(books.synergies, books.firms, f"{books.years[0]}-01-01")["years"]
    return _dated(
        books, [(f"firm:{firm}", "time_to_first_link", float(v), "yr") for firm, v in first.items()]
    )


def _survival(books: Books) -> pd.DataFrame:
    last = pd.Timestamp(f"{books.years[-1]}-12-31")
    if not (books.synergies["operating"] <= last).any():
        return stack([])
    half = median_survival(pipeline.contract_survival(books.synergies, last))
    return _dated(books, [("park", "contract_survival", half, "yr")])


def _closure(books: Books) -> pd.DataFrame:
    error = mass.closure_error(books.tables["flows"])["error"].max()
    value = 0.0 if np.isnan(error) else float(error)
    return _dated(books, [("park", "closure_error", value, "1")])


def _if_anything_ran(compute: Callable[[Books], pd.DataFrame]) -> Callable[[Books], pd.DataFrame]:
    """No rows of a run without a single flow: it has no last year to date them with."""
    return lambda books: compute(books) if books.years else stack([])


# --------------------------------------------------------------------------- all of it
_ANNUAL: tuple[tuple[Callable[..., Any], Callable[[Books], pd.DataFrame]], ...] = (
    (yearly_indicators, lambda b: yearly_indicators(b.flows, b.synergies, b.accounts, b.currency)),
    (mass.residual_use, lambda b: mass.residual_use(b.flows)),
    (mass.landfill_diversion, lambda b: mass.landfill_diversion(b.flows, b.resources)),
    (mass.virgin_substitution, lambda b: mass.virgin_substitution(b.flows)),
    (mass.circularity, lambda b: mass.circularity(b.flows)),
    (mass.resource_productivity, lambda b: mass.resource_productivity(b.flows)),
    (carbon.carbon_by_scope, lambda b: carbon.carbon_by_scope(b.accounts)),
    (carbon.carbon_chain, lambda b: carbon.carbon_chain(b.accounts, b.flows)),
    (
        carbon.credit_rules,
        lambda b: carbon.credit_rules(b.accounts, b.currency, carbon.needed_firms(b.flows)),
    ),
    (
        programme.programme_metrics,
        lambda b: programme.programme_metrics(b.flows, b.accounts, b.resources, b.currency)[list(TIDY)],
    ),
    (energy.heat_by_band, lambda b: energy.heat_by_band(b.flows, b.synergies)),
    (energy.exergy, lambda b: energy.exergy(b.flows, b.synergies)),
    (
        energy.primary_energy_saved,
        lambda b: energy.primary_energy_saved(b.flows, energy.primary_factors(b.resources)),
    ),
    (energy.water_saved, lambda b: energy.water_saved(b.flows)),
    (energy.cascade_ratio, lambda b: energy.cascade_ratio(b.flows)),
    (ecology, lambda b: overtime.ecology_over_time(b.shown_flows)),
    (diversity.exchange_distance, lambda b: diversity.exchange_distance(b.synergies, b.flows)),
    (pipeline.losses_by_cause, lambda b: pipeline.losses_by_cause(b.synergies)),
    (pipeline.trust_by_year, lambda b: pipeline.trust_by_year(b.tables["trust"])),
)
_STATES: tuple[tuple[tuple[Callable[..., Any], ...], Callable[[Books], pd.DataFrame]], ...] = (
    (
        (network, overtime.network_over_time, symbiosis.byproduct_recycling_rate),
        lambda b: overtime.network_over_time(b.synergies, b.firms, b.dates, flows=b.flows),
    ),
    (
        (overtime.resilience_over_time, resilience.single_supplier_share, spreading.cascade_threshold),
        # Every fifth year and the last: a structure that changes slowly and costs most of the time.
        lambda b: overtime.resilience_over_time(b.synergies, b.dates[::-1][::5]),
    ),
    ((diversity.sector_diversity,), lambda b: diversity.sector_diversity(b.firms, b.shown)),
)
_WHOLE: tuple[tuple[Callable[..., Any], Callable[[Books], pd.DataFrame]], ...] = (
    (money.exchange_money, _exchange_money),
    (money.fairness, _fairness),
    (pipeline.funnel, _funnel),
    (pipeline.stage_durations, _durations),
    (pipeline.time_to_first_link, _first_links),
    (pipeline.contract_survival, _survival),
    (mass.closure_error, _closure),
)
PARTS: tuple[Part, ...] = (
    *(Part(ANNUAL, (function,), compute) for function, compute in _ANNUAL),
    *(Part(STATE, functions, compute) for functions, compute in _STATES),
    *(Part(WHOLE, (function,), _if_anything_ran(compute)) for function, compute in _WHOLE),
)
"""Every call that needs nothing but a run; no function occurs twice."""
