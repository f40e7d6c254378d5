"""Exchanges that begin and end, told while a run goes on.

What lives here: what is new since one last looked, for whoever watches a run. What does not: the table of all
ideas (``simulate``), which is made when a run is over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ecopark.agents.idea import Idea
from ecopark.calendar import Calendar

Event = tuple[float, str, str, str, str, str]


@dataclass(frozen=True)
class Turn:
    """An exchange that began or ended.

    Attributes
    ----------
    date : datetime.date
    synergy : str
        Identifier, as in the table of synergies.
    resource, giver, taker : str
        What is given, by whom, to whom.
    change : {"started", "ended"}
    """

    date: date
    synergy: str
    resource: str
    giver: str
    taker: str
    change: Literal["started", "ended"]


class Turns:
    """Looks at the log of a run for exchanges that began or ended.

    Parameters
    ----------
    ideas : sequence of Idea
        Of the model, which adds to them.
    events : sequence of tuple
        Its log, which grows.
    calendar : Calendar
    resource : callable
        Resource given by the pair of a number.
    """

    def __init__(
        self,
        ideas: Sequence[Idea],
        events: Sequence[Event],
        calendar: Calendar,
        resource: Callable[[int], str],
    ) -> None:
        self._ideas, self._events, self._calendar, self._resource = ideas, events, calendar, resource
        self._known: dict[str, Idea] = {}
        self._seen = self._read = 0
        self._begun: set[str] = set()
        self._over: set[str] = set()

    def news(self) -> list[Turn]:
        """What has begun and ended since the last call, in the order of the log."""
        self._known |= {idea.synergy: idea for idea in self._ideas[self._seen :]}
        self._seen = len(self._ideas)
        found: list[Turn] = []
        # Only what the log speaks of can have changed.
        for event in self._events[self._read :]:
            idea = self._known.get(event[4])
            if idea is not None:
                found += self._turns_of(idea)
        self._read = len(self._events)
        return found

    def _turns_of(self, idea: Idea) -> list[Turn]:
        """Turns of one idea that have not been told."""
        found = []
        if "operating" in idea.stages and idea.synergy not in self._begun:
            self._begun.add(idea.synergy)
            found.append(self._turn(idea, idea.stages["operating"], "started"))
        if idea.is_over and idea.synergy in self._begun and idea.synergy not in self._over:
            self._over.add(idea.synergy)
            found.append(self._turn(idea, idea.ended, "ended"))
        return found

    def _turn(self, idea: Idea, day: float, change: Literal["started", "ended"]) -> Turn:
        when = self._calendar.date(day)
        return Turn(when, idea.synergy, self._resource(idea.pair), idea.giver, idea.taker, change)
