"""The house style: paper sizes, type, colours, and how a figure is saved.

What lives here: everything two figures share. What does not: any figure. Figures use matplotlib's
object interface only, so no graphical backend is chosen and no global state is left behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from numpy.typing import NDArray

from ecopark.errors import DomainError

FORMATS = ("png", "svg", "pdf")
MM_PER_INCH = 25.4
MM_PER_POINT = MM_PER_INCH / 72.0
DPI = 200

INK = "#222222"
QUIET = "#6A6A6A"
FAINT = "#B4B4B4"
RULE = "#E4E4E4"
PAPER = "#FFFFFF"

_BASE_RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same letters on every machine
    "text.color": INK,
    "text.parse_math": False,  # a firm called "A$B" is no formula
    "text.hinting": "no_hinting",
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.5,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlepad": 4.0,
    "axes.unicode_minus": True,
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "xtick.major.size": 2.0,
    "ytick.major.size": 2.0,
    "patch.linewidth": 0.4,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "svg.fonttype": "path",
    "svg.hashsalt": "ecopark",
    "pdf.fonttype": 42,
}


@dataclass(frozen=True)
class Medium:
    """What a figure is made for.

    Attributes
    ----------
    name : str
        ``"print"`` or ``"projector"``.
    width_mm, height_mm : float
        Width of every figure and the greatest height one may take, mm.
    text_pt : float
        Size of ordinary text, pt. The smallest text is 0.85 of it.
    line : float
        Factor on line widths.
    """

    name: str
    width_mm: float
    height_mm: float
    text_pt: float
    line: float

    @property
    def small_pt(self) -> float:
        """Size of secondary text, pt."""
        return 0.86 * self.text_pt

    @property
    def row_mm(self) -> float:
        """Smallest pitch of two lines of secondary text, mm."""
        return 1.25 * self.small_pt * MM_PER_POINT


PRINT = Medium("print", 160.0, 230.0, 7.0, 1.0)
PROJECTOR = Medium("projector", 254.0, 142.9, 9.0, 1.4)


@contextmanager
def house(medium: Medium) -> Iterator[None]:
    """Draw in the house style for `medium`; the caller's settings are restored afterwards."""
    sizes = {
        "font.size": medium.text_pt,
        "axes.titlesize": 1.1 * medium.text_pt,
        "axes.labelsize": medium.text_pt,
        "xtick.labelsize": medium.small_pt,
        "ytick.labelsize": medium.small_pt,
    }
    with mpl.rc_context({**_BASE_RC, **sizes}):
        yield


