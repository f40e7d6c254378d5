"""Seasons: how the activity of a process is spread over the twelve months, mean 1.

What lives here: the named profiles and the one function that turns what a user wrote into twelve
factors. What does not: the daily use of them (``flows``).

Profiles, January first:

``flat``
    No season.
``heating``
    District heat: a quarter of the year's heat is hot water and network loss, even over the year;
    three quarters follow the degree days below 17 degC, taken as ``max(0, 17 - T) x days`` with the
    monthly mean temperature T of Denmark 1961-90 (annual mean 7.7 degC, Danish Meteorological
    Institute); no space heat from June to August. Temperatures by month and the split: [M]; the
    profile itself: [D].
``cooling``
    Space cooling: follows ``max(0, T - 8)`` with the same temperatures on top of an even half (machine
    rooms, process). [M]
``agriculture``
    Spreading of nutrients in the Danish crop year: spring main season, a smaller one in early autumn,
    closed from November to January by the rules on storing manure. [M]
``campaign``
    Processing of a harvest as it comes in (sugar beet): mid September to mid January. [M]
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecopark.scenario.units import nearest

_DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_TEMPERATURE = np.array([0.0, 0.0, 2.1, 5.7, 10.8, 14.3, 15.6, 15.7, 12.7, 9.1, 4.7, 1.6])
_HOT_WATER_SHARE = 0.25


def _heating() -> NDArray[np.float64]:
    degree_days = np.maximum(0.0, 17.0 - _TEMPERATURE) * _DAYS
    degree_days[5:8] = 0.0
    space = degree_days / degree_days.sum() * _DAYS.sum() / _DAYS
    return np.asarray(_HOT_WATER_SHARE + (1.0 - _HOT_WATER_SHARE) * space)


def _cooling() -> NDArray[np.float64]:
    excess = np.maximum(0.0, _TEMPERATURE - 8.0)
    return np.asarray(0.5 + 0.5 * excess / excess.mean())


SEASONS: dict[str, tuple[float, ...]] = {
    "flat": (1.0,) * 12,
    "heating": tuple(_heating().tolist()),
    "cooling": tuple(_cooling().tolist()),
    "agriculture": (0, 1, 3, 3, 2, 0.5, 0.5, 1, 1, 0.5, 0, 0),
    "campaign": (0.5, 0, 0, 0, 0, 0, 0, 0, 0.5, 1, 1, 1),
}


def season_profile(season: str | Sequence[float]) -> NDArray[np.float64]:
    """Twelve monthly factors of a named season or of twelve numbers, scaled to mean 1.

    Parameters
    ----------
    season : str or sequence of float
        A name from ``SEASONS``, or twelve weights from January, none negative, at least one positive.

    Returns
    -------
    ndarray of float, shape (12,), 1
        Activity of each month over the mean month; the plain mean of the twelve is 1.

    Raises
    ------
    ValueError
        If the name is unknown or the numbers are not twelve weights.

    Examples
    --------
    >>> season_profile("campaign")[10]
    np.float64(3.0)
    """
    weights = np.array(_weights(season), dtype=np.float64)
    return np.asarray(weights / weights.mean())


def _weights(season: Any) -> Sequence[float]:
    if isinstance(season, str):
        if season not in SEASONS:
            raise ValueError(
                f"unknown season {season!r}{nearest(season, SEASONS)}; known: {', '.join(sorted(SEASONS))}"
            )
        return SEASONS[season]
    expected = f"expected one of {', '.join(sorted(SEASONS))} or twelve numbers from January"
    if not isinstance(season, list | tuple):
        raise ValueError(f"{expected}, found {season!r}")
    if len(season) != 12:
        raise ValueError(f"{expected}, found {len(season)} numbers")
    if any(isinstance(w, bool) or not isinstance(w, int | float) or not math.isfinite(w) for w in season):
        raise ValueError(f"{expected}, found {list(season)!r}")
    if min(season) < 0 or max(season) <= 0:
        raise ValueError("twelve seasonal weights must not be negative and must not all be zero")
    return season
