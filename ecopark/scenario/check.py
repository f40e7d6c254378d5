"""Cross-checks of a park: what no single field can know.

What lives here: references, dates, places, ports and what they need. What does not: units and signs
(``dimensions``), single fields (``types``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from ecopark.scenario.dimensions import check_dimensions
from ecopark.scenario.lever_check import check_levers
from ecopark.scenario.located import Loc, get, names_in
from ecopark.scenario.paths import Path, parse_month
from ecopark.scenario.siting import check_point, check_siting
from ecopark.scenario.types import Firm, Park, Port, Process, Resource
from ecopark.scenario.units import Quantity, UnitError, Units, nearest
from ecopark.scenario.validate import Report

_ALWAYS = date(1, 1, 1)
_FIRST, _LAST = date.min, date.max


def prepare(park: Park, units: Units, report: Report) -> Park:
    """The park with each process's activity unit in base units.

    A process that names none has the unit of its capacity times time (``80 kt/yr`` counts in t).
    """
    firms = {}
    for name, firm in park.firms.items():
        counted = {
            key: _activity_unit((name, key), process, units, report)
            for key, process in firm.processes.items()
        }
        changed = {
            key: process.model_copy(update={"activity_unit": counted[key]})
            for key, process in firm.processes.items()
            if process.activity_unit != counted[key]
        }
        firms[name] = (
            firm.model_copy(update={"processes": {**firm.processes, **changed}}) if changed else firm
        )
    return park.model_copy(update={"firms": firms})


def _activity_unit(names: tuple[str, str], process: Process, units: Units, report: Report) -> str:
    loc = ("firms", names[0], "processes", names[1])
    if process.activity_unit:
        try:
            return units.base(process.activity_unit)
        except UnitError as failure:
            report.add((*loc, "activity_unit"), str(failure))
            return "?"
    unit = process.capacity.unit
    if unit.endswith("/day"):
        return unit.removesuffix("/day")
    if unit != "?":
        report.add(
            (*loc, "capacity"), f"expected a quantity per time such as '80 kt/yr' or '142 MW', found '{unit}'"
        )
    return "?"


def check(park: Park, units: Units, report: Report, known: Mapping[str, Iterable[str]]) -> None:
    """Note every contradiction inside a park.

    Parameters
    ----------
    park : Park
        Validated; broken parts may be missing, as long as `report` knows of them.
    units : Units
        Registry with the scenario's currency.
    report : Report
        Collector.
    known : mapping of str to iterable of str
        Names of all ``resources``, ``transport`` modes and ``firms`` a scenario may refer to, used or
        not; a kind that is left out is not checked.
    """
    names = _Names(park, report, known)
    for key, resource in park.resources.items():
        names.check_resource(("resources", key), resource)
    for key, pathway in park.pathways.items():
        names.check("resources", pathway.giver, ("pathways", key, "giver"))
        names.check("resources", pathway.taker, ("pathways", key, "taker"))
        names.check_power(("pathways", key), pathway.electricity)
        if pathway.lift:
            names.check("resources", "electricity", ("pathways", key, "lift"))
    for key, mode in park.transport.items():
        names.check_power(("transport", key), mode.electricity)
    _check_recipes(park, report)
    clean: set[tuple[object, ...]] = set()
    for key, firm in park.firms.items():
        _check_firm(("firms", key), firm, park, report)
        for process_key, process in firm.processes.items():
            loc = ("firms", key, "processes", process_key)
            own = _check_process(loc, firm, process, report)
            _check_succession(loc, process, park, report)
            # Ports that firms share and that gave no cause for complaint once give none again.
            shared = (id(process.in_), id(process.out), process.drive, *own)
            if shared not in clean:
                noted = report.calls
                names.check_process(loc, process)
                _check_ports(loc, process, own, park, report)
                if report.calls == noted:
                    clean.add(shared)
    names.check_rules()
    check_levers(park, report, names.check)
    check_siting(park, report)
    check_dimensions(park, units, report)


def _check_recipes(park: Park, report: Report) -> None:
    """A virgin supply made of others, and they of others, must not come back to itself."""
    recipes = {name: tuple(r.virgin.recipe) if r.virgin else () for name, r in park.resources.items()}
    for name, recipe in recipes.items():
        for first in recipe:
            seen, ahead = {first}, [first]
            while ahead:
                fresh = set(recipes.get(ahead.pop(), ())) - seen
                seen |= fresh
                ahead += sorted(fresh)
            if name in seen:
                circle = f"{name} is made of {first}, whose supply is made of {name}"
                message = f"the supply of {circle}: give one of them a price of its own"
                report.add(("resources", name, "virgin", "recipe", first), message)


class _Names:
    """Checks that what is referred to exists."""

    def __init__(self, park: Park, report: Report, known: Mapping[str, Iterable[str]]) -> None:
        self._park = park
        self._report = report
        self._known = {key: frozenset(names) for key, names in known.items()}

    def check(self, what: str, name: str, loc: Loc) -> None:
        """Note an unknown resource, transport mode or firm."""
        if what in self._known and name not in self._known[what]:
            one = {"resources": "resource", "transport": "transport mode", "firms": "firm"}[what]
            self._report.add(loc, f"unknown {one} {name!r}{nearest(name, self._known[what])}")

    def check_power(self, loc: Loc, amount: Quantity | None) -> None:
        """Who uses electricity must find it among the resources."""
        if amount is not None and amount.value > 0.0:
            self.check("resources", "electricity", (*loc, "electricity"))

    def check_resource(self, loc: Loc, resource: Resource) -> None:
        """Transport modes and recipe of a resource."""
        for index, mode in enumerate(resource.transport):
            self.check("transport", mode, (*loc, "transport", index))
        for name in resource.virgin.recipe if resource.virgin else ():
            self.check("resources", name, (*loc, "virgin", "recipe", name))

    def check_process(self, loc: Loc, process: Process) -> None:
        """Resources of ports, recipes and burdens."""
        for direction, ports in (("in", process.in_), ("out", process.out)):
            for key, port in ports.items():
                place = (*loc, direction, key)
                self.check("resources", port.resource, (*place, "resource"))
                for name in port.burden:
                    self.check("resources", name, (*place, "burden", name))
                for name in port.virgin.recipe if port.virgin else ():
                    self.check("resources", name, (*place, "virgin", "recipe", name))

    def check_rules(self) -> None:
        """Bans, ties, conduct and record."""
        for index, ban in enumerate(self._park.policy.bans):
            self.check("resources", ban.resource, ("policy", "bans", index, "resource"))
        for index, pair in enumerate(self._park.agents.ties):
            for end, name in enumerate(pair):
                self.check("firms", name, ("agents", "ties", index, end))
            if pair[0] == pair[1]:
                self._report.add(("agents", "ties", index), f"ties {pair[0]!r} with itself")
        conduct = self._park.agents.conduct
        for name in conduct.fixed if conduct is not None else ():
            self.check("firms", name, ("agents", "conduct", "fixed", name))
        for index, link in enumerate(self._park.observed.record if self._park.observed else ()):
            loc = ("observed", "record", index)
            self.check("firms", link["from_firm"], (*loc, "from_firm"))
            self.check("firms", link["to_firm"], (*loc, "to_firm"))
            self.check("resources", link["resource"], (*loc, "resource"))
            self._check_year(link["start_year"], (*loc, "start_year"))
        for index, row in enumerate(self._park.observed.quantities if self._park.observed else ()):
            self._check_quantity(row, ("observed", "quantities", index))

    def _check_year(self, text: str, loc: Loc) -> None:
        if not (text.isdecimal() and len(text) == 4):
            self._report.add(loc, f"expected a year such as 1982, found {text!r}")

    def _check_quantity(self, row: Mapping[str, str], loc: Loc) -> None:
        """A recorded quantity: of an exchange in its resource's unit, or of the park in t CO2e."""
        self._check_year(row["year"], (*loc, "year"))
        try:
            positive = 0.0 < float(row["quantity"]) < float("inf")
        except ValueError:
            positive = False
        if not positive:
            self._report.add((*loc, "quantity"), f"expected a positive number, found {row['quantity']!r}")
        unit = "t CO2e"
        ends = [key for key in ("from_firm", "to_firm", "resource") if key in row]
        if len(ends) == 3:
            self.check("firms", row["from_firm"], (*loc, "from_firm"))
            self.check("firms", row["to_firm"], (*loc, "to_firm"))
            self.check("resources", row["resource"], (*loc, "resource"))
            found = self._park.resources.get(row["resource"])
            unit = found.unit if found else row["unit"]
        elif ends:
            self._report.add(
                loc, "an exchange has from_firm, to_firm and resource; the park has none of them"
            )
        if row["unit"] != unit:
            self._report.add((*loc, "unit"), f"expected {unit!r}, found {row['unit']!r}")


