"""HiGHS through highspy, the arrays passed as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from benchmarks.peers.settings import Found, Settings, State

if TYPE_CHECKING:
    from benchmarks.peers.trace import Trace
    from optimizer.model.formulation import Formulation

LOG_SECONDS = 0.5
STATES = {
    highspy.HighsModelStatus.kOptimal: State.SOLVED,
    highspy.HighsModelStatus.kTimeLimit: State.STOPPED,
    highspy.HighsModelStatus.kInfeasible: State.INFEASIBLE,
}


def solve(formulation: Formulation, settings: Settings, trace: Trace) -> Found:
    """Solve the program."""
    solver = highspy.Highs()
    solver.silent()
    solver.passModel(lp_of(formulation))
    return run(solver, settings, trace, trace.seconds())


def lp_of(formulation: Formulation, *, is_relaxed: bool = False) -> Any:  # noqa: ANN401  highspy has no types here
    """Return the program in HiGHS's words; without whole columns where it is relaxed."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = formulation.num_columns, formulation.num_rows
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = formulation.objective
    lp.col_lower_, lp.col_upper_ = formulation.column_lower, formulation.column_upper
    lp.row_lower_, lp.row_upper_ = formulation.row_lower, formulation.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = formulation.row_starts.astype(np.int32)
    lp.a_matrix_.index_ = formulation.row_columns.astype(np.int32)
    lp.a_matrix_.value_ = formulation.row_coefficients
    if not is_relaxed:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[whole] for whole in formulation.is_integer.astype(int)]
    return lp


def ask(solver: Any, settings: Settings, seconds: float) -> None:  # noqa: ANN401
    """Set what every peer is asked, `seconds` of the time limit being gone, and more frequent log lines."""
    solver.setOptionValue("mip_rel_gap", settings.relative_gap)
    solver.setOptionValue("time_limit", settings.left(seconds))
    solver.setOptionValue("threads", settings.threads)
    solver.setOptionValue("random_seed", settings.seed)
    solver.setOptionValue("mip_min_logging_interval", LOG_SECONDS)


def watch(solver: Any, trace: Trace, sign: int = 1) -> None:  # noqa: ANN401
    """Follow values and bounds; `sign` is -1 where the model minimises the negative."""

    def see(event: Any) -> None:  # noqa: ANN401
        seen = event.data_out
        trace.see(sign * seen.mip_primal_bound, sign * seen.mip_dual_bound)

    solver.cbMipLogging.subscribe(see)
    solver.cbMipImprovingSolution.subscribe(see)


def run(solver: Any, settings: Settings, trace: Trace, built: float, sign: int = 1) -> Found:  # noqa: ANN401
    """Run a model that has been passed; its columns are those of the program, in order."""
    ask(solver, settings, built)
    watch(solver, trace, sign)
    solver.run()
    return answer(solver, trace, built, sign)


def answer(solver: Any, trace: Trace, built: float, sign: int = 1) -> Found:  # noqa: ANN401
    """Return what a model that was run answers."""
    info = solver.getInfo()
    state = STATES.get(solver.getModelStatus(), State.FAILED)
    has_plan = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    values = np.array(solver.getSolution().col_value) if has_plan else None
    bound = sign * info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else None
    trace.see(sign * info.objective_function_value if has_plan else None, bound)
    note = "" if state is not State.FAILED else solver.modelStatusToString(solver.getModelStatus())
    return Found(state, solver.version(), built, values, bound, int(info.mip_node_count), note)
