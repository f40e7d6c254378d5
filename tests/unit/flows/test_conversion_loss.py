"""What a conversion loses of what has arrived: a row of its own, and books that still close."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from small_parks import TRANSPORT, Raw, firm, scenario

from ecopark import Run, simulate
from ecopark.indicators.carbon import carbon_chain
from ecopark.indicators.energy import exergy
from ecopark.indicators.overtime import flow_network, recycled_share

PLANT = firm(outputs={"ash": {"resource": "ash", "coefficient": "0.1"}})
KILN = firm((10_000, 0), inputs={"clay": {"resource": "clay", "coefficient": "0.5"}})
MIX: Raw = {"giver": "ash", "taker": "clay", "yield": "0.8", "lead_time": "0 d"}
# 1 % a kilometre: 0.99^10 of what is sent arrives.
LEAKY = {"lorry": TRANSPORT["lorry"] | {"loss": "1 %/km"}}
KEEP = 0.99**10


def run(firms: Raw | None = None, way: Raw | None = None, **blocks: Any) -> Run:
    ways = {"mix": MIX | (way or {})}
    return simulate(scenario(firms or {"kiln": KILN, "plant": PLANT}, pathways=ways, **blocks))


def january(result: Run, **where: str) -> pd.DataFrame:
    """Rows of the first month that answer a description."""
    rows = result.flows[result.flows["start"] < pd.Timestamp("1990-02-01")]
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return rows


def total(result: Run, column: str = "quantity", **where: str) -> float:
    return float(january(result, **where)[column].sum())


def test_a_fifth_of_what_arrives_is_lost_by_the_treatment() -> None:
    result = run(transport=LEAKY)
    sent = 310.0  # 10 t a day, all of which the kiln could use
    arrived = sent * KEEP
    assert total(result, route="exchange", resource="ash") == pytest.approx(arrived)
    assert total(result, "delivered", route="exchange", resource="ash") == pytest.approx(0.8 * arrived)
    lost = january(result, route="loss", resource="ash")
    ends = lost.groupby(["from_firm", "to_firm"], observed=True)["quantity"].sum()
    assert ends.to_dict() == {
        ("plant", "environment"): pytest.approx(sent - arrived),
        ("kiln treatment", "environment"): pytest.approx(0.2 * arrived),
    }
    treated = lost[lost["from_firm"] == "kiln treatment"]
    assert set(treated["synergy"].astype(str)) == {"plant.ash>kiln.clay#1:mix"}
    # The disposal that the exchange avoided stands in its own row, and is not avoided twice.
    assert treated[["instead_of", "delivered_resource"]].isna().to_numpy().all()


@pytest.mark.parametrize("at", ["giver", "taker"])
@pytest.mark.parametrize("share", ["0.8", "0.35", "1", "1.2"])
def test_received_is_used_or_lost(share: str, at: str) -> None:
    # Two plants, two kilns, a store and a blending limit; a conversion at either end.
    storing = firm((0, 500), outputs={"ash": {"resource": "ash", "coefficient": "0.3", "storage": "40 t"}})
    picky = {"clay": {"resource": "clay", "coefficient": "0.2", "max_share": "0.5"}}
    firms = {"kiln": KILN, "oven": firm((7000, 0), inputs=picky), "plant": PLANT, "mill": storing}
    result = run(firms, {"yield": share, "at": at}, transport=LEAKY)
    flows = result.flows.astype({"from_firm": str})
    treated = flows[flows["from_firm"].str.endswith(" treatment")]
    exchanged = flows[flows["route"] == "exchange"]
    keys = ["start", "synergy"]
    received = exchanged.groupby(keys, observed=True)["quantity"].sum()
    made = exchanged.groupby(keys, observed=True)["delivered"].sum()
    lost = treated.groupby(keys, observed=True)["quantity"].sum().reindex(received.index, fill_value=0.0)
    assert len(received) > 50
    pd.testing.assert_series_equal(made, received * float(share), check_names=False)
    if float(share) <= 1.0:
        pd.testing.assert_series_equal(lost, received - made, check_names=False, atol=1e-9)
    else:
        # More comes out than went in: water or lime was added, and nothing is lost.
        assert not len(treated)
    # The park as a whole: ash made = used + lost on the way + lost in treatment + dumped + in store.
    ash = flows[flows["resource"] == "ash"]
    into_store = ash[(ash["route"] == "stock") & ash["to_firm"].astype(str).str.endswith(" store")]
    from_store = ash[(ash["route"] == "stock") & ~ash["to_firm"].astype(str).str.endswith(" store")]
    used = made.sum() / float(share) * min(float(share), 1.0)
    ends = used + ash.loc[ash["route"].isin(["loss", "disposal"]), "quantity"].sum()
    ends += into_store["quantity"].sum() - from_store["quantity"].sum()
    assert ends == pytest.approx((10.0 + 30.0) * 365, rel=1e-9)
    # And clay used = clay bought + clay replaced.
    bought = flows.loc[flows["route"] == "virgin", "quantity"].sum()
    assert bought + made.sum() == pytest.approx((50.0 + 20.0) * 365, rel=1e-9)


def test_a_replacement_ratio_is_no_loss() -> None:
    result = run(way={"yield": "1", "replacement": "0.8"})
    assert total(result, "delivered", route="exchange", resource="ash") == pytest.approx(248.0)
    assert not len(january(result, route="loss"))


def test_what_feeds_a_works_is_lost_as_well() -> None:
    works = firm(
        (10_000, 0),
        drive="feed",
        inputs={"clay": {"resource": "clay", "coefficient": "1", "feed": True}},
        outputs={"goods": {"resource": "goods", "coefficient": "1", "role": "product",
                           "disposal": {"route": "sale", "fee": "-200 DKK/t"}}},
    )  # fmt: skip
    result = run({"plant": PLANT, "works": works})
    assert total(result, route="loss", from_firm="works treatment") == pytest.approx(0.2 * 310.0)
    # What is made of the rest, over the year and but for the last week: 8 t a day.
    goods = result.flows.loc[result.flows["route"] == "product", "quantity"].sum()
    waiting = 8.0 * 365 - goods
    assert 0.0 <= waiting < 8.0 * 10


def test_units_that_differ_have_no_loss_to_name() -> None:
    # A tonne of sludge makes 0.8 MWh of oil: what became of the rest is no tonne that was lost.
    firms = {
        "town": firm(outputs={"sludge": {"resource": "sludge", "coefficient": "0.1"}}),
        "boiler": firm((1000, 0), inputs={"oil": {"resource": "oil", "coefficient": "1 MWh/t"}}),
    }
    burn = {"giver": "sludge", "taker": "oil", "yield": "0.8 MWh/t", "lead_time": "0 d"}
    result = run(firms, burn)
    assert total(result, "delivered", route="exchange") == pytest.approx(248.0)
    assert not len(january(result, route="loss"))


def test_a_heat_pump_and_a_plain_exchange_lose_nothing_in_treatment() -> None:
    heat = {"resource": "steam", "coefficient": "0.1 MWh/t"}
    pump = {"giver": "steam", "taker": "steam", "lift": {"efficiency": "0.5"}, "yield": "0.9"}
    firms = {
        "plant": firm(outputs={"s": heat | {"grade": "30 degC"}}),
        "user": firm((1000, 0), inputs={"s": heat | {"grade": "60 degC"}}),
    }
    result = run(firms, pump | {"lead_time": "0 d"}, transport={"steam_pipe": LEAKY["lorry"] | _no_haulage()})
    assert total(result, route="exchange") > 0.0
    assert set(january(result, route="loss")["from_firm"].astype(str)) == {"plant"}
    same = {"plant": PLANT, "user": firm((1000, 0), inputs={"ash": {"resource": "ash", "coefficient": "1"}})}
    assert not len(january(run(same), route="loss"))


def _no_haulage() -> Raw:
    return {"handling": None, "variable": None, "emission": None}


# --------------------------------------------------------------------------- who adds losses up
def test_a_loss_in_treatment_is_no_loss_on_the_way() -> None:
    # Every tonne arrives; each replaces 0.8 t of clay at 0.02 t CO2e.
    result = run()
    chain = carbon_chain(result.accounts, result.flows)
    steps = chain[chain["scope"] == "park"].set_index("indicator")["value"]
    assert steps["co2_virgin"] == pytest.approx(3650.0 * 0.8 * 0.02)
    assert steps["co2_loss"] == pytest.approx(0.0, abs=1e-9)


def test_the_giver_parts_with_it_once() -> None:
    # The kiln can use 5 t a day of the 10, so half of the ash goes its way, whatever becomes of it there.
    small = firm((10_000, 0), capacity="8 t/day", inputs=KILN["processes"]["main"]["in"])
    shares = recycled_share(run({"kiln": small, "plant": PLANT}).flows)
    assert len(shares) == 1
    assert shares.to_dict() == {("plant.ash>kiln.clay#1:mix", pd.Timestamp("1990-01-01")): pytest.approx(0.5)}


def test_the_treatment_is_no_firm_of_the_flow_network() -> None:
    net = flow_network(january(run()))
    assert net.names == ("kiln", "plant")
    # Of 310 t of ash 62 are lost, and the kiln's books are closed over what it burns or sells unseen.
    assert net.flows[net.names.index("plant"), net.names.index("kiln")] == pytest.approx(310.0)
    bought = 50.0 * 31 - 248.0
    assert net.losses[net.names.index("kiln")] == pytest.approx(310.0 + bought)
    assert net.imports[net.names.index("kiln")] == pytest.approx(bought)


def test_exergy_is_supplied_once() -> None:
    # 10 MWh a day of 200 degC against 10 degC; a steam converter that keeps 80 % of it serves 120 degC.
    heat = {"resource": "steam", "coefficient": "0.1 MWh/t"}
    firms = {
        "plant": firm(outputs={"s": heat | {"grade": "200 degC"}}),
        "user": firm((0, 0), inputs={"hot": {"resource": "hot_water", "coefficient": "1 MWh/t", "grade": "120 degC"}}),
    }  # fmt: skip
    water = {"hot_water": {"name": "Hot water", "kind": "heat", "unit": "MWh", "grade": "temperature",
                           "virgin": {"recipe": {"oil": "1.25 MWh/MWh"}}}}  # fmt: skip
    convert = {"giver": "steam", "taker": "hot_water", "yield": "0.8", "lead_time": "0 d"}
    result = run(firms, convert, resources=water)
    table = exergy(result.flows, result.synergies, ambient=10.0).set_index("indicator")["value"]
    assert table["exergy_supplied"] == pytest.approx(3650.0 * (1.0 - 283.15 / 473.15))
    assert table["exergy_used"] == pytest.approx(3650.0 * (1.0 - 283.15 / 393.15))
