"""What a run avoided, year by year, for the park, each resource and each firm.

Basis: gross, annual, against the same run with every exchange replaced by its disposal route and
virgin supply. Sum over years for the cumulative figure.
"""

from __future__ import annotations

import pandas as pd

CARBON = "t CO2e"
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
    parts = [
        *_physical(flows),
        *_accounts(accounts, synergies, currency),
        _operating(synergies, flows),
    ]
    table = pd.concat([part for part in parts if len(part)], ignore_index=True) if parts else pd.DataFrame()
    table = table[["period", "scope", "indicator", "value", "unit"]]
    return table.sort_values(["indicator", "scope", "period"], kind="stable", ignore_index=True)


def _physical(flows: pd.DataFrame) -> list[pd.DataFrame]:
    moved = flows[flows["route"].isin(["exchange", "loss"])]
    year = moved["start"].dt.year
    kind = moved["kind"].astype(str)
    got = moved["route"] == "exchange"
    parts = [_sum(moved[got], year[got], "exchanged", "quantity", park=False)]
    for name, indicator in _KINDS.items():
        rows = (kind == name) & moved["instead_of"].notna()
        parts.append(_sum(moved[rows], year[rows], indicator, "quantity"))
    replaced = got & moved["delivered"].notna()
    units = flows.groupby("resource", observed=True)[["kind", "unit"]].first().astype(str)
    served = moved[replaced]
    target = served["delivered_resource"].astype(str)
    kind_of_need, unit_of_need = target.map(units["kind"]), target.map(units["unit"])
    for name, indicator in _VIRGIN.items():
        mine = (kind_of_need == name).to_numpy()
        if mine.any():
            chosen = served[mine].assign(unit=unit_of_need[mine])
            parts.append(_sum(chosen, chosen["start"].dt.year, indicator, "delivered"))
    return parts


def _sum(rows: pd.DataFrame, year: pd.Series, indicator: str, column: str, park: bool = True) -> pd.DataFrame:
    """Yearly sums by resource, and for the whole park where the unit is one."""
    keys = [
        year.rename("year"),
        rows["resource"].astype(str).rename("name"),
        rows["unit"].astype(str).rename("unit"),
    ]
    table = rows.groupby(keys)[column].sum().rename("value").reset_index()
    out = [table.assign(scope="resource:" + table["name"])]
    if park:
        out.append(table.groupby(["year", "unit"], as_index=False)["value"].sum().assign(scope="park"))
    return _tidy(pd.concat(out, ignore_index=True), indicator)


def _accounts(accounts: pd.DataFrame, synergies: pd.DataFrame, currency: str) -> list[pd.DataFrame]:
    if not len(accounts):
        return []
    resource = synergies.set_index("synergy")["resource"]
    table = accounts.assign(
        year=accounts["start"].dt.year,
        joint=accounts["giver"] + accounts["taker"],
        resource="resource:" + accounts["synergy"].astype(str).map(resource).astype(str),
    )
    parts = []
    for unit, indicator in ((CARBON, "avoided_co2"), (currency, "joint_gain")):
        rows = table[table["unit"] == unit]
        ends = [
            rows.assign(scope="park", value=rows["joint"]),
            rows.assign(scope=rows["resource"], value=rows["joint"]),
            rows.assign(scope="firm:" + rows["from_firm"].astype(str), value=rows["giver"]),
            rows.assign(scope="firm:" + rows["to_firm"].astype(str), value=rows["taker"]),
        ]
        stacked = pd.concat([end[["year", "scope", "value"]] for end in ends], ignore_index=True)
        sums = stacked.groupby(["year", "scope"], as_index=False)["value"].sum().assign(unit=unit)
        parts.append(_tidy(sums, indicator))
    return parts


def _operating(synergies: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    if not len(flows):
        return pd.DataFrame()
    first, last = flows["start"].dt.year.min(), flows["end"].dt.year.max()
    years = range(int(first), int(last) + 1)
    ends = pd.Series([pd.Timestamp(f"{year}-12-31") for year in years])
    started = synergies["operating"].dropna().to_numpy()
    ended = synergies.loc[synergies["operating"].notna(), "ended"].dropna().to_numpy()
    counts = [int((started <= end).sum() - (ended <= end).sum()) for end in ends.to_numpy()]
    table = pd.DataFrame(
        {"year": list(years), "value": [float(c) for c in counts], "unit": "count", "scope": "park"}
    )
    return _tidy(table, "operating_synergies")


def _tidy(table: pd.DataFrame, indicator: str) -> pd.DataFrame:
    period = pd.to_datetime(table["year"].astype(str) + "-01-01").astype("datetime64[s]")
    return table.assign(period=period, indicator=indicator)[["period", "scope", "indicator", "value", "unit"]]
