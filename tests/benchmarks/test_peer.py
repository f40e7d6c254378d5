"""The plain Mesa peer is the same model: it leaves the same ledger and the same synergies."""

from __future__ import annotations

import pytest
from benchmarks.meters import load_core, load_region
from benchmarks.plain_mesa import PlainPark
from benchmarks.same_tables import assert_same_ledger, assert_same_synergies

from ecopark import Scenario, simulate


def compare(scenario: Scenario, seed: int, until: str | None = None) -> None:
    run = simulate(scenario, seed, until)
    peer = PlainPark(scenario.park, seed).run(run.manifest["periods"])
    assert len(run.synergies) > 10, "a park without ideas compares nothing"
    assert_same_synergies(run, peer)
    assert_same_ledger(run, peer)


def test_kalundborg_to_1975() -> None:
    compare(load_core(), seed=1, until="1975")


@pytest.mark.parametrize("switch", ["trust", "noise", "permits", "outages"])
def test_kalundborg_with_a_mechanism_off(switch: str) -> None:
    compare(load_core(**{f"mechanisms.{switch}": "false"}), seed=3, until="1968")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_kalundborg_to_the_end(seed: int) -> None:
    compare(load_core(), seed)


@pytest.mark.slow
def test_region_of_a_thousand_firms() -> None:
    compare(load_region(1000, years=1), seed=1)


def test_a_peer_that_is_wrong_is_found_out() -> None:
    scenario = load_core()
    run = simulate(scenario, 1, until="1965")
    peer = PlainPark(scenario.park, 1).run(run.manifest["periods"])
    assert_same_ledger(run, peer)
    row = max(range(len(peer.rows)), key=lambda k: peer.rows[k][6])
    wrong = list(peer.rows[row])
    wrong[6] *= 1.0 + 1e-8
    peer.rows[row] = tuple(wrong)
    with pytest.raises(AssertionError, match=r"1 of \d+ rows differ in quantity"):
        assert_same_ledger(run, peer)
    peer.ideas[0].stages["identified"] += 1.0
    with pytest.raises(AssertionError, match="identified"):
        assert_same_synergies(run, peer)
