"""Funnel and durations of ideas: counts and times by hand, colours told apart, nothing over anything."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from test_colours import _BLINDNESS, _lab, _linear
from test_figures import _texts

from ecopark.agents.idea import REASONS
from ecopark.report.durations import draw_durations
from ecopark.report.funnel import _ON, _OPEN, REASON, draw_funnel
from ecopark.report.style import PRINT, PROJECTOR, Medium, figure_of
from ecopark.report.tables import RunTables

STAGES = ("identified", "screened", "negotiating", "permitting", "building", "operating")
START = pd.Timestamp("2000-01-01")
_MEDIA = pytest.mark.parametrize("medium", [PRINT, PROJECTOR], ids=lambda medium: medium.name)


def idea(days: list[int], state: str, reason: str = "") -> dict[str, object]:
    """An idea that reached a stage on each of the days after the start, as far as there are days."""
    dates = [START + pd.Timedelta(days=day) for day in days] + [pd.NaT] * (len(STAGES) - len(days))
    ended = START + pd.Timedelta(days=9000) if state not in STAGES else pd.NaT
    return {**dict(zip(STAGES, dates, strict=True)), "ended": ended, "state": state, "reason": reason}


def with_ideas(tables: RunTables, ideas: list[dict[str, object]]) -> RunTables:
    kept = tables.synergies.iloc[[0] * len(ideas)].reset_index(drop=True)
    own = pd.DataFrame(ideas).astype(dict.fromkeys([*STAGES, "ended"], "datetime64[s]"))
    return replace(tables, synergies=kept.assign(synergy=[f"s{n}" for n in range(len(ideas))], **own))


# Ten ideas: 10 identified, 6 screened and negotiating, 4 permitting, 3 building, 2 operating.
TEN = [
    idea([0], "lost", "economics"),
    idea([0], "lost", "economics"),
    idea([0], "lost", "distance"),
    idea([0], "identified"),
    idea([0, 100, 100], "lost", "no-agreement"),
    idea([0, 100, 100], "lost", "economics"),
    idea([0, 200, 200, 400], "lost", "permit"),
    idea([0, 200, 200, 400, 700], "building"),
    idea([0, 300, 300, 600, 900, 1461], "operating"),
    idea([0, 300, 300, 500, 1000, 2922], "closed", "closure"),
]


def segments(ax: Axes) -> dict[float, list[tuple[str, float]]]:
    """By height of a bar: what its segments mean and how wide they are, from left to right."""
    bars: dict[float, list[tuple[float, str, float]]] = {}
    for part in ax.collections:
        if isinstance(part, PolyCollection):
            x, y = part.get_paths()[0].vertices.T
            bars.setdefault(round(float(y.max()), 6), []).append((x.min(), str(part.get_gid()), np.ptp(x)))
    return {y: [(gid, wide) for _, gid, wide in sorted(bars[y])] for y in sorted(bars, reverse=True)}


def words(ax: Axes, gid: str) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_gid() == gid]


def test_bars_are_the_ideas_counted_by_hand(small: RunTables) -> None:
    ax = draw_funnel(with_ideas(small, TEN))
    bars = list(segments(ax).values())
    one = sum(wide for _, wide in bars[0]) / 10
    counted = [[(gid, round(wide / one, 9)) for gid, wide in bar] for bar in bars]
    assert counted == [
        [("onward", 6), ("open", 1), ("economics", 2), ("distance", 1)],
        [("onward", 6)],
        [("onward", 4), ("economics", 1), ("no-agreement", 1)],
        [("onward", 3), ("permit", 1)],
        [("onward", 2), ("open", 1)],
        [("open", 1), ("closure", 1)],
    ]


def test_numbers_of_the_funnel_are_written(small: RunTables) -> None:
    ax = draw_funnel(with_ideas(small, TEN))
    assert words(ax, "stage") == list(STAGES)
    assert words(ax, "count") == ["10", "6", "6", "4", "3", "2"]
    assert words(ax, "share") == ["60 %", "100 %", "67 %", "75 %", "67 %"]
    told = words(ax, "loss")
    assert "3 lost:" in told
    assert {"economics 2", "no agreement 1", "permit 1", "in operation 1", "1 ended:", "closure 1"} <= set(
        told
    )
    assert told.count("still there 1") == 2
    assert told.count("none lost") == 2
    assert words(ax, "title") == ["How far 10 ideas came, and why the others were lost"]


def test_words_have_the_colour_of_what_they_name(small: RunTables) -> None:
    ax = draw_funnel(with_ideas(small, TEN))
    faces = {
        str(part.get_gid()): part.get_facecolor()[0] for part in ax.collections if part.get_gid() in REASON
    }
    squares = [patch for patch in ax.patches if patch.get_zorder() == 3]
    for text in ax.texts:
        reason = text.get_text().rsplit(" ", 1)[0].replace(" ", "-")
        if text.get_gid() == "loss" and reason in REASON:
            x, y = text.get_position()
            beside = [
                s
                for s in squares
                if -3 < s.get_xy()[:, 0].max() - x < 0 and abs(s.get_xy()[:, 1].mean() - y) < 1
            ]
            (square,) = beside
            assert square.get_facecolor() == pytest.approx(tuple(faces[reason]))


def test_every_idea_of_a_run_is_drawn_once(run: RunTables) -> None:
    bars = list(segments(draw_funnel(run)).values())
    whole = sum(wide for _, wide in bars[0])
    ended = sum(wide for bar in bars for gid, wide in bar if gid != "onward")
    assert ended == pytest.approx(whole)
    lost = sum(wide for bar in bars[:-1] for gid, wide in bar if gid not in ("onward", "open"))
    assert lost / whole == pytest.approx((run.synergies["state"] == "lost").mean())


def test_every_reason_has_its_colour() -> None:
    assert set(REASON) == set(REASONS)


@pytest.mark.parametrize("blindness", _BLINDNESS)
def test_reasons_are_told_apart(blindness: str) -> None:
    colours = [*REASON.values(), _ON, _OPEN]
    seen = [_lab(np.array(_BLINDNESS[blindness]) @ _linear(colour)) for colour in colours]
    for (one, a), (other, b) in combinations(zip(colours, seen, strict=True), 2):
        assert np.linalg.norm(a - b) > 15, (one, other)


@pytest.fixture(scope="module")
def worst(small: RunTables) -> RunTables:
    """Every reason at every stage, thousands of ideas, some times far beyond the others."""
    many = [
        idea([60 * n for n in range(reached + 1)], "closed" if reached == 5 else "lost", reason)
        for reached in range(6)
        for number, reason in enumerate(REASON)
        for _ in range(1 + 17 * number * (6 - reached))
    ]
    slow = idea([0, 60, 120, 180, 240, 9000], "operating")
    return with_ideas(small, [*many, idea([0] * 6, "operating"), slow])


@_MEDIA
@pytest.mark.parametrize("draw", [draw_funnel, draw_durations])
def test_the_worst_case_can_be_read(draw: object, medium: Medium, worst: RunTables) -> None:
    figure = figure_of(draw(worst, medium=medium))  # type: ignore[operator]
    boxes = [(text.get_text(), box) for text, box in _texts(figure)]
    for text, box in boxes:
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1, text
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1, text
    for (one, a), (other, b) in combinations(boxes, 2):
        across, along = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert not (across > 1.0 and along > 0.25 * min(a.height, b.height)), (one, other)


def test_durations_are_those_of_the_dates(small: RunTables) -> None:
    ax = draw_durations(with_ideas(small, TEN))
    assert ax.get_xlabel() == "time taken, years"
    marks = {
        gid: [line.get_xdata() for line in ax.lines if line.get_gid() == gid]
        for gid in ("median", "ideas", "span90")
    }
    # Screened after 100, 100, 200, 200, 300 and 300 days; permits after 300, 300 and 500.
    assert marks["median"][0] == pytest.approx([200 / 365.25])
    assert marks["median"][3] == pytest.approx([300 / 365.25])
    assert marks["ideas"][5] == pytest.approx([4.0, 8.0])
    # Of two, the central 90 % runs from 5 % to 95 % of the way between them.
    assert marks["span90"][5] == pytest.approx([4.2, 7.8])
    assert words(ax, "median")[-1] == "6 yr (4.2\N{EN DASH}7.8)"
    assert words(ax, "ideas") == ["6 ideas", "6 ideas", "4 ideas", "3 ideas", "2 ideas", "2 ideas"]
    (low, high) = ax.get_xlim()
    assert low < 0 < 8.0 <= high


def test_short_durations_are_in_months(small: RunTables) -> None:
    ax = draw_durations(with_ideas(small, [idea([0, 0, 0, 0, 0, 365], "operating")]))
    assert ax.get_xlabel() == "time taken, months"
    assert words(ax, "median")[-1] == "12 mo (12\N{EN DASH}12)"


def test_what_is_not_shown_is_counted(worst: RunTables) -> None:
    ax = draw_durations(worst)
    told = [text.get_text() for axes in ax.figure.axes for text in axes.texts if text.get_gid() == "key"]
    # 8,760 days for the last step and 9,000 for the whole way, 288 and 296 months.
    assert "2 longer times are not shown, up to 296 months" in told
    assert (
        "1 exchange began on the day of the idea, such as those carried on from a plant that closed" in told
    )
    assert ax.get_xlim()[1] < 36


@pytest.mark.parametrize("draw", [draw_funnel, draw_durations])
def test_a_run_without_ideas_is_drawn(draw: object, small: RunTables) -> None:
    none = replace(small, synergies=small.synergies.iloc[:0])
    told = [text.get_text() for text, _ in _texts(figure_of(draw(none)))]  # type: ignore[operator]
    assert ("No idea in this run" in told) or told.count("no idea") == 6
