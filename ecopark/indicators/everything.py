"""All indicators of a run in one tidy table.

What lives here: :func:`all_indicators`, which condenses the long tables once and hands them to every
function that needs nothing but a run. What does not: those calls (:mod:`~ecopark.indicators.parts`); indicators that
need data of the user's own (concentrations, degrees of impact, public cost, a record, a second run), which are called
one by one.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ecopark.indicators import money
from ecopark.indicators.parts import PARTS, Books
from ecopark.indicators.tables import stack


def all_indicators(
    tables: Mapping[str, pd.DataFrame], currency: str, rate: float = money.DISCOUNT_RATE
) -> pd.DataFrame:
    """Compute every indicator that needs nothing but a run.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        ``flows``, ``synergies``, ``accounts``, ``trust``, ``firms``, ``resources`` of a run.
    currency : str
        Code of the money.
    rate : float, 1/yr
        Real discount rate.

    Returns
    -------
    pandas.DataFrame
        Tidy with a column ``basis``: ``annual, gross``, ``at the end of the year`` (networks) or
        ``whole run`` (money of exchanges, fairness, pipeline; dated with the last year).

    Raises
    ------
    DomainError
        If a table lacks a column.
    """
    books = Books(tables, currency, rate)
    return stack([part.compute(books).assign(basis=part.basis) for part in PARTS])
