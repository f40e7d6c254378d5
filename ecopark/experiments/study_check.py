"""Trying a study before the first run: every value on the scenario, its size, its folder.

What lives here: checks that need the scenario or the disk. What does not: the form of the file
(``study_file``).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecopark import indicators
from ecopark.errors import ScenarioError, StudyError
from ecopark.experiments.branching import dated_overrides
from ecopark.experiments.fields import Fields
from ecopark.experiments.folders import write_fault
from ecopark.experiments.models import WHOLE_RUN, YEARLY, Model
from ecopark.experiments.parameter_file import spread, spread_overrides
from ecopark.experiments.parameters import Parameter
from ecopark.experiments.store import MANIFEST, MARGIN_BYTES
from ecopark.experiments.study import Study
from ecopark.scenario import Scenario
from ecopark.scenario.located import Items, Problems, Section, Where
from ecopark.scenario.paths import parse_month
from ecopark.scenario.units import nearest
from ecopark.simulate import check_rules

_MOST_RUNS = 10_000_000


@dataclass(frozen=True)
class Bench:
    """What values are tried on.

    Attributes
    ----------
    scenario : Scenario or None
    model : Model or None
    top : Fields
        The study, for places in the file.
    """

    scenario: Scenario | None
    model: Model | None
    top: Fields

    def faults(self, overrides: Mapping[str, Any]) -> dict[str, str]:
        """Message by dotted path of everything that is wrong with some overrides."""
        if self.model is not None and self.scenario is None:
            known = self.model.known_paths()
            return {
                p: f"unknown path{nearest(p, known)}; known: {', '.join(known)}"
                for p in overrides
                if p not in known
            }
        if self.scenario is None:
            return {}
        try:
            check_rules(self.scenario.with_overrides(overrides))
        except ScenarioError as failure:
            return {problem.field: problem.message for problem in failure.problems}
        return {}

    def changes(self, overrides: Mapping[str, Any]) -> bool:
        """Whether overrides change the park; true where that cannot be told."""
        if self.scenario is None:
            return True
        try:
            return self.scenario.with_overrides(overrides).park != self.scenario.park
        except ScenarioError:
            return True


def refuse_if_any(problems: Problems) -> None:
    """Raise everything collected so far.

    Raises
    ------
    StudyError
        If anything was collected.
    """
    try:
        problems.raise_if_any()
    except ScenarioError as collected:
        raise StudyError(collected.problems) from None


# --------------------------------------------------------------------------- values
def check_values(study: Study, bench: Bench) -> None:
    """Try the ends of every parameter and every alternative on the base."""
    if bench.scenario is None and bench.model is None:
        return
    block = bench.top.section("parameters")
    for parameter in study.parameters:
        _check_parameter(parameter, bench, block)
    alternatives = bench.top.section("design").get("alternatives")
    places = alternatives if isinstance(alternatives, Section) else Section(bench.top.place("design"))
    for alternative in study.design.alternatives:
        entry = places.get(alternative.name)
        field = f"design.alternatives.{alternative.name}"
        for path, message in _alternative_faults(study, alternative.overrides, bench).items():
            where = entry.place(path) if isinstance(entry, Section) else places.place(alternative.name)
            bench.top.problems.add(where, f"{field}.{path}", message)


def _check_parameter(parameter: Parameter, bench: Bench, block: Section) -> None:
    """Note what the scenario says to the parameter's paths and to its lowest and highest values."""
    entry: Section = block[parameter.name]
    field = f"parameters.{parameter.name}"
    key = "path" if "path" in entry else parameter.kind if parameter.kind == "files" else ""
    where = entry.place(key) if key else block.place(parameter.name)
    if bench.scenario is not None:
        for path in parameter.paths:
            if not spread(path, bench.scenario.park):
                bench.top.problems.add(where, field, f"'*' stands for nothing in {path!r}")
                return
    told: set[tuple[str, str]] = set()
    changes = False
    for value in parameter.ends():
        overrides = spread_overrides(parameter.overrides(value), bench.scenario)
        changes = changes or bench.changes(overrides)
        for path, message in bench.faults(overrides).items():
            # A path that leads nowhere is the same mistake at both ends.
            if (path, message) not in told:
                told.add((path, message))
                shown = f"{path}: {message}" if path != parameter.name else message
                bench.top.problems.add(where, field, shown)
    if not told and not changes:
        bench.top.problems.add(where, field, "changes nothing: the scenario uses none of what it sets")


def _alternative_faults(study: Study, overrides: Mapping[str, Any], bench: Bench) -> dict[str, str]:
    wide = spread_overrides(overrides, bench.scenario)
    if study.design.since is None or bench.scenario is None:
        return bench.faults(wide)
    faults = bench.faults(wide)
    if faults:
        return faults
    try:
        dated = dated_overrides(bench.scenario, study.design.since, wide)
    except ScenarioError as failure:
        return {problem.field: problem.message for problem in failure.problems}
    return bench.faults(dated)


