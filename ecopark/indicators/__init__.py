"""Indicators: pure functions from the tables of a run, or from plain tables, to numbers and tables.

What lives here: every indicator of the field with its formula, unit, source and limits; the manual is
``docs/indicators.md``. What does not: the model, the scenario, figures. Names are loaded when they are
first asked for, so that importing the package costs nothing; no module has the name of a function.

>>> import ecopark.indicators as ind
>>> import pandas as pd
>>> edges = pd.DataFrame({"from_firm": ["power", "refinery"], "to_firm": ["refinery", "power"]})
>>> float(ind.network(edges)["cyclicity"])
1.0
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "basis": ("Basis", "count_with_age", "lifetime_factor", "on_basis"),
    "carbon": (
        "carbon_by_scope",
        "carbon_chain",
        "credit_rules",
        "link_shapley",
        "needed_exchanges",
        "needed_firms",
        "price_shares",
    ),
    "diversity": (
        "area_indicators",
        "evenness",
        "exchange_distance",
        "sector_diversity",
        "shannon",
        "weighted_quantile",
    ),
    "energy": (
        "cascade_ratio",
        "exergy",
        "heat_by_band",
        "pollutant_load",
        "primary_energy_saved",
        "primary_factors",
        "water_saved",
    ),
    "everything": ("all_indicators",),
    "facilitation": ("attachment_exponent", "carried_funnel", "public_spending"),
    "flownetwork": ("ecology",),
    "graph": ("network", "node_metrics"),
    "mass": (
        "circularity",
        "closure_error",
        "landfill_diversion",
        "residual_use",
        "resource_productivity",
        "virgin_substitution",
    ),
    "money": ("exchange_money", "fairness", "firm_gains", "irr", "link_core_violation", "npv", "payback"),
    "overtime": (
        "ecology_over_time",
        "network_over_time",
        "operating_at",
        "present_at",
        "recycled_share",
        "resilience_over_time",
    ),
    "pipeline": (
        "contract_survival",
        "fate_by_stage",
        "funnel",
        "losses_by_cause",
        "overlap_with_record",
        "stage_durations",
        "step_times",
        "time_to_first_link",
        "trust_by_year",
    ),
    "accounting": ("ProgrammeAccount", "bases_of", "ideas_by_year", "members_by_year", "programme_accounts"),
    "programme": ("ProgrammeTerms", "programme_metrics", "ratios"),
    "register": ("INDICATORS", "PARK_NUMBERS", "Indicator"),
    "resilience": ("removal_curve", "removal_loss", "robustness_area", "single_supplier_share"),
    "shocks": ("flow_kept", "recovery", "shock_recovery"),
    "spreading": ("cascade", "cascade_threshold"),
    "stages": ("stage_account", "stage_rates"),
    "survival": ("jaccard", "kaplan_meier", "links_of", "median_survival"),
    "symbiosis": ("byproduct_recycling_rate", "industrial_symbiosis_indicator_felicio"),
    "tables": ("condense_accounts", "condense_flows"),
    "wholerun": ("numbers_of_run",),
    "yearly": ("yearly_indicators",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    """Public names, loaded or not."""
    return sorted({*globals(), *__all__})
