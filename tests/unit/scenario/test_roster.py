"""Firms added to a scenario or left out of it, with everything that speaks of them."""

from __future__ import annotations

import pytest

from ecopark import Scenario
from ecopark.errors import DomainError, ScenarioError
from ecopark.scenario.library import archetype_names
from ecopark.scenario.roster import raw_plant
from tests.small_parks import build, firm


def _park() -> Scenario:
    works = {
        name: firm((at, 0), capacity="10 t/d", outputs={"ash": {"resource": "ash", "coefficient": "0.2 t/t"}})
        for at, name in enumerate("abc")
    }
    return Scenario.from_dict(
        build(
            works,
            layout={
                "rules": {
                    "only_a": {"who": {"firms": ["a"]}, "at_least": "0 m"},
                    "a_and_b": {"who": {"firms": ["a", "b"]}, "at_least": "0 m"},
                }
            },
            agents={"ties": [["a", "b"], ["b", "c"]], "conduct": {"fixed": {"a": "fair", "b": "fair"}}},
            shocks=[
                {"kind": "closure", "firms": ["a"], "from": "1990-06"},
                {"kind": "closure", "firms": ["a", "c"], "from": "1990-07"},
                {"kind": "pipe", "firms": ["a", "b"], "factor": 0.5, "from": "1990-08"},
            ],
        ),
        "three",
    )


def test_what_speaks_of_a_firm_goes_with_it() -> None:
    base = _park()
    left = base.with_firms(dropped=["a"]).park
    assert list(left.firms) == ["b", "c"]
    # A rule about nobody would be about everybody.
    assert {name: rule.who.firms for name, rule in left.layout.rules.items()} == {"a_and_b": ("b",)}
    assert left.agents.ties == (("b", "c"),)
    assert left.agents.conduct is not None
    assert set(left.agents.conduct.fixed) == {"b"}
    assert [shock.firms for shock in left.shocks] == [("c",)]
    assert list(base.park.firms) == ["a", "b", "c"]
    assert len(base.park.shocks) == 3


def test_values_set_for_a_firm_go_with_it() -> None:
    base = _park().with_overrides({"firms.a.behaviour.payback": "9 yr", "firms.b.behaviour.payback": "8 yr"})
    left = base.with_firms(dropped=["a"])
    assert left.park.firms["b"].behaviour.payback.value == pytest.approx(8 * 365.25)
    assert list(left.overrides) == ["firms.b.behaviour.payback"]


def test_the_record_forgets_who_was_not_there() -> None:
    base = Scenario.load("kalundborg")
    assert base.park.observed is not None
    left = base.with_firms(dropped=["gyproc"]).park.observed
    assert left is not None
    kept = [
        link for link in base.park.observed.record if "gyproc" not in (link["from_firm"], link["to_firm"])
    ]
    assert [dict(link) for link in left.record] == [dict(link) for link in kept]
    assert len(kept) < len(base.park.observed.record)


def test_unknown_and_known_names_are_refused() -> None:
    with pytest.raises(ScenarioError, match="is not there"):
        _park().with_firms(dropped=["d"])
    with pytest.raises(ScenarioError, match="is there already"):
        _park().with_firms({"a": raw_plant("brewery", "Brewery", (0.0, 0.0))})
    with pytest.raises(DomainError, match="brewery"):
        raw_plant("brewry", "Brewery", (0.0, 0.0))


@pytest.mark.parametrize("capacity", ["5 MW", "-3 kt/yr", "much"])
def test_capacities_that_are_none_are_refused(capacity: str) -> None:
    with pytest.raises(DomainError, match="capacity of Bakery"):
        raw_plant("bakery_ready_meals", "Bakery", (0.0, 0.0), capacity)


def test_every_plant_of_the_library_can_be_added_to_kalundborg() -> None:
    base = Scenario.load("kalundborg")
    added = {f"new_{name}": raw_plant(name, name, (11.1, 55.66)) for name in archetype_names()}
    grown = base.with_firms(added).park
    assert set(grown.firms) == {*base.park.firms, *added}
    # Who was there is who was there.
    assert all(grown.firms[name] == spec for name, spec in base.park.firms.items())


def test_a_park_without_library_gets_what_a_plant_needs() -> None:
    base = Scenario.from_dict(
        build({"a": firm(capacity="10 t/d", outputs={"ash": {"resource": "ash", "coefficient": "0.2 t/t"}})})
        | {"currency": {"code": "DKK", "price_year": 2010, "rates": {"EUR": 7.4, "GBP": 8.7, "USD": 5.6}}},
        "bare",
    )
    grown = base.with_firms({"kiln": raw_plant("lime_kiln", "Kiln", (500.0, 0.0))}).park
    assert "limestone" in grown.resources
    assert "limestone" not in base.park.resources
    assert grown.resources["ash"] == base.park.resources["ash"]
