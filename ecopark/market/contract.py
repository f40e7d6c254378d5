"""A contract: what two firms agreed, and the clauses that decide whether they keep it."""

from __future__ import annotations

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
        return bool(self.spans) and self.spans[-1][1] == float("inf")

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
    action : {"keep", "reprice", "breach"}
    price : float, money/unit
        New price where it is repriced.
    penalty : float, money
        Owed by the party that leaves.
    giver_leaves : bool
        Who leaves, where it is breached.
    """

    action: str
    price: float = 0.0
    penalty: float = 0.0
    giver_leaves: bool = False


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


def review(
    price: float, floor: float, ceiling: float, quantity: float, years_left: float, penalty_share: float
) -> Verdict:
    """Decide whether a running contract is kept, repriced or broken.

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

    Returns
    -------
    Verdict
        A party whose loss over the remaining term exceeds the penalty wants out. If there is
        still a joint gain both prefer a new price, midway between the reservation prices;
        otherwise it breaks the contract and pays.
    """
    giver_gain, taker_gain = price - floor, ceiling - price
    loss = -min(giver_gain, taker_gain) * quantity * years_left
    if loss <= 0.0:
        return Verdict("keep")
    at_stake = max(abs(price), giver_gain, taker_gain) * quantity * years_left
    penalty = penalty_share * at_stake
    if loss <= penalty:
        return Verdict("keep")
    if ceiling > floor:
        return Verdict("reprice", price=(floor + ceiling) / 2.0)
    return Verdict("breach", penalty=penalty, giver_leaves=giver_gain < taker_gain)
