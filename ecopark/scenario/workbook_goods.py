"""What a planner's tables say of goods and money: resources, pathways, prices and policy by date.

What lives here: the sheets ``resources``, ``pathways`` and ``prices`` as raw blocks, and :class:`Goods`, which
knows every resource by the words a planner uses. What does not: who has or needs them (``workbook_streams``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ecopark.scenario.library import raw_resources
from ecopark.scenario.located import Items, Problems, Section, Where, get, locate, merge_over
from ecopark.scenario.paths import parse_month
from ecopark.scenario.schema import sink_sources
from ecopark.scenario.types import Resource
from ecopark.scenario.units import UnitError, Units, nearest
from ecopark.scenario.workbook_cells import Entry, Tables, parse_amount, slug
from ecopark.scenario.workbook_columns import POLICY_ITEMS, POLICY_ITEMS_BY_RESOURCE, RESOURCE_ITEMS

UNIT_OF_KIND = {"material": "t", "energy": "MWh", "heat": "MWh", "water": "m3"}
_MODES_OF_KIND = {"material": ("truck_bulk",), "heat": ("hot_water_pipe",), "water": ("water_pipe",)}
_GRADE_OF_KIND = {"heat": "temperature", "water": "class"}
_UNITS_OF_POLICY = {
    **dict.fromkeys(("landfill_tax", "incineration_tax", "carbon_price"), "{money}/t"),
    **dict.fromkeys(("discharge_levy", "water_levy"), "{money}/m3"),
    **dict.fromkeys(("capital_grant", "carbon_commitment"), "1"),
}
_BARE = re.compile(r"^[-+]?[\d.]+(e[-+]?\d+)?$", re.IGNORECASE)


class Goods:
    """Resources a planner may name: those of the sheet ``resources`` and of the library.

    Parameters
    ----------
    tables : mapping of str to sequence of Entry
        All sheets.
    currency : str
        Code of the money in them.
    problems : Problems
        Collector.

    Attributes
    ----------
    own : Section
        Raw blocks to stand under ``resources: define:``.
    """

    def __init__(self, tables: Tables, currency: str, problems: Problems) -> None:
        self._problems = problems
        self._currency = currency
        self._library: Mapping[str, Any] = raw_resources()
        self._blocks: dict[str, Section] = {}
        self.own = Section(Where("resources"))
        for entry in tables.get("resources", ()):
            self._define(entry)
        self._names = {slug(str(block.get("name", key))): key for key, block in self._library.items()}
        self._names |= {slug(str(block["name"])): key for key, block in self.own.items()}
        self._names |= {key: key for key in (*self._library, *self.own)}

    def find(self, entry: Entry, column: str = "resource") -> str | None:
        """Identifier of the resource a cell names; None after noting an unknown one."""
        text = entry.get(column)
        found = self._names.get(slug(text))
        if found is None and text:
            hint = (
                nearest(slug(text), self._names)
                or "; 'ecopark library' lists them, the sheet resources adds own"
            )
            self._problems.add(entry.place(column), "", f"unknown resource {text!r}{hint}")
        return found

    def block(self, resource: str) -> Section:
        """Whole raw block of a resource, own entries laid over those of the library; not to be changed."""
        if resource not in self._blocks:
            base: Section = locate(self._library.get(resource, {}), Where("library resources"))
            sink_sources(base, Resource)
            own = self.own.get(resource)
            self._blocks[resource] = base if own is None else merge_over(base, own)
        return self._blocks[resource]

    def forget(self, resource: str) -> None:
        """Work out the block of a resource anew, since its own entries have changed."""
        self._blocks.pop(resource, None)

    def unit(self, resource: str) -> str:
        """Unit in which a resource is counted."""
        return str(self.block(resource).get("unit", "t"))

    def per_unit(self, entry: Entry, column: str, resource: str, what: str = "") -> str:
        """Text of a cell that holds an amount by unit of a resource; a bare number is money, or `what`."""
        text = entry.get(column)
        return f"{text} {what or self._currency}/{self.unit(resource)}" if _BARE.match(text) else text

    def _define(self, entry: Entry) -> None:
        name, kind = slug(entry.get("resource")), entry.get("kind").lower()
        if kind not in UNIT_OF_KIND:
            if kind:
                message = f"expected one of {', '.join(UNIT_OF_KIND)}; found {entry.get('kind')!r}"
                message += nearest(kind, UNIT_OF_KIND)
                self._problems.add(entry.place("kind"), "", message)
            kind = "material"
        if name in self.own:
            message = f"{name!r} stands already in row {self.own.place(name).line}"
            self._problems.add(entry.place("resource"), "", message)
            return
        block = entry.section()
        block.put("name", entry.get("name") or entry.get("resource").capitalize(), entry.place("name"))
        block.put("kind", kind, entry.place("kind"))
        block.put("unit", entry.get("unit") or UNIT_OF_KIND[kind], entry.place("unit"))
        block.put("grade", _GRADE_OF_KIND.get(kind, "conformity"))
        entry.put_all(block, ("hazard",))
        block.put(
            "transport", words_of(entry, "transport", _MODES_OF_KIND.get(kind, ())), entry.place("transport")
        )
        self.own.put(name, block, entry.place("resource"))
        self._blocks.pop(name, None)
        if entry.get("route"):
            disposal = entry.section("route")
            entry.put(disposal, "route", "route")
            entry.put(disposal, "fee", "fee", self.per_unit(entry, "fee", name))
            block.put("disposal", disposal)
        elif entry.get("fee"):
            self._problems.add(entry.place("route"), "", "is empty; the fee needs the route it is paid for")
        if entry.get("price"):
            virgin = entry.section("price")
            entry.put(virgin, "price", "price", self.per_unit(entry, "price", name))
            entry.put(virgin, "emission", "emission", self.per_unit(entry, "emission", name, "t"))
            block.put("virgin", virgin)
        put_provenance(entry, block, self._problems)


def words_of(entry: Entry, column: str, otherwise: tuple[str, ...] = ()) -> Items:
    """Words of a cell, parted by commas, semicolons or blanks."""
    words = Items(entry.place(column))
    for word in re.split(r"[,;\s]+", entry.get(column)) if entry.get(column) else otherwise:
        if word:
            words.put(word)
    return words


def put_provenance(entry: Entry, block: Section, problems: Problems) -> None:
    """Carry source, mark and note of a row into its block."""
    entry.put_all(block, ("source", "mark"))
    if entry.get("mark") == "S" and not entry.get("source"):
        problems.add(
            entry.place("mark"), "", "S says the number was seen in a source; the column source is empty"
        )


def pathways_of(tables: Tables, goods: Goods, problems: Problems) -> Section:
    """Raw pathways by name, ``GIVER_to_TAKER``."""
    found = Section(Where("pathways"))
    for entry in tables.get("pathways", ()):
        ends = [goods.find(entry, column) for column in ("giver", "taker")]
        if None in ends:
            continue
        giver, taker = (str(end) for end in ends)
        name = f"{giver}_to_{taker}"
        if name in found:
            problems.add(
                entry.place("giver"), "", f"this pathway stands already in row {found.place(name).line}"
            )
            continue
        block = entry.section()
        block.put("giver", giver, entry.place("giver"))
        block.put("taker", taker, entry.place("taker"))
        entry.put_all(block, ("name", "replacement", "max_share", "lead_time", "at", "needs", "from"))
        per_giver = {"yield": f"{goods.unit(taker)}", "electricity": "MWh", "emission": "t", "cost": ""}
        for column, what in per_giver.items():
            entry.put(block, column, column, goods.per_unit(entry, column, giver, what))
        entry.put_all(block, ("capital",))
        put_provenance(entry, block, problems)
        found.put(name, block, entry.place())
    return found


def prices_of(tables: Tables, goods: Goods, units: Units, problems: Problems) -> tuple[Section, Section]:
    """Series by name and the block of policy that refers to them; prices of resources go to `goods`.

    Parameters
    ----------
    tables : mapping of str to sequence of Entry
        All sheets.
    goods : Goods
        Gets the dated prices and fees of resources.
    units : Units
        With the park's currency.
    problems : Problems
        Collector.

    Returns
    -------
    tuple of (Section, Section)
        ``series`` and ``policy`` of a scenario.
    """
    series, policy = Section(Where("series")), Section(Where("policy"))
    items = (*POLICY_ITEMS, *POLICY_ITEMS_BY_RESOURCE, *RESOURCE_ITEMS)
    for entry in tables.get("prices", ()):
        item = slug(entry.get("item"))
        if item not in items:
            if item:
                message = f"unknown item {entry.get('item')!r}{nearest(item, items)}; items here: {', '.join(items)}"
                problems.add(entry.place("item"), "", message)
            continue
        resource = None
        if item not in POLICY_ITEMS:
            resource = goods.find(entry)
            if resource is None:
                if not entry.get("resource"):
                    problems.add(entry.place("resource"), "", f"is empty; {item} is by resource")
                continue
        elif entry.get("resource"):
            problems.add(entry.place("resource"), "", f"{item} holds for all resources; leave this empty")
            continue
        name = item if resource is None else f"{item}_of_{resource}"
        if name not in series:
            if not _refer(name, item, resource, entry, (goods, policy), problems):
                continue
            series.put(name, entry.section(), entry.place())
        wanted = _UNITS_OF_POLICY.get(item, "{money}/{unit}")
        unit = "" if resource is None else goods.unit(resource)
        _add_date(series[name], entry, wanted.format(money=units.currency, unit=unit), units, problems)
    return series, policy


def _refer(
    name: str, item: str, resource: str | None, entry: Entry, into: tuple[Goods, Section], problems: Problems
) -> bool:
    """Point policy or resource at a series; False after noting why that cannot be."""
    goods, policy = into
    value = entry.section("value")
    value.put("series", name)
    if resource is None:
        policy.put(item, value, entry.place("value"))
    elif item in POLICY_ITEMS_BY_RESOURCE:
        if item not in policy:
            policy.put(item, entry.section(), entry.place())
        policy[item].put(resource, value, entry.place("value"))
    else:
        return _price(goods, item, resource, value, entry, problems)
    return True


def _price(goods: Goods, item: str, resource: str, value: Section, entry: Entry, problems: Problems) -> bool:
    """Point a resource's price or fee at a series; False after noting why that cannot be."""
    block = goods.block(resource)
    kind, field = ("virgin", "price") if item == "price" else ("disposal", "fee")
    recipe = get(block, ("virgin", "recipe"))
    if kind == "virgin" and recipe:
        message = (
            f"the library makes {resource} from {', '.join(recipe)}: give the price of that by date, or one "
        )
        problems.add(entry.place("item"), "", message + "price in the sheet streams")
        return False
    if kind == "disposal" and "disposal" not in block:
        message = f"{resource} has no disposal route; give it in the sheet resources or on its streams"
        problems.add(entry.place("item"), "", message)
        return False
    own = goods.own
    if resource not in own:
        own.put(resource, entry.section(), entry.place())
    if kind not in own[resource]:
        own[resource].put(kind, entry.section(), entry.place())
    own[resource][kind].put(field, value, entry.place("value"))
    goods.forget(resource)
    return True


def _add_date(path: Section, entry: Entry, wanted: str, units: Units, problems: Problems) -> None:
    """Add one dated value in the unit `wanted` to a series."""
    when, item = entry.get("date"), entry.get("item")
    if when in path:
        problems.add(
            entry.place("date"), "", f"{when} of {item} stands already in row {path.place(when).line}"
        )
        return
    text = entry.amount("value")
    try:
        parse_month(when)
    except ValueError as failure:
        problems.add(entry.place("date"), "", str(failure))
        return
    try:
        unit = parse_amount(units, text)[1]
    except UnitError as failure:
        problems.add(entry.place("value"), "", str(failure))
        return
    if unit != wanted:
        example = (
            "a pure number or share such as '30 %'" if wanted == "1" else f"a value such as '40 {wanted}'"
        )
        problems.add(entry.place("value"), "", f"expected {example}, found {text!r}")
        return
    number = entry.section("value")
    number.put("value", text, entry.place("value"))
    put_provenance(entry, number, problems)
    path.put(when, number, entry.place("date"))
    if entry.get("interpolate"):
        entry.put_all(path, ("interpolate",))
