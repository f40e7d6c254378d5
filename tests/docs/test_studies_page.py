"""The page on studies: the study it shows for any indicator as an output runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from ecopark.experiments import Study, sweep

PAGE = Path(__file__).parents[2] / "docs" / "studies.md"


def test_the_study_of_any_indicator_runs(tmp_path: Path) -> None:
    section = PAGE.read_text("utf-8").split("## Any indicator as an output")[1].split("\n## ")[0]
    (block,) = re.findall(r"^```yaml\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    file = tmp_path / "study.yaml"
    file.write_text(block, encoding="utf-8")
    results = sweep(Study.load(file), engine="serial", folder=tmp_path / "s")
    wanted = yaml.safe_load(block)["outputs"]["whole_run"]
    table = results.compare(wanted).set_index("output")
    assert list(table.index) == wanted
    assert table.loc["landfilled", "mean"] < 0 < table.loc["landfilled", "replicates"]
    # So short a span holds runs without a network, whose density is not defined: counted, not left out.
    density = table.loc["density_directed"]
    assert density["replicates"] + density["missing"] == len(results.runs) / 2
