"""Tables of the question pages that no command makes: what each residual brings, and who supplies whom.

``python docs/tables/make_tables.py`` runs Kalundborg to 1995 with twelve seeds and writes ``carbon_only_residuals.csv``
and ``how_much_supply.csv`` beside this file. All other tables here are the ``ranking.csv`` of ``ecopark rank`` and
the comparison of ``ecopark sweep``, copied as they are.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ecopark import Run, Scenario, simulate
from ecopark.experiments.statistics import mean_interval

HERE = Path(__file__).parent
SEEDS = range(1, 13)
FIRST, LAST = 1991, 1995
YEARS = LAST - FIRST + 1
BENEFITS = ("avoided_co2", "joint_gain", "avoided_waste", "avoided_water", "avoided_discharge")
# What firms need, by what would be bought otherwise.
NEEDS = {
    "steam and hot water": ("steam", "hot_water", "warm_water"),
    "ground water and its kinds": (
        *("ground_water", "cooling_water", "technical_water", "drinking_water", "boiler_feed_water"),
    ),
    "fuel": ("coal", "fuel_oil", "gas_oil", "natural_gas", "fuel_gas"),
    "gypsum": ("natural_gypsum",),
    "clinker and its kinds": ("clinker", "clay"),
    "aggregate": ("aggregate",),
    "sulphur": ("sulphur",),
    "fertiliser": ("nitrogen_fertiliser",),
    "animal feed": ("animal_feed",),
}


def main() -> None:
    """Run, count, write."""
    scenario = Scenario.load("kalundborg")
    runs = [simulate(scenario, seed, str(LAST)) for seed in SEEDS]
    residuals = pd.concat([by_residual(run).assign(seed=seed) for seed, run in zip(SEEDS, runs, strict=True)])
    summed_up(residuals, ["residual", "benefit", "unit"]).to_csv(
        HERE / "carbon_only_residuals.csv", index=False
    )
    supply = pd.concat([by_need(run).assign(seed=seed) for seed, run in zip(SEEDS, runs, strict=True)])
    summed_up(supply, ["need", "measure", "unit"]).to_csv(HERE / "how_much_supply.csv", index=False)


def by_residual(run: Run) -> pd.DataFrame:
    """What each residual given brings a year, ``residual, benefit, unit, value``."""
    table = run.indicators
    table = table[
        table["scope"].str.startswith("resource:")
        & table["indicator"].isin(BENEFITS)
        & table["period"].dt.year.between(FIRST, LAST)
    ]
    table = table.assign(residual=table["scope"].str.removeprefix("resource:"), benefit=table["indicator"])
    sums = table.groupby(["residual", "benefit", "unit"], observed=True)["value"].sum() / YEARS
    whole: pd.DataFrame = sums.rename("value").reset_index()
    return whole


def by_need(run: Run) -> pd.DataFrame:
    """Share of each need that came from a neighbour, and from the largest giver: ``need, measure, unit, value``."""
    flows = run.flows
    flows = flows[flows["start"].dt.year.between(FIRST, LAST)]
    given = flows[flows["route"] == "exchange"]
    bought = flows[flows["route"] == "virgin"]
    rows = []
    for need, names in NEEDS.items():
        mine = given[given["delivered_resource"].isin(names)]
        delivered = float(mine["delivered"].sum())
        whole = delivered + float(bought.loc[bought["resource"].isin(names), "quantity"].sum())
        if not whole:
            continue
        rows.append((need, "neighbours", "1", delivered / whole))
        largest = (
            float(mine.groupby("from_firm", observed=True)["delivered"].sum().max()) if delivered else 0.0
        )
        rows.append((need, "largest_giver", "1", largest / whole))
    return pd.DataFrame(rows, columns=["need", "measure", "unit", "value"])


def summed_up(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Mean over the seeds, its 95 % interval, and the number of seeds that have any; absent is zero."""
    wide = (
        table.pivot_table("value", keys, "seed", "sum", observed=True)
        .reindex(columns=list(SEEDS))
        .fillna(0.0)
    )
    rows = []
    for key, values in wide.iterrows():
        sample = values.to_numpy(dtype=float)
        low, high = mean_interval(sample)
        rows.append((*key, float(sample.mean()), low, high, int((sample != 0.0).sum())))  # type: ignore[misc]
    return pd.DataFrame(rows, columns=[*keys, "mean", "low", "high", "seeds"])


if __name__ == "__main__":
    main()
