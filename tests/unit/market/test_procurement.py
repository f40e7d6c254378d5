"""Public buyers who prefer, or must have, what is made of residuals: by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from small_parks import EAGER, TRANSPORT, Raw, firm, scenario

from ecopark import Run, ScenarioError, simulate
from ecopark.calendar import Calendar
from ecopark.flows.columns import compile_columns
from ecopark.market.prices import compile_prices

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
FIRMS = {
    "giver": firm(outputs=ASH),
    "builder": firm((1000, 0), inputs=ASH, sector="construction"),
    "other_giver": firm((0, 400_000), outputs=ASH),
    "farmer": firm((1000, 400_000), inputs=ASH, sector="farming"),
}
AGAIN = EAGER | {"discovery": EAGER["discovery"] | {"retry": "30 d"}}
# 10.5 a tonne are missing within each of the two pairs, 200 more across.
DEAR = {"lorry": TRANSPORT["lorry"] | {"handling": "190 DKK/t"}}
RULE: Raw = {"sectors": ["construction"], "residual": "ash", "premium": "24 DKK/t", "share": "0.5"}


def run(*rules: Raw, **blocks: Any) -> Run:
    time = {"start": "1990-01", "end": "1991-12"}
    whole = {
        "time": time,
        "agents": AGAIN,
        "transport": DEAR,
        "policy": {"procurement": list(rules)},
    } | blocks
    return simulate(scenario(FIRMS, **whole), 1)


def begun(result: Run) -> set[str]:
    return set(result.synergies.loc[result.synergies["operating"].notna(), "to_firm"])


def test_a_premium_moves_those_who_sell_to_the_public_and_nobody_else() -> None:
    # Half of the sales at 24 a tonne are 12: more than the 10.5 that are missing.
    result = run(RULE)
    assert begun(run()) == set()
    assert begun(result) == {"builder"}
    paid = result.accounts[result.accounts["item"] == "support"]
    moved = result.flows[result.flows["route"] == "exchange"]["quantity"].sum()
    assert paid["taker"].sum() == pytest.approx(12.0 * moved, rel=1e-12)
    money = result.accounts[result.accounts["unit"] == "DKK"]
    assert (money["giver"] + money["taker"]).sum() == pytest.approx(1.5 * moved, rel=1e-9)


def test_it_holds_from_its_date() -> None:
    late = run(RULE | {"premium": {"1990-01": "0 DKK/t", "1991-01": "24 DKK/t"}})
    assert late.synergies["operating"].dropna().min().year == 1991
    assert begun(run(RULE | {"share": "0.4"})) == set()


def test_a_surcharge_is_on_the_virgin_supply_of_the_sector() -> None:
    rule = {
        "sectors": ["construction"],
        "residual": "ash",
        "need": "ash",
        "surcharge": "30 DKK/t",
        "share": "0.5",
    }
    park = scenario(FIRMS, policy={"procurement": [rule]}).park
    calendar = Calendar(date(1990, 1, 1), date(1991, 1, 1))
    columns = compile_columns(park, calendar)
    cost = dict(zip(columns.ports, compile_prices(park, columns, calendar).cost[0], strict=True))
    assert cost["builder.main.in.ash"] == pytest.approx(80.0 + 15.0)
    assert cost["farmer.main.in.ash"] == pytest.approx(80.0)
    assert begun(run(rule)) == {"builder"}


def test_what_asks_nobody_changes_nothing() -> None:
    plain = run()
    for rule in (RULE | {"premium": "0 DKK/t"}, RULE | {"share": "0"}):
        asked = run(rule)
        for name in ("flows", "synergies", "events"):
            assert getattr(plain, name).equals(getattr(asked, name)), name


def test_a_higher_premium_never_lowers_what_is_exchanged() -> None:
    moved = []
    for premium in (0, 10, 20, 24, 40, 80):
        result = run(RULE | {"premium": f"{premium} DKK/t"})
        moved.append(result.flows[result.flows["route"] == "exchange"]["quantity"].sum())
    assert np.all(np.diff(moved) >= 0.0)
    assert moved[-1] > moved[0] == 0.0


@pytest.mark.parametrize(("rule", "message"), [
    (RULE | {"sectors": ["constuction"]}, "Did you mean 'construction'"),
    (RULE | {"residual": "asch"}, "unknown resource 'asch'"),
    (RULE | {"premium": "24 DKK/m3"}, "premium"),
    (RULE | {"premium": None}, "asks for nothing"),
    (RULE | {"surcharge": "3 DKK/t"}, "on which virgin supply"),
    (RULE | {"sectors": []}, "sectors"),
])  # fmt: skip
def test_rules_that_cannot_be_are_refused(rule: Raw, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        scenario(FIRMS, policy={"procurement": [rule]})
