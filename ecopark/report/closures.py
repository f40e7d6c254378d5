"""Resilience: what the closure of each firm would take from the exchanges of a year.

What does not live here: the loss itself (``indicators.resilience``), what happens after a closure (``whatif``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ecopark.indicators.resilience import removal_loss
from ecopark.report import style
from ecopark.report.colours import KIND, text_colour
from ecopark.report.gains_panel import row_panel
from ecopark.report.numbers import quantity
from ecopark.report.style import INK, PRINT, QUIET, Area, Medium
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]

# Heat and fuels share a unit and a panel, in the colour of the larger of the two in most parks.
_UNITS: Sequence[tuple[str, str, str]] = (
    ("t", "Materials", KIND["material"]),
    ("MWh", "Heat, fuel and power", KIND["heat"]),
    ("m3", "Water", KIND["water"]),
)
_MOST = 20


def draw_closures(
    tables: RunTables, *, year: int | None = None, ax: Axes | None = None, medium: Medium = PRINT
) -> NDArray[np.object_]:
    """Draw what each firm's closure would take away, as a share of the quantity exchanged in a year.

    One column per unit, because tonnes, megawatt hours and cubic metres cannot be added. The number at the
    right is how many other firms would be left without any partner. Firms stand by their largest share.

    Parameters
    ----------
    tables : RunTables
        Tables of the run.
    year : int, optional
        By default the last year in which something was exchanged.
    ax : matplotlib.axes.Axes, optional
        Its room is used; by default a new figure.
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (units,)
        One panel per unit that was exchanged (an empty one where nothing was); x is the share in percent.

    Notes
    -----
    Static, by :func:`~ecopark.indicators.resilience.removal_loss`: before anybody finds another partner, and
    before a loss spreads. An exchange has two ends, so the shares of a column add up to 200 %.
    """
    traded = tables.exchanged
    shown = int(traded["year"].max()) if year is None and len(traded) else (year or tables.busiest_year)
    rows = traded[traded["year"] == shown]
    table, totals, stranded = _losses(rows)
    worst = table.max(axis=1)
    order = sorted(table.index, key=lambda firm: (-worst[firm], firm))[:_MOST]
    with style.house(medium):
        factor = medium.text_pt / 7.0
        head, foot, names, side, gap = 19.0 * factor, 9.5 * factor, 37.0 * factor, 22.0 * factor, 4.0 * factor
        height = min(head + foot + max(4.6 * len(order), 14.0) * factor, medium.height_mm)
        area = style.take_area(ax, medium.width_mm, height)
        columns = max(len(table.columns), 1)
        wide = (area.width_mm - names - side - gap * (columns - 1)) / columns
        tall = area.height_mm - head - foot
        _write_head(area, shown, len(table) - len(order), medium)
        panels = []
        for at, (unit, title, colour) in enumerate(_drawn(table)):
            labels = [tables.firm_name(firm) for firm in order] if at == 0 else [""] * len(order)
            box = (names + at * (wide + gap), foot, wide, tall)
            panel = row_panel(area, box, labels, names - 3.0, medium)
            _draw_column(
                panel, table.loc[order, unit] if unit in table else pd.Series(dtype=float), colour, medium
            )
            _title_column(panel, title, quantity(totals[unit], unit, "yr") if unit in totals else "", medium)
            panels.append(panel)
        _write_stranded(panels[-1], [int(stranded[firm]) for firm in order], medium)
    return np.array(panels, dtype=object)


def _losses(rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, float], pd.Series]:
    """Share lost by firm and unit (%, 0 where it exchanges none), totals by unit, and firms left alone."""
    shares, totals = {}, {}
    for unit, _, _ in _UNITS:
        mine = rows[rows["unit"] == unit]
        if len(mine):
            shares[unit] = 100.0 * removal_loss(mine, weight="quantity")["share_lost"]
            totals[unit] = float(mine["quantity"].sum())
    table = pd.DataFrame(shares).fillna(0.0)
    alone = removal_loss(rows)["stranded"] if len(rows) else pd.Series(dtype=int)
    return table, totals, alone


def _drawn(table: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Columns there is something to draw of; one empty column where there is nothing."""
    return [entry for entry in _UNITS if entry[0] in table.columns] or [("", "Nothing was exchanged", QUIET)]


def _draw_column(ax: Axes, shares: pd.Series, colour: str, medium: Medium) -> None:
    """Bars with their percentage beside them."""
    values = shares.to_numpy(dtype=float)
    ax.barh(np.arange(len(values)), values, height=0.66, color=colour, lw=0, gid="share")
    ax.set_xlim(0.0, 118.0)
    ax.set_xticks([0, 50, 100])
    ax.set_xlabel("% of the quantity", labelpad=1)
    for row, value in enumerate(values):
        if value > 0.0:
            text = f"{value:.0f}" if value >= 0.95 else "<1"
            ax.text(
                value + 1.5,
                row,
                text,
                size=medium.small_pt,
                color=text_colour(colour),
                va="center_baseline",
                gid="share",
            )


def _title_column(ax: Axes, title: str, total: str, medium: Medium) -> None:
    """What the column holds, and how much of it was exchanged."""
    look: dict[str, Any] = {
        "xycoords": "axes fraction",
        "textcoords": "offset points",
        "va": "bottom",
        "annotation_clip": False,
    }
    step = 1.25 * medium.small_pt
    ax.annotate(title, (0, 1), (0, 3 + step), size=medium.text_pt, weight="bold", gid="title", **look)
    ax.annotate(total, (0, 1), (0, 2), size=medium.small_pt, color=QUIET, gid="title", **look)


def _write_stranded(ax: Axes, counts: Sequence[int], medium: Medium) -> None:
    """Number of other firms that would be left without any partner."""
    step = 1.25 * medium.small_pt
    for line, words in enumerate(("left without", "any partner")):
        ax.annotate(
            words, (1, 1), (5, 3 + step * (1 - line)), xycoords="axes fraction", textcoords="offset points",
            size=medium.small_pt, color=QUIET, va="bottom", annotation_clip=False, gid="side head",
        )  # fmt: skip
    for row, number in enumerate(counts):
        if number:
            text = f"{number} firm{'s' * (number > 1)}"
            ax.annotate(
                text, (1, row), (5, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                size=medium.small_pt, color=INK, va="center", annotation_clip=False, gid="side",
            )  # fmt: skip


def _write_head(area: Area, year: int, left_out: int, medium: Medium) -> None:
    """Title and basis."""
    canvas = area.canvas()
    canvas.set_zorder(-1)
    top = area.height_mm - 1.5
    title = "What the closure of a firm would take away"
    canvas.text(2.0, top, title, size=1.3 * medium.text_pt, weight="bold", va="top", gid="title")
    rest = f"; {left_out} firms with smaller shares not shown" if left_out else ""
    basis = f"share of what was exchanged in {year}, before anybody finds another partner{rest}"
    y = top - 1.75 * 1.3 * medium.text_pt * style.MM_PER_POINT
    canvas.text(2.0, y, basis, size=medium.small_pt, color=QUIET, va="top", gid="basis")
