"""Statistics of replicates: intervals by bootstrap, paired differences, and when there are enough.

What lives here: functions of tables of runs. What does not: sensitivity to parameters (``sensitivity``).
All points share the luck of a replicate, so differences are taken replicate by replicate.

A finished run may have no value of an output: a density where nothing was ever exchanged. Such a run is no zero. It is
left out and counted as ``missing``, so a mean is one of the runs that have the value; a point of which no run has it
keeps its row.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ecopark.experiments.study import Stopping

_RESAMPLES = 2_000


def mean_interval(
    sample: NDArray[np.float64], confidence: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Bootstrap interval of a mean (bias-corrected and accelerated).

    Parameters
    ----------
    sample : ndarray of float, shape (n,), unit of the output
    confidence : float
    seed : int
        Of the resampling: the same sample gives the same interval.

    Returns
    -------
    tuple of float
        Low and high; both missing for fewer than two values, or where one is infinite.

    Notes
    -----
    ``scipy.stats.bootstrap`` with 2,000 resamples. With fewer than about eight replicates the interval
    is too narrow, as every bootstrap is.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, doi:10.1201/9780429246593.

    Examples
    --------
    >>> mean_interval(np.array([3.0, 3.0, 3.0]))
    (3.0, 3.0)
    """
    if sample.size < 2 or not np.isfinite(sample).all():
        return float("nan"), float("nan")
    if np.ptp(sample) == 0.0:
        return float(sample[0]), float(sample[0])
    found = stats.bootstrap(
        (sample,), np.mean, confidence_level=confidence, n_resamples=_RESAMPLES, method="BCa",
        rng=np.random.default_rng(seed),
    ).confidence_interval  # fmt: skip
    return float(found.low), float(found.high)


def compare_points(
    runs: pd.DataFrame, outputs: list[str], against: int = 0, confidence: float = 0.95
) -> pd.DataFrame:
    """Differences of every point to one of them, replicate by replicate.

    Parameters
    ----------
    runs : pandas.DataFrame
        One row per run with ``point``, ``replicate`` and the outputs.
    outputs : list of str
    against : int
        Point that is subtracted.
    confidence : float

    Returns
    -------
    pandas.DataFrame
        ``point``, ``output``, ``base`` (mean of the point subtracted), ``mean`` difference, ``low`` and
        ``high`` of its interval, ``replicates`` that both points have a value of, ``same_sign``, the share of
        these whose difference has the sign of the mean, and ``missing``, the pairs of finished runs of which one or
        both have no value.
    """
    rows = []
    finished = {point: {*part} for point, part in runs.groupby("point")["replicate"]}
    for output in outputs:
        # pivot_table would drop a point without any value.
        table = runs.pivot(index="replicate", columns="point", values=output)  # noqa: PD010
        if against not in table:
            continue
        for point in sorted({*table.columns} - {against}):
            both = table[[against, point]].dropna()
            pairs = finished[against] & finished[point]
            difference = (both[point] - both[against]).to_numpy(dtype=np.float64)
            low, high = mean_interval(difference, confidence)
            mean = float(difference.mean()) if difference.size else float("nan")
            same = float((np.sign(difference) == np.sign(mean)).mean()) if difference.size else float("nan")
            base = float(both[against].mean())
            missing = len(pairs) - difference.size
            rows.append((point, output, base, mean, low, high, difference.size, same, missing))
    names = ["point", "output", "base", "mean", "low", "high", "replicates", "same_sign", "missing"]
    return pd.DataFrame(rows, columns=names)


def describe_points(runs: pd.DataFrame, outputs: list[str], confidence: float = 0.95) -> pd.DataFrame:
    """Mean of every point with its interval.

    Parameters
    ----------
    runs : pandas.DataFrame
        One row per run with ``point`` and the outputs.
    outputs : list of str
    confidence : float

    Returns
    -------
    pandas.DataFrame
        ``point``, ``output``, ``mean``, ``low``, ``high``, ``sd``, ``replicates`` that have a value, ``missing``
        finished ones that have none.
    """
    rows = []
    for output in outputs:
        for point, values in runs.groupby("point")[output]:
            sample = values.dropna().to_numpy(dtype=np.float64)
            low, high = mean_interval(sample, confidence)
            spread = float(sample.std(ddof=1)) if sample.size > 1 else float("nan")
            mean = float(sample.mean()) if sample.size else float("nan")
            missing = len(values) - sample.size
            rows.append((point, output, mean, low, high, spread, sample.size, missing))
    names = ["point", "output", "mean", "low", "high", "sd", "replicates", "missing"]
    return pd.DataFrame(rows, columns=names)


def is_precise(runs: pd.DataFrame, rule: Stopping) -> bool:
    """Whether the interval of the watched output is narrow enough at every point.

    Parameters
    ----------
    runs : pandas.DataFrame
        One row per run with ``point``, ``replicate`` and the output.
    rule : Stopping

    Returns
    -------
    bool
        A point with fewer than two values is not precise. A share is of the mean of the point, or of
        the mean difference.
    """
    compare = compare_points if rule.of == "difference" else describe_points
    table = compare(runs, [rule.output], confidence=rule.confidence)
    if table.empty:
        return False
    half = (table["high"] - table["low"]) / 2.0
    allowed = rule.half_width * table["mean"].abs() if rule.relative else rule.half_width
    return bool((half <= allowed).all())
