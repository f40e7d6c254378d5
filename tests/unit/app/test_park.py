"""Drafts: edits, undo, problems in words, and that a change here shifts no luck there."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecopark import Scenario, simulate
from ecopark.app.history import History
from ecopark.app.levers import levers_of, overrides_of
from ecopark.app.park import Draft
from ecopark.app.plan import ground, place_at, plane
from ecopark.errors import DomainError, ScenarioError
from tests.small_parks import build, firm

Edit = Callable[[Draft], Draft]


def _park(**blocks: object) -> Scenario:
    plots = {
        "quay": {"site": [2000, 0], "area": "4 ha", "noise_class": 1},
        "field": {"site": [0, 3000], "outline": [[-100, 2900], [100, 2900], [100, 3100], [-100, 3100]]},
    }
    works = {"outputs": {"ash": {"resource": "ash", "coefficient": "0.2 t/t"}}, "capacity": "100 t/d"}
    kiln = {"inputs": {"clay": {"resource": "clay", "coefficient": "0.5 t/t"}}, "capacity": "80 t/d"}
    firms = {"works": firm((0, 0), **works), "kiln": firm((1000, 500), **kiln) | {"noise_class": 3}}
    return Scenario.from_dict(build(firms, layout={"plots": plots}, **blocks), "small")


BASE = _park()
EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(
        lambda name, x, y: lambda draft: draft.move(name, x, y),
        st.sampled_from(["works", "kiln"]),
        st.floats(-5e3, 5e3),
        st.floats(-5e3, 5e3),
    ),
    st.builds(
        lambda name, on: lambda draft: draft.switch(name, on),
        st.sampled_from(["works", "kiln"]),
        st.booleans(),
    ),
    st.builds(lambda seed: lambda draft: draft.with_seed(seed), st.integers(0, 9)),
    st.builds(lambda tax: lambda draft: draft.set_lever("landfill_tax", tax), st.none() | st.floats(0, 200)),
    st.builds(lambda x: lambda draft: draft.add("brewery", (x, 0.0))[0], st.floats(-1e3, 1e3)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EDITS, max_size=12))
def test_undo_of_any_sequence_is_the_first_draft(edits: list[Edit]) -> None:
    first = Draft(BASE)
    history = History(first)
    seen = [first]
    for edit in edits:
        history.do(edit(history.now))
        if history.now != seen[-1]:
            seen.append(history.now)
    for expected in reversed(seen[:-1]):
        assert history.undo() == expected
    assert history.now == first
    assert not history.can_undo
    for expected in seen[1:]:
        assert history.redo() == expected
    assert not history.can_redo
    assert Draft.from_edits(BASE, history.now.edits()) == history.now


def test_history_is_bounded_and_forgets_what_was_undone() -> None:
    history = History(Draft(BASE), most=3)
    for seed in range(2, 8):
        history.do(history.now.with_seed(seed))
    history.undo()
    assert history.now.seed == 6
    history.do(history.now.with_seed(20))
    assert not history.can_redo
    history.undo(), history.undo(), history.undo()
    assert history.now.seed == 5


def test_moves_are_metres_and_back() -> None:
    draft = Draft(Scenario.load("kalundborg"))
    table = plane(draft).set_index("firm")
    # Haversine between two firms, worked out here.
    (lon1, lat1), (lon2, lat2) = (draft.base.park.firms[f].site for f in ("asnaes", "gyproc"))
    a, b = math.radians(lat1), math.radians(lat2)
    half = (
        math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    )
    way = table.loc["gyproc", ["x_m", "y_m"]] - table.loc["asnaes", ["x_m", "y_m"]]
    # Far firms (the plane is about the mean latitude of all) allow it a few per cent.
    assert math.hypot(*way) == pytest.approx(2 * 6371008.8 * math.asin(math.sqrt(half)), rel=0.03)
    site = place_at(draft, 1234.0, -567.0)
    moved = plane(draft.move("gyproc", *site)).set_index("firm").loc["gyproc"]
    assert (moved["x_m"], moved["y_m"]) == pytest.approx((1234.0, -567.0), abs=1e-6)
    assert moved["moved"]


def test_a_plot_takes_and_refuses() -> None:
    draft = Draft(BASE)
    # Ninety metres beside the middle of a square of 4 ha, whose half side is a hundred.
    on_quay = draft.move("works", 2090.0, -60.0)
    assert on_quay.moves["works"] == (2000.0, 0.0)
    assert on_quay.scenario().park.firms["works"].plot == "quay"
    assert on_quay.problems() == []
    assert draft.move("works", 2101.0, 0.0).scenario().park.firms["works"].plot is None
    (said,) = draft.move("kiln", 2000.0, 0.0).problems()
    assert "noise class 3" in said
    assert "plot allows 1" in said
    assert "taken by" in " ".join(on_quay.move("kiln", 2000.0, 0.0).problems())
    with pytest.raises(ScenarioError):
        draft.move("kiln", 2000.0, 0.0).scenario()
    plots, _ = ground(on_quay)
    assert plots.set_index("plot").loc["quay", "firm"] == "works"
    back = on_quay.move("works", 0.0, 0.0)
    assert back == draft
    assert on_quay.changes() == ["A firm moved 2 km east, to plot quay"]


def test_unknown_names_are_refused_with_the_nearest() -> None:
    draft = Draft(BASE)
    with pytest.raises(DomainError, match="works"):
        draft.move("work", 0, 0)
    with pytest.raises(DomainError, match="landfill_tax"):
        draft.set_lever("landfil_tax", 3.0)
    with pytest.raises(DomainError, match="0 to"):
        draft.set_lever("landfill_tax", -1.0)
    with pytest.raises(DomainError, match="brewery"):
        draft.add("brewary", (0, 0))
    with pytest.raises(DomainError, match="outside"):
        draft.with_until("2050")
    with pytest.raises(DomainError, match="no edits"):
        Draft.from_edits(BASE, {"name": "x"})
    off = draft.switch("works", False).switch("kiln", False)
    assert off.problems() == ["All firms are switched off; leave at least one on."]


def test_saved_edits_are_checked_like_edits_made_here() -> None:
    edits = Draft(BASE).add("brewery", (5.0, 6.0))[0].edits()
    ((name, fresh),) = edits["added"].items()
    assert Draft.from_edits(BASE, edits).added[name].archetype == "brewery"
    spoilt = [
        ({name: fresh | {"archetype": "brewary"}}, "brewery"),
        ({name: fresh | {"capacity": "much"}}, "much"),
        ({name: fresh | {"opens": "spring"}}, "opens"),
        ({"works": fresh}, "identifier"),
        ({"My Works": fresh}, "identifier"),
    ]
    for added, said in spoilt:
        with pytest.raises(DomainError, match=said):
            Draft.from_edits(BASE, edits | {"added": added})


def test_shocks_off_holds_where_the_firm_they_strike_is_off() -> None:
    base = _park(shocks=[{"kind": "closure", "firms": ["works"], "from": "2000-06"}])
    draft = Draft(base).set_lever("shocks", False)
    assert not draft.scenario().park.mechanisms.shocks
    without = draft.switch("works", False)
    assert without.problems() == []
    assert not without.scenario().park.shocks
    assert without.switch("works", True) == draft
    assert draft.changes() == ["Shocks off"]
    assert without.changes()[1:] == ["Shocks off: nothing to act on while A firm is switched off"]


def test_what_the_base_has_lies_in_every_range() -> None:
    slow = build({"works": firm((0, 0)) | {"behaviour": {"payback": "40 yr"}}})
    quick = build({"works": firm((0, 0)) | {"behaviour": {"payback": "0.2 yr"}}})
    for raw in (slow, quick):
        for lever in levers_of(Scenario.from_dict(raw, "small")):
            assert lever.kind != "number" or lever.low <= float(lever.default) <= lever.high


def test_a_draft_travels_between_processes() -> None:
    draft = Draft(BASE).move("works", 5.0, 6.0).with_seed(9)
    draft.scenario()
    assert pickle.loads(pickle.dumps(draft)) == draft


def test_every_lever_takes_both_ends_of_its_range() -> None:
    base = Scenario.load("kalundborg")
    for lever in levers_of(base):
        ends = [lever.low, lever.high] if lever.kind == "number" else lever.choices or [False, True]
        for value in ends:
            changed = base.with_overrides(overrides_of(base, {lever.name: lever.check(value)}))
            assert changed.park != base.park or value == lever.default or lever.is_default(value)


def test_lever_sets_what_it_says() -> None:
    park = (
        Draft(Scenario.load("kalundborg"))
        .set_lever("landfill_tax", 300.0)
        .set_lever("payback", 4.0)
        .scenario()
        .park
    )
    assert park.policy.landfill_tax is not None
    assert {park.policy.landfill_tax.at(park.time.start), park.policy.landfill_tax.at(park.time.end)} == {
        300.0
    }
    assert {f.behaviour.payback.value for f in park.firms.values()} == {4 * 365.25}


def _outages(draft: Draft, firms: set[str]) -> list[tuple[object, ...]]:
    run = simulate(draft.scenario(), 5, "1974")
    rows = run.events[(run.events["event"] == "outage") & run.events["firm"].isin(firms)]
    rows = rows[rows["synergy"] == ""]
    return sorted(rows[["date", "firm", "detail"]].itertuples(index=False, name=None))


@pytest.mark.slow
def test_moving_removing_and_adding_changes_no_other_luck() -> None:
    draft = Draft(Scenario.load("kalundborg"))
    others = set(draft.base.park.firms) - {"gyproc", "fish_farm"}
    before = _outages(draft, others)
    assert len(before) > 5
    assert _outages(draft.move("gyproc", 11.3, 55.7), others) == before
    assert _outages(draft.switch("fish_farm", False), others) == before
    assert _outages(draft.add("brewery", (11.1, 55.66))[0], others) == before


@pytest.mark.slow
def test_switched_off_is_as_if_it_had_never_been() -> None:
    draft = Draft(Scenario.load("kalundborg")).with_until("1964")
    run = simulate(draft.switch("gyproc", False).scenario(), 1, "1964")
    assert "gyproc" not in run.firms.index
    assert not (run.flows["from_firm"].astype(str) == "gyproc").any()
    # The production of the others goes on as it was: their products leave in the same quantities.
    whole = simulate(draft.scenario(), 1, "1964")
    made = [
        r.flows[(r.flows["route"] == "product") & (r.flows["from_firm"].astype(str) == "asnaes")][
            "quantity"
        ].to_numpy()
        for r in (run, whole)
    ]
    assert made[0].size > 0
    np.testing.assert_array_equal(made[0], made[1])
