"""Texts hold: links lead somewhere, references to code exist, nothing names one person's machine."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from code_tree import ROOT, tracked_files

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
REFERENCE = re.compile(r"`(ecopark(?:\.\w+)+)`")
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
# Put together from halves, so that this file does not find itself.
FOREIGN = re.compile(
    "|".join(["/wo" + "rk/", "/ro" + "ot/", "/ho" + r"me/\w", "/op" + "t/", r"C:\\U" + "sers"])
)
HOSTS = re.compile(
    "|".join(["py" + r"pi\.org", "pythonhost" + r"ed\.org", "extra-index" + "-url", "find-" + "links"])
)
BINARY = {".png", ".parquet", ".xlsx", ".pdf", ".svg"}


def pages() -> list[Path]:
    return [path for path in tracked_files() if path.suffix == ".md"]


def anchor(heading: str) -> str:
    """Name a heading gets in a rendered page."""
    kept = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return kept.strip().replace(" ", "-")


def test_relative_links_lead_somewhere() -> None:
    dead = []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        for target in (a or b for a, b in LINK.findall(text)):
            if re.match(r"[a-z]+:", target):
                continue
            place, _, part = target.partition("#")
            goal = (page.parent / place).resolve() if place else page
            if not goal.exists():
                dead.append(f"{page.relative_to(ROOT)}: {target}")
            elif part and part not in {anchor(h) for h in HEADING.findall(goal.read_text(encoding="utf-8"))}:
                dead.append(f"{page.relative_to(ROOT)}: {target} (no such heading)")
    assert not dead


@pytest.mark.parametrize("page", ["docs/odd.md", "docs/files.md", "ARCHITECTURE.md"])
def test_references_to_code_exist(page: str) -> None:
    names = sorted(set(REFERENCE.findall((ROOT / page).read_text(encoding="utf-8"))))
    assert names, f"{page} refers to no code at all"
    assert not [name for name in names if not exists(name)]


@pytest.mark.parametrize("page", ["docs/odd.md", "ARCHITECTURE.md"])
def test_references_to_tests_exist(page: str) -> None:
    found = sorted(set(TEST.findall((ROOT / page).read_text(encoding="utf-8"))))
    assert found, f"{page} refers to no test at all"
    files = {
        path: (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).is_file() else None
        for path, _ in found
    }
    assert not [path for path, text in files.items() if text is None]
    assert not [
        f"{path}::{name}" for path, name in found if name and f"def {name}(" not in (files[path] or "")
    ]


def test_the_two_lines_of_the_readme_are_the_ones_tested() -> None:
    """CI runs the test line as a newcomer reads it; the run line is tried from the wheel."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "pip install -e . && ecopark run scenarios/kalundborg" in readme
    tested = 'pip install -e ".[test]" && pytest'
    assert tested in readme
    assert tested in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def exists(dotted: str) -> bool:
    """Whether a dotted name can be imported, down to an attribute of a class."""
    parts = dotted.split(".")
    for depth in range(len(parts), 0, -1):
        try:
            thing: object = import_module(".".join(parts[:depth]))
        except ModuleNotFoundError:
            continue
        for name in parts[depth:]:
            fields = getattr(thing, "__annotations__", {})
            if not hasattr(thing, name) and name not in fields:
                return False
            thing = getattr(thing, name, None)
        return True
    return False


def test_the_reference_check_sees_a_wrong_name() -> None:
    assert exists("ecopark.market.trust.update_trust")
    assert exists("ecopark.market.contract.Contract.spans")
    assert not exists("ecopark.market.trust.update_thrust")
    assert not exists("ecopark.markets")


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in tracked_files():
        if path.suffix in BINARY:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if FOREIGN.search(line) or HOSTS.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert not found
