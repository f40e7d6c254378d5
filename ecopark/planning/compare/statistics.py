"""Paired differences that are clear: sign flips, and how many false ones to expect among many.

What lives here: functions of tables of runs that share their luck pair by pair. What does not: what is
compared (``tables``), sentences (``report.compare_sentences``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ecopark.experiments.statistics import mean_interval

RATE = 0.05
"""Share of false ones allowed among the differences that a table calls clear."""
_FLIPS = 19_999
_EXACT_PAIRS = 14
_SEED = 20_26

_Floats = NDArray[np.float64]


def sign_flip_p(differences: _Floats) -> _Floats:
    """Chance of a mean difference as large as the one found if either sign were as likely, pair by pair.

    Parameters
    ----------
    differences : ndarray of float, shape (rows, pairs), unit of each row
        Missing where a pair lacks a value; such a pair does not count.

    Returns
    -------
    ndarray of float, shape (rows,), 1
        Two-sided. Exact up to 14 pairs, from 19,999 random flips beyond; the same for the same numbers.

    Notes
    -----
    The test of Fisher's randomisation: given the sizes of the differences, each sign is as likely as the
    other if the alternatives do not differ. It needs no distribution, only that symmetry.

    References
    ----------
    Ernst (2004), Permutation methods: a basis for exact inference, Statistical Science 19(4), 676-685,
    doi:10.1214/088342304000000396.

    Examples
    --------
    >>> sign_flip_p(np.array([[1.0, 1.0, 1.0, 1.0, 1.0, 1.0]])).tolist()
    [0.03125]
    """
    known = np.nan_to_num(differences)
    rows, pairs = known.shape
    if not rows or not pairs:
        return np.ones(rows)
    exact = pairs <= _EXACT_PAIRS
    if exact:
        flips = 1.0 - 2.0 * ((np.arange(2**pairs)[:, None] >> np.arange(pairs)) & 1)
    else:
        flips = np.random.default_rng(_SEED).choice([-1.0, 1.0], (_FLIPS, pairs))
    found = np.abs(known.sum(axis=1))
    # The sums are of the same numbers in another order: what differs by rounding only is as large.
    allowed = found - 1e-9 * np.abs(known).sum(axis=1)
    larger = np.array(
        [np.count_nonzero(np.abs(flips @ row) >= least) for row, least in zip(known, allowed, strict=True)]
    )
    chance = larger / flips.shape[0] if exact else (larger + 1.0) / (flips.shape[0] + 1.0)
    return np.asarray(chance, dtype=np.float64)


def correct_for_many(chances: _Floats, differences: _Floats) -> _Floats:
    """Chances corrected for the number of differences asked about (Benjamini-Hochberg).

    Parameters
    ----------
    chances : ndarray of float, shape (rows,), 1
        Of :func:`sign_flip_p`.
    differences : ndarray of float, shape (rows, pairs), unit of each row

    Returns
    -------
    ndarray of float, shape (rows,), 1
        Calling clear what is at most 0.05 keeps the expected share of false ones among them below 5 %. Missing
        where so few pairs differ at all that no order of signs could be called clear: such rows, known
        by the sizes of their differences alone, are no questions asked.

    References
    ----------
    Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57(1), 289-300, doi:10.1111/j.2517-6161.1995.tb02031.x;
    Gilbert (2005), J. R. Stat. Soc. C 54(1), 143-158, doi:10.1111/j.1467-9876.2005.00475.x, for leaving out
    what cannot be found.
    """
    differing = (np.nan_to_num(differences) != 0.0).sum(axis=1)
    asked = 2.0 ** (1.0 - differing) <= RATE
    corrected = np.full(chances.size, np.nan)
    if asked.any():
        corrected[asked] = stats.false_discovery_control(chances[asked], method="bh")
    return corrected


def paired_table(base: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Differences of two alternatives, row by row, each over the same replicates.

    Parameters
    ----------
    base, other : pandas.DataFrame
        The same index, one column per replicate; a column that one of them lacks is left out.

    Returns
    -------
    pandas.DataFrame
        On the same index: ``base, other`` (means), ``difference``, ``low, high`` (95 % bootstrap interval,
        missing for fewer than two pairs), ``pairs``, ``same_sign`` (pairs whose difference has the sign of the mean),
        ``chance`` (of :func:`sign_flip_p`), ``corrected`` (of :func:`correct_for_many`, over this table) and
        ``clear``: corrected chance at most 5 % and an interval that does not hold zero.
    """
    both = base.columns.intersection(other.columns)
    first = base[both].to_numpy(dtype=np.float64)
    second = other.reindex(base.index)[both].to_numpy(dtype=np.float64)
    change = second - first
    pairs = np.isfinite(change).sum(axis=1)
    means = [_mean(values, change) for values in (first, second, change)]
    ends = np.array([mean_interval(row[np.isfinite(row)]) for row in change]).reshape(-1, 2)
    same = np.array(
        [np.count_nonzero(np.sign(row) == np.sign(mean)) for row, mean in zip(change, means[2], strict=True)],
        dtype=np.int64,
    )
    chance = sign_flip_p(change)
    corrected = correct_for_many(chance, change)
    beyond = (ends[:, 0] > 0.0) | (ends[:, 1] < 0.0)
    return pd.DataFrame(
        {
            "base": means[0],
            "other": means[1],
            "difference": means[2],
            "low": ends[:, 0],
            "high": ends[:, 1],
            "pairs": pairs,
            "same_sign": same,
            "chance": chance,
            "corrected": corrected,
            "clear": (np.nan_to_num(corrected, nan=1.0) <= RATE) & beyond,
        },
        index=base.index,
    )


def _mean(values: _Floats, change: _Floats) -> _Floats:
    """Means over the pairs both alternatives have. ndarray of float, shape (rows,), unit of the rows."""
    there = np.isfinite(change)
    count = there.sum(axis=1)
    total = np.where(there, values, 0.0).sum(axis=1)
    mean: _Floats = np.divide(total, count, out=np.full(count.size, np.nan), where=count > 0)
    return mean
