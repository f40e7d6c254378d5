"""How firms find, deal with and trust each other: blocks under ``agents``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ecopark.scenario.fields import (
    AnyQuantity,
    Block,
    Duration,
    Length,
    Positive,
    Rate,
    Share,
    default,
)


class Discovery(Block):
    """Hazard of a pair being noticed: base x distance x tie x information x attention.

    `base`: between neighbours at full attention. `distance`: length at which the hazard is half
    of that. `social`: factor added by full trust. `burden`: cost of a stream (money/time) at which
    attention is half (none: every stream with a cost gets full attention). `trigger`: factor added
    right after a shock; `memory`: its decay. `foresight`: how far ahead announced openings and
    processes are known.
    `horizon`: nearest takers a giver ever looks at, by each way of using a residual.
    """

    base: Rate = default(0.30 / 365.25, "1/day")
    distance: Length = default(10.0, "km")
    social: Positive = default(2.0)
    burden: AnyQuantity | None = None
    trigger: Positive = default(4.0)
    memory: Duration = default(2 * 365.25, "day")
    foresight: Duration = default(2 * 365.25, "day")
    retry: Duration = default(3 * 365.25, "day")
    horizon: Annotated[int, Field(ge=1, le=100_000)] = 50


class Negotiation(Block):
    """How a price is found; `protocol` names one registered in ``ecopark.market``."""

    protocol: str = "alternating_offers"
    round: Duration = default(30.0, "day")
    concession: Positive = default(1.0)
    screening: Duration = default(90.0, "day")


class ContractRules(Block):
    """Terms: notice of a losing contract, penalty, transaction cost of a new agreement."""

    transaction_cost: AnyQuantity | None = None
    penalty: Share = default(0.25)
    review: Duration = default(365.25, "day")
    reliability: Share = default(0.9)


class Trust(Block):
    """Trust between two firms: start value, gain from kept and loss from broken deliveries."""

    initial: Share = default(0.3)
    gain: Share = default(0.1)
    loss: Share = default(0.4)
