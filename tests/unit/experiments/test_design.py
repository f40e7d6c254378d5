"""Points against the libraries that make them and against hand counts."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from SALib.sample import sobol as salib_sobol
from scipy.stats import qmc
from study_models import Line, line_study

from ecopark.experiments import Study
from ecopark.experiments.design import Point, design_table, lay_points, sample_cube

TWO = {"a": {"range": [0, 1]}, "b": {"range": [0, 4], "levels": 3}}


def study_of(design: dict[str, Any], parameters: dict[str, Any] | None = None, **blocks: Any) -> Study:
    raw = line_study(design=design, parameters=TWO if parameters is None else parameters, **blocks)
    return Study.from_dict(raw, Line())


def points_of(study: Study) -> list[Point]:
    return lay_points(study, sample_cube(study))


@pytest.mark.parametrize(
    ("design", "count"),
    [
        ({"kind": "grid"}, 5 * 3),
        ({"kind": "latin_hypercube", "n": 7}, 7),
        ({"kind": "sobol", "n": 8}, 8 * (2 + 2)),
        ({"kind": "sobol", "n": 8, "second_order": True}, 8 * (2 * 2 + 2)),
        ({"kind": "morris", "n": 5}, 5 * (2 + 1)),
        ({"kind": "one_at_a_time"}, 1 + 2 + 2),
    ],
)
def test_counts_by_the_formulas_of_the_methods(design: dict[str, Any], count: int) -> None:
    study = study_of(design)
    assert len(points_of(study)) == study.points == count


def test_sobol_points_are_those_of_salib() -> None:
    study = study_of({"kind": "sobol", "n": 16}, seed=5)
    problem = {"num_vars": 2, "names": ["a", "b"], "bounds": [[0, 1], [0, 4]]}
    known = salib_sobol.sample(problem, 16, calc_second_order=False, seed=np.random.default_rng(5))
    found = [[p.values["a"], p.values["b"]] for p in points_of(study)]
    np.testing.assert_allclose(np.array(found, dtype=float), known, rtol=1e-12)


def test_every_row_and_column_of_a_latin_hypercube_is_used_once() -> None:
    study = study_of({"kind": "latin_hypercube", "n": 20})
    found = np.array([[float(p.values["a"]), float(p.values["b"]) / 4] for p in points_of(study)])
    for column in (found * 20).astype(int).T:
        assert sorted(column.tolist()) == list(range(20))
    assert qmc.discrepancy(found) < 0.05


def test_a_step_of_morris_changes_one_parameter() -> None:
    cube = sample_cube(study_of({"kind": "morris", "n": 6}))
    assert cube is not None
    steps = np.diff(cube.reshape(6, 3, 2), axis=1)
    assert ((steps != 0).sum(axis=2) == 1).all()
    # Morris (1991): with p levels the step is p / (2 (p - 1)), here 2/3.
    np.testing.assert_allclose(np.abs(steps[steps != 0]), 2 / 3)


def test_one_at_a_time_changes_one_and_leaves_the_base() -> None:
    points = points_of(study_of({"kind": "one_at_a_time"}))
    assert [p.label for p in points] == ["base", "a = 0", "a = 1", "b = 0", "b = 4"]
    assert [dict(p.overrides) for p in points] == [{}, {"a": "0.0"}, {"a": "1.0"}, {"b": "0.0"}, {"b": "4.0"}]


def test_paired_alternatives_are_the_points() -> None:
    design = {"kind": "paired", "alternatives": {"more": {"a": "3"}, "both": {"a": "1", "b": "2"}}}
    points = points_of(study_of(design, {}))
    assert [(p.label, dict(p.overrides)) for p in points] == [
        ("base", {}),
        ("more", {"a": "3"}),
        ("both", {"a": "1", "b": "2"}),
    ]


@pytest.mark.parametrize("kind", ["sobol", "latin_hypercube", "morris"])
def test_the_seed_makes_the_sample(kind: str) -> None:
    one, again, other = (sample_cube(study_of({"kind": kind, "n": 8}, seed=seed)) for seed in (3, 3, 4))
    assert one is not None
    assert again is not None
    assert other is not None
    assert one.tobytes() == again.tobytes() != other.tobytes()


def test_the_table_repeats_every_run() -> None:
    parameters = {"a": {"range": [0, 1]}, "word": {"list": ["small", "large"]}}
    study = study_of({"kind": "grid"}, parameters)
    points = points_of(study)
    table = design_table(study, points)
    assert list(table.columns) == ["point", "label", "a", "word", "overrides"]
    model = Line()
    for row, point in zip(table.itertuples(), points, strict=True):
        told = json.loads(row.overrides)
        assert model.run(model.variant(told), 1).rows == model.run(model.variant(point.overrides), 1).rows
        assert told["a"] == repr(row.a)
