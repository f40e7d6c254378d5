"""Clauses of contracts: indexed price, take or pay, quasi-rent and hold-up, the value of trust at stake.

Pure functions of prices and quantities. What does not live here: the contract itself and the yearly verdict
(``contract``), trust (``trust``, ``reputation``), when a clause is applied (``agents.keeping``). Prices are money
per unit sent, from taker to giver.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ecopark.market.appraisal import Appraisal


def follow_index(price: float, before: float, now: float, pass_through: float, index: str) -> float:
    """Price of an indexed contract after its index has moved.

    Parameters
    ----------
    price : float, money/unit
        In force so far.
    before, now : float, money/unit
        Level of the index when the price was last set, and today: virgin price saved per unit sent, or
        disposal cost avoided per unit sent.
    pass_through : float, 1
        Share of the move that is passed on.
    index : {"virgin", "disposal"}
        A dearer virgin supply raises the price; a dearer disposal lowers it.

    Returns
    -------
    float, money/unit

    Examples
    --------
    >>> follow_index(50.0, 80.0, 100.0, 0.5, "virgin")
    60.0
    >>> follow_index(50.0, 80.0, 100.0, 0.5, "disposal")
    40.0
    """
    move = pass_through * (now - before)
    return price + move if index == "virgin" else price - move


def shortfall_due(
    agreed: NDArray[np.float64],
    taken: NDArray[np.float64],
    offered: NDArray[np.float64],
    share: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Quantity a taker pays for although it did not take it.

    Parameters
    ----------
    agreed, taken : ndarray of float, shape (L,), unit
        Agreed for the time the exchange could work, and sent in it.
    offered : ndarray of float, shape (L,), unit
        What the giver had over and above and could have sent: what it lacked is no doing of the taker's.
    share : ndarray of float, shape (L,), 1
        Share of the agreed quantity that is paid for at least.

    Returns
    -------
    ndarray of float, shape (L,), unit
        ``min(max(share x agreed - taken, 0), offered)``.
    """
    return np.minimum(np.maximum(share * agreed - taken, 0.0), offered)


@njit(cache=True)  # type: ignore[untyped-decorator]
def offer_in_vain(
    promised: NDArray[np.float64],
    sent: NDArray[np.float64],
    out_port: NDArray[np.int64],
    over: NDArray[np.float64],
) -> NDArray[np.float64]:
    """What givers had over of what was agreed and not taken.

    Parameters
    ----------
    promised, sent : ndarray of float, shape (L,), unit
        Under each contract.
    out_port : ndarray of int, shape (L,), 1
    over : ndarray of float, shape (N,), unit
        What each out-port had over.

    Returns
    -------
    ndarray of float, shape (L,), unit
        What a port had over is spread over its contracts by what is missing under each, and no more is
        offered in vain than is missing.
    """
    missing = np.maximum(promised - sent, 0.0)
    at_port = np.zeros(over.size)
    for j in range(missing.size):
        at_port[out_port[j]] += missing[j]
    offered = np.zeros(missing.size)
    for j in range(missing.size):
        if missing[j] > 0.0:
            offered[j] = min(missing[j], missing[j] / at_port[out_port[j]] * over[out_port[j]])
    return offered


@njit(cache=True)  # type: ignore[untyped-decorator]
def is_short(
    take_or_pay: NDArray[np.float64], sent: NDArray[np.float64], promised: NDArray[np.float64]
) -> bool:
    """Whether less was sent than agreed under any contract with take or pay.

    Parameters
    ----------
    take_or_pay : ndarray of float, shape (L,), 1
    sent, promised : ndarray of float, shape (L,), unit

    Returns
    -------
    bool
    """
    short = False
    for j in range(sent.size):
        short = short or (take_or_pay[j] > 0.0 and sent[j] < promised[j])
    return short


@njit(cache=True)  # type: ignore[untyped-decorator]
def count_agreed(
    take_or_pay: NDArray[np.float64],
    number: NDArray[np.int64],
    promised: NDArray[np.float64],
    sent: NDArray[np.float64],
    offered: NDArray[np.float64],
    year: NDArray[np.float64],
) -> None:
    """Count what was agreed, taken and offered in vain under contracts with take or pay.

    Parameters
    ----------
    take_or_pay : ndarray of float, shape (L,), 1
    number : ndarray of int, shape (L,), 1
        Column of each contract in the year's account.
    promised, sent : ndarray of float, shape (L,), unit
    offered : ndarray of float, shape (L,), unit
        Of no length where nothing was offered in vain.
    year : ndarray of float, shape (3, contracts), unit
        Raised in place.
    """
    for j in range(sent.size):
        if take_or_pay[j] > 0.0:
            year[0, number[j]] += promised[j]
            year[1, number[j]] += sent[j]
            if offered.size:
                year[2, number[j]] += offered[j]


