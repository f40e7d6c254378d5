"""What a study runs: something that takes overrides and a seed and gives rows of numbers.

What lives here: the interface, the park behind it, and functions with known sensitivity indices by
which the whole path of a study is proved. What does not: where rows go (``store``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from ecopark.run import Run
from ecopark.scenario import Scenario
from ecopark.simulate import simulate

Row = tuple[Any, str, str, float, str]
# In this order; the first word of the unit, money apart.
_CUMULATIVE = {
    "avoided_waste": "t",
    "avoided_discharge": "m3",
    "avoided_cooling": "MWh",
    "avoided_flare": "MWh",
    "avoided_virgin": "t",
    "avoided_water": "m3",
    "avoided_heat": "MWh",
    "avoided_fuel": "MWh",
    "avoided_co2": "t CO2e",
    "joint_gain": "",
}
_COUNTS = ("ideas", "ever_operated", "operating_at_end")
WHOLE_RUN = (*_CUMULATIVE, *_COUNTS)
YEARLY = ("exchanged", "operating_synergies", *_CUMULATIVE)
_PAST = "shared_past"


@dataclass(frozen=True)
class Outcome:
    """What one run gives.

    Attributes
    ----------
    rows : list of tuple
        Period (start of the year, or None for the whole run), scope, indicator, value, unit.
    flows : pandas.DataFrame or None
        Ledger, where it is kept.
    """

    rows: list[Row]
    flows: pd.DataFrame | None = None


class Model(Protocol):
    """What can be run many times. It must be picklable and small: it travels with every task."""

    def describe(self) -> dict[str, Any]:
        """What identifies it, as plain data."""

    def known_paths(self) -> tuple[str, ...]:
        """Paths that may be set; empty where a scenario knows them."""

    def seconds(self) -> float:
        """Expected time of one run, by a fixed rule and not by measurement."""

    def variant(self, overrides: Mapping[str, Any]) -> Any:
        """What is shared by the replicates of one point."""

    def run(self, variant: Any, seed: int) -> Outcome:
        """One run."""


# --------------------------------------------------------------------------- parks
@lru_cache(maxsize=2)
def _base(path: str, digest: str) -> Scenario:
    """Resolved base scenario of a study; read once per process, `digest` keeps studies apart."""
    return Scenario.load(path)


@dataclass(frozen=True)
class ParkRuns:
    """Runs of a park from the resolved scenario in a study's folder.

    Attributes
    ----------
    path : str
        The scenario's file.
    digest : str
        Its hash.
    until : str or None
    summary : bool
    indicators : tuple of str
        Yearly ones to keep, ``("all",)`` for every one.
    scope : str
        ``park`` or ``all``.
    flows : bool
    whole_run : tuple of str
        Registered indicators to keep as one number each.
    since : datetime.date or None
        Day up to which all alternatives must agree: a fingerprint of the flows before it is kept.
    expected : float, s
    """

    path: str
    digest: str
    until: str | None = None
    summary: bool = True
    indicators: tuple[str, ...] = ()
    scope: str = "park"
    flows: bool = False
    whole_run: tuple[str, ...] = ()
    since: date | None = None
    expected: float = 0.4

    def describe(self) -> dict[str, Any]:
        """What identifies it."""
        return {"scenario": self.digest}

    def known_paths(self) -> tuple[str, ...]:
        """None: the scenario itself refuses unknown paths."""
        return ()

    def seconds(self) -> float:
        """Expected time of one run, s."""
        return self.expected

    def variant(self, overrides: Mapping[str, Any]) -> Scenario:
        """The base with values set; the base itself where nothing is."""
        base = _base(self.path, self.digest)
        return base.with_overrides(overrides) if overrides else base

    def run(self, variant: Any, seed: int) -> Outcome:
        """Simulate once and keep what was asked for."""
        run = simulate(variant, seed, self.until)
        rows = summary_rows(run) if self.summary else []
        if self.whole_run:
            rows += _number_rows(run, self.whole_run)
        if self.indicators:
            rows += _yearly_rows(run, self.indicators, self.scope)
        if self.since is not None:
            rows.append((None, "park", _PAST, fingerprint(run.flows, self.since), "1"))
        return Outcome(rows, run.flows if self.flows else None)


def expected_seconds(scenario: Scenario) -> float:
    """Rough time of one run by the size of a scenario, s.

    A rule and no measurement: chunks must be the same on every machine. Fitted to Kalundborg
    (3,216 segments, 270 streams: 0.5 s with its tables) on one core of 2026.
    """
    park = scenario.park
    streams = sum(len(p.in_) + len(p.out) for firm in park.firms.values() for p in firm.processes.values())
    months = (
        (park.time.end.year - park.time.start.year) * 12 + park.time.end.month - park.time.start.month + 1
    )
    segments = months * {"day": 30, "week": 4, "month": 1}[park.time.segment]
    return segments * (60e-6 + 0.35e-6 * streams)


def summary_rows(run: Run) -> list[Row]:
    """Numbers for the whole run; what never happened is zero, not missing.

    Parameters
    ----------
    run : Run

    Returns
    -------
    list of tuple
        Period (None), scope, indicator, value, unit: cumulative ones, then counts.
    """
    summary = run.summary()
    found = summary["cumulative"]
    names = [*_CUMULATIVE, *(name for name in sorted(found) if name not in _CUMULATIVE)]
    rows: list[Row] = []
    for name in names:
        unit = _CUMULATIVE.get(name) or run.currency
        entry = found.get(name, {"value": 0.0, "unit": unit})
        rows.append((None, "park", name, float(entry["value"]), str(entry["unit"])))
    rows += [(None, "park", name, float(summary[name]), "count") for name in _COUNTS]
    return rows


def _number_rows(run: Run, names: tuple[str, ...]) -> list[Row]:
    """Registered indicators in the form of the summary; nan where one is not defined in this run."""
    return [(None, "park", name, value, unit) for name, (value, unit) in run.numbers(*names).items()]


def _yearly_rows(run: Run, wanted: tuple[str, ...], scope: str) -> list[Row]:
    table = run.indicators
    if "all" not in wanted:
        table = table[table["indicator"].isin(wanted)]
    if scope == "park":
        table = table[table["scope"] == "park"]
    columns = [table[name].tolist() for name in ("period", "scope", "indicator", "value", "unit")]
    return list(zip(*columns, strict=True))


def fingerprint(flows: pd.DataFrame, before: date) -> float:
    """Number that two runs share if every flow before a day is the same to the last bit.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger of a run.
    before : datetime.date

    Returns
    -------
    float
        48 bits of a hash, exact as a float.
    """
    past = flows[flows["start"] < pd.Timestamp(before)]
    hashes = pd.util.hash_pandas_object(past, index=False).to_numpy()
    return float(int.from_bytes(blake2b(hashes.tobytes(), digest_size=6).digest(), "little"))


# --------------------------------------------------------------------------- known functions
@dataclass(frozen=True)
class Function:
    """A function of x1, x2, ... with known sensitivity indices.

    Attributes
    ----------
    name : {"ishigami", "sobol_g"}
    defaults : mapping of str to float
        Values of what is not set.

    References
    ----------
    Ishigami and Homma (1990), doi:10.1109/ISUMA.1990.151285, with a = 7, b = 0.1; Saltelli and
    Sobol (1995), doi:10.1016/0951-8320(95)00099-2, with a = 0, 1, 4.5, 9, 99, 99, 99, 99.
    """

    name: str
    defaults: Mapping[str, float] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        """What identifies it."""
        return {"function": self.name}

    def known_paths(self) -> tuple[str, ...]:
        """x1, x2 and so on."""
        return tuple(f"x{i + 1}" for i in range(3 if self.name == "ishigami" else len(_G)))

    def seconds(self) -> float:
        """Expected time of one call, s."""
        return 1e-4

    def variant(self, overrides: Mapping[str, Any]) -> list[float]:
        """Arguments in order."""
        known = {**dict.fromkeys(self.known_paths(), 0.0), **self.defaults, **overrides}
        return [float(known[path]) for path in self.known_paths()]

    def run(self, variant: Any, seed: int) -> Outcome:
        """The function's value; it has no luck."""
        return Outcome([(None, "park", "y", FUNCTIONS[self.name](variant), "1")])


_G = (0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0)


def ishigami(x: list[float]) -> float:
    """``sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1`` for x in -pi to pi."""
    return math.sin(x[0]) + 7.0 * math.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * math.sin(x[0])


def sobol_g(x: list[float]) -> float:
    """Product of ``(|4 x_i - 2| + a_i) / (1 + a_i)`` for x in 0 to 1."""
    return math.prod((abs(4.0 * x_i - 2.0) + a) / (1.0 + a) for x_i, a in zip(x, _G, strict=True))


FUNCTIONS = {"ishigami": ishigami, "sobol_g": sobol_g}


def park_runs(scenario: Scenario, digest: str, path: Path, **kept: Any) -> ParkRuns:
    """Runs of a scenario whose resolved form stands in a file."""
    return ParkRuns(str(path.resolve()), digest, expected=expected_seconds(scenario), **kept)
