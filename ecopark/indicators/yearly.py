"""What a run avoided, year by year, for the park, each resource and each firm.

Basis: gross, annual, against the same run with every exchange replaced by its disposal route and
virgin supply. Sum over years for the cumulative figure.
"""

from __future__ import annotations

import pandas as pd

from ecopark.indicators.tables import CARBON, add_up, condense_accounts, condense_flows, stack, sum_by, tidy

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
    moved = condense_flows(flows[flows["route"].isin(["exchange", "loss"]) & flows["synergy"].notna()])
    units = flows[["resource", "kind", "unit"]].drop_duplicates("resource").set_index("resource").astype(str)
    return stack(
        [
            *_physical(moved, units),
            *_accounts(condense_accounts(accounts), synergies, currency),
            _operating(synergies, flows),
        ]
    )


def _physical(moved: pd.DataFrame, units: pd.DataFrame) -> list[pd.DataFrame]:
    """Quantities moved and what they stood instead of, from a condensed ledger of exchanges and losses."""
    got = moved["route"] == "exchange"
    parts = [tidy(sum_by(moved[got], "quantity", ["resource=resource"]), "exchanged")]
    spared = moved[moved["instead_of"].notna()]
    for kind, indicator in _KINDS.items():
        rows = spared[spared["kind"] == kind]
        parts.append(tidy(sum_by(rows, "quantity", ["park", "resource=resource"]), indicator))
    served = moved[got & moved["delivered_resource"].notna()]
    need = served["delivered_resource"].astype(str)
    served = served.assign(kind=need.map(units["kind"]), unit=need.map(units["unit"]))
    for kind, indicator in _VIRGIN.items():
        rows = served[served["kind"] == kind]
        parts.append(tidy(sum_by(rows, "delivered", ["park", "resource=resource"]), indicator))
    return parts


def _accounts(accounts: pd.DataFrame, synergies: pd.DataFrame, currency: str) -> list[pd.DataFrame]:
    resource = synergies.set_index("synergy")["resource"]
    table = accounts.assign(
        joint=accounts["giver"] + accounts["taker"], resource=accounts["synergy"].astype(str).map(resource)
    )
    parts = []
    for unit, indicator in ((CARBON, "avoided_co2"), (currency, "joint_gain")):
        rows = table[table["unit"] == unit]
        ends = [
            sum_by(rows, "joint", ["park", "resource=resource"]),
            sum_by(rows, "giver", ["firm=from_firm"]),
            sum_by(rows, "taker", ["firm=to_firm"]),
        ]
        parts.append(tidy(add_up(ends), indicator))
    return parts


def _operating(synergies: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    if not len(flows):
        return pd.DataFrame()
    first, last = flows["start"].dt.year.min(), flows["start"].dt.year.max()
    years = range(int(first), int(last) + 1)
    ends = pd.Series([pd.Timestamp(f"{year}-12-31") for year in years])
    started = synergies["operating"].dropna().to_numpy()
    ended = synergies.loc[synergies["operating"].notna(), "ended"].dropna().to_numpy()
    counts = [int((started <= end).sum() - (ended <= end).sum()) for end in ends.to_numpy()]
    table = pd.DataFrame(
        {"year": list(years), "value": [float(c) for c in counts], "unit": "count", "scope": "park"}
    )
    period = pd.to_datetime(table["year"].astype(str) + "-01-01").astype("datetime64[s]")
    return tidy(table.assign(period=period), "operating_synergies")
