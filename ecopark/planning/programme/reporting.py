"""The report of a programme on one run: its metrics on every basis, members, ideas, and money.

What lives here: from a run and the ``programme`` block of its scenario to tables. What does not: the metrics
(``ecopark.indicators``), figures and console (``report``). The manual is ``docs/programmes.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from ecopark.calendar import DAYS_PER_YEAR
from ecopark.experiments.kept import KeptResult
from ecopark.indicators.accounting import (
    ProgrammeAccount,
    bases_of,
    counted_exchanges,
    ideas_by_year,
    members_by_year,
    programme_accounts,
)
from ecopark.indicators.facilitation import public_spending
from ecopark.run import Run
from ecopark.scenario.types import Programme

_HEADLINES = ("programme_co2", "programme_landfill")


@dataclass(frozen=True)
class ProgrammeReport(KeptResult):
    """Accounts of a programme.

    Attributes
    ----------
    name : str
        Of the programme.
    scenario : str
    seed : int
    currency : str
    price_year : int
    account : ProgrammeAccount
        The terms.
    metrics : pandas.DataFrame
        By year and basis; see :func:`ecopark.indicators.accounting.programme_accounts`.
    people : pandas.DataFrame
        By year: ``year, members`` (missing where all firms belong), ``public_cost`` (money) and the ideas that reached
        each stage.
    headline : pandas.DataFrame
        The same years' exchanges told on each basis: ``indicator, basis, value, unit``.
    notes : tuple of str
        What was assumed where the scenario says nothing.

    Notes
    -----
    Figures: ``report.plot.people()``, ``report.plot.metrics()``, ``report.plot.headline()``, ``report.plot.cost()``.
    """

    drawn_by = "ecopark.report.programme_plots:ProgrammePlots"

    name: str
    scenario: str
    seed: int
    currency: str
    price_year: int
    account: ProgrammeAccount
    metrics: pd.DataFrame
    people: pd.DataFrame
    headline: pd.DataFrame
    notes: tuple[str, ...] = ()

    @property
    def bases(self) -> tuple[str, ...]:
        """Names of the bases, the plainest first."""
        return tuple(basis.label for basis in bases_of(self.account))

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, as they are saved."""
        return {"metrics": self.metrics, "people": self.people, "headline": self.headline}

    def write_more(self, folder: Any) -> None:
        """Write the tables as CSV too, for a spreadsheet.

        Parameters
        ----------
        folder : pathlib.Path
        """
        for name, table in self.tables().items():
            table.to_csv(folder / f"{name}.csv", index=False)

    def summary(self) -> dict[str, Any]:
        """Terms and headlines as plain data."""
        account = self.account
        return {
            "programme": self.name, "scenario": self.scenario, "seed": self.seed, "currency": self.currency,
            "price_year": self.price_year, "since": str(account.since.date()), "counts": account.counts,
            "attribution": account.attribution, "life": account.life, "decay": account.decay,
            "public_cost": {str(year): cost for year, cost in sorted(account.public_cost.items())},
            "cost_shares": dict(account.cost_shares), "notes": list(self.notes),
            "headline": [
                {"indicator": row.indicator, "basis": row.basis, "value": float(str(row.value)), "unit": row.unit}
                for row in self.headline.itertuples()
            ],
        }  # fmt: skip


def report_programme(run: Run) -> ProgrammeReport:
    """Accounts of the programme of a run.

    Parameters
    ----------
    run : Run
        Of a scenario with a block ``programme``; of another one the terms are the plainest there are, and the
        report says so.

    Returns
    -------
    ProgrammeReport
    """
    account, name, notes = account_of(run)
    tables = (run.flows, run.accounts, run.resources, run.synergies, run.events)
    metrics = programme_accounts(*tables, run.currency, account)
    last = run.flows["start"].dt.year.max() if len(run.flows) else account.since.year
    years = range(account.since.year, int(last) + 1)
    counted = counted_exchanges(run.synergies, run.events, account)
    return ProgrammeReport(
        name=name,
        scenario=run.name,
        seed=run.seed,
        currency=run.currency,
        price_year=run.scenario.park.currency.price_year,
        account=account,
        metrics=metrics,
        people=_people(run, account, years),
        headline=_headline(metrics, account),
        notes=(*notes, f"{len(counted)} exchanges are counted ({account.counts})"),
    )


