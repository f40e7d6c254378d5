"""Choosing among options, compiled: the best mode of a pair, the best customers of an outlet.

What lives here: loops over the options of ``valuation``. What does not: the arithmetic of one option.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ecopark.market.valuation import DISTANCE, GOOD, QUALITY, VALUE, Courses, Ground, Side, value_option

_Floats = NDArray[np.float64]


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
def value_outlet(
    options: NDArray[np.void],
    costs: NDArray[np.void],
    first: NDArray[np.int64],
    way: NDArray[np.int64],
    taker: NDArray[np.int64],
    length: _Floats,
    giver: Side,
    giver_grade: _Floats,
    supply: _Floats,
    sides: _Floats,
    wanted: _Floats,
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
    giver : Side
    giver_grade : ndarray of float, shape (k,), grade scale
        Grade when the pair could begin.
    supply : ndarray of float, shape (M,), unit/day
    sides : ndarray of float, shape (k, 7), as in Side
        The takers.
    wanted : ndarray of float, shape (k, M), unit/day
    ground : Ground
    days : ndarray of float, shape (M,), day
    total : ndarray of float, shape (M,), unit/day
        The customers' rates are added to it.

    Returns
    -------
    float, money/yr x day/yr
        Sum of ceiling x rate over customers and periods. Of several ways into one in-port that with
        the highest ceiling counts.
    """
    netback, most, last = 0.0, 0, -1
    for w in range(first.size - 1):
        most = max(most, first[w + 1] - first[w])
    values, rates = np.zeros(most, dtype=VALUE), np.zeros((most, days.size))
    # A guess about customers counts on no trench dug by others.
    between = Courses(np.zeros(most), np.zeros((most, 0, 2)))
    best, price, found = np.zeros(days.size), 0.0, False
    for k in range(taker.size + 1):
        if k == taker.size or taker[k] != last:
            if found:
                netback += price * best.sum()
                total += best
            found = False
        if k == taker.size:
            break
        last = taker[k]
        side = Side(sides[k, 0], sides[k, 1], sides[k, 2], sides[k, 3], sides[k, 4], sides[k, 5], sides[k, 6])
        seller = Side(
            giver.unit_value, giver_grade[k], giver.pressure, giver.hurdle_rate, giver.payback,
            giver.risk_aversion, giver.deal_cost,
        )  # fmt: skip
        between.length[:] = length[k]
        rows = options[first[way[k]] : first[way[k] + 1]]
        prices = costs[first[way[k]] : first[way[k] + 1]]
        row = value_pair(rows, prices, seller, supply, side, wanted[k], ground, between, days, values, rates)
        if row >= 0 and values[row].reason == GOOD and (not found or values[row].ceiling > price):
            found, price = True, values[row].ceiling
            best[:] = rates[row]
    return netback
