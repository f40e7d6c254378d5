"""Ledger tables in the form the indicators share: summed by year, and tidy.

What lives here: :func:`condense_flows` and :func:`condense_accounts`, which sum a run's long tables by
year without losing a column that any indicator asks for, and the two helpers that write the tidy
table ``period, scope, indicator, value, unit``. What does not: any indicator.

Scopes are ``park``, ``kind:heat``, ``resource:fly_ash``, ``firm:asnaes``, ``synergy:...``. Tonnes, cubic
metres and megawatt hours are never added: where a quantity is given for the park or a firm, rows of
different units stand beside each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from ecopark.errors import DomainError
from ecopark.indicators.groups import codes_of, group, sum_rows

TIDY = ("period", "scope", "indicator", "value", "unit")
CARBON = "t CO2e"
TREATMENT = " treatment"
FLOW_KEYS = (
    "from_firm", "to_firm", "resource", "kind", "unit", "route", "synergy", "delivered_resource", "instead_of",
)  # fmt: skip
ACCOUNT_KEYS = ("synergy", "from_firm", "to_firm", "item", "unit", "scope")


def condense_flows(flows: pd.DataFrame) -> pd.DataFrame:
    """Sum a ledger by year.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger with the columns of ``ecopark.flows.ledger``; a row belongs to the year it starts in.

    Returns
    -------
    pandas.DataFrame
        The same columns, one row per year and combination of names; `start` is the first of January,
        `end` the next one. A condensed ledger condenses to itself.

    Raises
    ------
    DomainError
        If a column is missing.
    """
    return _condense(flows, FLOW_KEYS, ("quantity", "delivered"))


def condense_accounts(accounts: pd.DataFrame) -> pd.DataFrame:
    """Sum the accounts of a run by year.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Money and carbon with the columns of ``ecopark.market.accounts``.

    Returns
    -------
    pandas.DataFrame
        The same columns, one row per year, exchange, item, unit and scope.

    Raises
    ------
    DomainError
        If a column is missing.
    """
    return _condense(accounts, ACCOUNT_KEYS, ("giver", "taker"))


def lost_in_treatment(table: pd.DataFrame) -> pd.Series:
    """Rows of what a conversion loses of a residual that has arrived.

    Parameters
    ----------
    table : pandas.DataFrame
        Ledger, raw or condensed.

    Returns
    -------
    pandas.Series of bool, shape (rows,), 1

    Notes
    -----
    The exchange row has counted that quantity already: whoever adds up what left a giver, or what was
    lost on the way, leaves these rows out.
    """
    return (table["route"] == "loss") & table["from_firm"].astype(str).str.endswith(TREATMENT)


def require_columns(table: pd.DataFrame, needed: Iterable[str], what: str) -> None:
    """Assert that a table has the columns an indicator reads.

    Parameters
    ----------
    table : pandas.DataFrame
    needed : iterable of str
    what : str
        Name of the table for the message.

    Raises
    ------
    DomainError
        Naming the first missing column and those there are.
    """
    missing = [column for column in needed if column not in table.columns]
    if missing:
        raise DomainError(
            f"the {what} table has no column {missing[0]!r}; it has {list(map(str, table.columns))}"
        )


def sum_by(
    rows: pd.DataFrame,
    column: str,
    scopes: Sequence[str],
    *,
    unit: str | None = None,
    also: str | None = None,
) -> pd.DataFrame:
    """Sum a column by period, scope and unit.

    Parameters
    ----------
    rows : pandas.DataFrame
        With `start`, `column`, ``unit`` unless given, and what `scopes` name.
    column : str
        Quantity to add up.
    scopes : sequence of str
        ``park`` or ``label=column``: ``firm=from_firm`` gives scopes ``firm:asnaes``.
    unit : str, optional
        Unit of the sums where it is not that of the row.
    also : str, optional
        A further column whose values are told apart: the same as one call for each of them.

    Returns
    -------
    pandas.DataFrame
        Columns ``period, scope, unit, value``, and the further one.
    """
    period = codes_of(rows["start"])
    apart = [period, codes_of(rows["unit"]) if unit is None else np.zeros_like(period)]
    apart += [] if also is None else [codes_of(rows[also])]
    value = rows[column].to_numpy(dtype=np.float64)
    parts = []
    for scope in scopes:
        label, _, name = scope.partition("=")
        code, first = group([*apart, *([codes_of(rows[name])] if name else [])])
        names = (
            f"{label}:" + rows[name].iloc[first].astype(str)
            if name
            else pd.Series([label] * first.size, dtype="str")
        )
        kept = {} if also is None else {also: rows[also].iloc[first].astype(str).to_numpy()}
        parts.append(
            pd.DataFrame(
                {
                    "period": rows["start"].to_numpy()[first],
                    "scope": names.to_numpy(),
                    "unit": rows["unit"].iloc[first].astype(str).to_numpy() if unit is None else unit,
                    "value": np.bincount(code, value, minlength=first.size),
                    **kept,
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def add_up(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Add results of :func:`sum_by` whose scopes overlap, such as givers and takers.

    Parameters
    ----------
    parts : iterable of pandas.DataFrame
        Columns ``period, scope, unit, value``.

    Returns
    -------
    pandas.DataFrame
        The same columns, one row per period, scope and unit.
    """
    table = pd.concat(list(parts), ignore_index=True)
    code, first = group([codes_of(table[key]) for key in ("period", "scope", "unit")])
    total = np.bincount(code, table["value"].to_numpy(dtype=np.float64), minlength=first.size)
    return table.iloc[first].assign(value=total).reset_index(drop=True)


