"""Rows of many runs as the tables of a comparison: park, firms, exchanges, curves over the years.

What lives here: sums over a span of years, run by run, and their paired differences. What does not: the test
of a difference (``statistics``), what a run keeps (``runs``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecopark.planning.compare.statistics import paired_table

PARK = (
    "net_cost", "joint_gain", "net_emissions", "avoided_co2", "avoided_waste", "landfilled", "avoided_discharge",
    "avoided_cooling", "avoided_flare", "avoided_virgin", "avoided_water", "avoided_heat", "avoided_fuel",
    "operating_synergies", "linked_firms",
)  # fmt: skip
"""Indicators of the park that are compared, in the order of the table."""
FIRM = ("net_cost", "net_emissions", "joint_gain", "kept_from_disposal", "exchanges")
"""What is compared of every firm."""
CURVES = ("joint_gain", "avoided_co2", "avoided_waste", "avoided_water", "operating_synergies", "net_cost")
BOOKS = ("net_cost", "net_emissions", "landfilled")
"""Of them, those that add up what firms do with and without exchanges."""
_EPOCH = pd.Timestamp("1970-01-01")


@dataclass(frozen=True)
class Span:
    """One side of a comparison: whose runs, and which years of them.

    Attributes
    ----------
    label : str
        Name in tables and sentences.
    source : str
        Label of the scenario whose runs they are.
    first, last : int, yr
    """

    label: str
    source: str
    first: int
    last: int

    @property
    def years(self) -> int:
        """Length, yr."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Records:
    """Rows of the runs of every scenario.

    Attributes
    ----------
    rows : pandas.DataFrame
        ``source, replicate, period, scope, indicator, value, unit``.
    finished : mapping of str to tuple of int
        Replicates that finished, by source.
    """

    rows: pd.DataFrame
    finished: Mapping[str, tuple[int, ...]]

    def of(self, source: str) -> pd.DataFrame:
        """Rows of one scenario's runs."""
        return self.rows[self.rows["source"] == source]

    def lives(self, source: str) -> pd.DataFrame:
        """Exchanges of one scenario's runs: ``replicate, link, begun, until`` (d since 1970)."""
        rows = self.of(source)
        rows = rows[rows["indicator"] == "until"]
        begun = (rows["period"] - _EPOCH) / pd.Timedelta(days=1)
        return pd.DataFrame(
            {
                "replicate": rows["replicate"],
                "link": rows["scope"].str.removeprefix("link:"),
                "begun": begun,
                "until": rows["value"],
            }
        ).reset_index(drop=True)


def indicator_table(
    records: Records, spans: Sequence[Span], left_out: Set[str] = frozenset()
) -> pd.DataFrame:
    """Indicators of the park, and their differences to the first side.

    Parameters
    ----------
    records : Records
    spans : sequence of Span
    left_out : set of str
        Firms whose own business differs: what they pay, emit and dump is no matter of exchange, and is left out
        of ``BOOKS`` on all sides.

    Returns
    -------
    pandas.DataFrame
        One row per other side and indicator: ``alternative, indicator, unit`` (per year, counts apart) and the
        columns of :func:`~ecopark.planning.compare.statistics.paired_table`.
    """
    sides = {}
    for span in spans:
        sums = _yearly_means(records, span)
        park = sums[sums.index.get_level_values("scope") == "park"].droplevel("scope")
        # Before the test: what is not asked about must not count among the questions.
        park = park[park.index.get_level_values("indicator").isin(PARK)]
        if left_out:
            park = pd.concat(
                [park.drop(index=list(BOOKS), level="indicator", errors="ignore"), _books(sums, left_out)]
            )
        sides[span.label] = pd.concat([park, _linked_firms(records, span)])
    table = _differences(sides, ["indicator", "unit"])
    order = dict(zip(PARK, range(len(PARK)), strict=True))
    place = table["indicator"].map(order)
    labels = {span.label: k for k, span in enumerate(spans)}
    return table.iloc[np.lexsort((place, table["alternative"].map(labels)))].reset_index(drop=True)


