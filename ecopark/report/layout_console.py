"""A layout search on the console.

What does not live here: computing anything; the search arrives as tables.
"""

from __future__ import annotations

import math
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from ecopark.report.numbers import number, scale_of


def layout_tables(search: Any) -> Group:
    """Layouts with their gains, and who moves where.

    Parameters
    ----------
    search : LayoutSearch

    Returns
    -------
    rich.console.Group
    """
    how = f"all {search.valued:,} layouts valued" if search.exact else (
        f"{search.valued:,} layouts valued in {search.starts} descents, {search.hits} of which ended at the best"
    )  # fmt: skip
    if not search.names:
        return Group(_gains(search), Text(f"{how}; none is better than the present one"))
    return Group(_gains(search), _moves(search), Text(how))


def _gains(search: Any) -> Table:
    currency = search.scenario.park.currency.code
    table = search.layouts
    largest = float(table[["possible", "emergent"]].abs().max().max())
    divisor, unit = scale_of(largest, currency)
    shown = Table(
        title=f"{search.scenario.name}: layouts by {search.objective} benefit, {unit}/yr",
        title_justify="left",
    )
    shown.add_column("layout")
    for head in ("moved", "possible", "more", "emerged", "more", "95 % interval", "runs"):
        shown.add_column(head, justify="right")
    for row in table.itertuples():
        interval = (
            f"{_short(row.low, divisor)} to {_short(row.high, divisor)}" if math.isfinite(row.low) else ""
        )
        first = row.layout == "present"
        shown.add_row(
            str(row.layout).replace("_", " "), str(row.moved), _short(row.possible, divisor),
            "" if first else _short(row.possible_gain, divisor), _short(row.emergent, divisor),
            _short(row.gain, divisor), interval, str(row.replicates) if row.replicates else "",
        )  # fmt: skip
    return shown


def _moves(search: Any) -> Table:
    """Plots of the firms that move in any layout."""
    places = search.places
    movers = sorted(set(places.loc[places["moved"], "firm"]))
    shown = Table(title="Plots", title_justify="left")
    shown.add_column("firm")
    names = ["present", *search.names]
    for name in names:
        shown.add_column(name.replace("_", " "))
    plots = places.pivot_table("plot", "firm", "layout", aggfunc="first")
    for firm in movers:
        shown.add_row(firm, *(str(plots.loc[firm, name]) for name in names))
    return shown


def _short(value: float, divisor: float) -> str:
    """Two places after the point: layouts often differ by little."""
    if not math.isfinite(value):
        return ""
    text = f"{value / divisor:,.2f}" if divisor > 1.0 else number(value)
    return text.replace("-", "\u2212")
