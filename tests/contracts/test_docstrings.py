"""Every public name says what it means; every array says its shape and unit."""

from __future__ import annotations

import ast
import re

import pytest
from code_tree import Function, Item, public_items

ITEMS = list(public_items())
ARRAY = re.compile(r"ndarray of \w+(?: or None)?, shape \([^)]*\), \S")
SECTION = re.compile(
    r"^(Parameters|Returns|Yields|Attributes|Raises|Notes|References|Examples)\n-+$", re.MULTILINE
)


def sections(doc: str) -> dict[str, str]:
    """Text of each numpydoc section; the part above the first is called ``summary``."""
    parts = SECTION.split(doc)
    return {"summary": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def entries(section: str) -> dict[str, str]:
    """Type of each ``a, b : type`` line of a section."""
    lines = re.findall(r"^([*\w][*\w, ]*) : (.+)$", section, re.MULTILINE)
    return {name.strip().lstrip("*"): kind for names, kind in lines for name in names.split(",")}


def named(section: str) -> set[str]:
    """Names a section documents, with or without a type."""
    lines = re.findall(r"^([*\w][*\w, ]*)(?: :.*)?$", section, re.MULTILINE)
    return {name.strip().lstrip("*") for names in lines for name in names.split(",")}


def arguments(node: Function) -> dict[str, str]:
    """Annotation of each argument but self and cls."""
    a = node.args
    every = [
        *a.posonlyargs,
        *a.args,
        *([a.vararg] if a.vararg else []),
        *a.kwonlyargs,
        *([a.kwarg] if a.kwarg else []),
    ]
    return {
        x.arg: ast.unparse(x.annotation) if x.annotation else ""
        for x in every
        if x.arg not in ("self", "cls")
    }


def is_array(annotation: str, aliases: frozenset[str]) -> bool:
    """Whether an annotation is or may be an array of numbers; containers are described in words."""
    if "object_" in annotation:
        return False
    return any(
        re.fullmatch(rf"{name}(\[.*\])?", part.strip()) for part in annotation.split("|") for name in aliases
    )


def untold_arrays(item: Item) -> list[str]:
    """Arrays of an item that lack shape or unit."""
    parts, node = sections(item.doc), item.node
    if isinstance(node, ast.ClassDef):
        fields = {
            x.target.id: ast.unparse(x.annotation)
            for x in node.body
            if isinstance(x, ast.AnnAssign)
            and isinstance(x.target, ast.Name)
            and not x.target.id.startswith("_")
        }
        told = entries(parts.get("Attributes", ""))
    else:
        fields = arguments(node)
        told = entries(parts.get("Parameters", ""))
        returned = ast.unparse(node.returns) if node.returns else ""
        if is_array(returned, item.aliases):
            fields["return"] = returned
            told["return"] = parts.get("Returns", parts["summary"])
    arrays = [name for name, kind in fields.items() if is_array(kind, item.aliases)]
    return [name for name in arrays if not ARRAY.search(told.get(name, ""))]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_public_names_are_documented(item: Item) -> None:
    assert item.doc, f"{item.name} has no docstring"
    parts = sections(item.doc)
    if isinstance(item.node, ast.ClassDef) or "Parameters" not in parts:
        return
    assert named(parts["Parameters"]) == set(arguments(item.node)), "Parameters section and signature differ"


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_arrays_state_shape_and_unit(item: Item) -> None:
    assert not untold_arrays(item), (
        f"{item.name}: say 'ndarray of float, shape (N,), t/day' of {untold_arrays(item)}"
    )


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("price : ndarray of float, shape (L, R), EUR/t", []),
        ("price : ndarray of float, shape (L, R)", ["price"]),
        ("price : ndarray of float, EUR/t", ["price"]),
        ("price : array of prices", ["price"]),
        ("cost : ndarray of float, shape (L, R), EUR/t", ["price"]),
    ],
)
def test_the_checker_sees_a_missing_unit(line: str, missing: list[str]) -> None:
    code = f'def f(price: NDArray[np.float64]) -> None:\n    """Do.\n\n    Parameters\n    ----------\n    {line}\n    """'
    node = ast.parse(code).body[0]
    assert isinstance(node, Function)
    assert untold_arrays(Item("f", node, frozenset({"NDArray"}))) == missing
