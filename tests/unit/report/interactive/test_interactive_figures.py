"""Interactive figures: what is drawn sums to the ledger, in the printed colours, for any size of park, offline."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from fake_run import fake_run

from ecopark.errors import DomainError
from ecopark.report.colours import resource_colours
from ecopark.report.interactive import (
    avoided_figure,
    indicators_figure,
    map_figure,
    money_figure,
    network_figure,
    network_slider,
    sankey_figure,
    sankey_slider,
    timeline_figure,
)
from ecopark.report.interactive.money import gain_by_firm
from ecopark.report.interactive.network import describe_network
from ecopark.report.interactive.sankey import _broken, describe_sankey, exchange_years
from ecopark.report.interactive.theme import CONFIG, by_scope, translucent
from ecopark.report.style import text_size
from ecopark.report.tables import RunTables

YEAR = 2000
FIGURES: dict[str, Callable[[RunTables], Any]] = {
    "sankey": lambda tables: sankey_figure(tables, YEAR),
    "sankey slider": lambda tables: sankey_slider(tables, [1990, YEAR]),
    "network": lambda tables: network_figure(tables, YEAR),
    "map": lambda tables: map_figure(tables, "2000-06"),
    "network slider": lambda tables: network_slider(tables, [1990, YEAR]),
    "timeline": timeline_figure,
    "timeline with lost ideas": lambda tables: timeline_figure(tables, lost=True),
    "avoided": avoided_figure,
    "money": money_figure,
    "indicators": indicators_figure,
}


def without_exchange(tables: RunTables) -> RunTables:
    """The same park, had no idea come about."""
    ideas = tables.synergies.assign(
        operating=np.datetime64("NaT", "s"), ended=np.datetime64("NaT", "s"), state="lost", reason="economics"
    )
    return replace(
        tables,
        flows=tables.flows[tables.flows["route"] != "exchange"].reset_index(drop=True),
        synergies=ideas,
        indicators=tables.indicators.iloc[:0],
    )


def with_gains(tables: RunTables) -> RunTables:
    """The joint gain of an invented run, which has no books, split between three firms."""
    rows = tables.indicators[tables.indicators["indicator"] == "joint_gain"]
    rows = rows[rows["scope"] == "park"]
    shares = {"asnaes": 0.75, "refinery": 0.5, "gyproc": -0.25}
    firms = [rows.assign(scope=f"firm:{name}", value=rows["value"] * share) for name, share in shares.items()]
    return replace(tables, indicators=pd.concat([tables.indicators, *firms], ignore_index=True))


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_takes_parks_of_any_size(name: str, run: RunTables) -> None:
    figure = FIGURES[name](with_gains(run))
    assert len(figure.data) > 0


@pytest.mark.parametrize("name", FIGURES)
def test_a_park_without_exchange_has_figures_that_say_so(name: str, small: RunTables) -> None:
    figure = FIGURES[name](without_exchange(small))
    written = json.dumps(figure.to_plotly_json(), default=str)
    drawn = [trace for trace in figure.data if trace.type in ("sankey", "heatmap")]
    assert drawn == []
    assert "NaN" not in written.replace("NaT", "")


@pytest.mark.parametrize("name", FIGURES)
def test_no_figure_asks_a_network_for_anything(name: str, small: RunTables) -> None:
    written = json.dumps(FIGURES[name](small).to_plotly_json(), default=str)
    assert re.findall(r"https?:|//[a-z]", written) == []
    assert CONFIG["displaylogo"] is False


def exchanged(tables: RunTables, year: int) -> dict[str, float]:
    """Quantity by resource, straight from the ledger."""
    rows = tables.flows
    rows = rows[(rows["route"] == "exchange") & (rows["start"].dt.year == year)]
    return {str(name): float(value) for name, value in rows.groupby("resource")["quantity"].sum().items()}


def bands(traces: Iterable[Any]) -> dict[str, float]:
    """Quantity by resource as the Sankey diagram draws it, without the unseen filler."""
    found: dict[str, float] = {}
    for trace in traces:
        link = trace["link"]
        for name, value in zip(link["label"], link["value"], strict=True):
            if name:
                found[name] = found.get(name, 0.0) + value
    return found


@pytest.mark.parametrize("year", [1985, YEAR])
def test_bands_sum_to_the_ledger(run: RunTables, year: int) -> None:
    expected = exchanged(run, year)
    assert bands(describe_sankey(run, [year])["data"]) == pytest.approx(expected, rel=1e-4)


def test_every_frame_sums_to_the_ledger(run: RunTables) -> None:
    years = exchange_years(run)
    for frame in describe_sankey(run, years)["frames"]:
        assert bands(frame["data"]) == pytest.approx(exchanged(run, int(frame["name"])), rel=1e-4)


def test_firms_keep_their_place_and_bands_their_scale(run: RunTables) -> None:
    spec = describe_sankey(run, exchange_years(run))
    place: dict[tuple[int, str], tuple[float, float]] = {}
    totals: dict[int, set[float]] = {}
    for frame in spec["frames"]:
        for panel, trace in enumerate(frame["data"]):
            node, link = trace["node"], trace["link"]
            for label, x, y in zip(node["label"], node["x"], node["y"], strict=True):
                if label:
                    assert place.setdefault((panel, label), (x, y)) == (x, y)
            given = set(link["source"]) - set(link["target"])
            taken = set(link["target"]) - set(link["source"])
            first = sum(v for end, v in zip(link["source"], link["value"], strict=True) if end in given)
            last = sum(v for end, v in zip(link["target"], link["value"], strict=True) if end in taken)
            totals.setdefault(panel, set()).add(round(max(first, last) / 1e-3))
    for values in totals.values():
        # The fuller of the outer columns holds the same in every year, which is what fixes the scale.
        assert max(values) == pytest.approx(min(values), rel=1e-4)


def test_bands_have_no_loops(run: RunTables) -> None:
    """A flow against the order ends at a second place of its taker: plotly draws no circles then."""
    for frame in describe_sankey(run, exchange_years(run))["frames"]:
        for trace in frame["data"]:
            graph = nx.DiGraph(zip(trace["link"]["source"], trace["link"]["target"], strict=True))
            assert nx.is_directed_acyclic_graph(graph)


def test_colours_are_those_of_the_printed_figures(run: RunTables) -> None:
    colours = resource_colours(run.resources)
    for trace in describe_sankey(run, [YEAR])["data"]:
        for name, colour in zip(trace["link"]["label"], trace["link"]["color"], strict=True):
            assert not name or colour == translucent(colours[name], 0.62)
    curves = [
        t for t in describe_network(run, [YEAR], to_scale=False)["data"] if t["mode"] == "lines+markers"
    ]
    names = {run.resource_name(name): colour for name, colour in colours.items()}
    assert curves
    assert all(trace["line"]["color"] == names[trace["name"]] for trace in curves)
    for bar in avoided_figure(run).data:
        assert bar.meta == "other" or bar.marker.color == colours[bar.meta]


def test_the_network_draws_each_exchange_of_the_year_once(run: RunTables) -> None:
    rows = run.flows[(run.flows["route"] == "exchange") & (run.flows["start"].dt.year == YEAR)]
    expected = len(rows[["from_firm", "to_firm", "resource"]].drop_duplicates())
    spec = describe_network(run, [YEAR], to_scale=False)
    assert (
        sum(1 for trace in spec["data"] if trace["mode"] == "lines+markers" and trace["visible"]) == expected
    )


def test_curves_begin_and_end_at_their_firms(small: RunTables) -> None:
    spec = describe_network(small, [YEAR], to_scale=True)
    firms = next(trace for trace in spec["data"] if trace["name"] == "firms")
    spots = np.column_stack([firms["x"], firms["y"]])
    for trace in spec["data"]:
        if trace["mode"] == "lines+markers":
            ends = np.array([[trace["x"][at], trace["y"][at]] for at in (0, -1)])
            near = np.hypot(*(ends[:, None, :] - spots[None]).transpose(2, 0, 1)).min(axis=1)
            assert (near < 12.0).all()


def test_names_of_firms_do_not_lie_over_each_other(crowded: RunTables) -> None:
    spec = describe_network(crowded, [YEAR], to_scale=False)
    names = next(trace for trace in spec["data"] if trace["name"] == "names")
    boxes = []
    for x, y, text in zip(names["x"], names["y"], names["text"], strict=True):
        plain = re.sub("<b>|</b>", "", text).replace("<br>", "\n")
        if plain:
            wide, tall = text_size(plain, 13.0, bold=True)
            # text_size counts a pt as 25.4/72 mm; a px of type is a px of the frame.
            wide, tall = wide * 72 / 25.4, tall * 72 / 25.4
            boxes.append((x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2))
    over = [
        (a, b)
        for at, a in enumerate(boxes)
        for b in boxes[:at]
        if min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1
    ]
    assert over == []


def test_bars_of_the_timeline_are_as_long_as_the_exchanges_ran(run: RunTables) -> None:
    figure = timeline_figure(run)
    bar = next(trace for trace in figure.data if trace.name == "operation")
    ideas = run.synergies[run.synergies["operating"].notna()]
    end = np.datetime64(f"{run.span[1] + 1}-01-01", "s")
    days = (ideas["ended"].fillna(end) - ideas["operating"]).dt.total_seconds().sum() / 86400
    assert len(bar.x) == len(ideas)
    assert sum(bar.x) == pytest.approx(days / 365.25, rel=1e-3, abs=0.01 * len(ideas))


def test_ideas_lost_are_counted_by_reason_or_have_rows(run: RunTables) -> None:
    ideas = run.synergies
    lost = ideas[ideas["operating"].isna() & ideas["reason"].ne("")]
    bars = next(trace for trace in timeline_figure(run).data if trace.name == "ideas lost")
    assert sum(bars.x) == len(lost)
    assert {name.replace(" ", "-"): value for name, value in zip(bars.y, bars.x, strict=True)} == dict(
        lost["reason"].value_counts()
    )
    rows = timeline_figure(run, lost=True).layout.yaxis.tickvals
    assert len(rows) == len(lost) + int(ideas["operating"].notna().sum())


def test_avoided_bars_sum_to_the_indicators(run: RunTables) -> None:
    rows = run.indicators[run.indicators["scope"] == "park"]
    figure = avoided_figure(run)
    units = {"kt": 1e3, "Mt": 1e6, "t": 1.0}
    bars = [trace for trace in figure.data if trace.yaxis == "y"]
    scale = units[figure.layout.yaxis.title.text.split(" ")[0]]
    expected = rows.loc[rows["indicator"] == "avoided_waste", "value"].sum()
    assert sum(sum(bar.y) for bar in bars) * scale == pytest.approx(expected, rel=1e-4)


def test_sums_by_scope_are_those_of_a_plain_loop(run: RunTables) -> None:
    sums = by_scope(run, ["avoided_heat", "avoided_fuel"], "resource")
    expected: dict[str, float] = {}
    for row in run.indicators.itertuples():
        if row.indicator in ("avoided_heat", "avoided_fuel") and row.scope.startswith("resource:"):
            name = row.scope.split(":")[1]
            expected[name] = expected.get(name, 0.0) + row.value
    assert sums.sum(axis=1).to_dict() == pytest.approx({k: v for k, v in expected.items() if v})


def test_money_shows_every_year_of_every_firm() -> None:
    tables = with_gains(fake_run(5))
    rows = tables.indicators[tables.indicators["indicator"] == "joint_gain"]
    rows = rows[rows["scope"] == "park"]
    gains = gain_by_firm(tables)
    assert list(gains.index) == ["asnaes", "refinery", "gyproc"]
    assert float(gains.to_numpy().sum()) == pytest.approx(float(rows["value"].sum()))
    tiles, bars = money_figure(tables).data
    assert np.nansum(np.array(tiles.customdata, dtype=float)) == pytest.approx(
        gains.to_numpy().sum(), rel=1e-3
    )
    assert list(bars.x) == pytest.approx(list(gains.sum(axis=1)), rel=1e-4)


@pytest.mark.parametrize("draw", [sankey_figure, network_figure, map_figure])
def test_a_year_outside_the_run_is_named(small: RunTables, draw: Callable[..., Any]) -> None:
    with pytest.raises(DomainError, match="expected years of the run, 1960 to 2024; found 1900"):
        draw(small, 1900)


def test_type_grows_for_a_projector(small: RunTables) -> None:
    large = avoided_figure(small, font_px=20.0)
    assert large.layout.template.layout.font.size == 20.0
    assert large.layout.height > avoided_figure(small).layout.height


def test_names_of_resources_stand_in_lines_and_those_without_room_are_counted() -> None:
    names = [(f"resource number {letter}", "#123456") for letter in "abcdefghi"]
    lines = [re.sub("<[^>]*>", "", line) for line in _broken(names).split("<br>")]
    assert len(lines) == 2
    assert max(map(len, lines)) <= 75
    told = sum(line.count("resource number") for line in lines)
    assert lines[-1].endswith(f"and {9 - told} more")
    assert "<br>" not in _broken(names[:2])
    assert _broken([]) == ""
