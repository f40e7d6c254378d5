"""Rows of accounts in one compiled pass: what each is per unit sent, and which of them there are.

What lives here: lanes, which say how the two sides of an item follow from what was sent, and their evaluation period
by period. What does not: what is booked, and under which name (``accounts``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Floats = NDArray[np.float64]

LANE = np.dtype(
    [
        ("block", "i8"), ("column", "i8"), ("giver", "i8"), ("taker", "i8"), ("series", "i8"),
        ("factor", "f8"), ("more", "f8"),
    ]
)  # fmt: skip
"""How one item of one contract follows from what was sent.

The amount of a period is ``sent x factor x more x series``, all lanes of a block added up; `giver` and `taker` are its
sign on either side, 0 where it is not theirs. `column` is that of the contract in what was sent. Where it is
`_EACH_PERIOD`, the amount is owed whatever moved; where it is `_ONCE`, `series` is the one period, and `factor` and
`more` are what giver and taker get.
"""
_EACH_PERIOD, _ONCE = -1, -2


class Booked(NamedTuple):
    """Rows with an amount, by period, then by block.

    Attributes
    ----------
    in_period : ndarray of int, shape (T,), 1
        Number of rows of each period.
    block : ndarray of int32, shape (rows,), 1
    giver, taker : ndarray of float, shape (rows,), unit of the block
    """

    in_period: NDArray[np.int64]
    block: NDArray[np.int32]
    giver: _Floats
    taker: _Floats


class Lanes:
    """Collects lanes, block after block, and books them.

    Parameters
    ----------
    periods : int
        Periods run, T; at least one.
    """

    def __init__(self, periods: int) -> None:
        self._periods = periods
        self._numbers: dict[Hashable, int] = {}
        self._values: list[_Floats] = [np.ones(periods)]
        self._lanes: list[tuple[int, int, int, int, int, float, float]] = []

    def series(self, values: _Floats) -> int:
        """Number of a new series.

        Parameters
        ----------
        values : ndarray of float, shape (T,), unit of the block per unit sent
        """
        self._values.append(values[: self._periods])
        return len(self._values) - 1

    def shared(self, key: Hashable, work_out: Callable[[], _Floats]) -> int:
        """Number of a series that several lanes share, worked out where its key is new."""
        if key not in self._numbers:
            self._numbers[key] = self.series(work_out())
        return self._numbers[key]

    def per_unit(
        self,
        block: int,
        column: int,
        sides: tuple[int, int],
        series: int = 0,
        factor: float = 1.0,
        more: float = 1.0,
    ) -> None:
        """Add an amount per unit sent: ``factor x more x series``, the same in all periods without a series."""
        if factor != 0.0 and more != 0.0:
            self._lanes.append((block, column, *sides, series, factor, more))

    def each_period(self, block: int, sides: tuple[int, int], values: _Floats) -> None:
        """Add amounts owed whatever was sent.

        Parameters
        ----------
        block : int
        sides : tuple of (int, int)
            Sign for giver and taker.
        values : ndarray of float, shape (T,), unit of the block
        """
        self._lanes.append((block, _EACH_PERIOD, *sides, self.series(values), 1.0, 1.0))

    def once(self, block: int, period: int, giver: float, taker: float) -> None:
        """Add an amount of one period."""
        self._lanes.append((block, _ONCE, 1, 1, period, giver, taker))

    def book(self, sent: _Floats) -> Booked:
        """All rows whose amount is not nothing on both sides.

        Parameters
        ----------
        sent : ndarray of float, shape (T, columns), supply unit

        Returns
        -------
        Booked
        """
        lanes, moved = np.array(self._lanes, dtype=LANE), np.ascontiguousarray(sent.T)
        series = np.stack(self._values)
        flows = moved > 0.0
        # First period of each column and that after the last; what never moved has as many as the others.
        active = np.column_stack([flows.argmax(axis=1), self._periods - flows[:, ::-1].argmax(axis=1)])
        in_period = np.zeros(self._periods, dtype=np.int64)
        _book(lanes, series, moved, active, in_period, np.empty(0, np.int32), np.empty(0), np.empty(0))
        rows = int(in_period.sum())
        booked = Booked(in_period, np.empty(rows, np.int32), np.empty(rows), np.empty(rows))
        _book(lanes, series, moved, active, np.cumsum(in_period) - in_period, *booked[1:])
        return booked


@njit(cache=True)  # type: ignore[untyped-decorator]
def _book(
    lanes: NDArray[Any],
    series: _Floats,
    sent: _Floats,
    active: NDArray[np.int64],
    place: NDArray[np.int64],
    block: NDArray[np.int32],
    giver: _Floats,
    taker: _Floats,
) -> None:
    """Write each row that is not nothing at the place of its period, which moves on; only that where there is no room.

    Blocks come in their order, so that the rows of a period do.
    """
    last = 0
    for first in range(lanes.size):
        if first < last:
            continue
        last = first + 1
        while last < lanes.size and lanes[last].block == lanes[first].block:
            last += 1
        number, column, mine, theirs = (
            lanes[first].block, lanes[first].column, lanes[first].giver, lanes[first].taker,
        )  # fmt: skip
        factor, more, row = lanes[first].factor, lanes[first].more, lanes[first].series
        begin, end = 0, place.size
        if column == _ONCE:
            begin, end = row, row + 1
        elif column != _EACH_PERIOD:
            begin, end = active[column, 0], active[column, 1]
        for period in range(begin, end):
            gained, other = factor, more
            if column != _ONCE:
                moved = 1.0 if column == _EACH_PERIOD else sent[column, period]
                if not moved > 0.0:
                    continue
                amount = moved * factor * more * series[row, period]
                for part in range(first + 1, last):
                    one = lanes[part]
                    amount += moved * one.factor * one.more * series[one.series, period]
                gained = amount if mine > 0 else -amount if mine < 0 else 0.0
                other = amount if theirs > 0 else -amount if theirs < 0 else 0.0
            if gained != 0.0 or other != 0.0:
                if block.size:
                    at = place[period]
                    block[at], giver[at], taker[at] = number, gained, other
                place[period] += 1
