"""Figures of a hindcast and a calibration say what the tables say, and nothing covers anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from ecopark.errors import DomainError
from ecopark.report.calibration_plots import draw_marginals, draw_pairs
from ecopark.report.hindcast_plots import HindcastPlots, draw_curve, draw_scores, draw_starts
from ecopark.report.style import PRINT, PROJECTOR, Medium, figure_of

YEARS = np.arange(1959, 1994)
CURVE = pd.DataFrame(
    {
        "year": YEARS,
        "record": np.linspace(0.0, 17.0, 35).round(),
        "low": np.linspace(0.0, 14.0, 35),
        "median": np.linspace(0.0, 16.0, 35),
        "high": np.linspace(1.0, 20.0, 35),
        "line": np.linspace(-1.0, 17.5, 35),
        "even": np.linspace(0.5, 17.0, 35),
    }
)
STARTS = pd.DataFrame(
    [
        ("Lake Tissø → Municipality: surface water", 1961.0, 1.0, 1960, 1961, 1962, 1963, 1965),
        ("Refinery → Asnæs: treated waste water of the biological plant", 1991.0, 0.5, 1990, 1990, 1991, 1992, 1993),
        ("Asnæs → Gyproc: FGD gypsum", 1993.0, 0.0, *[np.nan] * 5),
        ("Asnæs → Road builder: fly ash", np.nan, 0.8, 1970, 1971, 1972, 1973, 1974),
        ("Refinery → Novo Nordisk: used cooling water", np.nan, 0.01, *[1970] * 5),
    ],
    columns=["label", "recorded", "frequency", "low", "quarter", "median", "three_quarters", "high"],
)  # fmt: skip
SCORES = pd.concat(
    [
        pd.DataFrame({"year": YEARS, "score": score, "source": source, "low": level - 0.1, "median": level,
                      "high": level + 0.1})
        for score in ("f1_pairs", "f1_exchanges")
        for source, level in (("model", 0.8), ("random", 0.5))
    ],
    ignore_index=True,
)  # fmt: skip
PARAMETERS = pd.DataFrame(
    {
        "parameter": ["discovery rate", "first trust", "transaction cost of an agreement"],
        "unit": ["1/yr", "", "MDKK"],
        "scale": ["log", "linear", "log"],
        "range_low": [0.05, 0.0, 0.1],
        "range_high": [1.5, 1.0, 5.0],
        "base": [0.3, 0.35, np.nan],
        "closest": [0.4, 0.5, 1.0],
        "statement": ["identified", "not identified", "weakly identified"],
    }
)


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    chance = np.random.default_rng(1)
    values = {
        "discovery rate": np.exp(chance.normal(np.log(0.3), 0.3, 500)),
        "first trust": chance.random(500),
        "transaction cost of an agreement": np.exp(chance.uniform(np.log(0.1), np.log(1.0), 500)),
    }
    return pd.DataFrame(values | {"weight": np.full(500, 1 / 500)})


def with_gid(ax: Axes, gid: str) -> list[Any]:
    return [artist for artist in ax.get_children() if artist.get_gid() == gid]


def boxes(ax: Axes) -> list[tuple[str, Bbox]]:
    """Every visible text of a figure with the place it takes."""
    figure: Any = ax.get_figure(root=True)
    figure.canvas.draw()
    found = []
    for one in figure.axes:
        own = list(one.texts)
        if one.axison:
            own += [
                one.xaxis.label,
                one.yaxis.label,
                *(getattr(one, name) for name in ("title", "_left_title")),
            ]
            # Labels of ticks outside the limits exist but are not drawn.
            for axis, (low, high) in ((one.xaxis, one.get_xlim()), (one.yaxis, sorted(one.get_ylim()))):
                own += [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
        found += [(t.get_text(), t.get_window_extent()) for t in own if t.get_text() and t.get_visible()]
    return found


def assert_clear(ax: Axes) -> None:
    """No text covers another or leaves the figure."""
    figure: Any = ax.get_figure(root=True)
    texts = boxes(ax)
    whole = figure.bbox
    for number, (text, box) in enumerate(texts):
        assert whole.x0 - 1 <= box.x0 < box.x1 <= whole.x1 + 1, text
        assert whole.y0 - 1 <= box.y0 < box.y1 <= whole.y1 + 1, text
        for other, taken in texts[number + 1 :]:
            across = min(box.x1, taken.x1) - max(box.x0, taken.x0)
            up = min(box.y1, taken.y1) - max(box.y0, taken.y0)
            assert across <= 1 or up <= 1, f"{text!r} covers {other!r}"


@pytest.mark.parametrize("medium", [PRINT, PROJECTOR], ids=lambda medium: medium.name)
def test_the_curve_shows_the_counts(medium: Medium) -> None:
    ax = draw_curve(CURVE, 100, medium=medium)
    (median,), (record,) = with_gid(ax, "median"), with_gid(ax, "record")
    assert list(median.get_ydata()) == CURVE["median"].tolist()
    # The last count of the record is drawn to the end of its year.
    assert list(record.get_ydata()) == [*CURVE["record"], 17.0]
    assert record.get_xdata()[-1] == 1994
    assert_clear(ax)


@pytest.mark.parametrize("medium", [PRINT, PROJECTOR], ids=lambda medium: medium.name)
def test_the_dots_show_start_years(medium: Medium) -> None:
    ax = draw_starts(STARTS, 100, medium=medium)
    # The rare invention has no row, the exchange that no run makes has no dot.
    assert len(ax.get_yticklabels()) == 4
    assert [dot.get_xdata()[0] for dot in with_gid(ax, "median")] == [1962, 1991, 1972]
    assert [mark.get_xdata()[0] for mark in with_gid(ax, "recorded")] == [1961, 1991, 1993]
    assert [text.get_text() for text in with_gid(ax, "frequency")] == ["100 %", "50 %", "0 %", "80 %"]
    assert_clear(ax)


@pytest.mark.parametrize("medium", [PRINT, PROJECTOR], ids=lambda medium: medium.name)
def test_scores_stand_beside_chance(medium: Medium) -> None:
    left, right = draw_scores(SCORES, 100, medium=medium)
    for ax in (left, right):
        assert with_gid(ax, "median model")[0].get_ydata()[0] == 0.8
        assert with_gid(ax, "median random")[0].get_ydata()[0] == 0.5
    assert_clear(left)


@pytest.mark.parametrize("medium", [PRINT, PROJECTOR], ids=lambda medium: medium.name)
def test_marginals_add_up_to_one(sample: pd.DataFrame, medium: Medium) -> None:
    panels = draw_marginals(sample, PARAMETERS, medium=medium)
    for panel in panels:
        for gid in ("left", "likely"):
            (steps,) = with_gid(panel, gid)
            assert steps.get_data()[0].sum() == pytest.approx(1.0)
    assert [len(with_gid(panel, "base")) for panel in panels] == [1, 1, 0]
    assert_clear(panels[0])


@pytest.mark.parametrize("medium", [PRINT, PROJECTOR], ids=lambda medium: medium.name)
def test_pairs_fill_a_triangle(sample: pd.DataFrame, medium: Medium) -> None:
    panels = draw_pairs(sample, PARAMETERS, medium=medium)
    assert panels.shape == (2, 2)
    assert panels[0, 1] is None
    (mark,) = with_gid(panels[1, 0], "closest")
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (0.4, 1.0)
    assert_clear(panels[0, 0])


def test_nothing_left_is_no_figure(sample: pd.DataFrame) -> None:
    for draw in (draw_marginals, draw_pairs):
        with pytest.raises(DomainError, match="everything is excluded"):
            draw(sample.head(0), PARAMETERS)
    with pytest.raises(DomainError, match="two parameters"):
        draw_pairs(sample, PARAMETERS.head(1))


def test_figures_are_saved_the_same_twice(tmp_path: Path) -> None:
    class Found:
        curve, exchanges, scores, replicates = CURVE, STARTS, SCORES, 7

    first = HindcastPlots(Found()).save_all(tmp_path / "a")
    again = HindcastPlots(Found()).save_all(tmp_path / "b")
    assert [path.name for path in first] == [
        f"{n}.{e}" for n in ("curve", "starts", "scores") for e in ("png", "svg")
    ]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_all_figures_for_a_projector(tmp_path: Path) -> None:
    class Found:
        curve, exchanges, scores, replicates = CURVE, STARTS, SCORES, 7

    plots = HindcastPlots(Found())
    assert len(plots.save_all(tmp_path, ("png",), medium=PROJECTOR)) == 3
    wide = {figure_of(axes).get_size_inches()[0] for axes in plots.drawn(PROJECTOR).values()}
    assert wide == {PROJECTOR.width_mm / 25.4}
