"""Paths, groups and loops of a park network.

What lives here: indicators that need more than counts: betweenness, clustering, modularity,
nestedness, components, articulation points, efficiency, cyclicity. The algorithms are those of
networkx and scipy. Each function takes a :class:`~ecopark.indicators.edgelist.ParkGraph` and returns
a float, nan where the indicator is not defined for so small or so empty a graph.
What does not: removal of nodes (:mod:`~ecopark.indicators.resilience`).
"""

from __future__ import annotations

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, shortest_path

from ecopark.errors import DomainError
from ecopark.indicators.edgelist import ParkGraph

_BLOCK = 1000  # sources per shortest-path call: keeps a national network's distances out of memory


def betweenness_max(park: ParkGraph) -> float:
    """Largest betweenness of a node in the undirected graph. Unit: 1; range 0 to 1; nan below three nodes.

    Notes
    -----
    Share of the shortest paths between other nodes that pass through a node, averaged over pairs
    (divided by (n - 1)(n - 2) / 2). Undirected, because what a broker or hub carries (knowledge,
    trust, a shared pipe trench) runs both ways; the directed form is in ``node_metrics``.

    References
    ----------
    Freeman, L. C. (1977). A set of measures of centrality based on betweenness. Sociometry 40(1),
    35-41. https://doi.org/10.2307/3033543
    """
    if park.nodes < 3:
        return np.nan
    return float(max(nx.betweenness_centrality(park.undirected).values()))


def reciprocity(park: ParkGraph) -> float:
    """Share of directed links whose reverse exists too. Unit: 1; range 0 to 1; nan without a link.

    References
    ----------
    Wasserman, S., Faust, K. (1994). Social Network Analysis, section 13.3.
    https://doi.org/10.1017/CBO9780511815478
    """
    return float(nx.overall_reciprocity(park.directed)) if park.links else np.nan


def clustering(park: ParkGraph) -> float:
    """Mean local clustering coefficient of the undirected graph. Unit: 1; range 0 to 1; nan without nodes.

    Notes
    -----
    Share of a node's partners that are partners of each other, averaged over all nodes; a node
    with fewer than two partners counts as 0.

    References
    ----------
    Watts, D. J., Strogatz, S. H. (1998). Collective dynamics of small-world networks. Nature 393,
    440-442. https://doi.org/10.1038/30918
    """
    return float(nx.average_clustering(park.undirected)) if park.nodes else np.nan


def modularity(park: ParkGraph) -> float:
    """Modularity of the undirected graph, groups found greedily. Unit: 1; range 0 to 1; nan without a link.

    Notes
    -----
    ``Q = sum_c (m_c / m - (K_c / 2m)^2)`` for the groups of Clauset, Newman and Moore's agglomeration.
    Deterministic, since nodes are taken in the order of their names; where two merges are equally
    good that order decides, so renaming firms may change the value a little. Q of the best grouping
    is never below 0. A lower bound of the true maximum; not comparable between sizes.

    References
    ----------
    Clauset, A., Newman, M. E. J., Moore, C. (2004). Finding community structure in very large
    networks. Physical Review E 70, 066111. https://doi.org/10.1103/PhysRevE.70.066111
    """
    if not park.links:
        return np.nan
    groups = nx.community.greedy_modularity_communities(park.undirected)
    return float(nx.community.modularity(park.undirected, groups))


def nestedness_nodf(park: ParkGraph) -> float:
    """Nestedness NODF of givers against receivers. Unit: percent; range 0 to 100.

    Notes
    -----
    Rows are the nodes that give, columns those that receive. For every pair of rows (then of
    columns) with unequal fill, the share of the emptier one's entries that the fuller one has too;
    0 for equal fill; the mean over all pairs of rows and of columns, in percent. nan where there
    is no such pair (no link, or a single one). A firm on both sides is a row and a column.

    References
    ----------
    Almeida-Neto, M., Guimaraes, P., Guimaraes, P. R., Loyola, R. D., Ulrich, W. (2008). A consistent
    metric for nestedness analysis in ecological systems. Oikos 117(8), 1227-1239.
    https://doi.org/10.1111/j.0030-1299.2008.16644.x
    """
    giving = np.flatnonzero(park.out_degree)
    receiving = np.flatnonzero(park.in_degree)
    return nodf(park.adjacency[giving][:, receiving].toarray()) if park.links else np.nan


def nodf(matrix: NDArray[np.float64]) -> float:
    """NODF of a presence matrix; see :func:`nestedness_nodf`.

    Parameters
    ----------
    matrix : ndarray of float, shape (rows, columns), 1
        Entries above 0 count as present. The order of rows and columns does not matter.

    Returns
    -------
    float
        Percent, 0 to 100; nan for fewer than two rows and two columns.
    """
    present = (matrix > 0).astype(np.float64)
    rows, columns = present.shape
    pairs: int = rows * (rows - 1) // 2 + columns * (columns - 1) // 2
    return 100.0 * (_paired_overlap(present) + _paired_overlap(present.T)) / pairs if pairs else np.nan


