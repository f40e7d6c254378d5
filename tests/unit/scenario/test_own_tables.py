"""A planner's tables become the scenario they describe: amounts, prices, seasons, sites, money."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from own_tables import Sheets, changed, find, write

from ecopark import Scenario, simulate
from ecopark.errors import DomainError
from ecopark.scenario.region import plants
from ecopark.scenario.scaffold import new_from_tables, new_template
from ecopark.scenario.seasons import SEASONS
from ecopark.scenario.workbook_cells import slug
from ecopark.scenario.workbook_columns import SETTINGS, SHEETS
from ecopark.scenario.workbook_template import template_rows


def park_of(place: Path, sheets: Sheets, form: str = "csv") -> Scenario:
    return Scenario.load(new_from_tables(place / "mypark", write(place, sheets, form)))


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return park_of(tmp_path_factory.mktemp("harbour"), template_rows())


def test_both_forms_of_the_template_are_the_same_scenario(tmp_path: Path) -> None:
    book = new_template(tmp_path / "park.xlsx")
    folder = new_template(tmp_path / "tables")
    loaded = [
        Scenario.load(new_from_tables(tmp_path / form / "mypark", tables))
        for form, tables in (("a", book), ("b", folder))
    ]
    assert loaded[0].sha256 == loaded[1].sha256
    assert loaded[0].park == loaded[1].park


def test_a_change_in_one_cell_changes_the_hash(tmp_path: Path, harbour: Scenario) -> None:
    other = changed(lambda s: find(s["firms"], firm="chp").update(capacity=61))
    assert park_of(tmp_path, other).sha256 != harbour.sha256


def test_what_the_template_says_stands_in_the_park(harbour: Scenario) -> None:
    park = harbour.park
    assert list(park.firms) == [str(row["firm"]) for row in template_rows()["firms"]]
    assert (park.name, f"{park.time.start:%Y-%m}", f"{park.time.end:%Y-%m}") == (
        "Harbour Park",
        "2025-01",
        "2044-12",
    )
    assert {n: p.site for n, p in park.layout.plots.items()} == {
        row["plot"]: (row["x"], row["y"]) for row in template_rows()["plots"]
    }
    assert park.layout.corridors["quay"].path == ((1500, -1100), (1500, 0), (1500, 900), (1500, 1700))
    assert park.firms["laundry"].site == park.layout.plots["street_middle"].site
    assert {name for name, firm in park.firms.items() if firm.movable} == {
        "biogas_plant",
        "laundry",
        "data_centre",
        "fish_farm",
        "greenhouse",
    }
    assert park.policy.landfill_tax is not None
    assert [q.value for q in park.policy.landfill_tax.values] == [40, 60, 80]


@pytest.mark.slow
def test_a_quantity_of_the_sheet_is_what_moves_in_a_year(harbour: Scenario) -> None:
    """The ledger of a run holds the amounts of the sheet: 365 days of those of 365.25."""
    run = simulate(harbour.with_overrides({"mechanisms.trading": False}), seed=3, until="2026")
    year = run.flows[run.flows["start"].dt.year == 2026]
    moved = year.groupby(["from_firm", "to_firm", "resource"], observed=True)["quantity"].sum()
    expected = {
        ("laundry", "discharge", "waste_water"): 130_000,
        ("chemical_works", "landfill", "titanogypsum"): 90_000,
        ("chemical_works", "cooling", "warm_water"): 70_000,
        ("own gas boiler: steam", "chemical_works", "steam"): 120_000,
        ("oil furnaces: hot_water", "laundry", "hot_water"): 9_000,
    }
    for ends, amount in expected.items():
        (found,) = [q for key, q in moved.items() if key[1:] == ends[1:] and key[0].startswith(ends[0][:9])]
        assert found == pytest.approx(amount * 365 / 365.25, rel=1e-9), ends


@pytest.mark.slow
def test_a_season_of_a_stream_is_its_own(harbour: Scenario) -> None:
    run = simulate(harbour.with_overrides({"mechanisms.trading": False}), seed=3, until="2026")
    rows = run.flows[(run.flows["to_firm"] == "greenhouse") & (run.flows["resource"] == "hot_water")]
    year = rows[rows["start"].dt.year == 2026]
    months = year.groupby(year["start"].dt.month)["quantity"].sum().to_numpy()
    profile = np.array(SEASONS["heating"]) / np.mean(SEASONS["heating"])
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    np.testing.assert_allclose(months, 40_000 / 365.25 * days * profile, rtol=1e-9)


def test_an_amount_of_a_plant_is_by_its_mean_activity(harbour: Scenario) -> None:
    """Lint of 2 kt/yr from 80 kt/yr of board at the archetype's utilisation of 0.9."""
    mill = harbour.park.firms["paper_mill"].processes["main"]
    assert mill.utilisation is not None
    share = mill.utilisation.values[0].value
    assert mill.out["lint"].coefficient.values[0].value == pytest.approx(2 / (80 * share), rel=1e-11)


def test_a_row_stands_in_for_the_archetypes_stream(harbour: Scenario) -> None:
    main = harbour.park.firms["brewery"].processes["main"]
    grain = main.out["spent_grain"]
    share = main.utilisation.values[0].value if main.utilisation else 1.0
    assert grain.coefficient.values[0].value == pytest.approx(15_000 / (80_000 * share), rel=1e-11)
    assert grain.disposal is not None
    assert grain.disposal.fee is not None
    assert grain.disposal.fee.values[0].value == -6
    assert "heat" not in harbour.park.firms["greenhouse"].processes["main"].in_


