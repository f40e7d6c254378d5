"""Pathways and transport modes of the scenario as rows for the compiled arithmetic of ``valuation``.

What lives here: reading numbers out of the blocks, once per way and mode. What does not: arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from ecopark.calendar import Calendar
from ecopark.market.investment import per_year
from ecopark.market.pairs import Pairs
from ecopark.market.valuation import COST, OPTION
from ecopark.scenario.paths import Path
from ecopark.scenario.types import Park, Pathway, Transport

_SAME = Pathway(giver="any", taker="any")


def option_row(mode: Transport, pathway: Pathway | None, scale: str) -> tuple[float, ...]:
    """One row of :data:`~ecopark.market.valuation.OPTION`.

    Parameters
    ----------
    mode : Transport
    pathway : Pathway or None
        None where residual and need are the same resource.
    scale : {"temperature", "class", "conformity"}
        Grade scale of the residual.

    Returns
    -------
    tuple of float
    """
    way = pathway or _SAME
    lead_time = max(mode.lead_time.value, way.lead_time.value if pathway else 0.0)
    lift_to, efficiency = (
        (np.nan, np.nan) if way.lift is None else (way.lift.max_temperature.value, way.lift.efficiency.value)
    )
    return (
        mode.max_length.value, mode.temperature_drop.value, mode.pressure_drop.value, mode.loss.value,
        mode.electricity.value if mode.electricity else 0.0,
        np.nan if mode.reference is None else mode.reference.value, mode.floor.value, mode.exponent.value,
        per_year(mode.running.value), lead_time, mode.term.value, mode.lifetime.value, way.lifetime.value,
        way.yield_.value, way.electricity.value if way.electricity else 0.0, way.replacement.value,
        np.nan if way.needs is None else way.needs.value, lift_to, efficiency,
        mode.trench.value, way.at == "giver", pathway is not None, scale == "temperature",
    )  # fmt: skip


def cost_paths(mode: Transport, pathway: Pathway | None) -> dict[str, Path | None]:
    """Dated costs of an option, by the names of :data:`~ecopark.market.valuation.COST`.

    Parameters
    ----------
    mode : Transport
    pathway : Pathway or None

    Returns
    -------
    dict of str to Path or None
        None where nothing is to be paid.
    """
    way = pathway or _SAME
    return {
        "fixed": mode.fixed,
        "per_km": mode.per_km,
        "handling": mode.handling,
        "variable": mode.variable,
        "treatment": way.cost,
        "works": way.capital,
    }


def describe(
    modes: Mapping[str, Transport], pathway: Pathway | None, scale: str, when: date
) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Rows of all modes of one way on a date.

    Parameters
    ----------
    modes : mapping of str to Transport
    pathway : Pathway or None
    scale : str
    when : datetime.date

    Returns
    -------
    tuple of (ndarray, ndarray), shape (W,), 1
        Rows of ``OPTION`` and ``COST``.
    """
    options = [option_row(mode, pathway, scale) for mode in modes.values()]
    costs = [
        tuple(0.0 if path is None else path.at(when) for path in cost_paths(mode, pathway).values())
        for mode in modes.values()
    ]
    return np.array(options, dtype=OPTION), np.array(costs, dtype=COST)


@dataclass(frozen=True)
class Options:
    """Every way by every mode that can carry it, W of them, way by way.

    Attributes
    ----------
    rows : ndarray of rows, shape (W,), units of the fields
        Rows of ``OPTION``.
    costs : ndarray of rows, shape (T, W), units of the fields
        Rows of ``COST`` at the start of every period; not to be written to, for periods may share them.
    modes : tuple of str
        Mode of each.
    first : ndarray of int, shape (ways + 1,), 1
        First option of each way, then their number.
    since : ndarray of float, shape (ways,), day
        First day on which each way is known; minus infinity where it always was.
    """

    rows: NDArray[np.void]
    costs: NDArray[np.void]
    modes: tuple[str, ...]
    first: NDArray[np.int64]
    since: NDArray[np.float64]

    def of_way(self, way: int) -> slice:
        """Options of a way."""
        return slice(int(self.first[way]), int(self.first[way + 1]))


def compile_options(park: Park, pairs: Pairs, calendar: Calendar) -> Options:
    """All options of a park over the periods of a run.

    Parameters
    ----------
    park : Park
    pairs : Pairs
    calendar : Calendar

    Returns
    -------
    Options
    """
    modes = [(way, name) for way in pairs.ways for name in way.modes]
    rows = [
        option_row(park.transport[name], way.pathway, park.resources[way.giver].grade) for way, name in modes
    ]
    paths = [cost_paths(park.transport[name], way.pathway) for way, name in modes]
    table = np.array(rows, dtype=OPTION)
    if not park.mechanisms.shared_trenches:
        table["trench"] = 0.0
    known = [None if way.pathway is None else way.pathway.from_ for way in pairs.ways]
    return Options(
        rows=table,
        costs=_costs(paths, calendar),
        modes=tuple(name for _, name in modes),
        first=np.cumsum([0, *(len(way.modes) for way in pairs.ways)]),
        since=np.array([-np.inf if when is None else float(calendar.day(when)) for when in known]),
    )


def _costs(paths: Sequence[Mapping[str, Path | None]], calendar: Calendar) -> NDArray[np.void]:
    """Rows of ``COST`` of every option at the start of every period."""
    first = [tuple(0.0 if path is None else path.values[0].value for path in own.values()) for own in paths]
    begin = np.array(first, dtype=COST)
    shape = calendar.periods, len(paths)
    dated = [
        (part, column, path)
        for column, own in enumerate(paths)
        for part, path in own.items()
        if path is not None and len(path.values) > 1
    ]
    if not dated:
        # One row that every period sees: written out it would be the largest table of a run.
        return as_strided(begin, shape, (0, begin.itemsize))
    costs = np.repeat(begin[None], calendar.periods, axis=0)
    starts = calendar.period_bounds[:-1]
    known: dict[int, NDArray[np.float64]] = {}
    for part, column, path in dated:
        # Modes serve many ways: a path is sampled once. Paths outlive this function in the park.
        if id(path) not in known:
            known[id(path)] = path.sample(starts, calendar.start)
        costs[part][:, column] = known[id(path)]
    return costs
