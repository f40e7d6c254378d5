"""Which flows a panel of the Sankey diagram shows, and what it leaves out.

What does not live here: places (``sankey_layout``) and drawing (``sankey``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ecopark.report.numbers import quantity
from ecopark.report.sankey_layout import Band, levels
from ecopark.report.style import Medium
from ecopark.report.tables import RunTables

# Beyond this multiple of the exchanges, what was bought and disposed of would leave them no
# width; beyond this number of exchanges it would hide them, and labels need 30 mm a column.
_MOST_OUTSIDE = 3.0
_MOST_BANDS = 8


@dataclass
class Panel:
    """Flows of one unit that are drawn, columns of their nodes, and what is left out."""

    unit: str
    title: str
    bands: list[Band]
    column: dict[str, int]
    note: str
    dropped: list[Band]


def collect_panel(
    tables: RunTables, year: int, unit: str, title: str, outside: bool | None, medium: Medium
) -> Panel | None:
    """Exchanges of a unit in a year, with what the same firms still bought and disposed of.

    Parameters
    ----------
    tables : RunTables
    year : int
    unit : {"t", "MWh", "m3"}
    title : str
        Heading of the panel.
    outside : bool, optional
        Whether to show what was still bought and disposed of; by default where it has room.
    medium : Medium
        Sets how many columns have room for labels.

    Returns
    -------
    Panel or None
        None where nothing of this unit was exchanged.
    """
    ever = tables.exchanged[tables.exchanged["unit"] == unit]
    rows = ever[ever["year"] == year]
    if rows.empty:
        return None
    column = levels(ever)
    bands = [
        Band(str(row.from_firm), str(row.to_firm), str(row.resource), "exchange", float(row.quantity))
        for row in _records(rows)
    ]
    rest = _still_outside(tables, rows, year, unit)
    traded, beyond = (sum(band.value for band in group) for group in (bands, rest))
    factor = medium.text_pt / 7.0
    few = len(bands) <= _MOST_BANDS and beyond <= _MOST_OUTSIDE * traded
    columns = len(set(column.values())) + len({band.route for band in rest})
    few = few and (medium.width_mm - 60.0 * factor) / max(columns - 1, 1) >= 30.0 * factor
    with_rest = few if outside is None else outside
    note = "" if with_rest or not rest else _rest_note(rest, unit)
    if with_rest and rest:
        bands += rest
        column = {firm: place + 1 for firm, place in column.items()}
        last = max(column.values()) + 1
        column |= {band.source: 0 for band in rest if band.route == "virgin"}
        column |= {band.target: last for band in rest if band.route == "disposal"}
    present = {end for band in bands for end in (band.source, band.target)}
    used = sorted({column[name] for name in present})
    return Panel(unit, title, bands, {name: used.index(column[name]) for name in present}, note, [])


def _records(table: pd.DataFrame) -> Iterator[Any]:
    """Rows of a table as named tuples; their fields are columns, unknown to a type checker."""
    return iter(table.itertuples())


def _rest_note(rest: list[Band], unit: str) -> str:
    """What is not drawn: how much the same firms still disposed of and bought."""
    parts = []
    for route, words in (
        ("disposal", "disposed of the same residuals"),
        ("virgin", "bought of what they replace"),
    ):
        total = sum(band.value for band in rest if band.route == route)
        if total:
            parts.append(f"{quantity(total, unit, 'yr')} still {words}")
    return "not drawn: " + ", ".join(parts)


def _still_outside(tables: RunTables, rows: pd.DataFrame, year: int, unit: str) -> list[Band]:
    """What givers still disposed of the same residual, and takers still bought of what it replaces."""
    yearly = tables.yearly[(tables.yearly["year"] == year) & (tables.yearly["unit"] == unit)]
    given = set(zip(rows["from_firm"], rows["resource"], strict=True))
    pairs = set(zip(rows["from_firm"], rows["to_firm"], rows["resource"], strict=True))
    taken = {
        (row.to_firm, row.to_resource)
        for row in _records(tables.synergies)
        if (row.from_firm, row.to_firm, row.resource) in pairs
    }
    bands = []
    for row in _records(yearly):
        source, target, resource = str(row.from_firm), str(row.to_firm), str(row.resource)
        disposed = row.route == "disposal" and (source, resource) in given
        bought = row.route == "virgin" and (target, resource) in taken
        # Outside parties of both kinds may share a name ("environment"): keep them apart.
        if disposed:
            bands.append(Band(source, f"to:{target}", resource, "disposal", float(row.quantity)))
        elif bought:
            bands.append(Band(f"from:{source}", target, resource, "virgin", float(row.quantity)))
    return bands
