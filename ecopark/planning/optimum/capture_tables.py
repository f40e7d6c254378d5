"""Tables of the capture ratio over replicates: by block, resource, reason and link.

What lives here: sums, means and intervals of comparisons. What does not: the comparisons (``capture_case``).

An *amount* is in the unit of the optimum's objective: money as present value at the start, the rest as plain
sums. A *yearly* amount is not discounted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ecopark.experiments.statistics import mean_interval
from ecopark.planning.optimum.capture_case import Comparison
from ecopark.planning.optimum.network import DISCOUNTED

_NAMES = ["from_firm", "to_firm", "resource", "to_resource", "pathway"]


def ratio_table(cases: Sequence[Comparison]) -> pd.DataFrame:
    """What each replicate captured of its optimum.

    Parameters
    ----------
    cases : sequence of Comparison

    Returns
    -------
    pandas.DataFrame
        One row per replicate: ``seed``, ``possible``, ``bound``, ``realised`` (amounts), ``capture`` (1, realised
        by possible; missing where nothing is possible), ``capture_of_bound`` (1, by the bound: the least it
        can be), ``gap`` (1), ``status``, ``violation`` (1, of the network that emerged), ``seconds``.
    """
    rows = []
    for case in cases:
        optimum, did = case.optimum, case.realised_value
        rows.append(
            {
                "seed": case.seed,
                "possible": optimum.best,
                "bound": optimum.bound,
                "realised": did,
                "capture": did / optimum.best if optimum.best > 0.0 else np.nan,
                "capture_of_bound": did / optimum.bound if optimum.bound > 0.0 else np.nan,
                "gap": optimum.gap,
                "status": optimum.status,
                "violation": case.realised.violation,
                "seconds": optimum.seconds,
            }
        )
    return pd.DataFrame(rows)


def block_values(cases: Sequence[Comparison]) -> pd.DataFrame:
    """Possible and realised by block, over all replicates.

    Parameters
    ----------
    cases : sequence of Comparison

    Returns
    -------
    pandas.DataFrame
        ``seed, block, start, end`` (dates), ``possible``, ``realised`` (yearly amounts), ``capture`` (1, missing
        where nothing is possible).
    """
    parts = []
    for case in cases:
        weights = case.optimum.objective
        yearly = [
            _weighted(values, weights) / case.blocks["years"]
            for values in (case.optimum.values, case.realised.values)  # noqa: PD011
        ]
        table = case.blocks[["start", "end"]].assign(seed=case.seed, possible=yearly[0], realised=yearly[1])
        parts.append(table.rename_axis("block").reset_index())
    found = pd.concat(parts, ignore_index=True)
    found["capture"] = found["realised"] / found["possible"].where(found["possible"] > 0.0)
    return found[["seed", "block", "start", "end", "possible", "realised", "capture"]]


def resource_values(cases: Sequence[Comparison]) -> pd.DataFrame:
    """Possible and realised by residual, mean over the replicates.

    Parameters
    ----------
    cases : sequence of Comparison

    Returns
    -------
    pandas.DataFrame
        ``resource``, ``unit``, ``possible``, ``realised`` (amounts), ``capture`` (1), ``possible_quantity``,
        ``realised_quantity`` (mean, in the unit per year); largest first. Unused pipes belong to no residual.
    """
    parts = []
    for case in cases:
        years = float(case.blocks["years"].sum())
        for side, links in (("possible", case.possible_links), ("realised", case.realised_links)):
            part = links[["resource", "unit"]].assign(
                seed=case.seed, side=side, amount=_amounts(links, case), yearly=links["quantity"] / years
            )
            parts.append(part)
    rows = pd.concat(parts, ignore_index=True)
    if rows.empty:
        names = [
            "resource",
            "unit",
            "possible",
            "realised",
            "capture",
            "possible_quantity",
            "realised_quantity",
        ]
        return pd.DataFrame(columns=names)
    sums = rows.pivot_table(["amount", "yearly"], ["resource", "unit"], "side", aggfunc="sum", fill_value=0.0)
    wide = sums.reindex(columns=_SIDES, fill_value=0.0) / len(cases)
    wide.columns = pd.Index(["possible", "realised", "possible_quantity", "realised_quantity"])
    wide = wide.sort_values("possible", ascending=False).reset_index()
    wide.insert(4, "capture", wide["realised"] / wide["possible"].where(wide["possible"] > 0.0))
    return wide


_SIDES = pd.MultiIndex.from_product([["amount", "yearly"], ["possible", "realised"]])


def reason_values(cases: Sequence[Comparison]) -> pd.DataFrame:
    """What is lost, and why, with what was realised as the first row.

    Parameters
    ----------
    cases : sequence of Comparison

    Returns
    -------
    pandas.DataFrame
        ``reason`` (first ``realised``), ``amount`` (mean over the replicates), ``share`` (1, of the possible),
        ``low``, ``high`` (1, 95 % interval of the share; missing for one replicate), ``yearly`` (yearly amount),
        ``money_per_year``, ``carbon_per_year`` (t CO2e/yr). The amounts sum to the possible.
    """
    rows = [row for case in cases for row in _reasons_of(case)]
    table = pd.DataFrame(rows)
    parts = []
    whole = float(np.mean([case.optimum.best for case in cases]))
    for reason in dict.fromkeys(table["reason"]):
        mine = (
            table[table["reason"] == reason]
            .set_index("seed")
            .reindex([case.seed for case in cases])
            .fillna(0.0)
        )
        share = (mine["amount"] / [case.optimum.best or np.nan for case in cases]).dropna()
        low, high = mean_interval(share.to_numpy(dtype=np.float64))
        means = {name: float(mine[name].mean()) for name in ("yearly", "money_per_year", "carbon_per_year")}
        amount = float(mine["amount"].mean())
        parts.append(
            {"reason": reason, "amount": amount, "share": amount / whole if whole > 0.0 else np.nan, "low": low,
             "high": high, **means}
        )  # fmt: skip
    found = pd.DataFrame(parts)
    order = (
        found["amount"].abs().where(found["reason"] != "realised", np.inf).sort_values(ascending=False).index
    )
    return found.loc[order].reset_index(drop=True)


def _reasons_of(case: Comparison) -> list[dict[str, object]]:
    """Amounts of one replicate by reason."""
    years = float(case.blocks["years"].sum())
    weights = case.optimum.objective
    values = case.realised.values  # noqa: PD011
    rows: list[dict[str, object]] = [
        {
            "seed": case.seed, "reason": "realised", "amount": case.realised_value,
            "yearly": float(_weighted(values, weights).sum()) / years,
            "money_per_year": float(values["cost"].sum()) / years,
            "carbon_per_year": float(values["carbon"].sum()) / years,
        }
    ]  # fmt: skip
    amounts, plain = _amounts(case.losses, case), _weighted(case.losses, weights)
    for reason, lost in case.losses.groupby("reason"):
        rows.append(
            {
                "seed": case.seed, "reason": str(reason), "amount": float(amounts[lost.index].sum()),
                "yearly": float(plain[lost.index].sum()) / years,
                "money_per_year": float(lost["cost"].sum()) / years,
                "carbon_per_year": float(lost["carbon"].sum()) / years,
            }
        )  # fmt: skip
    return rows


def block_losses(cases: Sequence[Comparison]) -> pd.DataFrame:
    """What is lost by block and reason, mean over the replicates.

    Parameters
    ----------
    cases : sequence of Comparison

    Returns
    -------
    pandas.DataFrame
        ``block``, ``reason``, ``lost`` (yearly amount).
    """
    parts = []
    for case in cases:
        plain = _weighted(case.losses, case.optimum.objective)
        years = case.losses["block"].map(case.blocks["years"]).astype(float)
        parts.append(case.losses[["block", "reason"]].assign(lost=plain / years / len(cases)))
    found = pd.concat(parts, ignore_index=True)
    return found.groupby(["block", "reason"])[["lost"]].sum().reset_index()


def lost_links(cases: Sequence[Comparison]) -> pd.DataFrame:
    """Exchanges that the optimum has and the emergent networks lack, and why.

    Parameters
    ----------
    cases : sequence of Comparison

    Returns
    -------
    pandas.DataFrame
        ``from_firm, to_firm, resource, to_resource, pathway``, ``lost`` (amount, mean over the replicates),
        ``reason`` (largest), ``reasons`` (those above half a percent with their share, in words), ``quantity``
        (residual short per year, in its unit), ``money_per_year``, ``carbon_per_year``; largest first.
    """
    rows = _by_pair(cases)
    found = []
    for key, mine in rows[rows["gap"] > 0.0].groupby(_NAMES):
        amount = float(mine["amount"].sum())
        by_reason = mine.groupby("reason")["quantity"].sum().sort_values(ascending=False, kind="stable")
        whole = float(by_reason.sum())
        words = [
            f"{name} {100.0 * value / whole:.0f} %"
            for name, value in by_reason.items()
            if value >= 0.005 * whole
        ]
        found.append(
            {
                **dict(zip(_NAMES, key, strict=True)), "lost": amount, "reason": str(by_reason.index[0]),
                "reasons": ", ".join(words), "quantity": whole, "money_per_year": float(mine["money"].sum()),
                "carbon_per_year": float(mine["carbon"].sum()),
            }
        )  # fmt: skip
    names = [*_NAMES, "lost", "reason", "reasons", "quantity", "money_per_year", "carbon_per_year"]
    return pd.DataFrame(found, columns=names).sort_values("lost", ascending=False, ignore_index=True)


def extra_links(cases: Sequence[Comparison]) -> pd.DataFrame:
    """Exchanges of which the emergent networks have more than the optimum.

    Parameters
    ----------
    cases : sequence of Comparison

    Returns
    -------
    pandas.DataFrame
        ``from_firm, to_firm, resource, to_resource, pathway``, ``quantity`` (residual sent beyond the optimum per
        year, in its unit), ``gained`` (amount, mean over the replicates; negative where it loses),
        ``money_per_year``, ``carbon_per_year``; largest quantity of money first.
    """
    rows = _by_pair(cases)
    rows = rows[rows["gap"] < 0.0]
    sums = -rows.groupby(_NAMES)[["quantity", "amount", "money", "carbon"]].sum()
    sums.columns = pd.Index(["quantity", "gained", "money_per_year", "carbon_per_year"])
    order = sums["gained"].abs().sort_values(ascending=False, kind="stable").index
    return sums.loc[order].reset_index()


def firm_prices(case: Comparison) -> pd.DataFrame:
    """Shadow prices by firm: streams of one resource of a firm taken together.

    Parameters
    ----------
    case : Comparison

    Returns
    -------
    pandas.DataFrame
        ``block``, ``start``, ``end`` (dates), ``side`` (``residual`` or ``need``), ``firm``, ``resource``, ``unit``,
        ``price`` (objective unit per resource unit, mean by quantity), ``weight`` (objective unit, price times
        quantity of the block without its sign).
    """
    prices = case.optimum.shadow_prices
    keys = ["block", "side", "firm", "resource", "unit"]
    rows = prices.assign(worth=prices["price"] * prices["quantity"])
    sums = rows.groupby(keys, as_index=False).agg({"worth": "sum", "quantity": "sum", "price": "mean"})
    there = sums["quantity"] > 0.0
    sums["price"] = sums["price"].where(~there, sums["worth"] / sums["quantity"].where(there, 1.0))
    dates = {side: sums["block"].map(case.blocks[side]) for side in ("start", "end")}
    return sums.assign(weight=sums["worth"].abs(), **dates).drop(columns=["worth", "quantity"])


# --------------------------------------------------------------------------- shared
def _by_pair(cases: Sequence[Comparison]) -> pd.DataFrame:
    """Losses of all replicates with their amounts, and by how much each pair falls short in its block."""
    parts = []
    for case in cases:
        lost = case.losses[case.losses["pair"] != ""]
        years = float(case.blocks["years"].sum()) * len(cases)
        parts.append(
            lost[[*_NAMES, "reason"]].assign(
                gap=lost.groupby(["block", "pair"])["quantity"].transform("sum"),
                quantity=lost["quantity"] / years,
                amount=_amounts(lost, case) / len(cases),
                money=lost["cost"] / years,
                carbon=lost["carbon"] / years,
            )
        )
    return pd.concat(parts, ignore_index=True)


def _weighted(table: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    """Value of each row in the objective, not discounted."""
    return sum((weight * table[name] for name, weight in weights.items()), pd.Series(0.0, index=table.index))


def _amounts(table: pd.DataFrame, case: Comparison) -> pd.Series:
    """Value of each row in the objective, money as present value."""
    factor = table["block"].map(case.blocks["discount"]).astype(float)
    return sum(
        (
            weight * table[name] * (factor if name in DISCOUNTED else 1.0)
            for name, weight in case.optimum.objective.items()
        ),
        pd.Series(0.0, index=table.index),
    )
