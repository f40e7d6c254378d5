"""Firms in a table: the same as firms in YAML, merged with them, faulted by file, line and column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from scenario_files import LIBRARY, problems_of

from ecopark.errors import ScenarioError
from ecopark.scenario import Scenario

FRAME = """\
name: Table park
time: {start: 1990-01, end: 1999-12}
currency: {code: EUR, price_year: 1995, rates: {DKK: 0.134}}
layout: {crs: lonlat}
"""
TABLE = """\
firm,archetype,x,y,capacity,unit,name,sector,utilisation,opens,payback,attention,source,mark
plant,coal_power_station,11.08,55.66,100,MW,Power plant,energy,60 %,1991-06,4 yr,3,own survey,S
second,coal_power_station,11.1,55.6,40 MW,,,,,,,,,
"""
YAML = """\
firms:
  plant:
    name: Power plant
    sector: energy
    site: [11.08, 55.66]
    opens: 1991-06
    archetype: coal_power_station
    capacity: {value: 100 MW, source: own survey, mark: S}
    utilisation: {value: 60 %, source: own survey, mark: S}
    behaviour: {payback: 4 yr, attention: 3, source: own survey, mark: S}
  second:
    name: Second
    site: [11.1, 55.6]
    archetype: coal_power_station
    capacity: 40 MW
"""


def load(folder: Path, main: str, table: str | None = TABLE, *, name: str = "park") -> Scenario:
    return Scenario.load(write(folder, main, table, name=name), library=LIBRARY)


def write(folder: Path, main: str, table: str | None = TABLE, *, name: str = "park") -> Path:
    park = folder / name
    park.mkdir()
    (park / "scenario.yaml").write_text(FRAME + main, encoding="utf-8")
    if table is not None:
        (park / "firms.csv").write_text(table, encoding="utf-8")
    return park


def test_a_table_and_yaml_give_the_same_park(tmp_path: Path) -> None:
    by_table = load(tmp_path, "firm_table: firms.csv\n", name="table")
    by_yaml = load(tmp_path, YAML, None, name="yaml")
    assert _without_blocks(by_table) == _without_blocks(by_yaml)
    capacity = by_table.park.firms["plant"].processes["main"].capacity.values[0]
    assert (capacity.value, capacity.unit, capacity.source, capacity.mark) == (
        2400,
        "MWh/day",
        "own survey",
        "S",
    )


def test_archetype_numbers_keep_the_source_of_the_library(tmp_path: Path) -> None:
    plant = load(tmp_path, "firm_table: firms.csv\n").park.firms["plant"].processes["main"]
    assert plant.out["ash"].coefficient.values[0].source == "ash book"
    assert plant.in_["cooling"].coefficient.values[0].source == "plant book"


def test_yaml_wins_and_each_number_keeps_its_own_source(tmp_path: Path) -> None:
    more = """\
firm_table: firms.csv
firms:
  plant:
    capacity: {1992-01: 120 MW}
    out: {ash: 30 kg/MWh}
    source: letter of the owner
    mark: D
  other:
    name: Other
    site: [11.2, 55.7]
    archetype: coal_power_station
    capacity: 1 MW
