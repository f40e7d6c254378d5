"""Feasible pairs: which residual could serve which need, by which pathway, how far apart.

Built once from the resource index: only out- and in-ports whose resources meet, directly or by a
pathway, are ever looked at. Physical feasibility by date (temperature, quality) is asked later,
in ``technical_obstacle``, since grades change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ecopark.calendar import DAYS_PER_YEAR
from ecopark.flows.columns import Columns
from ecopark.scenario.geometry import distance_km, project
from ecopark.scenario.paths import Path
from ecopark.scenario.types import Park, Pathway

# Stands for a gain that cannot be told at a glance: any saving at all is worth a look.
UNSEEN = 1e9
_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Way:
    """How one resource may serve a need for another.

    Attributes
    ----------
    key : str
        Identifier of the pathway; ``"direct"`` for equal resources.
    pathway : Pathway or None
        None for equal resources.
    giver, taker : str
        Resources.
    modes : mapping of str to float, km
        Transport modes that can carry it, and how far.
    """

    key: str
    pathway: Pathway | None
    giver: str
    taker: str
    modes: Mapping[str, float]


@dataclass(frozen=True)
class Pairs:
    """Candidate pairs as columns, K of them, ordered by out-port, in-port and way.

    Attributes
    ----------
    out_port, in_port : ndarray of int, shape (K,), 1
    way : ndarray of int, shape (K,), 1
        Index into `ways`.
    distance : ndarray of float, shape (K,), km
    ways : tuple of Way
    """

    out_port: NDArray[np.int64]
    in_port: NDArray[np.int64]
    way: NDArray[np.int64]
    distance: NDArray[np.float64]
    ways: tuple[Way, ...]

    @property
    def count(self) -> int:
        """Number of pairs, K."""
        return self.out_port.size

    def key(self, pair: int) -> str:
        """Pathway of a pair, ``"direct"`` for equal resources."""
        return self.ways[int(self.way[pair])].key

    def pathway(self, pair: int) -> Pathway | None:
        """Conversion of a pair; None where residual and need are the same resource."""
        return self.ways[int(self.way[pair])].pathway

    def modes(self, pair: int) -> tuple[str, ...]:
        """Transport modes that can cover a pair's distance."""
        length = float(self.distance[pair])
        return tuple(mode for mode, reach in self.ways[int(self.way[pair])].modes.items() if length <= reach)

    def find(self, out_port: int, in_port: int, like: int) -> int | None:
        """Pair of two ports by the way of another pair; None if there is none or it is that pair."""
        for pair in self.of_outlet(out_port):
            if self.in_port[pair] == in_port and self.way[pair] == self.way[like]:
                return None if pair == like else pair
        return None

    def of_outlet(self, port: int) -> range:
        """Pairs of an out-port."""
        first = self._first_of_outlet
        return range(first[port], first[port + 1]) if port + 1 < len(first) else range(0)

    @cached_property
    def _first_of_outlet(self) -> list[int]:
        """First pair of each out-port, up to one port more than have pairs."""
        ports = np.arange(self.out_port.max(initial=-1) + 2)
        first: list[int] = np.searchsorted(self.out_port, ports).tolist()
        return first


def find_pairs(park: Park, columns: Columns) -> Pairs:
    """All pairs of a residual and a need that a pathway and a transport mode could join.

    Parameters
    ----------
    park : Park
    columns : Columns

    Returns
    -------
    Pairs
        Pairs within one firm are left out, as are pairs beyond the reach of every mode. By each
        way a residual meets the needs of at most ``agents.discovery.horizon`` nearest firms,
        found in a spatial tree, so that the number of pairs grows with that of ports.
    """
    offers = columns.is_out & (~columns.is_product | columns.on_demand)
    plane = project(columns.site, park.layout)
    ways = _ways(park, columns)
    nothing = np.zeros(0, dtype=np.int64)
    blocks: list[tuple[_Ints, _Ints, _Ints, _Floats]] = [(nothing, nothing, nothing, np.zeros(0))]
    for number, way in enumerate(ways):
        outs = np.flatnonzero(offers & (columns.port_resource == columns.resources.index(way.giver)))
        ins = np.flatnonzero(~columns.is_out & (columns.port_resource == columns.resources.index(way.taker)))
        ins = _allowed(park, columns, ins, way)
        out, into, length = _meet(park, columns, plane, outs, ins, max(way.modes.values(), default=0.0))
        blocks.append((out, into, np.full(out.size, number, dtype=np.int64), length))
    out, into, chosen = (np.concatenate([block[i] for block in blocks]) for i in range(3))
    length = np.concatenate([block[3] for block in blocks])
    order = np.lexsort((chosen, into, out))
    return Pairs(out[order], into[order], chosen[order], length[order], tuple(ways))


def _ways(park: Park, columns: Columns) -> list[Way]:
    """Equal resources, then pathways between resources of the park, in order of their names."""
    known = set(columns.resources)
    found = [Way("direct", None, name, name, _reach(park, name)) for name in columns.resources]
    for key, pathway in sorted(park.pathways.items()):
        if pathway.giver in known and pathway.taker in known:
            carried = pathway.taker if pathway.at == "giver" else pathway.giver
            found.append(Way(key, pathway, pathway.giver, pathway.taker, _reach(park, carried)))
    return found


def _reach(park: Park, resource: str) -> dict[str, float]:
    return {mode: park.transport[mode].max_length.value for mode in park.resources[resource].transport}


