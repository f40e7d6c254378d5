"""A contract: what two firms agreed, and the clauses that decide whether they keep it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ecopark.market.appraisal import Appraisal


@dataclass
class Contract:
    """One agreed exchange.

    Attributes
    ----------
    synergy : str
        Identifier, unique in a run and independent of other firms.
    pair : int
        Column in :class:`~ecopark.market.pairs.Pairs`.
    out_port, in_port : int
    giver, taker : str
        Firms.
    appraisal : Appraisal
        Physical terms: mode, capacity, losses, inputs, capital.
    price : float, money/unit
        Per unit sent, from taker to giver; negative where the giver pays.
    price_path : list of (float, float)
        Day and price of every (re)negotiation.
    spans : list of (float, float)
        Days between which it operated; the last end is infinite while it runs.
    end : float, day
        End of the present term.
    builds : list of float, day
        When its parties built what it needs, and built it again.
    inherited : float, day
        When the parties before them built what they took over; infinite where there is nothing.
    renewals : int
    number : int
        Place among the synergies that ever operated, in order of first operation; -1 before.
    payments : list of (float, str, float, float)
        Single payments: day, item, effect on giver, effect on taker. money
    take_or_pay : float, 1
        Share of the agreed quantity the taker pays for even if it takes less by its own doing.
    penalty_share : float or None, 1
        Penalty agreed for this contract; None where the rules of the park hold.
    index_level : float or None, money/unit
        Of the index when the price was last set by it; None before it operates.
    known : tuple of (float, float) or None, money/unit
        Running reservation prices (floor, ceiling) when the price was last agreed while it operated; None where
        those of the appraisal still hold.
    is_held_up : bool
        Whether its price has been re-opened since something was last built for it.
    is_left : bool
        Whether notice has been given: it ends with its term, which has been cut.
    """

    synergy: str
    pair: int
    out_port: int
    in_port: int
    giver: str
    taker: str
    appraisal: Appraisal
    price: float
    price_path: list[tuple[float, float]] = field(default_factory=list)
    spans: list[tuple[float, float]] = field(default_factory=list)
    end: float = float("inf")
    builds: list[float] = field(default_factory=list)
    inherited: float = float("inf")
    renewals: int = 0
    number: int = -1
    payments: list[tuple[float, str, float, float]] = field(default_factory=list)
    take_or_pay: float = 0.0
    penalty_share: float | None = None
    index_level: float | None = None
    known: tuple[float, float] | None = None
    is_held_up: bool = False
    is_left: bool = False

    @property
    def built(self) -> float:
        """Day on which what is there now was built; infinite where there is nothing."""
        return self.builds[-1] if self.builds else self.inherited

    @property
    def worn_out(self) -> float:
        """Day on which what was built last has served its life."""
        return self.built + self.appraisal.lifetime

    @property
    def is_running(self) -> bool:
        """Whether the exchange operates now."""
        return bool(self.spans) and self.spans[-1][1] == math.inf

    def price_at(self, days: NDArray[np.float64]) -> NDArray[np.float64]:
        """Price in force on some days.

        Parameters
        ----------
        days : ndarray of float, shape (n,), day

        Returns
        -------
        ndarray of float, shape (n,), money/unit
        """
        since = np.array([day for day, _ in self.price_path])
        prices = np.array([price for _, price in self.price_path])
        return prices[np.maximum(np.searchsorted(since, days, side="right") - 1, 0)]


@dataclass(frozen=True)
class Verdict:
    """What a review of a running contract concludes.

    Attributes
    ----------
    action : {"keep", "reprice", "leave", "breach"}
    price : float, money/unit
        New price where it is repriced.
    penalty : float, money
        Owed by the party that breaks it.
    giver_leaves : bool
        Who leaves, where it is left or breached.
    """

    action: str
    price: float = 0.0
    penalty: float = 0.0
    giver_leaves: bool = False


#: What most reviews conclude.
KEEP = Verdict("keep")


def rebuild_price(
    floor: float, ceiling: float, annuity: float, giver_invests: bool, payback: float, longest: float
) -> float | None:
    """Price at which a worn-out pipe or plant is built again, if it is.

    Parameters
    ----------
    floor, ceiling : float, money/unit
        Running reservation prices today.
    annuity : float, money/unit
        Of the capital to be spent again.
    giver_invests : bool
    payback, longest : float, yr
        Simple payback of the capital, and the longest the investor accepts.

    Returns
    -------
    float or None, money/unit
        Midway between the reservation prices, capital included; None where it does not pay.
    """
    if giver_invests:
        floor += annuity
    else:
        ceiling -= annuity
    return (floor + ceiling) / 2.0 if ceiling > floor and payback <= longest else None


def compensated_price(floor: float, ceiling: float) -> float | None:
    """Price at which the side that gains compensates the one that loses, so that both are above zero.

    Parameters
    ----------
    floor, ceiling : float, money/unit
        Running reservation prices today, investment sunk.

    Returns
    -------
    float or None, money/unit
        Midway between them; None without a joint gain, for then no price leaves both above zero.
    """
    return (floor + ceiling) / 2.0 if ceiling > floor else None


def review(
    price: float,
    floor: float,
    ceiling: float,
    quantity: float,
    years_left: float,
    penalty_share: float,
    trust: tuple[float, float] = (0.0, 0.0),
    notice: float = float("inf"),
) -> Verdict:
    """Decide whether a running contract is kept, repriced, left with notice or broken.

    Parameters
    ----------
    price : float, money/unit
        In force.
    floor, ceiling : float, money/unit
        Running reservation prices today, investment sunk.
    quantity : float, unit/yr
    years_left : float, yr
    penalty_share : float, 1
        Penalty as a share of the value at stake over the remaining term: quantity x price, or
        x the other side's gain where that is larger.
    trust : tuple of (float, float), money
        Worth of the trust that giver and taker would lose by breaking it.
    notice : float, yr
        After which either may leave without penalty; infinite without such a right.

    Returns
    -------
    Verdict
        A party whose loss over the remaining term exceeds what the cheapest way out costs (penalty and
        trust, or the loss until the notice has run out) wants out. If there is still a joint gain the other
        compensates it by a new price (:func:`compensated_price`); otherwise it takes that way out.
    """
    giver_gain, taker_gain = price - floor, ceiling - price
    loss = -min(giver_gain, taker_gain) * quantity * years_left
    if loss <= 0.0:
        return KEEP
    at_stake = max(abs(price), giver_gain, taker_gain) * quantity * years_left
    penalty = penalty_share * at_stake
    giver_leaves = giver_gain < taker_gain
    cost = penalty + trust[0 if giver_leaves else 1]
    waiting = -min(giver_gain, taker_gain) * quantity * notice
    if loss <= min(cost, waiting):
        return KEEP
    compensated = compensated_price(floor, ceiling)
    if compensated is not None:
        return Verdict("reprice", price=compensated)
    if waiting < cost:
        return Verdict("leave", giver_leaves=giver_leaves)
    return Verdict("breach", penalty=penalty, giver_leaves=giver_leaves)
