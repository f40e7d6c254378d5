"""The figures of a comparison as methods: what ``comparison.plot`` is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.report.compare_bars import draw_forest, draw_winners
from ecopark.report.compare_console import INDICATOR_NAMES
from ecopark.report.compare_maps import Side, draw_maps
from ecopark.report.compare_recovery import draw_recovery
from ecopark.report.compare_sentences import name_when
from ecopark.report.result_plots import Drawn, ResultPlots
from ecopark.report.study_curves import draw_fan
from ecopark.report.style import PRINT, Medium

_MOST_MAPS = 4


class ComparePlots(ResultPlots):
    """Figures of a comparison.

    Every method takes ``ax=`` to draw into an axes of the caller's, and ``medium=``; it returns matplotlib
    axes. `label` names an alternative, the first after the base by default.

    Parameters
    ----------
    comparison : Comparison

    Examples
    --------
    >>> comparison.plot.forest().figure.savefig("forest.pdf")  # doctest: +SKIP
    """

    def __init__(self, comparison: Any) -> None:
        self._comparison = comparison

    def forest(self, label: str | None = None, **options: Any) -> Axes:
        """Differences of the park; see :func:`~ecopark.report.compare_bars.draw_forest`."""
        chosen = self._label(label)
        rows = self._comparison.indicators
        return draw_forest(rows[rows["alternative"] == chosen], self._title(chosen), **options)

    def firms(self, label: str | None = None, **options: Any) -> NDArray[np.object_]:
        """Winners and losers; see :func:`~ecopark.report.compare_bars.draw_winners`."""
        chosen = self._label(label)
        rows = self._comparison.firms
        title = f"Who gains, who loses: {self._title(chosen)}"
        return draw_winners(rows[rows["alternative"] == chosen], title, **options)

    def maps(self, year: int | None = None, **options: Any) -> NDArray[np.object_]:
        """Maps side by side; see :func:`~ecopark.report.compare_maps.draw_maps`.

        Parameters
        ----------
        year : int, optional
            The last of the span by default; each its own where years are compared.
        **options
            Of the drawing function.
        """
        found = self._comparison
        sides = []
        for span in found.spans[:_MOST_MAPS]:
            shown = span.last if year is None else year
            rows = found.maps[(found.maps["source"] == span.source) & (found.maps["year"] == shown)]
            if year is not None and not (found.maps["year"] == year).any():
                raise DomainError(f"nothing is exchanged in {year}, or it lies outside the runs")
            places = found.places.loc[span.source]
            opens, closes = places["opens"].dt.year, places["closes"].dt.year
            there = (opens.isna() | (opens <= shown)) & (closes.isna() | (closes > shown))
            used = set(rows["from_firm"]) | set(rows["to_firm"])
            sides.append(Side(span.label, rows, places[there | places.index.isin(used)]))
        when = "" if year is None and not name_when(found) else f" in {year or found.spans[0].last}"
        return draw_maps(sides, f"Exchanges{when}", **options)

    def curves(self, indicator: str = "joint_gain", **options: Any) -> Axes:
        """Both curves over the years; see :func:`~ecopark.report.study_curves.draw_fan`.

        Parameters
        ----------
        indicator : str
            One of ``comparison.curves``.
        **options
            Of the drawing function.
        """
        rows = self._comparison.curves
        mine = rows[rows["indicator"] == indicator]
        if mine.empty:
            known = ", ".join(dict.fromkeys(rows["indicator"]))
            raise DomainError(f"there is no curve of {indicator!r}; there are {known}")
        sources = list(dict.fromkeys(span.source for span in self._comparison.spans))[:6]
        fans = {
            source: mine[mine["source"] == source]
            .set_index("year")
            .drop(columns=["source", "indicator", "unit"])
            for source in sources
        }
        day = getattr(self._comparison, "day", None)
        since = None if day is None else day.year + (day.month - 1) / 12.0
        return draw_fan(
            {name: fan for name, fan in fans.items() if len(fan)}, INDICATOR_NAMES.get(indicator, indicator),
            str(mine["unit"].iloc[0]), since, **options,
        )  # fmt: skip

    def recovery(self, **options: Any) -> NDArray[np.object_]:
        """What is exchanged around an event; see :func:`~ecopark.report.compare_recovery.draw_recovery`."""
        if not hasattr(self._comparison, "recovery"):
            raise DomainError("only a what-if has a recovery; ecopark whatif makes one")
        return draw_recovery(self._comparison, **options)

    def drawn(self, medium: Medium = PRINT) -> Mapping[str, Drawn]:
        """Every figure there is something to draw of, by the name of its file."""
        found = self._comparison
        drawn: dict[str, Drawn] = {}
        for number, label in enumerate(found.labels[1:], start=1):
            ending = f"-{number}" if len(found.labels) > 2 else ""
            drawn[f"forest{ending}"] = self.forest(label, medium=medium)
            drawn[f"firms{ending}"] = self.firms(label, medium=medium)
        if len(found.maps):
            drawn["maps"] = self.maps(medium=medium)
        for indicator in dict.fromkeys(found.curves["indicator"]):
            drawn[f"curves-{str(indicator).replace('_', '-')}"] = self.curves(str(indicator), medium=medium)
        if hasattr(found, "recovery"):
            drawn["recovery"] = self.recovery(medium=medium)
        return drawn

    def _label(self, label: str | None) -> str:
        known = self._comparison.labels[1:]
        if label is not None and label not in known:
            raise DomainError(f"there is no alternative {label!r}; there are {', '.join(known)}")
        return str(known[0] if label is None else label)

    def _title(self, label: str) -> str:
        when = name_when(self._comparison)
        return f"{label} against {self._comparison.labels[0]}{f', {when}' if when else ''}"
