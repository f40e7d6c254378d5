"""What travels in the wheel: an editable install hides a missing data file, a wheel does not."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from code_tree import ROOT, tracked_files

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in a freshly built wheel."""
    folder = tmp_path_factory.mktemp("dist")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(folder),
        str(ROOT),
    ]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("ecopark-*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def inside(folder: str) -> set[str]:
    """Tracked files below a folder of the checkout, relative to it."""
    top = ROOT / folder
    return {path.relative_to(top).as_posix() for path in tracked_files() if top in path.parents}


def test_every_file_of_the_package_travels(names: set[str]) -> None:
    package = inside("ecopark")
    assert any(name.startswith("scenario/library_data/") for name in package)
    assert not {f"ecopark/{name}" for name in package} - names


def test_every_shipped_scenario_travels(names: set[str]) -> None:
    scenarios = inside("scenarios")
    assert "kalundborg/scenario.yaml" in scenarios
    assert not {f"ecopark/_scenarios/{name}" for name in scenarios} - names


def test_nothing_else_travels(names: set[str]) -> None:
    tops = {Path(name).parts[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"ecopark"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".nbi", ".nbc"))]
    assert any(name.endswith("LICENSE") for name in names)
