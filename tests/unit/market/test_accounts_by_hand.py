"""The accounts of one exchange, worked out to the last digit: money and carbon, giver beside taker."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from small_parks import EAGER, Raw, firm, scenario

from ecopark import Run, simulate

PLANT = firm(outputs={"ash": {"resource": "ash", "coefficient": "0.1"}})
KILN = firm((10_000, 0), capacity="50 t/day", inputs={"clay": {"resource": "clay", "coefficient": "0.5"}})
MIX: Raw = {
    "mix": {
        "giver": "ash",
        "taker": "clay",
        "replacement": "0.9",
        "max_share": "0.5",
        "cost": "5 DKK/t",
        "electricity": "0.01 MWh/t",
        "emission": "0.003 t/t",
        "lead_time": "0 d",
    }
}
DEAL = {"agents": EAGER | {"contracts": {"transaction_cost": "1000 DKK"}}}


def run(firms: dict[str, Any] | None = None, **blocks: Any) -> Run:
    return simulate(scenario(firms or {"kiln": KILN, "plant": PLANT}, **blocks))


def entries(run: Run, month: str, unit: str) -> dict[str, tuple[float, float]]:
    """Effect on giver and taker by item in a month."""
    table = run.accounts
    mine = table[(table["start"] == pd.Timestamp(month)) & (table["unit"] == unit)]
    sums = mine.groupby("item", observed=True)[["giver", "taker"]].sum()
    return {str(item): (float(row.giver), float(row.taker)) for item, row in sums.iterrows()}


def test_money_of_a_month() -> None:
    # 10 t of ash a day, 31 days: 310 t at 10 km; each replaces 0.9 t of clay at 90 DKK.
    # Nobody is wary of anything but the other: equal risks leave the price in the middle of
    # -100 (disposal) and 0.9 x 90 - (2 + 0.5 x 10) - 5 - 0.01 x 400 = 65: -17.5 a tonne.
    found = entries(run(pathways=MIX), "1990-01-01", "DKK")
    assert found == {
        "avoided_disposal": (pytest.approx(31_000.0), 0.0),
        "avoided_virgin": (0.0, pytest.approx(25_110.0)),
        "payment": (pytest.approx(-5_425.0), pytest.approx(5_425.0)),
        "haulage": (0.0, pytest.approx(-2_170.0)),
        "treatment": (0.0, pytest.approx(-1_550.0)),
        "inputs": (0.0, pytest.approx(-1_240.0)),
    }


def test_carbon_of_a_month() -> None:
    found = entries(run(pathways=MIX), "1990-01-01", "t CO2e")
    assert found == {
        "avoided_disposal": (pytest.approx(3.1), 0.0),  # 310 t x 0.01
        "avoided_virgin": (0.0, pytest.approx(5.58)),  # 279 t of clay x 0.02
        "haulage": (0.0, pytest.approx(-0.31)),  # 310 t x 10 km x 0.1 kg
        "treatment": (0.0, pytest.approx(-0.93)),  # 310 t x 0.003
        "inputs": (0.0, pytest.approx(-1.55)),  # 3.1 MWh x 0.5
    }


def test_transaction_cost_is_paid_once_by_each() -> None:
    # Two strangers trust each other by 0.3, which saves 15 % of the 1,000 DKK.
    result = run(pathways=MIX, **DEAL)
    rows = result.accounts[result.accounts["item"] == "transaction"]
    assert rows[["giver", "taker"]].to_numpy().tolist() == [[pytest.approx(-850.0), pytest.approx(-850.0)]]
    assert rows["start"].tolist() == [pd.Timestamp("1990-01-01")]


def test_investment_upkeep_and_construction_of_a_pipe() -> None:
    firms = {
        "boiler": firm(
            outputs={
                "steam": {
                    "resource": "steam", "coefficient": "1 MWh/t", "grade": "200 degC", "on_demand": True,
                    "burden": {"electricity": "0.1 MWh/MWh"},
                }
            },
            behaviour={"hurdle_rate": "3 %/yr"},
        ),
        "works": firm((2000, 0), inputs={"s": {"resource": "steam", "coefficient": "0.5 MWh/t", "grade": "120 degC"}}),
    }  # fmt: skip
    pipe = {"per_km": "100 kDKK/km", "running": "3.6525 %/yr", "embodied": "40 t/km", "loss": "0 1/km", "term": "10 yr",
            "lead_time": "0 d", "max_length": "20 km", "emission": "0 t/MWh/km"}  # fmt: skip
    result = run(firms, transport={"steam_pipe": pipe})
    january = entries(result, "1990-01-01", "DKK")
    # Built at once: 2 km x 100,000 DKK, by the giver, whose money is cheaper; upkeep 7,305 a year,
    # 20 a day. 50 MWh a day at 1.25 x 200 = 250 saved; 0.1 MWh of electricity at 400 lost.
    assert january["investment"] == (pytest.approx(-200_000.0), 0.0)
    assert january["maintenance"] == (0.0, pytest.approx(-20.0 * 31))
    assert january["avoided_virgin"] == (0.0, pytest.approx(50.0 * 31 * 250.0))
    assert january["burden"] == (pytest.approx(-50.0 * 31 * 40.0), 0.0)
    assert "avoided_disposal" not in january
    assert "investment" not in entries(result, "1990-02-01", "DKK")
    carbon = entries(result, "1990-01-01", "t CO2e")
    assert carbon["construction"][0] + carbon["construction"][1] == pytest.approx(-80.0)
    assert sum(carbon["burden"]) == pytest.approx(-50.0 * 31 * 0.1 * 0.5)
    assert carbon["avoided_virgin"] == (0.0, pytest.approx(50.0 * 31 * 1.25 * 0.27))
    assert result.synergies.loc[0, "investment"] == pytest.approx(200_000.0)


def test_joint_gain_is_the_sum_over_partners_and_matches_the_indicator() -> None:
    result = run(pathways=MIX, **DEAL)
    money = result.accounts[result.accounts["unit"] == "DKK"]
    joint = float(money["giver"].sum() + money["taker"].sum())
    # 3,650 t x (100 + 81 - 7 - 5 - 4) less two agreements of 850.
    assert joint == pytest.approx(3650.0 * 165.0 - 1700.0)
    shown = result.indicators
    park = shown[(shown["scope"] == "park") & (shown["indicator"] == "joint_gain")]
    assert park["value"].sum() == pytest.approx(joint)
    firms = shown[shown["scope"].str.startswith("firm:") & (shown["indicator"] == "joint_gain")]
    assert firms["value"].sum() == pytest.approx(joint)


def test_a_works_that_pushes_is_credited_with_what_it_sells_and_charged_with_what_it_dumps() -> None:
    firms = {
        "town": firm(outputs={"sludge": {"resource": "sludge", "coefficient": "0.1"}}),
        "works": firm(
            (10_000, 0),
            drive="feed",
            capacity="40 t/day",
            operating_cost="3 DKK/t",
            inputs={"sludge": {"resource": "sludge", "coefficient": "2", "feed": True}},
            outputs={
                "goods": {"resource": "goods", "coefficient": "0.5", "role": "product",
                          "disposal": {"route": "sale", "fee": "-80 DKK/t"}},
                "ash": {"resource": "ash", "coefficient": "0.1"},
            },
        ),
    }  # fmt: skip
    found = entries(run(firms), "1990-01-01", "DKK")
    # Each tonne of sludge is half a run: 0.5 x (0.5 x 80 - 0.1 x 100 - 3) = 13.5 DKK.
    assert found["avoided_virgin"] == (0.0, pytest.approx(310.0 * 13.5))
    assert found["avoided_disposal"] == (pytest.approx(310.0 * 300.0), 0.0)