# --------------------------------------------------------------------------- firms
def _check_firm(loc: Loc, firm: Firm, park: Park, report: Report) -> None:
    if firm.opens and firm.closes and firm.closes <= firm.opens:
        report.add((*loc, "closes"), f"closes {firm.closes:%Y-%m}, not after it opens ({firm.opens:%Y-%m})")
    check_point((*loc, "site"), firm.site, park, report)


_Life = tuple[date, date]


def _check_process(loc: Loc, firm: Firm, process: Process, report: Report) -> _Life:
    """Note what is wrong with a process apart from its ports; its first day and the day it ends."""
    life = (firm.opens or _FIRST, firm.closes or _LAST)
    _check_life(loc, (process.opens, process.closes), ("opens", "closes"), life, "firm", report)
    own = (process.opens or life[0], process.closes or life[1])
    for field, path in (("capacity", process.capacity), ("utilisation", process.utilisation)):
        _check_dates((*loc, field), path, own[0], report)
    _check_dates((*loc, "operating_cost"), process.operating_cost, own[0], report)
    return own


def _check_succession(loc: Loc, process: Process, park: Park, report: Report) -> None:
    """Note a process that succeeds one that does not exist."""
    if process.succeeds is None:
        return
    known = [f"{name}.{key}" for name, firm in park.firms.items() for key in firm.processes]
    if process.succeeds not in known:
        hint = nearest(process.succeeds, known)
        message = f"unknown process {process.succeeds!r}{hint}; write it as firm.process"
        report.add((*loc, "succeeds"), message)


