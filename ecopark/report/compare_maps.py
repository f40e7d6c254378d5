"""Maps of a year side by side, exchanges coloured by what differs.

What lives here: one panel per alternative on one scale. What does not: label placement (``labels``), arrows
(``links``), the map of a single run (``park_map``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.labels import Placer, leader
from ecopark.report.links import Link, bend_curve, draw_links, fan
from ecopark.report.map_view import reach_of
from ecopark.report.name_key import MOST_NAMED, NameKey, choose_key, write_key
from ecopark.report.style import FAINT, INK, PAPER, PRINT, QUIET, Medium

ALIKE, GAINED, LOST = "#A3A3A3", "#3F6E99", "#C8743B"
# Share of runs by which an exchange must be rarer or more frequent to count as different here.
_DIFFERS = 0.25
_GAP, _HEAD, _FOOT, _INSET, _EDGE = 4.0, 5.0, 8.0, 7.0, 1.0


@dataclass(frozen=True)
class Side:
    """One map.

    Attributes
    ----------
    label : str
    links : pandas.DataFrame
        ``from_firm, to_firm, resource, share`` (of the runs).
    places : pandas.DataFrame
        Index firm: ``short, x_km, y_km``.
    """

    label: str
    links: pd.DataFrame
    places: pd.DataFrame


def draw_maps(
    sides: Sequence[Side], title: str, *, ax: Axes | None = None, medium: Medium = PRINT
) -> NDArray[np.object_]:
    """Draw the exchanges of each alternative on its map, the base first.

    Parameters
    ----------
    sides : sequence of Side
        The base first; two to four.
    title : str
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (sides,)
        Width of an arrow: share of the runs that have the exchange. Grey: as often on both sides; orange in the
        base: gone or rarer in some other map; blue in another: new or more frequent. Firms far from the rest
        stand on the border.
    """
    with style.house(medium):
        factor = medium.text_pt / 7.0
        beside = medium.width_mm > medium.height_mm
        columns = min(len(sides), 3 if beside and len(sides) == 3 else 2)
        lines = -(-len(sides) // columns)
        names = _names(sides)
        key = choose_key(names, medium)
        foot = _FOOT * factor + key.tall
        width = (medium.width_mm - key.wide - 2.0 * _EDGE - _GAP * (columns - 1)) / columns
        tall = min(1.05 * width, (medium.height_mm - _HEAD * factor - foot) / lines - _GAP - 4.0)
        area = style.take_area(ax, medium.width_mm, (tall + _GAP + 4.0) * lines + _HEAD * factor + foot)
        panels = []
        colours = [_colours(sides, number) for number in range(len(sides))]
        frame = _frame(sides)
        for number, side in enumerate(sides):
            row, column = divmod(number, columns)
            bottom = foot + (lines - 1 - row) * (tall + _GAP + 4.0)
            panel = area.canvas(_EDGE + column * (width + _GAP), bottom, width, tall)
            _draw_map(panel, side, colours[number], frame, (width, tall), _labels(names, key), medium)
            panel.text(0.5, tall + 1.0, style.shorten(side.label, width - 1.0, medium.text_pt), weight="bold",
                       va="bottom", gid="title")  # fmt: skip
            panels.append(panel)
        write_key(area, names, key, (_HEAD * factor, _FOOT * factor), medium)
        _write_key(area, title, medium)
    return np.array(panels, dtype=object)


def _names(sides: Sequence[Side]) -> dict[str, str]:
    """Firms that exchange on any of the maps, with their names."""
    found: dict[str, str] = {}
    for side in sides:
        ends = {*side.links["from_firm"], *side.links["to_firm"]}
        found |= {
            str(firm): str(side.places.loc[firm, "short"]) for firm in side.places.index if firm in ends
        }
    return found


def _labels(names: dict[str, str], key: NameKey) -> dict[str, str]:
    """What stands beside each firm: its number, its name, or nothing where there are too many for both."""
    if key.numbers:
        return {firm: str(number) for firm, number in key.numbers.items()}
    return {} if len(names) > MOST_NAMED else {firm: style.wrap(name, 14) for firm, name in names.items()}


def _colours(sides: Sequence[Side], number: int) -> dict[tuple[str, str, str], str]:
    """Colour of each exchange of one map."""
    shares = [_shares(side) for side in sides]
    found = {}
    for key, share in shares[number].items():
        if number:
            change = share - shares[0].get(key, 0.0)
            found[key] = GAINED if change >= _DIFFERS else LOST if change <= -_DIFFERS else ALIKE
        else:
            worst = min((other.get(key, 0.0) - share for other in shares[1:]), default=0.0)
            found[key] = LOST if worst <= -_DIFFERS else ALIKE
    return found


def _shares(side: Side) -> dict[tuple[str, str, str], float]:
    columns = [side.links[name].tolist() for name in ("from_firm", "to_firm", "resource", "share")]
    return {
        (giver, taker, resource): float(share) for giver, taker, resource, share in zip(*columns, strict=True)
    }


def _frame(sides: Sequence[Side]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower left and upper right corner in km that hold the firms that stand together, on every map."""
    places = np.concatenate([side.places[["x_km", "y_km"]].to_numpy(dtype=np.float64) for side in sides])
    gaps = np.hypot(*(places - np.median(places, axis=0)).T)
    near = places[gaps <= reach_of(gaps)]
    return near.min(axis=0), near.max(axis=0)


