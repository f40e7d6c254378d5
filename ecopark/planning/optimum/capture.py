"""How much of the possible negotiation realises, over replicates, as one result that can be saved.

What lives here: running the replicates, and the result with its tables. What does not: one replicate
(``capture_case``), sums over them (``capture_tables``), the front between two objectives (``pareto``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ecopark.errors import DomainError, ResultsError
from ecopark.experiments.kept import KeptResult
from ecopark.experiments.statistics import mean_interval
from ecopark.planning.optimum import capture_tables
from ecopark.planning.optimum.capture_case import VALUES, Comparison, compare_networks
from ecopark.planning.optimum.emergent import emergent_network
from ecopark.planning.optimum.network import OBJECTIVES, Listener, Optimum
from ecopark.planning.optimum.pareto import ParetoFront
from ecopark.planning.optimum.problem import Problem, build_problem
from ecopark.planning.optimum.solving import solve
from ecopark.run import Run
from ecopark.scenario import Scenario
from ecopark.simulate import simulate

Watcher = Callable[[int, int], Listener | None]


@dataclass(frozen=True)
class Capture(KeptResult):
    """Best possible networks beside those that emerged from the same draws.

    Attributes
    ----------
    cases : tuple of Comparison
        One per replicate.
    run : Run
        Of the first replicate: names, units and places.
    problem : Problem
        Of the first replicate.
    front : ParetoFront or None
        Between two objectives, of the first replicate.

    Notes
    -----
    Figures: ``capture.plot.capture()``, ``.maps()``, ``.front()``, ``.shadow_prices()``.
    """

    drawn_by = "ecopark.report.optimum_plots:OptimumPlots"

    cases: tuple[Comparison, ...]
    run: Run
    problem: Problem
    front: ParetoFront | None = None

    @property
    def optimum(self) -> Optimum:
        """Best network of the first replicate."""
        return self.cases[0].optimum

    @property
    def unit(self) -> str:
        """Unit of an amount; ``weighted`` where several objectives are weighed."""
        return objective_unit(self.optimum.objective, self.run.currency)

    def objective_unit(self, name: str) -> str:
        """Unit of one objective, the currency for money.

        Parameters
        ----------
        name : str
            One of :data:`~ecopark.planning.optimum.network.OBJECTIVES`.

        Returns
        -------
        str
        """
        return objective_unit({name: 1.0}, self.run.currency)

    @cached_property
    def ratios(self) -> pd.DataFrame:
        """Capture of each replicate; see :func:`~ecopark.planning.optimum.capture_tables.ratio_table`."""
        return capture_tables.ratio_table(self.cases)

    @cached_property
    def blocks(self) -> pd.DataFrame:
        """Possible and realised by block; see :func:`~ecopark.planning.optimum.capture_tables.block_values`."""
        return capture_tables.block_values(self.cases)

    @cached_property
    def resources(self) -> pd.DataFrame:
        """By residual; see :func:`~ecopark.planning.optimum.capture_tables.resource_values`."""
        return capture_tables.resource_values(self.cases)

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """By reason of loss; see :func:`~ecopark.planning.optimum.capture_tables.reason_values`."""
        return capture_tables.reason_values(self.cases)

    @cached_property
    def losses(self) -> pd.DataFrame:
        """By block and reason; see :func:`~ecopark.planning.optimum.capture_tables.block_losses`."""
        return capture_tables.block_losses(self.cases)

    @cached_property
    def lost_links(self) -> pd.DataFrame:
        """Exchanges that are missing; see :func:`~ecopark.planning.optimum.capture_tables.lost_links`."""
        return capture_tables.lost_links(self.cases)

    @cached_property
    def extra_links(self) -> pd.DataFrame:
        """Exchanges beyond the optimum; see :func:`~ecopark.planning.optimum.capture_tables.extra_links`."""
        return capture_tables.extra_links(self.cases)

    @cached_property
    def prices(self) -> pd.DataFrame:
        """Shadow prices by firm; see :func:`~ecopark.planning.optimum.capture_tables.firm_prices`."""
        return capture_tables.firm_prices(self.cases[0])

    def interval(self) -> tuple[float, float, float]:
        """Mean capture with its 95 % interval.

        Returns
        -------
        tuple of float
            Mean, low, high (1); the interval is missing for fewer than two replicates.
        """
        ratios = self.ratios["capture"].dropna().to_numpy(dtype=float)
        return (float(ratios.mean()) if ratios.size else float("nan"), *mean_interval(ratios))

    def summary(self) -> dict[str, Any]:
        """The few numbers that sum up the result, with their basis."""
        mean, low, high = self.interval()
        optimum, case = self.optimum, self.cases[0]
        return {
            "scenario": self.run.name,
            "seeds": [case.seed for case in self.cases],
            "objective": dict(optimum.objective),
            "unit": self.unit,
            "currency": self.run.currency,
            "basis": "against the same park with no exchange; money as present value at the start, capital as "
            "annuities of what stands; the rest as plain sums",
            "rate": float(self.problem.blocks.rate),
            "blocks": [str(day.date()) for day in self.problem.blocks.starts],
            "best": optimum.best,
            "bound": optimum.bound,
            "gap": optimum.gap,
            "status": optimum.status,
            "seconds": optimum.seconds,
            "true_cost": optimum.true_cost,
            "possible": {name: float(optimum.totals[name]) for name in VALUES},
            "realised": {name: float(case.realised.totals[name]) for name in VALUES},
            "capture": {"mean": mean, "low": low, "high": high, "replicates": len(self.cases)},
            "lost_by_reason": dict(zip(self.reasons["reason"], self.reasons["share"], strict=True)),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table of the result, by the name of its file."""
        blocks = pd.DataFrame({"block": self.problem.blocks.starts})
        found = {
            "links": self.optimum.links,
            "flows": self.optimum.flows,
            "values": self.optimum.values.rename_axis("block").reset_index(),  # noqa: PD011
            "shadow_prices": self.optimum.shadow_prices,
            "emerged": self.cases[0].realised_links,
            "ratios": self.ratios,
            "by_block": self.blocks,
            "by_resource": self.resources,
            "by_reason": self.reasons,
            "losses": pd.concat(
                [case.losses.assign(seed=case.seed) for case in self.cases], ignore_index=True
            ),
            "lost_links": self.lost_links,
            "extra_links": self.extra_links,
            "blocks": blocks.assign(years=self.problem.blocks.years, discount=self.problem.blocks.discount),
        }
        return found if self.front is None else found | {"front": self.front.points}


