"""The money and carbon of every exchange, giver's effect beside taker's.

One row per synergy, period and item, against the reference in which the residual is disposed of
and the need bought as virgin supply. ``giver + taker`` is the joint effect; a payment sums to
zero. Items in money: ``avoided_disposal, avoided_virgin, payment, haulage, treatment, inputs,
burden, maintenance, investment, trench, transaction, penalty, take_or_pay, subsidy, support``; in t CO2e:
``avoided_disposal, avoided_virgin, haulage, treatment, inputs, burden, construction``. Positive is a gain (less cost,
less emission). Rows in t CO2e carry the scope they have in the books of the firm they change.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.calendar import DAYS_PER_YEAR, Calendar
from ecopark.flows.columns import Columns
from ecopark.flows.tables import label
from ecopark.market.contract import Contract
from ecopark.market.pairs import Pairs
from ecopark.market.prices import Prices
from ecopark.market.scopes import SCOPES, scope_of_disposal, scope_of_input, virgin_by_scope
from ecopark.scenario.types import Park

CARBON = "t CO2e"
_Floats = NDArray[np.float64]
_Entry = tuple[NDArray[np.int64], str, _Floats, _Floats, str, str]


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
    blocks = []
    nothing = np.zeros(periods)
    for contract in contracts:
        moved = nothing if contract.number < 0 else by_period[:, contract.number]
        entries = _entries(park, columns, prices, pairs, calendar, contract, moved)
        blocks += [(contract, entry) for entry in entries]
    return _table(blocks, calendar, park.currency.code)


def _entries(
    park: Park,
    columns: Columns,
    prices: Prices,
    pairs: Pairs,
    calendar: Calendar,
    contract: Contract,
    sent: _Floats,
) -> list[_Entry]:
    """All rows of one contract."""
    terms, out, into = contract.appraisal, contract.out_port, contract.in_port
    when = np.flatnonzero(sent > 0.0)
    q, arrived = sent[when], sent[when] * terms.keep
    price = contract.price_at(calendar.period_bounds[when].astype(float)) * q
    value = value_received(park, columns, prices, into, calendar)
    spent = sum(
        (q * amount * prices.bought[name][when] for name, amount in terms.own_inputs.items()),
        np.zeros(q.size),
    )
    borne = sum((q * a * prices.bought[name][when] for name, a in terms.burden.items()), np.zeros(q.size))
    zero = np.zeros(q.size)
    money = park.currency.code
    rows: list[_Entry] = [
        (when, "avoided_disposal", q * prices.cost[when, out], zero, money, ""),
        (when, "avoided_virgin", zero, arrived * terms.credit * value[when], money, ""),
        (when, "payment", price, -price, money, ""),
        (when, "haulage", zero, -q * terms.haulage, money, ""),
        (when, "treatment", zero, -q * terms.treatment, money, ""),
        (when, "inputs", zero, -spent, money, ""),
        (when, "burden", -borne, zero, money, ""),
        _maintenance(contract, calendar, sent.size, money),
        *_subsidy(columns, prices, (out, into), when, q, money),
    ]
    for day, item, giver, taker in contract.payments:
        period = max(int(np.searchsorted(calendar.period_bounds, day, side="right")) - 1, 0)
        if period < sent.size:
            rows.append((np.array([period]), item, np.array([giver]), np.array([taker]), money, ""))
    return rows + _carbon(park, columns, prices, pairs, calendar, contract, when, q)


def _carbon(
    park: Park,
    columns: Columns,
    prices: Prices,
    pairs: Pairs,
    calendar: Calendar,
    contract: Contract,
    when: NDArray[np.int64],
    q: _Floats,
) -> list[_Entry]:
    """Emissions avoided and caused by one contract, in t CO2e."""
    terms, out, into = contract.appraisal, contract.out_port, contract.in_port
    mode = park.transport[terms.mode]
    length = float(pairs.distance[contract.pair]) if terms.route is None else terms.route.length
    pathway = pairs.pathway(contract.pair)
    treated = pathway.emission.value if pathway is not None and pathway.emission is not None else 0.0
    moved = mode.emission.value * length if mode.emission is not None else 0.0
    zero = np.zeros(q.size)
    at_giver = pathway is not None and pathway.at == "giver"
    rows: list[_Entry] = [
        (
            when,
            "avoided_disposal",
            q * prices.emission[when, out],
            zero,
            CARBON,
            _disposal_scope(park, columns, out),
        ),
        *_avoided_virgin(park, columns, prices, calendar, into, when, q * (terms.keep * terms.credit)),
        (when, "haulage", zero, -q * terms.carried * moved, CARBON, "scope 3"),
        (when, "treatment", zero, -q * terms.treated * treated, CARBON, "scope 3" if at_giver else "scope 1"),
    ]
    for name, amount in terms.own_inputs.items():
        emitted = -q * amount * prices.embodied[name][when]
        rows.append((when, "inputs", zero, emitted, CARBON, scope_of_input(park, name)))
    for name, amount in terms.burden.items():
        emitted = -q * amount * prices.embodied[name][when]
        rows.append((when, "burden", emitted, zero, CARBON, scope_of_input(park, name)))
    embodied = 0.0 if mode.embodied is None else mode.embodied.value * length
    for built in contract.builds if embodied > 0.0 else ():
        period = max(int(np.searchsorted(calendar.period_bounds, built, side="right")) - 1, 0)
        laid = np.array([-embodied])
        rows.append((np.array([period]), "construction", np.zeros(1), laid, CARBON, "scope 3"))
    return rows


def _avoided_virgin(
    park: Park,
    columns: Columns,
    prices: Prices,
    calendar: Calendar,
    port: int,
    when: NDArray[np.int64],
    replaced: _Floats,
) -> list[_Entry]:
    """Emission of the virgin supply replaced, by scope of the taker.

    A feed-driven taker replaces none itself; what it sells from the feed does.
    """
    if columns.is_feed[port]:
        value = outputs_emission(park, columns, prices, port, calendar)[when]
        return [(when, "avoided_virgin", np.zeros(when.size), replaced * value, CARBON, "scope 3")]
    need = columns.specs[port]
    virgin = need.virgin or park.resources[need.resource].virgin
    if virgin is None:
        return []
    split = virgin_by_scope(park, need.resource, virgin, calendar)
    zero = np.zeros(when.size)
    return [
        (when, "avoided_virgin", zero, replaced * split[k, when], CARBON, scope)
        for k, scope in enumerate(SCOPES)
    ]


def _subsidy(
    columns: Columns,
    prices: Prices,
    ends: tuple[int, int],
    when: NDArray[np.int64],
    q: _Floats,
    money: str,
) -> list[_Entry]:
    """What the public pays for a residual exchanged, to the taker, who bears the running costs."""
    path = prices.subsidy.get(columns.resources[columns.port_resource[ends[0]]])
    paid = [("subsidy", path), ("support", prices.support.get(ends, (None, None))[0])]
    zero = np.zeros(q.size)
    return [(when, item, zero, q * rate[when], money, "") for item, rate in paid if rate is not None]


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


def _maintenance(contract: Contract, calendar: Calendar, periods: int, money: str) -> _Entry:
    """Upkeep of the pipe for as long as the exchange operates, paid by the taker."""
    bounds = calendar.period_bounds[: periods + 1].astype(float)
    days = np.zeros(periods)
    for opened, closed in contract.spans:
        days += np.clip(np.minimum(bounds[1:], closed) - np.maximum(bounds[:-1], opened), 0.0, None)
    when = np.flatnonzero(days * contract.appraisal.maintenance > 0.0)
    paid = -contract.appraisal.maintenance * days[when] / DAYS_PER_YEAR
    return when, "maintenance", np.zeros(when.size), paid, money, ""


def _table(blocks: list[tuple[Contract, _Entry]], calendar: Calendar, money: str) -> pd.DataFrame:
    """Stack entries, leave out rows of nothing, sort by period."""
    nothing = np.zeros(0)
    # Of the smallest type that holds them, integers are sorted by digits, ten times faster.
    small = np.min_scalar_type(-calendar.periods)
    period = np.concatenate([nothing.astype(np.int64), *(entry[0] for _, entry in blocks)]).astype(small)
    giver = np.concatenate([nothing, *(entry[2] for _, entry in blocks)])
    taker = np.concatenate([nothing, *(entry[3] for _, entry in blocks)])
    block = np.repeat(np.arange(len(blocks), dtype=np.int32), [entry[0].size for _, entry in blocks])
    rows = np.flatnonzero((giver != 0.0) | (taker != 0.0))
    rows = rows[np.argsort(period[rows], kind="stable")]
    in_period, block = np.bincount(period[rows], minlength=calendar.periods), block[rows]

    def column(labels: list[str]) -> Any:
        kinds = [name for name in dict.fromkeys(labels) if name]
        code = {name: i for i, name in enumerate(kinds)}
        return label(np.array([code.get(name, -1) for name in labels], dtype=np.int64), block, kinds)

    days = np.datetime64(calendar.start, "s") + (calendar.period_bounds * 86_400).astype("timedelta64[s]")
    return pd.DataFrame(
        {
            "start": np.repeat(days[:-1], in_period),
            "end": np.repeat(days[1:], in_period),
            "synergy": column([contract.synergy for contract, _ in blocks]),
            "from_firm": column([contract.giver for contract, _ in blocks]),
            "to_firm": column([contract.taker for contract, _ in blocks]),
            "item": column([entry[1] for _, entry in blocks]),
            "giver": giver[rows],
            "taker": taker[rows],
            "unit": column([entry[4] for _, entry in blocks]),
            "scope": column([entry[5] for _, entry in blocks]),
        },
        copy=False,
    )
