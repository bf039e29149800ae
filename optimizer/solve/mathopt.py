"""Formulations into MathOpt's messages and its answers back. Runs inside the worker process."""

from __future__ import annotations

import time
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from ortools.math_opt import (
    callback_pb2,
    model_parameters_pb2,
    model_pb2,
    parameters_pb2,
    result_pb2,
    solution_pb2,
)
from ortools.math_opt.core.python import solver

from optimizer.errors import SolverError
from optimizer.solve.result import Progress, SolveResult, Termination

if TYPE_CHECKING:
    from collections.abc import Callable

    from ortools.util.python import pybind_solve_interrupter

    from optimizer.model.formulation import Formulation
    from optimizer.solve.backend import Backend, Request

SOLUTION_LOST = "primal feasible solution expected, but not found"
_INFEASIBLE = {result_pb2.TERMINATION_REASON_INFEASIBLE, result_pb2.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED}
_STOPPED = {result_pb2.TERMINATION_REASON_FEASIBLE, result_pb2.TERMINATION_REASON_NO_SOLUTION_FOUND}


def run(
    backend: Backend,
    request: Request,
    interrupter: pybind_solve_interrupter.PySolveInterrupter,
    on_progress: Callable[[Progress], None],
) -> SolveResult:
    """Solve a formulation.

    Every column is bounded through the limits, so "infeasible or unbounded" means infeasible. HiGHS calls some programs
    optimal and has no solution that it thinks feasible: those are solved again another way. Raises SolverError when the
    backend fails.
    """
    first, *others = _ways(request)
    for other in others:
        try:
            return _run(backend, first, interrupter, on_progress)
        except SolverError as error:
            if SOLUTION_LOST not in str(error):
                raise
        first = other
    return _run(backend, first, interrupter, on_progress)


def _ways(request: Request) -> tuple[Request, ...]:
    """Return a request and other ways to ask it."""
    options = request.options
    ways = [options]
    if request.formulation.is_integer.any():
        ways.append(replace(options, presolve=False))
    else:
        ways += [replace(options, is_interior=not options.is_interior), replace(options, is_careful=True)]
    return tuple(replace(request, options=way) for way in ways)


def _run(
    backend: Backend,
    request: Request,
    interrupter: pybind_solve_interrupter.PySolveInterrupter,
    on_progress: Callable[[Progress], None],
) -> SolveResult:
    started = time.monotonic()

    def read_log(lines: list[str]) -> None:
        for line in lines:
            progress = backend.parse_progress(line, time.monotonic() - started)
            if progress is not None:
                on_progress(progress)

    try:
        result = solver.solve(
            model_message(request.formulation),
            backend.solver_type,
            parameters_pb2.SolverInitializerProto(),
            backend.parameters(request.options, request.incumbent_file),
            _hint_message(request.hint),
            read_log,
            callback_pb2.CallbackRegistrationProto(),
            None,
            interrupter,
        )
    except Exception as error:  # MathOpt raises its own unregistered types
        msg = f"{backend.name} failed: {error}"
        raise SolverError(msg) from error
    return _answer(backend, request.formulation, result, time.monotonic() - started)


def model_message(formulation: Formulation) -> model_pb2.ModelProto:
    """Return MathOpt's message of a formulation (rows sorted by row, then column)."""
    columns = range(formulation.num_columns)
    message = model_pb2.ModelProto(name="placement")
    message.variables.ids.extend(columns)
    message.variables.lower_bounds.extend(formulation.column_lower.tolist())
    message.variables.upper_bounds.extend(formulation.column_upper.tolist())
    message.variables.integers.extend(formulation.is_integer.tolist())
    message.objective.maximize = True
    message.objective.offset = formulation.objective_offset
    priced = np.flatnonzero(formulation.objective)
    message.objective.linear_coefficients.ids.extend(priced.tolist())
    message.objective.linear_coefficients.values.extend(formulation.objective[priced].tolist())
    message.linear_constraints.ids.extend(range(formulation.num_rows))
    message.linear_constraints.lower_bounds.extend(formulation.row_lower.tolist())
    message.linear_constraints.upper_bounds.extend(formulation.row_upper.tolist())
    rows = np.repeat(np.arange(formulation.num_rows), np.diff(formulation.row_starts))
    order = np.lexsort((formulation.row_columns, rows))
    message.linear_constraint_matrix.row_ids.extend(rows[order].tolist())
    message.linear_constraint_matrix.column_ids.extend(formulation.row_columns[order].tolist())
    message.linear_constraint_matrix.coefficients.extend(formulation.row_coefficients[order].tolist())
    return message


def _hint_message(hint: npt.NDArray[np.float64] | None) -> model_parameters_pb2.ModelSolveParametersProto:
    message = model_parameters_pb2.ModelSolveParametersProto()
    if hint is not None:
        values = model_parameters_pb2.SolutionHintProto()
        values.variable_values.ids.extend(range(len(hint)))
        values.variable_values.values.extend(hint.tolist())
        message.solution_hints.append(values)
    return message


def _answer(
    backend: Backend, formulation: Formulation, result: result_pb2.SolveResultProto, seconds: float
) -> SolveResult:
    reason = result.termination.reason
    values = None
    objective = None
    found = result.solutions[0].primal_solution if result.solutions else None
    if found is not None and found.feasibility_status == solution_pb2.SOLUTION_STATUS_FEASIBLE:
        values = np.zeros(formulation.num_columns)
        values[list(found.variable_values.ids)] = list(found.variable_values.values)
        objective = float(found.objective_value)
    bound = float(result.termination.objective_bounds.dual_bound)
    nodes = int(result.solve_stats.node_count)
    if reason == result_pb2.TERMINATION_REASON_OPTIMAL:
        termination = Termination.SOLVED
    elif reason in _INFEASIBLE:
        termination, values, objective, bound = Termination.INFEASIBLE, None, None, -inf
    elif reason in _STOPPED:
        termination = Termination.STOPPED
    else:
        msg = f"{backend.name} ended with {result_pb2.TerminationReasonProto.Name(reason)}: {result.termination.detail}"
        raise SolverError(msg)
    timed_out = termination is Termination.STOPPED and result.termination.limit == result_pb2.LIMIT_TIME
    duals = _row_duals(formulation, result) if termination is Termination.SOLVED else None
    return SolveResult(termination, values, objective, bound, nodes, seconds, hit_time_limit=timed_out, row_duals=duals)


def _row_duals(formulation: Formulation, result: result_pb2.SolveResultProto) -> npt.NDArray[np.float64] | None:
    """Return the duals of a linear program; those that come with an infeasible one are no prices, and never asked for."""
    if formulation.is_integer.any() or not result.solutions or not result.solutions[0].HasField("dual_solution"):
        return None
    found = result.solutions[0].dual_solution.dual_values
    duals = np.zeros(formulation.num_rows)
    duals[list(found.ids)] = list(found.values)
    return duals
