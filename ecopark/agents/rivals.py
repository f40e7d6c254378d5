"""Rivals: which other pairs the two at a table could turn to, and what these are worth to them.

What lives here: looking up and appraising other pairs of the same stream or need. What does not: what an
outside option does to a price (``market.protocols``), how a pool clears (``market.auction``).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecopark.market.appraisal import Appraisal
from ecopark.market.auction import NOBODY, Orders
from ecopark.market.elsewhere import nearest_elsewhere

if TYPE_CHECKING:
    from ecopark.agents.world import World

_Ints = NDArray[np.int64]


class Rivals:
    """Other pairs of the streams of a pair.

    Parameters
    ----------
    model : World
    """

    def __init__(self, model: World) -> None:
        self._model = model

    def value_outside(self, pair: int, terms: Appraisal, most: int) -> tuple[float, float]:
        """What giver and taker could gain with their second-best partner, by unit of this exchange.

        Parameters
        ----------
        pair : int
        terms : Appraisal
            Of the pair, its quantity above 0.
        most : int
            Nearest other partners each side looks at.

        Returns
        -------
        tuple of (float, float), money/unit
            Half of the joint margin with the best of them (the other half would be that partner's), on as
            much of this exchange's quantity as it could take or give; 0 where there is none worthwhile.
        """
        pairs = self._model.appraiser.pairs
        out, into = pairs.out_port.item(pair), pairs.in_port.item(pair)
        of_giver, of_taker = self._elsewhere(pair, out, into, most)
        best = [0.0, 0.0]
        spare = self._spare(out, terms) if of_giver else 0.0
        for other in of_giver:
            found = self._appraise(other)
            if not found.reason:
                displaced = _displaced(terms.quantity, found.quantity, spare)
                share = min(displaced / terms.quantity, 1.0)
                best[0] = max(best[0], 0.5 * (found.ceiling - found.floor) * share)
        gain = terms.keep * terms.credit
        spare = self._spare(into, terms) if of_taker else 0.0
        for other in of_taker:
            found = self._appraise(other)
            if not found.reason:
                # The taker's stake is counted in what it needs: units sent differ by loss and yield.
                served = found.quantity * (found.keep * found.credit)
                displaced = _displaced(terms.quantity * gain, served, spare)
                needed = min(displaced / terms.quantity, gain)
                unit = (found.ceiling - found.floor) / (found.keep * found.credit)
                best[1] = max(best[1], 0.5 * unit * needed)
        return best[0], best[1]

    def _elsewhere(self, pair: int, out: int, into: int, most: int) -> tuple[list[int], list[int]]:
        """Nearest pairs in sight with another partner, of the giver and of the taker."""
        appraiser = self._model.appraiser
        pairs, port_firm = appraiser.pairs, appraiser.columns.port_firm
        seen = appraiser.is_in_sight(slice(None), self._model.env.now)
        acquaintance = self._model.support.acquaintance
        bond, known = self._strangers if acquaintance is None else (acquaintance.of_pair, acquaintance.known)
        of_outlet, of_inlet = pairs.of_outlet(out), self._of_inlet(into)
        givers, takers = pairs.out_port, pairs.in_port
        others = np.arange(of_outlet.start, of_outlet.stop)
        return (
            nearest_elsewhere(
                others, pair, givers, takers, pairs.distance, port_firm, seen, bond, known, most
            ).tolist(),
            nearest_elsewhere(
                of_inlet, pair, takers, givers, pairs.distance, port_firm, seen, bond, known, most
            ).tolist(),
        )

    @cached_property
    def _strangers(self) -> tuple[_Ints, NDArray[np.bool_]]:
        """Acquaintance where everybody may deal with everybody."""
        return np.zeros(self._model.appraiser.pairs.count, dtype=np.int64), np.ones(1, dtype=bool)

    def _spare(self, port: int, terms: Appraisal) -> float:
        """Supply or need of a port not promised yet, as prudently counted as in some terms. unit/yr."""
        appraiser, today = self._model.appraiser, self._model.env.now
        then = appraiser.period(max(today, appraiser.columns.opens.item(port)))
        days = appraiser.days_of_year(appraiser.period(today))
        prudence = terms.quantity / float(terms.rate @ days)
        if appraiser.columns.is_out[port]:
            return prudence * float(appraiser.free_rate(port, then) @ days)
        need = appraiser.by_month(appraiser.columns.expected, port, then)
        return prudence * float(np.maximum(need - appraiser.committed[:, port], 0.0) @ days)

    def gather_pool(self, pair: int, most: int) -> tuple[Orders, Orders]:
        """Other sellers and buyers of the resource a pair's giver offers.

        Parameters
        ----------
        pair : int
        most : int
            Pairs looked at: those that share a stream with this one first, then the shortest.

        Returns
        -------
        tuple of (Orders, Orders)
            Each other outlet by the lowest of its floors, each other inlet by the highest of its ceilings
            and each by the largest of its quantities over the pairs looked at; at the giver's gate, per
            unit sent.
        """
        pairs = self._model.appraiser.pairs
        out, into = int(pairs.out_port[pair]), int(pairs.in_port[pair])
        candidates = self._in_sight(self._of_resource(out))
        candidates = candidates[candidates != pair]
        apart = (pairs.out_port[candidates] != out) & (pairs.in_port[candidates] != into)
        chosen = candidates[np.lexsort((pairs.distance[candidates], apart))[:most]]
        sellers: dict[int, tuple[float, float]] = {}
        buyers: dict[int, tuple[float, float]] = {}
        for other in chosen.tolist():
            found = self._appraise(other)
            if found.quantity <= 0.0:
                continue
            seller, buyer = int(pairs.out_port[other]), int(pairs.in_port[other])
            if seller != out:
                floor, quantity = sellers.get(seller, (found.floor, 0.0))
                sellers[seller] = min(floor, found.floor), max(quantity, found.quantity)
            if buyer != into:
                ceiling, quantity = buyers.get(buyer, (found.ceiling, 0.0))
                buyers[buyer] = max(ceiling, found.ceiling), max(quantity, found.quantity)
        return _as_orders(sellers), _as_orders(buyers)

    # ------------------------------------------------------------------ looking up
    def _appraise(self, pair: int) -> Appraisal:
        world = self._model
        trust, factor = world.trust_within(pair), world.transaction_factor()
        return world.appraiser.appraise(pair, world.env.now, trust, factor)

    def _in_sight(self, candidates: _Ints) -> _Ints:
        """Candidates of firms that are open or announced, and known to each other where that counts."""
        world = self._model
        pairs = world.appraiser.pairs
        seen = world.appraiser.is_in_sight(slice(None), world.env.now)
        live = seen[pairs.out_port[candidates]] & seen[pairs.in_port[candidates]]
        acquaintance = world.support.acquaintance
        if acquaintance is not None:
            live &= acquaintance.known[acquaintance.of_pair[candidates]]
        return np.asarray(candidates[live])

    def _of_inlet(self, port: int) -> _Ints:
        order, first = self._by_inlet
        return order[first[port] : first[port + 1]]

    def _of_resource(self, port: int) -> _Ints:
        order, first = self._by_resource
        resource = self._model.appraiser.columns.port_resource[port]
        return order[first[resource] : first[resource + 1]]

    @cached_property
    def _by_inlet(self) -> tuple[_Ints, _Ints]:
        """Pairs in the order of their in-ports, and where each in-port begins."""
        return _sorted_by(self._model.appraiser.pairs.in_port)

    @cached_property
    def _by_resource(self) -> tuple[_Ints, _Ints]:
        """Pairs in the order of what their givers offer, and where each resource begins."""
        appraiser = self._model.appraiser
        return _sorted_by(np.asarray(appraiser.columns.port_resource[appraiser.pairs.out_port]))


def _displaced(mine: float, other: float, spare: float) -> float:
    """What a deal of one size takes from another one: nothing where there is enough for both. unit/yr."""
    return other - min(other, max(spare - mine, 0.0))


def _sorted_by(key: _Ints) -> tuple[_Ints, _Ints]:
    """Rows in the order of a key, and the first row of each key, up to one more than there are."""
    order = np.argsort(key, kind="stable")
    return order, np.searchsorted(key[order], np.arange(key.max(initial=-1) + 2))


def _as_orders(offers: dict[int, tuple[float, float]]) -> Orders:
    if not offers:
        return NOBODY
    price, quantity = np.array([offers[port] for port in sorted(offers)]).T
    return Orders(price, quantity)
