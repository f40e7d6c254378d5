"""Feasible pairs: which residual could serve which need, by which pathway, how far apart.

Built once from the resource index: only out- and in-ports whose resources meet, directly or by a
pathway, are ever looked at. Physical feasibility by date (temperature, quality) is asked later,
in ``technical_obstacle``, since grades change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecopark.flows.columns import Columns
from ecopark.scenario.geometry import distance_km
from ecopark.scenario.types import Park, Pathway, Transport

KELVIN = 273.15


@dataclass(frozen=True)
class Pairs:
    """Candidate pairs as columns, K of them, ordered by name.

    Attributes
    ----------
    names : tuple of str
        ``out-port > in-port`` and the pathway; the address of the pair's random streams.
    out_port, in_port : ndarray of int, shape (K,), 1
    pathway : tuple of str
        Identifier, ``"direct"`` for equal resources.
    distance : ndarray of float, shape (K,), km
    modes : tuple of tuple of str
        Transport modes that reach that far.
    """

    names: tuple[str, ...]
    out_port: NDArray[np.int64]
    in_port: NDArray[np.int64]
    pathway: tuple[str, ...]
    distance: NDArray[np.float64]
    modes: tuple[tuple[str, ...], ...]


def find_pairs(park: Park, columns: Columns) -> Pairs:
    """All pairs of a residual and a need that a pathway and a transport mode could join.

    Parameters
    ----------
    park : Park
    columns : Columns

    Returns
    -------
    Pairs
        Pairs within one firm are left out, as are pairs beyond the reach of every mode.
    """
    offers = columns.is_out & (~columns.is_product | columns.on_demand)
    direct = Pathway(name="same resource", giver="any", taker="any")
    index = {name: i for i, name in enumerate(columns.resources)}
    ways = [(f"{name}", "direct", name, name, direct) for name in columns.resources]
    ways += [(f"{p.giver}>{p.taker}", key, p.giver, p.taker, p) for key, p in sorted(park.pathways.items())]
    found: list[tuple[str, int, int, str, float, tuple[str, ...]]] = []
    for _, key, giver, taker, pathway in ways:
        if giver not in index or taker not in index:
            continue
        outs = np.flatnonzero(offers & (columns.port_resource == index[giver]))
        ins = np.flatnonzero(~columns.is_out & (columns.port_resource == index[taker]))
        ins = ins[[_may_take(park, columns, int(i), pathway) for i in ins]] if ins.size else ins
        found += _meet(park, columns, outs, ins, key, taker if pathway.at == "giver" else giver)
    found.sort(key=lambda row: row[0])
    return Pairs(
        names=tuple(row[0] for row in found),
        out_port=np.array([row[1] for row in found], dtype=np.int64),
        in_port=np.array([row[2] for row in found], dtype=np.int64),
        pathway=tuple(row[3] for row in found),
        distance=np.array([row[4] for row in found], dtype=np.float64),
        modes=tuple(row[5] for row in found),
    )


def _may_take(park: Park, columns: Columns, port: int, pathway: Pathway) -> bool:
    sector = park.firms[columns.firms[columns.port_firm[port]]].sector
    return not pathway.taker_sectors or sector in pathway.taker_sectors


def _meet(
    park: Park,
    columns: Columns,
    outs: NDArray[np.int64],
    ins: NDArray[np.int64],
    key: str,
    carried: str,
) -> list[tuple[str, int, int, str, float, tuple[str, ...]]]:
    """Pairs of one pathway whose distance some mode of the carried resource can cover."""
    out, into = (grid.ravel() for grid in np.meshgrid(outs, ins, indexing="ij"))
    apart = columns.port_firm[out] != columns.port_firm[into]
    out, into = out[apart], into[apart]
    if not out.size:
        return []
    start, end = columns.site[columns.port_firm[out]], columns.site[columns.port_firm[into]]
    lengths = distance_km(start, end, park.layout)
    reach = {mode: park.transport[mode].max_length.value for mode in park.resources[carried].transport}
    rows = []
    for o, i, length in zip(out.tolist(), into.tolist(), lengths.tolist(), strict=True):
        modes = tuple(mode for mode, longest in reach.items() if length <= longest)
        if modes:
            rows.append((f"{columns.ports[o]} > {columns.ports[i]} by {key}", o, i, key, length, modes))
    return rows


def technical_obstacle(
    supplied: float, required: float, scale: str, pathway: Pathway | None, drop: float, approach: float
) -> bool:
    """Whether physics or quality forbids an exchange.

    Parameters
    ----------
    supplied, required : float, grade scale
        Grade at the giver's gate and grade needed; NaN where none is stated.
    scale : {"temperature", "class", "conformity"}
    pathway : Pathway or None
        None for the same resource. A treatment makes its own grade: then only its ``needs``
        counts for materials and water. Heat must be hot enough on every pathway unless it is
        lifted by a heat pump.
    drop : float, grade scale
        Grade lost on the way (temperature fall of a pipe).
    approach : float, K
        Smallest temperature difference of a heat exchange.

    Returns
    -------
    bool
    """
    # A conversion at the giver works with what it has, and its product must survive the way.
    before, after = (0.0, drop) if pathway is not None and pathway.at == "giver" else (drop, 0.0)
    arriving, required = supplied - before, required + after
    if pathway is not None and pathway.needs is not None and not arriving >= pathway.needs.value:
        return True
    if scale == "temperature":
        if pathway is not None and pathway.lift is not None:
            # At a coefficient of one nothing would be lifted: all heat would be electricity.
            hot_enough = heat_pump_cop(pathway, arriving, required, approach) > 1.0
            return bool(required > pathway.lift.max_temperature.value or not hot_enough)
        return bool(arriving < required + approach)
    if pathway is not None:
        return False
    return bool(arriving < required)


def heat_pump_cop(pathway: Pathway, source: float, required: float, approach: float) -> float:
    """Coefficient of performance of a pathway's heat pump.

    Parameters
    ----------
    pathway : Pathway
        With a ``lift``.
    source, required : float, degC
        Delivered source temperature and temperature needed.
    approach : float, K
        Difference lost in each of the two heat exchangers.

    Returns
    -------
    float
        Heat delivered per electricity, ``efficiency x T_hot / (T_hot - T_cold)`` with absolute
        temperatures of condenser and evaporator (Carnot), never below one.
    """
    assert pathway.lift is not None
    hot, cold = required + approach + KELVIN, source - approach + KELVIN
    if hot <= cold:
        return float("inf")
    return max(pathway.lift.efficiency.value * hot / (hot - cold), 1.0)


def grade_drop(transport: Transport, scale: str, length: float) -> float:
    """Grade lost on the way: the temperature fall of a pipe in K, nothing for other scales."""
    return transport.temperature_drop.value * length if scale == "temperature" else 0.0
