"""Chosen indicators of a run as one number each, without computing the others.

What lives here: :func:`numbers_of_run`, by which a study keeps registered indicators. What does not: which
indicators give a number for the park (:mod:`~ecopark.indicators.register`), the calls
(:mod:`~ecopark.indicators.parts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from ecopark.errors import DomainError
from ecopark.indicators import money
from ecopark.indicators.parts import PARTS, Books, Part
from ecopark.indicators.register import PARK_NUMBERS, Indicator

_PART_OF = {function: part for part in PARTS for function in part.functions}


def numbers_of_run(
    tables: Mapping[str, pd.DataFrame],
    currency: str,
    names: Iterable[str],
    rate: float = money.DISCOUNT_RATE,
) -> dict[str, tuple[float, str]]:
    """Some registered indicators of a run, one number each.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        ``flows``, ``synergies``, ``accounts``, ``trust``, ``firms``, ``resources`` of a run.
    currency : str
        Code of the money.
    names : iterable of str
        Of :data:`~ecopark.indicators.register.PARK_NUMBERS`: ``landfilled``, ``byproduct_use_rate of material``.
    rate : float, 1/yr
        Real discount rate.

    Returns
    -------
    dict of str to (float, str)
        Value and unit by name, in the order of `names`.

    Raises
    ------
    DomainError
        If a name is none of these.

    Notes
    -----
    Taken from the rows of :func:`~ecopark.indicators.everything.all_indicators`, to the last bit. An amount of each
    year (mass, energy, money, ideas lost) is summed over the years; a rate, a distance, trust, a network or the
    sectors are those of the last year; what stands for the whole run there already stays as it is. An amount or a
    count of what never happened is zero; anything else that is not defined (the density of no network) is nan.
    """
    wanted = list(names)
    unknown = [name for name in wanted if name not in PARK_NUMBERS]
    if unknown:
        raise DomainError(f"no indicator {unknown[0]!r} gives one number for a park; see docs/indicators.md")
    books = Books(tables, currency, rate, ends_only=True)
    computed: dict[Part, pd.DataFrame] = {}
    found: dict[str, tuple[float, str]] = {}
    for name in wanted:
        entry, scope = PARK_NUMBERS[name]
        part = _PART_OF[entry.function]
        if part not in computed:
            computed[part] = part.compute(books)
        unit = entry.unit_in(scope, currency)
        table = computed[part]
        rows = table[(table["indicator"] == entry.id) & (table["scope"] == scope) & (table["unit"] == unit)]
        found[name] = _number(rows, entry, books.years), unit
    return found


def _number(rows: pd.DataFrame, entry: Indicator, years: range) -> float:
    """One number of the rows of an indicator in one scope."""
    if entry.adds_up:
        return float(rows["value"].sum(skipna=False))
    last = rows[rows["period"].dt.year == years[-1]] if years else rows[:0]
    if len(last):
        return float(last["value"].iloc[0])
    return 0.0 if entry.unit == "count" else np.nan
