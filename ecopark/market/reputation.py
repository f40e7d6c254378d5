"""Beta reputation: trust from counted evidence of kept and broken deliveries, and what others tell.

What lives here: the arithmetic on columns of evidence. What does not: who met whom (``agents.bonds``), the linear
rule of trust (``trust``).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


def beta_trust(kept: _Floats, broken: _Floats, prior: _Floats, weight: float) -> _Floats:
    """Expected share of promises kept, given evidence.

    Parameters
    ----------
    kept, broken : ndarray of float, shape (B,), 1
        Pieces of evidence for and against.
    prior : ndarray of float, shape (B,), 1
        Trust without any evidence, 0 to 1.
    weight : float, 1
        Pieces of evidence the prior counts for.

    Returns
    -------
    ndarray of float, shape (B,), 1
        ``(kept + weight x prior) / (kept + broken + weight)``; the prior where that is 0 / 0.

    References
    ----------
    Jøsang & Ismail (2002), The Beta Reputation System, 15th Bled Electronic Commerce Conference: there the prior
    is a half and its weight two, the mean (kept + 1) / (kept + broken + 2) of a beta distribution.

    Examples
    --------
    >>> float(beta_trust(np.array([8.0]), np.array([0.0]), np.array([0.5]), 2.0)[0])
    0.9
    """
    total = kept + broken + weight
    share = np.divide(kept + weight * prior, total, out=prior.copy(), where=total > 0.0)
    return np.asarray(share)


@njit(cache=True)  # type: ignore[untyped-decorator]
def trust_by_evidence(
    bonds: _Ints,
    kept: _Floats,
    broken: _Floats,
    told: _Floats,
    breach: _Floats,
    prior: _Floats,
    weight: float,
) -> _Floats:
    """Trust within some bonds, each way, by :func:`beta_trust`.

    Parameters
    ----------
    bonds : ndarray of int, shape (n,), 1
    kept, broken : ndarray of float, shape (B, 2), 1
        Evidence about the first firm held by the second, and about the second held by the first.
    told : ndarray of float, shape (2, B, 2), 1
        The same by hearsay: kept, broken.
    breach : ndarray of float, shape (2,), 1
        Evidence against to be added to each.
    prior : ndarray of float, shape (B,), 1
    weight : float, 1

    Returns
    -------
    ndarray of float, shape (n, 2), 1
    """
    trust = np.empty((bonds.size, 2))
    for row in range(bonds.size):
        for side in range(2):
            trust[row, side] = _believe(kept, broken, told, prior, weight, bonds[row], side, breach[side])
    return trust


@njit(cache=True)  # type: ignore[untyped-decorator]
def _believe(
    kept: _Floats,
    broken: _Floats,
    told: _Floats,
    prior: _Floats,
    weight: float,
    bond: int,
    side: int,
    breach: float,
) -> float:
    """Trust in one firm of a bond by the other."""
    good = kept[bond, side] + told[0, bond, side]
    bad = broken[bond, side] + told[1, bond, side] + breach
    total = good + bad + weight
    return float((good + weight * prior[bond]) / total if total > 0.0 else prior[bond])


@njit(cache=True)  # type: ignore[untyped-decorator]
def level_of_warier(
    bonds: _Ints,
    kept: _Floats,
    broken: _Floats,
    told: _Floats,
    prior: _Floats,
    weight: float,
    level: _Floats,
) -> None:
    """Trust of the warier of the two within some bonds; see :func:`trust_by_evidence`.

    Parameters
    ----------
    bonds : ndarray of int, shape (n,), 1
    kept, broken : ndarray of float, shape (B, 2), 1
    told : ndarray of float, shape (2, B, 2), 1
    prior : ndarray of float, shape (B,), 1
    weight : float, 1
    level : ndarray of float, shape (B,), 1
        Filled for those bonds.
    """
    for bond in bonds:
        first = _believe(kept, broken, told, prior, weight, bond, 0, 0.0)
        second = _believe(kept, broken, told, prior, weight, bond, 1, 0.0)
        level[bond] = min(first, second)


@njit(cache=True)  # type: ignore[untyped-decorator]
def enter_evidence(bonds: _Ints, share: _Floats, years: _Floats, kept: _Floats, broken: _Floats) -> None:
    """Count deliveries for and against both firms of each bond.

    Parameters
    ----------
    bonds : ndarray of int, shape (n,), 1
    share : ndarray of float, shape (n,), 1
        Kept of what was promised.
    years : ndarray of float, shape (n,), yr
    kept, broken : ndarray of float, shape (B, 2), 1
        Raised in place.
    """
    for row in range(bonds.size):
        for side in range(2):
            kept[bonds[row], side] += share[row] * years[row]
            broken[bonds[row], side] += (1.0 - share[row]) * years[row]


def forget(evidence: _Floats, factor: float, years: float) -> _Floats:
    """Evidence after some time.

    Parameters
    ----------
    evidence : ndarray of float, shape (B, 2), 1
    factor : float, 1
        What a year leaves: one forgets nothing, zero everything.
    years : float, yr

    Returns
    -------
    ndarray of float, shape (B, 2), 1
        ``evidence x factor ** years``, the forgetting factor of the beta reputation system.
    """
    return np.asarray(evidence * factor**years)


@njit(cache=True)  # type: ignore[untyped-decorator]
def hear_say(firms: _Ints, trust: _Floats, evidence: _Floats, met: NDArray[np.bool_]) -> _Floats:
    """Evidence that firms are told by partners they have in common with the one told about.

    Parameters
    ----------
    firms : ndarray of int, shape (B, 2), 1
        The two firms of each bond.
    trust : ndarray of float, shape (B, 2), 1
        In the first firm by the second, and in the second by the first.
    evidence : ndarray of float, shape (B, 2), 1
        About the first held by the second, and about the second held by the first.
    met : ndarray of bool, shape (B,), 1
        Bonds with evidence of their own: only partners tell, and only of partners.

    Returns
    -------
    ndarray of float, shape (B, 2), 1
        For listener h and subject a the sum over tellers k of ``trust of h in k x evidence of k about a``:
        testimony is discounted by trust in the teller.

    References
    ----------
    Jøsang & Ismail (2002), section on discounting of feedback by the provider's own reputation; taken here as a
    plain factor.
    """
    told, most, count = np.zeros(evidence.shape), 0, 0
    for bond in range(met.size):
        most = max(most, firms[bond, 0], firms[bond, 1])
        count += 2 if met[bond] else 0
    starts = np.zeros(most + 2, dtype=np.int64)
    for bond in range(met.size):
        for side in range(2 if met[bond] else 0):
            starts[firms[bond, side] + 1] += 1
    for firm in range(most + 1):
        starts[firm + 1] += starts[firm]
    # What each holder knows of each subject, those of one holder together and in order.
    subject, free = np.empty(count, dtype=np.int64), starts.copy()
    trusted, held = np.empty(count), np.empty(count)
    for bond in range(met.size):
        for side in range(2 if met[bond] else 0):
            about, holder = firms[bond, side], firms[bond, 1 - side]
            k = free[holder]
            free[holder] += 1
            # Bonds in rising order find their place at once.
            while k > starts[holder] and subject[k - 1] > about:
                subject[k], trusted[k], held[k] = subject[k - 1], trusted[k - 1], held[k - 1]
                k -= 1
            subject[k], trusted[k], held[k] = about, trust[bond, side], evidence[bond, side]
    _add_up(firms, starts, subject, trusted, held, told)
    return told


@njit(cache=True)  # type: ignore[untyped-decorator]
def _add_up(
    firms: _Ints, starts: _Ints, subject: _Ints, trust: _Floats, held: _Floats, told: _Floats
) -> None:
    """Fill what both of two firms are told of each other; partners of firm f stand from starts[f] on, in order."""
    for bond in range(firms.shape[0]):
        for side in range(2):
            about, listener = firms[bond, side], firms[bond, 1 - side]
            if starts[about] == starts[about + 1]:
                continue
            for k in range(starts[listener], starts[listener + 1]):
                teller = subject[k]
                row = subject[starts[teller] : starts[teller + 1]]
                place = np.searchsorted(row, about)
                if place < row.size and row[place] == about:
                    told[bond, side] += trust[k] * held[starts[teller] + place]
