"""The shipped Tianjin scenario: sourced, nobody told with whom to trade, ties follow from nationality alone."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from scenario_checks import books_close, partners_named, unsourced

from ecopark import simulate
from ecopark.scenario.load import Scenario

FOLDER = Path(__file__).parents[2] / "scenarios" / "teda"


@cache
def scenario(file: str = "scenario.yaml") -> Scenario:
    return Scenario.load(FOLDER / file)


def nationality() -> dict[str, str]:
    return {name: firm.note.removeprefix("nationality: ") for name, firm in scenario().park.firms.items()}


def test_every_number_has_source_and_mark() -> None:
    assert unsourced(scenario()) == []


def test_nobody_is_told_with_whom_to_trade() -> None:
    assert partners_named(FOLDER, but={"nationality.yaml"}) == []


def test_ties_are_all_pairs_of_one_nationality_and_no_other() -> None:
    groups = nationality()
    countrymen = {frozenset(pair) for pair in combinations(groups, 2) if groups[pair[0]] == groups[pair[1]]}
    assert {frozenset(pair) for pair in scenario().park.agents.ties} == countrymen
    assert len(set(groups.values())) == 6


def test_made_ground_is_what_the_green_area_needs() -> None:
    """16.55 km2 of green in 2012, half a metre of soil at 1.5 t/m3, in the 25 years of the run."""
    need = scenario().park.firms["greening"].processes["main"].capacity.at(date(2010, 1, 1)) * 365.25
    assert need * 25 == pytest.approx(16.55e6 * 0.5 * 1.5, rel=0.05)


def test_incinerator_burns_1200_tonnes_a_day() -> None:
    works = scenario().park.firms["incinerator"].processes["main"]
    assert works.capacity.at(date(2010, 1, 1)) == pytest.approx(1200, rel=0.1)


def test_plan_comes_first_and_round_tables_in_2010() -> None:
    body = scenario().park.agents.facilitator
    assert body is not None
    assert (body.mode, body.plan, body.from_) == ("planned", "sectors", date(1994, 1, 1))
    assert body.engagement is not None
    assert body.engagement.from_ == date(2010, 1, 1)


def test_help_changes_nothing_before_it_comes_and_the_books_close() -> None:
    """Same luck: until 2010 the two runs have begun the same exchanges on the same days."""
    whole, planned = (simulate(scenario(file), seed=1) for file in ("scenario.yaml", "planned_only.yaml"))
    early = [
        run.synergies.loc[run.synergies["identified"] < "2010", ["synergy", "identified"]].values.tolist()
        for run in (whole, planned)
    ]
    assert early[0] == early[1]
    assert len(early[0]) > 20
    assert books_close(whole)


def test_without_the_barrier_there_is_more_on_the_same_luck() -> None:
    for seed in (1, 2):
        links = [
            simulate(scenario(file), seed=seed).synergies["operating"].notna().sum()
            for file in ("scenario.yaml", "no_barrier.yaml")
        ]
        assert links[1] > links[0]
