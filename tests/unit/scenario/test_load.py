"""What a scenario file means: shorthand, archetypes, changes, tables, sources, overrides, resolved form."""

from __future__ import annotations

import pickle
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from scenario_files import BASE, LIBRARY, PRICES, write

from ecopark.scenario import library
from ecopark.scenario.inherit import numbers_of
from ecopark.scenario.load import Scenario
from ecopark.scenario.types import Park, Port

MARK_OF_BASE = ("hand-made", "M")


@pytest.fixture
def demo(tmp_path: Path) -> Scenario:
    return Scenario.load(write(tmp_path, []), library=LIBRARY)


def load(
    folder: Path, edits: list[tuple[str, str]], files: dict[str, str | bytes] | None = None, **more: Any
) -> Park:
    return Scenario.load(write(folder, edits, files), library=LIBRARY, **more).park


def main_ports(park: Park, firm: str, direction: str) -> dict[str, Port]:
    process = park.firms[firm].processes["main"]
    return dict(process.in_ if direction == "in" else process.out)


# --------------------------------------------------------------------------- firms
def test_shorthand_on_the_firm_is_its_process_main(demo: Scenario) -> None:
    cement = demo.park.firms["cement"]
    assert list(cement.processes) == ["main"]
    # 100 kt/yr = 100 000 t / 365.25 d
    assert cement.processes["main"].capacity.at(date(1990, 1, 1)) == pytest.approx(100_000 / 365.25)


def test_activity_unit_follows_the_capacity(demo: Scenario) -> None:
    assert demo.park.firms["cement"].processes["main"].activity_unit == "t"


def test_a_port_carries_the_resource_it_is_named_after(demo: Scenario) -> None:
    assert main_ports(demo.park, "cement", "in")["clay"].resource == "clay"


def test_an_archetype_gives_streams_that_keep_their_source(demo: Scenario) -> None:
    coal = main_ports(demo.park, "plant", "in")["coal"].coefficient.values[0]
    assert (coal.value, coal.unit, coal.source, coal.mark) == (0.44, "t/MWh", "plant book", "S")
    cooling = main_ports(demo.park, "plant", "in")["cooling"]
    assert cooling.coefficient.values[0].source == "plant book"
    assert demo.park.firms["plant"].processes["main"].utilisation.values[0].source == "plant book"  # type: ignore[union-attr]


def test_own_numbers_over_an_archetype_do_not_take_its_source(tmp_path: Path) -> None:
    park = load(
        tmp_path, [("    out:\n", "    in: {coal: 0.5 t/MWh}\n    out:\n      ash: {storage: 100 t}\n")]
    )
    coal, ash = main_ports(park, "plant", "in")["coal"], main_ports(park, "plant", "out")["ash"]
    assert (coal.coefficient.values[0].source, coal.coefficient.values[0].mark) == MARK_OF_BASE
    assert coal.resource == "coal"
    assert ash.storage is not None
    assert (ash.storage.source, ash.storage.mark) == MARK_OF_BASE
    assert (ash.coefficient.values[0].source, ash.coefficient.values[0].mark) == ("ash book", "D")


def test_dropped_streams_are_gone(tmp_path: Path) -> None:
    park = load(tmp_path, [("    season: heating", "    drop: [cooling]")])
    assert list(main_ports(park, "plant", "in")) == ["coal"]
    assert "sea_water" not in park.resources


def test_set_makes_a_dated_step_with_its_own_source(demo: Scenario) -> None:
    path = main_ports(demo.park, "plant", "out")["ash"].coefficient
    assert path.at(date(1993, 5, 31)) == pytest.approx(0.035)
    assert path.at(date(1993, 6, 1)) == pytest.approx(0.030)
    assert [(q.source, q.mark) for q in path.values] == [("ash book", "D"), ("ash report", "S")]


def test_add_and_stop_date_a_port(tmp_path: Path) -> None:
    old = "      - {at: 1993-06, set: {out: {ash: 30 kg/MWh}}, source: ash report, mark: S}\n"
    new = (
        "      - {at: 1993-06, add: {in: {peat: 0.1 t/MWh}}, source: peat paper, mark: S}\n"
        "      - {at: 1996-02, stop: {in: [peat], out: [ash]}}\n"
        "      - {at: 1996-02, add: {out: {dry_ash: {resource: fly_ash, coefficient: 20 kg/MWh, grade: 0.9}}}}\n"
    )
    park = load(tmp_path, [(old, new)])
    peat = main_ports(park, "plant", "in")["peat"]
    assert (peat.from_, peat.until) == (date(1993, 6, 1), date(1996, 2, 1))
    assert peat.coefficient.values[0].source == "peat paper"
    out = main_ports(park, "plant", "out")
    assert (out["ash"].until, out["dry_ash"].from_, out["dry_ash"].resource) == (date(1996, 2, 1),) * 2 + (
        "fly_ash",
    )


