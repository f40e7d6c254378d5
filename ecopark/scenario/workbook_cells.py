"""Cells of a planner's tables: an Excel workbook or a folder of CSV files, read into text with its place.

What lives here: opening both forms, header and cells, the place of a cell and the mistakes noted there.
What does not: what a column means (``workbook_columns`` and the ``workbook_*`` modules that read them).

A number, a date and a yes or no become the same text whether a cell or a CSV file holds them, so that both
forms of one park give the same scenario.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from ecopark.errors import Problem, ScenarioError
from ecopark.scenario.located import Problems, Section, Where
from ecopark.scenario.source import Files
from ecopark.scenario.units import UnitError, Units, nearest
from ecopark.scenario.workbook_columns import SHEETS, Column

MAX_ROWS = 20_000
MAX_UNPACKED = 200_000_000
_NEEDED = ("firms", "streams")
_NUMBER = re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
_CURRENCY = re.compile(r"add '([A-Z]{3}): ...' to currency.rates")
_FAULTS = ("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!")
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue"})
_YES, _NO = ("yes", "y", "true", "1", "x"), ("no", "n", "false", "0")


@dataclass(frozen=True)
class Cell(Where):
    """A place in a planner's tables.

    Attributes
    ----------
    column : str
        Column of the cell, or property of a feature; empty for the whole row.
    of : str
        What `line` counts: ``row``, or ``feature`` of a plan.
    """

    column: str = ""
    of: str = "row"


@dataclass(frozen=True, order=True)
class CellProblem(Problem):
    """One mistake in a planner's tables.

    Attributes
    ----------
    of : str
        What `line` counts.
    """

    of: str = "row"

    def __str__(self) -> str:
        steps = [self.file]
        steps += [f"{self.of} {self.line}"] if self.line else []
        steps += [self.field] if self.field else []
        return f"{', '.join(steps)}: {self.message}"


class TablesError(ScenarioError):
    """All mistakes found in a planner's tables, collected before anything is written."""

    subject = "tables"
    outcome = "nothing was written"


class TableProblems(Problems):
    """Collector that names sheet, row and column, each place once."""

    def add(self, where: Where, field: str, message: str, *, fatal: bool = False) -> None:
        """Note one mistake; of a cell only the first, since what follows would echo it.

        Parameters
        ----------
        where : Where
            A :class:`Cell`, or any other place.
        field : str
            Dotted field, told where the place is no cell.
        message : str
            What was found, what was expected and how to mend it.
        fatal : bool
            The file could not be read.
        """
        column, of = field, "row"
        if isinstance(where, Cell):
            kind, of = ("property" if where.of == "feature" else "column"), where.of
            column = f"{kind} {where.column}" if where.column else ""
            message = _CURRENCY.sub(
                lambda code: f"add it as setting rate_{code[1].lower()} to the sheet settings", message
            )
            message = f"{field}: {message}" if field and not column else message
        found = CellProblem(where.file, where.line, column, message, of)
        known = {(p.file, p.line, p.field) for p in self._found if p.field}
        if (found.file, found.line, found.field) not in known:
            self._found.append(found)
        self.fatal = self.fatal or fatal

    def raise_if_any(self) -> None:
        """Raise everything collected so far.

        Raises
        ------
        TablesError
            If anything was collected.
        """
        if self._found:
            raise TablesError(self._found)


@dataclass(frozen=True)
class Entry:
    """One row of a sheet.

    Attributes
    ----------
    file : str
        File and sheet as messages name them.
    line : int
        Row of the sheet, from 1.
    cells : dict of str to str
        Text by column, empty cells left out.
    """

    file: str
    line: int
    cells: dict[str, str]

    def get(self, column: str) -> str:
        """Text of a cell, empty where not given."""
        return self.cells.get(column, "")

    def place(self, column: str = "") -> Cell:
        """Place of a cell, or of the row."""
        return Cell(self.file, self.line, column)

    def put(self, block: Section, key: str, column: str, value: Any = None) -> None:
        """Put a value, or the text of a cell where it has one, into a block with the place of the cell."""
        chosen = self.get(column) if value is None else value
        if chosen != "":
            block.put(key, chosen, self.place(column))

    def put_all(self, block: Section, columns: Iterable[str]) -> None:
        """Put the texts of several cells under the names of their columns."""
        for column in columns:
            self.put(block, column, column)

    def section(self, column: str = "") -> Section:
        """An empty block that stands at a cell, or at the row."""
        return Section(self.place(column))

    def amount(self, column: str) -> str:
        """A number with its unit: both in the cell, or the unit in the column ``unit``."""
        text = self.get(column)
        return f"{text} {self.get('unit')}".strip() if _NUMBER.match(text) else text


