"""Plots, corridors and rules in a scenario: where firms stand, and every mistake in words."""

from __future__ import annotations

import pytest
from small_parks import build, firm

from ecopark.errors import ScenarioError
from ecopark.scenario import Scenario

PLOTS = {
    "north": {"site": [0, 0], "area": "2 ha", "zone": "heavy"},
    "south": {"site": [300, 0], "area": "4 ha", "zone": "light", "noise_class": 1, "hazard_class": "low"},
    "west": {"site": [900, 0]},
}


def on(plot, **fields):
    """Firm on a plot, with no site of its own."""
    whole = firm() | {"plot": plot} | fields
    del whole["site"]
    return whole


def park(firms, **layout):
    return Scenario.from_dict(build(firms, layout={"plots": PLOTS} | layout), "demo")


def mistakes(firms, **layout):
    with pytest.raises(ScenarioError) as caught:
        park(firms, **layout)
    return [f"{problem.field}: {problem.message}" for problem in caught.value.problems]


def test_a_firm_takes_the_site_of_its_plot():
    found = park({"mill": on("south"), "farm": firm((7, 8))}).park.firms
    assert found["mill"].site == (300, 0)
    assert found["farm"].site == (7, 8)
    assert found["farm"].plot is None


def test_the_plot_wins_over_a_site_and_a_new_site_leaves_the_plot():
    mill = firm((5, 5)) | {"plot": "north"}
    scenario = park({"mill": mill})
    assert scenario.park.firms["mill"].site == (0, 0)
    moved = scenario.with_overrides({"firms.mill.plot": "west"}).park.firms["mill"]
    assert (moved.plot, moved.site) == ("west", (900, 0))
    away = scenario.with_overrides({"firms.mill.site": [40, 50]}).park.firms["mill"]
    assert (away.plot, away.site) == (None, (40, 50))
    assert scenario.park.firms["mill"].site == (0, 0)


def test_resolved_text_reads_back_equal(tmp_path):
    scenario = park(
        {"mill": on("south", movable=True, area="1 ha")}, corridors={"c": {"path": [[0, 0], [9, 9]]}}
    )
    (tmp_path / "again.yaml").write_text(scenario.to_yaml(), encoding="utf-8")
    assert Scenario.load(tmp_path / "again.yaml").park == scenario.park


@pytest.mark.parametrize(
    ("firms", "layout", "expected"),
    [
        ({"a": on("soth")}, {}, "firms.a.plot: unknown plot 'soth'. Did you mean 'south'?"),
        (
            {"a": on("north"), "b": on("north")},
            {},
            "firms.b.plot: plot 'north' is taken by 'a'; two firms stand on one plot only in turn",
        ),
        (
            {"a": on("north", area="30000 m2")},
            {},
            "firms.a.plot: does not fit plot 'north': the firm needs 3 ha, the plot has 2 ha",
        ),
        (
            {"a": on("north", zones=["light"])},
            {},
            "firms.a.plot: does not fit plot 'north': the firm needs a zone of 'light', the plot is 'heavy'",
        ),
        (
            {"a": on("south", noise_class=3)},
            {},
            "firms.a.plot: does not fit plot 'south': the firm has noise class 3, the plot allows 1",
        ),
        (
            {"a": on("south", hazard_class="hazardous")},
            {},
            "firms.a.plot: does not fit plot 'south': the firm is of hazard class hazardous, the plot allows low",
        ),
        (
            {"a": on("west", sector="dyes")},
            {"rules": {"dyes": {"who": {"sectors": ["dyes"]}, "zones": ["heavy"]}}},
            "firms.a.plot: does not fit plot 'west': rule 'dyes' asks for a zone of 'heavy', the plot is of none",
        ),
        (
            {"a": on("north", hazard_class="hazardous"), "b": on("south")},
            {"rules": {"far": {"who": {"hazard_class": "low"}, "at_least": "500 m"}}},
            "firms.b.plot: stands 0.30 km from 'a'; rule 'far' asks for at least 0.5 km",
        ),
        (
            {"a": on("north")},
            {"corridors": {"dot": {"path": [[1, 1], [1, 1]]}}},
            "layout.corridors.dot.path: leads nowhere: all its points are one; give the points it runs through",
        ),
        (
            {"a": on("north")},
            {"distance": "corridor"},
            "layout.distance: distances along corridors need corridors; add 'corridors:' or write 'distance: straight'",
        ),
        (
            {"a": on("north")},
            {"rules": {"idle": {}}},
            "layout.rules.idle: asks for nothing; give 'at_least' or 'zones'",
        ),
        (
            {"a": on("north")},
            {"rules": {"far": {"who": {"firms": ["b"]}, "at_least": "1 km"}}},
            "layout.rules.far.who.firms.0: unknown firm 'b'",
        ),
        (
            {"a": on("north", zones=["hevy"])},
            {},
            "firms.a.zones.0: no plot is of the zone 'hevy'. Did you mean 'heavy'?",
        ),
        (
            {"a": on("north", area="3 t")},
            {},
            "firms.a.area: expected a quantity in area such as '4 ha', found 3 t",
        ),
        (
            {"a": on("north")},
            {"corridors": {"c": {"path": [[0, 0]]}}},
            "layout.corridors.c.path: expected 2 entries, found 1: the list [[0, 0]]",
        ),
    ],
)  # fmt: skip
def test_mistakes(firms, layout, expected):
    assert expected in mistakes(firms, **layout)


def test_firms_may_stand_on_one_plot_in_turn():
    park({"a": on("north", closes="1990-06"), "b": on("north", opens="1990-06")})


def test_a_rule_does_not_bind_firms_that_never_meet():
    rule = {"far": {"who": {"firms": ["a"]}, "at_least": "500 m"}}
    park({"a": on("north", closes="1990-06"), "b": on("south", opens="1990-06")}, rules=rule)


def test_a_mistake_is_told_with_file_and_line(tmp_path):
    text = park({"mill": on("south")}).to_yaml().replace("plot: south", "plot: est")
    (tmp_path / "demo.yaml").write_text(text, encoding="utf-8")
    line = next(k for k, row in enumerate(text.splitlines(), 1) if "plot: est" in row)
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(tmp_path / "demo.yaml")
    (problem,) = caught.value.problems
    assert (problem.file.rpartition("/")[2], problem.line, problem.field) == (
        "demo.yaml",
        line,
        "firms.mill.plot",
    )


def test_every_mistake_at_once():
    firms = {"a": on("north", area="3 ha", noise_class=1), "b": on("nrth"), "c": on("south", noise_class=2)}
    assert len(mistakes(firms, corridors={"dot": {"path": [[1, 1], [1, 1]]}})) == 4
