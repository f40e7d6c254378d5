"""Beta reputation: trust from counted evidence of kept and broken deliveries, and what others tell.

What lives here: the arithmetic on columns of evidence. What does not: who met whom (``agents.bonds``), the linear
rule of trust (``trust``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

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
    plain factor, so that it is one sparse product.
    """
    if not met.any():
        return np.zeros_like(evidence)
    count = int(firms.max()) + 1
    first, second = firms[met].T
    holder, subject = np.concatenate([second, first]), np.concatenate([first, second])
    # Both tables have entries at the same places, so these are put in order once.
    order = np.lexsort((subject, holder))
    starts = np.searchsorted(holder[order], np.arange(count + 1))

    def table(column: _Floats) -> csr_array:
        values = np.concatenate([column[met, 0], column[met, 1]])
        return csr_array((values[order], subject[order], starts), shape=(count, count))

    told = (table(trust) @ table(evidence)).tocsr()
    return np.column_stack([_read(told, firms[:, 1], firms[:, 0]), _read(told, firms[:, 0], firms[:, 1])])


def _read(table: csr_array, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> _Floats:
    """Entries of a sparse table; zero where nothing stands."""
    table.sum_duplicates()
    width = table.shape[1]
    where = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr)) * width + table.indices
    wanted = rows * width + columns
    place = np.minimum(np.searchsorted(where, wanted), max(where.size - 1, 0))
    if not where.size:
        return np.zeros(wanted.size)
    return np.where(where[place] == wanted, table.data[place], 0.0)
