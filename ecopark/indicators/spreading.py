"""Failures that spread: which firms fall when their suppliers fall, and how tolerant they must be.

What lives here: the threshold cascade along supplies and the smallest tolerance that contains it, on
a plain edge list. What does not: the loss of the first closure alone
(:mod:`~ecopark.indicators.resilience`) and any renegotiation, which needs the model.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ecopark.errors import DomainError
from ecopark.indicators.edgelist import ParkGraph, read_edges, weighted_count


def cascade(
    edges: pd.DataFrame,
    closed: Iterable[Hashable],
    tolerance: float,
    *,
    source: str = "from_firm",
    target: str = "to_firm",
    weight: str | None = None,
) -> pd.Series:
    """Follow a supply failure through the network.

    Parameters
    ----------
    edges : pandas.DataFrame
        One row per exchange.
    closed : iterable of hashable
        Nodes that fail first.
    tolerance : float
        Share of its received exchanges a node can lose and go on; 0 to 1.
    source, target : str
        Columns with the name of the giver and of the receiver.
    weight : str, optional
        Column with the quantity of each exchange; without it each exchange counts 1.

    Returns
    -------
    pandas.Series of int, shape (nodes,), 1
        Index: node, sorted as text. Round in which the node fails: 0 for those of `closed`, -1 for those
        that stand.

    Raises
    ------
    DomainError
        If the table cannot be read as a graph, a closed node is not in it, or the tolerance is outside
        0 to 1.

    Notes
    -----
    A node fails once the share of its received exchanges that came from failed givers exceeds the
    tolerance; nodes that receive nothing fail only if closed. The threshold rule of Watts (2002),
    directed and weighted; what a failed giver's partners could buy elsewhere is left out. Not the
    overload model of Zeng, Xiao and Li (2013), in which load moves to neighbours.

    References
    ----------
    Watts, D. J. (2002). A simple model of global cascades on random networks. PNAS 99(9), 5766-5771.
    https://doi.org/10.1073/pnas.082090499
    Zeng, Y., Xiao, R., Li, X. (2013). A resilience approach to symbiosis networks of ecoindustrial
    parks based on cascading failure model. Mathematical Problems in Engineering, 372368.
    https://doi.org/10.1155/2013/372368
    """
    if not 0.0 <= tolerance <= 1.0:
        raise DomainError(f"tolerance {tolerance} is not between 0 and 1")
    park = read_edges(edges, source=source, target=target, weight=weight)
    failed = set(closed)
    unknown = sorted(failed - set(park.names), key=str)
    if unknown:
        raise DomainError(f"{unknown[0]!r} is closed but has no link in the network")
    first = np.array([name in failed for name in park.names], dtype=bool)
    rounds = _spread(_supply_shares(park), first[:, None], tolerance)[:, 0]
    return pd.Series(rounds, index=pd.Index(park.names, name="node", tupleize_cols=False), name="round")


def cascade_threshold(
    edges: pd.DataFrame,
    *,
    limit: float = 0.5,
    source: str = "from_firm",
    target: str = "to_firm",
    weight: str | None = None,
) -> float:
    """Find the smallest tolerance at which no single closure takes down more than a share of the nodes.

    Parameters
    ----------
    edges : pandas.DataFrame
        One row per exchange.
    limit : float
        Share of all nodes, the first one included, that a cascade may take; 0 to 1.
    source, target : str
        Columns with the name of the giver and of the receiver.
    weight : str, optional
        Column with the quantity of each exchange; without it each exchange counts 1.

    Returns
    -------
    float
        Unit: 1; range 0 to 1, to within 1e-6; 0 where no cascade is that large, nan where even a single
        closure is more than `limit` of the nodes.

    Raises
    ------
    DomainError
        If the table cannot be read as a graph or the limit is outside 0 to 1.

    Notes
    -----
    Cascade rule of :func:`cascade`. The worst cascade never grows with the tolerance, so the threshold
    is found by bisection. The lower it is, the more forgiving the network's structure.
    """
    if not 0.0 <= limit <= 1.0:
        raise DomainError(f"limit {limit} is not between 0 and 1")
    park = read_edges(edges, source=source, target=target, weight=weight)
    if park.nodes * limit < 1.0:
        return np.nan
    shares, first = _supply_shares(park), np.eye(park.nodes, dtype=bool)

    def too_large(closures: NDArray[np.int64], tolerance: float) -> NDArray[np.int64]:
        taken = (_spread(shares, first[:, closures], tolerance) >= 0).sum(axis=0)
        return np.asarray(closures[taken > limit * park.nodes + 1e-9])

    low, high = 0.0, 1.0
    worst = too_large(np.arange(park.nodes), low)
    if not worst.size:
        return low
    while high - low > 1e-6:
        middle = (low + high) / 2.0
        # What is contained at one tolerance is contained at any higher one: only the worst are asked again.
        still = too_large(worst, middle)
        low, high, worst = (middle, high, still) if still.size else (low, middle, worst)
    return high


def _supply_shares(park: ParkGraph) -> csr_array:
    """Return the share of each receiver's exchanges that comes from each giver, shape (receiver, giver)."""
    load = park.load
    received = weighted_count(park.target, load, park.nodes)[park.target]
    share = np.divide(load, received, out=np.zeros_like(load), where=received > 0.0)
    return csr_array((share, (park.target, park.origin)), shape=(park.nodes, park.nodes))


def _spread(shares: csr_array, first: NDArray[np.bool_], tolerance: float) -> NDArray[np.int64]:
    """Return the round in which each node fails, -1 if never; one column per set of first failures."""
    rounds = np.where(first, 0, -1)
    for step in range(1, first.shape[0] + 1):
        lost = shares @ (rounds >= 0).astype(np.float64)
        # The margin keeps a loss of exactly the tolerance from failing a node by a rounding error.
        falling = (lost > tolerance + 1e-12) & (rounds < 0)
        if not falling.any():
            break
        rounds[falling] = step
    return rounds
