"""The facilitator's members, workshops, practitioners, plan and money, in parks where one thing decides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_parks import RESOURCES, Raw, firm, scenario

from ecopark import Run, ScenarioError, simulate
from ecopark.agents.members import Members
from ecopark.agents.practitioners import Practitioners
from ecopark.indicators import carried_funnel, public_spending
from ecopark.model import ParkModel
from ecopark.scenario.types import Membership
from ecopark.scenario.units import Quantity

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
FIRMS = {"plant": firm(outputs=ASH), "user": firm((1000, 0), inputs=ASH)}
BLIND: Raw = {"discovery": {"base": "0 %/yr"}}
SLOW: Raw = {"negotiation": {"protocol": "nash", "screening": "100 d", "round": "30 d"}}


def run(
    body: Raw | None, firms: Raw | None = None, *, seed: int = 1, agents: Raw | None = None, **blocks: Any
) -> Run:
    rules = dict(agents or {})
    if body is not None:
        rules["facilitator"] = {"from": "1990-01"} | body
    return simulate(scenario(firms or FIRMS, agents=rules, **blocks), seed)


def rate(per_year: float) -> Quantity:
    return Quantity(per_year / 365.25, "1/day")


def share(value: float) -> Quantity:
    return Quantity(value, "1")


def members(number: int, spec: Membership, closes: float = np.inf) -> Members:
    life = np.full(number, -np.inf), np.full(number, closes)
    return Members(spec, [f"f{k}" for k in range(number)], life, 0.0, seed=1)


def membership(initial: float, recruitment: float, leaving: float, most: float = 1.0) -> Membership:
    """Built by hand: the numbers of a scenario would need their units."""
    return Membership.model_construct(
        initial=share(initial), recruitment=rate(recruitment), leaving=rate(leaving), most=share(most)
    )


# --------------------------------------------------------------------------- modes
def test_a_body_that_leaves_it_to_the_firms_changes_nothing() -> None:
    everything = {"practitioners": {}, "workshop": {}, "members": {}, "mode": "self_organised",
                  "budget": "1 MDKK/yr", "cost_per_workshop": "1 kDKK"}  # fmt: skip
    alone, idle = run(None, seed=5), run(everything, seed=5)
    pd.testing.assert_frame_equal(alone.events, idle.events)
    pd.testing.assert_frame_equal(alone.flows, idle.flows)
    off = run(everything | {"mode": "facilitated"}, seed=5, mechanisms={"facilitation": False})
    pd.testing.assert_frame_equal(alone.events, off.events)


def test_help_is_for_members_only() -> None:
    closed = run({"members": {"initial": "0", "recruitment": "0 %/yr"}, "information": "5"}, seed=2)
    alone = run(None, seed=2)
    pd.testing.assert_frame_equal(alone.synergies, closed.synergies)


@pytest.mark.parametrize("body", [
    {"metric": "carbon"}, {"cost_per_practitioner": "1 kDKK/yr"}, {"budget": "1 kDKK/yr"},
    {"practitioners": {}, "cost_per_practitioner": "1 kDKK"}, {"plan_every": "0 d"},
])  # fmt: skip
def test_what_would_do_nothing_or_cannot_be_is_refused(body: Raw) -> None:
    with pytest.raises(ScenarioError, match="facilitator"):
        run(body)


# --------------------------------------------------------------------------- members
def test_membership_approaches_the_balance_of_joining_and_leaving() -> None:
    # From nobody: share a / (a + b) x (1 - exp(-(a + b) t)); 2,000 firms, standard error 0.011.
    crowd = members(2000, membership(0.0, 0.3, 0.1))
    for years in (1, 5, 40):
        for day in range(0, int(years * 365.25) + 1, 30):
            crowd.advance(float(day))
        expected = 0.75 * (1.0 - np.exp(-0.4 * years))
        assert crowd.present.mean() == pytest.approx(expected, abs=0.035), years


def test_how_often_one_looks_does_not_matter() -> None:
    often, once = (members(200, membership(0.2, 0.5, 0.3)) for _ in range(2))
    for day in range(0, 3001, 10):
        often.advance(float(day))
    once.advance(3000.0)
    np.testing.assert_array_equal(often.present, once.present)


def test_no_more_join_than_there_is_room_for_and_the_closed_leave() -> None:
    crowd = members(50, membership(1.0, 5.0, 0.2, most=0.3), closes=1000.0)
    joined, left = crowd.advance(0.0)
    assert (len(joined), left) == (15, [])
    for day in range(30, 990, 30):
        crowd.advance(float(day))
        assert crowd.present.sum() <= 15
    assert crowd.present.sum() > 10
    joined, left = crowd.advance(1000.0)
    assert not crowd.present.any()
    assert len(left) > 10


def test_joining_and_leaving_are_events() -> None:
    result = run({"members": {"initial": "0", "recruitment": "100000 %/yr", "leaving": "0 %/yr"}})
    joined = result.events[result.events["event"] == "joined"]
    assert set(joined["firm"]) == {"plant", "user"}


# --------------------------------------------------------------------------- workshops
def test_cards_on_the_table_are_seen() -> None:
    workshop = {"attendance": 2, "notice": "1"}
    result = run(
        {"from": "1990-03", "workshop": workshop, "workshop_every": "1000 d"},
        agents={"discovery": {"base": "0.000001 %/yr"}},
    )
    assert result.synergies["identified"].tolist() == [pd.Timestamp("1990-04-01")]
    assert result.events.loc[result.events["event"] == "workshop", "detail"].tolist() == ["2 members"]
    blind = run({"workshop": workshop | {"notice": "0"}}, agents=BLIND)
    assert not len(blind.synergies)


def test_pairs_among_those_who_attend_are_noticed_with_the_chance_stated() -> None:
    # 300 givers in reach of a taker each: all attend, 0.3 of the pairs are noticed; standard error 0.026.
    firms: Raw = {}
    for k in range(300):
        firms[f"g{k:03}"] = firm((3e6 * k, 0), outputs=ASH)
        firms[f"t{k:03}"] = firm((3e6 * k + 1000, 0), inputs=ASH)
    body = {"workshop": {"attendance": 600, "notice": "0.3"}, "workshop_every": "1000 d"}
    rules = {"discovery": {"base": "0 %/yr"}}
    result = run(body, firms, agents=rules, time={"end": "1990-03", "segment": "month"})
    assert len(result.synergies) / 300 == pytest.approx(0.3, abs=0.08)


def test_no_more_attend_than_are_invited() -> None:
    firms = {f"f{k}": firm((1000 * k, 0), outputs=ASH) for k in range(30)}
    result = run({"workshop": {"attendance": 7}}, firms)
    assert set(result.events.loc[result.events["event"] == "workshop", "detail"]) == {"7 members"}


# --------------------------------------------------------------------------- practitioners
def lone_pairs(number: int) -> Raw:
    """Givers and takers out of each other's reach, the k-th pair exchanging k + 1 times as much."""
    firms: Raw = {}
    for k in range(number):
        scale = {"capacity": f"{100 * (k + 1)} t/day"}
        firms[f"g{k}"] = firm((3e6 * k, 0), outputs=ASH, **scale)
        firms[f"t{k}"] = firm((3e6 * k + 1000, 0), inputs=ASH, **scale)
    return firms


