"""What agents may ask of the model they live in, without importing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import simpy

    from ecopark.agents.appraiser import Appraiser
    from ecopark.agents.failures import Failures
    from ecopark.agents.firm import Firm
    from ecopark.agents.idea import Idea
    from ecopark.agents.leverage import Leverage
    from ecopark.agents.regulator import Regulator
    from ecopark.agents.scouting import Scouting
    from ecopark.agents.support import Support
    from ecopark.calendar import Calendar
    from ecopark.market.appraisal import Appraisal
    from ecopark.market.contract import Contract
    from ecopark.scenario.types import Park


class World(Protocol):
    """The model as an agent sees it."""

    run_seed: int
    env: simpy.Environment
    park: Park
    calendar: Calendar
    appraiser: Appraiser
    scouting: Scouting
    regulator: Regulator
    support: Support
    leverage: Leverage
    failures: Failures
    firms: dict[str, Firm]
    signed: list[Contract]

    def chance(self, *address: str) -> np.random.Generator:
        """Random stream of an address."""

    def trust(self, first: str, second: str) -> float:
        """Trust between two firms, 0 to 1."""

    def trust_within(self, pair: int) -> float:
        """Trust between the two firms of a pair, 0 to 1."""

    def betray(self, traitor: str, victim: str, weight: float = 1.0) -> None:
        """Trust after a breach, or after something that counts for a share of one."""

    def trust_at_risk(self, traitor: str, victim: str) -> float:
        """Share of the trust of one firm that another would lose by a breach, 0 to 1."""

    def opportunism(self, firm: str, partner: str) -> float:
        """How far a firm goes in using a partner's weakness, 0 to 1."""

    def is_opportunist(self, firm: str) -> bool:
        """Whether a firm plays opportunistically this year."""

    def transaction_factor(self, idea: Idea | None = None) -> float:
        """Factor on transaction cost of a facilitator at work, for its members."""

    def start_exchange(self, contract: Contract) -> None:
        """Open the link of a contract now."""

    def take_over(self, idea: Idea, pair: int) -> Idea:
        """The idea under which a successor carries an exchange on."""

    def alter_terms(self, contract: Contract, terms: Appraisal) -> None:
        """From now on a contract runs on other terms."""

    def stop_exchange(self, contract: Contract) -> None:
        """Close the link of a contract now."""

    def learn_guidance(self, resource: str, granted: bool) -> None:
        """The regulator has given an answer that binds: firms reckon with it from now on."""

    def log(self, event: str, firm: str = "", partner: str = "", synergy: str = "", detail: str = "") -> None:
        """Write an event."""

    def note(self, idea: Idea, event: str, detail: str = "") -> None:
        """Write an event of an idea."""
