"""Dated paths and sourced numbers, as a user writes them.

A path may be written as one quantity (``"40 DKK/t"``), as quantities by month
(``{1987-01: 40 DKK/t, 1990-01: 130 DKK/t}``, held until the next date, or straight lines between
them with ``interpolate: linear``), or as a named series (``{series: fuel_oil, times: 1.1}``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecopark.scenario.readings import Made
from ecopark.scenario.units import Quantity, UnitError, Units, nearest

_MONTH = re.compile(r"^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$")
_ALWAYS = date(1, 1, 1)


class PathError(UnitError):
    """Faults of single entries of a dated path.

    Parameters
    ----------
    faults : list of (str, str)
        Key of the entry as written, and what is wrong with it.
    """

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{key}: {message}" for key, message in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Context:
    """What a parser must know of the scenario around it.

    Attributes
    ----------
    units : Units
        Registry with the scenario's currency.
    series : mapping of str to Path
        Named series, for ``{series: name}``.
    deflate : mapping of int to float
        Factor from a year's prices to the price year, for ``nominal: true``.
    read : Made
        What was made of raw blocks that several places share.
    """

    units: Units
    series: Mapping[str, Path] = field(default_factory=dict)
    deflate: Mapping[int, float] = field(default_factory=dict)
    read: Made = field(default_factory=Made, repr=False, compare=False)


@dataclass(frozen=True)
class Path:
    """A quantity over time.

    Attributes
    ----------
    dates : tuple of datetime.date
        First day of validity of each value, ascending.
    values : tuple of Quantity
        All in one unit.
    linear : bool
        Straight lines between the dates instead of steps.
    """

    dates: tuple[date, ...]
    values: tuple[Quantity, ...]
    linear: bool = False

    @property
    def unit(self) -> str:
        """Base unit of the values."""
        return self.values[0].unit

    def at(self, when: date) -> float:
        """Value on a date; before the first date, the first value."""
        if self.linear:
            days = [d.toordinal() for d in self.dates]
            return float(np.interp(when.toordinal(), days, [q.value for q in self.values]))
        return self.values[max(bisect_right(self.dates, when) - 1, 0)].value

    def sample(self, days: NDArray[np.int64], start: date) -> NDArray[np.float64]:
        """Values on many days.

        Parameters
        ----------
        days : ndarray of int, shape (n,), day
            Day numbers counted from `start`, ascending.
        start : datetime.date
            Day zero.

        Returns
        -------
        ndarray of float, shape (n,), unit of the path
        """
        if len(self.values) == 1:
            return np.full(days.size, self.values[0].value)
        ordinals, values = self._columns
        knots = ordinals - start.toordinal()
        if self.linear:
            return np.asarray(np.interp(days, knots, values), dtype=np.float64)
        # Of the days, which are many, none is searched for: each value holds from the first day of its date on.
        first = np.searchsorted(days, knots)
        first[0] = 0
        return np.repeat(values, np.diff(first, append=days.size))

    @cached_property
    def _columns(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Dates as days of the calendar, and values."""
        return np.array([d.toordinal() for d in self.dates]), np.array([q.value for q in self.values])


def constant(quantity: Quantity) -> Path:
    """Path that always has one value."""
    return Path((_ALWAYS,), (quantity,))


def parse_month(value: Any) -> date:
    """Date from ``1959``, ``"1959-06"`` or ``"1959-06-15"``; a missing month or day is the first.

    Raises
    ------
    ValueError
        If the text is no date.
    """
    if isinstance(value, date):
        return value
    match = (
        _MONTH.match(str(value).strip())
        if isinstance(value, str | int) and not isinstance(value, bool)
        else None
    )
    if match is None:
        raise ValueError(f"expected a date such as 1959-06, found {value!r}")
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError as failure:
        raise ValueError(f"{value!r} is no date: {failure}") from failure


