"""The best possible network beside the one that emerged, on the map of the park.

What does not live here: drawing a map (``park_map``), finding either network (``ecopark.planning``).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.name_key import choose_key, write_key
from ecopark.report.park_map import draw_park_map
from ecopark.report.style import INK, PRINT, QUIET, Medium, text_size
from ecopark.report.tables import RunTables

_GAP = 4.0


def draw_two_maps(
    tables: RunTables,
    possible: pd.DataFrame,
    realised: pd.DataFrame,
    years: tuple[int, int],
    *,
    titles: tuple[str, str] = ("Best possible network", "Network that emerged"),
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> NDArray[np.object_]:
    """Draw two networks of the same firms and years, one above the other (side by side on a projector).

    Parameters
    ----------
    tables : RunTables
        Firms and resources of the park; its flows are not drawn.
    possible, realised : pandas.DataFrame
        ``from_firm, to_firm, resource, quantity`` (mean over the years, in the resource's unit per year).
    years : tuple of int
        First and last year shown. Firms that are not there in the last year are left out unless they exchange.
    titles : tuple of str
    ax : matplotlib.axes.Axes, optional
        Its room is used; by default a new figure.
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,)
        Line width and colour as in :func:`ecopark.report.park_map.draw_park_map`; widths are of each map by
        itself.
    """
    with style.house(medium):
        beside = medium.width_mm > medium.height_mm
        area = style.take_area(ax, medium.width_mm, min(medium.height_mm, 228.0))
        shown = [_tables_of(tables, links, years[1]) for links in (possible, realised)]
        names = {firm: tables.firm_name(firm) for network in shown for firm in _exchanging(network)}
        key = choose_key(names, medium)
        wide = (area.width_mm - key.wide - _GAP) / 2.0 if beside else area.width_mm
        tall = area.height_mm if beside else (area.height_mm - key.tall - _GAP) / 2.0
        panels = []
        for number, (network, title) in enumerate(zip(shown, titles, strict=True)):
            left = number * (wide + _GAP) if beside else 0.0
            bottom = key.tall + (0.0 if beside or number else tall + _GAP)
            panel = area.panel(left, bottom, wide, tall)
            draw_park_map(network, year=years[1], numbers=key.numbers, ax=panel, medium=medium)
            _name(panel, network, title, years, medium)
            panels.append(panel)
        write_key(area, names, key, (9.0 * medium.text_pt / 7.0, 2.0), medium)
    return np.array(panels, dtype=object)


def _tables_of(tables: RunTables, links: pd.DataFrame, year: int) -> RunTables:
    """The park's tables with a network of one year as its only flows."""
    sums = links.groupby(["from_firm", "to_firm", "resource"], as_index=False, observed=True)[
        "quantity"
    ].sum()
    flows = sums[sums["quantity"] > 0.0].assign(
        start=pd.Timestamp(year, 1, 1).as_unit("s"),
        route="exchange",
        kind=lambda t: t["resource"].astype(object).map(tables.resources["kind"]),
        unit=lambda t: t["resource"].astype(object).map(tables.resources["unit"]),
    )
    # A plant that left within the years may have exchanged before.
    active = set(flows["from_firm"]) | set(flows["to_firm"])
    firms = tables.firms.copy()
    firms.loc[firms.index.isin(active), ["opens", "closes"]] = pd.NaT
    return replace(tables, firms=firms, flows=flows)


def _exchanging(tables: RunTables) -> list[str]:
    """Firms of the park at an end of a flow."""
    ends = set(tables.flows["from_firm"]) | set(tables.flows["to_firm"])
    return [str(firm) for firm in tables.firms.index if firm in ends]


def _name(panel: Axes, shown: RunTables, title: str, years: tuple[int, int], medium: Medium) -> None:
    """Say in the heading of a map which network it is and of which years; the arrow of north stays."""
    old = [text for text in panel.texts if text.get_gid() == "title" and text.get_text() != "N"]
    left, bottom = old[0].get_position()
    for text in old:
        text.remove()
    size = (1.2 if panel.get_xlim()[1] > 0.42 * medium.width_mm else 1.0) * medium.text_pt
    panel.text(left, bottom, title, size=size, weight="bold", color=INK, va="bottom", gid="title")
    flows = shown.flows
    firms = len(set(flows["from_firm"]) | set(flows["to_firm"]))
    when = f"{years[0]}" if years[0] == years[1] else f"{years[0]}\N{EN DASH}{years[1]}"
    told = (
        f"{len(flows)} flow{'' if len(flows) == 1 else 's'}, {firms} firms" if len(flows) else "no exchange"
    )
    start = left + text_size(title, size, bold=True)[0] + 2.0
    # The arrow of north stands at the right end of the heading.
    room = panel.get_xlim()[1] - 10.2 - start
    words = f"{when}, {told}"
    told_pt = medium.text_pt if text_size(words, medium.text_pt)[0] <= room else medium.small_pt
    if text_size(words, told_pt)[0] > room:
        words = when
    panel.text(
        start, bottom + 0.1, words, size=told_pt,
        color=QUIET, va="bottom", gid="title",
    )  # fmt: skip
