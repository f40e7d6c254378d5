"""Kinds of agents by name: firms with rules of their own, and participants of other kinds.

What lives here: the two registers, and what a participant is. What does not: what agents do (``firm``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import mesa

from ecopark.market.registry import Registry

if TYPE_CHECKING:
    from ecopark.agents.firm import Firm
    from ecopark.agents.world import World

_FIRMS: Registry[type[Firm]] = Registry("kind of firm (behaviour.rule)")
_PARTICIPANTS: Registry[type[Participant]] = Registry("kind of agent (agents.others)")


class Participant(mesa.Agent):  # type: ignore[misc]
    """An agent that is neither firm, regulator nor facilitator.

    Whatever takes time it writes as a SimPy process and starts in :meth:`begin`.

    Parameters
    ----------
    model : World
    name : str
        Its name under ``agents.others``.
    options : mapping of str to object
        As the scenario states them.
    """

    def __init__(self, model: World, name: str, options: Mapping[str, Any]) -> None:
        super().__init__(model)
        self.name = name
        self.options = options

    def begin(self) -> None:
        """Do what is to be done before the first period."""

    def act(self, day: float) -> None:
        """Do what is to be done at the start of a period, before firms look for partners.

        Parameters
        ----------
        day : float, day
        """


def register_firm(name: str) -> Callable[[type[Firm]], type[Firm]]:
    """Decorator that makes a kind of firm available as ``behaviour.rule``."""
    return _FIRMS.register(name)


def firm_kind(name: str) -> type[Firm]:
    """Kind of firm of a name.

    Raises
    ------
    MarketError
        With the nearest and all known names.
    """
    return _FIRMS.find(name)


def register_participant(name: str) -> Callable[[type[Participant]], type[Participant]]:
    """Decorator that makes a kind of agent available under ``agents.others``."""
    return _PARTICIPANTS.register(name)


def participant_kind(name: str) -> type[Participant]:
    """Kind of participant of a name.

    Raises
    ------
    MarketError
        With the nearest and all known names.
    """
    return _PARTICIPANTS.find(name)
