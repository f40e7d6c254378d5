"""Plants of the library, as a list to choose from when a firm is added.

What lives here: the table and usual capacities. What does not: the library itself (``scenario.library``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from ecopark.errors import DomainError
from ecopark.scenario.library import archetype_names, raw_archetype, raw_resources
from ecopark.scenario.region import plants
from ecopark.scenario.units import nearest

_SECTORS = {"agri": "agriculture", "pharma_biotech": "pharma and biotech", "pulp_paper": "pulp and paper"}


def sector_words(sector: str) -> str:
    """A sector as people say it."""
    return _SECTORS.get(sector, sector.replace("_", " "))


def available() -> pd.DataFrame:
    """Archetypes of the library.

    Returns
    -------
    pandas.DataFrame
        One row each, by sector and label: ``archetype`` (identifier), ``label``, ``sector``, ``capacity`` (usual, a
        number in `unit`), ``unit`` (such as ``"kt/yr"``), ``residuals`` and ``needs`` (names of resources in words,
        comma separated, in the order of the library: what is given without payment, and what is bought).
    """
    return _table().copy()


@cache
def _table() -> pd.DataFrame:
    resources, usual = raw_resources(), plants()
    rows = []
    for name in archetype_names():
        raw, plant = raw_archetype(name), usual[name]
        given = {key: port for key, port in raw["out"].items() if _is_residual(port, resources)}
        rows.append(
            {
                "archetype": name,
                "label": raw["name"],
                "sector": sector_words(plant.sector),
                "capacity": plant.capacity,
                "unit": plant.unit,
                "residuals": _say(given, resources),
                "needs": _say(raw["in"], resources),
            }
        )
    table = pd.DataFrame(rows)
    return table.sort_values(["sector", "label"], ignore_index=True)


def usual_capacity(archetype: str) -> str:
    """Capacity an added firm gets where none is given, such as ``"500 kt/yr"``.

    Parameters
    ----------
    archetype : str

    Returns
    -------
    str

    Raises
    ------
    DomainError
        If there is no such archetype.
    """
    if archetype not in archetype_names():
        raise DomainError(f"unknown plant {archetype!r}{nearest(archetype, archetype_names())}")
    plant = plants()[archetype]
    return f"{plant.capacity:.12g} {plant.unit}"


def _is_residual(port: Mapping[str, Any], resources: Mapping[str, Any]) -> bool:
    """Whether a stream could go to somebody: no product, and something can carry it."""
    return port.get("role") != "product" and bool(resources[port["resource"]].get("transport"))


def _say(ports: Mapping[str, Mapping[str, Any]], resources: Mapping[str, Any]) -> str:
    names = dict.fromkeys(str(resources[port["resource"]]["name"]) for port in ports.values())
    return ", ".join(name[:1].lower() + name[1:] if name[1:2].islower() else name for name in names)
