"""Sections of a run's report on the network's structure, and on what the run is set beside."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from ecopark.report.html.document import (
    Block,
    Cell,
    Paragraph,
    Picture,
    Section,
    Table,
    amount,
    plain_number,
    words,
)
from ecopark.report.html.gathered import Gathered
from ecopark.report.interactive.indicators import PANELS, describe_indicators
from ecopark.report.network_curves import draw_network_curves
from ecopark.run import Run

# What the outside supplied or took: title, route, kinds, unit, and the indicators that say what exchange spared.
_OUTSIDE = (
    ("Residual materials disposed of", "disposal", ("material",), "t", ("avoided_waste",)),
    ("Residual water discharged", "disposal", ("water",), "m3", ("avoided_discharge",)),
    ("Materials bought", "virgin", ("material",), "t", ("avoided_virgin",)),
    ("Water drawn or bought", "virgin", ("water",), "m3", ("avoided_water",)),
    ("Heat, fuel and power bought", "virgin", ("heat", "energy"), "MWh", ("avoided_heat", "avoided_fuel")),
)


def structure_section(gathered: Gathered) -> Section:
    """Network and resilience indicators over time."""
    states, tables = gathered.states, gathered.tables
    picture = Picture(
        "indicators",
        "Nine line charts over the years: " + ", ".join(title.lower() for _, title, _ in PANELS) + ".",
        "State at the end of each year; resilience every fifth year. Firms without exchange are no nodes.",
        describe_indicators(tables, states),
        lambda: draw_network_curves(tables),
    )
    last: Any = states.dropna(subset="value").sort_values("period").groupby("indicator")["value"].last()
    most: Any = states.dropna(subset="value").groupby("indicator")["value"].max()
    rows = tuple(
        (words(title), words(unit), plain_number(float(last[name])), plain_number(float(most[name])))
        for name, title, unit in PANELS
        if name in last.index
    )
    table = Table("structure", "Network and resilience", ("indicator", "unit", "at the end", "highest"), rows)
    fragile = (
        "**Loss if the worst firm closes** is the share of exchanges that end with the one firm whose closure takes "
        "most with it. **Robustness** is the mean share of firms still connected while firms leave one by one, those "
        "with most partners first; 0.5 is the most a network can reach."
    )
    return Section("structure", "Network and resilience", (picture, table, Paragraph(fragile)))


def comparison_section(gathered: Gathered) -> Section:
    """Beside the same park without exchange, the best possible network, and the record."""
    blocks: list[Block] = [*_reference(gathered), *_optimum(gathered.optimum), *_record(gathered)]
    return Section("comparison", "Compared with what", tuple(blocks))


def _outside(run: Run, route: str, kinds: tuple[str, ...], *, idle: bool = False) -> float:
    """What the outside supplied or took; with `idle` without what was bought for exchanges alone."""
    rows = run.flows
    hit = (rows["route"] == route) & rows["kind"].isin(list(kinds))
    if idle:
        hit &= rows["synergy"].isna()
    return float(rows.loc[hit, "quantity"].sum())


def _reference(gathered: Gathered) -> list[Block]:
    """The park with no exchange: from its own run, or this run's ledger with what was spared added."""
    measured = gathered.reference
    rows: list[tuple[Cell, ...]] = []
    for title, route, kinds, unit, spared in _OUTSIDE:
        here = _outside(gathered.run, route, kinds)
        if measured is None:
            without = _outside(gathered.run, route, kinds, idle=True) + gathered.total(*spared)
        else:
            without = _outside(measured, route, kinds)
        share = (here - without) / without if without else math.nan
        percent = Cell("–") if share != share else Cell(f"{100 * share:+.1f} %".replace("-", "\u2212"), share)
        rows.append((words(title), amount(here, unit), amount(without, unit), percent))
    if measured is None:
        text = (
            "The reference is the same park with the same luck and **no exchange**: what this run's ledger holds "
            "without what was bought for exchanges alone (such as power for pumps), and what each exchange spared put "
            "back on its disposal route and virgin supply. A run of its own can be named with --reference."
        )
    else:
        text = (
            f"The reference is a run of its own: the same park, seed {measured.seed}, with **no exchange**. Its plants "
            "may also work differently where they would have lived on what others give."
        )
    head = ("over the whole run", "this run", "no exchange", "difference")
    return [
        Paragraph(text),
        Table("reference", "This run beside the park without exchange", head, tuple(rows)),
    ]


