"""The arithmetic of an appraisal, compiled: one way of joining a residual and a need by one mode.

What lives here: physics and reservation prices of options as numbers in arrays. What does not: scenario
blocks (``options`` turns them into rows, ``appraisal`` offers the arithmetic for single pairs), who asks
and when (``agents``).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.investment import annuity_factor, unit_annuity

_Floats = NDArray[np.float64]
# A row of a structured array; numba knows its fields, type checkers do not.
Row = Any

KELVIN = 273.15
# Head room of a pipe over the largest planned flow, so that ordinary noise passes. [M]
_HEADROOM = 1.15
GOOD, QUALITY, ECONOMICS, DISTANCE = 0, 1, 2, 3
REASONS = ("", "quality", "economics", "distance")

#: What stays the same of an option, which is a pathway (or none) with a transport mode; NaN where
#: something is not there. Units as in the scenario's blocks.
OPTION = np.dtype(
    [
        ("reach", "f8"), ("temperature_drop", "f8"), ("pressure_drop", "f8"), ("loss", "f8"),
        ("pumping", "f8"), ("reference", "f8"), ("floor", "f8"), ("exponent", "f8"), ("running", "f8"),
        ("lead_time", "f8"), ("term", "f8"), ("mode_life", "f8"), ("way_life", "f8"), ("made", "f8"),
        ("work", "f8"), ("replacement", "f8"), ("needs", "f8"), ("lift_to", "f8"), ("efficiency", "f8"),
        ("trench", "f8"), ("at_giver", "i8"), ("converts", "i8"), ("heat", "i8"),
    ]
)  # fmt: skip
#: What an option costs in one period.
COST = np.dtype(
    [
        ("fixed", "f8"), ("per_km", "f8"), ("handling", "f8"), ("variable", "f8"), ("treatment", "f8"),
        ("works", "f8"),
    ]
)  # fmt: skip
#: What comes out for one option; the words are those of :class:`~ecopark.market.appraisal.Appraisal`.
VALUE = np.dtype(
    [
        ("reason", "i8"), ("quantity", "f8"), ("capacity", "f8"), ("keep", "f8"), ("credit", "f8"),
        ("electricity", "f8"), ("capital", "f8"), ("unit_cost", "f8"), ("haulage", "f8"),
        ("treatment", "f8"), ("carried", "f8"), ("treated", "f8"), ("maintenance", "f8"),
        ("floor", "f8"), ("ceiling", "f8"), ("annuity", "f8"), ("running_floor", "f8"),
        ("running_ceiling", "f8"), ("payback", "f8"), ("lead_time", "f8"), ("term", "f8"),
        ("lifetime", "f8"), ("trench", "f8"), ("digging", "f8"), ("giver_invests", "i8"),
    ]
)  # fmt: skip


class Side(NamedTuple):
    """One side of a pair as numbers.

    Attributes
    ----------
    unit_value : float, money/unit
    grade : float, grade scale
    pressure : float, bar
    hurdle_rate : float, 1/yr
    payback : float, day
    risk_aversion : float, 1
    deal_cost : float, money
    """

    unit_value: float
    grade: float
    pressure: float
    hurdle_rate: float
    payback: float
    risk_aversion: float
    deal_cost: float


class Ground(NamedTuple):
    """What surrounds a pair, as numbers.

    Attributes
    ----------
    approach : float, K
    reliability : float, 1
    risk : float, 1
    electricity : float, money/kWh or the resource's own unit
        Price of the electricity an exchange buys.
    burden : float, money/unit
        Cost of the giver's inputs per unit given.
    grant : float, 1
    subsidy : float, money/unit
        Paid by the public per unit sent.
    """

    approach: float
    reliability: float
    risk: float
    electricity: float
    burden: float
    grant: float
    subsidy: float


class Courses(NamedTuple):
    """Where the pipes of W options would run.

    Attributes
    ----------
    length : ndarray of float, shape (W,), km
        Of the whole way.
    steps : ndarray of float, shape (W, B, 2), money/km and km
        What trenches that are already there leave to be paid: up to a trench of which cost per km, as if it
        had that many km to be dug. None of them, B = 0, where every km is the first of its kind.
    """

    length: _Floats
    steps: _Floats


@njit(cache=True)  # type: ignore[untyped-decorator]
def lift_cop(efficiency: float, source: float, required: float, approach: float) -> float:
    """Coefficient of performance of a heat pump.

    Parameters
    ----------
    efficiency : float, 1
        Of the Carnot limit.
    source, required : float, degC
        Delivered source temperature and temperature needed.
    approach : float, K
        Difference lost in each of the two heat exchangers.

    Returns
    -------
    float, 1
        Heat delivered per electricity, ``efficiency x T_hot / (T_hot - T_cold)`` with absolute
        temperatures of condenser and evaporator (Carnot), never below one; infinite where nothing
        needs to be lifted.
    """
    hot, cold = required + approach + KELVIN, source - approach + KELVIN
    if hot <= cold:
        return np.inf
    return max(efficiency * hot / (hot - cold), 1.0)


@njit(cache=True)  # type: ignore[untyped-decorator]
def is_hindered(
    option: Row,
    length: float,
    supplied: float,
    required: float,
    pressures: tuple[float, float],
    approach: float,
) -> bool:
    """Whether physics or quality forbids an exchange by an option.

    Parameters
    ----------
    option : numpy.void
        Row of `OPTION`.
    length : float, km
    supplied, required : float, grade scale
        Grade at the giver's gate and grade needed; NaN where none is stated. A treatment makes its own
        grade: then only what it needs counts for materials and water. Heat must be hot enough on every
        pathway unless it is lifted by a heat pump.
    pressures : tuple of (float, float), bar
        Offered and required; NaN where none is stated, which forbids nothing. A conversion makes its
        own pressure.
    approach : float, K
        Smallest temperature difference of a heat exchange.

    Returns
    -------
    bool
    """
    if option.converts == 0 and pressures[0] - option.pressure_drop * length < pressures[1]:
        return True
    drop = option.temperature_drop * length if option.heat == 1 else 0.0
    # A conversion at the giver works with what it has, and its product must survive the way.
    arriving = supplied - (0.0 if option.at_giver == 1 else drop)
    required = required + (drop if option.at_giver == 1 else 0.0)
    if not np.isnan(option.needs) and not arriving >= option.needs:
        return True
    if option.heat == 1:
        if not np.isnan(option.efficiency):
            # At a coefficient of one nothing would be lifted: all heat would be electricity.
            hot_enough = lift_cop(option.efficiency, arriving, required, approach) > 1.0
            return required > option.lift_to or not hot_enough
        return arriving < required + approach
    return option.converts == 0 and arriving < required


@njit(cache=True)  # type: ignore[untyped-decorator]
def pipe_capital(option: Row, cost: Row, length: float, capacity: float) -> float:
    """Investment in a pipe, conveyor or cable.

    Parameters
    ----------
    option, cost : numpy.void
        Rows of `OPTION` and `COST`.
    length : float, km
    capacity : float, unit/day

    Returns
    -------
    float, money
        ``(fixed + per_km x length) x max(capacity / reference, floor) ** exponent``, the power
        law of chemical engineering cost estimates with the mode's own exponent.
    """
    return (cost.fixed + cost.per_km * length) * _size(option, capacity)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _size(option: Row, capacity: float) -> float:
    """Cost of a pipe of some capacity over that of one of the mode's reference. 1."""
    if np.isnan(option.reference):
        return 1.0
    return max(capacity / option.reference, option.floor) ** option.exponent


