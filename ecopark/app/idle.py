"""Levers that do nothing in a park, and why: what they act on is switched off.

What lives here: the reasons, in words. What does not: which lever needs what (``lever_list``), the list of changes
(``park``), the look of such a lever (``panels``).
"""

from __future__ import annotations

from collections.abc import Mapping

from ecopark.app.levers import Lever, Value, levers_of
from ecopark.scenario import Scenario

# Values at which whatever builds on a lever has nothing to build on.
_AT_REST: tuple[Value, ...] = (False, "off", "self_organised")


def why_idle(
    base: Scenario, there: Scenario, values: Mapping[str, Value], off: Mapping[str, str]
) -> dict[str, str]:
    """Levers of a base that do nothing in a park, however they are set, and why.

    Parameters
    ----------
    base : Scenario
        Whose levers are meant.
    there : Scenario
        The base with only the firms that are there.
    values : mapping of str to float, bool or str
        Value by lever; levers not named are as the base has them.
    off : mapping of str to str
        Names of the firms that are switched off, by identifier.

    Returns
    -------
    dict of str to str
        By lever, such as ``"nothing to act on while Works is switched off"``.
    """
    levers = {lever.name: lever for lever in levers_of(base)}
    left = {lever.name for lever in levers_of(there)}
    reasons = {
        name: lever.idle or _lacks_firms(lever, left, off) or _lacks_lever(lever, levers, values)
        for name, lever in levers.items()
    }
    return {name: reason for name, reason in reasons.items() if reason}


def say_levers(base: Scenario, values: Mapping[str, Value], idle: Mapping[str, str]) -> list[str]:
    """Levers that are set, one phrase each, such as ``"Shocks off: nothing to act on while Works is switched off"``.

    Parameters
    ----------
    base : Scenario
    values : mapping of str to float, bool or str
        By lever.
    idle : mapping of str to str
        See :func:`why_idle`.

    Returns
    -------
    list of str
    """
    return [
        lever.say(values[lever.name]) + (f": {idle[lever.name]}" if lever.name in idle else "")
        for lever in levers_of(base)
        if lever.name in values
    ]


def _lacks_firms(lever: Lever, left: set[str], off: Mapping[str, str]) -> str:
    """Says so where a lever has gone with its firms."""
    if lever.name in left:
        return ""
    gone = [name for firm, name in off.items() if firm in lever.firms] or list(off.values())
    return f"nothing to act on while {_list(gone)} {'is' if len(gone) == 1 else 'are'} switched off"


def _lacks_lever(lever: Lever, levers: Mapping[str, Lever], values: Mapping[str, Value]) -> str:
    """Says so where another lever is off on which a lever builds."""
    for name in lever.needs:
        other = levers.get(name)
        if other is None:
            continue
        value = values.get(name, other.default)
        if value in _AT_REST:
            how = str(value or "off").replace("_", "-")
            return f"does nothing while “{other.label}” is {how}"
    return ""


def _list(names: list[str]) -> str:
    """Names as people list them, such as ``"A, B and C"``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
