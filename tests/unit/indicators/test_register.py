"""The register: every indicator has a unit, a docstring, a place on the page and a test."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ecopark.indicators as ind
from ecopark.indicators import money
from ecopark.indicators.register import INDICATORS, Indicator
from ecopark.run import Run

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "indicators.md").read_text(encoding="utf-8")
MODULES = sorted((ROOT / "ecopark" / "indicators").glob("*.py"))
TESTS = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("unit/indicators", "property", "replication")
    for path in sorted((ROOT / "tests" / folder).glob("test_*.py"))
    if path.name != Path(__file__).name
)
HEADINGS = {
    re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in re.findall(r"^## (.+)$", PAGE, re.M)
}


def missing(entry: Indicator, page: str = PAGE, tests: str = TESTS) -> list[str]:
    """What the register's promise lacks for an entry."""
    lacks = []
    if f"`{entry.id}" not in page:
        lacks.append("not on the page")
    if entry.anchor not in HEADINGS:
        lacks.append(f"no heading {entry.anchor}")
    # Tests of these families put names together: f"programme_{name}".
    family, _, stem = entry.id.partition("_")
    names = f"{entry.id}|{stem}" if family in ("programme", "credit") else entry.id
    if not re.search(rf"\b({names})\b", tests):
        lacks.append("in no test")
    if not entry.unit or not inspect.getdoc(entry.function):
        lacks.append("no unit or docstring")
    return lacks


@pytest.mark.parametrize("entry", INDICATORS, ids=lambda entry: entry.id)
def test_every_indicator_is_documented_and_tested(entry: Indicator) -> None:
    assert not missing(entry)


def test_the_check_sees_an_indicator_nobody_wrote_about() -> None:
    ghost = Indicator("ghost_rate", "1", lambda: None, "ghosts")
    assert missing(ghost) == ["not on the page", "no heading ghosts", "in no test", "no unit or docstring"]


def test_ids_are_unique() -> None:
    names = [entry.id for entry in INDICATORS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_sources_of_the_code_are_on_the_page(path: Path) -> None:
    for doi in re.findall(
        r"https://doi\.org/\S+?(?=[\s.]*$)", path.read_text(encoding="utf-8"), re.MULTILINE
    ):
        assert doi in PAGE, doi


@pytest.mark.parametrize("name", ind.__all__)
def test_public_names_can_be_had_and_are_no_modules(name: str) -> None:
    assert not inspect.ismodule(getattr(ind, name))
    assert name not in {path.stem for path in MODULES}


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'netwrok'"):
        _ = ind.netwrok
    assert set(ind.__all__) <= set(dir(ind))


def test_importing_the_package_loads_no_library() -> None:
    code = "import sys, ecopark.indicators; print(*({'pandas', 'scipy', 'networkx', 'matplotlib'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_report_discounts_as_the_money_module_does() -> None:
    assert inspect.signature(Run.report_indicators).parameters["rate"].default == money.DISCOUNT_RATE
