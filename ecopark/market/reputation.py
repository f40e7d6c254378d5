"""Beta reputation: trust from counted evidence of kept and broken deliveries, and what others tell.

What lives here: the arithmetic on columns of evidence. What does not: who met whom (``agents.bonds``), the linear
rule of trust (``trust``).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Floats = NDArray[np.float64]


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
    bonds: NDArray[np.int64],
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
        bond = bonds[row]
        for side in range(2):
            good = kept[bond, side] + told[0, bond, side]
            bad = broken[bond, side] + told[1, bond, side] + breach[side]
            total = good + bad + weight
            trust[row, side] = (good + weight * prior[bond]) / total if total > 0.0 else prior[bond]
    return trust


@njit(cache=True)  # type: ignore[untyped-decorator]
def enter_evidence(
    bonds: NDArray[np.int64], share: _Floats, years: _Floats, kept: _Floats, broken: _Floats
) -> None:
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


def hear_say(firms: NDArray[np.int64], trust: _Floats, evidence: _Floats, met: NDArray[np.bool_]) -> _Floats:
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
    if not met.any():
        return np.zeros_like(evidence)
    first, second = firms[met].T
    holder, subject = np.concatenate([second, first]), np.concatenate([first, second])
    order = np.lexsort((subject, holder))
    starts = np.searchsorted(holder[order], np.arange(int(firms.max()) + 2))
    trusted, held = (table[met].T.ravel()[order] for table in (trust, evidence))
    told: _Floats = _add_up(firms, starts, subject[order], trusted, held)
    return told


@njit(cache=True)  # type: ignore[untyped-decorator]
def _add_up(
    firms: NDArray[np.int64],
    starts: NDArray[np.int64],
    subject: NDArray[np.int64],
    trust: _Floats,
    held: _Floats,
) -> _Floats:
    """What both of two firms are told of each other; partners of firm f stand from starts[f] on, in order."""
    told = np.zeros((firms.shape[0], 2))
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
    return told