def ratio(part: pd.DataFrame, whole: pd.DataFrame, unit: str = "1") -> pd.DataFrame:
    """Divide two results of :func:`sum_by`, matched by period, scope and unit.

    Parameters
    ----------
    part, whole : pandas.DataFrame
        Columns ``period, scope, unit, value``.
    unit : str
        Unit of the ratio.

    Returns
    -------
    pandas.DataFrame
        One row per row of `whole` that is above zero; a missing part counts as zero.
    """
    keys = ["period", "scope", "unit"]
    joined = whole[whole["value"] > 0.0].merge(part, on=keys, how="left", suffixes=("_whole", "_part"))
    share = joined["value_part"].fillna(0.0) / joined["value_whole"]
    return joined[["period", "scope"]].assign(unit=unit, value=share.to_numpy(dtype=np.float64))


def tidy(table: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Name the indicator of a result of :func:`sum_by` or :func:`ratio`.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``period, scope, unit, value``.
    indicator : str

    Returns
    -------
    pandas.DataFrame
        Columns ``period, scope, indicator, value, unit``.
    """
    return table.assign(indicator=indicator)[list(TIDY)]


def stack(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Stack tidy tables, sorted by indicator, scope and period.

    Parameters
    ----------
    parts : iterable of pandas.DataFrame
        Tidy tables; empty ones are left out.

    Returns
    -------
    pandas.DataFrame
        Columns ``period, scope, indicator, value, unit`` and any further ones the parts have.
    """
    full = [part for part in parts if len(part)]
    if not full:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _EMPTY.items()})
    table = pd.concat(full, ignore_index=True)
    return table.sort_values(["indicator", "scope", "period"], kind="stable", ignore_index=True)


_EMPTY = {
    "period": "datetime64[s]",
    "scope": "str",
    "indicator": "str",
    "value": "float64",
    "unit": "str",
}


def _condense(table: pd.DataFrame, keys: Sequence[str], sums: Sequence[str]) -> pd.DataFrame:
    """Sum a table by year and keys, first rows first."""
    require_columns(table, ["start", *keys, *sums], "ledger")
    groups = sum_rows(table, keys, sums)
    begins = groups.year.astype("datetime64[Y]")
    columns: dict[str, object] = {
        "start": begins.astype("datetime64[s]"),
        "end": (begins + np.timedelta64(1, "Y")).astype("datetime64[s]"),
    }
    columns |= {key: table[key].iloc[groups.first].reset_index(drop=True) for key in keys}
    return pd.DataFrame({**columns, **groups.sums})
