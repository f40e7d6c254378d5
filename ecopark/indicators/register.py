"""The register: every indicator with its unit, its function and its place in the manual.

What lives here: :data:`INDICATORS`. What does not: formulas. A test fails where an entry is missing from
``docs/indicators.md`` or from the tests, so nothing enters this list unproved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ecopark.indicators import (
    basis,
    carbon,
    diversity,
    energy,
    facilitation,
    mass,
    money,
    overtime,
    pipeline,
    programme,
    resilience,
    shocks,
    spreading,
    survival,
    symbiosis,
    yearly,
)
from ecopark.indicators.flownetwork import ECOLOGY_UNITS, ecology
from ecopark.indicators.graph import NETWORK_INDICATORS, network, node_metrics


@dataclass(frozen=True)
class Indicator:
    """One registered indicator.

    Attributes
    ----------
    id : str
        Name in tables, or that of the function where it returns a table of its own.
    unit : str
        Unit; ``unit of the resource``, ``money``, ``mixed`` where it depends.
    function : callable
        What computes it; its docstring holds formula, source and limits.
    anchor : str
        Heading of ``docs/indicators.md`` under which it stands.
    """

    id: str
    unit: str
    function: Callable[..., Any]
    anchor: str


_QUANTITY = "unit of the resource"
_GROUPS: tuple[tuple[str, Callable[..., Any], dict[str, str]], ...] = (
    ("what-a-run-avoided-by-year", yearly.yearly_indicators, {
        "exchanged": _QUANTITY, "avoided_waste": "t", "avoided_discharge": "m3", "avoided_cooling": "MWh",
        "avoided_flare": "MWh", "avoided_virgin": "t", "avoided_water": "m3", "avoided_heat": "MWh",
        "avoided_fuel": "MWh", "avoided_co2": "t CO2e", "joint_gain": "money", "operating_synergies": "count",
    }),
    ("mass", mass.residual_use, {"byproduct_use_rate": "1", "unmatched_residual": _QUANTITY}),
    ("mass", mass.landfill_diversion, {
        "landfill_diverted": "t", "landfilled": "t", "landfill_diversion_rate": "1", "hazardous_diverted": "t",
        "hazardous_diversion_rate": "1",
    }),
    ("mass", mass.virgin_substitution, {"virgin_substitution": "1"}),
    ("mass", mass.circularity, {"circular_material_use": "1"}),
    ("mass", mass.resource_productivity, {"resource_productivity": "t/t"}),
    ("mass", mass.closure_error, {"closure_error": "1"}),
    ("carbon", carbon.carbon_by_scope, {
        "exchange_co2": "t CO2e", "avoided_co2_scope_1": "t CO2e", "avoided_co2_scope_2": "t CO2e",
        "avoided_co2_scope_3": "t CO2e",
    }),
    ("carbon", carbon.carbon_chain, dict.fromkeys(
        ("co2_disposal", "co2_virgin", "co2_loss", "co2_treatment", "co2_haulage", "co2_inputs", "co2_burden",
         "co2_construction"), "t CO2e")),
    ("carbon", carbon.credit_rules, {f"credit_{rule}": "t CO2e" for rule in carbon.RULES}),
    ("basis", basis.lifetime_factor, {"lifetime_factor": "1"}),
    ("programme-metrics", programme.programme_metrics, {
        "programme_landfill": "t", "programme_hazardous": "t", "programme_virgin": "t", "programme_water": "m3",
        "programme_co2": "t CO2e", "programme_cost_saved": "money", "programme_sales": "money",
        "programme_investment": "money", "programme_jobs": "jobs", "programme_cost_per_t_landfill": "money/t",
        "programme_cost_per_t_co2": "money/t", "programme_benefit_cost": "1", "programme_leverage": "1",
    }),
    ("energy-and-water", energy.heat_by_band, {"heat_recovered": "MWh"}),
    ("energy-and-water", energy.exergy, {"exergy_supplied": "MWh", "exergy_used": "MWh", "exergy_efficiency": "1"}),
    ("energy-and-water", energy.primary_energy_saved, {"primary_energy_saved": "MWh"}),
    ("energy-and-water", energy.water_saved, {"water_reused": "m3", "water_source_shift": "m3"}),
    ("energy-and-water", energy.cascade_ratio, {"cascade_ratio": "1"}),
    ("energy-and-water", energy.pollutant_load, {"load_discharged": "kg", "load_avoided": "kg"}),
    ("money", money.exchange_money, {
        "npv": "money", "irr": "1/yr", "payback": "yr", "giver_share": "1", "subsidy_needed": "money",
    }),
    ("money", money.fairness, {"gain_gini": "1", "shapley_distance": "1", "core_violation": "money"}),
    ("network-by-date", network, {entry.id: entry.unit for entry in NETWORK_INDICATORS}),
    ("network-by-date", node_metrics, {"node_metrics": "mixed"}),
    ("network-by-date", overtime.network_over_time, {"turnover": "1"}),
    ("network-by-date", symbiosis.byproduct_recycling_rate, {"byproduct_recycling_rate": "1"}),
    ("network-by-date", symbiosis.industrial_symbiosis_indicator_felicio, {
        "industrial_symbiosis_indicator_felicio": "mixed",
    }),
    ("ecological-network-analysis", ecology, {
        # The three that a plain graph has too stand under it.
        name: unit for name, unit in ECOLOGY_UNITS.items() if name not in ("links", "density_l_n2", "cyclicity")
    }),
    ("resilience-of-a-network-as-it-stands", overtime.resilience_over_time, dict.fromkeys(
        ("largest_removal_loss", "robustness_targeted", "robustness_random"), "1")),
    ("resilience-of-a-network-as-it-stands", resilience.removal_loss, {"removal_loss": "1"}),
    ("resilience-of-a-network-as-it-stands", resilience.removal_curve, {"removal_curve": "1"}),
    ("resilience-of-a-network-as-it-stands", resilience.single_supplier_share, {"single_supplier_share": "1"}),
    ("resilience-of-a-network-as-it-stands", spreading.cascade, {"cascade": "round"}),
    ("resilience-of-a-network-as-it-stands", spreading.cascade_threshold, {"cascade_threshold": "1"}),
    ("recovery-after-a-shock", shocks.recovery, {
        "flow_kept": "1", "flow_kept_mean": "1", "recovery_time": "yr", "loss": "yr",
    }),
    ("recovery-after-a-shock", shocks.shock_recovery, {"shock_recovery": "mixed"}),
    ("diversity-and-distance", diversity.sector_diversity, {
        "sector_richness": "count", "sector_shannon": "nat", "sector_evenness": "1",
    }),
    ("diversity-and-distance", diversity.exchange_distance, dict.fromkeys(
        ("exchange_distance_mean", "exchange_distance_q10", "exchange_distance_median", "exchange_distance_q90",
         "exchange_distance_tonnes", "exchange_distance_tonnes_median"), "km")),
    ("social-and-stability", survival.kaplan_meier, {"kaplan_meier": "1"}),
    ("social-and-stability", survival.jaccard, {"jaccard": "1"}),
    ("social-and-stability", pipeline.funnel, {"stage_rate": "1", "overall_rate": "1"}),
    ("social-and-stability", facilitation.carried_funnel, {"carried_funnel": "1"}),
    ("social-and-stability", facilitation.public_spending, {"public_spending": "money"}),
    ("social-and-stability", facilitation.attachment_exponent, {"attachment_exponent": "1"}),
    ("social-and-stability", pipeline.fate_by_stage, {"fate_by_stage": "count"}),
    ("social-and-stability", pipeline.stage_durations, {"stage_durations": "yr"}),
    ("social-and-stability", pipeline.step_times, {"step_times": "yr"}),
    ("social-and-stability", pipeline.losses_by_cause, {"ideas_lost": "count", "exchanges_ended": "count"}),
    ("social-and-stability", pipeline.contract_survival, {"contract_survival": "1"}),
    ("social-and-stability", pipeline.time_to_first_link, {"time_to_first_link": "yr"}),
    ("social-and-stability", pipeline.overlap_with_record, {"overlap_with_record": "1"}),
    ("social-and-stability", pipeline.trust_by_year, {"trust_mean": "1", "trusting_pairs": "count"}),
)  # fmt: skip

INDICATORS: tuple[Indicator, ...] = tuple(
    Indicator(name, unit, function, anchor)
    for anchor, function, names in _GROUPS
    for name, unit in names.items()
)
"""Every indicator, in the order of the manual; no id occurs twice."""
