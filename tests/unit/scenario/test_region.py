"""Synthetic regions: sizes, shares and sites against theory; luck that belongs to each firm."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.spatial import cKDTree

from ecopark.errors import DomainError, ScenarioError
from ecopark.scenario import Scenario, library
from ecopark.scenario.normalise import used_resources
from ecopark.scenario.region import Clusters, RegionPlan, generate_region, plants, region_rows, shares
from ecopark.scenario.scaffold import new_region

LARGE = RegionPlan(firms=6000, seed=11)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return list(region_rows(LARGE))


def sites(rows: list[dict[str, str]]) -> NDArray[np.float64]:
    """Sites in km."""
    return np.array([[float(row["x"]), float(row["y"])] for row in rows]) / 1000.0


# --------------------------------------------------------------------------- the table
def test_every_archetype_has_a_plant_of_its_sector() -> None:
    known = library.archetypes().drop_duplicates("archetype").set_index("archetype")["sector"]
    assert tuple(plants()) == library.archetype_names()
    assert {name: plant.sector for name, plant in plants().items()} == known.to_dict()


def test_plants_are_sourced_and_their_shares_make_a_thousand() -> None:
    table = plants().values()
    assert math.fsum(plant.share for plant in table) == pytest.approx(1000.0)
    assert all(plant.source and plant.mark in ("S", "M", "D") for plant in table)
    assert all(0 < plant.sigma <= 1.5 and plant.capacity > 0 for plant in table)


def test_only_what_is_fed_draws_feed_from_outside() -> None:
    for name, plant in plants().items():
        fed = library.raw_archetype(name)["drive"] == "feed"
        assert 0.0 <= plant.imported < 1.0
        assert fed or plant.imported == 0.0


def test_one_plant_of_every_type_is_a_sound_scenario() -> None:
    raw = generate_region(RegionPlan(firms=1))
    rows = [row for name in plants() for row in islice(region_rows(RegionPlan(firms=1, mix={name: 1})), 1)]
    for index, row in enumerate(rows):
        one = generate_region(RegionPlan(firms=1, mix={row["archetype"]: 1}))["firms"]["f00001"]
        raw["firms"][f"g{index}"] = one
    park = Scenario.from_dict(raw).park
    assert {firm.processes["main"].archetype for firm in park.firms.values()} == set(plants())


# --------------------------------------------------------------------------- which and how large
def test_sizes_are_lognormal_about_the_median(rows: list[dict[str, str]]) -> None:
    table = plants()
    scores = [
        math.log(float(row["capacity"]) / table[row["archetype"]].capacity) / table[row["archetype"]].sigma
        for row in rows
    ]
    assert stats.kstest(scores, stats.truncnorm(-2.5, 2.5).cdf).pvalue > 0.01
    assert max(np.abs(scores)) < 2.501


def test_sizes_of_another_spread_would_be_noticed(rows: list[dict[str, str]]) -> None:
    table = plants()
    scores = [math.log(float(r["capacity"]) / table[r["archetype"]].capacity) for r in rows]
    assert stats.kstest(scores, stats.truncnorm(-2.5, 2.5).cdf).pvalue < 1e-6


def test_plants_occur_by_their_shares(rows: list[dict[str, str]]) -> None:
    odds = shares()
    counts = Counter(row["archetype"] for row in rows)
    common = [name for name in odds if odds[name] * len(rows) >= 10]
    found = [counts[name] for name in common]
    expected = [odds[name] * len(rows) for name in common]
    found.append(len(rows) - sum(found))
    expected.append(len(rows) - sum(expected))
    assert stats.chisquare(found, expected).pvalue > 0.01
    assert not counts.keys() & {name for name, share in odds.items() if share == 0.0}


def test_a_mix_decides() -> None:
    counts = Counter(r["archetype"] for r in region_rows(RegionPlan(4000, mix={"brewery": 3.0, "mrf": 1.0})))
    assert counts.keys() == {"brewery", "mrf"}
    assert stats.binomtest(counts["brewery"], 4000, 0.75).pvalue > 0.01


def test_a_sector_divides_its_weight_by_usual_shares() -> None:
    weights = shares({"water": 1.0, "waste": 2.0, "mrf": 1.0})
    table = plants()
    rest = [plant for plant in table.values() if plant.sector == "waste" and plant.archetype != "mrf"]
    usual = sum(plant.share for plant in rest)
    assert weights["municipal_wwtw"] == weights["mrf"] == 0.25
    assert {p.archetype: weights[p.archetype] for p in rest} == pytest.approx(
        {p.archetype: 0.5 * p.share / usual for p in rest}
    )


# --------------------------------------------------------------------------- where
def test_sites_cluster_as_a_thomas_process() -> None:
    """Ripley's K = pi r^2 + (1 - exp(-r^2 / (4 s^2))) / k, with k estates per km2 and spread s."""
    radii = np.array([0.75, 1.5, 3.0, 6.0])
    estimates = []
    for seed in range(6):
        place = sites(list(region_rows(RegionPlan(firms=4000, seed=seed))))
        half = math.sqrt(4000 / LARGE.density) / 2.0
        # Only firms whose surroundings lie inside; the density is that of the inner square.
        inner = np.max(np.abs(place), axis=1) < half - 10.0
        density = inner.sum() / (2.0 * (half - 10.0)) ** 2
        tree = cKDTree(place)
        counts = [np.mean(tree.query_ball_point(place[inner], r, return_length=True)) - 1 for r in radii]
        estimates.append(np.array(counts) / density)
    found = np.mean(estimates, axis=0)
    clusters = LARGE.clusters
    parents = LARGE.density / clusters.firms
    excess = (1.0 - np.exp(-(radii**2) / (4.0 * clusters.spread_km**2))) / parents
    assert np.all(found > 1.5 * math.pi * radii**2)
    assert found == pytest.approx(math.pi * radii**2 + excess, rel=0.1)


