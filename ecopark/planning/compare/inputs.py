"""What is compared: scenarios, variants, files or finished runs, and whether they can be.

What lives here: finding the alternatives and judging what they have in common. What does not: running them
(``comparing``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ecopark.errors import DomainError
from ecopark.run import MANIFEST, Run
from ecopark.scenario import Scenario
from ecopark.scenario.geometry import project
from ecopark.scenario.types import Park
from ecopark.scenario.units import nearest

Source = Scenario | str | Path


@dataclass(frozen=True)
class Alternative:
    """One side of a comparison.

    Attributes
    ----------
    label : str
        Name in tables and sentences.
    scenario : Scenario
    runs : tuple of Run
        Finished runs, by seed; empty where they are still to be made.
    """

    label: str
    scenario: Scenario
    runs: tuple[Run, ...] = ()


def find_alternatives(
    sources: Sequence[Source] | Mapping[str, Source],
    changes: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[Alternative, ...]:
    """Alternatives from scenarios, their names or files, or folders of finished runs.

    Parameters
    ----------
    sources : sequence or mapping
        A mapping gives each its label; otherwise it is the scenario's name.
    changes : mapping of str to mapping, optional
        Values by dotted path for the alternative of that label, or for all under ``""``.

    Returns
    -------
    tuple of Alternative

    Raises
    ------
    ScenarioError
        With every mistake found in a scenario.
    ResultsError
        If a folder cannot be read as runs.
    DomainError
        If labels repeat, a change names no alternative, or runs and scenarios are mixed.
    """
    named = list(sources.items()) if isinstance(sources, Mapping) else [("", one) for one in sources]
    if not named:
        raise DomainError("there is nothing to compare; name two scenarios, or one and some years")
    found = [_open(label, source) for label, source in named]
    found = _with_labels(found, [str(source) for _, source in named])
    labels = [one.label for one in found]
    changes = dict(changes or {})
    for label in changes:
        if label and label not in labels:
            raise DomainError(
                f"--set {label}: there is no alternative of that name{nearest(label, labels)}; "
                f"there are {', '.join(labels)}"
            )
    ran = {bool(one.runs) for one in found}
    if len(ran) > 1:
        finished = next(one.label for one in found if one.runs)
        raise DomainError(
            f"{finished} is a folder of finished runs and others are scenarios; compare scenarios with scenarios "
            "(a run's folder holds its scenario.yaml), or runs with runs"
        )
    return tuple(_changed(one, {**changes.get("", {}), **changes.get(one.label, {})}) for one in found)


def _open(label: str, source: Source) -> Alternative:
    if isinstance(source, Scenario):
        return Alternative(label or source.name, source)
    runs = _runs_in(Path(source))
    if runs:
        return Alternative(label, runs[0].scenario, runs)
    scenario = Scenario.load(source)
    return Alternative(label or scenario.name, scenario)


def _runs_in(folder: Path) -> tuple[Run, ...]:
    """Runs of a folder that is one, or holds some; the latter must be of one scenario."""
    if (folder / MANIFEST).is_file():
        return (Run.load(folder),)
    if not folder.is_dir() or (folder / "scenario.yaml").is_file():
        return ()
    runs = [Run.load(place) for place in sorted(folder.iterdir()) if (place / "flows.parquet").is_file()]
    kinds = {str(run.manifest.get("scenario_sha256")) for run in runs}
    if len(kinds) > 1:
        raise DomainError(
            f"{folder} holds runs of {len(kinds)} different scenarios; give each its own folder"
        )
    by_seed = {run.seed: run for run in runs}
    return tuple(by_seed[seed] for seed in sorted(by_seed))


def _with_labels(found: Sequence[Alternative], typed: Sequence[str]) -> list[Alternative]:
    """Labels that differ: the name, or what was typed where names repeat."""
    short = [one.label or Path(text).name for one, text in zip(found, typed, strict=True)]
    labels = [text if short.count(name) > 1 else name for name, text in zip(short, typed, strict=True)]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise DomainError(f"{twice[0]} is named twice; tell the two apart by NAME=SCENARIO")
    return [Alternative(label, one.scenario, one.runs) for label, one in zip(labels, found, strict=True)]


def _changed(one: Alternative, changes: Mapping[str, Any]) -> Alternative:
    if not changes:
        return one
    if one.runs:
        raise DomainError(f"{one.label} is a finished run, in which nothing can be set; name its scenario")
    return Alternative(one.label, one.scenario.with_overrides(changes))


# --------------------------------------------------------------------------- what they have in common
def check_comparable(alternatives: Sequence[Alternative]) -> list[str]:
    """Refuse what cannot be compared; say what differs beside what one meant to compare.

    Parameters
    ----------
    alternatives : sequence of Alternative
        The first is the base.

    Returns
    -------
    list of str
        Notes for the reader; empty where there is nothing to note.

    Raises
    ------
    DomainError
        If money is in different currencies or price years, or no year is common to all.
    """
    base, notes = alternatives[0], []
    for other in alternatives[1:]:
        one, two = base.scenario.park, other.scenario.park
        for field, words in (("code", "currency"), ("price_year", "price year")):
            mine, its = getattr(one.currency, field), getattr(two.currency, field)
            if mine != its:
                raise DomainError(
                    f"{base.label} counts money in {words} {mine}, {other.label} in {its}: their money cannot be "
                    f"subtracted; give both one {words}"
                )
        first, last = common_years(alternatives)
        if first > last:
            raise DomainError(
                f"no year is common to {base.label} ({one.time.start:%Y}-{one.time.end:%Y}) and "
                f"{other.label} ({two.time.start:%Y}-{two.time.end:%Y})"
            )
        notes += _differences(base, other, first, last)
    return notes


def _differences(base: Alternative, other: Alternative, first: int, last: int) -> list[str]:
    one, two, notes = base.scenario.park, other.scenario.park, []
    if (one.time.start, one.time.end) != (two.time.start, two.time.end):
        notes.append(f"{other.label} does not span the time of {base.label}: {first} to {last} is compared")
    if (one.time.period, one.time.segment) != (two.time.period, two.time.segment):
        notes.append(
            f"{other.label} is cut into other periods or segments than {base.label}: their luck is not the same, so "
            "intervals are wider than they need be"
        )
    for here, there, label in ((one, two, other.label), (two, one, base.label)):
        absent = sorted(set(here.firms) - set(there.firms))
        if absent:
            names = ", ".join(here.firms[name].name for name in absent[:5])
            more = f" and {len(absent) - 5} more" if len(absent) > 5 else ""
            notes.append(f"not in {label}: {names}{more}; no sentence says what such a firm gains or loses")
    return notes


def common_years(alternatives: Sequence[Alternative]) -> tuple[int, int]:
    """First and last whole year that all alternatives have.

    Parameters
    ----------
    alternatives : sequence of Alternative

    Returns
    -------
    tuple of int, yr
        The first is the later one where there is no such year.
    """
    spans = [one.scenario.park.time for one in alternatives]
    first = max(span.start.year + (span.start.month > 1) for span in spans)
    last = min(span.end.year - (span.end.month < 12) for span in spans)
    return first, last


def changed_firms(alternatives: Sequence[Alternative]) -> dict[str, set[str]]:
    """Firms whose own plants differ from the base, by label of the alternative.

    Parameters
    ----------
    alternatives : sequence of Alternative
        The first is the base.

    Returns
    -------
    dict of str to set of str
        Firms that are in one only, or open, close, or have processes of other sizes and recipes: what
        such a firm pays changes with its business, not with its exchanges alone.
    """
    base = alternatives[0].scenario.park
    found: dict[str, set[str]] = {}
    for other in alternatives[1:]:
        park = other.scenario.park
        found[other.label] = {
            name
            for name in {*base.firms, *park.firms}
            if name not in base.firms
            or name not in park.firms
            or _business(base, name) != _business(park, name)
        }
        struck = {firm for shock in park.shocks if shock not in base.shocks for firm in shock.firms}
        found[other.label] |= struck
    return found


def _business(park: Park, name: str) -> Any:
    firm = park.firms[name]
    processes = {
        key: (p.drive, p.opens, p.closes, p.capacity, p.utilisation, p.growth, _recipe(p.in_), _recipe(p.out))
        for key, p in firm.processes.items()
    }
    return firm.opens, firm.closes, processes


def _recipe(ports: Mapping[str, Any]) -> dict[str, Any]:
    return {name: (port.resource, port.coefficient, port.from_, port.until) for name, port in ports.items()}


def firms_table(alternatives: Sequence[Alternative]) -> pd.DataFrame:
    """Who there is, and where, for labels and maps.

    Parameters
    ----------
    alternatives : sequence of Alternative

    Returns
    -------
    pandas.DataFrame
        Index label and firm: ``name, short, x_km, y_km, opens, closes``.
    """
    parts = []
    for one in alternatives:
        park = one.scenario.park
        names = list(park.firms)
        plane = project(np.array([park.firms[name].site for name in names], dtype=np.float64), park.layout)
        parts.append(
            pd.DataFrame(
                {
                    "alternative": one.label,
                    "firm": names,
                    "name": [park.firms[name].name for name in names],
                    "short": [park.firms[name].short or park.firms[name].name for name in names],
                    "x_km": plane[:, 0],
                    "y_km": plane[:, 1],
                    "opens": [_stamp(park.firms[name].opens) for name in names],
                    "closes": [_stamp(park.firms[name].closes) for name in names],
                }
            )
        )
    table = pd.concat(parts, ignore_index=True).astype({"opens": "datetime64[s]", "closes": "datetime64[s]"})
    return table.set_index(["alternative", "firm"])


def _stamp(when: date | None) -> Any:
    return pd.NaT if when is None else pd.Timestamp(when)


def resources_table(alternatives: Sequence[Alternative]) -> pd.DataFrame:
    """What is exchanged, for labels and colours.

    Parameters
    ----------
    alternatives : sequence of Alternative

    Returns
    -------
    pandas.DataFrame
        Index resource: ``short, kind, unit``.
    """
    rows = {
        name: (spec.short or name.replace("_", " "), spec.kind, spec.unit)
        for one in alternatives
        for name, spec in one.scenario.park.resources.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["short", "kind", "unit"])
    return table.rename_axis("resource")
