"""The figure of run time and memory over the number of firms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from ecopark.report.style import INK, PRINT, QUIET, house, new_figure

MOST = 1.2
_WIDTH, _HEIGHT = 160.0, 70.0
_COLOUR = "#2F6B9A"


def draw_scale(runs: Sequence[Mapping[str, float]], slope: float) -> Figure:
    """Seconds and peak memory of runs over firms, both axes logarithmic, with the growth allowed."""
    firms = np.array([run["firms"] for run in runs], dtype=float)
    with house(PRINT):
        figure = new_figure(_WIDTH, _HEIGHT)
        left = figure.add_axes((0.085, 0.17, 0.38, 0.70))
        right = figure.add_axes((0.595, 0.17, 0.38, 0.70))
        seconds = np.array([run["run"] for run in runs])
        _curve(left, firms, seconds, f"Run of 10 years, CPU s: grows as n^{slope:.2f}")
        allowed = seconds[0] * (firms / firms[0]) ** MOST
        left.plot(firms, allowed, color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)))
        left.annotate(f"n^{MOST}", (firms[-2], allowed[-2]), (-5, 3), textcoords="offset points",
                      ha="right", color=QUIET, size=PRINT.small_pt)  # fmt: skip
        _curve(right, firms, np.array([run["peak MB"] for run in runs]), "Peak memory, MB")
    return figure


def _curve(ax: Axes, firms: np.ndarray, values: np.ndarray, title: str) -> None:
    """One quantity, every point with its number."""
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.plot(firms, values, color=_COLOUR, linewidth=1.2, marker="o", markersize=3.5)
    for x, y in zip(firms, values, strict=True):
        ax.annotate(f"{y:,.3g}" if y < 100 else f"{y:,.0f}", (x, y), (4, -8), textcoords="offset points",
                    color=INK, size=PRINT.small_pt)  # fmt: skip
    ax.xaxis.set_major_locator(FixedLocator(firms.tolist()))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,g}"))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_xlim(firms[0] / 1.3, firms[-1] * 2.6)
    ax.set_ylim(values.min() / 2.0, values.max() * 3.0)
    ax.set_xlabel("firms")
    ax.set_title(title)
    ax.grid(True, axis="y")
