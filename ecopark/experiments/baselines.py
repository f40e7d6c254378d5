"""What one would reach without a model: a straight line, random feasible links, random feasible years.

What lives here: the baselines of a hindcast as plain functions. What does not: measures of agreement
(``scores``), which links are feasible (``ecopark.simulate.feasible_pairs``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecopark.errors import DomainError
from ecopark.streams import stream


def fit_line(years: ArrayLike, counts: ArrayLike) -> NDArray[np.float64]:
    """Straight line through a curve of counts by least squares.

    Parameters
    ----------
    years : array_like of float, shape (T,), yr
    counts : array_like of float, shape (T,), 1

    Returns
    -------
    ndarray of float, shape (T,), 1
        The line at the same years.

    Raises
    ------
    DomainError
        If there are fewer than two years, or years and counts differ in number.

    Notes
    -----
    The line has seen the curve it is compared with, to its end: it is a strong opponent for the shape of
    the curve and says nothing about who trades with whom.

    Examples
    --------
    >>> fit_line([0, 1, 2], [0, 3, 3]).tolist()
    [0.5, 2.0, 3.5]
    """
    x, y = np.asarray(years, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    if x.shape != y.shape or x.size < 2:
        raise DomainError(f"a line needs two years or more with their counts, found {x.shape} and {y.shape}")
    centred = x - x.mean()
    slope = float(centred @ (y - y.mean())) / float(centred @ centred)
    return np.asarray(y.mean() + slope * centred)


def spread_evenly(total: float, years: ArrayLike) -> NDArray[np.float64]:
    """A final count spread evenly over the years.

    Parameters
    ----------
    total : float, 1
    years : array_like of float, shape (T,), yr

    Returns
    -------
    ndarray of float, shape (T,), 1
        ``total k / T`` at the end of the k-th year.

    Examples
    --------
    >>> spread_evenly(6.0, [1960, 1961, 1962]).tolist()
    [2.0, 4.0, 6.0]
    """
    count = np.asarray(years, dtype=np.float64).size
    return np.asarray(total * np.arange(1, count + 1) / max(count, 1), dtype=np.float64)


def draw_links(candidates: pd.DataFrame, dates: Sequence[int], seed: int, draw: int) -> list[tuple[int, int]]:
    """Links picked at random among the feasible ones, at given dates.

    Parameters
    ----------
    candidates : pandas.DataFrame
        Feasible links with ``first`` and ``last``, the years from and to which each is possible.
    dates : sequence of int, yr
        Year of each link to draw; the same year may stand more than once.
    seed : int
    draw : int
        Number of the draw: another draw, other links.

    Returns
    -------
    list of (int, int)
        Row of the candidate, and its year, in order of the years. Each candidate at most once, each as
        likely as any other that is feasible in its year; a date for which none is left stays without.
    """
    first, last = candidates["first"].to_numpy(), candidates["last"].to_numpy()
    free = np.ones(len(candidates), dtype=bool)
    chance = stream(seed, "baseline", "links", str(draw))
    drawn = []
    for year in sorted(dates):
        open_now = np.flatnonzero(free & (first <= year) & (year <= last))
        if open_now.size:
            row = int(open_now[chance.integers(open_now.size)])
            free[row] = False
            drawn.append((row, int(year)))
    return drawn


def draw_years(first: ArrayLike, until: int, seed: int, draw: int) -> NDArray[np.int64]:
    """Start years picked at random between the first possible year and the last.

    Parameters
    ----------
    first : array_like of int, shape (n,), yr
        First year in which each link is possible.
    until : int, yr
        Last year, included.
    seed : int
    draw : int
        Number of the draw.

    Returns
    -------
    ndarray of int, shape (n,), yr
        Every year from the first possible one to `until` equally likely.

    Raises
    ------
    DomainError
        If a link is possible only after `until`.

    Notes
    -----
    The order that openings and closures alone would give: a model must beat it to show that it knows
    more than who was there when.
    """
    earliest = np.asarray(first, dtype=np.int64)
    if (earliest > until).any():
        raise DomainError(f"a link is possible only from {int(earliest.max())} on, after {until}")
    share = stream(seed, "baseline", "years", str(draw)).random(earliest.size)
    return np.asarray(earliest + np.floor(share * (until - earliest + 1)), dtype=np.int64)
