"""From a finished run to plain data for the page: the network, the years, the books of a firm, two set-ups compared.

What lives here: the door to all views. What does not: the card of an exchange (``exchange_view``), any indicator
(``indicators``) or test (``planning``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ecopark.app.exchange_view import CARBON, Record, exchange_card
from ecopark.app.ground import Ground
from ecopark.errors import DomainError
from ecopark.indicators.pipeline import STAGES, fate_by_stage, funnel, losses_by_cause
from ecopark.planning.compare import Comparison
from ecopark.planning.compare.build import build_comparison, choose_spans, collect_runs
from ecopark.planning.compare.inputs import Alternative, check_comparable
from ecopark.report.tables import RunTables, sum_by_year
from ecopark.run import Run
from ecopark.scenario.units import nearest

__all__ = ["Record", "difference", "exchange_card", "firm_card", "network_at", "pipeline", "years"]

_PARTIES = ["giver", "taker"]


def years(run: Run) -> tuple[int, int]:
    """First and last year of a run with flows; 0 and 0 where there are none.

    Parameters
    ----------
    run : Run

    Returns
    -------
    tuple of int, yr
    """
    if run.flows.empty:
        return 0, 0
    return int(run.flows["start"].min().year), int(run.flows["start"].max().year)


def network_at(
    run: Run, date: str | pd.Timestamp, ground: Ground | None = None
) -> tuple[list[Record], list[Record]]:
    """Firms and exchanges on a date.

    Parameters
    ----------
    run : Run
    date : str or pandas.Timestamp
        Such as ``"1990"`` or ``"1990-06"``.
    ground : Ground, optional
        Plane of the places, such as that of a draft; that of the run's own firms by default.

    Returns
    -------
    nodes : list of dict
        ``firm, name, short, sector, x_m, y_m, present``; all firms of the run, those not there on the date too.
    edges : list of dict
        ``exchange, giver, taker, resource, resource_name, kind, unit, mode, since`` (ISO date), ``quantity`` (unit/yr,
        what arrived in the calendar year of the date).
    """
    when, graph = pd.Timestamp(date), run.network(date)
    park, tables = run.scenario.park, RunTables.of(run)
    plane = (ground or Ground.of(park)).metres([park.firms[str(name)].site for name in run.firms.index])
    nodes = [
        {
            "firm": str(firm),
            "name": str(row["name"]),
            "short": tables.firm_name(str(firm)),
            "sector": str(row["sector"]),
            "x_m": float(x),
            "y_m": float(y),
            "present": firm in graph,
        }
        for (firm, row), (x, y) in zip(run.firms.iterrows(), plane, strict=True)
    ]
    rows = run.flows[(run.flows["route"] == "exchange") & (run.flows["start"].dt.year == when.year)]
    moved = rows.groupby(rows["synergy"].astype(str))["quantity"].sum()
    modes = dict(zip(run.synergies["synergy"].astype(str), run.synergies["mode"].astype(str), strict=True))
    edges = []
    for giver, taker, key, about in graph.edges(keys=True, data=True):
        resource = str(about["resource"])
        spec = run.resources.loc[resource]
        edges.append(
            {
                "exchange": str(key),
                "giver": str(giver),
                "taker": str(taker),
                "resource": resource,
                "resource_name": tables.resource_name(resource),
                "kind": str(spec["kind"]),
                "unit": str(spec["unit"]),
                "mode": modes[str(key)],
                "since": f"{about['since']:%Y-%m-%d}",
                "quantity": float(moved.get(str(key), 0.0)),
            }
        )
    return nodes, edges


def firm_card(run: Run, firm: str) -> Record:
    """Books of a firm.

    Parameters
    ----------
    run : Run
    firm : str

    Returns
    -------
    dict
        ``firm, name, sector, opens, closes`` (ISO dates or empty), ``currency``; ``money`` (DataFrame: index year, a
        column per item, money, positive is a gain); ``net`` (float, money, its sum); ``carbon`` (Series by year, t CO2e
        avoided in its books); ``flows`` (DataFrame ``year, direction`` in or out, ``resource, name, route, partner,
        quantity, unit``); ``exchanges`` (list of dict ``exchange, role`` giver or taker, ``partner, partner_name,
        resource, resource_name, state, since, until``; those that ever operated, by date).

    Raises
    ------
    DomainError
        If the run has no such firm.
    """
    if firm not in run.firms.index:
        raise DomainError(f"this run has no firm {firm!r}{nearest(firm, [str(f) for f in run.firms.index])}")
    about, tables = run.firms.loc[firm], RunTables.of(run)
    books = _books(run, firm)
    money = books[books["unit"] == run.currency].pivot_table(
        "value", "year", "item", aggfunc="sum", fill_value=0.0
    )
    carbon = books[books["unit"] == CARBON].groupby("year")["value"].sum()
    return {
        "firm": firm,
        "name": str(about["name"]),
        "sector": str(about["sector"]),
        "opens": _day(about["opens"]),
        "closes": _day(about["closes"]),
        "currency": run.currency,
        "money": money,
        "net": float(money.to_numpy().sum()),
        "carbon": carbon,
        "flows": _flows_of(run, firm, tables),
        "exchanges": _exchanges_of(run, firm, tables),
    }


def _books(run: Run, firm: str) -> pd.DataFrame:
    """Effects on a firm in the accounts: ``year, item, value, unit``."""
    parts = []
    for role, end in zip(_PARTIES, ("from_firm", "to_firm"), strict=True):
        rows = run.accounts[run.accounts[end].astype(str) == firm]
        columns = {"year": rows["start"].dt.year, "item": rows["item"].astype(str), "value": rows[role]}
        parts.append(pd.DataFrame(columns).assign(unit=rows["unit"].astype(str)))
    joined = pd.concat(parts, ignore_index=True)
    # Items that are the partner's alone would be columns of nothing.
    return joined[joined["value"] != 0.0]


def _flows_of(run: Run, firm: str, tables: RunTables) -> pd.DataFrame:
    """What came in and went out by year, resource, route and partner."""
    touching = run.flows[(run.flows["from_firm"] == firm) | (run.flows["to_firm"] == firm)]
    yearly = sum_by_year(touching)
    outward = yearly["from_firm"] == firm
    return pd.DataFrame(
        {
            "year": yearly["year"],
            "direction": outward.map({True: "out", False: "in"}),
            "resource": yearly["resource"],
            "name": yearly["resource"].map(tables.resource_name),
            "route": yearly["route"],
            "partner": yearly["to_firm"].where(outward, yearly["from_firm"]).map(tables.firm_name),
            "quantity": yearly["quantity"],
            "unit": yearly["unit"],
        }
    )


def _exchanges_of(run: Run, firm: str, tables: RunTables) -> list[Record]:
    table = run.synergies
    mine = table[
        ((table["from_firm"].astype(str) == firm) | (table["to_firm"].astype(str) == firm))
        & table["operating"].notna()
    ].sort_values("operating", kind="stable")
    found = []
    for row in mine.itertuples():
        gives = str(row.from_firm) == firm
        partner, resource = str(row.to_firm if gives else row.from_firm), str(row.resource)
        found.append(
            {
                "exchange": str(row.synergy),
                "role": "giver" if gives else "taker",
                "partner": partner,
                "partner_name": tables.firm_name(partner),
                "resource": resource,
                "resource_name": tables.resource_name(resource),
                "state": str(row.state),
                "since": _day(row.operating),
                "until": _day(row.ended),
            }
        )
    return found


def pipeline(run: Run) -> Record:
    """Ideas and what became of them.

    Parameters
    ----------
    run : Run

    Returns
    -------
    dict
        ``funnel``, ``fates``, ``losses`` (DataFrames of ``funnel``, ``fate_by_stage`` and ``losses_by_cause`` in
        ``indicators.pipeline``); ``ideas`` (DataFrame: one row each, ``exchange, giver, taker, resource`` in words, the
        date of each stage, ``ended, state, reason``).
    """
    table, tables = run.synergies, RunTables.of(run)
    stages = [*STAGES, "ended"]
    ideas = pd.DataFrame(
        {
            "exchange": table["synergy"].astype(str),
            "giver": table["from_firm"].astype(str).map(tables.firm_name),
            "taker": table["to_firm"].astype(str).map(tables.firm_name),
            "resource": table["resource"].astype(str).map(tables.resource_name),
            **{stage: table[stage] for stage in stages},
            "state": table["state"].astype(str),
            "reason": table["reason"].astype(str),
        }
    )
    return {
        "funnel": funnel(table),
        "fates": fate_by_stage(table),
        "losses": losses_by_cause(table),
        "ideas": ideas,
    }


def difference(
    runs_a: Sequence[Run], runs_b: Sequence[Run], labels: tuple[str, str] = ("A", "B")
) -> Comparison:
    """Paired differences of two set-ups, run by run on the same luck.

    Parameters
    ----------
    runs_a, runs_b : sequence of Run
        Of common seeds; others are left out.
    labels : tuple of str

    Returns
    -------
    Comparison
        ``indicators`` has means, differences B minus A, and 95 % intervals, missing for one pair only.

    Raises
    ------
    DomainError
        If a side has no run, no seed is common, or the two cannot be compared.
    """
    if not runs_a or not runs_b:
        raise DomainError("There is nothing to compare: both set-ups need at least one finished run.")
    sides = [
        Alternative(label, runs[0].scenario, tuple({run.seed: run for run in runs}.values()))
        for label, runs in zip(labels, (runs_a, runs_b), strict=True)
    ]
    notes = check_comparable(sides)
    spans = choose_spans(sides, None, ())
    records, failed = collect_runs(sides)
    return build_comparison(sides, spans, records, failed, notes, Comparison)


def _day(when: Any) -> str:
    """ISO date, empty where there is none."""
    return "" if pd.isna(when) else f"{when:%Y-%m-%d}"
