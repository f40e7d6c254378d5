"""The shipped Kalundborg scenario: it loads, every number is sourced, nobody is told with whom to trade,
and the volumes at hand when nothing trades are those of the literature.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from ecopark.scenario.geometry import distance_km
from ecopark.scenario.load import Scenario
from ecopark.scenario.types import Port, Process

FOLDER = Path(__file__).parents[2] / "scenarios" / "kalundborg"
DAYS_PER_YEAR = 365.25
# Text for the reader, which may speak of anybody; all else is data of one firm.
FOR_THE_READER = {"source", "note", "name", "description", "owners"}


@cache
def scenario() -> Scenario:
    return Scenario.load(FOLDER)


def yearly_mean(port: str, direction: str, firm: str, process: str, first: int, last: int) -> float:
    """Mean yearly quantity of a port from `first` to `last`, by capacity, use and coefficient of each month."""
    park = scenario().park
    block: Process = park.firms[firm].processes[process]
    stream: Port = (block.in_ if direction == "in" else block.out)[port]
    opens = max(filter(None, [park.firms[firm].opens, block.opens, stream.from_]), default=date.min)
    closes = min(filter(None, [park.firms[firm].closes, block.closes, stream.until]), default=date.max)
    total = 0.0
    months = [date(year, month, 1) for year in range(first, last + 1) for month in range(1, 13)]
    for month in months:
        if opens <= month < closes:
            use = block.utilisation.at(month) if block.utilisation else 1.0
            total += block.capacity.at(month) * use * stream.coefficient.at(month) * DAYS_PER_YEAR / 12
    return total / (last - first + 1)


# --------------------------------------------------------------------------- sources
def test_every_number_has_source_and_mark() -> None:
    unsourced = [
        path
        for path, number in scenario().numbers()
        if not number.source or number.mark not in ("S", "M", "D")
    ]
    assert unsourced == []


@pytest.mark.parametrize("firm", ["asnaes", "gyproc", "novo_nordisk", "lake_tisso", "municipality", "town"])
def test_sizes_and_flows_of_the_core_rest_mostly_on_documents(firm: str) -> None:
    marks = [
        number.mark
        for path, number in scenario().numbers()
        if path.startswith(f"firms.{firm}.processes.") and re.search(r"capacity|coefficient", path)
    ]
    assert sum(mark != "M" for mark in marks) > 0.5 * len(marks)


# --------------------------------------------------------------------------- nobody is told with whom
def scalars(node: Any) -> Iterator[str]:
    """Keys and values of a block, except those written for the reader."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in FOR_THE_READER:
                yield str(key)
                yield from scalars(value)
    elif isinstance(node, list):
        for value in node:
            yield from scalars(value)
    elif node is not None:
        yield str(node)


def raw_files() -> dict[str, dict[str, Any]]:
    """Every file of the scenario; not layouts, which say who moves, nor questions, which may close a plant."""
    apart = ("layouts", "rankings", "studies")
    files = [path for path in sorted(FOLDER.rglob("*.yaml")) if path.parent.name not in apart]
    return {path.name: yaml.safe_load(path.read_text("utf-8")) for path in files}


def test_no_block_names_another_firm() -> None:
    firms = {name: block for raw in raw_files().values() for name, block in raw.get("firms", {}).items()}
    assert set(firms) == set(scenario().park.firms)
    guilty = [
        (name, other, text)
        for name, block in firms.items()
        for text in scalars(block)
        for other in firms
        # "pig_farms" contains "farms"; a plant may say which closed plant of the same people it succeeds.
        if other not in name
        and text != "novo_nordisk.enzymes"
        and re.search(rf"(?<![a-z]){other}(?![a-z])", text)
    ]
    assert guilty == []


def test_rules_prices_and_pathways_name_no_firm() -> None:
    firms = set(scenario().park.firms)
    shared = [
        {k: v for k, v in raw.items() if k not in ("firms", "observed", "include")}
        for raw in raw_files().values()
    ]
    words = {word for block in shared for text in scalars(block) for word in re.findall(r"[a-z_0-9]+", text)}
    assert words & firms == set()
    assert scenario().park.agents.ties == ()