def objective_unit(objective: Mapping[str, float], currency: str) -> str:
    """Unit of a weighted objective.

    Parameters
    ----------
    objective : mapping of str to float
        Weights.
    currency : str

    Returns
    -------
    str
        Of the one objective, the currency for money; ``weighted`` for several.

    Raises
    ------
    DomainError
        If an objective is unknown.
    """
    unknown = sorted(set(objective) - set(OBJECTIVES))
    if unknown:
        names = ", ".join(map(repr, unknown))
        raise DomainError(f"unknown objective {names}; objectives are {', '.join(OBJECTIVES)}")
    units = {OBJECTIVES[name] for name, weight in objective.items() if weight}
    if len(units) != 1 or (len(objective) == 1 and set(objective.values()) != {1.0}):
        return "weighted"
    unit = units.pop()
    return currency if unit == "money" else unit


def measure_capture(
    source: Scenario | Run,
    objective: str | Mapping[str, float] = "cost",
    replicates: int = 1,
    seed: int = 1,
    *,
    blocks: str | None = "5 yr",
    since: str | None = None,
    until: str | None = None,
    rate: float = 0.05,
    gap: float = 0.01,
    time_limit: float | None = None,
    watch: Watcher | None = None,
) -> Capture:
    """Set the best possible network beside the one that emerges, replicate by replicate.

    Parameters
    ----------
    source : Scenario or Run
        A run is compared with the optimum of its own draws; a scenario is run.
    objective : str or mapping of str to float
        One of :data:`~ecopark.planning.optimum.network.OBJECTIVES`, or weights of several.
    replicates : int
        Runs of a scenario, replicate k with seed ``seed + k``.
    seed : int
        Of the first replicate; a run has its own.
    blocks : str, optional
        Length of a block, such as ``"5 yr"``; None for one block.
    since, until : str, optional
        First and last month or year of the optimum. Runs start with the scenario.
    rate : float, 1/yr
        Real discount rate.
    gap : float, 1
        Relative gap of each solution.
    time_limit : float, s, optional
        Of each solution.
    watch : callable, optional
        Called before each solution with its number from 0 and how many there are; gives the listener for
        its progress, or None.

    Returns
    -------
    Capture

    Raises
    ------
    DomainError
        If fewer than one replicate is asked for, or several of one run.
    ResultsError
        If the time limit ends a search before it has found any network.
    """
    if replicates < 1:
        raise DomainError(f"replicates: expected at least 1, found {replicates}")
    if isinstance(source, Run) and replicates > 1:
        raise DomainError("a run is one replicate; give the scenario for more")
    cases: list[Comparison] = []
    first: tuple[Run, Problem] | None = None
    for number in range(replicates):
        run = source if isinstance(source, Run) else simulate(source, seed + number, until)
        problem = build_problem(run.scenario, run.seed, blocks, since=since, until=until, rate=rate)
        emerged = emergent_network(problem, run)
        listener = None if watch is None else watch(number, replicates)
        # Begun from the network that emerged, the search never ends below it.
        optimum = solve(problem, objective, gap=gap, time_limit=time_limit, progress=listener, start=emerged)
        if not np.isfinite(optimum.best):
            raise ResultsError(f"seed {run.seed}: no network was found in the time allowed; give it more")
        cases.append(compare_networks(problem, optimum, emerged, run))
        first = first or (run, problem)
    assert first is not None
    return Capture(tuple(cases), *first)
