"""The archetype and factor library inside the package, as raw blocks a scenario file could hold.

What lives here: reading ``library_data`` (resources, transport modes, pathways, archetypes, factors)
and handing out fresh copies. What does not: merging them into a scenario (``normalise``), parsing of
units (``units``), the mass and energy balance of archetypes (``plausible``).

``docs/library.md`` says what the entries mean and how to add one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import pandas as pd
import yaml

from ecopark.errors import DomainError
from ecopark.scenario.units import nearest

Raw = dict[str, Any]
Entry = TypeVar("Entry")

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PROCESS_FIELDS = (
    "name",
    "activity_unit",
    "drive",
    "utilisation",
    "season",
    "noise",
    "outage",
    "source",
    "mark",
)
_CARBON_WITH_FUEL = {
    "route": "release",
    "fee": "0 EUR/t",
    "emission": "0 t/t",
    "source": "carbon is counted where the fuel is bought",
    "mark": "D",
}


@dataclass(frozen=True)
class Factor:
    """One row of the factor table.

    Attributes
    ----------
    text : str
        Quantity with its unit, e.g. ``"2403.84 kgCO2e/t"``.
    year : int or None
        Year the value belongs to; None where the source names none.
    region : str
        Country or region.
    source, mark, note : str
        Where it came from; S seen, M unchecked, D derived; what to know about it.
    """

    text: str
    year: int | None
    region: str
    source: str
    mark: str
    note: str = ""


def raw_resources() -> dict[str, Raw]:
    """Raw ``Resource`` blocks by id, a fresh copy."""
    return deepcopy(_blocks("resources"))


def raw_transport() -> dict[str, Raw]:
    """Raw ``Transport`` blocks by id, a fresh copy."""
    return deepcopy(_blocks("transport"))


def raw_pathways() -> dict[str, Raw]:
    """Raw ``Pathway`` blocks by id, a fresh copy."""
    return deepcopy(_blocks("pathways"))


def archetype_names() -> tuple[str, ...]:
    """Names of all archetypes, in the order of the table."""
    return tuple(_blocks("archetypes"))


def raw_archetype(name: str) -> Raw:
    """Raw ``Process`` block of an archetype: everything but the capacity.

    Parameters
    ----------
    name : str
        One of :func:`archetype_names`.

    Returns
    -------
    dict
        ``activity_unit``, drive, season, noise, outage and the ports ``in`` and ``out``, each with
        coefficient, grade, source and mark; a fresh copy.

    Raises
    ------
    DomainError
        If there is no such archetype; names the nearest one.

    Examples
    --------
    >>> raw_archetype("plasterboard")["in"]["gypsum"]["coefficient"]
    '6.8 kg/m2'
    """
    about = _known(name, _blocks("archetypes"), "archetype")
    process: Raw = {key: about[key] for key in _PROCESS_FIELDS if key in about}
    process["in"], process["out"] = {}, {}
    for row in archetype_streams(name):
        if row["role"] not in ("info", "term"):
            process[row["direction"]][row["stream"]] = _port(row)
    for direction, ports in about.get("ports", {}).items():
        for stream, more in ports.items():
            process[direction][stream].update(more)
    return deepcopy(process)


def archetype_streams(name: str) -> tuple[Mapping[str, str], ...]:
    """Rows of an archetype in the stream table as text, facts and balance terms included.

    Raises
    ------
    DomainError
        If there is no such archetype; names the nearest one.
    """
    return _known(name, _streams(), "archetype")


def archetypes() -> pd.DataFrame:
    """All streams of all archetypes.

    Returns
    -------
    pandas.DataFrame
        One row per stream: archetype, sector, direction, stream, resource, role, coefficient (float),
        unit, grade (float, degC, class or share; NaN where none), note, source, mark, ref.
    """
    rows = [
        {"archetype": name, "sector": _blocks("archetypes")[name]["sector"], **row}
        for name, streams in _streams().items()
        for row in streams
    ]
    table = pd.DataFrame(rows)
    return table.assign(coefficient=table["coefficient"].astype(float), grade=pd.to_numeric(table["grade"]))


def factor(name: str, year: int | None = None, region: str | None = None) -> Factor:
    """One factor: the value in force in a year and region.

    Parameters
    ----------
    name : str
        Id in the factor table.
    year : int, optional
        The latest value not after this year is taken, as a tax stays until it is changed. Needed
        where the table has several years.
    region : str, optional
        Needed where the table has several regions.

    Returns
    -------
    Factor

    Raises
    ------
    DomainError
        If the id or region is unknown, the year lies before the first value, or the choice is open.

    Examples
    --------
    >>> factor("landfill_tax_standard", 1998).text
    '7 GBP/t'
    """
    rows = _known(name, _factors(), "factor")
    regions = sorted({row.region for row in rows})
    if region is None and len(regions) > 1:
        raise DomainError(f"factor {name!r} has several regions; give one of {', '.join(regions)}")
    if region is not None and region not in regions:
        raise DomainError(
            f"factor {name!r} has no region {region!r}{nearest(region, regions)}; found {', '.join(regions)}"
        )
    rows = tuple(row for row in rows if region in (None, row.region))
    if len(rows) == 1 and (year is None or rows[0].year is None):
        return rows[0]
    years = sorted(row.year for row in rows if row.year is not None)
    if year is None:
        raise DomainError(f"factor {name!r} has several years; give one from {years[0]} on")
    if not years or year < years[0]:
        raise DomainError(
            f"factor {name!r} has no value as early as {year}; the first is of {years[0] if years else 'no year'}"
        )
    return max(
        (row for row in rows if row.year is not None and row.year <= year), key=lambda row: row.year or 0
    )


def factors() -> pd.DataFrame:
    """All factors.

    Returns
    -------
    pandas.DataFrame
        One row per fact: id, category, value (float), unit, year (Int64, NA where the source names
        none), region, note, source, mark, ref.
    """
    table = pd.DataFrame(_table("factors"))
    years = pd.to_numeric(table["year"]).astype("Int64")
    return table.assign(value=table["value"].astype(float), year=years)


@cache
def physical() -> Mapping[str, tuple[float, float]]:
    """Mass (t) and energy (MWh, lower heating value or heat) per unit of every resource."""
    return {row["resource"]: (float(row["mass"]), float(row["energy"])) for row in _table("physical")}


# --------------------------------------------------------------------------- reading
@cache
def _blocks(name: str) -> dict[str, Raw]:
    """Mapping of a YAML file of the library; never handed out without a copy."""
    text = files("ecopark.scenario").joinpath("library_data", f"{name}.yaml").read_text(encoding="utf-8")
    blocks: dict[str, Raw] = yaml.load(text, Loader=_LOADER)
    return blocks


@cache
def _table(name: str) -> tuple[Mapping[str, str], ...]:
    """Rows of a CSV file of the library."""
    text = files("ecopark.scenario").joinpath("library_data", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def _streams() -> Mapping[str, tuple[Mapping[str, str], ...]]:
    return _grouped(_table("archetypes"), "archetype")


@cache
def _factors() -> Mapping[str, tuple[Factor, ...]]:
    grouped = _grouped(_table("factors"), "id")
    return {name: tuple(_factor(row) for row in rows) for name, rows in grouped.items()}


def _factor(row: Mapping[str, str]) -> Factor:
    year = int(row["year"]) if row["year"] else None
    text = row["value"] if row["unit"] == "1" else f"{row['value']} {row['unit']}"
    return Factor(text, year, row["region"], row["source"], row["mark"], row["note"])


def _grouped(rows: Iterable[Mapping[str, str]], key: str) -> dict[str, tuple[Mapping[str, str], ...]]:
    groups: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append({name: text for name, text in row.items() if name != key})
    return {name: tuple(group) for name, group in groups.items()}


def _port(row: Mapping[str, str]) -> Raw:
    """Raw ``Port`` block of a row of the stream table."""
    port: Raw = {"resource": row["resource"], "coefficient": f"{row['coefficient']} {row['unit']}"}
    if row["grade"]:
        heat = _blocks("resources")[row["resource"]]["grade"] == "temperature"
        port["grade"] = f"{row['grade']} degC" if heat else row["grade"]
    if row["role"] in ("product", "residual"):
        port["role"] = row["role"]
    if row["role"] == "emission":
        port["role"] = "residual"
        port["disposal"] = dict(_CARBON_WITH_FUEL)
    if row["note"]:
        port["note"] = row["note"]
    return port | {"source": row["source"], "mark": row["mark"]}


def _known(name: str, entries: Mapping[str, Entry], what: str) -> Entry:
    if name not in entries:
        raise DomainError(f"unknown {what} {name!r}{nearest(name, entries)}")
    return entries[name]
