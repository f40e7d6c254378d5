"""Activity of scheduled processes: noise on the plan, and the share of time a unit is up.

What lives here: the AR(1) noise (drawn once for the whole run, one stream per process) and the
table of availability into which outages are entered. What does not: when outages happen.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ecopark.calendar import Calendar
from ecopark.flows.columns import Columns
from ecopark.scenario.types import Park
from ecopark.streams import stream

_DAYS_PER_MONTH = 365.25 / 12


def draw_noise(park: Park, columns: Columns, calendar: Calendar, seed: int) -> NDArray[np.float64]:
    """Multiplicative noise of every process.

    Parameters
    ----------
    park : Park
    columns : Columns
    calendar : Calendar
    seed : int
        Run seed; each process draws from its own stream.

    Returns
    -------
    ndarray of float, shape (S, P), 1
        ``exp(s x - s^2 / 2)`` with x a stationary AR(1) of unit variance, s^2 = ln(1 + cv^2):
        mean one, coefficient of variation cv, autocorrelation `persistence` over one month.
        One everywhere for processes without noise.
    """
    noise = np.ones((calendar.segments, len(columns.processes)))
    noisy, spread, carry = [], [], []
    months = float(calendar.segment_days.mean()) / _DAYS_PER_MONTH
    for i, name in enumerate(columns.processes):
        firm, process = name.split(".")
        spec = park.firms[firm].processes[process].noise
        if spec is not None and spec.cv.value > 0.0 and not columns.process_is_feed[i]:
            noisy.append(i)
            spread.append(math.sqrt(math.log1p(spec.cv.value**2)))
            carry.append(spec.persistence.value**months)
    if not noisy:
        return noise
    shocks = np.column_stack(
        [stream(seed, columns.processes[i], "noise").standard_normal(calendar.segments) for i in noisy]
    )
    scale, phi = np.array(spread), np.array(carry)
    innovation = np.sqrt(1.0 - phi**2)
    _carry_on(shocks, phi, innovation)
    noise[:, noisy] = np.exp(scale * shocks - scale**2 / 2.0)
    return noise


@njit(cache=True)  # type: ignore[untyped-decorator]
def _carry_on(shocks: NDArray[np.float64], phi: NDArray[np.float64], innovation: NDArray[np.float64]) -> None:
    """Turn independent shocks into AR(1) paths, in place."""
    for k in range(1, shocks.shape[0]):
        for i in range(shocks.shape[1]):
            shocks[k, i] = phi[i] * shocks[k - 1, i] + innovation[i] * shocks[k, i]


def enter_outage(
    availability: NDArray[np.float64], column: int, start: float, end: float, calendar: Calendar
) -> None:
    """Subtract an outage from a process's availability, in place.

    Parameters
    ----------
    availability : ndarray of float, shape (S, P), 1
        Share of each segment in which each process is up.
    column : int
        Process.
    start, end : float
        Day numbers; an outage inside a segment counts by its share of time.
    calendar : Calendar
    """
    _subtract(availability, column, start, end, calendar.segment_bounds)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _subtract(
    availability: NDArray[np.float64], column: int, start: float, end: float, bounds: NDArray[np.int64]
) -> None:
    """Take the share of time an outage covers off every segment it touches."""
    segments = availability.shape[0]
    for k in range(max(int(np.searchsorted(bounds, start, side="right")) - 1, 0), segments):
        opens, closes = float(bounds[k]), float(bounds[k + 1])
        if opens >= end:
            break
        down = max(min(closes, end) - max(opens, start), 0.0) / (closes - opens)
        availability[k, column] = max(float(availability[k, column]) - down, 0.0)
