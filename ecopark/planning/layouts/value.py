"""What a layout makes possible: benefit per year of its links, compiled once, summed up thousands of times.

What lives here: the benefit of every pair of streams as a function of the distance between their firms, and the
sum over a layout with supplies and needs shared. What does not: which layout to try (``search``).

The benefit of a pair is the market's own: what :class:`~ecopark.agents.appraiser.Appraiser` finds for it on a day,
both partners together, capital and transaction cost taken off, zero where it is not worthwhile or physics forbids
it. Days are the middles of equal parts of the scenario's time; the value of a layout is the mean over them.

Approximations, which make it a guide and no forecast:

- Nobody has promised anything yet: each pair is appraised with the whole supply and the whole need. In a layout
  the links are then taken in order of their benefit, each for what is left of its two streams; one that finds a
  part of what it wanted has that part of its benefit.
- Feed-driven plants are taken to run as planned, and what feeds them is worth to them what they sell, less what
  their customers in the park would pay: these links are valued themselves.
- Every pipe digs its own trench. Firms trust each other; information and bargaining never fail, and of permits
  only the chance of a refusal that firms reckon with counts.
- Every distance is valued as the next longer of at most ``LEVELS`` distances.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.agents.appraiser import Appraiser
from ecopark.calendar import Calendar
from ecopark.flows.columns import Columns, compile_columns
from ecopark.market.pairs import Pairs, find_pairs
from ecopark.market.prices import compile_prices
from ecopark.market.sharing import share_streams
from ecopark.scenario.types import Park

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
#: Most distances for which pairs are valued.
LEVELS = 240
# Finer than any benefit: distances that differ by less are one.
_GRAIN_KM = 1e-3


class Reckoner(Appraiser):
    """Appraises pairs by themselves: with whole streams, at any distance, feed-driven plants running as planned."""

    def free_rate(self, port: int, period: int) -> _Floats:
        """Expected rate of a port for a year from a period on. ndarray of float, shape (M,), unit/day."""
        return self.by_month(self.columns.expected, port, period)

    def _customers(self, out: int, supply: _Floats, day: float, chain: int) -> tuple[float, _Floats]:
        """Customers in the park pay nothing here and take all: their links are valued themselves."""
        return 0.0, supply.copy()


@dataclass(frozen=True)
class Benefits:
    """Benefits of K pairs of streams by distance, on S days.

    Attributes
    ----------
    giver, taker : ndarray of int, shape (K,), 1
        Numbers of the firms, in the order of their names.
    out_port, in_port : ndarray of int, shape (K,), 1
    level : ndarray of int, shape (P, P), 1
        Number of the distance between each two sites.
    length : ndarray of float, shape (L,), km
        The distances, rising.
    worth : ndarray of float, shape (S, K, L), money/yr
        Zero where a link is not worthwhile.
    supply_part, need_part : ndarray of float, shape (S, K, L), 1
        Parts of the streams a link would use.
    name : tuple of str
        Names of the firms.
    resource, pathway : tuple of str
        Of each pair.
    ports : int
        Number of ports.
    """

    giver: _Ints
    taker: _Ints
    out_port: _Ints
    in_port: _Ints
    level: _Ints
    length: _Floats
    worth: _Floats
    supply_part: _Floats
    need_part: _Floats
    name: tuple[str, ...]
    resource: tuple[str, ...]
    pathway: tuple[str, ...]
    ports: int

    def value(self, site: _Ints) -> float:
        """Benefit per year of a layout.

        Parameters
        ----------
        site : ndarray of int, shape (F,), 1
            Number of the site of each firm.

        Returns
        -------
        float, money/yr
        """
        level = self.level[site[self.giver], site[self.taker]]
        got = np.zeros(self.giver.size)
        return float(share_streams(level, self.out_port, self.in_port, *self._parts, self.ports, got))

    def links(self, site: _Ints) -> pd.DataFrame:
        """Links that a layout makes worth while.

        Parameters
        ----------
        site : ndarray of int, shape (F,), 1
            Number of the site of each firm.

        Returns
        -------
        pandas.DataFrame
            ``from_firm, to_firm, resource, pathway, distance_km, benefit`` (money/yr), the largest benefit first.
        """
        level = self.level[site[self.giver], site[self.taker]]
        got = np.zeros(self.giver.size)
        share_streams(level, self.out_port, self.in_port, *self._parts, self.ports, got)
        rows = np.flatnonzero(got > 0.0)
        table = pd.DataFrame(
            {
                "from_firm": [self.name[self.giver[k]] for k in rows],
                "to_firm": [self.name[self.taker[k]] for k in rows],
                "resource": [self.resource[k] for k in rows],
                "pathway": [self.pathway[k] for k in rows],
                "distance_km": self.length[level[rows]],
                "benefit": got[rows],
            }
        )
        return table.sort_values(["benefit", "from_firm", "to_firm", "resource"], ascending=[False, True, True, True],
                                 ignore_index=True)  # fmt: skip

    @property
    def _parts(self) -> tuple[_Floats, _Floats, _Floats]:
        return self.worth, self.supply_part, self.need_part


def compile_benefits(
    park: Park,
    distance: _Floats,
    reachable: Callable[[int], _Ints],
    days: int = 5,
    progress: Callable[[int, int], None] | None = None,
) -> Benefits:
    """Value every pair of a park at every distance its firms may stand apart.

    Parameters
    ----------
    park : Park
    distance : ndarray of float, shape (P, P), km
        Between every two sites, those of all firms today and all plots.
    reachable : callable
        Number of a firm, in the order of their names -> numbers of the sites on which it may stand.
    days : int
        On which pairs are valued.
    progress : callable, optional
        Called with the pairs done and the pairs to do.

    Returns
    -------
    Benefits
    """
    calendar = _calendar(park)
    columns = compile_columns(park, calendar)
    pairs = _all_pairs(park, columns)
    reckoner = Reckoner(park, columns, compile_prices(park, columns, calendar), pairs, calendar)
    level, length = _levels(distance)
    when = [(k + 0.5) * float(calendar.period_bounds[-1]) / days for k in range(days)]
    shape = (days, pairs.count, length.size)
    tables = np.zeros(shape), np.ones(shape), np.ones(shape)
    giver, taker = columns.port_firm[pairs.out_port], columns.port_firm[pairs.in_port]
    for k in range(pairs.count):
        sites = reachable(int(giver[k])), reachable(int(taker[k]))
        wanted = np.unique(level[np.ix_(*sites)])
        for s, day in enumerate(when):
            _value_pair(reckoner, k, day, length, wanted, tuple(table[s, k] for table in tables))
        if progress is not None:
            progress(k + 1, pairs.count)
    return Benefits(
        giver, taker, pairs.out_port, pairs.in_port, level, length, *tables, columns.firms,
        tuple(columns.resources[r] for r in columns.port_resource[pairs.out_port]),
        tuple(pairs.key(k) for k in range(pairs.count)), len(columns.ports),
    )  # fmt: skip


def _value_pair(
    reckoner: Reckoner, pair: int, day: float, length: _Floats, wanted: _Ints, rows: tuple[_Floats, ...]
) -> None:
    """Fill a pair's benefit and parts of streams at some distances, the shortest first, until nothing is left."""
    c, pairs = reckoner.columns, reckoner.pairs
    ports = int(pairs.out_port[pair]), int(pairs.in_port[pair])
    if not all(c.opens[port] <= day < c.closes[port] for port in ports):
        return
    period, lengths = reckoner.period(day), reckoner.days_of_year(reckoner.period(day))
    yearly = [float((reckoner.by_month(c.expected, port, period) * lengths).sum()) for port in ports]
    if min(yearly) <= 0.0:
        return
    for k in wanted.tolist():
        pairs.distance[pair] = length[k]
        terms = reckoner.appraise(pair, day, trust=1.0)
        if terms.reason or terms.joint_margin <= 0.0:
            # Farther apart costs more, loses more and is colder.
            return
        rows[0][k] = terms.joint_margin
        delivered = float((terms.delivered * lengths).sum())
        rows[1][k] = max(terms.quantity / yearly[0], 1e-12)
        rows[2][k] = max(delivered / yearly[1], 1e-12)


