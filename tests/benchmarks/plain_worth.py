"""The plain peer's arithmetic of one pair: physics, capital and reservation prices, mode by mode.

Written with objects and plain numbers, independent of the compiled arithmetic of the package, whose twin it is
in tests as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.appraisal import Appraisal, Party, Setting, cost_of_inputs
from ecopark.market.investment import per_year, simple_payback
from ecopark.scenario.paths import Path
from ecopark.scenario.types import Behaviour, Pathway, Transport

KELVIN = 273.15
_HEADROOM = 1.15
_SAME = Pathway(giver="any", taker="any")


def appraise(
    giver: Party,
    taker: Party,
    pathway: Pathway | None,
    modes: Mapping[str, Transport],
    setting: Setting,
) -> Appraisal:
    """Best way of joining a residual and a need, or the reason why there is none."""
    options = [_with_mode(giver, taker, pathway, name, mode, setting) for name, mode in modes.items()]
    able = [option for option in options if option.reason != "quality"]
    if not able:
        return Appraisal("quality")
    worthwhile = [option for option in able if not option.reason]
    if worthwhile:
        return max(worthwhile, key=lambda option: option.joint_margin)
    best = max(able, key=lambda option: option.joint_margin)
    nearby = _with_mode(giver, taker, pathway, best.mode, modes[best.mode], replace(setting, length=0.0))
    return best if nearby.reason else best._replace(reason="distance")


def _with_mode(
    giver: Party, taker: Party, pathway: Pathway | None, name: str, mode: Transport, setting: Setting
) -> Appraisal:
    """Appraisal with one mode; ``reason`` is quality, economics or empty."""
    drop = grade_drop(mode, setting.scale, setting.length)
    fall = mode.pressure_drop.value * setting.length
    if pressure_obstacle(giver.pressure, taker.pressure, pathway, fall) or technical_obstacle(
        giver.grade, taker.grade, setting.scale, pathway, drop, setting.approach
    ):
        return Appraisal("quality", mode=name)
    way = pathway or _SAME
    keep = (1.0 - mode.loss.value) ** setting.length
    before, after = (0.0, drop) if way.at == "giver" else (drop, 0.0)
    made, work = _conversion(way, giver.grade - before, taker.grade + after, setting.approach)
    carried, treated = (made, 1.0) if way.at == "giver" else (1.0, keep)
    pumping = setting.length * (mode.electricity.value if mode.electricity else 0.0)
    electricity = pumping * carried + work * treated
    gain = keep * made * way.replacement.value
    need = np.minimum(taker.rate, setting.limit)
    rate = np.minimum(giver.rate, need / gain) if gain > 0.0 else np.zeros_like(giver.rate)
    rate = np.maximum(rate, 0.0)
    quantity = float(rate @ setting.days) * setting.reliability
    if quantity <= 0.0:
        return Appraisal("economics", mode=name)
    capacity = float(rate.max()) * _HEADROOM
    pipe = transport_capital(mode, setting.length, capacity * carried, setting.when)
    plant = _at(way.capital, setting.when) * capacity * treated
    terms = _Terms(
        mode=name,
        rate=rate,
        quantity=quantity,
        capacity=capacity,
        keep=keep,
        credit=made * way.replacement.value,
        own_inputs={"electricity": electricity} if electricity > 0.0 else {},
        burden=setting.burden,
        capital=(pipe + plant) * (1.0 - setting.grant),
        haulage=carried
        * (_at(mode.handling, setting.when) + _at(mode.variable, setting.when) * setting.length),
        treatment=_at(way.cost, setting.when) * treated,
        carried=carried,
        treated=treated,
        maintenance=per_year(mode.running.value) * pipe,
        lead_time=max(mode.lead_time.value, way.lead_time.value if pathway else 0.0),
        term=mode.term.value,
        lifetime=_lifetime(mode, way, pipe, plant),
    )
    return _priced(terms, giver, taker, setting)


def _lifetime(mode: Transport, way: Pathway, pipe: float, plant: float) -> float:
    """Life of what was built, in days: that of the shorter-lived part, infinite where nothing was."""
    parts = ((mode.lifetime.value, pipe), (way.lifetime.value, plant))
    return min((life for life, capital in parts if capital > 0.0), default=math.inf)


class _Terms(NamedTuple):
    """What is physically there, before anything is priced; see :class:`Appraisal`."""

    mode: str
    rate: NDArray[np.float64]
    quantity: float
    capacity: float
    keep: float
    credit: float
    own_inputs: Mapping[str, float]
    burden: Mapping[str, float]
    capital: float
    haulage: float
    treatment: float
    carried: float
    treated: float
    maintenance: float
    lead_time: float
    term: float
    lifetime: float


def _conversion(way: Pathway, source: float, required: float, approach: float) -> tuple[float, float]:
    """Units made and electricity used per unit treated."""
    made = way.yield_.value
    electricity = way.electricity.value if way.electricity else 0.0
    if way.lift is not None:
        cop = heat_pump_cop(way, source, required, approach)
        if np.isfinite(cop):
            made *= cop / (cop - 1.0)
            electricity += 1.0 / (cop - 1.0)
    return made, electricity


def _priced(terms: _Terms, giver: Party, taker: Party, setting: Setting) -> Appraisal:
    """Reservation prices, payback and verdict."""
    giver_invests = giver.behaviour.hurdle_rate.value < taker.behaviour.hurdle_rate.value
    investor = (giver if giver_invests else taker).behaviour
    years = terms.term / DAYS_PER_YEAR
    annuity = annuity_per_unit(terms.capital, terms.quantity, terms.term, terms.lifetime, investor)
    burden_cost = cost_of_inputs(terms.burden, setting.inputs)
    unit_cost = terms.haulage + terms.treatment + cost_of_inputs(terms.own_inputs, setting.inputs)
    unit_cost += terms.maintenance / terms.quantity
    running_floor = burden_cost - giver.unit_value
    running_ceiling = terms.keep * terms.credit * taker.unit_value - unit_cost
    stake = max(running_ceiling - running_floor, 0.0) / 2.0
    floor = running_floor + _agreement_cost(giver, years, terms.quantity)
    floor += stake * setting.risk * giver.behaviour.risk_aversion.value
    ceiling = running_ceiling - _agreement_cost(taker, years, terms.quantity)
    ceiling -= stake * setting.risk * taker.behaviour.risk_aversion.value
    if giver_invests:
        floor += annuity
    else:
        ceiling -= annuity
    payback = simple_payback(terms.capital, (running_ceiling - running_floor) * terms.quantity)
    worthwhile = ceiling > floor and payback * DAYS_PER_YEAR <= investor.payback.value
    physical = terms._asdict()
    own = physical.pop("own_inputs")
    return Appraisal(
        "" if worthwhile else "economics",
        **physical,
        inputs={key: own.get(key, 0.0) + terms.burden.get(key, 0.0) for key in sorted({*own, *terms.burden})},
        giver_invests=giver_invests,
        unit_cost=unit_cost,
        burden_cost=burden_cost,
        floor=floor,
        ceiling=ceiling,
        annuity=annuity,
        running_floor=running_floor,
        running_ceiling=running_ceiling,
        payback=payback,
    )


def annuity_of(terms: Appraisal, investor: Behaviour) -> float:
    """Yearly cost of an appraisal's capital per unit sent. money/unit."""
    return annuity_per_unit(terms.capital, terms.quantity, terms.term, terms.lifetime, investor)


