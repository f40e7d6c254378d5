"""From idea to exchange: the funnel, its durations, why ideas are lost, how long exchanges last.

What lives here: indicators of the ``synergies`` and ``trust`` tables of a run. What does not: the
estimators of survival and overlap (:mod:`~ecopark.indicators.survival`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.indicators.survival import jaccard, kaplan_meier, links_of
from ecopark.indicators.tables import require_columns, stack, sum_by, tidy

STAGES = ("identified", "screened", "negotiating", "permitting", "building", "operating")
STEPS = (*pairwise(STAGES), (STAGES[0], STAGES[-1]))
_DAYS = 365.25
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def funnel(synergies: pd.DataFrame) -> pd.DataFrame:
    """How many ideas reached each stage, and the rate from one to the next.

    Parameters
    ----------
    synergies : pandas.DataFrame
        One row per idea with the date of each stage.

    Returns
    -------
    pandas.DataFrame, shape (6, 4)
        Index: stage. ``reached`` (int), ``lost`` (int: ended as lost with this stage as the last one),
        ``stage_rate`` (1: of those that reached the stage before), ``overall_rate`` (1: of all ideas).
        nan where there is nothing to divide by.

    Notes
    -----
    An idea that skips a stage counts as having reached it. The Korean programme reported 449 explored,
    296 supported, 244 completed, 118 commercial: rates 0.66, 0.82, 0.48, overall 0.26. Its stages are
    not these stages, so only the overall rate compares directly.
    """
    require_columns(synergies, [*STAGES, "state"], "synergies")
    last = _last_stage(synergies)
    lost = (synergies["state"] == "lost").to_numpy()
    reached = np.array([int((last >= k).sum()) for k in range(len(STAGES))])
    before = np.append(len(synergies), reached[:-1]).astype(np.float64)
    return pd.DataFrame(
        {
            "reached": reached,
            "lost": [int((lost & (last == k)).sum()) for k in range(len(STAGES))],
            "stage_rate": np.divide(reached, before, out=np.full(len(STAGES), np.nan), where=before > 0),
            "overall_rate": reached / len(synergies) if len(synergies) else np.full(len(STAGES), np.nan),
        },
        index=pd.Index(STAGES, name="stage"),
    )


def _last_stage(synergies: pd.DataFrame) -> NDArray[np.int64]:
    """Number of the last stage each idea reached; -1 for one without any date."""
    there = synergies[list(STAGES)].notna().to_numpy()
    last = np.where(there.any(axis=1), len(STAGES) - 1 - there[:, ::-1].argmax(axis=1), -1)
    return last.astype(np.int64)


def fate_by_stage(synergies: pd.DataFrame) -> pd.DataFrame:
    """Where every idea ended up: the last stage it reached, still open there or over for a reason.

    Parameters
    ----------
    synergies : pandas.DataFrame
        One row per idea with the date of each stage, ``state`` and ``reason``.

    Returns
    -------
    pandas.DataFrame
        Index: stage. ``open`` (int: not over at the end of observation; of ``operating``: in operation),
        then one column (int) per reason that occurs, the most frequent first: ideas over with this stage
        as the last one. Of ``operating`` these are exchanges that ended, of the others ideas that were lost.
        Each idea with a date counts once.
    """
    require_columns(synergies, [*STAGES, "state", "reason"], "synergies")
    last = _last_stage(synergies)
    is_open = synergies["state"].isin(STAGES).to_numpy(dtype=bool)
    reason = synergies["reason"].to_numpy(dtype=object)
    counts = {"open": np.bincount(last[is_open & (last >= 0)], minlength=len(STAGES))}
    over = ~is_open & (last >= 0)
    often = pd.Series(reason[over]).value_counts()
    for name in sorted(often.index, key=lambda name: (-often[name], name)):
        counts[str(name)] = np.bincount(last[over & (reason == name)], minlength=len(STAGES))
    return pd.DataFrame(counts, index=pd.Index(STAGES, name="stage"))


def step_times(synergies: pd.DataFrame) -> pd.DataFrame:
    """Time that each idea took for each step it made.

    Parameters
    ----------
    synergies : pandas.DataFrame
        One row per idea, named by ``synergy``, with the date of each stage.

    Returns
    -------
    pandas.DataFrame
        ``step`` (``identified to screened`` and so on, last ``identified to operating``), ``synergy``,
        ``years`` (yr). A step of which either date is missing has no row.
    """
    require_columns(synergies, ["synergy", *STAGES], "synergies")
    parts = [
        pd.DataFrame({"step": f"{start} to {end}", "synergy": synergies["synergy"], "years": years})[
            years.notna()
        ]
        for start, end in STEPS
        for years in [(synergies[end] - synergies[start]).dt.days / _DAYS]
    ]
    return pd.concat(parts, ignore_index=True)


def stage_durations(synergies: pd.DataFrame) -> pd.DataFrame:
    """Time spent between stages by ideas that got through.

    Parameters
    ----------
    synergies : pandas.DataFrame
        One row per idea, named by ``synergy``, with the date of each stage.

    Returns
    -------
    pandas.DataFrame
        Index: ``identified to screened`` and so on, last ``identified to operating``. ``ideas`` (int),
        ``median``, ``low``, ``high`` (yr: quartiles), ``p05``, ``p95`` (yr: ends of the central 90 %), nan
        where no idea made the step.

    Notes
    -----
    Of those that made the step: lost ideas are left out, so a slow step that kills ideas looks fast.
    """
    times = step_times(synergies)
    years = {str(step): part.to_numpy() for step, part in times.groupby("step", sort=False)["years"]}
    rows = {}
    for start, end in STEPS:
        taken = years.get(f"{start} to {end}", np.empty(0))
        cuts = np.quantile(taken, _QUANTILES) if taken.size else np.full(len(_QUANTILES), np.nan)
        rows[f"{start} to {end}"] = {
            "ideas": taken.size,
            **dict(zip(("p05", "low", "median", "high", "p95"), cuts, strict=True)),
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("step")
    return table[["ideas", "median", "low", "high", "p05", "p95"]]


def losses_by_cause(synergies: pd.DataFrame) -> pd.DataFrame:
    """Ideas lost and exchanges ended, by cause and year.

    Parameters
    ----------
    synergies : pandas.DataFrame
        With ``state``, ``reason``, ``ended`` and ``operating``.

    Returns
    -------
    pandas.DataFrame
        Tidy, counts, scopes ``park`` and ``reason:``: ``ideas_lost`` (never operated; reason ``permit``
        is a refusal) and ``exchanges_ended`` (had operated: expired, breached, closed; scope ``state:``
        as well).
    """
    require_columns(synergies, ["state", "reason", "ended", "operating"], "synergies")
    over = synergies[synergies["ended"].notna()]
    year = over["ended"].to_numpy().astype("datetime64[Y]").astype("datetime64[s]")
    over = over.assign(start=year, one=1.0, unit="count")
    never = over["operating"].isna()
    return stack(
        [
            tidy(sum_by(over[never], "one", ["park", "reason=reason"]), "ideas_lost"),
            tidy(sum_by(over[~never], "one", ["park", "reason=reason", "state=state"]), "exchanges_ended"),
        ]
    )


def contract_survival(synergies: pd.DataFrame, until: str | pd.Timestamp) -> pd.DataFrame:
    """Survival of exchanges from their first day, those still running counted as such.

    Parameters
    ----------
    synergies : pandas.DataFrame
        With ``operating`` and ``ended``.
    until : str or pandas.Timestamp
        End of observation.

    Returns
    -------
    pandas.DataFrame
        Result of :func:`~ecopark.indicators.survival.kaplan_meier`, time in years.

    Raises
    ------
    DomainError
        If no exchange began by then.

    Notes
    -----
    A renewal does not end an exchange.
    """
    require_columns(synergies, ["operating", "ended"], "synergies")
    last = pd.Timestamp(until)
    ever = synergies[synergies["operating"] <= last]
    if not len(ever):
        raise DomainError(f"no exchange began by {last.date()}; there is no survival to estimate")
    ended = (ever["ended"] <= last).to_numpy()
    stop = ever["ended"].where(ever["ended"] <= last, last)
    return kaplan_meier((stop - ever["operating"]).dt.days.to_numpy() / _DAYS, ended)


def time_to_first_link(
    synergies: pd.DataFrame, firms: pd.DataFrame, start: str | pd.Timestamp
) -> pd.DataFrame:
    """How long each firm was there before its first exchange.

    Parameters
    ----------
    synergies : pandas.DataFrame
        With ``from_firm``, ``to_firm``, ``operating``.
    firms : pandas.DataFrame
        Index: firm; column ``opens``.
    start : str or pandas.Timestamp
        Start of the run: the first day of firms that were there before.

    Returns
    -------
    pandas.DataFrame
        Index: firm. ``first`` (date, missing without a link) and ``years`` (yr, nan without a link).
    """
    require_columns(synergies, ["from_firm", "to_firm", "operating"], "synergies")
    require_columns(firms, ["opens"], "firms")
    ever = synergies[synergies["operating"].notna()]
    ends = pd.concat([ever.set_index(side)["operating"] for side in ("from_firm", "to_firm")])
    first = ends.groupby(level=0).min().reindex(firms.index)
    begin = pd.Timestamp(start)
    there = firms["opens"].where(firms["opens"] > begin, begin)
    return pd.DataFrame({"first": first, "years": (first - there).dt.days / _DAYS})


def overlap_with_record(
    synergies: pd.DataFrame,
    observed: pd.DataFrame,
    until: str | pd.Timestamp,
    columns: Sequence[str] = ("from_firm", "to_firm"),
) -> float:
    """Jaccard overlap of the exchanges that ever operated with a record.

    Parameters
    ----------
    synergies, observed : pandas.DataFrame
        Both with `columns`; the record holds what was observed by the date.
    until : str or pandas.Timestamp
        Exchanges that began by this date count, ended or not.
    columns : sequence of str
        What makes a link: the firms, or the firms and the resource.

    Returns
    -------
    float
        See :func:`~ecopark.indicators.survival.jaccard`.
    """
    require_columns(synergies, ["operating"], "synergies")
    begun = synergies[synergies["operating"] <= pd.Timestamp(until)]
    return jaccard(links_of(begun, columns), links_of(observed, columns))


def trust_by_year(trust: pd.DataFrame) -> pd.DataFrame:
    """Trust among firms that know each other, by year.

    Parameters
    ----------
    trust : pandas.DataFrame
        Columns ``date``, ``firm``, ``partner``, ``trust`` (0 to 1); pairs of strangers are not in it.

    Returns
    -------
    pandas.DataFrame
        Tidy: ``trust_mean`` (1, 0 to 1; scopes ``park`` and ``firm:``) and ``trusting_pairs`` (count,
        scope ``park``: pairs above 0.5).
    """
    require_columns(trust, ["date", "firm", "partner", "trust"], "trust")
    rows = trust.assign(
        start=trust["date"].to_numpy().astype("datetime64[Y]").astype("datetime64[s]"), unit="1", one=1.0
    )
    both = pd.concat([rows, rows.assign(firm=rows["partner"])])
    parts = []
    for table, scope in ((rows, "park"), (both, "firm=firm")):
        total, count = sum_by(table, "trust", [scope]), sum_by(table, "one", [scope])
        parts.append(tidy(total.assign(value=total["value"] / count["value"]), "trust_mean"))
    high = rows[rows["trust"] > 0.5]
    return stack([*parts, tidy(sum_by(high, "one", ["park"], unit="count"), "trusting_pairs")])
