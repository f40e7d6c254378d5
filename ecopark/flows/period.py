"""The flows of one period in one compiled call: activity, dispatch, books, and what moved under each exchange.

What lives here: putting the kernel and its books together, so that a month costs one call. What does not: their rules
(``kernel``, ``closure``), who is told what moved (the model).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ecopark.flows.closure import closes
from ecopark.flows.kernel import Links, Ports, Result, dispatch_into

_Floats = NDArray[np.float64]


@njit(cache=True)  # type: ignore[untyped-decorator]
def flow_period(
    ports_as_tuple: tuple[NDArray[Any], ...],
    resource: NDArray[np.int64],
    resources: int,
    links_as_tuple: tuple[NDArray[Any], ...],
    rate: _Floats,
    availability: _Floats,
    days: _Floats,
    stock: _Floats,
    opening: _Floats,
    result_as_tuple: tuple[_Floats, ...],
    promised: _Floats,
) -> tuple[bool, _Floats]:
    """Move the flows of a period's segments, check the books, and add up what moved.

    Parameters
    ----------
    ports_as_tuple, links_as_tuple, result_as_tuple : tuple of ndarray
        :class:`~ecopark.flows.kernel.Ports`, :class:`~ecopark.flows.kernel.Links` and
        :class:`~ecopark.flows.kernel.Result` as plain tuples, which compiled code takes over in a tenth of the time of
        named ones. The result is all zero before, and filled.
    resource : ndarray of int, shape (N,), 1
        Number of the resource of each port.
    resources : int
        Number of resources.
    rate, availability : ndarray of float, shape (S, P), activity unit/day and 1
        Activity of scheduled, capacity of feed-driven processes before outages, and the share left by them.
    days : ndarray of float, shape (S,), day
    stock : ndarray of float, shape (N,), resource unit
        Carried on in place.
    opening : ndarray of float, shape (N,), resource unit
        Filled with the stock before.
    promised : ndarray of float, shape (L,), supply unit/day
        Under each link.

    Returns
    -------
    closed : bool
        Whether the books of all segments close; see :func:`~ecopark.flows.closure.check_closure`.
    moved : ndarray of float, shape (3, L), supply unit, supply unit and day
        Sent under each link, promised for the time it was active, and that time.
    """
    ports, links, result = Ports(*ports_as_tuple), Links(*links_as_tuple), Result(*result_as_tuple)
    opening[:] = stock
    dispatch_into(ports, links, rate * availability, days, stock, result)
    gap, largest = np.zeros(result.amount.shape), np.zeros((days.size, resources))
    closed = closes(
        ports.is_out, resource, opening, links.out_port, links.in_port, links.keep * links.credit,
        result.amount, result.settled, result.imported, result.stock, result.sent, gap, largest,
    )  # fmt: skip
    moved = np.zeros((3, promised.size))
    for j in range(promised.size):
        for s in range(days.size):
            moved[0, j] += result.sent[s, j]
            moved[2, j] += links.active[s, j]
        moved[2, j] = moved[2, j] / days.size * days.sum()
        moved[1, j] = promised[j] * moved[2, j]
    return closed, moved
