"""Firms, what they run and how they decide: blocks under ``firms``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from ecopark.scenario.fields import (
    SHARED,
    AnyPath,
    AnyQuantity,
    Block,
    Dim,
    Duration,
    Hazard,
    Month,
    Name,
    Positive,
    Pressure,
    Rate,
    Season,
    Share,
    SharePath,
    default,
    in_unit,
)
from ecopark.scenario.goods import Disposal, Outage, Virgin
from ecopark.scenario.layout import Area, NoiseClass
from ecopark.scenario.units import Quantity


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
    `rule`: kind of firm, ``standard`` or a name registered by an extension.
    """

    hurdle_rate: Rate = default(0.10 / 365.25, "1/day")
    payback: Duration = default(6 * 365.25, "day")
    attention: Annotated[int, Field(ge=1, le=1000)] = 2
    openness: Share = default(0.5)
    risk_aversion: Positive = default(0.5)
    patience: Annotated[int, Field(ge=1, le=1000)] = 12
    rule: str = "standard"


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

    `short`: label in figures; `name` where it is not given. `plot`: name of the plot it stands on, whose
    site is then its own. `movable`: whether a search for a better layout may put it elsewhere. `area`: ground
    it needs. `zones`: plots it can stand on; all if nothing is said. `noise_class`, `hazard_class`: what a
    plot must allow, 0 (silent) to 5.
    """

    name: str
    short: str = ""
    sector: str = ""
    site: tuple[float, float]
    plot: Name | None = None
    movable: bool = False
    area: Area | None = None
    zones: tuple[str, ...] = ()
    noise_class: NoiseClass = 0
    hazard_class: Hazard = "none"
    opens: Month | None = None
    closes: Month | None = None
    processes: Annotated[Mapping[Name, Annotated[Process, SHARED]], SHARED] = {}
    behaviour: Annotated[Behaviour, SHARED] = Behaviour()
    owners: Mapping[str, str] = Field(default={}, description="Owner by first month, for the record only.")
    note: str = ""
