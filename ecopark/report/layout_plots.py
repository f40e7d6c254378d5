"""Figures of a layout search: maps, and gains possible and emerged.

What does not live here: the search (``planning.layouts.finding``), maps (``layout_maps``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.layout_maps import draw_layouts
from ecopark.report.numbers import axis_number, number, scale_of
from ecopark.report.result_plots import Drawn, ResultPlots
from ecopark.report.style import INK, PRINT, QUIET, Medium

POSSIBLE, EMERGED = "#9DB7CC", "#3F6E99"


class LayoutPlots(ResultPlots):
    """Figures of a layout search.

    Every method takes ``ax=`` to draw into an axes of the caller's, and ``medium=``; it returns matplotlib axes.

    Parameters
    ----------
    search : LayoutSearch

    Examples
    --------
    >>> search.plot.maps()[0].figure.savefig("layouts.pdf")  # doctest: +SKIP
    """

    def __init__(self, search: Any) -> None:
        self._search = search

    def maps(self, **options: Any) -> NDArray[np.object_]:
        """Maps side by side; see :func:`~ecopark.report.layout_maps.draw_layouts`."""
        return draw_layouts(self._search, **options)

    def gains(self, **options: Any) -> Axes:
        """Gains possible and emerged; see :func:`draw_gains`."""
        return draw_gains(self._search.layouts, self._search.scenario.park.currency.code, **options)

    def drawn(self, medium: Medium = PRINT) -> Mapping[str, Drawn]:
        """Every figure there is something to draw of, by the name of its file."""
        drawn: dict[str, Drawn] = {"layouts": self.maps(medium=medium)}
        if self._search.names:
            drawn["gains"] = self.gains(medium=medium)
        return drawn


def draw_gains(table: pd.DataFrame, currency: str, *, ax: Axes | None = None, medium: Medium = PRINT) -> Axes:
    """What each layout brings over the present one, by the estimate and in runs.

    Parameters
    ----------
    table : pandas.DataFrame
        ``layout, possible_gain, gain, low, high, replicates`` (money/yr), the present layout first.
    currency : str
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x is money per year more than in the present layout; one row per layout. The line is the 95 % bootstrap
        interval of the paired difference.
    """
    rows = table.iloc[1:]
    with style.house(medium):
        factor = medium.text_pt / 7.0
        height = (26.0 + 11.0 * len(rows)) * factor
        area = style.take_area(ax, medium.width_mm, height)
        panel = area.panel(
            22.0 * factor, 11.0 * factor, area.width_mm - 52.0 * factor, area.height_mm - 24.0 * factor
        )
        span = rows[["possible_gain", "gain", "low", "high"]].abs().max().max()
        divisor, unit = scale_of(float(span), currency)
        at = np.arange(len(rows), dtype=float)
        panel.barh(at - 0.18, rows["possible_gain"] / divisor, 0.32, color=POSSIBLE, lw=0, gid="possible")
        panel.barh(at + 0.18, rows["gain"] / divisor, 0.32, color=EMERGED, lw=0, gid="emerged")
        for y, low, high in zip(at, rows["low"] / divisor, rows["high"] / divisor, strict=True):
            panel.plot([low, high], [y + 0.18, y + 0.18], color=INK, lw=1.1 * medium.line, gid="interval")
        panel.axvline(0.0, color=INK, lw=0.7)
        panel.set_yticks(at, [str(name).replace("_", " ") for name in rows["layout"]])
        panel.set_ylim(len(rows) - 0.5, -0.5)
        panel.tick_params(axis="y", length=0)
        panel.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
        panel.xaxis.set_major_formatter(FuncFormatter(axis_number))
        panel.set_xlabel(f"more than in the present layout, {unit}/yr")
        panel.spines[["top", "right", "left"]].set_visible(False)
        _write_values(panel, rows, divisor, medium)
        _write_head(area, int(table["replicates"].iloc[0]), medium)
    return panel


def _write_values(panel: Axes, rows: pd.DataFrame, divisor: float, medium: Medium) -> None:
    """Numbers at the right of the bars."""
    for y, (possible, gain) in enumerate(zip(rows["possible_gain"], rows["gain"], strict=True)):
        for offset, value in ((-0.18, possible), (0.18, gain)):
            if np.isfinite(value):
                text = f"{'+' if value > 0 else ''}{number(value / divisor)}"
                panel.text(
                    1.02, y + offset, text, transform=panel.get_yaxis_transform(), size=medium.small_pt,
                    va="center", color=INK, gid="value",
                )  # fmt: skip


def _write_head(area: style.Area, replicates: int, medium: Medium) -> None:
    factor = medium.text_pt / 7.0
    canvas = area.canvas(0.0, area.height_mm - 12.0 * factor, area.width_mm, 12.0 * factor)
    title = "What better layouts bring"
    canvas.text(2.0, 7.0 * factor, title, size=1.2 * medium.text_pt, weight="bold", va="center", gid="title")
    x = 2.0
    told = f"emerged, mean of {replicates} runs with the same luck (line: 95 % interval)"
    entries = [("possible, estimate of the search", POSSIBLE)] + ([(told, EMERGED)] if replicates else [])
    for text, colour in entries:
        canvas.plot(
            [x, x + 4.0], [2.0 * factor] * 2, color=colour, lw=4.0 * medium.line, solid_capstyle="butt"
        )
        canvas.text(x + 5.5, 2.0 * factor, text, size=medium.small_pt, va="center", color=QUIET, gid="key")
        x += 5.5 + style.text_size(text, medium.small_pt)[0] + 6.0
