"""The eight levers: each a small file on top of Kalundborg with ordinary frictions, each with an effect of its own."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from ecopark import Scenario, simulate
from ecopark.planning.ranking import read_ranking
from ecopark.scenario import shipped_folder, shipped_variants

PLACES = ("kalundborg", "west_midlands")
LEVERS = (
    "facilitation", "platform", "coordination", "engagement", "training", "referral", "end_of_waste", "procurement",
)  # fmt: skip
# What makes each lever none.
AT_REST: dict[str, dict[str, object]] = {
    "facilitation": {"mechanisms.facilitation": False},
    "platform": {"agents.information.platform.level": "none"},
    "coordination": {"agents.regulator.joint.from": "2025-01"},
    "engagement": {"mechanisms.facilitation": False},
    "training": {"agents.regulator.training": 0},
    "end_of_waste": {"agents.regulator.end_of_waste": "[]"},
    "procurement": {"policy.procurement": "[]"},
}
SPAN = {"time.end": "1975-12", "time.period": "quarter", "time.segment": "month"}
PAGE = Path(__file__).parents[2] / "docs" / "programmes.md"


@cache
def load(lever: str, place: str = "kalundborg") -> Scenario:
    return Scenario.load(f"{place}/levers/{lever}")


def test_they_are_shipped_and_the_page_tells_of_each() -> None:
    assert {name for name in shipped_variants() if "/levers/" in name} == {
        f"{place}/levers/{name}" for place in PLACES for name in (*LEVERS, "ordinary")
    }
    page = PAGE.read_text(encoding="utf-8")
    for name in LEVERS:
        assert f"{name}.yaml" in page


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("lever", LEVERS)
def test_a_variant_differs_only_where_it_says(lever: str, place: str) -> None:
    folder = shipped_folder(place)
    assert folder is not None
    text = (folder / "levers" / f"{lever}.yaml").read_text(encoding="utf-8")
    stated = re.findall(r"^  ([a-z_.]+):", text, re.MULTILINE)
    below, above = (
        {at: (number.value, number.unit) for at, number in load(name, place).numbers()}
        for name in ("ordinary", lever)
    )
    differ = {at for at in below.keys() | above.keys() if below.get(at) != above.get(at)}
    assert all(at.startswith(tuple(stated)) for at in differ)
    assert load(lever, place).park != load("ordinary", place).park
    marked = [number for at, number in load(lever, place).numbers() if at in differ]
    assert all(number.source and number.mark for number in marked)


@pytest.mark.parametrize("lever", sorted(AT_REST))
def test_a_lever_at_rest_is_none(lever: str) -> None:
    plain = simulate(load("ordinary").with_overrides(SPAN), 1).events
    assert simulate(load(lever).with_overrides({**SPAN, **AT_REST[lever]}), 1).events.equals(plain)
    # Neither ash nor sludge has an idea that comes to a permit by 1975: these two levers move nothing that early.
    if lever not in ("procurement", "end_of_waste"):
        assert not simulate(load(lever).with_overrides(SPAN), 1).events.equals(plain)


@pytest.mark.parametrize("place", PLACES)
def test_the_shipped_ranking_holds_every_lever_and_barrier(place: str) -> None:
    plan = read_ranking(f"{place}/levers_and_barriers")
    held = {variant.sha256 for group in plan.groups for variant in group.variants.values()}
    for name in (name for name in shipped_variants() if name.startswith(f"{place}/")):
        if "/barriers/" in name or ("/levers/" in name and not name.endswith("ordinary")):
            assert Scenario.load(name).sha256 in held, name
