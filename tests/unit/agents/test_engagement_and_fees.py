"""Round tables, a fee instead of public money, and plans drawn by lot: by hand where one thing decides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_parks import EAGER, Raw, firm, scenario
from test_facilitator import FIRMS, members, membership, run

from ecopark import ScenarioError
from ecopark.model import ParkModel

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
QUIET: Raw = {"information": "1", "transaction_cost": "1", "workshop": {"attendance": 2, "notice": "0"}}
PAID: Raw = {"members": {"initial": "1", "leaving": "0 %/yr"}, "budget": "300 kDKK/yr", "practitioners": {"number": 3},
             "cost_per_practitioner": "100 kDKK/yr"}  # fmt: skip


# --------------------------------------------------------------------------- members
def test_other_rates_stretch_the_waiting_times() -> None:
    # Twice the rate of joining from day 0 on is a rate of 0.6: 1 - exp(-0.6) of 2,000 firms after a year.
    crowd = members(2000, membership(0.0, 0.3, 0.0))
    crowd.change(0.0, 2.0, 1.0)
    crowd.advance(365.25)
    assert crowd.present.mean() == pytest.approx(1.0 - np.exp(-0.6), abs=0.035)


def test_a_change_that_changes_nothing_keeps_every_date() -> None:
    plain, same = (members(200, membership(0.2, 0.5, 0.3)) for _ in range(2))
    same.change(500.0, 1.0, 1.0)
    for day in range(0, 2000, 50):
        plain.advance(float(day))
        same.advance(float(day))
        np.testing.assert_array_equal(plain.present, same.present)


def test_after_a_year_nobody_joins_where_the_rate_is_nil_and_some_leave_at_once() -> None:
    crowd = members(2000, membership(1.0, 0.5, 0.0))
    crowd.change(100.0, 0.0, 1.0, stays=0.3)
    crowd.advance(99.0)
    assert crowd.present.all()
    _, left = crowd.advance(100.0)
    assert len(left) == pytest.approx(1400, abs=75)
    crowd.advance(5000.0)
    assert int(crowd.present.sum()) == 2000 - len(left)


# --------------------------------------------------------------------------- round tables
def trust_after(worth: str, years: int = 2) -> float:
    body = QUIET | {"from": "1990-01", "engagement": {"every": "1 yr", "attendance": 10, "worth": worth}}
    trust = {"initial": "0.5", "gain": "0.1", "rule": "linear", "spread": "0"}
    agents = {"discovery": {"base": "0 %/yr"}, "facilitator": body, "trust": trust}
    model = ParkModel(scenario(FIRMS, time={"end": f"{1989 + years}-12"}, agents=agents).park, 1)
    for _ in range(12 * years):
        model.step()
    model.close()
    return model.trust("plant", "user")


def test_an_evening_counts_for_trust_as_time_of_kept_deliveries() -> None:
    # Linear rule: trust rises by gain x (1 - trust) in a year of kept promises; two evenings of a year each.
    assert trust_after("0 d") == 0.5
    whole = trust_after("1 yr")
    assert whole == pytest.approx(0.5 + 0.05 + 0.1 * 0.45)
    assert 0.5 < trust_after("30 d") < whole


def test_round_tables_raise_membership_and_cost_money() -> None:
    crowd = {
        f"f{k}": firm((k, 0), inputs=ASH if k % 2 else {}, outputs={} if k % 2 else ASH) for k in range(40)
    }
    body: Raw = {"members": {"initial": "0.2", "recruitment": "20 %/yr"}}
    held = {"engagement": {"every": "1 yr", "recruitment": "3", "leaving": "0.1", "cost": "5 kDKK"}}
    quiet, engaged = (
        run(body | more, crowd, agents={"discovery": {"base": "0 %/yr"}}, time={"end": "1993-12"})
        for more in ({}, held)
    )

    def count(result: Any) -> int:
        return int((result.events["event"] == "joined").sum() - (result.events["event"] == "left").sum())

    assert count(engaged) > count(quiet)
    tables = engaged.events[engaged.events["event"] == "round table"]
    spent = engaged.events[engaged.events["event"] == "spending"]["detail"]
    assert len(tables) == 4
    assert set(spent) == {"5000 DKK for a round table"}


# --------------------------------------------------------------------------- fees
def fee(amount: str, **more: Any) -> Raw:
    return PAID | {"subscription": {"from": "1992-01", "fee": amount, "stays": "1", "leaving": "1"} | more}


def test_members_pay_for_as_many_officers_as_their_fees_allow() -> None:
    result = run(fee("60 kDKK/yr"), time={"end": "1993-12"})
    money = result.events[result.events["event"].isin(["spending", "fees"])]
    told = [(row.date.year, row.detail) for row in money.itertuples()]
    assert told == [
        (1990, "300000 DKK for 3 practitioners"), (1991, "300000 DKK for 3 practitioners"),
        (1992, "120000 DKK from 2 members"), (1992, "100000 DKK for 1 practitioners"),
        (1993, "120000 DKK from 2 members"), (1993, "100000 DKK for 1 practitioners"),
    ]  # fmt: skip


def test_who_pays_leaves_and_without_members_nobody_is_employed() -> None:
    result = run(fee("60 kDKK/yr", stays="0", recruitment="0"), time={"end": "1993-12"})
    fees = result.events[result.events["event"] == "fees"]["detail"]
    assert list(fees) == ["0 DKK from 0 members"] * 2
    left = result.events[result.events["event"] == "left"]
    assert set(left["date"].dt.year) == {1992}


def test_until_the_fee_begins_nothing_is_different() -> None:
    plain, later = run(PAID, time={"end": "1993-12"}), run(fee("60 kDKK/yr"), time={"end": "1993-12"})
    before = [result.events[result.events["date"] < "1992-01-01"] for result in (plain, later)]
    pd.testing.assert_frame_equal(*before)


@pytest.mark.parametrize(("body", "message"), [
    ({"subscription": {"from": "1992-01", "fee": "1 kDKK/yr"}}, "nobody joins or leaves"),
    (PAID | {"subscription": {"from": "1980-01", "fee": "1 kDKK/yr"}}, "when the body does not work"),
    (PAID | {"subscription": {"from": "1992-01", "fee": "1 kDKK"}}, "DKK/yr"),
    ({"members": {}, "subscription": {"from": "1992-01", "fee": "1 kDKK/yr"}}, "add 'budget'"),
    ({"plan": "any"}, "mode: planned"),
    ({"mode": "planned", "plan": "sectors", "metric": "carbon"}, "knows no benefit"),
    ({"engagement": {"every": "0 d"}}, "must be positive"),
])  # fmt: skip
def test_what_would_do_nothing_or_cannot_be_is_refused(body: Raw, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        run(body)


# --------------------------------------------------------------------------- plans by lot
def plan(order: str, seed: int = 1, **body: Any) -> list[tuple[str, str]]:
    """Firms of the ideas taken up in the first month under a plan, two sectors of givers and of takers."""
    firms = {f"g{k}": firm((k, 0), outputs=ASH, sector=f"s{k % 2}") for k in range(6)}
    firms |= {f"t{k}": firm((k, 10), inputs=ASH, sector=f"u{k % 2}") for k in range(6)}
    spec = {"from": "1990-01", "mode": "planned", "plan": order} | body
    agents = EAGER | {"discovery": {"base": "0 %/yr"}, "facilitator": spec}
    model = ParkModel(scenario(firms, time={"end": "1990-02"}, agents=agents).park, seed)
    model.step()
    model.close()
    return [(idea.giver, idea.taker) for idea in model.ideas]


@pytest.mark.parametrize("order", ["any", "sectors"])
def test_a_plan_by_lot_has_one_partner_for_a_firm(order: str) -> None:
    pairs = plan(order)
    names = [name for pair in pairs for name in pair]
    assert len(pairs) == 6
    assert len(names) == len(set(names))
    assert plan(order, seed=2) != pairs
    assert plan(order) == pairs


def test_every_partner_is_as_likely_as_every_other() -> None:
    # 60 plans of 6 pairs among 36: each is expected 10 times; chi-squared with 25 free counts, 99.9 % below 52.6.
    counts = np.zeros((6, 6))
    for seed in range(60):
        for giver, taker in plan("any", seed):
            counts[int(giver[1]), int(taker[1])] += 1.0
    assert counts.sum() == 360
    assert ((counts - 10.0) ** 2 / 10.0).sum() < 52.6


def test_by_sectors_two_sectors_are_paired_before_others_have_their_turn() -> None:
    # 3 givers of one sector and 3 takers of one sector are matched whole: no sector meets two others.
    for seed in range(5):
        met = {(int(giver[1]) % 2, int(taker[1]) % 2) for giver, taker in plan("sectors", seed)}
        assert len(met) == 2
