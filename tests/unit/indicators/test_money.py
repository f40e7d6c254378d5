"""Money indicators against hand calculation and a closed formula; fairness of games one can solve."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from tiny_ledger import accounts

from ecopark.errors import DomainError
from ecopark.indicators import exchange_money, fairness, firm_gains, irr, link_core_violation, npv, payback
from ecopark.indicators.money import gini_with_losses


def test_npv_of_an_annuity_equals_its_closed_formula() -> None:
    rate, years = 0.07, 20
    annuity = (1 - (1 + rate) ** -years) / rate
    assert npv([-1000.0] + [100.0] * years, rate) == pytest.approx(-1000 + 100 * annuity, rel=1e-12)


def test_npv_refuses_a_rate_of_minus_one() -> None:
    with pytest.raises(DomainError, match="not above -1"):
        npv([1.0], -1.0)


@pytest.mark.parametrize(
    ("cash", "expected"),
    [
        ([-100.0, 110.0], 0.10),
        ([-100.0, 50.0], -0.5),
        ([-1000.0, 0.0, 1210.0], 0.10),
        # 1000 = 300 a + 420 a^2 + 680 a^3 at 16.34 %: a common textbook flow
        ([-1000.0, 300.0, 420.0, 680.0], 0.1634),
        # a bad year in between: the running sum turns once, so the rate is unique
        ([-100.0, 150.0, -10.0, 20.0], None),
    ],
)
def test_irr_is_where_npv_vanishes(cash: list[float], expected: float | None) -> None:
    rate = irr(cash)
    assert npv(cash, rate) == pytest.approx(0.0, abs=1e-6)
    if expected is not None:
        assert rate == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(
    "cash",
    [[100.0, 50.0], [-100.0, -1.0], [0.0, 0.0], [], [-100.0, 230.0, -132.0]],
    ids=["no investment", "no return", "nothing", "empty", "two rates, 10 and 20 %"],
)
def test_irr_is_nan_where_there_is_none_or_more_than_one(cash: list[float]) -> None:
    assert np.isnan(irr(cash))


@pytest.mark.parametrize(
    ("cash", "rate", "expected"),
    [
        ([-1000.0, 400.0, 400.0, 400.0], 0.0, 2.5),
        ([-100.0, 110.0], 0.1, 1.0),
        ([50.0, 10.0], 0.0, 0.0),
        ([-100.0, 40.0], 0.0, np.inf),
        # paid back, in debt again, and back for good in the fourth year
        ([-100.0, 150.0, -80.0, 20.0, 20.0], 0.0, 3.5),
    ],
)
def test_payback(cash: list[float], rate: float, expected: float) -> None:
    assert payback(cash, rate) == pytest.approx(expected)


BOOKS = accounts(
    ("2000-05-01", "good", "a", "b", "investment", 0, -100, "DKK", None),
    ("2001-01-01", "good", "a", "b", "avoided_virgin", 0, 80, "DKK", None),
    ("2001-01-01", "good", "a", "b", "payment", 30, -30, "DKK", None),
    ("2002-01-01", "good", "a", "b", "avoided_virgin", 0, 80, "DKK", None),
    ("2002-01-01", "good", "a", "b", "payment", 30, -30, "DKK", None),
    ("2001-01-01", "bad", "b", "c", "investment", -50, 0, "DKK", None),
    ("2001-01-01", "bad", "b", "c", "avoided_virgin", 0, 20, "DKK", None),
    ("2001-01-01", "bad", "b", "c", "avoided_virgin", 0, 7, "t CO2e", "scope 3"),
)


def test_value_split_and_subsidy_of_two_exchanges() -> None:
    table = exchange_money(BOOKS, "DKK", rate=0.1)
    good, bad = table.loc["good"], table.loc["bad"]
    assert good["npv"] == pytest.approx(-100 + 80 / 1.1 + 80 / 1.21)
    assert good["npv_giver"] == pytest.approx(30 / 1.1 + 30 / 1.21)
    assert good["npv_giver"] + good["npv_taker"] == pytest.approx(good["npv"])
    assert good["giver_share"] == pytest.approx(good["npv_giver"] / good["npv"])
    # 100 x^2 - 80 x - 80 = 0 with x = 1 + r
    assert good["irr"] == pytest.approx(0.4 + np.sqrt(0.16 + 0.8) - 1)
    assert good["payback"] == pytest.approx(1.25)
    assert good[["invested", "subsidy_needed", "years"]].tolist() == [100.0, 0.0, 3]
    assert bad[["npv", "subsidy_needed", "payback"]].tolist() == [-30.0, 30.0, np.inf]
    assert np.isnan(bad["giver_share"])


def test_firm_gains_add_up_both_roles() -> None:
    assert firm_gains(BOOKS, "DKK").to_dict() == {"a": 60.0, "b": -50.0, "c": 20.0}


def test_fairness_of_three_firms_by_hand() -> None:
    value = fairness(BOOKS, "DKK")
    # worths 60 (a, b) and -30 (b, c): Shapley 30, 15, -15; a has 60, b -50, c 20
    assert value["shapley_distance"] == pytest.approx((30 + 65 + 35) / 2 / 30)
    # a and b together are worth 60 and have 10; b alone is worth 0 and has -50: the same 50
    assert value["core_violation"] == pytest.approx(50.0)
    # sorted -50, 20, 60: (-2 x -50 + 0 + 2 x 60) / (3 x 130)
    assert value["gain_gini"] == pytest.approx(220 / 390)


def test_no_exchange_is_neither_fair_nor_unfair() -> None:
    value = fairness(BOOKS.iloc[:0], "DKK")
    assert value[["gain_gini", "shapley_distance"]].isna().all()
    assert value["core_violation"] == 0.0


@pytest.mark.parametrize(
    ("values", "expected"), [([1.0, 1.0], 0.0), ([0.0, 0.0, 3.0], 2 / 3), ([-2.0, -2.0], 0.0)]
)
def test_gini_by_hand(values: list[float], expected: float) -> None:
    assert gini_with_losses(np.array(values)) == pytest.approx(expected)


def brute_violation(payoff: dict[str, float], worth: dict[str, float], needs: dict[str, list[str]],
                    requires: dict[str, list[str]]) -> float:  # fmt: skip
    """The definition: every group of firms, every set of links it could keep."""
    best = 0.0
    links = sorted(worth)
    for size in range(len(payoff) + 1):
        for group in itertools.combinations(sorted(payoff), size):
            for count in range(len(links) + 1):
                for kept in itertools.combinations(links, count):
                    allowed = all(
                        set(needs[e]) <= set(group) and set(requires.get(e, [])) <= set(kept) for e in kept
                    )
                    if allowed:
                        best = max(best, sum(worth[e] for e in kept) - sum(payoff[f] for f in group))
    return best


@pytest.mark.parametrize("seed", range(25))
def test_core_violation_equals_the_list_of_all_groups_and_links(seed: int) -> None:
    rng = np.random.default_rng(seed)
    firms = [f"f{k}" for k in range(4)]
    needs = {
        f"e{k}": sorted(rng.choice(firms, size=rng.integers(2, 4), replace=False).tolist()) for k in range(6)
    }
    worth = {link: float(rng.normal(2.0, 5.0)) for link in needs}
    payoff = {firm: float(rng.normal(1.0, 4.0)) for firm in firms}
    requires = {"e1": ["e0"], "e3": ["e0", "e2"]} if seed % 2 else {}
    expected = brute_violation(payoff, worth, needs, requires)
    assert link_core_violation(payoff, worth, needs, requires) == pytest.approx(expected, abs=1e-7)


def test_a_needed_firm_without_a_payoff_is_named() -> None:
    with pytest.raises(DomainError, match="'b' is needed"):
        link_core_violation({"a": 1.0}, {"e": 1.0}, {"e": ["a", "b"]})


def test_exchange_money_is_indexed_by_synergy() -> None:
    assert exchange_money(BOOKS, "DKK").index.tolist() == ["bad", "good"]
    assert isinstance(exchange_money(BOOKS.iloc[:0], "DKK"), pd.DataFrame)
