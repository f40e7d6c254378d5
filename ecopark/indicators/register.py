"""The register: every indicator with its unit, its function, its place in the manual, and how a run gives it.

What lives here: :data:`INDICATORS`, and :data:`PARK_NUMBERS`, those that give one number for a park and a run. What
does not: formulas, and reading these numbers off a run (:mod:`~ecopark.indicators.wholerun`). A test fails where an
entry is missing from ``docs/indicators.md`` or from the tests, so nothing enters this list unproved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

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

Basis = Literal["year", "end", "run", ""]
_AMOUNTS = frozenset(("t", "m3", "MWh", "kg", "t CO2e", "money", "count", "unit of the resource"))
# Parts of a park in each of which quantities have one unit; materials counted in m3 are no part.
_UNIT_OF = {
    "kind:material": "t", "kind:water": "m3", "kind:heat": "MWh", "kind:energy": "MWh",
    "unit:t": "t", "unit:m3": "m3", "unit:MWh": "MWh",
}  # fmt: skip


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
    basis : {"year", "end", "run", ""}
        What its rows stand for in the full table of a run: a year, the state at the end of a year, the whole run;
        empty where a run alone gives no number for the park.
    scopes : tuple of str
        Scopes of that table that stand for the park: ``park``, or a few parts of it such as ``kind:water``.
    otherwise : str
        How it is given where it is no number for the park.
    """

    id: str
    unit: str
    function: Callable[..., Any]
    anchor: str
    basis: Basis = ""
    scopes: tuple[str, ...] = ()
    otherwise: str = "as a table"

    @property
    def adds_up(self) -> bool:
        """Whether the whole run has the sum of its years: an amount of each year has, a rate has not."""
        return self.basis == "year" and self.unit in _AMOUNTS

    @property
    def taken(self) -> str:
        """What of the full table is the number of a whole run, in words."""
        return "sum of the years" if self.adds_up else "whole run" if self.basis == "run" else "last year"

    @property
    def names(self) -> dict[str, str]:
        """Its scopes by the name under which a study keeps each: ``cascade_ratio of water``; its id for the park."""
        return {self.id if s == "park" else f"{self.id} of {s.partition(':')[2]}": s for s in self.scopes}

    def unit_in(self, scope: str, currency: str) -> str:
        """Unit of its rows in a scope.

        Parameters
        ----------
        scope : str
        currency : str
            Code of the money.

        Returns
        -------
        str
        """
        quantity = _UNIT_OF.get(scope, "")
        named = self.unit.replace("unit of the resource", quantity).replace("flow", quantity)
        return named.replace("money", currency)


class _Given(NamedTuple):
    """How a run gives an indicator; see :class:`Indicator`."""

    basis: Basis
    scopes: tuple[str, ...] = ("park",)
    otherwise: str = ""


def _only(otherwise: str) -> _Given:
    """Given in a way that makes no number for the park."""
    return _Given("", (), otherwise)