# --------------------------------------------------------------------------- volumes, c.1990-95
@pytest.mark.parametrize(
    ("stream", "low", "high"),
    [
        # kalundborg.md section 7 and links_to_1993.csv; bounds are the reported range, +-30 % for one figure.
        (("fly_ash", "out", "asnaes", "power"), 119e3, 260e3),
        (("fgd_gypsum", "out", "asnaes", "power"), 80e3, 100e3),
        (("gypsum", "in", "gyproc", "board"), 114e3, 126e3),
        (("used_cooling_water", "out", "refinery", "crude"), 0.6e6, 0.8e6),
        (("sulphur", "out", "refinery", "desulphurisation"), 2.9e3, 4.9e3),
        (("hot_water", "in", "town", "homes"), 0.9 * 162e3, 1.1 * 162e3),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_volume_about_1994_is_that_of_the_record(
    stream: tuple[str, str, str, str], low: float, high: float
) -> None:
    first, last = (1994, 1994) if stream[0] in ("fgd_gypsum", "sulphur") else (1990, 1994)
    assert low <= yearly_mean(*stream, first, last) <= high


def test_steam_need_of_fermentation_is_215_kt_in_1990() -> None:
    heat = sum(
        yearly_mean("steam", "in", "novo_nordisk", process, 1990, 1990) for process in ("enzymes", "insulin")
    )
    tonnes = heat * 3.6 / 2.6  # MWh to GJ, 2.6 GJ a tonne of steam
    assert tonnes == pytest.approx(215e3, rel=0.05)


def test_sludge_is_one_million_tonnes_about_1992() -> None:
    wet = sum(
        yearly_mean("bio_sludge", "out", "novo_nordisk", process, 1990, 1994)
        for process in ("enzymes", "insulin")
    )
    assert wet == pytest.approx(1.0e6, rel=0.15)


def test_yeast_agrees_with_both_published_figures() -> None:
    wet_2015 = yearly_mean("yeast_slurry", "out", "novo_nordisk", "insulin", 2015, 2015)
    wet_1995 = yearly_mean("yeast_slurry", "out", "novo_nordisk", "insulin", 1995, 1995)
    assert wet_2015 == pytest.approx(150e3, rel=0.05)
    assert wet_1995 * 0.08 == pytest.approx(5e3, rel=0.15)


def test_refinery_steam_that_others_may_serve_is_140_kt() -> None:
    port = scenario().park.firms["refinery"].processes["crude"].in_["steam"]
    heat = yearly_mean("steam", "in", "refinery", "crude", 1985, 1994) * port.max_share.value
    assert heat * 3.6 / 2.6 == pytest.approx(140e3, rel=0.05)


def test_extraction_can_carry_all_heat_of_the_town_and_the_plants() -> None:
    offered = yearly_mean("steam", "out", "asnaes", "power", 1990, 1994)
    wanted = yearly_mean("hot_water", "in", "town", "homes", 1990, 1994)
    wanted += sum(yearly_mean("steam", "in", "novo_nordisk", p, 1990, 1994) for p in ("enzymes", "insulin"))
    wanted += 0.4 * yearly_mean("steam", "in", "refinery", "crude", 1990, 1994)
    assert wanted < offered


def test_power_station_ash_follows_coal() -> None:
    ports = scenario().park.firms["asnaes"].processes["power"]
    for year in range(1960, 2019):
        when = date(year, 7, 1)
        share = ports.in_["coal"].coefficient.at(when) / 3.07
        assert ports.out["fly_ash"].coefficient.at(when) == pytest.approx(0.0347 * share, rel=0.03, abs=2e-4)


def test_fuels_of_the_power_station_add_up_to_one_heat_rate() -> None:
    ports = scenario().park.firms["asnaes"].processes["power"].in_
    for year in range(1960, 2019):
        when = date(year, 7, 1)
        burnt = sum(ports[fuel].coefficient.at(when) for fuel in ("coal", "fuel_oil", "orimulsion"))
        assert burnt == pytest.approx(3.07, abs=0.015)


def test_power_of_2008_is_a_tenth_of_denmark() -> None:
    assert yearly_mean("electricity", "out", "asnaes", "power", 2008, 2008) == pytest.approx(3.6e6, rel=0.05)


def test_scrubber_takes_enough_limestone_for_its_gypsum() -> None:
    ports = scenario().park.firms["asnaes"].processes["power"]
    lime = ports.in_["limestone"].coefficient.at(date(1994, 1, 1))
    gypsum = ports.out["fgd_gypsum"].coefficient.at(date(1994, 1, 1))
    assert lime * 0.94 / 100.09 == pytest.approx(gypsum / 172.17, rel=0.02)  # CaCO3 to CaSO4.2H2O, by moles


def test_lake_permits_bound_the_waterworks() -> None:
    assert yearly_mean("surface_water", "out", "lake_tisso", "outflow", 1962, 2000) == pytest.approx(3.0e6)
    assert yearly_mean("surface_water", "out", "lake_tisso", "outflow", 2001, 2025) == pytest.approx(5.0e6)


def test_water_wanted_of_the_mains_stays_near_the_permit() -> None:
    wanted = [
        ("cooling_water", "refinery", "crude"),
        ("boiler_feed_water", "refinery", "crude"),
        ("boiler_feed_water", "asnaes", "power"),
        ("technical_water", "asnaes", "power"),
        ("cooling_water", "novo_nordisk", "enzymes"),
        ("cooling_water", "novo_nordisk", "insulin"),
    ]
    total = sum(yearly_mean(port, "in", firm, process, 1990, 1994) for port, firm, process in wanted)
    assert 2.1e6 < total < 3.9e6  # permit 3.0 Mm3/yr +-30 %


# --------------------------------------------------------------------------- places
def test_distances_are_those_reported() -> None:
    park = scenario().park

    def way(start: str, end: str) -> float:
        a, b = (np.array([park.firms[name].site]) for name in (start, end))
        return float(distance_km(a, b, park.layout)[0])

    assert way("lake_tisso", "municipality") == pytest.approx(13.0, abs=0.3)  # pipe, tv-kalundborg
    assert way("asnaes", "novo_nordisk") == pytest.approx(3.0, abs=0.3)  # steam pipe, ieprime
    assert way("asnaes", "aalborg_portland") / park.layout.detour.value == pytest.approx(168, abs=4)
    assert way("asnaes", "kemira") / park.layout.detour.value == pytest.approx(86, abs=4)


# --------------------------------------------------------------------------- prices
def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_price_series_follow_from_world_prices() -> None:
    """prices.csv is the documented arithmetic over world_prices.csv (README, section Prices)."""
    world = {row["year"]: row for row in rows("world_prices.csv")}
    checked = 0
    for row in rows("prices.csv"):
        raw = {key: float(text) for key, text in world[row["date"][:4]].items() if text}
        cpi, crude = raw["cpi_2010_100"] / 100, raw["crude_usd_per_bbl"] * raw["dkk_per_usd"] / 1.587
        expected = {
            "fuel_oil": 0.85 * crude + 15 * cpi,
            "gas_oil": 1.30 * crude + 60 * cpi + raw["heating_oil_tax_dkk_per_mwh"],
            "coal": (raw["coal_usd_per_t"] * raw["dkk_per_usd"] + 40 * cpi) / 6.944,
            "soy_meal": raw["soy_meal_usd_per_t"] * raw["dkk_per_usd"] + 150 * cpi,
            "fuel_gas": raw["gas_usd_per_mmbtu"] * raw["dkk_per_usd"] / 0.2645 + 25 * cpi
            if "gas_usd_per_mmbtu" in raw
            else 1.15 * crude + 25 * cpi,
        }
        if row["series"] in expected:
            checked += 1
            assert float(row["value"]) == pytest.approx(expected[row["series"]], abs=0.06), row
    assert checked == 5 * 67


@pytest.mark.parametrize(
    ("year", "factor"), [(1960, 12.0), (1980, 2.66), (1990, 1.51), (2000, 1.22), (2015, 0.936)]
)
def test_deflator_is_the_danish_consumer_price_index(year: int, factor: float) -> None:
    """Rounded levels of the Danish index as remembered (2010 = 93.5 at 2015 = 100: 7.8, 35.2, 61.9, 76.6, 100).

    A guard against a wrong base year or a broken chain, not a second source.
    """
    index = {int(row["year"]): float(row["index"]) for row in rows("deflator.csv")}
    assert index[2010] == pytest.approx(100)
    assert index[2010] / index[year] == pytest.approx(factor, rel=0.03)


def test_oil_prices_have_the_crises() -> None:
    virgin = scenario().park.resources["fuel_oil"].virgin
    assert virgin is not None
    oil = virgin.price
    assert oil is not None

    def real(year: int) -> float:
        return oil.at(date(year, 7, 1))

    assert real(1974) > 2.5 * real(1972)
    assert real(1980) > 1.5 * real(1978)
    assert real(1986) < 0.5 * real(1985)


def test_waste_tax_is_none_before_1987_and_40_in_1987() -> None:
    tax = scenario().park.policy.landfill_tax
    assert tax is not None
    deflator = {int(row["year"]): float(row["index"]) for row in rows("deflator.csv")}
    assert tax.at(date(1986, 12, 31)) == 0
    assert tax.at(date(1987, 1, 1)) == pytest.approx(40 * 100 / deflator[1987], rel=1e-3)
    assert tax.at(date(2022, 6, 1)) == pytest.approx(475 * 100 / deflator[2022], rel=1e-3)


# --------------------------------------------------------------------------- record
def test_record_keeps_the_reference_and_names_known_firms_and_resources() -> None:
    park = scenario().park
    record = rows("links_to_1993.csv")
    assert len(record) == 17
    for row in record:
        assert {row["from_firm"], row["to_firm"]} <= set(park.firms)
        giver = park.firms[row["from_firm"]]
        offered = {port.resource for process in giver.processes.values() for port in process.out.values()}
        assert row["resource"] in offered
        assert 1961 <= int(row["start_year"]) <= 1993
        opened = park.firms[row["to_firm"]].opens
        assert opened is None or opened.year <= int(row["start_year"])


def test_sizes_by_year_match_the_count_of_exchanges_published() -> None:
    """kalundborg.md section 2: cumulative number of dated exchanges."""
    years = sorted(int(row["start_year"]) for row in rows("links_to_1993.csv"))
    for until, count in {1961: 2, 1973: 4, 1979: 6, 1982: 10, 1987: 12, 1990: 14, 1993: 17}.items():
        assert sum(year <= until for year in years) == count


def test_actors_of_the_fact_sheet_are_all_there() -> None:
    assert set(scenario().park.firms) == {
        "asnaes", "refinery", "gyproc", "novo_nordisk", "novozymes", "municipality", "town", "lake_tisso",
        "aalborg_portland", "kemira", "fish_farm", "farms", "pig_farms", "soil_cleaner", "waste_company",
        "greenhouses", "inbicon", "kalundborg_bioenergy", "road_builder",
    }  # fmt: skip
