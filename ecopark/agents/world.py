"""What agents may ask of the model they live in, without importing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import simpy

    from ecopark.agents.appraiser import Appraiser
    from ecopark.agents.firm import Firm
    from ecopark.agents.idea import Idea
    from ecopark.agents.regulator import Regulator
    from ecopark.agents.scouting import Scouting
    from ecopark.calendar import Calendar
    from ecopark.market.contract import Contract
    from ecopark.scenario.types import Park


class World(Protocol):
    """The model as an agent sees it."""

    env: simpy.Environment
    park: Park
    calendar: Calendar
    appraiser: Appraiser
    scouting: Scouting
    regulator: Regulator
    firms: dict[str, Firm]
    signed: list[Contract]

    def chance(self, *address: str) -> np.random.Generator:
        """Random stream of an address."""

    def trust(self, first: str, second: str) -> float:
        """Trust between two firms, 0 to 1."""

    def betray(self, first: str, second: str) -> None:
        """Trust after a breach."""

    def transaction_factor(self) -> float:
        """Factor on transaction cost of a facilitator at work."""

    def start_exchange(self, contract: Contract) -> None:
        """Open the link of a contract now."""

    def cut_exchange(self, contract: Contract, until: float) -> None:
        """A pipe fails now and works again on a day."""

    def take_over(self, idea: Idea, pair: int) -> Idea:
        """The idea under which a successor carries an exchange on."""

    def stop_exchange(self, contract: Contract) -> None:
        """Close the link of a contract now."""

    def log(self, event: str, firm: str = "", partner: str = "", synergy: str = "", detail: str = "") -> None:
        """Write an event."""

    def note(self, idea: Idea, event: str, detail: str = "") -> None:
        """Write an event of an idea."""
