"""Streams of the reference by block: what there is, what is needed, what plants could do.

What lives here: blocks of time and block sums. What does not: links between streams (``links``).
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.calendar import DAYS_PER_YEAR, Calendar
from ecopark.errors import DomainError
from ecopark.planning.optimum.columns import Blocks, BlockStreams
from ecopark.planning.optimum.reference import Reference
from ecopark.scenario.paths import parse_month

_Floats = NDArray[np.float64]
_LENGTH = re.compile(r"\s*(\d+)\s*(yr|year|years|month|months|mo)\s*\Z")


def cut_blocks(
    calendar: Calendar,
    blocks: str | None = None,
    since: str | date | None = None,
    until: str | date | None = None,
    rate: float = 0.05,
) -> Blocks:
    """Cut a span of the calendar into blocks.

    Parameters
    ----------
    calendar : Calendar
    blocks : str, optional
        Length such as ``"5 yr"`` or ``"6 months"``, a whole number of periods; one block where it is None. A
        rest shorter than half a block belongs to the last one.
    since, until : str or datetime.date, optional
        First and last month; those of the scenario where they are None.
    rate : float, 1/yr
        Real discount rate, 0 or above.

    Returns
    -------
    Blocks

    Raises
    ------
    DomainError
        If the span is empty or lies outside the scenario's time, or the length fits no whole period.
    """
    if not 0.0 <= rate < 1.0:
        raise DomainError(f"rate must be a share a year, 0 or above and below 1, found {rate}")
    first, last = _span(calendar, since, until)
    bounds = calendar.period_bounds
    months = _months(blocks)
    step = (12 // calendar.periods_per_year) if months is not None else 0
    if months is not None and (months % step or months == 0):
        raise DomainError(
            f"blocks of {blocks!r} are no whole number of the scenario's periods of {step} months; "
            f"give a multiple, such as '{step * max(round(months / step), 1)} months'"
        )
    cuts = [first, last] if months is None else [*range(first, last, months // step), last]
    if len(cuts) > 2 and (cuts[-1] - cuts[-2]) * 2 < cuts[1] - cuts[0]:
        del cuts[-2]
    days = bounds[cuts]
    years = np.diff(days) / DAYS_PER_YEAR
    since_start = (days - days[0]) / DAYS_PER_YEAR
    growth = np.log1p(rate)
    mean = -np.diff(np.exp(-growth * since_start)) / (growth * years) if rate > 0.0 else np.ones(years.size)
    origin = np.datetime64(calendar.start, "s")
    starts = pd.DatetimeIndex(origin + days[:-1].astype("timedelta64[D]").astype("timedelta64[s]"))
    return Blocks(days, starts, years, mean, rate)


def _months(blocks: str | None) -> int | None:
    if blocks is None:
        return None
    found = _LENGTH.match(blocks)
    if found is None:
        raise DomainError(f"blocks must be a length such as '5 yr' or '6 months', found {blocks!r}")
    return int(found[1]) * (12 if found[2].startswith("y") else 1)


def _span(calendar: Calendar, since: str | date | None, until: str | date | None) -> tuple[int, int]:
    """First period and the one after the last."""
    bounds = calendar.period_bounds
    days = []
    for name, when, month in (("since", since, 1), ("until", until, 12)):
        if when is None:
            days.append(0 if month == 1 else int(bounds[-1]) - 1)
            continue
        try:
            stated = parse_month(when)
        except ValueError as failure:
            raise DomainError(f"{name}: {failure}") from failure
        if isinstance(when, str) and len(when.strip()) == 4:
            stated = date(stated.year, month, 1)
        days.append(calendar.day(stated))
    if not 0 <= days[0] <= days[1] < bounds[-1]:
        raise DomainError(
            f"the span from {since or 'the start'} to {until or 'the end'} is empty or lies outside the scenario's "
            f"time, {calendar.start:%Y-%m} to {calendar.date(float(bounds[-1]) - 1):%Y-%m}"
        )
    first, last = np.searchsorted(bounds, days, side="right")
    return int(first) - 1, int(last)


def segment_flows(reference: Reference) -> _Floats:
    """Supply or need of every port in every segment, at the activity of the reference.

    Parameters
    ----------
    reference : Reference

    Returns
    -------
    ndarray of float, shape (S, N), resource unit
        Of feed-driven plants what they would make and need at capacity.
    """
    calendar, columns = reference.calendar, reference.columns
    period = period_of_segment(calendar)
    amount = reference.activity * calendar.segment_days[:, None]
    return np.asarray(amount[:, columns.port_process] * columns.coefficient[period])


def period_of_segment(calendar: Calendar) -> NDArray[np.int64]:
    """Period of every segment.

    Parameters
    ----------
    calendar : Calendar

    Returns
    -------
    ndarray of int, shape (S,), 1
    """
    return np.repeat(np.arange(calendar.periods), np.diff(calendar.segment_of_period))


def sum_streams(reference: Reference, blocks: Blocks, flows: _Floats) -> BlockStreams:
    """Streams and plants by block.

    Parameters
    ----------
    reference : Reference
    blocks : Blocks
    flows : ndarray of float, shape (S, N), resource unit
        Of :func:`segment_flows`.

    Returns
    -------
    BlockStreams
    """
    calendar, columns = reference.calendar, reference.columns
    segments = np.searchsorted(calendar.segment_bounds, blocks.bounds)
    periods = np.searchsorted(calendar.period_bounds, blocks.bounds)
    days, activity = calendar.segment_days[:, None], reference.activity
    # A basin fills while it is drawn from, so a segment's throughput comes on top; what was there stays there.
    kept = np.maximum(columns.process_buffer, days) + np.where(columns.process_is_pull, days, 0.0)
    room = np.maximum.accumulate(activity * kept, axis=0)[segments[1:] - 1]
    feed = columns.process_is_feed
    share = np.diff(calendar.period_bounds)[:, None] * columns.imported
    above = np.where(columns.coefficient > 0.0, columns.coefficient, np.inf)
    least = _reduce(np.minimum, above, periods)
    return BlockStreams(
        total=np.where(feed[columns.port_process], 0.0, _reduce(np.add, flows, segments)),
        capacity=np.where(feed, _reduce(np.add, activity * days, segments), 0.0),
        room=np.where(feed, room, 0.0),
        most=_reduce(np.maximum, columns.coefficient, periods),
        least=np.where(np.isfinite(least), least, 0.0),
        imported=_reduce(np.add, share, periods),
        is_late=bool(blocks.bounds[0] > 0),
    )


def _reduce(what: np.ufunc, table: _Floats, cuts: NDArray[np.int64]) -> _Floats:
    """Rows of a table brought together between cuts."""
    return np.asarray(what.reduceat(table[: cuts[-1]], cuts[:-1], axis=0))
