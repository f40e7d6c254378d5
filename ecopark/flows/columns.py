"""The park as columns: firms, processes and ports as arrays, ready for the flow kernel.

What lives here: the one-time translation of a checked :class:`~ecopark.scenario.types.Park` into
numpy arrays over the run's calendar. What does not: prices, decisions, anything random.

A *process* runs at an activity (units per day); a *port* is one stream of one process, with a
coefficient in resource units per unit of activity. Dated changes take effect at the start of the
first period that begins on or after their date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import DAYS_PER_YEAR, Calendar
from ecopark.scenario.paths import Path
from ecopark.scenario.seasons import season_profile
from ecopark.scenario.types import Park, Port, Process

_NEVER = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class Columns:
    """Arrays of a park.

    N ports, P processes, F firms, R resources, T periods, S segments of the calendar.

    Attributes
    ----------
    firms, resources, processes, ports : tuple of str
        Names; a process is ``firm.process``, a port ``firm.process.in.stream`` (or ``out``).
    specs : tuple of Port
        The scenario's description of each port.
    site : ndarray of float, shape (F, 2), degree or m
        Sites in the layout's coordinates.
    process_firm : ndarray of int, shape (P,), 1
    process_is_feed : ndarray of bool, shape (P,), 1
        Activity follows what was received.
    process_is_pull : ndarray of bool, shape (P,), 1
        Feed-driven and every output is made on demand: a basin, a waterworks.
    process_buffer : ndarray of float, shape (P,), day
        How long a feed-driven process can keep what it received, at full capacity.
    potential : ndarray of float, shape (S, P), activity unit/day
        Scheduled: capacity x utilisation x season x growth. Feed-driven: capacity.
    ceiling : ndarray of float, shape (S, P), activity unit/day
        Capacity, which noise cannot exceed.
    port_process, port_firm, port_resource : ndarray of int, shape (N,), 1
    is_out, is_feed, is_product, on_demand : ndarray of bool, shape (N,), 1
    max_share : ndarray of float, shape (N,), 1
        Largest share of a need that residuals may serve.
    storage : ndarray of float, shape (N,), resource unit
    coefficient : ndarray of float, shape (T, N), resource unit/activity unit
        Zero outside the port's life.
    grade : ndarray of float, shape (T, N), grade scale of the resource
        NaN where no grade is given.
    imported : ndarray of float, shape (T, N), resource unit/day
        Feed drawn from outside the park.
    opens, closes : ndarray of int, shape (N,), day
        Life of the port; `closes` is far in the future where it has no end.
    successor : ndarray of int, shape (N,), 1
        Port that carries a port's contracts on when its process closes; itself where none does.
    plan : ndarray of float, shape (T, P), activity unit/day
        Mean of `potential` over each period.
    expected : ndarray of float, shape (T, N), resource unit/day
        Noise-free mean rate of each port, season included; what a planner would expect.
    """

    firms: tuple[str, ...]
    resources: tuple[str, ...]
    processes: tuple[str, ...]
    ports: tuple[str, ...]
    specs: tuple[Port, ...]
    site: NDArray[np.float64]
    process_firm: NDArray[np.int64]
    process_is_feed: NDArray[np.bool_]
    process_is_pull: NDArray[np.bool_]
    process_buffer: NDArray[np.float64]
    potential: NDArray[np.float64]
    ceiling: NDArray[np.float64]
    port_process: NDArray[np.int64]
    port_firm: NDArray[np.int64]
    port_resource: NDArray[np.int64]
    is_out: NDArray[np.bool_]
    is_feed: NDArray[np.bool_]
    is_product: NDArray[np.bool_]
    on_demand: NDArray[np.bool_]
    max_share: NDArray[np.float64]
    storage: NDArray[np.float64]
    coefficient: NDArray[np.float64]
    grade: NDArray[np.float64]
    imported: NDArray[np.float64]
    opens: NDArray[np.int64]
    closes: NDArray[np.int64]
    successor: NDArray[np.int64]
    plan: NDArray[np.float64]
    expected: NDArray[np.float64]

    @cached_property
    def regraded(self) -> NDArray[np.bool_]:
        """Whether a port's grade changes at the start of a period. ndarray of bool, shape (T, N), 1."""
        grade = np.nan_to_num(self.grade)
        changed: NDArray[np.bool_] = np.diff(grade, axis=0, prepend=grade[:1]) != 0.0
        return changed


