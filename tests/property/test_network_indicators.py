"""Bounds and invariances of network, ecology and resilience indicators on arbitrary parks."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecopark.indicators.flownetwork import ecology
from ecopark.indicators.graph import NETWORK_INDICATORS, network, node_metrics
from ecopark.indicators.resilience import removal_curve, removal_loss, robustness_area
from ecopark.indicators.spreading import cascade_threshold
from ecopark.indicators.survival import jaccard, kaplan_meier

# Ties in the greedy grouping are broken by name, as the docstring of modularity says.
HANGS_ON_NAMES = ["modularity"]
EXTENSIVE = [
    "boundary_inflow",
    "total_system_throughflow",
    "total_system_throughput",
    "ascendency",
    "overhead",
    "capacity",
]


@st.composite
def edge_lists(draw: st.DrawFn) -> pd.DataFrame:
    """An edge list of 1 to 25 exchanges between up to 9 firms, with a quantity."""
    nodes = draw(st.integers(2, 9))
    end = st.integers(0, nodes - 1)
    pairs = draw(st.lists(st.tuples(end, end).filter(lambda p: p[0] != p[1]), min_size=1, max_size=25))
    amounts = draw(st.lists(st.floats(0.1, 1e4), min_size=len(pairs), max_size=len(pairs)))
    names = [f"firm {i}" for i in range(nodes)]
    return pd.DataFrame(
        {
            "from_firm": [names[a] for a, _ in pairs],
            "to_firm": [names[b] for _, b in pairs],
            "quantity": amounts,
        }
    )


@st.composite
def balanced_flows(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A flow network at steady state: what flows in and is not passed on is exported or lost."""
    n = draw(st.integers(1, 6))
    amount = st.one_of(st.just(0.0), st.floats(0.01, 100.0))
    flows = np.array(draw(st.lists(amount, min_size=n * n, max_size=n * n))).reshape(n, n)
    gap = flows.sum(axis=1) - flows.sum(axis=0)
    extra = np.array(draw(st.lists(st.floats(0.01, 50.0), min_size=n, max_size=n)))
    imports, out = np.maximum(gap, 0.0) + extra, np.maximum(-gap, 0.0) + extra
    lost = draw(st.floats(0.0, 1.0))
    return flows, imports, out * (1 - lost), out * lost


def same(first: pd.Series, second: pd.Series) -> None:
    pd.testing.assert_series_equal(first, second, rtol=1e-9, atol=1e-12)


@given(edge_lists())
@settings(max_examples=150, deadline=None)
def test_every_indicator_stays_in_its_range(edges: pd.DataFrame) -> None:
    values = network(edges, weight="quantity")
    n = values["nodes"]
    for indicator in NETWORK_INDICATORS:
        value = values[indicator.id]
        if indicator.id in {"betweenness_max", "degree_centralisation", "nestedness_nodf"} and math.isnan(
            value
        ):
            continue  # undefined below three nodes, or for a single giver with a single receiver
        assert indicator.low - 1e-12 <= value <= indicator.high + 1e-12, indicator.id
    assert values["links"] <= n * (n - 1)
    assert values["pairs"] <= values["links"] <= min(values["exchanges"], 2 * values["pairs"])
    assert values["cyclicity"] <= n - 1 + 1e-9
    assert values["cyclicity"] == 0.0 or values["cyclicity"] >= 1.0 - 1e-9
    assert (values["cyclicity"] > 0.0) == (values["largest_scc"] > 1)
    assert values["articulation_points"] <= max(n - 2, 0)
    assert values["giant_component_share"] >= 1 / values["components"] - 1e-12
    assert values["degree_gini"] <= 1 - 1 / n + 1e-12


