"""Who gains from the exchanges of a run, how fast what was spent comes back, and whether the split is fair.

What lives here: the tables of one run, by firm and by exchange, from its accounts, and their division held
against that of a cooperative game. What does not: many runs (``runs``), solution concepts
(``game``), exchanges that did not come about (``subsidy.studying``).

Money is real, of the scenario's price year. Cash stands at the end of its year and is brought to the end of
one year, the value year, at a stated real rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.experiments.kept import KeptResult
from ecopark.indicators.carbon import link_shapley, needed_exchanges, needed_firms
from ecopark.indicators.money import (
    DISCOUNT_RATE,
    exchange_money,
    gini_with_losses,
    irr,
    link_core_violation,
    payback,
)
from ecopark.indicators.tables import condense_accounts, condense_flows, lost_in_treatment
from ecopark.planning.gains.game import jain_index, link_nucleolus
from ecopark.run import Run

_Floats = NDArray[np.float64]
# Paid between those who share a trench, whichever exchanges they have: no gain, but a transfer.
_TRANSFER = "trench"


@dataclass(frozen=True)
class Gains(KeptResult):
    """What the exchanges of one run brought to whom.

    Attributes
    ----------
    name : str
        Of the scenario.
    seed : int
    currency : str
    price_year : int
    rate : float, 1/yr
        Real discount rate.
    value_year : int
        Year to whose end present values are brought.
    firms : pandas.DataFrame
        One row per firm with an account; see :func:`firm_table`.
    exchanges : pandas.DataFrame
        One row per exchange with an account; see :func:`exchange_table`.
    split : mapping of str to float
        The division as a whole: ``gain``, ``npv``, ``least_core`` and ``core_violation`` in money, the others
        in 1; see :func:`judge_split`.
    labels : mapping of str to str
        Short name of each firm, for figures and tables.

    Notes
    -----
    Figures: ``gains.plot.split()``, ``gains.plot.firms()``.
    """

    drawn_by = "ecopark.report.gains_plots:GainsPlots"

    name: str
    seed: int
    currency: str
    price_year: int
    rate: float
    value_year: int
    firms: pd.DataFrame
    exchanges: pd.DataFrame
    split: Mapping[str, float]
    labels: Mapping[str, str] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """What was measured and on which terms, and the split, as plain data."""
        return {
            "scenario": self.name, "seed": self.seed, "currency": self.currency, "rate": self.rate,
            "price_year": self.price_year, "value_year": self.value_year, "split": dict(self.split),
        }  # fmt: skip

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, as they are saved."""
        return {"firms": self.firms, "exchanges": self.exchanges}


def measure_gains(run: Run, rate: float = DISCOUNT_RATE, value_year: int | None = None) -> Gains:
    """Gains of every firm and exchange of a run, and how fair the split is.

    Parameters
    ----------
    run : Run
    rate : float, 1/yr
        Real discount rate, above -1.
    value_year : int, optional
        Year to whose end present values are brought; the first year with an account by default.

    Returns
    -------
    Gains

    Raises
    ------
    DomainError
        If the rate is not above -1.
    """
    if not rate > -1.0:
        raise DomainError(f"discount rate {rate} is not above -1; write 5 % as 0.05")
    accounts = run.accounts[run.accounts["unit"] == run.currency]
    cash = yearly_cash(accounts)
    first = int(cash["year"].min()) if len(cash) else run.scenario.park.time.start.year
    year = first if value_year is None else value_year
    if not 1900 <= year <= 2100 and len(run.accounts):
        raise DomainError(f"the year to which money is brought must lie between 1900 and 2100, found {year}")
    exchanges = exchange_table(run, cash, rate, year)
    firms = firm_table(cash, rate, year)
    worth, needs = _game(run, accounts, rate, year)
    fair = link_shapley(worth, needs) if worth else pd.Series(dtype=np.float64)
    nucleus, least = link_nucleolus(worth, needs) if worth else ({}, np.nan)
    firms["shapley"] = firms["firm"].map(fair).fillna(0.0)
    firms["overpaid"] = firms["npv"] - firms["shapley"]
    firms["nucleolus"] = firms["firm"].map(nucleus)
    firms["better_off_leaving"] = firms["npv"] < -1e-9 * firms["npv"].abs().max()
    names = run.firms["short"]
    return Gains(
        run.name, run.seed, run.currency, run.scenario.park.currency.price_year, rate, year, firms, exchanges,
        judge_split(firms, worth, needs, needed_exchanges(run.flows)) | {"least_core": least},
        {str(firm): str(short) for firm, short in names.items()},
    )  # fmt: skip


