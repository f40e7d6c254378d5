"""Overrides: one value of a scenario set by its dotted path, as in ``policy.carbon_price=100 DKK/t``.

What lives here: finding the place and putting the value, on raw data. What does not: whether the value
fits there (validation comes after).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecopark.scenario.located import Items, Problems, Section, Where, locate, own_path, plain
from ecopark.scenario.schema import Shape, fields_of, process_keys, shape_of
from ecopark.scenario.source import read_value
from ecopark.scenario.types import Firm, Park
from ecopark.scenario.units import nearest

SOURCE = "set for this run"
_DATE = re.compile(r"^\d{4}(-\d{1,2}){0,2}$")


@dataclass(frozen=True)
class _Origin:
    """Source and mark of values set; `deep` if those inside whole blocks get them too."""

    source: str
    mark: str
    deep: bool = False


class _UnknownPathError(Exception):
    """The dotted path leads nowhere; the message says at which step."""


def apply_overrides(raw: Section, overrides: Mapping[str, Any], problems: Problems) -> None:
    """Set values in a raw scenario, in place.

    Parameters
    ----------
    raw : Section
        Scenario in the shape of the types. Its top level is changed in place; deeper parts, which other
        scenarios may share, are copied where they change.
    overrides : mapping of str to object
        Value by dotted path. Text is read as in YAML, so ``"false"`` is a switch and
        ``"{1990-01: 40 DKK/t}"`` a dated path. Numbers get the source "set for this run", mark M.
    problems : Problems
        Collector; unknown paths are noted with the nearest valid name.
    """
    for path, value in overrides.items():
        where = Where("overrides")
        try:
            _put(raw, path, _value(value, where, problems), where, _Origin(SOURCE, "M"))
        except _UnknownPathError as failure:
            problems.add(where, path, str(failure))


def apply_layer(raw: Section, changes: Section, source: str, mark: str, problems: Problems) -> None:
    """Set the values of a file that builds on a scenario, in place.

    Parameters
    ----------
    raw : Section
        As in :func:`apply_overrides`.
    changes : Section
        Value by dotted path, as read.
    source, mark : str
        Of every number among them that has none of its own.
    problems : Problems
        Collector; unknown paths are noted where they were written.
    """
    for path, value in changes.items():
        where = changes.place(path)
        try:
            _put(raw, path, locate(value, where), where, _Origin(source, mark, deep=True))
        except _UnknownPathError as failure:
            problems.add(where, path, str(failure))


def _value(value: Any, where: Where, problems: Problems) -> Any:
    if not isinstance(value, str) or not value.strip():
        return locate(value, where)
    try:
        return locate(plain(read_value(value, where, problems)), where)
    except ValueError as failure:
        raise _UnknownPathError(str(failure)) from failure


def _put(raw: Section, path: str, value: Any, where: Where, origin: _Origin) -> None:
    steps = _long_form(raw, path.split("."))
    node: Any = raw
    shape = Shape("block", Park)
    for depth, step in enumerate(steps):
        last = depth == len(steps) - 1
        inner = _shape_inside(node, shape, step, new_allowed=last)
        if last:
            sourced = _with_source(value, inner, where, origin)
            _set(node, step, sourced, where, in_number=shape.kind == "number")
            if steps[0] == "firms" and steps[2:] == ["site"]:
                node.pop("plot", None)  # a firm put elsewhere leaves its plot
            return
        node = _enter(node, step, inner, where)
        shape = inner


def _long_form(raw: Section, steps: list[str]) -> list[str]:
    """The path with the process ``main`` and without ``define``, which the raw form does not have."""
    if steps[:2] == ["resources", "define"]:
        steps = [steps[0], *steps[2:]]
    if steps[0] == "firms" and len(steps) > 2 and steps[2] in process_keys():
        steps = [*steps[:2], "processes", "main", *steps[2:]]
    return steps


def _shape_inside(node: Any, shape: Shape, step: str, *, new_allowed: bool) -> Shape:
    """Shape of `step` inside `node`; raises where there is no such place."""
    if shape.kind == "block" and shape.model:
        valid = [*fields_of(shape.model), *(process_keys() if shape.model is Firm else ())]
        if step not in fields_of(shape.model):
            raise _UnknownPathError(
                f"unknown field {step!r}{nearest(step, valid)}; fields here: {', '.join(valid)}"
            )
        return shape_of(shape.model, step)
    if shape.kind in ("blocks", "numbers"):
        known = list(node) if isinstance(node, Section) else []
        if step not in known and (shape.kind == "blocks" or known):
            raise _UnknownPathError(f"there is no {step!r} here{nearest(step, known)}; known: {_some(known)}")
        return Shape("block", shape.model) if shape.kind == "blocks" else Shape("number")
    if shape.kind == "list" or isinstance(node, Items):
        if not (isinstance(node, Items) and step.isdigit() and int(step) < len(node)):
            size = len(node) if isinstance(node, Items) else 0
            raise _UnknownPathError(f"expected the number of an entry, 0 to {size - 1}, found {step!r}")
        return Shape("block", shape.model) if shape.model else Shape("other")
    if shape.kind == "number" and new_allowed and _DATE.match(step):
        return Shape("number")
    if isinstance(node, Section) and step in node:
        return Shape("other")
    raise _UnknownPathError(f"there is no {step!r} here; the path ends one step before")


def _enter(node: Any, step: str, inner: Shape, where: Where) -> Any:
    if isinstance(node, Items):
        return own_path(node, (int(step),))
    below = node.get(step) if isinstance(node, Section) else None
    if below is None and inner.kind in ("block", "numbers"):
        node.put(step, Section(where), where)
        return node[step]
    if below is not None and not isinstance(below, Section | Items):
        raise _UnknownPathError(f"{step!r} has one value; set it whole")
    return own_path(node, (step,))


def _set(node: Any, step: str, value: Any, where: Where, *, in_number: bool) -> None:
    if isinstance(node, Items):
        node[int(step)] = value
        node.places[int(step)] = where
    elif isinstance(node, Section):
        if in_number and ("series" in node or ("value" in node and _DATE.match(step))):
            raise _UnknownPathError("a series or a single value takes no dates; set it whole")
        node.put(step, value, where)
    else:
        raise _UnknownPathError(f"there is nothing to hold {step!r}")


def _with_source(value: Any, shape: Shape, where: Where, origin: _Origin) -> Any:
    """Numbers that say where they were set, so that no reference of the file seems to be theirs."""
    if origin.deep and shape.kind != "number":
        return _blocks_with_source(value, shape, origin)
    if (
        shape.kind != "number"
        or isinstance(value, bool)
        or not isinstance(value, str | int | float | Section)
    ):
        return value
    number = value if isinstance(value, Section) else Section(where)
    if number is not value:
        number.put("value", value)
    return number if "series" in number else _sourced(number, origin)


def _blocks_with_source(value: Any, shape: Shape, origin: _Origin) -> Any:
    """The same for the numbers of a block, a list of blocks, or blocks or numbers by name."""
    if shape.kind == "block" and isinstance(value, Section):
        return _sourced(value, origin)
    inside = Shape("number") if shape.kind == "numbers" else Shape("block", shape.model)
    if shape.kind in ("blocks", "numbers") and isinstance(value, Section):
        for key in value:
            value[key] = _with_source(value[key], inside, value.place(key), origin)
    elif shape.kind == "list" and isinstance(value, Items):
        value[:] = [
            _with_source(item, inside, value.place(index), origin) for index, item in enumerate(value)
        ]
    return value


def _sourced(block: Section, origin: _Origin) -> Section:
    """A block or number with a source and a mark, unless it has its own."""
    block.setdefault("source", origin.source)
    block.setdefault("mark", origin.mark)
    return block


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:12])
    return f"{shown}, ... ({len(names)})" if len(names) > 12 else shown or "none"
