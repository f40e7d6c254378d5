"""What firms bring to the table, in small parks worked out by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from small_parks import EAGER, RESOURCES, TRANSPORT, Raw, firm, scenario

from ecopark import Run, simulate

CALM = {"risk_aversion": "0", "hurdle_rate": "10 %/yr"}
ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
# Rid of 10 t a day at 100 DKK/t; two users who would each save 80 DKK/t, 1 and 2 km away. A lorry takes
# 2 DKK/t and 0.5 DKK/t/km: ceilings of 77.5 and 77, a floor of -100.
PLANT = firm(outputs=ASH, behaviour=CALM)
NEAR, FAR = (firm((metres, 0), inputs=ASH, behaviour=CALM) for metres in (1000, 2000))


def run(firms: dict[str, Any], negotiation: Raw | None = None, **blocks: Any) -> Run:
    agents = blocks.pop("agents", EAGER)
    agents = agents | {"negotiation": EAGER["negotiation"] | (negotiation or {})}
    return simulate(scenario(firms, agents=agents, **blocks), 1)


def prices(result: Run) -> dict[str, float]:
    agreed = result.synergies[result.synergies["price"].notna()]
    return dict(zip(agreed["from_firm"] + ">" + agreed["to_firm"], agreed["price"], strict=True))


def agreements(result: Run) -> list[str]:
    return result.events.loc[result.events["event"] == "agreed", "detail"].tolist()


def test_without_partners_elsewhere_the_gain_is_halved() -> None:
    assert prices(run({"plant": PLANT, "near": NEAR})) == pytest.approx({"plant>near": (-100 + 77.5) / 2})
    looked = run({"plant": PLANT, "near": NEAR}, {"alternatives": 3})
    assert prices(looked) == pytest.approx({"plant>near": (-100 + 77.5) / 2})


def test_a_second_user_makes_the_giver_stronger() -> None:
    firms = {"plant": PLANT, "near": NEAR, "far": FAR}
    found = prices(run(firms, {"alternatives": 1}))
    # With the other it would have half of 177 or of 177.5.
    by_hand = {"plant>near": -100 + 88.5 + (177.5 - 88.5) / 2, "plant>far": -100 + 88.75 + (177 - 88.75) / 2}
    assert found
    assert all(price == pytest.approx(by_hand[pair]) for pair, price in found.items())


def test_a_second_plant_makes_the_taker_stronger_as_far_as_it_can_deliver() -> None:
    """The rival has a quarter of the quantity, so a quarter of its surplus is a threat."""
    small = firm((1000, 3000), capacity="25 t/day", outputs=ASH, behaviour=CALM)
    firms = {"plant": PLANT, "near": NEAR, "small": small}
    found = prices(run(firms, {"alternatives": 2}))["plant>near"]
    # 3 km: a ceiling of 76.5, a gain of 176.5
    assert found == pytest.approx(77.5 - 176.5 / 2 / 4 - (177.5 - 176.5 / 8) / 2)


def test_the_switch_puts_partners_elsewhere_out_of_mind() -> None:
    firms = {"plant": PLANT, "near": NEAR, "far": FAR}
    without = run(firms)
    off = run(firms, {"alternatives": 5}, mechanisms={"outside_options": False})
    for table in ("synergies", "events", "flows", "accounts"):
        pd.testing.assert_frame_equal(getattr(off, table), getattr(without, table))


def test_only_known_firms_are_alternatives() -> None:
    """Where acquaintance counts and nobody knows anybody, there is nobody else to turn to."""
    nobody = dict.fromkeys(("near", "sector", "gathering_chance", "visits", "loss"), "0")
    nobody |= {"meeting": "0 %/yr", "introduction": "0 %/yr", "stranger": "1"}
    strangers = EAGER | {"information": nobody}
    firms = {"plant": PLANT, "near": NEAR, "far": FAR}
    found = prices(run(firms, {"alternatives": 1}, agents=strangers))
    by_hand = {"plant>near": (-100 + 77.5) / 2, "plant>far": (-100 + 77) / 2}
    assert found
    assert all(price == pytest.approx(by_hand[pair]) for pair, price in found.items())


def test_patience_is_power_where_it_is_asked_for() -> None:
    hasty = firm((1000, 0), inputs=ASH, behaviour=CALM | {"hurdle_rate": "21 %/yr"})
    firms = {"plant": PLANT, "near": hasty}
    calm = {"trust": {"initial": "0"}}
    equal = prices(run(firms, {"round": "30 d"}, agents=EAGER | calm))
    assert equal == pytest.approx({"plant>near": (-100 + 77.5) / 2})
    # 1.21 is 1.1 twice over: two thirds to the plant; half trusting each other, 7 twelfths
    patient = prices(run(firms, {"round": "30 d", "power": "patience"}, agents=EAGER | calm))
    assert patient == pytest.approx({"plant>near": -100 + 177.5 * 2 / 3})
    friends = EAGER | {"trust": {"initial": "0.5", "gain": "0", "loss": "0"}}
    trusting = prices(run(firms, {"round": "30 d", "power": "patience"}, agents=friends))
    assert trusting == pytest.approx({"plant>near": -100 + 177.5 * 7 / 12})


def test_rubinstein_firms_agree_near_the_half() -> None:
    names = {"protocol": "rubinstein_giver_opens", "round": "365.25 d"}
    found = prices(run({"plant": PLANT, "near": NEAR}, names, time={"end": "1992-12"}))
    # 1 / 1.1 a round: the opener has 1 / (1 + 1 / 1.1) of the gain
    assert found == pytest.approx({"plant>near": -100 + 177.5 / (1 + 1 / 1.1)})


@pytest.mark.parametrize(
    ("name", "price"), [("take_it_or_leave_it", {-11.25}), ("posted_price", {77.5, -100.0})]
)
def test_prices_named_once_or_posted(name: str, price: set[float]) -> None:
    """With the whole truth known, half the way is asked for, or all of it."""
    found = prices(run({"plant": PLANT, "near": NEAR}, {"protocol": name}))["plant>near"]
    assert min(abs(found - p) for p in price) < 1e-9


def test_a_pool_of_plants_gives_one_user_its_price() -> None:
    """20 t a day on offer at -100, 10 wanted: the plants' floor is the price; nobody is ruled out by it."""
    other = firm((2000, 0), outputs=ASH, behaviour=CALM)
    found = prices(run({"plant": PLANT, "near": NEAR, "other": other}, {"protocol": "double_auction"}))
    assert found
    assert set(found) <= {"plant>near", "other>near"}
    assert all(price == pytest.approx(-100.0) for price in found.values())
    # With nobody else in the pool the two of a pair halve the gain.
    alone = prices(
        run({"plant": PLANT, "near": NEAR, "other": other}, {"protocol": "double_auction", "pool": 0})
    )
    assert all(price == pytest.approx((-100 + 77.5) / 2) for price in alone.values())


