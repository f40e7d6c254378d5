"""Metrics of a symbiosis programme, in the set the British programme (NISP) reported.

What lives here: landfill diverted, CO2, virgin material, hazardous waste, water, cost saved, extra sales,
private investment, jobs, cost per tonne and benefit-cost ratio, on a stated basis. What does not: any
default for jobs or public cost; those are data of a programme and are given by the caller.

Which metrics were reported is recorded in the parliamentary memorandum and press of the programme; the
exact rule behind each was not found, so the definitions here are this project's and are spelled out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ecopark.errors import DomainError
from ecopark.indicators.basis import Basis, on_basis
from ecopark.indicators.mass import landfill_diversion, replaced_supply
from ecopark.indicators.tables import CARBON, condense_accounts, condense_flows, stack, sum_by, tidy

_RUNNING = ("avoided_disposal", "avoided_virgin", "haulage", "treatment", "inputs", "burden", "maintenance")


@dataclass(frozen=True)
class ProgrammeTerms:
    """What a programme brings to its own metrics.

    Attributes
    ----------
    basis : Basis
        Of the environmental and money metrics.
    public_cost : mapping of int to float, money
        By year. Empty: no cost per tonne and no benefit-cost ratio.
    cost_shares : mapping of str to float, 1
        Part of the public cost that is charged to each metric when a cost per tonne is stated;
        together at most 1. Without it each cost per tonne bears the whole cost.
    jobs_per_sales, jobs_per_investment : float or None, 1/money
        Jobs created or kept per unit of extra sales and of private investment; None: no figure. The
        British programme's factor was not found.
    """

    basis: Basis = field(default_factory=Basis)
    public_cost: Mapping[int, float] = field(default_factory=dict)
    cost_shares: Mapping[str, float] = field(default_factory=dict)
    jobs_per_sales: float | None = None
    jobs_per_investment: float | None = None

    def __post_init__(self) -> None:
        shares = list(self.cost_shares.values())
        if any(share < 0.0 for share in shares) or sum(shares) > 1.0 + 1e-12:
            raise DomainError(
                "cost shares are negative or add up to more than 1: cost would be counted twice"
            )


def programme_metrics(
    flows: pd.DataFrame,
    accounts: pd.DataFrame,
    resources: pd.DataFrame,
    currency: str,
    terms: ProgrammeTerms | None = None,
) -> pd.DataFrame:
    """Compute the programme metrics of a run, by year.

    Parameters
    ----------
    flows, accounts, resources : pandas.DataFrame
        Tables of a run.
    currency : str
        Code of the money.
    terms : ProgrammeTerms, optional
        Without it: annual, gross, no jobs, no public cost.

    Returns
    -------
    pandas.DataFrame
        Tidy with a column ``basis``, scope ``park``: ``programme_landfill``, ``programme_hazardous``,
        ``programme_virgin`` (t), ``programme_water`` (m3), ``programme_co2`` (t CO2e),
        ``programme_cost_saved``, ``programme_sales``, ``programme_investment`` (money), and with the
        terms for them ``programme_jobs``, ``programme_cost_per_t_landfill``,
        ``programme_cost_per_t_co2``, ``programme_benefit_cost``, ``programme_leverage``.

    Notes
    -----
    - Landfill, hazardous: :func:`~ecopark.indicators.mass.landfill_diversion`. Virgin: tonnes of virgin
      material replaced. Water: fresh water bought or drawn that was avoided.
    - Extra sales: what partners paid each other, whichever way (a gate fee is a sale of the taker).
    - Cost saved: the running gain of both together less those payments, so that sales + cost saved is the
      joint running gain and nothing counts twice.
    - Investment is paid once: it is not multiplied with a lifetime, only summed on a cumulative basis.
    - Jobs follow annual sales and investment times the factors given.
    - Cost per tonne: share of the public cost over the metric; benefit-cost: (cost saved + sales) over
      the whole cost; leverage: private investment over the whole cost. On a cumulative basis the cost is
      summed too; on a lifetime basis one year's cost stands against what that year's exchanges bring over their
      lives.

    No rebound, no displacement of sales elsewhere, no discounting.
    """
    terms = terms or ProgrammeTerms()
    annual = _annual(flows, accounts, resources, currency)
    once = annual["indicator"] == "programme_investment"
    if terms.basis.kind == "cumulative":
        # All at once: a sum goes on where a year adds nothing to it.
        table = on_basis(annual, terms.basis)
    else:
        paid = on_basis(annual[once], Basis(share=terms.basis.share))
        table = pd.concat([on_basis(annual[~once], terms.basis), paid])
    return stack([table, _jobs(annual, terms), _per_cost(table, terms, currency)])


def ratios(totals: Mapping[str, float]) -> pd.Series:
    """Ratios between metrics that do not depend on how many exchanges there are.

    Parameters
    ----------
    totals : mapping of str to float
        Any of ``landfill``, ``co2``, ``virgin``, ``hazardous`` (t), ``cost_saved``, ``sales``,
        ``investment``, ``public_cost`` (one money), all on one basis.

    Returns
    -------
    pandas.Series of float
        ``co2_per_landfill``, ``virgin_per_landfill``, ``hazardous_per_landfill`` (t/t),
        ``saved_per_landfill``, ``sales_per_landfill`` (money/t), ``leverage`` (1: private over public
        money), ``payback`` (yr: investment over saved plus sales, where those are annual). Those whose
        parts are not given are left out.

    Notes
    -----
    Used to set a run beside a programme: CO2 per tonne diverted was 1.18 in the first 18 months of the
    British programme and 0.86 in its lifetime figures of 2011, virgin per tonne 1.67 and 1.40,
    hazardous per tonne 0.38 and 0.05; leverage was 9.2 and payback 1.4 years in Ulsan by 2010.
    """
    gain = {"gain": totals["cost_saved"] + totals["sales"]} if {"cost_saved", "sales"} <= set(totals) else {}
    known = {**totals, **gain}
    pairs = {
        "co2_per_landfill": ("co2", "landfill"),
        "virgin_per_landfill": ("virgin", "landfill"),
        "hazardous_per_landfill": ("hazardous", "landfill"),
        "saved_per_landfill": ("cost_saved", "landfill"),
        "sales_per_landfill": ("sales", "landfill"),
        "leverage": ("investment", "public_cost"),
        "payback": ("investment", "gain"),
    }
    values = {
        name: known[part] / known[whole] if known[whole] else np.nan
        for name, (part, whole) in pairs.items()
        if part in known and whole in known
    }
    return pd.Series(values, dtype=np.float64, name="value")


def _annual(
    flows: pd.DataFrame, accounts: pd.DataFrame, resources: pd.DataFrame, currency: str
) -> pd.DataFrame:
    """The metrics as annual gross figures."""
    ledger = condense_flows(flows)
    diverted = landfill_diversion(ledger, resources)
    diverted = diverted[diverted["scope"] == "park"]
    replaced = replaced_supply(ledger)
    books = condense_accounts(accounts).assign(joint=lambda rows: rows["giver"] + rows["taker"])
    money = books[books["unit"] == currency]
    paid = money[money["item"] == "payment"].assign(joint=lambda rows: rows["taker"].abs())
    running = money[money["item"].isin(_RUNNING)]
    saved = pd.concat([running, paid.assign(joint=-paid["joint"])])
    invested = money[money["item"] == "investment"].assign(joint=lambda rows: -rows["joint"])
    parts = {
        "programme_virgin": (
            replaced[(replaced["kind"] == "material") & (replaced["unit"] == "t")],
            "quantity",
        ),
        "programme_water": (_fresh_water(ledger, replaced), "quantity"),
        "programme_co2": (books[books["unit"] == CARBON], "joint"),
        "programme_sales": (paid, "joint"),
        "programme_cost_saved": (saved, "joint"),
        "programme_investment": (invested, "joint"),
    }
    renamed = {"landfill_diverted": "programme_landfill", "hazardous_diverted": "programme_hazardous"}
    known = diverted[diverted["indicator"].isin(list(renamed))]
    return stack(
        [
            known.assign(indicator=known["indicator"].map(renamed)),
            *(tidy(sum_by(rows, column, ["park"]), name) for name, (rows, column) in parts.items()),
        ]
    )


def _fresh_water(ledger: pd.DataFrame, replaced: pd.DataFrame) -> pd.DataFrame:
    """Rows of water replaced by reuse; a shift to another fresh source is no saving."""
    return replaced[(replaced["kind"] == "water") & replaced["instead_of"].notna()]


def _jobs(annual: pd.DataFrame, terms: ProgrammeTerms) -> pd.DataFrame:
    """Jobs, where a factor is given."""
    factors = {
        "programme_sales": terms.jobs_per_sales,
        "programme_investment": terms.jobs_per_investment,
    }
    given = {name: factor for name, factor in factors.items() if factor is not None}
    rows = annual[annual["indicator"].isin(list(given))]
    jobs = rows.assign(value=rows["value"] * rows["indicator"].map(given).astype(float), unit="jobs")
    sums = jobs.groupby(["period", "scope", "unit"], as_index=False)["value"].sum()
    share = terms.basis.share
    basis = Basis(share=share)
    return tidy(sums.assign(value=sums["value"] * share), "programme_jobs").assign(basis=basis.label)


def _per_cost(table: pd.DataFrame, terms: ProgrammeTerms, currency: str) -> pd.DataFrame:
    """Cost per tonne and benefit-cost ratio, for the years with a cost."""
    if not terms.public_cost:
        return table.iloc[:0]
    cost = pd.Series(dict(sorted(terms.public_cost.items())), dtype=np.float64)
    if (cost < 0.0).any():
        raise DomainError("a public cost is below zero")
    wide = table.pivot_table(index="period", columns="indicator", values="value", aggfunc="sum")
    years = wide.index.to_numpy().astype("datetime64[Y]").astype(np.int64) + 1970
    if terms.basis.kind == "cumulative":
        spent = np.array([cost[cost.index <= year].sum() for year in years])
    else:
        spent = cost.reindex(years).to_numpy(dtype=np.float64)
    zero = pd.Series(0.0, index=wide.index)
    benefit = wide.get("programme_cost_saved", zero).fillna(0.0) + wide.get("programme_sales", zero).fillna(
        0.0
    )
    whole = np.where(spent > 0.0, spent, np.nan)
    invested = wide.get("programme_investment", zero).fillna(0.0).to_numpy()
    values = {
        "programme_benefit_cost": (benefit.to_numpy() / whole, "1"),
        "programme_leverage": (invested / whole, "1"),
    }
    for metric in ("landfill", "co2"):
        amount = wide.get(f"programme_{metric}", zero).fillna(0.0).to_numpy()
        share = terms.cost_shares.get(metric, 0.0) if terms.cost_shares else 1.0
        per_tonne = spent * share / np.where(amount > 0.0, amount, np.nan)
        values[f"programme_cost_per_t_{metric}"] = (per_tonne, f"{currency}/t")
    parts = [
        pd.DataFrame({"period": wide.index, "scope": "park", "unit": unit, "value": value})
        .dropna()
        .pipe(tidy, name)
        for name, (value, unit) in values.items()
    ]
    return stack(parts).assign(basis=terms.basis.label)