def test_density_is_even_over_the_square(rows: list[dict[str, str]]) -> None:
    """A quarter of the firms in each quadrant and half in the inner half of the area, up to clusters."""
    place = sites(rows)
    half = math.sqrt(LARGE.firms / LARGE.density) / 2.0
    # Counts of clusters of Poisson size m have 1 + m times the variance of single points.
    tolerance = 4.0 * math.sqrt(0.25 * (1.0 + LARGE.clusters.firms) / LARGE.firms)
    assert np.mean(np.max(np.abs(place), axis=1) < half * math.sqrt(0.5)) == pytest.approx(0.5, abs=tolerance)
    for east in (-1, 1):
        for north in (-1, 1):
            share = np.mean((place[:, 0] * east > 0) & (place[:, 1] * north > 0))
            assert share == pytest.approx(0.25, abs=tolerance)


def test_tighter_clusters_bring_neighbours_nearer() -> None:
    def nearest(spread: float) -> float:
        plan = RegionPlan(firms=1000, clusters=Clusters(spread_km=spread))
        distances, _ = cKDTree(place := sites(list(region_rows(plan)))).query(place, k=2)
        return float(np.median(distances[:, 1]))

    assert nearest(0.5) < nearest(1.5) < nearest(5.0)


# --------------------------------------------------------------------------- luck
def test_a_larger_region_surrounds_a_smaller_one() -> None:
    small, one_more, large = (list(region_rows(RegionPlan(firms=n, seed=3))) for n in (100, 101, 1000))
    assert one_more[:100] == small
    assert large[:101] == one_more


def test_density_moves_estates_and_changes_no_plant() -> None:
    sparse, dense = (list(region_rows(RegionPlan(firms=300, density=d))) for d in (0.1, 0.4))
    same = ("firm", "name", "archetype", "capacity", "unit", "import")
    assert [[r[key] for key in same] for r in sparse] == [[r[key] for key in same] for r in dense]
    # Estates lie half as far out at four times the density and offsets stay, so twice the dense site less
    # the sparse one is the offset alone: Gaussian, of the spread of an estate.
    offsets = (2.0 * sites(dense) - sites(sparse)).ravel() / LARGE.clusters.spread_km
    assert stats.kstest(offsets, stats.norm.cdf).pvalue > 0.01


def test_another_seed_is_another_region() -> None:
    first, second = (list(region_rows(RegionPlan(firms=50, seed=seed))) for seed in (1, 2))
    assert sum(a["capacity"] == b["capacity"] for a, b in zip(first, second, strict=True)) < 3


def test_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    code = (
        "import sys; from ecopark.scenario.region import RegionPlan; from ecopark.scenario.scaffold import new_region;"
        "new_region(sys.argv[1], RegionPlan(firms=120, seed=5))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "there")], check=True)
    new_region(tmp_path / "here", RegionPlan(firms=120, seed=5))

    def digests(folder: Path) -> dict[str, str]:
        return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}

    assert digests(tmp_path / "here") == digests(tmp_path / "there")
    assert set(digests(tmp_path / "here")) == {"scenario.yaml", "firms.csv"}