def parse_quantity(value: Any, context: Context) -> Quantity:
    """Quantity from text, number, or a mapping with ``value``, ``source`` and ``mark``.

    Raises
    ------
    UnitError
        With a message for the person who wrote it.
    """
    if isinstance(value, Quantity):
        return value
    if isinstance(value, Mapping):
        extra = set(value) - {"value", "source", "mark", "note"}
        if extra or "value" not in value:
            raise UnitError(f"expected 'value' with 'source' and 'mark', found {_words(value)}")
        if value.get("mark", "") not in ("", "S", "M", "D"):
            raise UnitError(f"mark must be S (seen), M (unchecked) or D (derived), found {value['mark']!r}")
        number, unit = context.units.parse(value["value"])
        return Quantity(number, unit, str(value.get("source", "")), str(value.get("mark", "")))
    if not isinstance(value, str | int | float):
        raise UnitError(f"expected a number with its unit such as '80 kt/yr', found {_words(value)}")
    return Quantity(*context.units.parse(value))


def parse_path(value: Any, context: Context) -> Path:
    """Path from any of the three forms in the module's docstring.

    Raises
    ------
    UnitError
        If a date, a quantity or the form is wrong, or the units of the values differ.
    """
    if isinstance(value, Path):
        return value
    if not isinstance(value, Mapping) or "value" in value:
        return constant(parse_quantity(value, context))
    if "series" in value:
        return _from_series(value, context)
    return _from_dates(value, context)


def _from_series(value: Mapping[str, Any], context: Context) -> Path:
    extra = set(value) - {"series", "times", "source", "mark", "note"}
    if extra:
        raise UnitError(f"a series takes 'times', 'source' and 'mark', found {_words(extra)}")
    name = str(value["series"])
    if name not in context.series:
        raise UnitError(f"unknown series {name!r}{nearest(name, context.series)}")
    path = context.series[name]
    if "times" not in value:
        return path
    factor, unit = context.units.parse(value["times"])
    if unit != "1":
        raise UnitError(f"'times' must be a pure number, found unit {unit!r}")
    values = tuple(Quantity(q.value * factor, q.unit, q.source, q.mark) for q in path.values)
    return Path(path.dates, values, path.linear)


def _from_dates(value: Mapping[str, Any], context: Context) -> Path:
    options = {"interpolate", "nominal", "source", "mark", "note"}
    dated = {key: item for key, item in value.items() if key not in options}
    if not dated:
        raise UnitError("expected at least one date with a value, such as {1987-01: 40 DKK/t}")
    if value.get("interpolate", "step") not in ("step", "linear"):
        raise UnitError(f"interpolate must be 'step' or 'linear', found {value['interpolate']!r}")
    points: dict[date, Quantity] = {}
    faults: list[tuple[str, str]] = []
    for key, item in dated.items():
        try:
            when, quantity = _dated(key, item, value, context)
        except ValueError as failure:
            faults.append((key, str(failure)))
            continue
        first = next(iter(points.values()), quantity)
        if when in points:
            faults.append((key, f"date {key} stands twice"))
        elif quantity.unit != first.unit:
            expected = f"all values of a path must have one unit; found {first.unit} and {quantity.unit}"
            faults.append((key, expected))
        else:
            points[when] = quantity
    if faults:
        raise PathError(faults)
    dates = tuple(sorted(points))
    return Path(dates, tuple(points[when] for when in dates), value.get("interpolate") == "linear")


def _dated(key: Any, item: Any, path: Mapping[str, Any], context: Context) -> tuple[date, Quantity]:
    try:
        when = parse_month(key)
    except ValueError as failure:
        options = "interpolate, nominal, source, mark, note"
        raise UnitError(
            str(failure) if str(key)[:1].isdigit() else f"{failure}; options are {options}"
        ) from failure
    quantity = _sourced(parse_quantity(item, context), path)
    return when, _deflated(quantity, when, context) if path.get("nominal", False) else quantity


def _sourced(quantity: Quantity, block: Mapping[str, Any]) -> Quantity:
    return Quantity(
        quantity.value,
        quantity.unit,
        quantity.source or str(block.get("source", "")),
        quantity.mark or str(block.get("mark", "")),
    )


def _deflated(quantity: Quantity, when: date, context: Context) -> Quantity:
    if when.year not in context.deflate:
        raise UnitError(f"nominal money of {when.year} needs currency.deflator for that year")
    return Quantity(
        quantity.value * context.deflate[when.year], quantity.unit, quantity.source, quantity.mark
    )


def _words(value: Any) -> str:
    if isinstance(value, Mapping | set | frozenset):
        return ", ".join(repr(str(key)) for key in sorted(value, key=str)) or "nothing"
    return repr(value)
