"""Bodies that are no firms: the regulator and the facilitator, the blocks under ``agents`` of those names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from ecopark.scenario.fields import Block, Duration, Hazard, Month, Positive, Share, default
from ecopark.scenario.units import Quantity

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
