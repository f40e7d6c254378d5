"""Temperature, quality and heat pumps: what physics forbids, and what a lift costs in electricity."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from one_option import heat_pump_cop, technical_obstacle
from small_parks import firm, scenario

from ecopark.market.options import describe
from ecopark.market.pairs import find_pairs
from ecopark.market.valuation import is_hindered
from ecopark.scenario.types import Pathway


def way(**fields: Any) -> Pathway:
    """A conversion of steam, or of water."""
    block = {"giver": "steam", "taker": "steam"} | fields
    users = firm(
        inputs={"steam": {"resource": "steam", "coefficient": "1 MWh/t", "grade": "80 degC"},
                "water": {"resource": "water", "coefficient": "1 m3/t", "grade": "3"}}
    )  # fmt: skip
    return scenario({"a": users}, pathways={"way": block}).park.pathways["way"]


def test_cop_of_a_heat_pump_by_carnot() -> None:
    # Evaporator 20 - 5 = 15 degC = 288.15 K, condenser 70 + 5 = 75 degC = 348.15 K:
    # half of 348.15 / 60 is 2.90125.
    assert heat_pump_cop(way(lift={"efficiency": "0.5"}), 20.0, 70.0, 5.0) == pytest.approx(2.90125)


def test_no_lift_needs_no_electricity() -> None:
    assert heat_pump_cop(way(lift={"efficiency": "0.5"}), 90.0, 70.0, 5.0) == math.inf


@pytest.mark.parametrize(
    ("supplied", "required", "drop", "forbidden"),
    [
        (100.0, 80.0, 15.0, False),
        (100.0, 80.0, 15.1, True),
        (84.9, 80.0, 0.0, True),
        (85.0, 80.0, 0.0, False),
    ],
)
def test_heat_must_arrive_hotter_than_needed_by_the_approach(
    supplied: float, required: float, drop: float, forbidden: bool
) -> None:
    assert technical_obstacle(supplied, required, "temperature", None, drop, 5.0) is forbidden
    # A plain conversion does not make heat hotter.
    assert technical_obstacle(supplied, required, "temperature", way(), drop, 5.0) is forbidden


@pytest.mark.parametrize(
    ("required", "efficiency", "forbidden"),
    [
        (85.0, "0.5", False),
        (91.0, "0.5", True),  # hotter than any pump of 90 degC
        (85.0, "0.1", True),  # 0.1 x 363.15 / 75 is below one: all heat would be electricity
        (85.0, "0", True),
    ],
)
def test_a_pump_lifts_only_what_it_can(required: float, efficiency: str, forbidden: bool) -> None:
    pump = way(lift={"efficiency": efficiency, "max_temperature": "90 degC"})
    assert technical_obstacle(20.0, required, "temperature", pump, 0.0, 5.0) is forbidden


@pytest.mark.parametrize(("supplied", "required", "forbidden"), [(3.0, 3.0, False), (2.0, 3.0, True)])
def test_water_must_be_clean_enough_unless_it_is_treated(
    supplied: float, required: float, forbidden: bool
) -> None:
    assert technical_obstacle(supplied, required, "class", None, 0.0, 5.0) is forbidden
    assert (
        technical_obstacle(supplied, required, "class", way(giver="water", taker="water"), 0.0, 5.0) is False
    )


def test_a_treatment_works_only_on_what_it_can_treat() -> None:
    filters = way(giver="water", taker="water", needs="2")
    assert technical_obstacle(1.0, 5.0, "class", filters, 0.0, 5.0)
    assert not technical_obstacle(2.0, 5.0, "class", filters, 0.0, 5.0)
    assert technical_obstacle(math.nan, 5.0, "class", filters, 0.0, 5.0)


def test_a_conversion_at_the_giver_uses_the_residual_before_the_way() -> None:
    boiler = {"needs": "100 degC"}
    assert technical_obstacle(105.0, 60.0, "temperature", way(**boiler), 10.0, 5.0)
    assert not technical_obstacle(105.0, 60.0, "temperature", way(at="giver", **boiler), 10.0, 5.0)
    # Its product still has to survive the way: 105 - 10 < 92 + 5.
    assert technical_obstacle(105.0, 92.0, "temperature", way(at="giver", **boiler), 10.0, 5.0)


def test_temperature_falls_along_the_pipe_and_quality_does_not() -> None:
    users = firm(inputs={"steam": {"resource": "steam", "coefficient": "1 MWh/t", "grade": "80 degC"}})
    pipe = scenario({"a": users}).park.transport["steam_pipe"]
    heat, _ = describe({"p": pipe}, None, "temperature", date(1990, 1, 1))
    water, _ = describe({"p": pipe}, None, "class", date(1990, 1, 1))
    # 2 K/km over 3 km: 91 degC arrive as 85, which an approach of 5 K leaves for 80.
    assert not is_hindered(heat[0], 3.0, 91.0, 80.0, (math.nan, math.nan), 5.0)
    assert is_hindered(heat[0], 3.0, 90.9, 80.0, (math.nan, math.nan), 5.0)
    assert not is_hindered(water[0], 3.0, 80.0, 80.0, (math.nan, math.nan), 5.0)


# --------------------------------------------------------------------------- who could trade at all
def names(firms: dict[str, Any], **blocks: Any) -> list[str]:
    from datetime import date

    from ecopark.calendar import Calendar
    from ecopark.flows.columns import compile_columns

    park = scenario(firms, **blocks).park
    columns = compile_columns(park, Calendar(date(1990, 1, 1), date(1991, 1, 1)))
    pairs = find_pairs(park, columns)
    ends = zip(pairs.out_port, pairs.in_port, strict=True)
    return [f"{columns.ports[o]} > {columns.ports[i]} by {pairs.key(k)}" for k, (o, i) in enumerate(ends)]


ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
CLAY = {"clay": {"resource": "clay", "coefficient": "0.1"}}
MIX = {"mix": {"giver": "ash", "taker": "clay"}}


def test_pairs_by_resource_and_by_pathway() -> None:
    firms = {"plant": firm(outputs=ASH), "kiln": firm((1000, 0), inputs=CLAY | ASH)}
    assert names(firms, pathways=MIX) == [
        "plant.main.out.ash > kiln.main.in.ash by direct",
        "plant.main.out.ash > kiln.main.in.clay by mix",
    ]


def test_no_pair_within_a_firm_beyond_reach_of_the_wrong_sector_or_of_a_product() -> None:
    alone = {"plant": firm(outputs=ASH, inputs=ASH)}
    assert names(alone) == []
    far = {"plant": firm(outputs=ASH), "kiln": firm((600_000, 0), inputs=ASH)}
    assert names(far) == []
    sectors = {"plant": firm(outputs=ASH), "kiln": firm(inputs=CLAY, sector="cement")}
    assert names(sectors, pathways={"mix": MIX["mix"] | {"taker_sectors": ["bricks"]}}) == []
    assert len(names(sectors, pathways={"mix": MIX["mix"] | {"taker_sectors": ["cement"]}})) == 1
    sold = {"plant": firm(outputs={"ash": ASH["ash"] | {"role": "product"}}), "kiln": firm(inputs=ASH)}
    assert names(sold) == []


def test_only_the_nearest_takers_within_the_horizon_are_ever_looked_at() -> None:
    users = {f"user_{k}": firm((1000 * k, 0), inputs=ASH) for k in (3, 1, 4, 2)}
    firms = {"plant": firm(outputs=ASH, inputs=ASH)} | users
    near = names(firms, agents={"discovery": {"horizon": 2}})
    assert [name.split(" > ")[1].split(".")[0] for name in near] == ["user_1", "user_2"]
    assert len(names(firms)) == 4
