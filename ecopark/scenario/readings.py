"""What was made of the parts of a scenario, so that its variants make anew only what they change.

What lives here: results by the identity of the part they belong to, and which of them a variant may take over.
What does not: the making (``validate``, ``inherit``, ``money``, ``check``).

A variant shares all raw parts that it does not change with the scenario it comes from (``located.own_path``), and
no raw part and no block is changed once it was read: the same part gives the same result, as long as money and
series, which every number may depend on, are the same too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ecopark.scenario.located import Section


class Made:
    """Results by the identity of what they were made of, over those of an earlier reading.

    Parameters
    ----------
    before : Made, optional
        Earlier results, which stay as they are.
    """

    def __init__(self, before: Made | None = None) -> None:
        self._before = {} if before is None else before._made
        # The part stands beside its result: its identity is its own while it lives.
        self._made: dict[tuple[object, ...], tuple[object, Any]] = {}

    def find(self, part: object, *given: object) -> Any:
        """Result of a part under what was `given` besides, None where there is none yet."""
        key = (id(part), *given)
        found = self._before.get(key) or self._made.get(key)
        return None if found is None else found[1]

    def keep(self, result: Any, part: object, *given: object) -> Any:
        """Note and return the result of a part."""
        self._made[(id(part), *given)] = (part, result)
        return result


@dataclass(frozen=True)
class Reading:
    """What was made of the parts of one raw scenario.

    Attributes
    ----------
    money : tuple
        Its raw currency and series; nothing where it is not kept.
    texts : Made
        Raw parts whose currencies are all known.
    blocks : Made
        Validated blocks, by raw block.
    settled : Made
        Blocks with their sources, by validated block and the source and mark around it.
    """

    money: tuple[Any, ...] = ()
    texts: Made = field(default_factory=Made)
    blocks: Made = field(default_factory=Made)
    settled: Made = field(default_factory=Made)


class Readings:
    """The reading that all variants of a scenario start from: that of the first one without a fault.

    Only where variants are made is anything kept, once for all of them. A copy or a pickle starts without.
    """

    def __init__(self) -> None:
        self._first: Reading | None = None

    def begin(self, raw: Section) -> Reading:
        """Reading of a variant, over the first one where money and series are its."""
        money, first = (raw.get("currency"), raw.get("series")), self._first
        if first is None or any(own is not known for own, known in zip(money, first.money, strict=True)):
            return Reading(money)
        return Reading(money, Made(first.texts), Made(first.blocks), Made(first.settled))

    def keep(self, reading: Reading) -> None:
        """Keep a reading without a fault, unless there is one."""
        if self._first is None:
            self._first = reading

    def __reduce__(self) -> tuple[type[Readings], tuple[()]]:
        return Readings, ()
