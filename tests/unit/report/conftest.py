from __future__ import annotations

import pytest
from fake_run import fake_run

from ecopark.report.tables import RunTables


@pytest.fixture(scope="session")
def small() -> RunTables:
    """Five firms, monthly segments."""
    return fake_run(5)


@pytest.fixture(scope="session")
def crowded() -> RunTables:
    """Forty firms, monthly segments."""
    return fake_run(40)


@pytest.fixture(params=["small", "crowded"])
def run(request: pytest.FixtureRequest) -> RunTables:
    tables: RunTables = request.getfixturevalue(request.param)
    return tables