def _allowed(park: Park, columns: Columns, ports: NDArray[np.int64], way: Way) -> NDArray[np.int64]:
    """In-ports of the sectors that may use a way."""
    if way.pathway is None or not way.pathway.taker_sectors:
        return ports
    firms = columns.port_firm[ports]
    may = [park.firms[columns.firms[firm]].sector in way.pathway.taker_sectors for firm in firms.tolist()]
    return np.asarray(ports[np.array(may, dtype=bool)])


def _meet(
    park: Park,
    columns: Columns,
    plane: NDArray[np.float64],
    outs: NDArray[np.int64],
    ins: NDArray[np.int64],
    reach: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Out- and in-ports within reach of each other, the nearest in-ports of every out-port."""
    nothing = np.zeros(0, dtype=np.int64)
    if not outs.size or not ins.size:
        return nothing, nothing, np.zeros(0)
    givers, takers = columns.port_firm[outs], columns.port_firm[ins]
    horizon = park.agents.discovery.horizon
    if ins.size <= horizon:
        # All are among the nearest.
        row, near = np.nonzero(givers[:, None] != takers)
        out, into = outs[row], ins[near]
    else:
        tree = cKDTree(plane[takers])
        # One firm may take by several ports: enough are asked for to reach past the giver's own.
        own = int(np.bincount(takers).max())
        _, near = tree.query(plane[givers], k=min(horizon + own, ins.size))
        apart = givers[:, None] != takers[near.reshape(outs.size, -1)]
        wanted = (apart & (np.cumsum(apart, axis=1) <= horizon)).ravel()
        out, into = np.repeat(outs, apart.shape[1])[wanted], ins[near.ravel()[wanted]]
    if not out.size:
        return nothing, nothing, np.zeros(0)
    length = distance_km(
        columns.site[columns.port_firm[out]], columns.site[columns.port_firm[into]], park.layout
    )
    within = length <= reach
    return out[within], into[within], length[within]


def synergy_name(out_port: str, in_port: str, attempt: int, key: str) -> str:
    """Name of an exchange, which depends on nothing but its two streams, its way and its attempt.

    Parameters
    ----------
    out_port, in_port : str
        Names as in :class:`~ecopark.flows.columns.Columns`.
    attempt : int
    key : str
        Pathway; ``"direct"`` for equal resources.

    Returns
    -------
    str

    Examples
    --------
    >>> synergy_name("works.main.out.ash", "kiln.oven.in.clay", 0, "ash_to_clay")
    'works.ash>kiln.oven.clay#0:ash_to_clay'
    """
    name = f"{_short(out_port)}>{_short(in_port)}#{attempt}"
    return name if key == "direct" else f"{name}:{key}"


def _short(port: str) -> str:
    """Short name of a port: firm and stream, and the process where it is not the main one."""
    firm, process, _, name = port.split(".")
    return f"{firm}.{name}" if process == "main" else f"{firm}.{process}.{name}"


def lost_in_conversion(park: Park, pathway: Pathway | None, keep: float) -> float:
    """Residual that a conversion does not turn into use, where both sides of it are counted in one unit.

    Parameters
    ----------
    park : Park
    pathway : Pathway or None
    keep : float, 1
        Share that arrives.

    Returns
    -------
    float, 1
        Per unit sent.
    """
    if pathway is None or pathway.lift is not None:
        return 0.0
    units = {park.resources[name].unit for name in (pathway.giver, pathway.taker)}
    return 0.0 if len(units) > 1 else keep * max(1.0 - pathway.yield_.value, 0.0)


class Apparent(NamedTuple):
    """What anybody knows of pairs at a glance.

    Attributes
    ----------
    gain : ndarray of float, shape (K,), need unit/unit
        Need replaced per unit sent, nothing lost on the way.
    cost : ndarray of float, shape (K,), money/unit
        Handling, haulage by the cheapest mode and running cost of treatment per unit sent.
        Capital and electricity are left out.
    effort : ndarray of float, shape (K,), money/yr
        Transaction cost of both sides, spread over the shortest term usual for the way.
    """

    gain: _Floats
    cost: _Floats
    effort: _Floats


def apparent_terms(park: Park, pairs: Pairs, when: date) -> Apparent:
    """Terms of pairs that need no study to be known.

    Parameters
    ----------
    park : Park
    pairs : Pairs
    when : datetime.date
        For dated costs.

    Returns
    -------
    Apparent
    """
    gain, treatment, handling, variable, effort = (np.zeros(len(pairs.ways)) for _ in range(5))
    deal = park.agents.contracts.transaction_cost
    for number, way in enumerate(pairs.ways):
        modes = [park.transport[mode] for mode in way.modes]
        handling[number] = min((_cost(mode.handling, when) for mode in modes), default=0.0)
        variable[number] = min((_cost(mode.variable, when) for mode in modes), default=0.0)
        term = min((mode.term.value for mode in modes), default=DAYS_PER_YEAR)
        effort[number] = 0.0 if deal is None else 2.0 * deal.value * DAYS_PER_YEAR / term
        gain[number] = 1.0
        if way.pathway is not None:
            gain[number] = way.pathway.yield_.value * way.pathway.replacement.value
            treatment[number] = _cost(way.pathway.cost, when)
            if way.pathway.lift is not None:
                # A heat pump delivers its electricity too; how much is not seen at a glance.
                gain[number] = UNSEEN
    length = pairs.distance
    cost = (handling + treatment)[pairs.way] + variable[pairs.way] * length
    return Apparent(gain[pairs.way], cost, effort[pairs.way])


def _cost(path: Path | None, when: date) -> float:
    return 0.0 if path is None else path.at(when)
