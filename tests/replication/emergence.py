"""How often, and when, the exchanges of the record emerge: the figures behind "How true is it?".

Run ``python tests/replication/emergence.py --seeds 100`` for the table printed in the README.
"""

from __future__ import annotations

import argparse

import pandas as pd

from ecopark import Scenario, simulate

RECORD_UNTIL = 1993


def record(scenario: Scenario) -> pd.DataFrame:
    """The observed links of a scenario: from_firm, to_firm, resource, start_year."""
    assert scenario.path is not None
    assert scenario.park.observed is not None
    return pd.read_csv(scenario.path.parent / scenario.park.observed.links)


def emergence(scenario: Scenario, seeds: range, until: str) -> pd.DataFrame:
    """First year of each exchange (giver, taker, residual) in each run.

    Returns
    -------
    pandas.DataFrame
        Columns ``seed, from_firm, to_firm, resource, year``.
    """
    parts = []
    for seed in seeds:
        synergies = simulate(scenario, seed, until).synergies
        started = synergies[synergies["operating"].notna()]
        year = started["operating"].dt.year.rename("year")
        keys = [started["from_firm"], started["to_firm"], started["resource"]]
        parts.append(year.groupby(keys).min().reset_index().assign(seed=seed))
    return pd.concat(parts, ignore_index=True)


def compare(found: pd.DataFrame, observed: pd.DataFrame, runs: int) -> pd.DataFrame:
    """One row per link of the record or of the runs, with frequency and median start year."""
    keys = ["from_firm", "to_firm", "resource"]
    table = (
        found.groupby(keys)["year"].agg(runs="count", median="median", first="min", last="max").reset_index()
    )
    table["frequency"] = table["runs"] / runs
    table = table.merge(observed[[*keys, "start_year"]], on=keys, how="outer")
    return table.fillna({"runs": 0, "frequency": 0.0}).sort_values(
        ["start_year", "median"], ignore_index=True
    )


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--until", default=str(RECORD_UNTIL))
    options = parser.parse_args()
    scenario = Scenario.load("kalundborg")
    found = emergence(scenario, range(1, options.seeds + 1), options.until)
    table = compare(found, record(scenario), options.seeds)
    print(table.drop(columns="runs").to_string(index=False, float_format="{:.2f}".format))


if __name__ == "__main__":
    main()
