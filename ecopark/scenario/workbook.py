"""A planner's tables become a scenario: an Excel workbook or a folder of CSV files, and a plan in GeoJSON.

What lives here: the settings, the order of the steps, what holds where the tables are silent, and the files of the
scenario. What does not: cells (``workbook_cells``), what a sheet means (``workbook_firms`` and its siblings),
writing a folder (``scaffold``).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ecopark.scenario.geojson import Plan, read_plan
from ecopark.scenario.load import Scenario
from ecopark.scenario.located import Section, Where, copy_tree, locate, plain
from ecopark.scenario.money import units_of
from ecopark.scenario.paths import parse_month
from ecopark.scenario.units import nearest
from ecopark.scenario.workbook_cells import Entry, TableProblems, Tables, read_tables, slug
from ecopark.scenario.workbook_columns import SETTINGS
from ecopark.scenario.workbook_firms import firms_of
from ecopark.scenario.workbook_goods import Goods, pathways_of, prices_of
from ecopark.scenario.workbook_sites import Ground
from ecopark.scenario.workbook_streams import StreamReader

_ECB = "European Central Bank, mean of 2010: 0.8578 GBP, 7.4473 DKK, 1.3257 USD per EUR; unchecked"
_PER_EUR = {"EUR": 1.0, "GBP": 0.8578, "DKK": 7.4473, "USD": 1.3257}
_UNSTATED = "stated in the tables without a source"
_RATE = re.compile("^rate_[a-z]{3}$")
_START, _YEARS = "2025-01", 20
_PRICES = "prices.csv"
# What the tables of a planner do not hold: how firms find each other and come to terms. As in the park that
# 'ecopark new' writes.
_AGENTS: Mapping[str, Any] = {
    "discovery": {"base": "0.3 1/yr", "distance": "10 km", "burden": "400 kEUR/yr"},
    "negotiation": {"protocol": "alternating_offers"},
    "source": "project estimate, order of magnitude",
    "mark": "M",
}
_HEAD = """\
# A park from a planner's tables, written by 'ecopark new'. Edit it here, or edit the tables and write it anew.
#
#   every number without a source of its own is marked M, unchecked; 'ecopark check' counts them
#   streams of plants without an archetype are amounts per year: such a plant does one year's work a year
"""


# Longest block that is written in one line.
_LINE = 92


class _Line(dict[str, Any]):
    """A block to be written in one line."""


class _Writer(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes every value out; a scenario made for editing has no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Writer.add_representer(
    _Line, lambda writer, block: writer.represent_mapping("tag:yaml.org,2002:map", block, flow_style=True)
)
_Writer.add_representer(
    list,
    lambda writer, items: writer.represent_sequence(
        "tag:yaml.org,2002:seq", items, flow_style=not any(isinstance(item, list) for item in items)
    ),
)


def scenario_texts(tables: Path, title: str, sites: Path | None = None) -> dict[str, str]:
    """Files of the scenario that a planner's tables describe.

    Parameters
    ----------
    tables : pathlib.Path
        Workbook, or folder of CSV files.
    title : str
        Name of the park where the settings give none.
    sites : pathlib.Path, optional
        GeoJSON plan.

    Returns
    -------
    dict of str to str
        ``scenario.yaml`` and, where prices change by date, ``prices.csv``: the same text for equal tables in
        either form.

    Raises
    ------
    TablesError
        With every mistake found, each with file, sheet, row and column.
    """
    problems = TableProblems()
    sheets = read_tables(tables, problems)
    plan = Plan() if sites is None else read_plan(sites, problems)
    if problems.fatal:
        problems.raise_if_any()
    tree = _tree(sheets, plan, title, problems)
    written = copy_tree(tree)
    Scenario.from_tree(tree, title, problems)
    return _texts(plain(written))


def _tree(sheets: Tables, plan: Plan, title: str, problems: TableProblems) -> Section:
    """Raw scenario in which every value knows its cell."""
    settings = _settings(sheets, problems)
    tree = Section(Where("tables"))
    settings.put(tree, "name", title)
    settings.put(tree, "description")
    tree.put("source", _UNSTATED)
    tree.put("mark", "M")
    tree.put("time", settings.time(problems))
    tree.put("currency", settings.currency(problems))
    code, rates = tree["currency"]["code"], tree["currency"]["rates"]
    units = units_of(code, tuple(sorted(rates.items())))
    ground = Ground(sheets, plan, settings.get("crs"), problems)
    goods = Goods(sheets, code, problems)
    series, policy = prices_of(sheets, goods, units, problems)
    pathways = pathways_of(sheets, goods, problems)
    plots = ground.plots()
    plants = firms_of(sheets, ground, plots, units, problems)
    StreamReader(plants, goods, units, problems).read(sheets)
    tree.put("layout", settings.layout(ground.crs, plots, ground.corridors()))
    if goods.own:
        tree.put("resources", locate({"define": goods.own}, goods.own.where))
    if pathways:
        tree.put("pathways", pathways, pathways.where)
    tree.put("firms", plants.firms, plants.firms.where)
    if policy:
        tree.put("policy", policy, policy.where)
    tree.put("agents", settings.agents())
    if series:
        tree.put("series", series, series.where)
    return tree


class _Settings:
    """Rows of the sheet ``settings`` by name."""

    def __init__(self, rows: Mapping[str, Entry]) -> None:
        self._rows = rows

    def get(self, name: str, otherwise: str = "") -> str:
        """Text of a setting."""
        return self._rows[name].get("value") if name in self._rows else otherwise

    def place(self, name: str) -> Where:
        """Cell of a setting."""
        return self._rows[name].place("value") if name in self._rows else Where("tables")

    def put(self, block: Section, name: str, otherwise: str = "", key: str = "") -> None:
        """Put a setting, or what holds where it is not given, under its name or `key`."""
        text = self.get(name, otherwise)
        if text:
            block.put(key or name, text, self.place(name))

    def _block(self, *names: str) -> Section:
        block = Section(Where("tables"))
        for name in names:
            if name in self._rows:
                block.where = self.place(name)
        return block

    def time(self, problems: TableProblems) -> Section:
        """Span of the run."""
        block = self._block("start", "end")
        self.put(block, "start", _START)
        try:
            start = parse_month(self.get("start", _START))
        except ValueError as failure:
            problems.add(self.place("start"), "", str(failure))
            block["start"], start = _START, date(2025, 1, 1)
        last = date(start.year + _YEARS - (start.month == 1), (start.month - 2) % 12 + 1, 1)
        self.put(block, "end", f"{last:%Y-%m}")
        return block

    def currency(self, problems: TableProblems) -> Section:
        """Money of the park, with the rates of the library's currencies."""
        block = self._block("currency")
        code = self.get("currency", "EUR").upper()
        if not re.fullmatch("[A-Z]{3}", code):
            message = f"expected a currency code of three letters such as EUR, found {code!r}"
            problems.add(self.place("currency"), "", message)
            code = "EUR"
        block.put("code", code, self.place("currency"))
        year = self.get("price_year", "2010")
        if not year.isdecimal():
            problems.add(self.place("price_year"), "", f"expected a year such as 2020, found {year!r}")
            year = "2010"
        block.put("price_year", int(year), self.place("price_year"))
        rates = Section(block.where)
        stated = {name.removeprefix("rate_").upper() for name in self._rows if _RATE.match(name)}
        for other in sorted(({"EUR", "GBP"} | stated) - {code}):
            rates.put(other, self._rate(code, other, problems), self.place(f"rate_{other.lower()}"))
        block.put("rates", rates)
        if not any(f"rate_{other.lower()}" in self._rows for other in rates):
            block.put("source", _ECB)
            block.put("mark", "M")
        return block

    def _rate(self, code: str, other: str, problems: TableProblems) -> float:
        """Value of one unit of another currency; of 1 after noting that it is not known."""
        key = f"rate_{other.lower()}"
        try:
            value = float(self.get(key, "nan"))
        except ValueError:
            value = -1.0
        if value > 0.0:
            return value
        if key not in self._rows and code in _PER_EUR:
            return float(f"{_PER_EUR[code] / _PER_EUR[other]:.5g}")
        found = f"found {self.get(key)!r}" if key in self._rows else "it is missing"
        message = f"there are prices in {other}: expected the value of one {other} in {code} "
        message += f"as setting {key}; {found}"
        problems.add(self.place(key if key in self._rows else "currency"), "", message)
        return 1.0

    def layout(self, crs: str, plots: Section, corridors: Section) -> Section:
        """Coordinates, plots and corridors."""
        block = self._block("crs", "distance", "detour")
        block.put("crs", self.get("crs", crs), self.place("crs"))
        self.put(block, "distance", "corridor" if corridors else "")
        self.put(block, "detour")
        for key, value in (("plots", plots), ("corridors", corridors)):
            if value:
                block.put(key, value, value.where)
        return block

    def agents(self) -> Section:
        """How firms find each other and agree, which tables do not say."""
        block: Section = locate(_AGENTS, Where("defaults"))
        contracts = self._block("transaction_cost")
        self.put(contracts, "transaction_cost", "67 kEUR")
        block.put("contracts", contracts)
        return block


