"""Ledgers and accounts of a few rows, for indicators worked by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd

_KIND = {"t": "material", "m3": "water", "MWh": "heat"}
FLOW_COLUMNS = (
    "start", "from_firm", "to_firm", "resource", "kind", "quantity", "unit", "route", "synergy", "delivered",
    "delivered_resource", "instead_of",
)  # fmt: skip


def row(
    route: str, giver: str, taker: str, resource: str, quantity: float, unit: str = "t", **more: Any
) -> dict[str, Any]:
    """One row of a ledger, of the year 2000 unless ``start`` says otherwise."""
    base = dict.fromkeys(FLOW_COLUMNS) | {
        "start": "2000-03-01",
        "kind": _KIND[unit],
        "delivered": float("nan"),
    }
    ends = {"route": route, "from_firm": giver, "to_firm": taker, "resource": resource}
    return base | ends | {"quantity": quantity, "unit": unit} | more


def ledger(*rows: dict[str, Any]) -> pd.DataFrame:
    """Ledger of some rows."""
    table = pd.DataFrame(list(rows), columns=list(FLOW_COLUMNS))
    table["start"] = pd.to_datetime(table["start"]).astype("datetime64[s]")
    return table.assign(end=table["start"] + pd.Timedelta(days=7)).astype(
        {"quantity": float, "delivered": float}
    )


def accounts(*rows: tuple[str, str, str, str, str, float, float, str, str | None]) -> pd.DataFrame:
    """Accounts: start, synergy, giver firm, taker firm, item, giver's effect, taker's effect, unit, scope."""
    names = ["start", "synergy", "from_firm", "to_firm", "item", "giver", "taker", "unit", "scope"]
    table = pd.DataFrame(list(rows), columns=names)
    table["start"] = pd.to_datetime(table["start"]).astype("datetime64[s]")
    return table.assign(end=table["start"] + pd.Timedelta(days=30)).astype({"giver": float, "taker": float})


def value(
    table: pd.DataFrame, indicator: str, scope: str = "park", year: int = 2000, unit: str = ""
) -> float:
    """The one value of an indicator, scope and year."""
    found = table[
        (table["indicator"] == indicator) & (table["scope"] == scope) & (table["period"].dt.year == year)
    ]
    found = found[found["unit"] == unit] if unit else found
    assert len(found) == 1, found
    return float(found["value"].iloc[0])
