"""The books must close: supply + virgin + import + opening stock = use + disposal + loss + closing stock.

Checked in every run for every port, and summed by resource, in every segment. The flows are added
up again here from the links' side, so a kernel that lost or made anything is caught.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import Calendar
from ecopark.errors import BalanceError
from ecopark.flows.columns import Columns
from ecopark.flows.kernel import Links, Result

TOLERANCE = 1e-9


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
    before = np.concatenate([opening[None, :], result.stock[:-1]])
    shape = (before.shape[0], before.shape[1])
    arrived = result.sent * (links.keep * links.credit)
    given = _sum_by_port(result.sent, links.out_port, shape)
    taken = _sum_by_port(arrived, links.in_port, shape)
    source = np.where(columns.is_out, result.amount, result.settled) + before + taken + result.imported
    sink = np.where(columns.is_out, result.settled, result.amount) + result.stock + given
    gap = source - sink
    scale = np.maximum(np.abs(source), np.abs(sink))
    by_resource, largest = _by_resource(gap, scale, columns)
    flows = (result.amount, result.settled, result.stock, result.sent, result.imported)
    negative = any(float(part.min(initial=0.0)) < 0.0 for part in flows)
    # The sum over a resource may hide errors of opposite sign, so ports are checked too.
    closes = np.all(np.abs(by_resource) <= TOLERANCE * largest) and np.all(
        np.abs(gap) <= TOLERANCE * largest[:, columns.port_resource]
    )
    if negative or not closes:
        _raise(columns, calendar, first_segment, gap, largest, links, result)


def _sum_by_port(
    flows: NDArray[np.float64], port: NDArray[np.int64], shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Sum of link flows at each port. ndarray of float, shape (S, N), resource unit."""
    cell = np.arange(shape[0])[:, None] * shape[1] + port
    total = np.bincount(cell.ravel(), weights=flows.ravel(), minlength=shape[0] * shape[1])
    return np.asarray(total.reshape(shape), dtype=np.float64)


def _by_resource(
    gap: NDArray[np.float64], scale: NDArray[np.float64], columns: Columns
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gap summed by resource, and the largest flow of each resource (at least a tiny one)."""
    total = np.zeros((gap.shape[0], len(columns.resources)))
    largest = np.full_like(total, np.finfo(float).tiny)
    order = np.argsort(columns.port_resource, kind="stable")
    present, first = np.unique(columns.port_resource[order], return_index=True)
    if present.size:
        total[:, present] = np.add.reduceat(gap[:, order], first, axis=1)
        largest[:, present] += np.maximum.reduceat(scale[:, order], first, axis=1)
    return total, largest


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
