"""Accounts of a programme on every basis: by hand, and against the ratios that a national programme published."""

from __future__ import annotations

import pandas as pd
import pytest
from test_programme import BOOKS, FLOWS, RESOURCES

from ecopark.errors import DomainError
from ecopark.indicators import (
    ProgrammeAccount,
    bases_of,
    ideas_by_year,
    lifetime_factor,
    members_by_year,
    programme_accounts,
    ratios,
)

STAGES = ("identified", "screened", "negotiating", "permitting", "building", "operating")
BEGUN = pd.to_datetime(["2000-01-01", "1999-05-01", "1990-01-01"])
SYNERGIES = pd.DataFrame({"synergy": ["ash", "w", "l"], **dict.fromkeys(STAGES, BEGUN)})
EVENTS = pd.DataFrame(
    {
        "date": pd.to_datetime(["1999-03-01", "2000-02-01"]),
        "event": ["carried", "site visit"],
        "synergy": ["w", "ash"],
    }
)
SINCE = pd.Timestamp("1995-01-01")


def accounts_of(**terms: object) -> pd.DataFrame:
    account = ProgrammeAccount(**({"since": SINCE, "counts": "all"} | terms))  # type: ignore[arg-type]
    return programme_accounts(FLOWS, BOOKS, RESOURCES, SYNERGIES, EVENTS, "DKK", account)


def pick(table: pd.DataFrame, name: str, ground: str, year: int = 2000, charged: str = "") -> float:
    rows = table[
        (table["indicator"] == f"programme_{name}") & (table["ground"] == ground) & (table["charged"] == charged)
        & (table["period"].dt.year == year)
    ]  # fmt: skip
    (found,) = rows["value"]
    return float(found)


def test_bases_stand_side_by_side_the_plainest_first() -> None:
    account = ProgrammeAccount(SINCE, attribution=0.6, life=5, decay=0.2)
    assert [basis.label for basis in bases_of(account)] == [
        "annual, gross", "cumulative, gross", "lifetime of 5 yr, gross", "lifetime of 5 yr falling 20 %/yr, gross",
        "annual, 60 % attributed", "cumulative, 60 % attributed", "lifetime of 5 yr, 60 % attributed",
        "lifetime of 5 yr falling 20 %/yr, 60 % attributed",
    ]  # fmt: skip
    assert len(bases_of(ProgrammeAccount(SINCE))) == 3


def test_the_same_exchanges_on_each_basis_by_hand() -> None:
    # 20 t CO2e in 2000 and 10 in 2001, 100 and 50 t kept from the landfill.
    table = accounts_of(attribution=0.6, decay=0.2)
    expected = {
        "annual, gross": (20.0, 10.0), "cumulative, gross": (20.0, 30.0), "lifetime of 5 yr, gross": (100.0, 50.0),
        "lifetime of 5 yr falling 20 %/yr, gross": (60.0, 30.0), "annual, 60 % attributed": (12.0, 6.0),
        "cumulative, 60 % attributed": (12.0, 18.0), "lifetime of 5 yr, 60 % attributed": (60.0, 30.0),
        "lifetime of 5 yr falling 20 %/yr, 60 % attributed": (36.0, 18.0),
    }  # fmt: skip
    for ground, (first, second) in expected.items():
        assert pick(table, "co2", ground) == pytest.approx(first), ground
        assert pick(table, "co2", ground, 2001) == pytest.approx(second), ground
        assert pick(table, "landfill", ground) == pytest.approx(5.0 * first), ground


def test_the_published_multiplier_is_that_of_five_years_without_decay() -> None:
    # 30 Mt CO2 "lifetime" beside 6.038 Mt a year: press and award pages of the British programme, about 2010.
    published = 30.0 / 6.038
    assert published == pytest.approx(4.97, abs=0.005)
    assert lifetime_factor(5) == pytest.approx(published, rel=0.01)
    assert lifetime_factor(5, 0.2) == pytest.approx(3.0)
    assert lifetime_factor(5, 0.2) < 0.65 * published


