"""Settlement: what takers owe at the end of a year for what they did not take.

What lives here: the running count of what was agreed, taken and to be had. What does not: the rule
(``market.clauses``), flows (``flows``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ecopark.agents.exchanges import Exchanges
from ecopark.flows.columns import Columns
from ecopark.flows.kernel import Links, Result
from ecopark.market.clauses import shortfall_due
from ecopark.market.contract import Contract

_Floats = NDArray[np.float64]


class Settlement:
    """Take-or-pay accounts of a year, by number of the contract.

    Parameters
    ----------
    columns : Columns
    exchanges : Exchanges
    """

    def __init__(self, columns: Columns, exchanges: Exchanges) -> None:
        self._columns, self._exchanges = columns, exchanges
        # Agreed, taken, offered in vain.
        self._year = np.zeros((3, 0))

    def enter(self, links: Links, result: Result, could: _Floats, promised: _Floats) -> None:
        """Count one period.

        Parameters
        ----------
        links : Links
            Of L contracts.
        result : Result
            What moved.
        could : ndarray of float, shape (N,), unit
            What each out-port made on demand could have given in the period by its plant's activity.
        promised : ndarray of float, shape (L,), unit
            Agreed for the time each link was active.
        """
        bound = self._exchanges.take_or_pay > 0.0
        if not bound.any():
            return
        sent = result.sent.sum(axis=0)
        missing = np.maximum(promised - sent, 0.0)
        offered = missing
        if missing[bound].any():
            out = links.out_port
            at_port = np.bincount(out, weights=missing, minlength=len(self._columns.ports))[out]
            part = np.divide(missing, at_port, out=np.zeros_like(missing), where=missing > 0.0)
            # No more is offered in vain than is missing.
            offered = np.minimum(missing, part * self._over(result, could)[out])
        numbers = self._exchanges.number[bound]
        grown = np.zeros((3, max(len(self._exchanges.all), self._year.shape[1])))
        grown[:, : self._year.shape[1]] = self._year
        grown[:, numbers] += np.stack([promised, sent, offered])[:, bound]
        self._year = grown

    def _over(self, result: Result, could: _Floats) -> _Floats:
        """What out-ports had over: disposed of, or never made where made on demand. ndarray, shape (N,), unit."""
        c = self._columns
        over = result.settled.sum(axis=0)
        unmade = np.maximum(could - result.amount.sum(axis=0), 0.0)
        # A basin gives what is drawn from it.
        basin = c.process_is_pull[c.port_process]
        return np.where(c.on_demand, np.where(basin, np.finfo(float).max, unmade), over)

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