def quasi_rent(gain: float, outside: float = 0.0, penalty: float = 0.0) -> float:
    """Part of an investor's gain that its partner can take away once the investment is sunk.

    Parameters
    ----------
    gain : float, money/unit
        Of the investor at the present price, over its running reservation price.
    outside : float, money/unit
        Gain of the best other use of what was built; none for a pipe between two firms.
    penalty : float, money/unit
        What the partner owes if it leaves, spread over what is left of the term.

    Returns
    -------
    float, money/unit
        ``max(gain - max(outside, 0) - penalty, 0)``: what is earned over the next best use, less what the
        contract protects.

    References
    ----------
    Klein, Crawford & Alchian (1978), Journal of Law and Economics 21:297, doi:10.1086/466922 (appropriable
    quasi-rents). Williamson (1985), The Economic Institutions of Capitalism, Free Press.
    """
    return max(gain - max(outside, 0.0) - penalty, 0.0)


def held_up_price(
    price: float,
    floor: float,
    ceiling: float,
    giver_invested: bool,
    share: float,
    penalty_share: float,
    outside: float = 0.0,
) -> float:
    """Price after the party that did not invest has re-opened it.

    Parameters
    ----------
    price : float, money/unit
        In force.
    floor, ceiling : float, money/unit
        Running reservation prices, investment sunk.
    giver_invested : bool
        Who has sunk an investment.
    share : float, 1
        Of the appropriable quasi-rent that is asked for.
    penalty_share : float, 1
        Penalty as a share of the value at stake, as in :func:`~ecopark.market.contract.review`.
    outside : float, money/unit
        Gain of the investor's best other use.

    Returns
    -------
    float, money/unit
        Lower where the giver invested, higher where the taker did; the same where nothing can be taken.
    """
    giver_gain, taker_gain = price - floor, ceiling - price
    penalty = penalty_share * max(abs(price), giver_gain, taker_gain)
    taken = share * quasi_rent(giver_gain if giver_invested else taker_gain, outside, penalty)
    return price - taken if giver_invested else price + taken


def foresee_hold_up(appraisal: Appraisal, share: float, trust: float, penalty_share: float) -> float:
    """Premium by which an investor guards against being held up.

    Parameters
    ----------
    appraisal : Appraisal
        Worthwhile, without this premium.
    share : float, 1
        Of the appropriable quasi-rent that would be asked for.
    trust : float, 1
        In the partner: full trust expects nothing of the kind.
    penalty_share : float, 1

    Returns
    -------
    float, money/unit
        ``(1 - trust) x`` what would be taken from a price midway between the reservation prices; zero where
        nothing is built. The midpoint is a guess before the price is known. [M]
    """
    if appraisal.capital <= 0.0:
        return 0.0
    price = (appraisal.floor + appraisal.ceiling) / 2.0
    after = held_up_price(
        price,
        appraisal.running_floor,
        appraisal.running_ceiling,
        appraisal.giver_invests,
        share,
        penalty_share,
    )
    return (1.0 - trust) * abs(price - after)


def value_of_trust(
    lost: float, gain: float, hearers: Sequence[tuple[float, float]], rate: float, spread: float = 0.0
) -> float:
    """Worth today of the dealings that a breach would spoil.

    Parameters
    ----------
    lost : float, 1
        Share of a partner's trust that a breach would lose.
    gain : float, money/yr
        Of all other exchanges with that partner.
    hearers : sequence of (float, float)
        Of each common partner: its trust in the one betrayed (1), and the gain of exchanges with it (money/yr).
    rate : float, 1/yr
        Discount rate.
    spread : float, 1
        Weight of hearsay.

    Returns
    -------
    float, money
        ``lost x (gain + spread x sum of trust x gain) / rate``: the gain is taken to last, and to shrink as
        trust does. [M] Infinite without discounting; zero where there is nothing to lose.

    References
    ----------
    Telser (1980), Journal of Business 53:27, doi:10.1086/296069 (an agreement is kept while the future it
    brings is worth more than breaking it).
    """
    told = sum(trust * amount for trust, amount in hearers)
    spoilt = lost * max(gain + spread * told, 0.0)
    if spoilt == 0.0:
        return 0.0
    return spoilt / rate if rate > 0.0 else float("inf")