def compile_columns(park: Park, calendar: Calendar) -> Columns:
    """Translate a checked park into arrays.

    Parameters
    ----------
    park : Park
        A scenario that has passed ``ecopark.scenario.check``.
    calendar : Calendar

    Returns
    -------
    Columns
    """
    firms = tuple(sorted(park.firms))
    resources = tuple(sorted(park.resources))
    firm_index = {name: i for i, name in enumerate(firms)}
    resource_index = {name: i for i, name in enumerate(resources)}
    process_list = [(f, n, p) for f in firms for n, p in sorted(park.firms[f].processes.items())]
    process_index = {f"{f}.{n}": i for i, (f, n, _) in enumerate(process_list)}
    port_list = [row for f, n, p in process_list for row in _ports(f, n, p)]
    lives = [
        _life(calendar, (firm.opens, firm.closes), (process.opens, process.closes), (port.from_, port.until))
        for firm, process, port in ((park.firms[f], p, port) for f, _, p, _, _, port in port_list)
    ]

    starts = calendar.period_bounds[:-1]
    opens = np.array([life[0] for life in lives], dtype=np.int64)
    closes = np.array([life[1] for life in lives], dtype=np.int64)
    alive = (starts[:, None] >= opens) & (starts[:, None] < closes)
    coefficient = _sample_ports([port.coefficient for *_, port in port_list], starts, calendar) * alive
    potential, ceiling = _potential(park, process_list, calendar)
    plan = _period_mean(potential, calendar)
    port_process = np.array([process_index[f"{f}.{n}"] for f, n, *_ in port_list], dtype=np.int64)
    specs = tuple(port for *_, port in port_list)
    is_out = np.array([direction == "out" for *_, direction, _, _ in port_list], dtype=bool)
    on_demand = np.array([port.on_demand for port in specs], dtype=bool)
    is_feed_process = np.array([p.drive == "feed" for *_, p in process_list], dtype=bool)
    return Columns(
        firms=firms,
        resources=resources,
        processes=tuple(process_index),
        ports=tuple(f"{f}.{n}.{direction}.{stream}" for f, n, _, direction, stream, _ in port_list),
        specs=specs,
        site=np.array([park.firms[f].site for f in firms], dtype=np.float64).reshape(-1, 2),
        process_firm=np.array([firm_index[f] for f, *_ in process_list], dtype=np.int64),
        process_is_feed=is_feed_process,
        process_is_pull=is_feed_process
        & _all_outputs_on_demand(port_process, is_out, on_demand, len(process_list)),
        process_buffer=np.array([p.buffer.value for *_, p in process_list], dtype=np.float64),
        potential=potential,
        ceiling=ceiling,
        port_process=port_process,
        port_firm=np.array([firm_index[f] for f, *_ in port_list], dtype=np.int64),
        port_resource=np.array([resource_index[port.resource] for port in specs], dtype=np.int64),
        is_out=is_out,
        is_feed=np.array([port.feed for port in specs], dtype=bool),
        is_product=np.array([port.role == "product" for port in specs], dtype=bool),
        on_demand=on_demand,
        max_share=np.array([port.max_share.value for port in specs], dtype=np.float64),
        storage=np.array([port.storage.value if port.storage else 0.0 for port in specs], dtype=np.float64),
        coefficient=coefficient,
        grade=_sample_ports([port.grade for port in specs], starts, calendar),
        imported=np.nan_to_num(_sample_ports([port.import_ for port in specs], starts, calendar)) * alive,
        opens=opens,
        closes=closes,
        successor=_successors(port_list),
        plan=plan,
        expected=plan[:, port_process] * coefficient,
    )


def _ports(firm: str, name: str, process: Process) -> Iterator[tuple[str, str, Process, str, str, Port]]:
    for direction, ports in (("in", process.in_), ("out", process.out)):
        for stream, port in sorted(ports.items()):
            yield firm, name, process, direction, stream, port


