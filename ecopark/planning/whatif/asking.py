"""What if: a park with an event beside the same park without it, on the same luck and with the same past.

What lives here: :func:`what_if`, and :class:`WhatIf`. What does not: the events (``events``), what is lost and
how it recovers (``tables``), comparing in general (``compare.comparing``). The manual is ``docs/whatif.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from ecopark.errors import DomainError
from ecopark.experiments.engine import EngineName
from ecopark.experiments.sweeps import Watch, sweep
from ecopark.planning.compare.build import (
    build_comparison,
    build_model,
    build_study,
    choose_spans,
    read_records,
)
from ecopark.planning.compare.inputs import Alternative
from ecopark.planning.compare.result import Comparison
from ecopark.planning.whatif.events import Effect, Event
from ecopark.planning.whatif.tables import (
    around_table,
    at_once_table,
    dealings_table,
    recovery_runs,
    recovery_table,
    static_table,
)
from ecopark.scenario import Scenario
from ecopark.scenario.located import Problems, Where, plain
from ecopark.scenario.source import read_value
from ecopark.simulate import check_rules

WHATIF_TABLES = ("recovery", "recovery_runs", "at_once", "dealings", "static", "around")


@dataclass(frozen=True)
class WhatIf(Comparison):
    """A park with an event beside the park without it.

    Attributes
    ----------
    day : datetime.date
        On which the futures part; before it every flow is the same to the byte.
    threshold : float, 1
        Share of what there is without the event at which it counts as recovered.
    recovery : pandas.DataFrame
        See :func:`~ecopark.planning.whatif.tables.recovery_table`.
    recovery_runs : pandas.DataFrame
        The same run by run.
    at_once : pandas.DataFrame
        See :func:`~ecopark.planning.whatif.tables.at_once_table`.
    dealings : pandas.DataFrame
        See :func:`~ecopark.planning.whatif.tables.dealings_table`.
    static : pandas.DataFrame
        See :func:`~ecopark.planning.whatif.tables.static_table`.
    around : pandas.DataFrame
        See :func:`~ecopark.planning.whatif.tables.around_table`.
    """

    day: date
    threshold: float
    recovery: pd.DataFrame = field(repr=False)
    recovery_runs: pd.DataFrame = field(repr=False)
    at_once: pd.DataFrame = field(repr=False)
    dealings: pd.DataFrame = field(repr=False)
    static: pd.DataFrame = field(repr=False)
    around: pd.DataFrame = field(repr=False)

    def sentences(self) -> list[str]:
        """What is lost at once and how it recovers, then a sentence for each difference that is clear.

        Returns
        -------
        list of str
            See :func:`~ecopark.report.compare_recovery.write_recovery` for the former.
        """
        told: list[str] = import_module("ecopark.report.compare_recovery").write_recovery(self)
        return told + super().sentences()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, as they are saved."""
        return super().tables() | {name: getattr(self, name) for name in WHATIF_TABLES}


def what_if(
    scenario: Scenario | str | Path,
    events: Sequence[Event],
    replicates: int = 20,
    until: str | None = None,
    years: Sequence[int] = (),
    folder: str | Path | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    *,
    seed: int = 1,
    threshold: float = 0.9,
    label: str = "",
    retry_failed: bool = False,
    progress: Watch | None = None,
) -> WhatIf:
    """Let something happen to a park, and compare with the same park and luck without it.

    Parameters
    ----------
    scenario : Scenario, str or path
    events : sequence of Event
        What happens; several happen together.
    replicates : int
        Runs of each side; replicate k has run seed ``seed + k`` on both.
    until : str, optional
        Last year or month.
    years : sequence of int, yr, optional
        First and last year summed over; from the year of the first event to the end by default.
    folder : str or path, optional
        ``results/whatif/<scenario>`` by default. Runs are kept in it and not run again.
    engine, workers, scheduler
        As in :func:`~ecopark.experiments.sweeps.sweep`.
    seed : int
        Of the first replicate.
    threshold : float, 1
        Share of what there is without the event at which it counts as recovered, above 0.
    label : str
        Name of the changed park in tables; what happens by default.
    retry_failed : bool
        Run those that raised again.
    progress : callable, optional
        As in :func:`~ecopark.experiments.sweeps.sweep`.

    Returns
    -------
    WhatIf

    Raises
    ------
    DomainError
        If an event names what the scenario does not have, or a date outside its time.
    ScenarioError
        If an event does not fit the scenario.
    ResultsError
        If the folder holds another what-if, no pair of runs finished, or the futures differ before the event.

    Examples
    --------
    >>> from ecopark.planning.whatif.events import CloseFirm
    >>> found = what_if("kalundborg", [CloseFirm("asnaes", "1990")], 20, until="2000")  # doctest: +SKIP
    >>> found.recovery  # doctest: +SKIP
    """
    if not 0.0 < threshold <= 1.0:
        raise DomainError(f"the threshold of recovery lies above 0 and at most at 1, found {threshold:g}")
    if replicates < 1:
        raise DomainError(f"a what-if needs at least one run of each side, found {replicates}")
    base = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    changed, effects = apply_events(base, events)
    check_rules(changed)
    day = min(effect.day for effect in effects)
    sides = (
        Alternative("as it is", base),
        Alternative(label or "; ".join(e.label for e in effects), changed),
    )
    whole = choose_spans(sides, until, ())
    if day.year > whole[0].last:
        raise DomainError(
            f"the event of {day:%Y-%m} lies after the last whole year that is run, {whole[0].last}"
        )
    spans = choose_spans(sides, until, years or (day.year, whole[0].last))
    place = Path(folder or Path("results") / "whatif" / base.name)
    model = build_model(sides, place, until, since=day, monthly=True)
    results = sweep(
        build_study(sides, model, replicates, seed), engine, workers, scheduler, place / "study",
        retry_failed=retry_failed, progress=progress,
    )  # fmt: skip
    records = read_records(results, [side.label for side in sides])
    return _tell(sides, spans, records, len(results.failures), effects, day, threshold)


