"""The accounts of a programme on the console: one row per year, one table per basis.

What does not live here: computing anything; all arrives as tables.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from ecopark.report.numbers import number, scale_of

METRICS = {
    "programme_landfill": ("landfill", "t"),
    "programme_co2": ("CO2", "t CO2e"),
    "programme_virgin": ("virgin", "t"),
    "programme_hazardous": ("hazardous", "t"),
    "programme_water": ("water", "m3"),
    "programme_cost_saved": ("saved", ""),
    "programme_sales": ("sales", ""),
    "programme_investment": ("invested", ""),
    "programme_jobs": ("jobs", "jobs"),
}
_OF_COST = {
    "programme_cost_per_t_co2": "per t CO2",
    "programme_cost_per_t_landfill": "per t landfill",
    "programme_benefit_cost": "benefit/cost",
    "programme_leverage": "private/public",
}
_MOST_YEARS = 12


def programme_tables(report: Any) -> Group:
    """Metrics by year and basis, people and cost of a programme.

    Parameters
    ----------
    report : ProgrammeReport

    Returns
    -------
    rich.console.Group
    """
    wide = wide_metrics(report.metrics)
    plain = wide[wide["charged"] == ""]
    annual = plain[plain["basis"] == report.bases[0]]
    shown = annual[annual["year"].isin(_shown(annual["year"]))]
    parts: list[Any] = [_metrics(shown, "year", f"By year: {report.bases[0]}", report.currency)]
    if len(plain):
        last = int(plain["year"].max())
        now = plain[plain["year"] == last].set_index("basis").reindex(report.bases).reset_index()
        parts.append(_metrics(now, "basis", f"{last}, told on each basis", report.currency))
    parts.append(_people(report.people, report.currency))
    if any(name in wide for name in _OF_COST):
        parts.append(_cost(wide, report))
    span = f"{report.account.since.year} to {int(report.people['year'].max())}"
    parts += [Text(f"{report.name}, {span}; money of {report.price_year}")]
    parts += [Text(f"note: {note}", style="dim") for note in report.notes]
    return Group(*parts)


def wide_metrics(metrics: pd.DataFrame) -> pd.DataFrame:
    """One row per year, basis and way of charging cost; one column per indicator.

    Parameters
    ----------
    metrics : pandas.DataFrame
        Of a :class:`~ecopark.planning.programme.reporting.ProgrammeReport`.

    Returns
    -------
    pandas.DataFrame
        ``year, basis, charged`` and the indicators. Investment and jobs, which are never multiplied with a lifetime,
        stand in the rows of the basis beside which they were computed.
    """
    rows = metrics.assign(year=metrics["period"].dt.year, basis=metrics["ground"])
    table = rows.pivot_table("value", ["year", "basis", "charged"], "indicator", aggfunc="first", sort=False)
    return table.reset_index().rename_axis(columns=None).sort_values(["year", "basis"], kind="stable")


def _shown(years: pd.Series) -> list[int]:
    """Years that fit a screen: all, or evenly spaced ones with the last."""
    known = sorted({int(year) for year in years})
    step = max(1, math.ceil(len(known) / _MOST_YEARS))
    return known[::-1][::step][::-1]


def _metrics(rows: pd.DataFrame, key: str, title: str, currency: str) -> Table:
    """Metrics in units that fit, one row per year or basis."""
    columns = [name for name in METRICS if name in rows and rows[name].notna().any()]
    table = Table(title=title, title_justify="left", header_style="bold", padding=(0, 0))
    table.add_column(key, no_wrap=key == "year")
    factors = []
    for name in columns:
        words, unit = METRICS[name]
        largest = float(rows[name].abs().max())
        divisor, told = (1.0, "") if unit == "jobs" else scale_of(largest, unit or currency)
        factors.append(divisor)
        table.add_column(f"{words}\n{told}" if told else words, justify="right")
    for row in rows.sort_values("year").to_dict("records") if key == "year" else rows.to_dict("records"):
        table.add_row(
            str(row[key]), *(_cell(row[name] / by) for name, by in zip(columns, factors, strict=True))
        )
    return table


def _people(people: pd.DataFrame, currency: str) -> Table:
    table = Table(title="Members, ideas that reached a stage in the year, public money", title_justify="left",
                  header_style="bold", padding=(0, 0))  # fmt: skip
    stages = [name for name in people.columns if name not in ("year", "members", "public_cost")]
    divisor, told = scale_of(float(people["public_cost"].max()), currency)
    for name in ("year", "members", *stages, f"paid\n{told}"):
        table.add_column(name, justify="left" if name == "year" else "right")
    for row in people[people["year"].isin(_shown(people["year"]))].to_dict("records"):
        counts = [f"{row[name]:.0f}" if math.isfinite(row[name]) else "–" for name in ("members", *stages)]
        table.add_row(str(int(row["year"])), *counts, _cell(row["public_cost"] / divisor))
    return table


def _cost(wide: pd.DataFrame, report: Any) -> Table:
    """Cost and return of the last year with a cost, on every basis."""
    names = [name for name in _OF_COST if name in wide]
    costly = wide[wide[names].notna().any(axis=1)]
    # After the grant there is no cost of the year any more; sums go on.
    last = int(costly.loc[costly["basis"] == report.bases[0], "year"].max())
    table = Table(title=f"Public money and what came of it, {last}; {report.currency}", title_justify="left",
                  header_style="bold", padding=(0, 0))  # fmt: skip
    table.add_column("basis")
    table.add_column("cost charged")
    for name in names:
        table.add_column(_OF_COST[name], justify="right")
    for basis in report.bases:
        now = costly[(costly["basis"] == basis) & (costly["year"] == last)]
        whole = now[now["charged"].isin(["", "whole"])][names].max()
        table.add_row(basis, "whole", *(_cell(whole[name]) for name in names))
        for row in now[now["charged"] == "apportioned"].to_dict("records"):
            table.add_row("", "its share", *(_cell(row[name]) for name in names))
    return table


def _cell(value: Any) -> str:
    return "–" if value is None or not math.isfinite(float(value)) else number(float(value))
