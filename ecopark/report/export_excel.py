"""The tables of a run as an Excel workbook: one sheet each, what their columns mean, what was summed.

What lives here: sheets, formats, and the ledger by year where it has more rows than a sheet. What does not: where
the file is put (``exports``), what columns mean (``export_columns``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from ecopark.errors import ResultsError
from ecopark.report.export_columns import COLUMNS
from ecopark.run import TABLES, Run

# A sheet of Excel has 1,048,576 rows; one is the header.
EXCEL_ROWS = 1_048_575
_SUMS = ("quantity", "delivered", "giver", "taker")
_SPAN = ("start", "end")


def write_workbook(run: Run, path: Path, rows: int = EXCEL_ROWS) -> None:
    """Write every table of a run.

    Parameters
    ----------
    run : Run
    path : pathlib.Path
        File; overwritten.
    rows : int, rows
        Most rows of a sheet.

    Raises
    ------
    ResultsError
        If a table has more rows even by year.
    """
    sheets, notes = {}, {}
    for name in TABLES:
        table = getattr(run, name)
        if table.index.name:
            table = table.reset_index()
        sheets[name], notes[name] = _fit(name, table, rows)
    book = Workbook(write_only=True)
    _add_sheet(book, "about", _about(run, notes))
    _add_sheet(book, "columns", _columns(sheets, run.currency))
    for name, table in sheets.items():
        _add_sheet(book, name, table)
    book.save(path)


def sum_by_year(table: pd.DataFrame) -> pd.DataFrame:
    """A ledger summed by calendar year and everything else that tells its rows apart.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``start`` and ``end`` (dates), amounts (``quantity``, ``delivered``, ``giver``, ``taker``) and
        texts. A row counts to the year in which it starts.

    Returns
    -------
    pandas.DataFrame
        ``year`` in the place of both dates; the same sums.
    """
    sums = [column for column in table.columns if column in _SUMS]
    keys = [column for column in table.columns if column not in (*_SUMS, *_SPAN)]
    yearly = table.assign(year=table["start"].dt.year)
    grouped = yearly.groupby(["year", *keys], observed=True, dropna=False, as_index=False, sort=True)
    # Where nothing is stated in any row of a group, nothing is stated in its sum.
    return grouped[sums].sum(min_count=1)[["year", *(c for c in table.columns if c not in _SPAN)]]


def _fit(name: str, table: pd.DataFrame, rows: int) -> tuple[pd.DataFrame, str]:
    """The table, or its sums by year where it has too many rows; and a note."""
    if len(table) <= rows:
        return table, f"{len(table):,} rows"
    yearly = sum_by_year(table) if set(_SPAN) <= set(table.columns) else table
    if len(yearly) > rows:
        message = f"table {name} has {len(yearly):,} rows even by year; a sheet was to hold {rows:,}"
        raise ResultsError(f"{message}. The Parquet files of the run hold all of them")
    note = f"summed by calendar year: {len(yearly):,} rows for {len(table):,}, more than a sheet was to hold"
    return yearly, f"{note} ({rows:,}); the Parquet files of the run hold all of them"


def _about(run: Run, notes: dict[str, str]) -> pd.DataFrame:
    rows = [
        ("scenario", run.scenario.park.name),
        ("seed", run.seed),
        ("currency", f"{run.currency} of {run.scenario.park.currency.price_year}"),
        ("scenario_sha256", str(run.manifest.get("scenario_sha256", ""))),
        ("ecopark", str(run.manifest.get("packages", {}).get("ecopark", ""))),
        *((f"sheet {name}", note) for name, note in notes.items()),
    ]
    return pd.DataFrame(rows, columns=["what", "value"])


def _columns(sheets: dict[str, pd.DataFrame], currency: str) -> pd.DataFrame:
    known = {"year": ("calendar year in which the rows summed here start", "yr")}
    rows = [
        (name, column, *(known | COLUMNS[name])[str(column)])
        for name, table in sheets.items()
        for column in table.columns
    ]
    table = pd.DataFrame(rows, columns=["sheet", "column", "meaning", "unit"])
    return table.assign(unit=table["unit"].str.replace("currency", currency, regex=False))


def _add_sheet(book: Any, name: str, table: pd.DataFrame) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for number, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = _width(table[column], str(column))
    if len(table.columns):
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table) + 1}"
    head, grey = Font(bold=True), PatternFill("solid", fgColor="E7E9EC")
    cells = [WriteOnlyCell(sheet, value=str(column)) for column in table.columns]
    for cell in cells:
        cell.font, cell.fill = head, grey
    sheet.append(cells)
    columns = [_values(table[column], sheet) for column in table.columns]
    for row in zip(*columns, strict=True):
        sheet.append(row)


def _width(values: pd.Series, name: str) -> int:
    """Width of a column in characters: wide enough for header and the first values."""
    longest = values.head(200).astype(str).str.len().max() if len(values) else 0
    return int(min(max(len(name) + 3, 11, 0 if pd.isna(longest) else longest + 1), 60))


def _values(values: pd.Series, sheet: Any) -> list[Any]:
    """Values of a column as a sheet takes them: nothing for missing ones, dates to the day, no formulas."""
    if pd.api.types.is_datetime64_any_dtype(values):
        whole = (values.dropna() == values.dropna().dt.normalize()).all()
        dates = values.dt.date if whole else values.dt.to_pydatetime()
        return [None if missing else date for date, missing in zip(dates, values.isna(), strict=True)]
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.tolist()
        return [None if isinstance(x, float) and not np.isfinite(x) else x for x in numbers]
    texts = values.astype(object).where(values.notna(), None).tolist()
    return [_text(text, sheet) if isinstance(text, str) else text for text in texts]


def _text(text: str, sheet: Any) -> Any:
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    if not text.startswith("="):
        return text or None
    # Text of a user, not a formula to be worked out by whoever opens the file.
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell
