"""Typed, immutable description of a park: what a user writes, after units and before any run.

What lives here: one pydantic model per block of a scenario file; field names are the words of the
file. What does not: reading files (``source``), cross-checks (``check``), arrays (``flows``).

Numbers are :class:`~ecopark.scenario.units.Quantity` in base units. A field whose dimension does
not depend on context states it (``Dim("day")``) and is checked here; coefficients, prices and
capacities depend on the resource or activity unit and are checked in ``check``.

Any number may be written plainly (``"40 DKK/t"``) or with its provenance
(``{value: 40 DKK/t, source: "...", mark: S}``). A ``source``/``mark`` on an enclosing block holds
for every number inside that has none of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from ecopark.scenario.paths import Context, Path, parse_month, parse_path, parse_quantity
from ecopark.scenario.seasons import season_profile
from ecopark.scenario.units import Quantity, UnitError

Kind = Literal["material", "energy", "heat", "water"]
Hazard = Literal["none", "low", "hazardous"]
Route = Literal["landfill", "incineration", "discharge", "release", "flare", "cooling", "sale"]
Mark = Literal["S", "M", "D", ""]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]


@dataclass(frozen=True)
class Dim:
    """Dimension a field must have: the base unit, e.g. ``"day"`` or ``"1/day"``."""

    unit: str
    low: float = float("-inf")
    high: float = float("inf")

    def check(self, quantity: Quantity) -> Quantity:
        """Return `quantity` if it has this dimension and lies within bounds.

        Raises
        ------
        UnitError
            Naming the unit found and the one expected.
        """
        expected = self.unit
        if expected != quantity.unit:
            raise UnitError(f"expected a quantity in {_EXAMPLES.get(expected, expected)}, found {quantity}")
        if not self.low <= quantity.value <= self.high:
            bounds = (
                f"at least {self.low:g}"
                if self.high == float("inf")
                else f"between {self.low:g} and {self.high:g}"
            )
            raise UnitError(f"must be {bounds}{'' if expected == '1' else ' ' + expected}, found {quantity}")
        return quantity


_EXAMPLES = {
    "1": "a pure number or share such as '0.3' or '30 %'",
    "day": "time such as '18 months' is written '18 month', '6 yr' or '30 d'",
    "1/day": "a rate such as '8 %/yr'",
    "km": "length such as '13 km'",
    "degC": "temperature such as '90 degC'",
    "bar": "pressure such as '12 bar'",
    "1/km": "a share per length such as '2 %/km'",
    "degC/km": "a temperature drop such as '0.5 K/km'",
}


def _context(info: ValidationInfo) -> Context:
    if not isinstance(info.context, Context):
        raise TypeError(
            "validate with context=Context(Units(...)): numbers cannot be read without their units"
        )
    return info.context


def _quantity(dim: Dim) -> BeforeValidator:
    def validate(value: Any, info: ValidationInfo) -> Quantity:
        return dim.check(parse_quantity(value, _context(info)))

    return BeforeValidator(validate)


def _any_quantity(value: Any, info: ValidationInfo) -> Quantity:
    return parse_quantity(value, _context(info))


def _any_path(value: Any, info: ValidationInfo) -> Path:
    return parse_path(value, _context(info))


def _share_path(value: Any, info: ValidationInfo) -> Path:
    path = parse_path(value, _context(info))
    for quantity in path.values:
        Dim("1", 0.0, 1.0).check(quantity)
    return path


def _month(value: Any) -> date:
    return parse_month(value)


def _season(value: Any) -> Any:
    season_profile(value)
    return tuple(value) if isinstance(value, list) else value


AnyQuantity = Annotated[Quantity, BeforeValidator(_any_quantity)]
Season = Annotated[str | tuple[float, ...], BeforeValidator(_season)]
AnyPath = Annotated[Path, BeforeValidator(_any_path)]
SharePath = Annotated[Path, BeforeValidator(_share_path)]
Month = Annotated[date, BeforeValidator(_month)]
Share = Annotated[Quantity, _quantity(Dim("1", 0.0, 1.0))]
Number = Annotated[Quantity, _quantity(Dim("1"))]
Positive = Annotated[Quantity, _quantity(Dim("1", 0.0))]
Duration = Annotated[Quantity, _quantity(Dim("day", 0.0))]
Rate = Annotated[Quantity, _quantity(Dim("1/day", 0.0))]
Length = Annotated[Quantity, _quantity(Dim("km", 0.0))]
Temperature = Annotated[Quantity, _quantity(Dim("degC", -273.15, 3000.0))]
Pressure = Annotated[Quantity, _quantity(Dim("bar", 0.0, 1000.0))]


def _q(value: float, unit: str = "1", source: str = "model default", mark: str = "M") -> Quantity:
    return Quantity(value, unit, source, mark)


class Block(BaseModel):
    """Base of every block: unknown fields are errors, nothing can be changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    source: str = Field(default="", description="Reference of the numbers in this block that name none.")
    mark: Mark = Field(default="", description="S seen in the source, M unchecked, D derived.")


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
    detour: Number = _q(1.3)
    approach: Temperature = _q(5.0, "degC")


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

    efficiency: Share = _q(0.5)
    max_temperature: Temperature = _q(90.0, "degC")


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
    yield_: Annotated[AnyQuantity, Field(alias="yield")] = _q(1.0)
    replacement: Positive = _q(1.0)
    max_share: Share = _q(1.0)
    cost: AnyPath | None = None
    capital: AnyPath | None = None
    lifetime: Duration = _q(20 * 365.25, "day")
    electricity: AnyQuantity | None = None
    emission: AnyQuantity | None = None
    lead_time: Duration = _q(180.0, "day")
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
    floor: Share = _q(0.05)
    exponent: Share = _q(0.6)
    running: Rate = _q(0.02 / 365.25, "1/day")
    lifetime: Duration = _q(30 * 365.25, "day")
    handling: AnyPath | None = None
    variable: AnyPath | None = None
    emission: AnyQuantity | None = None
    embodied: AnyQuantity | None = None
    electricity: AnyQuantity | None = None
    loss: Annotated[Quantity, _quantity(Dim("1/km", 0.0, 1.0))] = _q(0.0, "1/km")
    temperature_drop: Annotated[Quantity, _quantity(Dim("degC/km", 0.0))] = _q(0.0, "degC/km")
    pressure_drop: Annotated[Quantity, _quantity(Dim("bar/km", 0.0))] = _q(0.0, "bar/km")
    lead_time: Duration = _q(30.0, "day")
    max_length: Length = _q(500.0, "km")
    term: Duration = _q(5 * 365.25, "day")
    outage: Outage | None = None


