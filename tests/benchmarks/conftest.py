"""What benchmarks share: measurements of minutes are made on demand only."""

from __future__ import annotations

import pytest


@pytest.fixture
def on_demand(request: pytest.FixtureRequest) -> None:
    """Skip unless benchmarks are asked for."""
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("measured only with --benchmark-enable -n 0")
