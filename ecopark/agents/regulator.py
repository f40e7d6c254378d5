"""The regulator: permits, with a queue of cases, time and refusal by hazard class."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import mesa
import simpy

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
    """

    def __init__(self, model: World, spec: RegulatorSpec) -> None:
        super().__init__(model)
        self.spec = spec
        self.officers = simpy.Resource(model.env, capacity=spec.officers)

    def decide(self, hazard: str, chance: np.random.Generator) -> Generator[Any, Any, bool]:
        """Wait for an officer and the decision; a SimPy process that returns whether it is granted.

        Parameters
        ----------
        hazard : {"none", "low", "hazardous"}
            Class of the residual.
        chance : numpy.random.Generator
            The idea's own stream.
        """
        mean = self.spec.permit_time[hazard].value  # type: ignore[index]
        handling = float(chance.gamma(_SHAPE, mean / _SHAPE)) if mean > 0.0 else 0.0
        granted = bool(chance.random() >= self.spec.refusal[hazard].value)  # type: ignore[index]
        with self.officers.request() as turn:
            yield turn
            yield self.model.env.timeout(handling)
        return granted