def _settings(sheets: Tables, problems: TableProblems) -> _Settings:
    known = [setting.name for setting in SETTINGS]
    rows: dict[str, Entry] = {}
    for entry in sheets.get("settings", ()):
        name = slug(entry.get("setting"))
        if name and name not in known and not _RATE.match(name):
            message = f"unknown setting {entry.get('setting')!r}{nearest(name, known)}; settings: {', '.join(known)}"
            problems.add(entry.place("setting"), "", message)
        elif name in rows:
            problems.add(entry.place("setting"), "", f"stands already in row {rows[name].line}")
        elif name:
            rows[name] = entry
    return _Settings(rows)


# --------------------------------------------------------------------------- files
def _texts(raw: dict[str, Any]) -> dict[str, str]:
    """Files of a plain raw scenario: series by date in a table, everything else in YAML."""
    texts = {}
    if "series" in raw:
        texts[_PRICES] = _series_table(raw["series"])
        raw = {**raw, "series": _PRICES}
    body = yaml.dump(
        _in_lines(raw, 0),
        Dumper=_Writer,
        sort_keys=False,
        allow_unicode=True,
        width=110,
        default_flow_style=False,
    )
    return {"scenario.yaml": _HEAD + body, **texts}


def _in_lines(value: Any, depth: int) -> Any:
    """Plain data in which small blocks below firms and plots are marked to be written in one line."""
    if not isinstance(value, dict):
        return value
    is_leaf = not any(isinstance(item, dict | list) for item in value.values())
    if is_leaf and depth > 2 and len(str(value)) <= _LINE:
        return _Line(value)
    return {key: _in_lines(item, depth + 1) for key, item in value.items()}


def _series_table(series: Mapping[str, Mapping[str, Any]]) -> str:
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["series", "date", "value", "unit", "interpolate", "source", "mark", "note"])
    for name, path in series.items():
        way = path.get("interpolate", "step")
        for when, number in path.items():
            if when != "interpolate":
                value, _, unit = str(number["value"]).partition(" ")
                about = [number.get(key, "") for key in ("source", "mark", "note")]
                writer.writerow([name, when, value, unit, way, *about])
    return table.getvalue()
