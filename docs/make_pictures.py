"""Make the pictures that README and docs/figures.md show, from one run of Kalundborg by this code.

``python docs/make_pictures.py`` writes ``docs/images/readme_*.png`` and ``docs/images/figure_*.png``; the same
code gives the same bytes. ``--check`` writes nothing and fails where a picture is not what the code draws.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from ecopark import Scenario, simulate
from ecopark.report import style
from ecopark.report.style import PRINT, PROJECTOR

IMAGES = Path(__file__).parent / "images"


def pictures(run: Any) -> dict[str, tuple[Callable[[], Any], int]]:
    """By file name: what draws it, and its width in pixels."""
    plot = run.plot
    return {
        "readme_map.png": (lambda: plot.map(2014, medium=PROJECTOR), 1100),
        "readme_network.png": (lambda: plot.network(medium=PROJECTOR), 1100),
        "readme_sankey.png": (lambda: plot.sankey(2014, medium=PRINT), 900),
        "figure_money.png": (lambda: plot.money(medium=PRINT), 720),
        "figure_credits.png": (lambda: plot.credits(medium=PRINT), 720),
        "figure_closures.png": (lambda: plot.closures(2014, medium=PRINT), 720),
    }


def make(folder: Path) -> list[Path]:
    """Draw every picture into a folder."""
    run = simulate(Scenario.load("kalundborg"), seed=1)
    written = []
    for name, (draw, width) in pictures(run).items():
        (large,) = style.save(style.figure_of(draw()), folder / Path(name).stem, ("png",))
        with Image.open(large) as picture:
            size = (width, round(picture.height * width / picture.width))
            small = _trim(picture.convert("RGB").resize(size, Image.Resampling.LANCZOS))
        # Full colours: a palette would turn the rare ones into others, and colours mean something here.
        small.save(large, optimize=True)
        written.append(large)
    return written


def _trim(picture: Image.Image, margin: int = 10) -> Image.Image:
    """The picture without the empty paper below it."""
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox()
    low = picture.height if box is None else min(box[3] + margin, picture.height)
    return picture.crop((0, 0, picture.width, low))


def main(arguments: list[str]) -> int:
    """Write the pictures, or compare them."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/make_pictures.py [--check]\n")
        return 2
    if not arguments:
        IMAGES.mkdir(exist_ok=True)
        for path in make(IMAGES):
            sys.stdout.write(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB\n")
        return 0
    with tempfile.TemporaryDirectory() as place:
        drawn = make(Path(place))
        stale = [
            path.name
            for path in drawn
            if not (IMAGES / path.name).is_file() or (IMAGES / path.name).read_bytes() != path.read_bytes()
        ]
    for name in stale:
        words = f"docs/images/{name} is not what the code draws; run python docs/make_pictures.py"
        sys.stderr.write(words + "\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
