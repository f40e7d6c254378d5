"""Levers of a park: what a visitor can set with one handle.

What lives here: what a lever is, checks and words of its value. What does not: which levers there are and what
they set (``lever_list``), the rules they change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Any, Literal

from ecopark.errors import DomainError
from ecopark.report.numbers import axis_number
from ecopark.scenario import Scenario

Kind = Literal["number", "switch", "choice"]
Value = float | bool | str
Write = Callable[["Value", Mapping[str, "Value"]], dict[str, Any]]
GROUPS = ("Policy", "Place", "Facilitator", "Information", "Firms", "Permits", "Chance")


def _nothing(value: Value, values: Mapping[str, Value]) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Lever:
    """One handle.

    Attributes
    ----------
    name : str
        Identifier, such as ``landfill_tax``.
    group : str
        One of :data:`GROUPS`.
    label : str
        In words, without unit.
    kind : {"number", "switch", "choice"}
        Of its value: float, bool or one of `choices`.
    unit : str
        As shown beside the number, empty where it has none.
    low, high, step : float, in `unit`
        Range of a number.
    default : float, bool or str
        What the base has; for a dated path its mean over the run.
    explains : str
        One or two sentences for a layman.
    choices : tuple of str
        Of a choice.
    note : str
        How the base's value changes over time, empty where it does not, such as ``"by date 0 to 475 DKK/t;
        what you set holds for all years"``.
    write : callable
        Values by dotted path, from the value and those of all levers that are set.
    firms : tuple of str
        Firms it acts on, where it needs some of them to be there; empty where it acts whoever is there.
    needs : tuple of str
        Levers that must be on for this one to do anything.
    idle : str
        Why it does nothing in this scenario however it is set; empty where it does something.
    """

    name: str
    group: str
    label: str
    kind: Kind
    unit: str
    low: float
    high: float
    step: float
    default: Value
    explains: str
    choices: tuple[str, ...] = ()
    note: str = ""
    write: Write = field(repr=False, compare=False, default=_nothing)
    firms: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    idle: str = ""

    def check(self, value: object) -> Value:
        """The value as its kind has it.

        Parameters
        ----------
        value : object

        Returns
        -------
        float, bool or str

        Raises
        ------
        DomainError
            If it is of another kind or lies outside the range.
        """
        if self.kind == "switch":
            if not isinstance(value, bool):
                raise DomainError(f"{self.label}: expected on or off, found {value!r}")
            return value
        if self.kind == "choice":
            if not isinstance(value, str) or value not in self.choices:
                raise DomainError(f"{self.label}: expected one of {', '.join(self.choices)}, found {value!r}")
            return value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise DomainError(f"{self.label}: expected a number, found {value!r}")
        if not self.low <= value <= self.high:
            span = f"{axis_number(self.low)} to {axis_number(self.high)} {self.unit}".strip()
            raise DomainError(f"{self.label}: expected {span}, found {value:g}")
        return float(value)

    def say(self, value: Value) -> str:
        """Lever and value in words, such as ``"Landfill tax 300 DKK/t"``."""
        if self.kind == "switch":
            return f"{self.label} {'on' if value else 'off'}"
        if self.kind == "choice":
            return f"{self.label}: {str(value).replace('_', ' ')}"
        if self.unit == "year":
            return f"{self.label} {float(value):.0f}"
        return f"{self.label} {axis_number(float(value))} {self.unit}".strip()

    def is_default(self, value: Value) -> bool:
        """Whether setting this value would change nothing: a value held throughout differs from a dated path."""
        if self.note:
            return False
        if self.kind == "number":
            return math.isclose(float(value), float(self.default), rel_tol=1e-9, abs_tol=1e-12)
        return value == self.default


class _ById:
    """A base as a key: the same object, kept alive with what was worked out for it."""

    def __init__(self, base: Scenario) -> None:
        self.base = base

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.base is self.base

    def __hash__(self) -> int:
        return id(self.base)


def levers_of(base: Scenario) -> tuple[Lever, ...]:
    """Levers that a scenario can take, in the order of :data:`GROUPS`.

    Parameters
    ----------
    base : Scenario

    Returns
    -------
    tuple of Lever
    """
    return _levers(_ById(base))


@lru_cache(maxsize=16)
def _levers(key: _ById) -> tuple[Lever, ...]:
    # By name: the list needs the types of this module.
    list_levers: Callable[[Scenario], list[Lever]] = import_module("ecopark.app.lever_list").list_levers
    return tuple(sorted(list_levers(key.base), key=lambda lever: GROUPS.index(lever.group)))


def overrides_of(base: Scenario, values: Mapping[str, Value]) -> dict[str, Any]:
    """Values by dotted path that some levers stand for.

    Parameters
    ----------
    base : Scenario
    values : mapping of str to float, bool or str
        By lever.

    Returns
    -------
    dict of str to object

    Raises
    ------
    DomainError
        If there is no such lever here.
    """
    levers = {lever.name: lever for lever in levers_of(base)}
    for name in values:
        if name not in levers:
            raise DomainError(f"this park has no lever {name!r}; there are {', '.join(levers)}")
    found: dict[str, Any] = {}
    for name, lever in levers.items():
        if name in values:
            found |= lever.write(values[name], values)
    return found
