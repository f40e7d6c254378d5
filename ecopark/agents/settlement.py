"""Settlement: what takers owe at the end of a year for what they did not take.

What lives here: the running count of what was agreed, taken and to be had. What does not: the rule
(``market.clauses``), flows (``flows``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ecopark.agents.exchanges import Exchanges
from ecopark.flows.columns import Columns
from ecopark.flows.kernel import Links, Result
from ecopark.market.clauses import count_agreed, is_short, offer_in_vain, shortfall_due
from ecopark.market.contract import Contract

_Floats = NDArray[np.float64]
_NOTHING = np.zeros(0)
_MOST = float(np.finfo(float).max)


class Settlement:
    """Take-or-pay accounts of a year, by number of the contract.

    Parameters
    ----------
    columns : Columns
    exchanges : Exchanges
    """

    def __init__(self, columns: Columns, exchanges: Exchanges) -> None:
        self._exchanges = exchanges
        self._on_demand = np.flatnonzero(columns.on_demand)
        self._basin = np.flatnonzero(columns.on_demand & columns.process_is_pull[columns.port_process])
        # Agreed, taken, offered in vain.
        self._year = np.zeros((3, 0))

    def enter(
        self, links: Links, result: Result, could: Callable[[], _Floats], promised: _Floats, sent: _Floats
    ) -> None:
        """Count one period.

        Parameters
        ----------
        links : Links
            Of L contracts.
        result : Result
            What moved.
        could : callable
            What each out-port made on demand could have given in the period by its plant's activity: ndarray of
            float, shape (N,), unit. Asked only where a taker got less than agreed.
        promised : ndarray of float, shape (L,), unit
            Agreed for the time each link was active.
        sent : ndarray of float, shape (L,), unit
            In the period.
        """
        bound = self._exchanges.take_or_pay
        offered = _NOTHING
        if is_short(bound, sent, promised):
            offered = offer_in_vain(promised, sent, links.out_port, self._over(result, could()))
        if self._year.shape[1] < len(self._exchanges.all):
            fresh = np.zeros((3, len(self._exchanges.all) - self._year.shape[1]))
            self._year = np.concatenate([self._year, fresh], axis=1)
        count_agreed(bound, self._exchanges.number, promised, sent, offered, self._year)

    def _over(self, result: Result, could: _Floats) -> _Floats:
        """What out-ports had over: disposed of, or never made where made on demand. ndarray, shape (N,), unit."""
        over = result.settled.sum(axis=0)
        unmade = np.maximum(could - result.amount.sum(axis=0), 0.0)
        over[self._on_demand] = unmade[self._on_demand]
        # A basin gives what is drawn from it.
        over[self._basin] = _MOST
        return np.asarray(over)

    def settle(self, contracts: Sequence[Contract], day: float) -> None:
        """Book what is owed for the year past, and begin anew.

        Parameters
        ----------
        contracts : sequence of Contract
            All that ever operated, by number.
        day : float, day
            Of payment.
        """
        agreed, taken, offered = self._year
        counted = np.flatnonzero(agreed > 0.0)
        share = np.array([contracts[k].take_or_pay for k in counted.tolist()])
        due = shortfall_due(agreed[counted], taken[counted], offered[counted], share)
        for number, quantity in zip(counted.tolist(), due.tolist(), strict=True):
            # Where the giver pays to be rid of it, a taker that takes less is paid less: that is all.
            paid = quantity * max(contracts[number].price, 0.0)
            if paid > 0.0:
                contracts[number].payments.append((day, "take_or_pay", paid, -paid))
        self._year = np.zeros((3, 0))
