"""The yearly table of a run, and of the same few rows worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from tiny_ledger import accounts, ledger, row, value

from ecopark.indicators import yearly_indicators
from ecopark.indicators.yearly import park_totals

ASH = {"synergy": "ash", "instead_of": "landfill"}
FLOWS = ledger(
    row("exchange", "power", "bricks", "ash", 60.0, delivered=45.0, delivered_resource="clay", **ASH),
    row("loss", "power", "environment", "ash", 2.0, **ASH),
    row("virgin", "market: clay", "bricks", "clay", 9.0),
    row("exchange", "refinery", "power", "used", 40.0, "m3", synergy="w", delivered=36.0, delivered_resource="fresh",
        instead_of="discharge"),
    row("virgin", "market: fresh", "town", "fresh", 24.0, "m3"),
    row("exchange", "refinery", "power", "gas", 5.0, "MWh", kind="energy", synergy="g", delivered=4.0,
        delivered_resource="coal", instead_of="flare"),
    row("virgin", "market: coal", "power", "coal", 90.0, "MWh", kind="energy"),
    row("exchange", "power", "ponds", "warm", 30.0, "MWh", synergy="h", delivered=30.0, delivered_resource="warm",
        instead_of="cooling", start="2001-03-01"),
)  # fmt: skip
SYNERGIES = pd.DataFrame(
    {
        "synergy": ["ash", "w", "g", "h", "idea"],
        "resource": ["ash", "used", "gas", "warm", "ash"],
        "operating": ["1999-01-01", "2000-06-01", "2000-06-01", "2001-01-01", None],
        "ended": [None, "2000-12-31", None, None, "2000-01-01"],
    }
).astype({"operating": "datetime64[s]", "ended": "datetime64[s]"})
BOOKS = accounts(
    ("2000-01-01", "ash", "power", "bricks", "avoided_disposal", 500, 0, "DKK", None),
    ("2000-01-01", "ash", "power", "bricks", "investment", 0, -80, "DKK", None),
    ("2000-02-01", "g", "refinery", "power", "avoided_virgin", 0, 7, "t CO2e", "scope 1"),
    ("2000-02-01", "g", "refinery", "power", "avoided_disposal", 2, 0, "t CO2e", "scope 1"),
)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return yearly_indicators(FLOWS, SYNERGIES, BOOKS, "DKK")


@pytest.mark.parametrize(
    ("indicator", "scope", "year", "expected"),
    [
        ("exchanged", "resource:ash", 2000, 60),
        ("avoided_waste", "park", 2000, 62),
        ("avoided_virgin", "park", 2000, 45),
        ("avoided_virgin", "resource:ash", 2000, 45),
        ("avoided_discharge", "park", 2000, 40),
        ("avoided_water", "resource:used", 2000, 36),
        ("avoided_flare", "park", 2000, 5),
        ("avoided_fuel", "park", 2000, 4),
        ("avoided_cooling", "park", 2001, 30),
        ("avoided_heat", "park", 2001, 30),
        ("avoided_co2", "park", 2000, 9),
        ("avoided_co2", "firm:refinery", 2000, 2),
        ("avoided_co2", "firm:power", 2000, 7),
        ("avoided_co2", "resource:gas", 2000, 9),
        ("joint_gain", "park", 2000, 420),
        ("joint_gain", "firm:power", 2000, 500),
        ("joint_gain", "firm:bricks", 2000, -80),
        # one of three has ended on the last day of 2000; the fourth begins in 2001
        ("operating_synergies", "park", 2000, 2),
        ("operating_synergies", "park", 2001, 3),
    ],
)
def test_by_hand(table: pd.DataFrame, indicator: str, scope: str, year: int, expected: float) -> None:
    assert value(table, indicator, scope, year) == pytest.approx(expected)


def test_a_run_without_exchanges_has_only_their_number() -> None:
    quiet = FLOWS[FLOWS["route"] == "virgin"]
    table = yearly_indicators(quiet, SYNERGIES.iloc[4:], BOOKS.iloc[:0], "DKK")
    assert set(table["indicator"]) == {"operating_synergies"}
    assert table["value"].tolist() == [0.0]


def test_totals_are_the_sums_over_the_years(table: pd.DataFrame) -> None:
    totals = park_totals(FLOWS, BOOKS, "DKK")
    park = table[(table["scope"] == "park") & (table["indicator"] != "operating_synergies")]
    assert {name: total for name, (total, _) in totals.items()} == pytest.approx(
        park.groupby("indicator")["value"].sum().to_dict()
    )
    assert {name: unit for name, (_, unit) in totals.items()} == park.groupby("indicator")[
        "unit"
    ].first().to_dict()
    assert park_totals(FLOWS[FLOWS["route"] == "virgin"], BOOKS.iloc[:0], "DKK") == {}
