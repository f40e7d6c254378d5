"""History matching finds what it must and gives up what it can."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hindcast_parks import write_recorded_park
from study_models import files_of, luck

from ecopark import Scenario
from ecopark.cli import main
from ecopark.errors import DomainError, ResultsError, StudyError
from ecopark.experiments.calibration import TABLES, Calibration, run_plan
from ecopark.experiments.calibration_file import plan_from, read_plan
from ecopark.experiments.calibration_tables import base_value, state
from ecopark.experiments.emulator import Emulator
from ecopark.experiments.history_matching import (
    Evaluation,
    Pattern,
    implausibility,
    match,
    reduce_range,
    worst,
)
from ecopark.experiments.models import Outcome
from ecopark.experiments.record import read_record

TRUTH = {"a": 3.0, "b": 0.2, "idle": 5.0}
OUTPUTS = ("sum", "wave")


@dataclass(frozen=True)
class Curved:
    """``sum = a + 10 b + luck`` and ``wave = a sin(6 b) + luck``; `idle` does nothing."""

    def describe(self) -> dict[str, Any]:
        return {"function": "curved"}

    def known_paths(self) -> tuple[str, ...]:
        return tuple(TRUTH)

    def seconds(self) -> float:
        return 0.01

    def variant(self, overrides: Mapping[str, Any]) -> tuple[float, float]:
        known = {**TRUTH, **overrides}
        return float(known["a"]), float(known["b"])

    def run(self, variant: Any, seed: int) -> Outcome:
        a, b = variant
        noise = [luck(2 * seed + k) - 0.5 for k in (0, 1)]
        values = {"sum": a + 10.0 * b + 0.2 * noise[0], "wave": a * math.sin(6.0 * b) + 0.2 * noise[1]}
        return Outcome([(None, "park", name, value, "1") for name, value in values.items()])


def raw_plan(**blocks: Any) -> dict[str, Any]:
    return {
        "name": "curved",
        "parameters": {
            "a": {"range": [0, 8]},
            "b": {"range": [0, 1]},
            "idle": {"range": [1, 100], "scale": "log"},
        },
        "patterns": {
            "sum": {"target": 5.0, "tolerance": 0.2},
            "wave": {"target": 3.0 * math.sin(1.2), "tolerance": 0.2},
        },
        "waves": 2,
        "points": 32,
        "replicates": 3,
    } | blocks


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calibration") / "c"


@pytest.fixture(scope="module")
def calibration(place: Path) -> Calibration:
    return run_plan(plan_from(raw_plan(), Curved(), OUTPUTS), Curved(), place, engine="serial")


# --------------------------------------------------------------------------- the method
def test_implausibility_by_hand() -> None:
    # |10 - 4| / sqrt(1 + 2 + 1) = 3.
    assert implausibility(10.0, np.array([4.0]), np.array([1.0]), 2.0, 1.0).tolist() == [3.0]


def test_an_emulator_reproduces_a_smooth_function_and_knows_its_error() -> None:
    chance = np.random.default_rng(1)
    points = chance.random((48, 2))
    new = chance.random((400, 2))

    def function(x: Any) -> Any:
        return np.sin(3.0 * x[:, 0]) + x[:, 1] ** 2

    emulator = Emulator(points, function(points) + chance.normal(0.0, 0.02, 48), 0.02**2, 1)
    mean, variance = emulator.predict(new)
    assert np.abs(mean - function(new)).max() < 0.1
    # Nearly all within three of its own standard deviations, at new points and left out in turn.
    assert (np.abs(mean - function(new)) < 3.0 * np.sqrt(variance)).mean() > 0.97
    assert (np.abs(emulator.validate()) < 3.0).mean() > 0.95


def test_errors_left_out_in_turn_are_those_of_a_process_without_the_point() -> None:
    """Against scikit-learn's own prediction from the other points, length scales fixed."""
    from sklearn.gaussian_process import GaussianProcessRegressor

    points = np.random.default_rng(2).random((12, 1))
    values = np.sin(5.0 * points[:, 0])
    emulator = Emulator(points, values, 1e-4, 1)
    whole: Any = emulator._process
    scaled = (values - values.mean()) / values.std()
    without = np.arange(12) != 4
    other = GaussianProcessRegressor(whole.kernel_, alpha=whole.alpha, optimizer=None)
    mean, sd = other.fit(points[without], scaled[without]).predict(points[[4]], return_std=True)
    error = (scaled[4] - mean[0]) / math.sqrt(sd[0] ** 2 + whole.alpha)
    assert emulator.validate()[4] == pytest.approx(error, rel=1e-6)


