"""One pair appraised with paper and pencil: quantities, losses, reservation prices, reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from small_parks import TRANSPORT, Raw, firm, scenario

from ecopark.market.appraisal import Appraisal, Party, Setting, appraise, running_costs
from ecopark.scenario.types import Park

YEAR = np.array([365.25])
MIX = {"giver": "ash", "taker": "clay", "cost": "5 DKK/t", "yield": "0.5", "replacement": "0.8",
       "electricity": "0.1 MWh/t"}  # fmt: skip
WAYS: Raw = {
    "mix": MIX,
    "mill": MIX | {"at": "giver", "capital": "100 DKK/(t/day)"},
    "pump": {
        "giver": "steam",
        "taker": "steam",
        "lift": {"efficiency": "0.5", "max_temperature": "120 degC"},
    },
}


@pytest.fixture(scope="module")
def park() -> Park:
    users = firm(
        inputs={
            "steam": {"resource": "steam", "coefficient": "1 MWh/t", "grade": "80 degC"},
            "clay": {"resource": "clay", "coefficient": "0.1"},
            "ash": {"resource": "ash", "coefficient": "0.1"},
        },
        behaviour={"hurdle_rate": "10 %/yr", "payback": "6 yr", "risk_aversion": "0"},
    )
    keen = users | {"behaviour": {"hurdle_rate": "4 %/yr", "payback": "20 yr", "risk_aversion": "0"}}
    return scenario({"hard": users, "soft": keen}, pathways=WAYS).park


def party(
    park: Park, rate: float, value: float, grade: float = 1.0, who: str = "hard", deal: float = 0.0
) -> Party:
    return Party(np.array([rate]), value, grade, park.firms[who].behaviour, deal)


def setting(length: float, scale: str = "conformity", **fields: Any) -> Setting:
    plain: dict[str, Any] = {
        "length": length, "days": YEAR, "scale": scale, "approach": 5.0, "reliability": 0.9, "risk": 0.0,
        "inputs": {"electricity": 400.0}, "burden": {}, "limit": np.array([np.inf]), "grant": 0.0,
        "when": date(1990, 1, 1),
    }  # fmt: skip
    return Setting(**plain | fields)


def steam(park: Park, **fields: Any) -> Appraisal:
    """100 MWh a day on offer at 150 degC, 50 needed at 80 degC, 3 km apart."""
    giver = party(park, 100.0, 0.0, 150.0, fields.pop("giver", "hard"))
    taker = party(park, 50.0, 250.0, 80.0)
    mode = park.transport["steam_pipe"].model_copy(update=fields.pop("pipe", {}))
    surroundings = setting(3.0, "temperature", burden={"electricity": 0.2}, **fields)
    return appraise(giver, taker, None, {"steam_pipe": mode}, surroundings)


def test_steam_over_three_lossy_kilometres(park: Park) -> None:
    keep = 0.97**3  # 3 % per km
    found = steam(park)
    assert found.reason == ""
    assert (found.keep, found.credit) == (pytest.approx(0.912673), 1.0)
    np.testing.assert_allclose(found.rate, [50.0 / keep])
    assert found.quantity == pytest.approx(50.0 / keep * 365.25 * 0.9)
    assert found.capacity == pytest.approx(1.15 * 50.0 / keep)
    # The giver loses 0.2 MWh of electricity at 400 per MWh given; the taker saves 250 per MWh got.
    assert found.floor == found.running_floor == pytest.approx(80.0)
    assert found.ceiling == found.running_ceiling == pytest.approx(250.0 * keep)
    assert found.joint_margin == pytest.approx((250.0 * keep - 80.0) * found.quantity)
    assert found.payback == 0.0
    assert (found.own_inputs, found.inputs) == ({"electricity": 0.0}, {"electricity": 0.2})


@pytest.mark.parametrize(
    ("giver", "rate", "years_share"), [("hard", 0.10, 0.162745), ("soft", 0.04, 0.073582)]
)
def test_the_one_with_cheaper_money_invests(park: Park, giver: str, rate: float, years_share: float) -> None:
    # 1 MDKK/km x 3 km over the term of 10 years, or the 20 years of payback the soft one accepts;
    # published factors (A/P, 10 %, 10) and (A/P, 4 %, 20).
    dear = scenario(
        {"a": firm()}, transport={"steam_pipe": TRANSPORT["steam_pipe"] | {"per_km": "1 MDKK/km"}}
    )
    found = steam(
        park,
        giver=giver,
        pipe={
            "per_km": dear.park.transport["steam_pipe"].per_km,
            "running": park.transport["steam_pipe"].running,
        },
    )
    annuity = 3e6 * years_share / found.quantity
    upkeep = 0.02 * 3e6 / found.quantity
    assert found.capital == pytest.approx(3e6)
    assert found.maintenance == pytest.approx(6e4)
    assert found.giver_invests is (giver == "soft")
    assert found.running_floor == pytest.approx(80.0)
    assert found.running_ceiling == pytest.approx(250.0 * 0.97**3 - upkeep)
    assert found.floor == pytest.approx(80.0 + (annuity if giver == "soft" else 0.0), rel=1e-6)
    assert found.ceiling == pytest.approx(
        found.running_ceiling - (annuity if giver == "hard" else 0.0), rel=1e-6
    )
    assert found.payback == pytest.approx(3e6 / ((found.running_ceiling - 80.0) * found.quantity))
    half = steam(park, giver=giver, pipe={"per_km": dear.park.transport["steam_pipe"].per_km}, grant=0.5)
    assert half.capital == pytest.approx(1.5e6)


def test_transaction_cost_and_risk_narrow_the_zone(park: Park) -> None:
    plain = steam(park)
    wary = {"risk_aversion": park.firms["hard"].behaviour.risk_aversion.__class__(0.5)}
    behaviour = park.firms["hard"].behaviour.model_copy(update=wary)
    giver = replace(party(park, 100.0, 0.0, 150.0, deal=1e5), behaviour=behaviour)
    taker = replace(party(park, 50.0, 250.0, 80.0, deal=2e5), behaviour=behaviour)
    surroundings = setting(3.0, "temperature", burden={"electricity": 0.2}, risk=0.4)
    found = appraise(giver, taker, None, {"p": park.transport["steam_pipe"]}, surroundings)
    # Half the joint gain is each side's stake; a perceived risk of 0.4 at an aversion of 0.5
    # takes 20 % of it. The cost of the agreement is spread over 10 years at 10 %.
    stake = (plain.ceiling - plain.floor) / 2.0
    per_unit = 0.162745 / plain.quantity
    assert found.floor == pytest.approx(plain.floor + 0.2 * stake + 1e5 * per_unit, rel=1e-5)
    assert found.ceiling == pytest.approx(plain.ceiling - 0.2 * stake - 2e5 * per_unit, rel=1e-5)


@pytest.mark.parametrize(("way", "carried", "treated"), [("mix", 1.0, 1.0), ("mill", 0.5, 1.0)])
def test_a_conversion_at_the_giver_sends_only_its_product(
    park: Park, way: str, carried: float, treated: float
) -> None:
    giver, taker = party(park, 10.0, 100.0), party(park, 100.0, 90.0)
    found = appraise(giver, taker, park.pathways[way], {"lorry": park.transport["lorry"]}, setting(10.0))
    # One tonne of ash becomes half a tonne, which replaces 0.4 t of clay. 2 + 0.5 x 10 DKK a tonne
    # on the road, 5 DKK and 0.1 MWh a tonne treated.
    assert (found.keep, found.credit) == (1.0, pytest.approx(0.4))
    assert (found.carried, found.treated) == (carried, treated)
    assert found.haulage == pytest.approx(7.0 * carried)
    assert found.treatment == pytest.approx(5.0)
    assert found.running_floor == pytest.approx(-100.0)
    assert found.running_ceiling == pytest.approx(0.4 * 90.0 - 7.0 * carried - 5.0 - 40.0)
    assert found.capital == pytest.approx(1.15 * 10.0 * 100.0 if way == "mill" else 0.0)


def test_loss_on_the_way_comes_before_a_treatment_at_the_taker(park: Park) -> None:
    leaky = park.transport["lorry"].model_copy(update={"loss": park.transport["steam_pipe"].loss})
    giver, taker = party(park, 10.0, 100.0), party(park, 100.0, 90.0)
    at_taker = appraise(giver, taker, park.pathways["mix"], {"l": leaky}, setting(10.0))
    at_giver = appraise(giver, taker, park.pathways["mill"], {"l": leaky}, setting(10.0))
    keep = 0.97**10
    assert (at_taker.treatment, at_giver.treatment) == (pytest.approx(5.0 * keep), pytest.approx(5.0))
    assert at_taker.own_inputs["electricity"] == pytest.approx(0.1 * keep)
    assert at_giver.own_inputs["electricity"] == pytest.approx(0.1)


def test_heat_pump_pays_for_its_electricity(park: Park) -> None:
    giver, taker = party(park, 100.0, 0.0, 40.0), party(park, 50.0, 500.0, 80.0)
    mode = park.transport["steam_pipe"]
    found = appraise(giver, taker, park.pathways["pump"], {"p": mode}, setting(3.0, "temperature"))
    # 40 degC less 2 K/km x 3 km is 34 degC: evaporator 29 degC, condenser 85 degC.
    cop = 0.5 * (85.0 + 273.15) / (85.0 - 29.0)
    keep = 0.97**3
    assert found.credit == pytest.approx(cop / (cop - 1.0))
    assert found.own_inputs["electricity"] == pytest.approx(keep / (cop - 1.0))
    # First law: heat delivered is heat taken plus electricity.
    assert keep * found.credit == pytest.approx(keep + found.own_inputs["electricity"])


@pytest.mark.parametrize(
    ("fee", "length", "reason"),
    [
        (100.0, 10.0, ""),
        (100.0, 400.0, "distance"),  # 2 + 200 DKK of haulage against 100 + 90 saved
        (-100.0, 10.0, "economics"),  # sold for 100 already
    ],
)
def test_reasons(park: Park, fee: float, length: float, reason: str) -> None:
    found = appraise(
        party(park, 10.0, fee), party(park, 10.0, 90.0), None, {"l": park.transport["lorry"]}, setting(length)
    )
    assert found.reason == reason


def test_too_cold_is_quality_and_nothing_left_is_economics(park: Park) -> None:
    cold = appraise(
        party(park, 100.0, 0.0, 84.0), party(park, 50.0, 250.0, 80.0), None,
        {"p": park.transport["steam_pipe"]}, setting(0.0, "temperature"),
    )  # fmt: skip
    assert cold.reason == "quality"
    spent = appraise(
        party(park, 0.0, 100.0), party(park, 50.0, 90.0), None, {"l": park.transport["lorry"]}, setting(1.0)
    )
    assert spent.reason == "economics"


def test_the_better_mode_is_chosen(park: Park) -> None:
    lorry = park.transport["lorry"]
    slow = lorry.model_copy(update={"variable": None})
    found = appraise(
        party(park, 10.0, 100.0), party(park, 10.0, 90.0), None, {"dear": lorry, "cheap": slow}, setting(50.0)
    )
    assert (found.mode, found.haulage) == ("cheap", 2.0)


def test_blending_limit_and_season_bound_the_rate(park: Park) -> None:
    days = np.array([100.0, 265.25])
    giver = replace(party(park, 0.0, 100.0), rate=np.array([10.0, 4.0]))
    taker = replace(party(park, 0.0, 90.0), rate=np.array([5.0, 20.0]))
    surroundings = setting(1.0, days=days, limit=np.array([3.0, 9.0]), reliability=1.0)
    found = appraise(giver, taker, None, {"l": park.transport["lorry"]}, surroundings)
    np.testing.assert_allclose(found.rate, [3.0, 4.0])
    assert found.quantity == pytest.approx(300.0 + 4.0 * 265.25)
    assert found.capacity == pytest.approx(1.15 * 4.0)


def test_running_costs_follow_the_prices_of_the_day(park: Park) -> None:
    found = steam(park)
    assert running_costs(found, {"electricity": 400.0}) == (
        pytest.approx(80.0),
        pytest.approx(found.unit_cost),
    )
    assert running_costs(found, {"electricity": 1000.0})[0] == pytest.approx(200.0)
