"""The shipped Yunnan and Guizhou scenario: sourced, nobody told with whom to trade, chains add up, levers by date."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest
from scenario_checks import books_close, partners_named, unsourced

from ecopark import simulate
from ecopark.run import Run
from ecopark.scenario.load import Scenario

FOLDER = Path(__file__).parents[2] / "scenarios" / "yunnan"
YEAR = 365.25


@cache
def scenario(file: str = "scenario.yaml") -> Scenario:
    return Scenario.load(FOLDER / file)


@cache
def run(seed: int, file: str = "scenario.yaml") -> Run:
    return simulate(scenario(file), seed=seed)


def yearly(firm: str, port: str, at: date = date(2010, 1, 1)) -> float:
    """Quantity a year of an out-port at full capacity."""
    main = scenario().park.firms[firm].processes["main"]
    return main.capacity.at(at) * YEAR * main.out[port].coefficient.at(at)


def test_every_number_has_source_and_mark() -> None:
    assert unsourced(scenario()) == []


def test_nobody_is_told_with_whom_to_trade() -> None:
    assert partners_named(FOLDER) == []
    assert scenario().park.agents.ties == ()


def test_mills_leave_as_much_bagasse_as_the_record_says() -> None:
    """400,000 t of dry bagasse beside 280,000 t of sugar (programmes.md 3)."""
    mills = ["sugar_1", "sugar_2", "sugar_3"]
    assert sum(yearly(mill, "sugar") for mill in mills) == pytest.approx(280_000, rel=0.02)
    assert sum(yearly(mill, "bagasse") for mill in mills) == pytest.approx(400_000, rel=0.02)


def test_cane_fields_carry_the_mills() -> None:
    cane = sum(
        scenario().park.firms[f"sugar_{i}"].processes["main"].capacity.at(date(2010, 1, 1)) for i in (1, 2, 3)
    )
    fields = scenario().park.firms["cane_fields"].processes["main"].capacity.at(date(2010, 1, 1))
    assert 60 < cane / (fields / 1e4) < 80  # t/ha; areas are kept in m2


def test_furnace_gas_holds_less_energy_than_its_coke() -> None:
    """Phosphorus takes up what is missing: 1.6 t of coke a tonne hold 1.6 x 28.5 GJ/t."""
    gas = (
        scenario()
        .park.firms["phosphorus_anning"]
        .processes["main"]
        .out["gas"]
        .coefficient.at(date(2010, 1, 1))
    )
    assert 0.5 * 1.6 * 28.5 / 3.6 < gas < 1.6 * 28.5 / 3.6


def test_phosphogypsum_is_by_far_the_largest_residual() -> None:
    gypsum = sum(yearly(f"phosphate_{i}", "phosphogypsum") for i in range(1, 6))
    mud = yearly("alumina", "red_mud")
    assert gypsum > 5e6
    assert gypsum > 5 * mud


def test_levers_come_on_their_dates() -> None:
    policy = scenario().park.policy
    assert policy.landfill_tax is not None
    levels = [policy.landfill_tax.at(date(year, 12, 31)) for year in (2002, 2004, 2010, 2014)]
    assert levels == sorted(levels)
    assert len(set(levels)) == 4
    assert policy.subsidy["phosphogypsum"].at(date(2008, 12, 31)) == 0.0
    assert policy.subsidy["phosphogypsum"].at(date(2009, 1, 1)) > 0.0
    body = scenario().park.agents.facilitator
    assert body is not None
    assert body.until is not None
    assert (body.until - body.from_).days == pytest.approx(2 * YEAR, abs=2)


def test_pilot_changes_nothing_before_it_begins_and_helps_then() -> None:
    """Same luck."""
    for seed in (1, 2, 3):
        whole, without = run(seed).synergies, run(seed, "no_pilot.yaml").synergies
        early = [
            table.loc[table["identified"] < "2007-06", ["synergy", "identified"]].values.tolist()
            for table in (whole, without)
        ]
        assert early[0] == early[1]
        assert whole["identified"].between("2007-06", "2009-06").sum() > (
            without["identified"].between("2007-06", "2009-06").sum()
        )


def test_books_close() -> None:
    assert books_close(run(1))
