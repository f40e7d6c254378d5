"""Where firms stand on the interactive map and network, and where their names find room.

What lives here: places in px of a nominal frame. What does not: the figures (``network``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.report.labels import Placer
from ecopark.report.style import text_size, wrap

Floats = NDArray[np.float64]

# Firms farther from the middle than this multiple of the median distance stand on the border.
_CORE = 1.9
# The placer of labels counts in mm; the frame is treated as if a mm had so many px.
PX_PER_MM = 4.0


@dataclass(frozen=True)
class Ground:
    """Places of all firms in a frame of `width` x `height` px, y upwards.

    Attributes
    ----------
    width, height : float
        Size of the frame, px.
    place : mapping of str to tuple of float
        By firm.
    away_km : mapping of str to float
        Distance from the middle, km, of firms that stand on the border because they lie beyond it.
    px_per_km : float or None
        Scale; None where places keep only the order of west-east and south-north.
    middle_km : tuple of float
        What stands in the middle of the frame, km.
    """

    width: float
    height: float
    place: Mapping[str, tuple[float, float]]
    away_km: Mapping[str, float]
    px_per_km: float | None
    middle_km: tuple[float, float] = (0.0, 0.0)

    def spot(self, point: Floats) -> Floats:
        """From km in the plane to px; only where there is a scale.

        Parameters
        ----------
        point : ndarray of float, shape (n, 2), km

        Returns
        -------
        ndarray of float, shape (n, 2), px
        """
        half = np.array([self.width, self.height]) / 2
        return np.asarray((point - np.array(self.middle_km)) * (self.px_per_km or 0.0) + half)


def true_ground(firms: pd.DataFrame, width: float, height: float, margin: float) -> Ground:
    """Sites to scale; firms far outside stand on the border, in their direction.

    Parameters
    ----------
    firms : pandas.DataFrame
        Index firm; columns ``x_km``, ``y_km``.
    width, height, margin : float
        Frame, and the strip along its border that is kept free of near firms, px.
    """
    if firms.empty:
        return Ground(width, height, {}, {}, None)
    points = firms[["x_km", "y_km"]].to_numpy(dtype=float)
    gaps = np.hypot(*(points - np.median(points, axis=0)).T)
    core = points[gaps <= max(_CORE * float(np.median(gaps)), 0.3)]
    low, high = core.min(axis=0), core.max(axis=0)
    middle, half = (low + high) / 2, np.array([width, height]) / 2
    scale = float(np.min(2 * (half - margin) / np.maximum(high - low, 0.2)))
    offsets = (points - middle) * scale
    inner = half - 0.35 * margin
    over = np.max(np.abs(offsets) / inner, axis=1)
    away = {
        str(firm): float(np.hypot(*(point - middle)))
        for firm, point, share in zip(firms.index, points, over, strict=True)
        if share > 1
    }
    offsets = offsets / np.maximum(over, 1.0)[:, None]
    spots = _part(offsets + half, 26.0, half, 0.2 * margin)
    place = {str(firm): (float(x), float(y)) for firm, (x, y) in zip(firms.index, spots, strict=True)}
    return Ground(width, height, place, away, scale, (float(middle[0]), float(middle[1])))


def spread_ground(firms: pd.DataFrame, width: float, height: float, margin: float) -> Ground:
    """Places that keep the order of west-east and south-north but part firms evenly.

    Parameters
    ----------
    firms : pandas.DataFrame
    width, height, margin : float
        As in :func:`true_ground`.
    """
    if firms.empty:
        return Ground(width, height, {}, {}, None)
    order = firms[["x_km", "y_km"]].rank(method="first").to_numpy(dtype=float)
    half = np.array([width, height]) / 2
    margin = 0.6 * margin
    spots = margin + (2 * half - 2 * margin) * (order - 0.5) / len(firms)
    wanted = 0.9 * np.sqrt(float(np.prod(2 * half - 2 * margin)) / len(firms))
    spots = _part(spots, wanted, half, margin)
    place = {str(firm): (float(x), float(y)) for firm, (x, y) in zip(firms.index, spots, strict=True)}
    return Ground(width, height, place, {}, None)


def _part(spots: Floats, wanted: float, half: Floats, margin: float) -> Floats:
    """Push points apart until they stand `wanted` px from each other, or nearly so, inside the frame."""
    for _ in range(150):
        gap = spots[:, None, :] - spots[None, :, :]
        # Names are wide: neighbours in a row need more room than neighbours in a column.
        distance = np.hypot(gap[..., 0] / 1.25, gap[..., 1])
        # Two firms on one spot part along a line of their own.
        twin = (distance < 1e-6) & ~np.eye(len(spots), dtype=bool)
        turn = np.sign(np.arange(len(spots))[:, None] - np.arange(len(spots))[None, :])
        gap = np.where(twin[..., None], turn[..., None] * np.array([1.0, 0.5]), gap)
        distance = np.where(twin, 1.0, distance)
        push = np.clip((wanted - distance) / np.maximum(distance, 1e-9), 0, None)
        np.fill_diagonal(push, 0.0)
        if not push.any():
            break
        spots = np.clip(spots + 0.2 * (gap * push[..., None]).sum(axis=1), margin, 2 * half - margin)
    return spots


def name_places(
    ground: Ground, names: Mapping[str, str], lines: Sequence[Floats], font_px: float
) -> dict[str, tuple[float, float, str]]:
    """Middle of each firm's name, px, and the name in lines, where it covers no other and few exchanges.

    Parameters
    ----------
    ground : Ground
    names : mapping of str to str
        Words to write by firm, the most urgent first.
    lines : sequence of ndarray of float, shape (n, 2), px
        Exchanges that names should not cover.
    font_px : float
        Size of the type, px.

    Returns
    -------
    dict of str to tuple
        Middle (x, y), px, and text with line breaks; a name without room is left out.
    """
    placer = Placer(ground.width / PX_PER_MM, ground.height / PX_PER_MM, crowd_cost=0.3)
    placer.add_lines([line / PX_PER_MM for line in lines])
    for x, y in ground.place.values():
        placer.block((x / PX_PER_MM, y / PX_PER_MM), 12.0 / PX_PER_MM, 12.0 / PX_PER_MM)
    size_pt = font_px / PX_PER_MM * 72.0 / 25.4
    found = {}
    for firm, name in names.items():
        text = wrap(name, 18)
        width, height = text_size(text, size_pt, bold=True)
        at = (ground.place[firm][0] / PX_PER_MM, ground.place[firm][1] / PX_PER_MM)
        spot = placer.put_beside(at, 2.2, (width + 1.0, 1.2 * height + 0.6), limit=9e3)
        if spot is not None:
            found[firm] = (spot[0] * PX_PER_MM, spot[1] * PX_PER_MM, text)
    return found
