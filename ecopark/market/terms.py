"""The arithmetic of packages of terms, compiled: what each costs whom, and which one is settled on.

What lives here: packages as numbers. What does not: packages as such, and what two firms weigh them by
(``package``).
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.investment import annuity_factor, unit_annuity

_Floats = NDArray[np.float64]
# Term (day), take-or-pay, penalty (1) and whether the giver invests.
Terms: TypeAlias = tuple[float, float, float, bool]
# Joint margins closer than this share are equal: money only moved between the two leaves rounding behind.
_EQUAL = 1e-9


class Weights(NamedTuple):
    """What two parties weigh terms by; of two numbers the first is the taker's, the second the giver's.

    Attributes
    ----------
    usual : Terms
        Under which the next seven were found.
    is_good : bool
        Whether the exchange pays under them.
    floor, ceiling : float, money/unit
    quantity : float, unit/yr
    capital : float, money
    lifetime : float, day
    payback : float, day
    rate : tuple of (float, float), 1/yr
        Hurdle rates.
    patience : tuple of (float, float), day
        Longest payback accepted.
    averse : tuple of (float, float), 1
        Risk aversion.
    fear : tuple of (float, float), money/unit
        What the chance that the quantity falls away costs: risk aversion x that chance x half the running gain.
    deal : tuple of (float, float), money
        Of reaching an agreement.
    change : float, 1
        Chance that the quantity falls away.
    trust : float, 1
    price : float, money/unit
        About what will be paid.
    """

    usual: Terms
    is_good: bool
    floor: float
    ceiling: float
    quantity: float
    capital: float
    lifetime: float
    payback: float
    rate: tuple[float, float]
    patience: tuple[float, float]
    averse: tuple[float, float]
    fear: tuple[float, float]
    deal: tuple[float, float]
    change: float
    trust: float
    price: float


@njit(cache=True)  # type: ignore[untyped-decorator]
def hold_up(terms: Terms, annuity: float, recovery: float, trust: float, price: float) -> float:
    """What the investor expects to lose; see :func:`ecopark.market.package.hold_up_cost`.

    Parameters
    ----------
    terms : Terms
    annuity : float, money/unit
    recovery : float, day
    trust : float, 1
    price : float, money/unit

    Returns
    -------
    float, money/unit
    """
    if annuity <= 0.0 or recovery <= 0.0:
        return 0.0
    term, take_or_pay, penalty, giver_invests = terms
    covered = min(term / recovery, 1.0)
    paid = min(max(price, 0.0) / annuity, 1.0)
    bound = take_or_pay * paid if giver_invests else 0.0
    secured = 1.0 - (1.0 - penalty) * (1.0 - bound)
    return (1.0 - trust) * annuity * (1.0 - covered * secured)


@njit(cache=True)  # type: ignore[untyped-decorator]
def price_terms(terms: Terms, by: Weights) -> tuple[float, float, float]:
    """What two firms make of other terms than the usual ones.

    Parameters
    ----------
    terms : Terms
    by : Weights

    Returns
    -------
    tuple of (float, float, float), money/unit
        Reservation prices of giver and taker, and the annuity of the capital.
    """
    (floor, ceiling), spread = _bare(by), _spread(terms[0], by)
    giver, taker = _weigh(terms, spread, by)
    return floor + giver, ceiling - taker, spread[0][int(terms[3])]


@njit(cache=True)  # type: ignore[untyped-decorator]
def settle_terms(menu: _Floats, by: Weights) -> int:
    """The package of a menu that two firms settle on.

    Parameters
    ----------
    menu : ndarray of float, shape (n, 4), day and 1
        Packages as in ``Terms``.
    by : Weights

    Returns
    -------
    int
        Row chosen by :func:`choose_offer` among those that are repaid soon enough for who invests, the usual one
        counting as it was appraised; -1 if none suits both.
    """
    floor, ceiling = np.empty(menu.shape[0]), np.empty(menu.shape[0])
    (least, most), spread, spread_over = _bare(by), _spread(by.usual[0], by), by.usual[0]
    for k in range(menu.shape[0]):
        terms = menu[k, 0], menu[k, 1], menu[k, 2], menu[k, 3] > 0.0
        # Neighbours in a menu mostly have the same term.
        if terms[0] != spread_over:
            spread, spread_over = _spread(terms[0], by), terms[0]
        giver, taker = _weigh(terms, spread, by)
        floor[k], ceiling[k] = least + giver, most - taker
        if terms == by.usual:
            floor[k], ceiling[k] = by.floor, by.ceiling if by.is_good else np.nan
        elif by.payback > by.patience[int(terms[3])]:
            ceiling[k] = np.nan
    return choose_offer(floor, ceiling, np.full(floor.size, by.quantity))


@njit(cache=True)  # type: ignore[untyped-decorator]
def choose_offer(floor: _Floats, ceiling: _Floats, quantity: _Floats) -> int:
    """The offer that is best for two firms together.

    Parameters
    ----------
    floor, ceiling : ndarray of float, shape (n,), money/unit
        Reservation prices of giver and taker under each; NaN where one side cannot have it at any price.
    quantity : ndarray of float, shape (n,), unit/yr
        Exchanged under each.

    Returns
    -------
    int
        That with the largest joint margin among those both can accept, the first of equals; -1 if there is none.

    Examples
    --------
    >>> choose_offer(np.array([5.0, 2.0]), np.array([4.0, 6.0]), np.array([10.0, 10.0]))
    1
    """
    best, most = -1, 0.0
    for k in range(floor.size):
        if not ceiling[k] > floor[k]:
            continue
        margin = (ceiling[k] - floor[k]) * quantity[k]
        if best < 0 or margin > most * (1.0 + _EQUAL):
            best, most = k, margin
    return best


@njit(cache=True)  # type: ignore[untyped-decorator]
def _spread(term: float, by: Weights) -> tuple[tuple[float, float], tuple[float, float]]:
    """Annuity of the capital and cost of the agreement over a term, to taker and giver. money/unit."""
    years = term / DAYS_PER_YEAR
    annuity = (
        unit_annuity(by.capital, by.quantity, term, by.lifetime, by.rate[0], by.patience[0]),
        unit_annuity(by.capital, by.quantity, term, by.lifetime, by.rate[1], by.patience[1]),
    )
    deal = (
        by.deal[0] * annuity_factor(by.rate[0], years) / by.quantity,
        by.deal[1] * annuity_factor(by.rate[1], years) / by.quantity,
    )
    return annuity, deal


@njit(cache=True)  # type: ignore[untyped-decorator]
def _weigh(
    terms: Terms, spread: tuple[tuple[float, float], tuple[float, float]], by: Weights
) -> tuple[float, float]:
    """Costs of giver and taker that hang on terms, capital and agreement spread over them. money/unit."""
    term, take_or_pay, penalty, giver_invests = terms
    investor, (annuities, deal) = int(giver_invests), spread
    annuity = annuities[investor]
    # Time over which the investor earns its capital back, as for the annuity.
    recovery = min(max(term, by.patience[investor]), by.lifetime)
    held_up = by.averse[investor] * hold_up(terms, annuity, recovery, by.trust, by.price)
    bound = by.fear[1 - investor] * (term / by.usual[0] - 1.0)
    giver = by.fear[1] * penalty + (held_up if giver_invests else bound)
    taker = by.fear[0] * penalty + (bound if giver_invests else held_up)
    unneeded = by.change * take_or_pay * by.price
    for_giver, for_taker = (annuity, 0.0) if giver_invests else (0.0, annuity)
    return (
        for_giver + deal[1] + (giver - unneeded),
        for_taker + deal[0] + (taker + unneeded * (1.0 + by.averse[0])),
    )


@njit(cache=True)  # type: ignore[untyped-decorator]
def _bare(by: Weights) -> tuple[float, float]:
    """Reservation prices of giver and taker without any cost that hangs on the terms. money/unit."""
    giver, taker = _weigh(by.usual, _spread(by.usual[0], by), by)
    return by.floor - giver, by.ceiling + taker
