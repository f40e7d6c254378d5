"""The pipeline of an idea: stages in order, one end, a reason that is known."""

from __future__ import annotations

import pytest

from ecopark.agents.idea import ENDS, REASONS, STAGES, Idea
from ecopark.errors import MarketError


@pytest.fixture
def idea() -> Idea:
    return Idea("a.ash>b.clay#1", pair=0, attempt=1, giver="a", taker="b")


def test_an_idea_walks_through_its_stages(idea: Idea) -> None:
    for day, stage in enumerate(STAGES):
        idea.reach(stage, float(day))
        assert idea.state == stage
    idea.finish("expired", "economics", 99.0)
    assert idea.is_over
    assert idea.stages == {stage: float(day) for day, stage in enumerate(STAGES)}
    assert (idea.state, idea.reason, idea.ended) == ("expired", "economics", 99.0)


def test_an_idea_ends_once_and_goes_nowhere_after(idea: Idea) -> None:
    idea.finish("lost", "permit", 5.0)
    with pytest.raises(MarketError, match=r"a\.ash>b\.clay#1: cannot go from lost to building"):
        idea.reach("building", 6.0)
    with pytest.raises(MarketError, match="cannot go from lost to closed"):
        idea.finish("closed", "closure", 6.0)


@pytest.mark.parametrize(("end", "reason"), [("vanished", "economics"), ("lost", "whim")])
def test_unknown_ends_and_reasons_are_refused(idea: Idea, end: str, reason: str) -> None:
    with pytest.raises(MarketError):
        idea.finish(end, reason, 1.0)
    assert not idea.is_over


def test_unknown_stage_is_refused(idea: Idea) -> None:
    with pytest.raises(MarketError):
        idea.reach("dreaming", 1.0)


def test_the_words_are_those_of_the_design() -> None:
    assert STAGES == ("identified", "screened", "negotiating", "permitting", "building", "operating")
    assert set(ENDS) == {"expired", "breached", "closed", "lost"}
    assert {"economics", "quality", "permit", "no-agreement", "partner-withdrew", "information", "distance",
            "competition-law", "closure"} == set(REASONS)  # fmt: skip
