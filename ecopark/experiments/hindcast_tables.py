"""From the rows of many runs to the tables of a hindcast, each beside its baselines.

What lives here: bringing runs, record and baselines together. What does not: running (``hindcast``), one
run (``hindcast_runs``), the measures themselves (``scores``, ``baselines``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.experiments.baselines import draw_links, draw_years, fit_line, spread_evenly
from ecopark.experiments.hindcast_runs import (
    GROSS,
    METRICS,
    measure_network,
    read_link,
    score_links,
    slug,
)
from ecopark.experiments.record import LINK, Exchange, Record, exchanges_of
from ecopark.experiments.scores import band, count_by_year, curve_distance, score_order, share_inside

SCORES = tuple(
    f"{score}_{what}" for what in ("pairs", "exchanges") for score in ("precision", "recall", "f1")
)
DRAWS = 400
# Network metrics of a draw cost as much as all its scores together.
_NETWORK_DRAWS = 100
_ORDER_DRAWS = 1_000
_ENDS = ("low", "median", "high")


@dataclass(frozen=True)
class Judged:
    """Runs and record.

    Attributes
    ----------
    record : Record
    runs : pandas.DataFrame
        One row per run, a column per score of the whole run.
    rows : pandas.DataFrame
        Everything by year, as :func:`~ecopark.experiments.hindcast_runs.judge` gives it.
    since : int, yr
        First year of the curves.
    """

    record: Record
    runs: pd.DataFrame
    rows: pd.DataFrame
    since: int

    @property
    def years(self) -> range:
        """Years judged."""
        return range(self.since, self.record.until + 1)

    @cached_property
    def starts(self) -> pd.DataFrame:
        """Start year of each exchange of each run."""
        rows = self.rows[self.rows["indicator"] == "started"]
        links = [read_link(text.removeprefix("exchange:")) for text in rows["scope"]]
        ends = pd.DataFrame(links, columns=LINK, index=rows.index, dtype="str")
        year = rows["value"].astype("int64").rename("year")
        table = pd.concat([rows[["replicate", "seed"]], ends, year], axis=1)
        return table.sort_values(["replicate", "year", *LINK], ignore_index=True)

    def by_year(self, indicator: str) -> pd.DataFrame:
        """Values of an indicator of the park: one row per run, one column per year."""
        rows = self.rows[(self.rows["indicator"] == indicator) & (self.rows["scope"] == "park")]
        wide = rows.pivot_table("value", "run", rows["period"].dt.year)
        return wide.reindex(index=self.runs.index, columns=list(self.years))


Draws = list[dict[Exchange, int]]


def build_tables(judged: Judged, candidates: pd.DataFrame, seed: int) -> Mapping[str, pd.DataFrame]:
    """Every table of a hindcast.

    Parameters
    ----------
    judged : Judged
    candidates : pandas.DataFrame
        Feasible exchanges: ``from_firm, to_firm, resource, first, last`` (years).
    seed : int
        Of the random baselines.

    Returns
    -------
    mapping of str to pandas.DataFrame
        By the names of :class:`~ecopark.experiments.hindcast.Hindcast`.
    """
    dates = list(judged.record.starts.values())
    links = exchanges_of(candidates)
    draws: Draws = [
        {links[row]: year for row, year in draw_links(candidates, dates, seed, k)} for k in range(DRAWS)
    ]
    curve = _curve(judged)
    volumes = _volumes(judged)
    scores = _scores(judged, draws)
    return {
        "curve": curve,
        "exchanges": _exchanges(judged, candidates),
        "starts": judged.starts,
        "scores": scores,
        "network": _network(judged, draws[:_NETWORK_DRAWS]),
        "volumes": volumes,
        "measures": _measures(judged, curve, scores, volumes, _random_order(judged.record, candidates, seed)),
    }


def _curve(judged: Judged) -> pd.DataFrame:
    """Cumulative counts of runs and record, and two straight lines."""
    years = np.array(judged.years)
    record = count_by_year(judged.record.starts.values(), years)
    counts = {run: rows["year"] for run, rows in judged.starts.groupby("replicate")}
    nothing = pd.Series(dtype=float)
    runs = np.array([count_by_year(counts.get(k, nothing), years) for k in judged.runs["replicate"]])
    low, median, high = _bands(runs)
    return pd.DataFrame(
        {
            "year": years,
            "record": record,
            "low": low,
            "median": median,
            "high": high,
            "line": fit_line(years, record),
            "even": spread_evenly(float(record[-1]), years),
            "inside": (low <= record) & (record <= high),
        }
    )


def _exchanges(judged: Judged, candidates: pd.DataFrame) -> pd.DataFrame:
    """Frequency and start years of every exchange."""
    groups = judged.starts.groupby(LINK)["year"]
    levels = {"low": 0.05, "quarter": 0.25, "median": 0.5, "three_quarters": 0.75, "high": 0.95}
    found = pd.DataFrame({"runs": groups.count(), **{name: groups.quantile(q) for name, q in levels.items()}})
    recorded = judged.record.links[[*LINK, "start_year"]].rename(columns={"start_year": "recorded"})
    table = recorded.merge(found.reset_index(), on=LINK, how="outer")
    feasible = candidates[[*LINK, "first"]].rename(columns={"first": "feasible"})
    table = table.merge(feasible, on=LINK, how="left").fillna({"runs": 0})
    table.insert(5, "frequency", table["runs"] / len(judged.runs))
    order = table["recorded"].fillna(np.inf)
    table = table.assign(runs=table["runs"].astype("int64"), order=order)
    return table.sort_values(["order", "median", *LINK], ignore_index=True).drop(columns="order")


def _scores(judged: Judged, draws: Draws) -> pd.DataFrame:
    """Scores by year of runs and of random links, from the first year of the record on."""
    years = [year for year in judged.years if year >= min(judged.record.starts.values())]
    parts = []
    for score in SCORES:
        parts.append((score, "model", judged.by_year(score)[years].to_numpy(dtype=np.float64)))
    random = [[score_links(draw, judged.record, year) for year in years] for draw in draws]
    for score in SCORES:
        parts.append((score, "random", np.array([[year[score] for year in draw] for draw in random])))
    tables = []
    for score, source, sample in parts:
        low, median, high = _bands(sample)
        told = {"year": years, "score": score, "source": source, "low": low, "median": median, "high": high}
        tables.append(pd.DataFrame(told))
    return pd.concat(tables, ignore_index=True)


def _network(judged: Judged, draws: Draws) -> pd.DataFrame:
    """Network metrics by year of runs, record and random links."""
    years = list(judged.years)
    recorded = [measure_network(judged.record.running(year)) for year in years]
    drawn = [_metrics_of(draw, years) for draw in draws]
    tables = []
    for metric in METRICS:
        low, median, high = _bands(judged.by_year(metric).to_numpy(dtype=np.float64))
        chance = _bands(np.array([[year[metric] for year in one] for one in drawn]))
        told = {"year": years, "metric": metric, "record": [year[metric] for year in recorded]}
        table = pd.DataFrame(told).assign(low=low, median=median, high=high)
        drawn_ends = {f"random_{end}": values for end, values in zip(_ENDS, chance, strict=True)}
        tables.append(table.assign(**drawn_ends))
    return pd.concat(tables, ignore_index=True)


def _metrics_of(draw: Mapping[Exchange, int], years: list[int]) -> list[dict[str, float]]:
    """Metrics of a random network by year; computed only when a link joins."""
    found: list[dict[str, float]] = []
    for year in years:
        if not found or year in draw.values():
            links = [link for link, start in draw.items() if start <= year]
            found.append(measure_network(pd.DataFrame(links, columns=LINK, dtype="str")))
        else:
            found.append(found[-1])
    return found


def _volumes(judged: Judged) -> pd.DataFrame:
    """Quantities of the runs beside the recorded ones."""
    rows = judged.rows[judged.rows["indicator"] == "volume"]
    table = []
    recorded = judged.record.quantities.groupby("item", sort=False)["quantity"].sum()
    for scope in rows["scope"].drop_duplicates():
        item = str(scope).removeprefix("item:")
        mine = rows[rows["scope"] == scope]
        sample = mine["value"].to_numpy(dtype=np.float64)
        wanted = float(recorded[item.removesuffix(GROSS)])
        low, median, high = band(sample)
        told = (item, int(mine["period"].dt.year.iloc[0]), mine["unit"].iloc[0], wanted, low, median, high)
        table.append((*told, median / wanted - 1.0, float((sample > 0.0).mean())))
    names = ["item", "year", "unit", "recorded", "low", "median", "high", "error", "operating"]
    return pd.DataFrame(table, columns=names)


def _random_order(record: Record, candidates: pd.DataFrame, seed: int) -> tuple[float, float, float]:
    """Tau of the recorded links, had each begun in a random year in which it was possible."""
    wanted = record.starts
    first = dict(zip(exchanges_of(candidates), candidates["first"].tolist(), strict=True))
    known = [link for link in wanted if first.get(link, record.until + 1) <= record.until]
    earliest = np.array([first[link] for link in known], dtype=np.int64)
    found = []
    for draw in range(_ORDER_DRAWS):
        years = draw_years(earliest, record.until, seed, draw).tolist()
        found.append(score_order(dict(zip(known, years, strict=True)), wanted))
    return band(found)


def _measures(
    judged: Judged,
    curve: pd.DataFrame,
    scores: pd.DataFrame,
    volumes: pd.DataFrame,
    order: tuple[float, float, float],
) -> pd.DataFrame:
    """The measures of the whole record, one row each, with the baselines."""
    rows: list[dict[str, object]] = []

    def tell(measure: str, unit: str, runs: tuple[float, float, float], **baselines: float) -> None:
        rows.append({"measure": measure, "unit": unit, **dict(zip(_ENDS, runs, strict=True)), **baselines})

    last = scores[(scores["year"] == judged.record.until) & (scores["source"] == "random")].set_index("score")
    for score in SCORES:
        chance = {f"random_{end}": float(last.loc[score, end]) for end in _ENDS}  # type: ignore[arg-type]
        tell(score, "1", band(judged.runs[score]), **chance)
    orders = {f"random_{end}": value for end, value in zip(_ENDS, order, strict=True)}
    tell("tau", "1", band(judged.runs.get("tau", [])), **orders)
    lines = {name: curve_distance(curve[name], curve["record"]) for name in ("line", "even")}
    tell("curve_distance", "exchanges", band(judged.runs["curve_distance"]), **lines)
    middle = curve_distance(curve["median"], curve["record"])
    tell("curve_distance_of_median", "exchanges", _alone(middle), **lines)
    inside = share_inside(curve["record"], curve["low"], curve["high"])
    tell("years_inside_band", "1", _alone(inside))
    ends = {name: float(curve[name].iloc[-1]) for name in ("line", "even")}
    tell("count", "exchanges", band(judged.runs["count"]), **ends)
    for item in volumes["item"]:
        name = f"ratio_{slug(str(item))}"
        tell(name, "1", band(judged.runs[name]))
    if len(volumes):
        tell("volume_error", "1", band(judged.runs["volume_error"]))
    names = ["measure", "unit", *_ENDS, "line", "even", *(f"random_{end}" for end in _ENDS)]
    return pd.DataFrame(rows, columns=names)


def _alone(value: float) -> tuple[float, float, float]:
    """A number of all runs together has no band."""
    return float("nan"), value, float("nan")


def _bands(
    sample: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Low end, median and high end of the central 90 % of every column."""
    ends = np.array([band(sample[:, column]) for column in range(sample.shape[1])])
    return ends[:, 0], ends[:, 1], ends[:, 2]