def _paired_overlap(present: NDArray[np.float64]) -> float:
    """Sum over pairs of rows of unequal fill of the overlap as a share of the emptier row."""
    fill = present.sum(axis=1)
    shared = present @ present.T
    emptier = np.where(fill > 0, fill, 1.0)
    counted = fill[:, None] > fill[None, :]
    overlap: NDArray[np.float64] = shared / emptier[None, :]
    return float(overlap[counted].sum())


def count_components(park: ParkGraph) -> float:
    """Count the weakly connected components, isolated nodes included. Unit: 1; range 0 to n."""
    return float(nx.number_connected_components(park.undirected))


def giant_component_share(park: ParkGraph) -> float:
    """Share of the nodes in the largest weakly connected component. Unit: 1; range 1/n to 1; nan if empty."""
    if not park.nodes:
        return np.nan
    return float(max(map(len, nx.connected_components(park.undirected)))) / park.nodes


def count_articulation_points(park: ParkGraph) -> float:
    """Count the nodes whose loss alone cuts a component in two or more. Unit: 1; range 0 to n - 2.

    Notes
    -----
    On the undirected graph. A leaf is never one; the hub of a star always is. Counts cuts in the
    topology: a park whose flows all pass one firm may have none.

    References
    ----------
    Hopcroft, J., Tarjan, R. (1973). Algorithm 447: efficient algorithms for graph manipulation.
    Communications of the ACM 16(6), 372-378. https://doi.org/10.1145/362248.362272
    """
    return float(sum(1 for _ in nx.articulation_points(park.undirected)))


def efficiency(park: ParkGraph) -> float:
    """Global efficiency of the undirected graph. Unit: 1; range 0 to 1; nan below two nodes.

    Notes
    -----
    Mean over pairs of the inverse number of steps between them; pairs without a path count 0. Steps
    are partners, not kilometres.

    References
    ----------
    Latora, V., Marchiori, M. (2001). Efficient behavior of small-world networks. Physical Review
    Letters 87, 198701. https://doi.org/10.1103/PhysRevLett.87.198701
    """
    n = park.nodes
    if n < 2:
        return np.nan
    total = 0.0
    for start in range(0, n, _BLOCK):
        block = np.arange(start, min(start + _BLOCK, n))
        steps = shortest_path(park.adjacency, directed=False, unweighted=True, indices=block)
        steps[block - start, block] = np.inf
        total += float((1.0 / steps).sum())
    return total / (n * (n - 1))


def cyclicity(park: ParkGraph) -> float:
    """Cyclicity lambda_max, the largest eigenvalue of the directed 0/1 matrix. Unit: 1; range 0 to n - 1.

    Notes
    -----
    0 without a directed loop, 1 where loops do not touch, above 1 where loops share a node; the rate
    at which the number of walks of length k grows with k. Sees links, not quantities: a loop of
    one tonne counts as one of a million.

    References
    ----------
    Fath, B. D., Halnes, G. (2007). Cyclic energy pathways in ecological food webs. Ecological
    Modelling 208(1), 17-24. https://doi.org/10.1016/j.ecolmodel.2007.04.020
    """
    return spectral_radius(park.adjacency)


def spectral_radius(matrix: csr_array | NDArray[np.float64]) -> float:
    """Largest eigenvalue of a non-negative square matrix.

    Parameters
    ----------
    matrix : sparse array or ndarray of float, shape (n, n), any one unit
        No entry negative.

    Returns
    -------
    float
        In the unit of the entries; exactly 0 for a matrix without a loop.

    Raises
    ------
    DomainError
        If the matrix is not square or has a negative entry.

    Notes
    -----
    The eigenvalues of a matrix are those of its strongly connected blocks, and the largest modulus of
    a non-negative block is itself an eigenvalue (Perron and Frobenius). Going block by block keeps a
    loop-free matrix at exactly 0, where an eigenvalue routine on the whole returns rounding noise to
    the power 1/n.
    """
    table = csr_array(matrix)
    if table.shape[0] != table.shape[1]:
        raise DomainError(f"a square matrix is needed, found {table.shape[0]} x {table.shape[1]}")
    if table.nnz and table.data.min() < 0:
        raise DomainError(f"the matrix has a negative entry {table.data.min()}; expected none below 0")
    largest = float(table.diagonal().max(initial=0.0))
    _, block = connected_components(table, directed=True, connection="strong")
    for label in np.flatnonzero(np.bincount(block) > 1):
        member = np.flatnonzero(block == label)
        values = np.linalg.eigvals(table[member][:, member].toarray())
        largest = max(largest, float(values.real.max()))
    return largest


def largest_scc(park: ParkGraph) -> float:
    """Nodes in the largest strongly connected component. Unit: 1; range 1 to n; nan without nodes.

    Notes
    -----
    The largest set in which a material could in principle come back to every member; 1 means no loop.

    References
    ----------
    Tarjan, R. (1972). Depth-first search and linear graph algorithms. SIAM Journal on Computing 1(2),
    146-160. https://doi.org/10.1137/0201010
    """
    if not park.nodes:
        return np.nan
    return float(max(map(len, nx.strongly_connected_components(park.directed))))