"""
    park = load(tmp_path, more).park
    assert list(park.firms) == ["plant", "second", "other"]
    plant = park.firms["plant"].processes["main"]
    assert [q.value for q in plant.capacity.values] == [2880]
    assert plant.capacity.values[0].source == "letter of the owner"
    assert plant.utilisation is not None
    assert (plant.utilisation.values[0].source, plant.utilisation.values[0].mark) == ("own survey", "S")
    assert park.firms["plant"].behaviour.payback.source == "own survey"
    ash = plant.out["ash"].coefficient.values[0]
    assert (ash.value, ash.source) == (0.03, "letter of the owner")
    # The archetype that the second firm shares is untouched by what the first changed.
    assert park.firms["second"].processes["main"].out["ash"].coefficient.values[0].value == 0.035


def test_changes_and_overrides_touch_one_firm_of_many(tmp_path: Path) -> None:
    main = "firm_table: firms.csv\nfirms:\n  plant:\n    changes:\n"
    main += "      - {at: 1995-01, set: {out: {ash: 10 kg/MWh}}, stop: {in: [cooling]}}\n"
    scenario = load(tmp_path, main)
    changed = scenario.with_overrides({"firms.second.out.ash.coefficient": "50 kg/MWh"})

    def ash(which: Scenario, firm: str) -> list[float]:
        return [q.value for q in which.park.firms[firm].processes["main"].out["ash"].coefficient.values]

    assert ash(scenario, "plant") == ash(changed, "plant") == [0.035, 0.01]
    assert (ash(scenario, "second"), ash(changed, "second")) == ([0.035], [0.05])
    assert scenario.park.firms["second"].processes["main"].in_["cooling"].until is None
    assert ash(scenario.with_overrides({}), "second") == [0.035]


def test_several_processes_and_streams_from_tables(tmp_path: Path) -> None:
    table = "firm,x,y,capacity,unit,process,archetype\n"
    table += "works,1,2,10,MW,,coal_power_station\nworks,1,2,5,kt/yr,kiln,\n"
    park = write(tmp_path, "firm_table: firms.csv\nstreams: streams.csv\n", table)
    (park / "streams.csv").write_text(
        "firm,process,direction,stream,coefficient,unit\nworks,kiln,in,clay,0.3,t/t\n", encoding="utf-8"
    )
    works = Scenario.load(park, library=LIBRARY).park.firms["works"]
    assert list(works.processes) == ["main", "kiln"]
    assert works.name == "Works"
    assert works.processes["kiln"].activity_unit == "t"
    assert works.processes["kiln"].in_["clay"].coefficient.values[0].value == 0.3


def test_a_source_over_the_firms_holds_for_rows_without_one(tmp_path: Path) -> None:
    scenario = load(tmp_path, "firm_table: firms.csv\nfirms: {source: census, mark: D}\n")
    first, second = (
        scenario.park.firms[name].processes["main"].capacity.values[0] for name in ("plant", "second")
    )
    assert (first.source, second.source, second.mark) == ("own survey", "census", "D")


def test_import_feeds_the_archetype(tmp_path: Path) -> None:
    table = "firm,archetype,x,y,capacity,unit,import\nsorter,mrf,1,2,60,kt/yr,36 kt/yr\n"
    park = write(tmp_path, "firm_table: firms.csv\n", table)
    text = (park / "scenario.yaml").read_text(encoding="utf-8").replace("{DKK: 0.134}", "{GBP: 1.2}")
    (park / "scenario.yaml").write_text(text, encoding="utf-8")
    port = Scenario.load(park).park.firms["sorter"].processes["main"].in_["recyclables"]
    assert port.feed
    assert port.import_ is not None
    assert port.import_.values[0].value == pytest.approx(36_000 / 365.25)


def test_firms_that_take_an_archetype_as_it_is_share_it(tmp_path: Path) -> None:
    rows = [f"f{i},coal_power_station,{i},1,10,MW" for i in range(50)]
    park = load(
        tmp_path, "firm_table: firms.csv\n", "firm,archetype,x,y,capacity,unit\n" + "\n".join(rows)
    ).park
    assert len({id(firm.processes["main"].in_) for firm in park.firms.values()}) == 1
    assert len({id(firm.processes["main"]) for firm in park.firms.values()}) == 50


@dataclass(frozen=True)
class Case:
    """A table with one mistake: what the message says, and in which line."""

    id: str
    rows: str
    says: str
    line: int
    header: str = (
        "firm,archetype,x,y,capacity,unit,name,utilisation,opens,closes,payback,attention,import,process"
    )


CASES = [
    Case("x", "a,,east,2,1,kt/yr,,,,,,,,", "column x: expected a number", 2),
    Case("nan", "a,,1,nan,1,kt/yr,,,,,,,,", "column y: expected a number", 2),
    Case("longitude", "a,,500,2,1,kt/yr,,,,,,,,", "column x (firms.a.site.0): longitude must lie", 2),
    Case(
        "archetype",
        "a,coal_power_staton,1,2,1,MW,,,,,,,,",
        "column archetype (firms.a.processes.main.archetype): "
        "unknown archetype 'coal_power_staton'. Did you mean 'coal_power_station'",
        2,
    ),
    Case(
        "capacity",
        "a,,1,2,1,kt,,,,,,,,",
        "column capacity (firms.a.capacity): expected a quantity per time",
        2,
    ),
    Case(
        "dimension",
        "a,coal_power_station,1,2,1,kt/yr,,,,,,,,",
        "column capacity (firms.a.capacity): expected MWh/yr",
        2,
    ),
    Case("unit", "a,,1,2,1,ktt/yr,,,,,,,,", "unknown unit 'ktt' in 'ktt/yr'. Did you mean 'kt'", 2),
    Case("negative", "a,,1,2,-1,kt/yr,,,,,,,,", "must not be negative", 2),
    Case(
        "utilisation",
        "a,,1,2,1,kt/yr,,2,,,,,,",
        "column utilisation (firms.a.utilisation): must be between 0 and 1",
        2,
    ),
    Case("opens", "a,,1,2,1,kt/yr,,,soon,,,,,", "column opens (firms.a.opens): expected a date", 2),
    Case(
        "closes",
        "a,,1,2,1,kt/yr,,,1995,1994,,,,",
        "column closes (firms.a.closes): closes 1994-01, not after",
        2,
    ),
    Case(
        "payback",
        "a,,1,2,1,kt/yr,,,,,4 t,,,",
        "column payback (firms.a.behaviour.payback): expected a quantity in time",
        2,
    ),
    Case(
        "attention",
        "a,,1,2,1,kt/yr,,,,,,1.5,,",
        "column attention (firms.a.behaviour.attention): expected a whole number",
        2,
    ),
    Case(
        "import",
        "a,coal_power_station,1,2,1,MW,,,,,,,1 t/yr,",
        "column import: needs an archetype with one stream",
        2,
    ),
    Case("name", "Big Works,,1,2,1,kt/yr,,,,,,,,", "expected a name of lower case letters", 2),
    Case(
        "twice",
        "a,,1,2,1,kt/yr,,,,,,,,\na,,1,2,1,kt/yr,,,,,,,,",
        "process 'main' of firm 'a' stands already in line 2",
        3,
    ),
    Case(
        "moved", "a,,1,2,1,kt/yr,,,,,,,,\na,,1,3,1,kt/yr,,,,,,,,kiln", "column y: '3' differs from line 2", 3
    ),
    Case("empty", "a,,1,,1,kt/yr,,,,,,,,", "column y: is empty", 2),
    Case("cells", "a,,1,2,1", "has 5 cells where the header has 14", 2),
    Case(
        "column",
        "a,1,2,3 MW,4",
        "column capasity: unknown column. Did you mean 'capacity'",
        1,
        "firm,x,y,capacity,capasity",
    ),
    Case("missing", "a,1,2", "column capacity is missing from the header", 1, "firm,x,y"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_mistake_is_named_with_file_line_and_column(case: Case, tmp_path: Path) -> None:
    park = write(tmp_path, "firm_table: firms.csv\nfirms: {}\n", f"{case.header}\n{case.rows}\n")
    (problem,) = problems_of(park)
    assert case.says in str(problem)
    assert (Path(problem.file).name, problem.line) == ("firms.csv", case.line)


def test_every_firm_is_told_of_a_mistake_it_shares(tmp_path: Path) -> None:
    broken = dict(LIBRARY.archetypes.raw("coal_power_station"))
    broken["out"] = {**broken["out"], "ash": {**broken["out"]["ash"], "coefficient": "3 m3/MWh"}}
    library = type(LIBRARY)(
        LIBRARY.resources,
        LIBRARY.transport,
        LIBRARY.pathways,
        type(LIBRARY.archetypes)(("coal_power_station",), {"coal_power_station": broken}.__getitem__),
    )
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(write(tmp_path, "firm_table: firms.csv\n"), library=library)
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {"firms.plant.out.ash.coefficient", "firms.second.out.ash.coefficient"}


def test_a_table_needs_files() -> None:
    raw = {"name": "x", "time": {"start": 1990, "end": 1991}, "currency": {"code": "EUR", "price_year": 1995}}
    with pytest.raises(ScenarioError, match="tables need a scenario in files"):
        Scenario.from_dict({**raw, "firm_table": "firms.csv", "firms": {}}, library=LIBRARY)


def test_a_missing_table_is_reported_where_it_is_named(tmp_path: Path) -> None:
    (problem,) = problems_of(write(tmp_path, "firm_table: plants.csv\n"))
    assert problem.field == "firm_table"
    assert problem.line == 5
    assert "there is no file" in problem.message


def _without_blocks(scenario: Scenario) -> dict[str, object]:
    """Numbers with their sources and everything else that decides; not which block said so."""
    firms = scenario.park.firms
    facts = {n: (f.name, f.sector, f.site, f.opens, f.behaviour.attention) for n, f in firms.items()}
    return {"facts": facts, "numbers": list(scenario.numbers())}
