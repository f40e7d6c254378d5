"""What a stream costs without any exchange: fees, taxes, bans, carbon, recipes; by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from small_parks import EAGER, RESOURCES, Raw, firm, scenario

from ecopark.calendar import Calendar
from ecopark.flows.columns import compile_columns
from ecopark.market.permits import settle_refusal
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


# --------------------------------------------------------------------------- payments, limits, commitments
def test_a_feed_in_tariff_is_earned_where_it_pays_more_than_disposal() -> None:
    gas = RESOURCES["oil"] | {"disposal": {"route": "flare", "fee": "15 DKK/MWh", "emission": "0.2 t/MWh"}}
    plant = firm(outputs={"gas": {"resource": "oil", "coefficient": "1 MWh/t"}})
    tariff = {"feed_in_tariff": {"oil": {"1990-01": "0 DKK/MWh", "1990-05": "90 DKK/MWh"}}}
    cost, emission, _ = prices("gas", plant, resources={"oil": gas}, policy=tariff)
    np.testing.assert_allclose(cost, [15.0] * 4 + [-90.0] * 8)
    np.testing.assert_allclose(emission, 0.2)
    # A sale that brings more is kept.
    sold = gas | {"disposal": {"route": "sale", "fee": "-120 DKK/MWh"}}
    np.testing.assert_allclose(prices("gas", plant, resources={"oil": sold}, policy=tariff)[0], -120.0)
    # Nobody is paid for what is bought, nor for what would not be made at all.
    np.testing.assert_allclose(prices("oil", policy=tariff)[0], 200.0)
    steam = {"feed_in_tariff": {"steam": "90 DKK/MWh"}}
    np.testing.assert_array_equal(prices("tapped", policy=steam)[0], 0.0)


def test_a_discharge_limit_costs_its_penalty_on_what_is_beyond_it() -> None:
    # 100 m3 a day, of which 60 may go as before: (60 x 2 + 40 x 12) / 100.
    limit = {"resource": "water", "from": "1990-09", "limit": "60 m3/day", "penalty": "12 DKK/m3"}
    cost, *_ = prices("drain", policy={"discharge_limits": [limit]})
    np.testing.assert_allclose(cost, [2.0] * 8 + [6.0] * 4)
    for harmless in (
        {"limit": "100 m3/day"},
        {"route": "landfill"},
        {"resource": "ash", "limit": "60 t/day"},
    ):
        changed = limit | harmless
        changed["penalty"] = "12 DKK/t" if changed["resource"] == "ash" else "12 DKK/m3"
        np.testing.assert_allclose(prices("drain", policy={"discharge_limits": [changed]})[0], 2.0)
    cheap = limit | {"penalty": "1 DKK/m3"}
    np.testing.assert_allclose(prices("drain", policy={"discharge_limits": [cheap]})[0], 2.0)


def test_a_commitment_takes_carbon_from_the_giver_but_not_from_the_buyer_of_fuel() -> None:
    bound = {"carbon_price": "100 DKK/t", "carbon_commitment": {"1990-01": "0", "1990-07": "40 %"}}
    cost, emission, _ = prices("ash", policy=bound)
    np.testing.assert_allclose(cost, [101.0] * 6 + [100.6] * 6)
    np.testing.assert_allclose(emission, 0.01)
    np.testing.assert_allclose(prices("oil", policy=bound)[0], 227.0)


def test_a_subsidy_is_no_cost_of_a_port() -> None:
    path = {"1990-01": "0 DKK/t", "1990-03": "25 DKK/t"}
    cost, _, table = prices("ash", policy={"subsidy": {"ash": path}})
    np.testing.assert_allclose(cost, 100.0)
    np.testing.assert_allclose(table.subsidy["ash"], [0.0] * 2 + [25.0] * 10)
    assert table.subsidy_at("ash", 2) == 25.0
    assert table.subsidy_at("clay", 2) == 0.0


def test_where_nothing_is_announced_firms_reckon_with_what_is() -> None:
    *_, table = prices("ash", policy={"landfill_tax": "40 DKK/t"})
    assert table.perceived is table.cost
    assert table.spread is None


def test_refusal_as_firms_see_it_follows_class_protocol_and_training() -> None:
    rules = {
        "refusal": {"none": "0.1"},
        "wrong_refusal": {"none": "0.5"},
        "training": {"1990-01": "0", "1990-04": "0.8"},
        "end_of_waste": [{"resource": "ash", "from": "1990-10"}],
    }
    *_, table = prices("ash", agents=EAGER | {"regulator": rules})
    names = sorted(RESOURCES)
    untrained, trained = 0.1 + 0.9 * 0.5, 0.1 + 0.9 * 0.5 * 0.2
    expected = [untrained] * 3 + [trained] * 6
    np.testing.assert_allclose(table.refusal[:, names.index("ash")], [*expected, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(table.refusal[:, names.index("clay")], [*expected, *[trained] * 3])
    settle_refusal(table.refusal, names.index("ash"), 4, granted=False)
    np.testing.assert_allclose(
        table.refusal[:, names.index("ash")], [untrained] * 3 + [trained] + [1.0] * 5 + [0.0] * 3
    )
    settle_refusal(table.refusal, names.index("clay"), 6, granted=True)
    np.testing.assert_allclose(table.refusal[:, names.index("clay")], [*expected[:6], *[0.0] * 6])


def test_without_permits_nobody_fears_a_refusal() -> None:
    rules = {"regulator": {"refusal": {"none": "1"}}}
    *_, table = prices("ash", agents=EAGER | rules, mechanisms={"permits": False})
    np.testing.assert_array_equal(table.refusal, 0.0)
