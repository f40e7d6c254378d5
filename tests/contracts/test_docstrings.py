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


def test_public_names_are_documented() -> None:
    assert len(ITEMS) > 100
    assert not [item.name for item in ITEMS if not item.doc]


def test_parameters_sections_match_signatures() -> None:
    wrong = []
    for item in ITEMS:
        told = sections(item.doc).get("Parameters")
        if isinstance(item.node, Function) and told is not None and named(told) != set(arguments(item.node)):
            wrong.append(f"{item.name}: {sorted(named(told) ^ set(arguments(item.node)))}")
    assert not wrong


def test_arrays_state_shape_and_unit() -> None:
    """As in ``price : ndarray of float, shape (T, N), EUR/t``."""
    untold = {item.name: untold_arrays(item) for item in ITEMS}
    assert not {name: arrays for name, arrays in untold.items() if arrays}


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
    doc = f'"""Do.\n\n    Parameters\n    ----------\n    {line}\n    """'
    code = f"def f(price: NDArray[np.float64]) -> None:\n    {doc}"
    node = ast.parse(code).body[0]
    assert isinstance(node, Function)
    assert untold_arrays(Item("f", node, frozenset({"NDArray"}))) == missing
