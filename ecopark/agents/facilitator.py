"""The facilitator: spreads information, lowers the cost of dealing, holds workshops."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import mesa

from ecopark.scenario.types import Facilitator as FacilitatorSpec

if TYPE_CHECKING:
    from ecopark.agents.world import World


class Facilitator(mesa.Agent):  # type: ignore[misc]
    """A body that works for the park from one date to another.

    Parameters
    ----------
    model : World
    spec : FacilitatorSpec
    """

    def __init__(self, model: World, spec: FacilitatorSpec) -> None:
        super().__init__(model)
        self.spec = spec
        self.starts = model.calendar.day(spec.from_)
        self.stops = float("inf") if spec.until is None else float(model.calendar.day(spec.until))
        model.env.process(self._work())

    def is_working(self) -> bool:
        """Whether the facilitator works now."""
        return bool(self.starts <= self.model.env.now < self.stops)

    @property
    def information(self) -> float:
        """Factor on the hazard of noticing a pair."""
        return self.spec.information.value if self.is_working() else 1.0

    @property
    def transaction_cost(self) -> float:
        """Factor on the cost of reaching an agreement."""
        return self.spec.transaction_cost.value if self.is_working() else 1.0

    def _work(self) -> Generator[Any, Any, None]:
        """Hold a workshop every so often: every firm looks at its streams afresh."""
        env = self.model.env
        yield env.timeout(max(self.starts - env.now, 0.0))
        while env.now < self.stops:
            self.model.scouting.wake_all()
            self.model.log("workshop")
            yield env.timeout(self.spec.workshop_every.value)