def account_of(run: Run) -> tuple[ProgrammeAccount, str, tuple[str, ...]]:
    """Terms of a run's programme, its name, and what had to be assumed.

    Parameters
    ----------
    run : Run

    Returns
    -------
    tuple of (ProgrammeAccount, str, tuple of str)
    """
    park = run.scenario.park
    stated, body = park.programme, park.agents.facilitator
    events = run.events
    if body is not None and body.subscription is not None:
        # What members pay for is no public money.
        events = events[events["date"] < pd.Timestamp(body.subscription.from_)]
    spent = {int(str(year)): float(value) for year, value in public_spending(events).items()}
    if stated is None:
        since = body.from_ if body is not None else park.time.start
        note = "the scenario states no 'programme': annual, gross, every exchange since it could begin"
        account = ProgrammeAccount(pd.Timestamp(since), public_cost=spent)
        return account, park.name, (note, *_without_cost(spent))
    cost = spent if stated.public_money is None else _public_money(stated, run.flows["end"].max().date())
    account = ProgrammeAccount(
        since=pd.Timestamp(stated.from_),
        counts=stated.counts,
        attribution=stated.attribution.value,
        life=stated.life,
        decay=round(stated.decay.value * DAYS_PER_YEAR, 12),
        public_cost=cost,
        cost_shares={name: share.value for name, share in stated.cost_shares.items()},
        jobs_per_sales=_inverse(stated.sales_per_job),
        jobs_per_investment=_inverse(stated.investment_per_job),
    )
    return account, stated.name, _without_cost(cost)


def _without_cost(cost: dict[int, float]) -> tuple[str, ...]:
    return () if cost else ("no public money is known: no cost per tonne and no benefit-cost ratio",)


def _inverse(amount: Any) -> float | None:
    return None if amount is None else 1.0 / float(amount.value)


def _public_money(stated: Programme, ran: date) -> dict[int, float]:
    """Public money by year, from a rate by date: from the first day of the programme to its last, or the run's."""
    assert stated.public_money is not None
    ends = ran if stated.until is None else min(stated.until, ran)
    money: dict[int, float] = {}
    day = stated.from_
    while day < ends:
        after = day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1, day=1)
        after = min(after, ends)
        span = (after - day) / timedelta(days=1)
        money[day.year] = money.get(day.year, 0.0) + stated.public_money.at(day) * span
        day = after
    return money


def _people(run: Run, account: ProgrammeAccount, years: range) -> pd.DataFrame:
    """Members, public money and ideas by year."""
    carried = run.events.loc[run.events["event"] == "carried", "synergy"]
    mine = run.synergies
    if account.counts == "carried":
        mine = mine[mine["synergy"].isin(set(carried))]
    ideas = ideas_by_year(mine, years)
    table = pd.DataFrame({"year": list(years)})
    table["members"] = members_by_year(run.events, years).reindex(years).to_numpy(dtype=float)
    table["public_cost"] = [float(account.public_cost.get(year, 0.0)) for year in years]
    return pd.concat([table, ideas.reset_index(drop=True)], axis=1)


def _headline(metrics: pd.DataFrame, account: ProgrammeAccount) -> pd.DataFrame:
    """The figures of the last year, told on each basis: what one could say on one day of the same exchanges."""
    last = metrics["period"].max()
    rows = []
    for basis in bases_of(account):
        part = metrics[(metrics["basis"] == basis.label) & (metrics["period"] == last)]
        for name in _HEADLINES:
            found = part[part["indicator"] == name]
            rows += [(name, basis.label, float(str(row.value)), row.unit) for row in found.itertuples()]
    return pd.DataFrame(rows, columns=["indicator", "basis", "value", "unit"])
