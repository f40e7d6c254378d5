"""The books must close: supply + virgin + import + opening stock = use + disposal + loss + closing stock.

Checked in every run for every port, and summed by resource, in every segment. The flows are added
up again here from the links' side, so a kernel that lost or made anything is caught.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ecopark.calendar import Calendar
from ecopark.errors import BalanceError
from ecopark.flows.columns import Columns
from ecopark.flows.kernel import Links, Result

TOLERANCE = 1e-9
_Floats = NDArray[np.float64]


def check_closure(
    columns: Columns,
    calendar: Calendar,
    first_segment: int,
    opening: NDArray[np.float64],
    links: Links,
    result: Result,
) -> None:
    """Assert that every port and resource closes in every segment of a result.

    Parameters
    ----------
    columns : Columns
    calendar : Calendar
    first_segment : int
        Segment of the run to which the result's first row belongs.
    opening : ndarray of float, shape (N,), resource unit
        Stock before the first segment.
    links : Links
    result : Result

    Raises
    ------
    BalanceError
        Naming date, firm, stream, resource, the amount missing and the tolerance: 1e-9 of the
        largest flow of that resource in that segment.
    """
    shape = result.amount.shape
    gap, largest = np.zeros(shape), np.zeros((shape[0], len(columns.resources)))
    arrived = links.keep * links.credit
    ports = (columns.is_out, columns.port_resource)
    if not closes(*ports, opening, links.out_port, links.in_port, arrived, *result, gap, largest):
        _raise(columns, calendar, first_segment, gap, largest, links, result)


@njit(cache=True)  # type: ignore[untyped-decorator]
def closes(
    is_out: NDArray[np.bool_],
    port_resource: NDArray[np.int64],
    opening: _Floats,
    out_port: NDArray[np.int64],
    in_port: NDArray[np.int64],
    arrived: _Floats,
    amount: _Floats,
    settled: _Floats,
    imported: _Floats,
    stock: _Floats,
    sent: _Floats,
    gap: _Floats,
    largest: _Floats,
) -> bool:
    """Whether all ports and resources close, in one pass.

    Parameters
    ----------
    is_out : ndarray of bool, shape (N,), 1
    port_resource : ndarray of int, shape (N,), 1
    opening : ndarray of float, shape (N,), resource unit
    out_port, in_port : ndarray of int, shape (L,), 1
    arrived : ndarray of float, shape (L,), need unit/supply unit
        Need served per unit sent.
    amount, settled, imported, stock : ndarray of float, shape (S, N), resource unit
        As in :class:`~ecopark.flows.kernel.Result`.
    sent : ndarray of float, shape (S, L), supply unit
    gap : ndarray of float, shape (S, N), resource unit
        Filled: what each port lacks.
    largest : ndarray of float, shape (S, resources), resource unit
        Filled: largest flow of each resource.

    Returns
    -------
    bool
    """
    segments, ports = amount.shape
    good = True
    source, sink = np.zeros(ports), np.zeros(ports)
    by_resource = np.zeros(largest.shape[1])
    for s in range(segments):
        for n in range(ports):
            before = opening[n] if s == 0 else stock[s - 1, n]
            made, spent = (amount[s, n], settled[s, n]) if is_out[n] else (settled[s, n], amount[s, n])
            source[n] = made + before + imported[s, n]
            sink[n] = spent + stock[s, n]
            if min(made, spent) < 0.0 or min(stock[s, n], imported[s, n]) < 0.0:
                good = False
        for j in range(out_port.size):
            sink[out_port[j]] += sent[s, j]
            source[in_port[j]] += sent[s, j] * arrived[j]
            if sent[s, j] < 0.0:
                good = False
        by_resource[:] = 0.0
        largest[s] = np.finfo(np.float64).tiny
        for n in range(ports):
            gap[s, n] = source[n] - sink[n]
            r = port_resource[n]
            by_resource[r] += gap[s, n]
            largest[s, r] = max(largest[s, r], abs(source[n]), abs(sink[n]))
        # The sum over a resource may hide errors of opposite sign, so ports are checked too. Written so
        # that what is no number counts as open.
        for r in range(by_resource.size):
            if not abs(by_resource[r]) <= TOLERANCE * largest[s, r]:
                good = False
        for n in range(ports):
            if not abs(gap[s, n]) <= TOLERANCE * largest[s, port_resource[n]]:
                good = False
    return good


def _raise(
    columns: Columns,
    calendar: Calendar,
    first_segment: int,
    gap: NDArray[np.float64],
    largest: NDArray[np.float64],
    links: Links,
    result: Result,
) -> None:
    """Name the worst port."""
    relative = np.abs(gap) / largest[:, columns.port_resource]
    lowest = np.minimum(np.minimum(result.amount, result.settled), np.minimum(result.stock, result.imported))
    for low, sent in zip(lowest, result.sent, strict=True):
        np.minimum.at(low, links.out_port, sent)
    worst = np.where(lowest < 0.0, np.inf, relative)
    row, port = np.unravel_index(int(np.argmax(worst)), worst.shape)
    resource = columns.resources[columns.port_resource[port]]
    when = calendar.date(float(calendar.segment_bounds[first_segment + row]))
    raise BalanceError(
        f"books do not close on {when:%Y-%m-%d}: firm {columns.firms[columns.port_firm[port]]}, "
        f"stream {columns.ports[port]}, resource {resource}: off by {gap[row, port]:.6g} "
        f"(lowest flow {lowest[row, port]:.6g}; tolerance {TOLERANCE:g} of "
        f"{largest[row, columns.port_resource[port]]:.6g}). This is an error of the program, "
        "not of your scenario; please report it with the scenario and the seed."
    )
