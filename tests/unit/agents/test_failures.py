"""What fails, when, and for how long: beside draws made one by one."""

from __future__ import annotations

import numpy as np
import pytest
from small_parks import firm, scenario

from ecopark import simulate
from ecopark.agents.failures import break_down
from ecopark.scenario.types import Outage

GOODS = {"goods": {"resource": "goods", "coefficient": "1", "role": "product"}}
OUTAGE = {"mean_time_between": "30 d", "mean_duration": "2 d"}


def outage() -> Outage:
    """As a scenario states it."""
    stated = scenario({"a": firm(outage=OUTAGE, outputs=GOODS)}).park.firms["a"].processes["main"].outage
    assert stated is not None
    return stated


def test_breakdowns_are_those_of_draws_made_one_by_one() -> None:
    found = break_down(np.random.default_rng(5), outage(), 100.0)
    chance, day = np.random.default_rng(5), 100.0
    for _ in range(40):
        day += chance.exponential(30.0)
        repair = chance.exponential(2.0)
        assert next(found) == (day, repair)
        day += repair


def test_a_wave_hastens_failures_and_not_repairs() -> None:
    always, half = ((0.0, np.inf, 0.5),), 0.0
    hastened = break_down(np.random.default_rng(5), outage(), 0.0, always)
    chance = np.random.default_rng(5)
    for _ in range(20):
        half += chance.exponential(30.0) / 2.0
        repair = chance.exponential(2.0)
        assert next(hastened) == pytest.approx((half, repair))
        half += repair


def test_failures_stand_in_the_events_in_the_order_of_time() -> None:
    firms = {f"plant_{k}": firm(outage=OUTAGE, outputs=GOODS) for k in range(3)}
    firms["late"] = firm(outage=OUTAGE, outputs=GOODS, opens="1992-07-15")
    firms["gone"] = firm(outage=OUTAGE, outputs=GOODS, closes="1992-03-10")
    events = simulate(scenario(firms, time={"end": "1994-12"}), seed=2).events
    assert events["date"].is_monotonic_increasing
    failed = events[events["event"] == "outage"].groupby("firm")["date"]
    assert set(failed.groups) == set(firms)
    assert str(failed.min()["late"]) >= "1992-07-15"
    assert str(failed.max()["gone"]) < "1992-03-11"
