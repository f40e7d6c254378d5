"""Figures of a calibration: what is left of each parameter, alone and in pairs.

What does not live here: any estimate; the tables come from a calibration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.report import style
from ecopark.report.numbers import axis_number
from ecopark.report.result_plots import Drawn, ResultPlots
from ecopark.report.style import FAINT, INK, PRINT, QUIET, Area, Medium

LEFT, LIKELY = "#3F6E99", "#C8743B"
_BINS = 20
_COLUMNS = 3
_SHARES = 12


class CalibrationPlots(ResultPlots):
    """Figures of a calibration.

    Parameters
    ----------
    calibration : Calibration

    Examples
    --------
    >>> calibration.plot.marginals()[0].figure.savefig("marginals.pdf")  # doctest: +SKIP
    """

    def __init__(self, calibration: Any) -> None:
        self._calibration = calibration

    def marginals(self, **options: Any) -> NDArray[np.object_]:
        """One panel per parameter; see :func:`draw_marginals`."""
        return draw_marginals(self._calibration.sample, self._calibration.parameters, **options)

    def pairs(self, **options: Any) -> NDArray[np.object_]:
        """One panel per pair of parameters; see :func:`draw_pairs`."""
        return draw_pairs(self._calibration.sample, self._calibration.parameters, **options)

    def drawn(self, medium: Medium = PRINT) -> Mapping[str, Drawn]:
        """Every figure there is something to draw of, by the name of its file."""
        if not len(self._calibration.sample):
            return {}
        drawn = {"marginals": self.marginals(medium=medium)}
        if len(self._calibration.parameters) > 1:
            drawn["pairs"] = self.pairs(medium=medium)
        return drawn


def draw_marginals(
    sample: pd.DataFrame, parameters: pd.DataFrame, *, ax: Axes | None = None, medium: Medium = PRINT
) -> NDArray[np.object_]:
    """What is left of each parameter.

    Parameters
    ----------
    sample : pandas.DataFrame
        A column per parameter, and ``weight``.
    parameters : pandas.DataFrame
        ``parameter, unit, scale, range_low, range_high, base, closest, reduction, statement``.
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (parameters,)
        x is the parameter over its whole range. Bars: the space that is not excluded; line: the same
        weighted by the likelihood; dashed: the scenario as it is; triangle: the closest point that was run.

    Raises
    ------
    DomainError
        If nothing is left to draw.
    """
    _refuse_nothing(sample)
    with style.house(medium):
        factor = medium.text_pt / 7.0
        columns = min(_COLUMNS, len(parameters))
        lines = -(-len(parameters) // columns)
        area = style.take_area(ax, medium.width_mm, min((17.0 + 36.0 * lines) * factor, medium.height_mm))
        wide = (area.width_mm - 6.0 * factor) / columns
        tall = (area.height_mm - 14.0 * factor) / lines
        panels = []
        for number, row in enumerate(parameters.itertuples()):
            line, column = divmod(number, columns)
            panel = area.panel(
                6.0 * factor + column * wide, (lines - 1 - line) * tall + 9.0 * factor,
                wide - 8.0 * factor, tall - 15.0 * factor,
            )  # fmt: skip
            _marginal(panel, sample, row, medium)
            title = style.shorten(str(row.statement), wide - 8.0 * factor, medium.small_pt)
            panel.set_title(title, size=medium.small_pt, color=QUIET, pad=2.0)
            name, unit = str(row.parameter).replace("_", " "), f", {row.unit}".rstrip(", ")
            panel.set_xlabel(_with_unit(name, unit, wide - 6.0 * factor, medium), labelpad=1)
            panels.append(panel)
        _head(area, "What is left of each parameter", medium, (
            ("\N{BLACK SQUARE} not excluded", LEFT), ("\N{EM DASH} weighted by likelihood", LIKELY),
            ("\N{BLACK UP-POINTING TRIANGLE} closest point run", INK), ("- - as it is", QUIET),
        ))  # fmt: skip
    return np.array(panels, dtype=object)


def _with_unit(name: str, unit: str, room: float, medium: Medium) -> str:
    """Name and unit in some room, mm: the name gives way, a number without its unit tells nothing."""
    return style.shorten(name, room - style.text_size(unit, medium.text_pt)[0], medium.text_pt) + unit


def _marginal(panel: Axes, sample: pd.DataFrame, row: Any, medium: Medium) -> None:
    values = sample[row.parameter].to_numpy(dtype=float)
    edges = _edges(row, values, _BINS)
    counts = np.histogram(values, edges)[0] / len(values)
    likely = np.histogram(values, edges, weights=sample["weight"])[0]
    panel.stairs(counts, edges, fill=True, color=LEFT, alpha=0.45, lw=0, gid="left")
    panel.stairs(likely, edges, color=LIKELY, lw=1.0 * medium.line, gid="likely")
    if edges[0] <= row.base <= edges[-1]:
        panel.axvline(row.base, color=QUIET, lw=0.8 * medium.line, ls=(0, (4, 3)), gid="base")
    top = float(max(counts.max(), likely.max()))
    # Above the axis: below it stand the numbers.
    panel.plot(
        [row.closest], [0.08 * top], "^", color=INK, ms=4.4 * medium.line, mec="white", mew=0.6, clip_on=False,
        gid="closest",
    )  # fmt: skip
    if _is_log(row):
        panel.set_xscale("log")
    panel.set_xlim(edges[0], edges[-1])
    panel.set_ylim(0.0, 1.05 * top)
    panel.set_yticks([])
    panel.spines["left"].set_visible(False)
    _ticks(panel, row, 4)


def draw_pairs(
    sample: pd.DataFrame, parameters: pd.DataFrame, *, ax: Axes | None = None, medium: Medium = PRINT
) -> NDArray[np.object_]:
    """How much is left for each pair of parameters.

    Parameters
    ----------
    sample : pandas.DataFrame
        A column per parameter, and ``weight``.
    parameters : pandas.DataFrame
        ``parameter, unit, scale, range_low, range_high, base, closest``.
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (parameters - 1, parameters - 1)
        Lower triangle; None above it. Dark: much of the space with these two values is left; white: all
        of it is excluded. Triangle: the closest point that was run.

    Raises
    ------
    DomainError
        If nothing is left to draw, or there is one parameter only.
    """
    _refuse_nothing(sample)
    if len(parameters) < 2:
        raise DomainError("pairs need two parameters or more")
    with style.house(medium):
        factor = medium.text_pt / 7.0
        rows = list(parameters.itertuples())
        count = len(rows) - 1
        room = medium.width_mm - 26.0 * factor
        cell = min(room / count, 44.0 * factor)
        area = style.take_area(ax, medium.width_mm, min(cell * count + 32.0 * factor, medium.height_mm))
        cell = min(cell, (area.height_mm - 32.0 * factor) / count)
        panels = np.full((count, count), None, dtype=object)
        for down in range(count):
            for across in range(down + 1):
                panel = area.panel(
                    24.0 * factor + across * cell, 20.0 * factor + (count - 1 - down) * cell,
                    0.92 * cell, 0.92 * cell,
                )  # fmt: skip
                _pair(panel, sample, rows[across], rows[down + 1], medium)
                _label(panel, rows[across], rows[down + 1], down == count - 1, across == 0, cell, medium)
                panels[down, across] = panel
        _head(area, "What is left of each pair of parameters", medium, (
            ("\N{BLACK SQUARE} not excluded", LEFT), ("\N{BLACK UP-POINTING TRIANGLE} closest point run", INK),
        ))  # fmt: skip
    return panels


def _pair(panel: Axes, sample: pd.DataFrame, x: Any, y: Any, medium: Medium) -> None:
    along, up = (sample[row.parameter].to_numpy(dtype=float) for row in (x, y))
    edges = _edges(x, along, _SHARES), _edges(y, up, _SHARES)
    counts = np.histogram2d(along, up, bins=edges)[0]
    panel.pcolormesh(
        *edges, counts.T / counts.max(), cmap="Blues", vmin=0.0, vmax=1.25, rasterized=True, gid="left"
    )
    panel.plot([x.closest], [y.closest], "^", color=INK, ms=3.0 * medium.line, gid="closest")
    for row, scale in ((x, panel.set_xscale), (y, panel.set_yscale)):
        if _is_log(row):
            scale("log")
    panel.set(xlim=(edges[0][0], edges[0][-1]), ylim=(edges[1][0], edges[1][-1]))
    for spine in panel.spines.values():
        spine.set(visible=True, color=FAINT)
    panel.tick_params(which="both", length=0, labelbottom=False, labelleft=False)


def _label(panel: Axes, x: Any, y: Any, bottom: bool, left: bool, cell: float, medium: Medium) -> None:
    """Names of the two parameters on the outer panels."""
    if bottom:
        name = style.wrap(style.shorten(str(x.parameter).replace("_", " "), 2.0 * cell, medium.small_pt), 12)
        panel.set_xlabel(name, size=medium.small_pt, labelpad=3, rotation=30, ha="right", va="top")
    if left:
        name = style.wrap(str(y.parameter).replace("_", " "), 14)
        panel.set_ylabel(name, size=medium.small_pt, labelpad=4, rotation=0, ha="right", va="center")


def _edges(row: Any, values: NDArray[np.float64], bins: int) -> NDArray[np.float64]:
    """Edges of bins over the whole range, even on the scale it was drawn on."""
    low, high = min(row.range_low, values.min()), max(row.range_high, values.max())
    if _is_log(row):
        return np.asarray(np.geomspace(low, high, bins + 1))
    return np.asarray(np.linspace(low, high, bins + 1))


def _is_log(row: Any) -> bool:
    return bool(row.scale == "log")


def _ticks(panel: Axes, row: Any, count: int) -> None:
    if _is_log(row):
        ends = np.geomspace(row.range_low, row.range_high, 3)
        panel.set_xticks([float(f"{value:.2g}") for value in ends])
        panel.xaxis.minorticks_off()
    else:
        panel.xaxis.set_major_locator(MaxNLocator(count, steps=[1, 2, 2.5, 5, 10]))
    panel.xaxis.set_major_formatter(FuncFormatter(axis_number))


def _head(area: Area, title: str, medium: Medium, entries: Sequence[tuple[str, str]]) -> None:
    canvas = area.canvas()
    canvas.set_zorder(-1)
    canvas.text(
        2.0, area.height_mm - 1.5, title, size=1.2 * medium.text_pt, weight="bold", va="top", gid="title"
    )
    at = 2.0
    for label, colour in entries:
        canvas.text(
            at, area.height_mm - 7.0 * medium.text_pt / 7.0, label, size=medium.small_pt, color=colour, va="top",
            gid="legend",
        )  # fmt: skip
        at += style.text_size(label, medium.small_pt)[0] + 4.0


def _refuse_nothing(sample: pd.DataFrame) -> None:
    if not len(sample):
        raise DomainError(
            "everything is excluded: there is nothing to draw; widen the ranges or the tolerances"
        )
