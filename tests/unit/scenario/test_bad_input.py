"""Every mistake a user can make gives one clear message, with file and line, and all of them at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from scenario_files import BASE, LIBRARY, marked_lines, problems_of, write

from ecopark.errors import ScenarioError
from ecopark.scenario.load import Scenario


@dataclass
class Case:
    """A scenario with mistakes and what its messages must contain."""

    name: str
    edits: list[tuple[str, str]]
    says: list[str]
    files: dict[str, str | bytes] = field(default_factory=dict)
    lines: bool = True


CEMENT = "    capacity: 100 kt/yr\n"
CLAY = "      clay: 0.3 t/t\n"
HEAT = "{resource: steam, coefficient: 0.5, on_demand: true, grade: 250 degC, burden: {electricity: 0.2}}"
TIME = "time: {start: 1990-01, end: 1999-12}"
CURRENCY = "currency: {code: EUR, price_year: 1995, rates: {DKK: 0.134}}"
CHANGE = "{at: 1993-06, set: {out: {ash: 30 kg/MWh}}, source: ash report, mark: S}"
TAX = "{1987-01: 40 DKK/t, 1990-01: 130 DKK/t, source: law, mark: S}"
SITE = "    site: [11.18, 55.66]\n"
PAYBACK = "    behaviour: {payback: 6 yr, attention: 2}\n"


def change(text: str) -> list[tuple[str, str]]:
    """Edit that replaces the plant's change."""
    return [(CHANGE, text + " #!")]


def define(text: str) -> list[tuple[str, str]]:
    """Edit that defines resources of the user's own."""
    return [("layout:", f"resources:\n  define:\n{text}\nlayout:")]


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)
)

