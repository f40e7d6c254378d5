"""Payments for single exchanges: they reach that exchange, are booked, and leave all others as they were."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from small_parks import EAGER, TRANSPORT, Raw, build, firm, scenario

from ecopark import Run, Scenario, ScenarioError, simulate

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
FIRMS = {
    "giver": firm(outputs=ASH),
    "taker": firm((1000, 0), inputs=ASH),
    "other giver": firm((0, 400_000), outputs=ASH),
    "other taker": firm((1000, 400_000), inputs=ASH),
}
FIRMS = {name.replace(" ", "_"): part for name, part in FIRMS.items()}
TIME = {"start": "1990-01", "end": "1992-12"}
AGAIN = EAGER | {"discovery": EAGER["discovery"] | {"retry": "30 d"}}
# 10.5 a tonne are missing within each of the two pairs, 200 more across.
DEAR = {"lorry": TRANSPORT["lorry"] | {"handling": "190 DKK/t"}}
PAID: Raw = {"giver": "giver", "taker": "taker", "resource": "ash", "subsidy": "12 DKK/t"}


def run(*support: Raw, **blocks: Any) -> Run:
    policy = {"support": list(support)} if support else {}
    return simulate(
        scenario(FIRMS, **({"time": TIME, "agents": AGAIN, "transport": DEAR, "policy": policy} | blocks))
    )


def same(one: Run, other: Run) -> None:
    for name in ("flows", "synergies", "events", "accounts"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_only_the_exchange_named_is_paid_for() -> None:
    result = run(PAID)
    (idea,) = result.synergies[result.synergies["operating"].notna()].itertuples()
    assert (idea.from_firm, idea.to_firm) == ("giver", "taker")
    rows = result.accounts[result.accounts["item"] == "support"]
    moved = result.flows[result.flows["route"] == "exchange"]["quantity"].sum()
    assert moved > 0.0
    assert rows["taker"].sum() == pytest.approx(12.0 * moved, rel=1e-12)
    assert not rows["giver"].any()
    money = result.accounts[result.accounts["unit"] == "DKK"]
    assert (money["giver"] + money["taker"]).sum() == pytest.approx(1.5 * moved, rel=1e-9)


def test_a_payment_that_moves_nobody_changes_nothing() -> None:
    same(run(PAID | {"subsidy": "0 DKK/t"}), run())
    same(run(PAID | {"taker": "other_taker", "subsidy": "5 DKK/t"}), run())


def test_it_adds_to_the_subsidy_of_the_resource() -> None:
    both = {"subsidy": {"ash": "5 DKK/t"}, "support": [PAID | {"subsidy": "7 DKK/t"}]}
    one = run(policy=both)
    whole = run(PAID)
    pd.testing.assert_series_equal(one.synergies["price"], whole.synergies["price"])
    pd.testing.assert_frame_equal(one.flows, whole.flows)


def test_a_grant_lowers_the_investment() -> None:
    yard = {"lorry": TRANSPORT["lorry"] | {"fixed": "100 kDKK"}}
    plain, granted = run(transport=yard), run(PAID | {"subsidy": None, "grant": "0.4"}, transport=yard)

    def spent(result: Run, giver: str) -> float:
        rows = result.accounts[result.accounts["item"] == "investment"]
        return -float(rows[rows["from_firm"] == giver][["giver", "taker"]].to_numpy().sum())

    assert spent(granted, "giver") == pytest.approx(0.6 * spent(plain, "giver"))
    assert spent(granted, "other_giver") == pytest.approx(spent(plain, "other_giver")) == 100e3


def test_only_the_need_named_is_paid_for() -> None:
    clay = {"clay": {"resource": "clay", "coefficient": "0.1"}}
    firms = {"giver": firm(outputs=ASH), "taker": firm((1000, 0), inputs=ASH | clay)}
    mix = {"mix": {"giver": "ash", "taker": "clay", "lead_time": "0 d"}}
    blocks: dict[str, Any] = {"time": TIME, "agents": AGAIN, "pathways": mix, "transport": DEAR}
    paid = PAID | {"need": "ash", "subsidy": "40 DKK/t"}
    # Clay costs 90: its pair lacks 0.5 a tonne and takes nothing where it is not paid for.
    result = simulate(scenario(firms, policy={"support": [paid]}, **blocks))
    assert set(result.synergies[result.synergies["operating"].notna()]["to_resource"]) == {"ash"}
    result = simulate(scenario(firms, policy={"support": [paid | {"need": "clay"}]}, **blocks))
    assert set(result.synergies[result.synergies["operating"].notna()]["to_resource"]) == {"clay"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"giver": "givr"}, "unknown firm 'givr'"),
        ({"resource": "asch"}, "unknown resource 'asch'"),
        ({"resource": "sludge"}, "giver gives no 'sludge'"),
        ({"need": "water"}, "taker needs no 'water'"),
        ({"taker": "giver"}, "would exchange with itself"),
        ({"subsidy": None}, "pays nothing"),
        ({"subsidy": "12 DKK/MWh"}, "expected DKK/t"),
        ({"grant": "1.2"}, "between 0 and 1"),
    ],
)
def test_mistakes_are_named(changed: Raw, message: str) -> None:
    entry = {key: value for key, value in (PAID | changed).items() if value is not None}
    others = firm(
        (5000, 0), outputs={"sludge": {"resource": "sludge", "coefficient": "0.1"}},
        inputs={"water": {"resource": "water", "coefficient": "0.1"}},
    )  # fmt: skip
    with pytest.raises(ScenarioError, match=r"policy\.support") as caught:
        Scenario.from_dict(build({**FIRMS, "others": others}, policy={"support": [entry]}))
    assert message in str(caught.value)
