"""Figures of a study say what the tables say."""

from __future__ import annotations

import math
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from rich.console import Console
from study_models import Line, line_study

from ecopark.errors import DomainError
from ecopark.experiments import Study, StudyResults, sweep
from ecopark.experiments.sweeps import Progress
from ecopark.report.study_console import study_table, watch
from ecopark.report.style import PROJECTOR


def study_of(folder: Path, design: dict[str, Any], **blocks: Any) -> StudyResults:
    raw = line_study(design=design, **blocks)
    return sweep(Study.from_dict(raw, Line()), engine="serial", folder=folder / "s")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    design = {"kind": "paired", "alternatives": {"more": {"a": "1"}, "less": {"b": "-3"}}}
    return study_of(tmp_path_factory.mktemp("p"), design, parameters={}, replicates=9)


def with_gid(ax: Axes, gid: str) -> list[Any]:
    return [artist for artist in ax.get_children() if artist.get_gid() == gid]


def texts(ax: Axes) -> list[str]:
    figure: Any = ax.figure
    return [text.get_text() for one in figure.axes for text in one.texts]


def test_a_tornado_shows_the_swings(tmp_path: Path) -> None:
    ax = study_of(tmp_path, {"kind": "one_at_a_time"}).plot.tornado("y")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["b", "a"]
    assert sorted(bar.get_width() for bar in with_gid(ax, "high")) == pytest.approx([2.0, 4.0])
    assert [bar.get_width() for bar in with_gid(ax, "low")] == pytest.approx([0.0, 0.0])
    assert "0 to 4 " in texts(ax)


def test_a_tornado_needs_its_design(pairs: StudyResults, tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="no sensitivity"):
        pairs.plot.tornado("y")
    with pytest.raises(DomainError, match="one_at_a_time"):
        study_of(tmp_path, {"kind": "morris", "n": 4}).plot.tornado("y")


def test_indices_show_shares_of_the_variance(tmp_path: Path) -> None:
    ax = study_of(tmp_path, {"kind": "sobol", "n": 64}).plot.sensitivity("y")
    # Variances of 2 a and b are 4/12 and 16/12: shares 0.2 and 0.8, nothing in common.
    assert sorted(bar.get_width() for bar in with_gid(ax, "ST")) == pytest.approx([0.2, 0.8], abs=0.05)
    assert sorted(bar.get_width() for bar in with_gid(ax, "S1")) == pytest.approx([0.2, 0.8], abs=0.1)


def test_screening_shows_effects(tmp_path: Path) -> None:
    ax = study_of(tmp_path, {"kind": "morris", "n": 6}).plot.sensitivity("y")
    assert sorted(bar.get_width() for bar in with_gid(ax, "mu_star")) == pytest.approx([2.0, 4.0])
    (spread,) = with_gid(ax, "sigma")
    assert spread.get_xdata() == pytest.approx([0.0, 0.0], abs=1e-9)


def test_differences_show_means_and_pairs(pairs: StudyResults) -> None:
    ax = pairs.plot.differences("y")
    (means,) = with_gid(ax, "mean")
    assert list(means.get_xdata()) == pytest.approx([2.0, -3.0])
    assert texts(ax).count("9 pairs") == 2


def test_fans_of_named_points_stand_side_by_side(pairs: StudyResults) -> None:
    ax = pairs.plot.fan("level")
    assert len(with_gid(ax, "median")) == 3
    assert {"base", "more", "less"} <= set(texts(ax))
    whole = pairs.plot.fan("level", by_point=False)
    (median,) = with_gid(whole, "median")
    assert list(median.get_xdata()) == [1990.0, 1991.0]
    assert len(with_gid(whole, "band90")) == 1


def test_names_of_fans_do_not_overlap(pairs: StudyResults) -> None:
    ax = pairs.plot.fan("level")
    heights = sorted(text.xy[1] for text in with_gid(ax, "name"))
    assert min(np.diff(heights)) > 0


def test_response_curves_share_their_scale(tmp_path: Path) -> None:
    parameters = {"a": {"range": [0, 1]}, "word": {"list": ["small", "large"]}}
    results = study_of(tmp_path, {"kind": "latin_hypercube", "n": 60}, parameters=parameters)
    panels = results.plot.response("y", medium=PROJECTOR)
    assert panels.shape == (2,)
    assert len({panel.get_ylim() for panel in panels}) == 1
    (means,) = with_gid(panels[1], "mean")
    assert np.diff(sorted(means.get_ydata()))[0] == pytest.approx(4.0, abs=0.5)
    assert [label.get_text() for label in panels[1].get_xticklabels()] == ["large", "small"]


def test_figures_are_drawn_into_an_axes_given(pairs: StudyResults) -> None:
    from ecopark.report.style import new_figure

    figure = new_figure(180, 90)
    room = figure.add_axes((0.5, 0.0, 0.5, 1.0))
    ax = pairs.plot.differences("y", ax=room)
    assert ax.figure is figure
    assert ax.get_position().x0 > 0.5


# --------------------------------------------------------------------------- console
def test_the_table_of_a_study(pairs: StudyResults) -> None:
    out = StringIO()
    table = study_table("Difference", "95 % interval", pairs.compare(), pairs.units)
    Console(file=out, width=100).print(table)
    text = out.getvalue()
    assert "more" in text
    assert "y, t" in text
    assert "-3 to -3" in text


def test_long_tables_are_cut_and_say_so() -> None:
    rows = {"point": range(50), "label": "", "output": "y", "mean": 1.0, "low": math.nan, "high": math.nan}
    table = pd.DataFrame(rows | {"replicates": 1, "missing": 0})
    assert study_table("t", "b", table, {}).caption == "20 more rows"


def test_a_log_has_a_line_now_and_then() -> None:
    out = StringIO()
    with watch("name", Console(file=out)) as show:
        for done in range(1001):
            show(Progress(done, 1000, 1 if done > 500 else 0, 0))
    lines = out.getvalue().splitlines()
    assert 20 <= len(lines) <= 23
    assert lines[-1].startswith("name: 1,000 of 1,000 runs")
    assert lines[-1].endswith("1 failed")


def test_a_terminal_has_a_bar() -> None:
    out = StringIO()
    with watch("name", Console(file=out, force_terminal=True, width=120)) as show:
        show(Progress(3, 10, 0, 3))
        show(Progress(10, 10, 2, 3))
    assert "10/10" in out.getvalue()
    assert "2 failed" in out.getvalue()
