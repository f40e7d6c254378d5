"""Packages of terms: volume, term, take-or-pay, penalty and who pays, agreed before the price.

What lives here: what the terms of a contract do to the two reservation prices, and which package two firms
settle on. What does not: the price, which a protocol finds afterwards (``protocols``); what becomes of the
terms (``contract``).

With a price between them, what a package takes from one side it can be paid for by the other; so the
packages that cannot be improved upon for both (Pareto) are those with the largest joint margin, and the price
shares it (Raiffa 1982, The art and science of negotiation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ecopark.calendar import DAYS_PER_YEAR
from ecopark.errors import DomainError
from ecopark.market.appraisal import Appraisal
from ecopark.market.investment import annuity_factor, annuity_per_unit, per_year
from ecopark.scenario.types import Behaviour

_Floats = NDArray[np.float64]
# Joint margins closer than this share are equal: money only moved between the two leaves rounding behind.
_EQUAL = 1e-9


@dataclass(frozen=True)
class Package:
    """Terms other than the price.

    Attributes
    ----------
    volume_share : float, 1
        Of the exchangeable quantity that is put under contract, above 0 and at most 1.
    term : float, day
        Above 0.
    take_or_pay : float, 1
        Share of the agreed quantity the taker pays for even if it takes less, 0 to 1.
    penalty_share : float, 1
        Of the value at stake, owed by who leaves early, 0 to 1.
    giver_invests : bool
        Whether the giver pays for what is to be built.

    Raises
    ------
    DomainError
        If a share lies outside its bounds or the term is not above 0.
    """

    volume_share: float
    term: float
    take_or_pay: float
    penalty_share: float
    giver_invests: bool

    def __post_init__(self) -> None:
        shares = self.take_or_pay, self.penalty_share
        if not (
            0.0 < self.volume_share <= 1.0 and self.term > 0.0 and all(0.0 <= part <= 1.0 for part in shares)
        ):
            raise DomainError(f"{self}: shares lie between 0 and 1, term and volume are above 0")


@dataclass(frozen=True)
class Offer:
    """What a package is worth to both.

    Attributes
    ----------
    floor, ceiling : float, money/unit
        Reservation prices of giver and taker under the package.
    quantity : float, unit/yr
    """

    floor: float
    ceiling: float
    quantity: float

    @property
    def joint_margin(self) -> float:
        """Yearly gain of both together. money/yr."""
        return (self.ceiling - self.floor) * self.quantity


@dataclass(frozen=True)
class Prospect:
    """What the parties expect of each other and of the years to come.

    Attributes
    ----------
    trust : float, 1
        Between the two, 0 to 1.
    reliability : float, 1
        Share of the quantity a prudent planner counts on, 0 to 1.
    giver_cost, taker_cost : float, money
        Of reaching an agreement.
    penalty_share : float, 1
        Usual in the park.
    """

    trust: float
    reliability: float
    giver_cost: float = 0.0
    taker_cost: float = 0.0
    penalty_share: float = 0.25


def list_packages(
    volumes: Iterable[float],
    terms: Iterable[float],
    take_or_pays: Iterable[float],
    penalties: Iterable[float],
    investors: Iterable[bool],
) -> list[Package]:
    """Every combination of some values, in the order given, the last varying fastest.

    Parameters
    ----------
    volumes : iterable of float, 1
    terms : iterable of float, day
    take_or_pays, penalties : iterable of float, 1
    investors : iterable of bool
        Whether the giver pays.

    Returns
    -------
    list of Package
    """
    return [Package(*values) for values in product(volumes, terms, take_or_pays, penalties, investors)]


def choose_package(
    packages: Iterable[Package], value: Callable[[Package], Offer | None]
) -> tuple[Package, Offer] | None:
    """The package two firms settle on.

    Parameters
    ----------
    packages : iterable of Package
    value : callable
        Package -> what it is worth, None where one side cannot have it at any price.

    Returns
    -------
    tuple of (Package, Offer) or None
        The largest joint margin among those both can accept, the first of equals; None if there is none.
    """
    best: tuple[Package, Offer] | None = None
    for package in packages:
        offer = value(package)
        if offer is None or offer.ceiling <= offer.floor:
            continue
        if best is None or offer.joint_margin > best[1].joint_margin * (1.0 + _EQUAL):
            best = package, offer
    return best


def hold_up_cost(package: Package, annuity: float, recovery: float, trust: float, price: float) -> float:
    """What the investor expects to lose once its money is in the ground and the other side knows it.

    Parameters
    ----------
    package : Package
    annuity : float, money/unit
        Of the capital, per unit sent: the quasi-rent that could be taken from the investor.
    recovery : float, day
        Time over which the capital is to be earned back.
    trust : float, 1
        Between the two, 0 to 1.
    price : float, money/unit
        About what will be paid.

    Returns
    -------
    float, money/unit
        ``(1 - trust) x annuity x (1 - c g)``: c is the share of the recovery time under contract, g the
        share of the quasi-rent secured while it is, ``1 - (1 - penalty)(1 - b)``. b is the take-or-pay
        share as far as the price covers the annuity, and 0 where the taker invests, since only the taker is
        bound by it. That lack of trust is the chance of being held up, and the product, are assumptions. [M]

    References
    ----------
    Klein, B., Crawford, R. G. & Alchian, A. A. (1978). Vertical integration, appropriable rents, and the
    competitive contracting process. Journal of Law and Economics 21, 297-326.
    https://doi.org/10.1086/466922

    Joskow, P. L. (1987). Contract duration and relationship-specific investments. American Economic Review
    77, 168-185 (longer terms where more is at stake).

    Examples
    --------
    >>> pipe = Package(1.0, 3650.0, 0.5, 0.2, giver_invests=True)
    >>> round(hold_up_cost(pipe, 10.0, 7300.0, trust=0.5, price=30.0), 4)
    3.5
    """
    return float(_hold_up(_rows([package])[0], annuity, recovery, trust, price))


# Columns of packages in compiled passes.
_TERM, _TAKE_OR_PAY, _PENALTY, _INVESTOR = range(4)


def _rows(packages: Iterable[Package]) -> _Floats:
    """Terms of packages as numbers. ndarray of float, shape (n, 4), day and 1."""
    rows = [(p.term, p.take_or_pay, p.penalty_share, p.giver_invests) for p in packages]
    return np.array(rows, dtype=np.float64)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _hold_up(terms: _Floats, annuity: float, recovery: float, trust: float, price: float) -> float:
    """See :func:`hold_up_cost`. money/unit."""
    if annuity <= 0.0 or recovery <= 0.0:
        return 0.0
    covered = min(terms[_TERM] / recovery, 1.0)
    paid = min(max(price, 0.0) / annuity, 1.0)
    bound = terms[_TAKE_OR_PAY] * paid if terms[_INVESTOR] else 0.0
    secured = 1.0 - (1.0 - terms[_PENALTY]) * (1.0 - bound)
    return (1.0 - trust) * annuity * (1.0 - covered * secured)


class _Weights(NamedTuple):
    """What the two parties weigh packages by; of two numbers the first is the taker's, the second the giver's."""

    term: float
    lifetime: float
    payback: tuple[float, float]
    averse: tuple[float, float]
    fear: tuple[float, float]
    change: float
    trust: float
    price: float


@njit(cache=True)  # type: ignore[untyped-decorator]
def _weigh_terms(terms: _Floats, spread: _Floats, by: _Weights) -> _Floats:
    """Costs of giver and taker that hang on the terms of each package. ndarray, shape (n, 2), money/unit.

    The columns of `spread` are annuity of the capital and cost of the agreement to giver and taker.
    """
    costs = np.empty((terms.shape[0], 2))
    for k in range(terms.shape[0]):
        term, annuity, giver_pays = terms[k, _TERM], spread[k, 0], terms[k, _INVESTOR] > 0.0
        investor = int(giver_pays)
        # Time over which the investor earns its capital back, as for the annuity.
        recovery = min(max(term, by.payback[investor]), by.lifetime)
        held_up = by.averse[investor] * _hold_up(terms[k], annuity, recovery, by.trust, by.price)
        bound = by.fear[1 - investor] * (term / by.term - 1.0)
        giver = by.fear[1] * terms[k, _PENALTY] + (held_up if giver_pays else bound)
        taker = by.fear[0] * terms[k, _PENALTY] + (bound if giver_pays else held_up)
        unneeded = by.change * terms[k, _TAKE_OR_PAY] * by.price
        for_giver, for_taker = (annuity, 0.0) if giver_pays else (0.0, annuity)
        costs[k, 0] = for_giver + spread[k, 1] + (giver - unneeded)
        costs[k, 1] = for_taker + spread[k, 2] + (taker + unneeded * (1.0 + by.averse[0]))
    return costs


class Scale:
    """Weighs packages of terms against the usual terms of an appraisal.

    Parameters
    ----------
    usual : Appraisal
        Under the usual terms: those of its mode, no take-or-pay, the park's penalty. Quantity above 0.
    giver, taker : Behaviour
    prospect : Prospect

    Notes
    -----
    Capital and the cost of the agreement are spread anew over the term, each firm at its own rate; risks are
    added relative to those of the usual terms, which `usual` holds already. With v the chance that the
    quantity falls away, s half the running gain, rho risk aversion: hold-up to the investor; a term longer
    than usual costs the other side ``rho v s (T / T0 - 1)`` of its freedom; a penalty costs either
    ``rho v s penalty``; take-or-pay moves ``v x share x price`` from taker to giver, who pays rho times that
    for the risk. Price: midway between the running reservation prices, never below 0. All linear, for want
    of better. [M]
    """

    def __init__(self, usual: Appraisal, giver: Behaviour, taker: Behaviour, prospect: Prospect) -> None:
        self._usual, self._prospect = usual, prospect
        self._parties = {True: giver, False: taker}
        averse, change = (taker.risk_aversion.value, giver.risk_aversion.value), 1.0 - prospect.reliability
        stake = max(usual.running_ceiling - usual.running_floor, 0.0) / 2.0
        self._weights = _Weights(
            term=float(usual.term),
            lifetime=float(usual.lifetime),
            payback=(float(taker.payback.value), float(giver.payback.value)),
            averse=(float(averse[0]), float(averse[1])),
            fear=(float(averse[0] * change * stake), float(averse[1] * change * stake)),
            change=float(change),
            trust=float(prospect.trust),
            price=float(max((usual.running_ceiling + usual.running_floor) / 2.0, 0.0)),
        )
        # Dozens of packages have the same few terms and investors.
        self._spread: dict[tuple[float, bool], tuple[float, float, float]] = {}
        self.standard = Package(1.0, usual.term, 0.0, prospect.penalty_share, usual.giver_invests)
        ((for_giver, for_taker),) = self._costs([self.standard])
        self._bare = usual.floor - for_giver, usual.ceiling + for_taker

    def weigh(self, packages: Sequence[Package]) -> list[tuple[float, float]]:
        """Reservation prices of giver and taker under each of some packages. money/unit."""
        floor, ceiling = self._bare
        return [(floor + giver, ceiling - taker) for giver, taker in self._costs(packages)]

    def offers(self, packages: Sequence[Package]) -> dict[Package, Offer]:
        """What each package that pays, and soon enough for the investor, is worth to both."""
        usual, found = self._usual, dict[Package, Offer]()
        for package, (floor, ceiling) in zip(packages, self.weigh(packages), strict=True):
            if package == self.standard:
                if not usual.reason:
                    found[package] = Offer(usual.floor, usual.ceiling, usual.quantity)
            elif ceiling > floor and self.is_soon_repaid(package):
                found[package] = Offer(floor, ceiling, usual.quantity)
        return found

    def is_soon_repaid(self, package: Package) -> bool:
        """Whether the payback is within what the investor of a package accepts."""
        return self._usual.payback * DAYS_PER_YEAR <= self._weights.payback[package.giver_invests]

    def annuity(self, package: Package) -> float:
        """Annuity of the capital under a package. money/unit."""
        return self._spread_over(package.term, package.giver_invests)[0]

    def _costs(self, packages: Sequence[Package]) -> list[list[float]]:
        """Costs of giver and taker that hang on the terms of each package. money/unit."""
        spread = np.array([self._spread_over(p.term, p.giver_invests) for p in packages])
        found: list[list[float]] = _weigh_terms(_rows(packages), spread, self._weights).tolist()
        return found

    def _spread_over(self, term: float, investor: bool) -> tuple[float, float, float]:
        """Annuity of the capital, cost of the agreement to giver and taker. money/unit."""
        key = term, investor
        if key not in self._spread:
            usual, prospect, parties = self._usual, self._prospect, self._parties
            party = parties[investor]
            self._spread[key] = (
                annuity_per_unit(usual.capital, usual.quantity, term, usual.lifetime, party),
                _deal(parties[True], prospect.giver_cost, term, usual.quantity),
                _deal(parties[False], prospect.taker_cost, term, usual.quantity),
            )
        return self._spread[key]


def revise(
    usual: Appraisal, package: Package, giver: Behaviour, taker: Behaviour, prospect: Prospect
) -> Appraisal:
    """An appraisal under other terms than the usual ones.

    Parameters
    ----------
    usual : Appraisal
        Under the usual terms: those of its mode, no take-or-pay, the park's penalty.
    package : Package
        With the whole volume: less of it would need another pipe, hence another appraisal.
    giver, taker : Behaviour
    prospect : Prospect

    Returns
    -------
    Appraisal
        With the package's term and investor, priced by :class:`Scale`; the usual package gives back `usual`
        itself.

    Raises
    ------
    DomainError
        If the package takes only a part of the volume.
    """
    if package.volume_share != 1.0:
        raise DomainError(f"{package}: a part of the volume needs an appraisal of its own")
    if usual.quantity <= 0.0:
        return usual
    scale = Scale(usual, giver, taker, prospect)
    if package == scale.standard:
        return usual
    ((floor, ceiling),) = scale.weigh([package])
    worthwhile = ceiling > floor and scale.is_soon_repaid(package)
    return usual._replace(
        reason="" if worthwhile else "economics",
        term=package.term,
        giver_invests=package.giver_invests,
        annuity=scale.annuity(package),
        floor=floor,
        ceiling=ceiling,
    )


def _deal(party: Behaviour, cost: float, term: float, quantity: float) -> float:
    """Cost of the agreement per unit sent, spread over the term."""
    factor = annuity_factor(per_year(party.hurdle_rate.value), term / DAYS_PER_YEAR)
    return float(cost * factor / quantity)
