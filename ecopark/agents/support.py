"""What helps two firms to find each other and to come to terms: acquaintance, the platform, the facilitator.

What lives here: the questions the stories of firms and the model ask, each answered neutrally where a scenario
states no such block. What does not: the state behind the answers (``acquaintance``, ``facilitator``), the
formulas (``market.acquaintance``).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ecopark.agents.acquaintance import Acquaintance
from ecopark.agents.idea import Idea
from ecopark.calendar import DAYS_PER_YEAR
from ecopark.market.acquaintance import chance_of_missing_data, narrow_opening, weigh_information
from ecopark.market.protocols import Bargain

if TYPE_CHECKING:
    from ecopark.agents.bonds import Bonds
    from ecopark.agents.facilitator import Facilitator
    from ecopark.agents.practitioners import Practitioners
    from ecopark.agents.world import World

_QUANTITY, _COST = 2, 3
_FREED = frozenset({"operating", "lost", "closed"})


class Support:
    """Help for firms, from wherever it comes.

    Parameters
    ----------
    model : World
    facilitator : Facilitator or None
    bonds : Bonds

    Attributes
    ----------
    acquaintance : Acquaintance or None
        None where everybody may notice everybody.
    """

    def __init__(self, model: World, facilitator: Facilitator | None, bonds: Bonds) -> None:
        self._model, self._facilitator, self._bonds = model, facilitator, bonds
        park = model.park
        self._spec = park.agents.information if park.mechanisms.information else None
        self.acquaintance = (
            None if self._spec is None else Acquaintance(model.appraiser, self._spec, model.run_seed)
        )

    @property
    def _staff(self) -> Practitioners | None:
        return None if self._facilitator is None else self._facilitator.staff

    # ------------------------------------------------------------------ being noticed
    def notice(self, day: float, next_day: float) -> list[int]:
        """Pairs taken up now: those noticed, and those a facilitator has planned.

        Parameters
        ----------
        day, next_day : float, day

        Returns
        -------
        list of int
            In order of their names.
        """
        if self._facilitator is not None:
            self._facilitator.advance(day)
        if self.acquaintance is not None and self.acquaintance.advance(day, next_day):
            self._model.log("meeting", detail=self.acquaintance.spec.gathering)
        scouting = self._model.scouting
        if not self._model.appraiser.pairs.count:
            return []
        sift = self._is_promising if self._sees_quantities(day) else None
        noticed = scouting.look(day, next_day, self._information(day), self._bonds, sift)
        planned = [] if self._facilitator is None else self._facilitator.choose()
        return sorted([*noticed, *planned]) if planned else noticed

    def _information(self, day: float) -> float | NDArray[np.float64]:
        """Factor on the hazard of noticing: of the park, or of each pair. 0 where planners choose instead."""
        body = self._facilitator
        level = 1.0 if body is None else body.information
        whole = body is None or (body.members.everybody and body.spec.mode != "planned")
        if self.acquaintance is None and whole:
            return level
        served = np.zeros(self._bonds.of_pair.size, dtype=bool) if body is None else body.serves_pairs()
        met = self.acquaintance
        if met is None:
            factor = np.where(served, level, 1.0)
        else:
            factor = weigh_information(met.known, met.of_pair, served, level, met.spec.stranger.value)
            if met.level(day) > 0:
                factor[self._share_platform() & ~served] = 1.0
        if body is not None and body.spec.mode == "planned":
            factor[served] = 0.0
        return factor

    def _share_platform(self) -> NDArray[np.bool_]:
        """Pairs whose firms both use the platform. ndarray of bool, shape (K,), 1."""
        assert self.acquaintance is not None
        columns, pairs = self._model.appraiser.columns, self._model.appraiser.pairs
        uses = self.acquaintance.user[columns.port_firm]
        return np.asarray(uses[pairs.out_port] & uses[pairs.in_port])

    def _sees_quantities(self, day: float) -> bool:
        return self.acquaintance is not None and self.acquaintance.level(day) >= _QUANTITY

    def _is_promising(self, pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Pairs that data on the platform do not speak against. ndarray of bool, shape (n,), 1.

        Grades and amounts show what cannot fit; cost data what does not pay, near or far.
        """
        appraiser, now = self._model.appraiser, self._model.env.now
        columns, firms = appraiser.columns, appraiser.columns.firms
        promising = np.ones(pairs.size, dtype=bool)
        for row, pair in enumerate(pairs.tolist()):
            ends = (appraiser.pairs.out_port[pair], appraiser.pairs.in_port[pair])
            giver, taker = (firms[columns.port_firm[end]] for end in ends)
            level = self._level(giver, taker)
            if level < _QUANTITY:
                continue
            body = self._facilitator
            effort = body.transaction_cost if body is not None and body.serves(giver, taker) else 1.0
            terms = appraiser.appraise(pair, now, self._model.trust_within(pair), effort)
            against = terms.reason == "quality" or terms.quantity <= 0.0
            promising[row] = not (against or (level == _COST and terms.reason))
            if not promising[row]:
                self._model.log("passed over", giver, taker, detail=terms.reason)
        return promising

    # ------------------------------------------------------------------ the story of an idea
    def begin(self, idea: Idea) -> Generator[Any, Any, None]:
        """Wait for a practitioner, if one is to carry the idea."""
        body, staff = self._facilitator, self._staff
        if body is None or staff is None or not body.serves(idea.giver, idea.taker):
            return
        benefit = body.weigh(idea)
        if benefit is not None:
            yield from staff.take_on(idea, benefit)

    def pace(self, idea: Idea, stage: str) -> float:
        """Factor on the time a stage takes.

        Parameters
        ----------
        idea : Idea
        stage : {"screening", "negotiation", "permit"}

        Returns
        -------
        float, 1
            Of a practitioner, times that of quantities on the platform at screening.
        """
        factor = 1.0
        if self._is_carried(idea) and self._staff is not None:
            spec = self._staff.spec
            stages = {"screening": spec.screening, "negotiation": spec.negotiation, "permit": spec.permit}
            factor = stages[stage].value
        platform = None if self._spec is None else self._spec.platform
        if stage == "screening" and platform is not None and self._level(idea.giver, idea.taker) >= _QUANTITY:
            factor *= platform.screening.value
        return factor

    def screen(self, idea: Idea) -> str:
        """Why screening fails for want of data; empty if it does not. The two know each other afterwards."""
        spec, met = self._spec, self.acquaintance
        if spec is None or met is None:
            return ""
        visit, data, law = self._model.chance(idea.synergy, "information").random(3).tolist()
        acquainted = met.knows(idea.pair)
        if visit < spec.visits.value:
            acquainted = True
            self._visit(idea)
        met.introduce(idea.pair)
        rivals = self._is_forbidden(idea.giver, idea.taker) and not self._has_third_party(idea)
        if rivals and law < spec.competition_law.value:
            return "competition-law"
        missing = chance_of_missing_data(
            spec.loss.value,
            acquainted,
            spec.acquainted.value,
            self._model.trust_within(idea.pair),
            self._platform_loss(idea),
            self._staff.spec.loss.value if self._is_carried(idea) and self._staff is not None else 1.0,
        )
        return "information" if data < missing else ""

    def openings(self, idea: Idea, bargain: Bargain) -> Bargain:
        """A bargain with opening positions closer to the truth, where cost data or a mediator tell it."""
        share = 0.0
        if self._is_carried(idea) and self._staff is not None:
            share = self._staff.spec.narrowing.value
        platform = None if self._spec is None else self._spec.platform
        if platform is not None and self._level(idea.giver, idea.taker) == _COST:
            share = max(share, platform.narrowing.value)
        if share == 0.0:
            return bargain
        return bargain._replace(
            ask=narrow_opening(bargain.ask, bargain.ceiling, share),
            bid=narrow_opening(bargain.bid, bargain.floor, share),
        )

    def hear(self, idea: Idea, event: str) -> None:
        """Something has happened to an idea: its practitioner is free, its firms know each other."""
        if event in _FREED and self._staff is not None:
            self._staff.let_go(idea)
        if event in ("operating", "taken over") and self.acquaintance is not None:
            self.acquaintance.introduce(idea.pair)

    def transaction_factor(self, idea: Idea | None) -> float:
        """Factor on the cost of agreeing: the facilitator's, for its members."""
        body = self._facilitator
        if body is None or (idea is not None and not body.serves(idea.giver, idea.taker)):
            return 1.0
        return body.transaction_cost

    def bring_together(self, attends: NDArray[np.bool_]) -> None:
        """Firms at a workshop may get acquainted as at any meeting.

        Parameters
        ----------
        attends : ndarray of bool, shape (F,), 1
        """
        if self.acquaintance is not None:
            self.acquaintance.bring_together(attends, self.acquaintance.spec.gathering_chance.value)

    def gather(self, attends: NDArray[np.bool_], worth: float, chance: float) -> None:
        """Firms at a round table trust each other more, and may get acquainted.

        Parameters
        ----------
        attends : ndarray of bool, shape (F,), 1
        worth : float, day
            Time of kept deliveries for which it counts.
        chance : float, 1
            That any two of them get acquainted.
        """
        park, bonds = self._model.park, self._bonds
        if park.mechanisms.trust and worth > 0.0:
            met = np.flatnonzero(attends[bonds.firms[:, 0]] & attends[bonds.firms[:, 1]])
            if met.size:
                years = np.full(met.size, worth / DAYS_PER_YEAR)
                bonds.learn(met, np.ones(met.size), years, park.agents.trust)
        if self.acquaintance is not None:
            self.acquaintance.bring_together(attends, chance)

    # ------------------------------------------------------------------ inner workings
    def _is_carried(self, idea: Idea) -> bool:
        body, staff = self._facilitator, self._staff
        return body is not None and staff is not None and body.is_working() and staff.carries(idea)

    def _visit(self, idea: Idea) -> None:
        """A site visit counts for trust as some time of kept deliveries."""
        park = self._model.park
        if self._spec is not None and park.mechanisms.trust:
            bond = np.array([self._bonds.number(idea.giver, idea.taker)])
            years = np.array([self._spec.visit_worth.value / DAYS_PER_YEAR])
            self._bonds.learn(bond, np.ones(1), years, park.agents.trust)
        self._model.note(idea, "site visit")

    def _level(self, giver: str, taker: str) -> int:
        """Level of data two firms see of each other now; rivals under competition law see no costs."""
        if self.acquaintance is None:
            return 0
        costs = not self._is_forbidden(giver, taker)
        return self.acquaintance.shared_level(giver, taker, self._model.env.now, costs=costs)

    def _platform_loss(self, idea: Idea) -> float:
        """Factor of the platform on losses for want of data."""
        assert self._spec is not None
        level = self._level(idea.giver, idea.taker)
        if self._spec.platform is None or level < _QUANTITY:
            return 1.0
        return 0.0 if level == _COST else self._spec.platform.loss.value

    def _is_forbidden(self, giver: str, taker: str) -> bool:
        """Whether competition law keeps two firms of one sector from sharing cost data now."""
        since, firms = self._model.park.policy.competition_law, self._model.park.firms
        same = firms[giver].sector == firms[taker].sector != ""
        return same and since is not None and self._model.env.now >= self._model.calendar.day(since)

    def _has_third_party(self, idea: Idea) -> bool:
        """Whether a facilitator both trust takes their cost data in confidence."""
        body = self._facilitator
        return body is not None and body.spec.third_party and body.serves(idea.giver, idea.taker)
