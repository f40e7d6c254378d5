"""Scenarios: what is written can be read again, overrides do what a file would, and nothing crashes."""

from __future__ import annotations

import copy
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecopark.errors import ScenarioError
from ecopark.scenario.load import Scenario

_HELPER = Path(__file__).parents[1] / "unit" / "scenario" / "scenario_files.py"
_SPEC = importlib.util.spec_from_file_location("scenario_files_for_properties", _HELPER)
assert _SPEC is not None
assert _SPEC.loader is not None
files = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = files
_SPEC.loader.exec_module(files)

RAW: dict[str, Any] = yaml.safe_load(files.BASE.replace("series: prices.csv\n", ""))
DEMO = Scenario.from_dict(RAW, "demo", library=files.LIBRARY)
RESOLVED: dict[str, Any] = yaml.safe_load(DEMO.to_yaml())


def places(value: Any, loc: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside nested dicts and lists."""
    found = [loc] if loc else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        found += places(item, (*loc, key))
    return found


def put(value: Any, loc: tuple[Any, ...], new: Any) -> Any:
    """Copy with another value at a place."""
    value = copy.deepcopy(value)
    node = value
    for step in loc[:-1]:
        node = node[step]
    node[loc[-1]] = new
    return value


quantities = st.tuples(st.integers(1, 999), st.sampled_from(["MW", "GWh/yr", "TJ/month"])).map(
    lambda q: f"{q[0]} {q[1]}"
)
prices = st.tuples(st.integers(0, 999), st.sampled_from(["EUR/t", "DKK/kg"])).map(lambda q: f"{q[0]} {q[1]}")
dated = st.dictionaries(
    st.tuples(st.integers(1991, 1999), st.integers(1, 12)).map(lambda d: f"{d[0]}-{d[1]:02d}"),
    quantities,
    min_size=1,
)


@settings(deadline=None)
@given(quantities | dated, prices, st.sampled_from(["flat", "heating"]) | st.just([1.0] * 12), st.booleans())
def test_what_is_written_out_is_read_back(capacity: Any, price: str, season: Any, trading: bool) -> None:
    raw = put(RAW, ("firms", "plant", "capacity"), capacity)
    raw["firms"]["plant"]["season"] = season
    raw["policy"]["carbon_price"] = price
    raw["mechanisms"] = {"trading": trading}
    scenario = Scenario.from_dict(raw, "demo", library=files.LIBRARY)
    again = Scenario.from_dict(yaml.safe_load(scenario.to_yaml()), "demo", library=None)
    assert again.park == scenario.park
    assert again.to_yaml() == scenario.to_yaml()


@settings(deadline=None)
@given(quantities | dated, prices, st.integers(1, 9))
def test_an_override_equals_the_same_words_in_the_file(capacity: Any, price: str, attention: int) -> None:
    mine = {"source": "set for this run", "mark": "M"}
    raw = put(
        RAW,
        ("firms", "plant", "capacity"),
        {**capacity, **mine} if isinstance(capacity, dict) else {"value": capacity, **mine},
    )
    raw["policy"]["carbon_price"] = {"value": price, **mine}
    raw["firms"]["cement"]["behaviour"]["attention"] = attention
    overrides = {
        "firms.plant.capacity": capacity,
        "policy.carbon_price": price,
        "firms.cement.behaviour.attention": str(attention),
    }
    assert DEMO.with_overrides(overrides).park == Scenario.from_dict(raw, "demo", library=files.LIBRARY).park


@settings(deadline=None)
@given(quantities, quantities)
def test_overriding_there_and_back_changes_nothing_else(first: str, second: str) -> None:
    changed = DEMO.with_overrides({"firms.plant.capacity": first})
    twice = changed.with_overrides({"firms.plant.capacity": second})
    assert twice.park == DEMO.with_overrides({"firms.plant.capacity": second}).park
    assert DEMO.park == Scenario.from_dict(RAW, "demo", library=files.LIBRARY).park


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(),
    st.text(max_size=6),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(
        st.sampled_from(["value", "series", "1990-01", "in", "out", "x", "use"]),
        st.text(max_size=4),
        max_size=3,
    ),
)


def refusal(scenario: Callable[[], Scenario]) -> str:
    """Text of the refusal of a scenario, empty where it is accepted; any other error fails the test."""
    try:
        scenario()
    except ScenarioError as failure:
        return str(failure)
    return ""


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=300)
@given(st.sampled_from(["written", "resolved"]), st.data(), anything)
def test_a_wrong_value_anywhere_is_read_or_refused_in_our_words(
    form: str, data: st.DataObject, value: Any
) -> None:
    raw = RAW if form == "written" else RESOLVED
    loc = data.draw(st.sampled_from(places(raw)))
    text = refusal(lambda: Scenario.from_dict(put(raw, loc, value), "demo", library=files.LIBRARY))
    for phrase in ("Extra inputs", "Value error", "Input should", "pydantic", "does not fit here"):
        assert phrase not in text


@settings(deadline=None, max_examples=200)
@given(st.data(), anything)
def test_a_wrong_override_anywhere_is_read_or_refused(data: st.DataObject, value: Any) -> None:
    loc = data.draw(st.sampled_from(places(RESOLVED)))
    text = refusal(lambda: DEMO.with_overrides({".".join(map(str, loc)): value}))
    assert not text or "nothing was run" in text


@settings(deadline=None, max_examples=150)
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    st.sampled_from(["scenario.yaml", "prices.csv"]),
)
def test_any_bytes_in_a_file_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    park = files.write(tmp_path_factory.mktemp("bytes"), [], {name: content})
    text = refusal(lambda: Scenario.load(park, library=files.LIBRARY))
    assert not text or "nothing was run" in text
