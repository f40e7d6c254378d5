"""Names and dates that people give to what-ifs, found in a park and said again.

What lives here: look-ups with messages that help, and the short phrases of sentences. What does not: events
(``events``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from ecopark.errors import DomainError
from ecopark.scenario import Scenario
from ecopark.scenario.paths import parse_month
from ecopark.scenario.types import Park
from ecopark.scenario.units import nearest


def find_firm(park: Park, text: str) -> str:
    """Key of a firm from its key, its name, its short name or an owner.

    Parameters
    ----------
    park : Park
    text : str

    Returns
    -------
    str

    Raises
    ------
    DomainError
        If no firm is called so, or more than one.
    """
    if text in park.firms:
        return text
    wanted = text.casefold()
    found = [
        key
        for key, firm in park.firms.items()
        if any(
            wanted in called.casefold() for called in (firm.name, firm.short, *firm.owners.values()) if called
        )
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise DomainError(f"{text!r} may be {', '.join(found)}; name one of them")
    raise DomainError(
        f"there is no firm {text!r}{nearest(text, park.firms)}; there are {', '.join(park.firms)}"
    )


def find_resource(park: Park, text: str) -> str:
    """Key of a resource.

    Parameters
    ----------
    park : Park
    text : str

    Returns
    -------
    str

    Raises
    ------
    DomainError
        Naming the nearest.
    """
    key = text.strip().replace(" ", "_")
    if key not in park.resources:
        raise DomainError(f"there is no resource {text!r}{nearest(key, park.resources)}")
    return key


def water_sources(park: Park) -> list[str]:
    """Waters that a plant gives on demand by a path of its own, or draws from outside.

    Parameters
    ----------
    park : Park

    Returns
    -------
    list of str
    """
    found = set()
    for firm in park.firms.values():
        for process in firm.processes.values():
            given = [p.resource for p in process.out.values() if p.on_demand and process.drive == "scheduled"]
            drawn = [p.resource for p in process.in_.values() if p.import_ is not None]
            found |= {name for name in (*given, *drawn) if park.resources[name].kind == "water"}
    return sorted(found)


def day_in(scenario: Scenario, text: str) -> date:
    """First day of a month or year inside the time of a scenario.

    Parameters
    ----------
    scenario : Scenario
    text : str
        Such as ``1990`` or ``1990-06``.

    Returns
    -------
    datetime.date

    Raises
    ------
    DomainError
        If it is no month, or the scenario has no day before it.
    """
    try:
        day = parse_month(text)
    except ValueError as failure:
        raise DomainError(str(failure)) from failure
    time = scenario.park.time
    if not time.start < day <= time.end:
        raise DomainError(
            f"{text} lies outside the time of {scenario.name}, {time.start:%Y-%m} to {time.end:%Y-%m}"
        )
    return day


def lasting(shock: Mapping[str, Any], day: date, until: str) -> dict[str, Any]:
    """A shock from a day to the end of a month or year.

    Parameters
    ----------
    shock : mapping
        As a scenario file writes it, without its dates.
    day : datetime.date
        First day.
    until : str
        Last month or year; for good where empty.

    Returns
    -------
    dict

    Raises
    ------
    DomainError
        If `until` is no month or year.
    """
    whole = {**shock, "from": write_day(day)}
    if until:
        whole["until"] = write_day(_day_after(until))
    return whole


def _day_after(until: str) -> date:
    """First day after a month or year."""
    try:
        last = parse_month(until)
    except ValueError as failure:
        raise DomainError(str(failure)) from failure
    if len(until.strip()) == 4:
        return last.replace(year=last.year + 1, month=1, day=1)
    return (last.replace(day=28) + timedelta(days=4)).replace(day=1)


def say_while(day: date, until: str) -> str:
    """A span in words: ``from 1990``, ``in 1990 to 1992``.

    Parameters
    ----------
    day : datetime.date
    until : str
        Last month or year; empty for ever.

    Returns
    -------
    str
    """
    return f"{'from' if not until else 'in'} {say_day(day)}{f' to {until}' if until else ''}"


def say_day(day: date) -> str:
    """A first of a month in words: ``1990``, ``1990-06``.

    Parameters
    ----------
    day : datetime.date

    Returns
    -------
    str
    """
    return f"{day:%Y}" if day.month == 1 else f"{day:%Y-%m}"


def write_day(day: date) -> str:
    """A first of a month as scenario files write it.

    Parameters
    ----------
    day : datetime.date

    Returns
    -------
    str
    """
    return f"{day:%Y-%m}"


def short_name(park: Park, firm: str) -> str:
    """What figures and sentences call a firm.

    Parameters
    ----------
    park : Park
    firm : str
        Its key.

    Returns
    -------
    str
    """
    return park.firms[firm].short or park.firms[firm].name


def check_share(share: float, what: str) -> None:
    """Assert that a share is one.

    Parameters
    ----------
    share : float, 1
    what : str
        Name of it in the message.

    Raises
    ------
    DomainError
        If it lies outside 0 to 1.
    """
    if not 0.0 <= share <= 1.0:
        raise DomainError(f"a {what} lies between 0 and 1 (0 % and 100 %), found {share:g}")
