"""CSV tables of a scenario: series, streams and deflator, read into the same raw form as YAML.

What lives here: columns, rows and cells with their line. What does not: units and names (checked with
everything else, at the cell's place).
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecopark.scenario.located import Problems, Section, Where
from ecopark.scenario.source import Files
from ecopark.scenario.units import nearest

MAX_ROWS = 100_000
_TRUE, _FALSE = ("true", "yes", "1", "x"), ("", "false", "no", "0")


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes
    ----------
    where : Where
        File and line.
    cells : dict of str to str
        Text by column, blanks stripped, empty cells left out.
    """

    where: Where
    cells: dict[str, str]

    def get(self, column: str) -> str:
        """Text of a cell, empty where not given."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Columns:
    """Columns of a kind of table: those that must stand in the header and those that may."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    free: bool = False


SERIES = Columns(("series", "date", "value"), ("unit", "source", "mark", "interpolate", "nominal", "note"))
STREAMS = Columns(
    ("firm", "direction", "stream", "coefficient"),
    ("process", "resource", "unit", "grade", "role", "from", "until", "source", "mark", "note"),
)
DEFLATOR = Columns(("year", "index"), ("source", "mark", "note"))
LINKS = Columns(("from_firm", "to_firm", "resource", "start_year"), free=True)
VOLUMES = Columns(("item", "quantity", "unit", "year"), free=True)


def read_table(files: Files, path: Path, columns: Columns, named: Where, field: str) -> list[Row]:
    """Rows of a CSV file; problems with file, header or row shape are noted.

    Parameters
    ----------
    files : Files
        Guarded access to the scenario's files.
    path : pathlib.Path
        The table.
    columns : Columns
        What the header must and may hold.
    named : Where
        Where the scenario names the file.
    field : str
        Field that names it.
    """
    text = files.read(path, named, field)
    if text is None:
        return []
    shown = files.name(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if not _check_header(header, columns, Where(shown, 1), files.problems):
            return []
        line = reader.line_num + 1
        for cells in reader:
            rows += _row(header, cells, Where(shown, line), files.problems)
            line = reader.line_num + 1
            if len(rows) > MAX_ROWS:
                files.problems.add(Where(shown), "", f"has more than {MAX_ROWS:,} rows", fatal=True)
                return []
    except csv.Error as failure:
        files.problems.add(Where(shown, reader.line_num), "", f"CSV syntax: {failure}", fatal=True)
        return []
    for row in rows:
        for column in columns.needed:
            if not row.get(column):
                files.problems.add(row.where, f"column {column}", "is empty")
    return [row for row in rows if all(row.get(c) for c in columns.needed)]


def _check_header(header: list[str], columns: Columns, where: Where, problems: Problems) -> bool:
    missing = [name for name in columns.needed if name not in header]
    if missing:
        semicolons = len(header) == 1 and ";" in header[0]
        hint = "; separate columns with commas, not semicolons" if semicolons else ""
        problems.add(where, "", f"column {', '.join(missing)} is missing from the header{hint}", fatal=True)
        return False
    known = (*columns.needed, *columns.optional)
    for name in header:
        if header.count(name) > 1:
            problems.add(where, f"column {name}", "stands twice in the header", fatal=True)
        elif name not in known and not columns.free:
            listed = ", ".join(known)
            problems.add(
                where, f"column {name}", f"unknown column{nearest(name, known)}; columns here: {listed}"
            )
    return True


def _row(header: list[str], cells: list[str], where: Where, problems: Problems) -> list[Row]:
    if not any(cell.strip() for cell in cells):
        return []
    if len(cells) != len(header):
        problems.add(
            where, "", f"has {len(cells)} cells where the header has {len(header)}; quote text with commas"
        )
        return []
    named = zip(header, cells, strict=True)
    return [Row(where, {name: cell.strip() for name, cell in named if cell.strip()})]


def series_of(rows: Sequence[Row], problems: Problems) -> Section:
    """Raw series ``{name: {date: {value, source, mark}, interpolate, nominal}}`` from rows."""
    table = Section(rows[0].where if rows else Where(""))
    for row in rows:
        name, when = row.get("series"), row.get("date")
        if name not in table:
            table.put(name, Section(row.where), row.where)
        path: Section = table[name]
        if when in path:
            first = path.place(when).line
            problems.add(
                row.where, "column date", f"{when} of series {name!r} stands already in line {first}"
            )
            continue
        path.put(when, _number(row, "value"), row.where)
        for option, value in _options(row, problems).items():
            if len(path) > 1 and option in path and path[option] != value:
                message = f"series {name!r} must have one {option!r} in all its rows"
                problems.add(row.where, f"column {option}", message)
            path.put(option, value, row.where)
    return table


def _options(row: Row, problems: Problems) -> dict[str, Any]:
    found: dict[str, Any] = {"interpolate": row.get("interpolate") or "step", "nominal": False}
    if found["interpolate"] not in ("step", "linear"):
        message = f"expected 'step' or 'linear', found {found['interpolate']!r}"
        problems.add(row.where, "column interpolate", message)
        found["interpolate"] = "step"
    nominal = row.get("nominal").lower()
    if nominal not in (*_TRUE, *_FALSE):
        problems.add(row.where, "column nominal", f"expected true or false, found {nominal!r}")
    found["nominal"] = nominal in _TRUE
    return found


def _number(row: Row, column: str) -> Section:
    """Raw number from the columns of value and unit, with source and mark."""
    number = Section(row.where)
    number.put("value", f"{row.get(column)} {row.get('unit')}".strip())
    for key in ("source", "mark"):
        if row.get(key):
            number.put(key, row.get(key))
    return number


def port_of(row: Row) -> Section:
    """Raw port from a row of the streams table."""
    port = Section(row.where)
    port.put("resource", row.get("resource") or row.get("stream"))
    port.put("coefficient", f"{row.get('coefficient')} {row.get('unit')}".strip())
    for key in ("grade", "role", "from", "until", "source", "mark", "note"):
        if row.get(key):
            port.put(key, row.get(key))
    return port


def deflator_of(rows: Sequence[Row], problems: Problems) -> Section:
    """Raw price index by year."""
    index = Section(rows[0].where if rows else Where(""))
    for row in rows:
        year = row.get("year")
        try:
            value = float(row.get("index"))
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value > 0):
            problems.add(row.where, "column index", f"expected a positive number, found {row.get('index')!r}")
        elif year in index:
            problems.add(row.where, "column year", f"{year} stands already in line {index.place(year).line}")
        else:
            index.put(year, value, row.where)
    return index
