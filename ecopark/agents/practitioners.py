"""Practitioners: officers of the facilitator who carry ideas from screening to operation.

What lives here: their places, who waits for one, and the account of carried ideas by stage. What does not: which
ideas are worth carrying (``market.benefit``), members and money (``facilitator``).
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from ecopark.agents.idea import STAGES, Idea
from ecopark.scenario.types import Practitioners as PractitionersSpec

if TYPE_CHECKING:
    from ecopark.agents.world import World


class Practitioners:
    """Places for ideas, taken in order of benefit, then of waiting.

    Parameters
    ----------
    model : World
    spec : PractitionersSpec
    employed : int
        Officers that the budget pays.
    """

    def __init__(self, model: World, spec: PractitionersSpec, employed: int) -> None:
        self._model, self.spec, self.employed = model, spec, employed
        self.places = (
            simpy.PriorityResource(model.env, capacity=employed * spec.caseload) if employed else None
        )
        self._held: dict[str, Any] = {}
        #: Places of officers whom nobody pays any more, held by nobody.
        self._vacant: list[Any] = []
        self._most = employed
        #: Every idea ever carried, in the order in which it was taken on.
        self.carried: list[Idea] = []

    def employ(self, number: int) -> None:
        """Let no more officers work than are paid from now on; who carries an idea finishes it.

        Parameters
        ----------
        number : int
            At most as many as there were at the beginning.
        """
        self.employed = min(number, self._most)
        if self.places is None:
            return
        wanted = (self._most - self.employed) * self.spec.caseload
        while len(self._vacant) < wanted:
            # Before every idea that waits: a place that comes free stays empty.
            self._vacant.append(self.places.request(priority=-math.inf))
        while len(self._vacant) > wanted:
            place = self._vacant.pop()
            if place.triggered:
                self.places.release(place)
            else:
                place.cancel()

    @property
    def free(self) -> int:
        """Ideas that could be taken on at once."""
        return 0 if self.places is None else max(self.places.capacity - self.places.count, 0)

    def carries(self, idea: Idea) -> bool:
        """Whether somebody carries an idea now."""
        return idea.synergy in self._held

    def take_on(self, idea: Idea, benefit: float) -> Generator[Any, Any, None]:
        """Wait for a place, at most so long; a SimPy process.

        Parameters
        ----------
        idea : Idea
        benefit : float
            The larger, the sooner it has its turn.
        """
        if self.places is None:
            return
        env = self._model.env
        request = self.places.request(priority=-benefit)
        yield request | env.timeout(self.spec.wait.value)
        if not request.triggered:
            request.cancel()
            self._model.note(idea, "not carried", "no practitioner was free")
            return
        self._held[idea.synergy] = request
        self.carried.append(idea)
        self._model.note(idea, "carried")

    def let_go(self, idea: Idea) -> None:
        """An idea operates or is lost: its place is free for another."""
        request = self._held.pop(idea.synergy, None)
        if request is not None and self.places is not None:
            self.places.release(request)

    def account(self) -> dict[str, int]:
        """Carried ideas by the furthest stage reached so far; each counts in the stages before, too."""
        furthest = [max(STAGES.index(stage) for stage in idea.stages) for idea in self.carried]
        return {stage: sum(k >= i for k in furthest) for i, stage in enumerate(STAGES)}
