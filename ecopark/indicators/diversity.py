"""How mixed an area is, and how far its exchanges reach.

What lives here: richness and evenness of sectors, and quantiles of the length of exchanges, by year. What does not:
the structure of the network (``graph``, ``structure``), land and siting (``ecopark.scenario.siting``).

Sectors are the words of the scenario: a finer list of sectors gives more of them, so values compare only between
areas described alike.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.indicators.tables import TIDY, require_columns, stack, tidy

_Floats = NDArray[np.float64]
_QUANTILES = {
    "exchange_distance_q10": 0.1,
    "exchange_distance_median": 0.5,
    "exchange_distance_q90": 0.9,
}


def shannon(counts: _Floats) -> float:
    """Shannon's entropy of counts. Unit: nat; range 0 to ln(number of kinds).

    Parameters
    ----------
    counts : ndarray of float, shape (n,), 1
        Of each kind; zeros are kinds that are not there.

    Returns
    -------
    float
        ``- sum_i p_i ln p_i``, p the shares; nan where there is nothing.

    Raises
    ------
    DomainError
        If a count is negative.

    References
    ----------
    Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical Journal 27, 379-423.
    https://doi.org/10.1002/j.1538-7305.1948.tb01338.x
    """
    if (counts < 0.0).any():
        raise DomainError("a count is below zero")
    there = counts[counts > 0.0]
    if not there.size:
        return float("nan")
    share = there / there.sum()
    return float(-(share * np.log(share)).sum()) + 0.0


def evenness(counts: _Floats) -> float:
    """Pielou's evenness: Shannon's entropy over the largest it could be. Unit: 1; range 0 to 1.

    Parameters
    ----------
    counts : ndarray of float, shape (n,), 1
        Of each kind.

    Returns
    -------
    float
        ``H / ln S`` with S the kinds that are there: 1 where all are equally many; nan for fewer than two kinds.

    References
    ----------
    Pielou, E. C. (1966). The measurement of diversity in different types of biological collections. Journal of
    Theoretical Biology 13, 131-144. https://doi.org/10.1016/0022-5193(66)90013-0
    """
    kinds = int((counts > 0.0).sum())
    return shannon(counts) / float(np.log(kinds)) if kinds > 1 else float("nan")


def weighted_quantile(values: _Floats, weights: _Floats, level: float) -> float:
    """Smallest value that a share of the weight does not exceed.

    Parameters
    ----------
    values : ndarray of float, shape (n,), any one unit
    weights : ndarray of float, shape (n,), any one unit
        None below zero.
    level : float, 1
        0 to 1.

    Returns
    -------
    float
        The first value, in order, at which the weight so far reaches `level` of the whole; nan without weight.

    Examples
    --------
    >>> weighted_quantile(np.array([1.0, 10.0]), np.array([3.0, 1.0]), 0.5)
    1.0
    """
    total = float(weights.sum())
    if not total > 0.0:
        return float("nan")
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) >= level * total * (1.0 - 1e-12)
    return float(values[order][int(np.argmax(reached))])


def sector_diversity(firms: pd.DataFrame, years: range) -> pd.DataFrame:
    """Richness and evenness of the sectors of the firms that are there at the end of each year.

    Parameters
    ----------
    firms : pandas.DataFrame
        Index: firm; with ``sector, opens, closes`` (dates, missing where never).
    years : range

    Returns
    -------
    pandas.DataFrame
        Tidy, scope ``park``: ``sector_richness`` (count: sectors there are), ``sector_shannon`` (nat) and
        ``sector_evenness`` (1; absent where there are fewer than two sectors). Each firm counts once, whatever its
        size; a firm without a sector is a sector of its own.

    Notes
    -----
    Richness gives the variety of synergies and evenness their replication (Jensen 2016, on British exchanges).

    References
    ----------
    Jensen, P. D. (2016). The role of geospatial industrial diversity in the facilitation of regional industrial
    symbiosis. Resources, Conservation and Recycling 107, 92-103. https://doi.org/10.1016/j.resconrec.2015.11.018
    """
    require_columns(firms, ["sector", "opens", "closes"], "firms")
    words = firms["sector"].astype(str).to_numpy()
    sector = pd.Series(np.where(words == "", firms.index.astype(str), words), index=firms.index)
    rows = []
    for year in years:
        end = pd.Timestamp(f"{year}-12-31")
        there = (firms["opens"].isna() | (firms["opens"] <= end)) & ~(firms["closes"] <= end)
        counts = sector[there].value_counts().to_numpy().astype(np.float64)
        found = {
            "sector_richness": (float(counts.size), "count"),
            "sector_shannon": (shannon(counts), "nat"),
            "sector_evenness": (evenness(counts), "1"),
        }
        rows += [(year, name, *value) for name, value in found.items()]
    return _yearly(rows)


def exchange_distance(synergies: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """How far the exchanges of each year reach, each alike and by what they carry.

    Parameters
    ----------
    synergies : pandas.DataFrame
        With ``synergy, distance_km``.
    flows : pandas.DataFrame
        Ledger, raw or condensed; a row of an exchange belongs to the year it starts in.

    Returns
    -------
    pandas.DataFrame
        Tidy, scope ``park``, unit ``km``, of the exchanges with a flow in the year: ``exchange_distance_mean``, its
        quantiles ``exchange_distance_q10``, ``exchange_distance_median``, ``exchange_distance_q90``, and of those
        counted in tonnes ``exchange_distance_tonnes`` (mean, weighted with tonnes received) and
        ``exchange_distance_tonnes_median``.

    Notes
    -----
    The length of the way between the two sites as the scenario measures it (detours included), not that of a shared
    trench. Quantiles are the smallest length not exceeded by that share of the exchanges (or tonnes).
    """
    require_columns(synergies, ["synergy", "distance_km"], "synergies")
    require_columns(flows, ["start", "route", "synergy", "unit", "quantity"], "flows")
    moved = flows[(flows["route"] == "exchange") & flows["synergy"].notna() & (flows["quantity"] > 0.0)]
    length = synergies.drop_duplicates("synergy").set_index("synergy")["distance_km"].astype(float)
    table = pd.DataFrame(
        {
            "year": moved["start"].dt.year.to_numpy(),
            "km": moved["synergy"].astype(str).map(length).to_numpy(dtype=np.float64),
            "synergy": moved["synergy"].astype(str).to_numpy(),
            "t": np.where(moved["unit"].astype(str) == "t", moved["quantity"], 0.0),
        }
    )
    sums = table.groupby(["year", "synergy"], as_index=False).agg(km=("km", "first"), t=("t", "sum"))
    rows: list[tuple[int, str, float, str]] = []
    for year, part in sums.groupby("year"):
        km, tonnes = part["km"].to_numpy(), part["t"].to_numpy()
        found = {"exchange_distance_mean": float(km.mean())}
        found |= {name: weighted_quantile(km, np.ones(km.size), level) for name, level in _QUANTILES.items()}
        if tonnes.sum() > 0.0:
            found["exchange_distance_tonnes"] = float(km @ tonnes / tonnes.sum())
            found["exchange_distance_tonnes_median"] = weighted_quantile(km, tonnes, 0.5)
        rows += [(int(str(year)), name, value, "km") for name, value in found.items()]
    return _yearly(rows)


def area_indicators(synergies: pd.DataFrame, flows: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    """Diversity and distance of a run, by year.

    Parameters
    ----------
    synergies, flows, firms : pandas.DataFrame
        Tables of a run.

    Returns
    -------
    pandas.DataFrame
        Those of :func:`sector_diversity` and :func:`exchange_distance`, for the years of the ledger.
    """
    year = flows["start"].dt.year
    years = range(int(year.min()), int(year.max()) + 1) if len(flows) else range(0)
    return stack([sector_diversity(firms, years), exchange_distance(synergies, flows)])


def _yearly(rows: list[tuple[int, str, float, str]]) -> pd.DataFrame:
    """Tidy table of yearly numbers of the park; what is not defined is left out."""
    table = pd.DataFrame(rows, columns=["year", "indicator", "value", "unit"]).dropna(subset="value")
    period = pd.to_datetime(table["year"].astype(str) + "-01-01").astype("datetime64[s]")
    whole = table.assign(period=period, scope="park")
    return stack([tidy(part, str(name)) for name, part in whole.groupby("indicator", sort=False)])[list(TIDY)]
