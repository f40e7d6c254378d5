"""Negotiation protocols behind one small interface: a bargain goes in, an outcome comes out.

A protocol is a function ``(Bargain, numpy.random.Generator) -> Outcome``; register one with
:func:`register_protocol` and name it in the scenario. All are pure: no clock, no agents. The formulas they
use stand in ``bargaining`` and ``auction``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numba import njit

from ecopark.market.auction import NOBODY, Orders, clear_auction
from ecopark.market.bargaining import posted_price_at, rubinstein_share, take_it_price, temper_power
from ecopark.market.registry import Registry


class Bargain(NamedTuple):
    """What two parties bring to the table; prices per unit sent, positive from taker to giver.

    Attributes
    ----------
    floor : float, money/unit
        Lowest price the giver accepts; negative where it would pay to be rid of the residual.
    ceiling : float, money/unit
        Highest price the taker accepts.
    ask, bid : float, money/unit
        Opening positions: what the giver believes the taker could pay at most, and what the
        taker believes the giver would accept at least.
    giver_patience, taker_patience : int, 1
        Rounds before each walks away.
    concession : float, 1
        Exponent of concession: above one yields early, below one holds out.
    giver_power : float, 1
        Share of the surplus the giver can claim where the protocol uses power, 0 to 1.
    giver_discount, taker_discount : float, 1
        Worth of a gain one round later, above 0 and at most 1; where the protocol discounts.
    giver_outside, taker_outside : float, money/unit
        What each could gain, by unit of this exchange, with its second-best partner.
    trust : float, 1
        Between the two, 0 to 1; draws power towards a half.
    doubt : float, 1
        How unsure each is of its belief, 0 to 1, where the protocol has a price named once.
    markup, adjustment : float, 1
        First price posted, as a share of the way from the reservation price to the belief; share of the
        mark-up given up each round.
    quantity : float, unit/yr
        At stake, where the protocol pools.
    sellers, buyers : Orders
        Rivals of giver and taker, where the protocol pools.
    """

    floor: float
    ceiling: float
    ask: float
    bid: float
    giver_patience: int = 12
    taker_patience: int = 12
    concession: float = 1.0
    giver_power: float = 0.5
    giver_discount: float = 1.0
    taker_discount: float = 1.0
    giver_outside: float = 0.0
    taker_outside: float = 0.0
    trust: float = 0.0
    doubt: float = 1.0
    markup: float = 1.0
    adjustment: float = 0.1
    quantity: float = 1.0
    sellers: Orders = NOBODY
    buyers: Orders = NOBODY

    @property
    def least(self) -> float:
        """Price below which the giver would rather have its second-best partner. money/unit."""
        return self.floor + self.giver_outside

    @property
    def most(self) -> float:
        """Price above which the taker would rather have its second-best partner. money/unit."""
        return self.ceiling - self.taker_outside

    @property
    def power(self) -> float:
        """Giver's share of what is to be shared, trust taken into account. 1."""
        return temper_power(self.giver_power, self.trust)


class Outcome(NamedTuple):
    """How a negotiation ended.

    Attributes
    ----------
    price : float or None, money/unit
        None without agreement.
    rounds : int, 1
        Rounds it took, at least one.
    """

    price: float | None
    rounds: int


Protocol = Callable[[Bargain, np.random.Generator], Outcome]
_PROTOCOLS: Registry[Protocol] = Registry("negotiation protocol")


def register_protocol(name: str) -> Callable[[Protocol], Protocol]:
    """Decorator that makes a protocol available to scenarios under a name."""
    return _PROTOCOLS.register(name)


def protocol(name: str) -> Protocol:
    """Protocol of a name.

    Raises
    ------
    MarketError
        With the nearest and all known names.
    """
    return _PROTOCOLS.find(name)


@register_protocol("nash")
def nash(bargain: Bargain, chance: np.random.Generator) -> Outcome:
    """Split the surplus by bargaining power (generalised Nash solution, linear payoffs).

    Parameters
    ----------
    bargain : Bargain
    chance : numpy.random.Generator
        Not used.

    Returns
    -------
    Outcome
        ``least + power x (most - least)`` in one round, `least` and `most` being the reservation prices
        with the outside options on them: the second-best partner is the threat point. No agreement
        without surplus.

    References
    ----------
    Nash (1950), Econometrica 18:155, doi:10.2307/1907266.
    """
    least, most = bargain.least, bargain.most
    if most <= least:
        return Outcome(None, 1)
    return Outcome(least + bargain.power * (most - least), 1)


