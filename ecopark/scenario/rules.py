"""Rules of the game: policy, regulator, facilitator, and how firms find, deal with and trust each other.

What lives here: the blocks under ``policy``, ``agents``, ``mechanisms`` and ``observed``. What does not:
what firms are and do (``types``), the rules at work (``market``, ``agents``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from ecopark.scenario.fields import (
    AnyPath,
    AnyQuantity,
    Block,
    Duration,
    Hazard,
    Length,
    Month,
    Name,
    Positive,
    Rate,
    Route,
    Share,
    SharePath,
    default,
)
from ecopark.scenario.units import Quantity


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
    "none": default(60.0, "day"),
    "low": default(180.0, "day"),
    "hazardous": default(365.0, "day"),
}
_REFUSAL: dict[Hazard, Quantity] = {"none": default(0.02), "low": default(0.10), "hazardous": default(0.30)}


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
    information: Positive = default(2.0)
    transaction_cost: Share = default(0.7)
    workshop_every: Duration = default(365.25 / 2, "day")


class Discovery(Block):
    """Hazard of a pair being noticed: base x distance x tie x information x attention.

    `base`: between neighbours at full attention. `distance`: length at which the hazard is half
    of that. `social`: factor added by full trust. `burden`: cost of a stream (money/time) at which
    attention is half (none: every stream with a cost gets full attention). `trigger`: factor added
    right after a shock; `memory`: its decay. `foresight`: how far ahead announced openings and
    processes are known.
    `horizon`: nearest takers a giver ever looks at, by each way of using a residual.
    """

    base: Rate = default(0.30 / 365.25, "1/day")
    distance: Length = default(10.0, "km")
    social: Positive = default(2.0)
    burden: AnyQuantity | None = None
    trigger: Positive = default(4.0)
    memory: Duration = default(2 * 365.25, "day")
    foresight: Duration = default(2 * 365.25, "day")
    retry: Duration = default(3 * 365.25, "day")
    horizon: Annotated[int, Field(ge=1, le=100_000)] = 50


class Negotiation(Block):
    """How a price is found; `protocol` names one registered in ``ecopark.market``."""

    protocol: str = "alternating_offers"
    round: Duration = default(30.0, "day")
    concession: Positive = default(1.0)
    screening: Duration = default(90.0, "day")


class ContractRules(Block):
    """Terms: notice of a losing contract, penalty, transaction cost of a new agreement."""

    transaction_cost: AnyQuantity | None = None
    penalty: Share = default(0.25)
    review: Duration = default(365.25, "day")
    reliability: Share = default(0.9)


class Trust(Block):
    """Trust between two firms: start value, gain from kept and loss from broken deliveries."""

    initial: Share = default(0.3)
    gain: Share = default(0.1)
    loss: Share = default(0.4)


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
