"""Lines of the problem: what must be built to use links, what it costs a year, and the cost cut straight.

What lives here: grouping links into lines, their power law and its pieces. What does not: what links carry
(``links``), which lines are built (``program``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.investment import annuity_factor
from ecopark.market.options import Options
from ecopark.market.prices import Prices
from ecopark.planning.optimum.columns import Blocks, Lines, Links
from ecopark.planning.optimum.links import Ways
from ecopark.planning.optimum.reference import Reference

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
#: A straight piece may lie below the power law by this share at most, where the number of pieces allows.
TOLERANCE = 0.05
MOST_PIECES = 4


class Pieces(NamedTuple):
    """A power of the capacity cut straight; J pieces.

    Attributes
    ----------
    top : ndarray of float, shape (J,), supply unit/day
    base : ndarray of float, shape (J,), 1
    rise : ndarray of float, shape (J,), 1/(supply unit/day)
    """

    top: _Floats
    base: _Floats
    rise: _Floats


def cut_power(reference: float, floor: float, exponent: float, largest: float) -> Pieces:
    """Cut ``max(k / reference, floor) ** exponent`` into straight pieces that never lie above it.

    Parameters
    ----------
    reference : float, supply unit/day
        NaN where the cost does not depend on the capacity.
    floor, exponent : float, 1
    largest : float, supply unit/day
        End of the last piece.

    Returns
    -------
    Pieces
        The first is the floor itself; the others join points of the curve at equal ratios, as few as keep
        within `TOLERANCE` of it, at most `MOST_PIECES` with the first.

    Examples
    --------
    >>> cut_power(100.0, 0.5, 0.5, 100.0).base.round(3).tolist()
    [0.707, 0.414]
    """
    if np.isnan(reference) or exponent == 0.0:
        return Pieces(np.array([largest]), np.ones(1), np.zeros(1))
    start = floor * reference
    if largest <= start:
        return Pieces(np.array([largest]), np.array([floor**exponent]), np.zeros(1))
    # Without a floor the curve starts at zero, where no ratio reaches.
    low = start if start > 0.0 else largest * 1e-3
    count = next(
        (n for n in range(1, MOST_PIECES - 1) if _error((largest / low) ** (1 / n), exponent) <= TOLERANCE),
        MOST_PIECES - 1,
    )
    knots = low * (largest / low) ** (np.arange(count + 1) / count)
    knots[-1] = largest
    if start == 0.0:
        knots = np.append(0.0, knots[1:])
    height = (knots / reference) ** exponent
    rise = np.diff(height) / np.diff(knots)
    base = height[:-1] - rise * knots[:-1]
    if start == 0.0:
        return Pieces(knots[1:], base, rise)
    return Pieces(knots, np.append(floor**exponent, base), np.append(0.0, rise))


def _error(ratio: float, exponent: float) -> float:
    """Largest share by which the chord of a power lies below it, over a span of some ratio."""
    at = np.geomspace(1.0, ratio, 50)
    chord = 1.0 + (ratio**exponent - 1.0) * (at - 1.0) / (ratio - 1.0) if ratio > 1.0 else at**exponent
    return float((1.0 - chord / at**exponent).max())


def draw_lines(
    reference: Reference, blocks: Blocks, links: Links, ways: Ways, options: Options
) -> tuple[Lines, _Ints]:
    """Lines of all links that need something built.

    Parameters
    ----------
    reference : Reference
    blocks : Blocks
    links : Links
    ways : Ways
        Row by row the same links.
    options : Options

    Returns
    -------
    tuple of (Lines, ndarray of int, shape (L,), 1)
        And the line of each link, -1 where it needs none.
    """
    rows, costs = options.rows[ways.option], _Costs(reference, blocks, links, ways, options)
    line = _group(reference, links, ways.option, np.asarray(costs.is_built))
    count = int(line.max(initial=-1)) + 1
    members = [np.flatnonzero(line == g) for g in range(count)]
    first = np.array([group[0] for group in members], dtype=np.int64)
    scale, linear = costs.by_line(members)
    # Those that succeed each other never work at once: more than the sum of their peaks is of no use.
    largest = np.array([links.peak[:, group].max(axis=0).sum() for group in members])
    carried = costs.carried[first]
    size = np.divide(rows["reference"][first], carried, out=np.full(count, np.nan), where=carried > 0.0)
    floor, exponent = rows["floor"][first], rows["exponent"][first]
    pieces = [
        cut_power(*law)
        for law in zip(size.tolist(), floor.tolist(), exponent.tolist(), largest.tolist(), strict=True)
    ]
    table = np.zeros((3, max((p.top.size for p in pieces), default=1), count))
    for g, piece in enumerate(pieces):
        table[:, : piece.top.size, g] = piece
    life = costs.life[first]
    return (
        Lines(
            first=first,
            largest=largest,
            until=_last_block(blocks, life),
            reference=size,
            floor=floor,
            exponent=exponent,
            scale=scale,
            linear=linear,
            top=table[0],
            base=table[1],
            rise=table[2],
            embodied=costs.embodied[first] / (life / DAYS_PER_YEAR),
        ),
        line,
    )


def _group(reference: Reference, links: Links, option: _Ints, is_built: NDArray[np.bool_]) -> _Ints:
    """Line of each link: one for a way by a mode between two plants and those that succeed them."""
    heir = reference.columns.successor
    root = np.arange(heir.size)
    # Whoever succeeds takes over from the first of the chain.
    for port in range(heir.size):
        if heir[port] != port:
            root[root == root[heir[port]]] = root[port]
    known: dict[tuple[int, int, int], int] = {}
    found = np.full(links.count, -1, dtype=np.int64)
    for k in np.flatnonzero(is_built).tolist():
        key = (int(root[links.out_port[k]]), int(root[links.in_port[k]]), int(option[k]))
        found[k] = known.setdefault(key, len(known))
    return found


def _last_block(blocks: Blocks, life: _Floats) -> _Ints:
    """Last block that begins before the end of a life counted from each block's end. shape (B, G)."""
    ends = blocks.bounds[1:, None] + life[None, :]
    return np.searchsorted(blocks.bounds[:-1], ends.ravel(), side="left").reshape(ends.shape) - 1


