"""Kinds of fields a block of a scenario may have: numbers with a unit, dated paths, dates, names, seasons.

What lives here: annotated types that read what a user wrote, and :class:`Block`, the base of all blocks.
What does not: the blocks (``types``, ``rules``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from ecopark.scenario.paths import Context, Path, parse_month, parse_path, parse_quantity
from ecopark.scenario.seasons import season_profile
from ecopark.scenario.units import Quantity, UnitError

Kind = Literal["material", "energy", "heat", "water"]
Hazard = Literal["none", "low", "hazardous"]
Route = Literal["landfill", "incineration", "discharge", "release", "flare", "cooling", "sale"]
Mark = Literal["S", "M", "D", ""]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]


@dataclass(frozen=True)
class Dim:
    """Dimension a field must have: the base unit, e.g. ``"day"`` or ``"1/day"``."""

    unit: str
    low: float = float("-inf")
    high: float = float("inf")

    def check(self, quantity: Quantity) -> Quantity:
        """Return `quantity` if it has this dimension and lies within bounds.

        Raises
        ------
        UnitError
            Naming the unit found and the one expected.
        """
        expected = self.unit
        if expected != quantity.unit:
            raise UnitError(f"expected a quantity in {_EXAMPLES.get(expected, expected)}, found {quantity}")
        if not self.low <= quantity.value <= self.high:
            bounds = (
                f"at least {self.low:g}"
                if self.high == float("inf")
                else f"between {self.low:g} and {self.high:g}"
            )
            raise UnitError(f"must be {bounds}{'' if expected == '1' else ' ' + expected}, found {quantity}")
        return quantity


_EXAMPLES = {
    "1": "a pure number or share such as '0.3' or '30 %'",
    "day": "time such as '18 months' is written '18 month', '6 yr' or '30 d'",
    "1/day": "a rate such as '8 %/yr'",
    "km": "length such as '13 km'",
    "m2": "area such as '4 ha'",
    "degC": "temperature such as '90 degC'",
    "bar": "pressure such as '12 bar'",
    "1/km": "a share per length such as '2 %/km'",
    "degC/km": "a temperature drop such as '0.5 K/km'",
}


def _context(info: ValidationInfo) -> Context:
    if not isinstance(info.context, Context):
        raise TypeError(
            "validate with context=Context(Units(...)): numbers cannot be read without their units"
        )
    return info.context


def in_unit(dim: Dim) -> BeforeValidator:
    """Validator that reads a quantity and checks its dimension."""

    def validate(value: Any, info: ValidationInfo) -> Quantity:
        return dim.check(parse_quantity(value, _context(info)))

    return BeforeValidator(validate)


def _read_once(value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    """Result for a raw block, the same object wherever the same block stands (frozen, so it may be)."""
    if not isinstance(value, dict):
        return handler(value)
    done = _context(info).read
    known = done.find(value)
    return done.keep(handler(value), value) if known is None else known


# On blocks that firms may share with their archetype, and variants of a scenario with each other. A faulty one is
# read, and reported, again.
SHARED = WrapValidator(_read_once)


def _any_quantity(value: Any, info: ValidationInfo) -> Quantity:
    return parse_quantity(value, _context(info))


def _any_path(value: Any, info: ValidationInfo) -> Path:
    return parse_path(value, _context(info))


def _share_path(value: Any, info: ValidationInfo) -> Path:
    path = parse_path(value, _context(info))
    for quantity in path.values:
        Dim("1", 0.0, 1.0).check(quantity)
    return path


def _month(value: Any) -> date:
    return parse_month(value)


def _season(value: Any) -> Any:
    season_profile(value)
    return tuple(value) if isinstance(value, list) else value


AnyQuantity = Annotated[Quantity, BeforeValidator(_any_quantity)]
Season = Annotated[str | tuple[float, ...], BeforeValidator(_season)]
AnyPath = Annotated[Path, BeforeValidator(_any_path)]
SharePath = Annotated[Path, BeforeValidator(_share_path)]
Month = Annotated[date, BeforeValidator(_month)]
Share = Annotated[Quantity, in_unit(Dim("1", 0.0, 1.0))]
Number = Annotated[Quantity, in_unit(Dim("1"))]
Positive = Annotated[Quantity, in_unit(Dim("1", 0.0))]
Duration = Annotated[Quantity, in_unit(Dim("day", 0.0))]
Rate = Annotated[Quantity, in_unit(Dim("1/day", 0.0))]
Length = Annotated[Quantity, in_unit(Dim("km", 0.0))]
Temperature = Annotated[Quantity, in_unit(Dim("degC", -273.15, 3000.0))]
Pressure = Annotated[Quantity, in_unit(Dim("bar", 0.0, 1000.0))]


def default(value: float, unit: str = "1", source: str = "model default", mark: str = "M") -> Quantity:
    """Quantity a block has where a scenario says nothing, marked as unchecked."""
    return Quantity(value, unit, source, mark)


class Block(BaseModel):
    """Base of every block: unknown fields are errors, nothing can be changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    source: str = Field(default="", description="Reference of the numbers in this block that name none.")
    mark: Mark = Field(default="", description="S seen in the source, M unchecked, D derived.")
