"""The door to scenarios: load a folder, a file or a shipped scenario, checked and complete.

What lives here: the order of the steps (find, read, expand, override, validate, check) and
:class:`Scenario`. What does not: the steps themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path as FilePath
from typing import Any

import yaml

from ecopark.scenario import library as shipped
from ecopark.scenario.check import check, prepare
from ecopark.scenario.firms import Archetypes
from ecopark.scenario.includes import follow_includes
from ecopark.scenario.inherit import inherit_sources, numbers_of
from ecopark.scenario.located import Problems, Section, Where, copy_node, locate, plain
from ecopark.scenario.money import read_money, units_of
from ecopark.scenario.normalise import Library, normalise, prune, used_resources
from ecopark.scenario.overrides import apply_layer, apply_overrides
from ecopark.scenario.paths import Context, Path, PathError, constant, parse_path
from ecopark.scenario.places import MAIN_FILE, find_scenario
from ecopark.scenario.readings import Reading, Readings
from ecopark.scenario.roster import with_roster
from ecopark.scenario.siting import stand_on_plots
from ecopark.scenario.types import Park
from ecopark.scenario.units import Quantity, UnitError, Units
from ecopark.scenario.validate import Report, validate
from ecopark.scenario.variants import read_stack


@dataclass(frozen=True)
class Scenario:
    """A checked, immutable scenario.

    Attributes
    ----------
    park : Park
        Everything the model needs, in base units.
    name : str
        Short name: the folder's, in lower case letters, digits and _.
    path : pathlib.Path or None
        The file it was read from.
    sha256 : str
        Hash of all files read and of the overrides, hexadecimal.
    overrides : mapping of str to object
        Values set by dotted path on top of the files.
    root : pathlib.Path or None
        Folder from which its extensions are seen: its own, or that of the scenario it builds on.

    Examples
    --------
    >>> Scenario.load("kalundborg", {"mechanisms.trading": "false"}).park.mechanisms.trading  # doctest: +SKIP
    False
    """

    park: Park
    name: str
    path: FilePath | None
    sha256: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    root: FilePath | None = field(default=None, compare=False)
    _raw: Section = field(repr=False, compare=False, default_factory=lambda: Section(Where("")))
    _base: Section = field(repr=False, compare=False, default_factory=lambda: Section(Where("")))
    _digest: str = field(repr=False, compare=False, default="")
    _readings: Readings = field(repr=False, compare=False, default_factory=Readings)

    @classmethod
    def load(
        cls,
        path_or_name: str | FilePath,
        overrides: Mapping[str, Any] | None = None,
        *,
        library: Library | None = None,
    ) -> Scenario:
        """Scenario from a folder, a YAML file or the name of a shipped scenario.

        Parameters
        ----------
        path_or_name : str or path
            Folder with a ``scenario.yaml``, a YAML file, or a name such as ``kalundborg`` or
            ``kalundborg/barriers/information``. A file may build on another one (``variants``).
        overrides : mapping of str to object, optional
            Values by dotted path, e.g. ``{"policy.carbon_price": "100 DKK/t"}``.
        library : Library, optional
            Stands in for the shipped library.

        Raises
        ------
        ScenarioError
            With every mistake found, each with file, line and field.
        """
        problems = Problems()
        path, shown = find_scenario(path_or_name, problems)
        problems.raise_if_any()
        stack = read_stack(path, shown, problems)
        raw = None if stack is None else follow_includes(stack.files, stack.path, stack.tree)
        if stack is None or raw is None or problems.fatal:
            problems.raise_if_any()
        assert stack is not None
        assert raw is not None
        base = normalise(raw, stack.files, library or shipped_library(), problems)
        if problems.fatal:
            problems.raise_if_any()
        for layer in stack.layers:
            apply_layer(base, layer.changes, layer.source, layer.mark, problems)
        name = _slug(path.parent.name if path.name == MAIN_FILE else path.stem)
        digest = stack.files.sha256(stack.digest)
        whole = _finish(base, dict(overrides or {}), name, path, digest, problems)
        return replace(whole, root=stack.path.parent)

    @classmethod
    def from_dict(
        cls,
        raw: Mapping[str, Any],
        name: str = "scenario",
        overrides: Mapping[str, Any] | None = None,
        *,
        library: Library | None = None,
    ) -> Scenario:
        """Scenario from plain data in the form of a scenario file, for tests and notebooks.

        Parameters
        ----------
        raw : mapping
            As in a YAML file; not changed.
        name : str
            Name of the scenario.
        overrides, library
            As in :meth:`load`.

        Raises
        ------
        ScenarioError
            As in :meth:`load`; lines are 0.
        """
        problems = Problems()
        tree = locate(raw, Where(name))
        digest = sha256(json.dumps(plain(tree), sort_keys=True).encode()).hexdigest()
        base = normalise(tree, None, library or shipped_library(), problems)
        if problems.fatal:
            problems.raise_if_any()
        return _finish(base, dict(overrides or {}), _slug(name), None, digest, problems)

    @classmethod
    def from_tree(cls, tree: Section, name: str, problems: Problems) -> Scenario:
        """Scenario from located data in the form of a scenario file, with a collector of the caller's.

        Parameters
        ----------
        tree : Section
            Mappings and lists that know their places; changed.
        name : str
            Name of the scenario.
        problems : Problems
            Collector; what it holds already is raised too.

        Raises
        ------
        ScenarioError
            With every mistake found, as the collector tells it.
        """
        digest = sha256(json.dumps(plain(tree), sort_keys=True).encode()).hexdigest()
        base = normalise(tree, None, shipped_library(), problems)
        if problems.fatal:
            problems.raise_if_any()
        return _finish(base, {}, _slug(name), None, digest, problems)

    def with_overrides(self, overrides: Mapping[str, Any]) -> Scenario:
        """The same scenario with more values set by dotted path; later ones win.

        Raises
        ------
        ScenarioError
            If a path is unknown or a value does not fit.
        """
        joined = {**self.overrides, **overrides}
        changed = _finish(self._base, joined, self.name, self.path, self._digest, Problems(), self._readings)
        return replace(changed, root=self.root)

    def with_firms(
        self, added: Mapping[str, Mapping[str, Any]] | None = None, dropped: Collection[str] = ()
    ) -> Scenario:
        """The same scenario with more firms, or as if some had never been; all other luck stays as it is.

        Parameters
        ----------
        added : mapping of str to mapping, optional
            Firms in the form of a scenario file, by identifier; see ``roster.raw_plant``.
        dropped : collection of str
            Firms taken out; values set for them (`overrides`) are let go.

        Raises
        ------
        ScenarioError
            If a firm is unknown, there already, or does not fit.
        """
        problems, more = Problems(), dict(added or {})
        base = with_roster(self._base, more, sorted(dropped), shipped_library(), problems)
        problems.raise_if_any()
        kept = {path: value for path, value in self.overrides.items() if _firm_of(path) not in dropped}
        text = json.dumps([more, sorted(dropped)], sort_keys=True, default=str)
        digest = sha256(f"{self._digest}\0{text}".encode()).hexdigest()
        changed = _finish(base, kept, self.name, self.path, digest, Problems())
        return replace(changed, root=self.root)

    @property
    def units(self) -> Units:
        """Units of this scenario, which know its currency."""
        return units_of(self.park.currency.code, tuple(sorted(self.park.currency.rates.items())))

    def numbers(self) -> Iterator[tuple[str, Quantity]]:
        """Every number of the park with its dotted place, e.g. to list the unchecked ones.

        Yields
        ------
        tuple of (str, Quantity)
            Dated values have their month as last part of the place.
        """
        return numbers_of(self.park)

    def to_yaml(self) -> str:
        """The resolved scenario as YAML: one file, no library needed, the same bytes every time.

        Loading it gives an equal park. Up to some 200 firms every value is written out; in larger scenarios
        what firms share is written once, with an anchor, and read so.
        """
        # First, so that the reader knows from the start that anchors may be shared.
        raw: dict[str, Any] = {"resolved": True, **plain(self._raw)}
        many = len(self.park.firms) > _WRITTEN_OUT
        dumper = _DUMPER if many else _PlainDumper
        text: str = yaml.dump(raw, Dumper=dumper, sort_keys=False, allow_unicode=True, width=110)
        return text


_WRITTEN_OUT = 200
# The compiled writer gives the same bytes in a third of the time.
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _PlainDumper(_DUMPER):  # type: ignore[misc]
    """Writes every value out: no anchors, so that the file reads like one written by hand."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def shipped_library() -> Library:
    """The library inside the package, as raw blocks."""
    return Library(
        shipped.raw_resources(),
        shipped.raw_transport(),
        shipped.raw_pathways(),
        Archetypes(shipped.archetype_names(), shipped.raw_archetype),
    )


