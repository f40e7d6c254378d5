"""Every figure, small and crowded, for print and projector: legible, true to the tables, repeatable."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from ecopark.report.avoided import PANELS, draw_avoided
from ecopark.report.colours import resource_colours, shade
from ecopark.report.figures import FIGURES, save_figures
from ecopark.report.matrix import draw_matrix
from ecopark.report.network import draw_network
from ecopark.report.park_map import draw_park_map
from ecopark.report.sankey import draw_sankey
from ecopark.report.style import PRINT, PROJECTOR, Medium, figure_of, new_figure, save
from ecopark.report.tables import RunTables
from ecopark.report.timeline import draw_timeline

_EVERY = pytest.mark.parametrize("name", FIGURES)
_MEDIA = pytest.mark.parametrize("medium", [PRINT, PROJECTOR], ids=lambda medium: medium.name)


def _draw(name: str, tables: RunTables, medium: Medium = PRINT) -> Figure:
    return figure_of(FIGURES[name](tables, medium=medium))


def _texts(figure: Figure) -> Iterator[tuple[Text, Bbox]]:
    """Texts that are seen, with their boxes in pixels."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    hidden = _hidden_tick_labels(figure)
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and id(text) not in hidden:
            yield text, text.get_window_extent(renderer)


def _hidden_tick_labels(figure: Figure) -> set[int]:
    """Tick labels that exist but are not drawn: axes switched off, or ticks outside their limits."""
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.majorTicks:
                drawn = axes.axison and axis.get_visible() and low - 1e-9 <= tick.get_loc() <= high + 1e-9
                hidden |= set() if drawn else {id(tick.label1), id(tick.label2)}
            if not (axes.axison and axis.get_visible()):
                hidden |= {id(axis.label), id(axis.offsetText)}
    return hidden


@_EVERY
@_MEDIA
def test_every_text_can_be_read(name: str, medium: Medium, run: RunTables) -> None:
    figure = _draw(name, run, medium)
    texts = list(_texts(figure))
    _assert_on_the_page(texts, figure.bbox)
    _assert_apart(texts)
    # Twentieth of an inch in capitals at 160 mm; nothing below 5 pt in print.
    assert [text.get_text() for text, _ in texts if text.get_fontsize() < 5.0] == []
    if medium is PRINT:
        width, height = figure.get_size_inches() * 25.4
        assert width <= 160.0 + 1e-6
        assert height <= 230.0 + 1e-6


def _assert_on_the_page(texts: list[tuple[Text, Bbox]], page: Bbox) -> None:
    for text, box in texts:
        assert box.x0 >= page.x0 - 0.5, text.get_text()
        assert box.x1 <= page.x1 + 0.5, text.get_text()
        assert box.y0 >= page.y0 - 0.5, text.get_text()
        assert box.y1 <= page.y1 + 0.5, text.get_text()


