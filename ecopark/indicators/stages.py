"""Stages in which a programme that pays for studies counts its projects, read from the tables of a run.

What lives here: explored, supported, studied, commercialised. What does not: the stages of an idea in the model
(:mod:`~ecopark.indicators.pipeline`), and the account of carried ideas by those stages
(:mod:`~ecopark.indicators.facilitation`).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ecopark.indicators.tables import require_columns

STAGES = ("explored", "supported", "studied", "commercialised")
#: A study that ends with one of these has come to a finding; with another reason it was broken off.
_FINDINGS = frozenset({"economics", "quality", "distance", "competition-law"})


def stage_account(
    synergies: pd.DataFrame, events: pd.DataFrame, first: str | pd.Timestamp, last: str | pd.Timestamp
) -> pd.Series:
    """Projects of a programme by stage reached between two dates. Unit: 1; range from 0 on.

    Parameters
    ----------
    synergies, events : pandas.DataFrame
        Tables of a run.
    first, last : str or pandas.Timestamp
        First and last day; what an idea noticed between them reaches after the last day does not count.

    Returns
    -------
    pandas.Series of int
        Index: ``explored`` ideas between two members that somebody noticed, whether taken up or passed over on the
        data of a platform; ``supported`` those a practitioner carried; ``studied`` those of them whose screening
        came to a finding, good or bad; ``commercialised`` those in operation. Never rising.

    Notes
    -----
    A study that finds that an idea does not pay counts as studied: it has been paid for and is complete. One that
    is broken off (want of data, a partner that closes) or still runs on the last day does not. So the later
    stages of a young programme are short of what is under way, as in the published counts.

    References
    ----------
    Stages of the Korean programme: Journal of the Korean Society of Environmental Engineers 36(12), 2014.
    """
    require_columns(
        synergies,
        ["synergy", "from_firm", "to_firm", "identified", "screened", "operating", "ended", "reason"],
        "synergies",
    )
    require_columns(events, ["date", "event", "firm", "partner", "synergy"], "events")
    begin, end = pd.Timestamp(first), pd.Timestamp(last)
    member = _Membership(events)
    young = synergies[synergies["identified"].between(begin, end)]
    explored = {
        idea for idea, *pair, day in _rows(young, ["synergy", "from_firm", "to_firm", "identified"])
        if member.both(pair[0], pair[1], day)
    }  # fmt: skip
    dated = events[events["date"].between(begin, end)]
    passed = dated[dated["event"] == "passed over"]
    left_alone = sum(member.both(a, b, day) for a, b, day in _rows(passed, ["firm", "partner", "date"]))
    carried = set(dated.loc[dated["event"] == "carried", "synergy"])
    mine = synergies[synergies["synergy"].isin(carried)]
    found = (mine["screened"] <= end) | (
        mine["screened"].isna() & mine["reason"].isin(_FINDINGS) & (mine["ended"] <= end)
    )
    counts = (
        len(explored | carried) + left_alone,
        len(carried),
        int(found.sum()),
        int((found & (mine["operating"] <= end)).sum()),
    )
    return pd.Series(counts, index=pd.Index(STAGES, name="stage"), name="projects")


def stage_rates(account: pd.Series) -> pd.Series:
    """Share of each stage that reaches the next. Unit: 1; range 0 to 1, nan where a stage is empty.

    Parameters
    ----------
    account : pandas.Series
        As :func:`stage_account` gives it.

    Returns
    -------
    pandas.Series of float
        Index: ``supported``, ``studied``, ``commercialised``, each as a share of the stage before.
    """
    before = account.shift(1).iloc[1:]
    rates: pd.Series = (account.iloc[1:] / before.where(before > 0)).rename("share")
    return rates


class _Membership:
    """Who was a member when, by the events ``joined`` and ``left``; everybody where there are none."""

    def __init__(self, events: pd.DataFrame) -> None:
        changes = events[events["event"].isin(["joined", "left"])]
        self._everybody = changes.empty
        self._changes: Mapping[str, list[tuple[pd.Timestamp, bool]]] = {
            str(firm): list(zip(rows["date"], rows["event"] == "joined", strict=True))
            for firm, rows in changes.groupby("firm", observed=True)
        }

    def both(self, one: str, other: str, day: pd.Timestamp) -> bool:
        return self._everybody or (self._one(one, day) and self._one(other, day))

    def _one(self, firm: str, day: pd.Timestamp) -> bool:
        past = [joined for date, joined in self._changes.get(firm, []) if date <= day]
        return bool(past and past[-1])


def _rows(table: pd.DataFrame, columns: list[str]) -> list[tuple]:  # type: ignore[type-arg]
    return list(table[columns].itertuples(index=False, name=None))
