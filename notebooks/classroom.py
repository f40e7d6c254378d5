"""What the notebooks of this folder share: pictures, words, controls, and a place for files that nobody keeps.

What lives here: how a notebook shows things. What does not: anything about parks; that is ``ecopark``.
"""

from __future__ import annotations

import atexit
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from numbers import Integral
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from IPython.display import Image, Markdown, display
from ipywidgets import Dropdown, SelectionSlider, interactive
from PIL import Image as Picture

from ecopark.report.style import figure_of

# Sharp enough for a projector, small enough to be kept in a notebook: some 45 kB a figure.
DPI = 140
COLOURS = 128
WIDGET = "application/vnd.jupyter.widget-view+json"


def show(drawn: Any, alt: str) -> None:
    """Show a figure.

    Parameters
    ----------
    drawn : matplotlib.axes.Axes or array of them
        What ``run.plot.sankey()`` and the like return.
    alt : str
        What is to be seen, for those who cannot see it.
    """
    display(Image(data=png(drawn), format="png", alt=alt))


def say(text: str) -> None:
    """Write a sentence with numbers just computed, as Markdown."""
    display(Markdown(text))


def table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as a table: whole numbers with commas, others with one decimal, words as they are.

    Parameters
    ----------
    rows : sequence of mapping
        Column by heading, the same in every row.
    """
    heads = list(rows[0])
    sides = [":-" if isinstance(rows[0][head], str) else "-:" for head in heads]
    lines = [heads, sides, *([_cell(row[head]) for head in heads] for row in rows)]
    say("\n".join(f"| {' | '.join(line)} |" for line in lines))


def explore(draw: Callable[..., Any], alt: str, **options: Sequence[Any]) -> None:
    """Show a figure with controls; where they cannot work, in print say, the figure of their last values.

    Parameters
    ----------
    draw : callable
        Given one value of each control by name, returns what :func:`show` takes.
    alt : str
        As for :func:`show`.
    **options : sequence
        Values of each control: numbers make a slider, anything else a list to choose from.
    """
    controls = {name: _control(name, values) for name, values in options.items()}
    box = interactive(lambda **chosen: show(draw(**chosen), alt), **controls)
    last = {name: values[-1] for name, values in options.items()}
    data: dict[str, Any] = {"image/png": b64encode(png(draw(**last))).decode("ascii")}
    data[WIDGET] = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    display(data, metadata={"image/png": {"alt": alt}}, raw=True)


def scratch() -> Path:
    """Return a new folder that is thrown away when the notebook is closed."""
    place = TemporaryDirectory(prefix="ecopark-")
    atexit.register(place.cleanup)
    return Path(place.name)


def png(drawn: Any) -> bytes:
    """Return a figure as a small PNG: few colours, no resampling, the same bytes every time."""
    drawing, small = BytesIO(), BytesIO()
    figure_of(drawn).savefig(drawing, format="png", dpi=DPI)
    image = Picture.open(drawing).convert("RGB")
    image.quantize(COLOURS, dither=Picture.Dither.NONE).save(small, format="png", optimize=True)
    return small.getvalue()


def _cell(value: Any) -> str:
    """Text of one cell of a table."""
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, Integral) else f"{value:,.1f}"


def _control(name: str, values: Sequence[Any]) -> SelectionSlider | Dropdown:
    """Control that offers `values`, the last one chosen."""
    is_number = all(isinstance(value, int | float) for value in values)
    kind = SelectionSlider if is_number else Dropdown
    more = {"continuous_update": False} if is_number else {}
    return kind(options=list(values), value=values[-1], description=name, **more)
