"""Clauses at work in small parks, by hand: spot, index, take or pay, notice, hold-up, trust, conduct."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from small_parks import EAGER, RESOURCES, TRANSPORT, Raw, build, firm, scenario

from ecopark import Run, Scenario, ScenarioError, simulate
from ecopark.model import ParkModel

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
PLANT = firm(outputs=ASH)
USER = firm((1000, 0), inputs=ASH)
PAIR = {"plant": PLANT, "user": USER}
# Nobody tries twice; contracts last as long as the run.
PATIENT = EAGER | {"discovery": EAGER["discovery"] | {"retry": "100000 d"}}
LONG = {"lorry": TRANSPORT["lorry"] | {"term": "20 yr"}}
HAUL = 2.5  # handling and one kilometre, DKK/t


def ash(fee: Any = "0 DKK/t", price: Any = "80 DKK/t") -> Raw:
    return {
        "ash": RESOURCES["ash"] | {"disposal": {"route": "landfill", "fee": fee}, "virgin": {"price": price}}
    }


def run(firms: Raw = PAIR, *, end: str = "1995-12", agents: Raw | None = None, **blocks: Any) -> Run:
    blocks.setdefault("transport", LONG)
    blocks.setdefault("resources", ash())
    return simulate(
        scenario(firms, time={"end": end, "segment": "month"}, agents=PATIENT | (agents or {}), **blocks), 1
    )


def prices(result: Run) -> list[tuple[str, str, float]]:
    """Month, event and new price of every change of price."""
    rows = result.events[result.events["detail"].astype(str).str.contains("per unit$", regex=True)]
    return [(f"{r.date:%Y-%m}", str(r.event), float(str(r.detail).split()[0])) for r in rows.itertuples()]


def booked(result: Run, item: str) -> list[tuple[str, float, float]]:
    rows = result.accounts[result.accounts["item"] == item]
    return [(f"{r.start:%Y-%m}", float(r.giver), float(r.taker)) for r in rows.itertuples()]


def test_a_spot_price_is_that_of_the_day_and_ends_without_penalty() -> None:
    falling = ash(price={"1990-01": "80 DKK/t", "1992-01": "40 DKK/t", "1994-01": "0 DKK/t"})
    result = run(resources=falling, agents={"contracts": {"kind": "spot"}})
    # Floor 0; reviews every 365.25 days from 1990-01-01 on look at the mean of twelve months. That of
    # 1992-01-01 sees the first cheap one, that of 1992-12-31 twelve, that of 1994-01-01 the first at nothing.
    means = {"1992-01": (11 * 80 + 40) / 12, "1992-12": 40.0, "1994-01": 11 * 40 / 12}
    found = {month: price for month, event, price in prices(result) if event == "repriced"}
    assert found == pytest.approx({month: (mean - HAUL) / 2.0 for month, mean in means.items()}, rel=1e-5)
    row = result.synergies.iloc[0]
    assert (row["state"], row["reason"]) == ("expired", "economics")
    assert not booked(result, "penalty")
    bound = run(resources=ash(fee={"1990-01": "0 DKK/t", "1994-01": "-60 DKK/t"}, price="50 DKK/t"))
    assert bound.synergies.iloc[0]["state"] == "breached"
    assert booked(bound, "penalty")


def test_an_indexed_price_passes_its_share_of_the_virgin_price_on() -> None:
    dearer = ash(price={"1990-01": "80 DKK/t", "1992-01": "120 DKK/t"})
    result = run(resources=dearer, agents={"contracts": {"kind": "indexed", "pass_through": "0.25"}})
    first = result.synergies.iloc[0]
    agreed = float(str(result.events[result.events["event"] == "agreed"]["detail"].iloc[0]).split()[0])
    moves = [price for _, event, price in prices(result) if event == "indexed"]
    # From 80 to 120 is 40 more; a quarter of it has been passed on once a whole year has seen it.
    assert moves[-1] == pytest.approx(agreed + 10.0, rel=1e-5)
    assert first["price"] == pytest.approx(agreed + 10.0, rel=1e-5)
    assert {event for _, event, _ in prices(result)} == {"indexed"}


def test_a_dearer_disposal_lowers_an_indexed_price() -> None:
    taxed = ash(fee={"1990-01": "0 DKK/t", "1992-01": "40 DKK/t"})
    rules = {"kind": "indexed", "index": "disposal", "pass_through": "0.5"}
    result = run(resources=taxed, agents={"contracts": rules})
    agreed = float(str(result.events[result.events["event"] == "agreed"]["detail"].iloc[0]).split()[0])
    assert result.synergies.iloc[0]["price"] == pytest.approx(agreed - 20.0, rel=1e-5)


HALVED = {"1990-01": "100 t/day", "1992-01": "50 t/day"}


def test_a_taker_whose_need_has_fallen_pays_for_what_it_does_not_take() -> None:
    user = firm((1000, 0), inputs=ASH, capacity=HALVED)
    rules = {"contracts": {"kind": "take_or_pay", "take_or_pay": "0.8"}}
    result = run({"plant": PLANT, "user": user}, end="1993-12", agents=rules)
    price = float(result.synergies.iloc[0]["price"])
    # It takes 5 of 10 t a day and pays for 8; 1992 has 366 days. Settled at the end of each year.
    paid = booked(result, "take_or_pay")
    assert [month for month, _, _ in paid] == ["1992-12", "1993-12"]
    assert [giver for _, giver, _ in paid] == pytest.approx([3.0 * 366 * price, 3.0 * 365 * price])
    assert all(giver == -taker for _, giver, taker in paid)


def test_a_taker_pays_nothing_for_what_the_giver_did_not_have() -> None:
    plant = firm(outputs=ASH, capacity=HALVED)
    rules = {"contracts": {"kind": "take_or_pay"}}
    assert not booked(run({"plant": plant, "user": USER}, end="1993-12", agents=rules), "take_or_pay")
    half = firm((1000, 0), inputs=ASH, capacity={"1990-01": "100 t/day", "1992-01": "45 t/day"})
    result = run({"plant": plant, "user": half}, end="1992-12", agents=rules)
    # Of the 8 to be paid for it took 4.5; only 0.5 t a day more was there.
    (_, paid, _), price = booked(result, "take_or_pay")[0], float(result.synergies.iloc[0]["price"])
    assert paid == pytest.approx(0.5 * 366 * price)


def test_without_the_clause_nothing_is_owed() -> None:
    user = firm((1000, 0), inputs=ASH, capacity=HALVED)
    assert not booked(run({"plant": PLANT, "user": user}, end="1993-12"), "take_or_pay")


def test_a_losing_party_leaves_with_notice_where_it_may() -> None:
    worthless = ash(fee={"1990-01": "0 DKK/t", "1992-01": "-60 DKK/t"}, price="50 DKK/t")
    broken = run(resources=worthless)
    assert broken.synergies.iloc[0]["state"] == "breached"
    left = run(resources=worthless, agents={"contracts": {"notice": "90 d"}})
    row = left.synergies.iloc[0]
    assert (row["state"], row["reason"]) == ("expired", "economics")
    assert not booked(left, "penalty")
    notice = left.events[left.events["event"] == "notice"].iloc[0]
    assert row["ended"] - notice["date"] == pd.Timedelta(days=90)
    assert str(notice["detail"]) == "by plant, 90 d"


BOILER = firm(
    outputs={
        "steam": {"resource": "steam", "coefficient": "1 MWh/t", "grade": "200 degC", "on_demand": True}
    },
    behaviour={"hurdle_rate": "3 %/yr", "payback": "20 yr"},
)
WORKS = firm((2000, 0), inputs={"s": {"resource": "steam", "coefficient": "0.5 MWh/t", "grade": "120 degC"}})
PIPE = {
    "steam_pipe": {
        "per_km": "2 MDKK/km", "running": "0 %/yr", "term": "10 yr", "lead_time": "0 d", "max_length": "20 km",
    }
}  # fmt: skip


def steam(hold_up: str, **contracts: str) -> Run:
    return run(
        {"boiler": BOILER, "works": WORKS},
        end="1992-12",
        transport=PIPE,
        agents={"contracts": {"hold_up": hold_up, "penalty": "0.1"} | contracts},
    )


def test_the_partner_of_a_sunk_investor_reopens_the_price_once() -> None:
    result = steam("0.5")
    changes = prices(result)
    assert [event for _, event, _ in changes] == ["re-opened"]
    agreed = float(str(result.events[result.events["event"] == "agreed"]["detail"].iloc[0]).split()[0])
    # Steam costs nothing to give and 250 to make: the boiler gains the price, the works the rest.
    penalty = 0.1 * max(agreed, 250.0 - agreed)
    bond = result.trust[(result.trust["firm"] == "boiler")].iloc[0]["trust"]
    # A year of deliveries kept raises trust from 0.3 to 0.37, month by month.
    trust = 0.3
    for _ in range(12):
        trust += 0.1 * (1.0 - trust) / 12.0
    assert changes[0][2] == pytest.approx(agreed - 0.5 * (1.0 - trust) * (agreed - penalty), rel=2e-3)
    assert bond < 0.37 + 0.07


def test_an_investor_asks_for_a_premium_against_being_held_up() -> None:
    def agreed(result: Run) -> float:
        return float(str(result.events[result.events["event"] == "agreed"]["detail"].iloc[0]).split()[0])

    free, wary = agreed(steam("0")), agreed(steam("0.5"))
    # From the middle, it foresees half of (price - penalty), by the trust it lacks; the price moves by half.
    foreseen = 0.5 * 0.7 * (free - 0.1 * max(free, 250.0 - free))
    assert wary - free == pytest.approx(foreseen / 2.0, rel=1e-4)
    assert not prices(steam("0"))


WATER = {"water": {"resource": "water", "coefficient": "1 m3/t", "grade": "3"}}


def test_the_trust_of_a_partner_in_another_exchange_keeps_a_contract() -> None:
    """The plant loses on ash and gains on water with the same user."""
    both = {"plant": firm(outputs=ASH | WATER), "user": firm((1000, 0), inputs=ASH | WATER)}
    worthless = ash(fee={"1990-01": "0 DKK/t", "1992-01": "-60 DKK/t"}, price="50 DKK/t")

    def state(agents: Raw) -> str:
        table = run(both, resources=worthless, agents=agents).synergies
        return str(table[table["resource"] == "ash"].iloc[0]["state"])

    assert state({}) == "breached"
    # It would lose some 35 DKK on each of 3,287 t a year for 17 years, 2.0 MDKK, for a penalty of a quarter.
    # Water gains it about 4 DKK/m3 on 32,872 m3 a year: 0.4 of that at 10 % is worth 0.5 MDKK.
    assert state({"trust": {"value": "4"}}) == "operating"
    assert state({"trust": {"value": "1"}}) == "breached"
    # An opportunist does not think of it.
    conduct = {"fixed": {"plant": "opportunistic", "user": "fair"}}
    assert state({"trust": {"value": "4"}, "conduct": conduct}) == "breached"
    conduct = {"fixed": {"plant": "fair", "user": "opportunistic"}}
    assert state({"trust": {"value": "4"}, "conduct": conduct}) == "operating"


def test_an_opportunist_reopens_when_its_own_way_out_becomes_cheaper() -> None:
    cheaper = ash(fee={"1990-01": "60 DKK/t", "1992-01": "20 DKK/t"})

    def story(plant: str, user: str) -> list[tuple[str, str, float]]:
        conduct = {"fixed": {"plant": plant, "user": user}}
        return prices(run(resources=cheaper, agents={"conduct": conduct, "contracts": {"penalty": "0"}}))

    assert not story("fair", "fair")
    # The user's virgin price is what it was.
    assert not story("fair", "opportunistic")
    found = story("opportunistic", "fair")
    assert {event for _, event, _ in found} == {"re-opened"}
    # Half of 40, in as many steps as the mean of the year took to fall.
    start = (80.0 - HAUL - 60.0) / 2.0
    assert found[-1][2] == pytest.approx(start + 20.0, rel=1e-4)


def test_conduct_off_by_its_switch_leaves_every_byte() -> None:
    block = {"conduct": {"opportunists": "1"}, "learning": {"imitation": "1"}}
    plain = run(resources=ash(fee={"1990-01": "60 DKK/t", "1992-01": "20 DKK/t"}))
    off = run(
        resources=ash(fee={"1990-01": "60 DKK/t", "1992-01": "20 DKK/t"}),
        agents=block,
        mechanisms={"conduct": False, "learning": False},
    )
    for table in ("flows", "synergies", "events", "accounts", "trust"):
        pd.testing.assert_frame_equal(getattr(plain, table), getattr(off, table))


@pytest.mark.parametrize("years", [1, 3])
def test_beta_trust_counts_years_of_deliveries(years: int) -> None:
    result = run(end=f"{1989 + years}-12", agents={"trust": {"rule": "beta", "forgetting": "0.5"}})
    evidence = 0.0
    for _ in range(years):
        evidence = (evidence + 1.0) * 0.5
    last = result.trust[result.trust["date"] == result.trust["date"].max()].iloc[0]
    # A month's share of 365.25 days; the first of three years is 1990.
    assert last["trust"] == pytest.approx((evidence + 2.0 * 0.3) / (evidence + 2.0), rel=2e-3)


def test_openness_follows_a_more_successful_neighbour() -> None:
    """A third firm without partners sees two that gain; nobody is near the fourth."""
    idle = firm(
        (500, 0), inputs={"clay": {"resource": "clay", "coefficient": "0.1"}}, behaviour={"openness": "0.1"}
    )
    far = firm(
        (900_000, 0),
        inputs={"clay": {"resource": "clay", "coefficient": "0.1"}},
        behaviour={"openness": "0.1"},
    )
    raw = build(
        PAIR | {"idle": idle, "far": far},
        time={"end": "1990-12", "segment": "month"},
        transport=LONG,
        agents=PATIENT | {"learning": {"imitation": "0.5"}},
    )
    model = ParkModel(Scenario.from_dict(raw, "small").park, 1)
    for _ in range(12):
        model.step()
    learner = model.learner
    model.close()
    assert learner is not None
    after = dict(zip(model.columns.firms, learner.openness.tolist(), strict=True))
    assert after["far"] == 0.1
    assert 0.1 < after["idle"] <= 0.1 + 0.5 * 0.4
    # The pair had nobody better to look at, or each other, who are as open.
    assert after["plant"] == after["user"] == 0.5


def end_of(firms: Raw, agents: Raw, **blocks: Any) -> ParkModel:
    """Model of two years, run to their end, in which what was agreed is free again."""
    raw = build(
        firms,
        time={"end": "1991-12", "segment": "month"},
        transport=LONG,
        agents=PATIENT | agents,
        **blocks,
    )
    model = ParkModel(Scenario.from_dict(raw, "small").park, 1)
    for _ in range(24):
        model.step()
    model.close()
    for contract in model.signed:
        model.appraiser.withdraw(contract)
    return model


def test_experienced_deliveries_set_the_quantity_of_the_next_contract() -> None:
    """The plant makes half of what it promised in 1991; the next contract counts on less."""
    weak = {"plant": firm(outputs=ASH, utilisation={"1990-01": "1", "1991-01": "0.5"}), "user": USER}
    fixed, learned = end_of(weak, {}), end_of(weak, {"learning": {"reliability": "0.5"}})
    share = 0.9
    for kept in [1.0] * 12 + [0.5] * 12:
        share += (1.0 - 0.5 ** (1.0 / 12.0)) * (kept - share)
    before, after = (model.appraiser.appraise(0, 729.0).quantity for model in (fixed, learned))
    assert before > 0.0
    assert after / before == pytest.approx(share / 0.9, rel=2e-3)


def test_expected_prices_lag_behind_by_the_share_learned() -> None:
    """Virgin ash at 80 falls to 20 in 1991: by the end of that year half of the gap is closed."""
    falling = ash(price={"1990-01": "80 DKK/t", "1991-01": "20 DKK/t"})
    model = end_of(PAIR, {"learning": {"prices": "0.5"}}, resources=falling)
    _, ceiling = model.appraiser.running_prices(0, model.signed[0].appraisal, 729.0)
    assert ceiling + HAUL == pytest.approx(20.0 + 60.0 * 0.5, rel=2e-3)
    mean = end_of(PAIR, {}, resources=falling)
    _, ceiling = mean.appraiser.running_prices(0, mean.signed[0].appraisal, 729.0)
    assert ceiling + HAUL == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("agents", "message"),
    [
        ({"trust": {"spread": "0.5"}}, "beta"),
        ({"trust": {"rule": "gamma"}}, "linear"),
        ({"contracts": {"kind": "forever"}}, "take_or_pay"),
        ({"conduct": {"fixed": {"plnt": "fair"}}}, "plant"),
        ({"learning": {"reliability": "1.5"}}, "1.5"),
    ],
)
def test_mistakes_are_named(agents: Raw, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        scenario(PAIR, agents=EAGER | agents)
