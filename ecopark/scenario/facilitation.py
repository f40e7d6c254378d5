"""How a facilitator works: blocks inside ``agents.facilitator``.

What lives here: members, workshops, practitioners, engagement, subscription. What does not: the facilitator
itself (``bodies``), the rules at work (``agents.members``, ``agents.practitioners``, ``agents.facilitator``).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ecopark.scenario.fields import (
    AnyQuantity,
    Block,
    Duration,
    Month,
    Positive,
    Rate,
    Share,
    default,
)


class Membership(Block):
    """Firms that work with the facilitator; without this block all do.

    `initial`: share of the firms there are when work begins. `recruitment`: rate at which a firm joins,
    `leaving`: at which a member goes. `most`: largest share of the firms there are that can be members.
    """

    initial: Share = default(0.2)
    recruitment: Rate = default(0.2 / 365.25, "1/day")
    leaving: Rate = default(0.05 / 365.25, "1/day")
    most: Share = default(1.0)


class Workshop(Block):
    """Members bring cards of what they have and want; without this block a workshop stirs every stream.

    `attendance`: members invited, drawn anew each time. `notice`: chance that a pair of streams of two who
    attend is noticed there.
    """

    attendance: Annotated[int, Field(ge=2, le=10_000)] = 50
    notice: Share = default(0.3)


class Practitioners(Block):
    """Officers of the facilitator who carry ideas of two members from screening to operation.

    `number`: officers; `caseload`: ideas one carries at a time. `wait`: longest that an idea waits for one
    before it goes on alone. `screening`, `negotiation`, `permit`: factors on the time of these stages.
    `loss`: factor on losses for want of data. `narrowing`: part of the error of opening positions that their
    mediation takes away.
    """

    number: Annotated[int, Field(ge=1, le=10_000)] = 2
    caseload: Annotated[int, Field(ge=1, le=1000)] = 15
    wait: Duration = default(180.0, "day")
    screening: Share = default(0.7)
    negotiation: Share = default(0.7)
    permit: Share = default(0.8)
    loss: Share = default(0.3)
    narrowing: Share = default(0.5)


class Engagement(Block):
    """Round tables at which members meet, and what they do to trust and to membership.

    `from`: first of them, the first day of the body by default; then one `every` so often. `attendance`: members
    invited, drawn anew each time. `worth`: what an evening counts for trust between any two who attend, as time of
    kept deliveries. `chance`: that two who attend get acquainted. `recruitment`, `leaving`: factors on the
    rates at which firms join and leave from then on. `cost`: of one round table.
    """

    from_: Annotated[Month | None, Field(alias="from")] = None
    every: Duration = default(365.25 / 2, "day")
    attendance: Annotated[int, Field(ge=2, le=10_000)] = 20
    worth: Duration = default(365.25 / 4, "day")
    chance: Share = default(0.3)
    recruitment: Positive = default(1.5)
    leaving: Positive = default(0.7)
    cost: AnyQuantity | None = None


class Subscription(Block):
    """From a date on members pay and the public does not: the budget is what they pay.

    `fee`: money a year of one member. `stays`: share of the members of the last day who stay on the first.
    `recruitment`, `leaving`: factors on the rates at which firms join and leave from then on.
    """

    from_: Annotated[Month, Field(alias="from")]
    fee: AnyQuantity
    stays: Share = default(0.3)
    recruitment: Positive = default(0.3)
    leaving: Positive = default(2.0)