# --------------------------------------------------------------------------- size, span
def check_size(study: Study, top: Fields) -> None:
    """Refuse a study with more runs than anyone can have meant."""
    points = study.points
    most = study.stopping.most if study.stopping else study.replicates
    runs = points * most
    if runs > _MOST_RUNS:
        message = f"makes {points:,} points with up to {most:,} replicates, {runs:,} runs; {_MOST_RUNS:,} are the most"
        top.note("design", message)
    if study.stopping is not None and study.stopping.most < study.replicates:
        top.note(
            "stopping",
            f"max {study.stopping.most} is less than the {study.replicates} replicates it begins with",
        )


def check_outputs(study: Study, top: Fields) -> None:
    """Whether what is kept and what is watched are things a run gives."""
    if study.model is not None:
        return
    block = top.section("outputs")
    for name in study.outputs.indicators:
        if name not in (*YEARLY, "all"):
            message = f"unknown indicator {name!r}{nearest(name, YEARLY)}; known: {', '.join(YEARLY)}, or all"
            top.problems.add(block.place("indicators"), "outputs.indicators", message)
    _check_whole_run(study, top)
    rule = study.stopping
    if rule is None or not rule.output or rule.output in study.outputs.whole_run:
        return
    where = top.section("stopping").place("output")
    if rule.output not in WHOLE_RUN:
        known = (*WHOLE_RUN, *study.outputs.whole_run)
        message = f"unknown output {rule.output!r}{nearest(rule.output, known)}; known: {', '.join(known)}"
        if not _no_number(rule.output):
            message = f"{rule.output!r} is not kept; name it under outputs.whole_run"
        top.problems.add(where, "stopping.output", message)
    elif not study.outputs.summary:
        top.problems.add(where, "stopping.output", "is a number of the summary; switch on outputs.summary")


def _check_whole_run(study: Study, top: Fields) -> None:
    """Note every name of ``outputs.whole_run`` that gives no number, or gives it twice."""
    block = top.section("outputs")
    written = block.get("whole_run")
    names = study.outputs.whole_run
    for k, name in enumerate(names):
        message = _no_number(name)
        if name in names[:k]:
            message = f"{name!r} is named twice"
        elif study.outputs.summary and name in WHOLE_RUN:
            message = f"{name!r} is a number of the summary already"
        if message:
            where = written.place(k) if isinstance(written, Items) else block.place("whole_run")
            top.problems.add(where, "outputs.whole_run", message)


def _no_number(name: str) -> str:
    """Why a name is no number that a run gives for the park; empty where it is one."""
    if name in indicators.PARK_NUMBERS:
        return ""
    entry = next((entry for entry in indicators.INDICATORS if entry.id == name), None)
    if entry is None:
        known = (*indicators.PARK_NUMBERS, *(entry.id for entry in indicators.INDICATORS))
        return f"unknown indicator {name!r}{nearest(name, known)}; 'ecopark indicators' lists all"
    if entry.names:
        return f"{name!r} is a number of parts of the park; write one of: {', '.join(entry.names)}"
    return f"{name!r} is no single number of the park: it is given {entry.otherwise}"


def check_until(study: Study, top: Fields) -> None:
    """Whether the last month lies within the scenario."""
    if study.until is None or study.scenario is None:
        return
    span = study.scenario.park.time
    try:
        last = parse_month(study.until)
    except ValueError as failure:
        top.note("until", str(failure))
        return
    if not span.start <= last <= span.end:
        top.note("until", f"lies outside the scenario's time, {span.start:%Y-%m} to {span.end:%Y-%m}")
    if study.design.since is not None and last <= study.design.since:
        top.note("until", f"nothing is run after the alternatives part in {study.design.since:%Y-%m}")


# --------------------------------------------------------------------------- folder
def check_folder(folder: Path, problems: Problems, margin: int = MARGIN_BYTES) -> None:
    """Whether results can be written: a free or resumable folder, writable, on a disk with room.

    Parameters
    ----------
    folder : pathlib.Path
        Results folder; it need not exist.
    problems : Problems
        Collector.
    margin : int, byte
        Room that must be free.
    """
    where = Where(str(folder))
    if folder.exists() and not folder.is_dir():
        problems.add(where, "", "is a file; results need a folder")
        return
    if folder.is_dir() and not (folder / MANIFEST).is_file() and _holds_other_things(folder):
        problems.add(where, "", "holds other things and no study; choose another folder with --out")
    place = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    if not place.is_dir():
        problems.add(where, "", f"cannot be made: {place} is no folder")
        return
    fault = write_fault(place)
    if fault:
        problems.add(where, "", f"cannot be written: {fault}")
    free = shutil.disk_usage(place).free
    if free < margin:
        problems.add(
            where, "", f"the disk has {free / 1e6:,.0f} MB left; at least {margin / 1e6:,.0f} MB are needed"
        )


def _holds_other_things(folder: Path) -> bool:
    return any(not item.name.startswith(".") for item in folder.iterdir())