def _agreement_cost(party: Party, years: float, quantity: float) -> float:
    """Transaction cost per unit sent, spread over the term."""
    return (
        party.transaction_cost * annuity_factor(per_year(party.behaviour.hurdle_rate.value), years) / quantity
    )


def technical_obstacle(
    supplied: float, required: float, scale: str, pathway: Pathway | None, drop: float, approach: float
) -> bool:
    """Whether physics or quality forbids an exchange."""
    # A conversion at the giver works with what it has, and its product must survive the way.
    before, after = (0.0, drop) if pathway is not None and pathway.at == "giver" else (drop, 0.0)
    arriving, required = supplied - before, required + after
    if pathway is not None and pathway.needs is not None and not arriving >= pathway.needs.value:
        return True
    if scale == "temperature":
        if pathway is not None and pathway.lift is not None:
            # At a coefficient of one nothing would be lifted: all heat would be electricity.
            hot_enough = heat_pump_cop(pathway, arriving, required, approach) > 1.0
            return bool(required > pathway.lift.max_temperature.value or not hot_enough)
        return bool(arriving < required + approach)
    if pathway is not None:
        return False
    return bool(arriving < required)


def pressure_obstacle(supplied: float, required: float, pathway: Pathway | None, fall: float) -> bool:
    """Whether steam or gas arrives below the pressure needed."""
    return pathway is None and supplied - fall < required


def heat_pump_cop(pathway: Pathway, source: float, required: float, approach: float) -> float:
    """Coefficient of performance of a pathway's heat pump."""
    assert pathway.lift is not None
    hot, cold = required + approach + KELVIN, source - approach + KELVIN
    if hot <= cold:
        return float("inf")
    return max(pathway.lift.efficiency.value * hot / (hot - cold), 1.0)


def grade_drop(transport: Transport, scale: str, length: float) -> float:
    """Grade lost on the way: the temperature fall of a pipe in K, nothing for other scales."""
    return transport.temperature_drop.value * length if scale == "temperature" else 0.0


def annuity_factor(rate: float, years: float) -> float:
    """Yearly payment per unit of capital, ``r / (1 - (1 + r)^-n)``."""
    if rate == 0.0:
        return 1.0 / years
    return float(rate / (1.0 - (1.0 + rate) ** -years))


def annuity_per_unit(
    capital: float, quantity: float, term: float, lifetime: float, investor: Behaviour
) -> float:
    """Yearly cost of capital per unit sent."""
    if capital <= 0.0:
        return 0.0
    days = min(max(term, investor.payback.value), lifetime)
    return capital * annuity_factor(per_year(investor.hurdle_rate.value), days / DAYS_PER_YEAR) / quantity


def transport_capital(transport: Transport, length: float, capacity: float, when: date) -> float:
    """Investment in a pipe, conveyor or cable, at the price year."""
    base = _at(transport.fixed, when) + _at(transport.per_km, when) * length
    if transport.reference is None:
        return base
    size = max(capacity / transport.reference.value, transport.floor.value)
    return float(base * size**transport.exponent.value)


def _at(path: Path | None, when: date) -> float:
    return 0.0 if path is None else path.at(when)
