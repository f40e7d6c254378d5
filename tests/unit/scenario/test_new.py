"""``ecopark new``: folders that run at once, whole or not at all, and never over something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecopark import Scenario, ScenarioError
from ecopark.cli import main
from ecopark.errors import ResultsError
from ecopark.scenario import scaffold
from ecopark.scenario.region import RegionPlan
from ecopark.scenario.scaffold import new_park, new_region, read_mix


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_new_park_runs_and_trades(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "my_park"]) == 0
    assert "ecopark run my_park" in capsys.readouterr().out
    assert main(["check", "my_park"]) == 0
    assert main(["run", "my_park", "--until", "2012", "--no-figures", "--quiet", "--out", "run"]) == 0
    from ecopark import Run

    synergies = Run.load("run").synergies
    assert len(Scenario.load("my_park").park.firms) == 3
    assert set(synergies.loc[synergies["operating"].notna(), "from_firm"]) >= {"power_station"}


def test_every_number_of_a_new_park_has_a_source() -> None:
    numbers = list(Scenario.load(new_park("my_park")).numbers())
    assert len(numbers) > 100
    assert not [place for place, quantity in numbers if not quantity.source or not quantity.mark]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("north_port", "North port"),
        ("Ny Æblø: 'havn' \"1\"", "Ny Æblø: 'havn' \"1\""),
        ("a{b}", "A{b}"),
        ("42", "42"),
    ],
)
def test_any_name_makes_a_title(name: str, title: str) -> None:
    assert Scenario.load(new_park(name)).park.name == title


def test_a_new_region_is_an_ordinary_scenario() -> None:
    arguments = [
        "new",
        "deep/region",
        "--region",
        "--firms",
        "40",
        "--seed",
        "7",
        "--density",
        "2",
        "--years",
        "3",
    ]
    assert main(arguments) == 0
    park = Scenario.load("deep/region").park
    assert len(park.firms) == 40
    assert f"{park.time.end:%Y-%m}" == "2002-12"
    expected = new_region("again", RegionPlan(firms=40, seed=7, density=2.0, years=3))
    for name in ("scenario.yaml", "firms.csv"):
        assert (expected / name).read_bytes() == Path("deep/region", name).read_bytes()
    assert not [q for _, q in Scenario.load("again").numbers() if not q.source or not q.mark]


def test_a_region_can_be_run() -> None:
    new_region("region", RegionPlan(firms=15))
    assert main(["run", "region", "--until", "2001", "--no-figures", "--quiet", "--out", "run"]) == 0


def test_a_mix_from_a_file() -> None:
    Path("mix.csv").write_text("name,weight,note\nbrewery,3,\nwaste,1,by the town\n", encoding="utf-8")
    assert read_mix("mix.csv") == {"brewery": 3.0, "waste": 1.0}
    assert main(["new", "region", "--region", "--firms", "60", "--mix", "mix.csv"]) == 0
    assert {firm.sector for firm in Scenario.load("region").park.firms.values()} == {"food", "waste"}


def test_mistakes_in_a_mix_come_all_at_once() -> None:
    rows = "name,weight\nbrewry,1\nmrf,-1\nmrf,much\nwaste,1\nwaste,2\n"
    Path("mix.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_mix("mix.csv")
    found = [(problem.file, problem.line, problem.message) for problem in caught.value.problems]
    assert [(file, line) for file, line, _ in found] == [("mix.csv", line) for line in (2, 3, 4, 6)]
    assert "Did you mean 'brewery'" in found[0][2]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["taken"], "exists already"),
        (["taken/file.txt"], "exists already"),
        (["."], "expected the name of a new folder"),
        (["new", "--firms", "10"], "add --region"),
        (["new", "--region", "--firms", "0"], "from 1 to 99,999"),
        (["new", "--region", "--density", "-1"], "density must be positive"),
        (["new", "--region", "--mix", "no.csv"], "there is no file"),
        (["new", "--region", "--mix", "empty.csv"], "holds no weights"),
    ],
)
def test_mistakes_end_with_status_2_and_leave_nothing(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("taken").mkdir()
    Path("taken/file.txt").write_text("mine", encoding="utf-8")
    Path("empty.csv").write_text("name,weight\n", encoding="utf-8")
    assert main(["new", *arguments]) == 2
    shown = capsys.readouterr()
    assert says in shown.err
    assert "Traceback" not in shown.err
    assert sorted(path.name for path in Path().iterdir()) == ["empty.csv", "taken"]
    assert Path("taken/file.txt").read_text(encoding="utf-8") == "mine"


def test_a_place_that_cannot_be_written_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ResultsError, match="cannot write park: No space left"):
        new_park("park")
    assert list(Path().iterdir()) == []


def test_the_templates_travel_with_the_package() -> None:
    for name in ("park", "region"):
        assert scaffold._template(name).startswith("#")
