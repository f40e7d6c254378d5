"""The money and carbon of every exchange, giver's effect beside taker's.

One row per synergy, period and item, against the reference in which the residual is disposed of
and the need bought as virgin supply. ``giver + taker`` is the joint effect; a payment sums to
zero. Items in money: ``avoided_disposal, avoided_virgin, payment, haulage, treatment, inputs,
burden, maintenance, investment, trench, transaction, penalty, take_or_pay, subsidy, support``; in t CO2e:
``avoided_disposal, avoided_virgin, haulage, treatment, inputs, burden, construction``. Positive is a gain (less cost,
less emission). Rows in t CO2e carry the scope they have in the books of the firm they change.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.calendar import DAYS_PER_YEAR, Calendar
from ecopark.flows.columns import Columns
from ecopark.flows.tables import label
from ecopark.market.booking import Booked, Lanes
from ecopark.market.contract import Contract
from ecopark.market.pairs import Pairs
from ecopark.market.prices import Prices
from ecopark.market.scopes import SCOPES, scope_of_disposal, scope_of_input, virgin_by_scope
from ecopark.scenario.types import Park

CARBON = "t CO2e"
_Floats = NDArray[np.float64]
_COLUMNS = (
    "start", "end", "synergy", "from_firm", "to_firm", "item", "giver", "taker", "unit", "scope",
)  # fmt: skip
# Sign of an amount for giver and taker.
_TO_GIVER, _TO_TAKER, _BY_GIVER, _BY_TAKER, _TAKER_TO_GIVER = (1, 0), (0, 1), (-1, 0), (0, -1), (1, -1)


def build_accounts(
    park: Park,
    columns: Columns,
    prices: Prices,
    pairs: Pairs,
    calendar: Calendar,
    contracts: Sequence[Contract],
    sent: _Floats,
) -> pd.DataFrame:
    """Accounts of all exchanges of a run.

    Parameters
    ----------
    park : Park
    columns : Columns
    prices : Prices
    pairs : Pairs
    calendar : Calendar
    contracts : sequence of Contract
        All that were signed: one refused or never finished has its costs too.
    sent : ndarray of float, shape (segments run, operated), supply unit
        Column j belongs to the contract of number j.

    Returns
    -------
    pandas.DataFrame
        Columns ``start, end`` (datetime, of the period), ``synergy, from_firm, to_firm, item``
        (categorical), ``giver, taker`` (float), ``unit`` (currency code or t CO2e) and ``scope``
        (categorical; missing for money).
    """
    periods = int(np.searchsorted(calendar.segment_of_period, sent.shape[0]))
    firsts = calendar.segment_of_period[:periods]
    by_period = np.add.reduceat(sent, firsts, axis=0) if periods and sent.shape[1] else np.zeros((periods, 0))
    clerk = _Clerk(park, columns, prices, pairs, calendar, periods)
    for contract in contracts:
        clerk.enter(contract)
    return _table(clerk.names, clerk.lanes.book(by_period), calendar)


class _Clerk:
    """Enters one contract after the other: every item is a block, its amounts follow from what was sent.

    Parameters
    ----------
    park : Park
    columns : Columns
    prices : Prices
    pairs : Pairs
    calendar : Calendar
    periods : int
        Periods run.

    Attributes
    ----------
    names : _Names
        What the blocks are called.
    lanes : Lanes
    """

    def __init__(
        self,
        park: Park,
        columns: Columns,
        prices: Prices,
        pairs: Pairs,
        calendar: Calendar,
        periods: int,
    ) -> None:
        self._park, self._columns, self._prices = park, columns, prices
        self._pairs, self._calendar, self._periods = pairs, calendar, periods
        self._bounds = calendar.period_bounds[: periods + 1].astype(np.float64)
        self._days: list[int] = calendar.period_bounds.tolist()
        self._replaced: dict[int, list[tuple[str, int | None]]] = {}
        self.names = _Names()
        self.lanes = Lanes(periods)

    def enter(self, contract: Contract) -> None:
        """Enter all items of a contract, in money and in t CO2e."""
        self.names.open(contract)
        prices, lanes, terms = self._prices, self.lanes, contract.appraisal
        out, into = contract.out_port, contract.in_port
        cost = lanes.shared(("cost", out), lambda: prices.cost[:, out])
        value = lanes.shared(("value", into), lambda: self._value(into))
        price = lanes.series(contract.price_at(self._bounds[:-1]))
        self._per_unit(contract.number, "avoided_disposal", _TO_GIVER, cost)
        self._per_unit(contract.number, "avoided_virgin", _TO_TAKER, value, terms.keep, terms.credit)
        self._per_unit(contract.number, "payment", _TAKER_TO_GIVER, price)
        self._per_unit(contract.number, "haulage", _BY_TAKER, 0, terms.haulage)
        self._per_unit(contract.number, "treatment", _BY_TAKER, 0, terms.treatment)
        for item, sides, amounts in (
            ("inputs", _BY_TAKER, terms.own_inputs),
            ("burden", _BY_GIVER, terms.burden),
        ):
            block = self._block(item)
            for name, amount in amounts.items() if contract.number >= 0 else ():
                lanes.per_unit(block, contract.number, sides, self._priced("bought", name), amount)
        lanes.each_period(self._block("maintenance"), _BY_TAKER, self._upkeep(contract))
        self._enter_support(contract)
        for day, item, giver, taker in contract.payments:
            period = self._period_of(day)
            if period < self._periods:
                lanes.once(self._block(item), period, giver, taker)
        self._enter_carbon(contract)

    def _enter_support(self, contract: Contract) -> None:
        """What the public pays for a residual exchanged, to the taker, who bears the running costs."""
        prices, ends = self._prices, (contract.out_port, contract.in_port)
        resource = self._columns.resources[self._columns.port_resource[ends[0]]]
        for item, key, path in (
            ("subsidy", resource, prices.subsidy.get(resource)),
            ("support", ends, prices.support.get(ends, (None, None))[0]),
        ):
            if path is not None:
                rate = self.lanes.shared((item, key), partial(np.asarray, path))
                self._per_unit(contract.number, item, _TO_TAKER, rate)

    def _enter_carbon(self, contract: Contract) -> None:
        """Emissions avoided and caused by a contract."""
        park, prices, terms, out = self._park, self._prices, contract.appraisal, contract.out_port
        pathway, mode = self._pairs.pathway(contract.pair), park.transport[terms.mode]
        length = float(self._pairs.distance[contract.pair]) if terms.route is None else terms.route.length
        treated = pathway.emission.value if pathway is not None and pathway.emission is not None else 0.0
        moved = mode.emission.value * length if mode.emission is not None else 0.0
        at_giver = pathway is not None and pathway.at == "giver"
        disposal = self.lanes.shared(("emission", out), lambda: prices.emission[:, out])
        scope = _disposal_scope(park, self._columns, out)
        self._per_unit(contract.number, "avoided_disposal", _TO_GIVER, disposal, unit=CARBON, scope=scope)
        for scope, series in self._virgin(contract.in_port):
            gain = 0.0 if series is None else terms.keep * terms.credit
            number = series or 0
            self._per_unit(
                contract.number, "avoided_virgin", _TO_TAKER, number, gain, unit=CARBON, scope=scope
            )
        self._per_unit(contract.number, "haulage", _BY_TAKER, 0, terms.carried, moved, CARBON, "scope 3")
        scope = "scope 3" if at_giver else "scope 1"
        self._per_unit(contract.number, "treatment", _BY_TAKER, 0, terms.treated, treated, CARBON, scope)
        for item, sides, amounts in (
            ("inputs", _BY_TAKER, terms.own_inputs),
            ("burden", _BY_GIVER, terms.burden),
        ):
            for name, amount in amounts.items():
                series, scope = self._priced("embodied", name), scope_of_input(park, name)
                self._per_unit(contract.number, item, sides, series, amount, unit=CARBON, scope=scope)
        embodied = 0.0 if mode.embodied is None else mode.embodied.value * length
        for built in contract.builds if embodied > 0.0 else ():
            block = self._block("construction", CARBON, "scope 3")
            self.lanes.once(block, self._period_of(built), 0.0, -embodied)

    def _block(self, item: str, unit: str = "", scope: str = "") -> int:
        """Number of a new block, in money where no unit is given."""
        return self.names.add(item, unit or self._park.currency.code, scope)

    def _per_unit(
        self,
        column: int,
        item: str,
        sides: tuple[int, int],
        series: int,
        factor: float = 1.0,
        more: float = 1.0,
        unit: str = "",
        scope: str = "",
    ) -> None:
        """Enter a block of one lane; what was never sent has none."""
        block = self._block(item, unit, scope)
        if column >= 0:
            self.lanes.per_unit(block, column, sides, series, factor, more)

    def _priced(self, what: Literal["bought", "embodied"], name: str) -> int:
        """Series of the price or the emission of a resource bought to run an exchange."""
        paths = getattr(self._prices, what)
        return self.lanes.shared((what, name), lambda: paths[name])

    def _period_of(self, day: float) -> int:
        return max(bisect_right(self._days, day) - 1, 0)

    def _value(self, port: int) -> _Floats:
        return value_received(self._park, self._columns, self._prices, port, self._calendar)

    def _virgin(self, port: int) -> list[tuple[str, int | None]]:
        """Emission of the virgin supply that one unit replaces, by scope of the taker; no series where it is none.

        A feed-driven taker replaces none itself; what it sells from the feed does.
        """
        if port not in self._replaced:
            park, columns, calendar = self._park, self._columns, self._calendar
            need = columns.specs[port]
            virgin = need.virgin or park.resources[need.resource].virgin
            if columns.is_feed[port]:
                sold = outputs_emission(park, columns, self._prices, port, calendar)
                split = [("scope 3", sold)]
            else:
                parts = () if virgin is None else virgin_by_scope(park, need.resource, virgin, calendar)
                split = list(zip(SCOPES, parts, strict=False))
            self._replaced[port] = [
                (scope, self.lanes.series(unit) if unit.any() else None) for scope, unit in split
            ]
        return self._replaced[port]

    def _upkeep(self, contract: Contract) -> _Floats:
        """What the pipe costs for as long as the exchange operates, by period."""
        bounds, upkeep = self._bounds, contract.appraisal.maintenance
        days = np.zeros(self._periods)
        for opened, closed in contract.spans:
            first, last = self._period_of(opened), min(bisect_left(self._days, closed), self._periods)
            spent = np.minimum(bounds[first + 1 : last + 1], closed) - np.maximum(bounds[first:last], opened)
            days[first:last] += np.maximum(spent, 0.0)
        return upkeep * days / DAYS_PER_YEAR


def _disposal_scope(park: Park, columns: Columns, port: int) -> str:
    residual = columns.specs[port]
    disposal = residual.disposal or park.resources[residual.resource].disposal
    return "scope 3" if disposal is None else scope_of_disposal(disposal.route)


def value_received(park: Park, columns: Columns, prices: Prices, port: int, calendar: Calendar) -> _Floats:
    """Money value of one unit received.

    Parameters
    ----------
    park : Park
    columns : Columns
    prices : Prices
    port : int
        In-port.
    calendar : Calendar

    Returns
    -------
    ndarray of float, shape (T,), money/unit
        The virgin price; for a feed-driven taker, what its process sells and disposes of per unit of
        feed, less its operating cost. What it gives on demand is paid for under the exchanges of those outputs.
    """
    if not columns.is_feed[port]:
        return np.asarray(prices.cost[:, port])
    process = int(columns.port_process[port])
    firm, name = columns.processes[process].split(".")
    operating = park.firms[firm].processes[name].operating_cost
    starts = calendar.period_bounds[:-1]
    value = np.zeros(starts.size) if operating is None else -operating.sample(starts, calendar.start)
    mine = np.flatnonzero((columns.port_process == process) & columns.is_out & ~columns.on_demand)
    value = value - (columns.coefficient[:, mine] * prices.cost[:, mine]).sum(axis=1)
    per_activity = columns.coefficient[:, port]
    return np.asarray(np.divide(value, per_activity, out=np.zeros_like(value), where=per_activity > 0.0))


def outputs_emission(park: Park, columns: Columns, prices: Prices, port: int, calendar: Calendar) -> _Floats:
    """Emission avoided by the outputs of one unit of feed.

    Parameters
    ----------
    park : Park
    columns : Columns
    prices : Prices
    port : int
        That takes the feed.
    calendar : Calendar

    Returns
    -------
    ndarray of float, shape (T,), t CO2e/unit

    Notes
    -----
    What is sold replaces the virgin supply of its own resource; what is disposed of emits. What is
    given on demand is credited under the exchanges of those outputs.
    """
    process = int(columns.port_process[port])
    avoided = np.zeros(calendar.periods)
    for out in np.flatnonzero(
        columns.is_out & (columns.port_process == process) & ~columns.on_demand
    ).tolist():
        spec = columns.specs[out]
        resource = park.resources[spec.resource]
        disposal = spec.disposal or resource.disposal
        sold = columns.is_product[out] or (disposal is not None and disposal.route == "sale")
        if sold and resource.virgin is not None:
            unit = virgin_by_scope(park, spec.resource, resource.virgin, calendar).sum(axis=0)
        else:
            unit = -prices.emission[:, out]
        avoided += columns.coefficient[:, out] * unit
    per_activity = columns.coefficient[:, port]
    return np.asarray(np.divide(avoided, per_activity, out=np.zeros_like(avoided), where=per_activity > 0.0))


class _Names:
    """Names of the blocks: those of their contract, and item, unit and scope."""

    def __init__(self) -> None:
        self._contracts: list[tuple[str, str, str]] = []
        self._kinds: dict[tuple[str, str, str], int] = {}
        self._blocks: list[tuple[int, int]] = []

    def open(self, contract: Contract) -> None:
        """Blocks that follow are of this contract."""
        self._contracts.append((contract.synergy, contract.giver, contract.taker))

    def add(self, item: str, unit: str, scope: str) -> int:
        """Number of a new block."""
        kind = self._kinds.setdefault((item, unit, scope), len(self._kinds))
        self._blocks.append((len(self._contracts) - 1, kind))
        return len(self._blocks) - 1

    def columns(self, block: NDArray[np.int32]) -> dict[str, Any]:
        """Names of rows of some blocks, as categories in the order in which they come."""
        contract, kind = np.array(self._blocks, dtype=np.int64).reshape(-1, 2).T
        found = {}
        for keys, told, of_block in (
            (("synergy", "from_firm", "to_firm"), self._contracts, contract),
            (("item", "unit", "scope"), list(self._kinds), kind),
        ):
            for column, key in enumerate(keys):
                names = [one[column] for one in told]
                known = {name: number for number, name in enumerate(filter(None, dict.fromkeys(names)))}
                codes = np.array([known.get(name, -1) for name in names], dtype=np.int64)
                found[key] = label(codes[of_block], block, list(known))
        return found


def _table(names: _Names, booked: Booked, calendar: Calendar) -> pd.DataFrame:
    """Rows with the names of their blocks."""
    days = np.datetime64(calendar.start, "s") + (calendar.period_bounds * 86_400).astype("timedelta64[s]")
    days = days[: booked.in_period.size + 1]
    columns = {
        "start": np.repeat(days[:-1], booked.in_period),
        "end": np.repeat(days[1:], booked.in_period),
        "giver": booked.giver,
        "taker": booked.taker,
        **names.columns(booked.block),
    }
    return pd.DataFrame({name: columns[name] for name in _COLUMNS}, copy=False)