def _successors(port_list: list[tuple[str, str, Process, str, str, Port]]) -> NDArray[np.int64]:
    """Streams of the same name and direction in the process that succeeds another."""
    index = {
        (f"{f}.{n}", direction, stream): i for i, (f, n, _, direction, stream, _) in enumerate(port_list)
    }
    heir = np.arange(len(port_list), dtype=np.int64)
    for i, (_, _, process, direction, stream, _) in enumerate(port_list):
        if process.succeeds is not None and (process.succeeds, direction, stream) in index:
            heir[index[process.succeeds, direction, stream]] = i
    return heir


def _life(calendar: Calendar, *spans: tuple[date | None, date | None]) -> tuple[int, int]:
    """First day and first day after the time that lies in all of some spans, each open where it has no date."""
    first, last = -_NEVER, _NEVER
    for begin, end in spans:
        first = first if begin is None else max(first, calendar.day(begin))
        last = last if end is None else min(last, calendar.day(end))
    return first, last


def _potential(
    park: Park, process_list: list[tuple[str, str, Process]], calendar: Calendar
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Activity before noise and outages, and capacity, by segment."""
    bounds, days = calendar.segment_bounds, calendar.segment_days
    starts, ends = bounds[:-1], bounds[1:]
    profile = cache(season_profile)
    potential = np.zeros((calendar.segments, len(process_list)))
    ceiling = np.zeros_like(potential)
    for i, (firm_name, _, process) in enumerate(process_list):
        firm = park.firms[firm_name]
        first, last = _life(calendar, (firm.opens, firm.closes), (process.opens, process.closes))
        most = process.capacity.sample(starts, calendar.start)
        if first > starts[0] or last < ends[-1]:
            most *= np.clip(np.minimum(ends, last) - np.maximum(starts, first), 0, None) / days
        ceiling[:, i] = most
        if process.drive == "feed":
            potential[:, i] = most
            continue
        path = most.copy()
        if process.utilisation is not None:
            path *= process.utilisation.sample(starts, calendar.start)
        # Most plants neither grow nor have a season.
        if process.growth.value != 0.0:
            years = (starts - max(first, 0)) / DAYS_PER_YEAR
            path *= (1.0 + process.growth.value * DAYS_PER_YEAR) ** np.maximum(years, 0.0)
        season = profile(process.season)
        if (season != 1.0).any():
            path *= season[calendar.segment_month]
        potential[:, i] = np.minimum(path, most)
    return potential, ceiling


def _sample_ports(
    paths: list[Path | None] | list[Path], starts: NDArray[np.int64], calendar: Calendar
) -> NDArray[np.float64]:
    """Values of one path per port at each period's start; NaN where there is no path."""
    # Most paths have one value for all times.
    table = np.empty((starts.size, len(paths)))
    table[:] = [np.nan if path is None else path.values[0].value for path in paths]
    known: dict[int, NDArray[np.float64]] = {}
    for i, path in enumerate(paths):
        if path is None or len(path.values) == 1:
            continue
        # Firms of one kind share their paths: each is read once.
        if id(path) not in known:
            known[id(path)] = path.sample(starts, calendar.start)
        table[:, i] = known[id(path)]
    return table


def _period_mean(by_segment: NDArray[np.float64], calendar: Calendar) -> NDArray[np.float64]:
    """Time-weighted mean of segment rates over each period."""
    days = calendar.segment_days
    totals = np.add.reduceat(by_segment * days[:, None], calendar.segment_of_period[:-1], axis=0)
    return np.asarray(totals / np.diff(calendar.period_bounds)[:, None])


def _all_outputs_on_demand(
    port_process: NDArray[np.int64], is_out: NDArray[np.bool_], on_demand: NDArray[np.bool_], processes: int
) -> NDArray[np.bool_]:
    outputs = np.bincount(port_process[is_out], minlength=processes)
    demanded = np.bincount(port_process[is_out & on_demand], minlength=processes)
    return np.asarray((outputs > 0) & (outputs == demanded))
