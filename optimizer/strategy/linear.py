"""The linear relaxation of a search, and rounds of cuts on it where few blocks fit a site.

Cuts go into the program of every later stage: they hold for each whole placement. A round is made only where the duals
promise something of it, since each costs another linear program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.errors import SolverError
from optimizer.model.rounding import broken_cuts, site_rows, with_cuts
from optimizer.solve.result import Termination
from optimizer.strategy.stages import LINEAR

if TYPE_CHECKING:
    from optimizer.solve.result import SolveResult
    from optimizer.strategy.run import Run

MOST_ROUNDS = 4
LEAST_PROMISE_PART, LEAST_GAIN_PART = 1.0, 0.05
"""Parts of the gap asked for that a round must promise, and the last one must have brought, to be worth its time. Duals
promise too much: of 0.45% a round brought 0.13% where racks are large, of 0.03% to 0.06% next to nothing elsewhere.
"""
LINEAR_TIME_PART = 0.6


def solve_linear(run: Run) -> SolveResult:
    """Return the linear relaxation of the run's program, which gains the cuts that its solutions break."""
    result = _solve(run)
    rows = site_rows(run.program, run.model.block_columns, run.model.opening_columns)
    for _ in range(MOST_ROUNDS):
        if result.values is None or result.row_duals is None or result.objective is None or run.is_finished():
            break
        gap = run.options.relative_gap * abs(result.objective)
        cuts = tuple(broken_cuts(rows, result.values, result.row_duals))
        if sum(cut.gain for cut in cuts) < LEAST_PROMISE_PART * gap:
            break
        uncut, before = run.program, result.objective
        run.program = with_cuts(uncut, cuts)
        try:
            closer = _solve(run)
        except SolverError:  # HiGHS has called a program with cuts optimal and given no solution
            run.program = uncut
            break
        if closer.values is None or closer.objective is None:  # out of time; what came before still guides
            break
        result = closer
        if before - closer.objective < LEAST_GAIN_PART * gap:
            break
    return result


def _solve(run: Run) -> SolveResult:
    program = run.program.relaxed()
    result = run.solve(LINEAR, program, 0.0, time_part=LINEAR_TIME_PART)
    run.take_bound(result)
    if result.termination is Termination.INFEASIBLE:
        run.infeasible = run.placement is None
    return result