def _check_ports(loc: Loc, process: Process, own: _Life, park: Park, report: Report) -> None:
    """Note what is wrong with the ports of a process of this life, and with its drive."""
    for direction, ports in (("in", process.in_), ("out", process.out)):
        for key, port in ports.items():
            place = (*loc, direction, key)
            _check_life(place, (port.from_, port.until), ("from", "until"), own, "process", report)
            for field, path in (
                ("coefficient", port.coefficient),
                ("grade", port.grade),
                ("import", port.import_),
            ):
                _check_dates((*place, field), path, own[0], report)
            _check_port(place, direction, port, process, park.resources.get(port.resource), report)
    fed = [key for key, port in process.in_.items() if port.feed]
    if process.drive == "feed" and not fed and not report.is_broken((*loc, "in")):
        report.add((*loc, "drive"), "a feed-driven process needs an in-port with 'feed: true'")
    for key in fed if process.drive == "scheduled" else ():
        message = "only a process with 'drive: feed' has feed ports; a scheduled one follows its capacity"
        report.add((*loc, "in", key, "feed"), message)


def _check_life(
    loc: Loc,
    own: tuple[date | None, date | None],
    fields: tuple[str, str],
    outer: tuple[date, date],
    whose: str,
    report: Report,
) -> None:
    """A life inside another: own start and end inside those of firm or process."""
    begin, end = own
    if begin and begin < outer[0]:
        message = f"date {begin:%Y-%m} lies before the opening of the {whose} ({outer[0]:%Y-%m})"
        report.add((*loc, fields[0]), message)
    if begin and begin >= outer[1]:
        message = f"date {begin:%Y-%m} lies after the {whose} has closed ({outer[1]:%Y-%m})"
        report.add((*loc, fields[0]), message)
    if end and end > outer[1]:
        message = f"date {end:%Y-%m} lies after the closing of the {whose} ({outer[1]:%Y-%m})"
        report.add((*loc, fields[1]), message)
    if end and end <= (begin or outer[0]):
        message = f"date {end:%Y-%m} does not lie after the start ({begin or outer[0]:%Y-%m})"
        report.add((*loc, fields[1]), message)


def _check_dates(loc: Loc, path: Path | None, opening: date, report: Report) -> None:
    """Dated values of a firm's own must not lie before it opens; series are of the world and may."""
    if path is None or get(report.raw, (*loc, "series")) is not None:
        return
    for when in path.dates:
        if _ALWAYS < when < opening:
            message = f"date {when:%Y-%m} lies before the opening ({opening:%Y-%m})"
            report.add((*loc, _as_written(report, loc, when)), message)


def _as_written(report: Report, loc: Loc, when: date) -> str:
    """Key of a dated value as the user wrote it (1959, 1959-6, 1959-06-15)."""
    for key in names_in(get(report.raw, loc)):
        if str(key)[:4].isdigit() and parse_month(key) == when:
            return str(key)
    return f"{when:%Y-%m}"


_WRONG_SIDE = {
    "in": {"on_demand": "on_demand", "disposal": "disposal", "burden": "burden", "storage": "storage"},
    "out": {"feed": "feed", "import_": "import", "virgin": "virgin"},
}


def _check_port(
    loc: Loc, direction: str, port: Port, process: Process, resource: Resource | None, report: Report
) -> None:
    for attribute, field in _WRONG_SIDE[direction].items():
        if attribute in port.model_fields_set and getattr(port, attribute):
            other = "out" if direction == "in" else "in"
            report.add((*loc, field), f"belongs to an {other}-port; this is an {direction}-port")
    if port.import_ is not None and process.drive != "feed" and direction == "in":
        report.add((*loc, "import"), "only a feed-driven process draws from outside the park")
    if resource is None:
        return
    if resource.kind == "heat" and port.grade is None:
        report.add((*loc, "grade"), "heat needs a temperature, such as 'grade: 90 degC'")
    if direction == "in" and not port.feed and port.virgin is None and resource.virgin is None:
        message = "has no virgin supply: give 'virgin: {price: ...}' here or on the resource"
        report.add((*loc, "virgin"), f"{port.resource} {message}")
    goes_out = direction == "out" and port.role == "residual" and not port.on_demand
    if goes_out and port.disposal is None and resource.disposal is None:
        message = (
            "has no disposal route: give 'disposal: {route: landfill, fee: ...}' here or on the resource"
        )
        report.add((*loc, "disposal"), f"{port.resource} {message}")
