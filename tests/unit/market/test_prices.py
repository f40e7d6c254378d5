"""What a stream costs without any exchange: fees, taxes, bans, carbon, recipes; by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from small_parks import RESOURCES, Raw, firm, scenario

from ecopark.calendar import Calendar
from ecopark.flows.columns import compile_columns
from ecopark.market.prices import Prices, compile_prices

FIRM = firm(
    inputs={
        "clay": {"resource": "clay", "coefficient": "0.1"},
        "steam": {"resource": "steam", "coefficient": "1 MWh/t", "grade": "150 degC"},
        "water": {"resource": "water", "coefficient": "1 m3/t", "grade": "3"},
        "oil": {"resource": "oil", "coefficient": "1 MWh/t"},
        "power": {"resource": "electricity", "coefficient": "1 MWh/t"},
    },
    outputs={
        "ash": {"resource": "ash", "coefficient": "0.1"},
        "drain": {"resource": "water", "coefficient": "1 m3/t", "grade": "1"},
        "tapped": {"resource": "steam", "coefficient": "1 MWh/t", "grade": "200 degC", "on_demand": True},
    },
)
CALENDAR = Calendar(date(1990, 1, 1), date(1991, 1, 1), "month", "month")


def prices(name: str, plant: Raw = FIRM, **blocks: Any) -> tuple[Any, Any, Prices]:
    """Cost and emission of a port by month, and all prices."""
    park = scenario({"plant": plant}, **blocks).park
    columns = compile_columns(park, CALENDAR)
    table = compile_prices(park, columns, CALENDAR)
    port = [p.split(".")[-1] for p in columns.ports].index(name)
    return table.cost[:, port], table.emission[:, port], table


def test_landfill_tax_is_added_to_the_fee_from_its_date() -> None:
    cost, emission, _ = prices(
        "ash", policy={"landfill_tax": {"1990-01": "40 DKK/t", "1990-07": "130 DKK/t"}}
    )
    np.testing.assert_allclose(cost, [140.0] * 6 + [230.0] * 6)
    np.testing.assert_allclose(emission, 0.01)


def test_exempt_residuals_pay_no_tax() -> None:
    exempt = RESOURCES["ash"] | {"disposal": {"route": "landfill", "fee": "100 DKK/t", "taxed": False}}
    cost, *_ = prices("ash", policy={"landfill_tax": "40 DKK/t"}, resources={"ash": exempt})
    np.testing.assert_allclose(cost, 100.0)


def test_a_tax_of_another_route_does_not_touch() -> None:
    cost, *_ = prices("ash", policy={"incineration_tax": "40 DKK/t", "discharge_levy": "9 DKK/m3"})
    np.testing.assert_allclose(cost, 100.0)


def test_discharge_levy_is_per_volume() -> None:
    cost, *_ = prices("drain", policy={"discharge_levy": "9 DKK/m3"})
    np.testing.assert_allclose(cost, 11.0)


def test_nominal_taxes_are_brought_to_the_price_year() -> None:
    # The index doubles from 1990 to 2010: 40 of 1990 are 80 of 2010.
    currency = {"code": "DKK", "price_year": 2010, "deflator": {1990: 50.0, 2010: 100.0}}
    cost, *_ = prices(
        "ash", currency=currency, policy={"landfill_tax": {"1990-01": "40 DKK/t", "nominal": True}}
    )
    np.testing.assert_allclose(cost, 180.0)


def test_a_ban_raises_the_cost_to_its_penalty() -> None:
    ban = {"route": "landfill", "resource": "ash", "from": "1990-04", "penalty": "500 DKK/t"}
    cost, *_ = prices("ash", policy={"bans": [ban]})
    np.testing.assert_allclose(cost, [100.0] * 3 + [500.0] * 9)
    cost, *_ = prices("ash", policy={"bans": [ban | {"penalty": "60 DKK/t"}]})
    np.testing.assert_allclose(cost, 100.0)


def test_carbon_price_on_disposal_fuel_and_steam_from_fuel() -> None:
    carbon = {"carbon_price": "100 DKK/t"}
    np.testing.assert_allclose(prices("ash", policy=carbon)[0], 100.0 + 0.01 * 100.0)
    np.testing.assert_allclose(prices("oil", policy=carbon)[0], 200.0 + 27.0)
    # A boiler burns 1.25 MWh of oil per MWh of steam.
    cost, emission, _ = prices("steam", policy=carbon)
    np.testing.assert_allclose(cost, 1.25 * 227.0)
    np.testing.assert_allclose(emission, 1.25 * 0.27)


def test_carbon_price_does_not_touch_bought_materials_or_electricity() -> None:
    carbon = {"carbon_price": "100 DKK/t"}
    np.testing.assert_allclose(prices("clay", policy=carbon)[0], 90.0)
    np.testing.assert_allclose(prices("power", policy=carbon)[0], 400.0)


def test_water_levy() -> None:
    np.testing.assert_allclose(prices("water", policy={"water_levy": {"1990-01": "4 DKK/m3"}})[0], 10.0)


def test_what_is_made_on_demand_has_no_disposal_to_avoid() -> None:
    cooled = RESOURCES["steam"] | {
        "disposal": {"route": "cooling", "fee": "30 DKK/MWh", "emission": "0.1 t/MWh"}
    }
    cost, emission, _ = prices("tapped", resources={"steam": cooled})
    np.testing.assert_array_equal(cost, 0.0)
    np.testing.assert_array_equal(emission, 0.0)


def test_a_port_may_have_its_own_supply_and_route() -> None:
    own = firm(
        inputs={"clay": {"resource": "clay", "coefficient": "1", "virgin": {"price": "55 DKK/t"}}},
        outputs={
            "ash": {"resource": "ash", "coefficient": "1", "disposal": {"route": "sale", "fee": "-20 DKK/t"}}
        },
    )
    np.testing.assert_allclose(prices("clay", own)[0], 55.0)
    cost, *_ = prices("ash", own, policy={"landfill_tax": "40 DKK/t"})
    np.testing.assert_allclose(cost, -20.0)


def test_bought_inputs_and_grants() -> None:
    *_, table = prices("ash", policy={"capital_grant": {"1990-01": "0", "1990-10": "30 %"}})
    np.testing.assert_allclose(table.bought["electricity"], 400.0)
    np.testing.assert_allclose(table.embodied["electricity"], 0.5)
    np.testing.assert_allclose(table.capital_grant, [0.0] * 9 + [0.3] * 3)


@pytest.mark.parametrize(("month", "price"), [("1990-03", 100.0), ("1990-04", 145.0)])
def test_dated_fees_hold_from_the_first_of_their_month(month: str, price: float) -> None:
    dated = RESOURCES["ash"] | {
        "disposal": {"route": "landfill", "fee": {"1990-01": "100 DKK/t", "1990-04": "145 DKK/t"}}
    }
    cost, *_ = prices("ash", resources={"ash": dated})
    assert cost[int(month[-2:]) - 1] == price
