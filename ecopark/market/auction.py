"""The k-double auction: one price for a pooled stream of many who offer and many who want.

What lives here: clearing of sealed offers and who gets how much. What does not: who belongs to a pool
(``agents``), and how offers are shaded (a firm here offers its reservation price).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecopark.errors import DomainError

# Quantities closer than this share of the smaller side's total are the same, rounding of sums aside.
_SAME = 1e-12
_Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Orders:
    """Sealed offers of one side of a pool.

    Attributes
    ----------
    price : ndarray of float, shape (n,), money/unit
        Reservation prices: least a seller takes, most a buyer gives.
    quantity : ndarray of float, shape (n,), unit/yr
        Offered or wanted.

    Raises
    ------
    DomainError
        If the two differ in length, a quantity is negative, or a number is not finite.
    """

    price: NDArray[np.float64]
    quantity: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.price.shape != self.quantity.shape or self.price.ndim != 1:
            raise DomainError(f"{self.price.shape} prices for {self.quantity.shape} quantities")
        if not (np.isfinite(self.price).all() and np.isfinite(self.quantity).all()):
            raise DomainError("prices and quantities of an auction must be finite")
        if (self.quantity < 0.0).any():
            raise DomainError("no quantity of an auction may be negative")

    def joined_by(self, price: float, quantity: float) -> Orders:
        """Return these with one more in front.

        Parameters
        ----------
        price : float, money/unit
        quantity : float, unit/yr

        Returns
        -------
        Orders
        """
        return Orders(np.concatenate([[price], self.price]), np.concatenate([[quantity], self.quantity]))


NOBODY = Orders(np.zeros(0), np.zeros(0))
"""No orders at all."""


@dataclass(frozen=True, eq=False)
class Clearing:
    """What an auction ends with.

    Attributes
    ----------
    price : float or None, money/unit
        The same for all; None where nothing is traded.
    sold : ndarray of float, shape (n,), unit/yr
        Of each seller.
    bought : ndarray of float, shape (m,), unit/yr
        Of each buyer; adds up to what is sold.
    low, high : float, money/unit
        Between which any price clears the pool; NaN where nothing is traded.
    """

    price: float | None
    sold: NDArray[np.float64]
    bought: NDArray[np.float64]
    low: float = float("nan")
    high: float = float("nan")


def clear_auction(sellers: Orders, buyers: Orders, k: float = 0.5) -> Clearing:
    """Clear a pool at one price.

    Parameters
    ----------
    sellers, buyers : Orders
    k : float, 1
        Where in the interval of clearing prices the price lies: 0 favours buyers, 1 sellers.

    Returns
    -------
    Clearing
        The quantity traded is the largest for which the last unit sold asks no more than the last unit
        bought bids. The price is ``(1 - k) low + k high`` with `low` the larger of the last ask that sells
        and the first bid that goes without, `high` the smaller of the last bid that buys and the first ask
        that goes without; an order filled in part goes without for the rest. One seller and one buyer of
        the same quantity trade at ``(1 - k) ask + k bid``. Those on the longer side whose price is the
        marginal one share what is left to them by what they offered; everybody better trades in full.
        Money in equals money out, and nobody trades beyond its own price.

    Raises
    ------
    DomainError
        If k lies outside [0, 1].

    References
    ----------
    Chatterjee, K. & Samuelson, W. (1983). Bargaining under incomplete information. Operations Research 31,
    835-851. https://doi.org/10.1287/opre.31.5.835

    Wilson, R. (1985). Incentive efficiency of double auctions. Econometrica 53, 1101-1115.
    https://doi.org/10.2307/1911013

    Examples
    --------
    >>> ash = Orders(np.array([-20.0, 0.0, 30.0]), np.array([10.0, 10.0, 10.0]))
    >>> need = Orders(np.array([25.0, 10.0]), np.array([12.0, 4.0]))
    >>> clearing = clear_auction(ash, need)
    >>> clearing.price, clearing.sold.tolist(), clearing.bought.tolist()
    (0.0, [10.0, 6.0, 0.0], [12.0, 4.0])
    """
    if not 0.0 <= k <= 1.0:
        raise DomainError(f"k of a double auction is {k}; expected 0 to 1")
    # Buyers by falling price are sellers by rising negative price.
    asks, bids = _ladder(sellers.price, sellers.quantity), _ladder(-buyers.price, buyers.quantity)
    volume, near = _volume(asks, bids)
    if volume <= 0.0:
        return Clearing(None, np.zeros(sellers.price.size), np.zeros(buyers.price.size))
    last_ask, next_ask = _margin(asks, volume, near)
    last_bid, next_bid = (-price for price in _margin(bids, volume, near))
    low, high = max(last_ask, next_bid), min(last_bid, next_ask)
    return Clearing(
        # Never outside the interval by a rounding error.
        min(max((1.0 - k) * low + k * high, low), high),
        _ration(sellers.price, sellers.quantity, last_ask, volume),
        _ration(-buyers.price, buyers.quantity, -last_bid, volume),
        low,
        high,
    )


def _ladder(price: _Floats, quantity: _Floats) -> tuple[_Floats, _Floats]:
    """Prices of those who offer something, best first, and the quantity up to each."""
    some = np.flatnonzero(quantity > 0.0)
    order = some[np.argsort(price[some], kind="stable")]
    return price[order], np.cumsum(quantity[order])


def _volume(asks: tuple[_Floats, _Floats], bids: tuple[_Floats, _Floats]) -> tuple[float, float]:
    """Quantity traded, and how close two quantities are taken for the same. unit/yr."""
    if not asks[1].size or not bids[1].size:
        return 0.0, 0.0
    most = float(min(asks[1][-1], bids[1][-1]))
    near = _SAME * most
    steps = np.union1d(asks[1], bids[1])
    steps = steps[steps <= most]
    ask, bid = (
        prices[np.searchsorted(reached, steps - near, side="left")] for prices, reached in (asks, bids)
    )
    agreed = np.flatnonzero(ask <= -bid)
    return (float(steps[agreed[-1]]) if agreed.size else 0.0), near


def _margin(ladder: tuple[_Floats, _Floats], volume: float, near: float) -> tuple[float, float]:
    """Price of the last unit traded, and of the first that is not (infinite where there is none)."""
    prices, reached = ladder
    last = int(np.searchsorted(reached, volume - near, side="left"))
    following = int(np.searchsorted(reached, volume + near, side="right"))
    return float(prices[last]), float(prices[following]) if following < prices.size else float("inf")


def _ration(price: _Floats, quantity: _Floats, marginal: float, volume: float) -> _Floats:
    """All of those better than the marginal price, the rest shared by quantity among those at it."""
    traded = np.where(price < marginal, quantity, 0.0)
    at_margin = np.where(price == marginal, quantity, 0.0)
    left = volume - float(traded.sum())
    return np.asarray(traded + at_margin * min(max(left / float(at_margin.sum()), 0.0), 1.0))
