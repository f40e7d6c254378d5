"""The card of one exchange: parties, stages, contract, negotiation, flows and money by year.

What lives here: one idea of a finished run as plain data. What does not: firms and networks (``views``).
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from ecopark.errors import DomainError
from ecopark.indicators.pipeline import STAGES
from ecopark.report.numbers import axis_number
from ecopark.report.tables import RunTables
from ecopark.run import Run
from ecopark.scenario.units import nearest

Record = dict[str, Any]
CARBON = "t CO2e"
# What a layman reads for an event of an idea; {detail} is what the log says beside it.
_WORDS = {
    "identified": "The two firms notice that this could work",
    "site visit": "They visit each other's site",
    "carried": "A practitioner of the facilitator takes it up",
    "not carried": "No practitioner was free",
    "agreed": "They agree: {detail}",
    "operating": "The exchange begins",
    "lost": "The idea is given up: {detail}",
    "repriced": "The price is negotiated anew: {detail}",
    "re-opened": "One party, being in the stronger place, re-opens the price: {detail}",
    "indexed": "The price follows its index: {detail}",
    "renewed": "The contract is renewed: {detail}",
    "rebuilt": "What was worn out is built again: {detail}",
    "notice": "Notice is given {detail}",
    "taken over": "A successor carries the exchange on, {detail}",
    "outage": "Breakdown of the link for {detail}",
    "trench shared": "The pipe shares a trench for {detail}",
    "expired": "The contract runs out: {detail}",
    "breached": "The contract is broken: {detail}",
    "closed": "The exchange ends: {detail}",
}
_PRICE = re.compile(r"([\d.eE+-]+) per unit(.*)")
_TERM = re.compile(r"for ([\d.]+) yr")
_CLAUSES = re.compile(r"(giver|taker) invests, take-or-pay ([\d.eE+-]+), penalty ([\d.eE+-]+)")


def exchange_card(run: Run, exchange: str) -> Record:
    """An exchange or idea: parties, stages, contract, negotiation, flows and money by year, trust.

    Parameters
    ----------
    run : Run
    exchange : str
        Identifier in the table of synergies.

    Returns
    -------
    dict
        ``exchange, giver, giver_name, taker, taker_name, resource, resource_name, serves, serves_name, pathway, mode,
        distance_km, state, reason``; ``stages`` (list of dict ``stage, date``, ISO dates, those reached, then the
        end); ``terms`` (see below; empty where nothing was agreed); ``history`` (list of dict ``date, event, words``);
        ``unit``; ``flows`` (DataFrame ``year, quantity``: what arrived); ``money`` (DataFrame ``year, item, giver,
        taker``); ``totals`` (dict ``giver, taker, joint``, money over the run); ``carbon`` (DataFrame ``year,
        avoided``, t CO2e); ``trust`` (DataFrame ``date, trust``); ``currency``. Terms: ``price`` (last, money per unit
        sent, negative where the giver pays), ``price_unit, quantity_per_year, unit, term_years, renewals, take_or_pay``
        and ``penalty`` (shares), ``investment`` (money of the first building), ``paid_by`` (identifier of the
        firm, empty where nothing was built), ``paid`` (money spent on building over the run), ``currency``.

    Raises
    ------
    DomainError
        If the run has no such exchange.
    """
    found = run.synergies[run.synergies["synergy"] == exchange]
    if found.empty:
        known = run.synergies["synergy"].astype(str).tolist()
        raise DomainError(f"this run has no exchange {exchange!r}{nearest(exchange, known)}")
    row = found.iloc[0]
    events = run.events[run.events["synergy"] == exchange]
    accounts = run.accounts[run.accounts["synergy"] == exchange]
    money = _by_year(accounts[accounts["unit"].astype(str) == run.currency])
    carbon = _by_year(accounts[accounts["unit"].astype(str) == CARBON])
    return {
        "exchange": exchange,
        **_parties(run, row),
        **{key: str(row[key]) for key in ("pathway", "mode", "state", "reason", "unit")},
        "distance_km": float(row["distance_km"]),
        "stages": _stages(row),
        "terms": _terms(run, row, events, money),
        "history": [_said(event, f"{run.currency}/{row['unit']}") for event in events.itertuples()],
        "flows": _flows(run, exchange),
        "money": money,
        "totals": _totals(money),
        "carbon": _avoided(carbon),
        "trust": _trust(run, str(row["from_firm"]), str(row["to_firm"])),
        "currency": run.currency,
    }


def _parties(run: Run, row: pd.Series) -> Record:
    """Who gives what to whom, and what it serves there, by identifier and by name."""
    tables = RunTables.of(run)
    ends = {"giver": row["from_firm"], "taker": row["to_firm"]}
    streams = {"resource": row["resource"], "serves": row["to_resource"]}
    return {
        **{part: str(key) for part, key in (ends | streams).items()},
        **{f"{part}_name": tables.firm_name(str(key)) for part, key in ends.items()},
        **{f"{part}_name": tables.resource_name(str(key)) for part, key in streams.items()},
    }


def _totals(money: pd.DataFrame) -> Record:
    """Money over the run, of each party and of both."""
    giver, taker = float(money["giver"].sum()), float(money["taker"].sum())
    return {"giver": giver, "taker": taker, "joint": giver + taker}


def _by_year(accounts: pd.DataFrame) -> pd.DataFrame:
    """Accounts summed by year and item."""
    rows = pd.DataFrame(
        {
            "year": accounts["start"].dt.year,
            "item": accounts["item"].astype(str),
            "giver": accounts["giver"],
            "taker": accounts["taker"],
        }
    )
    summed: pd.DataFrame = rows.groupby(["year", "item"], as_index=False, sort=True)[["giver", "taker"]].sum()
    return summed


def _avoided(carbon: pd.DataFrame) -> pd.DataFrame:
    joint = carbon.assign(avoided=carbon["giver"] + carbon["taker"])
    summed: pd.DataFrame = joint.groupby("year", as_index=False)[["avoided"]].sum()
    return summed


def _flows(run: Run, exchange: str) -> pd.DataFrame:
    """What arrived, by year."""
    rows = run.flows[(run.flows["route"] == "exchange") & (run.flows["synergy"] == exchange)]
    table = pd.DataFrame({"year": rows["start"].dt.year, "quantity": rows["quantity"]})
    summed: pd.DataFrame = table.groupby("year", as_index=False)[["quantity"]].sum()
    return summed


def _stages(row: pd.Series) -> list[Record]:
    reached = [(stage, row[stage]) for stage in STAGES if pd.notna(row[stage])]
    if pd.notna(row["ended"]):
        reached.append((str(row["state"]), row["ended"]))
    return [{"stage": stage, "date": f"{day:%Y-%m-%d}"} for stage, day in reached]


def _terms(run: Run, row: pd.Series, events: pd.DataFrame, money: pd.DataFrame) -> Record:
    """What was agreed; who built is in the accounts, the clauses in the log of the agreement."""
    if pd.isna(row["price"]):
        return {}
    agreed = events[events["event"].astype(str) == "agreed"]["detail"].astype(str)
    clauses = _CLAUSES.search(agreed.iloc[-1]) if len(agreed) else None
    rules = run.scenario.park.agents.contracts
    built = money[money["item"] == "investment"][["giver", "taker"]].sum()
    payer = "" if not (built < 0.0).any() else str(row["from_firm" if built["giver"] < 0.0 else "to_firm"])
    usual = rules.take_or_pay.value if rules.kind == "take_or_pay" else 0.0
    return {
        "price": float(row["price"]),
        "price_unit": f"{run.currency}/{row['unit']}",
        "quantity_per_year": float(row["quantity_per_year"]),
        "unit": str(row["unit"]),
        "term_years": float(row["term_years"]),
        "renewals": int(row["renewals"]),
        "take_or_pay": float(clauses[2]) if clauses else usual,
        "penalty": float(clauses[3]) if clauses else rules.penalty.value,
        "investment": float(row["investment"]),
        "paid_by": payer,
        "paid": abs(float(built.sum())),
        "currency": run.currency,
    }


def _said(event: Any, per: str) -> Record:
    """An event of the log in words; prices with their unit, and who pays."""
    name, detail = str(event.event), str(event.detail)
    if (priced := _PRICE.match(detail)) is not None:
        price = float(priced[1])
        payer = "taker" if price >= 0.0 else "giver"
        detail = f"the {payer} pays {axis_number(abs(price))} {per}{priced[2]}"
    detail = _TERM.sub("for \\1 years", _CLAUSES.sub(_say_clauses, detail))
    words = _WORDS.get(name, f"{name[:1].upper()}{name[1:]}: {{detail}}").format(detail=detail)
    return {"date": f"{event.date:%Y-%m-%d}", "event": name, "words": words.removesuffix(": ")}


def _say_clauses(found: re.Match[str]) -> str:
    share, penalty = float(found[2]), float(found[3])
    least = (
        f"pays for at least {100.0 * share:.3g} % of the agreed quantity"
        if share
        else "pays for what it takes only"
    )
    owed = f"{100.0 * penalty:.3g} % of what is at stake"
    return f"the {found[1]} bears what is to be built, the taker {least}, penalty {owed}"


def _trust(run: Run, first: str, second: str) -> pd.DataFrame:
    """Trust of two firms at the end of every year."""
    pair, table = sorted((first, second)), run.trust
    rows = table[(table["firm"].astype(str) == pair[0]) & (table["partner"].astype(str) == pair[1])]
    return rows[["date", "trust"]].reset_index(drop=True)
