"""Plain data that remembers where it was written: mappings and lists whose entries know file and line.

What lives here: :class:`Section` and :class:`Items` (a dict and a list with places), the collector of
problems, and the few operations that keep the places right. What does not: reading files (``source``)
and any knowledge of what a field means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ecopark.errors import Problem, ScenarioError

_DATE = re.compile(r"^\d{4}(-\d{1,2}){0,2}$")

Loc = tuple[str | int, ...]


@dataclass(frozen=True)
class Where:
    """A place in a user's file.

    Attributes
    ----------
    file : str
        The file as the user would name it.
    line : int
        Line from 1; 0 where there is no line.
    """

    file: str
    line: int = 0


class Section(dict[str, Any]):
    """Mapping that remembers where it and each of its keys were written.

    Parameters
    ----------
    where : Where
        Place of the mapping itself, and of every key that has no place of its own.
    """

    def __init__(self, where: Where) -> None:
        super().__init__()
        self.where = where
        self.places: dict[str, Where] = {}

    def put(self, key: str, value: Any, where: Where | None = None) -> None:
        """Set a key and note where it was written."""
        self[key] = value
        self.places[key] = where or self.where

    def place(self, key: object) -> Where:
        """Place of a key, or of the mapping where the key has none."""
        return self.places.get(str(key), self.where)

    def take(self, key: str, other: Section, new_key: str | None = None) -> None:
        """Move a key with its place from another mapping into this one."""
        where = other.place(key)
        other.places.pop(key, None)
        self.put(new_key or key, other.pop(key), where)


class Items(list[Any]):
    """List that remembers where it and each of its entries were written."""

    def __init__(self, where: Where) -> None:
        super().__init__()
        self.where = where
        self.places: list[Where] = []

    def put(self, value: Any, where: Where | None = None) -> None:
        """Append an entry and note where it was written."""
        self.append(value)
        self.places.append(where or self.where)

    def place(self, index: int) -> Where:
        """Place of an entry, or of the list where the index is out of range."""
        return self.places[index] if 0 <= index < len(self.places) else self.where


class Problems:
    """Collector of mistakes; raises them all at once.

    Attributes
    ----------
    fatal : bool
        Whether a file could not be read, so that what follows would only echo it.
    """

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self.fatal = False

    def add(self, where: Where, field: str, message: str, *, fatal: bool = False) -> None:
        """Note one mistake."""
        self._found.append(Problem(where.file, where.line, field, message))
        self.fatal = self.fatal or fatal

    def __len__(self) -> int:
        return len(self._found)

    def raise_if_any(self) -> None:
        """Raise everything collected so far.

        Raises
        ------
        ScenarioError
            If anything was collected.
        """
        if self._found:
            raise ScenarioError(self._found)


def locate(value: Any, where: Where) -> Any:
    """Deep copy of plain data in which every mapping and list stands at one place.

    Keys become text; tuples become lists; dates become ISO text. Already located data keep their places.
    """
    if isinstance(value, Mapping):
        section = Section(getattr(value, "where", where))
        places = getattr(value, "places", {})
        for key, item in value.items():
            section.put(_key(key), locate(item, places.get(key, where)), places.get(key, where))
        return section
    if isinstance(value, list | tuple | set | frozenset):
        items = Items(getattr(value, "where", where))
        own: Sequence[Where] = getattr(value, "places", ())
        for index, item in enumerate(value):
            spot = own[index] if index < len(own) else where
            items.put(locate(item, spot), spot)
        return items
    return value.isoformat() if isinstance(value, date) else value


def copy_tree(value: Any) -> Any:
    """Deep copy of located data; leaves are shared, since they never change."""
    if isinstance(value, Section):
        section = Section(value.where)
        section.update({key: copy_tree(item) for key, item in value.items()})
        section.places = dict(value.places)
        return section
    if isinstance(value, Items):
        items = Items(value.where)
        items.extend(copy_tree(item) for item in value)
        items.places = list(value.places)
        return items
    return value


def copy_node(value: Any) -> Any:
    """Copy of one mapping or list with its places; everything inside is shared with the original."""
    if isinstance(value, Section):
        section = Section(value.where)
        section.update(value)
        section.places = dict(value.places)
        return section
    if isinstance(value, Items):
        items = Items(value.where)
        items.extend(value)
        items.places = list(value.places)
        return items
    return value


def own_path(tree: Any, loc: Sequence[str | int]) -> Any:
    """Node at `loc` of a tree that shares its parts with others, ready to be changed.

    Every node on the way is replaced by a copy of its own, so that a change is seen in this tree only.
    `tree` itself must belong to the caller. None where nothing, or a plain value, stands at `loc`.
    """
    node = tree
    for step in loc:
        if isinstance(node, Section) and str(step) in node:
            key: Any = str(step)
        elif isinstance(node, Items) and isinstance(step, int) and 0 <= step < len(node):
            key = step
        else:
            return None
        node[key] = copy_node(node[key])
        node = node[key]
    return node


def plain(value: Any) -> Any:
    """The same data as built-in dicts and lists; what stood in several places still is one object."""
    return _plain(value, {})


def _plain(value: Any, known: dict[int, Any]) -> Any:
    if isinstance(value, Mapping):
        if id(value) not in known:
            known[id(value)] = {key: _plain(item, known) for key, item in value.items()}
        return known[id(value)]
    if isinstance(value, list | tuple):
        return [_plain(item, known) for item in value]
    return value


def find_place(tree: Any, loc: Sequence[str | int]) -> Where:
    """Place of the deepest part of `loc` that was written."""
    where: Where = tree.where
    node = tree
    for step in loc:
        if isinstance(node, Section) and str(step) in node:
            where, node = node.place(step), node[str(step)]
        elif isinstance(node, Items) and isinstance(step, int) and 0 <= step < len(node):
            where, node = node.place(step), node[step]
        else:
            break
    return where


def get(tree: Any, loc: Sequence[str | int]) -> Any:
    """Value at `loc`, None where it was not written."""
    node = tree
    for step in loc:
        if isinstance(node, Mapping):
            node = node.get(str(step))
        elif isinstance(node, list | tuple) and isinstance(step, int) and 0 <= step < len(node):
            node = node[step]
        else:
            return None
    return node


def names_in(value: Any) -> list[str]:
    """Keys of a mapping; none where it is something else."""
    return list(value) if isinstance(value, Mapping) else []


def sections(parent: Any, key: str) -> Iterator[tuple[str, Section]]:
    """Entries of a mapping of mappings; whatever has another shape is left to the type check."""
    inner = parent.get(key) if isinstance(parent, Section) else None
    if isinstance(inner, Section):
        for name, item in inner.items():
            if isinstance(item, Section):
                yield name, item


def is_number(block: Section) -> bool:
    """Whether a mapping is a number with its source, a dated path or a series."""
    return "value" in block or "series" in block or any(_DATE.match(key) for key in block)


def merge_over(base: Section, over: Section) -> Section:
    """Deep merge: entries of `over` win, mappings are merged, everything else is replaced.

    A number is one thing, however it is written: dates or a series replace what was there. Neither is
    changed; what only one of them holds is shared with the result.
    """
    merged: Section = copy_node(base)
    for key, item in over.items():
        both = isinstance(item, Section) and isinstance(merged.get(key), Section)
        if both and not is_number(item) and not is_number(merged[key]):
            merged.put(key, merge_over(merged[key], item), over.place(key))
        else:
            merged.put(key, item, over.place(key))
    return merged


def _key(key: Any) -> str:
    return f"{key:%Y-%m-%d}" if isinstance(key, date) else str(key)
