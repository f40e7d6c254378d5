"""Frame of a map: which firms stand in their true places, and which far ones on its border.

What does not live here: anything drawn (``park_map``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ecopark.report.style import Medium
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]

_BAND_MM = 9.0
# Firms farther from the middle than this multiple of the median distance stand on the border, unless more
# than a handful of them stand within the second multiple of the farthest of the others.
_CORE, _SECOND, _MOST_ON_BORDER = 1.9, 4.0, 5


@dataclass(frozen=True)
class View:
    """Frame of the map in mm, places of firms in it, and which of them lie outside.

    Attributes
    ----------
    left, bottom, width, height : float, mm
        The frame.
    mm_per_km : float
    centre_km : ndarray of float, shape (2,), km
        Point in the middle of the frame.
    place : dict of str to tuple of float, mm
        By firm.
    distance_km : dict of str to float, km
        From the middle, of the firms on the border.
    direction : dict of str to ndarray
        Way out to the same firms, of length 1.
    """

    left: float
    bottom: float
    width: float
    height: float
    mm_per_km: float
    centre_km: Floats
    place: dict[str, tuple[float, float]]
    distance_km: dict[str, float]
    direction: dict[str, Floats]

    def to_mm(self, at: Floats) -> Floats:
        """From km in the plane to mm.

        Parameters
        ----------
        at : ndarray of float, shape (n, 2), km

        Returns
        -------
        ndarray of float, shape (n, 2), mm
        """
        middle = np.array([self.left + self.width / 2.0, self.bottom + self.height / 2.0])
        return np.asarray((at - self.centre_km) * self.mm_per_km + middle)

    @property
    def frame(self) -> Rectangle:
        """The border of the map."""
        return Rectangle((self.left, self.bottom), self.width, self.height)


def _open_firms(firms: pd.DataFrame, year: int) -> pd.DataFrame:
    opened = firms["opens"].isna() | (pd.to_datetime(firms["opens"]).dt.year <= year)
    left = firms["closes"].notna() & (pd.to_datetime(firms["closes"]).dt.year < year)
    return firms[opened & ~left]


def choose_view(
    tables: RunTables, flows: pd.DataFrame, year: int, width: float, height: float, medium: Medium
) -> View:
    """Frame the firms that stand together; those beyond go to the border.

    Parameters
    ----------
    tables : RunTables
    flows : pandas.DataFrame
        Exchanges of the year.
    year : int
    width, height : float, mm
        Of the figure.
    medium : Medium

    Returns
    -------
    View
    """
    everyone = tables.firms[["x_km", "y_km"]].to_numpy(dtype=float)
    firms = _open_firms(tables.firms, year)
    active = set(flows["from_firm"]) | set(flows["to_firm"])
    # Centre and reach come from all firms ever, so that maps of different years agree.
    gaps = np.hypot(*(everyone - np.median(everyone, axis=0)).T)
    near = gaps <= reach_of(gaps)
    core = everyone[near]
    if tables.ground is not None:
        # Plots and corridors among the firms that stand together are seen whole.
        points = tables.ground.points
        away = np.hypot(*(points - np.median(everyone, axis=0)).T)
        core = np.concatenate([core, points[away <= 1.3 * max(float(gaps[near].max()), 0.3)]])
    low, high = core.min(axis=0), core.max(axis=0)
    centre = (low + high) / 2
    left, bottom = 2.0, 19.0 * medium.text_pt / 7.0
    frame = np.array([width - 4.0, height - bottom - 9.0 * medium.text_pt / 7.0])
    room = frame - 2 * _BAND_MM - np.array([14.0, 8.0])
    scale = float(np.min(room / np.maximum(high - low, 0.2)))
    middle = np.array([left, bottom]) + frame / 2
    place, distance, direction = {}, {}, {}
    rows: Any = firms[["x_km", "y_km"]].itertuples()
    for firm, x, y in rows:
        offset = (np.array([x, y], dtype=float) - centre) * scale
        half = frame / 2 - _BAND_MM / 2
        if (np.abs(offset) > half).any():
            if firm not in active:
                continue
            distance[firm] = float(np.hypot(x - centre[0], y - centre[1]))
            direction[firm] = offset / np.hypot(*offset)
            offset = offset * float(np.min(half / np.maximum(np.abs(offset), 1e-9)))
        place[firm] = (float(middle[0] + offset[0]), float(middle[1] + offset[1]))
    _part_neighbours(place, distance, (left, bottom, *frame))
    return View(left, bottom, float(frame[0]), float(frame[1]), scale, centre, place, distance, direction)


def reach_of(gaps: Floats) -> float:
    """Distance from the middle up to which firms stand in their places.

    Parameters
    ----------
    gaps : ndarray of float, shape (firms,), km
        Distances from the middle.

    Returns
    -------
    float, km
    """
    reach = max(_CORE * float(np.median(gaps)), 0.3)
    edge = float(gaps[gaps <= reach].max(initial=0.0)) or reach
    near = gaps[(gaps > reach) & (gaps <= _SECOND * edge)]
    # A handful of partners stands on the border; a second cluster is part of the region.
    return float(near.max()) if near.size > _MOST_ON_BORDER else reach


def _part_neighbours(
    place: dict[str, tuple[float, float]], border: dict[str, float], frame: tuple[float, float, float, float]
) -> None:
    """Move border partners along the border until no two stand closer than 8 mm."""
    left, bottom, width, height = frame
    inset = _BAND_MM / 2
    for _ in range(50):
        moved = False
        names = sorted(border)
        for count, one in enumerate(names):
            for other in names[:count]:
                a, b = np.array(place[one]), np.array(place[other])
                if np.hypot(*(a - b)) >= 8.0:
                    continue
                moved = True
                upright = min(abs(a[0] - left - inset), abs(a[0] - left - width + inset)) < 0.1
                axis = 1 if upright else 0
                step = 1.0 if a[axis] >= b[axis] else -1.0
                a[axis] += step
                b[axis] -= step
                for name, point in ((one, a), (other, b)):
                    x = float(np.clip(point[0], left + inset, left + width - inset))
                    y = float(np.clip(point[1], bottom + inset, bottom + height - inset))
                    place[name] = (x, y)
        if not moved:
            return
