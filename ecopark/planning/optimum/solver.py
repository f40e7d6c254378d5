"""HiGHS: solve a program, report progress, and price its rows.

What lives here: the only use of the solver. What does not: what the program means (``program``).

Columns are counted in shares of their upper bounds and rows in their largest entry, so that the solver's
tolerances are relative ones.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack, vstack

from ecopark.errors import DomainError
from ecopark.planning.optimum.network import Listener, Progress, relative_gap
from ecopark.planning.optimum.program import Program

_Floats = NDArray[np.float64]
Limits = Mapping[str, tuple[float | None, float | None]]
#: Of rows and integers, in shares of their size.
FEASIBILITY = 1e-7


@dataclass(frozen=True)
class Solution:
    """What the solver found.

    Attributes
    ----------
    status : {"optimal", "time limit", "infeasible"}
    columns : ndarray of float, shape (C,), column unit, or None
        Best found; None where nothing was.
    best, bound : float, objective unit
    seconds : float, s
    """

    status: str
    columns: _Floats | None
    best: float
    bound: float
    seconds: float


class Solver:
    """A program made ready for HiGHS.

    Parameters
    ----------
    program : Program
    weights : mapping of str to float
        Of the objectives.
    limits : mapping of str to (float or None, float or None)
        Lower and upper limit on objectives.
    """

    def __init__(self, program: Program, weights: Mapping[str, float], limits: Limits) -> None:
        self._program = program
        self._unit = np.where(program.upper > 0.0, program.upper, 1.0)
        extra, low, high = _limit_rows(program, limits)
        matrix = vstack([program.matrix, extra], format="csr") @ diags(self._unit)
        matrix = csr_matrix(matrix)
        largest = np.ones(matrix.shape[0])
        if matrix.nnz:
            largest = abs(matrix).max(axis=1).toarray().ravel()
        largest[largest == 0.0] = 1.0
        self._row_unit = largest
        self._matrix = csr_matrix(diags(1.0 / largest) @ matrix)
        never = np.full(program.high.size, -np.inf)
        self._low = np.concatenate([np.where(program.equal, program.high, never), low]) / largest
        self._high = np.concatenate([program.high, high]) / largest
        weight = sum(
            (float(factor) * program.objectives[name] for name, factor in weights.items()),
            np.zeros(program.upper.size),
        )
        self._gain = np.asarray(weight * self._unit)
        size = np.abs(self._gain).max(initial=0.0)
        #: Objective units per unit of the solver's objective.
        self._money = float(size) / 1e3 if size > 0.0 else 1.0

    def maximise(
        self,
        gap: float,
        time_limit: float | None,
        progress: Listener | None,
        start: _Floats | None = None,
    ) -> Solution:
        """Solve the program.

        Parameters
        ----------
        gap : float, 1
            Relative gap at which to stop.
        time_limit : float, s, optional
        progress : callable, optional
            Called with :class:`~ecopark.planning.optimum.network.Progress` while it solves.
        start : ndarray of float, shape (C,), column unit, optional
            Columns of a network to start from.

        Returns
        -------
        Solution
        """
        began = time.monotonic()
        if not self._unit.size:
            return Solution("optimal", np.zeros(0), 0.0, 0.0, 0.0)
        solver = self._load(self._program.integer)
        solver.setOptionValue("mip_rel_gap", float(gap))
        if time_limit is not None:
            solver.setOptionValue("time_limit", float(time_limit))
        if start is not None:
            guess = highspy.HighsSolution()
            guess.col_value = (start / self._unit).tolist()
            solver.setSolution(guess)
        if progress is not None:
            _listen(solver, progress, self._money)
        solver.run()
        status = _status(solver.getModelStatus())
        info, seconds = solver.getInfo(), time.monotonic() - began
        values = solver.getSolution().col_value
        found, best = None, -np.inf
        if status != "infeasible" and len(values) == self._unit.size and info.primal_solution_status == 2:
            found = np.clip(np.array(values), 0.0, 1.0) * self._unit
            found[self._program.integer] = np.round(found[self._program.integer])
            best = -float(info.objective_function_value) * self._money
        bound = -float(info.mip_dual_bound) if self._program.integer.any() else best / self._money
        bound = max(bound * self._money, best) if status != "infeasible" else -np.inf
        if progress is not None and found is not None:
            progress(Progress(seconds, best, bound, relative_gap(best, bound)))
        return Solution(status, found, best, bound, seconds)

    def settle(self, columns: _Floats) -> tuple[_Floats, _Floats, _Floats]:
        """Best columns for the integers of a solution, and what rows and bounds are worth with them.

        Parameters
        ----------
        columns : ndarray of float, shape (C,), column unit
            A solution.

        Returns
        -------
        tuple of (ndarray of float, shape (C,), ndarray of float, shape (R,), ndarray of float, shape (C,))
            Columns (column unit), growth of the objective with each right-hand side (objective unit/row unit) and
            with each column's upper bound (objective unit/column unit).
        """
        fixed = self._program.integer
        if not self._unit.size:
            return columns, np.zeros(self._program.high.size), columns
        solver = self._load(np.zeros_like(fixed), (fixed, columns / self._unit))
        answer = _answer(solver)
        rows = -np.array(answer.row_dual)[: self._program.high.size] * self._money
        bounds = np.maximum(-np.array(answer.col_dual), 0.0) * self._money
        found = np.clip(np.array(answer.col_value), 0.0, 1.0) * self._unit
        return found, rows / self._row_unit[: rows.size], np.where(fixed, 0.0, bounds) / self._unit

    def nearest(self, known: NDArray[np.bool_], columns: _Floats) -> tuple[_Floats, _Floats]:
        """Complete a network that is given in part, violating the rows as little as possible.

        Parameters
        ----------
        known : ndarray of bool, shape (C,), 1
            Columns that are given.
        columns : ndarray of float, shape (C,), column unit

        Returns
        -------
        tuple of (ndarray of float, shape (C,), ndarray of float, shape (R,))
            All columns (column unit), and by how much each row is violated, as a share of its size.
        """
        shares = columns / self._unit
        count = self._program.high.size
        residual = self._matrix[:count]
        free = ~known
        values = shares.copy()
        if free.any():
            values[free] = self._relax(residual, known, shares)
        level = residual @ values
        over = np.maximum(level - self._high[:count], 0.0)
        return values * self._unit, np.maximum(
            over, np.where(self._program.equal, self._low[:count] - level, 0.0)
        )

    def _relax(self, matrix: csr_matrix, known: NDArray[np.bool_], shares: _Floats) -> _Floats:
        """Free columns that make the largest violation least."""
        free = np.flatnonzero(~known)
        settled = matrix[:, np.flatnonzero(known)] @ shares[known]
        touched = np.flatnonzero(np.diff(matrix[:, free].indptr))
        part = matrix[touched][:, free]
        high, low = self._high[touched] - settled[touched], self._low[touched] - settled[touched]
        equal = np.isfinite(low)
        sides = np.concatenate([high, -low[equal]])
        over = csr_matrix(np.full((sides.size, 1), -1.0))
        table = hstack([vstack([part, -part[equal]]), over], format="csr")
        costs = np.append(np.zeros(free.size), 1.0)
        upper = np.append(np.where(self._program.upper[free] > 0.0, 1.0, 0.0), np.inf)
        solver = _model(table, np.full(sides.size, -np.inf), sides, costs, np.zeros(costs.size), upper)
        return np.array(_answer(solver).col_value)[:-1]

    def _load(
        self, integer: NDArray[np.bool_], fixed: tuple[NDArray[np.bool_], _Floats] | None = None
    ) -> Any:
        """The program as a model of the solver."""
        upper = np.where(self._program.upper > 0.0, 1.0, 0.0)
        lower = np.zeros(upper.size)
        if fixed is not None:
            upper, lower = upper.copy(), lower.copy()
            upper[fixed[0]] = lower[fixed[0]] = np.round(fixed[1][fixed[0]])
        return _model(self._matrix, self._low, self._high, -self._gain / self._money, lower, upper, integer)


def _limit_rows(program: Program, limits: Limits) -> tuple[csr_matrix, _Floats, _Floats]:
    """Rows that keep objectives within limits."""
    ranges = [(-np.inf if a is None else a, np.inf if b is None else b) for a, b in limits.values()]
    for name, (low, high) in zip(limits, ranges, strict=True):
        if low > high:
            raise DomainError(f"limits of {name}: the lower, {low:g}, lies above the upper, {high:g}")
    rows = np.array([program.objectives[name] for name in limits]).reshape(len(limits), program.upper.size)
    return csr_matrix(rows), np.array([low for low, _ in ranges]), np.array([high for _, high in ranges])


def _model(
    matrix: csr_matrix,
    low: _Floats,
    high: _Floats,
    costs: _Floats,
    lower: _Floats,
    upper: _Floats,
    integer: NDArray[np.bool_] | None = None,
) -> Any:
    """A model of the solver, to be minimised."""
    problem = highspy.HighsLp()
    problem.num_row_, problem.num_col_ = matrix.shape
    problem.col_cost_, problem.col_lower_, problem.col_upper_ = costs, lower, upper
    problem.row_lower_, problem.row_upper_ = low, high
    problem.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    problem.a_matrix_.start_ = matrix.indptr
    problem.a_matrix_.index_ = matrix.indices
    problem.a_matrix_.value_ = matrix.data
    if integer is not None and integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        problem.integrality_ = [kinds[int(whole)] for whole in integer]
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("primal_feasibility_tolerance", FEASIBILITY)
    solver.setOptionValue("mip_feasibility_tolerance", FEASIBILITY)
    solver.passModel(problem)
    return solver


def _answer(solver: Any) -> Any:
    """Solution of a linear program that has one."""
    solver.run()
    found = solver.getModelStatus()
    if found != highspy.HighsModelStatus.kOptimal:
        raise DomainError(
            f"the solver stopped with {found} where there is a solution; an error of the program, please report it"
        )
    return solver.getSolution()


def _status(found: Any) -> str:
    names = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kTimeLimit: "time limit",
        highspy.HighsModelStatus.kInfeasible: "infeasible",
        highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible",
        highspy.HighsModelStatus.kModelEmpty: "optimal",
    }
    if found not in names:
        raise DomainError(f"the solver stopped with {found}; an error of the program, please report it")
    return names[found]


def _listen(solver: Any, progress: Listener, money: float) -> None:
    """Tell a listener about bound, best and gap while the solver works."""

    def tell(event: Any) -> None:
        data = event.data_out
        best, bound = -float(data.mip_primal_bound) * money, -float(data.mip_dual_bound) * money
        progress(Progress(float(data.running_time), best, bound, relative_gap(best, bound)))

    solver.cbMipLogging += tell
    solver.cbMipImprovingSolution += tell
