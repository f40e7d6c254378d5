"""The sheet ``streams`` of a planner's tables: haves and wants become the ports of firms.

What lives here: from an amount per time to a coefficient of the firm's process, and today's route or supply of
each stream. What does not: firms (``workbook_firms``), resources (``workbook_goods``).

A stream with a season of its own belongs to a process of its own, named after the season. A stream of a plant of
the library takes the place of the archetype's stream of the same resource.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ecopark.scenario.library import raw_archetype
from ecopark.scenario.located import Problems, Section, copy_tree, get
from ecopark.scenario.units import UnitError, Units, nearest
from ecopark.scenario.workbook_cells import Cell, Entry, Tables, is_yes, parse_amount, slug
from ecopark.scenario.workbook_firms import Plants, peak_of, put_headroom, put_season
from ecopark.scenario.workbook_goods import Goods, put_provenance, words_of

_DIRECTIONS = {"have": "out", "want": "in", "haves": "out", "wants": "in", "out": "out", "in": "in"}
_ONLY = {"out": ("route", "fee", "on_demand", "storage"), "in": ("price", "max_share")}
_PER_YEAR = re.compile(r"^(?P<amount>.*\S)\s*/\s*(yr|year)$")


@dataclass
class StreamReader:
    """Adds streams to firms.

    Parameters
    ----------
    plants : Plants
        Firms; their blocks get the ports.
    goods : Goods
        Resources.
    units : Units
        With the park's currency.
    problems : Problems
        Collector.
    """

    plants: Plants
    goods: Goods
    units: Units
    problems: Problems
    _rows: dict[tuple[str, ...], Entry] = field(default_factory=dict)

    def read(self, tables: Tables) -> None:
        """Add every row of the sheet, and note firms that end up without any stream."""
        for entry in tables.get("streams", ()):
            self._add(entry)
        for name, firm in self.plants.firms.items():
            if "archetype" not in firm and not self._touched(name):
                entry = self.plants.rows[name]
                message = "has neither an archetype nor a row in the sheet streams: nothing to exchange"
                self.problems.add(entry.place("firm"), "", message)

    def _touched(self, name: str) -> bool:
        return any(key[0] == name for key in self._rows)

    def _add(self, entry: Entry) -> None:
        name = slug(entry.get("firm"))
        # Where no firm could be read at all, that is told of the sheet firms, and once is enough.
        if name and name not in self.plants.firms and self.plants.firms:
            message = f"unknown firm {entry.get('firm')!r}{nearest(name, self.plants.firms)}"
            self.problems.add(entry.place("firm"), "", message)
        direction = _DIRECTIONS.get(entry.get("direction").lower(), "")
        if not direction and entry.get("direction"):
            hint = nearest(entry.get("direction").lower(), ("have", "want"))
            message = f"expected have or want, found {entry.get('direction')!r}{hint}"
            self.problems.add(entry.place("direction"), "", message)
        resource = self.goods.find(entry)
        rate = None if resource is None else self._rate(entry, resource)
        if name in self.plants.firms:
            self._rows.setdefault((name,), entry)
        if name not in self.plants.firms or not direction or resource is None:
            return
        key = tuple(entry.get(c) for c in ("stream", "grade", "season", "from", "until"))
        first = self._rows.setdefault((name, direction, resource, *key), entry)
        if first is not entry:
            message = (
                f"the same stream stands already in row {first.line}; name one of them in the column stream"
            )
            self.problems.add(entry.place("resource"), "", message)
            return
        process = self._process(entry, name)
        port = self._port(entry, direction, resource)
        if rate is not None:
            entry.put(port, "coefficient", "quantity", self._coefficient(entry, resource, rate, process))
            self._put_port(entry, name, direction, port, process)

    # ----------------------------------------------------------------- amount
    def _rate(self, entry: Entry, resource: str) -> float | None:
        """Amount in the resource's unit per day; None after noting what is wrong."""
        text, unit = entry.amount("quantity"), self.goods.unit(resource)
        example = {"t": "80 kt/yr", "MWh": "20 GWh/yr", "m3": "150000 m3/yr"}.get(unit, f"1 {unit}/yr")
        if not text:
            return None
        try:
            value, found = parse_amount(self.units, text)
        except UnitError as failure:
            self.problems.add(entry.place("quantity"), "", str(failure))
            return None
        if found != f"{unit}/day":
            message = f"expected an amount of {resource} per time, such as '{example}', found {text!r}"
            self.problems.add(entry.place("quantity"), "", message)
            return None
        if value <= 0.0:
            self.problems.add(entry.place("quantity"), "", f"must be more than nothing, found {text!r}")
            return None
        return value

    def _coefficient(self, entry: Entry, resource: str, rate: float, process: Section) -> str:
        """Amount per unit of the process's activity, in words a reader can check where it counts in years."""
        unit, activity = self.goods.unit(resource), self._activity(process)
        if activity is None:
            per_year = _PER_YEAR.match(entry.amount("quantity"))
            return per_year["amount"] if per_year else f"{rate * 365.25:.12g} {unit}"
        amount, counted = activity
        return f"{rate / amount:.12g} {unit}/{counted}" if amount > 0 else f"0 {unit}/{counted}"

    def _activity(self, process: Section) -> tuple[float, str] | None:
        """Mean activity per day and its unit; None where it counts in years of work."""
        size = _bare(process.get("capacity"))
        used = _bare(process.get("utilisation"))
        if used is None and "archetype" in process:
            used = _bare(self._archetype(process).get("utilisation"))
        try:
            value, unit = self.units.parse(size)
            share = 1.0 if used is None else self.units.parse(used)[0]
        except UnitError:
            # Told by the checks of the scenario, at the cell of the capacity or the utilisation.
            return None
        is_years_work = unit == "1/day" and abs(value * share * 365.25 - 1.0) < 1e-9
        return None if is_years_work else (value * share, unit.removesuffix("/day"))

    @staticmethod
    def _archetype(process: Section) -> dict[str, Any]:
        try:
            return raw_archetype(str(process["archetype"]))
        except ValueError:
            return {}

    # ----------------------------------------------------------------- port
    def _process(self, entry: Entry, name: str) -> Section:
        """The firm itself, or a process of its own for a stream of another season."""
        firm: Section = self.plants.firms[name]
        season = entry.section()
        put_season(entry, season)
        if not season or season["season"] == firm.get("season", "flat"):
            return firm
        if "processes" not in firm:
            firm.put("processes", entry.section(), entry.place())
        words = words_of(entry, "season")
        key = slug(words[0]) if len(words) == 1 else f"season_of_row_{entry.line}"
        if key not in firm["processes"]:
            process = entry.section()
            put_season(entry, process)
            put_headroom(process, entry)
            process.put("capacity", f"{peak_of(process):.12g} 1/yr", entry.place("quantity"))
            firm["processes"].put(key, process, entry.place())
        process = firm["processes"][key]
        assert isinstance(process, Section)
        return process

    def _port(self, entry: Entry, direction: str, resource: str) -> Section:
        port = entry.section()
        port.put("resource", resource, entry.place("resource"))
        block = self.goods.block(resource)
        grade = entry.get("grade")
        if block.get("kind") == "heat" and not grade and "archetype" not in self._firm(entry):
            self.problems.add(
                entry.place("grade"), "", "is empty; heat needs its temperature, such as 90 degC"
            )
            grade = "90"
        bare = re.fullmatch(r"[-+]?[\d.]+", grade)
        number: Any = f"{grade} degC" if block.get("kind") == "heat" else float(grade) if bare else grade
        entry.put(port, "grade", "grade", number if bare else grade)
        entry.put_all(port, ("storage", "max_share", "from", "until"))
        if is_yes(entry, "on_demand", self.problems):
            port.put("on_demand", True, entry.place("on_demand"))
        other = "in" if direction == "out" else "out"
        for column in _ONLY[other]:
            if entry.get(column):
                side = "have" if other == "out" else "want"
                port.pop(column, None)
                message = f"belongs to a {side}; this row is a {'want' if side == 'have' else 'have'}"
                self.problems.add(entry.place(column), "", message)
        if direction == "out":
            self._put_disposal(entry, port, resource)
        else:
            self._put_virgin(entry, port, resource)
        put_provenance(entry, port, self.problems)
        row = self.plants.rows[slug(entry.get("firm"))]
        if all(entry.get(key) == row.get(key) for key in ("source", "mark")):
            # The same as that of the firm, from which it is inherited.
            for key in ("source", "mark"):
                port.pop(key, None)
        return port

    def _firm(self, entry: Entry) -> Section:
        firm = self.plants.firms[slug(entry.get("firm"))]
        assert isinstance(firm, Section)
        return firm

    def _put_disposal(self, entry: Entry, port: Section, resource: str) -> None:
        """Put today's route; what the row leaves out is the library's for that route."""
        base = get(self.goods.block(resource), ("disposal",))
        stated = [c for c in ("route", "fee", "emission") if entry.get(c)]
        if base is None and not entry.get("route") and "on_demand" not in port:
            message = f"is empty, and the library knows no route for {resource}; write for example landfill"
            self.problems.add(entry.place("route"), "", message)
        if not stated:
            if base is None and "on_demand" not in port:
                port.put("disposal", _stand_in(entry), entry.place("route"))
            return
        route = entry.get("route").lower()
        known = base is not None and route in ("", base.get("route"))
        disposal = copy_tree(base) if known else entry.section("route")
        entry.put(disposal, "route", "route", route or (None if known else "landfill"))
        entry.put(disposal, "fee", "fee", self.goods.per_unit(entry, "fee", resource))
        entry.put(disposal, "emission", "emission", self.goods.per_unit(entry, "emission", resource, "t"))
        if "fee" not in disposal:
            message = f"is empty, and the library knows no fee of {resource} by the route {route!r}"
            self.problems.add(entry.place("fee"), "", message)
        port.put("disposal", disposal, entry.place("route"))

    def _put_virgin(self, entry: Entry, port: Section, resource: str) -> None:
        """Put today's price; the emission of the supply stays the library's."""
        base = get(self.goods.block(resource), ("virgin",))
        stated = [c for c in ("price", "emission") if entry.get(c)]
        if base is None and not entry.get("price"):
            message = f"is empty, and the library knows no price of {resource}; write for example 40 "
            self.problems.add(
                entry.place("price"), "", f"{message}{self.units.currency}/{self.goods.unit(resource)}"
            )
            port.put("virgin", entry.section("price"), entry.place("price"))
        if not stated:
            return
        virgin = copy_tree(base) if base is not None else entry.section("price")
        if entry.get("price") and "recipe" in virgin:
            # The price paid is that of the whole; the carbon of what it is made of stays.
            emission = entry.section("price")
            emission.put("value", f"{self._emission(resource):.12g} t/{self.goods.unit(resource)}")
            emission.put("source", f"by the library's recipe of {', '.join(virgin['recipe'])}")
            emission.put("mark", "D")
            virgin.pop("recipe")
            virgin.put("emission", emission, entry.place("price"))
        entry.put(virgin, "price", "price", self.goods.per_unit(entry, "price", resource))
        entry.put(virgin, "emission", "emission", self.goods.per_unit(entry, "emission", resource, "t"))
        port.put("virgin", virgin, entry.place("price"))

    def _emission(self, resource: str) -> float:
        """Emission, t CO2e, of one unit of a resource's supply, its recipe included."""
        virgin = get(self.goods.block(resource), ("virgin",)) or {}
        own = _bare(virgin.get("emission"))
        total = 0.0 if own is None else self.units.parse(own)[0]
        for name, amount in virgin.get("recipe", {}).items():
            total += self.units.parse(_bare(amount))[0] * self._emission(name)
        return total

    def _put_port(self, entry: Entry, name: str, direction: str, port: Section, process: Section) -> None:
        firm: Section = self.plants.firms[name]
        stream = slug(entry.get("stream")) or self._archetype_stream(
            entry, process, direction, port["resource"]
        )
        if direction not in process:
            process.put(direction, Section(entry.place()), entry.place())
        ports: Section = process[direction]
        chosen, number = stream, 2
        while chosen in ports and "coefficient" in ports[chosen]:
            if entry.get("stream"):
                line = ports.place(chosen).line
                message = f"stream {chosen!r} of this firm stands already in row {line}"
                self.problems.add(entry.place("stream"), "", message)
                return
            chosen, number = f"{stream}_{number}", number + 1
        if chosen in ports:
            # What the plant draws from outside stands there already.
            for key, value in ports[chosen].items():
                port.put(key, value, ports[chosen].place(key))
        ports.put(chosen, port, entry.place())
        if process is not firm and "archetype" in firm:
            self._drop(entry, firm, direction, str(port["resource"]))

    def _archetype_stream(self, entry: Entry, process: Section, direction: str, resource: str) -> str:
        """Name of the archetype's stream of a resource, or the resource where it has none or the row is dated."""
        streams = self._archetype(process).get(direction, {}) if "archetype" in process else {}
        same = [key for key, port in streams.items() if port["resource"] == resource]
        return same[0] if same and not entry.get("from") and not entry.get("until") else resource

    def _drop(self, entry: Entry, firm: Section, direction: str, resource: str) -> None:
        """Leave out the archetype's own stream of a resource that has a process of its own."""
        streams = self._archetype(firm).get(direction, {})
        dropped = firm.get("drop", ())
        for key, port in streams.items():
            if port["resource"] == resource and key not in dropped:
                if "drop" not in firm:
                    firm.put("drop", _no_words(entry), entry.place("resource"))
                firm["drop"].put(key, entry.place("resource"))


def _bare(number: Any) -> str | None:
    """Text of a raw number, with or without its source; None for none and for a dated path."""
    if isinstance(number, dict):
        number = number.get("value")
    return None if number is None else str(number)


def _no_words(entry: Entry) -> Any:
    return words_of(Entry(entry.file, entry.line, {}), "resource")


def _stand_in(entry: Entry) -> Section:
    """A harmless route where none is known: made on demand, or already noted as missing."""
    block = entry.section("route")
    block.put("route", "release", Cell(entry.file, entry.line, "route"))
    return block
