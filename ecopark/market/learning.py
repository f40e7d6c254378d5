"""Learning from experience: expected deliveries and prices, and imitation of those who do better.

Pure functions of columns. What does not live here: whose experience it is (``agents.learning``), learning how to play
(``conduct``).
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Numbers = TypeVar("_Numbers", float, NDArray[np.float64])


def adapt(expected: _Numbers, seen: _Numbers, share: float, years: _Numbers) -> _Numbers:
    """Expectation after some time of seeing something else.

    Parameters
    ----------
    expected, seen : float or ndarray of float, shape (n,), any
    share : float, 1
        Of the gap closed within a year.
    years : float or ndarray of float, shape (n,), yr

    Returns
    -------
    float or ndarray of float, shape (n,), any
        ``expected + (1 - (1 - share) ** years) x (seen - expected)``.

    References
    ----------
    Nerlove (1958), Quarterly Journal of Economics 72:227, doi:10.2307/1880597 (adaptive expectations).

    Examples
    --------
    >>> adapt(0.9, 0.5, 0.5, 1.0)
    0.7
    """
    moved: _Numbers = expected + (1.0 - (1.0 - share) ** years) * (seen - expected)
    return moved


@njit(cache=True)  # type: ignore[untyped-decorator]
def adapt_some(
    which: NDArray[np.int64],
    seen: _Floats,
    share: float,
    years: _Floats,
    expected: _Floats,
    met: NDArray[np.bool_],
) -> None:
    """Some of many expectations after some time; see :func:`adapt`.

    Parameters
    ----------
    which : ndarray of int, shape (n,), 1
        Those about which something was seen, each once.
    seen : ndarray of float, shape (n,), any
    share : float, 1
    years : ndarray of float, shape (n,), yr
    expected : ndarray of float, shape (B,), any
        Changed in place.
    met : ndarray of bool, shape (B,), 1
        Set in place for those.
    """
    for k in range(which.size):
        one = which[k]
        expected[one] += (1.0 - (1.0 - share) ** years[k]) * (seen[k] - expected[one])
        met[one] = True


@njit(cache=True)  # type: ignore[untyped-decorator]
def adapt_path(path: _Floats, share: float, years: _Floats) -> _Floats:
    """Expected level of each column of a path, period by period.

    Parameters
    ----------
    path : ndarray of float, shape (T, N), any
        What is seen in each period.
    share : float, 1
        Of the gap closed within a year.
    years : ndarray of float, shape (T,), yr
        Length of each period.

    Returns
    -------
    ndarray of float, shape (T, N), any
        The first period is expected as it is seen.
    """
    expected = np.empty(path.shape)
    expected[0] = path[0]
    for period in range(path.shape[0]):
        closed = 1.0 - (1.0 - share) ** years[period]
        before = expected[max(period - 1, 0)]
        for column in range(path.shape[1]):
            expected[period, column] = before[column] + closed * (path[period, column] - before[column])
    return expected


@njit(cache=True)  # type: ignore[untyped-decorator]
def expect_of_strangers(
    firms: NDArray[np.int64], expected: _Floats, met: NDArray[np.bool_], start: float, count: int
) -> _Floats:
    """What each firm expects of a partner it does not know: the mean of those it knows.

    Parameters
    ----------
    firms : ndarray of int, shape (B, 2), 1
        The two firms of each bond.
    expected : ndarray of float, shape (B,), 1
        Expected deliveries within each bond.
    met : ndarray of bool, shape (B,), 1
        Bonds with any experience.
    start : float, 1
        Expectation of a firm without experience.
    count : int, 1
        Number of firms F.

    Returns
    -------
    ndarray of float, shape (F,), 1
    """
    times, total = np.zeros(count), np.zeros(count)
    for bond in range(met.size):
        if met[bond]:
            for firm in firms[bond]:
                times[firm] += 1.0
                total[firm] += expected[bond]
    for firm in range(count):
        total[firm] = total[firm] / times[firm] if times[firm] > 0.0 else start
    return total


def imitate(level: _Floats, success: _Floats, model: NDArray[np.int64], share: float) -> _Floats:
    """A trait after each firm has looked at one neighbour.

    Parameters
    ----------
    level : ndarray of float, shape (F,), 1
        Trait, such as openness, 0 to 1.
    success : ndarray of float, shape (F,), 1
        Payoff on a scale that firms share.
    model : ndarray of int, shape (F,), 1
        Neighbour each looks at; itself where it has none.
    share : float, 1
        Of the gap in the trait closed where the neighbour is ahead by the whole range of payoffs.

    Returns
    -------
    ndarray of float, shape (F,), 1
        ``level + share x max(success of neighbour - own, 0) / (largest - smallest success) x (level of
        neighbour - own)``.

    References
    ----------
    Schlag (1998), Journal of Economic Theory 78:130, doi:10.1006/jeth.1997.2347: never imitate one who does
    worse, and one who does better with a probability proportional to how much better; here its mean.
    """
    spread = float(np.ptp(success)) if success.size else 0.0
    if spread <= 0.0:
        return level.copy()
    ahead = np.maximum(success[model] - success, 0.0) / spread
    return np.asarray(level + share * ahead * (level[model] - level))
