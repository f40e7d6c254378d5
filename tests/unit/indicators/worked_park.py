"""The park of the worked examples: three exchanges whose every number can be followed by hand.

Steam goes 2 km by pipe (3 % lost per km) from a power station, at 0.25 MWh of electricity per MWh, to a refinery
that would burn 1.25 MWh of oil per MWh; gypsum goes 10 km by lorry to a board maker; fly ash goes 200 km by lorry to a
cement works, where a tonne replaces 0.9 t of clinker. Nothing is random and nothing changes.
"""

from __future__ import annotations

from typing import Any

import small_parks
from small_parks import firm

from ecopark.scenario import Scenario

RESOURCES: dict[str, Any] = {
    "fly_ash": {
        "name": "Fly ash", "kind": "material", "unit": "t", "transport": ["lorry"],
        "disposal": {"route": "landfill", "fee": "300 DKK/t", "emission": "0.005 t/t"},
    },
    "clinker": {
        "name": "Clinker", "kind": "material", "unit": "t", "transport": ["lorry"],
        "virgin": {"price": "350 DKK/t", "emission": "0.85 t/t"},
    },
    "gypsum": {
        "name": "Gypsum", "kind": "material", "unit": "t", "transport": ["lorry"],
        "disposal": {"route": "landfill", "fee": "200 DKK/t", "emission": "0.005 t/t"},
        "virgin": {"price": "150 DKK/t", "emission": "0.03 t/t"},
    },
}  # fmt: skip
STEAM_PIPE = small_parks.TRANSPORT["steam_pipe"] | {
    "embodied": "100 t/km",
    "per_km": "3000000 DKK/km",
    "temperature_drop": "2 K/km",
}
RESERVE_STEAM = {
    "steam": {"resource": "steam", "coefficient": "1 MWh/t", "grade": "200 degC", "on_demand": True}
}
ASH_TO_CLINKER = {
    "giver": "fly_ash", "taker": "clinker", "replacement": "0.9", "max_share": "0.3", "cost": "20 DKK/t",
    "electricity": "0.02 MWh/t", "emission": "0.004 t/t", "lead_time": "0 d",
}  # fmt: skip


def worked_park(power_closes: str = "", reserve: bool = False, end: str = "1991-12") -> Scenario:
    """Three exchanges; the power station may close, and a second one 5 km away may stand by."""
    power = firm(
        (0, 0),
        capacity="1000 t/day",
        outputs={
            "steam": {
                "resource": "steam",
                "coefficient": "1 MWh/t",
                "grade": "200 degC",
                "on_demand": True,
                "burden": {"electricity": "0.25 MWh/MWh"},
            },
            "gypsum": {"resource": "gypsum", "coefficient": "0.04 t/t", "grade": "0.9"},
            "fly_ash": {"resource": "fly_ash", "coefficient": "0.2 t/t", "grade": "0.9"},
        },
    )
    refinery = firm(
        (2000, 0), inputs={"steam": {"resource": "steam", "coefficient": "1 MWh/t", "grade": "150 degC"}}
    )
    board = firm(
        (0, 10_000), inputs={"gypsum": {"resource": "gypsum", "coefficient": "1 t/t", "grade": "0.8"}}
    )
    cement = firm(
        (0, 200_000),
        capacity="1000 t/day",
        inputs={"clinker": {"resource": "clinker", "coefficient": "1 t/t", "grade": "0.5"}},
    )
    if power_closes:
        power["closes"] = power_closes
    spare = {"reserve": firm((7000, 0), outputs=RESERVE_STEAM)} if reserve else {}
    return small_parks.scenario(
        {**spare, "power": power, "refinery": refinery, "board": board, "cement": cement},
        time={"end": end},
        resources=RESOURCES,
        transport={"steam_pipe": STEAM_PIPE},
        pathways={"ash_to_clinker": ASH_TO_CLINKER},
    )
