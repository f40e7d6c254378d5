"""``ecopark sweep``: exit codes, messages, the table at the end."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from study_models import write_park

from ecopark.cli import main


@pytest.fixture
def study(tmp_path: Path) -> Path:
    write_park(tmp_path)
    raw = {
        "name": "small",
        "base": "park.yaml",
        "design": {"kind": "paired", "alternatives": {"no trade": {"mechanisms.trading": False}}},
        "replicates": 2,
    }
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(raw))
    return tmp_path / "study.yaml"


def test_a_study_is_run_and_told(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", str(study), "--engine", "serial", "--out", str(tmp_path / "s")]) == 0
    told = capsys.readouterr()
    assert "no trade" in told.out
    assert "4 of 4 runs" in told.err
    assert (tmp_path / "s" / "runs" / "part-00000.parquet").exists()


def test_quiet_says_nothing(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", str(study), "--engine", "serial", "--out", str(tmp_path / "s"), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_mistake_is_exit_code_2_and_runs_nothing(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study.write_text(study.read_text().replace("mechanisms.trading", "mechanism.trading"))
    assert main(["sweep", str(study), "--engine", "serial", "--out", str(tmp_path / "s")]) == 2
    told = capsys.readouterr().err
    assert "1 problem in the study; nothing was run" in told
    assert "study.yaml:" in told
    assert "Did you mean 'mechanisms'" in told
    assert not (tmp_path / "s").exists()


def test_engine_and_scheduler_must_agree(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sweep", str(study), "--engine", "dask", "--out", str(tmp_path / "s")]) == 2
    assert "go together" in capsys.readouterr().err


def test_an_interrupted_study_says_how_to_go_on(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import ecopark.experiments.work as work

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(work.Store, "check_room", interrupt)
    assert main(["sweep", str(study), "--engine", "serial", "--out", str(tmp_path / "s"), "--quiet"]) == 130
    assert "start it again to go on" in capsys.readouterr().err
