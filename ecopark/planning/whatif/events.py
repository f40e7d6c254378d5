"""What-ifs by name: a firm closes, a pipe carries less, a drought, a price, a tax.

What lives here: what each one does to a scenario, as shocks and dated paths, and from which day. What does not:
reading them from a command line (``words``), running them (``asking``).

None of them changes anything before its day, and nobody knows of it before: see ``scenario.shocked`` and
``experiments.branching``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Protocol

from ecopark.errors import DomainError
from ecopark.experiments.branching import dated_overrides
from ecopark.planning.whatif.names import (
    check_share,
    day_in,
    find_firm,
    find_resource,
    lasting,
    say_day,
    say_while,
    short_name,
    water_sources,
    write_day,
)
from ecopark.scenario import Scenario

Raw = dict[str, Any]


@dataclass(frozen=True)
class Effect:
    """What an event does to a scenario.

    Attributes
    ----------
    day : datetime.date
        From which the future is another one.
    label : str
        As a sentence goes on after "With".
    shocks : tuple of mapping
        For the list ``shocks`` of the scenario, as a file writes them.
    overrides : mapping of str to object
        Values by dotted path.
    closed : tuple of str
        Firms that are gone.
    struck : tuple of str
        Firms whose own business changes.
    """

    day: date
    label: str
    shocks: tuple[Raw, ...] = ()
    overrides: Mapping[str, Any] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()


class Event(Protocol):
    """Something that may happen to a park on a day."""

    def effect_on(self, scenario: Scenario) -> Effect:
        """What it does to a scenario.

        Raises
        ------
        DomainError
            If it names what the scenario does not have, or a date outside its time.
        """


@dataclass(frozen=True)
class CloseFirm:
    """A firm closes, unannounced.

    Attributes
    ----------
    firm : str
        Its key, name or an owner of it.
    at : str
        Month, such as ``"1990"`` or ``"1990-06"``.
    """

    firm: str
    at: str

    def effect_on(self, scenario: Scenario) -> Effect:
        """Closure on the first day of the month."""
        firm, day = find_firm(scenario.park, self.firm), day_in(scenario, self.at)
        label = f"{short_name(scenario.park, firm)} closed from {say_day(day)}"
        shock = {"kind": "closure", "firms": [firm], "from": write_day(day)}
        return Effect(day, label, (shock,), closed=(firm,), struck=(firm,))


@dataclass(frozen=True)
class CutCapacity:
    """A firm runs at a share of its capacity.

    Attributes
    ----------
    firm : str
    share : float, 1
    at : str
        First month.
    until : str
        Last month or year; for good where empty.
    """

    firm: str
    share: float
    at: str
    until: str = ""

    def effect_on(self, scenario: Scenario) -> Effect:
        """Capacity of all its processes times the share."""
        firm, day = find_firm(scenario.park, self.firm), day_in(scenario, self.at)
        check_share(self.share, "share")
        label = f"{short_name(scenario.park, firm)} at {100 * self.share:g} % {say_while(day, self.until)}"
        shock = {"kind": "capacity", "firms": [firm], "factor": str(self.share)}
        return Effect(day, label, (lasting(shock, day, self.until),), struck=(firm,))


@dataclass(frozen=True)
class CapPipe:
    """The pipes between two firms carry a share of what they were built for.

    Attributes
    ----------
    giver, taker : str
    share : float, 1
    at : str
        First month.
    resource : str
        All that flows between the two where empty.
    until : str
        Last month or year; for good where empty.
    """

    giver: str
    taker: str
    share: float
    at: str
    resource: str = ""
    until: str = ""

    def effect_on(self, scenario: Scenario) -> Effect:
        """A pipe shock: what is built afterwards is whole."""
        park = scenario.park
        giver, taker = find_firm(park, self.giver), find_firm(park, self.taker)
        day = day_in(scenario, self.at)
        check_share(self.share, "share")
        resources = [find_resource(park, self.resource)] if self.resource else []
        what = f"{self.resource.replace('_', ' ')} from" if resources else "everything piped from"
        label = (
            f"{what} {short_name(park, giver)} to {short_name(park, taker)} capped at {100 * self.share:g} % "
            f"{say_while(day, self.until)}"
        )
        shock = {"kind": "pipe", "firms": [giver, taker], "factor": str(self.share), "resources": resources}
        if not resources:
            del shock["resources"]
        return Effect(day, label, (lasting(shock, day, self.until),))


@dataclass(frozen=True)
class Drought:
    """Water sources give a share of what they gave.

    Attributes
    ----------
    share : float, 1
    at : str
        First month.
    until : str
        Last month or year; for good where empty.
    resources : tuple of str
        Waters struck; all natural sources of the scenario where empty.
    """

    share: float
    at: str
    until: str = ""
    resources: tuple[str, ...] = ()

    def effect_on(self, scenario: Scenario) -> Effect:
        """Less from sources made on demand and from outside."""
        park, day = scenario.park, day_in(scenario, self.at)
        check_share(self.share, "share")
        struck = [find_resource(park, name) for name in self.resources] or water_sources(park)
        if not struck:
            raise DomainError(
                "a drought strikes nothing here: no firm gives water on demand or draws it from outside"
            )
        shock = {"kind": "drought", "resources": struck, "supply": str(self.share)}
        label = (
            f"{100 * self.share:g} % of {', '.join(struck).replace('_', ' ')} {say_while(day, self.until)}"
        )
        return Effect(day, label, (lasting(shock, day, self.until),))


@dataclass(frozen=True)
class Reprice:
    """A price or a fee of disposal is multiplied.

    Attributes
    ----------
    resource : str
    factor : float, 1
    at : str
        First month.
    until : str
        Last month or year; for good where empty.
    of : {"virgin", "disposal"}
        Price of virgin supply, or fee of disposal.
    """

    resource: str
    factor: float
    at: str
    until: str = ""
    of: Literal["virgin", "disposal"] = "virgin"

    def effect_on(self, scenario: Scenario) -> Effect:
        """A price shock."""
        day, resource = day_in(scenario, self.at), find_resource(scenario.park, self.resource)
        if self.factor < 0.0:
            raise DomainError(f"a price is multiplied by 0 or more, found {self.factor:g}")
        what = "price" if self.of == "virgin" else "disposal fee"
        label = (
            f"the {what} of {resource.replace('_', ' ')} times {self.factor:g} {say_while(day, self.until)}"
        )
        shock = {"kind": "price", "resources": [resource], "factor": str(self.factor), "of": self.of}
        return Effect(day, label, (lasting(shock, day, self.until),))


@dataclass(frozen=True)
class MoreOutages:
    """Units of a firm, or of all, fail more often.

    Attributes
    ----------
    times : float, 1
        How many times as often.
    at : str
        First month.
    until : str
        Last month or year; for good where empty.
    firm : str
        All firms where empty.
    """

    times: float
    at: str
    until: str = ""
    firm: str = ""

    def effect_on(self, scenario: Scenario) -> Effect:
        """A wave of outages: mean time between failures over `times`."""
        day = day_in(scenario, self.at)
        if self.times <= 0.0:
            raise DomainError(f"outages come more than 0 times as often, found {self.times:g}")
        shock: Raw = {"kind": "outages", "factor": repr(1.0 / self.times)}
        who = "all firms"
        if self.firm:
            firm = find_firm(scenario.park, self.firm)
            shock["firms"], who = [firm], short_name(scenario.park, firm)
        label = f"outages of {who} {self.times:g} times as often {say_while(day, self.until)}"
        return Effect(day, label, (lasting(shock, day, self.until),))


@dataclass(frozen=True)
class DelayFirm:
    """A firm begins to work later than planned, and nobody knew.

    Attributes
    ----------
    firm : str
    at : str
        Month in which it begins to work.
    """

    firm: str
    at: str

    def effect_on(self, scenario: Scenario) -> Effect:
        """From the planned opening to the new one it stands still; what was agreed before is not delivered."""
        park = scenario.park
        firm, begins = find_firm(park, self.firm), day_in(scenario, self.at)
        planned = park.firms[firm].opens
        if planned is None or planned <= park.time.start:
            raise DomainError(
                f"{firm} is there from the start, so it has no opening to delay; a firm that is new to the scenario "
                "goes into a file of its own, to be compared with ecopark compare"
            )
        if begins <= planned:
            raise DomainError(f"{firm} opens {planned:%Y-%m}; a delay ends after that, found {self.at}")
        label = (
            f"the opening of {short_name(park, firm)} delayed from {say_day(planned)} to {say_day(begins)}"
        )
        shock = {"kind": "capacity", "firms": [firm], "factor": "0"}
        shock |= {"from": write_day(planned), "until": write_day(begins)}
        return Effect(planned, label, (shock,), struck=(firm,))


@dataclass(frozen=True)
class SetPath:
    """A tax, levy, price, fee or capacity follows another path from a date on.

    Attributes
    ----------
    path : str
        Dotted path such as ``"policy.carbon_price"``.
    values : mapping of str to str
        Value with unit by month; the first date is the day of the event.
    """

    path: str
    values: Mapping[str, str]

    def effect_on(self, scenario: Scenario) -> Effect:
        """The path as it was before its first date, and the values from there."""
        if not self.values:
            raise DomainError(f"{self.path} needs at least one date, such as '1990: 100 DKK/t'")
        days = sorted((day_in(scenario, when), str(when)) for when in self.values)
        since = days[0][0]
        overrides = dated_overrides(scenario, since, {self.path: dict(self.values)})
        steps = ", ".join(f"{self.values[when]} from {say_day(day)}" for day, when in days)
        name = self.path.removeprefix("policy.").replace("_", " ")
        return Effect(since, f"a {name} of {steps}", overrides=overrides)
