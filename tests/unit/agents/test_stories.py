"""Whole stories of small parks: openings, closings, terms, refusals, and calendars of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_parks import EAGER, RESOURCES, TRANSPORT, Raw, build, firm, scenario

from ecopark import Run, Scenario, ScenarioError, simulate

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
PLANT = firm(outputs=ASH)
USER = firm((1000, 0), inputs=ASH)
PATIENT = EAGER | {"discovery": EAGER["discovery"] | {"retry": "100000 d"}}


def run(firms: dict[str, Any], *, seed: int = 1, **blocks: Any) -> Run:
    return simulate(scenario(firms, **blocks), seed)


def exchanged(result: Run) -> pd.Series:
    moved = result.flows[result.flows["route"] == "exchange"]
    return moved.groupby(moved["start"].dt.strftime("%Y-%m"))["quantity"].sum()


@pytest.mark.parametrize("period", ["month", "quarter", "year"])
@pytest.mark.parametrize("segment", ["day", "week", "month"])
@pytest.mark.parametrize(("start", "end", "days"), [
    ("1990-01", "1990-01", 31), ("1990-02", "1990-02", 28), ("1992-01", "1992-12", 366), ("1990-11", "1992-02", 486),
])  # fmt: skip
def test_all_calendars_exchange_all_there_is(
    period: str, segment: str, start: str, end: str, days: int
) -> None:
    time = {"start": start, "end": end, "period": period, "segment": segment}
    result = run({"plant": PLANT, "user": USER}, time=time)
    assert exchanged(result).sum() == pytest.approx(10.0 * days)
    assert result.flows["end"].max() == pd.Timestamp(end) + pd.offsets.MonthBegin(1)
    shown = result.indicators
    assert set(shown["period"].dt.year) == set(result.flows["start"].dt.year)
    assert result.indicators.set_index(["scope", "indicator"])["value"].loc[
        ("park", "avoided_waste")
    ].sum() == pytest.approx(10.0 * days)


@pytest.mark.parametrize("trading", [True, False])
def test_a_park_without_pairs_and_one_without_streams_still_run(trading: bool) -> None:
    for firms in ({"plant": PLANT}, {"lake": {"name": "Lake", "site": [0, 0]}}):
        result = run(firms, mechanisms={"trading": trading})
        assert not len(result.synergies)
        assert not len(result.accounts)
        assert len(result.flows) == (48 if "plant" in firms else 0)
        assert set(result.indicators["indicator"]) <= {"operating_synergies"}
        assert (result.indicators["value"] == 0.0).all()


def test_a_pair_opens_with_the_later_firm_and_closes_with_the_earlier() -> None:
    firms = {"plant": PLANT | {"closes": "1990-10"}, "user": USER | {"opens": "1990-05"}}
    result = run(firms)
    months = exchanged(result)
    assert list(months.index) == ["1990-05", "1990-06", "1990-07", "1990-08", "1990-09"]
    row = result.synergies.iloc[0]
    assert row["operating"] == pd.Timestamp("1990-05-01")
    assert (row["state"], row["reason"], row["ended"]) == ("closed", "closure", pd.Timestamp("1990-10-01"))
    events = set(zip(result.events["event"], result.events["firm"], strict=True))
    assert {("opened", "user"), ("closed", "plant")} <= events


def test_a_firm_that_closes_within_a_month_exchanges_until_that_day() -> None:
    result = run({"plant": PLANT | {"closes": "1990-04-16"}, "user": USER}, time={"segment": "day"})
    assert exchanged(result)["1990-04"] == pytest.approx(150.0)
    assert "1990-05" not in exchanged(result).index


def test_what_is_in_store_at_the_end_is_disposed_of() -> None:
    storing = firm(outputs={"ash": ASH["ash"] | {"storage": "50 t"}}, closes="1990-07")
    small = firm((1000, 0), capacity="20 t/day", inputs=ASH)
    flows = run({"plant": storing, "user": small}).flows
    made = 10.0 * 181
    gone = flows[flows["route"].isin(["exchange", "disposal"]) & (flows["from_firm"] == "plant")][
        "quantity"
    ].sum()
    assert gone == pytest.approx(made)
    emptied = flows[(flows["route"] == "stock") & (flows["to_firm"] == "plant")]
    assert emptied["quantity"].sum() == pytest.approx(50.0)


def test_terms_are_renewed_while_both_gain() -> None:
    lorry = TRANSPORT["lorry"] | {"term": "1 yr"}
    result = run({"plant": PLANT, "user": USER}, time={"end": "1993-12"}, transport={"lorry": lorry})
    row = result.synergies.iloc[0]
    assert (row["state"], row["renewals"]) == ("operating", 3)
    renewed = result.events[result.events["event"] == "renewed"]
    expected = [pd.Timestamp("1990-01-01") + pd.Timedelta(days=int(365.25 * k)) for k in (1, 2, 3)]
    assert renewed["date"].tolist() == expected


def test_a_contract_expires_when_it_no_longer_pays() -> None:
    storing = firm(outputs={"ash": ASH["ash"] | {"storage": "50 t"}})
    small = firm((1000, 0), capacity="20 t/day", inputs=ASH)
    # From 1991 on the user could buy ash for nothing; its own contract ends with its term.
    cheap = RESOURCES["ash"] | {
        "virgin": {"price": {"1990-01": "80 DKK/t", "1991-01": "0 DKK/t"}},
        "disposal": {"route": "landfill", "fee": {"1990-01": "100 DKK/t", "1991-01": "0 DKK/t"}},
    }
    lorry = TRANSPORT["lorry"] | {"term": "2 yr"}
    rules = PATIENT | {"contracts": {"review": "100000 d"}}
    result = run(
        {"plant": storing, "user": small}, time={"end": "1993-12"}, resources={"ash": cheap},
        transport={"lorry": lorry}, agents=rules,
    )  # fmt: skip
    row = result.synergies.iloc[0]
    assert (row["state"], row["reason"]) == ("expired", "economics")
    assert row["ended"] == pd.Timestamp("1990-01-01") + pd.Timedelta(days=730)
    # The link works until noon of the first of January; in the month after, nobody is left to store for.
    stock = result.flows[result.flows["route"] == "stock"]
    emptied = stock[(stock["to_firm"] == "plant") & (stock["quantity"] > 49.9)]
    assert emptied["start"].tolist() == [pd.Timestamp("1992-02-01")]


def test_a_losing_contract_is_broken_for_a_penalty_that_changes_hands() -> None:
    dear = TRANSPORT["lorry"] | {"term": "10 yr"}
    worthless = RESOURCES["ash"] | {
        "virgin": {"price": {"1990-01": "80 DKK/t", "1992-01": "0 DKK/t"}},
        "disposal": {"route": "sale", "fee": {"1990-01": "0 DKK/t", "1992-01": "-60 DKK/t"}},
    }
    result = run(
        {"plant": PLANT, "user": USER}, time={"end": "1996-12"}, resources={"ash": worthless},
        transport={"lorry": dear}, agents=PATIENT,
    )  # fmt: skip
    row = result.synergies.iloc[0]
    assert (row["state"], row["reason"]) == ("breached", "economics")
    penalty = result.accounts[result.accounts["item"] == "penalty"]
    assert len(penalty) == 1
    assert abs(float(penalty["giver"].iloc[0])) > 0.0
    assert float(penalty["giver"].iloc[0]) == -float(penalty["taker"].iloc[0])
    later = result.flows[(result.flows["start"] > row["ended"]) & (result.flows["route"] == "exchange")]
    assert not len(later)


def test_a_refused_permit_is_the_end_and_frees_the_streams() -> None:
    never = {
        "permit_time": EAGER["regulator"]["permit_time"],
        "refusal": {"none": "1", "low": "1", "hazardous": "1"},
    }
    result = run({"plant": PLANT, "user": USER}, agents={"regulator": never})
    assert set(result.synergies["state"]) == {"lost"}
    assert set(result.synergies["reason"]) == {"permit"}
    assert not (result.flows["route"] == "exchange").any()


def test_permits_can_be_switched_off() -> None:
    never = {"refusal": {"none": "1", "low": "1", "hazardous": "1"}}
    result = run({"plant": PLANT, "user": USER}, agents={"regulator": never}, mechanisms={"permits": False})
    assert (result.synergies["state"] == "operating").all()


def test_two_that_want_one_residual_share_it_by_seniority() -> None:
    # 10 t a day on offer. The first user needs 8 of them and is there from the start.
    firms = {
        "early": firm((1000, 0), capacity="80 t/day", inputs=ASH),
        "late": firm((1000, 0), capacity="80 t/day", inputs=ASH, opens="1990-07"),
        "plant": PLANT,
    }
    flows = run(firms).flows
    july = flows[(flows["route"] == "exchange") & (flows["start"].dt.month == 7)]
    got = july.groupby("to_firm", observed=True)["quantity"].sum()
    assert got["early"] == pytest.approx(8.0 * 31)
    assert got["late"] == pytest.approx(2.0 * 31)


def test_workshops_of_a_facilitator_take_place_on_time() -> None:
    body = {"from": "1990-03", "until": "1991-03", "workshop_every": "100 d"}
    result = run({"plant": PLANT}, agents={"facilitator": body}, time={"end": "1991-12"})
    days = (
        result.events.loc[result.events["event"] == "workshop", "date"] - pd.Timestamp("1990-03-01")
    ).dt.days
    assert days.tolist() == [0, 100, 200, 300]


def test_an_outage_cuts_what_flows() -> None:
    broken = firm(outputs=ASH, outage={"mean_time_between": "20 d", "mean_duration": "10 d"})
    calm = run({"plant": broken, "user": USER}, mechanisms={"outages": False})
    rough = run({"plant": broken, "user": USER})
    assert exchanged(rough).sum() < 0.9 * exchanged(calm).sum()
    # The days down in the events are the days missing from the flows.
    down = rough.events[rough.events["event"] == "outage"]
    start = (down["date"] - pd.Timestamp("1990-01-01")).dt.days.to_numpy()
    length = down["detail"].str.extract(r"([\d.]+) d")[0].astype(float).to_numpy()
    lost = np.minimum(start + length, 365.0) - start
    assert exchanged(rough).sum() == pytest.approx(10.0 * (365.0 - lost.sum()), abs=10.0 * len(lost))


@pytest.mark.parametrize(
    ("blocks", "place"),
    [
        ({"agents": {"contracts": {"review": "0 d"}}}, r"agents\.contracts\.review: must be positive"),
        (
            {"agents": {"facilitator": {"from": "1990-03", "workshop_every": "0 d"}}},
            r"workshop_every: must be positive",
        ),
        ({"agents": {"discovery": {"memory": "0 d"}}}, r"agents\.discovery\.memory: must be positive"),
        ({"agents": {"discovery": {"distance": "0 km"}}}, r"agents\.discovery\.distance: must be positive"),
        (
            {"transport": {"lorry": TRANSPORT["lorry"] | {"term": "0 d"}}},
            r"transport\.lorry\.term: must be positive",
        ),
    ],
)
def test_rules_under_which_time_would_stand_still_are_refused(blocks: Raw, place: str) -> None:
    with pytest.raises(ScenarioError, match=place):
        run({"plant": PLANT, "user": USER}, **blocks)


def test_supplies_made_of_each_other_are_refused() -> None:
    circle = {
        "steam": RESOURCES["steam"],
        "oil": RESOURCES["oil"] | {"virgin": {"recipe": {"steam": "1 MWh/MWh"}}},
    }
    boiler = firm(inputs={"s": {"resource": "steam", "coefficient": "1 MWh/t", "grade": "80 degC"}})
    with pytest.raises(ScenarioError, match="supply of steam is made of oil, whose supply is made of steam"):
        run({"boiler": boiler}, resources=circle)


def test_a_treatment_that_needs_power_needs_electricity_among_the_resources() -> None:
    raw = build(
        {"plant": PLANT, "user": firm(inputs={"clay": {"resource": "clay", "coefficient": "1"}})},
        pathways={"mix": {"giver": "ash", "taker": "clay", "electricity": "0.1 MWh/t"}},
        transport={},
    )
    raw["resources"] = {name: RESOURCES[name] for name in ("ash", "clay")}
    raw["transport"] = {"lorry": TRANSPORT["lorry"]}
    with pytest.raises(ScenarioError, match=r"pathways\.mix\.electricity: unknown resource 'electricity'"):
        Scenario.from_dict(raw)


def test_money_is_in_the_currency_of_the_scenario() -> None:
    euro: Raw = {"code": "EUR", "price_year": 2010, "rates": {"DKK": 0.1}}
    plain = run({"plant": PLANT, "user": USER}, agents=EAGER)
    exchanged_into = run({"plant": PLANT, "user": USER}, agents=EAGER, currency=euro)
    assert set(exchanged_into.accounts["unit"].astype(str)) == {"EUR", "t CO2e"}
    paid = [r.accounts[r.accounts["item"] == "payment"]["giver"].to_numpy() for r in (plain, exchanged_into)]
    np.testing.assert_allclose(paid[1], 0.1 * paid[0], rtol=1e-9)
    pd.testing.assert_series_equal(plain.flows["quantity"], exchanged_into.flows["quantity"])