def test_named_processes_and_changes_of_one_of_them(tmp_path: Path) -> None:
    old = "    capacity: 100 kt/yr\n    in:\n      clay: 0.3 t/t\n"
    new = (
        "    processes:\n      kiln: {capacity: 80 kt/yr, in: {clay: 0.3}}\n      mill: {capacity: 1 kt/yr}\n"
        "    changes: [{at: 1995-01, process: kiln, set: {in: {clay: 0.2}}}]\n"
    )
    park = load(tmp_path, [(old, new)])
    assert list(park.firms["cement"].processes) == ["kiln", "mill"]
    assert park.firms["cement"].processes["kiln"].in_["clay"].coefficient.at(date(1995, 1, 1)) == 0.2


# --------------------------------------------------------------------------- library
def test_only_what_is_used_of_the_library_stays(demo: Scenario) -> None:
    assert set(demo.park.resources) == {"coal", "fly_ash", "clay", "steam", "electricity", "sea_water"}
    assert set(demo.park.transport) == {"truck", "steam_pipe"}
    assert set(demo.park.pathways) == {"ash_for_clay"}


def test_resources_reached_only_through_a_recipe_stay(tmp_path: Path) -> None:
    clay, sand = "{virgin: {price: 1 EUR/t, recipe: {peat: 0.1}}}", "{name: Sand, kind: material, unit: t}"
    text = f"resources: {{define: {{clay: {clay}, sand: {sand}}}}}\n"
    park = load(tmp_path, [("layout:", text + "layout:")])
    assert "peat" in park.resources
    assert "sand" not in park.resources


def test_a_definition_is_merged_over_the_library(tmp_path: Path) -> None:
    text = "resources: {define: {coal: {virgin: {price: 60 EUR/t}}}}\n"
    coal = load(tmp_path, [("layout:", text + "layout:")]).resources["coal"]
    assert coal.name == "Coal"
    assert coal.virgin is not None
    assert coal.virgin.price is not None
    assert coal.virgin.emission is not None
    price, emission = coal.virgin.price.values[0], coal.virgin.emission.values[0]
    assert (price.value, price.source, price.mark) == (60, *MARK_OF_BASE)
    assert (emission.value, emission.source, emission.mark) == (2.4, "library book", "S")


def test_a_number_of_the_library_is_replaced_whole_by_a_series(tmp_path: Path) -> None:
    text = "resources: {define: {clay: {virgin: {price: {series: clay_price, times: 0.5}}}}}\n"
    clay = load(tmp_path, [("layout:", text + "layout:")]).resources["clay"]
    assert clay.virgin is not None
    assert clay.virgin.price is not None
    assert [q.value for q in clay.virgin.price.values] == [5.0, 6.0]
    assert clay.virgin.price.dates == (date(1990, 1, 1), date(1995, 6, 1))
    assert clay.virgin.price.values[0].source == "book"


def test_use_nothing_of_the_library(tmp_path: Path) -> None:
    text = "pathways: {use: []}\n"
    assert load(tmp_path, [("layout:", text + "layout:")]).pathways == {}


def test_transport_is_merged_field_by_field(tmp_path: Path) -> None:
    park = load(tmp_path, [("layout:", "transport: {truck: {handling: 3 EUR/t}}\nlayout:")])
    truck = park.transport["truck"]
    assert truck.handling is not None
    assert truck.variable is not None
    assert (truck.handling.values[0].value, truck.handling.values[0].source) == (3, "hand-made")
    assert (truck.variable.values[0].value, truck.variable.values[0].source) == (0.1, "library book")


