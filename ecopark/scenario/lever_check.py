"""Cross-checks of policy, protocols and shocks: that what they name exists, and that it can be changed so.

What lives here: references and dates. What does not: units and signs (``dimensions``), the rest of a park
(``check``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from ecopark.scenario.located import Loc
from ecopark.scenario.policy import PATHS_BY_RESOURCE, SINGLE_PATHS, Announcement, split_field
from ecopark.scenario.shocks import Shock
from ecopark.scenario.types import Park, Process
from ecopark.scenario.units import nearest
from ecopark.scenario.validate import Report

_NameCheck = Callable[[str, str, Loc], None]


def check_levers(park: Park, report: Report, check_name: _NameCheck) -> None:
    """Note what is wrong with levers of policy, end-of-waste protocols and shocks.

    Parameters
    ----------
    park : Park
    report : Report
        Collector.
    check_name : callable
        Notes an unknown ``resources`` or ``firms`` entry: kind, name, place.
    """
    policy = park.policy
    for lever in PATHS_BY_RESOURCE:
        for name in getattr(policy, lever):
            check_name("resources", name, ("policy", lever, name))
    for index, limit in enumerate(policy.discharge_limits):
        check_name("resources", limit.resource, ("policy", "discharge_limits", index, "resource"))
    _check_support(park, report, check_name)
    _check_procurement(park, report, check_name)
    for index, protocol in enumerate(park.agents.regulator.end_of_waste):
        loc: Loc = ("agents", "regulator", "end_of_waste", index, "resource")
        check_name("resources", protocol.resource, loc)
    seen: set[tuple[str, date]] = set()
    for index, announcement in enumerate(policy.announced):
        loc = ("policy", "announced", index)
        _check_announcement(loc, announcement, report, check_name)
        known_by = (announcement.field.removeprefix("policy."), announcement.takes_effect)
        if known_by in seen:
            report.add((*loc, "takes_effect"), f"{known_by[0]} changes twice on one day")
        seen.add(known_by)
    entries: set[str] = set()
    for index, shock in enumerate(park.shocks):
        loc = ("shocks", index)
        for number, name in enumerate(shock.firms):
            check_name("firms", name, (*loc, "firms", number))
        for number, name in enumerate(shock.resources):
            check_name("resources", name, (*loc, "resources", number))
        _check_shock(loc, shock, park, report)
        if shock.kind == "entry":
            for name in sorted(entries & set(shock.firms)):
                report.add((*loc, "firms"), f"{name} enters twice")
            entries |= set(shock.firms)


def _check_support(park: Park, report: Report, check_name: _NameCheck) -> None:
    """Note payments for an exchange that cannot be, or of which nothing is paid."""
    for index, aid in enumerate(park.policy.support):
        loc: Loc = ("policy", "support", index)
        check_name("firms", aid.giver, (*loc, "giver"))
        check_name("firms", aid.taker, (*loc, "taker"))
        for field, name in (("resource", aid.resource), ("need", aid.need)):
            if name is not None:
                check_name("resources", name, (*loc, field))
        if aid.giver == aid.taker:
            report.add((*loc, "taker"), f"{aid.giver!r} would exchange with itself")
        if aid.subsidy is None and aid.grant is None:
            report.add(loc, "pays nothing; give a 'subsidy' per unit, a 'grant', or both")
        _check_stream((*loc, "resource"), "gives", aid.giver, aid.resource, park, report)
        if aid.need is not None:
            _check_stream((*loc, "need"), "needs", aid.taker, aid.need, park, report)


def _check_procurement(park: Park, report: Report, check_name: _NameCheck) -> None:
    """Note buyers who ask nobody, or for something nobody of a sector needs."""
    sectors = sorted({firm.sector for firm in park.firms.values() if firm.sector})
    for index, rule in enumerate(park.policy.procurement):
        loc: Loc = ("policy", "procurement", index)
        for field, name in (("residual", rule.residual), ("need", rule.need)):
            if name is not None:
                check_name("resources", name, (*loc, field))
        for number, sector in enumerate(rule.sectors):
            if sector not in sectors:
                message = f"no firm is of the sector {sector!r}{nearest(sector, sectors)}"
                report.add((*loc, "sectors", number), message)


def _check_stream(loc: Loc, verb: str, firm: str, resource: str, park: Park, report: Report) -> None:
    """Note a firm that does not give, or does not need, a resource."""
    if firm not in park.firms or resource not in park.resources:
        return
    ports = [p.out if verb == "gives" else p.in_ for p in park.firms[firm].processes.values()]
    known = sorted({port.resource for side in ports for port in side.values()})
    if resource not in known:
        report.add(loc, f"{firm} {verb} no {resource!r}{nearest(resource, known)}")


def _check_announcement(loc: Loc, announcement: Announcement, report: Report, check_name: _NameCheck) -> None:
    found = split_field(announcement.field)
    if found is None:
        known = [*SINGLE_PATHS, *(f"{lever}.RESOURCE" for lever in PATHS_BY_RESOURCE)]
        hint = nearest(announcement.field, known)
        message = f"no lever {announcement.field!r} can be announced{hint}; known: {', '.join(known)}"
        report.add((*loc, "field"), message)
    elif found[1]:
        check_name("resources", found[1], (*loc, "field"))


def _check_shock(loc: Loc, shock: Shock, park: Park, report: Report) -> None:
    """Note processes, streams and prices that a shock names and that are not there."""
    for number, name in enumerate(shock.firms):
        if name in park.firms:
            place = (*loc, "firms", number)
            processes = park.firms[name].processes
            _check_streams(loc, place, shock, name, dict(processes), report)
            if shock.kind == "outages" and not any(p.outage for p in processes.values()):
                report.add(place, f"{name} has no process with an outage that could come more often")
    for number, name in enumerate(shock.resources):
        place = (*loc, "resources", number)
        if name not in park.resources:
            continue
        if shock.kind == "drought" and park.resources[name].kind != "water":
            report.add(place, f"a drought strikes water; {name} is {park.resources[name].kind}")
        if shock.factor is not None and shock.kind != "pipe" and not _has_price(park, name, shock.of):
            number_of = "price" if shock.of == "virgin" else "fee"
            message = f"nothing has a {number_of} of {name} that could rise; strike what it is made of"
            report.add(place, message)


def _check_streams(
    loc: Loc, place: Loc, shock: Shock, firm: str, processes: dict[str, Process], report: Report
) -> None:
    key = shock.process or ("main" if shock.kind == "fuel_switch" else None)
    if key is None:
        return
    if key not in processes:
        where = (*loc, "process") if shock.process else place
        report.add(where, f"{firm} has no process {key!r}{nearest(key, processes)}")
        return
    known = [f"in.{name}" for name in processes[key].in_] + [f"out.{name}" for name in processes[key].out]
    for stream in shock.coefficient:
        if stream not in known:
            message = (
                f"{firm}.{key} has no stream {stream!r}{nearest(stream, known)}; write in.NAME or out.NAME"
            )
            report.add((*loc, "coefficient", stream), message)


def _has_price(park: Park, resource: str, of: str) -> bool:
    """Whether a resource, or some port of it, states the number that a price shock multiplies."""
    field, number = ("virgin", "price") if of == "virgin" else ("disposal", "fee")
    ports = (
        port
        for firm in park.firms.values()
        for process in firm.processes.values()
        for port in (*process.in_.values(), *process.out.values())
        if port.resource == resource
    )
    blocks = (getattr(owner, field) for owner in (park.resources[resource], *ports))
    return any(getattr(block, number, None) is not None for block in blocks)
