"""The block ``region`` of a scenario: firms drawn when it is read, instead of standing in a table.

What lives here: the fields of the block, its mixes, and the rows of a firm table they become. What does not:
how a firm is drawn (``region``), what becomes of the rows (``firm_table``).

The draw depends on the block alone, never on the seed of a run: everybody who reads the same scenario has the
same firms, and a scenario of fifteen thousand of them is a page of YAML.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ecopark.errors import DomainError
from ecopark.scenario.geometry import degrees_from_km
from ecopark.scenario.located import Problems, Section, get
from ecopark.scenario.region import MOST_FIRMS, Clusters, RegionPlan, plants, region_rows
from ecopark.scenario.source import Files
from ecopark.scenario.tables import Columns, Row, read_table
from ecopark.scenario.units import UnitError, Units, nearest

MIX = Columns(("name", "weight"), ("source", "mark", "note"))
_SIZED = Columns(MIX.needed, ("size", *MIX.optional))
_BLOCK = ("seed", "estate", "spread", "parts", "source", "mark")
_PART = ("title", "at", "firms", "area", "mix", "source", "mark")
_NAME = re.compile(r"^[a-z][a-z0-9_]*$")
# No money in these quantities.
_UNITS = Units("GBP")


def mix_of(rows: Sequence[Row], problems: Problems) -> dict[str, float]:
    """Weights of plant types and sectors from the rows of a mix.

    Parameters
    ----------
    rows : sequence of Row
        With the columns ``name`` and ``weight``.
    problems : Problems
        Collector.

    Returns
    -------
    dict of str to float
        For :class:`~ecopark.scenario.region.RegionPlan`; what is at fault is left out.
    """
    known = {*plants(), *(plant.sector for plant in plants().values())}
    mix: dict[str, float] = {}
    for row in rows:
        name = row.get("name")
        weight = _not_negative(row.get("weight"))
        if name not in known:
            message = f"unknown archetype or sector {name!r}{nearest(name, sorted(known))}"
            problems.add(row.where, "column name", message)
        elif name in mix:
            problems.add(row.where, "column name", f"{name!r} stands twice")
        elif weight is None:
            message = f"expected a number, 0 or larger, found {row.get('weight')!r}"
            problems.add(row.where, "column weight", message)
        else:
            mix[name] = weight
    return mix


def take_region(raw: Section, files: Files | None, problems: Problems) -> list[Row]:
    """Rows of the firms that the block ``region`` of a raw scenario stands for; the block is taken out.

    Parameters
    ----------
    raw : Section
        Scenario as it was read.
    files : Files, optional
        Access to the mixes it names; None where there are no files.
    problems : Problems
        Collector.

    Returns
    -------
    list of Row
        With the columns of ``ecopark.scenario.firm_table.FIRMS``; empty without the block.
    """
    if "region" not in raw:
        return []
    where, block = raw.place("region"), raw.pop("region")
    if not isinstance(block, Section):
        problems.add(where, "region", f"expected a block with {', '.join(_BLOCK)}")
        return []
    return _Reader(raw, files, problems).rows(block)


class _Reader:
    """Reads the block and notes what is wrong in it."""

    def __init__(self, raw: Section, files: Files | None, problems: Problems) -> None:
        self._files, self._problems = files, problems
        self._degrees = (get(raw, ("layout", "crs")) or "lonlat") == "lonlat"

    def rows(self, block: Section) -> list[Row]:
        before = len(self._problems)
        self._check_fields(block, _BLOCK, "region")
        seed = self._whole(block, "seed", "region", 0, None, 1)
        clusters = self._clusters(block)
        parts = block.get("parts")
        if not isinstance(parts, Section) or not parts:
            self._problems.add(block.place("parts"), "region.parts", "expected at least one part by name")
            return []
        plans = [
            (name, part, self._plan(name, part, seed, clusters))
            for name, part in parts.items()
            if self._is_part(name, part, parts)
        ]
        if len(self._problems) > before:
            return []
        rows: list[Row] = []
        for name, part, plan in plans:
            if plan is not None:
                rows += self._rows_of(part, plan, block, str(part.get("title", name)), len(plans) > 1)
        return rows

    # ------------------------------------------------------------------ what is drawn
    def _rows_of(
        self, part: Section, plan: RegionPlan, block: Section, title: str, many: bool
    ) -> Iterator[Row]:
        """Firms of one part, moved to where it lies."""
        said = {key: part.get(key) or block.get(key) for key in ("source", "mark")}
        provenance = {
            "source": str(said["source"] or "drawn about the usual size of the plant type"),
            "mark": str(said["mark"] or "M"),
        }
        middle = np.array([float(value) for value in part["at"]])
        for cells in region_rows(plan):
            offset = np.array([float(cells["x"]), float(cells["y"])])
            moved = degrees_from_km(offset / 1000.0, middle) if self._degrees else middle + offset
            text = [f"{value:.5f}" if self._degrees else f"{value:.0f}" for value in moved]
            named = f"{cells['name']}, {title}" if many else cells["name"]
            row = {**cells, "x": text[0], "y": text[1], "name": named, **provenance}
            yield Row(part.where, {key: value for key, value in row.items() if value})

    # ------------------------------------------------------------------ fields
    def _plan(self, name: str, part: Section, seed: int, clusters: Clusters) -> RegionPlan | None:
        field = f"region.parts.{name}"
        before = len(self._problems)
        self._check_fields(part, _PART, field)
        firms = self._whole(part, "firms", field, 1, MOST_FIRMS, None)
        area = self._measure(part, "area", field, "m2", "12000 km2")
        self._check_site(part, field)
        weights, sizes = self._mix(part, field)
        if len(self._problems) > before:
            return None
        try:
            density = firms / (area / 1e6)
            return RegionPlan(
                firms, seed, density, weights, clusters=clusters, prefix=f"{name}_", sizes=sizes
            )
        except DomainError as failure:
            self._problems.add(part.where, field, str(failure))
            return None

    def _is_part(self, name: str, part: Any, parts: Section) -> bool:
        if not _NAME.match(name):
            message = "expected a name of small letters, digits and _, which begins the names of its firms"
            self._problems.add(parts.place(name), f"region.parts.{name}", message)
        elif not isinstance(part, Section):
            message = f"expected a block with {', '.join(_PART)}"
            self._problems.add(parts.place(name), f"region.parts.{name}", message)
        return isinstance(part, Section) and bool(_NAME.match(name))

    def _clusters(self, block: Section) -> Clusters:
        usual = Clusters()
        firms = block.get("estate", usual.firms)
        if not _is_real(firms) or firms <= 0:
            message = f"expected the mean number of firms in an estate, such as 12, found {firms!r}"
            self._problems.add(block.place("estate"), "region.estate", message)
            firms = usual.firms
        spread = usual.spread_km
        if "spread" in block:
            spread = self._measure(block, "spread", "region", "km", "1.5 km")
        return Clusters(float(firms), spread)

    def _mix(self, part: Section, field: str) -> tuple[dict[str, float] | None, dict[str, float]]:
        """Weights and factors on sizes; None where the usual shares hold."""
        if "mix" not in part:
            return None, {}
        mix, where = part["mix"], part.place("mix")
        if isinstance(mix, Section):
            rows = [Row(mix.place(key), {"name": key, "weight": str(value)}) for key, value in mix.items()]
        elif self._files is None:
            message = "tables need a scenario in files; write the weights by name here instead"
            self._problems.add(where, f"{field}.mix", message)
            return None, {}
        else:
            path = self._files.find(mix, where, f"{field}.mix")
            rows = [] if path is None else read_table(self._files, path, _SIZED, where, f"{field}.mix")
        weights = mix_of(rows, self._problems)
        if not weights and not len(self._problems):
            self._problems.add(where, f"{field}.mix", "holds no weights")
        return weights, self._sizes(rows)

    def _sizes(self, rows: Sequence[Row]) -> dict[str, float]:
        sizes: dict[str, float] = {}
        for row in rows:
            text = row.get("size")
            factor = _not_negative(text) if text else 1.0
            if not factor:
                message = f"expected a factor on the usual capacity, above 0, found {text!r}"
                self._problems.add(row.where, "column size", message)
            elif text and row.get("name") not in plants():
                message = f"only plant types have a size, {row.get('name')!r} is none"
                self._problems.add(row.where, "column size", message)
            elif text:
                sizes[row.get("name")] = factor
        return sizes

    def _check_fields(self, block: Section, known: Sequence[str], field: str) -> None:
        for key in block:
            if key not in known:
                message = f"unknown field {key!r}{nearest(key, known)}; fields here: {', '.join(known)}"
                self._problems.add(block.place(key), f"{field}.{key}", message)

    def _check_site(self, part: Section, field: str) -> None:
        at = part.get("at")
        if not (isinstance(at, list) and len(at) == 2 and all(_is_real(value) for value in at)):
            example = "[-1.9, 52.5]" if self._degrees else "[407000, 287000]"
            message = f"expected the middle as two numbers in the layout's coordinates, such as {example}"
            self._problems.add(part.place("at"), f"{field}.at", message)

    def _whole(
        self, block: Section, key: str, field: str, low: int, high: int | None, usual: int | None
    ) -> int:
        value: Any = block.get(key, usual)
        whole = isinstance(value, int) and not isinstance(value, bool)
        if whole and low <= value and (high is None or value <= high):
            return int(value)
        span = f"{low} or larger" if high is None else f"from {low} to {high:,}"
        found = "nothing" if value is None else repr(value)
        message = f"expected a whole number, {span}, found {found}"
        self._problems.add(block.place(key), f"{field}.{key}", message)
        return low

    def _measure(self, block: Section, key: str, field: str, unit: str, example: str) -> float:
        """A length or area in its base unit, above 0."""
        try:
            value, found = _UNITS.parse(block.get(key))
            fits = found == unit and value > 0
        except UnitError:
            value, fits = 1.0, False
        if not fits:
            message = (
                f"expected a number above 0 with its unit, such as '{example}', found {block.get(key)!r}"
            )
            self._problems.add(block.place(key), f"{field}.{key}", message)
            return 1.0
        return value


def _is_real(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _not_negative(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
