"""CP-SAT of OR-Tools, on the program in whole numbers (`benchmarks.peers.whole`)."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
from ortools.sat.python import cp_model

from benchmarks.peers.settings import Found, Settings, State

if TYPE_CHECKING:
    from benchmarks.peers.trace import Trace
    from benchmarks.peers.whole import WholeProgram

STATES = {
    cp_model.OPTIMAL: State.SOLVED,
    cp_model.FEASIBLE: State.STOPPED,
    cp_model.UNKNOWN: State.STOPPED,
    cp_model.INFEASIBLE: State.INFEASIBLE,
}


class Watcher(cp_model.CpSolverSolutionCallback):
    """Follows values."""

    def __init__(self, trace: Trace, grid: float) -> None:
        super().__init__()
        self.trace, self.grid = trace, grid

    def on_solution_callback(self) -> None:
        """Take note."""
        self.trace.see(self.objective_value / self.grid, self.best_objective_bound / self.grid)


def solve(program: WholeProgram, settings: Settings, trace: Trace) -> Found:
    """Solve the program."""
    model, grid = cp_model.CpModel(), program.objective_grid
    columns = [
        model.new_int_var(lower, upper, f"x{j}")
        for j, (lower, upper) in enumerate(zip(program.lower.tolist(), program.upper.tolist(), strict=True))
    ]
    starts, numbers, coefficients = (
        program.row_starts.tolist(),
        program.row_columns.tolist(),
        program.row_coefficients.tolist(),
    )
    for row, (lower, upper) in enumerate(zip(program.row_lower.tolist(), program.row_upper.tolist(), strict=True)):
        part = slice(starts[row], starts[row + 1])
        left = cp_model.LinearExpr.weighted_sum([columns[j] for j in numbers[part]], coefficients[part])
        model.add_linear_constraint(left, lower, upper)
    model.maximize(cp_model.LinearExpr.weighted_sum(columns, program.objective.tolist()))
    built = trace.seconds()
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = settings.left(built)
    solver.parameters.relative_gap_limit = settings.relative_gap
    solver.parameters.num_workers = settings.threads
    solver.parameters.random_seed = settings.seed
    solver.best_bound_callback = lambda bound: trace.see(None, bound / grid)
    status = solver.solve(model, Watcher(trace, grid))
    state = STATES.get(status, State.FAILED)
    has_plan = status in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    values = np.array([solver.value(column) for column in columns], dtype=np.float64) if has_plan else None
    bound = solver.best_objective_bound / grid if state is not State.INFEASIBLE else None
    trace.see(solver.objective_value / grid if has_plan else None, bound)
    note = solver.status_name(status) if state is State.FAILED else ""
    return Found(state, f"OR-Tools {version('ortools')}", built, values, bound, int(solver.num_branches), note)
