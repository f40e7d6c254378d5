"""What pairs save at a glance, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_parks import RESOURCES, TRANSPORT, firm, scenario

from ecopark.market.benefit import apparent_carbon, apparent_money
from ecopark.market.pairs import apparent_terms
from ecopark.model import ParkModel

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}


def saved(firms: dict[str, Any], **blocks: Any) -> tuple[np.ndarray, np.ndarray]:
    model = ParkModel(scenario(firms, **blocks).park, 1)
    terms = apparent_terms(model.park, model.pairs, model.calendar.start)
    carbon = apparent_carbon(model.park, model.columns, model.pairs, model.prices, model.calendar, 0)
    money = apparent_money(model.columns, model.pairs, model.prices, terms, 0)
    model.close()
    return carbon, money


def test_a_conversion_far_away() -> None:
    # Disposal 0.01 t/t and 100 DKK; clay 0.02 t/t and 90 DKK x 0.8 x 0.5; treatment 0.003 t + 0.02 MWh x 0.5 t/MWh
    # and 5 DKK; lorry 0.0001 t/t/km x 10 km and 2 + 0.5 x 10 DKK.
    mix = {"giver": "ash", "taker": "clay", "yield": "0.8", "replacement": "0.5", "cost": "5 DKK/t",
           "electricity": "20 kWh/t", "emission": "3 kg/t"}  # fmt: skip
    user = firm((10_000, 0), inputs={"clay": {"resource": "clay", "coefficient": "0.1"}})
    carbon, money = saved({"plant": firm(outputs=ASH), "user": user}, pathways={"mix": mix})
    assert carbon == pytest.approx([0.01 + 0.02 * 0.4 - 0.003 - 0.02 * 0.5 - 0.001])
    assert money == pytest.approx([100.0 + 90.0 * 0.4 - 5.0 - 7.0])


def test_steam_saves_fuel_and_costs_power() -> None:
    # 1.25 MWh oil x 0.27 saved; 0.15 MWh power x 0.5 lost; nothing to dispose of.
    steam = {"resource": "steam", "coefficient": "1 MWh/t"}
    burden = {"on_demand": True, "burden": {"electricity": "0.15 MWh/MWh"}}
    firms = {
        "power": firm(outputs={"steam": steam | burden | {"grade": "200 degC"}}),
        "user": firm((2_000, 0), inputs={"steam": steam | {"grade": "120 degC"}}),
    }
    carbon, money = saved(firms)
    assert carbon == pytest.approx([1.25 * 0.27 - 0.15 * 0.5])
    assert money == pytest.approx([1.25 * 200.0])


def test_feed_saves_what_its_products_replace() -> None:
    # One tonne of sludge makes 0.5 t of clay for sale (0.02 t/t each) and 0.2 t of ash to landfill (0.01 t/t).
    works = firm(
        (1_000, 0), drive="feed",
        inputs={"sludge": {"resource": "sludge", "coefficient": "1", "feed": True}},
        outputs={"clay": {"resource": "clay", "coefficient": "0.5", "role": "product"},
                 "ash": {"resource": "ash", "coefficient": "0.2"}},
    )  # fmt: skip
    clay = RESOURCES["clay"] | {"disposal": {"route": "sale", "fee": "-90 DKK/t"}}
    giver = firm(outputs={"sludge": {"resource": "sludge", "coefficient": "0.1"}})
    carbon, money = saved({"giver": giver, "works": works}, resources={"clay": clay})
    assert carbon == pytest.approx([0.5 * 0.02 - 0.2 * 0.01 - 0.0001])
    # What feed is worth is not seen: 300 DKK of disposal less the way.
    assert money == pytest.approx([300.0 - 2.5])


def test_the_mode_that_emits_least_is_taken_where_it_reaches() -> None:
    rail = {"emission": "0.02 kg/t/km", "max_length": "5 km"}
    ash = RESOURCES["ash"] | {"transport": ["lorry", "rail"]}
    for metres, per_km in ((4_000, 0.00002), (6_000, 0.0001)):
        carbon, _ = saved(
            {"plant": firm(outputs=ASH), "user": firm((metres, 0), inputs=ASH)},
            transport=TRANSPORT | {"rail": rail}, resources={"ash": ash},
        )  # fmt: skip
        assert carbon == pytest.approx([0.01 - per_km * metres / 1000.0])
