"""Plots and corridors of a layout, drawn under a map.

What does not live here: firms and exchanges (``park_map``, ``layout_maps``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle
from numpy.typing import NDArray

from ecopark.report.style import Medium
from ecopark.scenario.geometry import project
from ecopark.scenario.layout import Layout

Floats = NDArray[np.float64]
# Tints of zones in the order of their names; plots of none are white.
_TINTS = ("#DCE6EE", "#EFE3D3", "#DFEADB", "#EADCEA", "#EDEBD2", "#E3E3E3")
CORRIDOR = "#CDCFCB"
_EDGE = "#9AA5AD"
# Side of the square of a plot whose area nobody gave, and least side drawn.
_SIDE_KM = 0.1


@dataclass(frozen=True)
class GroundPlan:
    """Plots and corridors in plane coordinates.

    Attributes
    ----------
    corners : mapping of str to ndarray of float, shape (c, 2), km
        Of each plot; a square of its area where no outline was given.
    zone : mapping of str to str
        Of each plot, empty where it has none.
    corridors : tuple of ndarray of float, shape (p, 2), km
    """

    corners: dict[str, Floats]
    zone: dict[str, str]
    corridors: tuple[Floats, ...]

    def tint(self, zone: str) -> str:
        """Fill of the plots of a zone."""
        zones = sorted({name for name in self.zone.values() if name})
        return _TINTS[zones.index(zone) % len(_TINTS)] if zone else "#FFFFFF"

    @property
    def points(self) -> Floats:
        """Every corner and bend. ndarray of float, shape (n, 2), km."""
        parts = [*self.corners.values(), *self.corridors]
        return np.concatenate(parts) if parts else np.zeros((0, 2))


def ground_plan(layout: Layout, about: Floats) -> GroundPlan:
    """Plots and corridors of a layout in the plane of a map.

    Parameters
    ----------
    layout : Layout
    about : ndarray of float, shape (n, 2), degree or m
        Sites the map is of, in the layout's coordinates: its plane is theirs.

    Returns
    -------
    GroundPlan
    """

    def place(points: tuple[tuple[float, float], ...]) -> Floats:
        return project(np.array(points, dtype=np.float64), layout, about)

    corners = {}
    for name, plot in layout.plots.items():
        if len(plot.outline) > 2:
            corners[name] = place(plot.outline)
            continue
        side = np.sqrt(plot.area.value) / 1000.0 if plot.area is not None else _SIDE_KM
        square = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]) * side / 2.0
        corners[name] = place((plot.site,)) + square
    return GroundPlan(
        corners,
        {name: plot.zone for name, plot in layout.plots.items()},
        tuple(place(corridor.path) for corridor in layout.corridors.values()),
    )


def draw_ground(
    ax: Axes, plan: GroundPlan, to_mm: Callable[[Floats], Floats], medium: Medium, frame: Rectangle
) -> None:
    """Draw plots and corridors below everything else.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Its data coordinates are mm.
    plan : GroundPlan
    to_mm : callable
        From km in the plane, ndarray of shape (n, 2), to mm.
    medium : Medium
    frame : matplotlib.patches.Rectangle
        Nothing is drawn beyond it.
    """
    frame.set_transform(ax.transData)
    for path in plan.corridors:
        (line,) = ax.plot(
            *to_mm(path).T,
            color=CORRIDOR,
            lw=3.0 * medium.line,
            solid_capstyle="round",
            zorder=1.2,
            gid="corridor",
        )
        line.set_clip_path(frame)
    for name, corners in plan.corners.items():
        shape = Polygon(
            to_mm(corners), closed=True, facecolor=plan.tint(plan.zone[name]), edgecolor=_EDGE,
            lw=0.5 * medium.line, zorder=1.3, gid="plot",
        )  # fmt: skip
        ax.add_patch(shape)
        shape.set_clip_path(frame)
