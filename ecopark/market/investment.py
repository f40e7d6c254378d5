"""Money over time: annuity, payback, capital of a pipe."""

from __future__ import annotations

from datetime import date

from ecopark.calendar import DAYS_PER_YEAR
from ecopark.scenario.paths import Path
from ecopark.scenario.types import Behaviour, Transport


def annuity_factor(rate: float, years: float) -> float:
    """Yearly payment per unit of capital, ``r / (1 - (1 + r)^-n)``.

    Parameters
    ----------
    rate : float, 1/yr
        Discount rate; zero gives ``1 / n``.
    years : float, yr
        Time over which the capital is paid back, above zero.

    Returns
    -------
    float, 1/yr

    Examples
    --------
    >>> round(annuity_factor(0.10, 10), 6)
    0.162745
    """
    if rate == 0.0:
        return 1.0 / years
    return float(rate / (1.0 - (1.0 + rate) ** -years))


def annuity_per_unit(
    capital: float, quantity: float, term: float, lifetime: float, investor: Behaviour
) -> float:
    """Yearly cost of capital per unit sent.

    The capital is to be earned back over the term, or over the longest payback the investor
    accepts where that is longer (a treatment plant outlives one haulage contract), never over more
    than its lifetime.

    Parameters
    ----------
    capital : float, money
    quantity : float, unit/yr
    term, lifetime : float, day
    investor : Behaviour

    Returns
    -------
    float, money/unit
    """
    if capital <= 0.0:
        return 0.0
    days = min(max(term, investor.payback.value), lifetime)
    return capital * annuity_factor(per_year(investor.hurdle_rate.value), days / DAYS_PER_YEAR) / quantity


def simple_payback(capital: float, yearly_gain: float) -> float:
    """Years until undiscounted gains repay the capital; infinite where there is no gain.

    Parameters
    ----------
    capital : float, money
    yearly_gain : float, money/yr

    Returns
    -------
    float, yr
    """
    if capital <= 0.0:
        return 0.0
    return capital / yearly_gain if yearly_gain > 0.0 else float("inf")


def transport_capital(transport: Transport, length: float, capacity: float, when: date) -> float:
    """Investment in a pipe, conveyor or cable, at the price year.

    Parameters
    ----------
    transport : Transport
    length : float, km
    capacity : float, unit/day
    when : datetime.date
        For dated cost paths.

    Returns
    -------
    float, money
        ``(fixed + per_km x length) x max(capacity / reference, floor) ** exponent``, the power
        law of chemical engineering cost estimates with the mode's own exponent. Zero for a mode
        without capital cost.
    """
    base = _at(transport.fixed, when) + _at(transport.per_km, when) * length
    if transport.reference is None:
        return base
    size = max(capacity / transport.reference.value, transport.floor.value)
    return float(base * size**transport.exponent.value)


def per_year(rate: float) -> float:
    """Yearly equivalent of a rate stated per day, to first order (as rates are written per year)."""
    return rate * DAYS_PER_YEAR


def _at(path: Path | None, when: date) -> float:
    return 0.0 if path is None else path.at(when)
