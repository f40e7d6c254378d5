"""What a study leaves, as tables: :class:`StudyResults`.

What lives here: reading the folder and the questions one asks of it. What does not: the estimators
(``statistics``, ``sensitivity``, ``scenario_discovery``) and drawing (``ecopark.report``).
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from numpy.typing import NDArray

from ecopark.errors import DomainError, ResultsError
from ecopark.experiments.store import DESIGN, FLOWS, RUNS, SAMPLE, Store
from ecopark.scenario.units import nearest

_KEYS = ["run", "point", "replicate", "seed"]
_PAST = "shared_past"


class StudyResults:
    """Results of a study, complete or not.

    Parameters
    ----------
    folder : str or path
        Of the study.

    Raises
    ------
    ResultsError
        If the folder holds no study.

    Examples
    --------
    >>> results = StudyResults("results/screening")  # doctest: +SKIP
    >>> results.runs[["point", "avoided_co2"]]  # doctest: +SKIP
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._store = Store(self.folder)
        self.manifest: dict[str, Any] = self._store.manifest()

    # ------------------------------------------------------------------ tables
    @cached_property
    def design(self) -> pd.DataFrame:
        """Row k is point k: ``point``, ``label``, a column per parameter, ``overrides`` as JSON."""
        return pd.read_parquet(self.folder / DESIGN)

    @property
    def parameters(self) -> list[str]:
        """Names of the parameters."""
        return list(self.manifest["study"]["parameters"])

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per finished run: ``point``, ``replicate``, ``seed`` and a column per output."""
        rows = self._rows(whole_run=True)
        if rows.empty:
            return pd.DataFrame(columns=_KEYS).set_index("run")
        # pivot_table would drop a run or an output that has no value anywhere.
        values = rows.groupby([*_KEYS, "indicator"])["value"].mean()
        wide = values.unstack().reset_index().set_index("run")  # noqa: PD010
        self._refuse_broken_past(wide)
        wide.columns.name = None
        return wide.drop(columns=[_PAST], errors="ignore")

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Yearly rows: ``run, point, replicate, seed, period, scope, indicator, value, unit``."""
        return self._rows(whole_run=False)

    @property
    def flows(self) -> Any:
        """Ledgers of all runs as a ``pyarrow.dataset``, with a column ``run``; may be larger than memory.

        Raises
        ------
        ResultsError
            If the study did not keep them.
        """
        if not (self.folder / FLOWS).is_dir():
            raise ResultsError("this study kept no flows; write 'outputs: {flows: true}'")
        return ds.dataset(self.folder / FLOWS, format="parquet")

    @cached_property
    def failures(self) -> pd.DataFrame:
        """One row per run that raised: parameters, error, message, traceback."""
        rows = [one for part in self._store.failed_parts() for one in self._store.failures(part)]
        names = [*_KEYS, "overrides", "error", "message", "traceback"]
        return pd.DataFrame(rows, columns=names)

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of every output and indicator."""
        table = self._table.group_by(["indicator", "unit"]).aggregate([])
        return dict(zip(table["indicator"].to_pylist(), table["unit"].to_pylist(), strict=True))

    @property
    def outputs(self) -> list[str]:
        """Names of the outputs of a whole run."""
        return [name for name in self.runs.columns if name not in _KEYS]

    # ------------------------------------------------------------------ questions
    def compare(
        self, output: str | list[str] | None = None, against: int = 0, confidence: float = 0.95
    ) -> pd.DataFrame:
        """Paired differences of every point to one of them, with bootstrap intervals.

        Parameters
        ----------
        output : str or list of str, optional
            All outputs by default.
        against : int
            Point that is subtracted.
        confidence : float

        Returns
        -------
        pandas.DataFrame
            See :func:`~ecopark.experiments.statistics.compare_points`, with ``label`` and ``unit``.
        """
        wanted = self._wanted(output)
        module = import_module("ecopark.experiments.statistics")
        table: pd.DataFrame = module.compare_points(self.runs, wanted, against, confidence)
        return self._labelled(table)

    def means(self, output: str | list[str] | None = None, confidence: float = 0.95) -> pd.DataFrame:
        """Mean of every point with its bootstrap interval.

        Parameters
        ----------
        output : str or list of str, optional
        confidence : float

        Returns
        -------
        pandas.DataFrame
            See :func:`~ecopark.experiments.statistics.describe_points`, with ``label`` and ``unit``.
        """
        module = import_module("ecopark.experiments.statistics")
        return self._labelled(module.describe_points(self.runs, self._wanted(output), confidence))

    def overall(self) -> pd.DataFrame:
        """Mean of every output over all finished runs, and the central 90 % of them.

        Returns
        -------
        pandas.DataFrame
            ``point`` (-1), ``label``, ``output``, ``mean``, ``low``, ``high``, ``replicates`` (runs that have a
            value), ``missing`` (finished runs that have none), ``unit``.
        """
        runs = self.runs[self.outputs]
        table = pd.DataFrame(
            {
                "mean": runs.mean(),
                "low": runs.quantile(0.05),
                "high": runs.quantile(0.95),
                "replicates": runs.count(),
                "missing": runs.isna().sum(),
            }
        )
        table = table.rename_axis("output").reset_index()
        table.insert(0, "label", "all points")
        table.insert(0, "point", -1)
        return table.assign(unit=table["output"].map(self.units))

    def sensitivity(self, output: str, confidence: float = 0.95) -> pd.DataFrame:
        """Sensitivity of an output to the parameters, by the method of the study's design.

        Parameters
        ----------
        output : str
        confidence : float

        Returns
        -------
        pandas.DataFrame
            See :func:`~ecopark.experiments.sensitivity.estimate`.
        """
        self._wanted(output)
        module = import_module("ecopark.experiments.sensitivity")
        table: pd.DataFrame = module.estimate(self, output, confidence)
        return table

    def response(self, output: str, bins: int = 10) -> pd.DataFrame:
        """Mean of an output along every parameter, all others varying.

        Parameters
        ----------
        output : str
        bins : int
            Classes of equal count for parameters with many values.

        Returns
        -------
        pandas.DataFrame
            See :func:`~ecopark.experiments.sensitivity.response_curves`.
        """
        self._wanted(output)
        module = import_module("ecopark.experiments.sensitivity")
        table: pd.DataFrame = module.response_curves(self, output, bins)
        return table

    def fan(self, indicator: str, scope: str = "park", points: list[int] | None = None) -> pd.DataFrame:
        """Median and central 50 % and 90 % of a yearly indicator over the runs.

        Parameters
        ----------
        indicator : str
        scope : str
        points : list of int, optional
            All by default.

        Returns
        -------
        pandas.DataFrame
            Index year; columns ``low90, low50, median, high50, high90, runs``. A run without a value in a
            year counts as zero: nothing was avoided.
        """
        rows = self.indicators
        rows = rows[(rows["indicator"] == indicator) & (rows["scope"] == scope)]
        if rows.empty:
            known = sorted(set(self.indicators["indicator"]))
            raise DomainError(
                f"no yearly indicator {indicator!r} of {scope!r}{nearest(indicator, known)} in this study"
            )
        runs = self.runs if self.outputs else self.indicators.drop_duplicates("run").set_index("run")
        chosen = runs.index if points is None else runs.index[runs["point"].isin(points)]
        years = rows["period"].dt.year
        span = range(int(years.min()), int(years.max()) + 1)
        wide = rows.assign(year=years).pivot_table("value", "run", "year").reindex(index=chosen, columns=span)
        table = wide.fillna(0.0).quantile([0.05, 0.25, 0.5, 0.75, 0.95]).T
        table.columns = pd.Index(["low90", "low50", "median", "high50", "high90"])
        table.index.name = "year"
        return table.assign(runs=len(wide))

    def discover(
        self, output: str, above: float | None = None, below: float | None = None, **options: Any
    ) -> Any:
        """Regions of the parameters in which an output is of interest (CART).

        Parameters
        ----------
        output : str
        above, below : float, optional
            One of them: which values are of interest.
        **options
            Of :func:`~ecopark.experiments.scenario_discovery.discover`.

        Returns
        -------
        Discovery
        """
        self._wanted(output)
        module = import_module("ecopark.experiments.scenario_discovery")
        return module.discover(self, output, above, below, **options)

    def to_ema(self) -> tuple[pd.DataFrame, dict[str, NDArray[np.float64]]]:
        """Results in the form of ``ema_workbench``.

        Returns
        -------
        tuple of (pandas.DataFrame, dict of str to ndarray)
            Experiments (one row per finished run: parameters, ``scenario`` the point, ``policy`` its label,
            ``model`` the study, ``replicate``) and outcomes (shape ``(runs,)``; yearly ones of the park shape
            ``(runs, years)`` and ``TIME``).
        """
        module = import_module("ecopark.experiments.exports")
        found: tuple[pd.DataFrame, dict[str, NDArray[np.float64]]] = module.to_ema(self)
        return found

    @cached_property
    def plot(self) -> Any:
        """Figures of this study: ``results.plot.tornado("avoided_co2")``, ``results.plot.fan(...)``, ..."""
        # By name, as pandas loads its plotting backends: a study works without any drawing library.
        return import_module("ecopark.report.study_plots").StudyPlots(self)

    # ------------------------------------------------------------------ inner workings
    def parameter_values(self) -> pd.DataFrame:
        """Values of the parameters of every finished run, on the index of :attr:`runs`."""
        table = self.design.loc[self.runs["point"], self.parameters]
        return table.set_index(self.runs.index)

    def sample(self) -> pd.DataFrame:
        """Sample of the unit cube the points were made from.

        Raises
        ------
        ResultsError
            If the design has none.
        """
        if not (self.folder / SAMPLE).is_file():
            raise ResultsError(
                f"a {self.manifest['study']['design']['kind']} design has no sample of the unit cube"
            )
        return pd.read_parquet(self.folder / SAMPLE)

    @cached_property
    def _table(self) -> pa.Table:
        parts = ds.dataset(self.folder / RUNS, format="parquet")
        # The failures in the files' metadata are not part of the schema of the rows.
        return (
            parts.replace_schema(parts.schema.remove_metadata()).to_table() if parts.files else pa.table({})
        )

    def _rows(self, whole_run: bool) -> pd.DataFrame:
        if not self._table.num_columns:
            return pd.DataFrame(columns=[*_KEYS, "period", "scope", "indicator", "value", "unit"])
        missing = pc.is_null(self._table["period"])
        rows = self._table.filter(missing if whole_run else pc.invert(missing)).to_pandas()
        ordered: pd.DataFrame = rows.sort_values("run", kind="stable", ignore_index=True)
        return ordered

    def _refuse_broken_past(self, wide: pd.DataFrame) -> None:
        """Alternatives that part on a date must agree before it to the last byte."""
        if _PAST not in wide:
            return
        pasts = wide.groupby("replicate")[_PAST].nunique()
        if (pasts > 1).any():
            broken = ", ".join(str(k) for k in pasts.index[pasts > 1])
            since = self.manifest["study"]["design"]["since"]
            raise ResultsError(
                f"the alternatives differ before {since} in replicate {broken}: an error of the program"
            )

    def _wanted(self, output: str | list[str] | None) -> list[str]:
        wanted = self.outputs if output is None else [output] if isinstance(output, str) else list(output)
        for name in wanted:
            if name not in self.outputs:
                raise DomainError(
                    f"no output {name!r} in this study{nearest(name, self.outputs)}; it has {', '.join(self.outputs)}"
                )
        return wanted

    def _labelled(self, table: pd.DataFrame) -> pd.DataFrame:
        labels = table["point"].map(self.design["label"])
        units = table["output"].map(self.units)
        table.insert(1, "label", labels)
        return table.assign(unit=units)
