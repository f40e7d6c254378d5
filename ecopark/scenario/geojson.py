"""A plan in GeoJSON: points for firms, polygons for plots, lines for corridors, each with an ``id``.

What lives here: reading a FeatureCollection (RFC 7946) into raw sites, plots and corridors with the place of
each feature. What does not: the tables they are joined with (``workbook_sites``), exports (``report.exports``).

Coordinates are longitude and latitude as the standard says. A file whose ``crs`` member names a projected
system (a practice older than the standard and still common) is taken in metres.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from shapely.errors import ShapelyError
from shapely.geometry import Polygon, shape

from ecopark.scenario.geometry import project
from ecopark.scenario.layout import Layout
from ecopark.scenario.located import Items, Problems, Section, Where
from ecopark.scenario.source import Files
from ecopark.scenario.workbook_cells import Cell, slug

_KINDS = {
    "Point": "firm",
    "Polygon": "plot",
    "MultiPolygon": "plot",
    "LineString": "corridor",
}
# What a feature may be that says so in its property ``kind``: a plot may be a point.
_GEOMETRIES = {"firm": ("Point",), "plot": ("Point", "Polygon", "MultiPolygon"), "corridor": ("LineString",)}
_OF_PLOT = ("area", "zone", "noise_class", "hazard_class", "note", "source", "mark")
_GEOGRAPHIC = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4258", "EPSG:4258")


@dataclass(frozen=True)
class Plan:
    """What a GeoJSON plan says.

    Attributes
    ----------
    crs : str
        ``lonlat`` or ``metres``; empty where there is no plan.
    firms : dict of str to Items
        Two coordinates by firm.
    plots, corridors : dict of str to Section
        Raw blocks by name.
    """

    crs: str = ""
    firms: dict[str, Items] = field(default_factory=dict)
    plots: dict[str, Section] = field(default_factory=dict)
    corridors: dict[str, Section] = field(default_factory=dict)


def read_plan(path: Path, problems: Problems) -> Plan:
    """Firms, plots and corridors of a GeoJSON file.

    Parameters
    ----------
    path : pathlib.Path
        A FeatureCollection. Each feature has the property ``id`` (or the member ``id``); what it is follows
        from its geometry, or from the property ``kind`` (as in an exported run). Plots may have ``area``,
        ``zone``, ``noise_class``, ``hazard_class``, ``note``, ``source`` and ``mark``.
    problems : Problems
        Takes every mistake with the number of the feature, counted from 1.

    Returns
    -------
    Plan
        A plot's site is its centre of gravity, or a point inside where that lies outside; its area that of the
        polygon, unless the property says otherwise.
    """
    where = Where(path.as_posix())
    text = Files(path.parent, path.parent.as_posix(), problems).read(path)
    if text is None:
        return Plan()
    try:
        content = json.loads(text)
    except ValueError as failure:
        problems.add(where, "", f"is not readable as JSON: {failure}", fatal=True)
        return Plan()
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        problems.add(where, "", "expected a GeoJSON FeatureCollection with its 'features'", fatal=True)
        return Plan()
    plan = Plan(_crs_of(content))
    for number, feature in enumerate(features, start=1):
        _add_feature(plan, feature, Cell(path.as_posix(), number, "", "feature"), problems)
    return plan


def _crs_of(content: Mapping[str, Any]) -> str:
    try:
        name = str(content["crs"]["properties"]["name"])
    except (KeyError, TypeError):
        return "lonlat"
    return "lonlat" if name.endswith(_GEOGRAPHIC) else "metres"


def _add_feature(plan: Plan, feature: Any, where: Cell, problems: Problems) -> None:
    try:
        geometry = shape(feature["geometry"])
        kind = _KINDS.get(geometry.geom_type)
        if geometry.is_empty:
            raise ValueError("it is empty")
        flat = _coordinates(geometry)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ShapelyError) as failure:
        problems.add(where, "", f"has no geometry that can be read: {failure}")
        return
    if kind is None:
        known = "Point (firm), Polygon (plot) or LineString (corridor)"
        problems.add(where, "", f"is a {geometry.geom_type}; expected {known}")
        return
    properties = feature.get("properties") or {}
    told = properties.get("kind")
    if told == "exchange":
        # Of an exported run, which may be edited as a map and read back as a plan.
        return
    if told in _GEOMETRIES and geometry.geom_type in _GEOMETRIES[told]:
        kind = told
    name = slug(str(properties.get("id", feature.get("id", "")) or ""))
    if not name:
        place = Cell(where.file, where.line, "id", where.of)
        problems.add(place, "", f"is missing; it names the {kind} of the tables")
        return
    if plan.crs == "lonlat" and (np.abs(flat) > [180.0, 90.0]).any():
        message = "lies outside longitude and latitude; a plan in metres names its system in the member 'crs'"
        problems.add(where, "", message)
        return
    if name in getattr(plan, f"{kind}s"):
        problems.add(
            Cell(where.file, where.line, "id", where.of), "", f"{kind} {name!r} stands twice in the plan"
        )
    elif kind == "firm":
        plan.firms[name] = _items(flat[0], where)
    elif kind == "corridor":
        block = Section(where)
        block.put("path", _points(flat, where))
        plan.corridors[name] = block
    else:
        plan.plots[name] = _plot(geometry, properties, where, plan.crs, problems)


def _plot(geometry: Any, properties: Mapping[str, Any], where: Cell, crs: str, problems: Problems) -> Section:
    """Raw plot of a polygon; of several parts, the outline is that of the largest."""
    block = Section(where)
    _put_properties(block, properties, where)
    if geometry.geom_type == "Point":
        block.put("site", _items(np.array([geometry.x, geometry.y]), where))
        return block
    if not geometry.is_valid or geometry.area <= 0:
        problems.add(where, "", "is a polygon that crosses itself or encloses nothing")
    middle = geometry.centroid
    if not geometry.contains(middle):
        middle = geometry.representative_point()
    block.put("site", _items(np.array([middle.x, middle.y]), where))
    largest = max(getattr(geometry, "geoms", [geometry]), key=lambda part: part.area)
    block.put("outline", _points(np.asarray(largest.exterior.coords)[:-1, :2], where))
    if "area" not in block:
        block.put("area", f"{_square_metres(geometry, crs):.0f} m2")
    return block


def _put_properties(block: Section, properties: Mapping[str, Any], where: Cell) -> None:
    for key in _OF_PLOT:
        if properties.get(key) not in (None, ""):
            value = properties[key]
            place = Cell(where.file, where.line, key, where.of)
            block.put(key, value if key == "noise_class" else str(value), place)


def _square_metres(geometry: Any, crs: str) -> float:
    layout = Layout(crs="metres" if crs == "metres" else "lonlat")
    total = 0.0
    for part in getattr(geometry, "geoms", [geometry]):
        rings = [part.exterior, *part.interiors]
        # All rings about one middle latitude, so that holes fit into their shell.
        corners = [np.asarray(ring.coords)[:-1, :2] for ring in rings]
        plane = project(np.concatenate(corners), layout) * 1000.0
        cuts = np.cumsum([len(ring) for ring in corners])[:-1]
        shell, *holes = np.split(plane, cuts)
        total += Polygon(shell, holes).area
    return total


def _coordinates(geometry: Any) -> Any:
    """All points of a geometry, shape (n, 2), heights left out."""
    parts = getattr(geometry, "geoms", [geometry])
    lines = [part.exterior.coords if part.geom_type == "Polygon" else part.coords for part in parts]
    return np.concatenate([np.asarray(line, dtype=float)[:, :2] for line in lines])


def _points(points: Any, where: Cell) -> Items:
    items = Items(where)
    for point in points:
        items.put(_items(point, where))
    return items


def _items(point: Any, where: Cell) -> Items:
    items = Items(where)
    for value in point:
        items.put(float(round(value, 7)))
    return items
