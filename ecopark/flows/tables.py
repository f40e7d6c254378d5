"""Long tables column by column: looking a column up in what its rows share, and labels as categories.

What lives here: the two steps that the ledger and the accounts share. What does not: what the rows are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray


def look_up(values: NDArray[Any], place: NDArray[np.int32]) -> NDArray[Any]:
    """Value of each row: ``values[place]``, without the copy numpy makes of a column of small integers.

    Parameters
    ----------
    values : ndarray of number, shape (n,), any unit
        What rows share.
    place : ndarray of int32, shape (rows,), 1
        Of each row's value.

    Returns
    -------
    ndarray of number, shape (rows,), any unit
        Of the type of `values`.
    """
    # Room is taken by numpy, which asks for large pages; compiled code does not.
    found = np.empty(place.size, dtype=values.dtype)
    _copy(values, place, found)
    return found


@njit(cache=True)  # type: ignore[untyped-decorator]
def _copy(values: NDArray[Any], place: NDArray[np.int32], found: NDArray[Any]) -> None:
    """Fill the value of each row."""
    for row in range(place.size):
        found[row] = values[place[row]]


def label(codes: NDArray[Any], place: NDArray[np.int32], labels: Sequence[str]) -> Any:
    """Column of labels.

    Parameters
    ----------
    codes : ndarray of int, shape (n,), 1
        Number of the label that rows share; -1 where there is none.
    place : ndarray of int32, shape (rows,), 1
        Of each row's code.
    labels : sequence of str

    Returns
    -------
    pandas.Categorical
        Shape (rows,).
    """
    small = np.min_scalar_type(-max(len(labels), 1))
    kinds = pd.CategoricalDtype(pd.Index(list(labels)))
    return pd.Categorical.from_codes(look_up(codes.astype(small), place), dtype=kinds, validate=False)
