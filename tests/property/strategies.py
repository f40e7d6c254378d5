"""Hypothesis strategies: random columns for the flow kernel, and small valid parks for whole runs.

The parks hold every kind of resource, scheduled and feed-driven processes (works that push, basins
that wait for customers), stores, outlets on demand, conversions with yields and blending limits,
lossy pipes, heat pumps, outages, noise and dated changes. Every scheduled process also makes one
unit of ``goods`` per unit of activity, which nobody takes: its sales are the record of its activity.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from small_parks import EAGER, Raw, build

from ecopark.flows.kernel import Links, Ports

_SHARES = st.floats(0.0, 1.0, allow_subnormal=False)


# --------------------------------------------------------------------------- columns
@st.composite
def kernel_inputs(draw: st.DrawFn) -> tuple[Ports, Links, Any, Any, Any]:
    """Ports, links, activity, days and opening stock of up to 8 ports and 10 links over 1 to 6 segments."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    processes = draw(st.integers(1, 5))
    numbers = draw(st.integers(1, 12))
    segments = draw(st.integers(1, 6))

    def some(size: int, low: float, high: float, none: float = 0.0) -> Any:
        values = chance.uniform(low, high, size)
        values[chance.random(size) < none] = 0.0
        return values

    is_feed_process = chance.random(processes) < 0.5
    process = chance.integers(0, processes, numbers)
    is_out = chance.random(numbers) < 0.5
    on_demand = is_out & (chance.random(numbers) < 0.5)
    outs = np.bincount(process[is_out], minlength=processes)
    demanded = np.bincount(process[on_demand], minlength=processes)
    is_feed = ~is_out & is_feed_process[process] & (chance.random(numbers) < 0.7)
    ports = Ports(
        process=process,
        is_out=is_out,
        is_feed=is_feed,
        on_demand=on_demand,
        max_share=np.where(chance.random(numbers) < 0.5, 1.0, some(numbers, 0.0, 1.0)),
        storage=np.where(is_out, some(numbers, 0.0, 100.0, none=0.4), 0.0),
        coefficient=some(numbers, 0.01, 3.0, none=0.1),
        imported=np.where(is_feed, some(numbers, 0.0, 5.0, none=0.5), 0.0),
        process_is_feed=is_feed_process,
        process_is_pull=is_feed_process & (outs > 0) & (outs == demanded),
        process_buffer=some(processes, 0.0, 30.0),
    )
    links = _links(draw, chance, ports, segments)
    opening = np.where(is_out & ~on_demand, some(numbers, 0.0, 50.0, none=0.5), 0.0)
    opening = np.where(is_feed, some(numbers, 0.0, 200.0, none=0.3), opening)
    activity = some(segments * processes, 0.0, 20.0, none=0.1).reshape(segments, processes)
    return ports, links, activity, chance.uniform(1.0, 31.0, segments), opening


def _links(draw: st.DrawFn, chance: np.random.Generator, ports: Ports, segments: int) -> Links:
    outs, ins = np.flatnonzero(ports.is_out), np.flatnonzero(~ports.is_out)
    count = draw(st.integers(0, 10)) if outs.size and ins.size else 0
    into = chance.choice(ins, count) if count else np.zeros(0, dtype=np.int64)
    # Two pathways at most, each with its own blending limit: links to one need by one share it.
    pathway = chance.integers(0, 2, count)
    key = into * 2 + pathway
    return Links(
        out_port=chance.choice(outs, count) if count else np.zeros(0, dtype=np.int64),
        in_port=into,
        keep=chance.uniform(0.5, 1.0, count),
        credit=np.where(chance.random(count) < 0.1, 0.0, chance.uniform(0.2, 3.0, count)),
        max_share=np.array([0.3, 1.0])[pathway],
        blend=np.array([int(np.flatnonzero(key == k)[0]) for k in key], dtype=np.int64),
        capacity=chance.uniform(0.0, 30.0, count),
        active=np.where(chance.random((segments, count)) < 0.2, 0.0, chance.random((segments, count))),
    )


