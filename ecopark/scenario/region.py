"""Synthetic regions: many firms drawn from the plant library, as an ordinary scenario.

What lives here: how many of which plant, how large and where, each drawn from a named stream. What does
not: writing folders (``scaffold``), the plants themselves (``library``), anything about who trades.

**Which plant.** Independent draws by the shares of ``library_data/plants.csv`` or of a mix.

**How large.** Capacity is lognormal about the plant's median, cut off at 2.5 standard deviations of its
logarithm so that no single draw dwarfs the region. Plant and firm sizes within an industry are close to
lognormal (Gibrat 1931; Cabral and Mata 2003, doi:10.1257/000282803769206205); medians and spreads are
project estimates, marked in the table.

**Where.** A Thomas cluster process (Thomas 1949, doi:10.1093/biomet/36.1-2.18): estates uniform over a
square, a Poisson number of firms in each, at Gaussian offsets. Estate k lies in the k-th of equal square
rings about the origin, uniform inside it: together they fill the square evenly, and a larger region
surrounds a smaller one of the same seed and density, firm by firm, without moving or changing it.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import count, repeat
from typing import Any

import numpy as np
import yaml

from ecopark.errors import DomainError
from ecopark.scenario.library import archetype_names, raw_archetype, raw_resources
from ecopark.scenario.units import Units, nearest
from ecopark.streams import stream

# 15,000 members of the British programme in 2012 (IEMA) on the 130,279 km2 of England. [D]
DENSITY_PER_KM2 = 0.115
LARGE = 2_000
MOST_FIRMS = 99_999
_CUT = 2.5
_FIRST_YEAR = 2000
_FIRMS_PER_OFFICER = 25
_KM = 1000.0
# Prices do not matter here: capacities and coefficients hold money only as the activity of builders.
_UNITS = Units("GBP")


@dataclass(frozen=True)
class Plant:
    """How often a plant type occurs and how large it is.

    Attributes
    ----------
    archetype, sector : str
        Names in the library.
    capacity : float
        Median, in `unit`.
    unit : str
        Unit of the capacity, e.g. ``"kt/yr"``.
    sigma : float, 1
        Standard deviation of the logarithm of the capacity.
    share : float, 1/1000
        Firms of this type among a thousand of a mixed industrial region.
    imported : float, share
        Part of the feed at full capacity that a feed-driven plant draws from outside the region.
    source, mark : str
        Where the row comes from.
    """

    archetype: str
    sector: str
    capacity: float
    unit: str
    sigma: float
    share: float
    imported: float
    source: str
    mark: str


@dataclass(frozen=True)
class Clusters:
    """Parameters of the Thomas process; both are project estimates, unchecked.

    Attributes
    ----------
    firms : float, 1
        Mean number of firms in an industrial estate or town.
    spread_km : float, km
        Standard deviation of a firm's offset from the middle of its estate, along each axis.
    """

    firms: float = 12.0
    spread_km: float = 1.5

    def __post_init__(self) -> None:
        _check_positive("firms in a cluster", self.firms)
        _check_positive("spread of a cluster", self.spread_km)


@cache
def plants() -> Mapping[str, Plant]:
    """Every plant type of ``library_data/plants.csv`` by archetype, in the order of the library."""
    text = files("ecopark.scenario").joinpath("library_data", "plants.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["archetype"]: Plant(
            row["archetype"],
            row["sector"],
            float(row["capacity"]),
            row["unit"],
            float(row["sigma"]),
            float(row["share"]),
            float(row["import"] or 0.0),
            row["source"],
            row["mark"],
        )
        for row in rows
    }


def shares(mix: Mapping[str, float] | None = None) -> dict[str, float]:
    """Probability of each plant type.

    Parameters
    ----------
    mix : mapping of str to float, optional
        Weight by archetype or sector, in any unit; what is not named does not occur. A sector's weight is
        divided among its plants by their usual shares, those named themselves left out. The shares of
        the table by default.

    Returns
    -------
    dict of str to float
        One entry for each archetype of the library, in its order; the sum is 1.

    Raises
    ------
    DomainError
        If a name is unknown, a weight is negative or not finite, or nothing is left to draw from.

    Examples
    --------
    >>> {name: share for name, share in shares({"brewery": 3, "mrf": 1}).items() if share}
    {'brewery': 0.75, 'mrf': 0.25}
    """
    table = plants()
    wanted = {name: plant.share for name, plant in table.items()} if mix is None else dict(mix)
    sectors = {plant.sector for plant in table.values()}
    weights = dict.fromkeys(table, 0.0)
    for name, weight in wanted.items():
        if not math.isfinite(weight) or weight < 0:
            raise DomainError(f"mix: the weight of {name!r} must not be negative, found {weight!r}")
        if name in table:
            weights[name] = weight
        elif name in sectors:
            usual = {
                p.archetype: p.share for p in table.values() if p.sector == name and p.archetype not in wanted
            }
            if not math.fsum(usual.values()) > 0:
                raise DomainError(
                    f"mix: sector {name!r} has no plant with a usual share that is not named itself"
                )
            for archetype, share in usual.items():
                weights[archetype] = weight * share / math.fsum(usual.values())
        else:
            known = [*table, *sorted(sectors)]
            raise DomainError(f"mix: unknown archetype or sector {name!r}{nearest(name, known)}")
    total = math.fsum(weights.values())
    if not total > 0:
        raise DomainError("mix: at least one weight must be positive")
    return {name: weight / total for name, weight in weights.items()}


@dataclass(frozen=True)
class RegionPlan:
    """What to draw.

    Attributes
    ----------
    firms : int
        How many, 1 to 99,999.
    seed : int
        Seed of the region, 0 or larger, apart from the seed of any run. Firm i of a seed is the same plant
        of the same size whatever the number of firms, and stands in the same place at equal density.
    density : float, 1/km2
        Firms per area; the default is that of the members of the British programme in England.
    mix : mapping of str to float, optional
        See :func:`shares`.
    years : int
        Length of the run from 2000 on, 1 to 100.
    clusters : Clusters
        How firms crowd.
    prefix : str
        Begins the names of the firms. Regions of one seed and different prefixes have nothing in common.
    sizes : mapping of str to float, 1
        Factor on the usual capacity by plant type; 1 where none is given.

    Raises
    ------
    DomainError
        If a parameter lies outside its range.
    """

    firms: int
    seed: int = 1
    density: float = DENSITY_PER_KM2
    mix: Mapping[str, float] | None = None
    years: int = 20
    clusters: Clusters = field(default_factory=Clusters)
    prefix: str = "f"
    sizes: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_whole("firms", self.firms, 1, MOST_FIRMS)
        _check_whole("seed", self.seed, 0, None)
        _check_whole("years", self.years, 1, 100)
        _check_positive("density", self.density)
        shares(self.mix)
        for name, factor in self.sizes.items():
            if name not in plants():
                raise DomainError(f"sizes: unknown archetype {name!r}{nearest(name, list(plants()))}")
            _check_positive(f"size of {name}", factor)


def generate_region(plan: RegionPlan) -> dict[str, Any]:
    """Raw scenario of a synthetic region.

    Parameters
    ----------
    plan : RegionPlan

    Returns
    -------
    dict
        In the form of a scenario file, for ``Scenario.from_dict``: month as period; week as segment
        below 2,000 firms, else month; EUR of 2010; sites in metres about the origin.

    Examples
    --------
    >>> list(generate_region(RegionPlan(firms=2))["firms"])[-2:]
    ['f00001', 'f00002']
    """
    text = files("ecopark.scenario").joinpath("templates", "region.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.safe_load(fill(text, plan))
    del raw["firm_table"]
    for row in region_rows(plan):
        raw["firms"][row["firm"]] = _firm(row)
    return raw


def fill(template: str, plan: RegionPlan) -> str:
    """Text of a region's ``scenario.yaml``.

    Parameters
    ----------
    template : str
        Text with ``{firms}``, ``{seed}``, ``{area}``, ``{density}``, ``{last}``, ``{segment}``,
        ``{officers}`` and ``{per_officer}``.
    plan : RegionPlan
    """
    return template.format(
        firms=plan.firms,
        seed=plan.seed,
        area=f"{plan.firms / plan.density:.4g}",
        density=f"{plan.density:.4g}",
        last=_FIRST_YEAR + plan.years - 1,
        segment="month" if plan.firms >= LARGE else "week",
        officers=max(2, math.ceil(plan.firms / _FIRMS_PER_OFFICER)),
        per_officer=_FIRMS_PER_OFFICER,
    )


def region_rows(plan: RegionPlan) -> Iterator[dict[str, str]]:
    """Rows of the firm table of a region.

    Parameters
    ----------
    plan : RegionPlan

    Yields
    ------
    dict of str to str
        Cells by column: firm, name, sector, archetype, x, y, capacity, unit, import.
    """
    table, odds = plants(), shares(plan.mix)
    names = tuple(odds)
    steps = np.cumsum(np.array([odds[name] for name in names]))
    spread = plan.clusters.spread_km
    for number, middle in zip(range(1, plan.firms + 1), _estates(plan), strict=False):
        firm = f"{plan.prefix}{number:05d}"
        draw = stream(plan.seed, "region", firm, "plant").random() * steps[-1]
        plant = table[names[int(np.searchsorted(steps, draw, side="right"))]]
        normal = _cut_normal(stream(plan.seed, "region", firm, "size"))
        usual = plant.capacity * plan.sizes.get(plant.archetype, 1.0)
        capacity = _digits(usual * math.exp(plant.sigma * normal))
        offset = stream(plan.seed, "region", firm, "site").normal(0.0, spread, 2)
        yield {
            "firm": firm,
            "name": f"{_titles()[plant.archetype]} {number}",
            "sector": plant.sector,
            "archetype": plant.archetype,
            "x": f"{(middle[0] + offset[0]) * _KM:.0f}",
            "y": f"{(middle[1] + offset[1]) * _KM:.0f}",
            "capacity": capacity,
            "unit": plant.unit,
            "import": _import(plant, float(capacity)),
        }


def _estates(plan: RegionPlan) -> Iterator[tuple[float, float]]:
    """Middle of the estate of each firm in turn, km, without end; estate k lies in the k-th square ring."""
    area = plan.clusters.firms / plan.density
    own = "" if plan.prefix == RegionPlan.prefix else f"{plan.prefix} "
    for ring in count():
        draw = stream(plan.seed, "region", f"{own}estate {ring}")
        # The square of the half side is uniform where area is; then a place along the perimeter.
        half = math.sqrt((ring + draw.random()) * area) / 2.0
        side, along = divmod(draw.random() * 4.0, 1.0)
        at = half * (2.0 * along - 1.0)
        middle = ((half, at), (-at, half), (-half, -at), (at, -half))[int(side)]
        yield from repeat(middle, int(draw.poisson(plan.clusters.firms)))


def _cut_normal(draw: np.random.Generator) -> float:
    """Standard normal number within the cut."""
    while abs(value := float(draw.standard_normal())) > _CUT:
        pass
    return value


def _digits(value: float) -> str:
    """Four significant digits without an exponent."""
    return str(np.format_float_positional(value, precision=4, fractional=False, trim="-"))


def _import(plant: Plant, capacity: float) -> str:
    """Feed from outside the region: share x capacity x feed per unit of activity; empty where none."""
    if not plant.imported:
        return ""
    _, coefficient, unit = _feed(plant.archetype)
    rate, _ = _UNITS.parse(f"{capacity!r} {plant.unit}")
    return f"{_digits(plant.imported * rate * coefficient)} {unit}/day"


@cache
def _feed(archetype: str) -> tuple[str, float, str]:
    """Stream that feeds an archetype, its coefficient in base units and the unit of its resource."""
    ((name, port),) = [item for item in raw_archetype(archetype)["in"].items() if item[1].get("feed")]
    coefficient, _ = _UNITS.parse(port["coefficient"])
    return name, coefficient, str(raw_resources()[port["resource"]]["unit"])


@cache
def _titles() -> Mapping[str, str]:
    return {name: str(raw_archetype(name)["name"]) for name in archetype_names()}


def _firm(row: Mapping[str, str]) -> dict[str, Any]:
    """Raw firm of a row, as a user would write it in YAML."""
    firm: dict[str, Any] = {
        "name": row["name"],
        "sector": row["sector"],
        "site": [float(row["x"]), float(row["y"])],
        "archetype": row["archetype"],
        "capacity": f"{row['capacity']} {row['unit']}",
    }
    if row["import"]:
        firm["in"] = {_feed(row["archetype"])[0]: {"import": row["import"]}}
    return firm


def _check_positive(what: str, value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise DomainError(f"{what} must be positive, found {value!r}")
    return value


def _check_whole(what: str, value: object, low: int, high: int | None) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or value < low or (high is not None and value > high):  # type: ignore[operator]
        span = f"{low:,} or larger" if high is None else f"from {low:,} to {high:,}"
        raise DomainError(f"{what} must be a whole number, {span}, found {value!r}")