# --------------------------------------------------------------------------- firms
class Outage(Block):
    """Random failures: exponential time between failures and exponential repair."""

    mean_time_between: Duration
    mean_duration: Duration


class Noise(Block):
    """AR(1) noise of activity: coefficient of variation and month-to-month persistence."""

    cv: Share
    persistence: Share = _q(0.7)


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
    max_share: Share = _q(1.0)
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
    """

    name: str = ""
    archetype: Name | None = None
    drive: Literal["scheduled", "feed"] = "scheduled"
    activity_unit: str = ""
    capacity: AnyPath
    utilisation: SharePath | None = None
    season: Season = "flat"
    growth: Annotated[Quantity, _quantity(Dim("1/day"))] = _q(0.0, "1/day")
    noise: Noise | None = None
    outage: Outage | None = None
    buffer: Duration = _q(14.0, "day")
    opens: Month | None = None
    closes: Month | None = None
    in_: Annotated[Mapping[Name, Port], Field(alias="in")] = {}
    out: Mapping[Name, Port] = {}
    operating_cost: AnyPath | None = None
    drop: tuple[Name, ...] = Field(default=(), description="Archetype streams this process does not have.")


class Behaviour(Block):
    """How a firm decides.

    `hurdle_rate`: discount rate. `payback`: longest simple payback accepted. `attention`:
    projects at once. `openness`: readiness to talk, 0 to 1. `risk_aversion`: share of value
    lost per unit of perceived risk. `patience`: rounds before it walks away from a negotiation.
    """

    hurdle_rate: Rate = _q(0.10 / 365.25, "1/day")
    payback: Duration = _q(6 * 365.25, "day")
    attention: Annotated[int, Field(ge=1, le=1000)] = 2
    openness: Share = _q(0.5)
    risk_aversion: Positive = _q(0.5)
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


# --------------------------------------------------------------------------- rules of the game
class Ban(Block):
    """A disposal route closed for a resource from a date; `penalty` is the cost of the next best."""

    route: Route
    resource: Name
    from_: Annotated[Month, Field(alias="from")]
    penalty: AnyPath


class Policy(Block):
    """Dated paths of taxes and grants, money at the scenario's price year."""

    landfill_tax: AnyPath | None = None
    incineration_tax: AnyPath | None = None
    discharge_levy: AnyPath | None = None
    water_levy: AnyPath | None = None
    carbon_price: AnyPath | None = None
    capital_grant: SharePath | None = None
    bans: tuple[Ban, ...] = ()


