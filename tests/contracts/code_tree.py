"""The package as syntax trees, for the tests that look at the code itself."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "ecopark"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Item:
    """A public function, method or class, with the dotted name a reader would use."""

    name: str
    node: Function | ast.ClassDef
    aliases: frozenset[str]

    @property
    def doc(self) -> str:
        return ast.get_docstring(self.node) or ""


@cache
def modules() -> dict[str, ast.Module]:
    """Syntax tree of every module of the package, by path from the checkout's root."""
    files = sorted(PACKAGE.rglob("*.py"))
    return {str(f.relative_to(ROOT)): ast.parse(f.read_text(encoding="utf-8")) for f in files}


def public_items() -> Iterator[Item]:
    """Every public function, class and method; those nested in functions are nobody's business."""
    for path, tree in modules().items():
        dotted = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        yield from _inside(dotted, tree, _array_aliases(tree))


def _inside(prefix: str, node: ast.Module | ast.ClassDef, aliases: frozenset[str]) -> Iterator[Item]:
    for child in node.body:
        if isinstance(child, Function | ast.ClassDef) and not child.name.startswith("_"):
            yield Item(f"{prefix}.{child.name}", child, aliases)
            if isinstance(child, ast.ClassDef):
                yield from _inside(f"{prefix}.{child.name}", child, aliases)


def _array_aliases(tree: ast.Module) -> frozenset[str]:
    """Names a module gives to array types (``_Floats = NDArray[np.float64]``), NDArray itself included."""
    named = {"NDArray"}
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and "NDArray" in ast.unparse(node.value)
        ):
            named.add(node.targets[0].id)
    return frozenset(named)


def tracked_files() -> list[Path]:
    """Files under version control, and new ones that will be."""
    asked = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    if answer.returncode:
        pytest.skip("not a git checkout: there is no list of tracked files")
    return [ROOT / name for name in answer.stdout.split("\0") if name and (ROOT / name).is_file()]
