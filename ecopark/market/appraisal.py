"""Appraisal of a pair: how much could flow, what it costs, what it is worth to whom.

Pure functions of quantities and prices: usable in a notebook without a model. Prices are money
per unit *sent* (at the giver's gate), so that both reservation prices have one unit; they are
negative where a giver would pay to be rid of its residual.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.investment import (
    annuity_factor,
    annuity_per_unit,
    per_year,
    simple_payback,
    transport_capital,
)
from ecopark.market.pairs import grade_drop, heat_pump_cop, pressure_obstacle, technical_obstacle
from ecopark.scenario.paths import Path
from ecopark.scenario.types import Behaviour, Pathway, Transport

# Head room of a pipe over the largest planned flow, so that ordinary noise passes. [M]
_HEADROOM = 1.15
_SAME = Pathway(giver="any", taker="any")


@dataclass(frozen=True)
class Party:
    """One side of a pair as the appraisal sees it.

    Attributes
    ----------
    rate : ndarray of float, shape (M,), unit/day
        In each period of the coming year: supply not yet promised; need not yet promised to be
        met and open to this pathway, blending limits taken into account.
    unit_value : float, money/unit
        Giver: disposal cost avoided. Taker: virgin price avoided.
    grade : float, grade scale
    behaviour : Behaviour
    transaction_cost : float, money
        Of reaching this agreement, trust and facilitation taken into account.
    pressure : float, bar
        Offered or required; NaN where none is stated.
    """

    rate: NDArray[np.float64]
    unit_value: float
    grade: float
    behaviour: Behaviour
    transaction_cost: float
    pressure: float = math.nan


@dataclass(frozen=True)
class Setting:
    """What surrounds a pair.

    Attributes
    ----------
    length : float, km
    days : ndarray of float, shape (M,), day
        Length of each period of the year appraised.
    scale : str
        Grade scale of the residual.
    approach : float, K
    reliability : float, 1
        Share of the overlap a prudent planner counts on.
    risk : float, 1
        Perceived chance that regulation or the partner spoils the exchange.
    inputs : mapping of str to float, money/unit
        Prices of resources bought to run an exchange.
    burden : mapping of str to float, unit/unit
        Inputs spent by the giver per unit given.
    limit : ndarray of float, shape (M,), unit/day
        Most that this pathway may still serve of the need: blending limits of port and pathway,
        less what is promised.
    grant : float, 1
        Share of investment paid by the public.
    when : datetime.date
    """

    length: float
    days: NDArray[np.float64]
    scale: str
    approach: float
    reliability: float
    risk: float
    inputs: Mapping[str, float]
    burden: Mapping[str, float]
    limit: NDArray[np.float64]
    grant: float
    when: date


@dataclass(frozen=True)
class Appraisal:
    """What a pair is worth with one transport mode.

    Attributes
    ----------
    reason : str
        Empty if worthwhile, else ``quality``, ``economics`` or ``distance``.
    mode : str
    rate : ndarray of float, shape (M,), unit/day
        Quantity sent in each period of the year.
    quantity : float, unit/yr
    capacity : float, unit/day
    keep, credit : float
        Share arriving; virgin units replaced per unit arriving.
    inputs : mapping of str to float, unit/unit
        Resources bought per unit sent.
    capital : float, money
        After the grant.
    giver_invests : bool
    unit_cost : float, money/unit
        Running costs of transport, treatment and inputs other than the giver's burden.
    haulage, treatment : float, money/unit
        The parts of `unit_cost` for the way and for the conversion, per unit sent.
    carried, treated : float, unit/unit
        Units on the way and units treated, per unit sent: a conversion at the giver treats all
        and sends its product on the way, one at the taker treats what arrives.
    maintenance : float, money/yr
    burden : mapping of str to float, unit/unit
        The part of `inputs` that the giver bears.
    burden_cost : float, money/unit
    floor, ceiling : float, money/unit
        Reservation prices of giver and taker, capital and risk included.
    annuity : float, money/unit
        Of the capital, per unit sent; within the investor's reservation price.
    running_floor, running_ceiling : float, money/unit
        The same once capital and transaction cost are sunk: what keeping a contract is worth.
    payback : float, yr
    lead_time : float, day
    term : float, day
    lifetime : float, day
        Of what was built; infinite where nothing was.
    """

    reason: str
    mode: str = ""
    rate: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    quantity: float = 0.0
    capacity: float = 0.0
    keep: float = 1.0
    credit: float = 1.0
    inputs: Mapping[str, float] = field(default_factory=dict)
    capital: float = 0.0
    giver_invests: bool = False
    unit_cost: float = 0.0
    haulage: float = 0.0
    treatment: float = 0.0
    carried: float = 1.0
    treated: float = 1.0
    maintenance: float = 0.0
    burden: Mapping[str, float] = field(default_factory=dict)
    burden_cost: float = 0.0
    floor: float = 0.0
    ceiling: float = 0.0
    annuity: float = 0.0
    running_floor: float = 0.0
    running_ceiling: float = 0.0
    payback: float = 0.0
    lead_time: float = 0.0
    term: float = 0.0
    lifetime: float = math.inf

    @property
    def own_inputs(self) -> dict[str, float]:
        """The part of `inputs` that the taker bears. unit/unit."""
        return {name: amount - self.burden.get(name, 0.0) for name, amount in self.inputs.items()}

    @property
    def delivered(self) -> NDArray[np.float64]:
        """Virgin supply replaced in each period. ndarray of float, shape (M,), need unit/day."""
        return self.rate * (self.keep * self.credit)

    @property
    def joint_margin(self) -> float:
        """Yearly gain of both together, capital and risk taken off. money/yr."""
        return (self.ceiling - self.floor) * self.quantity


def appraise(
    giver: Party,
    taker: Party,
    pathway: Pathway | None,
    modes: Mapping[str, Transport],
    setting: Setting,
) -> Appraisal:
    """Best way of joining a residual and a need, or the reason why there is none.

    Parameters
    ----------
    giver, taker : Party
    pathway : Pathway or None
        None where residual and need are the same resource.
    modes : mapping of str to Transport
        Modes that can carry it over the distance.
    setting : Setting

    Returns
    -------
    Appraisal
        The mode with the largest joint margin among those that are worthwhile. If none is, the
        reason of the best: ``quality`` where physics forbids every mode, ``distance`` where it
        would pay were it not for the way between, else ``economics``.
    """
    options = [_with_mode(giver, taker, pathway, name, mode, setting) for name, mode in modes.items()]
    able = [option for option in options if option.reason != "quality"]
    if not able:
        return Appraisal("quality")
    worthwhile = [option for option in able if not option.reason]
    if worthwhile:
        return max(worthwhile, key=lambda option: option.joint_margin)
    best = max(able, key=lambda option: option.joint_margin)
    nearby = _with_mode(giver, taker, pathway, best.mode, modes[best.mode], replace(setting, length=0.0))
    return best if nearby.reason else replace(best, reason="distance")


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


def cost_of_inputs(inputs: Mapping[str, float], prices: Mapping[str, float]) -> float:
    """Cost of the resources bought per unit sent. money/unit."""
    return math.fsum(amount * prices[name] for name, amount in inputs.items())


def running_costs(terms: Appraisal, prices: Mapping[str, float]) -> tuple[float, float]:
    """What keeping an exchange costs at given prices of its inputs, investment sunk.

    Parameters
    ----------
    terms : Appraisal
    prices : mapping of str to float, money/unit
        Of resources bought to run it.

    Returns
    -------
    tuple of (float, float), money/unit
        The giver's burden, and the running costs borne by the taker.
    """
    upkeep = terms.maintenance / terms.quantity if terms.quantity > 0.0 else 0.0
    return cost_of_inputs(terms.burden, prices), terms.haulage + terms.treatment + upkeep + cost_of_inputs(
        terms.own_inputs, prices
    )


def _agreement_cost(party: Party, years: float, quantity: float) -> float:
    """Transaction cost per unit sent, spread over the term."""
    return (
        party.transaction_cost * annuity_factor(per_year(party.behaviour.hurdle_rate.value), years) / quantity
    )


def _at(path: Path | None, when: date) -> float:
    return 0.0 if path is None else path.at(when)
