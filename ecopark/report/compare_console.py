"""A comparison on the console.

What does not live here: computing anything; it arrives as tables.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from ecopark.report.compare_sentences import name_when, worth
from ecopark.report.numbers import quantity

_MOST_FIRMS, _MOST_LINKS, _MOST_SENTENCES = 12, 15, 20
INDICATOR_NAMES = {
    "net_cost": "paid by the park, net",
    "joint_gain": "gain of exchanges",
    "net_emissions": "emissions, net",
    "avoided_co2": "CO₂e avoided by exchanges",
    "avoided_waste": "waste avoided",
    "landfilled": "landfilled",
    "avoided_discharge": "discharge avoided",
    "avoided_cooling": "cooling avoided",
    "avoided_flare": "flaring avoided",
    "avoided_virgin": "virgin material replaced",
    "avoided_water": "fresh water replaced",
    "avoided_heat": "heat replaced",
    "avoided_fuel": "fuel replaced",
    "operating_synergies": "exchanges in operation",
    "linked_firms": "firms that exchange",
}


def comparison_tables(comparison: Any) -> Group:
    """Indicators, winners and losers, exchanges and sentences of a comparison.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    rich.console.Group
    """
    parts: list[Any] = [Text(f"note: {note}", style="yellow") for note in comparison.notes]
    base = comparison.labels[0]
    for label in comparison.labels[1:]:
        when = name_when(comparison)
        title = (
            f"{label} against {base} {when}: {comparison.replicates} pairs of runs, mean and 95 % interval"
        )
        parts += [_indicators(comparison, label, title), _firms(comparison, label), _links(comparison, label)]
    told = comparison.sentences()
    more = (
        [f"{len(told) - _MOST_SENTENCES} more sentences in summary.json"]
        if len(told) > _MOST_SENTENCES
        else []
    )
    parts.append(Text("\n".join([*told[:_MOST_SENTENCES], *more]) or "No difference is statistically clear."))
    return Group(*parts)


def _indicators(comparison: Any, label: str, title: str) -> Table:
    table = _table(title, "indicator", comparison.labels[0], label, "difference", "same sign", "chance")
    rows = comparison.indicators[comparison.indicators["alternative"] == label]
    for _, row in rows.iterrows():
        name = INDICATOR_NAMES.get(str(row["indicator"]), str(row["indicator"]))
        bold = "bold" if row["clear"] else ""
        table.add_row(
            name, _amount(row["base"], row["unit"]), _amount(row["other"], row["unit"]), worth(row),
            f"{row['same_sign']} of {row['pairs']}", chance_of(row), style=bold,
        )  # fmt: skip
    table.caption = (
        "bold: clear; chance: of as large a difference by luck alone, corrected for the number of rows"
    )
    return table


def _firms(comparison: Any, label: str) -> Table:
    """Firms by what they pay, those that gain first."""
    table = _table(
        "Winners and losers", "firm", "pays net", "kept from disposal", "exchanges gained", "lost", "chance"
    )
    rows = comparison.firms[comparison.firms["alternative"] == label]
    money = rows[(rows["measure"] == "net_cost") & ((rows["difference"] != 0) | rows["changed"])]
    for _, row in most_moved(money).iterrows():
        kept = rows[(rows["firm"] == row["firm"]) & (rows["measure"] == "kept_from_disposal")]
        told = ", ".join(worth(one) for _, one in kept.iterrows() if one["difference"] != 0)
        name = f"{row['name']} (its own business differs)" if row["changed"] else str(row["name"])
        table.add_row(
            name, worth(row), told, f"{row['gained']:.1f}", f"{row['lost']:.1f}", chance_of(row),
            style="bold" if row["clear"] else "",
        )  # fmt: skip
    return table


def most_moved(rows: pd.DataFrame, most: int = _MOST_FIRMS) -> pd.DataFrame:
    """Rows with the largest differences, the lowest first.

    Parameters
    ----------
    rows : pandas.DataFrame
        With ``difference``.
    most : int

    Returns
    -------
    pandas.DataFrame
    """
    size = rows["difference"].abs()
    return rows.loc[size.sort_values(ascending=False, kind="stable").index[:most]].sort_values(
        "difference", kind="stable"
    )


def _links(comparison: Any, label: str) -> Table:
    table = _table(
        "Exchanges", "exchange", f"runs of {comparison.labels[0]}", f"runs of {label}", "volume", "chance"
    )
    rows = comparison.links[comparison.links["alternative"] == label]
    rows = rows[rows["difference"] != 0]
    for _, row in rows.head(_MOST_LINKS).iterrows():
        volume = " → ".join(quantity(row[f"{side}_quantity"], row["unit"]) for side in ("base", "other"))
        table.add_row(
            str(row["label"]), f"{100 * row['base']:.0f} %", f"{100 * row['other']:.0f} %", f"{volume}/yr",
            chance_of(row), style="bold" if row["clear"] else "",
        )  # fmt: skip
    if len(rows) > _MOST_LINKS:
        table.caption = f"{len(rows) - _MOST_LINKS} more in the table that is saved"
    return table


def chance_of(row: pd.Series) -> str:
    """Corrected chance as a table shows it; empty where nothing could have been clear.

    Parameters
    ----------
    row : pandas.Series
        With ``corrected``.

    Returns
    -------
    str
    """
    if pd.isna(row["corrected"]):
        return ""
    return "<0.001" if row["corrected"] < 0.001 else f"{row['corrected']:.3f}"


def _amount(value: float, unit: str) -> str:
    return f"{value:.1f}" if unit in ("count", "1", "") else quantity(value, unit, "yr")


def _table(title: str, *heads: str) -> Table:
    table = Table(title=title, title_justify="left", caption_justify="left")
    for k, head in enumerate(heads):
        table.add_column(head, justify="left" if k == 0 else "right", overflow="fold")
    return table
