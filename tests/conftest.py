"""What every test may use: the golden switch, hypothesis profiles, and the folders of shared helpers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Fixed examples for a change under review, fresh ones at night; no deadline, since the first
# example of a process compiles the kernel.
settings.register_profile(
    "fixed", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("nightly", deadline=None, max_examples=500, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden tables anew")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden tables are to be written anew instead of compared."""
    return bool(request.config.getoption("--update-golden"))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile once, before any process starts: in a fresh checkout each would compile the same, all at once."""
    compiled = Path(__file__).parents[1] / "ecopark" / "flows" / "__pycache__"
    name = f"kernel.dispatch-*.py{sys.version_info.major}{sys.version_info.minor}.*.nbc"
    if not hasattr(session.config, "workerinput") and not list(compiled.glob(name)):
        run = "from ecopark import Scenario, simulate; simulate(Scenario.load('kalundborg'), 1)"
        subprocess.run([sys.executable, "-c", run], check=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, so that no process is left alone with one at the end.

    Those that start many processes of their own run one after the other: two at once would each take thrice as long.
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    for item in items:
        if item.nodeid.startswith(("tests/integration/", "tests/page/")):
            item.add_marker(pytest.mark.xdist_group("many processes"))