def _assert_apart(texts: list[tuple[Text, Bbox]]) -> None:
    for (one, a), (other, b) in combinations(texts, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        along = min(a.y1, b.y1) - max(a.y0, b.y0)
        # Boxes hold room for descenders that most lines do not use.
        touching = 0.25 * min(a.height, b.height)
        assert not (across > 1.0 and along > touching), (one.get_text(), other.get_text())


@_EVERY
def test_same_input_same_bytes(name: str, small: RunTables, tmp_path: Path) -> None:
    for part in ("one", "two"):
        save(_draw(name, small), tmp_path / part, ("png", "svg", "pdf"))
    for ending in ("png", "svg", "pdf"):
        assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()
    assert b"<dc:date>" not in (tmp_path / "one.svg").read_bytes()


def test_another_process_draws_the_same_bytes(tmp_path: Path) -> None:
    code = (
        "import sys; from fake_run import fake_run; from ecopark.report.figures import save_figures;"
        "save_figures(fake_run(12), sys.argv[1], formats=('svg',))"
    )
    folders = []
    for seed in ("1", "2"):
        folders.append(tmp_path / seed)
        folders[-1].mkdir()
        # Sets of names are walked in another order under another hash seed.
        settings = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", code, str(folders[-1])], check=True, env=settings)
    for path in folders[0].iterdir():
        assert path.read_bytes() == (folders[1] / path.name).read_bytes(), path.name


@_EVERY
def test_draws_into_given_axes(name: str, small: RunTables) -> None:
    figure = new_figure(200.0, 180.0)
    ax = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    assert figure_of(FIGURES[name](small, ax=ax)) is figure


@_EVERY
def test_a_run_without_exchange_is_drawn(name: str, small: RunTables) -> None:
    ideas = small.synergies.assign(operating=pd.NaT, state="lost", reason="economics")
    ideas["operating"] = ideas["operating"].astype("datetime64[s]")
    flows = small.flows[small.flows["route"] != "exchange"]
    none = replace(
        small, flows=flows, synergies=ideas, indicators=small.indicators.iloc[:0],
        accounts=small.require_accounts().iloc[:0],
    )  # fmt: skip
    assert list(_texts(_draw(name, none)))


@_EVERY
def test_names_are_never_formulas(name: str, small: RunTables) -> None:
    firms = small.firms.assign(name=[f"A_{n}$B^{n}$ & <Co>" for n in range(len(small.firms))])
    assert list(_texts(_draw(name, replace(small, firms=firms))))


def test_save_figures_writes_all(small: RunTables, tmp_path: Path) -> None:
    written = save_figures(small, tmp_path, formats=("svg",))
    assert sorted(path.name for path in written) == sorted(f"{name}.svg" for name in FIGURES)
    assert all(path.stat().st_size > 2000 for path in written)


def test_no_graphical_backend_is_touched() -> None:
    code = "import sys, ecopark.report.figures; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --------------------------------------------------------------------------- true to the tables
def _band_widths(ax: Axes, gid: str) -> list[float]:
    """Width of each drawn band where it leaves its node, mm."""
    widths = []
    for collection in ax.collections:
        if isinstance(collection, PolyCollection) and collection.get_gid() == gid:
            for path in collection.get_paths():
                corners = (
                    path.vertices[:-1] if np.allclose(path.vertices[0], path.vertices[-1]) else path.vertices
                )
                widths.append(float(np.hypot(*(corners[0] - corners[-1]))))
    return widths


def _scale_bar(ax: Axes) -> float:
    """Millimetres per unit as a reader takes them from the scale bar."""
    (label,) = [text.get_text() for text in ax.texts if text.get_text().startswith("= ")]
    found = re.match(r"= ([\d.,]+) (\S+)( m³)?/yr", label)
    assert found is not None
    factor = {"kt": 1e3, "t": 1, "Mt": 1e6, "GWh": 1e3, "MWh": 1, "TWh": 1e6, "m³": 1, "million": 1e6}[
        found[2]
    ]
    (bar,) = ax.patches
    heights = bar.get_path().vertices[:, 1]
    return float(np.ptp(heights)) / (float(found[1].replace(",", "")) * factor)


def test_sankey_widths_add_up_to_the_ledger(run: RunTables) -> None:
    year = run.busiest_year
    rows = run.flows[(run.flows["start"].dt.year == year) & (run.flows["route"] == "exchange")]
    totals = rows.groupby("unit")["quantity"].sum()
    panels = draw_sankey(run, year=year)
    assert len(panels) == len(totals)
    for ax, unit in zip(panels, [unit for unit in ("t", "MWh", "m3") if unit in totals], strict=True):
        drawn = sum(_band_widths(ax, "exchange")) / _scale_bar(ax)
        assert drawn == pytest.approx(totals[unit], rel=1e-6), unit


def test_sankey_shows_what_is_left_outside(small: RunTables) -> None:
    year = small.busiest_year
    panels = draw_sankey(small, year=year, outside=True)
    rows = small.flows[(small.flows["start"].dt.year == year) & (small.flows["unit"] == "t")]
    given = rows[rows["route"] == "exchange"]
    disposed = rows[(rows["route"] == "disposal") & rows["resource"].isin(given["resource"])]
    bought = rows[(rows["route"] == "virgin") & rows["resource"].isin(given["delivered_resource"])]
    ends = disposed["from_firm"].isin(given["from_firm"]), bought["to_firm"].isin(given["to_firm"])
    expected = disposed["quantity"][ends[0]].sum() + bought["quantity"][ends[1]].sum()
    drawn = sum(_band_widths(panels[0], "outside")) / _scale_bar(panels[0])
    assert drawn == pytest.approx(expected, rel=1e-6)


def test_sankey_says_what_it_leaves_out(crowded: RunTables) -> None:
    notes = [text.get_text() for ax in draw_sankey(crowded, outside=False) for text in ax.texts]
    assert sum(note.startswith("not drawn: ") for note in notes) == 3


def test_stacked_bars_add_up_to_the_indicators(run: RunTables) -> None:
    units = {"t": 1.0, "kt": 1e3, "Mt": 1e6, "m³": 1.0, "thousand m³": 1e3, "million m³": 1e6}
    units |= {"kt CO₂e": 1e3, "t CO₂e": 1.0, "Mt CO₂e": 1e6}
    for (indicator, _), ax in zip(PANELS, draw_avoided(run), strict=True):
        drawn = 0.0
        for collection in ax.collections:
            sign = {"gain": 1.0, "loss": -1.0}[str(collection.get_gid())]
            drawn += sign * sum(np.ptp(path.vertices[:, 1]) for path in collection.get_paths())
        rows = run.indicators
        rows = rows[(rows["indicator"] == indicator) & rows["scope"].str.startswith("resource:")]
        unit = ax.get_ylabel().removesuffix(" per year")
        assert drawn * units[unit] == pytest.approx(rows["value"].sum(), rel=1e-9), indicator


def test_running_total_ends_at_the_sum(run: RunTables) -> None:
    figure = figure_of(draw_avoided(run))
    (ax,) = [ax for ax in figure.axes if ax.get_ylabel().endswith("since 1960") and "CO₂e" in ax.get_ylabel()]
    (line,) = [line for line in ax.lines if line.get_gid() == "running"]
    rows = run.indicators
    total = rows.loc[
        (rows["indicator"] == "avoided_co2") & rows["scope"].str.startswith("resource:"), "value"
    ].sum()
    divisor = {"kt": 1e3, "Mt": 1e6, "t": 1.0}[ax.get_ylabel().split(" ")[0]]
    assert line.get_ydata()[-1] * divisor == pytest.approx(total, rel=1e-9)


def test_both_axes_of_avoided_share_their_zero(run: RunTables) -> None:
    figure = figure_of(draw_avoided(run))
    named = [ax for ax in figure.axes if ax.get_ylabel()]
    for left, right in zip(named[::2], named[1::2], strict=True):
        shares = [-ax.get_ylim()[0] / (ax.get_ylim()[1] - ax.get_ylim()[0]) for ax in (left, right)]
        assert shares[0] == pytest.approx(shares[1], abs=1e-9)


def test_axes_carry_their_units(run: RunTables) -> None:
    for left in draw_avoided(run):
        assert re.search(r"(t|m³|CO₂e) per year$", left.get_ylabel())
    bars, _ = draw_timeline(run)
    assert bars.get_xlabel() == "year"
    assert any(re.fullmatch(r"[\d.,]+ km", text.get_text()) for text in draw_park_map(run).texts)


def test_matrix_counts_every_exchange_once(run: RunTables) -> None:
    ax = draw_matrix(run)
    ran = run.synergies[run.synergies["operating"].notna()]
    totals = [int(text.get_text()) for text in ax.texts if text.get_gid() == "total"]
    # Each exchange is counted once among the givers and once among the takers.
    assert sum(totals) == 2 * len(ran)
    cells = max((c for c in ax.collections if isinstance(c, PolyCollection)), key=lambda c: c.get_zorder())
    kinds = ran["resource"].map(run.resources["kind"])
    assert len(cells.get_paths()) == len(
        ran.assign(kind=kinds)[["from_firm", "to_firm", "kind"]].drop_duplicates()
    )


def test_matrix_writes_first_years(small: RunTables) -> None:
    ran = small.synergies[small.synergies["operating"].notna()]
    expected = sorted(str(day.year) for day in ran.groupby(["from_firm", "to_firm"])["operating"].min())
    ax = draw_matrix(small, value="first_year")
    assert sorted(text.get_text() for text in ax.texts if text.get_gid() == "cell") == expected


def test_network_counts_and_names_everyone(run: RunTables) -> None:
    panels = draw_network(run, dates=["1975-12-31", "1990-12-31", "2005-12-31"])
    ran = run.synergies[run.synergies["operating"].notna()]
    for ax, day in zip(panels, pd.to_datetime(["1975-12-31", "1990-12-31", "2005-12-31"]), strict=True):
        alive = ran[(ran["operating"] <= day) & ~(ran["ended"] <= day)]
        assert any(text.get_text().startswith(f"{len(alive)} exchange") for text in ax.texts)
        links = [len(c.get_segments()) for c in ax.collections if hasattr(c, "get_segments")]
        kinds = alive["resource"].map(run.resources["kind"])
        assert sum(links) == len(alive.assign(kind=kinds)[["from_firm", "to_firm", "kind"]].drop_duplicates())


def test_network_names_every_firm_somewhere(run: RunTables) -> None:
    ran = run.synergies[run.synergies["operating"].notna()]
    # Names stand in the panels, or beside numbers in a key on a canvas of its own.
    axes = figure_of(draw_network(run)).axes
    texts = {text.get_text().replace("\n", " ").rstrip("…")[:12] for ax in axes for text in ax.texts}
    shown = {*ran["from_firm"], *ran["to_firm"]}
    missing = [firm for firm in sorted(shown) if run.firm_name(firm)[:12] not in texts]
    assert len(missing) <= 0.1 * len(shown), missing


def _is_short_for(text: str, name: str) -> bool:
    head, _, end = text.partition("…")
    return name.startswith(head) and name.endswith(end)


def test_numbers_of_a_crowded_network_stand_for_their_firms(crowded: RunTables) -> None:
    figure = figure_of(panels := draw_network(crowded))
    (key,) = [
        ax for ax in figure.axes if any(text.get_gid() == "number" for text in ax.texts) and ax not in panels
    ]
    numbers = [text.get_text() for text in key.texts if text.get_gid() == "number"]
    names = [text.get_text() for text in key.texts if text.get_gid() == "name"]
    firm_of = {
        number: next(f for f in crowded.firms.index if _is_short_for(name, crowded.firm_name(f)))
        for number, name in zip(numbers, names, strict=True)
    }
    ran = crowded.synergies[crowded.synergies["operating"].notna()]
    for ax in panels:
        (year,) = [int(text.get_text()) for text in ax.texts if re.fullmatch(r"\d{4}", text.get_text())]
        day = pd.Timestamp(year, 12, 31)
        alive = ran[(ran["operating"] <= day) & ~(ran["ended"] <= day)]
        shown = {firm_of[text.get_text()] for text in ax.texts if text.get_gid() == "number"}
        assert shown == {*alive["from_firm"], *alive["to_firm"]}


def test_timeline_has_a_bar_and_a_label_for_each(run: RunTables) -> None:
    ran = run.synergies[run.synergies["operating"].notna()]
    bars, lost = draw_timeline(run)
    labels = [label.get_text() for label in bars.get_yticklabels()]
    assert len(labels) == len(ran)
    for label, row in zip(labels, ran.sort_values(["operating", "synergy"]).itertuples(), strict=True):
        assert label.endswith(f": {run.resource_name(row.resource)}")
    counted = sum(int(text.get_text()) for text in lost.texts if text.get_text().isdigit())
    assert counted == int((run.synergies["state"] == "lost").sum())


def test_timeline_of_very_many_says_how_many_it_draws(small: RunTables) -> None:
    ran = small.synergies[small.synergies["operating"].notna()]
    many = pd.concat([ran.assign(synergy=ran["synergy"] + f"-{n}") for n in range(20)], ignore_index=True)
    bars, _ = draw_timeline(replace(small, synergies=many))
    assert len(bars.get_yticklabels()) == 80
    words = [text.get_text() for ax in bars.figure.axes for text in ax.texts]
    assert f"{len(many)} synergies that reached operation" in words
    assert "the 80 largest within their kinds are drawn" in words


def test_map_places_firms_true_to_distance(small: RunTables) -> None:
    ax = draw_park_map(small)
    markers = [c.get_offsets()[0] for c in ax.collections if isinstance(c, PathCollection)]
    near = small.firms.drop("aalborg_portland")[["x_km", "y_km"]].to_numpy()
    assert len(markers) == len(near)
    pairs = list(combinations(range(len(near)), 2))
    drawn = [np.hypot(*(markers[a] - markers[b])) for a, b in pairs]
    real = [np.hypot(*(near[a] - near[b])) for a, b in pairs]
    np.testing.assert_allclose(np.array(drawn) / drawn[0], np.array(real) / real[0], rtol=1e-6)
    # The scale bar says the same.
    bar = ax.lines[[line.get_linewidth() for line in ax.lines].index(1.6)]
    (label,) = [text.get_text() for text in ax.texts if re.fullmatch(r"[\d.,]+ km", text.get_text())]
    assert np.ptp(bar.get_xdata()) / float(label.split()[0]) == pytest.approx(drawn[0] / real[0], rel=1e-6)


def test_map_gives_the_distance_of_partners_outside(small: RunTables) -> None:
    words = [text.get_text() for text in draw_park_map(small).texts]
    # 168 km straight line from Kalundborg to Aalborg Portland, by the reference.
    assert "Aalborg Portland\n168 km away" in words


def test_one_resource_has_one_colour_in_all_figures(small: RunTables) -> None:
    colours = resource_colours(small.resources)
    year = small.busiest_year
    traded = set(small.exchanged.loc[small.exchanged["year"] == year, "resource"])
    arrows = {to_hex(c) for part in draw_park_map(small, year=year).collections for c in part.get_facecolor()}
    sankey = {
        to_hex(c)
        for ax in draw_sankey(small, year=year)
        for part in ax.collections
        if part.get_gid() == "exchange"
        for c in part.get_facecolor()
    }
    bars = {to_hex(c) for part in draw_timeline(small)[0].collections for c in part.get_facecolor()}
    for resource in traded:
        assert colours[resource].lower() in arrows
        assert shade(colours[resource], 0.25) in sankey
        assert colours[resource].lower() in bars


@_MEDIA
@pytest.mark.parametrize("name", ["map", "sankey", "network"])
def test_flows_stay_in_the_picture(name: str, medium: Medium, run: RunTables) -> None:
    for ax in _draw(name, run, medium).axes:
        (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
        for part in ax.collections:
            for path in part.get_paths() if isinstance(part, (PolyCollection, LineCollection)) else []:
                x, y = path.vertices.T
                assert left - 1e-6 <= x.min()
                assert x.max() <= right + 1e-6
                assert low - 1e-6 <= y.min()
                assert y.max() <= high + 1e-6


@_MEDIA
def test_a_wide_loop_stays_in_the_picture(medium: Medium, small: RunTables) -> None:
    # The largest flow of the unit runs back underneath, to the leftmost firm.
    year = small.busiest_year
    back = small.flows[(small.flows["start"].dt.year == year) & (small.flows["resource"] == "steam")].copy()
    back = back[(back["route"] == "exchange") & (back["to_firm"] == "novo_nordisk")]
    back[["from_firm", "to_firm"]] = ["novo_nordisk", "asnaes"]
    tables = replace(small, flows=pd.concat([small.flows, back.assign(quantity=back["quantity"] * 0.9)]))
    for ax in draw_sankey(tables, year=year, medium=medium):
        for part in ax.collections:
            for path in part.get_paths():
                assert path.vertices.min() >= -1e-6
                assert path.vertices[:, 0].max() <= ax.get_xlim()[1] + 1e-6
