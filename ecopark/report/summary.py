"""The closing table of a run: what stands at the end, on a stated basis.

What does not live here: computing an indicator (``indicators``); the table adds up what the
run's tables hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO

import pandas as pd
from rich.console import Console
from rich.table import Table

from ecopark.report.numbers import quantity
from ecopark.report.tables import RunTables

GJ_PER_MWH = 3.6


@dataclass(frozen=True)
class SummaryLine:
    """One line: what, over the whole run, in the last year; empty where it has no such value."""

    label: str
    total: str
    last: str = ""


def summary_lines(tables: RunTables, currency: str) -> list[SummaryLine]:
    """Lines of the closing table.

    Parameters
    ----------
    tables : RunTables
        Tables of the run. Sums use the indicators of scope ``park``.
    currency : str
        Code of the run's money, e.g. ``"DKK"``.

    Returns
    -------
    list of SummaryLine
        Sums over all years, and the last calendar year of the run.
    """
    ideas = tables.synergies
    ran = ideas["operating"].notna()
    now = ran & ideas["ended"].isna()
    lost = ideas[~ran & ideas["reason"].fillna("").ne("")]
    reasons = lost["reason"].value_counts()
    order = sorted(reasons.index, key=lambda reason: (-reasons[reason], reason))[:3]
    why = ", ".join(f"{reason} {reasons[reason]:,}" for reason in order)
    lines = [
        SummaryLine("Synergies that ever operated", f"{int(ran.sum()):,}"),
        SummaryLine("  in operation at the end", "", f"{int(now.sum()):,}"),
        SummaryLine("Ideas lost before operation", f"{len(lost):,}" + (f" ({why})" if why else "")),
        _sum_line(tables, "Waste kept from disposal", ["avoided_waste"], "t"),
        _sum_line(tables, "Fresh water not drawn", ["avoided_water"], "m3"),
        _sum_line(tables, "Heat not made from fuel", ["avoided_heat"], "MWh"),
        _sum_line(tables, "Fuel and power not bought", ["avoided_fuel"], "MWh"),
        _sum_line(tables, "Greenhouse gases avoided", ["avoided_co2"], "t CO2e"),
        _sum_line(tables, "Joint gain of the partners", ["joint_gain"], currency),
    ]
    best, worst = _best_and_worst(tables, currency)
    return [
        *lines,
        SummaryLine("Best year by joint gain", best),
        SummaryLine("Worst year with an exchange", worst),
    ]


def closing_table(tables: RunTables, currency: str) -> Table:
    """Closing table of a run for the terminal.

    Parameters
    ----------
    tables : RunTables
    currency : str
        Code of the run's money.

    Returns
    -------
    rich.table.Table
        Columns: what, sum over the run, last year. The basis is in its caption.
    """
    first, last = tables.span
    table = Table(
        title="What the run left behind", title_justify="left", caption=_basis(), caption_justify="left"
    )
    table.add_column("")
    table.add_column(f"{first} to {last}", justify="right")
    table.add_column(f"in {last}", justify="right")
    for line in summary_lines(tables, currency):
        table.add_row(line.label, line.total, line.last)
    return table


def closing_text(tables: RunTables, currency: str, width: int = 100) -> str:
    """The closing table as plain text of at most `width` letters a line."""
    out = StringIO()
    console = Console(file=out, width=width, color_system=None, force_terminal=False, legacy_windows=False)
    console.print(closing_table(tables, currency))
    return out.getvalue()


def _basis() -> str:
    return (
        "Basis: against the same run without exchange, same draws; gross of attribution between partners. "
        "Sums are cumulative; the last column is the last calendar year."
    )


def _by_year(tables: RunTables, indicators: list[str]) -> pd.Series:
    """Park total of the indicators by year."""
    rows = tables.indicators
    rows = rows[rows["indicator"].isin(indicators) & (rows["scope"] == "park")]
    return rows["value"].groupby(rows["period"].dt.year).sum()


def _sum_line(tables: RunTables, label: str, indicators: list[str], unit: str) -> SummaryLine:
    """Sum over the run and value of the last year; MWh also in joules."""
    years = _by_year(tables, indicators)
    total, last = float(years.sum()), float(years.get(tables.span[1], 0.0))
    return SummaryLine(label, _amount(total, unit), _amount(last, unit))


def _amount(value: float, unit: str) -> str:
    text = quantity(value, unit)
    return f"{text} ({quantity(GJ_PER_MWH * value, 'GJ')})" if unit == "MWh" and value else text


def _best_and_worst(tables: RunTables, currency: str) -> tuple[str, str]:
    """Years with the largest and the smallest joint gain among those with an exchange."""
    gain = _by_year(tables, ["joint_gain"])
    gain = gain[gain.index.isin(tables.exchanged["year"].unique())]
    if gain.empty:
        return "no exchange in this run", "no exchange in this run"
    ranked = gain.sort_values(kind="stable")
    best, worst = ranked.tail(1), ranked.head(1)
    texts = [f"{row.index[0]} ({quantity(float(row.iloc[0]), currency)})" for row in (best, worst)]
    return texts[0], texts[1]