_PERMIT_TIME: dict[Hazard, Quantity] = {
    "none": _q(60.0, "day"),
    "low": _q(180.0, "day"),
    "hazardous": _q(365.0, "day"),
}
_REFUSAL: dict[Hazard, Quantity] = {"none": _q(0.02), "low": _q(0.10), "hazardous": _q(0.30)}


class Regulator(Block):
    """Permits: a queue of case officers, time and refusal by hazard class of the residual.

    A hazard class that a scenario leaves out keeps its default.
    """

    officers: Annotated[int, Field(ge=1, le=10_000)] = 2
    permit_time: Annotated[Mapping[Hazard, Duration], AfterValidator(lambda own: _PERMIT_TIME | own)] = (
        _PERMIT_TIME
    )
    refusal: Annotated[Mapping[Hazard, Share], AfterValidator(lambda own: _REFUSAL | own)] = _REFUSAL


class Facilitator(Block):
    """A body that spreads information and lowers the cost of dealing, from a date on."""

    from_: Annotated[Month, Field(alias="from")]
    until: Month | None = None
    information: Positive = _q(2.0)
    transaction_cost: Share = _q(0.7)
    workshop_every: Duration = _q(365.25 / 2, "day")


class Discovery(Block):
    """Hazard of a pair being noticed: base x distance x tie x information x attention.

    `base`: between neighbours at full attention. `distance`: length at which the hazard is half
    of that. `social`: factor added by full trust. `burden`: cost of a stream (money/time) at which
    attention is half (none: every stream with a cost gets full attention). `trigger`: factor added
    right after a shock; `memory`: its decay. `foresight`: how far ahead announced openings and
    processes are known.
    """

    base: Rate = _q(0.30 / 365.25, "1/day")
    distance: Length = _q(10.0, "km")
    social: Positive = _q(2.0)
    burden: AnyQuantity | None = None
    trigger: Positive = _q(4.0)
    memory: Duration = _q(2 * 365.25, "day")
    foresight: Duration = _q(2 * 365.25, "day")
    retry: Duration = _q(3 * 365.25, "day")


class Negotiation(Block):
    """How a price is found; `protocol` names one registered in ``ecopark.market``."""

    protocol: str = "alternating_offers"
    round: Duration = _q(30.0, "day")
    concession: Positive = _q(1.0)
    screening: Duration = _q(90.0, "day")


class ContractRules(Block):
    """Terms: notice of a losing contract, penalty, transaction cost of a new agreement."""

    transaction_cost: AnyQuantity | None = None
    penalty: Share = _q(0.25)
    review: Duration = _q(365.25, "day")
    reliability: Share = _q(0.9)


class Trust(Block):
    """Trust between two firms: start value, gain from kept and loss from broken deliveries."""

    initial: Share = _q(0.3)
    gain: Share = _q(0.1)
    loss: Share = _q(0.4)


class Agents(Block):
    """Who acts, and by which parameters."""

    regulator: Regulator = Regulator()
    facilitator: Facilitator | None = None
    discovery: Discovery = Discovery()
    negotiation: Negotiation = Negotiation()
    contracts: ContractRules = ContractRules()
    trust: Trust = Trust()
    ties: tuple[tuple[Name, Name], ...] = Field(
        default=(), description="Pairs of firms that know each other well."
    )


class Mechanisms(Block):
    """Switches; ``trading: false`` is the reference run without any exchange."""

    trading: bool = True
    outages: bool = True
    permits: bool = True
    trust: bool = True
    noise: bool = True


class Observed(Block):
    """Record for the hindcast, never an input of the model.

    `links`: CSV file with at least the columns from_firm, to_firm, resource and start_year.
    `record`: its rows as read, column to text.
    """

    links: str
    record: tuple[Mapping[str, str], ...] = ()
    until: Annotated[int, Field(ge=1800, le=2100)]


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
