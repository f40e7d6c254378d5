"""Figures of an optimum say what the tables say, and nothing covers anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from ecopark.report.optimum_capture import decimal_years, draw_capture
from ecopark.report.optimum_curves import draw_front, draw_shadow_prices
from ecopark.report.optimum_maps import draw_two_maps
from ecopark.report.style import PRINT, PROJECTOR, Medium, save
from ecopark.report.tables import RunTables

DAYS = pd.date_range("1960-01-01", periods=5, freq="5YS")
BLOCKS = pd.DataFrame(
    {"block": DAYS[:-1], "start": DAYS[:-1], "end": DAYS[1:], "possible": [0.0, 3e6, 8e6, 9e6],
     "realised": [-1e6, 2e6, 3e6, 5e6]}
)  # fmt: skip
REASONS = ("economics", "not noticed", "in the pipeline", "crowded out", "less volume", "permit", "no-agreement",
           "quality", "distance", "closure", "other means", "beyond the optimum")  # fmt: skip
MEDIA = pytest.mark.parametrize("medium", [PRINT, PROJECTOR], ids=lambda medium: medium.name)


def losses() -> pd.DataFrame:
    """Twelve reasons, the last of them negative, that close the gap of every block."""
    rows = []
    for at, row in enumerate(BLOCKS.itertuples()):
        gap = row.possible - row.realised
        parts = np.arange(12.0, 0.0, -1.0) ** 2
        parts[-1] = -3.0
        parts *= gap / parts.sum()
        rows += [(DAYS[at], reason, part) for reason, part in zip(REASONS, parts, strict=True)]
    return pd.DataFrame(rows, columns=["block", "reason", "lost"])


def with_gid(ax: Axes, gid: str) -> list[Any]:
    return [artist for artist in ax.get_children() if artist.get_gid() == gid]


def words(ax: Axes) -> list[str]:
    figure: Any = ax.figure
    return [text.get_text() for one in figure.axes for text in one.texts]


def boxes(ax: Axes) -> list[tuple[str, Bbox]]:
    """Every visible text of a figure with the place it takes."""
    figure: Any = ax.figure
    figure.canvas.draw()
    found = []
    for one in figure.axes:
        own = list(one.texts)
        if one.axison:
            own += [one.xaxis.label, one.yaxis.label, one.title, one._left_title]
            # Labels of ticks outside the limits exist but are not drawn.
            for axis, (low, high) in ((one.xaxis, one.get_xlim()), (one.yaxis, sorted(one.get_ylim()))):
                own += [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
        found += [(t.get_text(), t.get_window_extent()) for t in own if t.get_text() and t.get_visible()]
    return found


def assert_no_overlap(ax: Axes) -> None:
    """No text over another, none outside the page."""
    figure: Any = ax.figure
    texts, page = boxes(ax), figure.bbox
    for number, (text, box) in enumerate(texts):
        assert page.x0 - 1 <= box.x0 < box.x1 <= page.x1 + 1, text
        assert page.y0 - 1 <= box.y0 < box.y1 <= page.y1 + 1, text
        for other, taken in texts[number + 1 :]:
            across = min(box.x1, taken.x1) - max(box.x0, taken.x0)
            up = min(box.y1, taken.y1) - max(box.y0, taken.y0)
            assert across <= 1 or up <= 1, f"{text!r} covers {other!r}"


@MEDIA
def test_the_stack_of_every_block_closes(medium: Medium) -> None:
    """Bars above less bars below zero are what is possible, in the unit of the axis."""
    ax = draw_capture(BLOCKS, losses(), "DKK", medium=medium)
    assert ax.get_ylabel() == "million DKK per year"
    names = {artist.get_gid() for artist in ax.patches} - {None, "possible"}
    assert names == {"realised", "other reasons", *REASONS[:9]}
    bars = [bar for bar in ax.patches if bar.get_gid() in names]
    for at, row in enumerate(BLOCKS.itertuples()):
        middle = float(decimal_years(BLOCKS["start"])[at]) + 2.5
        mine = [bar.get_height() for bar in bars if bar.get_x() < middle < bar.get_x() + bar.get_width()]
        assert sum(mine) == pytest.approx(row.possible / 1e6, abs=1e-9)
    (line,) = [artist for artist in ax.patches if artist.get_gid() == "possible"]
    assert list(line.get_data()[0]) == pytest.approx([0.0, 3.0, 8.0, 9.0])
    assert_no_overlap(ax)


def test_parts_never_overlap_in_a_block() -> None:
    ax = draw_capture(BLOCKS, losses(), "DKK")
    bars = [
        bar for bar in ax.patches if bar.get_gid() not in (None, "possible") and abs(bar.get_height()) > 0
    ]
    for one in bars:
        for other in bars:
            if one is not other and one.get_x() == other.get_x():
                ends = [sorted((bar.get_y(), bar.get_y() + bar.get_height())) for bar in (one, other)]
                assert min(ends[0][1], ends[1][1]) - max(ends[0][0], ends[1][0]) < 1e-9


def test_means_are_told_beside_the_stack() -> None:
    """(0 + 3 + 8 + 9) / 4 possible and 9 / 4 realised, of blocks of equal length but for leap days."""
    told = words(draw_capture(BLOCKS, losses(), "DKK"))
    assert "possible 5.0" in told
    assert "realised 2.25 (45 %)" in told


def test_a_date_is_a_year_with_a_fraction() -> None:
    days = pd.Series(pd.to_datetime(["1990-01-01", "1990-07-02", "1992-07-01"]))
    assert decimal_years(days).tolist() == pytest.approx([1990.0, 1990 + 182 / 365, 1992 + 182 / 366])


FRONT = pd.DataFrame({"cost": [4e9, 3.5e9, 1e9], "carbon": [4e6, 9e6, 1.2e7]})


@MEDIA
def test_the_front_shows_its_points(medium: Medium) -> None:
    ax = draw_front(
        FRONT, ("cost", "carbon"), ("DKK", "t CO2e"), labels=("joint gain", "greenhouse gases avoided"),
        emerged=(2e9, 3e6), medium=medium,
    )  # fmt: skip
    (points,), (emerged,) = with_gid(ax, "point"), with_gid(ax, "emerged")
    assert list(points.get_xdata()) == pytest.approx([1.0, 3.5, 4.0])
    assert list(points.get_ydata()) == pytest.approx([12.0, 9.0, 4.0])
    assert (emerged.get_xdata()[0], emerged.get_ydata()[0]) == pytest.approx((2.0, 3.0))
    assert ax.get_xlabel() == "joint gain, billion DKK"
    assert ax.get_ylabel() == "greenhouse gases avoided, Mt CO₂e"
    assert_no_overlap(ax)


def test_the_steps_of_the_front_hold_what_it_dominates() -> None:
    ax = draw_front(FRONT, ("cost", "carbon"), ("DKK", "t CO2e"))
    (front,) = with_gid(ax, "front")
    corners = np.array([(1, 12), (1, 9), (3.5, 9), (3.5, 4), (4, 4)], dtype=float)
    # Between 1 and 3.5 of the first, at least the second of the point at 3.5 is had.
    assert front.get_path().vertices == pytest.approx(corners)


def shadow(tables: RunTables) -> pd.DataFrame:
    """Seven residuals and no scarce need; the last residual is worth least and is left out."""
    firm, resources = tables.firms.index[0], tables.resources.index[:7]
    rows = [
        (DAYS[at], DAYS[at + 1], "residual", firm, name, 10.0 * (8 - k) + at, 1000.0 * (8 - k))
        for k, name in enumerate(resources) for at in range(4)
    ]  # fmt: skip
    rows.append((DAYS[0], DAYS[1], "need", firm, resources[0], 0.0, 0.0))
    return pd.DataFrame(rows, columns=["start", "end", "side", "firm", "resource", "price", "weight"])


@MEDIA
def test_shadow_prices_show_the_weightiest(run: RunTables, medium: Medium) -> None:
    residuals, needs = draw_shadow_prices(shadow(run), run, "DKK", medium=medium)
    drawn = [list(step.get_data()[0]) for step in with_gid(residuals, "price")]
    assert drawn == [[10.0 * (8 - k) + at for at in range(4)] for k in range(6)]
    assert with_gid(needs, "price") == []
    assert "none is scarce" in words(needs)
    assert_no_overlap(residuals)


def links(tables: RunTables, year: int) -> pd.DataFrame:
    rows = tables.exchanged
    found = rows[rows["year"] == year][["from_firm", "to_firm", "resource", "quantity"]]
    inside = found["from_firm"].isin(tables.firms.index) & found["to_firm"].isin(tables.firms.index)
    return found[inside]


@MEDIA
def test_two_maps_count_their_own_flows(run: RunTables, medium: Medium) -> None:
    year = run.busiest_year
    could = links(run, year)
    panels = draw_two_maps(run, could, could.head(0), (year - 4, year), medium=medium)
    headings = [[text.get_text() for text in panel.texts if text.get_gid() == "title"] for panel in panels]
    flows = len(could.groupby(["from_firm", "to_firm", "resource"]))
    firms = len({*could["from_firm"], *could["to_firm"]})
    assert headings[0] == ["N", "Best possible network", f"{year - 4}–{year}, {flows} flows, {firms} firms"]
    assert headings[1] == ["N", "Network that emerged", f"{year - 4}–{year}, no exchange"]


def test_a_plant_that_left_is_drawn_where_it_exchanged(small: RunTables) -> None:
    firms = small.firms.assign(closes=pd.Timestamp("1970-01-01"))
    gone = RunTables(firms, small.flows, small.synergies, small.indicators, small.resources)
    could = links(small, small.busiest_year)
    panels = draw_two_maps(gone, could, could, (1968, 1972))
    names = [text.get_text() for text in panels[0].texts if text.get_gid() == "name"]
    assert len(names) >= len({*could["from_firm"], *could["to_firm"]})


def test_the_same_figure_gives_the_same_bytes(small: RunTables, tmp_path: Path) -> None:
    could = links(small, small.busiest_year)
    for name in ("one", "two"):
        save(draw_capture(BLOCKS, losses(), "DKK").figure, tmp_path / f"capture_{name}")
        save(draw_two_maps(small, could, could, (1960, 1964))[0].figure, tmp_path / f"maps_{name}")
    for figure in ("capture", "maps"):
        for ending in ("png", "svg"):
            one, two = (tmp_path / f"{figure}_{name}.{ending}" for name in ("one", "two"))
            assert one.read_bytes() == two.read_bytes()
