"""From a finished run to plain data for the page: the network, the years, the books of a firm, an exchange.

What lives here: the door to all views. What does not: any indicator (``indicators``) or test (``planning``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ecopark.planning.compare import Comparison
from ecopark.run import Run

Record = dict[str, Any]


def years(run: Run) -> tuple[int, int]:
    """First and last year of a run with flows."""
    raise NotImplementedError


def network_at(run: Run, date: str | pd.Timestamp) -> tuple[list[Record], list[Record]]:
    """Firms and exchanges on a date.

    Parameters
    ----------
    run : Run
    date : str or pandas.Timestamp
        Such as ``"1990"`` or ``"1990-06"``.

    Returns
    -------
    nodes : list of dict
        ``firm, name, short, sector, x_m, y_m, present``; all firms of the run, those not there on the date too.
    edges : list of dict
        ``exchange, giver, taker, resource, resource_name, kind, unit, mode, since`` (ISO date), ``quantity`` (unit/yr,
        over the calendar year of the date).
    """
    raise NotImplementedError


def firm_card(run: Run, firm: str) -> Record:
    """Books of a firm.

    Returns
    -------
    dict
        ``firm, name, sector, opens, closes, currency``; ``money`` (DataFrame: year by item, money), ``net`` (float,
        money, sum of it); ``carbon`` (Series by year, t CO2e avoided); ``flows`` (DataFrame ``year, direction`` in or
        out, ``resource, name, route, partner, quantity, unit``); ``exchanges`` (list of dict ``exchange, role`` giver or
        taker, ``partner, partner_name, resource, resource_name, state, since, until``).

    Raises
    ------
    DomainError
        If the run has no such firm.
    """
    raise NotImplementedError


def exchange_card(run: Run, exchange: str) -> Record:
    """An exchange or idea: parties, stages, contract, negotiation, flows and money by year, trust.

    Returns
    -------
    dict
        ``exchange, giver, giver_name, taker, taker_name, resource, resource_name, serves, serves_name, pathway, mode,
        distance_km, state, reason``; ``stages`` (list of dict ``stage, date``); ``terms`` (dict ``price, price_unit,
        quantity_per_year, unit, term_years, renewals, take_or_pay`` (share or None), ``penalty`` (share or None),
        ``investment, paid_by`` (name or empty), ``currency``); ``history`` (list of dict ``date, event, words``);
        ``flows`` (DataFrame ``year, quantity``) with ``unit``; ``money`` (DataFrame ``year, item, giver, taker``);
        ``totals`` (dict ``giver, taker, joint``, money); ``carbon`` (DataFrame ``year, avoided``, t CO2e); ``trust``
        (DataFrame ``date, trust``).

    Raises
    ------
    DomainError
        If the run has no such exchange.
    """
    raise NotImplementedError


def pipeline(run: Run) -> Record:
    """Ideas and what became of them.

    Returns
    -------
    dict
        ``funnel``, ``losses`` (DataFrames of ``indicators.pipeline``), ``ideas`` (DataFrame: one row each with names in
        words, dates of stages, state and reason).
    """
    raise NotImplementedError


def difference(
    runs_a: Sequence[Run], runs_b: Sequence[Run], labels: tuple[str, str] = ("A", "B")
) -> Comparison:
    """Paired differences of two set-ups, run by run on the same luck.

    Parameters
    ----------
    runs_a, runs_b : sequence of Run
        Of common seeds; others are left out.
    labels : tuple of str

    Returns
    -------
    Comparison
        ``indicators`` has ``base, other, difference, low, high, clear``; intervals are missing for one pair only.

    Raises
    ------
    DomainError
        If no seed is common, or the two cannot be compared.
    """
    raise NotImplementedError
