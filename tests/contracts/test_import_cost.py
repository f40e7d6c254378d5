"""Importing is cheap: what is not needed yet is not loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "pandas",
    "matplotlib",
    "mesa",
    "numba",
    "scipy",
    "networkx",
    "pyarrow",
    "pydantic",
    "pint",
    "plotly",
    "dash",
}
DRAWING = {"matplotlib", "plotly", "dash"}
SHOW = "; import sys; print('loaded', *sorted({name.partition('.')[0] for name in sys.modules}))"


def loaded_by(code: str) -> set[str]:
    """Top-level modules in memory after running some code in a fresh process."""
    done = subprocess.run([sys.executable, "-c", code + SHOW], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()[1:])


HELP = "import ecopark.cli\ntry: ecopark.cli.main(['--help'])\nexcept SystemExit: pass\npass"


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import ecopark", HEAVY),
        (HELP, HEAVY),
        ("import ecopark.scenario", DRAWING | {"mesa", "numba", "simpy"}),
        ("import ecopark.simulate", DRAWING),
        (
            "import ecopark.indicators.graph, ecopark.indicators.yearly",
            DRAWING | {"mesa", "numba", "simpy", "pint"},
        ),
    ],
    ids=["package", "help", "scenario", "simulate", "indicators"],
)
def test_nothing_heavy_is_loaded_early(code: str, unwanted: set[str]) -> None:
    assert not loaded_by(code) & unwanted


def test_the_probe_sees_what_is_loaded() -> None:
    assert "matplotlib" in loaded_by("import matplotlib")
