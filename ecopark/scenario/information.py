"""Who knows whom and what: the block ``agents.information`` and the platform inside it.

What lives here: parameters of acquaintance, of data that firms show each other and of what is lost for want
of them. What does not: the facilitator (``bodies``), the rules at work (``market.acquaintance``,
``agents.acquaintance``, ``agents.support``).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ecopark.scenario.fields import Block, Duration, Length, Month, Rate, Share, default

Level = Literal["none", "location", "quantity", "cost"]


class Platform(Block):
    """An online information platform; each level shows what the one before shows, and more.

    `level`: ``location`` (place and type of streams: two users are no strangers), ``quantity`` (amounts and
    grades too: shorter screening, and no attention for pairs that cannot fit), ``cost`` (what either pays
    today: no attention for pairs that do not pay, closer opening positions, nothing lost for want of data).
    `usage`: share of firms that use it, drawn once for each. `screening`: factor on screening time from
    level ``quantity`` on. `loss`: factor on losses for want of data at level ``quantity``. `narrowing`: part
    of the error of opening positions that cost data take away.
    """

    level: Level = "location"
    from_: Annotated[Month, Field(alias="from")]
    until: Month | None = None
    usage: Share = default(0.5)
    screening: Share = default(0.7)
    loss: Share = default(0.5)
    narrowing: Share = default(0.5)

    @model_validator(mode="after")
    def _ordered(self) -> Platform:
        if self.until is not None and self.until <= self.from_:
            raise ValueError(f"until {self.until:%Y-%m} does not lie after from {self.from_:%Y-%m}")
        return self


class Information(Block):
    """Acquaintance of firms, how it grows, and what is lost without it.

    `near`: chance that neighbours know each other at the start; `sector`: that two firms of a sector do.
    `distance`: length at which nearness counts half. `circle`: nearest firms anybody may get to know
    besides those it could deal with. `meeting`: rate of getting acquainted by chance, between neighbours;
    `introduction`: by each common acquaintance. `gathering`: who comes to yearly meetings, `gathering_every`
    and `gathering_chance` how often and with which chance two who come get acquainted. `visits`: share of
    screenings with a site visit, which makes acquainted and counts for trust as `visit_worth` of kept
    deliveries. `stranger`: factor on the hazard of noticing a pair whose firms do not know each other.
    `loss`: chance that screening between strangers fails for want of data, `acquainted`: factor on it if
    they know each other. `competition_law`: chance that screening of two firms of one sector fails while
    competition law forbids them to share cost data.
    """

    near: Share = default(0.5)
    sector: Share = default(0.3)
    distance: Length = default(10.0, "km")
    circle: Annotated[int, Field(ge=1, le=1000)] = 30
    meeting: Rate = default(0.05 / 365.25, "1/day")
    introduction: Rate = default(0.02 / 365.25, "1/day")
    gathering: Literal["none", "sector", "all"] = "sector"
    gathering_every: Duration = default(365.25, "day")
    gathering_chance: Share = default(0.1)
    visits: Share = default(0.3)
    visit_worth: Duration = default(365.25 / 2, "day")
    stranger: Share = default(0.1)
    loss: Share = default(0.15)
    acquainted: Share = default(0.5)
    competition_law: Share = default(0.0)
    platform: Platform | None = None
