"""Programme metrics of a small ledger on every basis, by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from tiny_ledger import accounts, ledger, row, value

from ecopark.errors import DomainError
from ecopark.indicators import Basis, ProgrammeTerms, count_with_age, on_basis, programme_metrics

ASH = {"synergy": "ash", "delivered_resource": "clay", "instead_of": "landfill"}
FLOWS = ledger(
    row("exchange", "power", "bricks", "ash", 100.0, delivered=80.0, **ASH),
    row("exchange", "power", "bricks", "ash", 50.0, start="2001-03-01", delivered=40.0, **ASH),
    row("virgin", "market: clay", "bricks", "clay", 500.0),
    row("exchange", "refinery", "power", "used", 40.0, "m3", synergy="w", delivered=36.0, delivered_resource="fresh",
        instead_of="discharge"),
    row("exchange", "lake", "power", "raw", 60.0, "m3", synergy="l", delivered=60.0, delivered_resource="fresh"),
    row("virgin", "market: fresh", "town", "fresh", 24.0, "m3"),
)  # fmt: skip
BOOKS = accounts(
    ("2000-01-01", "ash", "power", "bricks", "investment", -30, -70, "DKK", None),
    ("2000-01-01", "ash", "power", "bricks", "avoided_disposal", 500, 0, "DKK", None),
    ("2000-01-01", "ash", "power", "bricks", "avoided_virgin", 0, 300, "DKK", None),
    ("2000-01-01", "ash", "power", "bricks", "haulage", 0, -200, "DKK", None),
    # the giver pays a gate fee of 150, a sale of the taker
    ("2000-01-01", "ash", "power", "bricks", "payment", -150, 150, "DKK", None),
    ("2000-01-01", "ash", "power", "bricks", "avoided_virgin", 0, 20, "t CO2e", "scope 3"),
    ("2001-01-01", "ash", "power", "bricks", "avoided_disposal", 250, 0, "DKK", None),
    ("2001-01-01", "ash", "power", "bricks", "avoided_virgin", 0, 10, "t CO2e", "scope 3"),
)
RESOURCES = pd.DataFrame({"hazard": {"ash": "hazardous", "used": "none", "raw": "none"}})


def metrics(terms: ProgrammeTerms | None = None) -> pd.DataFrame:
    return programme_metrics(FLOWS, BOOKS, RESOURCES, "DKK", terms)


def test_annual_gross_figures() -> None:
    table = metrics()
    expected = {"landfill": 100, "hazardous": 100, "virgin": 80, "water": 36, "co2": 20, "sales": 150,
                "cost_saved": 500 + 300 - 200 - 150, "investment": 100}  # fmt: skip
    for name, amount in expected.items():
        assert value(table, f"programme_{name}") == pytest.approx(amount), name
    assert set(table["basis"]) == {"annual, gross"}
    assert not {"programme_jobs", "programme_benefit_cost"} & set(table["indicator"])


def test_lifetime_and_attribution_multiply_all_but_the_investment() -> None:
    terms = ProgrammeTerms(Basis("lifetime", term=5, decay=0.2, share=0.6))
    table = metrics(terms)
    assert value(table, "programme_co2") == pytest.approx(20 * 3.0 * 0.6)
    assert value(table, "programme_investment") == pytest.approx(100 * 0.6)
    words = table.set_index("indicator")["basis"].to_dict()
    assert words["programme_co2"] == "lifetime of 5 yr falling 20 %/yr, 60 % attributed"
    assert words["programme_investment"] == "annual, 60 % attributed"


def test_cumulative_sums_from_the_first_year() -> None:
    table = metrics(ProgrammeTerms(Basis("cumulative")))
    assert value(table, "programme_landfill", year=2001) == 150
    assert value(table, "programme_co2", year=2001) == 30


def test_jobs_cost_per_tonne_and_benefit_cost() -> None:
    terms = ProgrammeTerms(
        public_cost={2000: 50.0},
        cost_shares={"co2": 0.5, "landfill": 0.2},
        jobs_per_sales=0.02,
        jobs_per_investment=0.01,
    )
    table = metrics(terms)
    assert value(table, "programme_jobs") == pytest.approx(150 * 0.02 + 100 * 0.01)
    assert value(table, "programme_cost_per_t_co2") == pytest.approx(50 * 0.5 / 20)
    assert value(table, "programme_cost_per_t_landfill") == pytest.approx(50 * 0.2 / 100)
    assert value(table, "programme_benefit_cost") == pytest.approx((450 + 150) / 50)
    assert 2001 not in set(table.loc[table["indicator"] == "programme_benefit_cost", "period"].dt.year)


def test_cumulative_cost_stands_against_cumulative_benefit() -> None:
    table = metrics(ProgrammeTerms(Basis("cumulative"), public_cost={2000: 50.0, 2001: 50.0}))
    assert value(table, "programme_benefit_cost", year=2001) == pytest.approx((450 + 150 + 250) / 100)


def test_cost_may_not_be_counted_twice() -> None:
    with pytest.raises(DomainError, match="counted twice"):
        ProgrammeTerms(cost_shares={"co2": 0.7, "landfill": 0.5})
    with pytest.raises(DomainError, match="below zero"):
        metrics(ProgrammeTerms(public_cost={2000: -1.0}))


def yearly(values: list[float], scope: str = "synergy:s") -> pd.DataFrame:
    period = pd.to_datetime([f"{2000 + k}-01-01" for k in range(len(values))]).astype("datetime64[s]")
    return pd.DataFrame({"period": period, "scope": scope, "indicator": "x", "value": values, "unit": "t"})


def test_a_fading_claim_on_a_steady_benefit_adds_up_to_the_lifetime_factor() -> None:
    table = count_with_age(yearly([10.0] * 8), term=5, decay=0.2)
    assert table["value"].tolist() == pytest.approx([10, 8, 6, 4, 2, 0, 0, 0])
    assert table["value"].sum() == pytest.approx(10 * Basis("lifetime", 5, 0.2).factor)


def test_a_running_sum_is_carried_through_years_without_a_row() -> None:
    table = pd.concat([yearly([1.0, 2.0, 4.0]).iloc[::-1], yearly([0.0, 5.0], "synergy:t").iloc[1:]])
    sums = on_basis(table, Basis("cumulative", share=0.5)).pivot_table(
        index="scope", columns="period", values="value"
    )
    assert sums.loc["synergy:s"].tolist() == [0.5, 1.5, 3.5]
    assert sums.loc["synergy:t"].tolist()[1:] == [2.5, 2.5]
    assert pd.isna(sums.loc["synergy:t"].iloc[0])


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "yearly"}, {"share": 1.5}, {"term": 0}, {"decay": -0.1}, {"share": float("nan")}],
)
def test_a_basis_that_makes_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(DomainError):
        Basis(**wrong)  # type: ignore[arg-type]