def _all_pairs(park: Park, columns: Columns) -> Pairs:
    """Every pair of streams, however far apart its firms stand today."""
    together = replace(columns, site=np.zeros_like(columns.site))
    discovery = park.agents.discovery.model_copy(update={"horizon": max(len(columns.ports), 1)})
    agents = park.agents.model_copy(update={"discovery": discovery})
    layout = park.layout.model_copy(update={"distance": "straight"})
    return find_pairs(park.model_copy(update={"agents": agents, "layout": layout}), together)


def _levels(distance: _Floats) -> tuple[_Ints, _Floats]:
    """Number of each distance, and the distances: each the longest of those it stands for. km."""
    grains = np.ceil(distance / _GRAIN_KM - 1e-6)
    known = np.unique(grains)
    if known.size > LEVELS:
        steps = np.linspace(0, known.size - 1, LEVELS).round().astype(np.int64)
        known = known[np.unique(steps)]
    level = np.searchsorted(known, grains).astype(np.int64)
    return level, known * _GRAIN_KM


def _calendar(park: Park) -> Calendar:
    """Clock of the scenario's whole time."""
    end = park.time.end
    after = date(end.year + end.month // 12, end.month % 12 + 1, 1)
    return Calendar(park.time.start, after, park.time.period, park.time.segment)
