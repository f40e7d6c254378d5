"""Network indicators of a plain edge list: one call for all, and a table by node.

What lives here: the register of network indicators with unit and range, :func:`network` that computes
them and :func:`node_metrics`. What does not: their formulas, which stand in
:mod:`~ecopark.indicators.degrees`, :mod:`~ecopark.indicators.structure` and
:mod:`~ecopark.indicators.symbiosis`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd

from ecopark.indicators import degrees, structure, symbiosis
from ecopark.indicators.edgelist import ParkGraph, read_edges


@dataclass(frozen=True)
class NetworkIndicator:
    """One network indicator: what computes it, its unit and the ends of its range.

    Attributes
    ----------
    id : str
        Name in every table.
    compute : callable
        Function ParkGraph -> float; its docstring holds formula, source and limits.
    unit : str
        ``1`` for a pure number, ``percent``, or ``weight`` for the unit of the weight column.
    low, high : float
        Ends of the range that hold for every graph; inf where there is none.
    needs_weight : bool
        True where it is computed only if a weight column is named.
    """

    id: str
    compute: Callable[[ParkGraph], float]
    unit: str = "1"
    low: float = 0.0
    high: float = 1.0
    needs_weight: bool = False


NETWORK_INDICATORS: tuple[NetworkIndicator, ...] = (
    NetworkIndicator("nodes", degrees.count_nodes, high=np.inf),
    NetworkIndicator("exchanges", degrees.count_exchanges, high=np.inf),
    NetworkIndicator("links", degrees.count_links, high=np.inf),
    NetworkIndicator("pairs", degrees.count_pairs, high=np.inf),
    NetworkIndicator("multi_links", degrees.count_multi_links, high=np.inf),
    NetworkIndicator("density_directed", degrees.density_directed),
    NetworkIndicator("density_l_n2", degrees.density_l_n2),
    NetworkIndicator("mean_degree", degrees.mean_degree, high=np.inf),
    NetworkIndicator("max_degree", degrees.max_degree, high=np.inf),
    NetworkIndicator("degree_gini", degrees.degree_gini),
    NetworkIndicator("degree_centralisation", degrees.degree_centralisation),
    NetworkIndicator("in_degree_centralisation", degrees.in_degree_centralisation),
    NetworkIndicator("out_degree_centralisation", degrees.out_degree_centralisation),
    NetworkIndicator("betweenness_max", structure.betweenness_max),
    NetworkIndicator("reciprocity", structure.reciprocity),
    NetworkIndicator("clustering", structure.clustering),
    NetworkIndicator("modularity", structure.modularity),
    NetworkIndicator("nestedness_nodf", structure.nestedness_nodf, unit="percent", high=100.0),
    NetworkIndicator("components", structure.count_components, high=np.inf),
    NetworkIndicator("giant_component_share", structure.giant_component_share),
    NetworkIndicator("articulation_points", structure.count_articulation_points, high=np.inf),
    NetworkIndicator("efficiency", structure.efficiency),
    NetworkIndicator("connectance_hardy_graedel", symbiosis.connectance_hardy_graedel),
    NetworkIndicator("eco_connectance_tiejun", symbiosis.eco_connectance_tiejun, high=2.0),
    NetworkIndicator("cyclicity", structure.cyclicity, high=np.inf),
    NetworkIndicator("largest_scc", structure.largest_scc, low=1.0, high=np.inf),
    NetworkIndicator("total_weight", degrees.total_weight, unit="weight", high=np.inf, needs_weight=True),
    NetworkIndicator("strength_gini", degrees.strength_gini, needs_weight=True),
    NetworkIndicator("largest_link_share", degrees.largest_link_share, needs_weight=True),
)
"""Every indicator of :func:`network` that needs the graph alone, in the order of its rows."""

RECYCLED_SHARE = "recycled_share"
"""Column of an edge list that lets :func:`network` add ``byproduct_recycling_rate``."""


def network(
    edges: pd.DataFrame,
    *,
    source: str = "from_firm",
    target: str = "to_firm",
    weight: str | None = None,
    nodes: Iterable[Hashable] | None = None,
) -> pd.Series:
    """Compute every network indicator of an edge list.

    Parameters
    ----------
    edges : pandas.DataFrame
        One row per exchange. A column ``recycled_share`` (share of the giver's by-product the exchange
        takes, 0 to 1) adds ``byproduct_recycling_rate``.
    source, target : str
        Columns with the name of the giver and of the receiver.
    weight : str, optional
        Column with the quantity of each exchange, all in one unit; adds the weighted indicators.
    nodes : iterable of hashable, optional
        Every node, those without a link included. Without it only the ends of the rows are nodes.

    Returns
    -------
    pandas.Series of float, shape (indicators,), unit as in ``NETWORK_INDICATORS``
        Index: indicator id. nan where an indicator is not defined for a graph of this size; an
        indicator for which the table lacks the data is left out.

    Raises
    ------
    DomainError
        If the table cannot be read as a graph (see :func:`~ecopark.indicators.edgelist.read_edges`).

    Examples
    --------
    >>> import pandas as pd
    >>> star = pd.DataFrame({"from_firm": ["power"] * 3, "to_firm": ["farm", "town", "works"]})
    >>> network(star)[["nodes", "links", "density_directed", "degree_centralisation"]].tolist()
    [4.0, 3.0, 0.25, 1.0]
    """
    park = read_edges(edges, source=source, target=target, weight=weight, nodes=nodes)
    values = {
        indicator.id: indicator.compute(park)
        for indicator in NETWORK_INDICATORS
        if weight is not None or not indicator.needs_weight
    }
    if RECYCLED_SHARE in edges.columns:
        values["byproduct_recycling_rate"] = symbiosis.byproduct_recycling_rate(park, edges[RECYCLED_SHARE])
    return pd.Series(values, dtype=np.float64, name="value").rename_axis("indicator")


def node_metrics(
    edges: pd.DataFrame,
    *,
    source: str = "from_firm",
    target: str = "to_firm",
    weight: str | None = None,
    nodes: Iterable[Hashable] | None = None,
) -> pd.DataFrame:
    """Compute the position of every node in the network.

    Parameters
    ----------
    edges : pandas.DataFrame
        One row per exchange.
    source, target : str
        Columns with the name of the giver and of the receiver.
    weight : str, optional
        Column with the quantity of each exchange, all in one unit; adds the strengths.
    nodes : iterable of hashable, optional
        Every node, those without a link included.

    Returns
    -------
    pandas.DataFrame, shape (nodes, 6 or 8)
        Index: node, sorted as text. Columns: ``in_degree``, ``out_degree``, ``degree`` (int, 1: suppliers,
        receivers, partners), ``betweenness`` and ``betweenness_directed`` (1, 0 to 1; undirected and
        directed graph), ``is_articulation`` (bool), and with a weight ``in_strength``, ``out_strength``
        (unit of the weight column).

    Raises
    ------
    DomainError
        If the table cannot be read as a graph.

    Notes
    -----
    Definitions and sources are those of the indicators of the same name.
    """
    park = read_edges(edges, source=source, target=target, weight=weight, nodes=nodes)
    number = range(park.nodes)
    between, between_directed = (
        nx.betweenness_centrality(park.undirected),
        nx.betweenness_centrality(park.directed),
    )
    articulation = set(nx.articulation_points(park.undirected))
    columns: dict[str, object] = {
        "in_degree": park.in_degree,
        "out_degree": park.out_degree,
        "degree": park.degree,
        "betweenness": np.array([between[i] for i in number], dtype=np.float64),
        "betweenness_directed": np.array([between_directed[i] for i in number], dtype=np.float64),
        "is_articulation": np.array([i in articulation for i in number], dtype=bool),
    }
    if weight is not None:
        columns["out_strength"], columns["in_strength"] = degrees.strengths(park)
    return pd.DataFrame(columns, index=pd.Index(park.names, name="node", tupleize_cols=False))
