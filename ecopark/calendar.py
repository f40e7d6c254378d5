"""The calendar of a run: periods in which agents act, segments in which flows are constant.

The unit of time everywhere is the day, counted from the first day of the run. Period and segment
bounds are whole days, taken from the civil calendar and never summed up, so they are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

PeriodName = Literal["month", "quarter", "year"]
SegmentName = Literal["day", "week", "month"]

_MONTHS_PER_PERIOD: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Calendar:
    """Periods and segments between two dates.

    Parameters
    ----------
    start : datetime.date
        First day of the run, the first of a month.
    end : datetime.date
        First day after the run, the first of a month.
    period : {"month", "quarter", "year"}
        How often agents act and books are closed.
    segment : {"day", "week", "month"}
        Span in which flows are constant. A month is cut into whole segments: a "week" is a
        quarter of its month (7 to 8 days), so that no segment straddles two months.
    """

    start: date
    end: date
    period: PeriodName = "month"
    segment: SegmentName = "week"

    @cached_property
    def period_bounds(self) -> NDArray[np.int64]:
        """Day on which each period starts, then the end. ndarray of int, shape (periods + 1,), day."""
        step = _MONTHS_PER_PERIOD[self.period]
        first = np.datetime64(self.start, "M")
        last = np.datetime64(self.end, "M")
        months = np.append(np.arange(first, last, np.timedelta64(step, "M")), last)
        return np.asarray((months.astype("datetime64[D]") - np.datetime64(self.start)).astype(np.int64))

    @cached_property
    def segment_bounds(self) -> NDArray[np.int64]:
        """Day on which each segment starts, then the end. ndarray of int, shape (segments + 1,), day."""
        months = np.arange(
            np.datetime64(self.start, "M"), np.datetime64(self.end, "M") + np.timedelta64(1, "M")
        )
        starts = (months.astype("datetime64[D]") - np.datetime64(self.start)).astype(np.int64)
        if self.segment == "day":
            return np.arange(starts[0], starts[-1] + 1)
        pieces = {"week": 4, "month": 1}[self.segment]
        cuts = starts[:-1, None] + (np.arange(pieces) * np.diff(starts)[:, None]) // pieces
        return np.append(cuts, starts[-1])

    @cached_property
    def segment_days(self) -> NDArray[np.float64]:
        """Length of each segment. ndarray of float, shape (segments,), day."""
        return np.diff(self.segment_bounds).astype(np.float64)

    @cached_property
    def segment_of_period(self) -> NDArray[np.int64]:
        """First segment of each period, then the number of segments. ndarray of int, shape (periods + 1,), 1."""
        return np.searchsorted(self.segment_bounds, self.period_bounds).astype(np.int64)

    @cached_property
    def segment_month(self) -> NDArray[np.int64]:
        """Month of the year of each segment, 0 for January. ndarray of int, shape (segments,), 1."""
        days = np.datetime64(self.start) + self.segment_bounds[:-1]
        return np.asarray(days.astype("datetime64[M]").astype(np.int64) % 12)

    @cached_property
    def is_new_year(self) -> tuple[bool, ...]:
        """Whether a year begins with each period, and with the day after the last."""
        return tuple(self.date(day).month == 1 for day in self.period_bounds.tolist())

    @property
    def periods_per_year(self) -> int:
        """Number of whole periods in a year."""
        return 12 // _MONTHS_PER_PERIOD[self.period]

    @property
    def periods(self) -> int:
        """Number of periods."""
        return self.period_bounds.size - 1

    @property
    def segments(self) -> int:
        """Number of segments."""
        return self.segment_bounds.size - 1

    def day(self, when: date) -> int:
        """Day number of a date; negative before the run starts."""
        return (when - self.start).days

    def date(self, day: float) -> date:
        """Date of a day number, fractions cut off."""
        return date.fromordinal(self._ordinal + int(day))

    @cached_property
    def _ordinal(self) -> int:
        return self.start.toordinal()
