"""What every actor of the park that exchanges has and knows of itself.

What lives here: name, ideas, contracts and the small acts that talks (``talks``) and the keeping of contracts
(``keeping``) share. What does not: the story of an idea (``firm``).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import mesa

from ecopark.agents.idea import Idea
from ecopark.market.contract import Contract
from ecopark.scenario.types import Firm as FirmSpec

if TYPE_CHECKING:
    import numpy as np

    from ecopark.agents.world import World

Story = Generator[Any, Any, None]
# Building and screening times vary by this coefficient of variation (gamma). [M]
_SPREAD = 0.3


class Actor(mesa.Agent):  # type: ignore[misc]
    """One who has streams, ideas and contracts.

    Parameters
    ----------
    model : World
    name : str
        Identifier in the scenario.
    spec : FirmSpec
    """

    def __init__(self, model: World, name: str, spec: FirmSpec) -> None:
        super().__init__(model)
        self.name = name
        self.spec = spec
        self.ideas: list[Idea] = []
        self.contracts: list[Contract] = []

    @property
    def partners(self) -> frozenset[str]:
        """Firms with which an exchange operates now."""
        running = [c for c in self.contracts if c.is_running]
        return frozenset(c.taker if c.giver == self.name else c.giver for c in running)

    def _invest(self, contract: Contract) -> None:
        world: World = self.model
        now, trenches = world.env.now, world.appraiser.trenches
        trenches.price(contract)
        owed, shared = trenches.join(contract, now)
        if owed > 0.0:
            detail = f"{shared:.3g} km beside others"
            world.log("trench shared", contract.giver, contract.taker, contract.synergy, detail)
        contract.builds.append(now)
        terms = contract.appraisal
        if terms.capital > 0.0:
            # What goes to those who dug before is booked with them.
            paid = owed - terms.capital
            shares = (paid, 0.0) if terms.giver_invests else (0.0, paid)
            contract.payments.append((now, "investment", *shares))

    def _lose(self, idea: Idea, reason: str) -> None:
        idea.finish("lost", reason, self.model.env.now)
        self.model.note(idea, "lost", reason)

    def _end(self, idea: Idea, contract: Contract, end: str, reason: str) -> None:
        world: World = self.model
        if contract.is_running:
            world.stop_exchange(contract)
        world.appraiser.withdraw(contract)
        idea.finish(end, reason, world.env.now)
        world.note(idea, end, reason)

    def _reprice(self, idea: Idea, contract: Contract, price: float, event: str) -> None:
        contract.price = price
        contract.price_path.append((self.model.env.now, price))
        idea.price = price
        self.model.note(idea, event, f"{price:.6g} per unit")


def vary(chance: np.random.Generator, mean: float) -> float:
    """A duration around its mean; gamma, so never negative.

    Parameters
    ----------
    chance : numpy.random.Generator
    mean : float, day

    Returns
    -------
    float, day
    """
    if mean <= 0.0:
        return 0.0
    shape = 1.0 / _SPREAD**2
    return float(chance.gamma(shape, mean / shape))
