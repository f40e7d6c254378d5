"""Sensitivity code proved on functions with known indices, through the same path a study takes.

Exact values: Ishigami with a = 7, b = 0.1 (Saltelli et al. 2008, Global Sensitivity Analysis, eq. 4.34 ff.)
and Sobol's g, worked out below from their closed forms.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ecopark.experiments import Study, StudyResults, sweep

PI = math.pi
A, B = 7.0, 0.1
G = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0]


def ishigami_exact() -> pd.DataFrame:
    """First and total indices of Ishigami."""
    v1 = 0.5 * (1.0 + B * PI**4 / 5.0) ** 2
    v2 = A**2 / 8.0
    v13 = B**2 * PI**8 * (1.0 / 18.0 - 1.0 / 50.0)
    total = v1 + v2 + v13
    return pd.DataFrame(
        {"S1": [v1 / total, v2 / total, 0.0], "ST": [(v1 + v13) / total, v2 / total, v13 / total]},
        ["x1", "x2", "x3"],
    )


def sobol_g_exact() -> pd.DataFrame:
    """First and total indices of Sobol's g: partial variances 1/3 / (1 + a)^2."""
    v = np.array([1.0 / (3.0 * (1.0 + a) ** 2) for a in G])
    total = np.prod(1.0 + v) - 1.0
    others = np.array([np.prod(np.delete(1.0 + v, i)) for i in range(len(G))])
    return pd.DataFrame({"S1": v / total, "ST": v * others / total}, [f"x{i + 1}" for i in range(len(G))])


def results_of(
    folder: Path, function: str, low: float, high: float, count: int, **design: Any
) -> StudyResults:
    raw = {
        "name": function,
        "base": {"function": function},
        "parameters": {f"x{i + 1}": {"range": [low, high]} for i in range(count)},
        "design": design,
    }
    return sweep(Study.from_dict(raw), engine="serial", folder=folder)


@pytest.mark.parametrize("second_order", [False, True])
def test_ishigami(tmp_path: Path, second_order: bool) -> None:
    results = results_of(
        tmp_path / "s", "ishigami", -PI, PI, 3, kind="sobol", n=4096, second_order=second_order
    )
    exact = ishigami_exact()
    assert exact["S1"].tolist() == pytest.approx([0.3139, 0.4424, 0.0], abs=1e-4)  # as published
    found = results.sensitivity("y").loc[exact.index]
    np.testing.assert_allclose(found["S1"], exact["S1"], atol=0.02)
    np.testing.assert_allclose(found["ST"], exact["ST"], atol=0.02)
    # The exact value lies within the interval that is stated (allowing for one of six missing it).
    inside = [(found[k] - exact[k]).abs() <= found[f"{k}_conf"] + 1e-9 for k in ("S1", "ST")]
    assert sum(int(hit.sum()) for hit in inside) >= 5
    if second_order:
        pairs = found.attrs["S2"] or results.sensitivity("y").attrs["S2"]
        assert pairs["x1 x x3"] == pytest.approx(exact["ST"]["x3"], abs=0.03)
        assert pairs["x1 x x2"] == pytest.approx(0.0, abs=0.03)


def test_sobol_g(tmp_path: Path) -> None:
    results = results_of(tmp_path / "s", "sobol_g", 0.0, 1.0, 8, kind="sobol", n=4096)
    exact = sobol_g_exact()
    assert exact["S1"].tolist()[:3] == pytest.approx([0.7162, 0.1790, 0.0237], abs=1e-4)  # as published
    found = results.sensitivity("y")
    assert list(found.index[:4]) == ["x1", "x2", "x3", "x4"]
    found = found.loc[exact.index]
    np.testing.assert_allclose(found["S1"], exact["S1"], atol=0.02)
    np.testing.assert_allclose(found["ST"], exact["ST"], atol=0.02)


def test_morris_ranks_ishigami_and_sees_the_interaction(tmp_path: Path) -> None:
    results = results_of(tmp_path / "s", "ishigami", -PI, PI, 3, kind="morris", n=400, levels=8)
    found = results.sensitivity("y")
    # x3 acts only through x1: no effect on average, a large spread.
    assert abs(found.loc["x3", "mu"]) < 0.3 * found.loc["x3", "mu_star"]
    assert (found["mu_star"] > 3 * found["mu_star_conf"]).all()
    assert found.loc["x3", "sigma"] > found.loc["x3", "mu_star"]


def test_given_data_indices_of_a_latin_hypercube(tmp_path: Path) -> None:
    results = results_of(tmp_path / "s", "ishigami", -PI, PI, 3, kind="latin_hypercube", n=3000)
    found = results.sensitivity("y").loc[["x1", "x2", "x3"]]
    np.testing.assert_allclose(found["S1"], ishigami_exact()["S1"], atol=0.04)


def test_samples_with_a_failed_run_are_left_out_whole(tmp_path: Path) -> None:
    results = results_of(tmp_path / "s", "ishigami", -PI, PI, 3, kind="sobol", n=512)
    whole = results.sensitivity("y")
    results.__dict__["runs"] = results.runs.drop(index=[7, 8, 400])
    found = results.sensitivity("y")
    assert (whole.attrs["left_out"], found.attrs["left_out"]) == (0, 10)
    np.testing.assert_allclose(found["ST"], whole["ST"].loc[found.index], atol=0.05)
