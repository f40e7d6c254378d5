"""Trust between two firms by the linear rule: rises with what was delivered, falls with what was broken.

What does not live here: trust from counted evidence (``reputation``), who trusts whom (``agents.bonds``).
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ecopark.calendar import DAYS_PER_YEAR

_Numbers = TypeVar("_Numbers", float, NDArray[np.float64])


def update_trust(trust: _Numbers, kept: _Numbers, gain: float, loss: float, years: _Numbers) -> _Numbers:
    """Trust after some time of delivering a share of what was promised.

    Parameters
    ----------
    trust : float or ndarray of float, shape (B,), 1
        Before, 0 to 1.
    kept : float or ndarray of float, shape (B,), 1
        Delivered over promised quantity, 0 to 1.
    gain, loss : float, 1/yr
        Speed towards full trust where all was kept, and towards none where nothing was.
    years : float or ndarray of float, shape (B,), yr
        Time passed.

    Returns
    -------
    float or ndarray of float, shape (B,), 1
        ``trust + (kept x gain x (1 - trust) - (1 - kept) x loss x trust) x years``, kept
        within 0 and 1.

    Examples
    --------
    >>> float(update_trust(0.5, 1.0, 0.1, 0.4, 1.0))
    0.55
    """
    change = kept * gain * (1.0 - trust) - (1.0 - kept) * loss * trust
    level: _Numbers = np.minimum(np.maximum(trust + change * years, 0.0), 1.0)
    return level


def break_trust(trust: float, loss: float) -> float:
    """Trust after a breach: the share `loss` of it is gone."""
    return trust * (1.0 - loss)


@njit(cache=True)  # type: ignore[untyped-decorator]
def mean_by_bond(
    bond: NDArray[np.int64], kept: NDArray[np.float64], years: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean over the exchanges of each pair of firms.

    Parameters
    ----------
    bond : ndarray of int, shape (L,), 1
        Pair of firms of each exchange.
    kept : ndarray of float, shape (L,), 1
    years : ndarray of float, shape (L,), yr

    Returns
    -------
    tuple of ndarray
        Bonds met (int), mean share kept, mean time in operation (yr), each of shape (met,).
    """
    order = np.argsort(bond, kind="mergesort")
    met, count = np.empty(bond.size, dtype=np.int64), np.zeros(bond.size)
    mean_kept, mean_years = np.zeros(bond.size), np.zeros(bond.size)
    found = 0
    for j in order:
        if found == 0 or met[found - 1] != bond[j]:
            met[found] = bond[j]
            found += 1
        count[found - 1] += 1.0
        mean_kept[found - 1] += kept[j]
        mean_years[found - 1] += years[j]
    return met[:found], mean_kept[:found] / count[:found], mean_years[:found] / count[:found]


@njit(cache=True)  # type: ignore[untyped-decorator]
def judge_deliveries(
    sent: NDArray[np.float64],
    promised: NDArray[np.float64],
    days: NDArray[np.float64],
    bond: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Share kept of what was promised, for the exchanges from which anything was due.

    Parameters
    ----------
    sent, promised : ndarray of float, shape (L,), unit
    days : ndarray of float, shape (L,), day
        Time each was in operation.
    bond : ndarray of int, shape (L,), 1
        Pair of firms of each.

    Returns
    -------
    tuple of ndarray
        Bond (int), share kept (at most one) and time in operation (yr), each of shape (due,).
    """
    of, kept, years = np.empty(sent.size, dtype=np.int64), np.empty(sent.size), np.empty(sent.size)
    due = 0
    for j in range(sent.size):
        if promised[j] > 0.0:
            of[due], kept[due] = bond[j], min(sent[j] / promised[j], 1.0)
            years[due] = days[j] / DAYS_PER_YEAR
            due += 1
    return of[:due], kept[:due], years[:due]


@njit(cache=True)  # type: ignore[untyped-decorator]
def judge_by_bond(
    sent: NDArray[np.float64],
    promised: NDArray[np.float64],
    days: NDArray[np.float64],
    bond: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Share kept of what was promised between each two firms: :func:`mean_by_bond` of :func:`judge_deliveries`.

    Parameters
    ----------
    sent, promised : ndarray of float, shape (L,), unit
    days : ndarray of float, shape (L,), day
        Time each was in operation.
    bond : ndarray of int, shape (L,), 1
        Pair of firms of each.

    Returns
    -------
    tuple of ndarray
        Bonds met (int), mean share kept, mean time in operation (yr), each of shape (met,).
    """
    due, kept, years = judge_deliveries(sent, promised, days, bond)
    met, mean_kept, mean_years = mean_by_bond(due, kept, years)
    return met, mean_kept, mean_years