def test_a_practitioner_speeds_an_idea_up() -> None:
    factors = {"screening": "0.5", "negotiation": "0.25", "permit": "0.1"}
    permits = {"regulator": {"permit_time": {"none": "200 d"}}}
    alone = run(None, agents=SLOW | permits, time={"end": "1992-12"}).synergies.iloc[0]
    helped = run({"practitioners": factors}, agents=SLOW | permits, time={"end": "1992-12"}).synergies.iloc[0]
    for start, end, factor in (("identified", "screened", 0.5), ("negotiating", "permitting", 0.25),
                               ("permitting", "operating", 0.1)):  # fmt: skip
        before, after = ((row[end] - row[start]).days for row in (alone, helped))
        assert before > 20
        assert after == pytest.approx(before * factor, abs=1.0), start


def test_ideas_queue_for_practitioners_the_most_useful_first() -> None:
    # One place; each idea takes 100 days of screening and a round of 30. The largest has its turn first of those
    # that wait: the first to come holds the place until it operates.
    body = {"practitioners": {"number": 1, "caseload": 1, "wait": "10000 d", "screening": "1", "negotiation": "1"},
            "metric": "tonnes"}  # fmt: skip
    result = run(body, lone_pairs(4), agents=SLOW, time={"end": "1992-12"})
    carried = result.events[result.events["event"] == "carried"]
    assert carried["firm"].tolist() == ["g0", "g3", "g2", "g1"]
    ends = result.synergies.set_index("from_firm")["operating"]
    assert carried["date"].tolist()[1:] == [ends["g0"], ends["g3"], ends["g2"]]
    account = carried_funnel(result.synergies, result.events)
    assert account["reached"].tolist() == [4] * 6


