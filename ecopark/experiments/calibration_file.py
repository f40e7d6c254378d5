"""Reading a calibration: parameters with their ranges, patterns, waves; all mistakes at once.

What lives here: the file. What does not: single parameters (``parameter_file``), running (``calibration``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecopark.experiments.fields import Fields, show
from ecopark.experiments.hindcast_runs import GROSS, counted_years, slug
from ecopark.experiments.hindcast_tables import SCORES
from ecopark.experiments.history_matching import CUTOFF, Pattern
from ecopark.experiments.models import Model
from ecopark.experiments.parameter_file import read_parameters
from ecopark.experiments.parameters import Parameter
from ecopark.experiments.record import PARK_WIDE, Record
from ecopark.experiments.study import Design, Study
from ecopark.experiments.study_check import Bench, check_values, refuse_if_any
from ecopark.scenario import Scenario
from ecopark.scenario.located import Problems, Section, Where, locate
from ecopark.scenario.source import Files, read_yaml
from ecopark.scenario.units import Units, nearest

_TOP = ("name", "description", "parameters", "patterns", "waves", "points", "replicates", "cutoff", "seed")
_PATTERN = ("output", "target", "tolerance", "source", "mark")
_WHOLE = (*SCORES, "tau", "curve_distance", "count")


@dataclass(frozen=True)
class Plan:
    """A checked calibration.

    Attributes
    ----------
    name : str
    parameters : tuple of Parameter
        With their prior: a range or a distribution.
    patterns : tuple of Pattern
    waves : int
        At most.
    points : int
        Per wave, a power of two.
    replicates : int
        Runs per point.
    cutoff : float
        Largest implausibility of what is kept.
    seed : int
    """

    name: str
    parameters: tuple[Parameter, ...]
    patterns: tuple[Pattern, ...]
    waves: int
    points: int
    replicates: int
    cutoff: float
    seed: int

    def describe(self) -> dict[str, Any]:
        """Everything the results depend on, as plain data."""
        return {
            "parameters": {p.name: p.describe() for p in self.parameters},
            "patterns": {p.name: [p.output, p.target, p.tolerance] for p in self.patterns},
            "points": self.points,
            "replicates": self.replicates,
            "cutoff": self.cutoff,
            "seed": self.seed,
        }


def read_plan(path: Path, scenario: Scenario, record: Record) -> Plan:
    """Calibration of a file.

    Parameters
    ----------
    path : pathlib.Path
        YAML file.
    scenario : Scenario
        What is calibrated: every parameter is tried on it at its ends.
    record : Record
        Which patterns there are.

    Returns
    -------
    Plan

    Raises
    ------
    StudyError
        With every mistake found, each with file, line and field.
    """
    problems = Problems()
    files = Files(path.parent, path.parent.as_posix(), problems)
    raw = read_yaml(files, path) if path.is_file() else None
    if not path.is_file():
        problems.add(Where(str(path)), "", "there is no such calibration; name its file with --study")
    if raw is None:
        refuse_if_any(problems)
    assert raw is not None
    return _read(raw, problems, files, scenario, None, outputs_of(record), path.stem)


def plan_from(raw: Mapping[str, Any], model: Model, outputs: tuple[str, ...]) -> Plan:
    """Calibration of plain data, for a model that is no park.

    Parameters
    ----------
    raw : mapping
        In the form of a file.
    model : Model
    outputs : tuple of str
        What its runs give.

    Returns
    -------
    Plan

    Raises
    ------
    StudyError
        As in :func:`read_plan`; lines are 0.
    """
    tree: Section = locate(raw, Where(str(raw.get("name", "calibration"))))
    return _read(tree, Problems(), None, None, model, outputs, "calibration")


def outputs_of(record: Record) -> tuple[str, ...]:
    """Names of what a run judged by a record gives."""
    items: list[str] = []
    for item, unit in record.quantities[["item", "unit"]].drop_duplicates().itertuples(index=False):
        items.append(f"ratio_{slug(item)}")
        items += [f"ratio_{slug(item + GROSS)}"] if unit == PARK_WIDE else []
    counts = [f"count_{year}" for year in counted_years(record)]
    return (*_WHOLE, *counts, *items, *(["volume_error"] if items else []))


def _read(
    raw: Section,
    problems: Problems,
    files: Files | None,
    scenario: Scenario | None,
    model: Model | None,
    outputs: tuple[str, ...],
    name: str,
) -> Plan:
    top = Fields(raw, "", problems, _TOP)
    units = scenario.units if scenario is not None else Units()
    parameters = read_parameters(top.section("parameters"), problems, units, files, "latin_hypercube")
    for parameter in parameters:
        if parameter.kind not in ("range", "distribution"):
            top.note("parameters", f"{parameter.name}: expected a range or a distribution as its prior")
    if not parameters and not len(problems):
        top.note("parameters", "is missing; a calibration varies at least one parameter")
    points = top.whole("points", 64, 8, 65_536)
    if points & (points - 1):
        top.note(
            "points", f"expected a power of two (Sobol's sequence is balanced only then), found {points}"
        )
    plan = Plan(
        name=top.text("name", name),
        parameters=tuple(parameters),
        patterns=tuple(_patterns(top, outputs)),
        waves=top.whole("waves", 3, 1, 50),
        points=points,
        replicates=top.whole("replicates", 4, 1, 100_000),
        cutoff=top.number("cutoff", CUTOFF, 0.0, 100.0),
        seed=top.whole("seed", 1, 0, 2**31),
    )
    study = Study(plan.name, plan.parameters, Design("latin_hypercube", points), scenario=scenario)
    check_values(study, Bench(scenario, model, top))
    refuse_if_any(problems)
    return plan


def _patterns(top: Fields, outputs: tuple[str, ...]) -> list[Pattern]:
    found = []
    block = top.section("patterns")
    if not block:
        top.note("patterns", "is missing; write for example patterns: {pairs: {output: f1_pairs, target: 1, "
                 "tolerance: 0.1}}")  # fmt: skip
    for name, value in block.items():
        if not isinstance(value, Section):
            top.problems.add(block.place(name), f"patterns.{name}", f"expected a block, found {show(value)}")
            continue
        fields = Fields(value, f"patterns.{name}", top.problems, _PATTERN)
        missing = [key for key in ("target", "tolerance") if key not in fields]
        if missing:
            fields.note("", f"{' and '.join(missing)} missing; a pattern has output, target and tolerance")
        output = fields.text("output", name)
        if output not in outputs:
            message = f"unknown output {output!r}{nearest(output, outputs)}; known: {', '.join(outputs)}"
            fields.note("output", message)
        target = fields.number("target", 0.0, -math.inf, math.inf)
        found.append(Pattern(name, output, target, fields.number("tolerance", 1.0, 0.0, math.inf)))
    return found
