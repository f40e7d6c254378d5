"""Reading the parameters of a study: ranges, distributions, lists and files, each with its unit.

What lives here: one entry of ``parameters`` from file to :class:`~ecopark.experiments.parameters.Parameter`,
and the spreading of ``*`` in a path. What does not: whether the scenario takes the values (``study_check``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ecopark.experiments.fields import Fields, show
from ecopark.experiments.parameters import (
    DISTRIBUTIONS,
    HOLE,
    UNBOUNDED,
    Choice,
    Parameter,
    has_hole,
)
from ecopark.scenario import Scenario
from ecopark.scenario.includes import read_with_includes
from ecopark.scenario.located import Items, Problems, Section, is_number, plain
from ecopark.scenario.source import Files
from ecopark.scenario.units import UnitError, Units, nearest

_FIELDS = ("path", "range", "list", "files", "distribution", "scale", "levels", "integer", "as")
_KINDS = ("range", "list", "files", "distribution")
_UNIT = re.compile(r"^\s*[-+]?(?:\d[\d_,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*(?P<unit>.*?)\s*$")
_SIGMA = "sigma"


class Entry:
    """Reader of one parameter.

    Parameters
    ----------
    name : str
        Its label, and its path where it names none.
    block : Section
        What was written.
    problems : Problems
    units : Units
        Of the base scenario, which know its currency.
    files : Files or None
        The study's folder; None where the study is no file.
    design : str
        Kind of the design: some cannot use a distribution without bounds.
    """

    def __init__(
        self, name: str, block: Section, problems: Problems, units: Units, files: Files | None, design: str
    ) -> None:
        self._fields = Fields(block, f"parameters.{name}", problems, _FIELDS)
        self._name, self._units, self._files, self._design = name, units, files, design
        self._unit, self._base = "", "1"

    def read(self) -> Parameter | None:
        """The parameter; None after noting why it is none."""
        fields = self._fields
        before = len(fields.problems)
        given = [kind for kind in _KINDS if kind in fields]
        if len(given) != 1:
            found = "and ".join(f"'{kind}' " for kind in given).strip() or "none"
            fields.note("", f"expected one of range, list, files or distribution, found {found}")
            return None
        kind = given[0]
        paths = () if kind == "files" else self._paths()
        made: dict[str, Any] = {"name": self._name, "paths": paths, "kind": kind}
        made |= {"range": self._range, "list": self._list, "files": self._from_files,
                 "distribution": self._distribution}[kind]()  # fmt: skip
        if "as" in fields:
            made["template"] = plain(fields.raw("as"))
            if not has_hole(made["template"]):
                fields.note(
                    "as",
                    f"expected a value with {HOLE} where the number goes, found {show(fields.raw('as'))}",
                )
            if kind in ("list", "files"):
                fields.note("as", f"goes with a range or a distribution, not with {kind}")
        return None if len(fields.problems) > before else Parameter(unit=self._unit, **made)

    def _paths(self) -> tuple[str, ...]:
        value = self._fields.raw("path")
        if value is None:
            return (self._name,)
        listed = value if isinstance(value, list) else [value]
        if not listed or not all(isinstance(path, str) and path.strip() for path in listed):
            self._fields.note("path", f"expected a dotted path or a list of them, found {show(value)}")
            return (self._name,)
        return tuple(path.strip() for path in listed)

    # ------------------------------------------------------------------ kinds
    def _range(self) -> dict[str, Any]:
        fields = self._fields
        value = fields.raw("range")
        if not isinstance(value, list) or len(value) != 2:
            fields.note("range", f"expected two values such as [100 DKK/t, 400 DKK/t], found {show(value)}")
            return {}
        low, high = self._number("range", value[0]), self._number("range", value[1])
        scale = fields.choice("scale", ("linear", "log"), "linear")
        integer = fields.flag("integer", False)
        levels = fields.whole("levels", 5, 2, 10_000)
        if low is None or high is None:
            return {}
        if low >= high:
            fields.note(
                "range", f"is empty: from {value[0]} to {value[1]}; the first must be the smaller one"
            )
        if scale == "log" and low <= 0:
            fields.note(
                "range", f"has no logarithm at {value[0]}; begin above zero or leave out 'scale: log'"
            )
        if integer and (low != round(low) or high != round(high) or self._unit):
            fields.note("range", "expected two whole numbers without unit, as 'integer: true' says")
        if integer and scale == "log":
            fields.note("scale", "whole numbers are divided evenly; leave out 'scale: log'")
        return {"low": low, "high": high, "scale": scale, "integer": integer, "levels": levels}

    def _list(self) -> dict[str, Any]:
        fields = self._fields
        self._refuse("list", ("scale", "levels", "integer"))
        value = fields.raw("list")
        named = dict(value) if isinstance(value, Section) else None
        entries = list(named.values()) if named is not None else value
        if not isinstance(entries, list) or not entries:
            fields.note("list", f"expected at least one value, found {show(value)}")
            return {}
        labels = list(named) if named is not None else [_label(entry) for entry in entries]
        if len(set(labels)) < len(labels):
            twice = next(label for label in labels if labels.count(label) > 1)
            fields.note("list", f"holds {twice!r} twice")
            return {}
        if named is None and any(isinstance(entry, Section | Items) for entry in entries):
            fields.note("list", "give names to values that are blocks: list: {low: {...}, high: {...}}")
            return {}
        numbers = self._numbers_of(entries) if named is None else None
        values = [plain(entry) for entry in entries]
        given: Sequence[float | None] = numbers or [None] * len(values)
        choices = tuple(Choice(*entry) for entry in zip(labels, values, given, strict=True))
        return {"choices": choices}

    def _numbers_of(self, entries: list[Any]) -> list[float] | None:
        """Entries as numbers in the unit of the first; None where one of them is no number."""
        if not all(isinstance(e, str | int | float) and not isinstance(e, bool) for e in entries):
            return None
        try:
            parsed = [self._units.parse(entry) for entry in entries]
        except UnitError:
            return None
        if len({unit for _, unit in parsed}) > 1:
            return None
        return [number for number in (self._number("list", entry) for entry in entries) if number is not None]

    def _from_files(self) -> dict[str, Any]:
        fields = self._fields
        self._refuse("files", ("path", "scale", "levels", "integer"))
        value = fields.raw("files")
        named = dict(value) if isinstance(value, Section) else None
        names = list(named.values()) if named is not None else value
        if not isinstance(names, list) or not names:
            fields.note("files", f"expected names of files, found {show(value)}")
            return {}
        if self._files is None:
            fields.note("files", "only a study read from a file can name files")
            return {}
        choices = []
        for number, name in enumerate(names):
            where = value.place(list(named)[number] if named is not None else number)
            path = self._files.find(name, where, fields.full("files"))
            if path is not None and not path.exists():
                fields.problems.add(where, fields.full("files"), f"there is no file {self._files.name(path)}")
                continue
            tree = read_with_includes(self._files, path) if path is not None else None
            if tree is not None:
                label = list(named)[number] if named is not None else str(name).rsplit(".", 1)[0]
                choices.append(Choice(label, flatten(tree)))
        return {"choices": tuple(choices)}

    def _distribution(self) -> dict[str, Any]:
        fields = self._fields
        self._refuse("a distribution", ("scale", "levels", "integer"))
        block = fields.section("distribution")
        kind = str(block.get("kind", ""))
        if kind not in DISTRIBUTIONS:
            names = ", ".join(DISTRIBUTIONS)
            hint = nearest(kind, DISTRIBUTIONS)
            fields.note("distribution", f"expected kind: one of {names}; found {show(kind)}{hint}")
            return {}
        inner = Fields(block, fields.full("distribution"), fields.problems, ("kind", *DISTRIBUTIONS[kind]))
        missing = [name for name in DISTRIBUTIONS[kind] if name not in inner]
        if missing:
            inner.note("", f"{kind} needs {', '.join(DISTRIBUTIONS[kind])}; {', '.join(missing)} missing")
            return {}
        arguments = [self._argument(inner, name) for name in DISTRIBUTIONS[kind]]
        found = [number for number in arguments if number is not None]
        if len(found) < len(arguments):
            return {}
        fault = _fault(kind, dict(zip(DISTRIBUTIONS[kind], found, strict=True)))
        if fault:
            inner.note("", fault)
        if kind in UNBOUNDED and self._design in ("morris", "grid"):
            inner.note("kind", f"{kind} has no ends, which a {self._design} design needs; "
                       "give a range, triangular or truncated_normal")  # fmt: skip
        if self._design == "grid":
            inner.note("kind", "a grid takes ranges and lists; a distribution cannot be divided into levels")
        return {"distribution": kind, "arguments": tuple(found)}

    def _argument(self, inner: Fields, name: str) -> float | None:
        if name != _SIGMA:
            return self._number(name, inner.raw(name), inner)
        value = inner.raw(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            inner.note(name, f"expected a pure number, found {show(value)}")
            return None
        return float(value)

    def _refuse(self, kind: str, keys: tuple[str, ...]) -> None:
        for key in keys:
            if key in self._fields:
                self._fields.note(key, f"has no meaning with {kind}")

    # ------------------------------------------------------------------ numbers
    def _number(self, key: str, value: Any, fields: Fields | None = None) -> float | None:
        """Number in the unit of the first one read; None after noting a problem."""
        fields = fields or self._fields
        try:
            base_value, base = self._units.parse(value)
        except UnitError as failure:
            fields.note(key, str(failure))
            return None
        match = _UNIT.match(value) if isinstance(value, str) else None
        unit = match["unit"] if match else ""
        if not self._unit and self._base == "1":
            self._unit, self._base = unit, base
        if base != self._base:
            fields.note(key, f"values must have one dimension; found {self._base} and {base} ({value})")
            return None
        if unit == self._unit:
            written = (
                float(str(value)[: match.start("unit")].replace(",", "").replace("_", "")) if match else value
            )
            return float(written)
        return float(base_value / self._units.factor(self._unit)[0])


def _fault(kind: str, values: Mapping[str, float]) -> str:
    """What is impossible about the numbers of a distribution; empty where nothing is."""
    if not all(math.isfinite(value) for value in values.values()):
        return "expected finite numbers"
    for spread in ("sd", _SIGMA):
        if spread in values and values[spread] <= 0:
            return f"{spread} must be above zero, found {values[spread]:g}"
    if kind == "lognormal" and values["median"] <= 0:
        return f"has no logarithm at a median of {values['median']:g}; it must be above zero"
    if "low" in values and values["low"] >= values["high"]:
        return f"is empty: from {values['low']:g} to {values['high']:g}"
    if kind == "triangular" and not values["low"] <= values["mode"] <= values["high"]:
        return f"mode must lie between low and high, found {values['mode']:g}"
    return ""


def _label(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def flatten(tree: Section, above: tuple[str, ...] = ()) -> dict[str, Any]:
    """Overrides that a partial scenario stands for: every value by its dotted path.

    A number with its source, a dated path, a series and a list are one value each.
    """
    found: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Section) and value and not is_number(value):
            found |= flatten(value, (*above, key))
        else:
            found[".".join((*above, key))] = plain(value)
    return found


def spread(path: str, park: Any) -> tuple[str, ...]:
    """Paths that a path with ``*`` stands for, one per name found there.

    Parameters
    ----------
    path : str
        E.g. ``firms.*.behaviour.payback``.
    park : Park
        Base scenario.

    Returns
    -------
    tuple of str
        Empty where ``*`` stands for nothing.
    """
    steps = path.split(".")
    if "*" not in steps:
        return (path,)
    at = steps.index("*")
    node = park
    for step in steps[:at]:
        node = node.get(step) if isinstance(node, Mapping) else getattr(node, step, None)
    names = list(node) if isinstance(node, Mapping) else []
    rest = steps[at + 1 :]
    return tuple(found for name in names for found in spread(".".join([*steps[:at], name, *rest]), park))


def spread_overrides(overrides: Mapping[str, Any], scenario: Scenario | None) -> dict[str, Any]:
    """Overrides with every ``*`` replaced by the names the scenario has there."""
    if scenario is None:
        return dict(overrides)
    return {
        found: value for path, value in overrides.items() for found in spread(path, scenario.park) or (path,)
    }


def read_parameters(
    block: Section, problems: Problems, units: Units, files: Files | None, design: str
) -> list[Parameter]:
    """Every readable parameter of a study, in the order of the file."""
    found = []
    for name, value in block.items():
        if not isinstance(value, Section):
            message = f"expected a block with range, list, files or distribution, found {show(value)}"
            problems.add(block.place(name), f"parameters.{name}", message)
            continue
        parameter = Entry(name, value, problems, units, files, design).read()
        if parameter is not None:
            found.append(parameter)
    return found