def test_who_waits_too_long_goes_on_alone() -> None:
    body = {"practitioners": {"number": 1, "caseload": 1, "wait": "20 d"}}
    result = run(body, lone_pairs(3), agents=SLOW, time={"end": "1991-12"})
    assert (result.events["event"] == "carried").sum() == 1
    alone = result.events[result.events["event"] == "not carried"]
    assert alone["date"].tolist() == [pd.Timestamp("1990-01-21")] * 2
    assert (result.synergies["state"] == "operating").all()


def test_the_account_counts_carried_ideas_by_stage() -> None:
    model = ParkModel(
        scenario(lone_pairs(2), agents=SLOW | {"facilitator": {"from": "1990-01", "practitioners": {}}}).park,
        1,
    )
    staff = model.facilitator.staff if model.facilitator is not None else None
    assert isinstance(staff, Practitioners)
    model.step()
    assert staff.account() == {"identified": 2} | dict.fromkeys(
        ("screened", "negotiating", "permitting", "building", "operating"), 0
    )
    assert staff.free == 28
    for _ in range(11):
        model.step()
    assert set(staff.account().values()) == {2}
    assert staff.free == 30
    model.close()


# --------------------------------------------------------------------------- money
def test_spending_is_salaries_and_workshops() -> None:
    # Two years and 182 days of the 366 of 1992: 3 payments of salaries; 5 workshops.
    body = {"until": "1992-07", "practitioners": {"number": 3}, "cost_per_practitioner": "100 kDKK/yr",
            "workshop_every": "0.5 yr", "cost_per_workshop": "7 kDKK"}  # fmt: skip
    result = run(body, time={"end": "1993-12"})
    spent = public_spending(result.events)
    assert spent.sum() == pytest.approx(300e3 * (2.0 + 182.0 / 366.0) + 5 * 7e3)
    assert spent.to_dict()[1990] == pytest.approx(300e3 + 2 * 7e3)


def test_a_budget_bounds_officers_and_workshops() -> None:
    body = {"practitioners": {"number": 5}, "budget": "250 kDKK/yr", "cost_per_practitioner": "100 kDKK/yr",
            "workshop_every": "100 d", "cost_per_workshop": "20 kDKK"}  # fmt: skip
    result = run(body)
    money = result.events[result.events["event"] == "spending"]["detail"].tolist()
    # Two officers, and 50,000 left for two of the four workshops of the year.
    assert money == ["200000 DKK for 2 practitioners", "20000 DKK for a workshop", "20000 DKK for a workshop"]
    assert (result.events["event"] == "workshop").sum() == 2
    assert (result.events["event"] == "cancelled").sum() == 2