@njit(cache=True)  # type: ignore[untyped-decorator]
def pay_for_trench(trench: float, length: float, steps: _Floats) -> float:
    """Cost of digging along a course, where others may have dug before.

    Parameters
    ----------
    trench : float, money/km
        Of the trench needed.
    length : float, km
    steps : ndarray of float, shape (B, 2), money/km and km
        As in :class:`Courses`, in rising order.

    Returns
    -------
    float, money
        Own digging and shares in what others have dug: the first part of the trench at the km of the first
        step, the next at those of the second, and what nobody there needs at the full length.
    """
    paid, below = 0.0, 0.0
    for k in range(steps.shape[0]):
        if trench <= below:
            return paid
        top = min(trench, steps[k, 0])
        paid += (top - below) * steps[k, 1]
        below = top
    return paid + max(trench - below, 0.0) * length


@njit(cache=True)  # type: ignore[untyped-decorator]
def _rates(
    supply: _Floats, wanted: _Floats, gain: float, days: _Floats, rate: _Floats
) -> tuple[float, float]:
    """Fill the rate sent in each period; its total over the year and its largest."""
    total, most = 0.0, 0.0
    for m in range(rate.size):
        sent = 0.0
        if gain > 0.0:
            sent = max(min(supply[m], wanted[m] / gain), 0.0)
        rate[m] = sent
        total += sent * days[m]
        most = max(most, sent)
    return total, most


