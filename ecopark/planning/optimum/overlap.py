"""Overlap in time: what two streams let a link send in a block, and what less capacity would let through.

What lives here: sums over the segments of a block for one pair. What does not: unit values (``worth``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecopark.planning.optimum.columns import Blocks, BlockStreams
from ecopark.planning.optimum.reference import Reference
from ecopark.planning.optimum.streams import period_of_segment

_Floats = NDArray[np.float64]
#: Cuts of a link: the limit of its streams, and two tangents to what a smaller capacity lets through.
CUTS = 3
# Peaks this much above the mean are not worth a tangent.
_EVEN = 1.02


class Overlap(NamedTuple):
    """What the streams of a link let it send in each block.

    Attributes
    ----------
    cut_at, cut_rise : ndarray of float, shape (Q, B), supply unit and day
        As in :class:`~ecopark.planning.optimum.columns.Links`.
    cut_supply, cut_need : ndarray of float, shape (Q, B), 1 and supply unit/need unit
    days : ndarray of float, shape (B,), day
    peak : ndarray of float, shape (B,), supply unit/day
    weight : ndarray of float, shape (T,), supply unit or day
        What it could send in each period, zero where it can send nothing.
    """

    cut_at: _Floats
    cut_rise: _Floats
    cut_supply: _Floats
    cut_need: _Floats
    days: _Floats
    peak: _Floats
    weight: _Floats


class _Side(NamedTuple):
    """One stream of a link: by segment in supply units, its whole in the block, and whether it can wait."""

    rate: _Floats
    whole: _Floats
    total: _Floats
    waits: bool


class Overlaps:
    """Measures the overlap of the streams of pairs.

    Parameters
    ----------
    reference : Reference
    blocks : Blocks
    flows : ndarray of float, shape (S, N), resource unit
        Of ``segment_flows``.
    streams : BlockStreams
    """

    def __init__(self, reference: Reference, blocks: Blocks, flows: _Floats, streams: BlockStreams) -> None:
        calendar = reference.calendar
        self._reference, self._streams = reference, streams
        first, last = np.searchsorted(calendar.segment_bounds, blocks.bounds[[0, -1]]).tolist()
        start, stop = np.searchsorted(calendar.period_bounds, blocks.bounds[[0, -1]]).tolist()
        self.periods = slice(start, stop)
        self._flows = flows[first:last]
        self._days = calendar.segment_days[first:last]
        self._period = period_of_segment(calendar)[first:last] - start
        self._cuts = np.searchsorted(calendar.segment_bounds, blocks.bounds[:-1]) - first
        self._period_cuts = np.searchsorted(calendar.period_bounds, blocks.bounds[:-1]) - start
        self._block = np.repeat(np.arange(blocks.count), np.diff([*self._cuts, last - first]))
        self._first_segments = calendar.segment_of_period[start:stop] - first
        self.period_days = np.diff(calendar.period_bounds)[self.periods].astype(np.float64)
        shares = [1.0 if way.pathway is None else way.pathway.max_share.value for way in reference.pairs.ways]
        self._own_share = np.array(shares)

    def by_block(self, weight: _Floats, values: _Floats) -> _Floats:
        """Weighted mean of a path over each block.

        Parameters
        ----------
        weight : ndarray of float, shape (T, ...), any unit
        values : ndarray of float, shape (T, ...), any unit
            Not looked at where the weight is zero.

        Returns
        -------
        ndarray of float, shape (B, ...), unit of the values
            Zero where there is no weight.
        """
        known = np.where(weight > 0.0, values, 0.0)
        total = np.add.reduceat(weight, self._period_cuts, axis=0)
        found = np.add.reduceat(weight * known, self._period_cuts, axis=0)
        return np.asarray(np.divide(found, total, out=np.zeros_like(found), where=total > 0.0))

    def measure(self, pair: int, gain: _Floats) -> Overlap:
        """Overlap of the two streams of a pair.

        Parameters
        ----------
        pair : int
        gain : ndarray of float, shape (T,), need unit/supply unit
            Virgin supply replaced per unit sent, by period; NaN where physics forbids.

        Returns
        -------
        Overlap
        """
        possible = np.isfinite(gain)
        mean = self.by_block(self.period_days * possible, gain)
        open_now = possible[self._period] & (mean > 0.0)[self._block]
        giver = self._giver(int(self._reference.pairs.out_port[pair]), open_now)
        taker = self._taker(pair, open_now, mean)
        most = np.where(open_now, np.inf, 0.0)
        for side in (giver, taker):
            if not side.waits:
                most = np.minimum(most, side.rate)
        gone = most <= 0.0
        days = self._sum(np.where(gone, 0.0, self._days))
        if giver.waits and taker.waits:
            return self._unmetered(giver, taker, open_now, days)
        return self._metered(giver, taker, most, days)

    def _giver(self, port: int, open_now: NDArray[np.bool_]) -> _Side:
        storage = float(self._reference.columns.storage[port])
        rate = self._flows[:, port]
        whole = self._sum(rate)
        if storage > 0.0:
            return _Side(rate, whole, np.where(whole + storage > 0.0, whole + storage, 0.0), True)
        return _Side(rate * open_now, whole, self._sum(rate * open_now), False)

    def _taker(self, pair: int, open_now: NDArray[np.bool_], gain: _Floats) -> _Side:
        pairs, columns = self._reference.pairs, self._reference.columns
        port = int(pairs.in_port[pair])
        per_unit = np.divide(1.0, gain, out=np.zeros_like(gain), where=gain > 0.0)
        rate = self._flows[:, port]
        whole = self._sum(rate)
        if columns.is_feed[port]:
            process = int(columns.port_process[port])
            held = self._streams.room[:, process] * self._streams.most[:, port]
            return _Side(rate, whole, (whole + held) * per_unit, True)
        share = min(float(columns.max_share[port]), float(self._own_share[pairs.way[pair]]))
        rate = rate * open_now * (share * per_unit)[self._block]
        return _Side(rate, whole, self._sum(rate), False)

    def _sum(self, by_segment: _Floats) -> _Floats:
        return np.asarray(np.add.reduceat(by_segment, self._cuts))

    def _unmetered(self, giver: _Side, taker: _Side, open_now: NDArray[np.bool_], days: _Floats) -> Overlap:
        """A store that feeds a buffer: nothing need happen at any one time."""
        limit = np.where(days > 0.0, np.minimum(giver.total, taker.total), 0.0)
        zero = np.zeros((CUTS, limit.size))
        peak = np.divide(limit, days, out=np.zeros_like(limit), where=days > 0.0)
        weight = np.add.reduceat(np.where(open_now, self._days, 0.0), self._first_segments)
        at = np.repeat(limit[None, :], CUTS, axis=0)
        by_supply = zero + self._per_unit(giver, giver.whole) * (giver.total <= taker.total)
        return Overlap(at, zero, by_supply, zero, days, peak, weight)

    def _metered(self, giver: _Side, taker: _Side, most: _Floats, days: _Floats) -> Overlap:
        """At least one side is used or lost at once."""
        overlap = self._sum(most)
        limit = np.minimum(np.minimum(overlap, giver.total), taker.total)
        rate = most / self._days
        peak = np.maximum.reduceat(rate, self._cuts)
        mean = np.divide(overlap, days, out=np.zeros_like(overlap), where=days > 0.0)
        # Where both are equal the residual is what is scarce.
        binds = giver.rate <= taker.rate if not (giver.waits or taker.waits) else np.array(taker.waits)
        scarce = np.broadcast_to(binds, most.shape)
        table = np.zeros((4, CUTS, limit.size))
        table[:, 0] = limit, np.zeros_like(limit), *self._slopes(giver, taker, most, scarce, most >= 0.0)
        for k, level in enumerate([mean, (mean + peak) / 2.0], start=1):
            below = rate <= level[self._block]
            uneven = peak > _EVEN * mean
            table[:, k] = np.where(
                uneven,
                [
                    self._sum(np.where(below, most, 0.0)),
                    self._sum(np.where(below, 0.0, self._days)),
                    *self._slopes(giver, taker, most, scarce, below),
                ],
                table[:, 0],
            )
        capped = limit < overlap
        by_giver = self._per_unit(giver, np.minimum(giver.total, giver.whole)) * (giver.total <= taker.total)
        by_taker = self._per_unit(taker, taker.total) * (giver.total > taker.total)
        table[2, 0] = np.where(capped, by_giver, table[2, 0])
        table[3, 0] = np.where(capped, by_taker, table[3, 0])
        weight = np.add.reduceat(most, self._first_segments)
        return Overlap(table[0], table[1], table[2], table[3], days, peak, weight)

    def _slopes(
        self, giver: _Side, taker: _Side, most: _Floats, scarce: NDArray[np.bool_], rows: NDArray[np.bool_]
    ) -> tuple[_Floats, _Floats]:
        """By how much a sum over segments grows with each of the two streams."""
        by_supply = self._per_unit(giver, self._sum(np.where(rows & scarce, most, 0.0)))
        return by_supply, self._per_unit(taker, self._sum(np.where(rows & ~scarce, most, 0.0)))

    @staticmethod
    def _per_unit(side: _Side, part: _Floats) -> _Floats:
        return np.divide(part, side.whole, out=np.zeros_like(part), where=side.whole > 0.0)
