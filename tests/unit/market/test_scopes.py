"""Scopes of emissions: who burns, who buys, who is upstream."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import small_parks
from small_parks import firm

from ecopark.calendar import Calendar
from ecopark.market.scopes import SCOPES, scope_of_disposal, scope_of_input, virgin_by_scope
from ecopark.scenario.types import Park

RESOURCES = {
    "hot_water": {
        "name": "Hot water", "kind": "heat", "unit": "MWh", "grade": "temperature", "transport": ["steam_pipe"],
        "virgin": {"recipe": {"oil": "1.2 MWh/MWh", "electricity": "0.05 MWh/MWh"}, "emission": "0.01 t/MWh"},
    },
    "district_heat": {
        "name": "District heat", "kind": "heat", "unit": "MWh", "grade": "temperature", "transport": ["steam_pipe"],
        "virgin": {"price": "300 DKK/MWh", "emission": "0.2 t/MWh"},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def park() -> Park:
    units = {"clay": "t", "water": "m3"}
    needs = {
        name: {"resource": name, "coefficient": f"1 {units.get(name, 'MWh')}/t"}
        for name in ("steam", "hot_water", "district_heat", "oil", "electricity", "clay", "water")
    }
    for name in ("steam", "hot_water", "district_heat"):
        needs[name]["grade"] = "90 degC"
    return small_parks.scenario({"works": firm(inputs=needs)}, resources=RESOURCES).park


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("steam", [1.25 * 0.27, 0.0, 0.0]),
        ("hot_water", [1.2 * 0.27 + 0.01, 0.05 * 0.5, 0.0]),
        ("district_heat", [0.0, 0.2, 0.0]),
        ("oil", [0.27, 0.0, 0.0]),
        ("electricity", [0.0, 0.5, 0.0]),
        ("clay", [0.0, 0.0, 0.02]),
        ("water", [0.0, 0.0, 0.0003]),
    ],
)
def test_virgin_supply_by_scope(park: Park, resource: str, expected: list[float]) -> None:
    calendar = Calendar(date(1990, 1, 1), date(1990, 4, 1))
    virgin = park.resources[resource].virgin
    assert virgin is not None
    split = virgin_by_scope(park, resource, virgin, calendar)
    assert split.shape == (len(SCOPES), 3)
    np.testing.assert_allclose(split, np.tile(np.array(expected)[:, None], 3), rtol=1e-12)


def test_routes_and_inputs(park: Park) -> None:
    assert {scope_of_disposal(route) for route in ("flare", "cooling", "release")} == {"scope 1"}
    assert {scope_of_disposal(route) for route in ("landfill", "incineration", "discharge", "sale")} == {
        "scope 3"
    }
    inputs = {name: scope_of_input(park, name) for name in ("electricity", "steam", "oil", "water", "clay")}
    assert list(inputs.values()) == ["scope 2", "scope 2", "scope 1", "scope 3", "scope 3"]
