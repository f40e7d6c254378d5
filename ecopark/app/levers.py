"""Levers of a park: what a visitor can set with one handle, over paths that the scenario has.

What lives here: which levers a scenario can take, their ranges and words, and the values by dotted path that
they stand for. What does not: the rules they change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ecopark.scenario import Scenario

Kind = Literal["number", "switch", "choice"]
Value = float | bool | str
GROUPS = ("Policy", "Place", "Facilitator", "Information", "Firms", "Permits", "Chance")


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
    choices : tuple of str
        Of a choice.
    default : float, bool or str
        What the base has; for a dated path its mean over the run.
    explains : str
        One or two sentences for a layman.
    note : str
        How the base's value changes over time, empty where it does not, such as ``"0 to 475 DKK/t over the years;
        setting it holds one value throughout"``.
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
    _write: Callable[[Any, Mapping[str, Value]], dict[str, Any]] = field(
        repr=False, compare=False, default=dict
    )

    def check(self, value: Value) -> Value:
        """The value as its kind has it.

        Raises
        ------
        DomainError
            If it is of another kind or lies outside the range.
        """
        raise NotImplementedError

    def say(self, value: Value) -> str:
        """Lever and value in words, such as ``"Landfill tax 300 DKK/t"``."""
        raise NotImplementedError


def levers_of(base: Scenario) -> tuple[Lever, ...]:
    """Levers that a scenario can take, in the order of :data:`GROUPS`.

    Parameters
    ----------
    base : Scenario

    Returns
    -------
    tuple of Lever
    """
    raise NotImplementedError


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
    """
    raise NotImplementedError
