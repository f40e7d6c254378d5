"""Reading a user's YAML files into plain data with places, safely.

What lives here: guards on files (size, kind, encoding), YAML without object construction. What does
not: `include` (``includes``), the meaning of any field (``normalise``), CSV tables (``tables``).

YAML is read from parser events. Nothing is ever constructed from a tag; aliases are copied, so their
expansion is counted and a self-reference is seen; nesting is limited before Python's own limit.
"""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from ecopark.scenario.located import Items, Problems, Section, Where, copy_tree

# A resolved scenario of 15,000 firms has 8.2 MB.
MAX_BYTES = 16_000_000
MAX_NODES = 200_000
# A resolved scenario of 15,000 firms, counted as if every shared block were written out, has 1.7 million.
MAX_RESOLVED_NODES = 4_000_000
MAX_DEPTH = 64

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"^[-+]?\d+$")
_FLOAT = re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$|^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None, "True": True, "False": False}
_STRING_TAG = "tag:yaml.org,2002:str"


class _UnreadableError(Exception):
    """Reading of a file cannot go on; carries line and message."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class Files:
    """The files of one scenario: finds, guards and remembers what is read.

    Parameters
    ----------
    root : pathlib.Path
        Folder of the scenario.
    shown : str
        The folder as the user named it, used in messages.
    problems : Problems
        Collector.
    """

    def __init__(self, root: Path, shown: str, problems: Problems) -> None:
        self.root = root.resolve()
        self.shown = shown
        self.problems = problems
        self._digests: dict[str, str] = {}
        self._real: dict[str, Path] = {}

    def name(self, path: Path) -> str:
        """A file as the user would name it."""
        relative = os.path.relpath(path, self.root)
        shown = Path(os.path.normpath(Path(self.shown) / relative)).as_posix()
        self._real[shown] = path
        return shown

    def find(self, text: Any, beside: Where, field: str) -> Path | None:
        """File named in a scenario, relative to the file that names it; None after noting a problem."""
        if not isinstance(text, str) or not text.strip():
            self.problems.add(beside, field, f"expected the name of a file, found {text!r}", fatal=True)
            return None
        folder = self._real[beside.file].parent if beside.file in self._real else self.root
        path = Path(os.path.normpath(folder / text))
        allowed = [self.root, *([self.root.parent] if self.root.parent.name.endswith("scenarios") else [])]
        if not any(path.resolve().is_relative_to(place) for place in allowed):
            message = f"{text!r} lies outside the scenario folder; files are read only from inside it"
            self.problems.add(beside, field, message, fatal=True)
            return None
        return path

    def read(self, path: Path, named: Where | None = None, field: str = "") -> str | None:
        """Text of a file; None after noting why it cannot be read.

        Parameters
        ----------
        path : pathlib.Path
            The file.
        named : Where, optional
            Where the scenario names the file: a missing file is reported there.
        field : str
            Field that names it.
        """
        shown = self.name(path)
        if not path.exists():
            self.problems.add(named or Where(shown), field, f"there is no file {shown}", fatal=True)
            return None
        fault = _fault_of_kind(path)
        if not fault:
            try:
                content = path.read_bytes()
            except OSError as failure:
                fault = f"cannot be read: {failure.strerror or failure}"
        if not fault:
            self._digests[os.path.relpath(path, self.root)] = sha256(content).hexdigest()
            text, fault = _decode(content)
        if fault:
            self.problems.add(Where(shown), "", fault, fatal=True)
            return None
        return text

    def sha256(self, extra: str = "") -> str:
        """Hash over all files read (names and contents) and some extra text, hexadecimal."""
        lines = [f"{name}\0{digest}" for name, digest in sorted(self._digests.items())]
        return sha256("\n".join([*lines, extra]).encode()).hexdigest()


def _fault_of_kind(path: Path) -> str:
    if path.is_dir():
        return "is a folder; expected a file"
    if not path.is_file():
        return "is no regular file"
    size = path.stat().st_size
    if size > MAX_BYTES:
        return f"has {size / 1e6:.0f} MB; a scenario file may have {MAX_BYTES / 1e6:.0f} MB at most"
    return ""


def _decode(content: bytes) -> tuple[str, str]:
    """Text and fault of a file's content."""
    if len(content) > MAX_BYTES:
        return "", f"grew beyond {MAX_BYTES / 1e6:.0f} MB while it was read"
    if b"\0" in content:
        return "", "is a binary file; expected text (YAML or CSV in UTF-8)"
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError as failure:
        line = content[: failure.start].count(b"\n") + 1
        return "", f"is not UTF-8 text (byte {content[failure.start]:#04x} in line {line}); save it as UTF-8"


def read_yaml(files: Files, path: Path, named: Where | None = None, field: str = "") -> Section | None:
    """Mapping of one YAML file, its `include` not yet followed; None after noting a problem."""
    text = files.read(path, named, field)
    if text is None:
        return None
    shown = files.name(path)
    try:
        tree = _Builder(text, shown, files.problems).build()
    except _UnreadableError as stop:
        files.problems.add(Where(shown, stop.line), "", stop.message, fatal=True)
        return None
    except yaml.MarkedYAMLError as failure:
        line = failure.problem_mark.line + 1 if failure.problem_mark else 0
        files.problems.add(Where(shown, line), "", _syntax_message(failure, text, line), fatal=True)
        return None
    except yaml.YAMLError as failure:
        files.problems.add(
            Where(shown), "", f"is not readable as YAML: {failure}".splitlines()[0], fatal=True
        )
        return None
    if tree is None:
        files.problems.add(Where(shown), "", "is empty; a scenario begins with 'name: ...'", fatal=True)
        return None
    if not isinstance(tree, Section):
        found = "a list" if isinstance(tree, list) else f"the text {str(tree)[:40]!r}"
        message = f"expected fields such as 'name: ...' at the top, found {found}"
        files.problems.add(Where(shown, 1), "", message, fatal=True)
        return None
    return tree