# --------------------------------------------------------------------------- tables and money
def test_streams_table_adds_ports(tmp_path: Path) -> None:
    table = (
        "firm,process,direction,stream,resource,coefficient,unit,grade,role,from,until,source,mark\n"
        'cement,,in,peat_in,peat,0.2,t/t,,,1991-01,,"a book, page 3",S\n'
        "plant,main,out,hot,steam,0.1,MWh/MWh,90 degC,product,,,,\n"
    )
    park = load(tmp_path, [("policy:", "streams: streams.csv\npolicy:")], {"streams.csv": table})
    peat = main_ports(park, "cement", "in")["peat_in"]
    assert (peat.resource, peat.coefficient.values[0].value, peat.from_) == ("peat", 0.2, date(1991, 1, 1))
    assert (peat.coefficient.values[0].source, peat.coefficient.values[0].mark) == ("a book, page 3", "S")
    hot = main_ports(park, "plant", "out")["hot"]
    assert hot.role == "product"
    assert hot.grade is not None
    assert hot.grade.values[0].unit == "degC"


@pytest.mark.parametrize("form", ["file", "mapping"])
def test_nominal_money_is_brought_to_the_price_year(form: str, tmp_path: Path) -> None:
    written = "deflator.csv" if form == "file" else "{1987: 80, 1990: 90, 1995: 100}"
    edits = [
        ("rates: {DKK: 0.134}", f"rates: {{DKK: 0.134}}, deflator: {written}"),
        ("source: law, mark: S}", "source: law, mark: S, nominal: true}"),
    ]
    table = "year,index,source\n1987,80,x\n1990,90,x\n1995,100,x\n"
    tax = load(tmp_path, edits, {"deflator.csv": table}).policy.landfill_tax
    assert tax is not None
    # 40 DKK of 1987 at 0.134 EUR/DKK and 100/80; 130 DKK of 1990 at 100/90
    assert tax.at(date(1989, 1, 1)) == pytest.approx(40 * 0.134 * 100 / 80)
    assert tax.at(date(1990, 1, 1)) == pytest.approx(130 * 0.134 * 100 / 90)


def test_series_may_run_straight_between_dates(tmp_path: Path) -> None:
    rows = ["series,date,value,unit,interpolate", "clay_price,1990-01-01,10,EUR/t,linear"]
    table = "\n".join([*rows, "clay_price,1990-01-11,20,EUR/t,linear"])
    edits = [("layout:", "resources: {define: {clay: {virgin: {price: {series: clay_price}}}}}\nlayout:")]
    clay = load(tmp_path, edits, {"prices.csv": table}).resources["clay"]
    assert clay.virgin is not None
    assert clay.virgin.price is not None
    assert clay.virgin.price.at(date(1990, 1, 6)) == pytest.approx(15.0)


def test_record_is_read_with_its_columns(tmp_path: Path) -> None:
    table = "from_firm,to_firm,resource,start_year,confidence\nplant,cement,fly_ash,1992,S\n"
    park = load(tmp_path, [("policy:", "observed: {links: l.csv, until: 1993}\npolicy:")], {"l.csv": table})
    assert park.observed is not None
    assert park.observed.record == (
        {
            "from_firm": "plant",
            "to_firm": "cement",
            "resource": "fly_ash",
            "start_year": "1992",
            "confidence": "S",
        },
    )


# --------------------------------------------------------------------------- YAML
def test_includes_are_joined_and_each_file_is_read_once(tmp_path: Path) -> None:
    head, firms = BASE.split("firms:\n")
    plants, rest = firms.split("policy:\n")
    files: dict[str, str | bytes] = {
        "scenario.yaml": head + "include: [firms/*.yaml]\npolicy:\n" + rest,
        "firms/all.yaml": "include: more.yaml\nfirms:\n" + plants,
        "firms/more.yaml": "firms:\n  farm: {name: Farm, site: [11, 55]}\n",
    }
    park = load(tmp_path, [], files)
    assert list(park.firms) == ["plant", "cement", "farm"]


def test_anchors_and_merge_keys(tmp_path: Path) -> None:
    text = "  cement:\n    <<: &rest {sector: kiln, note: shared}\n"
    firms = "  mill: {<<: *rest, note: own, name: Mill, site: [11, 55]}\n"
    park = load(tmp_path, [("  cement:\n", text), ("policy:", firms + "policy:")])
    assert (park.firms["mill"].sector, park.firms["mill"].note) == ("kiln", "own")
    assert park.firms["cement"].note == "shared"


def test_words_that_older_yaml_turns_into_switches_stay_text(tmp_path: Path) -> None:
    park = load(tmp_path, [("    name: Cement works", "    name: NO")])
    assert park.firms["cement"].name == "NO"


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert load(tmp_path, [], {"prices.csv": b"\xef\xbb\xbf" + PRICES.encode()}).name == "Demo park"


