"""Pipes side by side: ways, shares and books, in parks worked out by hand and against the general game."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_parks import EAGER, Raw, firm, scenario

from ecopark import Run, simulate
from ecopark.agents.trenches import Trenches
from ecopark.calendar import Calendar
from ecopark.flows.columns import Columns, compile_columns
from ecopark.market.appraisal import Appraisal, Route
from ecopark.market.coalition import PipeTree, join_trench, share_cost, share_pipe
from ecopark.market.contract import Contract
from ecopark.market.shapley import core_violation, shapley_value
from ecopark.market.valuation import pay_for_trench
from ecopark.scenario.types import Park

# Nobody deals with a plant before it opens, or tries twice; the taker's money is the cheaper: it invests.
PATIENT = EAGER | {"discovery": EAGER["discovery"] | {"retry": "100000 d", "foresight": "0 d"}}
GIVER = {"hurdle_rate": "10 %/yr", "payback": "30 yr", "risk_aversion": "0"}
TAKER = {"hurdle_rate": "3 %/yr", "payback": "30 yr", "risk_aversion": "0"}
# 10,000 m3 a day, for which 6 + 2 DKK/m3 are saved: a pipe of some km is soon earned back.
OUT = {"w": {"resource": "water", "coefficient": "100 m3/t", "grade": "4"}}
IN = {"w": {"resource": "water", "coefficient": "20 m3/t", "grade": "2"}}
WORKS = firm((0, 0), outputs=OUT, behaviour=GIVER)
PIPE: Raw = {
    "per_km": "1 MDKK/km",
    "trench": "0.6",
    "running": "0 %/yr",
    "embodied": "10 t/km",
    "term": "10 yr",
    "lead_time": "0 d",
    "max_length": "20 km",
}
NEAR, FAR = "works.w>near.w#1", "works.w>far.w#1"


def user(east: float, north: float = 0.0, **fields: Any) -> Raw:
    return firm((east, north), inputs=IN, behaviour=TAKER, **fields)


def park(firms: dict[str, Any], end: str = "1993-12", mechanisms: Raw | None = None, **pipe: Any) -> Any:
    return scenario(
        {"works": WORKS} | firms,
        agents=PATIENT,
        transport={"water_pipe": PIPE | pipe},
        time={"end": end},
        mechanisms=mechanisms or {},
    )


def run(firms: dict[str, Any], end: str = "1993-12", mechanisms: Raw | None = None, **pipe: Any) -> Run:
    return simulate(park(firms, end, mechanisms, **pipe), 1)


def booked(result: Run, item: str) -> list[tuple[str, str, float, float]]:
    """Synergy, month, effect on giver and on taker of every row of an item."""
    rows = result.accounts[result.accounts["item"] == item]
    months = rows["start"].dt.strftime("%Y-%m")
    return list(zip(rows["synergy"].astype(str), months, rows["giver"], rows["taker"], strict=True))


# ---------------------------------------------------------------------- a park of three
TWO = {"near": user(2000), "far": user(4000, opens="1992-01")}


def test_the_second_behind_the_first_pays_its_branch_and_half_of_the_main() -> None:
    """Pipes of 0.4 MDKK/km, a trench of 0.6: 2 x 0.3 to the first, 2 x 0.6 for itself, 4 x 0.4 for the pipe."""
    result = run(TWO)
    assert booked(result, "trench") == [
        (NEAR, "1992-01", 0.0, pytest.approx(600_000.0)),
        (FAR, "1992-01", 0.0, pytest.approx(-600_000.0)),
    ]
    assert booked(result, "investment") == [
        (NEAR, "1990-01", 0.0, pytest.approx(-2_000_000.0)),
        (FAR, "1992-01", 0.0, pytest.approx(-2_800_000.0)),
    ]
    assert result.synergies.set_index("synergy")["investment"].to_dict() == {
        NEAR: pytest.approx(2_000_000.0),
        FAR: pytest.approx(3_400_000.0),
    }
    told = result.events[result.events["event"] == "trench shared"]
    assert told[["synergy", "detail"]].to_numpy().tolist() == [[FAR, "2 km beside others"]]
    # Each has paid its own pipe and its Shapley share of the trench: no other split was asked for.
    tree = PipeTree((-1, 0), (1.2e6, 1.2e6), {"near": 0, "far": 1})
    paid = result.accounts[result.accounts["item"].isin(["trench", "investment"])]
    by_taker = -paid.groupby(paid["to_firm"].astype(str))["taker"].sum()
    assert by_taker.to_dict() == pytest.approx(
        {name: share + 4e5 * km for (name, share), km in zip(share_pipe(tree).items(), (2, 4), strict=True)}
    )


def test_what_one_pays_the_other_receives() -> None:
    third = TWO | {"end": user(6000, opens="1992-07"), "side": user(2000, 800, opens="1993-01")}
    result = run(third)
    trench = result.accounts[result.accounts["item"] == "trench"]
    assert trench["synergy"].nunique() == 4
    by_month = trench.groupby("start")[["giver", "taker"]].sum().sum(axis=1)
    assert by_month.to_numpy() == pytest.approx(0.0, abs=1e-6)
    # What is laid has been paid for: 6.8 km of trench once, and everybody's pipe.
    spent = result.accounts[result.accounts["item"].isin(["trench", "investment"])]["taker"].sum()
    assert -spent == pytest.approx(6.8 * 6e5 + (2 + 4 + 6 + 2.8) * 4e5)


@pytest.mark.parametrize(
    ("pipe", "mechanisms"), [({"trench": "0"}, {}), ({"trench": "0.6"}, {"shared_trenches": False})]
)
def test_without_a_trench_or_switched_off_everybody_digs_alone(pipe: Raw, mechanisms: Raw) -> None:
    result = run(TWO, mechanisms=mechanisms, **pipe)
    plain = simulate(
        scenario(
            {"works": WORKS} | TWO,
            agents=PATIENT,
            transport={"water_pipe": {k: v for k, v in PIPE.items() if k != "trench"}},
            time={"end": "1993-12"},
        ),
        1,
    )
    for table in ("synergies", "events", "flows", "accounts", "trust"):
        pd.testing.assert_frame_equal(getattr(result, table), getattr(plain, table))
    assert [paid for *_, paid in booked(result, "investment")] == [-2_000_000.0, -4_000_000.0]


def test_a_pipe_alone_costs_what_it_would_without_trenches() -> None:
    one = {"near": user(2000)}
    for table in ("synergies", "events", "flows", "accounts"):
        pd.testing.assert_frame_equal(getattr(run(one), table), getattr(run(one, trench="0"), table))


def test_a_share_in_a_trench_is_that_of_what_it_cost_after_the_grant() -> None:
    """Of every sum the public has paid a quarter, and pays for no trench twice."""
    granted = scenario(
        {"works": WORKS} | TWO,
        agents=PATIENT,
        transport={"water_pipe": PIPE},
        time={"end": "1993-12"},
        policy={"capital_grant": "25 %"},
    )
    result = simulate(granted, 1)
    assert [paid for *_, paid in booked(result, "trench")] == pytest.approx([450_000.0, -450_000.0])
    assert [paid for *_, paid in booked(result, "investment")] == pytest.approx([-1_500_000.0, -2_100_000.0])


# ---------------------------------------------------------------------- which way
AROUND = {"near": user(2000), "far": user(2000, 1000, opens="1992-01")}


def test_a_way_round_is_taken_where_it_is_cheaper_and_counts_in_full_for_what_is_lost() -> None:
    """3 km by the corner at 0.1 + 0.9: 0.3 + 0.9 + 2 x 0.45 = 2.1 MDKK against 2.236 straight."""
    result = run(AROUND, trench="0.9", loss="1 %/km")
    assert booked(result, "trench")[-1] == (FAR, "1992-01", 0.0, pytest.approx(-900_000.0))
    assert booked(result, "investment")[-1] == (FAR, "1992-01", 0.0, pytest.approx(-1_200_000.0))
    assert booked(result, "construction")[-1] == (FAR, "1992-01", 0.0, pytest.approx(-30.0))
    moved = result.flows[result.flows["synergy"] == FAR].groupby("route", observed=True)["quantity"].sum()
    assert moved["loss"] / (moved["loss"] + moved["exchange"]) == pytest.approx(1.0 - 0.99**3)


def test_the_straight_way_is_kept_where_pumping_round_eats_up_what_is_saved() -> None:
    """0.764 km more at 0.4 DKK/m3 and km are 0.22 MDKK a year, against 0.14 MDKK once."""
    result = run(AROUND, trench="0.9", electricity="1 kWh/m3/km")
    assert not booked(result, "trench")
    assert booked(result, "investment")[-1][-1] == pytest.approx(-np.sqrt(5.0) * 1e6)


def test_the_straight_way_is_kept_where_the_way_round_costs_more() -> None:
    """At 0.4 + 0.6 the corner would cost 1.2 + 0.6 + 2 x 0.3 = 2.4 MDKK."""
    result = run(AROUND)
    assert not booked(result, "trench")
    assert booked(result, "investment")[-1][-1] == pytest.approx(-np.sqrt(5.0) * 1e6)


# ---------------------------------------------------------------------- afterwards
def test_a_trench_stays_while_another_uses_it_and_nobody_is_paid_for_leaving() -> None:
    firms = {
        "near": user(2000, closes="1992-07"),
        "far": user(4000, opens="1991-01"),
        "end": user(4000, 500, opens="1993-01"),
    }
    result = run(firms)
    late = "works.w>end.w#1"
    assert booked(result, "trench") == [
        (NEAR, "1991-01", 0.0, pytest.approx(600_000.0)),
        (FAR, "1991-01", 0.0, pytest.approx(-600_000.0)),
        # 4 km with one other, who alone is paid
        (FAR, "1993-01", 0.0, pytest.approx(1_200_000.0)),
        (late, "1993-01", 0.0, pytest.approx(-1_200_000.0)),
    ]


def test_a_trench_nobody_uses_any_more_is_dug_again() -> None:
    firms = {"near": user(2000, closes="1991-07"), "far": user(4000, opens="1992-01")}
    result = run(firms)
    assert not booked(result, "trench")
    assert booked(result, "investment")[-1] == (FAR, "1992-01", 0.0, pytest.approx(-4_000_000.0))


def test_a_pipe_laid_anew_pays_the_share_of_the_day() -> None:
    """After three years the first lies beside another: 2 x 0.4 for the pipe, 2 x 0.3 to the other."""
    result = run(TWO, lifetime="3 yr", end="1993-12")
    assert booked(result, "investment")[-1] == (NEAR, "1992-12", 0.0, pytest.approx(-800_000.0))
    assert booked(result, "trench")[2:] == [
        (NEAR, "1992-12", 0.0, pytest.approx(-600_000.0)),
        (FAR, "1992-12", 0.0, pytest.approx(600_000.0)),
    ]


def test_a_pipe_laid_anew_lies_there_once() -> None:
    """A third, after the first has been laid anew, shares 2 km with two and pays each 2 x 0.1."""
    firms = TWO | {"side": user(2000, 500, opens="1993-07")}
    late = "works.w>side.w#1"
    assert [row for row in booked(run(firms, lifetime="3 yr"), "trench") if row[1] == "1993-07"] == [
        (NEAR, "1993-07", 0.0, pytest.approx(200_000.0)),
        (FAR, "1993-07", 0.0, pytest.approx(200_000.0)),
        (late, "1993-07", 0.0, pytest.approx(-400_000.0)),
    ]


def test_the_price_after_laying_anew_holds_the_share_of_the_day() -> None:
    """The taker, who pays 0.6 MDKK less for three years, hands half of that on."""
    price = {}
    for name, firms in (("alone", {"near": TWO["near"]}), ("beside", TWO)):
        result = run(firms, lifetime="3 yr")
        rebuilt = result.events[(result.events["event"] == "rebuilt") & (result.events["synergy"] == NEAR)]
        price[name] = float(rebuilt["detail"].iloc[0].split()[0])
        quantity = float(result.synergies.set_index("synergy").loc[NEAR, "quantity_per_year"])
    years = 1095.75 / 365.25
    saved = 600_000.0 * 0.03 / (1.0 - 1.03**-years) / quantity
    assert price["beside"] - price["alone"] == pytest.approx(saved / 2.0, rel=1e-3)


def test_the_share_is_that_of_the_day_on_which_the_pipe_is_begun() -> None:
    """Two streams of one pair are agreed on before either is dug for: the second pays less than it was told."""
    slow = PATIENT | {"regulator": EAGER["regulator"] | {"permit_time": {"none": "60 d"}}}
    both = firm((2000, 0), inputs=IN | {"v": IN["w"]}, behaviour=TAKER)
    firms = {"works": WORKS, "near": both}
    result = simulate(scenario(firms, agents=slow, transport={"water_pipe": PIPE}), 1)
    assert result.synergies["investment"].tolist() == pytest.approx([2_000_000.0] * 2)
    assert [paid for *_, paid in booked(result, "trench")] == pytest.approx([600_000.0, -600_000.0])
    assert [paid for *_, paid in booked(result, "investment")] == pytest.approx([-2_000_000.0, -800_000.0])


def test_an_heir_takes_the_trench_over_with_the_pipe() -> None:
    heir = user(2000, opens="1991-07")
    heir["processes"]["main"]["succeeds"] = "near.main"
    result = run({"near": user(2000, closes="1991-07"), "heir": heir, "far": TWO["far"]})
    (name,) = result.events.loc[result.events["event"] == "taken over", "synergy"]
    assert booked(result, "trench") == [
        (name, "1992-01", 0.0, pytest.approx(600_000.0)),
        (FAR, "1992-01", 0.0, pytest.approx(-600_000.0)),
    ]


# ---------------------------------------------------------------------- the book against the game
@cache
def build_park(sites: tuple[tuple[int, int], ...]) -> tuple[Park, Columns]:
    firms = {f"f{k}": firm((1000.0 * x, 1000.0 * y), inputs=IN) for k, (x, y) in enumerate(sites)}
    checked = scenario(firms).park
    span = Calendar(checked.time.start, date(1991, 1, 1), checked.time.period, checked.time.segment)
    return checked, compile_columns(checked, span)


def open_book(sites: list[tuple[int, int]]) -> Trenches:
    return Trenches(*build_park(tuple(sites)))


def pipe_on(stops: tuple[int, ...], need: float, name: str = "p") -> Contract:
    terms = Appraisal("", capital=0.0, route=Route(stops, 0.0, need, 0.0))
    return Contract(name, 0, 0, 1, "f0", "f1", terms, 0.0)


SITES = [(0, 0), (1, 0), (2, 0), (2, 2), (4, 0), (4, 3)]
PARENT = {1: 0, 2: 1, 3: 2, 4: 2, 5: 4}


def way_to(site: int) -> tuple[int, ...]:
    found = [site]
    while found[-1] != 0:
        found.append(PARENT[found[-1]])
    return tuple(reversed(found))


@given(
    st.lists(st.tuples(st.sampled_from([*PARENT]), st.sampled_from([1.0, 2.5, 4.0])), min_size=1, max_size=6)
)
def test_whoever_comes_first_all_have_paid_their_shapley_value_which_is_in_the_core(
    pipes: list[tuple[int, float]],
) -> None:
    book = open_book(SITES)
    paid = {}
    contracts = {f"p{k}": pipe_on(way_to(end), need, f"p{k}") for k, (end, need) in enumerate(pipes)}
    for contract in contracts.values():
        book.price(contract)
        book.join(contract, 0.0)
        paid[contract.synergy] = contract.appraisal.capital
    for name, contract in contracts.items():
        # Capital holds what went to the others; what came from them is booked.
        paid[name] -= sum(taker for _, _, _, taker in contract.payments if taker > 0.0)

    def cost(group: frozenset[Any]) -> float:
        needs: dict[tuple[int, int], float] = {}
        for name in group:
            route = contracts[name].appraisal.route
            assert route is not None
            for edge in pairwise(route.stops):
                needs[edge] = max(needs.get(edge, 0.0), route.trench)
        return sum(
            need * float(np.hypot(*np.subtract(SITES[b], SITES[a]))) for (a, b), need in sorted(needs.items())
        )

    names = list(contracts)
    assert paid == pytest.approx(shapley_value(names, cost), abs=1e-9)
    assert share_cost(names, cost).can_hold
    assert core_violation(names, lambda g: -cost(g), {n: -p for n, p in paid.items()})[0] < 1e-9
    received = sum(taker for c in contracts.values() for _, _, _, taker in c.payments)
    assert received == pytest.approx(0.0, abs=1e-9)


@given(st.lists(st.tuples(st.sampled_from([*PARENT]), st.just(3.0)), min_size=1, max_size=6))
def test_equal_pipes_pay_as_users_of_a_tree(pipes: list[tuple[int, float]]) -> None:
    book = open_book(SITES)
    contracts = {f"p{k}": pipe_on(way_to(end), need, f"p{k}") for k, (end, need) in enumerate(pipes)}
    for contract in contracts.values():
        book.price(contract)
        book.join(contract, 0.0)
    length = [float(np.hypot(*np.subtract(SITES[k], SITES[PARENT[k]]))) for k in PARENT]
    tree = PipeTree(
        tuple(PARENT[k] - 1 for k in PARENT),
        tuple(3.0 * km for km in length),
        {f"p{k}": end - 1 for k, (end, _) in enumerate(pipes)},
    )
    net = {
        name: c.appraisal.capital - sum(taker for *_, taker in c.payments if taker > 0.0)
        for name, c in contracts.items()
    }
    assert net == pytest.approx(dict(share_pipe(tree)), abs=1e-9)


coordinates = st.tuples(st.integers(0, 6), st.integers(0, 6))


@given(
    st.lists(coordinates, min_size=4, max_size=7, unique=True),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=8),
    st.sampled_from([0.3, 0.6, 0.95]),
)
def test_the_way_found_is_the_cheapest_of_all_ways(
    sites: list[tuple[int, int]], pipes: list[tuple[int, int]], share: float
) -> None:
    book, users = open_book(sites), {}
    for number, (first, last) in enumerate(pipes):
        a, b = sorted((first % len(sites), last % len(sites)))
        if a != b:
            book.settle(pipe_on((a, b), 1.0, f"p{number}"))
            users[a, b] = users.get((a, b), 0) + 1
    graph = nx.Graph()
    for a in range(len(sites)):
        for b in range(a + 1, len(sites)):
            km = float(np.hypot(*np.subtract(sites[a], sites[b])))
            n = users.get((a, b), 0)
            graph.add_edge(a, b, weight=km * (1.0 - share + share / (n + 1)))
    way = book.find_way(0, 1, share)
    assert (way[0], way[-1]) == (0, 1)
    found = sum(graph.edges[edge]["weight"] for edge in pairwise(way))
    assert found == pytest.approx(nx.shortest_path_length(graph, 0, 1, weight="weight"), abs=1e-6)


def test_ways_among_many_firms_are_those_among_few(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    sites = [(x, y) for x, y in rng.integers(0, 20, (12, 2)).tolist()]
    few, many = open_book(sites), open_book(sites)
    for number, (a, b) in enumerate(rng.integers(0, 12, (9, 2)).tolist()):
        for book in (few, many):
            if sites[a] != sites[b]:
                book.settle(pipe_on((a, b), 1.0, f"p{number}"))
    ends = [(giver, taker) for giver in range(12) for taker in range(12) if sites[giver] != sites[taker]]
    found = [few.find_way(*pair, 0.9) for pair in ends]
    monkeypatch.setattr("ecopark.agents.trenches._FEW", 0)
    assert [many.find_way(*pair, 0.9) for pair in ends] == found
    assert any(len(way) > 2 for way in found)


def test_leaving_and_joining_again_changes_ways_at_once() -> None:
    book = open_book([(0, 0), (2, 1), (2, 0)])
    straight, round_about = (0, 1), (0, 2, 1)
    first = pipe_on((0, 2), 1.0)
    assert book.find_way(0, 1, 0.95) == straight
    book.settle(first)
    assert book.find_way(0, 1, 0.95) == round_about
    book.leave(first)
    assert book.find_way(0, 1, 0.95) == straight


@pytest.mark.parametrize("need", [0.5, 2.0, 3.0, 9.0])
def test_an_appraisal_counts_what_the_book_then_asks(need: float) -> None:
    """The compiled steps of a way and the split stretch by stretch are one sum."""
    book = open_book(SITES)
    for end, other in ((1, 2.0), (2, 4.0), (3, 1.0), (2, 2.0)):
        book.settle(pipe_on(way_to(end), other))
    laid = book.lay_out(0, 3, 0.0, (0.0, 0.999))
    row = laid.stops.index(way_to(3))
    by_steps = pay_for_trench(need, float(laid.courses.length[row]), laid.courses.steps[row])
    stretches = [[2.0, 4.0, 1.0, 2.0], [4.0, 1.0, 2.0], [1.0]]
    by_hand = sum(km * join_trench(n, need)[0] for km, n in zip((1.0, 1.0, 2.0), stretches, strict=True))
    assert by_steps == pytest.approx(by_hand)
    assert laid.number(row) == 1
