"""The planner's example of the manual: every command of the page, in order, as it stands there."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from ecopark.cli import main
from ecopark.run import Run
from ecopark.scenario.workbook_columns import (
    POLICY_ITEMS,
    POLICY_ITEMS_BY_RESOURCE,
    RESOURCE_ITEMS,
    SETTINGS,
    SHEETS,
)

DOCS = Path(__file__).parents[2] / "docs"
# What makes a command quick without changing what it finds.
QUICK = {
    "run": ["--quiet"],
    "layout": ["--engine", "serial", "--no-figures", "--quiet"],
    "compare": ["--engine", "serial", "--no-figures", "--quiet"],
    "optimum": ["--no-figures", "--quiet"],
    "gains": ["--no-figures", "--quiet"],
    "whatif": ["--engine", "serial", "--no-figures", "--quiet"],
}


def commands(page: str) -> list[list[str]]:
    """Command lines of a page, without the name of the program."""
    text = (DOCS / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]
    assert all(line.startswith("ecopark ") for line in lines), lines
    return [shlex.split(line)[1:] for line in lines]


@pytest.mark.slow
def test_every_command_of_the_planners_example_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    steps = commands("planner.md")
    assert [step[0] for step in steps] == [
        *("new", "new", "check", "run", "export", "export"),
        *("layout", "compare", "optimum", "gains", "whatif"),
    ]
    for step in steps:
        assert main([*step, *QUICK.get(step[0], [])]) == 0, (step, capsys.readouterr().err)
    run = Run.load("results/mypark")
    sheets = pd.read_excel("tables.xlsx", sheet_name=["synergies", "firms"])
    assert set(sheets["synergies"]["synergy"]) == set(run.synergies["synergy"])
    features = json.loads(Path("mypark.geojson").read_text(encoding="utf-8"))["features"]
    firms = {f["properties"]["id"] for f in features if f["properties"]["kind"] == "firm"}
    assert firms == set(sheets["firms"]["firm"])
    for name in ("layout", "compare", "optimum", "gains", "whatif"):
        assert list(Path("results", name).rglob("*.parquet")), name


def documented(title: str) -> set[str]:
    """Names in the first column of the tables of a section of ``docs/own_data.md``."""
    text = (DOCS / "own_data.md").read_text(encoding="utf-8")
    found = re.search(rf"^### {title}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, title
    cells = [line.split("|")[1] for line in found[1].splitlines() if line.startswith("| ")]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_manual_lists_every_column(sheet: str) -> None:
    expected = {column.name for column in SHEETS[sheet]} - {"source", "mark", "note"}
    if sheet == "settings":
        expected |= {setting.name for setting in SETTINGS}
    if sheet == "prices":
        expected |= {*POLICY_ITEMS, *POLICY_ITEMS_BY_RESOURCE, *RESOURCE_ITEMS}
    assert documented(sheet) == expected


def test_the_manual_of_own_data_names_commands_that_parse() -> None:
    from ecopark.cli import build_parser

    for step in commands("own_data.md"):
        build_parser().parse_args(step)
