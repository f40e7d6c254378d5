"""Placing labels so that they overlap neither each other, nor markers, nor (where possible) flows.

What lives here: a small deterministic greedy placement over rectangles in mm. What does not:
drawing. The same input gives the same places on every machine; nothing is drawn at random.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ANGLES = np.deg2rad([0, 180, 30, 150, -30, 210, 60, 120, -60, 240, 90, -90, 15, 165, -15, 195])
_ANGLE_COST = np.array([0, 0.4, 0.3, 0.7, 0.5, 0.9, 0.9, 1.1, 1.1, 1.3, 0.8, 0.9, 0.3, 0.7, 0.4, 0.8])
_REACH = np.array([0.4, 1.2, 2.4, 4.0, 6.0, 8.5, 11.5, 15.0, 19.0, 24.0, 30.0])
_OVERLAP_COST = 1e4


_CELL = 0.4  # mm, resolution at which flows are counted


class Placer:
    """Rectangles placed so far in a bounded area, and the flows that labels should not cover.

    Parameters
    ----------
    width, height : float
        Size of the area, mm; labels stay inside it.
    crowd_cost : float
        Price of covering 1 mm of a flow's centre line.
    """

    def __init__(self, width: float, height: float, crowd_cost: float = 1.0) -> None:
        self.width, self.height, self.crowd_cost = width, height, crowd_cost
        self._taken: list[tuple[float, float, float, float]] = []
        shape = (int(width / _CELL) + 2, int(height / _CELL) + 2)
        self._count = np.zeros(shape)
        # Sums over all cells below and left, so that the flows inside any rectangle are four look-ups.
        self._below = np.zeros((shape[0] + 1, shape[1] + 1))

    def block(self, centre: tuple[float, float], width: float, height: float) -> None:
        """Mark a rectangle (mm) as taken, e.g. by a marker."""
        x, y = centre
        self._taken.append((x - width / 2, y - height / 2, x + width / 2, y + height / 2))

    def add_lines(self, lines: Sequence[Floats], weight: float = 1.0) -> None:
        """Add flows, each of shape (n, 2) in mm, that later labels should not cover."""
        for line in lines:
            length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
            marks = np.arange(0.5, max(length[-1], 1.0))
            points = np.column_stack([np.interp(marks, length, line[:, axis]) for axis in (0, 1)])
            cells = np.clip((points / _CELL).astype(int), 0, np.array(self._count.shape) - 1)
            np.add.at(self._count, (cells[:, 0], cells[:, 1]), weight)
        self._below[1:, 1:] = self._count.cumsum(axis=0).cumsum(axis=1)

    def _covered(self, low: Floats, high: Floats) -> Floats:
        """Flow covered by each rectangle, mm."""
        first = np.clip((low / _CELL).astype(int), 0, np.array(self._count.shape))
        last = np.clip((high / _CELL).astype(int) + 1, 0, np.array(self._count.shape))
        below = self._below
        whole = below[last[:, 0], last[:, 1]] + below[first[:, 0], first[:, 1]]
        return np.asarray(whole - below[first[:, 0], last[:, 1]] - below[last[:, 0], first[:, 1]])

    def costs(self, centres: Floats, size: tuple[float, float], base: Floats) -> Floats:
        """Cost of a label of `size` (mm) at each of the `centres`.

        Parameters
        ----------
        centres : ndarray of float, shape (c, 2), mm
        size : tuple of float
            Width and height, mm.
        base : ndarray of float, shape (c,), 1
            Cost of each place before anything is in the way.

        Returns
        -------
        ndarray of float, shape (c,), 1
            Infinite where the label would leave the area; at least 1e4 where it overlaps a
            rectangle already taken.
        """
        low, high = centres - np.array(size) / 2, centres + np.array(size) / 2
        outside = (low < 0).any(axis=1) | (high[:, 0] > self.width) | (high[:, 1] > self.height)
        taken = np.array(self._taken).reshape(-1, 4)
        across = np.minimum(high[:, None, 0], taken[:, 2]) - np.maximum(low[:, None, 0], taken[:, 0])
        along = np.minimum(high[:, None, 1], taken[:, 3]) - np.maximum(low[:, None, 1], taken[:, 1])
        overlaps = (np.maximum(across, 0) * np.maximum(along, 0)).sum(axis=1)
        cost = base + self.crowd_cost * self._covered(low, high)
        cost += np.where(overlaps > 0, _OVERLAP_COST * (1 + overlaps), 0)
        return np.asarray(np.where(outside, np.inf, cost))

    def put(
        self, centres: Floats, size: tuple[float, float], base: Floats, limit: float = np.inf
    ) -> tuple[float, float] | None:
        """Take the cheapest of some places.

        Parameters
        ----------
        centres : ndarray of float, shape (c, 2), mm
        size : tuple of float
            Width and height of the label, mm.
        base : ndarray of float, shape (c,), 1
            Cost of each place before anything is in the way.
        limit : float
            Dearest place accepted; below 1e4 it excludes overlaps.

        Returns
        -------
        tuple of float or None
            Centre of the label, mm; None where all places cost more than `limit`.
        """
        cost = self.costs(centres, size, base)
        best = int(np.argmin(cost))
        if not cost[best] < limit:
            return None
        place = (float(centres[best, 0]), float(centres[best, 1]))
        self.block(place, *size)
        return place

    def put_beside(
        self,
        anchor: tuple[float, float],
        clearance: float,
        size: tuple[float, float],
        limit: float = np.inf,
        reach_cost: float = 0.9,
    ) -> tuple[float, float] | None:
        """Take the cheapest place around a point, close ones and those to its right first.

        Parameters
        ----------
        anchor : tuple of float
            The point, mm.
        clearance : float
            Radius of its marker, mm.
        size : tuple of float
            Width and height of the label, mm.
        limit : float
            Dearest place accepted; below 1e4 it excludes overlaps.
        reach_cost : float
            Price of 1 mm between marker and label.
        """
        reach = clearance + _REACH[:, None]
        cos, sin = np.cos(_ANGLES)[None, :], np.sin(_ANGLES)[None, :]
        x = anchor[0] + reach * cos + size[0] / 2 * np.clip(1.6 * cos, -1, 1)
        y = anchor[1] + reach * sin + size[1] / 2 * np.clip(1.6 * sin, -1, 1)
        # At the edge a label slides along it rather than being left out.
        x = np.clip(x, size[0] / 2, max(self.width - size[0] / 2, size[0] / 2))
        y = np.clip(y, size[1] / 2, max(self.height - size[1] / 2, size[1] / 2))
        base = _ANGLE_COST[None, :] + reach_cost * _REACH[:, None]
        place = self.put(np.column_stack([x.ravel(), y.ravel()]), size, base.ravel(), limit)
        if place is not None and (line := leader(anchor, clearance, place, size)) is not None:
            # Later labels must not cover this label's leader.
            self.add_lines([np.array(line)], weight=5.0)
        return place


def leader(
    anchor: tuple[float, float], clearance: float, place: tuple[float, float], size: tuple[float, float]
) -> tuple[Floats, Floats] | None:
    """Both ends of the line from a marker to its label, or None where they stand side by side."""
    point, centre, half = np.array(anchor), np.array(place), np.array(size) / 2
    near = np.clip(point, centre - half, centre + half)
    gap = float(np.hypot(*(near - point)))
    if gap < clearance + 1.5:
        return None
    return point + (near - point) * clearance / gap, near
