"""What a facilitator did: ideas it carried, money it spent, and how evenly the network grew under it.

What lives here: indicators of the ``synergies`` and ``events`` tables of a run. What does not: the metrics a
programme reports (:mod:`~ecopark.indicators.programme`), which take the spending found here as their cost.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.indicators.pipeline import funnel
from ecopark.indicators.tables import require_columns

_BOUNDS = (-5.0, 5.0)


def carried_funnel(synergies: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Stage account of the ideas that practitioners carried.

    Parameters
    ----------
    synergies, events : pandas.DataFrame
        Tables of a run.

    Returns
    -------
    pandas.DataFrame
        As :func:`~ecopark.indicators.pipeline.funnel`, of the ideas with an event ``carried`` only.
    """
    require_columns(events, ["event", "synergy"], "events")
    carried = set(events.loc[events["event"] == "carried", "synergy"])
    return funnel(synergies[synergies["synergy"].isin(carried)])


def public_spending(events: pd.DataFrame) -> pd.Series:
    """Money a facilitator spent, by year: the ``public_cost`` of programme metrics.

    Parameters
    ----------
    events : pandas.DataFrame
        Of a run; every event ``spending`` says in its detail how much, in which money and for what.

    Returns
    -------
    pandas.Series of float
        Index: year; money of the scenario's price year. Salaries of twelve months count in the year in
        which they are set aside.
    """
    require_columns(events, ["date", "event", "detail"], "events")
    rows = events[events["event"] == "spending"]
    amount = rows["detail"].str.split(" ").str[0].astype(float)
    by_year: pd.Series = amount.groupby(rows["date"].dt.year.rename("year")).sum()
    return by_year.rename("value")


def attachment_exponent(synergies: pd.DataFrame, firms: pd.DataFrame, links: int | None = None) -> float:
    """Exponent with which firms' partners attract further partners. Unit: 1; range -5 to 5.

    Parameters
    ----------
    synergies : pandas.DataFrame
        With ``synergy, from_firm, to_firm, operating``.
    firms : pandas.DataFrame
        Index: firm. All are taken to be there from the start.
    links : int, optional
        Only the first so many pairs of partners; all without it.

    Returns
    -------
    float
        Maximum-likelihood ``a`` where each end of each new pair of partners falls on firm i with probability
        ``(k_i + 1)^a / sum_j (k_j + 1)^a``, k the partners before. 0: every firm alike (homogeneous growth);
        1: linear preferential attachment.

    Raises
    ------
    DomainError
        With fewer than two pairs of partners, which say nothing.

    Notes
    -----
    A pair counts once, on the day its first exchange begins; one that ends stays counted. Compares networks
    only at the same number of firms and links. Firms that differ in streams and size differ in partners
    too: like any measure on degrees it cannot tell attraction from unequal endowment.

    References
    ----------
    Conditional logit for growing networks: Overgoor, J., Benson, A., Ugander, J. (2019). Choosing to grow a
    graph: modeling network formation as discrete choice. The World Wide Web Conference, 1409-1420.
    https://doi.org/10.1145/3308558.3313662
    """
    require_columns(synergies, ["synergy", "from_firm", "to_firm", "operating"], "synergies")
    begun = synergies[synergies["operating"].notna()].sort_values(["operating", "synergy"], kind="stable")
    place = {name: i for i, name in enumerate(firms.index)}
    ends = zip(begun["from_firm"].map(place), begun["to_firm"].map(place), strict=True)
    pairs = list(dict.fromkeys((min(a, b), max(a, b)) for a, b in ends))[:links]
    if len(pairs) < 2:
        raise DomainError(f"{len(pairs)} pairs of partners; at least 2 are needed")
    degree = np.zeros((len(pairs), len(place)))
    for row, pair in enumerate(pairs[:-1]):
        degree[row + 1] = degree[row]
        degree[row + 1, list(pair)] += 1.0
    return _fit(np.log1p(degree), np.array(pairs))


def _fit(pull: NDArray[np.float64], chosen: NDArray[np.int64]) -> float:
    """Exponent of largest likelihood, by Newton's method: the log-likelihood is concave."""
    won = np.take_along_axis(pull, chosen, axis=1).sum()
    a = 0.0
    for _ in range(100):
        weight = np.exp(a * (pull - pull.max(axis=1, keepdims=True)))
        weight /= weight.sum(axis=1, keepdims=True)
        mean = (weight * pull).sum(axis=1)
        spread = 2.0 * float(((weight * pull**2).sum(axis=1) - mean**2).sum())
        step = float(won - 2.0 * mean.sum()) / spread if spread > 0.0 else 0.0
        after = float(np.clip(a + np.clip(step, -1.0, 1.0), *_BOUNDS))
        if abs(after - a) < 1e-10:
            return after
        a = after
    return a
