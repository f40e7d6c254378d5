"""Stability of exchanges over time: how long they last, and how far two sets of links agree.

What lives here: the Kaplan-Meier estimate of contract survival and the Jaccard overlap of link sets, on
plain numbers and tables. What does not: reading durations off a run.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtri
from scipy.stats import CensoredData, ecdf

from ecopark.errors import DomainError


def kaplan_meier(duration: ArrayLike, ended: ArrayLike, *, confidence: float = 0.95) -> pd.DataFrame:
    """Estimate the survival of contracts when some still run at the end.

    Parameters
    ----------
    duration : array_like of float, shape (contracts,), any one unit of time
        Time from start to end, or to the end of observation. Finite, at least 0.
    ended : array_like of bool, shape (contracts,), 1
        True where the contract ended, False where it still ran (right-censored).
    confidence : float
        Level of the pointwise interval, between 0 and 1.

    Returns
    -------
    pandas.DataFrame, shape (distinct times at which a contract ended, 6)
        Columns: ``time`` (unit of `duration`), ``at_risk`` (int: contracts running just before), ``ended``
        (int), ``survival`` (1, 0 to 1), ``low`` and ``high`` (1: ends of the interval, nan where the
        survival is 0). The survival before the first row is 1. No rows if no contract ended.

    Raises
    ------
    DomainError
        If the lengths differ, there is no contract, a duration is negative or not finite, or the
        confidence is not between 0 and 1.

    Notes
    -----
    ``S(t) = prod_{t_i <= t} (1 - d_i / n_i)``, by ``scipy.stats.ecdf``; a contract censored at t is at risk
    at t. Interval of Greenwood on the log(-log) scale, which stays within 0 and 1. Assumes that
    being cut off says nothing about how long a contract would have lasted, which fails where a run
    ends in a crisis.

    References
    ----------
    Kaplan, E. L., Meier, P. (1958). Nonparametric estimation from incomplete observations. Journal of
    the American Statistical Association 53, 457-481. https://doi.org/10.1080/01621459.1958.10501452
    Kalbfleisch, J. D., Prentice, R. L. (2002). The Statistical Analysis of Failure Time Data, section
    1.4. https://doi.org/10.1002/9781118032985
    """
    time, event = np.asarray(duration, dtype=np.float64), np.asarray(ended, dtype=bool)
    if time.shape != event.shape or time.ndim != 1 or not time.size:
        raise DomainError(
            f"one duration and one mark per contract are needed, found {time.shape} and {event.shape}"
        )
    if not (np.isfinite(time) & (time >= 0.0)).all():
        raise DomainError("a duration is negative or not finite")
    if not 0.0 < confidence < 1.0:
        raise DomainError(f"confidence {confidence} is not between 0 and 1")
    sample = CensoredData.right_censored(time, ~event)
    when = np.unique(time[event])
    survival = np.asarray(ecdf(sample).sf.evaluate(when), dtype=np.float64)
    at_risk = time.size - np.searchsorted(np.sort(time), when)
    falls = np.searchsorted(np.sort(time[event]), when, side="right")
    count = np.diff(falls, prepend=0)
    low, high = _log_log_interval(survival, at_risk, count, confidence)
    return pd.DataFrame(
        {"time": when, "at_risk": at_risk, "ended": count, "survival": survival, "low": low, "high": high}
    )


def median_survival(table: pd.DataFrame) -> float:
    """Time by which half of the contracts have ended.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of :func:`kaplan_meier`.

    Returns
    -------
    float
        First time at which the survival is 0.5 or less, in the unit of the durations; inf where it
        never falls so far.
    """
    fallen = table.loc[table["survival"] <= 0.5 + 1e-12, "time"]
    return float(fallen.iloc[0]) if len(fallen) else np.inf


def jaccard(first: Iterable[Hashable], second: Iterable[Hashable]) -> float:
    """Jaccard overlap of two sets of links.

    Parameters
    ----------
    first, second : iterable of hashable
        Links, e.g. (giver, receiver) or (giver, receiver, resource). Repeats count once.

    Returns
    -------
    float
        Common links over links in either. Unit: 1; range 0 to 1; nan where both are empty. One minus it
        is the turnover between two dates.

    Notes
    -----
    A missed and an invented link weigh alike; against a record that is itself incomplete the value has a
    ceiling below 1. Direction and resource count only if they are part of the link.

    References
    ----------
    Jaccard, P. (1912). The distribution of the flora in the alpine zone. New Phytologist 11(2), 37-50.
    https://doi.org/10.1111/j.1469-8137.1912.tb05611.x
    """
    left, right = set(first), set(second)
    either = left | right
    return len(left & right) / len(either) if either else np.nan


def links_of(
    edges: pd.DataFrame, columns: Iterable[str] = ("from_firm", "to_firm")
) -> set[tuple[Hashable, ...]]:
    """Return the distinct links of a table, for :func:`jaccard`.

    Parameters
    ----------
    edges : pandas.DataFrame
        One row per exchange.
    columns : iterable of str
        Columns that make a link what it is.

    Returns
    -------
    set of tuple
        One tuple per distinct link.

    Raises
    ------
    DomainError
        If a column is missing.
    """
    wanted = list(columns)
    missing = [column for column in wanted if column not in edges.columns]
    if missing:
        raise DomainError(
            f"the edge list has no column {missing[0]!r}; it has {list(map(str, edges.columns))}"
        )
    return set(edges[wanted].itertuples(index=False, name=None))


def _log_log_interval(
    survival: np.ndarray, at_risk: np.ndarray, ended: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return Greenwood's interval on the log(-log) scale; nan where the survival is 0."""
    inside = (survival > 0.0) & (survival < 1.0)
    still = np.where(at_risk > ended, at_risk - ended, 1)
    variance = np.cumsum(ended / (at_risk * still))
    log = np.log(np.where(inside, survival, 0.5))
    reach = ndtri(0.5 + confidence / 2.0) * np.sqrt(variance) / np.abs(log)
    low = np.where(inside, survival ** np.exp(reach), np.nan)
    high = np.where(inside, survival ** np.exp(-reach), np.nan)
    return low, high
