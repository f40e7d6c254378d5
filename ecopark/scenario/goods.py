"""What is exchanged and how it gets there: resources, their references, pathways and transport modes.

What lives here: blocks under ``resources``, ``pathways`` and ``transport``. What does not: who has or needs
them (``plants``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from ecopark.scenario.fields import (
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
    Positive,
    Rate,
    Route,
    Share,
    Temperature,
    default,
    in_unit,
)
from ecopark.scenario.units import Quantity


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


class Outage(Block):
    """Random failures: exponential time between failures and exponential repair."""

    mean_time_between: Duration
    mean_duration: Duration


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
    `loss` and `temperature_drop`, `pressure_drop` are per km. `electricity` is per unit and km. `trench`: share
    of `per_km` that is digging and may be shared with pipes side by side, whatever they carry.
    """

    name: str = ""
    fixed: AnyPath | None = None
    per_km: AnyPath | None = None
    trench: Share = default(0.0)
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