def test_the_range_left_of_an_even_sample() -> None:
    even = np.linspace(0.0, 1.0, 10_001)
    assert reduce_range(even) == pytest.approx(0.0, abs=1e-3)
    assert reduce_range(0.3 + 0.1 * even) == pytest.approx(0.9, abs=1e-3)
    # All weight on the lower half: the same as if only that half were there.
    weight = np.where(even <= 0.5, 1.0, 0.0)
    assert reduce_range(even, weight / weight.sum()) == pytest.approx(0.5, abs=1e-3)


def test_points_are_a_power_of_two() -> None:
    with pytest.raises(DomainError, match="power of two"):
        match(lambda *_: Evaluation(*(np.zeros((1, 1)),) * 3, 1), 1, [Pattern("p", "p", 0.0, 1.0)], points=48)


def test_a_pattern_that_is_never_defined_is_named() -> None:
    def evaluate(_: int, shares: Any) -> Evaluation:
        return Evaluation(shares, np.full((len(shares), 1), np.nan), np.zeros((len(shares), 1)), 1)

    with pytest.raises(ResultsError, match="pattern 'order': only 0 points"):
        match(evaluate, 2, [Pattern("order", "tau", 1.0, 0.1)], points=16)


def test_what_cannot_match_anywhere_is_excluded_everywhere() -> None:
    def evaluate(_: int, shares: Any) -> Evaluation:
        return Evaluation(shares, shares[:, :1], np.zeros((len(shares), 1)), 2)

    found = match(evaluate, 2, [Pattern("x", "x", 50.0, 0.1)], points=16)
    assert len(found.waves) == 1
    assert found.waves[0].space_left == 0.0
    assert len(found.sample) == len(found.weight) == 0


def test_the_true_values_stay_and_wrong_ones_go() -> None:
    truth = np.array([0.4, 0.7])

    def evaluate(wave: int, shares: Any) -> Evaluation:
        assert len(shares) == 32
        both = np.column_stack([shares.sum(axis=1), shares[:, 0] - shares[:, 1] ** 2])
        return Evaluation(shares, both, np.full((32, 2), 1e-4), 4)

    patterns = [Pattern("sum", "s", 1.1, 0.02), Pattern("bend", "b", 0.4 - 0.49, 0.02)]
    found = match(evaluate, 2, patterns, waves=2, points=32)
    waves = [wave.fitted for wave in found.waves]
    assert worst(waves, truth[None])[0] < 1.0
    assert (worst(waves, np.array([[0.9, 0.9], [0.1, 0.1], [0.7, 0.4], [0.2, 0.9]])) > 3.0).all()
    assert found.sample.mean(axis=0) == pytest.approx(truth, abs=0.05)
    # Two straight-ish bands of +-3 standard deviations cross: their area by hand.
    half = 3.0 * math.sqrt(0.02**2 + 1e-4)
    area = (2.0 * half) ** 2 / abs(-2.0 * truth[1] - 1.0)
    assert found.waves[-1].space_left == pytest.approx(area, rel=0.15)
    assert found.weight.sum() == pytest.approx(1.0)


# --------------------------------------------------------------------------- a whole calibration
def test_a_calibration_recovers_a_known_model(calibration: Calibration) -> None:
    table = calibration.parameters.set_index("parameter")
    for name in ("a", "b"):
        assert table.loc[name, "low"] <= TRUTH[name] <= table.loc[name, "high"]
        assert table.loc[name, "reduction"] > 0.3
    assert table.loc["idle", "statement"] == "not identified"
    assert abs(table.loc["idle", "reduction"]) < 0.1
    sample = calibration.sample
    assert (sample["implausibility"] <= 3.0).all()
    # Far from what a + 10 b allows: given up whole.
    assert not ((sample["a"] > 6.0) & (sample["b"] > 0.3)).any()
    assert calibration.waves["space_left"].is_monotonic_decreasing
    assert calibration.points["implausibility"].min() < 1.0


def test_the_closest_point_is_the_one_that_ran(calibration: Calibration) -> None:
    best = calibration.points.loc[calibration.points["implausibility"].idxmin()]
    assert {path: float(value) for path, value in calibration.closest.items()} == {
        name: pytest.approx(best[name]) for name in TRUTH
    }
    patterns = calibration.patterns.set_index("pattern")
    assert patterns.loc["sum", "closest"] == best["sum"]
    # Point 0 is the model as it is, here the truth; its luck is at most 0.1.
    assert patterns.loc["sum", "base"] == pytest.approx(5.0, abs=0.1)


def test_a_calibration_is_kept_and_not_run_again(calibration: Calibration, place: Path) -> None:
    before = files_of(place)
    again = run_plan(plan_from(raw_plan(), Curved(), OUTPUTS), Curved(), place, engine="serial")
    assert files_of(place) == before
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(calibration, name))
    with pytest.raises(ResultsError, match="another calibration"):
        run_plan(plan_from(raw_plan(seed=2), Curved(), OUTPUTS), Curved(), place, engine="serial")


