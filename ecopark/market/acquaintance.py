"""Who knows whom: chances and hazards of two firms getting acquainted, and what not knowing costs.

What lives here: pure formulas over pairs of firms. What does not: the network itself and its draws
(``agents.acquaintance``), trust (``trust``).

A chance of meeting on one occasion is turned into a hazard, so that chance meetings, introductions and
meetings of a sector all add up in one number per two firms, which is compared with one exponential
threshold per two firms. A change anywhere else therefore changes no other two firms' luck.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Floats = NDArray[np.float64]


def hazard_of_chance(chance: float) -> float:
    """Hazard that has the same effect as one occasion with a chance.

    Parameters
    ----------
    chance : float, 1
        0 to 1.

    Returns
    -------
    float, 1
        ``-ln(1 - chance)``; infinite for certainty.

    Examples
    --------
    >>> round(hazard_of_chance(0.5), 6)
    0.693147
    """
    return math.inf if chance >= 1.0 else -math.log1p(-chance)


def chance_at_start(
    distance_km: _Floats, reach_km: float, same_sector: NDArray[np.bool_], near: float, sector: float
) -> _Floats:
    """Chance that two firms know each other when the run begins.

    Parameters
    ----------
    distance_km : ndarray of float, shape (E,), km
    reach_km : float, km
        Distance at which the chance by neighbourhood is half that of next-door neighbours; the kernel is
        that of discovery.
    same_sector : ndarray of bool, shape (E,), 1
    near : float, 1
        Chance of next-door neighbours of different sectors.
    sector : float, 1
        Chance of two firms of one sector, however far apart.

    Returns
    -------
    ndarray of float, shape (E,), 1
        ``1 - (1 - near / (1 + d / reach)) x (1 - sector x same)``: either way is enough.
    """
    kernel = 1.0 / (1.0 + distance_km / reach_km)
    return np.asarray(1.0 - (1.0 - near * kernel) * (1.0 - sector * same_sector))


def contact_hazard(
    distance_km: _Floats, reach_km: float, meeting: float, introduction: float, common: _Floats
) -> _Floats:
    """Hazard that two firms get acquainted.

    Parameters
    ----------
    distance_km : ndarray of float, shape (E,), km
    reach_km : float, km
    meeting : float, 1/day
        Chance meetings of next-door neighbours.
    introduction : float, 1/day
        By each common acquaintance.
    common : ndarray of float, shape (E,), 1
        Common acquaintances.

    Returns
    -------
    ndarray of float, shape (E,), 1/day
        ``meeting / (1 + d / reach) + introduction x common``. Closure of triangles is the rule of
        Jin, Girvan & Newman (2001), Physical Review E 64:046132, doi:10.1103/PhysRevE.64.046132, with
        distance in place of their uniform chance.
    """
    return np.asarray(meeting / (1.0 + distance_km / reach_km) + introduction * common)


@njit(cache=True)  # type: ignore[untyped-decorator]
def let_meet(
    there: NDArray[np.bool_],
    hazard: _Floats,
    days: float,
    gathered: _Floats,
    threshold: _Floats,
    known: NDArray[np.bool_],
) -> None:
    """Firms that are there may get acquainted for some days.

    Parameters
    ----------
    there : ndarray of bool, shape (E,), 1
        Whether both firms are.
    hazard : ndarray of float, shape (E,), 1/day
    days : float, day
    gathered : ndarray of float, shape (E,), 1
        Hazard gathered so far; raised in place.
    threshold : ndarray of float, shape (E,), 1
        At which two firms know each other.
    known : ndarray of bool, shape (E,), 1
        Set in place; nobody is forgotten.
    """
    for row in range(gathered.size):
        if there[row]:
            gathered[row] += hazard[row] * days
        if gathered[row] >= threshold[row]:
            known[row] = True


@njit(cache=True)  # type: ignore[untyped-decorator]
def weigh_information(
    known: NDArray[np.bool_], row: NDArray[np.int64], served: NDArray[np.bool_], level: float, stranger: float
) -> _Floats:
    """Factor on the hazard that each pair is noticed.

    Parameters
    ----------
    known : ndarray of bool, shape (E,), 1
        Whether two firms know each other.
    row : ndarray of int, shape (K,), 1
        The two firms of each pair.
    served : ndarray of bool, shape (K,), 1
        Pairs that a facilitator serves, who knows both.
    level : float, 1
        Of information the facilitator gives to those.
    stranger : float, 1
        Factor for those who do not know each other.

    Returns
    -------
    ndarray of float, shape (K,), 1
    """
    factor = np.empty(row.size)
    for pair in range(row.size):
        if served[pair]:
            factor[pair] = level
        else:
            factor[pair] = 1.0 if known[row[pair]] else stranger
    return factor


def count_common(ends: NDArray[np.int64], known: NDArray[np.bool_], firms: int) -> _Floats:
    """Common acquaintances of two firms each.

    Parameters
    ----------
    ends : ndarray of int, shape (E, 2), 1
        The two firms, all different pairs.
    known : ndarray of bool, shape (E,), 1
        Whether they know each other.
    firms : int, 1

    Returns
    -------
    ndarray of float, shape (E,), 1
        Firms that know both.
    """
    first, second = ends[known].T
    one, other = np.concatenate([first, second]), np.concatenate([second, first])
    order = np.argsort(one, kind="stable")
    starts = np.searchsorted(one[order], np.arange(firms + 1))
    common: _Floats = _count_friends(ends, starts, other[order])
    return common


@njit(cache=True)  # type: ignore[untyped-decorator]
def _count_friends(ends: NDArray[np.int64], starts: NDArray[np.int64], friends: NDArray[np.int64]) -> _Floats:
    """Friends that two firms each have in common; those of firm f stand from starts[f] on."""
    common = np.zeros(ends.shape[0])
    knows = np.full(starts.size, -1)
    last = -1
    for row in range(ends.shape[0]):
        first, second = ends[row]
        if first != last:
            last = first
            for friend in friends[starts[first] : starts[first + 1]]:
                knows[friend] = first
        for friend in friends[starts[second] : starts[second + 1]]:
            if knows[friend] == first:
                common[row] += 1.0
    return common


def chance_of_missing_data(
    loss: float, acquainted: bool, less: float, trust: float, platform: float, practitioner: float
) -> float:
    """Chance that a screening fails for want of data.

    Parameters
    ----------
    loss : float, 1
        Between strangers without trust and help, 0 to 1.
    acquainted : bool
        Whether the two firms know each other.
    less : float, 1
        Factor if they do.
    trust : float, 1
        Between them.
    platform, practitioner : float, 1
        Factors of a platform both use and of a practitioner who carries the idea; 1 without.

    Returns
    -------
    float, 1
        ``loss x less (if acquainted) x (1 - trust) x platform x practitioner``.
    """
    known = less if acquainted else 1.0
    return loss * known * (1.0 - trust) * platform * practitioner


def narrow_opening(opening: float, reservation: float, share: float) -> float:
    """Opening position of a party that has been told part of what the other's limit really is.

    Parameters
    ----------
    opening : float, money/unit
        What it took the other's reservation price to be.
    reservation : float, money/unit
        What that is.
    share : float, 1
        Part of the error that the data take away, 0 to 1.

    Returns
    -------
    float, money/unit
    """
    return opening + share * (reservation - opening)
