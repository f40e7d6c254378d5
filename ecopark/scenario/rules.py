"""Rules of the game: what stands under ``agents``, ``mechanisms`` and ``observed``.

What lives here: the blocks that hold the others together. What does not: policy (``policy``), regulator and
facilitator (``bodies``), acquaintance and data (``information``), finding and dealing (``dealing``), learning and
conduct (``learning``), what firms are and do (``types``), the rules at work (``market``, ``agents``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from ecopark.scenario.bodies import Facilitator, Regulator
from ecopark.scenario.dealing import ContractRules, Discovery, Negotiation, Trust
from ecopark.scenario.fields import SHARED, Block, Name
from ecopark.scenario.information import Information
from ecopark.scenario.learning import Conduct, Learning


class Other(Block):
    """An agent of a kind that an extension registers; `options` are handed to it as they stand."""

    kind: str
    options: Mapping[str, Any] = {}


class Agents(Block):
    """Who acts, and by which parameters."""

    regulator: Annotated[Regulator, SHARED] = Regulator()
    facilitator: Annotated[Facilitator | None, SHARED] = None
    information: Annotated[Information | None, SHARED] = None
    discovery: Discovery = Discovery()
    negotiation: Negotiation = Negotiation()
    contracts: ContractRules = ContractRules()
    trust: Trust = Trust()
    learning: Annotated[Learning | None, SHARED] = None
    conduct: Conduct | None = None
    ties: tuple[tuple[Name, Name], ...] = Field(
        default=(), description="Pairs of firms that know each other well."
    )
    others: Mapping[Name, Other] = {}


class Mechanisms(Block):
    """Switches; ``trading: false`` is the reference run without any exchange."""

    trading: bool = True
    outages: bool = True
    permits: bool = True
    trust: bool = True
    outside_options: bool = True
    learning: bool = True
    conduct: bool = True
    shocks: bool = True
    noise: bool = True
    information: bool = True
    facilitation: bool = True
    shared_trenches: bool = True


class Observed(Block):
    """Record for the hindcast, never an input of the model.

    `links`: CSV file with at least the columns from_firm, to_firm, resource and start_year.
    `record`: its rows as read, column to text. `volumes`: CSV file with at least the columns item, quantity,
    unit and year, and from_firm, to_firm and resource of an exchange; rows of one item are added up, and a
    row in t CO2e without firms is the emission avoided by replacing fuels. `quantities`: its rows as read.
    """

    links: str
    record: tuple[Mapping[str, str], ...] = ()
    volumes: str | None = None
    quantities: tuple[Mapping[str, str], ...] = ()
    until: Annotated[int, Field(ge=1800, le=2100)]
