"""Condensing a ledger loses nothing an indicator asks for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tiny_ledger import ledger, row

from ecopark.errors import DomainError
from ecopark.indicators.tables import add_up, condense_flows, ratio, stack, sum_by, tidy

ROWS = [
    row(
        "exchange",
        "a",
        "b",
        "ash",
        3.0,
        synergy="s",
        delivered=2.0,
        delivered_resource="clay",
        instead_of="landfill",
    ),
    row(
        "exchange",
        "a",
        "b",
        "ash",
        4.0,
        synergy="s",
        delivered=3.0,
        delivered_resource="clay",
        instead_of="landfill",
    ),
    row("exchange", "a", "b", "ash", 5.0, synergy="feed", instead_of="landfill"),
    row("disposal", "a", "landfill", "ash", 7.0, start="2001-02-01"),
]


def test_rows_of_a_year_become_one_and_what_is_missing_stays_missing() -> None:
    table = condense_flows(ledger(*ROWS))
    assert table["quantity"].tolist() == [7.0, 5.0, 7.0]
    np.testing.assert_array_equal(table["delivered"], [5.0, np.nan, np.nan])
    assert table["start"].dt.year.tolist() == [2000, 2000, 2001]
    assert (table["end"] == table["start"] + pd.DateOffset(years=1)).all()


def test_condensing_twice_changes_nothing() -> None:
    once = condense_flows(ledger(*ROWS))
    pd.testing.assert_frame_equal(condense_flows(once), once)


def test_many_names_do_not_overflow_the_codes() -> None:
    # 400 values in each of nine columns are more combinations than 64 bits can number
    count = 400
    names = [f"n{k}" for k in range(count)]
    table = ledger(*(row("exchange", n, n, n, 1.0, kind=n, unit="t", synergy=n) for n in names))
    table = table.assign(unit=names, route=names, delivered_resource=names, instead_of=names)
    assert len(condense_flows(pd.concat([table, table]))) == count


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DomainError, match="no column 'route'"):
        condense_flows(ledger(*ROWS).drop(columns="route"))


def test_sums_keep_units_apart() -> None:
    table = ledger(row("disposal", "a", "x", "ash", 2.0), row("disposal", "a", "x", "water", 3.0, "m3"))
    sums = sum_by(table, "quantity", ["park", "firm=from_firm"]).set_index(["scope", "unit"])["value"]
    assert sums.to_dict() == {
        ("park", "t"): 2.0,
        ("park", "m3"): 3.0,
        ("firm:a", "t"): 2.0,
        ("firm:a", "m3"): 3.0,
    }


def test_ratio_counts_a_missing_part_as_zero_and_leaves_out_an_empty_whole() -> None:
    when = pd.Timestamp("2000-01-01")
    whole = pd.DataFrame({"period": when, "scope": ["a", "b", "c"], "unit": "t", "value": [4.0, 2.0, 0.0]})
    part = whole[whole["scope"] == "a"].assign(value=1.0)
    assert ratio(part, whole).set_index("scope")["value"].to_dict() == {"a": 0.25, "b": 0.0}


def test_adding_up_merges_equal_keys() -> None:
    one = sum_by(ledger(row("disposal", "a", "x", "ash", 2.0)), "quantity", ["park"])
    assert add_up([one, one])["value"].tolist() == [4.0]


def test_stacking_nothing_gives_an_empty_tidy_table() -> None:
    assert list(stack([]).columns) == ["period", "scope", "indicator", "value", "unit"]
    one = tidy(sum_by(ledger(row("disposal", "a", "x", "ash", 2.0)), "quantity", ["park"]), "gone")
    assert len(stack([one.iloc[:0], one])) == 1
