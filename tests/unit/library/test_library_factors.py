"""The factor table keeps every reference fact in readable units."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ecopark.errors import DomainError
from ecopark.scenario import library
from ecopark.scenario.units import Units

UNITS = Units("EUR", {"GBP": 1.2, "DKK": 0.134, "USD": 0.9})
REFERENCE = {
    int(row["ref"]): row
    for row in csv.DictReader(
        (Path(__file__).parent / "reference_factors.csv").read_text(encoding="utf-8").splitlines()
    )
}
ROWS = {int(row["ref"]): row for row in library.factors().to_dict("records")}


def test_every_reference_row_once_and_ids_unique() -> None:
    table = library.factors()
    assert len(table) == 332
    assert sorted(ROWS) == sorted(REFERENCE) == list(range(1, 333))
    assert not table.duplicated(["id", "year", "region"]).any()
    assert table["id"].str.fullmatch(r"[a-z][a-z0-9_]*").all()
    assert (table["source"].str.len() > 0).all()
    assert set(table["mark"]) == {"S", "M", "D"}
    assert not (table["source"].str.contains("unchecked") & (table["mark"] != "M")).any()


@pytest.mark.parametrize("ref", sorted(REFERENCE))
def test_value_equals_the_reference(ref: int) -> None:
    given, kept = REFERENCE[ref], ROWS[ref]
    pence = given["unit"] == "p/kWh"
    assert kept["value"] == pytest.approx(float(given["value"]) / (100 if pence else 1), rel=1e-12)
    UNITS.parse(f"{kept['value']} {kept['unit']}")
    if given["confidence"] == "M":
        assert kept["mark"] == "M"


@pytest.mark.parametrize(
    ("name", "year", "region", "value", "unit"),
    [
        # worked out by hand from the reference table, in base units
        ("landfill_tax_standard", 1996, None, 7 * 1.2, "EUR/t"),
        ("landfill_tax_standard", 2012, None, 64 * 1.2, "EUR/t"),
        ("climate_change_levy_gas", 2016, None, 0.00195 * 1000 * 1.2, "EUR/MWh"),
        ("waste_tax_landfill", 1992, None, 130 * 0.134, "EUR/t"),
        ("grid_electricity_generation", 2012, None, 0.46002, "t/MWh"),
        ("coal_industrial_combustion", 2024, None, 2.40739, "1"),
        ("freight_hgv_artic_over_33t", None, None, 0.00007835, "1/km"),
        ("dh_transmission_capex_0_50mw", None, None, 25 * 1000 / 24, "day*EUR/MWh/km"),
        ("dh_transmission_loss_1_20mw", None, None, 0.03, "1/km"),
        ("dh_transmission_construction_time", None, None, 4 * 365.25, "day"),
        ("co2_pipeline_capex_10_30tph", None, None, 15 * 1000 / 24, "day*EUR/t/km"),
        ("steam_pipe_max_length_observed", None, None, 6.2, "km"),
        ("fit_ad_up_to_250kw", None, None, 115 * 1.2, "EUR/MWh"),
        ("material_primary_natural_gypsum", None, None, 0.01, "1"),
        ("water_supply", 2024, None, 0.000153, "t/m3"),
        ("gate_fee_landfill_excl_tax", None, None, 21 * 1.2, "EUR/t"),
    ],
)
def test_spot_checks(name: str, year: int | None, region: str | None, value: float, unit: str) -> None:
    found, base = UNITS.parse(library.factor(name, year, region).text)
    assert found == pytest.approx(value, rel=1e-9)
    assert base == unit


def test_a_tax_stays_until_it_is_changed() -> None:
    assert library.factor("waste_tax_landfill", 1989).text == "40 DKK/t"
    assert library.factor("waste_tax_landfill", 1990).text == "130 DKK/t"
    assert library.factor("waste_tax_landfill", 2030).year == 2010


def test_open_choices_are_refused() -> None:
    with pytest.raises(DomainError, match="has several years; give one from 1996 on"):
        library.factor("landfill_tax_standard")
    with pytest.raises(DomainError, match="has no value as early as 1990; the first is of 1996"):
        library.factor("landfill_tax_standard", 1990)
    with pytest.raises(
        DomainError, match=r"has no region 'Danmark'. Did you mean 'Denmark'\?; found Denmark"
    ):
        library.factor("waste_tax_landfill", 1990, "Danmark")


def test_gas_factor_on_lower_heating_value_agrees_with_combustion_chemistry() -> None:
    # CH4: 44.01 / 16.04 t CO2 per t at 13.9 MWh/t (50 GJ/t) gives 0.197; natural gas lies near it
    gross, _ = UNITS.parse(library.factor("natural_gas_combustion_gross", 2023).text)
    assert gross * 1.109 == pytest.approx(44.01 / 16.04 / 13.9, rel=0.05)