@dataclass(frozen=True)
class Area:
    """A rectangle of a figure in which panels are placed by millimetres from its lower left.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    left_mm, bottom_mm, width_mm, height_mm : float
        Place and size in the figure, mm.
    """

    figure: Figure
    left_mm: float
    bottom_mm: float
    width_mm: float
    height_mm: float

    def panel(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """New axes of `width` x `height` mm whose lower left corner stands at (`left`, `bottom`) mm."""
        full_w, full_h = (size * MM_PER_INCH for size in self.figure.get_size_inches())
        place = (
            (self.left_mm + left) / full_w,
            (self.bottom_mm + bottom) / full_h,
            width / full_w,
            height / full_h,
        )
        return self.figure.add_axes(place)

    def canvas(self, left: float = 0, bottom: float = 0, width: float = 0, height: float = 0) -> Axes:
        """Axes whose data coordinates are mm, without frame or ticks; by default the whole area."""
        width, height = width or self.width_mm, height or self.height_mm
        ax = self.panel(left, bottom, width, height)
        ax.set_axis_off()
        ax.set(xlim=(0, width), ylim=(0, height))
        return ax


def new_figure(width_mm: float, height_mm: float) -> Figure:
    """Empty figure of the given size in mm, drawn by Agg without any window."""
    figure = Figure(figsize=(width_mm / MM_PER_INCH, height_mm / MM_PER_INCH), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def take_area(ax: Axes | None, width_mm: float, height_mm: float) -> Area:
    """Area to draw in: a new figure of the given size, or the room that `ax` occupies.

    A given `ax` is emptied of its frame and serves as the place holder of the panels.
    """
    if ax is None:
        return Area(new_figure(width_mm, height_mm), 0.0, 0.0, width_mm, height_mm)
    figure = ax.get_figure(root=True)
    if figure is None:
        raise DomainError("the axes given belong to no figure")
    ax.set_axis_off()
    full_w, full_h = (float(size) * MM_PER_INCH for size in figure.get_size_inches())
    box = ax.get_position()
    return Area(figure, box.x0 * full_w, box.y0 * full_h, box.width * full_w, box.height * full_h)


def take_axes(ax: Axes | None, width_mm: float, height_mm: float) -> tuple[Axes, float, float]:
    """Axes to draw in with data coordinates in mm, and their width and height in mm.

    A new figure of the given size, or `ax` itself, whose limits become its size in mm.
    """
    if ax is None:
        return (
            Area(new_figure(width_mm, height_mm), 0.0, 0.0, width_mm, height_mm).canvas(),
            width_mm,
            height_mm,
        )
    area = take_area(ax, width_mm, height_mm)
    ax.set(xlim=(0, area.width_mm), ylim=(0, area.height_mm))
    return ax, area.width_mm, area.height_mm


def figure_of(drawn: Axes | NDArray[np.object_]) -> Figure:
    """Figure that holds the axes a drawing function returned."""
    first: Any = drawn if isinstance(drawn, Axes) else drawn.ravel()[0]
    figure: Figure = first.figure
    return figure


def check_formats(formats: Sequence[str]) -> None:
    """See that figures can be saved in some formats, before the first is drawn.

    Parameters
    ----------
    formats : sequence of {"png", "svg", "pdf"}

    Raises
    ------
    DomainError
        Naming the first that is not one of them.
    """
    wrong = [ending for ending in formats if ending not in FORMATS]
    if wrong or not formats:
        found = repr(wrong[0]) if wrong else "none"
        raise DomainError(f"figures are saved as {', '.join(FORMATS)}; found {found}")


def save(figure: Figure, path: Path | str, formats: Sequence[str] = ("png", "svg")) -> list[Path]:
    """Save a figure as `path` with each of the formats' endings.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    path : path-like
        Without ending; its folder must exist.
    formats : sequence of {"png", "svg", "pdf"}

    Returns
    -------
    list of pathlib.Path
        Files written. The same figure gives the same bytes: no date, no random ids.
    """
    metadata: dict[str, dict[str, None]] = {
        "png": {"Software": None},
        "svg": {"Date": None},
        "pdf": {"CreationDate": None, "ModDate": None},
    }
    written = []
    with mpl.rc_context(_BASE_RC):
        for ending in formats:
            target = Path(path).with_name(f"{Path(path).name}.{ending}")
            extra: dict[str, Any] = {"pil_kwargs": {"compress_level": 3}} if ending == "png" else {}
            figure.savefig(target, format=ending, dpi=DPI, metadata=metadata[ending], **extra)
            written.append(target)
    return written


# --------------------------------------------------------------------------- text
@lru_cache(maxsize=8192)
def _line_width(line: str, size_pt: float, bold: bool) -> float:
    """Width of one line of text, mm."""
    font = FontProperties(family="DejaVu Sans", size=size_pt, weight="bold" if bold else "normal")
    return float(text_to_path.get_text_width_height_descent(line, font, False)[0]) * MM_PER_POINT


def text_size(text: str, size_pt: float, *, bold: bool = False) -> tuple[float, float]:
    """Width and height of a text (lines parted by a newline) in mm.

    Parameters
    ----------
    text : str
    size_pt : float
        Size of the type, pt.
    bold : bool

    Returns
    -------
    tuple of float
        Width and height in mm, line spacing 1.2.
    """
    lines = text.split("\n")
    widths = [_line_width(line, size_pt, bold) for line in lines]
    return max(widths), (1.2 * (len(lines) - 1) + 1.0) * size_pt * MM_PER_POINT


def shorten(text: str, width_mm: float, size_pt: float) -> str:
    """`text`, cut with an ellipsis where it is wider than `width_mm`.

    A whole number at the end stays, as it is what tells firms of one kind apart.

    Examples
    --------
    >>> shorten("Heated glasshouse, tomatoes 17", 34.0, 7.0)
    'Heated glasshouse, to… 17'
    """
    if text_size(text, size_pt)[0] <= width_mm:
        return text
    head, _, last = text.rpartition(" ")
    end = f" {last}" if head and last.isdigit() else ""
    if text_size("……" + end, size_pt)[0] > width_mm:
        end = ""
    head = text.removesuffix(end)
    while len(head) > 1 and text_size(f"{head}…{end}", size_pt)[0] > width_mm:
        head = head[:-1]
    return f"{head.rstrip(' ,:→')}…{end}"


def fit_parts(parts: Sequence[str], width_mm: float, size_pt: float, least: int = 9) -> list[str]:
    """Shorten the parts of a label, the longest first, until together they fit in `width_mm`.

    Parameters
    ----------
    parts : sequence of str
        In the order in which they are joined.
    width_mm : float
        Room for all of them together, mm.
    size_pt : float
    least : int
        No part is cut below this many letters; the whole may then stay too wide.
    """
    split = [part.rpartition(" ") for part in parts]
    # A number at the end is what tells firms of one kind apart: it stays.
    ends = [f" {last}" if head and last.isdigit() else "" for head, _, last in split]
    kept = [part.removesuffix(end) for part, end in zip(parts, ends, strict=True)]
    cut = [False] * len(kept)

    def shown() -> list[str]:
        return [
            (part.rstrip(" ,") + "…" if is_cut else part) + end
            for part, is_cut, end in zip(kept, cut, ends, strict=True)
        ]

    while sum(text_size(part, size_pt)[0] for part in shown()) > width_mm:
        longest = max(range(len(kept)), key=lambda number: len(kept[number]))
        if len(kept[longest]) <= least:
            break
        kept[longest], cut[longest] = kept[longest][:-1], True
    return shown()


def wrap(text: str, width: int = 20) -> str:
    r"""Break a name into lines of about equal length, none much longer than `width` letters.

    Examples
    --------
    >>> wrap("Kalundborg municipality")
    'Kalundborg\nmunicipality'
    """
    count = -(-len(text) // width)
    target = len(text) / count
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        # Break where the line comes nearer to its share of the text without the word than with it.
        if lines[-1] and len(lines) < count and abs(len(lines[-1]) - target) < abs(len(longer) - target):
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)
