"""Announced changes by hand: what comes true, what firms reckon with until then, and at what risk."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from small_parks import Raw, firm, scenario

from ecopark.calendar import Calendar
from ecopark.flows.columns import compile_columns
from ecopark.market.expectation import draw_fates, perceived_risk, policy_risk, resolve, weigh
from ecopark.market.prices import Prices, compile_prices
from ecopark.scenario.types import Park

CALENDAR = Calendar(date(1990, 1, 1), date(1994, 1, 1), "month", "month")
STARTS = CALENDAR.period_bounds[:-1]
RATE = 0.10
FIRM = firm(
    inputs={"oil": {"resource": "oil", "coefficient": "1 MWh/t"}},
    outputs={"ash": {"resource": "ash", "coefficient": "0.1"}},
    behaviour={"hurdle_rate": "10 %/yr"},
)
TAX: Raw = {"field": "landfill_tax", "value": "90 DKK/t", "announced": "1991-01", "takes_effect": "1992-01"}


def park_of(*announced: Raw, **policy: Any) -> Park:
    found: Park = scenario({"plant": FIRM}, policy={"announced": list(announced)} | policy).park
    return found


def weighed(park: Park, seed: int = 1) -> Prices:
    actual = resolve(park, seed)
    columns = compile_columns(actual, CALENDAR)
    return weigh(park, seed, compile_prices(actual, columns, CALENDAR), columns, CALENDAR)


def ash(table: np.ndarray) -> np.ndarray:
    return np.asarray(table[:, 1])  # ports in order: oil in, ash out


def row(year: int, month: int = 1) -> int:
    return 12 * (year - 1990) + month - 1


def discount(when: date) -> np.ndarray:
    """(1 + r) ^ -years from the start of every period to a day."""
    years = (CALENDAR.day(when) - STARTS) / 365.25
    return np.asarray((1.0 + RATE) ** -years)


def seed_where(park: Park, **fate: bool) -> int:
    """First seed with which the first change ends as wanted."""
    wanted = list(fate.items())
    return next(
        s for s in range(1, 500) if all(getattr(draw_fates(park.policy, s)[0], k) is v for k, v in wanted)
    )


# --------------------------------------------------------------------------- what comes true
@pytest.mark.parametrize("base", [None, "30 DKK/t", {"1990-01": "20 DKK/t", "1991-06": "40 DKK/t"}])
def test_a_certain_change_is_a_dated_path(base: Any) -> None:
    policy = {} if base is None else {"landfill_tax": base}
    sure = park_of(TAX | {"announced": None}, **policy)
    dated = {"1990-01": "0 DKK/t"} if base is None else base if isinstance(base, dict) else {"1990-01": base}
    stated = park_of(landfill_tax=dated | {"1992-01": "90 DKK/t"})
    prices = weighed(sure)
    np.testing.assert_array_equal(prices.cost, weighed(stated).cost)
    assert prices.perceived is prices.cost


def test_a_change_that_cannot_come_changes_nothing() -> None:
    never = park_of(TAX | {"probability": "0"}, landfill_tax="30 DKK/t")
    plain, prices = weighed(park_of(landfill_tax="30 DKK/t")), weighed(never)
    np.testing.assert_array_equal(prices.cost, plain.cost)
    assert prices.perceived is prices.cost


def test_a_change_may_be_reversed() -> None:
    back = TAX | {"reversed": "1993-01"}
    cost = ash(weighed(park_of(back, landfill_tax="30 DKK/t")).cost)
    np.testing.assert_allclose(cost, [130.0] * 24 + [190.0] * 12 + [130.0] * 12)
    kept = ash(weighed(park_of(back | {"reversal": "0"}, landfill_tax="30 DKK/t")).cost)
    np.testing.assert_allclose(kept, [130.0] * 24 + [190.0] * 24)


def test_changes_come_true_as_often_as_they_should() -> None:
    park = park_of(TAX | {"probability": "0.3", "reversed": "1993-01", "reversal": "0.5"})
    fates = [draw_fates(park.policy, seed)[0] for seed in range(2000)]
    # Four standard errors of a share of 2,000 draws.
    assert np.mean([f.happens for f in fates]) == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / 2000))
    assert np.mean([f.is_reversed for f in fates]) == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / 2000))


def test_one_more_announcement_changes_no_other_draw() -> None:
    tax, carbon = (
        TAX | {"probability": "0.5"},
        {"field": "carbon_price", "value": "9 DKK/t", "takes_effect": "1993"},
    )
    alone, both = park_of(tax), park_of(carbon | {"probability": "0.5"}, tax)
    for seed in range(50):
        assert draw_fates(alone.policy, seed)[0] == draw_fates(both.policy, seed)[1]


# --------------------------------------------------------------------------- what firms reckon with
def test_between_announcement_and_decision_firms_weigh_it() -> None:
    park = park_of(TAX | {"probability": "0.4"}, landfill_tax="30 DKK/t")
    comes, stays = seed_where(park, happens=True), seed_where(park, happens=False)
    for seed, later in ((comes, 190.0), (stays, 130.0)):
        prices = weighed(park, seed)
        now, d = ash(prices.perceived), discount(date(1992, 1, 1))
        np.testing.assert_allclose(now[: row(1991)], 130.0)
        waiting = slice(row(1991), row(1992))
        np.testing.assert_allclose(now[waiting], 130.0 + 0.4 * 60.0 * d[waiting])
        np.testing.assert_allclose(now[row(1992) :], later)
        # Standard deviation of a change of 60 that comes with 0.4.
        assert prices.spread is not None
        spread = ash(prices.spread)
        np.testing.assert_allclose(spread[waiting], np.sqrt(0.24) * 60.0 * d[waiting])
        assert not spread[: row(1991)].any()
        assert not spread[row(1992) :].any()
    # The month before it is decided: discounted over 31 days.
    assert ash(weighed(park).perceived)[row(1991, 12)] == pytest.approx(130.0 + 24.0 * 1.1 ** (-31 / 365.25))


def test_a_sure_change_is_weighed_without_risk() -> None:
    prices = weighed(park_of(TAX))
    waiting = slice(row(1991), row(1992))
    np.testing.assert_allclose(
        ash(prices.perceived)[waiting], 100.0 + 90.0 * discount(date(1992, 1, 1))[waiting]
    )
    assert prices.spread is not None
    assert not prices.spread.any()


def test_a_possible_reversal_is_weighed_before_and_after() -> None:
    q, p = 0.25, 0.6
    park = park_of(TAX | {"probability": str(p), "reversed": "1993-07", "reversal": str(q)})
    prices = weighed(park, seed_where(park, happens=True, is_reversed=False))
    a, b = 90.0 * discount(date(1992, 1, 1)), 90.0 * discount(date(1993, 7, 1))
    before, between = slice(row(1991), row(1992)), slice(row(1992), row(1993, 7))
    now, spread = ash(prices.perceived), ash(np.asarray(prices.spread))
    np.testing.assert_allclose(now[before], (100.0 + p * (a - q * b))[before])
    np.testing.assert_allclose(now[between], (190.0 - q * b)[between])
    np.testing.assert_allclose(now[row(1993, 7) :], 190.0)
    # Three outcomes: nothing, a lasting change, a change that is taken back.
    outcomes = [(1 - p, 0.0 * a), (p * (1 - q), a), (p * q, a - b)]
    mean = sum(w * x for w, x in outcomes)
    variance = sum(w * (x - mean) ** 2 for w, x in outcomes)
    np.testing.assert_allclose(spread[before], np.sqrt(variance)[before])
    np.testing.assert_allclose(spread[between], (np.sqrt(q * (1 - q)) * b)[between])


def test_a_second_step_is_weighed_beyond_the_first() -> None:
    # 90 in 1992, then 150 in 1993, both sure: the second adds 60 to the first, not 150.
    second = TAX | {"value": "150 DKK/t", "takes_effect": "1993-01"}
    now = ash(weighed(park_of(second, TAX)).perceived)
    d1, d2 = discount(date(1992, 1, 1)), discount(date(1993, 1, 1))
    waiting, between = slice(row(1991), row(1992)), slice(row(1992), row(1993))
    np.testing.assert_allclose(now[waiting], (100.0 + 90.0 * d1 + 60.0 * d2)[waiting])
    np.testing.assert_allclose(now[between], (190.0 + 60.0 * d2)[between])


def test_a_change_after_the_end_of_the_run_is_weighed_too() -> None:
    late = park_of(TAX | {"takes_effect": "2000-01"})
    now = ash(weighed(late).perceived)
    np.testing.assert_allclose(now[row(1991) :], (100.0 + 90.0 * discount(date(2000, 1, 1)))[row(1991) :])
    np.testing.assert_allclose(ash(weighed(late).cost), 100.0)


def test_levers_act_through_the_prices_of_the_day() -> None:
    # A carbon price of 100 costs the buyer of oil 27 DKK/MWh and the giver of ash 1 DKK/t.
    carbon = TAX | {"field": "policy.carbon_price", "value": "100 DKK/t"}
    prices, d = weighed(park_of(carbon)), discount(date(1992, 1, 1))
    waiting = slice(row(1991), row(1992))
    np.testing.assert_allclose(prices.perceived[waiting, 0], 200.0 + 27.0 * d[waiting])
    np.testing.assert_allclose(ash(prices.perceived)[waiting], 100.0 + 1.0 * d[waiting])
    tariff = TAX | {"field": "feed_in_tariff.ash", "value": "20 DKK/t"}
    np.testing.assert_allclose(ash(weighed(park_of(tariff)).perceived)[waiting], 100.0 - 120.0 * d[waiting])


def test_grants_and_subsidies_come_but_are_not_waited_for() -> None:
    grant = TAX | {"field": "capital_grant", "value": "30 %"}
    paid = TAX | {"field": "subsidy.ash", "value": "5 DKK/t"}
    prices = weighed(park_of(grant, paid))
    np.testing.assert_allclose(prices.capital_grant, [0.0] * 24 + [0.3] * 24)
    np.testing.assert_allclose(prices.subsidy["ash"], [0.0] * 24 + [5.0] * 24)
    assert prices.perceived is prices.cost


# --------------------------------------------------------------------------- risk
def test_risk_is_the_share_of_the_value_that_hangs_on_it() -> None:
    park = park_of(TAX | {"probability": "0.5"})
    prices, month = weighed(park), row(1991, 6)
    d = discount(date(1992, 1, 1))[month]
    # Oil at 200 hangs on nothing; ash is worth 100 + 45 d and spreads by 45 d.
    share = 45.0 * d / (200.0 + 100.0 + 45.0 * d)
    assert policy_risk(prices, (0, 1), month) == pytest.approx(share)
    assert policy_risk(prices, (1,), month) == pytest.approx(45.0 * d / (100.0 + 45.0 * d))
    assert policy_risk(prices, (0, 1), row(1990)) == 0.0
    refusal = prices.refusal[month, 0]
    assert perceived_risk(prices, 0, 0.6, (0, 1), month) == pytest.approx(refusal + 0.2 + share)
    assert policy_risk(weighed(park_of()), (0, 1), month) == 0.0