Tables = Mapping[str, Sequence[Entry]]


def parse_amount(units: Units, text: str) -> tuple[float, str]:
    """Value and base unit of a text, as ``units.parse`` reads it.

    Raises
    ------
    UnitError
        With a message for whoever filled the table.
    """
    try:
        return units.parse(text)
    except UnitError as failure:
        # Three capitals may be a currency or a misspelt unit; the checks of prices tell of currencies.
        raise UnitError(str(failure).partition("; a currency needs")[0]) from failure


def slug(text: str) -> str:
    """Identifier of what a planner wrote: small letters, digits and ``_``.

    Examples
    --------
    >>> slug("Fly ash"), slug("Gyproc A/S"), slug("Asnæs værket")
    ('fly_ash', 'gyproc_a_s', 'asnaes_vaerket')
    """
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    return re.sub(r"[^a-z0-9]+", "_", plain.encode("ascii", "ignore").decode()).strip("_")


def is_yes(entry: Entry, column: str, problems: Problems) -> bool:
    """Whether a cell says yes; no where it is empty."""
    text = entry.get(column).lower()
    if text and text not in (*_YES, *_NO):
        problems.add(entry.place(column), "", f"expected yes or no, found {entry.get(column)!r}")
    return text in _YES


def read_tables(path: Path, problems: Problems) -> Tables:
    """Sheets of a workbook, or CSV files of a folder, by name.

    Parameters
    ----------
    path : pathlib.Path
        ``park.xlsx``, or a folder with ``firms.csv``, ``streams.csv``, ...
    problems : Problems
        Takes what cannot be read, sheets and columns that are unknown or missing, cells that hold no value.

    Returns
    -------
    mapping of str to sequence of Entry
        Sheets that are there; rows without content, and those that begin with ``#``, are left out.
    """
    if not path.exists():
        problems.add(Where(str(path)), "", "there is no such workbook or folder of CSV tables", fatal=True)
        return {}
    sheets = _sheets_of_folder(path, problems) if path.is_dir() else _sheets_of_workbook(path, problems)
    tables = {}
    for name, (file, rows) in sheets.items():
        if name in SHEETS:
            tables[name] = _entries(name, file, rows, problems)
        elif not name.startswith("_") and name != "about":
            message = f"unknown sheet{nearest(name, SHEETS)}; sheets here: {', '.join(SHEETS)}; "
            problems.add(Where(file), "", message + "begin the name of a sheet of your own with _")
    for name in _NEEDED:
        if name not in tables and not problems.fatal:
            problems.add(Where(str(path)), "", f"has no sheet '{name}'")
    return tables


_Rows = Iterator[tuple[int, list[str]]]


def _entries(sheet: str, file: str, rows: _Rows, problems: Problems) -> list[Entry]:
    known = {column.name: column for column in SHEETS[sheet]}
    header: list[str] = []
    entries: list[Entry] = []
    for line, cells in rows:
        if not any(cells) or cells[0].startswith("#"):
            continue
        if not header:
            header = [re.sub(r"[\s\-]+", "_", cell.lower()) for cell in cells]
            if not _check_header(header, known, Entry(file, line, {}), problems):
                return []
            continue
        loose = [cell for name, cell in zip(header, cells, strict=False) if not name] + cells[len(header) :]
        if any(loose):
            message = f"{next(filter(None, loose))!r} stands in a column without a name in the header"
            problems.add(Cell(file, line), "", message)
        named = zip(header, cells, strict=False)
        entries.append(Entry(file, line, {name: cell for name, cell in named if cell and name}))
    if not header:
        problems.add(Where(file), "", f"is empty; its first row names the columns: {', '.join(known)}")
    elif not entries and sheet in _NEEDED:
        problems.add(Where(file), "", "has no rows below its header; expected at least one")
    for entry in entries:
        for column in known.values():
            if column.needed and not entry.get(column.name):
                merged = " (of merged cells only the first is filled)" if ", sheet " in file else ""
                message = f"is empty; expected {column.meaning}{merged}"
                problems.add(entry.place(column.name), "", message)
    return entries


