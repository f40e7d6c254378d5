"""What a run avoided, year by year, for the park, each resource and each firm.

Basis: gross, annual, against the same run with every exchange replaced by its disposal route and
virgin supply. Sum over years for the cumulative figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.indicators.groups import Codes, group, names_of, sum_rows
from ecopark.indicators.tables import ACCOUNT_KEYS, CARBON, FLOW_KEYS, TIDY, require_columns

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
    sheet = _Sheet()
    _enter_moved(sheet, flows)
    _enter_gained(sheet, accounts, synergies, currency)
    _enter_operating(sheet, synergies, flows)
    return sheet.table()


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
    moved = _moved(flows)
    spared = moved[names_of(flows["instead_of"])[0][moved] >= 0]
    served = moved[_are(flows["route"], "exchange")[moved]]
    found: dict[str, tuple[float, str]] = {}
    for name, column, rows, indicators in (
        ("resource", "quantity", spared, _KINDS),
        ("delivered_resource", "delivered", served, _VIRGIN),
    ):
        by_kind: dict[str, list[tuple[float, str]]] = {}
        of_resource = _total_by(flows[name], flows[column], rows)
        for resource, (kind, unit) in _goods(flows, of_resource).items():
            by_kind.setdefault(kind, []).append((of_resource[resource], unit))
        for kind, totals in by_kind.items():
            if kind in indicators:
                found[indicators[kind]] = float(np.sum([total for total, _ in totals])), totals[0][1]
    gains, (booked, units) = _gains(currency), names_of(accounts["unit"])
    gained = np.bincount(booked, accounts["giver"] + accounts["taker"], minlength=len(units))
    for unit, total in zip(units, gained.tolist(), strict=True):
        if unit in gains and _are(accounts["unit"], unit).any():
            found[gains[unit]] = total, unit
    return dict(sorted(found.items()))


def _total_by(names: pd.Series, values: pd.Series, rows: NDArray[np.int64]) -> dict[str, float]:
    """Sum of the values beside each name over some rows, in the order in which the names come."""
    codes, known = names_of(names)
    chosen = codes[rows]
    if chosen.min(initial=0) < 0:
        rows, chosen = rows[chosen >= 0], chosen[chosen >= 0]
    totals = np.bincount(chosen, values.to_numpy(dtype=np.float64)[rows], minlength=len(known)).tolist()
    first = _first_rows(chosen, len(known))
    return {known[code]: totals[code] for code in np.argsort(first).tolist() if first[code] < chosen.size}


def _first_rows(codes: Codes, count: int) -> NDArray[np.int64]:
    """Row in which each code comes first; beyond the last row where it never does."""
    first = np.full(count, codes.size)
    first[codes[::-1]] = np.arange(codes.size)[::-1]
    return first


def _are(column: pd.Series, name: str) -> NDArray[np.bool_]:
    """Which rows of a column of names hold this one."""
    codes, names = names_of(column)
    return codes == names.index(name) if name in names else np.zeros(codes.size, dtype=np.bool_)


def _moved(flows: pd.DataFrame) -> NDArray[np.int64]:
    """Rows of a ledger that exchanges moved or lost."""
    route, synergy = flows["route"], names_of(flows["synergy"])[0]
    return np.flatnonzero((_are(route, "exchange") | _are(route, "loss")) & (synergy >= 0))


def _goods(flows: pd.DataFrame, wanted: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Kind and unit of some resources, in their order; those that nothing is known of are missing."""
    codes, resources = names_of(flows["resource"])
    (kind, kinds), (unit, units) = names_of(flows["kind"]), names_of(flows["unit"])
    found = {}
    for resource in wanted:
        here = codes == resources.index(resource) if resource in resources else codes[:0]
        row = int(here.argmax()) if here.size else 0
        if here.size and here[row]:
            found[resource] = kinds[kind[row]], units[unit[row]]
    return found


# --------------------------------------------------------------------------- year by year
_Names = str | tuple[Codes, list[str]]


class _Sheet:
    """Rows of the table as columns of numbers, until all are there."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}
        self._parts: list[list[NDArray[Any]]] = []

    def enter(
        self,
        year: NDArray[np.int64],
        scope: _Names,
        indicator: _Names,
        unit: _Names,
        value: NDArray[np.float64],
    ) -> None:
        """Add up rows of one year, scope, indicator and unit, and enter the sums.

        Names are one for all rows, or the number of each row's name and the names. Rows whose indicator is empty
        are left out.
        """
        columns = [year, *(self._numbers(names, year.size) for names in (scope, indicator, unit)), value]
        nothing = self._number.get("")
        if nothing is not None:
            named = columns[2] != nothing
            columns = [column[named] for column in columns]
        self._parts.append(_summed(columns))

    def _numbers(self, names: _Names, rows: int) -> NDArray[np.int64]:
        codes, known = (np.zeros(rows, dtype=np.int64), [names]) if isinstance(names, str) else names
        numbers = [self._number.setdefault(name, len(self._number)) for name in known]
        return np.array(numbers, dtype=np.int64)[codes]

    def table(self) -> pd.DataFrame:
        """The rows as a tidy table; sums of the same name, such as a firm's as giver and as taker, become one."""
        parts = [np.concatenate(columns) for columns in zip(*self._parts, strict=True)]
        year, scope, indicator, unit, value = _summed(parts)
        names = list(self._number)
        rank = np.argsort(sorted(range(len(names)), key=names.__getitem__))
        order = np.lexsort((year, rank[scope], rank[indicator]))
        texts = pd.array(names, dtype="str")
        columns = {
            "period": year[order].astype("datetime64[Y]").astype("datetime64[s]"),
            "scope": texts.take(scope[order]),
            "indicator": texts.take(indicator[order]),
            "value": value[order],
            "unit": texts.take(unit[order]),
        }
        return pd.DataFrame(columns, columns=list(TIDY), copy=False)


