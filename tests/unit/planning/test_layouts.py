"""Layouts: benefits by distance against the market itself, the search on a small park, what it leaves."""

from __future__ import annotations

import re
import shlex
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from small_parks import TRANSPORT, build, firm, scenario

from ecopark import simulate
from ecopark.cli import build_parser, main
from ecopark.errors import DomainError, ScenarioError
from ecopark.market.appraisal import Party, Setting, appraise
from ecopark.planning.layouts.finding import PRESENT, park_with, search_layouts
from ecopark.planning.layouts.ground import survey
from ecopark.planning.layouts.value import LEVELS, _levels, compile_benefits
from ecopark.scenario import Scenario

PIPES = {
    "steam_pipe": TRANSPORT["steam_pipe"] | {"per_km": "3 MDKK/km", "reference": "50 MWh/day"},
    "water_pipe": TRANSPORT["water_pipe"] | {"per_km": "1 MDKK/km", "reference": "200 m3/day"},
}


def port(resource, coefficient, **fields):
    return {"resource": resource, "coefficient": coefficient} | fields


def on(plot, whole, **fields):
    whole = dict(whole) | {"plot": plot, "movable": True} | fields
    del whole["site"]
    return whole


BOILER = firm(outputs={"steam": port("steam", "1 MWh/t", grade="180 degC")}, sector="power")
DAIRY = firm(
    inputs={"steam": port("steam", "0.5 MWh/t", grade="120 degC")},
    outputs={"water": port("water", "3 m3/t", grade="3")},
    sector="food",
)
PAPER = firm(
    inputs={
        "steam": port("steam", "0.4 MWh/t", grade="120 degC"),
        "water": port("water", "2 m3/t", grade="2"),
    },
    outputs={"ash": port("ash", "0.1 t/t")},
    sector="paper",
)
CEMENT = firm(inputs={"ash": port("ash", "0.2 t/t")}, sector="cement")
FIRMS = {
    "boiler": on("p0", BOILER, hazard_class="hazardous"),
    "dairy": on("p8", DAIRY),
    "paper": on("p6", PAPER, noise_class=2),
    "cement": on("p2", CEMENT, zones=["heavy"]),
    "farm": firm((0, 5000), inputs={"water": port("water", "1 m3/t", grade="1")}, sector="farm"),
}
PLOTS = {
    f"p{k}": {
        "site": [1500 * (k % 3), 1200 * (k // 3)],
        "zone": "heavy" if k < 6 else "light",
        "noise_class": 1 if k == 4 else 5,
    }
    for k in range(9)
}
LAYOUT = {
    "plots": PLOTS,
    "distance": "corridor",
    "detour": "1.3",
    "corridors": {"a": {"path": [[0, 600], [3000, 600]]}, "b": {"path": [[1500, 0], [1500, 5000]]}},
    "rules": {
        "far": {"who": {"hazard_class": "hazardous"}, "others": {"sectors": ["food"]}, "at_least": "1.6 km"}
    },
}


def park(firms=None, **layout):
    return scenario(firms or FIRMS, layout=LAYOUT | layout, transport=PIPES, time={"end": "1992-12"})


@pytest.fixture(scope="module")
def search():
    return search_layouts(park(), best=2, replicates=2, engine="serial")


# --------------------------------------------------------------------------- benefits
def test_benefit_of_a_pair_is_the_markets_own():
    """One giver, one taker, one mode: the public appraisal of the market at each distance."""
    two = {"boiler": FIRMS["boiler"], "dairy": FIRMS["dairy"]}
    here = park(two, rules={})
    ground = survey(here.park)
    benefits = compile_benefits(here.park, ground.distance, ground.reachable, days=1)
    behaviour = here.park.firms["boiler"].behaviour
    for level, length in enumerate(benefits.length):
        giver = Party(np.full(12, 100.0), 0.0, 180.0, behaviour, 0.0)
        taker = Party(np.full(12, 50.0), 250.0, 120.0, behaviour, 0.0)
        days = np.full(12, 365.25 / 12)
        setting = Setting(
            length, days, "temperature", 5.0, here.park.agents.contracts.reliability.value, 0.0,
            {"electricity": 400.0}, {}, np.full(12, 50.0), 0.0, here.park.time.start,
        )  # fmt: skip
        mode = {"steam_pipe": here.park.transport["steam_pipe"]}
        expected = appraise(giver, taker, None, mode, setting)
        worth = 0.0 if expected.reason else max(expected.joint_margin, 0.0)
        found = benefits.worth[0, 0, level]
        if length <= 20.0 and (found > 0.0 or worth > 0.0):
            assert found == pytest.approx(worth, rel=2e-3)  # months have 28 to 31 days


def test_a_longer_way_never_brings_more(search):
    ground = survey(search.scenario.park)
    benefits = compile_benefits(search.scenario.park, ground.distance, ground.reachable)
    for day in benefits.worth:
        for row in day:
            known = row[row > 0.0]
            assert (np.diff(known) <= 1e-9 * known[:-1]).all()


def test_supply_is_sold_once():
    """Two takers who each want all of it: the second gets what a prudent planner did not count on, one tenth."""
    twice = {
        "paper": on("p0", PAPER),
        "one": on("p1", firm(inputs={"ash": port("ash", "0.1 t/t")})),
        "two": on("p3", firm(inputs={"ash": port("ash", "0.1 t/t")})),
    }
    alone = {name: twice[name] for name in ("paper", "one")}
    value = {}
    for name, firms in (("both", twice), ("alone", alone)):
        here = park(firms, rules={}, distance="straight").park
        ground = survey(here)
        benefits = compile_benefits(here, ground.distance, ground.reachable)
        value[name] = benefits.value(ground.site)
        assert benefits.links(ground.site)["benefit"].sum() == pytest.approx(value[name])
    assert value["both"] == pytest.approx(value["alone"] / 0.9, rel=0.01)


def test_many_distances_are_valued_as_longer_ones():
    distance = np.random.default_rng(1).random((60, 60)) * 9.0
    level, length = _levels(distance)
    assert length.size <= LEVELS
    assert (length[level] >= distance - 2e-9).all()
    assert (length[level] - distance).max() < 9.0 * 3 / LEVELS


# --------------------------------------------------------------------------- search
def test_all_layouts_are_valued_and_none_is_better(search):
    """Brute force over scenarios: each assignment that the scenario's own checks allow."""
    here = search.scenario
    ground = survey(here.park)
    benefits = compile_benefits(here.park, ground.distance, ground.reachable)
    movable, best, count = ("boiler", "cement", "dairy", "paper"), -np.inf, 0
    rng = np.random.default_rng(1)
    for k, plots in enumerate(permutations(PLOTS, len(movable))):
        places = np.array([list(PLOTS).index(plot) for plot in plots])
        permitted = ground.problem.permits(places)
        if permitted:
            count += 1
            best = max(best, benefits.value(ground.sites(places)))
        if rng.random() < 0.01:
            try:
                park_with(here, dict(zip(movable, plots, strict=True)))
            except ScenarioError:
                assert not permitted, k
            else:
                assert permitted, k
    assert search.exact
    # The present layout is looked at once more, at the start.
    assert search.valued == count + 1
    assert search.layouts["possible"].iloc[1] == pytest.approx(best, rel=1e-12)


def test_tables_agree(search):
    layouts = search.layouts
    assert layouts["layout"].tolist() == [PRESENT, "layout_1", "layout_2"]
    assert layouts["possible"].iloc[1:].is_monotonic_decreasing
    assert (layouts["possible_gain"].iloc[1:] > 0.0).all()
    links = search.links.groupby("layout")["benefit"].sum()
    assert links.to_dict() == pytest.approx(layouts.set_index("layout")["possible"].to_dict())
    moved = search.places.groupby("layout")["moved"].sum()
    assert moved.to_dict() == layouts.set_index("layout")["moved"].to_dict()
    for name in search.names:
        plots = search.places[search.places["layout"] == name].set_index("firm")["plot"]
        assert plots["farm"] == ""
        for firm_name, plot in search.assignment(name).items():
            assert plots[firm_name] == plot
            assert search.park(name).park.firms[firm_name].plot == plot


def test_emerged_is_what_runs_of_the_layouts_give(search):
    years = 3.0
    for name in [PRESENT, "layout_1"]:
        here = search.scenario if name == PRESENT else search.park(name)
        sums = []
        for seed in (1, 2):
            table = simulate(here, seed).indicators
            rows = table[(table["scope"] == "park") & (table["indicator"] == "joint_gain")]
            sums.append(rows["value"].sum())
        row = search.layouts.set_index("layout").loc[name]
        assert row["emergent"] == pytest.approx(np.mean(sums) / years, rel=1e-9)
    runs = search.runs.pivot_table("joint_gain", "replicate", "layout")
    gain = (runs["layout_1"] - runs[PRESENT]).mean() / years
    assert search.layouts.set_index("layout").loc["layout_1", "gain"] == pytest.approx(gain)


def test_emergent_objective_ranks_by_runs():
    found = search_layouts(park(), "emergent", best=2, replicates=1, candidates=6, engine="serial")
    emerged = found.layouts["emergent"].iloc[1:]
    assert emerged.is_monotonic_decreasing
    assert (found.layouts["gain"].iloc[1:] > 0.0).all()


def test_relabelled_plots_give_the_same():
    names = {old: f"z{9 - k}" for k, old in enumerate(PLOTS)}
    firms = {name: dict(f) | ({"plot": names[f["plot"]]} if "plot" in f else {}) for name, f in FIRMS.items()}
    plots = {names[old]: plot for old, plot in sorted(PLOTS.items(), reverse=True)}
    one = search_layouts(park(), best=3, replicates=0)
    other = search_layouts(park(firms, plots=plots), best=3, replicates=0)
    assert other.layouts["possible"].to_numpy() == pytest.approx(
        one.layouts["possible"].to_numpy(), rel=1e-12
    )
    assert other.layouts["emergent"].isna().all()


def test_files_are_scenarios_that_load(search, tmp_path):
    folder = search.save(tmp_path / "found")
    for name in search.names:
        text = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
        assert text["base"] == "base.yaml"
        loaded = Scenario.load(folder / f"{name}.yaml")
        assert loaded.park.firms == search.park(name).park.firms
    stored = pd.read_parquet(folder / "layouts.parquet")
    pd.testing.assert_frame_equal(stored, search.layouts)


def test_command(tmp_path, capsys):
    file = tmp_path / "mypark" / "scenario.yaml"
    file.parent.mkdir()
    raw = build(FIRMS, layout=LAYOUT, transport=PIPES, time={"end": "1990-12"})
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    out = tmp_path / "out"
    options = ["--best", "1", "--replicates", "1", "--engine", "serial", "--no-figures", "--out", str(out)]
    assert main(["layout", str(file), *options]) == 0
    assert "layouts valued" in capsys.readouterr().out
    assert main(["check", str(out / "layouts" / "layout_1.yaml")]) == 0


@pytest.mark.parametrize(
    ("firms", "layout", "message"),
    [
        ({"farm": FIRMS["farm"]}, {"rules": {}}, "no firm may move"),
        ({"a": FIRMS["farm"] | {"movable": True}}, {"plots": {}, "rules": {}}, "the layout has no plots"),
        (
            {"a": on("p0", PAPER, closes="1991-06"), "b": on("p0", PAPER, opens="1991-06")},
            {"rules": {}},
            "in turn",
        ),
        ({"cement": on("p0", CEMENT, zones=["one"])}, {"plots": {"p0": PLOTS["p0"] | {"zone": "one"}}, "rules": {}},
         "no movable firm fits any plot but its own"),
    ],
)  # fmt: skip
def test_nothing_to_search(firms, layout, message):
    with pytest.raises(DomainError, match=message):
        search_layouts(park(firms, **layout))


def test_arguments_are_checked():
    for arguments, message in (
        ({"objective": "best"}, "possible or emergent"),
        ({"best": 0}, "best must be at least 1"),
        ({"objective": "emergent", "replicates": 0}, "at least 1 replicates"),
        ({"best": 3, "candidates": 2}, "at least best"),
    ):
        with pytest.raises(DomainError, match=message):
            search_layouts(park(), **arguments)


def test_the_best_layout_cannot_be_bettered(search):
    found = search_layouts(search.park("layout_1"), replicates=1, engine="serial")
    assert found.names == ()
    assert found.layouts["layout"].tolist() == [PRESENT]
    assert found.differences.empty


def test_figures_hold_every_layout(search, tmp_path):
    folder = search.save(tmp_path / "found", figures=True)
    assert {path.name for path in (folder / "figures").iterdir()} == {
        "layouts.png", "layouts.svg", "gains.png", "gains.svg",
    }  # fmt: skip
    panels = search.plot.maps()
    assert len(panels) == len(search.names) + 1
    for panel, name in zip(panels, [PRESENT, *search.names], strict=True):
        moves = [line for line in panel.lines if line.get_gid() == "move"]
        assert len(moves) == len(search.assignment(name))
        assert len([patch for patch in panel.patches if patch.get_gid() == "plot"]) == len(PLOTS)


def test_commands_of_the_page_are_commands():
    page = (Path(__file__).parents[3] / "docs" / "layout.md").read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]
    assert len(lines) == 7
    for line in lines:
        program, *words = shlex.split(line)
        assert program == "ecopark"
        build_parser().parse_args(words)
