"""Money over time: annuity and payback."""

from __future__ import annotations

from numba import njit

from ecopark.calendar import DAYS_PER_YEAR
from ecopark.scenario.types import Behaviour


@njit(cache=True)  # type: ignore[untyped-decorator]
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
    return rate / (1.0 - (1.0 + rate) ** -years)


@njit(cache=True)  # type: ignore[untyped-decorator]
def unit_annuity(
    capital: float, quantity: float, term: float, lifetime: float, hurdle_rate: float, payback: float
) -> float:
    """Yearly cost of capital per unit sent.

    The capital is to be earned back over the term, or over the longest payback the investor accepts
    where that is longer (a treatment plant outlives one haulage contract), never over more than its
    lifetime.

    Parameters
    ----------
    capital : float, money
    quantity : float, unit/yr
    term, lifetime : float, day
    hurdle_rate : float, 1/yr
    payback : float, day

    Returns
    -------
    float, money/unit
    """
    if capital <= 0.0:
        return 0.0
    days = min(max(term, payback), lifetime)
    return capital * annuity_factor(hurdle_rate, days / DAYS_PER_YEAR) / quantity


def annuity_per_unit(
    capital: float, quantity: float, term: float, lifetime: float, investor: Behaviour
) -> float:
    """Yearly cost of capital per unit sent, for a firm; see :func:`unit_annuity`.

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
    rate, payback = per_year(investor.hurdle_rate.value), investor.payback.value
    return float(unit_annuity(capital, quantity, term, lifetime, rate, payback))


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


def per_year(rate: float) -> float:
    """Yearly equivalent of a rate stated per day, to first order (as rates are written per year)."""
    return rate * DAYS_PER_YEAR
