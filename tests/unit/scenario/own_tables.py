"""A planner's tables for tests: the rows of the template, changed, in either form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ecopark.scenario.workbook_template import Rows, template_rows, write_csv_tables, write_workbook

Sheets = dict[str, Rows]
FIRST = 3  # the header stands in row 1, what the columns mean in row 2


def write(place: Path, sheets: Sheets, form: str = "xlsx") -> Path:
    """Tables in one of the two forms."""
    if form == "xlsx":
        path = place / "park.xlsx"
        write_workbook(path, sheets)
        return path
    path = place / "tables"
    path.mkdir()
    write_csv_tables(path, sheets)
    return path


def changed(change: Callable[[Sheets], None]) -> Sheets:
    """Rows of the template after a change in place."""
    sheets = template_rows()
    change(sheets)
    return sheets


def find(rows: Rows, **cells: Any) -> dict[str, Any]:
    """The one row that has these cells."""
    (row,) = [row for row in rows if all(row.get(key) == value for key, value in cells.items())]
    return row


def line(rows: Rows, **cells: Any) -> int:
    """Line of that row in its sheet."""
    return FIRST + rows.index(find(rows, **cells))
