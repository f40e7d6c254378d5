"""Removal, cascades and single suppliers on networks small enough to follow by hand."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from ecopark.errors import DomainError
from ecopark.indicators.resilience import removal_curve, removal_loss, robustness_area, single_supplier_share
from ecopark.indicators.spreading import cascade, cascade_threshold


def table(*links: str, **columns: list[float] | list[str]) -> pd.DataFrame:
    ends = [link.split(">") for link in links]
    return pd.DataFrame({"from_firm": [a for a, _ in ends], "to_firm": [b for _, b in ends], **columns})


STAR = table("p>a", "p>b", "p>c", "p>c", w=[1.0, 2.0, 3.0, 4.0])
CHAIN = table("a>b", "b>c", "c>d")


def test_loss_of_each_node_of_a_star() -> None:
    loss = removal_loss(STAR, weight="w")
    assert loss.index.tolist() == ["a", "b", "c", "p"]
    assert loss["exchanges_lost"].tolist() == [1, 1, 2, 4]
    assert loss["share_lost"].tolist() == pytest.approx([0.1, 0.2, 0.7, 1.0])
    assert loss["stranded"].tolist() == [0, 0, 0, 3]
    assert loss["components_added"].tolist() == [0, 0, 0, 2]
    assert loss["giant_component_share"].tolist() == [0.75, 0.75, 0.75, 0.25]


def test_loss_counts_exchanges_without_a_weight() -> None:
    assert removal_loss(STAR)["share_lost"].tolist() == [0.25, 0.25, 0.5, 1.0]


def test_losing_one_of_an_isolated_pair_leaves_as_many_pieces() -> None:
    assert removal_loss(table("a>b", "c>d"))["components_added"].tolist() == [0, 0, 0, 0]


def test_loss_agrees_with_networkx_on_random_graphs() -> None:
    for seed in range(40):
        graph = nx.gnp_random_graph(12, 0.15, seed=seed, directed=True)
        edges = pd.DataFrame(
            [(f"{a:02}", f"{b:02}") for a, b in graph.edges], columns=["from_firm", "to_firm"]
        )
        if edges.empty:
            continue
        flat = nx.Graph(list(edges.itertuples(index=False, name=None)))
        loss = removal_loss(edges)
        for node in flat:
            rest = flat.subgraph(set(flat) - {node})
            parts = [len(c) for c in nx.connected_components(rest)]
            added = len(parts) - nx.number_connected_components(flat)
            stranded = sum(d == 0 for _, d in rest.degree())
            assert loss.loc[node, "components_added"] == added
            assert loss.loc[node, "stranded"] == stranded
            assert loss.loc[node, "giant_component_share"] == max(parts, default=0) / len(flat)


def test_targeted_curve_of_a_star_falls_at_once() -> None:
    curve = removal_curve(STAR, "degree")
    assert curve["removed_share"].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert curve["giant_component_share"].tolist() == [1, 0.25, 0.25, 0.25, 0]
    assert curve["share_kept"].tolist() == [1, 0, 0, 0, 0]
    assert robustness_area(curve) == pytest.approx(0.75 / 4)
    pd.testing.assert_frame_equal(removal_curve(STAR, "betweenness"), curve)


def test_random_curve_of_a_star_has_the_expected_value() -> None:
    # The hub is the k-th of 4 to go with probability 1/4; after one removal the piece is 1/4 or 3/4.
    curve = removal_curve(STAR, "random", draws=1500, seed=3)
    assert curve["giant_component_share"].iloc[1] == pytest.approx(0.25 / 4 + 0.75 * 3 / 4, abs=0.03)
    assert curve["share_kept"].iloc[1] == pytest.approx(0.5, abs=0.05)
    again = removal_curve(STAR, "random", draws=1500, seed=3)
    pd.testing.assert_frame_equal(curve, again)


def test_robustness_of_a_complete_graph_is_the_greatest_possible() -> None:
    complete = table(*(f"{a}>{b}" for a in "abcde" for b in "abcde" if a < b))
    for order in ("degree", "betweenness", "random"):
        assert robustness_area(removal_curve(complete, order)) == pytest.approx((1 - 1 / 5) / 2)


def test_ring_is_hit_harder_by_attack_than_by_chance() -> None:
    ring = table(*(f"{i:02}>{(i + 1) % 20:02}" for i in range(20)))
    attack = robustness_area(removal_curve(ring, "betweenness"))
    assert attack < robustness_area(removal_curve(ring, "random", draws=200, seed=1))


def test_cascade_runs_down_a_chain_in_rounds() -> None:
    assert cascade(CHAIN, ["a"], 0.5).to_dict() == {"a": 0, "b": 1, "c": 2, "d": 3}
    assert cascade(CHAIN, (name for name in ["c"]), 0.5).to_dict() == {"a": -1, "b": -1, "c": 0, "d": 1}
    assert (cascade(CHAIN, ["a"], 1.0) == -1).sum() == 3


def test_a_second_supplier_stops_the_cascade_by_its_share() -> None:
    edges = table("a>c", "b>c", "c>d", w=[3.0, 1.0, 1.0])
    assert cascade(edges, ["a"], 0.75, weight="w").to_dict() == {"a": 0, "b": -1, "c": -1, "d": -1}
    assert cascade(edges, ["a"], 0.74, weight="w").to_dict() == {"a": 0, "b": -1, "c": 1, "d": 2}
    assert cascade(edges, ["b"], 0.25, weight="w")["c"] == -1
    # a takes three of four nodes unless c can stand the loss of 3/4 of its supply
    assert cascade_threshold(edges, weight="w") == pytest.approx(0.75, abs=1e-6)
    assert cascade_threshold(edges, weight="w", limit=0.75) == 0.0


def test_threshold_of_chain_and_of_a_limit_below_one_node() -> None:
    assert cascade_threshold(CHAIN) == pytest.approx(1.0, abs=1e-6)
    assert np.isnan(cascade_threshold(CHAIN, limit=0.2))


def test_more_tolerance_never_fells_more() -> None:
    graph = nx.gnp_random_graph(15, 0.15, seed=4, directed=True)
    edges = pd.DataFrame([(f"{a}", f"{b}") for a, b in graph.edges], columns=["from_firm", "to_firm"])
    fallen = [(cascade(edges, [edges["from_firm"][0]], t) >= 0).sum() for t in np.linspace(0, 1, 21)]
    assert fallen == sorted(fallen, reverse=True)
    assert fallen[0] > fallen[-1] == 1


def test_single_supplier_share_by_receiver_and_by_resource() -> None:
    edges = table("a>x", "b>x", "a>y", "a>y", resource=["ash", "heat", "ash", "heat"])
    # x has two givers, y one; by resource each of the four needs has one
    assert single_supplier_share(edges) == 0.5
    assert single_supplier_share(edges, resource="resource") == 1.0
    assert np.isnan(single_supplier_share(table()))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cascade(CHAIN, ["z"], 0.5), "'z' is closed"),
        (lambda: cascade(CHAIN, ["a"], 1.5), "tolerance 1.5"),
        (lambda: cascade_threshold(CHAIN, limit=-0.1), "limit -0.1"),
        (lambda: removal_curve(CHAIN, "alphabet"), "order 'alphabet'"),  # type: ignore[arg-type]
        (lambda: removal_curve(CHAIN, "random", draws=0), "draws is 0"),
        (lambda: robustness_area(removal_curve(table(), "degree")), "empty network"),
        (lambda: single_supplier_share(CHAIN, resource="kind"), "no column 'kind'"),
    ],
)
def test_arguments_outside_their_domain_are_refused(call: object, message: str) -> None:
    with pytest.raises(DomainError, match=message):
        call()  # type: ignore[operator]
