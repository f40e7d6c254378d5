"""Money of a scenario: its currency, other currencies by their rates, price years by a deflator.

What lives here: units that know the scenario's money, and the problems of money that would otherwise
be reported once for every price. What does not: the unit system itself (``units``).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pydantic import ValidationError

from ecopark.scenario.located import Items, Section, Where, get, plain
from ecopark.scenario.readings import Made
from ecopark.scenario.types import Currency
from ecopark.scenario.units import UnitError, Units, nearest
from ecopark.scenario.validate import Report

_CODE = re.compile(r"\b[kM]?([A-Z]{3})\b")
_PRICE = re.compile(r"^\s*[-+]?[\d.][\d.,_]*(?:[eE][-+]?\d+)?\s*[kM]?([A-Z]{3})\s*(?:[/*]|$)")


@cache
def units_of(code: str, rates: tuple[tuple[str, float], ...] = ()) -> Units:
    """Units with a currency; one registry for each currency and set of rates.

    Parameters
    ----------
    code : str
        Currency of the scenario.
    rates : tuple of (str, float)
        Value of one unit of another currency in `code`.
    """
    return Units(code, dict(rates))


def read_money(raw: Section, report: Report, seen: Made | None = None) -> tuple[Units, dict[int, float]]:
    """Units and deflation factors of a raw scenario.

    Parameters
    ----------
    raw : Section
        Scenario in the shape of the types.
    report : Report
        Takes one problem for each currency without a rate.
    seen : Made, optional
        Parts of `raw` without such a currency, which are not searched; those searched now are added.

    Returns
    -------
    units : Units
        Where the currency is wrong, units that know every code the scenario uses, so that not every
        price looks wrong too.
    deflate : dict of int to float
        Factor from the prices of a year to those of the price year: index of the price year over
        index of the year.
    """
    try:
        currency = Currency.model_validate(raw.get("currency"))
    except ValidationError:
        return _tolerant_units(raw), {}
    units = units_of(currency.code, tuple(sorted(currency.rates.items())))
    missing = _codes_without_rate(raw, units, Made() if seen is None else seen)
    for code, where in missing.items():
        known = [currency.code, *currency.rates]
        message = f"prices in {code} need its value in {currency.code}: add '{code}: ...' to currency.rates"
        report.add_at(where, "currency.rates", message + nearest(code, known))
    if missing:
        units = Units(currency.code, {**currency.rates, **dict.fromkeys(missing, 1.0)})
    base = currency.deflator.get(currency.price_year)
    if currency.deflator and base is None:
        message = f"has no index for the price year {currency.price_year}"
        report.add(("currency", "deflator"), message)
    return units, {year: (base or index) / index for year, index in currency.deflator.items()}


def _tolerant_units(raw: Section) -> Units:
    codes = set(_CODE.findall(str(plain(raw)))) - {"MWH", "GWH", "KWH"}
    written = get(raw, ("currency", "code"))
    if isinstance(written, str) and written.isalpha() and written.isascii():
        codes.add(written)
    return Units("XXX", dict.fromkeys(sorted(codes - {"XXX"}), 1.0))


def _codes_without_rate(raw: Section, units: Units, seen: Made) -> dict[str, Where]:
    """Currencies that prices are given in but that have no rate, with the first place of the user's own."""
    found: dict[str, Where] = {}
    texts: list[tuple[Where, str]] = []
    _collect(raw, raw.where, texts, seen)
    for where, text in texts:
        match = _PRICE.match(text)
        if match and (match[1] not in found or found[match[1]].file.startswith("library ")):
            try:
                units.base(match[1])
            except UnitError:
                found[match[1]] = where
    wrong = ("MWH", "GWH", "KWH")
    place = raw.place("currency")
    return {c: place if w.file.startswith("library ") else w for c, w in found.items() if c not in wrong}


def _collect(value: Any, where: Where, found: list[tuple[Where, str]], seen: Made) -> None:
    """Add all texts with their places, in order; blocks that several firms share are read once."""
    if isinstance(value, str):
        found.append((where, value))
    elif isinstance(value, Section | Items) and not seen.find(value):
        seen.keep(True, value)
        if isinstance(value, Section):
            for key, item in value.items():
                _collect(item, value.place(key), found, seen)
        else:
            for index, item in enumerate(value):
                _collect(item, value.place(index), found, seen)