# --------------------------------------------------------------------------- steps
def _finish(
    base: Section,
    overrides: dict[str, Any],
    name: str,
    path: FilePath | None,
    digest: str,
    problems: Problems,
    readings: Readings | None = None,
) -> Scenario:
    """Override, validate and check a normalised scenario; `readings` of a variant, which takes over what it shares."""
    raw: Section = copy_node(base)
    apply_overrides(raw, overrides, problems)
    known = {k: tuple(raw[k]) for k in ("resources", "transport", "firms") if isinstance(raw.get(k), Section)}
    prune(raw)
    stand_on_plots(raw)
    report = Report(raw, problems)
    # A scenario that is run as it is keeps nothing of how it was read.
    reading = Reading() if readings is None else readings.begin(raw)
    units, deflate = read_money(raw, report, reading.texts)
    series = _series(raw, Context(units, {}, deflate, reading.blocks), report)
    context = Context(units, series, deflate, reading.blocks)
    park = validate(raw, context, report)
    if park is not None:
        park = prepare(inherit_sources(park, known=reading.settled), units, report)
        check(park, units, report, known)
    problems.raise_if_any()
    if readings is not None:
        readings.keep(reading)
    assert park is not None
    used = used_resources(raw)
    park = park.model_copy(update={"resources": {k: r for k, r in park.resources.items() if k in used}})
    extra = json.dumps(overrides, sort_keys=True, default=str)
    total = sha256(f"{digest}\0{extra}".encode()).hexdigest()
    return Scenario(park, name, path, total, overrides, None, raw, base, digest, readings or Readings())


