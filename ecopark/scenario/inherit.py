"""Where each number comes from: inheritance of `source` and `mark`, and the list of all numbers.

What lives here: walks over validated blocks. What does not: raw data (``schema.sink_sources``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from ecopark.scenario.paths import Path
from ecopark.scenario.readings import Made
from ecopark.scenario.schema import fields_of
from ecopark.scenario.types import Block
from ecopark.scenario.units import Quantity

_ALWAYS = date(1, 1, 1)
_B = TypeVar("_B", bound=Block)


def inherit_sources(block: _B, source: str = "", mark: str = "", known: Made | None = None) -> _B:
    """The same block in which every number without source or mark has that of the nearest block around it.

    Parameters
    ----------
    block : Block
        Validated block.
    source, mark : str
        What holds around it.
    known : Made, optional
        Parts that were settled before; those settled now are added.

    Notes
    -----
    Parts that several blocks share are settled once for each source and mark around them, and stay shared.
    """
    return _settle_block(block, source, mark, Made() if known is None else known)


def _settle_block(block: _B, source: str, mark: str, known: Made) -> _B:
    source, mark = block.source or source, block.mark or mark
    changed = {}
    for name in block.model_fields_set:
        value = getattr(block, name)
        settled = _settle(value, source, mark, known)
        if settled is not value:
            changed[name] = settled
    return block.model_copy(update=changed) if changed else block


def _settle(value: Any, source: str, mark: str, known: Made) -> Any:
    # Texts, switches and dates hold no numbers.
    if isinstance(value, str | bool | int | float | date) or value is None:
        return value
    if isinstance(value, Quantity):
        return _settle_number(value, source, mark)
    if isinstance(value, Path):
        values = tuple(_settle_number(item, source, mark) for item in value.values)
        same = all(a is b for a, b in zip(values, value.values, strict=True))
        return value if same else replace(value, values=values)
    settled = known.find(value, source, mark)
    if settled is None:
        settled = known.keep(_settle_parts(value, source, mark, known), value, source, mark)
    return settled


def _settle_number(value: Quantity, source: str, mark: str) -> Quantity:
    if (value.source or not source) and (value.mark or not mark):
        return value
    return replace(value, source=value.source or source, mark=value.mark or mark)


def _settle_parts(value: Any, source: str, mark: str, known: Made) -> Any:
    if isinstance(value, Block):
        return _settle_block(value, source, mark, known)
    if isinstance(value, Mapping):
        settled = {key: _settle(item, source, mark, known) for key, item in value.items()}
        return value if all(settled[key] is value[key] for key in value) else settled
    if isinstance(value, tuple):
        items = tuple(_settle(item, source, mark, known) for item in value)
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    return value


def numbers_of(value: Any, place: str = "") -> Iterator[tuple[str, Quantity]]:
    """Every quantity inside a block with its dotted place, in the order of the types.

    Dated values have their month as last part, e.g. ``policy.landfill_tax.1990-01``. Defaults of the
    model are included; their source says so.
    """
    if isinstance(value, Quantity):
        yield place, value
    elif isinstance(value, Path):
        for when, quantity in zip(value.dates, value.values, strict=True):
            single = len(value.dates) == 1 and when == _ALWAYS
            yield (place if single else _join(place, f"{when:%Y-%m}".rjust(7, "0"))), quantity
    elif isinstance(value, Block):
        for name, info in fields_of(type(value)).items():
            attribute = name if hasattr(value, name) else f"{name}_"
            yield from numbers_of(getattr(value, attribute), _join(place, info.alias or name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from numbers_of(item, _join(place, str(key)))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from numbers_of(item, _join(place, str(index)))


def _join(place: str, step: str) -> str:
    return f"{place}.{step}" if place else step
