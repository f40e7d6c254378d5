"""Speed of indicators: a 65-year park, and a year of a region of 1,000 firms. Run with ``--benchmark-enable -n 0``."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ecopark.indicators as ind
from ecopark import Run, Scenario, simulate

# Processor time, so that what else runs on the machine does not count.
pytestmark = [pytest.mark.slow, pytest.mark.benchmark(timer=time.process_time)]
PARK_BUDGET, YEARLY_BUDGET, REGION_BUDGET = 1.0, 0.25, 5.0
FIRMS, LINKS, MONTHS = 1000, 2000, 12


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(Scenario.load("kalundborg"), seed=1)


def region() -> dict[str, pd.DataFrame]:
    """One year of a made-up region: hubs of a power-law degree, a mix of materials, water and heat."""
    rng = np.random.default_rng(1)
    names = np.array([f"firm_{k:04d}" for k in range(FIRMS)])
    pull = 1.0 / np.arange(1, FIRMS + 1) ** 0.8
    giver = rng.choice(FIRMS, LINKS, p=pull / pull.sum())
    taker = (giver + rng.integers(1, FIRMS, LINKS)) % FIRMS
    kinds = np.array(["material", "water", "heat"])[np.arange(LINKS) % 3]
    links = pd.DataFrame({"from_firm": names[giver], "to_firm": names[taker], "kind": kinds})
    links["unit"] = links["kind"].map({"material": "t", "water": "m3", "heat": "MWh"})
    links["resource"] = links["kind"] + (np.arange(LINKS) % 20).astype(str)
    links["synergy"] = [f"s{k}" for k in range(LINKS)]
    return {"links": links, **_tables(links, names, rng)}


def _tables(links: pd.DataFrame, names: np.ndarray, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    weeks = pd.date_range("2000-01-01", periods=4 * MONTHS, freq="7D").astype("datetime64[s]")
    moved = links.loc[links.index.repeat(len(weeks))].assign(start=np.tile(weeks, len(links)))
    quantity = rng.uniform(1.0, 100.0, len(moved))
    exchange = moved.assign(
        route="exchange", quantity=quantity, delivered=0.9 * quantity, delivered_resource=moved["resource"],
        instead_of=np.where(moved["kind"] == "heat", None, "landfill"),
    )  # fmt: skip
    lost = exchange.assign(route="loss", to_firm="environment", quantity=0.02 * quantity, delivered=np.nan)
    gone = exchange.assign(
        route="disposal", to_firm="landfill", synergy=None, delivered=np.nan, instead_of=None
    )
    bought = exchange.assign(
        route="virgin", from_firm="market", synergy=None, delivered=np.nan, instead_of=None
    )
    for part in (lost, gone, bought):
        part["delivered_resource"] = None
    flows = pd.concat([exchange, lost, gone, bought], ignore_index=True)
    flows["end"] = flows["start"] + pd.Timedelta(days=7)
    text = [
        "from_firm",
        "to_firm",
        "resource",
        "kind",
        "unit",
        "route",
        "synergy",
        "delivered_resource",
        "instead_of",
    ]
    flows = flows.astype(dict.fromkeys(text, "category"))
    months = pd.date_range("2000-01-01", periods=MONTHS, freq="MS").astype("datetime64[s]")
    booked = links.loc[links.index.repeat(MONTHS)].assign(start=np.tile(months, len(links)))
    items = [
        ("avoided_virgin", "t CO2e", "scope 3"),
        ("inputs", "t CO2e", "scope 2"),
        ("avoided_disposal", "DKK", None),
        ("payment", "DKK", None),
        ("investment", "DKK", None),
    ]
    accounts = pd.concat(
        [
            booked.assign(item=item, unit=unit, scope=scope, giver=rng.normal(1.0, 5.0, len(booked)),
                          taker=rng.normal(2.0, 5.0, len(booked)))
            for item, unit, scope in items
        ],
        ignore_index=True,
    )  # fmt: skip
    accounts = accounts.astype(
        dict.fromkeys(["synergy", "from_firm", "to_firm", "item", "unit", "scope"], "category")
    )
    began = pd.Timestamp("2000-01-01").as_unit("s")
    stages = dict.fromkeys(
        ["identified", "screened", "negotiating", "permitting", "building", "operating"], began
    )
    synergies = links.assign(to_resource=links["resource"], ended=pd.NaT, state="operating", reason="", grade=150.0,
                             grade_needed=100.0, distance_km=1.0, **stages)  # fmt: skip
    synergies = synergies.astype({"ended": "datetime64[s]"})
    firms = pd.DataFrame({"opens": pd.NaT, "closes": pd.NaT}, index=names).astype("datetime64[s]")
    firms = firms.assign(sector=[f"sector {k % 9}" for k in range(len(firms))])
    kinds = sorted(set(links["resource"]))
    resources = pd.DataFrame({"hazard": "none", "fuel_use": 1.2, "electricity_use": 0.0}, index=kinds)
    trust = links.assign(date=began, firm=links["from_firm"], partner=links["to_firm"], trust=0.7)
    return {"flows": flows, "accounts": accounts, "synergies": synergies, "firms": firms, "resources": resources,
            "trust": trust}  # fmt: skip


def within(benchmark: Any, budget: float) -> None:
    """The best round keeps the budget, where rounds were timed."""
    if benchmark.enabled:
        assert benchmark.stats.stats.min < budget


def test_all_indicators_of_a_park_of_65_years(benchmark: Any, run: Run) -> None:
    table = benchmark.pedantic(run.report_indicators, rounds=5, warmup_rounds=1)
    assert table["indicator"].nunique() > 100
    within(benchmark, PARK_BUDGET)


def test_yearly_indicators_of_a_park_of_65_years(benchmark: Any, run: Run) -> None:
    table = benchmark.pedantic(
        ind.yearly_indicators,
        args=(run.flows, run.synergies, run.accounts, run.currency),
        rounds=5,
        warmup_rounds=1,
    )
    assert table["indicator"].nunique() == 12
    within(benchmark, YEARLY_BUDGET)


def test_network_of_a_region(benchmark: Any) -> None:
    links = region()["links"]
    values = benchmark.pedantic(ind.network, args=(links,), rounds=3)
    assert values["exchanges"] == len(links)
    within(benchmark, REGION_BUDGET)


def test_all_indicators_of_a_year_of_a_region(benchmark: Any) -> None:
    tables = region()
    links = tables.pop("links")
    table = benchmark.pedantic(ind.all_indicators, args=(tables, "DKK"), rounds=2)
    park = table[table["scope"] == "park"].set_index("indicator")["value"]
    assert park["exchanges"] == len(links)
    assert park["avoided_virgin"] == pytest.approx(
        0.9 * tables["flows"].query("route == 'exchange' and unit == 't'")["quantity"].sum()
    )
    within(benchmark, REGION_BUDGET)
