"""Curved arrows between points, all in mm, drawn as two collections per figure.

What lives here: geometry of the arrows of map and network. What does not: what they mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from numpy.typing import NDArray

from ecopark.report.style import MM_PER_POINT

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Link:
    """One arrow.

    Attributes
    ----------
    points : ndarray of float, shape (n, 2), mm
        Curve from the giver's marker to the taker's.
    width : float
        Line width, pt.
    colour : str
    """

    points: Floats
    width: float
    colour: str


def bend_curve(
    start: tuple[float, float], end: tuple[float, float], bend: float, trim: tuple[float, float]
) -> Floats:
    """Curve from `start` to `end` that swerves to the right of its direction.

    Parameters
    ----------
    start, end : tuple of float
        Points, mm.
    bend : float
        Height of the arc, mm; opposite flows part because both swerve right.
    trim : tuple of float
        Lengths cut off at the start and at the end, mm.

    Returns
    -------
    ndarray of float, shape (25, 2), mm
    """
    first, last = np.array(start), np.array(end)
    along = last - first
    across = np.array([along[1], -along[0]]) / max(float(np.hypot(*along)), 1e-9)
    control = (first + last) / 2 + 2 * bend * across
    share = np.linspace(0, 1, 61)[:, None]
    curve = (1 - share) ** 2 * first + 2 * share * (1 - share) * control + share**2 * last
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    cut = min(trim[0], 0.3 * length[-1]), min(trim[1], 0.3 * length[-1])
    marks = np.linspace(cut[0], length[-1] - cut[1], 25)
    return np.column_stack([np.interp(marks, length, curve[:, axis]) for axis in (0, 1)])


def fan(count: int, length: float) -> list[float]:
    """Arc heights, mm, of `count` parallel flows between two points `length` mm apart."""
    centre, step = min(0.13 * length, 13.0), min(0.07 * length, 5.0)
    return [centre + step * (place - (count - 1) / 2) for place in range(count)]


def draw_links(ax: Axes, links: Sequence[Link], *, alpha: float = 0.85, zorder: float = 2.0) -> None:
    """Draw arrows: bodies as one collection, heads as another, widest below."""
    links = sorted(links, key=lambda link: -link.width)
    bodies, heads = [], []
    for link in links:
        body, head = with_head(link)
        bodies.append(body)
        heads.append(head)
    colours = [link.colour for link in links]
    ax.add_collection(
        LineCollection(
            bodies,
            linewidths=[link.width for link in links],
            colors=colours,
            alpha=alpha,
            capstyle="butt",
            joinstyle="round",
            zorder=zorder,
        ),
        autolim=False,
    )
    ax.add_collection(
        PolyCollection(heads, facecolors=colours, edgecolors="none", alpha=alpha, zorder=zorder),
        autolim=False,
    )


def with_head(link: Link) -> tuple[Floats, Floats]:
    """Body of an arrow shortened by its head, and the head's triangle.

    Parameters
    ----------
    link : Link

    Returns
    -------
    ndarray of float, shape (n, 2), mm
    ndarray of float, shape (3, 2), mm
    """
    width = link.width * MM_PER_POINT
    points = link.points
    back = np.hypot(*(points - points[-1]).T)
    head = min(1.1 + 1.25 * width, 0.45 * float(back.max()))
    # Where the body ends: the first point from which on all lie inside the head.
    last = max(int(np.argmax(back <= head)), 1)
    along = points[-1] - points[last - 1]
    along = along / max(float(np.hypot(*along)), 1e-9)
    foot = points[-1] - head * along
    side = np.array([-along[1], along[0]]) * (0.45 + 0.8 * width)
    body = np.concatenate([points[:last], [foot + 0.05 * along]])
    return body, np.array([points[-1], foot + side, foot - side])
