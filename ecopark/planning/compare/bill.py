"""What firms pay in the end: for disposal, for virgin supply, and for their exchanges.

What lives here: net cost and net emissions of firms in one run. What does not: the gain of an exchange
against its own reference (``market.accounts``), prices (``market.prices``).

The gain of exchanges is measured against disposal and virgin supply at the prices of the same
scenario, so it grows with a tax even if nobody is better off. Whoever compares scenarios whose prices differ
has to compare what is paid.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from ecopark.agents.shocks import compile_future
from ecopark.calendar import Calendar
from ecopark.indicators.tables import CARBON, add_up, sum_by, tidy
from ecopark.run import Run

_AVOIDED = ("avoided_disposal", "avoided_virgin")


def bill_rows(run: Run) -> pd.DataFrame:
    """Net cost and net emissions of every firm and of the park, year by year.

    Parameters
    ----------
    run : Run

    Returns
    -------
    pandas.DataFrame
        ``period, scope, indicator, value, unit``: ``net_cost`` (money: disposal and virgin supply paid, less
        what exchanges bring in and cost beyond the two) and ``net_emissions`` (t CO2e, the same way), scopes
        ``park`` and ``firm:x``.

    Notes
    -----
    Products sold and inputs that no residual can replace are left out where the scenario gives them no price.
    Where streams of one firm carry the same resource at different prices, their mean counts.
    """
    money, carbon = _paid(run)
    extra = _beyond(run)
    parts = []
    for paid, unit, name in ((money, run.currency, "net_cost"), (carbon, CARBON, "net_emissions")):
        rows = extra[extra["unit"].astype(str) == unit]
        sums = [
            sum_by(paid, "value", ["park", "firm=firm"], unit=unit),
            sum_by(rows, "giver", ["park", "firm=from_firm"], unit=unit),
            sum_by(rows, "taker", ["park", "firm=to_firm"], unit=unit),
        ]
        parts.append(tidy(add_up(part for part in sums if len(part)), name))
    return pd.concat(parts, ignore_index=True)


def _paid(run: Run) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Money and carbon of what was disposed of and bought: ``start, firm, value``."""
    park = run.scenario.park
    span = park.time
    following = (span.end.replace(day=28) + timedelta(days=4)).replace(day=1)
    calendar = Calendar(span.start, following, span.period, span.segment)
    _, columns, prices = compile_future(park, run.seed, calendar)
    flows = run.flows[run.flows["synergy"].isna()]
    route = flows["route"].astype(str)
    gives = route.isin(["disposal", "export"]).to_numpy()
    flows, gives = (
        flows[gives | (route == "virgin").to_numpy()],
        gives[gives | (route == "virgin").to_numpy()],
    )
    firm = np.where(gives, flows["from_firm"].astype(str), flows["to_firm"].astype(str))
    lanes: dict[tuple[str, str, bool], list[int]] = {}
    for port in range(len(columns.ports)):
        key = (
            columns.firms[columns.port_firm[port]],
            columns.resources[columns.port_resource[port]],
            bool(columns.is_out[port]),
        )
        lanes.setdefault(key, []).append(port)
    names = pd.MultiIndex.from_tuples(list(lanes))
    lane = names.get_indexer(pd.MultiIndex.from_arrays([firm, flows["resource"].astype(str), gives]))
    days = (flows["start"] - pd.Timestamp(calendar.start)).dt.days.to_numpy()
    period = np.searchsorted(calendar.period_bounds, days, side="right") - 1
    quantity = np.where(lane >= 0, flows["quantity"].to_numpy(dtype=np.float64), 0.0)
    year = flows["start"].to_numpy().astype("datetime64[Y]").astype("datetime64[s]")
    told = []
    for price in (prices.cost, prices.emission):
        mean = np.column_stack([price[:, ports].mean(axis=1) for ports in lanes.values()])
        told.append(pd.DataFrame({"start": year, "firm": firm, "value": quantity * mean[period, lane]}))
    return told[0], told[1]


def _beyond(run: Run) -> pd.DataFrame:
    """Accounts of exchanges without what they avoid, as cost: signs turned, years for periods."""
    accounts = run.accounts
    flows = run.flows
    fed = flows[(flows["route"] == "exchange") & flows["delivered_resource"].isna()]["synergy"].unique()
    item = accounts["item"].astype(str)
    # A feed-driven taker buys nothing instead: what the feed is worth to it is no purchase avoided.
    kept = ~item.isin(_AVOIDED) | ((item == "avoided_virgin") & accounts["synergy"].isin(fed))
    rows = accounts[kept]
    year = rows["start"].to_numpy().astype("datetime64[Y]").astype("datetime64[s]")
    return rows.assign(start=year, giver=-rows["giver"], taker=-rows["taker"])
