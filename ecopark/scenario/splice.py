"""Paths put together: one path inside a span of time, another outside it.

What lives here: cutting and scaling dated paths, with the source and mark of every value kept. What does
not: reading them (``paths``), and why they change (``shocked``, ``market.expectation``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from ecopark.scenario.paths import Path
from ecopark.scenario.units import Quantity

_ONE_DAY = timedelta(days=1)


def splice(outside: Path, inside: Path, start: date, end: date | None = None) -> Path:
    """Path that is `inside` from one date to another and `outside` before and after.

    Parameters
    ----------
    outside, inside : Path
        In one unit.
    start : datetime.date
        First day of `inside`.
    end : datetime.date, optional
        First day after it; never where not given.

    Returns
    -------
    Path
        The same as its parts on every whole day; linear where one of them is.
    """
    linear = outside.linear or inside.linear
    knots = dict(_span(outside, None, start, linear))
    knots |= dict(_span(inside, start, end, linear))
    if end is not None:
        knots |= dict(_span(outside, end, None, linear))
    dates = tuple(sorted(knots))
    return Path(dates, tuple(knots[when] for when in dates), linear)


def scale(path: Path, factor: float) -> Path:
    """The same path with every value multiplied.

    Parameters
    ----------
    path : Path
    factor : float, 1

    Returns
    -------
    Path
    """
    return replace(path, values=tuple(replace(q, value=q.value * factor) for q in path.values))


def scale_between(path: Path, factor: float, start: date, end: date | None = None) -> Path:
    """The same path, multiplied from one date to another.

    Parameters
    ----------
    path : Path
    factor : float, 1
    start : datetime.date
        First day on which the factor holds.
    end : datetime.date, optional
        First day on which it no longer does.

    Returns
    -------
    Path
    """
    return splice(path, scale(path, factor), start, end)


def value_at(path: Path, when: date) -> Quantity:
    """Value of a path on a date, with the source of the dated value it rests on.

    Parameters
    ----------
    path : Path
    when : datetime.date

    Returns
    -------
    Quantity
    """
    held = [q for day, q in zip(path.dates, path.values, strict=True) if day <= when]
    return replace(held[-1] if held else path.values[0], value=path.at(when))


def _span(path: Path, start: date | None, end: date | None, linear: bool) -> list[tuple[date, Quantity]]:
    """Knots of a path that make up a span; a step becomes two knots a day apart where lines are drawn."""
    knots: list[tuple[date, Quantity]] = []
    if start is not None:
        knots.append((start, value_at(path, start)))
    elif end is None or end > path.dates[0]:
        knots.append((path.dates[0], path.values[0]))
    else:
        # Before its first date a path has its first value.
        knots.append((end - _ONE_DAY, path.values[0]))
    for day in path.dates:
        if (start is None or day > start) and (end is None or day < end):
            if linear and not path.linear and day > path.dates[0]:
                knots.append((day - _ONE_DAY, value_at(path, day - _ONE_DAY)))
            knots.append((day, value_at(path, day)))
    if linear and end is not None:
        knots.append((end - _ONE_DAY, value_at(path, end - _ONE_DAY)))
    return knots
