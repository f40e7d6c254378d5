"""Failures: units of firms and pipes of exchanges break down and are repaired, each by chances of its own.

What lives here: when something fails, and for how long. What does not: how often (the scenario), what a failure does
to flows (``flows.activity``, ``exchanges``). Nobody decides anything because of a failure: only flows feel it. So those
of a period are entered together, before its flows, and none needs an event in the story of the park.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from ecopark.agents.exchanges import Exchanges
from ecopark.calendar import Calendar
from ecopark.flows.activity import enter_outage
from ecopark.market.contract import Contract
from ecopark.scenario.shocked import outage_waves
from ecopark.scenario.types import Outage, Park

# First day of a wave of outages, first day after it, factor on the mean time between failures.
Wave = tuple[float, float, float]
# Row of the table of events: day, event, firm, partner, synergy, detail.
Event = tuple[float, str, str, str, str, str]
# Breakdowns drawn at once.
_AHEAD = 8


def waves_of(park: Park, firm: str, calendar: Calendar) -> tuple[Wave, ...]:
    """Waves of outages that strike a firm.

    Parameters
    ----------
    park : Park
    firm : str
    calendar : Calendar

    Returns
    -------
    tuple of (float, float, float)
        First day, first day after it, factor on the mean time between failures.
    """
    return tuple(
        (float(calendar.day(start)), np.inf if end is None else float(calendar.day(end)), factor)
        for start, end, factor in outage_waves(park, firm)
    )


def wait_in_waves(now: float, wait: float, waves: Sequence[Wave]) -> float:
    """Time to the next failure where failures come more or less often for a time.

    Parameters
    ----------
    now : float, day
    wait : float, day
        Time drawn for a hazard that is always the same.
    waves : sequence of (float, float, float)
        First day, first day after it, factor on the mean time between failures.

    Returns
    -------
    float, day
        The time by which the hazard, divided by the factor inside a wave, has added up to the same amount
        (time rescaling), so that waves need no draw of their own. Without a wave ahead, `wait` itself.

    References
    ----------
    Brown, Barbieri, Ventura, Kass & Frank (2002), Neural Computation 14(2), 325-346,
    doi:10.1162/08997660252741149, section 2: the time-rescaling theorem.
    """
    if not waves:
        return wait
    ahead = [wave for wave in waves if wave[1] > now]
    if not ahead:
        return wait
    cuts = sorted({day for wave in ahead for day in wave[:2] if now < day < np.inf})
    elapsed, left, day = 0.0, wait, now
    for cut in [*cuts, np.inf]:
        factor = float(np.prod([f for start, end, f in ahead if start <= day < end]))
        if left * factor <= cut - day:
            return elapsed + left * factor
        elapsed, left, day = elapsed + (cut - day), left - (cut - day) / factor, cut
    return elapsed


def break_down(
    chance: np.random.Generator, outage: Outage, since: float, waves: Sequence[Wave] = ()
) -> Iterator[tuple[float, float]]:
    """Breakdowns of one thing, for ever: an alternating renewal process.

    Parameters
    ----------
    chance : numpy.random.Generator
        Of this thing alone.
    outage : Outage
    since : float, day
        From which on it works.
    waves : sequence of (float, float, float)
        As in :func:`wait_in_waves`.

    Yields
    ------
    tuple of (float, float), day
        Of the failure, and how long the repair takes.
    """
    between, duration, day = outage.mean_time_between.value, outage.mean_duration.value, since
    while True:
        drawn = chance.standard_exponential(2 * _AHEAD).tolist()
        for wait, repair in zip(drawn[::2], drawn[1::2], strict=True):
            day += wait_in_waves(day, between * wait, waves)
            yield day, duration * repair
            day += duration * repair


class Failures:
    """Agenda of what will fail next.

    Parameters
    ----------
    exchanges : Exchanges
    availability : ndarray of float, shape (S, P), 1
        Share of each segment in which each process is up; lowered in place.
    calendar : Calendar
    """

    def __init__(self, exchanges: Exchanges, availability: NDArray[np.float64], calendar: Calendar) -> None:
        self._exchanges, self._availability, self._calendar = exchanges, availability, calendar
        # Day, number, time of repair, breakdowns to follow, what it does: an event, or None where it has ended before.
        self._agenda: list[
            tuple[float, int, float, Iterator[tuple[float, float]], Callable[[float, float], Event | None]]
        ] = []
        self._count = 0

    def watch_unit(
        self, column: int, name: str, breakdowns: Iterator[tuple[float, float]], last: float
    ) -> None:
        """Let a process fail.

        Parameters
        ----------
        column : int
        name : str
            ``firm.process``.
        breakdowns : iterator of (float, float), day
            As of :func:`break_down`.
        last : float, day
            From which on it is no more.
        """
        firm, process = name.split(".")

        def befall(day: float, repair: float) -> Event | None:
            if day >= last:
                return None
            enter_outage(self._availability, column, day, day + repair, self._calendar)
            return day, "outage", firm, "", "", f"{process} down {repair:.1f} d"

        self._await(breakdowns, befall)

    def watch_pipe(self, contract: Contract, breakdowns: Iterator[tuple[float, float]]) -> None:
        """Let the pipe of a contract that operates fail, for as long as it does.

        Parameters
        ----------
        contract : Contract
        breakdowns : iterator of (float, float), day
        """

        def befall(day: float, repair: float) -> Event | None:
            if contract.spans[-1][1] <= day:
                return None
            self._exchanges.cut(contract, day, day + repair)
            return day, "outage", contract.giver, contract.taker, contract.synergy, f"{repair:.1f} d"

        self._await(breakdowns, befall)

    def befall(self, end: float) -> list[Event]:
        """Let everything fail that does before a day.

        Parameters
        ----------
        end : float, day

        Returns
        -------
        list of tuple
            Events, in the order of time.
        """
        told: list[Event] = []
        while self._agenda and self._agenda[0][0] < end:
            day, _, repair, breakdowns, befall = heappop(self._agenda)
            event = befall(day, repair)
            if event is not None:
                told.append(event)
                self._await(breakdowns, befall)
        return told

    def _await(
        self, breakdowns: Iterator[tuple[float, float]], befall: Callable[[float, float], Event | None]
    ) -> None:
        """Put the next breakdown of something on the agenda."""
        day, repair = next(breakdowns)
        self._count += 1
        heappush(self._agenda, (day, self._count, repair, breakdowns, befall))
