"""The figures of one study as methods: what ``results.plot`` is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.report.study_bars import draw_differences, draw_indices, draw_screening, draw_tornado
from ecopark.report.study_curves import COLOURS, draw_fan, draw_response


class StudyPlots:
    """Figures of a study.

    Every method takes ``ax=`` to draw into an axes of the caller's, and ``medium=``; it returns
    matplotlib axes.

    Parameters
    ----------
    results : StudyResults

    Examples
    --------
    >>> results.plot.sensitivity("avoided_co2").figure.savefig("indices.pdf")  # doctest: +SKIP
    """

    def __init__(self, results: Any) -> None:
        self._results = results
        self._units: dict[str, str] = results.manifest["units"]

    def sensitivity(self, output: str, **options: Any) -> Axes:
        """What drives an output, as the design allows: indices, elementary effects or tornado."""
        table = self._results.sensitivity(output)
        unit = self._results.units.get(output, "")
        if "mu_star" in table:
            return draw_screening(table, output, unit, **options)
        if "S1" in table:
            return draw_indices(table, output, **options)
        return draw_tornado(table, output, unit, self._units, **options)

    def tornado(self, output: str, **options: Any) -> Axes:
        """One parameter at a time; see :func:`~ecopark.report.study_bars.draw_tornado`."""
        table = self._results.sensitivity(output)
        if "swing" not in table:
            raise DomainError("a tornado needs a one_at_a_time design; use plot.sensitivity")
        return draw_tornado(table, output, self._results.units.get(output, ""), self._units, **options)

    def differences(self, output: str, against: int = 0, **options: Any) -> Axes:
        """Paired differences; see :func:`~ecopark.report.study_bars.draw_differences`."""
        table = self._results.compare(output, against)
        table["label"] = [self._with_unit(str(label)) for label in table["label"]]
        return draw_differences(table, output, self._results.units.get(output, ""), **options)

    def _with_unit(self, label: str) -> str:
        """A point's label with the unit of its parameter, where it names one as ``payback = 3``."""
        name, equals, _ = label.partition(" = ")
        unit = self._units.get(name, "") if equals and "," not in label else ""
        return f"{label} {unit}".rstrip()

    def response(self, output: str, **options: Any) -> NDArray[np.object_]:
        """Response curves; see :func:`~ecopark.report.study_curves.draw_response`."""
        table: pd.DataFrame = self._results.response(output)
        return draw_response(table, output, self._results.units.get(output, ""), self._units, **options)

    def fan(self, indicator: str, scope: str = "park", by_point: bool | None = None, **options: Any) -> Axes:
        """Fan chart of a yearly indicator; see :func:`~ecopark.report.study_curves.draw_fan`.

        Parameters
        ----------
        indicator : str
        scope : str
        by_point : bool, optional
            One fan per point; by default where points have names, as alternatives do.
        **options
            Of the drawing function.
        """
        labels = self._results.design["label"]
        if by_point is None:
            by_point = bool((labels != "").all()) and len(labels) <= len(COLOURS)
        if by_point and len(labels) > len(COLOURS):
            raise DomainError(f"at most {len(COLOURS)} fans fit in a figure, found {len(labels)} points")
        if by_point:
            fans = {
                str(label or point): self._results.fan(indicator, scope, [point])
                for point, label in labels.items()
            }
        else:
            fans = {"all": self._results.fan(indicator, scope)}
        since = self._results.manifest["study"]["design"]["since"]
        year = None if since is None else int(since[:4]) + (int(since[5:7]) - 1) / 12
        return draw_fan(fans, indicator, self._results.units.get(indicator, ""), year, **options)
