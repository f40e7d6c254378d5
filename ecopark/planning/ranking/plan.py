"""What is to be ranked: groups of variants, each against a scenario of its own, from a file.

What lives here: the types and reading the file, all mistakes at once. What does not: running (``ranking``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecopark.errors import ScenarioError
from ecopark.experiments.fields import Fields, show
from ecopark.experiments.study_check import refuse_if_any
from ecopark.planning.compare.tables import PARK
from ecopark.scenario import Scenario, shipped_folder, shipped_scenarios
from ecopark.scenario.located import Items, Problems, Section, Where, plain
from ecopark.scenario.source import Files, read_yaml
from ecopark.scenario.units import nearest

EFFECTS = ("avoided_waste", "avoided_co2", "joint_gain")
"""Tonnes, CO2 and money: what variants are ranked by where a file says nothing else."""
_FOLDER = "rankings"
_TOP = ("name", "description", "groups", "effects", "replicates", "seed", "until")


@dataclass(frozen=True)
class Group:
    """Variants that are held against one scenario.

    Attributes
    ----------
    name : str
        Such as ``barriers``.
    against : Scenario
    variants : mapping of str to Scenario
        By the name under which they are ranked.
    """

    name: str
    against: Scenario
    variants: Mapping[str, Scenario]


@dataclass(frozen=True)
class RankingPlan:
    """What is ranked, by what, and over how many runs.

    Attributes
    ----------
    name : str
        Names a folder.
    groups : tuple of Group
    effects : tuple of str
        Indicators of the park.
    replicates, seed : int
    until : str or None
    """

    name: str
    groups: tuple[Group, ...]
    effects: tuple[str, ...] = EFFECTS
    replicates: int = 20
    seed: int = 1
    until: str | None = None


def read_ranking(path: str | Path) -> RankingPlan:
    """Plan of a ranking from a YAML file, or a shipped one such as ``kalundborg/levers_and_barriers``.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    RankingPlan

    Raises
    ------
    ScenarioError
        With every mistake found, each with file, line and field.
    """
    place, problems = _find(Path(path)), Problems()
    if not place.is_file():
        known = _shipped()
        listed = f"; shipped rankings: {', '.join(known)}" if known else ""
        hint = nearest(str(path), known)
        problems.add(Where(str(path)), "", f"there is no such ranking{hint}{listed}")
        refuse_if_any(problems)
    files = Files(place.parent, place.parent.as_posix(), problems)
    raw = read_yaml(files, place)
    if raw is None:
        refuse_if_any(problems)
    assert raw is not None
    top = Fields(raw, "", problems, _TOP)
    plan = RankingPlan(
        name=top.text("name", place.stem),
        groups=_groups(top, place, problems),
        effects=_effects(top),
        replicates=top.whole("replicates", 20, 2, 100_000),
        seed=top.whole("seed", 1, 0, 2**53),
        until=top.text("until") or None,
    )
    refuse_if_any(problems)
    return plan


def folder_of(group: str) -> str:
    """Name of the folder in which a group's runs are kept.

    Parameters
    ----------
    group : str

    Returns
    -------
    str
    """
    return group.replace(" ", "_")


def _find(path: Path) -> Path:
    """The file itself, or a shipped one named ``scenario/ranking``."""
    if path.exists() or path.suffix:
        return path
    scenario, _, ranking = path.as_posix().partition("/")
    shipped = shipped_folder(scenario)
    return path if shipped is None else shipped / _FOLDER / f"{ranking}.yaml"


def _shipped() -> list[str]:
    return [
        f"{name}/{file.stem}"
        for name in shipped_scenarios()
        for file in sorted(((shipped_folder(name) or Path()) / _FOLDER).glob("*.yaml"))
    ]


def _effects(top: Fields) -> tuple[str, ...]:
    stated = top.raw("effects")
    if stated is None:
        return EFFECTS
    names = list(stated) if isinstance(stated, Items | list) else [stated]
    for name in names:
        if name not in PARK:
            hint = nearest(str(name), PARK)
            top.note("effects", f"unknown indicator {show(name)}{hint}; known: {', '.join(PARK)}")
    return tuple(str(name) for name in names)


def _groups(top: Fields, place: Path, problems: Problems) -> tuple[Group, ...]:
    found = []
    block = top.section("groups")
    if not block:
        top.note(
            "groups", "is missing; write groups: {NAME: {against: SCENARIO, variants: {NAME: SCENARIO}}}"
        )
    seen: set[str] = set()
    folders: dict[str, str] = {}
    for name in block:
        other = folders.setdefault(folder_of(str(name)), str(name))
        if other != name:
            top.note("groups", f"{name} and {other} would share a folder; name one of them otherwise")
        fields = Fields(
            block[name] if isinstance(block[name], Section) else Section(block.place(name)),
            f"groups.{name}",
            problems,
            ("against", "variants"),
        )
        against = _scenario(fields, "against", fields.raw("against"), place)
        variants: dict[str, Scenario] = {}
        listed = fields.section("variants")
        if not listed:
            fields.note("variants", "is missing; a group has variants: {NAME: SCENARIO}")
        for label in listed:
            if label in seen:
                fields.note("variants", f"{label} is named twice")
            if against is not None and label == against.name:
                fields.note(
                    "variants", f"{label} is the name of what the group is held against; choose another"
                )
            seen.add(str(label))
            scenario = _scenario(fields, f"variants.{label}", listed[label], place)
            if scenario is not None:
                variants[str(label)] = scenario
        if against is not None:
            found.append(Group(str(name), against, variants))
    return tuple(found)


def _scenario(fields: Fields, key: str, value: Any, place: Path) -> Scenario | None:
    """A scenario by name or file, or one with values set: ``{scenario: ..., set: {...}}``."""
    name, changes = value, {}
    if isinstance(value, Section):
        name, changes = value.get("scenario"), plain(value.get("set") or {})
        for other in value:
            if other not in ("scenario", "set"):
                fields.note(key, f"unknown field {other!r}; a scenario with changes has 'scenario' and 'set'")
    if not isinstance(name, str) or not name:
        fields.note(key, f"expected a scenario such as kalundborg/levers/training, found {show(value)}")
        return None
    beside = place.parent / name
    try:
        return Scenario.load(beside if beside.exists() else name, changes)
    except ScenarioError as failure:
        for problem in failure.problems:
            where = fields.place(key.partition(".")[0])
            if problem.file == "overrides":
                fields.problems.add(where, fields.full(f"{key}.set.{problem.field}"), problem.message)
            else:
                fields.problems.add(Where(problem.file, problem.line), problem.field, problem.message)
        return None
