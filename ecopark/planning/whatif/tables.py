"""What an event takes, what comes back, and who deals with whom afterwards.

What lives here: tables of runs in pairs, with the event and without it. What does not: recovery of one pair of runs
(``indicators.shocks``), loss before anyone reacts (``indicators.resilience``): both are called here run by run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from ecopark.indicators.resilience import removal_loss
from ecopark.indicators.shocks import recovery
from ecopark.planning.compare.tables import Records

LINKS = "exchanges"
_EPOCH = pd.Timestamp("1970-01-01")
# What ends within a month of the event is taken to end by it, if it goes on without.
_AT_ONCE_DAYS = 31.0
_DEALING_YEARS = 5
_YEARS_BEFORE, _YEARS_AFTER = 3, 15
_HOLD = 3


def recovery_runs(
    records: Records, base: str, other: str, day: date, currency: str, threshold: float = 0.9
) -> pd.DataFrame:
    """Recovery of every pair of runs, against the run without the event.

    Parameters
    ----------
    records : Records
        With monthly rows.
    base, other : str
        Sources without and with the event.
    day : datetime.date
    currency : str
    threshold : float, 1

    Returns
    -------
    pandas.DataFrame
        ``replicate, measure`` (a unit of exchanged quantity, the currency for the running gain of exchanges, or
        ``exchanges`` in operation at the end of the month) and the columns of
        :func:`ecopark.indicators.shocks.recovery`: ``flow_kept, flow_kept_mean, recovery_time`` (yr), ``loss`` (yr).
    """
    parts = []
    monthly = {source: _monthly(records, source, currency) for source in (base, other)}
    for replicate in _pairs(records, base, other):
        one, two = (monthly[source][monthly[source]["replicate"] == replicate] for source in (base, other))
        later = one[(one["start"] >= pd.Timestamp(day)) & (one["quantity"] > 0.0)]
        if not len(later):
            continue
        found = recovery(one, two, pd.Timestamp(day), threshold, "M", _HOLD).drop(
            index="all", errors="ignore"
        )
        parts.append(found.rename_axis("measure").reset_index().assign(replicate=replicate))
    names = ["replicate", "measure", "flow_kept", "flow_kept_mean", "recovery_time", "loss"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)
    return table[names].dropna(subset=["flow_kept"]).reset_index(drop=True)


def recovery_table(by_run: pd.DataFrame, runs: int) -> pd.DataFrame:
    """Recovery over the runs.

    Parameters
    ----------
    by_run : pandas.DataFrame
        Of :func:`recovery_runs`.
    runs : int
        Pairs of runs.

    Returns
    -------
    pandas.DataFrame
        One row per measure: ``measure``, ``runs`` (pairs that have it), ``hit`` (of them, those in which it fell
        below the threshold), ``recovered`` (of those hit, those that came back), ``lowest, lowest_low,
        lowest_high`` (1: share left in the worst month, median and central 90 % over all), ``years, years_low,
        years_high`` (time to recovery of those hit, inf where it does not come), ``loss`` (yr, mean).
    """
    rows = []
    for measure, part in by_run.groupby("measure", sort=False):
        hit = part[part["recovery_time"] > 0.0]
        lowest = _quantiles(part["flow_kept"])
        years = _quantiles(hit["recovery_time"])
        back = int(np.isfinite(hit["recovery_time"]).sum())
        rows.append(
            (str(measure), min(len(part), runs), len(hit), back, *lowest, *years, float(part["loss"].mean()))
        )
    names = ["measure", "runs", "hit", "recovered", "lowest", "lowest_low", "lowest_high"]
    return pd.DataFrame(rows, columns=[*names, "years", "years_low", "years_high", "loss"])


def at_once_table(
    records: Records, base: str, other: str, day: date, names: Mapping[str, str]
) -> pd.DataFrame:
    """Exchanges that end on the day of the event or within a month, and would have gone on.

    Parameters
    ----------
    records : Records
    base, other : str
    day : datetime.date
    names : mapping of str to str
        Firms and resources as people call them.

    Returns
    -------
    pandas.DataFrame
        ``link, label, operating, lost`` (pairs of runs in which it operates the day before, and is lost at once),
        ``pairs, quantity`` (mean of the calendar year before, over the runs in which it is lost), ``unit``.
    """
    when, pairs = _number(day), _pairs(records, base, other)
    before = _running(records.lives(base), when)
    without = _running(records.lives(base), when + _AT_ONCE_DAYS, since=when)
    after = _running(records.lives(other), when + _AT_ONCE_DAYS, since=when)
    volumes = records.of(base)
    volumes = volumes[(volumes["indicator"] == "quantity") & (volumes["period"].dt.year == day.year - 1)]
    found: dict[str, list[int]] = {}
    for replicate in pairs:
        there, goes_on, left = (side.get(replicate, set()) for side in (before, without, after))
        for link in there:
            found.setdefault(link, [0, 0])[0] += 1
            found[link][1] += link in goes_on and link not in left
    rows = []
    for link, (operating, lost) in found.items():
        mine = volumes[(volumes["scope"] == f"link:{link}")]
        unit = str(mine["unit"].iloc[0]) if len(mine) else ""
        quantity = float(mine["value"].mean()) if len(mine) else float("nan")
        rows.append((link, label_of(link, names), operating, lost, len(pairs), quantity, unit))
    columns = ["link", "label", "operating", "lost", "pairs", "quantity", "unit"]
    table = pd.DataFrame(rows, columns=columns)
    return table[table["lost"] > 0].sort_values(["lost", "link"], ascending=[False, True], ignore_index=True)


def dealings_table(
    records: Records, base: str, other: str, day: date, names: Mapping[str, str]
) -> pd.DataFrame:
    """Who begins, ends and re-negotiates what in the five years after the event, with it and without it.

    Parameters
    ----------
    records : Records
    base, other : str
    day : datetime.date
    names : mapping of str to str

    Returns
    -------
    pandas.DataFrame
        ``link, label, what`` (``begins``, ``ends``, ``repriced``, ``re-opened``, ``renewed``, ...), ``base, other``
        (share of the pairs of runs in which it happens), largest difference first; what happens as often on both sides
        is left out.
    """
    start, end = _number(day), _number(day) + 365.25 * _DEALING_YEARS
    pairs = _pairs(records, base, other)
    counts = []
    for source in (base, other):
        lives = records.lives(source)
        begun = lives[(lives["begun"] >= start) & (lives["begun"] < end)].assign(what="begins")
        ended = lives[(lives["until"] >= start) & (lives["until"] < end)].assign(what="ends")
        told = records.of(source)
        told = told[told["indicator"].str.startswith("event:")]
        days = (told["period"] - _EPOCH) / pd.Timedelta(days=1)
        told = told[(days >= start) & (days < end)]
        dealt = pd.DataFrame(
            {
                "replicate": told["replicate"],
                "link": told["scope"].str.removeprefix("link:"),
                "what": told["indicator"].str.removeprefix("event:"),
            }
        )
        rows = pd.concat([begun[["replicate", "link", "what"]], ended[["replicate", "link", "what"]], dealt])
        rows = rows[rows["replicate"].isin(pairs)].drop_duplicates()
        counts.append(rows.groupby(["link", "what"]).size() / max(len(pairs), 1))
    table = pd.concat(counts, axis=1, keys=["base", "other"]).fillna(0.0).reset_index()
    table.insert(1, "label", [label_of(link, names) for link in table["link"]])
    change = (table["other"] - table["base"]).abs()
    table = table.assign(change=change)[change > 0.0].sort_values(
        ["change", "link", "what"], ascending=[False, True, True]
    )
    return table.drop(columns="change").reset_index(drop=True)


def static_table(records: Records, base: str, other: str, day: date, closed: Sequence[str]) -> pd.DataFrame:
    """What a closure takes from the network as it stands, beside what is missing after firms have reacted.

    Parameters
    ----------
    records : Records
    base, other : str
    day : datetime.date
    closed : sequence of str
        Firms that close; none gives an empty table.

    Returns
    -------
    pandas.DataFrame
        One row per firm: ``firm``, ``runs`` (in which it exchanges the day before), ``share_lost`` (1, mean:
        exchanges that go with it before anyone reacts, by :func:`ecopark.indicators.resilience.removal_loss`),
        ``stranded`` (mean number of partners left without any), ``after_1_yr``, ``after_5_yr`` (1, mean: exchanges
        missing against the run without the event; of all that closes, missing where the run is shorter).
    """
    when, pairs = _number(day), _pairs(records, base, other)
    before = _running(records.lives(base), when)
    last = float((records.rows["period"].max() - _EPOCH) / pd.Timedelta(days=1))
    missing = {
        years: _missing(records, base, other, when + 365.25 * years, pairs)
        if when + 365.25 * years <= last + 366.0
        else float("nan")
        for years in (1, 5)
    }
    rows = []
    for firm in closed:
        found = []
        for replicate in pairs:
            ends = [link.partition(":")[0].split(">") for link in sorted(before.get(replicate, ()))]
            table = (
                removal_loss(pd.DataFrame(ends, columns=["from_firm", "to_firm"])) if ends else pd.DataFrame()
            )
            if firm in table.index:
                found.append(table.loc[firm, ["share_lost", "stranded"]].to_numpy(dtype=np.float64))
        mean = np.mean(found, axis=0).tolist() if found else [0.0, 0.0]
        rows.append((firm, len(found), *mean, missing[1], missing[5]))
    return pd.DataFrame(rows, columns=["firm", "runs", "share_lost", "stranded", "after_1_yr", "after_5_yr"])


def around_table(records: Records, sources: Sequence[str], day: date, currency: str) -> pd.DataFrame:
    """What is exchanged around the event, quarter by quarter, with the spread of the runs.

    Parameters
    ----------
    records : Records
    sources : sequence of str
        Without and with the event.
    day : datetime.date
    currency : str

    Returns
    -------
    pandas.DataFrame
        ``source, measure, start`` (of the quarter), ``low, median, high`` (central 90 % of the runs): quantity or
        running gain of the quarter; exchanges in operation at its end.
    """
    first = pd.Timestamp(day) - pd.DateOffset(years=_YEARS_BEFORE)
    last = pd.Timestamp(day) + pd.DateOffset(years=_YEARS_AFTER)
    parts = []
    for source in sources:
        rows = _monthly(records, source, currency)
        rows = rows[(rows["start"] >= first) & (rows["start"] < last)]
        quarter = rows["start"].dt.to_period("Q").dt.to_timestamp()
        for measure, part in rows.assign(quarter=quarter).groupby("unit"):
            cells = part.groupby(["replicate", "quarter"])["quantity"]
            wide = (
                (cells.last() if measure == LINKS else cells.sum())
                .reset_index()
                .pivot_table("quantity", "replicate", "quarter")
            )
            spread = wide.reindex(list(records.finished[source])).fillna(0.0).quantile([0.05, 0.5, 0.95]).T
            spread = spread.set_axis(["low", "median", "high"], axis=1).rename_axis("start").reset_index()
            parts.append(spread.assign(source=source, measure=measure))
    names = ["source", "measure", "start", "low", "median", "high"]
    return pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)


def label_of(link: str, names: Mapping[str, str]) -> str:
    """An exchange as people read it.

    Parameters
    ----------
    link : str
        ``giver>taker:resource``.
    names : mapping of str to str

    Returns
    -------
    str
    """
    ends, _, resource = link.partition(":")
    giver, _, taker = ends.partition(">")
    return f"{names.get(giver, giver)} → {names.get(taker, taker)}: {names.get(resource, resource)}"


# --------------------------------------------------------------------------- inner workings
def _monthly(records: Records, source: str, currency: str) -> pd.DataFrame:
    """Monthly rows in the form of a ledger: ``replicate, start, unit, route, quantity``; links counted too."""
    rows = records.of(source)
    value = rows[rows["indicator"].isin(["monthly_quantity", "monthly_value"])]
    unit = value["unit"].where(value["indicator"] == "monthly_quantity", currency)
    table = pd.DataFrame(
        {"replicate": value["replicate"], "start": value["period"], "unit": unit, "quantity": value["value"]}
    )
    months = pd.date_range(*_span(records), freq="MS")
    ends = ((months + pd.offsets.MonthEnd(0)) - _EPOCH) / pd.Timedelta(days=1)
    lives = records.lives(source)
    counts = []
    for replicate in records.finished[source]:
        mine = lives[lives["replicate"] == replicate]
        begun, until = np.sort(mine["begun"].to_numpy()), np.sort(mine["until"].to_numpy())
        running = np.searchsorted(begun, ends, "right") - np.searchsorted(until, ends, "right")
        counts.append(
            pd.DataFrame({"start": months, "quantity": running.astype(float), "replicate": replicate})
        )
    whole = pd.concat([table, *(count.assign(unit=LINKS) for count in counts)], ignore_index=True)
    return whole.assign(route="exchange").astype({"start": "datetime64[s]"})


def _span(records: Records) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last month of the runs."""
    rows = records.rows
    yearly = rows[rows["indicator"] == "operating_synergies"]["period"]
    monthly = rows[rows["indicator"] == "monthly_quantity"]["period"]
    first = yearly.min()
    # The last year may be cut short; nothing exchanged in its last months is seen by no row of theirs.
    last = max(monthly.max(), yearly.max()) if len(monthly) else yearly.max() + pd.DateOffset(months=11)
    return first, last


