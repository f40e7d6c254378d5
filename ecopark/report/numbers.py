"""Numbers with units as people read them, for figures and tables alike; no matplotlib here."""

from __future__ import annotations

import math
from collections.abc import Iterable

_STEPS: dict[str, tuple[tuple[float, str], ...]] = {
    "t": ((1e9, "Gt"), (1e6, "Mt"), (1e3, "kt"), (1.0, "t")),
    "t CO2e": ((1e6, "Mt CO₂e"), (1e3, "kt CO₂e"), (1.0, "t CO₂e")),
    "MWh": ((1e6, "TWh"), (1e3, "GWh"), (1.0, "MWh")),
    "GJ": ((1e6, "PJ"), (1e3, "TJ"), (1.0, "GJ")),
    "m3": ((1e9, "billion m³"), (1e6, "million m³"), (1e3, "thousand m³"), (1.0, "m³")),
}


def scale_of(largest: float, unit: str) -> tuple[float, str]:
    """Divisor and unit text that make numbers up to `largest` short, e.g. ``(1e3, "kt")``.

    Examples
    --------
    >>> scale_of(85_000, "t")
    (1000.0, 'kt')
    """
    # Money and anything else: millions and billions of it.
    steps = _STEPS.get(unit, ((1e9, f"billion {unit}"), (1e6, f"million {unit}"), (1.0, unit)))
    return next((step for step in steps if abs(largest) >= step[0]), steps[-1])


def number(value: float) -> str:
    """Number with at most three significant digits and thousands separators.

    Examples
    --------
    >>> number(1234567), number(12.34), number(3.04), number(0.0567)
    ('1,234,567', '12', '3.0', '0.057')
    """
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 9.95:
        return f"{value:,.0f}".replace("-", "\u2212")
    digits = 1 if size >= 0.95 else 1 - math.floor(math.log10(size))
    return f"{value:.{digits}f}".replace("-", "\u2212")


def quantity(value: float, unit: str, per: str = "") -> str:
    """Value with a unit of handy size, two or three significant digits.

    Examples
    --------
    >>> quantity(135_000, "t", "yr"), quantity(702_345, "m3"), quantity(162_000, "MWh")
    ('135 kt/yr', '702,000 m³', '162 GWh')
    """
    divisor, name = scale_of(value, unit)
    if name == "thousand m³":  # shorter with the zeros written out
        step = 10.0 ** (math.floor(math.log10(abs(value))) - 2)
        text, name = f"{round(value / step) * step:,.0f}".replace("-", "\u2212"), "m³"
    else:
        text = number(value / divisor)
    return f"{text} {name}{'/' + per if per else ''}"


def even_numbers(values: Iterable[float], *, sign: bool = False) -> list[str]:
    """Numbers for a column, all with the decimals that the largest needs.

    Parameters
    ----------
    values : iterable of float
        All in one unit.
    sign : bool
        Write a plus before what is above zero.

    Examples
    --------
    >>> even_numbers([4.72, 0.0059, -0.078], sign=True)
    ['+4.72', '+0.01', '−0.08']
    """
    numbers = [float(value) for value in values]
    largest = max((abs(value) for value in numbers), default=0.0)
    decimals = 2 if largest < 9.95 else 1 if largest < 99.5 else 0
    rounded = [round(value, decimals) for value in numbers]
    plus = "+" if sign else ""
    return [f"{value:{plus},.{decimals}f}".replace("-", "\u2212") if value else "0" for value in rounded]


def axis_number(value: float, _position: int = 0) -> str:
    """Tick label with thousands separators and no superfluous digits."""
    if value == 0:
        return "0"
    text = f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:,.3g}"
    return text.replace("-", "\u2212")