def yearly_cash(accounts: pd.DataFrame) -> pd.DataFrame:
    """Cash of both partners of every exchange by year.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Accounts of a run, rows in money only.

    Returns
    -------
    pandas.DataFrame
        ``synergy, from_firm, to_firm, year, giver, taker`` and ``invested``, what both spent on building, with the
        share of each, ``invested_giver`` and ``invested_taker``; money.
    """
    table = condense_accounts(accounts).astype({"synergy": str, "from_firm": str, "to_firm": str})
    built = table["item"] == "investment"
    table = table.assign(
        year=table["start"].dt.year,
        invested_giver=-table["giver"].where(built, 0.0),
        invested_taker=-table["taker"].where(built, 0.0),
    )
    keys = ["synergy", "from_firm", "to_firm", "year"]
    columns = ["giver", "taker", "invested_giver", "invested_taker"]
    return table.groupby(keys, as_index=False)[columns].sum()


def firm_table(cash: pd.DataFrame, rate: float, value_year: int) -> pd.DataFrame:
    """What every firm gained.

    Parameters
    ----------
    cash : pandas.DataFrame
        As :func:`yearly_cash` gives it.
    rate : float, 1/yr
    value_year : int

    Returns
    -------
    pandas.DataFrame
        Sorted by present value: ``firm``, ``exchanges`` (count), ``gain`` (money, undiscounted; adds up to the
        accounts), ``years`` (from its first to its last account), ``gain_per_year`` (money/yr over them),
        ``invested`` (money), ``npv`` (money at the value year), ``payback`` and ``discounted_payback`` (yr from
        its first account; inf where it is not paid back by the end of the run), ``irr`` (1/yr; nan where there
        is none), ``share`` (1: of the joint present value; nan where that is not above zero).
    """
    ends = [
        cash.rename(columns={end: "firm", side: "cash", f"invested_{side}": "spent"})[
            ["firm", "synergy", "year", "cash", "spent"]
        ]
        for end, side in (("from_firm", "giver"), ("to_firm", "taker"))
    ]
    rows = [
        {"firm": firm, "exchanges": mine["synergy"].nunique(), **_worth_of(mine, rate, value_year)}
        for firm, mine in pd.concat(ends).groupby("firm")
    ]
    names = ["firm", "exchanges", "gain", "years", "gain_per_year", "invested", "npv", "payback"]
    table = pd.DataFrame(rows, columns=[*names, "discounted_payback", "irr"])
    total = float(table["npv"].sum())
    table["share"] = table["npv"] / total if total > 0.0 else np.nan
    return table.sort_values(["npv", "firm"], ascending=[False, True], ignore_index=True)


def _worth_of(mine: pd.DataFrame, rate: float, value_year: int) -> dict[str, float]:
    """Measures of one stream of cash by year."""
    first, last = int(mine["year"].min()), int(mine["year"].max())
    cash = np.bincount(mine["year"] - first, mine["cash"], last - first + 1)
    total = float(cash.sum())
    return {
        "gain": total,
        "years": cash.size,
        "gain_per_year": total / cash.size,
        "invested": float(mine["spent"].sum()),
        "npv": float(cash @ _discount(np.arange(first, last + 1), rate, value_year)),
        "payback": payback(cash),
        "discounted_payback": payback(cash, rate),
        "irr": irr(cash),
    }


def exchange_table(run: Run, cash: pd.DataFrame, rate: float, value_year: int) -> pd.DataFrame:
    """What every exchange brought to both sides, and where its price lay.

    Parameters
    ----------
    run : Run
    cash : pandas.DataFrame
        As :func:`yearly_cash` gives it.
    rate : float, 1/yr
    value_year : int

    Returns
    -------
    pandas.DataFrame
        Sorted by present value: ``synergy, from_firm, to_firm, resource, unit``; ``first_year``, ``years``;
        ``invested``, ``npv``, ``npv_giver``, ``npv_taker`` (money at the value year), ``irr`` (1/yr), ``payback``,
        ``payback_giver``, ``payback_taker`` (yr from its first account), ``giver_share`` (1: of the joint
        present value, nan where that is not above zero), ``price``, ``floor``, ``ceiling`` (money per unit sent),
        ``subsidy_needed`` (money at the value year: the least grant with which both together do not lose).

    Notes
    -----
    Price, floor and ceiling are levelised over the run: present value over the present value of the quantity.
    At the floor the giver, at the ceiling the taker would just have earned the discount rate, so the price
    lies between them if and only if both gain, and ``giver_share = (price - floor) / (ceiling - floor)``. They
    are what came out, not what the two thought when they signed. nan where nothing was ever sent.
    """
    money = exchange_money(run.accounts, run.currency, rate).drop(columns=["from_firm", "to_firm"])
    rows = []
    for keys, mine in cash.groupby(["synergy", "from_firm", "to_firm"]):
        first = int(mine["year"].min())
        sides = [np.bincount(mine["year"] - first, mine[side]) for side in ("giver", "taker")]
        rows.append((*keys, first, *(payback(side) for side in sides)))
    names = ["synergy", "from_firm", "to_firm", "first_year", "payback_giver", "payback_taker"]
    table = pd.DataFrame(rows, columns=names).merge(money.reset_index(), on="synergy")
    factor = _discount(table["first_year"].to_numpy(), rate, value_year)
    for column in ("npv", "npv_giver", "npv_taker", "subsidy_needed"):
        table[column] = table[column] * factor
    traits = run.synergies.drop_duplicates("synergy").set_index("synergy")[["resource", "unit"]]
    table = table.join(traits, on="synergy").join(_levels(run, rate, value_year), on="synergy")
    table["floor"] = table["price"] - table["npv_giver"] / table["sent"]
    table["ceiling"] = table["price"] + table["npv_taker"] / table["sent"]
    order = [
        "synergy", "from_firm", "to_firm", "resource", "unit", "first_year", "years", "invested", "npv", "npv_giver",
        "npv_taker", "irr", "payback", "payback_giver", "payback_taker", "giver_share", "price", "floor", "ceiling",
        "subsidy_needed",
    ]  # fmt: skip
    return table[order].sort_values(["npv", "synergy"], ascending=[False, True], ignore_index=True)


