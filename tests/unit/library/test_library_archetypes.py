"""Every archetype validates, keeps the reference numbers and can stand in a scenario."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ecopark.errors import DomainError
from ecopark.scenario import library
from ecopark.scenario.load import Scenario
from ecopark.scenario.paths import Context
from ecopark.scenario.types import Process
from ecopark.scenario.units import Units

UNITS = Units("EUR", {"GBP": 1.2, "DKK": 0.134, "USD": 0.9})
CONTEXT = Context(UNITS)
NAMES = library.archetype_names()
# What these are paid for is no stream: computing, cleaning, building, clearing, storing, fitting.
SERVICES = {
    "data_centre",
    "municipal_wwtw",
    "construction_site",
    "demolition_contractor",
    "distribution_warehouse",
    "tyre_depot",
}

REFERENCE = {
    int(row["ref"]): row
    for row in csv.DictReader(
        (Path(__file__).parent / "reference_flows.csv").read_text(encoding="utf-8").splitlines()
    )
}
ROWS = {int(row["ref"]): row for row in library.archetypes().to_dict("records") if row["ref"]}
# Written by hand from the heating values named in docs/library.md: MWh per unit of the reference.
HEATING = {
    ("kg", "coal"): 25 / 3.6 / 1000,
    ("kg", "natural_gas"): 47 / 3.6 / 1000,
    ("kg", "flare_gas"): 46 / 3.6 / 1000,
    ("kg", "alternative_fuel"): 25 / 3.6 / 1000,
    ("kg", "hydrogen_rich_gas"): 80 / 3.6 / 1000,
    ("m3", "natural_gas"): 36 / 3600,
    ("m3", "biogas"): 21.5 / 3600,
    ("t", "steam"): 2.6 / 3.6,
}
# Reference rows that no plain conversion reaches; each is worked out by hand in its own test.
BY_HAND = {26, 37, 253, 256}


def test_seventy_four_archetypes_and_every_reference_row_once() -> None:
    assert len(NAMES) == 74
    assert sorted(REFERENCE) == list(range(1, 315))
    refs = [int(ref) for ref in library.archetypes()["ref"] if ref]
    assert sorted(refs) == sorted(REFERENCE)


@pytest.mark.parametrize("ref", sorted(set(REFERENCE) - BY_HAND))
def test_coefficient_equals_the_reference(ref: int) -> None:
    given, kept = REFERENCE[ref], ROWS[ref]
    assert kept["archetype"] == given["archetype"].lower()
    assert kept["direction"] == ("in" if given["direction"] == "in" else "out")
    unit = {"MWh_th": "MWh", "MWh_LHV": "MWh", "MWh_el/MWh_th": "MWh", "t_DS": "t"}.get(
        given["unit"], given["unit"]
    )
    value = float(given["per_activity_unit"])
    above = kept["unit"].partition("/")[0]
    if UNITS.base(unit) == UNITS.base(above):
        assert value * UNITS.factor(unit)[0] == pytest.approx(
            kept["coefficient"] * UNITS.factor(above)[0], rel=1e-12
        )
    else:
        expected = value * HEATING[unit, kept["resource"]]
        assert kept["coefficient"] * UNITS.factor(above)[0] == pytest.approx(expected, rel=3e-3)
        assert kept["mark"] != "S", "a heating value was assumed, so it is not simply seen"


def test_methane_slip_by_hand() -> None:
    # 0.9 % of 1.59 GJ at 50 GJ/t of methane
    assert ROWS[26]["coefficient"] == pytest.approx(0.009 * 1.59 / 50 * 1000, rel=2e-3)
    assert ROWS[26]["unit"] == "kg/t"


def test_refinery_gas_by_hand() -> None:
    # 60.1 m3 at the middle of 10 and 45 MJ/m3; 27.5 and 27 agree within the range's accuracy
    assert ROWS[37]["coefficient"] == pytest.approx(60.1 * 27.5 / 3600, rel=0.03)
    assert ROWS[37]["role"] == "info"


def test_liquid_feeds_by_hand() -> None:
    assert ROWS[253]["coefficient"] == pytest.approx(8 * 1.0)  # m3 of pot ale, near water
    assert ROWS[256]["coefficient"] == pytest.approx(9 * 1.02, abs=0.05)  # m3 of whey at 1.02 t/m3


@pytest.mark.parametrize("name", NAMES)
def test_raw_archetype_is_a_valid_process(name: str) -> None:
    raw = library.raw_archetype(name)
    unit = raw["activity_unit"]
    process = Process.model_validate(raw | {"capacity": f"10 {unit}/yr"}, context=CONTEXT)
    resources = library.raw_resources()
    ports = [(True, port) for port in process.in_.values()] + [(False, port) for port in process.out.values()]
    assert ports
    for inward, port in ports:
        block = resources[port.resource]
        assert port.coefficient.unit == UNITS.base(f"{block['unit']}/{unit}")
        assert port.source
        assert port.mark in ("S", "M", "D")
        assert port.grade is not None or block["kind"] not in ("heat", "water")
        if inward:
            assert port.feed or "virgin" in block
        elif port.role == "residual" and not port.on_demand:
            assert port.disposal is not None or "disposal" in block
    products = [port for port in process.out.values() if port.role == "product"]
    assert bool(products) == (name not in SERVICES)
    feeds = [port for port in process.in_.values() if port.feed]
    assert len(feeds) == (1 if process.drive == "feed" else 0)


def test_all_archetypes_stand_in_one_scenario() -> None:
    firms = {
        name: {
            "name": name,
            "site": [float(place), 0.0],
            "archetype": name,
            "capacity": f"1000 {library.raw_archetype(name)['activity_unit']}/yr",
            "source": "test",
            "mark": "M",
        }
        for place, name in enumerate(NAMES)
    }
    scenario = Scenario.from_dict(
        {
            "name": "all",
            "time": {"start": "2000-01", "end": "2000-12"},
            "currency": {"code": "EUR", "price_year": 2010, "rates": {"GBP": 1.2}},
            "layout": {"crs": "metres"},
            "resources": {"use": ["library"]},
            "firms": firms,
        },
        name="all",
    )
    assert len(scenario.park.firms) == 74


def test_streams_have_source_mark_and_snake_case_names() -> None:
    table = library.archetypes()
    assert (table["source"].str.len() > 0).all()
    assert set(table["mark"]) == {"S", "M", "D"}
    assert set(table["role"]) == {"need", "product", "residual", "emission", "info", "term"}
    assert not table.duplicated(["archetype", "direction", "stream"]).any()
    for column in ("archetype", "stream"):
        assert table[column].str.fullmatch(r"[a-z][a-z0-9_]*").all()
    ports = table[~table["role"].isin(["info", "term"])]
    assert set(ports["resource"]) <= set(library.raw_resources())
    assert (table.loc[table["role"].isin(["info", "term"]), "resource"] == "").all()
    unchecked = table["source"].str.contains("unchecked|estimate")
    assert not (unchecked & (table["mark"] == "S")).any()


def test_a_port_cannot_be_changed_for_the_next_caller() -> None:
    first = library.raw_archetype("coal_power_station")
    first["out"]["district_heat"]["burden"]["electricity"]["value"] = "9 MWh/MWh"
    del first["in"]["coal"]
    second = library.raw_archetype("coal_power_station")
    assert second["out"]["district_heat"]["burden"]["electricity"]["value"] == "0.15 MWh/MWh"
    assert "coal" in second["in"]


def test_carbon_of_bought_fuel_is_not_counted_at_the_stack() -> None:
    process = library.raw_archetype("cement_works")
    assert process["out"]["fuel_co2"]["disposal"]["emission"] == "0 t/t"
    assert "disposal" not in process["out"]["calcination_co2"]
    assert library.raw_resources()["flue_co2"]["disposal"]["emission"] == "1 t/t"


@pytest.mark.parametrize("ask", [library.raw_archetype, library.archetype_streams])
def test_unknown_archetype_names_the_nearest(ask: object) -> None:
    with pytest.raises(
        DomainError, match=r"unknown archetype 'plaster_board'. Did you mean 'plasterboard'\?"
    ):
        ask("plaster_board")  # type: ignore[operator]


# --- against chemistry and other published figures, not against the table the numbers came from
def per(name: str, direction: str, stream: str) -> float:
    raw = library.raw_archetype(name)
    return UNITS.parse(raw[direction][stream]["coefficient"])[0]


def test_lime_kiln_against_stoichiometry() -> None:
    # CaCO3 100.09 = CaO 56.08 + CO2 44.01; limestone is never pure, burning never complete
    assert 1.0 < per("lime_kiln", "in", "limestone") / (100.09 / 56.08) < 1.1
    assert 0.95 < per("lime_kiln", "out", "calcination_co2") / (44.01 / 56.08) < 1.0


def test_sulphuric_acid_against_stoichiometry() -> None:
    assert per("sulphuric_acid_plant", "in", "sulphur") == pytest.approx(32.06 / 98.08, rel=0.02)


def test_ethanol_carbon_dioxide_against_stoichiometry() -> None:
    assert per("corn_ethanol_distillery", "out", "fermentation_co2") == pytest.approx(44.01 / 46.07, rel=0.01)


def test_green_ammonia_against_stoichiometry() -> None:
    assert per("green_ammonia", "in", "hydrogen") == pytest.approx(3 * 2.016 / (2 * 17.03), rel=0.03)
    assert per("green_ammonia", "in", "nitrogen") == pytest.approx(28.01 / (2 * 17.03), rel=0.03)


def test_power_station_carbon_against_coal_factor() -> None:
    # coal bought x DEFRA factor per tonne, against the stack figure of another source
    tonnes = per("coal_power_station", "in", "coal") / (25 / 3.6)
    assert tonnes * 2.25234 == pytest.approx(per("coal_power_station", "out", "flue_co2"), rel=0.01)


def test_heat_pump_against_published_cop() -> None:
    electricity = per("industrial_heat_pump_excess_heat", "in", "electricity")
    assert 1 / electricity == pytest.approx(5.1, abs=0.01)
    assert electricity + per("industrial_heat_pump_excess_heat", "in", "heat_source") == pytest.approx(1.0)


def test_cooling_heat_against_water_heat_capacity() -> None:
    # 90.8 m3 warmed by 9 K at 4.186 MJ/m3/K x 1000 / 3.6e6
    assert per("coal_power_station", "out", "cooling_heat") == pytest.approx(
        90.8 * 9 * 4.186 / 3600, rel=2e-3
    )


def test_the_page_on_the_library_names_every_fact_that_is_no_port() -> None:
    page = Path(__file__).parents[3] / "docs" / "library.md"
    text = page.read_text(encoding="utf-8")
    facts = library.archetypes().query("role == 'info'")["stream"]
    assert len(facts) == 14
    for stream in facts:
        assert f"`{stream}`" in text
