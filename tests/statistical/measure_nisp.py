"""The British programme beside its record: what `docs/nisp.md` states, measured again.

    python tests/statistical/measure_nisp.py west_midlands 1 2 3 4 5 6 7 8

What the programme reported is an annual figure of every exchange it had completed by a date, counted once. So here an
exchange that practitioners carried counts with what it moved in its first twelve months.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from ecopark import Run, Scenario, simulate
from ecopark.indicators.programme import programme_metrics

DATES = ("2006-10-01", "2008-10-01", "2009-12-31", "2012-08-31")
_PARTS = ("landfill", "co2", "virgin", "hazardous", "cost_saved", "sales")
_DAYS_OF_A_YEAR = 365


def carried(run: Run) -> pd.Series:
    """First day of operation of the exchanges that practitioners carried, by synergy."""
    names = set(run.events.loc[run.events["event"] == "carried", "synergy"].astype(str))
    table = run.synergies.assign(synergy=run.synergies["synergy"].astype(str))
    table = table[table["operating"].notna() & table["synergy"].isin(names)]
    return pd.Series(pd.to_datetime(table["operating"]).to_numpy(), index=table["synergy"].to_numpy())


def first_years(run: Run, until: str, currency: str = "GBP") -> pd.Series:
    """What the carried exchanges begun by a date moved in their first twelve months, and ratios of it.

    Returns
    -------
    pandas.Series of float
        ``exchanges`` (1); ``landfill``, ``co2``, ``virgin``, ``hazardous`` (t), ``cost_saved``, ``sales`` (GBP of
        2010), and each but the first over tonnes kept from landfill.
    """
    begun = carried(run)
    begun = begun[begun <= pd.Timestamp(until)]
    tables = []
    for table in (run.flows, run.accounts):
        names = table["synergy"].astype(str)
        rows, begins = table[names.isin(begun.index)], names.map(begun)
        age = (pd.to_datetime(rows["start"]) - begins[rows.index]).dt.days
        # The row of the month in which it begins starts up to a month earlier.
        tables.append(rows[(age > -31) & (age <= _DAYS_OF_A_YEAR - 31)])
    # Kind and unit of what was replaced are read from the rows of its own supply, which no exchange has.
    own = run.flows[run.flows["synergy"].isna()].drop_duplicates("resource")
    metrics = programme_metrics(pd.concat([own, tables[0]]), tables[1], run.resources, currency)
    total = metrics.groupby("indicator")["value"].sum()
    found = pd.Series({part: float(total.get(f"programme_{part}", 0.0)) for part in _PARTS})
    ratios = (found / found["landfill"]).drop("landfill").add_suffix("_per_landfill")
    return pd.concat([pd.Series({"exchanges": float(len(begun))}), found, ratios])


def members(run: Run, on: str) -> int:
    """Members of the programme on a day."""
    events = run.events[pd.to_datetime(run.events["date"]) <= pd.Timestamp(on)]
    count = events["event"].value_counts()
    return int(count.get("joined", 0) - count.get("left", 0))


def main(arguments: list[str]) -> None:
    """Print medians and middle 90 % over seeds."""
    name, *seeds = arguments
    scenario = Scenario.load(name)
    parts = []
    for seed in seeds or ["1"]:
        run = simulate(scenario, int(seed))
        by_date = {
            date: pd.concat([first_years(run, date), pd.Series({"members": members(run, date)})])
            for date in DATES
        }
        parts.append(pd.DataFrame(by_date))
    runs = np.stack([part.to_numpy(dtype=np.float64) for part in parts])
    low, middle, high = np.quantile(runs, [0.05, 0.5, 0.95], axis=0)
    text = [
        [f"{m:,.4g} ({a:,.3g} to {b:,.3g})" for a, m, b in zip(*rows, strict=True)]
        for rows in zip(low, middle, high, strict=True)
    ]
    sys.stdout.write(pd.DataFrame(text, parts[0].index, list(DATES)).to_string() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
