"""Negotiation protocols behind one small interface: a bargain goes in, an outcome comes out.

A protocol is a function ``(Bargain, numpy.random.Generator) -> Outcome``; register one with
:func:`register_protocol` and name it in the scenario. All are pure: no clock, no agents.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ecopark.errors import MarketError
from ecopark.scenario.units import nearest


@dataclass(frozen=True)
class Bargain:
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
    """

    floor: float
    ceiling: float
    ask: float
    bid: float
    giver_patience: int = 12
    taker_patience: int = 12
    concession: float = 1.0
    giver_power: float = 0.5


@dataclass(frozen=True)
class Outcome:
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
_PROTOCOLS: dict[str, Protocol] = {}


def register_protocol(name: str) -> Callable[[Protocol], Protocol]:
    """Decorator that makes a protocol available to scenarios under a name."""

    def register(protocol: Protocol) -> Protocol:
        _PROTOCOLS[name] = protocol
        return protocol

    return register


def protocol(name: str) -> Protocol:
    """Protocol of a name.

    Raises
    ------
    MarketError
        With the nearest and all known names.
    """
    if name not in _PROTOCOLS:
        raise MarketError(
            f"unknown negotiation protocol {name!r}{nearest(name, _PROTOCOLS)}; known: {', '.join(sorted(_PROTOCOLS))}"
        )
    return _PROTOCOLS[name]


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
        ``floor + power x (ceiling - floor)`` in one round; no agreement without surplus.

    References
    ----------
    Nash (1950), Econometrica 18:155, doi:10.2307/1907266.
    """
    if bargain.ceiling <= bargain.floor:
        return Outcome(None, 1)
    return Outcome(bargain.floor + bargain.giver_power * (bargain.ceiling - bargain.floor), 1)


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
        Agreed price within [floor, ceiling], or no agreement when the less patient side leaves.

    References
    ----------
    Faratin, Sierra & Jennings (1998), Robotics and Autonomous Systems 24:159,
    doi:10.1016/S0921-8890(98)00029-3 (time-dependent tactics).
    """
    giver_speaks = bool(chance.random() < 0.5)
    deadline = min(bargain.giver_patience, bargain.taker_patience)
    for turn in range(1, deadline + 1):
        ask = _offer(max(bargain.ask, bargain.floor), bargain.floor, turn, bargain.giver_patience, bargain)
        bid = _offer(
            min(bargain.bid, bargain.ceiling), bargain.ceiling, turn, bargain.taker_patience, bargain
        )
        offer = ask if giver_speaks else bid
        if giver_speaks and (ask <= bid or (turn == bargain.taker_patience and ask <= bargain.ceiling)):
            return Outcome(offer, turn)
        if not giver_speaks and (bid >= ask or (turn == bargain.giver_patience and bid >= bargain.floor)):
            return Outcome(offer, turn)
        giver_speaks = not giver_speaks
    return Outcome(None, deadline)


def _offer(opening: float, reservation: float, turn: int, deadline: int, bargain: Bargain) -> float:
    share = min(turn / deadline, 1.0) ** (1.0 / max(bargain.concession, 1e-9))
    offer = float(opening + (reservation - opening) * share)
    # Never beyond the reservation price by a rounding error.
    return (
        min(max(offer, min(opening, reservation)), max(opening, reservation)) if share < 1.0 else reservation
    )
