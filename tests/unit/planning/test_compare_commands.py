"""The two commands, end to end on files of a small park: folders, figures, words, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from test_whatif import park

from ecopark.cli import main
from ecopark.commands.compare import folder_name, split_changes, split_names

QUICK = ["--engine", "serial", "--replicates", "2", "--quiet", "--until", "1992"]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(park().to_yaml(), encoding="utf-8")
    return str(path)


@pytest.mark.slow
def test_compare_leaves_tables_and_figures(file: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    status = main(
        ["compare", f"now={file}", f"dear={file}", "--set", "dear:resources.ash.disposal.fee=200 DKK/t", *QUICK,
         "--out", str(out)]
    )  # fmt: skip
    assert status == 0
    told = json.loads((out / "comparison" / "summary.json").read_text(encoding="utf-8"))
    assert told["alternatives"] == {"now": ["now", 1990, 1992], "dear": ["dear", 1990, 1992]}
    table = pd.read_parquet(out / "comparison" / "indicators.parquet").set_index("indicator")
    assert table.loc["joint_gain", "difference"] > 0.0
    drawn = {path.name for path in (out / "comparison" / "figures").glob("*.png")}
    assert {"forest.png", "firms.png", "maps.png", "curves-joint-gain.png"} <= drawn


@pytest.mark.slow
def test_whatif_leaves_recovery_too(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    options = [option for option in QUICK if option != "--quiet"]
    assert (
        main(["whatif", file, "--close", "hub@1991", "--price", "ash*2@1992", *options, "--out", str(out)])
        == 0
    )
    shown = capsys.readouterr().out
    for words in ("Lost at once on 1991-01-01", "Recovery", "Winners and losers", "before anyone reacts"):
        assert words in shown
    assert (out / "whatif" / "figures" / "recovery.png").is_file()
    for name in ("recovery", "at_once", "dealings", "static", "around"):
        assert (out / "whatif" / f"{name}.parquet").is_file()


def test_the_list_shows_every_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", "--list"]) == 0
    shown = capsys.readouterr().out
    for words in (
        "--close FIRM@DATE",
        "--cap-pipe",
        "--drought",
        "--carbon-price",
        "ecopark whatif kalundborg",
    ):
        assert words in shown


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (["whatif"], "name a scenario"),
        (["whatif", "FILE"], "name at least one event"),
        (["whatif", "FILE", "--close", "hub"], "expected FIRM@DATE"),
        (["whatif", "FILE", "--close", "hib@1992"], "Did you mean 'hub'"),
        (["whatif", "FILE", "--close", "hub@1992", "--threshold", "2"], "threshold of recovery"),
        (["whatif", "FILE", "--close", "hub@1994", "--until", "1992"], "lies after the last whole year"),
        (["compare", "FILE"], "nothing to compare"),
        (["compare", "FILE", "--year", "1991"], "nothing to compare"),
        (["compare", "a=FILE", "b=FILE", "--set", "c:layout.detour=2"], "no alternative of that name"),
        (["compare", "a=FILE", "a=FILE"], "named twice"),
        (["compare", "a=FILE", "b=FILE", "--years", "1990", "1991", "1992"], "first and last year"),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(
    typed: list[str], message: str, file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "nothing"
    words = [word.replace("FILE", file) for word in typed]
    assert main([*words, "--engine", "serial", "--quiet", "--out", str(out)]) == 2
    assert message in capsys.readouterr().err
    assert not (out / "comparison").exists()
    assert not (out / "whatif").exists()


def test_names_and_changes_are_split() -> None:
    assert split_names(["a", "b"]) == ["a", "b"]
    assert split_names(["now=a", "b"]) == {"now": "a", "b": "b"}
    found = split_changes(["tax:policy.landfill_tax=600 DKK/t", "layout.detour=2"])
    assert found == {"tax": {"policy.landfill_tax": "600 DKK/t"}, "": {"layout.detour": "2"}}
    # A colon in a value is no name.
    assert split_changes(["policy.landfill_tax={1990: 4 DKK/t}"]) == {
        "": {"policy.landfill_tax": "{1990: 4 DKK/t}"}
    }
    assert folder_name(["now=scenarios/kalundborg", "kalundborg/barriers/information"]) == "now-information"
