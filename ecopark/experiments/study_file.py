"""From a study file to a checked :class:`~ecopark.experiments.study.Study`, all mistakes at once.

What lives here: finding and reading the file, its blocks, what must agree between them. What does not:
single parameters (``parameter_file``), trying values on the scenario and the folder (``study_check``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecopark.errors import ScenarioError
from ecopark.experiments.fields import Fields, show
from ecopark.experiments.models import FUNCTIONS, Function, Model
from ecopark.experiments.parameter_file import read_parameters
from ecopark.experiments.parameters import Parameter
from ecopark.experiments.study import DESIGNS, Alternative, Design, Outputs, Stopping, Study
from ecopark.experiments.study_check import (
    Bench,
    check_folder,
    check_outputs,
    check_size,
    check_until,
    check_values,
    refuse_if_any,
)
from ecopark.scenario import Scenario, shipped_folder, shipped_scenarios
from ecopark.scenario.located import Items, Problems, Section, Where, locate, plain
from ecopark.scenario.paths import parse_month
from ecopark.scenario.source import Files, read_yaml
from ecopark.scenario.units import Units, nearest

_TOP = (
    "name", "description", "base", "parameters", "design", "replicates", "seed", "until", "outputs",
    "stopping", "engine",
)  # fmt: skip
_DESIGN_FIELDS: Mapping[str, tuple[str, ...]] = {
    "grid": (),
    "one_at_a_time": (),
    "latin_hypercube": ("n",),
    "sobol": ("n", "second_order"),
    "morris": ("n", "levels"),
    "paired": ("alternatives", "since"),
}
_OUTPUTS = ("summary", "whole_run", "indicators", "scope", "flows")
_STOPPING = ("output", "half_width", "of", "max", "confidence")
_MOST_REPLICATES = 100_000


def read_study(path: Path, folder: str | Path | None = None) -> Study:
    """Study of a file; see :meth:`~ecopark.experiments.study.Study.load`."""
    problems = Problems()
    path = _find(path)
    files = Files(path.parent, path.parent.as_posix(), problems)
    raw = read_yaml(files, path) if path.exists() else None
    if not path.exists():
        problems.add(Where(str(path)), "", f"there is no such study{_listed(path)}")
    if folder is not None:
        check_folder(Path(folder), problems)
    if raw is None:
        refuse_if_any(problems)
    assert raw is not None
    text = path.read_text(encoding="utf-8-sig")
    return _Reader(raw, problems, files, path, None).read(path.stem, text)


def study_from(raw: Mapping[str, Any], model: Model | None = None) -> Study:
    """Study of plain data; see :meth:`~ecopark.experiments.study.Study.from_dict`."""
    problems = Problems()
    tree: Section = locate(raw, Where(str(raw.get("name", "study"))))
    return _Reader(tree, problems, None, None, model).read("study", "")


def _find(path: Path) -> Path:
    """The file itself, or a shipped study named ``scenario/study``."""
    if path.exists() or path.suffix:
        return path
    scenario, _, study = path.as_posix().partition("/")
    shipped = shipped_folder(scenario)
    found = shipped / "studies" / f"{study}.yaml" if shipped is not None else path
    return found if found.exists() else path


def _listed(path: Path) -> str:
    known = [
        f"{name}/{file.stem}"
        for name in shipped_scenarios()
        for file in sorted(((shipped_folder(name) or Path()) / "studies").glob("*.yaml"))
    ]
    return f"{nearest(path.as_posix(), known)}; shipped studies: {', '.join(known)}" if known else ""


class _Reader:
    """Reads one study and notes every mistake."""

    def __init__(
        self, raw: Section, problems: Problems, files: Files | None, path: Path | None, model: Model | None
    ) -> None:
        self._top = Fields(raw, "", problems, _TOP)
        self._problems, self._files, self._path, self._model = problems, files, path, model
        self._scenario: Scenario | None = None

    def read(self, default_name: str, text: str) -> Study:
        """The study, or all mistakes."""
        top = self._top
        self._read_base()
        design = self._design()
        units = self._scenario.units if self._scenario else Units()
        parameters = read_parameters(
            top.section("parameters"), self._problems, units, self._files, design.kind
        )
        self._agree(design, parameters)
        study = Study(
            name=top.text("name", default_name),
            parameters=tuple(parameters),
            design=design,
            replicates=top.whole("replicates", 1, 1, _MOST_REPLICATES),
            seed=top.whole("seed", 1, 0, 2**53),
            until=top.text("until") or None,
            outputs=self._outputs(),
            stopping=self._stopping(design),
            chunk=self._chunk(),
            scenario=self._scenario,
            model=self._model,
            text=text,
        )
        self._check(study)
        refuse_if_any(self._problems)
        return study

    def _check(self, study: Study) -> None:
        """Whether the base takes every value, and the size is one a person can have meant."""
        top = self._top
        if "name" in top and not _is_name(study.name):
            top.note(
                "name", f"expected letters, digits, '_' or '-' (it names a folder), found {study.name!r}"
            )
        if not len(self._problems):
            check_size(study, top)
        check_outputs(study, top)
        check_until(study, top)
        bench = Bench(self._scenario, self._model, top)
        check_values(study, bench)

    # ------------------------------------------------------------------ blocks
    def _read_base(self) -> None:
        """Load what is run."""
        top = self._top
        value = top.raw("base")
        if self._model is not None and value is None:
            return
        if value is None:
            top.note("base", "is missing; write for example 'base: kalundborg'")
            return
        if isinstance(value, str):
            self._load(value, {}, "base")
            return
        block = Fields(top.section("base"), "base", self._problems, ("scenario", "overrides", "function"))
        if "function" in block:
            name = block.choice("function", FUNCTIONS)
            self._model = Function(name) if name else None
        elif "scenario" in block:
            self._load(block.text("scenario"), plain(block.section("overrides")), "base.scenario")
        elif isinstance(value, Section):
            block.note("", "expected 'scenario', with 'overrides' if there are any")

    def _load(self, name: str, overrides: dict[str, Any], field: str) -> None:
        place = self._top.place("base")
        beside = self._path.parent / name if self._path is not None else Path(name)
        try:
            self._scenario = Scenario.load(beside if beside.exists() else name, overrides)
        except ScenarioError as failure:
            for problem in failure.problems:
                if problem.file == "overrides":
                    self._problems.add(place, f"base.overrides.{problem.field}", problem.message)
                else:
                    self._problems.add(Where(problem.file, problem.line), problem.field, problem.message)

    def _design(self) -> Design:
        top = self._top
        block = top.section("design")
        kind = block.get("kind")
        if kind not in DESIGNS:
            hint = nearest(str(kind), DESIGNS)
            found = "is missing" if kind is None else f"found {show(kind)}"
            top.note("design", f"expected kind: one of {', '.join(DESIGNS)}; {found}{hint}")
            return Design("grid")
        fields = Fields(block, "design", self._problems, ("kind", *_DESIGN_FIELDS[kind]))
        n = fields.whole("n", 0, 1, 10_000_000)
        if "n" in _DESIGN_FIELDS[kind] and "n" not in fields:
            fields.note("", f"{kind} needs n, such as 'n: 64'")
        if kind == "sobol" and n & (n - 1):
            fields.note("n", f"expected a power of two (Sobol's sequence is balanced only then), found {n}")
        if kind == "morris" and 0 < n < 2:
            fields.note("n", "expected at least two trajectories")
        levels = fields.whole("levels", 4, 2, 1000) if kind == "morris" else 4
        if levels % 2:
            fields.note("levels", f"expected an even number of levels, found {levels}")
        second = fields.flag("second_order", False) if kind == "sobol" else False
        alternatives = self._alternatives(fields) if kind == "paired" else ()
        return Design(kind, n, levels, second, alternatives, self._since(fields))

    def _since(self, fields: Fields) -> Any:
        if "since" not in fields:
            return None
        try:
            since = parse_month(fields.raw("since"))
        except ValueError as failure:
            fields.note("since", str(failure))
            return None
        span = self._scenario.park.time if self._scenario else None
        if span is not None and not span.start < since <= span.end:
            fields.note("since", f"lies outside the scenario's time, {span.start:%Y-%m} to {span.end:%Y-%m}")
        return since

    def _alternatives(self, fields: Fields) -> tuple[Alternative, ...]:
        found = []
        block = fields.section("alternatives")
        if not block:
            fields.note("", "paired needs alternatives: {name: {dotted.path: value}}")
        for name, value in block.items():
            if not isinstance(value, Section) or not value:
                message = f"expected values by dotted path, found {show(value)}"
                self._problems.add(block.place(name), f"design.alternatives.{name}", message)
                continue
            found.append(Alternative(name, plain(value)))
        return tuple(found)

    def _outputs(self) -> Outputs:
        fields = Fields(self._top.section("outputs"), "outputs", self._problems, _OUTPUTS)
        every = fields.raw("indicators") is True
        yearly = ("all",) if every else _names(fields, "indicators", "yearly indicators or 'all'")
        scope: Any = fields.choice("scope", ("park", "all"), "park")
        summary, flows = fields.flag("summary", True), fields.flag("flows", False)
        outputs = Outputs(summary, yearly, scope, flows, _names(fields, "whole_run", "registered indicators"))
        if not (summary or flows or outputs.indicators or outputs.whole_run):
            fields.note("", "nothing is kept; switch on summary, whole_run, indicators or flows")
        return outputs

    def _stopping(self, design: Design) -> Stopping | None:
        if "stopping" not in self._top:
            return None
        fields = Fields(self._top.section("stopping"), "stopping", self._problems, _STOPPING)
        missing = [name for name in ("output", "half_width", "max") if name not in fields]
        if missing:
            fields.note("", f"{', '.join(missing)} missing; a rule has output, half_width and max")
        width, relative = self._half_width(fields)
        least = self._top.raw("replicates")
        if not isinstance(least, int) or least < 2:
            self._top.note("replicates", "a stopping rule begins with at least 2 replicates")
        usual = "difference" if design.kind in ("paired", "one_at_a_time") else "mean"
        of: Any = fields.choice("of", ("mean", "difference"), usual)
        most = fields.whole("max", 2, 2, _MOST_REPLICATES)
        confidence = fields.number("confidence", 0.95, 0.0, 1.0)
        return Stopping(fields.text("output"), width, relative, of, most, confidence)

    def _half_width(self, fields: Fields) -> tuple[float, bool]:
        value = fields.raw("half_width")
        text = str(value).strip()
        relative = text.endswith("%")
        try:
            width = float(text.removesuffix("%")) / (100.0 if relative else 1.0)
        except ValueError:
            width = 0.0
        if "half_width" in fields and (isinstance(value, bool) or not 0.0 < width < float("inf")):
            message = f"expected a number above zero in the output's unit, or a share such as 5 %, found {show(value)}"
            fields.note("half_width", message)
        return width, relative

    def _chunk(self) -> int:
        fields = Fields(self._top.section("engine"), "engine", self._problems, ("chunk",))
        return fields.whole("chunk", 0, 1, 100_000)

    def _agree(self, design: Design, parameters: list[Parameter]) -> None:
        """What one block asks of another."""
        top = self._top
        written = top.raw("parameters")
        if design.kind == "paired":
            if written:
                top.note("parameters", "a paired comparison has alternatives instead of parameters")
        elif not written and "design" in top:
            top.note("parameters", "is missing; a study varies at least one parameter")
        elif isinstance(written, Items):
            top.note("parameters", "expected parameters by name, found a list")
        if design.kind == "sobol" and len(parameters) == 1:
            top.note("parameters", "sobol needs two parameters or more; use one_at_a_time or grid for one")


def _names(fields: Fields, key: str, of: str) -> tuple[str, ...]:
    """Names of a list, or the one name written instead; none where the field is missing or false."""
    wanted = fields.raw(key)
    names = [wanted] if isinstance(wanted, str) else wanted
    if names is None or names is False:
        return ()
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        fields.note(key, f"expected names of {of}, found {show(wanted)}")
        return ()
    return tuple(names)


def _is_name(name: str) -> bool:
    return bool(name) and all(letter.isalnum() or letter in "_-" for letter in name)