def firm_table(
    records: Records,
    spans: Sequence[Span],
    names: Mapping[str, str],
    changed: Mapping[str, set[str]],
) -> pd.DataFrame:
    """What every firm pays, emits, keeps from disposal and exchanges, and the differences to the first side.

    Parameters
    ----------
    records : Records
    spans : sequence of Span
    names : mapping of str to str
        Firms as people call them.
    changed : mapping of str to set of str
        Firms whose own business differs, by label of the other side.

    Returns
    -------
    pandas.DataFrame
        One row per other side, firm and measure of ``FIRM``: ``alternative, firm, name, measure, unit``, the columns of
        a paired table, ``gained`` and ``lost`` (exchanges that the firm has in one side of a pair only, mean
        over the pairs) and ``changed``.
    """
    sides, present = {}, {}
    for span in spans:
        sums = _yearly_means(records, span)
        scope = sums.index.get_level_values("scope")
        mine = sums[scope.str.startswith("firm:") & sums.index.get_level_values("indicator").isin(FIRM)]
        mine.index = pd.MultiIndex.from_tuples(
            [(scope.removeprefix("firm:"), *rest) for scope, *rest in mine.index],
            names=["firm", "measure", "unit"],
        )
        present[span.label] = _presence(records, span)
        sides[span.label] = pd.concat([mine, _exchanges_of_firms(records, span)])
    table = _differences(sides, ["firm", "measure", "unit"])
    base = present[spans[0].label]
    moves = {span.label: _moves(base, present[span.label]) for span in spans[1:]}
    for column in ("gained", "lost"):
        table[column] = [
            moves[alternative].get((firm, column), 0.0)
            for alternative, firm in zip(table["alternative"], table["firm"], strict=True)
        ]
    table.insert(2, "name", table["firm"].map(dict(names)).fillna(table["firm"]))
    table["changed"] = [
        firm in changed.get(alternative, set())
        for alternative, firm in zip(table["alternative"], table["firm"], strict=True)
    ]
    return table


def link_table(records: Records, spans: Sequence[Span], names: Mapping[str, str]) -> pd.DataFrame:
    """In what share of the runs each exchange is there, side by side.

    Parameters
    ----------
    records : Records
    spans : sequence of Span
    names : mapping of str to str
        Firms and resources as people call them.

    Returns
    -------
    pandas.DataFrame
        One row per other side and exchange: ``alternative, from_firm, to_firm, resource, label``, the columns of a
        paired table (``base`` and ``other`` are shares of the runs in which it operates at some time of the
        span), ``base_quantity, other_quantity`` (mean over all runs, ``unit`` a year).
    """
    sides = {span.label: _presence(records, span) for span in spans}
    table = _differences(sides, ["link"])
    volumes = {}
    for span in spans:
        sums = _yearly_means(records, span)
        mine = sums[sums.index.get_level_values("indicator") == "quantity"].droplevel("indicator")
        volumes[span.label] = mine.mean(axis=1).rename(
            lambda scope: str(scope).removeprefix("link:"), level="scope"
        )
    units = {link: unit for volume in volumes.values() for link, unit in volume.index}
    flat = {label: volume.droplevel("unit") for label, volume in volumes.items()}
    base = flat[spans[0].label]
    table["unit"] = table["link"].map(units).fillna("")
    table["base_quantity"] = table["link"].map(base).fillna(0.0)
    table["other_quantity"] = [
        float(flat[alternative].get(link, 0.0))
        for alternative, link in zip(table["alternative"], table["link"], strict=True)
    ]
    ends = table["link"].str.extract(r"^(?P<from_firm>[^>]+)>(?P<to_firm>[^:]+):(?P<resource>.+)$")
    told = [" ".join([*_pair_words(row, names)]) for row in ends.itertuples(index=False)]
    table = pd.concat([table[["alternative"]], ends, table.drop(columns=["alternative", "link"])], axis=1)
    table.insert(4, "label", told)
    size = table["difference"].abs()
    return table.iloc[np.argsort(-size.to_numpy(), kind="stable")].reset_index(drop=True)


