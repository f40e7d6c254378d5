"""Networks of a run by date: who operates, who is there, and the same numbers as the plain functions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tiny_ledger import ledger, row, value

from ecopark.errors import DomainError
from ecopark.indicators import (
    ecology,
    ecology_over_time,
    network,
    network_over_time,
    operating_at,
    present_at,
    recycled_share,
    removal_curve,
    resilience_over_time,
    robustness_area,
)

SYNERGIES = pd.DataFrame(
    [
        ("ab", "a", "b", "ash", "clay", "1990-06-01", None),
        ("bc", "b", "c", "steam", "steam", "1992-01-01", "1995-01-01"),
        ("ca", "c", "a", "water", "fresh", "1993-01-01", None),
        ("lost", "a", "d", "ash", "clay", None, "1991-01-01"),
    ],
    columns=["synergy", "from_firm", "to_firm", "resource", "to_resource", "operating", "ended"],
).astype({"operating": "datetime64[s]", "ended": "datetime64[s]"})
FIRMS = pd.DataFrame({"opens": [None, None, None, "1994-01-01"], "closes": [None, None, None, None]},
                     index=["a", "b", "c", "d"]).astype("datetime64[s]")  # fmt: skip
DATES = ["1990-01-01", "1991-01-01", "1994-06-30", "1996-01-01"]


def test_an_exchange_operates_from_its_first_day_until_the_day_it_ends() -> None:
    names = {date: operating_at(SYNERGIES, date)["synergy"].tolist() for date in ("1990-05-31", "1990-06-01")}
    assert list(names.values()) == [[], ["ab"]]
    assert operating_at(SYNERGIES, "1994-12-31")["synergy"].tolist() == ["ab", "bc", "ca"]
    assert operating_at(SYNERGIES, "1995-01-01")["synergy"].tolist() == ["ab", "ca"]


def test_firms_present_by_date() -> None:
    assert present_at(FIRMS, "1993-12-31") == ["a", "b", "c"]
    assert present_at(FIRMS, "1994-01-01") == ["a", "b", "c", "d"]


@pytest.mark.parametrize("rule", ["linked", "present"])
def test_each_date_equals_the_network_of_its_edge_list(rule: str) -> None:
    table = network_over_time(SYNERGIES, FIRMS, DATES, rule)  # type: ignore[arg-type]
    for date in DATES:
        nodes = present_at(FIRMS, date) if rule == "present" else None
        expected = network(operating_at(SYNERGIES, date), nodes=nodes)
        mine = table[table["period"] == date].set_index("indicator")["value"].drop("turnover")
        np.testing.assert_array_equal(mine[expected.index].to_numpy(), expected.to_numpy())


def test_turnover_is_one_minus_the_overlap_with_the_date_before() -> None:
    table = network_over_time(SYNERGIES, FIRMS, DATES).query("indicator == 'turnover'")
    # nothing before; first link new; one of three stays; two of three stay
    np.testing.assert_allclose(table["value"], [np.nan, 1.0, 2 / 3, 1 / 3])


def test_an_unknown_node_rule_is_refused() -> None:
    with pytest.raises(DomainError, match="'all' is unknown"):
        network_over_time(SYNERGIES, FIRMS, DATES, "all")  # type: ignore[arg-type]


def test_recycling_rate_uses_the_share_each_exchange_takes() -> None:
    flows = ledger(
        row("exchange", "a", "b", "ash", 30.0, synergy="ab", start="1994-02-01"),
        row("disposal", "a", "landfill", "ash", 70.0, start="1994-03-01"),
        row("exchange", "b", "c", "steam", 5.0, "MWh", synergy="bc", start="1994-03-01"),
    )
    share = recycled_share(flows)
    year = pd.Timestamp("1994-01-01")
    assert share[("ab", year)] == pytest.approx(0.3)
    assert share[("bc", year)] == 1.0
    table = network_over_time(SYNERGIES, FIRMS, ["1994-06-30"], flows=flows)
    # a ring of three: eco-connectance 3 / 3; the third exchange carried nothing that year
    assert value(table, "byproduct_recycling_rate", year=1994) == pytest.approx((0.3 + 1.0 + 0.0) / 3)


def test_resilience_by_date_equals_the_plain_functions() -> None:
    table = resilience_over_time(SYNERGIES, DATES)
    assert sorted(set(table["period"].dt.year)) == [1991, 1994, 1996]
    edges = operating_at(SYNERGIES, "1994-06-30")
    # in a ring of three each firm is on two of three links
    assert value(table, "largest_removal_loss", year=1994) == pytest.approx(2 / 3)
    assert value(table, "single_supplier_share", year=1994) == 1.0
    random = removal_curve(edges, "random", draws=20, seed=0)
    assert value(table, "robustness_random", year=1994) == robustness_area(random)
    assert value(table, "robustness_targeted", year=1994) == robustness_area(removal_curve(edges, "degree"))


def test_water_network_of_a_year_is_closed_by_an_open_end() -> None:
    flows = ledger(
        row("virgin", "market: fresh", "refinery", "fresh", 100.0, "m3"),
        row("exchange", "refinery", "power", "used", 60.0, "m3", synergy="s"),
        row("disposal", "power", "discharge", "used", 20.0, "m3"),
        row("exchange", "power", "refinery", "condensate", 10.0, "m3", synergy="r"),
        row("stock", "refinery", "refinery store", "used", 5.0, "m3"),
        row("product", "works", "market: board", "board", 7.0),
    )
    table = ecology_over_time(flows).set_index("indicator")["value"]
    # refinery: 110 in, 60 + 5 out, 45 evaporates; power: 60 in, 30 out, 30 evaporates
    expected = ecology(
        [[0.0, 60.0], [10.0, 0.0]], imports=[100.0, 0.0], exports=[5.0, 0.0], losses=[45.0, 50.0]
    )
    assert table["compartments"] == 2
    for name in ("total_system_throughput", "finn_cycling_index", "ascendency", "robustness", "cyclicity"):
        assert table[name] == pytest.approx(expected[name], rel=1e-12), name
    assert table["imbalance"] == pytest.approx(0.0, abs=1e-12)
