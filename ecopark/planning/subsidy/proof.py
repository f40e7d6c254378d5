"""Proof by running: whether supported exchanges happen, what they cost, and why others still fail.

What lives here: pairs of runs with and without payments, on the same luck. What does not: which payments
(``survey``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecopark.experiments.statistics import mean_interval
from ecopark.indicators.tables import CARBON
from ecopark.run import Run
from ecopark.scenario import Scenario
from ecopark.simulate import simulate

Progress = Callable[[int, int], None]
_ENDS = ["from_firm", "to_firm", "resource", "to_resource"]
_End = tuple[str, str, str, str]
# A change of what another exchange sends that is worth a row.
_NOTABLE = 0.05
_UNSEEN, _UNDER_WAY = "information", "in the pipeline"


@dataclass(frozen=True)
class Proof:
    """What payments did in runs.

    Attributes
    ----------
    exchanges : pandas.DataFrame
        One row per exchange paid for: ``from_firm, to_firm, resource, to_resource``, ``unit``, ``offered``
        (money/unit, or share of the investment), ``without`` and ``with`` (1: share of runs in which it
        operates at any time from the year on), ``start`` (yr: median year in which it then begins), ``paid``
        (money: mean present value), and ``failed`` (share of runs in which it does not operate, by reason, in words).
    runs : pandas.DataFrame
        One row per replicate: ``seed``; ``paid`` (money, present), ``co2`` (t CO2e), ``landfill`` (t): what the park
        as a whole avoided more than without the payments from the year on; ``co2_present`` (t CO2e, discounted);
        ``happened`` (count).
    others : pandas.DataFrame
        Exchanges not paid for that send at least 5 % more or less than without the payments: ``from_firm, to_firm,
        resource, to_resource``, ``without`` and ``with`` (1: share of runs in which they send anything
        from the year on), ``quantity`` (units: mean change of what is sent from the year on) and
        ``unit``; the largest relative change first.
    totals : mapping of str to float
        Means over the replicates with the bounds of their 95 % bootstrap interval (``_low``, ``_high``): of ``paid,
        co2, landfill, happened``; ``cost_per_t_co2`` (money/t CO2e: sum of what was paid over sum of
        what was avoided more, both discounted; inf where nothing was).
    uplift : float, 1
        Paid on top of the least.
    replicates : int
    """

    exchanges: pd.DataFrame
    runs: pd.DataFrame
    others: pd.DataFrame
    totals: Mapping[str, float]
    uplift: float
    replicates: int


def support_overrides(
    scenario: Scenario, chosen: pd.DataFrame, at: int, instrument: str, uplift: float = 0.0
) -> dict[str, Any]:
    """Payments for single exchanges as overrides of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Its own payments, if it has some, stay.
    chosen : pandas.DataFrame
        ``from_firm, to_firm, resource, to_resource, unit, subsidy, grant``.
    at : int
        Year from whose start they are paid.
    instrument : {"unit", "grant"}
    uplift : float, 1
        On top, as a share.

    Returns
    -------
    dict
        For :meth:`~ecopark.scenario.load.Scenario.with_overrides`. Of several ways between the same two streams
        the dearest payment holds for all of them.
    """
    column, code = ("subsidy" if instrument == "unit" else "grant"), scenario.park.currency.code
    begin = scenario.park.time.start
    entries: list[dict[str, Any]] = [
        {key: _written(value) for key, value in aid if value not in (None, "")}
        for aid in scenario.park.policy.support
    ]
    for (giver, taker, resource, need), rows in chosen.groupby(_ENDS, sort=False):
        level = float(rows[column].max()) * (1.0 + uplift)
        level = min(level, 1.0) if instrument == "grant" else level
        unit = f" {code}/{rows['unit'].iloc[0]}" if instrument == "unit" else ""
        path = {f"{at}-01": f"{level!r}{unit}"}
        if begin.year < at:
            path = {f"{begin:%Y-%m}": f"0{unit}", **path}
        entries.append({"giver": giver, "taker": taker, "resource": resource, "need": need, column: path})
    return {"policy.support": entries}


def _written(value: Any) -> Any:
    """A dated path as a scenario file states it; anything else as it is."""
    if not hasattr(value, "dates"):
        return value
    return {
        f"{max(day.year, 1):04d}-{day:%m-%d}": f"{q.value!r} {q.unit}".removesuffix(" 1")
        for day, q in zip(value.dates, value.values, strict=True)
    }


def prove(
    scenario: Scenario,
    chosen: pd.DataFrame,
    at: int,
    instrument: str,
    rate: float,
    seed: int,
    replicates: int,
    last: int,
    uplift: float,
    progress: Progress | None = None,
) -> Proof:
    """Run a scenario with and without payments, on the same luck.

    Parameters
    ----------
    scenario : Scenario
    chosen : pandas.DataFrame
        Rows of a merit order.
    at : int
        Year from whose start the payments are offered.
    instrument : {"unit", "grant"}
    rate : float, 1/yr
        Real discount rate.
    seed : int
        Of the first replicate.
    replicates : int
    last : int
        Last year of the runs.
    uplift : float, 1
        On top of the least payment, as a share of it.
    progress : callable, optional
        Called after every run with the runs done and to do.

    Returns
    -------
    Proof
    """
    paid_for = scenario.with_overrides(support_overrides(scenario, chosen, at, instrument, uplift))
    until = f"{last}-12" if last < scenario.park.time.end.year else None
    # Several ways between the same two streams are one exchange here.
    targets = chosen.drop_duplicates(_ENDS, ignore_index=True)
    fates: list[list[tuple[str, str, float, float]]] = []
    rows, sent = [], []
    for k in range(replicates):
        base = simulate(scenario, seed + k, until)
        if progress is not None:
            progress(2 * k + 1, 2 * replicates)
        other = simulate(paid_for, seed + k, until)
        if progress is not None:
            progress(2 * k + 2, 2 * replicates)
        paid = _paid(other, paid_for, base, instrument, at, rate)
        fates.append([
            (_fate(base, ends, at)[0], *_fate(other, ends, at), paid.get(ends, 0.0))
            for ends in targets[_ENDS].itertuples(index=False, name=None)
        ])  # fmt: skip
        sent += [_sent(run, at).assign(replicate=k, paid=run is other) for run in (base, other)]
        happened = sum(with_ == "" for _, with_, _, _ in fates[-1])
        rows.append(
            {
                "seed": seed + k,
                "paid": sum(paid.values()),
                "happened": happened,
                **_more(base, other, at, rate),
            }
        )
    runs = pd.DataFrame(rows)
    level = "subsidy" if instrument == "unit" else "grant"
    exchanges = targets[[*_ENDS, "unit"]].assign(offered=targets[level] * (1.0 + uplift))
    others = _others(pd.concat(sent), targets, replicates)
    return Proof(_judge(exchanges, fates), runs, others, _totals(runs), uplift, replicates)


def _sent(run: Run, at: int) -> pd.DataFrame:
    """What each exchange sent from a year on: its ends, ``quantity`` and ``unit``."""
    flows = run.flows
    flows = flows[(flows["route"] == "exchange") & flows["synergy"].notna() & (flows["start"].dt.year >= at)]
    amount = flows.groupby(flows["synergy"].astype(str))["quantity"].sum().rename("quantity")
    ideas = run.synergies.drop_duplicates("synergy").set_index("synergy")[[*_ENDS, "unit"]]
    table = ideas.join(amount, how="inner")
    return table.groupby([*_ENDS, "unit"])[["quantity"]].sum().reset_index()


def _others(sent: pd.DataFrame, targets: pd.DataFrame, replicates: int) -> pd.DataFrame:
    """Exchanges not paid for that send notably more or less."""
    keys = [*_ENDS, "unit"]
    share, mean = (
        sent.pivot_table("quantity", keys, "paid", how).reindex(columns=[False, True]).fillna(0.0)
        / replicates
        for how in ("count", "sum")
    )
    change = mean[True] - mean[False]
    table = share.set_axis(["without", "with"], axis=1)
    relative = (change / mean.max(axis=1)).abs()
    table = table.assign(quantity=change, relative=relative).reset_index()
    paid = pd.MultiIndex.from_frame(targets[_ENDS])
    is_other = ~pd.MultiIndex.from_frame(table[_ENDS]).isin(paid)
    table = table[is_other & (table["relative"] > _NOTABLE)]
    table = table.sort_values("relative", ascending=False, kind="stable", ignore_index=True)
    return table[[*_ENDS, "without", "with", "quantity", "unit"]]


def _fate(run: Run, ends: _End, at: int) -> tuple[str, float]:
    """Why an exchange does not operate at any time from a year on, empty if it does; and when it begins."""
    when = pd.Timestamp(year=at, month=1, day=1)
    ideas = run.synergies
    mine = ideas[(ideas[_ENDS] == list(ends)).all(axis=1)]
    operating = mine[mine["operating"].notna() & ~(mine["ended"] <= when)]
    if len(operating):
        return "", float(operating["operating"].min().year)
    tried = mine[(mine["ended"] > when) | mine["ended"].isna()].sort_values("identified")
    if tried.empty:
        return _UNSEEN, np.nan
    last = tried.iloc[-1]
    return (str(last["reason"]) if last["state"] == "lost" else _UNDER_WAY), np.nan


def _paid(
    run: Run, scenario: Scenario, base: Run, instrument: str, at: int, rate: float
) -> dict[_End, float]:
    """Present value of what the public paid for single exchanges, at the start of the year. money."""
    item = "support" if instrument == "unit" else "investment"
    table = run.accounts
    table = table[(table["item"] == item) & (table["unit"] == run.currency) & (table["start"].dt.year >= at)]
    known = run.synergies.drop_duplicates("synergy").set_index("synergy")[["resource", "to_resource"]]
    table = table.astype({"synergy": str, "from_firm": str, "to_firm": str}).join(known, on="synergy")
    amount = table["giver"] + table["taker"]
    if instrument == "grant":
        amount = -amount * _granted(table, scenario)
    present = amount * _factor(table["start"], at, rate)
    sums = present.groupby([table[name] for name in _ENDS]).sum()
    return {
        (str(a), str(b), str(c), str(d)): float(value) for (a, b, c, d), value in sums.items() if value > 0.0
    }


def _granted(table: pd.DataFrame, scenario: Scenario) -> np.ndarray:
    """Granted for the exchange alone, per money its partners invested. ndarray of float, shape (rows,), 1."""
    policy = scenario.park.policy
    general = policy.capital_grant
    found = []
    for start, *ends in table[["start", *_ENDS]].itertuples(index=False, name=None):
        own = sum(
            aid.grant.at(start.date())
            for aid in policy.support
            if aid.grant is not None
            and [aid.giver, aid.taker, aid.resource] == ends[:3]
            and aid.need in (None, ends[3])
        )
        rest = 1.0 - own - (general.at(start.date()) if general is not None else 0.0)
        found.append(own / rest if rest > 0.0 else 0.0)
    return np.array(found, dtype=np.float64)


def _more(base: Run, other: Run, at: int, rate: float) -> dict[str, float]:
    """What the park avoided more than without payments, from a year on."""
    found: dict[str, float] = {}
    for run, sign in ((other, 1.0), (base, -1.0)):
        table = run.accounts[(run.accounts["unit"] == CARBON) & (run.accounts["start"].dt.year >= at)]
        avoided = table["giver"] + table["taker"]
        found["co2"] = found.get("co2", 0.0) + sign * float(avoided.sum())
        present = float((avoided * _factor(table["start"], at, rate)).sum())
        found["co2_present"] = found.get("co2_present", 0.0) + sign * present
        flows = run.flows
        dumped = flows[(flows["route"] == "disposal") & (flows["to_firm"] == "landfill")]
        dumped = dumped[(dumped["unit"] == "t") & (dumped["start"].dt.year >= at)]
        found["landfill"] = found.get("landfill", 0.0) - sign * float(dumped["quantity"].sum())
    return found


def _factor(starts: pd.Series, at: int, rate: float) -> pd.Series:
    """Factor to the start of a year, money standing at the middle of its period's year."""
    years = starts.dt.year.to_numpy(dtype=np.float64) - at + 0.5
    return pd.Series((1.0 + rate) ** -years, index=starts.index)