# --------------------------------------------------------------------------- sources
def test_every_number_has_a_source_and_a_mark(demo: Scenario) -> None:
    numbers = list(demo.numbers())
    assert len(numbers) > 60
    assert [place for place, q in numbers if not q.source or q.mark not in ("S", "M", "D")] == []


def test_dotted_places_of_numbers(demo: Scenario) -> None:
    numbers = dict(demo.numbers())
    assert numbers["policy.landfill_tax.1990-01"].value == pytest.approx(130 * 0.134)
    assert numbers["policy.landfill_tax.1990-01"].source == "law"
    assert numbers["firms.plant.processes.main.in.coal.coefficient"].value == 0.44
    assert numbers["firms.cement.behaviour.payback"].source == "hand-made"
    assert numbers["firms.plant.behaviour.payback"].source == "model default"


def test_the_nearest_block_gives_the_source(tmp_path: Path) -> None:
    edits = [
        ("    name: Cement works\n", "    name: Cement works\n    source: of the firm\n"),
        (
            "      clay: 0.3 t/t\n",
            "      clay: {coefficient: 0.3, grade: {value: 0.5, source: own}, mark: D}\n",
        ),
    ]
    clay = main_ports(load(tmp_path, edits), "cement", "in")["clay"]
    assert (clay.coefficient.values[0].source, clay.coefficient.values[0].mark) == ("of the firm", "D")
    assert clay.grade is not None
    assert (clay.grade.values[0].source, clay.grade.values[0].mark) == ("own", "D")


def test_source_among_the_firms_holds_for_all_of_them(tmp_path: Path) -> None:
    park = load(tmp_path, [("firms:\n", "firms:\n  source: all firms\n")])
    assert main_ports(park, "cement", "in")["clay"].coefficient.values[0].source == "all firms"


# --------------------------------------------------------------------------- overrides and identity
@pytest.mark.parametrize(
    ("path", "text", "place", "value"),
    [
        ("policy.carbon_price", "100 DKK/t", "policy.carbon_price", 13.4),
        ("firms.plant.behaviour.payback", "4 yr", "firms.plant.behaviour.payback", 4 * 365.25),
        ("firms.cement.capacity", "1 t/day", "firms.cement.processes.main.capacity", 1.0),
        ("firms.cement.processes.main.capacity", "2 t/day", "firms.cement.processes.main.capacity", 2.0),
        ("firms.plant.out.ash.coefficient", "0.2", None, None),
        ("policy.landfill_tax.1990-01", "10 EUR/t", "policy.landfill_tax.1990-01", 10.0),
        ("policy.landfill_tax.1993-01", "11 EUR/t", "policy.landfill_tax.1993-01", 11.0),
        ("resources.coal.virgin.price", "70 EUR/t", "resources.coal.virgin.price", 70.0),
        ("resources.define.coal.virgin.price", "71 EUR/t", "resources.coal.virgin.price", 71.0),
        ("transport.truck.handling", "5 EUR/t", "transport.truck.handling", 5.0),
        ("pathways.ash_for_clay.max_share", "10 %", "pathways.ash_for_clay.max_share", 0.1),
        ("agents.regulator.permit_time.low", "90 d", "agents.regulator.permit_time.low", 90.0),
        ("agents.trust.initial", 0.6, "agents.trust.initial", 0.6),
    ],
)
def test_override_sets_one_number(
    path: str, text: Any, place: str | None, value: float | None, demo: Scenario
) -> None:
    if place is None:
        with pytest.raises(Exception, match="counted in t and activity in MWh"):
            demo.with_overrides({path: text})
        return
    before, after = dict(demo.numbers()), dict(demo.with_overrides({path: text}).numbers())
    assert after[place].value == pytest.approx(value)
    assert (after[place].source, after[place].mark) == ("set for this run", "M")
    changed = {k for k in before.keys() | after.keys() if before.get(k) != after.get(k)}
    assert changed == {place}


def test_override_of_a_switch_a_season_and_a_site(demo: Scenario) -> None:
    other = demo.with_overrides(
        {"mechanisms.trading": "false", "firms.plant.season": "flat", "firms.plant.site.0": 12}
    )
    assert other.park.mechanisms.trading is False
    assert other.park.firms["plant"].processes["main"].season == "flat"
    assert other.park.firms["plant"].site == (12.0, 55.66)
    assert demo.park.mechanisms.trading is True


def test_override_with_a_dated_path(demo: Scenario) -> None:
    other = demo.with_overrides({"policy.carbon_price": "{1990-01: 10 EUR/t, 1995-01: 20 EUR/t}"})
    assert other.park.policy.carbon_price is not None
    assert other.park.policy.carbon_price.at(date(1996, 1, 1)) == 20.0


