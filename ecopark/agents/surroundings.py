"""What scouting looks up and does not decide: neighbours, means of a year, periods of new recipes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ecopark.agents.appraiser import Appraiser
from ecopark.scenario.geometry import least_detour, project


def number_versions(*tables: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number of each period, a new one wherever a table differs from the period before.

    Parameters
    ----------
    *tables : ndarray of float, shape (T, N), any unit

    Returns
    -------
    ndarray of int, shape (T,), 1
    """
    changed = [(np.diff(table, axis=0) != 0.0).any(axis=1) for table in tables]
    return np.concatenate([[0], np.cumsum(np.logical_or.reduce(changed))])


def mean_of_year(expected: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Mean over the year from each period on; near the end, over the last year.

    Parameters
    ----------
    expected : ndarray of float, shape (T, N), unit/day
    window : int, 1
        Periods of a year.

    Returns
    -------
    ndarray of float, shape (T, N), unit/day
    """
    total = np.vstack([np.zeros((1, expected.shape[1])), np.cumsum(expected, axis=0)])
    last = np.minimum(np.arange(expected.shape[0]) + window, expected.shape[0])
    first = last - window
    return np.asarray((total[last] - total[first]) / window)


def find_neighbours(appraiser: Appraiser, reach: float) -> Callable[[int], NDArray[np.int64]]:
    """Look-up of the ports of all firms within reach of a firm, each worked out once.

    Parameters
    ----------
    appraiser : Appraiser
    reach : float, km

    Returns
    -------
    callable
        Number of a firm -> numbers of ports.
    """
    columns, layout = appraiser.columns, appraiser.park.layout
    plane = project(columns.site, layout)
    tree = cKDTree(plane)
    within = reach / least_detour(layout)

    @cache
    def near(firm: int) -> NDArray[np.int64]:
        is_near = np.zeros(len(columns.firms), dtype=bool)
        is_near[tree.query_ball_point(plane[firm], within)] = True
        return np.flatnonzero(is_near[columns.port_firm])

    return near
