"""Firms as a user writes them become firms in the exact shape of the types.

What lives here: shorthand on the firm, archetypes, shorthand ports, dated changes, rows of a streams
table. What does not: libraries of resources (``normalise``), any check of units or names beyond what
is needed to expand (``check``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecopark.scenario.located import (
    Items,
    Problems,
    Section,
    Where,
    copy_node,
    copy_tree,
    get,
    is_number,
    locate,
    merge_over,
    names_in,
    own_path,
    sections,
)
from ecopark.scenario.schema import process_keys, sink_sources
from ecopark.scenario.tables import Row, port_of
from ecopark.scenario.types import Port, Process
from ecopark.scenario.units import nearest

DIRECTIONS = ("in", "out")
ALWAYS = "0001-01"
_CHANGE_FIELDS = ("at", "process", "add", "set", "stop", "note", "source", "mark")


class FirmReader:
    """Expands firms.

    Parameters
    ----------
    archetypes : mapping of str to raw Process block
        Archetype library.
    problems : Problems
        Collector.
    """

    def __init__(self, archetypes: Archetypes, problems: Problems) -> None:
        self._archetypes = archetypes
        self._problems = problems
        # Processes whose archetype is unknown: which streams they have cannot be said.
        self._unsure: set[int] = set()
        self._whole: dict[str, Section] = {}

    def expand(self, name: str, firm: Section, where: Where) -> None:
        """Bring one firm, written at `where`, into shape, in place."""
        self.move_shorthand(name, firm, where)
        changes = "changes" in firm
        for process_name, process in sections(firm, "processes"):
            self._expand_process((name, process_name), process, firm["processes"], changes=changes)
        if changes:
            self._apply_changes(name, firm)
        for _, process in sections(firm, "processes"):
            _name_resources(process)

    def move_shorthand(self, name: str, firm: Section, where: Where) -> None:
        """Process fields written on the firm become its process ``main``."""
        keys = [key for key in firm if key in process_keys()]
        if not keys:
            return
        processes = firm.get("processes")
        if processes is None:
            firm.put("processes", processes := Section(where), where)
        if not isinstance(processes, Section):
            return
        main = processes.setdefault("main", Section(where))
        if "main" in processes.places:
            message = (
                f"{', '.join(keys)} on the firm belong to its process 'main', which is also given; join them"
            )
            self._problems.add(firm.place(keys[0]), f"firms.{name}.{keys[0]}", message)
        for key in keys:
            if isinstance(main, Section) and key not in main:
                main.take(key, firm)
            else:
                del firm[key]
        processes.places.setdefault("main", where)

    def feeds(self, archetype: str) -> list[str]:
        """Streams that drive a feed-driven archetype; none for another or an unknown one."""
        if archetype not in self._archetypes.names:
            return []
        whole = self._whole_archetype(archetype)
        return [stream for stream, port in sections(whole, "in") if port.get("feed")]

    def add_streams(self, firms: Section, rows: Sequence[Row]) -> None:
        """Add the ports of a streams table to the raw firms."""
        for row in rows:
            firm = firms.get(row.get("firm"))
            if not isinstance(firm, Section):
                message = f"unknown firm {row.get('firm')!r}{nearest(row.get('firm'), firms)}"
                self._problems.add(row.where, "column firm", message)
            elif row.get("direction") not in DIRECTIONS:
                message = f"expected 'in' or 'out', found {row.get('direction')!r}"
                self._problems.add(row.where, "column direction", message)
            else:
                self._add_stream(firm, row)

    def _add_stream(self, firm: Section, row: Row) -> None:
        chosen = row.get("process") or "main"
        named = get(firm, ("processes", chosen))
        process = named if isinstance(named, Section) else firm
        if process is firm and chosen != "main":
            known = names_in(firm.get("processes"))
            message = f"unknown process {chosen!r}{nearest(chosen, known)}"
            self._problems.add(row.where, "column process", message)
            return
        direction, stream = row.get("direction"), row.get("stream")
        if direction not in process:
            process.put(direction, Section(row.where), row.where)
        ports = process[direction]
        if isinstance(ports, Section) and stream in ports:
            first = ports.place(stream)
            message = f"stream {stream!r} is already given in {first.file}:{first.line}"
            self._problems.add(row.where, "column stream", message)
        elif isinstance(ports, Section):
            ports.put(stream, port_of(row), row.where)

    def _expand_process(
        self, names: tuple[str, str], process: Section, processes: Section, *, changes: bool
    ) -> None:
        for direction in DIRECTIONS:
            _expand_ports(process, direction)
        base = self._archetype(names, process)
        if base is not None:
            # Changes are made in place, so they need a copy of their own; all others share what they leave alone.
            processes[names[1]] = merge_over(copy_tree(base) if changes else base, process)

    def _whole_archetype(self, chosen: str) -> Section:
        """Process of an archetype with all its streams, shared by all firms that take it as it is.

        In a region most firms do: one copy then serves thousands, and is checked once. Nothing in it may
        be changed in place.
        """
        if chosen not in self._whole:
            base: Section = locate(self._archetypes.raw(chosen), Where(f"library archetype {chosen}"))
            for direction in DIRECTIONS:
                _expand_ports(base, direction)
            _keep_sources(base)
            _name_resources(base)
            self._whole[chosen] = base
        return self._whole[chosen]

    def _archetype(self, names: tuple[str, str], process: Section) -> Section | None:
        """Raw process of the archetype without dropped streams; None where there is none."""
        chosen = process.get("archetype")
        if chosen is None:
            return None
        field = f"firms.{names[0]}.processes.{names[1]}"
        known = self._archetypes.names
        if chosen not in known:
            self._unsure.add(id(process))
            hint = nearest(str(chosen), known) or "; 'ecopark library' lists them"
            place = process.place("archetype")
            self._problems.add(
                place, show_column(field, "archetype", place), f"unknown archetype {chosen!r}{hint}"
            )
            return None
        base = _with_own_ports(self._whole_archetype(str(chosen)), process)
        self._drop(base, process, field)
        return base

    def _drop(self, base: Section, process: Section, field: str) -> None:
        dropped = process.get("drop")
        if not isinstance(dropped, Items):
            return
        streams = [name for direction in DIRECTIONS for name, _ in sections(base, direction)]
        for index, stream in enumerate(dropped):
            if stream not in streams:
                message = f"the archetype has no stream {stream!r}{nearest(str(stream), streams)}"
                self._problems.add(dropped.place(index), f"{field}.drop", message)
            for direction in DIRECTIONS:
                base.get(direction, {}).pop(stream, None)

    # ----------------------------------------------------------------- changes
    def _apply_changes(self, name: str, firm: Section) -> None:
        where, changes = firm.place("changes"), firm.pop("changes")
        firm.places.pop("changes", None)
        field = f"firms.{name}.changes"
        if not isinstance(changes, Items):
            self._problems.add(where, field, "expected a list of changes such as [{at: 1993-06, add: {...}}]")
            return
        for index, change in enumerate(changes):
            if not isinstance(change, Section) or "at" not in change:
                message = "expected a change with 'at' and 'add', 'set' or 'stop'"
                self._problems.add(changes.place(index), f"{field}.{index}", message)
                continue
            for key in change:
                if key not in _CHANGE_FIELDS:
                    message = f"unknown field {key!r}{nearest(key, _CHANGE_FIELDS)}; fields here: "
                    message += ", ".join(_CHANGE_FIELDS)
                    self._problems.add(change.place(key), f"{field}.{index}.{key}", message)
            self._apply_change(firm, change, f"{field}.{index}")

    def _apply_change(self, firm: Section, change: Section, field: str) -> None:
        chosen = change.get("process", "main")
        process = get(firm, ("processes", chosen))
        if not isinstance(process, Section):
            known = names_in(firm.get("processes"))
            message = f"unknown process {chosen!r}{nearest(str(chosen), known)}"
            self._problems.add(change.place("process"), f"{field}.process", message)
            return
        for action, apply in (("add", self._add_port), ("set", self._set_step), ("stop", self._stop_port)):
            wanted = change.get(action, {})
            if not isinstance(wanted, Section | dict) or set(wanted) - set(DIRECTIONS):
                message = "expected 'in' and 'out' with streams inside"
                self._problems.add(change.place(action), f"{field}.{action}", message)
                continue
            for direction, streams in wanted.items():
                if direction not in process:
                    process.put(direction, Section(change.where))
                _expand_ports(process, direction)
                if isinstance(process[direction], Section) and id(process) not in self._unsure:
                    apply(process[direction], streams, change, f"{field}.{action}.{direction}")

    def _add_port(self, ports: Section, streams: Any, change: Section, field: str) -> None:
        if not isinstance(streams, Section):
            self._problems.add(change.place("add"), field, "expected streams such as {gypsum: 0.055 t/MWh}")
            return
        for stream, value in streams.items():
            where = streams.place(stream)
            if stream in ports:
                message = (
                    f"stream {stream!r} exists already; use 'set', or another name with 'resource: {stream}'"
                )
                self._problems.add(where, f"{field}.{stream}", message)
                continue
            port = _port(value, where)
            if not isinstance(port, Section):
                continue
            port.put("from", change["at"], change.place("at"))
            for key in ("source", "mark"):
                if key in change and key not in port:
                    port.put(key, change[key], change.place(key))
            ports.put(stream, port, where)

    def _set_step(self, ports: Section, streams: Any, change: Section, field: str) -> None:
        if not isinstance(streams, Section):
            self._problems.add(change.place("set"), field, "expected streams such as {ash: 0.03 t/MWh}")
            return
        for stream, value in streams.items():
            where = streams.place(stream)
            port = self._known_port(ports, stream, where, f"{field}.{stream}")
            if port is None:
                continue
            old = port.get("coefficient")
            steps = _as_steps(old, port.place("coefficient"))
            if steps is None:
                message = (
                    "a series or a path of straight lines cannot be given a step; write its dates instead"
                )
                self._problems.add(where, f"{field}.{stream}", message)
                continue
            steps.put(str(change["at"]), _change_value(value, change, where), where)
            port.put("coefficient", steps, port.place("coefficient"))

    def _stop_port(self, ports: Section, streams: Any, change: Section, field: str) -> None:
        if not isinstance(streams, Items):
            self._problems.add(change.place("stop"), field, "expected a list of streams such as [sulphur]")
            return
        for index, stream in enumerate(streams):
            port = self._known_port(ports, stream, streams.place(index), field)
            if port is not None and "until" in port:
                self._problems.add(
                    streams.place(index), field, f"stream {stream!r} ends already ({port['until']})"
                )
            elif port is not None:
                port.put("until", change["at"], change.place("at"))

    def _known_port(self, ports: Section, stream: Any, where: Where, field: str) -> Section | None:
        port = ports.get(stream) if isinstance(stream, str) else None
        if isinstance(port, Section):
            return port
        self._problems.add(where, field, f"the process has no stream {stream!r}{nearest(str(stream), ports)}")
        return None


def show_column(field: str, column: str, where: Where) -> str:
    """Dotted field inside `field`, led by the column where it was written in a table."""
    shown = f"{field}.{column}"
    return f"column {column} ({shown})" if where.file.endswith(".csv") else shown


class Archetypes:
    """Archetypes by name.

    Parameters
    ----------
    names : tuple of str
        Every archetype there is.
    raw : callable
        Raw Process block of a name.
    """

    def __init__(self, names: tuple[str, ...], raw: Any) -> None:
        self.names = names
        self.raw = raw


def _expand_ports(process: Section, direction: str) -> None:
    ports = process.get(direction)
    if isinstance(ports, Section):
        for stream in list(ports):
            ports[stream] = _port(ports[stream], ports.place(stream))


def _port(value: Any, where: Where) -> Any:
    """Port from ``0.055 t/MWh``, a path or a quantity with source; a full port stays as it is."""
    if isinstance(value, Section) and not is_number(value):
        return copy_tree(value)
    if value is None:
        return value
    port = Section(where)
    port.put("coefficient", copy_tree(value), where)
    return port


def _name_resources(process: Section) -> None:
    """A port without a resource carries the one it is named after."""
    for direction in DIRECTIONS:
        for stream, port in sections(process, direction):
            if "resource" not in port:
                port.put("resource", stream, process[direction].place(stream))


def _with_own_ports(whole: Section, process: Section) -> Section:
    """An archetype whose ports may be taken away or merged with those of a process; the rest is shared.

    Sources stay with the archetype's numbers where a user's port is merged over one.
    """
    own = {direction: names_in(process.get(direction)) for direction in DIRECTIONS}
    if not any(own.values()) and "drop" not in process:
        return whole
    base: Section = copy_node(whole)
    for direction, streams in own.items():
        ports = own_path(base, (direction,))
        for stream in streams:
            if ports is not None and stream in ports:
                ports[stream] = copy_tree(ports[stream])
                sink_sources(ports[stream], Port)
    return base


def _keep_sources(base: Section) -> None:
    """Sources of an archetype stay with its numbers where a user's block is merged over it."""
    for direction in DIRECTIONS:
        for _, port in sections(base, direction):
            if "source" not in port and "source" in base:
                port.put("source", base["source"])
                port.put("mark", port.get("mark") or base.get("mark", ""))
    ports = {direction: base.pop(direction) for direction in DIRECTIONS if direction in base}
    sink_sources(base, Process)
    for direction, streams in ports.items():
        base.put(direction, streams)


def _as_steps(value: Any, where: Where) -> Section | None:
    """A coefficient as dated steps; None where it has no steps."""
    if isinstance(value, Section) and ("series" in value or value.get("interpolate", "step") != "step"):
        return None
    if isinstance(value, Section) and "value" not in value:
        steps: Section = copy_tree(value)
        return steps
    steps = Section(where)
    steps.put(ALWAYS, value, where)
    return steps


def _change_value(value: Any, change: Section, where: Where) -> Any:
    """The number of a change, with the change's source where it has none of its own."""
    if isinstance(value, Section) or not {"source", "mark"} & set(change):
        return copy_tree(value)
    number = Section(where)
    number.put("value", value, where)
    for key in ("source", "mark"):
        if key in change:
            number.put(key, change[key], change.place(key))
    return number
