"""A small park over ten years must give the numbers it gave: indicators to 1e-9, events exactly.

Update with ``pytest tests/golden --update-golden`` and a line in the changelog tagged **Regression**.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from small_parks import RESOURCES, TRANSPORT, Raw, firm, scenario

from ecopark import Run, simulate

HERE = Path(__file__).parent
STEAM_PIPE = {"per_km": "8 MDKK/km", "reference": "1000 MWh/day", "lead_time": "18 month", "term": "15 yr"}
WATER_PIPE = {"per_km": "2 MDKK/km", "reference": "5000 m3/day", "lead_time": "12 month", "term": "20 yr"}
FIRMS: Raw = {
    "power": firm(
        capacity="500 MW",
        activity_unit="MWh",
        utilisation="0.6",
        noise={"cv": "0.1"},
        outage={"mean_time_between": "200 d", "mean_duration": "7 d"},
        inputs={"water": {"resource": "water", "coefficient": "0.2 m3/MWh", "grade": "2"}},
        outputs={
            "ash": {"resource": "ash", "coefficient": "35 kg/MWh", "storage": "2000 t"},
            "steam": {"resource": "steam", "coefficient": "1.3 MWh/MWh", "grade": "250 degC", "on_demand": True,
                      "burden": {"electricity": "0.15 MWh/MWh"}},
        },
    ),
    "cement": firm((60_000, 0), capacity="1 Mt/yr", utilisation="0.6", season="heating",
                   inputs={"clay": {"resource": "clay", "coefficient": "0.3"}}),
    "pharma": firm((3_000, 0), capacity="30 kt/yr", noise={"cv": "0.05"},
                   inputs={"steam": {"resource": "steam", "coefficient": "10 MWh/t", "grade": "180 degC"},
                           "water": {"resource": "water", "coefficient": "50 m3/t", "grade": "3"}}),
    "lake": firm((13_000, 0), capacity="5 Mm3/yr", activity_unit="m3",
                 outputs={"water": {"resource": "water", "coefficient": "1 m3/m3", "grade": "2", "on_demand": True}}),
    "works": firm((1_000, 0), drive="feed", capacity="4 Mm3/yr", activity_unit="m3", buffer="21 d", opens="1991-01",
                  operating_cost="0.2 DKK/m3", behaviour={"hurdle_rate": "4 %/yr", "payback": "30 yr"},
                  inputs={"raw": {"resource": "water", "coefficient": "1 m3/m3", "grade": "1", "feed": True}},
                  outputs={"clean": {"resource": "water", "coefficient": "1 m3/m3", "grade": "3", "on_demand": True}}),
}  # fmt: skip
BLOCKS: Raw = {
    "time": {"end": "1999-12"},
    "layout": {"detour": "1.3"},
    "resources": {"ash": RESOURCES["ash"] | {"hazard": "low"}},
    "transport": {
        "steam_pipe": TRANSPORT["steam_pipe"] | STEAM_PIPE,
        "water_pipe": TRANSPORT["water_pipe"] | WATER_PIPE,
    },
    "pathways": {"mix": {"giver": "ash", "taker": "clay", "max_share": "0.4", "cost": "5 DKK/t"}},
    "policy": {"landfill_tax": {"1990-01": "40 DKK/t", "1997-01": "335 DKK/t"}},
    # As a scenario has it when it says nothing: chance, queues and alternating offers included.
    "agents": {
        "discovery": {"burden": "500 kDKK/yr", "base": "100 %/yr"},
        "contracts": {"transaction_cost": "200 kDKK"},
        "negotiation": {},
        "regulator": {},
    },
}


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(scenario(FIRMS, **BLOCKS), seed=1)


def _compare(table: pd.DataFrame, name: str, update: bool, **tolerance: float) -> None:
    path = HERE / name
    if update:
        path.write_text(table.to_csv(index=False, float_format="%.17g"), encoding="utf-8")
    # Through text, as the stored one went.
    stored = pd.read_csv(path, keep_default_na=False)
    current = pd.DataFrame(table.to_dict("list")).astype(stored.dtypes.to_dict())
    pd.testing.assert_frame_equal(current, stored, **tolerance)


def test_indicators(run: Run, update_golden: bool) -> None:
    table = run.indicators.assign(period=run.indicators["period"].dt.strftime("%Y-%m-%d"))
    _compare(table, "five_firms_indicators.csv", update_golden, rtol=1e-9, atol=0.0)


def test_events(run: Run, update_golden: bool) -> None:
    # Prices are told to six digits in the details, so the last bits of a platform do not show.
    table = run.events.assign(date=run.events["date"].dt.strftime("%Y-%m-%d"))
    _compare(table, "five_firms_events.csv", update_golden)


def test_the_park_does_what_it_is_for(run: Run) -> None:
    """The stored numbers are worth keeping: steam, ash and water are exchanged, and something is refused."""
    operating = run.synergies[run.synergies["operating"].notna()]
    assert set(operating["resource"]) == {"ash", "steam", "water"}
    assert (run.synergies["state"] == "lost").any()
    assert (run.events["event"] == "outage").sum() > 5