def _judge(exchanges: pd.DataFrame, fates: list[list[tuple[str, str, float, float]]]) -> pd.DataFrame:
    """Shares of runs by exchange."""
    rows = []
    for mine in zip(*fates, strict=True):
        reasons = pd.Series([with_ for _, with_, _, _ in mine if with_], dtype=object).value_counts()
        starts = [start for *_, start, _ in mine if np.isfinite(start)]
        rows.append(
            {
                "without": float(np.mean([without == "" for without, *_ in mine])),
                "with": float(np.mean([with_ == "" for _, with_, _, _ in mine])),
                "start": float(np.median(starts)) if starts else np.nan,
                "paid": float(np.mean([paid for *_, paid in mine])),
                "failed": ", ".join(
                    f"{reason} {100.0 * count / len(mine):.0f} %" for reason, count in reasons.items()
                ),
            }
        )
    return exchanges.reset_index(drop=True).join(pd.DataFrame(rows))


def _totals(runs: pd.DataFrame) -> dict[str, float]:
    """Means with intervals, and the cost per tonne of all runs together."""
    totals: dict[str, float] = {}
    for name in ("paid", "co2", "landfill", "happened"):
        values = runs[name].to_numpy(dtype=np.float64)
        low, high = mean_interval(values)
        totals |= {name: float(values.mean()), f"{name}_low": low, f"{name}_high": high}
    avoided = float(runs["co2_present"].sum())
    totals["cost_per_t_co2"] = float(runs["paid"].sum()) / avoided if avoided > 0.0 else np.inf
    return totals
