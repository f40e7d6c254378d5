"""Variants that take over what they share are the scenarios they would be if read anew."""

from __future__ import annotations

import pickle
from copy import deepcopy
from typing import Any

import pytest

from ecopark import Scenario
from ecopark.errors import ScenarioError

CHANGES: tuple[dict[str, Any], ...] = (
    {"agents.discovery.base": "0.4 1/yr"},
    {"firms.asnaes.behaviour.payback": "4 yr", "firms.refinery.behaviour.openness": 0.3},
    {"policy.landfill_tax": {"series": "landfill_tax", "times": 2.0}},
    {"currency.rates": {"EUR": 7.0, "GBP": 9.0, "USD": 5.0}, "policy.carbon_price": "10 EUR/t"},
    {"agents.source": "another report", "firms.asnaes.source": "another report"},
    {"resources.natural_gypsum.virgin.price": "90 DKK/t"},
    {"mechanisms.trading": "false", "layout.detour": 2.0},
    {},
)
FAULTS: tuple[dict[str, Any], ...] = (
    {"firms.asnaes.behaviour.payback": "4 t"},
    {"policy.carbon_price": "10 SEK/t"},
    {"resources.steam.unit": "t"},
)


@pytest.fixture(scope="module")
def base() -> Scenario:
    return Scenario.load("kalundborg")


@pytest.mark.parametrize("changes", CHANGES, ids=lambda changes: next(iter(changes), "nothing"))
def test_a_variant_is_what_it_would_be_if_read_anew(base: Scenario, changes: dict[str, Any]) -> None:
    anew = Scenario.load("kalundborg", changes)
    # The first of all variants is kept, so that this holds in any order of the tests.
    for variant in (base.with_overrides(changes), base.with_overrides(changes)):
        assert variant.park == anew.park
        assert list(variant.numbers()) == list(anew.numbers())
        assert variant.to_yaml() == anew.to_yaml()
        assert variant.sha256 == anew.sha256


@pytest.mark.parametrize("changes", FAULTS, ids=lambda changes: next(iter(changes)))
def test_mistakes_of_a_variant_are_found_as_if_read_anew(base: Scenario, changes: dict[str, Any]) -> None:
    base.with_overrides({})
    with pytest.raises(ScenarioError) as anew:
        Scenario.load("kalundborg", changes)
    with pytest.raises(ScenarioError) as found:
        base.with_overrides(changes)
    assert str(found.value) == str(anew.value)


def test_variants_share_the_blocks_they_do_not_change(base: Scenario) -> None:
    one, other = (base.with_overrides({"firms.asnaes.behaviour.payback": f"{n} yr"}) for n in (4, 5))
    assert one.park.firms["refinery"].processes is other.park.firms["refinery"].processes
    assert one.park.firms["asnaes"].behaviour != other.park.firms["asnaes"].behaviour
    assert all(one.park.pathways[name] is other.park.pathways[name] for name in one.park.pathways)


@pytest.mark.parametrize("copied", [deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_reads_for_itself(base: Scenario, copied: Any) -> None:
    # Identities mean nothing in another place: what stands there may be anything.
    base.with_overrides({})
    changes = {"agents.trust.initial": 0.1, "firms.asnaes.behaviour.openness": 0.9}
    assert copied(base).with_overrides(changes).park == base.with_overrides(changes).park
