"""Numbers for the firms of a map that has no room for their names, and the key that tells them.

What does not live here: any map.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ecopark.report import style
from ecopark.report.style import Area, Medium, text_size

MOST_NAMED = 18
# Beyond this a key would fill the page and hardly a dot could be read.
MOST_NUMBERED = 120
_KEY_ROWS = 40
# Room for one column at the right of a wide figure, at least and at most.
_COLUMN_MM = (36.0, 56.0)
_UPRIGHT_COLUMNS = 4


@dataclass(frozen=True)
class NameKey:
    """Numbers of the firms where there are too many to name, and the room their key takes.

    Attributes
    ----------
    numbers : dict of str to int
        By firm, in the order of their names; empty where names are written or there are too many of both.
    columns : int
    wide, tall : float, mm
        Room at the right of the figure, or at its foot; one of them is nought.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    columns: int = 0
    wide: float = 0.0
    tall: float = 0.0


def choose_key(names: Mapping[str, str], medium: Medium) -> NameKey:
    """Key at the right of a wide figure, below an upright one; none for few firms, nor for a region.

    Parameters
    ----------
    names : mapping of str to str
        Name of each firm shown.
    medium : Medium

    Returns
    -------
    NameKey
    """
    if not MOST_NAMED < len(names) <= MOST_NUMBERED:
        return NameKey()
    order = sorted(names, key=lambda firm: (names[firm], firm))
    numbers = {firm: place + 1 for place, firm in enumerate(order)}
    if medium.width_mm > medium.height_mm:
        columns = -(-len(order) // _KEY_ROWS)
        longest = max(text_size(name, medium.small_pt)[0] for name in names.values())
        room = longest + text_size("00", medium.small_pt, bold=True)[0] + 5.0
        return NameKey(numbers, columns, columns * min(max(room, _COLUMN_MM[0]), _COLUMN_MM[1]))
    rows = -(-len(order) // _UPRIGHT_COLUMNS)
    return NameKey(numbers, _UPRIGHT_COLUMNS, 0.0, 1.08 * medium.row_mm * rows + 2.0)


def write_key(
    area: Area, names: Mapping[str, str], key: NameKey, ends: tuple[float, float], medium: Medium
) -> None:
    """Write number and name of each firm, down the columns.

    Parameters
    ----------
    area : Area
        Of the whole figure.
    names : mapping of str to str
    key : NameKey
    ends : tuple of float, mm
        Heights of head and foot of the figure, which the key leaves free.
    medium : Medium
    """
    if not key.numbers:
        return
    head, foot = ends
    rows = -(-len(key.numbers) // key.columns)
    top = area.height_mm - head if key.wide else foot + key.tall - 1.5
    room = top - foot if key.wide else key.tall - 2.0
    pitch = min(1.08 * medium.row_mm, room / rows)
    size = min(medium.small_pt, pitch / 1.2 / style.MM_PER_POINT)
    across = (key.wide or area.width_mm - 2.0) / key.columns
    left = area.width_mm - key.wide + 1.0 if key.wide else 2.0
    ax = area.canvas()
    ax.set_zorder(-1)
    digits = text_size("00", size, bold=True)[0]
    for place, (firm, number) in enumerate(key.numbers.items()):
        column, row = divmod(place, rows)
        x, y = left + column * across, top - (row + 0.5) * pitch
        name = style.shorten(names[firm], across - digits - 4.0, size)
        look: dict[str, Any] = {"size": size, "va": "center"}
        ax.text(x + digits, y, str(number), weight="bold", ha="right", gid="number", **look)
        ax.text(x + digits + 1.5, y, name, gid="name", **look)
