"""A study from start to end on one process: rows, seeds, resume, failures, replicates, the folder."""

from __future__ import annotations

import errno
import json
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from study_models import Line, files_of, line_study, luck, park_raw, write_park

from ecopark import Scenario, simulate
from ecopark.errors import DomainError, ResultsError, StudyError
from ecopark.experiments import Study, StudyResults, sweep
from ecopark.experiments import store as stores
from ecopark.experiments.models import WHOLE_RUN, YEARLY
from ecopark.experiments.sweeps import Progress

Usage = namedtuple("Usage", "total used free")


def run_line(folder: Path, model: Line | None = None, **blocks: Any) -> StudyResults:
    return sweep(Study.from_dict(line_study(**blocks), model or Line()), engine="serial", folder=folder)


# --------------------------------------------------------------------------- what is run
def test_every_point_has_every_replicate_with_the_same_luck(tmp_path: Path) -> None:
    results = run_line(tmp_path / "s", replicates=3, seed=7)
    runs = results.runs
    assert len(runs) == 6 * 3
    assert runs.groupby("replicate")["seed"].unique().map(list).to_dict() == {0: [7], 1: [8], 2: [9]}
    values = results.parameter_values()
    expected = 2.0 * values["a"] + values["b"] + runs["seed"].map(luck)
    pd.testing.assert_series_equal(runs["y"], expected, check_names=False, rtol=1e-12)


def test_differences_lose_the_luck(tmp_path: Path) -> None:
    design = {"kind": "paired", "alternatives": {"more": {"a": "3"}}}
    found = run_line(tmp_path / "s", design=design, parameters={}, replicates=9).compare("y")
    assert found[["label", "replicates"]].to_numpy().tolist() == [["more", 9]]
    assert found.loc[0, ["mean", "low", "high"]].tolist() == pytest.approx([6.0, 6.0, 6.0])
    assert found.loc[0, "unit"] == "t"


def test_a_park_is_the_same_by_study_and_by_hand(tmp_path: Path) -> None:
    raw = {
        "name": "park",
        "base": str(write_park(tmp_path)),
        "parameters": {"tax": {"path": "policy.landfill_tax", "list": ["10 DKK/t", "300 DKK/t"]}},
        "design": {"kind": "grid"},
        "replicates": 2,
        "seed": 5,
        "outputs": {"summary": True, "indicators": "all", "scope": "all", "flows": True},
    }
    results = sweep(Study.from_dict(raw), engine="serial", folder=tmp_path / "s")
    run = simulate(Scenario.from_dict(park_raw(), overrides={"policy.landfill_tax": "300 DKK/t"}), seed=6)
    (row,) = results.runs[(results.runs["point"] == 1) & (results.runs["seed"] == 6)].itertuples()
    summary = run.summary()
    assert row.avoided_waste == summary["cumulative"]["avoided_waste"]["value"] > 0
    assert row.ever_operated == summary["ever_operated"]
    assert row.avoided_heat == 0.0  # nothing of it in this park: zero, not missing
    held = results.indicators[results.indicators["run"] == row.Index]
    keys = ["period", "scope", "indicator", "value", "unit"]
    pd.testing.assert_frame_equal(
        held[keys].astype(run.indicators[keys].dtypes).reset_index(drop=True),
        run.indicators[keys],
        check_exact=True,
    )
    assert results.flows.count_rows() == 2 * sum(
        len(simulate(results_scenario, seed).flows)
        for results_scenario in [Scenario.from_dict(park_raw())]
        for seed in (5, 6)
    )
    assert set(run.indicators["indicator"]) <= set(YEARLY)
    assert set(results.outputs) == set(WHOLE_RUN)


def test_structural_choices_by_file(tmp_path: Path) -> None:
    write_park(tmp_path)
    (tmp_path / "near.yaml").write_text("firms: {user: {site: [10, 0]}}\n")
    (tmp_path / "far.yaml").write_text("firms: {user: {site: [90000, 0]}}\npolicy: {landfill_tax: 1 DKK/t}\n")
    raw = {
        "base": "park.yaml",
        "parameters": {
            "layout": {"files": {"close by": "near.yaml", "far off": "far.yaml"}},
            "mechanisms.trading": {"list": [True, False]},
        },
        "design": {"kind": "grid"},
    }
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(raw))
    results = sweep(tmp_path / "study.yaml", engine="serial", folder=tmp_path / "s")
    table = results.design.merge(results.runs, on="point").set_index(["layout", "mechanisms.trading"])
    assert table.loc[("close by", "true"), "avoided_waste"] > 0
    assert table.loc[("close by", "false"), "avoided_waste"] == 0
    told = json.loads(table.loc[("far off", "true"), "overrides"])
    assert told == {
        "firms.user.site": [90000, 0],
        "policy.landfill_tax": "1 DKK/t",
        "mechanisms.trading": True,
    }