def test_overrides_on_loading_and_afterwards_agree(tmp_path: Path, demo: Scenario) -> None:
    overrides = {"policy.carbon_price": "100 DKK/t"}
    loaded = Scenario.load(tmp_path / "park", overrides, library=LIBRARY)
    assert loaded.park == demo.with_overrides(overrides).park
    assert loaded.sha256 == demo.with_overrides(overrides).sha256


def test_hash_follows_content_and_overrides_not_the_folder(tmp_path: Path, demo: Scenario) -> None:
    same = Scenario.load(write(tmp_path / "elsewhere", []), library=LIBRARY)
    other = Scenario.load(
        write(tmp_path / "other", [], {"prices.csv": PRICES.replace("12", "13")}), library=LIBRARY
    )
    assert same.sha256 == demo.sha256
    assert (
        len({demo.sha256, other.sha256, demo.with_overrides({"policy.carbon_price": "1 EUR/t"}).sha256}) == 3
    )


def test_resolved_yaml_gives_the_same_park_without_the_library(tmp_path: Path, demo: Scenario) -> None:
    (tmp_path / "resolved.yaml").write_text(demo.to_yaml(), encoding="utf-8")
    again = Scenario.load(tmp_path / "resolved.yaml", library=None)
    assert again.park == demo.park
    assert again.to_yaml() == demo.to_yaml()
    assert again.name == "resolved"


def test_from_dict_equals_the_file(demo: Scenario) -> None:
    raw = yaml.safe_load(BASE.replace("series: prices.csv\n", ""))
    assert Scenario.from_dict(raw, "demo", library=LIBRARY).park == demo.park


def test_name_is_that_of_the_folder(demo: Scenario, tmp_path: Path) -> None:
    assert demo.name == "park"
    write(tmp_path / "x", [])
    (tmp_path / "x" / "park").rename(tmp_path / "x" / "Åben Park-2")
    assert Scenario.load(tmp_path / "x" / "Åben Park-2", library=LIBRARY).name == "ben_park_2"


def test_a_scenario_cannot_be_changed(demo: Scenario) -> None:
    with pytest.raises(Exception, match="frozen"):
        demo.park.firms["plant"].name = "other"  # type: ignore[misc]
    with pytest.raises(Exception, match="cannot assign"):
        demo.name = "other"  # type: ignore[misc]


def test_a_scenario_travels_between_processes(demo: Scenario) -> None:
    again = pickle.loads(pickle.dumps(demo))
    assert again.park == demo.park
    overrides = {"firms.plant.capacity": "5 MW"}
    assert again.with_overrides(overrides).park == demo.with_overrides(overrides).park


def test_every_shipped_archetype_loads_as_a_firm() -> None:
    """The whole library against the checks: names, units, signs and sources."""
    firms = {
        name: {
            "name": name,
            "site": [11, 55],
            "archetype": name,
            "capacity": f"100 {library.raw_archetype(name)['activity_unit']}/yr",
        }
        for name in library.archetype_names()
    }
    raw = {
        "name": "all",
        "source": "test",
        "mark": "M",
        "time": {"start": "1990-01", "end": "1991-12"},
        "currency": {"code": "EUR", "price_year": 2020, "rates": {"DKK": 0.134, "GBP": 1.15, "USD": 0.9}},
        "firms": firms,
    }
    scenario = Scenario.from_dict(raw, "all")
    assert len(scenario.park.firms) == 74
    assert [place for place, q in scenario.numbers() if not q.source or not q.mark] == []


def test_a_park_of_twenty_firms_loads_in_a_quarter_second(tmp_path: Path) -> None:
    firms = "".join(
        f"  f{i}:\n    name: Firm {i}\n    site: [11, 55]\n    capacity: {i + 1} MW\n"
        "    archetype: coal_power_station\n"
        f"    out:\n      heat: {{resource: steam, coefficient: 0.{i + 10}, on_demand: true, grade: 250 degC}}\n"
        for i in range(40)
    )
    park = write(tmp_path, [("policy:", firms + "policy:")])
    seconds = []
    for _ in range(3):
        begin = time.perf_counter()
        scenario = Scenario.load(park, library=LIBRARY)
        seconds.append(time.perf_counter() - begin)
    assert sum(1 for _ in numbers_of(scenario.park)) > 300
    assert min(seconds) < 0.25
