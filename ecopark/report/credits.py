"""Who may claim the avoided greenhouse gases: four credit rules side by side.

What does not live here: the rules (``indicators.carbon``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.indicators.carbon import credit_rules, needed_firms
from ecopark.report import style
from ecopark.report.gains_panel import row_panel, rule_at_zero
from ecopark.report.numbers import axis_number, even_numbers, number, scale_of
from ecopark.report.style import INK, PRINT, QUIET, Area, Medium
from ecopark.report.tables import RunTables

_RULES: Sequence[tuple[str, str, str]] = (
    ("credit_cut_off", "Cut-off", "giver: disposal avoided;\ntaker: virgin avoided"),
    ("credit_half", "50/50", "half of the net figure\nto each partner"),
    ("credit_price", "By price", "as the partners share\ntheir gain in money"),
    ("credit_shapley", "Shapley", "equal parts to all firms\nan exchange needs"),
)
_GAIN, _LOSS = "#5B6C7D", "#C8743B"
_MOST = 20


def draw_credits(tables: RunTables, *, ax: Axes | None = None, medium: Medium = PRINT) -> NDArray[np.object_]:
    """Draw the greenhouse gases avoided over the run, as four rules credit them to the firms.

    One column per rule, all to one scale; below each column its sum. Firms stand by the largest credit any
    rule gives them; those beyond twenty are one row.

    Parameters
    ----------
    tables : RunTables
        With accounts.
    ax : matplotlib.axes.Axes, optional
        Its room is used; by default a new figure.
    medium : Medium

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (4,)
        One panel per rule; x in the unit of its label.

    Raises
    ------
    DomainError
        If the tables have no accounts.

    Notes
    -----
    Cumulative over the run, net of haulage, treatment, inputs and construction, against the same run with
    every exchange replaced; rules of :func:`~ecopark.indicators.carbon.credit_rules`. By price an exchange
    without a joint gain in money is credited to nobody, so that its column may sum to another figure.
    """
    table = _credits(tables)
    with style.house(medium):
        factor, rows = medium.text_pt / 7.0, len(table)
        head, foot, names, gap = 23.0 * factor, 13.5 * factor, 36.0 * factor, 4.0 * factor
        height = min(head + foot + max(4.6 * rows, 14.0) * factor, medium.height_mm)
        area = style.take_area(ax, medium.width_mm, height)
        wide = (area.width_mm - names - 3.0 - 3 * gap) / 4
        tall = area.height_mm - head - foot
        _write_head(area, tables, medium)
        values = table.to_numpy(dtype=float)
        divisor, unit = scale_of(float(np.abs(values).max(initial=0.0)), "t CO2e")
        low, high = float(values.min(initial=0.0)) / divisor, float(values.max(initial=0.0)) / divisor
        span = (high - low) or 1.0
        # Room beside the bars for their numbers.
        limits = (1.05 * low, high + 0.34 * span)
        panels = []
        for at, (rule, title, words) in enumerate(_RULES):
            labels = [_name(tables, str(firm)) if at == 0 else "" for firm in table.index]
            panel = row_panel(
                area, (names + at * (wide + gap), foot, wide, tall), labels, names - 3.0, medium
            )
            _draw_rule(panel, table[rule].to_numpy(dtype=float) / divisor, limits, unit, medium)
            _title_rule(panel, title, words, medium)
            panels.append(panel)
    return np.array(panels, dtype=object)


def _credits(tables: RunTables) -> pd.DataFrame:
    """Sum over the run by firm and rule, t CO2e, the largest first."""
    tidy = credit_rules(tables.require_accounts(), tables.currency, needed_firms(tables.flows))
    tidy = tidy.assign(firm=tidy["scope"].str.removeprefix("firm:"))
    table = tidy.pivot_table("value", "firm", "indicator", aggfunc="sum", fill_value=0.0)
    table = table.reindex(columns=[rule for rule, _, _ in _RULES], fill_value=0.0).fillna(0.0)
    largest = table.abs().max(axis=1)
    order = sorted(table.index, key=lambda firm: (-largest[firm], firm))
    table = table.loc[order]
    if len(table) <= _MOST + 1:
        return table
    rest = table.iloc[_MOST:].sum().to_frame(f"+{len(table) - _MOST}").T
    return pd.concat([table.iloc[:_MOST], rest])


def _name(tables: RunTables, firm: str) -> str:
    return f"{firm[1:]} other firms" if firm.startswith("+") else tables.firm_name(firm)


def _draw_rule(
    ax: Axes, values: NDArray[np.float64], limits: tuple[float, float], unit: str, medium: Medium
) -> None:
    """Bars with their numbers, and the sum of all below."""
    colours = [_GAIN if value >= 0.0 else _LOSS for value in values]
    ax.barh(np.arange(len(values)), values, height=0.66, color=colours, lw=0, gid="credit")
    ax.set_xlim(*limits)
    ax.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(axis_number))
    rule_at_zero(ax)
    space = 0.012 * (limits[1] - limits[0])
    for row, (value, text) in enumerate(zip(values, even_numbers(values), strict=True)):
        # Always at the right, where there is room: at the left stand the names.
        ax.text(
            max(float(value), 0.0) + space, row, text, size=medium.small_pt, color=INK, va="center_baseline",
            gid="value",
        )  # fmt: skip
    ax.set_xlabel(f"{unit}\nsum {number(float(values.sum()))}", labelpad=1)


def _title_rule(ax: Axes, title: str, words: str, medium: Medium) -> None:
    """Name of the rule and what it does."""
    look: dict[str, Any] = {
        "xycoords": "axes fraction",
        "textcoords": "offset points",
        "va": "bottom",
        "annotation_clip": False,
    }
    ax.annotate(
        title, (0, 1), (0, 3 + 2.6 * medium.small_pt), size=medium.text_pt, weight="bold", gid="title", **look
    )
    ax.annotate(words, (0, 1), (0, 3), size=medium.small_pt, color=QUIET, gid="rule", linespacing=1.1, **look)


def _write_head(area: Area, tables: RunTables, medium: Medium) -> None:
    """Title and basis."""
    canvas = area.canvas()
    canvas.set_zorder(-1)
    top = area.height_mm - 1.5
    title = "Who may claim the greenhouse gases avoided"
    canvas.text(2.0, top, title, size=1.3 * medium.text_pt, weight="bold", va="top", gid="title")
    first, last = tables.span
    net = "net of haulage, treatment and construction, against the same park with no exchange"
    basis = f"sum {first}\N{EN DASH}{last}, {net}"
    y = top - 1.75 * 1.3 * medium.text_pt * style.MM_PER_POINT
    canvas.text(2.0, y, basis, size=medium.small_pt, color=QUIET, va="top", gid="basis")
