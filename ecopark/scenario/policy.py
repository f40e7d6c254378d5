"""Policy: dated paths of taxes, levies and grants, and bans of disposal routes: the blocks under ``policy``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ecopark.scenario.fields import AnyPath, Block, Month, Name, Route, SharePath


class Ban(Block):
    """A disposal route closed for a resource from a date; `penalty` is the cost of the next best."""

    route: Route
    resource: Name
    from_: Annotated[Month, Field(alias="from")]
    penalty: AnyPath


class Policy(Block):
    """Dated paths of taxes and grants, money at the scenario's price year."""

    landfill_tax: AnyPath | None = None
    incineration_tax: AnyPath | None = None
    discharge_levy: AnyPath | None = None
    water_levy: AnyPath | None = None
    carbon_price: AnyPath | None = None
    capital_grant: SharePath | None = None
    bans: tuple[Ban, ...] = ()
