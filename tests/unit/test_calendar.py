"""Periods and segments, beside the civil calendar."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from ecopark.calendar import Calendar, SegmentName

START, END = date(1991, 7, 1), date(1993, 4, 1)


@pytest.mark.parametrize("period", ["month", "quarter", "year"])
def test_years_begin_in_january(period: str) -> None:
    calendar = Calendar(START, END, period)  # type: ignore[arg-type]
    begins = [START + timedelta(days=day) for day in calendar.period_bounds.tolist()]
    assert (begins[0], begins[-1]) == (START, END)
    assert list(calendar.is_new_year) == [(day.month, day.day) == (1, 1) for day in begins]
    assert [calendar.date(float(day)) for day in calendar.period_bounds] == begins


@pytest.mark.parametrize("segment", ["day", "week", "month"])
def test_segments_cut_every_month_evenly(segment: SegmentName) -> None:
    calendar = Calendar(date(2003, 11, 1), date(2004, 4, 1), "month", segment)
    cuts = []
    for first, last in zip(calendar.period_bounds[:-1], calendar.period_bounds[1:], strict=True):
        length = int(last - first)
        pieces = {"day": length, "week": 4, "month": 1}[segment]
        cuts += [int(first) + piece * length // pieces for piece in range(pieces)]
    assert calendar.segment_bounds.tolist() == [*cuts, int(calendar.period_bounds[-1])]
    assert calendar.segment_bounds.dtype == np.int64
