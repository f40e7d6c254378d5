"""Pipes in one corridor share its trench: by hand, and the ways agree with the distances of the scenario."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_parks import EAGER, firm, scenario

from ecopark import simulate
from ecopark.agents.stretches import Stretches
from ecopark.scenario.geometry import corridor_network, corridor_plane, crow_km
from ecopark.scenario.layout import Layout
from ecopark.scenario.paths import Context
from ecopark.scenario.units import Units

PATIENT = EAGER | {"discovery": EAGER["discovery"] | {"retry": "100000 d", "foresight": "0 d"}}
GIVER = {"hurdle_rate": "10 %/yr", "payback": "30 yr", "risk_aversion": "0"}
TAKER = {"hurdle_rate": "3 %/yr", "payback": "30 yr", "risk_aversion": "0"}
OUT = {"w": {"resource": "water", "coefficient": "100 m3/t", "grade": "4"}}
IN = {"w": {"resource": "water", "coefficient": "20 m3/t", "grade": "2"}}
PIPE = {
    "per_km": "1 MDKK/km", "trench": "0.6", "running": "0 %/yr", "term": "10 yr", "lead_time": "0 d",
    "max_length": "20 km",
}  # fmt: skip
NEAR, FAR = "works.w>near.w#1", "works.w>far.w#1"
# Both takers stand 100 m beside a corridor that begins at the works; off it every metre has a detour of 1.5.
FIRMS = {
    "works": firm((0, 0), outputs=OUT, behaviour=GIVER),
    "near": firm((2000, 100), inputs=IN, behaviour=TAKER),
    "far": firm((4000, -100), inputs=IN, behaviour=TAKER, opens="1992-01"),
}
LAYOUT = {"distance": "corridor", "detour": "1.5", "corridors": {"main": {"path": [[0, 0], [5000, 0]]}}}


def run(**mechanisms):
    park = scenario(
        FIRMS,
        agents=PATIENT,
        transport={"water_pipe": PIPE},
        time={"end": "1993-12"},
        layout=LAYOUT,
        mechanisms=mechanisms,
    )
    return simulate(park, 1)


def booked(result, item):
    rows = result.accounts[result.accounts["item"] == item]
    return list(zip(rows["synergy"].astype(str), rows["taker"], strict=True))


def test_the_second_pays_half_of_the_common_stretch():
    """2 km together: 2 x 0.3 MDKK to the first. Ways: 2 + 0.15 km and 4 + 0.15 km, at 1 MDKK a km."""
    result = run()
    assert result.synergies.set_index("synergy")["distance_km"].to_dict() == pytest.approx(
        {NEAR: 2.15, FAR: 4.15}
    )
    assert booked(result, "trench") == [(NEAR, pytest.approx(6e5)), (FAR, pytest.approx(-6e5))]
    assert booked(result, "investment") == [
        (NEAR, pytest.approx(-2.15e6)),
        (FAR, pytest.approx(-4.15e6 + 2 * 0.6e6)),
    ]
    told = result.events[result.events["event"] == "trench shared"]
    assert told[["synergy", "detail"]].to_numpy().tolist() == [[FAR, "2 km beside others"]]


def test_switched_off_everybody_digs_alone():
    result = run(shared_trenches=False)
    assert booked(result, "trench") == []
    assert booked(result, "investment") == [(NEAR, pytest.approx(-2.15e6)), (FAR, pytest.approx(-4.15e6))]


_spot = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda p: (25.0 * p[0], 25.0 * p[1]))
_path = st.lists(_spot, min_size=2, max_size=4, unique=True)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(_path, min_size=1, max_size=4),
    st.lists(_spot, min_size=2, max_size=5, unique=True),
    st.floats(1.0, 2.0),
    st.floats(1.1, 6.0),
)
def test_the_way_of_a_pipe_is_as_burdensome_as_the_distance_says(corridors, sites, detour, off):
    raw = {"crs": "metres", "distance": "corridor", "detour": str(detour), "off_corridor": str(off)}
    raw["corridors"] = {f"c{k}": {"path": path} for k, path in enumerate(corridors)}
    layout = Layout.model_validate(raw, context=Context(Units("DKK"), {}))
    site = np.array(sites)
    stretches = Stretches(layout, site)
    way = stretches.find_way(0, 1, {})
    assert way[0] == 0
    assert way[-1] == 1
    parts = [stretches.length(edge) for edge in edges_of(way)]
    beside = sum(part for part, edge in zip(parts, edges_of(way), strict=True) if edge[0] < len(sites))
    burden = sum(parts) + (off - 1.0) * beside
    # Of ways of one burden the lengths may differ.
    assert burden == pytest.approx(distance_burden(layout, site), rel=1e-6, abs=1e-6)


def edges_of(way):
    return [tuple(sorted(pair)) for pair in pairwise(way)]


def distance_burden(layout, site):
    a, b = corridor_plane(site[[0]], layout), corridor_plane(site[[1]], layout)
    detour, off = layout.detour.value, layout.off_corridor.value
    ways = corridor_network(layout).ways(a, b, crow_km(site[[0]], site[[1]], layout), detour, off)
    return float(ways.length[0] + (off - 1.0) * detour * ways.beside[0])


def test_a_dug_stretch_draws_a_pipe():
    """Two corridors of 3.0 and 3.2 km: with a trench in the longer one, that is the cheaper."""
    raw = {"crs": "metres", "distance": "corridor", "detour": "1.3"}
    raw["corridors"] = {
        "north": {"path": [[0, 0], [0, 1000], [1000, 1000], [1000, 0]]},
        "south": {"path": [[0, 0], [0, -1100], [1000, -1100], [1000, 0]]},
    }
    layout = Layout.model_validate(raw, context=Context(Units("DKK"), {}))
    stretches = Stretches(layout, np.array([[0.0, 0.0], [1000.0, 0.0]]))
    alone = stretches.find_way(0, 1, {})
    assert sum(map(stretches.length, edges_of(alone))) == pytest.approx(3.0)
    south = stretches.find_way(0, 1, dict.fromkeys(edges_of(alone[1:-1]), 5.0))
    found = stretches.find_way(0, 1, dict.fromkeys(edges_of(south), 0.7))
    assert found == south
    assert sum(map(stretches.length, edges_of(found))) == pytest.approx(3.2)
