"""The regulator: permits, with a queue of cases, time and refusal by hazard class.

What lives here: the queue, its clock and what has been decided. What does not: classes and chances
(``market.permits``).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import mesa
import simpy

from ecopark.market.permits import permit_class, refusal_chance
from ecopark.scenario.fields import Hazard
from ecopark.scenario.types import Regulator as RegulatorSpec

if TYPE_CHECKING:
    import numpy as np

    from ecopark.agents.world import World

# Shape of the gamma-distributed handling time: coefficient of variation one half. [M]
_SHAPE = 4.0


class Regulator(mesa.Agent):  # type: ignore[misc]
    """Decides on permits; each case officer handles one case at a time.

    Parameters
    ----------
    model : World
    spec : RegulatorSpec

    Attributes
    ----------
    guidance : dict of str to (float, bool)
        Day and answer of the first decision on each resource, where such decisions bind (``referral``).
    """

    def __init__(self, model: World, spec: RegulatorSpec) -> None:
        super().__init__(model)
        self.spec = spec
        self.officers = simpy.Resource(model.env, capacity=spec.officers)
        self.guidance: dict[str, tuple[float, bool]] = {}

    def decide(
        self, hazard: Hazard, chance: np.random.Generator, resource: str = "", pace: float = 1.0
    ) -> Generator[Any, Any, bool]:
        """Wait for an officer and the decision; a SimPy process that returns whether it is granted.

        Parameters
        ----------
        hazard : {"none", "low", "hazardous"}
            Class of the residual.
        chance : numpy.random.Generator
            The idea's own stream; the same two draws whatever the rules are.
        resource : str
            The residual, for protocols and guidance; without it there are none.
        pace : float, 1
            Factor on the handling time of a case that a practitioner has prepared.
        """
        env, rules = self.model.env, self.spec
        today = self.model.calendar.date(env.now)
        found = permit_class(rules, resource, hazard, today)
        mean = rules.permit_time[found or hazard].value * rules.coordination.value
        handling = float(chance.gamma(_SHAPE, mean / _SHAPE)) if mean > 0.0 else 0.0
        handling *= pace
        luck = float(chance.random())
        if found is None:
            return True
        granted = luck >= refusal_chance(rules, found, today)
        with self.officers.request() as turn:
            yield turn
            if rules.referral is not None and resource in self.guidance:
                granted = self.guidance[resource][1]
                handling *= rules.referral.value
            yield env.timeout(handling)
        if rules.referral is not None and resource:
            self._set_guidance(resource, granted)
        return granted

    def _set_guidance(self, resource: str, granted: bool) -> None:
        """The first answer on a resource is the answer to all later cases, and firms know it."""
        if resource not in self.guidance:
            self.guidance[resource] = (self.model.env.now, granted)
            self.model.learn_guidance(resource, granted)
            self.model.log("guidance", detail=f"{resource}: {'granted' if granted else 'refused'}")
