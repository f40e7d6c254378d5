"""What is already promised, and what each stream therefore still has free.

What lives here: the book of agreements by stream, and expected rates of a year less what is promised.
What does not: what anything is worth (``appraiser``).
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import DAYS_PER_YEAR, Calendar
from ecopark.flows.columns import Columns
from ecopark.market.appraisal import Appraisal
from ecopark.market.contract import Contract
from ecopark.market.free import free_supply, open_to_promise
from ecopark.market.pairs import Pairs
from ecopark.scenario.types import Park

_Floats = NDArray[np.float64]


class Promises:
    """Keeps the book of what is promised.

    Parameters
    ----------
    park : Park
    columns : Columns
    pairs : Pairs
    calendar : Calendar
    """

    def __init__(self, park: Park, columns: Columns, pairs: Pairs, calendar: Calendar) -> None:
        self.park, self.columns, self.pairs, self.calendar = park, columns, pairs, calendar
        self.window = min(calendar.periods_per_year, calendar.periods)
        #: Number of times the book has changed.
        self.agreements = 0
        #: Agreements in force or being built, by port.
        self.promised: dict[int, list[Contract]] = {}
        #: Rates already promised. ndarray of float, shape (periods of a year, N), unit/day.
        self.committed = np.zeros((self.window, len(columns.ports)))
        self._bounds: list[float] = calendar.period_bounds.astype(np.float64).tolist()
        self._last = calendar.periods - 1
        self._rows, self._days_of_year = self._years()
        self._foresight = park.agents.discovery.foresight.value
        # Ports of each process: what drives it, and what it gives.
        feeds: dict[int, list[int]] = {}
        outs: dict[int, list[int]] = {process: [] for process in range(len(columns.processes))}
        for port, process in enumerate(columns.port_process.tolist()):
            if columns.is_out[port]:
                outs[process].append(port)
            elif columns.is_feed[port]:
                feeds.setdefault(process, []).append(port)
        self._outs_of = {p: np.array(ports, dtype=np.int64) for p, ports in outs.items()}
        #: Ports whose feed drives each port's process, and whether that bounds what the port can promise.
        self._driven_by = self._find_feeds(feeds)

    def _find_feeds(self, of_process: dict[int, list[int]]) -> list[tuple[NDArray[np.int64], bool]]:
        """Feeds of the process of each port, and whether it is an output of a feed-driven process."""
        c, feeds = self.columns, {p: np.array(ports) for p, ports in of_process.items()}
        driven = (c.is_out & c.process_is_feed[c.port_process]).tolist()
        none = np.zeros(0, dtype=np.int64)
        return [
            (feeds.get(process, none), fed)
            for process, fed in zip(c.port_process.tolist(), driven, strict=True)
        ]

    def _years(self) -> tuple[NDArray[np.int64], _Floats]:
        """Periods of the year from every period on, and their lengths; of :meth:`rows_of_year`, `days_of_year`."""
        first = np.minimum(np.arange(self.calendar.periods), self.calendar.periods - self.window)[:, None]
        rows = first + (np.arange(self.window) - first) % self.window
        days = np.diff(self.calendar.period_bounds).astype(np.float64)[rows]
        return rows, days * (DAYS_PER_YEAR / days.sum(axis=1, keepdims=True))

    # ------------------------------------------------------------------ the book of promises
    def promise(self, contract: Contract) -> None:
        """Enter an agreement in the book."""
        self.promised.setdefault(contract.out_port, []).append(contract)
        self.promised.setdefault(contract.in_port, []).append(contract)
        self._recount(contract)

    def withdraw(self, contract: Contract) -> None:
        """Take an agreement out of the book."""
        self.promised[contract.out_port].remove(contract)
        self.promised[contract.in_port].remove(contract)
        self._recount(contract)

    def rewrite(self, contract: Contract, terms: Appraisal) -> None:
        """Put other terms in the place of those of an agreement in the book."""
        contract.appraisal = terms
        self._recount(contract)

    def _recount(self, contract: Contract) -> None:
        """Add the promises of two ports up anew: no rounding is left behind by those taken out."""
        self.agreements += 1
        for port, at_giver in ((contract.out_port, True), (contract.in_port, False)):
            self.committed[:, port] = 0.0
            for held in self.promised[port]:
                terms = held.appraisal
                self.committed[:, port] += (
                    terms.rate if at_giver else terms.rate * (terms.keep * terms.credit)
                )

    def free_rate(self, port: int, period: int) -> _Floats:
        """Expected rate of a port not yet promised, for a year from a period on.

        Parameters
        ----------
        port : int
        period : int

        Returns
        -------
        ndarray of float, shape (M,), unit/day
            Element m belongs to period of the year m.
        """
        c = self.columns
        free: _Floats = free_supply(
            c.expected, c.coefficient, c.imported, self.committed, self._first(period), port,
            *self._driven_by[port],
        )  # fmt: skip
        return free

    def open_to_promise(self, period: int) -> tuple[_Floats, _Floats]:
        """Yearly mean promised by port, and what feed-driven plants could still promise in a period.

        Parameters
        ----------
        period : int

        Returns
        -------
        promised, left : ndarray of float, shape (N,), unit/day
            `left` is infinite for every port that is no output of a feed-driven plant.
        """
        c = self.columns
        found: tuple[_Floats, _Floats] = open_to_promise(
            self.committed, c.coefficient[period], c.imported[period], c.port_process, c.is_feed, c.is_out,
            c.process_is_feed,
        )  # fmt: skip
        return found

    def rows_of_year(self, period: int) -> NDArray[np.int64]:
        """Periods of the year from a period on, in the order of the calendar year.

        Parameters
        ----------
        period : int

        Returns
        -------
        ndarray of int, shape (M,), 1
            Element m is a period that is period m of its year; near the end of the run, of its last year.
        """
        rows: NDArray[np.int64] = self._rows[period]
        return rows

    def _first(self, period: int) -> int:
        """Period with which the year from a period on begins; near the end of the run, its last year."""
        return min(period, self._last + 1 - self.window)

    def by_month(self, table: _Floats, column: int, period: int) -> _Floats:
        """A column of a table of periods for the year from a period on.

        Parameters
        ----------
        table : ndarray of float, shape (T, C), any unit
        column, period : int

        Returns
        -------
        ndarray of float, shape (M,), unit of the table
            Element m is period m of the year.
        """
        return np.asarray(table[self.rows_of_year(period), column])

    # ------------------------------------------------------------------ when
    def is_in_sight(self, ports: Any, day: float) -> Any:
        """Whether ports are open, or announced to open within the foresight, on a day.

        Parameters
        ----------
        ports : int or slice
        day : float, day

        Returns
        -------
        bool or ndarray of bool, shape (N,), 1
        """
        return (self.columns.opens[ports] <= day + self._foresight) & (day < self.columns.closes[ports])

    def period(self, day: float) -> int:
        """Period in which a day lies, within the run."""
        return bisect_right(self._bounds, day, 1, self._last + 1) - 1

    def days_of_year(self, period: int) -> _Floats:
        """Lengths of the periods of the year, scaled to a whole year where the run is shorter.

        Parameters
        ----------
        period : int

        Returns
        -------
        ndarray of float, shape (M,), day
        """
        days: _Floats = self._days_of_year[period]
        return days
