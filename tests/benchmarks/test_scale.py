"""Run time grows in proportion to the number of firms, nearly: fitted over regions of equal density."""

from __future__ import annotations

import pytest
from benchmarks.meters import exponent, measure_alone

MOST = 1.2


def test_fit_of_a_known_power() -> None:
    assert exponent([100.0, 1000.0, 10_000.0], [0.2, 0.2 * 10**1.1, 0.2 * 100**1.1]) == pytest.approx(1.1)


def test_a_run_alone_reports_itself() -> None:
    measured = measure_alone(50, 1, "month")
    assert measured["firms"] == 50
    assert measured["rows"] > 50 * 12
    assert 50.0 < measured["peak MB"] < 1000.0


@pytest.mark.slow
@pytest.mark.usefixtures("on_demand")
def test_run_time_over_firms() -> None:
    sizes = [100, 300, 1000, 3000]
    runs = [measure_alone(firms, 10, "month") for firms in sizes]
    assert exponent([float(firms) for firms in sizes], [run["run"] for run in runs]) < MOST
