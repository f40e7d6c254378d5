"""Resources, transport modes and pathways validate and agree with the figures they cite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from one_option import heat_pump_cop

from ecopark.errors import DomainError
from ecopark.scenario import library
from ecopark.scenario.paths import Context
from ecopark.scenario.types import Pathway, Resource, Transport
from ecopark.scenario.units import Units

UNITS = Units("EUR", {"GBP": 1.2})
CONTEXT = Context(UNITS)
RESOURCES = {
    key: Resource.model_validate(raw, context=CONTEXT) for key, raw in library.raw_resources().items()
}
MODES = {key: Transport.model_validate(raw, context=CONTEXT) for key, raw in library.raw_transport().items()}
PATHWAYS = {key: Pathway.model_validate(raw, context=CONTEXT) for key, raw in library.raw_pathways().items()}
BLOCKS = {**library.raw_resources(), **library.raw_transport(), **library.raw_pathways()}


def inner_numbers(block: Any) -> Iterator[dict[str, Any]]:
    if isinstance(block, dict):
        if "value" in block:
            yield block
        for value in block.values():
            yield from inner_numbers(value)


def test_the_modes_a_park_is_built_with_are_there() -> None:
    assert {"truck_bulk", "truck_tank", "conveyor", "rail", "ship_bulk", "cable", "gas_pipe"} <= set(MODES)
    assert {"water_pipe", "steam_pipe", "hot_water_pipe", "warm_water_pipe"} <= set(MODES)


def test_every_number_has_a_source_and_an_honest_mark() -> None:
    for name, block in BLOCKS.items():
        for part in (block, *inner_numbers(block)):
            if part is block or "source" in part:
                assert part["source"], name
                assert part["mark"] in ("S", "M", "D"), name
                if part["mark"] == "S":
                    assert "unchecked" not in part["source"], name
                    assert "estimate" not in part["source"], name


def test_seen_numbers_are_written_as_their_source_gives_them() -> None:
    seen = [
        part
        for block in library.raw_resources().values()
        for part in inner_numbers(block)
        if part["mark"] == "S"
    ]
    quoted = [part for part in seen if "kgCO2e" in part["source"]]
    assert len(quoted) > 20
    for part in quoted:
        number = re.search(r"([\d.]+) (kgCO2e/\w+)", part["source"])
        assert number is not None
        assert part["value"] == f"{number[1]} {number[2]}"


def test_references_exist_and_unit_scales_fit_the_kind() -> None:
    for name, resource in RESOURCES.items():
        assert set(resource.transport) <= set(MODES), name
        assert (resource.kind == "water") == (resource.grade == "class"), name
        assert (resource.kind == "heat") == (resource.grade == "temperature"), name
        assert resource.kind != "water" or resource.unit == "m3"
        assert resource.kind not in ("heat", "energy") or resource.unit == "MWh"
        if resource.virgin is not None:
            assert set(resource.virgin.recipe) <= set(RESOURCES)
    for name, way in PATHWAYS.items():
        assert {way.giver, way.taker} <= set(RESOURCES), name
        assert way.giver != way.taker, "streams of one resource pair by themselves"
        assert RESOURCES[way.giver].disposal is not None, name


def test_dimensions_of_prices_and_of_modes() -> None:
    for name, resource in RESOURCES.items():
        virgin, disposal = resource.virgin, resource.disposal
        if virgin is not None and virgin.price is not None:
            assert virgin.price.unit == f"EUR/{resource.unit}", name
        if disposal is not None:
            assert disposal.fee is not None, name
            assert disposal.fee.unit == f"EUR/{resource.unit}", name
            assert (disposal.fee.values[0].value < 0) == (disposal.route == "sale"), name
        for mode in (MODES[key] for key in resource.transport):
            if mode.reference is not None:
                assert mode.reference.unit == f"{resource.unit}/day", name
            if mode.variable is not None:
                assert mode.variable.unit == f"EUR/{resource.unit}/km", name


def test_ids_are_snake_case_and_copies_are_fresh() -> None:
    for key in BLOCKS:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", key)
    library.raw_transport()["cable"]["name"] = "rope"
    library.raw_pathways().clear()
    assert library.raw_transport()["cable"]["name"] == "Power cable"
    assert len(library.raw_pathways()) == len(PATHWAYS)


def test_hot_water_pipe_follows_the_danish_size_classes() -> None:
    mode = MODES["hot_water_pipe"]
    assert mode.per_km is not None
    assert mode.reference is not None
    # EUR/MW/m of the classes 50-100, 100-250 and 250-500 MW at their middles
    for megawatt, specific in ((75, 12), (175, 9), (375, 6)):
        cost = mode.per_km.values[0].value * (24 * megawatt / mode.reference.value) ** mode.exponent.value
        assert cost / 1000 == pytest.approx(specific * megawatt, rel=0.2)


def test_gas_pipe_follows_the_danish_size_classes() -> None:
    mode = MODES["gas_pipe"]
    assert mode.per_km is not None
    assert mode.reference is not None
    cost = mode.per_km.values[0].value * (24 * 5**0.5 / mode.reference.value) ** mode.exponent.value
    assert cost == pytest.approx(53300, rel=0.02)


def test_heat_pump_pathway_meets_the_published_cop() -> None:
    way = PATHWAYS["warm_water_to_hot_water_pump"]
    # Danish Energy Agency: COP 5.1 for excess heat to district heat, return 40 and supply near 75 degC
    assert heat_pump_cop(way, 45.0, 75.0, 5.0) == pytest.approx(5.1, rel=0.1)


def test_coal_emission_by_hand() -> None:
    virgin = RESOURCES["coal"].virgin
    assert virgin is not None
    assert virgin.emission is not None
    # 2403.84 kgCO2e/t over 25 GJ/t, 3.6 GJ/MWh
    assert virgin.emission.values[0].value == pytest.approx(2.40384 / 25 * 3.6, rel=1e-3)


def test_hot_water_recipe_agrees_with_the_oil_saved_in_kalundborg() -> None:
    # 225,000 t of steam at 2.6 GJ/t against 19,000 t of oil at 42 GJ/t, from two independent reports
    virgin = RESOURCES["hot_water"].virgin
    assert virgin is not None
    fuel = 225_000 * 2.6 / 3.6 * virgin.recipe["gas_oil"].values[0].value
    assert fuel == pytest.approx(19_000 * 42 / 3.6, rel=0.1)


def test_unknown_factor_names_the_nearest() -> None:
    with pytest.raises(
        DomainError, match=r"unknown factor 'landfill_tax'. Did you mean 'landfill_tax_lower'\?"
    ):
        library.factor("landfill_tax")
