"""What a firm's gain is made of: disposal and virgin supply not paid for, payments, haulage, capital.

What lives here: the items of the accounts gathered into parts a reader can follow, by firm and year. What
does not: what an item is (``ecopark.market.accounts``), values discounted (:mod:`~ecopark.indicators.money`).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ecopark.indicators.tables import condense_accounts

GAIN_PARTS: Mapping[str, tuple[str, ...]] = {
    "disposal avoided": ("avoided_disposal",),
    "virgin supply avoided": ("avoided_virgin",),
    "payments between partners": ("payment", "take_or_pay", "penalty", "trench"),
    "subsidies": ("subsidy", "support"),
    "haulage": ("haulage",),
    "treatment": ("treatment", "inputs"),
    "upkeep and output forgone": ("maintenance", "burden"),
    "capital": ("investment",),
    "agreements": ("transaction",),
}
"""Items of the accounts by part, in the order in which they are read: what earns before what costs."""

OTHER = "other"
"""Part of items that no part names, so that the parts always add up to the gain."""


def gain_parts(accounts: pd.DataFrame, currency: str) -> pd.DataFrame:
    """Gain of every firm from its exchanges, by year and part.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Accounts of a run.
    currency : str
        Code of the money.

    Returns
    -------
    pandas.DataFrame
        Columns ``firm, year, part, value`` (money, real, undiscounted; positive is a gain), one row per
        combination that occurs, sorted by the first three. Parts are those of :data:`GAIN_PARTS`, and
        :data:`OTHER`.

    Notes
    -----
    Against the same run with every exchange replaced by its disposal route and virgin supply. Summed over
    years and parts it is :func:`~ecopark.indicators.money.firm_gains`; payments between partners cancel
    over the park. Investment stands in the year it was made.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("1990-03-01")
    >>> names = ["start", "end", "synergy", "from_firm", "to_firm", "item", "unit", "scope", "giver", "taker"]
    >>> paid = [day, day, "s", "power", "board", "payment", "DKK", None, 5.0, -5.0]
    >>> gain_parts(pd.DataFrame([paid], columns=names), "DKK")[["firm", "year", "value"]].values.tolist()
    [['board', 1990, -5.0], ['power', 1990, 5.0]]
    """
    part_of = {item: part for part, items in GAIN_PARTS.items() for item in items}
    rows = condense_accounts(accounts)
    rows = rows[rows["unit"] == currency]
    shared = pd.DataFrame(
        {
            "year": rows["start"].dt.year.astype("int64"),
            "part": rows["item"].astype(str).map(part_of).fillna(OTHER),
        }
    )
    sides = [
        shared.assign(firm=rows[end].astype(str), value=rows[side])
        for end, side in (("from_firm", "giver"), ("to_firm", "taker"))
    ]
    both = pd.concat(sides, ignore_index=True)
    both = both[both["value"] != 0.0]
    summed: pd.DataFrame = both.groupby(["firm", "year", "part"])["value"].sum().reset_index()
    return summed
