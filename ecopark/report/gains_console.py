"""Gains and subsidies on the console.

What does not live here: computing anything; all arrives as tables.
"""

from __future__ import annotations

import math
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from ecopark.report.gains_panel import signed
from ecopark.report.numbers import axis_number, number, scale_of

_MOST_ROWS = 25
_SPLIT = {
    "npv": "joint present value",
    "gini": "Gini coefficient of the split",
    "jain": "Jain index of the split",
    "shapley_distance": "share to change hands to reach the Shapley value",
    "core_violation": "most that a group would gain by leaving",
    "least_core": "largest excess at the nucleolus",
    "losers": "firms better off with no exchange",
}
_MONEY = frozenset({"npv", "core_violation", "least_core"})


def gains_tables(gains: Any) -> Group:
    """Firms, exchanges and split of the gains of a run, or of several.

    Parameters
    ----------
    gains : Gains or GainsOverRuns

    Returns
    -------
    rich.console.Group
    """
    runs = getattr(gains, "runs", None)
    parts: list[Any] = [*_firms(gains), *([] if runs else _exchanges(gains)), _split(gains)]
    first = runs[0] if runs else gains
    parts.append(
        Text(
            f"money of {first.price_year}, brought to {first.value_year} at {100.0 * first.rate:g} % a year real"
            + (f"; means of {len(runs)} runs" if runs else "")
        )
    )
    return Group(*parts)


def _firms(gains: Any) -> list[Table]:
    rows = gains.firms.head(_MOST_ROWS)
    divisor, unit = scale_of(float(rows["npv"].abs().max()) if len(rows) else 0.0, gains.currency)
    many = hasattr(gains, "runs")
    heads = ["firm", "present value", *(["95 %"] if many else []), "Shapley", "over-paid", "share"]
    worth = _table(f"Who gains, {unit}" + _cut(gains.firms), *heads)
    returns = _table(f"What comes back of what they laid out; gains in {unit}", "firm", "gain a year", "payback",
                     *([] if many else ["discounted", "IRR"]))  # fmt: skip
    for row in rows.itertuples():
        name = gains.labels.get(row.firm, row.firm)
        span = [f"{number(row.npv_low / divisor)} to {number(row.npv_high / divisor)}"] if many else []
        worth.add_row(
            name, number(row.npv / divisor), *span, number(row.shapley / divisor), signed(row.overpaid / divisor),
            _share(row.share),
        )  # fmt: skip
        later = [] if many else [_years(row.discounted_payback), _share(row.irr)]
        returns.add_row(name, number(row.gain_per_year / divisor), _years(row.payback), *later)
    return [worth, returns]


def _exchanges(gains: Any) -> list[Table]:
    rows = gains.exchanges.head(_MOST_ROWS)
    divisor, unit = scale_of(float(rows["npv"].abs().max()) if len(rows) else 0.0, gains.currency)
    worth = _table(
        f"Exchanges, {unit}" + _cut(gains.exchanges),
        "exchange",
        "from",
        "value",
        "giver",
        "taker",
        "giver's share",
    )
    terms = _table(
        f"Their terms, {gains.currency} per unit", "exchange", "payback", "price", "floor", "ceiling"
    )
    for row in rows.itertuples():
        giver, taker = (gains.labels.get(name, name) for name in (row.from_firm, row.to_firm))
        money = [number(value / divisor) for value in (row.npv, row.npv_giver, row.npv_taker)]
        prices = [_number(value) for value in (row.price, row.floor, row.ceiling)]
        name = f"{giver} → {taker}, {row.resource.replace('_', ' ')}"
        worth.add_row(name, str(row.first_year), *money, _share(row.giver_share))
        terms.add_row(name, _years(row.payback), *prices)
    return [worth, terms]


def _split(gains: Any) -> Table:
    table = _table("The split", "measure", "value")
    if hasattr(gains, "runs"):
        values = dict(zip(gains.split["measure"], gains.split["mean"], strict=True))
    else:
        values = dict(gains.split)
    for name, words in _SPLIT.items():
        value = values[name]
        if not math.isfinite(value):
            continue
        divisor, unit = scale_of(value, gains.currency) if name in _MONEY else (1.0, "")
        table.add_row(words, f"{number(value / divisor)} {unit}".strip())
    return table


def subsidy_tables(study: Any) -> Group:
    """Merit order, pairs that need nothing, and proof of a study of subsidies.

    Parameters
    ----------
    study : SubsidyStudy

    Returns
    -------
    rich.console.Group
    """
    terms, code = study.terms, study.currency
    parts: list[Any] = _curve(study)
    if len(study.worthwhile):
        names = [_name(row, study.labels) for row in study.worthwhile.itertuples()]
        parts.append(Text(f"Pay by themselves in {study.at} and do not come about: " + "; ".join(names)))
    if study.proof is not None:
        parts += [_proof(study), *_displaced(study), Text(_sentence(study))]
    parts.append(
        Text(
            f"social cost of carbon {number(terms.carbon_cost)} {code}/t CO2e, of landfill "
            f"{number(terms.landfill_cost)} {code}/t, {100.0 * terms.rate:g} % a year real; "
            f"{len(study.rejected)} pairs and years rejected although society would gain"
        )
    )
    return Group(*parts)


