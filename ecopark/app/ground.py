"""The ground of a park in metres, about the middle of its firms: one plane for all drafts of a base.

What lives here: from the layout's coordinates to metres and back, and the plot under a point. What does not:
drafts (``park``), pixels of a page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecopark.report.ground_plan import GroundPlan, ground_plan
from ecopark.scenario.geometry import project
from ecopark.scenario.layout import Layout
from ecopark.scenario.plots import plot_under
from ecopark.scenario.types import Park

Floats = NDArray[np.float64]
Point = tuple[float, float]
_M = 1000.0
_WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


@dataclass(frozen=True)
class Ground:
    """Plane of a park.

    Attributes
    ----------
    layout : Layout
    about : ndarray of float, shape (n, 2), degree or m
        Sites of the firms the plane is about.
    middle : ndarray of float, shape (2,), km
        Theirs, in the plane of ``geometry.project``.
    plan : GroundPlan
        Plots and corridors in that plane.
    """

    layout: Layout
    about: Floats
    middle: Floats
    plan: GroundPlan

    @classmethod
    def of(cls, park: Park) -> Ground:
        """Plane of a park's firms."""
        about = np.array([firm.site for firm in park.firms.values()], dtype=np.float64).reshape(-1, 2)
        middle = project(about, park.layout, about).mean(axis=0)
        return cls(park.layout, about, middle, ground_plan(park.layout, about))

    def metres(self, sites: Sequence[Point]) -> Floats:
        """Places of sites.

        Parameters
        ----------
        sites : sequence of tuple of float, degree or m

        Returns
        -------
        ndarray of float, shape (n, 2), m
            East and north of the middle.
        """
        where = np.array(sites, dtype=np.float64).reshape(-1, 2)
        return (project(where, self.layout, self.about) - self.middle) * _M

    def shift(self, points: Floats) -> Floats:
        """Points of the plan in metres about the middle.

        Parameters
        ----------
        points : ndarray of float, shape (n, 2), km

        Returns
        -------
        ndarray of float, shape (n, 2), m
        """
        return (points - self.middle) * _M

    def site(self, x_m: float, y_m: float) -> Point:
        """Site of a place: :meth:`metres` the other way round.

        Parameters
        ----------
        x_m, y_m : float, m

        Returns
        -------
        tuple of float, degree or m
        """
        # The projection stretches both axes evenly: two sites say by how much.
        zero, one = project(np.array([[0.0, 0.0], [1.0, 1.0]]), self.layout, self.about)
        found = (np.array([x_m, y_m]) / _M + self.middle - zero) / (one - zero)
        return float(found[0]), float(found[1])

    def plot_at(self, site: Point) -> str:
        """Plot a site lies on, empty where it lies on none. The site of a plot lies on it, whatever its outline."""
        for name, plot in self.layout.plots.items():
            if tuple(plot.site) == tuple(site):
                return name
        x, y = project(np.array([site], dtype=np.float64), self.layout, self.about)[0]
        return plot_under(self.plan.corners, float(x), float(y))

    def say_move(self, old: Point, new: Point) -> str:
        """A move in words, such as ``"1.2 km north-east, to plot quay"``.

        Parameters
        ----------
        old, new : tuple of float, degree or m

        Returns
        -------
        str
        """
        east, north = np.diff(self.metres([old, new]), axis=0)[0]
        plot = self.plot_at(new)
        return say_way(float(east), float(north)) + (f", to plot {plot.replace('_', ' ')}" if plot else "")


def say_way(east: float, north: float) -> str:
    """A way on the plane in words, such as ``"1.2 km north-east"``.

    Parameters
    ----------
    east, north : float, m

    Returns
    -------
    str
    """
    length = math.hypot(east, north)
    quarter = round(math.degrees(math.atan2(east, north)) / 45.0) % 8
    far = f"{length / _M:.3g} km" if length >= 1000.0 else f"{length:.0f} m"
    return f"{far} {_WINDS[quarter]}"
