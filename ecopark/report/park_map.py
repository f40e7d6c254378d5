"""Map of the park with the exchanges of one year.

True positions; partners far outside stand on the border of the map with an arrow and their
distance. What does not live here: label placement (``labels``), arrows (``links``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.colours import KIND_NAME, kind_colour, resource_colours, text_colour
from ecopark.report.labels import Placer, leader
from ecopark.report.layout_ground import draw_ground
from ecopark.report.links import Link, bend_curve, draw_links, fan
from ecopark.report.map_view import View, choose_view
from ecopark.report.numbers import axis_number, number, quantity
from ecopark.report.style import FAINT, INK, PRINT, QUIET, Medium, text_size
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]

_MARKER_MM = 0.85
# More names than this leave no room for anything else.
_MOST_NAMED = 120
_NAMED_OF_A_REGION = 12
_GROUND = "#FAFAF8"
_PATCH = {"facecolor": _GROUND, "alpha": 0.8, "lw": 0, "boxstyle": "square,pad=0.05"}
_NICE_KM = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)


@dataclass(frozen=True)
class _Arrow:
    """A flow on the map: its arrow, what it carries and its share of the largest of its kind."""

    link: Link
    resource: str
    kind: str
    amount: str
    share: float


def draw_park_map(
    tables: RunTables,
    *,
    year: int | None = None,
    numbers: Mapping[str, int] | None = None,
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> Axes:
    """Draw the map of the park with the exchanges of one year.

    Line width grows with the square root of the yearly volume, within each kind of resource
    (their units differ); colour is the resource's. Firms not open in that year are left out;
    firms without an exchange are hollow. Far partners are drawn only when they exchange.

    Parameters
    ----------
    tables : RunTables
        Tables of the run.
    year : int, optional
        Year shown; by default the one with the most exchanges.
    numbers : mapping of str to int, optional
        Numbers that stand beside the firms instead of their names; firms without one stay unnamed.
    ax : matplotlib.axes.Axes, optional
        Axes to draw in; its data coordinates become mm. By default a new figure.
    medium : Medium
        For print or projector.

    Returns
    -------
    matplotlib.axes.Axes
        Axes whose data coordinates are mm.
    """
    shown = tables.busiest_year if year is None else year
    with style.house(medium):
        ax, width, height = style.take_axes(ax, medium.width_mm, min(154.0, medium.height_mm))
        flows = tables.exchanged[tables.exchanged["year"] == shown]
        flows = flows[flows["from_firm"].isin(tables.firms.index) & flows["to_firm"].isin(tables.firms.index)]
        view = choose_view(tables, flows, shown, width, height, medium)
        arrows = _arrows(tables, flows, view, medium)
        _draw_frame(ax, view, shown, flows, medium)
        if tables.ground is not None:
            draw_ground(ax, tables.ground, view.to_mm, medium, view.frame)
        draw_links(ax, [arrow.link for arrow in arrows])
        _draw_markers(ax, view, flows)
        named = _draw_labels(ax, tables, view, arrows, flows, numbers or {}, medium)
        _draw_key(ax, tables, view, arrows, named, medium)
    return ax


def _arrows(tables: RunTables, flows: pd.DataFrame, view: View, medium: Medium) -> list[_Arrow]:
    """Arrows of the year, side by side where two firms share several flows."""
    colours = resource_colours(tables.resources)
    largest = flows.groupby("kind")["quantity"].max()
    arrows = []
    ordered = flows.sort_values(["from_firm", "to_firm", "kind", "resource"])
    columns = ["from_firm", "to_firm", "resource", "kind", "quantity", "unit"]
    rows = list(zip(*(ordered[column].tolist() for column in columns), strict=True))
    for (giver, taker), group in groupby(rows, key=lambda row: row[:2]):
        if giver not in view.place or taker not in view.place:
            continue
        members = list(group)
        length = float(np.hypot(*(np.array(view.place[giver]) - np.array(view.place[taker]))))
        for (_, _, resource, kind, volume, unit), bend in zip(
            members, fan(len(members), length), strict=True
        ):
            share = float(volume / largest[kind])
            trim = _MARKER_MM + 0.3
            points = bend_curve(view.place[giver], view.place[taker], bend, (trim, trim + 0.2))
            link = Link(
                points, medium.line * (0.6 + 4.0 * share**0.5), colours.get(resource, kind_colour(kind))
            )
            arrows.append(_Arrow(link, resource, kind, quantity(volume, unit, "yr"), share))
    return arrows


def _draw_frame(ax: Axes, view: View, year: int, flows: pd.DataFrame, medium: Medium) -> None:
    """Frame, grid of a round distance, title and north arrow."""
    ax.add_patch(
        Rectangle(
            (view.left, view.bottom), view.width, view.height, facecolor=_GROUND, edgecolor=FAINT, lw=0.6
        )
    )
    firms = len(set(flows["from_firm"]) | set(flows["to_firm"]))
    top = view.bottom + view.height
    title = f"Exchanges in {year}"
    count = f"{len(flows)} flows between {firms} firms" if len(flows) else "none in operation"
    size = 1.3 * medium.text_pt
    ax.text(view.left, top + 2.2, title, size=size, weight="bold", va="bottom", gid="title")
    ax.text(
        view.left + text_size(title, size, bold=True)[0] + 4.0,
        top + 2.4,
        count,
        color=QUIET,
        va="bottom",
        gid="title",
    )
    x, y = view.left + view.width - 3.0, top + 1.6
    ax.fill([x - 1.3, x, x], [y, y + 4.2, y + 0.9], color=INK, lw=0)
    ax.fill([x + 1.3, x, x], [y, y + 4.2, y + 0.9], facecolor="white", edgecolor=INK, lw=0.4)
    ax.text(x - 2.2, y + 0.4, "N", ha="right", va="bottom", weight="bold", gid="title")


def _draw_markers(ax: Axes, view: View, flows: pd.DataFrame) -> None:
    """Firms: filled where they exchange, hollow where not; border partners as outward triangles."""
    active = set(flows["from_firm"]) | set(flows["to_firm"])
    marker_mm = _MARKER_MM if len(view.place) <= _MOST_NAMED else _MARKER_MM / 3
    for firm, (x, y) in view.place.items():
        if firm in view.direction:
            along = view.direction[firm]
            side = np.array([-along[1], along[0]])
            centre = np.array([x, y])
            shape = [
                centre + 1.9 * along,
                centre - 0.7 * along + 1.2 * side,
                centre - 0.7 * along - 1.2 * side,
            ]
            ax.fill(*np.array(shape).T, color=INK, lw=0, zorder=4)
            continue
        face = INK if firm in active else "white"
        size = (2 * marker_mm / style.MM_PER_POINT) ** 2 * (1.0 if firm in active else 0.6)
        ax.scatter(
            [x], [y], s=size, facecolor=face, edgecolor=INK if firm in active else QUIET, lw=0.6, zorder=4
        )


def _draw_labels(
    ax: Axes,
    tables: RunTables,
    view: View,
    arrows: list[_Arrow],
    flows: pd.DataFrame,
    numbers: Mapping[str, int],
    medium: Medium,
) -> set[str]:
    """Names of all firms, then as many flows as find room; return the resources named.

    A region is too many: the firms with the most partners are named, and flows by their colours alone.
    """
    if len(view.place) > _MOST_NAMED:
        _name_largest(ax, tables, view, flows, medium)
        return set()
    placer = Placer(view.width - 1.0, view.height - 1.0, crowd_cost=0.6)
    origin = np.array([view.left + 0.5, view.bottom + 0.5])
    placer.add_lines([arrow.link.points - origin for arrow in arrows])
    for x, y in view.place.values():
        placer.block((x - origin[0], y - origin[1]), 2.6, 2.6)
    places = np.array(list(view.place.values())).reshape(-1, 2)
    active = set(flows["from_firm"]) | set(flows["to_firm"])

    def neighbours(firm: str) -> int:
        return int((np.hypot(*(places - np.array(view.place[firm])).T) < 15.0).sum())

    def urgency(firm: str) -> tuple[bool, bool, int, str]:
        # The border leaves the fewest places, a crowd the next fewest.
        return firm not in active, firm not in view.distance_km, -neighbours(firm), firm

    for firm in sorted(view.place, key=urgency):
        if numbers and firm not in numbers:
            continue
        text = str(numbers[firm]) if numbers else style.wrap(tables.firm_name(firm))
        if firm in view.distance_km:
            text += f"\n{number(view.distance_km[firm])} km away"
        _write_name(ax, placer, origin, view.place[firm], text, firm in active, medium)
    named: set[str] = set()
    for arrow in sorted(arrows, key=lambda arrow: (-arrow.share, arrow.resource, arrow.amount)):
        # The first flow of a resource may cross others; its repeats only find free room.
        text = f"{tables.resource_name(arrow.resource)} {arrow.amount}"
        if _write_flow(ax, placer, origin, text, arrow.link, 2.4 if arrow.resource in named else 5.5, medium):
            named.add(arrow.resource)
    return named


def _name_largest(ax: Axes, tables: RunTables, view: View, flows: pd.DataFrame, medium: Medium) -> None:
    """Names of the firms of a region with the most exchanges."""
    placer = Placer(view.width - 1.0, view.height - 1.0, crowd_cost=0.6)
    origin = np.array([view.left + 0.5, view.bottom + 0.5])
    ends = pd.concat([flows["from_firm"], flows["to_firm"]]).astype(str).value_counts()
    largest = ends.sort_index().sort_values(ascending=False, kind="stable").index
    for firm in [firm for firm in largest if firm in view.place][:_NAMED_OF_A_REGION]:
        _write_name(ax, placer, origin, view.place[firm], style.wrap(tables.firm_name(firm)), True, medium)


def _write_name(
    ax: Axes, placer: Placer, origin: Floats, at: tuple[float, float], text: str, active: bool, medium: Medium
) -> None:
    size_pt = medium.text_pt if active else medium.small_pt
    width, height = text_size(text, size_pt, bold=active)
    size = (width + 0.8, height + 0.8)
    anchor = (at[0] - origin[0], at[1] - origin[1])
    # A firm without an exchange is not named where its name would cover another.
    place = placer.put_beside(anchor, 1.1, size, limit=np.inf if active else 1e4)
    if place is None:
        return
    line = leader(anchor, 1.1, place, size)
    if line is not None:
        ax.plot(*(np.array(line) + origin).T, color=QUIET, lw=0.4, zorder=3)
    ax.text(
        place[0] + origin[0],
        place[1] + origin[1],
        text,
        size=size_pt,
        weight="bold" if active else "normal",
        color=INK if active else QUIET,
        ha="center",
        va="center",
        linespacing=1.1,
        zorder=6,
        gid="name",
        bbox=_PATCH,
    )


def _write_flow(
    ax: Axes, placer: Placer, origin: Floats, text: str, link: Link, limit: float, medium: Medium
) -> bool:
    """Label a flow beside its curve unless that costs more than `limit`."""
    width, height = text_size(text, medium.small_pt)
    size = (width + 0.6, height + 0.5)
    middle = link.points[5:20]
    along = link.points[6:21] - link.points[4:19]
    side = np.column_stack([-along[:, 1], along[:, 0]]) / np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    reach = link.width * style.MM_PER_POINT / 2 + 0.4 + np.abs(side) @ (np.array(size) / 2)
    centres = np.concatenate([middle + side * reach[:, None], middle - side * reach[:, None]]) - origin
    base = np.abs(np.tile(np.arange(len(middle)), 2) - 7.0) * 0.15
    place = placer.put(centres, size, base, limit=limit)
    if place is not None:
        ax.text(
            place[0] + origin[0],
            place[1] + origin[1],
            text,
            size=medium.small_pt,
            color=text_colour(link.colour),
            ha="center",
            va="center",
            zorder=5,
            gid="flow",
            bbox=_PATCH,
        )
    return place is not None


def _draw_key(
    ax: Axes, tables: RunTables, view: View, arrows: list[_Arrow], named: set[str], medium: Medium
) -> None:
    """Below the map: scale bar, widest line of each kind, resources that found no room above."""
    span = max(km for km in _NICE_KM if km * view.mm_per_km <= 0.25 * view.width or km == _NICE_KM[0])
    y, small = view.bottom - 2.6, medium.small_pt
    bar = (view.left, view.left + span * view.mm_per_km)
    ax.plot(bar, [y, y], color=INK, lw=1.6, solid_capstyle="butt")
    ax.text(bar[1] + 1.5, y, f"{axis_number(span)} km", size=small, va="center", gid="key")
    note = "line width: square root of the volume, within each kind"
    room = view.left + view.width - bar[1] - text_size(f"{axis_number(span)} km", small)[0] - 5.0
    if text_size(note, small)[0] > room:
        note = "width: root of the volume, by kind"
    ax.text(view.left + view.width, y, note, size=small, color=QUIET, ha="right", va="center", gid="key")
    entries = _key_entries(tables, arrows, named, medium)
    x, row = view.left, 1
    for done, (colour, width, text) in enumerate(entries):
        room = 7.0 + text_size(text, small)[0] + 4.0
        if x + room - 4.0 > view.left + view.width:
            x, row = view.left, row + 1
        at = y - row * (medium.row_mm + 0.7)
        if row > 3 and x + room + 30.0 > view.left + view.width and done < len(entries) - 1:
            ax.text(x, at, f"and {len(entries) - done} more", size=small, va="center", gid="key")
            return
        ax.plot([x, x + 5.5], [at, at], color=colour, lw=width, solid_capstyle="butt")
        ax.text(x + 7.0, at, text, size=small, va="center", gid="key")
        x += room


def _key_entries(
    tables: RunTables, arrows: list[_Arrow], named: set[str], medium: Medium
) -> list[tuple[str, float, str]]:
    """Colour, line width and text of each entry of the key."""
    entries = []
    for kind in KIND_NAME:
        widest = max((arrow for arrow in arrows if arrow.kind == kind), key=lambda a: a.share, default=None)
        if widest is not None:
            what = "" if widest.resource in named else f"{tables.resource_name(widest.resource)} "
            text = f"widest {KIND_NAME[kind]}: {what}{widest.amount}"
            entries.append((widest.link.colour, widest.link.width, text))
            named = named | {widest.resource}
    for resource in sorted({arrow.resource for arrow in arrows} - named):
        colour = next(arrow.link.colour for arrow in arrows if arrow.resource == resource)
        entries.append((colour, 1.6 * medium.line, tables.resource_name(resource)))
    return entries
