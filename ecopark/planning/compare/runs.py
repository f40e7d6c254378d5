"""What is kept of one run for a comparison, as plain rows, and the model that a paired study runs.

What lives here: rows of one run, and :class:`ComparedRuns`. What does not: differences (``tables``),
engines and stores (``experiments``).

Rows hold years, not sums over the span asked about, so that another span needs no further run. An exchange is
``link:giver>taker:resource``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from ecopark.experiments.models import Outcome, Row, fingerprint
from ecopark.indicators.tables import condense_flows, sum_by, tidy
from ecopark.planning.compare.bill import bill_rows
from ecopark.run import Run
from ecopark.scenario import Scenario
from ecopark.simulate import simulate

PAST = "shared_past"
# Single payments: a rate of exchange has none of them.
_ONCE = ("investment", "trench", "transaction", "penalty", "take_or_pay")
_TOLD = ("repriced", "re-opened", "renewed", "rebuilt", "taken over", "notice")
_EPOCH = pd.Timestamp("1970-01-01")
_DAY = pd.Timedelta(days=1)


@lru_cache(maxsize=8)
def _load(path: str, digest: str) -> Scenario:
    """Resolved scenario of an alternative; read once per process, `digest` keeps comparisons apart."""
    return Scenario.load(path)


@dataclass(frozen=True)
class ComparedRuns:
    """Runs of several scenarios, the same seeds in each.

    Attributes
    ----------
    files, digests : tuple of str
        Resolved scenario of each alternative, and its hash.
    expected : float, s
        Time of one run.
    until : str or None
        Last month.
    since : datetime.date or None
        Day up to which all alternatives must agree: a fingerprint of the flows before it is kept.
    monthly : bool
        Whether exchanged quantity and value are kept month by month too.
    """

    files: tuple[str, ...]
    digests: tuple[str, ...]
    expected: float
    until: str | None = None
    since: date | None = None
    monthly: bool = False

    def describe(self) -> dict[str, Any]:
        """What identifies it."""
        since = None if self.since is None else str(self.since)
        return {"scenarios": list(self.digests), "until": self.until, "since": since, "monthly": self.monthly}

    def known_paths(self) -> tuple[str, ...]:
        """The number of the alternative."""
        return ("scenario",)

    def seconds(self) -> float:
        """Expected time of one run, s."""
        return self.expected

    def variant(self, overrides: Mapping[str, Any]) -> Scenario:
        """Scenario of an alternative; the first where none is named."""
        number = int(overrides.get("scenario", 0))
        return _load(self.files[number], self.digests[number])

    def run(self, variant: Any, seed: int) -> Outcome:
        """Simulate once and keep what a comparison asks about."""
        run = simulate(variant, seed, self.until)
        return Outcome(rows_of_run(run, self.since, monthly=self.monthly))


def rows_of_run(run: Run, since: date | None = None, *, monthly: bool = False) -> list[Row]:
    """What a comparison keeps of a run.

    Parameters
    ----------
    run : Run
    since : datetime.date, optional
        Day up to which a fingerprint of the flows is taken.
    monthly : bool
        Whether exchanged quantity and value are kept month by month too.

    Returns
    -------
    list of tuple
        Period, scope, indicator, value, unit. Yearly: the indicators of the run, ``net_cost``,
        ``net_emissions``, ``kept_from_disposal`` of givers, ``landfilled``, ``quantity`` of links. By link, dated with
        the day it began to operate: ``until``, the day it ended (d since 1970, infinite while it runs). By date
        of the event: what became of contracts. Without a period: 1 as ``finished``, the fingerprint.
    """
    flows = condense_flows(run.flows)
    parts = [run.indicators, bill_rows(run), *_handled(flows), _link_volumes(flows)]
    parts.append(_link_lives(run.synergies))
    if monthly:
        parts += [*_monthly(run), _dealings(run)]
    rows: list[Row] = [(None, "park", "finished", 1.0, "1")]
    if since is not None:
        rows.append((None, "park", PAST, fingerprint(run.flows, since), "1"))
    for part in parts:
        columns = [part[name].tolist() for name in ("period", "scope", "indicator", "value", "unit")]
        rows += list(zip(*columns, strict=True))
    return rows


def _handled(flows: pd.DataFrame) -> list[pd.DataFrame]:
    """Residuals kept from their disposal route, by giver; what still went to landfill."""
    route = flows["route"].astype(str)
    spared = flows[route.isin(["exchange", "loss"]) & flows["instead_of"].notna()]
    dumped = flows[
        (route == "disposal") & (flows["to_firm"].astype(str) == "landfill") & (flows["unit"] == "t")
    ]
    return [
        tidy(sum_by(spared, "quantity", ["firm=from_firm"]), "kept_from_disposal"),
        tidy(sum_by(dumped, "quantity", ["park", "firm=from_firm"]), "landfilled"),
    ]


def _link_volumes(flows: pd.DataFrame) -> pd.DataFrame:
    """Quantity that arrived by link and year."""
    rows = flows[flows["route"] == "exchange"]
    return tidy(sum_by(rows.assign(link=_links_of(rows)), "quantity", ["link=link"]), "quantity")


def _link_lives(synergies: pd.DataFrame) -> pd.DataFrame:
    """When each exchange began and ended, by link."""
    rows = synergies[synergies["operating"].notna()]
    ended = ((rows["ended"] - _EPOCH) / _DAY).fillna(np.inf)
    return _dated(rows["operating"], _links_of(rows), "until", ended, "d")


def _monthly(run: Run) -> list[pd.DataFrame]:
    """Exchanged quantity by unit, and running gain of all exchanges, month by month."""
    moved = run.flows[run.flows["route"] == "exchange"]
    money = run.accounts[
        (run.accounts["unit"].astype(str) == run.currency) & ~run.accounts["item"].astype(str).isin(_ONCE)
    ]
    quantity = moved.assign(start=_month(moved["start"]))
    value = money.assign(start=_month(money["start"]), gain=money["giver"] + money["taker"])
    return [
        tidy(sum_by(quantity, "quantity", ["park"]), "monthly_quantity"),
        tidy(sum_by(value, "gain", ["park"]), "monthly_value"),
    ]


def _dealings(run: Run) -> pd.DataFrame:
    """Contracts priced anew, renewed, rebuilt or left, by link."""
    rows = run.events[run.events["event"].astype(str).isin(_TOLD)]
    named = rows.merge(run.synergies[["synergy", "from_firm", "to_firm", "resource"]], on="synergy")
    return pd.concat(
        [
            _dated(part["date"], _links_of(part), f"event:{event}", pd.Series(1.0, index=part.index), "count")
            for event, part in named.groupby(named["event"].astype(str))
        ]
        or [_dated(named["date"], _links_of(named), "event:none", pd.Series(dtype=float), "count")]
    )


def _links_of(rows: pd.DataFrame) -> pd.Series:
    ends = rows["from_firm"].astype(str) + ">" + rows["to_firm"].astype(str)
    return ends + ":" + rows["resource"].astype(str)


def _dated(when: pd.Series, links: pd.Series, indicator: str, value: pd.Series, unit: str) -> pd.DataFrame:
    columns = {"period": when, "scope": "link:" + links, "value": value.astype(float)}
    return pd.DataFrame(columns).assign(indicator=indicator, unit=unit)


def _month(when: pd.Series) -> pd.Series:
    return pd.Series(when.to_numpy().astype("datetime64[M]").astype("datetime64[s]"), index=when.index)
