"""Who is in a park: the same scenario with firms added from the library, or as if some had never been.

What lives here: both changes on raw data in the shape of the types. What does not: firms that open or close on a
date (fields of a firm, shocks), the search for places (``planning.layouts``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ecopark.errors import DomainError
from ecopark.scenario.library import archetype_names, raw_archetype, raw_resources
from ecopark.scenario.located import (
    Items,
    Problems,
    Section,
    Where,
    copy_node,
    get,
    locate,
    names_in,
    own_path,
    sections,
)
from ecopark.scenario.normalise import Library, normalise
from ecopark.scenario.region import plants
from ecopark.scenario.units import UnitError, Units, nearest

ADDED = "added to this park"
_TABLES = ("resources", "transport", "pathways")
_WHO = ("firms", "sectors", "hazard_class", "noise_class")
# Capacities and coefficients hold money only as the activity of builders: its code does not matter.
_UNITS = Units("GBP")


def raw_plant(
    archetype: str, name: str, site: tuple[float, float], capacity: str | None = None
) -> dict[str, Any]:
    """A firm of one library plant, as a user would write it.

    Parameters
    ----------
    archetype : str
    name : str
        Title.
    site : tuple of float, degree or m
    capacity : str, optional
        With its unit; the plant's usual one by default.

    Returns
    -------
    dict
        A feed-driven plant draws the usual share of its feed from outside the park, as in a synthetic region.

    Raises
    ------
    DomainError
        If there is no such archetype, or the capacity cannot be read.
    """
    if archetype not in archetype_names():
        raise DomainError(f"unknown plant {archetype!r}{nearest(archetype, archetype_names())}")
    plant = plants()[archetype]
    wanted = f"{plant.capacity:.12g} {plant.unit}" if capacity is None else capacity
    about = {"source": ADDED, "mark": "M"}
    raw: dict[str, Any] = {
        "name": name, "sector": plant.sector, "site": list(site), "archetype": archetype,
        "capacity": {"value": wanted, **about},
    }  # fmt: skip
    try:
        rate, unit = _UNITS.parse(wanted)
        usual = _UNITS.parse(f"1 {plant.unit}")[1]
    except UnitError as failure:
        raise DomainError(f"capacity of {name}: {failure}") from failure
    if unit != usual or not rate > 0.0:
        raise DomainError(f"capacity of {name}: expected more than none in {plant.unit}, found {wanted!r}")
    if plant.imported:
        feed, port = next(item for item in raw_archetype(archetype)["in"].items() if item[1].get("feed"))
        coefficient, _ = _UNITS.parse(port["coefficient"])
        counted = raw_resources()[port["resource"]]["unit"]
        amount = f"{plant.imported * rate * coefficient:.12g} {counted}/day"
        raw["in"] = {feed: {"import": {"value": amount, **about}}}
    return raw


def with_roster(
    base: Section,
    added: Mapping[str, Mapping[str, Any]],
    dropped: Collection[str],
    library: Library,
    problems: Problems,
) -> Section:
    """A raw scenario with other firms.

    Parameters
    ----------
    base : Section
        In the shape of the types; not changed, and shares with the result what both have alike.
    added : mapping of str to mapping
        Firms in the form of a scenario file, by identifier.
    dropped : collection of str
        Firms taken out, and out of what refers to them: rules, ties, shocks, payments for single exchanges, the
        record. A rule or shock that was about them only goes with them.
    library : Library
        Where archetypes, and resources, modes and pathways that the base lacks, come from.
    problems : Problems
        Collector.

    Returns
    -------
    Section
    """
    raw: Section = copy_node(base)
    firms = own_path(raw, ("firms",))
    if not isinstance(firms, Section):
        return raw
    for name in [*dropped, *added]:
        known = name in firms
        if known == (name in added):
            said = "is there already" if known else f"is not there{nearest(name, firms)}"
            problems.add(Where(ADDED), f"firms.{name}", f"a firm of this name {said}")
    for name in dropped:
        firms.pop(name, None)
    if dropped:
        _forget(raw, set(dropped))
    if added:
        _take_in(raw, added, library, problems)
    return raw


def _take_in(
    raw: Section, added: Mapping[str, Mapping[str, Any]], library: Library, problems: Problems
) -> None:
    """Expand added firms and bring with them what the scenario lacks of the library."""
    own = {key: set(names_in(raw.get(key))) for key in _TABLES}
    grown = normalise(locate({"firms": dict(added)}, Where(ADDED)), None, library, problems)
    for name, firm in sections(grown, "firms"):
        raw["firms"].put(name, firm, Where(ADDED))
    for key in _TABLES:
        if not isinstance(raw.get(key), Section):
            raw.put(key, Section(Where(ADDED)))
        table = own_path(raw, (key,))
        for name, block in sections(grown, key):
            # A pathway between two resources the scenario had was left out of it on purpose.
            ends = {block.get("giver"), block.get("taker")}
            if name not in own[key] and not (key == "pathways" and ends <= own["resources"]):
                table.put(name, block, grown[key].place(name))


# --------------------------------------------------------------------------- taking out
def _forget(raw: Section, gone: set[str]) -> None:
    """Take firms out of everything that refers to them, in place."""
    _keep(raw, ("agents", "ties"), lambda pair: not gone & set(pair))
    for loc in (("observed", "record"), ("observed", "quantities")):
        _keep(raw, loc, lambda row: not gone & {row.get("from_firm"), row.get("to_firm")})
    _keep(raw, ("policy", "support"), lambda aid: not gone & {aid.get("giver"), aid.get("taker")})
    _keep(raw, ("shocks",), lambda shock: not _is_only_about(shock, gone))
    for index, shock in enumerate(get(raw, ("shocks",)) or ()):
        if gone & set(shock.get("firms") or ()):
            _strike(raw, ("shocks", index, "firms"), gone)
    for name in names_in(get(raw, ("agents", "conduct", "fixed"))):
        if name in gone:
            del own_path(raw, ("agents", "conduct", "fixed"))[name]
    for name, rule in list(sections(raw.get("layout"), "rules")):
        _forget_in_rule(raw, name, rule, gone)
    for name, firm in list(sections(raw, "firms")):
        for key, process in list(sections(firm, "processes")):
            if str(process.get("succeeds", "")).split(".")[0] in gone:
                del own_path(raw, ("firms", name, "processes", key))["succeeds"]


def _is_only_about(shock: Section, gone: set[str]) -> bool:
    """Whether nothing is left of a shock without some firms; a pipe needs both its ends."""
    struck = set(shock.get("firms") or ())
    return bool(struck & gone) and (struck <= gone or shock.get("kind") == "pipe")


def _forget_in_rule(raw: Section, name: str, rule: Section, gone: set[str]) -> None:
    for end in ("who", "others"):
        who = rule.get(end)
        if not isinstance(who, Section) or not gone & set(who.get("firms") or ()):
            continue
        others = any(who.get(key) for key in _WHO if key != "firms")
        if set(who["firms"]) <= gone and not others:
            # An empty list would mean all firms.
            own_path(raw, ("layout", "rules")).pop(name, None)
            return
        _strike(raw, ("layout", "rules", name, end, "firms"), gone)


def _strike(raw: Section, loc: tuple[str | int, ...], gone: set[str]) -> None:
    """Strike names out of a list of names."""
    _keep(raw, loc, lambda name: name not in gone)


def _keep(raw: Section, loc: tuple[str | int, ...], stays: Callable[[Any], bool]) -> None:
    """Leave in a list only the entries that stay, with their places."""
    items = own_path(raw, loc) if isinstance(get(raw, loc), Items) else None
    if items is None:
        return
    kept = [(item, items.place(index)) for index, item in enumerate(items) if stays(item)]
    items.clear()
    items.places.clear()
    for item, where in kept:
        items.put(item, where)
