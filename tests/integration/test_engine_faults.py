"""Engines agree to the byte, whatever their number of workers, and whatever is killed on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from study_models import Line, files_of, line_study, write_park

from ecopark.errors import ResultsError
from ecopark.experiments import Study, StudyResults, engine, sweep
from ecopark.experiments.models import Outcome
from ecopark.experiments.store import Store, StoreFullError
from ecopark.experiments.sweeps import Progress
from ecopark.experiments.work import COLUMNS

pytestmark = pytest.mark.slow

# Thirty points, two of every eleven raise; two runs per chunk.
PARAMETERS = {"a": {"range": [0, 1]}, "b": {"range": [0, 12]}}
RAW = line_study(parameters=PARAMETERS, design={"kind": "latin_hypercube", "n": 30}, engine={"chunk": 2})


@dataclass(frozen=True)
class Deadly(Line):
    """Kills its process where ``b > 10``."""

    def run(self, variant: Any, seed: int) -> Outcome:
        if variant[1] > 10:
            os._exit(1)
        return super().run(variant, seed)


@dataclass(frozen=True)
class Torn(Line):
    """Where ``b > 9``, the first process to come by dies in the middle of writing its chunk."""

    runs: str = ""

    def run(self, variant: Any, seed: int) -> Outcome:
        mark = Path(self.mark)
        if variant[1] > 9 and not mark.exists():
            mark.touch()
            Path(self.runs, ".part-00007.parquet.somewhere-1.draft").write_bytes(b"PAR1 half")
            os.kill(os.getpid(), signal.SIGKILL)
        return Line().run(variant, seed)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("serial") / "s"
    results = sweep(Study.from_dict(RAW, Line()), engine="serial", folder=folder)
    assert len(results.failures) > 4
    return files_of(folder)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_any_number_of_workers_gives_the_same_bytes(
    workers: int, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    sweep(Study.from_dict(RAW, Line()), workers=workers, folder=tmp_path / "s")
    assert files_of(tmp_path / "s") == undisturbed


def test_a_killed_worker_costs_only_its_tasks(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    mark, killed = tmp_path / "pids", []

    def kill_one(standing: Progress) -> None:
        pids = {int(line) for line in mark.read_text().split()} if mark.exists() else set()
        if len(pids) > 1 and not killed and standing.done >= 6:
            killed.append(min(pids))
            os.kill(killed[0], signal.SIGKILL)

    model = Line(sleep=0.05, mark=str(mark))
    sweep(Study.from_dict(RAW, model), workers=3, folder=tmp_path / "s", progress=kill_one)
    assert killed
    assert files_of(tmp_path / "s") == undisturbed
    # 60 runs; those the killed worker was at or had ready are repeated elsewhere, no others.
    assert 60 <= len(mark.read_text().split()) <= 60 + 2 * 4


def test_a_worker_killed_while_writing_leaves_nothing(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    model = Torn(mark=str(tmp_path / "mark"), runs=str(tmp_path / "s" / "runs"))
    sweep(Study.from_dict(RAW, model), workers=2, folder=tmp_path / "s")
    assert (tmp_path / "mark").exists()
    held = files_of(tmp_path / "s")
    assert held.keys() == undisturbed.keys()
    assert not [name for name in held if name.endswith(".draft")]


def test_a_chunk_that_kills_every_worker_is_written_down(tmp_path: Path) -> None:
    raw = RAW | {"parameters": {"b": {"list": [1, 2, 3, 11, 4, 5]}}, "design": {"kind": "grid"}}
    results = sweep(Study.from_dict(raw, Deadly()), workers=2, folder=tmp_path / "s")
    assert sorted(set(results.runs["point"])) == [0, 1, 2, 4, 5]
    assert results.failures[["point", "error"]].to_numpy().tolist() == [[3, "WorkerDied"]] * 2


# --------------------------------------------------------------------------- a whole study killed
@pytest.fixture(scope="module")
def park_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("park")
    write_park(folder)
    raw = {
        "name": "killed",
        "base": "park.yaml",
        "parameters": {
            "tax": {"path": "policy.landfill_tax", "range": ["10 DKK/t", "400 DKK/t"]},
            "payback": {"path": "firms.*.behaviour.payback", "range": ["2 yr", "8 yr"]},
        },
        "design": {"kind": "sobol", "n": 8},
        "replicates": 2,
        "outputs": {"indicators": "all", "flows": True, "whole_run": ["landfilled", "density_directed"]},
        "engine": {"chunk": 2},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(raw))
    sweep(folder / "study.yaml", engine="serial", folder=folder / "serial")
    return folder


def wait_for(parts: int, folder: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while len(list((folder / "runs").glob("part-*.parquet"))) < parts and time.monotonic() < end:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


@pytest.mark.parametrize("workers", ["serial", "3"])
def test_a_killed_study_goes_on_to_the_same_bytes(park_study: Path, tmp_path: Path, workers: str) -> None:
    folder = tmp_path / "s"
    choice = ["--engine", "serial"] if workers == "serial" else ["--workers", workers]
    command = [
        sys.executable,
        "-m",
        "ecopark.cli",
        "sweep",
        str(park_study / "study.yaml"),
        "--out",
        str(folder),
    ]
    process = subprocess.Popen([*command, *choice, "--quiet"], stderr=subprocess.PIPE)
    wait_for(3, folder, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    held = StudyResults(folder).runs
    assert len(held) < 64, "the study was over before it was killed"
    assert (held.groupby("point").size() == 2).all()
    time.sleep(1.0)  # workers whose scheduler is gone end by themselves
    sweep(park_study / "study.yaml", workers=2, folder=folder)
    assert files_of(folder) == files_of(park_study / "serial")


# --------------------------------------------------------------------------- a real scheduler
@pytest.fixture
def scheduler() -> Iterator[str]:
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def test_a_scheduler_at_an_address(scheduler: str, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    sweep(Study.from_dict(RAW, Line()), scheduler=scheduler, folder=tmp_path / "s")
    assert files_of(tmp_path / "s") == undisturbed


def test_a_scheduler_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_CONNECT_S", 1.0)
    with pytest.raises(ResultsError, match="no Dask scheduler"):
        sweep(Study.from_dict(RAW, Line()), scheduler="tcp://127.0.0.1:9", folder=tmp_path / "s")


# --------------------------------------------------------------------------- a disk that is really full
@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full(tiny_disk: Path) -> None:
    store = Store(tiny_disk, margin=0)
    (tiny_disk / "runs").mkdir()
    (tiny_disk / "failures").mkdir()
    noise = os.urandom(40_000).hex()
    rows = {name: [1] for name in COLUMNS} | {
        "period": [None],
        "scope": [noise],
        "indicator": ["y"],
        "unit": ["t"],
    }

    def write_many() -> None:
        for part in range(50):
            store.write_part(part, rows, [], None)

    with pytest.raises(StoreFullError, match="the disk is full"):
        write_many()
    held = sorted(store.done())
    assert held == list(range(len(held)))
    assert 3 < len(held) < 20
    assert all(pq.read_table(store.path("runs", part)).num_rows == 1 for part in held)
    assert not list(tiny_disk.rglob("*.draft"))