def _draw_map(
    panel: Axes,
    side: Side,
    colours: dict[tuple[str, str, str], str],
    frame: tuple[NDArray[np.float64], NDArray[np.float64]],
    size: tuple[float, float],
    labels: dict[str, str],
    medium: Medium,
) -> None:
    panel.add_patch(Rectangle((0, 0), *size, facecolor="#FAFAF8", edgecolor=FAINT, lw=0.6))
    spots = _spots(side.places, frame, size)
    links, named = _arrows(side, spots, colours, medium)
    for colour in (ALIKE, GAINED, LOST):
        draw_links(
            panel, [link for link in links if link.colour == colour], zorder=2.0 if colour == ALIKE else 2.5
        )
    for firm, spot in spots.items():
        active = firm in named
        panel.plot(*spot, "o", ms=3.2 if active else 2.0, mfc=INK if active else PAPER, mec=INK if active else QUIET,
                   mew=0.6, zorder=4)  # fmt: skip
    placer = Placer(size[0] - 1.0, size[1] - 1.0, crowd_cost=0.5)
    placer.add_lines([link.points - 0.5 for link in links])
    for spot in spots.values():
        placer.block((spot[0] - 0.5, spot[1] - 0.5), 2.0, 2.0)
    for firm in sorted(named & set(labels), key=lambda name: (spots[name], name)):
        _write_name(panel, placer, spots[firm], labels[firm], medium)


def _spots(
    places: pd.DataFrame, frame: tuple[NDArray[np.float64], NDArray[np.float64]], size: tuple[float, float]
) -> dict[str, tuple[float, float]]:
    """Places of the firms, mm; those outside the frame on its border."""
    low, high = frame
    room = np.array(size) - 2.0 * (_INSET + 3.0)
    scale = float(np.min(room / np.maximum(high - low, 0.2)))
    middle, centre = np.array(size) / 2.0, (low + high) / 2.0
    found = {}
    for firm, x, y in zip(places.index, places["x_km"], places["y_km"], strict=True):
        offset = (np.array([x, y], dtype=np.float64) - centre) * scale
        half = middle - 3.0
        over = float(np.max(np.abs(offset) / half))
        offset = offset / over if over > 1.0 else offset
        found[str(firm)] = (float(middle[0] + offset[0]), float(middle[1] + offset[1]))
    return found


def _arrows(
    side: Side,
    spots: dict[str, tuple[float, float]],
    colours: dict[tuple[str, str, str], str],
    medium: Medium,
) -> tuple[list[Link], set[str]]:
    """Arrows of one map, side by side where two firms share several exchanges; and the firms they join."""
    links, named = [], set()
    rows: list[Any] = sorted(_shares(side).items())
    for (giver, taker), group in groupby(rows, key=lambda row: row[0][:2]):
        if giver not in spots or taker not in spots:
            continue
        members = list(group)
        named |= {giver, taker}
        length = float(np.hypot(*(np.array(spots[giver]) - np.array(spots[taker]))))
        for (key, share), bend in zip(members, fan(len(members), length), strict=True):
            points = bend_curve(spots[giver], spots[taker], bend, (1.2, 1.4))
            links.append(Link(points, medium.line * (0.4 + 1.8 * share), colours[key]))
    return links, named


def _write_name(panel: Axes, placer: Placer, spot: tuple[float, float], text: str, medium: Medium) -> None:
    width, height = style.text_size(text, medium.small_pt)
    anchor, size = (spot[0] - 0.5, spot[1] - 0.5), (width + 0.8, height + 0.6)
    place = placer.put_beside(anchor, 1.0, size)
    if place is None:
        return
    line = leader(anchor, 1.0, place, size)
    if line is not None:
        panel.plot(*(np.array(line) + 0.5).T, color=QUIET, lw=0.4, zorder=3)
    panel.text(
        place[0] + 0.5, place[1] + 0.5, text, size=medium.small_pt, ha="center", va="center", linespacing=1.1, zorder=6,
        gid="name", bbox={"facecolor": "#FAFAF8", "alpha": 0.8, "lw": 0, "boxstyle": "square,pad=0.05"},
    )  # fmt: skip


def _write_key(area: style.Area, title: str, medium: Medium) -> None:
    canvas = area.canvas()
    canvas.set_zorder(-1)
    size = 1.2 * medium.text_pt
    canvas.text(2.0, area.height_mm - 1.5, title, size=size, weight="bold", va="top", gid="title")
    at = 2.0
    for words, colour in (
        ("as often on all maps", ALIKE), ("rarer or gone in the alternative", LOST),
        ("more frequent or new in it", GAINED),
        ("width: share of the runs", QUIET),
    ):  # fmt: skip
        if colour != QUIET:
            canvas.text(at, 2.0, "\N{BLACK SQUARE}", size=medium.small_pt, color=colour, gid="key")
            at += style.text_size("\N{BLACK SQUARE} ", medium.small_pt)[0] + 0.8
        canvas.text(
            at, 2.0, words, size=medium.small_pt, color=QUIET if colour == ALIKE else colour, gid="key"
        )
        at += style.text_size(words, medium.small_pt)[0] + 5.0
