"""What a report says, before it is a page or a sheet of paper: sections of words, tables and figures.

What lives here: the parts of a report. What does not: their content (``run_*``, ``study_sections``), and the two
ways of writing them (``page``, ``paper``), which read the same document, so that no word stands twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ecopark.report.numbers import number, quantity


class Cell(NamedTuple):
    """A cell of a table: what is read, and the number behind it (None for words)."""

    text: str
    value: float | None = None


@dataclass(frozen=True)
class Paragraph:
    """Running text; ``**strong**`` marks strong words."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of short statements; ``**strong**`` marks strong words."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Command:
    """Text to be typed into a shell."""

    text: str


@dataclass(frozen=True)
class Facts:
    """The few numbers to remember: what, how much, on which basis."""

    items: tuple[tuple[str, Cell, str], ...]


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes
    ----------
    name : str
        Stable name, unique in a document.
    caption : str
        What it shows, with unit and basis.
    head : tuple of str
    rows : tuple of tuple of Cell
        Columns of numbers are set right.
    folded : bool
        Shown on demand on a page; on paper it is left out.
    """

    name: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    folded: bool = False


@dataclass(frozen=True)
class Picture:
    """A figure.

    Attributes
    ----------
    name : str
        Stable name, unique in a document.
    alt : str
        What is seen, for those who do not see it.
    caption : str
        Title, unit and basis.
    spec : dict or None
        Description of the interactive figure; None where there is only a drawing.
    draw : callable or None
        Draws it for print, without arguments, and returns matplotlib axes; None where paper goes without.
    hint : str
        What can be done with it on a page, not on paper.
    """

    name: str
    alt: str
    caption: str
    spec: dict[str, Any] | None
    draw: Callable[[], Any] | None
    hint: str = ""


Block = Paragraph | Bullets | Command | Facts | Table | Picture


@dataclass(frozen=True)
class Section:
    """A section: name for links, title, content."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A report: title, one line below it, and its sections."""

    title: str
    subtitle: str
    sections: tuple[Section, ...] = field(default_factory=tuple)


def words(text: object) -> Cell:
    """A cell of words."""
    return Cell(str(text))


def amount(value: float, unit: str, per: str = "") -> Cell:
    """A cell with a quantity in a unit of handy size; a dash where there is no number."""
    value = float(value)
    if value != value:
        return Cell("–")
    return Cell("0" if value == 0 else quantity(value, unit, per), value)


def plain_number(value: float) -> Cell:
    """A cell with a number of two or three significant digits; a dash where there is none."""
    value = float(value)
    return Cell("–") if value != value else Cell(number(value), value)


def count(value: int) -> Cell:
    """A cell with a whole number."""
    return Cell(f"{value:,}", float(value))