@register_protocol("alternating_offers")
def alternating_offers(bargain: Bargain, chance: np.random.Generator) -> Outcome:
    """Offers in turn with private reservation prices, deadlines and time-dependent concession.

    In round r a party with deadline R and reservation price v, having opened at o, offers
    ``o + (v - o) x (r / R) ** (1 / concession)``. It accepts what the other offers if that is at
    least as good as what it would offer next, or, in its last round, anything within its
    reservation price. Whoever opens is drawn.

    Parameters
    ----------
    bargain : Bargain
    chance : numpy.random.Generator

    Returns
    -------
    Outcome
        Agreed price within the reservation prices, outside options on them, or no agreement when the less
        patient side leaves.

    References
    ----------
    Faratin, Sierra & Jennings (1998), Robotics and Autonomous Systems 24:159,
    doi:10.1016/S0921-8890(98)00029-3 (time-dependent tactics).
    """
    giver_speaks = bool(chance.random() < 0.5)
    giver = max(bargain.ask, bargain.least), bargain.least, bargain.giver_patience
    taker = min(bargain.bid, bargain.most), bargain.most, bargain.taker_patience
    price, rounds = _alternate(giver, taker, bargain.concession, giver_speaks)
    return Outcome(None if math.isnan(price) else price, rounds)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _alternate(
    giver: tuple[float, float, int], taker: tuple[float, float, int], concession: float, giver_speaks: bool
) -> tuple[float, int]:
    """Price, NaN without agreement, and rounds; a side is opening, reservation price and deadline."""
    least, most = giver[1], taker[1]
    deadline = min(giver[2], taker[2])
    for turn in range(1, deadline + 1):
        ask, bid = _offer(giver, turn, concession), _offer(taker, turn, concession)
        if giver_speaks and (ask <= bid or (turn == taker[2] and ask <= most)):
            return ask, turn
        if not giver_speaks and (bid >= ask or (turn == giver[2] and bid >= least)):
            return bid, turn
        giver_speaks = not giver_speaks
    return np.nan, deadline


@njit(cache=True)  # type: ignore[untyped-decorator]
def _offer(side: tuple[float, float, int], turn: int, concession: float) -> float:
    opening, reservation, deadline = side
    share = min(turn / deadline, 1.0) ** (1.0 / max(concession, 1e-9))
    if share >= 1.0:
        return reservation
    offer = opening + (reservation - opening) * share
    # Never beyond the reservation price by a rounding error.
    within: float = min(max(offer, min(opening, reservation)), max(opening, reservation))
    return within


@register_protocol("rubinstein")
def rubinstein(bargain: Bargain, chance: np.random.Generator) -> Outcome:
    """Offers in turn for ever, all known, gains discounted by the round; whoever opens is drawn.

    Parameters
    ----------
    bargain : Bargain
    chance : numpy.random.Generator

    Returns
    -------
    Outcome
        The perfect equilibrium, agreed upon at once: :func:`ecopark.market.bargaining.rubinstein_share`.
        Outside options bind as constraints, not as a threat point.

    References
    ----------
    Rubinstein (1982), Econometrica 50:97, doi:10.2307/1912531.
    """
    return _settle_at_once(bargain, giver_opens=bool(chance.random() < 0.5))


@register_protocol("rubinstein_giver_opens")
def rubinstein_giver_opens(bargain: Bargain, chance: np.random.Generator) -> Outcome:
    """As :func:`rubinstein`, the giver opening: it is the one with something to be rid of.

    Parameters
    ----------
    bargain : Bargain
    chance : numpy.random.Generator
        Not used.

    Returns
    -------
    Outcome
    """
    return _settle_at_once(bargain, giver_opens=True)


