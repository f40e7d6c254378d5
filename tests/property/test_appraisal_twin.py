"""The compiled appraisal equals a plain one, written object by object, on random pairs."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pytest
from benchmarks import plain_worth
from hypothesis import given, settings
from hypothesis import strategies as st
from small_parks import firm, scenario

from ecopark.market.appraisal import Appraisal, Party, Setting, appraise

WAYS: dict[str, Any] = {
    "mix": {"giver": "steam", "taker": "steam", "yield": "0.8", "replacement": "0.9", "cost": "5 DKK/MWh"},
    "works": {
        "giver": "steam", "taker": "steam", "at": "giver", "needs": "60 degC", "capital": "900 DKK/(MWh/day)",
        "electricity": "0.02 MWh/MWh",
    },
    "pump": {"giver": "steam", "taker": "steam", "lift": {"efficiency": "0.5", "max_temperature": "120 degC"}},
}  # fmt: skip
MODES: dict[str, Any] = {
    "pipe": {
        "fixed": "1 MDKK", "per_km": "2 MDKK/km", "reference": "500 MWh/day", "loss": "0.02 1/km",
        "temperature_drop": "2 degC/km", "pressure_drop": "0.5 bar/km", "electricity": "0.01 MWh/(MWh*km)",
    },
    "cart": {"handling": "3 DKK/MWh", "variable": "1.5 DKK/(MWh*km)", "term": "2 yr"},
}  # fmt: skip
STEAM = {"resource": "steam", "coefficient": "1 MWh/t", "grade": "80 degC"}
PARK = scenario(
    {
        "frugal": firm(inputs={"s": STEAM}, behaviour={"hurdle_rate": "4 %/yr", "payback": "15 yr"}),
        "wary": firm(inputs={"s": STEAM}, behaviour={"hurdle_rate": "12 %/yr", "risk_aversion": "0.6"}),
    },
    resources={
        "steam": {
            "name": "Steam",
            "kind": "heat",
            "unit": "MWh",
            "grade": "temperature",
            "transport": [*MODES],
            "virgin": {"price": "250 DKK/MWh"},
        }
    },
    pathways=WAYS,
    transport=MODES,
).park
numbers = st.floats(0.0, 400.0)


def parties() -> st.SearchStrategy[Party]:
    """A firm with something to give or to want in each quarter."""
    return st.builds(
        Party,
        rate=st.lists(numbers, min_size=4, max_size=4).map(np.array),
        unit_value=st.floats(-200.0, 600.0),
        grade=st.floats(20.0, 180.0),
        behaviour=st.sampled_from([PARK.firms[name].behaviour for name in ("frugal", "wary")]),
        transaction_cost=st.floats(0.0, 1e5),
        pressure=st.sampled_from([math.nan, 2.0, 8.0]),
    )


surroundings = st.builds(
    Setting,
    length=st.floats(0.0, 30.0),
    days=st.just(np.array([90.25, 91.0, 92.0, 92.0])),
    scale=st.sampled_from(["temperature", "class"]),
    approach=st.just(5.0),
    reliability=st.floats(0.1, 1.0),
    risk=st.floats(0.0, 1.0),
    inputs=st.just({"electricity": 400.0}),
    burden=st.sampled_from([{}, {"electricity": 0.2}]),
    limit=st.lists(numbers, min_size=4, max_size=4).map(np.array),
    grant=st.floats(0.0, 0.8),
    when=st.just(date(1990, 1, 1)),
)


@settings(max_examples=300, deadline=None)
@given(giver=parties(), taker=parties(), way=st.sampled_from([None, *WAYS]), setting=surroundings)
def test_compiled_and_plain_agree(giver: Party, taker: Party, way: str | None, setting: Setting) -> None:
    modes = {name: PARK.transport[name] for name in MODES}
    pathway = None if way is None else PARK.pathways[way]
    found = appraise(giver, taker, pathway, modes, setting)
    expected = plain_worth.appraise(giver, taker, pathway, modes, setting)
    assert (found.reason, found.mode if found.quantity else "") == (
        expected.reason,
        expected.mode if expected.quantity else "",
    )
    for name in Appraisal._fields:
        ours, theirs = getattr(found, name), getattr(expected, name)
        if isinstance(theirs, float | np.ndarray) and found.quantity:
            np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-9, err_msg=name)
    assert found.inputs == pytest.approx(expected.inputs)
