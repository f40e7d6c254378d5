"""The sheet ``firms`` of a planner's tables as raw firms.

What lives here: plants, their size, behaviour and place. What does not: their streams (``workbook_streams``),
units and most names, which the checks of a scenario look at with the place of each cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ecopark.scenario.library import archetype_names, raw_archetype, raw_resources
from ecopark.scenario.located import Items, Problems, Section, Where, plain
from ecopark.scenario.region import plants
from ecopark.scenario.seasons import season_profile
from ecopark.scenario.units import UnitError, Units
from ecopark.scenario.workbook_cells import Entry, Tables, is_yes, parse_amount, slug
from ecopark.scenario.workbook_goods import put_provenance, words_of
from ecopark.scenario.workbook_sites import Ground, put_class

_OF_BEHAVIOUR = ("payback", "hurdle_rate", "attention", "openness", "risk_aversion")
_TYPICAL = "typical plant of the library, unchecked"


@dataclass(frozen=True)
class Plants:
    """Firms of the tables.

    Attributes
    ----------
    firms : Section
        Raw firms by name.
    rows : dict of str to Entry
        Row of each.
    """

    firms: Section
    rows: dict[str, Entry]


def firms_of(tables: Tables, ground: Ground, plots: Section, units: Units, problems: Problems) -> Plants:
    """Raw firms by name, without the streams of the sheet ``streams``.

    Parameters
    ----------
    tables : mapping of str to sequence of Entry
        All sheets.
    ground : Ground
        Knows where they stand.
    plots : Section
        Raw plots by name.
    units : Units
        With the park's currency.
    problems : Problems
        Collector.

    Returns
    -------
    Plants
    """
    found = Plants(Section(Where("firms")), {})
    for entry in tables.get("firms", ()):
        name = slug(entry.get("firm"))
        if not name:
            continue
        if not name[0].isalpha():
            message = f"expected a name that begins with a letter, found {entry.get('firm')!r}"
            problems.add(entry.place("firm"), "", message)
        elif name in found.rows:
            message = f"firm {entry.get('firm')!r} stands already in row {found.rows[name].line}"
            problems.add(entry.place("firm"), "", message)
        else:
            found.firms.put(name, _firm(entry, name, problems), entry.place("firm"))
            found.rows[name] = entry
            ground.put_site(entry, name, found.firms[name], plots)
            _put_process(entry, found.firms[name], units, problems)
            put_provenance(entry, found.firms[name], problems)
    ground.check_used(found.firms)
    return found


def _firm(entry: Entry, name: str, problems: Problems) -> Section:
    firm = entry.section()
    written = entry.get("firm")
    words = written if written != name else name.replace("_", " ").capitalize()
    firm.put("name", entry.get("name") or words, entry.place("name"))
    entry.put_all(firm, ("short", "sector", "area", "hazard_class", "opens", "closes", "note"))
    if is_yes(entry, "movable", problems):
        firm.put("movable", True, entry.place("movable"))
    if entry.get("zones"):
        firm.put("zones", words_of(entry, "zones"), entry.place("zones"))
    put_class(entry, firm, problems)
    behaviour = entry.section()
    for column in _OF_BEHAVIOUR:
        text = entry.get(column)
        entry.put(
            behaviour, column, column, int(text) if column == "attention" and text.isdecimal() else None
        )
    if behaviour:
        firm.put("behaviour", behaviour, entry.place())
    return firm


def _put_process(entry: Entry, firm: Section, units: Units, problems: Problems) -> None:
    """Put the fields of the firm's process: archetype, size, season."""
    archetype = archetype_of(entry)
    entry.put(firm, "archetype", "archetype", archetype or entry.get("archetype"))
    put_season(entry, firm)
    entry.put_all(firm, ("utilisation",))
    if entry.get("drop"):
        firm.put("drop", words_of(entry, "drop"), entry.place("drop"))
    size: Any = entry.amount("capacity")
    try:
        parse_amount(units, size or "1")
    except UnitError as failure:
        problems.add(entry.place("capacity"), "", str(failure))
        size = ""
    if not size and archetype:
        typical = plants()[archetype]
        size = _number(entry, f"{typical.capacity:g} {typical.unit}", _TYPICAL)
    if not archetype and not entry.get("utilisation"):
        put_headroom(firm, entry)
    peak = 1.0 if entry.get("utilisation") else peak_of(firm)
    years_work = _number(entry, f"{peak:.12g} 1/yr", "streams are amounts per year")
    entry.put(firm, "capacity", "capacity", size or years_work)
    if archetype:
        _put_import(entry, firm, archetype, units)
    elif entry.get("import"):
        message = "only a plant of the library that is fed draws from outside; name its archetype"
        problems.add(entry.place("import"), "", message)


def _put_import(entry: Entry, firm: Section, archetype: str, units: Units) -> None:
    """Put what a feed-driven plant draws from outside, by default the usual share of its capacity."""
    raw = raw_archetype(archetype)
    fed = {stream: port for stream, port in raw["in"].items() if port.get("feed")}
    if not fed:
        return
    stream, fed_port = next(iter(fed.items()))
    amount: Any = entry.get("import")
    share = plants()[archetype].imported
    if not amount and share:
        size = firm["capacity"]
        try:
            value, unit = units.parse(size["value"] if isinstance(size, Section) else size)
            rate = units.parse(str(fed_port["coefficient"]))[0]
        except UnitError:
            # Told by the checks of the scenario, at the cell of the capacity.
            return
        if unit == f"{units.base(str(raw['activity_unit']))}/day":
            text = f"{value * rate * share * 365.25:.12g} {raw_resources()[fed_port['resource']]['unit']}/yr"
            amount = _number(entry, text, f"{share:.0%} of capacity: {_TYPICAL}")
    if not amount:
        return
    port, ports = entry.section("import"), entry.section("import")
    entry.put(port, "import", "import", amount)
    ports.put(stream, port, entry.place("import"))
    firm.put("in", ports, entry.place("import"))


def _number(entry: Entry, text: str, source: str) -> Section:
    """A number the tables do not state, marked as unchecked."""
    number = entry.section("capacity")
    number.put("value", text)
    number.put("source", source)
    number.put("mark", "M")
    return number


def archetype_of(entry: Entry) -> str:
    """Archetype a row names, by identifier or title; empty where there is none of that name."""
    wanted = slug(entry.get("archetype"))
    titles = (
        {slug(str(raw_archetype(name).get("name", name))): name for name in archetype_names()}
        if wanted
        else {}
    )
    return wanted if wanted in archetype_names() else titles.get(wanted, "")


def peak_of(process: Section) -> float:
    """Activity of the busiest month over that of the mean month; 1 for an unknown season, told elsewhere."""
    try:
        return float(season_profile(plain(process.get("season", "flat"))).max())
    except ValueError:
        return 1.0


def put_headroom(process: Section, entry: Entry) -> None:
    """Let the busiest month be the one at full capacity, since no month can have more."""
    peak = peak_of(process)
    if peak > 1.0:
        share = entry.section("season")
        share.put("value", float(f"{1.0 / peak:.12g}"))
        share.put("source", "full capacity in the busiest month of the season")
        share.put("mark", "D")
        process.put("utilisation", share, entry.place("season"))


def put_season(entry: Entry, block: Section) -> None:
    """Put a season: a name, or twelve weights."""
    words = words_of(entry, "season")
    if not words:
        return
    try:
        weights = [float(word) for word in words]
    except ValueError:
        entry.put(block, "season", "season", entry.get("season").lower())
        return
    season = Items(entry.place("season"))
    for weight in weights:
        season.put(weight)
    block.put("season", season, entry.place("season"))
