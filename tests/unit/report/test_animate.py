"""The network in motion: every frame true to the tables, files whole, mistakes told before anything is drawn."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_run import fake_run
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from ecopark.errors import DomainError
from ecopark.report import style
from ecopark.report.animate import _make_scene, _Stage, animate_network
from ecopark.report.movie import Frames
from ecopark.report.style import PROJECTOR
from ecopark.report.tables import RunTables


@pytest.fixture(scope="module")
def short() -> RunTables:
    """Five firms, thirty years."""
    return fake_run(5, years=30)


def test_frames_count_what_the_tables_say(crowded: RunTables) -> None:
    scene = _make_scene(crowded, 4)
    ran = crowded.synergies[crowded.synergies["operating"].notna()]
    for frame in (0, 63, 120, len(scene.when) - 1):
        year, part = divmod(scene.when[frame], 1.0)
        day = pd.Timestamp(int(year), 1, 1) + pd.Timedelta(days=365.25 * part)
        alive = ran[(ran["operating"] <= day) & ~(ran["ended"] <= day)]
        # A day's rounding of decimal years may shift one exchange at most.
        assert abs(int(scene.counts[frame]) - len(alive)) <= 1
        drawn = sum(flow.width[frame] > 0.0 for flow in scene.flows)
        ends = alive[["from_firm", "to_firm", "resource"]].drop_duplicates()
        assert abs(drawn - len(ends)) <= 1


def test_a_firm_that_closed_is_crossed_out_then_gone(crowded: RunTables) -> None:
    scene = _make_scene(crowded, 4)
    # Inbicon closes with the first of January 2015.
    at = {year: int(np.argmin(np.abs(scene.when - year))) for year in (2014.5, 2016.0, 2018.0)}
    assert [bool(scene.open_["inbicon"][frame]) for frame in at.values()] == [True, False, False]
    assert [bool(scene.gone["inbicon"][frame]) for frame in at.values()] == [False, True, False]


def test_no_two_names_overlap_in_any_park(small: RunTables, crowded: RunTables) -> None:
    for tables in (small, crowded):
        with style.house(PROJECTOR):
            stage = _Stage(tables, _make_scene(tables, 1))
            boxes = [text.get_window_extent() for text in stage._names.values()]
            page = stage.figure.bbox
            for number, one in enumerate(boxes):
                assert page.x0 <= one.x0
                assert one.x1 <= page.x1
                for other in boxes[:number]:
                    across = min(one.x1, other.x1) - max(one.x0, other.x0)
                    along = min(one.y1, other.y1) - max(one.y0, other.y0)
                    assert not (across > 1.0 and along > 0.25 * min(one.height, other.height))


@pytest.mark.parametrize("park", ["small", "crowded"])
def test_a_frame_is_what_a_whole_drawing_shows(park: str, request: pytest.FixtureRequest) -> None:
    tables = request.getfixturevalue(park)
    with style.house(PROJECTOR):
        stage = _Stage(tables, _make_scene(tables, 1))
        numbers = [10, 25, 40, 41]
        frames = list(Frames(stage.figure, len(stage.scene.when), stage.show, stage.over).draw(numbers))
        for _, artist in [*stage._moving, *stage._above]:
            artist.set_animated(False)
        for number, frame in zip(numbers, frames, strict=True):
            stage.over(number)
            list(stage.show(number))
            canvas = FigureCanvasAgg(stage.figure)
            canvas.draw()
            whole = np.asarray(canvas.buffer_rgba())[..., :3].astype(float)
            drawn = np.asarray(frame).astype(float)
            # Blending a second time rounds; a missing name or arrow would differ by far more.
            assert drawn.shape == whole.shape
            assert (np.abs(drawn - whole).max(axis=2) > 24).mean() < 2e-4


def test_gif_has_a_frame_a_step_and_the_same_bytes_twice(short: RunTables, tmp_path: Path) -> None:
    one, two = (animate_network(short, tmp_path / f"{n}.gif", frames_per_year=1, fps=10) for n in "ab")
    with Image.open(one) as picture:
        first, last = short.span
        # Equal neighbours are one longer frame: nothing happens in the first years.
        assert picture.n_frames <= last + 1 - first
        times = []
        for frame in range(picture.n_frames):
            picture.seek(frame)
            times.append(picture.info["duration"])
        assert sum(times) == 100 * (last - first) + 2000
        # Paper stays white, in a format of 256 colours.
        assert picture.convert("RGB").getpixel((560, 60)) == (255, 255, 255)
    assert one.read_bytes() == two.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gif", "b.gif"]


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs ffmpeg")
def test_mp4_lasts_as_long_as_its_frames(short: RunTables, tmp_path: Path) -> None:
    path = animate_network(short, tmp_path / "a.mp4", frames_per_year=1, fps=10)
    asked = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)]
    said = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    first, last = short.span
    assert float(said) == pytest.approx((last + 1 - first) / 10 + 2.0, abs=0.15)


def test_mistakes_are_told_before_anything_is_written(
    short: RunTables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DomainError, match=r"end in \.gif or \.mp4, found '\.avi'"):
        animate_network(short, tmp_path / "a.avi")
    with pytest.raises(DomainError, match="there is no folder"):
        animate_network(short, tmp_path / "nowhere" / "a.gif")
    with pytest.raises(DomainError, match="fps is 0; expected 1 to 50"):
        animate_network(short, tmp_path / "a.gif", fps=0)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(DomainError, match=r"not installed; save as \.gif instead"):
        animate_network(short, tmp_path / "a.mp4")
    assert not list(tmp_path.iterdir())
