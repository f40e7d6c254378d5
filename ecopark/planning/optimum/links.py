"""Links of the problem: every pair by every mode that physics ever allows, with all that is known of it.

What lives here: physics of links by period, by the market's own arithmetic, and putting links together. What
does not: overlap in time (``overlap``), unit values (``worth``), what must be built for them
(``capital``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.market.choice import value_pair
from ecopark.market.options import Options, compile_options
from ecopark.market.valuation import QUALITY, VALUE, Courses, Ground, Side
from ecopark.planning.optimum.columns import Blocks, BlockStreams, Links
from ecopark.planning.optimum.overlap import CUTS, Overlap, Overlaps
from ecopark.planning.optimum.reference import Reference
from ecopark.planning.optimum.worth import Worth, social_prices

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
_PHYSICS = ("keep", "gain", "carried", "treated", "electricity")


@dataclass(frozen=True)
class Ways:
    """Links before they are valued: one per pair and mode that reaches and physics ever allows.

    Attributes
    ----------
    pair, option : ndarray of int, shape (L,), 1
        Columns of pairs and of ``Options``.
    physics : mapping of str to ndarray of float, shape (T, L), 1
        ``keep, gain, carried, treated, electricity`` (unit/supply unit) by period; NaN where physics forbids.
    """

    pair: _Ints
    option: _Ints
    physics: dict[str, _Floats]


def find_ways(reference: Reference, options: Options, periods: slice) -> Ways:
    """Pairs by mode, with their physics in every period.

    Parameters
    ----------
    reference : Reference
    options : Options
    periods : slice
        Periods that are looked at.

    Returns
    -------
    Ways
    """
    pairs = reference.pairs
    found: list[tuple[int, int, _Floats]] = []
    for pair in range(pairs.count):
        of_way = options.of_way(int(pairs.way[pair]))
        table = _pair_physics(reference, options, pair, of_way, periods)
        for k in range(of_way.stop - of_way.start):
            if np.isfinite(table[k, 0]).any():
                found.append((pair, of_way.start + k, table[k]))
    shape = len(found), len(_PHYSICS), periods.stop - periods.start
    stacked = np.array([table for *_, table in found]).reshape(shape)
    return Ways(
        pair=np.array([pair for pair, *_ in found], dtype=np.int64),
        option=np.array([option for _, option, _ in found], dtype=np.int64),
        physics={name: stacked[:, i].T.copy() for i, name in enumerate(_PHYSICS)},
    )


def _pair_physics(
    reference: Reference, options: Options, pair: int, of_way: slice, periods: slice
) -> _Floats:
    """Physics of a pair by each of its options and in each period. ndarray of float, shape (W, 5, T)."""
    columns, pairs = reference.columns, reference.pairs
    out, into = int(pairs.out_port[pair]), int(pairs.in_port[pair])
    grades = columns.grade[periods][:, [out, into]]
    # A contract may be signed on any day from the first of its way on: then in force to the period's end.
    known = reference.calendar.period_bounds[1:][periods] > options.since[int(pairs.way[pair])]
    table = np.full((of_way.stop - of_way.start, len(_PHYSICS), grades.shape[0]), np.nan)
    cut = np.flatnonzero(
        np.append(True, (np.diff(np.nan_to_num(grades, nan=-1e9), axis=0) != 0.0).any(axis=1))
    )
    seen: dict[tuple[float, float], _Floats] = {}
    for start, stop in zip(cut, [*cut[1:], grades.shape[0]], strict=True):
        key = (float(grades[start, 0]), float(grades[start, 1]))
        if key not in seen:
            seen[key] = _physics_at(reference, options, pair, of_way, key)
        table[:, :, start:stop] = seen[key][:, :, None]
    table[:, :, ~known] = np.nan
    return table


def _physics_at(
    reference: Reference, options: Options, pair: int, of_way: slice, grades: tuple[float, float]
) -> _Floats:
    """Physics of a pair by each of its options at given grades. ndarray of float, shape (W, 5)."""
    rows = options.rows[of_way]
    specs, ends = reference.columns.specs, (reference.pairs.out_port[pair], reference.pairs.in_port[pair])
    pressures = [specs[port].pressure for port in ends]
    sides = [
        Side(1.0, grade, np.nan if bar is None else bar.value, 0.0, np.inf, 0.0, 0.0)
        for grade, bar in zip(grades, pressures, strict=True)
    ]
    approach = reference.park.layout.approach.value
    ground = Ground(approach, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    values, one = np.zeros(rows.size, dtype=VALUE), np.ones(1)
    values["reason"] = QUALITY
    length = np.full(rows.size, reference.pairs.distance[pair])
    value_pair(
        rows, options.costs[0, of_way], sides[0], one, sides[1], np.full(1, 1e30), ground,
        Courses(length, np.zeros((rows.size, 0, 2))), one, values, np.zeros((rows.size, 1)),
    )  # fmt: skip
    gain = values["keep"] * values["credit"]
    found = [values["keep"], gain, values["carried"], values["treated"], values["electricity"]]
    possible = (values["reason"] != QUALITY) & (gain > 0.0)
    return np.where(possible[:, None], np.column_stack(found), np.nan)


def build_links(
    reference: Reference, blocks: Blocks, flows: _Floats, streams: BlockStreams
) -> tuple[Links, Ways, Options]:
    """All links of a park over some blocks, lines not yet drawn.

    Parameters
    ----------
    reference : Reference
    blocks : Blocks
    flows : ndarray of float, shape (S, N), resource unit
        Of ``segment_flows``.
    streams : BlockStreams

    Returns
    -------
    tuple of (Links, Ways, Options)
        Links that could ever send something, the same with their physics, and the options they refer to.
    """
    overlaps = Overlaps(reference, blocks, flows, streams)
    options = compile_options(reference.park, reference.pairs, reference.calendar)
    ways = find_ways(reference, options, overlaps.periods)
    measured = [
        overlaps.measure(pair, ways.physics["gain"][:, k]) for k, pair in enumerate(ways.pair.tolist())
    ]
    useful = [k for k, overlap in enumerate(measured) if overlap.cut_at[0].max() > 0.0]
    ways = Ways(ways.pair[useful], ways.option[useful], {n: x[:, useful] for n, x in ways.physics.items()})
    measured = [measured[k] for k in useful]
    weight = np.array([overlap.weight for overlap in measured])
    weight = weight.reshape(len(useful), overlaps.period_days.size).T
    worth = Worth(reference, options, overlaps, ways.pair, ways.option, ways.physics, weight)
    social = social_prices(reference.park, reference.columns, reference.calendar)
    pairs = reference.pairs
    links = Links(
        pair=ways.pair,
        out_port=pairs.out_port[ways.pair],
        in_port=pairs.in_port[ways.pair],
        way=pairs.way[ways.pair],
        line=np.full(ways.pair.size, -1, dtype=np.int64),
        table=_names(reference, options, ways),
        gain=worth.physics["gain"],
        keep=worth.physics["keep"],
        **_stack(measured, blocks.count),
        worth=worth.objectives(social),
        inputs=worth.inputs(),
        burden=worth.burdens(),
    )
    return links, ways, options


def _stack(measured: list[Overlap], blocks: int) -> dict[str, _Floats]:
    """Overlaps of all links as columns."""
    found: dict[str, _Floats] = {}
    for name in ("cut_at", "cut_rise", "cut_supply", "cut_need"):
        cuts = np.array([getattr(overlap, name) for overlap in measured]).reshape(-1, CUTS, blocks)
        found[name] = np.ascontiguousarray(cuts.transpose(1, 2, 0))
    for name in ("days", "peak"):
        table = np.array([getattr(overlap, name) for overlap in measured]).reshape(-1, blocks)
        found[name] = np.ascontiguousarray(table.T)
    return found


def _names(reference: Reference, options: Options, ways: Ways) -> pd.DataFrame:
    """Links for people."""
    columns, pairs, park = reference.columns, reference.pairs, reference.park
    rows = []
    for pair, option in zip(ways.pair.tolist(), ways.option.tolist(), strict=True):
        out, into = int(pairs.out_port[pair]), int(pairs.in_port[pair])
        resource, need = (columns.resources[columns.port_resource[port]] for port in (out, into))
        firms = (columns.firms[columns.port_firm[port]] for port in (out, into))
        mode, length = options.modes[option], float(pairs.distance[pair])
        ends = columns.ports[out], columns.ports[into]
        rows.append(
            (*firms, resource, need, pairs.key(pair), mode, length, park.resources[resource].unit, *ends)
        )
    names = ["from_firm", "to_firm", "resource", "to_resource", "pathway", "mode", "distance_km", "unit"]
    return pd.DataFrame(rows, columns=[*names, "out_port", "in_port"])
