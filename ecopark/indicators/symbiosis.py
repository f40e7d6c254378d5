"""Indicators made for industrial symbiosis: connectance of eco-parks, recycling rate, impact in and out.

What lives here: the indices of Hardy and Graedel, of Tiejun and of Felicio and co-authors, on plain
tables. What does not: the environmental weights they need; those are data and are given by the caller.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecopark.errors import DomainError
from ecopark.indicators.edgelist import ParkGraph


def connectance_hardy_graedel(park: ParkGraph) -> float:
    """Food-web connectance of an eco-park, 2 L / (S (S - 1)). Unit: 1; range 0 to 1; nan below two nodes.

    Notes
    -----
    L counts linked pairs whatever the direction, S the nodes, so it equals the undirected density.
    Hardy and Graedel report 0.5 to 0.6 for 19 parks, most of them small or only planned; it falls
    with size where firms have a bounded number of partners.

    References
    ----------
    Hardy, C., Graedel, T. E. (2002). Industrial ecosystems as food webs. Journal of Industrial
    Ecology 6(1), 29-38. https://doi.org/10.1162/108819802320971623
    """
    possible = park.nodes * (park.nodes - 1)
    return 2.0 * park.pairs / possible if possible else np.nan


def eco_connectance_tiejun(park: ParkGraph) -> float:
    """Eco-connectance of Tiejun, L_e / (S (S - 1) / 2). Unit: 1; range 0 to 2; nan below two nodes.

    Notes
    -----
    L_e counts the observed links of products, by-products and wastes, here the distinct directed
    links, S the firms. Pairs that give both ways count twice, so it exceeds Hardy and Graedel's
    connectance wherever there is reciprocity and may exceed 1. An edge list of residual exchanges
    alone leaves out the product links the index also means to count.

    References
    ----------
    Tiejun, D. (2010). Two quantitative indices for the planning and evaluation of eco-industrial
    parks. Resources, Conservation and Recycling 54(7), 442-448.
    https://doi.org/10.1016/j.resconrec.2009.09.010
    """
    possible = park.nodes * (park.nodes - 1) / 2.0
    return park.links / possible if possible else np.nan


def byproduct_recycling_rate(park: ParkGraph, recycled_share: pd.Series) -> float:
    """By-product and waste recycling rate of Tiejun, C_e times the mean recycled share.

    Parameters
    ----------
    park : ParkGraph
        The park.
    recycled_share : pandas.Series of float, shape (exchanges,), 1
        For each exchange, the share of the giver's by-product that it takes; 0 to 1.

    Returns
    -------
    float
        Unit: 1; range 0 to 2; nan without an exchange or below two nodes.

    Raises
    ------
    DomainError
        If a share is outside 0 to 1 or missing.

    Notes
    -----
    ``C_R = C_e r_L`` with C_e of :func:`eco_connectance_tiejun` and r_L the plain mean over exchanges:
    a trickle weighs as much as a river. Source as there.
    """
    share = recycled_share.to_numpy(dtype=np.float64)
    wrong = ~((share >= 0.0) & (share <= 1.0))
    if wrong.any():
        raise DomainError(f"recycled share {share[wrong][0]} is not between 0 and 1")
    return eco_connectance_tiejun(park) * float(share.mean()) if share.size else np.nan


def industrial_symbiosis_indicator_felicio(flows: pd.DataFrame) -> float:
    """Industrial symbiosis indicator: impact kept in the park over impact that leaves it.

    Parameters
    ----------
    flows : pandas.DataFrame
        One row per by-product flow with the columns ``quantity`` (all in one unit, at least 0),
        ``impact`` (degree of environmental impact per unit, at least 0, from the caller's own
        weighting of legislation, class, use, destination and risk) and ``reused`` (bool: True where
        a firm of the park takes it, False where it leaves the park).

    Returns
    -------
    float
        ``ISI = EIM_in / (1 + EIM_out)`` with ``EIM = sum(quantity x impact)``. Unit: that of quantity
        x impact, since the 1 keeps it finite; range 0 and above. 0 for an empty table.

    Raises
    ------
    DomainError
        If a column is missing, or a quantity or impact is negative or not finite.

    Notes
    -----
    Because of the 1, the value changes with the unit of quantity: compare dates of one park in
    one unit, never parks in different units. The weights are a panel's opinion.

    References
    ----------
    Felicio, M., Amaral, D., Esposto, K., Gabarrell Durany, X. (2016). Industrial symbiosis indicators
    to manage eco-industrial parks as dynamic systems. Journal of Cleaner Production 118, 54-64.
    https://doi.org/10.1016/j.jclepro.2016.01.031
    """
    for column in ("quantity", "impact", "reused"):
        if column not in flows.columns:
            raise DomainError(
                f"the flow table has no column {column!r}; it has {list(map(str, flows.columns))}"
            )
    numbers = flows[["quantity", "impact"]].to_numpy(dtype=np.float64)
    wrong = ~(np.isfinite(numbers) & (numbers >= 0.0))
    if wrong.any():
        raise DomainError(f"quantity or impact {numbers[wrong][0]} is not a finite number of at least 0")
    momentum = numbers[:, 0] * numbers[:, 1]
    reused = flows["reused"].to_numpy(dtype=bool)
    return float(momentum[reused].sum()) / (1.0 + float(momentum[~reused].sum()))
