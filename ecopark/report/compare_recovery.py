"""A what-if for people: what is lost at once, what comes back; on the console, in words, as a figure.

What does not live here: computing anything; the tables come from a what-if.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray
from rich.console import Group
from rich.table import Table

from ecopark.report import style
from ecopark.report.compare_console import comparison_tables
from ecopark.report.numbers import axis_number, number, quantity, scale_of
from ecopark.report.style import INK, PRINT, QUIET, Area, Medium

BASE, CHANGED = "#3F6E99", "#C8743B"
_MEASURES = {
    "t": "material exchanged",
    "MWh": "heat and fuel exchanged",
    "m3": "water exchanged",
    "exchanges": "number of exchanges",
}
_MOST_ROWS = 15


def name_of(measure: str, currency: str) -> str:
    """What a measure of recovery is, in words.

    Parameters
    ----------
    measure : str
        A unit, the currency, or ``exchanges``.
    currency : str

    Returns
    -------
    str
    """
    return "running gain of exchanges" if measure == currency else _MEASURES.get(measure, measure)


def write_recovery(found: Any) -> list[str]:
    """What is lost at once and how it recovers, counted over the pairs of runs.

    Parameters
    ----------
    found : WhatIf

    Returns
    -------
    list of str
        One sentence on what ends at once, one per measure that falls below the threshold in some run, one per
        firm that closes on the static and the dynamic loss.
    """
    label, day = found.labels[1], f"{found.day:%Y-%m-%d}"
    told = []
    lost = found.at_once
    if len(lost):
        mean = float((lost["lost"] / lost["pairs"]).sum())
        most = ", ".join(f"{row.label} ({row.lost} of {row.pairs} runs)" for row in lost.head(3).itertuples())
        told.append(
            f"With {label}, {number(mean)} exchanges end at once on {day} (mean of the runs), among them {most}."
        )
    else:
        told.append(f"With {label}, no exchange ends at once on {day}.")
    share = f"{100 * found.threshold:.0f} %"
    for row in found.recovery.itertuples():
        if not row.hit:
            continue
        what = name_of(str(row.measure), found.currency)
        back = f"it is back at {share} in {row.recovered} of them"
        if math.isfinite(row.years):
            back += f", after {number(row.years)} years (median)"
        told.append(
            f"With {label}, the {what} falls below {share} of what it "
            f"would be in {row.hit} of {row.runs} runs, at worst to {100 * row.lowest:.0f} % (median); {back}."
        )
    for row in found.static.itertuples():
        name = found.places["short"].to_dict().get((found.spans[0].source, row.firm), row.firm)
        dynamic = [
            f"{100 * value:.0f} % {words}"
            for value, words in ((row.after_1_yr, "after one year"), (row.after_5_yr, "after five"))
            if math.isfinite(value)
        ]
        told.append(
            f"{name} takes {100 * row.share_lost:.0f} % of all exchanges with it before anyone reacts"
            + (f"; still missing are {' and '.join(dynamic)}." if dynamic else ".")
        )
    return told


def whatif_tables(found: Any) -> Group:
    """What is lost, what comes back, who deals with whom; then the comparison.

    Parameters
    ----------
    found : WhatIf

    Returns
    -------
    rich.console.Group
    """
    return Group(_at_once(found), _recovery(found), _dealings(found), comparison_tables(found))


def _at_once(found: Any) -> Table:
    table = _table(f"Lost at once on {found.day:%Y-%m-%d}", "exchange", "runs", "volume of the year before")
    for row in found.at_once.head(_MOST_ROWS).itertuples():
        volume = quantity(row.quantity, row.unit, "yr") if math.isfinite(row.quantity) else ""
        table.add_row(row.label, f"{row.lost} of {row.pairs}", volume)
    return table


def _recovery(found: Any) -> Table:
    share = f"{100 * found.threshold:.0f} %"
    table = _table(
        f"Recovery, against the same park without it (back: {share}, for three months)", "measure", f"below {share}",
        "worst month", "back", "years", "loss",
    )  # fmt: skip
    for row in found.recovery.itertuples():
        low, high = (100 * value for value in (row.lowest_low, row.lowest_high))
        years = "" if not row.hit else "never" if math.isinf(row.years) else number(row.years)
        table.add_row(
            name_of(str(row.measure), found.currency), f"{row.hit} of {row.runs}",
            f"{100 * row.lowest:.0f} % ({low:.0f} to {high:.0f})", f"{row.recovered} of {row.hit}", years,
            f"{row.loss:.1f} yr",
        )  # fmt: skip
    table.caption = (
        "worst month: median and middle 90 % of the runs; years: median; loss: mean shortfall times time"
    )
    return table


def _dealings(found: Any) -> Table:
    table = _table("Dealings in the five years after", "exchange", "what", found.labels[0], "what if")
    rows = found.dealings[found.dealings["other"] > found.dealings["base"]]
    # What ends at once stands in the table above.
    rows = rows[(rows["what"] != "ends") | ~rows["link"].isin(found.at_once["link"])]
    for row in rows.head(_MOST_ROWS).itertuples():
        table.add_row(row.label, row.what, f"{100 * row.base:.0f} %", f"{100 * row.other:.0f} %")
    table.caption = "share of the runs; what becomes rarer is in the table that is saved"
    return table


def _table(title: str, *heads: str) -> Table:
    table = Table(title=title, title_justify="left", caption_justify="left")
    for k, head in enumerate(heads):
        table.add_column(head, justify="left" if k == 0 else "right", overflow="fold")
    return table


# --------------------------------------------------------------------------- figure
def draw_recovery(found: Any, *, ax: Axes | None = None, medium: Medium = PRINT) -> NDArray[np.object_]:
    """What is exchanged around the event, with and without it.

    Parameters
    ----------
    found : WhatIf
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (measures,)
        One panel per measure, quarter by quarter: median and central 90 % of the runs. Dashed: the event.
        Triangles: return to the threshold, one for each run in which it fell below and came back.
    """
    with style.house(medium):
        factor = medium.text_pt / 7.0
        order = [found.currency, "exchanges", "t", "MWh", "m3"]
        known = set(found.around["measure"])
        measures = [name for name in order if name in known] + sorted(known - set(order))
        # A wide figure is low: three panels beside each other keep their height.
        columns = 3 if medium.width_mm > medium.height_mm and len(measures) > 2 else 2
        lines = -(-len(measures) // columns)
        area = style.take_area(ax, medium.width_mm, min((18.0 + 48.0 * lines) * factor, medium.height_mm))
        wide, tall = area.width_mm / columns, (area.height_mm - 18.0 * factor) / lines
        panels = []
        for place, measure in enumerate(measures):
            row, column = divmod(place, columns)
            panel = area.panel(
                column * wide + 15.0 * factor, (lines - 1 - row) * tall + 10.0 * factor, wide - 19.0 * factor,
                tall - 17.0 * factor,
            )  # fmt: skip
            _draw_measure(panel, found, measure, medium)
            panels.append(panel)
        low, high = (end(panel.get_xlim()[k] for panel in panels) for k, end in enumerate((min, max)))
        for panel in panels:
            panel.set_xlim(low, high)
        _write_head(area, found, medium)
    return np.array(panels, dtype=object)


def _draw_measure(panel: Axes, found: Any, measure: str, medium: Medium) -> None:
    rows = found.around[found.around["measure"] == measure]
    is_count = measure == "exchanges"
    largest = float(rows["high"].abs().max())
    divisor, shown = (1.0, "") if is_count else scale_of(largest, measure)
    for span, colour in zip(found.spans, (BASE, CHANGED), strict=True):
        mine = rows[rows["source"] == span.source]
        when = _year_of(mine["start"])
        panel.fill_between(
            when, mine["low"] / divisor, mine["high"] / divisor, color=colour, alpha=0.22, lw=0, gid="band"
        )
        panel.plot(when, mine["median"] / divisor, color=colour, lw=1.3 * medium.line, gid="median")
    since = float(_year_of(pd.Series([pd.Timestamp(found.day)])).iloc[0])
    panel.axvline(since, color=INK, lw=0.7, ls=(0, (4, 3)), gid="since")
    panel.set_ylim(bottom=min(0.0, float(rows["low"].min()) / divisor))
    panel.grid(axis="y")
    back = found.recovery_runs
    # Where nothing was ever exchanged the column holds no number to tell its type.
    years = back.loc[back["measure"] == measure, "recovery_time"].astype(np.float64)
    years = years[(years > 0.0) & np.isfinite(years)]
    low, high = panel.get_ylim()
    places = [time for time in (since + years).tolist() if time <= panel.get_xlim()[1]]
    panel.plot(
        places, [low + 0.03 * (high - low)] * len(places), "^", color=CHANGED, ms=3.4 * medium.line, mew=0.4,
        mec="white",
        gid="back",
    )  # fmt: skip
    panel.set_title(name_of(measure, found.currency))
    panel.set_ylabel("number" if is_count else f"{shown} a quarter")
    panel.set_xlabel("year")
    panel.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    panel.yaxis.set_major_locator(MaxNLocator(5))
    panel.yaxis.set_major_formatter(FuncFormatter(axis_number))


def _year_of(when: pd.Series) -> pd.Series:
    years: pd.Series = when.dt.year + (when.dt.month - 1) / 12.0
    return years


def _write_head(area: Area, found: Any, medium: Medium) -> None:
    canvas = area.canvas()
    canvas.set_zorder(-1)
    size = 1.2 * medium.text_pt
    title = style.shorten(found.labels[1], area.width_mm - 4.0, size)
    canvas.text(2.0, area.height_mm - 1.5, title, size=size, weight="bold", va="top", gid="title")
    at = 2.0
    below = area.height_mm - 2.8 - 1.4 * size * style.MM_PER_POINT
    for words, colour in (
        ("\N{BLACK SQUARE} as it is", BASE), ("\N{BLACK SQUARE} what if", CHANGED),
        (f"\N{BLACK UP-POINTING TRIANGLE} a run is back at {100 * found.threshold:.0f} %", CHANGED),
        (f"median and middle 90 % of {found.replicates} runs", QUIET),
    ):  # fmt: skip
        canvas.text(at, below, words, size=medium.small_pt, color=colour, va="top", gid="key")
        at += style.text_size(words, medium.small_pt)[0] + 5.0