# --------------------------------------------------------------------------- chunks, resume
@pytest.mark.parametrize("lost", [[0], [2], [0, 1, 2, 3], [1, 3]])
def test_what_is_missing_is_run_again_and_nothing_else(tmp_path: Path, lost: list[int]) -> None:
    mark = tmp_path / "calls"
    folder = tmp_path / "s"
    run_line(folder, Line(mark=str(mark)))  # 12 runs of 0.25 s: three per chunk
    before = files_of(folder)
    assert sorted(name for name in before if name.startswith("runs")) == [
        f"runs/part-0000{k}.parquet" for k in range(4)
    ]
    calls = len(mark.read_text().splitlines())
    for part in lost:
        (folder / "runs" / f"part-{part:05d}.parquet").unlink()
    (folder / "runs" / ".part-00000.parquet.here-1.draft").write_bytes(b"half")
    run_line(folder, Line(mark=str(mark)))
    assert files_of(folder) == before
    assert len(mark.read_text().splitlines()) - calls == 3 * len(lost)


def test_progress_counts_what_was_there(tmp_path: Path) -> None:
    told: list[Progress] = []
    study = Study.from_dict(line_study(), Line())
    sweep(study, engine="serial", folder=tmp_path / "s", progress=told.append)
    assert [one.done for one in told] == [0, 3, 6, 9, 12]
    (tmp_path / "s/runs/part-00001.parquet").unlink()
    told.clear()
    sweep(study, engine="serial", folder=tmp_path / "s", progress=told.append)
    assert [(one.done, one.total, one.resumed) for one in told] == [(9, 12, 9), (12, 12, 9)]


@pytest.mark.parametrize(
    ("blocks", "name"),
    [
        ({"seed": 2}, "seed"),
        ({"replicates": 3}, "replicates"),
        ({"parameters": {"a": {"range": [0, 2]}}}, "parameters"),
    ],
)
def test_another_study_in_the_folder_is_refused(tmp_path: Path, blocks: dict[str, Any], name: str) -> None:
    run_line(tmp_path / "s")
    before = files_of(tmp_path / "s")
    with pytest.raises(ResultsError, match=f"differs in {name}"):
        run_line(tmp_path / "s", **blocks)
    assert files_of(tmp_path / "s") == before


def test_two_processes_do_not_share_a_folder(tmp_path: Path) -> None:
    with stores.Store(tmp_path / "s").locked(), pytest.raises(ResultsError, match="another process"):
        run_line(tmp_path / "s")
    assert len(run_line(tmp_path / "s").runs) == 12


# --------------------------------------------------------------------------- failures
FAILING = {"parameters": {"b": {"list": [1, 11, 2]}}, "design": {"kind": "grid"}, "replicates": 2}


def test_a_run_that_raises_is_written_down_and_stops_nothing(tmp_path: Path) -> None:
    results = run_line(tmp_path / "s", **FAILING)
    assert sorted(results.runs["point"]) == [0, 0, 2, 2]
    failures = results.failures
    assert failures[["point", "replicate", "seed", "error", "message"]].to_numpy().tolist() == [
        [1, 0, 1, "ValueError", "b is 11, more than 10"],
        [1, 1, 2, "ValueError", "b is 11, more than 10"],
    ]
    assert failures["overrides"].tolist() == [{"b": 11}] * 2
    assert "in run\n    raise ValueError" in failures["traceback"][0]
    files = sorted((tmp_path / "s" / "failures").iterdir())
    assert [json.loads(file.read_text())[0]["run"] for file in files] == [2, 3]


def test_failed_runs_are_retried_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "s"
    study = Study.from_dict(line_study(**FAILING), Line())
    whole = Line.run
    assert len(sweep(study, engine="serial", folder=folder).runs) == 4
    assert len(sweep(study, engine="serial", folder=folder).failures) == 2  # not without being asked
    monkeypatch.setattr(Line, "run", lambda self, variant, seed: whole(self, (variant[0], 0.0, 0.0), seed))
    again = sweep(study, engine="serial", folder=folder, retry_failed=True)
    assert (len(again.runs), len(again.failures)) == (6, 0)
    assert not list((folder / "failures").iterdir())


def test_a_study_in_which_everything_fails_still_reads(tmp_path: Path) -> None:
    results = run_line(tmp_path / "s", **{**FAILING, "parameters": {"b": {"list": [11]}}})
    assert (len(results.runs), len(results.failures), len(results.indicators)) == (0, 2, 0)


# --------------------------------------------------------------------------- disk
def test_a_full_disk_is_refused_before_the_first_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(StudyError, match="1 MB left"):
        run_line(tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_a_disk_that_fills_stops_the_study_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = iter([10**9] * 4 + [10**6] * 9)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**10, 0, next(free)))
    with pytest.raises(stores.StoreFullError, match="nothing is half"):
        run_line(tmp_path / "s")
    held = StudyResults(tmp_path / "s").runs
    assert 0 < len(held) < 12
    assert len(held) % 3 == 0
    monkeypatch.undo()
    assert len(run_line(tmp_path / "s").runs) == 12


