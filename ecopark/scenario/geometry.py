"""Where firms stand: plane coordinates for drawing, distances for pipes and lorries.

What lives here: the earth and the plane, and the one door to every distance between firms. What does not:
ways along corridors in the plane (``corridors``).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ecopark.scenario.corridors import Network, build_network
from ecopark.scenario.layout import Layout, Point

_EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG (Moritz 2000, doi:10.1007/s001900050278)


def project(
    sites: NDArray[np.float64], layout: Layout, about: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Plane coordinates of sites, for maps and spatial indices.

    Parameters
    ----------
    sites : ndarray of float, shape (n, 2), degree or m
        Longitude and latitude, or metres, as `layout.crs` says.
    layout : Layout
    about : ndarray of float, shape (k, 2), degree or m, optional
        Sites whose mean latitude is that of the plane, so that others are drawn on the same map; `sites` by
        default.

    Returns
    -------
    ndarray of float, shape (n, 2), km
        East and north. Longitude/latitude by the equirectangular projection about the mean
        latitude, whose length error stays below 1 % within some 200 km of it.
    """
    if layout.crs == "metres":
        return sites / 1000.0
    middle = np.radians((sites if about is None else about)[:, 1]).mean()
    longitude, latitude = np.radians(sites[:, 0]), np.radians(sites[:, 1])
    east = _EARTH_RADIUS_KM * np.cos(middle) * longitude
    return np.column_stack([east, _EARTH_RADIUS_KM * latitude])


def degrees_from_km(offset: NDArray[np.float64], about: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitude and latitude of a place so many km east and north of another.

    Parameters
    ----------
    offset : ndarray of float, shape (2,), km
        East and north.
    about : ndarray of float, shape (2,), degree
        Longitude and latitude.

    Returns
    -------
    ndarray of float, shape (2,), degree
        By the equirectangular projection about the latitude of `about`, the inverse of :func:`project`.
    """
    scale = np.array([_EARTH_RADIUS_KM * np.cos(np.radians(about[1])), _EARTH_RADIUS_KM])
    return np.asarray(about + np.degrees(offset / scale))


def distance_km(start: NDArray[np.float64], end: NDArray[np.float64], layout: Layout) -> NDArray[np.float64]:
    """Length of the way between pairs of sites, detour included.

    Parameters
    ----------
    start, end : ndarray of float, shape (n, 2), degree or m
        Sites in the layout's coordinates.
    layout : Layout
        `distance` straight (great circle for longitude/latitude, by the haversine formula) or
        manhattan (sum of the east-west and the north-south leg), times `detour`; or corridor (by the
        rule of ``corridors``; where there are no corridors, as straight).

    Returns
    -------
    ndarray of float, shape (n,), km
    """
    straight = crow_km(start, end, layout)
    detour = layout.detour.value
    if layout.distance == "corridor" and layout.corridors:
        ways = corridor_network(layout).ways(
            corridor_plane(start, layout),
            corridor_plane(end, layout),
            straight,
            detour,
            layout.off_corridor.value,
        )
        return ways.length
    if layout.distance != "manhattan":
        return np.asarray(straight * detour)
    if layout.crs == "metres":
        legs = np.abs(end - start) / 1000.0
    else:
        corner = np.column_stack([end[:, 0], start[:, 1]])
        legs = np.column_stack([_great_circle(start, corner), _great_circle(corner, end)])
    return np.asarray(legs.sum(axis=1) * detour)


def crow_km(start: NDArray[np.float64], end: NDArray[np.float64], layout: Layout) -> NDArray[np.float64]:
    """Distance between pairs of sites as the crow flies.

    Parameters
    ----------
    start, end : ndarray of float, shape (n, 2), degree or m
        Sites in the layout's coordinates.
    layout : Layout

    Returns
    -------
    ndarray of float, shape (n,), km
    """
    if layout.crs == "metres":
        legs = np.abs(end - start) / 1000.0
        return np.hypot(legs[:, 0], legs[:, 1])
    return _great_circle(start, end)


def least_detour(layout: Layout) -> float:
    """Least length of a way over the straight line between its ends, for a search by straight lines.

    Parameters
    ----------
    layout : Layout

    Returns
    -------
    float, 1
        `detour`; along corridors no more than 1, since one may run straight to where a firm wants to go.
    """
    detour = layout.detour.value
    return min(1.0, detour) if layout.distance == "corridor" else detour


def corridor_network(layout: Layout) -> Network:
    """Network of a layout's corridors, in the plane of :func:`corridor_plane`.

    Parameters
    ----------
    layout : Layout
        With corridors.

    Returns
    -------
    Network
        Built once for corridors of the same points.
    """
    return _network(layout.crs, tuple(corridor.path for corridor in layout.corridors.values()))


def corridor_plane(sites: NDArray[np.float64], layout: Layout) -> NDArray[np.float64]:
    """Plane coordinates of sites in the frame of a layout's corridors.

    Parameters
    ----------
    sites : ndarray of float, shape (n, 2), degree or m
    layout : Layout
        With corridors.

    Returns
    -------
    ndarray of float, shape (n, 2), km
        As :func:`project`, about the mean latitude of the corridors' points, so that the same site always
        has the same place.
    """
    if layout.crs == "metres":
        return sites / 1000.0
    return _equirectangular(sites, _mean_latitude([c.path for c in layout.corridors.values()]))


@lru_cache(maxsize=32)
def _network(crs: str, paths: tuple[tuple[Point, ...], ...]) -> Network:
    points = [np.array(path, dtype=np.float64) for path in paths]
    if crs == "metres":
        return build_network([path / 1000.0 for path in points])
    latitude = _mean_latitude(paths)
    return build_network([_equirectangular(path, latitude) for path in points])


def _mean_latitude(paths: Iterable[tuple[Point, ...]]) -> float:
    """Mean latitude of all points of some paths, in radians."""
    return float(np.radians(np.mean([point[1] for path in paths for point in path])))


def _equirectangular(sites: NDArray[np.float64], latitude: float) -> NDArray[np.float64]:
    """East and north in km of longitude and latitude in degrees, true to length at one latitude (radians)."""
    radians = np.radians(sites)
    return _EARTH_RADIUS_KM * np.column_stack([np.cos(latitude) * radians[:, 0], radians[:, 1]])


def _great_circle(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Haversine distance in km."""
    a, b = np.radians(start), np.radians(end)
    half = np.sin((b - a) / 2.0) ** 2
    chord = half[:, 1] + np.cos(a[:, 1]) * np.cos(b[:, 1]) * half[:, 0]
    return np.asarray(2.0 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))))
