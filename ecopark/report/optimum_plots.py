"""The figures of an optimum and its capture as methods.

What does not live here: drawing (``optimum_capture``, ``optimum_maps``, ``optimum_curves``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.report.optimum_capture import draw_capture
from ecopark.report.optimum_curves import draw_front, draw_shadow_prices
from ecopark.report.optimum_maps import draw_two_maps
from ecopark.report.optimum_words import LABELS, objective_label
from ecopark.report.result_plots import Drawn, ResultPlots
from ecopark.report.style import PRINT, Medium
from ecopark.report.tables import RunTables


class OptimumPlots(ResultPlots):
    """Figures of a capture.

    Parameters
    ----------
    capture : Capture

    Examples
    --------
    >>> capture.plot.maps().figure.savefig("maps.pdf")  # doctest: +SKIP
    """

    def __init__(self, capture: Any) -> None:
        self._capture = capture
        self._tables = RunTables.of(capture.run)

    def capture(self, **options: Any) -> Axes:
        """Possible and realised by year; see :func:`~ecopark.report.optimum_capture.draw_capture`."""
        shown = self._capture
        blocks = shown.blocks.groupby("block", as_index=False).agg(
            {"start": "first", "end": "first", "possible": "mean", "realised": "mean"}
        )
        count = len(shown.cases)
        runs = "" if count == 1 else f", mean of {count} replicates"
        title = f"{objective_label(shown.optimum.objective).capitalize()}: possible and realised{runs}"
        return draw_capture(blocks, shown.losses, shown.unit, title=title, **options)

    def maps(self, year: int | None = None, **options: Any) -> NDArray[np.object_]:
        """Both networks on the map; see :func:`~ecopark.report.optimum_maps.draw_two_maps`.

        Parameters
        ----------
        year : int, optional
            Of the block shown; by default the last of those with the most exchanges that emerged.
        **options
            Of the drawing function.

        Returns
        -------
        ndarray of matplotlib.axes.Axes, shape (2,)
        """
        case = self._capture.cases[0]
        block = self._block(year)
        start, end, years = (case.blocks.loc[block, name] for name in ("start", "end", "years"))
        could, did = (
            links[links["block"] == block].assign(quantity=lambda table: table["quantity"] / years)
            for links in (case.possible_links, case.realised_links)
        )
        span = (start.year, (end - pd.Timedelta(days=1)).year)
        return draw_two_maps(self._tables, could, did, span, **options)

    def front(self, **options: Any) -> Axes:
        """The front between two objectives; see :func:`~ecopark.report.optimum_curves.draw_front`.

        Raises
        ------
        DomainError
            If none was asked for.
        """
        front = self._capture.front
        if front is None:
            raise DomainError("there is no front; ask for one with pareto_front or --pareto")
        one, two = front.objectives
        totals = self._capture.cases[0].realised.totals
        return draw_front(
            front.points, front.objectives, (self._unit(one), self._unit(two)), labels=(LABELS[one], LABELS[two]),
            emerged=(totals[one], totals[two]), **options,
        )  # fmt: skip

    def shadow_prices(self, **options: Any) -> NDArray[np.object_]:
        """What residuals and needs are worth; see :func:`~ecopark.report.optimum_curves.draw_shadow_prices`."""
        return draw_shadow_prices(self._capture.prices, self._tables, self._capture.unit, **options)

    def drawn(self, medium: Medium = PRINT) -> Mapping[str, Drawn]:
        """Every figure there is something to draw of, by the name of its file."""
        drawn: dict[str, Drawn] = {
            "capture": self.capture(medium=medium),
            "maps": self.maps(medium=medium),
            "shadow_prices": self.shadow_prices(medium=medium),
        }
        if self._capture.front is not None:
            drawn["front"] = self.front(medium=medium)
        return drawn

    def _unit(self, objective: str) -> str:
        return str(self._capture.objective_unit(objective))

    def _block(self, year: int | None) -> pd.Timestamp:
        """First day of the block that holds a year, or of the busiest."""
        case = self._capture.cases[0]
        blocks = case.blocks
        if year is None:
            counts = case.realised_links.groupby("block").size().reindex(blocks.index, fill_value=0)
            return pd.Timestamp(counts[counts == counts.max()].index[-1])
        held = blocks[(blocks["start"].dt.year <= year) & (pd.Timestamp(year, 1, 1) < blocks["end"])]
        if held.empty:
            first, last = blocks["start"].iloc[0].year, (blocks["end"].iloc[-1] - pd.Timedelta(days=1)).year
            raise DomainError(f"year {year} lies outside the optimum's time, {first} to {last}")
        return pd.Timestamp(held.index[-1])
