"""What a programme says of itself: the block ``programme``, which no run looks at.

What lives here: the terms on which a programme counts what it has brought about. What does not: the body that does
the work (``bodies.Facilitator``), the arithmetic (``ecopark.indicators.programme``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ecopark.scenario.fields import (
    AnyPath,
    AnyQuantity,
    Block,
    Month,
    Rate,
    Share,
    default,
)

Metric = Literal["landfill", "co2", "virgin", "hazardous", "water"]


class Programme(Block):
    """Terms of a programme's accounts.

    `from`, `until`: first month and end of the public money. `public_money`: money a year, by date; without it what
    the facilitator spent is counted. `counts`: exchanges that are the programme's: ``all``, those that began
    operating since it began (``begun``), or those its practitioners carried (``carried``). `attribution`: share of them
    that would not be there without it. `life`: years that an exchange is taken to last, and `decay` the part of
    the first year's benefit lost with each further year. `sales_per_job`, `investment_per_job`: money that goes
    with one job. `cost_shares`: part of the public money charged to each metric, together at most 1.
    """

    name: Annotated[str, Field(min_length=1)]
    from_: Annotated[Month, Field(alias="from")]
    until: Month | None = None
    public_money: AnyPath | None = None
    counts: Literal["all", "begun", "carried"] = "begun"
    attribution: Share = default(1.0)
    life: Annotated[int, Field(ge=1, le=100)] = 5
    decay: Rate = default(0.0, "1/day")
    sales_per_job: AnyQuantity | None = None
    investment_per_job: AnyQuantity | None = None
    cost_shares: Mapping[Metric, Share] = {}

    @model_validator(mode="after")
    def _adds_up(self) -> Programme:
        if self.until is not None and self.until <= self.from_:
            raise ValueError(f"until {self.until:%Y-%m} does not lie after from {self.from_:%Y-%m}")
        whole = sum(share.value for share in self.cost_shares.values())
        if whole > 1.0 + 1e-12:
            raise ValueError(f"cost_shares: add up to {whole:.3g}, so that cost would be counted twice")
        if self.decay.value * 365.25 > 1.0 + 1e-12:
            raise ValueError("decay: more than all of the first year's benefit would be lost in a year")
        return self
