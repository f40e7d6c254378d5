"""Results of planning with the best possible network: networks, their worth, the optimum.

What lives here: the small types that ``solving`` and ``emergent`` fill and everything on top (capture ratio,
Pareto front, figures) reads. What does not: the problem itself (``problem``), solving (``solving``).

Everywhere *benefit* is the difference to the same park without any exchange, in each objective's own unit:
above zero is better.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: Objectives: what a network avoids, against the park without exchange, and the unit of each.
OBJECTIVES: Mapping[str, str] = {
    "cost": "money",
    "social_cost": "money",
    "carbon": "t CO2e",
    "virgin_water": "m3",
    "landfill": "t",
}
#: Objectives whose total is a present value; the others are plain sums.
DISCOUNTED = ("cost", "social_cost")


class Progress(NamedTuple):
    """How far a search has come.

    Attributes
    ----------
    seconds : float, s
        Since it began.
    best : float, unit of the objective
        Benefit of the best network found so far; minus infinity before the first.
    bound : float, unit of the objective
        No network can do better.
    gap : float, 1
        ``(bound - best) / |best|``; infinite before the first network.
    """

    seconds: float
    best: float
    bound: float
    gap: float


@dataclass(frozen=True)
class Network:
    """Flows and building of a network, in the columns of a :class:`~ecopark.planning.optimum.problem.Problem`.

    B blocks, L links, G lines.

    Attributes
    ----------
    quantities : ndarray of float, shape (B, L), supply unit
        Sent over each link in each block, at the giver's gate.
    built : ndarray of float, shape (B, G), supply unit/day
        Capacity begun in each block on each line; zero for links that need nothing built.
    """

    quantities: NDArray[np.float64]
    built: NDArray[np.float64]


@dataclass(frozen=True)
class Evaluation:
    """What a network is worth under the accounts of a problem.

    Attributes
    ----------
    values : pandas.DataFrame
        Benefit: one row per block (index: first day), one column per objective, summed over the block and
        not discounted; capital as annuities of what stands.
    totals : mapping of str to float
        Of each objective over all blocks: present value of money at the start, plain sums of the rest.
    worth : pandas.DataFrame
        The same by link: columns ``block, link, quantity`` (supply unit) and one per objective, annuities of a
        line shared by its links in proportion to what they send (a line that sends nothing is left out,
        so the sum can be above `values` by its annuity).
    true_cost : float, money
        Present value of ``cost`` with the capital by the mode's own power law instead of its straight pieces,
        which never cost more.
    violation : float, 1
        Largest violation of any constraint of the problem, relative to its size; at most some 1e-6 for a
        network that is feasible.
    worst : str
        Which constraint that is; empty where nothing is violated.
    """

    values: pd.DataFrame
    totals: Mapping[str, float]
    worth: pd.DataFrame
    true_cost: float
    violation: float
    worst: str


@dataclass(frozen=True)
class Optimum:
    """The best network found, and how far from the best possible it may be at most.

    Attributes
    ----------
    objective : mapping of str to float
        Weight of each objective.
    limits : mapping of str to (float or None, float or None)
        Lower and upper limit on the totals of objectives.
    links : pandas.DataFrame
        One row per block and link in use: ``block`` (first day), ``link`` (column of the problem), ``from_firm,
        to_firm, resource, to_resource, pathway, mode, distance_km, quantity`` (supply unit per year),
        ``unit, capacity`` (supply unit/day; missing where nothing is built), ``built`` (whether in this
        block), ``money`` (money per year, capital as annuity, not discounted), ``carbon`` (t CO2e per year).
    values : pandas.DataFrame
        Benefit by block and objective, as in :class:`Evaluation`.
    totals : mapping of str to float
        Benefit of each objective over all blocks, as in :class:`Evaluation`.
    best : float, unit of the objective
        Benefit of the network in the weighted objective.
    bound : float, unit of the objective
        No network can do better in the weighted objective.
    gap : float, 1
        ``(bound - best) / |best|``, zero where both are zero.
    status : str
        ``optimal`` (within the gap asked for), ``time limit``, ``infeasible`` (limits that exclude each other).
    seconds : float, s
    shadow_prices : pandas.DataFrame
        What one more unit of a stream, spread over the block like the rest of it, would add to the objective
        (not discounted), pipes staying as they are: ``block, firm, port, resource, side`` (``residual`` or
        ``need``), ``price`` (objective unit per resource unit), ``quantity`` (of the stream in the block,
        resource unit), ``unit``.
    flows : pandas.DataFrame
        Ledger in the columns of ``flows.parquet``, one segment per block.
    network : Network
        Quantities and building.
    true_cost : float, money
        As in :class:`Evaluation`.
    """

    objective: Mapping[str, float]
    limits: Mapping[str, tuple[float | None, float | None]]
    links: pd.DataFrame
    values: pd.DataFrame
    totals: Mapping[str, float]
    best: float
    bound: float
    gap: float
    status: str
    seconds: float
    shadow_prices: pd.DataFrame
    flows: pd.DataFrame
    network: Network
    true_cost: float


Listener = Callable[[Progress], None]


def relative_gap(best: float, bound: float) -> float:
    """How far a bound lies above the best found.

    Parameters
    ----------
    best, bound : float, objective unit

    Returns
    -------
    float, 1
        ``(bound - best) / |best|``; zero where both are equal, infinite where only the best is zero or nothing
        has been found.
    """
    if bound <= best:
        return 0.0
    if best == 0.0 or not math.isfinite(best):
        return math.inf
    return (bound - best) / abs(best)