def _series(raw: Section, context: Context, report: Report) -> dict[str, Path]:
    """Named series; of a series with faults what is readable, so that its users are not faulted too."""
    table = raw.get("series")
    if table is None:
        return {}
    if not isinstance(table, Section):
        report.add(("series",), "expected series by name, or the name of a CSV file")
        return {}
    known: dict[str, Path] | None = context.read.find(table)
    if known is not None:
        return known
    found: dict[str, Path] = context.read.keep({}, table)
    for name, written in table.items():
        try:
            found[name] = parse_path(written, context)
        except PathError as failure:
            for key, message in failure.faults:
                report.add(("series", name, key), message)
            rest = {key: item for key, item in written.items() if key not in dict(failure.faults)}
            found[name] = _readable(rest, context)
        except UnitError as failure:
            report.add(("series", name), str(failure))
            found[name] = _readable({}, context)
    return found


def _readable(written: Mapping[str, Any], context: Context) -> Path:
    try:
        return parse_path(written, context)
    except UnitError:
        return constant(Quantity(1.0, "?"))


def _firm_of(path: str) -> str:
    """Firm that a dotted path is about, empty where it is about none."""
    steps = path.split(".")
    return steps[1] if steps[0] == "firms" and len(steps) > 1 else ""


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "scenario"
