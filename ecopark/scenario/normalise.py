"""A scenario as a user writes it becomes raw data in the exact shape of ``types.Park``.

What lives here: joining the library with the user's own resources, transport and pathways; tables;
leaving out of the library what nobody refers to. What does not: firms (``firms``), validation
(``load``), cross-checks (``check``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ecopark.scenario.firm_table import FIRMS, add_firms
from ecopark.scenario.firms import DIRECTIONS, Archetypes, FirmReader
from ecopark.scenario.located import (
    Items,
    Problems,
    Section,
    Where,
    get,
    locate,
    merge_over,
    names_in,
    own_path,
    sections,
)
from ecopark.scenario.policy import PATHS_BY_RESOURCE
from ecopark.scenario.region_block import take_region
from ecopark.scenario.schema import sink_sources
from ecopark.scenario.source import Files
from ecopark.scenario.tables import (
    DEFLATOR,
    LINKS,
    SERIES,
    STREAMS,
    VOLUMES,
    Columns,
    Row,
    deflator_of,
    read_table,
    series_of,
)
from ecopark.scenario.types import Block, Pathway, Resource, Transport
from ecopark.scenario.units import nearest


@dataclass(frozen=True)
class Library:
    """What scenarios may build on, as raw blocks by name.

    Attributes
    ----------
    resources, transport, pathways : mapping of str to mapping
        Raw blocks in the form a user would write.
    archetypes : Archetypes
        Raw processes by name.
    """

    resources: Mapping[str, Any]
    transport: Mapping[str, Any]
    pathways: Mapping[str, Any]
    archetypes: Archetypes


# Lists of policy and regulator whose entries name a resource.
_LEVERS = (("policy", "discharge_limits"), ("agents", "regulator", "end_of_waste"))
NO_LIBRARY = Library({}, {}, {}, Archetypes((), {}.__getitem__))


def normalise(raw: Section, files: Files | None, library: Library, problems: Problems) -> Section:
    """Bring a raw scenario into the shape of the types.

    Parameters
    ----------
    raw : Section
        What was read; changed in place.
    files : Files, optional
        Access to the tables the scenario names; None where there are no files.
    library : Library
        What `use: [library]` means.
    problems : Problems
        Collector.

    Returns
    -------
    Section
        The same scenario; `series` stays in it as raw paths, and ``resolved: true`` is added: a
        scenario with that mark is taken as it is, without library and archetypes.
    """
    if raw.get("resolved") is True:
        return raw
    tables = _Tables(files, problems)
    rows = tables.read(raw)
    firm_rows = [*take_region(raw, files, problems), *tables.take(raw, "firm_table", FIRMS)]
    for key, own, model in (
        ("resources", library.resources, Resource),
        ("transport", library.transport, Transport),
        ("pathways", library.pathways, Pathway),
    ):
        _join_library(raw, key, own, model, problems)
    reader = FirmReader(library.archetypes, problems)
    if firm_rows:
        add_firms(raw, firm_rows, reader, problems)
    firms = raw.get("firms")
    if isinstance(firms, Section):
        _spread_source(firms)
        reader.add_streams(firms, rows)
        for name, firm in sections(raw, "firms"):
            reader.expand(name, firm, firms.place(name))
    raw.put("resolved", True)
    return raw


class _Tables:
    """Replaces the names of tables by their content."""

    def __init__(self, files: Files | None, problems: Problems) -> None:
        self._files = files
        self._problems = problems

    def read(self, raw: Section) -> list[Row]:
        """Bring series, deflator and record into `raw`; return the rows of the streams tables."""
        if "series" in raw and not isinstance(raw["series"], Section):
            raw["series"] = series_of(self._rows(raw, "series", SERIES), self._problems)
        currency = raw.get("currency")
        if isinstance(currency, Section) and isinstance(currency.get("deflator"), str):
            rows = self._rows(currency, "deflator", DEFLATOR, "currency.")
            currency["deflator"] = deflator_of(rows, self._problems)
        observed = raw.get("observed")
        for table, key, columns in (("links", "record", LINKS), ("volumes", "quantities", VOLUMES)):
            if isinstance(observed, Section) and observed.get(table) and key not in observed:
                record = Items(observed.place(table))
                for row in self._rows(observed, table, columns, "observed."):
                    record.put(locate(row.cells, row.where), row.where)
                observed.put(key, record)
        return self.take(raw, "streams", STREAMS)

    def take(self, raw: Section, key: str, columns: Columns) -> list[Row]:
        """Rows of the tables named under `key`, which is taken out of `raw`."""
        if key not in raw:
            return []
        rows = self._rows(raw, key, columns)
        del raw[key]
        return rows

    def _rows(self, block: Section, key: str, columns: Columns, prefix: str = "") -> list[Row]:
        where, wanted, field = block.place(key), block[key], f"{prefix}{key}"
        rows: list[Row] = []
        for text in wanted if isinstance(wanted, list) else [wanted]:
            if self._files is None:
                self._problems.add(
                    where, field, "tables need a scenario in files; write the values here instead"
                )
                continue
            path = self._files.find(text, where, field)
            if path is not None:
                rows += read_table(self._files, path, columns, where, field)
        return rows


def _spread_source(entries: Section) -> None:
    """`source` and `mark` written among named entries hold for every entry that has none."""
    for key in ("source", "mark"):
        if isinstance(entries.get(key), str):
            where, text = entries.place(key), entries.pop(key)
            for entry in entries.values():
                if isinstance(entry, Section) and key not in entry:
                    entry.put(key, text, where)


def _join_library(
    raw: Section, key: str, own: Mapping[str, Any], model: type[Block], problems: Problems
) -> None:
    """Merge a user's entries over those of the library.

    Resources are written under `define`; transport and pathways stand directly beside `use`.
    """
    written = raw.get(key)
    if written is None:
        written = Section(raw.place(key))
    if not isinstance(written, Section):
        return
    wanted = written.pop("use", ["library"])
    use = wanted if isinstance(wanted, list) else [wanted]
    for name in use:
        if name != "library":
            message = f"unknown collection {name!r}{nearest(str(name), ['library'])}; known: library, or [] for none"
            problems.add(written.place("use"), f"{key}.use", message)
    if key == "resources":
        _check_define(written, problems)
        written = written.get("define", Section(written.where))
        if not isinstance(written, Section):
            problems.add(raw.place(key), "resources.define", "expected resources by name")
            written = Section(raw.place(key))
    _spread_source(written)
    joined = Section(written.where)
    # A misspelt collection is taken for the library, so that its users are not faulted too.
    base = own if use else {}
    for name, block in base.items():
        if name not in written:
            where = Where(f"library {key}")
            joined.put(name, locate(block, where), where)
    for name, block in written.items():
        joined.put(name, _over_library(name, block, base, key, model), written.place(name))
    raw.put(key, joined, raw.place(key))


def _check_define(written: Section, problems: Problems) -> None:
    for name in list(written):
        if name != "define":
            hint = nearest(name, ["use", "define"]) or f"; write own resources as 'define: {{{name}: ...}}'"
            problems.add(written.place(name), f"resources.{name}", f"unknown field {name!r}{hint}")


def _over_library(name: str, block: Any, own: Mapping[str, Any], key: str, model: type[Block]) -> Any:
    if name not in own or not isinstance(block, Section):
        return block
    base: Section = locate(own[name], Where(f"library {key}"))
    sink_sources(base, model)
    return merge_over(base, block)


def is_from_library(block: Section, name: str) -> bool:
    """Whether an entry of resources, transport or pathways was not written by the user."""
    return block.place(name).file.startswith("library ")


# --------------------------------------------------------------------------- what is used
def prune(raw: Section) -> None:
    """Leave out of `raw` the library resources, transport modes and pathways that nothing refers to.

    A resource stays if a port, a recipe, a burden, a ban, the record or a pathway the user wrote
    refers to it, directly or through the recipe of a resource that stays. A library pathway stays if
    both its ends do. What the user wrote stays, so that mistakes in it are found.
    """
    resources, pathways, transport = (raw.get(key) for key in ("resources", "pathways", "transport"))
    if not (
        isinstance(resources, Section) and isinstance(pathways, Section) and isinstance(transport, Section)
    ):
        return
    # Copies, since the scenario they come from may be used again with other overrides.
    resources, pathways, transport = (own_path(raw, (key,)) for key in ("resources", "pathways", "transport"))
    own = {name for name in resources if not is_from_library(resources, name)}
    used = used_resources(raw) | own
    _close_over_recipes(used, resources)
    for name in [n for n in resources if n not in used]:
        del resources[name]
    for name, pathway in list(sections(raw, "pathways")):
        if (
            is_from_library(pathways, name)
            and not {str(pathway.get("giver")), str(pathway.get("taker"))} <= used
        ):
            del pathways[name]
    modes = {
        str(mode)
        for _, resource in sections(raw, "resources")
        for mode in _entries(resource.get("transport"))
    }
    for name in [n for n in transport if is_from_library(transport, n) and n not in modes]:
        del transport[name]


def used_resources(raw: Section) -> set[str]:
    """Resources that something refers to, directly or through the recipe of a resource in use.

    Ports, their recipes and burdens, the ends of pathways the user wrote, levers of policy, shocks and the
    record count.
    """
    used = set(_named_by_ports(raw))
    for name, pathway in sections(raw, "pathways"):
        if not is_from_library(raw["pathways"], name):
            used |= {str(pathway.get("giver")), str(pathway.get("taker"))}
    for loc in (("policy", "bans"), ("observed", "record"), ("observed", "quantities"), *_LEVERS):
        used |= {str(get(entry, ("resource",))) for entry in _entries(get(raw, loc))}
    for lever in PATHS_BY_RESOURCE:
        used |= set(names_in(get(raw, ("policy", lever))))
    for shock in _entries(raw.get("shocks")):
        used |= {str(name) for name in _entries(get(shock, ("resources",)))}
    # Pathways, pumps and heat pumps are paid for in it, whoever else uses it.
    used.add("electricity")
    if isinstance(raw.get("resources"), Section):
        _close_over_recipes(used, raw["resources"])
    return used


def _named_by_ports(raw: Section) -> Iterator[str]:
    # Ports that many firms share are looked at once.
    seen: set[int] = set()
    for _, firm in sections(raw, "firms"):
        for _, process in sections(firm, "processes"):
            for direction in DIRECTIONS:
                ports = process.get(direction)
                if id(ports) in seen:
                    continue
                seen.add(id(ports))
                for _, port in sections(process, direction):
                    yield str(port.get("resource"))
                    yield from names_in(port.get("burden"))
                    yield from names_in(get(port, ("virgin", "recipe")))


def _close_over_recipes(used: set[str], resources: Section) -> None:
    open_ends = list(used)
    while open_ends:
        for name in names_in(get(resources, (open_ends.pop(), "virgin", "recipe"))):
            if name not in used:
                used.add(name)
                open_ends.append(name)


def _entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
