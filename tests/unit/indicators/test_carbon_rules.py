"""Who needs whom, Shapley values of link games, and credits where the rules part."""

from __future__ import annotations

import pytest
from tiny_ledger import accounts, ledger, row, value

from ecopark.errors import DomainError
from ecopark.indicators import (
    carbon_by_scope,
    carbon_chain,
    credit_rules,
    link_shapley,
    needed_exchanges,
    needed_firms,
    price_shares,
)

# The lake feeds the waterworks, which gives on demand to the refinery; the works also gives sludge it must lose.
FLOWS = ledger(
    row("exchange", "lake", "works", "lake_water", 100.0, "m3", synergy="lake"),
    row("exchange", "works", "refinery", "water", 90.0, "m3", synergy="water", delivered=90.0,
        delivered_resource="tap"),
    row("exchange", "works", "farm", "wash", 9.0, "m3", synergy="wash", delivered=9.0, delivered_resource="tap",
        instead_of="discharge"),
    row("loss", "works", "environment", "water", 10.0, "m3", synergy="water"),
)  # fmt: skip
BOOKS = accounts(
    ("2000-01-01", "lake", "lake", "works", "inputs", 0, -6, "t CO2e", "scope 2"),
    ("2000-01-01", "lake", "lake", "works", "payment", 2, -2, "DKK", None),
    ("2000-01-01", "lake", "lake", "works", "inputs", 0, -10, "DKK", None),
    ("2000-01-01", "water", "works", "refinery", "avoided_virgin", 0, 90, "t CO2e", "scope 3"),
    ("2000-01-01", "water", "works", "refinery", "burden", -30, 0, "t CO2e", "scope 2"),
    ("2000-01-01", "water", "works", "refinery", "payment", 30, 10, "DKK", None),
)


def test_a_giver_that_passes_on_needs_its_source() -> None:
    firms = needed_firms(FLOWS)
    assert firms["lake"] == {"lake", "works"}
    assert firms["water"] == {"lake", "works", "refinery"}
    # a residual of the works is not passed on
    assert firms["wash"] == {"works", "farm"}
    assert needed_exchanges(FLOWS) == {"lake": frozenset(), "water": frozenset({"lake"}), "wash": frozenset()}


def test_each_needed_firm_gets_an_equal_part_of_each_link() -> None:
    value = link_shapley({"x": 60.0, "y": -10.0}, {"x": ["a", "b", "c"], "y": ["a", "b"]})
    assert value.to_dict() == {"a": 15.0, "b": 15.0, "c": 20.0}


def test_a_link_needs_somebody() -> None:
    with pytest.raises(DomainError, match="needs no firm"):
        link_shapley({"x": 1.0}, {"x": []})


def test_shapley_differs_from_halves_where_a_third_is_needed() -> None:
    table = credit_rules(BOOKS, "DKK", needed_firms(FLOWS))
    # lake -6 halved; water 60 in thirds
    assert value(table, "credit_shapley", "firm:lake") == pytest.approx(-3 + 20)
    assert value(table, "credit_shapley", "firm:works") == pytest.approx(-3 + 20)
    assert value(table, "credit_shapley", "firm:refinery") == pytest.approx(20)
    assert value(table, "credit_half", "firm:refinery") == pytest.approx(30)
    assert value(table, "credit_cut_off", "firm:works") == pytest.approx(-6 - 30)
    assert value(table, "credit_cut_off", "firm:refinery") == pytest.approx(90)


def test_price_credits_follow_the_gain_and_a_loss_gives_no_signal() -> None:
    shares = price_shares(BOOKS, "DKK")
    assert shares["water"] == pytest.approx(0.75)
    assert shares.isna()["lake"]
    table = credit_rules(BOOKS, "DKK")
    assert value(table, "credit_price", "firm:works") == pytest.approx(0.75 * 60)
    assert value(table, "credit_price", "firm:refinery") == pytest.approx(0.25 * 60)
    assert "firm:lake" not in set(table.loc[table["indicator"] == "credit_price", "scope"])


def test_loss_on_the_way_is_the_difference_to_no_loss() -> None:
    chain = carbon_chain(BOOKS, FLOWS)
    # 90 of 100 arrive and avoid 90 t: without loss 100 t
    assert value(chain, "co2_virgin", "synergy:water") == pytest.approx(100)
    assert value(chain, "co2_loss", "synergy:water") == pytest.approx(-10)
    assert value(chain, "co2_burden", "synergy:water") == -30
    assert chain[chain["scope"] == "park"]["value"].sum() == pytest.approx(54)


def test_scopes_of_firms_add_up_to_the_net_figure() -> None:
    table = carbon_by_scope(BOOKS)
    assert value(table, "avoided_co2_scope_2", "firm:works") == -36
    assert value(table, "avoided_co2_scope_3", "firm:refinery") == 90
    assert value(table, "exchange_co2", "synergy:water") == 60
    park = table[table["scope"] == "park"]
    assert park["value"].sum() == 54
