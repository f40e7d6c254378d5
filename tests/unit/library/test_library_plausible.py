"""Archetypes close their mass and energy balance, and the check can fail."""

from __future__ import annotations

import pytest

from ecopark.errors import DomainError
from ecopark.scenario import library
from ecopark.scenario.plausible import balance_streams, check_archetype
from ecopark.scenario.units import Units


def row(direction: str, stream: str, resource: str, role: str, text: str) -> dict[str, str]:
    coefficient, unit = text.split()
    return {
        "direction": direction,
        "stream": stream,
        "resource": resource,
        "role": role,
        "coefficient": coefficient,
        "unit": unit,
    }


@pytest.mark.parametrize("name", library.archetype_names())
def test_nothing_comes_out_that_did_not_go_in(name: str) -> None:
    assert check_archetype(name).problems() == ()


def test_clinker_kiln_by_hand() -> None:
    balance = check_archetype("cement_clinker_kiln")
    # limestone 1.55, coal 0.944 MWh / 6.944 MWh/t, oxygen of 0.327 t CO2; clinker, two CO2
    assert balance.mass_in == pytest.approx(1.55 + 0.944 / 6.944 + 0.327 * 32 / 44, rel=1e-3)
    assert balance.mass_out == pytest.approx(1.0 + 0.525 + 0.327)
    assert balance.energy_in == pytest.approx(0.944 + 0.0694)
    assert balance.energy_out == 0.0


@pytest.mark.parametrize(
    ("name", "term", "what"),
    [
        ("coal_power_station", "condenser_heat_displaced", "energy"),
        ("coal_power_station", "combustion_air", "mass"),
        ("anaerobic_digestion", "co2_within_biogas", "mass"),
        ("ammonia_smr", "process_air", None),
        ("chlor_alkali", "salt_outside_allocation", "mass"),
        ("sulphuric_acid_plant", "process_air", "mass"),
        ("industrial_gas_asu", "process_air", "mass"),
        ("zinc_copper_smelter", "reaction_heat", "energy"),
        ("coke_ovens", "coal_outside_dataset", "mass"),
        ("coke_ovens", "coal_energy_outside_dataset", "energy"),
        ("sawmill", "moisture", "mass"),
        ("municipal_wwtw", "sewage_organics", "energy"),
        ("bakery_ready_meals", "other_feed", "mass"),
        ("galvanising_pickling", "other_feed", "mass"),
    ],
)
def test_a_named_term_carries_its_part(name: str, term: str, what: str | None) -> None:
    before, after = check_archetype(name), check_archetype(name, without=[term])
    assert (after.mass_in, after.energy_in) != (before.mass_in, before.energy_in)
    if what is not None:
        (problem,) = after.problems()
        assert f"{name!r}: {what} out" in problem


def test_most_terms_are_needed() -> None:
    terms = library.archetypes().query("role == 'term'")
    idle = {
        (name, stream)
        for name, stream in zip(terms["archetype"], terms["stream"], strict=True)
        if not check_archetype(name, without=[stream]).problems()
    }
    # True inputs that a large listed input happens to cover; a longer list would mean padding.
    assert len(terms) > 35
    assert len(idle) <= 12


def test_broken_archetype_is_reported_with_its_numbers() -> None:
    rows = [
        row("in", "limestone", "limestone", "need", "1.5 t/t"),
        row("out", "clinker", "clinker", "product", "1 t/t"),
        row("out", "dust", "cement_kiln_dust", "residual", "700 kg/t"),
    ]
    (problem,) = balance_streams("broken_kiln", rows).problems()
    assert "'broken_kiln': mass out 1.7 t exceeds mass in 1.5 t" in problem
    assert "by 0.2 t" in problem


def test_a_perpetual_motion_machine_is_reported() -> None:
    rows = [
        row("in", "electricity", "electricity", "need", "0.2 MWh/MWh"),
        row("out", "heat", "hot_water", "product", "1 MWh/MWh"),
    ]
    (problem,) = balance_streams("pump", rows).problems()
    assert "energy out 1 MWh exceeds energy in 0.2 MWh" in problem


def test_facts_are_not_counted_and_terms_must_be_mass_or_energy() -> None:
    fact = row("out", "total", "", "info", "9 t/t")
    assert balance_streams("x", [fact]).mass_out == 0.0
    with pytest.raises(DomainError, match=r"term 'steam' must be t or MWh, found 'm3/t'"):
        balance_streams("x", [row("in", "steam", "", "term", "1 m3/t")])
    with pytest.raises(DomainError, match=r"resource 'phlogiston' has no physical data"):
        balance_streams("x", [row("in", "phlogiston", "phlogiston", "need", "1 t/t")])


def test_every_resource_has_physical_data() -> None:
    physical, resources = library.physical(), library.raw_resources()
    assert set(physical) == set(resources)
    for name, block in resources.items():
        mass, energy = physical[name]
        assert mass >= 0.0
        assert energy >= 0.0
        assert mass > 0.0 or energy > 0.0
        if block["unit"] == "t":
            assert mass == 1.0
        if block["unit"] == "MWh":
            assert energy == 1.0


@pytest.mark.parametrize(
    "name", sorted(name for name, block in library.raw_pathways().items() if "lift" not in block)
)
def test_pathways_make_neither_mass_nor_energy(name: str) -> None:
    block, physical, resources = library.raw_pathways()[name], library.physical(), library.raw_resources()
    text = block["yield"]["value"] if isinstance(block["yield"], dict) else block["yield"]
    made, _ = Units("EUR").parse(text)
    giver, taker = physical[block["giver"]], physical[block["taker"]]
    fuel_for_fuel = resources[block["taker"]]["unit"] == "MWh"
    # Sulphur takes up oxygen and water on its way to acid: 98 / 32 t/t.
    if not fuel_for_fuel and name != "sulphur_to_sulphuric_acid":
        assert made * taker[0] <= giver[0]
    if giver[1] > 0.0 and taker[1] > 0.0:
        assert made * taker[1] <= giver[1] * 1.01, "more heating value than the residual has"
