"""The one aggregation against pandas' own group-by."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.testing import assert_frame_equal

from ecopark.report.tables import RunTables, sum_by_year

_KEYS = ["from_firm", "to_firm", "resource", "route"]
_TEXT = [*_KEYS, "kind", "unit"]


def test_equals_group_by(run: RunTables) -> None:
    flows = run.flows
    expected = flows.groupby([flows["start"].dt.year.rename("year"), *_KEYS], sort=True)["quantity"].sum()
    found = run.yearly.set_index(["year", *_KEYS])["quantity"]
    assert list(found.index) == list(expected.index)
    np.testing.assert_allclose(found.to_numpy(), expected.to_numpy(), rtol=1e-12)


def test_categories_and_row_order_change_nothing(small: RunTables) -> None:
    # The ledger's columns are categories in order of first use, not of the alphabet.
    shuffled = small.flows.sample(frac=1.0, random_state=3).reset_index(drop=True)
    coded = shuffled.astype(dict.fromkeys(_TEXT, "category"))
    for column in _TEXT:
        coded[column] = coded[column].cat.reorder_categories(coded[column].cat.categories[::-1])
    assert_frame_equal(sum_by_year(coded), small.yearly, rtol=1e-12)


def test_by_hand() -> None:
    day = pd.to_datetime(["1990-12-25", "1991-01-01", "1991-06-01"])
    flows = pd.DataFrame(
        {"start": day, "from_firm": "a", "to_firm": "b", "resource": "ash", "route": "exchange"}
    )
    flows = flows.assign(kind="material", unit="t", quantity=[1.0, 2.0, 3.5])
    yearly = sum_by_year(flows)
    assert yearly[["year", "quantity"]].to_numpy().tolist() == [[1990.0, 1.0], [1991.0, 5.5]]


def test_busiest_year_is_the_latest_of_equals(small: RunTables) -> None:
    counts = small.exchanged["year"].value_counts()
    most = counts[counts == counts.max()]
    assert small.busiest_year == most.index.max()


def test_names_fall_back_to_words(small: RunTables) -> None:
    assert small.firm_name("asnaes") == "Asnæs power station"
    assert small.firm_name("market: natural_gypsum") == "market: natural gypsum"
    assert small.resource_name("some_new_stream") == "some new stream"
