"""Reading the blocks of a study file: kinds of values, unknown fields, each mistake noted with its line.

What lives here: the reader of one block. What does not: the blocks of a study (``study_file``) and YAML
(``ecopark.scenario.source``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from ecopark.scenario.located import Items, Problems, Section, Where
from ecopark.scenario.units import nearest


class Fields:
    """One block of a study file.

    Parameters
    ----------
    block : Section
        What was written.
    name : str
        Dotted name of the block, for messages; empty for the file itself.
    problems : Problems
        Collector.
    known : sequence of str
        Fields the block may have; others are noted.
    """

    def __init__(self, block: Section, name: str, problems: Problems, known: Sequence[str]) -> None:
        self.block, self.name, self.problems = block, name, problems
        for key in block:
            if key not in known:
                listed = ", ".join(sorted(known))
                self.note(key, f"unknown field{nearest(key, known)}; fields here: {listed}")

    def __contains__(self, key: str) -> bool:
        return key in self.block

    def note(self, key: str, message: str) -> None:
        """Note a mistake in a field."""
        self.problems.add(self.block.place(key), self.full(key), message)

    def full(self, key: str) -> str:
        """Dotted name of a field."""
        return f"{self.name}.{key}" if self.name and key else self.name or key

    def place(self, key: str) -> Where:
        """Where a field stands in the file."""
        return self.block.place(key)

    def raw(self, key: str) -> Any:
        """Value as written, None where it is missing."""
        return self.block.get(key)

    def text(self, key: str, default: str = "") -> str:
        """Text; a missing required one (no default) is noted by the caller."""
        value = self.block.get(key)
        if value is None:
            return default
        if isinstance(value, bool | Section | Items):
            self.note(key, f"expected text, found {show(value)}")
            return default
        return str(value)

    def whole(self, key: str, default: int, low: int = 0, high: int = 10**9) -> int:
        """Whole number within bounds."""
        value = self.block.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            self.note(key, f"expected a whole number, found {show(value)}")
            return default
        if not low <= value <= high:
            self.note(key, f"expected a whole number from {low:,} to {high:,}, found {value}")
            return default
        return value

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """Pure number strictly between two bounds."""
        value = self.block.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.note(key, f"expected a number, found {show(value)}")
            return default
        if not low < value < high:
            self.note(key, f"expected a number between {low:g} and {high:g}, found {value:g}")
            return default
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.block.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.note(key, f"expected true or false, found {show(value)}")
            return default
        return value

    def choice(self, key: str, options: Iterable[str], default: str = "") -> str:
        """One of some names; empty where it is missing or wrong and there is no default."""
        value, names = self.block.get(key), tuple(options)
        if value is None:
            return default
        if value not in names:
            listed = ", ".join(names)
            self.note(key, f"expected one of {listed}; found {show(value)}{nearest(str(value), names)}")
            return default
        return str(value)

    def section(self, key: str) -> Section:
        """Block inside the block; an empty one where it is missing or something else."""
        value = self.block.get(key)
        if value is None:
            return Section(self.block.place(key))
        if not isinstance(value, Section):
            self.note(key, f"expected a block of fields, found {show(value)}")
            return Section(self.block.place(key))
        return value


def show(value: Any) -> str:
    """A found value in a few words.

    Examples
    --------
    >>> show(True), show("a"), show([1, 2])
    ('true', "'a'", 'a list of 2')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a block"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