def test_saved_tables_are_read_back(calibration: Calibration, tmp_path: Path) -> None:
    folder = calibration.save(tmp_path / "c", figures=True)
    for name in TABLES:
        pd.testing.assert_frame_equal(
            pd.read_parquet(folder / f"{name}.parquet"), getattr(calibration, name), check_dtype=False
        )
    told = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert told["closest"] == calibration.closest
    assert {path.stem for path in (folder / "figures").iterdir()} == {"marginals", "pairs"}


@pytest.mark.parametrize(
    ("reduction", "left", "words"),
    [(0.9, 0.1, "identified"), (0.2, 0.1, "weakly identified"), (0.1, 0.1, "not identified"),
     (math.nan, 0.0, "everything is excluded")],
)  # fmt: skip
def test_words_for_what_is_known(reduction: float, left: float, words: str) -> None:
    assert state(reduction, left) == words


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ({"patterns": {"sum": {"output": "summe", "target": 1, "tolerance": 1}}}, "Did you mean 'sum'"),
        ({"patterns": {"sum": {"target": 1}}}, "tolerance missing"),
        ({"patterns": {"sum": {"target": 1, "tolerance": 0}}}, "expected a number between 0 and inf"),
        ({"patterns": {}}, "patterns: is missing"),
        ({"parameters": {"a": {"list": [1, 2]}}}, "expected a range or a distribution"),
        ({"parameters": {"x": {"range": [1, 2]}}}, "unknown path"),
        ({"parameters": {}}, "parameters: is missing"),
        ({"points": 48}, "power of two"),
        ({"pionts": 64}, "Did you mean 'points'"),
    ],
)
def test_mistakes_are_named(blocks: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        plan_from(raw_plan(**blocks), Curved(), OUTPUTS)


def test_a_model_that_always_fails_is_told(tmp_path: Path) -> None:
    class Broken(Curved):
        def run(self, variant: Any, seed: int) -> Outcome:
            raise ValueError("the well is dry")

    with pytest.raises(ResultsError, match="no run of wave 1 finished: the well is dry"):
        run_plan(plan_from(raw_plan(), Broken(), OUTPUTS), Broken(), tmp_path / "c", engine="serial")


# --------------------------------------------------------------------------- the command, on a park
def write_calibration(folder: Path, **blocks: Any) -> Path:
    raw = {
        "parameters": {
            "rate": {"path": "agents.discovery.base", "range": ["0.2 %/yr", "400 %/yr"], "scale": "log"}
        },
        "patterns": {
            "pairs": {"output": "f1_pairs", "target": 1, "tolerance": 0.15},
            "ash": {"output": "count", "target": 2, "tolerance": 0.3},
        },
        "waves": 1,
        "points": 16,
        "replicates": 2,
    } | blocks
    (folder / "calibration.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")
    return write_recorded_park(folder)


def test_the_command_calibrates_a_park(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    park, out = write_calibration(tmp_path), tmp_path / "out"
    assert main(["calibrate", str(park), "--engine", "serial", "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "rate, %/yr" in told
    table = pd.read_parquet(out / "calibration" / "parameters.parquet").set_index("parameter")
    # Both exchanges within three years need some 100 % a year; at 1 % nothing would have begun.
    assert table.loc["rate", "base"] == pytest.approx(100.0)
    assert 5.0 < table.loc["rate", "low"] < 100.0 < table.loc["rate", "high"]
    sample = pd.read_parquet(out / "calibration" / "sample.parquet")
    assert sample["rate"].min() > 2.0


def test_mistakes_in_the_file_run_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    park = write_calibration(tmp_path, parameters={"rate": {"path": "agents.discovery.bas", "range": [1, 2]}})
    assert main(["calibrate", str(park), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "1 problem in the study; nothing was run" in told
    assert "Did you mean 'base'" in told
    assert not (tmp_path / "out").exists()
    assert main(["calibrate", str(park), "--study", str(tmp_path / "no.yaml")]) == 2
    assert "there is no such calibration" in capsys.readouterr().err


def test_the_shipped_calibration_fits_its_scenario() -> None:
    scenario = Scenario.load("kalundborg")
    assert scenario.path is not None
    plan = read_plan(scenario.path.parent / "calibration.yaml", scenario, read_record(scenario))
    assert len(plan.parameters) == 9
    base = {one.name: base_value(scenario, one) for one in plan.parameters}
    # The scenario's own values lie within the ranges, so it is a point of what is searched.
    assert all(one.low <= base[one.name] <= one.high for one in plan.parameters)
    assert {pattern.output for pattern in plan.patterns} >= {
        "f1_pairs",
        "tau",
        "curve_distance",
        "ratio_gypsum",
    }
