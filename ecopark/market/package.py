"""Packages of terms: volume, term, take-or-pay, penalty and who pays, agreed before the price.

What lives here: what the terms of a contract do to the two reservation prices, and which package two firms
settle on. What does not: the arithmetic (``terms``); the price, which a protocol finds afterwards
(``protocols``); what becomes of the terms (``contract``).

With a price between them, what a package takes from one side it can be paid for by the other; so the
packages that cannot be improved upon for both (Pareto) are those with the largest joint margin, and the price
shares it (Raiffa 1982, The art and science of negotiation).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ecopark.calendar import DAYS_PER_YEAR
from ecopark.errors import DomainError
from ecopark.market.appraisal import Appraisal
from ecopark.market.investment import per_year
from ecopark.market.terms import Terms, Weights, hold_up, price_terms, settle_terms
from ecopark.scenario.types import Behaviour


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
    return float(hold_up(_terms(package), annuity, recovery, trust, price))


def _terms(package: Package) -> Terms:
    return package.term, package.take_or_pay, package.penalty_share, package.giver_invests


class Menu:
    """Packages to choose among, read once for all who do.

    Parameters
    ----------
    packages : sequence of Package
        Each with the whole volume: less of it would need another pipe, hence another appraisal.

    Raises
    ------
    DomainError
        If a package takes only a part of the volume.
    """

    def __init__(self, packages: Sequence[Package]) -> None:
        self.packages = packages
        #: As in ``Terms``. ndarray of float, shape (n, 4), day and 1.
        self.rows = np.array([_terms(_whole(package)) for package in packages], dtype=np.float64)


def _whole(package: Package) -> Package:
    """A package of the whole volume, which others are not."""
    if package.volume_share != 1.0:
        raise DomainError(f"{package}: a part of the volume needs an appraisal of its own")
    return package


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
        self._usual = usual
        averse, change = (taker.risk_aversion.value, giver.risk_aversion.value), 1.0 - prospect.reliability
        stake = max(usual.running_ceiling - usual.running_floor, 0.0) / 2.0
        self._weights = Weights(
            usual=(usual.term, 0.0, prospect.penalty_share, usual.giver_invests),
            is_good=not usual.reason,
            floor=usual.floor,
            ceiling=usual.ceiling,
            quantity=usual.quantity,
            capital=usual.capital,
            lifetime=usual.lifetime,
            payback=usual.payback * DAYS_PER_YEAR,
            rate=(per_year(taker.hurdle_rate.value), per_year(giver.hurdle_rate.value)),
            patience=(taker.payback.value, giver.payback.value),
            averse=averse,
            fear=(averse[0] * change * stake, averse[1] * change * stake),
            deal=(prospect.taker_cost, prospect.giver_cost),
            change=change,
            trust=prospect.trust,
            price=max((usual.running_ceiling + usual.running_floor) / 2.0, 0.0),
        )

    def choose(self, menu: Menu) -> Package | None:
        """The package two firms settle on.

        Parameters
        ----------
        menu : Menu

        Returns
        -------
        Package or None
            That with the largest joint margin among those both can accept, the first of equals; None if none
            suits both.
        """
        row = settle_terms(menu.rows, self._weights)
        return None if row < 0 else menu.packages[row]

    def revise(self, package: Package) -> Appraisal:
        """The appraisal under other terms; see :func:`revise`."""
        terms, by = _terms(package), self._weights
        if terms == by.usual:
            return self._usual
        floor, ceiling, annuity = price_terms(terms, by)
        worthwhile = ceiling > floor and by.payback <= by.patience[package.giver_invests]
        return self._usual._replace(
            reason="" if worthwhile else "economics",
            term=package.term,
            giver_invests=package.giver_invests,
            annuity=annuity,
            floor=floor,
            ceiling=ceiling,
        )


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
    whole = _whole(package)
    return usual if usual.quantity <= 0.0 else Scale(usual, giver, taker, prospect).revise(whole)
