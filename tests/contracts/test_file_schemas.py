"""``docs/files.md`` lists the fields of a scenario and the columns of a run as they are."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pandas as pd
import pytest
from code_tree import ROOT

from ecopark import Scenario, simulate
from ecopark.run import TABLES
from ecopark.scenario import types
from ecopark.scenario.types import Block

PAGE = (ROOT / "docs" / "files.md").read_text(encoding="utf-8")
BLOCKS = {
    name: block
    for name, block in vars(types).items()
    if inspect.isclass(block) and issubclass(block, Block) and block is not Block
}


def documented(title: str) -> tuple[set[str], set[str]]:
    """Names in the first column of a section's table, and those of them in bold."""
    found = re.search(rf"^### {title}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/files.md has no section {title}"
    cells = [line.split("|")[1] for line in found[1].splitlines() if line.startswith("|")][2:]
    names = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    return names, {name for cell in cells for name in re.findall(r"\*\*`(\w+)`\*\*", cell)}


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_scenario_fields_are_documented(name: str) -> None:
    fields = {
        f.alias or key: f for key, f in BLOCKS[name].model_fields.items() if key not in ("source", "mark")
    }
    names, required = documented(name)
    assert names == set(fields)
    assert required == {key for key, f in fields.items() if f.is_required()}


@pytest.mark.slow
def test_columns_and_files_of_a_run_are_documented(tmp_path: Path) -> None:
    run = simulate(Scenario.load("kalundborg"), seed=1, until="1962")
    folder = run.save(tmp_path / "run", figures=True)
    text = PAGE.split("## What a run leaves")[1].split("### flows")[0]
    files = {path.name for path in folder.iterdir()}
    assert {
        name.rstrip("/") for name in re.findall(r"`([\w.]+(?:\.parquet|\.yaml|\.json)|figures/)`", text)
    } == files
    for table in TABLES:
        held = pd.read_parquet(folder / f"{table}.parquet")
        columns = {*held.columns, *([held.index.name] if held.index.name else [])}
        assert documented(table)[0] == columns, table
