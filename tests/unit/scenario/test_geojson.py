"""A plan in GeoJSON: firms, plots and corridors where they are drawn, areas on the ground, mistakes by feature."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from own_tables import Sheets, changed, find, write

from ecopark import Scenario
from ecopark.scenario.geojson import read_plan
from ecopark.scenario.geometry import crow_km
from ecopark.scenario.scaffold import new_from_tables
from ecopark.scenario.workbook_cells import TableProblems, TablesError
from ecopark.scenario.workbook_template import template_rows

METRES = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}


def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def plan_file(place: Path, *features: Any, **members: Any) -> Path:
    path = place / "plan.geojson"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features, **members}), encoding="utf-8"
    )
    return path


def square(x: float, y: float, half: float) -> list[list[list[float]]]:
    ring = [[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]]
    return [[*ring, ring[0]]]


def without_sites(sheets: Sheets) -> None:
    for row in sheets["plots"]:
        row.update(x="", y="", area="")
    sheets["corridors"].clear()
    find(sheets["firms"], firm="district_heat").update(x="", y="")
    sheets["settings"] = [row for row in sheets["settings"] if row["setting"] != "crs"]


def drawn(sheets: Sheets) -> list[dict[str, Any]]:
    """The template's ground as a drawing in metres."""
    rows = template_rows()
    found = [feature("Polygon", square(p["x"], p["y"], 250), id=p["plot"]) for p in rows["plots"]]
    paths: dict[str, list[list[float]]] = {}
    for point in rows["corridors"]:
        paths.setdefault(point["corridor"], []).append([point["x"], point["y"]])
    found += [feature("LineString", path, id=name) for name, path in paths.items()]
    town = find(rows["firms"], firm="district_heat")
    return [*found, feature("Point", [town["x"], town["y"]], id="district_heat")]


def test_a_drawn_plan_gives_the_park_of_the_tables(tmp_path: Path) -> None:
    tables = write(tmp_path, changed(without_sites), "csv")
    path = plan_file(tmp_path, *drawn(template_rows()), crs=METRES)
    park = Scenario.load(new_from_tables(tmp_path / "drawn", tables, path)).park
    (tmp_path / "plain").mkdir()
    plain = Scenario.load(new_from_tables(tmp_path / "p", write(tmp_path / "plain", template_rows()))).park
    assert {name: firm.site for name, firm in park.firms.items()} == {
        name: firm.site for name, firm in plain.firms.items()
    }
    assert park.layout.crs == "metres"
    assert park.layout.corridors["quay"].path == plain.layout.corridors["quay"].path
    gate = park.layout.plots["gate"]
    assert gate.area is not None
    assert (gate.area.value, gate.zone, len(gate.outline)) == (500.0 * 500.0, "light", 4)


def test_the_area_of_a_plot_is_that_on_the_sphere(tmp_path: Path) -> None:
    """Between two meridians and two parallels lies R^2 x dlambda x (sin phi2 - sin phi1)."""
    half, lat = 0.004, 55.7
    path = plan_file(tmp_path, feature("Polygon", square(11.1, lat, half), id="quay"))
    plan = read_plan(path, TableProblems())
    south, north = (math.sin(math.radians(lat + side * half)) for side in (-1, 1))
    exact = 6_371_008.8**2 * math.radians(2 * half) * (north - south)
    assert float(plan.plots["quay"]["area"].split()[0]) == pytest.approx(exact, rel=2e-6)
    np.testing.assert_allclose(plan.plots["quay"]["site"], [11.1, lat], atol=1e-6)
    assert plan.crs == "lonlat"


def test_a_hole_is_no_ground_and_the_site_lies_inside(tmp_path: Path) -> None:
    ring = [*square(0, 0, 100), square(0, 0, 50)[0][::-1]]
    plan = read_plan(plan_file(tmp_path, feature("Polygon", ring, id="yard"), crs=METRES), TableProblems())
    assert plan.plots["yard"]["area"] == f"{200**2 - 100**2} m2"
    x, y = plan.plots["yard"]["site"]
    assert 50 < max(abs(x), abs(y)) < 100


