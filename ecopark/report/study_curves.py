"""Figures of a study along an axis: fans over the years, response curves along a parameter.

What does not live here: estimating anything; the tables come from a study's results.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.numbers import axis_number, scale_of
from ecopark.report.study_bars import name_output
from ecopark.report.style import INK, PRINT, Medium

COLOURS = ("#3F6E99", "#C8743B", "#5E8C57", "#8C5E8C", "#A08A2E", "#7A7A7A")
_SHADES = (("90", 0.16), ("50", 0.32))
_SINGLE = 12


def draw_fan(
    fans: Mapping[str, pd.DataFrame], indicator: str, unit: str, since: float | None = None, *,
    ax: Axes | None = None, medium: Medium = PRINT,
) -> Axes:  # fmt: skip
    """Median and central 50 % and 90 % of a yearly indicator.

    Parameters
    ----------
    fans : mapping of str to pandas.DataFrame
        By name: index year, ``low90, low50, median, high50, high90, runs``. At most six.
    indicator, unit : str
    since : float, optional
        Year in which futures part; marked by a line.
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x is the year, y the yearly amount. With several fans only the 50 % bands are drawn.
    """
    with style.house(medium):
        factor = medium.text_pt / 7.0
        area = style.take_area(ax, medium.width_mm, 78.0 * factor)
        panel = area.panel(
            16.0 * factor,
            10.0 * factor,
            area.width_mm - (52.0 if len(fans) > 1 else 22.0) * factor,
            area.height_mm - 20.0 * factor,
        )
        largest = max(
            float(np.nanmax(np.abs(fan.drop(columns="runs").to_numpy(dtype=float)))) for fan in fans.values()
        )
        divisor, shown = (1.0, "") if unit in ("", "1", "count") else scale_of(largest, unit)
        shades = _SHADES if len(fans) == 1 else _SHADES[1:]
        for (_, fan), colour in zip(fans.items(), COLOURS, strict=False):
            years = fan.index.to_numpy(dtype=float)
            for width, alpha in shades:
                low, high = fan[f"low{width}"] / divisor, fan[f"high{width}"] / divisor
                panel.fill_between(years, low, high, color=colour, alpha=alpha, lw=0, gid=f"band{width}")
            panel.plot(years, fan["median"] / divisor, color=colour, lw=1.4 * medium.line, gid="median")
        if since is not None:
            panel.axvline(since, color=INK, lw=0.7, ls=(0, (4, 3)), gid="since")
        _name_fans(panel, fans, divisor, area.height_mm - 20.0 * factor, medium)
        _finish(panel, "year", f"{shown} per year" if shown else name_output(indicator))
        panel.xaxis.set_major_locator(MaxNLocator(9, integer=True, steps=[1, 2, 5, 10]))
        panel.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
        runs = int(next(iter(fans.values()))["runs"].iloc[0])
        bands = "50 % and 90 %" if len(fans) == 1 else "50 %"
        title = f"{name_output(indicator)}: median and central {bands} of {runs:,} runs"
        canvas = area.canvas()
        canvas.set_zorder(-1)
        canvas.text(
            2.0, area.height_mm - 1.5, title, size=1.2 * medium.text_pt, weight="bold", va="top", gid="title"
        )
    return panel


def _name_fans(
    panel: Axes, fans: Mapping[str, pd.DataFrame], divisor: float, tall: float, medium: Medium
) -> None:
    """Name of each fan at the end of its median, pushed apart where they would overlap."""
    if len(fans) < 2:
        return
    low, high = panel.get_ylim()
    pitch = 1.25 * medium.small_pt * style.MM_PER_POINT
    least = (high - low) * pitch / tall
    ends = sorted(
        (float(fan["median"].iloc[-1]) / divisor, name, colour)
        for (name, fan), colour in zip(fans.items(), COLOURS, strict=False)
    )
    # Upwards from the lowest, and back down where the highest would leave the panel.
    places = [value for value, _, _ in ends]
    for number in range(1, len(places)):
        places[number] = max(places[number], places[number - 1] + least)
    top = high
    for number in reversed(range(len(places))):
        places[number] = min(places[number], top)
        top = places[number] - least
    for at, (_, name, colour) in zip(places, ends, strict=True):
        text = style.shorten(name, 32.0 * medium.text_pt / 7.0, medium.small_pt)
        panel.annotate(
            text, (1.0, at), (3, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            size=medium.small_pt, color=colour, va="center", annotation_clip=False, gid="name",
        )  # fmt: skip


def draw_response(
    table: pd.DataFrame, output: str, unit: str, units: Mapping[str, str], *, ax: Axes | None = None,
    medium: Medium = PRINT,
) -> NDArray[np.object_]:  # fmt: skip
    """Mean of an output along each parameter, all others varying.

    Parameters
    ----------
    table : pandas.DataFrame
        ``parameter, value, mean, low, high``, as ``results.response`` gives.
    output, unit : str
    units : mapping of str to str
        Unit of each parameter.
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (parameters,)
        One panel per parameter on a common scale; the band is the 95 % bootstrap interval of the mean.
    """
    with style.house(medium):
        factor = medium.text_pt / 7.0
        names = list(dict.fromkeys(table["parameter"]))[:_SINGLE]
        # A wide figure is low: four panels beside each other keep their height.
        columns = min(4 if medium.width_mm > medium.height_mm and len(names) > 6 else 3, len(names))
        lines = -(-len(names) // columns)
        area = style.take_area(ax, medium.width_mm, min((14.0 + 46.0 * lines) * factor, medium.height_mm))
        largest = float(np.nanmax(np.abs(table[["mean", "low", "high"]].to_numpy(dtype=float))))
        divisor, shown = (1.0, "") if unit in ("", "1", "count") else scale_of(largest, unit)
        wide = (area.width_mm - 16.0 * factor) / columns
        tall = (area.height_mm - 10.0 * factor) / lines
        panels = []
        for number, name in enumerate(names):
            row, column = divmod(number, columns)
            left, bottom = 16.0 * factor + column * wide, (lines - 1 - row) * tall + 11.0 * factor
            panel = area.panel(left, bottom, wide - 6.0 * factor, tall - 15.0 * factor)
            _response(panel, table[table["parameter"] == name], divisor, medium)
            unit_of = f", {units[name]}" if units.get(name) else ""
            # The name gives way: a number without its unit tells nothing.
            room = wide - 6.0 * factor - style.text_size(unit_of, medium.text_pt)[0]
            label = style.shorten(name.replace("_", " "), room, medium.text_pt) + unit_of
            _finish(panel, label, shown or name_output(output) if column == 0 else "")
            panels.append(panel)
        low = min(panel.get_ylim()[0] for panel in panels)
        high = max(panel.get_ylim()[1] for panel in panels)
        for number, panel in enumerate(panels):
            panel.set_ylim(low, high)
            if number % columns:
                panel.set_yticklabels([])
        title = f"{name_output(output)} along each parameter: mean with 95 % interval"
        canvas = area.canvas()
        canvas.set_zorder(-1)
        canvas.text(
            2.0, area.height_mm - 1.5, title, size=1.2 * medium.text_pt, weight="bold", va="top", gid="title"
        )
    return np.array(panels, dtype=object)


def _response(panel: Axes, rows: pd.DataFrame, divisor: float, medium: Medium) -> None:
    means = rows["mean"].to_numpy(dtype=float) / divisor
    low, high = (rows[end].to_numpy(dtype=float) / divisor for end in ("low", "high"))
    if all(isinstance(value, float | int | np.floating) for value in rows["value"]):
        x = rows["value"].to_numpy(dtype=float)
        panel.fill_between(x, low, high, color=COLOURS[0], alpha=0.25, lw=0, gid="band")
        panel.plot(
            x, means, color=COLOURS[0], lw=1.4 * medium.line, marker="o", ms=2.2 * medium.line, gid="mean"
        )
        panel.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
        panel.xaxis.set_major_formatter(FuncFormatter(axis_number))
        return
    places = np.arange(len(rows))
    panel.vlines(places, low, high, color=COLOURS[0], lw=2.2 * medium.line, alpha=0.5, gid="interval")
    panel.plot(places, means, "o", color=COLOURS[0], ms=3.4 * medium.line, gid="mean")
    panel.set_xticks(places, [style.wrap(str(value).replace("_", " "), 12) for value in rows["value"]])
    panel.set_xlim(-0.5, len(rows) - 0.5)


def _finish(panel: Axes, x: str, y: str) -> None:
    panel.grid(axis="y")
    panel.set_xlabel(x, labelpad=1)
    panel.set_ylabel(y)
    panel.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    panel.yaxis.set_major_formatter(FuncFormatter(axis_number))
