"""The levers there are: for each its range, its words, and the paths of the scenario it sets.

What lives here: one function per group. What does not: what a lever is (``levers``), the rules they change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ecopark.app.levers import Lever, Value
from ecopark.calendar import DAYS_PER_YEAR
from ecopark.report.numbers import axis_number
from ecopark.scenario import Scenario
from ecopark.scenario.paths import Path
from ecopark.scenario.types import Park

_LEVELS = ("off", "location", "quantity", "cost")
_MODES = ("off", "self_organised", "facilitated", "planned")
# Highest value of a levy in euro; others by the rates of exchange, or by what the park has.
_MOST_EUR = {"landfill_tax": 200.0, "incineration_tax": 100.0, "carbon_price": 300.0, "water_levy": 5.0,
             "discharge_levy": 5.0}  # fmt: skip
_LEVIES = (
    ("landfill_tax", "Landfill tax", "t", "What the state takes for every tonne that goes to landfill."),
    ("incineration_tax", "Incineration tax", "t", "What the state takes for every tonne that is burnt."),
    ("carbon_price", "Carbon price", "t CO₂e", "Price of a tonne of CO₂ equivalent on fuels and disposal."),
    ("water_levy", "Water levy", "m³", "On top of the price of every cubic metre of water bought."),
    ("discharge_levy", "Discharge levy", "m³", "On every cubic metre of water discharged."),
)
# Levers that must be on for another to do anything; tests/unit/app/test_idle.py holds runs against this.
_NEEDS = {
    **dict.fromkeys(("capital_grant", "reach", "trust", "information"), ("trading",)),
    **dict.fromkeys(("payback", "openness", "transaction_cost", "permits"), ("trading",)),
    **dict.fromkeys(("facilitator_from", "workshop_every", "facilitator_budget"), ("facilitator",)),
    **dict.fromkeys(("competition_law", "platform"), ("trading", "information")),
    **dict.fromkeys(("officers", "coordination"), ("trading", "permits")),
    "trust_initial": ("trading", "trust"),
}  # fmt: skip


def list_levers(base: Scenario) -> list[Lever]:
    """All levers that a scenario can take.

    Parameters
    ----------
    base : Scenario

    Returns
    -------
    list of Lever
    """
    park = base.park
    found = [*_policy(park), *_place(park), *_facilitator(park), *_information(park), *_firms(park)]
    found += [*_permits(park), *_chance(park)]
    return [replace(lever, needs=_NEEDS.get(lever.name, ())) for lever in found]


def _policy(park: Park) -> Iterable[Lever]:
    code = park.currency.code
    for name, label, per, explains in _LEVIES:
        path = getattr(park.policy, name)
        default, note, peak = _over_time(path, park, f"{code}/{per}")
        high = _nice(max(_MOST_EUR[name] * _euro(park), 1.5 * peak))
        field, plain = f"policy.{name}", "t" if per.startswith("t") else "m3"
        yield _number(
            name,
            "Policy",
            label,
            f"{code}/{per}",
            (0.0, high),
            default,
            explains,
            field,
            f" {code}/{plain}",
            note,
        )
    default, note, _ = _over_time(park.policy.capital_grant, park, "%", 100.0)
    yield _number(
        "capital_grant", "Policy", "Capital grant", "%", (0.0, 90.0), default,
        "Share of what an exchange costs to build that the state pays.", "policy.capital_grant", " %", note,
    )  # fmt: skip
    law = park.policy.competition_law
    switch = _switch(
        "competition_law", "Policy", "Competition law", law is not None and law <= park.time.start,
        "Firms of one sector may not show each other what things cost them.", "policy.competition_law",
        "" if law is None or law <= park.time.start else f"from {law:%Y-%m}; what you set holds for all years",
    )  # fmt: skip
    shown = park.agents.information is not None
    yield replace(switch, idle="" if shown else "does nothing here, where all firms know each other")


def _place(park: Park) -> Iterable[Lever]:
    yield _number(
        "detour", "Place", "Way over straight line", "×", (1.0, 4.0), park.layout.detour.value,
        "How much longer roads and pipes are than the straight line: everything is that much farther apart.",
        "layout.detour", "",
    )  # fmt: skip
    yield _number(
        "reach", "Place", "Distance at which firms notice half as often", "km", (1.0, 200.0),
        park.agents.discovery.distance.value, "Neighbours see what the other throws away; this is how fast that fades.",
        "agents.discovery.distance", " km",
    )  # fmt: skip


def _facilitator(park: Park) -> Iterable[Lever]:
    spec, since = park.agents.facilitator, f"{park.time.start:%Y-%m}"
    works = spec is not None and park.mechanisms.facilitation

    def set_mode(value: Value, values: Mapping[str, Value]) -> dict[str, Any]:
        if value == "off":
            return {"mechanisms.facilitation": False}
        body = {} if spec is not None else {"agents.facilitator": {"from": since}}
        return {"mechanisms.facilitation": True, **body, "agents.facilitator.mode": value}

    def if_there(field: str, unit: str) -> Any:
        # Without a facilitator in the scenario there is nothing to set until one is switched on.
        def write(value: Value, values: Mapping[str, Value]) -> dict[str, Any]:
            there = spec is not None or values.get("facilitator", "off") != "off"
            return {f"agents.facilitator.{field}": f"{value:.12g}{unit}" if unit else value} if there else {}

        return write

    yield Lever(
        "facilitator", "Facilitator", "Facilitator", "choice", "", 0, 0, 0,
        spec.mode if spec is not None and works else "off",
        "A body that brings firms together: it lets them find out for themselves, helps, or plans pairs itself.",
        _MODES, f"from {spec.from_:%Y-%m}" if spec is not None and spec.from_ > park.time.start else "", set_mode,
    )  # fmt: skip
    first, last = float(park.time.start.year), float(park.time.end.year)
    begins = float(spec.from_.year) if spec is not None else first
    yield Lever(
        "facilitator_from", "Facilitator", "At work from", "number", "year", *_around(first, last, begins), 1.0, begins,
        "Year in which the facilitator begins.", (), "",
        lambda value, values: {k: f"{float(value):.0f}-01" for k in if_there("from", "")(value, values)},
    )  # fmt: skip
    every = round(
        (spec.workshop_every.value if spec is not None else DAYS_PER_YEAR / 2) * 12 / DAYS_PER_YEAR, 6
    )
    yield Lever(
        "workshop_every", "Facilitator", "Time between workshops", "number", "months", *_around(1.0, 60.0, every), 1.0,
        every,
        "Firms meet and look at each other's lists of what they have and want.", (), "",
        if_there("workshop_every", " month"),
    )  # fmt: skip
    if spec is not None and spec.budget is not None:
        code, budget = park.currency.code, spec.budget.value * DAYS_PER_YEAR
        yield _number(
            "facilitator_budget", "Facilitator", "Budget", f"{code}/yr", (0.0, _nice(3.0 * budget)), budget,
            "What it may spend a year on practitioners and workshops.", "agents.facilitator.budget", f" {code}/yr",
        )  # fmt: skip


def _information(park: Park) -> Iterable[Lever]:
    info, since = park.agents.information, f"{park.time.start:%Y-%m}"
    yield _switch(
        "trust", "Information", "Trust", park.mechanisms.trust,
        "Firms trust those who kept their word; trust makes dealing cheaper and quicker.", "mechanisms.trust",
    )  # fmt: skip
    yield _number(
        "trust_initial", "Information", "Trust at the start", "", (0.0, 1.0), park.agents.trust.initial.value,
        "How far two strangers trust each other: 0 not at all, 1 fully.", "agents.trust.initial", "",
    )  # fmt: skip
    if info is None:
        return
    yield _switch(
        "information", "Information", "Firms must get to know each other", park.mechanisms.information,
        "Strangers seldom notice what they could do for each other. Off, everybody knows everybody.",
        "mechanisms.information",
    )  # fmt: skip

    def set_level(value: Value, values: Mapping[str, Value]) -> dict[str, Any]:
        level = {"level": "none" if value == "off" else value}
        if info.platform is not None:
            return {"agents.information.platform.level": level["level"]}
        return {"agents.information.platform": {"from": since, **level}}

    level = "off" if info.platform is None or info.platform.level == "none" else info.platform.level
    yield Lever(
        "platform", "Information", "Information platform", "choice", "", 0, 0, 0, level,
        "A web site that shows who has what where, how much of it, or what it costs them.", _LEVELS, "", set_level,
    )  # fmt: skip


def _firms(park: Park) -> Iterable[Lever]:
    code = park.currency.code
    all_paybacks = [firm.behaviour.payback.value / DAYS_PER_YEAR for firm in park.firms.values()]
    paybacks, middle = sorted(set(all_paybacks)), round(float(np.median(all_paybacks)), 6)
    note = (
        ""
        if len(paybacks) < 2
        else f"{paybacks[0]:.3g} to {paybacks[-1]:.3g} yr by firm; what you set holds for all"
    )
    firms = tuple(park.firms)
    yield Lever(
        "payback", "Firms", "Longest payback", "number", "yr", *_around(0.5, 20.0, middle), 0.5, middle,
        "Firms build nothing that does not earn its cost back within this time.", (), note,
        lambda value, values: {f"firms.{name}.behaviour.payback": f"{value:.12g} yr" for name in firms},
    )  # fmt: skip
    opens = [firm.behaviour.openness.value for firm in park.firms.values()]
    note = (
        ""
        if min(opens) == max(opens)
        else f"{min(opens):g} to {max(opens):g} by firm; what you set holds for all"
    )
    yield Lever(
        "openness", "Firms", "Openness", "number", "", 0.0, 1.0, 0.05, float(np.median(opens)),
        "Readiness to talk to others at all: 0 never, 1 always.", (), note,
        lambda value, values: {f"firms.{name}.behaviour.openness": value for name in firms},
    )  # fmt: skip
    cost = park.agents.contracts.transaction_cost
    paid = 0.0 if cost is None else cost.value
    high = _nice(max(1e6 * _euro(park), 2.0 * paid))
    yield _number(
        "transaction_cost", "Firms", "Cost of an agreement", code, (0.0, high), paid,
        "Engineers, lawyers and managers' time that each side spends on one agreement.",
        "agents.contracts.transaction_cost", f" {code}",
    )  # fmt: skip


def _permits(park: Park) -> Iterable[Lever]:
    spec = park.agents.regulator
    yield _switch(
        "permits", "Permits", "Permits needed", park.mechanisms.permits,
        "Exchanges of residuals wait for a permit, and may be refused one.", "mechanisms.permits",
    )  # fmt: skip
    yield Lever(
        "officers", "Permits", "Case officers", "number", "", 1.0, float(max(20, 2 * spec.officers)), 1.0,
        float(spec.officers), "How many cases the authority works on at once; the others queue.", (), "",
        lambda value, values: {"agents.regulator.officers": round(float(value))},
    )  # fmt: skip
    yield _number(
        "coordination", "Permits", "Time for a permit", "×", (0.1, 3.0), spec.coordination.value,
        "Below 1 where departments decide together, above where they do not.", "agents.regulator.coordination", "",
    )  # fmt: skip


def _chance(park: Park) -> Iterable[Lever]:
    on = park.mechanisms
    yield _switch(
        "outages",
        "Chance",
        "Breakdowns",
        on.outages,
        "Plants and pipes fail now and then.",
        "mechanisms.outages",
    )
    yield _switch(
        "noise", "Chance", "Ups and downs of business", on.noise,
        "Output varies from month to month beyond the seasons.", "mechanisms.noise",
    )  # fmt: skip
    if park.shocks:
        what = "The sudden events the scenario names."
        struck = {firm for shock in park.shocks for firm in shock.firms}
        switch = _switch("shocks", "Chance", "Shocks", on.shocks, what, "mechanisms.shocks")
        yield replace(switch, firms=tuple(sorted(struck)))
    yield _switch(
        "trading", "Chance", "Exchanges", on.trading,
        "Off: the same park and luck with no exchange at all, what everything is measured against.",
        "mechanisms.trading",
    )  # fmt: skip


# --------------------------------------------------------------------------- making levers
def _number(
    name: str, group: str, label: str, unit: str, ends: tuple[float, float], default: float, explains: str,
    field: str, suffix: str, note: str = "",
) -> Lever:  # fmt: skip
    """A number that sets one path; what the base has always lies inside the range."""
    low, high = _around(*ends, default)

    def write(value: Value, values: Mapping[str, Value]) -> dict[str, Any]:
        return {field: f"{value:.12g}{suffix}"}

    step = 10.0 ** math.floor(math.log10((high - low) / 50.0))
    return Lever(name, group, label, "number", unit, low, high, step, default, explains, (), note, write)


def _around(low: float, high: float, default: float) -> tuple[float, float]:
    """A range that holds what the base has."""
    return min(low, default), max(high, default)


def _switch(
    name: str, group: str, label: str, default: bool, explains: str, field: str, note: str = ""
) -> Lever:
    """A switch that sets one path."""

    def write(value: Value, values: Mapping[str, Value]) -> dict[str, Any]:
        return {field: bool(value)}

    return Lever(name, group, label, "switch", "", 0, 0, 0, default, explains, (), note, write)


def _over_time(path: Path | None, park: Park, unit: str, times: float = 1.0) -> tuple[float, str, float]:
    """Mean of a path over the run, how it changes, and its largest value; nothing where there is none."""
    if path is None:
        return 0.0, "", 0.0
    days = np.arange((park.time.end - park.time.start).days + 1)
    values = path.sample(days, park.time.start) * times
    low, high = float(values.min()), float(values.max())
    note = f"by date {axis_number(low)} to {axis_number(high)} {unit}; what you set holds for all years"
    return float(f"{values.mean():.3g}"), note if low < high else "", high


def _euro(park: Park) -> float:
    """Value of a euro in the park's currency; 1 where its rates do not say."""
    return 1.0 if park.currency.code == "EUR" else float(park.currency.rates.get("EUR", 1.0))


def _nice(value: float) -> float:
    """The next number above with one digit, or with a half: 1, 1.5, 2, 3, 5 and so on."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step for step in (1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0) if step * power >= value - 1e-9) * power