# --------------------------------------------------------------------------- parks
RESOURCES: Raw = {
    "ash": {
        "name": "Ash", "kind": "material", "unit": "t", "transport": ["lorry"],
        "disposal": {"route": "landfill", "fee": "120 DKK/t", "emission": "0.01 t/t"},
        "virgin": {"price": "70 DKK/t"},
    },
    "clay": {
        "name": "Clay", "kind": "material", "unit": "t", "transport": ["lorry"],
        "virgin": {"price": "90 DKK/t", "emission": "0.02 t/t"},
    },
    "gas": {
        "name": "Gas", "kind": "energy", "unit": "MWh", "transport": ["gas_pipe"],
        "virgin": {"price": "200 DKK/MWh", "emission": "0.2 t/MWh"},
        "disposal": {"route": "flare", "emission": "0.2 t/MWh"},
    },
    "warmth": {
        "name": "Warmth", "kind": "heat", "unit": "MWh", "grade": "temperature", "transport": ["heat_pipe"],
        "disposal": {"route": "cooling", "fee": "5 DKK/MWh"}, "virgin": {"price": "300 DKK/MWh"},
    },
    "heat": {
        "name": "Heat", "kind": "heat", "unit": "MWh", "grade": "temperature", "transport": ["heat_pipe"],
        "disposal": {"route": "cooling", "fee": "5 DKK/MWh"}, "virgin": {"price": "400 DKK/MWh"},
    },
    "water": {
        "name": "Water", "kind": "water", "unit": "m3", "grade": "class", "transport": ["water_pipe"],
        "virgin": {"price": "9 DKK/m3"}, "disposal": {"route": "discharge", "fee": "3 DKK/m3"},
    },
    "sludge": {
        "name": "Sludge", "kind": "material", "unit": "t", "transport": ["lorry"],
        "disposal": {"route": "landfill", "fee": "300 DKK/t"},
    },
    "digestate": {
        "name": "Digestate", "kind": "material", "unit": "t", "transport": ["lorry"],
        "disposal": {"route": "release", "fee": "1 DKK/t"},
    },
    "goods": {"name": "Goods", "kind": "material", "unit": "t"},
    "electricity": {
        "name": "Electricity", "kind": "energy", "unit": "MWh",
        "virgin": {"price": "100 DKK/MWh", "emission": "0.4 t/MWh"},
    },
}  # fmt: skip
TRANSPORT: Raw = {
    "lorry": {"handling": "1 DKK/t", "variable": "0.2 DKK/t/km", "lead_time": "0 d", "term": "1 yr"},
    "gas_pipe": {"lead_time": "20 d", "loss": "0.1 %/km"},
    "heat_pipe": {"lead_time": "40 d", "loss": "2 %/km", "temperature_drop": "1 K/km"},
    "water_pipe": {"lead_time": "10 d", "electricity": "0.02 kWh/m3/km"},
}
PATHWAYS: Raw = {
    "ash_to_clay": {"giver": "ash", "taker": "clay", "max_share": "0.3", "replacement": "0.9", "lead_time": "0 d"},
    "sludge_to_clay": {
        "giver": "sludge", "taker": "clay", "yield": "0.4", "max_share": "0.5", "lead_time": "0 d",
        "electricity": "0.01 MWh/t",
    },
    "sludge_to_gas": {"giver": "sludge", "taker": "gas", "yield": "0.8 MWh/t", "at": "giver", "lead_time": "0 d"},
    "pump": {"giver": "warmth", "taker": "heat", "lift": {"efficiency": "0.5"}, "lead_time": "0 d"},
    "cool_down": {"giver": "heat", "taker": "warmth", "lead_time": "0 d"},
}  # fmt: skip
# What a park's firms may give and need; grade where the resource has one.
_OUT = ("ash", "gas", "warmth", "heat", "water", "sludge")
_IN = ("ash", "clay", "gas", "warmth", "heat", "water")
_UNIT = {name: block["unit"] for name, block in RESOURCES.items()}
_GRADES = {"warmth": (15, 60), "heat": (50, 110), "water": (0, 5)}


