"""A ranking on the console: one table per effect, the largest first.

What does not live here: computing anything; all arrives as a table.
"""

from __future__ import annotations

import math
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from ecopark.report.compare_console import INDICATOR_NAMES
from ecopark.report.numbers import number, scale_of


def ranking_table(ranking: Any) -> Group:
    """Variants in order of their effect.

    Parameters
    ----------
    ranking : Ranking

    Returns
    -------
    rich.console.Group
    """
    parts: list[Any] = []
    for effect in ranking.effects:
        rows = ranking.rows[ranking.rows["effect"] == effect]
        if rows.empty:
            continue
        unit = str(rows["unit"].iloc[0])
        divisor, told = scale_of(float(rows[["difference", "low", "high"]].abs().max().max()), unit)
        title = f"{INDICATOR_NAMES.get(effect, effect)}: change, {told} a year"
        table = Table(title=title, title_justify="left", header_style="bold", padding=(0, 1))
        for head in ("", "variant", "group", "change", "95 %", "of base"):
            table.add_column(head, justify="left" if head in ("variant", "group") else "right")
        for row in rows.to_dict("records"):
            ends = f"{number(row['low'] / divisor)} to {number(row['high'] / divisor)}"
            share = f"{100.0 * row['share']:+.0f} %" if math.isfinite(row["share"]) else "–"
            style = "" if row["clear"] else "dim"
            known = math.isfinite(row["low"])
            table.add_row(str(row["rank"]), str(row["variant"]), str(row["group"]),
                          number(row["difference"] / divisor), ends if known else "–", share, style=style)  # fmt: skip
        parts.append(table)
    pairs = sorted({int(value) for value in ranking.rows["pairs"]})
    said = ", ".join(f"{group} against {name}" for group, name in ranking.against.items())
    runs = f"{pairs[0]} to {pairs[-1]}" if len(pairs) > 1 else f"{pairs[0]}"
    parts.append(
        Text(f"{said}; {runs} pairs of runs; faint: not clear after correction for the number of rows")
    )
    return Group(*parts)