_YEAR, _END, _RUN = _Given("year"), _Given("end"), _Given("run")
_KIND = _Given("year", tuple(scope for scope in _UNIT_OF if scope.startswith("kind:")))
_UNIT = _Given("year", tuple(scope for scope in _UNIT_OF if scope.startswith("unit:")))
_CASCADES = _Given("year", ("kind:water", "kind:heat"))
_STAGE = _Given("run", tuple(f"stage:{stage}" for stage in pipeline.STAGES))
_STEP = _Given("run", tuple(f"step:{start} to {end}" for start, end in pipeline.STEPS))
_RESOURCE, _FIRM, _EXCHANGE = (_only(f"{one} by {one}") for one in ("resource", "firm", "exchange"))
_OWN_DATA, _BESIDE, _TABLE = (
    _only("only with data of your own"), _only("only beside another run or a record"), _only("as a table"),
)  # fmt: skip
_QUANTITY, _SHARE = "unit of the resource", "1 of unit of the resource"
_GROUPS: tuple[tuple[str, Callable[..., Any], _Given, dict[str, str]], ...] = (
    ("what-a-run-avoided-by-year", yearly.yearly_indicators, _RESOURCE, {"exchanged": _QUANTITY}),
    ("what-a-run-avoided-by-year", yearly.yearly_indicators, _YEAR, {
        "avoided_waste": "t", "avoided_discharge": "m3", "avoided_cooling": "MWh", "avoided_flare": "MWh",
        "avoided_virgin": "t", "avoided_water": "m3", "avoided_heat": "MWh", "avoided_fuel": "MWh",
        "avoided_co2": "t CO2e", "joint_gain": "money",
    }),
    ("what-a-run-avoided-by-year", yearly.yearly_indicators, _END, {"operating_synergies": "count"}),
    ("mass", mass.residual_use, _KIND, {"byproduct_use_rate": _SHARE, "unmatched_residual": _QUANTITY}),
    ("mass", mass.landfill_diversion, _YEAR, {
        "landfill_diverted": "t", "landfilled": "t", "landfill_diversion_rate": "1", "hazardous_diverted": "t",
        "hazardous_diversion_rate": "1",
    }),
    ("mass", mass.virgin_substitution, _KIND, {"virgin_substitution": _SHARE}),
    ("mass", mass.circularity, _YEAR, {"circular_material_use": "1"}),
    ("mass", mass.resource_productivity, _YEAR, {"resource_productivity": "t/t"}),
    ("mass", mass.closure_error, _RUN, {"closure_error": "1"}),
    ("carbon", carbon.carbon_by_scope, _EXCHANGE, {"exchange_co2": "t CO2e"}),
    ("carbon", carbon.carbon_by_scope, _YEAR, dict.fromkeys(
        ("avoided_co2_scope_1", "avoided_co2_scope_2", "avoided_co2_scope_3"), "t CO2e")),
    ("carbon", carbon.carbon_chain, _YEAR, dict.fromkeys(
        ("co2_disposal", "co2_virgin", "co2_loss", "co2_treatment", "co2_haulage", "co2_inputs", "co2_burden",
         "co2_construction"), "t CO2e")),
    ("carbon", carbon.credit_rules, _FIRM, {f"credit_{rule}": "t CO2e" for rule in carbon.RULES}),
    ("basis", basis.lifetime_factor, _OWN_DATA, {"lifetime_factor": "1"}),
    ("programme-metrics", programme.programme_metrics, _YEAR, {
        "programme_landfill": "t", "programme_hazardous": "t", "programme_virgin": "t", "programme_water": "m3",
        "programme_co2": "t CO2e", "programme_cost_saved": "money", "programme_sales": "money",
        "programme_investment": "money",
    }),
    ("programme-metrics", programme.programme_metrics, _only("only with the terms of a programme"), {
        "programme_jobs": "jobs", "programme_cost_per_t_landfill": "money/t", "programme_cost_per_t_co2": "money/t",
        "programme_benefit_cost": "1", "programme_leverage": "1",
    }),
    ("energy-and-water", energy.heat_by_band, _YEAR, {"heat_recovered": "MWh"}),
    ("energy-and-water", energy.exergy, _YEAR, {
        "exergy_supplied": "MWh", "exergy_used": "MWh", "exergy_efficiency": "1",
    }),
    ("energy-and-water", energy.primary_energy_saved, _YEAR, {"primary_energy_saved": "MWh"}),
    ("energy-and-water", energy.water_saved, _YEAR, {"water_reused": "m3", "water_source_shift": "m3"}),
    ("energy-and-water", energy.cascade_ratio, _CASCADES, {"cascade_ratio": "1"}),
    ("energy-and-water", energy.pollutant_load, _OWN_DATA, {"load_discharged": "kg", "load_avoided": "kg"}),
    ("money", money.exchange_money, _EXCHANGE, {
        "npv": "money", "irr": "1/yr", "payback": "yr", "giver_share": "1", "subsidy_needed": "money",
    }),
    ("money", money.fairness, _RUN, {"gain_gini": "1", "shapley_distance": "1", "core_violation": "money"}),
    ("network-by-date", network, _END, {
        entry.id: entry.unit for entry in NETWORK_INDICATORS if not entry.needs_weight
    }),
    ("network-by-date", network, _only("only for a table with a column of weights"), {
        entry.id: entry.unit for entry in NETWORK_INDICATORS if entry.needs_weight
    }),
    ("network-by-date", node_metrics, _FIRM, {"node_metrics": "mixed"}),
    ("network-by-date", overtime.network_over_time, _END, {"turnover": "1"}),
    ("network-by-date", symbiosis.byproduct_recycling_rate, _END, {"byproduct_recycling_rate": "1"}),
    ("network-by-date", symbiosis.industrial_symbiosis_indicator_felicio, _OWN_DATA, {
        "industrial_symbiosis_indicator_felicio": "mixed",
    }),
    ("ecological-network-analysis", ecology, _UNIT, {
        # The three that a plain graph has too stand under it.
        name: unit for name, unit in ECOLOGY_UNITS.items() if name not in ("links", "density_l_n2", "cyclicity")
    }),
    ("resilience-of-a-network-as-it-stands", overtime.resilience_over_time, _END, dict.fromkeys(
        ("largest_removal_loss", "robustness_targeted", "robustness_random"), "1")),
    ("resilience-of-a-network-as-it-stands", resilience.removal_loss, _FIRM, {"removal_loss": "1"}),
    ("resilience-of-a-network-as-it-stands", resilience.removal_curve, _TABLE, {"removal_curve": "1"}),
    ("resilience-of-a-network-as-it-stands", resilience.single_supplier_share, _END, {"single_supplier_share": "1"}),
    ("resilience-of-a-network-as-it-stands", spreading.cascade, _FIRM, {"cascade": "round"}),
    ("resilience-of-a-network-as-it-stands", spreading.cascade_threshold, _END, {"cascade_threshold": "1"}),
    ("recovery-after-a-shock", shocks.recovery, _BESIDE, {
        "flow_kept": "1", "flow_kept_mean": "1", "recovery_time": "yr", "loss": "yr",
    }),
    ("recovery-after-a-shock", shocks.shock_recovery, _only("shock by shock"), {"shock_recovery": "mixed"}),
    ("diversity-and-distance", diversity.sector_diversity, _END, {
        "sector_richness": "count", "sector_shannon": "nat", "sector_evenness": "1",
    }),
    ("diversity-and-distance", diversity.exchange_distance, _YEAR, dict.fromkeys(
        ("exchange_distance_mean", "exchange_distance_q10", "exchange_distance_median", "exchange_distance_q90",
         "exchange_distance_tonnes", "exchange_distance_tonnes_median"), "km")),
    ("social-and-stability", survival.kaplan_meier, _TABLE, {"kaplan_meier": "1"}),
    ("social-and-stability", survival.jaccard, _BESIDE, {"jaccard": "1"}),
    ("social-and-stability", pipeline.funnel, _STAGE, {"stage_rate": "1", "overall_rate": "1"}),
    ("social-and-stability", facilitation.carried_funnel, _TABLE, {"carried_funnel": "1"}),
    ("social-and-stability", facilitation.public_spending, _TABLE, {"public_spending": "money"}),
    ("social-and-stability", facilitation.attachment_exponent, _only("by a call of its own"), {
        "attachment_exponent": "1",
    }),
    ("social-and-stability", pipeline.fate_by_stage, _TABLE, {"fate_by_stage": "count"}),
    ("social-and-stability", pipeline.stage_durations, _STEP, {"stage_durations": "yr"}),
    ("social-and-stability", pipeline.step_times, _TABLE, {"step_times": "yr"}),
    ("social-and-stability", pipeline.losses_by_cause, _YEAR, {"ideas_lost": "count", "exchanges_ended": "count"}),
    # The median of the full table is infinite where most exchanges go on, so it has no mean over runs.
    ("social-and-stability", pipeline.contract_survival, _only("as a curve"), {"contract_survival": "1"}),
    ("social-and-stability", pipeline.time_to_first_link, _FIRM, {"time_to_first_link": "yr"}),
    ("social-and-stability", pipeline.overlap_with_record, _BESIDE, {"overlap_with_record": "1"}),
    ("social-and-stability", pipeline.trust_by_year, _END, {"trust_mean": "1", "trusting_pairs": "count"}),
)  # fmt: skip

INDICATORS: tuple[Indicator, ...] = tuple(
    Indicator(name, unit, function, anchor, *given)
    for anchor, function, given, names in _GROUPS
    for name, unit in names.items()
)
"""Every indicator, in the order of the manual; no id occurs twice."""

PARK_NUMBERS: dict[str, tuple[Indicator, str]] = {
    name: (entry, scope) for entry in INDICATORS for name, scope in entry.names.items()
}
"""What gives one number for a park and a run, by the name under which a study keeps it, with its scope."""
