"""Ulsan against what is published of its programme: stage rates 2005-13, projects at the end of 2010.

Means of six seeds; the interval over twenty stands in docs/ulsan.md.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from scenario_checks import books_close

from ecopark import simulate
from ecopark.indicators.stages import stage_account, stage_rates
from ecopark.run import Run
from ecopark.scenario.load import Scenario

FOLDER = Path(__file__).parents[2] / "scenarios" / "ulsan"
SEEDS = range(1, 7)


@cache
def run(seed: int, file: str = "scenario.yaml") -> Run:
    return simulate(Scenario.load(FOLDER / file), seed=seed)


def mean_account(last: str) -> pd.Series:
    accounts = [stage_account(run(seed).synergies, run(seed).events, "2005-01-01", last) for seed in SEEDS]
    mean: pd.Series = pd.concat(accounts, axis=1).mean(axis=1)
    return mean


@pytest.mark.parametrize(
    ("stage", "published"), [("supported", 0.66), ("studied", 0.82), ("commercialised", 0.48)]
)
def test_stage_rates_are_within_a_tenth(stage: str, published: float) -> None:
    assert stage_rates(mean_account("2013-12-31"))[stage] == pytest.approx(published, abs=0.1)


def test_projects_at_the_end_of_2010() -> None:
    account = mean_account("2010-12-31")
    assert account["supported"] == pytest.approx(42, rel=0.3)
    assert account["commercialised"] == pytest.approx(13, rel=0.3)


def test_some_links_came_before_the_programme_and_most_with_it() -> None:
    starts = pd.concat([run(seed).synergies["operating"].dropna() for seed in SEEDS])
    early = (starts < "2005-11-01").sum()
    assert early > len(SEEDS)
    assert early < 0.3 * len(starts)


def test_without_the_programme_fewer_links_on_the_same_luck() -> None:
    for seed in (1, 2):
        links = [run(seed, file).synergies["operating"].notna().sum()
                 for file in ("scenario.yaml", "no_programme.yaml")]  # fmt: skip
        assert links[0] > 1.5 * links[1]


def test_books_close() -> None:
    assert books_close(run(1))
