"""Blocks of rows of one kind: positive entries of a table segments x columns, written out as rows of a long table.

What lives here: which entries there are, and writing them in their order. What does not: what they mean (``ledger``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """Rows of one kind: a lane for each column of a table, a row for each of its positive entries.

    Attributes
    ----------
    table : ndarray of float, shape (S, columns), unit of the lane's resource
    share : ndarray of float, shape (columns,), 1
        Part of the entries that moves.
    taken : int, 1
        0 for the entries themselves, 1 for their rise from row to row, -1 for their fall.
    lanes : mapping of str to ndarray, shape (columns,), 1
        Codes that all rows of a lane share, and `gain`: need units replaced per unit moved.
    """

    table: NDArray[np.float64]
    share: NDArray[np.float64]
    taken: int
    lanes: Mapping[str, NDArray[Any]]


def rows_of(
    table: NDArray[np.float64],
    share: NDArray[Any],
    source: NDArray[np.int64],
    target: NDArray[np.int64],
    resource: NDArray[np.int64],
    route: NDArray[np.int64],
    synergy: NDArray[np.int64] | None = None,
    gain: NDArray[np.float64] | None = None,
    replaces: NDArray[np.int64] | None = None,
    instead: NDArray[np.int64] | None = None,
    taken: Literal["all", "rise", "fall"] = "all",
) -> Block:
    """Rows of the positive entries of a table.

    Parameters
    ----------
    table : ndarray of float, shape (S, columns), unit of the lane's resource
    share : ndarray of number, shape (columns,), 1
        Part of the entries that moves.
    source, target, resource, route : ndarray of int, shape (columns,), 1
        Codes of both ends, of the resource and of the route.
    synergy, replaces, instead : ndarray of int, shape (columns,), 1, optional
        Codes of the synergy, of the resource whose virgin supply is replaced and of the disposal route avoided; -1 for
        none.
    gain : ndarray of float, shape (columns,), need unit/unit, optional
        Virgin supply replaced per unit moved.
    taken : {"all", "rise", "fall"}
        The entries themselves, or what they rise or fall by from row to row.

    Returns
    -------
    Block
    """
    none = np.full(share.size, -1, dtype=np.int64)
    lanes = {
        "source": source,
        "target": target,
        "resource": resource,
        "route": route,
        "synergy": none if synergy is None else synergy,
        "gain": np.full(share.size, np.nan) if gain is None else gain,
        "replaces": none if replaces is None else replaces,
        "instead": none if instead is None else instead,
    }
    return Block(table, share.astype(np.float64), {"all": 0, "rise": 1, "fall": -1}[taken], lanes)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _moved(table: _Floats, share: _Floats, taken: int, row: int, column: int) -> float:
    """Quantity of one entry of a block."""
    here: float = table[row, column]
    if taken != 0:
        here = taken * (here - (table[row - 1, column] if row > 0 else 0.0))
    return float(here * share[column])


@njit(cache=True)  # type: ignore[untyped-decorator]
def count_rows(table: _Floats, share: _Floats, taken: int) -> NDArray[np.int64]:
    """Number of positive entries in each row of a block.

    Parameters
    ----------
    table : ndarray of float, shape (S, columns), unit of the lane's resource
    share : ndarray of float, shape (columns,), 1
    taken : int, 1
        As in :class:`Block`.

    Returns
    -------
    ndarray of int, shape (S,), 1
    """
    found = np.zeros(table.shape[0], dtype=np.int64)
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            if _moved(table, share, taken, row, column) > 0.0:
                found[row] += 1
    return found


@njit(cache=True)  # type: ignore[untyped-decorator]
def fill_rows(
    table: _Floats,
    share: _Floats,
    taken: int,
    place: NDArray[np.int64],
    first_lane: int,
    lane: NDArray[np.int32],
    quantity: _Floats,
) -> None:
    """Write the positive entries of each row of a block from its place on.

    Parameters
    ----------
    table : ndarray of float, shape (S, columns), unit of the lane's resource
    share : ndarray of float, shape (columns,), 1
    taken : int, 1
        As in :class:`Block`.
    place : ndarray of int, shape (S,), 1
        Where the first of each row belongs in the long table.
    first_lane : int
        Number of the block's first lane among those of all blocks.
    lane : ndarray of int32, shape (rows,), 1
        Filled: lane of each row of the long table.
    quantity : ndarray of float, shape (rows,), unit of the lane's resource
        Filled.
    """
    for row in range(table.shape[0]):
        at = place[row]
        for column in range(table.shape[1]):
            moved = _moved(table, share, taken, row, column)
            if moved > 0.0:
                lane[at], quantity[at] = first_lane + column, moved
                at += 1
