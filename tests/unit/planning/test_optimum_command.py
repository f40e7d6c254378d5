"""``ecopark optimum``: what it prints, what it leaves, what it refuses."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
import yaml
from rich.console import Console
from small_parks import EAGER, build, firm

from ecopark.cli import main
from ecopark.commands.optimum import seconds, share, weights
from ecopark.planning.optimum.network import Progress
from ecopark.report.optimum_console import tell_standing, watch_search

ASH = {"resource": "ash", "coefficient": "1 t/t"}
CLAY = {"resource": "clay", "coefficient": "1 t/t"}


@pytest.fixture
def park(tmp_path: Path) -> Path:
    """Ash for a road nearby (money) or a brickworks (carbon), screened for two months."""
    firms = {
        "plant": firm((0, 0), capacity="10 t/day", outputs={"ash": ASH}),
        "road": firm((10_000, 0), inputs={"ash": ASH}),
        "bricks": firm((0, 10_000), inputs={"clay": CLAY}),
    }
    raw = build(
        firms,
        time={"end": "1993-12"},
        pathways={"ash_to_clay": {"giver": "ash", "taker": "clay", "cost": "30 DKK/t"}},
        agents={**EAGER, "negotiation": {**EAGER["negotiation"], "screening": "60 d"}},
    )
    path = tmp_path / "park.yaml"
    path.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return path


def test_it_tells_network_worth_prices_capture_and_front(
    park: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "best"
    told = [
        "optimum",
        str(park),
        "--blocks",
        "2 yr",
        "--pareto",
        "carbon",
        "--points",
        "4",
        "--out",
        str(folder),
    ]
    assert main(told) == 0
    said = capsys.readouterr().out
    for words in (
        "joint gain", "gap 0.00 %", "A firm → A firm: ash", "Shadow prices", "captured", "lost: in the pipeline",
        "Front: joint gain against greenhouse gases avoided",
    ):  # fmt: skip
        assert words in said, words
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["status"] == "optimal"
    assert summary["blocks"] == ["1990-01-01", "1992-01-01"]
    front = pd.read_parquet(folder / "front.parquet").sort_values("carbon")
    assert len(front) == 4
    assert front["cost"].is_monotonic_decreasing
    assert {path.stem for path in (folder / "figures").iterdir()} == {
        "capture",
        "maps",
        "shadow_prices",
        "front",
    }


def test_the_folder_is_named_after_what_is_asked(
    park: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["--objective", "cost=1,carbon=500", "--blocks", "all", "--until", "1991", "--seed", "3"]
    assert main(["optimum", str(park), *asked, "--no-figures", "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    (folder,) = (tmp_path / "results" / "optimum" / "park").iterdir()
    assert folder.name == "cost-500carbon-seed3-blocks-all-until-1991"
    assert not (folder / "figures").exists()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--objective", "noise"], "unknown objective 'noise'"),
        (["--pareto", "cost"], "two different objectives"),
        (["--objective", "cost=1,carbon=2", "--pareto", "carbon"], "needs one --objective"),
        (["--since", "2050"], "2050"),
    ],
)
def test_mistakes_are_told_before_anything_is_written(
    asked: list[str], said: str, park: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["optimum", str(park), *asked, "--out", str(tmp_path / "never")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "never").exists()


@pytest.mark.parametrize(
    "asked",
    [
        *(["--gap", "2"], ["--time-limit", "0"], ["--rate", "x"]),
        *(["--objective", text] for text in ("cost=much", "cost=-1", "cost=0", "cost=1,carbon=nan")),
    ],
)
def test_what_is_no_number_is_refused_by_the_parser(
    asked: list[str], park: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["optimum", str(park), *asked])
    assert "expected" in capsys.readouterr().err


def test_options_are_read() -> None:
    assert weights("carbon") == {"carbon": 1.0}
    assert weights("cost=1, carbon=0.5") == {"cost": 1.0, "carbon": 0.5}
    assert share("0.05") == 0.05
    assert seconds("90") == 90.0


def test_progress_tells_best_bound_and_gap() -> None:
    unknown = Progress(1.0, -float("inf"), float("inf"), float("inf"))
    assert tell_standing(unknown, "DKK") == "best none yet, bound unknown, gap unknown"
    found = Progress(3.0, 2.5e9, 2.6e9, 0.04)
    assert tell_standing(found, "DKK") == "best 2.5 billion DKK, bound 2.6 billion DKK, gap 4.00 %"


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown_on_a_terminal_and_in_a_log(terminal: bool) -> None:
    out = StringIO()
    console = Console(file=out, force_terminal=terminal, width=120)
    with watch_search("park", "DKK", console) as watch:
        listener = watch(0, 2)
        listener(Progress(3.0, 2.5e9, 2.6e9, 0.04))
    assert "park, search 1 of 2" in out.getvalue()
    assert "gap 4.00 %" in out.getvalue()
