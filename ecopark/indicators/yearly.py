"""What a run avoided, year by year, for the park, each resource and each firm.

Basis: gross, annual, against the same run with every exchange replaced by its disposal route and
virgin supply. Sum over years for the cumulative figure.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ecopark.indicators.tables import (
    CARBON,
    TIDY,
    add_up,
    condense_accounts,
    condense_flows,
    stack,
    sum_by,
    tidy,
)

_RESOURCE = ("resource=resource",)
_SCOPES = ("park", *_RESOURCE)

_KINDS = {
    "material": "avoided_waste",
    "water": "avoided_discharge",
    "heat": "avoided_cooling",
    "energy": "avoided_flare",
}
_VIRGIN = {
    "material": "avoided_virgin",
    "water": "avoided_water",
    "heat": "avoided_heat",
    "energy": "avoided_fuel",
}


def yearly_indicators(
    flows: pd.DataFrame, synergies: pd.DataFrame, accounts: pd.DataFrame, currency: str
) -> pd.DataFrame:
    """Tidy table of yearly indicators.

    Parameters
    ----------
    flows, synergies, accounts : pandas.DataFrame
        Tables of a run.
    currency : str
        Code of the money.

    Returns
    -------
    pandas.DataFrame
        ``period`` (start of the year), ``scope`` (``park``, ``resource:x``, ``firm:x``),
        ``indicator``, ``value``, ``unit``. Indicators:

        - ``exchanged``: quantity that reached its taker, by resource;
        - ``avoided_waste`` (t), ``avoided_discharge`` (m3), ``avoided_cooling``,
          ``avoided_flare`` (MWh): residuals that did not take their disposal route, loss on the
          way included, by kind of resource;
        - ``avoided_virgin`` (t), ``avoided_water`` (m3), ``avoided_heat``, ``avoided_fuel``
          (MWh): virgin supply replaced, by kind, under the resource given;
        - ``avoided_co2`` (t CO2e): net of haulage, treatment, inputs and construction;
        - ``joint_gain`` (money): sum over both partners, investment in the year it was made;
          for a firm, its own share;
        - ``operating_synergies``: count at the end of the year.
    """
    moved, units = _moved(flows), _units(flows)
    return stack(
        [
            tidy(sum_by(moved[moved["route"] == "exchange"], "quantity", _RESOURCE), "exchanged"),
            *_replaced(moved, units),
            _gained(condense_accounts(accounts), synergies, currency),
            _operating(synergies, flows),
        ]
    )


def park_totals(flows: pd.DataFrame, accounts: pd.DataFrame, currency: str) -> dict[str, tuple[float, str]]:
    """Totals of the park over a whole run: the sums of its rows in :func:`yearly_indicators`, and no more work.

    Parameters
    ----------
    flows, accounts : pandas.DataFrame
        Tables of a run.
    currency : str

    Returns
    -------
    dict of str to (float, str)
        Value and unit by indicator, in the order of their names; what never happened is missing.
    """
    # By name over the whole ledger, not through its years: every run of a study pays for this.
    units, route = _units(flows), flows["route"]
    is_exchange = (route == "exchange").to_numpy()
    moved = (is_exchange | (route == "loss").to_numpy()) & flows["synergy"].notna().to_numpy()
    spared, served = moved & flows["instead_of"].notna().to_numpy(), moved & is_exchange
    joint = accounts["giver"] + accounts["taker"]
    found: dict[str, tuple[float, str]] = {}
    for totals, names in (
        (_total_by(flows["resource"][spared], flows["quantity"][spared]), _KINDS),
        (_total_by(flows["delivered_resource"][served], flows["delivered"][served]), _VIRGIN),
    ):
        for kind, of_kind in totals.groupby(units["kind"].reindex(totals.index)):
            if kind in names:
                found[names[str(kind)]] = float(of_kind.sum()), units["unit"][of_kind.index[0]]
    gained, named = _total_by(accounts["unit"], joint), _gains(currency)
    found |= {named[unit]: (float(total), unit) for unit, total in gained.items() if unit in named}
    return dict(sorted(found.items()))


def _total_by(names: pd.Series, values: pd.Series) -> pd.Series:
    """Sum of the values beside each name; those without one are left out."""
    codes, known = pd.factorize(names)
    there = codes >= 0
    totals = np.bincount(codes[there], values.to_numpy(dtype=np.float64)[there], minlength=len(known))
    return pd.Series(totals, index=np.asarray(known, dtype=object))


def _moved(flows: pd.DataFrame) -> pd.DataFrame:
    """Exchanges and losses of a ledger, by year."""
    return condense_flows(flows[flows["route"].isin(["exchange", "loss"]) & flows["synergy"].notna()])


def _units(flows: pd.DataFrame) -> pd.DataFrame:
    """Kind and unit of each resource."""
    return flows[["resource", "kind", "unit"]].drop_duplicates("resource").set_index("resource").astype(str)


def _replaced(moved: pd.DataFrame, units: pd.DataFrame) -> list[pd.DataFrame]:
    """What moved instead of being disposed of, and what it stood instead of."""
    spared = moved[moved["instead_of"].notna()]
    served = moved[(moved["route"] == "exchange") & moved["delivered_resource"].notna()]
    need = served["delivered_resource"].astype(str)
    served = served.assign(kind=need.map(units["kind"]), unit=need.map(units["unit"]))
    return [
        _named(sum_by(spared, "quantity", _SCOPES, also="kind"), _KINDS, "kind"),
        _named(sum_by(served, "delivered", _SCOPES, also="kind"), _VIRGIN, "kind"),
    ]


def _gained(accounts: pd.DataFrame, synergies: pd.DataFrame, currency: str) -> pd.DataFrame:
    """Carbon and money of the park, each resource and each firm, from condensed accounts."""
    resource = synergies.set_index("synergy")["resource"]
    table = accounts.assign(
        joint=accounts["giver"] + accounts["taker"], resource=accounts["synergy"].astype(str).map(resource)
    )
    ends = [
        sum_by(table, "joint", _SCOPES),
        sum_by(table, "giver", ["firm=from_firm"]),
        sum_by(table, "taker", ["firm=to_firm"]),
    ]
    return _named(add_up(ends), _gains(currency), "unit")


def _gains(currency: str) -> dict[str, str]:
    """Indicator by unit of the accounts."""
    return {CARBON: "avoided_co2", currency: "joint_gain"}


def _named(table: pd.DataFrame, indicators: Mapping[str, str], column: str) -> pd.DataFrame:
    """Tidy rows whose indicator goes by a column; rows of none are left out."""
    named = table.assign(indicator=table[column].map(indicators))
    return named.loc[named["indicator"].notna(), list(TIDY)]


def _operating(synergies: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Exchanges in operation at the end of each year."""
    if not len(flows):
        return pd.DataFrame()
    start = flows["start"].to_numpy().astype("datetime64[Y]")
    year, day = np.timedelta64(1, "Y"), np.timedelta64(1, "D")
    years = np.arange(start.min(), start.max() + year)
    ends = (years + year).astype("datetime64[D]") - day
    begun = synergies["operating"].notna()
    started, ended = (
        np.sort(synergies.loc[begun, name].dropna().to_numpy().astype("datetime64[s]"))
        for name in ("operating", "ended")
    )
    count = np.searchsorted(started, ends, side="right") - np.searchsorted(ended, ends, side="right")
    table = pd.DataFrame(
        {
            "period": years.astype("datetime64[s]"),
            "scope": "park",
            "unit": "count",
            "value": count.astype(float),
        }
    )
    return tidy(table, "operating_synergies")