def _curve(study: Any) -> list[Table]:
    what = {"carbon": "CO2 avoided", "diverted": "unit kept from disposal", "value": "social value"}
    title = f"Cheapest payments of {study.at} by {what[study.rank]}, money in {study.currency}"
    paid = _table(
        title + _cut(study.curve),
        "exchange",
        "least",
        "or grant",
        "present cost",
        "per t CO2e",
        "per unit kept",
    )
    worth = _table(
        "What they are for, a year", "exchange", "reason", "quantity", "private", "social", "t CO2e"
    )
    for row in study.curve.head(_MOST_ROWS).itertuples():
        grant = "none helps" if math.isnan(row.grant) else _share(row.grant)
        name = _name(row, study.labels)
        paid.add_row(
            name, f"{axis_number(row.subsidy)}/{row.unit}", grant, number(row.present_cost),
            _number(row.cost_per_t_co2), _number(row.cost_per_diverted),
        )  # fmt: skip
        worth.add_row(
            name, row.reason, f"{number(row.quantity)} {row.unit}", number(row.private_value),
            number(row.social_value), number(row.co2),
        )  # fmt: skip
    return [paid, worth]


def _proof(study: Any) -> Table:
    proof = study.proof
    title = f"Paid for from {study.at} on, {proof.replicates} pairs of runs, {_share(proof.uplift)} above the least"
    table = _table(
        title, "exchange", "offered", "without", "with", "begins", "paid", "why it fails in the others"
    )
    for row in proof.exchanges.itertuples():
        # "with" is no name Python knows, so rows are read by place.
        values = dict(zip(proof.exchanges.columns, row[1:], strict=True))
        offered = (
            _share(row.offered) if study.instrument == "grant" else f"{axis_number(row.offered)}/{row.unit}"
        )
        begins = "" if math.isnan(row.start) else f"{row.start:.0f}"
        table.add_row(
            _name(row, study.labels), offered, _share(values["without"]), _share(values["with"]), begins,
            number(row.paid), row.failed,
        )  # fmt: skip
    return table


def _displaced(study: Any) -> list[Table]:
    """Exchanges not paid for that come about more or less often."""
    others = study.proof.others
    if others.empty:
        return []
    title = "Not paid for, but changed by it" + _cut(others)
    table = _table(title, "exchange", "without", "with", "sends, mean of a run")
    for row in others.head(_MOST_ROWS).to_dict("records"):
        giver, taker = (study.labels.get(row[end], row[end]) for end in ("from_firm", "to_firm"))
        name = f"{giver} → {taker}, {row['resource']} for {row['to_resource']}".replace("_", " ")
        table.add_row(
            name, _share(row["without"]), _share(row["with"]), f"{signed(row['quantity'])} {row['unit']}"
        )
    return [table]


def _sentence(study: Any) -> str:
    """What all payments together brought."""
    totals, code = study.proof.totals, study.currency
    cost = totals["cost_per_t_co2"]
    divisor, unit = scale_of(totals["paid"], code)
    per_tonne = f"{number(cost)} {code} for each tonne" if math.isfinite(cost) else "no tonne avoided for it"
    return (
        f"All together: {number(totals['paid'] / divisor)} {unit} paid (present value), "
        f"{signed(totals['co2'])} t CO2e avoided by the park (95 % {signed(totals['co2_low'])} to "
        f"{signed(totals['co2_high'])}), {signed(totals['landfill'])} t kept from landfill: {per_tonne}"
    )


def _name(row: Any, labels: Any) -> str:
    giver, taker = (labels.get(name, name) for name in (row.from_firm, row.to_firm))
    stream = row.resource if row.resource == row.to_resource else f"{row.resource} for {row.to_resource}"
    return f"{giver} → {taker}, {stream.replace('_', ' ')}"


def _table(title: str, *heads: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for place, head in enumerate(heads):
        table.add_column(
            head, justify="left" if place == 0 or head.startswith(("reason", "why")) else "right"
        )
    return table


def _cut(rows: Any) -> str:
    return f" ({_MOST_ROWS} of {len(rows)})" if len(rows) > _MOST_ROWS else ""


def _share(value: float) -> str:
    return f"{100.0 * value:.0f} %" if math.isfinite(value) else ""


def _years(value: float) -> str:
    return "never" if value == math.inf else "none" if value == 0.0 else f"{number(value)} yr"


def _number(value: float) -> str:
    return number(value) if math.isfinite(value) else ""
