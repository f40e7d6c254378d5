"""Heat, exergy, water and pollutants of a small ledger, by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from tiny_ledger import ledger, row, value

from ecopark.errors import DomainError
from ecopark.indicators import (
    cascade_ratio,
    exergy,
    heat_by_band,
    pollutant_load,
    primary_energy_saved,
    primary_factors,
    water_saved,
)

FLOWS = ledger(
    row("exchange", "power", "works", "steam", 80.0, "MWh", synergy="hot", delivered=80.0,
        delivered_resource="steam"),
    row("loss", "power", "environment", "steam", 20.0, "MWh", synergy="hot"),
    row("exchange", "works", "ponds", "warm", 30.0, "MWh", synergy="warm", delivered=30.0, delivered_resource="warm",
        instead_of="cooling"),
    row("virgin", "market: steam", "works", "steam", 20.0, "MWh"),
    row("virgin", "market: power", "power", "electricity", 10.0, "MWh", synergy="hot", kind="energy"),
    row("exchange", "refinery", "power", "used", 40.0, "m3", synergy="reuse", delivered=36.0,
        delivered_resource="fresh", instead_of="discharge"),
    row("exchange", "lake", "refinery", "raw", 60.0, "m3", synergy="shift", delivered=60.0, delivered_resource="fresh"),
    row("virgin", "market: fresh", "town", "fresh", 24.0, "m3"),
    row("disposal", "refinery", "discharge", "used", 10.0, "m3"),
)  # fmt: skip
SYNERGIES = pd.DataFrame(
    {"synergy": ["hot", "warm", "reuse"], "grade": [200.0, 30.0, 2.0], "grade_needed": [150.0, None, 1.0]}
)


def test_heat_by_band_of_the_supply_temperature() -> None:
    table = heat_by_band(FLOWS, SYNERGIES)
    assert value(table, "heat_recovered", "band:200-400 degC") == 80.0
    assert value(table, "heat_recovered", "band:0-100 degC") == 30.0
    assert value(table, "heat_recovered") == 110.0
    open_ended = heat_by_band(FLOWS, SYNERGIES, bands=(0.0, 60.0))
    assert value(open_ended, "heat_recovered", "band:over 60 degC") == 80.0


@pytest.mark.parametrize(
    ("bands", "message"), [((0.0, 0.0), "do not rise"), ((50.0, 100.0), "below the lowest band, 50")]
)
def test_bands_that_make_no_sense(bands: tuple[float, ...], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        heat_by_band(FLOWS, SYNERGIES, bands=bands)


def test_exergy_by_the_carnot_factor_where_both_temperatures_are_known() -> None:
    table = exergy(FLOWS, SYNERGIES, ambient=20.0)
    assert value(table, "exergy_supplied") == pytest.approx(100 * (1 - 293.15 / 473.15))
    assert value(table, "exergy_used") == pytest.approx(80 * (1 - 293.15 / 423.15))
    freezing = exergy(FLOWS, SYNERGIES, ambient=300.0)
    assert value(freezing, "exergy_supplied") == 0.0


def test_primary_energy_is_net_of_the_electricity_bought() -> None:
    saved = primary_energy_saved(FLOWS, {"steam": 1.25, "warm": 0.0, "electricity": 2.5})
    assert value(saved, "primary_energy_saved") == pytest.approx(80 * 1.25 - 10 * 2.5)
    with pytest.raises(DomainError, match="'warm' has no primary energy factor"):
        primary_energy_saved(FLOWS, {"steam": 1.25, "electricity": 2.5})


def test_primary_factors_from_recipes() -> None:
    resources = pd.DataFrame(
        {"fuel_use": [1.2, 0.0], "electricity_use": [0.1, 1.0]}, index=["steam", "electricity"]
    )
    assert primary_factors(resources, 2.0) == pytest.approx({"steam": 1.4, "electricity": 2.0})


def test_reuse_of_water_is_not_a_change_of_source() -> None:
    table = water_saved(FLOWS)
    assert value(table, "water_reused") == 36.0
    assert value(table, "water_source_shift") == 60.0
    assert value(table, "water_reused", "resource:fresh") == 36.0


def test_cascade_counts_uses_per_fresh_unit() -> None:
    table = cascade_ratio(FLOWS)
    # fresh 24 bought and 60 from the lake; 36 used again
    assert value(table, "cascade_ratio", "kind:water") == pytest.approx(1 + 36 / 84)
    # primary heat 20 bought and 80 given on demand; 30 used again
    assert value(table, "cascade_ratio", "kind:heat") == pytest.approx(1 + 30 / 100)


def test_load_discharged_and_avoided() -> None:
    names = {"resource": ["used", "used"], "pollutant": ["N", "P"], "kg_per_unit": [0.01, 0.002]}
    table = pollutant_load(FLOWS, pd.DataFrame(names))
    assert value(table, "load_discharged", "pollutant:N") == pytest.approx(0.1)
    assert value(table, "load_avoided", "pollutant:P") == pytest.approx(0.08)
    assert value(table, "load_avoided", "firm:refinery") == pytest.approx(0.48)
    with pytest.raises(DomainError, match="concentration is negative"):
        pollutant_load(FLOWS, pd.DataFrame(names | {"kg_per_unit": [-1.0, 0.0]}))
