"""Bargaining theory: what patience, trust and other partners are worth at the table.

What lives here: closed forms of shares, powers and offers, as functions of plain numbers. What does not:
protocols, which put them behind one interface (``protocols``), many sellers and buyers (``auction``), terms
other than the price (``package``), groups of three or more (``coalition``).
"""

from __future__ import annotations

import math

from ecopark.errors import DomainError


def discount_per_round(hurdle_rate: float, days: float) -> float:
    """Worth of a gain one round later, as a share of the gain now.

    Parameters
    ----------
    hurdle_rate : float, 1/yr
        Discount rate of the firm, 0 or larger.
    days : float, day
        Length of a round of talks, 0 or longer.

    Returns
    -------
    float, 1
        ``(1 + r) ** -(days / 365.25)``, above 0 and at most 1.

    Raises
    ------
    DomainError
        If either is negative.

    Examples
    --------
    >>> round(discount_per_round(0.10, 30.0), 6)
    0.992202
    """
    if hurdle_rate < 0.0 or days < 0.0:
        raise DomainError(f"hurdle rate {hurdle_rate} and round {days} d must not be negative")
    return float((1.0 + hurdle_rate) ** -(days / 365.25))


def bargaining_power(giver_discount: float, taker_discount: float, trust: float = 0.0) -> float:
    """Giver's power in the Nash solution that stands for patience.

    Parameters
    ----------
    giver_discount, taker_discount : float, 1
        Worth of a gain one round later, above 0 and at most 1.
    trust : float, 1
        Between the two, 0 to 1.

    Returns
    -------
    float, 1
        ``ln d_taker / (ln d_giver + ln d_taker)``: the more patient has more, and two who do not
        discount at all have a half each. This is the limit of alternating offers with rounds ever
        shorter. Trust pulls it towards a half, linearly (:func:`temper_power`).

    Raises
    ------
    DomainError
        If a discount factor lies outside (0, 1].

    References
    ----------
    Binmore, K., Rubinstein, A. & Wolinsky, A. (1986). The Nash bargaining solution in economic modelling.
    RAND Journal of Economics 17, 176-188. https://doi.org/10.2307/2555382

    Examples
    --------
    >>> round(bargaining_power(0.99, 0.98), 4)
    0.6678
    """
    _check_discounts(giver_discount, taker_discount)
    haste = -math.log(giver_discount), -math.log(taker_discount)
    total = haste[0] + haste[1]
    return temper_power(haste[1] / total if total > 0.0 else 0.5, trust)


def temper_power(power: float, trust: float) -> float:
    """Power that is left to be used among those who trust each other.

    Parameters
    ----------
    power : float, 1
        Of either side, 0 to 1.
    trust : float, 1
        0 to 1.

    Returns
    -------
    float, 1
        ``(1 - trust) x power + trust / 2``: friends halve the gain, strangers take what they can. The
        line between the two is an assumption. [M]
    """
    return (1.0 - trust) * power + trust * 0.5


def rubinstein_share(
    surplus: float,
    first_discount: float,
    second_discount: float,
    first_outside: float = 0.0,
    second_outside: float = 0.0,
    power: float = 0.5,
) -> float:
    """What the one who opens gets when both may make offers for ever and know all of each other.

    Parameters
    ----------
    surplus : float, money/unit
        To be shared, 0 or larger.
    first_discount, second_discount : float, 1
        Worth of a gain one round later to who opens and to who answers, above 0 and at most 1.
    first_outside, second_outside : float, money/unit
        What each could have elsewhere by leaving instead of answering; together at most the surplus.
    power : float, 1
        Share of who opens where neither discounts, so that the game itself decides nothing.

    Returns
    -------
    float, money/unit
        ``S (1 - d2) / (1 - d1 d2)`` without partners elsewhere. An outside option is no threat as long as
        it is worth less than staying, and is just met where it is worth more (outside option principle):
        the share is the fixed point of ``x = S - max(d2 (S - max(d1 x, w1)), w2)``.

    Raises
    ------
    DomainError
        If a discount factor lies outside (0, 1], or both can have more elsewhere than there is.

    References
    ----------
    Rubinstein, A. (1982). Perfect equilibrium in a bargaining model. Econometrica 50, 97-109.
    https://doi.org/10.2307/1912531

    Binmore, K., Shaked, A. & Sutton, J. (1989). An outside option experiment. Quarterly Journal of
    Economics 104, 753-770. https://doi.org/10.2307/2937866

    Examples
    --------
    >>> round(rubinstein_share(1.0, 0.9, 0.9), 4)
    0.5263
    """
    _check_discounts(first_discount, second_discount)
    if first_outside + second_outside > surplus:
        raise DomainError(
            f"outside options {first_outside} and {second_outside} exceed the surplus {surplus}; there is no agreement"
        )
    unrest = 1.0 - first_discount * second_discount
    if unrest == 0.0:
        return min(max(power * surplus, first_outside), surplus - second_outside)
    # Inside out: the fixed point of max(a(x), b) is max(x_a, b) for a rising slower than x, and so for min.
    undisturbed = surplus * (1.0 - second_discount) / unrest
    first_content = surplus - second_discount * (surplus - first_outside)
    return min(surplus - second_outside, max(undisturbed, first_content))


def take_it_price(reservation: float, belief: float, doubt: float = 1.0) -> float:
    """Price to ask when there will be one offer only and the other's reservation price is not known.

    Parameters
    ----------
    reservation : float, money/unit
        Own reservation price.
    belief : float, money/unit
        Best the other may be willing to agree to, as the proposer believes.
    doubt : float, 1
        How far below that it may be, as a share of the way to the own reservation price: 0 is certainty,
        1 everything in between is as likely.

    Returns
    -------
    float, money/unit
        The one with the highest expected gain: ``max(L, (reservation + belief) / 2)`` of a proposer with
        reservation price below `belief`, where the other's lies anywhere between L and `belief`;
        mirrored for one above. Its own reservation price where it believes that there is nothing to gain.

    References
    ----------
    Riley, J. & Zeckhauser, R. (1983). Optimal selling strategies: when to haggle, when to hold firm.
    Quarterly Journal of Economics 98, 267-289. https://doi.org/10.2307/1885625

    Examples
    --------
    >>> take_it_price(0.0, 100.0), take_it_price(0.0, 100.0, doubt=0.2), take_it_price(100.0, 0.0)
    (50.0, 80.0, 50.0)
    """
    return belief + min(doubt, 0.5) * (reservation - belief)


def posted_price_at(turn: int, reservation: float, belief: float, markup: float, adjustment: float) -> float:
    """Price on the list in a round.

    Parameters
    ----------
    turn : int, 1
        Round, from 1.
    reservation, belief : float, money/unit
        Own reservation price, and what the other is believed to agree to at best.
    markup : float, 1
        First price, as a share of the way from the own reservation price to the belief.
    adjustment : float, 1
        Share of the remaining mark-up given up each round nobody buys, 0 to 1.

    Returns
    -------
    float, money/unit
        ``reservation + markup (belief - reservation) (1 - adjustment) ** (turn - 1)``.

    Examples
    --------
    >>> [posted_price_at(turn, 10.0, 50.0, 1.0, 0.5) for turn in (1, 2, 3)]
    [50.0, 30.0, 20.0]
    """
    return reservation + markup * (belief - reservation) * (1.0 - adjustment) ** (turn - 1)


def _check_discounts(*discounts: float) -> None:
    if not all(0.0 < discount <= 1.0 for discount in discounts):
        raise DomainError(f"discount factors {discounts}; expected above 0 and at most 1")
