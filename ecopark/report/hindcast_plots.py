"""Figures of a hindcast: the curve, the start years, the scores by year.

What does not live here: any measure; the tables come from a hindcast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.numbers import axis_number
from ecopark.report.result_plots import Drawn, ResultPlots
from ecopark.report.style import FAINT, INK, PRINT, QUIET, Area, Medium

MODEL, CHANCE = "#3F6E99", "#C8743B"
_ROW, _HEAD, _FOOT, _NAMES, _SIDE = 4.6, 15.0, 11.0, 66.0, 14.0
# An exchange that fewer runs invent is left out of the figure, not of the table.
_WORTH_A_ROW = 0.05


class HindcastPlots(ResultPlots):
    """Figures of a hindcast.

    Parameters
    ----------
    hindcast : Hindcast

    Examples
    --------
    >>> hindcast.plot.starts().figure.savefig("starts.pdf")  # doctest: +SKIP
    """

    def __init__(self, hindcast: Any) -> None:
        self._hindcast = hindcast

    def curve(self, **options: Any) -> Axes:
        """Cumulative exchanges; see :func:`draw_curve`."""
        return draw_curve(self._hindcast.curve, self._hindcast.replicates, **options)

    def starts(self, **options: Any) -> Axes:
        """Start years; see :func:`draw_starts`."""
        return draw_starts(self._hindcast.exchanges, self._hindcast.replicates, **options)

    def scores(self, **options: Any) -> NDArray[np.object_]:
        """F1 by year; see :func:`draw_scores`."""
        return draw_scores(self._hindcast.scores, self._hindcast.replicates, **options)

    def drawn(self, medium: Medium = PRINT) -> Mapping[str, Drawn]:
        """Every figure there is something to draw of, by the name of its file."""
        return {
            "curve": self.curve(medium=medium),
            "starts": self.starts(medium=medium),
            "scores": self.scores(medium=medium),
        }


def draw_curve(
    table: pd.DataFrame, replicates: int, *, ax: Axes | None = None, medium: Medium = PRINT
) -> Axes:
    """Cumulative number of exchanges of runs, record and straight lines.

    Parameters
    ----------
    table : pandas.DataFrame
        ``year, record, low, median, high, line, even``.
    replicates : int
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x is the year, y the number of exchanges ever begun; the band holds 90 % of the runs.
    """
    with style.house(medium):
        factor = medium.text_pt / 7.0
        area = style.take_area(ax, medium.width_mm, 84.0 * factor)
        panel = area.panel(
            14.0 * factor, _FOOT * factor, area.width_mm - 18.0 * factor, area.height_mm - 26.0 * factor
        )
        years = table["year"].to_numpy(dtype=float)
        line = medium.line
        panel.fill_between(years, table["low"], table["high"], color=MODEL, alpha=0.25, lw=0, gid="band")
        panel.plot(years, table["median"], color=MODEL, lw=1.4 * line, gid="median")
        panel.plot(years, table["line"], color=CHANCE, lw=0.9 * line, ls=(0, (5, 2)), gid="line")
        panel.plot(years, table["even"], color=CHANCE, lw=0.9 * line, ls=(0, (1.5, 1.5)), gid="even")
        # The last count holds to the end of its year.
        held = np.append(table["record"].to_numpy(dtype=float), table["record"].iloc[-1])
        panel.step(
            np.append(years, years[-1] + 1.0), held, where="post", color=INK, lw=1.4 * line, gid="record"
        )
        panel.set_ylim(bottom=0.0)
        panel.set_xlim(years[0], years[-1] + 1.0)
        _axes(panel, "year", "number of exchanges ever begun")
        panel.yaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
        _legend(
            panel,
            (
                ("record", INK), ("runs: median and 90 %", MODEL), ("straight line, least squares (dashed)", CHANCE),
                ("evenly spread (dotted)", CHANCE),
            ),
            medium,
        )  # fmt: skip
        _title(area, f"Cumulative exchanges: {replicates:,} runs and the record", medium)
    return panel


def draw_starts(
    table: pd.DataFrame, replicates: int, *, ax: Axes | None = None, medium: Medium = PRINT
) -> Axes:
    """Start year of every exchange: recorded, and over the runs.

    Parameters
    ----------
    table : pandas.DataFrame
        ``label, recorded, frequency, low, quarter, median, three_quarters, high``, in the order of the rows.
    replicates : int
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        x is the year, one row per exchange of the record, then those that at least 5 % of the runs
        invent. Dot: median of the runs that make it; thick and thin line: central 50 % and 90 % of them;
        diamond: record; on the right the share of runs that make it.
    """
    with style.house(medium):
        known = table[table["recorded"].notna()]
        invented = table[table["recorded"].isna() & (table["frequency"] >= _WORTH_A_ROW)]
        rows = pd.concat([known, invented.sort_values(["frequency", "median"], ascending=[False, True])])
        panel, area = _row_panel(rows, len(known), ax, medium)
        for at, row in enumerate(rows.itertuples()):
            _start(panel, at, row, at < len(known), medium)
        entries = (("◇ record", INK), ("● runs: median, 50 %, 90 %", MODEL), ("● not in the record", QUIET))
        _legend(panel, entries, medium, square=False)
        _title(area, f"Start years: {replicates:,} runs and the record; right: share of runs", medium)
    return panel


def _start(panel: Axes, at: int, row: Any, is_known: bool, medium: Medium) -> None:
    """One exchange: what the runs make of it, and the record."""
    colour = MODEL if is_known else QUIET
    if row.frequency > 0.0:
        panel.plot([row.low, row.high], [at, at], color=colour, lw=0.8 * medium.line, gid="span90")
        panel.plot(
            [row.quarter, row.three_quarters], [at, at], color=colour, lw=2.6 * medium.line,
            solid_capstyle="butt", gid="span50",
        )  # fmt: skip
        panel.plot([row.median], [at], "o", color=colour, ms=3.6 * medium.line, gid="median")
    if is_known:
        panel.plot(
            [row.recorded], [at], "D", mfc="none", mec=INK, mew=0.8 * medium.line, ms=4.0 * medium.line,
            gid="recorded",
        )  # fmt: skip
    panel.annotate(
        f"{100.0 * row.frequency:.0f} %", (1.0, at), (3, 0), xycoords=("axes fraction", "data"),
        textcoords="offset points", size=medium.small_pt, color=QUIET, va="center", annotation_clip=False,
        gid="frequency",
    )  # fmt: skip


def draw_scores(
    table: pd.DataFrame, replicates: int, *, ax: Axes | None = None, medium: Medium = PRINT
) -> NDArray[np.object_]:
    """F1 of firm pairs and of exchanges by year, beside random feasible links.

    Parameters
    ----------
    table : pandas.DataFrame
        ``year, score, source, low, median, high``.
    replicates : int
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,)
        x is the year, y is F1 of everything begun by then; bands hold 90 % of runs and of draws.
    """
    with style.house(medium):
        factor = medium.text_pt / 7.0
        area = style.take_area(ax, medium.width_mm, 72.0 * factor)
        wide = (area.width_mm - 14.0 * factor) / 2.0
        panels = []
        for number, (score, name) in enumerate(
            (("f1_pairs", "firm pairs"), ("f1_exchanges", "pairs and resource"))
        ):
            panel = area.panel(
                12.0 * factor + number * wide,
                _FOOT * factor,
                wide - 6.0 * factor,
                area.height_mm - 30.0 * factor,
            )
            for source, colour in (("random", CHANCE), ("model", MODEL)):
                rows = table[(table["score"] == score) & (table["source"] == source)]
                years = rows["year"].to_numpy(dtype=float)
                panel.fill_between(
                    years, rows["low"], rows["high"], color=colour, alpha=0.22, lw=0, gid=source
                )
                panel.plot(years, rows["median"], color=colour, lw=1.4 * medium.line, gid=f"median {source}")
            panel.set_ylim(0.0, 1.0)
            panel.set_xlim(years[0], years[-1])
            _axes(panel, "year", "F1 against the record" if number == 0 else "")
            panel.set_title(name, size=medium.text_pt, color=INK, pad=3.0)
            panels.append(panel)
        canvas = area.canvas()
        canvas.set_zorder(-1)
        low = area.height_mm - 9.5 * factor
        canvas.text(
            12.0 * factor, low, "\N{BLACK SQUARE} runs", color=MODEL, size=medium.small_pt, gid="legend"
        )
        canvas.text(
            28.0 * factor, low, "\N{BLACK SQUARE} random feasible links at the dates of the record", color=CHANCE,
            size=medium.small_pt, gid="legend",
        )  # fmt: skip
        _title(area, f"Which links: {replicates:,} runs beside chance, median and central 90 %", medium)
    return np.array(panels, dtype=object)


# --------------------------------------------------------------------------- shared
def _row_panel(rows: pd.DataFrame, known: int, ax: Axes | None, medium: Medium) -> tuple[Axes, Area]:
    """Panel with a named row per exchange, the first at the top, a rule between record and inventions."""
    factor = medium.text_pt / 7.0
    height = min((_HEAD + _FOOT + _ROW * len(rows)) * factor, medium.height_mm)
    area = style.take_area(ax, medium.width_mm, height)
    left = _NAMES * factor
    panel = area.panel(
        left, _FOOT * factor, area.width_mm - left - _SIDE * factor, area.height_mm - (_HEAD + _FOOT) * factor
    )
    room = left - 3.0
    panel.set_yticks(
        np.arange(len(rows)), [style.shorten(str(label), room, medium.small_pt) for label in rows["label"]]
    )
    panel.set_ylim(len(rows) - 0.4, -0.6)
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)
    if 0 < known < len(rows):
        panel.axhline(known - 0.5, color=FAINT, lw=0.6, gid="rule")
    _axes(panel, "start year", "", grid="x")
    return panel, area


def _axes(panel: Axes, x: str, y: str, grid: Any = "y") -> None:
    panel.grid(axis=grid)
    panel.set_xlabel(x, labelpad=1)
    panel.set_ylabel(y)
    panel.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 5, 10]))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    if grid == "y":
        panel.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        panel.yaxis.set_major_formatter(FuncFormatter(axis_number))


def _legend(panel: Axes, entries: Sequence[tuple[str, str]], medium: Medium, square: bool = True) -> None:
    """Coloured words above the panel."""
    at = 0.0
    for label, colour in entries:
        shown = f"\N{BLACK SQUARE} {label}" if square else label
        panel.annotate(
            shown, (0, 1), (at, 4), xycoords="axes fraction", textcoords="offset points", size=medium.small_pt,
            color=colour, va="bottom", annotation_clip=False, gid="legend",
        )  # fmt: skip
        at += (style.text_size(shown, medium.small_pt)[0] + 4.0) / style.MM_PER_POINT


def _title(area: Area, text: str, medium: Medium) -> None:
    canvas = area.canvas()
    canvas.set_zorder(-1)
    canvas.text(
        2.0, area.height_mm - 1.5, text, size=1.2 * medium.text_pt, weight="bold", va="top", gid="title"
    )
