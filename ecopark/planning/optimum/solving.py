"""The best possible network of a park, and the worth of any network under the same accounts.

What lives here: :func:`solve` and :func:`evaluate`. What does not: the problem (``problem``), the program
(``program``), networks that came about in a run (``emergent``), tables for people (``tables``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.planning.optimum.ledger import flows_table
from ecopark.planning.optimum.network import (
    DISCOUNTED,
    OBJECTIVES,
    Evaluation,
    Listener,
    Network,
    Optimum,
    relative_gap,
)
from ecopark.planning.optimum.problem import Problem
from ecopark.planning.optimum.program import take
from ecopark.planning.optimum.solver import Limits, Solution, Solver
from ecopark.planning.optimum.tables import links_table, prices_table

_Floats = NDArray[np.float64]
# Less than this share of what a link could send is rounding.
_NOTHING = 1e-9


def solve(
    problem: Problem,
    objective: str | Mapping[str, float] = "cost",
    limits: Limits | None = None,
    gap: float = 0.01,
    time_limit: float | None = None,
    progress: Listener | None = None,
    start: Network | None = None,
) -> Optimum:
    """Find the best possible network.

    Parameters
    ----------
    problem : Problem
    objective : str or mapping of str to float
        A name of ``OBJECTIVES``, or weights of several (per unit of each); all are benefits, to be made
        large.
    limits : mapping of str to (float or None, float or None), optional
        Lower and upper limit on the totals of objectives (money as present value).
    gap : float, 1
        Relative gap between bound and best at which to stop.
    time_limit : float, s, optional
        Stop with the best so far.
    progress : callable, optional
        Called with :class:`~ecopark.planning.optimum.network.Progress` while it solves.
    start : Network, optional
        A feasible network to start from.

    Returns
    -------
    Optimum
        With empty tables where the limits exclude each other or no time was left to find a network.

    Raises
    ------
    DomainError
        If an objective is unknown, no weight is given, or a number is out of range.
    """
    weights = {objective: 1.0} if isinstance(objective, str) else dict(objective)
    stated = dict(limits or {})
    _check(weights, stated, gap, time_limit)
    solver = Solver(problem.program, weights, stated)
    begin = None if start is None else nearest_columns(problem, start)[0]
    found = solver.maximise(gap, time_limit, progress, begin)
    if found.columns is None:
        return _nothing(problem, weights, stated, found)
    columns, rows, bounds = solver.settle(found.columns)
    network = _read(problem, columns)
    evaluation = evaluate(problem, network)
    best = math.fsum(factor * evaluation.totals[name] for name, factor in weights.items())
    bound = max(found.bound, best)
    return Optimum(
        objective=weights,
        limits=stated,
        links=links_table(problem, network, evaluation),
        values=evaluation.values,
        totals=evaluation.totals,
        best=best,
        bound=bound,
        gap=relative_gap(best, bound),
        status=found.status,
        seconds=found.seconds,
        shadow_prices=prices_table(problem, columns, rows, bounds, set(weights) <= set(DISCOUNTED)),
        flows=flows_table(problem, columns),
        network=network,
        true_cost=evaluation.true_cost,
    )


def evaluate(problem: Problem, network: Network) -> Evaluation:
    """Worth of a network under the accounts of a problem, and whether the problem allows it.

    Parameters
    ----------
    problem : Problem
    network : Network
        What lies in stores and buffers is found by itself, as well as may be.

    Returns
    -------
    Evaluation

    Raises
    ------
    DomainError
        If its arrays do not fit the problem, or are below zero.
    """
    _, violation, worst = nearest_columns(problem, network)
    worth, charges = _worth(problem, network)
    blocks, links, lines = problem.blocks, problem.links, problem.lines
    exact = _charges(problem, network, exact=True)["cost"].sum(axis=1)
    totals, values = {}, {}
    for name in OBJECTIVES:
        by_block = worth[name].sum(axis=1) - charges[name].sum(axis=1)
        factor = blocks.discount if name in DISCOUNTED else np.ones(blocks.count)
        values[name], totals[name] = by_block, math.fsum((by_block * factor).tolist())
    shortfall = charges["cost"].sum(axis=1) - exact
    return Evaluation(
        values=pd.DataFrame(values, index=blocks.starts.rename("block")),
        totals=totals,
        worth=_by_link(blocks.starts, network.quantities, worth, charges, links.line, lines.count),
        true_cost=totals["cost"] + math.fsum((shortfall * blocks.discount).tolist()),
        violation=violation,
        worst=worst,
    )


def nearest_columns(problem: Problem, network: Network) -> tuple[_Floats, float, str]:
    """Columns of the program that a network stands for.

    Parameters
    ----------
    problem : Problem
    network : Network

    Returns
    -------
    tuple of (ndarray of float, shape (C,), float, str)
        Columns (column unit), the largest violation (share of its size) and which row it is.

    Raises
    ------
    DomainError
        If the arrays do not fit the problem, or are below zero.
    """
    program, lines = problem.program, problem.lines
    shapes = {"quantities": program.sent.shape, "built": (problem.blocks.count, lines.count)}
    for name, shape in shapes.items():
        given = getattr(network, name)
        if given.shape != shape or not (given >= 0.0).all():
            raise DomainError(
                f"{name} must be of shape {shape} and not below zero, found shape {given.shape}"
            )
    columns, known = np.zeros(program.upper.size), program.integer.copy()
    sent = program.sent >= 0
    columns[program.sent[sent]] = network.quantities[sent]
    known[program.sent[sent]] = True
    here = program.capacity >= 0
    known[program.capacity[here]] = True
    piece = _piece(problem, network.built)
    for b, g in np.argwhere(network.built > 0.0).tolist():
        column = program.capacity[b, piece[b, g], g]
        if column >= 0:
            columns[column] = min(network.built[b, g], lines.largest[g])
            columns[program.begun[b, piece[b, g], g]] = 1.0
    full, over = Solver(program, {}, {}).nearest(known, columns)
    limit = np.where(program.upper > 0.0, columns / np.maximum(program.upper, 1e-300) - 1.0, columns)
    impossible = network.quantities[~sent].max(initial=0.0) > 0.0
    found = [(float(over.max(initial=0.0)), ""), (float(limit.max(initial=0.0)), "limit of a link")]
    if impossible:
        found.append((math.inf, "a link that is not possible then"))
    violation, worst = max(found, key=lambda pair: pair[0])
    if violation > 0.0 and not worst:
        worst = program.name_of(int(np.argmax(over)))
    return full, violation, worst if violation > 0.0 else ""


def _check(weights: dict[str, float], limits: Limits, gap: float, time_limit: float | None) -> None:
    unknown = sorted({*weights, *limits} - set(OBJECTIVES))
    if unknown:
        raise DomainError(
            f"unknown objective {', '.join(map(repr, unknown))}; objectives are {', '.join(OBJECTIVES)}"
        )
    if not any(weights.values()) or not all(math.isfinite(weight) for weight in weights.values()):
        raise DomainError("give at least one objective a weight other than zero, and only finite ones")
    if not 0.0 <= gap < 1.0:
        raise DomainError(f"gap must lie between 0 and 1, found {gap}")
    if time_limit is not None and not time_limit > 0.0:
        raise DomainError(f"time limit must be above zero seconds, found {time_limit}")


def _read(problem: Problem, columns: _Floats) -> Network:
    """Quantities and building of a solution."""
    program = problem.program
    quantities = take(columns, program.sent)
    quantities[quantities <= _NOTHING * problem.links.limit] = 0.0
    built = (take(columns, program.capacity) * take(columns, program.begun)).sum(axis=1)
    return Network(quantities, built)


def _piece(problem: Problem, built: _Floats) -> NDArray[np.int64]:
    """Piece of the cost in which each capacity lies. ndarray of int, shape (B, G), 1."""
    lines = problem.lines
    # What was found by the solver may lie a rounding above the end of its piece.
    below = lines.top[None] < (built * (1.0 - 1e-7))[:, None, :]
    most = (lines.top > 0.0).sum(axis=0) - 1
    return np.asarray(np.minimum((below & (lines.top > 0.0)[None]).sum(axis=1), most[None, :]))


def _worth(problem: Problem, network: Network) -> tuple[dict[str, _Floats], dict[str, _Floats]]:
    """Benefit of links without lines, shape (B, L), and charge of lines, shape (B, G), by objective."""
    worth = {name: network.quantities * problem.links.worth[name] for name in OBJECTIVES}
    return worth, _charges(problem, network, exact=False)


def _charges(problem: Problem, network: Network, exact: bool) -> dict[str, _Floats]:
    """What lines cost in each block, as long as they stand, by the pieces or by the power law itself."""
    lines, blocks = problem.lines, problem.blocks
    capacity = np.minimum(network.built, lines.largest)
    j, g = _piece(problem, capacity), np.arange(lines.count)[None, :]
    size = lines.base[j, g] + lines.rise[j, g] * capacity
    if exact:
        share = np.maximum(capacity / lines.reference, lines.floor)
        size = np.where(np.isnan(lines.reference), 1.0, share**lines.exponent)
    is_begun = capacity > 0.0
    found = {name: np.zeros((blocks.count, lines.count)) for name in OBJECTIVES}
    for b, line in np.argwhere(is_begun).tolist():
        stands = slice(b, int(lines.until[b, line]) + 1)
        years = blocks.years[stands]
        for name in lines.scale:
            yearly = (
                lines.scale[name][b, line] * size[b, line] + lines.linear[name][b, line] * capacity[b, line]
            )
            found[name][stands, line] += yearly * years
        found["carbon"][stands, line] += lines.embodied[line] * years
    return found


def _by_link(
    starts: pd.DatetimeIndex,
    quantities: _Floats,
    worth: dict[str, _Floats],
    charges: dict[str, _Floats],
    line: NDArray[np.int64],
    lines: int,
) -> pd.DataFrame:
    """Worth by block and link in use, charges of a line shared by what its links send."""
    on_line = np.zeros((quantities.shape[0], lines))
    for k in np.flatnonzero(line >= 0).tolist():
        on_line[:, line[k]] += quantities[:, k]
    block, link = np.nonzero(quantities > 0.0)
    table = pd.DataFrame({"block": starts[block], "link": link, "quantity": quantities[block, link]})
    built = line[link] >= 0
    share = np.zeros(link.size)
    share[built] = quantities[block, link][built] / on_line[block[built], line[link[built]]]
    for name in OBJECTIVES:
        charge = np.zeros(link.size)
        charge[built] = charges[name][block[built], line[link[built]]] * share[built]
        table[name] = worth[name][block, link] - charge
    return table


def _nothing(problem: Problem, weights: dict[str, float], limits: Limits, found: Solution) -> Optimum:
    """An answer without a network."""
    empty = Network(
        np.zeros(problem.program.sent.shape), np.zeros((problem.blocks.count, problem.lines.count))
    )
    evaluation = evaluate(problem, empty)
    columns = np.zeros(problem.program.upper.size)
    return Optimum(
        objective=weights,
        limits=limits,
        links=links_table(problem, empty, evaluation),
        values=pd.DataFrame(columns=list(OBJECTIVES), index=problem.blocks.starts[:0], dtype=float),
        totals=dict.fromkeys(OBJECTIVES, math.nan),
        best=-math.inf,
        bound=found.bound,
        gap=math.inf,
        status=found.status,
        seconds=found.seconds,
        shadow_prices=prices_table(problem, columns, np.zeros(0), columns, False),
        flows=flows_table(problem, columns).iloc[:0],
        network=empty,
        true_cost=math.nan,
    )
