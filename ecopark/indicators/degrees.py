"""Size, density and degree of a park network: how many partners, and how unevenly spread.

What lives here: indicators that follow from counts of nodes, links and partners alone. Each takes a
:class:`~ecopark.indicators.edgelist.ParkGraph` and returns a float, nan where the indicator is not
defined for so small or so empty a graph. What does not: anything that needs paths or groups
(:mod:`~ecopark.indicators.structure`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.indicators.edgelist import ParkGraph, weighted_count


def count_nodes(park: ParkGraph) -> float:
    """Count the nodes n. Unit: 1; range 0 and above.

    Notes
    -----
    Counts firms without a link only if they were named when the edge list was read. Every density
    depends on that node rule, so it is to be stated beside them.
    """
    return float(park.nodes)


def count_exchanges(park: ParkGraph) -> float:
    """Count the exchanges, the rows of the edge list. Unit: 1; range 0 and above.

    Notes
    -----
    Two resources between the same two firms are two exchanges and one link.
    """
    return float(park.rows.sum())


def count_links(park: ParkGraph) -> float:
    """Count the distinct directed links L, the ordered pairs with an exchange. Unit: 1; range 0 to n(n-1)."""
    return float(park.links)


def count_pairs(park: ParkGraph) -> float:
    """Count the unordered pairs with an exchange in either direction. Unit: 1; range 0 to n(n-1)/2."""
    return float(park.pairs)


def count_multi_links(park: ParkGraph) -> float:
    """Count the directed links that carry two or more exchanges. Unit: 1; range 0 to L.

    Notes
    -----
    A multi-link is the mark of a deepened partnership (multiplexity in the sense of Domenech and
    Davies 2011). Says nothing about quantities.

    References
    ----------
    Domenech, T., Davies, M. (2011). Structure and morphology of industrial symbiosis networks: the
    case of Kalundborg. Procedia - Social and Behavioral Sciences 10, 79-89.
    https://doi.org/10.1016/j.sbspro.2011.01.011
    """
    return float(np.count_nonzero(park.rows > 1))


def density_directed(park: ParkGraph) -> float:
    """Density of the directed graph, L / (n (n - 1)). Unit: 1; range 0 to 1; nan below two nodes.

    Notes
    -----
    The convention of social network analysis: a firm cannot give to itself. Falls as parks grow,
    so parks of different size are not to be ranked by it.

    References
    ----------
    Wasserman, S., Faust, K. (1994). Social Network Analysis, section 4.3.
    https://doi.org/10.1017/CBO9780511815478
    """
    return _ratio(park.links, park.nodes * (park.nodes - 1))


def density_l_n2(park: ParkGraph) -> float:
    """Directed connectance of the food-web papers, L / n^2. Unit: 1; range 0 to 1 - 1/n; nan without nodes.

    Notes
    -----
    The ecologist's convention keeps the diagonal (cannibalism) in the denominator; a park graph
    has no such link, so the upper end is not reached.

    References
    ----------
    Layton, A., Bras, B., Weissburg, M. (2016). Industrial ecosystems and food webs. Journal of
    Industrial Ecology 20(4), 908-921. https://doi.org/10.1111/jiec.12283
    """
    return _ratio(park.links, park.nodes**2)


def mean_degree(park: ParkGraph) -> float:
    """Mean number of partners, 2 pairs / n. Unit: 1; range 0 to n - 1; nan without nodes."""
    return _ratio(2 * park.pairs, park.nodes)


def max_degree(park: ParkGraph) -> float:
    """Partners of the best connected node, the hub. Unit: 1; range 0 to n - 1; nan without nodes."""
    return float(park.degree.max()) if park.nodes else np.nan


def degree_gini(park: ParkGraph) -> float:
    """Gini coefficient of the number of partners. Unit: 1; range 0 to 1 - 1/n; nan without a link.

    Notes
    -----
    ``sum_i sum_j |k_i - k_j| / (2 n^2 mean(k))``, 0 where all have as many partners. Firms
    without a partner raise it, so it hangs on the node rule.

    References
    ----------
    Gini, C. (1912). Variabilita e mutabilita. As a measure of degree: Hu, H.-B., Wang, X.-F. (2008).
    Unified index to quantifying heterogeneity of complex networks. Physica A 387(14), 3769-3780.
    https://doi.org/10.1016/j.physa.2008.01.113
    """
    return gini(park.degree.astype(np.float64))


def degree_centralisation(park: ParkGraph) -> float:
    """Freeman centralisation of the number of partners. Unit: 1; range 0 to 1; nan below three nodes.

    Notes
    -----
    ``sum_i (max k - k_i) / ((n - 1)(n - 2))`` on the undirected simple graph: 1 for a star, 0 for
    a ring. High values mean dependence on one anchor; the indicator does not see which.

    References
    ----------
    Freeman, L. C. (1978). Centrality in social networks: conceptual clarification. Social Networks
    1(3), 215-239. https://doi.org/10.1016/0378-8733(78)90021-7
    """
    return _centralisation(park.degree, (park.nodes - 1) * (park.nodes - 2), least=3)


def in_degree_centralisation(park: ParkGraph) -> float:
    """Freeman centralisation of the number of suppliers. Unit: 1; range 0 to 1; nan below two nodes.

    Notes
    -----
    ``sum_i (max k_in - k_in,i) / (n - 1)^2`` on the directed simple graph: 1 where all give to one.
    The source is that of :func:`degree_centralisation`, in the directed form of Wasserman and Faust
    (1994), section 5.3. https://doi.org/10.1017/CBO9780511815478
    """
    return _centralisation(park.in_degree, (park.nodes - 1) ** 2, least=2)


def out_degree_centralisation(park: ParkGraph) -> float:
    """Freeman centralisation of the number of receivers. Unit: 1; range 0 to 1; nan below two nodes.

    Notes
    -----
    ``sum_i (max k_out - k_out,i) / (n - 1)^2`` on the directed simple graph: 1 where one gives to
    all. Source as for :func:`in_degree_centralisation`.
    """
    return _centralisation(park.out_degree, (park.nodes - 1) ** 2, least=2)


def total_weight(park: ParkGraph) -> float:
    """Sum of the weights of all exchanges. Unit: that of the weight column; range 0 and above.

    Notes
    -----
    Only meaningful if all rows share one unit: tonnes of ash and tonnes of steam may be added,
    tonnes and cubic metres may not.
    """
    return float(_weight(park).sum())


def strength_gini(park: ParkGraph) -> float:
    """Gini coefficient of node strength, the weight given plus received. Unit: 1; range 0 to 1 - 1/n.

    Notes
    -----
    As :func:`degree_gini`, on strength (Barrat et al. 2004); nan where all weights are zero.

    References
    ----------
    Barrat, A., Barthelemy, M., Pastor-Satorras, R., Vespignani, A. (2004). The architecture of
    complex weighted networks. PNAS 101(11), 3747-3752. https://doi.org/10.1073/pnas.0400087101
    """
    given, received = strengths(park)
    return gini(given + received)


def largest_link_share(park: ParkGraph) -> float:
    """Share of the heaviest directed link in the total weight. Unit: 1; range 1/L to 1.

    Notes
    -----
    nan where all weights are zero. Near 1 the park is one pipe with decoration.
    """
    weight = _weight(park)
    return _ratio(float(weight.max(initial=0.0)), float(weight.sum()))


def strengths(park: ParkGraph) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weight each node gives and receives.

    Parameters
    ----------
    park : ParkGraph
        A graph read with weights.

    Returns
    -------
    given, received : ndarray of float, shape (nodes,), unit of the weight column
        Sums over the links that leave and that enter each node.

    Raises
    ------
    DomainError
        If the graph was read without weights.
    """
    weight = _weight(park)
    given = weighted_count(park.origin, weight, park.nodes)
    received = weighted_count(park.target, weight, park.nodes)
    return given, received


