"""What drives an output: indices by SALib, one-at-a-time effects, response curves.

What lives here: the way from runs to the estimators and back to tables. What does not: any estimator;
those are SALib's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.experiments.statistics import mean_interval

_SEED = 1
_RESAMPLES = 1_000
_RESAMPLES_SLOW = 100
_MANY = 12
# Ten harmonics per parameter, and bootstrap samples that still resolve them.
_LEAST_GIVEN_DATA = 65


class Results(Protocol):
    """What is asked of the results of a study."""

    manifest: dict[str, Any]

    @property
    def design(self) -> pd.DataFrame:
        """Points."""

    @property
    def runs(self) -> pd.DataFrame:
        """Runs."""

    @property
    def parameters(self) -> list[str]:
        """Names."""

    def sample(self) -> pd.DataFrame:
        """Unit cube."""

    def parameter_values(self) -> pd.DataFrame:
        """Values by run."""

    def compare(self, output: str, against: int, confidence: float) -> pd.DataFrame:
        """Paired differences."""


def estimate(results: Results, output: str, confidence: float = 0.95) -> pd.DataFrame:
    """Sensitivity of an output by the method that the study's design was made for.

    Parameters
    ----------
    results : StudyResults
    output : str
    confidence : float

    Returns
    -------
    pandas.DataFrame
        Indexed by parameter, largest effect first:

        - sobol: ``S1``, ``ST`` and half-widths ``S1_conf``, ``ST_conf`` (shares of the variance);
        - morris: ``mu``, ``mu_star``, ``sigma``, ``mu_star_conf`` (output per width of the parameter);
        - latin_hypercube: ``S1`` with its half-width (RBD-FAST, from given data);
        - one_at_a_time: ``low``, ``high`` (paired difference to the base at the lowest and highest value)
          with the ends of their intervals, and ``swing``.

        ``attrs`` hold the points used and left out for want of runs.

    Raises
    ------
    DomainError
        If the design has no such method, too few runs are done, or a finished run has no value of the output: runs
        in which it is not defined are no sample of all, so no indices are made of the others. A tornado takes the
        pairs that have a value, as ``compare`` does.

    Notes
    -----
    Replicates are averaged point by point; since all points share their luck, what is left of it hardly
    differs between points.

    References
    ----------
    Saltelli et al. (2010), doi:10.1016/j.cpc.2009.09.018; Campolongo et al. (2007),
    doi:10.1016/j.envsoft.2006.10.004; Tarantola et al. (2006), doi:10.1016/j.ress.2005.06.003.
    """
    kind = results.manifest["study"]["design"]["kind"]
    methods: dict[str, Callable[[Results, str, float], pd.DataFrame]] = {
        "sobol": _sobol,
        "morris": _morris,
        "latin_hypercube": _given_data,
        "one_at_a_time": _tornado,
    }
    if kind not in methods:
        raise DomainError(f"a {kind} design gives no sensitivity indices; use compare, means or response")
    return methods[kind](results, output, confidence)


def _problem(results: Results) -> dict[str, Any]:
    names = results.parameters
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _by_point(results: Results, output: str, block: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Mean output of every point, and which points belong to blocks without a gap."""
    points = len(results.design)
    values = results.runs[output]
    without = int((~np.isfinite(values)).sum())
    if without:
        raise DomainError(
            f"{output!r} has no finite value in {without} of {len(values)} finished runs, so its variance cannot be "
            "shared out; use compare, means or response, which say how many runs have one"
        )
    mean = results.runs.groupby("point")[output].mean().reindex(range(points)).to_numpy(dtype=np.float64)
    whole = np.isfinite(mean).reshape(-1, block).all(axis=1)
    if whole.sum() < 2:
        raise DomainError(
            f"too few finished runs for indices of {output!r}: {int(whole.sum())} complete samples"
        )
    return mean, np.repeat(whole, block)


def _sobol(results: Results, output: str, confidence: float) -> pd.DataFrame:
    from SALib.analyze import sobol

    second = bool(results.manifest["study"]["design"]["second_order"])
    names = results.parameters
    block = 2 * len(names) + 2 if second else len(names) + 2
    mean, kept = _by_point(results, output, block)
    values = mean[kept]
    if np.ptp(values) == 0.0:
        raise DomainError(f"{output!r} is the same at every point; nothing drives it")
    found = sobol.analyze(
        _problem(results), values, calc_second_order=second, num_resamples=_RESAMPLES, conf_level=confidence,
        seed=_SEED,
    )  # fmt: skip
    columns = {name: np.asarray(found[name]) for name in ("S1", "S1_conf", "ST", "ST_conf")}
    table = pd.DataFrame(columns, index=pd.Index(names, name="parameter")).sort_values("ST", ascending=False)
    table.attrs = {"points": int(kept.sum()), "left_out": int((~kept).sum())}
    if second:
        pairs = np.asarray(found["S2"])
        table.attrs["S2"] = {
            f"{names[i]} x {names[j]}": float(pairs[i, j])
            for i in range(len(names))
            for j in range(i + 1, len(names))
        }
    return table


