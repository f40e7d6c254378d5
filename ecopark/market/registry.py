"""Rules by name: what a scenario names and anybody may add to.

What lives here: the register itself. What does not: the rules (``protocols``, ``discovery``, ``agents``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from ecopark.errors import MarketError
from ecopark.scenario.units import nearest

_Rule = TypeVar("_Rule")


class Registry(Generic[_Rule]):
    """Rules of one kind by name.

    Parameters
    ----------
    kind : str
        What is registered, for messages.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._rules: dict[str, _Rule] = {}

    def register(self, name: str) -> Callable[[_Rule], _Rule]:
        """Decorator that makes a rule available to scenarios under a name; a later one replaces it.

        Parameters
        ----------
        name : str

        Returns
        -------
        callable
        """

        def enter(rule: _Rule) -> _Rule:
            self._rules[name] = rule
            return rule

        return enter

    def find(self, name: str) -> _Rule:
        """Rule of a name.

        Parameters
        ----------
        name : str

        Returns
        -------
        rule

        Raises
        ------
        MarketError
            With the nearest and all known names.
        """
        if name not in self._rules:
            known = ", ".join(sorted(self._rules))
            raise MarketError(f"unknown {self._kind} {name!r}{nearest(name, self._rules)}; known: {known}")
        return self._rules[name]
