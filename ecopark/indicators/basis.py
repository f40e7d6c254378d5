"""The basis of a figure: annual, cumulative or lifetime, gross or attributed, always said beside it.

What lives here: :class:`Basis`, and turning annual tables into any other basis. What does not: the
figures. Programme headlines have differed fivefold by basis alone: the British programme's 30 Mt of
CO2 "lifetime" stands for 6.038 Mt a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ecopark.errors import DomainError
from ecopark.indicators.tables import TIDY

Kind = Literal["annual", "cumulative", "lifetime"]


@dataclass(frozen=True)
class Basis:
    """How a figure counts time, and how much of it is claimed.

    Attributes
    ----------
    kind : {"annual", "cumulative", "lifetime"}
        Of one year; summed from the first year on; one year's figure times the years it is taken to
        last.
    term : int, yr
        Years an exchange is taken to last; only used for ``lifetime``.
    decay : float, 1/yr
        Share of the first year's benefit lost with each further year (straight line); only used for
        ``lifetime``.
    share : float, 1
        Share of the gross figure attributed to the programme or actor that reports it; 1 is gross.

    Raises
    ------
    DomainError
        If the kind is unknown, the term below 1, or decay or share outside 0 to 1.
    """

    kind: Kind = "annual"
    term: int = 5
    decay: float = 0.0
    share: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in ("annual", "cumulative", "lifetime"):
            raise DomainError(f"basis {self.kind!r} is unknown; expected annual, cumulative or lifetime")
        if not 0.0 <= self.share <= 1.0:
            raise DomainError(f"attributed share {self.share} is not between 0 and 1")
        lifetime_factor(self.term, self.decay)

    @property
    def label(self) -> str:
        """The basis in words, as every table prints it."""
        words: str = self.kind
        if self.kind == "lifetime":
            words += f" of {self.term} yr"
            words += f" falling {100 * self.decay:g} %/yr" if self.decay else ""
        return f"{words}, {'gross' if self.share == 1.0 else f'{100 * self.share:g} % attributed'}"

    @property
    def factor(self) -> float:
        """What an annual figure is multiplied with (a cumulative one is summed as well). 1."""
        return self.share * (lifetime_factor(self.term, self.decay) if self.kind == "lifetime" else 1.0)


def lifetime_factor(term: int, decay: float = 0.0) -> float:
    """Lifetime benefit as a multiple of the first year's.

    Parameters
    ----------
    term : int, yr
        Years counted, at least 1.
    decay : float, 1/yr
        Share of the first year's benefit lost with each further year; 0 to 1.

    Returns
    -------
    float, 1
        ``sum_{k=0..term-1} max(0, 1 - k decay)``.

    Raises
    ------
    DomainError
        If the term is below 1 or the decay outside 0 to 1.

    Notes
    -----
    Not discounted. The factor implied by the figures of the British programme around 2010 is 30 /
    6.038 = 4.97, five undecayed years, although its economic report is said to let benefits fall by
    20 % a year, which gives 3.0; the rule of that report is not checked against the original.

    Examples
    --------
    >>> lifetime_factor(5), round(lifetime_factor(5, 0.2), 12)
    (5.0, 3.0)
    """
    if term < 1:
        raise DomainError(f"term {term} yr is below 1")
    if not 0.0 <= decay <= 1.0:
        raise DomainError(f"decay {decay} is not between 0 and 1")
    return float(np.maximum(1.0 - decay * np.arange(term), 0.0).sum())


def on_basis(table: pd.DataFrame, basis: Basis) -> pd.DataFrame:
    """State an annual tidy table on another basis.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``period, scope, indicator, value, unit``; extensive figures of single years.
    basis : Basis

    Returns
    -------
    pandas.DataFrame
        The rows with their values on the basis, and a column ``basis``. On a cumulative basis a period in which a
        scope had no row of its own has one too, from its first row on.

    Notes
    -----
    ``cumulative`` is the running sum by scope, indicator and unit. ``lifetime`` states for each year what
    that year's exchanges would bring over the term; rows of different years overlap and are not to
    be added up.
    """
    if basis.kind == "cumulative":
        table = _run_up(table)
    return table.assign(value=table["value"] * basis.factor, basis=basis.label)


def _run_up(table: pd.DataFrame) -> pd.DataFrame:
    """Running sums over the periods of a table, carried on where a period has no row."""
    keys = ["scope", "indicator", "unit"]
    wide = table.pivot_table(index=keys, columns="period", values="value", aggfunc="sum")
    begun = wide.notna().cummax(axis=1)
    sums = wide.fillna(0.0).cumsum(axis=1).where(begun)
    long = sums.melt(ignore_index=False, value_name="value").dropna(subset="value").reset_index()
    order = ["indicator", "scope", "period"]
    return long.sort_values(order, kind="stable", ignore_index=True)[list(TIDY)]


def count_with_age(table: pd.DataFrame, term: int, decay: float = 0.0) -> pd.DataFrame:
    """Let the annual figure of each exchange count less as the exchange grows older.

    Parameters
    ----------
    table : pandas.DataFrame
        Tidy annual table; each scope (an exchange) ages from its first year on.
    term : int, yr
        Age at which nothing counts any more.
    decay : float, 1/yr
        Share of the claim lost with each year of age.

    Returns
    -------
    pandas.DataFrame
        The same rows, values times ``max(0, 1 - decay x age)``, 0 from `term` on.

    Raises
    ------
    DomainError
        If the term is below 1 or the decay outside 0 to 1.

    Notes
    -----
    The other way of attributing: not the benefit wears off, but the claim to have caused it. Over an
    exchange of steady benefit that outlives the term, its sum is :func:`lifetime_factor` times the
    annual figure.
    """
    lifetime_factor(term, decay)
    year = table["period"].to_numpy().astype("datetime64[Y]").astype(np.int64)
    age = year - pd.Series(year, index=table.index).groupby(table["scope"]).transform("min").to_numpy()
    weight = np.where(age < term, np.maximum(1.0 - decay * age, 0.0), 0.0)
    return table.assign(value=table["value"] * weight)
