"""Permits: one officer works off the queue one case at a time, several in parallel."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import mesa
import pytest
import simpy
from small_parks import firm, scenario

from ecopark.agents.regulator import Regulator
from ecopark.streams import stream


class Desk(mesa.Model):  # type: ignore[misc]
    """As much of a model as a regulator needs."""

    def __init__(self) -> None:
        super().__init__(rng=1)
        self.env = simpy.Environment()


def decide(
    officers: int, cases: int, refusal: str = "0", days: str = "40 d"
) -> tuple[list[float], list[bool]]:
    """Days on which cases handed in on day 0 are decided, and the decisions."""
    rules = {
        "officers": officers,
        "permit_time": {"none": "0 d", "low": "0 d", "hazardous": days},
        "refusal": {"none": "0", "low": "0", "hazardous": refusal},
    }
    desk = Desk()
    regulator = Regulator(desk, scenario({"a": firm()}, agents={"regulator": rules}).park.agents.regulator)
    when, granted = [], []

    def case(number: int) -> Generator[Any, Any, None]:
        answer = yield from regulator.decide("hazardous", stream(1, str(number)))
        when.append(desk.env.now)
        granted.append(answer)

    for number in range(cases):
        desk.env.process(case(number))
    desk.env.run()
    getattr(mesa.Agent, "_ids", {}).pop(desk, None)
    return when, granted


def test_one_officer_handles_one_case_after_the_other() -> None:
    alone = [decide_alone(number) for number in range(5)]
    when, _ = decide(1, 5)
    assert when == pytest.approx([sum(alone[: k + 1]) for k in range(5)])


def decide_alone(number: int) -> float:
    """Handling time of a case that waits for nobody: gamma with mean 40 and coefficient of variation 1/2."""
    return float(stream(1, str(number)).gamma(4.0, 10.0))


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