def _settle_at_once(bargain: Bargain, giver_opens: bool) -> Outcome:
    surplus = bargain.ceiling - bargain.floor
    giver = bargain.giver_discount, bargain.giver_outside
    taker = bargain.taker_discount, bargain.taker_outside
    if surplus <= 0.0 or giver[1] + taker[1] > surplus:
        return Outcome(None, 1)
    if giver_opens:
        share = rubinstein_share(surplus, giver[0], taker[0], giver[1], taker[1], bargain.power)
        price = bargain.floor + share
    else:
        share = rubinstein_share(surplus, taker[0], giver[0], taker[1], giver[1], 1.0 - bargain.power)
        price = bargain.ceiling - share
    # Never beyond the reservation price by a rounding error.
    return Outcome(min(max(price, bargain.floor), bargain.ceiling), 1)


@register_protocol("take_it_or_leave_it")
def take_it_or_leave_it(bargain: Bargain, chance: np.random.Generator) -> Outcome:
    """One offer, made by a side drawn by power, at a price that its belief makes best.

    The proposer does not know what the other would agree to; what it takes for it may be wrong, and then
    there is no agreement although there was something to gain.

    Parameters
    ----------
    bargain : Bargain
    chance : numpy.random.Generator

    Returns
    -------
    Outcome
        The proposer's price (:func:`ecopark.market.bargaining.take_it_price`) where the other accepts it.
    """
    giver_offers = bool(chance.random() < bargain.power)
    own, belief = _position(bargain, giver_offers)
    return _answer(bargain, take_it_price(own, belief, bargain.doubt), giver_offers, 1)


@register_protocol("posted_price")
def posted_price(bargain: Bargain, chance: np.random.Generator) -> Outcome:
    """One side, drawn by power, posts a price and comes down, or up, until the other accepts.

    Parameters
    ----------
    bargain : Bargain
    chance : numpy.random.Generator

    Returns
    -------
    Outcome
        First price posted (:func:`ecopark.market.bargaining.posted_price_at`) that the other accepts; no
        agreement when the less patient side leaves. The other takes the first price it can live with: it
        does not wait for a better one.
    """
    giver_posts = bool(chance.random() < bargain.power)
    own, belief = _position(bargain, giver_posts)
    deadline = min(bargain.giver_patience, bargain.taker_patience)
    for turn in range(1, deadline + 1):
        price = posted_price_at(turn, own, belief, bargain.markup, bargain.adjustment)
        outcome = _answer(bargain, price, giver_posts, turn)
        if outcome.price is not None:
            return outcome
    return Outcome(None, deadline)


def _position(bargain: Bargain, giver_names_price: bool) -> tuple[float, float]:
    """Own reservation price of who names a price, and its belief: never worse than the own. money/unit."""
    if giver_names_price:
        return bargain.least, max(bargain.ask, bargain.least)
    return bargain.most, min(bargain.bid, bargain.most)


def _answer(bargain: Bargain, price: float, giver_offers: bool, turn: int) -> Outcome:
    """Acceptance of any price that leaves the one asked no worse than without."""
    accepted = price <= bargain.most if giver_offers else price >= bargain.least
    return Outcome(price if accepted else None, turn)


@register_protocol("double_auction")
def double_auction(bargain: Bargain, chance: np.random.Generator) -> Outcome:
    """The clearing price of a pool of all who offer and all who want, if both sides can live with it.

    Parameters
    ----------
    bargain : Bargain
        With rivals in `sellers` and `buyers`; `power` is the k of the auction.
    chance : numpy.random.Generator
        Not used.

    Returns
    -------
    Outcome
        Uniform price of :func:`ecopark.market.auction.clear_auction` in one round. With no rivals
        ``floor + k (ceiling - floor)``. No agreement where the pool's price suits somebody else better.

    References
    ----------
    Chatterjee & Samuelson (1983), Operations Research 31:835, doi:10.1287/opre.31.5.835.
    """
    if bargain.quantity <= 0.0:
        return Outcome(None, 1)
    sellers = bargain.sellers.joined_by(bargain.floor, bargain.quantity)
    buyers = bargain.buyers.joined_by(bargain.ceiling, bargain.quantity)
    price = clear_auction(sellers, buyers, bargain.power).price
    # Outside options are the rivals in the pool: they are not counted twice.
    within = price is not None and bargain.floor <= price <= bargain.ceiling
    return Outcome(price if within else None, 1)
