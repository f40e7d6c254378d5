"""Results in forms others read: ``ema_workbench``, and tables for a paper.

What lives here: reshaping and formatting. What does not: reading the folder (``results``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.errors import DomainError


def to_ema(results: Any) -> tuple[pd.DataFrame, dict[str, NDArray[np.float64]]]:
    """Results as (experiments, outcomes); see :meth:`~ecopark.experiments.results.StudyResults.to_ema`."""
    runs = results.runs
    experiments = results.parameter_values()
    for name in experiments.columns:
        if experiments[name].dtype.kind != "f":
            experiments[name] = experiments[name].astype("category")
    labels = runs["point"].map(results.design["label"])
    experiments = experiments.assign(
        scenario=runs["point"], policy=labels, model=results.manifest["name"], replicate=runs["replicate"]
    ).reset_index(drop=True)
    outcomes: dict[str, NDArray[np.float64]] = {
        name: runs[name].to_numpy(dtype=np.float64) for name in results.outputs
    }
    yearly = results.indicators
    yearly = yearly[yearly["scope"] == "park"]
    if len(yearly):
        years = yearly["period"].dt.year
        span = np.arange(years.min(), years.max() + 1)
        for name, rows in yearly.assign(year=years).groupby("indicator"):
            wide = rows.pivot_table("value", "run", "year").reindex(index=runs.index, columns=span)
            outcomes[f"{name}_by_year"] = wide.fillna(0.0).to_numpy(dtype=np.float64)
        outcomes["TIME"] = np.broadcast_to(span.astype(np.float64), (len(runs), span.size))
    return experiments, outcomes


def write_table(table: pd.DataFrame, path: str | Path, digits: int = 3) -> Path:
    """Write a table for a paper.

    Parameters
    ----------
    table : pandas.DataFrame
        Of ``compare``, ``means``, ``sensitivity`` or any other.
    path : str or path
        Ending in ``.csv`` (all digits) or ``.md`` (rounded).
    digits : int
        Significant digits in Markdown.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    DomainError
        If the ending is another.
    """
    target = Path(path)
    named = table if table.index.name is None else table.reset_index()
    if target.suffix == ".csv":
        named.to_csv(target, index=False, lineterminator="\n")
    elif target.suffix == ".md":
        target.write_text(as_markdown(named, digits), encoding="utf-8")
    else:
        raise DomainError(f"a table is written as .csv or .md, found {target.name!r}")
    return target


def as_markdown(table: pd.DataFrame, digits: int = 3) -> str:
    """Table in Markdown, numbers with a few significant digits.

    Parameters
    ----------
    table : pandas.DataFrame
    digits : int

    Examples
    --------
    >>> print(as_markdown(pd.DataFrame({"output": ["y"], "mean": [1234.567]})))
    | output | mean |
    |---|---:|
    | y | 1,230 |
    <BLANKLINE>
    """
    head = "| " + " | ".join(str(name) for name in table.columns) + " |"
    rule = (
        "|" + "|".join("---:" if table[name].dtype.kind in "fiu" else "---" for name in table.columns) + "|"
    )
    body = [
        "| " + " | ".join(_cell(value, digits) for value in row) + " |"
        for row in table.itertuples(index=False, name=None)
    ]
    return "\n".join([head, rule, *body]) + "\n"


def _cell(value: Any, digits: int) -> str:
    if isinstance(value, float | np.floating):
        if not np.isfinite(value):
            return ""
        rounded = float(f"{value:.{digits}g}")
        text = (
            f"{rounded:,.0f}"
            if abs(rounded) >= 10 ** (digits - 1) or rounded == 0
            else f"{rounded:,.{digits}g}"
        )
        return text.replace("-", "\N{MINUS SIGN}")
    return str(value).replace("|", "\\|")
