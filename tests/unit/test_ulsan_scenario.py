"""The shipped Ulsan scenario: sourced numbers, nobody told with whom to trade, steam rates of the documents."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scenario_checks import partners_named, table, unsourced

from ecopark.scenario.geometry import distance_km
from ecopark.scenario.load import Scenario

FOLDER = Path(__file__).parents[2] / "scenarios" / "ulsan"
STEAM_MWH_PER_T = 2.6 / 3.6
HOURS = 8760.0


@cache
def scenario() -> Scenario:
    return Scenario.load(FOLDER)


def steam_t_per_h(
    firm: str, process: str, port: str, direction: str, at: date, hours: float = HOURS
) -> float:
    """Steam of a port at full use, t/h."""
    block = scenario().park.firms[firm].processes[process]
    stream = (block.in_ if direction == "in" else block.out)[port]
    share = stream.max_share.value if direction == "in" and stream.max_share is not None else 1.0
    use = 1.0 if block.utilisation is None or direction == "out" else block.utilisation.at(at)
    yearly = block.capacity.at(at) * 365.25 * use * stream.coefficient.at(at) * share
    return yearly / STEAM_MWH_PER_T / hours


def test_every_number_has_source_and_mark() -> None:
    assert unsourced(scenario()) == []


def test_nobody_is_told_with_whom_to_trade() -> None:
    assert partners_named(FOLDER) == []
    assert scenario().park.agents.ties == ()


def test_eighty_firms_of_the_complexes() -> None:
    sectors = {firm.sector for firm in scenario().park.firms.values()}
    assert 60 <= len(scenario().park.firms) <= 85
    assert {
        "petrochemicals", "petroleum", "pulp_paper", "non_ferrous", "automotive", "shipbuilding", "public_works",
    } <= sectors  # fmt: skip


@pytest.mark.parametrize(
    ("stream", "rate"),
    [
        # programmes.md 2.3: what one line carries, t/h.
        (("sungam_incinerator", "main", "steam", "out"), 45.0),
        (("shipyard_heavy", "incinerator", "steam", "out"), 20.0),
        (("hysco", "main", "steam", "in"), 2.5),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_steam_rates_of_the_documents(stream: tuple[str, str, str, str], rate: float) -> None:
    assert steam_t_per_h(*stream, date(2010, 6, 1)) == pytest.approx(rate, rel=0.25)


def test_car_works_can_take_what_its_line_carries() -> None:
    room = steam_t_per_h("hyundai_motor", "main", "process_heat", "in", date(2010, 6, 1), hours=8000.0)
    assert 17.5 < room < 35.0


def test_steam_saves_the_carbon_of_the_fuel_it_replaces() -> None:
    """398,815 t CO2 and 124,507 toe a year in 2010 (programmes.md 2.2): 0.275 t CO2/MWh of fuel."""
    virgin = scenario().park.resources["steam"].virgin
    assert virgin is not None
    fuel = {name: share.value if hasattr(share, "value") else share.at(date(2010, 1, 1))
            for name, share in virgin.recipe.items()}  # fmt: skip
    carbon = {"fuel_oil": 0.2917, "natural_gas": 0.2029}
    mean = sum(fuel[name] * carbon[name] for name in fuel) / sum(fuel.values())
    assert set(fuel) == set(carbon)
    assert mean == pytest.approx(398_815 / (124_507 * 11.63), rel=0.02)


def test_programme_money_is_that_of_the_record() -> None:
    body = scenario().park.agents.facilitator
    assert body is not None
    assert body.budget is not None
    yearly = body.budget.at(date(2008, 1, 1)) if hasattr(body.budget, "at") else body.budget.value
    assert yearly * 365.25 * 5.2 == pytest.approx(12.9e9, rel=0.02)


def test_longest_line_of_the_record_can_be_built() -> None:
    """6.2 km were built from the Yongyeon side to the refinery, 11 km were planned."""
    park = scenario().park
    assert park.transport["steam_pipe"].max_length.value >= 6.2
    ends = [park.firms[name].site for name in ("sk_chemicals", "sk_energy")]
    way = float(distance_km(np.array([ends[0]]), np.array([ends[1]]), park.layout)[0])
    assert 3.5 < way < 6.2


def test_prices_follow_from_crude_oil() -> None:
    """prices.csv is the arithmetic of README.md over the crude price of Kalundborg's world prices."""
    world = {row["year"]: row for row in table(FOLDER.parent / "kalundborg" / "world_prices.csv")}
    cpi = {row["year"]: float(row["index"]) / 100 for row in table(FOLDER / "deflator.csv")}
    rows = table(FOLDER / "prices.csv")
    for row in rows:
        year = row["date"][:4]
        crude = float(world[year]["crude_usd_per_bbl"])
        exchange = float(row["source"].split(" x ")[2].split(" ")[0])
        factor, margin = {"fuel_oil": (0.85, 4000.0), "natural_gas": (1.05, 6000.0)}[row["series"]]
        expected = factor * crude * exchange / 1.587 + margin * cpi[year]
        assert float(row["value"]) == pytest.approx(expected, abs=51), row
    assert len(rows) == 2 * 31
