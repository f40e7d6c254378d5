"""Typed, immutable description of a park: what a user writes, after units and before any run.

What lives here: one pydantic model per block of a scenario file; field names are the words of the
file. The blocks of policy and behaviour stand in ``policy``, ``bodies``, ``dealing`` and ``rules`` and are
offered here too. What does not: reading files (``source``), cross-checks (``check``), arrays (``flows``).

Numbers are :class:`~ecopark.scenario.units.Quantity` in base units. A field whose dimension does
not depend on context states it (``Dim("day")``) and is checked here; coefficients, prices and
capacities depend on the resource or activity unit and are checked in ``check``.

Any number may be written plainly (``"40 DKK/t"``) or with its provenance
(``{value: 40 DKK/t, source: "...", mark: S}``). A ``source``/``mark`` on an enclosing block holds
for every number inside that has none of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ecopark.scenario.bodies import Facilitator, Regulator
from ecopark.scenario.dealing import ContractRules, Discovery, Negotiation, Trust
from ecopark.scenario.fields import (
    SHARED,
    AnyPath,
    AnyQuantity,
    Block,
    Dim,
    Duration,
    Hazard,
    Kind,
    Length,
    Month,
    Name,
    Number,
    Positive,
    Pressure,
    Rate,
    Route,
    Season,
    Share,
    SharePath,
    Temperature,
    default,
    in_unit,
)
from ecopark.scenario.policy import Ban, Policy
from ecopark.scenario.rules import Agents, Mechanisms, Observed
from ecopark.scenario.units import Quantity

__all__ = [
    "Agents",
    "Ban",
    "Behaviour",
    "Block",
    "Change",
    "ContractRules",
    "Currency",
    "Discovery",
    "Disposal",
    "Facilitator",
    "Firm",
    "Hazard",
    "Kind",
    "Layout",
    "Lift",
    "Mechanisms",
    "Negotiation",
    "Noise",
    "Observed",
    "Outage",
    "Park",
    "Pathway",
    "Policy",
    "Port",
    "Process",
    "Regulator",
    "Resource",
    "Route",
    "Time",
    "Transport",
    "Trust",
    "Virgin",
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


class Layout(Block):
    """Where things stand: coordinates and how distance is measured.

    `distance`: straight line or Manhattan, times `detour` (road or pipe length over straight
    line). `approach`: smallest temperature difference of a heat exchange, K.
    """

    crs: Literal["lonlat", "metres"] = "lonlat"
    distance: Literal["straight", "manhattan"] = "straight"
    detour: Number = default(1.3)
    approach: Temperature = default(5.0, "degC")


# --------------------------------------------------------------------------- resources
class Virgin(Block):
    """Reference supply of a need: what is bought where no exchange serves it.

    `price`: money per unit. `recipe`: units of other resources used per unit supplied (an own
    boiler: 1.18 MWh of fuel oil per MWh of steam), whose prices and emissions are added.
    `emission`: t CO2e per unit, upstream and in use, beyond the recipe.
    """

    supplier: str = "market"
    price: AnyPath | None = None
    recipe: Mapping[Name, AnyPath] = {}
    emission: AnyPath | None = None


class Disposal(Block):
    """Reference route of a residual: where it goes when nobody takes it.

    `fee`: money per unit before taxes, negative for a sale. `emission`: t CO2e per unit.
    `taxed`: whether the route's tax applies (hazardous waste and soil are often exempt).
    """

    route: Route
    fee: AnyPath | None = None
    emission: AnyPath | None = None
    taxed: bool = True


class Resource(Block):
    """A kind of stream: what may be exchanged, in which unit, on which scale of grade.

    `short`: label in figures; the identifier in words where it is not given.
    `grade`: what the one number means, higher is better: ``temperature`` (degC, heat),
    ``class`` (water quality class 0 sea water .. 5 drinking), ``conformity`` (material, 0 to 1).
    `transport`: modes that can carry it. `hazard`: class that sets permit time and refusal.
    """

    name: str
    short: str = ""
    kind: Kind
    unit: Literal["t", "MWh", "m3"]
    grade: Literal["temperature", "class", "conformity"] = "conformity"
    hazard: Hazard = "none"
    transport: tuple[Name, ...] = ()
    virgin: Virgin | None = None
    disposal: Disposal | None = None


class Lift(Block):
    """A heat pump: raises heat to the need's temperature and pays in electricity.

    `efficiency`: share of the Carnot coefficient of performance reached between the delivered
    source temperature and the required temperature. `max_temperature`: highest supply, degC.
    """

    efficiency: Share = default(0.5)
    max_temperature: Temperature = default(90.0, "degC")


class Pathway(Block):
    """How a residual `giver` may serve a need for `taker`: a conversion.

    `yield_`: units of `taker` resource made per unit arriving. `replacement`: units of virgin
    supply replaced per unit made. `max_share`: blending limit, share of the need. `cost`,
    `electricity`, `emission`: per unit arriving. `capital`: money per (unit/day) of capacity.
    `at`: where the conversion stands, which decides what is transported. `needs`: lowest grade
    accepted of the arriving residual. `lift`: a heat pump.
    """

    name: str = ""
    giver: Name
    taker: Name
    yield_: Annotated[AnyQuantity, Field(alias="yield")] = default(1.0)
    replacement: Positive = default(1.0)
    max_share: Share = default(1.0)
    cost: AnyPath | None = None
    capital: AnyPath | None = None
    lifetime: Duration = default(20 * 365.25, "day")
    electricity: AnyQuantity | None = None
    emission: AnyQuantity | None = None
    lead_time: Duration = default(180.0, "day")
    at: Literal["giver", "taker"] = "taker"
    needs: AnyQuantity | None = None
    from_: Annotated[Month | None, Field(alias="from")] = None
    taker_sectors: tuple[str, ...] = ()
    lift: Lift | None = None


class Transport(Block):
    """A mode: cost by length and size, running cost, loss and emission.

    Capital is ``(fixed + per_km x length) x max(capacity / reference, floor) ** exponent`` with
    capacity in unit/day. `variable` and `emission` are per unit and km, `handling` per unit.
    `loss` and `temperature_drop`, `pressure_drop` are per km. `electricity` is per unit and km.
    """

    name: str = ""
    fixed: AnyPath | None = None
    per_km: AnyPath | None = None
    reference: AnyQuantity | None = None
    floor: Share = default(0.05)
    exponent: Share = default(0.6)
    running: Rate = default(0.02 / 365.25, "1/day")
    lifetime: Duration = default(30 * 365.25, "day")
    handling: AnyPath | None = None
    variable: AnyPath | None = None
    emission: AnyQuantity | None = None
    embodied: AnyQuantity | None = None
    electricity: AnyQuantity | None = None
    loss: Annotated[Quantity, in_unit(Dim("1/km", 0.0, 1.0))] = default(0.0, "1/km")
    temperature_drop: Annotated[Quantity, in_unit(Dim("degC/km", 0.0))] = default(0.0, "degC/km")
    pressure_drop: Annotated[Quantity, in_unit(Dim("bar/km", 0.0))] = default(0.0, "bar/km")
    lead_time: Duration = default(30.0, "day")
    max_length: Length = default(500.0, "km")
    term: Duration = default(5 * 365.25, "day")
    outage: Outage | None = None


# --------------------------------------------------------------------------- firms
class Outage(Block):
    """Random failures: exponential time between failures and exponential repair."""

    mean_time_between: Duration
    mean_duration: Duration


class Noise(Block):
    """AR(1) noise of activity: coefficient of variation and month-to-month persistence."""

    cv: Share
    persistence: Share = default(0.7)


class Port(Block):
    """One stream of one process in one direction.

    `coefficient`: units per unit of activity. `grade`: offered (out) or required (in).
    `role`: a ``product`` is sold to the market, a ``residual`` is not what the process is for.
    `on_demand`: made only when taken (steam extraction, a basin, a lake): nothing to dispose.
    `storage`: store of a residual awaiting its takers. `burden`: resources spent per unit given
    (electricity lost per heat extracted). `feed` (in): this stream drives a feed-driven process.
    `max_share` (in): largest share of the need that residuals may serve.
    `import_` (in): units per time that a feed-driven process draws from outside the park.
    """

    resource: Name = ""
    coefficient: AnyPath
    grade: AnyPath | None = None
    pressure: Pressure | None = None
    role: Literal["residual", "product"] = "residual"
    on_demand: bool = False
    storage: AnyQuantity | None = None
    burden: Mapping[Name, AnyQuantity] = {}
    feed: bool = False
    max_share: Share = default(1.0)
    import_: Annotated[AnyPath | None, Field(alias="import")] = None
    from_: Annotated[Month | None, Field(alias="from")] = None
    until: Month | None = None
    virgin: Virgin | None = None
    disposal: Disposal | None = None
    note: str = ""


class Process(Block):
    """A linear recipe: ports per unit of activity, and what drives the activity.

    ``scheduled``: activity = capacity x utilisation x season x noise x availability.
    ``feed``: activity follows what was received; `buffer` is how long it can be kept.
    `activity_unit`: what activity is counted in; from the capacity where not given. `season`: a name
    of ``seasons.SEASONS`` or twelve monthly weights. `operating_cost`: money per unit of activity.
    `succeeds`: ``firm.process`` of a plant that closes when this one opens, whose contracts pass
    over to the streams of the same name.
    """

    name: str = ""
    archetype: Name | None = None
    drive: Literal["scheduled", "feed"] = "scheduled"
    activity_unit: str = ""
    capacity: AnyPath
    utilisation: SharePath | None = None
    season: Season = "flat"
    growth: Annotated[Quantity, in_unit(Dim("1/day"))] = default(0.0, "1/day")
    noise: Annotated[Noise | None, SHARED] = None
    outage: Annotated[Outage | None, SHARED] = None
    buffer: Duration = default(14.0, "day")
    opens: Month | None = None
    closes: Month | None = None
    in_: Annotated[Mapping[Name, Annotated[Port, SHARED]], SHARED, Field(alias="in")] = {}
    out: Annotated[Mapping[Name, Annotated[Port, SHARED]], SHARED] = {}
    operating_cost: AnyPath | None = None
    succeeds: str | None = None
    drop: tuple[Name, ...] = Field(default=(), description="Archetype streams this process does not have.")


class Behaviour(Block):
    """How a firm decides.

    `hurdle_rate`: discount rate. `payback`: longest simple payback accepted. `attention`:
    projects at once. `openness`: readiness to talk, 0 to 1. `risk_aversion`: share of value
    lost per unit of perceived risk. `patience`: rounds before it walks away from a negotiation.
    """

    hurdle_rate: Rate = default(0.10 / 365.25, "1/day")
    payback: Duration = default(6 * 365.25, "day")
    attention: Annotated[int, Field(ge=1, le=1000)] = 2
    openness: Share = default(0.5)
    risk_aversion: Positive = default(0.5)
    patience: Annotated[int, Field(ge=1, le=1000)] = 12


class Change(Block):
    """A dated change of a process: streams added, coefficients set, streams stopped."""

    at: Month
    process: Name = "main"
    add: Mapping[Literal["in", "out"], Mapping[Name, Any]] = {}
    set: Mapping[Literal["in", "out"], Mapping[Name, AnyQuantity]] = {}
    stop: Mapping[Literal["in", "out"], tuple[Name, ...]] = {}
    note: str = ""


class Firm(Block):
    """An actor of the park: a plant, a utility, a farm district, a town, a lake.

    `short`: label in figures; `name` where it is not given.
    """

    name: str
    short: str = ""
    sector: str = ""
    site: tuple[float, float]
    opens: Month | None = None
    closes: Month | None = None
    processes: Mapping[Name, Process] = {}
    behaviour: Behaviour = Behaviour()
    owners: Mapping[str, str] = Field(default={}, description="Owner by first month, for the record only.")
    note: str = ""


class Park(Block):
    """A whole scenario, checked and complete."""

    name: str
    description: str = ""
    time: Time
    currency: Currency
    layout: Layout = Layout()
    resources: Mapping[Name, Resource]
    transport: Mapping[Name, Transport]
    pathways: Mapping[Name, Pathway] = {}
    firms: Mapping[Name, Firm]
    policy: Policy = Policy()
    agents: Agents = Agents()
    mechanisms: Mechanisms = Mechanisms()
    observed: Observed | None = None


Transport.model_rebuild()