def _summed(columns: list[NDArray[Any]]) -> list[NDArray[Any]]:
    """Columns of keys, the year first, with the last column added up over equal keys."""
    *keys, value = columns
    code, first = group(keys)
    return [*(key[first] for key in keys), np.bincount(code, value, minlength=first.size)]


def _enter_moved(sheet: _Sheet, flows: pd.DataFrame) -> None:
    """What reached its taker, what was not disposed of, and what it stood instead of."""
    require_columns(flows, ["start", *FLOW_KEYS, "quantity", "delivered"], "ledger")
    moved = sum_rows(flows, FLOW_KEYS, ("quantity", "delivered"), _moved(flows))
    year, first = moved.year, moved.first
    resource, need, kind, unit, instead = (
        names_of(flows[name]) for name in ("resource", "delivered_resource", "kind", "unit", "instead_of")
    )
    labels = [f"resource:{name}" for name in resource[1]]

    exchanged = _are(flows["route"], "exchange")[first]
    rows = first[exchanged]
    by_resource, unit_of = (resource[0][rows], labels), (unit[0][rows], unit[1])
    sheet.enter(year[exchanged], by_resource, "exchanged", unit_of, moved.sums["quantity"][exchanged])

    spared = instead[0][first] >= 0
    rows = first[spared]
    avoided = kind[0][rows], [_KINDS.get(name, "") for name in kind[1]]
    for scope in ("park", (resource[0][rows], labels)):
        unit_of = unit[0][rows], unit[1]
        sheet.enter(year[spared], scope, avoided, unit_of, moved.sums["quantity"][spared])

    served = exchanged & (need[0][first] >= 0)
    rows = first[served]
    goods = _goods(flows, need[1])
    described = [goods.get(name, ("", "")) for name in need[1]]
    replaced = need[0][rows], [_VIRGIN.get(of_kind, "") for of_kind, _ in described]
    for scope in ("park", (resource[0][rows], labels)):
        unit_of = need[0][rows], [in_unit for _, in_unit in described]
        sheet.enter(year[served], scope, replaced, unit_of, moved.sums["delivered"][served])


def _enter_gained(sheet: _Sheet, accounts: pd.DataFrame, synergies: pd.DataFrame, currency: str) -> None:
    """Carbon and money of the park, each resource and each firm."""
    require_columns(accounts, ["start", *ACCOUNT_KEYS, "giver", "taker"], "ledger")
    booked = sum_rows(accounts, ACCOUNT_KEYS, ("giver", "taker"))
    giver, taker = booked.sums["giver"], booked.sums["taker"]
    codes, units = names_of(accounts["unit"])
    unit = codes[booked.first], units
    gains = _gains(currency)
    gained = unit[0], [gains.get(name, "") for name in units]
    resources = dict(zip(synergies["synergy"].tolist(), synergies["resource"].tolist(), strict=True))

    def by(column: str, label: str, told: Mapping[str, str] | None = None) -> _Names:
        codes, names = names_of(accounts[column])
        shown = names if told is None else [told.get(name, "") for name in names]
        return codes[booked.first], [f"{label}:{name}" for name in shown]

    for scope, value in (
        ("park", giver + taker),
        (by("synergy", "resource", resources), giver + taker),
        (by("from_firm", "firm"), giver),
        (by("to_firm", "firm"), taker),
    ):
        sheet.enter(booked.year, scope, gained, unit, value)


def _gains(currency: str) -> dict[str, str]:
    """Indicator by unit of the accounts."""
    return {CARBON: "avoided_co2", currency: "joint_gain"}


def _enter_operating(sheet: _Sheet, synergies: pd.DataFrame, flows: pd.DataFrame) -> None:
    """Exchanges in operation at the end of each year."""
    if not len(flows):
        return
    start = flows["start"].to_numpy()
    year, day = np.timedelta64(1, "Y"), np.timedelta64(1, "D")
    years = np.arange(start.min().astype("datetime64[Y]"), start.max().astype("datetime64[Y]") + year)
    ends = (years + year).astype("datetime64[D]") - day
    begun = synergies["operating"].notna()
    started, ended = (
        np.sort(synergies.loc[begun, name].dropna().to_numpy().astype("datetime64[s]"))
        for name in ("operating", "ended")
    )
    count = np.searchsorted(started, ends, side="right") - np.searchsorted(ended, ends, side="right")
    sheet.enter(years.astype(np.int64), "park", "operating_synergies", "count", count.astype(float))
