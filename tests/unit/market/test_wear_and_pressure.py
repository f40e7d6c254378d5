"""What wears out and what loses pressure, and the carbon of a works that lives on what it is given."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from one_option import pressure_obstacle
from small_parks import EAGER, TRANSPORT, Raw, firm, scenario

from ecopark import Run, simulate
from ecopark.market.appraisal import Appraisal, annuity_of
from ecopark.market.contract import Contract, rebuild_price
from ecopark.model import ParkModel
from ecopark.scenario.types import Behaviour, Pathway

YEAR = 365.25


# --------------------------------------------------------------------------- wear
@pytest.mark.parametrize(
    ("floor", "ceiling", "annuity", "giver_invests", "payback", "price"),
    [
        (40.0, 250.0, 10.0, True, 1.0, 150.0),  # midway between 40 + 10 and 250
        (40.0, 250.0, 10.0, False, 1.0, 140.0),  # midway between 40 and 250 - 10
        (-100.0, -20.0, 30.0, False, 6.0, -75.0),  # the giver pays; six years of payback are just allowed
        (40.0, 250.0, 10.0, True, 6.01, None),  # too slow for the investor
        (40.0, 49.0, 10.0, True, 1.0, None),  # the capital takes more than the gain
        (40.0, 50.0, 10.0, False, 1.0, None),  # nothing is left of it
        (40.0, 40.0, 0.0, True, 0.0, None),
    ],
)
def test_price_at_which_it_is_built_again(
    floor: float, ceiling: float, annuity: float, giver_invests: bool, payback: float, price: float | None
) -> None:
    assert rebuild_price(floor, ceiling, annuity, giver_invests, payback, longest=6.0) == price


@pytest.mark.parametrize(
    ("rate", "payback", "term", "lifetime", "published"),
    [
        # Capital recovery factors (A/P, i, n) of the interest tables of engineering economy textbooks
        # (e.g. Newnan, Eschenbach & Lavelle, appendix) for n = min(max(term, payback), lifetime).
        ("10 %/yr", 6.0, 10.0, 30.0, 0.16275),  # the term is longer than the payback accepted
        ("10 %/yr", 20.0, 10.0, 30.0, 0.11746),  # the payback accepted is longer than the term
        ("10 %/yr", 20.0, 10.0, 15.0, 0.13147),  # but what is built lasts fifteen years only
        ("8 %/yr", 6.0, 10.0, 5.0, 0.25046),  # or less than its first term
        ("5 %/yr", 3.0, 5.0, math.inf, 0.23097),
        ("0 %/yr", 4.0, 2.0, 30.0, 0.25),
    ],
)
def test_the_horizon_of_an_annuity(
    rate: str, payback: float, term: float, lifetime: float, published: float
) -> None:
    investor = investing(rate, payback)
    terms = Appraisal("", capital=1e6, quantity=100.0, term=term * YEAR, lifetime=lifetime * YEAR)
    assert annuity_of(terms, investor) == pytest.approx(1e4 * published, abs=0.06)
    assert annuity_of(Appraisal("", quantity=100.0, term=YEAR), investor) == 0.0


def investing(rate: str, payback: float) -> Behaviour:
    behaviour = {"hurdle_rate": rate, "payback": f"{payback} yr"}
    return scenario({"a": firm(behaviour=behaviour)}).park.firms["a"].behaviour


def test_the_life_of_what_was_built_last_counts() -> None:
    terms = Appraisal("", capital=1.0, lifetime=100.0)
    contract = Contract("s", 0, 0, 1, "a", "b", terms, 0.0)
    assert (contract.built, contract.worn_out) == (math.inf, math.inf)
    contract.builds += [10.0]
    assert contract.worn_out == 110.0
    contract.builds += [110.0]
    assert contract.worn_out == 210.0
    # Taken over with 60 days of its life behind it, then built again by those who took it over.
    heir = Contract("t", 0, 0, 1, "c", "b", terms, 0.0, inherited=10.0)
    assert (heir.built, heir.worn_out) == (10.0, 110.0)
    heir.builds += [110.0]
    assert heir.worn_out == 210.0


@pytest.mark.parametrize(
    ("per_km", "capital", "lifetime"),
    [("100 kDKK/km", "0 DKK/(t/day)", 30.0), ("0 DKK/km", "100 DKK/(t/day)", 8.0),
     ("100 kDKK/km", "100 DKK/(t/day)", 8.0), ("0 DKK/km", "0 DKK/(t/day)", math.inf)],
)  # fmt: skip
def test_only_what_costs_something_wears_out(per_km: str, capital: str, lifetime: float) -> None:
    # A conveyor that lasts 30 years, a mill that lasts 8: the first to go ends the life of both.
    mill = {"giver": "ash", "taker": "clay", "capital": capital, "lifetime": "8 yr", "lead_time": "0 d"}
    conveyor = TRANSPORT["lorry"] | {"per_km": per_km, "lifetime": "30 yr"}
    firms = {
        "plant": firm(outputs={"ash": {"resource": "ash", "coefficient": "0.1"}}),
        "kiln": firm((1000, 0), inputs={"clay": {"resource": "clay", "coefficient": "0.5"}}),
    }
    park = ParkModel(scenario(firms, pathways={"mill": mill}, transport={"lorry": conveyor}).park)
    found = park.appraiser.appraise(0, 0.0)
    assert found.lifetime == pytest.approx(lifetime * YEAR)
    park.close()


# --------------------------------------------------------------------------- pressure
@pytest.mark.parametrize(
    ("supplied", "required", "fall", "forbidden"),
    [
        (10.0, 8.0, 4.0, True),
        (10.0, 8.0, 1.0, False),
        (10.0, 8.0, 2.0, False),  # just enough
        (7.0, 8.0, 0.0, True),
        (math.nan, 8.0, 99.0, False),
        (10.0, math.nan, 99.0, False),
        (math.nan, math.nan, 99.0, False),
    ],
)
def test_pressure_arriving_must_reach_what_is_needed(
    supplied: float, required: float, fall: float, forbidden: bool
) -> None:
    assert pressure_obstacle(supplied, required, None, fall) is forbidden
    assert pressure_obstacle(supplied, required, Pathway(giver="steam", taker="steam"), fall) is False


def steam_park(offered: str | None, needed: str | None, metres: float, **blocks: Any) -> Raw:
    out: Raw = {"resource": "steam", "coefficient": "1 MWh/t", "grade": "200 degC", "on_demand": True}
    need: Raw = {"resource": "steam", "coefficient": "0.5 MWh/t", "grade": "120 degC"}
    out |= {} if offered is None else {"pressure": offered}
    need |= {} if needed is None else {"pressure": needed}
    pipe = TRANSPORT["steam_pipe"] | {"loss": "0 1/km", "pressure_drop": "2 bar/km"}
    firms = {"boiler": firm(outputs={"s": out}), "works": firm((metres, 0), inputs={"s": need})}
    return {"firms": firms, "transport": {"steam_pipe": pipe}} | blocks


@pytest.mark.parametrize(
    ("offered", "needed", "metres", "reason"),
    [
        ("10 bar", "8 bar", 2000.0, "quality"),
        ("10 bar", "8 bar", 500.0, ""),
        ("1 MPa", "800 kPa", 2000.0, "quality"),
        ("10 bar", None, 2000.0, ""),
        (None, "8 bar", 2000.0, ""),
        (None, None, 2000.0, ""),
    ],
)
def test_steam_of_ten_bar_falls_by_two_a_kilometre(
    offered: str | None, needed: str | None, metres: float, reason: str
) -> None:
    agents = EAGER | {"discovery": EAGER["discovery"] | {"retry": "30 d"}}
    result = simulate(scenario(**steam_park(offered, needed, metres), agents=agents))
    assert result.synergies["reason"].tolist() == [reason]
    steam = result.flows[result.flows["route"] == "exchange"]["quantity"].sum()
    assert steam == pytest.approx(0.0 if reason else 50.0 * 365)
    # Pressure does not change, so what it forbids is never tried again.
    assert (result.events["event"] == "identified").sum() == 1


def test_a_conversion_makes_its_own_pressure() -> None:
    station = {"station": {"giver": "steam", "taker": "steam", "lead_time": "0 d"}}
    result = simulate(scenario(**steam_park("10 bar", "8 bar", 2000.0, pathways=station)))
    assert dict(zip(result.synergies["pathway"], result.synergies["state"], strict=True)) == {
        "direct": "lost",
        "station": "operating",
    }


# --------------------------------------------------------------------------- carbon of what is fed
GAS: Raw = {
    "sludge": {"name": "Sludge", "kind": "material", "unit": "t", "transport": ["lorry"],
               "disposal": {"route": "landfill", "fee": "300 DKK/t", "emission": "0.5 t/t"}},
    "biogas": {"name": "Biogas", "kind": "energy", "unit": "MWh", "transport": ["gas_pipe"],
               "virgin": {"price": "150 DKK/MWh", "emission": "0.2 t/MWh"},
               "disposal": {"route": "flare", "emission": "0.003 t/MWh"}},
    "digestate": {"name": "Digestate", "kind": "material", "unit": "t", "transport": ["lorry"],
                  "disposal": {"route": "landfill", "fee": "20 DKK/t", "emission": "0.01 t/t"},
                  "virgin": {"price": "5 DKK/t", "emission": "0.004 t/t"}},
}  # fmt: skip
PIPE = {"gas_pipe": {"lead_time": "0 d", "term": "10 yr", "max_length": "20 km", "emission": "0 t/MWh/km"}}
TOWN = firm(outputs={"sludge": {"resource": "sludge", "coefficient": "0.1"}})
USER = firm((10_000, 2000), inputs={"gas": {"resource": "biogas", "coefficient": "0.05 MWh/t"}})
FARM = firm((10_000, 1000), inputs={"d": {"resource": "digestate", "coefficient": "0.03"}})


def digester(**biogas: Any) -> Raw:
    """A run takes 2 t of sludge and makes 0.6 MWh of biogas and 1.5 t of digestate."""
    gas = {"resource": "biogas", "coefficient": "0.6 MWh/t"} | biogas
    return firm(
        (10_000, 0),
        drive="feed",
        capacity="40 t/day",
        inputs={"sludge": {"resource": "sludge", "coefficient": "2", "feed": True}},
        outputs={"gas": gas, "digestate": {"resource": "digestate", "coefficient": "1.5"}},
    )


def avoided(firms: dict[str, Any], item: str = "avoided_virgin") -> dict[str, tuple[float, float]]:
    """Effect on giver and taker in t CO2e by residual given, over the year."""
    run: Run = simulate(scenario(firms, resources=GAS, transport=PIPE, time={"end": "1991-12"}))
    table = run.accounts[(run.accounts["unit"] == "t CO2e") & (run.accounts["item"] == item)]
    table = table[table["start"] >= pd.Timestamp("1991-01-01")]
    given = table["synergy"].astype(str).str.extract(r"^\w+\.(\w+)>")[0]
    sums = table.groupby(given)[["giver", "taker"]].sum()
    return {str(name): (float(row.giver), float(row.taker)) for name, row in sums.iterrows()}


# 10 t of sludge a day are five runs: 3 MWh of biogas, 7.5 t of digestate.
SLUDGE = 10.0 * 365


def test_a_digester_is_credited_with_what_its_gas_replaces_less_what_its_digestate_emits() -> None:
    firms = {"town": TOWN, "works": digester(role="product")}
    # Half a run a tonne: (0.6 MWh x 0.2 - 1.5 t x 0.01) / 2 = 0.0525 t.
    assert avoided(firms) == {"sludge": (0.0, pytest.approx(SLUDGE * 0.0525))}
    assert avoided(firms, "avoided_disposal") == {"sludge": (pytest.approx(SLUDGE * 0.5), 0.0)}


def test_gas_that_is_sold_as_a_residual_counts_the_same_and_gas_that_is_flared_emits() -> None:
    sold = digester(disposal={"route": "sale", "fee": "-150 DKK/MWh"})
    assert avoided({"town": TOWN, "works": sold}) == {"sludge": (0.0, pytest.approx(SLUDGE * 0.0525))}
    # (-0.6 x 0.003 - 1.5 x 0.01) / 2 = -0.0084 t.
    assert avoided({"town": TOWN, "works": digester()}) == {"sludge": (0.0, pytest.approx(SLUDGE * -0.0084))}


@pytest.mark.parametrize("role", ["residual", "product"])
def test_gas_given_on_demand_is_credited_once_to_whom_it_serves(role: str) -> None:
    firms = {"town": TOWN, "user": USER, "works": digester(on_demand=True, role=role)}
    # The user needs 5 MWh a day and gets all 3 there are; the feed is charged with the digestate alone.
    found = avoided(firms)
    assert found == {
        "sludge": (0.0, pytest.approx(SLUDGE * -0.0075)),
        "gas": (0.0, pytest.approx(3.0 * 365 * 0.2)),
    }
    assert avoided(firms, "avoided_disposal") == {"sludge": (pytest.approx(SLUDGE * 0.5), 0.0)}


def test_digestate_that_a_farm_takes_takes_its_charge_back() -> None:
    firms = {"farm": FARM, "town": TOWN, "works": digester(role="product")}
    # The feed is charged with all digestate as if it were dumped. The 3 t a day that the farm takes give
    # 0.01 t each back and replace 0.004 t.
    taken = 3.0 * 365
    assert avoided(firms) == {
        "sludge": (0.0, pytest.approx(SLUDGE * 0.0525)),
        "digestate": (0.0, pytest.approx(taken * 0.004)),
    }
    assert avoided(firms, "avoided_disposal") == {
        "sludge": (pytest.approx(SLUDGE * 0.5), 0.0),
        "digestate": (pytest.approx(taken * 0.01), 0.0),
    }


def test_the_reference_and_the_run_differ_by_what_is_avoided() -> None:
    # Carbon balance of the park, with nothing but the ledger and the factors: disposal at 0.5 and 0.01 t a
    # tonne, gas of the market at 0.2 t a MWh, which everybody buys who is not given any.
    firms = {"town": TOWN, "user": USER, "works": digester(on_demand=True)}
    emitted = []
    for trading in (True, False):
        run = simulate(scenario(firms, resources=GAS, transport=PIPE, mechanisms={"trading": trading}))
        moved = run.flows.astype({"route": str, "resource": str}).groupby(["route", "resource"])
        total = moved["quantity"].sum()
        emitted.append(
            0.5 * total.get(("disposal", "sludge"), 0.0)
            + 0.01 * total.get(("disposal", "digestate"), 0.0)
            + 0.2 * total.get(("virgin", "biogas"), 0.0)
        )
    run = simulate(scenario(firms, resources=GAS, transport=PIPE))
    carbon = run.accounts[run.accounts["unit"] == "t CO2e"]
    net = carbon[carbon["item"].isin(["avoided_virgin", "avoided_disposal"])][["giver", "taker"]].to_numpy()
    # What stands in the digester's buffer at the end is credited, and not yet digestate.
    made = run.flows[(run.flows["route"] == "disposal") & (run.flows["resource"] == "digestate")]
    fed = run.flows[(run.flows["route"] == "exchange") & (run.flows["resource"] == "sludge")]
    waiting = 0.75 * fed["quantity"].sum() - made["quantity"].sum()
    assert 0.0 <= waiting < 0.05 * made["quantity"].sum()
    assert net.sum() == pytest.approx(emitted[1] - emitted[0] - 0.01 * waiting)
    assert np.isfinite(net).all()
