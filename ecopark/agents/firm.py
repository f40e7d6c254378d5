"""A firm: considers ideas, negotiates, builds, exchanges, reviews and renews.

Each idea it pursues is one SimPy process, written as the story it is: talks (``talks``), permit and building
here, and the exchange (``keeping``).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from ecopark.agents.actor import Story, vary
from ecopark.agents.idea import Idea
from ecopark.agents.keeping import Keeping
from ecopark.agents.kinds import register_firm
from ecopark.agents.talks import Talks
from ecopark.market.contract import Contract

if TYPE_CHECKING:
    import numpy as np

    from ecopark.agents.world import World


@register_firm("standard")
class Firm(Talks, Keeping):
    """One firm of the park and its decisions."""

    def consider(self, idea: Idea) -> None:
        """Take up an idea that somebody has noticed."""
        self.ideas.append(idea)
        self.model.env.process(self._pursue(idea))

    def _pursue(self, idea: Idea) -> Story:
        world: World = self.model
        chance = world.chance(idea.synergy, "pursuit")
        contract = yield from self._agree(idea, chance)
        world.scouting.relax(idea.pair)
        if contract is not None:
            granted = yield from self._permit(idea, chance)
            if granted:
                yield from self._build(idea, contract, chance)
                yield from self._exchange(idea, contract, chance)
            else:
                world.appraiser.withdraw(contract)
                self._lose(idea, "permit")
        if "operating" in idea.stages:
            world.scouting.contract(idea.pair)
        else:
            world.scouting.release(idea.pair, world.env.now, idea.reason)

    def _permit(self, idea: Idea, chance: np.random.Generator) -> Generator[Any, Any, bool]:
        world: World = self.model
        idea.reach("permitting", world.env.now)
        if not world.park.mechanisms.permits:
            return True
        port = int(world.appraiser.pairs.out_port[idea.pair])
        columns = world.appraiser.columns
        resource = columns.resources[columns.port_resource[port]]
        hazard = world.park.resources[resource].hazard
        granted: bool = yield from world.regulator.decide(
            hazard, chance, resource, pace=world.support.pace(idea, "permit"), case=idea.synergy
        )
        return granted

    def _build(self, idea: Idea, contract: Contract, chance: np.random.Generator) -> Story:
        """Pay, build, and wait until both plants are open."""
        world: World = self.model
        env, terms = world.env, contract.appraisal
        idea.reach("building", env.now)
        self._invest(contract)
        yield env.timeout(vary(chance, terms.lead_time))
        opening = max(
            world.appraiser.columns.opens[contract.out_port], world.appraiser.columns.opens[contract.in_port]
        )
        yield env.timeout(max(float(opening) - env.now, 0.0))

    def _exchange(self, idea: Idea, contract: Contract, chance: np.random.Generator) -> Story:
        """Open the link and operate it, if both plants are there."""
        world: World = self.model
        contract.end = world.env.now + contract.appraisal.term
        if self._closing(contract) > world.env.now:
            idea.reach("operating", world.env.now)
            world.note(idea, "operating")
            self._open(contract)
            yield from self._operate(idea, contract)
        else:
            self._end(idea, contract, "closed", "closure")