def test_cost_per_tonne_whole_and_apportioned_in_the_year_and_over_the_life() -> None:
    table = accounts_of(public_cost={2000: 40.0, 2001: 20.0}, cost_shares={"co2": 0.25, "landfill": 0.5})
    assert pick(table, "cost_per_t_co2", "annual, gross", charged="whole") == pytest.approx(40 / 20)
    assert pick(table, "cost_per_t_co2", "annual, gross", charged="apportioned") == pytest.approx(10 / 20)
    assert pick(table, "cost_per_t_co2", "lifetime of 5 yr, gross", charged="whole") == pytest.approx(
        40 / 100
    )
    assert pick(table, "cost_per_t_co2", "cumulative, gross", 2001, "whole") == pytest.approx(60 / 30)
    assert pick(table, "cost_per_t_landfill", "annual, gross", charged="apportioned") == pytest.approx(
        20 / 100
    )
    # Saved 450 and sold 150 in the first year, 250 saved in the second; 100 invested in the first.
    assert pick(table, "benefit_cost", "annual, gross") == pytest.approx(600 / 40)
    assert pick(table, "benefit_cost", "cumulative, gross", 2001) == pytest.approx(850 / 60)
    assert pick(table, "leverage", "cumulative, gross", 2001) == pytest.approx(100 / 60)


def test_published_cost_per_tonne_is_apportioned() -> None:
    # 65 pence a tonne in the year times 6.038 Mt are GBP 3.9m, four fifths of some GBP 5m a year.
    spent = 0.65 * 6.038
    assert spent == pytest.approx(3.92, abs=0.01)
    assert 0.65 / lifetime_factor(5) == pytest.approx(0.13)


def test_leverage_and_payback_of_ulsan() -> None:
    found = ratios({"investment": 119.18, "public_cost": 12.9, "cost_saved": 11.42, "sales": 71.24})
    assert found["leverage"] == pytest.approx(9.2, abs=0.05)
    assert found["payback"] == pytest.approx(1.44, abs=0.01)


def test_a_sum_goes_on_where_a_year_adds_nothing() -> None:
    table = accounts_of()
    assert pick(table, "investment", "cumulative, gross", 2001) == pytest.approx(100.0)
    assert not ((table["indicator"] == "programme_investment") & (table["ground"] == "annual, gross")
                & (table["period"].dt.year == 2001)).any()  # fmt: skip


def test_only_the_programmes_own_exchanges_count() -> None:
    # The reuse of water began in 1999 and was carried; ash began in 2000 and was not.
    water = accounts_of(counts="carried")
    assert pick(water, "water", "annual, gross") == pytest.approx(36.0)
    assert not (water["indicator"] == "programme_co2").any()
    late = accounts_of(counts="begun", since=pd.Timestamp("2000-01-01"))
    assert pick(late, "co2", "annual, gross") == pytest.approx(20.0)
    assert not (late["indicator"] == "programme_water").any()
    assert 2000 not in set(accounts_of(since=pd.Timestamp("2001-01-01"))["period"].dt.year)
    with pytest.raises(DomainError, match="expected all, begun or carried"):
        accounts_of(counts="some")


def test_members_and_ideas_by_year() -> None:
    events = pd.DataFrame(
        {"date": pd.to_datetime(["2000-01-01"] * 3 + ["2001-05-01", "2003-01-01"]),
         "event": ["joined", "joined", "carried", "left", "joined"]}
    )  # fmt: skip
    assert members_by_year(events, range(2000, 2004)).tolist() == [2.0, 1.0, 1.0, 2.0]
    assert members_by_year(EVENTS, range(2000, 2001)).empty
    ideas = ideas_by_year(
        SYNERGIES.assign(operating=pd.to_datetime(["2001-01-01", None, None])), range(1999, 2002)
    )
    assert ideas["identified"].tolist() == [1, 1, 0]
    assert ideas["operating"].tolist() == [0, 0, 1]
