"""The seven barriers: each a small file on top of Kalundborg with a lever that can be turned."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from ecopark import Scenario, simulate
from ecopark.cli import main
from ecopark.experiments import Study
from ecopark.scenario import shipped_folder, shipped_variants

# From the weakest to the strongest, as docs/barriers.md states it.
LEVERS: dict[str, tuple[str, list[object]]] = {
    "co_location": ("layout.detour", [1.2, 2.4, 3.6]),
    "information": ("agents.information.loss", [0, 0.3, 0.6]),
    "regulatory_uncertainty": ("agents.regulator.wrong_refusal.low", [0, 0.2, 0.4]),
    "competition_law": ("agents.information.competition_law", [0, 0.5, 1]),
    "feed_in_tariffs": ("policy.feed_in_tariff.fuel_gas", ["0 DKK/MWh", "100 DKK/MWh", "200 DKK/MWh"]),
    "carbon_commitment": ("policy.carbon_commitment", [0, 0.5, 1]),
    "proxy_metrics": ("agents.facilitator.metric", ["money", "tonnes", "carbon"]),
}
# What the barriers of a place are put on.
BASES = {"kalundborg": "kalundborg", "west_midlands": "west_midlands/fifth"}
PAGE = Path(__file__).parents[2] / "docs" / "barriers.md"


@cache
def base(place: str = "kalundborg") -> Scenario:
    folder = shipped_folder(place)
    assert folder is not None
    return Scenario.load(folder if BASES[place] == place else folder / f"{BASES[place].split('/')[1]}.yaml")


@cache
def load(barrier: str, place: str = "kalundborg") -> Scenario:
    return Scenario.load(f"{place}/barriers/{barrier}")


def numbers(scenario: Scenario) -> dict[str, tuple[float, str]]:
    return {place: (number.value, number.unit) for place, number in scenario.numbers()}


def test_there_are_seven_and_the_page_tells_of_each() -> None:
    assert {name for name in shipped_variants() if "/barriers/" in name} == {
        f"{place}/barriers/{name}" for place in BASES for name in LEVERS
    }
    page = PAGE.read_text(encoding="utf-8")
    for name, (lever, _) in LEVERS.items():
        assert f"{name}.yaml" in page
        assert lever.rsplit(".", 1)[0] in page


def test_the_study_on_the_page_can_be_read(tmp_path: Path) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    study = Study.load(tmp_path / "study.yaml")
    assert study.scenario is not None
    assert study.scenario.park == load("regulatory_uncertainty").park


@pytest.mark.parametrize("place", BASES)
@pytest.mark.parametrize("barrier", LEVERS)
def test_a_variant_differs_only_where_it_says(barrier: str, place: str) -> None:
    folder = shipped_folder(place)
    assert folder is not None
    text = (folder / "barriers" / f"{barrier}.yaml").read_text(encoding="utf-8")
    stated = re.findall(r"^  ([a-z_.]+):", text, re.MULTILINE)
    assert stated
    below, variant = numbers(base(place)), numbers(load(barrier, place))
    # A block of its own comes with its defaults.
    differ = {place for place in below.keys() | variant.keys() if below.get(place) != variant.get(place)}
    assert all(place.startswith(tuple(stated)) for place in differ)
    # A body that plans is no number.
    assert differ or base(place).park.agents.facilitator != load(barrier, place).park.agents.facilitator


@pytest.mark.parametrize("barrier", LEVERS)
def test_a_lever_can_be_turned_and_the_file_holds_its_strong_end(barrier: str) -> None:
    lever, strengths = LEVERS[barrier]
    variant = load(barrier)
    parks = [variant.with_overrides({lever: strength}).park for strength in strengths]
    assert parks[0] != parks[1] != parks[2]
    strong = variant.with_overrides({lever: strengths[-1]})
    assert numbers(strong) == numbers(variant)
    assert strong.park.agents.facilitator == variant.park.agents.facilitator


@pytest.mark.parametrize(
    ("barrier", "rest"),
    [
        ("co_location", {"layout.detour": 1.2}),
        ("regulatory_uncertainty", {
            "agents.regulator.wrong_refusal": "{none: 0, low: 0, hazardous: 0}",
            "agents.regulator.coordination": 1,
            "policy.announced": "[]",
        }),
        ("competition_law", {"agents.information.competition_law": 0}),
        ("feed_in_tariffs", {"policy.feed_in_tariff": "{fuel_gas: 0 DKK/MWh, flare_gas: 0 DKK/MWh}"}),
    ],
)  # fmt: skip
def test_a_lever_at_rest_is_no_barrier(barrier: str, rest: dict[str, object]) -> None:
    """The same events as in the scenario below, and others with the barrier up."""
    span = {"time.end": "1970-12", "time.period": "quarter", "time.segment": "month"}
    plain = simulate(base().with_overrides(span), 1).events
    variant = load(barrier).with_overrides(span)
    assert simulate(variant.with_overrides(rest), 1).events.equals(plain)
    if barrier != "competition_law":
        assert not simulate(variant, 1).events.equals(plain)


@pytest.mark.parametrize(
    "written", ["kalundborg/barriers/information", "kalundborg/barriers/information.yaml"]
)
def test_a_barrier_is_checked_and_run_by_its_name(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check", written]) == 0
    assert "no problems" in capsys.readouterr().out
    assert main(["run", written, "--until", "1959", "--quiet", "--no-figures", "--out", "run"]) == 0
    again = Scenario.load(tmp_path / "run" / "scenario.yaml").park
    assert again.agents.information == load("information").park.agents.information


def test_a_name_that_is_nearly_right_is_offered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "kalundborg/barriers/infomation"]) == 2
    assert "Did you mean 'kalundborg/barriers/information'?" in capsys.readouterr().err
