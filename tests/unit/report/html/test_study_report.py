"""The report of a study: what it says equals the study's own tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_run_report import Reader

from ecopark.cli import main
from ecopark.experiments import StudyResults

STUDY = """name: tried
base: {function: ishigami}
parameters:
  x1: {range: [-3.14159, 3.14159]}
  x2: {range: [-3.14159, 3.14159]}
  x3: {range: [-3.14159, 3.14159]}
design: {kind: sobol, n: 64}
replicates: 1
seed: 1
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("study")
    (place / "study.yaml").write_text(STUDY, encoding="utf-8")
    assert (
        main(
            [
                "sweep",
                str(place / "study.yaml"),
                "--out",
                str(place / "tried"),
                "--engine",
                "serial",
                "--quiet",
            ]
        )
        == 0
    )
    return place / "tried"


@pytest.fixture(scope="module")
def read(folder: Path) -> Reader:
    assert main(["report", str(folder), "--out", str(folder.parent / "tried.html")]) == 0
    reader = Reader()
    reader.feed((folder.parent / "tried.html").read_text(encoding="utf-8"))
    return reader


def test_sections_are_those_the_design_allows(read: Reader) -> None:
    assert read.sections == ["question", "outputs", "drivers", "reproduce"]


def test_spread_of_an_output_is_that_of_the_runs(folder: Path, read: Reader) -> None:
    runs = StudyResults(folder).runs
    for row in read.cells["outputs"][1:]:
        name = row[0][0].replace(" ", "_")
        assert [value for _, value in row[1:4]] == pytest.approx(
            list(runs[name].quantile([0.05, 0.5, 0.95])), rel=1e-9
        )
        assert row[4][1] == len(runs)


def test_parameters_and_file_are_told(folder: Path, read: Reader) -> None:
    design = StudyResults(folder).design
    for row in read.cells["parameters"][1:]:
        assert [value for _, value in row[1:]] == pytest.approx(
            [design[row[0][0]].min(), design[row[0][0]].max()]
        )
    assert "kind: sobol" in (folder.parent / "tried.html").read_text(encoding="utf-8")


def test_a_study_has_no_reference(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(folder), "--reference", str(folder), "--out", str(tmp_path / "r.html")]) == 2
    assert "--reference is for the report of one run" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