CASES = [
    # units
    Case("wrong_dimension_of_capacity", [(CEMENT, "    capacity: 100 kt #!\n")], ["per time"]),
    Case(
        "misspelt_unit",
        [(CEMENT, "    capacity: 100 ktt/yr #!\n")],
        ["unknown unit 'ktt'", "Did you mean 'kt'"],
    ),
    Case("unit_left_out", [(CEMENT, "    capacity: 100 #!\n")], ["per time such as '80 kt/yr'"]),
    Case("no_number", [(CEMENT, "    capacity: plenty #!\n")], ["number with its unit", "'plenty'"]),
    Case("nan", [(CEMENT, "    capacity: .nan #!\n")], ["not a finite number"]),
    Case("infinite", [(CEMENT, "    capacity: .inf #!\n")], ["not a finite number"]),
    Case("overflow", [(CEMENT, "    capacity: 1e999 kt/yr #!\n")], ["not a finite number"]),
    Case("negative_capacity", [(CEMENT, "    capacity: -100 kt/yr #!\n")], ["must not be negative"]),
    Case("negative_coefficient", [(CLAY, "      clay: -0.3 t/t #!\n")], ["must not be negative, found -0.3"]),
    Case(
        "negative_dated_capacity",
        [("{1991-01: 100 MW, 1995: 200 MW}", "\n      1991-01: 100 MW\n      1995-01: -200 MW #!")],
        ["must not be negative"],
    ),
    Case(
        "coefficient_in_wrong_unit",
        [(CLAY, "      clay: 0.3 MWh/t #!\n")],
        ["clay (material) is counted in t"],
    ),
    Case(
        "heat_port_in_tonnes",
        [("coefficient: 0.5,", "coefficient: 0.5 t/MWh,"), ("0.2}}", "0.2}} #!")],
        ["steam (heat) is counted in MWh", "such as '12 MWh/MWh'", "'0.5 t/MWh'"],
    ),
    Case(
        "heat_resource_in_tonnes",
        define("    hot_air: {name: Hot air, kind: heat, unit: t, grade: temperature} #!"),
        ["heat is counted in MWh, found t; write 'unit: MWh'"],
    ),
    Case(
        "price_without_unit",
        define("    clay: {virgin: {price: 12}} #!"),
        ["expected EUR/t, such as '12 EUR/t', found 12"],
    ),
    Case(
        "price_of_other_unit",
        define("    clay: {virgin: {price: 12 EUR/MWh}} #!"),
        ["expected EUR/t", "EUR/MWh"],
    ),
    Case(
        "currency_without_rate",
        [(TAX, "{1987-01: 40 SEK/t} #!")],
        ["prices in SEK need its value in EUR", "add 'SEK: ...'"],
    ),
    Case("tax_per_energy", [(TAX, "40 DKK/MWh #!")], ["expected EUR/t"]),
    Case(
        "mixed_units_in_path", [(TAX, "{1987-01: 40 DKK/t, 1990-01: 130 DKK/m3} #!")], ["one unit", "EUR/m3"]
    ),
    Case(
        "grade_without_degrees",
        [("grade: 250 degC", "grade: 250"), ("0.2}}", "0.2}} #!")],
        ["degC", "temperature"],
    ),
    Case(
        "heat_without_grade", [(" grade: 250 degC,", ""), ("0.2}}", "0.2}} #!")], ["heat needs a temperature"]
    ),
    Case(
        "water_class_out_of_range",
        [("    season: heating", "    in: {cooling: {grade: 7}} #!")],
        ["water quality class must lie between 0 and 5, found 7"],
    ),
    Case(
        "transport_of_two_units",
        define("    clay: {transport: [steam_pipe]} #!"),
        ["'steam_pipe' carries MWh, but clay is counted in t"],
    ),
    Case(
        "zero_lifetime",
        [("layout:", "transport: {truck: {lifetime: 0 yr}} #!\nlayout:")],
        ["must be positive"],
    ),
    Case(
        "share_above_one",
        [("    season: heating", "    utilisation: 1.5 #!")],
        ["between 0 and 1", "found 1.5"],
    ),
    Case(
        "time_for_money", [(PAYBACK, "    behaviour: {payback: 6 EUR} #!\n")], ["time such as", "found 6 EUR"]
    ),
    Case("bad_mark", [(CEMENT, "    capacity: {value: 100 kt/yr, mark: X} #!\n")], ["mark must be S (seen)"]),
    Case(
        "pathway_capital",
        [("layout:", "pathways: {ash_for_clay: {capital: 5 EUR/t}} #!\nlayout:")],
        ["EUR/(t/day)"],
    ),
    # fields
    Case(
        "unknown_field",
        [(PAYBACK, "    behaviour: {paybak: 6 yr} #!\n")],
        ["unknown field 'paybak'", "'payback'"],
    ),
    Case(
        "unknown_firm_field",
        [(CEMENT, CEMENT + "    capcity: 1 t/yr #!\n")],
        ["'capcity'", "Did you mean 'capacity'"],
    ),
    Case(
        "unknown_top_field",
        [("policy:", "polcy: 1 #!\npolicy:")],
        ["unknown field 'polcy'", "Did you mean 'policy'"],
    ),
    Case(
        "unknown_port_field",
        [("burden: {elec", "burdn: {elec"), ("0.2}}", "0.2}} #!")],
        ["Did you mean 'burden'"],
    ),
    Case(
        "missing_capacity",
        [("  cement:\n", "  cement: #!\n"), (CEMENT, "")],
        ["is missing", "capacity: 80 kt/yr"],
    ),
    Case(
        "missing_name", [("name: Demo park\n", "description: none #!\n")], ["is missing", "name: Kalundborg"]
    ),
    Case(
        "missing_site",
        [("  cement:\n", "  cement: #!\n"), (SITE, "")],
        ["is missing", "site: [11.08, 55.66]"],
    ),
    Case("site_of_three", [(SITE, "    site: [11.1, 55.6, 3] #!\n")], ["expected 2 entries, found 3"]),
    Case("site_of_text", [(SITE, "    site: [east, 55.6] #!\n")], ["expected a number, found 'east'"]),
    Case(
        "latitude_95",
        [(SITE, "    site: [11.18, 95] #!\n")],
        ["latitude must lie between -90 and 90, found 95"],
    ),
    Case("longitude_200", [(SITE, "    site: [200, 55] #!\n")], ["longitude must lie between -180 and 180"]),
    Case(
        "firm_is_text",
        [("policy:", "  mill: a paper mill #!\npolicy:")],
        ["expected a block of fields, found 'a paper"],
    ),
    Case(
        "attention_is_text",
        [(PAYBACK, "    behaviour: {attention: two} #!\n")],
        ["expected a whole number, found 'two'"],
    ),
    Case(
        "attention_is_zero",
        [(PAYBACK, "    behaviour: {attention: 0} #!\n")],
        ["must be at least 1, found 0"],
    ),
    Case(
        "switch_is_text",
        [("policy:", "mechanisms: {trading: maybe} #!\npolicy:")],
        ["expected true or false, found 'maybe'"],
    ),
    Case(
        "bad_choice",
        [("crs: lonlat", "crs: lonlt"), ("detour: 1.3}", "detour: 1.3} #!")],
        ["Did you mean 'lonlat'"],
    ),
    Case(
        "bad_entry_name", [("  cement:\n", "  Cement-Works: #!\n")], ["lower case letters", "'Cement-Works'"]
    ),
    Case(
        "bad_season",
        [("season: heating", "season: heatng #!")],
        ["unknown season 'heatng'", "Did you mean 'heating'"],
    ),
    Case("season_of_eleven", [("season: heating", f"season: {[1] * 11} #!")], ["twelve numbers", "found 11"]),
    Case("season_of_zeros", [("season: heating", f"season: {[0] * 12} #!")], ["must not all be zero"]),
    # names
    Case(
        "unknown_archetype",
        [("coal_power_station", "coal_power_sation #!")],
        ["Did you mean 'coal_power_station'"],
    ),
    Case(
        "unknown_resource",
        [(CLAY, "      clai: 0.3 t/t #!\n")],
        ["unknown resource 'clai'", "Did you mean 'clay'"],
    ),
    Case(
        "unknown_burden",
        [("{electricity: 0.2}", "{electrcity: 0.2}"), ("0.2}}", "0.2}} #!")],
        ["'electricity'"],
    ),
    Case(
        "unknown_transport",
        define("    clay: {transport: [trck]} #!"),
        ["unknown transport mode 'trck'", "'truck'"],
    ),
    Case(
        "unknown_pathway_end",
        [("layout:", "pathways: {mine: {giver: fly_ahs, taker: clay}} #!\nlayout:")],
        ["unknown resource 'fly_ahs'", "Did you mean 'fly_ash'"],
    ),
    Case("unknown_recipe", define("    clay: {virgin: {recipe: {watr: 1}}} #!"), ["unknown resource 'watr'"]),
    Case(
        "unknown_tie",
        [("policy:", "agents: {ties: [[plant, cemnt]]} #!\npolicy:")],
        ["unknown firm 'cemnt'", "'cement'"],
    ),
    Case("tie_with_itself", [("policy:", "agents: {ties: [[plant, plant]]} #!\npolicy:")], ["with itself"]),
    Case(
        "unknown_drop",
        [("    season: heating", "    drop: [ahs] #!")],
        ["no stream 'ahs'", "Did you mean 'ash'"],
    ),
    Case("unknown_series", [(TAX, "{series: taks} #!")], ["unknown series 'taks'"]),
    Case(
        "unknown_library", [("layout:", "resources: {use: [libary]} #!\nlayout:")], ["'libary'"], lines=False
    ),
    Case(
        "resource_beside_define",
        [("layout:", "resources: {gravel: {unit: t}} #!\nlayout:")],
        ["write own resources"],
    ),
    # dates
    Case("month_13", [("opens: 1991-01", "opens: 1991-13 #!")], ["'1991-13' is no date"]),
    Case(
        "no_date",
        [("opens: 1991-01", "opens: spring #!")],
        ["expected a date such as 1959-06, found 'spring'"],
    ),
    Case("month_13_in_path", [(TAX, "{1987-13: 40 DKK/t} #!")], ["'1987-13' is no date"]),
    Case("date_twice", [(TAX, "{1987-01: 4 DKK/t, 1987: 5 DKK/t} #!")], ["date 1987 stands twice"]),
    Case(
        "end_before_start",
        [(TIME, "time: {start: 1990-01, end: 1989-12} #!")],
        ["end 1989-12 lies before start 1990-01"],
    ),
    Case(
        "capacity_before_opening",
        [("{1991-01: 100 MW, 1995: 200 MW}", "{1989-01: 100 MW, 1995: 200 MW} #!")],
        ["date 1989-01 lies before the opening (1991-01)"],
    ),
    Case(
        "change_before_opening",
        change("{at: 1985-06, set: {out: {ash: 30 kg/MWh}}}"),
        ["1985-06 lies before the opening"],
    ),
    Case(
        "port_before_opening",
        [("coefficient: 0.5,", "coefficient: 0.5, from: 1980-01,"), ("0.2}}", "0.2}} #!")],
        ["date 1980-01 lies before the opening of the process (1991-01)"],
    ),
    Case(
        "closes_before_opening",
        [("opens: 1991-01", "opens: 1991-01\n    closes: 1990-01 #!")],
        ["not after it opens"],
        lines=False,
    ),
    Case(
        "process_outlives_firm",
        [
            (
                CEMENT + "    in:\n" + CLAY,
                "    closes: 1995-01\n    processes:\n      kiln: {capacity: 1 kt/yr, closes: 1996-01} #!\n",
            ),
        ],
        ["lies after the closing of the firm (1995-01)"],
    ),
    # changes
    Case(
        "change_unknown_stream",
        change("{at: 1993-06, set: {out: {ahs: 30 kg/MWh}}}"),
        ["no stream 'ahs'", "'ash'"],
    ),
    Case(
        "change_unknown_process",
        change("{at: 1993-06, process: boiler, stop: {out: [ash]}}"),
        ["unknown process 'boiler'"],
    ),
    Case(
        "change_unknown_field",
        change("{at: 1993-06, sett: {out: {ash: 30 kg/MWh}}}"),
        ["unknown field 'sett'", "'set'"],
    ),
    Case("change_adds_existing", change("{at: 1993-06, add: {out: {ash: 30 kg/MWh}}}"), ["exists already"]),
    Case("change_without_date", change("{stop: {out: [ash]}}"), ["expected a change with 'at'"]),
    # ports
    Case(
        "scheduled_with_feed",
        [(CLAY, "      clay: {coefficient: 0.3, feed: true} #!\n")],
        ["only a process with 'drive: feed'"],
    ),
    Case(
        "feed_without_feed",
        [(CEMENT, CEMENT + "    drive: feed #!\n")],
        ["needs an in-port with 'feed: true'"],
    ),
    Case("no_virgin", [(CLAY, "      fly_ash: 0.3 t/t #!\n")], ["fly_ash has no virgin supply"]),
    Case("no_disposal", [(CLAY, CLAY + "    out: {clay: 0.1} #!\n")], ["clay has no disposal route"]),
    Case(
        "disposal_on_need",
        [(CLAY, "      clay: {coefficient: 0.3, disposal: {route: landfill}} #!\n")],
        ["belongs to an out-port"],
    ),
    Case(
        "shorthand_beside_main",
        [
            ("    season: heating", "    season: heating\n    processes: {main: {capacity: 1 MW}}"),
            ("archetype: coal_power_station", "archetype: coal_power_station #!"),
        ],
        ["season", "belong to its process 'main'"],
    ),
    # currency
    Case(
        "currency_code",
        [(CURRENCY, "currency: {code: euro, price_year: 1995} #!")],
        ["three capital letters", "'euro'"],
    ),
    Case("currency_missing", [(CURRENCY + "\n", "")], ["is missing", "currency: {code: DKK"], lines=False),
    Case("negative_rate", [("DKK: 0.134}}", "DKK: -1}} #!")], ["must be more than 0"]),
    Case(
        "nominal_without_deflator",
        [(TAX, "{1987-01: 40 DKK/t, nominal: true} #!")],
        ["needs currency.deflator"],
    ),
    # YAML
    Case(
        "duplicate_key",
        [(CEMENT, CEMENT + "    capacity: 5 kt/yr #!\n")],
        ["stands twice in one block; the first is in line"],
    ),
    Case("tab", [(CEMENT, "\tcapacity: 100 kt/yr #!\n")], ["tab"]),
    Case(
        "open_bracket",
        [(SITE, "    site: [11.18, 55.66\n"), ("    capacity: 100 kt/yr\n", "    capacity: 100 kt/yr #!\n")],
        ["YAML syntax"],
    ),
    Case(
        "python_tag",
        [(CEMENT, "    capacity: !!python/object/apply:os.system ['echo'] #!\n")],
        ["tag"],
        lines=False,
    ),
    Case("custom_tag", [("name: Demo park", "name: !secret Demo park #!")], ["tag !secret is not read"]),
    Case("second_document", [("policy:", "--- #!\npolicy:")], ["a second document begins here"]),
    Case(
        "list_at_top",
        [],
        ["expected fields such as 'name: ...' at the top, found a list"],
        {"scenario.yaml": "- a #!\n"},
    ),
    Case("empty_file", [], ["is empty"], {"scenario.yaml": "# nothing\n"}, lines=False),
    Case(
        "exploding_anchors", [], ["expand to more than 200,000"], {"scenario.yaml": BASE + BOMB}, lines=False
    ),
    Case("anchor_in_itself", [("policy:", "extra: &x [*x] #!\npolicy:")], ["anchor &x contains itself"]),
    Case("alias_without_anchor", [("policy:", "extra: *nobody #!\npolicy:")], ["nobody"]),
    Case("deep_nesting", [("policy:", f"extra: {'[' * 5000}{']' * 5000} #!\npolicy:")], ["64 levels deep"]),
    Case(
        "list_as_key", [("policy:", "? [a, b]\n: 1\npolicy:")], ["field name must be plain text"], lines=False
    ),
    # files
    Case("binary_file", [], ["is a binary file"], {"scenario.yaml": b"\x89PNG\r\n\0\0\0"}, lines=False),
    Case(
        "latin_1",
        [],
        ["is not UTF-8 text", "line 2"],
        {"scenario.yaml": b"name: x\n# Asn\xe6s\n"},
        lines=False,
    ),
    Case(
        "missing_include",
        [("policy:", "include: [plants.yaml] #!\npolicy:")],
        ["there is no file", "plants.yaml"],
    ),
    Case(
        "include_outside",
        [("policy:", "include: ../../etc/passwd #!\npolicy:")],
        ["outside the scenario folder"],
    ),
    Case(
        "include_absolute",
        [("policy:", "include: /etc/hostname #!\npolicy:")],
        ["outside the scenario folder"],
    ),
    Case(
        "include_folder",
        [("policy:", "include: [sub]\npolicy:")],
        ["is a folder"],
        {"sub/x.txt": "x"},
        lines=False,
    ),
    Case(
        "include_number", [("policy:", "include: [3] #!\npolicy:")], ["expected the name of a file, found 3"]
    ),
    Case("include_no_match", [("policy:", "include: firms/*.yaml #!\npolicy:")], ["no file matches"]),
    Case(
        "circular_include",
        [("policy:", "include: [a.yaml]\npolicy:")],
        ["in a circle", "scenario.yaml", "b.yaml"],
        {"a.yaml": "include: b.yaml\n", "b.yaml": "include: scenario.yaml #!\n"},
    ),
    Case(
        "given_in_two_files",
        [("policy:", "include: [a.yaml]\npolicy:")],
        ["is given here and in", "scenario.yaml:10"],
        {"a.yaml": "firms:\n  plant:\n    name: Other #!\n"},
    ),
    Case(
        "syntax_in_include",
        [("policy:", "include: [a.yaml]\npolicy:")],
        ["YAML syntax"],
        {"a.yaml": "x: ]  #!\n"},
    ),
    # tables
    Case(
        "missing_table", [("series: prices.csv", "series: prises.csv #!")], ["there is no file", "prises.csv"]
    ),
    Case(
        "table_header",
        [],
        ["column date is missing"],
        {"prices.csv": "series,dat,value,unit WRONG\nclay_price,1990,10,EUR/t\n"},
    ),
    Case("table_semicolons", [], ["not semicolons"], {"prices.csv": "series;date;value;unit;WRONG\n"}),
    Case(
        "table_unit",
        [],
        ["unknown unit 'tt'", "series.clay_price"],
        {
            "prices.csv": "series,date,value,unit,source\nclay_price,1990,10,EUR/t,\nclay_price,1995,12,EUR/tt,WRONG\n"
        },
    ),
    Case(
        "table_month",
        [],
        ["'1995-13' is no date"],
        {"prices.csv": "series,date,value,unit,source\nclay_price,1995-13,12,EUR/t,WRONG\n"},
    ),
    Case(
        "table_cells",
        [],
        ["has 3 cells where the header has 4"],
        {"prices.csv": "series,date,value,unit\nclay_price,1990,WRONG\n"},
    ),
    Case(
        "table_date_twice",
        [],
        ["column date", "stands already in line 2"],
        {"prices.csv": "series,date,value,unit,source\nc,1990,1,EUR/t,\nc,1990,2,EUR/t,WRONG\n"},
    ),
    Case(
        "table_quote", [], ["CSV syntax"], {"prices.csv": 'series,date,value,unit\nc,1990,"1"2,EUR/t WRONG\n'}
    ),
    Case(
        "streams_firm",
        [("policy:", "streams: streams.csv\npolicy:")],
        ["column firm", "unknown firm 'plnt'", "Did you mean 'plant'"],
        {"streams.csv": "firm,direction,stream,coefficient,unit,note\nplnt,out,peat,0.1,t/MWh,WRONG\n"},
    ),
    Case(
        "streams_unit",
        [("policy:", "streams: streams.csv\npolicy:")],
        ["column unit", "counted in t and activity in MWh", "t/MWh"],
        {"streams.csv": "firm,direction,stream,coefficient,unit,note\nplant,in,peat,0.1,MWh/t,WRONG\n"},
    ),
    Case(
        "streams_stream_twice",
        [("policy:", "streams: streams.csv\npolicy:")],
        ["column stream", "already given in"],
        {"streams.csv": "firm,direction,stream,coefficient,note\ncement,in,clay,0.1,WRONG\n"},
    ),
    Case(
        "deflator_index",
        [(CURRENCY, "currency: {code: EUR, price_year: 1995, deflator: d.csv, rates: {DKK: 0.1}}")],
        ["column index", "positive number, found '-3'"],
        {"d.csv": "year,index,source\n1995,100,x\n1996,-3,WRONG\n"},
    ),
    Case(
        "record_names_unknown_firm",
        [("policy:", "observed: {links: links.csv, until: 1993}\npolicy:")],
        ["column from_firm", "unknown firm 'plantt'"],
        {"links.csv": "from_firm,to_firm,resource,start_year,note\nplantt,cement,fly_ash,1991,WRONG\n"},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_mistake_gives_one_message_at_its_line(case: Case, tmp_path: Path) -> None:
    park = write(tmp_path, case.edits, case.files)
    found = problems_of(park)
    shown = "\n".join(map(str, found))
    assert len(found) == 1, shown
    for part in case.says:
        assert part in shown
    if case.lines:
        assert [(Path(p.file).name, p.line) for p in found] == marked_lines(park), shown
    for phrase in (
        "Extra inputs",
        "Value error",
        "Input should",
        "pydantic",
        "Traceback",
        "validation error",
    ):
        assert phrase not in shown
    assert all(p.file.startswith(str(park)) for p in found if not p.field.startswith("library")), shown


def test_the_base_scenario_has_no_mistake(tmp_path: Path) -> None:
    assert problems_of(write(tmp_path, [])) == ()


def test_case_names_are_unique_and_many() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 45


def test_twelve_mistakes_give_twelve_messages_at_once(tmp_path: Path) -> None:
    edits = [
        (TIME, "time: {start: 1990-01, end: 1989-12} #!"),
        ("detour: 1.3}", "detour: 1.3 km} #!"),
        ("    site: [11.08, 55.66]", "    site: [11.08, 95] #!"),
        ("{1991-01: 100 MW, 1995: 200 MW}", "{1981-01: 100 MW, 1995: 200 MW} #!"),
        ("season: heating", "season: heatng #!"),
        (HEAT, HEAT.replace("grade: 250 degC", "grade: 250") + " #!"),
        (CHANGE, CHANGE.replace("ash:", "ahs:") + " #!"),
        (SITE, "    sit: [11.18, 55.66] #!\n"),
        ("  cement:\n", "  cement: #!\n"),
        (CEMENT, "    capacity: -100 kt/yr #!\n"),
        (CLAY, "      clay: 0.3 MWh/t #!\n"),
        (PAYBACK, "    behaviour: {payback: 6 EUR} #!\n"),
    ]
    park = write(tmp_path, edits)
    found = problems_of(park)
    assert [(Path(p.file).name, p.line) for p in found] == marked_lines(park), "\n".join(map(str, found))
    assert len(found) == 12


def test_a_file_of_100_mb_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = write(tmp_path, [])
    with (park / "scenario.yaml").open("wb") as file:
        file.truncate(100_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("the file was read"))
    (problem,) = problems_of(park)
    assert "has 100 MB; a scenario file may have 16 MB at most" in problem.message


def test_missing_scenario_names_the_nearest_shipped_one(tmp_path: Path) -> None:
    (problem,) = problems_of("kalundborgg")
    assert "no such file, folder or shipped scenario. Did you mean 'kalundborg'?" in problem.message


def test_missing_file(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path / "nothing.yaml")
    assert "there is no such file" in problem.message


def test_folder_without_scenario_yaml(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    (problem,) = problems_of(tmp_path)
    assert "has no scenario.yaml; it holds notes.txt" in problem.message


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("policy.carbon_prize", "100 EUR/t", "Did you mean 'carbon_price'"),
        ("firms.plnt.capacity", "1 MW", "Did you mean 'plant'"),
        ("firms.plant.capcity", "1 MW", "Did you mean 'capacity'"),
        ("firms.plant.out.ahs.coefficient", "1 kg/MWh", "Did you mean 'ash'"),
        ("mechanisms.tradng", "false", "Did you mean 'trading'"),
        ("resources.clai.unit", "t", "Did you mean 'clay'"),
        ("policy.carbon_price", "100 EUR", "expected EUR/t"),
        ("policy.carbon_price", "-1 EUR/t", "must not be negative"),
        ("mechanisms.trading", "maybe", "expected true or false"),
        ("mechanisms.trading.now", "true", "there is no 'now' here"),
        ("policy.bans.0.penalty", "1 EUR/t", "expected the number of an entry"),
        ("policy.landfill_tax", "{1990-01: 5 DKK/t", "cannot read"),
        ("", "1", "unknown field ''"),
    ],
)
def test_bad_overrides_are_problems(path: str, value: str, says: str, tmp_path: Path) -> None:
    (problem,) = problems_of(write(tmp_path, []), overrides={path: value})
    assert says in problem.message
    assert problem.file == "overrides"


def test_a_currency_without_rate_is_one_problem_however_many_prices_use_it(tmp_path: Path) -> None:
    text = "resources: {define: {coal: {virgin: {price: 3 GBP/t}}, clay: {virgin: {price: 4 kGBP/t}}}} #!\n"
    park = write(tmp_path, [("layout:", text + "layout:")])
    (problem,) = problems_of(park)
    assert problem.message.startswith("prices in GBP need its value in EUR")
    assert (Path(problem.file).name, problem.line) == marked_lines(park)[0]


def test_tables_need_files() -> None:
    with pytest.raises(ScenarioError, match="tables need a scenario in files"):
        Scenario.from_dict({"name": "x", "series": "prices.csv"}, library=LIBRARY)


def test_errors_are_collected_in_the_exception_text(tmp_path: Path) -> None:
    park = write(tmp_path, [(CEMENT, "    capacity: -1 kt/yr\n"), (CLAY, "      clai: 0.3\n")])
    with pytest.raises(ScenarioError, match=r"2 problems in the scenario; nothing was run") as caught:
        Scenario.load(park, library=LIBRARY)
    assert str(caught.value).count("\n  * ") == 2
