"""Stages of a programme, counted by hand on eight ideas of four firms."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from ecopark.indicators.stages import stage_account, stage_rates

#: synergy, giver, taker, identified, screened, operating, ended, reason
IDEAS = [
    ("a", "mill", "works", "2005-03", "2006-01", "2007-06", None, ""),  # commercialised
    ("b", "mill", "kiln", "2005-04", "2006-02", None, "2006-08", "no-agreement"),  # studied, then no deal
    ("c", "works", "kiln", "2005-05", None, None, "2006-03", "economics"),  # studied: does not pay
    ("d", "works", "mill", "2005-06", None, None, "2006-03", "information"),  # study broken off
    ("e", "kiln", "mill", "2007-12", "2009-01", "2010-01", None, ""),  # still in study on the last day
    ("f", "kiln", "works", "2006-01", "2006-09", "2007-01", None, ""),  # members, nobody carried it
    ("g", "shop", "mill", "2006-01", "2006-09", "2007-01", None, ""),  # the shop has not joined yet
    ("h", "mill", "works", "2004-01", "2004-09", "2005-01", None, ""),  # before the programme
]
EVENTS = [
    *(("2005-01", "joined", firm, None, None) for firm in ("mill", "works", "kiln")),
    *(
        (day, "carried", None, None, idea)
        for idea, day in zip("abcde", ["2005-07"] * 4 + ["2008-01"], strict=True)
    ),
    ("2006-05", "passed over", "mill", "kiln", None),
    ("2006-05", "passed over", "shop", "kiln", None),  # not both members
    ("2007-01", "left", "kiln", None, None),
    ("2007-03", "passed over", "mill", "kiln", None),  # the kiln has left
    ("2008-06", "joined", "shop", None, None),
    ("2007-11", "joined", "kiln", None, None),
]


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    names = ["synergy", "from_firm", "to_firm", "identified", "screened", "operating", "ended", "reason"]
    synergies = pd.DataFrame(IDEAS, columns=names)
    for name in ("identified", "screened", "operating", "ended"):
        synergies[name] = pd.to_datetime(synergies[name])
    events = pd.DataFrame(EVENTS, columns=["date", "event", "firm", "partner", "synergy"])
    events["date"] = pd.to_datetime(events["date"])
    return synergies, events.sort_values("date", kind="stable")


def test_account_by_hand() -> None:
    account = stage_account(*tables(), "2005-01-01", "2008-12-31")
    # a to e carried, f noticed between members, one pair passed over; a, b and c have a finding; a operates.
    assert account.to_dict() == {"explored": 7, "supported": 5, "studied": 3, "commercialised": 1}
    assert stage_rates(account).to_dict() == pytest.approx(
        {"supported": 5 / 7, "studied": 3 / 5, "commercialised": 1 / 3}
    )


def test_what_is_reached_later_does_not_count() -> None:
    account = stage_account(*tables(), "2005-01-01", "2010-12-31")
    assert account["studied"] == 4
    assert account["commercialised"] == 2
    early = stage_account(*tables(), "2005-01-01", "2005-12-31")
    assert early.to_dict() == {"explored": 4, "supported": 4, "studied": 0, "commercialised": 0}
    assert math.isnan(stage_rates(early)["commercialised"])


def test_without_membership_everybody_counts() -> None:
    synergies, events = tables()
    account = stage_account(
        synergies, events[~events["event"].isin(["joined", "left"])], "2005-01-01", "2008-12-31"
    )
    assert account["explored"] == 10  # all ideas but h, and all three pairs passed over
