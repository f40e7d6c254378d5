"""A run for other programs: GeoJSON for maps, GraphML for networks, Excel for tables.

What lives here: exchanges with their quantities by year, as features and as edges, and writing a file whole or not
at all. What does not: the workbook (``export_excel``), figures.
"""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from ecopark.errors import DomainError, ResultsError
from ecopark.report.export_excel import EXCEL_ROWS, write_workbook
from ecopark.run import Run
from ecopark.scenario.types import Layout

_EARTH_RADIUS = 6_371_008.8  # m, mean radius, IUGG (Moritz 2000, doi:10.1007/s001900050278)
_OF_EXCHANGE = ("from_firm", "to_firm", "resource", "to_resource", "pathway", "mode", "state", "unit")
_NUMBERS = ("distance_km", "price", "investment", "term_years")
LOCAL = {"type": "name", "properties": {"name": "metres from a point of the scenario's choice"}}


def exchanges(run: Run) -> pd.DataFrame:
    """Exchanges that ever operated, with what moved.

    Parameters
    ----------
    run : Run

    Returns
    -------
    pandas.DataFrame
        Index synergy; ends, resource, pathway, mode, state, unit, distance_km, price, investment and term_years as
        in the table of synergies; ``since`` and ``until`` (dates, missing where it goes on); ``total`` and
        ``per_year`` (mean over the years with a flow) in `unit`, and one column per year such as ``q2030``: what
        arrived in it.
    """
    table = run.synergies[run.synergies["operating"].notna()].set_index("synergy")
    flows = run.flows[run.flows["route"].astype(str) == "exchange"]
    rows = flows[["quantity"]].assign(synergy=flows["synergy"].astype(str), year=flows["start"].dt.year)
    moved = rows.pivot_table("quantity", "synergy", "year", aggfunc="sum", fill_value=0.0)
    moved = moved.reindex(table.index, fill_value=0.0)
    active = (moved > 0.0).sum(axis=1)
    found = table[[*_OF_EXCHANGE, *_NUMBERS]].assign(
        since=table["operating"],
        until=table["ended"],
        total=moved.sum(axis=1),
        per_year=(moved.sum(axis=1) / active).where(active > 0, 0.0),
    )
    return found.join(moved.rename(columns=lambda year: f"q{year}"))


def to_geojson(
    run: Run, path: Path | str | None = None, origin: tuple[float, float] | None = None
) -> dict[str, Any]:
    """Firms, plots, corridors and exchanges of a run as a GeoJSON FeatureCollection.

    Parameters
    ----------
    run : Run
    path : path, optional
        File to write too.
    origin : tuple of (float, float), degree, optional
        Longitude and latitude of the zero point of a park in metres; its coordinates are then geographic.

    Returns
    -------
    dict
        Every feature has the properties ``id`` and ``kind``: ``firm`` (a point), ``plot`` (a polygon, or a point
        where the scenario has no outline), ``corridor`` or ``exchange`` (lines); exchanges have the columns of
        :func:`exchanges`, quantities by year as ``quantity_by_year``. A park in metres without `origin` keeps its
        metres and says so in the member ``crs``.

    Raises
    ------
    DomainError
        If an origin is given for a park that has longitude and latitude, or lies nowhere.
    ResultsError
        If the file cannot be written.
    """
    layout = run.scenario.park.layout
    place = _Place(layout, origin)
    collection: dict[str, Any] = {"type": "FeatureCollection", "name": run.name}
    if layout.crs == "metres" and origin is None:
        collection["crs"] = LOCAL
    collection["features"] = [*_ground(layout, place), *_firms(run, place), *_lines(run, place)]
    if path is not None:
        text = json.dumps(collection, ensure_ascii=False, indent=1, allow_nan=False)
        _write(Path(path), lambda draft: draft.write_text(text + "\n", encoding="utf-8"))
    return collection


def to_graphml(run: Run, path: Path | str) -> Path:
    """Write firms and exchanges as a directed multigraph in GraphML.

    Parameters
    ----------
    run : Run
    path : path
        File; replaced if it is there.

    Returns
    -------
    pathlib.Path
        The file. Nodes have name, sector, coordinates, opens and closes; edges, keyed by synergy, the columns of
        :func:`exchanges`. What is missing is left out.

    Raises
    ------
    ResultsError
        If it cannot be written.
    """
    graph = nx.MultiDiGraph(name=run.name)
    for firm, row in run.firms.iterrows():
        graph.add_node(str(firm), **_plain(row))
    for synergy, row in exchanges(run).iterrows():
        about = _plain(row.drop(["from_firm", "to_firm"]))
        graph.add_edge(row["from_firm"], row["to_firm"], key=str(synergy), synergy=str(synergy), **about)
    return _write(Path(path), lambda draft: nx.write_graphml(graph, draft))


