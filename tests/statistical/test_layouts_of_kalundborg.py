"""The shipped layouts of Kalundborg: heat stays where it is warm, gypsum travels."""

from __future__ import annotations

from functools import cache

import pytest

from ecopark.flows.columns import compile_columns
from ecopark.market.prices import compile_prices
from ecopark.planning.layouts.value import Reckoner, _all_pairs, _calendar
from ecopark.scenario import Scenario, shipped_variants
from ecopark.simulate import simulate

SEEDS = range(1, 7)
FISH, BOARD = "kalundborg/layouts/fish_farm_30_km_away", "kalundborg/layouts/plasterboard_30_km_away"
# The core of the model is enough for it, and quick.
CORE = {
    f"mechanisms.{name}": "false"
    for name in ("outside_options", "learning", "conduct", "information", "shared_trenches")
}


@cache
def started(name):
    """Exchanges that ever operated to 1996, seed by seed."""
    scenario = Scenario.load(name, CORE)
    tables = [simulate(scenario, seed, until="1996").synergies for seed in SEEDS]
    return [table[table["operating"].notna()] for table in tables]


def served(name, giver, taker, *resources):
    """Rows of synergies between two firms, seed by seed."""
    return [
        t[(t["from_firm"] == giver) & (t["to_firm"] == taker) & t["resource"].isin(resources)]
        for t in started(name)
    ]


def test_they_are_shipped():
    assert {FISH, BOARD, "kalundborg/core", "kalundborg/barriers/information"} <= set(shipped_variants())


@pytest.mark.slow
def test_a_fish_farm_30_km_away_gets_no_heat():
    heat = ("asnaes", "fish_farm", "warm_water", "steam")
    assert sum(len(t) > 0 for t in served("kalundborg", *heat)) >= 4
    assert sum(len(t) for t in served(FISH, *heat)) == 0
    # What does not touch the farm is as it was, seed by seed.
    gypsum = ("asnaes", "gyproc", "fgd_gypsum")
    assert [len(t) for t in served(FISH, *gypsum)] == [len(t) for t in served("kalundborg", *gypsum)]


@pytest.mark.slow
def test_gypsum_travels_30_km_by_lorry():
    gypsum = ("asnaes", "gyproc", "fgd_gypsum")
    near, far = served("kalundborg", *gypsum), served(BOARD, *gypsum)
    assert sum(len(t) > 0 for t in far) >= 4
    assert "conveyor" in {mode for t in near for mode in t["mode"]}
    assert {mode for t in far for mode in t["mode"]} == {"truck_bulk"}
    assert {round(km) for t in far for km in t["distance_km"]} == {36}


@pytest.mark.parametrize("resource", ["warm_water", "steam"])
def test_no_rule_of_reach_is_needed_for_it(resource):
    """Pipes of any length allowed: 36 km of pipe still do not pay, or the water is too cold."""
    free = {f"transport.{mode}.max_length": "200 km" for mode in ("warm_water_pipe", "steam_pipe")}
    park = Scenario.load("kalundborg", free).park
    calendar = _calendar(park)
    columns = compile_columns(park, calendar)
    pairs = _all_pairs(park, columns)
    reckoner = Reckoner(park, columns, compile_prices(park, columns, calendar), pairs, calendar)
    firms = columns.firms
    mine = [
        k
        for k in range(pairs.count)
        if firms[columns.port_firm[pairs.out_port[k]]] == "asnaes"
        and firms[columns.port_firm[pairs.in_port[k]]] == "fish_farm"
        and columns.resources[columns.port_resource[pairs.out_port[k]]] == resource
    ]
    day = float(calendar.day(park.time.start.replace(year=1990)))

    def worth(length):
        pairs.distance[mine] = length
        found = [reckoner.appraise(k, day, trust=1.0) for k in mine if is_open(k, day)]
        return max((terms.joint_margin for terms in found if not terms.reason), default=0.0)

    def is_open(k, day):
        ports = int(pairs.out_port[k]), int(pairs.in_port[k])
        return all(columns.opens[port] <= day < columns.closes[port] for port in ports)

    assert worth(0.5) > 0.0
    assert worth(36.0) == 0.0
