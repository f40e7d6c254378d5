"""The figures of one run as methods: what ``run.plot`` is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ecopark.report.animate import animate_network
from ecopark.report.avoided import draw_avoided
from ecopark.report.closures import draw_closures
from ecopark.report.credits import draw_credits
from ecopark.report.durations import draw_durations
from ecopark.report.figures import save_figures
from ecopark.report.funnel import draw_funnel
from ecopark.report.matrix import draw_matrix
from ecopark.report.money import draw_money
from ecopark.report.network import draw_network
from ecopark.report.network_curves import draw_network_curves
from ecopark.report.park_map import draw_park_map
from ecopark.report.sankey import draw_sankey
from ecopark.report.style import PRINT, Medium, check_formats
from ecopark.report.tables import RunTables
from ecopark.report.timeline import draw_timeline
from ecopark.run import Run


class RunPlots:
    """Figures of a run.

    Every method takes ``ax=`` to draw into an axes of the caller's, and options of the drawing
    function it names; it returns matplotlib axes.

    Parameters
    ----------
    run : Run

    Examples
    --------
    >>> run.plot.sankey(1995).figure.savefig("sankey.pdf")  # doctest: +SKIP
    """

    def __init__(self, run: Run) -> None:
        self._tables = RunTables.of(run)

    def map(self, year: int | None = None, **options: Any) -> Axes:
        """Map of the park with the flows of a year; see :func:`~ecopark.report.park_map.draw_park_map`."""
        return draw_park_map(self._tables, year=year, **options)

    def network(self, **options: Any) -> NDArray[np.object_]:
        """The network at six dates; see :func:`~ecopark.report.network.draw_network`."""
        return draw_network(self._tables, **options)

    def sankey(self, year: int | None = None, **options: Any) -> Axes | NDArray[np.object_]:
        """Sankey diagram of a year; see :func:`~ecopark.report.sankey.draw_sankey`."""
        return draw_sankey(self._tables, year=year, **options)

    def timeline(self, **options: Any) -> Axes | NDArray[np.object_]:
        """One bar per synergy with its stages; see :func:`~ecopark.report.timeline.draw_timeline`."""
        return draw_timeline(self._tables, **options)

    def avoided(self, **options: Any) -> NDArray[np.object_]:
        """Waste, water and CO2 avoided per year; see :func:`~ecopark.report.avoided.draw_avoided`."""
        return draw_avoided(self._tables, **options)

    def matrix(self, **options: Any) -> Axes:
        """Who gives to whom; see :func:`~ecopark.report.matrix.draw_matrix`."""
        return draw_matrix(self._tables, **options)

    def funnel(self, **options: Any) -> Axes:
        """Ideas by stage, and why they were lost; see :func:`~ecopark.report.funnel.draw_funnel`."""
        return draw_funnel(self._tables, **options)

    def durations(self, **options: Any) -> Axes:
        """Time from stage to stage; see :func:`~ecopark.report.durations.draw_durations`."""
        return draw_durations(self._tables, **options)

    def money(self, **options: Any) -> NDArray[np.object_]:
        """Who gains and who pays, and of what; see :func:`~ecopark.report.money.draw_money`."""
        return draw_money(self._tables, **options)

    def credits(self, **options: Any) -> NDArray[np.object_]:
        """Greenhouse gases avoided under four credit rules; see :func:`~ecopark.report.credits.draw_credits`."""
        return draw_credits(self._tables, **options)

    def network_curves(self, **options: Any) -> NDArray[np.object_]:
        """The network in numbers; see :func:`~ecopark.report.network_curves.draw_network_curves`."""
        return draw_network_curves(self._tables, **options)

    def closures(self, year: int | None = None, **options: Any) -> NDArray[np.object_]:
        """What each closure would take away; see :func:`~ecopark.report.closures.draw_closures`."""
        return draw_closures(self._tables, year=year, **options)

    def animate(self, path: Path | str, **options: Any) -> Path:
        """The network in motion as GIF or MP4; see :func:`~ecopark.report.animate.animate_network`."""
        return animate_network(self._tables, path, **options)

    def save_all(
        self, folder: Path | str, formats: Sequence[str] = ("png", "svg"), medium: Medium = PRINT
    ) -> list[Path]:
        """Draw and save every figure.

        Parameters
        ----------
        folder : path-like
            Made if it does not exist.
        formats : sequence of {"png", "svg", "pdf"}
        medium : Medium
            ``ecopark.report.style.PRINT`` or ``PROJECTOR``.

        Returns
        -------
        list of pathlib.Path

        Raises
        ------
        DomainError
            If a format is unknown; nothing is written then.
        """
        check_formats(formats)
        Path(folder).mkdir(parents=True, exist_ok=True)
        return save_figures(self._tables, folder, formats=formats, medium=medium)
