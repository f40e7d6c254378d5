"""The shipped British scenarios: sourced, silent on partners, with the taxes, members and money of the record.

Numbers compared with are those of the programme's record and of published tax tables, written here by hand.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml

from ecopark.scenario.load import Scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NAMES = ("west_midlands", "nisp_uk")
# Standard rate of landfill tax in money of the year, GBP/t from 1 April (House of Commons Library; escalator).
TAX = {2008: 32.0, 2009: 40.0, 2010: 48.0, 2011: 56.0, 2012: 64.0, 2013: 72.0}


@cache
def scenario(name: str) -> Scenario:
    return Scenario.load(name)


def test_the_region_has_its_firms_and_the_nation_twelve_regions() -> None:
    assert sum(name.startswith("wm_") for name in scenario("west_midlands").park.firms) == 1300
    drawn = [name for name in scenario("nisp_uk").park.firms if name[-5:].isdigit()]
    assert len(drawn) == 16_000
    assert len(Counter(name.partition("_")[0] for name in drawn)) == 12


def test_the_west_midlands_of_the_nation_lie_where_those_of_the_region_do() -> None:
    middles = [
        np.mean(
            [firm.site for name, firm in scenario(park).park.firms.items() if name.startswith("wm_")], axis=0
        )
        for park in NAMES
    ]
    assert np.linalg.norm(middles[0] - middles[1]) < 10_000  # metres


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_a_source_and_a_mark(name: str) -> None:
    bare = [place for place, number in scenario(name).numbers() if not number.source or not number.mark]
    assert bare == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_says_who_trades_with_whom(name: str) -> None:
    park = scenario(name).park
    assert not park.policy.support
    assert not park.agents.ties
    assert park.observed is None


@pytest.mark.parametrize(("year", "nominal"), sorted(TAX.items()))
def test_landfill_tax_is_the_published_one_in_money_of_2010(year: int, nominal: float) -> None:
    with (SCENARIOS / "west_midlands" / "deflator.csv").open(encoding="utf-8") as lines:
        index = {int(row[0]): float(row[1]) for row in (line.split(",") for line in list(lines)[1:])}
    path = scenario("west_midlands").park.policy.landfill_tax
    assert path is not None
    assert path.at(date(year, 6, 1)) == pytest.approx(nominal * index[2010] / index[year], rel=1e-9)


def test_the_lower_rate_goes_with_mineral_residuals_only() -> None:
    resources = scenario("west_midlands").park.resources
    taxed = {
        name: resources[name].disposal.taxed for name in resources if resources[name].disposal is not None
    }  # type: ignore[union-attr]
    lower = ("fly_ash", "bottom_ash", "mswi_bottom_ash", "steel_slag", "excavated_soil", "demolition_waste")
    assert [taxed[name] for name in lower] == [False] * 6
    standard = ("waste_wood", "food_waste", "packaging_waste", "foundry_sand", "spent_pickle_acid")
    assert [taxed[name] for name in standard] == [True] * 5


def test_members_grow_as_the_record_says_if_firms_join_one_by_one() -> None:
    # Of N firms a share 1 - exp(-rate t) joins by then: 12,500 in 2009, 14,000 in July 2011, 15,000 in November 2012.
    body = yaml.safe_load((SCENARIOS / "nisp_uk" / "scenario.yaml").read_text(encoding="utf-8"))["agents"][
        "facilitator"
    ]
    pilot = float(body["members"]["recruitment"]["value"].split()[0])
    rate = pilot * body["engagement"]["recruitment"]["value"]
    firms = 16_000 * (1 - body["members"]["initial"]) * np.exp(-pilot * 2.0)
    for years, recorded in ((4.5, 12_500), (6.25, 14_000), (7.4, 15_000)):
        assert 16_000 - firms * np.exp(-rate * years) == pytest.approx(recorded, rel=0.03)


def test_money_of_the_region_is_a_twelfth_of_the_nation() -> None:
    region, nation = (scenario(name).park.agents.facilitator for name in NAMES)
    assert region is not None and nation is not None  # noqa: PT018
    assert region.budget is not None and nation.budget is not None  # noqa: PT018
    assert nation.budget.value * 365.25 == pytest.approx(5e6)
    assert region.budget.value * 12 == pytest.approx(nation.budget.value, rel=0.01)
    assert nation.practitioners is not None
    assert 60 <= nation.practitioners.number <= 70


@pytest.mark.parametrize("name", NAMES)
def test_the_grant_ends_and_members_pay_from_september_2012(name: str) -> None:
    park = scenario(name).park
    assert park.agents.facilitator is not None
    assert park.agents.facilitator.subscription is not None
    assert park.agents.facilitator.subscription.from_ == date(2012, 9, 1)
    assert park.programme is not None
    assert park.programme.until == date(2012, 9, 1)
