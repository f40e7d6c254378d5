"""Nothing grows past what one can read at a sitting, and nothing talks but the command line."""

from __future__ import annotations

import ast

import pytest
from code_tree import ROOT, Function, modules

LONGEST_FILE = 400
LONGEST_FUNCTION = 60  # 50 is the aim


@pytest.mark.parametrize("path", sorted(modules()))
def test_files_and_functions_are_short(path: str) -> None:
    lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{path} has {lines} lines; split it by what changes together"
    long = {node.name: _length(node) for node in ast.walk(modules()[path]) if isinstance(node, Function)}
    assert not {name: size for name, size in long.items() if size > LONGEST_FUNCTION}


@pytest.mark.parametrize("path", sorted(set(modules()) - {"ecopark/cli.py"}))
def test_only_the_command_line_prints(path: str) -> None:
    names = {node.id for node in ast.walk(modules()[path]) if isinstance(node, ast.Name)}
    assert "print" not in names


def _length(node: Function) -> int:
    """Lines of a function without its docstring."""
    doc = node.body[0] if ast.get_docstring(node) is not None else None
    documented = (doc.end_lineno or 0) - doc.lineno + 1 if doc is not None else 0
    return (node.end_lineno or 0) - node.lineno + 1 - documented
