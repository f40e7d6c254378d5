"""A hindcast and a calibration on the console.

What does not live here: computing anything; both arrive as tables.
"""

from __future__ import annotations

import math
from typing import Any

from rich.console import Group
from rich.table import Table

from ecopark.report.numbers import number, scale_of

# An exchange that fewer runs invent is left out here, not in the table that is saved.
_WORTH_A_ROW = 0.05
_NAMES = {
    "precision_pairs": "precision, pairs",
    "recall_pairs": "recall, pairs",
    "f1_pairs": "F1 of firm pairs",
    "precision_exchanges": "precision, resource",
    "recall_exchanges": "recall, resource",
    "f1_exchanges": "F1 with resource",
    "tau": "Kendall's tau",
    "curve_distance": "curve distance",
    "curve_distance_of_median": "of median curve",
    "years_inside_band": "years inside band",
    "count": "exchanges begun",
    "volume_error": "error of volumes",
}


def hindcast_tables(hindcast: Any) -> Group:
    """The measures, the exchanges and the volumes of a hindcast.

    Parameters
    ----------
    hindcast : Hindcast

    Returns
    -------
    rich.console.Group
    """
    parts = [_measures(hindcast), _exchanges(hindcast)]
    return Group(*parts, *([_volumes(hindcast)] if len(hindcast.volumes) else []))


def _measures(hindcast: Any) -> Table:
    title = f"{hindcast.name} to {hindcast.until}: {hindcast.replicates} runs against the record, middle 90 %"
    table = _table(title, "measure", "runs", "line", "even", "random")
    for row in hindcast.measures.itertuples():
        name = _NAMES.get(str(row.measure))
        if name is not None:
            random = _with_span(row.random_median, row.random_low, row.random_high)
            table.add_row(
                name, _with_span(row.median, row.low, row.high), _number(row.line), _number(row.even), random
            )  # fmt: skip
    return table


def _exchanges(hindcast: Any) -> Table:
    table = _table("Exchanges", "exchange", "record", "runs", "median", "middle 90 %")
    for row in hindcast.exchanges.itertuples():
        if row.frequency >= _WORTH_A_ROW or math.isfinite(row.recorded):
            table.add_row(
                str(row.label), _year(row.recorded), f"{100.0 * row.frequency:.0f} %", _year(row.median),
                f"{_year(row.low)}-{_year(row.high)}" if row.runs else "",
            )  # fmt: skip
    return table


def _volumes(hindcast: Any) -> Table:
    table = _table("Volumes a year", "item", "year", "recorded", "runs", "error")
    for row in hindcast.volumes.itertuples():
        divisor, unit = scale_of(max(row.recorded, row.high), row.unit)
        recorded, median, low, high = (
            number(value / divisor) for value in (row.recorded, row.median, row.low, row.high)
        )
        table.add_row(
            f"{row.item}, {unit}", str(row.year), recorded, f"{median} ({low}–{high})",
            f"{100.0 * row.error:+.0f} %".replace("-", "\N{MINUS SIGN}"),
        )  # fmt: skip
    return table


def calibration_tables(calibration: Any) -> Group:
    """The waves, the patterns and what is known of each parameter.

    Parameters
    ----------
    calibration : Calibration

    Returns
    -------
    rich.console.Group
    """
    waves = _table(
        f"{calibration.name}: history matching", "wave", "points", "runs", "space left", "closest point"
    )
    for row in calibration.waves.itertuples():
        waves.add_row(
            str(row.wave), str(row.points), str(row.runs), f"{100.0 * row.space_left:.2g} %",
            f"implausibility {row.closest:.2f}",
        )  # fmt: skip
    patterns = _table("Patterns", "pattern", "wanted", "tolerance", "closest point", "emulator within 3 sd")
    for row in calibration.patterns.itertuples():
        patterns.add_row(
            str(row.pattern), _number(row.target), _number(row.tolerance), _number(row.closest),
            f"{100.0 * row.within:.0f} %",
        )  # fmt: skip
    known = _table(
        "Parameters", "parameter", "range", "base", "closest point", "middle 90 %", "what is known"
    )
    for row in calibration.parameters.itertuples():
        known.add_row(
            f"{row.parameter}, {row.unit}".rstrip(", "), _span(row.range_low, row.range_high), _number(row.base),
            _number(row.closest), _span(row.low, row.high), str(row.statement),
        )  # fmt: skip
    return Group(waves, patterns, known)


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first, overflow="fold")
    for name in others:
        table.add_column(name, justify="right", overflow="fold")
    return table


def _number(value: float) -> str:
    return number(value) if math.isfinite(value) else ""


def _with_span(value: float, low: float, high: float) -> str:
    """A median and the ends of its band, two decimals below ten so that columns line up."""
    shown = [f"{end:.2f}" if abs(end) < 10.0 else f"{end:.0f}" for end in (value, low, high)]
    text = f"{shown[0]} ({shown[1]}–{shown[2]})" if math.isfinite(low) else shown[0]
    return text.replace("-", "\N{MINUS SIGN}") if math.isfinite(value) else ""


def _span(low: float, high: float) -> str:
    return f"{_number(low)} to {_number(high)}" if math.isfinite(low) and math.isfinite(high) else ""


def _year(value: float) -> str:
    return f"{value:.0f}" if math.isfinite(value) else ""
