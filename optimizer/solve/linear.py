"""A linear program solved again and again with other bounds, each time from where the last solve ended (GLOP).

Dual simplex then needs a few dozen steps instead of thousands. The program stays in the solver's own memory, which the
messages of MathOpt do not allow at a few milliseconds a solve (docs/decisions/0012-branching.md).
"""

from __future__ import annotations

from math import inf, isfinite
from typing import TYPE_CHECKING

import numpy as np
from ortools.linear_solver import pywraplp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model.formulation import Floats, Formulation, Ints

PARAMETERS = "use_dual_simplex: true use_preprocessing: false"
OBJECTIVE_TOLERANCE = 1e-8
"""Part by which an optimum may be off: dual values are right to 1e-6 of a program whose objective is scaled to hundreds."""


class WarmLinear:
    """The linear relaxation of a formulation, kept in a solver; only bounds may change."""

    def __init__(self, formulation: Formulation) -> None:
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._solver.SetSolverSpecificParametersAsString(PARAMETERS)
        self._offset = formulation.objective_offset
        lower, upper = formulation.column_lower.tolist(), formulation.column_upper.tolist()
        self._columns = [self._solver.NumVar(*bounds, "") for bounds in zip(lower, upper, strict=True)]
        self._rows = self._add_rows(formulation)
        objective = self._solver.Objective()
        objective.SetMaximization()
        for column in np.flatnonzero(formulation.objective).tolist():
            objective.SetCoefficient(self._columns[column], float(formulation.objective[column]))

    def _add_rows(self, formulation: Formulation) -> list[pywraplp.Constraint]:
        starts, columns = formulation.row_starts.tolist(), formulation.row_columns.tolist()
        coefficients, rows = formulation.row_coefficients.tolist(), []
        bounds = zip(formulation.row_lower.tolist(), formulation.row_upper.tolist(), strict=True)
        for number, (lower, upper) in enumerate(bounds):
            row = self._solver.Constraint(lower, upper)
            for at in range(starts[number], starts[number + 1] if number + 1 < len(starts) else len(columns)):
                row.SetCoefficient(self._columns[columns[at]], coefficients[at])
            rows.append(row)
        return rows

    def set_column_upper(self, column: int, upper: float) -> None:
        """Change the upper bound of a column."""
        self._columns[column].SetUb(upper)

    def set_column_lower(self, column: int, lower: float) -> None:
        """Change the lower bound of a column."""
        self._columns[column].SetLb(lower)

    def set_row_lower(self, row: int, lower: float) -> None:
        """Change the lower bound of a row; -inf takes it away."""
        self._rows[row].SetLb(lower)

    def solve(self) -> float | None:
        """Return what no solution is worth more than: -inf where there is none, None where the solver cannot tell."""
        for parameters in ((), (_from_nothing(),)):
            status = self._solver.Solve(*parameters)
            if status == pywraplp.Solver.OPTIMAL:
                worth = self._solver.Objective().Value() + self._offset
                if isfinite(worth):
                    return float(worth + abs(worth) * OBJECTIVE_TOLERANCE)
            if status == pywraplp.Solver.INFEASIBLE:
                return -inf
        return None

    def values(self, columns: Sequence[int] | Ints | None = None) -> Floats:
        """Return the values of some columns, or of all, in the last solution."""
        asked = self._columns if columns is None else [self._columns[column] for column in columns]
        return np.array([column.solution_value() for column in asked], dtype=np.float64)


def _from_nothing() -> pywraplp.MPSolverParameters:
    """Return parameters of a solve that forgets the last one."""
    parameters = pywraplp.MPSolverParameters()
    parameters.SetIntegerParam(
        pywraplp.MPSolverParameters.INCREMENTALITY, pywraplp.MPSolverParameters.INCREMENTALITY_OFF
    )
    return parameters