def test_distances_are_those_of_the_drawing(tmp_path: Path) -> None:
    points = {"a_works": [11.0, 55.0], "b_works": [11.02, 55.01]}
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "firms.csv").write_text("firm\na works\nb works\n")
    (tmp_path / "tables" / "streams.csv").write_text(
        "firm,direction,resource,quantity\na works,have,fly_ash,10 kt/yr\nb works,want,clay,20 kt/yr\n"
    )
    path = plan_file(tmp_path, *(feature("Point", xy, id=name) for name, xy in points.items()))
    park = Scenario.load(new_from_tables(tmp_path / "two", tmp_path / "tables", path)).park
    ends = [np.array([park.firms[name].site]) for name in points]
    # Law of cosines on the sphere, instead of the program's haversine.
    (lon1, lat1), (lon2, lat2) = (np.radians(xy) for xy in points.values())
    cosine = math.sin(lat1) * math.sin(lat2) + math.cos(lat1) * math.cos(lat2) * math.cos(lon2 - lon1)
    assert crow_km(*ends, park.layout)[0] == pytest.approx(6371.0088 * math.acos(cosine), rel=1e-6)


def test_a_firm_may_bear_the_name_of_a_plot(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "firms.csv").write_text("firm,plot\nquay,\nmill,quay\n")
    (tmp_path / "tables" / "streams.csv").write_text(
        "firm,direction,resource,quantity\nquay,have,fly_ash,10 kt/yr\nmill,want,clay,20 kt/yr\n"
    )
    path = plan_file(
        tmp_path,
        feature("Point", [900, 0], id="quay"),
        feature("Polygon", square(0, 0, 100), id="quay"),
        crs=METRES,
    )
    park = Scenario.load(new_from_tables(tmp_path / "two", tmp_path / "tables", path)).park
    assert (park.firms["quay"].site, park.firms["mill"].site) == ((900, 0), (0, 0))


@pytest.mark.parametrize(
    ("bad", "where", "message"),
    [
        (feature("Point", [0, 0]), "feature 1, property id", "is missing; it names the firm of the tables"),
        (feature("Point", [0, 0], id="nobody"), "feature 1, property id", "no firm 'nobody' in the sheet firms"),
        (feature("MultiPoint", [[0, 0]], id="a"), "feature 1", "is a MultiPoint; expected Point (firm), Polygon"),
        (feature("Polygon", [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]], id="a"), "feature 1", "crosses itself"),
        (feature("Polygon", [], id="a"), "feature 1", "no geometry"),
        ({"type": "Feature", "properties": {"id": "a"}}, "feature 1", "no geometry"),
    ],
)  # fmt: skip
def test_mistakes_name_the_feature(tmp_path: Path, bad: Any, where: str, message: str) -> None:
    with pytest.raises(TablesError) as caught:
        new_from_tables(
            tmp_path / "mypark",
            write(tmp_path, template_rows(), "csv"),
            plan_file(tmp_path, bad, crs=METRES),
        )
    (text,) = [str(problem) for problem in caught.value.problems]
    assert f"plan.geojson, {where}: " in text
    assert message in text


def test_metres_without_a_system_and_sites_given_twice(tmp_path: Path) -> None:
    tables = write(tmp_path, template_rows(), "csv")
    far = plan_file(tmp_path, feature("Point", [3600, 1200], id="district_heat"))
    with pytest.raises(TablesError, match="a plan in metres names its system in the member 'crs'"):
        new_from_tables(tmp_path / "mypark", tables, far)
    twice = plan_file(tmp_path, feature("Point", [3600, 1200], id="district_heat"), crs=METRES)
    with pytest.raises(TablesError, match=r"row 14, column x: 'district_heat' stands in the plan too"):
        new_from_tables(tmp_path / "mypark", tables, twice)


@pytest.mark.parametrize(("text", "message"), [("{", "not readable as JSON"), ("[]", "expected a GeoJSON")])
def test_files_that_are_no_plan(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "plan.geojson").write_text(text)
    with pytest.raises(TablesError, match=message):
        new_from_tables(
            tmp_path / "mypark", write(tmp_path, template_rows(), "csv"), tmp_path / "plan.geojson"
        )