def _pair_words(row: tuple[str, ...], names: Mapping[str, str]) -> tuple[str, str, str, str]:
    giver, taker, resource = row
    return names.get(giver, giver), "→", f"{names.get(taker, taker)}:", names.get(resource, resource)


def curve_table(records: Records, indicators: Sequence[str] = CURVES) -> pd.DataFrame:
    """Indicators of the park year by year, with the spread of the runs.

    Parameters
    ----------
    records : Records
    indicators : sequence of str

    Returns
    -------
    pandas.DataFrame
        ``source, indicator, unit, year, low90, low50, median, high50, high90, runs``: central 90 % and 50 % of the
        runs of each scenario. A run without a value in a year counts as zero.
    """
    rows = records.rows[(records.rows["scope"] == "park") & records.rows["indicator"].isin(indicators)]
    rows = rows.assign(year=rows["period"].dt.year)
    levels = {"low90": 0.05, "low50": 0.25, "median": 0.5, "high50": 0.75, "high90": 0.95}
    parts = []
    for (source, indicator, unit), part in rows.groupby(["source", "indicator", "unit"]):
        years = range(int(part["year"].min()), int(part["year"].max()) + 1)
        mine = records.finished[str(source)]
        wide = part.pivot_table("value", "replicate", "year", "sum").reindex(index=list(mine), columns=years)
        spread = wide.fillna(0.0).quantile(list(levels.values())).T.set_axis(list(levels), axis=1)
        parts.append(
            spread.rename_axis("year")
            .reset_index()
            .assign(source=str(source), indicator=str(indicator), unit=str(unit), runs=len(mine))
        )
    names = ["source", "indicator", "unit", "year", *levels, "runs"]
    return pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)


def map_table(records: Records) -> pd.DataFrame:
    """Exchanges year by year: in what share of the runs, and how much.

    Parameters
    ----------
    records : Records

    Returns
    -------
    pandas.DataFrame
        ``source, year, from_firm, to_firm, resource, unit, share`` (of the runs, 1), ``quantity`` (mean of the runs
        that have it, unit/yr).
    """
    rows = records.rows[records.rows["indicator"] == "quantity"]
    rows = rows.assign(year=rows["period"].dt.year)
    table = rows.groupby(["source", "year", "scope", "unit"], as_index=False).agg(
        runs=("replicate", "nunique"), quantity=("value", "mean")
    )
    total = table["source"].map({source: len(mine) for source, mine in records.finished.items()})
    ends = table["scope"].str.extract(r"^link:(?P<from_firm>[^>]+)>(?P<to_firm>[^:]+):(?P<resource>.+)$")
    share = table["runs"].astype(float) / total.astype(float)
    whole = pd.concat([table, ends], axis=1).assign(share=share)
    return whole[["source", "year", "from_firm", "to_firm", "resource", "unit", "share", "quantity"]]


# --------------------------------------------------------------------------- inner workings
def _yearly_means(records: Records, span: Span) -> pd.DataFrame:
    """Mean per year of a span by scope, indicator and unit (rows) and replicate (columns)."""
    rows = records.of(span.source)
    year = rows["period"].dt.year
    rows = rows[(year >= span.first) & (year <= span.last) & (rows["indicator"] != "until")]
    wide = rows.pivot_table("value", ["scope", "indicator", "unit"], "replicate", "sum")
    whole: pd.DataFrame = wide.reindex(columns=list(records.finished[span.source])).fillna(0.0)
    return whole / span.years


def _books(sums: pd.DataFrame, left_out: Set[str]) -> pd.DataFrame:
    """What the firms that are not left out pay, emit and dump together."""
    scope = sums.index.get_level_values("scope")
    kept = scope.str.startswith("firm:") & ~scope.isin([f"firm:{firm}" for firm in left_out])
    mine = sums[kept & sums.index.get_level_values("indicator").isin(BOOKS)]
    total: pd.DataFrame = mine.groupby(["indicator", "unit"]).sum()
    return total


