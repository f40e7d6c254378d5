"""Units at the door: text such as ``"80 kt/yr"`` becomes a plain float in stated base units.

pint is used here and nowhere else. Inside the program every number is in these base units:

=============  =========  =====================================================
dimension      base unit  also written as
=============  =========  =====================================================
mass           t          kg, kt, Mt (megatonne), g
energy         MWh        GJ, TJ, kWh, GWh, MJ
volume         m3         l, ML, Mm3
area           m2         ha, km2
length         km         m, mile
time           day        yr (365.25 d), month (yr/12), week, h
temperature    degC       K for differences
pressure       bar        kPa, MPa
money          currency   the scenario's own code; others through its ``rates``
counts         each       vehicle, PE (person equivalent), home
=============  =========  =====================================================
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from typing import Any

import pint

_BASES = {
    "[mass]": "t",
    "[energy]": "MWh",
    "[volume]": "m3",
    "[area]": "m2",
    "[length]": "km",
    "[time]": "day",
    "[temperature]": "degC",
    "[pressure]": "bar",
    "[money]": "money",
    "[vehicle]": "vehicle",
    "[person]": "PE",
    "[home]": "home",
}

# Own registry instead of pint's default: in this field energy, volume, area and pressure are
# kept apart from mass x length^2 / time^2, "t" is the tonne, "M" in Mt and Mm3 is a million.
_DEFINITIONS = """
t = [mass]
kg = 1e-3 t
g = 1e-6 t
mg = 1e-9 t
lb = 0.45359237e-3 t
kt = 1e3 t
Mt = 1e6 t
MWh = [energy]
Wh = 1e-6 MWh
kWh = 1e-3 MWh
GWh = 1e3 MWh
TWh = 1e6 MWh
GJ = 1/3.6 MWh
MJ = 1e-3/3.6 MWh
kJ = 1e-6/3.6 MWh
TJ = 1e3/3.6 MWh
PJ = 1e6/3.6 MWh
toe = 11.63 MWh
m3 = [volume]
l = 1e-3 m3
L = 1e-3 m3
ML = 1e3 m3
Mm3 = 1e6 m3
m2 = [area]
ha = 1e4 m2
km2 = 1e6 m2
Mm2 = 1e6 m2
km = [length]
m = 1e-3 km
mile = 1.609344 km
day = [time]
d = day
h = 1/24 day
hour = 1/24 day
week = 7 day
month = 365.25/12 day
yr = 365.25 day
year = 365.25 day
W = 24e-6 MWh/day
kW = 24e-3 MWh/day
MW = 24 MWh/day
GW = 24e3 MWh/day
degC = [temperature]
K = degC
bar = [pressure]
kPa = 1e-2 bar
MPa = 10 bar
vehicle = [vehicle]
PE = [person]
person = PE
home = [home]
share = []
percent = 1e-2 share
ppm = 1e-6 share
money = [money]
"""

_SHAPE = re.compile(
    r"^\s*(?P<number>[-+]?(?:\d[\d_,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(?P<unit>.*?)\s*$", re.DOTALL
)
# A comma parts thousands, as in 90,000; anywhere else it may be somebody's decimal comma.
_THOUSANDS = re.compile(r"^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?([eE][-+]?\d+)?$")
_UNIT = re.compile(r"^[A-Za-z][A-Za-z0-9]*$|^1$")
_FORM = "write units as 't/MWh', 'DKK/t/km' or 'DKK/(t/day)'"
# Written in the field for masses of one gas; they are tonnes for the arithmetic.
_GAS_MASSES = {"kgCO2e": "kg", "tCO2e": "t", "kgCO2": "kg", "tCO2": "t", "kgCO2-eq": "kg"}


class UnitError(ValueError):
    """Text that is no quantity, or whose unit is unknown or of the wrong dimension."""


@dataclass(frozen=True)
class Quantity:
    """A number in base units, with where it came from.

    Attributes
    ----------
    value : float
        In the base unit `unit`.
    unit : str
        Base unit, e.g. ``"t/MWh"``; ``"1"`` for a pure number.
    source : str
        Reference of the number; empty where it has none of its own.
    mark : str
        ``"S"`` seen in the source, ``"M"`` unchecked, ``"D"`` derived; empty where unstated.
    """

    value: float
    unit: str = "1"
    source: str = ""
    mark: str = ""

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit}" if self.unit != "1" else f"{self.value:g}"


class Units:
    """Unit registry of one scenario, which knows its currency.

    Parameters
    ----------
    currency : str
        Code of the scenario's currency, e.g. ``"DKK"``; it becomes the base unit of money.
    rates : mapping of str to float
        Value of one unit of another currency in `currency`.
    """

    def __init__(self, currency: str = "money", rates: Mapping[str, float] | None = None) -> None:
        self.currency = currency
        self._registry = pint.UnitRegistry(None, on_redefinition="ignore")
        codes = {currency: 1.0, **(rates or {})}
        lines = [line for line in _DEFINITIONS.splitlines() if line]
        for code, rate in codes.items():
            if code != "money":
                prefixes = {"": 1.0, "k": 1e3, "M": 1e6}
                lines += [f"{prefix}{code} = {rate * by!r} money" for prefix, by in prefixes.items()]
        self._registry.load_definitions(lines)
        self.factor = cache(self._factor)

    def parse(self, text: object) -> tuple[float, str]:
        """Value and base unit of a text such as ``"34.7 kg/MWh"`` or of a bare number.

        Raises
        ------
        UnitError
            With a message for the person who wrote the text.
        """
        if isinstance(text, bool):
            raise UnitError(f"expected a number with its unit such as '80 kt/yr', found {text!r}")
        if isinstance(text, int | float):
            return self._finite(float(text), text), "1"
        match = _SHAPE.match(text) if isinstance(text, str) else None
        if match is None:
            raise UnitError(f"expected a number with its unit such as '80 kt/yr', found {text!r}")
        if "," in match["number"] and not _THOUSANDS.match(match["number"]):
            raise UnitError(f"write decimals with a point, such as '1.5 kt/yr', found {text!r}")
        number = float(match["number"].replace(",", "").replace("_", ""))
        factor, unit = self.factor(match["unit"])
        return self._finite(number * factor, text), unit

    @staticmethod
    def _finite(value: float, text: object) -> float:
        if not math.isfinite(value):
            raise UnitError(f"{text!r} is not a finite number")
        return value

    def base(self, unit: str) -> str:
        """Canonical base unit of a unit text, e.g. ``"kWh/kg"`` gives ``"MWh/t"``."""
        return self.factor(unit)[1]

    def _factor(self, unit: str) -> tuple[float, str]:
        """Factor to the base unit and the base unit's canonical text."""
        if unit in ("", "1"):
            return 1.0, "1"
        parts = _split(unit)
        known = sorted({str(name) for name in self._registry._units} - {"percent", "money"})
        for part in parts:
            if part[0].isalpha() and part != "percent" and part not in known:
                raise UnitError(f"unknown unit {part!r}{_within(part, unit)}{_hint(part, known)}")
        try:
            quantity = self._registry.Quantity(1.0, self._registry.parse_units("".join(parts)))
        except Exception as failure:
            raise UnitError(f"cannot read the unit {unit!r}; {_FORM}") from failure
        dimensions = dict(quantity.dimensionality)
        if any(power != int(power) or name not in _BASES for name, power in dimensions.items()):
            raise UnitError(f"unit {unit!r} has no place here")
        order = list(_BASES)
        powers = sorted(dimensions.items(), key=lambda item: order.index(item[0]))
        names = {name: _BASES[name] for name in dimensions}
        target = {base: dimensions[name] for name, base in names.items()}
        factor = quantity.to(self._registry.UnitsContainer(target)).magnitude
        names = {name: (self.currency if base == "money" else base) for name, base in names.items()}
        above = "*".join(names[name] for name, power in powers for _ in range(int(max(power, 0))))
        below = "".join("/" + names[name] for name, power in powers for _ in range(int(max(-power, 0))))
        return float(factor), (above or "1") + below if (above or below) else "1"


