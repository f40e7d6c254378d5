"""Small parks for tests, in the words of a scenario file.

A park is a plain mapping in the resolved form (no library), so that every number a test relies on
stands in the test or here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecopark.scenario import Scenario

Raw = dict[str, Any]

RESOURCES: Raw = {
    "ash": {
        "name": "Ash",
        "kind": "material",
        "unit": "t",
        "transport": ["lorry"],
        "disposal": {"route": "landfill", "fee": "100 DKK/t", "emission": "0.01 t/t"},
        "virgin": {"price": "80 DKK/t"},
    },
    "clay": {
        "name": "Clay",
        "kind": "material",
        "unit": "t",
        "transport": ["lorry"],
        "virgin": {"price": "90 DKK/t", "emission": "0.02 t/t"},
    },
    "steam": {
        "name": "Steam",
        "kind": "heat",
        "unit": "MWh",
        "grade": "temperature",
        "transport": ["steam_pipe"],
        "virgin": {"recipe": {"oil": "1.25 MWh/MWh"}},
        "disposal": {"route": "cooling"},
    },
    "water": {
        "name": "Water",
        "kind": "water",
        "unit": "m3",
        "grade": "class",
        "transport": ["water_pipe"],
        "virgin": {"price": "6 DKK/m3", "emission": "0.0003 t/m3"},
        "disposal": {"route": "discharge", "fee": "2 DKK/m3"},
    },
    "sludge": {
        "name": "Sludge",
        "kind": "material",
        "unit": "t",
        "transport": ["lorry"],
        "disposal": {"route": "landfill", "fee": "300 DKK/t"},
    },
    "goods": {"name": "Goods", "kind": "material", "unit": "t"},
    "oil": {
        "name": "Oil",
        "kind": "energy",
        "unit": "MWh",
        "virgin": {"price": "200 DKK/MWh", "emission": "0.27 t/MWh"},
    },
    "electricity": {
        "name": "Electricity",
        "kind": "energy",
        "unit": "MWh",
        "virgin": {"price": "400 DKK/MWh", "emission": "0.5 t/MWh"},
    },
}
TRANSPORT: Raw = {
    "lorry": {
        "handling": "2 DKK/t",
        "variable": "0.5 DKK/t/km",
        "emission": "0.1 kg/t/km",
        "lead_time": "0 d",
    },
    "steam_pipe": {
        "loss": "3 %/km",
        "temperature_drop": "2 K/km",
        "lead_time": "0 d",
        "term": "10 yr",
        "max_length": "20 km",
    },
    "water_pipe": {
        "lead_time": "0 d",
        "term": "10 yr",
        "electricity": "0.01 kWh/m3/km",
        "max_length": "30 km",
    },
}
# Everybody sees every chance at once, nobody refuses a permit: who trades is decided by value.
EAGER: Raw = {
    "discovery": {"base": "100000 %/yr"},
    "negotiation": {"protocol": "nash", "screening": "0 d", "round": "0 d"},
    "regulator": {
        "permit_time": {"none": "0 d", "low": "0 d", "hazardous": "0 d"},
        "refusal": {"none": "0", "low": "0", "hazardous": "0"},
    },
}


def build(firms: Mapping[str, Any], **blocks: Any) -> Raw:
    """Raw scenario of some firms; blocks given are laid over the defaults of this module."""
    time = {"start": "1990-01", "end": "1990-12", "period": "month", "segment": "week"}
    return {
        "resolved": True,
        "name": "Small park",
        "currency": {"code": "DKK", "price_year": 2010},
        "time": time | blocks.pop("time", {}),
        "layout": {"crs": "metres", "detour": "1"} | blocks.pop("layout", {}),
        "resources": RESOURCES | blocks.pop("resources", {}),
        "transport": TRANSPORT | blocks.pop("transport", {}),
        "agents": EAGER | blocks.pop("agents", {}),
        "firms": dict(firms),
        **blocks,
    }


def firm(site: tuple[float, float] = (0, 0), *, behaviour: Raw | None = None, **process: Any) -> Raw:
    """Firm with one process; ports are given as ``inputs`` and ``outputs``, site in metres."""
    whole = {"capacity": "100 t/day", "activity_unit": "t"} | process
    whole |= {"in": whole.pop("inputs", {}), "out": whole.pop("outputs", {})}
    fields = {name: whole.pop(name) for name in ("opens", "closes", "sector") if name in whole}
    return {
        "name": "A firm",
        "site": list(site),
        "behaviour": behaviour or {},
        "processes": {"main": whole},
    } | fields


def scenario(firms: Mapping[str, Any], **blocks: Any) -> Scenario:
    """Checked scenario of :func:`build`."""
    return Scenario.from_dict(build(firms, **blocks), "small")
