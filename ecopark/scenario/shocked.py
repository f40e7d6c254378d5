"""What a shock does to a park: dated paths, openings and closings changed, everything else as it was.

What lives here: pure functions from a park to a park, so that the rest of the program sees nothing but
dated values. What does not: outage waves, which change chance and not the plan, pipes, which belong to
contracts, and the days on which firms learn of a shock (``agents.shocks``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from ecopark.scenario.paths import Path, constant
from ecopark.scenario.shocks import Shock
from ecopark.scenario.splice import scale_between, splice
from ecopark.scenario.types import Disposal, Firm, Park, Port, Process, Virgin

# A firm whose entry nobody has seen yet; far beyond any foresight.
NEVER = date(9999, 1, 1)
_PortChange = Callable[[str, str, Port, Process], Port]


def shocked_park(park: Park) -> Park:
    """The park as its shocks make it, which is what happens.

    Parameters
    ----------
    park : Park

    Returns
    -------
    Park
        The same object where the scenario states no shock. With ``mechanisms.shocks`` off, firms that an
        entry would bring never open.
    """
    if not park.shocks:
        return park
    return strike(park, park.shocks if park.mechanisms.shocks else ())


def known_park(park: Park, day: date) -> Park:
    """The park as firms believe it to be on a day.

    Parameters
    ----------
    park : Park
        As the scenario states it.
    day : datetime.date

    Returns
    -------
    Park
        With every shock that has been announced or has struck. A shock that was not announced is taken to
        last until the day it ends.
    """
    known = []
    for shock in park.shocks if park.mechanisms.shocks else ():
        if shock.announced is not None and shock.announced <= day:
            known.append(shock)
        elif shock.from_ <= day:
            lasting = shock.until is not None and shock.until > day
            known.append(shock.model_copy(update={"until": None}) if lasting else shock)
    return strike(park, known)


def turning_days(shock: Shock) -> tuple[date, ...]:
    """Days on which firms learn something of a shock.

    Parameters
    ----------
    shock : Shock

    Returns
    -------
    tuple of datetime.date
        Of its announcement; or, where there was none, of its beginning and its end.
    """
    if shock.announced is not None:
        return (shock.announced,)
    return (shock.from_,) if shock.until is None else (shock.from_, shock.until)


def strike(park: Park, shocks: Iterable[Shock]) -> Park:
    """A park with some shocks laid over it, one after the other.

    Parameters
    ----------
    park : Park
        As the scenario states it; firms that enter by a shock are held back first.
    shocks : iterable of Shock

    Returns
    -------
    Park
    """
    entering = {name for shock in park.shocks if shock.kind == "entry" for name in shock.firms}
    park = _with_firms(park, entering, lambda firm: firm.model_copy(update={"opens": NEVER}))
    for shock in shocks:
        park = _STRIKE[shock.kind](park, shock)
    return park


# --------------------------------------------------------------------------- kinds
def _enter(park: Park, shock: Shock) -> Park:
    return _with_firms(park, shock.firms, lambda firm: firm.model_copy(update={"opens": shock.from_}))


def _close(park: Park, shock: Shock) -> Park:
    """Firms or one process of theirs close; who would have succeeded them later finds nothing to take over."""

    def close_firm(firm: Firm) -> Firm:
        return firm.model_copy(update={"closes": min(firm.closes or NEVER, shock.from_)})

    def close_process(process: Process) -> Process:
        return process.model_copy(update={"closes": min(process.closes or NEVER, shock.from_)})

    if shock.process is None:
        park = _with_firms(park, shock.firms, close_firm)
        gone = {f"{name}.{key}" for name in shock.firms for key in park.firms[name].processes}
    else:
        park = _with_processes(park, shock, close_process)
        gone = {f"{name}.{shock.process}" for name in shock.firms}
    return _disinherit(park, gone, shock.from_)


def _disinherit(park: Park, gone: set[str], day: date) -> Park:
    """No contracts pass to a plant that is not there on the day another closes."""
    firms = {}
    for name, firm in park.firms.items():
        orphans = {
            key: process.model_copy(update={"succeeds": None})
            for key, process in firm.processes.items()
            if process.succeeds in gone and not _is_open(firm, process, day)
        }
        if orphans:
            firms[name] = firm.model_copy(update={"processes": {**firm.processes, **orphans}})
    return park.model_copy(update={"firms": {**park.firms, **firms}}) if firms else park


def _is_open(firm: Firm, process: Process, day: date) -> bool:
    opens = max(when for when in (firm.opens, process.opens, date.min) if when is not None)
    closes = min(when for when in (firm.closes, process.closes, date.max) if when is not None)
    return opens <= day < closes


def _cut_capacity(park: Park, shock: Shock) -> Park:
    def cut(process: Process) -> Process:
        return process.model_copy(update={"capacity": _scaled(process.capacity, shock)})

    return _with_processes(park, shock, cut)


def _switch(park: Park, shock: Shock) -> Park:
    """Coefficients of some streams take new values."""

    def switch(process: Process) -> Process:
        ports = {"in": dict(process.in_), "out": dict(process.out)}
        for place, value in shock.coefficient.items():
            side, _, stream = place.partition(".")
            port = ports[side][stream]
            path = splice(port.coefficient, constant(value), shock.from_, shock.until)
            ports[side][stream] = port.model_copy(update={"coefficient": path})
        return process.model_copy(update={"in_": ports["in"], "out": ports["out"]})

    return _with_processes(park, shock, switch, key=shock.process or "main")


def _dry_up(park: Park, shock: Shock) -> Park:
    """Water grows dear; sources made on demand and draughts from outside give less."""
    if shock.factor is not None:
        park = _shock_price(park, shock)
    if shock.supply is None:
        return park
    left = shock.model_copy(update={"factor": shock.supply})

    def lessen(side: str, _stream: str, port: Port, process: Process) -> Port:
        if port.resource not in shock.resources:
            return port
        # What a feed-driven plant makes per unit of feed is its recipe, which no drought changes.
        if side == "out" and port.on_demand and process.drive == "scheduled":
            return port.model_copy(update={"coefficient": _scaled(port.coefficient, left)})
        if side == "in" and port.import_ is not None:
            return port.model_copy(update={"import_": _scaled(port.import_, left)})
        return port

    return _with_ports(park, lessen)


def _shock_price(park: Park, shock: Shock) -> Park:
    """Price of virgin supply, or fee of disposal, of some resources."""
    field, number = ("virgin", "price") if shock.of == "virgin" else ("disposal", "fee")
    made: dict[int, Any] = {}

    def reprice(block: Virgin | Disposal | None) -> Any:
        path: Path | None = getattr(block, number, None)
        if block is None or path is None:
            return block
        if id(block) not in made:
            made[id(block)] = block.model_copy(update={number: _scaled(path, shock)})
        return made[id(block)]

    def reprice_port(_side: str, _stream: str, port: Port, _process: Process) -> Port:
        held = getattr(port, field)
        if held is None or port.resource not in shock.resources:
            return port
        return port.model_copy(update={field: reprice(held)})

    resources = {
        name: spec.model_copy(update={field: reprice(getattr(spec, field))})
        for name, spec in park.resources.items()
        if name in shock.resources
    }
    park = park.model_copy(update={"resources": {**park.resources, **resources}})
    return _with_ports(park, reprice_port)


def _leave_plan(park: Park, _shock: Shock) -> Park:
    return park


_STRIKE: Mapping[str, Callable[[Park, Shock], Park]] = {
    "closure": _close,
    "entry": _enter,
    "capacity": _cut_capacity,
    "fuel_switch": _switch,
    "drought": _dry_up,
    "price": _shock_price,
    "outages": _leave_plan,
    "pipe": _leave_plan,
}


# --------------------------------------------------------------------------- changing a part of a park
def _scaled(path: Path, shock: Shock) -> Path:
    """A path times the factor of a shock while it lasts."""
    assert shock.factor is not None
    return scale_between(path, shock.factor.value, shock.from_, shock.until)


def _with_firms(park: Park, names: Iterable[str], change: Callable[[Firm], Firm]) -> Park:
    changed = {name: change(park.firms[name]) for name in names}
    return park.model_copy(update={"firms": {**park.firms, **changed}}) if changed else park


def _with_processes(
    park: Park, shock: Shock, change: Callable[[Process], Process], key: str | None = None
) -> Park:
    """Change one process of each firm a shock strikes, or all of them where none is named."""
    only = key or shock.process

    def change_firm(firm: Firm) -> Firm:
        changed = {k: change(p) for k, p in firm.processes.items() if only in (None, k)}
        return firm.model_copy(update={"processes": {**firm.processes, **changed}})

    return _with_firms(park, shock.firms, change_firm)


def _with_ports(park: Park, change: _PortChange) -> Park:
    """Change ports wherever they stand; what firms share stays shared."""
    known: dict[tuple[int, str], Mapping[str, Port]] = {}

    def change_side(side: str, ports: Mapping[str, Port], process: Process) -> Mapping[str, Port]:
        key = (id(ports), side + process.drive)
        if key not in known:
            changed = {name: change(side, name, port, process) for name, port in ports.items()}
            same = all(changed[name] is port for name, port in ports.items())
            known[key] = ports if same else changed
        return known[key]

    firms = {}
    for name, firm in park.firms.items():
        processes = {}
        for key, process in firm.processes.items():
            into, out = change_side("in", process.in_, process), change_side("out", process.out, process)
            if into is not process.in_ or out is not process.out:
                processes[key] = process.model_copy(update={"in_": into, "out": out})
        if processes:
            firms[name] = firm.model_copy(update={"processes": {**firm.processes, **processes}})
    return park.model_copy(update={"firms": {**park.firms, **firms}}) if firms else park


def outage_waves(park: Park, firm: str) -> tuple[tuple[date, date | None, float], ...]:
    """Spans in which a firm's units fail more or less often than usual.

    Parameters
    ----------
    park : Park
    firm : str

    Returns
    -------
    tuple of (datetime.date, datetime.date or None, float)
        First day, first day after it (None for never) and factor on the mean time between failures.
    """
    if not park.mechanisms.shocks:
        return ()
    waves = [s for s in park.shocks if s.kind == "outages" and (not s.firms or firm in s.firms)]
    return tuple((s.from_, s.until, s.factor.value) for s in waves if s.factor is not None)
