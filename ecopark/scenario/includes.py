"""Several YAML files as one: `include` at the top of a file.

What lives here: following includes once, seeing circles, joining what two files say. What does not:
reading one file (``source``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ecopark.scenario.located import Problems, Section, Where, own_path
from ecopark.scenario.source import Files, read_yaml


def read_with_includes(files: Files, path: Path) -> Section | None:
    """One mapping from a YAML file and everything it includes; None after noting a problem."""
    tree = read_yaml(files, path)
    return None if tree is None else follow_includes(files, path, tree)


def follow_includes(files: Files, path: Path, tree: Section) -> Section | None:
    """One mapping from what stands in a YAML file and everything it includes.

    `include` is a file name or a list of them at the top of a file, relative to that file; names may
    hold wildcards (``firms/*.yaml``, read in alphabetical order). A field given in two files is an
    error unless both are mappings, which are joined.
    """
    return _Includer(files, tree).follow(path, (), None)


class _Includer:
    """Follows `include` once per file and sees circles."""

    def __init__(self, files: Files, top: Section) -> None:
        self._files, self._top = files, top
        self._done: set[Path] = set()

    def follow(self, path: Path, chain: tuple[Path, ...], named: Where | None) -> Section | None:
        """Mapping of a file with its includes joined in."""
        here = path.resolve()
        if here in chain:
            circle = " -> ".join(self._files.name(p) for p in (*chain[chain.index(here) :], here))
            place = named or Where(self._files.name(path))
            self._files.problems.add(
                place, "include", f"files include each other in a circle: {circle}", fatal=True
            )
            return None
        if here in self._done:
            return None
        self._done.add(here)
        tree = read_yaml(self._files, path, named, "include") if chain else self._top
        if tree is None or "include" not in tree:
            return tree
        where = tree.place("include")
        wanted = tree.pop("include")
        for text in wanted if isinstance(wanted, list) else [wanted]:
            for file in self._matches(text, where):
                other = self.follow(file, (*chain, here), where)
                if other is not None:
                    join(tree, other, (), self._files.problems)
        return tree

    def _matches(self, text: Any, where: Where) -> list[Path]:
        path = self._files.find(text, where, "include")
        if path is None:
            return []
        if not any(sign in path.name for sign in "*?["):
            return [path]
        found = sorted(path.parent.glob(path.name))
        if not found:
            self._files.problems.add(where, "include", f"no file matches {text!r}", fatal=True)
        return found


def join(tree: Section, other: Section, loc: tuple[str, ...], problems: Problems) -> None:
    """Join another file's mapping into `tree`; a value that both define is noted as a problem."""
    for key in list(other):
        if key not in tree:
            tree.take(key, other)
        elif isinstance(tree[key], Section) and isinstance(other[key], Section):
            join(own_path(tree, (key,)), other[key], (*loc, key), problems)
        else:
            first = tree.place(key)
            message = f"is given here and in {first.file}:{first.line}; keep one"
            problems.add(other.place(key), ".".join((*loc, key)), message)
