"""Firms in a table: one row a process, in the columns a spreadsheet of plants has.

What lives here: the columns of ``firm_table`` and the raw firms they become. What does not: reading the
file (``tables``), archetypes and shorthand (``firms``), any check of units and names (made with everything
else, at the row's place).

A firm that stands in the table and under ``firms`` is one firm: what the YAML says wins, and each number
keeps the source of the place it was written in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ecopark.scenario.firms import FirmReader
from ecopark.scenario.located import Items, Problems, Section, merge_over
from ecopark.scenario.schema import sink_sources
from ecopark.scenario.tables import Columns, Row
from ecopark.scenario.types import Firm

_OF_FIRM = ("name", "short", "sector", "opens", "closes", "note")
_OF_PROCESS = ("archetype", "utilisation")
_OF_BEHAVIOUR = ("payback", "hurdle_rate", "attention", "openness", "risk_aversion")
_PROVENANCE = ("source", "mark")
FIRMS = Columns(
    ("firm", "x", "y", "capacity"),
    ("unit", "process", "import", *_OF_PROCESS, *_OF_FIRM, *_OF_BEHAVIOUR, *_PROVENANCE),
)


def add_firms(raw: Section, rows: Sequence[Row], reader: FirmReader, problems: Problems) -> None:
    """Add the firms of a table to a raw scenario, in place.

    Parameters
    ----------
    raw : Section
        Scenario in which shorthand and archetypes are not yet expanded.
    rows : sequence of Row
        Rows with the columns of ``FIRMS``. `capacity` is a number and `unit` its unit, or `capacity`
        holds both; other quantities hold their unit (``6 yr``). Rows of one firm with different `process`
        are one firm of several processes.
    reader : FirmReader
        Knows the archetypes.
    problems : Problems
        Collector.
    """
    written = raw.get("firms")
    if written is None:
        written = Section(raw.where)
    if not isinstance(written, Section):
        return
    table: dict[str, Section] = {}
    first: dict[str, Row] = {}
    for row in rows:
        name = row.get("firm")
        if name not in table:
            table[name], first[name] = _firm(row, problems), row
        else:
            _check_same_firm(row, first[name], problems)
        _add_process(table[name], row, reader, problems)
    firms = Section(written.where)
    for name, firm in table.items():
        own = written.get(name)
        if isinstance(own, Section):
            reader.move_shorthand(name, own, written.place(name))
            sink_sources(firm, Firm)
            firm = merge_over(firm, own)
        firms.put(name, firm, firm.where)
    for name in list(written):
        if name not in table:
            firms.take(name, written)
    raw.put("firms", firms, raw.place("firms"))


def _firm(row: Row, problems: Problems) -> Section:
    """Firm of a row without its process."""
    firm = Section(row.where)
    firm.put("name", row.get("firm").replace("_", " ").capitalize())
    for key in _OF_FIRM:
        if row.get(key):
            firm.put(key, row.get(key))
    firm.put("site", _site(row, problems))
    firm.put("processes", Section(row.where))
    behaviour = Section(row.where)
    for key in _OF_BEHAVIOUR:
        if row.get(key):
            behaviour.put(key, row.get(key))
    if behaviour:
        _add_provenance(behaviour, row)
        firm.put("behaviour", behaviour)
    return firm


def _site(row: Row, problems: Problems) -> Items:
    site = Items(row.where)
    for column in ("x", "y"):
        try:
            value = float(row.get(column))
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            message = f"expected a number (degrees or metres, as layout.crs says), found {row.get(column)!r}"
            problems.add(row.where, f"column {column}", message)
        site.put(value if math.isfinite(value) else 0.0)
    return site


def _check_same_firm(row: Row, first: Row, problems: Problems) -> None:
    """Note what a further row of a firm says otherwise than the first."""
    for column in ("x", "y", *_OF_FIRM, *_OF_BEHAVIOUR):
        if row.get(column) and row.get(column) != first.get(column):
            message = f"{row.get(column)!r} differs from line {first.where.line} of the same firm"
            problems.add(row.where, f"column {column}", message)


def _add_process(firm: Section, row: Row, reader: FirmReader, problems: Problems) -> None:
    name = row.get("process") or "main"
    processes: Section = firm["processes"]
    if name in processes:
        line = processes.place(name).line
        message = f"process {name!r} of firm {row.get('firm')!r} stands already in line {line}"
        problems.add(row.where, "column process" if row.get("process") else "column firm", message)
        return
    process = Section(row.where)
    for key in _OF_PROCESS:
        if row.get(key):
            process.put(key, row.get(key))
    process.put("capacity", f"{row.get('capacity')} {row.get('unit')}".strip())
    if row.get("import"):
        _add_import(process, row, reader, problems)
    _add_provenance(process, row)
    processes.put(name, process, row.where)


def _add_import(process: Section, row: Row, reader: FirmReader, problems: Problems) -> None:
    """Put the feed from outside on the one port that feeds the archetype."""
    fed = reader.feeds(row.get("archetype"))
    if len(fed) != 1:
        message = "needs an archetype with one stream that feeds it, such as mrf; "
        message += "write 'import' on a port of the firm in YAML instead"
        problems.add(row.where, "column import", message)
        return
    port: Any = Section(row.where)
    port.put("import", row.get("import"))
    ports = Section(row.where)
    ports.put(fed[0], port)
    process.put("in", ports)


def _add_provenance(block: Section, row: Row) -> None:
    for key in _PROVENANCE:
        if row.get(key):
            block.put(key, row.get(key))
