"""Units and dated paths: round trips, and agreement with arithmetic done another way."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecopark.scenario.paths import Context, Path, parse_month, parse_path
from ecopark.scenario.units import Quantity, UnitError, Units

UNITS = Units("DKK", {"EUR": 7.45, "USD": 5.6})
CONTEXT = Context(UNITS)
# Factor to the base unit, from the definitions of the SI and of the calendar year of 365.25 days.
FACTORS = {
    "kg": 1e-3,
    "kt": 1e3,
    "GJ": 1 / 3.6,
    "TJ": 1e3 / 3.6,
    "kWh": 1e-3,
    "MW": 24.0,
    "l": 1e-3,
    "Mm3": 1e6,
    "ha": 1e4,
    "m": 1e-3,
    "h": 1 / 24,
    "yr": 365.25,
    "month": 365.25 / 12,
    "kPa": 1e-2,
    "EUR": 7.45,
    "kEUR": 7450.0,
    "MDKK": 1e6,
    "%": 1e-2,
    "home": 1.0,
    "tCO2e": 1.0,
}
numbers = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False).map(lambda x: round(x, 6))


@settings(deadline=None)
@given(numbers, st.sampled_from(sorted(FACTORS)), st.lists(st.sampled_from(sorted(FACTORS)), max_size=2))
def test_composed_units_multiply_their_factors(number: float, above: str, below: list[str]) -> None:
    value, _ = UNITS.parse(f"{number} {'/'.join([above, *below])}")
    expected = number * FACTORS[above]
    for unit in below:
        expected /= FACTORS[unit]
    assert value == pytest.approx(expected, rel=1e-12)


@settings(deadline=None)
@given(numbers, st.lists(st.sampled_from(sorted(FACTORS)), min_size=1, max_size=4))
def test_printing_in_base_units_and_reading_again_changes_nothing(number: float, parts: list[str]) -> None:
    value, unit = UNITS.parse(f"{number} {'/'.join(parts)}")
    again = UNITS.parse(f"{value!r} {unit}")
    assert again == (value, unit)
    assert UNITS.base(unit) == unit


@settings(deadline=None)
@given(
    numbers,
    st.sampled_from(sorted(FACTORS)),
    st.sampled_from(["yr", "month", "h"]),
    st.sampled_from(["t", "kg"]),
)
def test_money_per_capacity_with_brackets(number: float, money: str, span: str, mass: str) -> None:
    with_brackets = UNITS.parse(f"{number} {money}/({mass}/{span})")
    by_hand = number * FACTORS[money] * FACTORS[span] / {"t": 1.0, "kg": 1e-3}[mass]
    assert with_brackets[0] == pytest.approx(by_hand, rel=1e-12)


@settings(deadline=None)
@given(st.text(max_size=20))
def test_any_text_is_a_quantity_or_a_unit_error(text: str) -> None:
    try:
        value, unit = UNITS.parse(text)
    except UnitError:
        return
    assert np.isfinite(value)
    assert UNITS.base(unit) == unit


@pytest.mark.parametrize(
    "text", ["3 t//h", "3 t**2", "3 (t/h", "3 t)", "3 /t", "3 t/", "3 m^3", "1.000,5 t", "t", "", "--3 t"]
)
def test_texts_that_are_no_quantities(text: str) -> None:
    with pytest.raises(UnitError):
        UNITS.parse(text)


# --------------------------------------------------------------------------- paths
days = st.dates(min_value=date(1950, 1, 1), max_value=date(2030, 12, 31))
points = st.dictionaries(days, st.integers(-1000, 1000), min_size=1, max_size=8)


def written(values: dict[date, int], **options: str) -> dict[str, str]:
    return {when.isoformat(): f"{value} DKK/t" for when, value in values.items()} | options


@settings(deadline=None)
@given(points, days)
def test_a_stepped_path_is_the_last_value_so_far(values: dict[date, int], when: date) -> None:
    path = parse_path(written(values), CONTEXT)
    passed = [d for d in values if d <= when]
    expected = values[max(passed)] if passed else values[min(values)]
    assert path.at(when) == expected


@settings(deadline=None)
@given(points, days)
def test_a_linear_path_is_a_straight_line_between_neighbours(values: dict[date, int], when: date) -> None:
    path = parse_path(written(values, interpolate="linear"), CONTEXT)
    before = max((d for d in values if d <= when), default=min(values))
    after = min((d for d in values if d >= when), default=max(values))
    share = (when - before).days / (after - before).days if before < after and before <= when else 0.0
    assert path.at(when) == pytest.approx(values[before] + share * (values[after] - values[before]))


@settings(deadline=None)
@given(points, days, st.booleans())
def test_sampling_equals_asking_day_by_day(values: dict[date, int], start: date, linear: bool) -> None:
    path = parse_path(written(values, interpolate="linear" if linear else "step"), CONTEXT)
    offsets = np.arange(0, 4000, 397)
    asked = [path.at(start + timedelta(days=int(day))) for day in offsets]
    assert path.sample(offsets, start) == pytest.approx(np.array(asked))


@settings(deadline=None)
@given(points, st.floats(0.01, 100))
def test_times_scales_a_series(values: dict[date, int], factor: float) -> None:
    series = parse_path(written(values), CONTEXT)
    scaled = parse_path({"series": "s", "times": factor}, Context(UNITS, {"s": series}))
    assert [q.value for q in scaled.values] == pytest.approx([q.value * factor for q in series.values])
    assert scaled.dates == series.dates


@settings(deadline=None)
@given(st.integers(1000, 9999), st.integers(1, 12), st.integers(1, 28))
def test_dates_in_three_forms(year: int, month: int, day: int) -> None:
    assert (
        parse_month(f"{year}-{month:02d}-{day:02d}")
        == parse_month(f"{year}-{month}-{day}")
        == date(year, month, day)
    )
    assert parse_month(f"{year}-{month}") == date(year, month, 1)
    assert parse_month(str(year)) == parse_month(year) == date(year, 1, 1)


def test_a_path_before_its_first_date_has_its_first_value() -> None:
    path = Path((date(1990, 1, 1), date(1995, 1, 1)), (Quantity(1.0), Quantity(2.0)))
    assert path.at(date(1900, 1, 1)) == 1.0
