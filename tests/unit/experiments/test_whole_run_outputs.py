"""Registered indicators as outputs of a study, and runs in which an output is not defined."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from study_models import Line, files_of, line_study, park_raw, write_park

from ecopark import Scenario, simulate
from ecopark.cli import main
from ecopark.errors import DomainError
from ecopark.experiments import Study, StudyResults, sweep
from ecopark.experiments.models import Outcome
from ecopark.report.html.study import document_of_study
from ecopark.report.study_console import study_table

NAMES = ["landfilled", "sector_shannon", "density_directed", "byproduct_use_rate of material", "gain_gini"]


def park_study(folder: Path, **blocks: Any) -> Study:
    """Small park with and without trade."""
    raw: dict[str, Any] = {
        "name": "small",
        "base": str(write_park(folder)),
        "design": {"kind": "paired", "alternatives": {"no trade": {"mechanisms.trading": False}}},
        "replicates": 3,
        "outputs": {"whole_run": NAMES},
    }
    return Study.from_dict(raw | blocks)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    folder = tmp_path_factory.mktemp("whole_run")
    return sweep(park_study(folder), engine="serial", folder=folder / "s")


# --------------------------------------------------------------------------- what is kept
def test_a_study_keeps_what_a_run_by_hand_gives(results: StudyResults) -> None:
    run = simulate(Scenario.from_dict(park_raw()), seed=2)
    (row,) = results.runs[(results.runs["point"] == 0) & (results.runs["seed"] == 2)].to_dict("records")
    by_hand = run.numbers(*NAMES)
    assert {name: row[name] for name in NAMES} == {name: value for name, (value, _) in by_hand.items()}
    assert {name: results.units[name] for name in NAMES} == {
        name: unit for name, (_, unit) in by_hand.items()
    }
    table = run.report_indicators()
    buried = table[(table["indicator"] == "landfilled") & (table["scope"] == "park")]["value"].sum()
    assert row["landfilled"] == buried > 0
    assert row["ever_operated"] == run.summary()["ever_operated"]


def test_a_study_without_the_key_is_the_study_it_was(tmp_path: Path) -> None:
    sweep(park_study(tmp_path, outputs={}), engine="serial", folder=tmp_path / "s")
    told = json.loads((tmp_path / "s" / "manifest.json").read_text())["study"]["outputs"]
    assert told == {"summary": True, "indicators": [], "scope": "park", "flows": False}
    # A folder from before there was such a key is gone on with, to the same bytes.
    before = files_of(tmp_path / "s")
    (tmp_path / "s" / "runs" / "part-00000.parquet").unlink()
    sweep(park_study(tmp_path, outputs={"whole_run": []}), engine="serial", folder=tmp_path / "s")
    assert files_of(tmp_path / "s") == before


def test_a_stopping_rule_watches_such_a_number(tmp_path: Path) -> None:
    rule = {"output": "landfilled", "half_width": 1e-9, "max": 5, "of": "mean"}
    outputs = {"summary": False, "whole_run": "landfilled"}
    found = sweep(
        park_study(tmp_path, outputs=outputs, stopping=rule), engine="serial", folder=tmp_path / "s"
    )
    assert found.outputs == ["landfilled"]
    assert sorted(set(found.runs["replicate"])) == [0, 1, 2, 3, 4]


def test_a_tornado_of_the_landfill_of_kalundborg(tmp_path: Path) -> None:
    raw = {
        "base": "kalundborg",
        "parameters": {
            "tax": {"path": "policy.landfill_tax", "range": ["0 DKK/t", "900 DKK/t"]},
            "discovery": {"path": "agents.discovery.base", "range": ["0.1 1/yr", "0.9 1/yr"]},
        },
        "design": {"kind": "one_at_a_time"},
        "replicates": 2,
        "until": 1964,
        "outputs": {"summary": False, "whole_run": ["landfilled", "sector_shannon", "single_supplier_share"]},
    }
    found = sweep(Study.from_dict(raw), engine="serial", folder=tmp_path / "s")
    table = found.sensitivity("landfilled")
    assert table.index[0] == "tax"
    assert table.loc["tax", "high"] < table.loc["tax", "low"] == 0.0
    assert (found.sensitivity("sector_shannon")["swing"] == 0.0).all()
    assert found.units["landfilled"] == "t"


def test_the_names_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["indicators", "landfill"]) == 0
    told = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["landfilled", "sum", "of", "the", "years", "t"] in told
    assert ["landfill_diversion_rate", "last", "year", "1"] in told
    assert main(["indicators", "kaplan"]) == 2
    assert "contains 'kaplan'" in capsys.readouterr().err


# --------------------------------------------------------------------------- not defined
def test_a_network_that_never_was_has_no_density(results: StudyResults) -> None:
    (row,) = results.compare("density_directed").to_dict("records")
    assert (row["replicates"], row["missing"], row["label"]) == (0, 3, "no trade")
    assert math.isnan(row["mean"])
    means = results.means("density_directed").set_index("point")
    assert means[["replicates", "missing"]].to_numpy().tolist() == [[3, 0], [0, 3]]
    whole = results.overall().set_index("output").loc["density_directed"]
    assert (whole["replicates"], whole["missing"]) == (3, 3)


def test_what_is_missing_is_told_on_the_console_and_in_the_report(results: StudyResults) -> None:
    table = study_table("Difference", "95 %", results.compare("density_directed"), results.units)
    assert list(table.columns[-1].cells) == ["0 of 3"]
    (outputs,) = [s for s in document_of_study(results).sections if s.name == "outputs"]
    rows = {row[0].text: row[-1].text for row in outputs.blocks[0].rows}  # type: ignore[union-attr]
    assert rows["density directed"] == "3 of 6"
    assert rows["landfilled"] == "6"


@dataclass(frozen=True)
class Gappy(Line):
    """A line whose ``y`` is not defined where ``b`` is above a limit."""

    limit: float = 3.0

    def run(self, variant: Any, seed: int) -> Outcome:
        rows = super().run(variant, seed).rows
        return Outcome([(*row[:3], math.nan if variant[1] > self.limit else row[3], row[4]) for row in rows])


def test_a_run_without_any_value_is_still_a_run(tmp_path: Path) -> None:
    study = Study.from_dict(line_study(), Gappy(limit=-1.0))
    found = sweep(study, engine="serial", folder=tmp_path / "s")
    assert len(found.runs) == 12
    assert found.outputs == ["y"]
    assert found.runs["y"].isna().all()


@pytest.mark.parametrize("design", [{"kind": "sobol", "n": 8}, {"kind": "morris", "n": 4}])
def test_indices_are_refused_with_the_number_of_runs(design: dict[str, Any], tmp_path: Path) -> None:
    found = sweep(
        Study.from_dict(line_study(design=design), Gappy(limit=1.0)), engine="serial", folder=tmp_path / "s"
    )
    missing, runs = int(found.runs["y"].isna().sum()), len(found.runs)
    assert 0 < missing < runs
    with pytest.raises(DomainError, match=f"'y' has no finite value in {missing} of {runs} finished runs"):
        found.sensitivity("y")
    assert found.response("y").groupby("parameter")["runs"].sum().tolist() == [runs - missing] * 2


def test_boxes_say_how_many_runs_have_no_value(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    study = Study.from_dict(line_study(design={"kind": "latin_hypercube", "n": 40}), Gappy())
    found = sweep(study, engine="serial", folder=tmp_path / "s")
    assert found.discover("y", above=3.0).missing == int(found.runs["y"].isna().sum()) > 0


def test_pairs_with_a_value_differ_as_if_the_others_had_not_been_run(tmp_path: Path) -> None:
    design = {"kind": "paired", "alternatives": {"more": {"a": "3"}}}
    study = Study.from_dict(line_study(design=design, parameters={}, replicates=9), Line())
    runs = sweep(study, engine="serial", folder=tmp_path / "s").runs
    from ecopark.experiments.statistics import compare_points

    whole = compare_points(runs[~runs["replicate"].isin([1, 4])], ["y"])
    holed = runs.assign(
        y=np.where(
            runs["replicate"].isin([1]) | (runs["replicate"].eq(4) & runs["point"].eq(1)), np.nan, runs["y"]
        )
    )
    pd.testing.assert_frame_equal(compare_points(holed, ["y"]).assign(missing=0), whole, check_exact=True)
    assert compare_points(holed, ["y"])["missing"].tolist() == [2]
