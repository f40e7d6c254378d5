"""Permits: one officer works off the queue one case at a time, several in parallel; protocols, training,
guidance and coordination change what a case takes and how it ends."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from typing import Any

import mesa
import pytest
import simpy
from small_parks import Raw, firm, scenario

from ecopark.agents.regulator import Regulator
from ecopark.calendar import Calendar
from ecopark.streams import stream

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}


class Desk(mesa.Model):  # type: ignore[misc]
    """As much of a model as a regulator needs."""

    def __init__(self) -> None:
        super().__init__(rng=1)
        self.env = simpy.Environment()
        self.calendar = Calendar(date(1990, 1, 1), date(2000, 1, 1))
        self.told: list[tuple[str, bool]] = []

    def learn_guidance(self, resource: str, granted: bool) -> None:
        self.told.append((resource, granted))

    def log(self, event: str, firm: str = "", partner: str = "", synergy: str = "", detail: str = "") -> None:
        pass


def decide(
    officers: int,
    cases: int,
    refusal: str = "0",
    days: str = "40 d",
    *,
    every: float = 0.0,
    resource: str = "ash",
    told: list[tuple[str, bool]] | None = None,
    **more: Any,
) -> tuple[list[float], list[bool]]:
    """Days on which cases handed in one after the other are decided, and the decisions."""
    rules: Raw = {
        "officers": officers,
        "permit_time": {"none": "0 d", "low": "0 d", "hazardous": days},
        "refusal": {"none": "0", "low": "0", "hazardous": refusal},
    } | more
    desk = Desk()
    park = scenario({"a": firm(outputs=ASH)}, agents={"regulator": rules}).park
    regulator = Regulator(desk, park.agents.regulator)
    when, granted = [], []

    def case(number: int) -> Generator[Any, Any, None]:
        yield desk.env.timeout(every * number)
        answer = yield from regulator.decide("hazardous", stream(1, str(number)), resource)
        when.append(desk.env.now)
        granted.append(answer)

    for number in range(cases):
        desk.env.process(case(number))
    desk.env.run()
    getattr(mesa.Agent, "_ids", {}).pop(desk, None)
    if told is not None:
        told += desk.told
    return when, granted


def test_one_officer_handles_one_case_after_the_other() -> None:
    alone = [decide_alone(number) for number in range(5)]
    when, _ = decide(1, 5)
    assert when == pytest.approx([sum(alone[: k + 1]) for k in range(5)])


def decide_alone(number: int) -> float:
    """Handling time of a case that waits for nobody: gamma with mean 40 and coefficient of variation 1/2."""
    return float(stream(1, str(number)).gamma(4.0, 10.0))


def luck_of(number: int) -> float:
    """Second draw of a case's stream: what decides."""
    chance = stream(1, str(number))
    chance.gamma(4.0, 10.0)
    return float(chance.random())


def test_two_officers_share_the_queue() -> None:
    free = [0.0, 0.0]
    expected = []
    for number in range(6):
        officer = free.index(min(free))
        free[officer] += decide_alone(number)
        expected.append(free[officer])
    assert decide(2, 6)[0] == pytest.approx(sorted(expected))


def test_many_officers_make_nobody_wait() -> None:
    assert decide(50, 6)[0] == pytest.approx(sorted(decide_alone(number) for number in range(6)))


@pytest.mark.parametrize(("refusal", "granted"), [("0", True), ("1", False)])
def test_certain_decisions(refusal: str, granted: bool) -> None:
    assert decide(3, 20, refusal)[1] == [granted] * 20


def test_a_permit_that_takes_no_time_is_given_at_once() -> None:
    assert decide(1, 3, days="0 d")[0] == [0.0, 0.0, 0.0]


def test_departments_that_decide_together_take_half_the_time() -> None:
    apart, together = decide(50, 6)[0], decide(50, 6, coordination="0.5")[0]
    assert together == pytest.approx([day / 2.0 for day in apart])


def test_a_protocol_in_force_makes_the_permit_needless_from_its_day() -> None:
    # Cases of day 0, 400 and 800: the protocol begun on day 365 takes 30 days and ends on day 730.
    rule = {"resource": "ash", "from": "1991-01", "until": "1992-01"}
    when, granted = decide(9, 3, "1", every=400.0, end_of_waste=[rule], protocol_time="30 d")
    assert granted == [False, True, False]
    assert when == pytest.approx([decide_alone(0), 400.0, 800.0 + decide_alone(2)])
    # Work on the protocol takes longer than the wait of the second case.
    assert decide(9, 3, "1", every=400.0, end_of_waste=[rule], protocol_time="40 d")[1] == [False] * 3
    assert decide(9, 3, "1", every=400.0, end_of_waste=[rule], resource="clay")[1] == [False] * 3


def test_a_simple_permit_is_a_case_without_hazard() -> None:
    rule = {"resource": "ash", "from": "1990-01", "permit": "simple"}
    assert decide(1, 3, "1", end_of_waste=[rule]) == ([0.0, 0.0, 0.0], [True] * 3)


@pytest.mark.parametrize(
    ("training", "chance"), [(None, 0.2 + 0.8 * 0.5), ("0.6", 0.2 + 0.8 * 0.5 * 0.4), ("1", 0.2)]
)
def test_trained_officers_refuse_less_in_error(training: str | None, chance: float) -> None:
    wrong = {"wrong_refusal": {"hazardous": "0.5"}} | ({"training": training} if training else {})
    granted = decide(1000, 400, "0.2", days="0 d", **wrong)[1]
    # Without handling time the only draw is the one that decides.
    expected = [float(stream(1, str(number)).random()) >= chance for number in range(400)]
    assert granted == expected
    assert 0 < sum(granted) < 400


def test_training_may_begin_later() -> None:
    wrong = {"hazardous": "1"}
    trained = {"1990-01": "0", "1992-01": "1"}
    granted = decide(9, 3, "0", every=400.0, wrong_refusal=wrong, training=trained)[1]
    assert granted == [False, False, True]


def test_the_first_decision_binds_later_ones_and_they_are_faster() -> None:
    told: list[tuple[str, bool]] = []
    when, granted = decide(1, 4, "0.5", every=500.0, referral="0.1", told=told)
    first = luck_of(0) >= 0.5
    assert granted == [first] * 4
    assert told == [("ash", first)]
    days = [500.0 * k + decide_alone(k) * (1.0 if k == 0 else 0.1) for k in range(4)]
    assert when == pytest.approx(days)
    # Without it, each case has its own luck, and they differ.
    free = decide(1, 4, "0.5", every=500.0)[1]
    assert free == [luck_of(k) >= 0.5 for k in range(4)]
    assert len(set(free)) == 2


def test_guidance_on_one_resource_binds_no_other() -> None:
    told: list[tuple[str, bool]] = []
    decide(1, 3, "0.5", referral="0.1", resource="", told=told)
    assert told == []