# --------------------------------------------------------------------------- as a scenario
def test_folder_and_mapping_are_one_park(tmp_path: Path) -> None:
    plan = RegionPlan(firms=250, seed=2)
    by_file = Scenario.load(new_region(tmp_path / "region", plan))
    by_dict = Scenario.from_dict(generate_region(plan))
    assert [(n, f.name, f.site, f.sector) for n, f in by_file.park.firms.items()] == [
        (n, f.name, f.site, f.sector) for n, f in by_dict.park.firms.items()
    ]
    assert list(by_file.numbers()) == list(by_dict.numbers())
    assert by_file.park.time == by_dict.park.time
    assert by_file.park.policy == by_dict.park.policy


@pytest.mark.parametrize("firms", [150, 250])
def test_a_resolved_region_loads_to_an_equal_park(firms: int, tmp_path: Path) -> None:
    """Above 200 firms the file shares blocks by anchors, below it writes everything out."""
    scenario = Scenario.from_dict(generate_region(RegionPlan(firms=firms)))
    text = scenario.to_yaml()
    assert ("&id" in text) == (firms > 200)
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    again = Scenario.load(tmp_path)
    assert again.park == scenario.park
    assert again.to_yaml() == text
    change = {"firms.f00001.capacity": "1 kt/yr"}
    assert again.with_overrides(change).park.firms["f00002"] == scenario.park.firms["f00002"]


def test_anchors_of_a_resolved_scenario_are_shared_but_bounded(tmp_path: Path) -> None:
    """An alias costs no memory there; what it would expand to is counted all the same."""
    levels = [f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 10)}]" for i in range(1, 9)]
    text = "\n".join(["resolved: true", "x0: &x0 [1, 2]", *levels])
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match="expand to more than 4,000,000 values"):
        Scenario.load(tmp_path)


def test_segments_and_officers_grow_with_the_region(tmp_path: Path) -> None:
    for firms, segment, officers in ((20, "week", 2), (1999, "week", 80), (2000, "month", 80)):
        raw = generate_region(RegionPlan(firms=firms, years=10))
        assert raw["time"]["segment"] == segment
        assert raw["agents"]["regulator"]["officers"] == officers
        assert raw["time"]["end"] == "2009-12"


def test_fed_plants_get_most_of_their_feed_from_outside() -> None:
    raw = generate_region(RegionPlan(firms=1, mix={"municipal_wwtw": 1}))
    process = Scenario.from_dict(raw).park.firms["f00001"].processes["main"]
    port = process.in_["sewage"]
    assert port.import_ is not None
    full = process.capacity.values[0].value * port.coefficient.values[0].value
    assert port.import_.values[0].value / full == pytest.approx(plants()["municipal_wwtw"].imported, rel=1e-3)


def test_work_of_loading_grows_with_plant_types_not_firms() -> None:
    park = Scenario.from_dict(generate_region(RegionPlan(firms=1500))).park
    ports = {
        id(port) for firm in park.firms.values() for p in firm.processes.values() for port in p.out.values()
    }
    streams = sum(len(p.out) for firm in park.firms.values() for p in firm.processes.values())
    written = sum(len(library.raw_archetype(name)["out"]) for name in plants())
    assert len(ports) <= written
    assert streams > 5 * len(ports)


@pytest.mark.slow
def test_fifteen_thousand_firms_load(tmp_path: Path) -> None:
    scenario = Scenario.load(new_region(tmp_path / "region", RegionPlan(firms=15_000)))
    assert len(scenario.park.firms) == 15_000
    assert used_resources(scenario._raw) == set(scenario.park.resources)


# --------------------------------------------------------------------------- mistakes
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"firms": 0}, "firms must be a whole number, from 1 to 99,999, found 0"),
        ({"firms": 100_000}, "found 100000"),
        ({"firms": 2.5}, "found 2.5"),
        ({"firms": 5, "seed": -1}, "seed must be a whole number, 0 or larger"),
        ({"firms": 5, "years": 0}, "years must be"),
        ({"firms": 5, "density": 0.0}, "density must be positive"),
        ({"firms": 5, "density": math.nan}, "density must be positive"),
        ({"firms": 5, "mix": {"brewry": 1}}, "unknown archetype or sector 'brewry'. Did you mean 'brewery'"),
        ({"firms": 5, "mix": {"brewery": -1}}, "must not be negative"),
        ({"firms": 5, "mix": {"brewery": 0}}, "at least one weight must be positive"),
        ({"firms": 5, "mix": {"automotive": 1, "car_assembly": 0}}, "sector 'automotive' has no plant"),
    ],
)
def test_a_wrong_plan_is_refused(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(DomainError, match=re.escape(says)):
        RegionPlan(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"firms": 0.0}, {"spread_km": -1.0}])
def test_wrong_clusters_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(DomainError, match="must be positive"):
        Clusters(**wrong)