@given(edge_lists(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_order_and_names_change_nothing(edges: pd.DataFrame, random: object) -> None:
    before = network(edges, weight="quantity")
    order = list(range(len(edges)))
    random.shuffle(order)  # type: ignore[attr-defined]
    same(network(edges.iloc[order], weight="quantity"), before)
    names = sorted(set(edges["from_firm"]) | set(edges["to_firm"]))
    other = [f"works {i}" for i in range(len(names))]
    random.shuffle(other)  # type: ignore[attr-defined]
    rename = dict(zip(names, other, strict=True))
    renamed = edges.replace({"from_firm": rename, "to_firm": rename})
    same(network(renamed, weight="quantity").drop(HANGS_ON_NAMES), before.drop(HANGS_ON_NAMES))
    moved, still = node_metrics(renamed).loc[[rename[name] for name in names]], node_metrics(edges)
    np.testing.assert_allclose(
        moved.to_numpy(dtype=float), still.loc[names].to_numpy(dtype=float), atol=1e-12
    )


@given(edge_lists(), st.floats(1e-3, 1e3))
@settings(max_examples=60, deadline=None)
def test_scaling_the_weights_scales_only_the_total(edges: pd.DataFrame, factor: float) -> None:
    before = network(edges, weight="quantity")
    after = network(edges.assign(quantity=edges["quantity"] * factor), weight="quantity")
    same(after.drop("total_weight"), before.drop("total_weight"))
    assert after["total_weight"] == pytest.approx(factor * before["total_weight"])


@given(edge_lists())
@settings(max_examples=60, deadline=None)
def test_turning_every_exchange_round_swaps_givers_and_receivers(edges: pd.DataFrame) -> None:
    before = network(edges)
    turned = network(edges.rename(columns={"from_firm": "to_firm", "to_firm": "from_firm"}))
    swapped = before.rename(
        {
            "in_degree_centralisation": "out_degree_centralisation",
            "out_degree_centralisation": "in_degree_centralisation",
        }
    )
    same(turned, swapped.loc[turned.index])


@given(balanced_flows())
@settings(max_examples=200, deadline=None)
def test_ecology_stays_in_its_bounds(net: tuple[np.ndarray, ...]) -> None:
    values = ecology(*net)
    assert -1e-9 <= values["finn_cycling_index"] <= 1.0
    assert -1e-9 <= values["average_mutual_information"] <= values["flow_diversity"] + 1e-9
    assert 0.0 <= values["relative_ascendency"] <= 1.0 + 1e-9
    assert -1e-9 <= values["robustness"] <= 1 / math.e + 1e-12
    assert values["ascendency"] + values["overhead"] == pytest.approx(values["capacity"])
    assert values["total_system_throughput"] == pytest.approx(
        values["total_system_throughflow"] + net[2].sum() + net[3].sum()
    )
    assert values["imbalance"] < 1e-9
    assert (values["finn_cycling_index"] > 1e-12) == (values["cyclicity"] > 0.0)
    assert values["mean_path_length"] >= 1.0 - 1e-9


@given(balanced_flows(), st.floats(1e-3, 1e3), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_ecology_under_scaling_and_relabelling(
    net: tuple[np.ndarray, ...], factor: float, random: object
) -> None:
    flows, *boundary = net
    before = ecology(*net)
    order = list(range(len(flows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    same(ecology(flows[np.ix_(order, order)], *(side[order] for side in boundary)), before)
    scaled = ecology(*(part * factor for part in net))
    expected = before.copy()
    expected[EXTENSIVE] *= factor
    pd.testing.assert_series_equal(scaled, expected, rtol=1e-7, atol=1e-9 * max(1.0, factor))


@given(balanced_flows())
@settings(max_examples=100, deadline=None)
def test_finn_index_equals_visits_counted_by_summing_the_powers(net: tuple[np.ndarray, ...]) -> None:
    flows, imports, *_ = net
    through = flows.sum(axis=0) + imports
    passed = flows / through[:, None]
    # I + P + P^2 + ... = (I + P)(I + P^2)(I + P^4)...
    visits, power = np.eye(len(flows)), passed
    for _ in range(40):
        visits, power = visits + visits @ power, power @ power
    diagonal = np.diag(visits)
    cycled = (through * (1 - 1 / diagonal)).sum() / through.sum()
    assert ecology(*net)["finn_cycling_index"] == pytest.approx(cycled, abs=1e-6)


@given(edge_lists())
@settings(max_examples=60, deadline=None)
def test_removals_only_ever_take(edges: pd.DataFrame) -> None:
    loss = removal_loss(edges, weight="quantity")
    # each exchange has two ends, so the losses of all nodes add up to twice the whole
    assert loss["share_lost"].sum() == pytest.approx(2.0)
    for order in ("degree", "betweenness", "random"):
        curve = removal_curve(edges, order, weight="quantity", draws=5)
        assert (curve.diff().iloc[1:][["giant_component_share", "share_kept"]] <= 1e-12).all().all()
        assert curve.iloc[-1][["giant_component_share", "share_kept"]].tolist() == pytest.approx([0.0, 0.0])
        assert 0.0 <= robustness_area(curve) <= 0.5 * (1 - 1 / len(loss)) + 1e-12
    threshold = cascade_threshold(edges, weight="quantity")
    assert 0.0 <= threshold <= 1.0
    assert cascade_threshold(edges, weight="quantity", limit=1.0) == 0.0


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=40))
def test_survival_falls_within_its_interval(contracts: list[tuple[int, bool]]) -> None:
    table = kaplan_meier([t for t, _ in contracts], [e for _, e in contracts])
    assert table["time"].is_monotonic_increasing
    assert (table["survival"].diff().dropna() < 0).all()
    assert table["survival"].between(0.0, 1.0).all()
    inside = table.dropna()
    assert ((inside["low"] <= inside["survival"]) & (inside["survival"] <= inside["high"])).all()
    # Kaplan and Meier's product, written out
    alive = 1.0
    for row in table.itertuples():
        at_risk = sum(t >= row.time for t, _ in contracts)
        alive *= 1 - sum(e and t == row.time for t, e in contracts) / at_risk
        assert row.survival == pytest.approx(alive, abs=1e-12)


@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_jaccard_is_symmetric_and_one_only_for_equal_sets(first: set[int], second: set[int]) -> None:
    value = jaccard(first, second)
    if first or second:
        assert value == jaccard(second, first)
        assert 0.0 <= value <= 1.0
        assert (value == 1.0) == (first == second)
