"""One run judged by a record: what a worker keeps of it.

What lives here: the model a hindcast and a calibration run through the engines of studies, and the rows
each run leaves. What does not: bringing the runs together (``hindcast``, ``calibration``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from ecopark.experiments.models import Outcome, Row
from ecopark.experiments.record import (
    LINK,
    PARK_WIDE,
    Exchange,
    Record,
    exchanges_of,
    pairs_of,
    read_record,
    starts_of,
)
from ecopark.experiments.scores import count_by_year, curve_distance, score_order, score_overlap
from ecopark.indicators.edgelist import read_edges
from ecopark.indicators.graph import NETWORK_INDICATORS
from ecopark.indicators.overtime import operating_at
from ecopark.run import Run
from ecopark.scenario import Scenario
from ecopark.simulate import simulate

METRICS = ("nodes", "links", "density_directed", "degree_centralisation", "betweenness_max", "cyclicity")
GROSS = ", gross"
_FUELS = ("heat", "energy")
# Laying a pipe and driving a lorry replace no fuel.
_ITEMS = ("avoided_virgin", "avoided_disposal", "treatment", "inputs", "burden")


@lru_cache(maxsize=2)
def _base(path: str, digest: str) -> Scenario:
    """Resolved scenario; read once per process, `digest` keeps hindcasts apart."""
    return Scenario.load(path)


@dataclass(frozen=True)
class HindcastRuns:
    """Runs of a park, each judged by the record of its scenario.

    Attributes
    ----------
    path : str
        Resolved scenario.
    digest : str
        Its hash.
    until : int, yr
        Last year judged.
    expected : float, s
        Time of one run.
    purpose : str
        Whatever else makes this set of runs another one.
    """

    path: str
    digest: str
    until: int
    expected: float = 0.4
    purpose: str = ""

    def describe(self) -> dict[str, Any]:
        """What identifies it."""
        return {"hindcast": self.digest, "until": self.until, "purpose": self.purpose}

    def known_paths(self) -> tuple[str, ...]:
        """None: the scenario itself refuses unknown paths."""
        return ()

    def seconds(self) -> float:
        """Expected time of one run, s."""
        return self.expected

    def variant(self, overrides: Mapping[str, Any]) -> tuple[Scenario, Record]:
        """The base with values set, and its record."""
        base = _base(self.path, self.digest)
        scenario = base.with_overrides(overrides) if overrides else base
        return scenario, read_record(scenario, self.until)

    def run(self, variant: Any, seed: int) -> Outcome:
        """Simulate once and judge."""
        scenario, record = variant
        run = simulate(scenario, seed, str(last_year(record)))
        return Outcome(judge(run, record, scenario.park.time.start.year))


def last_year(record: Record) -> int:
    """Year to which a run must go: the last one judged or of which a quantity is known."""
    return int(max([record.until, *record.quantities["year"].tolist()]))


def counted_years(record: Record) -> list[int]:
    """Every fifth year of the record, at which the exchanges begun are an output of their own."""
    return [year for year in range(min(record.starts.values()), record.until) if year % 5 == 0]


def judge(run: Run, record: Record, since: int) -> list[Row]:
    """Everything a hindcast keeps of a run.

    Parameters
    ----------
    run : Run
        To the year of :func:`last_year` or longer.
    record : Record
    since : int, yr
        First year of the curves.

    Returns
    -------
    list of tuple
        Period, scope, indicator, value, unit. ``started`` of each exchange in the period it began; by year
        the scores of :func:`score_links` and the network metrics ``METRICS``; ``volume`` of every recorded
        item in its year; without period the scores of the whole run, named as in ``docs/hindcast.md``.
    """
    years = range(since, record.until + 1)
    starts = {link: year for link, year in starts_of(run.synergies).items() if year <= record.until}
    rows: list[Row] = [
        (_first(year), "exchange:" + write_link(link), "started", float(year), "yr")
        for link, year in starts.items()
    ]
    for year in years:
        rows += [
            (_first(year), "park", name, v, "1") for name, v in score_links(starts, record, year).items()
        ]
    rows += _network_rows(run, years)
    volumes = volumes_of(run, record)
    rows += [
        (_first(year), f"item:{item}", "volume", value, unit)
        for item, (year, unit, value, _) in volumes.items()
    ]
    whole = score_run(starts, volumes, record, since)
    return rows + [(None, "park", name, value, "1") for name, value in whole.items()]


def score_run(
    starts: Mapping[Exchange, int],
    volumes: Mapping[str, tuple[int, str, float, float]],
    record: Record,
    since: int,
) -> dict[str, float]:
    """The scores of a whole run, named as in ``docs/hindcast.md``.

    Parameters
    ----------
    starts : mapping of tuple to int, yr
        Start year by giver, taker and residual; later ones than the record's last year do not count.
    volumes : mapping
        Of :func:`volumes_of`.
    record : Record
    since : int, yr
        First year of the curves.

    Returns
    -------
    dict of str to float
    """
    years = list(range(since, record.until + 1))
    starts = {link: year for link, year in starts.items() if year <= record.until}
    wanted = record.starts
    count, recorded = count_by_year(starts.values(), years), count_by_year(wanted.values(), years)
    whole = {
        **score_links(starts, record, record.until),
        "tau": score_order(starts, wanted),
        "curve_distance": curve_distance(count, recorded),
        "count": float(count[-1]),
        **{f"count_{year}": float(count[year - since]) for year in counted_years(record)},
    }
    errors = []
    for item, (_, _, value, quantity) in volumes.items():
        whole[f"ratio_{slug(item)}"] = value / quantity
        if not item.endswith(GROSS):
            errors.append(abs(value / quantity - 1.0))
    if errors:
        whole["volume_error"] = sum(errors) / len(errors)
    return whole


def score_links(starts: Mapping[Exchange, int], record: Record, year: int) -> dict[str, float]:
    """Precision, recall and F1 of exchanges and of firm pairs begun by the end of a year.

    Parameters
    ----------
    starts : mapping of tuple to int, yr
        Start year by giver, taker and residual.
    record : Record
    year : int, yr

    Returns
    -------
    dict of str to float
        ``precision_pairs``, ``recall_pairs``, ``f1_pairs`` (giver and taker, whatever flows) and the same
        of ``exchanges`` (giver, taker and residual).
    """
    found = {link for link, start in starts.items() if start <= year}
    wanted = {link for link, start in record.starts.items() if start <= year}
    scores: dict[str, float] = {}
    for what, made, recorded in (
        ("pairs", pairs_of(found), pairs_of(wanted)),
        ("exchanges", found, wanted),
    ):
        told = score_overlap(made, recorded)
        scores |= {f"precision_{what}": told.precision, f"recall_{what}": told.recall, f"f1_{what}": told.f1}
    return scores


def measure_network(edges: pd.DataFrame) -> dict[str, float]:
    """The network metrics of a hindcast.

    Parameters
    ----------
    edges : pandas.DataFrame
        ``from_firm, to_firm``, one row per exchange.

    Returns
    -------
    dict of str to float
        ``METRICS``, as in :mod:`ecopark.indicators.graph`; nodes are the firms with a link.
    """
    graph = read_edges(edges)
    return {one.id: one.compute(graph) for one in NETWORK_INDICATORS if one.id in METRICS}


def volumes_of(run: Run, record: Record) -> dict[str, tuple[int, str, float, float]]:
    """Quantities of a run beside the recorded ones.

    Parameters
    ----------
    run : Run
    record : Record

    Returns
    -------
    dict of str to tuple
        By item: year, unit, quantity of the run and recorded quantity. An exchange that does not operate
        counts as zero. Of replaced fuels there are two: net of the fuel that extraction, pumping and
        treatment burn, and gross.
    """
    found: dict[str, tuple[int, str, float, float]] = {}
    for item, rows in record.quantities.groupby("item", sort=False):
        recorded = float(rows["quantity"].sum())
        year, unit = int(rows["year"].iloc[0]), str(rows["unit"].iloc[0])
        if unit == PARK_WIDE and not rows["resource"].any():
            net, gross = fuel_substitution(run, year)
            found[str(item)] = (year, unit, net, recorded)
            found[f"{item}{GROSS}"] = (year, unit, gross, recorded)
            continue
        flows = run.flows
        moved = flows[(flows["route"] == "exchange") & (flows["start"].dt.year == year)]
        wanted = pd.MultiIndex.from_tuples(exchanges_of(rows))
        here = pd.MultiIndex.from_frame(moved[LINK].astype(str)).isin(wanted)
        found[str(item)] = (year, unit, float(moved.loc[here, "quantity"].sum()), recorded)
    return found


def fuel_substitution(run: Run, year: int) -> tuple[float, float]:
    """Emission avoided in a year by exchanges that replace fuel.

    Parameters
    ----------
    run : Run
    year : int, yr

    Returns
    -------
    tuple of float, t CO2e
        Net and gross. Exchanges whose need is heat or fuel: steam, hot and warm water, gas. Gross is what
        the replaced fuel would have emitted; net takes off what the exchange burns instead (electricity
        no longer made, pumps, the gas itself where it would not have been burnt). Clinker, fertiliser and
        feed replaced are left out, as are lorries and the laying of pipes.
    """
    accounts, names = run.accounts, run.synergies.set_index("synergy")["to_resource"]
    rows = accounts[(accounts["unit"] == PARK_WIDE) & (accounts["start"].dt.year == year)]
    kinds = rows["synergy"].astype(str).map(names.astype(str)).map(run.resources["kind"].astype(str))
    rows = rows[kinds.isin(_FUELS) & rows["item"].isin(_ITEMS)]
    both = rows["giver"] + rows["taker"]
    return float(both.sum()), float(both[rows["item"] == "avoided_virgin"].sum())


def write_link(link: Exchange) -> str:
    """One text for a link: ``giver>taker:residual``."""
    return f"{link[0]}>{link[1]}:{link[2]}"


def read_link(text: str) -> Exchange:
    """The link of a text of :func:`write_link`."""
    giver, _, rest = text.partition(">")
    taker, _, resource = rest.partition(":")
    return giver, taker, resource


def slug(text: str) -> str:
    """Name of a column for an item, in small letters, digits and _.

    Examples
    --------
    >>> slug("Process steam, 1995")
    'process_steam_1995'
    """
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _network_rows(run: Run, years: range) -> list[Row]:
    """Metrics by year; a year with the exchanges of the one before is not computed again."""
    rows: list[Row] = []
    state: list[Exchange] | None = None
    values: dict[str, float] = {}
    for year in years:
        running = operating_at(run.synergies, f"{year}-12-31")
        now = sorted(set(exchanges_of(running)))
        if now != state:
            values, state = measure_network(running), now
        rows += [(_first(year), "park", name, value, "1") for name, value in values.items()]
    return rows


def _first(year: int) -> pd.Timestamp:
    return pd.Timestamp(year, 1, 1)