def test_a_price_of_heat_keeps_the_carbon_of_its_fuel(harbour: Scenario) -> None:
    """A boiler of 92 % burns 1.087 MWh of gas at 0.2029 t/MWh."""
    virgin = harbour.park.firms["chemical_works"].processes["main"].in_["steam"].virgin
    assert virgin is not None
    assert virgin.price is not None
    assert virgin.emission is not None
    assert virgin.price.values[0].value == 38
    assert not virgin.recipe
    assert virgin.emission.values[0].value == pytest.approx(1.087 * 0.2029, rel=1e-9)


def test_what_is_left_out_is_the_typical_plant_and_marked(tmp_path: Path) -> None:
    def leave_out(sheets: Sheets) -> None:
        find(sheets["firms"], firm="waste_to_energy").update(capacity="", unit="")

    park = park_of(tmp_path, changed(leave_out)).park
    main = park.firms["waste_to_energy"].processes["main"]
    typical = plants()["waste_to_energy_chp"]
    (capacity,) = main.capacity.values
    assert (capacity.value * 365.25, capacity.mark) == (pytest.approx(200_000), "M")
    feed = main.in_["residual_waste"].import_
    assert feed is not None
    assert feed.values[0].value * 365.25 == pytest.approx(200_000 * typical.imported)


def test_source_and_mark_travel_with_the_numbers(tmp_path: Path) -> None:
    def state(sheets: Sheets) -> None:
        find(sheets["streams"], resource="titanogypsum").update(source="weighbridge 2024", mark="S")

    numbers = dict(park_of(tmp_path, changed(state)).numbers())
    place = "firms.chemical_works.processes.main.out.titanogypsum"
    assert (numbers[f"{place}.coefficient"].source, numbers[f"{place}.coefficient"].mark) == (
        "weighbridge 2024",
        "S",
    )
    assert numbers[f"{place}.disposal.fee"].mark == "S"
    other = numbers["firms.chemical_works.processes.main.out.warm_water.coefficient"]
    assert (other.source, other.mark) == ("invented for the template", "M")


def test_a_fee_from_the_library_keeps_its_source(tmp_path: Path) -> None:
    def state(sheets: Sheets) -> None:
        find(sheets["streams"], resource="titanogypsum").update(
            fee="", emission="0.002 t/t", source="own", mark="S"
        )

    numbers = dict(park_of(tmp_path, changed(state)).numbers())
    place = "firms.chemical_works.processes.main.out.titanogypsum.disposal"
    assert numbers[f"{place}.emission"].source == "own"
    assert numbers[f"{place}.fee"].source not in ("own", "")


def test_another_currency_brings_the_librarys_prices_along(tmp_path: Path, harbour: Scenario) -> None:
    def pay_in_crowns(sheets: Sheets) -> None:
        find(sheets["settings"], setting="currency")["value"] = "DKK"
        for sheet in ("streams", "resources", "prices"):
            for row in sheets[sheet]:
                row.update({key: str(v).replace("EUR", "DKK") for key, v in row.items() if "EUR" in str(v)})

    park = park_of(tmp_path, changed(pay_in_crowns)).park
    assert park.currency.rates["EUR"] == pytest.approx(7.4473)
    assert park.currency.rates["GBP"] == pytest.approx(7.4473 / 0.8578, rel=1e-4)
    before, after = (p.agents.contracts.transaction_cost.value for p in (harbour.park, park))
    assert after == pytest.approx(7.4473 * before)


def test_only_firms_and_streams_are_needed(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    tables = {
        "firms": [("firm", "lon", "lat"), ("Ash works", 11.0, 55.0), ("Clay pit", 11.02, 55.0)],
        "streams": [
            ("firm", "direction", "resource", "quantity"),
            ("Ash works", "have", "Fly ash", "10 kt/yr"),
            ("Clay pit", "want", "clay", "20 kt/yr"),
        ],
    }
    for name, rows in tables.items():
        with (tmp_path / "tables" / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=";").writerows(rows)
    park = Scenario.load(new_from_tables(tmp_path / "two firms", tmp_path / "tables")).park
    assert (park.name, park.layout.crs, list(park.firms)) == (
        "Two firms",
        "lonlat",
        ["ash_works", "clay_pit"],
    )
    assert (park.firms["ash_works"].name, f"{park.time.end:%Y-%m}") == ("Ash works", "2044-12")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    book = new_template(tmp_path / "park.xlsx")
    with pytest.raises(DomainError, match="exists already"):
        new_template(book)
    with pytest.raises(DomainError, match="exists already"):
        new_from_tables(tmp_path, book)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Fly ash", "fly_ash"),
        ("Gyproc A/S", "gyproc_a_s"),
        ("Kläranlage Süd", "klaeranlage_sued"),
        ("  ", ""),
    ],
)
def test_names_become_identifiers(written: str, expected: str) -> None:
    assert slug(written) == expected


def test_the_template_fills_no_column_that_is_not_there() -> None:
    for sheet, rows in template_rows().items():
        known = {column.name for column in SHEETS[sheet]}
        assert not [set(row) - known for row in rows if set(row) - known], sheet
    settings = {column.name for column in SETTINGS}
    assert {row["setting"] for row in template_rows()["settings"]} <= settings
