"""Static resilience of a park network: what a loss of firms takes with it, before anyone renegotiates.

What lives here: loss per removed node, random against targeted removal, dependence on single
suppliers; all on a plain edge list. What does not: failures that spread
(:mod:`~ecopark.indicators.spreading`) and recovery, which needs the model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from ecopark.errors import DomainError
from ecopark.indicators.edgelist import ParkGraph, read_edges, weighted_count

RemovalOrder = Literal["degree", "betweenness", "random"]


def removal_loss(
    edges: pd.DataFrame,
    *,
    source: str = "from_firm",
    target: str = "to_firm",
    weight: str | None = None,
) -> pd.DataFrame:
    """Compute what the network loses if one node closes, for each node.

    Parameters
    ----------
    edges : pandas.DataFrame
        One row per exchange.
    source, target : str
        Columns with the name of the giver and of the receiver.
    weight : str, optional
        Column with the quantity of each exchange, all in one unit; without it each exchange counts 1.

    Returns
    -------
    pandas.DataFrame, shape (nodes, 5)
        Index: node, sorted as text. Columns: ``exchanges_lost`` (int), ``share_lost`` (1, 0 to 1: share
        of all exchanges, by weight if given), ``stranded`` (int: other nodes left without any partner),
        ``components_added`` (int: pieces among the remaining nodes beyond those before, not below -1),
        ``giant_component_share`` (1: largest piece over the number of nodes before).

    Raises
    ------
    DomainError
        If the table cannot be read as a graph.

    Notes
    -----
    Node vulnerability by removal as in Chopra and Khanna (2014); static, so an upper bound of the loss
    where firms find other partners and a lower bound where failure spreads
    (:func:`~ecopark.indicators.spreading.cascade`).

    References
    ----------
    Chopra, S. S., Khanna, V. (2014). Understanding resilience in industrial symbiosis networks:
    insights from network analysis. Journal of Environmental Management 141, 86-94.
    https://doi.org/10.1016/j.jenvman.2013.12.038
    """
    park = read_edges(edges, source=source, target=target, weight=weight)
    load = park.load
    # No node gives to itself, so the links that leave and those that enter a node are disjoint.
    rows_lost = np.bincount(park.origin, park.rows, park.nodes) + np.bincount(
        park.target, park.rows, park.nodes
    )
    lost = weighted_count(park.origin, load, park.nodes) + weighted_count(park.target, load, park.nodes)
    whole = nx.number_connected_components(park.undirected)
    pieces = [_pieces(park, np.arange(park.nodes) != i) for i in range(park.nodes)]
    return pd.DataFrame(
        {
            "exchanges_lost": rows_lost.astype(np.int64),
            "share_lost": lost / load.sum() if load.sum() > 0.0 else np.full(park.nodes, np.nan),
            "stranded": np.array([_leaves(park, i) for i in range(park.nodes)], dtype=np.int64),
            "components_added": np.array([sizes.size - whole for sizes in pieces], dtype=np.int64),
            "giant_component_share": np.array([sizes.max(initial=0) for sizes in pieces])
            / max(park.nodes, 1),
        },
        index=pd.Index(park.names, name="node", tupleize_cols=False),
    )


def largest_removal_loss(
    edges: pd.DataFrame, *, source: str = "from_firm", target: str = "to_firm", weight: str | None = None
) -> float:
    """Share of all exchanges that goes with the worst node. Unit: 1; range 0 to 1; nan without an exchange.

    Parameters
    ----------
    edges : pandas.DataFrame
        One row per exchange.
    source, target : str
        Columns with the name of the giver and of the receiver.
    weight : str, optional
        Column with the quantity of each exchange; without it each exchange counts 1.

    Returns
    -------
    float
        Largest ``share_lost`` of :func:`removal_loss`.

    Raises
    ------
    DomainError
        If the table cannot be read as a graph.
    """
    park = read_edges(edges, source=source, target=target, weight=weight)
    load = park.load
    lost = weighted_count(park.origin, load, park.nodes) + weighted_count(park.target, load, park.nodes)
    return float(lost.max() / load.sum()) if load.sum() > 0.0 else np.nan


def removal_curve(
    edges: pd.DataFrame,
    order: RemovalOrder,
    *,
    source: str = "from_firm",
    target: str = "to_firm",
    weight: str | None = None,
    draws: int = 100,
    seed: int = 0,
) -> pd.DataFrame:
    """Remove nodes one by one and record what is left.

    Parameters
    ----------
    edges : pandas.DataFrame
        One row per exchange.
    order : {"degree", "betweenness", "random"}
        Whom to remove next: the node with most partners, or the largest betweenness, both counted anew
        after each removal (ties by name); or a random one.
    source, target : str
        Columns with the name of the giver and of the receiver.
    weight : str, optional
        Column with the quantity of each exchange; without it each exchange counts 1.
    draws : int
        Number of random orders that are averaged; only used for ``random``.
    seed : int
        Seed of those orders.

    Returns
    -------
    pandas.DataFrame, shape (nodes + 1, 3)
        Row k: after k removals. Columns ``removed_share``, ``giant_component_share`` (largest piece over
        the number of nodes before) and ``share_kept`` (exchanges left, by weight if given); all 1, 0 to
        1. For ``random`` the mean over `draws`.

    Raises
    ------
    DomainError
        If the table cannot be read as a graph, `order` is unknown or `draws` is below 1.

    References
    ----------
    Albert, R., Jeong, H., Barabasi, A.-L. (2000). Error and attack tolerance of complex networks.
    Nature 406, 378-382. https://doi.org/10.1038/35019019
    Holme, P., Kim, B. J., Yoon, C. N., Han, S. K. (2002). Attack vulnerability of complex networks.
    Physical Review E 65, 056109. https://doi.org/10.1103/PhysRevE.65.056109
    """
    park = read_edges(edges, source=source, target=target, weight=weight)
    if order == "random":
        if draws < 1:
            raise DomainError(f"draws is {draws}; expected at least 1")
        generator = np.random.default_rng(seed)
        orders = [generator.permutation(park.nodes).tolist() for _ in range(draws)]
    elif order in ("degree", "betweenness"):
        orders = [_targeted_order(park, order)]
    else:
        raise DomainError(f"order {order!r} is unknown; expected 'degree', 'betweenness' or 'random'")
    curves = np.mean([_follow(park, each) for each in orders], axis=0)
    removed = np.arange(park.nodes + 1) / max(park.nodes, 1)
    return pd.DataFrame(
        {"removed_share": removed, "giant_component_share": curves[0], "share_kept": curves[1]}
    )


def robustness_area(curve: pd.DataFrame) -> float:
    """Robustness R of Schneider and co-authors: mean giant component over all removals.

    Parameters
    ----------
    curve : pandas.DataFrame
        Result of :func:`removal_curve` for at least one node.

    Returns
    -------
    float
        ``R = (1/n) sum_{k=1..n} S(k)`` with S the giant component share after k removals. Unit: 1; range
        0 to (1 - 1/n) / 2, the value of a complete graph.

    Raises
    ------
    DomainError
        If the curve is of an empty network.

    References
    ----------
    Schneider, C. M., Moreira, A. A., Andrade, J. S., Havlin, S., Herrmann, H. J. (2011). Mitigation of
    malicious attacks on networks. PNAS 108(10), 3838-3841. https://doi.org/10.1073/pnas.1009440108
    """
    if len(curve) < 2:
        raise DomainError("the removal curve is of an empty network; at least one node is needed")
    return float(curve["giant_component_share"].iloc[1:].mean())


def single_supplier_share(
    edges: pd.DataFrame,
    *,
    source: str = "from_firm",
    target: str = "to_firm",
    resource: str | None = None,
) -> float:
    """Share of needs met by exactly one giver.

    Parameters
    ----------
    edges : pandas.DataFrame
        One row per exchange.
    source, target : str
        Columns with the name of the giver and of the receiver.
    resource : str, optional
        Column with the resource. With it a need is a receiver and a resource; without, a receiver.

    Returns
    -------
    float
        Unit: 1; range 0 to 1; nan without an exchange. Two exchanges with one giver count as one giver.

    Raises
    ------
    DomainError
        If a column is missing or the table cannot be read as a graph.

    Notes
    -----
    Without the resource it understates dependence: two givers of different things are no substitutes.
    Virgin supply as fallback is not seen.
    """
    read_edges(edges, source=source, target=target)
    if resource is not None and resource not in edges.columns:
        raise DomainError(f"the edge list has no column {resource!r}; it has {list(map(str, edges.columns))}")
    need = [target] if resource is None else [target, resource]
    pairs = {(row[0], row[1:]) for row in edges[[source, *need]].itertuples(index=False, name=None)}
    givers = Counter(wanted for _, wanted in pairs)
    return sum(count == 1 for count in givers.values()) / len(givers) if givers else np.nan


def _pieces(park: ParkGraph, kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the sizes of the weakly connected pieces among the kept nodes."""
    if not kept.any():
        return np.zeros(0, dtype=np.int64)
    _, label = connected_components(park.adjacency[kept][:, kept], directed=True, connection="weak")
    return np.bincount(label)


