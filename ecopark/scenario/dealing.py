"""How firms find, deal with and trust each other: blocks under ``agents``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

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
    `rule`: ``hazard``, or a name registered by an extension.
    """

    rule: str = "hazard"
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
    """How price and terms are found; `protocol` names one registered in ``ecopark.market``.

    `power`: ``equal``, or by ``patience`` (discount factors of a round from the hurdle rates, drawn to a half by
    trust), where a protocol uses power. `alternatives`: nearest other pairs each side looks at for its second-best
    partner. `package`: whether who pays, term, take-or-pay and penalty are settled before the price. `doubt`:
    how unsure firms are of what the other could accept, where a price is named once; `markup` and `adjustment`
    of a posted price. `pool`: most other pairs in a double auction.
    """

    protocol: str = "alternating_offers"
    round: Duration = default(30.0, "day")
    concession: Positive = default(1.0)
    screening: Duration = default(90.0, "day")
    power: Literal["equal", "patience"] = "equal"
    alternatives: Annotated[int, Field(ge=0, le=1000)] = 0
    package: bool = False
    doubt: Share = default(1.0)
    markup: Share = default(1.0)
    adjustment: Share = default(0.1)
    pool: Annotated[int, Field(ge=0, le=10_000)] = 12


class ContractRules(Block):
    """Terms: kind of contract, penalty, transaction cost of a new agreement.

    `kind`: ``term`` (kept for its term or broken for a penalty), ``spot`` (no obligation, priced anew at every
    review), ``take_or_pay`` (the taker pays for the share `take_or_pay` of the agreed quantity at least) or
    ``indexed`` (the price follows `index`, the taker's virgin price or the giver's disposal cost, by the share
    `pass_through`). `notice`: after which a party that loses may leave without a penalty; none where not given.
    `hold_up`: share of the sunk investor's gain that an opportunistic partner asks for.
    """

    transaction_cost: AnyQuantity | None = None
    penalty: Share = default(0.25)
    review: Duration = default(365.25, "day")
    reliability: Share = default(0.9)
    kind: Literal["term", "spot", "take_or_pay", "indexed"] = "term"
    take_or_pay: Share = default(0.8)
    index: Literal["virgin", "disposal"] = "virgin"
    pass_through: Share = default(0.5)
    notice: Duration | None = None
    hold_up: Share = default(0.0)


class Trust(Block):
    """Trust between two firms: start value, and how it follows what was kept and broken.

    `rule`: ``linear`` (speeds `gain` and `loss`) or ``beta`` (evidence of kept and broken deliveries, a year of
    deliveries being one piece). Of the beta rule: `weight`, pieces of evidence the start value counts for;
    `betrayal`, pieces of evidence a breach counts for; `forgetting`, the factor on evidence a year old;
    `spread`, weight of what common partners tell, discounted by trust in them. `value`: weight a firm gives,
    before it breaks a contract, to the gain from partners whose trust it would lose. `reopening`: what a
    price re-opened against the contract costs in trust, as a share of a breach.
    """

    rule: Literal["linear", "beta"] = "linear"
    initial: Share = default(0.3)
    gain: Share = default(0.1)
    loss: Share = default(0.4)
    weight: Positive = default(2.0)
    betrayal: Positive = default(4.0)
    forgetting: Share = default(0.9)
    spread: Share = default(0.0)
    value: Positive = default(0.0)
    reopening: Share = default(0.5)

    @model_validator(mode="after")
    def _heard(self) -> Trust:
        if self.spread.value > 0.0 and self.rule != "beta":
            raise ValueError("spread needs rule: beta, for only evidence can be told on")
        return self