def test_no_room_in_the_middle_of_a_file_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow.parquet as pq

    write, count = pq.write_table, iter(range(99))

    def fill_up(table: Any, to: Path, **options: Any) -> None:
        write(table, to, **options)
        if next(count) == 4:  # design, sample, two chunks, then this one
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq, "write_table", fill_up)
    with pytest.raises(stores.StoreFullError, match="the disk is full"):
        run_line(tmp_path / "s")
    assert sorted(file.name for file in (tmp_path / "s" / "runs").iterdir()) == [
        "part-00000.parquet",
        "part-00001.parquet",
    ]
    monkeypatch.undo()
    assert len(run_line(tmp_path / "s").runs) == 12


@pytest.mark.parametrize("taken", ["file", "folder with things"])
def test_a_place_that_is_taken_is_refused(tmp_path: Path, taken: str) -> None:
    place = tmp_path / "s"
    if taken == "file":
        place.write_text("mine")
    else:
        place.mkdir()
        (place / "thesis.txt").write_text("mine")
    with pytest.raises(StudyError):
        run_line(place)


def test_a_read_only_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setattr(os, "access", lambda place, mode: False)  # also where the tests run as root
    with pytest.raises(StudyError, match="read-only"):
        run_line(tmp_path / "s")


# --------------------------------------------------------------------------- stopping
def test_replicates_are_added_until_the_interval_is_narrow(tmp_path: Path) -> None:
    rule = {"output": "y", "half_width": 0.12, "max": 200}
    results = run_line(tmp_path / "s", replicates=5, stopping=rule)
    count = int(results.runs["replicate"].max()) + 1
    assert count % 5 == 0
    assert 5 < count < 200
    half = (results.means("y")["high"] - results.means("y")["low"]) / 2
    assert (half <= 0.12).all()
    # Normal theory: luck is uniform on 0 to 1 with sd 0.289, so 1.96 x 0.289 / sqrt(n) = 0.12 at n = 22.
    assert 10 <= count <= 40
    before = files_of(tmp_path / "s")
    run_line(tmp_path / "s", replicates=5, stopping=rule)
    assert files_of(tmp_path / "s") == before


def test_differences_without_luck_need_no_more_replicates(tmp_path: Path) -> None:
    design = {"kind": "paired", "alternatives": {"more": {"a": "3"}}}
    rule = {"output": "y", "half_width": "1 %", "max": 50}
    assert len(run_line(tmp_path / "s", design=design, parameters={}, replicates=2, stopping=rule).runs) == 4


def test_the_rule_gives_up_at_its_maximum(tmp_path: Path) -> None:
    rule = {"output": "y", "half_width": 1e-9, "max": 7, "of": "mean"}
    assert int(run_line(tmp_path / "s", replicates=3, stopping=rule).runs["replicate"].max()) == 6


# --------------------------------------------------------------------------- reading
def test_pandas_and_duckdb_read_it_in_one_line(tmp_path: Path) -> None:
    results = run_line(tmp_path / "s")
    folder = tmp_path / "s"
    table = pd.read_parquet(folder / "runs")
    query = f"select point, avg(value) from '{folder}/runs/*.parquet' where indicator = 'y' group by point"
    found = duckdb.sql(f"{query} order by point").fetchall()
    expected = table[table["indicator"] == "y"].groupby("point")["value"].mean()
    assert [mean for _, mean in found] == pytest.approx(expected.tolist())
    assert results.runs.groupby("point")["y"].mean().tolist() == pytest.approx(expected.tolist())
    assert results.units == {"y": "t", "level": "m3"}


def test_the_form_of_ema_workbench(tmp_path: Path) -> None:
    results = run_line(
        tmp_path / "s", parameters={"a": {"range": [0, 1]}, "word": {"list": ["small", "large"]}}
    )
    experiments, outcomes = results.to_ema()
    assert list(experiments.columns) == ["a", "word", "scenario", "policy", "model", "replicate"]
    assert experiments["word"].dtype == "category"
    assert len(experiments) == 12
    assert {name: values.shape for name, values in outcomes.items()} == {
        "y": (12,), "level_by_year": (12, 2), "TIME": (12, 2),
    }  # fmt: skip
    np.testing.assert_array_equal(outcomes["TIME"][0], [1990.0, 1991.0])
    np.testing.assert_allclose(outcomes["level_by_year"][:, 1], experiments["a"] + 1991)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"engine": "ray"}, "one of local"),
        ({"engine": "dask"}, "go together"),
        ({"engine": "serial", "workers": 2}, "workers"),
        ({"workers": 0}, "1 or more"),
        ({"engine": "local", "scheduler": "tcp://x:1"}, "go together"),
    ],
)
def test_engines_that_do_not_fit_are_refused(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(DomainError, match=words):
        sweep(Study.from_dict(line_study(), Line()), folder=tmp_path / "s", **options)


def test_a_folder_without_a_study_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="holds no study"):
        StudyResults(tmp_path)


def test_an_unknown_output_names_the_nearest(tmp_path: Path) -> None:
    results = run_line(tmp_path / "s", parameters={"a": {"range": [0, 1]}}, design={"kind": "grid"})
    with pytest.raises(DomainError, match="it has y"):
        results.compare("z")
    with pytest.raises(DomainError, match="no sensitivity indices"):
        results.sensitivity("y")
