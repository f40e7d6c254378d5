"""Where things stand in a planner's tables: coordinates of firms, plots and corridors, and the plan's.

What lives here: the sheets ``plots`` and ``corridors``, the coordinates of every sheet, and what a GeoJSON plan
adds to them. What does not: reading the plan (``geojson``), distances (``geometry``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ecopark.scenario.geojson import Plan
from ecopark.scenario.located import Items, Problems, Section, Where
from ecopark.scenario.units import nearest
from ecopark.scenario.workbook_cells import Cell, Entry, Tables, slug
from ecopark.scenario.workbook_goods import put_provenance

_PAIRS = {"lonlat": ("lon", "lat"), "metres": ("x", "y")}
_OF_PLOT = ("area", "zone", "noise_class", "hazard_class")


class Ground:
    """Coordinates of a park: one system for all, from the tables, the settings or the plan.

    Parameters
    ----------
    tables : mapping of str to sequence of Entry
        All sheets.
    plan : Plan
        What a GeoJSON file adds; empty where there is none.
    written : str
        ``crs`` of the settings; empty where not given.
    problems : Problems
        Collector.

    Attributes
    ----------
    crs : str
        ``lonlat`` or ``metres``.
    """

    def __init__(self, tables: Tables, plan: Plan, written: str, problems: Problems) -> None:
        self._tables, self._plan, self._problems = tables, plan, problems
        # A firm and a plot may have the same name.
        self._drawn: dict[str, Mapping[str, Items]] = {
            "firm": plan.firms,
            "plot": {name: plot["site"] for name, plot in plan.plots.items()},
        }
        self.crs = written if written in _PAIRS else plan.crs or self._columns_used() or "metres"

    def _columns_used(self) -> str:
        for sheet in ("firms", "plots", "corridors"):
            for entry in self._tables.get(sheet, ()):
                for crs, pair in _PAIRS.items():
                    if any(entry.get(column) for column in pair):
                        return crs
        return ""

    def site(self, entry: Entry, kind: str, name: str) -> Items | None:
        """Coordinates of a ``firm`` or ``plot`` from its row, or from the plan; None where there are none."""
        own = self.point(entry)
        planned = self._drawn[kind].get(name)
        if planned is None:
            return own
        if own is not None:
            pair = _PAIRS[self.crs]
            message = f"{name!r} stands in the plan too ({planned.where.file}); leave one of them out"
            self._problems.add(entry.place(pair[0]), "", message)
        return planned

    def point(self, entry: Entry) -> Items | None:
        """Coordinates of a row; None where it has none, or after noting what is wrong with them."""
        pair = _PAIRS[self.crs]
        for crs, others in _PAIRS.items():
            for column in others if crs != self.crs else ():
                if entry.get(column):
                    message = f"the sites of this park are in {' and '.join(pair)} ({self.crs}); "
                    self._problems.add(entry.place(column), "", message + "write all of them in one system")
                    return None
        given = [bool(entry.get(column)) for column in pair]
        if not any(given):
            return None
        point = Items(entry.place(pair[0]))
        for column in pair:
            try:
                value = float(entry.get(column))
            except ValueError:
                value = math.nan
            if not math.isfinite(value):
                found = repr(entry.get(column)) if entry.get(column) else "nothing"
                unit = "degrees" if self.crs == "lonlat" else "metres"
                self._problems.add(entry.place(column), "", f"expected a number in {unit}, found {found}")
                return None
            point.put(value, entry.place(column))
        return point

    # ----------------------------------------------------------------- sheets
    def plots(self) -> Section:
        """Raw plots by name: those of the sheet, and those of the plan alone."""
        found = Section(Where("plots"))
        for entry in self._tables.get("plots", ()):
            name = slug(entry.get("plot"))
            if name in found:
                message = f"plot {name!r} stands already in row {found.place(name).line}"
                self._problems.add(entry.place("plot"), "", message)
                continue
            block = entry.section()
            site = self.site(entry, "plot", name)
            if site is None:
                self._miss_site(entry, "its middle")
                site = _nowhere(entry)
            block.put("site", site, site.where)
            planned = self._plan.plots.get(name, Section(block.where))
            for key in ("outline", *_OF_PLOT):
                if key in planned and not entry.get(key):
                    block.put(key, planned[key], planned.place(key))
            entry.put_all(block, ("area", "zone", "hazard_class", "note"))
            put_class(entry, block, self._problems)
            put_provenance(entry, block, self._problems)
            found.put(name, block, entry.place("plot"))
        for name, planned in self._plan.plots.items():
            if name not in found:
                found.put(name, planned, planned.where)
        return found

    def corridors(self) -> Section:
        """Raw corridors by name: rows of one name are its points, in order; then those of the plan."""
        found = Section(Where("corridors"))
        for entry in self._tables.get("corridors", ()):
            name = slug(entry.get("corridor"))
            if name not in found:
                block = entry.section()
                block.put("path", Items(entry.place()))
                found.put(name, block, entry.place("corridor"))
            point = self.point(entry)
            if point is not None:
                found[name]["path"].put(point, point.where)
            elif not any(entry.get(column) for pair in _PAIRS.values() for column in pair):
                self._miss_site(entry, "one point of the corridor")
            entry.put_all(found[name], ("note",))
        for name, block in list(found.items()):
            if len(block["path"]) == 1:
                where = found.place(name)
                self._problems.add(where, "", f"corridor {name!r} has one point; it needs two or more rows")
                del found[name]
            if name in self._plan.corridors:
                other = self._plan.corridors[name].where.file
                self._problems.add(found.place(name), "", f"{name!r} stands in the plan too ({other})")
        for name, planned in self._plan.corridors.items():
            if name not in found:
                found.put(name, planned, planned.where)
        return found

    def check_used(self, firms: Section) -> None:
        """Note points of the plan that belong to no firm of the tables."""
        for name, point in self._plan.firms.items():
            if name not in firms:
                where = point.where
                place = Cell(where.file, where.line, "id", "feature")
                message = f"no firm {name!r} in the sheet firms{nearest(name, firms)}"
                self._problems.add(place, "", message)

    def put_site(self, entry: Entry, name: str, firm: Section, plots: Section) -> None:
        """Put plot and site of a firm."""
        site = self.site(entry, "firm", name)
        chosen = slug(entry.get("plot"))
        if chosen:
            if chosen not in plots:
                message = f"unknown plot {entry.get('plot')!r}{nearest(chosen, plots)}"
                self._problems.add(entry.place("plot"), "", message)
            else:
                firm.put("plot", chosen, entry.place("plot"))
                # A point the plan draws for it is for the eye: it stands in the middle of its plot.
                if site is not None and name not in self._plan.firms:
                    message = f"stands on plot {chosen!r}, whose site it has; leave its own coordinates out"
                    self._problems.add(entry.place(_PAIRS[self.crs][0]), "", message)
                return
        if site is None:
            if not chosen and not any(entry.get(column) for pair in _PAIRS.values() for column in pair):
                self._miss_site(entry, "its coordinates, or give a plot")
            site = _nowhere(entry)
        firm.put("site", site, site.where)

    def _miss_site(self, entry: Entry, what: str) -> None:
        pair = _PAIRS[self.crs]
        self._problems.add(entry.place(pair[0]), "", f"is empty; give {what} in {' and '.join(pair)}")


def put_class(entry: Entry, block: Section, problems: Problems) -> None:
    """Put the noise class, a whole number from 0 to 5."""
    text = entry.get("noise_class")
    if text and not (text.isdecimal() and int(text) <= 5):
        problems.add(entry.place("noise_class"), "", f"expected a whole number from 0 to 5, found {text!r}")
    elif text:
        block.put("noise_class", int(text), entry.place("noise_class"))


def _nowhere(entry: Entry) -> Items:
    """A harmless site for a row whose own is missing, which has been noted."""
    site = Items(entry.place())
    for _ in range(2):
        site.put(0.0)
    return site
