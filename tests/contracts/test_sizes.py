"""Nothing grows past what one can read at a sitting, and nothing talks but the command line."""

from __future__ import annotations

import ast

from code_tree import ROOT, Function, modules

LONGEST_FILE = 400
LONGEST_FUNCTION = 60  # 50 is the aim


def test_files_are_short() -> None:
    lines = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert len(lines) > 50
    assert not {path: count for path, count in lines.items() if count > LONGEST_FILE}


def test_functions_are_short() -> None:
    nodes = [
        (path, node)
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, Function)
    ]
    lengths = {f"{path}: {node.name}": _length(node) for path, node in nodes}
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION}


def test_only_the_command_line_prints() -> None:
    names = {
        path: {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for path, tree in modules().items()
    }
    printing = {path for path, used in names.items() if "print" in used}
    assert "ecopark/cli.py" in printing
    assert all(path == "ecopark/cli.py" or path.startswith("ecopark/commands/") for path in printing)


def _length(node: Function) -> int:
    """Lines of a function without its docstring."""
    doc = node.body[0] if ast.get_docstring(node) is not None else None
    documented = (doc.end_lineno or 0) - doc.lineno + 1 if doc is not None else 0
    return (node.end_lineno or 0) - node.lineno + 1 - documented
