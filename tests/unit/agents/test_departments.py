"""Departments after the permit: one after the other or together, contradictions, guidance that binds them all."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from typing import Any

import mesa
import numpy as np
import pytest
import simpy
from small_parks import EAGER, Raw, firm, scenario

from ecopark import Run, ScenarioError, simulate
from ecopark.agents.regulator import Regulator
from ecopark.calendar import Calendar
from ecopark.market.permits import compile_refusal, contradicted_chance
from ecopark.streams import stream

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
FIRMS = {"giver": firm(outputs=ASH), "taker": firm((1000, 0), inputs=ASH)}
NO_TIME = {"none": "0 d", "low": "0 d", "hazardous": "0 d"}
NEVER = {"none": "0", "low": "0", "hazardous": "0"}
TWO: Raw = {
    "planning": {"officers": 1, "time": "30 d", "contradiction": "0"},
    "waste": {"officers": 1, "time": "50 d", "contradiction": "0"},
}


class Desk(mesa.Model):  # type: ignore[misc]
    """As much of a model as a regulator needs."""

    def __init__(self) -> None:
        super().__init__(rng=1)
        self.env = simpy.Environment()
        self.calendar = Calendar(date(1990, 1, 1), date(2000, 1, 1))
        self.events: list[tuple[float, str, str]] = []

    def chance(self, *address: str) -> np.random.Generator:
        return stream(1, *address)

    def learn_guidance(self, resource: str, granted: bool) -> None:
        pass

    def log(self, event: str, firm: str = "", partner: str = "", synergy: str = "", detail: str = "") -> None:
        self.events.append((self.env.now, event, detail))


def decide(cases: int, departments: Raw, **more: Any) -> tuple[list[float], list[bool], Desk]:
    """Days on which cases handed in on one day are decided, and how."""
    rules: Raw = {"permit_time": NO_TIME, "refusal": NEVER, "departments": departments} | more
    desk = Desk()
    spec = scenario({"a": firm(outputs=ASH)}, agents={"regulator": rules}).park.agents.regulator
    regulator = Regulator(desk, spec)
    when: list[float] = []
    granted: list[bool] = []

    def case(number: int) -> Generator[Any, Any, None]:
        answer = yield from regulator.decide("none", stream(1, str(number)), "ash", case=f"case {number}")
        when.append(desk.env.now)
        granted.append(answer)

    for number in range(cases):
        desk.env.process(case(number))
    desk.env.run()
    getattr(mesa.Agent, "_ids", {}).pop(desk, None)
    return when, granted, desk


def times(number: int) -> np.ndarray:
    """Days of both rounds and departments, drawn as a reader would: gamma of mean one, coefficient of variation 1/2."""
    return stream(1, f"case {number}", "departments").gamma(4.0, 0.25, (2, 2)) * [30.0, 50.0]


def test_departments_handle_a_case_one_after_the_other() -> None:
    when, granted, _ = decide(1, TWO)
    assert when == pytest.approx([times(0)[0].sum()])
    assert granted == [True]


def test_together_the_slower_one_sets_the_pace() -> None:
    when, _, _ = decide(1, TWO, joint={"from": "1990-01"})
    assert when == pytest.approx([times(0)[0].max()])
    # Before they begin to, nothing is different; nor after they have stopped.
    for joint in ({"from": "1999-01"}, {"from": "1980-01", "until": "1990-01"}):
        assert decide(1, TWO, joint=joint)[0] == pytest.approx([times(0)[0].sum()])


def test_each_department_has_a_queue_of_its_own() -> None:
    first, second = times(0)[0], times(1)[0]
    leaves_planning = [first[0], first[0] + second[0]]
    leaves_waste = leaves_planning[0] + first[1]
    expected = [leaves_waste, max(leaves_waste, leaves_planning[1]) + second[1]]
    assert decide(2, TWO)[0] == pytest.approx(expected)


def test_a_contradiction_sends_a_case_round_once_more_and_a_second_one_ends_it() -> None:
    sure = TWO | {"waste": TWO["waste"] | {"contradiction": "1"}}
    when, granted, desk = decide(1, sure)
    assert granted == [False]
    assert when == pytest.approx([times(0).sum()])
    assert [(event, detail) for _, event, detail in desk.events] == [("contradiction", "waste")] * 2


def test_share_of_cases_spoiled_is_the_square_of_the_chance_of_a_round() -> None:
    # p = 1 - 0.7 x 0.6 = 0.58; p^2 = 0.3364; 2,000 cases, standard error 0.0106.
    rules: Raw = {
        "planning": {"officers": 9999, "contradiction": "0.3"},
        "waste": {"officers": 9999, "contradiction": "0.4"},
    }
    _, granted, _ = decide(2000, rules, officers=9999)
    assert 1.0 - np.mean(granted) == pytest.approx(0.3364, abs=0.035)
    spec = scenario(FIRMS, agents={"regulator": {"departments": rules}}).park.agents.regulator
    assert contradicted_chance(spec, date(1990, 1, 1)) == pytest.approx(0.3364)


def test_who_decides_together_contradicts_less_with_the_same_luck() -> None:
    rules = {name: part | {"contradiction": "0.5"} for name, part in TWO.items()}
    apart, together = (
        decide(300, rules)[1],
        decide(300, rules, joint={"from": "1990-01", "contradiction": "0.2"})[1],
    )
    none = decide(300, rules, joint={"from": "1990-01", "contradiction": "0"})[1]
    assert sum(apart) < sum(together) < sum(none) == 300


def test_guidance_binds_the_departments() -> None:
    sure = {name: part | {"contradiction": "1"} for name, part in TWO.items()}
    when, granted, desk = decide(1, sure, referral="0.5")
    assert granted == [True]
    # The case that is referred takes the share of the time in the departments as later ones do.
    assert when == pytest.approx([0.5 * times(0)[0].sum()])
    assert [event for _, event, _ in desk.events] == ["guidance"]


def test_definitive_guidance_is_free_of_error() -> None:
    wrong = {"wrong_refusal": {"none": "1"}, "referral": "0.5"}
    assert decide(20, {}, **wrong)[1] == [False] * 20
    assert decide(20, {}, **wrong, definitive=True)[1] == [True] * 20


def test_firms_reckon_with_permit_office_and_departments() -> None:
    rules: Raw = {
        "refusal": {"none": "0.1"},
        "departments": {"planning": {"contradiction": "0.5"}},
        "joint": {"from": "1991-01", "contradiction": "0.2"},
    }
    park = scenario(FIRMS, time={"end": "1991-12"}, agents={"regulator": rules}).park
    table = compile_refusal(park, ["ash"], Calendar(date(1990, 1, 1), date(1992, 1, 1)))
    assert table[0, 0] == pytest.approx(0.1 + 0.9 * 0.25)
    assert table[12, 0] == pytest.approx(0.1 + 0.9 * 0.01)


# --------------------------------------------------------------------------- in a run
def run(**regulator: Any) -> Run:
    agents = {"regulator": EAGER["regulator"] | regulator}
    return simulate(scenario(FIRMS, time={"end": "1991-12"}, agents=agents), 1)


def test_departments_that_never_object_and_take_no_time_change_nothing() -> None:
    idle = {name: {"officers": 99, "time": "0 d", "contradiction": "0"} for name in ("planning", "waste")}
    plain, asked = run(), run(departments=idle)
    assert plain.flows.equals(asked.flows)
    assert plain.events.equals(asked.events)


def test_departments_delay_an_exchange_and_refuse_it() -> None:
    plain, slow = run(), run(departments=TWO)
    assert slow.synergies["operating"].min() > plain.synergies["operating"].min()
    never = run(departments={"waste": {"time": "1 d", "contradiction": "1"}})
    assert never.synergies["operating"].isna().all()
    assert (never.synergies["reason"] == "permit").any()


@pytest.mark.parametrize(("rules", "message"), [
    ({"joint": {"from": "1990-01"}}, "no departments to decide together"),
    ({"definitive": True}, "no case is referred"),
    ({"departments": TWO, "joint": {"from": "1990-01", "until": "1989-01"}}, "does not lie after"),
    ({"departments": {"waste": {"contradiction": "2"}}}, "between 0 and 1"),
])  # fmt: skip
def test_what_would_do_nothing_or_cannot_be_is_refused(rules: Raw, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        scenario(FIRMS, agents={"regulator": rules})