class _Costs:
    """Yearly costs of building, by link and block."""

    def __init__(
        self, reference: Reference, blocks: Blocks, links: Links, ways: Ways, options: Options
    ) -> None:
        self._reference, self._blocks, self._links = reference, blocks, links
        rows, bounds = options.rows[ways.option], reference.calendar.period_bounds
        start, stop = np.searchsorted(bounds, blocks.bounds[[0, -1]]).tolist()
        self._days = np.diff(bounds)[start:stop].astype(np.float64)
        self._cuts = np.searchsorted(bounds, blocks.bounds[:-1]) - start
        costs = {
            name: options.costs[name][start:stop][:, ways.option] for name in ("fixed", "per_km", "works")
        }
        length = reference.pairs.distance[ways.pair]
        self._pipe = self._mean(costs["fixed"] + costs["per_km"] * length)
        possible = np.isfinite(ways.physics["gain"])
        means = {name: _mean_where(ways.physics[name], possible) for name in ("carried", "treated")}
        self.carried = means["carried"]
        self._works = self._mean(costs["works"]) * means["treated"]
        self.is_built = np.asarray(((self._pipe > 0.0) | (self._works > 0.0)).any(axis=0), dtype=np.bool_)
        self._running = rows["running"]
        lives = [
            np.where((part > 0.0).any(axis=0), rows[name], np.inf)
            for part, name in ((self._pipe, "mode_life"), (self._works, "way_life"))
        ]
        self.life = np.minimum(*lives)
        modes = [reference.park.transport[options.modes[k]] for k in ways.option.tolist()]
        embodied = np.array([0.0 if mode.embodied is None else mode.embodied.value for mode in modes])
        self.embodied = embodied * length
        self._grant = self._granted(reference.prices, slice(start, stop))

    def _mean(self, by_period: _Floats) -> _Floats:
        """Mean over each block. ndarray of float, shape (B, L), unit of the table."""
        days = self._days[:, None]
        whole = np.add.reduceat(days, self._cuts, axis=0)
        return np.asarray(np.add.reduceat(by_period * days, self._cuts, axis=0) / whole)

    def _granted(self, prices: Prices, periods: slice) -> _Floats:
        """Share of each investment paid by the public. ndarray of float, shape (B, L), 1."""
        share = np.repeat(prices.capital_grant[periods][:, None], self._links.count, axis=1)
        for (out, into), (_, more) in prices.support.items():
            mine = (self._links.out_port == out) & (self._links.in_port == into)
            share += more[periods][:, None] * mine
        return self._mean(np.minimum(share, 1.0))

    def by_line(self, members: list[_Ints]) -> tuple[dict[str, _Floats], dict[str, _Floats]]:
        """Yearly cost of each line: its power law's factor and its part in proportion to capacity.

        The least of its links' costs: whoever carries on a line in a run paid no more for it.
        """
        rate, years = self._blocks.rate, self.life / DAYS_PER_YEAR
        annuity = np.array(
            [annuity_factor(rate, life) if np.isfinite(life) else 0.0 for life in years.tolist()]
        )
        scale, linear = {}, {}
        for name, share in (("cost", 1.0 - self._grant), ("social_cost", np.ones_like(self._grant))):
            pipe = self._pipe * (annuity * share + self._running)
            works = self._works * annuity * share
            scale[name] = self._least(pipe, members)
            linear[name] = self._least(works, members)
        return scale, linear

    def _least(self, by_link: _Floats, members: list[_Ints]) -> _Floats:
        least = [by_link[:, group].min(axis=1) for group in members]
        return np.array(least).reshape(len(members), self._blocks.count).T


def _mean_where(table: _Floats, rows: NDArray[np.bool_]) -> _Floats:
    """Mean of each column over some of its rows."""
    return np.asarray(np.where(rows, table, 0.0).sum(axis=0) / np.maximum(rows.sum(axis=0), 1))
