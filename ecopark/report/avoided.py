"""What was avoided: waste, fresh water and carbon per year by resource, with the running total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.colours import resource_colours, text_colour
from ecopark.report.numbers import axis_number, quantity, scale_of
from ecopark.report.style import INK, PRINT, QUIET, Area, Medium
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]

PANELS: Sequence[tuple[str, str]] = (
    ("avoided_waste", "Waste kept from disposal"),
    ("avoided_water", "Fresh water not drawn"),
    ("avoided_co2", "Greenhouse gases avoided"),
)
_MOST = 7
_OTHER = "#BDBDBD"


@dataclass(frozen=True)
class _Stack:
    """Yearly values of one indicator: years, one row per resource (largest total first), unit."""

    years: NDArray[np.int64]
    names: tuple[str, ...]
    amounts: Floats
    unit: str


def draw_avoided(tables: RunTables, *, ax: Axes | None = None, medium: Medium = PRINT) -> NDArray[np.object_]:
    """Draw avoided waste, water and greenhouse gases per year, stacked by resource.

    The line is the sum since the start of the run, on its own axis at the right. The seven
    resources with the largest totals have their own colour; the rest is "other". Negative values
    (an exchange that costs more than it avoids) stand below zero.

    Parameters
    ----------
    tables : RunTables
        Its indicators ``avoided_waste``, ``avoided_water`` and ``avoided_co2`` of scope
        ``resource:<id>`` are drawn.
    ax : matplotlib.axes.Axes, optional
        Its room is used; by default a new figure.
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (3,)
        Panels from top to bottom; x is the year, y the yearly amount in the unit of its label.
    """
    with style.house(medium):
        factor = medium.text_pt / 7.0
        height = min(3 * 52.0 + 14.0, medium.height_mm)
        area = style.take_area(ax, medium.width_mm, height)
        head, foot, gap = 10.0 * factor, 9.0 * factor, 8.5 * factor
        tall = (area.height_mm - head - foot - 2 * gap) / 3
        left, right = 16.0 * factor, 59.0 * factor
        panels = []
        for number, (indicator, title) in enumerate(PANELS):
            bottom = foot + (2 - number) * (tall + gap)
            wide = area.width_mm - left - right
            panel = area.panel(left, bottom, wide, tall)
            stack = _stack(tables, indicator)
            _draw_stack(panel, tables, stack, title, number == 2, medium)
            _draw_names(area, tables, stack, (left + wide + 16.0 * factor, bottom, tall), medium)
            panels.append(panel)
        canvas = area.canvas()
        canvas.set_zorder(-1)
        text = "Avoided per year (bars) and since the start (line)"
        at = area.height_mm - 1.5
        canvas.text(2.0, at, text, size=1.3 * medium.text_pt, weight="bold", va="top", gid="title")
    return np.array(panels, dtype=object)


def _stack(tables: RunTables, indicator: str) -> _Stack:
    """Yearly sums of an indicator by resource, small ones pooled."""
    rows = tables.indicators
    rows = rows[(rows["indicator"] == indicator) & rows["scope"].str.startswith("resource:")]
    first, last = tables.span
    years = np.arange(first, last + 1)
    unit = (
        str(rows["unit"].iloc[0])
        if len(rows)
        else {"avoided_water": "m3", "avoided_co2": "t CO2e"}.get(indicator, "t")
    )
    resource = rows["scope"].str.removeprefix("resource:")
    by_year = rows["value"].groupby([resource, rows["period"].dt.year]).sum()
    tidy = by_year.rename_axis(["resource", "year"]).reset_index()
    sums = tidy.pivot_table("value", "resource", "year").reindex(columns=years).fillna(0.0)
    total = sums.sum(axis=1)
    order = sorted(total.index, key=lambda name: (-abs(total[name]), name))
    order = [name for name in order if (sums.loc[name] != 0).any()]
    kept = order[:_MOST] if len(order) > _MOST + 1 else order
    values = [sums.loc[name].to_numpy(dtype=float) for name in kept]
    if len(kept) < len(order):
        values.append(sums.loc[order[len(kept) :]].to_numpy(dtype=float).sum(axis=0))
        kept = [*kept, "other"]
    table = np.array(values).reshape(len(values), len(years))
    return _Stack(years, tuple(kept), table, unit)


def _colours(tables: RunTables, stack: _Stack) -> list[str]:
    known = resource_colours(tables.resources)
    return [known.get(name, _OTHER) for name in stack.names]


def _draw_stack(ax: Axes, tables: RunTables, stack: _Stack, title: str, lowest: bool, medium: Medium) -> None:
    """Bars upwards for gains and downwards for losses, and the running total."""
    gains = np.where(stack.amounts > 0, stack.amounts, 0.0)
    losses = np.where(stack.amounts < 0, stack.amounts, 0.0)
    highest = max(float(gains.sum(axis=0).max(initial=0.0)), float(-losses.sum(axis=0).min(initial=0.0)))
    divisor, unit = scale_of(highest, stack.unit)
    for side, gid in ((gains, "gain"), (losses, "loss")):
        base = np.vstack([np.zeros(len(stack.years)), side.cumsum(axis=0)]) / divisor
        for row, colour in enumerate(_colours(tables, stack)):
            ax.add_collection(_bars(stack.years, base[row], base[row + 1], colour, gid), autolim=False)
    low, high = losses.sum(axis=0).min(initial=0.0) / divisor, gains.sum(axis=0).max(initial=0.0) / divisor
    running = stack.amounts.sum(axis=0).cumsum()
    far, far_unit = scale_of(float(np.abs(running).max(initial=0.0)), stack.unit)
    high = max(high, 1e-9 if low < 0 else 1.0) * 1.06
    ax.set(xlim=(stack.years[0], stack.years[-1] + 1.5), ylim=(low * 1.06, high))
    ax.set_title(title, size=medium.text_pt, weight="bold", pad=3)
    ax.set_ylabel(f"{unit} per year")
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(axis_number))
    ax.xaxis.set_major_locator(MaxNLocator(9, integer=True, steps=[1, 2, 5, 10]))
    ax.grid(axis="y")
    ax.axhline(0, color=QUIET, lw=0.5)
    ax.set_xlabel("year" if lowest else "", labelpad=1)
    if stack.names:
        _draw_running(ax, stack, running / far, far_unit, (low * 1.06, high), medium)


def _bars(years: NDArray[np.int64], low: Floats, high: Floats, colour: str, gid: str) -> PolyCollection:
    """One collection of bars, 0.86 year wide."""
    seen = np.flatnonzero(high != low)
    corners = [
        [
            (years[at] + 0.07, low[at]),
            (years[at] + 0.93, low[at]),
            (years[at] + 0.93, high[at]),
            (years[at] + 0.07, high[at]),
        ]
        for at in seen
    ]
    return PolyCollection(corners, facecolors=colour, linewidths=0, zorder=2, gid=gid)


def _draw_running(
    ax: Axes, stack: _Stack, running: Floats, unit: str, limits: tuple[float, float], medium: Medium
) -> None:
    """Running total on a second axis that shares the zero line."""
    second = ax.twinx()
    peak = max(float(running.max(initial=0.0)), 1e-9)
    floor = limits[0] / limits[1] * peak * 1.06
    deepest = float(running.min(initial=0.0))
    stretch = max(1.0, deepest / floor if floor < 0 else 1.0)
    second.set(ylim=(floor * stretch, peak * 1.06 * stretch))
    second.plot(stack.years + 1.0, running, color="white", lw=2.6 * medium.line, zorder=3)
    second.plot(stack.years + 1.0, running, color=INK, lw=1.1 * medium.line, zorder=4, gid="running")
    second.set_ylabel(f"{unit} since {stack.years[0]}")
    second.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    second.yaxis.set_major_formatter(FuncFormatter(axis_number))
    second.spines["right"].set_visible(True)
    second.set_zorder(ax.get_zorder() + 1)
    second.patch.set_visible(False)


def _draw_names(
    area: Area, tables: RunTables, stack: _Stack, at: tuple[float, float, float], medium: Medium
) -> None:
    """Names of the stacked resources, in the order of the stack, with their totals."""
    left, bottom, tall = at
    ax = area.canvas(left, bottom, area.width_mm - left, tall)
    small = medium.small_pt
    if not stack.names:
        ax.text(0, tall / 2, "none in this run", size=small, color=QUIET, va="center", gid="name")
        return
    # One row more than resources: the heading.
    pitch = min(1.9 * small * style.MM_PER_POINT, tall / (len(stack.names) + 1))
    heading = f"sum {stack.years[0]}\N{EN DASH}{stack.years[-1]}"
    ax.text(0, pitch * (len(stack.names) + 0.5), heading, size=small, color=QUIET, va="center", gid="name")
    room = area.width_mm - left - 4.0
    for row, (name, colour) in enumerate(zip(stack.names, _colours(tables, stack), strict=True)):
        y = pitch * (row + 0.5)
        ax.fill([0, 1.8, 1.8, 0], [y - 0.9, y - 0.9, y + 0.9, y + 0.9], color=colour, lw=0)
        label = "other" if name == "other" else tables.resource_name(name)
        total = quantity(float(stack.amounts[row].sum()), stack.unit.split(" ")[0])
        text = style.shorten(f"{label} {total}", room, small)
        ax.text(2.8, y, text, size=small, color=text_colour(colour), va="center", gid="name")