@st.composite
def parks(draw: st.DrawFn, *, calm: bool = False, most: int = 6) -> Raw:
    """Raw scenario of two to `most` firms; calm ones have no noise and no outages."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(2, most))
    # One firm in three is feed-driven, and never the first: somebody has to feed it.
    makers = [_scheduled] + [
        [_scheduled, _scheduled, _basin, _works][k] for k in chance.integers(0, 4, count - 1)
    ]
    firms = {f"firm_{chr(97 + i)}": make(chance, i, calm) for i, make in enumerate(makers)}
    period = draw(st.sampled_from(["month", "month", "quarter", "year"]))
    segment = draw(st.sampled_from(["week", "week", "month", "day"]))
    start, months = draw(st.integers(0, 11)), draw(st.integers(1, 8 if segment == "day" else 26))
    end = start + months - 1
    time = {
        "start": f"1990-{start + 1:02d}",
        "end": f"{1990 + end // 12}-{end % 12 + 1:02d}",
        "period": period,
        "segment": segment,
    }
    fickle = {"base": "2000 %/yr", "retry": "60 d"} if draw(st.booleans()) else EAGER["discovery"]
    protocol = draw(st.sampled_from(["nash", "alternating_offers"]))
    return build(
        firms,
        time=time,
        resources=RESOURCES,
        transport=TRANSPORT,
        pathways=PATHWAYS,
        agents={
            "discovery": fickle,
            "negotiation": EAGER["negotiation"] | {"protocol": protocol},
            "contracts": {"review": "100 d"},
        },
        mechanisms={"noise": not calm, "outages": not calm},
    )


def _firm(chance: np.random.Generator, number: int, process: Raw) -> Raw:
    site = chance.uniform(0, 6000, 2).round().tolist()
    return {"name": f"Firm {number}", "site": site, "processes": {"main": process}}


def _scheduled(chance: np.random.Generator, number: int, calm: bool) -> Raw:
    outs = [name for name in _OUT if chance.random() < 0.45]
    ins = [name for name in _IN if chance.random() < 0.45]
    process: Raw = {
        "activity_unit": "t",
        "capacity": f"{chance.uniform(10, 100):.3f} t/day",
        "utilisation": f"{chance.uniform(0.5, 1.0):.3f}",
        "season": str(chance.choice(["flat", "heating", "campaign"])),
        "in": {name: _need(chance, name) for name in ins},
        "out": {name: _residual(chance, name) for name in outs}
        | {"goods": {"resource": "goods", "coefficient": "1 t/t", "role": "product"}},
    }
    if not calm and chance.random() < 0.6:
        process["noise"] = {"cv": f"{chance.uniform(0.01, 0.3):.3f}"}
    if not calm and chance.random() < 0.4:
        process["outage"] = {"mean_time_between": "60 d", "mean_duration": "9 d"}
    return _firm(chance, number, process)


def _need(chance: np.random.Generator, name: str) -> Raw:
    port = _stream(chance, name)
    if chance.random() < 0.3:
        port["max_share"] = f"{chance.uniform(0.1, 0.9):.2f}"
    return port


def _residual(chance: np.random.Generator, name: str) -> Raw:
    port = _stream(chance, name)
    kind = chance.random()
    if name in ("heat", "water") and kind < 0.3:
        port |= {"on_demand": True, "burden": {"electricity": f"0.05 MWh/{_UNIT[name]}"}}
    elif name in ("ash", "sludge") and kind < 0.5:
        port["storage"] = f"{chance.uniform(10, 500):.1f} t"
    return port


def _stream(chance: np.random.Generator, name: str) -> Raw:
    unit = f"{_UNIT[name]}/t"
    port: Raw = {"resource": name, "coefficient": f"{chance.uniform(0.05, 2.0):.4f} {unit}"}
    if name in _GRADES:
        low, high = _GRADES[name]
        grade = int(chance.integers(low, high + 1))
        port["grade"] = f"{grade} degC" if name != "water" else str(grade)
        if name != "water" and chance.random() < 0.2:
            port["grade"] = {"1990-01": f"{grade} degC", "1991-03": f"{grade - 12} degC"}
    if chance.random() < 0.25:
        port["coefficient"] = {
            "1990-01": port["coefficient"],
            "1990-09": f"{chance.uniform(0.1, 1.0):.3f} {unit}",
        }
    if chance.random() < 0.15:
        port["from"] = "1990-05"
    if chance.random() < 0.15:
        port["until"] = "1991-02"
    return port


def _basin(chance: np.random.Generator, number: int, calm: bool) -> Raw:
    """A waterworks: takes in water of some class and gives cleaner water when asked."""
    feed: Raw = {
        "resource": "water",
        "coefficient": f"{chance.uniform(1.0, 1.3):.3f} m3/m3",
        "grade": "0",
        "feed": True,
    }
    if chance.random() < 0.5:
        feed["import"] = f"{chance.uniform(1, 50):.2f} m3/day"
    process: Raw = {
        "drive": "feed",
        "activity_unit": "m3",
        "capacity": f"{chance.uniform(5, 100):.2f} m3/day",
        "buffer": f"{chance.uniform(0, 40):.1f} d",
        "operating_cost": "0.5 DKK/m3",
        "in": {"raw": feed},
        "out": {"clean": {"resource": "water", "coefficient": "0.9 m3/m3", "grade": "4", "on_demand": True}},
    }
    return _firm(chance, number, process)


def _works(chance: np.random.Generator, number: int, calm: bool) -> Raw:
    """A biogas works: what it receives becomes gas and digestate in the next segment."""
    process: Raw = {
        "drive": "feed",
        "activity_unit": "t",
        "capacity": f"{chance.uniform(5, 60):.2f} t/day",
        "buffer": f"{chance.uniform(0, 40):.1f} d",
        "in": {"sludge": {"resource": "sludge", "coefficient": "1 t/t", "feed": True}},
        "out": {
            "gas": {"resource": "gas", "coefficient": "1.1 MWh/t"},
            "digestate": {"resource": "digestate", "coefficient": "0.8 t/t"},
        },
    }
    if chance.random() < 0.4:
        process["in"]["ash"] = {"resource": "ash", "coefficient": "2 t/t", "feed": True, "import": "3 t/day"}
    return _firm(chance, number, process)
