"""Mass indicators of a ledger of a dozen rows, worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from tiny_ledger import ledger, row, value

from ecopark.errors import DomainError
from ecopark.indicators import (
    circularity,
    closure_error,
    landfill_diversion,
    residual_use,
    resource_productivity,
    virgin_substitution,
)

ASH = {"synergy": "ash", "delivered_resource": "clay", "instead_of": "landfill"}
LEDGER = ledger(
    # 60 t of ash arrive, 2 t are lost, 30 t are landfilled, 8 t sold: 60 of 100
    row("exchange", "power", "bricks", "ash", 60.0, delivered=45.0, **ASH),
    row("loss", "power", "environment", "ash", 2.0, synergy="ash", instead_of="landfill"),
    row("disposal", "power", "landfill", "ash", 30.0),
    row("export", "power", "market: ash", "ash", 8.0),
    # hazardous oil sludge: 5 of 20 t go to a kiln instead of incineration, replacing nothing (feed)
    row("exchange", "refinery", "kiln", "sludge", 5.0, synergy="oil", instead_of="incineration"),
    row("disposal", "refinery", "incineration", "sludge", 15.0),
    # steam made on demand is no residual
    row("exchange", "power", "refinery", "steam", 50.0, "MWh", synergy="st", delivered=50.0,
        delivered_resource="steam"),
    row("virgin", "market: steam", "refinery", "steam", 150.0, "MWh"),
    # clay and power bought, the latter to run the ash exchange; bricks sold
    row("virgin", "market: clay", "bricks", "clay", 135.0),
    row("virgin", "market: lime", "bricks", "lime", 5.0, synergy="ash"),
    row("product", "bricks", "market: brick", "brick", 300.0),
    row("virgin", "market: clay", "other", "clay", 7.0, start="2001-01-01"),
)  # fmt: skip
RESOURCES = pd.DataFrame({"hazard": {"ash": "low", "sludge": "hazardous", "steam": "none"}})


def test_use_rate_counts_losses_disposal_and_sales_but_not_steam_on_demand() -> None:
    table = residual_use(LEDGER)
    assert value(table, "byproduct_use_rate", "resource:ash") == pytest.approx(0.60)
    assert value(table, "byproduct_use_rate", "kind:material") == pytest.approx(65 / 120)
    assert value(table, "byproduct_use_rate", "firm:refinery") == pytest.approx(0.25)
    assert "resource:steam" not in set(table["scope"])


def test_unmatched_residual_per_firm() -> None:
    table = residual_use(LEDGER)
    assert value(table, "unmatched_residual", "firm:power") == 30.0
    assert value(table, "unmatched_residual", "firm:refinery") == 15.0


def test_landfill_diversion_with_hazardous_apart() -> None:
    table = landfill_diversion(LEDGER, RESOURCES)
    assert value(table, "landfill_diverted") == 62.0
    assert value(table, "landfilled") == 30.0
    assert value(table, "landfill_diversion_rate") == pytest.approx(62 / 92)
    assert value(table, "hazardous_diverted") == 5.0
    assert value(table, "hazardous_diversion_rate") == pytest.approx(5 / 20)
    assert value(table, "landfill_diversion_rate", "firm:power") == pytest.approx(62 / 92)


def test_substitution_is_in_units_of_the_need_and_without_inputs_of_exchanges() -> None:
    table = virgin_substitution(LEDGER)
    # 45 t of clay replaced, 135 t bought; the lime runs the exchange
    assert value(table, "virgin_substitution", "resource:clay") == pytest.approx(0.25)
    assert value(table, "virgin_substitution", "kind:material") == pytest.approx(0.25)
    assert value(table, "virgin_substitution", "resource:steam") == pytest.approx(0.25)
    assert value(table, "virgin_substitution", "firm:other", 2001) == 0.0


def test_circular_material_use_in_the_form_of_eurostat() -> None:
    # U = 60 + 5 t received, M = 135 + 5 t bought
    assert value(circularity(LEDGER), "circular_material_use") == pytest.approx(65 / 205)
    assert value(circularity(LEDGER), "circular_material_use", year=2001) == 0.0


def test_productivity_in_tonnes_and_in_money() -> None:
    assert value(resource_productivity(LEDGER), "resource_productivity") == pytest.approx(300 / 140)
    priced = resource_productivity(LEDGER, {"brick": 70.0})
    assert value(priced, "resource_productivity", "firm:bricks") == pytest.approx(150.0)
    assert set(priced["unit"]) == {"money/t"}


def test_a_store_that_gives_more_than_it_got_does_not_close() -> None:
    moves = [
        row("stock", "farm", "farm store", "straw", 10.0),
        row("stock", "farm store", "farm", "straw", 4.0, start="2000-04-01"),
        row("stock", "farm store", "farm", "straw", 6.0, start="2000-05-01"),
    ]
    closed = closure_error(ledger(*moves))
    assert closed[["node", "throughput", "imbalance", "error"]].to_numpy().tolist() == [
        ["farm store", 20.0, 0.0, 0.0]
    ]
    broken = closure_error(
        ledger(*moves, row("stock", "farm store", "farm", "straw", 1.0, start="2000-06-01"))
    )
    assert broken["imbalance"].tolist() == [1.0]
    assert broken["error"].tolist() == [pytest.approx(1 / 21)]


def test_a_firm_closes_where_what_it_made_and_used_is_known() -> None:
    # power makes 100 t of ash; bricks use 180 t of clay
    activity = pd.DataFrame(
        {"firm": ["power", "bricks"], "resource": ["ash", "clay"], "made": [100.0, 0.0], "used": [0.0, 180.0]}
    )
    assert closure_error(LEDGER, activity)["imbalance"].tolist() == pytest.approx([0.0, 0.0], abs=1e-12)
    wrong = closure_error(LEDGER, activity.assign(used=[0.0, 171.0]))
    assert wrong["error"].tolist() == pytest.approx([0.0, 9 / 180])


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (row("product", "a", "b", "x", 0.0), "not above zero"),
        (row("product", "a", "a", "x", 1.0), "two different ends"),
        (row("product", "a", None, "x", 1.0), "two different ends"),  # type: ignore[arg-type]
    ],
)
def test_a_broken_ledger_is_refused(bad: dict[str, object], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        closure_error(ledger(bad))