def _tell(
    sides: Sequence[Alternative],
    spans: Any,
    records: Any,
    failed: int,
    effects: Sequence[Effect],
    day: date,
    threshold: float,
) -> WhatIf:
    """Tables of finished runs."""
    one, other = (side.label for side in sides)
    park = sides[0].scenario.park
    names = {key: firm.short or firm.name for key, firm in park.firms.items()}
    names |= {key: spec.short or key.replace("_", " ") for key, spec in park.resources.items()}
    by_run = recovery_runs(records, one, other, day, park.currency.code, threshold)
    closed = [firm for effect in effects for firm in effect.closed]
    return build_comparison(
        sides, spans, records, failed, [], WhatIf, struck={firm for effect in effects for firm in effect.struck},
        day=day, threshold=threshold,
        recovery=recovery_table(by_run, len(set(records.finished[one]) & set(records.finished[other]))),
        recovery_runs=by_run, at_once=at_once_table(records, one, other, day, names),
        dealings=dealings_table(records, one, other, day, names), static=static_table(records, one, other, day, closed),
        around=around_table(records, (one, other), day, park.currency.code),
    )  # fmt: skip


def apply_events(scenario: Scenario, events: Sequence[Event]) -> tuple[Scenario, tuple[Effect, ...]]:
    """A scenario in which some events happen.

    Parameters
    ----------
    scenario : Scenario
    events : sequence of Event

    Returns
    -------
    tuple of Scenario and tuple of Effect

    Raises
    ------
    DomainError
        With every event that does not fit: what it names is not there, or its date lies outside.
    ScenarioError
        If the scenario refuses the change.
    """
    if not events:
        raise DomainError(
            "nothing happens: name at least one event; ecopark whatif --list shows what there is"
        )
    effects, wrong = [], []
    for event in events:
        try:
            effects.append(event.effect_on(scenario))
        except DomainError as failure:
            wrong.append(str(failure))
    if wrong:
        raise DomainError("; ".join(wrong))
    overrides: dict[str, Any] = {}
    for effect in effects:
        twice = sorted(overrides.keys() & effect.overrides.keys())
        if twice:
            raise DomainError(f"{twice[0]} is changed by two events; give all its dates in one")
        overrides |= effect.overrides
    shocks = [shock for effect in effects for shock in effect.shocks]
    if shocks:
        if not scenario.park.mechanisms.shocks:
            raise DomainError(f"{scenario.name} has mechanisms.shocks switched off, so nothing would happen")
        overrides["shocks"] = [*_stated_shocks(scenario), *shocks]
    return scenario.with_overrides(overrides), tuple(effects)


def _stated_shocks(scenario: Scenario) -> list[Any]:
    """Shocks of the scenario itself, as a file writes them."""
    if not scenario.park.shocks:
        return []
    problems = Problems()
    tree = plain(read_value(scenario.to_yaml(), Where(scenario.name), problems))
    problems.raise_if_any()
    return list(tree["shocks"])
