"""Ecological indicators on flow networks solved by hand, and what cannot be read."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from ecopark.errors import DomainError
from ecopark.indicators.flownetwork import ECOLOGY_UNITS, ecology

LN2 = math.log(2)


def test_a_chain_cycles_nothing_and_is_fully_determined() -> None:
    # 10 in, 10 from a to b, 10 out: three equal flows, each known from its origin
    values = ecology([[0, 10], [0, 0]], imports=[10, 0], exports=[0, 10])
    assert values["finn_cycling_index"] == 0.0
    assert values["cyclicity"] == 0.0
    assert values["total_system_throughflow"] == 20.0
    assert values["total_system_throughput"] == 30.0
    assert values["mean_path_length"] == 2.0
    assert values["average_mutual_information"] == pytest.approx(math.log2(3))
    assert values["overhead"] == pytest.approx(0.0, abs=1e-12)
    assert values["relative_ascendency"] == pytest.approx(1.0)
    assert values["robustness"] == pytest.approx(0.0, abs=1e-12)


def test_a_loop_that_passes_on_half() -> None:
    # a receives 10 from outside and 10 back from b; b gets 20 and returns half. A unit at either comes
    # back with probability 1/2: 2 visits, half of every throughflow is cycled.
    values = ecology([[0, 20], [10, 0]], imports=[10, 0], losses=[0, 10])
    assert values["finn_cycling_index"] == pytest.approx(0.5)
    assert values["cyclicity"] == pytest.approx(1.0)
    assert values["total_system_throughflow"] == 40.0
    assert values["links"] == 2


def test_an_even_split_by_hand() -> None:
    # Two givers, two receivers, all four flows 1 and no boundary: nothing is known from the origin.
    flows = np.zeros((4, 4))
    flows[:2, 2:] = 1.0
    values = ecology(flows, imports=[2, 2, 0, 0], exports=[0, 0, 2, 2])
    # twelve units: import 2 + 2, four of 1, export 2 + 2; H = 4 (1/6) log2 6 + 4 (1/12) log2 12
    diversity = 4 / 6 * math.log2(6) + 4 / 12 * math.log2(12)
    # mutual: import to a: log2 (1/6 / (1/3 1/6)) = log2 3 on 4/6 of the flow; a to c: log2 (1/12 / (1/6 1/6))
    mutual = 4 / 6 * math.log2(3) + 4 / 12 * math.log2(3)
    assert values["flow_diversity"] == pytest.approx(diversity)
    assert values["average_mutual_information"] == pytest.approx(mutual)
    assert values["capacity"] == pytest.approx(12 * diversity)
    assert values["ascendency"] == pytest.approx(12 * mutual)
    a = mutual / diversity
    assert values["robustness"] == pytest.approx(-a * math.log(a))


def test_export_and_loss_are_two_outsides() -> None:
    # Knowing that flow leaves to one outside or to the other adds information.
    one = ecology([[0, 2], [0, 0]], imports=[4, 0], exports=[2, 2])
    two = ecology([[0, 2], [0, 0]], imports=[4, 0], exports=[2, 0], losses=[0, 2])
    assert two["average_mutual_information"] > one["average_mutual_information"]
    assert two["flow_diversity"] == one["flow_diversity"]


def test_edge_list_and_matrix_agree() -> None:
    edges = pd.DataFrame(
        {"from_firm": ["a", "a", "b"], "to_firm": ["b", "b", "a"], "quantity": [15.0, 5.0, 10.0]}
    )
    by_name = ecology(edges, imports={"a": 10.0}, losses=pd.Series({"b": 10.0}))
    by_order = ecology([[0, 20], [10, 0]], imports=[10, 0], losses=[0, 10])
    pd.testing.assert_series_equal(by_name, by_order)
    named = pd.DataFrame([[0, 20], [10, 0]], index=["a", "b"], columns=["a", "b"])
    pd.testing.assert_series_equal(ecology(named, imports={"a": 10.0}, losses={"b": 10.0}), by_order)


def test_a_name_only_at_the_boundary_is_a_compartment_of_an_edge_list() -> None:
    edges = pd.DataFrame({"from_firm": ["a"], "to_firm": ["b"], "quantity": [1.0]})
    values = ecology(edges, imports={"a": 1.0, "c": 2.0}, losses={"b": 1.0, "c": 2.0})
    assert values["compartments"] == 3


def test_nothing_flows() -> None:
    values = ecology(np.zeros((2, 2)))
    assert values["total_system_throughput"] == 0.0
    assert values[["finn_cycling_index", "average_mutual_information", "robustness"]].isna().all()


def test_every_row_has_a_unit() -> None:
    assert list(ecology([[0.0]]).index) == list(ECOLOGY_UNITS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"flows": [[0, 1], [0, 0]]}, "compartment 0 is out of balance: 0 enters, 1 leaves"),
        ({"flows": [[0, 1], [1, 0]]}, "loop that nothing leaves"),
        ({"flows": [[0, 1, 2], [0, 0, 1]]}, "square"),
        ({"flows": [[0, -1], [0, 0]]}, "negative or not finite"),
        ({"flows": [[0.0]], "tolerance": math.nan}, "tolerance nan"),
        ({"flows": [[0, 1], [0, 0]], "imports": [1]}, "one value per compartment"),
        ({"flows": [[0, 1], [0, 0]], "imports": {"x": 1.0}}, "no compartment of the matrix"),
        ({"flows": pd.DataFrame([[0, 1], [0, 0]], index=["a", "b"], columns=["b", "a"])}, "same names"),
        ({"flows": pd.DataFrame({"from_firm": ["a"], "to_firm": ["b"]})}, "no column 'quantity'"),
        (
            {
                "flows": pd.DataFrame({"from_firm": ["a"], "to_firm": ["b"], "quantity": [1.0]}),
                "imports": [1, 0],
            },
            "by name",
        ),
        (
            {"flows": pd.DataFrame({"from_firm": ["a"], "to_firm": [None], "quantity": [1.0]})},
            "no giver or no receiver",
        ),
        (
            {"flows": pd.DataFrame({"from_firm": ["a"], "to_firm": ["b"], "quantity": [np.inf]})},
            "not finite",
        ),
    ],
)
def test_unreadable_flows_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        ecology(**arguments)  # type: ignore[arg-type]


def test_tolerance_lets_an_unbalanced_network_through_and_reports_it() -> None:
    values = ecology([[0, 8], [0, 0]], imports=[10, 0], exports=[0, 8], tolerance=0.2)
    assert values["imbalance"] == pytest.approx(0.2)
    with pytest.raises(DomainError, match="out of balance"):
        ecology([[0, 8], [0, 0]], imports=[10, 0], exports=[0, 8])
