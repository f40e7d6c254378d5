"""Typed, immutable description of a park: what a user writes, after units and before any run.

What lives here: one pydantic model per block of a scenario file; field names are the words of the
file. The blocks of goods, plants, layout, policy, bodies, dealing and rules stand in the modules of those names and
are offered here too. What does not: reading files (``source``), cross-checks (``check``), arrays (``flows``).

Numbers are :class:`~ecopark.scenario.units.Quantity` in base units. A field whose dimension does
not depend on context states it (``Dim("day")``) and is checked here; coefficients, prices and
capacities depend on the resource or activity unit and are checked in ``check``.

Any number may be written plainly (``"40 DKK/t"``) or with its provenance
(``{value: 40 DKK/t, source: "...", mark: S}``). A ``source``/``mark`` on an enclosing block holds
for every number inside that has none of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ecopark.scenario.bodies import Coordination, Department, EndOfWaste, Facilitator, Regulator
from ecopark.scenario.dealing import ContractRules, Discovery, Negotiation, Trust
from ecopark.scenario.facilitation import (
    Engagement,
    Membership,
    Practitioners,
    Subscription,
    Workshop,
)
from ecopark.scenario.fields import (
    SHARED,
    Block,
    Hazard,
    Kind,
    Month,
    Name,
    Route,
)
from ecopark.scenario.goods import Disposal, Lift, Outage, Pathway, Resource, Transport, Virgin
from ecopark.scenario.information import Information, Platform
from ecopark.scenario.layout import Corridor, Layout, Plot, SitingRule, Who
from ecopark.scenario.learning import Conduct, Learning
from ecopark.scenario.plants import Behaviour, Change, Firm, Noise, Port, Process
from ecopark.scenario.policy import Announcement, Ban, DischargeLimit, Policy, Procurement, Support
from ecopark.scenario.programme import Programme
from ecopark.scenario.rules import Agents, Mechanisms, Observed
from ecopark.scenario.shocks import Shock

__all__ = [
    "Agents",
    "Announcement",
    "Ban",
    "Behaviour",
    "Block",
    "Change",
    "Conduct",
    "ContractRules",
    "Coordination",
    "Corridor",
    "Currency",
    "Department",
    "DischargeLimit",
    "Discovery",
    "Disposal",
    "EndOfWaste",
    "Engagement",
    "Facilitator",
    "Firm",
    "Hazard",
    "Information",
    "Kind",
    "Layout",
    "Learning",
    "Lift",
    "Mechanisms",
    "Membership",
    "Negotiation",
    "Noise",
    "Observed",
    "Outage",
    "Park",
    "Pathway",
    "Platform",
    "Plot",
    "Policy",
    "Port",
    "Practitioners",
    "Process",
    "Procurement",
    "Programme",
    "Regulator",
    "Resource",
    "Route",
    "Shock",
    "SitingRule",
    "Subscription",
    "Support",
    "Time",
    "Transport",
    "Trust",
    "Virgin",
    "Who",
    "Workshop",
]


# --------------------------------------------------------------------------- the frame of a run
class Time(Block):
    """Span and steps of the run; `end` is the last month simulated."""

    start: Month
    end: Month
    period: Literal["month", "quarter", "year"] = "month"
    segment: Literal["day", "week", "month"] = "week"

    @model_validator(mode="after")
    def _ordered(self) -> Time:
        if self.end < self.start:
            raise ValueError(f"end {self.end:%Y-%m} lies before start {self.start:%Y-%m}")
        return self


class Currency(Block):
    """Money: one code, prices of one year.

    `rates`: value of one unit of another currency in `code`. `deflator`: price index by year;
    where given, paths marked ``nominal: true`` are brought to `price_year`.
    """

    code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    price_year: Annotated[int, Field(ge=1900, le=2100)]
    rates: Mapping[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], Annotated[float, Field(gt=0)]] = {}
    deflator: Mapping[int, Annotated[float, Field(gt=0)]] = {}


# --------------------------------------------------------------------------- all of it
class Park(Block):
    """A whole scenario, checked and complete."""

    name: str
    description: str = ""
    time: Time
    currency: Currency
    layout: Annotated[Layout, SHARED] = Layout()
    resources: Mapping[Name, Annotated[Resource, SHARED]]
    transport: Mapping[Name, Annotated[Transport, SHARED]]
    pathways: Mapping[Name, Annotated[Pathway, SHARED]] = {}
    firms: Mapping[Name, Annotated[Firm, SHARED]]
    policy: Annotated[Policy, SHARED] = Policy()
    shocks: tuple[Annotated[Shock, SHARED], ...] = ()
    agents: Annotated[Agents, SHARED] = Agents()
    mechanisms: Mechanisms = Mechanisms()
    observed: Annotated[Observed | None, SHARED] = None
    programme: Programme | None = None
    extensions: tuple[str, ...] = Field(
        default=(), description="Python files that register rules, seen from the scenario's folder."
    )
