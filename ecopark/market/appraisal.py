"""Appraisal of a pair: how much could flow, what it costs, what it is worth to whom.

Pure functions of quantities and prices: usable in a notebook without a model. Prices are money
per unit *sent* (at the giver's gate), so that both reservation prices have one unit; they are
negative where a giver would pay to be rid of its residual.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecopark.market.choice import pick_option
from ecopark.market.investment import annuity_per_unit, per_year
from ecopark.market.options import describe
from ecopark.market.valuation import REASONS, VALUE, Ground, Row, Side
from ecopark.scenario.types import Behaviour, Pathway, Transport

_NO_RATE = np.zeros(0)
_NO_INPUTS: Mapping[str, float] = {}


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
    subsidy : float, money/unit
        Paid by the public per unit sent.
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
    subsidy: float = 0.0


class Route(NamedTuple):
    """The way of a pipe whose trench may be shared.

    Attributes
    ----------
    stops : tuple of int, 1
        Numbers of the firms it passes, from giver to taker; empty where nobody asked for the way.
    length : float, km
    trench : float, money/km
        Of the trench it needs, after the grant.
    digging : float, money
        Part of the capital for it: own digging, and shares in what others have dug.
    """

    stops: tuple[int, ...]
    length: float
    trench: float
    digging: float


class _Terms(NamedTuple):
    """Fields of an :class:`Appraisal`, which has room besides for what is worked out of them once."""

    reason: str
    mode: str = ""
    rate: NDArray[np.float64] = _NO_RATE
    quantity: float = 0.0
    capacity: float = 0.0
    keep: float = 1.0
    credit: float = 1.0
    inputs: Mapping[str, float] = _NO_INPUTS
    capital: float = 0.0
    giver_invests: bool = False
    unit_cost: float = 0.0
    haulage: float = 0.0
    treatment: float = 0.0
    carried: float = 1.0
    treated: float = 1.0
    maintenance: float = 0.0
    burden: Mapping[str, float] = _NO_INPUTS
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
    subsidy: float = 0.0
    route: Route | None = None


class Appraisal(_Terms):
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
        Running costs of transport, treatment and inputs other than the giver's burden, less the
        subsidy.
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
    subsidy : float, money/unit
        Paid by the public per unit sent when it was appraised.
    route : Route or None
        None where nothing is dug, or a trench is never shared: the way is that between the two sites.
    """

    @cached_property
    def own_inputs(self) -> Mapping[str, float]:
        """The part of `inputs` that the taker bears. unit/unit."""
        if not self.burden:
            return self.inputs
        return {name: amount - self.burden.get(name, 0.0) for name, amount in self.inputs.items()}

    @cached_property
    def cost_without_inputs(self) -> float:
        """Running costs of way, conversion and upkeep, prices of inputs apart. money/unit."""
        upkeep = self.maintenance / self.quantity if self.quantity > 0.0 else 0.0
        return self.haulage + self.treatment + upkeep

    @cached_property
    def sum_of_rates(self) -> float:
        """Sum of `rate` over the periods of the year. unit/day."""
        return float(self.rate.sum())

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
    options, costs = describe(modes, pathway, setting.scale, setting.when)
    options["reach"] = np.inf
    ground = Ground(
        setting.approach,
        setting.reliability,
        setting.risk,
        setting.inputs.get("electricity", math.nan),
        cost_of_inputs(setting.burden, setting.inputs),
        setting.grant,
        setting.subsidy,
    )
    values = np.zeros(options.size, dtype=VALUE)
    rates = np.zeros((options.size, giver.rate.size))
    wanted = np.minimum(taker.rate, setting.limit)
    sides = (tuple(_side(giver)), np.ascontiguousarray(giver.rate), tuple(_side(taker)), wanted)
    course = np.full(options.size, setting.length), np.zeros((options.size, 0, 2))
    best = pick_option(options, costs, *sides, tuple(ground), *course, setting.days, values, rates)
    if best < 0:
        return Appraisal("quality")
    mode = tuple(modes)[best]
    return read_value(values[best], rates[best], mode, setting.burden, ground, ((), setting.length))


def _side(party: Party) -> Side:
    behaviour = party.behaviour
    return Side(
        party.unit_value,
        party.grade,
        party.pressure,
        per_year(behaviour.hurdle_rate.value),
        behaviour.payback.value,
        behaviour.risk_aversion.value,
        party.transaction_cost,
    )


def read_value(
    value: Row,
    rate: NDArray[np.float64],
    mode: str,
    burden: Mapping[str, float],
    ground: Ground,
    course: tuple[tuple[int, ...], float],
) -> Appraisal:
    """Appraisal from a row of the compiled arithmetic.

    Parameters
    ----------
    value : numpy.void
        Row of ``VALUE``.
    rate : ndarray of float, shape (M,), unit/day
        Taken over, not copied.
    mode : str
    burden : mapping of str to float, unit/unit
        Inputs of the giver.
    ground : Ground
    course : tuple of (tuple of int, float), 1 and km
        Stops and length of the way.

    Returns
    -------
    Appraisal
    """
    (
        number, quantity, capacity, keep, credit, electricity, capital, unit_cost, haulage, treatment, carried,
        treated, maintenance, floor, ceiling, annuity, running_floor, running_ceiling, payback, lead_time, term,
        lifetime, trench, digging, giver_invests,
    ) = value.item()  # fmt: skip
    reason = REASONS[number]
    if not quantity > 0.0:
        return Appraisal(reason, mode)
    inputs = {"electricity": electricity} if electricity > 0.0 else {}
    for name, amount in burden.items():
        inputs[name] = inputs.get(name, 0.0) + amount
    if len(inputs) > 1:
        inputs = dict(sorted(inputs.items()))
    route = Route(*course, trench, digging) if trench > 0.0 else None
    return Appraisal(
        reason, mode, rate, quantity, capacity, keep, credit, inputs, capital, bool(giver_invests), unit_cost,
        haulage, treatment, carried, treated, maintenance, burden, ground.burden, floor, ceiling, annuity,
        running_floor, running_ceiling, payback, lead_time, term, lifetime, ground.subsidy, route,
    )  # fmt: skip


def annuity_of(terms: Appraisal, investor: Behaviour) -> float:
    """Yearly cost of an appraisal's capital per unit sent. money/unit."""
    return annuity_per_unit(terms.capital, terms.quantity, terms.term, terms.lifetime, investor)


def cost_of_inputs(inputs: Mapping[str, float], prices: Mapping[str, float]) -> float:
    """Cost of the resources bought per unit sent. money/unit."""
    if not inputs:
        return 0.0
    return math.fsum([amount * prices[name] for name, amount in inputs.items()])


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
    fixed = terms.cost_without_inputs
    if not terms.inputs:
        return 0.0, fixed
    burden = cost_of_inputs(terms.burden, prices) if terms.burden else 0.0
    return burden, fixed + cost_of_inputs(terms.own_inputs, prices)


def throttle(terms: Appraisal, share: float) -> Appraisal:
    """Terms of an exchange whose pipe carries only a share of what it was built for.

    Parameters
    ----------
    terms : Appraisal
    share : float, 1
        0 to 1.

    Returns
    -------
    Appraisal
        Capacity times the share, the rates of the year cut to it, and the quantity in proportion to their sum;
        everything else, the capital above all, as it was.
    """
    rate = np.minimum(terms.rate, share * terms.capacity)
    whole = float(terms.rate.sum())
    left = float(rate.sum()) / whole if whole > 0.0 else 0.0
    return terms._replace(capacity=share * terms.capacity, rate=rate, quantity=left * terms.quantity)
