"""Scenario discovery: under which values of the parameters an output is of interest.

What lives here: the way from runs to a classification tree and back to boxes a person can read. What does
not: the tree; that is scikit-learn's (extra ``analysis``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ecopark.errors import DomainError, ResultsError
from ecopark.experiments.sensitivity import Results


@dataclass(frozen=True)
class Discovery:
    """Boxes found.

    Attributes
    ----------
    output : str
    rule : str
        What was of interest, in words.
    share : float
        Share of runs of interest.
    boxes : pandas.DataFrame
        One row per box: ``box``, ``limits`` in words, ``coverage`` (share of the runs of interest inside),
        ``density`` (share of interest among the runs inside), ``runs``; densest first, then by coverage.
    limits : pandas.DataFrame
        ``box``, ``parameter``, ``low``, ``high`` for numbers (infinite where open), ``values`` for names.
    missing : int
        Finished runs without a value of the output; they are in no box and in no share.
    """

    output: str
    rule: str
    share: float
    boxes: pd.DataFrame
    limits: pd.DataFrame
    missing: int = 0


def discover(
    results: Results,
    output: str,
    above: float | None = None,
    below: float | None = None,
    *,
    least_share: float = 0.05,
    depth: int = 4,
) -> Discovery:
    """Boxes in the space of parameters in which an output is of interest, by a classification tree.

    Parameters
    ----------
    results : StudyResults
    output : str
    above, below : float, optional
        Exactly one: values of interest lie above or below it.
    least_share : float
        Smallest share of the runs a box may hold.
    depth : int
        Most limits of a box.

    Returns
    -------
    Discovery

    Raises
    ------
    DomainError
        If the threshold is missing or all runs lie on one side of it.
    ResultsError
        If scikit-learn is not installed.

    References
    ----------
    Lempert, Bryant and Bankes (2008), Comparing algorithms for scenario discovery, RAND WR-557; Breiman et
    al. (1984), Classification and Regression Trees.
    """
    try:
        from sklearn.tree import DecisionTreeClassifier
    except ImportError as failure:
        raise ResultsError(
            "scenario discovery needs scikit-learn: pip install 'ecopark[analysis]'"
        ) from failure
    if (above is None) == (below is None):
        raise DomainError("give either above or below: which values are of interest")
    y = results.runs[output].dropna()
    wanted = (y > above if above is not None else y < below).to_numpy()
    rule = f"{output} {'above' if above is not None else 'below'} {above if above is not None else below:g}"
    if wanted.all() or not wanted.any():
        raise DomainError(
            f"{rule} holds for {'every run' if wanted.all() else 'no run'}; choose another threshold"
        )
    values = results.parameter_values().loc[y.index]
    table = _numbers(values)
    tree = DecisionTreeClassifier(
        max_depth=depth, min_samples_leaf=max(2, int(np.ceil(least_share * len(table)))), class_weight="balanced",
        random_state=0,
    ).fit(table.to_numpy(), wanted)  # fmt: skip
    found = _read_tree(tree, table, values, wanted, output, rule)
    return replace(found, missing=len(results.runs) - len(y))


def _numbers(values: pd.DataFrame) -> pd.DataFrame:
    """Columns a tree can split: names become one switch each."""
    parts: dict[str, pd.Series] = {}
    for name in values.columns:
        column = values[name]
        if column.dtype.kind == "f":
            parts[name] = column
        else:
            for entry in sorted(set(column.dropna())):
                parts[f"{name}\x1f{entry}"] = (column == entry).astype(float)
    return pd.DataFrame(parts)


def _read_tree(
    tree: Any, table: pd.DataFrame, values: pd.DataFrame, wanted: Any, output: str, rule: str
) -> Discovery:
    leaves = tree.apply(table.to_numpy())
    told = tree.tree_
    boxes: list[dict[str, Any]] = []
    limits: list[dict[str, Any]] = []
    for leaf in sorted(set(leaves.tolist())):
        inside = leaves == leaf
        density = float(wanted[inside].mean())
        if density <= float(wanted.mean()):
            continue
        number = len(boxes)
        found = _limits(_way(told, leaf), list(table.columns), values)
        coverage = float(wanted[inside].sum() / wanted.sum())
        words = "; ".join(_words(limit) for limit in found) or "everywhere"
        boxes.append(
            {
                "box": number,
                "limits": words,
                "coverage": coverage,
                "density": density,
                "runs": int(inside.sum()),
            }
        )
        limits += [{"box": number, **limit} for limit in found]
    named = ["box", "limits", "coverage", "density", "runs"]
    ranked = pd.DataFrame(boxes, columns=named).sort_values(
        ["density", "coverage"], ascending=False, kind="stable", ignore_index=True
    )
    edges = pd.DataFrame(limits, columns=["box", "parameter", "low", "high", "values"])
    return Discovery(output, rule, float(wanted.mean()), ranked, edges)


def _way(told: Any, leaf: int) -> list[tuple[int, float, bool]]:
    """Splits from the root to a leaf: column, threshold, whether above it."""
    parent = {int(child): (node, above) for node in range(told.node_count) if told.children_left[node] >= 0
              for child, above in ((told.children_left[node], False), (told.children_right[node], True))}  # fmt: skip
    way = []
    while leaf in parent:
        leaf, above = parent[leaf]
        way.append((int(told.feature[leaf]), float(told.threshold[leaf]), above))
    return way[::-1]


def _limits(
    way: list[tuple[int, float, bool]], columns: list[str], values: pd.DataFrame
) -> list[dict[str, Any]]:
    """Limits of a box by parameter."""
    found: dict[str, dict[str, Any]] = {}
    for column, threshold, above in way:
        name, _, entry = columns[column].partition("\x1f")
        known = found.setdefault(name, {"parameter": name, "low": -np.inf, "high": np.inf, "values": None})
        if not entry:
            end, choose = ("low", max) if above else ("high", min)
            known[end] = choose(known[end], threshold)
            continue
        held = known["values"] or sorted(set(values[name].dropna()))
        known["values"] = [entry] if above else [one for one in held if one != entry]
    return list(found.values())


def _words(limit: dict[str, Any]) -> str:
    name = limit["parameter"]
    if limit["values"]:
        return f"{name} is {' or '.join(limit['values'])}"
    if np.isinf(limit["low"]):
        return f"{name} up to {limit['high']:.4g}"
    if np.isinf(limit["high"]):
        return f"{name} above {limit['low']:.4g}"
    return f"{name} {limit['low']:.4g} to {limit['high']:.4g}"
