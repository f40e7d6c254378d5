"""Bonds, experience and players as columns, by hand on three firms."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ecopark.agents.bonds import Bonds
from ecopark.agents.learning import Experience, Players
from ecopark.market.trust import mean_by_bond
from ecopark.scenario.learning import Conduct
from ecopark.scenario.types import Trust
from ecopark.scenario.units import Quantity


def rules(**fields: Any) -> Trust:
    numbers = {k: v if isinstance(v, str) else Quantity(v, "1") for k, v in fields.items()}
    return Trust().model_copy(update=numbers)


def bonds(initial: float = 0.3, tied: set[tuple[str, str]] | None = None) -> Bonds:
    """Firms a, b, c; every pair of them could deal: bonds a-b, a-c, b-c, and two pairs of ports for a-b."""
    columns: Any = SimpleNamespace(firms=("a", "b", "c"), port_firm=np.array([0, 1, 2]))
    pairs: Any = SimpleNamespace(out_port=np.array([0, 1, 2, 1]), in_port=np.array([1, 0, 0, 2]))
    return Bonds(initial, tied or set(), columns, pairs)


def test_the_mean_over_exchanges_of_one_pair() -> None:
    met, kept, years = mean_by_bond(np.array([2, 0, 2]), np.array([1.0, 0.4, 0.5]), np.array([1.0, 1.0, 0.5]))
    np.testing.assert_array_equal(met, [0, 2])
    np.testing.assert_allclose(kept, [0.4, 0.75])
    np.testing.assert_allclose(years, [1.0, 0.75])


def test_a_breach_is_held_against_the_one_who_broke() -> None:
    held, law = bonds(), rules(rule="beta")
    np.testing.assert_array_equal(held.of_pair, [0, 0, 1, 2])
    held.learn(np.array([0]), np.array([1.0]), np.array([2.0]), law)
    assert held.between("a", "b") == pytest.approx((2.0 + 0.6) / 4.0)
    held.betray("b", "a", law)
    # The warier of the two is a, who has seen 2 kept and 4 broken; b knows nothing against a.
    assert held.between("a", "b") == pytest.approx((2.0 + 0.6) / 8.0)
    assert held.broken[0].tolist() == [0.0, 4.0]
    assert held.between("a", "c") == 0.3
    # What else a would lose: from 2.6 / 4 to 2.6 / 8 is half.
    assert held.share_at_risk("a", "b", law) == pytest.approx(0.5)


def test_partners_tell_of_a_breach_once_a_year() -> None:
    held, law = bonds(), rules(rule="beta", forgetting=1.0, spread=0.5)
    held.learn(np.array([0, 1]), np.ones(2), np.ones(2) * 2.0, law)
    held.betray("a", "b", law)
    before = held.between("b", "c")
    held.turn_year(law)
    # c hears of b from a, whom it trusts by (2 + 0.6) / 4 = 0.65: two kept, nothing broken; b of c by its
    # trust in a, (2 + 0.6) / 8 = 0.325, two kept. The warier is b.
    heard = 0.5 * 0.325 * 2.0
    assert before == 0.3
    assert held.between("b", "c") == pytest.approx((heard + 0.6) / (heard + 2.0))
    # c hears of a from b only, with whom it has never dealt: nothing.
    assert held.between("a", "c") == pytest.approx(0.65)


def test_a_betrayal_reaches_a_common_partner() -> None:
    held, law = bonds(), rules(rule="beta", forgetting=1.0, spread=0.5)
    held.learn(np.array([0, 1, 2]), np.ones(3), np.ones(3) * 2.0, law)
    held.betray("a", "b", law)
    held.turn_year(law)
    # c trusts b by 0.65; b holds 2 kept and 4 broken about a. c's own: 2 kept.
    kept, broken = 2.0 + 0.5 * 0.65 * 2.0, 0.5 * 0.65 * 4.0
    assert held.between("a", "c") == pytest.approx((kept + 0.6) / (kept + broken + 2.0))


def test_the_linear_rule_keeps_its_arithmetic() -> None:
    held, law = bonds(tied={("b", "a")}), rules()
    assert held.between("a", "b") == 0.8
    held.betray("a", "b", law)
    assert held.between("a", "b") == pytest.approx(0.8 * 0.6)
    held.betray("a", "c", law, weight=0.5)
    assert held.between("c", "a") == pytest.approx(0.3 * 0.8)
    held.turn_year(law)
    assert held.between("a", "b") == pytest.approx(0.48)
    assert held.share_at_risk("a", "b", law) == 0.4


def test_expected_deliveries_of_partners_and_strangers() -> None:
    held = bonds()
    experience = Experience(held, 0.9, 0.5)
    assert experience.of_pair(0) == 0.9
    experience.learn(np.array([0]), np.array([0.5]), np.array([1.0]))
    assert experience.of_pair(0) == experience.of_pair(1) == pytest.approx(0.7)
    # Between a and c: a expects of strangers what b taught it, c has no experience.
    assert experience.of_pair(2) == pytest.approx((0.7 + 0.9) / 2.0)


def test_players_learn_by_what_they_earn_and_the_fixed_stay_as_they_are() -> None:
    spec = Conduct(fixed={"c": "opportunistic"}).model_copy(update={"opportunists": Quantity(0.0, "1")})
    players = Players(("a", "b", "c"), spec, 1)
    assert players.played.tolist() == [0, 0, 1]
    players.turn_year(np.array([100.0, 0.0, 50.0]), np.array([True, False, True]))
    # Usual gain 100: reward 1. Fair: 0.9 x 9 + 0.8; the other strategy gets the experimenting 0.2.
    np.testing.assert_allclose(players.propensity[0], [8.9, 0.2])
    np.testing.assert_allclose(players.propensity[1], [9.0, 0.0])
    players.turn_year(np.array([300.0, 0.0, -50.0]), np.array([True, False, True]))
    # Usual gain now 200, so a reward of 1.5.
    played_fair = players.propensity[0] - 0.9 * np.array([8.9, 0.2])
    assert sorted(played_fair.tolist()) == pytest.approx([0.3, 1.2])
    assert players.played[2] == 1


def test_conduct_of_a_firm_hangs_on_no_other() -> None:
    few, many = Players(("a", "b"), Conduct(), 3), Players(("x", "a", "y", "b"), Conduct(), 3)
    for _ in range(30):
        few.turn_year(np.array([1.0, 2.0]), np.ones(2, dtype=bool))
        many.turn_year(np.array([9.0, 1.0, -3.0, 2.0]), np.ones(4, dtype=bool))
        assert few.played.tolist() == many.played[[1, 3]].tolist()
