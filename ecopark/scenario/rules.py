"""Rules of the game: what stands under ``agents``, ``mechanisms`` and ``observed``.

What lives here: the blocks that hold the others together. What does not: policy (``policy``), regulator and
facilitator (``bodies``), finding and dealing (``dealing``), what firms are and do (``types``), the rules at
work (``market``, ``agents``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from ecopark.scenario.bodies import Facilitator, Regulator
from ecopark.scenario.dealing import ContractRules, Discovery, Negotiation, Trust
from ecopark.scenario.fields import Block, Name


class Agents(Block):
    """Who acts, and by which parameters."""

    regulator: Regulator = Regulator()
    facilitator: Facilitator | None = None
    discovery: Discovery = Discovery()
    negotiation: Negotiation = Negotiation()
    contracts: ContractRules = ContractRules()
    trust: Trust = Trust()
    ties: tuple[tuple[Name, Name], ...] = Field(
        default=(), description="Pairs of firms that know each other well."
    )


class Mechanisms(Block):
    """Switches; ``trading: false`` is the reference run without any exchange."""

    trading: bool = True
    outages: bool = True
    permits: bool = True
    trust: bool = True
    noise: bool = True


class Observed(Block):
    """Record for the hindcast, never an input of the model.

    `links`: CSV file with at least the columns from_firm, to_firm, resource and start_year.
    `record`: its rows as read, column to text.
    """

    links: str
    record: tuple[Mapping[str, str], ...] = ()
    until: Annotated[int, Field(ge=1800, le=2100)]
