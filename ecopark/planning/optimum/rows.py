"""A sparse program under construction: columns and rows added in lots.

What lives here: bookkeeping. What does not: what the rows mean (``program``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@dataclass
class Builder:
    """Collects columns (all at least zero) and rows (all at most `high`, some equal to it).

    Attributes
    ----------
    columns, rows : int, 1
        Added so far.
    """

    columns: int = 0
    rows: int = 0
    _upper: list[_Floats] = field(default_factory=list)
    _integer: list[NDArray[np.bool_]] = field(default_factory=list)
    _high: list[_Floats] = field(default_factory=list)
    _equal: list[NDArray[np.bool_]] = field(default_factory=list)
    _names: list[tuple[str, int, int]] = field(default_factory=list)
    _entries: list[tuple[_Ints, _Ints, _Floats]] = field(default_factory=list)
    _slopes: list[tuple[_Ints, _Ints, _Floats]] = field(default_factory=list)

    def add_columns(
        self, upper: _Floats, wanted: NDArray[np.bool_] | None = None, integer: bool = False
    ) -> _Ints:
        """Add a column for each entry of a table.

        Parameters
        ----------
        upper : ndarray of float, shape (...), unit of the column
            Upper bounds.
        wanted : ndarray of bool or None, shape (...), 1
            Entries that get a column; all by default.
        integer : bool
            Whether they are zero or one.

        Returns
        -------
        ndarray of int, shape (...), 1
            Columns; -1 where there is none.
        """
        chosen = np.ones(upper.shape, dtype=bool) if wanted is None else wanted
        found = np.full(upper.shape, -1, dtype=np.int64)
        count = int(chosen.sum())
        found[chosen] = self.columns + np.arange(count)
        self.columns += count
        self._upper.append(upper[chosen].astype(np.float64))
        self._integer.append(np.full(count, integer))
        return found

    def add_rows(self, name: str, high: _Floats, equal: bool = False) -> _Ints:
        """Add a row for each entry of a vector.

        Parameters
        ----------
        name : str
            What they say, for messages.
        high : ndarray of float, shape (n,), unit of the row
            Right-hand sides.
        equal : bool
            Whether they hold with equality.

        Returns
        -------
        ndarray of int, shape (n,), 1
        """
        found = self.rows + np.arange(high.size)
        self._names.append((name, self.rows, high.size))
        self.rows += high.size
        self._high.append(high.astype(np.float64))
        self._equal.append(np.full(high.size, equal))
        return found

    def fill(self, rows: _Ints, columns: _Ints, values: _Floats | float) -> None:
        """Add entries; those without a column are left out.

        Parameters
        ----------
        rows, columns : ndarray of int, shape (...), 1
        values : ndarray of float, shape (...), unit of row/unit of column
            Or one number for all.
        """
        here = columns >= 0
        table = np.broadcast_to(values, columns.shape)
        self._entries.append((rows[here], columns[here], table[here].astype(np.float64)))

    def grow(self, rows: _Ints, streams: _Ints, slopes: _Floats | float) -> None:
        """Say how much right-hand sides grow with one more unit of a stream.

        Parameters
        ----------
        rows : ndarray of int, shape (n,), 1
        streams : ndarray of int, shape (n,), 1
            Number of block x ports + port.
        slopes : ndarray of float, shape (n,), unit of row/resource unit
            Or one number for all.
        """
        self._slopes.append((rows, streams, np.broadcast_to(slopes, rows.shape).astype(np.float64)))

    def matrix(self) -> csr_matrix:
        """Entries. csr_matrix, shape (rows, columns)."""
        return _assemble(self._entries, (self.rows, self.columns))

    def slopes(self, streams: int) -> csr_matrix:
        """Growth of right-hand sides. csr_matrix, shape (rows, streams)."""
        return _assemble(self._slopes, (self.rows, streams))

    def bounds(self) -> tuple[_Floats, NDArray[np.bool_], _Floats, NDArray[np.bool_]]:
        """Upper bounds and integrality of columns; right-hand sides of rows and which hold with equality."""
        none, no = np.zeros(0), np.zeros(0, dtype=bool)
        return (
            np.concatenate([none, *self._upper]),
            np.concatenate([no, *self._integer]),
            np.concatenate([none, *self._high]),
            np.concatenate([no, *self._equal]),
        )

    def names(self) -> tuple[tuple[str, int, int], ...]:
        """Name, first row and number of rows of each lot."""
        return tuple(self._names)


def _assemble(parts: list[tuple[_Ints, _Ints, _Floats]], shape: tuple[int, int]) -> csr_matrix:
    nothing = np.zeros(0, dtype=np.int64)
    row = np.concatenate([nothing, *(part[0].ravel() for part in parts)])
    column = np.concatenate([nothing, *(part[1].ravel() for part in parts)])
    value = np.concatenate([np.zeros(0), *(part[2].ravel() for part in parts)])
    return csr_matrix((value, (row, column)), shape=shape)
