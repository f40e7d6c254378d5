"""Bodies that are no firms: the regulator and the facilitator, the blocks under ``agents`` of those names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from ecopark.scenario.facilitation import (
    Engagement,
    Membership,
    Practitioners,
    Subscription,
    Workshop,
)
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


class Department(Block):
    """An authority that has to agree as well once a permit is granted, with officers of its own.

    `time`: mean handling time of a case. `contradiction`: chance that it asks for something the others rule out;
    then the case goes round all departments once more, and a second contradiction ends it.
    """

    officers: Annotated[int, Field(ge=1, le=10_000)] = 1
    time: Duration = default(60.0, "day")
    contradiction: Share = default(0.1)


class Coordination(Block):
    """From a date on the departments decide together: side by side instead of one after the other.

    `contradiction`: factor on the chance that one contradicts the others.
    """

    from_: Annotated[Month, Field(alias="from")]
    until: Month | None = None
    contradiction: Share = default(0.25)

    @model_validator(mode="after")
    def _ordered(self) -> Coordination:
        if self.until is not None and self.until <= self.from_:
            raise ValueError(f"until {self.until:%Y-%m} does not lie after from {self.from_:%Y-%m}")
        return self


class Regulator(Block):
    """Permits: a queue of case officers, time and refusal by hazard class of the residual.

    A hazard class that a scenario leaves out keeps its default. `wrong_refusal`: share of the cases that
    deserve a permit and are refused in error; `training`: share of these errors that trained officers do not
    make. `referral`: the first decision on a resource binds later ones, which take this share of the time;
    with `definitive` it comes from people who make none of these errors. `departments`: authorities that have to
    agree as well, by name, and `joint`: from when on they decide together. `coordination`: factor on the time
    of a permit itself, below 1 where it is prepared together.
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
    definitive: bool = False
    departments: Mapping[Name, Department] = {}
    joint: Coordination | None = None
    end_of_waste: tuple[EndOfWaste, ...] = ()
    protocol_time: Duration = default(0.0, "day")

    @model_validator(mode="after")
    def _has_effect(self) -> Regulator:
        """Refuse what would silently do nothing."""
        if self.joint is not None and not self.departments:
            raise ValueError("joint: there are no departments to decide together; add 'departments'")
        if self.definitive and self.referral is None:
            raise ValueError("definitive: no case is referred; add 'referral'")
        return self


class Facilitator(Block):
    """A body that spreads information and lowers the cost of dealing, from a date on.

    `mode`: ``self_organised`` (it does nothing), ``facilitated``, or ``planned`` (the body chooses pairs of
    its members from a plan made every `plan_every`, and these notice none themselves). `members`, `workshop`,
    `practitioners`: see these blocks; without them all firms are members, a workshop stirs all streams and
    nobody carries ideas. `budget`: money a year, which bounds practitioners and workshops by their cost
    `cost_per_practitioner` (a year) and `cost_per_workshop`. `third_party`: whether two firms of a sector may
    trust it with cost data that competition law keeps them from sharing. `metric`: what ideas must save to be
    carried or planned, largest first; without it all are carried, and planned by money. `plan`: in which order
    pairs stand in a plan: by ``benefit``, by ``sectors`` (one sector of givers with one of takers after the
    other) or in ``any`` order; the last two are drawn and know no benefit. `engagement`, `subscription`: see these
    blocks.
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
    engagement: Engagement | None = None
    subscription: Subscription | None = None
    plan: Literal["benefit", "sectors", "any"] = "benefit"
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
        held = self.engagement is not None and self.engagement.cost is not None
        paid = self.cost_per_practitioner is not None or self.cost_per_workshop is not None or held
        if self.budget is not None and not paid:
            raise ValueError(
                "budget: nothing costs anything; add 'cost_per_practitioner' or 'cost_per_workshop'"
            )
        if self.plan != "benefit" and self.mode != "planned":
            raise ValueError(f"plan: there is no plan to order by {self.plan}; add 'mode: planned'")
        if self.plan != "benefit" and self.metric is not None:
            raise ValueError(f"metric: a plan by {self.plan} knows no benefit; leave out 'metric' or 'plan'")
        if self.subscription is not None:
            self._check_subscription(self.subscription)
        return self

    def _check_subscription(self, rules: Subscription) -> None:
        if self.members is None:
            raise ValueError("subscription: nobody joins or leaves; add 'members: {}'")
        if not (self.from_ <= rules.from_ and (self.until is None or rules.from_ < self.until)):
            raise ValueError(f"subscription: begins {rules.from_:%Y-%m}, when the body does not work")
        if self.budget is None:
            raise ValueError("subscription: replaces a budget that is not stated; add 'budget'")