def _running(lives: pd.DataFrame, when: float, since: float | None = None) -> dict[int, set[str]]:
    """Exchanges running just before a day by replicate; with `since`, those only that began before it too."""
    there = lives[(lives["begun"] < (when if since is None else since)) & (lives["until"] >= when)]
    found: dict[int, set[str]] = {}
    for replicate, link in zip(there["replicate"].tolist(), there["link"].tolist(), strict=True):
        found.setdefault(int(replicate), set()).add(str(link))
    return found


def _missing(records: Records, base: str, other: str, when: float, pairs: Sequence[int]) -> float:
    """Mean share of exchanges missing on a day against the runs without the event."""
    one, two = (_running(records.lives(source), when) for source in (base, other))
    share = [1.0 - len(two.get(k, ())) / len(one[k]) for k in pairs if k in one]
    return float(np.mean(share)) if share else float("nan")


def _pairs(records: Records, base: str, other: str) -> list[int]:
    return sorted(set(records.finished[base]) & set(records.finished[other]))


def _number(day: date) -> float:
    return float((pd.Timestamp(day) - _EPOCH) / pd.Timedelta(days=1))


def _quantiles(values: pd.Series) -> tuple[float, float, float]:
    """Median and central 90 %, infinite ones counted as such."""
    if not len(values):
        return float("nan"), float("nan"), float("nan")
    found = np.quantile(values.to_numpy(dtype=np.float64), [0.5, 0.05, 0.95], method="inverted_cdf")
    return float(found[0]), float(found[1]), float(found[2])
