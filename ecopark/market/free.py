"""What a stream has free, compiled: supply not yet promised, need not yet served.

What lives here: expected rates of the year from a period on, less what is promised; element m of a year always
belongs to period m of the calendar year. What does not: the book of promises (``agents.promises``).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@njit(cache=True)  # type: ignore[untyped-decorator]
def row_of_year(first: int, month: int, window: int) -> int:
    """Period that is a given period of its year, in the year from a period on.

    Parameters
    ----------
    first : int
        Period with which the year begins.
    month : int
        Period of the calendar year, from 0.
    window : int, 1
        Periods of a year.

    Returns
    -------
    int
    """
    return first + (month - first) % window


@njit(cache=True)  # type: ignore[untyped-decorator]
def free_supply(
    expected: _Floats,
    coefficient: _Floats,
    imported: _Floats,
    committed: _Floats,
    first: int,
    port: int,
    feeds: _Ints,
    fed: bool,
) -> _Floats:
    """Expected rate of a port not yet promised.

    Parameters
    ----------
    expected : ndarray of float, shape (T, N), unit/day
    coefficient : ndarray of float, shape (T, N), unit/activity unit
    imported : ndarray of float, shape (T, N), unit/day
    committed : ndarray of float, shape (M, N), unit/day
        Promised already, by period of the year.
    first : int
        Period with which the year begins.
    port : int
    feeds : ndarray of int, shape (n,), 1
        Ports whose feed drives the process of an output.
    fed : bool
        Whether the port is an output of a feed-driven process: what that can promise is what it has been
        promised, and what it imports.

    Returns
    -------
    ndarray of float, shape (M,), unit/day
    """
    window = committed.shape[0]
    free = np.empty(window)
    for month in range(window):
        row = row_of_year(first, month, window)
        rate = expected[row, port]
        if fed:
            level = 0.0
            for feed in feeds:
                if coefficient[row, feed] > 0.0:
                    level += (committed[month, feed] + imported[row, feed]) / coefficient[row, feed]
            rate = min(rate, level * coefficient[row, port])
        free[month] = max(rate - committed[month, port], 0.0)
    return free


@njit(cache=True)  # type: ignore[untyped-decorator]
def open_need(
    expected: _Floats,
    committed: _Floats,
    first: int,
    port: int,
    max_share: float,
    own: float,
    blended: _Floats,
) -> _Floats:
    """What an in-port still wants by a way.

    Parameters
    ----------
    expected : ndarray of float, shape (T, N), unit/day
    committed : ndarray of float, shape (M, N), unit/day
    first, port : int
    max_share : float, 1
        Largest part of the need that residuals may serve.
    own : float, 1
        Largest part that the way may serve.
    blended : ndarray of float, shape (M,), unit/day
        Served by the way already; not read where `own` is 1.

    Returns
    -------
    ndarray of float, shape (M,), unit/day
        The least of: need not promised, what residuals may still serve, what the way may still serve.
    """
    window = committed.shape[0]
    wanted = np.empty(window)
    for month in range(window):
        need = expected[row_of_year(first, month, window), port]
        promised = committed[month, port]
        limit = max_share * need - promised
        if own < 1.0:
            limit = min(limit, own * need - blended[month])
        wanted[month] = min(max(need - promised, 0.0), limit)
    return wanted


@njit(cache=True)  # type: ignore[untyped-decorator]
def open_needs(
    expected: _Floats,
    committed: _Floats,
    then: _Ints,
    ports: _Ints,
    max_share: _Floats,
    own: _Floats,
    blended: _Floats,
    wanted: _Floats,
) -> None:
    """What in-ports still want, each by a way of its own; see :func:`open_need`.

    Parameters
    ----------
    expected : ndarray of float, shape (T, N), unit/day
    committed : ndarray of float, shape (M, N), unit/day
    then : ndarray of int, shape (k,), 1
        Period from which each is asked; nobody is asked where it is below zero.
    ports : ndarray of int, shape (k,), 1
    max_share : ndarray of float, shape (N,), 1
    own : ndarray of float, shape (k,), 1
    blended : ndarray of float, shape (k, M), unit/day
        Served by the same way already; one row of anything where no way has a limit of its own.
    wanted : ndarray of float, shape (k, M), unit/day
        Filled where somebody is asked.
    """
    window = committed.shape[0]
    for k in range(ports.size):
        if then[k] >= 0:
            row = blended[k] if own[k] < 1.0 else blended[0]
            begin = min(then[k], expected.shape[0] - window)
            wanted[k] = open_need(expected, committed, begin, ports[k], max_share[ports[k]], own[k], row)


@njit(cache=True)  # type: ignore[untyped-decorator]
def open_to_promise(
    committed: _Floats,
    coefficient: _Floats,
    imported: _Floats,
    process: _Ints,
    is_feed: NDArray[np.bool_],
    is_out: NDArray[np.bool_],
    process_is_feed: NDArray[np.bool_],
) -> tuple[_Floats, _Floats]:
    """Yearly mean promised, and what feed-driven plants could still promise from what they are promised themselves.

    Parameters
    ----------
    committed : ndarray of float, shape (M, N), unit/day
        Promised already, by period of the year.
    coefficient : ndarray of float, shape (N,), unit/activity unit
        In a period.
    imported : ndarray of float, shape (N,), unit/day
    process : ndarray of int, shape (N,), 1
    is_feed, is_out : ndarray of bool, shape (N,), 1
    process_is_feed : ndarray of bool, shape (P,), 1

    Returns
    -------
    promised, left : ndarray of float, shape (N,), unit/day
        `left` is infinite for every port that is no output of a feed-driven plant.
    """
    window, ports = committed.shape
    promised = np.zeros(ports)
    for month in range(window):
        promised += committed[month]
    promised /= window
    level = np.zeros(process_is_feed.size)
    for n in range(ports):
        if is_feed[n] and coefficient[n] > 0.0:
            level[process[n]] += (promised[n] + imported[n]) / coefficient[n]
    left = np.full(ports, np.inf)
    for n in range(ports):
        if is_out[n] and process_is_feed[process[n]]:
            left[n] = max(level[process[n]] * coefficient[n] - promised[n], 0.0)
    return promised, left
