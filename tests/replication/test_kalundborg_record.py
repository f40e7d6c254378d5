"""The recorded network of Kalundborg to 1993: metrics of the dated public edge list, by node rule.

The record is the dated list of exchanges of the EIPs data set (github.com/complexly/EIPs, 2014) with the
direction of the used cooling water corrected (refinery to power station), written out here so that the
numbers can be checked by hand. Three node rules occur in the literature and give different numbers:

* **linked**: every organisation or water body with at least one exchange by that date is a node (the
  lake and the municipality too). The rule of the tabulated values.
* **organisations**: as linked, but a water body is no node, and its exchanges are no links.
* **fixed**: all eleven nodes of 1993 are nodes from the start.
"""

from __future__ import annotations

import pandas as pd
import pytest

from ecopark.indicators.graph import network, node_metrics
from ecopark.indicators.survival import jaccard, links_of

RECORD = pd.DataFrame(
    [
        (1961, "lake", "municipality", "surface water"),
        (1961, "municipality", "refinery", "surface water"),
        (1972, "refinery", "gyproc", "gas"),
        (1973, "municipality", "asnaes", "surface water"),
        (1976, "novo", "farms", "sludge"),
        (1979, "asnaes", "cement", "fly ash"),
        (1980, "asnaes", "fish farm", "waste heat"),
        (1981, "asnaes", "municipality", "district heat"),
        (1982, "asnaes", "novo", "steam"),
        (1982, "asnaes", "refinery", "steam"),
        (1987, "municipality", "novo", "surface water"),
        (1987, "refinery", "asnaes", "used cooling water"),
        (1989, "novo", "pig farms", "yeast slurry"),
        (1990, "refinery", "acid maker", "sulphur"),
        (1991, "refinery", "asnaes", "treated waste water"),
        (1992, "refinery", "asnaes", "flare gas"),
        (1993, "asnaes", "gyproc", "gypsum"),
    ],
    columns=["start", "from_firm", "to_firm", "resource"],
)
NODES_1993 = sorted(set(RECORD["from_firm"]) | set(RECORD["to_firm"]))


def by(year: int) -> pd.DataFrame:
    """The exchanges begun by the end of a year."""
    return RECORD[RECORD["start"] <= year]


# Tabulated, to the digits given: exchanges, nodes, directed links, pairs, density, L/n2, degree
# centralisation, lambda_max, largest strongly connected component, hub, its partners, and partners and
# undirected betweenness of the power station.
TABULATED = {
    1973: (4, 5, 4, 4, 0.200, 0.160, 0.583, 0.0, 1, "municipality", 1, 0.0),
    1982: (10, 9, 10, 9, 0.139, 0.123, 0.482, 1.0, 2, "asnaes", 5, 0.750),
    1989: (13, 10, 13, 11, 0.144, 0.130, 0.389, 1.62, 3, "asnaes", 5, 0.500),
    1993: (17, 11, 15, 13, 0.136, 0.124, 0.444, 1.62, 3, "asnaes", 6, 0.533),
}


@pytest.mark.parametrize("year", TABULATED)
def test_linked_node_rule_gives_the_tabulated_values(year: int) -> None:
    exchanges, nodes, links, pairs, density, l_n2, central, loops, scc, hub, degree, between = TABULATED[year]
    values, rows = network(by(year)), node_metrics(by(year))
    counts = values[["exchanges", "nodes", "links", "pairs", "largest_scc"]].tolist()
    assert counts == [exchanges, nodes, links, pairs, scc]
    assert values["density_directed"] == pytest.approx(density, abs=5e-4)
    assert values["density_l_n2"] == pytest.approx(l_n2, abs=5e-4)
    assert values["degree_centralisation"] == pytest.approx(central, abs=5e-4)
    assert values["cyclicity"] == pytest.approx(loops, abs=5e-3)
    assert rows["degree"].idxmax() == hub
    assert rows.loc["asnaes", "degree"] == degree
    assert rows.loc["asnaes", "betweenness"] == pytest.approx(between, abs=5e-4)


@pytest.mark.parametrize(
    ("first", "last", "expected"), [(1961, 1980, 0.0), (1981, 1986, 1.0), (1987, 1993, (1 + 5**0.5) / 2)]
)
def test_cyclicity_of_every_year(first: int, last: int, expected: float) -> None:
    # 1981 closes municipality - power station; from 1987 that loop shares the power station with
    # refinery - power station and the loop of all three, whose largest eigenvalue is the golden ratio.
    for year in range(first, last + 1):
        assert network(by(year))["cyclicity"] == pytest.approx(expected, abs=1e-12), year


def test_without_the_lake_the_park_is_denser_and_its_loops_are_the_same() -> None:
    values = network(RECORD[RECORD["from_firm"] != "lake"])
    assert values[["nodes", "links", "pairs"]].tolist() == [10, 14, 12]
    assert values["density_directed"] == pytest.approx(14 / 90)
    assert values["density_l_n2"] == pytest.approx(0.14)
    # six partners at most, 24 ends of 12 pairs: (10 x 6 - 24) / (9 x 8)
    assert values["degree_centralisation"] == pytest.approx(36 / 72)
    assert values["cyclicity"] == pytest.approx((1 + 5**0.5) / 2)


def test_with_all_nodes_from_the_start_the_early_park_is_sparser() -> None:
    values = network(by(1973), nodes=NODES_1993)
    assert values[["nodes", "links", "components"]].tolist() == [11, 4, 7]
    assert values["density_directed"] == pytest.approx(4 / 110)
    # degrees 3, 2, 1, 1, 1 and six zeros: (11 x 3 - 8) / (10 x 9)
    assert values["degree_centralisation"] == pytest.approx(25 / 90)
    pd.testing.assert_series_equal(network(RECORD, nodes=NODES_1993), network(RECORD))


def test_seventeen_exchanges_are_fifteen_links_of_which_one_is_threefold() -> None:
    values = network(RECORD)
    assert values["multi_links"] == 1
    assert values["exchanges"] - values["links"] == 2


def test_overlap_of_successive_decades() -> None:
    # 7 of the 10 exchanges of 1982 are from 1980 or before; nothing in the record ends by 1993
    assert jaccard(links_of(by(1980)), links_of(by(1982))) == pytest.approx(7 / 10)
