"""Gains of firms and exchanges worked out with paper and pencil, and against the accounts of the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from small_parks import EAGER, TRANSPORT, Raw, firm, scenario

from ecopark import Run, Scenario, simulate
from ecopark.errors import DomainError
from ecopark.indicators.money import fairness
from ecopark.market.shapley import core_violation, shapley_value
from ecopark.planning.gains.game import link_worth
from ecopark.planning.gains.measuring import Gains, measure_gains
from ecopark.planning.gains.runs import measure_gains_over_runs

TEN = {"ash": {"resource": "ash", "coefficient": "0.1"}}
FIVE = {"ash": {"resource": "ash", "coefficient": "0.05"}}
TWENTY = {"ash": {"resource": "ash", "coefficient": "0.2"}}
TIME = {"start": "1990-01", "end": "1994-12"}
# A weighbridge of 1.2 million that costs nothing to run; 2.5 a tonne over the one km.
YARD: Raw = {"lorry": TRANSPORT["lorry"] | {"fixed": "1.2 MDKK", "running": "0 1/yr"}}
DAYS = np.array([365, 365, 366, 365, 365])
RATE = 0.08


@pytest.fixture(scope="module")
def two() -> Run:
    firms = {"giver": firm(outputs=TEN), "taker": firm((1000, 0), inputs=TEN)}
    return simulate(scenario(firms, time=TIME, transport=YARD, agents=EAGER))


@pytest.fixture(scope="module")
def three() -> Run:
    firms = {
        "hub": firm(outputs=TWENTY),
        "near": firm((1000, 0), inputs=TEN),
        "far": firm((20_000, 0), inputs=FIVE),
    }
    return simulate(scenario(firms, time=TIME, agents=EAGER))


@pytest.fixture(scope="module")
def kalundborg() -> Run:
    return simulate(
        Scenario.load("kalundborg", {"mechanisms.shared_trenches": "false"}), seed=3, until="1984"
    )


def row(table: pd.DataFrame, **ends: str) -> pd.Series:
    for name, value in ends.items():
        table = table[table[name] == value]
    (found,) = table.to_dict("records")
    return pd.Series(found)


def test_two_firms_by_hand(two: Run) -> None:
    gains = measure_gains(two, RATE)
    (price,) = two.synergies["price"]
    # The giver saves the fee of 100 and gets the price, the taker saves 80, hauls for 2.5 and pays it.
    giver = DAYS * 10.0 * (100.0 + price)
    taker = DAYS * 10.0 * (80.0 - 2.5 - price)
    taker[0] -= 1_200_000.0
    factor = 1.0 / (1.0 + RATE) ** np.arange(5)
    for name, cash in (("giver", giver), ("taker", taker)):
        mine = row(gains.firms, firm=name)
        assert mine["gain"] == pytest.approx(cash.sum(), rel=1e-12)
        assert mine["gain_per_year"] == pytest.approx(cash.sum() / 5.0, rel=1e-12)
        assert mine["npv"] == pytest.approx(cash @ factor, rel=1e-12)
        assert mine["shapley"] == pytest.approx((giver + taker) @ factor / 2.0, rel=1e-12)
        assert mine["overpaid"] == pytest.approx(
            (cash - giver) @ factor / 2.0 + (cash - taker) @ factor / 2.0
        )
    mine = row(gains.firms, firm="taker")
    running = np.cumsum(taker)
    year = int(np.flatnonzero(running < 0.0)[-1])
    assert mine["invested"] == 1_200_000.0
    assert mine["payback"] == pytest.approx(year - running[year] / taker[year + 1], rel=1e-12)
    present = np.cumsum(taker * factor)
    late = int(np.flatnonzero(present < 0.0)[-1])
    assert mine["discounted_payback"] == pytest.approx(
        late - present[late] / (present[late + 1] - present[late])
    )
    assert mine["irr"] == pytest.approx(brentq(lambda r: taker @ (1.0 + r) ** -np.arange(5.0), 0.0, 10.0))
    assert row(gains.firms, firm="giver")["payback"] == 0.0
    assert gains.price_year == 2010


def test_price_between_floor_and_ceiling_by_hand(two: Run) -> None:
    gains = measure_gains(two, RATE)
    found = gains.exchanges.iloc[0]
    (price,) = two.synergies["price"]
    factor = 1.0 / (1.0 + RATE) ** np.arange(5)
    sent = DAYS * 10.0 @ factor
    assert found["price"] == pytest.approx(price, rel=1e-12)
    assert found["floor"] == pytest.approx(-100.0, rel=1e-12)
    # The yard is paid in the first year, so spread over the tonnes as they count.
    assert found["ceiling"] == pytest.approx(77.5 - 1_200_000.0 / sent, rel=1e-12)
    assert found["giver_share"] == pytest.approx(
        (price + 100.0) / (found["ceiling"] - found["floor"]), rel=1e-12
    )
    assert found["subsidy_needed"] == 0.0
    assert (found["first_year"], found["years"], found["payback_giver"]) == (1990, 5, 0.0)


def test_the_value_year_moves_every_present_value_alike(two: Run) -> None:
    early, late = measure_gains(two, RATE, 1990), measure_gains(two, RATE, 2000)
    for table in ("firms", "exchanges"):
        one, other = getattr(early, table), getattr(late, table)
        np.testing.assert_allclose(other["npv"], one["npv"] * (1.0 + RATE) ** 10, rtol=1e-12)
    pd.testing.assert_series_equal(early.firms["share"], late.firms["share"])
    pd.testing.assert_series_equal(early.exchanges["floor"], late.exchanges["floor"])


def test_three_firms_share_by_the_pairs_they_make(three: Run) -> None:
    gains = measure_gains(three, RATE)
    factor = 1.0 / (1.0 + RATE) ** np.arange(5)
    # 10 t a day over 1 km, 5 t a day over 20 km: 100 + 80 - 2 - 0.5 x km a tonne.
    near, far = (DAYS * tonnes * (178.0 - 0.5 * km) @ factor for tonnes, km in ((10.0, 1.0), (5.0, 20.0)))
    fair = gains.firms.set_index("firm")["shapley"]
    assert fair["hub"] == pytest.approx((near + far) / 2.0, rel=1e-12)
    assert fair["near"] == pytest.approx(near / 2.0, rel=1e-12)
    assert fair["far"] == pytest.approx(far / 2.0, rel=1e-12)
    np.testing.assert_allclose(gains.firms["nucleolus"], gains.firms["shapley"], rtol=1e-6)
    assert gains.split["core_violation"] == 0.0
    assert not gains.firms["better_off_leaving"].any()
    assert gains.firms["share"].sum() == pytest.approx(1.0)


def check_sums(gains: Gains, run: Run) -> None:
    money = run.accounts[run.accounts["unit"] == run.currency]
    total = float((money["giver"] + money["taker"]).sum())
    size = float(money[["giver", "taker"]].abs().to_numpy().sum())
    assert abs(gains.firms["gain"].sum() - total) <= 1e-9 * size
    assert abs(gains.firms["npv"].sum() - gains.exchanges["npv"].sum()) <= 1e-9 * size
    assert abs(gains.firms["shapley"].sum() - gains.firms["npv"].sum()) <= 1e-9 * size
    assert abs(gains.firms["overpaid"].sum()) <= 1e-9 * size
    table = gains.exchanges
    np.testing.assert_allclose(
        table["npv_giver"] + table["npv_taker"], table["npv"], rtol=0, atol=1e-9 * size
    )
    for side, end in (("npv_giver", "from_firm"), ("npv_taker", "to_firm")):
        assert set(table[end]) <= set(gains.firms["firm"]), side


def test_sums_are_those_of_the_accounts(two: Run, three: Run, kalundborg: Run) -> None:
    dug = simulate(Scenario.load("kalundborg"), seed=3, until="1984")
    assert (dug.accounts["item"] == "trench").any()
    for run in (two, three, kalundborg, dug):
        check_sums(measure_gains(run, 0.05), run)


def test_undiscounted_the_split_is_that_of_the_money_indicators(kalundborg: Run) -> None:
    from ecopark.indicators.carbon import needed_exchanges, needed_firms

    gains = measure_gains(kalundborg, 0.0)
    known = fairness(
        kalundborg.accounts, kalundborg.currency, needed_firms(kalundborg.flows), needed_exchanges(kalundborg.flows)
    )  # fmt: skip
    money = kalundborg.accounts[kalundborg.accounts["unit"] == "DKK"]
    assert not (money["item"] == "trench").any()
    assert gains.split["gini"] == pytest.approx(known["gain_gini"])
    assert gains.split["shapley_distance"] == pytest.approx(known["shapley_distance"])
    assert gains.split["core_violation"] == pytest.approx(known["core_violation"])


def test_the_shapley_value_is_that_of_all_coalitions(kalundborg: Run) -> None:
    from ecopark.indicators.carbon import needed_firms

    gains = measure_gains(kalundborg, 0.0)
    money = kalundborg.accounts[kalundborg.accounts["unit"] == "DKK"]
    joint = (money["giver"] + money["taker"]).groupby(money["synergy"].astype(str)).sum()
    ends = gains.exchanges.set_index("synergy")[["from_firm", "to_firm"]]
    needs = {name: frozenset(ends.loc[name]) for name in joint.index} | {
        name: group for name, group in needed_firms(kalundborg.flows).items() if name in joint.index
    }
    players = sorted(set().union(*needs.values()))
    assert 5 <= len(players) <= 12
    assert any(len(group) == 3 for group in needs.values())
    listed = shapley_value(players, link_worth(joint.to_dict(), needs))
    for name, value in zip(gains.firms["firm"], gains.firms["shapley"], strict=True):
        assert value == pytest.approx(listed[name], rel=1e-9, abs=1e-3)
    payoff = dict(zip(gains.firms["firm"], gains.firms["npv"], strict=True))
    payoff |= {name: 0.0 for name in players if name not in payoff}
    # A group that may also drop exchanges that lose gains at least as much.
    assert (
        gains.split["core_violation"]
        >= core_violation(players, link_worth(joint.to_dict(), needs), payoff)[0] - 1.0
    )


def test_means_over_runs_are_means_of_the_runs() -> None:
    noisy = {"noise": {"cv": "0.3"}}
    firms = {"giver": firm(outputs=TEN, **noisy), "taker": firm((1000, 0), inputs=TEN)}
    park = scenario(firms, time=TIME, transport=YARD, agents=EAGER)
    seen: list[tuple[int, int]] = []
    found = measure_gains_over_runs(park, 3, seed=5, progress=lambda *step: seen.append(step))
    each = [measure_gains(simulate(park, seed), value_year=1990) for seed in (5, 6, 7)]
    for name in ("giver", "taker"):
        values = [row(gains.firms, firm=name)["npv"] for gains in each]
        mine = row(found.firms, firm=name)
        assert len(set(values)) == 3
        assert mine["npv"] == pytest.approx(np.mean(values))
        assert mine["npv_low"] <= mine["npv"] <= mine["npv_high"]
        assert mine["present"] == 1.0
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert found.exchanges["frequency"].tolist() == [1.0]
    with pytest.raises(DomainError, match="at least 1"):
        measure_gains_over_runs(park, 0)


def test_a_run_without_exchanges_has_no_gains(tmp_path: Path) -> None:
    alone = simulate(scenario({"giver": firm(outputs=TEN)}, agents=EAGER))
    gains = measure_gains(alone)
    assert gains.firms.empty
    assert gains.exchanges.empty
    assert gains.split["npv"] == 0.0
    folder = gains.save(tmp_path / "gains", figures=True)
    assert (folder / "summary.json").is_file()
    assert pd.read_parquet(folder / "firms.parquet").empty


def test_a_rate_that_is_none_is_refused(two: Run) -> None:
    with pytest.raises(DomainError, match=r"write 5 % as 0\.05"):
        measure_gains(two, -1.0)
