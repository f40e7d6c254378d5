"""Every kind of what-if, as the list shows it, on the shipped park: its past stays, its future does not."""

from __future__ import annotations

import shlex
from datetime import date

import pytest

from ecopark import Run, Scenario, simulate
from ecopark.experiments.models import fingerprint
from ecopark.planning.whatif.asking import apply_events
from ecopark.planning.whatif.words import WORDS, read_event


@pytest.fixture(scope="module")
def kalundborg() -> Scenario:
    return Scenario.load("kalundborg")


@pytest.fixture(scope="module")
def as_it_is(kalundborg: Scenario) -> Run:
    return simulate(kalundborg, 2, "1991")


@pytest.mark.slow
@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.option)
def test_the_past_is_the_same_to_the_byte(word: object, kalundborg: Scenario, as_it_is: Run) -> None:
    (typed,) = shlex.split(word.example)  # type: ignore[attr-defined]
    changed, (effect,) = apply_events(kalundborg, [read_event(word.option, typed)])  # type: ignore[attr-defined]
    after = simulate(changed, 2, "1991")
    assert fingerprint(after.flows, effect.day) == fingerprint(as_it_is.flows, effect.day)
    end = date(1992, 1, 1)
    same_flows = fingerprint(after.flows, end) == fingerprint(as_it_is.flows, end)
    same_money = after.accounts.astype(str).equals(as_it_is.accounts.astype(str))
    assert not (same_flows and same_money)
