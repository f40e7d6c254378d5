"""The life of a contract by hand: sunk costs, wear, a pipe that fails, and the plant that succeeds another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from small_parks import EAGER, TRANSPORT, Raw, build, firm, scenario

from ecopark import Run, Scenario, ScenarioError, simulate
from ecopark.model import ParkModel

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
PLANT = firm(outputs=ASH)
USER = firm((1000, 0), inputs=ASH)
# Nobody tries twice, and nobody deals with a plant before it opens.
PATIENT = EAGER | {"discovery": EAGER["discovery"] | {"retry": "100000 d", "foresight": "0 d"}}
DEAL = {"transaction_cost": "1000 DKK", "review": "100000 d"}

BOILER = firm(
    outputs={
        "steam": {
            "resource": "steam",
            "coefficient": "1 MWh/t",
            "grade": "200 degC",
            "on_demand": True,
            "burden": {"electricity": "0.1 MWh/MWh"},
        }
    },
    behaviour={"hurdle_rate": "3 %/yr"},
)
WORKS = firm((2000, 0), inputs={"s": {"resource": "steam", "coefficient": "0.5 MWh/t", "grade": "120 degC"}})
STEAM = {"boiler": BOILER, "works": WORKS}
# 2 km cost 200,000 DKK and 80 t CO2e, whatever the size; nothing is lost and nothing kept up.
PIPE: Raw = {
    "per_km": "100 kDKK/km",
    "embodied": "40 t/km",
    "running": "0 %/yr",
    "loss": "0 1/km",
    "term": "10 yr",
    "lead_time": "0 d",
    "max_length": "20 km",
}
NEVER = {"refusal": {"none": "1", "low": "1", "hazardous": "1"}}


def run(firms: dict[str, Any], *, seed: int = 1, agents: Raw | None = None, **blocks: Any) -> Run:
    return simulate(scenario(firms, agents=PATIENT | (agents or {}), **blocks), seed)


def pipe(**fields: Any) -> Raw:
    return {"steam_pipe": PIPE | fields}


def booked(result: Run, item: str) -> list[tuple[str, str, float, float]]:
    """Synergy, month, effect on giver and on taker of every row of an item."""
    rows = result.accounts[result.accounts["item"] == item]
    return [
        (str(row.synergy), f"{row.start:%Y-%m}", float(row.giver), float(row.taker))
        for row in rows.itertuples()
    ]


def noted(result: Run, event: str) -> list[tuple[str, str]]:
    """Synergy and date of every event of a kind."""
    rows = result.events[result.events["event"] == event]
    return [(str(row.synergy), f"{row.date:%Y-%m-%d}") for row in rows.itertuples()]


def received(result: Run) -> pd.Series:
    """Quantity each firm received, by synergy and month."""
    rows = result.flows[result.flows["route"] == "exchange"].astype({"synergy": str})
    return rows.groupby(["synergy", rows["start"].dt.strftime("%Y-%m")])["quantity"].sum()


def days(month: str) -> int:
    return pd.Period(month).days_in_month


# --------------------------------------------------------------------------- sunk costs
def test_an_agreement_refused_a_permit_has_cost_both_sides_their_effort() -> None:
    permit = EAGER["regulator"] | NEVER
    result = run(STEAM, agents={"regulator": permit, "contracts": DEAL}, transport=pipe())
    assert result.synergies[["state", "reason"]].to_numpy().tolist() == [["lost", "permit"]]
    # 1,000 DKK less 15 % for a trust of 0.3; nothing was built, nothing flowed.
    name = "boiler.steam>works.s#1"
    assert booked(result, "transaction") == [(name, "1990-01", pytest.approx(-850.0), pytest.approx(-850.0))]
    assert len(result.accounts) == 1
    assert not (result.flows["route"] == "exchange").any()
    shown = result.indicators.set_index(["indicator", "scope"])["value"]
    assert shown["joint_gain", "park"] == pytest.approx(-1700.0)
    assert shown["joint_gain", "firm:works"] == pytest.approx(-850.0)


def test_a_pipe_not_finished_at_the_end_of_the_run_is_paid_for_and_has_emitted() -> None:
    result = run(STEAM, agents={"contracts": DEAL}, transport=pipe(lead_time="20 yr"))
    row = result.synergies.iloc[0]
    assert (row["state"], row["building"]) == ("building", pd.Timestamp("1990-01-01"))
    assert pd.isna(row["operating"])
    name = "boiler.steam>works.s#1"
    # The boiler's money is cheaper, so it lays the pipe; its construction is nobody's own emission.
    assert booked(result, "investment") == [(name, "1990-01", pytest.approx(-200_000.0), 0.0)]
    assert booked(result, "construction") == [(name, "1990-01", 0.0, pytest.approx(-80.0))]
    totals = result.accounts.groupby("unit", observed=True)[["giver", "taker"]].sum().sum(axis=1)
    assert totals.to_dict() == {"DKK": pytest.approx(-201_700.0), "t CO2e": pytest.approx(-80.0)}
    assert not (result.flows["route"] == "exchange").any()


# --------------------------------------------------------------------------- wear
def test_a_worn_out_pipe_is_paid_for_again() -> None:
    result = run(STEAM, agents={"contracts": DEAL}, transport=pipe(lifetime="2 yr"), time={"end": "1994-12"})
    name = "boiler.steam>works.s#1"
    # Two years of 365.25 days end at noon of day 730, the first of January 1992, and on day 1461.
    assert noted(result, "rebuilt") == [(name, "1992-01-01"), (name, "1994-01-01")]
    months = ["1990-01", "1992-01", "1994-01"]
    paid = (pytest.approx(-200_000.0), 0.0)
    assert booked(result, "investment") == [(name, month, *paid) for month in months]
    assert booked(result, "construction") == [(name, month, 0.0, pytest.approx(-80.0)) for month in months]
    # Running prices 0.1 MWh x 400 = 40 and 1.25 x 200 = 250. The capital is to come back within its two
    # years: (A/P, 3 %, 2) = 0.52261, on 50 MWh a day at a reliability of 0.9.
    annuity = 200_000.0 * 0.52261 / (50.0 * 365.25 * 0.9)
    price = (40.0 + annuity + 250.0) / 2.0
    assert result.synergies.loc[0, "price"] == pytest.approx(price, rel=1e-5)
    payment = {month: giver for _, month, giver, _ in booked(result, "payment")}
    assert payment["1992-02"] == pytest.approx(50.0 * 29 * price, rel=1e-5)
    # It is rebuilt within the day: every month has its steam.
    assert received(result)[name].to_dict() == {
        f"{month}": pytest.approx(50.0 * days(str(month)))
        for month in pd.period_range("1990-01", "1994-12", freq="M")
    }


def test_a_worn_out_pipe_that_no_longer_pays_is_the_end() -> None:
    # From 1991 oil costs nothing: a year later the mean of the last twelve months is nothing too.
    oil = {"name": "Oil", "kind": "energy", "unit": "MWh",
           "virgin": {"price": {"1990-01": "200 DKK/MWh", "1991-01": "0 DKK/MWh"}}}  # fmt: skip
    result = run(
        STEAM, agents={"contracts": DEAL}, transport=pipe(lifetime="2 yr"), resources={"oil": oil},
        time={"end": "1993-12"},
    )  # fmt: skip
    row = result.synergies.iloc[0]
    assert (row["state"], row["reason"], row["ended"]) == ("expired", "economics", pd.Timestamp("1992-01-01"))
    assert not noted(result, "rebuilt")
    assert [month for _, month, *_ in booked(result, "investment")] == ["1990-01"]
    assert [month for _, month, *_ in booked(result, "construction")] == ["1990-01"]
    # It ends at noon of the first of January: less than a day's steam, then none.
    steam = received(result)[row["synergy"]]
    assert 0.0 < steam["1992-01"] < 50.0
    assert steam.index.max() == "1992-01"


def test_what_was_never_built_never_wears_out() -> None:
    lorry = TRANSPORT["lorry"] | {"lifetime": "0.1 yr"}
    result = run({"plant": PLANT, "user": USER}, transport={"lorry": lorry})
    assert result.synergies["state"].tolist() == ["operating"]
    assert not noted(result, "rebuilt")


# --------------------------------------------------------------------------- pipes that fail
# The plans of 1990 are for 10 t a day, with 15 % of head room; from 1991 there is ten times as much on
# both sides, so that the link passes 11.5 t a day for just as long as it works.
GROWING = {"capacity": {"1990-01": "100 t/day", "1991-01": "1000 t/day"}}
TIGHT = {"plant": firm(outputs=ASH, **GROWING), "user": firm((1000, 0), inputs=ASH, **GROWING)}
FAILING = {"mean_time_between": "10 d", "mean_duration": "5 d"}


@pytest.mark.parametrize("segment", ["day", "week", "month"])
def test_an_outage_counts_by_its_share_of_time(segment: str) -> None:
    park = scenario(TIGHT, agents=PATIENT, time={"end": "1991-03", "segment": segment}).park
    model = ParkModel(park, 1)
    for _ in range(12):
        model.step()
    (contract,) = model.exchanges.all
    # 6 hours of 2 January 1991, all of the 3rd, half of the 4th, and the turn of the month.
    model.exchanges.cut(contract, 366.75, 368.5)
    model.exchanges.cut(contract, 395.5, 397.0)
    for _ in range(3):
        model.step()
    sent = model.ledger.sent_by_segment(1)[:, 0]
    starts = model.calendar.segment_bounds[:-1]
    by_month = [sent[(starts >= a) & (starts < b)].sum() for a, b in ((365, 396), (396, 424), (424, 455))]
    assert by_month == pytest.approx([11.5 * (31 - 1.75 - 0.5), 11.5 * (28 - 1.0), 11.5 * 31])
    if segment == "day":
        assert sent[365:370] == pytest.approx([11.5, 11.5 * 0.75, 0.0, 11.5 * 0.5, 11.5])
    model.close()


def test_an_outage_of_a_link_that_closes_costs_only_the_time_it_would_have_worked() -> None:
    closing = {"plant": TIGHT["plant"] | {"closes": "1991-02-11"}, "user": TIGHT["user"]}
    model = ParkModel(scenario(closing, agents=PATIENT, time={"end": "1991-02", "segment": "month"}).park, 1)
    for _ in range(12):
        model.step()
    # Of February the link works ten days; it fails on the sixth of them and is repaired too late.
    model.exchanges.cut(model.exchanges.all[0], 396.0 + 5.0, 396.0 + 25.0)
    for _ in range(2):
        model.step()
    assert model.ledger.sent_by_segment(1)[-1, 0] == pytest.approx(11.5 * 5.0)
    model.close()


def test_a_pipe_is_available_as_long_as_its_mean_times_say() -> None:
    lorry = TRANSPORT["lorry"] | {"outage": FAILING}
    time = {"end": "2029-12", "segment": "month"}
    span = (pd.Timestamp("2030-01-01") - pd.Timestamp("1991-01-01")).days
    shares = []
    for seed in (1, 2, 3):
        result = run(TIGHT, seed=seed, transport={"lorry": lorry}, time=time)
        sent = received(result).droplevel("synergy")
        share = sent[sent.index >= "1991-01"].sum() / (11.5 * span)
        shares.append(share)
        # The same share by the record of outages, whose durations are written to a tenth of a day.
        outages = result.events[(result.events["event"] == "outage") & (result.events["date"] >= "1991")]
        down = outages["detail"].str.extract(r"^([\d.]+) d$")[0].astype(float).sum()
        assert share == pytest.approx(1.0 - down / span, abs=0.002)
    # MTBF / (MTBF + MTTR). The variance of the mean over a time T of a two-state process with rates a
    # and b is 2 A (1 - A) / ((a + b) T): 0.006 for the three runs together, of which four are allowed.
    available = 10.0 / (10.0 + 5.0)
    deviation = np.sqrt(2.0 * available * (1.0 - available) / ((1 / 10 + 1 / 5) * 3 * span))
    assert np.mean(shares) == pytest.approx(available, abs=4.0 * deviation)
    assert 4.0 * deviation < 0.03


def test_an_outage_is_noted_with_its_exchange_and_can_be_switched_off() -> None:
    lorry = {"lorry": TRANSPORT["lorry"] | {"outage": FAILING}}
    result = run({"plant": PLANT, "user": USER}, transport=lorry)
    outages = result.events[result.events["event"] == "outage"]
    assert len(outages) > 5
    ends = outages[["firm", "partner", "synergy"]].drop_duplicates().to_numpy().tolist()
    assert ends == [["plant", "user", "plant.ash>user.ash#1"]]
    calm = run({"plant": PLANT, "user": USER}, transport=lorry, mechanisms={"outages": False})
    assert not noted(calm, "outage")
    assert received(calm).sum() == pytest.approx(3650.0)


def test_an_outage_of_one_mode_changes_nobody_elses_luck() -> None:
    noisy = {"noise": {"cv": "0.2"}, "outage": {"mean_time_between": "40 d", "mean_duration": "4 d"}}
    firms = STEAM | {
        "boiler": BOILER | {"processes": {"main": BOILER["processes"]["main"] | noisy}},
        "plant": firm((0, 3000), outputs=ASH, **noisy),
        "user": firm((1000, 3000), inputs=ASH),
    }
    slow = {"lead_time": "30 d"}
    agents = {"discovery": {"base": "300 %/yr"}, "negotiation": {"round": "5 d"}}
    lorry = TRANSPORT["lorry"] | slow
    time = {"end": "1992-12"}
    whole, failing = (
        run(firms, agents=agents, time=time, transport={"lorry": lorry, **pipe(**slow, **outage)})
        for outage in ({}, {"outage": FAILING})
    )
    pd.testing.assert_frame_equal(whole.synergies, failing.synergies)
    ours = failing.events[(failing.events["event"] == "outage") & (failing.events["synergy"] != "")]
    assert len(ours) > 20
    pd.testing.assert_frame_equal(
        whole.events, failing.events.drop(ours.index).reset_index(drop=True), check_dtype=False
    )
    ash = [run.flows[run.flows["resource"] == "ash"].reset_index(drop=True) for run in (whole, failing)]
    assert (ash[0]["route"] == "exchange").any()
    pd.testing.assert_frame_equal(*ash)
    steam = [received(run)["boiler.steam>works.s#1"].sum() for run in (whole, failing)]
    assert steam[1] < 0.9 * steam[0]


def test_failures_that_take_no_time_and_leave_none_between_are_refused() -> None:
    lorry = TRANSPORT["lorry"] | {"outage": {"mean_time_between": "0 d", "mean_duration": "0 d"}}
    with pytest.raises(ScenarioError, match=r"transport\.lorry\.outage\.mean_time_between: must be positive"):
        run({"plant": PLANT, "user": USER}, transport={"lorry": lorry})


# --------------------------------------------------------------------------- succession
def heir(of: str, ends: Raw, opens: str = "1991-07", **fields: Any) -> Raw:
    return firm(fields.pop("site", (0, 0)), succeeds=of, **ends, **fields) | {"opens": opens}


def test_a_contract_passes_to_the_plant_that_succeeds_another() -> None:
    lorry = TRANSPORT["lorry"] | {"term": "2 yr"}
    firms = {
        "old": PLANT | {"closes": "1991-07"},
        "new": heir("old.main", {"outputs": ASH}),
        "user": USER,
    }
    result = run(firms, agents={"contracts": DEAL}, transport={"lorry": lorry}, time={"end": "1992-12"})
    before, after = "old.ash>user.ash#1", "new.ash>user.ash#1"
    table = result.synergies.set_index("synergy")
    assert set(table.index) == {before, after}
    turn = pd.Timestamp("1991-07-01")
    ended = table.loc[before, ["state", "reason", "ended"]].tolist()
    assert ended == ["closed", "closure", turn]
    assert table.loc[after, ["state", "operating"]].tolist() == ["operating", turn]
    assert noted(result, "taken over") == [(after, "1991-07-01")]
    # 10 t a day in every month, and not a tonne dumped by either.
    got = received(result)
    spans = ((before, "1990-01", "1991-06"), (after, "1991-07", "1992-12"))
    expected = {
        (name, str(month)): pytest.approx(10.0 * month.days_in_month)
        for name, first, last in spans
        for month in pd.period_range(first, last, freq="M")
    }
    assert got.to_dict() == expected
    assert not (result.flows["route"] == "disposal").any()
    # The price of the two who agreed: -100 and 80 - 2 - 0.5 leave -11.25 in the middle. It holds to the
    # end of the first term, two years after the old plant began, and is then the same again.
    assert table["price"].to_dict() == {before: pytest.approx(-11.25), after: pytest.approx(-11.25)}
    paid = [giver / (10.0 * days(month)) for _, month, giver, _ in booked(result, "payment")]
    assert paid == [pytest.approx(-11.25)] * 36
    assert noted(result, "renewed") == [(after, "1992-01-01")]
    assert table["renewals"].to_dict() == {before: 0, after: 1}
    # Nobody negotiates again.
    assert booked(result, "transaction") == [
        (before, "1990-01", pytest.approx(-850.0), pytest.approx(-850.0))
    ]


def test_the_heir_of_a_pipe_rebuilds_it_when_it_is_due_and_owes_nothing_for_the_first() -> None:
    steam = {"outputs": BOILER["processes"]["main"]["out"]}
    firms = {
        "boiler": BOILER | {"closes": "1991-01"},
        "unit_2": heir("boiler.main", steam, "1991-01", behaviour={"hurdle_rate": "3 %/yr"}),
        "works": WORKS,
    }
    result = run(firms, transport=pipe(lifetime="2 yr"), time={"end": "1992-12"})
    before, after = "boiler.steam>works.s#1", "unit_2.steam>works.s#1"
    assert noted(result, "rebuilt") == [(after, "1992-01-01")]
    paid = pytest.approx(-200_000.0)
    assert booked(result, "investment") == [(before, "1990-01", paid, 0.0), (after, "1992-01", paid, 0.0)]
    laid = pytest.approx(-80.0)
    assert booked(result, "construction") == [(before, "1990-01", 0.0, laid), (after, "1992-01", 0.0, laid)]


def test_a_stream_the_heir_does_not_have_ends_with_the_old_plant() -> None:
    other = {"outputs": {"cinders": {"resource": "ash", "coefficient": "0.1"}}}
    firms = {"old": PLANT | {"closes": "1991-07"}, "new": heir("old.main", other), "user": USER}
    result = run(firms, agents={"contracts": DEAL}, time={"end": "1991-12"})
    table = result.synergies.set_index("synergy")
    ended = table.loc["old.ash>user.ash#1", ["state", "reason", "ended"]].tolist()
    assert ended == ["closed", "closure", pd.Timestamp("1991-07-01")]
    assert not noted(result, "taken over")
    # The new plant has to find the user itself, and both pay for it.
    assert len(booked(result, "transaction")) == len(table) == 2


def test_each_side_passes_on_when_its_own_plant_closes() -> None:
    # The user's heir opens half a year after the giver's: until then the old user goes on taking.
    firms = {
        "giver_1": PLANT | {"closes": "1991-07"},
        "giver_2": heir("giver_1.main", {"outputs": ASH}),
        "taker_1": USER | {"closes": "1992-01"},
        "taker_2": heir("taker_1.main", {"inputs": ASH}, "1992-01", site=(1000, 0)),
    }
    result = run(firms, time={"end": "1992-06"}, agents={"contracts": DEAL})
    table = result.synergies.set_index("synergy")
    first, second, third = (f"giver_{g}.ash>taker_{t}.ash#1" for g, t in ((1, 1), (2, 1), (2, 2)))
    assert table["operating"].to_dict() == {
        first: pd.Timestamp("1990-01-01"),
        second: pd.Timestamp("1991-07-01"),
        third: pd.Timestamp("1992-01-01"),
    }
    monthly = received(result).groupby(level="start").sum()
    assert monthly.to_dict() == {
        str(month): pytest.approx(10.0 * month.days_in_month)
        for month in pd.period_range("1990-01", "1992-06", freq="M")
    }
    assert [name for name, *_ in booked(result, "transaction")] == [first]


def test_an_unknown_predecessor_is_named_with_its_line_and_the_nearest_name(tmp_path: Path) -> None:
    raw = build({"old": PLANT, "new": heir("old.mian", {"outputs": ASH})})
    path = tmp_path / "scenario.yaml"
    path.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines()
    (line,) = [number for number, text in enumerate(lines, 1) if "old.mian" in text]
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(path)
    (problem,) = caught.value.problems
    assert (problem.line, problem.field) == (line, "firms.new.succeeds")
    assert "unknown process 'old.mian'" in problem.message
    assert "Did you mean 'old.main'?" in problem.message


# --------------------------------------------------------------------------- what is left of a need
def test_a_need_is_not_looked_at_again_when_residuals_serve_all_they_may() -> None:
    # The plant has 10 t a day, the user needs 10 and may take half of it from residuals. Both have half
    # left over, yet there is nothing to talk about, however often one may look.
    picky = firm((1000, 0), inputs={"ash": ASH["ash"] | {"max_share": "0.5"}})
    eager = {"discovery": EAGER["discovery"] | {"retry": "30 d"}}
    result = run({"plant": PLANT, "user": picky}, agents=eager)
    assert result.synergies["state"].tolist() == ["operating"]
    assert received(result).sum() == pytest.approx(5.0 * 365)
    # Where the plant has little and the user may take all, a second plant finds the rest of the need.
    small = firm(capacity="50 t/day", outputs=ASH)
    result = run({"plant": small, "second": firm((2000, 0), outputs=ASH), "user": USER}, agents=eager)
    assert received(result).sum() == pytest.approx(10.0 * 365)
