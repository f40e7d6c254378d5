"""The regulator: permits, with a queue of cases, time and refusal by hazard class, and departments after it.

What lives here: the queues, their clock and what has been decided. What does not: classes and chances
(``market.permits``).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import mesa
import simpy

from ecopark.market.permits import contradiction_chances, is_joint, permit_class, refusal_chance
from ecopark.scenario.fields import Hazard
from ecopark.scenario.types import Regulator as RegulatorSpec

if TYPE_CHECKING:
    import numpy as np

    from ecopark.agents.world import World

# Shape of the gamma-distributed handling time: coefficient of variation one half. [M]
_SHAPE = 4.0
# A case goes round the departments once more after a contradiction, then it is over. [M]
_ROUNDS = 2


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
        self.departments = {
            name: simpy.Resource(model.env, capacity=department.officers)
            for name, department in spec.departments.items()
        }
        self.guidance: dict[str, tuple[float, bool]] = {}

    def decide(
        self,
        hazard: Hazard,
        chance: np.random.Generator,
        resource: str = "",
        pace: float = 1.0,
        case: str = "",
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
        case : str
            Name of the exchange, for the departments' own stream of chance.
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
        if granted and rules.departments:
            granted = yield from self._go_round(case, pace)
        return granted

    def _go_round(self, case: str, pace: float) -> Generator[Any, Any, bool]:
        """Ask every department, one after the other or together; whether none contradicts in the end."""
        env, rules = self.model.env, self.spec
        stream = self.model.chance(case, "departments")
        # All draws at once: who decides together, and when, changes none of them.
        times = stream.gamma(_SHAPE, 1.0 / _SHAPE, (_ROUNDS, len(rules.departments))) * pace
        luck = stream.random((_ROUNDS, len(rules.departments)))
        if rules.referral is not None:
            times *= rules.referral.value
        for turn in range(_ROUNDS):
            today = self.model.calendar.date(env.now)
            chances = contradiction_chances(rules, today)
            desks = [
                self._handle(name, float(times[turn, k]) * department.time.value)
                for k, (name, department) in enumerate(rules.departments.items())
            ]
            if is_joint(rules, today):
                yield env.all_of([env.process(desk) for desk in desks])
            else:
                for desk in desks:
                    yield from desk
            against = [name for k, name in enumerate(rules.departments) if luck[turn, k] < chances[k]]
            if not against:
                return True
            self.model.log("contradiction", synergy=case, detail=", ".join(against))
        return False

    def _handle(self, department: str, days: float) -> Generator[Any, Any, None]:
        """Wait for an officer of a department and for the time a case takes there."""
        with self.departments[department].request() as turn:
            yield turn
            yield self.model.env.timeout(days)

    def _set_guidance(self, resource: str, granted: bool) -> None:
        """The first answer on a resource is the answer to all later cases, and firms know it."""
        if resource not in self.guidance:
            self.guidance[resource] = (self.model.env.now, granted)
            self.model.learn_guidance(resource, granted)
            self.model.log("guidance", detail=f"{resource}: {'granted' if granted else 'refused'}")
