"""Better layouts: which plots firms should take, and what then emerges.

What lives here: :func:`search_layouts`. What does not: the steps (``ground``, ``value``,
``search``, ``runs``), what it returns (``result``), drawing (``report.layout_plots``). The
manual is ``docs/layout.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from ecopark.errors import DomainError
from ecopark.experiments.engine import EngineName
from ecopark.experiments.sweeps import Watch
from ecopark.planning.layouts.ground import Ground, park_with, survey
from ecopark.planning.layouts.result import PRESENT, LayoutSearch, Objective
from ecopark.planning.layouts.runs import OUTPUTS, add_runs, no_runs, run_layouts
from ecopark.planning.layouts.search import Found, search_assignments
from ecopark.planning.layouts.value import Benefits, compile_benefits
from ecopark.scenario import Scenario
from ecopark.simulate import check_rules

OBJECTIVES: tuple[Objective, ...] = ("possible", "emergent")

__all__ = ["OBJECTIVES", "OUTPUTS", "PRESENT", "LayoutSearch", "Standing", "park_with", "search_layouts"]


class Standing(NamedTuple):
    """How far a search has come.

    Attributes
    ----------
    step : str
        ``valuing`` pairs, or ``searching``.
    done, total : int
    best : float, money/yr
        Of the best layout so far; missing while pairs are valued.
    """

    step: str
    done: int
    total: int
    best: float


def search_layouts(
    scenario: Scenario,
    objective: Objective = "possible",
    best: int = 3,
    replicates: int = 10,
    seed: int = 1,
    *,
    starts: int = 200,
    candidates: int | None = None,
    days: int = 5,
    engine: EngineName | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    folder: str | Path | None = None,
    retry_failed: bool = False,
    progress: Callable[[Standing], None] | None = None,
    watch: Watch | None = None,
) -> LayoutSearch:
    """Search for layouts that make more exchange worth while, and run the best of them.

    Parameters
    ----------
    scenario : Scenario
        With plots, and firms that are ``movable``.
    objective : {"possible", "emergent"}
        What ranks layouts: the benefit per year of the links they make worth while, or the mean benefit of what
        emerges in runs of the `candidates` of highest possible benefit.
    best : int
        Layouts wanted.
    replicates : int
        Runs of each layout and of the present one, with the same luck; 0 for none (``possible`` only).
    seed : int
        Of the first replicate, and of the search.
    starts : int
        Descents, where there are too many layouts to value them all.
    candidates : int, optional
        Layouts run for the objective ``emergent``; four times `best` by default.
    days : int
        On which pairs are valued, evenly over the scenario's time.
    engine, workers, scheduler, folder, retry_failed
        As in :func:`~ecopark.experiments.sweeps.sweep`; the runs stand in a folder of their own inside `folder`,
        and are thrown away where none is given.
    progress : callable, optional
        Called with a :class:`Standing` now and then.
    watch : callable, optional
        Called with the standing of the runs.

    Returns
    -------
    LayoutSearch

    Raises
    ------
    DomainError
        If there is nothing to search, or an argument does not fit.
    ResultsError
        If runs failed or the folder cannot be used.
    """
    _check_arguments(objective, best, replicates, candidates)
    check_rules(scenario)
    ground = survey(scenario.park)
    wanted = best if objective == "possible" else candidates or 4 * best
    found, benefits = _search(scenario, ground, (wanted, starts, seed, days), progress)
    layouts = _name_layouts(ground, found, wanted)
    table = _possible_table(ground, benefits, layouts)
    runs, differences = no_runs()
    if replicates:
        plots = {name: ground.assignment(places) for name, places in layouts.items() if name != PRESENT}
        crew = engine, workers, scheduler
        runs, differences = run_layouts(
            scenario, plots, (replicates, seed), crew, folder, watch, retry_failed=retry_failed
        )
    table = add_runs(table, runs, differences, scenario)
    if objective == "emergent":
        table, layouts = _rank(table, layouts, best)
    kept = set(layouts)
    return LayoutSearch(
        scenario, objective, found.exact, found.evaluations, found.starts, found.hits, table,
        _places(scenario, ground, layouts), _links(ground, benefits, layouts),
        differences[differences["layout"].isin(kept)].reset_index(drop=True),
        runs[runs["layout"].isin(kept)].reset_index(drop=True),
    )  # fmt: skip


def _search(
    scenario: Scenario,
    ground: Ground,
    effort: tuple[int, int, int, int],
    progress: Callable[[Standing], None] | None,
) -> tuple[Found, Benefits]:
    """Best assignments, as many as wanted and one more: the present layout may be among them."""
    wanted, starts, seed, days = effort
    tell = progress or (lambda standing: None)
    benefits = compile_benefits(
        scenario.park,
        ground.distance,
        ground.reachable,
        days,
        lambda done, total: tell(Standing("valuing", done, total, float("nan"))),
    )
    found = search_assignments(
        ground.problem,
        lambda places: benefits.value(ground.sites(places)),
        wanted + 1,
        starts,
        seed,
        progress=lambda done, total, most: tell(Standing("searching", done, total, most)),
    )
    return found, benefits


def _check_arguments(objective: str, best: int, replicates: int, candidates: int | None) -> None:
    if objective not in OBJECTIVES:
        raise DomainError(f"objective must be {' or '.join(OBJECTIVES)}, found {objective!r}")
    if best < 1:
        raise DomainError(f"best must be at least 1, found {best}")
    if replicates < 0 or (replicates < 1 and objective == "emergent"):
        least = 1 if objective == "emergent" else 0
        raise DomainError(
            f"the objective {objective!r} needs at least {least} replicates, found {replicates}"
        )
    if candidates is not None and candidates < best:
        raise DomainError(f"candidates must be at least best ({best}), found {candidates}")


def _name_layouts(ground: Ground, found: Found, wanted: int) -> dict[str, tuple[int, ...]]:
    """The present layout and the best of those that make more possible, by name."""
    now = tuple(ground.problem.start.tolist())
    others = [places for places, value in found.best if value > found.start][:wanted]
    return {PRESENT: now} | {f"layout_{k}": places for k, places in enumerate(others, 1)}


def _possible_table(
    ground: Ground, benefits: Benefits, layouts: Mapping[str, tuple[int, ...]]
) -> pd.DataFrame:
    now = np.array(layouts[PRESENT])
    value = {name: benefits.value(ground.sites(np.array(places))) for name, places in layouts.items()}
    return pd.DataFrame(
        {
            "layout": list(layouts),
            "moved": [int((np.array(places) != now).sum()) for places in layouts.values()],
            "possible": list(value.values()),
            "possible_gain": [found - value[PRESENT] for found in value.values()],
        }
    )


def _places(scenario: Scenario, ground: Ground, layouts: Mapping[str, tuple[int, ...]]) -> pd.DataFrame:
    rows = []
    firms, plots = scenario.park.firms, scenario.park.layout.plots
    for layout, places in layouts.items():
        chosen = ground.assignment(places)
        for name in ground.firms:
            plot = chosen.get(name, firms[name].plot)
            site = firms[name].site if plot is None else plots[plot].site
            moved = name in chosen and plot != firms[name].plot
            rows.append((layout, name, plot or "", *site, firms[name].movable, moved))
    return pd.DataFrame(rows, columns=["layout", "firm", "plot", "x", "y", "movable", "moved"])


def _links(ground: Ground, benefits: Benefits, layouts: Mapping[str, tuple[int, ...]]) -> pd.DataFrame:
    parts = []
    for layout, places in layouts.items():
        table = benefits.links(ground.sites(np.array(places)))
        table.insert(0, "layout", layout)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def _rank(
    table: pd.DataFrame, layouts: Mapping[str, tuple[int, ...]], best: int
) -> tuple[pd.DataFrame, dict[str, tuple[int, ...]]]:
    """The best layouts by what emerged, where that is more than now, with the present one first."""
    better = table[table["gain"] > 0.0]
    others = better.sort_values("emergent", ascending=False, kind="stable")[:best]
    ranked = pd.concat([table[table["layout"] == PRESENT], others], ignore_index=True)
    return ranked, {name: layouts[name] for name in ranked["layout"]}
