"""Shocks in a run, by hand: what ends on the day, what is found instead, and what nobody knew before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_parks import EAGER, Raw, firm, scenario

from ecopark import Run, simulate
from ecopark.agents.failures import wait_in_waves
from ecopark.indicators import shock_recovery
from ecopark.model import ParkModel

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
# 10 t a day at the giver; each taker could take all of it, and the near one is there first.
GIVER = firm(outputs=ASH)
NEAR = firm((1000, 0), inputs=ASH)
FAR = firm((9000, 0), inputs=ASH, opens="1991-01")
THREE = {"giver": GIVER, "near": NEAR, "far": FAR}
TIME = {"start": "1990-01", "end": "1994-12"}
# Nobody deals with a plant before it opens; a lost idea may come back after a year.
PATIENT = EAGER | {"discovery": EAGER["discovery"] | {"retry": "365 d", "foresight": "0 d"}}
CLOSURE: Raw = {"kind": "closure", "name": "Near is gone", "firms": ["near"], "from": "1992-04"}


def run(firms: Raw | None = None, *, seed: int = 1, **blocks: Any) -> Run:
    return simulate(scenario(firms or THREE, agents=PATIENT, time=TIME, **blocks), seed)


def exchanged(result: Run) -> pd.DataFrame:
    """Tonnes by month (rows) and taker (columns)."""
    rows = result.flows[result.flows["route"] == "exchange"].astype({"to_firm": str})
    month = rows["start"].dt.strftime("%Y-%m")
    table = rows.assign(month=month).pivot_table("quantity", "month", "to_firm", "sum", fill_value=0.0)
    months = pd.date_range(TIME["start"], TIME["end"], freq="MS").strftime("%Y-%m")
    return table.reindex(index=months, columns=["near", "far"], fill_value=0.0)


def test_contracts_end_that_day_and_the_second_taker_is_found() -> None:
    before, after = run(), run(shocks=[CLOSURE])
    # Without the shock the near one takes all: 10 t a day.
    days = np.array([pd.Period(month).days_in_month for month in exchanged(before).index])
    np.testing.assert_allclose(exchanged(before)["near"][1:], 10.0 * days[1:])
    table, ended = exchanged(after), after.synergies.set_index("to_firm").loc["near"]
    assert ended["state"] == "closed"
    assert ended["reason"] == "closure"
    assert ended["ended"] == pd.Timestamp("1992-04-01")
    pd.testing.assert_series_equal(table["near"][:27], exchanged(before)["near"][:27])
    assert not table["near"][27:].any()
    # The giver's stream has the attention of a shock: the far one is found at the next look, in May.
    np.testing.assert_allclose(table["far"][:28], 0.0)
    np.testing.assert_allclose(table["far"].loc["1992-05":], 10.0 * days[28:])
    (noted,) = after.events[after.events["event"] == "shock"].itertuples()
    assert (f"{noted.date:%Y-%m-%d}", noted.firm, noted.detail) == ("1992-04-01", "near", "Near is gone")
    assert after.firms.loc["near", "closes"] == pd.Timestamp("1992-04-01")
    assert after.events["event"].tolist()[-6:] == [
        "shock", "closed", "closed", "identified", "agreed", "operating"
    ]  # fmt: skip


def test_recovery_of_three_firms_is_found() -> None:
    result = run(shocks=[CLOSURE])
    table = shock_recovery(result.flows, result.synergies, result.events).set_index("measure")
    assert table["shock"].unique().tolist() == ["Near is gone"]
    # One link of one; nothing in April 1992, all again from the first of May: 30 days.
    assert table.loc["links", ["before", "trough"]].tolist() == [1.0, 0.0]
    assert table.loc["t", ["before", "trough"]].tolist() == pytest.approx([10.0 * 366, 0.0])
    assert table["recovery_time"].tolist() == pytest.approx([30 / 365.25] * 2)
    assert table["loss"].tolist() == pytest.approx([1 / 12] * 2)


def test_the_books_close_through_every_shock() -> None:
    """Ash made = exchanged + dumped, month by month, whatever happens."""
    shocks = [
        CLOSURE,
        {"kind": "capacity", "firms": ["giver"], "factor": "0.3", "from": "1991-02", "until": "1991-05"},
        {"kind": "fuel_switch", "firms": ["giver"], "coefficient": {"out.ash": "0.2"}, "from": "1993-01"},
    ]
    flows = run(shocks=shocks).flows
    month = flows["start"].dt.strftime("%Y-%m")
    left = flows["from_firm"].astype(str) == "giver"
    made = (
        flows[left & flows["route"].isin(["exchange", "disposal", "loss"])].groupby(month)["quantity"].sum()
    )
    for name, rate in (("1990-06", 10.0), ("1991-03", 3.0), ("1992-05", 10.0), ("1993-06", 20.0)):
        assert made[name] == pytest.approx(rate * pd.Period(name).days_in_month)


def test_nobody_acts_before_the_day() -> None:
    """Up to the day everything is as without the shock, to the byte."""
    shocks = [
        CLOSURE,
        {"kind": "price", "resources": ["ash"], "factor": "3", "from": "1992-06", "until": "1993-06"},
        {"kind": "capacity", "firms": ["far"], "factor": "0.2", "from": "1992-08"},
    ]
    day = pd.Timestamp("1992-04-01")
    before, after = run(), run(shocks=shocks)
    for name in ("flows", "events", "accounts"):
        column = "date" if name == "events" else "start"
        one, other = getattr(before, name), getattr(after, name)
        one, other = (t[t[column] < day].reset_index(drop=True).astype(str) for t in (one, other))
        assert len(one) > 10 or name == "events"
        pd.testing.assert_frame_equal(one, other)
    agreed = after.synergies[after.synergies["building"] < day]["quantity_per_year"]
    assert agreed.tolist() == [pytest.approx(0.9 * 10.0 * 365.25)]


def test_an_announced_closure_is_reckoned_with() -> None:
    """Who knows that a taker closes soon counts on less of it."""
    late = TIME | {"end": "1990-12"}
    soon = CLOSURE | {"from": "1990-07"}
    quantity = {}
    for told in (None, "1990-01"):
        stated = scenario(
            {"giver": GIVER, "near": NEAR}, agents=PATIENT, time=late, shocks=[soon | {"announced": told}]
        )
        quantity[told] = simulate(stated).synergies["quantity_per_year"].iloc[0]
    # The share counted on is 0.9; 181 of 365 days are left.
    assert quantity[None] == pytest.approx(0.9 * 10.0 * 365.25)
    assert quantity["1990-01"] == pytest.approx(0.9 * 10.0 * 365.25 * 181 / 365)


def test_a_shock_changes_no_other_luck() -> None:
    noisy = {"noise": {"cv": "0.2"}, "outage": {"mean_time_between": "60 d", "mean_duration": "6 d"}}
    firms = {
        "giver": firm(outputs=ASH, **noisy),
        "other": firm((500, 0), outputs={"sludge": {"resource": "sludge", "coefficient": "0.1"}}, **noisy),
        "near": firm((1000, 0), inputs=ASH, **noisy),
    }
    wave = {"kind": "outages", "firms": ["giver"], "factor": "0.2", "from": "1991-01", "until": "1992-01"}
    before, after = run(firms), run(firms, shocks=[CLOSURE, wave])
    for name in ("other",):
        one, other = (r.flows[r.flows["from_firm"].astype(str) == name] for r in (before, after))
        np.testing.assert_array_equal(one["quantity"].to_numpy(), other["quantity"].to_numpy())
    failures = [
        r.events[(r.events["event"] == "outage") & (r.events["firm"] == "giver")]["date"]
        for r in (before, after)
    ]
    in_wave = [((d >= "1991-01-01") & (d < "1992-01-01")).sum() for d in failures]
    assert in_wave[1] > 2 * in_wave[0]
    pd.testing.assert_series_equal(*(d[d < "1991-01-01"].reset_index(drop=True) for d in failures))


def test_the_switch_turns_shocks_off() -> None:
    off = run(shocks=[CLOSURE], mechanisms={"shocks": False})
    pd.testing.assert_frame_equal(off.flows, run().flows)
    assert not off.events["event"].astype(str).str.startswith("shock").any()


def test_a_firm_enters_and_is_found() -> None:
    entry = {"kind": "entry", "firms": ["near"], "from": "1991-09"}
    result = run({"giver": GIVER, "near": NEAR}, shocks=[entry])
    (idea,) = result.synergies.itertuples()
    # Nobody could see it coming; it is noticed at the first look after its opening.
    assert idea.identified == pd.Timestamp("1991-10-01")
    assert result.firms.loc["near", "opens"] == pd.Timestamp("1991-09-01")
    absent = run({"giver": GIVER, "near": NEAR}, shocks=[entry], mechanisms={"shocks": False})
    assert not len(absent.synergies)


def test_an_idea_in_building_ends_with_the_firm() -> None:
    slow = {"lorry": {"handling": "2 DKK/t", "lead_time": "3 yr"}}
    result = run({"giver": GIVER, "near": NEAR}, shocks=[CLOSURE], transport=slow)
    (idea,) = result.synergies.itertuples()
    assert (idea.state, idea.reason) == ("closed", "closure")
    assert not (result.flows["route"] == "exchange").any()


def test_what_firms_expect_changes_on_the_day_and_what_happens_does_not() -> None:
    model = ParkModel(scenario(THREE, agents=PATIENT, time=TIME, shocks=[CLOSURE]).park)
    port = model.columns.ports.index("near.main.in.ash")
    for _ in range(27):
        model.step()
    assert (model.columns.expected[:, port] == 10.0).all()
    model.step()
    assert (model.columns.expected[:27, port] == 10.0).all()
    assert not model.columns.expected[27:, port].any()
    model.close()


# --------------------------------------------------------------------------- waves
@pytest.mark.parametrize(
    ("now", "wait", "expected"),
    [
        (0.0, 50.0, 50.0),  # over before the wave begins
        (0.0, 100.0, 100.0),  # just as it begins
        (0.0, 120.0, 100.0 + 20.0 / 4.0),  # 20 days of hazard pass four times as fast
        (120.0, 10.0, 2.5),
        (120.0, 400.0, 80.0 + (400.0 - 320.0)),  # the rest of the wave takes 320 days of hazard
        (200.0, 33.0, 33.0),  # after it
    ],
)
def test_failures_come_faster_in_a_wave(now: float, wait: float, expected: float) -> None:
    assert wait_in_waves(now, wait, [(100.0, 200.0, 0.25)]) == pytest.approx(expected)


def test_waves_multiply_and_need_not_end() -> None:
    waves = [(0.0, 10.0, 0.5), (5.0, float("inf"), 2.0)]
    # 5 days count double, 5 days count once, then every day counts half.
    assert wait_in_waves(0.0, 16.0, waves) == pytest.approx(10.0 + 1.0 * 2.0)
    assert wait_in_waves(0.0, 16.0, []) == 16.0


def test_those_struck_and_their_partners_get_the_attention_of_a_shock() -> None:
    other = firm((90_000, 0), outputs={"sludge": {"resource": "sludge", "coefficient": "0.1"}})
    firms = {"giver": GIVER, "near": NEAR, "other": other}
    model = ParkModel(scenario(firms, agents=PATIENT, time=TIME, shocks=[CLOSURE]).park)
    for _ in range(28):
        model.step()
    trigger = dict(
        zip((port.split(".")[0] for port in model.columns.ports), model.scouting.trigger, strict=True)
    )
    # A full trigger of 4; what is left of the first sight of 1990, with a memory of two years, is less than 2.
    assert trigger["giver"] == trigger["near"] == 4.0
    assert trigger["other"] == pytest.approx(4.0 * np.exp(-(851 - 31) / (2 * 365.25)))
    model.close()
