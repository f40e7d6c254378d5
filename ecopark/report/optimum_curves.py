"""Curves of an optimum: the front between two objectives, and what residuals and needs are worth over time.

What does not live here: solving anything; the tables come from ``ecopark.planning``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.colours import resource_colours, text_colour
from ecopark.report.numbers import axis_number, number, scale_of
from ecopark.report.optimum_capture import decimal_years
from ecopark.report.style import INK, PRINT, QUIET, Area, Medium
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]

FRONT, EMERGED = "#3F6E99", "#C8743B"
_MOST = 6
_NAMES = 52.0


def draw_front(
    points: pd.DataFrame,
    objectives: tuple[str, str],
    units: tuple[str, str],
    *,
    labels: tuple[str, str] | None = None,
    emerged: tuple[float, float] | None = None,
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> Axes:
    """Draw the front between two objectives: how much of one the next bit of the other costs.

    Parameters
    ----------
    points : pandas.DataFrame
        One row per efficient network with a column per objective, in its unit, more is better.
    objectives : tuple of str
        Columns of x and y.
    units : tuple of str
        Their units.
    labels : tuple of str, optional
        Words for the axes; the objectives by default.
    emerged : tuple of float, optional
        Where the network that emerged stands, in the units of the objectives.
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x and y are the objectives, the steps what is dominated by the points found.
    """
    names = labels or (objectives[0].replace("_", " "), objectives[1].replace("_", " "))
    with style.house(medium):
        factor = medium.text_pt / 7.0
        area = style.take_area(ax, medium.width_mm, 84.0 * factor)
        panel = area.panel(
            16.0 * factor, 11.0 * factor, area.width_mm - 24.0 * factor, area.height_mm - 25.0 * factor
        )
        found = points.sort_values(list(objectives), ignore_index=True)
        raw = [found[name].to_numpy(dtype=float) for name in objectives]
        marks = (
            (raw[0], raw[1])
            if emerged is None
            else [np.append(v, e) for v, e in zip(raw, emerged, strict=True)]
        )
        scales = [scale_of(float(np.abs(v).max(initial=0.0)), u) for v, u in zip(marks, units, strict=True)]
        x, y = (values / scale[0] for values, scale in zip(raw, scales, strict=True))
        panel.step(x, y, where="pre", color=FRONT, lw=0.9 * medium.line, alpha=0.6, gid="front")
        panel.plot(x, y, "o", color=FRONT, ms=4.0 * medium.line, mec="white", mew=0.5, gid="point")
        entries = [("\N{BLACK CIRCLE} best possible networks", FRONT)]
        if emerged is not None:
            at = [value / scale[0] for value, scale in zip(emerged, scales, strict=True)]
            panel.plot(*at, "D", color=EMERGED, ms=4.4 * medium.line, mec="white", mew=0.5, gid="emerged")
            entries.append(("\N{BLACK DIAMOND} network that emerged", EMERGED))
        panel.set_xlabel(f"{names[0]}, {scales[0][1]}", labelpad=1)
        panel.set_ylabel(f"{names[1]}, {scales[1][1]}")
        panel.margins(0.06)
        for axis in (panel.xaxis, panel.yaxis):
            axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
            axis.set_major_formatter(FuncFormatter(axis_number))
        panel.grid()
        _legend(panel, entries, medium)
        _title(area, f"The front between {names[0]} and {names[1]}", medium)
    return panel


def draw_shadow_prices(
    prices: pd.DataFrame,
    tables: RunTables,
    currency: str,
    *,
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> NDArray[np.object_]:
    """Draw what one more unit of each residual and of each need is worth in the best network, over time.

    Parameters
    ----------
    prices : pandas.DataFrame
        One row per block and stream: ``start``, ``end`` (dates), ``side`` (``"residual"`` or ``"need"``),
        ``firm``, ``resource``, ``price`` (money per unit of the resource), ``weight`` (money the stream counts
        for in the order of importance, e.g. price times quantity).
    tables : RunTables
        Names, units and colours of firms and resources.
    currency : str
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,)
        Panels of residuals and needs; x is the year, y money per unit. The six weightiest streams of each side
        are drawn.
    """
    with style.house(medium):
        factor = medium.text_pt / 7.0
        area = style.take_area(ax, medium.width_mm, min(136.0 * factor, medium.height_mm))
        head, foot, gap = 9.0 * factor, 9.0 * factor, 9.0 * factor
        tall = (area.height_mm - head - foot - gap) / 2.0
        left = 16.0 * factor
        # Names and numbers need more than half of a narrow figure would leave to the lines.
        side_mm = min(max(_NAMES * factor, _name_room(prices, tables, medium)), 0.42 * area.width_mm)
        wide = area.width_mm - left - side_mm - 3.0 * factor
        sides = (("residual", "One more unit of a residual"), ("need", "One more unit of a need"))
        panels = []
        for row, (side, title) in enumerate(sides):
            bottom = foot + (1 - row) * (tall + gap)
            panel = area.panel(left, bottom, wide, tall)
            _draw_side(panel, area, prices[prices["side"] == side], tables, currency, medium)
            panel.set_title(title, size=medium.text_pt, weight="bold", pad=3)
            panel.set_xlabel("year" if row else "", labelpad=1)
            panels.append(panel)
        _title(area, "Shadow prices in the best possible network", medium)
    return np.array(panels, dtype=object)


def _weightiest(prices: pd.DataFrame) -> list[tuple[str, str]]:
    """Firm and resource of the streams of one side that are drawn, the weightiest first."""
    weight = prices.groupby(["firm", "resource"])["weight"].sum()
    weight = weight[weight > 0.0]
    return sorted(weight.index, key=lambda key: (-weight[key], key))[:_MOST]


def _name_room(prices: pd.DataFrame, tables: RunTables, medium: Medium) -> float:
    """Room that the longest name of a stream needs with its line and its price, mm."""
    streams = [key for _, rows in prices.groupby("side") for key in _weightiest(rows)]
    names = (f"{tables.resource_name(what)}, {tables.firm_name(firm)}" for firm, what in streams)
    sample = style.text_size(": 0.000 EUR/MWh", medium.small_pt)[0] + 14.0 * medium.text_pt / 7.0
    return max((style.text_size(name, medium.small_pt)[0] for name in names), default=0.0) + sample


def _draw_side(
    panel: Axes, area: Area, prices: pd.DataFrame, tables: RunTables, currency: str, medium: Medium
) -> None:
    """Steps of the weightiest streams of one side, with their names in the order of the last price."""
    order = _weightiest(prices)
    known = resource_colours(tables.resources)
    dashes = ("-", (0, (4, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)), (0, (8, 2)), (0, (2, 2)))
    drawn: list[tuple[str, str, float, object]] = []
    seen: dict[str, int] = {}
    for firm, resource in order:
        rows = prices[(prices["firm"] == firm) & (prices["resource"] == resource)].sort_values("start")
        edges = np.append(decimal_years(rows["start"]), decimal_years(rows["end"].tail(1)))
        values = rows["price"].to_numpy(dtype=float)
        colour = known.get(resource, QUIET)
        dash = dashes[seen.get(resource, 0) % len(dashes)]
        seen[resource] = seen.get(resource, 0) + 1
        panel.stairs(values, edges, baseline=None, color=colour, lw=1.3 * medium.line, ls=dash, gid="price")
        unit = str(tables.resources["unit"].get(resource, "unit")).replace("m3", "m³")
        mean = float(np.average(values, weights=np.diff(edges)))
        span = f"{number(mean)} {currency}/{unit}"
        drawn.append((f"{tables.resource_name(resource)}, {tables.firm_name(firm)}: {span}", colour,
                      mean, dash))  # fmt: skip
    panel.axhline(0, color=QUIET, lw=0.5)
    panel.grid(axis="y")
    panel.set_ylabel(f"{currency} per unit, log above 10")
    panel.set_yscale("symlog", linthresh=10.0)
    panel.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 5, 10]))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    panel.yaxis.set_major_formatter(FuncFormatter(axis_number))
    panel.yaxis.set_minor_locator(MaxNLocator(1))
    panel.margins(x=0.0)
    low, high = (float(f(prices["price"])) if drawn else 0.0 for f in (min, max))
    panel.set_ylim(min(1.15 * low, 0.0), max(1.3 * high, 1.0))
    _name_streams(panel, area, drawn, medium)


def _name_streams(
    panel: Axes, area: Area, drawn: list[tuple[str, str, float, object]], medium: Medium
) -> None:
    """A sample of each line with its stream and mean price, dearest on top, to the right of the panel."""
    box = panel.get_position()
    full = area.figure.get_size_inches() * style.MM_PER_INCH
    factor, small = medium.text_pt / 7.0, medium.small_pt
    left, bottom, tall = box.x1 * full[0] + 3.0 * factor, box.y0 * full[1], box.height * full[1]
    ax = area.canvas(left - area.left_mm, bottom - area.bottom_mm, area.left_mm + area.width_mm - left, tall)
    if not drawn:
        ax.text(0, tall / 2, "none is scarce", size=small, color=QUIET, va="center", gid="name")
        return
    pitch = min(2.0 * small * style.MM_PER_POINT, tall / (len(drawn) + 1))
    ax.text(0, tall - 0.5 * pitch, "mean over the years", size=small, color=QUIET, va="center", gid="name")
    room = area.left_mm + area.width_mm - left - 9.0 * factor
    ranked = sorted(drawn, key=lambda entry: -entry[2])
    for row, (label, colour, _, dash) in enumerate(ranked):
        y = tall - (row + 1.5) * pitch
        ax.plot([0, 6.0 * factor], [y, y], color=colour, lw=1.3 * medium.line, ls=dash)
        # The number is what the label is for: the names give way.
        names, _, span = label.rpartition(": ")
        left_mm = room - style.text_size(f", : {span}", small)[0]
        text = f"{', '.join(style.fit_parts(names.split(', ', 1), left_mm, small, 4))}: {span}"
        ax.text(7.2 * factor, y, text, size=small, color=text_colour(colour), va="center", gid="name")


def _legend(panel: Axes, entries: list[tuple[str, str]], medium: Medium) -> None:
    """Coloured words above the panel."""
    at = 0.0
    for label, colour in entries:
        panel.annotate(
            label, (0, 1), (at, 4), xycoords="axes fraction", textcoords="offset points", size=medium.small_pt,
            color=colour, va="bottom", annotation_clip=False, gid="legend",
        )  # fmt: skip
        at += (style.text_size(label, medium.small_pt)[0] + 4.0) / style.MM_PER_POINT


def _title(area: Area, text: str, medium: Medium) -> None:
    canvas = area.canvas()
    canvas.set_zorder(-1)
    canvas.text(
        2.0, area.height_mm - 1.5, text, size=1.2 * medium.text_pt, weight="bold", color=INK, va="top", gid="title"
    )  # fmt: skip
