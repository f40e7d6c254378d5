"""All indicators of a run in one tidy table.

What lives here: :func:`all_indicators`, which condenses the long tables once and hands them to every
function that needs nothing but a run. What does not: indicators that need data of the user's own
(concentrations, degrees of impact, public cost, a record, a second run); those are called one by one.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ecopark.indicators import carbon, diversity, energy, mass, money, overtime, pipeline, programme
from ecopark.indicators.survival import median_survival
from ecopark.indicators.tables import TIDY, condense_accounts, condense_flows, stack
from ecopark.indicators.yearly import yearly_indicators

_ANNUAL = "annual, gross"
_STATE = "at the end of the year"
_WHOLE = "whole run"


def all_indicators(
    tables: Mapping[str, pd.DataFrame], currency: str, rate: float = money.DISCOUNT_RATE
) -> pd.DataFrame:
    """Compute every indicator that needs nothing but a run.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        ``flows``, ``synergies``, ``accounts``, ``trust``, ``firms``, ``resources`` of a run.
    currency : str
        Code of the money.
    rate : float, 1/yr
        Real discount rate.

    Returns
    -------
    pandas.DataFrame
        Tidy with a column ``basis``: ``annual, gross``, ``at the end of the year`` (networks) or
        ``whole run`` (money of exchanges, fairness, pipeline; dated with the last year).

    Raises
    ------
    DomainError
        If a table lacks a column.
    """
    flows, accounts = condense_flows(tables["flows"]), condense_accounts(tables["accounts"])
    synergies, resources = tables["synergies"], tables["resources"]
    annual = [
        yearly_indicators(flows, synergies, accounts, currency),
        mass.residual_use(flows),
        mass.landfill_diversion(flows, resources),
        mass.virgin_substitution(flows),
        mass.circularity(flows),
        mass.resource_productivity(flows),
        carbon.carbon_by_scope(accounts),
        carbon.carbon_chain(accounts, flows),
        carbon.credit_rules(accounts, currency, carbon.needed_firms(flows)),
        programme.programme_metrics(flows, accounts, resources, currency).drop(columns="basis"),
        energy.heat_by_band(flows, synergies),
        energy.exergy(flows, synergies),
        energy.primary_energy_saved(flows, energy.primary_factors(resources)),
        energy.water_saved(flows),
        energy.cascade_ratio(flows),
        overtime.ecology_over_time(flows),
        diversity.exchange_distance(synergies, flows),
        pipeline.losses_by_cause(synergies),
        pipeline.trust_by_year(tables["trust"]),
    ]
    years = _years(flows)
    ends = [pd.Timestamp(f"{year}-12-31") for year in years]
    states = [
        overtime.network_over_time(synergies, tables["firms"], ends, flows=flows),
        # Every fifth year and the last: a structure that changes slowly and costs most of the time.
        overtime.resilience_over_time(synergies, ends[::-1][::5]),
        diversity.sector_diversity(tables["firms"], years),
    ]
    whole = _whole_run(tables, flows, accounts, currency, rate, years)
    parts = ((annual, _ANNUAL), (states, _STATE), ([whole], _WHOLE))
    return stack([part.assign(basis=basis) for group, basis in parts for part in group])


def _whole_run(
    tables: Mapping[str, pd.DataFrame],
    flows: pd.DataFrame,
    accounts: pd.DataFrame,
    currency: str,
    rate: float,
    years: range,
) -> pd.DataFrame:
    """Indicators of the run as a whole."""
    if not years:
        return stack([])
    synergies = tables["synergies"]
    rows: list[tuple[str, str, float, str]] = []
    units = {"npv": currency, "irr": "1/yr", "payback": "yr", "giver_share": "1", "subsidy_needed": currency}
    exchanges = money.exchange_money(accounts, currency, rate)
    for name, unit in units.items():
        rows += [(f"synergy:{s}", name, float(v), unit) for s, v in exchanges[name].items()]
    fair = money.fairness(accounts, currency, carbon.needed_firms(flows), carbon.needed_exchanges(flows))
    rows += [("park", str(n), float(v), currency if n == "core_violation" else "1") for n, v in fair.items()]
    stages = pipeline.funnel(synergies)
    for name in ("stage_rate", "overall_rate"):
        rows += [(f"stage:{stage}", name, float(v), "1") for stage, v in stages[name].items()]
    steps = pipeline.stage_durations(synergies)["median"]
    rows += [(f"step:{step}", "stage_durations", float(v), "yr") for step, v in steps.items()]
    first = pipeline.time_to_first_link(synergies, tables["firms"], f"{years[0]}-01-01")["years"]
    rows += [(f"firm:{firm}", "time_to_first_link", float(v), "yr") for firm, v in first.items()]
    last = pd.Timestamp(f"{years[-1]}-12-31")
    if (synergies["operating"] <= last).any():
        half = median_survival(pipeline.contract_survival(synergies, last))
        rows.append(("park", "contract_survival", half, "yr"))
    error = mass.closure_error(tables["flows"])["error"].max()
    rows.append(("park", "closure_error", 0.0 if np.isnan(error) else float(error), "1"))
    table = pd.DataFrame(rows, columns=["scope", "indicator", "value", "unit"])
    period = pd.Timestamp(f"{years[-1]}-01-01").as_unit("s")
    return table.assign(period=period)[list(TIDY)]


def _years(flows: pd.DataFrame) -> range:
    """Years of a condensed ledger."""
    if not len(flows):
        return range(0)
    year = flows["start"].dt.year
    return range(int(year.min()), int(year.max()) + 1)
