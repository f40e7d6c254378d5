"""Choosing among options, compiled: the best mode of a pair, the best customers of an outlet.

What lives here: loops over the options of ``valuation``. What does not: the arithmetic of one option.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ecopark.market.valuation import DISTANCE, GOOD, QUALITY, VALUE, Courses, Ground, Side, value_option

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@njit(cache=True)  # type: ignore[untyped-decorator]
def pick_option(
    options: NDArray[np.void],
    costs: NDArray[np.void],
    giver: tuple[float, ...],
    supply: _Floats,
    taker: tuple[float, ...],
    wanted: _Floats,
    ground: tuple[float, ...],
    length: _Floats,
    steps: _Floats,
    days: _Floats,
    values: NDArray[np.void],
    rates: _Floats,
) -> int:
    """:func:`value_pair` for callers that are not compiled and ask often.

    Parameters
    ----------
    options, costs : ndarray of rows, shape (W,), units of the fields
    giver, taker, ground : tuple of float, units of the fields
        Sides and ground as plain tuples: looking into a named one takes numba as long as the rest of the call.
    supply, wanted : ndarray of float, shape (M,), unit/day
    length : ndarray of float, shape (W,), km
    steps : ndarray of float, shape (W, B, 2), money/km and km
    days : ndarray of float, shape (M,), day
    values : ndarray of rows, shape (W,), units of the fields
    rates : ndarray of float, shape (W, M), unit/day

    Returns
    -------
    int
    """
    courses = Courses(length, steps)
    row: int = value_pair(
        options, costs, Side(*giver), supply, Side(*taker), wanted, Ground(*ground), courses, days, values, rates,
    )  # fmt: skip
    return row


@njit(cache=True)  # type: ignore[untyped-decorator]
def value_pair(
    options: NDArray[np.void],
    costs: NDArray[np.void],
    giver: Side,
    supply: _Floats,
    taker: Side,
    wanted: _Floats,
    ground: Ground,
    courses: Courses,
    days: _Floats,
    values: NDArray[np.void],
    rates: _Floats,
) -> int:
    """Value all options that reach over their way, and choose.

    Parameters
    ----------
    options, costs : ndarray of rows, shape (W,), units of the fields
        Rows of ``OPTION`` and ``COST``, in the order of the way's modes; a mode that could take two courses
        stands twice. Of equals the first is chosen.
    giver, taker : Side
    supply, wanted : ndarray of float, shape (M,), unit/day
    ground : Ground
    courses : Courses
        Of the options, or of more.
    days : ndarray of float, shape (M,), day
    values : ndarray of rows, shape (W,), units of the fields
        Rows of ``VALUE``, filled.
    rates : ndarray of float, shape (W, M), unit/day
        Filled.

    Returns
    -------
    int
        Row with the largest joint margin among those worthwhile. If none is, that with the largest
        among those physics allows, its reason ``distance`` where it would pay were it not for the way
        between; -1 if physics forbids all or no mode reaches.
    """
    length, steps = courses.length, courses.steps
    best, good, most = -1, False, -np.inf
    for i in range(options.size):
        if not length[i] <= options[i].reach:
            continue
        value_option(
            options[i], costs[i], giver, supply, taker, wanted, ground, length[i], steps[i], days,
            values[i], rates[i],
        )  # fmt: skip
        if values[i].reason == QUALITY or (good and values[i].reason != GOOD):
            continue
        margin = (values[i].ceiling - values[i].floor) * values[i].quantity
        if margin > most or (values[i].reason == GOOD and not good):
            best, most = i, margin
        good = good or values[i].reason == GOOD
    if best >= 0 and not good:
        trial, sent, no_steps = values[best : best + 1].copy(), rates[best].copy(), np.zeros((0, 2))
        value_option(
            options[best], costs[best], giver, supply, taker, wanted, ground, 0.0, no_steps, days,
            trial[0], sent,
        )  # fmt: skip
        if trial[0].reason == GOOD:
            values[best].reason = DISTANCE
    return best


@njit(cache=True)  # type: ignore[untyped-decorator]
def begin_periods(
    taker: _Ints,
    since: _Floats,
    opens: _Ints,
    closes: _Ints,
    giver_opens: int,
    day: float,
    foresight: float,
    now: int,
    bounds: _Ints,
    then: _Ints,
) -> int:
    """Period in which exchanges of one outlet could begin at the earliest, seen from a day.

    Parameters
    ----------
    taker : ndarray of int, shape (k,), 1
        In-ports.
    since : ndarray of float, shape (k,), day
        First day on which the way into each is known.
    opens, closes : ndarray of int, shape (N,), day
        Lives of all ports.
    giver_opens : int, day
    day : float, day
    foresight : float, day
        How long ahead an opening is announced.
    now : int
        Period of the day.
    bounds : ndarray of int, shape (T + 1,), day
        Days on which periods start, then the end.
    then : ndarray of int, shape (k,), 1
        Filled; -1 where the taker is not in sight or the way not yet known.

    Returns
    -------
    int
        Number of those in sight.
    """
    seen, last = 0, bounds.size - 2
    for k in range(taker.size):
        port = taker[k]
        then[k] = -1
        if opens[port] <= day + foresight and day < closes[port] and since[k] <= day:
            seen += 1
            then[k] = now
            while then[k] < last and bounds[then[k] + 1] <= max(opens[port], giver_opens):
                then[k] += 1
    return seen


@njit(cache=True)  # type: ignore[untyped-decorator]
def value_outlet(
    options: NDArray[np.void],
    costs: NDArray[np.void],
    first: _Ints,
    way: _Ints,
    taker: _Ints,
    length: _Floats,
    then: _Ints,
    giver: Side,
    out: int,
    supply: _Floats,
    value: _Floats,
    wanted: _Floats,
    grade: _Floats,
    traits: _Floats,
    ground: Ground,
    days: _Floats,
    total: _Floats,
) -> float:
    """What the best customers of one outlet would take and pay, each offered the same supply.

    Parameters
    ----------
    options, costs : ndarray of rows, shape (W,), units of the fields
        Rows of ``OPTION`` and ``COST`` of all ways.
    first : ndarray of int, shape (ways + 1,), 1
        First option of each way.
    way, taker : ndarray of int, shape (k,), 1
        Way and in-port of each pair of the outlet, pairs of one in-port together.
    length : ndarray of float, shape (k,), km
    then : ndarray of int, shape (k,), 1
        Period in which each could begin; see :func:`begin_periods`.
    giver : Side
        Its grade is not read: that of the period counts. What a deal costs it costs the takers too.
    out : int
        The outlet.
    supply : ndarray of float, shape (M,), unit/day
    value : ndarray of float, shape (k,), money/unit
        Of one unit to each taker.
    wanted : ndarray of float, shape (k, M), unit/day
    grade : ndarray of float, shape (T, N), grade scale
    traits : ndarray of float, shape (N, 4), bar, 1/yr, day and 1
        Pressure, hurdle rate, longest payback and risk aversion, by port.
    ground : Ground
    days : ndarray of float, shape (M,), day
    total : ndarray of float, shape (M,), unit/day
        The customers' rates are added to it.

    Returns
    -------
    float, money/yr x day/yr
        Sum of ceiling x rate over customers and periods. Of several ways into one in-port that with
        the highest ceiling counts, and of the modes of a way that with the largest joint margin.
    """
    netback, price, found = 0.0, 0.0, False
    values, rate, best = np.zeros(1, dtype=VALUE), np.zeros(days.size), np.zeros(days.size)
    chosen, offer = np.zeros(days.size), values[0]
    # A guess about customers counts on no trench dug by others.
    no_steps = np.zeros((0, 2))
    for k in range(taker.size + 1):
        if found and (k == taker.size or taker[k] != taker[k - 1]):
            netback += price * best.sum()
            total += best
            found = False
        if k == taker.size or then[k] < 0:
            continue
        port, period = taker[k], then[k]
        side = Side(
            value[k], grade[period, port], traits[port, 0], traits[port, 1], traits[port, 2],
            traits[port, 3], giver.deal_cost,
        )  # fmt: skip
        seller = Side(
            giver.unit_value, grade[period, out], giver.pressure, giver.hurdle_rate, giver.payback,
            giver.risk_aversion, giver.deal_cost,
        )  # fmt: skip
        most, ceiling, good = -np.inf, 0.0, False
        for i in range(first[way[k]], first[way[k] + 1]):
            if not length[k] <= options[i].reach:
                continue
            value_option(
                options[i], costs[i], seller, supply, side, wanted[k], ground, length[k], no_steps, days,
                offer, rate,
            )  # fmt: skip
            margin = (offer.ceiling - offer.floor) * offer.quantity
            if offer.reason == GOOD and (margin > most or not good):
                most, ceiling, good = margin, offer.ceiling, True
                chosen[:] = rate
        if good and (not found or ceiling > price):
            found, price = True, ceiling
            best[:] = chosen
    return netback