def _syntax_message(failure: yaml.MarkedYAMLError, text: str, line: int) -> str:
    lines = text.splitlines()
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    if re.match(r"^ *\t", written):
        return "indented with a tab; YAML takes spaces only"
    problem = failure.problem or failure.context or "not readable"
    # Newer readers have a limit of their own and meet it before ours.
    if "nesting depth" in problem:
        return f"nested more than {MAX_DEPTH} levels deep"
    return f"YAML syntax: {problem}"


class _Builder:
    """Builds located data from YAML events."""

    def __init__(self, text: str, file: str, problems: Problems) -> None:
        self._events = yaml.parse(text, Loader=_LOADER)
        self._file = file
        self._problems = problems
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._open: set[str] = set()
        self._nodes = 0
        self._resolved = False

    def build(self) -> Any:
        """Data of the first and only document, None where there is none."""
        documents = 0
        tree: Any = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _UnreadableError(
                        _line(event), "a second document begins here ('---'); write one per file"
                    )
                tree = self._node(next(self._events), 0)
        return tree

    def _where(self, event: Event) -> Where:
        return Where(self._file, _line(event))

    def _count(self, nodes: int, event: Event) -> None:
        self._nodes += nodes
        most = MAX_RESOLVED_NODES if self._resolved else MAX_NODES
        if self._nodes > most:
            raise _UnreadableError(_line(event), f"anchors or lists expand to more than {most:,} values")

    def _node(self, event: Event, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise _UnreadableError(_line(event), f"nested more than {MAX_DEPTH} levels deep")
        if isinstance(event, AliasEvent):
            return self._alias(event)
        self._count(1, event)
        self._refuse_tag(event)
        anchor = getattr(event, "anchor", None)
        if anchor:
            self._open.add(anchor)
        before = self._nodes
        if isinstance(event, MappingStartEvent):
            value: Any = self._mapping(event, depth)
        elif isinstance(event, SequenceStartEvent):
            value = self._sequence(event, depth)
        else:
            value = _scalar(event)
        if anchor:
            self._open.discard(anchor)
            self._anchors[anchor] = (value, self._nodes - before + 1)
        return value

    def _alias(self, event: AliasEvent) -> Any:
        if event.anchor in self._open:
            raise _UnreadableError(_line(event), f"anchor &{event.anchor} contains itself")
        if event.anchor not in self._anchors:
            raise _UnreadableError(
                _line(event), f"alias *{event.anchor} has no anchor &{event.anchor} before it"
            )
        value, size = self._anchors[event.anchor]
        self._count(size, event)
        # A resolved scenario is not expanded any further, which would change blocks in place.
        return value if self._resolved else copy_tree(value)

    def _refuse_tag(self, event: Event) -> None:
        tag = getattr(event, "tag", None)
        if tag in (None, "!") or (tag == _STRING_TAG and isinstance(event, ScalarEvent)):
            return
        shown = str(tag).replace("tag:yaml.org,2002:", "!!")
        message = f"tag {shown} is not read; write plain values without tags"
        self._problems.add(self._where(event), "", message, fatal=True)

    def _sequence(self, start: SequenceStartEvent, depth: int) -> Items:
        items = Items(self._where(start))
        while not isinstance(event := next(self._events), SequenceEndEvent):
            where = self._where(event)
            items.put(self._node(event, depth + 1), where)
        return items

    def _mapping(self, start: MappingStartEvent, depth: int) -> Section:
        section = Section(self._where(start))
        shared: list[tuple[Any, Where]] = []
        while not isinstance(event := next(self._events), MappingEndEvent):
            where = self._where(event)
            key = self._key(event)
            value = self._node(next(self._events), depth + 1)
            if key == "<<":
                shared.append((value, where))
            elif key in section:
                first = section.place(key).line
                self._problems.add(where, key, f"stands twice in one block; the first is in line {first}")
            else:
                section.put(key, value, where)
            if depth == 0 and key == "resolved":
                self._resolved = value is True
        for value, where in shared:
            self._merge(section, value, where)
        return section

    def _key(self, event: Event) -> str:
        if not isinstance(event, ScalarEvent):
            raise _UnreadableError(
                _line(event), "a field name must be plain text, found a list, mapping or alias"
            )
        self._count(1, event)
        return str(event.value)

    def _merge(self, section: Section, value: Any, where: Where) -> None:
        """YAML's merge key: fields of another block, which own fields override."""
        for block in value if isinstance(value, list) else [value]:
            if not isinstance(block, Section):
                self._problems.add(where, "<<", "expected a block to merge, such as *defaults")
                continue
            for key, item in block.items():
                if key not in section:
                    section.put(key, copy_tree(item), block.place(key))


def read_value(text: str, where: Where, problems: Problems) -> Any:
    """Value of a short YAML text such as ``{1990-01: 40 DKK/t}``; raises ValueError where it is none."""
    try:
        return _Builder(text, where.file, problems).build()
    except (_UnreadableError, yaml.YAMLError) as failure:
        raise ValueError(f"cannot read {text!r} as YAML") from failure


def _line(event: Event) -> int:
    mark: Any = event.start_mark
    return int(mark.line) + 1


def _scalar(event: Event) -> Any:
    """Value of a plain scalar: numbers, true and false, null, else text (also `yes`, `no` and dates)."""
    if not isinstance(event, ScalarEvent):
        raise _UnreadableError(_line(event), "expected a value")
    text: str = event.value
    if event.style not in (None, "") or event.tag == _STRING_TAG:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text) and len(text) < 20:
        return int(text)
    if _FLOAT.match(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
