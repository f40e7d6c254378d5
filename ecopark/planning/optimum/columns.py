"""Columns of the problem of the best possible network: blocks of time, streams, links, lines.

What lives here: types only. What does not: filling them (``problem``, ``streams``, ``links``,
``capital``), the linear program made of them (``program``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Blocks:
    """Spans of time in which the problem knows sums only, B of them.

    Attributes
    ----------
    bounds : ndarray of int, shape (B + 1,), day
        First day of each block, counted from the first of the scenario, then the end.
    starts : pandas.DatetimeIndex
        First day of each block.
    years : ndarray of float, shape (B,), yr
    discount : ndarray of float, shape (B,), 1
        Mean present value of one unit of money paid evenly over the block, at the start of the first.
    rate : float, 1/yr
    """

    bounds: _Ints
    starts: pd.DatetimeIndex
    years: _Floats
    discount: _Floats
    rate: float

    @property
    def count(self) -> int:
        """Number of blocks, B."""
        return self.years.size


@dataclass(frozen=True)
class Links:
    """Every way of joining a residual and a need by a mode, as columns, L of them.

    Attributes
    ----------
    pair : ndarray of int, shape (L,), 1
        Column of :class:`~ecopark.market.pairs.Pairs`.
    out_port, in_port : ndarray of int, shape (L,), 1
    way : ndarray of int, shape (L,), 1
    line : ndarray of int, shape (L,), 1
        Line that carries it; -1 where nothing needs to be built.
    table : pandas.DataFrame
        For people, index 0 to L - 1: ``from_firm, to_firm, resource, to_resource, pathway, mode, distance_km,
        unit, out_port, in_port`` (names).
    gain : ndarray of float, shape (B, L), need unit/supply unit
        Virgin supply replaced per unit sent: share that arrives x yield x replacement.
    keep : ndarray of float, shape (B, L), 1
        Share that arrives.
    days : ndarray of float, shape (B, L), day
        Days of the block on which it can send anything.
    cut_at, cut_rise : ndarray of float, shape (Q, B, L), supply unit and day
        Most it can send in a block with a capacity k (supply unit/day) is at most ``cut_at + cut_rise x k``, for
        each of Q cuts. The first is the limit of the two streams alone, its rise zero: what overlaps in time.
    cut_supply, cut_need : ndarray of float, shape (Q, B, L), 1 and supply unit/need unit
        By how much `cut_at` grows with one more unit of the residual or of the need in the block, spread like
        the rest of it.
    peak : ndarray of float, shape (B, L), supply unit/day
        Largest rate that is of any use.
    worth : mapping of str to ndarray of float, shape (B, L), objective unit/supply unit
        Benefit per unit sent, capital and upkeep left out.
    inputs, burden : mapping of str to ndarray of float, shape (B, L), unit/supply unit
        Resources bought by the taker and by the giver per unit sent.
    """

    pair: _Ints
    out_port: _Ints
    in_port: _Ints
    way: _Ints
    line: _Ints
    table: pd.DataFrame
    gain: _Floats
    keep: _Floats
    days: _Floats
    cut_at: _Floats
    cut_rise: _Floats
    cut_supply: _Floats
    cut_need: _Floats
    peak: _Floats
    worth: dict[str, _Floats]
    inputs: dict[str, _Floats]
    burden: dict[str, _Floats]

    @property
    def count(self) -> int:
        """Number of links, L."""
        return self.pair.size

    @property
    def limit(self) -> _Floats:
        """Most each can send in a block, whatever its capacity. ndarray of float, shape (B, L), supply unit."""
        return np.asarray(self.cut_at[0])


@dataclass(frozen=True)
class Lines:
    """What must be built to use links: pipes, conveyors, cables and conversion plants, G of them.

    A line serves the links of one way by one mode between two plants, and between those that succeed them. It
    costs ``scale x max(k / reference, floor) ** exponent + linear x k`` a year for a capacity k, as annuity and
    upkeep. The power is cut into J pieces, straight between points of the curve, of which a builder chooses
    one; since the curve is concave above its floor, no piece lies above it.

    Attributes
    ----------
    first : ndarray of int, shape (G,), 1
        A link of each.
    largest : ndarray of float, shape (G,), supply unit/day
        Capacity beyond which nothing more could ever flow.
    until : ndarray of int, shape (B, G), 1
        Last block in which a line begun in a block stands: its technical life, counted from the block's end.
    reference : ndarray of float, shape (G,), supply unit/day
        NaN where the cost does not depend on the capacity.
    floor, exponent : ndarray of float, shape (G,), 1
    scale, linear : mapping of str to ndarray of float, shape (B, G), money/yr and money/yr/(supply unit/day)
        Yearly cost of what is begun in a block: what firms pay (``cost``), grants included (``social_cost``).
    top : ndarray of float, shape (J, G), supply unit/day
        Upper end of each piece; zero for pieces that a line does not have.
    base, rise : ndarray of float, shape (J, G), 1 and 1/(supply unit/day)
        Each piece of the power: ``base + rise x k``.
    embodied : ndarray of float, shape (G,), t CO2e/yr
        Emission of construction, spread over the technical life.
    """

    first: _Ints
    largest: _Floats
    until: _Ints
    reference: _Floats
    floor: _Floats
    exponent: _Floats
    scale: dict[str, _Floats]
    linear: dict[str, _Floats]
    top: _Floats
    base: _Floats
    rise: _Floats
    embodied: _Floats

    @property
    def count(self) -> int:
        """Number of lines, G."""
        return self.first.size


@dataclass(frozen=True)
class BlockStreams:
    """Streams and plants by block; N ports and P processes of :class:`~ecopark.flows.columns.Columns`.

    Attributes
    ----------
    total : ndarray of float, shape (B, N), resource unit
        Supply or need of the ports of scheduled processes; zero for those of feed-driven ones.
    capacity : ndarray of float, shape (B, P), activity unit
        Most that a feed-driven process can do.
    room : ndarray of float, shape (B, P), activity unit
        Most that its buffers can hold at the end of a block.
    most, least : ndarray of float, shape (B, N), resource unit/activity unit
        Largest and smallest coefficient above zero in a block; zero where there is none.
    imported : ndarray of float, shape (B, N), resource unit
        Most that a feed port can draw from outside.
    is_late : bool
        Whether the first block begins after the scenario, so that there may be something in stock.
    """

    total: _Floats
    capacity: _Floats
    room: _Floats
    most: _Floats
    least: _Floats
    imported: _Floats
    is_late: bool
