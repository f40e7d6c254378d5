"""Distances along corridors: against shapely and networkx, by hand, and what must hold for any of them."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ecopark.scenario.corridors import build_network
from ecopark.scenario.geometry import distance_km
from ecopark.scenario.layout import Layout
from ecopark.scenario.paths import Context
from ecopark.scenario.units import Units

UNITS = Context(Units("DKK"), {})


def layout(corridors, detour="1.3", off="3", **more):
    raw = {"crs": "metres", "distance": "corridor", "detour": detour, "off_corridor": off} | more
    raw["corridors"] = {f"c{k}": {"path": path} for k, path in enumerate(corridors)}
    return Layout.model_validate(raw, context=UNITS)


def way(start, end, plan):
    return float(distance_km(np.array([start], float), np.array([end], float), plan)[0])


# --------------------------------------------------------------------------- by hand
CROSS = [[[0, 0], [1000, 0]], [[500, -400], [500, 600]]]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((100, 0), (900, 0), 0.8),  # along one corridor
        ((100, 0), (500, 600), 0.4 + 0.6),  # over the crossing
        ((100, 100), (900, 0), 0.13 + 0.8),  # a spur of 100 m, 1.3 times as long
        ((100, 100), (900, -50), 0.13 + 0.8 + 0.065),
        ((100, 100), (160, 100), 1.3 * 0.06),  # neighbours: the direct way
        ((100, 0), (100, 0), 0.0),
    ],
)
def test_length_by_hand(start, end, expected):
    assert way(start, end, layout(CROSS)) == pytest.approx(expected, rel=1e-12)


def test_a_corridor_touching_another_joins_it():
    tee = [[[0, 0], [1000, 0]], [[400, 0.5], [400, 700]]]
    assert way((0, 0), (400, 700), layout(tee)) == pytest.approx(0.4 + 0.7, abs=1.1e-3)


def test_corridors_that_do_not_join_leave_the_direct_way():
    apart = [[[0, 0], [1000, 0]], [[0, 5000], [1000, 5000]]]
    assert way((0, 0), (0, 5000), layout(apart)) == pytest.approx(1.3 * 5.0)


def test_without_corridors_it_is_the_straight_way():
    plan = layout([])
    assert way((0, 0), (300, 400), plan) == pytest.approx(1.3 * 0.5)


def test_round_the_lake_or_across():
    # Three sides of a square, 3 km; straight across 1 km. Across counts 3 x 1.3 km.
    around = [[[0, 0], [0, 1000], [1000, 1000], [1000, 0]]]
    assert way((0, 0), (1000, 0), layout(around)) == pytest.approx(3.0)
    assert way((0, 0), (1000, 0), layout(around, off="2")) == pytest.approx(1.3)


def test_longitude_and_latitude():
    plan = layout([[[11.0, 55.0], [11.1, 55.0]]], crs="lonlat")
    expected = np.radians(0.1) * 6371.0088 * np.cos(np.radians(55.0))
    assert way((11.0, 55.0), (11.1, 55.0), plan) == pytest.approx(expected, rel=1e-6)


# --------------------------------------------------------------------------- any corridors
_spot = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda p: (25 * p[0], 25 * p[1]))
_path = st.lists(_spot, min_size=2, max_size=4, unique=True)
_plans = st.tuples(st.lists(_path, min_size=1, max_size=4), st.floats(1.0, 2.0), st.floats(1.0, 6.0))


@settings(max_examples=60, deadline=None)
@given(_plans, _spot, _spot)
def test_burden_is_that_of_other_libraries(plan, start, end):
    assert burden_of(plan, start, end) == pytest.approx(
        burden_by_libraries(plan, start, end), rel=1e-6, abs=1e-9
    )


@settings(max_examples=60, deadline=None)
@given(_plans, _spot, _spot)
def test_length_lies_between_the_line_and_its_detour(plan, start, end):
    corridors, detour, off = plan
    found = way(start, end, layout(corridors, str(detour), str(off)))
    direct = np.hypot(*(np.array(start) - np.array(end))) / 1000.0
    assert direct * (1 - 1e-9) <= found <= off * detour * direct * (1 + 1e-9)
    assert found == way(end, start, layout(corridors, str(detour), str(off)))


@settings(max_examples=40, deadline=None)
@given(_plans, _path, _spot, _spot)
def test_another_corridor_never_makes_a_way_harder(plan, more, start, end):
    corridors, detour, off = plan
    before = burden_of(plan, start, end)
    assert burden_of(([*corridors, more], detour, off), start, end) <= before * (1 + 1e-9) + 2e-3


def burden_of(plan, start, end):
    corridors, detour, off = plan
    network = build_network([np.array(path, float) / 1000.0 for path in corridors])
    a, b = (np.array([p], float) / 1000.0 for p in (start, end))
    ways = network.ways(a, b, np.hypot(*(a - b).T), detour, off)
    return float(ways.length[0] + (off - 1.0) * detour * ways.beside[0])


def burden_by_libraries(plan, start, end):
    """The same rule by shapely (cutting, nearest points) and networkx (shortest path)."""
    corridors, detour, off = plan
    lines = shapely.union_all([shapely.LineString(np.array(path) / 1000.0) for path in corridors])
    parts = list(getattr(lines, "geoms", [lines]))
    pieces = [shapely.LineString(pair) for part in parts for pair in pairwise(part.coords)]
    graph, sites = nx.Graph(), [shapely.Point(p[0] / 1000.0, p[1] / 1000.0) for p in (start, end)]
    graph.add_edge("start", "end", weight=off * detour * sites[0].distance(sites[1]))
    for k, piece in enumerate(pieces):
        stops = {_key(piece.coords[0]): 0.0, _key(piece.coords[-1]): piece.length}
        for name, site in zip(("start", "end"), sites, strict=True):
            stops[name, k] = piece.project(site)
            graph.add_edge(name, (name, k), weight=off * detour * piece.distance(site))
        for (one, at), (other, then) in pairwise(sorted(stops.items(), key=lambda stop: stop[1])):
            graph.add_edge(one, other, weight=then - at)
    return nx.dijkstra_path_length(graph, "start", "end")


def _key(point):
    return tuple(np.round(point, 9).tolist())
