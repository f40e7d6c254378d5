"""The plain peer's ideas and contracts: one object each, with the stages and terms they carry.

What lives here: fields and the few questions a contract answers itself. What does not: who decides
(``plain_mesa``), what moved (``plain_segment``).
"""

from __future__ import annotations

import math
from typing import Any

from benchmarks.plain_pairs import PlainPair

from ecopark.market.appraisal import Appraisal
from ecopark.scenario.types import Park

STAGES = ("identified", "screened", "negotiating", "permitting", "building", "operating")


class PlainIdea:
    """One attempt to make an exchange out of a pair."""

    def __init__(self, pair: PlainPair, synergy: str, giver: Any, taker: Any) -> None:
        self.pair, self.synergy, self.giver, self.taker = pair, synergy, giver, taker
        self.stages: dict[str, float] = {}
        self.state, self.reason, self.ended, self.mode = "identified", "", math.nan, ""
        self.price = self.capital = self.term = self.quantity = math.nan
        self.renewals = 0

    def reach(self, stage: str, day: float) -> None:
        """Enter a stage."""
        self.stages[stage] = day
        self.state = stage

    def finish(self, end: str, reason: str, day: float) -> None:
        """End, with the reason."""
        self.state, self.reason, self.ended = end, reason, day


class PlainLink:
    """One contract, and its pipe or lorry."""

    def __init__(self, pair: PlainPair, synergy: str, terms: Appraisal, price: float, park: Park) -> None:
        self.pair, self.synergy, self.terms, self.price = pair, synergy, terms, price
        self.out, self.into = pair.out, pair.into
        self.giver, self.taker = pair.out.firm, pair.into.firm
        self.rate = terms.rate.tolist()
        self.gain = terms.keep * terms.credit
        self.delivered = [rate * self.gain for rate in self.rate]
        self.capacity = terms.capacity
        self.max_share = 1.0 if pair.pathway is None else pair.pathway.max_share.value
        self.blend = (pair.into.number, pair.way)
        self.opened = self.closed = self.end = math.inf
        self.builds: list[float] = []
        self.inherited = math.inf
        self.payments: list[tuple[float, str, float, float]] = []
        self.cuts: list[tuple[float, float]] = []
        self.renewals, self.number = 0, -1
        self.possible, self.active, self.sent = False, 0.0, 0.0
        self.lost = self._lost(park)
        self.inputs = _priced_inputs(terms.own_inputs, park)
        self.burden = _priced_inputs(dict(terms.burden), park)

    def _lost(self, park: Park) -> float:
        """Residual lost in a conversion per unit sent, where both sides of it are counted in one unit."""
        pathway = self.pair.pathway
        if pathway is None or pathway.lift is not None:
            return 0.0
        if park.resources[pathway.giver].unit != park.resources[pathway.taker].unit:
            return 0.0
        return self.terms.keep * max(1.0 - pathway.yield_.value, 0.0)

    @property
    def is_running(self) -> bool:
        """Whether the exchange operates now."""
        return self.number >= 0 and self.closed == math.inf

    @property
    def built(self) -> float:
        """Day on which what is there now was built."""
        return self.builds[-1] if self.builds else self.inherited

    @property
    def worn_out(self) -> float:
        """Day on which what was built last has served its life."""
        return self.built + self.terms.lifetime

    def works(self, start: float, end: float) -> float:
        """Share of a segment in which it works."""
        if not self.possible:
            return 0.0
        share = max(min(end, self.closed) - max(start, self.opened), 0.0) / (end - start)
        for since, until in self.cuts:
            down = min(end, self.closed, until) - max(start, self.opened, since)
            share = max(share - max(down, 0.0) / (end - start), 0.0)
        return share


def _priced_inputs(amounts: dict[str, float], park: Park) -> list[tuple[str, str, str, float]]:
    """Resources bought per unit sent, with what a ledger row says of them."""
    resources = park.resources
    return [(name, resources[name].kind, resources[name].unit, each) for name, each in amounts.items()]
