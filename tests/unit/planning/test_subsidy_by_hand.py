"""The least payment, its cost a tonne and what it does in runs, worked out with paper and pencil."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_parks import EAGER, RESOURCES, TRANSPORT, Raw, firm, scenario

from ecopark import Scenario, simulate
from ecopark.errors import DomainError
from ecopark.market.investment import annuity_factor
from ecopark.model import ParkModel
from ecopark.planning.subsidy.proof import support_overrides
from ecopark.planning.subsidy.studying import study_subsidies
from ecopark.planning.subsidy.survey import Look, survey
from ecopark.planning.subsidy.value import SocialBook, SocialTerms, least_grant, least_subsidy, paid_for

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
FIRMS = {"giver": firm(outputs=ASH), "taker": firm((1000, 0), inputs=ASH)}
TIME = {"start": "1990-01", "end": "1994-12"}
AGAIN = EAGER | {"discovery": EAGER["discovery"] | {"retry": "30 d"}}
# 10 t a day: 100 saved by the giver, 80 by the taker, 190 + 0.5 for the one km: 10.5 a tonne are missing.
DEAR: Raw = {"lorry": TRANSPORT["lorry"] | {"handling": "190 DKK/t"}}
# Of a tonne 0.01 t CO2e at the landfill, 0.0001 on the road.
CARBON = 0.0099
PLANNED = 10.0 * 365.25 * 0.9  # a prudent planner counts on nine tenths


def park(**blocks: Any) -> Scenario:
    given_blocks: dict[str, Any] = {"time": TIME, "agents": AGAIN, "transport": DEAR} | blocks
    return scenario(given_blocks.pop("firms", FIRMS), **given_blocks)


def lorry(**fields: str) -> Raw:
    return {"lorry": TRANSPORT["lorry"] | fields}


# --------------------------------------------------------------------------- one pair
def test_what_is_missing_is_the_least_subsidy() -> None:
    study = study_subsidies(park(), SocialTerms(500.0, 20.0), at=1992, years=[], replicates=0)
    (row,) = study.curve.to_dict("records")
    assert row["subsidy"] == pytest.approx(10.5, rel=1e-8)
    assert np.isnan(row["grant"])  # there is nothing to grant
    assert row["quantity"] == pytest.approx(PLANNED)
    assert row["private_value"] == pytest.approx(-10.5 * PLANNED)
    assert row["co2"] == pytest.approx(CARBON * PLANNED)
    assert row["landfill"] == row["diverted"] == pytest.approx(PLANNED)
    # 500 x 0.0099 of carbon and 20 of landfill against the 10.5.
    assert row["social_value"] == pytest.approx((500.0 * CARBON + 20.0 - 10.5) * PLANNED)
    assert row["yearly_cost"] == pytest.approx(10.5 * PLANNED)
    assert row["present_cost"] == pytest.approx(10.5 * PLANNED * (1 - 1.05**-5) / 0.05)  # a term of 5 years
    assert row["cost_per_t_co2"] == pytest.approx(10.5 / CARBON)
    assert row["cost_per_diverted"] == pytest.approx(10.5)
    assert (row["reason"], row["history"], row["years"]) == ("economics", "not tried", 5.0)


def test_what_society_would_not_like_is_no_candidate() -> None:
    study = study_subsidies(park(), SocialTerms(500.0, 5.0), at=1992, years=[1991], replicates=3)
    assert study.curve.empty
    assert study.rejected.empty
    assert study.proof is None


def test_taxes_count_for_firms_and_not_for_society() -> None:
    taxed = park(policy={"landfill_tax": "6 DKK/t", "carbon_price": "100 DKK/t"})
    terms = SocialTerms(500.0, 20.0)
    (plain,), (row,) = (
        study_subsidies(one, terms, at=1992, years=[], replicates=0).curve.to_dict("records")
        for one in (park(), taxed)
    )
    assert row["social_value"] == pytest.approx(plain["social_value"])
    assert row["subsidy"] == pytest.approx(10.5 - 6.0 - 100.0 * 0.01, rel=1e-8)


def test_dealing_and_capital_by_hand() -> None:
    # 300,000 of capital over five years at the taker's 10 %, 50,000 of dealing for each, no risk aversion.
    calm = {"behaviour": {"risk_aversion": "0", "payback": "4 yr"}}
    firms = {name: part | calm for name, part in FIRMS.items()}
    rules = AGAIN | {"contracts": {"transaction_cost": "50 kDKK"}, "trust": {"initial": "0"}}
    dear = lorry(handling="150 DKK/t", fixed="300 kDKK", running="0 1/yr")
    one = park(firms=firms, agents=rules, transport=dear)
    study = study_subsidies(one, SocialTerms(0.0, 60.0), at=1992, years=[], replicates=0)
    (row,) = study.curve.to_dict("records")
    spread = annuity_factor(0.10, 5.0)
    margin = 100.0 + 80.0 - 150.5
    needed = (300e3 * spread + 2.0 * 50e3 * spread) / PLANNED - margin
    soon = 300e3 / (4.0 * PLANNED) - margin
    assert needed > 0.0 > soon
    assert row["subsidy"] == pytest.approx(needed, rel=1e-8)
    # A grant takes its share off the annuity; dealing stays.
    share = 1.0 - (margin * PLANNED - 2.0 * 50e3 * spread) / (300e3 * spread)
    assert row["grant"] == pytest.approx(share, rel=1e-6)
    social = 300e3 * annuity_factor(0.05, 30.0) + 100e3 * annuity_factor(0.05, 5.0)
    assert row["social_value"] == pytest.approx((margin + 60.0) * PLANNED - social)
    granted = study_subsidies(
        one, SocialTerms(0.0, 60.0), at=1992, years=[], replicates=0, instrument="grant", rank="value"
    )
    assert granted.curve["present_cost"].tolist() == [pytest.approx(share * 300e3, rel=1e-6)]


@st.composite
def dear_parks(draw: st.DrawFn) -> Scenario:
    """Parks whose one pair does not pay: capital, risk, dealing, two modes, two hurdle rates."""

    def some(low: float, high: float) -> float:
        return draw(st.floats(low, high))

    firms = {
        name: part
        | {
            "behaviour": {
                "hurdle_rate": f"{some(2, 30)} %/yr",
                "payback": f"{some(1, 12)} yr",
                "risk_aversion": f"{some(0, 1)}",
            }
        }
        for name, part in FIRMS.items()
    }
    modes = {
        name: TRANSPORT["lorry"]
        | {
            "handling": f"{some(150, 400)} DKK/t",
            "fixed": f"{some(0, 3e6)} DKK",
            "loss": f"{some(0, 0.3)} 1/km",
        }
        for name in ("lorry", "barge")
    }
    ash = {"ash": RESOURCES["ash"] | {"transport": ["lorry", "barge"]}}
    rules = AGAIN | {"contracts": {"transaction_cost": f"{some(0, 2e5)} DKK"}}
    return park(firms=firms, transport=modes, resources=ash, agents=rules, time={"end": "1991-12"})


@given(dear_parks())
@settings(max_examples=25, deadline=None)
def test_a_hair_below_the_least_payment_the_market_says_no(one: Scenario) -> None:
    model = ParkModel(one.park)
    try:

        def ask() -> Any:
            return model.appraiser.appraise(0, 0.0, 0.3, 1.0)

        before, ends = ask(), (int(model.pairs.out_port[0]), int(model.pairs.in_port[0]))
        if not before.reason:
            assert least_subsidy(model.prices, ends, ask) == least_grant(model.prices, ends, ask) == 0.0
            return
        amount = least_subsidy(model.prices, ends, ask)
        assert amount > 0.0
        for paid, reason in ((amount, False), (amount * (1.0 - 1e-8) - 1e-12, True)):
            with paid_for(model.prices, ends, paid, 0.0):
                assert bool(ask().reason) is reason
        share = least_grant(model.prices, ends, ask)
        if np.isnan(share):
            with paid_for(model.prices, ends, 0.0, 1.0 - 1e-6):
                assert ask().reason
        else:
            for paid, reason in ((share, False), (share * (1.0 - 1e-8) - 1e-12, True)):
                with paid_for(model.prices, ends, 0.0, paid):
                    assert bool(ask().reason) is reason
        assert not model.prices.support
        assert (ask().floor, ask().ceiling, ask().mode) == (before.floor, before.ceiling, before.mode)
    finally:
        model.close()


# --------------------------------------------------------------------------- several pairs
def test_the_dearer_of_two_that_compete_gets_what_is_left() -> None:
    firms = {
        "near": firm(outputs=ASH),
        "far": firm((5000, 0), outputs=ASH),
        "taker": firm((1000, 0), inputs={"ash": {"resource": "ash", "coefficient": "0.15"}}),
    }
    study = study_subsidies(
        park(firms=firms), SocialTerms(0.0, 20.0), at=1992, years=[1992], replicates=0, rank="diverted"
    )
    assert study.curve["from_firm"].tolist() == ["near", "far"]
    # 10 of the 15 t a day go to the near one: 5 are left for the far one, which hauls 4 km at 0.5 instead of 1.
    assert study.curve["left"].tolist() == [1.0, pytest.approx(0.5)]
    left = 15.0 - 10.0
    assert study.curve["quantity"].tolist() == [
        pytest.approx(PLANNED),
        pytest.approx(left / 10.0 * PLANNED, rel=1e-9),
    ]
    assert study.curve["subsidy"].tolist() == [pytest.approx(10.5), pytest.approx(12.0)]
    assert study.curve["cumulative_diverted_t"].iloc[-1] == pytest.approx(1.5 * PLANNED)
    # Looked at alone, each could have the whole need.
    assert study.rejected.set_index("from_firm")["quantity"].tolist() == [pytest.approx(PLANNED)] * 2


def test_looking_leaves_no_trace() -> None:
    """The run that is looked at every year is the run that nobody looks at, to the day and the price."""
    one = Scenario.load("kalundborg")
    looked = survey(one, 2, range(1960, 1986), 1980, Look(SocialTerms(1500.0, 200.0)), 1985)
    plain = simulate(one, 2, "1985").synergies
    assert looked.curve
    assert len(looked.rejected) > 20
    assert [idea.synergy for idea in looked.ideas] == plain["synergy"].tolist()
    assert [idea.state for idea in looked.ideas] == plain["state"].tolist()
    np.testing.assert_array_equal([idea.price for idea in looked.ideas], plain["price"])


# --------------------------------------------------------------------------- proof
def test_a_payment_makes_it_happen_and_costs_what_was_said(tmp_path: Path) -> None:
    study = study_subsidies(
        park(), SocialTerms(500.0, 20.0), at=1992, years=[], replicates=2, uplift=0.2, first=3
    )
    assert study.proof is not None
    (row,) = study.proof.exchanges.to_dict("records")
    assert (row["without"], row["with"], row["start"], row["failed"]) == (0.0, 1.0, 1992.0, "")
    assert row["offered"] == pytest.approx(12.6)
    tonnes = study.proof.totals["landfill"]
    days = simulate(park(), 1).flows["end"].max() - pd.Timestamp("1992-01-01")
    # It begins within the month after the payment does: firms look back on the year past.
    assert 0.85 * 10.0 * days.days <= tonnes <= 10.0 * days.days
    assert study.proof.totals["co2"] == pytest.approx(CARBON * tonnes)
    assert study.proof.totals["cost_per_t_co2"] == pytest.approx(12.6 / CARBON)
    assert study.proof.others.empty
    folder = study.save(tmp_path / "subsidy", figures=False)
    assert pd.read_parquet(folder / "curve.parquet")["subsidy"].tolist() == study.curve["subsidy"].tolist()


def test_a_grant_is_paid_once() -> None:
    firms = {name: part | {"behaviour": {"risk_aversion": "0"}} for name, part in FIRMS.items()}
    dear = lorry(handling="160 DKK/t", fixed="500 kDKK", running="0 1/yr")
    one = park(firms=firms, transport=dear)
    study = study_subsidies(
        one,
        SocialTerms(0.0, 100.0, 0.0),
        at=1991,
        years=[],
        replicates=1,
        instrument="grant",
        rank="diverted",
    )
    assert study.proof is not None
    (row,) = study.curve.to_dict("records")
    assert 0.0 < row["grant"] < 1.0
    assert row["present_cost"] == pytest.approx(row["grant"] * 500e3, rel=1e-6)
    assert study.proof.exchanges["with"].tolist() == [1.0]
    assert study.proof.totals["paid"] == pytest.approx(1.1 * row["grant"] * 500e3, rel=1e-6)


def test_what_fails_says_why() -> None:
    rules = AGAIN | {
        "regulator": EAGER["regulator"] | {"refusal": dict.fromkeys(("none", "low", "hazardous"), "1")}
    }
    calm = {name: part | {"behaviour": {"risk_aversion": "0"}} for name, part in FIRMS.items()}
    study = study_subsidies(
        park(firms=calm, agents=rules), SocialTerms(0.0, 20.0), at=1992, years=[], replicates=2, rank="diverted"
    )  # fmt: skip
    assert study.proof is not None
    (row,) = study.proof.exchanges.to_dict("records")
    assert (row["with"], row["failed"]) == (0.0, "permit 100 %")
    assert study.proof.totals["cost_per_t_co2"] == np.inf


def test_payments_stated_already_stay() -> None:
    own = {"giver": "giver", "taker": "taker", "resource": "ash", "subsidy": "3 DKK/t"}
    one = park(policy={"support": [own]})
    study = study_subsidies(one, SocialTerms(0.0, 20.0), at=1992, years=[], replicates=0)
    assert study.curve["subsidy"].tolist() == [pytest.approx(7.5, rel=1e-8)]
    joined = one.with_overrides(support_overrides(one, study.curve, 1992, "unit"))
    assert len(joined.park.policy.support) == 2
    model = ParkModel(joined.park)
    assert model.prices.support_at(0, 1, 0)[0] == pytest.approx(3.0)
    assert model.prices.support_at(0, 1, 40)[0] == pytest.approx(10.5)
    model.close()


# --------------------------------------------------------------------------- mistakes
def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong: dict[str, Any] = {"at": 1980, "years": [2001], "instrument": "gift", "rank": "size", "first": -1}
    with pytest.raises(DomainError) as caught:
        study_subsidies(park(), SocialTerms(1.0), **wrong)
    for part in ("year 1980", "year 2001", "unknown instrument 'gift'", "unknown rank 'size'", "first -1"):
        assert part in str(caught.value)
    with pytest.raises(DomainError, match="carbon_cost is -1"):
        SocialTerms(-1.0)


def test_a_book_values_nothing_that_is_wholly_paid() -> None:
    one = park(policy={"capital_grant": "1"}, transport=lorry(fixed="1 MDKK"))
    model = ParkModel(one.park)
    terms = model.appraiser.appraise(0, 0.0)
    with pytest.raises(DomainError, match="its size is not known"):
        SocialBook(model, SocialTerms(1.0)).value(0, terms, 0.0)
    model.close()