def gini(values: NDArray[np.float64]) -> float:
    """Gini coefficient of non-negative values.

    Parameters
    ----------
    values : ndarray of float, shape (n,), any one unit
        The shares to compare; none negative.

    Returns
    -------
    float
        Between 0 (all equal) and 1 - 1/n (one has everything); nan if there is nothing to share.

    Notes
    -----
    Half the mean absolute difference over the mean, in the form for sorted values:
    ``sum_i (2 i - n - 1) x_(i) / (n sum x)``.
    """
    total = float(values.sum())
    if total <= 0.0:
        return np.nan
    rank = 2.0 * np.arange(1, values.size + 1) - values.size - 1.0
    return float(rank @ np.sort(values)) / (values.size * total)


def _weight(park: ParkGraph) -> NDArray[np.float64]:
    """Return the weights of a graph that was read with them; raise if it was not."""
    if park.weight is None:
        raise DomainError("the park was read without weights; name the weight column when reading it")
    return park.weight


def _ratio(part: float, whole: float) -> float:
    """Divide, nan where there is nothing to divide by."""
    return part / whole if whole > 0 else np.nan


def _centralisation(degree: NDArray[np.int64], most: int, least: int) -> float:
    """Sum of the distances to the largest degree over the most that sum can be."""
    if degree.size < least:
        return np.nan
    return float((degree.max() - degree).sum()) / most
