"""What a study varies: one parameter, the values it may take, and the overrides a value means.

What lives here: the arithmetic from the unit interval to a value and on to overrides. What does not:
reading a study file (``parameter_file``), drawing a sample (``design``).

Numbers are kept in the unit the user wrote, and handed to the scenario as text with that unit, with all
digits of the float, so that a run can be repeated from its row in the table of design points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Value = float | str
Scale = Literal["linear", "log"]
HOLE = "$"
DISTRIBUTIONS: Mapping[str, tuple[str, ...]] = {
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sigma"),
    "triangular": ("low", "mode", "high"),
    "truncated_normal": ("mean", "sd", "low", "high"),
}
UNBOUNDED = ("normal", "lognormal")


@dataclass(frozen=True)
class Choice:
    """One entry of a list.

    Attributes
    ----------
    label : str
        Name in tables and figures.
    value : object
        What the path is set to; for a file, the overrides it stands for.
    number : float or None
        The value as a number in the parameter's unit, where every entry of the list is one.
    """

    label: str
    value: Any
    number: float | None = None


@dataclass(frozen=True)
class Parameter:
    """One thing a study varies.

    Attributes
    ----------
    name : str
        Label in tables and figures.
    paths : tuple of str
        Dotted paths that are set together; none where the choices are files.
    unit : str
        Unit of the numbers as the user wrote it; empty for pure numbers and names.
    kind : {"range", "distribution", "list", "files"}
    low, high : float
        Bounds of a range, in `unit`.
    scale : {"linear", "log"}
        How a range is divided.
    integer : bool
        Whole numbers from `low` to `high`, both included.
    levels : int
        Number of values of a range on a grid.
    distribution : str
        A key of ``DISTRIBUTIONS``, with `arguments` in its order and in `unit` (`sigma`: 1).
    arguments : tuple of float
    choices : tuple of Choice
        Entries of a list.
    template : object
        Value in which ``$`` stands for the number, e.g. ``{series: fuel_oil, times: $}``.
    """

    name: str
    paths: tuple[str, ...]
    unit: str = ""
    kind: Literal["range", "distribution", "list", "files"] = "range"
    low: float = 0.0
    high: float = 1.0
    scale: Scale = "linear"
    integer: bool = False
    levels: int = 5
    distribution: str = ""
    arguments: tuple[float, ...] = ()
    choices: tuple[Choice, ...] = ()
    template: Any = None

    @property
    def is_numeric(self) -> bool:
        """Whether its values are numbers, which may be drawn on an axis."""
        return not self.choices or all(choice.number is not None for choice in self.choices)

    @cached_property
    def _by_label(self) -> dict[Value, Choice]:
        keyed: dict[Value, Choice] = {}
        for choice in self.choices:
            keyed[choice.number if self.is_numeric and choice.number is not None else choice.label] = choice
        return keyed

    def values_at(self, share: NDArray[np.float64]) -> list[Value]:
        """Values at given shares of probability.

        Parameters
        ----------
        share : ndarray of float, shape (n,), 1
            From 0 to 1; 0.5 is the middle of a range or the median of a distribution.

        Returns
        -------
        list of float or str
        """
        if self.choices:
            keys = list(self._by_label)
            rows = np.minimum((share * len(keys)).astype(np.int64), len(keys) - 1)
            return [keys[row] for row in rows.tolist()]
        if self.integer:
            count = round(self.high - self.low) + 1
            whole = self.low + np.minimum(np.floor(share * count), count - 1)
            return [float(value) for value in whole]
        if self.distribution:
            return [float(value) for value in self._frozen.ppf(share)]
        if self.scale == "log":
            low, high = np.log(self.low), np.log(self.high)
            # Clipped: the exponential of a logarithm may miss the bound by the last digit.
            found = np.clip(np.exp(low + share * (high - low)), self.low, self.high)
        else:
            found = np.clip(self.low + share * (self.high - self.low), self.low, self.high)
        return [float(value) for value in found]

    def grid(self) -> list[Value]:
        """Values on a grid: every entry of a list, `levels` of a range, both ends included."""
        if self.choices:
            return list(self._by_label)
        if self.integer:
            count = min(self.levels, round(self.high - self.low) + 1)
            return sorted({float(value) for value in np.rint(np.linspace(self.low, self.high, count))})
        return self.values_at(np.linspace(0.0, 1.0, self.levels))

    def ends(self) -> list[Value]:
        """Low and high value for a one-at-a-time design; all entries of a list.

        A distribution gives its 5 % and 95 % quantiles.
        """
        if self.choices:
            return list(self._by_label)
        share = (0.05, 0.95) if self.distribution else (0.0, 1.0)
        return self.values_at(np.array(share))

    @cached_property
    def _frozen(self) -> Any:
        a = self.arguments
        if self.distribution == "normal":
            return stats.norm(a[0], a[1])
        if self.distribution == "lognormal":
            return stats.lognorm(a[1], scale=a[0])
        if self.distribution == "triangular":
            return stats.triang((a[1] - a[0]) / (a[2] - a[0]), a[0], a[2] - a[0])
        return stats.truncnorm((a[2] - a[0]) / a[1], (a[3] - a[0]) / a[1], a[0], a[1])

    def overrides(self, value: Value) -> dict[str, Any]:
        """Overrides that set this parameter to a value.

        Parameters
        ----------
        value : float or str
            One of those :meth:`values_at` or :meth:`grid` gives.

        Returns
        -------
        dict
            Value by dotted path.
        """
        if self.choices:
            choice = self._by_label[value]
            if self.kind == "files":
                return dict(choice.value)
            return dict.fromkeys(self.paths, choice.value)
        assert isinstance(value, float)
        written = repr(int(value)) if self.integer else repr(value)
        text = f"{written} {self.unit}".strip()
        filled = text if self.template is None else fill(self.template, text)
        return dict.fromkeys(self.paths, filled)

    def describe(self) -> dict[str, Any]:
        """Everything that makes it, as plain data for the manifest."""
        known: dict[str, Any] = {"paths": list(self.paths), "kind": self.kind, "unit": self.unit}
        if self.kind == "range":
            known |= {"low": self.low, "high": self.high, "scale": self.scale, "integer": self.integer}
            known |= {"levels": self.levels}
        elif self.kind == "distribution":
            names = DISTRIBUTIONS[self.distribution]
            known |= {"distribution": self.distribution, **dict(zip(names, self.arguments, strict=True))}
        else:
            known["choices"] = {choice.label: choice.value for choice in self.choices}
        return known | ({} if self.template is None else {"as": self.template})


def fill(template: Any, text: str) -> Any:
    """Template with every ``$`` replaced by a text.

    Examples
    --------
    >>> fill({"series": "fuel_oil", "times": "$"}, "1.5")
    {'series': 'fuel_oil', 'times': '1.5'}
    """
    if isinstance(template, Mapping):
        return {key: fill(item, text) for key, item in template.items()}
    if isinstance(template, list | tuple):
        return [fill(item, text) for item in template]
    return text if template == HOLE else template


def has_hole(template: Any) -> bool:
    """Whether a template has a place for the number."""
    if isinstance(template, Mapping):
        return any(has_hole(item) for item in template.values())
    if isinstance(template, list | tuple):
        return any(has_hole(item) for item in template)
    return bool(template == HOLE)
