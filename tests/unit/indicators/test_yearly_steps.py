"""The yearly table of a run, made in one pass, is to the last bit the one put together from tables step by step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from ecopark import Scenario, simulate
from ecopark.indicators import yearly_indicators
from ecopark.indicators.groups import group, names_of
from ecopark.indicators.tables import (
    TIDY,
    add_up,
    condense_accounts,
    condense_flows,
    stack,
    sum_by,
    tidy,
)
from ecopark.indicators.yearly import park_totals
from ecopark.run import Run

RESOURCE = "resource=resource"
DISPOSED = {
    "material": "avoided_waste", "water": "avoided_discharge", "heat": "avoided_cooling", "energy": "avoided_flare",
}  # fmt: skip
REPLACED = {
    "material": "avoided_virgin", "water": "avoided_water", "heat": "avoided_heat", "energy": "avoided_fuel",
}  # fmt: skip


@pytest.fixture(scope="module")
def run() -> Run:
    """Twenty-five years with gas, heat, water and gypsum."""
    return simulate(Scenario.load("kalundborg"), seed=1, until="1984")


def named(table: pd.DataFrame, names: Mapping[str, str], column: str) -> pd.DataFrame:
    """Tidy rows whose indicator goes by a column."""
    table = table.assign(indicator=table[column].map(names))
    return table.loc[table["indicator"].notna(), list(TIDY)]


def step_by_step(run: Run) -> pd.DataFrame:
    """Everything but the number of exchanges."""
    flows, accounts = condense_flows(run.flows), condense_accounts(run.accounts)
    goods = (
        run.flows[["resource", "kind", "unit"]].drop_duplicates("resource").astype(str).set_index("resource")
    )
    moved = flows[flows["route"].isin(["exchange", "loss"]) & flows["synergy"].notna()]
    sent = moved[moved["route"] == "exchange"]
    served = sent[sent["delivered_resource"].notna()]
    need = served["delivered_resource"].astype(str)
    served = served.assign(kind=need.map(goods["kind"]), unit=need.map(goods["unit"]))
    given = run.synergies.set_index("synergy")["resource"]
    booked = accounts.assign(
        joint=accounts["giver"] + accounts["taker"], resource=accounts["synergy"].astype(str).map(given)
    )
    ends = [
        sum_by(booked, "joint", ["park", RESOURCE]),
        sum_by(booked, "giver", ["firm=from_firm"]),
        sum_by(booked, "taker", ["firm=to_firm"]),
    ]
    spared = moved[moved["instead_of"].notna()]
    return stack(
        [
            tidy(sum_by(sent, "quantity", [RESOURCE]), "exchanged"),
            named(sum_by(spared, "quantity", ["park", RESOURCE], also="kind"), DISPOSED, "kind"),
            named(sum_by(served, "delivered", ["park", RESOURCE], also="kind"), REPLACED, "kind"),
            named(add_up(ends), {"t CO2e": "avoided_co2", run.currency: "joint_gain"}, "unit"),
        ]
    )


@pytest.mark.parametrize("names_as", ["category", "str"])
def test_one_pass_gives_what_the_steps_give(run: Run, names_as: str) -> None:
    tables = [run.flows, run.synergies, run.accounts]
    if names_as == "str":
        tables = [
            table.astype(dict.fromkeys(table.select_dtypes("category").columns, "str")) for table in tables
        ]
    found = yearly_indicators(*tables, run.currency)
    rest = found[found["indicator"] != "operating_synergies"].reset_index(drop=True)
    assert len(rest) > 500
    pd.testing.assert_frame_equal(rest, step_by_step(run), check_exact=True)


def test_totals_are_sums_by_name_over_the_whole_ledger(run: Run) -> None:
    flows, totals = run.flows, park_totals(run.flows, run.accounts, run.currency)
    moved = flows[flows["route"].isin(["exchange", "loss"]) & flows["instead_of"].notna()]
    wasted = moved.groupby("kind", observed=True)["quantity"].sum()
    assert len(wasted) > 2
    for kind, total in wasted.items():
        assert totals[DISPOSED[str(kind)]][0] == pytest.approx(total, rel=1e-12)
    for unit, indicator in (("t CO2e", "avoided_co2"), (run.currency, "joint_gain")):
        rows = run.accounts[run.accounts["unit"] == unit]
        total = rows["giver"].sum() + rows["taker"].sum()
        assert totals[indicator] == (pytest.approx(total, rel=1e-9), unit)


def test_groups_are_numbered_as_they_come() -> None:
    one = np.array([3, 3, -1, 3, 2**40], dtype=np.int64)
    other = np.array([0, 1, 1, 0, 100], dtype=np.int8)
    code, first = group([one, other])
    assert code.tolist() == [0, 1, 2, 0, 3]
    assert first.tolist() == [0, 1, 2, 4]
    # Too many combinations for one number are made dense on the way.
    assert group([one] * 5)[0].tolist() == [0, 0, 1, 0, 2]


def test_names_are_numbers_whether_categories_or_texts() -> None:
    texts = pd.Series(["b", None, "a", "b"], dtype="str")
    codes, names = names_of(texts)
    assert [names[code] if code >= 0 else None for code in codes] == ["b", None, "a", "b"]
    codes, names = names_of(texts.astype("category"))
    assert names == ["a", "b"]
    assert codes.tolist() == [1, -1, 0, 1]
