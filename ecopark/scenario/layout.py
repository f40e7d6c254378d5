"""Where things stand: blocks under ``layout``, plots, corridors and rules of who may stand where.

What lives here: the blocks as a user writes them. What does not: distances (``geometry``, ``corridors``),
whether firms and plots fit each other (``siting``), the search for a better layout (``planning.layouts.finding``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from ecopark.scenario.fields import (
    Block,
    Dim,
    Hazard,
    Length,
    Name,
    Number,
    Temperature,
    default,
    in_unit,
)
from ecopark.scenario.units import Quantity

Point = tuple[float, float]
Area = Annotated[Quantity, in_unit(Dim("m2", 0.0))]
# Louder plants have higher numbers; what a class means is for the scenario to say.
NoiseClass = Annotated[int, Field(ge=0, le=5)]
LOUDEST = 5


class Plot(Block):
    """A piece of ground on which one firm can stand.

    `site`: its middle, in the layout's coordinates; the site of the firm on it. `outline`: its corners,
    for maps only. `area`: what a firm's `area` must fit into; nothing said, everything fits. `zone`: use
    the plan allows, such as ``heavy``; a firm or a rule may demand one. `noise_class`: loudest class of
    firm allowed, 0 (silent) to 5. `hazard_class`: highest class of firm allowed.
    """

    site: Point
    outline: tuple[Point, ...] = ()
    area: Area | None = None
    zone: str = ""
    noise_class: NoiseClass = LOUDEST
    hazard_class: Hazard = "hazardous"
    note: str = ""


class Corridor(Block):
    """A strip of ground for pipes and lorries: straight stretches from point to point of `path`.

    Corridors meet where they touch or cross.
    """

    path: Annotated[tuple[Point, ...], Field(min_length=2)]
    note: str = ""


class Who(Block):
    """Which firms a rule is about: those named, those of a sector, those of a class; all if nothing is said.

    `hazard_class`, `noise_class`: firms of this class or a higher one.
    """

    firms: tuple[Name, ...] = ()
    sectors: tuple[str, ...] = ()
    hazard_class: Literal["low", "hazardous"] | None = None
    noise_class: Annotated[int, Field(ge=1, le=5)] | None = None


class SitingRule(Block):
    """What must hold wherever firms stand.

    `who` keeps `at_least` this far from `others` (as the crow flies, from site to site), and stands on
    plots of one of `zones` only.
    """

    who: Who = Who()
    others: Who = Who()
    at_least: Length | None = None
    zones: tuple[str, ...] = ()
    note: str = ""


class Layout(Block):
    """Where things stand: coordinates and how distance is measured.

    `distance`: straight line or Manhattan, times `detour` (road or pipe length over straight
    line); or along corridors, see ``corridors``. `off_corridor`: km along a corridor that are
    rather gone than one beside them. `approach`: smallest temperature difference of a heat exchange, K.
    """

    crs: Literal["lonlat", "metres"] = "lonlat"
    distance: Literal["straight", "manhattan", "corridor"] = "straight"
    detour: Number = default(1.3)
    off_corridor: Annotated[Quantity, in_unit(Dim("1", 1.0))] = default(3.0)
    approach: Temperature = default(5.0, "degC")
    plots: Mapping[Name, Plot] = {}
    corridors: Mapping[Name, Corridor] = {}
    rules: Mapping[Name, SitingRule] = {}