def to_excel(run: Run, path: Path | str, rows: int = EXCEL_ROWS) -> Path:
    """Write every table of a run as a sheet of an Excel workbook.

    Parameters
    ----------
    run : Run
    path : path
        File ending in ``.xlsx``; replaced if it is there.
    rows : int, rows
        Most rows of a sheet. A ledger with more is summed by calendar year, which the first sheet says.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    DomainError
        If the name does not end in ``.xlsx`` or `rows` is beyond what Excel holds.
    ResultsError
        If a table has more rows even by year, or the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise DomainError(f"expected a file name that ends in .xlsx, found {target.name!r}")
    if not 0 < rows <= EXCEL_ROWS:
        raise DomainError(f"rows of a sheet must lie between 1 and {EXCEL_ROWS:,}, found {rows:,}")
    return _write(target, lambda draft: write_workbook(run, draft, rows))


def _write(target: Path, write: Callable[[Path], object]) -> Path:
    """Write a file beside its place and move it there by one rename."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=target.parent) as folder:
            draft = Path(folder) / target.name
            write(draft)
            draft.replace(target)
    except OSError as failure:
        raise ResultsError(f"cannot write {target}: {failure.strerror or failure}") from failure
    return target


# --------------------------------------------------------------------------- features
class _Place:
    """Coordinates of a layout as they are written."""

    def __init__(self, layout: Layout, origin: tuple[float, float] | None) -> None:
        if origin is not None and layout.crs == "lonlat":
            raise DomainError("this park has longitude and latitude; an origin is for parks in metres")
        if origin is not None and not (abs(origin[0]) <= 180.0 and abs(origin[1]) < 90.0):
            raise DomainError(f"expected an origin as longitude and latitude in degrees, found {origin}")
        self._origin = origin

    def __call__(self, point: tuple[float, float]) -> list[float]:
        if self._origin is None:
            return [float(point[0]), float(point[1])]
        lon, lat = self._origin
        # Equirectangular about the origin, as ``geometry.project`` the other way round.
        east = math.degrees(point[0] / (_EARTH_RADIUS * math.cos(math.radians(lat))))
        return [round(lon + east, 7), round(lat + math.degrees(point[1] / _EARTH_RADIUS), 7)]


def _feature(kind: str, name: str, geometry: str, coordinates: Any, about: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": f"{kind}:{name}",
        "geometry": {"type": geometry, "coordinates": coordinates},
        "properties": {"id": name, "kind": kind, **about},
    }


def _ground(layout: Layout, place: _Place) -> list[dict[str, Any]]:
    found = []
    for name, plot in layout.plots.items():
        about: dict[str, Any] = {"zone": plot.zone, "noise_class": plot.noise_class}
        about["hazard_class"] = plot.hazard_class
        if plot.area is not None:
            about["area"] = f"{plot.area.value:.12g} m2"
        ring = [place(point) for point in plot.outline]
        kind = "Polygon" if len(ring) > 2 else "Point"
        corners: Any = [[*ring, ring[0]]] if len(ring) > 2 else place(plot.site)
        found.append(_feature("plot", name, kind, corners, about))
    for name, corridor in layout.corridors.items():
        line = [place(point) for point in corridor.path]
        found.append(_feature("corridor", name, "LineString", line, {"note": corridor.note}))
    return found


def _firms(run: Run, place: _Place) -> list[dict[str, Any]]:
    firms = run.scenario.park.firms
    found = []
    for name, row in run.firms.iterrows():
        about = _plain(row[["name", "short", "sector", "opens", "closes"]])
        firm = firms[str(name)]
        about |= {"plot": firm.plot, "movable": firm.movable} if firm.plot else {"movable": firm.movable}
        found.append(_feature("firm", str(name), "Point", place(firm.site), about))
    return found


def _lines(run: Run, place: _Place) -> list[dict[str, Any]]:
    firms = run.scenario.park.firms
    found = []
    for synergy, row in exchanges(run).iterrows():
        years = {str(key)[1:]: float(row[key]) for key in row.index if str(key)[1:].isdecimal()}
        about = _plain(row.drop([f"q{year}" for year in years]))
        about["quantity_by_year"] = {year: moved for year, moved in years.items() if moved > 0.0}
        line = [place(firms[row[end]].site) for end in ("from_firm", "to_firm")]
        found.append(_feature("exchange", str(synergy), "LineString", line, about))
    return found


def _plain(row: pd.Series) -> dict[str, Any]:
    """Values of a row that are there, as text and numbers; dates to the day."""
    found: dict[str, Any] = {}
    for key, value in row.items():
        if pd.isna(value) or value == "":
            continue
        if isinstance(value, pd.Timestamp):
            value = f"{value:%Y-%m-%d}"
        found[str(key)] = value.item() if isinstance(value, np.generic) else value
    return found
