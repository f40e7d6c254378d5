"""What a run holds goes with it: thousands of runs in one process need no more room than one."""

from __future__ import annotations

import gc
import importlib
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from small_parks import build, firm

from ecopark import Scenario, simulate
from ecopark.model import ParkModel

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
FIRMS = {"giver": firm(outputs=ASH), "taker": firm((1000, 0), inputs=ASH)}
_DOOR = importlib.import_module("ecopark.simulate")


@pytest.fixture
def no_search() -> Iterator[None]:
    """Only what nothing refers to any more is freed."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_arrays_of_a_run_are_let_go_at_once(monkeypatch: pytest.MonkeyPatch, no_search: None) -> None:
    held: list[weakref.ref[Any]] = []

    class Watched(ParkModel):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            held.extend(weakref.ref(part) for part in (self.ledger, self.pairs, self.scouting, self.bonds))

    monkeypatch.setattr(_DOOR, "ParkModel", Watched)
    run = simulate(Scenario.from_dict(build(FIRMS, time={"end": "1991-12"}), "small"), 1)
    assert len(run.flows)
    assert [ref() for ref in held] == [None] * 4