def _optimum(found: Mapping[str, Any] | None) -> list[Block]:
    """How much of the best possible network came about."""
    if found is None:
        return [
            Paragraph(
                "**Optimum**: not computed for this report; ecopark optimum finds the best possible network."
            )
        ]
    captured = found["capture"]["mean"]
    reasons = {name: float(share) for name, share in found["lost_by_reason"].items() if name != "realised"}
    rows = [(words("realised"), Cell(f"{100 * captured:.0f} %", float(captured)))]
    for name in sorted(reasons, key=lambda name: -abs(reasons[name])):
        rows.append(
            (
                words(name.replace("-", " ")),
                Cell(f"{100 * reasons[name]:.1f} %".replace("-", "\u2212"), reasons[name]),
            )
        )
    objective, basis = ", ".join(found["objective"]), str(found["basis"]).capitalize()
    text = (
        f"**Optimum**: the best possible network by {objective} is worth {amount(found['best'], found['unit']).text} "
        f"(proved to {100 * found['gap']:.1f} %); {100 * captured:.0f} % of it came about. {basis}."
    )
    caption = "Where the value of the best possible network went"
    return [Paragraph(text), Table("optimum", caption, ("", "share of the possible"), tuple(rows))]


def _record(gathered: Gathered) -> list[Block]:
    """Recorded exchanges beside this run, and what many runs made of them."""
    observed = gathered.run.scenario.park.observed
    if observed is None or not observed.record:
        return [Paragraph("**Record**: the scenario names none.")]
    ideas, tables = gathered.run.synergies, gathered.tables
    ran = ideas[ideas["operating"].notna()]
    keys = [ran[name].astype(str) for name in ("from_firm", "to_firm", "resource")]
    began: Any = ran["operating"].groupby(keys).min()
    rows: list[tuple[Cell, ...]] = []
    hits = 0
    for giver, taker, resource, year in sorted(_recorded(observed.record)):
        when = began.get((giver, taker, resource))
        found = None if when is None or pd.isna(when) else int(when.year)
        hits += found is not None and found <= observed.until
        names = f"{tables.firm_name(giver)} → {tables.firm_name(taker)}"
        seen = Cell("–") if found is None else Cell(str(found), float(found))
        rows.append((words(names), words(tables.resource_name(resource)), Cell(str(year), float(year)), seen))
    rows.sort(key=lambda row: (row[2].value, row[0].text))
    text = (
        f"**Record**: of {len(rows)} exchanges recorded until {observed.until}, this run made {hits} by then. One run "
        "says little; ecopark hindcast judges many."
    )
    head = ("exchange", "resource", "recorded", "this run")
    blocks: list[Block] = [Paragraph(text), Table("record", "First year of operation", head, tuple(rows))]
    if gathered.hindcast is not None:
        blocks.append(_hindcast(gathered.hindcast))
    return blocks


def _recorded(record: Iterable[Mapping[str, str]]) -> list[tuple[str, str, str, int]]:
    """Giver, taker, resource and first year of each recorded exchange."""
    return [(row["from_firm"], row["to_firm"], row["resource"], int(row["start_year"])) for row in record]


def _hindcast(found: Mapping[str, Any]) -> Table:
    """Measures of many runs beside the record, with their baselines."""
    rows = []
    for name, measure in found["measures"].items():
        cells = [measure.get(key) for key in ("low", "median", "high", "random_median")]
        rows.append(
            (words(name.replace("_", " ")), words(measure["unit"] if measure["unit"] != "1" else ""),
             *(Cell("–") if value is None else plain_number(float(value)) for value in cells))
        )  # fmt: skip
    head = ("measure", "unit", "low (5 %)", "median", "high (95 %)", "random feasible pairs")
    return Table("hindcast", "Many runs beside the record", head, tuple(rows))
