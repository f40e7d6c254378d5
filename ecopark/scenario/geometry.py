"""Where firms stand: plane coordinates for drawing, distances for pipes and lorries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecopark.scenario.types import Layout

_EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG (Moritz 2000, doi:10.1007/s001900050278)


def project(sites: NDArray[np.float64], layout: Layout) -> NDArray[np.float64]:
    """Plane coordinates of sites, for maps and spatial indices.

    Parameters
    ----------
    sites : ndarray of float, shape (n, 2), degree or m
        Longitude and latitude, or metres, as `layout.crs` says.
    layout : Layout

    Returns
    -------
    ndarray of float, shape (n, 2), km
        East and north. Longitude/latitude by the equirectangular projection about the mean
        latitude, whose length error stays below 1 % within some 200 km of it.
    """
    if layout.crs == "metres":
        return sites / 1000.0
    longitude, latitude = np.radians(sites[:, 0]), np.radians(sites[:, 1])
    east = _EARTH_RADIUS_KM * np.cos(latitude.mean()) * longitude
    return np.column_stack([east, _EARTH_RADIUS_KM * latitude])


def distance_km(start: NDArray[np.float64], end: NDArray[np.float64], layout: Layout) -> NDArray[np.float64]:
    """Length of the way between pairs of sites, detour included.

    Parameters
    ----------
    start, end : ndarray of float, shape (n, 2), degree or m
        Sites in the layout's coordinates.
    layout : Layout
        `distance` straight (great circle for longitude/latitude, by the haversine formula) or
        manhattan (sum of the east-west and the north-south leg), times `detour`.

    Returns
    -------
    ndarray of float, shape (n,), km
    """
    if layout.crs == "metres":
        legs = np.abs(end - start) / 1000.0
        straight = np.hypot(legs[:, 0], legs[:, 1])
    else:
        corner = np.column_stack([end[:, 0], start[:, 1]])
        legs = np.column_stack([_great_circle(start, corner), _great_circle(corner, end)])
        straight = _great_circle(start, end)
    lengths = legs.sum(axis=1) if layout.distance == "manhattan" else straight
    return np.asarray(lengths * layout.detour.value)


def _great_circle(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Haversine distance in km."""
    a, b = np.radians(start), np.radians(end)
    half = np.sin((b - a) / 2.0) ** 2
    chord = half[:, 1] + np.cos(a[:, 1]) * np.cos(b[:, 1]) * half[:, 0]
    return np.asarray(2.0 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))))
