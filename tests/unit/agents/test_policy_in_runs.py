"""Policy in a run: announced changes, subsidies, protocols and guidance reach what firms decide and what is booked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_parks import EAGER, TRANSPORT, Raw, firm, scenario

from ecopark import Run, simulate
from ecopark.model import ParkModel

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
# Ash costs 100 to dump and saves 80 of virgin supply; 1 km of lorry takes 2.5 of it.
FIRMS = {"giver": firm(outputs=ASH), "taker": firm((1000, 0), inputs=ASH)}
TIME = {"start": "1990-01", "end": "1994-12"}
TAX: Raw = {"field": "landfill_tax", "value": "60 DKK/t", "takes_effect": "1992-01"}
DEAR = {"lorry": TRANSPORT["lorry"] | {"handling": "190 DKK/t"}}
AGAIN = EAGER | {"discovery": EAGER["discovery"] | {"retry": "30 d"}}


def run(*, seed: int = 1, firms: Raw | None = None, **blocks: Any) -> Run:
    return simulate(scenario(firms or FIRMS, **({"agents": AGAIN, "time": TIME} | blocks)), seed)


def model(**blocks: Any) -> ParkModel:
    return ParkModel(scenario(FIRMS, **({"agents": AGAIN, "time": TIME} | blocks)).park)


def begun(result: Run) -> pd.Timestamp | None:
    """Day on which the first exchange began."""
    return result.synergies["operating"].min()


def same(one: Run, other: Run) -> None:
    for name in ("flows", "synergies", "events", "accounts"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


# --------------------------------------------------------------------------- announced changes
def test_a_change_that_is_sure_and_not_announced_is_a_dated_path() -> None:
    stated = {"landfill_tax": {"1990-01": "0 DKK/t", "1992-01": "60 DKK/t"}}
    same(run(policy={"announced": [TAX]}, transport=DEAR), run(policy=stated, transport=DEAR))


def test_a_change_that_cannot_come_is_none() -> None:
    never = TAX | {"probability": "0", "announced": "1990-06"}
    same(run(policy={"announced": [never]}, transport=DEAR), run(transport=DEAR))


def test_an_announcement_changes_no_other_luck() -> None:
    noisy = {"noise": {"cv": "0.2"}, "outage": {"mean_time_between": "60 d", "mean_duration": "6 d"}}
    firms = {
        name: FIRMS[name] | {"processes": {"main": FIRMS[name]["processes"]["main"] | noisy}}
        for name in FIRMS
    }
    one, other = (
        run(firms=firms, mechanisms={"trading": False}, policy={"announced": told})
        for told in ([], [TAX | {"probability": "0.5", "announced": "1990-06"}])
    )
    pd.testing.assert_frame_equal(one.flows, other.flows)


def test_firms_act_on_a_tax_that_is_only_announced() -> None:
    # At 190 a tonne of handling the pair loses 10.5 a tonne; a tax of 60 from 1992 on is worth more than that.
    told = {"announced": [TAX | {"announced": "1990-06"}]}
    assert pd.isna(begun(run(transport=DEAR)))
    assert begun(run(policy={"announced": [TAX]}, transport=DEAR)) >= pd.Timestamp("1992-01-01")
    early = begun(run(policy=told, transport=DEAR))
    assert pd.Timestamp("1990-06-01") <= early < pd.Timestamp("1992-01-01")
    # The books are kept at what is: no tax before 1992.
    accounts = run(policy=told, transport=DEAR).accounts
    avoided = accounts[(accounts["item"] == "avoided_disposal") & (accounts["unit"] == "DKK")]
    per_tonne = avoided.groupby(avoided["start"].dt.year)["giver"].mean() / 10.0
    assert per_tonne[1991] / per_tonne[1992] == pytest.approx(100.0 / 160.0, rel=0.01)


def test_what_hangs_on_an_open_decision_is_worth_less() -> None:
    open_tax = TAX | {"announced": "1990-01", "takes_effect": "1993-01", "probability": "0.5"}
    sure_tax = open_tax | {"value": "30 DKK/t", "probability": "1"}
    margins = {}
    for name, announced in (("open", open_tax), ("sure", sure_tax)):
        park = model(policy={"announced": [announced]})
        found = park.appraiser.appraise(0, 400.0, 1.0)
        margins[name] = (found.ceiling - found.floor, found.running_ceiling - found.running_floor)
        if name == "open":
            prices, now = park.prices, park.appraiser.period(400.0)
            d = 1.1 ** (-(1096 - park.calendar.period_bounds[now]) / 365.25)
            share = 30.0 * d / (100.0 + 30.0 * d + 80.0)
            assert prices.spread is not None
            assert prices.spread[now].max() == pytest.approx(30.0 * d)
        park.close()
    # Both expect 30; only the open one takes off the stake times the share times the aversion of each (0.5).
    gross = margins["open"][1]
    assert margins["sure"][1] == pytest.approx(gross)
    assert margins["sure"][0] - margins["open"][0] == pytest.approx(gross / 2.0 * share)


# --------------------------------------------------------------------------- subsidies
def test_a_subsidy_carries_a_pair_that_loses_and_is_booked_as_public_money() -> None:
    paid = {"subsidy": {"ash": {"1990-01": "0 DKK/t", "1991-01": "20 DKK/t"}}}
    assert pd.isna(begun(run(transport=DEAR)))
    result = run(policy=paid, transport=DEAR)
    assert begun(result) >= pd.Timestamp("1991-01-01")
    rows = result.accounts[result.accounts["item"] == "subsidy"]
    moved = result.flows[result.flows["route"] == "exchange"]["quantity"].sum()
    assert rows["taker"].sum() == pytest.approx(20.0 * moved)
    assert not rows["giver"].any()
    # The pair earns the 9.5 that are left: 100 + 80 - 190.5 + 20.
    money = result.accounts[result.accounts["unit"] == "DKK"]
    assert (money["giver"] + money["taker"]).sum() == pytest.approx(9.5 * moved)


def test_a_subsidy_that_ends_ends_the_exchange_with_its_term() -> None:
    # Until then the taker loses 15.25 a tonne, less than the penalty of a quarter of the price of 95.25.
    paid = {"subsidy": {"ash": {"1990-01": "20 DKK/t", "1992-01": "0 DKK/t"}}}
    (idea,) = run(
        policy=paid, transport=DEAR, agents=EAGER, time=TIME | {"end": "1995-12"}
    ).synergies.itertuples()
    assert idea.price == pytest.approx((-100.0 + 80.0 - 190.5 + 20.0) / 2.0)
    assert (idea.state, idea.reason) == ("expired", "economics")
    assert idea.ended == pd.Timestamp("1995-01-01")
    kept = {"subsidy": {"ash": "20 DKK/t"}}
    (idea,) = run(
        policy=kept, transport=DEAR, agents=EAGER, time=TIME | {"end": "1995-12"}
    ).synergies.itertuples()
    assert (idea.state, idea.renewals) == ("operating", 1)


def test_a_tariff_draws_a_stream_to_the_grid() -> None:
    # The grid pays 90: giving costs 90 instead of earning 100; 80 - 2.5 < 90.
    drawn = {"feed_in_tariff": {"ash": "90 DKK/t"}}
    assert not pd.isna(begun(run()))
    assert pd.isna(begun(run(policy=drawn)))


# --------------------------------------------------------------------------- the regulator
def test_a_protocol_ends_refusals() -> None:
    strict = {"permit_time": {"none": "10 d"}, "refusal": {"none": "1"}}
    protocol = {"end_of_waste": [{"resource": "ash", "from": "1992-01"}]}
    assert pd.isna(begun(run(agents=AGAIN | {"regulator": strict})))
    first = begun(run(agents=AGAIN | {"regulator": strict | protocol}))
    assert pd.Timestamp("1992-01-01") <= first < pd.Timestamp("1992-04-01")


def test_firms_reckon_with_guidance_once_it_is_given() -> None:
    rules = {"refusal": {"none": "0.4"}, "permit_time": {"none": "0 d"}, "referral": "0.5"}
    park = model(agents=AGAIN | {"regulator": rules})
    ash = park.columns.resources.index("ash")
    before = park.appraiser.appraise(0, 0.0, 1.0)
    park.step()
    # Each side takes off half the running margin times the chance of refusal times its aversion of one half.
    assert before.ceiling - before.floor == pytest.approx(
        (before.running_ceiling - before.running_floor) * (1.0 - 0.5 * 0.4)
    )
    granted = park.regulator.guidance["ash"][1]
    np.testing.assert_array_equal(park.prices.refusal[:, ash], 0.0 if granted else 1.0)
    park.close()