def _leaves(park: ParkGraph, node: int) -> int:
    """Count the nodes whose only partner is this one."""
    return int(sum(park.degree[other] == 1 for other in park.undirected[node]))


def _targeted_order(park: ParkGraph, by: str) -> list[int]:
    """Return the order in which the then most central node is removed; ties by name."""
    graph = park.undirected.copy()
    order = []
    while graph:
        rank = dict(graph.degree()) if by == "degree" else nx.betweenness_centrality(graph)
        # Rounding keeps equal betweenness equal whatever the order of summation.
        order.append(min(rank, key=lambda node: (-round(rank[node], 12), node)))
        graph.remove_node(order[-1])
    return order


def _follow(park: ParkGraph, order: Sequence[int]) -> NDArray[np.float64]:
    """Return giant component share and share of exchanges kept after each removal, shape (2, nodes + 1)."""
    load = park.load
    total, nodes = load.sum(), max(park.nodes, 1)
    when = np.empty(park.nodes, dtype=np.int64)
    when[list(order)] = np.arange(park.nodes)
    # A link falls with the first of its two ends.
    falls = np.minimum(when[park.origin], when[park.target])
    lost = np.concatenate([[0.0], np.cumsum(weighted_count(falls, load, park.nodes))])
    kept = 1.0 - lost / total if total > 0.0 else np.full(park.nodes + 1, np.nan)
    return np.array([np.array(_giants(park, order)) / nodes, np.clip(kept, 0.0, 1.0)])


def _giants(park: ParkGraph, order: Sequence[int]) -> list[int]:
    """Return the size of the largest piece after each removal, by putting the nodes back one by one."""
    piece = list(range(park.nodes))
    size = [0] * park.nodes

    def root(node: int) -> int:
        while piece[node] != node:
            piece[node] = piece[piece[node]]
            node = piece[node]
        return node

    largest, giants = 0, [0]
    for node in reversed(order):
        size[node] = 1
        for other in park.undirected[node]:
            one, two = root(node), root(other)
            if size[other] and one != two:
                piece[two] = one
                size[one] += size[two]
        largest = max(largest, size[root(node)])
        giants.append(largest)
    return giants[::-1]