def _presence(records: Records, span: Span) -> pd.DataFrame:
    """Whether each exchange operates at some time of a span (1 or 0): links by replicates."""
    lives = records.lives(span.source)
    start, end = (_day(year) for year in (span.first, span.last + 1))
    there = lives[(lives["begun"] < end) & (lives["until"] > start)]
    return _by_replicate(
        there.drop_duplicates(["replicate", "link"]).assign(value=1.0), ["link"], records, span
    )


def _year_ends(records: Records, span: Span) -> pd.DataFrame:
    """Exchanges in operation at the end of every year of a span, one row each and for either end: ``firm``."""
    lives = records.lives(span.source)
    parts = []
    for year in range(span.first, span.last + 1):
        day = _day(year + 1) - 1.0
        parts.append(lives[(lives["begun"] <= day) & (lives["until"] > day)].assign(year=year))
    there = pd.concat(parts, ignore_index=True)
    ends = there["link"].str.extract(r"^(?P<giver>[^>]+)>(?P<taker>[^:]+):")
    whole = pd.concat([there, ends], axis=1)
    return whole.melt(["replicate", "link", "year"], ["giver", "taker"], value_name="firm")


def _linked_firms(records: Records, span: Span) -> pd.DataFrame:
    """Mean number of firms with an exchange at the end of the year."""
    ends = _year_ends(records, span).drop_duplicates(["replicate", "year", "firm"])
    rows = ends.assign(indicator="linked_firms", unit="count", value=1.0 / span.years)
    wide = _by_replicate(rows, ["indicator", "unit"], records, span)
    return wide


def _exchanges_of_firms(records: Records, span: Span) -> pd.DataFrame:
    """Mean number of exchanges of each firm at the end of the year; those with one partner and residual are one."""
    ends = _year_ends(records, span).drop_duplicates(["replicate", "year", "firm", "link"])
    rows = ends.assign(measure="exchanges", unit="count", value=1.0 / span.years)
    return _by_replicate(rows, ["firm", "measure", "unit"], records, span)


def _by_replicate(rows: pd.DataFrame, keys: list[str], records: Records, span: Span) -> pd.DataFrame:
    wide = rows.pivot_table("value", keys, "replicate", "sum")
    return wide.reindex(columns=list(records.finished[span.source])).fillna(0.0)


def _moves(base: pd.DataFrame, other: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Mean number of exchanges each firm has in one side of a pair only, by firm and column."""
    both = base.columns.intersection(other.columns)
    links = base.index.union(other.index)
    change = other.reindex(links).fillna(0.0)[both] - base.reindex(links).fillna(0.0)[both]
    found: dict[tuple[str, str], float] = {}
    for link, row in zip(links, change.to_numpy(), strict=True):
        giver, _, rest = str(link).partition(">")
        for firm in (giver, rest.partition(":")[0]):
            for column, sign in (("gained", 1.0), ("lost", -1.0)):
                count = float((row == sign).mean()) if row.size else 0.0
                found[firm, column] = found.get((firm, column), 0.0) + count
    return found


def _differences(sides: Mapping[str, pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    """Paired differences of every side to the first, as one family of questions."""
    labels = list(sides)
    index = sides[labels[0]].index
    for side in sides.values():
        index = index.union(side.index)
    base = _filled(sides[labels[0]], index)
    first = pd.concat(dict.fromkeys(labels[1:], base), names=["alternative"])
    # A replicate that failed on one side only is no pair there.
    other = pd.concat({label: _filled(sides[label], index) for label in labels[1:]}, names=["alternative"])
    table = paired_table(first, other)
    return table.rename_axis(["alternative", *keys]).reset_index()


def _filled(side: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """What never happened in a run is zero, not missing."""
    return side.reindex(index).fillna(0.0)


def _day(year: int) -> float:
    return float((pd.Timestamp(year=year, month=1, day=1) - _EPOCH) / pd.Timedelta(days=1))
