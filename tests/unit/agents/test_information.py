"""Who knows whom, the platform, and what is lost for want of data, in parks where one thing decides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_parks import EAGER, Raw, firm, scenario

from ecopark import Run, ScenarioError, simulate
from ecopark.agents.acquaintance import Acquaintance
from ecopark.model import ParkModel

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
PLANT = firm(outputs=ASH)
USER = firm((1000, 0), inputs=ASH)
# Nothing is forgotten or gained but what a test states.
STILL: Raw = {
    "near": "0", "sector": "0", "meeting": "0 %/yr", "introduction": "0 %/yr", "gathering": "none", "visits": "0",
    "stranger": "1", "loss": "0",
}  # fmt: skip


def run(information: Raw | None, firms: Raw | None = None, *, seed: int = 1, **blocks: Any) -> Run:
    agents = blocks.pop("agents", {})
    if information is not None:
        agents = agents | {"information": STILL | information}
    return simulate(scenario(firms or {"plant": PLANT, "user": USER}, agents=agents, **blocks), seed)


def acquaintance(
    firms: Raw, information: Raw, seed: int = 1, **blocks: Any
) -> tuple[Acquaintance, ParkModel]:
    agents = {"information": STILL | information} | blocks.pop("agents", {})
    model = ParkModel(scenario(firms, agents=agents, **blocks).park, seed)
    assert model.support.acquaintance is not None
    return model.support.acquaintance, model


def row_of(number: int, metres: float, **fields: Any) -> Raw:
    """Firms along a line, each with ash to give and none to take: acquaintance alone."""
    return {f"f{k:03}": firm((metres * k, 0), outputs=ASH, **fields) for k in range(number)}


def names(known: Acquaintance, model: ParkModel) -> set[frozenset[str]]:
    firms = model.columns.firms
    return {frozenset((firms[a], firms[b])) for a, b in known.ends[known.known].tolist()}


# --------------------------------------------------------------------------- who knows whom
def test_a_neutral_block_changes_nothing() -> None:
    without = run(None, seed=3)
    neutral = run({}, seed=3)
    pd.testing.assert_frame_equal(without.flows, neutral.flows)
    pd.testing.assert_frame_equal(without.events, neutral.events)
    pd.testing.assert_frame_equal(without.synergies, neutral.synergies)
    off = run({"stranger": "0", "loss": "1"}, seed=3, mechanisms={"information": False})
    pd.testing.assert_frame_equal(without.events, off.events)


def test_as_many_know_each_other_at_the_start_as_chance_says() -> None:
    # Neighbours 0 km apart know each other with 0.3; 4,950 pairs, standard error 0.0065.
    known, model = acquaintance(row_of(100, 0.0), {"near": "0.3", "circle": 99})
    assert known.ends.shape == (4950, 2)
    assert known.known.mean() == pytest.approx(0.3, abs=0.02)
    model.close()


def test_another_firm_changes_nobody_elses_acquaintance() -> None:
    few, first = acquaintance(row_of(20, 1000.0), {"near": "0.5"})
    more, second = acquaintance(
        row_of(20, 1000.0) | {"a_new_one": firm((500, 0), outputs=ASH)}, {"near": "0.5"}
    )
    old = {pair for pair in names(more, second) if "a_new_one" not in pair}
    assert names(few, first) == old
    assert names(more, second) > old


def test_ties_know_each_other_and_the_circle_is_bounded() -> None:
    known, model = acquaintance(row_of(40, 1000.0), {"circle": 2}, agents={"ties": [["f000", "f039"]]})
    assert names(known, model) == {frozenset(("f000", "f039"))}
    # Two nearest of each: those beside it, and at the ends the next but one; and the tie.
    assert len(known.ends) == 39 + 2 + 1


def test_chance_meetings_follow_their_rate() -> None:
    # Rate 20 %/yr side by side over 5 years: 1 - exp(-1) of 1,225 pairs; standard error 0.014.
    known, model = acquaintance(row_of(50, 0.0), {"meeting": "20 %/yr", "circle": 49})
    known.advance(0.0, 5 * 365.25)
    assert known.known.mean() == pytest.approx(1.0 - np.exp(-1.0), abs=0.045)
    model.close()


def test_friends_of_friends_get_introduced() -> None:
    ties = [["f000", "f001"], ["f001", "f002"], ["f003", "f004"]]
    known, model = acquaintance(row_of(5, 1.0), {"introduction": "100000 %/yr"}, agents={"ties": ties})
    known.advance(0.0, 31.0)
    assert names(known, model) == {frozenset(pair) for pair in [*ties, ["f000", "f002"]]}


def test_meetings_bring_a_sector_together_once_in_their_interval() -> None:
    firms = row_of(4, 1.0, sector="steel") | {"g": firm((9, 0), outputs=ASH, sector="food")}
    rules = {"gathering": "sector", "gathering_every": "100 d", "gathering_chance": "1"}
    known, model = acquaintance(firms, rules)
    assert not known.advance(0.0, 99.0)
    assert not names(known, model)
    assert known.advance(99.0, 130.0)
    assert len(names(known, model)) == 6
    assert all("g" not in pair for pair in names(known, model))
    result = run(rules | {"gathering": "all"}, time={"end": "1991-12"})
    assert (result.events["event"] == "meeting").sum() == 7


def test_those_who_are_not_there_meet_nobody() -> None:
    firms = row_of(2, 1.0) | {"late": firm(outputs=ASH, opens="1990-07")}
    known, model = acquaintance(firms, {"meeting": "100000 %/yr"})
    known.advance(0.0, 31.0)
    assert names(known, model) == {frozenset(("f000", "f001"))}
    known.advance(200.0, 231.0)
    assert len(names(known, model)) == 3


# --------------------------------------------------------------------------- being noticed
def test_strangers_notice_nothing_where_the_factor_is_nought() -> None:
    assert not len(run({"stranger": "0"}).synergies)
    assert len(run({"stranger": "0", "near": "1", "distance": "100000 km"}).synergies)
    assert len(run({"stranger": "0"}, agents={"ties": [["plant", "user"]]}).synergies)


@pytest.mark.parametrize(("level", "usage", "noticed"), [
    ("none", "1", False), ("location", "1", True), ("location", "0", False), ("cost", "1", True),
])  # fmt: skip
def test_users_of_a_platform_are_no_strangers(level: str, usage: str, noticed: bool) -> None:
    platform = {"from": "1990-04", "until": "1990-09", "level": level, "usage": usage}
    result = run({"stranger": "0", "platform": platform})
    assert bool(len(result.synergies)) == noticed
    assert (result.synergies["identified"] == pd.Timestamp("1990-04-01")).all()


@pytest.mark.parametrize(("body", "noticed"), [
    ({}, True), ({"members": {"initial": "1"}}, True), ({"mode": "self_organised"}, False),
    ({"members": {"initial": "0", "recruitment": "0 %/yr"}}, False), ({"from": "1989-01", "until": "1990-01"}, False),
])  # fmt: skip
def test_members_of_a_facilitator_at_work_are_no_strangers(body: Raw, noticed: bool) -> None:
    result = run({"stranger": "0"}, agents={"facilitator": {"from": "1990-01"} | body})
    assert bool(len(result.synergies)) == noticed


def test_usage_is_the_share_of_firms_that_use_it() -> None:
    known, model = acquaintance(
        row_of(400, 1.0), {"circle": 1, "platform": {"from": "1990-01", "usage": "0.3"}}
    )
    assert known.user.mean() == pytest.approx(0.3, abs=0.07)
    model.close()


def test_data_on_a_platform_spare_attention() -> None:
    # Each weighs the risk of a partner it hardly trusts, (1 - 0.3) / 2, threefold: more than half the gain, which
    # nobody sees at a glance.
    wary = {"risk_aversion": "3"}
    firms = {"plant": firm(outputs=ASH, behaviour=wary), "user": firm((1000, 0), inputs=ASH, behaviour=wary)}
    plain = run({}, firms)
    assert set(plain.synergies["reason"]) == {"economics"}
    for level, ideas in (("quantity", len(plain.synergies)), ("cost", 0)):
        shown = run({"platform": {"from": "1990-01", "usage": "1", "level": level}}, firms)
        assert len(shown.synergies) == ideas
        assert (shown.events["event"] == "passed over").any() == (ideas == 0)


def test_amounts_and_grades_show_what_cannot_fit() -> None:
    steam = {"resource": "steam", "coefficient": "1 MWh/t"}
    firms = {
        "giver": firm(outputs={"steam": steam | {"grade": "90 degC"}}),
        "taker": firm((1000, 0), inputs={"steam": steam | {"grade": "150 degC"}}),
    }
    assert set(run({}, firms).synergies["reason"]) == {"quality"}
    shown = run({"platform": {"from": "1990-01", "usage": "1", "level": "quantity"}}, firms)
    assert not len(shown.synergies)
    passed = shown.events[shown.events["event"] == "passed over"]
    assert set(passed["detail"]) == {"quality"}


# --------------------------------------------------------------------------- screening
def test_data_are_missing_or_not() -> None:
    assert set(
        run({"loss": "1", "acquainted": "1"}, agents={"trust": {"initial": "0"}}).synergies["reason"]
    ) == {"information"}
    costs = {"from": "1990-01", "usage": "1", "level": "cost"}
    shared = run({"loss": "1", "acquainted": "1", "platform": costs}, agents={"trust": {"initial": "0"}})
    assert (shared.synergies["state"] == "operating").all()


def test_the_second_attempt_is_one_of_acquaintances() -> None:
    # They have met at the first: nothing is lost for want of data any more.
    agents = {"trust": {"initial": "0"}, "discovery": EAGER["discovery"] | {"retry": "60 d"}}
    result = run({"loss": "1", "acquainted": "0"}, agents=agents)
    assert result.synergies["reason"].tolist() == ["information", ""]


def test_a_site_visit_counts_for_trust_as_kept_deliveries() -> None:
    # Linear rule: 0.3 + 0.1/yr x (1 - 0.3) x 2 yr, at once. Screening fails, so nothing is added later.
    rules = {"visits": "1", "visit_worth": "730.5 d", "competition_law": "1"}
    firms = {"plant": PLANT | {"sector": "x"}, "user": USER | {"sector": "x"}}
    patient = {"discovery": EAGER["discovery"] | {"retry": "100000 d"}}
    result = run(rules, firms, agents=patient, policy={"competition_law": True})
    assert result.trust["trust"].tolist() == pytest.approx([0.3 + 0.1 * 0.7 * 2.0])
    assert (result.events["event"] == "site visit").sum() == 1


@pytest.mark.parametrize(
    ("law", "sectors", "third_party", "reason"),
    [
        (True, ("x", "x"), None, "competition-law"),
        (None, ("x", "x"), None, ""),
        (True, ("x", "y"), None, ""),
        (True, ("", ""), None, ""),
        (True, ("x", "x"), False, "competition-law"),
        (True, ("x", "x"), True, ""),
        ("1990-02", ("x", "x"), None, ""),
    ],
)
def test_rivals_may_not_share_cost_data(
    law: Any, sectors: tuple[str, str], third_party: bool | None, reason: str
) -> None:
    firms = {"plant": PLANT | {"sector": sectors[0]}, "user": USER | {"sector": sectors[1]}}
    agents = {} if third_party is None else {"facilitator": {"from": "1990-01", "third_party": third_party}}
    policy = {} if law is None else {"policy": {"competition_law": law}}
    result = run({"competition_law": "1"}, firms, agents=agents, **policy)
    assert result.synergies["reason"].iloc[0] == reason


def test_rivals_see_amounts_but_no_costs() -> None:
    firms = {"plant": PLANT | {"sector": "x"}, "user": USER | {"sector": "x"}}
    known, model = acquaintance(firms, {"platform": {"from": "1990-01", "usage": "1", "level": "cost"}})
    assert known.shared_level("plant", "user", 0.0, costs=True) == 3
    assert known.shared_level("plant", "user", 0.0, costs=False) == 2
    model.close()


def test_a_platform_shortens_screening() -> None:
    agents = {"negotiation": {"protocol": "nash", "screening": "100 d", "round": "0 d"}}
    plain = run({}, agents=agents)
    fast = run(
        {"platform": {"from": "1990-01", "usage": "1", "level": "quantity", "screening": "0.5"}},
        agents=agents,
    )
    first, second = ((r.synergies["screened"] - r.synergies["identified"])[0].days for r in (plain, fast))
    assert first > 30
    assert second == pytest.approx(first / 2.0, abs=1.0)


def test_platform_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ScenarioError, match="does not lie after"):
        run({"platform": {"from": "1990-06", "until": "1990-06"}})
