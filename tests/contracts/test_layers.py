"""The layer contracts hold, and each of them can fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from code_tree import PACKAGE, ROOT

LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


def lint(folder: Path) -> tuple[int, str]:
    """Exit code and report of import-linter on the package in a folder."""
    done = subprocess.run(
        [sys.executable, "-c", LINT], cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_the_contracts_hold() -> None:
    code, report = lint(ROOT)
    assert code == 0, report
    assert " 0 broken" in report


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("flows/activity.py", "from ecopark.market import trust", "Data flows one way"),
        ("calendar.py", "from ecopark import streams", "Data flows one way"),
        ("gossip/__init__.py", "", "Data flows one way"),
        ("market/trust.py", "import ecopark.market.contract\nimport mesa", "Agent and clock libraries"),
        ("market/trust.py", "from ecopark.market import contract", None),
        ("indicators/yearly.py", "from ecopark.flows import ledger", "Tables are read without the model"),
        ("indicators/yearly.py", "import matplotlib", "Drawing libraries only in report"),
        ("flows/columns.py", "import pint", "Units and validation only at the scenario's door"),
        ("market/trust.py", "import openpyxl", "Spreadsheets only where tables come in and go out"),
        ("report/labels.py", "import shapely", "Shapes of a plan only in scenario"),
        ("experiments/design.py", "import highspy", "Solvers only in planning"),
        ("run.py", "import plotly", "Interactive drawing only in report and app"),
        ("commands/runs.py", "import dash", "The page's libraries only in app"),
        ("agents/idea.py", "import numba", "Compiled code only in flows and market"),
        ("market/investment.py", "from ecopark.market import appraisal", "No package has cycles inside"),
    ],
)
def test_each_contract_can_fail(tmp_path: Path, file: str, line: str, broken: str | None) -> None:
    shutil.copytree(
        PACKAGE, tmp_path / "ecopark", ignore=shutil.ignore_patterns("__pycache__", "library_data")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    changed = tmp_path / "ecopark" / file
    changed.parent.mkdir(exist_ok=True)
    before = changed.read_text(encoding="utf-8") if changed.exists() else ""
    changed.write_text(f"{before}\n{line}\n", encoding="utf-8")
    code, report = lint(tmp_path)
    lines = [text for text in report.splitlines() if " BROKEN" in text]
    assert (code != 0) == (broken is not None), report
    assert (broken is None and not lines) or any(text.startswith(str(broken)) for text in lines), report