def _morris(results: Results, output: str, confidence: float) -> pd.DataFrame:
    from SALib.analyze import morris

    design, names = results.manifest["study"]["design"], results.parameters
    mean, kept = _by_point(results, output, len(names) + 1)
    cube = results.sample()[names].to_numpy()
    found = morris.analyze(
        _problem(results), cube[kept], mean[kept], num_resamples=_RESAMPLES, conf_level=confidence,
        num_levels=design["levels"], seed=_SEED,
    )  # fmt: skip
    columns = {
        name: np.asarray(found[name], dtype=np.float64) for name in ("mu", "mu_star", "sigma", "mu_star_conf")
    }
    table = pd.DataFrame(columns, index=pd.Index(names, name="parameter"))
    table = table.sort_values("mu_star", ascending=False)
    table.attrs = {"points": int(kept.sum()), "left_out": int((~kept).sum())}
    return table


def _given_data(results: Results, output: str, confidence: float) -> pd.DataFrame:
    from SALib.analyze import rbd_fast

    mean, kept = _by_point(results, output, 1)
    if kept.sum() < _LEAST_GIVEN_DATA:
        raise DomainError(
            f"indices from given data need {_LEAST_GIVEN_DATA} points or more, found {int(kept.sum())}; "
            "use response, or a morris or sobol design"
        )
    cube = results.sample()[results.parameters].to_numpy()
    found = rbd_fast.analyze(
        _problem(results),
        cube[kept],
        mean[kept],
        num_resamples=_RESAMPLES_SLOW,
        conf_level=confidence,
        seed=_SEED,
    )
    columns = {name: np.asarray(found[name], dtype=np.float64) for name in ("S1", "S1_conf")}
    table = pd.DataFrame(columns, index=pd.Index(results.parameters, name="parameter"))
    table = table.sort_values("S1", ascending=False)
    table.attrs = {"points": int(kept.sum()), "left_out": int((~kept).sum())}
    return table


def _tornado(results: Results, output: str, confidence: float) -> pd.DataFrame:
    table = results.compare(output, 0, confidence).set_index("point")
    table = table[table["replicates"] > 0]
    rows = []
    for name in results.parameters:
        values = results.design[name].dropna()
        ends = [point for point in values.index if point in table.index]
        if not ends:
            continue
        # A list of names has no low and high: its extremes by effect stand for them.
        order = (
            values[ends].sort_values().index
            if values.dtype.kind == "f"
            else table.loc[ends, "mean"].sort_values().index
        )
        low, high = table.loc[order[0]], table.loc[order[-1]]
        rows.append(
            {
                "parameter": name,
                "low_value": values[order[0]],
                "high_value": values[order[-1]],
                **{
                    f"low{end}": float(low[column])
                    for end, column in (("", "mean"), ("_from", "low"), ("_to", "high"))
                },
                **{
                    f"high{end}": float(high[column])
                    for end, column in (("", "mean"), ("_from", "low"), ("_to", "high"))
                },
                "swing": float(max(low["mean"], high["mean"], 0.0) - min(low["mean"], high["mean"], 0.0)),
            }
        )
    if not rows:
        raise DomainError(f"no point beside the base has finished runs with {output!r}")
    found = pd.DataFrame(rows).set_index("parameter").sort_values("swing", ascending=False)
    found.attrs = {
        "base": float(table["base"].mean()),
        "points": len(table) + 1,
        "left_out": len(results.design) - len(table) - 1,
    }
    return found


def response_curves(results: Results, output: str, bins: int = 10, confidence: float = 0.95) -> pd.DataFrame:
    """Mean of an output along every parameter, all others varying as the design has them.

    Parameters
    ----------
    results : StudyResults
    output : str
    bins : int
        Classes of equal count for parameters with more than twelve values.
    confidence : float

    Returns
    -------
    pandas.DataFrame
        ``parameter``, ``value`` (number or name; the mean of a class), ``mean``, ``low``, ``high`` of its
        bootstrap interval, ``runs``.
    """
    values, y = results.parameter_values(), results.runs[output]
    rows: list[dict[str, Any]] = []
    for name in results.parameters:
        x = values[name]
        is_number = x.dtype.kind == "f"
        is_fine = is_number and x.nunique() > _MANY
        classes = pd.qcut(x, bins, labels=False, duplicates="drop") if is_fine else x
        for key, members in y.groupby(classes):
            sample = members.dropna().to_numpy(dtype=np.float64)
            low, high = mean_interval(sample, confidence)
            at = float(x[members.index].mean()) if is_number else key
            mean = float(sample.mean()) if sample.size else float("nan")
            rows.append(
                {"parameter": name, "value": at, "mean": mean, "low": low, "high": high, "runs": sample.size}
            )
    return pd.DataFrame(rows, columns=["parameter", "value", "mean", "low", "high", "runs"])
