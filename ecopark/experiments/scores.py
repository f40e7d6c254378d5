"""How far a run agrees with a record: which links, in what order, how many when, how much.

What lives here: measures of plain sets, years and counts, each checkable by hand. What does not: reading
a record (``record``), what chance would reach (``baselines``).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Set
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import kendalltau

from ecopark.errors import DomainError


class Overlap(NamedTuple):
    """Agreement of two sets.

    Attributes
    ----------
    precision : float
        Share of what was found that was wanted; nan where nothing was found.
    recall : float
        Share of what was wanted that was found; nan where nothing was wanted.
    f1 : float
        Harmonic mean of both, 0 where they have nothing in common; nan where both sets are empty.
    """

    precision: float
    recall: float
    f1: float


def score_overlap(found: Set[Hashable], wanted: Set[Hashable]) -> Overlap:
    """Precision, recall and F1 of a set against a record.

    Parameters
    ----------
    found, wanted : set of hashable
        Links made and links recorded.

    Returns
    -------
    Overlap

    Notes
    -----
    With tp links in both, ``precision = tp / |found|``, ``recall = tp / |wanted|``,
    ``f1 = 2 tp / (|found| + |wanted|)``. A link the record lacks counts as wrong even if it existed and
    was never written down: precision is a lower bound where a record has gaps.

    References
    ----------
    van Rijsbergen, C. J. (1979). Information Retrieval, 2nd edition, chapter 7. Butterworths.

    Examples
    --------
    >>> score_overlap({"a", "b", "c"}, {"b", "c", "d", "e"})
    Overlap(precision=0.6666666666666666, recall=0.5, f1=0.5714285714285714)
    """
    both = len(found & wanted)
    sizes = len(found) + len(wanted)
    return Overlap(
        both / len(found) if found else float("nan"),
        both / len(wanted) if wanted else float("nan"),
        2.0 * both / sizes if sizes else float("nan"),
    )


def score_order(found: Mapping[Any, float], wanted: Mapping[Any, float]) -> float:
    """Kendall's tau-b of the start years of links that are in both.

    Parameters
    ----------
    found, wanted : mapping of hashable to float, yr
        Start year by link.

    Returns
    -------
    float
        -1 to 1; nan with fewer than two links in common, or where either has one year for all of them.

    Notes
    -----
    ``scipy.stats.kendalltau``, which corrects for ties. Links found in only one of the two say nothing
    here: a run that makes two of twenty links in the right order scores 1, so read it beside recall.

    References
    ----------
    Kendall, M. G. (1945). The treatment of ties in ranking problems. Biometrika 33, 239-251.
    https://doi.org/10.1093/biomet/33.3.239

    Examples
    --------
    >>> round(score_order({"a": 1961, "b": 1979, "c": 1970}, {"a": 1961, "b": 1972, "c": 1973}), 6)
    0.333333
    """
    common = [link for link in wanted if link in found]
    years = np.array([(found[link], wanted[link]) for link in common], dtype=np.float64).reshape(-1, 2)
    # Without two different years on each side the coefficient is not defined.
    if len(common) < 2 or (np.ptp(years, axis=0) == 0.0).any():
        return float("nan")
    return float(kendalltau(years[:, 0], years[:, 1]).statistic)


def count_by_year(starts: Iterable[float], years: ArrayLike) -> NDArray[np.float64]:
    """Number of starts up to and including each year.

    Parameters
    ----------
    starts : iterable of float, yr
    years : array_like of float, shape (T,), yr

    Returns
    -------
    ndarray of float, shape (T,), 1

    Examples
    --------
    >>> count_by_year([1961, 1961, 1972], [1960, 1961, 1972]).tolist()
    [0.0, 2.0, 3.0]
    """
    return np.searchsorted(np.sort(np.array(list(starts), dtype=np.float64)), years, side="right").astype(
        np.float64
    )


def curve_distance(found: ArrayLike, wanted: ArrayLike) -> float:
    """Root mean square distance of two curves of counts.

    Parameters
    ----------
    found, wanted : array_like of float, shape (T,), 1

    Returns
    -------
    float
        In the unit of the curves, 0 where they are equal.

    Raises
    ------
    DomainError
        If the curves differ in length or are empty.
    """
    one, other = np.asarray(found, dtype=np.float64), np.asarray(wanted, dtype=np.float64)
    if one.shape != other.shape or not one.size:
        raise DomainError(f"two curves over the same years are needed, found {one.shape} and {other.shape}")
    return float(np.sqrt(np.mean((one - other) ** 2)))


def share_inside(curve: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Share of points of a curve within a band, its edges included.

    Parameters
    ----------
    curve, low, high : array_like of float, shape (T,), 1

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    DomainError
        If the three differ in length or are empty.
    """
    middle, below, above = (np.asarray(line, dtype=np.float64) for line in (curve, low, high))
    if not middle.shape == below.shape == above.shape or not middle.size:
        raise DomainError("a curve and both edges of its band need the same years")
    return float(((below <= middle) & (middle <= above)).mean())


def band(values: ArrayLike, share: float = 0.9) -> tuple[float, float, float]:
    """Median of a sample and the ends of its central part.

    Parameters
    ----------
    values : array_like of float, shape (n,), any unit
        What is not a number is left out.
    share : float
        Of the sample between the ends, between 0 and 1.

    Returns
    -------
    tuple of float
        Low end, median, high end; nan where no number is left.

    Raises
    ------
    DomainError
        If the share is not between 0 and 1.

    Examples
    --------
    >>> [round(end, 6) for end in band([0.0, 10.0, 20.0, 30.0, 40.0], 0.5)]
    [10.0, 20.0, 30.0]
    """
    if not 0.0 < share < 1.0:
        raise DomainError(f"the share of a band lies between 0 and 1, found {share}")
    sample = np.asarray(values, dtype=np.float64)
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        return float("nan"), float("nan"), float("nan")
    ends = np.quantile(sample, [(1.0 - share) / 2.0, 0.5, (1.0 + share) / 2.0])
    return float(ends[0]), float(ends[1]), float(ends[2])
