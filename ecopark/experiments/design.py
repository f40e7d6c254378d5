"""Points of a study: which values go together. Samples come from SALib and scipy.

What lives here: laying points by the study's design, and the tables that describe them. What does not:
estimating anything from the results (``sensitivity``).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc

from ecopark.experiments.branching import dated_overrides
from ecopark.experiments.parameter_file import spread_overrides
from ecopark.experiments.parameters import Parameter, Value
from ecopark.experiments.study import Study


@dataclass(frozen=True)
class Point:
    """One combination of values.

    Attributes
    ----------
    number : int
        From 0.
    label : str
        Name of an alternative or of a one-at-a-time change; empty elsewhere.
    values : mapping of str to (float or str)
        By parameter; those that stay as the base has them are missing.
    overrides : mapping of str to object
        What the values mean to the scenario, by dotted path.
    """

    number: int
    label: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)


def problem_of(parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """Description of the unit cube that SALib wants.

    Parameters
    ----------
    parameters : tuple of Parameter

    Returns
    -------
    dict
        Names, number and bounds 0 to 1: values are made from shares of probability afterwards.
    """
    return {
        "num_vars": len(parameters),
        "names": [parameter.name for parameter in parameters],
        "bounds": [[0.0, 1.0]] * len(parameters),
    }


def sample_cube(study: Study) -> NDArray[np.float64] | None:
    """Sample of the unit cube.

    Parameters
    ----------
    study : Study

    Returns
    -------
    ndarray of float, shape (points, parameters), 1
        None for designs that are laid by hand (grid, one at a time, paired).
    """
    design, seed = study.design, study.seed % 2**32
    problem = problem_of(study.parameters)
    if design.kind == "latin_hypercube":
        sampler = qmc.LatinHypercube(d=len(study.parameters), rng=np.random.default_rng(seed))
        return np.asarray(sampler.random(design.n))
    if design.kind == "sobol":
        from SALib.sample import sobol

        return np.asarray(
            sobol.sample(
                problem, design.n, calc_second_order=design.second_order, seed=np.random.default_rng(seed)
            )
        )
    if design.kind == "morris":
        from SALib.sample import morris

        return np.asarray(morris.sample(problem, design.n, num_levels=design.levels, seed=seed))
    return None


def lay_points(study: Study, cube: NDArray[np.float64] | None) -> list[Point]:
    """All points of a study.

    Parameters
    ----------
    study : Study
    cube : ndarray of float, shape (points, parameters), 1
        Of :func:`sample_cube`.

    Returns
    -------
    list of Point
    """
    design, parameters = study.design, study.parameters
    if design.kind == "paired":
        return _alternatives(study)
    if design.kind == "one_at_a_time":
        changes = [(p.name, value) for p in parameters for value in p.ends()]
        combinations: list[dict[str, Value]] = [{}, *({name: value} for name, value in changes)]
        labels = ["base", *(f"{name} = {_short(value)}" for name, value in changes)]
    elif design.kind == "grid":
        names = [p.name for p in parameters]
        sets = itertools.product(*(p.grid() for p in parameters))
        combinations = [dict(zip(names, values, strict=True)) for values in sets]
        labels = [""] * len(combinations)
    else:
        assert cube is not None
        columns = [p.values_at(cube[:, i]) for i, p in enumerate(parameters)]
        names = [p.name for p in parameters]
        combinations = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
        labels = [""] * len(combinations)
    return [
        Point(number, label, values, _overrides(study, values))
        for number, (label, values) in enumerate(zip(labels, combinations, strict=True))
    ]


def _overrides(study: Study, values: Mapping[str, Value]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for parameter in study.parameters:
        if parameter.name in values:
            found |= parameter.overrides(values[parameter.name])
    return spread_overrides(found, study.scenario)


def _alternatives(study: Study) -> list[Point]:
    points = [Point(0, "base")]
    for number, alternative in enumerate(study.design.alternatives, start=1):
        overrides = spread_overrides(alternative.overrides, study.scenario)
        if study.design.since is not None and study.scenario is not None:
            overrides = dated_overrides(study.scenario, study.design.since, overrides)
        points.append(Point(number, alternative.name, {}, overrides))
    return points


def _short(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def design_table(study: Study, points: list[Point]) -> pd.DataFrame:
    """Points as a table.

    Parameters
    ----------
    study : Study
    points : list of Point

    Returns
    -------
    pandas.DataFrame
        ``point``, ``label``, one column per parameter (number in the unit of the study, or name; missing
        where the base's own value holds) and ``overrides``, JSON by dotted path: what
        ``ecopark run --set`` takes.
    """
    columns: dict[str, Any] = {
        "point": np.array([p.number for p in points], dtype=np.int64),
        "label": pd.array([p.label for p in points], dtype="str"),
    }
    for parameter in study.parameters:
        values = [p.values.get(parameter.name) for p in points]  # noqa: PD011 - a point is no table
        if parameter.is_numeric:
            columns[parameter.name] = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
        else:
            columns[parameter.name] = pd.array(values, dtype="str")
    columns["overrides"] = pd.array([as_json(p.overrides) for p in points], dtype="str")
    return pd.DataFrame(columns)


def as_json(value: Any) -> str:
    """Plain data as one line of JSON, the same bytes every time."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
