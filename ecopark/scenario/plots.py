"""Which plot a point lies on.

What lives here: the one question a map asks when a firm is dropped. What does not: whether the firm may stand
there (``siting``).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon


def plot_under(corners: Mapping[str, NDArray[np.float64]], x: float, y: float) -> str:
    """The plot a point lies on.

    Parameters
    ----------
    corners : mapping of str to ndarray of float, shape (c, 2), any unit of length
        Of each plot.
    x, y : float
        In the same plane; an edge belongs to its plot.

    Returns
    -------
    str
        Where plots overlap the smallest; empty where there is none.
    """
    point = Point(x, y)
    under = [(name, Polygon(ring)) for name, ring in corners.items()]
    held = [(shape.area, name) for name, shape in under if shape.covers(point)]
    return min(held)[1] if held else ""