# --------------------------------------------------------------------------- what is worth its while
def dirty_and_clean() -> Raw:
    """Ash that saves money and no carbon, and sludge that saves both, each with a taker of its own."""
    sludge = {"sludge": {"resource": "sludge", "coefficient": "0.1"}}
    return {
        "a_giver": firm(outputs=ASH), "a_taker": firm((1000, 0), inputs=ASH),
        "s_giver": firm((3e6, 0), outputs=sludge), "s_taker": firm((3e6 + 1000, 0), inputs=sludge),
    }  # fmt: skip


RESIDUALS: Raw = {
    "ash": RESOURCES["ash"] | {"disposal": {"route": "landfill", "fee": "100 DKK/t"}},
    "sludge": RESOURCES["sludge"] | {
        "virgin": {"price": "10 DKK/t"}, "disposal": {"route": "landfill", "fee": "20 DKK/t", "emission": "0.5 t/t"},
    },
}  # fmt: skip


@pytest.mark.parametrize(("metric", "carried"), [
    (None, {"a_giver", "s_giver"}), ("carbon", {"s_giver"}), ("money", {"a_giver", "s_giver"}),
])  # fmt: skip
def test_a_carbon_programme_misses_what_saves_only_money(metric: str | None, carried: set[str]) -> None:
    body = {"practitioners": {}} | ({} if metric is None else {"metric": metric})
    result = run(body, dirty_and_clean(), resources=RESIDUALS)
    assert set(result.events.loc[result.events["event"] == "carried", "firm"]) == carried
    assert set(result.synergies["from_firm"]) == {"a_giver", "s_giver"}


@pytest.mark.parametrize(("metric", "planned"), [
    ("carbon", {"s_giver"}), ("money", {"a_giver", "s_giver"}), (None, {"a_giver", "s_giver"}),
])  # fmt: skip
def test_planned_pairs_come_from_the_plan_alone(metric: str | None, planned: set[str]) -> None:
    body = {"mode": "planned"} | ({} if metric is None else {"metric": metric})
    result = run(body, dirty_and_clean(), resources=RESIDUALS)
    assert set(result.synergies["from_firm"]) == planned
    # Even where firms would have noticed nothing.
    unseen = run(body, dirty_and_clean(), resources=RESIDUALS, agents=BLIND)
    assert set(unseen.synergies["from_firm"]) == planned
    plans = result.events.loc[result.events["event"] == "plan", "detail"]
    assert plans.tolist() == [f"{len(planned)} pairs"]


def test_the_best_of_a_plan_come_first_where_practitioners_are_few() -> None:
    body = {"mode": "planned", "metric": "tonnes", "practitioners": {"number": 1, "caseload": 2}}
    result = run(body, lone_pairs(5), agents=SLOW, time={"end": "1990-02"})
    assert set(result.synergies["from_firm"]) == {"g4", "g3"}


def test_a_plan_is_made_every_so_often() -> None:
    result = run({"mode": "planned", "plan_every": "100 d"}, time={"end": "1990-12"})
    # Looks are monthly: on days 0, 120 (the first after 100) and 243 (the first after 220); the next is due on 343.
    assert (result.events["event"] == "plan").sum() == 3


def test_members_are_told_the_truth_by_a_mediator() -> None:
    """Alternating offers end sooner, the closer the openings are to the limits."""
    agents = {"negotiation": {"protocol": "alternating_offers", "round": "30 d", "screening": "0 d"},
              "contracts": {"transaction_cost": "400 kDKK"}}  # fmt: skip
    rounds = [
        (row["permitting"] - row["negotiating"]).days
        for row in (
            run(
                {"transaction_cost": "1", "practitioners": {"negotiation": "1", "narrowing": told}},
                agents=agents,
            ).synergies.iloc[0]
            for told in ("0", "1")
        )
    ]
    assert rounds[1] < rounds[0]
