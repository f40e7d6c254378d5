"""The ledger of one exchange: every row has two named ends, and each pays for what it uses."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from small_parks import Raw, firm, scenario

from ecopark import simulate
from ecopark.flows.ledger import COLUMNS, ROUTES

PLANT = firm(
    outputs={
        "steam": {
            "resource": "steam",
            "coefficient": "0.5 MWh/t",
            "grade": "250 degC",
            "on_demand": True,
            "burden": {"electricity": "0.2 MWh/MWh"},
        },
        "ash": {"resource": "ash", "coefficient": "0.1", "storage": "31 t"},
        "goods": {"resource": "goods", "coefficient": "1", "role": "product"},
    }
)
KILN = firm(
    (2000, 0),
    capacity="20 t/day",
    inputs={
        "steam": {"resource": "steam", "coefficient": "1 MWh/t", "grade": "180 degC"},
        "clay": {"resource": "clay", "coefficient": "0.2"},
    },
)
MIX: Raw = {
    "mix": {
        "giver": "ash",
        "taker": "clay",
        "replacement": "0.8",
        "electricity": "0.01 MWh/t",
        "lead_time": "0 d",
    }
}


@pytest.fixture(scope="module")
def rows() -> Any:
    park = scenario({"kiln": KILN, "plant": PLANT}, pathways=MIX, time={"end": "1990-02", "segment": "month"})
    flows = simulate(park).flows
    texts = {name: "str" for name in flows.columns if flows[name].dtype == "category"}
    return flows.astype(texts).set_index(["start", "route", "resource"]).sort_index()


def row(rows: pd.DataFrame, month: str, route: str, resource: str, **where: str) -> Any:
    found = rows.loc[[(pd.Timestamp(month), route, resource)]]
    for name, value in where.items():
        found = found[found[name] == value]
    assert len(found) == 1, found
    return found.iloc[0]


def test_columns_and_routes_are_those_of_the_design(rows: pd.DataFrame) -> None:
    assert {*rows.columns, *rows.index.names} == set(COLUMNS)
    assert set(rows.index.get_level_values("route")) <= set(ROUTES)
    ends = rows[["from_firm", "to_firm"]]
    assert ends.notna().to_numpy().all()
    assert (ends != "").to_numpy().all()


def test_steam_is_sent_lost_and_paid_for(rows: pd.DataFrame) -> None:
    # The kiln needs 20 x 31 = 620 MWh; over 2 km at 3 % per km 0.97^2 = 0.9409 arrive.
    sent = 620.0 / 0.9409
    steam = row(rows, "1990-01-01", "exchange", "steam")
    assert (steam.from_firm, steam.to_firm) == ("plant", "kiln")
    assert steam.quantity == pytest.approx(620.0, rel=1e-12)
    assert (steam.delivered_resource, steam.delivered) == ("steam", pytest.approx(620.0))
    lost = row(rows, "1990-01-01", "loss", "steam")
    assert (lost.from_firm, lost.to_firm) == ("plant", "environment")
    assert lost.quantity == pytest.approx(sent - 620.0)
    # Made on demand: no disposal was avoided, and none is booked.
    assert steam.instead_of in ("nan", None) or pd.isna(steam.instead_of)
    # The generation lost is the giver's burden.
    power = row(rows, "1990-01-01", "virgin", "electricity", to_firm="plant")
    assert power.from_firm == "market: electricity"
    assert power.quantity == pytest.approx(0.2 * sent)


def test_ash_is_exchanged_stored_and_then_dumped(rows: pd.DataFrame) -> None:
    # 0.1 x 100 = 10 t a day; the kiln's 4 t a day of clay take 5 t of ash at 0.8 for one.
    ash = row(rows, "1990-01-01", "exchange", "ash")
    assert (ash.quantity, ash.delivered) == (pytest.approx(155.0), pytest.approx(124.0))
    assert (ash.delivered_resource, ash.instead_of) == ("clay", "landfill")
    store = row(rows, "1990-01-01", "stock", "ash")
    assert (store.from_firm, store.to_firm, store.quantity) == ("plant", "plant store", pytest.approx(31.0))
    dumped = row(rows, "1990-01-01", "disposal", "ash")
    assert (dumped.to_firm, dumped.quantity) == ("landfill", pytest.approx(310.0 - 155.0 - 31.0))
    # In February the store stays full: 280 - 140 go to landfill, and no change of stock is booked.
    assert row(rows, "1990-02-01", "disposal", "ash").quantity == pytest.approx(140.0)
    assert (pd.Timestamp("1990-02-01"), "stock", "ash") not in rows.index


def test_the_taker_buys_the_power_of_its_treatment(rows: pd.DataFrame) -> None:
    power = row(rows, "1990-01-01", "virgin", "electricity", to_firm="kiln")
    assert power.quantity == pytest.approx(0.01 * 155.0)


def test_products_are_sold(rows: pd.DataFrame) -> None:
    sold = row(rows, "1990-02-01", "product", "goods")
    assert (sold.from_firm, sold.to_firm, sold.quantity) == ("plant", "market: goods", pytest.approx(2800.0))
