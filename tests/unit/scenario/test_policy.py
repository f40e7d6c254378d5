"""Levers of policy as a scenario states them: units, names and dates that do not fit are named."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from small_parks import EAGER, Raw, firm, scenario

from ecopark import Scenario, ScenarioError
from ecopark.scenario.policy import ALWAYS, Policy

PLANT = firm(outputs={"ash": {"resource": "ash", "coefficient": "0.1"}})
TAX: Raw = {"field": "landfill_tax", "value": "90 DKK/t", "takes_effect": "1991-01"}


def policy_of(**policy: Any) -> Policy:
    found: Policy = scenario({"plant": PLANT}, policy=policy).park.policy
    return found


LIMIT: Raw = {"resource": "ash", "from": "1990", "limit": "3 t/yr", "penalty": "4 DKK/t"}


@pytest.mark.parametrize(
    ("written", "since"),
    [(True, ALWAYS), (False, None), ("1993-05", date(1993, 5, 1)), (1998, date(1998, 1, 1))],
)
def test_competition_law_holds_always_never_or_from_a_date(written: Any, since: date | None) -> None:
    assert policy_of(competition_law=written).competition_law == since


def test_nothing_is_stated_by_default() -> None:
    assert Policy() == policy_of()
    assert Policy().announced == ()
    assert Policy().discharge_limits == ()


def test_levers_by_resource_may_be_nominal_and_set_for_a_run() -> None:
    currency = {"code": "DKK", "price_year": 2010, "deflator": {1990: 50.0, 2010: 100.0}}
    park = scenario(
        {"plant": PLANT},
        currency=currency,
        policy={"subsidy": {"ash": {"1990-01": "5 DKK/t", "nominal": True, "source": "law", "mark": "S"}}},
    )
    (quantity,) = park.park.policy.subsidy["ash"].values
    assert (quantity.value, quantity.source, quantity.mark) == (10.0, "law", "S")
    changed = park.with_overrides({"policy.subsidy.ash": "7 DKK/t"})
    assert changed.park.policy.subsidy["ash"].at(date(1990, 1, 1)) == 7.0


def test_policy_survives_writing_and_reading(tmp_path: Any) -> None:
    stated = scenario(
        {"plant": PLANT},
        policy={
            "feed_in_tariff": {"oil": "90 DKK/MWh"},
            "competition_law": True,
            "announced": [TAX | {"probability": "0.5", "source": "bill"}],
            "discharge_limits": [
                {"resource": "ash", "from": "1990-05", "limit": "3 t/day", "penalty": "400 DKK/t"}
            ],
        },
        agents=EAGER | {"regulator": {"end_of_waste": [{"resource": "ash", "from": "1990-02"}]}},
    )
    file = tmp_path / "again.yaml"
    file.write_text(stated.to_yaml(), encoding="utf-8")
    again = Scenario.load(file).park
    assert again.policy == stated.park.policy
    assert again.agents.regulator == stated.park.agents.regulator
    assert again.policy.announced[0].value.values[0].source == "bill"


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ({"announced": [TAX | {"field": "landfil_tax"}]}, "Did you mean 'landfill_tax'"),
        ({"announced": [TAX | {"field": "bans"}]}, "no lever 'bans' can be announced"),
        ({"announced": [TAX | {"field": "subsidy"}]}, "no lever 'subsidy' can be announced"),
        ({"announced": [TAX | {"field": "subsidy.ahs"}]}, "unknown resource 'ahs'"),
        ({"announced": [TAX | {"value": "90 DKK/MWh"}]}, "expected DKK/t"),
        ({"announced": [TAX | {"value": "-9 DKK/t"}]}, "must not be negative"),
        ({"announced": [TAX | {"field": "capital_grant", "value": "1.2"}]}, "between 0 and 1"),
        ({"announced": [TAX | {"announced": "1992-01"}]}, "before it is announced"),
        ({"announced": [TAX | {"reversed": "1991-01"}]}, "not after it takes effect"),
        ({"announced": [TAX, TAX | {"value": "80 DKK/t"}]}, "landfill_tax changes twice on one day"),
        ({"announced": [TAX | {"probability": "1.5"}]}, "between 0 and 1"),
        ({"subsidy": {"ash": "5 DKK/MWh"}}, "expected DKK/t"),
        ({"subsidy": {"ahs": "5 DKK/t"}}, "unknown resource 'ahs'"),
        ({"feed_in_tariff": {"oil": "-5 DKK/MWh"}}, "must not be negative"),
        ({"carbon_commitment": "2"}, "between 0 and 1"),
        ({"competition_law": "soon"}, "expected a date"),
        ({"discharge_limits": [LIMIT | {"limit": "3 t"}]}, "expected t/"),
        ({"discharge_limits": [{key: LIMIT[key] for key in ("resource", "from", "limit")}]}, "penalty"),
    ],
)  # fmt: skip
def test_bad_levers_are_named(policy: Raw, message: str) -> None:
    with pytest.raises(ScenarioError, match=message) as caught:
        policy_of(**policy)
    assert "policy" in str(caught.value)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"end_of_waste": [{"resource": "ahs", "from": "1990"}]}, "unknown resource 'ahs'"),
        ({"end_of_waste": [{"resource": "ash", "from": "1990", "until": "1990"}]}, "not after it begins"),
        ({"end_of_waste": [{"resource": "ash", "from": "1990", "permit": "low"}]}, "expected one of none, simple"),
        ({"training": "1.5"}, "between 0 and 1"),
        ({"wrong_refusal": {"none": "2"}}, "between 0 and 1"),
        ({"referral": "3"}, "between 0 and 1"),
        ({"coordination": "-1"}, "at least 0"),
    ],
)  # fmt: skip
def test_bad_rules_of_the_regulator_are_named(rules: Raw, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        scenario({"plant": PLANT}, agents=EAGER | {"regulator": rules})
