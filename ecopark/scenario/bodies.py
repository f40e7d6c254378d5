"""Bodies that are no firms: the regulator and the facilitator, the blocks under ``agents`` of those names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from ecopark.scenario.facilitation import Membership, Practitioners, Workshop
from ecopark.scenario.fields import (
    AnyQuantity,
    Block,
    Duration,
    Hazard,
    Month,
    Name,
    Positive,
    Share,
    SharePath,
    default,
)
from ecopark.scenario.units import Quantity

_PERMIT_TIME: dict[Hazard, Quantity] = {
    "none": default(60.0, "day"),
    "low": default(180.0, "day"),
    "hazardous": default(365.0, "day"),
}
_REFUSAL: dict[Hazard, Quantity] = {"none": default(0.02), "low": default(0.10), "hazardous": default(0.30)}


_WRONG: dict[Hazard, Quantity] = {"none": default(0.0), "low": default(0.0), "hazardous": default(0.0)}


class EndOfWaste(Block):
    """A protocol under which a residual is no longer waste, from a date on.

    `permit`: ``none`` where an exchange of it needs none, ``simple`` where it is a case of the class without
    hazard. Work on the protocol begins `from`; it is in force after the regulator's `protocol_time`.
    """

    resource: Name
    from_: Annotated[Month, Field(alias="from")]
    until: Month | None = None
    permit: Literal["none", "simple"] = "none"

    @model_validator(mode="after")
    def _ordered(self) -> EndOfWaste:
        if self.until is not None and self.until <= self.from_:
            raise ValueError(f"ends {self.until:%Y-%m}, not after it begins ({self.from_:%Y-%m})")
        return self


class Regulator(Block):
    """Permits: a queue of case officers, time and refusal by hazard class of the residual.

    A hazard class that a scenario leaves out keeps its default. `wrong_refusal`: share of the cases that
    deserve a permit and are refused in error; `training`: share of these errors that trained officers do not
    make. `referral`: the first decision on a resource binds later ones, which take this share of the time.
    `coordination`: factor on the time, below 1 where departments decide together.
    """

    officers: Annotated[int, Field(ge=1, le=10_000)] = 2
    permit_time: Annotated[Mapping[Hazard, Duration], AfterValidator(lambda own: _PERMIT_TIME | own)] = (
        _PERMIT_TIME
    )
    refusal: Annotated[Mapping[Hazard, Share], AfterValidator(lambda own: _REFUSAL | own)] = _REFUSAL
    wrong_refusal: Annotated[Mapping[Hazard, Share], AfterValidator(lambda own: _WRONG | own)] = _WRONG
    training: SharePath | None = None
    coordination: Positive = default(1.0)
    referral: Share | None = None
    end_of_waste: tuple[EndOfWaste, ...] = ()
    protocol_time: Duration = default(0.0, "day")


class Facilitator(Block):
    """A body that spreads information and lowers the cost of dealing, from a date on.

    `mode`: ``self_organised`` (it does nothing), ``facilitated``, or ``planned`` (the body chooses pairs of
    its members from a plan made every `plan_every`, and these notice none themselves). `members`, `workshop`,
    `practitioners`: see these blocks; without them all firms are members, a workshop stirs all streams and
    nobody carries ideas. `budget`: money a year, which bounds practitioners and workshops by their cost
    `cost_per_practitioner` (a year) and `cost_per_workshop`. `third_party`: whether two firms of a sector may
    trust it with cost data that competition law keeps them from sharing. `metric`: what ideas must save to be
    carried or planned, largest first; without it all are carried, and planned by money.
    """

    from_: Annotated[Month, Field(alias="from")]
    until: Month | None = None
    information: Positive = default(2.0)
    transaction_cost: Share = default(0.7)
    workshop_every: Duration = default(365.25 / 2, "day")
    mode: Literal["self_organised", "facilitated", "planned"] = "facilitated"
    members: Membership | None = None
    workshop: Workshop | None = None
    practitioners: Practitioners | None = None
    plan_every: Duration = default(365.25, "day")
    budget: AnyQuantity | None = None
    cost_per_practitioner: AnyQuantity | None = None
    cost_per_workshop: AnyQuantity | None = None
    third_party: bool = False
    metric: Literal["money", "carbon", "tonnes"] | None = None

    @model_validator(mode="after")
    def _has_effect(self) -> Facilitator:
        """Refuse what would silently do nothing."""
        if self.metric is not None and self.practitioners is None and self.mode != "planned":
            raise ValueError("metric: says which ideas practitioners carry or plan; add 'practitioners: {}'")
        if self.cost_per_practitioner is not None and self.practitioners is None:
            raise ValueError("cost_per_practitioner: there are none; add 'practitioners: {}'")
        if self.budget is not None and self.cost_per_practitioner is None and self.cost_per_workshop is None:
            raise ValueError(
                "budget: nothing costs anything; add 'cost_per_practitioner' or 'cost_per_workshop'"
            )
        return self
