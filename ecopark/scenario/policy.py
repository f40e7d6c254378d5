"""Policy: dated paths of taxes, levies and payments, bans, limits, announced changes: the blocks under ``policy``.

What lives here: what a scenario states. What does not: what a lever does to the cost of a stream
(``market.prices``), and how firms weigh what is announced (``market.expectation``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from ecopark.scenario.fields import (
    AnyPath,
    AnyQuantity,
    Block,
    Month,
    Name,
    Route,
    Share,
    SharePath,
    default,
)
from ecopark.scenario.paths import Path, parse_month

ALWAYS = date.min


def _since(value: Any) -> date | None:
    """Date from which a rule holds: ``true`` is always, ``false`` and nothing are never."""
    if isinstance(value, bool):
        return ALWAYS if value else None
    return None if value is None else parse_month(value)


Since = Annotated[date | None, BeforeValidator(_since)]


class Ban(Block):
    """A disposal route closed for a resource from a date; `penalty` is the cost of the next best."""

    route: Route
    resource: Name
    from_: Annotated[Month, Field(alias="from")]
    penalty: AnyPath


class DischargeLimit(Block):
    """Most that one installation may send down a route per time, from a date on.

    What goes beyond it costs `penalty`, the price of the next best way. Without a route the limit holds for
    whatever route the residual has.
    """

    resource: Name
    route: Route | None = None
    from_: Annotated[Month, Field(alias="from")]
    limit: AnyQuantity
    penalty: AnyPath


class Announcement(Block):
    """A change of policy that is announced before it comes, and may not come.

    `field`: what changes, such as ``landfill_tax`` or ``feed_in_tariff.biogas``. `value`: the path that holds
    from `takes_effect` on. Whether it comes is drawn once per run with `probability`; if it comes and a date
    `reversed` is given, it is taken back on that date with the probability `reversal`.
    """

    field: str
    value: AnyPath
    announced: Month | None = None
    takes_effect: Month
    probability: Share = default(1.0)
    reversed: Month | None = None
    reversal: Share = default(1.0)

    @model_validator(mode="after")
    def _ordered(self) -> Announcement:
        if self.announced is not None and self.announced > self.takes_effect:
            raise ValueError(
                f"takes effect {self.takes_effect:%Y-%m}, before it is announced ({self.announced:%Y-%m})"
            )
        if self.reversed is not None and self.reversed <= self.takes_effect:
            raise ValueError(
                f"is reversed {self.reversed:%Y-%m}, not after it takes effect ({self.takes_effect:%Y-%m})"
            )
        return self


class Support(Block):
    """What the public pays for one exchange, if it comes about: of a residual, from one firm to another.

    `need`: resource of the taker's need that is to be served; any where it is left out. `subsidy`: money per unit
    of the residual sent, on top of that of the resource. `grant`: share of the investment, on top of the general
    one, both together never more than all of it. Whether the two find each other, agree and get a permit is up to
    them.
    """

    giver: Name
    taker: Name
    resource: Name
    need: Name | None = None
    subsidy: AnyPath | None = None
    grant: SharePath | None = None


class Procurement(Block):
    """Public buyers ask some sectors for products made with a residual.

    `sectors`: of the takers, who sell to them. `residual`: what they use; `need`: what it replaces, any where
    it is left out. `premium`: money per unit of the residual sent that buyers pay on top (they prefer it).
    `surcharge`: money per unit of virgin `need` that a taker loses with public orders it does not get (they must
    have it). `share`: part of the takers' sales that goes to public buyers; both count for it.
    """

    sectors: Annotated[tuple[str, ...], Field(min_length=1)]
    residual: Name
    need: Name | None = None
    premium: AnyPath | None = None
    surcharge: AnyPath | None = None
    share: Share = default(1.0)

    @model_validator(mode="after")
    def _has_effect(self) -> Procurement:
        if self.premium is None and self.surcharge is None:
            raise ValueError("asks for nothing; give a 'premium', a 'surcharge', or both")
        if self.surcharge is not None and self.need is None:
            raise ValueError("surcharge: on which virgin supply? add 'need'")
        return self


class Policy(Block):
    """Dated paths of taxes and grants, money at the scenario's price year.

    `feed_in_tariff`: by resource, money per unit of the residual that goes to the grid instead.
    `subsidy`: by resource, money per unit of the residual exchanged. `competition_law`: date from which
    firms of one sector may not share their cost data, or true. `carbon_commitment`: share of the carbon
    price on the reference route that a giver bound by a commitment scheme cannot claim. `support`: payments for
    single exchanges. `procurement`: what public buyers ask for.
    """

    landfill_tax: AnyPath | None = None
    incineration_tax: AnyPath | None = None
    discharge_levy: AnyPath | None = None
    water_levy: AnyPath | None = None
    carbon_price: AnyPath | None = None
    capital_grant: SharePath | None = None
    feed_in_tariff: Mapping[Name, AnyPath] = {}
    subsidy: Mapping[Name, AnyPath] = {}
    carbon_commitment: SharePath | None = None
    competition_law: Since = None
    bans: tuple[Ban, ...] = ()
    discharge_limits: tuple[DischargeLimit, ...] = ()
    support: tuple[Support, ...] = ()
    procurement: tuple[Procurement, ...] = ()
    announced: tuple[Announcement, ...] = ()


# Fields of a policy that an announcement may change: one path each, or a path by resource.
SINGLE_PATHS = (
    "landfill_tax",
    "incineration_tax",
    "discharge_levy",
    "water_levy",
    "carbon_price",
    "capital_grant",
    "carbon_commitment",
)
PATHS_BY_RESOURCE = ("feed_in_tariff", "subsidy")


def split_field(field: str) -> tuple[str, str] | None:
    """Lever and resource of an announcement's field, the resource empty where the lever has none.

    Parameters
    ----------
    field : str
        Such as ``landfill_tax``, ``policy.landfill_tax`` or ``subsidy.fly_ash``.

    Returns
    -------
    tuple of (str, str) or None
        None where no announcement can change the field.
    """
    lever, _, resource = field.removeprefix("policy.").partition(".")
    if lever in SINGLE_PATHS and not resource:
        return lever, ""
    return (lever, resource) if lever in PATHS_BY_RESOURCE and resource else None


def path_of(policy: Policy, lever: str, resource: str = "") -> Path | None:
    """Path of a lever, None where the scenario states none.

    Parameters
    ----------
    policy : Policy
    lever, resource : str
        As :func:`split_field` gives them.

    Returns
    -------
    Path or None
    """
    held: Any = getattr(policy, lever)
    path: Path | None = held.get(resource) if resource else held
    return path


def with_path(policy: Policy, lever: str, resource: str, path: Path) -> Policy:
    """The same policy with another path of a lever.

    Parameters
    ----------
    policy : Policy
    lever, resource : str
        As :func:`split_field` gives them.
    path : Path

    Returns
    -------
    Policy
    """
    value = {**getattr(policy, lever), resource: path} if resource else path
    return policy.model_copy(update={lever: value})
