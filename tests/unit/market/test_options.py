"""Costs of every way by every mode, at the start of every period of a run."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from ecopark import Scenario
from ecopark.calendar import Calendar
from ecopark.flows.columns import compile_columns
from ecopark.market.options import compile_options, cost_paths
from ecopark.market.pairs import find_pairs

DATED = {"1961-01": "0.5 DKK/t/km", "1961-07": "0.8 DKK/t/km"}


@pytest.mark.parametrize("changes", [{}, {"transport.truck_bulk.variable": DATED}], ids=["always", "dated"])
def test_costs_are_those_of_the_day_on_which_a_period_begins(changes: dict[str, object]) -> None:
    park = Scenario.load("kalundborg", changes).park
    start = date(1960, 1, 1)
    calendar = Calendar(start, date(1962, 1, 1))
    pairs = find_pairs(park, compile_columns(park, calendar))
    options = compile_options(park, pairs, calendar)
    assert options.costs.shape == (24, len(options.modes))
    ways = [way for way in pairs.ways for _ in way.modes]
    for period, day in enumerate(calendar.period_bounds[:-1].tolist()):
        when = start + timedelta(days=day)
        for option, (way, mode) in enumerate(zip(ways, options.modes, strict=True)):
            for part, path in cost_paths(park.transport[mode], way.pathway).items():
                expected = 0.0 if path is None else path.at(when)
                assert options.costs[part][period, option] == expected
    moved = np.ptp(options.costs["variable"], axis=0) > 0.0
    assert moved.any() == bool(changes)
