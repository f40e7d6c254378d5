"""Rows of long tables by their names: names as numbers, rows in groups, columns summed by year and group.

What lives here: the arithmetic under every condensed table, on plain arrays. What does not: tables for others to
read (``tables``), any indicator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes = NDArray[np.integer[Any]]
_LARGEST = 2**62


@dataclass(frozen=True)
class Groups:
    """Rows of a long table summed by year and names, in the order of their first rows.

    Attributes
    ----------
    first : ndarray of int, shape (groups,), 1
        First row of each.
    year : ndarray of int, shape (groups,), year
        From 1970.
    sums : mapping of str to ndarray of float, shape (groups,), unit of the column
        Missing where the column is in all rows of a group.
    """

    first: NDArray[np.int64]
    year: NDArray[np.int64]
    sums: Mapping[str, NDArray[np.float64]]


def sum_rows(
    table: pd.DataFrame,
    keys: Sequence[str],
    sums: Sequence[str],
    rows: NDArray[np.int64] | None = None,
) -> Groups:
    """Sum columns of a long table by year and names.

    Parameters
    ----------
    table : pandas.DataFrame
        With ``start``.
    keys, sums : sequence of str
        Columns of names to tell apart, and of numbers to add up.
    rows : ndarray of int, shape (chosen,), 1, optional
        Rows that count, ascending; all by default.

    Returns
    -------
    Groups
    """
    chosen = slice(None) if rows is None else rows
    year = _years(table["start"].to_numpy()[chosen])
    code, first = group([year, *(codes_of(table[key])[chosen] for key in keys)])
    totals: dict[str, NDArray[np.float64]] = {}
    for name in sums:
        values = table[name].to_numpy(dtype=np.float64)[chosen]
        totals[name] = np.bincount(code, np.nan_to_num(values), minlength=first.size).astype(np.float64)
        missing = np.isnan(values)
        if missing.any():
            # What is missing in all rows of a group stays missing.
            totals[name][np.bincount(code, ~missing, minlength=first.size) == 0] = np.nan
    return Groups(first if rows is None else rows[first], year[first], totals)


def _years(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Year of each day, from 1970; rows of one day mostly stand together."""
    turns = np.flatnonzero(days[1:] != days[:-1]) + 1
    begins = np.concatenate([np.zeros(min(days.size, 1), dtype=np.int64), turns])
    years = days[begins].astype("datetime64[Y]").astype(np.int64)
    return np.repeat(years, np.diff(begins, append=days.size))


def codes_of(column: pd.Series) -> Codes:
    """A column of names, or of anything else, as numbers.

    Parameters
    ----------
    column : pandas.Series

    Returns
    -------
    ndarray of int, shape (rows,), 1
        The same number for the same value, -1 where it is missing; categories keep their small integers.
    """
    return names_of(column)[0]


def names_of(column: pd.Series) -> tuple[Codes, list[Any]]:
    """A column of names as numbers, and the names.

    Parameters
    ----------
    column : pandas.Series

    Returns
    -------
    tuple of (ndarray of int, shape (rows,), 1; list)
        Number of each row's name, -1 where it is missing, and the names by number.
    """
    if isinstance(column.array, pd.Categorical):
        return column.array.codes, column.array.categories.tolist()
    codes, names = pd.factorize(column)
    return codes, names.tolist()


def group(codes: Sequence[Codes]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the distinct combinations of some codes in the order in which they come.

    Parameters
    ----------
    codes : sequence of ndarray of int, shape (rows,), 1

    Returns
    -------
    tuple of (ndarray of int, shape (rows,), 1; ndarray of int, shape (groups,), 1)
        Number of each row's combination, and the row in which each comes first.
    """
    key, size = np.zeros(codes[0].size, dtype=np.int64), 1
    for code in codes:
        low = int(code.min(initial=0))
        count = int(code.max(initial=0)) - low + 1
        if size * count >= _LARGEST:
            dense, seen = pd.factorize(key)
            key, size = dense.astype(np.int64), len(seen)
        # In place: codes may be of small integers, and rows are many.
        key *= count
        key += code
        key -= low
        size *= count
    dense, seen = pd.factorize(key)
    first = np.empty(len(seen), dtype=np.int64)
    first[dense[::-1]] = np.arange(dense.size)[::-1]
    return dense, first
