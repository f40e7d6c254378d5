"""Network indicators on graphs small enough to count by hand, and on published worked examples."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from ecopark.errors import DomainError
from ecopark.indicators.degrees import gini, strength_gini
from ecopark.indicators.edgelist import read_edges
from ecopark.indicators.graph import NETWORK_INDICATORS, network, node_metrics
from ecopark.indicators.structure import nodf, spectral_radius
from ecopark.indicators.symbiosis import industrial_symbiosis_indicator_felicio


def table(*links: str, **columns: list[float]) -> pd.DataFrame:
    """Edge list of links written as "a>b"."""
    ends = [link.split(">") for link in links]
    return pd.DataFrame({"from_firm": [a for a, _ in ends], "to_firm": [b for _, b in ends], **columns})


STAR = table("p>a", "p>b", "p>c")
RING = table("a>b", "b>c", "c>d", "d>a")
COMPLETE = pd.DataFrame(itertools.permutations("abcde", 2), columns=["from_firm", "to_firm"])


@pytest.mark.parametrize(
    ("edges", "indicator", "expected"),
    [
        (STAR, "nodes", 4),
        (STAR, "links", 3),
        (STAR, "density_directed", 3 / 12),
        (STAR, "density_l_n2", 3 / 16),
        (STAR, "mean_degree", 6 / 4),
        (STAR, "max_degree", 3),
        # degrees 3, 1, 1, 1: mean absolute difference 12/16, mean 1.5, so 0.75 / (2 * 1.5)
        (STAR, "degree_gini", 0.25),
        (STAR, "degree_centralisation", 1.0),
        (STAR, "out_degree_centralisation", 1.0),
        # in-degrees 0, 1, 1, 1: one step below the largest, of at most 9
        (STAR, "in_degree_centralisation", 1 / 9),
        (STAR, "betweenness_max", 1.0),
        (STAR, "reciprocity", 0.0),
        (STAR, "clustering", 0.0),
        (STAR, "articulation_points", 1),
        # three pairs at one step, three at two: (3 + 1.5) / 6
        (STAR, "efficiency", 0.75),
        (STAR, "cyclicity", 0.0),
        (STAR, "largest_scc", 1),
        (STAR, "connectance_hardy_graedel", 0.5),
        (RING, "degree_centralisation", 0.0),
        (RING, "degree_gini", 0.0),
        (RING, "cyclicity", 1.0),
        (RING, "largest_scc", 4),
        (RING, "articulation_points", 0),
        # each of four nodes lies on one of the two shortest paths of one pair, of three pairs of others
        (RING, "betweenness_max", 0.5 / 3),
        (COMPLETE, "density_directed", 1.0),
        (COMPLETE, "reciprocity", 1.0),
        (COMPLETE, "clustering", 1.0),
        (COMPLETE, "efficiency", 1.0),
        (COMPLETE, "cyclicity", 4.0),
        (COMPLETE, "eco_connectance_tiejun", 2.0),
        (COMPLETE, "connectance_hardy_graedel", 1.0),
        # two separate pairs: Q = 2 (1/2 - 1/4)
        (table("a>b", "c>d"), "modularity", 0.5),
        (table("a>b", "c>d"), "components", 2),
        (table("a>b", "c>d"), "giant_component_share", 0.5),
        (table("a>b", "a>b", "b>a"), "multi_links", 1),
        (table("a>b", "a>b", "b>a"), "exchanges", 3),
        (table("a>b", "a>b", "b>a"), "links", 2),
        (table("a>b", "a>b", "b>a"), "pairs", 1),
        (table("a>b", "b>a", "b>c", "c>d"), "reciprocity", 0.5),
        # two loops through one node, of two and of three steps: lambda^3 = lambda + 1
        (table("a>b", "b>a", "b>c", "c>a"), "cyclicity", 1.324717957244746),
        # givers {a: x y, b: x}: rows 1 of 1, columns 1 of 1, both fully nested
        (table("a>x", "a>y", "b>x"), "nestedness_nodf", 100.0),
        (table("a>x", "b>y"), "nestedness_nodf", 0.0),
    ],
)
def test_hand_counts(edges: pd.DataFrame, indicator: str, expected: float) -> None:
    assert network(edges)[indicator] == pytest.approx(expected, abs=1e-12)


def test_isolated_firms_count_only_if_named() -> None:
    assert network(STAR, nodes=["p", "a", "b", "c", "idle"])["density_directed"] == 3 / 20
    assert network(STAR, nodes=["p", "a", "b", "c", "idle"])["components"] == 2
    assert network(STAR)["density_directed"] == 3 / 12


def test_nodf_of_the_worked_example_in_the_original_paper() -> None:
    # Almeida-Neto et al. 2008 print 63 for the columns, 53 for the rows and 58 for the matrix.
    rows = ["10111", "11100", "01110", "11000", "11000"]
    matrix = np.array([[float(c) for c in row] for row in rows])
    whole = nodf(matrix)
    assert whole == pytest.approx(100 * (16 / 3 + 19 / 3) / 20)
    assert round(whole) == 58
    shuffled = matrix[[3, 0, 4, 2, 1]][:, [4, 2, 0, 1, 3]]
    assert nodf(shuffled) == pytest.approx(whole)


def test_gini_of_one_owner_is_one_minus_one_over_n() -> None:
    assert gini(np.array([0.0, 0.0, 0.0, 7.0])) == pytest.approx(0.75)
    assert math.isnan(gini(np.zeros(3)))


def test_weighted_indicators_are_there_only_with_a_weight() -> None:
    edges = table("p>a", "p>a", "p>b", w=[1.0, 2.0, 5.0])
    assert "total_weight" not in network(edges)
    values = network(edges, weight="w")
    assert values["total_weight"] == 8.0
    assert values["largest_link_share"] == 5 / 8
    # strengths 8, 3, 5: sum of |differences| over ordered pairs 2 (5 + 3 + 2) = 20, over 2 n^2 mean = 96
    assert values["strength_gini"] == pytest.approx(20 / 96)


def test_weights_are_refused_where_none_were_read() -> None:
    with pytest.raises(DomainError, match="read without weights"):
        strength_gini(read_edges(STAR))


def test_recycling_rate_is_eco_connectance_times_the_mean_share() -> None:
    edges = STAR.assign(recycled_share=[1.0, 0.5, 0.0])
    assert network(edges)["byproduct_recycling_rate"] == pytest.approx(0.5 * 0.5)
    assert "byproduct_recycling_rate" not in network(STAR)
    with pytest.raises(DomainError, match=r"recycled share 1\.5"):
        network(STAR.assign(recycled_share=[1.5, 0.0, 0.0]))


def test_felicio_indicator_by_hand() -> None:
    flows = pd.DataFrame(
        {"quantity": [10.0, 4.0, 3.0], "impact": [2.0, 1.0, 3.0], "reused": [True, True, False]}
    )
    assert industrial_symbiosis_indicator_felicio(flows) == pytest.approx((20 + 4) / (1 + 9))
    with pytest.raises(DomainError, match="no column 'impact'"):
        industrial_symbiosis_indicator_felicio(flows[["quantity", "reused"]])
    with pytest.raises(DomainError, match="at least 0"):
        industrial_symbiosis_indicator_felicio(flows.assign(quantity=-1.0))


def test_node_metrics_of_a_broken_star() -> None:
    edges = table("p>a", "p>b", "b>c", "c>b", w=[1.0, 2.0, 4.0, 8.0])
    rows = node_metrics(edges, weight="w")
    assert rows.index.tolist() == ["a", "b", "c", "p"]
    assert rows["degree"].tolist() == [1, 2, 1, 2]
    assert rows["in_degree"].tolist() == [1, 2, 1, 0]
    assert rows["is_articulation"].tolist() == [False, True, False, True]
    assert rows["in_strength"].tolist() == [1.0, 10.0, 4.0, 0.0]
    assert rows["out_strength"].tolist() == [0.0, 4.0, 8.0, 3.0]
    # path a - p - b - c: the middle nodes each carry two of three pairs; directed, b carries p to c of 6
    assert rows["betweenness"].tolist() == pytest.approx([0, 2 / 3, 0, 2 / 3])
    assert rows["betweenness_directed"].tolist() == pytest.approx([0, 1 / 6, 0, 0])


def test_empty_and_tiny_graphs_give_nan_not_errors() -> None:
    empty = network(table())
    assert empty["nodes"] == 0
    assert empty["cyclicity"] == 0
    undefined = ["density_directed", "modularity", "efficiency", "degree_gini", "max_degree", "reciprocity"]
    assert empty[undefined].isna().all()
    alone = network(table(), nodes=["a"])
    assert alone["components"] == 1
    assert np.isnan(alone["degree_centralisation"])
    assert node_metrics(table(), nodes=["a", "b"])["degree"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("edges", "arguments", "message"),
    [
        (table("a>a"), {}, "'a' gives to itself"),
        (STAR, {"source": "giver"}, "no column 'giver'"),
        (STAR, {"nodes": ["p", "a", "b"]}, "'c' has a link but is not among"),
        (pd.DataFrame({"from_firm": ["a"], "to_firm": [None]}), {}, "no giver or no receiver"),
        (table("a>b", w=[-1.0]), {"weight": "w"}, r"weight -1\.0"),
        (table("a>b", w=[float("nan")]), {"weight": "w"}, "weight nan"),
    ],
)
def test_unreadable_tables_are_refused(
    edges: pd.DataFrame, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(DomainError, match=message):
        network(edges, **arguments)  # type: ignore[arg-type]


def test_spectral_radius_is_exactly_zero_without_a_loop() -> None:
    # numpy on the whole strictly triangular matrix in shuffled order gives noise of 1e-3 and more
    upper = np.triu(np.ones((30, 30)), 1)
    shuffle = np.random.default_rng(1).permutation(30)
    assert spectral_radius(upper[shuffle][:, shuffle]) == 0.0
    assert spectral_radius(np.diag([0.5, 2.0])) == 2.0
    with pytest.raises(DomainError, match="negative entry"):
        spectral_radius(np.array([[0.0, -1.0], [1.0, 0.0]]))
    with pytest.raises(DomainError, match="square"):
        spectral_radius(np.ones((2, 3)))


def test_every_indicator_says_unit_and_range() -> None:
    for indicator in NETWORK_INDICATORS:
        text = indicator.compute.__doc__ or ""
        assert "Unit:" in text, indicator.id
        assert "range" in text, indicator.id