def _levels(run: Run, rate: float, value_year: int) -> pd.DataFrame:
    """Present quantity sent, and levelised price, of every exchange that sent anything."""
    moved = condense_flows(run.flows[run.flows["synergy"].notna()])
    moved = moved[moved["route"].isin(["exchange", "loss"]) & ~lost_in_treatment(moved)]
    paid = condense_accounts(run.accounts[run.accounts["item"] == "payment"])
    found = {}
    for name, table, column in (("sent", moved, "quantity"), ("paid", paid, "giver")):
        present = table[column] * _discount(table["start"].dt.year.to_numpy(), rate, value_year)
        found[name] = present.groupby(table["synergy"].astype(str)).sum()
    levels = pd.DataFrame(found)
    levels = levels[levels["sent"] > 0.0].fillna(0.0)
    return levels.assign(price=levels["paid"] / levels["sent"])[["sent", "price"]]


def _game(
    run: Run, accounts: pd.DataFrame, rate: float, value_year: int
) -> tuple[dict[str, float], dict[str, frozenset[str]]]:
    """Present value of every exchange, transfers left out, and the firms it needs."""
    table = accounts[accounts["item"] != _TRANSFER]
    joint = (table["giver"] + table["taker"]) * _discount(table["start"].dt.year.to_numpy(), rate, value_year)
    worth = joint.groupby(table["synergy"].astype(str)).sum()
    ends = accounts.astype({"synergy": str, "from_firm": str, "to_firm": str}).drop_duplicates("synergy")
    known = needed_firms(run.flows)
    needs = {
        str(name): known.get(str(name), frozenset({giver, taker}))
        for name, giver, taker in ends[["synergy", "from_firm", "to_firm"]].itertuples(index=False)
    }
    return {str(name): float(value) for name, value in worth.items()}, needs


def judge_split(
    firms: pd.DataFrame,
    worth: Mapping[str, float],
    needs: Mapping[str, frozenset[str]],
    requires: Mapping[str, frozenset[str]],
) -> dict[str, float]:
    """How even a division is, how far from the Shapley value, and whether a group would rather leave.

    Parameters
    ----------
    firms : pandas.DataFrame
        ``firm, gain, npv, shapley``.
    worth : mapping of str to float, money
        Present value of each exchange.
    needs : mapping of str to frozenset of str
        Firms each exchange needs.
    requires : mapping of str to frozenset of str
        Exchanges each exchange needs.

    Returns
    -------
    dict of str to float
        ``gain``, ``npv`` (money); ``gini`` (1: of present values, losses allowed), ``jain`` (1),
        ``shapley_distance`` (1: share of the joint present value that would have to change hands; nan without
        one), ``core_violation`` (money: most that a group would gain by dealing among themselves only, dropping
        exchanges that lose), ``losers`` (count of firms better off without any exchange).
    """
    values = firms["npv"].to_numpy(dtype=np.float64)
    total = float(values.sum())
    payoff = dict(zip(firms["firm"], values.tolist(), strict=True))
    for group in needs.values():
        payoff |= {firm: 0.0 for firm in group if firm not in payoff}
    moved = float((firms["npv"] - firms["shapley"]).abs().sum()) / 2.0
    return {
        "gain": float(firms["gain"].sum()),
        "npv": total,
        "gini": gini_with_losses(values),
        "jain": jain_index(values),
        "shapley_distance": moved / total if total > 0.0 else np.nan,
        "core_violation": link_core_violation(payoff, worth, needs, requires) if worth else 0.0,
        "losers": float(firms["better_off_leaving"].sum()) if "better_off_leaving" in firms else np.nan,
    }


def _discount(years: NDArray[np.int64], rate: float, value_year: int) -> _Floats:
    """Factor that brings money of each year to the value year. ndarray of float, shape (n,), 1."""
    return np.asarray((1.0 + rate) ** -(years - float(value_year)))
