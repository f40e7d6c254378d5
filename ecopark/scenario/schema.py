"""What the types say about a field: number, block, mapping of either, or something else.

What lives here: reading the pydantic models of ``types`` as data, for overrides, messages and sources.
What does not: validation itself.
"""

from __future__ import annotations

import types as python_types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from ecopark.scenario.located import Section, Where
from ecopark.scenario.paths import Path
from ecopark.scenario.types import Block, Firm, Process
from ecopark.scenario.units import Quantity

Kind = Literal["number", "block", "numbers", "blocks", "list", "other"]


@dataclass(frozen=True)
class Shape:
    """What a field holds.

    Attributes
    ----------
    kind : str
        ``number`` (quantity or path), ``block``, ``numbers`` or ``blocks`` (mappings by name),
        ``list`` (of blocks) or ``other`` (text, switch, date, plain number).
    model : type of Block, optional
        The block's type, for ``block``, ``blocks`` and ``list``.
    """

    kind: Kind
    model: type[Block] | None = None


@cache
def fields_of(model: type[Block]) -> dict[str, FieldInfo]:
    """Fields of a block by the name a user writes (``in``, not ``in_``)."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


@cache
def shape_of(model: type[Block], field: str) -> Shape:
    """Shape of one field of a block."""
    return _shape(fields_of(model)[field].annotation)


def _shape(annotation: Any) -> Shape:
    annotation = _bare(annotation)
    if annotation in (Quantity, Path):
        return Shape("number")
    if isinstance(annotation, type) and issubclass(annotation, Block):
        return Shape("block", annotation)
    arguments = get_args(annotation)
    if get_origin(annotation) is Mapping and len(arguments) == 2:
        inner = _shape(arguments[1])
        return {"number": Shape("numbers"), "block": Shape("blocks", inner.model)}.get(
            inner.kind, Shape("other")
        )
    if get_origin(annotation) is tuple and arguments:
        inner = _shape(arguments[0])
        return Shape("list", inner.model) if inner.kind == "block" else Shape("other")
    return Shape("other")


def _bare(annotation: Any) -> Any:
    """Annotation without ``Annotated`` and without ``| None``."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, python_types.UnionType):
            inner = [item for item in get_args(annotation) if item is not type(None)]
            if len(inner) != 1:
                return annotation
            annotation = inner[0]
        else:
            return annotation


@cache
def process_keys() -> tuple[str, ...]:
    """Fields of a process that may be written directly on a firm."""
    own = fields_of(Firm)
    return tuple(key for key in fields_of(Process) if key not in own)


def sink_sources(block: Section, model: type[Block], source: str = "", mark: str = "") -> None:
    """Move the `source` and `mark` of a block down to each of its numbers.

    Needed before a user's block is merged over a library's: the library's reference must stay with
    the library's numbers and must not seem to be that of the user's.

    Parameters
    ----------
    block : Section
        Raw block, changed in place.
    model : type of Block
        Its type, which tells numbers from other fields.
    source, mark : str
        What holds where the block has none of its own.
    """
    source, mark = str(block.pop("source", source)), str(block.pop("mark", mark))
    known = fields_of(model)
    for key in list(block):
        if key not in known:
            continue
        shape = shape_of(model, key)
        value = block[key]
        if shape.kind == "number":
            block[key] = with_source(value, block.place(key), source, mark)
        elif shape.kind == "numbers" and isinstance(value, Section):
            for name in value:
                value[name] = with_source(value[name], value.place(name), source, mark)
        elif shape.model and isinstance(value, Section):
            inner = (
                [value] if shape.kind == "block" else [v for v in value.values() if isinstance(v, Section)]
            )
            for item in inner:
                sink_sources(item, shape.model, source, mark)


def with_source(value: Any, where: Where, source: str, mark: str) -> Any:
    """A raw number with `source` and `mark`, unless it has its own."""
    if not source and not mark:
        return value
    if not isinstance(value, Section):
        wrapped = Section(where)
        wrapped.put("value", value, where)
        value = wrapped
    for key, text in (("source", source), ("mark", mark)):
        if text and key not in value:
            value.put(key, text, where)
    return value