# ------------------------------------------------------------------ packages
STEAM = {"steam": {"resource": "steam", "coefficient": "0.1 MWh/t", "grade": "180 degC"}}
HOT = {"steam": STEAM["steam"] | {"grade": "250 degC"}}
# A pipe of 1 MDKK for 10 MWh a day: steam from oil costs 250 DKK/MWh.
PIPE = TRANSPORT | {
    "steam_pipe": {
        "fixed": "1 MDKK",
        "lead_time": "0 d",
        "term": "10 yr",
        "lifetime": "20 yr",
        "running": "0 %/yr",
    }
}
RULES = EAGER | {
    "contracts": {"penalty": "0.2", "reliability": "0.9"},
    "trust": {"initial": "0", "gain": "0", "loss": "0"},
}


def pair(giver: Raw, taker: Raw) -> dict[str, Any]:
    calm = {"risk_aversion": "0", "payback": "6 yr"}
    return {
        "plant": firm(outputs=HOT, behaviour=calm | giver),
        "user": firm((1000, 0), inputs=STEAM, behaviour=calm | taker),
    }


def test_packages_are_off_unless_asked_for() -> None:
    plain = run(pair({}, {"risk_aversion": "1"}), transport=PIPE, agents=RULES)
    assert agreements(plain) == [f"{plain.synergies['price'].iloc[0]:.6g} per unit for 10 yr"]


def test_a_wary_investor_is_given_take_or_pay_by_one_who_minds_it_less() -> None:
    """The plant has the cheaper money and pays for the pipe; it fears to be held up."""
    wary = pair({"hurdle_rate": "4 %/yr", "risk_aversion": "1"}, {"hurdle_rate": "30 %/yr"})
    result = run(wary, {"package": True}, transport=PIPE, agents=RULES)
    (detail,) = agreements(result)
    assert detail.endswith("for 20 yr, giver invests, take-or-pay 0.8, penalty 0.2")


def test_among_those_who_fear_nothing_the_usual_terms_stand() -> None:
    """Only the term is stretched, for a longer time to earn the pipe back."""
    bold = pair({"hurdle_rate": "4 %/yr"}, {"hurdle_rate": "30 %/yr"})
    (detail,) = agreements(run(bold, {"package": True}, transport=PIPE, agents=RULES))
    assert detail.endswith("for 20 yr, giver invests, take-or-pay 0, penalty 0.2")


def test_who_pays_the_pipe_may_save_an_idea() -> None:
    """The plant has the cheaper money but wants it back in a month; the user has time."""
    hasty = pair({"hurdle_rate": "4 %/yr", "payback": "1 month"}, {"hurdle_rate": "10 %/yr"})
    lost = run(hasty, transport=PIPE, agents=RULES)
    assert not agreements(lost)
    assert set(lost.synergies["reason"]) == {"economics"}
    saved = run(hasty, {"package": True}, transport=PIPE, agents=RULES)
    (detail,) = agreements(saved)
    assert "taker invests" in detail
    invested = saved.accounts[saved.accounts["item"] == "investment"]
    assert invested["giver"].tolist() == [0.0]
    assert invested["taker"].iloc[0] < 0.0


def test_lorries_need_no_long_contracts() -> None:
    """Nothing specific is built: those who mind risk keep their freedom, half the usual five years."""
    shy = CALM | {"risk_aversion": "1"}
    firms = {"plant": firm(outputs=ASH, behaviour=shy), "near": firm((1000, 0), inputs=ASH, behaviour=shy)}
    (detail,) = agreements(run(firms, {"package": True}, resources=RESOURCES))
    assert "for 2.5 yr" in detail
    assert detail.endswith("take-or-pay 0, penalty 0.25")


def test_where_there_is_enough_for_both_nobody_is_an_alternative() -> None:
    """A second user of half the ash is no threat to the first: the plant can serve both."""
    small = {"ash": {"resource": "ash", "coefficient": "0.04"}}
    near, far = (firm((metres, 0), inputs=small, behaviour=CALM) for metres in (1000, 2000))
    found = prices(run({"plant": PLANT, "near": near, "far": far}, {"alternatives": 1}))
    assert found == pytest.approx({"plant>near": (-100 + 77.5) / 2, "plant>far": (-100 + 77) / 2})
