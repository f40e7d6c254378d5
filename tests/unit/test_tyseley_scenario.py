"""The shipped Tyseley scenario: sourced, nobody told with whom to trade, plants of the documented size."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from scenario_checks import books_close, partners_named, table, unsourced

from ecopark import simulate
from ecopark.run import Run
from ecopark.scenario.load import Scenario

FOLDER = Path(__file__).parents[2] / "scenarios" / "tyseley"
YEAR, WORKING_HOURS = 365.25, 8000.0


@cache
def scenario(file: str = "scenario.yaml") -> Scenario:
    return Scenario.load(FOLDER / file)


@cache
def run(seed: int, file: str = "scenario.yaml") -> Run:
    return simulate(scenario(file), seed=seed)


def test_every_number_has_source_and_mark() -> None:
    assert unsourced(scenario()) == []


def test_nobody_is_told_with_whom_to_trade() -> None:
    assert partners_named(FOLDER) == []
    assert scenario().park.agents.ties == ()


@pytest.mark.parametrize(
    ("firm", "feed_t", "power_mw"),
    [("energy_from_waste", 350_000, 25.0), ("biomass", 72_000, 10.4)],
)
def test_plants_burn_and_make_what_the_documents_say(firm: str, feed_t: float, power_mw: float) -> None:
    main = scenario().park.firms[firm].processes["main"]
    at = date(2024, 1, 1)
    feed = main.capacity.at(at) * YEAR
    assert feed == pytest.approx(feed_t, rel=0.01)
    assert feed * main.out["power"].coefficient.at(at) / WORKING_HOURS == pytest.approx(power_mw, rel=0.02)


def test_twenty_buses_use_less_hydrogen_than_the_station_makes() -> None:
    park, at = scenario().park, date(2024, 1, 1)
    buses = park.firms["bus_depot"].processes["fuel_cells"].capacity.at(at) * YEAR
    station = park.firms["hydrogen_station"].processes["main"].capacity.at(at) * YEAR
    assert buses == pytest.approx(20 * 70_000 * 8.5e-5, rel=0.02)
    assert buses < station
    # 3 MW at 55 MWh/t all year round make at most this much.
    assert station < 3.0 * 24 * YEAR / 55


def test_landfill_tax_is_that_of_the_record() -> None:
    """Nominal rates of programmes.md 6.2, seen in their sources."""
    rates = {
        r["date"][:4]: float(r["value"])
        for r in table(FOLDER / "prices.csv")
        if r["series"] == "landfill_tax"
    }
    published = {
        "2011": 56,
        "2013": 72,
        "2014": 80,
        "2016": 84.4,
        "2019": 91.35,
        "2020": 94.15,
        "2025": 126.15,
    }
    assert {year: rates[year] for year in published} == published
    tax = scenario().park.policy.landfill_tax
    assert tax is not None
    with (FOLDER / "deflator.csv").open(encoding="utf-8") as file:
        index = {row["year"]: float(row["index"]) for row in csv.DictReader(file)}
    real = 126.15 * index["2015"] / index["2025"]
    assert tax.at(date(2025, 6, 1)) == pytest.approx(real, rel=1e-3)


def test_no_heat_leaves_the_plant_under_the_first_contract() -> None:
    for seed in (1, 2):
        links = run(seed).synergies
        heat = links[(links["from_firm"] == "energy_from_waste") & (links["resource"] == "hot_water")]
        assert (heat["operating"].dropna() >= "2019-01-01").all()
        assert heat["operating"].notna().any()


def test_help_brings_more_links_on_the_same_luck() -> None:
    for seed in (1, 2):
        links = [
            run(seed, file).synergies["operating"].notna().sum() for file in ("scenario.yaml", "no_help.yaml")
        ]
        assert links[0] > links[1]


def test_books_close() -> None:
    assert books_close(run(1))
