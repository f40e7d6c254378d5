"""Periods and segments, beside the civil calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ecopark.calendar import Calendar

START, END = date(1991, 7, 1), date(1993, 4, 1)


@pytest.mark.parametrize("period", ["month", "quarter", "year"])
def test_years_begin_in_january(period: str) -> None:
    calendar = Calendar(START, END, period)  # type: ignore[arg-type]
    begins = [START + timedelta(days=day) for day in calendar.period_bounds.tolist()]
    assert (begins[0], begins[-1]) == (START, END)
    assert list(calendar.is_new_year) == [(day.month, day.day) == (1, 1) for day in begins]
    assert [calendar.date(float(day)) for day in calendar.period_bounds] == begins


def test_segments_are_days_quarters_of_months_or_months() -> None:
    days = (END - START).days
    assert Calendar(START, END, segment="day").segment_bounds.tolist() == list(range(days + 1))
    months = Calendar(START, END, segment="month").segment_bounds.tolist()
    assert months == Calendar(START, END).period_bounds.tolist()
    weeks = Calendar(START, END, segment="week").segment_bounds.tolist()
    assert weeks[::4] == months
    # July has 31 days, September 30.
    assert (weeks[:5], weeks[8:13]) == ([0, 7, 15, 23, 31], [62, 69, 77, 84, 92])
