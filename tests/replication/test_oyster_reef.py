"""The intertidal oyster reef of Dame and Patten: the standard test network of ecological analysis.

Data: Dame, R. F., Patten, B. C. (1981). Analysis of energy flows in an intertidal oyster reef. Marine
Ecology Progress Series 5, 115-124, in the values of Patten (1985); kcal per m2 and day. Expected values:
the project's reference values for this network, in the conventions of the R package enaR (Borrett and
Lau 2014, https://doi.org/10.1111/2041-210X.12282): throughflow by inflow, information in bits on all
flows, those over the boundary included, robustness by the natural logarithm.
"""

from __future__ import annotations

import pandas as pd
import pytest

from ecopark.indicators.flownetwork import ecology

COMPARTMENTS = ["filter feeders", "microbiota", "meiofauna", "deposit feeders", "predators", "detritus"]
LOSSES = [25.165, 5.76, 3.5794, 0.4303, 0.3594, 6.1759]
FLOWS = [
    (1, 5, 0.5135),
    (1, 6, 15.791),
    (2, 3, 1.206),
    (2, 4, 1.206),
    (3, 4, 0.6609),
    (3, 6, 4.2403),
    (4, 5, 0.1721),
    (4, 6, 1.9076),
    (5, 6, 0.3262),
    (6, 2, 8.1721),
    (6, 3, 7.2745),
    (6, 4, 0.6431),
]


@pytest.fixture(scope="module")
def reef() -> pd.Series:
    edges = pd.DataFrame(
        [(COMPARTMENTS[a - 1], COMPARTMENTS[b - 1], flow) for a, b, flow in FLOWS],
        columns=["from_firm", "to_firm", "quantity"],
    )
    return ecology(
        edges, imports={"filter feeders": 41.47}, losses=dict(zip(COMPARTMENTS, LOSSES, strict=True))
    )


@pytest.mark.parametrize(
    ("indicator", "published", "digits"),
    [
        ("total_system_throughflow", 83.5833, 4),
        ("total_system_throughput", 125.0533, 4),
        ("finn_cycling_index", 0.110169, 6),
        ("average_mutual_information", 1.330211, 6),
        ("ascendency", 166.3473, 4),
        ("overhead", 211.0979, 4),
        ("capacity", 377.4452, 4),
        ("relative_ascendency", 0.440719, 6),
        ("robustness", 0.361102, 6),
        ("cyclicity", 2.147899, 6),
        ("links", 12, 0),
        ("density_l_n2", 0.3333, 4),
    ],
)
def test_published_value(reef: pd.Series, indicator: str, published: float, digits: int) -> None:
    assert reef[indicator] == pytest.approx(published, abs=0.5 * 10.0**-digits)


def test_the_reef_is_at_steady_state(reef: pd.Series) -> None:
    assert reef["imbalance"] < 1e-3


def test_mean_path_length_is_throughflow_over_import(reef: pd.Series) -> None:
    assert reef["mean_path_length"] == pytest.approx(83.5833 / 41.47, abs=1e-6)
