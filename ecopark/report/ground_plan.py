"""Plots and corridors of a layout in the plane of a map; no matplotlib here.

What lives here: :class:`GroundPlan`. What does not: drawing it (``layout_ground``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecopark.scenario.geometry import project
from ecopark.scenario.layout import Layout

Floats = NDArray[np.float64]
# Tints of zones whose names people tie a colour to; the others take the rest in the order of their names, and
# plots of no zone are white.
_NAMED = {"green": "#DFEADB", "heavy": "#EFE3D3", "light": "#DCE6EE"}
_TINTS = ("#EADCEA", "#EDEBD2", "#E3E3E3", "#DCE6EE", "#EFE3D3", "#DFEADB")
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
        if not zone:
            return "#FFFFFF"
        others = sorted({name for name in self.zone.values() if name and name not in _NAMED})
        return _NAMED[zone] if zone in _NAMED else _TINTS[others.index(zone) % len(_TINTS)]

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
