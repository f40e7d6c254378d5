"""The block `region`: the same firms as a generated table, moved to their place; every mistake by line."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecopark.errors import DomainError, ScenarioError
from ecopark.scenario import Scenario
from ecopark.scenario.geometry import degrees_from_km
from ecopark.scenario.region import RegionPlan, plants, region_rows

FRAME = """\
name: Drawn park
time: {start: 2000-01, end: 2001-12}
currency: {code: EUR, price_year: 2010, rates: {GBP: 1.166, DKK: 0.1343, USD: 0.7543}}
"""
REGION = """\
layout: {crs: metres}
region:
  seed: 5
  source: drawn for a test
  mark: D
  parts:
    north:
      title: The North
      at: [10000, 500000]
      area: 400 km2
      firms: 30
      mix: mix.csv
    south: {at: [0, -20000], area: 40000 ha, firms: 10, mix: {brewery: 1, waste: 2}}
"""
MIX = "name,weight,size\nbrewery,3,2.5\niron_foundry,1,\nmetals,2,\n"


def write(folder: Path, text: str, mix: str = MIX) -> Path:
    park = folder / "park"
    park.mkdir()
    (park / "scenario.yaml").write_text(FRAME + text, encoding="utf-8")
    (park / "mix.csv").write_text(mix, encoding="utf-8")
    return park


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return Scenario.load(write(tmp_path_factory.mktemp("drawn"), REGION))


def test_parts_hold_the_firms_asked_for_in_their_mixes(drawn: Scenario) -> None:
    firms = drawn.park.firms
    assert Counter(name.partition("_")[0] for name in firms) == {"north": 30, "south": 10}
    assert {firm.sector for name, firm in firms.items() if name.startswith("south")} <= {"food", "waste"}
    assert all(firm.name.endswith(", The North") for name, firm in firms.items() if name.startswith("north"))


def test_a_part_is_the_generated_region_moved_and_resized(drawn: Scenario) -> None:
    mix = {"brewery": 3.0, "iron_foundry": 1.0, "metals": 2.0}
    plan = RegionPlan(30, 5, 30 / 400, mix, prefix="north_", sizes={"brewery": 2.5})
    for row in region_rows(plan):
        firm = drawn.park.firms[row["firm"]]
        assert firm.site == (float(row["x"]) + 10000, float(row["y"]) + 500000)
        (process,) = firm.processes.values()
        assert process.archetype == row["archetype"]
        value, _ = drawn.units.parse(f"{row['capacity']} {row['unit']}")
        assert [number.value for number in process.capacity.values] == pytest.approx([value])


def test_sizes_scale_one_plant_type_alone() -> None:
    usual = {row["firm"]: row for row in region_rows(RegionPlan(200, 5))}
    larger = {row["firm"]: row for row in region_rows(RegionPlan(200, 5, sizes={"brewery": 4.0}))}
    changed = [name for name in usual if usual[name]["capacity"] != larger[name]["capacity"]]
    assert changed == [name for name in usual if usual[name]["archetype"] == "brewery"]
    assert changed
    for name in changed:
        ratio = float(larger[name]["capacity"]) / float(usual[name]["capacity"])
        assert ratio == pytest.approx(4.0, rel=2e-3)  # four digits are kept


def test_another_prefix_is_other_luck_and_the_usual_one_the_old_bytes() -> None:
    f, g = (list(region_rows(RegionPlan(60, 3, prefix=prefix))) for prefix in ("f", "g"))
    assert [row["archetype"] for row in f] != [row["archetype"] for row in g]
    assert {row["x"] for row in f}.isdisjoint(row["x"] for row in g) or f[0]["x"] != g[0]["x"]
    assert [row["firm"] for row in g] == [row["firm"].replace("f", "g") for row in f]


def test_numbers_keep_the_source_of_the_block(drawn: Scenario) -> None:
    capacities = [number for place, number in drawn.numbers() if place.endswith("capacity")]
    assert len(capacities) == 40
    assert {(number.source, number.mark) for number in capacities} == {("drawn for a test", "D")}


def test_degrees_and_metres_place_firms_at_the_same_distances(tmp_path: Path) -> None:
    part = "region: {parts: {p: {at: [%s], area: 900 km2, firms: 25, mix: {brewery: 1}}}}\n"
    sites = {}
    for crs, at in (("metres", "0, 0"), ("lonlat", "-1.9, 52.5")):
        folder = tmp_path / crs
        folder.mkdir()
        park = Scenario.load(write(folder, f"layout: {{crs: {crs}}}\n" + part % at)).park
        sites[crs] = np.array([firm.site for firm in park.firms.values()])
    radians = np.radians(sites["lonlat"])
    for i, j in ((0, 1), (3, 17), (5, 24)):
        # Spherical law of cosines, written out here.
        (a, b), (c, d) = radians[i], radians[j]
        cosine = math.sin(b) * math.sin(d) + math.cos(b) * math.cos(d) * math.cos(a - c)
        great_circle = 6371.0088 * math.acos(min(cosine, 1.0))
        plane = math.dist(sites["metres"][i], sites["metres"][j]) / 1000.0
        assert great_circle == pytest.approx(plane, rel=0.01, abs=0.02)


def test_a_degree_of_latitude_is_a_fortieth_of_a_thousand_km() -> None:
    # 2 pi x 6371.0088 km / 360
    assert degrees_from_km(np.array([0.0, 111.195]), np.array([5.0, 40.0])) == pytest.approx(
        [5.0, 41.0], abs=1e-5
    )
    east = degrees_from_km(np.array([111.195, 0.0]), np.array([5.0, 60.0]))
    assert east == pytest.approx([7.0, 60.0], abs=1e-4)  # half as long at 60 degrees


def test_firms_in_yaml_stand_beside_those_drawn(tmp_path: Path) -> None:
    own = "firms: {mine: {name: Mine, site: [0, 0], archetype: brewery, capacity: 9000 m3/yr}}\n"
    park = Scenario.load(write(tmp_path, REGION + own)).park
    assert len(park.firms) == 41
    assert "mine" in park.firms


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("seed: 5", "seed: -1", "region.seed: expected a whole number, 0 or larger, found -1"),
        ("seed: 5", "sed: 5", "unknown field 'sed'. Did you mean 'seed'?"),
        ("seed: 5", "seed: 5\n  estate: none", "region.estate: expected the mean number of firms"),
        ("seed: 5", "seed: 5\n  spread: 3 t", "region.spread: expected a number above 0 with its unit"),
        ("firms: 30", "firms: 3.5", "region.parts.north.firms: expected a whole number, from 1 to 99,999"),
        (
            "      firms: 30\n",
            "",
            "region.parts.north.firms: expected a whole number, from 1 to 99,999, found nothing",
        ),
        ("area: 400 km2", "area: 400 km", "region.parts.north.area: expected a number above 0 with its unit"),
        (
            "at: [10000, 500000]",
            "at: [10000]",
            "expected the middle as two numbers in the layout's coordinates",
        ),
        (
            "brewery: 1, waste",
            "brewry: 1, waste",
            "unknown archetype or sector 'brewry'. Did you mean 'brewery'?",
        ),
        ("mix: mix.csv", "mix: mixx.csv", "there is no file"),
        ("    south: {", "    South Coast: {", "expected a name of small letters, digits and _"),
    ],
)
def test_mistakes_are_named_with_their_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in REGION
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(write(tmp_path, REGION.replace(old, new, 1)))
    assert expected in str(caught.value)
    assert "scenario.yaml:" in str(caught.value)


@pytest.mark.parametrize(
    ("mix", "expected"),
    [
        ("name,weight,size\nbrewery,1,0\n", "mix.csv:2"),
        ("name,weight,size\nmetals,1,2\n", "only plant types have a size, 'metals' is none"),
        ("name,weight\nbrewery,-1\n", "expected a number, 0 or larger, found '-1'"),
        ("name,weight\nbrewery,1\nbrewery,2\n", "'brewery' stands twice"),
        ("name,weight\nbrewery,0\n", "at least one weight must be positive"),
    ],
)
def test_mistakes_in_a_mix_are_named_by_row(tmp_path: Path, mix: str, expected: str) -> None:
    with pytest.raises(ScenarioError, match="mix") as caught:
        Scenario.load(write(tmp_path, REGION, mix))
    assert expected in str(caught.value)


@pytest.mark.parametrize("block", [3, {"seed": 1}, {"parts": {"a": 7}}, {"parts": {}}])
def test_a_block_of_another_shape_is_no_region(block: Any) -> None:
    raw = {
        "name": "x",
        "time": {"start": "2000-01", "end": "2001-01"},
        "currency": {"code": "EUR", "price_year": 2010},
    }
    with pytest.raises(ScenarioError, match="region"):
        Scenario.from_dict({**raw, "region": block})


def test_a_table_of_a_mix_needs_files() -> None:
    raw = {
        "name": "x",
        "time": {"start": "2000-01", "end": "2001-01"},
        "currency": {"code": "EUR", "price_year": 2010, "rates": {"GBP": 1.1, "DKK": 0.1, "USD": 0.7}},
        "layout": {"crs": "metres"},
    }
    part = {"at": [0, 0], "area": "100 km2", "firms": 3}
    with pytest.raises(ScenarioError, match="tables need a scenario in files"):
        Scenario.from_dict({**raw, "region": {"parts": {"a": {**part, "mix": "mix.csv"}}}})
    park = Scenario.from_dict({**raw, "region": {"parts": {"a": {**part, "mix": {"brewery": 1}}}}}).park
    assert [firm.sector for firm in park.firms.values()] == ["food"] * 3


def test_sizes_of_unknown_plants_are_refused() -> None:
    with pytest.raises(DomainError, match="sizes: unknown archetype 'brewry'"):
        RegionPlan(3, sizes={"brewry": 2.0})
    with pytest.raises(DomainError, match="size of brewery must be positive"):
        RegionPlan(3, sizes={"brewery": 0.0})
    assert "brewery" in plants()
