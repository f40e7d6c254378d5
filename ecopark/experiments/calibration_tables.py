"""From the waves of history matching to the tables of a calibration.

What lives here: names, units and words. What does not: the method (``history_matching``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.experiments.calibration_file import Plan
from ecopark.experiments.history_matching import Matching, Wave, reduce_range
from ecopark.experiments.parameters import Parameter
from ecopark.experiments.results import StudyResults
from ecopark.scenario import Scenario
from ecopark.scenario.units import Quantity

# What of a range must be ruled out to call a parameter identified, or weakly so. [M]
_STRONG, _WEAK = 0.5, 0.15
# A sound emulator misses by more than this many standard deviations only now and then.
_FAR = 3.0


def build_tables(
    plan: Plan, matching: Matching, results: Sequence[StudyResults], scenario: Scenario | None
) -> tuple[dict[str, pd.DataFrame], NDArray[np.float64]]:
    """Tables of a calibration, and its closest point.

    Parameters
    ----------
    plan : Plan
    matching : Matching
    results : sequence of StudyResults
        Of each wave; point 0 is the scenario as it is.
    scenario : Scenario or None

    Returns
    -------
    tuple of (dict of str to pandas.DataFrame, ndarray of float, shape (d,), 1)
        Tables by the names of :class:`~ecopark.experiments.calibration.Calibration`, and the shares of the
        closest point.
    """
    points = pd.concat(
        [_points(plan, wave, number, matching) for number, wave in enumerate(matching.waves, start=1)],
        ignore_index=True,
    )
    shares = np.concatenate([wave.evaluation.shares for wave in matching.waves])
    closest = int(points["implausibility"].to_numpy().argmin())
    tables = {
        "waves": _waves(plan, matching, points),
        "patterns": _patterns(plan, matching, points.iloc[closest], results[-1]),
        "parameters": _parameters(plan, matching, points.iloc[closest], scenario),
        "points": points,
        "sample": _sample(plan, matching),
    }
    return tables, shares[closest]


def state(reduction: float, space_left: float) -> str:
    """What is known of a parameter, in words.

    Parameters
    ----------
    reduction : float
        Share of its range ruled out.
    space_left : float
        Share of the whole space not excluded.

    Examples
    --------
    >>> state(0.7, 0.1), state(0.02, 0.1), state(0.0, 0.0)
    ('identified', 'not identified', 'everything is excluded')
    """
    if space_left <= 0.0:
        return "everything is excluded"
    if reduction >= _STRONG:
        return "identified"
    return "weakly identified" if reduction >= _WEAK else "not identified"


def _waves(plan: Plan, matching: Matching, points: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (
            number,
            len(wave.evaluation.shares),
            (len(wave.evaluation.shares) + 1) * plan.replicates,
            wave.space_left,
            float(points.loc[points["wave"] == number, "implausibility"].min()),
        )
        for number, wave in enumerate(matching.waves, start=1)
    ]
    return pd.DataFrame(rows, columns=["wave", "points", "runs", "space_left", "closest"])


def _points(plan: Plan, wave: Wave, number: int, matching: Matching) -> pd.DataFrame:
    """Points of a wave with the means of their patterns."""
    found: dict[str, Any] = {"wave": np.full(len(wave.evaluation.shares), number)}
    found |= _values(plan, wave.evaluation.shares)
    found |= {p.name: wave.evaluation.mean[:, k] for k, p in enumerate(plan.patterns)}
    return pd.DataFrame(found | {"implausibility": matching.distances[number - 1]})


def _sample(plan: Plan, matching: Matching) -> pd.DataFrame:
    values: dict[str, Any] = dict(_values(plan, matching.sample))
    return pd.DataFrame(values | {"implausibility": matching.implausibility, "weight": matching.weight})


def _values(plan: Plan, shares: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Values of the parameters in their own units."""
    return {
        parameter.name: np.array(parameter.values_at(shares[:, k]), dtype=np.float64)
        for k, parameter in enumerate(plan.parameters)
    }


def _patterns(plan: Plan, matching: Matching, closest: pd.Series, last: StudyResults) -> pd.DataFrame:
    base = last.runs[last.runs["point"] == 0]
    rows = []
    for pattern, fitted in zip(plan.patterns, matching.waves[-1].fitted, strict=True):
        errors = np.abs(fitted.emulator.validate())
        rows.append(
            {
                "pattern": pattern.name,
                "output": pattern.output,
                "target": pattern.target,
                "tolerance": pattern.tolerance,
                "between": float(np.sqrt(fitted.between)),
                "base": float(base[pattern.output].mean()) if pattern.output in base else float("nan"),
                "closest": float(closest[pattern.name]),
                "points": fitted.points,
                "within": float((errors <= _FAR).mean()),
            }
        )
    return pd.DataFrame(rows)


def _parameters(
    plan: Plan, matching: Matching, closest: pd.Series, scenario: Scenario | None
) -> pd.DataFrame:
    rows = []
    left = matching.waves[-1].space_left
    for k, parameter in enumerate(plan.parameters):
        ends = parameter.ends()
        sample = matching.sample[:, k]
        known = len(sample) > 0
        low, median, high = (
            parameter.values_at(np.quantile(sample, [0.05, 0.5, 0.95])) if known else [float("nan")] * 3
        )
        reduction = reduce_range(sample) if known else float("nan")
        rows.append(
            {
                "parameter": parameter.name,
                "unit": parameter.unit,
                "scale": parameter.scale,
                "range_low": ends[0],
                "range_high": ends[-1],
                "base": base_value(scenario, parameter),
                "closest": float(closest[parameter.name]),
                "low": low,
                "median": median,
                "high": high,
                "reduction": reduction,
                "weighted_reduction": reduce_range(sample, matching.weight) if known else float("nan"),
                "statement": state(reduction, left),
            }
        )
    return pd.DataFrame(rows)


def base_value(scenario: Scenario | None, parameter: Parameter) -> float:
    """What a scenario has where a parameter goes, in the parameter's unit.

    Parameters
    ----------
    scenario : Scenario or None
    parameter : Parameter

    Returns
    -------
    float
        nan where there is no single plain number: several places, a dated path, no scenario.
    """
    if scenario is None or len(parameter.paths) != 1 or parameter.template is not None:
        return float("nan")
    node: Any = scenario.park
    for step in parameter.paths[0].split("."):
        node = node.get(step) if isinstance(node, Mapping) else getattr(node, step, None)
    if isinstance(node, Quantity):
        return float(node.value / scenario.units.factor(parameter.unit)[0])
    return float(node) if isinstance(node, int | float) and not isinstance(node, bool) else float("nan")
