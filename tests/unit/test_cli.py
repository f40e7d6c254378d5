"""The command line: exit codes, messages, files left behind."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from ecopark.cli import main
from ecopark.run import MANIFEST, TABLES, Run

FIGURES = (
    "map", "network", "sankey", "timeline", "funnel", "durations", "avoided", "matrix",
    "money", "credits", "network_curves", "closures",
)  # fmt: skip


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short run of Kalundborg with figures, made by the command."""
    folder = tmp_path_factory.mktemp("results") / "run"
    assert main(["run", "kalundborg", "--until", "1972", "--out", str(folder), "--quiet"]) == 0
    return folder


def test_a_run_leaves_every_file(finished: Path) -> None:
    expected = {f"{name}.parquet" for name in TABLES} | {MANIFEST, "scenario.yaml", "summary.json", "figures"}
    assert {path.name for path in finished.iterdir()} == expected
    figures = {path.name for path in (finished / "figures").iterdir()}
    assert figures == {f"{name}.{form}" for name in FIGURES for form in ("png", "svg")}


def test_a_run_can_be_read_back(finished: Path) -> None:
    run = Run.load(finished)
    assert run.seed == 1
    assert len(run.flows) == len(pd.read_parquet(finished / "flows.parquet"))
    assert run.summary() == json.loads((finished / "summary.json").read_text(encoding="utf-8"))
    assert run.scenario.park.firms.keys() == set(run.firms.index)


def test_a_run_is_replaced_whole(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "again"
    for seed in ("1", "2"):
        assert (
            main(
                [
                    "run",
                    "kalundborg",
                    "--until",
                    "1960",
                    "--seed",
                    seed,
                    "--out",
                    str(folder),
                    "--quiet",
                    "--no-figures",
                ]
            )
            == 0
        )
    assert json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["seed"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("chapter one", encoding="utf-8")
    assert main(["run", "kalundborg", "--until", "1960", "--out", str(tmp_path), "--quiet"]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert "holds no run" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_place_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert main(["run", "kalundborg", "--until", "1960", "--out", str(tmp_path / "run"), "--quiet"]) == 1
    assert "cannot write" in capsys.readouterr().err


def test_a_place_that_cannot_be_a_folder_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    out = str(tmp_path / "file" / "run")
    assert main(["run", "kalundborg", "--until", "1960", "--out", out, "--quiet", "--no-figures"]) == 1
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "no_such_park"], "no_such_park"),
        (["run", "kalundborg", "--until", "1900"], "outside the scenario's time"),
        (["run", "kalundborg", "--until", "soon"], "soon"),
        (["run", "kalundborg", "--set", "policy"], "path=value"),
        (["run", "kalundborg", "--set", "policy.carbon_prize=3"], "carbon_price"),
        (["run", "kalundborg", "--set", "firms.asnaes.behaviour.payback=4 t"], "payback"),
        (["check", "kalundborg", "--set", "agents.negotiation.protocol=nosh"], "nash"),
        (["library", "unobtainium"], "unobtainium"),
    ],
)
def test_mistakes_end_with_status_2_and_one_message(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert "Traceback" not in shown.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", ["-1", "1.5", "x"])
def test_a_seed_is_a_whole_number(seed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["run", "kalundborg", f"--seed={seed}"])
    assert stop.value.code == 2
    assert "whole number" in capsys.readouterr().err


def test_check_and_library_tell(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "kalundborg"]) == 0
    assert "no problems" in capsys.readouterr().out
    assert main(["library", "gypsum"]) == 0
    assert "fgd_gypsum" in capsys.readouterr().out


def test_the_reference_run_exchanges_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    assert (
        main(
            [
                "run",
                "kalundborg",
                "--until",
                "1975",
                "--reference",
                "--out",
                str(folder),
                "--quiet",
                "--no-figures",
            ]
        )
        == 0
    )
    run = Run.load(folder)
    assert not len(run.synergies)
    assert not (run.flows["route"] == "exchange").any()


def test_the_closing_table_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    assert main(["run", "kalundborg", "--until", "1964", "--out", str(folder), "--no-figures"]) == 0
    shown = capsys.readouterr().out
    assert "Synergies" in shown
    assert folder.name in shown


_KILL = """
import os, signal, sys
from ecopark.cli import main
from ecopark.run import Run

write = Run._write
def half(self, folder):
    write(self, folder)
    os.kill(os.getpid(), signal.SIGKILL)
Run._write = half
main(["run", "kalundborg", "--until", "1960", "--out", sys.argv[1], "--quiet", "--no-figures"])
"""


def test_a_killed_run_leaves_nothing_that_claims_to_be_one(tmp_path: Path) -> None:
    target = tmp_path / "run"
    ended = subprocess.run([sys.executable, "-c", _KILL, str(target)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert not target.exists()
    assert all(path.name.startswith(".unfinished-") for path in tmp_path.iterdir())


@pytest.mark.parametrize("command", ["compare", "whatif", "optimum", "gains"])
def test_runs_are_counted_from_one(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "kalundborg", "--replicates", "0"])
    assert stop.value.code == 2
    assert "1 or larger, found '0'" in capsys.readouterr().err
