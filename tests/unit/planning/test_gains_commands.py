"""The commands ``gains`` and ``subsidy`` from end to end, and what they say to mistakes."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from ecopark.cli import main


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "seed4"
    assert (
        main(
            [
                "run",
                "kalundborg",
                "--seed",
                "4",
                "--until",
                "1966",
                "--no-figures",
                "--quiet",
                "--out",
                str(folder),
            ]
        )
        == 0
    )
    return folder


def test_gains_of_a_finished_run_are_those_of_the_scenario(finished: Path, tmp_path: Path) -> None:
    assert main(["gains", str(finished), "--quiet", "--no-figures", "--out", str(tmp_path / "a")]) == 0
    again = ["gains", "kalundborg", "--seed", "4", "--until", "1966", "--quiet", "--no-figures"]
    assert main([*again, "--out", str(tmp_path / "b")]) == 0
    for name in ("firms", "exchanges"):
        one, other = (pd.read_parquet(tmp_path / place / f"{name}.parquet") for place in "ab")
        pd.testing.assert_frame_equal(one, other)
    summary = json.loads((tmp_path / "a" / "summary.json").read_text(encoding="utf-8"))
    assert (summary["scenario"], summary["seed"], summary["rate"]) == ("kalundborg", 4, 0.05)


def test_subsidies_of_a_finished_run(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [
        "subsidy",
        str(finished),
        "--carbon-cost",
        "200 EUR/t",
        "--landfill-cost",
        "0.2 DKK/kg",
        "--at",
        "1963",
    ]
    assert main([*command, "--replicates", "0", "--no-figures", "--out", str(tmp_path / "s")]) == 0
    assert "1,489 DKK/t CO2e, of landfill 200 DKK/t" in capsys.readouterr().out
    summary = json.loads((tmp_path / "s" / "summary.json").read_text(encoding="utf-8"))
    assert summary["carbon_cost"] == pytest.approx(200.0 * 7.447)
    table = pd.read_parquet(tmp_path / "s" / "rejected.parquet")
    assert table["year"].between(1959, 1966).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["subsidy", "kalundborg", "--carbon-cost", "500"], "expected money per tonne such as '500 DKK/t'"),
        (["subsidy", "kalundborg", "--carbon-cost", "500 FOO/t"], "--carbon-cost:"),
        (["subsidy", "kalundborg", "--carbon-cost", "5 DKK/t", "--at", "1900"], "year 1900 lies outside"),
        (["gains", "kalundborg", "--rate", "5"], r"500% a year; write 5 % as 0\.05"),
        (["gains", "kalundborg", "--rate", "-1", "--until", "1960"], r"write 5 % as 0\.05"),
    ],
)
def test_mistakes_end_with_status_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import re

    assert main([*arguments, "--quiet", "--out", str(tmp_path / "x")]) == 2
    assert re.search(message, capsys.readouterr().err)
    assert not (tmp_path / "x").exists()


def test_a_finished_run_takes_no_changes(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gains", str(finished), "--seed", "7"]) == 2
    assert "is a finished run" in capsys.readouterr().err
    assert main(["gains", str(finished), "--replicates", "3"]) == 2
    assert "need a scenario" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_told_before_any_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a run was started")

    # By its place in the system: the package shows the function under the module's name.
    monkeypatch.setattr(import_module("ecopark.simulate"), "simulate", refuse)
    for out, told in (("taken", "holds something else"), ("file/inside", "is no folder")):
        assert main(["gains", "kalundborg", "--out", str(tmp_path / out), "--quiet"]) == 1
        assert told in capsys.readouterr().err