@njit(cache=True)  # type: ignore[untyped-decorator]
def value_option(
    option: Row,
    cost: Row,
    giver: Side,
    supply: _Floats,
    taker: Side,
    wanted: _Floats,
    ground: Ground,
    length: float,
    steps: _Floats,
    days: _Floats,
    value: Row,
    rate: _Floats,
) -> None:
    """Physics, capital and reservation prices of a pair by one option.

    Parameters
    ----------
    option, cost : numpy.void
        Rows of `OPTION` and `COST`.
    giver, taker : Side
    supply, wanted : ndarray of float, shape (M,), unit/day
        What the giver could send and the taker could use, in each period of the year.
    ground : Ground
    length : float, km
    steps : ndarray of float, shape (B, 2), money/km and km
        As in :class:`Courses`.
    days : ndarray of float, shape (M,), day
    value : numpy.void
        Row of `VALUE`, filled.
    rate : ndarray of float, shape (M,), unit/day
        Filled.
    """
    approach = ground.approach
    value.reason, value.floor, value.ceiling, value.quantity = QUALITY, 0.0, 0.0, 0.0
    rate[:] = 0.0
    if is_hindered(option, length, giver.grade, taker.grade, (giver.pressure, taker.pressure), approach):
        return
    drop = option.temperature_drop * length if option.heat == 1 else 0.0
    keep = (1.0 - option.loss) ** length
    made, work = option.made, option.work
    if not np.isnan(option.efficiency):
        source = giver.grade - (0.0 if option.at_giver == 1 else drop)
        cop = lift_cop(
            option.efficiency, source, taker.grade + (drop if option.at_giver == 1 else 0.0), approach
        )
        if np.isfinite(cop):
            made *= cop / (cop - 1.0)
            work += 1.0 / (cop - 1.0)
    carried, treated = (made, 1.0) if option.at_giver == 1 else (1.0, keep)
    gain = keep * made * option.replacement
    total, most = _rates(supply, wanted, gain, days, rate)
    value.reason = ECONOMICS
    if total * ground.reliability <= 0.0:
        return
    value.quantity = total * ground.reliability
    value.capacity = most * _HEADROOM
    pipe = pipe_capital(option, cost, length, value.capacity * carried)
    plant = cost.works * value.capacity * treated
    value.keep, value.credit, value.carried, value.treated = keep, made * option.replacement, carried, treated
    value.electricity = length * option.pumping * carried + work * treated
    value.capital = (pipe + plant) * (1.0 - ground.grant)
    # Upkeep is that of the whole pipe, whoever dug for it.
    value.maintenance = option.running * pipe
    size = _size(option, value.capacity * carried)
    value.trench = option.trench * cost.per_km * size * (1.0 - ground.grant)
    value.digging = pay_for_trench(value.trench, length, steps)
    if steps.shape[0] > 0:
        value.capital += value.digging - value.trench * length
    value.haulage = carried * (cost.handling + cost.variable * length)
    value.treatment = cost.treatment * treated
    value.lead_time, value.term = option.lead_time, option.term
    value.lifetime = min(
        option.mode_life if pipe > 0.0 else np.inf, option.way_life if plant > 0.0 else np.inf
    )
    _price(giver, taker, ground, value)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _price(giver: Side, taker: Side, ground: Ground, value: Row) -> None:
    """Reservation prices, payback and verdict."""
    giver_invests = giver.hurdle_rate < taker.hurdle_rate
    investor = giver if giver_invests else taker
    years, quantity = value.term / DAYS_PER_YEAR, value.quantity
    value.annuity = unit_annuity(
        value.capital, quantity, value.term, value.lifetime, investor.hurdle_rate, investor.payback
    )
    value.unit_cost = value.haulage + value.treatment - ground.subsidy + value.maintenance / quantity
    if value.electricity > 0.0:
        value.unit_cost += value.electricity * ground.electricity
    value.running_floor = ground.burden - giver.unit_value
    value.running_ceiling = value.keep * value.credit * taker.unit_value - value.unit_cost
    margin = value.running_ceiling - value.running_floor
    at_risk = max(margin, 0.0) / 2.0 * ground.risk
    value.floor = value.running_floor + at_risk * giver.risk_aversion
    value.floor += giver.deal_cost * annuity_factor(giver.hurdle_rate, years) / quantity
    value.ceiling = value.running_ceiling - at_risk * taker.risk_aversion
    value.ceiling -= taker.deal_cost * annuity_factor(taker.hurdle_rate, years) / quantity
    if giver_invests:
        value.floor += value.annuity
    else:
        value.ceiling -= value.annuity
    value.giver_invests = 1 if giver_invests else 0
    gained = margin * quantity
    value.payback = 0.0
    if value.capital > 0.0:
        value.payback = value.capital / gained if gained > 0.0 else np.inf
    if value.ceiling > value.floor and value.payback * DAYS_PER_YEAR <= investor.payback:
        value.reason = GOOD
