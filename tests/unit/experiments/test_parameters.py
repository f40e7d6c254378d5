"""Values of parameters against hand calculation and scipy's quantiles; text that repeats a run exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_models import Line, line_study

from ecopark.errors import StudyError
from ecopark.experiments import Study
from ecopark.experiments.parameter_file import flatten, spread
from ecopark.experiments.parameters import Parameter
from ecopark.scenario.located import Where, locate
from ecopark.scenario.units import Units


def parameter(**fields: object) -> Parameter:
    """The parameter ``a`` of a study."""
    study = Study.from_dict(
        line_study(parameters={"a": fields}, design={"kind": "latin_hypercube", "n": 2}), Line()
    )
    return study.parameters[0]


@pytest.mark.parametrize(
    ("fields", "share", "expected"),
    [
        ({"range": [10, 30]}, [0.0, 0.25, 1.0], [10.0, 15.0, 30.0]),
        ({"range": [1, 100], "scale": "log"}, [0.0, 0.5, 1.0], [1.0, 10.0, 100.0]),
        ({"range": [1, 4], "integer": True}, [0.0, 0.24, 0.26, 0.99, 1.0], [1.0, 1.0, 2.0, 4.0, 4.0]),
        ({"list": ["5 t", "7 t", "9000 kg"]}, [0.0, 0.5, 0.9], [5.0, 7.0, 9.0]),
        ({"list": ["small", "large"]}, [0.0, 0.49, 0.5, 1.0], ["small", "small", "large", "large"]),
        # The median of each; quartiles of a normal lie 0.67449 sd off, of a triangle from 0 to 1 with mode 0
        # where (1 - x)^2 = 1 - p.
        ({"distribution": {"kind": "normal", "mean": 5, "sd": 2}}, [0.5, 0.75], [5.0, 6.348980]),
        ({"distribution": {"kind": "lognormal", "median": 3, "sigma": 0.5}}, [0.75], [3.0 * math.exp(0.3372449)]),
        ({"distribution": {"kind": "triangular", "low": 0, "mode": 0, "high": 1}}, [0.75], [0.5]),
        ({"distribution": {"kind": "truncated_normal", "mean": 0, "sd": 1, "low": -1, "high": 1}}, [0, 0.5], [-1, 0]),
    ],
)  # fmt: skip
def test_values_by_hand(fields: dict[str, object], share: list[float], expected: list[float | str]) -> None:
    found = parameter(**fields).values_at(np.array(share))
    if isinstance(expected[0], str):
        assert found == expected
    else:
        assert found == pytest.approx(expected, rel=1e-6)


@given(st.floats(1e-9, 1e9), st.floats(1.001, 1e6), st.floats(0, 1), st.sampled_from(["linear", "log"]))
def test_values_stay_within_their_range(low: float, factor: float, share: float, scale: str) -> None:
    bounded = Parameter("a", ("a",), low=low, high=low * factor, scale=scale)  # type: ignore[arg-type]
    (value,) = bounded.values_at(np.array([share]))
    assert isinstance(value, float)
    assert low <= value <= low * factor


@given(st.floats(1e-12, 1e12), st.sampled_from(["", "DKK/t", "%/yr", "kt/yr", "MDKK", "m3/day"]))
def test_an_override_as_text_is_the_same_number_again(value: float, unit: str) -> None:
    units = Units("DKK")
    (text,) = Parameter("a", ("a",), unit=unit).overrides(value).values()
    assert units.parse(text)[0] == value * units.factor(unit)[0]


def test_bounds_in_two_units_are_one_range() -> None:
    found = parameter(range=["500 kg", "2 t"])
    assert (found.unit, found.low, found.high) == ("kg", 500.0, pytest.approx(2000.0))


def test_grids_hold_both_ends() -> None:
    assert parameter(range=[0, 10], levels=3).grid() == [0.0, 5.0, 10.0]
    assert parameter(range=[1, 100], scale="log", levels=3).grid() == pytest.approx([1.0, 10.0, 100.0])
    assert parameter(range=[1, 3], integer=True).grid() == [1.0, 2.0, 3.0]
    assert parameter(list=["small", "large"]).grid() == ["small", "large"]


def test_a_template_takes_the_number() -> None:
    found = parameter(**{"range": [0.5, 2], "as": {"series": "oil", "times": "$"}})
    assert found.overrides(1.5) == {"a": {"series": "oil", "times": "1.5"}}


def test_one_parameter_may_set_several_paths() -> None:
    found = parameter(path=["a", "b"], range=[0, 1])
    assert found.overrides(0.25) == {"a": "0.25", "b": "0.25"}


def test_a_file_is_every_value_it_holds() -> None:
    tree = locate(
        {
            "policy": {"tax": {"1990-01": "4 DKK/t"}, "bans": [{"route": "landfill"}]},
            "firms": {"p": {"site": [1, 2]}},
        },
        Where("file"),
    )
    assert flatten(tree) == {
        "policy.tax": {"1990-01": "4 DKK/t"},
        "policy.bans": [{"route": "landfill"}],
        "firms.p.site": [1, 2],
    }


def test_a_star_stands_for_every_name() -> None:
    park = {"firms": {"x": {}, "y": {}}}
    assert spread("firms.*.behaviour.payback", type("Park", (), park)) == (
        "firms.x.behaviour.payback",
        "firms.y.behaviour.payback",
    )
    assert spread("farms.*.site", type("Park", (), park)) == ()


def test_labels_of_a_list_of_blocks_are_its_names() -> None:
    found = parameter(list={"low": {"1990-01": "1"}, "high": {"1990-01": "2"}})
    assert found.values_at(np.array([0.0, 1.0])) == ["low", "high"]
    assert found.overrides("high") == {"a": {"1990-01": "2"}}
    assert not found.is_numeric


def test_a_list_with_an_entry_twice_is_refused() -> None:
    with pytest.raises(StudyError, match="'5' twice"):
        parameter(list=[5, 5])