def _split(unit: str) -> list[str]:
    """Names and signs of a unit text."""
    parts = [part for part in re.split(r"\s*([*/()])\s*", unit.strip()) if part]
    parts = ["percent" if part == "%" else _GAS_MASSES.get(part, part) for part in parts]
    names = [part for part in parts if part not in "*/()"]
    doubled = any(a in "*/" and b in "*/" for a, b in pairwise(parts))
    if doubled or not names or not all(_UNIT.match(name) for name in names):
        raise UnitError(f"cannot read the unit {unit!r}; {_FORM}")
    return parts


def _within(part: str, unit: str) -> str:
    return "" if part == unit.strip() else f" in {unit!r}"


def _hint(part: str, known: list[str]) -> str:
    if re.match(r"^[kM]?[A-Z]{3}$", part) and part not in ("MWH", "GWH", "KWH"):
        return f"{nearest(part, known)}; a currency needs its value in currency.rates, such as {{{part[-3:]}: 7.45}}"
    return nearest(part, known)


def nearest(found: str, valid: Any) -> str:
    """Hint that names the nearest valid spelling, or nothing where none is near.

    Examples
    --------
    >>> nearest("gypsm", ["gypsum", "steam"])
    ". Did you mean 'gypsum'?"
    >>> nearest("gypsm", ["steam"])
    ''
    """
    close = get_close_matches(found, [str(name) for name in valid], n=1, cutoff=0.6)
    return f". Did you mean {close[0]!r}?" if close else ""
