"""What a study is: base, parameters, design, replicates, outputs, stopping rule.

What lives here: the types and the door :class:`Study`. What does not: reading the file (``study_file``),
drawing points (``design``), running (``sweeps``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from ecopark.experiments.models import Model
from ecopark.experiments.parameters import Parameter
from ecopark.scenario import Scenario

DesignKind = Literal["grid", "latin_hypercube", "sobol", "morris", "one_at_a_time", "paired"]
DESIGNS: tuple[DesignKind, ...] = (
    "grid", "latin_hypercube", "sobol", "morris", "one_at_a_time", "paired",
)  # fmt: skip


@dataclass(frozen=True)
class Alternative:
    """A named change of the base, to be compared with it.

    Attributes
    ----------
    name : str
    overrides : mapping of str to object
        Values by dotted path.
    """

    name: str
    overrides: Mapping[str, Any]


@dataclass(frozen=True)
class Design:
    """How points are laid.

    Attributes
    ----------
    kind : str
        One of ``DESIGNS``.
    n : int
        Points of a latin hypercube, base sample of Sobol (a power of two), trajectories of Morris.
    levels : int
        Levels of Morris.
    second_order : bool
        Whether Sobol's pairs are wanted, for twice the points.
    alternatives : tuple of Alternative
        Of a paired comparison.
    since : datetime.date or None
        First day on which the alternatives differ from the base; None if they do from the start.
    """

    kind: DesignKind
    n: int = 0
    levels: int = 4
    second_order: bool = False
    alternatives: tuple[Alternative, ...] = ()
    since: date | None = None


@dataclass(frozen=True)
class Outputs:
    """What is kept of a run.

    Attributes
    ----------
    summary : bool
        Numbers for the whole run.
    indicators : tuple of str
        Yearly indicators by name; ``("all",)`` for every one.
    scope : {"park", "all"}
        Yearly indicators of the park, or of every firm and resource too.
    flows : bool
        The whole ledger: a hundred times the rest.
    whole_run : tuple of str
        Registered indicators kept as one number of a run each, by the names of
        :data:`~ecopark.indicators.register.PARK_NUMBERS`.
    """

    summary: bool = True
    indicators: tuple[str, ...] = ()
    scope: Literal["park", "all"] = "park"
    flows: bool = False
    whole_run: tuple[str, ...] = ()

    def describe(self) -> dict[str, Any]:
        """What is kept, as plain data."""
        told: dict[str, Any] = _plain(asdict(self))
        # A study that names none is the one it was before there were any: its folder is gone on with.
        return told if self.whole_run else {key: told[key] for key in told if key != "whole_run"}


@dataclass(frozen=True)
class Stopping:
    """When there are replicates enough.

    Attributes
    ----------
    output : str
        Number of the whole run that is watched.
    half_width : float
        Half the width of its confidence interval, at every point, in its unit or as a share.
    relative : bool
        Whether `half_width` is a share of the mean.
    of : {"mean", "difference"}
        Interval of the mean at each point, or of the paired difference to point 0.
    most : int
        Replicates at most.
    confidence : float
    """

    output: str
    half_width: float
    relative: bool
    of: Literal["mean", "difference"]
    most: int
    confidence: float = 0.95


@dataclass(frozen=True)
class Study:
    """A checked description of many runs.

    Attributes
    ----------
    name : str
    parameters : tuple of Parameter
    design : Design
    replicates : int
        Runs of every point; replicate k has run seed ``seed + k`` at every point.
    seed : int
        Of the first replicate, and of the sample.
    until : str or None
        Last month, as in :func:`~ecopark.simulate.simulate`.
    outputs : Outputs
    stopping : Stopping or None
    chunk : int
        Runs per chunk, 0 to estimate it from the size of the scenario.
    scenario : Scenario or None
        Base; None where `model` is no park.
    model : Model or None
        What is run instead of a park.
    text : str
        The study as written.
    """

    name: str
    parameters: tuple[Parameter, ...]
    design: Design
    replicates: int = 1
    seed: int = 1
    until: str | None = None
    outputs: Outputs = field(default_factory=Outputs)
    stopping: Stopping | None = None
    chunk: int = 0
    scenario: Scenario | None = None
    model: Model | None = None
    text: str = ""

    @classmethod
    def load(cls, path: str | Path, folder: str | Path | None = None) -> Study:
        """Study from a YAML file, or a shipped one by name such as ``kalundborg/screening``.

        Parameters
        ----------
        path : str or path
        folder : str or path, optional
            Where its results will go: checked too, so that all mistakes are named at once.

        Raises
        ------
        StudyError
            With every mistake found, each with file, line and field.
        """
        # By name: the reader makes studies, so it stands above this module.
        study: Study = import_module("ecopark.experiments.study_file").read_study(Path(path), folder)
        return study

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any], model: Model | None = None) -> Study:
        """Study from plain data in the form of a study file.

        Parameters
        ----------
        raw : mapping
        model : Model, optional
            Runs instead of a park; `raw` then needs no ``base``.

        Raises
        ------
        StudyError
            As in :meth:`load`; lines are 0.
        """
        study: Study = import_module("ecopark.experiments.study_file").study_from(raw, model)
        return study

    def describe(self) -> dict[str, Any]:
        """Everything the results depend on, as plain data."""
        base = self.model.describe() if self.model else {"scenario": self.scenario_digest}
        return {
            "base": base,
            "parameters": {p.name: p.describe() for p in self.parameters},
            "design": _plain(asdict(self.design)),
            "replicates": self.replicates,
            "seed": self.seed,
            "until": self.until,
            "outputs": self.outputs.describe(),
            "stopping": None if self.stopping is None else asdict(self.stopping),
        }

    @property
    def points(self) -> int:
        """Number of points of the design."""
        design, count = self.design, len(self.parameters)
        if design.kind == "grid":
            return math.prod(len(parameter.grid()) for parameter in self.parameters)
        if design.kind == "one_at_a_time":
            return 1 + sum(len(parameter.ends()) for parameter in self.parameters)
        if design.kind == "paired":
            return 1 + len(design.alternatives)
        per_sample = {"sobol": 2 * count + 2 if design.second_order else count + 2, "morris": count + 1}
        return design.n * per_sample.get(design.kind, 1)

    @property
    def scenario_digest(self) -> str:
        """Hash of the resolved base scenario; empty where there is none."""
        return sha256(self.scenario.to_yaml().encode()).hexdigest() if self.scenario else ""


def _plain(value: Any) -> Any:
    """Data as they come back from JSON."""
    return json.loads(json.dumps(value, default=str))
