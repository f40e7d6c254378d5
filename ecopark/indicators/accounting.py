"""Accounts of a programme: its metrics on every basis side by side, its members, its ideas by stage.

What lives here: which exchanges are counted, and the same figures restated. What does not: the metrics of one basis
(:mod:`~ecopark.indicators.programme`), the factor between bases (:mod:`~ecopark.indicators.basis`), what a
scenario states of its programme (``ecopark.scenario.programme``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from ecopark.errors import DomainError
from ecopark.indicators.basis import Basis
from ecopark.indicators.pipeline import STAGES
from ecopark.indicators.programme import ProgrammeTerms, programme_metrics
from ecopark.indicators.tables import require_columns, stack

Counts = Literal["all", "begun", "carried"]
_PER_COST = ("programme_cost_per_t_landfill", "programme_cost_per_t_co2")


@dataclass(frozen=True)
class ProgrammeAccount:
    """On which terms a programme counts.

    Attributes
    ----------
    since : pandas.Timestamp
        First day; metrics of earlier years are none of its.
    counts : {"all", "begun", "carried"}
        Exchanges counted: all, those that began operating since, or those practitioners carried.
    attribution : float, 1
        Share of what is counted that is claimed.
    life : int, yr
        Years an exchange is taken to last on a lifetime basis.
    decay : float, 1/yr
        Part of the first year's benefit lost with each further year.
    public_cost : mapping of int to float, money
        By year.
    cost_shares : mapping of str to float, 1
        Part of the cost charged to each metric.
    jobs_per_sales, jobs_per_investment : float or None, 1/money
    """

    since: pd.Timestamp
    counts: Counts = "begun"
    attribution: float = 1.0
    life: int = 5
    decay: float = 0.0
    public_cost: Mapping[int, float] = field(default_factory=dict)
    cost_shares: Mapping[str, float] = field(default_factory=dict)
    jobs_per_sales: float | None = None
    jobs_per_investment: float | None = None


def bases_of(account: ProgrammeAccount) -> tuple[Basis, ...]:
    """Every basis on which the figures of a programme can be told, the plainest first.

    Parameters
    ----------
    account : ProgrammeAccount

    Returns
    -------
    tuple of Basis
        Annual, cumulative, lifetime without decay and, where there is some, with it; each gross and, where not all is
        claimed, attributed.
    """
    kinds = [Basis("annual"), Basis("cumulative"), Basis("lifetime", account.life)]
    if account.decay > 0.0:
        kinds.append(Basis("lifetime", account.life, account.decay))
    shares = [1.0] if account.attribution == 1.0 else [1.0, account.attribution]
    return tuple(Basis(one.kind, one.term, one.decay, share) for share in shares for one in kinds)


def programme_accounts(
    flows: pd.DataFrame,
    accounts: pd.DataFrame,
    resources: pd.DataFrame,
    synergies: pd.DataFrame,
    events: pd.DataFrame,
    currency: str,
    account: ProgrammeAccount,
) -> pd.DataFrame:
    """Metrics of a programme by year, on each of its bases side by side.

    Parameters
    ----------
    flows, accounts, resources, synergies, events : pandas.DataFrame
        Tables of a run.
    currency : str
        Code of the money.
    account : ProgrammeAccount

    Returns
    -------
    pandas.DataFrame
        Tidy, with the columns ``basis`` and ``charged`` (``whole``: a cost per tonne bears the whole public cost;
        ``apportioned``: its share of it; empty for other metrics). Indicators as in
        :func:`~ecopark.indicators.programme.programme_metrics`.

    Raises
    ------
    DomainError
        If shares or term are not possible.
    """
    counted = counted_exchanges(synergies, events, account)
    begins = account.since.year
    books = accounts[accounts["synergy"].astype(str).isin(counted)]
    books = books[books["start"].dt.year >= begins]
    moved = flows["synergy"].isna() | flows["synergy"].astype(str).isin(counted)
    ledger = flows[moved & (flows["start"].dt.year >= begins)]
    parts = []
    for basis in bases_of(account):
        plain = ProgrammeTerms(
            basis,
            account.public_cost,
            jobs_per_sales=account.jobs_per_sales,
            jobs_per_investment=account.jobs_per_investment,
        )
        table = programme_metrics(ledger, books, resources, currency, plain)
        per_cost = table["indicator"].isin(_PER_COST)
        parts.append(table.assign(charged=np.where(per_cost, "whole", ""), ground=basis.label))
        if account.cost_shares and account.public_cost:
            terms = ProgrammeTerms(basis, account.public_cost, account.cost_shares)
            shared = programme_metrics(ledger, books, resources, currency, terms)
            named = [f"programme_cost_per_t_{name}" for name in account.cost_shares]
            parts.append(
                shared[shared["indicator"].isin(_PER_COST) & shared["indicator"].isin(named)].assign(
                    charged="apportioned", ground=basis.label
                )
            )
    return stack(parts)


def counted_exchanges(
    synergies: pd.DataFrame, events: pd.DataFrame, account: ProgrammeAccount
) -> frozenset[str]:
    """Names of the exchanges a programme counts.

    Parameters
    ----------
    synergies, events : pandas.DataFrame
        Tables of a run.
    account : ProgrammeAccount

    Returns
    -------
    frozenset of str
    """
    require_columns(synergies, ["synergy", "operating"], "synergies")
    begun = synergies[synergies["operating"].notna()]
    if account.counts == "begun":
        begun = begun[begun["operating"] >= account.since]
    elif account.counts == "carried":
        require_columns(events, ["event", "synergy"], "events")
        carried = set(events.loc[events["event"] == "carried", "synergy"])
        begun = begun[begun["synergy"].isin(carried)]
    elif account.counts != "all":
        raise DomainError(f"counts {account.counts!r} is unknown; expected all, begun or carried")
    return frozenset(begun["synergy"].astype(str))


def members_by_year(events: pd.DataFrame, years: range) -> pd.Series:
    """Members of a facilitator at the end of each year.

    Parameters
    ----------
    events : pandas.DataFrame
        Of a run: ``joined`` and ``left``.
    years : range

    Returns
    -------
    pandas.Series of float
        Index: year; count. Empty where nobody ever joined, as with a body that all firms belong to.
    """
    require_columns(events, ["date", "event"], "events")
    moves = events[events["event"].isin(["joined", "left"])]
    if moves.empty:
        return pd.Series(dtype=np.float64, name="members")
    change = np.where(moves["event"] == "joined", 1.0, -1.0)
    by_year = pd.Series(change).groupby(moves["date"].dt.year.to_numpy()).sum()
    whole = by_year.cumsum().reindex(range(min(years.start, int(by_year.index.min())), years.stop)).ffill()
    return whole.fillna(0.0).reindex(years).rename_axis("year").rename("members")


def ideas_by_year(synergies: pd.DataFrame, years: range) -> pd.DataFrame:
    """Ideas that reached each stage in each year: the funnel of a programme as it filled.

    Parameters
    ----------
    synergies : pandas.DataFrame
        Of a run, or those of it that are asked about.
    years : range

    Returns
    -------
    pandas.DataFrame
        Index: year; columns: ``identified, screened, negotiating, permitting, building, operating``, count.
    """
    require_columns(synergies, ["synergy", *STAGES], "synergies")
    counts = {}
    for stage in STAGES:
        year = pd.to_datetime(synergies[stage]).dt.year.dropna().astype(int)
        counts[stage] = year.value_counts().reindex(years).fillna(0).astype(int)
    return pd.DataFrame(counts, index=pd.Index(years, name="year"))
