"""A scenario that is another one with some values changed: a file with ``base`` and ``set``.

What lives here: following `base` down to a whole scenario, and what may stand beside it. What does not:
the form of a whole scenario (``includes``, ``normalise``), putting a value in its place (``overrides``).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ecopark.scenario.located import Problems, Section
from ecopark.scenario.places import MAIN_FILE, find_scenario
from ecopark.scenario.source import Files, read_yaml
from ecopark.scenario.units import nearest

_KEYS = ("base", "set", "name", "description", "source", "mark")


@dataclass(frozen=True)
class Layer:
    """What one file changes in the scenario below it.

    Attributes
    ----------
    changes : Section
        Value by dotted path, at the places where they were written.
    source, mark : str
        Of every number changed that has none of its own.
    """

    changes: Section
    source: str
    mark: str


@dataclass(frozen=True)
class Stack:
    """A whole scenario and the layers on top of it.

    Attributes
    ----------
    files : Files
        Of the whole scenario.
    path : pathlib.Path
        Its main file.
    tree : Section
        What stands there, its `include` not yet followed.
    layers : tuple of Layer
        The lowest first.
    digest : str
        Hashes of the files of the layers, empty where there are none.
    """

    files: Files
    path: Path
    tree: Section
    layers: tuple[Layer, ...]
    digest: str


def read_stack(path: Path, shown: str, problems: Problems) -> Stack | None:
    """Follow `base` from file to file.

    Parameters
    ----------
    path : pathlib.Path
        Main file of a scenario, or of a variant of one.
    shown : str
        Its folder as the user named it.
    problems : Problems
        Collector.

    Returns
    -------
    Stack or None
        None where a file could not be read, after noting why.
    """
    layers: list[Layer] = []
    digests: list[str] = []
    seen: list[Path] = []
    while True:
        files = Files(path.parent, shown, problems)
        tree = read_yaml(files, path)
        if tree is None:
            return None
        if "base" not in tree:
            return Stack(files, path, tree, tuple(reversed(layers)), "\n".join(digests))
        seen.append(path.resolve())
        layers.append(_layer(tree, problems))
        digests.append(files.sha256())
        below = _find_base(tree, path, shown, problems)
        if below is None:
            return None
        path, shown = below
        if path.resolve() in seen:
            problems.add(tree.place("base"), "base", "this file builds on itself", fatal=True)
            return None


def variant_text(name: str, base: str, changes: Mapping[str, Any], description: str = "") -> str:
    """A variant of a scenario as the text of its file.

    Parameters
    ----------
    name : str
        Title.
    base : str
        The scenario it builds on, seen from the file.
    changes : mapping of str to object
        Value by dotted path; a variant that changes nothing sets its own title.
    description : str

    Returns
    -------
    str
        YAML.
    """
    told = {"description": description} if description else {}
    content = {"name": name, **told, "base": base, "set": dict(changes) or {"name": name}}
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
    return text


def _layer(tree: Section, problems: Problems) -> Layer:
    """Changes of one file; what else stands in it is noted."""
    for key in tree:
        if key not in _KEYS:
            held = f"a file with 'base' holds {', '.join(_KEYS)}{nearest(key, _KEYS)}"
            message = f"{held}; other values go by path under 'set'"
            problems.add(tree.place(key), key, message)
    changes = Section(tree.where)
    for key in ("name", "description"):
        if key in tree:
            changes.put(key, tree[key], tree.place(key))
    stated = tree.get("set")
    if isinstance(stated, Section):
        for path, value in stated.items():
            changes.put(path, value, stated.place(path))
    else:
        message = "expected values by dotted path, such as 'layout.detour: 2'"
        problems.add(tree.place("set"), "set", message)
    source = str(tree.get("source", "")) or f"set in {Path(tree.where.file).name}"
    return Layer(changes, source, str(tree.get("mark", "M")))


def _find_base(tree: Section, path: Path, shown: str, problems: Problems) -> tuple[Path, str] | None:
    """File that a variant builds on and its folder as the user would name it; None after a problem."""
    text, where = tree["base"], tree.place("base")
    if not isinstance(text, str) or not text.strip():
        message = (
            f"expected a file such as ../scenario.yaml, or the name of a shipped scenario, found {text!r}"
        )
        problems.add(where, "base", message, fatal=True)
        return None
    beside = Path(os.path.normpath(path.parent / text))
    if beside.is_dir():
        beside /= MAIN_FILE
    if beside.exists():
        # As with every other file that a scenario names, a stranger's variant reads nothing far away.
        if not beside.resolve().is_relative_to(path.resolve().parent.parent):
            message = f"{text!r} lies outside; a base stands at most one folder up, or is a shipped scenario"
            problems.add(where, "base", message, fatal=True)
            return None
        relative = os.path.relpath(beside.parent, path.parent)
        return beside, Path(os.path.normpath(Path(shown) / relative)).as_posix()
    search = Problems()
    found = find_scenario(text, search)
    if len(search):
        message = f"there is no file {text} here and no shipped scenario of that name"
        problems.add(where, "base", message, fatal=True)
        return None
    return found