def _check_header(header: list[str], known: Mapping[str, Column], row: Entry, problems: Problems) -> bool:
    missing = [column.name for column in known.values() if column.needed and column.name not in header]
    for name in missing:
        problems.add(row.place(name), "", "is missing from the header")
    for name in dict.fromkeys(filter(None, header)):
        if header.count(name) > 1:
            problems.add(row.place(name), "", "stands twice in the header")
        elif name not in known:
            message = f"unknown column{nearest(name, known)}; columns here: {', '.join(known)}"
            problems.add(row.place(name), "", message)
    return not missing


# --------------------------------------------------------------------------- the two forms
def _sheets_of_folder(path: Path, problems: Problems) -> dict[str, tuple[str, _Rows]]:
    files = Files(path, path.as_posix(), problems)
    sheets = {}
    for file in sorted(path.glob("*.csv")):
        text = files.read(file)
        shown = files.name(file)
        if text is not None:
            sheets[slug(file.stem) if not file.stem.startswith("_") else file.stem] = (
                shown,
                _rows_of_csv(text, shown, problems),
            )
    return sheets


def _rows_of_csv(text: str, file: str, problems: Problems) -> _Rows:
    header = text.partition("\n")[0]
    delimiter = ";" if ";" in header and "," not in header else ","
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield line, [_text(cell.strip()) for cell in cells]
            line = reader.line_num + 1
            if line > MAX_ROWS:
                problems.add(Where(file), "", f"has more than {MAX_ROWS:,} rows", fatal=True)
                return
    except csv.Error as failure:
        problems.add(Cell(file, reader.line_num), "", f"CSV syntax: {failure}", fatal=True)


def _sheets_of_workbook(path: Path, problems: Problems) -> dict[str, tuple[str, _Rows]]:
    fault = _fault_of(path)
    books = []
    if not fault:
        try:
            with warnings.catch_warnings():
                # openpyxl tells of decorations it does not keep; only cells are read here.
                warnings.simplefilter("ignore")
                books = [load_workbook(path, read_only=True, data_only=values) for values in (True, False)]
        except Exception as failure:
            # openpyxl raises whatever the broken part of the file leads to.
            fault = f"cannot be read as a workbook: {failure}"
    if fault:
        problems.add(Where(path.as_posix()), "", fault, fatal=True)
        return {}
    sheets = {}
    try:
        for sheet in books[0].sheetnames:
            file = f"{path.as_posix()}, sheet {sheet}"
            rows = list(_rows_of_sheet(books[0][sheet], books[1][sheet], file, problems))
            sheets[slug(sheet) if not sheet.startswith("_") else sheet] = (file, iter(rows))
    finally:
        for book in books:
            book.close()
    return sheets


def _fault_of(path: Path) -> str:
    """What keeps a file from being a workbook; empty if nothing does."""
    if path.suffix.lower() != ".xlsx":
        return "expected an Excel workbook (.xlsx) or a folder of CSV tables; save it in one of these forms"
    if not zipfile.is_zipfile(path):
        return "is no Excel workbook, whatever its name says; save it as .xlsx"
    with zipfile.ZipFile(path) as packed:
        size = sum(item.file_size for item in packed.infolist())
    return f"unpacks to {size / 1e6:.0f} MB, too much for a park" if size > MAX_UNPACKED else ""


def _rows_of_sheet(values: Any, formulas: Any, file: str, problems: Problems) -> _Rows:
    if not hasattr(values, "iter_rows"):
        return
    pairs = zip(values.iter_rows(values_only=True), formulas.iter_rows(values_only=True), strict=False)
    for line, (row, written) in enumerate(pairs, start=1):
        if line > MAX_ROWS:
            problems.add(Where(file), "", f"has more than {MAX_ROWS:,} rows", fatal=True)
            return
        for number, (value, formula) in enumerate(zip(row, written, strict=False)):
            letter = _letter(number)
            if value is None and isinstance(formula, str) and formula.startswith("="):
                message = "holds a formula without a result; open and save the workbook where it was made"
                problems.add(Cell(file, line, letter), "", message)
            elif value in _FAULTS:
                problems.add(Cell(file, line, letter), "", f"holds the error {value}; mend its formula")
        yield line, ["" if value in _FAULTS else _text(value) for value in row]


def _letter(index: int) -> str:
    """Letters of a column, from 0: A, B, ..., AA."""
    return (_letter(index // 26 - 1) if index >= 26 else "") + chr(65 + index % 26)


def _text(value: Any) -> str:
    """A cell as text; equal values give equal text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m}" if value.day == 1 else f"{value:%Y-%m-%d}"
    text = str(value).strip()
    if isinstance(value, int | float) or _NUMBER.match(text):
        number = float(text)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return text
