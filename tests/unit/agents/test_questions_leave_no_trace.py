"""What a firm is told hangs on what it asks, not on what was asked before."""

from __future__ import annotations

import pytest

from ecopark import Scenario
from ecopark.model import ParkModel


@pytest.mark.slow
def test_an_appraisal_is_the_same_whatever_was_appraised_before() -> None:
    """Kalundborg with all mechanisms, learning among them, looked at every five years to 1994."""
    model = ParkModel(Scenario.load("kalundborg").park, 1)
    compared = 0
    for until in range(60, 421, 60):
        while model.period < until:
            model.step()
        day, ask = model.env.now, model.appraiser.running_prices
        for contract in (c for c in model.signed if c.is_running and model.columns.is_feed[c.in_port]):
            told = ask(contract.pair, contract.appraisal, day)
            for pair in range(model.pairs.count):
                model.appraiser.appraise(pair, day, 0.3, 1.0)
                assert ask(contract.pair, contract.appraisal, day) == told
                compared += 1
    model.close()
    assert compared > 100
