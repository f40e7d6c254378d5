"""The three exchanges worked by hand in ``docs/indicators.md``, in the program and on the page."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from tiny_ledger import value
from worked_park import worked_park

from ecopark import Run, simulate
from ecopark.indicators import (
    carbon_by_scope,
    carbon_chain,
    credit_rules,
    exergy,
    primary_energy_saved,
    primary_factors,
)

PAGE = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text(encoding="utf-8")
SENT = 365 * 100 / 0.97**2
STEAM = {
    "co2_virgin": SENT * 1.25 * 0.27,
    "co2_loss": (36_500 - SENT) * 1.25 * 0.27,
    "co2_burden": -SENT * 0.25 * 0.5,
}
GYPSUM = {"co2_disposal": 14_600 * 0.005, "co2_virgin": 14_600 * 0.03, "co2_haulage": -14_600 * 10 * 1e-4}
ASH = {
    "co2_disposal": 73_000 * 0.005,
    "co2_virgin": 73_000 * 0.9 * 0.85,
    "co2_haulage": -73_000 * 200 * 1e-4,
    "co2_treatment": -73_000 * 0.004,
    "co2_inputs": -73_000 * 0.02 * 0.5,
}
EXCHANGES = {
    "synergy:power.steam>refinery.steam#1": STEAM,
    "synergy:power.gypsum>board.gypsum#1": GYPSUM,
    "synergy:power.fly_ash>cement.clinker#1:ash_to_clinker": ASH,
}


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(worked_park(), seed=1)


@pytest.mark.parametrize("scope", EXCHANGES)
def test_steps_and_net_are_those_worked_by_hand(run: Run, scope: str) -> None:
    steps, chain = EXCHANGES[scope], carbon_chain(run.accounts, run.flows)
    mine = chain[(chain["scope"] == scope) & (chain["period"].dt.year == 1991)].set_index("indicator")[
        "value"
    ]
    for name, expected in mine.items():
        assert expected == pytest.approx(steps.get(str(name), 0.0), rel=1e-9, abs=1e-9), name
    assert set(steps) <= set(mine.index)
    net = value(carbon_by_scope(run.accounts), "exchange_co2", scope, 1991)
    assert net == pytest.approx(sum(steps.values()), rel=1e-9)


def test_the_pipe_is_charged_in_the_year_it_is_built(run: Run) -> None:
    chain = carbon_chain(run.accounts, run.flows)
    assert value(chain, "co2_construction", year=1990) == pytest.approx(-200.0, rel=1e-9)
    built = chain[(chain["indicator"] == "co2_construction") & (chain["period"].dt.year == 1991)]
    assert not built["value"].any()


def test_scopes_are_those_of_the_books_that_change(run: Run) -> None:
    table = carbon_by_scope(run.accounts)
    expected = {
        ("avoided_co2_scope_1", "firm:refinery"): 36_500 * 1.25 * 0.27,
        ("avoided_co2_scope_2", "firm:power"): STEAM["co2_burden"],
        ("avoided_co2_scope_3", "firm:power"): ASH["co2_disposal"] + GYPSUM["co2_disposal"],
        ("avoided_co2_scope_3", "firm:board"): GYPSUM["co2_virgin"] + GYPSUM["co2_haulage"],
        ("avoided_co2_scope_1", "firm:cement"): ASH["co2_treatment"],
        ("avoided_co2_scope_2", "firm:cement"): ASH["co2_inputs"],
        ("avoided_co2_scope_3", "firm:cement"): ASH["co2_virgin"] + ASH["co2_haulage"],
    }
    for (indicator, scope), amount in expected.items():
        assert value(table, indicator, scope, 1991) == pytest.approx(amount, rel=1e-9), (indicator, scope)
    scopes = [value(table, f"avoided_co2_scope_{k}", year=1991) for k in (1, 2, 3)]
    assert sum(scopes) == pytest.approx(value(run.indicators, "avoided_co2", year=1991), rel=1e-12)


def test_every_credit_rule_gives_out_the_same_total(run: Run) -> None:
    table = credit_rules(run.accounts, run.currency)
    total = sum(sum(steps.values()) for steps in EXCHANGES.values())
    sums = table[table["period"].dt.year == 1991].groupby("indicator")["value"].sum()
    assert set(sums.index) == {"credit_cut_off", "credit_half", "credit_price", "credit_shapley"}
    for rule, given in sums.items():
        assert given == pytest.approx(total, rel=1e-12), rule
    own = ASH["co2_disposal"] + GYPSUM["co2_disposal"] + STEAM["co2_burden"]
    assert value(table, "credit_cut_off", "firm:power", 1991) == pytest.approx(own, rel=1e-9)
    for rule in ("credit_half", "credit_shapley"):
        assert value(table, rule, "firm:power", 1991) == pytest.approx(total / 2, rel=1e-9)


def test_the_credit_by_price_follows_the_split_of_the_gain(run: Run) -> None:
    ash = run.accounts[
        run.accounts["synergy"].astype(str).str.contains("fly_ash") & (run.accounts["unit"] == "DKK")
    ]
    giver, taker = float(ash["giver"].sum()), float(ash["taker"].sum())
    table = credit_rules(run.accounts, run.currency)
    expected = sum(ASH.values()) * taker / (giver + taker)
    assert value(table, "credit_price", "firm:cement", 1991) == pytest.approx(expected, rel=1e-9)


def test_exergy_and_primary_energy_of_the_steam(run: Run) -> None:
    table = exergy(run.flows, run.synergies, ambient=10.0)
    supplied, used = SENT * (1 - 283.15 / 473.15), 36_500 * (1 - 283.15 / 423.15)
    assert value(table, "exergy_supplied", year=1991) == pytest.approx(supplied, rel=1e-9)
    assert value(table, "exergy_used", year=1991) == pytest.approx(used, rel=1e-9)
    assert value(table, "exergy_efficiency", year=1991) == pytest.approx(used / supplied, rel=1e-9)
    # 1.25 MWh of oil per MWh of steam; electricity lost and used at 2.5
    saved = primary_energy_saved(run.flows, primary_factors(run.resources))
    expected = 36_500 * 1.25 - 2.5 * (SENT * 0.25 + 73_000 * 0.02)
    assert value(saved, "primary_energy_saved", year=1991) == pytest.approx(expected, rel=1e-9)


def test_the_page_prints_these_numbers() -> None:
    text = PAGE.split("### Three exchanges by hand")[1].split("## Programme")[0]
    printed = {float(number.replace(",", "")) for number in re.findall(r"-?\d[\d,]*(?:\.\d+)?", text)}
    steps = [number for part in EXCHANGES.values() for number in (*part.values(), sum(part.values()))]
    total = sum(sum(part.values()) for part in EXCHANGES.values())
    for number in (*steps, total, total / 2, SENT):
        assert any(abs(abs(p) - abs(number)) <= 5e-4 for p in printed), number


def test_the_run_gives_all_indicators_with_their_basis(run: Run) -> None:
    table = run.report_indicators()
    assert list(table.columns) == ["period", "scope", "indicator", "value", "unit", "basis"]
    assert set(table["basis"]) == {"annual, gross", "at the end of the year", "whole run"}
    assert not table.duplicated(["period", "scope", "indicator", "unit", "basis"]).any()
    yearly = table[table["indicator"] == "avoided_co2"].drop(columns="basis").reset_index(drop=True)
    mine = run.indicators[run.indicators["indicator"] == "avoided_co2"].reset_index(drop=True)
    pd.testing.assert_frame_equal(yearly, mine, check_exact=False, rtol=1e-12)
