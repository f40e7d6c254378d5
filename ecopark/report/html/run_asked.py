"""Opening sections of a run's report: the result in a few numbers, what was asked, how the network grew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from ecopark.report.html.document import (
    Bullets,
    Cell,
    Facts,
    Paragraph,
    Picture,
    Section,
    Table,
    amount,
    count,
    words,
)
from ecopark.report.html.gathered import Gathered
from ecopark.report.interactive.network import describe_network
from ecopark.report.interactive.sankey import describe_sankey, exchange_years
from ecopark.report.interactive.timeline import describe_timeline
from ecopark.report.network import draw_network
from ecopark.report.numbers import quantity
from ecopark.report.park_map import draw_park_map
from ecopark.report.sankey import draw_sankey
from ecopark.report.timeline import draw_timeline
from ecopark.scenario.policy import SINGLE_PATHS

BASIS = (
    "Basis: gross, against the same park with the same luck in which every exchange is replaced by its disposal route "
    "and its virgin supply. Sums run over all years; nothing is divided between partners or programmes."
)


def result_section(gathered: Gathered) -> Section:
    """The few numbers to remember."""
    ideas = gathered.run.synergies
    first, last = gathered.tables.span
    ran, running = ideas["operating"].notna(), ideas["operating"].notna() & ideas["ended"].isna()

    def sums(*indicators: str, unit: str) -> tuple[Cell, str]:
        now = gathered.last(*indicators)
        return amount(gathered.total(*indicators), unit), f"{quantity(now, unit) if now else '0'} in {last}"

    currency = gathered.run.currency
    facts = (
        (
            "Exchanges in operation at the end",
            count(int(running.sum())),
            f"{int(ran.sum())} ever, of {len(ideas)} ideas",
        ),
        ("Waste kept from disposal", *sums("avoided_waste", unit="t")),
        ("Fresh water not drawn", *sums("avoided_water", unit="m3")),
        ("Heat, fuel and power not bought", *sums("avoided_heat", "avoided_fuel", unit="MWh")),
        ("Greenhouse gases avoided", *sums("avoided_co2", unit="t CO2e")),
        ("Joint gain of the partners", *sums("joint_gain", unit=currency)),
    )
    text = f"One run of the park from {first} to {last}: one possible history, not a forecast. {BASIS}"
    return Section("result", "The result in six numbers", (Facts(facts), Paragraph(text)))


def asked_section(gathered: Gathered) -> Section:
    """Scenario, period, seed, policy, and what was switched off."""
    run, park = gathered.run, gathered.run.scenario.park
    first, last = gathered.tables.span
    layout = park.layout
    rows = [
        ("Park", park.name),
        (
            "Period",
            f"{first} to {last}, firms look round every {park.time.period}, flows by {park.time.segment}",
        ),
        ("Seed", run.seed),
        ("Firms", len(run.firms)),
        ("Resources", len(run.resources)),
        ("Money", f"{run.currency} at prices of {park.currency.price_year}"),
        ("Distances", f"{layout.distance}, detour {layout.detour.value:g}"),
        ("Negotiation", park.agents.negotiation.protocol.replace("_", " ")),
        (
            "Facilitator",
            "none" if park.agents.facilitator is None else f"from {park.agents.facilitator.from_:%Y-%m}",
        ),
        ("Switched off", ", ".join(_switched_off(gathered)) or "nothing: all mechanisms are on"),
        ("Shocks", len(park.shocks) or "none"),
        *((f"Set: {path}", value) for path, value in run.manifest.get("overrides", {}).items()),
    ]
    table = Table(
        "asked",
        "What was run",
        ("what", "value"),
        tuple((words(name), words(value)) for name, value in rows),
    )
    described = (Paragraph(str(park.description)),) if park.description else ()
    return Section("question", "What was asked", (*described, table, _policy(gathered)))


def _switched_off(gathered: Gathered) -> list[str]:
    switches = gathered.run.scenario.park.mechanisms
    names = type(switches).model_fields
    return [name.replace("_", " ") for name in names if getattr(switches, name) is False]


_LISTS = (
    ("bans", "ban", "bans"),
    ("discharge_limits", "discharge limit", "discharge limits"),
    ("support", "payment for single exchanges", "payments for single exchanges"),
    ("announced", "announced change", "announced changes"),
)


def _policy(gathered: Gathered) -> Table | Bullets:
    """Levers of the policy that hold anything, at the start, in the middle and at the end of the run."""
    policy = gathered.run.scenario.park.policy
    first, last = gathered.tables.span
    years = sorted({first, (first + last) // 2, last})
    rows = []
    for name in SINGLE_PATHS:
        path = getattr(policy, name)
        if path is None:
            continue
        values = [path.at(date(year, 12, 31)) for year in years]
        if any(values):
            unit = "" if path.unit == "1" else f" {path.unit}"
            rows.append((words(name.replace("_", " ")), *(Cell(f"{v:,.3g}{unit}", v) for v in values)))
    others = [
        f"{one if number == 1 else many}: {number}"
        for name, one, many in _LISTS
        if (number := len(getattr(policy, name, ()) or ()))
    ]
    if not rows:
        return Bullets((f"Policy: {', '.join(others) or 'no tax, levy, price or grant in force'}.",))
    caption = f"Policy in force at prices of {gathered.run.scenario.park.currency.price_year}"
    if others:
        caption += f"; besides {', '.join(others)}"
    return Table("policy", caption, ("lever", *map(str, years)), tuple(rows))


def network_section(gathered: Gathered) -> Section:
    """Map and network over time."""
    tables = gathered.tables
    years = exchange_years(tables)
    busiest = tables.busiest_year
    network = Picture(
        "network",
        f"Network of firms with one curve per exchange for each year from {years[0]} to {years[-1]}; in {busiest} it "
        f"has {int((tables.exchanged['year'] == busiest).sum())} exchanges.",
        "Exchanges by year, firms parted so that names have room. Colour: resource; width: square root of the yearly "
        "quantity within a kind of resource; arrow: from giver to taker.",
        describe_network(tables, years, to_scale=False),
        lambda: draw_network(tables),
        "Move the year; point at a curve for its quantity.",
    )
    park_map = Picture(
        "map",
        f"Map of the firms at their sites with the exchanges of {busiest}.",
        f"The park in {busiest}, the year with the most exchanges, to scale; partners far away stand on the border "
        "with their distance.",
        describe_network(tables, [busiest], to_scale=True),
        lambda: draw_park_map(tables),
    )
    return Section("network", "How the network grew", (network, park_map))


def flows_section(gathered: Gathered) -> Section:
    """Sankey diagram by year."""
    tables = gathered.tables
    years = exchange_years(tables)
    picture = Picture(
        "sankey",
        f"Sankey diagram of materials, energy and water exchanged between firms, for each year from {years[0]} to "
        f"{years[-1]}.",
        "Who gave what to whom, per year, width to scale within a panel and over all years. A second place of a firm, "
        "marked ↩, takes what runs back against the order of columns.",
        describe_sankey(tables, years),
        lambda: draw_sankey(tables),
        "Point at a band for its quantity.",
    )
    return Section("flows", "Flows from year to year", (picture, _largest(gathered)))


def _largest(gathered: Gathered) -> Table:
    """Resources exchanged: over the run and in the last year."""
    tables = gathered.tables
    rows = tables.indicators[tables.indicators["indicator"] == "exchanged"]
    name = rows["scope"].str.removeprefix("resource:")
    total = rows["value"].groupby(name).sum()
    now = rows[rows["period"].dt.year == tables.span[1]]
    last = now["value"].groupby(now["scope"].str.removeprefix("resource:")).sum()
    kinds, units = tables.resources["kind"].astype(str), tables.resources["unit"].astype(str)
    order = sorted(total.index, key=lambda one: (kinds[one], -total[one], one))
    return Table(
        "exchanged",
        "What reached its taker, by resource",
        ("resource", "kind", f"{tables.span[0]} to {tables.span[1]}", f"in {tables.span[1]}"),
        tuple(
            (
                words(tables.resource_name(one)),
                words(kinds[one]),
                amount(total[one], units[one]),
                amount(float(last.get(one, 0.0)), units[one]),
            )
            for one in order
        ),
    )


def _records(table: pd.DataFrame) -> Iterator[Any]:
    """Rows as named tuples; their fields are columns, unknown to a type checker."""
    return iter(table.itertuples())


def timeline_section(gathered: Gathered) -> Section:
    """Stages of each synergy, and why ideas were lost."""
    tables, ideas = gathered.tables, gathered.run.synergies
    ran = ideas["operating"].notna()
    picture = Picture(
        "timeline",
        f"Timeline with a row for each of {int(ran.sum())} synergies that reached operation: search, negotiation, "
        "permit, building, operation, and how it ended.",
        "Stages of every synergy that reached operation; at the right the ideas lost, by reason.",
        describe_timeline(tables),
        lambda: draw_timeline(tables),
        "Point at a bar for its dates and reason.",
    )
    lost = ideas[~ran & ideas["reason"].fillna("").ne("")]
    reasons = lost["reason"].value_counts()
    order = sorted(reasons.index, key=lambda reason: (-reasons[reason], str(reason)))
    losses = Table(
        "lost",
        f"The {len(lost)} ideas lost before operation, by reason",
        ("reason", "ideas"),
        tuple((words(str(reason).replace("-", " ")), count(int(reasons[reason]))) for reason in order),
    )
    dated = ideas[ran].sort_values(["operating", "synergy"])
    every = Table(
        "synergies",
        "Every synergy that reached operation",
        ("giver", "taker", "resource", "from", "until", "how it ended"),
        tuple(
            (
                words(tables.firm_name(row.from_firm)),
                words(tables.firm_name(row.to_firm)),
                words(tables.resource_name(row.resource)),
                words(f"{row.operating:%Y-%m}"),
                words("" if pd.isna(row.ended) else f"{row.ended:%Y-%m}"),
                words(f"{row.state}{': ' + str(row.reason).replace('-', ' ') if row.reason else ''}"),
            )
            for row in _records(dated)
        ),
        folded=True,
    )
    return Section("timeline", "From idea to exchange", (picture, losses, every))
